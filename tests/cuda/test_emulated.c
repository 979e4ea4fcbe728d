/* The CUDA kernels' own text, run on the CPU, against the scalar reference: thousands of random plans, bit for bit,
 * from memory and from textures, in batches, into guarded observations. */
#include <stdio.h>

#include "../unit/check.h"
#include "emulate.h"
#include "random_plan.h"
#include "util/status.h"

#define GUARD  64
#define FRAMES 3u

struct frame {
    unsigned char *pixels, *previous, *rgba, *previous_rgba;
    ptrdiff_t pitch, previous_pitch;
    struct emulated_texture texture, previous_texture;
};

struct trial {
    struct ofs_plan_desc desc;
    struct ofs_plan *plan;
    const struct ofs_kernel_backend *scalar;
    size_t bytes;
    bool two;
    struct frame frames[FRAMES];
    uint32_t count, index;
    unsigned char *expected, *got; /* observations with guards before, between and after */
};

static const struct ofs_kernel_backend *reference(void)
{
    const struct ofs_kernel_backend *found = NULL;

    for (unsigned i = 0; ofs_kernel_backend_at(i); i++)
        found = ofs_kernel_backend_at(i);
    return found;
}

/* The same picture as a texture has it: RGBA, bottom row first. */
static unsigned char *as_texture(const struct trial *t, const unsigned char *pixels, ptrdiff_t pitch)
{
    uint32_t w = t->desc.source_width_px, h = t->desc.source_height_px;
    unsigned char *rgba = malloc((size_t)w * h * 4);
    int red = t->desc.source_format == OFS_PIXEL_BGRA8 ? 2 : 0;

    for (uint32_t y = 0; y < h; y++) {
        for (uint32_t x = 0; x < w; x++) {
            const unsigned char *from = pixels + (ptrdiff_t)y * pitch + (ptrdiff_t)x * 4;
            unsigned char *to = rgba + ((size_t)(h - 1 - y) * w + x) * 4;

            to[0] = from[red];
            to[1] = from[1];
            to[2] = from[2 - red];
            to[3] = (unsigned char)~from[3]; /* never looked at */
        }
    }
    return rgba;
}

/* Exactly as much memory as the pitch asks for, so that a sanitizer sees a step beyond. */
static unsigned char *make_pixels(const struct trial *t, ptrdiff_t *pitch, unsigned char **block)
{
    size_t row = (size_t)t->desc.source_width_px * 4, step = row + random_below(3) * 4, h = t->desc.source_height_px;
    size_t bytes = step * (h - 1) + row;

    *block = malloc(bytes);
    random_bytes(*block, bytes);
    if (random_below(3)) {
        *pitch = (ptrdiff_t)step;
        return *block;
    }
    *pitch = -(ptrdiff_t)step;
    return *block + step * (h - 1);
}

static void run_reference(struct trial *t)
{
    struct ofs_plan *plan = ofs_plan_create(&t->desc, t->scalar);

    for (uint32_t i = 0; plan && i < t->count; i++) {
        const struct frame *f = &t->frames[i];
        struct ofs_plan_source source = { f->pixels, f->pitch, t->two ? f->previous : NULL, f->previous_pitch };

        ofs_plan_run(plan, &source, t->index, t->expected + GUARD + i * (t->bytes + GUARD));
    }
    CHECK(plan != NULL);
    ofs_plan_destroy(plan);
}

static void run_emulated(struct trial *t, bool texture)
{
    unsigned char *tables = malloc(ofs_preproc_tables_bytes(t->plan));
    struct ofs_preproc_frames frames = { 0 };
    struct ofs_preproc_params params;
    struct ofs_preproc_grid grid;
    void *arguments[] = { &params, &frames };
    const char *kernel;
    unsigned size[3];

    ofs_preproc_prepare(t->plan, tables, (uintptr_t)tables, &params, &grid);
    ofs_preproc_aim(t->plan, t->index, texture ? OFS_PIXEL_RGBA8 : (enum ofs_pixel_format)t->desc.source_format,
                    &params);
    for (uint32_t i = 0; i < t->count; i++) {
        struct frame *f = &t->frames[i];
        struct ofs_preproc_frame *to = &frames.frame[i];

        to->out = t->got + GUARD + i * (t->bytes + GUARD);
        if (texture) {
            to->texture = (uintptr_t)&f->texture;
            to->previous_texture = t->two ? (uintptr_t)&f->previous_texture : 0;
        } else {
            to->pixels = f->pixels;
            to->pitch_bytes = f->pitch;
            to->previous = t->two ? f->previous : NULL;
            to->previous_pitch_bytes = f->previous_pitch;
        }
    }
    kernel = grid.direct ? (texture ? OFS_PREPROC_DIRECT_TEXTURE : OFS_PREPROC_DIRECT_MEMORY)
                         : (texture ? OFS_PREPROC_RESIZE_TEXTURE : OFS_PREPROC_RESIZE_MEMORY);
    size[0] = grid.blocks_x;
    size[1] = grid.blocks_y;
    size[2] = t->count;
    CHECK(grid.threads >= 32 && grid.threads <= OFS_PREPROC_THREADS && grid.threads % 32 == 0);
    CHECK(params.segment_px * params.parts * t->plan->channels <=
          OFS_ARRAY_LEN(((struct ofs_preproc_shared *)0)->partial));
    CHECK(emulate_launch(kernel, size, grid.threads, arguments));
    free(tables);
}

static void describe(const struct trial *t, const char *what)
{
    const struct ofs_plan_desc *d = &t->desc;

    fprintf(stderr,
            "%s: %ux%u crop %u,%u %ux%u to %ux%u color %u filter %u layout %u dtype %u flip %u stack %u max %u\n", what,
            d->source_width_px, d->source_height_px, d->crop_x_px, d->crop_y_px, d->crop_width_px, d->crop_height_px,
            d->width_px, d->height_px, d->color, d->filter, d->layout, d->dtype, d->flip, d->stack, d->max_frames);
}

/* Copying a place: the emulated kernel against ofs_plan_copy_frame. */
static void try_copy(struct trial *t, size_t all)
{
    uint32_t stack = ofs_plan_desc(t->plan)->stack, to_index = random_below(stack);
    struct ofs_preproc_copy copy;
    void *arguments[] = { &copy };
    unsigned size[3] = { 1, 1, 1 };
    unsigned char *from = t->got + GUARD;
    size_t second = t->count > 1 ? t->bytes + GUARD : 0;

    memcpy(t->expected, t->got, all);
    ofs_plan_copy_frame(t->plan, t->expected + GUARD, t->index, t->expected + GUARD + second, to_index);
    ofs_preproc_aim_copy(t->plan, from, t->index, from + second, to_index, &copy);
    size[0] = (unsigned)((copy.pixels + 255) / 256);
    CHECK(emulate_launch(OFS_PREPROC_COPY, size, 256, arguments));
    if (memcmp(t->expected, t->got, all))
        describe(t, "copy of a place");
    CHECK(memcmp(t->expected, t->got, all) == 0);
}

static void try_plan(struct trial *t)
{
    unsigned char *blocks[2 * FRAMES];
    size_t all;

    t->plan = ofs_plan_create(&t->desc, NULL);
    CHECK(t->plan != NULL);
    if (!t->plan)
        return;
    t->bytes = (ofs_plan_bytes(t->plan) + 3) & ~(size_t)3;
    t->index = random_below(ofs_plan_desc(t->plan)->stack);
    t->two = t->desc.max_frames == 2 && random_below(4);
    t->count = (size_t)t->desc.source_width_px * t->desc.source_height_px > 200000 ? 1 : 1 + random_below(FRAMES);
    all = GUARD + t->count * (t->bytes + GUARD);
    t->expected = malloc(all);
    t->got = malloc(all);
    for (uint32_t i = 0; i < t->count; i++) {
        struct frame *f = &t->frames[i];

        f->pixels = make_pixels(t, &f->pitch, &blocks[2 * i]);
        f->previous = make_pixels(t, &f->previous_pitch, &blocks[2 * i + 1]);
        f->rgba = as_texture(t, f->pixels, f->pitch);
        f->previous_rgba = as_texture(t, f->previous, f->previous_pitch);
        f->texture = (struct emulated_texture){ f->rgba, t->desc.source_width_px, t->desc.source_height_px };
        f->previous_texture =
            (struct emulated_texture){ f->previous_rgba, t->desc.source_width_px, t->desc.source_height_px };
    }
    memset(t->expected, 0x5A, all);
    run_reference(t);
    for (int texture = 0; texture < 2; texture++) {
        memset(t->got, 0x5A, all);
        run_emulated(t, texture);
        if (memcmp(t->expected, t->got, all))
            describe(t, texture ? "from a texture" : "from memory");
        CHECK(memcmp(t->expected, t->got, all) == 0);
    }
    try_copy(t, all);
    for (uint32_t i = 0; i < t->count; i++) {
        free(blocks[2 * i]);
        free(blocks[2 * i + 1]);
        free(t->frames[i].rgba);
        free(t->frames[i].previous_rgba);
    }
    free(t->expected);
    free(t->got);
    ofs_plan_destroy(t->plan);
}

/* Shapes at the edges of how work is cut into blocks. */
static void try_edges(struct trial *t)
{
    static const uint32_t sizes[][4] = {
        { 1, 1, 1, 1 },        { 256, 2, 256, 2 }, { 257, 2, 257, 2 },   { 255, 2, 256, 2 },     { 256, 2, 1, 1 },
        { 257, 2, 1, 1 },      { 513, 3, 2, 1 },   { 16384, 2, 1, 1 },   { 16384, 1, 3, 1 },     { 2, 16384, 1, 1 },
        { 16384, 1, 8192, 1 }, { 1, 1, 8192, 3 },  { 1, 8192, 1, 8192 }, { 1920, 1080, 84, 84 }, { 640, 480, 84, 84 },
        { 160, 210, 84, 84 },  { 84, 84, 84, 84 }, { 16383, 1, 16, 1 },  { 600, 600, 599, 1 },   { 3, 3, 1000, 1 },
    };

    for (size_t i = 0; i < OFS_ARRAY_LEN(sizes); i++) {
        for (uint32_t variant = 0; variant < 12; variant++) {
            memset(&t->desc, 0, sizeof t->desc);
            t->desc.struct_size = sizeof t->desc;
            t->desc.source_width_px = sizes[i][0];
            t->desc.source_height_px = sizes[i][1];
            t->desc.width_px = sizes[i][2];
            t->desc.height_px = sizes[i][3];
            t->desc.color = variant % 2;
            t->desc.filter = variant / 2 % 3;
            t->desc.layout = variant / 6;
            t->desc.flip = (variant + (uint32_t)i) % 4;
            t->desc.max_frames = variant % 5 == 0 ? 2 : 1;
            try_plan(t);
        }
    }
}

int main(int count, char **arguments)
{
    struct trial trial = { .scalar = reference() };
    long trials = count > 1 ? strtol(arguments[1], NULL, 10) : 2500;

    random_state = 20240607;
    try_edges(&trial);
    for (long i = 0; i < trials; i++) {
        random_plan(&trial.desc);
        try_plan(&trial);
    }
    CHECK(emulate_outside == 0);
    printf("%ld random plans\n", trials);
    return check_result();
}
