/* The inside of the game's end. */
#ifndef OFS_CHANNEL_GAME_H
#define OFS_CHANNEL_GAME_H

#include "private.h"

#include <sys/types.h>

struct ofs_game {
    struct ofs_channel_header h;  /* a checked copy */
    struct ofs_channel_header *shared;
    struct ofs_channel_seat *seat;
    unsigned char *memory, *picture;
    int descriptor;
    dev_t device;                 /* which file the descriptor is of: a game may close it and open another by its number */
    ino_t inode;
    uint32_t number, life;        /* of the seat */
    uint32_t answered, taken;     /* numbers of commands */
    struct ofs_spinner spinner;
    uint32_t spin_ns;             /* as the learner had it when the spinner began */
    uint64_t next_look_ns;        /* whether the learner is alive */
    bool watched;                 /* the learner's process id means the same here as there */
    bool found;                   /* the descriptor is not the one that was named, but one that we have opened */
    bool over;
    struct ofs_channel_event events[OFS_CHANNEL_EVENTS];
};

bool ofs_game_over(struct ofs_game *game); /* closed, or another life; costs two loads */
void ofs_game_ring(struct ofs_game *game);
bool ofs_game_change_state(struct ofs_game *game, enum ofs_channel_state from, enum ofs_channel_state to);
void ofs_game_write_error(struct ofs_channel_seat *seat, const char *text);

#endif
