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
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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

/* The path of this library as the kernel mapped it: the loader's name for it is relative if LD_PRELOAD's was. */
static bool mapped_path(const void *address, char *path, size_t size)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[PATH_MAX + 128];
    bool found = false;

    while (maps && !found && fgets(line, sizeof(line), maps)) {
        unsigned long start, end;
        int name = 0;

        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &start, &end, &name) != 2 || !name || line[name] != '/')
            continue;
        if ((unsigned long)address < start || (unsigned long)address >= end)
            continue;
        line[strcspn(line, "\n")] = '\0';
        found = (size_t)snprintf(path, size, "%s", line + name) < size;
    }
    if (maps)
        fclose(maps);
    return found;
}

/* <folder of this library>/offstage/<stub> */
static bool stub_path(const char *stub, char *path, size_t size)
{
    static const char marker;
    Dl_info info;
    char own[PATH_MAX];
    char *slash;

    if (!dladdr(&marker, &info) || !info.dli_fname)
        return false;
    if (info.dli_fname[0] != '/') {
        if (!mapped_path(&marker, own, sizeof(own)))
            return false;
    } else if ((size_t)snprintf(own, sizeof(own), "%s", info.dli_fname) >= sizeof(own)) {
        return false;
    }
    slash = strrchr(own, '/');
    *slash = '\0';
    return (size_t)snprintf(path, size, "%s/offstage/%s", own, stub) < size;
}

/* The stub in place of the real library, whose reference the stub takes over as its dependency. */
static void *swap_for_stub(void *real_handle, enum ofs_gl_library library, int mode)
{
    const struct ofs_gl_library_row *row = ofs_gl_library_row(library);
    char path[PATH_MAX];
    void *stub = NULL;

    if (stub_path(row->stub, path, sizeof(path)))
        stub = ofs_real_dlopen(path, mode & ~(RTLD_NOLOAD | RTLD_DEEPBIND));
    if (!stub) {
        ofs_error("%s: offstage/%s is missing beside liboffstage.so; the program gets the system's library and no window",
                  row->stub, row->stub);
        return real_handle;
    }
    dlclose(real_handle);
    return stub;
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
