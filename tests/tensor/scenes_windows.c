/* Which window a capture is of: the largest, one by its id, one that is resized, one that is gone. */
#include "rig.h"

static struct ofs_frame next(struct ofs_capture *capture)
{
    struct ofs_frame frame = empty_frame();
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
    return frame;
}

static void none(struct ofs_capture *capture, enum ofs_status status)
{
    struct ofs_frame frame = empty_frame();
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), status, NULL);
    CHECK(!frame.lease);
}

static void show_on(const struct window *window, int level)
{
    window_bind(window);
    show_level(window, level);
}

static void two_windows(void)
{
    struct window small, large;
    struct ofs_capture *largest, *of_small;
    struct ofs_window_info rows[4];
    struct ofs_frame frame;
    uint32_t count = 99;

    window_open(&small, COMPAT, true, 20, 20);
    window_open(&large, CORE, true, 40, 30);
    CHECK_STATUS(ofs_windows(rows, 4, &count), OFS_OK, NULL);
    CHECK(count == 0);
    largest = open_levels(0, 1, 0);
    of_small = open_levels((uint32_t)small.id, 1, 0);
    show_on(&small, 1); /* the only one that has drawn */
    frame = next(largest);
    CHECK(frame.window == small.id && frame.source_width_px == 20);
    CHECK_LEVELS(&frame, 1);
    ofs_frame_release(&frame, 0);
    show_on(&large, 2);
    frame = next(largest);
    CHECK(frame.window == large.id && frame.sequence == 1);
    CHECK_LEVELS(&frame, 2);
    ofs_frame_release(&frame, 0);
    show_on(&small, 3);
    none(largest, OFS_ETIMEDOUT);
    frame = next(of_small);
    CHECK(frame.window == small.id && frame.sequence == 2 && frame.skipped == 1);
    CHECK_LEVELS(&frame, 3);
    ofs_frame_release(&frame, 0);
    CHECK_STATUS(ofs_windows(rows, 4, &count), OFS_OK, NULL);
    CHECK(count == 2 && rows[0].window == large.id && rows[1].window == small.id);
    CHECK(rows[0].width_px == 40 && rows[0].height_px == 30 && rows[0].frames == 1 && rows[1].frames == 2);
    rows[1].window = 7;
    CHECK_STATUS(ofs_windows(rows, 1, &count), OFS_OK, NULL);
    CHECK(count == 2 && rows[1].window == 7);
    CHECK_STATUS(ofs_windows(NULL, 0, &count), OFS_OK, NULL);
    window_bind(&small);
    window_resize(&small, 100, 100); /* now it is the largest */
    show_on(&small, 4);
    frame = next(largest);
    CHECK(frame.window == small.id && frame.source_width_px == 100);
    CHECK_LEVELS(&frame, 4);
    ofs_frame_release(&frame, 0);
    show_on(&large, 5);
    none(largest, OFS_ETIMEDOUT);
    frame = next(of_small);
    CHECK_LEVELS(&frame, 4);
    ofs_frame_release(&frame, 0);
    window_close(&small); /* and now the other one is again */
    show_on(&large, 6);
    frame = next(largest);
    CHECK(frame.window == large.id);
    CHECK_LEVELS(&frame, 6);
    ofs_frame_release(&frame, 0);
    none(of_small, OFS_EGONE);
    CHECK_STATUS(ofs_windows(rows, 4, &count), OFS_OK, NULL);
    CHECK(count == 1 && rows[0].window == large.id);
    ofs_capture_close(of_small);
    ofs_capture_close(largest);
}

/* No such window, or not yet one that draws: a capture waits for it. */
static void window_ids(void)
{
    struct window window, other;
    struct ofs_capture *nobody, *early;
    struct ofs_frame frame = empty_frame();

    window_open(&window, COMPAT, true, 20, 20);
    window_open(&other, COMPAT, true, 30, 30);
    nobody = open_levels(0x12345678, 1, 0);
    early = open_levels((uint32_t)window.id, 1, 0);
    show_on(&other, 1);
    CHECK_STATUS(ofs_capture_next(nobody, 1000, &frame), OFS_ETIMEDOUT, "0x12345678");
    CHECK_STATUS(ofs_capture_latest(nobody, &frame), OFS_EAGAIN, NULL);
    none(early, OFS_ETIMEDOUT);
    show_on(&window, 2);
    frame = next(early);
    CHECK_LEVELS(&frame, 2);
    ofs_frame_release(&frame, 0);
    ofs_capture_close(early);
    ofs_capture_close(nobody);
}

/* What waits is handed out, then the window is gone; the next window is a new one. */
static void destroyed(void)
{
    struct window window;
    struct ofs_capture *any, *by_id;
    struct ofs_frame a, b = empty_frame(), any_b = b;

    window_open(&window, COMPAT, true, 20, 20);
    any = open_levels(0, 2, 0);
    by_id = open_levels((uint32_t)window.id, 2, 0);
    show_level(&window, 1);
    a = next(by_id);
    show_level(&window, 2);
    window_close(&window);
    b = next(by_id);
    CHECK_LEVELS(&b, 1, 2);
    ofs_frame_release(&b, 0);
    b = empty_frame();
    CHECK_STATUS(ofs_capture_next(by_id, OFS_WAIT_FOREVER, &b), OFS_EGONE, "closed");
    CHECK_STATUS(ofs_capture_read(by_id, OFS_WAIT_FOREVER, &b, sizeof b, 0, NULL), OFS_EGONE, "closed");
    any_b = next(any);
    ofs_frame_release(&any_b, 0);
    none(any, OFS_EGONE);
    CHECK_STATUS(ofs_capture_latest(any, &b), OFS_OK, NULL); /* it was handed out before, and stays the newest */
    CHECK_LEVELS(&b, 2, 2);
    ofs_frame_release(&b, 0);
    CHECK_LEVELS(&a, 1, 1);
    window_open(&window, CORE, true, 24, 24);
    show_level(&window, 3);
    b = next(any);
    CHECK_LEVELS(&b, 2, 3);
    CHECK(b.window == window.id && b.sequence == 1);
    ofs_frame_release(&b, 0);
    none(by_id, OFS_EGONE);
    ofs_frame_release(&a, 0);
    ofs_capture_close(by_id);
    ofs_capture_close(any);
}

static void take_waiting(struct ofs_capture *capture)
{
    struct ofs_frame frame = next(capture);
    ofs_frame_release(&frame, 0);
}

/* Gone by the ways in which programs end: the context stays current; the connection is closed. */
static void destroyed_otherwise(void)
{
    struct window window;
    struct ofs_capture *capture;
    Display *first = dpy;

    window_open(&window, COMPAT, true, 20, 20);
    capture = open_levels((uint32_t)window.id, 1, 0);
    show_level(&window, 1);
    XDestroyWindow(dpy, window.id);
    XSync(dpy, False);
    glXMakeCurrent(dpy, None, NULL);
    take_waiting(capture);
    none(capture, OFS_EGONE);
    ofs_capture_close(capture);
    dpy = XOpenDisplay(NULL);
    window_open(&window, COMPAT, true, 20, 20);
    capture = open_levels((uint32_t)window.id, 1, 0);
    show_level(&window, 2);
    glXMakeCurrent(dpy, None, NULL);
    XCloseDisplay(dpy);
    dpy = first;
    XSync(dpy, False);
    take_waiting(capture);
    none(capture, OFS_EGONE);
    ofs_capture_close(capture);
}

/* A size of 0 is the window's: observations grow and shrink with it, and what is held stays. */
static void follows(void)
{
    static const int sizes[][2] = { { 20, 10 }, { 31, 17 }, { 31, 17 }, { 5, 40 }, { 20, 10 } };
    struct window window;
    struct ofs_capture_desc desc = describe(0, 0);
    struct ofs_capture *capture;
    struct ofs_frame held[5], shape = empty_frame();

    window_open(&window, COMPAT, true, 20, 10);
    desc.plan.stack = 2;
    capture = open_capture(&desc);
    CHECK_STATUS(ofs_capture_shape(capture, &shape), OFS_EINVAL, "size");
    for (int i = 0; i < 5; i++) {
        int64_t width = sizes[i][0], height = sizes[i][1];
        const unsigned char *data;
        if (width != window.width || height != window.height)
            window_resize(&window, sizes[i][0], sizes[i][1]);
        show_level(&window, i + 1);
        held[i] = next(capture);
        CHECK(held[i].shape[0] == 2 && held[i].shape[1] == height && held[i].shape[2] == width);
        shape = empty_frame();
        CHECK_STATUS(ofs_capture_shape(capture, &shape), OFS_OK, NULL);
        CHECK(shape.bytes == held[i].bytes && memcmp(shape.shape, held[i].shape, sizeof shape.shape) == 0);
        CHECK(!shape.data && !shape.lease && shape.sequence == 0 && shape.struct_size == sizeof shape);
        data = held[i].data;
        /* Another size: another stack. */
        CHECK(data[0] == (i == 2 ? 2 : i + 1) && data[held[i].bytes - 1] == i + 1);
        CHECK(memcmp(data, data + 1, (size_t)(width * height) - 1) == 0);
    }
    for (int i = 0; i < 5; i++) {
        const unsigned char *data = held[i].data;
        CHECK(data[held[i].bytes - 1] == i + 1 && data[held[i].bytes / 2] == i + 1);
        ofs_frame_release(&held[i], 0);
    }
    ofs_capture_close(capture);
}

/* A crop that no longer fits is an error until it fits again; the stack goes on where it was. */
static void crop_fits(void)
{
    struct window window;
    struct ofs_capture_desc desc = describe(1, 1);
    struct ofs_capture *capture;
    struct ofs_frame held, frame = empty_frame();
    unsigned char two[2];

    window_open(&window, COMPAT, true, 40, 40);
    desc.plan.crop_x_px = 10;
    desc.plan.crop_y_px = 12;
    desc.plan.crop_width_px = 30;
    desc.plan.crop_height_px = 28;
    desc.plan.stack = 2;
    capture = open_capture(&desc);
    show_level(&window, 1);
    held = next(capture);
    show_level(&window, 2);
    window_resize(&window, 39, 40);
    show_level(&window, 3);
    frame = next(capture); /* what waited from before */
    CHECK_LEVELS(&frame, 1, 2);
    ofs_frame_release(&frame, 0);
    frame = empty_frame();
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_EINVAL, "39x40");
    CHECK_STATUS(ofs_capture_next(capture, OFS_WAIT_FOREVER, &frame), OFS_EINVAL, "crop");
    CHECK_STATUS(ofs_capture_latest(capture, &frame), OFS_EINVAL, "39x40");
    CHECK_STATUS(ofs_capture_read(capture, 0, two, 2, 0, NULL), OFS_EINVAL, "39x40");
    window_resize(&window, 41, 44);
    show_level(&window, 4);
    frame = next(capture);
    CHECK_LEVELS(&frame, 2, 4);
    CHECK(frame.skipped == 1);
    CHECK_LEVELS(&held, 1, 1);
    ofs_frame_release(&frame, 0);
    ofs_frame_release(&held, 0);
    ofs_capture_close(capture);
}

/* A capture that is opened while others draw, and windows of all kinds in one process. */
static void kinds(void)
{
    struct window windows[4];
    struct ofs_capture *captures[4];

    for (int i = 0; i < 4; i++) {
        window_open(&windows[i], (enum kind)i, i != CORE, 20 + i, 20);
        captures[i] = open_levels((uint32_t)windows[i].id, 2, 0);
    }
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < 4; i++) {
            struct ofs_frame frame;
            show_on(&windows[i], 10 * i + round + 1);
            frame = next(captures[i]);
            CHECK_LEVELS(&frame, 10 * i + (round ? round : 1), 10 * i + round + 1);
            CHECK(frame.source_width_px == 20 + (uint32_t)i);
            ofs_frame_release(&frame, 0);
        }
    for (int i = 0; i < 4; i++)
        ofs_capture_close(captures[i]);
}

const struct scene scenes_windows[] = {
    { "two_windows", two_windows }, { "window_ids", window_ids }, { "destroyed", destroyed },
    { "destroyed_otherwise", destroyed_otherwise }, { "follows", follows }, { "crop_fits", crop_fits },
    { "kinds", kinds }, { NULL, NULL },
};
