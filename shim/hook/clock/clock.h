/* liboffstage_clock.so: what its files share. The rules of the clock are in offstage_clock.h.
 *
 * raw.c      the real functions behind ours; who calls
 * core.c     the clock: who waits until when, and when it goes on
 * waiting.c  one wait                    jump.c   a wait that is left by longjmp
 * threads.c  the threads of the game, and whether they run
 * now.c      reading clocks              sleep.c  sleeping
 * wait.c     poll, select                epoll.c
 * cond.c     conditions                  lock.c   locks and joins with deadlines
 * sem.c      semaphores with deadlines   timerfd.c
 * system.c   syscall(): futex, clocks, random bytes
 * random.c   getrandom and its kin       write.c  what is written to the X server takes effect at once
 * table.c    the table for liboffstage.so, describe(), fork                watch.c  deadlocks
 *
 * Order of events. Exactly one sleeper is let go at a time, the one with the nearest deadline, and the clock stands at
 * that deadline then; the next one follows when it sleeps again. Threads that only sleep and compute so run one after
 * the other, in the same order in every run.
 *
 * One spin lock guards all of it. It is never held across a call that may block: a thread that waits for it must look
 * busy to the kernel, whose word counts (threads.c). */
#ifndef OFS_CLOCK_CLOCK_H
#define OFS_CLOCK_CLOCK_H

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "hook/clock/offstage_clock.h"

#define EXPORT      __attribute__((visibility("default")))
#define NS_PER_S    1000000000ull
#define NS_PER_MS   1000000ull
#define NS_PER_US   1000ull
#define NEVER       UINT64_MAX     /* no deadline */
#define GRACE_NS    (3 * NS_PER_S) /* for so long others wait for the next tick of the thread that shows frames */
#define THREADS_MAX 2048u          /* further threads are not known: sleeps take their real time then */

/* -- raw.c --------------------------------------------------------------------------------------------------------- */

/* Who called one of our functions. */
enum caller {
    CALLER_GAME,
    CALLER_DRIVER, /* GL, CUDA: sees the game's clock, since its deadlines meet the game's, but waits really */
    CALLER_OURS,   /* liboffstage: real time */
};
enum caller ofs_caller_find(const void *return_address);

/* The answers so far: address << 8 | enum caller. Code that was unloaded, and other code in its place, would be taken
 * for it; drivers stay. */
extern _Atomic uint64_t ofs_callers[256];
static inline enum caller ofs_caller(const void *return_address)
{
    uint64_t address = (uint64_t)(uintptr_t)return_address;
    uint64_t entry = atomic_load_explicit(&ofs_callers[(address ^ address >> 8) % 256], memory_order_relaxed);
    return entry >> 8 == address ? (enum caller)(entry & 255) : ofs_caller_find(return_address);
}

/* Address range of liboffstage.so; for callers that cannot afford more than a comparison. */
extern struct ofs_range {
    uintptr_t begin, end;
} ofs_shim_range;
static inline bool ofs_from_shim(const void *return_address)
{
    return (uintptr_t)return_address - ofs_shim_range.begin < ofs_shim_range.end - ofs_shim_range.begin;
}
#define CALLER __builtin_extract_return_addr(__builtin_return_address(0))

/* The next function of this name in search order; found once. Never NULL: without one, ENOSYS. */
void *ofs_next(const char *name, void **cache);
/* REAL(poll)(fds, count, timeout). Tests that link these files say otherwise (tests/clock/renamed.h.in). */
#ifndef REAL
#define REAL(name)                                                 \
    ((__typeof__(&name))({                                         \
        static void *cache_;                                       \
        void *found_ = __atomic_load_n(&cache_, __ATOMIC_ACQUIRE); \
        found_ ? found_ : ofs_next(#name, &cache_);                \
    }))
#endif

/* How many arguments there are is the kernel's to know: six are read, also where fewer were given. */
#define OFS_TAKES_SIX __attribute__((no_sanitize("address")))
/* The system call itself: syscall() is one of ours. */
extern long (*ofs_system)(long number, ...);
#define SYSTEM(...) ofs_system(__VA_ARGS__)

uint64_t ofs_real_ns(void); /* CLOCK_MONOTONIC */
struct timespec ofs_timespec(uint64_t ns);
/* Nanoseconds, NEVER if that is too far away, 0 if it is negative. False: not a time (tv_nsec). */
bool ofs_timespec_ns(const struct timespec *time, uint64_t *ns_out);

/* -- core.c -------------------------------------------------------------------------------------------------------- */

/* How a thread waits, and so how it is woken at its deadline. */
enum wait_kind {
    WAIT_NONE,
    WAIT_SLEEP, /* on its own word */
    WAIT_SEM,   /* on its own word, which sem_post looks at too */
    WAIT_COND,  /* on a condition: broadcast */
    WAIT_FUTEX, /* on a word of the program's: wake all */
    WAIT_FDS,   /* on descriptors: it looks now and then, as a descriptor of ours to wake it could be taken away */
    WAIT_LOCK,  /* on a lock, or for a thread: likewise */
    WAIT_WORLD, /* on something that comes in real time: the network, the interpreter's lock. No deadline here */
};

enum thread_state { THREAD_FREE, THREAD_RUNS, THREAD_WAITS };

/* A thread of the game. In a table for ever; written by itself, or under the lock. What is atomic is looked at by others
 * without it, which then find out by `moved` or the kernel's word that it was too late. */
struct thread {
    _Atomic int tid; /* 0 = free, -1 = not started yet */
    _Atomic int state;
    _Atomic uint32_t word;   /* a futex: 0 = asleep */
    _Atomic uint32_t serial; /* of the wait, counted by this thread: another one came in between if it differs */
    _Atomic bool lazy;       /* nobody tells us when it ends */
    _Atomic enum caller maker; /* helpers are those that others than the game start */
    _Atomic bool told;       /* what it waits for, a condition or a semaphore, may have come: it does not sleep */
    _Atomic uint64_t busy_real, busy_cpu; /* when it last woke up: of the machine's clock, and of its own */
    /* The wait. */
    _Atomic enum wait_kind kind;
    _Atomic bool granted;     /* its time has come: it counts as running from then on */
    const char *_Atomic what; /* name of the function */
    void *object;
    _Atomic uint64_t deadline;
    uint64_t order; /* of two with one deadline, who came first goes first */
};

struct clock_state {
    _Atomic uint64_t now;
    uint64_t tick; /* ns, and the rest as a fraction */
    double tick_rest, tick_carry;
    _Atomic uint32_t serial; /* of the tick: looks are counted from there */
    _Atomic bool live;       /* there is an X connection */
    _Atomic int frozen;
    _Atomic uint64_t moved;        /* generation of all waits */
    _Atomic uint64_t stirred_real; /* when a frame was last shown, or the learner was waited for */
    _Atomic int ticker;            /* tid of the thread that shows frames */
    _Atomic uintptr_t planner; /* OFS_ME of who thinks for all; 0 = nobody */
    _Atomic uint64_t due;     /* when the X server has something to do by itself; NEVER */
    _Atomic uint64_t handed;  /* real time: it was told so, and has not begun; 0 = no */
    _Atomic int server;       /* tid of the thread that did so last */
    struct thread *_Atomic writer; /* who wrote to it last */
    _Atomic int advancing;    /* threads that move the clock and wait for those they woke: they only look asleep */
    _Atomic uint32_t settled; /* a futex: changes whenever a thread goes to sleep or ends */
    uint64_t order;
    const struct ofs_clock_host *_Atomic host;
};
extern struct clock_state ofs_clock;

/* Of this thread. */
struct clock_local {
    struct thread *self;
    uint32_t looks, serial;
    int depth; /* inside the lock: a signal handler that calls us then gets the real functions */
    int advancing;   /* its part of ofs_clock.advancing */
    uint64_t rest;   /* since when the game rests whose frame this thread shows; 0 = it does not */
    int cancel_type; /* that it had before a wait in which it can be cancelled at any moment, plus 1; 0 = none */
};
extern _Thread_local struct clock_local ofs_local;
#define OFS_ME ((uintptr_t)&ofs_local)

void ofs_lock(void);
void ofs_unlock(void);

/* Is the clock virtual for this caller's waits? */
static inline bool ofs_virtual_wait(const void *return_address)
{
    return !ofs_from_shim(return_address) && ofs_local.depth == 0 && ofs_caller(return_address) == CALLER_GAME;
}

static inline uint64_t ofs_now(void) { return atomic_load_explicit(&ofs_clock.now, memory_order_acquire); }

/* A thread looks at the clock. A driver's looks do not count: it may do so while it waits for its own threads. */
uint64_t ofs_look_slow(void);
static inline uint64_t ofs_look(const void *return_address)
{
    if (ofs_caller(return_address) == CALLER_GAME && __builtin_expect(++ofs_local.looks > 1000, 0))
        return ofs_look_slow();
    return ofs_now();
}

/* The clock goes on to the next deadline, if nothing has moved since `moved` was read. */
bool ofs_let_next_go(uint64_t moved);
/* Has anything a deadline? */
bool ofs_anybody_due(void);
/* Is it so far that nobody but the X server has one? Nobody looks for it but who waits. */
static inline bool ofs_server_due(void) { return atomic_load(&ofs_clock.due) != NEVER; }
/* The clock stands at `target`, and nobody has been let go; not before `target` is later than now. */
void ofs_jump(uint64_t target);
/* This thread jumps out of what it does: what it holds of the clock's is let go. */
void ofs_core_abandon(void);
/* In a forked child, where this thread is the only one. */
void ofs_core_forked(void);

/* -- waiting.c ----------------------------------------------------------------------------------------------------- */

/* A wait. Between enter and leave the thread calls ofs_wait_plan again and again, and waits really for as long as it
 * says: 0 = the deadline has come, NEVER = until it is woken. */
struct wait {
    struct thread *self; /* NULL: no place in the table; such a wait takes its real time */
    enum wait_kind kind;
    const char *what;
    void *object;
    uint64_t deadline, start, start_real, step;
    uint32_t serial;
    /* NULL, or: is what it waits for there by now? Asked when all others sleep, and so nobody but them can have made it. */
    bool (*is_over)(void *context);
    void *context;
};
void ofs_wait_enter(struct wait *wait, enum wait_kind kind, const char *what, void *object, uint64_t deadline);
uint64_t ofs_wait_plan(struct wait *wait);
void ofs_wait_leave(struct wait *wait);
/* The same for pthread_cleanup_push. */
void ofs_wait_leave_cleanup(void *wait);
/* Waits on the thread's own word; a cancellation point. False: a signal came. */
bool ofs_wait_word(struct wait *wait, uint64_t real_ns);
/* A signal's handler jumps out of whatever this thread was doing, or within itself: then the wait that it came into begins
 * anew when it returns. */
void ofs_wait_abandon(void);

/* -- jump.c -------------------------------------------------------------------------------------------------------- */

void ofs_jump_start(void);

/* -- core.c again -------------------------------------------------------------------------------------------------- */

/* The clock goes on to `target`; who sleeps until then is woken, one after the other. */
void ofs_advance(uint64_t target);
/* A thread has gone to sleep, or ended. */
void ofs_tell_settled(void);
/* Wait until a thread that runs since the wait of this serial sleeps again or has ended, for at most so much of its
 * time. */
void ofs_settle(struct thread *thread, uint32_t serial, uint64_t cpu_ns);
/* A deadline of this process's clocks as one of the virtual CLOCK_MONOTONIC: what is below 10^9 s is of that, what is
 * above of CLOCK_REALTIME. And the same of the machine's. */
uint64_t ofs_deadline(uint64_t absolute_ns);
struct timespec ofs_real_deadline(uint64_t deadline);
void ofs_nudge(void);
int ofs_futex_wait(_Atomic uint32_t *word, uint32_t value, uint64_t real_ns);
void ofs_futex_wake(void *word, int count);

/* -- threads.c ----------------------------------------------------------------------------------------------------- */

extern struct thread ofs_threads[THREADS_MAX];
static inline bool ofs_thread_helps(const struct thread *thread) { return thread->maker != CALLER_GAME; }
extern _Atomic unsigned ofs_threads_used; /* no thread is at or behind it */
struct thread *ofs_thread_self(void);
/* What the kernel says of it. */
enum kernel_word { KERNEL_GONE, KERNEL_ASLEEP, KERNEL_RUNS };
enum kernel_word ofs_kernel_word(int tid, uint64_t *runs_out);
/* Do all threads but this one sleep? *hope_out: those that do not are worth waiting for. */
bool ofs_others_asleep(const struct thread *self, bool *hope_out);
/* All sleep. Does the game rest, or does the thread that last wrote to the X server only wait for something outside of it? */
bool ofs_rests(void);
/* Does the kernel say that it sleeps on a futex, which is what all locks of the C library end in? */
bool ofs_sleeps_on_lock(int tid);
/* The thread wakes up now. */
void ofs_thread_wakes(struct thread *thread);
/* Has it computed for so long since it woke up? Of its own time, so that a busy machine makes no difference, but not
 * for ever: ten times as much of real time, and a second. */
bool ofs_thread_busy_for(struct thread *thread, uint64_t cpu_ns);
void ofs_threads_forked(void);
/* A place for the thread itself, when the library starts. */
void ofs_threads_start(void);

/* -- ending.c ------------------------------------------------------------------------------------------------------ */

/* A thread gives its place back, and is not over yet. */
void ofs_ending_note(int tid);
/* The number is a new thread's. */
void ofs_ending_forget(int tid);
bool ofs_ending_any(void);
void ofs_ending_forked(void);

/* -- timerfd.c ----------------------------------------------------------------------------------------------------- */

/* The nearest one; NEVER. With the lock held. */
uint64_t ofs_timerfd_nearest(void);
/* Those until `now` become readable. With the lock held. */
void ofs_timerfd_fire(uint64_t now);
bool ofs_timerfd_any(void);
bool ofs_timerfd_is(int fd);

/* -- table.c, watch.c ---------------------------------------------------------------------------------------------- */

void ofs_describe(char *text, size_t bytes);
void ofs_watch_start(void);
void ofs_watch_forked(void);

/* -- cond.c -- */

/* The real pthread_cond_broadcast. A first call finds it, which must not happen with the lock held. */
int (*ofs_cond_broadcaster(void))(pthread_cond_t *);

/* -- random.c, wait.c --------------------------------------------------------------------------------------- */

void ofs_random_seed(uint64_t seed);
void ofs_random_fill(void *bytes, size_t count);
/* Waits until `fd` can be read; for read() on a timerfd. 0, or -1 with errno. */
int ofs_wait_readable(int fd, const char *what);

#endif
