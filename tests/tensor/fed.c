/* The core of captures without a program around it, for sanitizers: frames are fed by hand, in memory and by a GL that is
 * pretended, from two threads, while others take, hold, reset, read, open and close.
 *
 *     fed storm | closing | leases        OFFSTAGE_READBACK=pbo leaves one frame in flight */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/readback.h"
#include "fed_gl.h"
#include "tensor/private.h"

#define MAX_SIDE 64

static _Atomic int failures;
static _Atomic bool over;
static _Atomic unsigned taken, opened;
static const struct ofs_shim_table *table;
static struct ofs_capture *shared[2];

#define CHECK(condition)                                                               \
    do {                                                                               \
        if (!(condition) && atomic_fetch_add(&failures, 1) < 20)                       \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
    } while (0)

static unsigned dice(unsigned *seed, unsigned end)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % end;
}

static unsigned char level_of(uint64_t sequence) { return (unsigned char)(1 + sequence % 250); }

/* -- the process around it ----------------------------------------------------------------------------------------- */

static bool software(void) { return true; }

static bool beside(const char *name, char *path, size_t size) { return false; }

static void *open_library(const char *path, int mode) { return NULL; }

static void *find_symbol(void *handle, const char *name) { return NULL; }

static const struct ofs_tensor_host host = {
    .software = software,
    .current_context = fed_gl_context,
    .beside = beside,
    .open_library = open_library,
    .find_symbol = find_symbol,
};

/* One frame of one level, by one of both ways. */
static void show(uint32_t window, uint64_t sequence, uint32_t width, uint32_t height, bool by_gl, bool largest)
{
    static __thread unsigned char pixels[MAX_SIDE * MAX_SIDE * 4];
    struct ofs_shown shown = { .window = window,
                               .width_px = width,
                               .height_px = height,
                               .sequence = sequence,
                               .time_ns = sequence,
                               .largest = largest };

    memset(pixels, level_of(sequence), (size_t)width * height * 4);
    fed_gl_draw(level_of(sequence));
    shown.context = by_gl ? fed_gl_context() : 0;
    shown.bgrx = by_gl ? NULL : pixels;
    shown.pitch_bytes = (size_t)width * 4;
    ofs_tensor_sink()->frame(&shown);
}

/* -- what a frame must look like ----------------------------------------------------------------------------------- */

/* Every place of the stack is of one level, and the newest one is that of the sequence number. */
static void check_frame(const struct ofs_frame *frame, bool exact)
{
    const unsigned char *data = frame->data;
    size_t place = (size_t)(frame->shape[1] * frame->shape[2]), count = (size_t)frame->shape[0];

    CHECK(frame->bytes == place * count);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 1; j < place; j++)
            if (data[i * place + j] != data[i * place]) {
                CHECK(!"a frame is torn");
                return;
            }
    if (exact)
        CHECK(data[(count - 1) * place] == level_of(frame->sequence));
}

static unsigned sum(const struct ofs_frame *frame)
{
    unsigned value = 0;
    for (size_t i = 0; i < frame->bytes; i++)
        value = value * 31 + ((const unsigned char *)frame->data)[i];
    return value;
}

static struct ofs_capture_desc describe(uint32_t width, uint32_t height, uint32_t stack)
{
    return (struct ofs_capture_desc){ .struct_size = sizeof(struct ofs_capture_desc),
                                      .device = OFS_DEVICE_CPU,
                                      .plan = { .struct_size = sizeof(struct ofs_plan_desc),
                                                .width_px = width,
                                                .height_px = height,
                                                .stack = stack } };
}

static struct ofs_capture *open_capture(const struct ofs_capture_desc *desc)
{
    struct ofs_capture *capture = NULL;
    char why[256] = "";
    if (table->capture_open(desc, &capture, why, sizeof why) != OFS_OK) {
        fprintf(stderr, "%s\n", why);
        exit(1);
    }
    return capture;
}

static struct ofs_frame empty_frame(void) { return (struct ofs_frame){ .struct_size = sizeof(struct ofs_frame) }; }

/* -- storm --------------------------------------------------------------------------------------------------------- */

static void *draw(void *argument)
{
    uint32_t window = (uint32_t)(uintptr_t)argument;
    unsigned seed = window, width = 20, height = 20;

    fed_gl_make_current(window);
    for (uint64_t sequence = 1; sequence < 6000 && (sequence < 1500 || taken < 400 || opened < 60); sequence++) {
        if (dice(&seed, 20) == 0) {
            width = 1 + dice(&seed, MAX_SIDE);
            height = 1 + dice(&seed, MAX_SIDE);
        }
        if (dice(&seed, 50) == 0)
            ofs_tensor_sink()->gone(window);
        show(window, sequence, width, height, dice(&seed, 4) != 0, dice(&seed, 3) != 0);
        if (dice(&seed, 10) == 0)
            nanosleep(&(struct timespec){ 0, 200000 }, NULL);
    }
    return NULL;
}

/* Takes by every way, and holds some frames for a while, which must not change. */
static void *consume(void *argument)
{
    unsigned seed = 100 + (unsigned)(uintptr_t)argument, sums[4] = { 0 };
    struct ofs_frame held[4];
    char why[256];

    for (int i = 0; i < 4; i++)
        held[i] = empty_frame();
    for (unsigned at = 0; !over; at = (at + 1) % 4) {
        struct ofs_capture *capture = shared[dice(&seed, 2)];
        bool exact = capture == shared[0];
        enum ofs_status status;
        if (held[at].lease) {
            CHECK(sum(&held[at]) == sums[at]);
            table->frame_release(&held[at], 0);
        }
        held[at] = empty_frame();
        switch (dice(&seed, 4)) {
        case 0:
            status = table->capture_latest(capture, &held[at], why, sizeof why);
            break;
        case 1: {
            unsigned char data[MAX_SIDE * MAX_SIDE * 4];
            struct ofs_frame copy = empty_frame();
            status = table->capture_read(capture, 1000000, data, sizeof data, 0, &copy, why, sizeof why);
            if (status == OFS_OK)
                check_frame(&copy, exact);
            break;
        }
        default:
            status = table->capture_next(capture, dice(&seed, 2) * 3000000ull, &held[at], why, sizeof why);
        }
        CHECK(status == OFS_OK || status == OFS_EAGAIN || status == OFS_ETIMEDOUT || status == OFS_EBUSY ||
              status == OFS_EGONE);
        if (held[at].lease) {
            check_frame(&held[at], exact);
            sums[at] = sum(&held[at]);
        }
        if (status == OFS_OK)
            atomic_fetch_add(&taken, 1);
        if (dice(&seed, 30) == 0)
            table->capture_reset(capture);
        (void)table->capture_shape(capture, &(struct ofs_frame){ .struct_size = sizeof(struct ofs_frame) }, why, sizeof why);
    }
    for (int i = 0; i < 4; i++)
        table->frame_release(&held[i], 0);
    return NULL;
}

/* Captures of its own, of all kinds, which do not live long; their frames outlive them. */
static void *open_and_close(void *argument)
{
    unsigned seed = 200 + (unsigned)(uintptr_t)argument;
    struct ofs_frame kept = empty_frame();
    char why[256];

    while (!over) {
        struct ofs_capture_desc desc = describe(1 + dice(&seed, 9), 1 + dice(&seed, 9), 1 + dice(&seed, 5));
        struct ofs_capture *capture;
        if (dice(&seed, 3) == 0)
            desc.plan.width_px = desc.plan.height_px = 0;
        desc.window = dice(&seed, 3);
        desc.slots = 1 + dice(&seed, 3);
        desc.plan.max_frames = dice(&seed, 3);
        capture = open_capture(&desc);
        for (unsigned i = dice(&seed, 6); i > 0; i--) {
            struct ofs_frame frame = empty_frame();
            if (table->capture_next(capture, 2000000, &frame, why, sizeof why) == OFS_OK)
                check_frame(&frame, desc.plan.max_frames < 2);
            table->frame_release(&kept, 0);
            kept = frame;
        }
        table->capture_close(capture);
        if (kept.lease)
            check_frame(&kept, desc.plan.max_frames < 2);
        atomic_fetch_add(&opened, 1);
    }
    table->frame_release(&kept, 0);
    return NULL;
}

static void storm(void)
{
    struct ofs_capture_desc desc = describe(7, 5, 3);
    pthread_t drawers[2], consumers[3], openers[2];

    desc.slots = 9;
    shared[0] = open_capture(&desc);
    desc = describe(0, 0, 1);
    desc.plan.max_frames = 2;
    desc.slots = 16;
    shared[1] = open_capture(&desc);
    for (uintptr_t i = 0; i < 2; i++)
        pthread_create(&drawers[i], NULL, draw, (void *)(i + 1));
    for (uintptr_t i = 0; i < 3; i++)
        pthread_create(&consumers[i], NULL, consume, (void *)i);
    for (uintptr_t i = 0; i < 2; i++)
        pthread_create(&openers[i], NULL, open_and_close, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(drawers[i], NULL);
    over = true;
    for (int i = 0; i < 3; i++)
        pthread_join(consumers[i], NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(openers[i], NULL);
    CHECK(taken >= 400 && opened >= 60);
    table->capture_close(shared[0]);
    table->capture_close(shared[1]);
}

/* -- closing under threads that wait ------------------------------------------------------------------------------- */

static void *wait_forever(void *argument)
{
    struct ofs_frame frame = empty_frame();
    char why[256];
    CHECK(table->capture_next(argument, OFS_WAIT_FOREVER, &frame, why, sizeof why) == OFS_EINVAL);
    return NULL;
}

static unsigned waiting(struct ofs_capture *capture)
{
    unsigned count;
    pthread_mutex_lock(&capture->lock);
    count = capture->waiting;
    pthread_mutex_unlock(&capture->lock);
    return count;
}

static void *draw_until_over(void *argument)
{
    fed_gl_make_current(9);
    for (uint64_t sequence = 1; !over; sequence++)
        show(9, sequence, 8, 8, sequence % 2, true);
    return NULL;
}

static void closing(void)
{
    struct ofs_capture_desc desc = describe(2, 2, 2), other = desc;
    pthread_t drawer;

    desc.window = 12345; /* never shows anything */
    other.window = 9;
    pthread_create(&drawer, NULL, draw_until_over, NULL);
    for (int round = 0; round < 200; round++) {
        struct ofs_capture *capture = open_capture(&desc), *fed = open_capture(&other);
        struct ofs_frame frame = empty_frame();
        pthread_t threads[3];
        char why[256];
        for (int i = 0; i < 3; i++)
            pthread_create(&threads[i], NULL, wait_forever, capture);
        while (waiting(capture) < 3)
            nanosleep(&(struct timespec){ 0, 50000 }, NULL);
        table->capture_close(capture);
        for (int i = 0; i < 3; i++)
            pthread_join(threads[i], NULL);
        /* And one that is being fed at this moment. */
        (void)table->capture_next(fed, (uint64_t)(round % 3) * 1000000, &frame, why, sizeof why);
        table->capture_close(fed);
        table->frame_release(&frame, 0);
    }
    over = true;
    pthread_join(drawer, NULL);
}

/* -- leases that outlive everything -------------------------------------------------------------------------------- */

static void leases(void)
{
    struct ofs_frame held[64];
    unsigned sums[64];
    char why[256];

    fed_gl_make_current(1);
    for (unsigned i = 0; i < 64; i++) {
        struct ofs_capture_desc desc = describe(0, 0, 1 + i % 4);
        struct ofs_capture *capture;
        desc.slots = 1;
        desc.plan.layout = i / 4 % 2;
        desc.plan.max_frames = 1 + i / 8 % 2;
        capture = open_capture(&desc);
        /* Another size each time, while the frame of the size before is held; the same one from both sides of a reset. */
        for (unsigned size = 1; size < 6; size++) {
            struct ofs_frame again = empty_frame();
            show(1, 10 * i + size, size, 6 - size, i % 3, true);
            if (size > 1)
                table->frame_release(&held[i], 0);
            held[i] = empty_frame();
            CHECK(table->capture_next(capture, 0, &held[i], why, sizeof why) == OFS_OK);
            CHECK(table->capture_latest(capture, &again, why, sizeof why) == OFS_OK && again.data == held[i].data);
            table->capture_reset(capture);
            table->frame_release(&again, 0);
        }
        sums[i] = sum(&held[i]);
        table->capture_close(capture);
    }
    for (unsigned i = 0; i < 64; i++) {
        CHECK(sum(&held[i]) == sums[i]);
        table->frame_release(&held[i], 0);
        table->frame_release(&held[i], 0);
    }
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    ofs_tensor_init(&host);
    ofs_readback_init(fed_gl_proc);
    table = ofs_tensor_table(OFS_SHIM_TABLE_VERSION);
    if (strcmp(name, "storm") == 0)
        storm();
    else if (strcmp(name, "closing") == 0)
        closing();
    else if (strcmp(name, "leases") == 0)
        leases();
    else
        return 2;
    fed_gl_finish();
    return failures > 0;
}
