/* Plays a game without touching it, and prints a hash of its frames: of the first 1 and each 50th line what has been
 * seen so far. Usage: hash WIDTHxHEIGHT FRAMES COMMAND... ; the command finds its place in OFFSTAGE_CHANNEL. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gym_bridge/channel/channel.h"

#define WAIT_NS 120000000000ull

static _Noreturn void give_up(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static uint64_t hash_of(uint64_t hash, const unsigned char *bytes, uint64_t count)
{
    for (uint64_t i = 0; i + 8 <= count; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, 8);
        hash = (hash ^ word) * 0x9e3779b97f4a7c15ull;
        hash ^= hash >> 29;
    }
    return hash;
}

static void wait_for_answer(struct ofs_learner *learner)
{
    enum ofs_seat_event event = OFS_SEAT_BUSY;
    enum ofs_status status = ofs_learner_wait(learner, &(uint32_t){ 0 }, &event, 1, 1, WAIT_NS, NULL, NULL);
    if (status != OFS_OK || event != OFS_SEAT_ANSWERED)
        give_up("no frame", event == OFS_SEAT_LOST ? "the game has ended" : "nothing in two minutes");
}

static pid_t start(struct ofs_learner *learner, char **command)
{
    uint32_t life = ofs_learner_seat_open(learner, 0, -1);
    pid_t child = fork();
    char place[64];
    if (child == 0) {
        snprintf(place, sizeof place, "%d:0:%u", dup(ofs_learner_descriptor(learner)), life);
        setenv("OFFSTAGE_CHANNEL", place, 1);
        execvp(command[0], command);
        _exit(127);
    }
    ofs_learner_seat_watch(learner, 0, (int)syscall(SYS_pidfd_open, child, 0));
    return child;
}

static void play(struct ofs_learner *learner, const unsigned char *row, uint64_t bytes, unsigned frames)
{
    struct ofs_command command = { .kind = OFS_COMMAND_STEP, .frames = 1 };
    struct ofs_answer answer;
    uint64_t hash = 1, other = 0, last = 0;
    for (unsigned i = 1; i <= frames; i++) {
        if (ofs_learner_command(learner, 0, &command) != OFS_OK)
            give_up("step", "the command is refused");
        wait_for_answer(learner);
        if (ofs_learner_answer(learner, 0, &answer) != OFS_OK || (answer.flags & OFS_ANSWER_FAILED))
            give_up("step", answer.error);
        hash = hash_of(hash, row, bytes);
        other += hash_of(1, row, bytes) != last;
        last = hash_of(1, row, bytes);
        if (i == 1 || i % 50 == 0 || i == frames)
            printf("%4u  %016" PRIx64 "  %12" PRIu64 " us  %u x %u\n", i, hash, answer.virtual_ns / 1000,
                   answer.width_px, answer.height_px);
    }
    printf("%s\n", other > 20 ? "moves" : "hardly moves");
}

int main(int argc, char **argv)
{
    struct ofs_plan_desc plan = { .struct_size = sizeof plan };
    struct ofs_learner_desc desc = {
        .seats = 1, .rows = 1, .info_bytes = 64, .plan = &plan, .plan_bytes = sizeof plan
    };
    struct ofs_learner *learner;
    char why[256] = "";
    pid_t child;
    if (argc < 4 || sscanf(argv[1], "%ux%u", &plan.width_px, &plan.height_px) != 2)
        give_up("usage", "hash WIDTHxHEIGHT FRAMES COMMAND...");
    plan.color = OFS_COLOR_RGB;
    desc.row_bytes = 3ull * plan.width_px * plan.height_px;
    if (ofs_learner_create(&desc, &learner, why, sizeof why) != OFS_OK)
        give_up("channel", why);
    child = start(learner, argv + 3);
    wait_for_answer(learner);
    play(learner, ofs_learner_rows(learner, &(size_t){ 0 }), desc.row_bytes, (unsigned)atoi(argv[2]));
    ofs_learner_destroy(learner);
    waitpid(child, NULL, 0);
    return 0;
}
