/* Graphics contexts: what images, copies and filled rectangles need of them is kept, the rest is checked. */
#include "x11/gc.h"

#include <stdlib.h>

#include "x11/private.h"

enum { GC_VALUES = 23, GC_ALL = (1 << GC_VALUES) - 1 };

static void destroy_gc(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_gc *gc = (struct ofs_gc *)res;
    ofs_raster_release(gc->tile);
    ofs_raster_release(gc->stipple);
    ofs_region_destroy(gc->clip);
    free(gc);
}

void ofs_gc_init(struct ofs_server *s) { ofs_res_set_destructor(s, OFS_RES_GC, destroy_gc); }

int ofs_gc_find(struct ofs_client *c, uint32_t id, struct ofs_gc **out) { return ofs_res_find(c, id, OFS_RES_GC, out); }

int ofs_gc_find_with(struct ofs_client *c, uint32_t drawable, uint32_t gc_id, struct ofs_window **w_out,
                     struct ofs_pixmap **p_out, struct ofs_gc **gc_out)
{
    int error = ofs_find_drawable(c, drawable, w_out, p_out);
    if (error)
        return error;
    if (*w_out && (*w_out)->class == InputOnly)
        return ofs_bad(c, BadMatch, drawable);
    error = ofs_gc_find(c, gc_id, gc_out);
    if (error)
        return error;
    return (*gc_out)->depth == (*w_out ? (*w_out)->depth : (*p_out)->depth) ? 0 : ofs_bad(c, BadMatch, drawable);
}

struct ofs_mix ofs_gc_mix(const struct ofs_gc *gc)
{
    return (struct ofs_mix){ gc->function, ofs_mix_planes(gc->plane_mask, gc->depth) };
}

bool ofs_gc_clip_client(const struct ofs_gc *gc, const struct ofs_surface *surface, struct ofs_region *region)
{
    if (!gc->clip)
        return true;
    struct ofs_region *clip = ofs_region_copy(gc->clip);
    if (clip)
        ofs_region_translate(clip, surface->x + gc->clip_x, surface->y + gc->clip_y);
    bool ok = clip && ofs_region_intersect(region, clip);
    ofs_region_destroy(clip);
    return ok;
}

struct ofs_region *ofs_gc_clip(const struct ofs_gc *gc, const struct ofs_surface *surface)
{
    struct ofs_region *region = ofs_region_copy(surface->clip);
    if (region && !ofs_gc_clip_client(gc, surface, region)) {
        ofs_region_destroy(region);
        return NULL;
    }
    return region;
}

/* ---- clip ---- */

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

/* The set bits of a bitmap: the runs of each row are a band. */
static struct ofs_region *region_of_bitmap(const struct ofs_pixmap *bitmap)
{
    struct ofs_region *region = ofs_region_create((struct ofs_rect){ 0 });
    for (int y = 0; region && bitmap->raster && y < bitmap->height; y++) {
        const uint32_t *row = ofs_raster_at(bitmap->raster, 0, y);
        for (int x = 0, from; x < bitmap->width; x++) {
            if (!(row[x] & 1))
                continue;
            for (from = x; x < bitmap->width && (row[x] & 1); x++)
                ;
            if (!append(region, (struct ofs_rect){ from, y, x, y + 1 })) {
                ofs_region_destroy(region);
                return NULL;
            }
        }
    }
    return region;
}

/* The union of n rectangles as the wire has them. By halves, so that many of them take no square of the time. */
static struct ofs_region *region_of_rects(const uint8_t *p, uint32_t n, bool swap)
{
    if (n == 0)
        return ofs_region_create((struct ofs_rect){ 0 });
    if (n == 1) {
        int x = (int16_t)ofs_get16(p, swap), y = (int16_t)ofs_get16(p + 2, swap);
        return ofs_region_create((struct ofs_rect){ x, y, x + ofs_get16(p + 4, swap), y + ofs_get16(p + 6, swap) });
    }
    struct ofs_region *a = region_of_rects(p, n / 2, swap);
    struct ofs_region *b = region_of_rects(p + (size_t)(n / 2) * 8, n - n / 2, swap);
    if (!a || !b || !ofs_region_unite(a, b)) {
        ofs_region_destroy(a);
        a = NULL;
    }
    ofs_region_destroy(b);
    return a;
}

/* Whether the rectangles are in the order that the client says. */
static bool in_order(const uint8_t *p, uint32_t n, bool swap, uint8_t ordering)
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

enum { MAX_CROSSING_RECTS = 1024 };

int ofs_core_SetClipRectangles(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_gc *gc;
    if (r->minor > YXBanded)
        return ofs_bad(c, BadValue, r->minor);
    int error = ofs_gc_find(c, ofs_req32(r), &gc);
    if (error)
        return error;
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    uint32_t n = ofs_req_left(r) / 8;
    if (ofs_req_left(r) % 8)
        return BadLength;
    const uint8_t *rects = ofs_req_bytes(r, n * 8);
    if (!in_order(rects, n, r->swap, r->minor))
        return BadMatch;
    /* Rectangles that lie across each other make up to n * n / 4 of them. */
    if (n > MAX_CROSSING_RECTS && !in_order(rects, n, r->swap, YXBanded))
        return BadAlloc;
    struct ofs_region *region = region_of_rects(rects, n, r->swap);
    if (!region)
        return BadAlloc;
    ofs_region_destroy(gc->clip);
    gc->clip = region;
    gc->clip_x = x;
    gc->clip_y = y;
    return 0;
}

/* ---- values ---- */

/* Largest value of each enumerated GC attribute by bit; 0 = anything. Source: X11 protocol, CreateGC. */
static const uint8_t gc_max[GC_VALUES] = { [0] = GXset, [5] = LineDoubleDash, [6] = CapProjecting, [7] = JoinBevel,
                                           [8] = FillOpaqueStippled, [9] = WindingRule, [15] = IncludeInferiors,
                                           [16] = 1, [22] = ArcPieSlice };

static int set_pattern(struct ofs_client *c, struct ofs_raster **pattern, struct ofs_pixmap *pixmap)
{
    struct ofs_raster *raster = ofs_pixmap_raster(c->server, pixmap);
    if (!raster)
        return BadAlloc;
    ofs_raster_ref(raster);
    ofs_raster_release(*pattern);
    *pattern = raster;
    return 0;
}

static int set_clip(struct ofs_gc *gc, const struct ofs_pixmap *mask)
{
    struct ofs_region *region = mask ? region_of_bitmap(mask) : NULL;
    if (mask && !region)
        return BadAlloc;
    ofs_region_destroy(gc->clip);
    gc->clip = region;
    return 0;
}

static int set_pixmap(struct ofs_client *c, struct ofs_gc *gc, uint32_t value, uint32_t id)
{
    struct ofs_pixmap *pixmap = NULL;
    if (value == GCClipMask && id == None)
        return set_clip(gc, NULL);
    int error = ofs_res_find(c, id, OFS_RES_PIXMAP, &pixmap);
    if (error)
        return error;
    if (pixmap->depth != (value == GCTile ? gc->depth : 1))
        return BadMatch;
    if (value == GCClipMask)
        return set_clip(gc, pixmap);
    return set_pattern(c, value == GCTile ? &gc->tile : &gc->stipple, pixmap);
}

static int set_value(struct ofs_client *c, struct ofs_gc *gc, unsigned bit, uint32_t v)
{
    struct ofs_res *font;
    if (gc_max[bit] && (uint8_t)v > gc_max[bit])
        return ofs_bad(c, BadValue, (uint8_t)v);
    switch (1u << bit) {
    case GCFunction: gc->function = (uint8_t)v; break;
    case GCPlaneMask: gc->plane_mask = v; break;
    case GCForeground: gc->foreground = v; break;
    case GCBackground: gc->background = v; break;
    case GCFillStyle: gc->fill_style = (uint8_t)v; break;
    case GCTile:
    case GCStipple:
    case GCClipMask: return set_pixmap(c, gc, 1u << bit, v);
    case GCTileStipXOrigin: gc->pattern_x = (int16_t)v; break;
    case GCTileStipYOrigin: gc->pattern_y = (int16_t)v; break;
    case GCFont: return ofs_res_find(c, v, OFS_RES_FONT, &font);
    case GCSubwindowMode: gc->inferiors = (uint8_t)v == IncludeInferiors; break;
    case GCGraphicsExposures: gc->graphics_exposures = v; break;
    case GCClipXOrigin: gc->clip_x = (int16_t)v; break;
    case GCClipYOrigin: gc->clip_y = (int16_t)v; break;
    case GCDashList: return (v & 0xFF) ? 0 : ofs_bad(c, BadValue, 0);
    default: break;
    }
    return 0;
}

/* A value that is refused leaves those before it in force, as on any X server. */
static int change_gc(struct ofs_client *c, struct ofs_gc *gc, struct ofs_request *r, uint32_t mask)
{
    if (mask & ~(uint32_t)GC_ALL)
        return ofs_bad(c, BadValue, mask);
    for (unsigned bit = 0; bit < GC_VALUES; bit++) {
        int error = mask & (1u << bit) ? set_value(c, gc, bit, ofs_req32(r)) : 0;
        if (error)
            return error;
    }
    return ofs_req_end(r) ? 0 : BadLength;
}

/* ---- requests ---- */

int ofs_core_CreateGC(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), drawable = ofs_req32(r), mask = ofs_req32(r);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    if (r->size_bytes != 16u + 4u * (uint32_t)__builtin_popcount(mask))
        return BadLength;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_find_drawable(c, drawable, &w, &p);
    if (error)
        return error;
    if (w && w->class == InputOnly)
        return ofs_bad(c, BadMatch, drawable);
    struct ofs_gc *gc = calloc(1, sizeof(*gc));
    if (!gc)
        return BadAlloc;
    gc->depth = w ? w->depth : p->depth;
    gc->graphics_exposures = true;
    gc->function = GXcopy;
    gc->plane_mask = ~0u;
    gc->background = 1;
    error = change_gc(c, gc, r, mask);
    if (!error)
        error = ofs_res_add(c, id, OFS_RES_GC, &gc->res);
    if (error)
        destroy_gc(c->server, &gc->res);
    return error;
}

int ofs_core_ChangeGC(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_gc *gc;
    uint32_t id = ofs_req32(r), mask = ofs_req32(r);
    if (r->size_bytes != 12u + 4u * (uint32_t)__builtin_popcount(mask))
        return BadLength;
    int error = ofs_gc_find(c, id, &gc);
    return error ? error : change_gc(c, gc, r, mask);
}

static void copy_raster(struct ofs_raster **to, struct ofs_raster *from)
{
    ofs_raster_ref(from);
    ofs_raster_release(*to);
    *to = from;
}

static int copy_clip(struct ofs_gc *to, const struct ofs_gc *from)
{
    struct ofs_region *clip = from->clip ? ofs_region_copy(from->clip) : NULL;
    if (from->clip && !clip)
        return BadAlloc;
    ofs_region_destroy(to->clip);
    to->clip = clip;
    return 0;
}

static int copy_value(struct ofs_gc *to, const struct ofs_gc *from, uint32_t value)
{
    switch (value) {
    case GCFunction: to->function = from->function; break;
    case GCPlaneMask: to->plane_mask = from->plane_mask; break;
    case GCForeground: to->foreground = from->foreground; break;
    case GCBackground: to->background = from->background; break;
    case GCFillStyle: to->fill_style = from->fill_style; break;
    case GCTile: copy_raster(&to->tile, from->tile); break;
    case GCStipple: copy_raster(&to->stipple, from->stipple); break;
    case GCTileStipXOrigin: to->pattern_x = from->pattern_x; break;
    case GCTileStipYOrigin: to->pattern_y = from->pattern_y; break;
    case GCSubwindowMode: to->inferiors = from->inferiors; break;
    case GCGraphicsExposures: to->graphics_exposures = from->graphics_exposures; break;
    case GCClipXOrigin: to->clip_x = from->clip_x; break;
    case GCClipYOrigin: to->clip_y = from->clip_y; break;
    case GCClipMask: return copy_clip(to, from);
    default: break;
    }
    return 0;
}

int ofs_core_CopyGC(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_gc *from, *to;
    int error = ofs_gc_find(c, ofs_req32(r), &from);
    if (!error)
        error = ofs_gc_find(c, ofs_req32(r), &to);
    uint32_t mask = ofs_req32(r);
    if (error)
        return error;
    if (from->depth != to->depth)
        return BadMatch;
    if (mask & ~(uint32_t)GC_ALL)
        return ofs_bad(c, BadValue, mask);
    for (unsigned bit = 0; bit < GC_VALUES && from != to && !error; bit++)
        if (mask & (1u << bit))
            error = copy_value(to, from, 1u << bit);
    return error;
}

int ofs_core_SetDashes(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_gc *gc;
    uint32_t id = ofs_req32(r);
    ofs_req_skip(r, 2);
    uint16_t n = ofs_req16(r);
    const uint8_t *dashes = ofs_req_bytes(r, n);
    if (!ofs_req_end(r))
        return BadLength;
    if (!n)
        return ofs_bad(c, BadValue, 0);
    int error = ofs_gc_find(c, id, &gc);
    for (unsigned i = 0; !error && i < n; i++)
        if (!dashes[i])
            error = ofs_bad(c, BadValue, 0);
    return error;
}

int ofs_core_FreeGC(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_gc *gc;
    int error = ofs_gc_find(c, ofs_req32(r), &gc);
    if (!error)
        ofs_res_free(c->server, &gc->res);
    return error;
}
