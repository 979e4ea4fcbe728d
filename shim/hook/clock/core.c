/* The clock: who waits until when, and when it goes on. */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hook/clock/clock.h"

#define LOOK_NS       (50 * NS_PER_US) /* by so much a look moves the clock, when nothing else does */
#define LOADING_LOOKS 100000 /* before the first frame: loaders look often, and never the same number of times */
#define WORLD_NS      NS_PER_S               /* of the machine's time */
#define SETTLE_NS     (100 * NS_PER_MS) /* of its own time: for so long a thread that was let go is waited for */

struct clock_state ofs_clock = { .now = OFS_CLOCK_BEGIN_NS, .tick = NS_PER_S / 60, .due = NEVER };
_Thread_local struct clock_local ofs_local;
static _Atomic uintptr_t lock_owner; /* OFS_ME of a thread; 0 = nobody */

void ofs_lock(void)
{
    uintptr_t nobody = 0;
    ofs_local.depth++;
    atomic_signal_fence(memory_order_seq_cst);
    for (unsigned i = 1; !atomic_compare_exchange_weak_explicit(&lock_owner, &nobody, OFS_ME, memory_order_acquire,
                                                                memory_order_relaxed);
         i++) {
        nobody = 0;
        if (i % 64 == 0)
            SYSTEM(SYS_sched_yield);
    }
}

static void let_go_of_lock(void)
{
    if (atomic_load_explicit(&lock_owner, memory_order_relaxed) == OFS_ME)
        atomic_store_explicit(&lock_owner, 0, memory_order_release);
}

void ofs_unlock(void)
{
    let_go_of_lock();
    atomic_signal_fence(memory_order_seq_cst);
    if (ofs_local.depth > 0) /* it is 0 when a handler has jumped meanwhile: ofs_core_abandon */
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
    switch ((enum wait_kind)thread->kind) {
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

/* Threads that move the clock and wait for those they woke: they only look asleep. A jump between the two lines leaves one
 * too few of them, which costs an order once, and not one too many, which would stop the clock. */
static void begin_advance(void)
{
    ofs_local.advancing++;
    atomic_signal_fence(memory_order_seq_cst);
    atomic_fetch_add(&ofs_clock.advancing, 1);
}

/* Who has found this thread asleep until now has to look again: it runs. */
static void end_advance(void)
{
    if (ofs_local.advancing == 0) /* a handler has jumped meanwhile */
        return;
    atomic_fetch_add(&ofs_clock.moved, 1);
    atomic_fetch_sub(&ofs_clock.advancing, 1);
    atomic_signal_fence(memory_order_seq_cst);
    ofs_local.advancing--;
}

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
    begin_advance();
    for (unsigned round = 0;; round++) {
        uint32_t settled = atomic_load(&ofs_clock.settled);
        if (has_settled(thread, serial, round) || (round >= 20 && ofs_thread_busy_for(thread, cpu_ns)))
            break;
        ofs_futex_wait(&ofs_clock.settled, settled, round < 20 ? 50 * NS_PER_US : NS_PER_MS);
    }
    end_advance();
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
    begin_advance();
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
    end_advance();
}

/* A server that does not come is not waited for longer than other threads are. */
static bool is_server_awaited(void)
{
    uint64_t handed = atomic_load(&ofs_clock.handed);
    return handed && ofs_real_ns() - handed < GRACE_NS;
}

/* Does somebody only look asleep, or did so at any time since `moved` was read? Who stops doing so changes `moved`
 * first: looked at last, it tells of all. */
static bool has_moved(uint64_t moved)
{
    return atomic_load(&ofs_clock.frozen) || atomic_load(&ofs_clock.advancing) > 0 || is_server_awaited() ||
           atomic_load(&ofs_clock.moved) != moved;
}

/* A frame limiter that spins. A thread beside the one that shows frames waits for those instead: looks are quick, and
 * their number while a frame is drawn is another one in every run. */
uint64_t ofs_look_slow(void)
{
    uint32_t serial = atomic_load(&ofs_clock.serial);
    uint64_t runs, moved = atomic_load(&ofs_clock.moved);
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
        (ofs_kernel_word(ticker, &runs) == KERNEL_RUNS || has_moved(moved)))
        return ofs_now();
    ofs_advance(ofs_now() + LOOK_NS);
    return ofs_now();
}

void ofs_tell_settled(void)
{
    atomic_fetch_add(&ofs_clock.settled, 1);
    if (atomic_load(&ofs_clock.advancing) > 0)
        ofs_futex_wake(&ofs_clock.settled, INT_MAX);
}

void ofs_jump(uint64_t target)
{
    ofs_lock();
    set_now(target);
    atomic_fetch_add(&ofs_clock.moved, 1);
    ofs_unlock();
}

/* -- the X server's own deadline ----------------------------------------------------------------------------------- */

/* Before any other, or at the same time: what it has to do comes of what a thread did before it went to sleep. */
static bool is_server_next(void)
{
    uint64_t due = atomic_load(&ofs_clock.due);
    struct thread *thread = due == NEVER ? NULL : nearest();
    return due != NEVER && (!thread || due <= thread->deadline) && due <= ofs_timerfd_nearest();
}

/* With the lock held. Where the game may only wait for the world, that is given a second of the machine's time, so that it
 * makes no difference how long it takes, as a rule. */
static bool is_rest_certain(void)
{
    static uint64_t moved, since;
    uint64_t now_moved = atomic_load(&ofs_clock.moved), now = ofs_real_ns();
    if (ofs_rests())
        return true;
    if (now_moved != moved || since == 0)
        since = now;
    moved = now_moved;
    return now - since >= WORLD_NS;
}

/* With the lock held; then it is to be told. */
static void hand_over(void)
{
    set_now(atomic_exchange(&ofs_clock.due, NEVER));
    atomic_store(&ofs_clock.handed, ofs_real_ns());
    atomic_fetch_add(&ofs_clock.moved, 1);
}

static void tell_server(void)
{
    const struct ofs_clock_host *host = atomic_load(&ofs_clock.host);
    if (!host || !host->due || !host->due())
        atomic_store(&ofs_clock.handed, 0);
}

bool ofs_let_next_go(uint64_t moved)
{
    struct thread *thread;
    bool went = false, server = false;
    ofs_lock();
    if (!has_moved(moved)) {
        bool next = is_server_next();
        server = next && is_rest_certain();
        if (server)
            hand_over();
        went = next ? server : step(NEVER - 1, &thread);
    }
    ofs_unlock();
    if (server)
        tell_server();
    return went;
}

bool ofs_anybody_due(void)
{
    bool due;
    ofs_lock();
    due = nearest() || ofs_timerfd_any() || ofs_server_due();
    ofs_unlock();
    return due;
}

void ofs_core_abandon(void)
{
    uintptr_t me = OFS_ME;
    let_go_of_lock();
    ofs_local.depth = 0;
    while (ofs_local.advancing > 0)
        end_advance();
    (void)atomic_compare_exchange_strong(&ofs_clock.planner, &me, 0);
}

void ofs_core_forked(void)
{
    atomic_store(&lock_owner, 0);
    atomic_store(&ofs_clock.planner, 0);
    atomic_store(&ofs_clock.advancing, 0);
    ofs_local.depth = ofs_local.advancing = 0;
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
