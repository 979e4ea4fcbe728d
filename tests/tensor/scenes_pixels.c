/* What is captured is what glReadPixels gives just before the swap, put through ofs_preprocess: plans, windows and patterns
 * thrown with dice. Stacks and the maximum of two frames are put together here, by hand. */
#include <stdio.h>

#include "rig.h"

#define MAX_STACK 5

/* One frame of the stack as ofs_preprocess makes it. */
struct expected {
    struct ofs_plan_desc plan;    /* of one frame: stack and max_frames are 1 */
    uint32_t stack, max_frames, handed;
    unsigned char *raw, *previous;      /* pixels of the last two frames that were shown */
    unsigned char *frames[MAX_STACK];   /* handed out, oldest first */
    size_t frame_bytes, item_bytes, source_bytes;
};

static uint32_t side(uint32_t end) { return 1 + (dice(4) ? dice(end) : dice(7)); }

static struct ofs_plan_desc throw_plan(const struct window *window)
{
    struct ofs_plan_desc plan = { .struct_size = sizeof plan };
    uint32_t width = (uint32_t)window->width, height = (uint32_t)window->height;

    if (dice(2)) {
        plan.crop_width_px = 1 + dice(width);
        plan.crop_height_px = 1 + dice(height);
        plan.crop_x_px = dice(width - plan.crop_width_px + 1);
        plan.crop_y_px = dice(height - plan.crop_height_px + 1);
    }
    if (dice(5)) { /* else the size of the crop, or of the window */
        plan.width_px = side(150);
        plan.height_px = side(150);
    }
    plan.color = dice(2);
    plan.filter = dice(3);
    plan.layout = dice(2);
    plan.dtype = dice(4);
    plan.flip = dice(4);
    plan.stack = dice(MAX_STACK + 1);
    plan.max_frames = dice(3);
    if (plan.dtype != OFS_DTYPE_UINT8 && dice(2)) {
        plan.scale = 1.0f / 255;
        plan.offset = (float)dice(3) - 1;
    }
    return plan;
}

static struct expected expect(const struct window *window, const struct ofs_plan_desc *plan)
{
    static const size_t item_bytes[] = { 1, 2, 2, 4 };
    struct expected expected = { .plan = *plan,
                                 .stack = plan->stack ? plan->stack : 1,
                                 .max_frames = plan->max_frames ? plan->max_frames : 1 };

    expected.plan.stack = expected.plan.max_frames = 1;
    expected.plan.source_width_px = (uint32_t)window->width;
    expected.plan.source_height_px = (uint32_t)window->height;
    if (plan->width_px == 0) {
        expected.plan.width_px = plan->crop_width_px ? plan->crop_width_px : (uint32_t)window->width;
        expected.plan.height_px = plan->crop_height_px ? plan->crop_height_px : (uint32_t)window->height;
    }
    expected.item_bytes = item_bytes[plan->dtype];
    expected.frame_bytes = expected.item_bytes * expected.plan.width_px * expected.plan.height_px *
                           (plan->color == OFS_COLOR_RGB ? 3 : 1);
    expected.source_bytes = (size_t)window->width * (size_t)window->height * 4;
    return expected;
}

static void expect_shown(struct expected *expected, unsigned char *take_raw)
{
    free(expected->previous);
    expected->previous = expected->raw;
    expected->raw = take_raw;
}

static void expect_handed_out(struct expected *expected)
{
    unsigned char *pixels = malloc(expected->source_bytes), *frame = malloc(expected->frame_bytes);

    if (!pixels || !frame)
        give_up("out of memory");
    memcpy(pixels, expected->raw, expected->source_bytes);
    for (size_t i = 0; expected->max_frames == 2 && expected->previous && i < expected->source_bytes; i++)
        if (expected->previous[i] > pixels[i])
            pixels[i] = expected->previous[i];
    CHECK_STATUS(ofs_preprocess(&expected->plan, pixels, (ptrdiff_t)expected->plan.source_width_px * 4, frame,
                                expected->frame_bytes),
                 OFS_OK, NULL);
    free(pixels);
    free(expected->frames[0]);
    memmove(expected->frames, expected->frames + 1, (MAX_STACK - 1) * sizeof expected->frames[0]);
    expected->frames[MAX_STACK - 1] = frame;
    if (expected->handed++ == 0)
        for (int i = 0; i < MAX_STACK - 1; i++) {
            expected->frames[i] = malloc(expected->frame_bytes);
            memcpy(expected->frames[i], frame, expected->frame_bytes);
        }
}

static void expect_nothing(struct expected *expected)
{
    free(expected->raw);
    free(expected->previous);
    for (int i = 0; i < MAX_STACK; i++)
        free(expected->frames[i]);
}

/* The observation: CHW has frame after frame, HWC all frames' channels at each pixel. */
static bool same(const struct expected *expected, const unsigned char *data)
{
    uint32_t channels = expected->plan.color == OFS_COLOR_RGB ? 3 : 1;
    size_t group = expected->plan.layout == OFS_LAYOUT_CHW ? expected->frame_bytes : channels * expected->item_bytes;

    for (size_t at = 0; at < expected->frame_bytes; at += group)
        for (uint32_t i = 0; i < expected->stack; i++, data += group)
            if (memcmp(data, expected->frames[MAX_STACK - expected->stack + i] + at, group) != 0)
                return false;
    return true;
}

static bool check_shape(const struct expected *expected, const struct ofs_frame *frame)
{
    const struct ofs_plan_desc *plan = &expected->plan;
    int64_t channels = (int64_t)expected->stack * (plan->color == OFS_COLOR_RGB ? 3 : 1);
    bool hwc = plan->layout == OFS_LAYOUT_HWC;

    return CHECK(frame->bytes == expected->frame_bytes * expected->stack) && CHECK(frame->ndim == 3) &&
           CHECK(frame->dtype == plan->dtype) && CHECK(frame->device == OFS_DEVICE_CPU) &&
           CHECK(frame->shape[hwc ? 2 : 0] == channels) && CHECK(frame->shape[hwc ? 0 : 1] == plan->height_px) &&
           CHECK(frame->shape[hwc ? 1 : 2] == plan->width_px) && CHECK(frame->strides[2] == 1) &&
           CHECK(frame->strides[1] == frame->shape[2]) && CHECK(frame->strides[0] == frame->shape[1] * frame->shape[2]) &&
           CHECK((uintptr_t)frame->data % 4 == 0);
}

/* Some frames, most of which are handed out, by each of the three ways. */
static bool one_plan(const struct window *window)
{
    struct ofs_capture_desc desc = describe(0, 0);
    struct expected expected;
    struct ofs_capture *capture;
    bool good = true;

    desc.plan = throw_plan(window);
    desc.window = dice(2) ? (uint32_t)window->id : 0;
    expected = expect(window, &desc.plan);
    capture = open_capture(&desc);
    for (int i = 0; i < 7 && good; i++) {
        struct ofs_frame frame = empty_frame();
        uint32_t format, way = dice(4);
        unsigned char *copy = NULL;
        pattern(window);
        expect_shown(&expected, read_window(window, &format));
        expected.plan.source_format = format;
        window_show(window);
        if (way == 3)
            continue;
        expect_handed_out(&expected);
        if (way == 0) {
            good = CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
        } else if (way == 1) {
            good = CHECK_STATUS(ofs_capture_latest(capture, &frame), OFS_OK, NULL);
        } else {
            size_t bytes = expected.frame_bytes * expected.stack;
            copy = malloc(bytes);
            good = CHECK_STATUS(ofs_capture_read(capture, 0, copy, bytes, 0, &frame), OFS_OK, NULL) &&
                   CHECK(frame.data == copy) && CHECK(!frame.lease);
        }
        good = good && check_shape(&expected, &frame) && CHECK(same(&expected, frame.data));
        ofs_frame_release(&frame, 0);
        free(copy);
    }
    if (!good) {
        const struct ofs_plan_desc *p = &desc.plan;
        fprintf(stderr,
                "window %dx%d; crop %u,%u %ux%u to %ux%u, color %u filter %u layout %u dtype %u flip %u stack %u max %u\n",
                window->width, window->height, p->crop_x_px, p->crop_y_px, p->crop_width_px, p->crop_height_px, p->width_px,
                p->height_px, p->color, p->filter, p->layout, p->dtype, p->flip, p->stack, p->max_frames);
    }
    ofs_capture_close(capture);
    expect_nothing(&expected);
    return good;
}

static void run(enum kind kind, bool doubled)
{
    static const int sizes[][2] = { { 211, 137 }, { 1, 1 }, { 3, 301 }, { 160, 210 }, { 641, 7 }, { 64, 64 } };
    bool good = true;

    dice_state = 20260 + (uint64_t)kind * 10 + doubled;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0] && good; i++) {
        struct window window;
        window_open(&window, kind, doubled, sizes[i][0], sizes[i][1]);
        for (int plan = 0; plan < 24 && good; plan++)
            good = one_plan(&window);
        CHECK(glGetError() == GL_NO_ERROR);
        window_close(&window);
    }
}

static void pixels_compat(void) { run(COMPAT, true); }
static void pixels_core(void) { run(CORE, true); }
static void pixels_es2(void) { run(ES2, true); }
static void pixels_es3(void) { run(ES3, true); }
/* glFlush shows what was drawn. */
static void pixels_single(void) { run(COMPAT, false); }
static void pixels_single_core(void) { run(CORE, false); }

/* Larger than a strip, so that a frame is read in pieces: 1280 x 720, and one that is all width. */
static void pixels_large(void)
{
    static const int sizes[][2] = { { 1281, 719 }, { 8190, 33 }, { 35, 4001 } };
    for (int i = 0; i < 3; i++) {
        struct window window;
        bool good = true;
        window_open(&window, CORE, true, sizes[i][0], sizes[i][1]);
        for (int plan = 0; plan < 6 && good; plan++)
            good = one_plan(&window);
        window_close(&window);
    }
}

const struct scene scenes_pixels[] = {
    { "pixels_compat", pixels_compat },       { "pixels_core", pixels_core },   { "pixels_es2", pixels_es2 },
    { "pixels_es3", pixels_es3 },             { "pixels_single", pixels_single }, { "pixels_single_core", pixels_single_core },
    { "pixels_large", pixels_large },         { NULL, NULL },
};
