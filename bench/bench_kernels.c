/* Kernels alone: every plan on every backend, beside a memcpy of the source, interleaved; medians.
 *   bench_kernels [ROUNDS]
 * One line of JSON on stdout: {"kernels": [{"plan": .., "source_bytes": .., "memcpy_us": .., "strips_us": ..,
 *   "backends": {"avx2": {"us": .., "gb_per_s": ..}, ..}}, ..], "rounds": N}
 * gb_per_s counts source bytes. strips_us: the best backend on strips of about 48 source rows, each of which a memcpy has
 * just brought into the cache, as the driver does when a frame is read in strips; the memcpy itself is not counted. */
#include "kernels/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_BACKENDS 4
#define STRIP_ROWS   48

struct bench_case {
    const char *name;
    uint32_t source_width_px, source_height_px, width_px, height_px, color, layout, filter, dtype, max_frames;
};

static const struct bench_case cases[] = {
    { "600x600 to 84x84 gray", 600, 600, 84, 84, OFS_COLOR_GRAY, OFS_LAYOUT_CHW, OFS_FILTER_AREA, OFS_DTYPE_UINT8, 1 },
    { "84x84 gray", 84, 84, 84, 84, OFS_COLOR_GRAY, OFS_LAYOUT_CHW, OFS_FILTER_AREA, OFS_DTYPE_UINT8, 1 },
    { "1280x720 RGB HWC", 1280, 720, 1280, 720, OFS_COLOR_RGB, OFS_LAYOUT_HWC, OFS_FILTER_AREA, OFS_DTYPE_UINT8, 1 },
    { "1280x720 to 84x84 gray", 1280, 720, 84, 84, OFS_COLOR_GRAY, OFS_LAYOUT_CHW, OFS_FILTER_AREA, OFS_DTYPE_UINT8, 1 },
    { "160x210 to 84x84 gray, max of 2", 160, 210, 84, 84, OFS_COLOR_GRAY, OFS_LAYOUT_CHW, OFS_FILTER_AREA,
      OFS_DTYPE_UINT8, 2 },
    { "600x600 to 84x84 RGB HWC", 600, 600, 84, 84, OFS_COLOR_RGB, OFS_LAYOUT_HWC, OFS_FILTER_AREA, OFS_DTYPE_UINT8, 1 },
    { "601x601 to 84x84 gray", 601, 601, 84, 84, OFS_COLOR_GRAY, OFS_LAYOUT_CHW, OFS_FILTER_AREA, OFS_DTYPE_UINT8, 1 },
    { "600x600 to 84x84 gray bilinear", 600, 600, 84, 84, OFS_COLOR_GRAY, OFS_LAYOUT_CHW, OFS_FILTER_BILINEAR,
      OFS_DTYPE_UINT8, 1 },
    { "84x84 to 600x600 gray", 84, 84, 600, 600, OFS_COLOR_GRAY, OFS_LAYOUT_CHW, OFS_FILTER_AREA, OFS_DTYPE_UINT8, 1 },
    { "1280x720 RGB HWC float32", 1280, 720, 1280, 720, OFS_COLOR_RGB, OFS_LAYOUT_HWC, OFS_FILTER_AREA,
      OFS_DTYPE_FLOAT32, 1 },
};

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec * 1e-3;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static double median(double *times, size_t n)
{
    qsort(times, n, sizeof *times, compare);
    return times[n / 2];
}

static double run_in_strips(const struct ofs_plan *plan, const struct ofs_plan_source *source, unsigned char *strip,
                            void *out)
{
    const struct ofs_plan_desc *d = ofs_plan_desc(plan);
    uint32_t step = STRIP_ROWS * d->height_px / d->source_height_px;
    size_t pitch = (size_t)source->pitch_bytes;
    double sum = 0;

    step = step ? step : 1;
    for (uint32_t y = 0; y < d->height_px; y += step) {
        uint32_t end = y + step < d->height_px ? y + step : d->height_px, first, last;
        struct ofs_plan_source part = *source;
        double start;

        ofs_plan_source_rows(plan, y, end, &first, &last);
        memcpy(strip, source->pixels + first * pitch, (last - first) * pitch);
        part.pixels = strip - first * pitch;
        start = now_us();
        ofs_plan_run_rows(plan, &part, y, end, 0, out);
        sum += now_us() - start;
    }
    return sum;
}

static int measure(const struct bench_case *c, size_t rounds, double *times)
{
    struct ofs_plan_desc desc = { .struct_size = sizeof desc, .source_width_px = c->source_width_px,
                                  .source_height_px = c->source_height_px, .width_px = c->width_px,
                                  .height_px = c->height_px, .color = c->color, .layout = c->layout, .filter = c->filter,
                                  .dtype = c->dtype, .max_frames = c->max_frames };
    size_t bytes = (size_t)c->source_width_px * c->source_height_px * 4, room = (bytes + 63) & ~(size_t)63;
    unsigned char *pixels = aligned_alloc(64, room), *before = aligned_alloc(64, room), *copy = aligned_alloc(64, room);
    struct ofs_plan *plans[MAX_BACKENDS];
    struct ofs_plan_source source = { pixels, (ptrdiff_t)c->source_width_px * 4, before,
                                      (ptrdiff_t)c->source_width_px * 4 };
    unsigned backends = 0;
    void *out = NULL;

    while (backends < MAX_BACKENDS && ofs_kernel_backend_at(backends)) {
        plans[backends] = ofs_plan_create(&desc, ofs_kernel_backend_at(backends));
        out = out || !plans[backends] ? out : malloc(ofs_plan_bytes(plans[backends]));
        backends++;
    }
    if (!pixels || !before || !copy || !out)
        return -1;
    for (size_t i = 0; i < bytes; i++) {
        pixels[i] = (unsigned char)(i * 2654435761u >> 24);
        before[i] = (unsigned char)(i * 40503u >> 8);
    }
    for (size_t r = 0; r < rounds; r++) {
        double start = now_us();

        memcpy(copy, pixels, bytes);
        times[r] = now_us() - start;
        times[rounds + r] = run_in_strips(plans[0], &source, copy, out);
        for (unsigned b = 0; b < backends; b++) {
            /* The reference is slow and its figure matters little. */
            if (b + 1 == backends && b && r % 16)
                continue;
            start = now_us();
            ofs_plan_run(plans[b], &source, 0, out);
            times[(2 + b) * rounds + (b + 1 == backends && b ? r / 16 : r)] = now_us() - start;
        }
    }
    printf("{\"plan\":\"%s\",\"source_bytes\":%zu,\"memcpy_us\":%.2f,\"strips_us\":%.2f,\"backends\":{", c->name, bytes,
           median(times, rounds), median(times + rounds, rounds));
    for (unsigned b = 0; b < backends; b++) {
        double us = median(times + (2 + b) * rounds, b + 1 == backends && b ? (rounds + 15) / 16 : rounds);

        printf("%s\"%s\":{\"us\":%.2f,\"gb_per_s\":%.2f}", b ? "," : "",
               ofs_kernel_backend_name(ofs_kernel_backend_at(b)), us, (double)bytes / us * 1e-3);
        ofs_plan_destroy(plans[b]);
    }
    printf("}}");
    free(pixels);
    free(before);
    free(copy);
    free(out);
    return 0;
}

int main(int argc, char **argv)
{
    size_t rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 200;
    double *times = rounds ? calloc(rounds * (2 + MAX_BACKENDS), sizeof *times) : NULL;

    if (!times) {
        fprintf(stderr, "usage: bench_kernels [ROUNDS]\n");
        return 2;
    }
    printf("{\"kernels\":[");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (i)
            printf(",");
        if (measure(&cases[i], rounds, times)) {
            fprintf(stderr, "bench_kernels: out of memory\n");
            return 1;
        }
    }
    printf("],\"rounds\":%zu}\n", rounds);
    free(times);
    return 0;
}
