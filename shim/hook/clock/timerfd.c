/* Timers that are descriptors. The kernel's timer is armed at the moment when its virtual time has come, so that poll,
 * epoll and read find it as they would; until then it is off.
 *
 * How often it has expired is the kernel's to say at read(): a timer that was due c - 1 long intervals ago has
 * expired c times. For that the kernel's timer is always one of CLOCK_REALTIME, whose past is long enough. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>

#include "hook/clock/clock.h"

#define TIMERS_MAX 256
#define LONG_S     100000ll     /* no reader is as slow */
#define PAST_S     1000000000ll /* the machine's clock stands at more */

static struct timer {
    int fd; /* 0 = none: standard input is no timer */
    clockid_t clock;
    uint64_t deadline, interval;
    uint64_t unread; /* expirations that the kernel was told of, unless they have been read */
} timers[TIMERS_MAX];
static _Atomic int timer_count, armed_count;

bool ofs_timerfd_any(void) { return atomic_load(&armed_count) > 0; }

static struct timer *find(int fd)
{
    for (int i = 0; i < TIMERS_MAX && fd > 0; i++)
        if (timers[i].fd == fd)
            return &timers[i];
    return NULL;
}

bool ofs_timerfd_is(int fd)
{
    bool is;
    if (atomic_load_explicit(&timer_count, memory_order_relaxed) == 0)
        return false;
    ofs_lock();
    is = find(fd) != NULL;
    ofs_unlock();
    return is;
}

static bool is_readable(int fd)
{
    struct pollfd list = { .fd = fd, .events = POLLIN };
    struct timespec none = { 0 };
    return SYSTEM(SYS_ppoll, &list, 1, &none, NULL, 0) == 1;
}

static void set_deadline(struct timer *timer, uint64_t deadline)
{
    if (timer->deadline == NEVER && deadline != NEVER)
        atomic_fetch_add(&armed_count, 1);
    if (timer->deadline != NEVER && deadline == NEVER)
        atomic_fetch_sub(&armed_count, 1);
    timer->deadline = deadline;
}

static void forget(struct timer *timer)
{
    set_deadline(timer, NEVER);
    timer->fd = 0;
    atomic_fetch_sub(&timer_count, 1);
}

/* The kernel's timer has expired `count` times by now, and does not again for long; 0 = it is off. */
static void tell_kernel(struct timer *timer, uint64_t count)
{
    struct itimerspec spec = { 0 };
    if (count > 0) {
        int64_t long_s = (int64_t)count < PAST_S / LONG_S ? LONG_S : PAST_S / (int64_t)count + 1;
        REAL(clock_gettime)(CLOCK_REALTIME, &spec.it_value);
        spec.it_value.tv_sec -= 1 + long_s * (int64_t)(count - 1);
        spec.it_interval.tv_sec = long_s;
    }
    if (SYSTEM(SYS_timerfd_settime, timer->fd, TFD_TIMER_ABSTIME, &spec, NULL) != 0)
        forget(timer); /* closed, and the number belongs to something else */
}

uint64_t ofs_timerfd_nearest(void)
{
    uint64_t nearest = NEVER;
    if (!ofs_timerfd_any())
        return NEVER;
    for (int i = 0; i < TIMERS_MAX; i++) {
        struct timer *timer = &timers[i];
        /* Nobody has read it since it expired: another expiration is no news, and nothing to move the clock for. */
        if (timer->fd > 0 && timer->deadline < nearest && !(timer->unread > 0 && is_readable(timer->fd)))
            nearest = timer->deadline;
    }
    return nearest;
}

static void fire(struct timer *timer, uint64_t now)
{
    uint64_t count = timer->interval ? 1 + (now - timer->deadline) / timer->interval : 1;
    if (timer->unread > 0 && !is_readable(timer->fd))
        timer->unread = 0;
    timer->unread += count;
    set_deadline(timer, timer->interval ? timer->deadline + count * timer->interval : NEVER);
    tell_kernel(timer, timer->unread);
}

void ofs_timerfd_fire(uint64_t now)
{
    for (int i = 0; i < TIMERS_MAX; i++)
        if (timers[i].fd > 0 && timers[i].deadline <= now)
            fire(&timers[i], now);
}

/* The number may have been another timer's, which was closed. `keep`: it is a timer of the virtual clock. */
static void adopt(int fd, clockid_t clock, bool keep)
{
    struct timer *timer;
    ofs_lock();
    timer = find(fd);
    if (timer)
        forget(timer);
    for (int i = 0; i < TIMERS_MAX && keep; i++) {
        if (timers[i].fd == 0) {
            timers[i] = (struct timer){ .fd = fd, .clock = clock, .deadline = NEVER };
            atomic_fetch_add(&timer_count, 1);
            keep = false;
        }
    }
    ofs_unlock();
}

EXPORT int timerfd_create(clockid_t clock, int flags)
{
    bool keep = ofs_virtual_wait(CALLER) && clock >= 0 && clock <= CLOCK_BOOTTIME_ALARM;
    int fd = REAL(timerfd_create)(keep ? CLOCK_REALTIME : clock, flags);
    if (fd > 0 && ofs_local.depth == 0)
        adopt(fd, clock, keep);
    return fd;
}

/* With the lock held. */
static struct itimerspec left(const struct timer *timer)
{
    uint64_t now = ofs_now(), deadline = timer->deadline;
    uint64_t left_ns = deadline == NEVER ? 0 : deadline > now ? deadline - now : 1;
    return (struct itimerspec){ .it_value = ofs_timespec(left_ns), .it_interval = ofs_timespec(timer->interval) };
}

static uint64_t first_deadline(int flags, uint64_t value)
{
    uint64_t now = ofs_now(), deadline;
    if (value == 0)
        return NEVER; /* off */
    deadline = flags & TFD_TIMER_ABSTIME ? ofs_deadline(value) : value > NEVER - 1 - now ? NEVER - 1 : now + value;
    return deadline == NEVER ? NEVER - 1 : deadline;
}

EXPORT int timerfd_settime(int fd, int flags, const struct itimerspec *spec, struct itimerspec *old)
{
    uint64_t value, interval;
    struct timer *timer;
    if (!ofs_virtual_wait(CALLER) || !ofs_timerfd_is(fd) || !spec || spec->it_value.tv_sec < 0 ||
        spec->it_interval.tv_sec < 0 || !ofs_timespec_ns(&spec->it_value, &value) ||
        !ofs_timespec_ns(&spec->it_interval, &interval))
        return REAL(timerfd_settime)(fd, flags, spec, old);
    ofs_lock();
    timer = find(fd);
    if (timer) {
        if (old)
            *old = left(timer);
        timer->interval = interval;
        timer->unread = 0;
        set_deadline(timer, first_deadline(flags, value));
        tell_kernel(timer, 0);
        if (timer->fd > 0 && timer->deadline <= ofs_now())
            fire(timer, ofs_now());
        atomic_fetch_add(&ofs_clock.moved, 1);
    }
    ofs_unlock();
    return 0;
}

EXPORT int timerfd_gettime(int fd, struct itimerspec *spec)
{
    struct timer *timer;
    if (!ofs_virtual_wait(CALLER) || !ofs_timerfd_is(fd) || !spec)
        return REAL(timerfd_gettime)(fd, spec);
    ofs_lock();
    timer = find(fd);
    if (timer)
        *spec = left(timer);
    ofs_unlock();
    return 0;
}

/* A read that waits for a timer is a wait like others: the clock goes on to it. */
static bool must_wait(int fd)
{
    int flags;
    if (!ofs_timerfd_is(fd))
        return false;
    flags = fcntl(fd, F_GETFL);
    return flags >= 0 && !(flags & O_NONBLOCK);
}

EXPORT ssize_t read(int fd, void *bytes, size_t count)
{
    if (atomic_load_explicit(&timer_count, memory_order_relaxed) > 0 && count >= sizeof(uint64_t) &&
        ofs_virtual_wait(CALLER) && must_wait(fd) && ofs_wait_readable(fd, "read of a timer") != 0)
        return -1;
    return REAL(read)(fd, bytes, count);
}

ssize_t __read_chk(int fd, void *bytes, size_t count, size_t room);

EXPORT ssize_t __read_chk(int fd, void *bytes, size_t count, size_t room)
{
    if (atomic_load_explicit(&timer_count, memory_order_relaxed) > 0 && count >= sizeof(uint64_t) &&
        ofs_virtual_wait(CALLER) && must_wait(fd) && ofs_wait_readable(fd, "read of a timer") != 0)
        return -1;
    return REAL(__read_chk)(fd, bytes, count, room);
}
