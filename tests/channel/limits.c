/* Limits: of time, of memory, and that nothing grows. */
#include "rig.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint32_t seat_0 = 0;
static enum ofs_seat_event event;

static enum ofs_status wait_0(struct ofs_learner *learner, uint64_t timeout_ns)
{
    return ofs_learner_wait(learner, &seat_0, &event, 1, 1, timeout_ns, NULL, NULL);
}

static const struct ofs_command step = { .kind = OFS_COMMAND_STEP, .frames = 1 };

static volatile sig_atomic_t alarms;

static void on_alarm(int number) { alarms++; }

static bool count_down(void *context) { return --*(int *)context == 0; }

static bool after_alarm(void *context) { return alarms > 0; }

/* Waits end by time, by the callback, and not by a signal alone. */
static void times(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 10);
    struct sigaction action = { .sa_handler = on_alarm };
    struct itimerval often = { { 0, 3000 }, { 0, 3000 } }, once = { { 0, 0 }, { 0, 30000 } },
                     never = { { 0, 0 }, { 0, 0 } };
    struct ofs_command command;
    struct ofs_game *game;
    uint64_t start = now_ns();
    int count = 3;

    CHECK(attach_here(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
    CHECK(wait_0(learner, 30000000) == OFS_ETIMEDOUT && now_ns() - start >= 30000000);
    CHECK(ofs_learner_wait(learner, &seat_0, &event, 1, 1, OFS_WAIT_FOREVER, count_down, &count) == OFS_EAGAIN);
    CHECK(count == 0);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &once, NULL);
    CHECK(ofs_learner_wait(learner, &seat_0, &event, 1, 1, OFS_WAIT_FOREVER, after_alarm, NULL) == OFS_EAGAIN);
    setitimer(ITIMER_REAL, &often, NULL);
    start = now_ns();
    errno = 12345;
    CHECK(wait_0(learner, 100000000) == OFS_ETIMEDOUT && now_ns() - start >= 100000000);
    ofs_game_ready(game);
    start = now_ns();
    CHECK(ofs_game_wait(game, 250000000, &command) == OFS_ETIMEDOUT && now_ns() - start >= 250000000);
    CHECK(errno == 12345);
    setitimer(ITIMER_REAL, &never, NULL);
    CHECK(alarms > 3);
    ofs_game_leave(game, NULL);
    CHECK(ofs_learner_wait(learner, &seat_0, &event, 1, 2, 0, NULL, NULL) == OFS_EINVAL);
    CHECK(ofs_learner_wait(learner, &seat_0, &event, 1, 0, 0, NULL, NULL) == OFS_OK && event == OFS_SEAT_LOST);
    ofs_learner_destroy(learner);
}

static void check_refused(const struct ofs_learner_desc *desc, enum ofs_status expected)
{
    struct ofs_learner *learner = (struct ofs_learner *)&seat_0;
    unsigned descriptors = count_descriptors(), mappings = count_mappings();
    char why[256] = "";

    CHECK(ofs_learner_create(desc, &learner, why, sizeof why) == expected);
    CHECK(!learner && strlen(why) > 10);
    puts(why);
    CHECK(count_descriptors() == descriptors && count_mappings() == mappings);
}

/* A memory that cannot be had is an error where it is made. */
static void refusals(void)
{
    const struct ofs_learner_desc bad[] = {
        { .seats = 0, .rows = 1 },
        { .seats = 4097, .rows = 1 },
        { .seats = 1, .rows = 0 },
        { .seats = 1, .rows = 65537 },
        { .seats = 1, .rows = 1, .row_bytes = UINT64_MAX },
        { .seats = 1, .rows = 1, .picture_bytes = UINT64_MAX - 5 },
        { .seats = 4096, .rows = 1, .payload_bytes = UINT32_MAX, .info_bytes = UINT32_MAX },
        { .seats = 4096, .rows = 1, .picture_bytes = 1ull << 40 },
        { .seats = 1, .rows = 1, .plan = "", .plan_bytes = 257 },
        { .seats = 1, .rows = 1, .plan_bytes = 5 },
    };
    const struct ofs_learner_desc large = { .seats = 1, .rows = 65536, .row_bytes = 1u << 25 };
    const struct ofs_learner_desc usual_one = { .seats = 4096, .rows = 4096, .row_bytes = 100 };
    struct rlimit limit;
    struct ofs_learner *learner;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_refused(&bad[i], OFS_EINVAL);
    check_refused(&large, OFS_ENOMEM); /* 2 TiB */
    CHECK(ofs_learner_create(&usual_one, &learner, NULL, 0) == OFS_OK);
    ofs_learner_destroy(learner);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    check_refused(&usual_one, OFS_ENOMEM);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 0;
    limit.rlim_max = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    CHECK(ofs_learner_create(&usual_one, &learner, NULL, 0) == OFS_ENOMEM);
}

/* Nothing grows, in a million commands and in thousands of lives. */
static void growth(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 84 * 84);
    struct player player = start_player(learner, 0, usual_game, NULL);
    struct ofs_game *game;
    uint64_t kib = 0;
    unsigned descriptors = 0, mappings = 0;

    wait_ready(learner, 0, 1);
    for (unsigned i = 0; i < 1000000; i++) {
        CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK);
        CHECK(wait_0(learner, LIMIT_NS) == OFS_OK);
        if (i == 1000) {
            descriptors = count_descriptors();
            mappings = count_mappings();
            kib = memory_kib();
        }
    }
    CHECK(count_descriptors() == descriptors && count_mappings() == mappings && memory_kib() <= kib + 128);
    ofs_learner_destroy(learner);
    CHECK(WEXITSTATUS(end_player(&player)) == 0);
    for (unsigned i = 0; i < 2000; i++) {
        learner = make_learner(2, 2, 100);
        for (unsigned k = 0; k < 3; k++) {
            CHECK(attach_here(learner, 1, ofs_learner_seat_open(learner, 1, -1), &game) == OFS_OK);
            CHECK(ofs_game_picture(game, 20000));
            ofs_game_leave(game, k % 2 ? NULL : "x");
        }
        ofs_learner_destroy(learner);
        if (i == 100) {
            descriptors = count_descriptors();
            mappings = count_mappings();
            kib = memory_kib();
        }
    }
    CHECK(count_descriptors() == descriptors && count_mappings() == mappings && memory_kib() <= kib + 128);
}

static const struct scene scenes[] = {
    { "times", times },
    { "growth", growth },
    { "refusals", refusals },
    { NULL, NULL },
};

int main(int argc, char **argv) { return run_scene(scenes, argc, argv); }
