/* Which window is played. */
#include <string.h>

#include "rig.h"

static void first_of_two(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "two_windows");
    for (int i = 0; i < 20; i++) {
        CHECK(rig_step(&rig, 1) == 0);
        CHECK_CELL(&rig, CELL_SHOWN_BY, 1);
        CHECK_CELL(&rig, CELL_FRAME, i + 2);
    }
    rig_finish(&rig);
}

static void largest_of_two(void)
{
    struct rig rig;
    rig_init(&rig);
    rig.window = OFS_WINDOW_LARGEST;
    rig_start(&rig, "two_windows");
    CHECK(rig_step(&rig, 4) == 0); /* the smaller one was the largest until there was another */
    for (int i = 0; i < 20; i++) {
        CHECK(rig_step(&rig, 1) == 0);
        CHECK(rig.answer.width_px == 2 * WINDOW_WIDTH);
    }
    rig_finish(&rig);
}

static void splash(void)
{
    struct rig rig;
    int closed = 0;
    rig_init(&rig);
    rig_start(&rig, "splash");
    for (int i = 0; i < 30; i++) {
        uint32_t flags = rig_step(&rig, 1);
        closed += flags == OFS_ANSWER_CLOSED;
        CHECK((flags & ~(uint32_t)OFS_ANSWER_CLOSED) == 0);
        CHECK_CELL(&rig, CELL_SHOWN_BY, i < 9 ? 1 : 2);
        if (i >= 9)
            CHECK_CELL(&rig, CELL_FRAME, i - 8);
    }
    CHECK(closed == 1);
    struct ofs_channel_event press = key(0, 'a', true);
    CHECK(rig_events(&rig, 1, &press, 1) == 0);
    CHECK_CELL(&rig, CELL_PRESSES, 1);
    CHECK_CELL(&rig, CELL_FOCUS, 1);
    rig_finish(&rig);
}

static void splash_stays(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "splash_stays");
    CHECK(rig_step(&rig, 1) == 0);
    CHECK_CELL(&rig, CELL_SHOWN_BY, 2);
    CHECK(rig_step(&rig, 1) == 0);
    rig_finish(&rig);
}

/* Every frame is one turn, whoever shows it, and none is lost. */
static void two_threads(void)
{
    struct rig rig;
    bool seen[3] = { false };
    rig_init(&rig);
    rig_start(&rig, "two_threads");
    for (unsigned i = 2; i <= 400; i++) {
        CHECK(rig_step(&rig, 1) == 0);
        CHECK(rig.answer.frames_shown == i);
        if (cell_of(&rig, CELL_SHOWN_BY) <= 2)
            seen[cell_of(&rig, CELL_SHOWN_BY)] = true;
    }
    CHECK(seen[1] && seen[2]);
    rig_finish(&rig);
}

static void large(void)
{
    struct rig rig;
    rig_init(&rig);
    rig.plan.width_px = 4 * WINDOW_WIDTH;
    rig.plan.height_px = 4 * WINDOW_HEIGHT;
    rig_start(&rig, "large");
    CHECK(rig_step(&rig, 1) == 0 && rig.answer.width_px == 4 * WINDOW_WIDTH);
    rig_finish(&rig);
}

static bool note(struct rig *rig)
{
    uint32_t seat = 0;
    enum ofs_seat_event event;
    (void)ofs_learner_wait(rig->learner, &seat, &event, 1, 1, 100000000, NULL, NULL);
    return ofs_learner_answer(rig->learner, 0, &rig->answer) == OFS_OK && rig->answer.state == OFS_SEAT_ATTACHED &&
           rig->answer.error[0];
}

/* A window that the learner names, which is not the first. While it shows no frame, the learner can read which do. */
static void wanted(void)
{
    struct rig rig;
    unsigned long first = 0, second = 0;
    const char *at;
    rig_init(&rig);
    rig.window = 5;
    rig_start_unready(&rig, "two_windows");
    for (int i = 0; i < 100 && (!note(&rig) || !strstr(rig.answer.error, "256x64")); i++)
        ;
    CHECK(strstr(rig.answer.error, "window 5"));
    at = strstr(rig.answer.error, "in ");
    CHECK(at && sscanf(at, "in %lu (128x32), %lu (256x64)", &first, &second) == 2);
    rig_finish(&rig);
    rig_init(&rig);
    rig.window = (uint32_t)second;
    rig_start(&rig, "two_windows");
    for (int i = 0; i < 10; i++) {
        CHECK(rig_step(&rig, 1) == 0);
        CHECK(rig.answer.width_px == 2 * WINDOW_WIDTH);
    }
    rig_finish(&rig);
}

/* A learner that waits for such a window in vain, and goes. */
static void never_wanted(void)
{
    struct rig rig;
    rig_init(&rig);
    rig.window = 5;
    rig_start_unready(&rig, "plain");
    for (int i = 0; i < 100 && !note(&rig); i++)
        ;
    CHECK(strstr(rig.answer.error, "(128x32)"));
    ofs_learner_close(rig.learner);
    CHECK(rig_ends(&rig));
    rig_finish(&rig);
}

static void helpers(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "helpers");
    CHECK(rig_step(&rig, 1) == 0);
    CHECK_CELL(&rig, CELL_SEED, 0);
    rig_finish(&rig);
}

static void forks(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "forks");
    CHECK(rig_step(&rig, 1) == 0); /* the child draws a hundred frames meanwhile, and does not wait */
    CHECK_CELL(&rig, CELL_SEED, 4);
    CHECK_CELL(&rig, CELL_FRAME, 2);
    rig_finish(&rig);
}

static void early(void)
{
    struct rig rig;
    struct ofs_channel_event press = key(0, 'a', true);
    rig_init(&rig);
    rig_start(&rig, "early");
    rig_observe(&rig);
    CHECK_CELL(&rig, CELL_FRAME, 2);
    CHECK(rig.answer.frames_shown == 1);
    CHECK(rig_events(&rig, 1, &press, 1) == 0);
    CHECK_CELL(&rig, CELL_PRESSES, 1);
    CHECK_CELL(&rig, CELL_FOCUS, 1);
    CHECK_CELL(&rig, CELL_INSIDE, 1);
    rig_finish(&rig);
}

static void unfocused(void)
{
    struct rig rig;
    struct ofs_channel_event press = key(0, 'a', true);
    rig_init(&rig);
    rig_start(&rig, "unfocused");
    rig_observe(&rig);
    CHECK_CELL(&rig, CELL_FOCUS, 0);
    CHECK_CELL(&rig, CELL_INSIDE, 0);
    CHECK(rig_events(&rig, 1, &press, 1) == 0);
    CHECK_CELL(&rig, CELL_FOCUS, 1);
    CHECK_CELL(&rig, CELL_INSIDE, 1);
    CHECK_CELL(&rig, CELL_PRESSES, 1);
    rig_finish(&rig);
}

static void hidden(void)
{
    struct rig rig;
    struct ofs_channel_event press = key(0, 'a', true);
    rig_init(&rig);
    rig_start(&rig, "hidden");
    rig_observe(&rig);
    CHECK_CELL(&rig, CELL_FRAME, 5);
    CHECK(rig_events(&rig, 1, &press, 1) == 0); /* nobody gets it */
    CHECK_CELL(&rig, CELL_PRESSES, 0);
    CHECK_CELL(&rig, CELL_FRAME, 6);
    rig_finish(&rig);
}

const struct scene scenes_windows[] = {
    { "first_of_two", first_of_two },
    { "largest_of_two", largest_of_two },
    { "splash", splash },
    { "splash_stays", splash_stays },
    { "two_threads", two_threads },
    { "large", large },
    { "wanted", wanted },
    { "never_wanted", never_wanted },
    { "forks", forks },
    { "helpers", helpers },
    { "early", early },
    { "unfocused", unfocused },
    { "hidden", hidden },
    { NULL, NULL },
};
