/* Looking at the clock, and random bytes. */
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sched.h>

#include "case.h"

static double seconds(clockid_t clock)
{
    struct timespec time;
    CHECK(clock_gettime(clock, &time) == 0);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void clocks(void)
{
    struct timeval day;
    struct timespec raw;
    const double epoch = (double)OFS_CLOCK_EPOCH_S;
    CHECK(seconds(CLOCK_MONOTONIC) == 1000 && seconds(CLOCK_MONOTONIC_RAW) == 1000);
    CHECK(seconds(CLOCK_MONOTONIC_COARSE) == 1000 && seconds(CLOCK_BOOTTIME) == 1000);
    CHECK(seconds(CLOCK_REALTIME) == epoch && seconds(CLOCK_REALTIME_COARSE) == epoch);
    CHECK(seconds(CLOCK_TAI) == epoch + 37);
    CHECK(seconds(CLOCK_PROCESS_CPUTIME_ID) < 1000 && seconds(CLOCK_THREAD_CPUTIME_ID) < 1000);
    CHECK(gettimeofday(&day, NULL) == 0);
    EQUAL(day.tv_sec, OFS_CLOCK_EPOCH_S);
    EQUAL(time(NULL), OFS_CLOCK_EPOCH_S);
    EQUAL(timespec_get(&raw, TIME_UTC), TIME_UTC);
    EQUAL(raw.tv_sec, OFS_CLOCK_EPOCH_S);
    EQUAL(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &raw), 0);
    EQUAL(raw.tv_sec, 1000);
    CHECK(clock_gettime(77, &raw) == -1 && errno == EINVAL);
    EQUAL(now(), OFS_CLOCK_BEGIN_NS);
}

/* A frame limiter that spins: it ends, and after the same number of looks each time. */
static int spin_until(double until)
{
    int looks = 0;
    while (seconds(CLOCK_MONOTONIC) < until)
        looks++;
    return looks;
}

static void spins(void)
{
    go_live();
    int loading = spin_until(1000 + 1 / 100.0);
    table->tick();
    for (double until = seconds(CLOCK_MONOTONIC) + 0.003; seconds(CLOCK_MONOTONIC) < until;)
        usleep(0); /* nor does this go on for ever */
    table->tick();
    int first = spin_until(seconds(CLOCK_MONOTONIC) + 1 / 60.0);
    table->tick();
    int second = spin_until(seconds(CLOCK_MONOTONIC) + 2 / 60.0);
    CHECK(loading > 100000 && loading < 101000); /* a loader may look as often as it likes */
    CHECK(first > 1000 && first < 1500);
    CHECK(second > 1600 && second < 1700);
    printf("%d %d %llu\n", first, second, (unsigned long long)now());
}

/* A thousand looks between two frames are nobody's business. */
static void looks_are_free(void)
{
    go_live();
    uint64_t begin = now();
    for (int frame = 0; frame < 20; frame++) {
        for (int i = 0; i < 900; i++)
            time(NULL);
        table->tick();
    }
    EQUAL((now() - begin) / MS, 20 * 1000 / 60);
    for (int frame = 0; frame < 20; frame++) {
        for (int i = 0; i < 900; i++)
            time(NULL);
        usleep(1000);
    }
    EQUAL((now() - begin) / MS, 20 * 1000 / 60 + 20);
}

/* While the game waits for its learner the clock stands. */
static void frozen(void)
{
    go_live();
    table->tick();
    uint64_t begin = now();
    table->freeze();
    for (int i = 0; i < 5000; i++)
        time(NULL);
    EQUAL(now(), begin);
    table->thaw();
    for (int i = 0; i < 5000; i++)
        time(NULL);
    CHECK(now() > begin);
}

static void random_bytes(void)
{
    unsigned char first[64], second[64], third[300], child_bytes[64];
    int fds[2];
    table->reseed(7);
    EQUAL(getrandom(first, 64, 0), 64);
    EQUAL(getentropy(second, 64), 0);
    CHECK(memcmp(first, second, 64) != 0);
    table->reseed(7);
    EQUAL(syscall(SYS_getrandom, third, 64, 0), 64);
    CHECK(memcmp(first, third, 64) == 0);
    table->reseed(8);
    EQUAL(getrandom(third, 64, GRND_NONBLOCK), 64);
    CHECK(memcmp(first, third, 64) != 0);
    CHECK(getrandom(third, 64, 0x4000) == -1 && errno == EINVAL);
    CHECK(getentropy(third, 257) == -1);
    /* A child begins with the seed of the environment. */
    CHECK(pipe(fds) == 0);
    if (fork() == 0) {
        CHECK(getrandom(third, 64, 0) == 64 && write(fds[1], third, 64) == 64);
        _exit(0);
    }
    EQUAL(read(fds[0], child_bytes, 64), 64);
    table->reseed(strtoull(getenv("OFFSTAGE_SEED"), NULL, 10));
    EQUAL(getrandom(third, 64, 0), 64);
    CHECK(memcmp(child_bytes, third, 64) == 0);
}

const struct test_case look_cases[] = {
    { "clocks", clocks },
    { "spins", spins },
    { "looks_are_free", looks_are_free },
    { "frozen", frozen },
    { "random_bytes", random_bytes },
    { 0 },
};
