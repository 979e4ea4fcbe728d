#include "cases.h"

#include <stdio.h>
#include <string.h>

uint32_t rng_next(struct rng *rng)
{
    uint64_t z = rng->state += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(z >> 32);
}

uint32_t rng_below(struct rng *rng, uint32_t n) { return (uint32_t)((uint64_t)rng_next(rng) * n >> 32); }

uint32_t rng_range(struct rng *rng, uint32_t a, uint32_t b) { return a + rng_below(rng, b - a + 1); }

static uint32_t random_px(struct rng *rng)
{
    switch (rng_below(rng, 16)) {
    case 0: return rng_range(rng, 1, 4);
    case 1: return 84;
    case 2: return rng_range(rng, 257, 800);
    case 3: return rng_below(rng, 4) ? rng_range(rng, 60, 70) : rng_range(rng, 800, 2000);
    case 4: return 32 * rng_range(rng, 1, 8);
    default: return rng_range(rng, 1, 300);
    }
}

static uint32_t random_output_px(struct rng *rng, uint32_t crop_px)
{
    uint32_t factor = rng_range(rng, 1, 6);

    switch (rng_below(rng, 8)) {
    case 0:
    case 1: return crop_px;
    case 2: return (crop_px + factor - 1) / factor;
    case 3: return crop_px < 400 ? crop_px * factor : crop_px;
    default: return random_px(rng);
    }
}

void case_plan(struct rng *rng, struct ofs_plan_desc *desc)
{
    memset(desc, 0, sizeof *desc);
    desc->struct_size = sizeof *desc;
    desc->crop_width_px = random_px(rng);
    desc->crop_height_px = random_px(rng);
    if (desc->crop_width_px > 800 && desc->crop_height_px > 400)
        desc->crop_height_px = rng_range(rng, 1, 300);
    desc->source_width_px = desc->crop_width_px;
    desc->source_height_px = desc->crop_height_px;
    desc->width_px = random_output_px(rng, desc->crop_width_px);
    desc->height_px = random_output_px(rng, desc->crop_height_px);
    if (rng_below(rng, 2)) {
        desc->crop_x_px = rng_below(rng, 9);
        desc->crop_y_px = rng_below(rng, 9);
        desc->source_width_px += desc->crop_x_px + rng_below(rng, 9);
        desc->source_height_px += desc->crop_y_px + rng_below(rng, 9);
    } else {
        desc->crop_width_px = desc->crop_height_px = 0;
    }
    desc->source_format = rng_below(rng, 2);
    desc->color = rng_below(rng, 2);
    desc->filter = rng_below(rng, 4) ? rng_below(rng, 2) : rng_below(rng, 3);
    desc->layout = rng_below(rng, 2);
    desc->dtype = rng_below(rng, 2) ? OFS_DTYPE_UINT8 : rng_below(rng, 4);
    desc->flip = rng_below(rng, 2) ? 0 : rng_below(rng, 4);
    desc->stack = rng_below(rng, 2) ? 1 : rng_range(rng, 1, 5);
    desc->max_frames = rng_range(rng, 1, 2);
    if (desc->dtype != OFS_DTYPE_UINT8) {
        desc->scale = (float)(int)rng_range(rng, 1, 2000) / 255000.0f;
        desc->offset = (float)(int)rng_range(rng, 0, 200) / 100.0f - 1.0f;
    }
}

void case_pixels(struct rng *rng, unsigned char *pixels, size_t bytes)
{
    uint32_t kind = rng_below(rng, 4), run = 0, value = 0;

    for (size_t i = 0; i < bytes; i++) {
        if (kind == 0) {
            pixels[i] = (unsigned char)rng_next(rng);
        } else if (kind == 1) {
            if (!run--) {
                run = rng_below(rng, 64);
                value = rng_below(rng, 2) * 255;
            }
            pixels[i] = (unsigned char)value;
        } else if (kind == 2) {
            pixels[i] = rng_below(rng, 64) ? 255 : 254;
        } else {
            pixels[i] = (unsigned char)(i / 7 + rng_below(rng, 3));
        }
    }
}

void case_describe(const struct ofs_plan_desc *d, char *text, size_t text_bytes)
{
    snprintf(text, text_bytes,
             "source %ux%u format %u, crop %u,%u %ux%u, output %ux%u, color %u filter %u layout %u dtype %u flip %u stack %u "
             "max %u scale %g offset %g",
             d->source_width_px, d->source_height_px, d->source_format, d->crop_x_px, d->crop_y_px, d->crop_width_px,
             d->crop_height_px, d->width_px, d->height_px, d->color, d->filter, d->layout, d->dtype, d->flip, d->stack,
             d->max_frames, (double)d->scale, (double)d->offset);
}
