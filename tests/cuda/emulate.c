/* See emulate.h. The loops around the stages are those of preproc.cu. */
#include "emulate.h"

#include <string.h>

unsigned long emulate_outside;

static uint32_t fetch(uint64_t object, uint32_t x, uint32_t row)
{
    const struct emulated_texture *texture = (const struct emulated_texture *)(uintptr_t)object;
    uint32_t word;

    if (x >= texture->width_px || row >= texture->height_px) {
        emulate_outside++;
        return 0;
    }
    memcpy(&word, texture->rgba + ((size_t)row * texture->width_px + x) * 4, 4);
    return word;
}

static uint32_t max4(uint32_t a, uint32_t b)
{
    uint32_t result = 0;

    for (uint32_t shift = 0; shift < 32; shift += 8) {
        uint32_t p = a >> shift & 255, q = b >> shift & 255;

        result |= (p > q ? p : q) << shift;
    }
    return result;
}

#define OFS_DEVICE static inline
#define OFS_UNROLL
#define OFS_LOAD(pointer)          (*(pointer))
#define OFS_FETCH(texture, x, row) fetch(texture, x, row)
#define OFS_MAX4(a, b)             max4(a, b)
#include "kernels/cuda/stages.h"

struct launch {
    const struct ofs_preproc_params *p;
    const struct ofs_preproc_frames *frames;
    unsigned threads;
    int texture;
    uint32_t seed;
};

/* The thread that runs i-th: forwards, backwards, or from somewhere in the middle on. */
static uint32_t nth(const struct launch *l, uint32_t i)
{
    switch (l->seed % 3) {
    case 0: return i;
    case 1: return l->threads - 1 - i;
    default: return (i + l->seed) % l->threads;
    }
}

static void resize_block(const struct launch *l, uint32_t block_x, uint32_t y, const struct ofs_preproc_frame *f)
{
    const struct ofs_preproc_params *p = l->p;
    struct ofs_preproc_shared shared;
    const struct ofs_k_segment s = ofs_k_segment_of(p, block_x);
    int two = l->texture ? f->previous_texture != 0 : f->previous != NULL;

    memset(&shared, 0xA5, sizeof shared);
    for (uint32_t tile = s.low; tile < s.high; tile += OFS_PREPROC_THREADS) {
        for (uint32_t i = 0; i < l->threads; i++)
            ofs_k_fill(p, f, &s, &shared, tile, y, nth(l, i), l->threads, l->texture, two);
        for (uint32_t i = 0; i < l->threads; i++)
            ofs_k_sum(p, &s, &shared, tile, nth(l, i), l->threads);
    }
    for (uint32_t i = 0; i < l->threads; i++)
        ofs_k_finish(p, f, &s, &shared, y, nth(l, i), l->threads);
}

static void direct_block(const struct launch *l, uint32_t block_x, uint32_t y, const struct ofs_preproc_frame *f)
{
    int two = l->texture ? f->previous_texture != 0 : f->previous != NULL;

    for (uint32_t i = 0; i < l->threads; i++)
        ofs_k_direct(l->p, f, block_x * l->threads + nth(l, i), y, l->texture, two);
}

static void each_block(struct launch *l, const unsigned grid[3],
                       void (*block)(const struct launch *, uint32_t, uint32_t, const struct ofs_preproc_frame *))
{
    for (unsigned z = 0; z < grid[2]; z++)
        for (unsigned y = 0; y < grid[1]; y++)
            for (unsigned x = 0; x < grid[0]; x++, l->seed++)
                block(l, x, y, &l->frames->frame[z]);
}

bool emulate_launch(const char *kernel, const unsigned grid[3], unsigned threads, void **arguments)
{
    static uint32_t launches;
    struct launch l = { .threads = threads, .seed = launches++ };

    if (strcmp(kernel, OFS_PREPROC_COPY) == 0) {
        for (uint64_t i = 0; i < (uint64_t)grid[0] * threads; i++)
            ofs_k_copy(arguments[0], i);
        return true;
    }
    l.p = arguments[0];
    l.frames = arguments[1];
    l.texture = strcmp(kernel, OFS_PREPROC_RESIZE_TEXTURE) == 0 || strcmp(kernel, OFS_PREPROC_DIRECT_TEXTURE) == 0;
    if (strcmp(kernel, OFS_PREPROC_RESIZE_MEMORY) == 0 || strcmp(kernel, OFS_PREPROC_RESIZE_TEXTURE) == 0)
        each_block(&l, grid, resize_block);
    else if (strcmp(kernel, OFS_PREPROC_DIRECT_MEMORY) == 0 || strcmp(kernel, OFS_PREPROC_DIRECT_TEXTURE) == 0)
        each_block(&l, grid, direct_block);
    else
        return false;
    return true;
}
