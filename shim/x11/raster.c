#include "x11/raster.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct ofs_raster *ofs_raster_create(struct ofs_server *s, uint32_t width, uint32_t height)
{
    const uint32_t words = OFS_RASTER_ALIGN / 4, stride = (width + words - 1) / words * words;
    uint64_t bytes = (uint64_t)stride * height * 4, left = s->config.max_image_bytes - s->image_bytes;
    struct ofs_raster *raster = bytes <= left ? calloc(1, sizeof(*raster)) : NULL;
    if (!raster)
        return NULL;
    raster->memory = calloc(1, (size_t)bytes + OFS_RASTER_ALIGN); /* pages of zeros cost nothing until they are used */
    if (!raster->memory) {
        free(raster);
        return NULL;
    }
    uintptr_t past = (uintptr_t)raster->memory % OFS_RASTER_ALIGN;
    raster->px = (uint32_t *)((uint8_t *)raster->memory + (past ? OFS_RASTER_ALIGN - past : 0));
    raster->stride = stride;
    s->image_bytes += bytes;
    raster->server = s;
    raster->refs = 1;
    raster->width = width;
    raster->height = height;
    return raster;
}

struct ofs_raster *ofs_raster_ref(struct ofs_raster *raster)
{
    if (raster)
        raster->refs++;
    return raster;
}

void ofs_raster_release(struct ofs_raster *raster)
{
    if (!raster || --raster->refs)
        return;
    raster->server->image_bytes -= (uint64_t)raster->stride * raster->height * 4;
    free(raster->memory);
    free(raster);
}

/* ---- pixels ---- */

uint32_t ofs_mix_planes(uint32_t plane_mask, uint8_t depth)
{
    uint32_t all = depth >= 32 ? ~0u : (1u << depth) - 1;
    return (plane_mask & all) == all ? ~0u : plane_mask;
}

static uint32_t combine(uint8_t function, uint32_t from, uint32_t to)
{
    switch (function) {
    case GXclear: return 0;
    case GXand: return from & to;
    case GXandReverse: return from & ~to;
    case GXcopy: return from;
    case GXandInverted: return ~from & to;
    case GXnoop: return to;
    case GXxor: return from ^ to;
    case GXor: return from | to;
    case GXnor: return ~(from | to);
    case GXequiv: return ~from ^ to;
    case GXinvert: return ~to;
    case GXorReverse: return from | ~to;
    case GXcopyInverted: return ~from;
    case GXorInverted: return ~from | to;
    case GXnand: return ~(from & to);
    default: return ~0u; /* GXset */
    }
}

void ofs_mix_row(const struct ofs_mix *mix, uint32_t *to, const uint32_t *from, unsigned n)
{
    if (ofs_mix_is_copy(mix)) {
        memmove(to, from, (size_t)n * 4);
        return;
    }
    /* What source bits of 0 and of 1 make of the old ones, without a look at the function for each pixel. */
    const struct ofs_solid zero = ofs_mix_solid(mix, 0), one = ofs_mix_solid(mix, ~0u);
    const uint32_t keep = zero.keep ^ one.keep, flip = zero.flip ^ one.flip;
    for (unsigned i = 0; i < n; i++)
        to[i] = (to[i] & ((from[i] & keep) ^ zero.keep)) ^ (from[i] & flip) ^ zero.flip;
}

_Static_assert(sizeof(wchar_t) == sizeof(uint32_t), "wmemset() fills with pixels");
typedef uint32_t four __attribute__((vector_size(16), aligned(4), may_alias));

void ofs_solid_long_row(const struct ofs_solid *solid, uint32_t *px, unsigned n)
{
    unsigned i = 0;
    if (!solid->keep) {
        wmemset((wchar_t *)px, (wchar_t)solid->flip, n);
        return;
    }
    for (; i + 4 <= n; i += 4) {
        four *at = (four *)(px + i);
        *at = (*at & solid->keep) ^ solid->flip;
    }
    for (; i < n; i++)
        px[i] = (px[i] & solid->keep) ^ solid->flip;
}

static unsigned wrap(int at, uint32_t size)
{
    int rest = at % (int)size;
    return (unsigned)(rest < 0 ? rest + (int)size : rest);
}

uint32_t ofs_paint_at(const struct ofs_paint *paint, int x, int y)
{
    const struct ofs_raster *tile = paint->style == FillTiled ? paint->pattern : NULL;
    if (!tile)
        return paint->foreground;
    return *ofs_raster_at(tile, (int)wrap(x - paint->x, tile->width), (int)wrap(y - paint->y, tile->height));
}

enum { CHUNK = 256 };

/* n <= CHUNK pixels at (x, y) of the target, of a paint with a pattern. */
static void fill_chunk(uint32_t *to, int x, int y, unsigned n, const struct ofs_paint *paint, const struct ofs_mix *mix)
{
    uint32_t row[CHUNK];
    const struct ofs_raster *pattern = paint->pattern;
    const uint32_t *line = ofs_raster_at(pattern, 0, (int)wrap(y - paint->y, pattern->height));
    const struct ofs_solid solid = ofs_mix_solid(mix, paint->foreground);
    unsigned at = wrap(x - paint->x, pattern->width);
    for (unsigned i = 0; i < n; i++) {
        uint32_t bit = line[at];
        if (++at == pattern->width)
            at = 0;
        if (paint->style == FillTiled)
            row[i] = bit;
        else if (paint->style == FillOpaqueStippled)
            row[i] = bit & 1 ? paint->foreground : paint->background;
        else if (bit & 1)
            to[i] = (to[i] & solid.keep) ^ solid.flip;
    }
    if (paint->style != FillStippled)
        ofs_mix_row(mix, to, row, n);
}

struct ofs_solid ofs_mix_solid(const struct ofs_mix *mix, uint32_t colour)
{
    uint32_t flip = combine(mix->function, colour, 0), keep = flip ^ combine(mix->function, colour, ~0u);
    return (struct ofs_solid){ keep | ~mix->planes, flip & mix->planes };
}

static void fill_solid(struct ofs_raster *to, struct ofs_rect r, uint32_t colour, const struct ofs_mix *mix)
{
    const struct ofs_solid solid = ofs_mix_solid(mix, colour);
    for (int y = r.y0; y < r.y1; y++)
        ofs_solid_row(&solid, ofs_raster_at(to, r.x0, y), (unsigned)(r.x1 - r.x0));
}

static void fill_rect(struct ofs_raster *to, struct ofs_rect r, const struct ofs_paint *paint,
                      const struct ofs_mix *mix)
{
    if (paint->style == FillSolid || !paint->pattern) {
        fill_solid(to, r, paint->foreground, mix);
        return;
    }
    for (int y = r.y0; y < r.y1; y++)
        for (int x = r.x0; x < r.x1; x += CHUNK)
            fill_chunk(ofs_raster_at(to, x, y), x, y, (unsigned)(r.x1 - x < CHUNK ? r.x1 - x : CHUNK), paint, mix);
}

void ofs_raster_fill(struct ofs_raster *to, const struct ofs_region *region, struct ofs_rect rect,
                     const struct ofs_paint *paint, const struct ofs_mix *mix)
{
    if (ofs_rect_empty(rect))
        return;
    for (unsigned i = ofs_region_place(region, rect.x0, rect.y0);
         i < region->count && region->rects[i].y0 < rect.y1;) {
        const struct ofs_rect *r = &region->rects[i];
        if (r->x1 <= rect.x0) { /* a band begins to the left of it */
            i = ofs_region_place(region, rect.x0, r->y0);
        } else if (r->x0 >= rect.x1) { /* and ends to the right */
            i = ofs_region_place(region, rect.x0, r->y1);
        } else {
            fill_rect(to, ofs_rect_cut(*r, rect), paint, mix);
            i++;
        }
    }
}

void ofs_raster_fill_span(struct ofs_raster *to, const struct ofs_region *region, int x, int y, int width,
                          const struct ofs_paint *paint, const struct ofs_mix *mix)
{
    const struct ofs_rect span = { x, y, x + width, y + 1 };
    for (unsigned i = ofs_region_place(region, x, y); i < region->count; i++) {
        const struct ofs_rect *r = &region->rects[i];
        if (r->y0 > y || r->x0 >= span.x1)
            break;
        fill_rect(to, ofs_rect_cut(*r, span), paint, mix);
    }
}

void ofs_raster_copy(struct ofs_raster *to, const struct ofs_raster *from, const struct ofs_region *region, int dx,
                     int dy, const struct ofs_mix *mix)
{
    for (unsigned i = 0; i < region->count; i++) {
        const struct ofs_rect *r = &region->rects[i];
        for (int y = r->y0; y < r->y1; y++)
            ofs_mix_row(mix, ofs_raster_at(to, r->x0, y), ofs_raster_at(from, r->x0 - dx, y - dy),
                        (unsigned)(r->x1 - r->x0));
    }
}

static void move_rect(struct ofs_raster *raster, const struct ofs_rect *r, int dx, int dy, const struct ofs_mix *mix)
{
    for (int i = 0; i < r->y1 - r->y0; i++) {
        const int y = dy > 0 ? r->y1 - 1 - i : r->y0 + i;
        ofs_mix_row(mix, ofs_raster_at(raster, r->x0, y), ofs_raster_at(raster, r->x0 - dx, y - dy),
                    (unsigned)(r->x1 - r->x0));
    }
}

/* What is yet to be a source is not written over: bands from the end that they move to, and so their rectangles. */
bool ofs_raster_move(struct ofs_raster *raster, const struct ofs_region *region, int dx, int dy,
                     const struct ofs_mix *mix)
{
    if (!dy && !ofs_mix_is_copy(mix))
        return false;
    const struct ofs_rect *rects = region->rects;
    for (unsigned done = 0, n; done < region->count; done += n) {
        unsigned at = dy > 0 ? region->count - 1 - done : done;
        for (n = 1; done + n < region->count; n++)
            if (rects[dy > 0 ? at - n : at + n].y0 != rects[at].y0)
                break;
        const unsigned first = dy > 0 ? at + 1 - n : at;
        for (unsigned i = 0; i < n; i++)
            move_rect(raster, &rects[dx > 0 ? first + n - 1 - i : first + i], dx, dy, mix);
    }
    return true;
}
