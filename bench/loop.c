#define GL_GLEXT_PROTOTYPES 1
#include "loop.h"

#include <GL/gl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_FRAMES (1u << 20) /* frame times kept for the percentiles; a slice is far shorter */

static uint64_t clock_ns(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

uint64_t bench_now_ns(void)
{
    return clock_ns(CLOCK_MONOTONIC);
}

int bench_parse(int argc, char **argv, struct bench_target *target)
{
    int left = 1;

    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (strcmp(argv[i], "--once") == 0) {
            target->once = 1;
        } else if (strcmp(argv[i], "--scene") == 0) {
            target->scene = bench_scene_find(value);
            i++;
        } else if (strcmp(argv[i], "--finish") == 0) {
            target->readback = strcmp(value, "readback") == 0;
            i++;
        } else {
            argv[left++] = argv[i];
        }
    }
    if (!target->scene) {
        fprintf(stderr, "%s: needs --scene triangle-84|gears-300|gears-600\n", argv[0]);
        return -1;
    }
    return left;
}

static unsigned char *pixels;
static unsigned frame_number;

static void one_frame(const struct bench_target *t)
{
    t->scene->draw(frame_number++);
    if (t->readback)
        glReadPixels(0, 0, t->scene->width_px, t->scene->height_px, GL_BGRA, GL_UNSIGNED_BYTE, pixels);
    t->swap(t->data);
    if (!t->readback)
        glFinish();
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static void run_slice(const struct bench_target *t, unsigned long ms, uint32_t *times_ns)
{
    uint64_t cpu0 = clock_ns(CLOCK_PROCESS_CPUTIME_ID), start = bench_now_ns(), last = start;
    uint64_t end = start + ms * 1000000u;
    uint32_t n = 0;

    while (last < end && n < MAX_FRAMES) {
        uint64_t now;

        one_frame(t);
        now = bench_now_ns();
        times_ns[n++] = now - last > UINT32_MAX ? UINT32_MAX : (uint32_t)(now - last);
        last = now;
    }
    cpu0 = clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu0;
    qsort(times_ns, n, sizeof times_ns[0], compare_u32);
    printf("{\"frames\":%u,\"ns\":%llu,\"p50_ns\":%u,\"p95_ns\":%u,\"cpu_ns\":%llu}\n", n,
           (unsigned long long)(last - start), n ? times_ns[n / 2] : 0, n ? times_ns[(size_t)n * 95 / 100] : 0,
           (unsigned long long)cpu0);
    fflush(stdout);
}

/* One pixel, read after the clock was stopped: proof that the picture is there. */
static unsigned middle_pixel(const struct bench_target *t)
{
    unsigned char bgra[4] = {0, 0, 0, 0};

    glReadPixels(t->scene->width_px / 2, t->scene->height_px / 2, 1, 1, GL_BGRA, GL_UNSIGNED_BYTE, bgra);
    return (unsigned)bgra[2] << 16 | (unsigned)bgra[1] << 8 | bgra[0];
}

int bench_loop(const struct bench_target *t)
{
    uint32_t *times_ns = NULL;
    uint64_t first;
    char line[64];

    if (t->readback) {
        pixels = malloc((size_t)t->scene->width_px * (size_t)t->scene->height_px * 4);
        if (!pixels)
            return 1;
    }
    t->scene->init(t->scene->width_px, t->scene->height_px);
    one_frame(t);
    first = bench_now_ns();
    printf("{\"first_ns\":%llu,\"api\":\"%s\",\"device\":\"%s\",\"renderer\":\"%s\",\"version\":\"%s\","
           "\"config\":\"r%d a%d d%d s%d\",\"pixel\":\"%06x\",\"gl_error\":%u}\n",
           (unsigned long long)first, t->api, t->device, (const char *)glGetString(GL_RENDERER),
           (const char *)glGetString(GL_VERSION), t->red_bits, t->alpha_bits, t->depth_bits, t->stencil_bits,
           middle_pixel(t), glGetError());
    fflush(stdout);
    if (!t->once) {
        times_ns = malloc(MAX_FRAMES * sizeof times_ns[0]);
        if (!times_ns)
            return 1;
        while (fgets(line, sizeof line, stdin) && strncmp(line, "run ", 4) == 0)
            run_slice(t, strtoul(line + 4, NULL, 10), times_ns);
    }
    free(times_ns);
    free(pixels);
    return 0;
}
