/* Conditions, semaphores, locks and futexes with deadlines. */
#include <linux/futex.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <threads.h>

#include "case.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static atomic_int turns;
static atomic_bool stop;

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

static void *burner(void *unused)
{
    while (!stop)
        turns++;
    return NULL;
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

const struct test_case lock_cases[] = {
    { "conditions", conditions },
    { "signalled", signalled },
    { "jobs", jobs },
    { "posted", posted },
    { "semaphores", semaphores },
    { "locks", locks },
    { "futexes", futexes },
    { "let_go", let_go },
    { 0 },
};
