/* Threads that sleep beside the one that shows frames. */
#include <semaphore.h>
#include <signal.h>

#include "case.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static atomic_int turns;
static atomic_bool stop;

/* -- sleeping in a loop -------------------------------------------------------------------------------------------- */

static char story[40000];
static size_t story_used;

static void *diary(void *who)
{
    uint64_t period = (3 + (uint64_t)(uintptr_t)who % 7) * MS;
    while (!stop) {
        usleep((useconds_t)(period / 1000));
        pthread_mutex_lock(&mutex);
        if (story_used + 32 < sizeof story)
            story_used += (size_t)sprintf(story + story_used, "%d@%llu ", (int)(uintptr_t)who,
                                          (unsigned long long)(now() - OFS_CLOCK_BEGIN_NS) / 1000);
        turns++;
        pthread_mutex_unlock(&mutex);
    }
    return NULL;
}

/* Whoever sleeps runs when its time comes, in one order: the printed story is compared between runs. */
static void fifty(void)
{
    pthread_t threads[50];
    go_live();
    for (int i = 0; i < 50; i++) {
        threads[i] = start(diary, (void *)(uintptr_t)i);
        usleep(10); /* they begin one after the other */
    }
    int before = turns;
    uint64_t begin = now();
    for (int frame = 0; frame < 12; frame++) {
        for (volatile int i = 0; i < 300000; i++) /* a frame is drawn */
            ;
        table->tick();
    }
    uint64_t passed = now() - begin;
    int expected = 0;
    for (int i = 0; i < 50; i++)
        expected += (int)(passed / ((3 + (uint64_t)i % 7) * MS));
    CHECK(turns - before >= expected - 50 && turns - before <= expected + 50);
    stop = true;
    for (int i = 0; i < 50; i++)
        pthread_join(threads[i], NULL);
    puts(story);
}

static void *sleeper(void *ms)
{
    usleep((useconds_t)(uintptr_t)ms * 1000);
    turns++;
    return NULL;
}

/* The clock jumps for others as well: the main thread only joins. */
static void join_sleepers(void)
{
    pthread_t threads[5];
    go_live();
    for (int i = 0; i < 5; i++)
        threads[i] = start(sleeper, (void *)(uintptr_t)(100000 * (i + 1)));
    for (int i = 0; i < 5; i++)
        pthread_join(threads[i], NULL);
    EQUAL(turns, 5);
    EQUAL(now() - OFS_CLOCK_BEGIN_NS, 500 * S);
}

static void *burner(void *unused)
{
    while (!stop)
        turns++;
    return NULL;
}

/* A thread that never rests: sleeps take their real time then, and no longer. */
static void busy_neighbour(void)
{
    pthread_t thread;
    go_live();
    thread = start(burner, NULL);
    uint64_t real = table->real_ns(), begin = now();
    usleep(50000);
    EQUAL(now() - begin, 50 * MS);
    CHECK(table->real_ns() - real >= 50 * MS);
    stop = true;
    pthread_join(thread, NULL);
    usleep(1000000000);
}

/* While the main thread draws, a thread beside it sleeps until the frame. */
static void waits_for_frames(void)
{
    go_live();
    table->tick();
    pthread_t thread = start(sleeper, (void *)5);
    uint64_t begin = now(), real = table->real_ns();
    while (table->real_ns() - real < 60 * MS)
        ;
    EQUAL(turns, 0);
    EQUAL(now(), begin);
    table->tick();
    EQUAL(turns, 1);
    EQUAL((now() - begin) / 1000, 16666);
    pthread_join(thread, NULL);
}

static void *ender(void *unused)
{
    usleep(1000);
    pthread_exit(NULL);
}

static void comings_and_goings(void)
{
    go_live();
    for (int i = 0; i < 300; i++) {
        pthread_t thread = start(ender, NULL);
        usleep(500);
        if (i % 2) {
            pthread_join(thread, NULL);
        } else {
            pthread_detach(thread);
            table->tick();
        }
    }
    usleep(1000);
}

static void unlock(void *held) { pthread_mutex_unlock(held); }

static void *cancelled(void *kind)
{
    struct timespec until = in(CLOCK_REALTIME, 1000 * S);
    switch ((int)(uintptr_t)kind) {
    case 0: sleep(1000); break;
    case 1:
        pthread_mutex_lock(&mutex);
        pthread_cleanup_push(unlock, &mutex);
        pthread_cond_timedwait(&condition, &mutex, &until);
        pthread_cleanup_pop(1);
        break;
    default: {
        sem_t nothing;
        sem_init(&nothing, 0, 0);
        sem_timedwait(&nothing, &until);
    }
    }
    return NULL;
}

static void cancelling(void)
{
    go_live();
    table->freeze(); /* no jump */
    for (int kind = 0; kind < 3; kind++) {
        void *result = NULL;
        pthread_t thread = start(cancelled, (void *)(uintptr_t)kind);
        uint64_t real = table->real_ns();
        while (table->real_ns() - real < 30 * MS)
            ;
        pthread_cancel(thread);
        pthread_join(thread, &result);
        CHECK(result == PTHREAD_CANCELED);
    }
    table->thaw();
    uint64_t begin = now();
    sleep(5);
    EQUAL(now() - begin, 5 * S);
}

/* -- who waits for whom ------------------------------------------------------------------------------------------- */

/* Nobody will ever wake us: the text says so. */
static void *waits_for_ever(void *unused)
{
    pthread_mutex_lock(&mutex);
    pthread_cond_wait(&condition, &mutex);
    return NULL;
}

static void described(void)
{
    char text[2000], cut[20];
    go_live();
    pthread_t thread = start(waits_for_ever, NULL), second = start(sleeper, (void *)1000000);
    pthread_setname_np(thread, "for-ever");
    table->freeze();
    uint64_t real = table->real_ns();
    while (table->real_ns() - real < 50 * MS)
        ;
    table->describe(text, sizeof text);
    CHECK(strstr(text, "(for-ever): asleep without a time-out"));
    CHECK(strstr(text, "usleep, for another 1000.000 s"));
    CHECK(strstr(text, ": runs\n"));
    table->describe(cut, sizeof cut);
    CHECK(strlen(cut) == sizeof cut - 1);
    table->thaw();
    pthread_join(second, NULL);
}

/* Each has what the other wants: the library says so by itself. */
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;

static void *takes_other(void *unused)
{
    pthread_mutex_lock(&other);
    usleep(1000);
    pthread_mutex_lock(&mutex);
    return NULL;
}

static void deadlock(void)
{
    int fds[2], kept = dup(2);
    char text[2000] = "";
    CHECK(pipe(fds) == 0 && dup2(fds[1], 2) == 2);
    pid_t child = fork();
    if (child == 0) { /* the one that is stuck */
        go_live();
        pthread_mutex_lock(&mutex);
        start(takes_other, NULL);
        usleep(2000);
        pthread_mutex_lock(&other);
    }
    CHECK(dup2(kept, 2) == 2);
    for (size_t used = 0; used < sizeof text - 1 && !strstr(text, "(clock_case): asleep");) {
        ssize_t got = read(fds[0], text + used, sizeof text - 1 - used);
        CHECK(got > 0);
        used += (size_t)got;
    }
    CHECK(strstr(text, "waits for another one"));
    kill(child, SIGKILL);
}

const struct test_case thread_cases[] = {
    { "fifty", fifty },
    { "join_sleepers", join_sleepers },
    { "busy_neighbour", busy_neighbour },
    { "waits_for_frames", waits_for_frames },
    { "comings_and_goings", comings_and_goings },
    { "cancelling", cancelling },
    { "described", described },
    { "deadlock", deadlock },
    { 0 },
};
