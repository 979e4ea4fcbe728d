/* Signal handlers that jump out of sleeps and the like. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/select.h>
#include <sys/time.h>

#include "case.h"

static sigjmp_buf out;
static atomic_bool stop;
static atomic_int turns;

static void jump(int number) { siglongjmp(out, 1); }

/* Again and again: the first may come before the sleep. */
static void signals(void (*handler)(int), long every_us)
{
    struct itimerval timer = { .it_value = { 0, every_us }, .it_interval = { 0, every_us } };
    struct sigaction action = { .sa_handler = handler };
    if (handler)
        CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

/* A thread that gets none of the signals: it could not jump into this one's stack. */
static pthread_t start_deaf(void *(*run)(void *))
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread = start(run, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return thread;
}

static void wait_somehow(int how)
{
    struct timespec time = span(100 * S);
    struct timeval micros = { 100, 0 };
    switch (how) {
    case 0: nanosleep(&time, NULL); break;
    case 1: sleep(100); break;
    case 2: poll(NULL, 0, 100000); break;
    default: select(0, NULL, NULL, NULL, &micros); break;
    }
}

static void *sleeper(void *unused)
{
    usleep(5000);
    turns++;
    return NULL;
}

/* Who has jumped out of a wait runs: others' sleeps do not end while it computes, it cannot be cancelled at any moment,
 * and it can wait again. */
static void jumped(void)
{
    go_live();
    for (volatile int how = 0; how < 4; how++) {
        int type = -1;
        volatile bool waited = false;
        table->freeze(); /* the clock stands, so that only the signal ends the wait */
        pthread_t thread = start_deaf(sleeper);
        if (sigsetjmp(out, 1) == 0) {
            signals(jump, 20000);
            wait_somehow(how);
            waited = true;
        }
        signals(NULL, 0);
        CHECK(!waited);
        pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
        if (how < 2) /* out of poll and select the C library lets its own type escape, with and without us */
            EQUAL(type, PTHREAD_CANCEL_DEFERRED);
        uint64_t begin = now();
        int before = turns;
        table->thaw();
        compute_for(60 * MS);
        EQUAL(turns, before);
        EQUAL(now(), begin);
        usleep(50000);
        EQUAL(turns, before + 1);
        EQUAL(now() - begin, 50 * MS);
        pthread_join(thread, NULL);
    }
}

static void *sleeps_on(void *unused)
{
    while (!stop)
        usleep(1000);
    return NULL;
}

/* Wherever in a wait the signal comes: nothing is left locked, and the clock goes on. */
static void jumped_often(void)
{
    volatile int jumps = 0, round = 0;
    go_live();
    pthread_t thread = start_deaf(sleeps_on);
    while (jumps < 300) {
        if (sigsetjmp(out, 1) == 0) {
            signals(jump, 1000 + round % 7 * 150);
            for (;; round++)
                usleep(1500);
        }
        signals(NULL, 0);
        jumps++;
    }
    uint64_t begin = now();
    usleep(100000);
    EQUAL(now() - begin, 100 * MS);
    table->tick();
    stop = true;
    pthread_join(thread, NULL);
}

static volatile int handled;

/* It jumps, but stays in itself. */
static void jump_inside(int number)
{
    sigjmp_buf here;
    if (sigsetjmp(here, 1) == 0)
        siglongjmp(here, 1);
    handled++;
}

static void jumped_inside(void)
{
    struct timespec time = span(100 * S), left = { 0 };
    go_live();
    table->freeze();
    signals(jump_inside, 20000);
    CHECK(nanosleep(&time, &left) == -1 && errno == EINTR);
    EQUAL(left.tv_sec, 100);
    signals(NULL, 0);
    CHECK(handled >= 1);
    table->thaw();
    uint64_t begin = now();
    EQUAL(nanosleep(&time, NULL), 0);
    EQUAL(now() - begin, 100 * S);
}

const struct test_case jump_cases[] = {
    { "jumped", jumped },
    { "jumped_often", jumped_often },
    { "jumped_inside", jumped_inside },
    { 0 },
};
