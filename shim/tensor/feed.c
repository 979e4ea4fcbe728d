/* One frame into one capture, at the swap, on the thread that shows it. */
#include <stdio.h>
#include <string.h>

#include "tensor/private.h"

static _Atomic(const char *) last_way = "";

const char *ofs_feed_way(void) { return last_way; }

/* Is the capture of this window? With the lock held. */
static bool is_wanted(const struct ofs_capture *capture, const struct ofs_shown *shown)
{
    if (capture->by_hand)
        return true;
    bool follows = capture->window != 0 && !capture->gone && capture->window != shown->window; /* another one, so far */
    switch (capture->desc.window) {
    case OFS_WINDOW_FIRST: return !follows;
    case OFS_WINDOW_LARGEST:
        return shown->largest && !(follows && (uint64_t)shown->width_px * shown->height_px == capture->area_px);
    default: return capture->desc.window == shown->window;
    }
}

/* Is this frame the capture's, and is it this thread's turn? Then the capture is `feeding`. */
static bool begin(struct ofs_capture *capture, const struct ofs_shown *shown)
{
    bool ours;
    pthread_mutex_lock(&capture->lock);
    while (capture->feeding && !capture->closed)
        pthread_cond_wait(&capture->changed, &capture->lock);
    ours = !capture->closed && is_wanted(capture, shown);
    if (ours) {
        capture->feeding = true;
        if (capture->forget || capture->window != shown->window)
            capture->reader.has_previous = false;
        capture->window = shown->window;
        capture->area_px = (uint64_t)shown->width_px * shown->height_px;
        capture->gone = false;
        capture->drawer = shown->bgrx ? 0 : ofs_this_thread();
        capture->shown++;
    }
    pthread_mutex_unlock(&capture->lock);
    return ours;
}

struct ofs_slot *ofs_feed_slot(struct ofs_capture *capture)
{
    struct ofs_slot *slot = ofs_slot_take(capture->set.slots);
    if (slot)
        return slot;
    pthread_mutex_lock(&capture->lock);
    if (!capture->taking) {
        slot = capture->pending.slot;
        capture->pending.slot = NULL;
    }
    pthread_mutex_unlock(&capture->lock);
    return slot;
}

static void publish(struct ofs_capture *capture, const struct ofs_shown *shown, uint64_t number,
                    const struct ofs_read_result *result)
{
    pthread_mutex_lock(&capture->lock);
    /* A frame is being taken out of `pending` without the lock; it is done soon. */
    while (capture->taking)
        pthread_cond_wait(&capture->changed, &capture->lock);
    if (number <= capture->discarded) {
        ofs_slot_drop(result->slot);
        pthread_mutex_unlock(&capture->lock);
        return;
    }
    capture->trouble = result->status;
    if (result->status == OFS_OK) {
        last_way = result->way;
        ofs_slot_drop(capture->pending.slot);
        capture->pending = (struct ofs_caught){ .slot = result->slot,
                                                .window = shown->window,
                                                .width_px = shown->width_px,
                                                .height_px = shown->height_px,
                                                .sequence = shown->sequence,
                                                .time_ns = shown->time_ns,
                                                .number = number,
                                                .mixed = result->mixed };
    } else {
        snprintf(capture->why, sizeof capture->why, "%s", result->why);
    }
    pthread_mutex_unlock(&capture->lock);
}

/* Bring in what is in flight, by the feeding thread. Only the context that it was read in can give it. */
static void land(struct ofs_capture *capture, uint64_t context)
{
    struct ofs_read_result result = { .status = OFS_OK };

    if (!capture->flight.active)
        return;
    capture->flight.active = false;
    if (context != capture->flight.pbo.context)
        return;
    pthread_mutex_lock(&capture->lock);
    if (capture->forget)
        capture->reader.has_previous = false;
    pthread_mutex_unlock(&capture->lock);
    ofs_read_flight(capture, &result);
    publish(capture, &capture->flight.shown, capture->flight.number, &result);
}

static void end(struct ofs_capture *capture)
{
    pthread_mutex_lock(&capture->lock);
    capture->feeding = false;
    pthread_cond_broadcast(&capture->changed);
    pthread_mutex_unlock(&capture->lock);
}

/* Another thread waits for this frame, or will: it cannot bring in what is in flight, and this one may not show another
 * frame before it was given this one. */
static bool wanted_elsewhere(struct ofs_capture *capture)
{
    bool wanted;
    pthread_mutex_lock(&capture->lock);
    wanted = capture->waiting > 0 || capture->user != ofs_this_thread();
    pthread_mutex_unlock(&capture->lock);
    return wanted;
}

void ofs_capture_feed(struct ofs_capture *capture, const struct ofs_shown *shown)
{
    struct ofs_read_result result = { .status = OFS_OK };

    if (!begin(capture, shown))
        return;
    land(capture, shown->context);
    ofs_read_frame(capture, shown, &result);
    if (result.status == OFS_OK && !result.slot) {
        capture->flight.active = true;
        capture->flight.shown = *shown;
        capture->flight.number = capture->shown;
        if (wanted_elsewhere(capture))
            land(capture, shown->context);
    } else {
        publish(capture, shown, capture->shown, &result);
    }
    end(capture);
}

void ofs_tensor_feed(struct ofs_capture *capture, const struct ofs_shown *shown, bool follows)
{
    if (!follows) {
        pthread_mutex_lock(&capture->lock);
        while (capture->feeding)
            pthread_cond_wait(&capture->changed, &capture->lock);
        capture->reader.has_previous = false;
        pthread_mutex_unlock(&capture->lock);
    }
    ofs_capture_feed(capture, shown);
}

void ofs_capture_land(struct ofs_capture *capture)
{
    uint64_t context;

    if (capture->feeding || !capture->flight.active)
        return;
    context = ofs_tensor_host->current_context();
    if (context == 0 || context != capture->flight.pbo.context)
        return;
    capture->feeding = true;
    pthread_mutex_unlock(&capture->lock);
    land(capture, context);
    end(capture);
    pthread_mutex_lock(&capture->lock);
}

void ofs_capture_leaving(struct ofs_capture *capture)
{
    pthread_mutex_lock(&capture->lock);
    while (capture->feeding && !capture->closed)
        pthread_cond_wait(&capture->changed, &capture->lock);
    if (!capture->closed)
        ofs_capture_land(capture);
    pthread_mutex_unlock(&capture->lock);
}

void ofs_capture_window_gone(struct ofs_capture *capture, uint32_t window)
{
    pthread_mutex_lock(&capture->lock);
    if (capture->window == window || (capture->desc.window == window && window != 0)) {
        capture->gone = true;
        pthread_cond_broadcast(&capture->changed);
    }
    pthread_mutex_unlock(&capture->lock);
}
