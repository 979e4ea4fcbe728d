/* The frame as the learner sees it. Used by the thread that is in its turn only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/readback.h"
#include "gym_bridge/channel/cuda_ipc.h"
#include "lockstep/private.h"
#include "tensor/tensor.h"

/* All mutable state of this file. */
static struct {
    struct ofs_game *seat;
    struct ofs_cuda_import *import; /* the rows, if they are in CUDA memory */
    struct ofs_capture *capture;    /* NULL: the learner wants no observations, or `why` there are none */
    bool wanted;
    unsigned depth;
    uint64_t fed; /* number of the frame that was fed last; 0 = none */
    char why[OFS_SENTENCE_BYTES];
    unsigned char *bgra; /* for pictures */
    size_t bgra_bytes;
} eye;

#define OFS_STREAM_LEGACY 1 /* as in cuda_api.h */

static const struct ofs_shim_table *captures(void) { return ofs_tensor_table(OFS_SHIM_TABLE_VERSION); }

/* The learner's rows, and a capture on their device. Without the module for CUDA, or where it does not work, frames
 * become observations on the processor, and are brought there. */
static void open_on_cuda(struct ofs_capture_desc *desc)
{
    if (ofs_cuda_import_open(eye.seat, &eye.import, eye.why, sizeof eye.why) != OFS_OK)
        return;
    desc->device = ofs_cuda_import_device(eye.import);
    if (ofs_tensor_open_fed(desc, &eye.capture, eye.why, sizeof eye.why) == OFS_OK)
        return;
    desc->device = OFS_DEVICE_CPU;
    (void)ofs_tensor_open_fed(desc, &eye.capture, eye.why, sizeof eye.why);
}

void ofs_observe_open(struct ofs_game *seat, const struct ofs_lockstep_host *host)
{
    struct ofs_capture_desc desc = { .struct_size = sizeof desc, .device = OFS_DEVICE_CPU, .slots = 2 };
    const struct ofs_channel_header *channel = ofs_game_header(seat);

    eye.seat = seat;
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
    memcpy(&desc.plan, channel->plan, sizeof desc.plan);
    if (desc.plan.max_frames == 2)
        eye.depth = 2;
    if (channel->device == OFS_CHANNEL_HOST) {
        (void)ofs_tensor_open_fed(&desc, &eye.capture, eye.why, sizeof eye.why);
    } else {
        ofs_cuda_ipc_loader(host->open_library, host->find_symbol);
        open_on_cuda(&desc);
    }
}

void ofs_observe_close(void)
{
    struct ofs_capture *capture = eye.capture;

    eye.capture = NULL;
    if (capture)
        captures()->capture_close(capture);
    ofs_cuda_import_close(eye.import);
    eye.import = NULL;
    eye.seat = NULL;
    snprintf(eye.why, sizeof eye.why, "the learner is gone");
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

static enum ofs_status fill(uint32_t row, const struct ofs_frame *frame, char *why, size_t why_bytes)
{
    unsigned char *place;
    enum ofs_status status;

    if (eye.import) {
        status = captures()->frame_wait(frame, OFS_STREAM_LEGACY, why, why_bytes);
        return status == OFS_OK ? ofs_cuda_import_fill(eye.import, row, frame->data, why, why_bytes) : status;
    }
    place = ofs_game_row(eye.seat, row);
    if (!place) {
        snprintf(why, why_bytes, "there is no row %u for observations", row);
        return OFS_EINVAL;
    }
    memcpy(place, frame->data, frame->bytes);
    return OFS_OK;
}

enum ofs_status ofs_observe_write(uint32_t row, char *why, size_t why_bytes)
{
    struct ofs_frame frame = { .struct_size = sizeof frame };
    enum ofs_status status;
    size_t row_bytes;

    if (!eye.capture) {
        snprintf(why, why_bytes, "%s", eye.why);
        return OFS_EINVAL;
    }
    row_bytes = ofs_game_header(eye.seat)->row_bytes;
    status = captures()->capture_latest(eye.capture, &frame, why, why_bytes);
    if (status != OFS_OK)
        return status;
    if (frame.bytes != row_bytes) {
        snprintf(why, why_bytes,
                 "an observation of this window (%ux%u) has %zu bytes, and the learner's place %zu: give it a size",
                 frame.source_width_px, frame.source_height_px, frame.bytes, row_bytes);
        status = OFS_EINVAL;
    } else {
        status = fill(row, &frame, why, why_bytes);
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
