/* Enter and leave events, core and XI2, when the pointer goes from one window to another or a grab begins or ends.
 * Source: X11 protocol, "EnterNotify, LeaveNotify"; all core events come before all XI2 events, as in the X server. */
#include <stdlib.h>

#include <X11/extensions/XI2.h>

#include "x11/input_private.h"

struct move {
    struct ofs_server *s;
    struct ofs_device *pointer;
    uint8_t source, mode;
    bool core;                     /* this pass sends core events; else XI2 */
};

struct ofs_window *ofs_window_common(struct ofs_window *a, struct ofs_window *b)
{
    for (b = b->parent; b; b = b->parent)
        if (ofs_window_is_ancestor(b, a))
            return b;
    return NULL;
}

void ofs_path_init(struct ofs_path *path, const struct ofs_window *above, struct ofs_window *w)
{
    unsigned n = 0;
    for (const struct ofs_window *p = w; p && p != above; p = p->parent)
        n++;
    path->count = n;
    path->windows = n <= OFS_ARRAY_LEN(path->few) ? path->few : malloc(n * sizeof(*path->windows));
    if (!path->windows)
        path->count = n = 0;
    for (; n; w = w->parent)
        path->windows[--n] = w;
}

void ofs_path_finish(struct ofs_path *path)
{
    if (path->windows != path->few)
        free(path->windows);
}

static void keymap_notify(struct move *m, struct ofs_window *w, uint32_t mask)
{
    xEvent e;
    memset(&e, 0, sizeof(e));
    e.u.u.type = KeymapNotify;
    memcpy((uint8_t *)&e + 1, ofs_device_get(m->s, OFS_DEV_KEYBOARD)->keys + 1, 31);
    struct ofs_grab *grab = m->pointer->grab;
    if (grab)
        ofs_deliver_try(grab->client, m->pointer, &e, false, mask, KeymapStateMask, grab);
    else
        ofs_deliver_core(m->s, m->pointer, w, &e, KeymapStateMask, NULL);
}

static void core_event(struct move *m, uint8_t type, uint8_t detail, struct ofs_window *w, uint32_t child)
{
    struct ofs_server *s = m->s;
    struct ofs_device *pointer = m->pointer;
    struct ofs_grab *grab = pointer->grab;
    if (w == pointer->hint_window && detail != NotifyInferior)
        pointer->hint_window = NULL;
    uint32_t mask = w->all_masks;
    if (grab) {
        mask = w == grab->window ? grab->core_mask : 0;
        if (grab->owner_events)
            mask |= ofs_mask_of(w, grab->client);
    }
    uint32_t filter = type == EnterNotify ? EnterWindowMask : LeaveWindowMask;
    if (mask & filter) {
        struct ofs_event at = { .type = type, .detail = detail, .time = ofs_server_now(s), .root_x = s->input->x,
                                .root_y = s->input->y, .core_state = ofs_device_core_state(s, pointer) };
        xEvent e;
        ofs_deliver_fill(s, &e, &at, w, child);
        struct ofs_window *focus = ofs_device_get(s, OFS_DEV_KEYBOARD)->focus;
        bool focused = focus == &ofs_focus_pointer_root || focus == w || ofs_window_is_ancestor(focus, w);
        e.u.enterLeave.mode = m->mode;
        e.u.enterLeave.flags = ELFlagSameScreen | (focused ? ELFlagFocus : 0);
        if (grab)
            ofs_deliver_try(grab->client, pointer, &e, false, mask, filter, grab);
        else
            ofs_deliver_core(s, pointer, w, &e, filter, NULL);
    }
    if (type == EnterNotify && (mask & KeymapStateMask))
        keymap_notify(m, w, mask);
}

static void send(struct move *m, bool enter, uint8_t detail, struct ofs_window *w, uint32_t child)
{
    if (m->core)
        core_event(m, enter ? EnterNotify : LeaveNotify, detail, w, child);
    else
        ofs_xi2_crossing(m->s, m->pointer, m->source, enter ? XI_Enter : XI_Leave, m->mode, detail, w);
}

/* Windows strictly between `from` and `ancestor`, from the inside out. */
static void leave_between(struct move *m, struct ofs_window *from, struct ofs_window *ancestor, uint8_t detail)
{
    struct ofs_window *child = from;
    for (struct ofs_window *w = from->parent; w && w != ancestor; w = w->parent) {
        send(m, false, detail, w, child->res.id);
        child = w;
    }
}

/* Windows strictly between `ancestor` and `to`, from the outside in. */
static void enter_between(struct move *m, struct ofs_window *ancestor, struct ofs_window *to, uint8_t detail)
{
    struct ofs_path path;
    ofs_path_init(&path, ancestor, to);
    for (unsigned i = 0; i + 1 < path.count; i++)
        send(m, true, detail, path.windows[i], path.windows[i + 1]->res.id);
    ofs_path_finish(&path);
}

static void pass(struct move *m, struct ofs_window *from, struct ofs_window *to)
{
    if (ofs_window_is_ancestor(from, to)) {
        send(m, false, NotifyInferior, from, 0);
        enter_between(m, from, to, NotifyVirtual);
        send(m, true, NotifyAncestor, to, 0);
    } else if (ofs_window_is_ancestor(to, from)) {
        send(m, false, NotifyAncestor, from, 0);
        leave_between(m, from, to, NotifyVirtual);
        send(m, true, NotifyInferior, to, 0);
    } else {
        struct ofs_window *common = ofs_window_common(from, to);
        send(m, false, NotifyNonlinear, from, 0);
        leave_between(m, from, common, NotifyNonlinearVirtual);
        enter_between(m, common, to, NotifyNonlinearVirtual);
        send(m, true, NotifyNonlinear, to, 0);
    }
}

void ofs_crossing_move(struct ofs_server *s, struct ofs_device *pointer, uint8_t source, struct ofs_window *from,
                       struct ofs_window *to, uint8_t mode)
{
    if (!pointer->pointer || from == to)
        return;
    struct move m = { .s = s, .pointer = pointer, .source = source, .mode = mode };
    if (pointer->master && mode != XINotifyPassiveGrab && mode != XINotifyPassiveUngrab) {
        m.core = true;
        pass(&m, from, to);
        s->input->crossing_window = to;
        m.core = false;
    }
    pass(&m, from, to);
}
