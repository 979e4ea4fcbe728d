/* Frames handed out: stacks are made of them, and leases are given. */
#include <string.h>

#include "tensor/private.h"

void ofs_frame_describe(const struct ofs_plan *plan, struct ofs_frame *frame)
{
    const struct ofs_plan_desc *desc = ofs_plan_desc(plan);
    int64_t channels = (int64_t)desc->stack * (desc->color == OFS_COLOR_RGB ? 3 : 1);
    int64_t height = desc->height_px, width = desc->width_px;
    int hwc = desc->layout == OFS_LAYOUT_HWC;

    frame->bytes = ofs_plan_bytes(plan);
    frame->dtype = desc->dtype;
    frame->ndim = 3;
    frame->shape[0] = hwc ? height : channels;
    frame->shape[1] = hwc ? width : height;
    frame->shape[2] = hwc ? channels : width;
    frame->strides[2] = 1;
    frame->strides[1] = frame->shape[2];
    frame->strides[0] = frame->shape[1] * frame->shape[2];
}

static void fill(const struct ofs_capture *capture, const struct ofs_caught *caught, uint64_t skipped,
                 struct ofs_frame *frame)
{
    *frame = capture->shape;
    frame->window = caught->window;
    frame->sequence = caught->sequence;
    frame->skipped = skipped;
    frame->time_ns = caught->time_ns;
    frame->source_width_px = caught->width_px;
    frame->source_height_px = caught->height_px;
    frame->data = caught->slot->data;
    frame->lease = caught->slot;
}

static enum ofs_status too_many(const struct ofs_capture *capture, char *why, size_t why_bytes)
{
    return ofs_fail(OFS_EBUSY, why, why_bytes,
                    "%u frames of this capture are held: release them, copy what is to be kept, or open it with more slots",
                    capture->desc.slots);
}

/* The older places of the stack in `data`, whose newest place is filled; then remember it all. Without the lock. */
static enum ofs_status stack(struct ofs_capture *capture, void *data, char *why, size_t why_bytes)
{
    struct ofs_plan_set *set = &capture->set;
    const struct ofs_plan_desc *desc = ofs_plan_desc(set->plan);
    uint32_t newest = desc->stack - 1;
    size_t frame_bytes = ofs_plan_frame_bytes(set->plan);
    enum ofs_status status = OFS_OK;

    if (newest == 0)
        return OFS_OK;
    if (set->has_history && desc->layout == OFS_LAYOUT_CHW) {
        /* Frames lie one after the other: the older ones move together. */
        status = ofs_target_copy(capture->target, data, (const char *)set->history + frame_bytes, newest * frame_bytes, why,
                                 why_bytes);
    } else {
        for (uint32_t i = 0; i < newest && status == OFS_OK; i++)
            status = ofs_target_copy_frame(capture->target, set->plan, set->device_plan, set->has_history ? set->history : data,
                                           set->has_history ? i + 1 : newest, data, i, why, why_bytes);
    }
    if (status != OFS_OK)
        return status;
    /* The oldest frame is not needed any more. */
    if (desc->layout == OFS_LAYOUT_CHW)
        return ofs_target_copy(capture->target, (char *)set->history + frame_bytes, (const char *)data + frame_bytes,
                               newest * frame_bytes, why, why_bytes);
    return ofs_target_copy(capture->target, set->history, data, ofs_plan_bytes(set->plan), why, why_bytes);
}

/* With the lock held, which is given up meanwhile: put the newest frame into `slot` without the one before. The feeding
 * thread's place is taken for that: it is the one that has the pixels. */
static enum ofs_status unmix(struct ofs_capture *capture, struct ofs_slot *slot, char *why, size_t why_bytes)
{
    enum ofs_status status;
    capture->feeding = capture->taking = true;
    pthread_mutex_unlock(&capture->lock);
    status = ofs_read_alone(capture, slot, why, why_bytes);
    pthread_mutex_lock(&capture->lock);
    capture->feeding = capture->taking = false;
    pthread_cond_broadcast(&capture->changed);
    return status;
}

bool ofs_take_must_wait(const struct ofs_capture *capture)
{
    const struct ofs_caught *next = capture->pending.slot ? &capture->pending : &capture->last;
    return capture->taking || (capture->feeding && capture->forget && next->slot && next->mixed);
}

enum ofs_status ofs_take_pending(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    struct ofs_caught caught = capture->pending;
    enum ofs_status status;

    if (!ofs_slot_lease(caught.slot, capture->desc.slots))
        return too_many(capture, why, why_bytes);
    if (capture->forget && caught.mixed) {
        status = unmix(capture, caught.slot, why, why_bytes);
        if (status != OFS_OK) {
            ofs_slot_unlease(caught.slot, 0);
            return status;
        }
        caught.mixed = false;
    }
    capture->taking = true;
    pthread_mutex_unlock(&capture->lock);
    status = stack(capture, caught.slot->data, why, why_bytes);
    pthread_mutex_lock(&capture->lock);
    capture->taking = false;
    pthread_cond_broadcast(&capture->changed);
    if (status != OFS_OK) {
        ofs_slot_unlease(caught.slot, 0);
        return status;
    }
    capture->set.has_history = true;
    capture->forget = false;
    ofs_slot_drop(capture->last.slot);
    capture->last = caught; /* and the slot with it */
    capture->pending.slot = NULL;
    fill(capture, &caught, caught.number - capture->handed - 1, frame);
    capture->handed = caught.number;
    return OFS_OK;
}

/* After a reset the last frame fills the whole stack, in a slot of its own: the program may still hold the old one. */
static enum ofs_status refill(struct ofs_capture *capture, char *why, size_t why_bytes)
{
    struct ofs_plan_set *set = &capture->set;
    uint32_t newest = ofs_plan_desc(set->plan)->stack - 1;
    struct ofs_slot *slot = ofs_slot_take(set->slots);
    enum ofs_status status = OFS_OK;

    if (!slot)
        return too_many(capture, why, why_bytes);
    if (capture->last.mixed)
        status = unmix(capture, slot, why, why_bytes);
    capture->taking = true;
    pthread_mutex_unlock(&capture->lock);
    if (!capture->last.mixed)
        status = ofs_target_copy_frame(capture->target, set->plan, set->device_plan, set->history, newest, slot->data, newest,
                                       why, why_bytes);
    if (status == OFS_OK)
        status = stack(capture, slot->data, why, why_bytes);
    pthread_mutex_lock(&capture->lock);
    capture->taking = false;
    pthread_cond_broadcast(&capture->changed);
    if (status != OFS_OK) {
        ofs_slot_drop(slot);
        return status;
    }
    ofs_slot_drop(capture->last.slot);
    capture->last.slot = slot;
    capture->last.mixed = false;
    set->has_history = true;
    capture->forget = false;
    return OFS_OK;
}

enum ofs_status ofs_take_last(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    /* After a reset. Without a stack, and of one frame alone, the last observation is what it would be again. */
    if (capture->forget && (capture->set.history || capture->last.mixed)) {
        enum ofs_status status = refill(capture, why, why_bytes);
        if (status != OFS_OK)
            return status;
    }
    if (!ofs_slot_lease(capture->last.slot, capture->desc.slots))
        return too_many(capture, why, why_bytes);
    capture->forget = false;
    fill(capture, &capture->last, 0, frame);
    return OFS_OK;
}
