/* Waiting for a frame, and reading one into the caller's memory. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "capture/capture.h"
#include "tensor/private.h"

#define NS_PER_S 1000000000ull

/* The moment timeout_ns from now; false: never. */
static bool deadline(uint64_t timeout_ns, struct timespec *at)
{
    uint64_t now_ns;
    clock_gettime(CLOCK_MONOTONIC, at);
    now_ns = (uint64_t)at->tv_sec * NS_PER_S + (uint64_t)at->tv_nsec;
    if (timeout_ns > (uint64_t)INT64_MAX - now_ns)
        return false;
    now_ns += timeout_ns;
    at->tv_sec = (time_t)(now_ns / NS_PER_S);
    at->tv_nsec = (long)(now_ns % NS_PER_S);
    return true;
}

static enum ofs_status no_frame(const struct ofs_capture *capture, uint64_t timeout_ns, char *why, size_t why_bytes)
{
    double seconds = (double)timeout_ns / 1e9;
    struct ofs_capture_facts facts;

    if (capture->window != 0)
        return ofs_fail(OFS_ETIMEDOUT, why, why_bytes,
                        "window 0x%x showed no new frame within %.3g s: has the program stopped drawing?", capture->window,
                        seconds);
    if (capture->desc.window != OFS_WINDOW_LARGEST && capture->desc.window != OFS_WINDOW_FIRST)
        return ofs_fail(OFS_ETIMEDOUT, why, why_bytes, "window 0x%x has shown no frame within %.3g s: is that its X11 id?",
                        capture->desc.window, seconds);
    ofs_capture_facts(&facts);
    if (capture->desc.window == OFS_WINDOW_LARGEST && facts.window_count > 1)
        return ofs_fail(OFS_ETIMEDOUT, why, why_bytes,
                        "the largest of %u windows has shown no frame within %.3g s: is it hidden? Give the id of another one",
                        facts.window_count, seconds);
    return ofs_fail(OFS_ETIMEDOUT, why, why_bytes,
                    "no window has shown a frame since the capture was opened, within %.3g s: draw one and swap buffers",
                    seconds);
}

/* The largest window is gone: is there another one to be the largest? */
static bool others_draw(const struct ofs_capture *capture)
{
    struct ofs_capture_facts facts;
    if (capture->desc.window != OFS_WINDOW_LARGEST)
        return false;
    ofs_capture_facts(&facts);
    return facts.window_count > 0;
}

/* Why there cannot be a frame, or OFS_EAGAIN: wait for one. With the lock held. */
static enum ofs_status obstacle(const struct ofs_capture *capture, char *why, size_t why_bytes)
{
    if (capture->closed)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "the capture was closed");
    if (capture->trouble != OFS_OK)
        return ofs_fail(capture->trouble, why, why_bytes, "%s", capture->why);
    if (capture->gone && !others_draw(capture))
        return ofs_fail(OFS_EGONE, why, why_bytes, "window 0x%x was closed", capture->window);
    if (!capture->gone && capture->drawer == ofs_this_thread())
        return ofs_fail(OFS_ETIMEDOUT, why, why_bytes,
                        "no new frame: this thread draws window 0x%x, and has swapped no buffers since the last frame",
                        capture->window);
    return OFS_EAGAIN;
}

static enum ofs_status check(const struct ofs_capture *capture, const struct ofs_frame *frame, char *why, size_t why_bytes)
{
    if (!capture || !frame)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "a pointer is NULL");
    if (frame->struct_size != sizeof *frame)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "struct_size of the frame is %u, and the library expects %zu",
                        frame->struct_size, sizeof *frame);
    if (capture->generation != ofs_tensor_generation)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "the capture was opened before fork(): open one in this process");
    return OFS_OK;
}

enum ofs_status ofs_shim_capture_next(struct ofs_capture *capture, uint64_t timeout_ns, struct ofs_frame *frame, char *why,
                                      size_t why_bytes)
{
    enum ofs_status status = check(capture, frame, why, why_bytes);
    struct timespec until;
    bool limited, over = false;

    if (status != OFS_OK)
        return status;
    limited = deadline(timeout_ns, &until);
    atomic_fetch_add(&capture->refs, 1); /* it may be closed while this thread waits */
    pthread_mutex_lock(&capture->lock);
    capture->waiting++;
    capture->user = ofs_this_thread();
    ofs_capture_land(capture);
    for (status = OFS_EAGAIN; status == OFS_EAGAIN;) {
        if (ofs_take_must_wait(capture)) {
            pthread_cond_wait(&capture->changed, &capture->lock);
        } else if (capture->pending.slot && !capture->closed) {
            status = ofs_take_pending(capture, frame, why, why_bytes);
        } else {
            status = obstacle(capture, why, why_bytes);
            if (status == OFS_EAGAIN && (over || timeout_ns == 0))
                status = no_frame(capture, timeout_ns, why, why_bytes);
            else if (status == OFS_EAGAIN && limited)
                over = pthread_cond_clockwait(&capture->changed, &capture->lock, CLOCK_MONOTONIC, &until) == ETIMEDOUT;
            else if (status == OFS_EAGAIN)
                pthread_cond_wait(&capture->changed, &capture->lock);
        }
    }
    capture->waiting--;
    pthread_mutex_unlock(&capture->lock);
    ofs_capture_unref(capture);
    return status;
}

enum ofs_status ofs_shim_capture_latest(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    enum ofs_status status = check(capture, frame, why, why_bytes);

    if (status != OFS_OK)
        return status;
    atomic_fetch_add(&capture->refs, 1);
    pthread_mutex_lock(&capture->lock);
    capture->user = ofs_this_thread();
    ofs_capture_land(capture);
    while (ofs_take_must_wait(capture))
        pthread_cond_wait(&capture->changed, &capture->lock);
    if (capture->closed)
        status = ofs_fail(OFS_EINVAL, why, why_bytes, "the capture was closed");
    else if (capture->pending.slot)
        status = ofs_take_pending(capture, frame, why, why_bytes);
    else if (capture->trouble != OFS_OK)
        status = ofs_fail(capture->trouble, why, why_bytes, "%s", capture->why);
    else if (capture->last.slot)
        status = ofs_take_last(capture, frame, why, why_bytes);
    else if (capture->gone)
        status = ofs_fail(OFS_EGONE, why, why_bytes, "window 0x%x was closed", capture->window);
    else
        status = ofs_fail(OFS_EAGAIN, why, why_bytes, "no frame was shown since the capture was opened");
    pthread_mutex_unlock(&capture->lock);
    ofs_capture_unref(capture);
    return status;
}

static enum ofs_status too_small(size_t bytes, size_t needed, char *why, size_t why_bytes)
{
    return ofs_fail(OFS_EINVAL, why, why_bytes, "the destination has %zu bytes, and an observation %zu", bytes, needed);
}

enum ofs_status ofs_shim_capture_read(struct ofs_capture *capture, uint64_t timeout_ns, void *data, size_t bytes,
                                      uintptr_t stream, struct ofs_frame *frame, char *why, size_t why_bytes)
{
    struct ofs_frame taken = { .struct_size = sizeof taken };
    size_t needed;
    enum ofs_status status = check(capture, frame ? frame : &taken, why, why_bytes);

    if (status != OFS_OK)
        return status;
    if (!data)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "the destination is NULL");
    /* No frame is used up by a mistake, as far as the size is known beforehand. */
    pthread_mutex_lock(&capture->lock);
    needed = capture->shape.bytes;
    pthread_mutex_unlock(&capture->lock);
    if (bytes < needed)
        return too_small(bytes, needed, why, why_bytes);
    status = ofs_target_check(capture->target, data, needed, why, why_bytes);
    if (status != OFS_OK)
        return status;
    status = ofs_shim_capture_next(capture, timeout_ns, &taken, why, why_bytes);
    if (status != OFS_OK)
        return status;
    if (bytes < taken.bytes)
        status = too_small(bytes, taken.bytes, why, why_bytes);
    else
        status = ofs_target_deliver(ofs_slot_target(taken.lease), taken.data, data, taken.bytes, stream, why, why_bytes);
    if (frame && status == OFS_OK) {
        *frame = taken;
        frame->data = data;
        frame->lease = NULL;
    }
    ofs_shim_frame_release(&taken, stream);
    return status;
}

void ofs_shim_frame_release(struct ofs_frame *frame, uintptr_t stream)
{
    if (!frame || !frame->lease)
        return;
    ofs_slot_unlease(frame->lease, stream);
    frame->lease = NULL;
    frame->data = NULL;
}

enum ofs_status ofs_shim_frame_wait(const struct ofs_frame *frame, uintptr_t stream, char *why, size_t why_bytes)
{
    if (!frame || !frame->lease)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "the frame was released");
    return ofs_target_order_before(ofs_slot_target(frame->lease), stream, why, why_bytes);
}
