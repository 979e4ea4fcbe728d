/* Commands: steps, observations, pictures, resets, reports. */
#include <string.h>

#include "rig.h"

static void steps(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    CHECK(rig_observe(&rig) == 0);
    CHECK_CELL(&rig, CELL_FRAME, 1);
    CHECK_CELL(&rig, CELL_PLAYED, 1);
    CHECK(rig_observe(&rig) == 0); /* the same again */
    CHECK_CELL(&rig, CELL_FRAME, 1);
    for (int i = 1; i <= 20; i++) {
        CHECK(rig_step(&rig, 1) == 0);
        CHECK_CELL(&rig, CELL_FRAME, 1 + i);
        if (!rig.clock)
            continue;
        CHECK_CELL(&rig, CELL_UST, (unsigned char)(1000000000 / 4000 + i * 5));
        CHECK_CELL(&rig, CELL_MSC, (unsigned char)((1000000000 + i * 20000ll) * 60 / 1000000));
    }
    CHECK(rig.answer.frames_shown == 21 && rig.answer.width_px == WINDOW_WIDTH &&
          rig.answer.height_px == WINDOW_HEIGHT);
    CHECK(rig.answer.process == rig.game && rig.answer.busy_ns > rig.answer.observe_ns && rig.answer.observe_ns > 0);
    CHECK(rig.answer.virtual_ns == (rig.clock ? 1000000000000ull + 20 * 20000000 : 0));
    for (int i = 1; i <= 10; i++) {
        CHECK(rig_step(&rig, 4) == 0);
        CHECK_CELL(&rig, CELL_FRAME, 21 + 4 * i);
    }
    rig_finish(&rig);
}

static void blind(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    rig_observe(&rig);
    CHECK(rig_command(&rig,
                      &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .flags = OFS_COMMAND_BLIND, .frames = 9 }) == 0);
    CHECK_CELL(&rig, CELL_FRAME, 1);
    CHECK(rig.answer.frames_shown == 10);
    rig_observe(&rig);
    CHECK_CELL(&rig, CELL_FRAME, 10);
    rig_finish(&rig);
}

static void rows(void)
{
    struct rig rig;
    rig_init(&rig);
    rig.rows = 3;
    rig_start(&rig, "plain");
    for (uint32_t row = 0; row < 3; row++) {
        rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = 1, .row = row });
        CHECK(rig.row[row * CELLS + CELL_FRAME] == row + 2);
    }
    CHECK(rig.row[CELL_FRAME] == 2 && rig.row[CELLS + CELL_FRAME] == 3);
    rig_finish(&rig);
}

static int newest(const struct rig *rig, int index) { return rig->row[index * CELLS + CELL_FRAME]; }

static void stack(void)
{
    struct rig rig;
    rig_init(&rig);
    rig.plan.stack = 3;
    rig_start(&rig, "plain");
    rig_observe(&rig);
    CHECK(newest(&rig, 0) == 1 && newest(&rig, 1) == 1 && newest(&rig, 2) == 1);
    rig_step(&rig, 2);
    CHECK(newest(&rig, 0) == 1 && newest(&rig, 1) == 1 && newest(&rig, 2) == 3);
    rig_step(&rig, 2);
    CHECK(newest(&rig, 0) == 1 && newest(&rig, 1) == 3 && newest(&rig, 2) == 5);
    rig_observe(&rig); /* an episode begins */
    CHECK(newest(&rig, 0) == 5 && newest(&rig, 1) == 5 && newest(&rig, 2) == 5);
    rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .flags = OFS_COMMAND_FIRST, .frames = 3 });
    CHECK(newest(&rig, 0) == 8 && newest(&rig, 1) == 8 && newest(&rig, 2) == 8);
    rig_finish(&rig);
}

/* Of the last two frames: the frame's number is larger in the later one, until it begins at 0 again. */
static void two_frames(void)
{
    struct rig rig;
    rig_init(&rig);
    rig.plan.max_frames = 2;
    rig_start(&rig, "plain");
    rig_observe(&rig);
    CHECK_CELL(&rig, CELL_FRAME, 1);
    rig_step(&rig, 254);
    CHECK_CELL(&rig, CELL_FRAME, 255);
    rig_step(&rig, 1); /* 255, 0 */
    CHECK_CELL(&rig, CELL_FRAME, 255);
    rig_step(&rig, 4); /* 3, 4 */
    CHECK_CELL(&rig, CELL_FRAME, 4);
    rig_step(&rig, 252); /* 255, 0 */
    CHECK_CELL(&rig, CELL_FRAME, 255);
    rig_observe(&rig); /* the first of an episode has none before it */
    CHECK_CELL(&rig, CELL_FRAME, 0);
    rig_step(&rig, 255);
    CHECK_CELL(&rig, CELL_FRAME, 255);
    rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .flags = OFS_COMMAND_FIRST, .frames = 1 });
    CHECK_CELL(&rig, CELL_FRAME, 0);
    /* A frame that was not looked at is not the one before. */
    rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .flags = OFS_COMMAND_BLIND, .frames = 255 });
    rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = 1 });
    CHECK_CELL(&rig, CELL_FRAME, 0);
    rig_finish(&rig);
}

static void picture(void)
{
    const char *const games[] = { "plain", "software" };
    for (int i = 0; i < 2; i++) {
        struct rig rig;
        rig_init(&rig);
        rig_start(&rig, games[i]);
        rig_step(&rig, 5);
        CHECK(rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_PICTURE }) == 0);
        if (CHECK(rig.answer.picture_width_px == WINDOW_WIDTH && rig.answer.picture_height_px == WINDOW_HEIGHT &&
                  rig.answer.picture)) {
            bool same = true;
            for (int y = 0; y < WINDOW_HEIGHT; y++)
                for (int x = 0; x < WINDOW_WIDTH * 3; x++)
                    same &= rig.answer.picture[y * WINDOW_WIDTH * 3 + x] ==
                            rig.row[y / CELL_PX * GRID_WIDTH + x / 3 / CELL_PX];
            CHECK(same);
        }
        rig_finish(&rig);
    }
}

static void picture_too_large(void)
{
    struct rig rig;
    rig_init(&rig);
    rig.picture_bytes = 4096;
    rig_start(&rig, "plain");
    CHECK(rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_PICTURE }) & OFS_ANSWER_FAILED);
    CHECK(strstr(rig.answer.error, "picture of 128x32"));
    CHECK(rig_step(&rig, 1) == 0);
    rig_finish(&rig);
}

static void resets(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "turns");
    CHECK(rig_command(&rig,
                      &(struct ofs_command){
                          .kind = OFS_COMMAND_RESET, .flags = OFS_COMMAND_FIRST, .frames = 2, .seed = 77 }) ==
          OFS_ANSWER_REWARD);
    CHECK_CELL(&rig, CELL_SEED, 77);
    CHECK_CELL(&rig, CELL_RESETS, 1);
    CHECK_CELL(&rig, CELL_FRAME, 3);
    CHECK(rig.answer.reward == 0.5);
    CHECK(rig_step(&rig, 3) == OFS_ANSWER_REWARD && rig.answer.reward == 0.5);
    CHECK_CELL(&rig, CELL_OBSERVES, 1);
    CHECK(rig_observe(&rig) == 0); /* of a frame that was reported about */
    CHECK(rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_RESET, .frames = 1, .seed = 666 }) ==
          OFS_ANSWER_FAILED);
    CHECK(strstr(rig.answer.error, "cursed"));
    CHECK(rig_step(&rig, 1) == OFS_ANSWER_REWARD);
    rig_finish(&rig);

    rig_init(&rig);
    rig_start(&rig, "plain");
    CHECK(rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_RESET, .frames = 1 }) == OFS_ANSWER_FAILED);
    CHECK(strstr(rig.answer.error, "no reset function"));
    CHECK(rig_step(&rig, 1) == 0 && rig.answer.frames_shown == 2);
    rig_finish(&rig);
}

/* Frame i reports the reward i twice, one of them refused with its information. */
static void reports(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "reports");
    CHECK(rig_observe(&rig) == (OFS_ANSWER_REWARD | OFS_ANSWER_INFO) && rig.answer.reward == 1);
    CHECK(rig.answer.info_bytes == 8 && memcmp(rig.answer.info, "{\"a\": 1}", 8) == 0);
    CHECK_CELL(&rig, CELL_RESETS, 1);
    CHECK(rig_observe(&rig) == 0);
    CHECK(rig_step(&rig, 2) == (OFS_ANSWER_REWARD | OFS_ANSWER_INFO) && rig.answer.reward == 2 + 3);
    CHECK_CELL(&rig, CELL_OBSERVES, 1);
    CHECK(rig_step(&rig, 1) == (OFS_ANSWER_REWARD | OFS_ANSWER_INFO | OFS_ANSWER_TERMINATED) && rig.answer.reward == 4);
    CHECK(
        rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .flags = OFS_COMMAND_BLIND, .frames = 4 }) ==
            (OFS_ANSWER_REWARD | OFS_ANSWER_INFO | OFS_ANSWER_TERMINATED) &&
        rig.answer.reward == 5 + 6 + 7 + 8);
    rig_finish(&rig);
}

/* A game of any other kind than a window's cannot be told what to do. */
static void calls(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    CHECK(rig_command(&rig, &(struct ofs_command){ .kind = OFS_COMMAND_CALL }) == OFS_ANSWER_FAILED);
    CHECK(rig_step(&rig, 1) == 0);
    rig_finish(&rig);
}

static void many_steps(void)
{
    struct rig rig;
    rig_init(&rig);
    rig_start(&rig, "plain");
    rig_observe(&rig);
    for (int i = 1; i <= 3000; i++) {
        struct ofs_channel_event tap[] = { key(0, 'a', i & 1) };
        rig_events(&rig, 1, tap, 1);
        CHECK_CELL(&rig, CELL_FRAME, 1 + i);
        CHECK_CELL(&rig, CELL_PRESSES, (i + 1) / 2);
        CHECK_CELL(&rig, CELL_RELEASES, i / 2);
    }
    rig_finish(&rig);
}

const struct scene scenes_steps[] = {
    { "steps", steps },
    { "blind", blind },
    { "rows", rows },
    { "stack", stack },
    { "two_frames", two_frames },
    { "picture", picture },
    { "picture_too_large", picture_too_large },
    { "resets", resets },
    { "reports", reports },
    { "calls", calls },
    { "many_steps", many_steps },
    { NULL, NULL },
};
