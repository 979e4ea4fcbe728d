/* What a plan reads and writes: nothing but the crop of the rows that it says it needs, and nothing but its rows of its place.
 * Source rows lie against pages that nobody may touch, once with their first and once with their last pixel; rows that are
 * not needed are such pages themselves. The destination is one block between such pages. */
#include "cases.h"
#include "check.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t page_bytes;

struct region {
    unsigned char *memory;
    size_t bytes;
};

static int map_region(struct region *region, size_t bytes)
{
    region->bytes = bytes;
    region->memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return region->memory == MAP_FAILED ? -1 : 0;
}

/* One fenced row after the other. */
struct fenced {
    struct region region;
    size_t row_bytes, pages, pitch; /* of a row's accessible pages and all of them */
    unsigned char *crop;            /* where the first row's first pixel lies */
};

static int fence(struct fenced *f, struct rng *rng, const struct ofs_plan_desc *full, uint32_t first, uint32_t end,
                 bool against_end)
{
    uint32_t rows = full->crop_height_px;

    f->row_bytes = (size_t)full->crop_width_px * 4;
    f->pages = (f->row_bytes + page_bytes - 1) / page_bytes * page_bytes;
    f->pitch = f->pages + page_bytes;
    if (map_region(&f->region, f->pitch * rows + page_bytes))
        return -1;
    f->crop = f->region.memory + page_bytes + (against_end ? f->pages - f->row_bytes : 0);
    mprotect(f->region.memory, page_bytes, PROT_NONE);
    for (uint32_t y = 0; y < rows; y++) {
        unsigned char *row = f->region.memory + page_bytes + y * f->pitch;
        bool needed = y + full->crop_y_px >= first && y + full->crop_y_px < end;

        case_pixels(rng, f->crop + y * f->pitch, f->row_bytes);
        if (!needed)
            mprotect(row, f->pages, PROT_NONE);
        mprotect(row + f->pages, page_bytes, PROT_NONE);
    }
    return 0;
}

/* Is byte `at` of an observation part of rows y0 .. y1-1 of place `index`? plan.h's layout, once more. */
static bool belongs(const struct ofs_plan *plan, size_t at, uint32_t index, uint32_t y0, uint32_t y1)
{
    const struct ofs_plan_desc *d = ofs_plan_desc(plan);
    size_t element = at / ofs_plan_item_bytes(plan), colors = d->color == OFS_COLOR_RGB ? 3 : 1, y, place;

    if (d->layout == OFS_LAYOUT_CHW) {
        y = element / d->width_px % d->height_px;
        place = element / d->width_px / d->height_px / colors;
    } else {
        y = element / (colors * d->stack) / d->width_px;
        place = element % (colors * d->stack) / colors;
    }
    return place == index && y >= y0 && y < y1;
}

static void test_one(struct rng *rng, unsigned n, const struct ofs_kernel_backend *backend)
{
    struct ofs_plan_desc desc;
    struct fenced now, before;
    struct region region;
    char text[512];
    uint32_t y0, y1, first, end, index;
    bool against_end = n & 1;

    case_plan(rng, &desc);
    struct ofs_plan *plan = ofs_plan_create(&desc, backend);
    const struct ofs_plan_desc *full = ofs_plan_desc(plan);
    size_t bytes = ofs_plan_bytes(plan), pages = (bytes + page_bytes - 1) / page_bytes * page_bytes;

    case_describe(&desc, text, sizeof text);
    index = rng_below(rng, full->stack);
    y0 = rng_below(rng, full->height_px);
    y1 = rng_range(rng, y0 + 1, full->height_px);
    ofs_plan_source_rows(plan, y0, y1, &first, &end);
    CHECK(first >= full->crop_y_px && first < end && end <= full->crop_y_px + full->crop_height_px,
          "source rows %u..%u\n  %s", first, end, text);
    if (fence(&now, rng, full, first, end, against_end) || fence(&before, rng, full, first, end, against_end) ||
        map_region(&region, pages + 2 * page_bytes)) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    mprotect(region.memory, page_bytes, PROT_NONE);
    mprotect(region.memory + page_bytes + pages, page_bytes, PROT_NONE);
    unsigned char *out = region.memory + page_bytes + (against_end ? pages - bytes : 0), *copy = malloc(bytes);
    ptrdiff_t to_corner = (ptrdiff_t)(full->crop_y_px * now.pitch + (size_t)full->crop_x_px * 4);
    struct ofs_plan_source source = { now.crop - to_corner, (ptrdiff_t)now.pitch, before.crop - to_corner,
                                      (ptrdiff_t)now.pitch };
    size_t outside = 0, unwritten = 0;

    memset(out, 0, bytes);
    ofs_plan_run_rows(plan, &source, y0, y1, index, out);
    memcpy(copy, out, bytes);
    memset(out, 0xff, bytes);
    ofs_plan_run_rows(plan, &source, y0, y1, index, out);
    for (size_t i = 0; i < bytes; i++) {
        bool ours = belongs(plan, i, index, y0, y1);

        outside += !ours && (copy[i] != 0 || out[i] != 0xff);
        unwritten += ours && copy[i] != out[i];
    }
    CHECK(!outside, "%s wrote %zu bytes outside rows %u..%u of place %u\n  %s", ofs_kernel_backend_name(backend),
          outside, y0, y1, index, text);
    CHECK(!unwritten, "%s left %zu bytes of rows %u..%u of place %u\n  %s", ofs_kernel_backend_name(backend), unwritten,
          y0, y1, index, text);
    free(copy);
    munmap(region.memory, region.bytes);
    munmap(now.region.memory, now.region.bytes);
    munmap(before.region.memory, before.region.bytes);
    ofs_plan_destroy(plan);
}

static void test_copy(struct rng *rng)
{
    struct ofs_plan_desc desc;
    char text[512];

    case_plan(rng, &desc);
    desc.width_px = rng_range(rng, 1, 20);
    desc.height_px = rng_range(rng, 1, 20);
    desc.stack = rng_range(rng, 1, 5);
    struct ofs_plan *plan = ofs_plan_create(&desc, NULL);
    size_t bytes = ofs_plan_bytes(plan), wrong = 0, item = ofs_plan_item_bytes(plan);
    unsigned char *from = malloc(bytes), *to = malloc(bytes), *before = malloc(bytes);
    uint32_t a = rng_below(rng, desc.stack), b = rng_below(rng, desc.stack);
    size_t colors = desc.color == OFS_COLOR_RGB ? 3 : 1, plane = (size_t)desc.width_px * desc.height_px;
    ptrdiff_t step = ((ptrdiff_t)a - (ptrdiff_t)b) * (ptrdiff_t)(colors * item);

    if (desc.layout == OFS_LAYOUT_CHW)
        step *= (ptrdiff_t)plane;
    for (size_t i = 0; i < bytes; i++) {
        from[i] = (unsigned char)rng_next(rng);
        before[i] = to[i] = (unsigned char)rng_next(rng);
    }
    ofs_plan_copy_frame(plan, from, a, to, b);
    for (size_t i = 0; i < bytes; i++) {
        bool ours = belongs(plan, i, b, 0, desc.height_px);

        wrong += to[i] != (ours ? from[(ptrdiff_t)i + step] : before[i]);
    }
    case_describe(&desc, text, sizeof text);
    CHECK(!wrong, "%zu bytes wrong, from %u to %u\n  %s", wrong, a, b, text);
    ofs_plan_copy_frame(plan, to, b, to, b); /* onto itself */
    ofs_plan_destroy(plan);
    free(from);
    free(to);
    free(before);
}

int main(void)
{
    struct rng rng = { 11 };

    page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    for (unsigned n = 0; n < 150; n++) {
        for (unsigned i = 0; ofs_kernel_backend_at(i); i++)
            test_one(&rng, n, ofs_kernel_backend_at(i));
    }
    for (unsigned n = 0; n < 200; n++)
        test_copy(&rng);
    return failures != 0;
}
