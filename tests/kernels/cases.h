/* Random plans and pictures for the tests of kernels/: the same numbers for the same seed everywhere. */
#ifndef TESTS_KERNELS_CASES_H
#define TESTS_KERNELS_CASES_H

#include "kernels/plan.h"

struct rng {
    uint64_t state;
};

uint32_t rng_next(struct rng *rng);
uint32_t rng_below(struct rng *rng, uint32_t n);              /* 0 .. n - 1 */
uint32_t rng_range(struct rng *rng, uint32_t a, uint32_t b);  /* a .. b */

/* A plan that makes sense: any filter, color, layout, type, flip, stack, crop; sizes mostly 1 to 300, at times to 2000, with
 * equal sizes and whole ratios more often than chance has them. */
void case_plan(struct rng *rng, struct ofs_plan_desc *desc);

/* Noise, blocks of 0 and 255, or a gradient. */
void case_pixels(struct rng *rng, unsigned char *pixels, size_t bytes);

void case_describe(const struct ofs_plan_desc *desc, char *text, size_t text_bytes);

#endif
