/* epoll. What is in a set is known to the kernel alone, so that sets with sockets of the network are marked here. */
#include <errno.h>
#include <sys/epoll.h>

#include "hook/clock/wait.h"

#define MARKS 4096
static _Atomic unsigned char has_network[MARKS];

static void mark(int epoll, bool network)
{
    if (epoll >= 0 && epoll < MARKS)
        atomic_store(&has_network[epoll], network);
}

EXPORT int epoll_create(int size)
{
    int epoll = REAL(epoll_create)(size);
    mark(epoll, false);
    return epoll;
}

EXPORT int epoll_create1(int flags)
{
    int epoll = REAL(epoll_create1)(flags);
    mark(epoll, false);
    return epoll;
}

EXPORT int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    int result = REAL(epoll_ctl)(epoll, operation, fd, event);
    if (result == 0 && operation == EPOLL_CTL_ADD && ofs_far_end(fd) == FAR_NETWORK)
        mark(epoll, true);
    return result;
}

static bool real_epoll(const struct fds *fds)
{
    return fds->epoll >= 0 && fds->epoll < MARKS && atomic_load(&has_network[fds->epoll]);
}

/* epoll_pwait2, with its nanoseconds, is from Linux 5.11 and glibc 2.35; before, wait by poll and fetch at once. */
static int call_epoll(struct fds *fds, const struct timespec *real)
{
    struct pollfd list = { .fd = fds->epoll, .events = POLLIN };
    int found;
    if (!real)
        return REAL(epoll_pwait)(fds->epoll, fds->events, fds->room, -1, fds->mask);
    if (real->tv_sec > 0 || real->tv_nsec > 0) {
        found = REAL(ppoll)(&list, 1, real, fds->mask);
        if (found <= 0)
            return found;
    }
    return REAL(epoll_pwait)(fds->epoll, fds->events, fds->room, 0, fds->mask);
}

static int wait_epoll(const char *what, int epoll, struct epoll_event *events, int room, uint64_t span_ns,
                      const sigset_t *mask)
{
    struct fds fds = { .what = what,
                       .call = call_epoll,
                       .real = real_epoll,
                       .mask = mask,
                       .epoll = epoll,
                       .events = events,
                       .room = room };
    return ofs_wait_fds(&fds, span_ns);
}

EXPORT int epoll_wait(int epoll, struct epoll_event *events, int room, int timeout_ms)
{
    if (!ofs_virtual_wait(CALLER) || room <= 0)
        return REAL(epoll_wait)(epoll, events, room, timeout_ms);
    return wait_epoll("epoll_wait", epoll, events, room, timeout_ms < 0 ? NEVER : (uint64_t)timeout_ms * NS_PER_MS,
                      NULL);
}

EXPORT int epoll_pwait(int epoll, struct epoll_event *events, int room, int timeout_ms, const sigset_t *mask)
{
    if (!ofs_virtual_wait(CALLER) || room <= 0)
        return REAL(epoll_pwait)(epoll, events, room, timeout_ms, mask);
    return wait_epoll("epoll_pwait", epoll, events, room, timeout_ms < 0 ? NEVER : (uint64_t)timeout_ms * NS_PER_MS,
                      mask);
}

int epoll_pwait2(int epoll, struct epoll_event *events, int room, const struct timespec *timeout, const sigset_t *mask);

EXPORT int epoll_pwait2(int epoll, struct epoll_event *events, int room, const struct timespec *timeout,
                        const sigset_t *mask)
{
    uint64_t span_ns = NEVER;
    if (!ofs_virtual_wait(CALLER) || room <= 0 ||
        (timeout && (timeout->tv_sec < 0 || !ofs_timespec_ns(timeout, &span_ns))))
        return REAL(epoll_pwait2)(epoll, events, room, timeout, mask);
    return wait_epoll("epoll_pwait2", epoll, events, room, span_ns, mask);
}
