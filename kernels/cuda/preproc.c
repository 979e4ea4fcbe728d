/* The host's part of a plan on CUDA: tables for the device, and how the work is cut into blocks. */
#include "kernels/cuda/preproc.h"

#include <string.h>

#define ALIGNMENT 16u

static size_t padded(size_t bytes) { return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }

static size_t axis_bytes(const struct ofs_axis *axis)
{
    return padded(axis->output_px * sizeof *axis->first) +
           padded((axis->output_px + (size_t)1) * sizeof *axis->offset) +
           padded(axis->offset[axis->output_px] * sizeof *axis->weights);
}

size_t ofs_preproc_tables_bytes(const struct ofs_plan *plan)
{
    return axis_bytes(&plan->x) + axis_bytes(&plan->y) + padded(sizeof plan->lut);
}

/* One table: written here, found there. */
struct writer {
    char *here;
    uintptr_t there;
};

static const void *put(struct writer *writer, const void *data, size_t bytes)
{
    const void *there = (const void *)writer->there;

    memcpy(writer->here, data, bytes);
    memset(writer->here + bytes, 0, padded(bytes) - bytes);
    writer->here += padded(bytes);
    writer->there += padded(bytes);
    return there;
}

static void put_axis(struct writer *writer, const struct ofs_axis *axis, struct ofs_preproc_axis *out)
{
    out->first = put(writer, axis->first, axis->output_px * sizeof *axis->first);
    out->offset = put(writer, axis->offset, (axis->output_px + (size_t)1) * sizeof *axis->offset);
    out->weights = put(writer, axis->weights, axis->offset[axis->output_px] * sizeof *axis->weights);
}

/* -- blocks -------------------------------------------------------------------------------------------------------- */

static uint32_t end_of(const struct ofs_axis *axis, uint32_t i)
{
    return axis->first[i] + axis->offset[i + 1] - axis->offset[i];
}

/* The most source columns that `count` outputs of a block need together. Tables run one way, or the other when
 * flipped. */
static uint32_t widest_span(const struct ofs_axis *x, uint32_t count)
{
    uint32_t widest = 0;

    for (uint32_t i = 0; i < x->output_px; i += count) {
        uint32_t last = (x->output_px - i < count ? x->output_px : i + count) - 1;
        uint32_t low = x->first[i] < x->first[last] ? x->first[i] : x->first[last];
        uint32_t high = end_of(x, i) > end_of(x, last) ? end_of(x, i) : end_of(x, last);

        widest = high - low > widest ? high - low : widest;
    }
    return widest;
}

static uint32_t whole_warps(uint32_t threads)
{
    threads = (threads + 31) / 32 * 32;
    return threads > OFS_PREPROC_THREADS ? OFS_PREPROC_THREADS : threads;
}

/* A block takes as many outputs of a row as have their columns within one tile; one output may need many tiles. */
static void cut(const struct ofs_plan *plan, struct ofs_preproc_params *params, struct ofs_preproc_grid *grid)
{
    const struct ofs_axis *x = &plan->x;
    uint32_t count = x->output_px < OFS_PREPROC_THREADS ? x->output_px : OFS_PREPROC_THREADS, span, tasks;

    grid->direct = x->max_taps == 1;
    if (!grid->direct) {
        while (count > 1 && widest_span(x, count) > OFS_PREPROC_THREADS)
            count--;
        span = widest_span(x, count);
        grid->threads = whole_warps(span > count ? span : count);
    } else {
        grid->threads = whole_warps(count);
        count = grid->threads;
    }
    tasks = count * plan->channels;
    params->segment_px = count;
    params->parts = grid->threads / tasks;
    if (params->parts < 1)
        params->parts = 1;
    if (params->parts > OFS_PREPROC_PARTS)
        params->parts = OFS_PREPROC_PARTS;
    grid->blocks_x = (x->output_px + count - 1) / count;
    grid->blocks_y = plan->desc.height_px;
}

void ofs_preproc_prepare(const struct ofs_plan *plan, void *tables, uintptr_t device, struct ofs_preproc_params *params,
                         struct ofs_preproc_grid *grid)
{
    struct writer writer = { tables, device };

    memset(params, 0, sizeof *params);
    memset(grid, 0, sizeof *grid);
    put_axis(&writer, &plan->x, &params->x);
    put_axis(&writer, &plan->y, &params->y);
    params->lut = put(&writer, plan->lut, sizeof plan->lut);
    params->normalize = plan->normalize;
    params->divide = plan->divide;
    params->channels = plan->channels;
    params->item_bytes = plan->item_bytes;
    params->crop_x_px = plan->desc.crop_x_px;
    params->crop_y_px = plan->desc.crop_y_px;
    params->width_px = plan->desc.width_px;
    params->height_px = plan->desc.height_px;
    params->bottom_px = plan->desc.source_height_px - 1;
    params->channel_stride = plan->channel_stride;
    params->row_stride = plan->row_stride;
    params->pixel_stride = plan->pixel_stride;
    cut(plan, params, grid);
    ofs_preproc_aim(plan, 0, (enum ofs_pixel_format)plan->desc.source_format, params);
}

void ofs_preproc_aim(const struct ofs_plan *plan, uint32_t index, enum ofs_pixel_format format,
                     struct ofs_preproc_params *params)
{
    params->first_element = (uint64_t)index * plan->place_stride;
    params->red_shift = format == OFS_PIXEL_BGRA8 ? 16 : 0;
    params->green_shift = 8;
    params->blue_shift = 16 - params->red_shift;
}

void ofs_preproc_aim_copy(const struct ofs_plan *plan, const void *from, uint32_t from_index, void *to,
                          uint32_t to_index, struct ofs_preproc_copy *copy)
{
    size_t place_bytes = plan->place_stride * plan->item_bytes;

    copy->from = (const uint8_t *)from + from_index * place_bytes;
    copy->to = (uint8_t *)to + to_index * place_bytes;
    copy->pixels = (uint64_t)plan->desc.width_px * plan->desc.height_px;
    copy->pixel_stride = plan->pixel_stride;
    copy->channel_stride = plan->channel_stride;
    copy->channels = plan->channels;
    copy->item_bytes = plan->item_bytes;
}
