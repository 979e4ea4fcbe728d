/* Open, close, reset, shape. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/private.h"

#define DEFAULT_SLOTS 8u
#define MAX_SLOTS     1024u

const struct ofs_tensor_host *ofs_tensor_host;

void ofs_tensor_init(const struct ofs_tensor_host *host) { ofs_tensor_host = host; }

enum ofs_status ofs_fail(enum ofs_status status, char *why, size_t why_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (why_bytes > 0)
        vsnprintf(why, why_bytes, format, arguments);
    va_end(arguments);
    return status;
}

/* The plan for the largest possible source: the crop may turn out not to fit the window, everything else is checked now.
 * `described` gets what observations will look like, with bytes = 0 where that depends on the window. */
static enum ofs_status check_plan(const struct ofs_plan_desc *desc, struct ofs_frame *described, char *why,
                                  size_t why_bytes)
{
    struct ofs_plan_desc largest = *desc;
    bool own_size = desc->width_px == 0 && desc->height_px == 0 && desc->crop_width_px == 0 && desc->crop_height_px == 0;
    struct ofs_plan *plan;

    largest.source_width_px = largest.source_height_px = OFS_PLAN_MAX_SOURCE_PX;
    largest.source_format = OFS_PIXEL_BGRA8;
    if (own_size)
        largest.width_px = largest.height_px = 1;
    if (ofs_plan_check(&largest, why, why_bytes))
        return OFS_EINVAL;
    plan = ofs_plan_create(&largest, NULL);
    if (!plan)
        return ofs_fail(OFS_ENOMEM, why, why_bytes, "out of memory");
    ofs_frame_describe(plan, described);
    if (own_size)
        described->bytes = 0;
    ofs_plan_destroy(plan);
    return OFS_OK;
}

static enum ofs_status check(const struct ofs_capture_desc *desc, struct ofs_frame *described, char *why, size_t why_bytes)
{
    if (desc->struct_size != sizeof *desc)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "struct_size is %u, and the library expects %zu: set it to sizeof",
                        desc->struct_size, sizeof *desc);
    if (desc->slots > MAX_SLOTS)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "%u slots: between 1 and %u are possible", desc->slots, MAX_SLOTS);
    return check_plan(&desc->plan, described, why, why_bytes);
}

static enum ofs_status open_capture(const struct ofs_capture_desc *desc, bool by_hand, struct ofs_capture **capture_out,
                                    char *why, size_t why_bytes)
{
    struct ofs_frame shape = { .struct_size = sizeof shape };
    struct ofs_capture *capture;
    enum ofs_status status;

    if (!desc || !capture_out)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "a pointer is NULL");
    status = check(desc, &shape, why, why_bytes);
    if (status != OFS_OK)
        return status;
    capture = calloc(1, sizeof *capture);
    if (!capture)
        return ofs_fail(OFS_ENOMEM, why, why_bytes, "out of memory");
    status = ofs_target_open(desc->device, &capture->target, why, why_bytes);
    if (status != OFS_OK) {
        free(capture);
        return status;
    }
    capture->refs = 1;
    capture->generation = ofs_tensor_generation;
    capture->desc = *desc;
    capture->shape = shape;
    capture->shape.device = ofs_target_device(capture->target);
    if (capture->desc.slots == 0)
        capture->desc.slots = DEFAULT_SLOTS;
    if (capture->desc.plan.stack == 0)
        capture->desc.plan.stack = 1;
    if (capture->desc.plan.max_frames == 0)
        capture->desc.plan.max_frames = 1;
    capture->user = ofs_this_thread();
    capture->by_hand = by_hand;
    pthread_mutex_init(&capture->lock, NULL);
    pthread_cond_init(&capture->changed, NULL);
    status = by_hand ? OFS_OK : ofs_captures_add(capture);
    if (status != OFS_OK) {
        ofs_capture_unref(capture);
        return ofs_fail(status, why, why_bytes, "too many captures are open: close those that are not used");
    }
    *capture_out = capture;
    return OFS_OK;
}

enum ofs_status ofs_shim_capture_open(const struct ofs_capture_desc *desc, struct ofs_capture **capture_out, char *why,
                                      size_t why_bytes)
{
    return open_capture(desc, false, capture_out, why, why_bytes);
}

enum ofs_status ofs_tensor_open_fed(const struct ofs_capture_desc *desc, struct ofs_capture **capture_out, char *why,
                                    size_t why_bytes)
{
    return open_capture(desc, true, capture_out, why, why_bytes);
}

void ofs_capture_unref(struct ofs_capture *capture)
{
    if (atomic_fetch_sub(&capture->refs, 1) != 1)
        return;
    ofs_slot_drop(capture->pending.slot);
    ofs_slot_drop(capture->last.slot);
    ofs_plan_set_finish(&capture->set, capture->target);
    ofs_reader_finish(&capture->reader);
    ofs_pbo_finish(&capture->flight.pbo);
    ofs_interop_finish(capture);
    ofs_target_release(capture->target);
    pthread_cond_destroy(&capture->changed);
    pthread_mutex_destroy(&capture->lock);
    free(capture);
}

void ofs_shim_capture_close(struct ofs_capture *capture)
{
    /* In a forked child the parent's locks may be held by threads that do not exist here: leave it all alone. */
    if (!capture || capture->generation != ofs_tensor_generation)
        return;
    pthread_mutex_lock(&capture->lock);
    capture->closed = true;
    pthread_cond_broadcast(&capture->changed);
    pthread_mutex_unlock(&capture->lock);
    ofs_captures_remove(capture);
    ofs_capture_unref(capture);
}

/* With the lock, and no frame being taken; false: there is nothing to change. Referenced, as it may be closed meanwhile. */
static bool begin_change(struct ofs_capture *capture)
{
    if (!capture || capture->generation != ofs_tensor_generation)
        return false;
    atomic_fetch_add(&capture->refs, 1);
    pthread_mutex_lock(&capture->lock);
    while (capture->taking)
        pthread_cond_wait(&capture->changed, &capture->lock);
    return true;
}

static void end_change(struct ofs_capture *capture)
{
    pthread_mutex_unlock(&capture->lock);
    ofs_capture_unref(capture);
}

void ofs_shim_capture_reset(struct ofs_capture *capture)
{
    if (!begin_change(capture))
        return;
    capture->set.has_history = false;
    capture->forget = true;
    end_change(capture);
}

void ofs_shim_capture_discard(struct ofs_capture *capture)
{
    if (!begin_change(capture))
        return;
    ofs_slot_drop(capture->pending.slot);
    capture->pending.slot = NULL;
    capture->trouble = OFS_OK; /* of a frame that is passed over as well */
    capture->discarded = capture->shown;
    end_change(capture);
}

enum ofs_status ofs_shim_capture_shape(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    if (!capture || !frame || frame->struct_size != sizeof *frame)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "no capture, or a struct of another size");
    if (capture->generation != ofs_tensor_generation)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "the capture was opened before fork(): open one in this process");
    pthread_mutex_lock(&capture->lock);
    *frame = capture->shape;
    pthread_mutex_unlock(&capture->lock);
    return frame->bytes ? OFS_OK
                        : ofs_fail(OFS_EINVAL, why, why_bytes,
                                   "the size is the window's, and no frame was shown yet: take one first, or give a size");
}
