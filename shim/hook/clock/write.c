/* What is written to our X server takes effect before the call returns, so that the order of requests of different
 * threads and of what the server sends by itself is the same in every run. */
#include <errno.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hook/clock/clock.h"

static ssize_t written(const void *caller, int fd, ssize_t count)
{
    const struct ofs_clock_host *host = atomic_load_explicit(&ofs_clock.host, memory_order_acquire);
    if (count > 0 && host && ofs_local.depth == 0 && !ofs_from_shim(caller)) {
        int saved = errno;
        if (host->is_x(fd)) {
            atomic_store(&ofs_clock.writer, ofs_thread_self());
            host->settle(fd);
        }
        errno = saved;
    }
    return count;
}

EXPORT ssize_t write(int fd, const void *bytes, size_t count)
{
    return written(CALLER, fd, REAL(write)(fd, bytes, count));
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return written(CALLER, fd, REAL(writev)(fd, parts, count));
}

EXPORT ssize_t send(int fd, const void *bytes, size_t count, int flags)
{
    return written(CALLER, fd, REAL(send)(fd, bytes, count, flags));
}

EXPORT ssize_t sendto(int fd, const void *bytes, size_t count, int flags, const struct sockaddr *to, socklen_t length)
{
    return written(CALLER, fd, REAL(sendto)(fd, bytes, count, flags, to, length));
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    return written(CALLER, fd, REAL(sendmsg)(fd, message, flags));
}
