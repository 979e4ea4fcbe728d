/* The clock: who waits until when, and when it goes on. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hook/clock/clock.h"

#define LOOK_NS        (50 * NS_PER_US) /* by so much a look moves the clock, when nothing else does */
#define LOADING_LOOKS  100000 /* before the first frame: loaders look often, and never the same number of times */
#define STEP_MIN_NS    (20 * NS_PER_US) /* between two looks whether the others sleep by now */
#define STEP_MAX_NS    (4 * NS_PER_MS)
#define STEP_POLL_NS   (500 * NS_PER_US) /* of those that nobody can wake */
#define FROZEN_NS      (20 * NS_PER_MS)
#define FROZEN_POLL_NS (2 * NS_PER_MS)
#define SETTLE_NS      (100 * NS_PER_MS) /* of its own time: for so long a thread that was let go is waited for */
#define SHORT_NS       (20 * NS_PER_MS)  /* a short wait for a condition that got nothing */
#define LET_GO_NS      (100 * NS_PER_MS) /* for so long is let go */

struct clock_state ofs_clock = { .now = OFS_CLOCK_BEGIN_NS, .tick = NS_PER_S / 60 };
_Thread_local struct clock_local ofs_local;
static _Atomic int lock_word;

void ofs_lock(void)
{
    ofs_local.depth++;
    atomic_signal_fence(memory_order_seq_cst);
    for (unsigned i = 1; atomic_exchange_explicit(&lock_word, 1, memory_order_acquire); i++)
        if (i % 64 == 0)
            SYSTEM(SYS_sched_yield);
}

void ofs_unlock(void)
{
    atomic_store_explicit(&lock_word, 0, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
    ofs_local.depth--;
}

int ofs_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t real_ns)
{
    struct timespec time = ofs_timespec(real_ns);
    return (int)SYSTEM(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, real_ns == NEVER ? NULL : &time, NULL, 0);
}

void ofs_futex_wake(void *word, int count) { SYSTEM(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0); }

/* -- who waits; with the lock held --------------------------------------------------------------------------------- */

static void set_now(uint64_t now)
{
    if (now == NEVER || now < ofs_now())
        return;
    atomic_store_explicit(&ofs_clock.now, now, memory_order_release);
    if (ofs_timerfd_any())
        ofs_timerfd_fire(now);
}

static struct thread *nearest(void)
{
    struct thread *best = NULL;
    unsigned used = atomic_load(&ofs_threads_used);
    for (unsigned i = 0; i < used; i++) {
        struct thread *thread = &ofs_threads[i];
        if (atomic_load_explicit(&thread->state, memory_order_relaxed) != THREAD_WAITS || thread->granted ||
            thread->deadline == NEVER)
            continue;
        if (!best || thread->deadline < best->deadline ||
            (thread->deadline == best->deadline && thread->order < best->order))
            best = thread;
    }
    return best;
}

static void wake(struct thread *thread)
{
    switch (thread->kind) {
    case WAIT_SLEEP:
    case WAIT_SEM:
        atomic_store(&thread->word, 1);
        SYSTEM(SYS_futex, &thread->word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
        break;
    case WAIT_COND: ofs_cond_broadcaster()(thread->object); break;
    case WAIT_FUTEX: /* private or not: the program knows */
        SYSTEM(SYS_futex, thread->object, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
        SYSTEM(SYS_futex, thread->object, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
        break;
    default: break;
    }
}

static void grant(struct thread *thread)
{
    set_now(thread->deadline);
    thread->granted = true;
    atomic_store(&thread->state, THREAD_RUNS);
    atomic_fetch_add(&ofs_clock.moved, 1);
    ofs_thread_wakes(thread);
    wake(thread);
}

/* Let the next one go whose time has come at `target`; *thread_out is NULL if it was a timer of the kernel's. */
static bool step(uint64_t target, struct thread **thread_out)
{
    struct thread *thread = nearest();
    uint64_t timer = ofs_timerfd_nearest();
    *thread_out = NULL;
    if (timer <= target && (!thread || timer <= thread->deadline)) {
        set_now(timer);
        atomic_fetch_add(&ofs_clock.moved, 1);
        return true;
    }
    if (!thread || thread->deadline > target)
        return false;
    grant(thread);
    *thread_out = thread;
    return true;
}

/* -- the clock goes on --------------------------------------------------------------------------------------------- */

static bool has_settled(struct thread *thread, uint32_t serial, unsigned round)
{
    uint64_t runs;
    bool taken;
    if (atomic_load(&thread->state) != THREAD_RUNS || atomic_load(&thread->serial) != serial)
        return true;
    if (round < 2 || ofs_kernel_word(atomic_load(&thread->tid), &runs) == KERNEL_RUNS)
        return false;
    /* It sleeps somewhere else: on a lock, in a read. Unless it has not heard of its luck yet: it looks now and then
     * only, or is a condition's waiter and was told when it was just on its way there. A waiter that still sleeps then
     * waits for the mutex, which may be held by who shows the frame. */
    ofs_lock();
    taken = !thread->granted || atomic_load(&thread->serial) != serial || (thread->kind == WAIT_COND && round > 12);
    if (!taken && round > 4)
        wake(thread);
    ofs_unlock();
    return taken;
}

void ofs_settle(struct thread *thread, uint32_t serial, uint64_t cpu_ns)
{
    atomic_fetch_add(&ofs_clock.advancing, 1);
    for (unsigned round = 0;; round++) {
        uint32_t settled = atomic_load(&ofs_clock.settled);
        if (has_settled(thread, serial, round) || (round >= 20 && ofs_thread_busy_for(thread, cpu_ns)))
            break;
        ofs_futex_wait(&ofs_clock.settled, settled, round < 20 ? 50 * NS_PER_US : NS_PER_MS);
    }
    atomic_fetch_sub(&ofs_clock.advancing, 1);
}

/* Nobody knows who waits for a timer's descriptor: give them a moment. */
static void settle_all(const struct thread *self)
{
    uint64_t until = ofs_real_ns() + 2 * NS_PER_MS;
    bool hope;
    while (!ofs_others_asleep(self, &hope) && ofs_real_ns() < until)
        SYSTEM(SYS_sched_yield);
}

void ofs_advance(uint64_t target)
{
    struct thread *self = ofs_thread_self(), *thread;
    bool more = true;
    atomic_fetch_add(&ofs_clock.advancing, 1);
    while (more) {
        uint32_t serial = 0;
        ofs_lock();
        more = step(target, &thread);
        if (!more)
            set_now(target);
        else if (thread)
            serial = atomic_load(&thread->serial);
        ofs_unlock();
        if (more && !thread)
            settle_all(self);
        else if (more && thread != self)
            ofs_settle(thread, serial, SETTLE_NS);
    }
    atomic_fetch_sub(&ofs_clock.advancing, 1);
}

/* A frame limiter that spins. A thread beside the one that shows frames waits for those instead: looks are quick, and
 * their number while a frame is drawn is another one in every run. */
uint64_t ofs_look_slow(void)
{
    uint32_t serial = atomic_load(&ofs_clock.serial);
    uint64_t runs;
    int ticker = atomic_load(&ofs_clock.ticker);
    if (ofs_local.serial != serial) {
        ofs_local.serial = serial;
        ofs_local.looks = 1;
        return ofs_now();
    }
    if (ofs_local.depth || atomic_load(&ofs_clock.frozen) || (serial == 0 && ofs_local.looks < LOADING_LOOKS))
        return ofs_now();
    if (atomic_load(&ofs_clock.live) && ticker != (int)SYSTEM(SYS_gettid) &&
        ofs_real_ns() - atomic_load(&ofs_clock.stirred_real) < GRACE_NS &&
        ofs_kernel_word(ticker, &runs) == KERNEL_RUNS)
        return ofs_now();
    ofs_advance(ofs_now() + LOOK_NS);
    return ofs_now();
}

/* -- one wait ------------------------------------------------------------------------------------------------------ */

void ofs_tell_settled(void)
{
    atomic_fetch_add(&ofs_clock.settled, 1);
    if (atomic_load(&ofs_clock.advancing) > 0)
        ofs_futex_wake(&ofs_clock.settled, INT_MAX);
}

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
    self->start = wait->start;
    self->start_real = wait->start_real;
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
        self->kind = WAIT_NONE;
        self->granted = false;
        atomic_store(&self->told, false);
        atomic_store(&self->state, THREAD_RUNS);
        atomic_fetch_add(&ofs_clock.moved, 1);
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

/* With an X connection. */
static void plan_live(struct wait *wait)
{
    uint64_t real = ofs_real_ns(), moved = atomic_load(&ofs_clock.moved);
    struct thread *thread;
    bool hope = false;
    if (atomic_load(&wait->self->told))
        return; /* it does not sleep, either */
    if (ofs_others_asleep(wait->self, &hope)) {
        ofs_lock();
        if (atomic_load(&ofs_clock.moved) == moved && !atomic_load(&ofs_clock.frozen) &&
            !atomic_load(&ofs_clock.advancing))
            step(NEVER - 1, &thread);
        ofs_unlock();
        return;
    }
    if (!hope && wait->deadline != NEVER && as_if_real(wait, real) >= wait->deadline)
        ofs_advance(wait->deadline);
}

static bool anybody_due(void)
{
    bool due;
    ofs_lock();
    due = nearest() || ofs_timerfd_any();
    ofs_unlock();
    return due;
}

uint64_t ofs_wait_plan(struct wait *wait)
{
    struct thread *self = wait->self;
    bool looks_itself = wait->kind == WAIT_FDS || wait->kind == WAIT_LOCK;
    uint64_t longest = looks_itself ? STEP_POLL_NS : STEP_MAX_NS, wait_ns;
    if (wait->deadline <= wait->start)
        return 0;
    if (self && atomic_load(&self->serial) != wait->serial)
        publish(wait); /* a signal's handler has slept meanwhile */
    if (self && self->granted)
        return 0;
    if (!self || !atomic_load(&ofs_clock.live))
        return plan_real(wait);
    if (wait->deadline == NEVER && !anybody_due())
        return NEVER;
    if (atomic_load(&ofs_clock.frozen)) {
        wait->step = STEP_MIN_NS;
        return looks_itself ? FROZEN_POLL_NS : FROZEN_NS;
    }
    /* One thread at a time thinks for all. */
    if (!atomic_exchange(&ofs_clock.planning, 1)) {
        plan_live(wait);
        atomic_store(&ofs_clock.planning, 0);
    }
    if (self->granted)
        return 0;
    if (wait->kind == WAIT_COND && wait->deadline - wait->start <= SHORT_NS &&
        ofs_real_ns() - wait->start_real >= LET_GO_NS)
        return 0;
    wait_ns = wait->step;
    wait->step = wait->step * 2 < longest ? wait->step * 2 : longest;
    /* The others look for themselves, but nobody does so for a timer. */
    return wait->deadline == NEVER && !ofs_timerfd_any() ? NEVER : wait_ns;
}

bool ofs_wait_word(struct wait *wait, uint64_t real_ns)
{
    static _Atomic uint32_t nobody;
    _Atomic uint32_t *word = wait->self ? &wait->self->word : &nobody;
    int type, result, error;
    /* As the real functions do it: the system call is where the thread can be cancelled. */
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &type);
    result = ofs_futex_wait(word, 0, real_ns);
    error = errno;
    pthread_setcanceltype(type, NULL);
    return !(result < 0 && error == EINTR);
}

/* -- deadlines ----------------------------------------------------------------------------------------------------- */

uint64_t ofs_deadline(uint64_t absolute_ns)
{
    const uint64_t epoch = (uint64_t)OFS_CLOCK_EPOCH_S * NS_PER_S;
    if (absolute_ns == NEVER || absolute_ns < NS_PER_S * NS_PER_S)
        return absolute_ns;
    return absolute_ns > epoch ? absolute_ns - epoch + OFS_CLOCK_BEGIN_NS : 0;
}

struct timespec ofs_real_deadline(uint64_t deadline)
{
    uint64_t now = ofs_now(), left = deadline > now ? deadline - now : 0;
    return ofs_timespec(ofs_real_ns() + (left < (uint64_t)INT_MAX * NS_PER_S ? left : (uint64_t)INT_MAX * NS_PER_S));
}

void ofs_nudge(void)
{
    struct thread *thread;
    ofs_lock();
    thread = nearest();
    if (thread && (thread->kind == WAIT_SLEEP || thread->kind == WAIT_SEM))
        ofs_futex_wake(&thread->word, 1);
    ofs_unlock();
}
