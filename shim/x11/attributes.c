/* Window attributes: the value list of CreateWindow and ChangeWindowAttributes, and GetWindowAttributes. */
#include "x11/cursor.h"
#include "x11/picture.h"
#include "x11/private.h"
#include "x11/window.h"

/* Value list checked and parsed before anything is changed. */
struct attributes {
    uint32_t mask;
    uint32_t value[15]; /* by bit number */
};

/* Exclusive selections: only one client may have each of these on a window. */
#define EXCLUSIVE_MASKS (SubstructureRedirectMask | ResizeRedirectMask | ButtonPressMask)

static int check_pixmap(struct ofs_client *c, const struct ofs_window *w, uint32_t id, bool parent_relative_ok)
{
    if (id == None || (id == ParentRelative && parent_relative_ok)) {
        if (id == ParentRelative && w->parent && w->depth != w->parent->depth)
            return BadMatch;
        return 0;
    }
    struct ofs_pixmap *pixmap;
    int error = ofs_res_find(c, id, OFS_RES_PIXMAP, &pixmap);
    if (error)
        return error;
    return pixmap->depth == w->depth ? 0 : BadMatch;
}

static int check_border_pixmap(struct ofs_client *c, const struct ofs_window *w, uint32_t id)
{
    if (id == CopyFromParent)
        return w->parent && w->depth != w->parent->depth ? BadMatch : 0;
    struct ofs_pixmap *pixmap;
    int error = ofs_res_find(c, id, OFS_RES_PIXMAP, &pixmap);
    if (error)
        return error;
    return pixmap->depth == w->depth ? 0 : BadMatch;
}

static int check_colormap(struct ofs_client *c, const struct ofs_window *w, uint32_t id)
{
    if (id == CopyFromParent)
        return w->parent && (w->visual != w->parent->visual || !w->parent->colormap) ? BadMatch : 0;
    uint32_t visual;
    int error = ofs_colormap_visual(c, id, &visual);
    if (error)
        return error;
    return visual == w->visual ? 0 : BadMatch;
}

static int check_event_mask(struct ofs_client *c, const struct ofs_window *w, uint32_t mask)
{
    if (mask & ~0x01FFFFFFu)
        return ofs_bad(c, BadValue, mask);
    for (const struct ofs_mask *m = w->masks; m; m = m->next)
        if (m->client != c && (m->mask & mask & EXCLUSIVE_MASKS))
            return BadAccess;
    return 0;
}

static int check_one(struct ofs_client *c, const struct ofs_window *w, unsigned bit, uint32_t v)
{
    struct ofs_cursor *cursor;
    switch (1u << bit) {
    case CWBackPixmap: return check_pixmap(c, w, v, true);
    case CWBorderPixmap: return check_border_pixmap(c, w, v);
    case CWBitGravity: /* these three are bytes in the low end of their word */
    case CWWinGravity: return (uint8_t)v > StaticGravity ? ofs_bad(c, BadValue, (uint8_t)v) : 0;
    case CWBackingStore: return (uint8_t)v > Always ? ofs_bad(c, BadValue, (uint8_t)v) : 0;
    case CWOverrideRedirect:
    case CWSaveUnder: return v > 1 ? ofs_bad(c, BadValue, v) : 0;
    case CWEventMask: return check_event_mask(c, w, v);
    case CWDontPropagate: return v & ~0x204Fu & ~(uint32_t)0x1F00 ? ofs_bad(c, BadValue, v) : 0;
    case CWColormap: return check_colormap(c, w, v);
    case CWCursor: return ofs_cursor_find_any(c, v, &cursor);
    default: return 0;
    }
}

/* The background keeps the pixels, not the pixmap: that may be freed at once. */
static int set_background(struct ofs_window *w, uint32_t id)
{
    struct ofs_raster *tile = NULL;
    if (id != None && id != ParentRelative) {
        struct ofs_pixmap *pixmap = (struct ofs_pixmap *)ofs_res_get(w->server, id, OFS_RES_PIXMAP);
        tile = ofs_raster_ref(ofs_pixmap_raster(w->server, pixmap));
        if (!tile)
            return BadAlloc;
    }
    ofs_raster_release(w->background_tile);
    w->background_tile = tile;
    w->background_pixmap = id;
    w->background_solid = id == None && !w->parent; /* the root always has one */
    return 0;
}

/* A pixmap's pixels; CopyFromParent: whatever the parent has now. */
static int set_border(struct ofs_window *w, uint32_t id)
{
    struct ofs_raster *tile = NULL;
    if (id == CopyFromParent) {
        tile = w->parent ? ofs_raster_ref(w->parent->border_tile) : NULL;
        w->border_pixel = w->parent ? w->parent->border_pixel : 0;
    } else {
        struct ofs_pixmap *pixmap = (struct ofs_pixmap *)ofs_res_get(w->server, id, OFS_RES_PIXMAP);
        tile = ofs_raster_ref(ofs_pixmap_raster(w->server, pixmap));
        if (!tile)
            return BadAlloc;
    }
    ofs_raster_release(w->border_tile);
    w->border_tile = tile;
    ofs_picture_paint_border(w);
    return 0;
}

static void set_cursor(struct ofs_client *c, struct ofs_window *w, uint32_t id)
{
    struct ofs_cursor *cursor;
    (void)ofs_cursor_find_any(c, id, &cursor);
    ofs_cursor_set(&w->cursor, cursor || w->parent ? cursor : ofs_cursors_root(c->server));
    if (w->viewable)
        ofs_cursor_update(c->server);
}

static int apply_one(struct ofs_client *c, struct ofs_window *w, unsigned bit, uint32_t v)
{
    switch (1u << bit) {
    case CWBackPixmap: return set_background(w, v);
    case CWBackPixel:
        w->background_pixel = v;
        (void)set_background(w, None);
        w->background_solid = true;
        break;
    case CWBorderPixmap: return set_border(w, v);
    case CWBorderPixel:
        w->border_pixel = v;
        ofs_raster_release(w->border_tile);
        w->border_tile = NULL;
        ofs_picture_paint_border(w);
        break;
    case CWBitGravity: w->bit_gravity = (uint8_t)v; break;
    case CWWinGravity: w->win_gravity = (uint8_t)v; break;
    case CWBackingStore: w->backing_store = (uint8_t)v; break;
    case CWBackingPlanes: w->backing_planes = v; break;
    case CWBackingPixel: w->backing_pixel = v; break;
    case CWOverrideRedirect: w->override_redirect = v; break;
    case CWSaveUnder: w->save_under = v; break;
    case CWEventMask: {
        int error = ofs_mask_set(w, c, v);
        if (!error)
            ofs_expose_track(c->server, w);
        return error;
    }
    case CWDontPropagate: w->do_not_propagate = (uint16_t)v; break;
    case CWColormap: {
        uint32_t colormap = v == CopyFromParent && w->parent ? w->parent->colormap : v;
        if (colormap == w->colormap)
            break;
        w->colormap = colormap;
        xEvent ev = { .u.u.type = ColormapNotify };
        ev.u.colormap.window = w->res.id;
        ev.u.colormap.colormap = colormap;
        ev.u.colormap.new = xTrue;
        ev.u.colormap.state = colormap == c->server->installed_colormap ? ColormapInstalled : ColormapUninstalled;
        ofs_event_to_window(c->server, w, &ev, ColormapChangeMask);
        break;
    }
    case CWCursor: set_cursor(c, w, v); break;
    default: break;
    }
    return 0;
}

/* InputOnly windows have only some of the attributes. */
#define INPUT_ONLY_ATTRIBUTES (CWWinGravity | CWEventMask | CWDontPropagate | CWOverrideRedirect | CWCursor)

int ofs_attributes_change(struct ofs_client *c, struct ofs_window *w, struct ofs_request *r, uint32_t mask)
{
    struct attributes a = { .mask = mask };
    if (mask & ~0x7FFFu)
        return ofs_bad(c, BadValue, mask);
    if (w->class == InputOnly && (mask & ~(uint32_t)INPUT_ONLY_ATTRIBUTES))
        return BadMatch;
    for (unsigned bit = 0; bit < 15; bit++)
        if (mask & (1u << bit))
            a.value[bit] = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    for (unsigned bit = 0; bit < 15; bit++) {
        int error = mask & (1u << bit) ? check_one(c, w, bit, a.value[bit]) : 0;
        if (error)
            return error;
    }
    for (unsigned bit = 0; bit < 15; bit++) {
        int error = mask & (1u << bit) ? apply_one(c, w, bit, a.value[bit]) : 0;
        if (error)
            return error;
    }
    return 0;
}

int ofs_core_ChangeWindowAttributes(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), mask = ofs_req32(r);
    if (r->size_bytes != 12u + 4u * (uint32_t)__builtin_popcount(mask))
        return BadLength;
    struct ofs_window *w;
    int error = ofs_find_window(c, id, &w);
    return error ? error : ofs_attributes_change(c, w, r, mask);
}

int ofs_core_GetWindowAttributes(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_reply_begin(c, w->backing_store);
    ofs_out32(c, w->visual);
    ofs_out16(c, w->class);
    ofs_out8(c, w->bit_gravity);
    ofs_out8(c, w->win_gravity);
    ofs_out32(c, w->backing_planes);
    ofs_out32(c, w->backing_pixel);
    ofs_out8(c, w->save_under);
    ofs_out8(c, w->colormap == c->server->installed_colormap); /* map is installed */
    ofs_out8(c, !w->mapped ? IsUnmapped : w->viewable ? IsViewable : IsUnviewable);
    ofs_out8(c, w->override_redirect);
    ofs_out32(c, w->colormap);
    ofs_out32(c, w->all_masks);
    ofs_out32(c, ofs_mask_of(w, c));
    ofs_out16(c, w->do_not_propagate);
    ofs_reply_end(c);
    return 0;
}
