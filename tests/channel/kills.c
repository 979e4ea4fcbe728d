/* Either side is killed, at random instants and at every point that the code names. The other side notices, says so,
 * and goes on; and of an answer that was not finished nothing is to be seen. */
#include "rig.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SEED 20261121u

/* -- points -------------------------------------------------------------------------------------------------------- */

static int armed_point, armed_count;
static void (*armed_call)(void); /* instead of dying */

void ofs_channel_point(int number);
void ofs_channel_point(int number)
{
    if (number != armed_point || --armed_count != 0)
        return;
    if (armed_call)
        armed_call();
    else
        kill(getpid(), SIGKILL);
}

/* -- games that die ------------------------------------------------------------------------------------------------ */

struct death {
    uint64_t us;      /* random instants */
    int point, count; /* points */
};

static int dying_game(const char *place, void *context)
{
    const struct death *death = context;

    armed_point = death->point;
    armed_count = death->count;
    if (death->us)
        die_in_us(death->us);
    return usual_game(place, NULL);
}

/* Steps of a seat until it is lost; every answer on the way is whole. Returns how many there were. */
static uint64_t steps_until_lost(struct ofs_learner *learner, uint32_t seat)
{
    enum ofs_seat_event event;
    struct ofs_answer answer;
    uint64_t number = 0;

    for (;;) {
        enum ofs_status status;

        CHECK(ofs_learner_wait(learner, &seat, &event, 1, 1, LIMIT_NS, NULL, NULL) == OFS_OK);
        if (event == OFS_SEAT_LOST)
            break;
        CHECK(event == OFS_SEAT_ANSWERED);
        if (number)
            check_step(learner, seat, seat, number);
        status = give_step(learner, seat, seat, ++number);
        CHECK(status == OFS_OK || status == OFS_EPEER);
    }
    CHECK(give_step(learner, seat, seat, 1) == OFS_EPEER);
    CHECK(ofs_learner_answer(learner, seat, &answer) == OFS_OK);
    CHECK(answer.number + 1 == number || answer.number == number);
    if (answer.number < number)
        CHECK(answer.reward == 0 && answer.flags == 0 && !answer.info && answer.frames_shown == 0);
    return number;
}

static void some_steps(struct ofs_learner *learner, uint32_t seat, uint64_t first, uint64_t count)
{
    enum ofs_seat_event event;

    for (uint64_t i = first; i < first + count; i++) {
        CHECK(give_step(learner, seat, seat, i) == OFS_OK);
        CHECK(ofs_learner_wait(learner, &seat, &event, 1, 1, LIMIT_NS, NULL, NULL) == OFS_OK);
        CHECK(event == OFS_SEAT_ANSWERED);
        check_step(learner, seat, seat, i);
    }
}

static void check_killed(struct player *player)
{
    int status = end_player(player);

    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* Games die on one seat, one lives on the other. */
static void games_at_random(void)
{
    enum { KILLS = 300 };
    struct ofs_learner *learner = make_learner(2, 2, 64);
    struct player steady = start_player(learner, 1, usual_game, NULL), player;
    uint64_t random = SEED, steps = 0, kib = 0;
    unsigned descriptors = 0, mappings = 0;

    wait_ready(learner, 1, 1);
    for (uint64_t i = 0; i < KILLS; i++) {
        struct death death = { .us = 20 + next_random(&random) % 3000 };

        player = start_player(learner, 0, dying_game, &death);
        steps += steps_until_lost(learner, 0);
        check_killed(&player);
        some_steps(learner, 1, i * 3 + 1, 3);
        if (i == 20) { /* all that is loaded lazily is there */
            descriptors = count_descriptors();
            mappings = count_mappings();
            kib = memory_kib();
        }
    }
    CHECK(count_descriptors() == descriptors && count_mappings() == mappings && memory_kib() <= kib + 256);
    CHECK(steps > KILLS); /* they did not all die before they could play */
    ofs_learner_destroy(learner);
    CHECK(WEXITSTATUS(end_player(&steady)) == 0);
}

/* Leaves by itself, which has points of its own. */
static int leaving_game(const char *place, void *context)
{
    const struct death *death = context;
    struct ofs_command command;
    struct ofs_game *game;
    char why[256];

    armed_point = death->point;
    armed_count = death->count;
    if (ofs_game_attach(place, &game, why, sizeof why) != OFS_OK)
        return 3;
    ofs_game_ready(game);
    if (ofs_game_wait(game, LIMIT_NS, &command) != OFS_OK)
        return 4;
    ofs_game_leave(game, "that was enough");
    return 5;
}

static void games_at_points(void)
{
    static const struct death points[] = {
        { 0, 101, 1 }, { 0, 102, 1 }, { 0, 103, 1 }, { 0, 104, 1 }, { 0, 104, 2 }, { 0, 104, 9 },
        { 0, 107, 1 }, { 0, 108, 1 }, { 0, 109, 1 }, { 0, 109, 3 }, { 0, 110, 1 }, { 0, 110, 3 },
        { 0, 111, 1 }, { 0, 111, 5 }, { 0, 112, 1 }, { 0, 112, 6 }, { 0, 113, 1 }, { 0, 113, 6 },
        { 0, 114, 1 }, { 0, 114, 6 }, { 0, 115, 1 }, { 0, 115, 6 }, { 0, 116, 1 }, { 0, 116, 6 },
    };
    struct ofs_learner *learner = make_learner(1, 1, 64);
    struct player player;

    ofs_learner_force_spin(learner, 0, 0); /* who looks for long never sleeps */
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        struct death death = points[i];

        player = start_player(learner, 0, dying_game, &death);
        (void)steps_until_lost(learner, 0);
        check_killed(&player);
        player = start_player(learner, 0, usual_game, NULL); /* the seat is as good as new */
        wait_ready(learner, 0, 1);
        some_steps(learner, 0, 1000, 20);
        kill(player.process, SIGKILL);
        check_killed(&player);
    }
    for (int point = 105; point <= 106; point++) {
        struct death death = { 0, point, 1 };

        player = start_player(learner, 0, leaving_game, &death);
        CHECK(steps_until_lost(learner, 0) == 1);
        check_killed(&player);
    }
    ofs_learner_destroy(learner);
}

/* -- a life that begins in the middle of something
 * ------------------------------------------------------------------ */

static struct ofs_learner *the_learner;
static struct ofs_game *the_new;

static struct ofs_game *come(uint32_t life)
{
    char place[64], why[256];
    struct ofs_game *game;

    snprintf(place, sizeof place, "%d:0:%u", dup(ofs_learner_descriptor(the_learner)), life);
    CHECK(ofs_game_attach(place, &game, why, sizeof why) == OFS_OK);
    return game;
}

static void begin_a_life(void)
{
    struct ofs_command command;

    the_new = come(ofs_learner_seat_open(the_learner, 0, -1));
    if (armed_point == 107)
        return;
    ofs_game_ready(the_new);
    CHECK(give_step(the_learner, 0, 0, 1) == OFS_OK);
    CHECK(ofs_game_wait(the_new, 0, &command) == OFS_OK);
}

/* The game of the life before was just going to change the state, or to give its answer, which would look the same:
 * both have the number 1. Neither arrives. */
static void lives_in_between(void)
{
    static const int points[] = { 107, 113, 114, 105 };
    const uint32_t seat = 0;
    enum ofs_seat_event event;
    struct ofs_command command;
    struct ofs_answer answer;

    armed_call = begin_a_life;
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        struct ofs_game *old;

        the_learner = make_learner(1, 1, 64);
        old = come(ofs_learner_seat_open(the_learner, 0, -1));
        armed_point = points[i];
        armed_count = 1;
        ofs_game_ready(old);
        if (armed_point != 107) {
            CHECK(give_step(the_learner, 0, 0, 1) == OFS_OK);
            CHECK(ofs_game_wait(old, 0, &command) == OFS_OK);
            if (armed_point != 105)
                ofs_game_answer(old, &(struct ofs_reply){ .reward = 99 });
        }
        ofs_game_leave(old, "late");
        CHECK(armed_count <= 0);
        CHECK(ofs_learner_wait(the_learner, &seat, &event, 1, 1, 0, NULL, NULL) == OFS_ETIMEDOUT);
        CHECK(ofs_learner_answer(the_learner, 0, &answer) == OFS_OK && answer.number == 0);
        CHECK(answer.state == (points[i] == 107 ? OFS_SEAT_ATTACHED : OFS_SEAT_READY) && answer.reward == 0);
        ofs_game_answer(the_new, &(struct ofs_reply){ .reward = 5 });
        CHECK(points[i] == 107 || ofs_learner_wait(the_learner, &seat, &event, 1, 1, 0, NULL, NULL) == OFS_OK);
        CHECK(ofs_learner_answer(the_learner, 0, &answer) == OFS_OK && answer.error[0] == 0);
        CHECK(answer.reward == (points[i] == 107 ? 0 : 5));
        ofs_game_leave(the_new, NULL);
        ofs_learner_destroy(the_learner);
    }
}

/* -- learners that die --------------------------------------------------------------------------------------------- */

static int slow_game(const char *place, void *context)
{
    usleep(200);
    return usual_game(place, context);
}

/* A process that makes a channel, starts two games, and steps them until it is killed. */
static void dying_learner(const struct death *death)
{
    struct ofs_learner *learner;
    struct player players[2];

    armed_point = death->point;
    armed_count = death->count;
    if (death->us)
        die_in_us(death->us);
    learner = make_learner(3, 3, 64);
    if (death->point)
        ofs_learner_force_spin(learner, 0, 0);
    for (uint32_t i = 0; i < 2; i++)
        players[i] = start_player(learner, i, slow_game, NULL);
    (void)players;
    wait_ready(learner, 0, 2);
    for (uint64_t i = 1;; i++) {
        some_steps(learner, 0, i, 1);
        some_steps(learner, 1, i, 1);
    }
}

/* Learners are killed, several at a time; their games come to us, and all end by themselves. */
static unsigned end_of_everyone(unsigned learners)
{
    unsigned killed = 0, games = 0;
    uint64_t end = now_ns() + LIMIT_NS;

    while (now_ns() < end) {
        int status;
        pid_t process = waitpid(-1, &status, WNOHANG);

        if (process < 0)
            break;
        if (process == 0) {
            usleep(1000);
        } else if (WIFSIGNALED(status)) {
            CHECK(WTERMSIG(status) == SIGKILL);
            killed++;
        } else {
            CHECK(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3);
            games++;
        }
    }
    CHECK(waitpid(-1, NULL, WNOHANG) < 0); /* nobody is left */
    CHECK(killed == learners);
    return games;
}

static void start_dying_learner(const struct death *death)
{
    pid_t process = fork();

    CHECK(process >= 0);
    if (process == 0) {
        dying_learner(death);
        _exit(0);
    }
}

static void learners_at_random(void)
{
    enum { KILLS = 300, AT_ONCE = 15 };
    uint64_t random = SEED;
    unsigned games = 0;

    players_outlive_us = true;
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    for (unsigned i = 0; i < KILLS; i += AT_ONCE) {
        for (unsigned k = 0; k < AT_ONCE; k++)
            start_dying_learner(&(struct death){ .us = 500 + next_random(&random) % 40000 });
        games += end_of_everyone(AT_ONCE);
    }
    CHECK(games > KILLS);
}

static void learners_at_points(void)
{
    static const struct death points[] = {
        { 0, 1, 1 }, { 0, 1, 2 }, { 0, 2, 2 }, { 0, 3, 2 }, { 0, 4, 1 }, { 0, 4, 7 }, { 0, 5, 1 }, { 0, 5, 7 },
        { 0, 6, 1 }, { 0, 6, 7 }, { 0, 7, 1 }, { 0, 7, 7 }, { 0, 8, 1 }, { 0, 8, 3 }, { 0, 9, 1 }, { 0, 9, 3 },
    };

    players_outlive_us = true;
    CHECK(prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++)
        start_dying_learner(&points[i]);
    CHECK(end_of_everyone(sizeof points / sizeof points[0]) >= 16);
}

static const struct scene scenes[] = {
    { "games_at_random", games_at_random },       { "games_at_points", games_at_points },
    { "lives_in_between", lives_in_between },     { "learners_at_random", learners_at_random },
    { "learners_at_points", learners_at_points }, { NULL, NULL },
};

int main(int argc, char **argv) { return run_scene(scenes, argc, argv); }
