#include "x11/picture.h"

#include <stdlib.h>

#include "x11/painted.h"
#include "x11/picture_private.h"
#include "x11/private.h"
#include "x11/region_wire.h"
#include "x11/shape.h"

static const struct ofs_region nothing;

struct ofs_window *ofs_picture_top(struct ofs_window *w)
{
    while (w->parent && w->parent->parent)
        w = w->parent;
    return w;
}

/* ---- painting ---- */

/* Whose background w shows, and where the origin of a tile is, which begins as w's and lies in w's picture. */
static const struct ofs_window *background_of(const struct ofs_window *w, int *x, int *y)
{
    while (w->background_pixmap == ParentRelative && w->parent) {
        *x -= w->x + w->border_width;
        *y -= w->y + w->border_width;
        w = w->parent;
    }
    return w;
}

/* The background of w as a paint for its picture; false if it has none. */
static bool background(const struct ofs_window *w, int x, int y, struct ofs_paint *paint)
{
    w = background_of(w, &x, &y);
    *paint = (struct ofs_paint){ .style = w->background_tile ? FillTiled : FillSolid, .foreground = w->background_pixel,
                                 .pattern = w->background_tile, .x = x, .y = y };
    return w->background_solid || w->background_tile;
}

/* Its border; a tile of it has the origin of the background's. */
struct ofs_paint ofs_picture_border(const struct ofs_window *w, int x, int y)
{
    (void)background_of(w, &x, &y);
    return (struct ofs_paint){ .style = w->border_tile ? FillTiled : FillSolid, .foreground = w->border_pixel,
                               .pattern = w->border_tile, .x = x, .y = y };
}

void ofs_picture_clear(struct ofs_window *w, const struct ofs_surface *surface, const struct ofs_region *region,
                       struct ofs_rect rect)
{
    struct ofs_paint paint;
    const struct ofs_mix mix = OFS_MIX_COPY;
    if (surface->raster && background(w, surface->x, surface->y, &paint))
        ofs_raster_fill(surface->raster, region, rect, &paint, &mix);
}

static void paint_border(struct ofs_raster *raster, const struct ofs_window *w, const struct ofs_view *view,
                         const struct ofs_region *region)
{
    const struct ofs_paint paint = ofs_picture_border(w, view->x, view->y);
    const struct ofs_mix mix = OFS_MIX_COPY;
    ofs_raster_fill(raster, region, (struct ofs_rect){ 0, 0, (int)raster->width, (int)raster->height }, &paint, &mix);
}

void ofs_picture_paint_border(struct ofs_window *w)
{
    const struct ofs_window *top = ofs_picture_top(w);
    if (w->view && w->view->border && top->picture && top->picture->raster)
        paint_border(top->picture->raster, w, w->view, w->view->border);
}

/* ---- from one layout to the next ---- */

static bool moved(const struct ofs_window *w)
{
    const struct ofs_view *old = w->view, *now = w->next_view;
    if (old && now && (now->x - old->x + old->shift_x || now->y - old->y + old->shift_y))
        return true;
    for (const struct ofs_window *child = w->parent ? w->top : NULL; child; child = child->below)
        if (moved(child))
            return true;
    return false;
}

/* The raster before and after; the same where nothing moves. */
struct step {
    struct ofs_raster *to;
    const struct ofs_raster *from;
};

/* Bring what is in both `old`, shifted, and `now` to its new place. Returns the rest of `now`, which is to be painted;
 * NULL: out of memory. */
static struct ofs_region *keep(const struct step *step, const struct ofs_region *old, const struct ofs_region *now,
                               int dx, int dy)
{
    const struct ofs_mix mix = OFS_MIX_COPY;
    struct ofs_region *bare = ofs_region_copy(now), *kept = old ? ofs_region_copy(old) : NULL;
    if (kept && bare) {
        ofs_region_translate(kept, dx, dy);
        if (ofs_region_intersect(kept, now) && ofs_region_subtract(bare, kept) && step->to != step->from)
            ofs_raster_copy(step->to, step->from, kept, dx, dy, &mix);
    }
    ofs_region_destroy(kept);
    return bare;
}

/* A picture as background is content where a window comes into sight or the whole picture gets another size: some programs
 * show theirs in no other way. It comes of whoever the window is. */
static void show_background(const struct ofs_window *w, const struct ofs_surface *surface,
                            const struct ofs_region *painted)
{
    struct ofs_client *owner = w->res.client;
    if (!w->background_tile || ofs_region_empty(painted))
        return;
    if (owner && (!owner->server || owner->closed_down)) /* retained, or about to go */
        owner = NULL;
    ofs_present_touch(owner, surface, ofs_region_extents(painted));
}

/* Take over the new views from w down. */
static void take_over(struct ofs_window *w, const struct step *step)
{
    struct ofs_view *now = w->next_view, *old = w->view;
    if (now) {
        const struct ofs_surface surface = { .top = ofs_picture_top(w), .raster = step->to, .x = now->x, .y = now->y };
        const struct ofs_rect all = { 0, 0, (int)step->to->width, (int)step->to->height };
        int dx = old ? now->x - old->x : 0, dy = old ? now->y - old->y : 0;
        struct ofs_region *bare =
            keep(step, old && !old->lost ? old->own : NULL, now->own, dx + (old ? old->shift_x : 0),
                 dy + (old ? old->shift_y : 0));
        if (bare)
            ofs_picture_clear(w, &surface, bare, all);
        if (bare && (!old || step->to->width != step->from->width || step->to->height != step->from->height))
            show_background(w, &surface, bare);
        ofs_region_destroy(bare);
        bare = now->border ? keep(step, old && !old->lost ? old->border : NULL, now->border, dx, dy) : NULL;
        if (bare)
            paint_border(step->to, w, now, bare);
        ofs_region_destroy(bare);
    }
    ofs_view_free(old);
    w->view = now;
    w->next_view = NULL;
    for (struct ofs_window *child = w->parent ? w->top : NULL; child; child = child->below)
        take_over(child, step);
}

/* What the shape of a top-level window leaves out of its picture is empty. */
static void clear_outside(const struct ofs_window *top, struct ofs_raster *raster)
{
    const struct ofs_paint paint = { .style = FillSolid, .foreground = top->server->root->background_pixel };
    const struct ofs_mix mix = OFS_MIX_COPY;
    const struct ofs_rect all = { 0, 0, (int)raster->width, (int)raster->height };
    const struct ofs_region *shape = ofs_shape_get(top, ShapeBounding);
    struct ofs_region *outside = shape ? ofs_region_create(all) : NULL;
    if (outside && ofs_region_subtract(outside, shape))
        ofs_raster_fill(raster, outside, all, &paint, &mix);
    ofs_region_destroy(outside);
}

/* A window without background shows what was there before. */
static void copy_common(struct ofs_raster *to, const struct ofs_raster *from)
{
    uint32_t width = to->width < from->width ? to->width : from->width;
    for (uint32_t y = 0; y < to->height && y < from->height; y++)
        memcpy(ofs_raster_at(to, 0, (int)y), ofs_raster_at(from, 0, (int)y), (size_t)width * 4);
}

static void free_views(struct ofs_window *w)
{
    ofs_view_free(w->view);
    w->view = NULL;
    for (struct ofs_window *child = w->parent ? w->top : NULL; child; child = child->below)
        free_views(child);
}

/* No memory: the picture begins afresh with the next request that draws. */
static void drop_picture(struct ofs_window *top)
{
    ofs_raster_release(top->picture->raster);
    top->picture->raster = NULL;
    free_views(top);
    ofs_present_forget(top);
}

static void update(struct ofs_window *top)
{
    struct ofs_picture *picture = top->picture;
    struct ofs_raster *old = picture->raster, *raster = old;
    if (old->width != top->width || old->height != top->height)
        ofs_present_window(top); /* what was there until now */
    if (!ofs_layout_top(top)) {
        drop_picture(top);
        return;
    }
    if (old->width != top->width || old->height != top->height || moved(top)) {
        raster = ofs_raster_create(top->server, top->width, top->height);
        if (!raster) {
            ofs_layout_drop(top);
            drop_picture(top);
            return;
        }
        copy_common(raster, old);
    }
    take_over(top, &(struct step){ raster, old });
    clear_outside(top, raster);
    picture->raster = raster;
    if (raster != old)
        ofs_raster_release(old);
}

static void update_if_drawn(struct ofs_window *top)
{
    if (top->picture && top->picture->raster)
        update(top);
}

void ofs_picture_update(struct ofs_server *s)
{
    update_if_drawn(s->root);
    for (struct ofs_window *w = s->root->top; w; w = w->below)
        update_if_drawn(w);
}

void ofs_picture_update_of(struct ofs_window *w)
{
    if (w->parent == w->server->root) /* where the root itself can be seen follows from these alone */
        update_if_drawn(w->server->root);
    update_if_drawn(ofs_picture_top(w));
}

void ofs_picture_lose(struct ofs_window *w)
{
    if (w->view)
        w->view->lost = true;
}

void ofs_picture_shift(struct ofs_window *w, int dx, int dy)
{
    if (!w->view)
        return;
    w->view->shift_x += dx;
    w->view->shift_y += dy;
}

void ofs_picture_hide(struct ofs_window *w)
{
    ofs_view_free(w->view);
    w->view = NULL;
    if (w->picture && w->picture->raster)
        drop_picture(w);
}

void ofs_picture_free(struct ofs_window *w)
{
    if (w->picture) {
        ofs_present_forget(w);
        ofs_raster_release(w->picture->raster);
    }
    free(w->picture);
    w->picture = NULL;
    ofs_view_free(w->view);
    w->view = NULL;
    ofs_raster_release(w->background_tile);
    w->background_tile = NULL;
    ofs_raster_release(w->border_tile);
    w->border_tile = NULL;
}

/* ---- surfaces ---- */

/* `mapped`: the window has just come into sight, with its background; else something is about to be drawn in it. */
static bool open_picture(struct ofs_window *top, bool mapped)
{
    if (!top->picture)
        top->picture = calloc(1, sizeof(*top->picture));
    if (!top->picture)
        return false;
    if (top->picture->raster)
        return true;
    struct ofs_raster *raster = ofs_raster_create(top->server, top->width, top->height);
    if (!raster || !ofs_layout_top(top)) {
        ofs_raster_release(raster);
        return false;
    }
    top->picture->raster = raster;
    ofs_painted_forget(top);
    take_over(top, &(struct step){ raster, raster });
    clear_outside(top, raster);
    if (!mapped)
        ofs_present_forget(top);
    return true;
}

static bool has_background_picture(const struct ofs_window *w)
{
    if (!ofs_picture_shows(w))
        return false;
    bool found = w->background_tile != NULL;
    for (const struct ofs_window *child = w->top; child && !found; child = child->below)
        found = has_background_picture(child);
    return found;
}

void ofs_picture_mapped(struct ofs_window *w)
{
    struct ofs_window *top = ofs_picture_top(w);
    if (top->parent && !(top->picture && top->picture->raster) && has_background_picture(w))
        (void)open_picture(top, true); /* without memory there is nothing to see */
}

struct ofs_raster *ofs_pixmap_raster(struct ofs_server *s, struct ofs_pixmap *p)
{
    if (!p->raster)
        p->raster = ofs_raster_create(s, p->width, p->height);
    return p->raster;
}

int ofs_surface_open(struct ofs_window *w, struct ofs_pixmap *p, struct ofs_server *s, bool inferiors,
                     struct ofs_surface *out)
{
    *out = (struct ofs_surface){ .clip = &nothing };
    if (p) {
        out->raster = ofs_pixmap_raster(s, p);
        out->all = (struct ofs_rect){ 0, 0, p->width, p->height };
        out->all_region = (struct ofs_region){ 1, 1, &out->all };
        out->clip = &out->all_region;
        if (p->painted)
            ofs_painted_update(NULL, p, out);
        return out->raster ? 0 : BadAlloc;
    }
    if (!ofs_picture_shows(w))
        return 0;
    out->top = ofs_picture_top(w);
    if (!open_picture(out->top, false))
        return BadAlloc;
    out->raster = out->top->picture->raster;
    out->x = w->view->x;
    out->y = w->view->y;
    out->clip = inferiors ? w->view->whole : w->view->own;
    if (w->painted)
        ofs_painted_update(w, NULL, out);
    return 0;
}
