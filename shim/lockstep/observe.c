/* The frame as the learner sees it. Used by the thread that is in its turn only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/readback.h"
#include "lockstep/private.h"
#include "tensor/tensor.h"

/* All mutable state of this file. */
static struct {
    struct ofs_capture *capture; /* NULL: the learner wants no observations, or `why` there are none */
    bool wanted;
    unsigned depth;
    uint64_t fed; /* number of the frame that was fed last; 0 = none */
    char why[OFS_SENTENCE_BYTES];
    unsigned char *bgra; /* for pictures */
    size_t bgra_bytes;
} eye;

static const struct ofs_shim_table *captures(void) { return ofs_tensor_table(OFS_SHIM_TABLE_VERSION); }

void ofs_observe_open(const struct ofs_channel_header *channel)
{
    struct ofs_capture_desc desc = { .struct_size = sizeof desc, .device = OFS_DEVICE_CPU, .slots = 2 };

    eye.depth = 1;
    eye.wanted = channel->plan_bytes != 0;
    if (!eye.wanted)
        return;
    if (channel->plan_bytes != sizeof desc.plan) {
        snprintf(eye.why, sizeof eye.why,
                 "the learner describes its observations in %u bytes, and this library in %zu: "
                 "are they of one version?",
                 channel->plan_bytes, sizeof desc.plan);
        return;
    }
    if (channel->device != OFS_CHANNEL_HOST) {
        snprintf(eye.why, sizeof eye.why,
                 "games cannot fill observations in CUDA memory yet: ask for them in host memory");
        return;
    }
    memcpy(&desc.plan, channel->plan, sizeof desc.plan);
    if (desc.plan.max_frames == 2)
        eye.depth = 2;
    (void)ofs_tensor_open_fed(&desc, &eye.capture, eye.why, sizeof eye.why);
}

bool ofs_observe_wanted(void) { return eye.wanted; }

unsigned ofs_observe_depth(void) { return eye.depth; }

void ofs_observe_begin_episode(void)
{
    if (eye.capture)
        captures()->capture_reset(eye.capture);
}

void ofs_observe_frame(const struct ofs_shown *shown, uint64_t number)
{
    if (!eye.capture || eye.fed == number)
        return;
    captures()->capture_discard(eye.capture); /* one that nobody asked for */
    ofs_tensor_feed(eye.capture, shown, eye.fed + 1 == number);
    eye.fed = number;
}

enum ofs_status ofs_observe_write(void *row, size_t row_bytes, char *why, size_t why_bytes)
{
    struct ofs_frame frame = { .struct_size = sizeof frame };
    enum ofs_status status;

    if (!eye.capture) {
        snprintf(why, why_bytes, "%s", eye.why);
        return OFS_EINVAL;
    }
    status = captures()->capture_latest(eye.capture, &frame, why, why_bytes);
    if (status != OFS_OK)
        return status;
    if (frame.bytes != row_bytes) {
        snprintf(why, why_bytes,
                 "an observation of this window (%ux%u) has %zu bytes, and the learner's place %zu: give it a size",
                 frame.source_width_px, frame.source_height_px, frame.bytes, row_bytes);
        status = OFS_EINVAL;
    } else {
        memcpy(row, frame.data, row_bytes);
    }
    captures()->frame_release(&frame, 0);
    return status;
}

static const unsigned char *pixels_of(const struct ofs_shown *shown, size_t *pitch_out, char *why, size_t why_bytes)
{
    size_t bytes = (size_t)shown->width_px * shown->height_px * 4;

    *pitch_out = shown->bgrx ? shown->pitch_bytes : (size_t)shown->width_px * 4;
    if (shown->bgrx)
        return shown->bgrx;
    if (eye.bgra_bytes != bytes) {
        free(eye.bgra);
        eye.bgra = malloc(bytes);
        eye.bgra_bytes = eye.bgra ? bytes : 0;
    }
    if (!eye.bgra) {
        snprintf(why, why_bytes, "out of memory for a picture of %ux%u", shown->width_px, shown->height_px);
        return NULL;
    }
    if (ofs_readback(shown->width_px, shown->height_px, eye.bgra) != OFS_OK) {
        snprintf(why, why_bytes, "the frames of this window's GL context cannot be read");
        return NULL;
    }
    return eye.bgra;
}

enum ofs_status ofs_observe_picture(const struct ofs_shown *shown, unsigned char *rgb, char *why, size_t why_bytes)
{
    size_t pitch_bytes;
    const unsigned char *bgra = pixels_of(shown, &pitch_bytes, why, why_bytes);

    if (!bgra)
        return OFS_EIO;
    for (uint32_t y = 0; y < shown->height_px; y++) {
        const unsigned char *from = bgra + y * pitch_bytes;
        unsigned char *to = rgb + (size_t)y * shown->width_px * 3;
        for (uint32_t x = 0; x < shown->width_px; x++, from += 4, to += 3) {
            to[0] = from[2];
            to[1] = from[1];
            to[2] = from[0];
        }
    }
    return OFS_OK;
}

void ofs_observe_forget(void) { memset(&eye, 0, sizeof eye); }
