/* The part of a measured program that is the same for GLX and EGL: draw a first frame and say so, then draw on command.
 *
 * Commands are lines on stdin, answers are single-line JSON on stdout, so that bench/run can keep the contestants alive
 * side by side and give each a slice of time in turn:
 *   run MS   draw for MS milliseconds: {"frames":..,"ns":..,"p50_ns":..,"p95_ns":..,"cpu_ns":..}
 *   quit     leave; so does end of file */
#ifndef BENCH_LOOP_H
#define BENCH_LOOP_H

#include "scenes.h"

#include <stdint.h>

struct bench_target {
    const char *api;                       /* "glx" or "egl" */
    const struct bench_scene *scene;
    int readback;                          /* finish a frame by reading it (BGRA), instead of by glFinish */
    int once;                              /* leave after the first frame */
    int red_bits, alpha_bits, depth_bits, stencil_bits; /* of the chosen config */
    const char *device;                    /* how the program got at its renderer, for the header */
    void (*swap)(void *data);
    void *data;
};

/* Fills scene, readback and once from --scene NAME, --finish glfinish|readback, --once; takes the options it knows out of
 * argv and returns how many arguments are left, or -1 after a message on stderr. */
int bench_parse(int argc, char **argv, struct bench_target *target);

/* Call with the context current. Returns an exit status. */
int bench_loop(const struct bench_target *target);

uint64_t bench_now_ns(void);

#endif
