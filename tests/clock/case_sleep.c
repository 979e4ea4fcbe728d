/* Sleeping, with and without an X connection. */
#include <limits.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "case.h"

/* A day passes at once when nobody else is awake. */
static void jumps(void)
{
    struct timespec time;
    go_live();
    uint64_t begin = now();
    time = span(86400 * S);
    EQUAL(nanosleep(&time, NULL), 0);
    EQUAL(now() - begin, 86400 * S);
    EQUAL(usleep(2500), 0);
    EQUAL(sleep(3), 0);
    EQUAL(now() - begin, 86403 * S + 2500000);
    time = span(5 * MS);
    EQUAL(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL), 0);
    EQUAL(clock_nanosleep(CLOCK_REALTIME, 0, &time, NULL), 0);
    EQUAL(now() - begin, 86403 * S + 12500000);
}

static void absolute(void)
{
    struct timespec time;
    go_live();
    CHECK(clock_gettime(CLOCK_MONOTONIC, &time) == 0);
    time.tv_sec += 7;
    EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL), 0);
    EQUAL(now(), (uint64_t)time.tv_sec * S + (uint64_t)time.tv_nsec);
    EQUAL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL), 0); /* long ago */
    EQUAL(now(), (uint64_t)time.tv_sec * S + (uint64_t)time.tv_nsec);
    CHECK(clock_gettime(CLOCK_REALTIME, &time) == 0);
    EQUAL(time.tv_sec, OFS_CLOCK_EPOCH_S + 7);
    time.tv_sec += 2;
    EQUAL(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL), 0);
    EQUAL(now(), OFS_CLOCK_BEGIN_NS + 9 * S);
}

static void garbage(void)
{
    struct timespec time;
    go_live();
    uint64_t begin = now();
    time = (struct timespec){ -1, 0 };
    CHECK(nanosleep(&time, NULL) == -1 && errno == EINVAL);
    time = (struct timespec){ 0, -1 };
    CHECK(nanosleep(&time, NULL) == -1 && errno == EINVAL);
    time = (struct timespec){ 0, 1000000000 };
    CHECK(nanosleep(&time, NULL) == -1 && errno == EINVAL);
    EQUAL(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL), EINVAL);
    EQUAL(clock_nanosleep(12345, 0, &time, NULL), EINVAL);
    time = (struct timespec){ 0, 0 };
    EQUAL(nanosleep(&time, NULL), 0);
    EQUAL(now(), begin);
}

static atomic_int handled;
static void handler(int number) { handled++; }

static void handle_alarm(void (*call)(int), unsigned flags)
{
    struct sigaction action = { .sa_handler = call, .sa_flags = (int)flags };
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
}

/* Again and again: the first may come before the sleep. */
static void alarm_in(long ms, long again_ms)
{
    struct itimerval timer = { .it_value = { 0, ms * 1000 }, .it_interval = { 0, again_ms * 1000 } };
    CHECK(setitimer(ITIMER_REAL, &timer, NULL) == 0);
}

/* The clock stands, since the game waits for its learner; a signal ends the sleep all the same. */
static void interrupted(void)
{
    struct timespec time = span(100 * S), left = { 0 };
    handle_alarm(handler, SA_RESTART);
    go_live();
    table->freeze();
    alarm_in(50, 50);
    CHECK(nanosleep(&time, &left) == -1 && errno == EINTR);
    EQUAL(left.tv_sec, 100);
    alarm_in(50, 50);
    EQUAL(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, &left), EINTR);
    EQUAL(left.tv_sec, 100);
    alarm_in(50, 50);
    EQUAL(sleep(9), 9);
    CHECK(handled >= 3);
    alarm_in(0, 0);
    table->thaw();
    EQUAL(nanosleep(&time, NULL), 0);
}

static void sleeping_handler(int number)
{
    struct timespec time = span(3 * S);
    handled++;
    nanosleep(&time, NULL);
}

/* A handler that sleeps itself, within a wait that goes on. */
static void nested(void)
{
    handle_alarm(sleeping_handler, SA_RESTART);
    go_live();
    uint64_t begin = now();
    alarm_in(30, 0);
    usleep(1);
    while (!handled) /* in real time */
        table->virtual_ns();
    EQUAL(now() - begin, 3 * S + 1000);
}

/* Without a connection a sleep takes its time, and the clock goes on by exactly what was asked for. */
static void before_x(void)
{
    uint64_t begin = now(), real = table->real_ns();
    EQUAL(begin, OFS_CLOCK_BEGIN_NS);
    EQUAL(usleep(30000), 0);
    EQUAL(now() - begin, 30 * MS);
    CHECK(table->real_ns() - real >= 30 * MS);
}

static void forked(void)
{
    int status;
    go_live();
    sleep(5);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        uint64_t real = table->real_ns();
        EQUAL(now(), OFS_CLOCK_BEGIN_NS + 5 * S);
        usleep(20000); /* no connection of its own */
        CHECK(table->real_ns() - real >= 20 * MS);
        go_live();
        sleep(1000);
        EQUAL(now(), OFS_CLOCK_BEGIN_NS + 1005 * S + 20 * MS);
        _exit(7);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    EQUAL(now(), OFS_CLOCK_BEGIN_NS + 5 * S);
}

static void ticks(void)
{
    uint64_t begin = now();
    EQUAL(table->tick_ns(), 16666666);
    go_live();
    for (int i = 0; i < 60; i++)
        table->tick();
    CHECK(now() - begin >= S - 1 && now() - begin <= S);
    for (int i = 0; i < 60000; i++)
        table->tick();
    CHECK(now() - begin >= 1001 * S - 1 && now() - begin <= 1001 * S);
}

const struct test_case sleep_cases[] = {
    { "jumps", jumps },
    { "absolute", absolute },
    { "garbage", garbage },
    { "interrupted", interrupted },
    { "nested", nested },
    { "before_x", before_x },
    { "forked", forked },
    { "ticks", ticks },
    { 0 },
};
