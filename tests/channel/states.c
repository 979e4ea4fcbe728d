/* What a seat goes through, in one process: lives, takers, refusals, ends, times. */
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint32_t seat_0 = 0;
static enum ofs_seat_event event;

static enum ofs_status attach(struct ofs_learner *learner, uint32_t seat, uint32_t life, struct ofs_game **game)
{
    char place[64], why[256] = "";
    enum ofs_status status;

    snprintf(place, sizeof place, "%d:%u:%u", dup(ofs_learner_descriptor(learner)), seat, life);
    status = ofs_game_attach(place, game, why, sizeof why);
    CHECK((status == OFS_OK) == (why[0] == 0));
    if (status != OFS_OK)
        close(atoi(place));
    return status;
}

static enum ofs_status wait_0(struct ofs_learner *learner, uint64_t timeout_ns)
{
    return ofs_learner_wait(learner, &seat_0, &event, 1, 1, timeout_ns, NULL, NULL);
}

static const struct ofs_command step = { .kind = OFS_COMMAND_STEP, .frames = 1 };

/* The usual way, and every refusal on it. */
static void usual(void)
{
    struct ofs_learner *learner = make_learner(2, 3, 10);
    struct ofs_game *game;
    struct ofs_command command;
    struct ofs_answer answer;
    uint32_t life;

    CHECK(ofs_learner_command(learner, 0, &step) == OFS_EINVAL); /* never opened */
    CHECK(ofs_learner_command(learner, 2, &step) == OFS_EINVAL);
    CHECK(wait_0(learner, 0) == OFS_EINVAL);
    life = ofs_learner_seat_open(learner, 0, -1);
    CHECK(life == 1);
    CHECK(ofs_learner_command(learner, 0, &step) == OFS_EAGAIN);
    CHECK(wait_0(learner, 0) == OFS_ETIMEDOUT && event == OFS_SEAT_BUSY);
    CHECK(attach(learner, 0, life, &game) == OFS_OK);
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.state == OFS_SEAT_ATTACHED && answer.number == 0);
    CHECK(answer.process == getpid());
    CHECK(ofs_learner_command(learner, 0, &step) == OFS_EAGAIN);
    ofs_game_ready(game);
    CHECK(wait_0(learner, 0) == OFS_OK && event == OFS_SEAT_ANSWERED);
    CHECK(ofs_game_wait(game, 0, &command) == OFS_ETIMEDOUT);
    for (uint32_t i = 1; i < 5; i++) {
        CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK);
        CHECK(ofs_learner_command(learner, 0, &step) == OFS_EBUSY);
        CHECK(wait_0(learner, 0) == OFS_ETIMEDOUT && event == OFS_SEAT_BUSY);
        CHECK(ofs_game_wait(game, 0, &command) == OFS_OK && command.kind == OFS_COMMAND_STEP);
        CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.number == i - 1 && answer.reward == 0);
        ofs_game_answer(game, &(struct ofs_reply){ .flags = OFS_ANSWER_REWARD, .reward = i, .error = i == 2 ? "no" : NULL });
        ofs_game_answer(game, &(struct ofs_reply){ .reward = 77 }); /* there is nothing to answer */
        CHECK(wait_0(learner, 0) == OFS_OK && event == OFS_SEAT_ANSWERED);
        CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.number == i && answer.reward == i);
        CHECK(strcmp(answer.error, i == 2 ? "no" : "") == 0);
        CHECK(answer.flags == (OFS_ANSWER_REWARD | (i == 2 ? OFS_ANSWER_FAILED : 0u)));
    }
    CHECK(ofs_game_learner_alive(game));
    ofs_game_leave(game, "that is all");
    CHECK(wait_0(learner, LIMIT_NS) == OFS_OK && event == OFS_SEAT_LOST);
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && strcmp(answer.error, "that is all") == 0);
    CHECK(answer.state == OFS_SEAT_GONE && answer.reward == 4);
    CHECK(ofs_learner_command(learner, 0, &step) == OFS_EPEER);
    CHECK(attach(learner, 0, life, &game) == OFS_EPEER);
    ofs_learner_destroy(learner);
}

/* Commands that make no sense do not get into the memory. */
static void bad_commands(void)
{
    static const struct ofs_channel_event good = { .kind = OFS_EVENT_KEY, .after = 2 }, none = { .kind = 0 },
                                          seventh = { .kind = 7 }, backwards[] = { { .kind = 1, .after = 2 }, { .kind = 1 } };
    static struct ofs_channel_event many[OFS_CHANNEL_EVENTS + 1];
    static char payload[1025];
    const struct ofs_command bad[] = {
        { .kind = 0, .frames = 1 },
        { .kind = 7, .frames = 1 },
        { .kind = OFS_COMMAND_STEP, .frames = 0 },
        { .kind = OFS_COMMAND_RESET, .frames = 0 },
        { .kind = OFS_COMMAND_STEP, .frames = 1, .row = 3 },
        { .kind = OFS_COMMAND_STEP, .frames = 1, .row = UINT32_MAX },
        { .kind = OFS_COMMAND_STEP, .frames = 1, .events = many, .event_count = OFS_CHANNEL_EVENTS + 1 },
        { .kind = OFS_COMMAND_STEP, .frames = 1, .events = &none, .event_count = 1 },
        { .kind = OFS_COMMAND_STEP, .frames = 1, .events = &seventh, .event_count = 1 },
        { .kind = OFS_COMMAND_STEP, .frames = 1, .events = backwards, .event_count = 2 },
        { .kind = OFS_COMMAND_CALL, .payload = payload, .payload_bytes = sizeof payload },
    };
    const struct ofs_command all_right[] = {
        { .kind = OFS_COMMAND_STEP, .frames = UINT32_MAX, .row = 2, .events = &good, .event_count = 1 },
        { .kind = OFS_COMMAND_STEP, .frames = 1, .events = many, .event_count = OFS_CHANNEL_EVENTS },
        { .kind = OFS_COMMAND_CALL, .payload = payload, .payload_bytes = sizeof payload - 1 },
        { .kind = OFS_COMMAND_CLOSE },
    };
    struct ofs_learner *learner = make_learner(1, 3, 10);
    struct ofs_command command;
    struct ofs_game *game;

    for (size_t i = 0; i < OFS_CHANNEL_EVENTS + 1; i++)
        many[i].kind = OFS_EVENT_TEXT;
    CHECK(attach(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
    ofs_game_ready(game);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(ofs_learner_command(learner, 0, &bad[i]) == OFS_EINVAL);
    CHECK(ofs_game_wait(game, 0, &command) == OFS_ETIMEDOUT);
    for (size_t i = 0; i < sizeof all_right / sizeof all_right[0]; i++) {
        CHECK(ofs_learner_command(learner, 0, &all_right[i]) == OFS_OK);
        CHECK(ofs_game_wait(game, 0, &command) == OFS_OK);
        CHECK(command.kind == all_right[i].kind && command.frames == all_right[i].frames);
        ofs_game_answer(game, &(struct ofs_reply){ .flags = 0 });
    }
    ofs_game_leave(game, NULL);
    ofs_learner_destroy(learner);
}

/* A game of an earlier life can neither answer nor change the state, whatever it was doing. */
static void lives(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 10);
    struct ofs_game *old, *new;
    struct ofs_command command;
    struct ofs_answer answer;
    uint32_t life;

    for (uint32_t i = 1; i < 50; i++) {
        life = ofs_learner_seat_open(learner, 0, -1);
        CHECK(attach(learner, 0, life, &old) == OFS_OK);
        if (i % 2) {
            ofs_game_ready(old);
            CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK);
            CHECK(ofs_game_wait(old, 0, &command) == OFS_OK);
        }
        life = ofs_learner_seat_open(learner, 0, -1);
        CHECK(life == 2 * i);
        CHECK(attach(learner, 0, life - 1, &new) == OFS_EPEER);
        CHECK(attach(learner, 0, life + 1, &new) == OFS_EPEER);
        ofs_game_ready(old);
        ofs_game_answer(old, &(struct ofs_reply){ .reward = 5, .error = "no" });
        CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.state == OFS_SEAT_EMPTY && answer.number == 0);
        CHECK(attach(learner, 0, life, &new) == OFS_OK);
        CHECK(attach(learner, 0, life, &(struct ofs_game *){ NULL }) == OFS_EBUSY);
        ofs_game_ready(new);
        CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK);
        ofs_game_answer(old, &(struct ofs_reply){ .reward = 5 });
        CHECK(wait_0(learner, 0) == OFS_ETIMEDOUT);
        CHECK(ofs_game_wait(old, LIMIT_NS, &command) == OFS_EPEER);
        CHECK(!ofs_game_learner_alive(old));
        ofs_game_leave(old, "late");
        CHECK(wait_0(learner, 0) == OFS_ETIMEDOUT);
        CHECK(ofs_game_wait(new, 0, &command) == OFS_OK);
        ofs_game_answer(new, &(struct ofs_reply){ .reward = 6 });
        CHECK(wait_0(learner, 0) == OFS_OK);
        CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.number == 1 && answer.reward == 6);
        CHECK(answer.error[0] == 0);
        ofs_game_leave(new, NULL);
    }
    ofs_learner_destroy(learner);
}

static int attach_and_die(const char *place, void *context)
{
    struct ofs_game *game;
    struct ofs_command command;
    char why[256];

    if (ofs_game_attach(place, &game, why, sizeof why) != OFS_OK)
        return 1;
    ofs_game_ready(game);
    if (context && ofs_game_wait(game, LIMIT_NS, &command) != OFS_OK)
        return 2;
    return 0;
}

/* Of one command, a process that has ended is followed by another (a wrapper with a window of its own), which takes up the
 * command that was left. */
static void followers(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 10);
    struct ofs_command command;
    struct ofs_game *game;
    struct player player;

    for (int with_command = 0; with_command < 2; with_command++) {
        player = start_player(learner, 0, attach_and_die, with_command ? learner : NULL);
        ofs_learner_seat_watch(learner, 0, -1); /* what is watched is what runs both, and lives */
        CHECK(wait_0(learner, LIMIT_NS) == OFS_OK);
        if (with_command)
            CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK);
        CHECK(WEXITSTATUS(end_player(&player)) == 0);
        CHECK(attach(learner, 0, 1 + (uint32_t)with_command, &game) == OFS_OK);
        CHECK(wait_0(learner, 0) == OFS_ETIMEDOUT);
        ofs_game_ready(game);
        if (with_command) {
            CHECK(ofs_game_wait(game, 0, &command) == OFS_OK && command.kind == OFS_COMMAND_STEP);
            ofs_game_answer(game, &(struct ofs_reply){ .reward = 1 });
        }
        CHECK(wait_0(learner, 0) == OFS_OK);
        ofs_game_leave(game, NULL);
    }
    ofs_learner_destroy(learner);
}

/* The last answer of a game that has ended is handed out before the news of its end. */
static int answer_and_die(const char *place, void *context)
{
    struct ofs_game *game;
    struct ofs_command command;
    char why[256];

    if (ofs_game_attach(place, &game, why, sizeof why) != OFS_OK)
        return 1;
    ofs_game_ready(game);
    if (ofs_game_wait(game, LIMIT_NS, &command) != OFS_OK)
        return 2;
    ofs_game_answer(game, &(struct ofs_reply){ .reward = 3 });
    if (context)
        ofs_game_leave(game, "bye");
    return 0;
}

static void last_answers(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 10);
    struct ofs_answer answer;
    struct player player;

    for (int in_order = 0; in_order < 2; in_order++) {
        player = start_player(learner, 0, answer_and_die, in_order ? learner : NULL);
        CHECK(wait_0(learner, LIMIT_NS) == OFS_OK);
        CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK);
        CHECK(waitpid(player.process, NULL, 0) == player.process);
        CHECK(wait_0(learner, LIMIT_NS) == OFS_OK && event == OFS_SEAT_ANSWERED);
        CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.reward == 3);
        CHECK(strcmp(answer.error, in_order ? "bye" : "") == 0);
        (void)ofs_learner_command(learner, 0, &step); /* may not know yet */
        CHECK(wait_0(learner, LIMIT_NS) == OFS_OK && event == OFS_SEAT_LOST);
        CHECK(ofs_learner_command(learner, 0, &step) == OFS_EPEER);
        close(player.gone_fd);
    }
    ofs_learner_destroy(learner);
}

/* Ends: closed by the learner, abandoned in a forked child of either side. */
static void ends(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 10);
    struct ofs_command command;
    struct ofs_game *game;
    pid_t child;
    int status;

    CHECK(attach(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
    ofs_game_ready(game);
    child = fork();
    if (child == 0) {
        ofs_game_abandon(game);
        ofs_learner_destroy(learner);
        _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(wait_0(learner, 0) == OFS_OK && event == OFS_SEAT_ANSWERED); /* it has not heard of anything */
    CHECK(ofs_game_wait(game, 0, &command) == OFS_ETIMEDOUT);
    ofs_learner_close(learner);
    CHECK(ofs_game_wait(game, LIMIT_NS, &command) == OFS_EPEER);
    CHECK(ofs_learner_command(learner, 0, &step) == OFS_EPEER);
    CHECK(attach(learner, 0, 1, &(struct ofs_game *){ NULL }) == OFS_EPEER);
    ofs_learner_destroy(learner);
    CHECK(!ofs_game_learner_alive(game));
    ofs_game_leave(game, "alone"); /* into memory that only it still has */
    ofs_game_leave(NULL, NULL);
    ofs_game_abandon(NULL);
    ofs_learner_destroy(NULL);
}

/* Places are where they are said to be, and a picture has its memory before it is written. */
static void places(void)
{
    struct ofs_learner *learner = make_learner(3, 4, 1000);
    struct ofs_game *game;
    struct ofs_command command;
    struct ofs_answer answer;
    size_t bytes;
    unsigned char *rows = ofs_learner_rows(learner, &bytes), *picture;

    CHECK(bytes == 4000);
    CHECK(attach(learner, 2, ofs_learner_seat_open(learner, 2, -1), &game) == OFS_OK);
    CHECK(!ofs_game_row(game, 4));
    memset(ofs_game_row(game, 3), 9, 1000);
    CHECK(rows[2999] == 0 && rows[3000] == 9 && rows[3999] == 9);
    CHECK(ofs_game_info(game, &bytes) && bytes == 512 && ofs_game_header(game)->info_bytes == 512);
    CHECK(!ofs_game_picture(game, 0) && !ofs_game_picture(game, (size_t)ofs_game_header(game)->picture_bytes + 1));
    picture = ofs_game_picture(game, 100 * 50 * 3);
    CHECK(picture);
    for (int i = 0; i < 100 * 50 * 3; i++)
        picture[i] = (unsigned char)i;
    ofs_game_ready(game);
    CHECK(ofs_learner_command(learner, 2, &(struct ofs_command){ .kind = OFS_COMMAND_PICTURE }) == OFS_OK);
    CHECK(ofs_game_wait(game, 0, &command) == OFS_OK);
    ofs_game_answer(game, &(struct ofs_reply){ .picture_width_px = 100, .picture_height_px = 50 });
    CHECK(ofs_learner_answer(learner, 2, &answer) == OFS_OK && answer.picture_width_px == 100 && answer.picture);
    for (int i = 0; i < 100 * 50 * 3; i++)
        CHECK(answer.picture[i] == (unsigned char)i);
    ofs_game_leave(game, NULL);
    /* The descriptor that a game has closed may be another file's by now. */
    CHECK(attach(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
    for (int fd = 3; fd < 20; fd++) {
        if (fd != ofs_learner_descriptor(learner))
            (void)dup2(2, fd);
    }
    CHECK(!ofs_game_picture(game, 100));
    ofs_game_leave(game, NULL);
    for (int fd = 3; fd < 20; fd++)
        CHECK(fcntl(fd, F_GETFD) >= 0);
    ofs_learner_destroy(learner);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    alarms++;
}

static bool count_down(void *context)
{
    return --*(int *)context == 0;
}

static bool after_alarm(void *context)
{
    return alarms > 0;
}

/* Waits end by time, by the callback, and not by a signal alone. */
static void times(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 10);
    struct sigaction action = { .sa_handler = on_alarm };
    struct itimerval often = { { 0, 3000 }, { 0, 3000 } }, once = { { 0, 0 }, { 0, 30000 } }, never = { { 0, 0 }, { 0, 0 } };
    struct ofs_command command;
    struct ofs_game *game;
    uint64_t start = now_ns();
    int count = 3;

    CHECK(attach(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
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
            CHECK(attach(learner, 1, ofs_learner_seat_open(learner, 1, -1), &game) == OFS_OK);
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
    { "usual", usual }, { "bad_commands", bad_commands }, { "lives", lives },     { "followers", followers },
    { "ends", ends },   { "last_answers", last_answers }, { "places", places },   { "times", times },
    { "growth", growth }, { "refusals", refusals },       { NULL, NULL },
};

int main(int argc, char **argv)
{
    return run_scene(scenes, argc, argv);
}
