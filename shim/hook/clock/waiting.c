/* One wait: a thread says until when, waits in steps, and leaves. */
#include <errno.h>
#include <pthread.h>

#include "hook/clock/clock.h"

#define STEP_MIN_NS    (20 * NS_PER_US) /* between two looks whether the others sleep by now */
#define STEP_MAX_NS    (4 * NS_PER_MS)
#define STEP_POLL_NS   (500 * NS_PER_US) /* of those that nobody can wake */
#define FROZEN_NS      (20 * NS_PER_MS)
#define FROZEN_POLL_NS (2 * NS_PER_MS)
#define SHORT_NS       (20 * NS_PER_MS)  /* a short wait for a condition that got nothing */
#define LET_GO_NS      (100 * NS_PER_MS) /* for so long is let go */

static void publish(struct wait *wait)
{
    struct thread *self = wait->self;
    ofs_lock();
    wait->serial = atomic_fetch_add(&self->serial, 1) + 1;
    atomic_store(&self->word, 0);
    atomic_store(&self->told, wait->kind == WAIT_SEM); /* until it has tried */
    self->kind = wait->kind;
    self->what = wait->what;
    self->object = wait->object;
    self->deadline = wait->deadline;
    self->order = ofs_clock.order++;
    self->granted = false;
    atomic_store(&self->state, THREAD_WAITS);
    atomic_fetch_add(&ofs_clock.moved, 1);
    ofs_unlock();
    ofs_tell_settled();
}

void ofs_wait_enter(struct wait *wait, enum wait_kind kind, const char *what, void *object, uint64_t deadline)
{
    int saved = errno;
    *wait = (struct wait){ .self = ofs_thread_self(),
                           .kind = kind,
                           .what = what,
                           .object = object,
                           .deadline = deadline,
                           .start = ofs_now(),
                           .start_real = ofs_real_ns(),
                           .step = STEP_MIN_NS };
    if (deadline <= wait->start) {
        ofs_local.looks++; /* a loop of sleeps that are none must not stop the clock */
    } else {
        ofs_local.looks = 0;
        if (wait->self)
            publish(wait);
    }
    errno = saved;
}

/* With the lock held. */
static void run(struct thread *self)
{
    self->kind = WAIT_NONE;
    self->granted = false;
    atomic_store(&self->told, false);
    atomic_store(&self->state, THREAD_RUNS);
    atomic_fetch_add(&ofs_clock.moved, 1);
}

void ofs_wait_leave(struct wait *wait)
{
    struct thread *self = wait->self;
    if (!self || wait->serial == 0)
        return;
    ofs_lock();
    if (atomic_load(&self->serial) == wait->serial) {
        /* Who gets the interpreter back has not rested. */
        if (!self->granted && self->kind != WAIT_WORLD)
            ofs_thread_wakes(self);
        run(self);
    }
    ofs_unlock();
}

void ofs_wait_leave_cleanup(void *wait) { ofs_wait_leave(wait); }

/* What the machine's clock says of the game's, had it gone on since the wait began. */
static uint64_t as_if_real(const struct wait *wait, uint64_t real) { return wait->start + (real - wait->start_real); }

/* Before there is an X connection, and for threads that are not known: real time. */
static uint64_t plan_real(struct wait *wait)
{
    uint64_t reached = as_if_real(wait, ofs_real_ns()), timer, deadline;
    if (!wait->self) {
        if (wait->deadline == NEVER)
            return ofs_timerfd_any() ? STEP_MAX_NS : NEVER;
        if (reached < wait->deadline)
            return wait->deadline - reached;
        ofs_advance(wait->deadline);
        return 0;
    }
    ofs_lock();
    timer = ofs_timerfd_nearest();
    ofs_unlock();
    deadline = timer < wait->deadline ? timer : wait->deadline;
    if (deadline == NEVER)
        return NEVER;
    if (reached < deadline)
        return deadline - reached;
    ofs_advance(deadline);
    return wait->self->granted ? 0 : 1;
}

/* What it waits for came after it looked, and before who made it went to sleep. */
static bool is_over(const struct wait *wait)
{
    return atomic_load(&wait->self->told) || (wait->is_over && wait->is_over(wait->context));
}

/* With an X connection. */
static void plan_live(struct wait *wait)
{
    uint64_t real = ofs_real_ns(), moved = atomic_load(&ofs_clock.moved);
    bool hope = false;
    if (atomic_load(&wait->self->told))
        return; /* it does not sleep, either */
    if (ofs_others_asleep(wait->self, &hope)) {
        if (!is_over(wait) && ofs_let_next_go(moved))
            wait->step = STEP_MIN_NS;
    } else if (!hope && wait->deadline != NEVER && as_if_real(wait, real) >= wait->deadline)
        ofs_advance(wait->deadline);
}

uint64_t ofs_wait_plan(struct wait *wait)
{
    struct thread *self = wait->self;
    bool looks_itself = wait->kind == WAIT_FDS || wait->kind == WAIT_LOCK;
    uint64_t longest = looks_itself ? STEP_POLL_NS : STEP_MAX_NS, wait_ns;
    uintptr_t nobody = 0;
    if (wait->deadline <= wait->start)
        return 0;
    if (self && atomic_load(&self->serial) != wait->serial)
        publish(wait); /* a signal's handler has slept meanwhile */
    if (self && self->granted)
        return 0;
    if (!self || !atomic_load(&ofs_clock.live))
        return plan_real(wait);
    if (wait->deadline == NEVER && !ofs_anybody_due())
        return NEVER;
    if (atomic_load(&ofs_clock.frozen)) {
        wait->step = STEP_MIN_NS;
        return looks_itself ? FROZEN_POLL_NS : FROZEN_NS;
    }
    /* One thread at a time thinks for all. */
    if (atomic_compare_exchange_strong(&ofs_clock.planner, &nobody, OFS_ME)) {
        plan_live(wait);
        atomic_store(&ofs_clock.planner, 0);
    }
    if (self->granted)
        return 0;
    if (wait->kind == WAIT_COND && wait->deadline - wait->start <= SHORT_NS &&
        ofs_real_ns() - wait->start_real >= LET_GO_NS)
        return 0;
    wait_ns = wait->step;
    wait->step = wait->step * 2 < longest ? wait->step * 2 : longest;
    /* The others look for themselves, but nobody does so for a timer, or for the X server. */
    return wait->deadline == NEVER && !ofs_timerfd_any() && !ofs_server_due() ? NEVER : wait_ns;
}

bool ofs_wait_word(struct wait *wait, uint64_t real_ns)
{
    static _Atomic uint32_t nobody;
    _Atomic uint32_t *word = wait->self ? &wait->self->word : &nobody;
    int type, result, error,
        outer = ofs_local.cancel_type; /* of the wait that this one's caller, a handler, came into */
    /* As the real functions do it: the system call is where the thread can be cancelled. */
    if (!outer)
        ofs_local.cancel_type = PTHREAD_CANCEL_DEFERRED + 1; /* for a jump in between: what nearly all have */
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    ofs_local.cancel_type = outer ? outer : type + 1;
    result = ofs_futex_wait(word, 0, real_ns);
    error = errno;
    pthread_setcanceltype(type, NULL);
    ofs_local.cancel_type = outer;
    return !(result < 0 && error == EINTR);
}

/* -- a wait that is left by a jump --------------------------------------------------------------------------------- */

void ofs_wait_abandon(void)
{
    struct thread *self = ofs_local.self;
    int saved = errno;
    if (ofs_local.depth > 0 || ofs_local.advancing > 0 || atomic_load(&ofs_clock.planner) == OFS_ME)
        ofs_core_abandon();
    if (ofs_local.cancel_type > 0)
        pthread_setcanceltype(ofs_local.cancel_type - 1, NULL);
    ofs_local.cancel_type = 0;
    if (self && atomic_load(&self->kind) != WAIT_NONE) {
        ofs_lock();
        atomic_fetch_add(&self->serial, 1);
        run(self);
        ofs_thread_wakes(self);
        ofs_unlock();
        ofs_tell_settled();
    }
    errno = saved;
}
