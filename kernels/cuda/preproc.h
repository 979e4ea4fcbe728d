/* A plan on an NVIDIA GPU: what the kernels of preproc.cu are given, and the host's part of the work, which needs no
 * CUDA.
 *
 * A kernel is launched with two arguments, struct ofs_preproc_params and struct ofs_preproc_frames, both by value.
 * What one block does is in stages.h, which compiles for the GPU and, for the tests, for the CPU. C11 and C++17. */
#ifndef OFS_KERNELS_CUDA_PREPROC_H
#define OFS_KERNELS_CUDA_PREPROC_H

#include "kernels/plan_tables.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OFS_PREPROC_THREADS 256u /* of a block at most; also the columns of a tile */
#define OFS_PREPROC_PARTS   8u   /* threads that share the taps of an output, at most */
#define OFS_PREPROC_BATCH   16u  /* frames of one launch */

/* The kernels: resize is the general one; direct is for plans without a sum over columns (no resize, nearest). The
 * source is memory or a pair of texture objects. Copy moves one place of an observation, with struct
 * ofs_preproc_copy. */
#define OFS_PREPROC_RESIZE_MEMORY  "ofs_preproc_resize_memory"
#define OFS_PREPROC_RESIZE_TEXTURE "ofs_preproc_resize_texture"
#define OFS_PREPROC_DIRECT_MEMORY  "ofs_preproc_direct_memory"
#define OFS_PREPROC_DIRECT_TEXTURE "ofs_preproc_direct_texture"
#define OFS_PREPROC_COPY           "ofs_preproc_copy_place"

/* struct ofs_axis in the device's memory. */
struct ofs_preproc_axis {
    const uint32_t *first, *offset;
    const uint16_t *weights;
};

struct ofs_preproc_params {
    struct ofs_preproc_axis x, y;
    const uint32_t *lut;
    struct ofs_normalize normalize;
    struct ofs_divide divide;
    uint32_t channels, item_bytes;
    uint32_t red_shift, green_shift, blue_shift; /* of the pixel as a little-endian word */
    uint32_t crop_x_px, crop_y_px, width_px, height_px;
    uint32_t bottom_px;     /* for textures, whose row 0 is the lowest: the height of the source less one */
    uint32_t segment_px;    /* outputs of a block */
    uint32_t parts;         /* threads that share the taps of an output */
    uint64_t first_element; /* where the place that is written begins */
    uint64_t channel_stride, row_stride, pixel_stride;
};

/* Pixels are 4-byte aligned, pitches multiples of 4. No previous frame: NULL, or texture 0. */
struct ofs_preproc_frame {
    const uint8_t *pixels, *previous;
    int64_t pitch_bytes, previous_pitch_bytes;
    uint64_t texture, previous_texture;
    void *out;
};

struct ofs_preproc_frames {
    struct ofs_preproc_frame frame[OFS_PREPROC_BATCH];
};

struct ofs_preproc_copy {
    const uint8_t *from;
    uint8_t *to;
    uint64_t pixels;
    uint64_t pixel_stride, channel_stride; /* in elements */
    uint32_t channels, item_bytes;
};

/* What a block shares. */
struct ofs_preproc_shared {
    uint32_t partial[3 * OFS_PREPROC_THREADS];
    uint16_t plane[3][OFS_PREPROC_THREADS];
};

/* -- the host's part, preproc.c ------------------------------------------------------------------------------------ */

struct ofs_preproc_grid {
    uint32_t blocks_x, blocks_y, threads;
    bool direct; /* which kernel */
};

/* How large the tables are that the device needs. */
size_t ofs_preproc_tables_bytes(const struct ofs_plan *plan);

/* Write the tables to `tables`, for a copy of them at `device` (which may be the same place), aligned to 16 bytes; and
 * the numbers, for place 0. */
void ofs_preproc_prepare(const struct ofs_plan *plan, void *tables, uintptr_t device, struct ofs_preproc_params *params,
                         struct ofs_preproc_grid *grid);

/* Params for writing place `index`, of a source whose pixels are in this order. */
void ofs_preproc_aim(const struct ofs_plan *plan, uint32_t index, enum ofs_pixel_format format,
                     struct ofs_preproc_params *params);

/* Copying place from_index of one observation to place to_index of another. */
void ofs_preproc_aim_copy(const struct ofs_plan *plan, const void *from, uint32_t from_index, void *to,
                          uint32_t to_index, struct ofs_preproc_copy *copy);

#ifdef __cplusplus
}
#endif
#endif
