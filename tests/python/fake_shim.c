/* A preloaded library that draws nothing: it offers the table that offstage_client looks for, and its frames come when a
 * test says so. So leases, errors, CUDA frames and waits can be tested on every Python, without OpenGL and without a GPU:
 * "CUDA memory" is host memory here, and streams are numbers that are written down. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/table.h"

#define EXPORT     __attribute__((visibility("default")))
#define MAX_SLOTS  16
#define SLOT_BYTES 65536

/* What tests read and set, through ctypes. */
struct fake {
    int32_t status;                                       /* what next, latest and read return, unless it is 0 */
    int32_t leases;                                       /* held now */
    int32_t captures;                                     /* open now */
    int32_t never_waits;                                  /* 1: as if the calling thread drew the window */
    uint64_t frames;                                      /* shown so far */
    uint64_t released_stream, waited_stream, read_stream; /* of the last call */
    uint64_t releases;
};
EXPORT struct fake ofs_fake;

/* A learner that plays this process; its turns are taken when a test says so. */
struct fake_play {
    int32_t played, status; /* status: what report returns, unless it is 0 */
    uint32_t reports, flags;
    double reward;
    char info[1024]; /* of the last report; "" = none */
};
EXPORT struct fake_play ofs_fake_play;
EXPORT const char *ofs_fake_turn(uint32_t kind, uint64_t seed, uint64_t frames);
EXPORT void ofs_fake_show(void);
EXPORT void ofs_fake_delete_at_exit(void (*deleter)(void *), void *tensor);
EXPORT ofs_shim_table_fn ofs_shim_table;

struct ofs_capture {
    struct ofs_capture_desc desc;
    uint64_t handed;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t shown;
static pthread_once_t once = PTHREAD_ONCE_INIT;
/* Leases outlive captures, so slots are the library's. */
static struct slot {
    struct ofs_capture *capture;
    bool used;
    unsigned char data[SLOT_BYTES] __attribute__((aligned(64)));
} slots[MAX_SLOTS];

static void start(void)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&shown, &attributes);
}

/* Show a frame; its pixels are its number. */
EXPORT void ofs_fake_show(void)
{
    pthread_once(&once, start);
    pthread_mutex_lock(&lock);
    ofs_fake.frames++;
    pthread_cond_broadcast(&shown);
    pthread_mutex_unlock(&lock);
}

static size_t item_bytes(uint32_t dtype) { return dtype == OFS_DTYPE_UINT8 ? 1 : dtype == OFS_DTYPE_FLOAT32 ? 4 : 2; }

static enum ofs_status fail(enum ofs_status status, char *why, size_t why_bytes, const char *text)
{
    snprintf(why, why_bytes, "%s", text);
    return status;
}

static void describe(const struct ofs_capture *capture, struct ofs_frame *frame)
{
    const struct ofs_plan_desc *plan = &capture->desc.plan;
    int64_t channels = plan->stack * (plan->color == OFS_COLOR_GRAY ? 1 : 3);
    int64_t height = plan->height_px ? plan->height_px : 6, width = plan->width_px ? plan->width_px : 10;
    bool chw = plan->layout == OFS_LAYOUT_CHW;
    memset(frame, 0, sizeof *frame);
    frame->struct_size = sizeof *frame;
    frame->device = capture->desc.device == OFS_DEVICE_CUDA ? 0 : capture->desc.device;
    frame->dtype = plan->dtype;
    frame->ndim = 3;
    memcpy(frame->shape, chw ? (int64_t[]){ channels, height, width } : (int64_t[]){ height, width, channels },
           sizeof frame->shape);
    memcpy(frame->strides, (int64_t[]){ frame->shape[1] * frame->shape[2], frame->shape[2], 1 }, sizeof frame->strides);
    frame->bytes = (size_t)(channels * height * width) * item_bytes(plan->dtype);
}

static void fill(const struct ofs_frame *frame, uint64_t number, void *data)
{
    size_t count = frame->bytes / item_bytes(frame->dtype);
    float value = (float)(number % 256);
    if (frame->dtype == OFS_DTYPE_FLOAT32)
        for (size_t i = 0; i < count; i++)
            ((float *)data)[i] = value;
    else /* the half-precision types: zeros and ones, whose bits are known */
        memset(data, frame->dtype == OFS_DTYPE_UINT8 ? (int)(number % 256) : 0, frame->bytes);
}

static void info(struct ofs_info *out)
{
    out->loaded = 1;
    snprintf(out->version, sizeof out->version, "fake");
    snprintf(out->gl_renderer, sizeof out->gl_renderer, "none\xff"); /* not UTF-8: drivers may say anything */
    out->frames = ofs_fake.frames;
}

static enum ofs_status list_windows(struct ofs_window_info *out, uint32_t capacity, uint32_t *count)
{
    *count = 100; /* more than a caller makes room for at first */
    for (uint32_t i = 0; i < 100 && i < capacity; i++)
        out[i] =
            (struct ofs_window_info){ .window = 1000 + i, .width_px = 20, .height_px = 10, .frames = ofs_fake.frames };
    return OFS_OK;
}

static enum ofs_status capture_open(const struct ofs_capture_desc *desc, struct ofs_capture **capture_out, char *why,
                                    size_t why_bytes)
{
    struct ofs_capture *capture;
    pthread_once(&once, start);
    if (desc->struct_size != sizeof *desc || desc->plan.struct_size != sizeof desc->plan)
        return fail(OFS_EINVAL, why, why_bytes, "struct_size");
    if (desc->device > 0)
        return fail(OFS_ENODEV, why, why_bytes, "there is only cuda:0");
    if (desc->plan.crop_width_px > 1000)
        return fail(OFS_EINVAL, why, why_bytes, "the crop is too wide");
    capture = calloc(1, sizeof *capture);
    capture->desc = *desc;
    capture->handed = ofs_fake.frames;
    ofs_fake.captures++;
    *capture_out = capture;
    return OFS_OK;
}

static void capture_close(struct ofs_capture *capture)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < MAX_SLOTS; i++)
        if (slots[i].capture == capture)
            slots[i].capture = NULL;
    ofs_fake.captures--;
    pthread_mutex_unlock(&lock);
    free(capture);
}

/* With the lock held: fill a slot and lease it. */
static enum ofs_status lease(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    uint32_t held = 0;
    struct slot *slot = NULL;
    for (int i = 0; i < MAX_SLOTS; i++) {
        held += slots[i].used && slots[i].capture == capture;
        if (!slots[i].used)
            slot = &slots[i];
    }
    if (!slot || held >= capture->desc.slots)
        return fail(OFS_EBUSY, why, why_bytes, "every slot is held");
    describe(capture, frame);
    frame->window = 0x20;
    frame->sequence = ofs_fake.frames;
    frame->skipped = ofs_fake.frames > capture->handed ? ofs_fake.frames - capture->handed - 1 : 0;
    frame->time_ns = 1;
    frame->source_width_px = 10;
    frame->source_height_px = 6;
    frame->data = slot->data;
    frame->lease = slot;
    capture->handed = ofs_fake.frames;
    slot->used = true;
    slot->capture = capture;
    fill(frame, ofs_fake.frames, slot->data);
    ofs_fake.leases++;
    return OFS_OK;
}

static enum ofs_status capture_next(struct ofs_capture *capture, uint64_t timeout_ns, struct ofs_frame *frame,
                                    char *why, size_t why_bytes)
{
    struct timespec until;
    enum ofs_status status = OFS_OK;
    if (ofs_fake.status)
        return fail(ofs_fake.status, why, why_bytes, "as the test wants it");
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)(timeout_ns % 1000000000u);
    until.tv_sec += (time_t)(timeout_ns / 1000000000u) + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&lock);
    while (status == OFS_OK && capture->handed == ofs_fake.frames)
        if (timeout_ns == 0 || ofs_fake.never_waits || pthread_cond_timedwait(&shown, &lock, &until) == ETIMEDOUT)
            status = OFS_ETIMEDOUT;
    if (status == OFS_ETIMEDOUT)
        snprintf(why, why_bytes, "nothing came within %.3g s: has it stopped drawing?", (double)timeout_ns / 1e9);
    if (status == OFS_OK)
        status = lease(capture, frame, why, why_bytes);
    pthread_mutex_unlock(&lock);
    return status;
}

static enum ofs_status capture_latest(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    enum ofs_status status;
    if (ofs_fake.status)
        return fail(ofs_fake.status, why, why_bytes, "as the test wants it");
    if (ofs_fake.frames == 0)
        return fail(OFS_EAGAIN, why, why_bytes, "none yet");
    pthread_mutex_lock(&lock);
    status = lease(capture, frame, why, why_bytes);
    pthread_mutex_unlock(&lock);
    return status;
}

static void frame_release(struct ofs_frame *frame, uintptr_t stream)
{
    struct slot *slot = frame->lease;
    if (!slot)
        return;
    pthread_mutex_lock(&lock);
    slot->used = false;
    slot->capture = NULL;
    memset(slot->data, 0xdd, 16); /* whoever still looks at it sees this */
    ofs_fake.leases--;
    ofs_fake.releases++;
    ofs_fake.released_stream = stream;
    frame->lease = NULL;
    pthread_mutex_unlock(&lock);
}

static enum ofs_status capture_read(struct ofs_capture *capture, uint64_t timeout_ns, void *data, size_t bytes,
                                    uintptr_t stream, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    enum ofs_status status = capture_next(capture, timeout_ns, frame, why, why_bytes);
    if (status != OFS_OK)
        return status;
    if (bytes >= frame->bytes)
        memcpy(data, frame->data, frame->bytes);
    else
        status = fail(OFS_EINVAL, why, why_bytes, "too small");
    ofs_fake.read_stream = stream;
    frame_release(frame, stream);
    return status;
}

static void capture_reset(struct ofs_capture *capture) {}

static void capture_discard(struct ofs_capture *capture) {}

static enum ofs_status capture_shape(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    describe(capture, frame);
    if (capture->desc.plan.width_px == 0 && capture->handed == 0)
        return fail(OFS_EINVAL, why, why_bytes, "no frame has come yet");
    return OFS_OK;
}

static enum ofs_status frame_wait(const struct ofs_frame *frame, uintptr_t stream, char *why, size_t why_bytes)
{
    ofs_fake.waited_stream = stream;
    return stream == 666 ? fail(OFS_EIO, why, why_bytes, "no such stream") : OFS_OK;
}

static ofs_turn_fn *turn_call;
static void *turn_context;

static void on_turn(ofs_turn_fn *call, void *context)
{
    turn_call = call;
    turn_context = context;
}

EXPORT const char *ofs_fake_turn(uint32_t kind, uint64_t seed, uint64_t frames)
{
    const struct ofs_turn turn = { .struct_size = sizeof turn, .kind = kind, .seed = seed, .frames = frames };
    return turn_call ? turn_call(turn_context, &turn) : "nothing is called";
}

static int played(void) { return ofs_fake_play.played; }

static enum ofs_status report(const struct ofs_report *given, char *why, size_t why_bytes)
{
    if (ofs_fake_play.status)
        return fail(ofs_fake_play.status, why, why_bytes, "as the test wants it");
    ofs_fake_play.reports++;
    ofs_fake_play.flags = given->flags;
    ofs_fake_play.reward = given->reward;
    snprintf(ofs_fake_play.info, sizeof ofs_fake_play.info, "%s", given->info ? given->info : "");
    return OFS_OK;
}

EXPORT const struct ofs_shim_table *ofs_shim_table(uint32_t version)
{
    static const struct ofs_shim_table table = {
        .size = sizeof table,
        .info = info,
        .windows = list_windows,
        .capture_open = capture_open,
        .capture_close = capture_close,
        .capture_next = capture_next,
        .capture_latest = capture_latest,
        .capture_read = capture_read,
        .capture_reset = capture_reset,
        .capture_shape = capture_shape,
        .frame_release = frame_release,
        .frame_wait = frame_wait,
        .capture_discard = capture_discard,
        .report = report,
        .on_turn = on_turn,
        .played = played,
    };
    return version == OFS_SHIM_TABLE_VERSION ? &table : NULL;
}

/* A deleter that a consumer calls when Python has ended. */
static void (*late_deleter)(void *);
static void *late_tensor;

static void delete_late(void)
{
    late_deleter(late_tensor);
    printf("leases after the end: %d\n", ofs_fake.leases);
    fflush(stdout);
}

EXPORT void ofs_fake_delete_at_exit(void (*deleter)(void *), void *tensor)
{
    late_deleter = deleter;
    late_tensor = tensor;
    atexit(delete_late);
}
