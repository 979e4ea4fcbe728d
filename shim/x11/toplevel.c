#include "x11/toplevel.h"

#include <stdlib.h>

#include "x11/private.h"

static uint32_t atom(struct ofs_server *s, const char *name) { return ofs_atom(s, name, strlen(name), false); }

struct ofs_window *ofs_toplevel_largest(struct ofs_server *s)
{
    struct ofs_window *best = NULL;
    for (struct ofs_window *w = s->root->top; w; w = w->below) {
        if (!w->viewable || w->class != InputOutput)
            continue;
        if (!best || (uint64_t)w->width * w->height > (uint64_t)best->width * best->height)
            best = w;
    }
    return best;
}

static bool lists_atom(const struct ofs_property *p, uint32_t wanted)
{
    if (!p || p->format != 32)
        return false;
    for (uint32_t i = 0; i + 4 <= p->size_bytes; i += 4)
        if (ofs_get32(p->data + i, false) == wanted)
            return true;
    return false;
}

/* Some toolkits put WM_PROTOCOLS on a child of the root, some (Xt, Tk) have a wrapper without it around the window that
 * has it: look down one level as well. */
static struct ofs_window *takes_delete(struct ofs_window *w, uint32_t protocols, uint32_t delete_window)
{
    if (lists_atom(ofs_property_get(w, protocols), delete_window))
        return w;
    for (struct ofs_window *child = w->top; child; child = child->below)
        if (lists_atom(ofs_property_get(child, protocols), delete_window))
            return child;
    return NULL;
}

void ofs_toplevel_request_close(struct ofs_server *s)
{
    uint32_t protocols = atom(s, "WM_PROTOCOLS"), delete_window = atom(s, "WM_DELETE_WINDOW");
    for (struct ofs_window *w = s->root->top; w; w = w->below) {
        struct ofs_window *target = w->viewable ? takes_delete(w, protocols, delete_window) : NULL;
        if (!target)
            continue;
        xEvent ev = { .u.u.type = ClientMessage | 0x80 };
        ev.u.u.detail = 32;
        ev.u.clientMessage.window = target->res.id;
        ev.u.clientMessage.u.l.type = protocols;
        ev.u.clientMessage.u.l.longs0 = (INT32)delete_window;
        ev.u.clientMessage.u.l.longs1 = (INT32)ofs_server_now(s);
        ofs_event_to_window(s, target, &ev, 0);
    }
}

/* ---- fullscreen ---- */

/* The geometry to go back to lies in a property of our own on the window. */
static void set_fullscreen(struct ofs_server *s, struct ofs_window *w, bool on)
{
    uint32_t state = atom(s, "_NET_WM_STATE"), fullscreen = atom(s, "_NET_WM_STATE_FULLSCREEN");
    uint32_t restore = atom(s, "_OFFSTAGE_RESTORE_GEOMETRY");
    const struct ofs_property *p = ofs_property_get(w, restore);
    bool is_on = lists_atom(ofs_property_get(w, state), fullscreen);
    if (on && !is_on) {
        uint32_t geometry[4] = { (uint32_t)w->x, (uint32_t)w->y, w->width, w->height };
        (void)ofs_property_set(s, w, restore, 6 /* CARDINAL */, 32, geometry, 4);
        (void)ofs_property_set(s, w, state, 4 /* ATOM */, 32, &fullscreen, 1);
        ofs_window_resize(s, w, 0, 0, s->root->width, s->root->height);
    } else if (!on && is_on) {
        (void)ofs_property_set(s, w, state, 4 /* ATOM */, 32, "", 0);
        if (p && p->size_bytes == 16)
            ofs_window_resize(s, w, (int16_t)ofs_get32(p->data, false), (int16_t)ofs_get32(p->data + 4, false),
                              ofs_get32(p->data + 8, false), ofs_get32(p->data + 12, false));
    }
}

void ofs_toplevel_root_message(struct ofs_server *s, const xEvent *event)
{
    struct ofs_window *w = (struct ofs_window *)ofs_res_get(s, event->u.clientMessage.window, OFS_RES_WINDOW);
    if (!w || w->parent != s->root || event->u.u.detail != 32 ||
        event->u.clientMessage.u.l.type != atom(s, "_NET_WM_STATE"))
        return;
    uint32_t action = (uint32_t)event->u.clientMessage.u.l.longs0, fullscreen = atom(s, "_NET_WM_STATE_FULLSCREEN");
    if ((uint32_t)event->u.clientMessage.u.l.longs1 != fullscreen &&
        (uint32_t)event->u.clientMessage.u.l.longs2 != fullscreen)
        return;
    bool is_on = lists_atom(ofs_property_get(w, atom(s, "_NET_WM_STATE")), fullscreen);
    set_fullscreen(s, w, action == 2 ? !is_on : action == 1); /* remove, add, toggle */
}
