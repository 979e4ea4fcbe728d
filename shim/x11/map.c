/* Mapping and unmapping: state, the sequence of events that every toolkit waits for, and the focus of a new window. */
#include "x11/input.h"
#include "x11/picture.h"
#include "x11/private.h"
#include "x11/schedule.h"
#include "x11/window.h"

static void set_viewable(struct ofs_window *w, bool viewable)
{
    w->viewable = viewable;
    if (w->shared)
        ofs_xview_set_viewable(w->shared, viewable);
}

static void realize_tree(struct ofs_window *w)
{
    set_viewable(w, true);
    for (struct ofs_window *child = w->top; child; child = child->below)
        if (child->mapped)
            realize_tree(child);
}

static void unrealize_tree(struct ofs_server *s, struct ofs_window *w)
{
    set_viewable(w, false);
    ofs_expose_forget(w);
    ofs_picture_hide(w);
    w->visibility = OFS_NOT_VIEWABLE;
    ofs_input_window_unviewable(s, w);
    for (struct ofs_window *child = w->top; child; child = child->below)
        if (child->viewable)
            unrealize_tree(s, child);
}

bool ofs_window_redirected(const struct ofs_window *w, const struct ofs_client *c, struct ofs_client **to_out)
{
    for (const struct ofs_mask *m = w->parent ? w->parent->masks : NULL; m; m = m->next) {
        if ((m->mask & SubstructureRedirectMask) && m->client != c) {
            *to_out = m->client;
            return true;
        }
    }
    return false;
}

static void send_map_notify(struct ofs_server *s, struct ofs_window *w)
{
    xEvent ev = { .u.u.type = MapNotify };
    ev.u.mapNotify.window = w->res.id;
    ev.u.mapNotify.override = w->override_redirect;
    ofs_event_structure(s, w, &ev);
}

/* Map without telling what that exposes; true if the window became viewable. */
static bool map_one(struct ofs_client *c, struct ofs_window *w)
{
    struct ofs_client *manager = NULL;
    if (w->mapped || !w->parent)
        return false;
    struct ofs_server *s = w->server;
    if (c && !w->override_redirect && ofs_window_redirected(w, c, &manager)) {
        xEvent ev = { .u.u.type = MapRequest };
        ev.u.mapRequest.parent = w->parent->res.id;
        ev.u.mapRequest.window = w->res.id;
        ofs_event_to_client(manager, &ev);
        return false;
    }
    w->mapped = true;
    if (w->parent == s->root && w->class == InputOutput)
        ofs_schedule_mapped(s);
    send_map_notify(s, w);
    if (!w->parent->viewable)
        return false;
    realize_tree(w);
    return true;
}

void ofs_window_map(struct ofs_client *c, struct ofs_window *w)
{
    if (!map_one(c, w))
        return;
    struct ofs_server *s = w->server;
    ofs_expose_update_of(w, ofs_expose_outer(w));
    ofs_picture_mapped(w);
    ofs_input_tree_changed(s);
    /* No window manager here: a new top-level window is where a player would be typing. */
    if (s->config.focus_new_windows && w->parent == s->root && w->class == InputOutput && !w->override_redirect)
        ofs_input_focus_window(s, w);
}

bool ofs_window_unmap_quietly(struct ofs_server *s, struct ofs_window *w, bool from_configure)
{
    if (!w->mapped || !w->parent)
        return false;
    xEvent ev = { .u.u.type = UnmapNotify };
    ev.u.unmapNotify.window = w->res.id;
    ev.u.unmapNotify.fromConfigure = from_configure;
    ofs_event_structure(s, w, &ev);
    bool was_viewable = w->viewable;
    if (w->parent == s->root)
        ofs_present_window(w);
    w->mapped = false;
    if (was_viewable)
        unrealize_tree(s, w);
    return was_viewable;
}

void ofs_window_unmap(struct ofs_server *s, struct ofs_window *w, bool from_configure)
{
    if (!ofs_window_unmap_quietly(s, w, from_configure))
        return;
    ofs_expose_update_of(w, ofs_expose_outer(w));
    ofs_input_tree_changed(s);
}

int ofs_core_MapWindow(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (!error)
        ofs_window_map(c, w);
    return error;
}

int ofs_core_MapSubwindows(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    if (w == c->server->root) {    /* top-level windows: each may take the focus */
        for (struct ofs_window *child = w->top; child; child = child->below)
            ofs_window_map(c, child);
        return 0;
    }
    bool changed = false;
    for (struct ofs_window *child = w->top; child; child = child->below)
        changed |= map_one(c, child);
    if (changed) {
        ofs_expose_update(c->server);
        ofs_picture_mapped(w);
        ofs_input_tree_changed(c->server);
    }
    return 0;
}

int ofs_core_UnmapWindow(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (!error)
        ofs_window_unmap(c->server, w, false);
    return error;
}

int ofs_core_UnmapSubwindows(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    bool changed = false;
    for (struct ofs_window *child = w->bottom; child; child = child->above)
        changed |= ofs_window_unmap_quietly(c->server, child, false);
    if (changed) {
        ofs_expose_update(c->server);
        ofs_input_tree_changed(c->server);
    }
    return 0;
}
