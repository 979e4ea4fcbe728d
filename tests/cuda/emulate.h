/* The kernels of kernels/cuda on the CPU: the device's own text (stages.h), block after block, thread after thread.
 * Between two barriers the threads run in an order that depends on the launch, so that a stage which relies on another
 * thread's part of the same stage gives wrong results. Shared memory starts as rubbish. */
#ifndef OFS_TESTS_EMULATE_H
#define OFS_TESTS_EMULATE_H

#include <stdbool.h>

#include "kernels/cuda/preproc.h"

/* What a texture object of the emulation is: RGBA, the lowest row first, dense. Reading outside counts in
 * emulate_outside. */
struct emulated_texture {
    const unsigned char *rgba;
    uint32_t width_px, height_px;
};

extern unsigned long emulate_outside;

/* Runs the kernel of that name with a launch's arguments. False: there is none of that name. */
bool emulate_launch(const char *kernel, const unsigned grid[3], unsigned threads, void **arguments);

#endif
