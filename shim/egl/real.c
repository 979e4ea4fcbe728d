/* The real functions of libEGL that exports of ours stand in front of. */
#include "egl/egl.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>

#include "hook/real.h"

void *ofs_egl_real(const char *name)
{
    static _Atomic(void *) known;
    void *library = atomic_load(&known), *function = NULL;
    __typeof__(&eglGetProcAddress) get_proc_address;
    int saved_errno = errno;

    if (!library) {
        library = ofs_real_dlopen("libEGL.so.1", RTLD_LAZY | RTLD_LOCAL);
        atomic_store(&known, library);
    }
    if (library)
        function = ofs_real_dlsym(library, name);
    if (library && !function) { /* an extension's */
        get_proc_address = (__typeof__(get_proc_address))ofs_real_dlsym(library, "eglGetProcAddress");
        function = get_proc_address ? (void *)get_proc_address(name) : NULL;
    }
    errno = saved_errno;
    return function;
}
