/* What the files of this module share. */
#ifndef OFS_LOCKSTEP_PRIVATE_H
#define OFS_LOCKSTEP_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gym_bridge/channel/channel.h"
#include "lockstep/lockstep.h"
#include "util/status.h"

#define OFS_SENTENCE_BYTES 512

/* -- player.c ------------------------------------------------------------------------------------------------------ */
/* The game, as the thread that is in its turn sees it. */
struct ofs_player {
    struct ofs_game *seat;        /* NULL: nobody plays */
    const struct ofs_channel_header *channel;
    uint64_t frames;              /* shown by windows while they were played */
    uint32_t begun_window;        /* that the player has been set in front of */
};
bool ofs_player_take_closed(void);         /* the played window was closed since the last time */

/* -- turn.c -------------------------------------------------------------------------------------------------------- */
enum ofs_turn_end { OFS_TURN_GOES_ON, OFS_TURN_RELEASED /* the game is to run on alone */, OFS_TURN_LEARNER_GONE };
/* A frame of the game that is played. Returns when the next one is to be drawn. */
enum ofs_turn_end ofs_turn_frame(struct ofs_player *player, const struct ofs_shown *shown);
void ofs_turn_forget(void);

/* -- observe.c ----------------------------------------------------------------------------------------------------- */
/* Observations as the channel's header describes them. False and a sentence: there can be none; that is told later, too. */
void ofs_observe_open(struct ofs_game *seat, const struct ofs_lockstep_host *host);
/* Before the seat is left. */
void ofs_observe_close(void);
bool ofs_observe_wanted(void);             /* the learner wants any */
void ofs_observe_begin_episode(void);
unsigned ofs_observe_depth(void);          /* how many of the last frames one observation is made of: 1 or 2 */
/* Read the frame of this number, unless that was done. */
void ofs_observe_frame(const struct ofs_shown *shown, uint64_t number);
/* The observation of that frame into the row of this number, wherever the rows are. OFS_OK, or a sentence. */
OFS_MUST_USE enum ofs_status ofs_observe_write(uint32_t row, char *why, size_t why_bytes);
/* The whole frame as RGB, top row first. */
OFS_MUST_USE enum ofs_status ofs_observe_picture(const struct ofs_shown *shown, unsigned char *rgb, char *why,
                                                 size_t why_bytes);
void ofs_observe_forget(void);

/* -- hands.c ------------------------------------------------------------------------------------------------------- */
/* The player sits down in front of a window. False: it cannot be seen. */
bool ofs_hands_begin(uint32_t window);
bool ofs_hands_see(uint32_t window);       /* can it be seen? */
/* The events of a command that come after `passed` frames; with passed = 0 all of them are checked first. */
OFS_MUST_USE enum ofs_status ofs_hands_do(const struct ofs_command *command, uint32_t passed, uint32_t window, char *why,
                                          size_t why_bytes);

/* -- report.c ------------------------------------------------------------------------------------------------------ */
void ofs_report_set_played(bool played);
/* The learner gave a hook file: a turn in a game that has not loaded it fails. Before the first turn. */
void ofs_report_expect_hook(bool hooked);
/* What was reported since the last time goes into the reply, the information to `room`, of `room_bytes`. */
void ofs_report_take(struct ofs_reply *reply, unsigned char *room, size_t room_bytes, char *why, size_t why_bytes);
/* Call the game's function; NULL: there is none. Otherwise what it said: "" if all is well. */
const char *ofs_report_turn(enum ofs_turn_kind kind, uint64_t seed, uint64_t frames);
void ofs_report_fork_child(void);

/* -- clock.c ------------------------------------------------------------------------------------------------------- */
void ofs_clock_find(void *(*find_symbol)(void *handle, const char *name));
uint64_t ofs_clock_real_ns(void);
uint64_t ofs_clock_virtual_ns(void);       /* 0 without virtual time */
void ofs_clock_tick(void);
void ofs_clock_freeze(void);
void ofs_clock_thaw(void);
void ofs_clock_reseed(uint64_t seed);

#endif
