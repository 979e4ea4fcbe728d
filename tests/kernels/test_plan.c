/* Plans: what is refused and in which words, sizes, defaults, pieces, places. */
#include "cases.h"
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct ofs_plan_desc base = {
    .struct_size = sizeof(struct ofs_plan_desc), .source_width_px = 600, .source_height_px = 500, .width_px = 84, .height_px = 42
};

/* -- what is refused ----------------------------------------------------------------------------------------------- */

static void expect(const struct ofs_plan_desc *desc, const char *words)
{
    char why[256] = "";
    const char *said = ofs_plan_check(desc, why, sizeof why);
    struct ofs_plan *plan = ofs_plan_create(desc, NULL);

    if (!words) {
        CHECK(!said, "accepted, but it says: %s", said);
        CHECK(plan, "no plan");
    } else {
        CHECK(said && strstr(said, words), "wanted \"%s\", got \"%s\"", words, said ? said : "(accepted)");
        CHECK(!plan, "a plan for what the check refuses: %s", words);
    }
    ofs_plan_destroy(plan);
}

#define EXPECT(words, ...)                                                                                             \
    do {                                                                                                               \
        struct ofs_plan_desc desc = base;                                                                              \
        __VA_ARGS__;                                                                                                   \
        expect(&desc, words);                                                                                          \
    } while (0)

static void test_check(void)
{
    char small[8];

    EXPECT(NULL, (void)desc);
    EXPECT("struct_size is 4", desc.struct_size = 4);
    EXPECT("the source size 0x500", desc.source_width_px = 0);
    EXPECT("the source size 600x16385", desc.source_height_px = 16385);
    EXPECT(NULL, desc.source_height_px = 16384);
    EXPECT("source_format is 2", desc.source_format = 2);
    EXPECT("the crop at 3,0 has no size", desc.crop_x_px = 3);
    EXPECT("the crop size 0x4 has a zero", desc.crop_height_px = 4);
    EXPECT("the crop 10,10 600x500 does not fit the source 600x500",
           (desc.crop_x_px = 10, desc.crop_y_px = 10, desc.crop_width_px = 600, desc.crop_height_px = 500));
    EXPECT("does not fit", (desc.crop_x_px = UINT32_MAX, desc.crop_width_px = 2, desc.crop_height_px = 2));
    EXPECT("does not fit", (desc.crop_y_px = 1, desc.crop_width_px = 2, desc.crop_height_px = UINT32_MAX));
    EXPECT("the crop 0,1 2x500", (desc.crop_y_px = 1, desc.crop_width_px = 2, desc.crop_height_px = 500));
    EXPECT(NULL, (desc.crop_x_px = 598, desc.crop_y_px = 498, desc.crop_width_px = 2, desc.crop_height_px = 2));
    EXPECT("the output size 0x42 has a zero", desc.width_px = 0);
    EXPECT("the output size 8193x42", desc.width_px = 8193);
    EXPECT("the output size 9000x500 is above", (desc.width_px = desc.height_px = 0, desc.source_width_px = 9000));
    EXPECT(NULL, (desc.width_px = desc.height_px = 0));
    EXPECT("color is 2", desc.color = 2);
    EXPECT("filter is 3", desc.filter = 3);
    EXPECT("layout is 2", desc.layout = 2);
    EXPECT("dtype is 4", desc.dtype = 4);
    EXPECT("flip is 4", desc.flip = 4);
    EXPECT("max_frames is 3", desc.max_frames = 3);
    EXPECT("a stack of 65", desc.stack = 65);
    EXPECT("uint8 has 1 and 0", desc.scale = 0.5f);
    EXPECT("uint8 has 1 and 0", (desc.scale = 1, desc.offset = 1));
    EXPECT(NULL, desc.scale = 1);
    EXPECT(NULL, (desc.dtype = OFS_DTYPE_FLOAT32, desc.scale = -2, desc.offset = 7));
    EXPECT("finite", (desc.dtype = OFS_DTYPE_FLOAT32, desc.scale = NAN));
    EXPECT("finite", (desc.dtype = OFS_DTYPE_FLOAT16, desc.offset = INFINITY));
    CHECK(ofs_plan_check(NULL, NULL, 0), "a plan that is not there");
    CHECK(!ofs_plan_create(NULL, NULL), "a plan of nothing");
    ofs_plan_destroy(NULL);
    struct ofs_plan_desc bad = base;
    bad.dtype = 9;
    CHECK(ofs_plan_check(&bad, small, sizeof small) == small && strlen(small) == 7, "\"%s\"", small);
}

/* -- sizes and defaults -------------------------------------------------------------------------------------------- */

static void test_sizes(void)
{
    struct ofs_plan_desc desc = { .struct_size = sizeof desc, .source_width_px = 30, .source_height_px = 20 };
    struct ofs_plan *plan = ofs_plan_create(&desc, NULL);
    const struct ofs_plan_desc *full = ofs_plan_desc(plan);

    CHECK(full->crop_width_px == 30 && full->crop_height_px == 20 && full->width_px == 30 && full->height_px == 20,
          "crop %ux%u output %ux%u", full->crop_width_px, full->crop_height_px, full->width_px, full->height_px);
    CHECK(full->stack == 1 && full->max_frames == 1 && full->scale == 1 && full->offset == 0, "stack %u max %u",
          full->stack, full->max_frames);
    CHECK(ofs_plan_bytes(plan) == 600 && ofs_plan_item_bytes(plan) == 1, "%zu bytes", ofs_plan_bytes(plan));
    CHECK(ofs_plan_backend(plan) == ofs_kernel_backend_at(0), "not the best backend");
    ofs_plan_destroy(plan);

    desc.color = OFS_COLOR_RGB;
    desc.stack = 4;
    desc.width_px = 7;
    desc.height_px = 5;
    for (desc.dtype = 0; desc.dtype < 4; desc.dtype++) {
        size_t item = desc.dtype == OFS_DTYPE_UINT8 ? 1 : desc.dtype == OFS_DTYPE_FLOAT32 ? 4 : 2;

        plan = ofs_plan_create(&desc, NULL);
        CHECK(ofs_plan_item_bytes(plan) == item, "dtype %u", desc.dtype);
        CHECK(ofs_plan_frame_bytes(plan) == 7 * 5 * 3 * item, "dtype %u", desc.dtype);
        CHECK(ofs_plan_bytes(plan) == 7 * 5 * 3 * 4 * item, "dtype %u", desc.dtype);
        ofs_plan_destroy(plan);
    }
}

static void test_backend_list(void)
{
    unsigned count = 0;

    while (ofs_kernel_backend_at(count))
        count++;
    CHECK(count >= 1, "no backend");
    CHECK(!strcmp(ofs_kernel_backend_name(ofs_kernel_backend_at(count - 1)), "scalar"), "the last one is not scalar");
    CHECK(!ofs_kernel_backend_at(count + 1) && !ofs_kernel_backend_at(UINT32_MAX), "past the end");
}

/* -- results ------------------------------------------------------------------------------------------------------- */

/* A flat colour keeps its value, whatever the sizes: the scale factors K have no slack to lose. */
static void test_flat(void)
{
    struct rng rng = { 5 };

    for (int n = 0; n < 300; n++) {
        struct ofs_plan_desc desc;
        unsigned char color[4] = { (unsigned char)rng_next(&rng), (unsigned char)rng_next(&rng),
                                   (unsigned char)rng_next(&rng), (unsigned char)rng_next(&rng) };
        unsigned char want[3], *pixels, *out;
        bool right = true;

        case_plan(&rng, &desc);
        desc.dtype = OFS_DTYPE_UINT8;
        desc.scale = desc.offset = 0;
        desc.stack = 1;
        desc.layout = OFS_LAYOUT_HWC;
        struct ofs_plan *plan = ofs_plan_create(&desc, NULL);
        size_t source_bytes = (size_t)desc.source_width_px * desc.source_height_px * 4, bytes = ofs_plan_bytes(plan);
        pixels = malloc(source_bytes);
        out = malloc(bytes);
        for (size_t i = 0; i < source_bytes; i++)
            pixels[i] = color[i % 4];
        want[0] = color[desc.source_format == OFS_PIXEL_BGRA8 ? 2 : 0];
        want[1] = color[1];
        want[2] = color[desc.source_format == OFS_PIXEL_BGRA8 ? 0 : 2];
        if (desc.color == OFS_COLOR_GRAY)
            want[0] = (unsigned char)((4899 * want[0] + 9617 * want[1] + 1868 * want[2] + 8192) >> 14);
        struct ofs_plan_source source = { pixels, (ptrdiff_t)desc.source_width_px * 4, NULL, 0 };
        ofs_plan_run(plan, &source, 0, out);
        for (size_t i = 0; i < bytes && right; i++)
            right = out[i] == want[desc.color == OFS_COLOR_RGB ? i % 3 : 0];
        char text[512];
        case_describe(&desc, text, sizeof text);
        CHECK(right, "%s", text);
        ofs_plan_destroy(plan);
        free(pixels);
        free(out);
    }
}

/* Two frames are as one frame of their larger bytes; without a frame before, there is one. */
static void test_two_frames(void)
{
    struct ofs_plan_desc desc = base;
    struct rng rng = { 6 };
    size_t bytes = 600 * 500 * 4;
    unsigned char *a = malloc(bytes), *b = malloc(bytes), *larger = malloc(bytes), want[84 * 42], got[84 * 42];

    case_pixels(&rng, a, bytes);
    case_pixels(&rng, b, bytes);
    for (size_t i = 0; i < bytes; i++)
        larger[i] = a[i] > b[i] ? a[i] : b[i];
    desc.max_frames = 2;
    struct ofs_plan *plan = ofs_plan_create(&desc, NULL);
    ofs_plan_run(plan, &(struct ofs_plan_source){ larger, 2400, NULL, 0 }, 0, want);
    /* The frame before is stored bottom row first. */
    for (size_t y = 0; y < 250; y++) {
        unsigned char row[2400];

        memcpy(row, b + y * 2400, 2400);
        memcpy(b + y * 2400, b + (499 - y) * 2400, 2400);
        memcpy(b + (499 - y) * 2400, row, 2400);
    }
    ofs_plan_run(plan, &(struct ofs_plan_source){ a, 2400, b + 499 * 2400, -2400 }, 0, got);
    CHECK(!memcmp(want, got, sizeof want), "the larger of two frames");
    ofs_plan_destroy(plan);
    desc.max_frames = 1;
    plan = ofs_plan_create(&desc, NULL);
    ofs_plan_run(plan, &(struct ofs_plan_source){ larger, 2400, a, 2400 }, 0, got);
    CHECK(!memcmp(want, got, sizeof want), "a frame before that nobody asked for");
    ofs_plan_destroy(plan);
    free(a);
    free(b);
    free(larger);
}

static void test_batch(void)
{
    struct ofs_plan_desc desc = base;
    struct rng rng = { 7 };
    size_t bytes = 600 * 500 * 4, one;
    unsigned char *pixels = malloc(bytes + 2400), *all, *single;
    struct ofs_plan_source sources[3];

    desc.stack = 2;
    struct ofs_plan *plan = ofs_plan_create(&desc, NULL);
    one = ofs_plan_bytes(plan);
    all = calloc(3, one + 40);
    single = calloc(1, one);
    case_pixels(&rng, pixels, bytes + 2400);
    for (int i = 0; i < 3; i++)
        sources[i] = (struct ofs_plan_source){ pixels + i * 800, 2400, NULL, 0 };
    ofs_plan_run_batch(plan, sources, 3, 1, all, one + 40);
    for (int i = 0; i < 3; i++) {
        ofs_plan_run(plan, &sources[i], 1, single);
        CHECK(!memcmp(single, all + (size_t)i * (one + 40), one), "frame %d of a batch", i);
    }
    ofs_plan_destroy(plan);
    free(pixels);
    free(all);
    free(single);
}

int main(void)
{
    test_check();
    test_sizes();
    test_backend_list();
    test_flat();
    test_two_frames();
    test_batch();
    return failures != 0;
}
