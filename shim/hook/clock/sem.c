/* Semaphores with deadlines; Python's Event.wait(0.01) is one. The thread waits on a word of its own, so that nothing
 * is taken from the semaphore to wake it at its deadline, and sem_post looks for such threads. A post from another
 * process is seen at the next step. */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include "hook/clock/clock.h"

static _Atomic int waiters;

static void leave(void *wait)
{
    ofs_wait_leave(wait);
    atomic_fetch_sub(&waiters, 1);
}

/* It was tried, and is not to be had; false: it was posted meanwhile. */
static bool may_sleep(struct thread *self)
{
    atomic_store(&self->told, false);
    if (atomic_load(&self->word) == 0)
        return true;
    atomic_store(&self->told, true);
    return false;
}

static int wait_until(const char *what, sem_t *semaphore, uint64_t deadline)
{
    struct wait wait;
    uint64_t real_ns;
    int error = ETIMEDOUT;
    pthread_testcancel();
    if (sem_trywait(semaphore) == 0)
        return 0;
    atomic_fetch_add(&waiters, 1);
    ofs_wait_enter(&wait, WAIT_SEM, what, semaphore, deadline);
    pthread_cleanup_push(leave, &wait);
    while (error == ETIMEDOUT) {
        if (wait.self)
            atomic_store(&wait.self->word, 0);
        if (sem_trywait(semaphore) == 0)
            error = 0;
        else if (wait.self && !may_sleep(wait.self))
            continue;
        else if ((real_ns = ofs_wait_plan(&wait)) == 0)
            break;
        else if (!ofs_wait_word(&wait, real_ns))
            error = EINTR;
    }
    pthread_cleanup_pop(1);
    if (error == 0)
        return 0;
    errno = error;
    return -1;
}

/* One of those who wait on words. They count as running from here on. */
static void tell_waiter(const sem_t *semaphore)
{
    unsigned used = atomic_load(&ofs_threads_used);
    ofs_lock();
    for (unsigned i = 0; i < used; i++) {
        struct thread *thread = &ofs_threads[i];
        if (atomic_load(&thread->state) != THREAD_WAITS || thread->kind != WAIT_SEM || thread->object != semaphore ||
            atomic_load(&thread->word) != 0)
            continue;
        atomic_store(&thread->told, true);
        ofs_thread_wakes(thread);
        atomic_store(&thread->word, 1);
        atomic_fetch_add(&ofs_clock.moved, 1);
        ofs_futex_wake(&thread->word, 1);
        break;
    }
    ofs_unlock();
}

EXPORT int sem_post(sem_t *semaphore)
{
    int result = REAL(sem_post)(semaphore), saved = errno;
    atomic_thread_fence(memory_order_seq_cst);
    if (result == 0 && ofs_local.depth == 0 && atomic_load(&waiters) > 0)
        tell_waiter(semaphore);
    errno = saved;
    return result;
}

EXPORT int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict time)
{
    const void *caller = CALLER;
    uint64_t deadline;
    struct timespec until;
    if (ofs_from_shim(caller) || !ofs_timespec_ns(time, &deadline))
        return REAL(sem_timedwait)(semaphore, time);
    deadline = ofs_deadline(deadline);
    if (ofs_virtual_wait(caller))
        return wait_until("sem_timedwait", semaphore, deadline);
    until = ofs_real_deadline(deadline);
    return REAL(sem_clockwait)(semaphore, CLOCK_MONOTONIC, &until);
}

EXPORT int sem_clockwait(sem_t *restrict semaphore, clockid_t clock, const struct timespec *restrict time)
{
    const void *caller = CALLER;
    uint64_t deadline;
    struct timespec until;
    if (ofs_from_shim(caller) || (clock != CLOCK_MONOTONIC && clock != CLOCK_REALTIME) ||
        !ofs_timespec_ns(time, &deadline))
        return REAL(sem_clockwait)(semaphore, clock, time);
    deadline = ofs_deadline(deadline);
    if (ofs_virtual_wait(caller))
        return wait_until("sem_clockwait", semaphore, deadline);
    until = ofs_real_deadline(deadline);
    return REAL(sem_clockwait)(semaphore, CLOCK_MONOTONIC, &until);
}
