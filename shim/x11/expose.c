/* What can be seen of each window, and the VisibilityNotify and Expose events that follow from a change of it.
 *
 * After any change of the tree ofs_expose_update() walks it once, top to bottom, handing every window what its parent and
 * higher siblings leave of it. A window that nobody asks about (no Exposure or VisibilityChange selected) keeps no region. */
#include "x11/picture.h"
#include "x11/private.h"
#include "x11/region_wire.h"
#include "x11/shape.h"
#include "x11/window.h"

struct update {
    struct ofs_server *s;
    bool out_of_memory; /* then the rest of this update is skipped: fewer events, nothing worse */
};

static bool tracked(const struct ofs_window *w)
{
    return w->class == InputOutput && (w->all_masks & (ExposureMask | VisibilityChangeMask)) && w->parent;
}

void ofs_expose_forget(struct ofs_window *w)
{
    ofs_region_destroy(w->clip);
    w->clip = NULL;
    w->contents_lost = false;
}

void ofs_expose_invalidate(struct ofs_window *w)
{
    w->contents_lost = true;
    ofs_picture_lose(w);
}

static void expose_region(struct ofs_server *s, struct ofs_window *w, const struct ofs_region *region)
{
    for (unsigned i = 0; i < region->count; i++) {
        const struct ofs_rect *rect = &region->rects[i];
        xEvent ev = { .u.u.type = Expose };
        ev.u.expose.window = w->res.id;
        ev.u.expose.x = (uint16_t)rect->x0;
        ev.u.expose.y = (uint16_t)rect->y0;
        ev.u.expose.width = (uint16_t)(rect->x1 - rect->x0);
        ev.u.expose.height = (uint16_t)(rect->y1 - rect->y0);
        ev.u.expose.count = (uint16_t)(region->count - 1 - i);
        ofs_event_to_window(s, w, &ev, ExposureMask);
    }
}

void ofs_expose_rect(struct ofs_server *s, struct ofs_window *w, int x, int y, unsigned width, unsigned height)
{
    if (!w->viewable || !(w->all_masks & ExposureMask))
        return;
    ofs_expose_track(s, w);
    struct ofs_region *part = ofs_region_create((struct ofs_rect){ x, y, x + (int)width, y + (int)height });
    if (part && w->clip && ofs_region_intersect(part, w->clip))
        expose_region(s, w, part);
    ofs_region_destroy(part);
}

static void set_visibility(struct ofs_server *s, struct ofs_window *w, uint8_t visibility)
{
    if (w->visibility == visibility)
        return;
    w->visibility = visibility;
    xEvent ev = { .u.u.type = VisibilityNotify };
    ev.u.visibility.window = w->res.id;
    ev.u.visibility.state = visibility;
    ofs_event_to_window(s, w, &ev, VisibilityChangeMask);
}

/* All that the window would cover is left of it. */
static bool is_whole(const struct ofs_window *w, const struct ofs_region *left, int x, int y)
{
    int bw = w->border_width;
    if (!w->shapes)
        return ofs_region_is_rect(left, (struct ofs_rect){ x - bw, y - bw, x + w->width + bw, y + w->height + bw });
    struct ofs_region *outer = ofs_shape_outer(w, x, y);
    bool whole = outer && ofs_region_equal(left, outer);
    ofs_region_destroy(outer);
    return whole;
}

/* Compute the clip of w and its inferiors. `universe` (root coordinates, consumed) is what is left for w's outer rectangle;
 * (x, y) is the root position of w's inside. New clips are kept in w->fresh until the exposures pass. */
static void compute(struct update *u, struct ofs_window *w, struct ofs_region *universe, int x, int y, bool events)
{
    if (events && w->parent)
        set_visibility(u->s, w, ofs_region_empty(universe) ? VisibilityFullyObscured
                                : is_whole(w, universe, x, y) ? VisibilityUnobscured
                                                              : VisibilityPartiallyObscured);
    struct ofs_region *inside = ofs_shape_inner(w, x, y);
    if (!inside || !ofs_region_intersect(universe, inside))
        u->out_of_memory = true;
    ofs_region_destroy(inside);
    for (struct ofs_window *child = w->top; child && !u->out_of_memory; child = child->below) {
        if (!child->viewable || child->class == InputOnly)
            continue;
        int cx = x + child->x + child->border_width, cy = y + child->y + child->border_width;
        struct ofs_region *rect = ofs_shape_outer(child, cx, cy);
        struct ofs_region *left = ofs_region_copy(universe);
        if (!rect || !left || !ofs_region_intersect(left, rect) || !ofs_region_subtract(universe, rect))
            u->out_of_memory = true;
        ofs_region_destroy(rect);
        if (u->out_of_memory)
            ofs_region_destroy(left);
        else
            compute(u, child, left, cx, cy, events);
    }
    if (tracked(w) && !u->out_of_memory) {
        ofs_region_translate(universe, -x, -y);
        w->fresh = universe;
    } else {
        ofs_region_destroy(universe);
    }
}

/* Take over the fresh clips; what is new in them is exposed. */
static void settle(struct ofs_server *s, struct ofs_window *w, bool events)
{
    if (w->fresh) {
        struct ofs_region *exposed = events ? ofs_region_copy(w->fresh) : NULL;
        if (exposed && w->clip && !w->contents_lost)
            (void)ofs_region_subtract(exposed, w->clip);
        ofs_region_destroy(w->clip);
        w->clip = w->fresh;
        w->fresh = NULL;
        w->contents_lost = false;
        if (exposed)
            expose_region(s, w, exposed);
        ofs_region_destroy(exposed);
    }
    for (struct ofs_window *child = w->top; child; child = child->below)
        if (child->viewable)
            settle(s, child, events);
}

static void walk(struct ofs_server *s, bool events)
{
    struct update u = { s, false };
    struct ofs_region *screen = ofs_region_create((struct ofs_rect){ 0, 0, s->root->width, s->root->height });
    if (!screen)
        return;
    compute(&u, s->root, screen, 0, 0, events);
    settle(s, s->root, events);
}

void ofs_expose_update(struct ofs_server *s)
{
    ofs_picture_update(s); /* the background is there before a client hears of it */
    walk(s, true);
}

void ofs_expose_track(struct ofs_server *s, struct ofs_window *w)
{
    if (w->viewable && tracked(w) && !w->clip)
        walk(s, false);
}
