/* Conditions with deadlines.
 *
 * The thread waits really, in steps, on the program's condition; at the virtual deadline the condition is broadcast.
 * The other threads that wait there wake up for nothing, which the standard allows them to.
 *
 * Between two steps it does not hold the program's mutex: who waits for that would look asleep, and the clock would jump
 * over what it was about to do. A signal that comes between two steps finds nobody on the condition, so that signals are
 * noted at their waiters, too; those return then, at the latest with their next step. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include "hook/clock/clock.h"
#include "hook/rules.h"

#define LONGEST_NS (100 * NS_PER_MS) /* of a step, in case a signal came in between */

static _Atomic int waiters;

int (*ofs_cond_broadcaster(void))(pthread_cond_t *) { return REAL(pthread_cond_broadcast); }

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
    return REAL(pthread_cond_clockwait)(condition, mutex, CLOCK_MONOTONIC, &until);
}

static void leave(void *wait)
{
    ofs_wait_leave(wait);
    atomic_fetch_sub(&waiters, 1);
}

/* One step: 0, the condition was signalled; ETIMEDOUT, and *over_out says whether its time has come; or what is wrong
 * with the mutex. */
static int wait_a_step(struct wait *wait, pthread_cond_t *condition, pthread_mutex_t *mutex, bool *over_out)
{
    uint64_t real_ns;
    int error = pthread_mutex_unlock(mutex);
    if (error)
        return error;
    real_ns = ofs_wait_plan(wait);
    error = pthread_mutex_lock(mutex);
    if (error || (wait->self && atomic_load(&wait->self->told)))
        return error;
    *over_out = real_ns == 0;
    return *over_out ? ETIMEDOUT : wait_really(condition, mutex, real_ns < LONGEST_NS ? real_ns : LONGEST_NS);
}

static int wait_until(const char *what, pthread_cond_t *condition, pthread_mutex_t *mutex, uint64_t deadline,
                      const void *caller)
{
    uint64_t now = ofs_now(), real_ns = deadline > now ? deadline - now : 0;
    bool interpreter = real_ns <= 20 * NS_PER_MS && is_interpreter_lock(caller);
    struct wait wait;
    int error = ETIMEDOUT;
    bool over = false;
    (void)ofs_cond_broadcaster();
    if (!interpreter)
        atomic_fetch_add(&waiters, 1);
    ofs_wait_enter(&wait, interpreter ? WAIT_WORLD : WAIT_COND, interpreter ? "the interpreter's lock" : what,
                   condition, interpreter ? NEVER : deadline);
    pthread_cleanup_push(interpreter ? ofs_wait_leave_cleanup : leave, &wait);
    if (interpreter) {
        error = wait_really(condition, mutex, real_ns);
    } else {
        while (error == ETIMEDOUT && !over)
            error = wait_a_step(&wait, condition, mutex, &over);
        /* The broadcast was ours, unless the program was quicker; then it finds out by what it waits for. */
        if (error == 0 && wait.self && wait.self->granted && !atomic_load(&wait.self->told) &&
            atomic_load(&wait.self->serial) == wait.serial)
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

/* -- signals ------------------------------------------------------------------------------------------------------- */

/* All who wait with a deadline: which of them the real one wakes is not known here. */
static void tell_waiters(const void *condition)
{
    int saved = errno;
    if (ofs_local.depth > 0 || atomic_load(&waiters) == 0)
        return;
    ofs_lock();
    for (unsigned i = 0, used = atomic_load(&ofs_threads_used); i < used; i++) {
        struct thread *thread = &ofs_threads[i];
        if (atomic_load(&thread->state) == THREAD_WAITS && thread->kind == WAIT_COND && thread->object == condition) {
            atomic_store(&thread->told, true);
            ofs_thread_wakes(thread);
            atomic_fetch_add(&ofs_clock.moved, 1);
        }
    }
    ofs_unlock();
    errno = saved;
}

EXPORT int pthread_cond_signal(pthread_cond_t *condition)
{
    tell_waiters(condition);
    return REAL(pthread_cond_signal)(condition);
}

EXPORT int pthread_cond_broadcast(pthread_cond_t *condition)
{
    tell_waiters(condition);
    return REAL(pthread_cond_broadcast)(condition);
}

EXPORT int cnd_signal(cnd_t *condition)
{
    tell_waiters(condition);
    return REAL(cnd_signal)(condition);
}

EXPORT int cnd_broadcast(cnd_t *condition)
{
    tell_waiters(condition);
    return REAL(cnd_broadcast)(condition);
}
