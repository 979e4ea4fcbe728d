/* Games and learners for the tests of the channel: processes made by fork, watched by a pidfd. */
#ifndef CHANNEL_TEST_RIG_H
#define CHANNEL_TEST_RIG_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "gym_bridge/channel/private.h"

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                            \
            fflush(stderr);                                                                                            \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

#define LIMIT_NS 5000000000ull /* generous: nothing here is a measurement */

struct scene {
    const char *name;
    void (*run)(void);
};
/* Runs the scene that argv[1] names; without one, prints the names. */
int run_scene(const struct scene *scenes, int argc, char **argv);

uint64_t now_ns(void);
/* Reproducible numbers. */
uint64_t next_random(uint64_t *state);

uint32_t learner_rows(const struct ofs_learner *learner);
struct ofs_learner *make_learner(uint32_t seats, uint32_t rows, uint64_t row_bytes);

/* A process that runs `body` with its place, and then ends with the status that it returns. */
struct player {
    pid_t process;
    int gone_fd;
};
struct player start_player(struct ofs_learner *learner, uint32_t seat, int (*body)(const char *place, void *context),
                           void *context);
extern bool players_outlive_us; /* otherwise they are killed with the process that started them */
/* As above, of a life that is open already. */
struct player start_in_life(struct ofs_learner *learner, uint32_t seat, uint32_t life,
                            int (*body)(const char *place, void *context), void *context);
/* Wait for its end; its status as waitpid gives it. Closes gone_fd. */
int end_player(struct player *player);

/* What the usual game makes of a command: sums, so that every byte has to have come through. */
uint64_t checksum(const void *bytes, size_t count, uint64_t seed);
/* The usual game: answers until the learner is gone. Returns 0 after that, 3 when it could not come. */
int usual_game(const char *place, void *context);

/* The kernel kills this process, at whatever it then does. */
void die_in_us(uint64_t us);

/* A game in this process. */
enum ofs_status attach_here(struct ofs_learner *learner, uint32_t seat, uint32_t life, struct ofs_game **game);

/* Wait until every seat is ready or lost. */
void wait_ready(struct ofs_learner *learner, uint32_t first, uint32_t count);
/* Give a step with `number` in everything, and one for which the usual game's answer can be foretold. */
enum ofs_status give_step(struct ofs_learner *learner, uint32_t seat, uint32_t row, uint64_t number);
void check_step(struct ofs_learner *learner, uint32_t seat, uint32_t row, uint64_t number);

unsigned count_descriptors(void);
unsigned count_mappings(void); /* of shared memory */
uint64_t memory_kib(void); /* resident, without what is shared */

#endif
