/* Both ends of the channel against a memory that somebody else writes. What they then hand out is touched everywhere,
 * so that a place outside of the memory is a crash. */
#ifndef CHANNEL_TEST_ATTACK_H
#define CHANNEL_TEST_ATTACK_H

#include "rig.h"

struct attack {
    struct ofs_learner *learner;
    unsigned char *memory;        /* all of it, mapped again */
    uint64_t bytes;
    struct ofs_channel_seat *seat; /* the first */
    uint32_t life;
};

void attack_init(struct attack *attack);
void attack_finish(struct attack *attack);
/* The seat as at the beginning of a life, the header as it was made. */
void attack_restore(struct attack *attack);

/* Come, take a command if there is one, use every place, answer, leave. */
enum ofs_status attack_game(struct attack *attack);
/* Look at the seat and at its answer. */
enum ofs_status attack_learner(struct attack *attack);

#endif
