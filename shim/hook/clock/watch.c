/* A thread that looks, once a second of real time, whether the game can still go on: when all of its threads have
 * waited for locks and conditions without a time-out for ten seconds, it says so, once. Threads that wait for
 * descriptors may be waiting for the player, or for the world. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "hook/clock/clock.h"
#include "util/log.h"

#define OFS_LOG_MODULE OFS_MOD_HOOK
#define QUIET_S        10
#define STACK_BYTES    (128u << 10)

static _Atomic bool watching;

/* Does every thread of the game sleep on a lock without a deadline? *runs_out tells one look from the next. */
static bool all_stuck(uint64_t *runs_out)
{
    unsigned used = atomic_load(&ofs_threads_used), count = 0;
    *runs_out = 0;
    if (ofs_timerfd_any() || atomic_load(&ofs_clock.frozen) || !atomic_load(&ofs_clock.live))
        return false;
    for (unsigned i = 0; i < used; i++) {
        const struct thread *thread = &ofs_threads[i];
        int tid = atomic_load(&thread->tid);
        uint64_t runs;
        if (atomic_load(&thread->state) == THREAD_FREE)
            continue;
        if (ofs_kernel_word(tid, &runs) == KERNEL_RUNS)
            return false;
        *runs_out += runs;
        if (ofs_thread_helps(thread))
            continue;
        if (atomic_load(&thread->state) == THREAD_WAITS || !ofs_sleeps_on_lock(tid))
            return false;
        count++;
    }
    return count > 0;
}

static void tell(void)
{
    char text[2000], *rest = text;
    const char *line;
    ofs_describe(text, sizeof text);
    ofs_error("every thread of the game waits for another one, and none has a time-out: it will show no more frames");
    while ((line = strsep(&rest, "\n")) && line[0])
        ofs_error("  %s", line);
}

static void *watch(void *unused)
{
    const struct timespec second = { .tv_sec = 1 };
    uint64_t before = 0, runs;
    for (unsigned quiet = 0; quiet < QUIET_S;) {
        REAL(nanosleep)(&second, NULL);
        quiet = all_stuck(&runs) && (runs == before || quiet == 0) ? quiet + 1 : 0;
        before = runs;
    }
    tell();
    return NULL;
}

void ofs_watch_start(void)
{
    pthread_attr_t attributes;
    sigset_t all, old;
    pthread_t thread;
    if (atomic_exchange(&watching, true) || pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old); /* the game's signals are the game's */
    if (REAL(pthread_create)(&thread, &attributes, watch, NULL) != 0)
        atomic_store(&watching, false);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    pthread_attr_destroy(&attributes);
}

void ofs_watch_forked(void) { atomic_store(&watching, false); }
