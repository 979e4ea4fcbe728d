/* Preprocessing: from a frame to one place of a stacked observation, in one pass over the source.
 *
 * check.c    does a description make sense                  select.c  which backend this processor gets
 * plan.c     its tables                                     run.c     frames through the stages of a backend
 * scalar.c   the reference: every other backend gives the same bits
 * sse41.c, avx2.c (with avx2_rows.c), neon.c   the same stages, vectorized
 * cuda/      the same on an NVIDIA GPU, in the module of shim/cuda
 *
 * The definition. All arithmetic is on integers, so that every backend gives the same bits.
 *
 * Each axis has, per output index i, a first source index, a number of taps and integer weights w with one total T for the
 * whole axis. Let s and d be the source (crop) and output lengths divided by their greatest common divisor.
 *   AREA      source pixel p is the interval [p d, (p+1) d), output pixel i is [i s, (i+1) s); w = length of the overlap,
 *             T = s.
 *   BILINEAR  T = 2 d; the centre of i is c = (2 i + 1) s - d in units of 1/(2 d) of a source pixel; p = floor(c / T), the
 *             weight of p+1 is c - p T and that of p the rest of T; both clamped to the crop, and weights that fall on the
 *             same pixel are added.
 *   NEAREST   p = floor(i s / d), w = T = 1.
 *   flip      the table is read from its other end.
 *
 * Source bytes: with two frames, the larger of the two at each byte, before anything else.
 *
 * 1. Columns: V[x][c] = sum over the rows of w_y * source[y][x][c], exact.
 * 2. Normalized to 1/128 of a level, n[x][c] in 0 .. 32640:
 *      T_y <= 257:  n = ((V << a) * K) >> 16, a = the largest shift with (T_y << a) <= 257, K = ceil(2^23 / (T_y << a)),
 *                   or n = V << 7 where K would be 65536 or more;
 *      else         n = (V * K) >> 32,        K = ceil(2^39 / T_y).
 * 3. Gray: g[x] = (4899 n[R] + 9617 n[G] + 1868 n[B]) >> 14; RGB: three planes of n.
 * 4. Rows: S = sum over the taps of w_x * g[x] (at most 32640 * 16384).
 * 5. out = (S + 64 T_x) / (128 T_x), rounded down, as uint8.
 * 6. Float types: table[out], table[v] = (float)v * scale + offset, each step rounded to float32, then to the type, to
 *    nearest even.
 *
 * A flat colour keeps its value; at equal sizes gray is (4899 R + 9617 G + 1868 B + 8192) >> 14. OpenCV's cvtColor has
 * coefficients of one more bit now: it is one level off for one colour in 380, and everywhere else the same. */
#ifndef OFS_KERNELS_PLAN_H
#define OFS_KERNELS_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offstage_plan.h"

struct ofs_plan;
struct ofs_kernel_backend; /* scalar, sse41, avx2, neon */

/* NULL if the description makes sense, else a sentence that says what does not, with the numbers, in `why`. */
const char *ofs_plan_check(const struct ofs_plan_desc *desc, char *why, size_t why_bytes);

/* A plan for a description that ofs_plan_check accepts; the caller's to destroy. `backend` NULL: the best one here.
 * Returns NULL when the description is bad or memory is out. Contents do not change afterwards, apart from scratch memory:
 * one plan runs on one thread at a time. */
struct ofs_plan *ofs_plan_create(const struct ofs_plan_desc *desc, const struct ofs_kernel_backend *backend);
void ofs_plan_destroy(struct ofs_plan *plan); /* accepts NULL */

/* The description with every default filled in. */
const struct ofs_plan_desc *ofs_plan_desc(const struct ofs_plan *plan);

size_t ofs_plan_item_bytes(const struct ofs_plan *plan);  /* of one element */
size_t ofs_plan_frame_bytes(const struct ofs_plan *plan); /* of one frame's channels */
size_t ofs_plan_bytes(const struct ofs_plan *plan);       /* of a whole observation, densely packed */

/* One source frame. Row y of the source starts at pixels + y * pitch_bytes; a negative pitch is a picture stored bottom
 * row first. `previous` is the frame before, of the same size and format, or NULL; it is looked at only with
 * max_frames = 2. */
struct ofs_plan_source {
    const unsigned char *pixels;
    ptrdiff_t pitch_bytes;
    const unsigned char *previous;
    ptrdiff_t previous_pitch_bytes;
};

/* Write the frame to place `index` (0 = oldest .. stack - 1) of the observation at `out`, which holds
 * ofs_plan_bytes(plan) bytes aligned to the element; nothing else in it is touched. No allocation. */
void ofs_plan_run(const struct ofs_plan *plan, const struct ofs_plan_source *source, uint32_t index, void *out);

/* The same for output rows y0 .. y1-1 only. Needs only the source rows that ofs_plan_source_rows names. */
void ofs_plan_run_rows(const struct ofs_plan *plan, const struct ofs_plan_source *source, uint32_t y0, uint32_t y1,
                       uint32_t index, void *out);

/* The source rows *first .. *end-1 (of the whole source, top row first) that output rows y0 .. y1-1 need; y0 < y1. */
void ofs_plan_source_rows(const struct ofs_plan *plan, uint32_t y0, uint32_t y1, uint32_t *first, uint32_t *end);

/* `count` frames of the same size, each into its own observation: out + i * out_stride_bytes. */
void ofs_plan_run_batch(const struct ofs_plan *plan, const struct ofs_plan_source *sources, uint32_t count,
                        uint32_t index, void *out, size_t out_stride_bytes);

/* Copy one frame's channels from place to place, in the same or another observation of this plan. */
void ofs_plan_copy_frame(const struct ofs_plan *plan, const void *from, uint32_t from_index, void *to, uint32_t to_index);

/* -- backends ------------------------------------------------------------------------------------------------------ */

/* Those that this processor can run, best first, the scalar reference last; NULL past the end. */
const struct ofs_kernel_backend *ofs_kernel_backend_at(unsigned i);
const char *ofs_kernel_backend_name(const struct ofs_kernel_backend *backend);
const struct ofs_kernel_backend *ofs_plan_backend(const struct ofs_plan *plan);

#endif
