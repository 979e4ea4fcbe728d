/* NEON, AArch64: sixteen pixels at a time where sums fit 16 bits, else eight. Loads take the channels apart, so that the
 * fourth byte costs nothing further. */
#include "plan_tables.h"

#include <arm_neon.h>
#include <string.h>

#define BLOCK_PX 16u

/* Normalized values of sixteen pixels: [channel in memory order][half]. */
struct block {
    int16x8_t n[3][2];
};

static inline uint8x16x4_t load_16px(const struct ofs_columns *job, ptrdiff_t row, size_t byte)
{
    uint8x16x4_t a = vld4q_u8(job->rows + row * job->pitch_bytes + byte);

    if (job->previous) {
        uint8x16x4_t b = vld4q_u8(job->previous + row * job->previous_pitch_bytes + byte);

        for (int c = 0; c < 3; c++)
            a.val[c] = vmaxq_u8(a.val[c], b.val[c]);
    }
    return a;
}

/* -- steps 1 and 2 ------------------------------------------------------------------------------------------------- */

static inline int16x8_t normalize_narrow(uint16x8_t sum, const struct ofs_normalize *normalize)
{
    uint16_t multiplier = (uint16_t)normalize->multiplier;

    sum = vshlq_u16(sum, vdupq_n_s16((int16_t)normalize->shift));
    return vreinterpretq_s16_u16(vcombine_u16(vshrn_n_u32(vmull_n_u16(vget_low_u16(sum), multiplier), 16),
                                              vshrn_n_u32(vmull_n_u16(vget_high_u16(sum), multiplier), 16)));
}

static void sum_narrow(const struct ofs_columns *job, size_t byte, struct block *block)
{
    uint16x8_t sum[3][2];

    for (int c = 0; c < 3; c++)
        sum[c][0] = sum[c][1] = vdupq_n_u16(0);
    for (uint32_t k = 0; k < job->count; k++) {
        uint8x16x4_t a = load_16px(job, (ptrdiff_t)k, byte);
        uint16_t weight = job->weights[k]; /* up to 257, so bytes are widened before they are multiplied */

        for (int c = 0; c < 3; c++) {
            sum[c][0] = vmlaq_n_u16(sum[c][0], vmovl_u8(vget_low_u8(a.val[c])), weight);
            sum[c][1] = vmlaq_n_u16(sum[c][1], vmovl_u8(vget_high_u8(a.val[c])), weight);
        }
    }
    for (int c = 0; c < 3; c++) {
        block->n[c][0] = normalize_narrow(sum[c][0], &job->normalize);
        block->n[c][1] = normalize_narrow(sum[c][1], &job->normalize);
    }
}

static void sum_small(const struct ofs_columns *job, size_t byte, struct block *block)
{
    uint16x8_t sum[3][2];

    for (int c = 0; c < 3; c++)
        sum[c][0] = sum[c][1] = vdupq_n_u16(0);
    for (uint32_t k = 0; k < job->count; k++) {
        uint8x16x4_t a = load_16px(job, (ptrdiff_t)k, byte);
        uint8x16_t weight = vdupq_n_u8((uint8_t)job->weights[k]);

        for (int c = 0; c < 3; c++) {
            sum[c][0] = vmlal_u8(sum[c][0], vget_low_u8(a.val[c]), vget_low_u8(weight));
            sum[c][1] = vmlal_high_u8(sum[c][1], a.val[c], weight);
        }
    }
    for (int c = 0; c < 3; c++) {
        block->n[c][0] = normalize_narrow(sum[c][0], &job->normalize);
        block->n[c][1] = normalize_narrow(sum[c][1], &job->normalize);
    }
}

static inline uint16x4_t normalize_wide(uint32x4_t sum, uint32_t multiplier)
{
    return vmovn_u32(vcombine_u32(vshrn_n_u64(vmull_n_u32(vget_low_u32(sum), multiplier), 32),
                                  vshrn_n_u64(vmull_n_u32(vget_high_u32(sum), multiplier), 32)));
}

/* One half of a block: eight pixels. */
static void sum_wide(const struct ofs_columns *job, size_t byte, struct block *block, int half)
{
    uint32x4_t sum[3][2];

    for (int c = 0; c < 3; c++)
        sum[c][0] = sum[c][1] = vdupq_n_u32(0);
    for (uint32_t k = 0; k < job->count; k++) {
        uint8x8x4_t a = vld4_u8(job->rows + (ptrdiff_t)k * job->pitch_bytes + byte);
        uint16_t weight = job->weights[k];

        if (job->previous) {
            uint8x8x4_t b = vld4_u8(job->previous + (ptrdiff_t)k * job->previous_pitch_bytes + byte);

            for (int c = 0; c < 3; c++)
                a.val[c] = vmax_u8(a.val[c], b.val[c]);
        }
        for (int c = 0; c < 3; c++) {
            uint16x8_t wide = vmovl_u8(a.val[c]);

            sum[c][0] = vmlal_n_u16(sum[c][0], vget_low_u16(wide), weight);
            sum[c][1] = vmlal_n_u16(sum[c][1], vget_high_u16(wide), weight);
        }
    }
    for (int c = 0; c < 3; c++)
        block->n[c][half] = vreinterpretq_s16_u16(vcombine_u16(normalize_wide(sum[c][0], job->normalize.multiplier),
                                                               normalize_wide(sum[c][1], job->normalize.multiplier)));
}

static void make_block(const struct ofs_columns *job, uint32_t x, struct block *block)
{
    if (job->normalize.wide) {
        sum_wide(job, (size_t)x * 4, block, 0);
        sum_wide(job, (size_t)x * 4 + 32, block, 1);
    } else if (job->small_weights) {
        sum_small(job, (size_t)x * 4, block);
    } else {
        sum_narrow(job, (size_t)x * 4, block);
    }
}

/* -- step 3 -------------------------------------------------------------------------------------------------------- */

static inline uint32x4_t weigh_colors(int16x4_t red, int16x4_t green, int16x4_t blue)
{
    return vreinterpretq_u32_s32(vmlal_n_s16(vmlal_n_s16(vmull_n_s16(red, 4899), green, 9617), blue, 1868));
}

static inline int16x8_t gray_8px(int16x8_t red, int16x8_t green, int16x8_t blue)
{
    uint32x4_t low = weigh_colors(vget_low_s16(red), vget_low_s16(green), vget_low_s16(blue));
    uint32x4_t high = weigh_colors(vget_high_s16(red), vget_high_s16(green), vget_high_s16(blue));

    return vreinterpretq_s16_u16(vcombine_u16(vshrn_n_u32(low, 14), vshrn_n_u32(high, 14)));
}

static void columns_gray(const struct ofs_columns *job)
{
    if (job->width < BLOCK_PX) {
        ofs_scalar_columns_gray(job);
        return;
    }
    for (uint32_t x = 0; x < job->width; x += BLOCK_PX) {
        struct block b;

        if (x + BLOCK_PX > job->width)
            x = job->width - BLOCK_PX; /* the last block overlaps the one before */
        make_block(job, x, &b);
        for (int half = 0; half < 2; half++)
            vst1q_s16(job->planes[0] + x + 8 * half,
                      gray_8px(b.n[job->red][half], b.n[job->green][half], b.n[job->blue][half]));
    }
}

static void columns_rgb(const struct ofs_columns *job)
{
    const uint32_t channels[3] = { job->red, job->green, job->blue };

    if (job->width < BLOCK_PX) {
        ofs_scalar_columns_rgb(job);
        return;
    }
    for (uint32_t x = 0; x < job->width; x += BLOCK_PX) {
        struct block b;

        if (x + BLOCK_PX > job->width)
            x = job->width - BLOCK_PX;
        make_block(job, x, &b);
        for (int color = 0; color < 3; color++) {
            vst1q_s16(job->planes[color] + x, b.n[channels[color]][0]);
            vst1q_s16(job->planes[color] + x + 8, b.n[channels[color]][1]);
        }
    }
}

/* -- steps 4 and 5 ------------------------------------------------------------------------------------------------- */

static inline int32x4_t weigh(int32x4_t sum, const int16_t *g, const int16_t *weights)
{
    int16x8_t a = vld1q_s16(g), w = vld1q_s16(weights);

    return vmlal_high_s16(vmlal_s16(sum, vget_low_s16(a), vget_low_s16(w)), a, w);
}

static inline uint16x4_t divide(uint32x4_t sum, const struct ofs_divide *divide)
{
    uint64x2_t low, high;

    sum = vshrq_n_u32(vaddq_u32(sum, vdupq_n_u32(divide->bias)), 7);
    if (divide->shift == 24)
        return vmovn_u32(vshrq_n_u32(vmulq_n_u32(sum, divide->multiplier), 24));
    low = vshrq_n_u64(vmull_n_u32(vget_low_u32(sum), divide->multiplier), 36);
    high = vshrq_n_u64(vmull_n_u32(vget_high_u32(sum), divide->multiplier), 36);
    return vmovn_u32(vcombine_u32(vmovn_u64(low), vmovn_u64(high)));
}

/* Four outputs. */
static inline uint16x4_t four_levels(const struct ofs_plan *plan, const int16_t *plane, uint32_t i)
{
    uint32_t taps = plan->padded_taps;
    const int16_t *weights = plan->padded_weights + (size_t)i * taps;
    int32x4_t sum[4];

    for (uint32_t j = 0; j < 4; j++, weights += taps) {
        const int16_t *g = plane + plan->padded_first[i + j];

        sum[j] = vdupq_n_s32(0);
        for (uint32_t k = 0; k < taps; k += 8)
            sum[j] = weigh(sum[j], g + k, weights + k);
    }
    sum[0] = vpaddq_s32(vpaddq_s32(sum[0], sum[1]), vpaddq_s32(sum[2], sum[3]));
    return divide(vreinterpretq_u32_s32(sum[0]), &plan->divide);
}

static void rows(const struct ofs_plan *plan, const int16_t *plane, uint8_t *out)
{
    uint32_t outputs = plan->desc.width_px;

    for (uint32_t i = 0; i < outputs; i += 8) {
        uint16x4_t low = four_levels(plan, plane, i), high = four_levels(plan, plane, i + 4);
        uint8x8_t levels = vmovn_u16(vcombine_u16(low, high));
        uint8_t bytes[8];

        if (outputs - i >= 8) {
            vst1_u8(out + i, levels);
        } else {
            vst1_u8(bytes, levels);
            memcpy(out + i, bytes, outputs - i);
        }
    }
}

static void rows_direct(const int16_t *plane, uint32_t width, uint8_t *out)
{
    if (width < 16) {
        ofs_scalar_rows_direct(plane, width, out);
        return;
    }
    for (uint32_t x = 0; x < width; x += 16) {
        if (x + 16 > width)
            x = width - 16;
        vst1q_u8(out + x, vcombine_u8(vqrshrun_n_s16(vld1q_s16(plane + x), 7), vqrshrun_n_s16(vld1q_s16(plane + x + 8), 7)));
    }
}

/* -- conversion only ----------------------------------------------------------------------------------------------- */

static inline uint8x8_t convert_8px(uint8x8_t red, uint8x8_t green, uint8x8_t blue)
{
    int16x8_t r = vreinterpretq_s16_u16(vmovl_u8(red)), g = vreinterpretq_s16_u16(vmovl_u8(green)),
              b = vreinterpretq_s16_u16(vmovl_u8(blue));
    uint32x4_t low = weigh_colors(vget_low_s16(r), vget_low_s16(g), vget_low_s16(b));
    uint32x4_t high = weigh_colors(vget_high_s16(r), vget_high_s16(g), vget_high_s16(b));

    /* Rounded: what steps 2 to 5 come to with single taps, where the two shifts by 7 are one by 14. */
    return vmovn_u16(vcombine_u16(vrshrn_n_u32(low, 14), vrshrn_n_u32(high, 14)));
}

static void convert_gray(const struct ofs_columns *job, uint8_t *out)
{
    if (job->width < BLOCK_PX) {
        ofs_scalar_convert_gray(job, out);
        return;
    }
    for (uint32_t x = 0; x < job->width; x += BLOCK_PX) {
        uint8x16x4_t p;
        uint8x16_t r, g, b;

        if (x + BLOCK_PX > job->width)
            x = job->width - BLOCK_PX;
        p = load_16px(job, 0, (size_t)x * 4);
        r = p.val[job->red];
        g = p.val[job->green];
        b = p.val[job->blue];
        vst1q_u8(out + x, vcombine_u8(convert_8px(vget_low_u8(r), vget_low_u8(g), vget_low_u8(b)),
                                      convert_8px(vget_high_u8(r), vget_high_u8(g), vget_high_u8(b))));
    }
}

static void convert_planes(const struct ofs_columns *job, uint8_t *const out[3])
{
    if (job->width < BLOCK_PX) {
        ofs_scalar_convert_planes(job, out);
        return;
    }
    for (uint32_t x = 0; x < job->width; x += BLOCK_PX) {
        uint8x16x4_t p;

        if (x + BLOCK_PX > job->width)
            x = job->width - BLOCK_PX;
        p = load_16px(job, 0, (size_t)x * 4);
        vst1q_u8(out[0] + x, p.val[job->red]);
        vst1q_u8(out[1] + x, p.val[job->green]);
        vst1q_u8(out[2] + x, p.val[job->blue]);
    }
}

static void convert_packed(const struct ofs_columns *job, uint8_t *out)
{
    if (job->width < BLOCK_PX) {
        ofs_scalar_convert_packed(job, out);
        return;
    }
    for (uint32_t x = 0; x < job->width; x += BLOCK_PX) {
        uint8x16x4_t p;
        uint8x16x3_t packed;

        if (x + BLOCK_PX > job->width)
            x = job->width - BLOCK_PX;
        p = load_16px(job, 0, (size_t)x * 4);
        packed.val[0] = p.val[job->red];
        packed.val[1] = p.val[job->green];
        packed.val[2] = p.val[job->blue];
        vst3q_u8(out + (size_t)x * 3, packed);
    }
}

const struct ofs_kernel_backend ofs_backend_neon = {
    "neon",
    { columns_gray, columns_rgb, rows, rows_direct, convert_gray, convert_planes, convert_packed },
};
