/* What a C program does by itself with the pixels that glReadPixels gave it: the way that Offstage is compared with,
 * and the check that both mean the same picture. */
#ifndef BENCH_CAPTURE_PLAIN_H
#define BENCH_CAPTURE_PLAIN_H

#include <stddef.h>
#include <stdint.h>

struct plain;

/* Gray, area resize to width_px x height_px, a stack of `stack`; or, with stack 0, RGB of the source's own size.
 * NULL when memory is out. */
struct plain *plain_create(int source_width_px, int source_height_px, int width_px, int height_px, unsigned stack);
void plain_destroy(struct plain *plain);

/* `rgba` has the bottom row first. Writes the observation, densely: stack x height x width, or height x width x 3. */
void plain_run(struct plain *plain, const unsigned char *rgba, unsigned char *observation);

#endif
