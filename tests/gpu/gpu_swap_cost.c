/* What a frame costs with and without a kept front buffer, in one process and interleaved: the swap-time copy's price.
 * The front buffer is kept from the first moment a program asks for it, so the second half of each size runs with it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu_context.h"

enum { SLICES = 9 };

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;

    return left < right ? -1 : left > right;
}

/* Microseconds per frame, each finished: the median of SLICES runs. */
static double frames_us(int frames)
{
    double slices[SLICES];

    for (int slice = 0; slice < SLICES; slice++) {
        uint64_t start = gpu_now_ns();

        for (int i = 0; i < frames; i++) {
            gl.glClearColor((float)(i & 255) / 255, 0, 1, 1);
            gl.glClear(GL_COLOR_BUFFER_BIT);
            gpu_swap();
            gl.glFinish();
        }
        slices[slice] = (double)(gpu_now_ns() - start) / 1e3 / frames;
    }
    qsort(slices, SLICES, sizeof(slices[0]), by_value);
    return slices[SLICES / 2];
}

int main(int count, char **arguments)
{
    static const int sizes[][2] = {{84, 84}, {640, 480}, {1024, 1024}, {1920, 1080}};
    int frames = count > 1 ? atoi(arguments[1]) : 300;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct gpu_wish wish = {.width = sizes[i][0], .height = sizes[i][1]};
        double without, with;
        char key[32];

        if (!gpu_open(&wish))
            return 1;
        gl.glViewport(0, 0, sizes[i][0], sizes[i][1]);
        (void)frames_us(frames / 4 + 1);
        without = frames_us(frames);
        gl.glReadBuffer(GL_FRONT); /* from here on */
        gl.glReadBuffer(GL_BACK);
        (void)frames_us(frames / 4 + 1);
        with = frames_us(frames);
        (void)snprintf(key, sizeof(key), "%dx%d", sizes[i][0], sizes[i][1]);
        gpu_say(key, "%.2f us without a front buffer, %.2f with, copy %.2f", without, with, with - without);
        gpu_check(gl.glGetError() == GL_NO_ERROR, "%s: GL error", key);
    }
    return gpu_status();
}
