/* What a seat goes through, in one process: lives, takers, refusals, ends, places. */
#include "rig.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const uint32_t seat_0 = 0;
static enum ofs_seat_event event;

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
    CHECK(attach_here(learner, 0, life, &game) == OFS_OK);
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
        ofs_game_answer(game,
                        &(struct ofs_reply){ .flags = OFS_ANSWER_REWARD, .reward = i, .error = i == 2 ? "no" : NULL });
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
    CHECK(attach_here(learner, 0, life, &game) == OFS_EPEER);
    ofs_learner_destroy(learner);
}

/* Commands that make no sense do not get into the memory. */
static void bad_commands(void)
{
    static const struct ofs_channel_event good = { .kind = OFS_EVENT_KEY, .after = 2 }, none = { .kind = 0 },
                                          seventh = { .kind = 7 },
                                          backwards[] = { { .kind = 1, .after = 2 }, { .kind = 1 } };
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
    CHECK(attach_here(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
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
        CHECK(attach_here(learner, 0, life, &old) == OFS_OK);
        if (i % 2) {
            ofs_game_ready(old);
            CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK);
            CHECK(ofs_game_wait(old, 0, &command) == OFS_OK);
        }
        life = ofs_learner_seat_open(learner, 0, -1);
        CHECK(life == 2 * i);
        CHECK(attach_here(learner, 0, life - 1, &new) == OFS_EPEER);
        CHECK(attach_here(learner, 0, life + 1, &new) == OFS_EPEER);
        ofs_game_ready(old);
        ofs_game_answer(old, &(struct ofs_reply){ .reward = 5, .error = "no" });
        CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.state == OFS_SEAT_EMPTY &&
              answer.number == 0);
        CHECK(answer.reward == 0 && answer.frames_shown == 0 && answer.process == 0 && answer.flags == 0);
        CHECK(attach_here(learner, 0, life, &new) == OFS_OK);
        CHECK(attach_here(learner, 0, life, &(struct ofs_game *){ NULL }) == OFS_EBUSY);
        ofs_game_ready(new);
        CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK);
        ofs_game_answer(old, &(struct ofs_reply){ .reward = 5 });
        CHECK(wait_0(learner, 0) == OFS_ETIMEDOUT);
        CHECK(ofs_game_wait(old, LIMIT_NS, &command) == OFS_EPEER);
        CHECK(!ofs_game_learner_alive(old));
        ofs_game_leave(old, "late");
        CHECK(wait_0(learner, 0) == OFS_ETIMEDOUT);
        CHECK(ofs_game_wait(new, 0, &command) == OFS_OK);
        ofs_game_answer(new, &(struct ofs_reply){ .reward = 6, .frames_shown = 2, .flags = OFS_ANSWER_TERMINATED });
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

/* Of one command, a process that has ended is followed by another (a wrapper with a window of its own), which takes up
 * the command that was left. */
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
        CHECK(attach_here(learner, 0, 1 + (uint32_t)with_command, &game) == OFS_OK);
        CHECK(wait_0(learner, 0) == OFS_ETIMEDOUT);
        ofs_game_ready(game);
        if (with_command) {
            CHECK(ofs_game_wait(game, 0, &command) == OFS_OK && command.kind == OFS_COMMAND_STEP);
            ofs_game_answer(game, &(struct ofs_reply){ .reward = 1 });
        }
        CHECK(wait_0(learner, 0) == OFS_OK);
        ofs_game_leave(game, NULL);
    }
    player = start_player(learner, 0, usual_game, NULL); /* one that lives is not followed */
    CHECK(wait_0(learner, LIMIT_NS) == OFS_OK);
    CHECK(attach_here(learner, 0, 3, &game) == OFS_EBUSY);
    ofs_learner_destroy(learner);
    CHECK(WEXITSTATUS(end_player(&player)) == 0);
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

    CHECK(attach_here(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
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
    CHECK(attach_here(learner, 0, 1, &(struct ofs_game *){ NULL }) == OFS_EPEER);
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
    struct stat status;
    int other;

    CHECK(bytes == 4000);
    CHECK(attach_here(learner, 2, ofs_learner_seat_open(learner, 2, -1), &game) == OFS_OK);
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
    CHECK(attach_here(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
    other = memfd_create("other", 0);
    for (int fd = 3; fd < 20; fd++) {
        if (fd != ofs_learner_descriptor(learner) && fd != other)
            (void)dup2(other, fd);
    }
    CHECK(!ofs_game_picture(game, 100));
    ofs_game_leave(game, NULL);
    CHECK(fstat(other, &status) == 0 && status.st_size == 0 && status.st_blocks == 0);
    for (int fd = 3; fd < 20; fd++)
        CHECK(fcntl(fd, F_GETFD) >= 0);
    ofs_learner_destroy(learner);
}

/* What a game says before its first frame, for a learner that waits in vain. */
static void notes(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 10);
    struct ofs_command command;
    struct ofs_answer answer;
    struct ofs_game *game;

    CHECK(attach_here(learner, 0, ofs_learner_seat_open(learner, 0, -1), &game) == OFS_OK);
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.error[0] == 0);
    ofs_game_note(game, "not yet");
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && strcmp(answer.error, "not yet") == 0);
    CHECK(answer.state == OFS_SEAT_ATTACHED && wait_0(learner, 0) == OFS_ETIMEDOUT);
    ofs_game_ready(game);
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.error[0] == 0);
    ofs_game_note(game, "late");
    CHECK(ofs_learner_command(learner, 0, &step) == OFS_OK && ofs_game_wait(game, 0, &command) == OFS_OK);
    ofs_game_answer(game, &(struct ofs_reply){ .reward = 1 });
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.error[0] == 0);
    ofs_game_leave(game, NULL);
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && answer.error[0] == 0);
    ofs_learner_destroy(learner);
}

static void close_all(void)
{
    for (int fd = 3; fd < 64; fd++)
        close(fd);
}

static int come_without_descriptor(const char *place, void *context)
{
    char own[64];
    int status;
    pid_t child;

    snprintf(own, sizeof own, "%d:0:1", ofs_learner_descriptor(context));
    close_all();
    child = fork();
    if (child == 0) {
        close_all();
        _exit(usual_game(own, NULL));
    }
    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 9;
}

/* The descriptor was closed on the way, by two processes; the learner, above both, has it. */
static void from_above(void)
{
    struct ofs_learner *learner = make_learner(1, 1, 10);
    struct player player = start_player(learner, 0, come_without_descriptor, learner);

    wait_ready(learner, 0, 1);
    CHECK(give_step(learner, 0, 0, 5) == OFS_OK);
    CHECK(wait_0(learner, LIMIT_NS) == OFS_OK && event == OFS_SEAT_ANSWERED);
    check_step(learner, 0, 0, 5);
    ofs_learner_destroy(learner);
    CHECK(WEXITSTATUS(end_player(&player)) == 0);
}

static const struct scene scenes[] = {
    { "usual", usual }, { "bad_commands", bad_commands }, { "lives", lives },   { "followers", followers },
    { "ends", ends },   { "last_answers", last_answers }, { "places", places }, { "notes", notes },
    { "from_above", from_above }, { NULL, NULL },
};

int main(int argc, char **argv) { return run_scene(scenes, argc, argv); }
