/* Sleeping. */
#include <errno.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <threads.h>
#include <time.h>

#include "hook/clock/clock.h"

/* 0, or EINTR with the time that is left. */
static int sleep_until(const char *what, uint64_t deadline, uint64_t *left_out)
{
    struct wait wait;
    uint64_t real_ns, now;
    bool interrupted = false;
    int saved = errno;
    pthread_testcancel();
    ofs_wait_enter(&wait, WAIT_SLEEP, what, NULL, deadline);
    pthread_cleanup_push(ofs_wait_leave_cleanup, &wait);
    while (!interrupted && (real_ns = ofs_wait_plan(&wait)) > 0)
        interrupted = !ofs_wait_word(&wait, real_ns);
    pthread_cleanup_pop(1);
    if (deadline <= wait.start)
        SYSTEM(SYS_sched_yield); /* what a sleep of nothing is for */
    errno = saved;
    now = ofs_now();
    *left_out = interrupted && deadline > now ? deadline - now : 0;
    return interrupted ? EINTR : 0;
}

static uint64_t after(uint64_t span_ns)
{
    uint64_t now = ofs_now();
    return span_ns > NEVER - 1 - now ? NEVER - 1 : now + span_ns;
}

static int sleep_for(const char *what, const struct timespec *request, struct timespec *left)
{
    uint64_t span_ns, left_ns;
    int error;
    if (request->tv_sec < 0 || !ofs_timespec_ns(request, &span_ns))
        return EINVAL;
    error = sleep_until(what, after(span_ns), &left_ns);
    if (error && left)
        *left = ofs_timespec(left_ns);
    return error;
}

EXPORT int nanosleep(const struct timespec *request, struct timespec *left)
{
    int error;
    if (!ofs_virtual_wait(CALLER) || !request)
        return REAL(nanosleep)(request, left);
    error = sleep_for("nanosleep", request, left);
    if (!error)
        return 0;
    errno = error;
    return -1;
}

static bool is_cpu_clock(clockid_t clock)
{
    return clock < 0 || clock == CLOCK_PROCESS_CPUTIME_ID || clock == CLOCK_THREAD_CPUTIME_ID;
}

EXPORT int clock_nanosleep(clockid_t clock, int flags, const struct timespec *request, struct timespec *left)
{
    uint64_t deadline, left_ns;
    bool ours = !ofs_virtual_wait(CALLER);
    if (ours || is_cpu_clock(clock) || clock > CLOCK_TAI || !request)
        return REAL(clock_nanosleep)(clock, flags, request, left);
    if (!(flags & TIMER_ABSTIME))
        return sleep_for("clock_nanosleep", request, left);
    if (request->tv_sec < 0 || !ofs_timespec_ns(request, &deadline))
        return EINVAL;
    return sleep_until("clock_nanosleep", ofs_deadline(deadline), &left_ns);
}

EXPORT int usleep(useconds_t span_us)
{
    struct timespec request = ofs_timespec(span_us * NS_PER_US);
    int error;
    if (!ofs_virtual_wait(CALLER))
        return REAL(usleep)(span_us);
    error = sleep_for("usleep", &request, NULL);
    if (!error)
        return 0;
    errno = error;
    return -1;
}

EXPORT unsigned sleep(unsigned span_s)
{
    struct timespec request = { .tv_sec = span_s }, left = { 0 };
    if (!ofs_virtual_wait(CALLER))
        return REAL(sleep)(span_s);
    if (sleep_for("sleep", &request, &left) == 0)
        return 0;
    return (unsigned)left.tv_sec + (left.tv_nsec >= (long)(NS_PER_S / 2));
}

/* C11: -1 for a signal, another negative number for what is no time. */
EXPORT int thrd_sleep(const struct timespec *request, struct timespec *left)
{
    int error;
    if (!ofs_virtual_wait(CALLER) || !request)
        return REAL(thrd_sleep)(request, left);
    error = sleep_for("thrd_sleep", request, left);
    return error == 0 ? 0 : error == EINTR ? -1 : -2;
}
