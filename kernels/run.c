/* Running a plan: output row by output row, source rows through the column stage, its result through the row stage, and
 * the levels to their place. */
#include "plan_tables.h"

#include <string.h>

const struct ofs_plan_desc *ofs_plan_desc(const struct ofs_plan *plan) { return &plan->desc; }
const struct ofs_kernel_backend *ofs_plan_backend(const struct ofs_plan *plan) { return plan->backend; }
size_t ofs_plan_item_bytes(const struct ofs_plan *plan) { return plan->item_bytes; }

size_t ofs_plan_frame_bytes(const struct ofs_plan *plan)
{
    return (size_t)plan->desc.width_px * plan->desc.height_px * plan->channels * plan->item_bytes;
}

size_t ofs_plan_bytes(const struct ofs_plan *plan) { return ofs_plan_frame_bytes(plan) * plan->desc.stack; }

/* -- the source ---------------------------------------------------------------------------------------------------- */

static void gather(const struct ofs_plan *plan, const uint8_t *row, uint8_t *to)
{
    const uint32_t *map = plan->map, columns = plan->columns;

    for (uint32_t k = 0; k < columns; k++)
        memcpy(to + (size_t)k * 4, row + (size_t)map[k] * 4, 4);
}

/* The column stage's work for output row y. */
static void make_job(const struct ofs_plan *plan, const struct ofs_plan_source *source, uint32_t y,
                     struct ofs_columns *job)
{
    const struct ofs_axis *axis = &plan->y;
    ptrdiff_t row = (ptrdiff_t)plan->desc.crop_y_px + axis->first[y], left = (ptrdiff_t)plan->desc.crop_x_px * 4;
    size_t packed_bytes = (size_t)plan->columns * 4;

    *job = (struct ofs_columns){
        .rows = source->pixels + row * source->pitch_bytes + left,
        .pitch_bytes = source->pitch_bytes,
        .weights = axis->weights + axis->offset[y],
        .count = axis->offset[y + 1] - axis->offset[y],
        .width = plan->columns,
        .small_weights = axis->max_weight <= 64 || axis->total <= 127,
        .pairs = plan->pairs,
        .small_shifted = !plan->normalize.wide && axis->max_weight << plan->normalize.shift <= 64,
        .normalize = plan->normalize,
        .red = plan->red,
        .green = plan->green,
        .blue = plan->blue,
        .planes = { plan->planes[0], plan->planes[1], plan->planes[2] },
    };
    if (plan->desc.max_frames == 2 && source->previous) {
        job->previous = source->previous + row * source->previous_pitch_bytes + left;
        job->previous_pitch_bytes = source->previous_pitch_bytes;
    }
    if (!plan->map)
        return;
    /* Two rows at most: only bilinear and nearest plans have a map. */
    for (uint32_t k = 0; k < job->count; k++) {
        gather(plan, job->rows + (ptrdiff_t)k * job->pitch_bytes, plan->packed + k * packed_bytes);
        if (job->previous)
            gather(plan, job->previous + (ptrdiff_t)k * job->previous_pitch_bytes,
                   plan->packed + (2 + k) * packed_bytes);
    }
    job->rows = plan->packed;
    job->pitch_bytes = (ptrdiff_t)packed_bytes;
    if (job->previous) {
        job->previous = plan->packed + 2 * packed_bytes;
        job->previous_pitch_bytes = (ptrdiff_t)packed_bytes;
    }
}

void ofs_plan_source_rows(const struct ofs_plan *plan, uint32_t y0, uint32_t y1, uint32_t *first, uint32_t *end)
{
    const struct ofs_axis *axis = &plan->y;
    uint32_t low = plan->desc.flip & OFS_FLIP_VERTICAL ? y1 - 1 : y0; /* the tables run one way or the other */
    uint32_t high = y0 + y1 - 1 - low;

    *first = plan->desc.crop_y_px + axis->first[low];
    *end = plan->desc.crop_y_px + axis->first[high] + axis->offset[high + 1] - axis->offset[high];
}

/* -- the destination ----------------------------------------------------------------------------------------------- */

/* Where output row y of a channel begins. */
static uint8_t *row_at(const struct ofs_plan *plan, void *out, uint32_t index, uint32_t channel, uint32_t y)
{
    size_t element = index * plan->place_stride + channel * plan->channel_stride + y * plan->row_stride;

    return (uint8_t *)out + element * plan->item_bytes;
}

static void make_triples(uint8_t *const levels[3], uint32_t width, uint8_t *triples)
{
    for (uint32_t x = 0; x < width; x++) {
        triples[(size_t)x * 3 + 0] = levels[0][x];
        triples[(size_t)x * 3 + 1] = levels[1][x];
        triples[(size_t)x * 3 + 2] = levels[2][x];
    }
}

/* `count` levels as neighbouring elements. float32 is computed instead of looked up: the same two roundings, and a loop that
 * compilers vectorize. */
static void store_dense(const struct ofs_plan *plan, const uint8_t *levels, size_t count, uint8_t *out)
{
    if (plan->item_bytes == 4) {
        float scale = plan->desc.scale, offset = plan->desc.offset, *to = (float *)(void *)out;

        for (size_t i = 0; i < count; i++)
            to[i] = (float)levels[i] * scale + offset;
    } else {
        const uint32_t *lut = plan->lut;
        uint16_t *to = (uint16_t *)(void *)out;

        for (size_t i = 0; i < count; i++)
            to[i] = (uint16_t)lut[levels[i]];
    }
}

static void store(const struct ofs_plan *plan, const uint8_t *levels, uint8_t *out)
{
    const uint32_t *lut = plan->lut, width = plan->desc.width_px;
    size_t step = plan->pixel_stride;

    if (plan->item_bytes == 1) {
        for (uint32_t x = 0; x < width; x++)
            out[x * step] = levels[x];
    } else if (step == 1 && plan->backend != &ofs_backend_scalar) {
        store_dense(plan, levels, width, out);
    } else if (plan->item_bytes == 2) {
        uint16_t *to = (uint16_t *)(void *)out;

        for (uint32_t x = 0; x < width; x++)
            to[x * step] = (uint16_t)lut[levels[x]];
    } else {
        uint32_t *to = (uint32_t *)(void *)out;

        for (uint32_t x = 0; x < width; x++)
            to[x * step] = lut[levels[x]];
    }
}

static void reverse(uint8_t *levels, uint32_t width)
{
    for (uint32_t a = 0, b = width - 1; a < b; a++, b--) {
        uint8_t level = levels[a];

        levels[a] = levels[b];
        levels[b] = level;
    }
}

/* -- rows ---------------------------------------------------------------------------------------------------------- */

static bool same_taps(const struct ofs_axis *axis, uint32_t a, uint32_t b)
{
    uint32_t count = axis->offset[a + 1] - axis->offset[a];

    return axis->first[a] == axis->first[b] && count == axis->offset[b + 1] - axis->offset[b] &&
           !memcmp(axis->weights + axis->offset[a], axis->weights + axis->offset[b], count * sizeof *axis->weights);
}

/* Steps 1 to 5 for output row y, one row of levels for each channel. */
static void make_levels(const struct ofs_plan *plan, const struct ofs_columns *job, uint8_t *const levels[3])
{
    const struct ofs_stages *stages = &plan->backend->stages;
    bool rgb = plan->channels == 3;

    if (plan->x_direct && plan->y.total == 1) {
        if (rgb)
            stages->convert_planes(job, levels);
        else
            stages->convert_gray(job, levels[0]);
    } else {
        if (rgb)
            stages->columns_rgb(job);
        else
            stages->columns_gray(job);
        for (uint32_t c = 0; c < plan->channels; c++) {
            if (plan->x_direct)
                stages->rows_direct(plan->planes[c], plan->columns, levels[c]);
            else
                stages->rows(plan, plan->planes[c], levels[c]);
        }
    }
    for (uint32_t c = 0; plan->x_reversed && c < plan->channels; c++)
        reverse(levels[c], plan->desc.width_px);
}

/* Output row y of a plan whose frames have three channels side by side and nothing between them. */
static void run_triples(const struct ofs_plan *plan, const struct ofs_columns *job, bool same, uint8_t *out)
{
    uint8_t *triples = plan->item_bytes == 1 ? out : plan->triples;

    if (plan->x_direct && !plan->x_reversed && plan->y.total == 1) {
        plan->backend->stages.convert_packed(job, triples);
    } else {
        if (!same)
            make_levels(plan, job, plan->levels);
        make_triples(plan->levels, plan->desc.width_px, triples);
    }
    if (plan->item_bytes > 1)
        store_dense(plan, triples, (size_t)plan->desc.width_px * 3, out);
}

void ofs_plan_run_rows(const struct ofs_plan *plan, const struct ofs_plan_source *source, uint32_t y0, uint32_t y1,
                       uint32_t index, void *out)
{
    bool in_place = plan->item_bytes == 1 && plan->pixel_stride == 1;
    bool reference = plan->backend == &ofs_backend_scalar;
    bool triples = plan->channels == 3 && plan->pixel_stride == 3 && !reference;
    uint8_t *levels[3] = { plan->levels[0], plan->levels[1], plan->levels[2] };
    struct ofs_columns job;

    for (uint32_t y = y0; y < y1; y++) {
        bool same = !reference && y > y0 && same_taps(&plan->y, y, y - 1);

        if (!same)
            make_job(plan, source, y, &job);
        if (triples) {
            run_triples(plan, &job, same, row_at(plan, out, index, 0, y));
            continue;
        }
        for (uint32_t c = 0; in_place && c < plan->channels; c++) {
            uint8_t *before = levels[c];

            levels[c] = row_at(plan, out, index, c, y);
            if (same)
                memcpy(levels[c], before, plan->desc.width_px);
        }
        if (!same)
            make_levels(plan, &job, levels);
        for (uint32_t c = 0; !in_place && c < plan->channels; c++)
            store(plan, levels[c], row_at(plan, out, index, c, y));
    }
}

void ofs_plan_run(const struct ofs_plan *plan, const struct ofs_plan_source *source, uint32_t index, void *out)
{
    ofs_plan_run_rows(plan, source, 0, plan->desc.height_px, index, out);
}

void ofs_plan_run_batch(const struct ofs_plan *plan, const struct ofs_plan_source *sources, uint32_t count,
                        uint32_t index, void *out, size_t out_stride_bytes)
{
    for (uint32_t i = 0; i < count; i++)
        ofs_plan_run(plan, &sources[i], index, (uint8_t *)out + i * out_stride_bytes);
}

/* -- places -------------------------------------------------------------------------------------------------------- */

void ofs_plan_copy_frame(const struct ofs_plan *plan, const void *from, uint32_t from_index, void *to, uint32_t to_index)
{
    size_t bytes = plan->item_bytes, place = plan->place_stride * bytes, step = plan->pixel_stride * bytes;
    size_t pixels = (size_t)plan->desc.width_px * plan->desc.height_px, group = plan->channels * bytes;
    const uint8_t *source = (const uint8_t *)from + from_index * place;
    uint8_t *target = (uint8_t *)to + to_index * place;

    if (source == target)
        return;
    if (plan->desc.layout == OFS_LAYOUT_CHW || plan->desc.stack == 1) {
        memcpy(target, source, pixels * group);
        return;
    }
    for (size_t i = 0; i < pixels; i++) {
        const uint8_t *a = source + i * step;
        uint8_t *b = target + i * step;

        /* Fixed sizes, so that each is a move or two and no call. */
        switch (group) {
        case 1: *b = *a; break;
        case 2: memcpy(b, a, 2); break;
        case 3: memcpy(b, a, 3); break;
        case 4: memcpy(b, a, 4); break;
        case 6: memcpy(b, a, 6); break;
        default: memcpy(b, a, 12); break;
        }
    }
}
