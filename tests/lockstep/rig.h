/* A learner in C: starts one game of this folder, and plays it. */
#ifndef OFS_TEST_LOCKSTEP_RIG_H
#define OFS_TEST_LOCKSTEP_RIG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "cells.h"
#include "gym_bridge/channel/channel.h"

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
#define CHECK_CELL(rig, cell, wanted) check_cell((rig), (cell), (wanted), #cell, __FILE__, __LINE__)

struct rig {
    struct ofs_learner *learner;
    const unsigned char *row;     /* row 0 */
    struct ofs_plan_desc plan;
    const char *clock;            /* NULL: real time; else the library that is preloaded too */
    const char *input;            /* an input script, or NULL */
    uint32_t window, info_bytes;
    uint64_t picture_bytes;
    unsigned rows;
    pid_t game;
    int pidfd;
    uint32_t life;
    struct ofs_answer answer;
    int status;                   /* of the game, when it was waited for */
};

struct scene {
    const char *name;
    void (*run)(void);
};
extern const struct scene scenes_steps[], scenes_input[], scenes_windows[], scenes_ends[];

extern const char *game_program, *library, *pretended_clock, *real_clock;

bool check(bool condition, const char *text, const char *file, int line);
void check_cell(const struct rig *rig, enum cell cell, int wanted, const char *text, const char *file, int line);
void give_up(const char *why) __attribute__((noreturn));

/* The observation is the grid, gray, 8 bits; a scene may change the rig before rig_start. */
void rig_init(struct rig *rig);
/* Make the channel and start a game; wait for its first frame. */
void rig_start(struct rig *rig, const char *scene);
void rig_start_unready(struct rig *rig, const char *scene);
void rig_start_more(struct rig *rig, const char *scene); /* in the next life */
void rig_finish(struct rig *rig);
/* What becomes of the seat within ten seconds. */
enum ofs_seat_event rig_wait(struct rig *rig);
/* The game ends by itself within ten seconds; its status. */
bool rig_ends(struct rig *rig);

/* Commands; each waits for the answer, whose flags it returns. */
struct ofs_channel_event key(uint16_t after, uint32_t keysym, bool down);
struct ofs_channel_event event(uint16_t kind, uint16_t after, uint32_t code, int a, int b);
void rig_give(struct rig *rig, const struct ofs_command *command);
uint32_t rig_command(struct rig *rig, const struct ofs_command *command);
uint32_t rig_step(struct rig *rig, uint32_t frames);
uint32_t rig_events(struct rig *rig, uint32_t frames, const struct ofs_channel_event *events, uint32_t count);
uint32_t rig_observe(struct rig *rig);
int cell_of(const struct rig *rig, enum cell cell);

#endif
