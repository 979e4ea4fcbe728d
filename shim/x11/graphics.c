/* Pixmaps and the drawing requests. Images (image.c), copies and cleared areas (copy.c) and filled rectangles are drawn;
 * points, lines, arcs, polygons and text are checked (ids, depths, length) and accepted. GL windows get their pixels from
 * the GL side. */
#include <stdlib.h>

#include "x11/gc.h"
#include "x11/private.h"

static void destroy_pixmap(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_pixmap *p = (struct ofs_pixmap *)res;
    ofs_xview_withdraw(p->shared);
    ofs_raster_release(p->raster);
    free(p);
}

void ofs_graphics_init(struct ofs_server *s)
{
    ofs_res_set_destructor(s, OFS_RES_PIXMAP, destroy_pixmap);
    ofs_gc_init(s);
}

/* ---- pixmaps ---- */

int ofs_core_CreatePixmap(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), drawable = ofs_req32(r);
    uint16_t width = ofs_req16(r), height = ofs_req16(r);
    uint8_t depth = r->minor;
    struct ofs_window *w;
    struct ofs_pixmap *of;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_find_drawable(c, drawable, &w, &of);
    if (error)
        return error;
    if (!width || !height)
        return ofs_bad(c, BadValue, 0);
    if (!ofs_depth_valid(depth))
        return ofs_bad(c, BadValue, depth);
    if (width > 32767 || height > 32767)
        return BadAlloc;
    struct ofs_pixmap *p = calloc(1, sizeof(*p));
    if (!p)
        return BadAlloc;
    p->width = width;
    p->height = height;
    p->depth = depth;
    error = ofs_res_add(c, id, OFS_RES_PIXMAP, &p->res);
    if (error)
        free(p);
    else if (c->server->config.publish)
        p->shared = ofs_xview_publish(c->server, id, OFS_XDRAWABLE_PIXMAP, 0, depth, width, height);
    return error;
}

int ofs_core_FreePixmap(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_pixmap *p;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_PIXMAP, &p);
    if (!error)
        ofs_res_free(c->server, &p->res);
    return error;
}

/* ---- drawing: checked and accepted ---- */

/* drawable, gc, then items of a fixed size to the end. */
static int draw_items(struct ofs_client *c, struct ofs_request *r, uint32_t header_bytes, uint32_t item_bytes)
{
    uint32_t drawable = ofs_req32(r), gc_id = ofs_req32(r);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    struct ofs_gc *gc;
    int error = ofs_gc_find_with(c, drawable, gc_id, &w, &p, &gc);
    if (error)
        return error;
    return (r->size_bytes - header_bytes) % item_bytes ? BadLength : 0;
}

static int check_mode(struct ofs_client *c, struct ofs_request *r)
{
    return r->minor > CoordModePrevious ? ofs_bad(c, BadValue, r->minor) : 0;
}

int ofs_core_PolyPoint(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_mode(c, r);
    return error ? error : draw_items(c, r, 12, 4);
}
int ofs_core_PolyLine(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_mode(c, r);
    return error ? error : draw_items(c, r, 12, 4);
}
int ofs_core_PolySegment(struct ofs_client *c, struct ofs_request *r) { return draw_items(c, r, 12, 8); }
int ofs_core_PolyRectangle(struct ofs_client *c, struct ofs_request *r) { return draw_items(c, r, 12, 8); }
int ofs_core_PolyArc(struct ofs_client *c, struct ofs_request *r) { return draw_items(c, r, 12, 12); }
int ofs_core_PolyFillArc(struct ofs_client *c, struct ofs_request *r) { return draw_items(c, r, 12, 12); }

int ofs_core_FillPoly(struct ofs_client *c, struct ofs_request *r)
{
    int error = draw_items(c, r, 16, 4);
    uint8_t shape = ofs_req8(r), mode = ofs_req8(r);
    if (error)
        return error;
    if (shape > Convex)
        return ofs_bad(c, BadValue, shape);
    return mode > CoordModePrevious ? ofs_bad(c, BadValue, mode) : 0;
}

int ofs_core_PolyText8(struct ofs_client *c, struct ofs_request *r) { return draw_items(c, r, 16, 1); }
int ofs_core_PolyText16(struct ofs_client *c, struct ofs_request *r) { return draw_items(c, r, 16, 1); }

static int image_text(struct ofs_client *c, struct ofs_request *r, uint32_t char_bytes)
{
    if (r->size_bytes != ((16u + char_bytes * r->minor + 3u) & ~3u))
        return BadLength;
    return draw_items(c, r, 16, 1);
}
int ofs_core_ImageText8(struct ofs_client *c, struct ofs_request *r) { return image_text(c, r, 1); }
int ofs_core_ImageText16(struct ofs_client *c, struct ofs_request *r) { return image_text(c, r, 2); }

/* ---- filled rectangles ---- */

static struct ofs_paint paint_of(const struct ofs_gc *gc, const struct ofs_surface *surface)
{
    const struct ofs_raster *pattern = gc->fill_style == FillTiled ? gc->tile : gc->stipple;
    /* Without a pattern, the one that a context begins with: all foreground. */
    return (struct ofs_paint){ .style = pattern ? gc->fill_style : FillSolid, .foreground = gc->foreground,
                               .background = gc->background, .pattern = pattern, .x = surface->x + gc->pattern_x,
                               .y = surface->y + gc->pattern_y };
}

int ofs_core_PolyFillRectangle(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t drawable = ofs_req32(r), gc_id = ofs_req32(r);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    struct ofs_gc *gc;
    struct ofs_surface surface;
    int error = ofs_gc_find_with(c, drawable, gc_id, &w, &p, &gc);
    if (!error && ofs_req_left(r) % 8)
        error = BadLength;
    if (!error)
        error = ofs_surface_open(w, p, c->server, gc->inferiors, &surface);
    if (error || !surface.raster)
        return error;
    struct ofs_region *clip = ofs_gc_clip(gc, &surface);
    if (!clip)
        return BadAlloc;
    const struct ofs_paint paint = paint_of(gc, &surface);
    const struct ofs_mix mix = ofs_gc_mix(gc);
    while (ofs_req_left(r)) {
        int x = surface.x + ofs_req_i16(r), y = surface.y + ofs_req_i16(r);
        int width = ofs_req16(r), height = ofs_req16(r);
        ofs_raster_fill(surface.raster, clip, (struct ofs_rect){ x, y, x + width, y + height }, &paint, &mix);
    }
    ofs_region_destroy(clip);
    return 0;
}
