/* The window tree: creation, destruction, reparenting, and questions about it. */
#include "x11/window.h"

#include <stdlib.h>

#include "x11/cursor.h"
#include "x11/input.h"
#include "x11/picture.h"
#include "x11/private.h"
#include "x11/shape.h"

int ofs_find_window(struct ofs_client *c, uint32_t id, struct ofs_window **out)
{
    return ofs_res_find(c, id, OFS_RES_WINDOW, out);
}

int ofs_find_drawable(struct ofs_client *c, uint32_t id, struct ofs_window **window_out, struct ofs_pixmap **pixmap_out)
{
    *pixmap_out = NULL;
    *window_out = (struct ofs_window *)ofs_res_get(c->server, id, OFS_RES_WINDOW);
    if (!*window_out)
        *pixmap_out = (struct ofs_pixmap *)ofs_res_get(c->server, id, OFS_RES_PIXMAP);
    return *window_out || *pixmap_out ? 0 : ofs_bad(c, BadDrawable, id);
}

void ofs_window_origin(const struct ofs_window *w, int *x_out, int *y_out)
{
    int x = 0, y = 0;
    for (; w->parent; w = w->parent) {
        x += w->x + w->border_width;
        y += w->y + w->border_width;
    }
    *x_out = x;
    *y_out = y;
}

bool ofs_window_is_ancestor(const struct ofs_window *ancestor, const struct ofs_window *w)
{
    for (w = w->parent; w; w = w->parent)
        if (w == ancestor)
            return true;
    return false;
}

struct ofs_window *ofs_window_at(struct ofs_server *s, int root_x, int root_y)
{
    struct ofs_window *w = s->root;
    int x = root_x, y = root_y; /* relative to the inside of w */
    for (struct ofs_window *child = w->top; child;) {
        int bw = child->border_width;
        if (child->mapped && ofs_shape_hit(child, x - child->x - bw, y - child->y - bw)) {
            x -= child->x + bw;
            y -= child->y + bw;
            w = child;
            /* On its border: the window itself, not its children. */
            child = x >= 0 && y >= 0 && x < w->width && y < w->height ? w->top : NULL;
        } else {
            child = child->below;
        }
    }
    return w;
}

void ofs_window_link_top(struct ofs_window *w, struct ofs_window *parent)
{
    w->parent = parent;
    w->below = parent->top;
    w->above = NULL;
    if (parent->top)
        parent->top->above = w;
    else
        parent->bottom = w;
    parent->top = w;
}

void ofs_window_unlink(struct ofs_window *w)
{
    struct ofs_window *parent = w->parent;
    if (w->above)
        w->above->below = w->below;
    else
        parent->top = w->below;
    if (w->below)
        w->below->above = w->above;
    else
        parent->bottom = w->above;
    w->above = w->below = NULL;
}

void ofs_window_publish_place(const struct ofs_window *w)
{
    ofs_xview_set_place(w->shared, w->parent ? w->parent->res.id : 0, w->x + w->border_width, w->y + w->border_width);
}

/* Frees the window alone; ofs_window_destroy() has taken it out of the tree. */
static void free_window(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_window *w = (struct ofs_window *)res;
    ofs_properties_free(w);
    ofs_cursor_release(w->cursor);
    ofs_cursor_release(w->pointer_cursor);
    for (struct ofs_mask *m = w->masks, *next; m; m = next) {
        next = m->next;
        free(m);
    }
    for (struct ofs_ext_select *e = w->ext_select, *next; e; e = next) {
        next = e->next;
        free(e);
    }
    ofs_expose_forget(w);
    ofs_picture_free(w);
    ofs_shape_free(w);
    ofs_xview_withdraw(w->shared);
    free(w);
}

/* ---- creation ---- */

int ofs_root_create(struct ofs_server *s)
{
    ofs_res_set_destructor(s, OFS_RES_WINDOW, free_window);
    struct ofs_window *root = calloc(1, sizeof(*root));
    if (!root)
        return BadAlloc;
    root->server = s;
    root->width = (uint16_t)s->config.width_px;
    root->height = (uint16_t)s->config.height_px;
    root->depth = 24;
    root->class = InputOutput;
    root->visual = OFS_VISUAL_RGB24;
    root->colormap = OFS_DEFAULT_COLORMAP;
    root->cursor = ofs_cursor_ref(ofs_cursors_root(s));
    root->mapped = root->viewable = true;
    root->background_solid = true;
    root->win_gravity = NorthWestGravity;
    root->backing_planes = ~0u;
    root->visibility = VisibilityUnobscured;
    s->root = root;
    ofs_res_enter(s, OFS_ROOT_WINDOW, OFS_RES_WINDOW, &root->res);
    if (s->config.publish)
        root->shared = ofs_xview_publish(s, OFS_ROOT_WINDOW, OFS_XDRAWABLE_WINDOW, root->visual, root->depth,
                                         root->width, root->height);
    return 0;
}

void ofs_root_destroy(struct ofs_server *s)
{
    if (!s->root)
        return;
    while (s->root->top)
        ofs_window_destroy(s, s->root->top);
    ofs_res_free(s, &s->root->res);
    s->root = NULL;
}

struct geometry {
    uint32_t id, parent, visual, mask;
    int16_t x, y;
    uint16_t width, height, border_width, class;
    uint8_t depth;
};

/* Class, depth and visual: CopyFromParent resolved and checked. Source: X11 protocol, CreateWindow. */
static int check_kind(struct ofs_client *c, const struct ofs_window *parent, struct geometry *g)
{
    if (g->class > InputOnly)
        return ofs_bad(c, BadValue, g->class);
    if (g->class != InputOnly && parent->class == InputOnly)
        return ofs_bad(c, BadMatch, g->parent);
    if (g->class == CopyFromParent)
        g->class = parent->class;
    if (g->class == InputOnly && (g->border_width || g->depth))
        return ofs_bad(c, BadMatch, g->parent);
    if (g->class == InputOutput && !g->depth)
        g->depth = parent->depth;
    if (g->visual == CopyFromParent)
        g->visual = parent->visual;
    unsigned count;
    const struct ofs_visual *visuals = ofs_xview_visuals(&count);
    bool known = g->visual == parent->visual && (g->class == InputOnly || g->depth == parent->depth);
    for (unsigned i = 0; i < count && !known; i++)
        known = visuals[i].id == g->visual && (g->class == InputOnly || visuals[i].depth == g->depth);
    return known ? 0 : ofs_bad(c, BadMatch, g->visual);
}

static struct ofs_window *new_window(struct ofs_server *s, const struct geometry *g, struct ofs_window *parent)
{
    struct ofs_window *w = calloc(1, sizeof(*w));
    if (!w)
        return NULL;
    w->server = s;
    w->x = g->x;
    w->y = g->y;
    w->width = g->width;
    w->height = g->height;
    w->border_width = g->border_width;
    w->class = g->class;
    w->depth = g->class == InputOnly ? 0 : g->depth;
    w->visual = g->visual;
    w->bit_gravity = ForgetGravity;
    w->win_gravity = NorthWestGravity;
    w->backing_planes = ~0u;
    w->visibility = OFS_NOT_VIEWABLE;
    w->colormap = w->visual == parent->visual && g->class == InputOutput ? parent->colormap : None;
    w->parent = parent;
    if (w->class == InputOutput && w->depth == parent->depth) { /* the border is copied, unless the request has one */
        w->border_pixel = parent->border_pixel;
        w->border_tile = ofs_raster_ref(parent->border_tile);
    }
    return w;
}

/* Windows in windows: walks of the tree go as deep as it is. */
enum { MAX_NESTING = 512 };

static unsigned depth_of(const struct ofs_window *w)
{
    unsigned depth = 0;
    while ((w = w->parent))
        depth++;
    return depth;
}

static unsigned height_of(const struct ofs_window *w)
{
    unsigned height = 0;
    for (const struct ofs_window *child = w->top; child; child = child->below) {
        unsigned below = height_of(child) + 1;
        height = below > height ? below : height;
    }
    return height;
}

int ofs_core_CreateWindow(struct ofs_client *c, struct ofs_request *r)
{
    struct geometry g = { .depth = r->minor, .id = ofs_req32(r), .parent = ofs_req32(r) };
    g.x = ofs_req_i16(r);
    g.y = ofs_req_i16(r);
    g.width = ofs_req16(r);
    g.height = ofs_req16(r);
    g.border_width = ofs_req16(r);
    g.class = ofs_req16(r);
    g.visual = ofs_req32(r);
    g.mask = ofs_req32(r);
    struct ofs_window *parent;
    int error = ofs_res_check_new(c, g.id);
    if (!error)
        error = ofs_find_window(c, g.parent, &parent);
    if (error)
        return error;
    if (r->size_bytes != 32u + 4u * (uint32_t)__builtin_popcount(g.mask))
        return BadLength;
    if (!g.width || !g.height)
        return ofs_bad(c, BadValue, 0);
    error = check_kind(c, parent, &g);
    if (error)
        return error;
    /* A window whose depth or visual differs from its parent's has no default border or colormap to copy. */
    if (g.class == InputOutput && !(g.mask & (CWBorderPixmap | CWBorderPixel)) && g.depth != parent->depth)
        return BadMatch;
    if (g.class == InputOutput && !(g.mask & CWColormap) && (g.visual != parent->visual || !parent->colormap))
        return BadMatch;
    if (depth_of(parent) >= MAX_NESTING)
        return BadAlloc;
    struct ofs_window *w = new_window(c->server, &g, parent);
    if (!w)
        return BadAlloc;
    error = ofs_attributes_change(c, w, r, g.mask);
    if (!error)
        error = ofs_res_add(c, g.id, OFS_RES_WINDOW, &w->res);
    if (error) {
        free_window(c->server, &w->res);
        return error;
    }
    ofs_window_link_top(w, parent);
    if (c->server->config.publish)
        w->shared = ofs_xview_publish(c->server, g.id, OFS_XDRAWABLE_WINDOW, g.class == InputOnly ? 0 : w->visual,
                                      w->depth, w->width, w->height);
    ofs_window_publish_place(w);
    xEvent ev = { .u.u.type = CreateNotify };
    ev.u.createNotify.parent = parent->res.id;
    ev.u.createNotify.window = w->res.id;
    ev.u.createNotify.x = w->x;
    ev.u.createNotify.y = w->y;
    ev.u.createNotify.width = w->width;
    ev.u.createNotify.height = w->height;
    ev.u.createNotify.borderWidth = w->border_width;
    ev.u.createNotify.override = w->override_redirect;
    ofs_event_to_window(c->server, parent, &ev, SubstructureNotifyMask);
    return 0;
}

/* ---- destruction ---- */

static void forget_in_save_sets(struct ofs_server *s, struct ofs_window *w)
{
    for (struct ofs_client *c = s->clients; c; c = c->next)
        for (unsigned i = 0; i < c->save_set_len;)
            if (c->save_set[i] == w)
                c->save_set[i] = c->save_set[--c->save_set_len];
            else
                i++;
}

/* w and its inferiors, deepest first; all unmapped already as far as anyone can see. */
static void destroy_tree(struct ofs_server *s, struct ofs_window *w)
{
    while (w->top)
        destroy_tree(s, w->top);
    xEvent ev = { .u.u.type = DestroyNotify };
    ev.u.destroyNotify.window = w->res.id;
    ofs_event_structure(s, w, &ev);
    ofs_present_window_gone(w);
    ofs_input_window_gone(s, w);
    ofs_selections_window_gone(s, w);
    ofs_properties_delete(s, w);
    for (unsigned i = 0; i < ofs_extension_count; i++)
        if (ofs_extensions[i]->window_gone)
            ofs_extensions[i]->window_gone(s, w);
    forget_in_save_sets(s, w);
    ofs_window_unlink(w);
    ofs_res_free(s, &w->res);
}

void ofs_window_destroy(struct ofs_server *s, struct ofs_window *w)
{
    if (w == s->root)
        return;
    if (w->mapped)
        ofs_window_unmap(s, w, false);
    destroy_tree(s, w);
}

int ofs_core_DestroyWindow(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_window_destroy(c->server, w);
    return 0;
}

int ofs_core_DestroySubwindows(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    while (w->bottom)
        ofs_window_destroy(c->server, w->bottom);
    return 0;
}

static void forget_client(struct ofs_server *s, struct ofs_res *res, void *client)
{
    if (res->type != OFS_RES_WINDOW)
        return;
    struct ofs_window *w = (struct ofs_window *)res;
    (void)ofs_mask_set(w, client, 0);
    struct ofs_ext_select **link = (struct ofs_ext_select **)&w->ext_select;
    while (*link) {
        struct ofs_ext_select *e = *link;
        if (e->client == client) {
            *link = e->next;
            free(e);
        } else {
            link = &e->next;
        }
    }
}

void ofs_window_forget_client(struct ofs_client *c) { ofs_res_each(c->server, forget_client, c); }

/* ---- reparenting and the save set ---- */

void ofs_window_reparent(struct ofs_server *s, struct ofs_window *w, struct ofs_window *parent, int16_t x, int16_t y)
{
    struct ofs_window *old = w->parent;
    bool was_mapped = w->mapped;
    if (was_mapped)
        ofs_window_unmap(s, w, false);
    xEvent ev = { .u.u.type = ReparentNotify };
    ev.u.reparent.window = w->res.id;
    ev.u.reparent.parent = parent->res.id;
    ev.u.reparent.x = x;
    ev.u.reparent.y = y;
    ev.u.reparent.override = w->override_redirect;
    ev.u.reparent.event = w->res.id;
    ofs_event_to_window(s, w, &ev, StructureNotifyMask);
    ev.u.reparent.event = old->res.id;
    ofs_event_to_window(s, old, &ev, SubstructureNotifyMask);
    ev.u.reparent.event = parent->res.id;
    ofs_event_to_window(s, parent, &ev, SubstructureNotifyMask);
    ofs_window_unlink(w);
    ofs_window_link_top(w, parent);
    w->x = x;
    w->y = y;
    ofs_window_publish_place(w);
    ofs_input_tree_changed(s);
    if (was_mapped)
        ofs_window_map(NULL, w);
}

int ofs_core_ReparentWindow(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w, *parent;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (!error)
        error = ofs_find_window(c, ofs_req32(r), &parent);
    if (error)
        return error;
    int16_t x = ofs_req_i16(r), y = ofs_req_i16(r);
    if (w == c->server->root || parent == w || ofs_window_is_ancestor(w, parent))
        return BadMatch;
    if (parent->class == InputOnly && w->class == InputOutput)
        return BadMatch;
    if (w->background_pixmap == ParentRelative && parent->depth != w->depth)
        return BadMatch;
    if (depth_of(parent) + 1 + height_of(w) > MAX_NESTING)
        return BadAlloc;
    ofs_window_reparent(c->server, w, parent, x, y);
    return 0;
}

int ofs_core_ChangeSaveSet(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    if (w->res.client == c)
        return BadMatch;
    if (r->minor > SetModeDelete)
        return ofs_bad(c, BadValue, r->minor);
    unsigned i = 0;
    while (i < c->save_set_len && c->save_set[i] != w)
        i++;
    if (r->minor == SetModeDelete) {
        if (i < c->save_set_len)
            c->save_set[i] = c->save_set[--c->save_set_len];
        return 0;
    }
    if (i < c->save_set_len)
        return 0;
    struct ofs_window **larger = realloc(c->save_set, (c->save_set_len + 1) * sizeof(*larger));
    if (!larger)
        return BadAlloc;
    c->save_set = larger;
    c->save_set[c->save_set_len++] = w;
    return 0;
}

void ofs_save_set_apply(struct ofs_client *c)
{
    struct ofs_server *s = c->server;
    for (unsigned i = 0; i < c->save_set_len; i++) {
        struct ofs_window *w = c->save_set[i], *parent = w->parent;
        while (parent && parent->res.client == c)
            parent = parent->parent;
        if (parent && parent != w->parent) {
            int x, y, parent_x, parent_y;
            ofs_window_origin(w, &x, &y);
            ofs_window_origin(parent, &parent_x, &parent_y);
            ofs_window_reparent(s, w, parent, (int16_t)(x - w->border_width - parent_x),
                                (int16_t)(y - w->border_width - parent_y));
        }
        if (!w->mapped)
            ofs_window_map(NULL, w);
    }
    c->save_set_len = 0;
}

/* ---- questions ---- */

int ofs_core_GetGeometry(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_find_drawable(c, ofs_req32(r), &w, &p);
    if (error)
        return error;
    ofs_reply_begin(c, w ? w->depth : p->depth);
    ofs_out32(c, c->server->root->res.id);
    ofs_out16(c, (uint16_t)(w ? w->x : 0));
    ofs_out16(c, (uint16_t)(w ? w->y : 0));
    ofs_out16(c, w ? w->width : p->width);
    ofs_out16(c, w ? w->height : p->height);
    ofs_out16(c, w ? w->border_width : 0);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_QueryTree(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    uint16_t count = 0;
    for (struct ofs_window *child = w->bottom; child; child = child->above)
        count++;
    ofs_reply_begin(c, 0);
    ofs_out32(c, c->server->root->res.id);
    ofs_out32(c, w->parent ? w->parent->res.id : None);
    ofs_out16(c, count);
    ofs_out_zero(c, 14);
    for (struct ofs_window *child = w->bottom; child && count--; child = child->above)
        ofs_out32(c, child->res.id);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_TranslateCoordinates(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *from, *to;
    int error = ofs_find_window(c, ofs_req32(r), &from);
    if (!error)
        error = ofs_find_window(c, ofs_req32(r), &to);
    if (error)
        return error;
    int from_x, from_y, to_x, to_y;
    ofs_window_origin(from, &from_x, &from_y);
    ofs_window_origin(to, &to_x, &to_y);
    int x = ofs_req_i16(r) + from_x - to_x, y = ofs_req_i16(r) + from_y - to_y;
    const struct ofs_window *child = to->top;
    while (child && !(child->mapped && ofs_shape_hit(child, x - child->x - child->border_width,
                                                     y - child->y - child->border_width)))
        child = child->below;
    ofs_reply_begin(c, 1);
    ofs_out32(c, child ? child->res.id : None);
    ofs_out16(c, (uint16_t)x);
    ofs_out16(c, (uint16_t)y);
    ofs_reply_end(c);
    return 0;
}
