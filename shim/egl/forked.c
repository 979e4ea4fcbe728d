/* How a child that draws in software can exit although its parent has drawn before the fork.
 *
 * At exit Mesa waits (pthread_join) for the threads of its job queues, and in such a child for those of the
 * parent's queues too. They do not run in the child, but what names a thread is its stack, and the C library gives
 * the stacks of threads that the fork left behind to the child's next threads. So Mesa would wait for any of these,
 * one of its own renderer's as a rule, which never ends. Therefore threads that do nothing take these stacks before
 * Mesa starts threads in the child. They end when the child exits, in a handler that runs before Mesa's: handlers
 * run in the reverse order of their registration, and Mesa's is from the parent. Should a C library not use the
 * stacks again, there is nothing to wait for, and these threads do no harm. */
#include "egl/forked.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OFS_LOG_MODULE OFS_MOD_EGL
#include "util/log.h"

/* A process with more threads than that is no parent whose every thread should have a double. */
#define MOST_THREADS 256

static struct {
    _Atomic int parent_threads;   /* at the last fork; 0 = not known */
    int standing;
    sem_t end;
} state;

static int count_threads(void)
{
    static const char field[] = "\nThreads:";
    char text[2048];
    int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, text, sizeof(text) - 1) : -1;
    const char *at;

    if (file >= 0)
        (void)close(file);
    if (length < 0)
        return 0;
    text[length] = '\0';
    at = strstr(text, field);
    return at ? (int)strtol(at + sizeof(field) - 1, NULL, 10) : 0;
}

static void before_fork(void)
{
    int saved_errno = errno;

    atomic_store(&state.parent_threads, count_threads());
    errno = saved_errno;
}

static void watch(void)
{
    (void)pthread_atfork(before_fork, NULL, NULL);
}

void ofs_egl_watch_forks(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, watch);
}

static void *stand(void *unused)
{
    (void)unused;
    while (sem_wait(&state.end) != 0)
        ;
    return NULL;
}

/* Nobody waits for them here: those whose names Mesa has are joined by it. */
static void let_go(void)
{
    for (int i = 0; i < state.standing; i++)
        (void)sem_post(&state.end);
    state.standing = 0;
}

void ofs_egl_stand_in(void)
{
    int wanted = atomic_load(&state.parent_threads) - 1;
    sigset_t all, before;
    pthread_t thread;

    if (wanted < 1 || wanted >= MOST_THREADS || sem_init(&state.end, 0, 0) != 0 || atexit(let_go) != 0)
        return;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    while (state.standing < wanted && pthread_create(&thread, NULL, stand, NULL) == 0)
        state.standing++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    ofs_debug("%d threads stand in for the parent's", state.standing);
}
