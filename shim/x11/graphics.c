/* Pixmaps, graphics contexts and the drawing requests.
 *
 * Nothing is drawn by the core protocol here yet: a drawing request is checked (ids, depths, length) and accepted. GL windows
 * get their pixels from the GL side. CopyArea and CopyPlane report what a client waits for (NoExpose), GetImage answers zeros
 * of the right size. */
#include <stdlib.h>

#include "x11/private.h"

struct gc {
    struct ofs_res res;
    uint8_t depth;
    bool graphics_exposures;
};

static void destroy_pixmap(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_pixmap *p = (struct ofs_pixmap *)res;
    ofs_xview_withdraw(p->shared);
    free(p);
}

void ofs_graphics_init(struct ofs_server *s) { ofs_res_set_destructor(s, OFS_RES_PIXMAP, destroy_pixmap); }

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

/* ---- graphics contexts ---- */

/* Largest value of each enumerated GC attribute by bit; 0 = anything. Source: X11 protocol, CreateGC. */
static const uint8_t gc_max[23] = { [0] = GXset, [5] = LineDoubleDash, [6] = CapProjecting, [7] = JoinBevel,
                                    [8] = FillOpaqueStippled, [9] = WindingRule, [15] = IncludeInferiors, [16] = 1,
                                    [22] = ArcPieSlice };

static int check_gc_value(struct ofs_client *c, const struct gc *gc, unsigned bit, uint32_t v)
{
    struct ofs_pixmap *pixmap;
    struct ofs_res *font;
    int error = 0;
    switch (1u << bit) {
    case GCTile:
    case GCStipple:
    case GCClipMask:
        if ((1u << bit) == GCClipMask && v == None)
            return 0;
        error = ofs_res_find(c, v, OFS_RES_PIXMAP, &pixmap);
        if (!error && pixmap->depth != ((1u << bit) == GCTile ? gc->depth : 1))
            error = BadMatch;
        return error;
    case GCFont: return ofs_res_find(c, v, OFS_RES_FONT, &font);
    case GCDashList: return (v & 0xFF) ? 0 : ofs_bad(c, BadValue, 0);
    default: return gc_max[bit] && (uint8_t)v > gc_max[bit] ? ofs_bad(c, BadValue, (uint8_t)v) : 0;
    }
}

static int change_gc(struct ofs_client *c, struct gc *gc, struct ofs_request *r, uint32_t mask)
{
    if (mask & ~0x7FFFFFu)
        return ofs_bad(c, BadValue, mask);
    for (unsigned bit = 0; bit < 23; bit++) {
        if (!(mask & (1u << bit)))
            continue;
        uint32_t v = ofs_req32(r);
        int error = check_gc_value(c, gc, bit, v);
        if (error)
            return error;
        if ((1u << bit) == GCGraphicsExposures)
            gc->graphics_exposures = v;
    }
    return ofs_req_end(r) ? 0 : BadLength;
}

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
    struct gc *gc = calloc(1, sizeof(*gc));
    if (!gc)
        return BadAlloc;
    gc->depth = w ? w->depth : p->depth;
    gc->graphics_exposures = true;
    error = change_gc(c, gc, r, mask);
    if (!error)
        error = ofs_res_add(c, id, OFS_RES_GC, &gc->res);
    if (error)
        free(gc);
    return error;
}

static int find_gc(struct ofs_client *c, uint32_t id, struct gc **out) { return ofs_res_find(c, id, OFS_RES_GC, out); }

int ofs_core_ChangeGC(struct ofs_client *c, struct ofs_request *r)
{
    struct gc *gc;
    uint32_t id = ofs_req32(r), mask = ofs_req32(r);
    if (r->size_bytes != 12u + 4u * (uint32_t)__builtin_popcount(mask))
        return BadLength;
    int error = find_gc(c, id, &gc);
    return error ? error : change_gc(c, gc, r, mask);
}

int ofs_core_CopyGC(struct ofs_client *c, struct ofs_request *r)
{
    struct gc *from, *to;
    int error = find_gc(c, ofs_req32(r), &from);
    if (!error)
        error = find_gc(c, ofs_req32(r), &to);
    uint32_t mask = ofs_req32(r);
    if (error)
        return error;
    if (from->depth != to->depth)
        return BadMatch;
    if (mask & ~0x7FFFFFu)
        return ofs_bad(c, BadValue, mask);
    if (mask & GCGraphicsExposures)
        to->graphics_exposures = from->graphics_exposures;
    return 0;
}

int ofs_core_SetDashes(struct ofs_client *c, struct ofs_request *r)
{
    struct gc *gc;
    uint32_t id = ofs_req32(r);
    ofs_req_skip(r, 2);
    uint16_t n = ofs_req16(r);
    const uint8_t *dashes = ofs_req_bytes(r, n);
    if (!ofs_req_end(r))
        return BadLength;
    if (!n)
        return ofs_bad(c, BadValue, 0);
    int error = find_gc(c, id, &gc);
    for (unsigned i = 0; !error && i < n; i++)
        if (!dashes[i])
            error = ofs_bad(c, BadValue, 0);
    return error;
}

int ofs_core_SetClipRectangles(struct ofs_client *c, struct ofs_request *r)
{
    struct gc *gc;
    if (r->minor > YXBanded)
        return ofs_bad(c, BadValue, r->minor);
    int error = find_gc(c, ofs_req32(r), &gc);
    if (error)
        return error;
    return (r->size_bytes - 12) % 8 ? BadLength : 0;
}

int ofs_core_FreeGC(struct ofs_client *c, struct ofs_request *r)
{
    struct gc *gc;
    int error = find_gc(c, ofs_req32(r), &gc);
    if (!error)
        ofs_res_free(c->server, &gc->res);
    return error;
}

/* ---- drawing: checked and accepted ---- */

static int check_draw(struct ofs_client *c, uint32_t drawable, uint32_t gc_id, struct gc **gc_out)
{
    struct ofs_window *w;
    struct ofs_pixmap *p;
    struct gc *gc;
    int error = ofs_find_drawable(c, drawable, &w, &p);
    if (error)
        return error;
    if (w && w->class == InputOnly)
        return ofs_bad(c, BadMatch, drawable);
    error = find_gc(c, gc_id, &gc);
    if (error)
        return error;
    if (gc->depth != (w ? w->depth : p->depth))
        return ofs_bad(c, BadMatch, drawable);
    if (gc_out)
        *gc_out = gc;
    return 0;
}

/* drawable, gc, then items of a fixed size to the end. */
static int draw_items(struct ofs_client *c, struct ofs_request *r, uint32_t header_bytes, uint32_t item_bytes)
{
    uint32_t drawable = ofs_req32(r), gc = ofs_req32(r);
    int error = check_draw(c, drawable, gc, NULL);
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
int ofs_core_PolyFillRectangle(struct ofs_client *c, struct ofs_request *r) { return draw_items(c, r, 12, 8); }
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

int ofs_core_ClearArea(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    unsigned width = ofs_req16(r), height = ofs_req16(r);
    if (w->class == InputOnly)
        return ofs_bad(c, BadMatch, w->res.id);
    if (r->minor > 1)
        return ofs_bad(c, BadValue, r->minor);
    if (r->minor)
        ofs_expose_rect(c->server, w, x, y, width ? width : (unsigned)(w->width > x ? w->width - x : 0),
                        height ? height : (unsigned)(w->height > y ? w->height - y : 0));
    return 0;
}

static int copy(struct ofs_client *c, struct ofs_request *r, uint8_t major, bool same_depth)
{
    uint32_t source = ofs_req32(r), target = ofs_req32(r), gc_id = ofs_req32(r);
    struct ofs_window *sw;
    struct ofs_pixmap *sp;
    struct gc *gc;
    int error = check_draw(c, target, gc_id, &gc);
    if (!error)
        error = ofs_find_drawable(c, source, &sw, &sp);
    if (error)
        return error;
    if ((sw && sw->class == InputOnly) || (same_depth && (sw ? sw->depth : sp->depth) != gc->depth))
        return ofs_bad(c, BadMatch, source);
    if (!same_depth) {
        uint32_t plane = (ofs_req_skip(r, 12), ofs_req32(r));
        uint8_t depth = sw ? sw->depth : sp->depth;
        if (!plane || (plane & (plane - 1)) || (depth < 32 && plane >= 1u << depth))
            return ofs_bad(c, BadValue, plane);
    }
    if (gc->graphics_exposures) {
        xEvent ev = { .u.u.type = NoExpose };
        ev.u.noExposure.drawable = target;
        ev.u.noExposure.majorEvent = major;
        ofs_event_to_client(c, &ev);
    }
    return 0;
}
int ofs_core_CopyArea(struct ofs_client *c, struct ofs_request *r) { return copy(c, r, X_CopyArea, true); }
int ofs_core_CopyPlane(struct ofs_client *c, struct ofs_request *r) { return copy(c, r, X_CopyPlane, false); }

/* Bytes of one plane or of a whole row, padded to 32 bits. */
static uint64_t row_bytes(uint64_t width, uint8_t bits) { return (width * bits + 31) / 32 * 4; }

int ofs_core_PutImage(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t drawable = ofs_req32(r), gc_id = ofs_req32(r);
    uint16_t width = ofs_req16(r), height = ofs_req16(r);
    ofs_req_skip(r, 4);
    uint8_t left_pad = ofs_req8(r), depth = ofs_req8(r), format = r->minor;
    ofs_req_skip(r, 2);
    struct gc *gc;
    int error = check_draw(c, drawable, gc_id, &gc);
    if (error)
        return error;
    uint64_t bytes;
    if (format == XYBitmap || format == XYPixmap) {
        if (depth != (format == XYBitmap ? 1 : gc->depth) || left_pad >= 32)
            return BadMatch;
        bytes = row_bytes((uint64_t)width + left_pad, 1) * height * depth;
    } else if (format == ZPixmap) {
        if (depth != gc->depth || left_pad)
            return BadMatch;
        bytes = row_bytes(width, ofs_depth_bits_per_pixel(depth)) * height;
    } else {
        return ofs_bad(c, BadValue, format);
    }
    return r->size_bytes - 24 == ((bytes + 3) & ~3ull) ? 0 : BadLength;
}

static int check_image_area(struct ofs_client *c, const struct ofs_window *w, const struct ofs_pixmap *p, int x, int y,
                            int width, int height)
{
    if (p)
        return x < 0 || y < 0 || x + width > p->width || y + height > p->height ? BadMatch : 0;
    if (w->class == InputOnly || !w->viewable)
        return BadMatch;
    int bw = w->border_width, root_x, root_y;
    ofs_window_origin(w, &root_x, &root_y);
    const struct ofs_window *root = c->server->root;
    if (x < -bw || y < -bw || x + width > w->width + bw || y + height > w->height + bw)
        return BadMatch;
    return root_x + x < 0 || root_y + y < 0 || root_x + x + width > root->width || root_y + y + height > root->height
               ? BadMatch
               : 0;
}

int ofs_core_GetImage(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t format = r->minor;
    uint32_t drawable = ofs_req32(r);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    uint16_t width = ofs_req16(r), height = ofs_req16(r);
    uint32_t planes = ofs_req32(r);
    if (format != XYPixmap && format != ZPixmap)
        return ofs_bad(c, BadValue, format);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_find_drawable(c, drawable, &w, &p);
    if (!error)
        error = check_image_area(c, w, p, x, y, width, height);
    if (error)
        return error;
    uint8_t depth = w ? w->depth : p->depth;
    uint32_t used = planes & (depth == 32 ? ~0u : (1u << depth) - 1);
    uint64_t bytes = format == ZPixmap ? row_bytes(width, ofs_depth_bits_per_pixel(depth)) * height
                                       : row_bytes(width, 1) * height * (unsigned)__builtin_popcount(used);
    ofs_reply_begin(c, depth);
    ofs_out32(c, w ? w->visual : None);
    ofs_out_zero(c, 20);
    ofs_out_zero(c, (size_t)bytes);
    ofs_reply_end(c);
    return 0;
}
