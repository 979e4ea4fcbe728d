/* Another preloaded library that stands in front of the same functions and counts. */
#include <dlfcn.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

int chain_connects(void);
int chain_dlopens(void);

static int connects, dlopens;

__attribute__((visibility("default"))) int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    int (*next)(int, const struct sockaddr *, socklen_t) =
        (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");

    connects++;
    return next(fd, address, length);
}

__attribute__((visibility("default"))) void *dlopen(const char *file, int mode)
{
    void *(*next)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");

    dlopens++;
    return next(file, mode);
}

__attribute__((visibility("default"))) int chain_connects(void)
{
    return connects;
}

__attribute__((visibility("default"))) int chain_dlopens(void)
{
    return dlopens;
}
