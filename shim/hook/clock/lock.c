/* Locks and joins with deadlines: they are had really, in steps, until the virtual deadline. */
#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include "hook/clock/clock.h"

struct target {
    int (*call)(struct target *target, const struct timespec *until); /* by CLOCK_MONOTONIC */
    const char *what;
    void *object;
    pthread_t thread;
    void **result;
};

static int wait_for(struct target *target, const void *caller, uint64_t deadline)
{
    struct timespec until = { 0 };
    struct wait wait;
    uint64_t real_ns;
    int error;
    if (!ofs_virtual_wait(caller)) {
        until = ofs_real_deadline(deadline);
        return target->call(target, &until);
    }
    error = target->call(target, &until); /* there for the taking? */
    if (error != ETIMEDOUT)
        return error;
    ofs_wait_enter(&wait, WAIT_LOCK, target->what, target->object, deadline);
    pthread_cleanup_push(ofs_wait_leave_cleanup, &wait);
    while (error == ETIMEDOUT && (real_ns = ofs_wait_plan(&wait)) > 0) {
        until = ofs_timespec(real_ns == NEVER ? INT64_MAX : ofs_real_ns() + real_ns);
        error = target->call(target, &until);
    }
    pthread_cleanup_pop(1);
    return error;
}

static int call_mutex(struct target *target, const struct timespec *until)
{
    return REAL(pthread_mutex_clocklock)(target->object, CLOCK_MONOTONIC, until);
}

static int call_read(struct target *target, const struct timespec *until)
{
    return REAL(pthread_rwlock_clockrdlock)(target->object, CLOCK_MONOTONIC, until);
}

static int call_write(struct target *target, const struct timespec *until)
{
    return REAL(pthread_rwlock_clockwrlock)(target->object, CLOCK_MONOTONIC, until);
}

static int call_join(struct target *target, const struct timespec *until)
{
    return REAL(pthread_clockjoin_np)(target->thread, target->result, CLOCK_MONOTONIC, until);
}

static bool is_ours(const void *caller, clockid_t clock, const struct timespec *time, uint64_t *deadline_out)
{
    if (ofs_from_shim(caller) || (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) || !time ||
        !ofs_timespec_ns(time, deadline_out))
        return false;
    *deadline_out = ofs_deadline(*deadline_out);
    return true;
}

EXPORT int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const struct timespec *restrict time)
{
    struct target target = { .call = call_mutex, .what = "pthread_mutex_timedlock", .object = mutex };
    const void *caller = CALLER;
    uint64_t deadline;
    if (!is_ours(caller, CLOCK_REALTIME, time, &deadline))
        return REAL(pthread_mutex_timedlock)(mutex, time);
    return wait_for(&target, caller, deadline);
}

EXPORT int pthread_mutex_clocklock(pthread_mutex_t *restrict mutex, clockid_t clock,
                                   const struct timespec *restrict time)
{
    struct target target = { .call = call_mutex, .what = "pthread_mutex_clocklock", .object = mutex };
    const void *caller = CALLER;
    uint64_t deadline;
    if (!is_ours(caller, clock, time, &deadline))
        return REAL(pthread_mutex_clocklock)(mutex, clock, time);
    return wait_for(&target, caller, deadline);
}

EXPORT int mtx_timedlock(mtx_t *restrict mutex, const struct timespec *restrict time)
{
    struct target target = { .call = call_mutex, .what = "mtx_timedlock", .object = mutex };
    const void *caller = CALLER;
    uint64_t deadline;
    int error;
    if (!is_ours(caller, CLOCK_REALTIME, time, &deadline))
        return REAL(mtx_timedlock)(mutex, time);
    error = wait_for(&target, caller, deadline);
    return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}

EXPORT int pthread_rwlock_timedrdlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict time)
{
    struct target target = { .call = call_read, .what = "pthread_rwlock_timedrdlock", .object = lock };
    const void *caller = CALLER;
    uint64_t deadline;
    if (!is_ours(caller, CLOCK_REALTIME, time, &deadline))
        return REAL(pthread_rwlock_timedrdlock)(lock, time);
    return wait_for(&target, caller, deadline);
}

EXPORT int pthread_rwlock_clockrdlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                                      const struct timespec *restrict time)
{
    struct target target = { .call = call_read, .what = "pthread_rwlock_clockrdlock", .object = lock };
    const void *caller = CALLER;
    uint64_t deadline;
    if (!is_ours(caller, clock, time, &deadline))
        return REAL(pthread_rwlock_clockrdlock)(lock, clock, time);
    return wait_for(&target, caller, deadline);
}

EXPORT int pthread_rwlock_timedwrlock(pthread_rwlock_t *restrict lock, const struct timespec *restrict time)
{
    struct target target = { .call = call_write, .what = "pthread_rwlock_timedwrlock", .object = lock };
    const void *caller = CALLER;
    uint64_t deadline;
    if (!is_ours(caller, CLOCK_REALTIME, time, &deadline))
        return REAL(pthread_rwlock_timedwrlock)(lock, time);
    return wait_for(&target, caller, deadline);
}

EXPORT int pthread_rwlock_clockwrlock(pthread_rwlock_t *restrict lock, clockid_t clock,
                                      const struct timespec *restrict time)
{
    struct target target = { .call = call_write, .what = "pthread_rwlock_clockwrlock", .object = lock };
    const void *caller = CALLER;
    uint64_t deadline;
    if (!is_ours(caller, clock, time, &deadline))
        return REAL(pthread_rwlock_clockwrlock)(lock, clock, time);
    return wait_for(&target, caller, deadline);
}

EXPORT int pthread_timedjoin_np(pthread_t thread, void **result, const struct timespec *time)
{
    struct target target = { .call = call_join, .what = "pthread_timedjoin_np", .thread = thread, .result = result };
    const void *caller = CALLER;
    uint64_t deadline;
    if (!is_ours(caller, CLOCK_REALTIME, time, &deadline))
        return REAL(pthread_timedjoin_np)(thread, result, time);
    return wait_for(&target, caller, deadline);
}

EXPORT int pthread_clockjoin_np(pthread_t thread, void **result, clockid_t clock, const struct timespec *time)
{
    struct target target = { .call = call_join, .what = "pthread_clockjoin_np", .thread = thread, .result = result };
    const void *caller = CALLER;
    uint64_t deadline;
    if (!is_ours(caller, clock, time, &deadline))
        return REAL(pthread_clockjoin_np)(thread, result, clock, time);
    return wait_for(&target, caller, deadline);
}
