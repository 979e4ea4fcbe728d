/* The threads of the game, and whether they run.
 *
 * Threads that GL drivers and liboffstage.so start for themselves are helpers: they serve a thread of the game's. While
 * all of those sleep by their own will, what the helpers do changes nothing that a program sees; but a thread that
 * sleeps elsewhere may be waiting for one of them, and one that waits for descriptors for the X server. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <threads.h>

#include "hook/clock/clock.h"

/* Of its own time: for so long a new thread is waited for. Before there is an X connection libraries start threads that
 * spin for work, as many as there are processors. */
#define FIRST_NS         (20 * NS_PER_MS)
#define FIRST_LOADING_NS NS_PER_MS
#define REAL_NS          NS_PER_S /* of the machine's, beside ten times its own: it may not have had a processor yet */

struct thread ofs_threads[THREADS_MAX];
_Atomic unsigned ofs_threads_used;

static uint64_t cpu_ns(int tid)
{
    struct timespec time;
    clockid_t clock = (clockid_t)((~(unsigned)tid << 3) | 6u); /* the kernel's number for the time of one thread */
    if (tid <= 0 || REAL(clock_gettime)(clock, &time) != 0)
        return 0;
    return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

void ofs_thread_wakes(struct thread *thread)
{
    atomic_store(&thread->busy_real, ofs_real_ns());
    atomic_store(&thread->busy_cpu, NEVER); /* asked for when somebody wants to know, which costs a system call */
}

bool ofs_thread_busy_for(struct thread *thread, uint64_t wanted_ns)
{
    int saved = errno;
    uint64_t cpu = cpu_ns(atomic_load(&thread->tid)), before = NEVER;
    errno = saved;
    if (ofs_real_ns() - atomic_load(&thread->busy_real) > REAL_NS + 10 * wanted_ns)
        return true;
    if (atomic_compare_exchange_strong(&thread->busy_cpu, &before, cpu))
        before = cpu;
    return cpu > before && cpu - before > wanted_ns;
}

/* A free place, or that of a thread that ended without telling. */
static struct thread *take_place(int tid, bool lazy, enum caller maker)
{
    struct thread *found = NULL;
    unsigned used;
    ofs_lock();
    used = atomic_load(&ofs_threads_used);
    for (unsigned i = 0; i < used && !found; i++)
        if (atomic_load(&ofs_threads[i].state) == THREAD_FREE)
            found = &ofs_threads[i];
    if (!found && used < THREADS_MAX) {
        found = &ofs_threads[used];
        atomic_store(&ofs_threads_used, used + 1);
    }
    if (found) {
        atomic_store(&found->tid, tid);
        atomic_store(&found->state, THREAD_RUNS);
        found->kind = WAIT_NONE;
        found->granted = false;
        found->lazy = lazy;
        found->maker = maker;
        atomic_fetch_add(&found->serial, 1);
        ofs_thread_wakes(found);
        atomic_fetch_add(&ofs_clock.moved, 1);
    }
    ofs_unlock();
    return found;
}

static void give_place(struct thread *thread)
{
    ofs_lock();
    thread->kind = WAIT_NONE;
    atomic_store(&thread->tid, 0);
    atomic_store(&thread->state, THREAD_FREE);
    atomic_fetch_add(&ofs_clock.moved, 1);
    ofs_unlock();
    ofs_tell_settled();
}

struct thread *ofs_thread_self(void)
{
    if (!ofs_local.self)
        ofs_local.self = take_place((int)SYSTEM(SYS_gettid), true, CALLER_GAME);
    return ofs_local.self;
}

void ofs_threads_start(void)
{
    int tid = (int)SYSTEM(SYS_gettid);
    atomic_store(&ofs_clock.ticker, tid);
    if (!ofs_local.self)
        ofs_local.self = take_place(tid, false, CALLER_GAME);
}

/* In the child: the thread that forked is the only one. */
void ofs_threads_forked(void)
{
    memset(ofs_threads, 0, atomic_exchange(&ofs_threads_used, 0) * sizeof ofs_threads[0]);
    ofs_ending_forked();
    ofs_local.self = NULL;
    ofs_threads_start();
}

/* -- the kernel's word --------------------------------------------------------------------------------------------- */

static bool read_file(int tid, const char *name, char *text, size_t bytes)
{
    char path[64];
    ssize_t got;
    int fd;
    snprintf(path, sizeof path, "/proc/self/task/%d/%s", tid, name);
    fd = (int)SYSTEM(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return false;
    got = SYSTEM(SYS_read, fd, text, bytes - 1);
    SYSTEM(SYS_close, fd);
    text[got > 0 ? got : 0] = '\0';
    return got > 0;
}

enum kernel_word ofs_kernel_word(int tid, uint64_t *runs_out)
{
    char text[512];
    const char *at;
    int saved = errno;
    enum kernel_word word = KERNEL_RUNS;
    *runs_out = 0;
    if (tid < 0) /* just being started */
        return KERNEL_RUNS;
    if (!read_file(tid, "stat", text, sizeof text)) {
        if (SYSTEM(SYS_tgkill, getpid(), tid, 0) < 0 && errno == ESRCH)
            word = KERNEL_GONE;
    } else {
        at = strrchr(text, ')'); /* the name before it may hold anything */
        if (at && at[1] == ' ' && at[2] == 'S')
            word = KERNEL_ASLEEP;
        else if (at && at[1] == ' ' && (at[2] == 'Z' || at[2] == 'X'))
            word = KERNEL_GONE;
    }
    /* How often it has been given a processor: did it run between two looks? */
    if (word == KERNEL_ASLEEP && read_file(tid, "schedstat", text, sizeof text)) {
        at = strchr(text, ' ');
        at = at ? strchr(at + 1, ' ') : NULL;
        *runs_out = at ? strtoull(at + 1, NULL, 10) : 0;
    }
    errno = saved;
    return word;
}

/* A thread that sleeps on a word of our own is woken by us alone, and its place says so. Of the others the kernel knows;
 * also of one that may be getting a semaphore at this moment. */
static bool sleeps_by_our_word(const struct thread *thread)
{
    return atomic_load(&thread->state) == THREAD_WAITS &&
           (thread->kind == WAIT_SLEEP || (thread->kind == WAIT_SEM && !atomic_load(&thread->told)));
}

static bool is_worth_waiting(struct thread *thread)
{
    bool ticker = atomic_load(&thread->tid) == atomic_load(&ofs_clock.ticker);
    return !ofs_thread_busy_for(thread, ticker ? 3 * NS_PER_S : NS_PER_S / 2);
}

/* One thread at a time asks for all; the numbers of another one that asks for itself make it say no. */
static _Atomic uint64_t runs_before[THREADS_MAX];

/* It sleeps, was let go, and has not taken note of it: who looks for himself, at descriptors or a lock, sleeps to the end of
 * his step, and so does a condition's waiter that was told when it was just on its way there. That one is told again: it
 * runs then, or sleeps on the mutex, for as long as that takes. How much time passes must not matter. */
static bool is_let_go(struct thread *thread)
{
    uint64_t runs;
    if (!thread->granted)
        return false;
    ofs_lock();
    if (thread->granted && thread->kind == WAIT_COND)
        ofs_cond_broadcaster()(thread->object);
    ofs_unlock();
    return thread->kind != WAIT_COND || ofs_kernel_word(atomic_load(&thread->tid), &runs) != KERNEL_ASLEEP;
}

static bool is_asleep(unsigned index, bool again)
{
    struct thread *thread = &ofs_threads[index];
    uint64_t runs;
    enum kernel_word word = ofs_kernel_word(atomic_load(&thread->tid), &runs);
    /* It wakes up, now or with its next step. */
    bool told = word == KERNEL_ASLEEP && (atomic_load(&thread->told) || is_let_go(thread));
    bool asleep = word == KERNEL_GONE || (word == KERNEL_ASLEEP && !told && (!again || runs == runs_before[index]));
    if (word == KERNEL_GONE && thread->lazy)
        give_place(thread);
    if (word == KERNEL_ASLEEP && thread->kind == WAIT_NONE && !again)
        ofs_thread_wakes(thread); /* when it wakes up, it was not long ago */
    runs_before[index] = runs;
    return asleep;
}

/* The helpers, or the others. How many the kernel was asked of is added to *asked_out. */
static bool group_asleep(const struct thread *self, bool helpers, bool again, unsigned *asked_out, bool *hope_out)
{
    unsigned used = atomic_load(&ofs_threads_used);
    bool asleep = true;
    for (unsigned i = 0; i < used; i++) {
        struct thread *thread = &ofs_threads[i];
        int tid = atomic_load(&thread->tid);
        bool helper = ofs_thread_helps(thread) && tid != atomic_load(&ofs_clock.ticker) &&
                      tid != atomic_load(&ofs_clock.server);
        if (thread == self || helper != helpers || atomic_load(&thread->state) == THREAD_FREE ||
            sleeps_by_our_word(thread))
            continue;
        ++*asked_out;
        if (!is_asleep(i, again)) {
            asleep = false;
            *hope_out |= is_worth_waiting(thread);
        }
    }
    return asleep;
}

/* Will our own threads not answer this one any more? While it asks nobody can wake them: one look is enough. */
static bool ours_asleep(const struct thread *self, bool *hope_out)
{
    uint64_t runs;
    if (!self || self->kind != WAIT_FDS)
        return true;
    for (unsigned i = 0, used = atomic_load(&ofs_threads_used); i < used; i++) {
        struct thread *thread = &ofs_threads[i];
        if (thread->maker != CALLER_OURS || atomic_load(&thread->state) == THREAD_FREE)
            continue;
        if (ofs_kernel_word(atomic_load(&thread->tid), &runs) == KERNEL_RUNS) {
            *hope_out |= is_worth_waiting(thread);
            return false;
        }
        ofs_thread_wakes(thread); /* when it wakes up, it was not long ago */
    }
    return true;
}

/* Two rounds: who slept in both and did not run in between slept at the moment between them, and so did all others. */
bool ofs_others_asleep(const struct thread *self, bool *hope_out)
{
    *hope_out = false;
    if (ofs_ending_any()) {
        *hope_out = true;
        return false;
    }
    for (int round = 0; round < 2; round++) {
        unsigned asked = 0;
        if (!group_asleep(self, false, round > 0, &asked, hope_out))
            return false;
        if (asked == 0) /* all by their own will */
            return ours_asleep(self, hope_out);
        if (!group_asleep(self, true, round > 0, &asked, hope_out))
            return false;
    }
    return true;
}

bool ofs_sleeps_on_lock(int tid)
{
    char name[64];
    return read_file(tid, "wchan", name, sizeof name) && strncmp(name, "futex", 5) == 0;
}

/* Nobody in the game can wake it: it waits for what comes from outside, in a way that this clock knows of or not. */
static bool waits_for_the_world(const struct thread *thread)
{
    if (atomic_load(&thread->state) == THREAD_WAITS)
        return thread->kind == WAIT_WORLD;
    return !ofs_sleeps_on_lock(atomic_load(&thread->tid));
}

/* A thread that asks another process something, or waits for one of the game's that does, goes on by itself soon: what it
 * draws is not finished. */
bool ofs_rests(void)
{
    unsigned used = atomic_load(&ofs_threads_used);
    const struct thread *writer = atomic_load(&ofs_clock.writer);
    if (!writer || atomic_load(&writer->state) == THREAD_FREE)
        return true;
    if (atomic_load(&writer->state) == THREAD_WAITS)
        return writer->kind != WAIT_WORLD;
    for (unsigned i = 0; i < used; i++) {
        const struct thread *thread = &ofs_threads[i];
        if (atomic_load(&thread->state) != THREAD_FREE && !ofs_thread_helps(thread) && waits_for_the_world(thread))
            return false;
    }
    return true;
}

/* -- threads begin and end ----------------------------------------------------------------------------------------- */

struct birth {
    struct thread *place;
    void *(*start)(void *);
    thrd_start_t start_c11;
    void *argument;
};

static void end(void *place)
{
    if (place) {
        ofs_ending_note(atomic_load(&((struct thread *)place)->tid));
        give_place(place);
    }
    ofs_local.self = NULL;
}

static struct birth begin(void *take_birth)
{
    struct birth birth = *(struct birth *)take_birth;
    free(take_birth);
    if (birth.place) {
        atomic_store(&birth.place->tid, (int)SYSTEM(SYS_gettid));
        ofs_ending_forget(atomic_load(&birth.place->tid));
    }
    ofs_local.self = birth.place;
    return birth;
}

static void *run(void *take_birth)
{
    struct birth birth = begin(take_birth);
    void *result;
    pthread_cleanup_push(end, birth.place);
    result = birth.start(birth.argument);
    pthread_cleanup_pop(1);
    return result;
}

static int run_c11(void *take_birth)
{
    struct birth birth = begin(take_birth);
    int result;
    pthread_cleanup_push(end, birth.place);
    result = birth.start_c11(birth.argument);
    pthread_cleanup_pop(1);
    return result;
}

static struct birth *conceive(const void *caller, void *argument)
{
    struct birth *birth = calloc(1, sizeof *birth);
    if (birth) {
        birth->place = take_place(-1, false, ofs_caller(caller));
        birth->argument = argument;
    }
    return birth;
}

static void miscarry(struct birth *birth)
{
    if (birth->place)
        give_place(birth->place);
    free(birth);
}

/* A thread that begins runs until it sleeps: what it and its maker do next would come in another order in every run. */
static void await_first_sleep(struct thread *place, uint32_t serial)
{
    int saved = errno;
    if (place && !ofs_thread_helps(place) && ofs_local.depth == 0)
        ofs_settle(place, serial, atomic_load(&ofs_clock.live) ? FIRST_NS : FIRST_LOADING_NS);
    errno = saved;
}

EXPORT int pthread_create(pthread_t *id, const pthread_attr_t *attributes, void *(*start)(void *), void *argument)
{
    struct birth *birth = conceive(CALLER, argument);
    struct thread *place = birth ? birth->place : NULL;
    uint32_t serial = place ? atomic_load(&place->serial) : 0;
    int error;
    if (!birth)
        return REAL(pthread_create)(id, attributes, start, argument);
    birth->start = start;
    error = REAL(pthread_create)(id, attributes, run, birth);
    if (error)
        miscarry(birth);
    else
        await_first_sleep(place, serial);
    return error;
}

EXPORT int thrd_create(thrd_t *id, thrd_start_t start, void *argument)
{
    struct birth *birth = conceive(CALLER, argument);
    struct thread *place = birth ? birth->place : NULL;
    uint32_t serial = place ? atomic_load(&place->serial) : 0;
    int error;
    if (!birth)
        return REAL(thrd_create)(id, start, argument);
    birth->start_c11 = start;
    error = REAL(thrd_create)(id, run_c11, birth);
    if (error != thrd_success)
        miscarry(birth);
    else
        await_first_sleep(place, serial);
    return error;
}
