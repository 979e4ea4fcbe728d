#include "x11/region_wire.h"

#include <stdlib.h>

#include "x11/raster.h"

/* Rectangles that lie across each other make up to n * n / 4 of them. */
enum { MAX_CROSSING_RECTS = 1024 };

/* By halves, so that many of them take no square of the time. */
static struct ofs_region *unite_all(const uint8_t *p, uint32_t n, bool swap)
{
    if (n == 0)
        return ofs_region_create((struct ofs_rect){ 0 });
    if (n == 1) {
        int x = (int16_t)ofs_get16(p, swap), y = (int16_t)ofs_get16(p + 2, swap);
        int right = x + ofs_get16(p + 4, swap), bottom = y + ofs_get16(p + 6, swap);
        return ofs_region_create(
            (struct ofs_rect){ x, y, right < INT16_MAX ? right : INT16_MAX, bottom < INT16_MAX ? bottom : INT16_MAX });
    }
    struct ofs_region *a = unite_all(p, n / 2, swap);
    struct ofs_region *b = unite_all(p + (size_t)(n / 2) * 8, n - n / 2, swap);
    if (!a || !b || !ofs_region_unite(a, b)) {
        ofs_region_destroy(a);
        a = NULL;
    }
    ofs_region_destroy(b);
    return a;
}

bool ofs_rects_in_order(const uint8_t *p, uint32_t n, bool swap, uint8_t ordering)
{
    for (uint32_t i = 1; i < n && ordering != Unsorted; i++) {
        const uint8_t *q = p + (size_t)i * 8, *before = q - 8;
        int x = (int16_t)ofs_get16(q, swap), y = (int16_t)ofs_get16(q + 2, swap);
        int x0 = (int16_t)ofs_get16(before, swap), y0 = (int16_t)ofs_get16(before + 2, swap);
        int width0 = ofs_get16(before + 4, swap), height0 = ofs_get16(before + 6, swap);
        if (y < y0 || (ordering == YXSorted && y == y0 && x < x0))
            return false;
        if (ordering == YXBanded && (y != y0 ? y < y0 + height0 : x < x0 + width0 || ofs_get16(q + 6, swap) != height0))
            return false;
    }
    return true;
}

int ofs_region_of_rects(const uint8_t *p, uint32_t n, bool swap, struct ofs_region **out)
{
    if (n > MAX_CROSSING_RECTS && !ofs_rects_in_order(p, n, swap, YXBanded))
        return BadAlloc;
    *out = unite_all(p, n, swap);
    return *out ? 0 : BadAlloc;
}

static bool append(struct ofs_region *region, struct ofs_rect rect)
{
    if (region->count == region->cap) {
        unsigned cap = region->cap ? region->cap * 2 : 16;
        struct ofs_rect *larger = realloc(region->rects, cap * sizeof(*larger));
        if (!larger)
            return false;
        region->rects = larger;
        region->cap = cap;
    }
    region->rects[region->count++] = rect;
    return true;
}

/* The runs of each row are a band; rows that are alike become one in the end. */
struct ofs_region *ofs_region_of_bitmap(const struct ofs_pixmap *bitmap)
{
    struct ofs_region *region = ofs_region_create((struct ofs_rect){ 0 });
    const struct ofs_region nothing = { 0 };
    bool ok = region != NULL;
    for (int y = 0; ok && bitmap->raster && y < bitmap->height; y++) {
        const uint32_t *row = ofs_raster_at(bitmap->raster, 0, y);
        for (int x = 0, from; ok && x < bitmap->width; x++) {
            if (!(row[x] & 1))
                continue;
            for (from = x; x < bitmap->width && (row[x] & 1); x++)
                ;
            ok = append(region, (struct ofs_rect){ from, y, x, y + 1 });
        }
    }
    if (ok && ofs_region_unite(region, &nothing))
        return region;
    ofs_region_destroy(region);
    return NULL;
}

bool ofs_region_move(struct ofs_region *region, int dx, int dy)
{
    const struct ofs_rect range = { INT16_MIN, INT16_MIN, INT16_MAX, INT16_MAX };
    ofs_region_translate(region, dx, dy);
    struct ofs_rect all = ofs_region_extents(region), cut = ofs_rect_cut(all, range);
    if (memcmp(&all, &cut, sizeof(all)) == 0)
        return true;
    struct ofs_region *within = ofs_region_create(range);
    bool ok = within && ofs_region_intersect(region, within);
    ofs_region_destroy(within);
    return ok;
}

struct ofs_rect ofs_region_extents(const struct ofs_region *region)
{
    struct ofs_rect all = region->count ? region->rects[0] : (struct ofs_rect){ 0 };
    for (unsigned i = 1; i < region->count; i++)
        all = ofs_rect_join(all, region->rects[i]);
    return all;
}

bool ofs_region_equal(const struct ofs_region *a, const struct ofs_region *b)
{
    return a->count == b->count && (!a->count || memcmp(a->rects, b->rects, a->count * sizeof(*a->rects)) == 0);
}

bool ofs_region_charge(struct ofs_server *s, uint64_t *charged_bytes, const struct ofs_region *region)
{
    uint64_t bytes = region ? (uint64_t)region->count * sizeof(*region->rects) : 0;
    if (bytes > *charged_bytes && bytes - *charged_bytes > s->config.max_image_bytes - s->image_bytes)
        return false;
    s->image_bytes += bytes - *charged_bytes;
    *charged_bytes = bytes;
    return true;
}

int ofs_region_replace(struct ofs_server *s, struct ofs_region **held, uint64_t *charged_bytes,
                       struct ofs_region *take_region)
{
    if (!ofs_region_charge(s, charged_bytes, take_region)) {
        ofs_region_destroy(take_region);
        return BadAlloc;
    }
    ofs_region_destroy(*held);
    *held = take_region;
    return 0;
}

bool ofs_region_contains(const struct ofs_region *region, int x, int y)
{
    for (unsigned i = 0; i < region->count && region->rects[i].y0 <= y; i++) {
        const struct ofs_rect *r = &region->rects[i];
        if (y < r->y1 && x >= r->x0 && x < r->x1)
            return true;
    }
    return false;
}
