/* ClearArea, CopyArea and CopyPlane. Source: X11 protocol, these requests and GraphicsExposure. */
#include <stdlib.h>

#include "x11/gc.h"
#include "x11/painted.h"
#include "x11/private.h"
#include "x11/region_wire.h"

/* Clearing is drawing where there is something already, and where the background is a picture, which some programs show
 * in no other way. But who asks for exposures draws when they come. */
static int clear(struct ofs_client *c, struct ofs_window *w, struct ofs_rect rect, bool exposures)
{
    struct ofs_surface surface;
    int error = ofs_surface_open(w, NULL, c->server, false, &surface);
    if (error || !surface.raster)
        return error;
    rect = (struct ofs_rect){ rect.x0 + surface.x, rect.y0 + surface.y, rect.x1 + surface.x, rect.y1 + surface.y };
    ofs_present_clear(&surface, rect);
    ofs_picture_clear(w, &surface, surface.clip, rect);
    const struct ofs_picture *picture = surface.top->picture;
    if (!exposures && (w->background_tile || picture->sequence || !ofs_rect_empty(picture->fresh)))
        ofs_present_touch(c, &surface, rect);
    return 0;
}

int ofs_core_ClearArea(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    int width = ofs_req16(r), height = ofs_req16(r);
    if (w->class == InputOnly)
        return ofs_bad(c, BadMatch, w->res.id);
    if (r->minor > 1)
        return ofs_bad(c, BadValue, r->minor);
    width = width ? width : w->width > x ? w->width - x : 0;
    height = height ? height : w->height > y ? w->height - y : 0;
    if (w->view || w->background_tile) /* else nothing is drawn in its picture yet, and it is clear */
        error = clear(c, w, (struct ofs_rect){ x, y, x + width, y + height }, r->minor);
    if (error)
        return error;
    if (r->minor)
        ofs_expose_rect(c->server, w, x, y, (unsigned)width, (unsigned)height);
    return 0;
}

/* ---- copies ---- */

struct copy {
    struct ofs_window *sw, *tw;
    struct ofs_pixmap *sp, *tp;
    struct ofs_gc *gc;
    uint32_t target;           /* id */
    uint32_t plane;            /* CopyPlane: the one bit; CopyArea: 0 */
    uint8_t major;
    int sx, sy, tx, ty, width, height;
};

/* The regions of a copy, in the target's raster. */
struct copy_parts {
    struct ofs_surface from, to;
    struct ofs_region *drawn;  /* what is copied */
    struct ofs_region *hidden; /* what has no source */
    int dx, dy;                /* from source to target raster */
};

static bool split(const struct copy *copy, struct copy_parts *parts)
{
    struct ofs_rect box = { parts->to.x + copy->tx, parts->to.y + copy->ty, 0, 0 };
    box.x1 = box.x0 + copy->width;
    box.y1 = box.y0 + copy->height;
    parts->dx = box.x0 - parts->from.x - copy->sx;
    parts->dy = box.y0 - parts->from.y - copy->sy;
    struct ofs_region *source = ofs_region_copy(parts->from.clip);
    parts->drawn = ofs_region_create(box);
    parts->hidden = ofs_region_create(box);
    bool ok = source && parts->drawn && parts->hidden;
    if (ok) {
        ofs_region_translate(source, parts->dx, parts->dy);
        ok = ofs_region_intersect(parts->drawn, source) && ofs_region_subtract(parts->hidden, source) &&
             ofs_region_intersect(parts->drawn, parts->to.clip) &&
             ofs_region_intersect(parts->hidden, parts->to.clip) &&
             ofs_gc_clip_client(copy->gc, &parts->to, parts->drawn) &&
             ofs_gc_clip_client(copy->gc, &parts->to, parts->hidden);
    }
    ofs_region_destroy(source);
    return ok;
}

/* The root with all that is on it: top-level windows have pictures of their own. */
static bool is_screen(const struct copy *copy)
{
    return copy->sw && !copy->sw->parent && copy->gc->inferiors;
}

/* Through a copy of the source pixels where a plane has to be turned into colours, or rows mix with themselves. */
static bool draw(struct ofs_client *c, const struct copy *copy, const struct copy_parts *parts)
{
    const struct ofs_mix mix = ofs_gc_mix(copy->gc);
    const struct ofs_rect all = ofs_region_extents(parts->drawn);
    if (ofs_rect_empty(all))
        return true;
    if (parts->to.raster != parts->from.raster && !copy->plane && !is_screen(copy)) {
        ofs_raster_copy(parts->to.raster, parts->from.raster, parts->drawn, parts->dx, parts->dy, &mix);
        return true;
    }
    if (!copy->plane && !is_screen(copy) &&
        ofs_raster_move(parts->to.raster, parts->drawn, parts->dx, parts->dy, &mix))
        return true;
    struct ofs_raster *between = ofs_raster_create(c->server, (uint32_t)(all.x1 - all.x0), (uint32_t)(all.y1 - all.y0));
    if (!between)
        return false;
    for (int y = 0; y < (int)between->height; y++) {
        uint32_t *row = ofs_raster_at(between, 0, y);
        int from_x = all.x0 - parts->dx, from_y = all.y0 + y - parts->dy;
        if (is_screen(copy))
            ofs_picture_read(&parts->from, from_x - parts->from.x, from_y - parts->from.y, between->width, row);
        else
            memcpy(row, ofs_raster_at(parts->from.raster, from_x, from_y), (size_t)between->width * 4);
        for (uint32_t x = 0; x < between->width && copy->plane; x++)
            row[x] = row[x] & copy->plane ? copy->gc->foreground : copy->gc->background;
    }
    ofs_raster_copy(parts->to.raster, between, parts->drawn, all.x0, all.y0, &mix);
    ofs_raster_release(between);
    return true;
}

static void report(struct ofs_client *c, const struct copy *copy, const struct copy_parts *parts)
{
    xEvent ev = { .u.u.type = NoExpose };
    if (!parts->hidden->count) {
        ev.u.noExposure.drawable = copy->target;
        ev.u.noExposure.majorEvent = copy->major;
        ofs_event_to_client(c, &ev);
    }
    for (unsigned i = 0; i < parts->hidden->count; i++) {
        const struct ofs_rect *r = &parts->hidden->rects[i];
        ev.u.u.type = GraphicsExpose;
        ev.u.graphicsExposure.drawable = copy->target;
        ev.u.graphicsExposure.x = (uint16_t)(r->x0 - parts->to.x);
        ev.u.graphicsExposure.y = (uint16_t)(r->y0 - parts->to.y);
        ev.u.graphicsExposure.width = (uint16_t)(r->x1 - r->x0);
        ev.u.graphicsExposure.height = (uint16_t)(r->y1 - r->y0);
        ev.u.graphicsExposure.count = (uint16_t)(parts->hidden->count - 1 - i);
        ev.u.graphicsExposure.majorEvent = copy->major;
        ofs_event_to_client(c, &ev);
    }
}

static int carry_out(struct ofs_client *c, const struct copy *copy)
{
    struct copy_parts parts = { 0 };
    ofs_painted_read(c->server, copy->sw, copy->sp,
                     (struct ofs_rect){ copy->sx, copy->sy, copy->sx + copy->width, copy->sy + copy->height });
    int error = ofs_surface_open(copy->sw, copy->sp, c->server, copy->gc->inferiors, &parts.from);
    if (!error)
        error = ofs_surface_open(copy->tw, copy->tp, c->server, copy->gc->inferiors, &parts.to);
    if (error)
        return error;
    if (!split(copy, &parts))
        error = BadAlloc;
    if (!error && copy->sp && copy->tw) /* a back buffer is shown */
        ofs_present_put(c, &parts.to, ofs_region_extents(parts.drawn));
    else if (!error && copy->tw) /* a scroll, or a window in another */
        ofs_present_touch(c, &parts.to, ofs_region_extents(parts.drawn));
    if (!error && !draw(c, copy, &parts))
        error = BadAlloc;
    if (!error && copy->tw)
        ofs_picture_clear(copy->tw, &parts.to, parts.hidden, ofs_region_extents(parts.hidden));
    if (!error && copy->gc->graphics_exposures)
        report(c, copy, &parts);
    ofs_region_destroy(parts.drawn);
    ofs_region_destroy(parts.hidden);
    return error;
}

static int find_copy(struct ofs_client *c, struct ofs_request *r, struct copy *copy)
{
    uint32_t source = ofs_req32(r);
    copy->target = ofs_req32(r);
    int error = ofs_gc_find_with(c, copy->target, ofs_req32(r), &copy->tw, &copy->tp, &copy->gc);
    if (!error)
        error = ofs_find_drawable(c, source, &copy->sw, &copy->sp);
    if (error)
        return error;
    copy->sx = ofs_req_i16(r);
    copy->sy = ofs_req_i16(r);
    copy->tx = ofs_req_i16(r);
    copy->ty = ofs_req_i16(r);
    copy->width = ofs_req16(r);
    copy->height = ofs_req16(r);
    return copy->sw && copy->sw->class == InputOnly ? ofs_bad(c, BadMatch, source) : 0;
}

int ofs_core_CopyArea(struct ofs_client *c, struct ofs_request *r)
{
    struct copy copy = { .major = X_CopyArea };
    uint32_t source = ofs_get32(r->data + 4, r->swap);
    int error = find_copy(c, r, &copy);
    if (!error && (copy.sw ? copy.sw->depth : copy.sp->depth) != copy.gc->depth)
        error = ofs_bad(c, BadMatch, source);
    return error ? error : carry_out(c, &copy);
}

int ofs_core_CopyPlane(struct ofs_client *c, struct ofs_request *r)
{
    struct copy copy = { .major = X_CopyPlane };
    int error = find_copy(c, r, &copy);
    if (error)
        return error;
    copy.plane = ofs_req32(r);
    uint8_t depth = copy.sw ? copy.sw->depth : copy.sp->depth;
    if (!copy.plane || (copy.plane & (copy.plane - 1)) || (depth < 32 && copy.plane >= 1u << depth))
        return ofs_bad(c, BadValue, copy.plane);
    return carry_out(c, &copy);
}
