/* What a step costs beyond the game's own frame: a learner in C plays one game through the channel.
 *
 *   bench_step --library LIB [--rounds N] [--steps N] [--frames N] [--repeats N] [--settle N]
 *              [--size W H] -- COMMAND...
 *
 * The game is started once, and `settle` frames are let pass. In each round it is asked, in turn: `repeats` times for
 * `frames` frames at once, with no observation (its own frames: nobody waits for anybody in between); for `steps` steps
 * of one frame without, and with an observation; and with a key that goes down and up. Prints a line of JSON: of each
 * round the median and the 95th percentile, in ns, of one such request. Differences are to be taken within a round. */
#include "gym_bridge/channel/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "offstage_plan.h"

#define ROUNDS_MAX 64
#define STEPS_MAX  100000
#define WAIT_NS    60000000000ull
#define KEYSYM_LEFT 0xff51u

enum way { WAY_FREE, WAY_BLIND, WAY_SEEN, WAY_KEYS, WAYS };
static const char *const way_names[WAYS] = {"free", "blind", "seen", "keys"};

struct options {
    const char *library;
    unsigned rounds, steps, frames, repeats, settle, width_px, height_px;
    char **command;
};

static uint64_t times_ns[STEPS_MAX];
static uint64_t middle_ns[WAYS][ROUNDS_MAX], slow_ns[WAYS][ROUNDS_MAX];

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int parse(int argc, char **argv, struct options *options)
{
    for (int i = 1; i < argc; i++) {
        unsigned *number = strcmp(argv[i], "--rounds") == 0   ? &options->rounds
                           : strcmp(argv[i], "--steps") == 0  ? &options->steps
                           : strcmp(argv[i], "--frames") == 0 ? &options->frames
                           : strcmp(argv[i], "--repeats") == 0 ? &options->repeats
                           : strcmp(argv[i], "--settle") == 0 ? &options->settle
                                                              : NULL;
        if (strcmp(argv[i], "--") == 0) {
            options->command = argv + i + 1;
            break;
        }
        if (number && i + 1 < argc) {
            *number = (unsigned)strtoul(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--library") == 0 && i + 1 < argc) {
            options->library = argv[++i];
        } else if (strcmp(argv[i], "--size") == 0 && i + 2 < argc) {
            options->width_px = (unsigned)strtoul(argv[++i], NULL, 10);
            options->height_px = (unsigned)strtoul(argv[++i], NULL, 10);
        } else {
            break;
        }
    }
    if (options->library && options->command && options->command[0] && options->rounds >= 1 &&
        options->rounds <= ROUNDS_MAX && options->steps >= 1 && options->steps <= STEPS_MAX && options->frames >= 2 &&
        options->repeats >= 1 && options->repeats <= STEPS_MAX)
        return 0;
    fprintf(stderr, "usage: bench_step --library LIB [--rounds N] [--steps N] [--frames N] [--repeats N] [--settle N] "
                    "[--size W H] -- COMMAND...\n");
    return -1;
}

static struct ofs_learner *make_channel(const struct options *options)
{
    struct ofs_plan_desc plan = {.struct_size = sizeof plan, .width_px = options->width_px,
                                 .height_px = options->height_px, .stack = 4};
    struct ofs_learner_desc desc = {.seats = 1, .rows = 1, .row_bytes = 4ull * options->width_px * options->height_px,
                                    .info_bytes = 16384, .plan = &plan, .plan_bytes = sizeof plan};
    struct ofs_learner *learner = NULL;
    char why[256] = "";

    if (ofs_learner_create(&desc, &learner, why, sizeof why) != OFS_OK)
        fprintf(stderr, "bench_step: %s\n", why);
    return learner;
}

/* The libraries that a game in lockstep is preloaded with: the clock lies beside the library, in offstage/. */
static void set_environment(const struct options *options, int descriptor, uint32_t life)
{
    char place[64], preload[2 * PATH_MAX];
    const char *slash = strrchr(options->library, '/');
    int folder = slash ? (int)(slash - options->library) + 1 : 0;

    snprintf(place, sizeof place, "%d:0:%u", descriptor, life);
    snprintf(preload, sizeof preload, "%s:%.*soffstage/liboffstage_clock.so", options->library, folder,
             options->library);
    if (setenv("OFFSTAGE_CHANNEL", place, 1) != 0 || setenv("OFFSTAGE_LOCKSTEP", "60", 1) != 0 ||
        setenv("LD_PRELOAD", preload, 1) != 0)
        _exit(125);
    unsetenv("DISPLAY");
}

static pid_t start(const struct options *options, struct ofs_learner *learner)
{
    int descriptor = ofs_learner_descriptor(learner);
    uint32_t life = ofs_learner_seat_open(learner, 0, -1);
    pid_t pid = fork();

    if (pid == 0) {
        if (fcntl(descriptor, F_SETFD, 0) != 0)
            _exit(125);
        set_environment(options, descriptor, life);
        execvp(options->command[0], options->command);
        fprintf(stderr, "bench_step: %s: %s\n", options->command[0], strerror(errno));
        _exit(127);
    }
    if (pid > 0)
        ofs_learner_seat_watch(learner, 0, (int)syscall(SYS_pidfd_open, pid, 0));
    return pid;
}

/* The game has shown its first frame, or answered. */
static int wait_for(struct ofs_learner *learner)
{
    uint32_t seat = 0;
    enum ofs_seat_event event = OFS_SEAT_BUSY;
    enum ofs_status status = ofs_learner_wait(learner, &seat, &event, 1, 1, WAIT_NS, NULL, NULL);

    if (status == OFS_OK && event == OFS_SEAT_ANSWERED)
        return 0;
    fprintf(stderr, "bench_step: the game %s\n", event == OFS_SEAT_LOST ? "has ended" : "does not answer");
    return -1;
}

static int step(struct ofs_learner *learner, enum way way, unsigned frames, unsigned number)
{
    struct ofs_channel_event key = {.kind = OFS_EVENT_KEY, .code = KEYSYM_LEFT, .value_a = (int32_t)(number & 1u)};
    struct ofs_command command = {.kind = OFS_COMMAND_STEP, .frames = frames,
                                  .flags = way == WAY_FREE || way == WAY_BLIND ? OFS_COMMAND_BLIND : 0};
    struct ofs_answer answer;

    if (way == WAY_KEYS) {
        command.events = &key;
        command.event_count = 1;
    }
    if (ofs_learner_command(learner, 0, &command) != OFS_OK || wait_for(learner) != 0)
        return -1;
    /* What every learner does: it reads the answer, and looks at the observation. */
    if (ofs_learner_answer(learner, 0, &answer) != OFS_OK || (answer.flags & OFS_ANSWER_FAILED)) {
        fprintf(stderr, "bench_step: %s\n", answer.error ? answer.error : "no answer");
        return -1;
    }
    return 0;
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static int one_way(struct ofs_learner *learner, const struct options *options, enum way way, unsigned round)
{
    unsigned steps = way == WAY_FREE ? options->repeats : options->steps;
    unsigned frames = way == WAY_FREE ? options->frames : 1;
    uint64_t last = now_ns();

    for (unsigned i = 0; i < steps; i++) {
        uint64_t now;

        if (step(learner, way, frames, i + 1) != 0)
            return -1;
        now = now_ns();
        times_ns[i] = now - last;
        last = now;
    }
    qsort(times_ns, steps, sizeof times_ns[0], compare_u64);
    middle_ns[way][round] = times_ns[steps / 2];
    slow_ns[way][round] = times_ns[steps * 95 / 100];
    return 0;
}

static void print_values(const char *name, const uint64_t *values, unsigned count)
{
    printf("\"%s_ns\":[", name);
    for (unsigned i = 0; i < count; i++)
        printf("%s%llu", i ? "," : "", (unsigned long long)values[i]);
    printf("]");
}

static int measure(struct ofs_learner *learner, const struct options *options)
{
    size_t bytes;
    const unsigned char *row = ofs_learner_rows(learner, &bytes);
    unsigned long long sum = 0;
    char name[32];

    if (options->settle && step(learner, WAY_BLIND, options->settle, 0) != 0)
        return 1;
    for (unsigned i = 0; i < 20; i++) /* shaders are compiled, the stack is filled */
        if (step(learner, WAY_SEEN, 1, i) != 0)
            return 1;
    for (unsigned round = 0; round < options->rounds; round++)
        for (unsigned i = 0; i < WAYS; i++)
            if (one_way(learner, options, (enum way)((round + i) % WAYS), round) != 0)
                return 1;
    if (step(learner, WAY_SEEN, 1, 0) != 0)
        return 1;
    for (size_t i = 0; i < bytes; i++)
        sum += row[i];
    printf("{\"rounds\":%u,\"steps\":%u,\"frames\":%u,\"mean_level\":%.1f", options->rounds, options->steps,
           options->frames, (double)sum / (double)bytes);
    for (int way = 0; way < WAYS; way++) {
        printf(",");
        print_values(way_names[way], middle_ns[way], options->rounds);
        snprintf(name, sizeof name, "%s_p95", way_names[way]);
        printf(",");
        print_values(name, slow_ns[way], options->rounds);
    }
    printf("}\n");
    return 0;
}

int main(int argc, char **argv)
{
    struct options options = {.rounds = 5, .steps = 2000, .frames = 50, .repeats = 41, .width_px = 84, .height_px = 84};
    struct ofs_learner *learner;
    int status = 1;
    pid_t pid;

    if (parse(argc, argv, &options) != 0)
        return 2;
    learner = make_channel(&options);
    if (!learner)
        return 1;
    pid = start(&options, learner);
    if (pid > 0 && wait_for(learner) == 0)
        status = measure(learner, &options);
    ofs_learner_destroy(learner);
    if (pid > 0) {
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
    }
    return status;
}
