/* The inside of the learner's end. */
#ifndef OFS_CHANNEL_LEARNER_H
#define OFS_CHANNEL_LEARNER_H

#include "private.h"

#include <poll.h>
#include <sys/types.h>

struct ofs_place {
    uint32_t life;                /* 0 = never opened */
    uint32_t base;                /* value of `command` before the first of this life */
    uint32_t command;             /* value of the newest */
    uint32_t collected;           /* value of the answer that was asked for last */
    int gone_fd;
    bool lost;                    /* gone_fd said so */
};

struct ofs_learner {
    struct ofs_channel_header h;  /* ours; what lies in the memory may have been written over */
    struct ofs_channel_header *shared;
    unsigned char *memory;
    struct ofs_place *places;
    struct pollfd *polled;        /* one for each seat */
    char (*errors)[OFS_CHANNEL_ERROR];
    int *ghosts;                  /* gone_fds, ours, of earlier lives that had the CUDA rows open; room for one a seat */
    uint32_t ghost_count;
    bool ghost_lost;              /* one of which we shall never know whether it is gone */
    int descriptor;
    pid_t creator;
    uint32_t cores;
    struct ofs_spinner spinner;
    uint32_t forced_learner_ns, forced_game_ns;
    uint64_t next_look_ns;        /* for the dead */
    bool closed;
};

static inline struct ofs_channel_seat *ofs_learner_seat(const struct ofs_learner *learner, uint32_t seat)
{
    return (struct ofs_channel_seat *)(learner->memory + learner->h.seats_offset + seat * learner->h.seat_bytes);
}

/* release.c: a life ends; does its game still have the rows open? */
void ofs_learner_keep_ghost(struct ofs_learner *learner, uint32_t seat, int gone_fd);
void ofs_learner_forget_ghosts(struct ofs_learner *learner);

/* false: nonsense. */
static inline bool ofs_learner_state(const struct ofs_channel_seat *s, const struct ofs_place *p,
                                     enum ofs_channel_state *state_out)
{
    uint32_t word = ofs_load(&s->state);

    *state_out = ofs_state_of(word);
    return word >> OFS_CHANNEL_STATE_BITS == p->life;
}

#endif
