/* What next, latest, read and reset hand out: stacks, the maximum of two frames, what was skipped, slots. Every frame is one
 * level of gray, and observations are one pixel. */
#include "rig.h"

static struct window window;

static void begin(void) { window_open(&window, COMPAT, true, 20, 10); }

static void show(int level) { show_level(&window, level); }

static struct ofs_frame next(struct ofs_capture *capture)
{
    struct ofs_frame frame = empty_frame();
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
    return frame;
}

static struct ofs_frame latest(struct ofs_capture *capture)
{
    struct ofs_frame frame = empty_frame();
    CHECK_STATUS(ofs_capture_latest(capture, &frame), OFS_OK, NULL);
    return frame;
}

static void release(struct ofs_frame *frame)
{
    ofs_frame_release(frame, 0);
    CHECK(!frame->lease);
}

static void stack(void)
{
    struct ofs_capture *capture;
    struct ofs_frame a, b, c;

    begin();
    show(99);
    capture = open_levels(0, 4, 0);
    a = empty_frame();
    CHECK_STATUS(ofs_capture_next(capture, 0, &a), OFS_ETIMEDOUT, NULL); /* shown before it was opened */
    CHECK_STATUS(ofs_capture_latest(capture, &a), OFS_EAGAIN, NULL);
    show(1);
    a = next(capture);
    CHECK_LEVELS(&a, 1, 1, 1, 1);
    CHECK(a.sequence == 2 && a.skipped == 0 && a.window == window.id);
    CHECK(a.source_width_px == 20 && a.source_height_px == 10);
    show(2);
    show(3);
    show(4);
    b = next(capture);
    CHECK_LEVELS(&b, 1, 1, 1, 4);
    CHECK(b.sequence == 5 && b.skipped == 2 && b.time_ns > a.time_ns);
    c = empty_frame();
    CHECK_STATUS(ofs_capture_next(capture, 0, &c), OFS_ETIMEDOUT, "this thread draws");
    show(5);
    c = latest(capture);
    CHECK_LEVELS(&c, 1, 1, 4, 5);
    CHECK(c.skipped == 0);
    CHECK_LEVELS(&a, 1, 1, 1, 1);
    CHECK_LEVELS(&b, 1, 1, 1, 4);
    release(&a);
    release(&a); /* once more is nothing */
    release(&b);
    release(&c);
    ofs_capture_close(capture);
}

/* The same frame again is the same memory, and one slot. */
static void latest_again(void)
{
    struct ofs_capture *capture;
    struct ofs_frame frames[6];

    begin();
    capture = open_levels(0, 3, 1);
    show(7);
    frames[0] = next(capture);
    for (int i = 1; i < 6; i++) {
        frames[i] = latest(capture);
        CHECK(frames[i].data == frames[0].data);
        CHECK(frames[i].sequence == frames[0].sequence && frames[i].skipped == 0);
    }
    for (int i = 0; i < 5; i++)
        release(&frames[i]);
    show(8);
    CHECK_LEVELS(&frames[5], 7, 7, 7);
    frames[0] = empty_frame();
    CHECK_STATUS(ofs_capture_latest(capture, &frames[0]), OFS_EBUSY, "slots");
    release(&frames[5]);
    frames[0] = latest(capture);
    CHECK_LEVELS(&frames[0], 7, 7, 8);
    release(&frames[0]);
    ofs_capture_close(capture);
}

static void reset(void)
{
    struct ofs_capture *capture;
    struct ofs_frame a, b, c;

    begin();
    capture = open_levels(0, 3, 0);
    ofs_capture_reset(capture); /* before anything */
    show(1);
    a = next(capture);
    show(2);
    b = next(capture);
    CHECK_LEVELS(&b, 1, 1, 2);
    ofs_capture_reset(capture);
    show(3);
    c = next(capture);
    CHECK_LEVELS(&c, 3, 3, 3);
    release(&c);
    /* A frame that waits is the first one of the new episode. */
    show(4);
    ofs_capture_reset(capture);
    c = next(capture);
    CHECK_LEVELS(&c, 4, 4, 4);
    /* The one that was handed out begins a stack of its own; the old one stays as it is. */
    show(5);
    release(&a);
    a = next(capture);
    CHECK_LEVELS(&a, 4, 4, 5);
    ofs_capture_reset(capture);
    release(&b);
    b = latest(capture);
    CHECK_LEVELS(&b, 5, 5, 5);
    CHECK(b.data != a.data && b.sequence == a.sequence);
    CHECK_LEVELS(&a, 4, 4, 5);
    CHECK_LEVELS(&c, 4, 4, 4);
    release(&c);
    show(6);
    c = next(capture);
    CHECK_LEVELS(&c, 5, 5, 6);
    release(&a);
    release(&b);
    release(&c);
    ofs_capture_close(capture);
}

/* All frames that were shown count for the maximum, not only those that were handed out; not those before a reset. */
static void max_of_two(void)
{
    struct ofs_capture_desc desc = describe(1, 1);
    struct ofs_capture *capture;
    struct ofs_frame frame;

    begin();
    desc.plan.max_frames = 2;
    desc.plan.stack = 2;
    capture = open_capture(&desc);
    show(9);
    frame = next(capture);
    CHECK_LEVELS(&frame, 9, 9);
    release(&frame);
    show(5);
    frame = next(capture);
    CHECK_LEVELS(&frame, 9, 9);
    release(&frame);
    show(3);
    show(4);
    frame = next(capture);
    CHECK_LEVELS(&frame, 9, 4);
    release(&frame);
    show(80);
    ofs_capture_reset(capture);
    show(2);
    frame = next(capture);
    CHECK_LEVELS(&frame, 2, 2);
    release(&frame);
    show(1);
    frame = next(capture);
    CHECK_LEVELS(&frame, 2, 2);
    release(&frame);
    ofs_capture_close(capture);
}

/* A reset after the first frame of the episode was shown: it is its own predecessor all the same. */
static void max_reset_late(void)
{
    struct ofs_capture_desc desc = describe(1, 1);
    struct ofs_capture *capture;
    struct ofs_frame frame;

    begin();
    desc.plan.max_frames = 2;
    capture = open_capture(&desc);
    show(90);
    show(10); /* waits, as the maximum of both */
    ofs_capture_reset(capture);
    frame = next(capture);
    CHECK_LEVELS(&frame, 10);
    release(&frame);
    show(70);
    show(5);
    frame = next(capture);
    CHECK_LEVELS(&frame, 70);
    release(&frame);
    ofs_capture_reset(capture); /* after it was handed out */
    frame = latest(capture);
    CHECK_LEVELS(&frame, 5);
    release(&frame);
    show(3);
    frame = next(capture);
    CHECK_LEVELS(&frame, 5);
    release(&frame);
    ofs_capture_close(capture);
}

static void slots(void)
{
    for (uint32_t count = 1; count <= 9; count += 4) {
        struct ofs_capture *capture;
        struct ofs_frame held[9], more = empty_frame();
        unsigned char byte = 0;

        begin();
        capture = open_levels((uint32_t)window.id, 2, count);
        for (uint32_t i = 0; i < count; i++) {
            show((int)i + 1);
            held[i] = next(capture);
        }
        for (int i = 0; i < 20; i++) {
            show(100 + i);
            CHECK_STATUS(ofs_capture_next(capture, 0, &more), OFS_EBUSY, "held");
            CHECK_STATUS(ofs_capture_latest(capture, &more), OFS_EBUSY, "held");
            CHECK_STATUS(ofs_capture_read(capture, 0, &byte, 1, 0, NULL), OFS_EINVAL, "destination"); /* needs 2 */
        }
        for (uint32_t i = 0; i < count; i++)
            CHECK_LEVELS(&held[i], i ? (int)i : 1, (int)i + 1);
        release(&held[0]);
        more = next(capture);
        CHECK_LEVELS(&more, (int)count, 119);
        CHECK(more.skipped == 19);
        release(&more);
        for (uint32_t i = 1; i < count; i++)
            release(&held[i]);
        ofs_capture_close(capture);
        window_close(&window);
    }
}

static void held_after_close(void)
{
    struct ofs_capture *capture, *other;
    struct ofs_frame held[3];

    begin();
    capture = open_levels(0, 2, 3);
    other = open_levels(0, 2, 3);
    for (int i = 0; i < 3; i++) {
        show(i + 1);
        held[i] = next(capture);
    }
    ofs_capture_close(capture);
    for (int i = 0; i < 1000; i++) {
        struct ofs_frame frame;
        show(100 + i % 100);
        frame = next(other);
        release(&frame);
    }
    CHECK_LEVELS(&held[0], 1, 1);
    CHECK_LEVELS(&held[1], 1, 2);
    CHECK_LEVELS(&held[2], 2, 3);
    CHECK_STATUS(ofs_frame_wait(&held[0], 0), OFS_OK, NULL);
    for (int i = 0; i < 3; i++) {
        release(&held[i]);
        CHECK_STATUS(ofs_frame_wait(&held[i], 0), OFS_EINVAL, "released");
    }
    ofs_capture_close(other);
}

/* Two captures of one window have stacks and slots of their own. */
static void two_captures(void)
{
    struct ofs_capture *fast, *slow;

    begin();
    fast = open_levels(0, 2, 0);
    slow = open_levels((uint32_t)window.id, 3, 0);
    for (int i = 1; i <= 8; i++) {
        struct ofs_frame a, b;
        show(i);
        a = next(fast);
        if (i == 1 || i == 6)
            CHECK_LEVELS(&a, i, i);
        else
            CHECK_LEVELS(&a, i - 1, i);
        if (i % 2 == 0) {
            b = next(slow);
            CHECK_LEVELS(&b, i > 4 ? i - 4 : 2, i > 2 ? i - 2 : 2, i);
            CHECK(b.skipped == 1 && b.data != a.data);
            release(&b);
        }
        release(&a);
        if (i == 5)
            ofs_capture_reset(fast); /* which does not concern the other one */
    }
    ofs_capture_close(slow);
    ofs_capture_close(fast);
}

const struct scene scenes_frames[] = {
    { "stack", stack },
    { "latest_again", latest_again },
    { "reset", reset },
    { "max_of_two", max_of_two },
    { "max_reset_late", max_reset_late },
    { "slots", slots },
    { "held_after_close", held_after_close },
    { "two_captures", two_captures },
    { NULL, NULL },
};
