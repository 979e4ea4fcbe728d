/* Every backend of this processor against the scalar reference, bit for bit, on random plans.
 *   test_backends [COUNT [SEED]] */
#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A picture with room around every row; the room holds noise that nothing may depend on. */
struct picture {
    unsigned char *memory, *top;
    ptrdiff_t pitch_bytes;
};

static int make_picture(struct rng *rng, const struct ofs_plan_desc *desc, struct picture *picture)
{
    size_t pitch = (size_t)desc->source_width_px * 4 + (rng_below(rng, 2) ? 0 : rng_below(rng, 70));
    size_t rows = desc->source_height_px;

    picture->memory = malloc(pitch * rows);
    if (!picture->memory)
        return -1;
    case_pixels(rng, picture->memory, pitch * rows);
    picture->top = picture->memory;
    picture->pitch_bytes = (ptrdiff_t)pitch;
    if (!rng_below(rng, 3)) {
        picture->top += (rows - 1) * pitch;
        picture->pitch_bytes = -(ptrdiff_t)pitch;
    }
    return 0;
}

static int report(const struct ofs_plan_desc *desc, const char *name, uint32_t n, const unsigned char *want,
                  const unsigned char *got, size_t bytes)
{
    char text[512];
    size_t at = 0;

    while (at < bytes && want[at] == got[at])
        at++;
    case_describe(desc, text, sizeof text);
    fprintf(stderr, "plan %u on %s: byte %zu of %zu is %u, the reference has %u\n  %s\n", n, name, at, bytes, got[at],
            want[at], text);
    return -1;
}

/* In pieces of random size, so that rows that are made from those before meet a border at times. */
static void run_in_pieces(struct rng *rng, const struct ofs_plan *plan, const struct ofs_plan_source *source,
                          uint32_t index, void *out)
{
    uint32_t height = ofs_plan_desc(plan)->height_px, step = rng_below(rng, 2) ? height : rng_range(rng, 1, height);

    for (uint32_t y = 0; y < height; y += step)
        ofs_plan_run_rows(plan, source, y, y + step < height ? y + step : height, index, out);
}

static int compare(struct rng *rng, uint32_t n, const struct ofs_kernel_backend *scalar)
{
    struct ofs_plan_desc desc;
    struct picture now = { 0 }, before = { 0 };
    unsigned char *want = NULL, *got = NULL;
    struct ofs_plan *reference = NULL;
    int result = -1;
    size_t bytes;

    case_plan(rng, &desc);
    reference = ofs_plan_create(&desc, scalar);
    if (!reference || make_picture(rng, &desc, &now) || make_picture(rng, &desc, &before))
        goto out;
    bytes = ofs_plan_bytes(reference);
    want = malloc(bytes);
    got = malloc(bytes);
    if (!want || !got)
        goto out;
    struct ofs_plan_source source = { now.top, now.pitch_bytes, rng_below(rng, 4) ? before.top : NULL,
                                      before.pitch_bytes };
    uint32_t index = rng_below(rng, desc.stack);

    memset(want, 0xa5, bytes);
    ofs_plan_run(reference, &source, index, want);
    result = 0;
    for (unsigned i = 0; ofs_kernel_backend_at(i) != scalar && !result; i++) {
        const struct ofs_kernel_backend *backend = ofs_kernel_backend_at(i);
        struct ofs_plan *plan = ofs_plan_create(&desc, backend);

        memset(got, 0xa5, bytes);
        if (plan)
            run_in_pieces(rng, plan, &source, index, got);
        if (!plan || memcmp(want, got, bytes))
            result = report(&desc, ofs_kernel_backend_name(backend), n, want, got, bytes);
        ofs_plan_destroy(plan);
    }
out:
    ofs_plan_destroy(reference);
    free(now.memory);
    free(before.memory);
    free(want);
    free(got);
    return result;
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 4000, failed = 0;
    struct rng rng = { argc > 2 ? strtoull(argv[2], NULL, 0) : 20250117 };
    const struct ofs_kernel_backend *scalar = NULL;

    for (unsigned i = 0; ofs_kernel_backend_at(i); i++) {
        scalar = ofs_kernel_backend_at(i);
        printf("%s%s", i ? ", " : "backends: ", ofs_kernel_backend_name(scalar));
    }
    printf("\n");
    if (ofs_kernel_backend_at(0) == scalar) {
        printf("skipped: this processor has only the scalar backend\n");
        return 77;
    }
    for (uint32_t n = 0; n < count && failed < 10; n++)
        failed += compare(&rng, n, scalar) != 0;
    printf("%u plans, %u failed\n", count, failed);
    return failed != 0;
}
