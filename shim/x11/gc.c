/* Graphics contexts. */
#include "x11/gc.h"

#include <stdlib.h>

#include "x11/font.h"
#include "x11/private.h"
#include "x11/region_wire.h"

enum { GC_VALUES = 23, GC_ALL = (1 << GC_VALUES) - 1 };

static void destroy_gc(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_gc *gc = (struct ofs_gc *)res;
    ofs_raster_release(gc->tile);
    ofs_raster_release(gc->stipple);
    (void)ofs_region_charge(s, &gc->clip_bytes, NULL);
    s->image_bytes -= gc->dash_count;
    ofs_region_destroy(gc->clip);
    free(gc->dashes);
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

int ofs_gc_set_clip(struct ofs_server *s, struct ofs_gc *gc, struct ofs_region *take_region, int x, int y)
{
    int error = ofs_region_replace(s, &gc->clip, &gc->clip_bytes, take_region);
    if (error)
        return error;
    gc->clip_x = x;
    gc->clip_y = y;
    return 0;
}

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
    if (!ofs_rects_in_order(rects, n, r->swap, r->minor))
        return BadMatch;
    struct ofs_region *region;
    error = ofs_region_of_rects(rects, n, r->swap, &region);
    return error ? error : ofs_gc_set_clip(c->server, gc, region, x, y);
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

static int set_clip_mask(struct ofs_client *c, struct ofs_gc *gc, const struct ofs_pixmap *mask)
{
    struct ofs_region *region = mask ? ofs_region_of_bitmap(mask) : NULL;
    return mask && !region ? BadAlloc : ofs_gc_set_clip(c->server, gc, region, gc->clip_x, gc->clip_y);
}

static int set_pixmap(struct ofs_client *c, struct ofs_gc *gc, uint32_t value, uint32_t id)
{
    struct ofs_pixmap *pixmap = NULL;
    if (value == GCClipMask && id == None)
        return set_clip_mask(c, gc, NULL);
    int error = ofs_res_find(c, id, OFS_RES_PIXMAP, &pixmap);
    if (error)
        return error;
    if (pixmap->depth != (value == GCTile ? gc->depth : 1))
        return BadMatch;
    if (value == GCClipMask)
        return set_clip_mask(c, gc, pixmap);
    return set_pattern(c, value == GCTile ? &gc->tile : &gc->stipple, pixmap);
}

/* A list of odd length stands for itself twice. Source: X11 protocol, SetDashes. */
static int set_dashes(struct ofs_server *s, struct ofs_gc *gc, const uint8_t *list, unsigned n)
{
    const unsigned count = n & 1 ? 2 * n : n;
    const bool room = count <= gc->dash_count + (s->config.max_image_bytes - s->image_bytes);
    uint8_t *dashes = room ? malloc(count ? count : 1) : NULL;
    if (!dashes)
        return BadAlloc;
    for (unsigned i = 0; i < count; i++)
        dashes[i] = list[i % n];
    s->image_bytes += (uint64_t)count - gc->dash_count;
    free(gc->dashes);
    gc->dashes = dashes;
    gc->dash_count = count;
    return 0;
}

static int set_dash(struct ofs_client *c, struct ofs_gc *gc, uint8_t length)
{
    return length ? set_dashes(c->server, gc, &length, 1) : ofs_bad(c, BadValue, 0);
}

static int set_font(struct ofs_client *c, struct ofs_gc *gc, uint32_t id)
{
    const struct ofs_open_font *open;
    int error = ofs_res_find(c, id, OFS_RES_FONT, &open);
    if (!error)
        gc->font = open->font; /* a table: closing the id takes nothing away */
    return error;
}

static int set_value(struct ofs_client *c, struct ofs_gc *gc, unsigned bit, uint32_t v)
{
    if (gc_max[bit] && (uint8_t)v > gc_max[bit])
        return ofs_bad(c, BadValue, (uint8_t)v);
    switch (1u << bit) {
    case GCFunction: gc->function = (uint8_t)v; break;
    case GCPlaneMask: gc->plane_mask = v; break;
    case GCForeground: gc->foreground = v; break;
    case GCBackground: gc->background = v; break;
    case GCLineWidth: gc->line_width = (uint16_t)v; break;
    case GCLineStyle: gc->line_style = (uint8_t)v; break;
    case GCCapStyle: gc->cap_style = (uint8_t)v; break;
    case GCJoinStyle: gc->join_style = (uint8_t)v; break;
    case GCFillStyle: gc->fill_style = (uint8_t)v; break;
    case GCFillRule: gc->fill_rule = (uint8_t)v; break;
    case GCTile:
    case GCStipple:
    case GCClipMask: return set_pixmap(c, gc, 1u << bit, v);
    case GCTileStipXOrigin: gc->pattern_x = (int16_t)v; break;
    case GCTileStipYOrigin: gc->pattern_y = (int16_t)v; break;
    case GCFont: return set_font(c, gc, v);
    case GCSubwindowMode: gc->inferiors = (uint8_t)v == IncludeInferiors; break;
    case GCGraphicsExposures: gc->graphics_exposures = v; break;
    case GCClipXOrigin: gc->clip_x = (int16_t)v; break;
    case GCClipYOrigin: gc->clip_y = (int16_t)v; break;
    case GCDashOffset: gc->dash_offset = (uint16_t)v; break;
    case GCDashList: return set_dash(c, gc, (uint8_t)v);
    case GCArcMode: gc->arc_mode = (uint8_t)v; break;
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
    gc->cap_style = CapButt;
    gc->arc_mode = ArcPieSlice;
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

static int copy_clip(struct ofs_server *s, struct ofs_gc *to, const struct ofs_gc *from)
{
    struct ofs_region *clip = from->clip ? ofs_region_copy(from->clip) : NULL;
    return from->clip && !clip ? BadAlloc : ofs_gc_set_clip(s, to, clip, to->clip_x, to->clip_y);
}

static int copy_dashes(struct ofs_server *s, struct ofs_gc *to, const struct ofs_gc *from)
{
    if (from->dashes)
        return set_dashes(s, to, from->dashes, from->dash_count);
    s->image_bytes -= to->dash_count;
    free(to->dashes);
    to->dashes = NULL;
    to->dash_count = 0;
    return 0;
}

static int copy_value(struct ofs_server *s, struct ofs_gc *to, const struct ofs_gc *from, uint32_t value)
{
    switch (value) {
    case GCFunction: to->function = from->function; break;
    case GCPlaneMask: to->plane_mask = from->plane_mask; break;
    case GCForeground: to->foreground = from->foreground; break;
    case GCBackground: to->background = from->background; break;
    case GCLineWidth: to->line_width = from->line_width; break;
    case GCLineStyle: to->line_style = from->line_style; break;
    case GCCapStyle: to->cap_style = from->cap_style; break;
    case GCJoinStyle: to->join_style = from->join_style; break;
    case GCFillStyle: to->fill_style = from->fill_style; break;
    case GCFillRule: to->fill_rule = from->fill_rule; break;
    case GCTile: copy_raster(&to->tile, from->tile); break;
    case GCStipple: copy_raster(&to->stipple, from->stipple); break;
    case GCFont: to->font = from->font; break;
    case GCTileStipXOrigin: to->pattern_x = from->pattern_x; break;
    case GCTileStipYOrigin: to->pattern_y = from->pattern_y; break;
    case GCSubwindowMode: to->inferiors = from->inferiors; break;
    case GCGraphicsExposures: to->graphics_exposures = from->graphics_exposures; break;
    case GCClipXOrigin: to->clip_x = from->clip_x; break;
    case GCClipYOrigin: to->clip_y = from->clip_y; break;
    case GCClipMask: return copy_clip(s, to, from);
    case GCDashOffset: to->dash_offset = from->dash_offset; break;
    case GCDashList: return copy_dashes(s, to, from);
    case GCArcMode: to->arc_mode = from->arc_mode; break;
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
            error = copy_value(c->server, to, from, 1u << bit);
    return error;
}

int ofs_core_SetDashes(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_gc *gc;
    uint32_t id = ofs_req32(r);
    uint16_t offset = ofs_req16(r), n = ofs_req16(r);
    const uint8_t *dashes = ofs_req_bytes(r, n);
    if (!ofs_req_end(r))
        return BadLength;
    if (!n)
        return ofs_bad(c, BadValue, 0);
    int error = ofs_gc_find(c, id, &gc);
    for (unsigned i = 0; !error && i < n; i++)
        if (!dashes[i])
            error = ofs_bad(c, BadValue, 0);
    if (!error)
        error = set_dashes(c->server, gc, dashes, n);
    if (!error)
        gc->dash_offset = offset;
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
