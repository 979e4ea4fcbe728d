/* What can be seen of each window, and the VisibilityNotify and Expose events that follow from a change of it.
 *
 * A walk goes through the tree top to bottom, handing every window what its parent and higher siblings leave of it. After a
 * change of one window only those are walked that lie where it lay or lies, so that a program may have hundreds of them. A
 * window that nobody asks about (no Exposure or VisibilityChange selected) keeps no region. */
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

static bool covers(const struct ofs_window *w) { return w->viewable && w->class == InputOutput; }

static void compute(struct update *u, struct ofs_window *w, struct ofs_region *universe, int x, int y, bool events);

/* Take what a child covers out of universe; (x, y) is the root position of the parent's inside. `whole`: its own clip and
 * those of its inferiors are to be computed. */
static void occupy(struct update *u, struct ofs_window *child, struct ofs_region *universe, int x, int y, bool whole,
                   bool events)
{
    int cx = x + child->x + child->border_width, cy = y + child->y + child->border_width;
    struct ofs_region *rect = ofs_shape_outer(child, cx, cy), *left = whole ? ofs_region_copy(universe) : NULL;
    if (!rect || (whole && (!left || !ofs_region_intersect(left, rect))) || !ofs_region_subtract(universe, rect))
        u->out_of_memory = true;
    ofs_region_destroy(rect);
    if (whole && !u->out_of_memory)
        compute(u, child, left, cx, cy, events);
    else
        ofs_region_destroy(left);
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
    for (struct ofs_window *child = w->top; child && !u->out_of_memory; child = child->below)
        if (covers(child))
            occupy(u, child, universe, x, y, true, events);
    if (tracked(w) && !u->out_of_memory) {
        ofs_region_translate(universe, -x, -y);
        w->fresh = universe;
    } else {
        ofs_region_destroy(universe);
    }
}

/* Take over the fresh clip of w; what is new in it is exposed. */
static void settle_one(struct ofs_server *s, struct ofs_window *w, bool events)
{
    if (!w->fresh)
        return;
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

static void settle(struct ofs_server *s, struct ofs_window *w, bool events)
{
    settle_one(s, w, events);
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

/* ---- after a change of one window ---- */

struct ofs_rect ofs_expose_outer(const struct ofs_window *w)
{
    return (struct ofs_rect){ w->x, w->y, w->x + w->width + 2 * w->border_width, w->y + w->height + 2 * w->border_width };
}

static bool meet(struct ofs_rect a, struct ofs_rect b)
{
    return a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;
}

static struct ofs_rect join(struct ofs_rect a, struct ofs_rect b)
{
    return (struct ofs_rect){ a.x0 < b.x0 ? a.x0 : b.x0, a.y0 < b.y0 ? a.y0 : b.y0, a.x1 > b.x1 ? a.x1 : b.x1,
                              a.y1 > b.y1 ? a.y1 : b.y1 };
}

static struct ofs_rect moved(struct ofs_rect a, int dx, int dy)
{
    return (struct ofs_rect){ a.x0 + dx, a.y0 + dy, a.x1 + dx, a.y1 + dy };
}

/* The part of `area` (root coordinates) that its ancestors and what lies over them leave of the inside of w, whose corner
 * is at (x, y). NULL: out of memory. */
static struct ofs_region *left_of(const struct ofs_window *w, struct ofs_rect area, int x, int y)
{
    struct update u = { .s = w->server };
    struct ofs_region *left = ofs_region_create(area);
    for (; left; w = w->parent) {
        struct ofs_region *inside = ofs_shape_inner(w, x, y);
        if (!inside || !ofs_region_intersect(left, inside))
            u.out_of_memory = true;
        ofs_region_destroy(inside);
        if (!w->parent || u.out_of_memory)
            break;
        x -= w->x + w->border_width;
        y -= w->y + w->border_width;
        for (struct ofs_window *above = w->above; above && !u.out_of_memory; above = above->above)
            if (covers(above) && meet(moved(ofs_expose_outer(above), x, y), area))
                occupy(&u, above, left, x, y, false, false);
    }
    if (!u.out_of_memory)
        return left;
    ofs_region_destroy(left);
    return NULL;
}

/* The new clip of a window of which only `changed` (relative to its inside) changed: there it is what is in `left`, which
 * is in root coordinates. NULL: out of memory. */
static struct ofs_region *mend_clip(const struct ofs_window *w, struct ofs_rect changed, const struct ofs_region *left,
                                    int x, int y)
{
    struct ofs_region *box = ofs_region_create(changed), *clip = ofs_region_copy(w->clip), *part = ofs_region_copy(left);
    bool ok = box && clip && part;
    if (ok) {
        ofs_region_translate(part, -x, -y);
        ok = ofs_region_intersect(part, box) && ofs_region_subtract(clip, box) && ofs_region_unite(clip, part);
    }
    ofs_region_destroy(box);
    ofs_region_destroy(part);
    if (ok)
        return clip;
    ofs_region_destroy(clip);
    return NULL;
}

static bool touches(const struct ofs_region *region, struct ofs_rect rect)
{
    for (unsigned i = ofs_region_row(region, rect.y0); i < region->count && region->rects[i].y0 < rect.y1; i++)
        if (meet(region->rects[i], rect))
            return true;
    return false;
}

/* Nothing is left for the child, and it takes nothing from those below: covered as before, and all that is in it. */
static bool stays_hidden(const struct ofs_window *child, const struct ofs_region *left, int x, int y)
{
    return !touches(left, moved(ofs_expose_outer(child), x, y)) && child->visibility == VisibilityFullyObscured &&
           (!tracked(child) || child->clip);
}

/* The clips of the children that touch `changed`, within the inside of their parent at (x, y). */
static void compute_children(struct update *u, struct ofs_window *parent, struct ofs_rect changed, int x, int y)
{
    struct ofs_rect area = changed; /* what decides of all that can be seen of these children */
    for (struct ofs_window *child = parent->top; child; child = child->below)
        if (covers(child) && meet(ofs_expose_outer(child), changed))
            area = join(area, ofs_expose_outer(child));
    struct ofs_region *left = left_of(parent, moved(area, x, y), x, y);
    u->out_of_memory = !left;
    for (struct ofs_window *child = parent->top; child && !u->out_of_memory; child = child->below)
        if (covers(child) && meet(ofs_expose_outer(child), area) && !stays_hidden(child, left, x, y))
            occupy(u, child, left, x, y, meet(ofs_expose_outer(child), changed), true);
    if (tracked(parent) && !u->out_of_memory)
        parent->fresh = mend_clip(parent, changed, left, x, y);
    ofs_region_destroy(left);
}

void ofs_expose_update_of(struct ofs_window *w, struct ofs_rect before)
{
    struct ofs_window *parent = w->parent;
    struct ofs_rect changed = join(before, ofs_expose_outer(w));
    struct update u = { .s = w->server };
    int x, y;
    ofs_picture_update_of(w); /* the background is there before a client hears of it */
    if (w->class == InputOnly)
        return;
    if (tracked(parent) && (!parent->clip || parent->contents_lost)) {
        walk(w->server, true);
        return;
    }
    ofs_window_origin(parent, &x, &y);
    compute_children(&u, parent, changed, x, y);
    settle_one(w->server, parent, true);
    for (struct ofs_window *child = parent->top; child; child = child->below)
        if (covers(child) && meet(ofs_expose_outer(child), changed))
            settle(w->server, child, true);
}

void ofs_expose_track(struct ofs_server *s, struct ofs_window *w)
{
    if (w->viewable && tracked(w) && !w->clip)
        walk(s, false);
}
