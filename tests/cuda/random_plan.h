/* Random plans and frames, the same for every run of one seed. */
#ifndef OFS_TESTS_RANDOM_PLAN_H
#define OFS_TESTS_RANDOM_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/plan.h"

static uint64_t random_state = 1;

static inline uint32_t random_below(uint32_t limit)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 16) % limit;
}

/* Mostly small, sometimes 1, sometimes long. */
static inline uint32_t random_length(uint32_t longest)
{
    switch (random_below(8)) {
    case 0: return 1 + random_below(3);
    case 1: return 1 + random_below(longest);
    case 2: return 1 + random_below(longest < 600 ? longest : 600);
    default: return 1 + random_below(longest < 100 ? longest : 100);
    }
}

/* A plan that ofs_plan_check accepts. */
static inline void random_plan(struct ofs_plan_desc *desc)
{
    static const float scales[][2] = { { 0, 0 },           { 1, 0 },           { 1 / 255.0f, 0 },
                                       { 2 / 255.0f, -1 }, { 0.0171f, -2.1f }, { 300, 7 } };

    do {
        memset(desc, 0, sizeof *desc);
        desc->struct_size = sizeof *desc;
        desc->source_width_px = random_length(3000);
        desc->source_height_px = random_length(900);
        desc->source_format = random_below(2);
        if (random_below(3) == 0) {
            desc->crop_width_px = 1 + random_below(desc->source_width_px);
            desc->crop_height_px = 1 + random_below(desc->source_height_px);
            desc->crop_x_px = random_below(desc->source_width_px - desc->crop_width_px + 1);
            desc->crop_y_px = random_below(desc->source_height_px - desc->crop_height_px + 1);
        }
        if (random_below(6)) {
            desc->width_px = random_length(1200);
            desc->height_px = random_length(200);
        }
        desc->color = random_below(2);
        desc->filter = random_below(3);
        desc->layout = random_below(2);
        desc->dtype = random_below(4);
        desc->flip = random_below(4);
        desc->stack = random_below(2) ? 0 : 1 + random_below(5);
        desc->max_frames = random_below(3);
        if (desc->dtype != OFS_DTYPE_UINT8) {
            uint32_t pick = random_below(6);

            desc->scale = scales[pick][0];
            desc->offset = scales[pick][1];
        }
    } while (ofs_plan_check(desc, NULL, 0));
}

/* Noise, or flat, or only the two ends of the scale. */
static inline void random_bytes(unsigned char *bytes, size_t count)
{
    uint32_t kind = random_below(4), flat = random_below(256);

    if (kind == 0)
        memset(bytes, (int)flat, count);
    for (size_t i = 0; kind && i < count; i++) {
        if (i % 6 == 0) /* the low bits of this generator are its weaker ones */
            random_below(2);
        bytes[i] = (unsigned char)(random_state >> (8 + i % 6 * 8));
        if (kind == 1)
            bytes[i] = bytes[i] & 1 ? 255 : 0;
    }
}

#endif
