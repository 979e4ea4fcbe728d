/* poll and select with time-outs. A time-out of 0 is a look. A set with a socket of the network waits in real time, and
 * so does one of nothing but sockets of other processes: D-Bus, a sound server. Where there is anything else in the set,
 * it is the loop that a program lives in, which goes by the game's time. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "hook/clock/clock.h"
#include "hook/clock/wait.h"

static int call_for(struct fds *fds, uint64_t real_ns)
{
    struct timespec real =
        ofs_timespec(real_ns < (uint64_t)INT_MAX * NS_PER_MS ? real_ns : (uint64_t)INT_MAX * NS_PER_MS);
    return fds->call(fds, real_ns == NEVER ? NULL : &real);
}

/* The clock goes on by a wait in real time, unless it is another thread's than the one that shows frames, and frames
 * come: those move it. */
static bool moves_the_clock(const struct thread *self)
{
    if (atomic_load(&ofs_clock.frozen) || !self)
        return false;
    return !atomic_load(&ofs_clock.live) || atomic_load(&self->tid) == atomic_load(&ofs_clock.ticker) ||
           ofs_real_ns() - atomic_load(&ofs_clock.stirred_real) >= GRACE_NS;
}

static int wait_for_network(struct fds *fds, uint64_t span_ns)
{
    uint64_t start = ofs_now(), start_real = ofs_real_ns(), passed;
    struct wait wait;
    int found, saved;
    ofs_wait_enter(&wait, WAIT_WORLD, fds->what, NULL, NEVER);
    pthread_cleanup_push(ofs_wait_leave_cleanup, &wait);
    found = call_for(fds, span_ns);
    pthread_cleanup_pop(1);
    saved = errno;
    passed = ofs_real_ns() - start_real;
    passed = passed < span_ns && found != 0 ? passed : span_ns;
    if (moves_the_clock(wait.self))
        ofs_advance(start + passed);
    errno = saved;
    return found;
}

static bool look_again(void *context)
{
    struct fds *fds = context;
    if (fds->found == 0) {
        fds->found = call_for(fds, 0);
        fds->error = errno;
    }
    return fds->found != 0;
}

/* One step of the wait. */
static int step(struct fds *fds, uint64_t real_ns)
{
    if (fds->found == 0)
        return call_for(fds, real_ns);
    errno = fds->error;
    return fds->found;
}

int ofs_wait_fds(struct fds *fds, uint64_t span_ns)
{
    struct wait wait;
    uint64_t now = ofs_now(), real_ns;
    int found;
    if (span_ns == 0) {
        ofs_local.looks++;
        return call_for(fds, 0);
    }
    /* What is there already is no reason to wait, and none for the clock to go on. */
    found = call_for(fds, 0);
    if (found != 0)
        return found;
    if (fds->real(fds))
        return wait_for_network(fds, span_ns);
    ofs_wait_enter(&wait, WAIT_FDS, fds->what, NULL, span_ns > NEVER - 1 - now ? NEVER : now + span_ns);
    wait.is_over = look_again;
    wait.context = fds;
    pthread_cleanup_push(ofs_wait_leave_cleanup, &wait);
    while (found == 0 && (real_ns = ofs_wait_plan(&wait)) > 0)
        found = step(fds, real_ns);
    pthread_cleanup_pop(1);
    return found ? found : step(fds, 0);
}

/* A pair of sockets has this process at both ends, even when another one has been given the second. */
static bool has_another_process(int fd)
{
    struct ucred peer = { 0 };
    socklen_t bytes = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) == 0 && peer.pid > 0 && peer.pid != getpid();
}

enum far_end ofs_far_end(int fd)
{
    int domain = 0, saved = errno;
    socklen_t bytes = sizeof domain;
    enum far_end end = FAR_HERE;
    if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &bytes) == 0) {
        if (domain == AF_INET || domain == AF_INET6)
            end = FAR_NETWORK;
        else if (domain == AF_UNIX && has_another_process(fd))
            end = FAR_PROCESS;
    }
    errno = saved;
    return end;
}

/* Of a set: how many descriptors there are, how many of them are of other processes, and of the network. */
struct ends {
    unsigned all, processes, network;
};

static void count_end(struct ends *ends, int fd)
{
    enum far_end end = ofs_far_end(fd);
    ends->all++;
    ends->processes += end == FAR_PROCESS;
    ends->network += end == FAR_NETWORK;
}

static bool is_world(const struct ends *ends)
{
    return ends->network > 0 || (ends->all > 0 && ends->processes == ends->all);
}

/* -- poll ---------------------------------------------------------------------------------------------------------- */

static int call_poll(struct fds *fds, const struct timespec *real)
{
    return REAL(ppoll)(fds->list, fds->count, real, fds->mask);
}

static bool real_poll(const struct fds *fds)
{
    struct ends ends = { 0 };
    for (nfds_t i = 0; i < fds->count; i++)
        if (fds->list[i].fd >= 0)
            count_end(&ends, fds->list[i].fd);
    return is_world(&ends);
}

EXPORT int poll(struct pollfd *list, nfds_t count, int timeout_ms)
{
    struct fds fds = { .what = "poll", .call = call_poll, .real = real_poll, .list = list, .count = count };
    if (!ofs_virtual_wait(CALLER))
        return REAL(poll)(list, count, timeout_ms);
    return ofs_wait_fds(&fds, timeout_ms < 0 ? NEVER : (uint64_t)timeout_ms * NS_PER_MS);
}

EXPORT int ppoll(struct pollfd *list, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
    struct fds fds = {
        .what = "ppoll", .call = call_poll, .real = real_poll, .list = list, .count = count, .mask = mask
    };
    uint64_t span_ns = NEVER;
    if (!ofs_virtual_wait(CALLER) || (timeout && (timeout->tv_sec < 0 || !ofs_timespec_ns(timeout, &span_ns))))
        return REAL(ppoll)(list, count, timeout, mask);
    return ofs_wait_fds(&fds, span_ns);
}

/* What a program calls that was compiled with _FORTIFY_SOURCE. */
int __poll_chk(struct pollfd *list, nfds_t count, int timeout_ms, size_t bytes);
int __ppoll_chk(struct pollfd *list, nfds_t count, const struct timespec *timeout, const sigset_t *mask, size_t bytes);

EXPORT int __poll_chk(struct pollfd *list, nfds_t count, int timeout_ms, size_t bytes)
{
    struct fds fds = { .what = "poll", .call = call_poll, .real = real_poll, .list = list, .count = count };
    if (!ofs_virtual_wait(CALLER) || bytes / sizeof *list < count)
        return REAL(__poll_chk)(list, count, timeout_ms, bytes);
    return ofs_wait_fds(&fds, timeout_ms < 0 ? NEVER : (uint64_t)timeout_ms * NS_PER_MS);
}

EXPORT int __ppoll_chk(struct pollfd *list, nfds_t count, const struct timespec *timeout, const sigset_t *mask,
                       size_t bytes)
{
    struct fds fds = {
        .what = "ppoll", .call = call_poll, .real = real_poll, .list = list, .count = count, .mask = mask
    };
    uint64_t span_ns = NEVER;
    if (!ofs_virtual_wait(CALLER) || bytes / sizeof *list < count ||
        (timeout && (timeout->tv_sec < 0 || !ofs_timespec_ns(timeout, &span_ns))))
        return REAL(__ppoll_chk)(list, count, timeout, mask, bytes);
    return ofs_wait_fds(&fds, span_ns);
}

int ofs_wait_readable(int fd, const char *what)
{
    struct pollfd list = { .fd = fd, .events = POLLIN };
    struct fds fds = { .what = what, .call = call_poll, .real = real_poll, .list = &list, .count = 1 };
    return ofs_wait_fds(&fds, NEVER) < 0 ? -1 : 0;
}

/* -- select -------------------------------------------------------------------------------------------------------- */

/* The sets are results too: they stay as they are until something is found. Those of the call may be shorter than
 * fd_set, and longer. */
static int call_select(struct fds *fds, const struct timespec *real)
{
    size_t bytes = (size_t)((fds->nfds + 63) / 64) * 8;
    char copies[3][FD_SETSIZE / 8];
    fd_set *sets[3];
    int found;
    if (fds->nfds < 0 || fds->nfds > FD_SETSIZE)
        return REAL(pselect)(fds->nfds, fds->sets[0], fds->sets[1], fds->sets[2], real, fds->mask);
    for (int i = 0; i < 3; i++) {
        sets[i] = fds->sets[i] ? (fd_set *)(void *)copies[i] : NULL;
        if (sets[i])
            memcpy(copies[i], fds->sets[i], bytes);
    }
    found = REAL(pselect)(fds->nfds, sets[0], sets[1], sets[2], real, fds->mask);
    for (int i = 0; i < 3 && found > 0; i++)
        if (sets[i])
            memcpy(fds->sets[i], copies[i], bytes);
    return found;
}

static bool real_select(const struct fds *fds)
{
    struct ends ends = { 0 };
    for (int fd = 0; fd < fds->nfds && fd < FD_SETSIZE; fd++) {
        bool in = false;
        for (int i = 0; i < 3; i++)
            in |= fds->sets[i] && FD_ISSET(fd, fds->sets[i]);
        if (in)
            count_end(&ends, fd);
    }
    return is_world(&ends);
}

static int wait_select(struct fds *fds, uint64_t span_ns)
{
    int found = ofs_wait_fds(fds, span_ns);
    for (int i = 0; i < 3 && found == 0; i++)
        if (fds->sets[i] && fds->nfds > 0)
            memset(fds->sets[i], 0, (size_t)((fds->nfds + 63) / 64) * 8);
    return found;
}

EXPORT int select(int nfds, fd_set *restrict read, fd_set *restrict write, fd_set *restrict except,
                  struct timeval *restrict timeout)
{
    struct fds fds = {
        .what = "select", .call = call_select, .real = real_select, .nfds = nfds, .sets = { read, write, except }
    };
    uint64_t span_ns = NEVER, start = ofs_now(), passed;
    int found;
    if (!ofs_virtual_wait(CALLER) || nfds < 0 || nfds > FD_SETSIZE ||
        (timeout && (timeout->tv_sec < 0 || timeout->tv_usec < 0)))
        return REAL(select)(nfds, read, write, except, timeout);
    if (timeout)
        span_ns = (uint64_t)timeout->tv_sec < INT64_MAX / NS_PER_S - 1
                      ? (uint64_t)timeout->tv_sec * NS_PER_S + (uint64_t)timeout->tv_usec * NS_PER_US
                      : NEVER - 1;
    found = wait_select(&fds, span_ns);
    passed = ofs_now() - start;
    if (timeout) { /* what is left, as Linux says it */
        struct timespec left = ofs_timespec(passed < span_ns ? span_ns - passed : 0);
        timeout->tv_sec = left.tv_sec;
        timeout->tv_usec = left.tv_nsec / 1000;
    }
    return found;
}

EXPORT int pselect(int nfds, fd_set *restrict read, fd_set *restrict write, fd_set *restrict except,
                   const struct timespec *restrict timeout, const sigset_t *restrict mask)
{
    struct fds fds = { .what = "pselect",
                       .call = call_select,
                       .real = real_select,
                       .nfds = nfds,
                       .sets = { read, write, except },
                       .mask = mask };
    uint64_t span_ns = NEVER;
    if (!ofs_virtual_wait(CALLER) || nfds < 0 || nfds > FD_SETSIZE ||
        (timeout && (timeout->tv_sec < 0 || !ofs_timespec_ns(timeout, &span_ns))))
        return REAL(pselect)(nfds, read, write, except, timeout, mask);
    return wait_select(&fds, span_ns);
}
