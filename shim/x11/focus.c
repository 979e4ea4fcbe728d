/* The input focus: setting it, losing it, and FocusIn and FocusOut with every detail, core and XI2.
 * Source: X11 protocol, "FocusIn, FocusOut". The XI2 events differ from the core ones in who gets NotifyPointer; both are
 * as the X server sends them, core first. */
#include <X11/extensions/XI2.h>

#include "x11/input_private.h"

struct ofs_window ofs_focus_none, ofs_focus_pointer_root, ofs_focus_follow;

struct move {
    struct ofs_server *s;
    struct ofs_device *keyboard;
    struct ofs_window *under;      /* where NotifyPointer ends: the pointer's window */
    uint8_t mode;
    bool core;
};

static bool is_window(const struct ofs_window *w)
{
    return w != &ofs_focus_none && w != &ofs_focus_pointer_root && w != &ofs_focus_follow;
}

static bool inside(const struct ofs_window *outer, const struct ofs_window *w)
{
    return ofs_window_is_ancestor(outer, w);
}

/* ---- one event ---- */

static void core_event(struct move *m, uint8_t type, uint8_t detail, struct ofs_window *w)
{
    xEvent e;
    memset(&e, 0, sizeof(e));
    e.u.u.type = type;
    e.u.u.detail = detail;
    e.u.focus.window = w->res.id;
    e.u.focus.mode = m->mode;
    ofs_deliver_core(m->s, m->keyboard, w, &e, FocusChangeMask, NULL);
    if (type == FocusIn && (w->all_masks & KeymapStateMask)) {
        memset(&e, 0, sizeof(e));
        e.u.u.type = KeymapNotify;
        memcpy((uint8_t *)&e + 1, m->keyboard->keys + 1, 31);
        ofs_deliver_core(m->s, m->keyboard, w, &e, KeymapStateMask, NULL);
    }
}

static void send(struct move *m, bool in, uint8_t detail, struct ofs_window *w)
{
    if (m->core)
        core_event(m, in ? FocusIn : FocusOut, detail, w);
    else
        ofs_xi2_focus(m->s, m->keyboard, in ? XI_FocusIn : XI_FocusOut, m->mode, detail, w);
}

/* ---- runs of events ---- */

/* FocusOut to the windows from `w` (included if `self`) out to `stop` (left out; NULL = beyond the root). */
static void out_run(struct move *m, struct ofs_window *w, const struct ofs_window *stop, uint8_t detail, bool self)
{
    for (w = self ? w : w->parent; w && w != stop; w = w->parent)
        send(m, false, detail, w);
}

/* FocusIn to the windows between `above` (left out; NULL = from the root) and `w` (included if `self`), outside in. */
static void in_run(struct move *m, const struct ofs_window *above, struct ofs_window *w, uint8_t detail, bool self)
{
    struct ofs_path path;
    ofs_path_init(&path, above, w);
    for (unsigned i = 0; i + (self ? 0 : 1) < path.count; i++)
        send(m, true, detail, path.windows[i]);
    ofs_path_finish(&path);
}

/* The core NotifyPointer runs between `w` and the pointer's window. Nothing if the pointer is not inside `w`, or lies on
 * one line with `except` (NULL = no exception). */
static bool pointer_run_wanted(const struct move *m, const struct ofs_window *w, const struct ofs_window *except, bool self)
{
    const struct ofs_window *p = m->under;
    if (!p || !(inside(w, p) || (self && w == p)))
        return false;
    return !except || !(inside(except, p) || inside(p, except));
}

static void pointer_out(struct move *m, struct ofs_window *w, const struct ofs_window *except, bool self)
{
    if (pointer_run_wanted(m, w, except, self))
        out_run(m, m->under, self ? w->parent : w, NotifyPointer, true);
}

static void pointer_in(struct move *m, struct ofs_window *w, const struct ofs_window *except, bool self)
{
    if (m->under != except && pointer_run_wanted(m, w, except, self))
        in_run(m, self ? w->parent : w, m->under, NotifyPointer, true);
}

/* ---- core ---- */

static uint8_t mark_detail(const struct ofs_window *mark)
{
    return mark == &ofs_focus_none ? NotifyDetailNone : NotifyPointerRoot;
}

static void core_between_windows(struct move *m, struct ofs_window *from, struct ofs_window *to)
{
    if (inside(from, to)) {
        pointer_out(m, from, to, false);
        send(m, false, NotifyInferior, from);
        in_run(m, from, to, NotifyVirtual, false);
        send(m, true, NotifyAncestor, to);
    } else if (inside(to, from)) {
        send(m, false, NotifyAncestor, from);
        out_run(m, from, to, NotifyVirtual, false);
        send(m, true, NotifyInferior, to);
        pointer_in(m, to, from, false);
    } else {
        struct ofs_window *common = ofs_window_common(from, to);
        pointer_out(m, from, NULL, false);
        send(m, false, NotifyNonlinear, from);
        out_run(m, from, common, NotifyNonlinearVirtual, false);
        in_run(m, common, to, NotifyNonlinearVirtual, false);
        send(m, true, NotifyNonlinear, to);
        pointer_in(m, to, NULL, false);
    }
}

static void core_pass(struct move *m, struct ofs_window *from, struct ofs_window *to)
{
    struct ofs_window *root = m->s->root;
    /* NotifyPointer at leaving PointerRoot follows what the keyboard's focus is, not `from`: the two differ when a grab on
     * the focus itself ends. */
    bool was_pointer_root = m->keyboard->focus == &ofs_focus_pointer_root && to != &ofs_focus_pointer_root;
    if (is_window(from) && is_window(to)) {
        core_between_windows(m, from, to);
    } else if (is_window(from)) {
        pointer_out(m, from, NULL, false);
        send(m, false, NotifyNonlinear, from);
        out_run(m, from, NULL, NotifyNonlinearVirtual, false);
        send(m, true, mark_detail(to), root);
        if (to == &ofs_focus_pointer_root)
            pointer_in(m, root, NULL, true);
    } else {
        if (was_pointer_root && (is_window(to) || (m->under && inside(root, m->under))))
            pointer_out(m, root, NULL, true);
        send(m, false, mark_detail(from), root);
        if (!is_window(to)) {
            send(m, true, mark_detail(to), root);
            if (to == &ofs_focus_pointer_root)
                pointer_in(m, root, NULL, true);
            return;
        }
        if (to != root) {
            send(m, true, NotifyNonlinearVirtual, root);
            in_run(m, root, to, NotifyNonlinearVirtual, false);
        }
        send(m, true, NotifyNonlinear, to);
        pointer_in(m, to, NULL, false);
    }
}

/* ---- XI2 ---- */

static void xi2_to_mark(struct move *m, struct ofs_window *from, struct ofs_window *to)
{
    struct ofs_window *root = m->s->root, *under = m->under;
    if (is_window(from)) {
        if (inside(from, under))
            out_run(m, under, from, NotifyPointer, true);
        send(m, false, NotifyNonlinear, from);
        out_run(m, from, NULL, NotifyNonlinearVirtual, false);
    } else {
        if (from == &ofs_focus_pointer_root) {
            send(m, false, NotifyPointer, under);
            if (under != root)
                out_run(m, under, root, NotifyPointer, false);
        }
        send(m, false, mark_detail(from), root);
    }
    send(m, true, mark_detail(to), root);
    if (to == &ofs_focus_pointer_root) {
        if (under->parent)
            in_run(m, root, under, NotifyPointer, false);
        send(m, true, NotifyPointer, under);
    }
}

static void xi2_from_mark(struct move *m, struct ofs_window *from, struct ofs_window *to)
{
    struct ofs_window *root = m->s->root, *under = m->under;
    if (from == &ofs_focus_pointer_root) {
        send(m, false, NotifyPointer, under);
        if (under != root)
            out_run(m, under, root, NotifyPointer, false);
    }
    send(m, false, mark_detail(from), root);
    if (to->parent)
        in_run(m, root, to, NotifyNonlinearVirtual, false);
    send(m, true, NotifyNonlinear, to);
    if (inside(to, under))
        in_run(m, to, under, NotifyPointer, false);
}

static void xi2_between_windows(struct move *m, struct ofs_window *from, struct ofs_window *to)
{
    struct ofs_window *under = m->under;
    if (inside(to, from)) {
        send(m, false, NotifyAncestor, from);
        out_run(m, from, to, NotifyVirtual, false);
        send(m, true, NotifyInferior, to);
        if (inside(to, under) && under != from && !inside(from, under) && !inside(under, from))
            in_run(m, to, under, NotifyPointer, false);
    } else if (inside(from, to)) {
        if (inside(from, under) && under != from && !inside(to, under) && !inside(under, to))
            out_run(m, under, from, NotifyPointer, true);
        send(m, false, NotifyInferior, from);
        in_run(m, from, to, NotifyVirtual, false);
        send(m, true, NotifyAncestor, to);
    } else {
        struct ofs_window *common = ofs_window_common(to, from);
        if (inside(from, under))
            out_run(m, under, from, NotifyPointer, false);
        send(m, false, NotifyNonlinear, from);
        if (from->parent)
            out_run(m, from, common, NotifyNonlinearVirtual, false);
        if (to->parent)
            in_run(m, common, to, NotifyNonlinearVirtual, false);
        send(m, true, NotifyNonlinear, to);
        if (inside(to, under))
            in_run(m, to, under, NotifyPointer, false);
    }
}

void ofs_focus_move(struct ofs_server *s, struct ofs_device *keyboard, struct ofs_window *from, struct ofs_window *to,
                    uint8_t mode)
{
    if (keyboard->pointer || (from == to && mode != NotifyGrab && mode != NotifyUngrab))
        return;
    struct move m = { .s = s, .keyboard = keyboard, .mode = mode, .under = s->input->crossing_window };
    if (keyboard->master) {
        m.core = true;
        core_pass(&m, from, to);
    }
    if (from == to)
        return;
    m.core = false;
    m.under = s->input->window;
    if (!is_window(to))
        xi2_to_mark(&m, from, to);
    else if (!is_window(from))
        xi2_from_mark(&m, from, to);
    else
        xi2_between_windows(&m, from, to);
}

/* ---- the focus itself ---- */

uint32_t ofs_focus_id(const struct ofs_window *focus)
{
    return focus == &ofs_focus_none ? None : focus == &ofs_focus_pointer_root ? PointerRoot
         : focus == &ofs_focus_follow ? 3u /* XInput's FollowKeyboard */ : focus->res.id;
}

struct ofs_window *ofs_focus_resolve(struct ofs_server *s, const struct ofs_device *keyboard)
{
    return keyboard->focus == &ofs_focus_follow ? ofs_device_get(s, OFS_DEV_KEYBOARD)->focus : keyboard->focus;
}

/* A passive FocusIn grab (XI2) ends when the focus leaves its window, and one on the new window begins. */
static bool focus_in_grab(struct ofs_server *s, struct ofs_device *d, struct ofs_window *to)
{
    if (d->grab) {
        if (!d->from_passive || d->grab->type != XI_FocusIn || d->grab->window == to ||
            (is_window(to) && inside(d->grab->window, to)))
            return false;
        ofs_grab_deactivate(s, d);
    }
    if (!is_window(to))
        return false;
    struct ofs_event event = { .kind = OFS_EV_DEVICE, .type = XI_FocusIn, .source = d->id, .time = ofs_server_now(s) };
    return ofs_passive_check_window(s, d, &event, to);
}

void ofs_focus_assign(struct ofs_server *s, struct ofs_device *keyboard, struct ofs_window *to, uint8_t revert, uint32_t time)
{
    struct ofs_window *from = ofs_focus_resolve(s, keyboard);
    struct ofs_window *target = to == &ofs_focus_follow ? ofs_device_get(s, OFS_DEV_KEYBOARD)->focus : to;
    uint8_t mode = keyboard->grab ? NotifyWhileGrabbed : NotifyNormal;
    if (!focus_in_grab(s, keyboard, target))
        ofs_focus_move(s, keyboard, from, target, mode);
    keyboard->focus = to;
    keyboard->focus_revert = revert;
    keyboard->focus_time = time;
}

int ofs_focus_set(struct ofs_client *c, struct ofs_device *keyboard, uint32_t id, uint8_t revert, uint32_t time, bool follow_ok)
{
    struct ofs_server *s = c->server;
    uint32_t now = ofs_server_now(s);
    if (revert > RevertToParent && !(revert == 3 && follow_ok))
        return ofs_bad(c, BadValue, revert);
    struct ofs_window *to;
    if (id == None) {
        to = &ofs_focus_none;
    } else if (id == PointerRoot) {
        to = &ofs_focus_pointer_root;
    } else if (id == 3 && follow_ok) {
        to = &ofs_focus_follow;
    } else {
        int error = ofs_find_window(c, id, &to);
        if (error)
            return error;
        if (!to->viewable)
            return BadMatch;
    }
    if (time == CurrentTime)
        time = now;
    if (ofs_time_later(time, now) || ofs_time_later(keyboard->focus_time, time))
        return 0;
    ofs_focus_assign(s, keyboard, to, revert, time);
    return 0;
}

/* The focus window stops being viewable: the focus goes where its revert-to says, with no new focus time. */
void ofs_focus_lost(struct ofs_server *s, struct ofs_window *w)
{
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        struct ofs_device *d = ofs_device_get(s, i);
        if (d->pointer || d->focus != w || !w->parent)
            continue;
        struct ofs_window *to = &ofs_focus_none;
        uint8_t revert = d->focus_revert;
        if (revert == RevertToPointerRoot)
            to = &ofs_focus_pointer_root;
        else if (revert == RevertToParent)
            for (to = w->parent; !to->viewable && to->parent;)
                to = to->parent;
        if (revert == 3)
            to = &ofs_focus_follow;
        ofs_focus_assign(s, d, to, revert == RevertToParent ? RevertToNone : revert, d->focus_time);
    }
}

struct ofs_window *ofs_input_focus(struct ofs_server *s)
{
    struct ofs_window *focus = ofs_device_get(s, OFS_DEV_KEYBOARD)->focus;
    return is_window(focus) ? focus : NULL;
}

void ofs_input_focus_window(struct ofs_server *s, struct ofs_window *w)
{
    struct ofs_device *keyboard = ofs_device_get(s, OFS_DEV_KEYBOARD);
    if (w->viewable && keyboard->focus != w)
        ofs_focus_assign(s, keyboard, w, RevertToPointerRoot, ofs_server_now(s));
}
