/* The table that offstage_client finds. */
#include <stdio.h>
#include <string.h>

#include "capture/capture.h"
#include "client/table.h"
#include "tensor/private.h"

static void info(struct ofs_info *out)
{
    struct ofs_capture_facts facts;

    ofs_capture_facts(&facts);
    out->loaded = 1;
    snprintf(out->version, sizeof out->version, "%s", OFS_VERSION);
    memcpy(out->gl_vendor, facts.gl_vendor, sizeof out->gl_vendor);
    memcpy(out->gl_renderer, facts.gl_renderer, sizeof out->gl_renderer);
    memcpy(out->gl_version, facts.gl_version, sizeof out->gl_version);
    memcpy(out->device, facts.device, sizeof out->device);
    memcpy(out->reason, facts.reason, sizeof out->reason);
    snprintf(out->kernels, sizeof out->kernels, "%s", ofs_kernel_backend_name(ofs_kernel_backend_at(0)));
    snprintf(out->readback, sizeof out->readback, "%s", ofs_feed_way());
    ofs_target_cuda_trouble(out->cuda, sizeof out->cuda);
    out->frames = facts.frames;
}

static uint64_t area(const struct ofs_capture_window *window)
{
    return (uint64_t)window->width_px * window->height_px;
}

static enum ofs_status windows(struct ofs_window_info *out, uint32_t capacity, uint32_t *count)
{
    struct ofs_capture_facts facts;

    if (!count || (capacity > 0 && !out))
        return OFS_EINVAL;
    ofs_capture_facts(&facts);
    for (unsigned i = 1; i < facts.window_count; i++) /* the largest first */
        for (unsigned j = i; j > 0 && area(&facts.windows[j]) > area(&facts.windows[j - 1]); j--) {
            struct ofs_capture_window larger = facts.windows[j];
            facts.windows[j] = facts.windows[j - 1];
            facts.windows[j - 1] = larger;
        }
    for (unsigned i = 0; i < facts.window_count && i < capacity; i++) {
        const struct ofs_capture_window *window = &facts.windows[i];
        out[i] = (struct ofs_window_info){ .window = window->window,
                                           .width_px = window->width_px,
                                           .height_px = window->height_px,
                                           .frames = window->frames };
    }
    *count = facts.window_count;
    return OFS_OK;
}

const struct ofs_shim_table *ofs_tensor_table(uint32_t version)
{
    static const struct ofs_shim_table table = {
        .size = sizeof table,
        .info = info,
        .windows = windows,
        .capture_open = ofs_shim_capture_open,
        .capture_close = ofs_shim_capture_close,
        .capture_next = ofs_shim_capture_next,
        .capture_latest = ofs_shim_capture_latest,
        .capture_read = ofs_shim_capture_read,
        .capture_reset = ofs_shim_capture_reset,
        .capture_shape = ofs_shim_capture_shape,
        .frame_release = ofs_shim_frame_release,
        .frame_wait = ofs_shim_frame_wait,
        .capture_discard = ofs_shim_capture_discard,
    };
    return version == OFS_SHIM_TABLE_VERSION ? &table : NULL;
}
