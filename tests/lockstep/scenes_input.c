/* Input: when it arrives, and what it looks like. */
#include <stdlib.h>
#include <string.h>

#include "rig.h"

#define KEY_A     'a'
#define KEY_LEFT  0xff51
#define KEY_SHIFT 0xffe1
#define CODE_A    38
#define CODE_LEFT 113

static void in_one(struct rig *rig, const struct ofs_channel_event event) { CHECK(rig_events(rig, 1, &event, 1) == 0); }

static void keys(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    in_one(&rig, key(0, KEY_LEFT, true));
    CHECK_CELL(&rig, CELL_KEY, CODE_LEFT);
    CHECK_CELL(&rig, CELL_PRESSES, 1);
    CHECK_CELL(&rig, CELL_PRESS_FRAME, 2); /* in the very next frame */
    CHECK_CELL(&rig, CELL_FRAME, 2);
    CHECK_CELL(&rig, CELL_FOCUS, 1);
    CHECK_CELL(&rig, CELL_INSIDE, 1);
    in_one(&rig, key(0, KEY_LEFT, true)); /* it is down */
    CHECK_CELL(&rig, CELL_PRESSES, 1);
    CHECK_CELL(&rig, CELL_REPEATS, 0);
    in_one(&rig, key(0, KEY_LEFT, false));
    in_one(&rig, key(0, KEY_LEFT, false));
    CHECK_CELL(&rig, CELL_RELEASES, 1);
    CHECK(rig_step(&rig, 3) == 0);
    CHECK_CELL(&rig, CELL_PRESSES, 1);
    rig_finish(&rig);
}

/* Events that come in the middle of a step. */
static void timing(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    struct ofs_channel_event events[] = { key(1, KEY_A, true), key(2, KEY_A, false), key(5, KEY_LEFT, true),
                                          key(5, KEY_LEFT, false) };
    CHECK(rig_events(&rig, 2, events, 1) == 0); /* frames 2 and 3 */
    CHECK_CELL(&rig, CELL_PRESS_FRAME, 3);
    CHECK(rig_events(&rig, 8, events + 1, 3) == 0); /* 4 to 11 */
    CHECK_CELL(&rig, CELL_RELEASES, 2);
    CHECK_CELL(&rig, CELL_KEY, CODE_LEFT);
    CHECK_CELL(&rig, CELL_PRESS_FRAME, 9);
    rig_finish(&rig);
}

static void unknown(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    struct ofs_channel_event bad[][2] = { { key(0, KEY_A, true), key(3, 0x1000587, true) }, /* Armenian_fe */
                                          { key(0, KEY_A, true), event(OFS_EVENT_BUTTON, 0, 8, 1, 0) },
                                          { key(0, KEY_A, true), event(OFS_EVENT_BUTTON, 0, 0, 1, 0) },
                                          { key(0, KEY_A, true), event(OFS_EVENT_RESIZE, 0, 0, 0, 5) },
                                          { key(0, KEY_A, true), event(OFS_EVENT_TEXT, 0, 0x1000587, 0, 0) } };
    const char *const words[] = { "no key gives keysym 0x1000587", "no button 8", "no button 0", "cannot be 0x5",
                                  "no key gives" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        rig_command(&rig,
                    &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = 4, .events = bad[i], .event_count = 2 });
        CHECK(rig.answer.flags == OFS_ANSWER_FAILED && rig.answer.frames_shown == 1);
        if (!CHECK(strstr(rig.answer.error, words[i]) != NULL))
            fprintf(stderr, "it says: %s\n", rig.answer.error);
    }
    CHECK(rig_step(&rig, 1) == 0);
    CHECK_CELL(&rig, CELL_PRESSES, 0); /* none of the events was done */
    rig_finish(&rig);
}

static void buttons(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    for (unsigned number = 1; number <= 7; number++) {
        in_one(&rig, event(OFS_EVENT_BUTTON, 0, number, 1, 0));
        CHECK_CELL(&rig, CELL_BUTTON, number);
        CHECK_CELL(&rig, CELL_BUTTON_PRESSES, number);
        in_one(&rig, event(OFS_EVENT_BUTTON, 0, number, 1, 0));
        in_one(&rig, event(OFS_EVENT_BUTTON, 0, number, 0, 0));
        CHECK_CELL(&rig, CELL_BUTTON_RELEASES, number);
    }
    rig_finish(&rig);
}

static void pointer(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    rig_step(&rig, 1);
    int motions = cell_of(&rig, CELL_MOTIONS);
    in_one(&rig, event(OFS_EVENT_POINTER, 0, 0, 100, 20));
    CHECK_CELL(&rig, CELL_X, 100);
    CHECK_CELL(&rig, CELL_Y, 20);
    CHECK_CELL(&rig, CELL_MOTIONS, motions + 1);
    in_one(&rig, event(OFS_EVENT_POINTER, 0, 0, 100000, -5));
    CHECK_CELL(&rig, CELL_X, WINDOW_WIDTH - 1);
    CHECK_CELL(&rig, CELL_Y, 0);
    in_one(&rig, event(OFS_EVENT_POINTER, 0, 0, 50, 10));
    in_one(&rig, event(OFS_EVENT_MOTION, 0, 0, -7, 3));
    CHECK_CELL(&rig, CELL_X, 43);
    CHECK_CELL(&rig, CELL_Y, 13);
    rig_finish(&rig);
}

static void raw(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "raw");
    rig_step(&rig, 1);
    int x = cell_of(&rig, CELL_RAW_X), y = cell_of(&rig, CELL_RAW_Y), count = cell_of(&rig, CELL_RAW_MOTIONS);
    in_one(&rig, event(OFS_EVENT_MOTION, 0, 0, -7, 3));
    in_one(&rig, event(OFS_EVENT_MOTION, 0, 0, 2, 2));
    CHECK_CELL(&rig, CELL_RAW_X, x - 5);
    CHECK_CELL(&rig, CELL_RAW_Y, y + 5);
    CHECK_CELL(&rig, CELL_RAW_MOTIONS, count + 2);
    rig_finish(&rig);
}

static void text(void)
{
    static const char words[] = "aA1!~ {|";
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    for (int i = 0; words[i]; i++) {
        in_one(&rig, event(OFS_EVENT_TEXT, 0, (unsigned char)words[i], 0, 0));
        CHECK_CELL(&rig, CELL_TEXT, words[i]);
        CHECK_CELL(&rig, CELL_TEXTS, i + 1);
        CHECK_CELL(&rig, CELL_RELEASES, cell_of(&rig, CELL_PRESSES));
    }
    /* Shift that is held stays held. */
    in_one(&rig, key(0, KEY_SHIFT, true));
    int presses = cell_of(&rig, CELL_PRESSES), releases = cell_of(&rig, CELL_RELEASES);
    in_one(&rig, event(OFS_EVENT_TEXT, 0, 'Q', 0, 0));
    CHECK_CELL(&rig, CELL_TEXT, 'Q');
    CHECK_CELL(&rig, CELL_PRESSES, presses + 1);
    CHECK_CELL(&rig, CELL_RELEASES, releases + 1);
    rig_finish(&rig);
}

/* 50 frames a second: the second press comes after 660 ms, others every 40 ms. */
static void held(void)
{
    for (int again = 0; again < 2; again++) {
        struct rig rig;
        int time;
        rig_init(&rig);
        if (!rig.clock)
            rig.clock = pretended_clock;
        rig_start(&rig, "plain");
        CHECK(rig_step(&rig, 1) == 0 && rig.answer.virtual_ns == 1000020000000ull);
        in_one(&rig, key(0, KEY_LEFT, true));
        time = cell_of(&rig, CELL_TIME);
        CHECK(time == (1000020 / 4 & 255));
        rig_step(&rig, 31); /* the 32nd frame: 640 ms */
        CHECK_CELL(&rig, CELL_PRESSES, 1);
        rig_step(&rig, 1);
        CHECK_CELL(&rig, CELL_PRESSES, 2);
        rig_step(&rig, 50);
        CHECK_CELL(&rig, CELL_PRESSES, 27);
        in_one(&rig, key(0, KEY_LEFT, false));
        rig_step(&rig, 100);
        CHECK_CELL(&rig, CELL_PRESSES, 27);
        rig_finish(&rig);
    }
}

static void resize(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    in_one(&rig, event(OFS_EVENT_RESIZE, 0, 0, 2 * WINDOW_WIDTH, 2 * WINDOW_HEIGHT));
    CHECK(rig_step(&rig, 1) == 0 && rig.answer.width_px == 2 * WINDOW_WIDTH &&
          rig.answer.height_px == 2 * WINDOW_HEIGHT);
    /* The game draws in the lower left quarter. */
    CHECK(rig.row[(GRID_HEIGHT / 2) * GRID_WIDTH] > 0);
    in_one(&rig, event(OFS_EVENT_RESIZE, 0, 0, WINDOW_WIDTH, WINDOW_HEIGHT));
    CHECK(rig_step(&rig, 1) == 0);
    CHECK_CELL(&rig, CELL_WIDTH, WINDOW_WIDTH / 8);
    CHECK_CELL(&rig, CELL_HEIGHT, WINDOW_HEIGHT / 8);
    CHECK_CELL(&rig, CELL_FRAME, rig.answer.frames_shown);
    rig_finish(&rig);
}

/* A crop that does not fit: the learner is told, and the game goes on. */
static void does_not_fit(void)
{
    struct rig rig;
    rig_init(&rig);
    rig.plan.crop_width_px = WINDOW_WIDTH;
    rig.plan.crop_height_px = WINDOW_HEIGHT;
    rig_start(&rig, "plain");
    CHECK(rig_step(&rig, 1) == 0);
    struct ofs_channel_event smaller = event(OFS_EVENT_RESIZE, 0, 0, 100, 20);
    rig_command(&rig,
                &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = 3, .events = &smaller, .event_count = 1 });
    CHECK(rig.answer.flags == OFS_ANSWER_FAILED && strstr(rig.answer.error, "the window is 100x20"));
    CHECK(rig.answer.frames_shown == 5);
    struct ofs_channel_event larger = event(OFS_EVENT_RESIZE, 0, 0, WINDOW_WIDTH, WINDOW_HEIGHT);
    CHECK(rig_events(&rig, 3, &larger, 1) == 0);
    CHECK_CELL(&rig, CELL_FRAME, 8);
    rig_finish(&rig);
}

static void software(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "software");
    CHECK(rig_step(&rig, 1) == 0);
    for (int i = 0; i < 20; i++) {
        int frame = cell_of(&rig, CELL_FRAME);
        struct ofs_channel_event tap[] = { key(0, KEY_A, true), event(OFS_EVENT_POINTER, 0, 0, 10 + i, 3),
                                           key(1, KEY_A, false) };
        CHECK(rig_events(&rig, 3, tap, 3) == 0);
        CHECK_CELL(&rig, CELL_FRAME, frame + 3);
        CHECK_CELL(&rig, CELL_PRESSES, i + 1);
        CHECK_CELL(&rig, CELL_RELEASES, i + 1);
        CHECK_CELL(&rig, CELL_PRESS_FRAME, frame + 1);
        CHECK_CELL(&rig, CELL_X, 10 + i);
    }
    rig_finish(&rig);
}

/* A game that never reads its events fills its connection; that is its own affair. */
static void deaf(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "deaf");
    for (int i = 0; i < 3000; i++) {
        struct ofs_channel_event tap[] = { key(0, KEY_A, true), key(0, KEY_A, false),
                                           event(OFS_EVENT_POINTER, 0, 0, i % 100, 3) };
        rig_events(&rig, 1, tap, 3);
    }
    CHECK(rig.answer.frames_shown == 3001);
    CHECK_CELL(&rig, CELL_FRAME, 3001);
    rig_finish(&rig);
}

/* An input script goes on working: press after frame 3, release after frame 4. */
static void script(void)
{
    static const char path[] = "lockstep_script.txt";
    FILE *file = fopen(path, "w");
    struct rig rig;
    if (!file || fputs("3 key Left\n", file) < 0 || fclose(file) != 0)
        give_up("the input script cannot be written");
    rig_init(&rig);
    rig.input = path;
    if (!rig.clock)
        rig.clock = pretended_clock; /* only in lockstep is it certain when it arrives */
    rig_start(&rig, "plain");
    rig_step(&rig, 2);
    CHECK_CELL(&rig, CELL_PRESSES, 0);
    rig_step(&rig, 1);
    CHECK_CELL(&rig, CELL_PRESSES, 1);
    CHECK_CELL(&rig, CELL_PRESS_FRAME, 4);
    rig_step(&rig, 1);
    CHECK_CELL(&rig, CELL_RELEASES, 1);
    rig_finish(&rig);
}

static uint32_t dice(uint32_t *state, uint32_t end)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % end;
}

/* The same play, of a seed; a sum of all that was seen. */
static uint64_t play(const char *game, uint32_t seed)
{
    static const uint32_t keysyms[] = { 'a', 'b', KEY_LEFT, KEY_SHIFT, ' ' };
    struct rig rig;
    uint64_t sum = 0;
    rig_init(&rig);
    rig_start(&rig, game);
    for (int i = 0; i < 400; i++) {
        struct ofs_channel_event events[3] = { key(0, keysyms[dice(&seed, 5)], dice(&seed, 3) > 0),
                                               event(OFS_EVENT_MOTION, 0, 0, (int)dice(&seed, 9) - 4,
                                                     (int)dice(&seed, 9) - 4),
                                               event(OFS_EVENT_BUTTON, 1, 1 + dice(&seed, 3), (int)dice(&seed, 2), 0) };
        rig_events(&rig, 1 + dice(&seed, 4), events, dice(&seed, 4));
        for (int j = 0; j < CELLS; j++)
            sum = (sum ^ rig.row[j]) * 1099511628211u;
        sum = (sum ^ rig.answer.virtual_ns) * 1099511628211u;
    }
    rig_finish(&rig);
    return sum;
}

/* Two plays with the same actions show the same pixels, time stamps and times among them; others do not. */
static void same_again(void)
{
    static const char *const games[] = { "plain", "raw", "software" };
    if (!real_clock) {
        puts("time is real: no two plays are the same");
        exit(77);
    }
    for (size_t i = 0; i < sizeof games / sizeof games[0]; i++) {
        uint64_t first = play(games[i], 5), again = play(games[i], 5), other = play(games[i], 6);
        CHECK(first == again);
        CHECK(first != other);
    }
}

const struct scene scenes_input[] = {
    { "keys", keys },         { "timing", timing },
    { "unknown", unknown },   { "buttons", buttons },
    { "pointer", pointer },   { "raw", raw },
    { "text", text },         { "held", held },
    { "resize", resize },     { "does_not_fit", does_not_fit },
    { "software", software }, { "deaf", deaf },
    { "script", script },     { "same_again", same_again },
    { NULL, NULL },
};
