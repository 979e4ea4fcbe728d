#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

const char *game_program, *library, *pretended_clock, *real_clock;
static int failures;

#define TEN_SECONDS 10000000000ull

bool check(bool condition, const char *text, const char *file, int line)
{
    if (!condition && failures++ < 40)
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
    return condition;
}

int cell_of(const struct rig *rig, enum cell cell) { return rig->row[cell]; }

void check_cell(const struct rig *rig, enum cell cell, int wanted, const char *text, const char *file, int line)
{
    if (cell_of(rig, cell) != (wanted & 255) && failures++ < 40)
        fprintf(stderr, "%s:%d: %s is %d, wanted %d\n", file, line, text, cell_of(rig, cell), wanted & 255);
}

void give_up(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(1);
}

void rig_init(struct rig *rig)
{
    *rig = (struct rig){ .plan = { .struct_size = sizeof rig->plan, .width_px = GRID_WIDTH, .height_px = GRID_HEIGHT },
                         .window = OFS_WINDOW_FIRST,
                         .info_bytes = 256,
                         .rows = 1,
                         .game = -1,
                         .pidfd = -1,
                         .clock = real_clock };
}

/* -- the game's process -------------------------------------------------------------------------------------------- */

static void run_game(const struct rig *rig, const char *scene)
{
    char place[64], preload[4096];
    int fd = dup(ofs_learner_descriptor(rig->learner)); /* without close-on-exec */

    snprintf(place, sizeof place, "%d:0:%u", fd, rig->life);
    setenv("OFFSTAGE_CHANNEL", place, 1);
    snprintf(preload, sizeof preload, "%s%s%s", library, rig->clock ? ":" : "", rig->clock ? rig->clock : "");
    setenv("LD_PRELOAD", preload, 1);
    setenv("OFFSTAGE_GPU", "software", 1);
    setenv("LP_NUM_THREADS", "0", 1);
    if (rig->clock)
        setenv("OFFSTAGE_LOCKSTEP", "50", 1);
    if (rig->input)
        setenv("OFFSTAGE_INPUT", rig->input, 1);
    execl(game_program, game_program, scene, (char *)NULL);
    _exit(127);
}

void rig_start_more(struct rig *rig, const char *scene)
{
    if (rig->pidfd >= 0) {
        kill(rig->game, SIGKILL);
        waitpid(rig->game, NULL, 0);
        close(rig->pidfd);
    }
    rig->life = ofs_learner_seat_open(rig->learner, 0, -1);
    rig->game = fork();
    if (rig->game == 0)
        run_game(rig, scene);
    rig->pidfd = (int)syscall(SYS_pidfd_open, rig->game, 0);
    if (rig->game < 0 || rig->pidfd < 0)
        give_up("no game");
    ofs_learner_seat_watch(rig->learner, 0, rig->pidfd);
}

void rig_start_unready(struct rig *rig, const char *scene)
{
    char why[256] = "";
    uint64_t row_bytes = (uint64_t)rig->plan.width_px * rig->plan.height_px * (rig->plan.stack ? rig->plan.stack : 1);
    struct ofs_learner_desc desc = { .seats = 1,
                                     .rows = rig->rows,
                                     .row_bytes = row_bytes,
                                     .info_bytes = rig->info_bytes,
                                     .picture_bytes = rig->picture_bytes,
                                     .plan = &rig->plan,
                                     .plan_bytes = sizeof rig->plan,
                                     .window = rig->window };
    if (ofs_learner_create(&desc, &rig->learner, why, sizeof why) != OFS_OK)
        give_up(why);
    rig->row = ofs_learner_rows(rig->learner, &(size_t){ 0 });
    rig_start_more(rig, scene);
}

enum ofs_seat_event rig_wait(struct rig *rig)
{
    uint32_t seat = 0;
    enum ofs_seat_event event = OFS_SEAT_BUSY;
    (void)ofs_learner_wait(rig->learner, &seat, &event, 1, 1, TEN_SECONDS, NULL, NULL);
    return event;
}

void rig_start(struct rig *rig, const char *scene)
{
    rig_start_unready(rig, scene);
    if (rig_wait(rig) != OFS_SEAT_ANSWERED)
        give_up("the game showed no frame");
}

bool rig_ends(struct rig *rig)
{
    struct pollfd gone = { .fd = rig->pidfd, .events = POLLIN };
    if (poll(&gone, 1, 10000) != 1)
        return false;
    waitpid(rig->game, &rig->status, 0);
    return true;
}

void rig_finish(struct rig *rig)
{
    if (rig->pidfd >= 0) {
        kill(rig->game, SIGKILL);
        waitpid(rig->game, NULL, 0);
        close(rig->pidfd);
    }
    ofs_learner_destroy(rig->learner);
}

/* -- commands ------------------------------------------------------------------------------------------------------ */

struct ofs_channel_event event(uint16_t kind, uint16_t after, uint32_t code, int a, int b)
{
    return (struct ofs_channel_event){ .kind = kind, .after = after, .code = code, .value_a = a, .value_b = b };
}

struct ofs_channel_event key(uint16_t after, uint32_t keysym, bool down)
{
    return event(OFS_EVENT_KEY, after, keysym, down, 0);
}

void rig_give(struct rig *rig, const struct ofs_command *command)
{
    if (ofs_learner_command(rig->learner, 0, command) != OFS_OK)
        give_up("a command is refused");
}

uint32_t rig_command(struct rig *rig, const struct ofs_command *command)
{
    rig_give(rig, command);
    if (rig_wait(rig) != OFS_SEAT_ANSWERED)
        give_up("no answer");
    if (ofs_learner_answer(rig->learner, 0, &rig->answer) != OFS_OK)
        give_up("nonsense for an answer");
    return rig->answer.flags;
}

uint32_t rig_events(struct rig *rig, uint32_t frames, const struct ofs_channel_event *events, uint32_t count)
{
    uint32_t flags = rig_command(
        rig,
        &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = frames, .events = events, .event_count = count });
    if (flags & OFS_ANSWER_FAILED)
        fprintf(stderr, "the game says: %s\n", rig->answer.error);
    return flags;
}

uint32_t rig_step(struct rig *rig, uint32_t frames) { return rig_events(rig, frames, NULL, 0); }

uint32_t rig_observe(struct rig *rig)
{
    return rig_command(rig, &(struct ofs_command){ .kind = OFS_COMMAND_OBSERVE, .flags = OFS_COMMAND_FIRST });
}

/* -- main ---------------------------------------------------------------------------------------------------------- */

static bool run_scene(const struct scene *scenes, const char *name)
{
    for (; scenes->name; scenes++) {
        if (!name)
            puts(scenes->name);
        else if (strcmp(scenes->name, name) == 0) {
            scenes->run();
            return true;
        }
    }
    return false;
}

/* learner SCENE GAME LIBRARY PRETENDED_CLOCK [CLOCK]; without arguments the names of the scenes. */
int main(int argc, char **argv)
{
    const struct scene *all[] = { scenes_steps, scenes_input, scenes_windows, scenes_ends };
    const char *name = argc > 1 ? argv[1] : NULL;
    bool found = !name;

    if (argc > 4) {
        game_program = argv[2];
        library = argv[3];
        pretended_clock = argv[4];
        real_clock = argc > 5 ? argv[5] : NULL;
    }
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        found |= run_scene(all[i], name);
    if (!found)
        give_up("no such scene");
    return failures != 0;
}
