/* The way in for programs that load GL by themselves.
 *
 * dlsym(handle, "glXFoo") looks in the handle's library and its dependencies, not at preloaded libraries. So the GL
 * libraries are answered with a handle to an empty library whose dependencies are, in this order, this one and the real
 * one: what we have is found first, and everything else falls through.
 *
 * Every other name must reach the real dlopen as a tail call: the loader looks at the return address, both for the
 * caller's RUNPATH and for its namespace. */
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hook/init.h"
#include "hook/real.h"
#include "hook/rules.h"
#include "hook/search.h"
#include "util/log.h"
#include "util/status.h"

#define OFS_LOG_MODULE OFS_MOD_HOOK

/* A tail call whatever the optimization level: clang has a word for it; gcc does it when it optimizes siblings. */
#if defined(__has_attribute)
#if __has_attribute(musttail)
#define TAIL_CALL __attribute__((musttail)) return
#endif
#endif
#ifdef TAIL_CALL
#define TAIL_CALLING
#else
#define TAIL_CALL return
#define TAIL_CALLING __attribute__((optimize("O2", "optimize-sibling-calls", "omit-frame-pointer")))
#endif

/* The stub in place of the real library, whose reference the stub takes over as its dependency. */
static void *swap_for_stub(void *real_handle, enum ofs_gl_library library, int mode)
{
    const struct ofs_gl_library_row *row = ofs_gl_library_row(library);
    char path[PATH_MAX];
    void *stub = NULL;

    if (ofs_hook_beside(row->stub, path, sizeof(path)))
        stub = ofs_real_dlopen(path, mode & ~(RTLD_NOLOAD | RTLD_DEEPBIND));
    if (!stub) {
        ofs_error("%s: offstage/%s is missing beside liboffstage.so; the program gets the system's library and no window",
                  row->stub, row->stub);
        return real_handle;
    }
    dlclose(real_handle);
    return stub;
}

/* A program may bring a library of that name that is something else (browsers have OpenGL ES on top of other APIs in a
 * libEGL.so and a libGLESv2.so of their own): the loader knows it by another name than the system's, to which a stub
 * leads. */
static bool is_the_system_s(void *handle, enum ofs_gl_library library)
{
    const ElfW(Dyn) *soname = NULL;
    const char *strings = NULL;
    struct link_map *map;

    if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0)
        return true;
    for (const ElfW(Dyn) *entry = map->l_ld; entry && entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag == DT_SONAME)
            soname = entry;
        else if (entry->d_tag == DT_STRTAB)
            strings = (const char *)entry->d_un.d_ptr;
    }
    if (strings && (uintptr_t)strings < map->l_addr)
        strings += map->l_addr; /* where the loader leaves the table as it is in the file */
    return !soname || !strings || strcmp(strings + soname->d_un.d_val, ofs_gl_library_row(library)->soname) == 0;
}

__attribute__((noinline)) static void *open_gl(const char *file, int mode, enum ofs_gl_library library,
                                               const void *caller)
{
    int saved_errno = errno;
    void *handle = ofs_dlopen_as(caller, file, mode);

    if (!handle) {
        if (!(mode & RTLD_NOLOAD))
            ofs_info("%s cannot be loaded; Debian package %s has it", file, ofs_gl_library_row(library)->package);
        return NULL;
    }
    if (is_the_system_s(handle, library))
        handle = swap_for_stub(handle, library, mode);
    errno = saved_errno;
    return handle;
}

/* Everything but the last call is kept out of line, so that dlopen's own frame holds nothing at that call. */
__attribute__((noinline)) static enum ofs_gl_library wanted_library(const char *file, const void *caller)
{
    enum ofs_gl_library library = ofs_classify_library(file);

    ofs_hook_init();
    if (library == OFS_LIB_NONE || ofs_caller_is_driver(caller))
        return OFS_LIB_NONE;
    return library;
}

TAIL_CALLING OFS_EXPORT void *dlopen(const char *file, int mode)
{
    enum ofs_gl_library library = wanted_library(file, __builtin_return_address(0));

    if (library != OFS_LIB_NONE)
        return open_gl(file, mode, library, __builtin_return_address(0));
    TAIL_CALL ofs_real_dlopen_entry()(file, mode);
}
