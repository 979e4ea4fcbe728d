/* syscall(): what language run-times ask of the kernel without the C library's functions. Everything else is passed
 * on. */
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>

#include "hook/clock/clock.h"

/* The arguments of futex(2). */
struct futex_call {
    void *word;
    long operation, value, bits;
};

static long futex_for(const struct futex_call *call, uint64_t real_ns)
{
    struct timespec until = ofs_timespec(ofs_real_ns() + (real_ns == NEVER ? 0 : real_ns));
    long bits = (call->operation & FUTEX_CMD_MASK) == FUTEX_WAIT ? (long)FUTEX_BITSET_MATCH_ANY : call->bits;
    long operation = FUTEX_WAIT_BITSET | (call->operation & FUTEX_PRIVATE_FLAG); /* until: of CLOCK_MONOTONIC */
    return SYSTEM(SYS_futex, call->word, operation, call->value, real_ns == NEVER ? NULL : &until, NULL, bits);
}

static long wait_futex(const struct futex_call *call, uint64_t deadline, const void *caller)
{
    uint64_t now = ofs_now(), real_ns;
    struct wait wait;
    long result;
    int error;
    if (!ofs_virtual_wait(caller))
        return futex_for(call, deadline == NEVER ? NEVER : deadline > now ? deadline - now : 0);
    ofs_wait_enter(&wait, WAIT_FUTEX, "futex", call->word, deadline);
    pthread_cleanup_push(ofs_wait_leave_cleanup, &wait);
    result = futex_for(call, 0); /* another value is EAGAIN, even after the deadline */
    error = result ? errno : 0;
    while (error == ETIMEDOUT && (real_ns = ofs_wait_plan(&wait)) > 0) {
        result = futex_for(call, real_ns);
        error = result ? errno : 0;
    }
    /* Woken by the clock. */
    if (!error && wait.self && wait.self->granted && atomic_load(&wait.self->serial) == wait.serial)
        error = ETIMEDOUT;
    pthread_cleanup_pop(1);
    if (!error)
        return result;
    errno = error;
    return -1;
}

static long system_futex(long a[6], const void *caller)
{
    struct futex_call call = { (void *)a[0], a[1], a[2], a[5] };
    long command = a[1] & FUTEX_CMD_MASK;
    const struct timespec *time = (const struct timespec *)a[3];
    uint64_t deadline, now = ofs_now();
    if ((command != FUTEX_WAIT && command != FUTEX_WAIT_BITSET) || !time || ofs_from_shim(caller) || time->tv_sec < 0 ||
        !ofs_timespec_ns(time, &deadline))
        return SYSTEM(SYS_futex, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (command == FUTEX_WAIT)
        deadline = deadline > NEVER - 1 - now ? NEVER - 1 : now + deadline;
    else
        deadline = ofs_deadline(deadline);
    return wait_futex(&call, deadline, caller);
}

/* The clock's functions, for a caller that is not ours. */
static long system_clock(clockid_t clock, struct timespec *time) { return clock_gettime(clock, time); }

OFS_TAKES_SIX EXPORT long syscall(long number, ...)
{
    const void *caller = CALLER;
    long a[6];
    va_list list;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if (ofs_caller(caller) != CALLER_OURS) {
        switch (number) {
        case SYS_futex: return system_futex(a, caller);
        case SYS_clock_gettime: return system_clock((clockid_t)a[0], (struct timespec *)a[1]);
        case SYS_gettimeofday: return gettimeofday((struct timeval *)a[0], (void *)a[1]);
#ifdef SYS_time
        case SYS_time: return time((time_t *)a[0]);
#endif
        case SYS_getrandom:
            if (ofs_caller(caller) == CALLER_GAME)
                return getrandom((void *)a[0], (size_t)a[1], (unsigned)a[2]);
            break;
        default: break;
        }
    }
    return SYSTEM(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
