/* Ends of either side. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

static void exits(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start_unready(&rig, "exits");
    CHECK(rig_wait(&rig) == OFS_SEAT_LOST);
    CHECK(rig_ends(&rig) && WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 5);
    rig_finish(&rig);
}

static void exits_later(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "closes");
    CHECK(rig_step(&rig, 4) == 0);
    CHECK_CELL(&rig, CELL_FRAME, 5);
    rig_give(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = 1 });
    CHECK(rig_wait(&rig) == OFS_SEAT_LOST);
    CHECK(rig_ends(&rig) && WEXITSTATUS(rig.status) == 7);
    rig_finish(&rig);
}

static void killed(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    for (int i = 0; i < 5; i++) {
        rig_give(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = 1000000 });
        usleep(20000);
        kill(rig.game, SIGKILL);
        CHECK(rig_wait(&rig) == OFS_SEAT_LOST);
        rig_start_more(&rig, "plain");
        CHECK(rig_wait(&rig) == OFS_SEAT_ANSWERED);
        CHECK(rig_step(&rig, 2) == 0);
        CHECK_CELL(&rig, CELL_FRAME, 3);
    }
    rig_finish(&rig);
}

/* It is asked to close its window, answers, and does. */
static void close_window(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    rig_step(&rig, 1);
    CHECK(rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_CLOSE }) == 0);
    CHECK(rig_ends(&rig) && WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 0);
    rig_finish(&rig);
}

static void channel_closed(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    rig_step(&rig, 1);
    ofs_learner_close(rig.learner);
    CHECK(rig_ends(&rig) && WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 0);
    rig_finish(&rig);
}

static void another_life(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    rig_step(&rig, 1);
    ofs_learner_seat_open(rig.learner, 0, -1);
    CHECK(rig_ends(&rig) && WIFEXITED(rig.status) && WEXITSTATUS(rig.status) == 0);
    rig_finish(&rig);
}

/* A learner in a process of its own, which dies in the middle; the game is a child of ours. */
static void learner_killed(const char *game, bool stepping)
{
    struct rig rig;
    int tell[2];
    pid_t learner, pid = 0;
    if (pipe(tell) != 0)
        give_up("no pipe");
    learner = fork();
    if (learner == 0) {
        rig_init(&rig);
        rig_start(&rig, game);
        rig_step(&rig, 1);
        if (stepping)
            rig_give(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = 2000 });
        if (write(tell[1], &rig.game, sizeof rig.game) != sizeof rig.game)
            _exit(1);
        for (;;)
            pause();
    }
    close(tell[1]);
    if (read(tell[0], &pid, sizeof pid) != sizeof pid)
        give_up("the learner's learner does not come up");
    kill(learner, SIGKILL);
    waitpid(learner, NULL, 0);
    /* An orphan that ends is gone for kill(), once its new parent has seen it. */
    bool gone = false;
    for (int i = 0; i < 200 && !gone; i++) {
        char path[64], state = 'X';
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        FILE *stat = fopen(path, "r");
        if (stat && fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
            state = 'X';
        if (stat)
            fclose(stat);
        gone = !stat || state == 'Z' || state == 'X';
        usleep(50000);
    }
    CHECK(gone);
    if (!gone)
        kill(pid, SIGKILL);
}

static void learner_dies(void) { learner_killed("plain", false); }
static void learner_dies_software(void) { learner_killed("software", false); }
static void learner_dies_stubborn(void) { learner_killed("stubborn", false); }
static void learner_dies_very_stubborn(void) { learner_killed("very_stubborn", false); }
/* In the middle of a step nobody waits: it is seen when that is over. */
static void learner_dies_early(void) { learner_killed("plain", true); }

/* The program has closed all its descriptors, and nobody above it has the memory by this number. */
static void closed(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start_unready(&rig, "closed");
    CHECK(rig_wait(&rig) == OFS_SEAT_LOST);
    CHECK(rig_ends(&rig) && WIFSIGNALED(rig.status) && WTERMSIG(rig.status) == SIGTERM);
    rig_finish(&rig);
}

/* A place that is none: the game says so, and ends. */
static void no_such_place(void)
{
    char preload[4096];
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        setenv("OFFSTAGE_CHANNEL", "1:0:1", 1);
        snprintf(preload, sizeof preload, "%s", library);
        setenv("LD_PRELOAD", preload, 1);
        setenv("OFFSTAGE_GPU", "software", 1);
        execl(game_program, game_program, "closes", (char *)NULL);
        _exit(127);
    }
    waitpid(pid, &status, 0);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
}

const struct scene scenes_ends[] = {
    { "exits", exits },
    { "exits_later", exits_later },
    { "killed", killed },
    { "close_window", close_window },
    { "channel_closed", channel_closed },
    { "another_life", another_life },
    { "learner_dies", learner_dies },
    { "learner_dies_software", learner_dies_software },
    { "learner_dies_stubborn", learner_dies_stubborn },
    { "learner_dies_very_stubborn", learner_dies_very_stubborn },
    { "learner_dies_early", learner_dies_early },
    { "closed", closed },
    { "no_such_place", no_such_place },
    { NULL, NULL },
};
