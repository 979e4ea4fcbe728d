/* Two and more processes that talk: every event and every byte of the payload is checked, on both ways. */
#include "rig.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void end_in_order(struct player *player)
{
    int status = end_player(player);

    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void one(void)
{
    struct ofs_learner *learner = make_learner(1, 2, 100);
    struct player player = start_player(learner, 0, usual_game, NULL);
    uint32_t seat = 0;
    enum ofs_seat_event event;

    wait_ready(learner, 0, 1);
    for (uint64_t i = 1; i <= 100000; i++) {
        CHECK(give_step(learner, 0, (uint32_t)(i % 2), i) == OFS_OK);
        CHECK(ofs_learner_wait(learner, &seat, &event, 1, 1, LIMIT_NS, NULL, NULL) == OFS_OK);
        CHECK(event == OFS_SEAT_ANSWERED);
        check_step(learner, 0, (uint32_t)(i % 2), i);
    }
    ofs_learner_destroy(learner);
    end_in_order(&player);
}

/* All of them, round by round. */
static void several(void)
{
    enum { GAMES = 5, ROUNDS = 8000 };
    struct ofs_learner *learner = make_learner(GAMES, GAMES, 33);
    struct player players[GAMES];
    uint32_t seats[GAMES] = { 4, 2, 0, 1, 3 };
    enum ofs_seat_event events[GAMES];

    for (uint32_t i = 0; i < GAMES; i++)
        players[i] = start_player(learner, i, usual_game, NULL);
    wait_ready(learner, 0, GAMES);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        for (uint32_t i = 0; i < GAMES; i++)
            CHECK(give_step(learner, i, (uint32_t)((i + round) % GAMES), round * GAMES + i) == OFS_OK);
        CHECK(ofs_learner_wait(learner, seats, events, GAMES, GAMES, LIMIT_NS, NULL, NULL) == OFS_OK);
        for (uint32_t i = 0; i < GAMES; i++) {
            CHECK(events[i] == OFS_SEAT_ANSWERED);
            check_step(learner, i, (uint32_t)((i + round) % GAMES), round * GAMES + i);
        }
    }
    ofs_learner_destroy(learner);
    for (uint32_t i = 0; i < GAMES; i++)
        end_in_order(&players[i]);
}

/* Whichever are ready first get the next command. */
static void some_of_many(void)
{
    enum { GAMES = 6, STEPS = 40000 };
    struct ofs_learner *learner = make_learner(GAMES, GAMES, 64);
    struct player players[GAMES];
    uint32_t seats[GAMES];
    uint64_t given[GAMES] = { 0 }, done = 0, least = UINT64_MAX;
    enum ofs_seat_event events[GAMES];

    for (uint32_t i = 0; i < GAMES; i++) {
        players[i] = start_player(learner, i, usual_game, NULL);
        seats[i] = i;
    }
    wait_ready(learner, 0, GAMES);
    for (uint32_t i = 0; i < GAMES; i++)
        CHECK(give_step(learner, i, i, ++given[i] * GAMES + i) == OFS_OK);
    while (done < STEPS) {
        uint32_t there = 0;

        CHECK(ofs_learner_wait(learner, seats, events, GAMES, 2, LIMIT_NS, NULL, NULL) == OFS_OK);
        for (uint32_t i = 0; i < GAMES; i++) {
            if (events[i] == OFS_SEAT_BUSY)
                continue;
            CHECK(events[i] == OFS_SEAT_ANSWERED);
            there++;
            check_step(learner, i, i, given[i] * GAMES + i);
            CHECK(give_step(learner, i, i, ++given[i] * GAMES + i) == OFS_OK);
        }
        CHECK(there >= 2);
        done += there;
    }
    for (uint32_t i = 0; i < GAMES; i++)
        least = given[i] < least ? given[i] : least;
    CHECK(least > 1);
    ofs_learner_destroy(learner);
    for (uint32_t i = 0; i < GAMES; i++)
        end_in_order(&players[i]);
}

static const struct scene scenes[] = {
    { "one", one },
    { "several", several },
    { "some_of_many", some_of_many },
    { NULL, NULL },
};

int main(int argc, char **argv) { return run_scene(scenes, argc, argv); }
