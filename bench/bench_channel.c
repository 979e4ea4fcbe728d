/* The channel alone: commands between a learner and games that do nothing, or burn some microseconds for a frame.
 *   bench_channel [ROUNDS [MS [free|apart|same]]]
 *     ROUNDS interleaved rounds (default 9), each setting for MS milliseconds (default 60); the learner and the first game left
 *     to the scheduler, on the first two cores, or on one core. The scheduler does either of these for seconds on end: with a
 *     core that is idle they lie apart, and every wake-up has to get a processor out of its sleep.
 * One line of JSON for each number of games, length of frame and spin: how long a step took (the slowest of the games,
 * as a learner in lockstep sees it), its median and 95th percentile over all rounds, and the steps of all games in a
 * second. `spin_us` is how long both sides look before they sleep; -1 is what the channel decides by itself. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gym_bridge/channel/private.h"

#define MAX_GAMES 8
#define MAX_TIMES (1u << 18)

static const int spins_us[] = { 0, 1, 2, 5, 10, 20, 50, 100, 200, 500, -1 };
static const struct {
    uint32_t games, frame_us, think_us;
} loads[] = { { 1, 0, 0 }, { 1, 100, 0 }, { 1, 400, 50 }, { 1, 1000, 50 }, { 1, 400, 400 }, { 1, 0, 100 },
              { 2, 0, 0 }, { 2, 100, 0 }, { 2, 400, 50 }, { 4, 100, 0 },   { 4, 400, 50 } };

#define SPINS (sizeof spins_us / sizeof spins_us[0])
#define LOADS (sizeof loads / sizeof loads[0])

struct series {
    uint32_t *times_ns, count;
    uint64_t steps, ns;
};

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* A frame costs time on a core, whoever else wants it: counted by the thread's own clock. */
static void burn(uint64_t ns)
{
    uint64_t end = ns ? clock_ns(CLOCK_THREAD_CPUTIME_ID) + ns : 0;

    while (ns && clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)
        ;
}

static void pin(unsigned core)
{
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        perror("bench_channel: sched_setaffinity");
}

static int play(const char *place)
{
    struct ofs_game *game;
    struct ofs_command command;
    char why[256];

    if (ofs_game_attach(place, &game, why, sizeof why) != OFS_OK) {
        fprintf(stderr, "bench_channel: %s\n", why);
        return 1;
    }
    ofs_game_ready(game);
    while (ofs_game_wait(game, OFS_WAIT_FOREVER, &command) == OFS_OK) {
        burn(command.seed);
        ofs_game_answer(game, &(struct ofs_reply){ .flags = OFS_ANSWER_REWARD });
    }
    ofs_game_leave(game, NULL);
    return 0;
}

static void slice(struct ofs_learner *learner, uint32_t games, uint32_t frame_us, uint32_t think_us, uint64_t ms,
                  struct series *series)
{
    static const uint32_t seats[MAX_GAMES] = { 0, 1, 2, 3, 4, 5, 6, 7 };
    enum ofs_seat_event events[MAX_GAMES];
    struct ofs_command command = { .kind = OFS_COMMAND_STEP, .frames = 1, .seed = frame_us * 1000ull };
    uint64_t start = clock_ns(CLOCK_MONOTONIC), end = start + ms * 1000000u, last = start;

    while (last < end) {
        uint64_t begin;

        burn(think_us * 1000ull);
        begin = clock_ns(CLOCK_MONOTONIC);
        for (uint32_t i = 0; i < games; i++) {
            if (ofs_learner_command(learner, i, &command) != OFS_OK)
                exit(1);
        }
        if (ofs_learner_wait(learner, seats, events, games, games, OFS_WAIT_FOREVER, NULL, NULL) != OFS_OK)
            exit(1);
        last = clock_ns(CLOCK_MONOTONIC);
        if (series->count < MAX_TIMES)
            series->times_ns[series->count++] = (uint32_t)(last - begin);
        series->steps += games;
    }
    series->ns += last - start;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void report(struct series *s, uint32_t games, uint32_t frame_us, uint32_t think_us, int spin_us)
{
    qsort(s->times_ns, s->count, sizeof s->times_ns[0], compare_u32);
    printf("{\"games\":%u,\"frame_us\":%u,\"think_us\":%u,\"spin_us\":%d,\"n\":%u,\"p50_us\":%.2f,\"p95_us\":%.2f,"
           "\"steps_per_s\":%.0f}\n",
           games, frame_us, think_us, spin_us, s->count, s->times_ns[s->count / 2] / 1e3,
           s->times_ns[(size_t)s->count * 95 / 100] / 1e3, (double)s->steps * 1e9 / (double)s->ns);
}

static void start_games(struct ofs_learner *learner, const char *where)
{
    uint32_t seats[MAX_GAMES];
    enum ofs_seat_event events[MAX_GAMES];

    for (uint32_t i = 0; i < MAX_GAMES; i++) {
        char place[64];

        snprintf(place, sizeof place, "%d:%u:%u", ofs_learner_descriptor(learner), i,
                 ofs_learner_seat_open(learner, i, -1));
        seats[i] = i;
        if (fork() == 0) {
            if (strcmp(where, "free") != 0)
                pin(strcmp(where, "apart") == 0 ? (i + 1) % 2 : 0);
            _exit(play(place));
        }
    }
    if (strcmp(where, "free") != 0)
        pin(0);
    if (ofs_learner_wait(learner, seats, events, MAX_GAMES, MAX_GAMES, 10000000000u, NULL, NULL) != OFS_OK)
        exit(1);
}

int main(int argc, char **argv)
{
    static struct series all[LOADS][SPINS];
    struct ofs_learner_desc desc = { .seats = MAX_GAMES, .rows = MAX_GAMES, .row_bytes = 84 * 84 };
    struct ofs_learner *learner;
    unsigned rounds = argc > 1 ? (unsigned)atoi(argv[1]) : 9;
    uint64_t ms = argc > 2 ? (uint64_t)atoi(argv[2]) : 60;
    char why[256];
    cpu_set_t cores;

    if (ofs_learner_create(&desc, &learner, why, sizeof why) != OFS_OK) {
        fprintf(stderr, "bench_channel: %s\n", why);
        return 1;
    }
    start_games(learner, argc > 3 ? argv[3] : "free");
    for (unsigned round = 0; round < rounds; round++) {
        for (size_t l = 0; l < LOADS; l++) {
            for (size_t s = 0; s < SPINS; s++) {
                uint32_t ns = spins_us[s] < 0 ? UINT32_MAX : (uint32_t)spins_us[s] * 1000;

                if (!all[l][s].times_ns)
                    all[l][s].times_ns = malloc(MAX_TIMES * sizeof(uint32_t));
                if (!all[l][s].times_ns)
                    return 1;
                ofs_learner_force_spin(learner, ns, ns);
                slice(learner, loads[l].games, loads[l].frame_us, loads[l].think_us, ms, &all[l][s]);
            }
        }
    }
    ofs_learner_destroy(learner);
    while (wait(NULL) > 0)
        ;
    sched_getaffinity(0, sizeof cores, &cores);
    printf("{\"cores\":%d,\"rounds\":%u,\"ms\":%llu}\n", CPU_COUNT(&cores), rounds, (unsigned long long)ms);
    for (size_t l = 0; l < LOADS; l++) {
        for (size_t s = 0; s < SPINS; s++)
            report(&all[l][s], loads[l].games, loads[l].frame_us, loads[l].think_us, spins_us[s]);
    }
    return 0;
}
