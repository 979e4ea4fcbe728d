/* What one thread of one block does, stage by stage: plan.h's definition on a GPU. The stages are separated by
 * barriers.
 *
 * Included by preproc.cu for the device, and by the emulation of the tests, which runs the same text on the CPU: it is
 * therefore C11 as well as C++17, and who includes it defines first
 *   OFS_DEVICE                   what a function for the device starts with
 *   OFS_UNROLL                   in front of the loop over source rows, or nothing
 *   OFS_LOAD(pointer)            reads a table or source word that nobody writes meanwhile
 *   OFS_FETCH(texture, x, row)   the pixel as a word, red lowest; row 0 is the lowest one of the picture
 *   OFS_MAX4(a, b)               the larger of each of four bytes */
#ifndef OFS_KERNELS_CUDA_STAGES_H
#define OFS_KERNELS_CUDA_STAGES_H

#include "kernels/cuda/preproc.h"

/* `texture` and `two` (with a previous frame) are constants wherever these are called, so that loops have no
 * branches. */

OFS_DEVICE uint32_t ofs_k_word(const uint8_t *pixels, int64_t pitch_bytes, uint64_t object, uint32_t x, uint32_t row,
                               uint32_t bottom_px, int texture)
{
    if (texture)
        return OFS_FETCH(object, x, bottom_px - row);
    return OFS_LOAD((const uint32_t *)(const void *)(pixels + (int64_t)row * pitch_bytes + (int64_t)x * 4));
}

/* x and row count from the top left corner of the source. */
OFS_DEVICE uint32_t ofs_k_pixel(const struct ofs_preproc_params *p, const struct ofs_preproc_frame *f, uint32_t x,
                                uint32_t row, int texture, int two)
{
    uint32_t word = ofs_k_word(f->pixels, f->pitch_bytes, f->texture, x, row, p->bottom_px, texture), before;

    if (!two)
        return word;
    before = ofs_k_word(f->previous, f->previous_pitch_bytes, f->previous_texture, x, row, p->bottom_px, texture);
    return OFS_MAX4(word, before);
}

OFS_DEVICE uint32_t ofs_k_normalized(const struct ofs_preproc_params *p, uint32_t sum)
{
    if (p->normalize.wide)
        return (uint32_t)((uint64_t)sum * p->normalize.multiplier >> 32);
    return (sum << p->normalize.shift) * p->normalize.multiplier >> 16;
}

/* Steps 1 to 3 for one column of the crop: one level of gray, or red, green and blue, in 1/128. */
OFS_DEVICE void ofs_k_column(const struct ofs_preproc_params *p, const struct ofs_preproc_frame *f, uint32_t x,
                             uint32_t y, uint32_t level[3], int texture, int two)
{
    uint32_t row = p->crop_y_px + OFS_LOAD(p->y.first + y), from = OFS_LOAD(p->y.offset + y), k;
    uint32_t count = OFS_LOAD(p->y.offset + y + 1) - from, red = 0, green = 0, blue = 0;

    x += p->crop_x_px;
    OFS_UNROLL
    for (k = 0; k < count; k++) {
        uint32_t weight = OFS_LOAD(p->y.weights + from + k), word = ofs_k_pixel(p, f, x, row + k, texture, two);

        red += weight * (word >> p->red_shift & 255);
        green += weight * (word >> p->green_shift & 255);
        blue += weight * (word >> p->blue_shift & 255);
    }
    red = ofs_k_normalized(p, red);
    green = ofs_k_normalized(p, green);
    blue = ofs_k_normalized(p, blue);
    if (p->channels == 1) {
        level[0] = (4899 * red + 9617 * green + 1868 * blue) >> 14;
        return;
    }
    level[0] = red;
    level[1] = green;
    level[2] = blue;
}

/* Steps 5 and 6. */
OFS_DEVICE void ofs_k_store(const struct ofs_preproc_params *p, const struct ofs_preproc_frame *f, uint32_t channel,
                            uint32_t x, uint32_t y, uint32_t sum)
{
    uint64_t at = p->first_element + channel * p->channel_stride + y * p->row_stride + x * p->pixel_stride;
    uint32_t value = (uint32_t)((uint64_t)((sum + p->divide.bias) >> 7) * p->divide.multiplier >> p->divide.shift);

    if (p->item_bytes == 1) {
        ((uint8_t *)f->out)[at] = (uint8_t)value;
        return;
    }
    value = OFS_LOAD(p->lut + value);
    if (p->item_bytes == 2)
        ((uint16_t *)f->out)[at] = (uint16_t)value;
    else
        ((uint32_t *)f->out)[at] = value;
}

/* -- direct: one thread, one output pixel -------------------------------------------------------------------------- */

OFS_DEVICE void ofs_k_direct(const struct ofs_preproc_params *p, const struct ofs_preproc_frame *f, uint32_t x,
                             uint32_t y, int texture, int two)
{
    uint32_t level[3], c;

    if (x >= p->width_px)
        return;
    ofs_k_column(p, f, OFS_LOAD(p->x.first + x), y, level, texture, two);
    for (c = 0; c < p->channels; c++)
        ofs_k_store(p, f, c, x, y, level[c]);
}

/* -- resize: one block, one segment of an output row
 * ---------------------------------------------------------------- */

struct ofs_k_segment {
    uint32_t begin, count; /* outputs */
    uint32_t low, high;    /* columns of the crop that they need */
    uint32_t tasks;        /* sums: outputs times channels */
};

OFS_DEVICE struct ofs_k_segment ofs_k_segment_of(const struct ofs_preproc_params *p, uint32_t block_x)
{
    struct ofs_k_segment s;
    uint32_t last, first_a, first_b, end_a, end_b;

    s.begin = block_x * p->segment_px;
    s.count = p->width_px - s.begin < p->segment_px ? p->width_px - s.begin : p->segment_px;
    s.tasks = s.count * p->channels;
    last = s.begin + s.count - 1;
    first_a = OFS_LOAD(p->x.first + s.begin);
    first_b = OFS_LOAD(p->x.first + last);
    end_a = first_a + OFS_LOAD(p->x.offset + s.begin + 1) - OFS_LOAD(p->x.offset + s.begin);
    end_b = first_b + OFS_LOAD(p->x.offset + last + 1) - OFS_LOAD(p->x.offset + last);
    s.low = first_a < first_b ? first_a : first_b; /* the tables run backwards when flipped */
    s.high = end_a > end_b ? end_a : end_b;
    return s;
}

/* A tile is OFS_PREPROC_THREADS columns from `tile` on. First the columns. */
OFS_DEVICE void ofs_k_fill(const struct ofs_preproc_params *p, const struct ofs_preproc_frame *f,
                           const struct ofs_k_segment *s, struct ofs_preproc_shared *shared, uint32_t tile, uint32_t y,
                           uint32_t thread, uint32_t threads, int texture, int two)
{
    uint32_t t, c, level[3];

    for (t = thread; t < OFS_PREPROC_THREADS && tile + t < s->high; t += threads) {
        ofs_k_column(p, f, tile + t, y, level, texture, two);
        for (c = 0; c < p->channels; c++)
            shared->plane[c][t] = (uint16_t)level[c];
    }
}

/* Task o is one channel of one output; neighbours in memory are neighbours among the tasks. */
OFS_DEVICE void ofs_k_task(const struct ofs_preproc_params *p, const struct ofs_k_segment *s, uint32_t o,
                           uint32_t *channel, uint32_t *output)
{
    if (p->channel_stride == 1) {
        *channel = o % p->channels;
        *output = s->begin + o / p->channels;
    } else {
        *channel = o / s->count;
        *output = s->begin + o % s->count;
    }
}

/* Then step 4, as far as this tile goes. Each sum is shared by `parts` threads, which take taps in turn. */
OFS_DEVICE void ofs_k_sum(const struct ofs_preproc_params *p, const struct ofs_k_segment *s,
                          struct ofs_preproc_shared *shared, uint32_t tile, uint32_t thread, uint32_t threads)
{
    uint32_t t, k;

    for (t = thread; t < s->tasks * p->parts; t += threads) {
        uint32_t channel, output, from, first, taps, sum = 0;

        ofs_k_task(p, s, t % s->tasks, &channel, &output);
        from = OFS_LOAD(p->x.offset + output);
        taps = OFS_LOAD(p->x.offset + output + 1) - from;
        first = OFS_LOAD(p->x.first + output);
        for (k = t / s->tasks; k < taps; k += p->parts) {
            uint32_t column = first + k - tile; /* of the tile, or far above it when the column comes before */

            if (column < OFS_PREPROC_THREADS)
                sum += OFS_LOAD(p->x.weights + from + k) * (uint32_t)shared->plane[channel][column];
        }
        shared->partial[t] = tile == s->low ? sum : shared->partial[t] + sum;
    }
}

/* After the last tile. */
OFS_DEVICE void ofs_k_finish(const struct ofs_preproc_params *p, const struct ofs_preproc_frame *f,
                             const struct ofs_k_segment *s, const struct ofs_preproc_shared *shared, uint32_t y,
                             uint32_t thread, uint32_t threads)
{
    uint32_t o, part;

    for (o = thread; o < s->tasks; o += threads) {
        uint32_t channel, output, sum = 0;

        ofs_k_task(p, s, o, &channel, &output);
        for (part = 0; part < p->parts; part++)
            sum += shared->partial[part * s->tasks + o];
        ofs_k_store(p, f, channel, output, y, sum);
    }
}

/* -- copy: one thread, one pixel of one place
 * ----------------------------------------------------------------------- */

OFS_DEVICE void ofs_k_copy(const struct ofs_preproc_copy *c, uint64_t pixel)
{
    uint64_t at = pixel * c->pixel_stride;
    uint32_t i;

    if (pixel >= c->pixels)
        return;
    for (i = 0; i < c->channels; i++, at += c->channel_stride) {
        if (c->item_bytes == 1)
            c->to[at] = c->from[at];
        else if (c->item_bytes == 2)
            ((uint16_t *)(void *)c->to)[at] = ((const uint16_t *)(const void *)c->from)[at];
        else
            ((uint32_t *)(void *)c->to)[at] = ((const uint32_t *)(const void *)c->from)[at];
    }
}

#endif
