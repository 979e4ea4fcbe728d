/* Bad input of every kind that offstage.h names, and destinations between guard pages. Errors say what is wrong, and change
 * nothing. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "rig.h"

/* -- the description ----------------------------------------------------------------------------------------------- */

#define BAD(word, ...)                                                          \
    do {                                                                        \
        struct ofs_capture_desc desc = describe(8, 8);                          \
        struct ofs_plan_desc *plan = &desc.plan;                                \
        struct ofs_capture *capture = untouched;                                \
        (void)plan;                                                             \
        __VA_ARGS__;                                                            \
        CHECK_STATUS(ofs_capture_open(&desc, &capture), OFS_EINVAL, (word));    \
        CHECK(capture == untouched);                                            \
    } while (0)

static void bad_descriptions(void)
{
    struct ofs_capture *const untouched = (struct ofs_capture *)(void *)&dpy;
    struct ofs_capture *out = NULL;
    struct ofs_capture_desc good = describe(8, 8);

    CHECK_STATUS(ofs_capture_open(NULL, &out), OFS_EINVAL, "NULL");
    CHECK_STATUS(ofs_capture_open(&good, NULL), OFS_EINVAL, "NULL");
    BAD("struct_size", desc.struct_size = 0);
    BAD("struct_size", desc.struct_size--);
    BAD("struct_size", desc.struct_size++);
    BAD("struct_size", desc.struct_size = UINT32_MAX);
    BAD("device", desc.device = -3);
    BAD("device", desc.device = INT32_MIN);
    BAD("slots", desc.slots = 1025);
    BAD("slots", desc.slots = UINT32_MAX);
    BAD("struct_size", plan->struct_size = 0);
    BAD("struct_size", plan->struct_size += 4);
    BAD("crop", plan->crop_x_px = 1);
    BAD("crop", plan->crop_y_px = 1);
    BAD("crop", plan->crop_width_px = 1);
    BAD("crop", plan->crop_height_px = 1);
    BAD("crop", plan->crop_width_px = plan->crop_height_px = 16385);
    BAD("crop", plan->crop_width_px = plan->crop_height_px = 1, plan->crop_x_px = 16384);
    BAD("crop", plan->crop_width_px = plan->crop_height_px = 1, plan->crop_x_px = UINT32_MAX);
    BAD("crop", plan->crop_width_px = plan->crop_height_px = 2, plan->crop_y_px = UINT32_MAX);
    BAD("crop", plan->crop_width_px = plan->crop_height_px = UINT32_MAX, plan->crop_y_px = 1);
    BAD("output size", plan->width_px = 0);
    BAD("output size", plan->height_px = 0);
    BAD("output size", plan->width_px = 8193);
    BAD("output size", plan->height_px = UINT32_MAX);
    BAD("color", plan->color = 2);
    BAD("filter", plan->filter = 3);
    BAD("layout", plan->layout = 2);
    BAD("dtype", plan->dtype = 4);
    BAD("flip", plan->flip = 4);
    BAD("stack", plan->stack = 65);
    BAD("stack", plan->stack = UINT32_MAX);
    BAD("max_frames", plan->max_frames = 3);
    BAD("scale", plan->scale = 2);
    BAD("offset", plan->offset = 1);
    BAD("scale", plan->scale = 1, plan->offset = -1);
    BAD("scale", plan->dtype = OFS_DTYPE_FLOAT32, plan->scale = NAN);
    BAD("offset", plan->dtype = OFS_DTYPE_FLOAT16, plan->offset = INFINITY);
    BAD("scale", plan->scale = NAN);
}

/* What a capture ignores, and the ends of every range. */
static void good_descriptions(void)
{
    struct ofs_capture_desc desc = describe(8, 8);
    struct ofs_frame shape = empty_frame();
    struct ofs_capture *capture;

    desc.plan.source_width_px = 99999;
    desc.plan.source_height_px = 0;
    desc.plan.source_format = 77;
    ofs_capture_close(open_capture(&desc));
    desc = describe(1, 8192);
    desc.plan.stack = 64;
    desc.plan.flip = 3;
    desc.plan.crop_width_px = desc.plan.crop_height_px = 16384;
    desc.slots = 1024;
    ofs_capture_close(open_capture(&desc));
    desc = describe(0, 0);
    desc.plan.crop_width_px = 7;
    desc.plan.crop_height_px = 5;
    desc.plan.color = OFS_COLOR_RGB;
    desc.plan.layout = OFS_LAYOUT_HWC;
    desc.plan.stack = 3;
    capture = open_capture(&desc);
    CHECK_STATUS(ofs_capture_shape(capture, &shape), OFS_OK, NULL); /* the crop's size is known beforehand */
    CHECK(shape.shape[0] == 5 && shape.shape[1] == 7 && shape.shape[2] == 9 && shape.bytes == 315);
    CHECK(shape.device == OFS_DEVICE_CPU && shape.ndim == 3 && shape.dtype == OFS_DTYPE_UINT8);
    ofs_capture_close(capture);
}

/* A device that is not there. */
static void bad_devices(void)
{
    static const int32_t devices[] = { 0, 63, 1000000, INT32_MAX, OFS_DEVICE_CUDA };
    for (size_t i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        struct ofs_capture_desc desc = describe(8, 8);
        struct ofs_capture *capture = NULL;
        enum ofs_status status;
        desc.device = devices[i];
        status = ofs_capture_open(&desc, &capture);
        if (status == OFS_OK) { /* it is there */
            CHECK(devices[i] < 64 && capture);
            ofs_capture_close(capture);
        } else {
            CHECK(status == OFS_ENODEV || status == OFS_ENOSYS);
            CHECK(ofs_last_error()[0] != '\0' && !capture);
        }
    }
}

/* -- handles and frames -------------------------------------------------------------------------------------------- */

static void bad_arguments(void)
{
    struct window window;
    struct ofs_capture *capture;
    struct ofs_frame frame = empty_frame(), before;
    struct ofs_info info = { .struct_size = sizeof info - 1 };
    struct ofs_window_info row;
    unsigned char byte = 42;

    window_open(&window, COMPAT, true, 10, 10);
    capture = open_levels(0, 1, 0);
    show_level(&window, 1);
    CHECK_STATUS(ofs_capture_next(NULL, 0, &frame), OFS_EINVAL, "NULL");
    CHECK_STATUS(ofs_capture_next(capture, 0, NULL), OFS_EINVAL, "NULL");
    CHECK_STATUS(ofs_capture_latest(NULL, &frame), OFS_EINVAL, "NULL");
    CHECK_STATUS(ofs_capture_latest(capture, NULL), OFS_EINVAL, "NULL");
    CHECK_STATUS(ofs_capture_read(NULL, 0, &byte, 1, 0, NULL), OFS_EINVAL, "NULL");
    CHECK_STATUS(ofs_capture_read(capture, 0, NULL, 1, 0, NULL), OFS_EINVAL, "NULL");
    CHECK_STATUS(ofs_capture_shape(NULL, &frame), OFS_EINVAL, NULL);
    CHECK_STATUS(ofs_capture_shape(capture, NULL), OFS_EINVAL, NULL);
    CHECK_STATUS(ofs_frame_wait(NULL, 0), OFS_EINVAL, NULL);
    CHECK_STATUS(ofs_frame_wait(&frame, 0), OFS_EINVAL, "released");
    ofs_frame_release(NULL, 0);
    ofs_frame_release(&frame, 0);
    ofs_capture_close(NULL);
    ofs_capture_reset(NULL);
    frame.struct_size = 8;
    memset(&frame.sequence, 0x5a, sizeof frame - offsetof(struct ofs_frame, sequence));
    before = frame;
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_EINVAL, "struct_size");
    CHECK_STATUS(ofs_capture_latest(capture, &frame), OFS_EINVAL, "struct_size");
    CHECK_STATUS(ofs_capture_read(capture, 0, &byte, 1, 0, &frame), OFS_EINVAL, "struct_size");
    CHECK_STATUS(ofs_capture_shape(capture, &frame), OFS_EINVAL, NULL);
    CHECK(memcmp(&frame, &before, sizeof frame) == 0 && byte == 42);
    CHECK_STATUS(ofs_windows(NULL, 1, &(uint32_t){ 0 }), OFS_EINVAL, NULL);
    CHECK_STATUS(ofs_windows(&row, 1, NULL), OFS_EINVAL, NULL);
    CHECK_STATUS(ofs_info_get(NULL), OFS_EINVAL, NULL);
    CHECK_STATUS(ofs_info_get(&info), OFS_EINVAL, "struct_size");
    CHECK(strcmp(ofs_status_name(OFS_EBUSY), "OFS_EBUSY") == 0 && ofs_status_name((enum ofs_status)77) != NULL);
    /* After all that the frame is still there. */
    CHECK_STATUS(ofs_capture_read(capture, 0, &byte, 1, 0, NULL), OFS_OK, NULL);
    CHECK(byte == 1 && ofs_last_error()[0] == '\0');
    ofs_capture_close(capture);
}

/* -- destinations -------------------------------------------------------------------------------------------------- */

/* `bytes` that end, or begin, at memory that must not be touched. */
static unsigned char *guarded(size_t bytes, bool at_end)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (bytes + page - 1) / page * page;
    unsigned char *memory = mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory + page, room, PROT_READ | PROT_WRITE) != 0)
        give_up("no memory");
    return memory + page + (at_end ? room - bytes : 0);
}

static bool all(const unsigned char *data, size_t bytes, int value)
{
    for (size_t i = 0; i < bytes; i++)
        if (data[i] != value)
            return false;
    return true;
}

static void destinations(void)
{
    struct window window;
    struct ofs_capture_desc desc = describe(7, 5);
    struct ofs_capture *capture;
    size_t bytes = 7 * 5 * 3 * 3;

    window_open(&window, COMPAT, true, 31, 23);
    desc.plan.color = OFS_COLOR_RGB;
    desc.plan.stack = 3;
    capture = open_capture(&desc);
    for (int i = 0; i < 4; i++) {
        unsigned char *data = guarded(bytes, i % 2);
        struct ofs_frame frame = empty_frame(), before;
        memset(data, 0xee, bytes);
        show_level(&window, 10 + i);
        before = frame;
        CHECK_STATUS(ofs_capture_read(capture, 0, data, bytes - 1, 0, &frame), OFS_EINVAL, "315");
        CHECK_STATUS(ofs_capture_read(capture, 0, data, 0, 0, &frame), OFS_EINVAL, "0 bytes");
        CHECK(all(data, bytes, 0xee) && memcmp(&frame, &before, sizeof frame) == 0);
        CHECK_STATUS(ofs_capture_read(capture, 0, data, bytes, 0, &frame), OFS_OK, NULL);
        CHECK(frame.data == data && frame.bytes == bytes && all(data + bytes / 3 * 2, bytes / 3, 10 + i));
        show_level(&window, 20 + i);
        CHECK_STATUS(ofs_capture_read(capture, 0, data, bytes, 0, NULL), OFS_OK, NULL);
    }
    ofs_capture_close(capture);
    /* The size is the window's, and grew: nothing is written. */
    desc = describe(0, 0);
    capture = open_capture(&desc);
    for (int i = 0; i < 3; i++) {
        unsigned char *data = guarded((size_t)(10 + i) * 10, true);
        window_resize(&window, 10 + i, 10);
        show_level(&window, 30 + i);
        memset(data, 0xee, (size_t)(10 + i) * 10);
        CHECK_STATUS(ofs_capture_read(capture, 0, data, (size_t)(10 + i) * 10 - 1, 0, NULL), OFS_EINVAL, "destination");
        CHECK(all(data, (size_t)(10 + i) * 10 - 1, 0xee));
        show_level(&window, 30 + i);
        CHECK_STATUS(ofs_capture_read(capture, 0, data, (size_t)(10 + i) * 10, 0, NULL), OFS_OK, NULL);
        CHECK(all(data, (size_t)(10 + i) * 10, 30 + i));
    }
    ofs_capture_close(capture);
}

/* ofs_preprocess reads nothing outside the picture, whichever way its rows go, and writes nothing outside the result. */
static void preprocess(void)
{
    for (int i = 0; i < 400; i++) {
        uint32_t width = 1 + dice(40), height = 1 + dice(30);
        size_t row = (size_t)width * 4, picture = row * height, bytes;
        struct ofs_plan_desc plan = { .struct_size = sizeof plan, .source_width_px = width, .source_height_px = height };
        unsigned char *pixels = guarded(picture, i % 2), *out;
        bool upside_down = i % 3 == 0;

        plan.width_px = 1 + dice(50);
        plan.height_px = 1 + dice(50);
        plan.color = dice(2);
        plan.filter = dice(3);
        plan.layout = dice(2);
        plan.dtype = dice(4);
        plan.flip = dice(4);
        bytes = (size_t)plan.width_px * plan.height_px * (plan.color ? 3 : 1) * (const size_t[]){ 1, 2, 2, 4 }[plan.dtype];
        bytes += i % 5 ? 0 : 1;
        out = guarded(bytes, (bytes & 3) == 0);
        memset(pixels, 0x40, picture);
        CHECK_STATUS(ofs_preprocess(&plan, upside_down ? pixels + picture - row : pixels,
                                    upside_down ? -(ptrdiff_t)row : (ptrdiff_t)row, out, bytes),
                     OFS_OK, NULL);
        if (plan.dtype == OFS_DTYPE_UINT8)
            CHECK(all(out, bytes - (i % 5 == 0), 0x40));
        memset(out, 0xee, bytes);
        CHECK_STATUS(ofs_preprocess(&plan, pixels, (ptrdiff_t)row, out, bytes - 1 - (i % 5 == 0)), OFS_EINVAL, "destination");
        CHECK_STATUS(ofs_preprocess(&plan, pixels, (ptrdiff_t)row - 1, out, bytes), OFS_EINVAL, "pitch");
        CHECK_STATUS(ofs_preprocess(&plan, pixels, 0, out, bytes), OFS_EINVAL, "pitch");
        plan.stack = 2;
        CHECK_STATUS(ofs_preprocess(&plan, pixels, (ptrdiff_t)row, out, bytes), OFS_EINVAL, "stack");
        plan.stack = 0;
        plan.max_frames = 2;
        CHECK_STATUS(ofs_preprocess(&plan, pixels, (ptrdiff_t)row, out, bytes), OFS_EINVAL, "max_frames");
        plan.max_frames = 0;
        plan.source_width_px = 0;
        CHECK_STATUS(ofs_preprocess(&plan, pixels, (ptrdiff_t)row, out, bytes), OFS_EINVAL, "source size");
        CHECK(all(out, bytes, 0xee));
        CHECK_STATUS(ofs_preprocess(NULL, pixels, (ptrdiff_t)row, out, bytes), OFS_EINVAL, "NULL");
        CHECK_STATUS(ofs_preprocess(&plan, NULL, (ptrdiff_t)row, out, bytes), OFS_EINVAL, "NULL");
        CHECK_STATUS(ofs_preprocess(&plan, pixels, (ptrdiff_t)row, NULL, bytes), OFS_EINVAL, "NULL");
    }
}

/* -- errno --------------------------------------------------------------------------------------------------------- */

#define KEEPS(...)              \
    do {                        \
        errno = 12345;          \
        (void)(__VA_ARGS__);    \
        CHECK(errno == 12345);  \
    } while (0)

static void keeps_errno(void)
{
    struct window window;
    struct ofs_capture_desc desc = describe(1, 1), bad = describe(1, 0), cuda = desc;
    struct ofs_capture *capture = NULL;
    struct ofs_frame frame = empty_frame();
    struct ofs_info info = { .struct_size = sizeof info };
    struct ofs_window_info row;
    uint32_t count;
    unsigned char byte;
    struct ofs_plan_desc huge = { .struct_size = sizeof huge, .source_width_px = 16384, .source_height_px = 16384 };

    cuda.device = 5;
    window_open(&window, COMPAT, true, 10, 10);
    KEEPS(ofs_info_get(&info));
    KEEPS(ofs_info_get(NULL));
    KEEPS(ofs_capture_open(&bad, &capture));
    KEEPS(ofs_capture_open(&cuda, &capture));
    KEEPS(ofs_capture_open(&desc, &capture));
    KEEPS(ofs_capture_next(capture, 1000000, &frame));
    errno = 12345;
    show_level(&window, 3);
    CHECK(errno == 12345);
    KEEPS(ofs_capture_next(capture, 0, &frame));
    KEEPS(ofs_capture_next(capture, 0, &(struct ofs_frame){ .struct_size = sizeof frame }));
    KEEPS(ofs_capture_latest(capture, &(struct ofs_frame){ .struct_size = 1 }));
    KEEPS(ofs_frame_wait(&frame, 0));
    KEEPS(ofs_frame_release(&frame, 0));
    show_level(&window, 4);
    KEEPS(ofs_capture_read(capture, 0, &byte, 1, 0, NULL));
    KEEPS(ofs_capture_shape(capture, &frame));
    KEEPS(ofs_windows(&row, 1, &count));
    KEEPS(ofs_capture_reset(capture));
    KEEPS(ofs_capture_close(capture));
    KEEPS(ofs_preprocess(&huge, &byte, 16384 * 4, &byte, 1));
    KEEPS(ofs_last_error());
    KEEPS(ofs_status_name(OFS_OK));
}

/* -- info ---------------------------------------------------------------------------------------------------------- */

static void info(void)
{
    struct window window;
    struct ofs_info before = { .struct_size = sizeof before }, after = before;
    struct ofs_capture *capture = open_levels(0, 1, 0);

    CHECK_STATUS(ofs_info_get(&before), OFS_OK, NULL);
    CHECK(before.loaded == 1 && before.version[0] && before.kernels[0] && before.frames == 0);
    CHECK(!before.gl_renderer[0] && !before.readback[0]);
    window_open(&window, CORE, true, 10, 10);
    show_level(&window, 1);
    show_level(&window, 2);
    ofs_frame_release(&(struct ofs_frame){ .struct_size = sizeof(struct ofs_frame) }, 0);
    CHECK_STATUS(ofs_info_get(&after), OFS_OK, NULL);
    CHECK(after.frames == 2 && strcmp(after.gl_version, (const char *)glGetString(GL_VERSION)) == 0);
    CHECK(strcmp(after.gl_renderer, (const char *)glGetString(GL_RENDERER)) == 0);
    CHECK(strcmp(after.gl_vendor, (const char *)glGetString(GL_VENDOR)) == 0);
    CHECK(after.device[0] && after.reason[0] && after.readback[0]);
    ofs_capture_close(capture);
}

const struct scene scenes_input[] = {
    { "bad_descriptions", bad_descriptions }, { "good_descriptions", good_descriptions },
    { "bad_devices", bad_devices },           { "bad_arguments", bad_arguments },
    { "destinations", destinations },         { "preprocess", preprocess },
    { "keeps_errno", keeps_errno },           { "info", info },
    { NULL, NULL },
};
