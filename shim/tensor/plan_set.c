/* What depends on the window's size and format: the plan, the slots, the history of a stack. */
#include <stdio.h>
#include <string.h>

#include "tensor/private.h"

void ofs_plan_set_finish(struct ofs_plan_set *set, struct ofs_target *target)
{
    ofs_target_plan_destroy(target, set->device_plan);
    ofs_plan_destroy(set->plan);
    ofs_slots_release(set->slots);
    ofs_target_free(target, set->history);
    memset(set, 0, sizeof *set);
}

/* A set for this size. Slots and history of the old one are taken over when observations look the same: what the program
 * has seen does not change because the window was resized. */
static enum ofs_status make(struct ofs_capture *capture, struct ofs_plan_set *set, char *why, size_t why_bytes)
{
    struct ofs_plan_desc desc = capture->desc.plan;
    const struct ofs_plan_set *old = &capture->set;
    char wrong[OFS_WHY_BYTES];
    enum ofs_status status = OFS_OK;

    desc.source_width_px = set->width_px;
    desc.source_height_px = set->height_px;
    desc.source_format = set->format;
    if (ofs_plan_check(&desc, wrong, sizeof wrong))
        return ofs_fail(OFS_EINVAL, why, why_bytes, "the window is %ux%u now: %s", set->width_px, set->height_px, wrong);
    set->plan = ofs_plan_create(&desc, NULL);
    if (!set->plan)
        return ofs_fail(OFS_ENOMEM, why, why_bytes, "out of memory for a plan");
    status = ofs_target_plan_create(capture->target, set->plan, &set->device_plan, why, why_bytes);
    if (status != OFS_OK) {
        ofs_plan_destroy(set->plan);
        set->plan = NULL;
        return status;
    }
    if (old->plan && ofs_plan_desc(old->plan)->width_px == ofs_plan_desc(set->plan)->width_px &&
        ofs_plan_desc(old->plan)->height_px == ofs_plan_desc(set->plan)->height_px) {
        set->slots = old->slots;
        set->history = old->history; /* has_history when the old set goes: a reset may come until then */
        return OFS_OK;
    }
    status = ofs_slots_create(capture->target, capture->desc.slots + OFS_SPARE_SLOTS, ofs_plan_bytes(set->plan), &set->slots);
    if (status == OFS_OK && desc.stack > 1) {
        set->history = ofs_target_alloc(capture->target, ofs_plan_bytes(set->plan));
        if (!set->history)
            status = OFS_ENOMEM;
    }
    if (status != OFS_OK) {
        (void)ofs_fail(status, why, why_bytes, "out of memory for %u observations of %zu bytes",
                       capture->desc.slots + OFS_SPARE_SLOTS, ofs_plan_bytes(set->plan));
        ofs_plan_set_finish(set, capture->target);
        return status;
    }
    return OFS_OK;
}

enum ofs_status ofs_plan_set_fit(struct ofs_capture *capture, uint32_t width_px, uint32_t height_px,
                                 enum ofs_pixel_format format, char *why, size_t why_bytes)
{
    struct ofs_plan_set set = { .width_px = width_px, .height_px = height_px, .format = format };
    struct ofs_plan_set old;
    enum ofs_status status;

    /* Only the feeding thread, which this is, writes these. */
    if (capture->set.plan && capture->set.width_px == width_px && capture->set.height_px == height_px &&
        capture->set.format == format)
        return OFS_OK;
    status = make(capture, &set, why, why_bytes);
    if (status != OFS_OK)
        return status;
    capture->reader.has_previous = false;
    pthread_mutex_lock(&capture->lock);
    while (capture->taking)
        pthread_cond_wait(&capture->changed, &capture->lock);
    old = capture->set;
    if (set.slots == old.slots) { /* taken over */
        set.has_history = old.has_history;
        old.slots = NULL;
        old.history = NULL;
    } else {
        ofs_slot_drop(capture->pending.slot);
        ofs_slot_drop(capture->last.slot);
        capture->pending.slot = capture->last.slot = NULL;
    }
    capture->set = set;
    /* Their pixels are of the old size: what they show is final. */
    capture->pending.mixed = capture->last.mixed = false;
    ofs_frame_describe(set.plan, &capture->shape);
    pthread_mutex_unlock(&capture->lock);
    ofs_plan_set_finish(&old, capture->target);
    return OFS_OK;
}
