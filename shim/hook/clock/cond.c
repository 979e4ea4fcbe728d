/* Conditions with deadlines.
 *
 * The thread waits really, in steps, on the program's condition; at the virtual deadline the condition is broadcast.
 * The other threads that wait there wake up for nothing, which the standard allows them to. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include "hook/clock/clock.h"
#include "hook/rules.h"

/* CPython: who wants the interpreter waits for 5 ms, then asks the holder to let go, again and again. That is no
 * deadline of the program's. The wait takes its real time: the holder may compute for ever without a look at the
 * clock. */
static bool is_interpreter_lock(const void *caller)
{
    static _Atomic(const struct link_map *) interpreter;
    const struct link_map *map = atomic_load(&interpreter);
    if (!map) {
        void *entry = dlsym(RTLD_DEFAULT, "PyEval_SaveThread");
        map = entry ? ofs_caller_module(entry) : NULL;
        atomic_store(&interpreter, map);
    }
    return map && map == ofs_caller_module(caller);
}

static int wait_really(pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t real_ns)
{
    struct timespec until = ofs_timespec(ofs_real_ns() + real_ns);
    return real_ns == NEVER ? pthread_cond_wait(condition, mutex)
                            : REAL(pthread_cond_clockwait)(condition, mutex, CLOCK_MONOTONIC, &until);
}

static int wait_until(const char *what, pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline,
                      const void *caller)
{
    uint64_t now = ofs_now(), real_ns = deadline > now ? deadline - now : 0;
    bool interpreter = real_ns <= 20 * NS_PER_MS && is_interpreter_lock(caller);
    struct wait wait;
    int error = ETIMEDOUT;
    ofs_wait_enter(&wait, interpreter ? WAIT_WORLD : WAIT_COND, interpreter ? "the interpreter's lock" : what,
                   condition, interpreter ? NEVER : deadline);
    pthread_cleanup_push(ofs_wait_leave_cleanup, &wait);
    if (interpreter) {
        error = wait_really(condition, mutex, real_ns);
    } else {
        while (error == ETIMEDOUT && (real_ns = ofs_wait_plan(&wait)) > 0)
            error = wait_really(condition, mutex, real_ns);
        /* The broadcast was ours, unless the program was quicker; then it finds out by what it waits for. */
        if (error == 0 && wait.self && wait.self->granted && atomic_load(&wait.self->serial) == wait.serial)
            error = ETIMEDOUT;
    }
    pthread_cleanup_pop(1);
    return error;
}

static bool is_deadline(const struct timespec *time, uint64_t *deadline_out)
{
    if (!ofs_timespec_ns(time, deadline_out))
        return false;
    *deadline_out = ofs_deadline(*deadline_out);
    return true;
}

EXPORT int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                                  const struct timespec *restrict time)
{
    const void *caller = CALLER;
    uint64_t deadline;
    if (ofs_from_shim(caller) || !is_deadline(time, &deadline))
        return REAL(pthread_cond_timedwait)(condition, mutex, time);
    if (!ofs_virtual_wait(caller)) {
        struct timespec until = ofs_real_deadline(deadline);
        return REAL(pthread_cond_clockwait)(condition, mutex, CLOCK_MONOTONIC, &until);
    }
    return wait_until("pthread_cond_timedwait", condition, mutex, deadline, caller);
}

EXPORT int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock,
                                  const struct timespec *restrict time)
{
    const void *caller = CALLER;
    uint64_t deadline;
    if (ofs_from_shim(caller) || (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) || !is_deadline(time, &deadline))
        return REAL(pthread_cond_clockwait)(condition, mutex, clock, time);
    if (!ofs_virtual_wait(caller)) {
        struct timespec until = ofs_real_deadline(deadline);
        return REAL(pthread_cond_clockwait)(condition, mutex, CLOCK_MONOTONIC, &until);
    }
    return wait_until("pthread_cond_clockwait", condition, mutex, deadline, caller);
}

/* C11's types are POSIX's under other names in glibc. */
_Static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t) && sizeof(mtx_t) == sizeof(pthread_mutex_t),
               "glibc's threads.h");

EXPORT int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict time)
{
    const void *caller = CALLER;
    uint64_t deadline;
    struct timespec until;
    int error;
    if (ofs_from_shim(caller) || !is_deadline(time, &deadline))
        return REAL(cnd_timedwait)(condition, mutex, time);
    if (ofs_virtual_wait(caller)) {
        error = wait_until("cnd_timedwait", (pthread_cond_t *)condition, (pthread_mutex_t *)mutex, deadline, caller);
    } else {
        until = ofs_real_deadline(deadline);
        error = REAL(pthread_cond_clockwait)((pthread_cond_t *)condition, (pthread_mutex_t *)mutex, CLOCK_MONOTONIC,
                                             &until);
    }
    return error == 0 ? thrd_success : error == ETIMEDOUT ? thrd_timedout : thrd_error;
}
