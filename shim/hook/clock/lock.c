/* Locks and joins with deadlines: they are had really, in steps, until the virtual deadline. */
#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include "hook/clock/clock.h"

struct target {
    int (*call)(const struct target *target, clockid_t clock, const struct timespec *until);
    const char *what;
    void *object;
    pthread_t thread;
    void **result;
};

static int call_mutex(const struct target *target, clockid_t clock, const struct timespec *until)
{
    return REAL(pthread_mutex_clocklock)(target->object, clock, until);
}

static int call_read(const struct target *target, clockid_t clock, const struct timespec *until)
{
    return REAL(pthread_rwlock_clockrdlock)(target->object, clock, until);
}

static int call_write(const struct target *target, clockid_t clock, const struct timespec *until)
{
    return REAL(pthread_rwlock_clockwrlock)(target->object, clock, until);
}

static int call_join(const struct target *target, clockid_t clock, const struct timespec *until)
{
    return REAL(pthread_clockjoin_np)(target->thread, target->result, clock, until);
}

struct attempt {
    const struct target *target;
    int error;
};

/* Is it there for the taking? Who had it may have let it go, and gone to sleep or ended, after the last step of a wait. */
static bool try_it(void *context)
{
    struct attempt *attempt = context;
    const struct timespec at_once = { 0 };
    if (attempt->error == ETIMEDOUT)
        attempt->error = attempt->target->call(attempt->target, CLOCK_MONOTONIC, &at_once);
    return attempt->error != ETIMEDOUT;
}

static int wait_for(const struct target *target, const void *caller, uint64_t deadline)
{
    struct attempt attempt = { target, ETIMEDOUT };
    struct timespec until;
    struct wait wait;
    uint64_t real_ns;
    if (!ofs_virtual_wait(caller)) {
        until = ofs_real_deadline(deadline);
        return target->call(target, CLOCK_MONOTONIC, &until);
    }
    if (try_it(&attempt))
        return attempt.error;
    ofs_wait_enter(&wait, WAIT_LOCK, target->what, target->object, deadline);
    wait.is_over = try_it;
    wait.context = &attempt;
    pthread_cleanup_push(ofs_wait_leave_cleanup, &wait);
    while (attempt.error == ETIMEDOUT && (real_ns = ofs_wait_plan(&wait)) > 0 && attempt.error == ETIMEDOUT) {
        until = ofs_timespec(real_ns == NEVER ? INT64_MAX : ofs_real_ns() + real_ns);
        attempt.error = target->call(target, CLOCK_MONOTONIC, &until);
    }
    pthread_cleanup_pop(1);
    return attempt.error;
}

/* The functions whose names say "timed" are those that say "clock" with CLOCK_REALTIME. What is not for us, also a clock
 * or a time that makes no sense, is for the real function. */
static int until(const struct target target, clockid_t clock, const struct timespec *time, const void *caller)
{
    uint64_t deadline;
    if (ofs_from_shim(caller) || (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) || !time ||
        !ofs_timespec_ns(time, &deadline))
        return target.call(&target, clock, time);
    return wait_for(&target, caller, ofs_deadline(deadline));
}

EXPORT int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict time)
{
    return until((struct target){ .call = call_mutex, .what = "pthread_mutex_timedlock", .object = mutex },
                 CLOCK_REALTIME, time, CALLER);
}

EXPORT int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock,
                                   const struct timespec *restrict time)
{
    return until((struct target){ .call = call_mutex, .what = "pthread_mutex_clocklock", .object = mutex }, clock, time,
                 CALLER);
}

EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict time)
{
    return until((struct target){ .call = call_read, .what = "pthread_rwlock_timedrdlock", .object = lock },
                 CLOCK_REALTIME, time, CALLER);
}

EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                                      const struct timespec *restrict time)
{
    return until((struct target){ .call = call_read, .what = "pthread_rwlock_clockrdlock", .object = lock }, clock,
                 time, CALLER);
}

EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict time)
{
    return until((struct target){ .call = call_write, .what = "pthread_rwlock_timedwrlock", .object = lock },
                 CLOCK_REALTIME, time, CALLER);
}

EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                                      const struct timespec *restrict time)
{
    return until((struct target){ .call = call_write, .what = "pthread_rwlock_clockwrlock", .object = lock }, clock,
                 time, CALLER);
}

EXPORT int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict time)
{
    const struct target target = { .call = call_mutex, .what = "mtx_timedlock", .object = mutex };
    int error = until(target, CLOCK_REALTIME, time, CALLER);
    return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

EXPORT int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *time)
{
    return until(
        (struct target){ .call = call_join, .what = "pthread_timedjoin_np", .thread = thread, .result = result },
        CLOCK_REALTIME, time, CALLER);
}

EXPORT int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *time)
{
    return until(
        (struct target){ .call = call_join, .what = "pthread_clockjoin_np", .thread = thread, .result = result }, clock,
        time, CALLER);
}
