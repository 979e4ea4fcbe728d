/* Where the windows of a picture lie in it, and what can be seen of each. */
#include <stdlib.h>

#include "x11/picture_private.h"
#include "x11/private.h"
#include "x11/shape.h"

void ofs_view_free(struct ofs_view *view)
{
    if (!view)
        return;
    ofs_region_destroy(view->own);
    ofs_region_destroy(view->whole);
    ofs_region_destroy(view->border);
    free(view);
}

/* Inside and border of w in its view; `universe` is what is left for both and becomes the inside. */
static bool split_border(const struct ofs_window *w, struct ofs_region *universe, struct ofs_view *view)
{
    struct ofs_region *inside = ofs_shape_inner(w, view->x, view->y);
    bool ok = inside != NULL;
    if (ok && (w->border_width || ofs_shape_get(w, ShapeClip))) {
        view->border = ofs_region_copy(universe);
        ok = view->border && ofs_region_subtract(view->border, inside);
    }
    ok = ok && ofs_region_intersect(universe, inside);
    ofs_region_destroy(inside);
    return ok;
}

/* Fills w->next_view and those of its inferiors. Consumes universe. False: out of memory. */
static bool lay_out(struct ofs_window *w, struct ofs_region *universe, int x, int y)
{
    struct ofs_view *view = calloc(1, sizeof(*view));
    w->next_view = view;
    if (!view || !universe) {
        ofs_region_destroy(universe);
        return false;
    }
    view->x = x;
    view->y = y;
    view->own = universe;
    if (!split_border(w, universe, view) || !(view->whole = ofs_region_copy(universe)))
        return false;
    for (struct ofs_window *child = w->top; child; child = child->below) {
        if (!ofs_picture_shows(child))
            continue;
        int bw = child->border_width, cx = x + child->x + bw, cy = y + child->y + bw;
        struct ofs_region *outer = ofs_shape_outer(child, cx, cy);
        struct ofs_region *left = ofs_region_copy(universe);
        bool ok = outer && left && ofs_region_intersect(left, outer) && ofs_region_subtract(universe, outer);
        ofs_region_destroy(outer);
        if (ok && w->parent) { /* a top-level window has a picture of its own, not a part of the root's */
            ok = lay_out(child, left, cx, cy);
        } else {
            ofs_region_destroy(left);
        }
        if (!ok)
            return false;
    }
    return true;
}

void ofs_layout_drop(struct ofs_window *w)
{
    ofs_view_free(w->next_view);
    w->next_view = NULL;
    if (w->parent)
        for (struct ofs_window *child = w->top; child; child = child->below)
            ofs_layout_drop(child);
}

bool ofs_layout_top(struct ofs_window *top)
{
    struct ofs_region *all = ofs_shape_outer(top, 0, 0), *picture =
        ofs_region_create((struct ofs_rect){ 0, 0, top->width, top->height });
    if (all && !(picture && ofs_region_intersect(all, picture))) {
        ofs_region_destroy(all);
        all = NULL;
    }
    ofs_region_destroy(picture);
    bool ok = lay_out(top, all, 0, 0);
    if (!ok)
        ofs_layout_drop(top);
    return ok;
}
