/* The table for liboffstage.so, the start of the library, and fork. */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "hook/clock/clock.h"
#include "util/opt.h"

static uint64_t virtual_ns(void) { return ofs_now(); }
static uint64_t tick_ns(void) { return ofs_clock.tick; }

static void set_host(const struct ofs_clock_host *host)
{
    atomic_store(&ofs_clock.host, host);
    atomic_store(&ofs_clock.stirred_real, ofs_real_ns());
    atomic_store(&ofs_clock.live, true);
    ofs_watch_start();
}

/* The thread that shows frames has done something that the others wait for. */
static void stir(void)
{
    atomic_store(&ofs_clock.stirred_real, ofs_real_ns());
    if (ofs_thread_self())
        ofs_thread_wakes(ofs_local.self);
}

static void tick(void)
{
    uint64_t length = ofs_clock.tick;
    ofs_lock();
    ofs_clock.tick_carry += ofs_clock.tick_rest;
    if (ofs_clock.tick_carry >= 1) {
        ofs_clock.tick_carry -= 1;
        length++;
    }
    ofs_unlock();
    atomic_store(&ofs_clock.ticker, (int)SYSTEM(SYS_gettid));
    atomic_fetch_add(&ofs_clock.serial, 1);
    stir();
    if (ofs_local.rest)
        ofs_jump(ofs_local.rest + length);
    else
        ofs_advance(ofs_now() + length);
}

static void rest(uint64_t since_ns) { ofs_local.rest = since_ns; }

static void freeze(void) { atomic_fetch_add(&ofs_clock.frozen, 1); }

/* Who has found this thread asleep while it waited for the learner has to look again, also when it decides only after
 * this: it runs, and the tick is still to come. */
static void thaw(void)
{
    stir();
    atomic_fetch_add(&ofs_clock.moved, 1);
    if (atomic_fetch_sub(&ofs_clock.frozen, 1) == 1)
        ofs_nudge();
}

/* -- what the X server does by itself ------------------------------------------------------------------------------ */

static void set_due(uint64_t virtual_ns) { atomic_store(&ofs_clock.due, virtual_ns); }

/* It runs from here on, as a thread of the game does. */
static void begin_due(void)
{
    atomic_store(&ofs_clock.server, (int)SYSTEM(SYS_gettid));
    stir();
    /* Who has found all of them asleep until now has to look again. */
    atomic_fetch_add(&ofs_clock.moved, 1);
    atomic_store(&ofs_clock.handed, 0);
}

static bool look(void)
{
    uint64_t moved = atomic_load(&ofs_clock.moved);
    uintptr_t nobody = 0;
    bool hope = false, late = false;
    if (!ofs_server_due() || atomic_load(&ofs_clock.frozen) || !atomic_load(&ofs_clock.live) ||
        !atomic_compare_exchange_strong(&ofs_clock.planner, &nobody, OFS_ME))
        return false;
    if (ofs_others_asleep(ofs_thread_self(), &hope))
        (void)ofs_let_next_go(moved);
    else
        late = !hope;
    if (late)
        atomic_store(&ofs_clock.due, NEVER);
    atomic_store(&ofs_clock.planner, 0);
    return late;
}

/* -- who waits for what -------------------------------------------------------------------------------------------- */

static void thread_name(int tid, char name[32])
{
    char path[64];
    long fd, got = 0;
    snprintf(path, sizeof path, "/proc/self/task/%d/comm", tid);
    fd = SYSTEM(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd >= 0) {
        got = SYSTEM(SYS_read, fd, name, 31);
        SYSTEM(SYS_close, fd);
    }
    name[got > 0 ? got : 0] = '\0';
    name[strcspn(name, "\n")] = '\0';
}

static void describe_thread(const struct thread *thread, char *line, size_t bytes)
{
    uint64_t now = ofs_now(), runs;
    int tid = atomic_load(&thread->tid);
    char name[32];
    thread_name(tid, name);
    if (atomic_load(&thread->state) == THREAD_WAITS && thread->deadline == NEVER)
        snprintf(line, bytes, "thread %d (%s): %s, without end\n", tid, name, thread->what);
    else if (atomic_load(&thread->state) == THREAD_WAITS)
        snprintf(line, bytes, "thread %d (%s): %s, for another %.3f s of its time\n", tid, name, thread->what,
                 thread->deadline > now ? (double)(thread->deadline - now) / 1e9 : 0.0);
    else if (ofs_kernel_word(tid, &runs) == KERNEL_RUNS)
        snprintf(line, bytes, "thread %d (%s): runs\n", tid, name);
    else
        snprintf(line, bytes, "thread %d (%s): asleep without a time-out (a lock, a read, another process)\n", tid,
                 name);
}

void ofs_describe(char *text, size_t bytes)
{
    unsigned used = atomic_load(&ofs_threads_used);
    size_t at = 0;
    if (bytes > 0)
        text[0] = '\0';
    for (unsigned i = 0; i < used && at + 1 < bytes; i++) {
        char line[200];
        int length;
        if (atomic_load(&ofs_threads[i].state) == THREAD_FREE || ofs_thread_helps(&ofs_threads[i]))
            continue;
        describe_thread(&ofs_threads[i], line, sizeof line);
        length = snprintf(text + at, bytes - at, "%s", line);
        at += (size_t)length < bytes - at ? (size_t)length : bytes - at - 1;
    }
}

EXPORT ofs_clock_table_fn ofs_clock_table;
const struct ofs_clock_table *ofs_clock_table(uint32_t version)
{
    static const struct ofs_clock_table table = {
        .size = sizeof table,
        .real_ns = ofs_real_ns,
        .virtual_ns = virtual_ns,
        .tick_ns = tick_ns,
        .set_host = set_host,
        .tick = tick,
        .rest = rest,
        .set_due = set_due,
        .begin_due = begin_due,
        .look = look,
        .freeze = freeze,
        .thaw = thaw,
        .describe = ofs_describe,
        .reseed = ofs_random_seed,
    };
    return version == OFS_CLOCK_VERSION ? &table : NULL;
}

/* -- start and fork ------------------------------------------------------------------------------------------------ */

static void before_fork(void)
{
    if (ofs_local.depth == 0)
        ofs_lock();
}

static void after_fork_parent(void)
{
    if (ofs_local.depth == 1)
        ofs_unlock();
}

/* The connection stays with the parent: until the child makes one of its own, its sleeps take their real time. The
 * clock goes on from where it was, the random bytes begin anew. */
static void after_fork_child(void)
{
    ofs_core_forked();
    atomic_store(&ofs_clock.live, false);
    atomic_store(&ofs_clock.host, NULL);
    atomic_store(&ofs_clock.frozen, 0);
    atomic_store(&ofs_clock.due, NEVER);
    atomic_store(&ofs_clock.handed, 0);
    atomic_store(&ofs_clock.writer, NULL);
    ofs_threads_forked();
    ofs_watch_forked();
    ofs_random_seed(ofs_options_peek()->seed);
}

__attribute__((constructor)) static void start(void)
{
    const struct ofs_options *options = ofs_options_peek();
    if (options->lockstep_hz > 0) {
        double exact = 1e9 / options->lockstep_hz;
        ofs_clock.tick = (uint64_t)exact;
        ofs_clock.tick_rest = exact - (double)ofs_clock.tick;
    }
    ofs_random_seed(options->seed);
    ofs_jump_start();
    ofs_threads_start();
    pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}
