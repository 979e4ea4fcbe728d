#include "rig.h"

#include "gym_bridge/channel/learner.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int run_scene(const struct scene *scenes, int argc, char **argv)
{
    for (; scenes->name; scenes++) {
        if (argc < 2) {
            puts(scenes->name);
        } else if (strcmp(scenes->name, argv[1]) == 0) {
            scenes->run();
            return 0;
        }
    }
    return argc < 2 ? 0 : 2;
}

uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

struct ofs_learner *make_learner(uint32_t seats, uint32_t rows, uint64_t row_bytes)
{
    struct ofs_learner_desc desc = { .seats = seats,
                                     .rows = rows,
                                     .row_bytes = row_bytes,
                                     .payload_bytes = 1000,
                                     .info_bytes = 500,
                                     .picture_bytes = 100000 };
    struct ofs_learner *learner;
    char why[256] = "";

    if (ofs_learner_create(&desc, &learner, why, sizeof why) != OFS_OK) {
        fprintf(stderr, "no learner: %s\n", why);
        _exit(1);
    }
    return learner;
}

bool players_outlive_us;

void die_in_us(uint64_t us)
{
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
    struct itimerspec time = { { 0, 0 }, { (time_t)(us / 1000000), (long)(us % 1000000 * 1000 + 1) } };
    timer_t timer;

    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0 && timer_settime(timer, 0, &time, NULL) == 0);
}

uint32_t learner_rows(const struct ofs_learner *learner) { return learner->h.row_count; }

struct player start_in_life(struct ofs_learner *learner, uint32_t seat, uint32_t life,
                            int (*body)(const char *place, void *context), void *context)
{
    struct player player;
    char place[64];

    snprintf(place, sizeof place, "%d:%u:%u", ofs_learner_descriptor(learner), seat, life);
    fflush(NULL);
    player.process = fork();
    CHECK(player.process >= 0);
    if (player.process == 0) {
        int result;

        if (!players_outlive_us)
            prctl(PR_SET_PDEATHSIG, SIGKILL);
        result = body(place, context);
        fflush(NULL);
        _exit(result);
    }
    player.gone_fd = (int)syscall(SYS_pidfd_open, player.process, 0);
    CHECK(player.gone_fd >= 0);
    ofs_learner_seat_watch(learner, seat, player.gone_fd);
    return player;
}

struct player start_player(struct ofs_learner *learner, uint32_t seat, int (*body)(const char *place, void *context),
                           void *context)
{
    return start_in_life(learner, seat, ofs_learner_seat_open(learner, seat, -1), body, context);
}

int end_player(struct player *player)
{
    int status = 0;

    CHECK(waitpid(player->process, &status, 0) == player->process);
    close(player->gone_fd);
    return status;
}

uint64_t checksum(const void *bytes, size_t count, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t sum = seed ^ 0xcbf29ce484222325u;

    for (size_t i = 0; i < count; i++)
        sum = (sum ^ at[i]) * 0x100000001b3u;
    return sum;
}

static uint64_t sum_of(const struct ofs_command *c)
{
    uint64_t sum = checksum(c->events, c->event_count * sizeof c->events[0], c->seed);

    sum = checksum(c->payload, c->payload_bytes, sum);
    return sum ^ c->kind ^ (uint64_t)c->flags << 8 ^ (uint64_t)c->frames << 16 ^ (uint64_t)c->row << 40;
}

int usual_game(const char *place, void *context)
{
    struct ofs_game *game;
    struct ofs_command command;
    uint64_t steps = 0;
    char why[256];

    if (ofs_game_attach(place, &game, why, sizeof why) != OFS_OK)
        return 3;
    ofs_game_ready(game);
    while (ofs_game_wait(game, OFS_WAIT_FOREVER, &command) == OFS_OK) {
        uint64_t sum = sum_of(&command);
        unsigned char *row = ofs_game_row(game, command.row);
        size_t info_bytes;
        unsigned char *info = ofs_game_info(game, &info_bytes);

        if (row)
            memset(row, (int)(sum & 255), ofs_game_header(game)->row_bytes);
        memcpy(info, &sum, sizeof sum);
        ofs_game_answer(game, &(struct ofs_reply){ .flags = OFS_ANSWER_REWARD | OFS_ANSWER_INFO,
                                                   .info_used = sizeof sum,
                                                   .info_kind = 7,
                                                   .reward = (double)command.seed,
                                                   .frames_shown = ++steps,
                                                   .width_px = (uint32_t)sum,
                                                   .height_px = ~(uint32_t)sum });
    }
    ofs_game_leave(game, NULL);
    return 0;
}

enum ofs_status attach_here(struct ofs_learner *learner, uint32_t seat, uint32_t life, struct ofs_game **game)
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

void wait_ready(struct ofs_learner *learner, uint32_t first, uint32_t count)
{
    uint32_t seats[64];
    enum ofs_seat_event events[64];

    for (uint32_t i = 0; i < count; i++)
        seats[i] = first + i;
    CHECK(ofs_learner_wait(learner, seats, events, count, count, LIMIT_NS, NULL, NULL) == OFS_OK);
}

/* Made again by check_step from the number alone. */
static void make_step(uint64_t number, uint32_t row, struct ofs_channel_event *events, unsigned char *payload,
                      struct ofs_command *c)
{
    uint64_t state = number;

    *c = (struct ofs_command){ .kind = OFS_COMMAND_STEP,
                               .frames = 1 + number % 5,
                               .flags = number % 4,
                               .row = row,
                               .seed = number,
                               .events = events,
                               .payload = payload,
                               .event_count = (uint32_t)(next_random(&state) % (OFS_CHANNEL_EVENTS + 1)),
                               .payload_bytes = (uint32_t)(next_random(&state) % 1000) };
    if (number % 3) { /* mostly small ones */
        c->event_count %= 3;
        c->payload_bytes %= 17;
    }
    for (uint32_t i = 0; i < c->event_count; i++) {
        uint64_t word = next_random(&state);

        events[i] = (struct ofs_channel_event){ .kind = 1 + i % 6,
                                                .after = (uint16_t)(i / 40),
                                                .code = (uint32_t)word,
                                                .value_a = (int32_t)(word >> 32),
                                                .value_b = -(int32_t)i };
    }
    for (uint32_t i = 0; i < c->payload_bytes; i++)
        payload[i] = (unsigned char)(number + i);
}

enum ofs_status give_step(struct ofs_learner *learner, uint32_t seat, uint32_t row, uint64_t number)
{
    struct ofs_channel_event events[OFS_CHANNEL_EVENTS];
    unsigned char payload[1000];
    struct ofs_command command;

    make_step(number, row, events, payload, &command);
    return ofs_learner_command(learner, seat, &command);
}

void check_step(struct ofs_learner *learner, uint32_t seat, uint32_t row, uint64_t number)
{
    struct ofs_channel_event events[OFS_CHANNEL_EVENTS];
    unsigned char payload[1000];
    struct ofs_command command;
    struct ofs_answer answer;
    uint64_t sum, said = 0;
    size_t bytes, row_bytes;
    const unsigned char *rows = ofs_learner_rows(learner, &bytes);

    make_step(number, row, events, payload, &command);
    sum = sum_of(&command);
    CHECK(ofs_learner_answer(learner, seat, &answer) == OFS_OK);
    CHECK(answer.flags == (OFS_ANSWER_REWARD | OFS_ANSWER_INFO) && answer.error[0] == 0);
    CHECK(answer.info_bytes == sizeof said && answer.info_kind == 7);
    memcpy(&said, answer.info, sizeof said);
    CHECK(said == sum);
    CHECK(answer.reward == (double)number);
    CHECK(answer.width_px == (uint32_t)sum && answer.height_px == ~(uint32_t)sum);
    CHECK(answer.frames_shown == answer.number && answer.number > 0);
    row_bytes = bytes / learner_rows(learner);
    for (size_t i = 0; i < row_bytes; i++)
        CHECK(rows[row * row_bytes + i] == (sum & 255));
}

unsigned count_descriptors(void)
{
    DIR *folder = opendir("/proc/self/fd");
    unsigned count = 0;

    CHECK(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

unsigned count_mappings(void)
{
    FILE *file = fopen("/proc/self/maps", "r");
    unsigned count = 0;
    char line[512];

    CHECK(file);
    while (fgets(line, sizeof line, file))
        count += strstr(line, "/memfd:") != NULL;
    fclose(file);
    return count;
}

uint64_t memory_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long long size, resident, shared;

    CHECK(file && fscanf(file, "%llu %llu %llu", &size, &resident, &shared) == 3);
    fclose(file);
    return (resident - shared) * (uint64_t)sysconf(_SC_PAGESIZE) / 1024;
}
