/* Threads that sleep beside the one that shows frames. */
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/syscall.h>
#include <threads.h>

#include "case.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static atomic_int turns;
static atomic_bool stop;

static struct timespec in(clockid_t clock, uint64_t ns)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return span((uint64_t)time.tv_sec * S + (uint64_t)time.tv_nsec + ns);
}

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

/* -- conditions and locks ------------------------------------------------------------------------------------------ */

static void conditions(void)
{
    struct timespec time = in(CLOCK_REALTIME, 3 * S);
    pthread_condattr_t attributes;
    pthread_cond_t monotonic;
    cnd_t c11;
    mtx_t lock;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&monotonic, &attributes);
    go_live();
    uint64_t begin = now();
    pthread_mutex_lock(&mutex);
    EQUAL(pthread_cond_timedwait(&condition, &mutex, &time), ETIMEDOUT);
    EQUAL(now() - begin, 3 * S);
    EQUAL(pthread_cond_timedwait(&condition, &mutex, &time), ETIMEDOUT); /* long ago */
    time = in(CLOCK_MONOTONIC, 2 * S);
    EQUAL(pthread_cond_timedwait(&monotonic, &mutex, &time), ETIMEDOUT);
    time = in(CLOCK_MONOTONIC, 1 * S);
    EQUAL(pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &time), ETIMEDOUT);
    time = in(CLOCK_REALTIME, 1 * S);
    EQUAL(pthread_cond_clockwait(&condition, &mutex, CLOCK_REALTIME, &time), ETIMEDOUT);
    EQUAL(now() - begin, 7 * S);
    time.tv_nsec = -5;
    EQUAL(pthread_cond_timedwait(&condition, &mutex, &time), EINVAL);
    pthread_mutex_unlock(&mutex);
    CHECK(mtx_init(&lock, mtx_timed) == thrd_success && cnd_init(&c11) == thrd_success);
    mtx_lock(&lock);
    time = in(CLOCK_REALTIME, 1 * S);
    EQUAL(cnd_timedwait(&c11, &lock, &time), thrd_timedout);
    EQUAL(now() - begin, 8 * S);
}

static void *signaller(void *unused)
{
    usleep(50000);
    pthread_mutex_lock(&mutex);
    turns = 1;
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void signalled(void)
{
    struct timespec time = in(CLOCK_REALTIME, 3 * S);
    go_live();
    uint64_t begin = now();
    pthread_t thread = start(signaller, NULL);
    int error = 0;
    pthread_mutex_lock(&mutex);
    while (!turns && error == 0)
        error = pthread_cond_timedwait(&condition, &mutex, &time);
    EQUAL(error, 0);
    EQUAL(now() - begin, 50 * MS);
    pthread_mutex_unlock(&mutex);
    pthread_join(thread, NULL);
}

/* Jobs for a thread that would wait for them for long: each is done at once, also when it comes between two steps of the
 * wait, or while the thread and its customer both want the mutex. */
static pthread_cond_t finished = PTHREAD_COND_INITIALIZER;
static int job, jobs_done;

static void *does_jobs(void *unused)
{
    pthread_mutex_lock(&mutex);
    while (job >= 0) {
        struct timespec time = in(CLOCK_REALTIME, 1000 * S);
        while (job == 0)
            EQUAL(pthread_cond_timedwait(&condition, &mutex, &time), 0);
        jobs_done += job > 0;
        job = job > 0 ? 0 : job;
        pthread_cond_signal(&finished);
    }
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void compute(int rounds)
{
    for (volatile int i = 0; i < rounds; i++) {
    }
}

static void give_job(int number)
{
    pthread_mutex_lock(&mutex);
    job = number;
    compute(rand() % 20000);
    pthread_cond_signal(&condition);
    pthread_mutex_unlock(&mutex);
}

static void jobs(void)
{
    go_live();
    uint64_t begin = now();
    pthread_t thread = start(does_jobs, NULL);
    srand(1);
    for (int i = 0; i < 1000; i++) {
        compute(rand() % 200000);
        give_job(1);
        pthread_mutex_lock(&mutex);
        while (jobs_done <= i)
            pthread_cond_wait(&finished, &mutex);
        pthread_mutex_unlock(&mutex);
    }
    give_job(-1);
    pthread_join(thread, NULL);
    EQUAL(now() - begin, 0);
}

static sem_t semaphore;

/* Who got a semaphore runs before the next sleep ends, although it has been given a moment ago only. */
static _Atomic uint64_t posted_at;

static void *notes_time(void *late)
{
    for (int i = 0; i < 200; i++) {
        struct timespec time = in(CLOCK_REALTIME, 1000 * S);
        EQUAL(sem_timedwait(&semaphore, &time), 0);
        *(int *)late += now() != posted_at;
    }
    return NULL;
}

static void posted(void)
{
    int late = 0;
    sem_init(&semaphore, 0, 0);
    go_live();
    pthread_t thread = start(notes_time, &late);
    for (int i = 0; i < 200; i++) {
        posted_at = now();
        sem_post(&semaphore);
        usleep(100000);
    }
    pthread_join(thread, NULL);
    EQUAL(late, 0);
}

static void *poster(void *unused)
{
    usleep(20000);
    sem_post(&semaphore);
    return NULL;
}

static void semaphores(void)
{
    struct timespec time = in(CLOCK_REALTIME, 3 * S);
    sem_init(&semaphore, 0, 1);
    go_live();
    uint64_t begin = now();
    EQUAL(sem_timedwait(&semaphore, &time), 0);
    CHECK(sem_timedwait(&semaphore, &time) == -1 && errno == ETIMEDOUT);
    EQUAL(now() - begin, 3 * S);
    time = in(CLOCK_MONOTONIC, 2 * S);
    CHECK(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &time) == -1 && errno == ETIMEDOUT);
    EQUAL(now() - begin, 5 * S);
    pthread_t thread = start(poster, NULL);
    time = in(CLOCK_MONOTONIC, 2 * S);
    EQUAL(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &time), 0);
    EQUAL(now() - begin, 5 * S + 20 * MS);
    pthread_join(thread, NULL);
    time.tv_nsec = 2000000000;
    CHECK(sem_clockwait(&semaphore, CLOCK_MONOTONIC, &time) == -1 && errno == EINVAL);
}

static void *holder(void *unused)
{
    pthread_mutex_lock(&mutex);
    turns = 1;
    usleep(40000);
    pthread_mutex_unlock(&mutex);
    return NULL;
}

static void locks(void)
{
    pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
    struct timespec time;
    go_live();
    pthread_t thread = start(holder, NULL);
    while (!turns)
        sched_yield();
    uint64_t begin = now();
    time = in(CLOCK_REALTIME, 10 * MS);
    EQUAL(pthread_mutex_timedlock(&mutex, &time), ETIMEDOUT);
    EQUAL(now() - begin, 10 * MS);
    time = in(CLOCK_MONOTONIC, 10 * MS);
    EQUAL(pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &time), ETIMEDOUT);
    EQUAL(now() - begin, 20 * MS);
    time = in(CLOCK_REALTIME, 10 * MS);
    EQUAL(pthread_timedjoin_np(thread, NULL, &time), ETIMEDOUT);
    EQUAL(now() - begin, 30 * MS);
    time = in(CLOCK_REALTIME, 10 * S);
    EQUAL(pthread_mutex_timedlock(&mutex, &time), 0);
    EQUAL(now() - begin, 40 * MS);
    time = in(CLOCK_MONOTONIC, 10 * S);
    EQUAL(pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &time), 0);
    EQUAL(now() - begin, 40 * MS);
    pthread_rwlock_rdlock(&lock);
    time = in(CLOCK_REALTIME, 5 * MS);
    EQUAL(pthread_rwlock_timedwrlock(&lock, &time), ETIMEDOUT);
    EQUAL(pthread_rwlock_timedrdlock(&lock, &time), 0);
    EQUAL(now() - begin, 45 * MS);
}

static void futexes(void)
{
    static uint32_t word = 5;
    struct timespec time = span(3 * S);
    go_live();
    uint64_t begin = now();
    CHECK(syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 5, &time, NULL, 0) == -1 && errno == ETIMEDOUT);
    EQUAL(now() - begin, 3 * S);
    CHECK(syscall(SYS_futex, &word, FUTEX_WAIT, 6, &time, NULL, 0) == -1 && errno == EAGAIN);
    time = in(CLOCK_MONOTONIC, 1 * S);
    CHECK(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 5, &time, NULL, FUTEX_BITSET_MATCH_ANY) == -1 &&
          errno == ETIMEDOUT);
    time = in(CLOCK_REALTIME, 1 * S);
    CHECK(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE | FUTEX_CLOCK_REALTIME, 5, &time, NULL,
                  FUTEX_BITSET_MATCH_ANY) == -1 &&
          errno == ETIMEDOUT);
    EQUAL(now() - begin, 5 * S);
    EQUAL(syscall(SYS_getpid), getpid());
}

/* A short wait that can come to nothing, since another thread computes: it is let go. */
static void let_go(void)
{
    struct timespec time;
    go_live();
    table->tick();
    turns = 0;
    pthread_t thread = start(burner, NULL);
    pthread_mutex_lock(&mutex);
    uint64_t begin = now();
    time = in(CLOCK_MONOTONIC, 5 * MS);
    EQUAL(pthread_cond_clockwait(&condition, &mutex, CLOCK_MONOTONIC, &time), ETIMEDOUT);
    CHECK(now() - begin <= 5 * MS);
    stop = true;
    pthread_join(thread, NULL);
}

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
    { "conditions", conditions },
    { "signalled", signalled },
    { "jobs", jobs },
    { "posted", posted },
    { "semaphores", semaphores },
    { "locks", locks },
    { "futexes", futexes },
    { "let_go", let_go },
    { "described", described },
    { "deadlock", deadlock },
    { 0 },
};
