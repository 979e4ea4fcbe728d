#include "hook/real.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

#include "util/log.h"

#define OFS_LOG_MODULE OFS_MOD_HOOK

static struct {
    _Atomic(ofs_dlopen_fn *) dlopen;
    _Atomic(ofs_connect_fn *) connect;
} real;

static void *missing_dlopen(const char *file, int mode)
{
    return NULL;
}

static int missing_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    errno = ENOSYS;
    return -1;
}

/* Two threads may both look a function up; they find and store the same. */
ofs_dlopen_fn *ofs_real_dlopen_entry(void)
{
    ofs_dlopen_fn *function = atomic_load_explicit(&real.dlopen, memory_order_relaxed);

    if (!function) {
        function = (ofs_dlopen_fn *)dlsym(RTLD_NEXT, "dlopen");
        if (!function)
            function = missing_dlopen;
        atomic_store_explicit(&real.dlopen, function, memory_order_relaxed);
    }
    return function;
}

ofs_connect_fn *ofs_real_connect_entry(void)
{
    ofs_connect_fn *function = atomic_load_explicit(&real.connect, memory_order_relaxed);

    if (!function) {
        function = (ofs_connect_fn *)dlsym(RTLD_NEXT, "connect");
        if (!function)
            function = missing_connect;
        atomic_store_explicit(&real.connect, function, memory_order_relaxed);
    }
    return function;
}

void *ofs_real_dlopen(const char *file, int mode)
{
    int saved_errno = errno;
    void *handle = ofs_real_dlopen_entry()(file, mode);

    if (!handle) {
        const char *why = dlerror();
        ofs_debug("dlopen %s: %s", file ? file : "(program)", why ? why : "failed");
    }
    errno = saved_errno;
    return handle;
}

void *ofs_real_dlsym(void *handle, const char *symbol)
{
    int saved_errno = errno;
    void *address = dlsym(handle, symbol);

    if (!address)
        (void)dlerror();
    errno = saved_errno;
    return address;
}
