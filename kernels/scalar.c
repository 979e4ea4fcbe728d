/* The reference: plan.h's definition, word for word. Other backends use its functions for what is too narrow for vectors,
 * and are compared with it bit for bit. */
#include "plan_tables.h"

static uint8_t source_byte(const struct ofs_columns *job, uint32_t row, size_t byte)
{
    uint8_t a = job->rows[(ptrdiff_t)row * job->pitch_bytes + (ptrdiff_t)byte], b;

    if (!job->previous)
        return a;
    b = job->previous[(ptrdiff_t)row * job->previous_pitch_bytes + (ptrdiff_t)byte];
    return a > b ? a : b;
}

/* Steps 1 and 2 for one byte of one column. */
static uint32_t normalized(const struct ofs_columns *job, size_t byte)
{
    const struct ofs_normalize *normalize = &job->normalize;
    uint32_t sum = 0;

    for (uint32_t k = 0; k < job->count; k++)
        sum += (uint32_t)job->weights[k] * source_byte(job, k, byte);
    if (normalize->wide)
        return (uint32_t)((uint64_t)sum * normalize->multiplier >> 32);
    return (sum << normalize->shift) * normalize->multiplier >> 16;
}

static uint32_t gray_of(uint32_t red, uint32_t green, uint32_t blue)
{
    return (4899 * red + 9617 * green + 1868 * blue) >> 14;
}

void ofs_scalar_columns_gray(const struct ofs_columns *job)
{
    for (uint32_t x = 0; x < job->width; x++) {
        uint32_t red = normalized(job, (size_t)x * 4 + job->red);
        uint32_t green = normalized(job, (size_t)x * 4 + job->green);
        uint32_t blue = normalized(job, (size_t)x * 4 + job->blue);

        job->planes[0][x] = (int16_t)gray_of(red, green, blue);
    }
}

void ofs_scalar_columns_rgb(const struct ofs_columns *job)
{
    for (uint32_t x = 0; x < job->width; x++) {
        job->planes[0][x] = (int16_t)normalized(job, (size_t)x * 4 + job->red);
        job->planes[1][x] = (int16_t)normalized(job, (size_t)x * 4 + job->green);
        job->planes[2][x] = (int16_t)normalized(job, (size_t)x * 4 + job->blue);
    }
}

static void rows(const struct ofs_plan *plan, const int16_t *plane, uint8_t *out)
{
    const struct ofs_axis *x = &plan->x;

    for (uint32_t i = 0; i < x->output_px; i++) {
        uint32_t sum = 0;

        for (uint32_t k = x->offset[i]; k < x->offset[i + 1]; k++)
            sum += (uint32_t)x->weights[k] * (uint32_t)plane[x->first[i] + k - x->offset[i]];
        out[i] = (uint8_t)((sum + plan->divide.bias) / (128 * x->total));
    }
}

void ofs_scalar_rows_direct(const int16_t *plane, uint32_t width, uint8_t *out)
{
    for (uint32_t x = 0; x < width; x++)
        out[x] = (uint8_t)((plane[x] + 64) >> 7);
}

void ofs_scalar_convert_gray(const struct ofs_columns *job, uint8_t *out)
{
    for (uint32_t x = 0; x < job->width; x++) {
        uint32_t gray = gray_of((uint32_t)source_byte(job, 0, (size_t)x * 4 + job->red) << 7,
                                (uint32_t)source_byte(job, 0, (size_t)x * 4 + job->green) << 7,
                                (uint32_t)source_byte(job, 0, (size_t)x * 4 + job->blue) << 7);

        out[x] = (uint8_t)((gray + 64) >> 7);
    }
}

void ofs_scalar_convert_planes(const struct ofs_columns *job, uint8_t *const out[3])
{
    for (uint32_t x = 0; x < job->width; x++) {
        out[0][x] = source_byte(job, 0, (size_t)x * 4 + job->red);
        out[1][x] = source_byte(job, 0, (size_t)x * 4 + job->green);
        out[2][x] = source_byte(job, 0, (size_t)x * 4 + job->blue);
    }
}

void ofs_scalar_convert_packed(const struct ofs_columns *job, uint8_t *out)
{
    for (uint32_t x = 0; x < job->width; x++) {
        out[(size_t)x * 3 + 0] = source_byte(job, 0, (size_t)x * 4 + job->red);
        out[(size_t)x * 3 + 1] = source_byte(job, 0, (size_t)x * 4 + job->green);
        out[(size_t)x * 3 + 2] = source_byte(job, 0, (size_t)x * 4 + job->blue);
    }
}

const struct ofs_kernel_backend ofs_backend_scalar = {
    "scalar",
    { ofs_scalar_columns_gray, ofs_scalar_columns_rgb, rows, ofs_scalar_rows_direct, ofs_scalar_convert_gray,
      ofs_scalar_convert_planes, ofs_scalar_convert_packed },
};
