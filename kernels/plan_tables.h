/* What a plan is made of: the tables of plan.h's definition, ready for use, and the stages that a backend provides.
 * Read by the backends here and by kernels/cuda; nobody else. C11 and C++17. */
#ifndef OFS_KERNELS_PLAN_TABLES_H
#define OFS_KERNELS_PLAN_TABLES_H

#include "plan.h"

/* -- tables, the same for every backend ---------------------------------------------------------------------------- */

/* Output i is the sum of weights[offset[i] + k] * source[first[i] + k] for k = 0 .. offset[i + 1] - offset[i] - 1. There is
 * at least one tap, none weighs nothing, and all weights of an output add up to `total`. Flipping is already in here. An axis
 * on which every output has a single tap has weights and total 1: a common factor changes no bit there. */
struct ofs_axis {
    uint32_t source_px;      /* of the crop */
    uint32_t output_px;
    uint32_t total;          /* T, at most 16384 */
    uint32_t max_taps;
    uint32_t max_weight;     /* at most T */
    const uint32_t *first;   /* output_px, counted from the edge of the crop */
    const uint32_t *offset;  /* output_px + 1 */
    const uint16_t *weights; /* offset[output_px] */
};

/* Step 2, from V to n in 1/128 of a level. */
struct ofs_normalize {
    uint32_t wide;       /* T_y > 257: n = (uint64)V * multiplier >> 32; else n = (V << shift) * multiplier >> 16 */
    uint32_t shift;      /* a */
    uint32_t multiplier; /* K */
};

/* Step 5, without dividing: out = (((S + bias) >> 7) * multiplier) >> shift in 64 bits; where shift is 24 the product fits
 * into 32 bits. Exact: with Y = (S + bias) >> 7 <= 255.5 T and multiplier = ceil(2^shift / T) the product exceeds
 * Y 2^shift / T by less than Y, which must stay below 2^shift / T, the distance of Y / T from the next whole number; that is
 * 255.5 T^2 < 2^shift, true of T <= 256 with 24 and of T <= 16384 with 36. */
struct ofs_divide {
    uint32_t bias; /* 64 T */
    uint32_t multiplier, shift;
};

struct ofs_stages;

struct ofs_plan {
    struct ofs_plan_desc desc; /* every default filled in */
    const struct ofs_kernel_backend *backend;
    struct ofs_axis x, y;
    struct ofs_normalize normalize;
    struct ofs_divide divide;
    uint32_t channels;     /* of one frame: 1 or 3 */
    uint32_t item_bytes;   /* of one element */
    uint32_t red, green, blue; /* which byte of a source pixel */
    uint32_t lut[256];     /* step 6: the bits of the float type, in the low half for 16-bit types; for uint8 the value */

    /* Element (channel c, row y, column x) of the place `index` lies
     * index * place_stride + c * channel_stride + y * row_stride + x * pixel_stride elements into the observation. */
    size_t place_stride, channel_stride, row_stride, pixel_stride;

    /* -- for the CPU only from here; the scalar reference uses none of the shortcuts --------------------------------- */

    /* The column stage works on `columns` pixels a row: those of the crop, or, where a small part of them is looked at
     * (nearest, a strong bilinear reduction), only the ones named in `map`, gathered first. */
    uint32_t columns;
    const uint32_t *map;        /* NULL: all of the crop */
    uint8_t *packed;            /* scratch: two gathered rows of each frame */

    /* The row stage. x_direct: one output per column in this order (or, x_reversed, the opposite order), no weights. Else
     * output i = sum of padded_weights[i * padded_taps + k] * g[padded_first[i] + k]. */
    uint32_t x_direct, x_reversed;
    uint32_t padded_taps;           /* a multiple of 8 */
    const uint32_t *padded_first;   /* output_px rounded up to 8; the excess repeats the last */
    const int16_t *padded_weights;  /* the same */

    int16_t *planes[3]; /* scratch: g, or n of R, G, B; `columns`, and readable zeros for padded_taps more */
    uint8_t *levels[3]; /* scratch: one output row of step 5 in each channel; */
    uint8_t *triples;   /* and of three channels side by side */
    uint16_t *pairs;    /* scratch: the weights of an output row, two by two */
};

#define OFS_NARROW_MAX     257u /* the largest T_y whose sums fit 16 bits */
#define OFS_SMALL_TAPS_MAX 257u /* and so the most rows that can have small weights */

/* -- stages -------------------------------------------------------------------------------------------------------- */

/* Steps 1 to 3 for one output row: `count` source rows from `rows` on, `width` pixels each. */
struct ofs_columns {
    const uint8_t *rows;
    ptrdiff_t pitch_bytes;
    const uint8_t *previous; /* NULL: no maximum */
    ptrdiff_t previous_pitch_bytes;
    const uint16_t *weights;
    uint32_t count, width;
    uint32_t small_weights;  /* two weights add up to 128 at most, and none is above 127 */
    uint32_t small_shifted;  /* the same of weights << normalize.shift */
    uint16_t *pairs;         /* scratch of 2 * count + 2 */
    struct ofs_normalize normalize;
    uint32_t red, green, blue;
    int16_t *planes[3];      /* where the results go: one plane for gray */
};

struct ofs_stages {
    void (*columns_gray)(const struct ofs_columns *job);
    void (*columns_rgb)(const struct ofs_columns *job);
    /* Steps 4 and 5 for one plane: output_px bytes, and none beyond. */
    void (*rows)(const struct ofs_plan *plan, const int16_t *plane, uint8_t *out);
    /* Step 5 where x_direct: out[i] = (plane[i] + 64) >> 7. */
    void (*rows_direct)(const int16_t *plane, uint32_t width, uint8_t *out);
    /* Everything where both axes are direct; the job has one row. */
    void (*convert_gray)(const struct ofs_columns *job, uint8_t *out);
    void (*convert_planes)(const struct ofs_columns *job, uint8_t *const out[3]); /* R, G, B */
    void (*convert_packed)(const struct ofs_columns *job, uint8_t *out);          /* RGBRGB... */
};

struct ofs_kernel_backend {
    const char *name;
    struct ofs_stages stages;
};

extern const struct ofs_kernel_backend ofs_backend_scalar, ofs_backend_sse41, ofs_backend_avx2, ofs_backend_neon;

/* The best backend of this processor. */
const struct ofs_kernel_backend *ofs_kernel_backend_best(void);

/* Parts of the AVX2 backend in a file of their own. */
void ofs_avx2_rows(const struct ofs_plan *plan, const int16_t *plane, uint8_t *out);
void ofs_avx2_rows_direct(const int16_t *plane, uint32_t width, uint8_t *out);

/* The scalar stages, for what is too narrow for vectors. */
void ofs_scalar_columns_gray(const struct ofs_columns *job);
void ofs_scalar_columns_rgb(const struct ofs_columns *job);
void ofs_scalar_rows_direct(const int16_t *plane, uint32_t width, uint8_t *out);
void ofs_scalar_convert_gray(const struct ofs_columns *job, uint8_t *out);
void ofs_scalar_convert_planes(const struct ofs_columns *job, uint8_t *const out[3]);
void ofs_scalar_convert_packed(const struct ofs_columns *job, uint8_t *out);

#endif
