/* Who gets a device event: propagation, focus, grabs, and the core protocol's own rules. */
#include <X11/extensions/XI2.h>

#include "x11/input_private.h"

uint32_t ofs_deliver_filter(const struct ofs_device *d, uint8_t type)
{
    switch (type) {
    case KeyPress: return KeyPressMask;
    case KeyRelease: return KeyReleaseMask;
    case ButtonPress: return ButtonPressMask;
    case ButtonRelease: return ButtonReleaseMask;
    case MotionNotify:
        /* Button masks and state bits have the same values. */
        return PointerMotionMask | (d->state & 0x1f00u) | (d->buttons_down ? ButtonMotionMask : 0);
    default: return 0;
    }
}

int ofs_deliver_try(struct ofs_client *c, struct ofs_device *d, xEvent *e, bool repeat, uint32_t mask, uint32_t filter,
                    const struct ofs_grab *grab)
{
    if (!(mask & filter))
        return 0;
    if (grab && grab->client != c)
        return -1;
    uint8_t type = e->u.u.type;
    if (type == MotionNotify) {
        e->u.u.detail = NotifyNormal;
        if (mask & PointerMotionHintMask) {
            if (d->hint_window && d->hint_window->res.id == e->u.keyButtonPointer.event)
                return 1;
            e->u.u.detail = NotifyHint;
        }
    } else if (type == KeyPress && repeat && !ofs_xkb_detectable_repeat(c)) {
        xEvent release = *e;
        release.u.u.type = KeyRelease;
        ofs_event_to_client(c, &release);
    }
    ofs_event_to_client(c, e);
    return 1;
}

static void implicit_grab(struct ofs_server *s, struct ofs_device *d, struct ofs_client *c, struct ofs_window *w, uint32_t mask)
{
    struct ofs_grab grab = {
        .client = c, .window = w, .device = d->id, .level = OFS_LEVEL_CORE, .type = ButtonPress,
        .owner_events = mask & OwnerGrabButtonMask, .core_mask = mask,
        .pointer_mode = GrabModeAsync, .keyboard_mode = GrabModeAsync,
    };
    ofs_grab_activate(s, d, &grab, ofs_server_now(s), true, true);
}

static int core_to_window(struct ofs_server *s, struct ofs_device *d, struct ofs_window *w, xEvent *e, bool repeat,
                          uint32_t filter, struct ofs_grab *grab)
{
    if (!(w->all_masks & filter))
        return 0;
    int sent = 0, refused = 0;
    struct ofs_client *client = NULL;
    uint32_t mask = 0;
    for (struct ofs_mask *m = w->masks; m; m = m->next) {
        int attempt = ofs_deliver_try(m->client, d, e, repeat, m->mask, filter, grab);
        if (attempt > 0) {
            sent++;
            client = m->client;
            mask = m->mask;
        } else if (attempt < 0) {
            refused--;
        }
    }
    if (!sent)
        return refused;
    if (!grab && e->u.u.type == ButtonPress)
        implicit_grab(s, d, client, w, mask);
    else if (e->u.u.type == MotionNotify)
        d->hint_window = w;
    return sent;
}

int ofs_deliver_core(struct ofs_server *s, struct ofs_device *d, struct ofs_window *w, xEvent *e, uint32_t filter,
                     struct ofs_grab *grab)
{
    return core_to_window(s, d, w, e, false, filter, grab);
}

uint32_t ofs_deliver_child(struct ofs_server *s, const struct ofs_window *w)
{
    for (const struct ofs_window *p = s->input->window; p && p != w; p = p->parent)
        if (p->parent == w)
            return p->res.id;
    return 0;
}

void ofs_deliver_fill(struct ofs_server *s, xEvent *out, const struct ofs_event *event, const struct ofs_window *w,
                      uint32_t child)
{
    int x, y;
    ofs_window_origin(w, &x, &y);
    memset(out, 0, sizeof(*out));
    out->u.u.type = event->type;
    out->u.u.detail = event->detail;
    out->u.keyButtonPointer.time = event->time;
    out->u.keyButtonPointer.root = s->root->res.id;
    out->u.keyButtonPointer.event = w->res.id;
    out->u.keyButtonPointer.child = child;
    out->u.keyButtonPointer.rootX = (INT16)event->root_x;
    out->u.keyButtonPointer.rootY = (INT16)event->root_y;
    out->u.keyButtonPointer.eventX = (INT16)(event->root_x - x);
    out->u.keyButtonPointer.eventY = (INT16)(event->root_y - y);
    out->u.keyButtonPointer.state = event->core_state;
    out->u.keyButtonPointer.sameScreen = xTrue;
}

/* A motion of no axis, made up by the server when it moves the pointer, has no core form. */
static bool has_core_form(const struct ofs_event *event)
{
    return event->kind == OFS_EV_DEVICE && (event->type != MotionNotify || event->has_axis[0] || event->has_axis[1]);
}

static uint16_t xi2_type(const struct ofs_event *event)
{
    return event->kind == OFS_EV_RAW ? (uint16_t)(event->type - KeyPress + XI_RawKeyPress) : event->type;
}

int ofs_deliver_propagate(struct ofs_server *s, struct ofs_device *d, struct ofs_window *w, const struct ofs_event *event,
                          struct ofs_grab *grab, struct ofs_window *stop)
{
    uint32_t filter = event->kind == OFS_EV_DEVICE ? ofs_deliver_filter(d, event->type) : 0;
    uint32_t child = 0;
    for (; w; child = w->res.id, w = w->parent) {
        int got = 0;
        if (ofs_xi2_window_wants(w, d, xi2_type(event)))
            got = ofs_xi2_deliver(s, d, w, child, event, grab);
        if (got > 0)
            return got;
        if (d->master && (w->all_masks & filter) && has_core_form(event)) {
            xEvent e;
            ofs_deliver_fill(s, &e, event, w, child);
            got = core_to_window(s, d, w, &e, event->repeat, filter, grab);
            if (got > 0)
                return got;
        }
        if (got < 0 || w == stop || (w->do_not_propagate & filter))
            return 0;
    }
    return 0;
}

void ofs_deliver_focused(struct ofs_server *s, struct ofs_device *keyboard, const struct ofs_event *event)
{
    struct ofs_window *focus = ofs_focus_resolve(s, keyboard), *under = s->input->window;
    if (focus == &ofs_focus_none)
        return;
    if (focus == &ofs_focus_pointer_root) {
        ofs_deliver_propagate(s, keyboard, under, event, NULL, NULL);
        return;
    }
    if ((focus == under || ofs_window_is_ancestor(focus, under)) &&
        ofs_deliver_propagate(s, keyboard, under, event, NULL, focus))
        return;
    if (ofs_xi2_window_wants(focus, keyboard, xi2_type(event)) &&
        ofs_xi2_deliver(s, keyboard, focus, 0, event, NULL) > 0)
        return;
    if (keyboard->master && has_core_form(event)) {
        xEvent e;
        ofs_deliver_fill(s, &e, event, focus, 0);
        core_to_window(s, keyboard, focus, &e, event->repeat, ofs_deliver_filter(keyboard, event->type), NULL);
    }
}

/* To the client that has the grab, as the grab asks. */
static int to_grab(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event)
{
    struct ofs_grab *grab = d->grab;
    uint32_t child = ofs_deliver_child(s, grab->window);
    if (grab->level == OFS_LEVEL_XI2) {
        if (!ofs_xi2_mask_has(grab->xi2_mask, d, xi2_type(event)))
            return 0;
        ofs_xi2_send(grab->client, d, grab->window, child, event);
        return 1;
    }
    if (!d->master || !has_core_form(event))
        return 0;
    xEvent e;
    ofs_deliver_fill(s, &e, event, grab->window, child);
    return ofs_deliver_try(grab->client, d, &e, event->repeat, grab->core_mask, ofs_deliver_filter(d, event->type), grab);
}

void ofs_deliver_grabbed(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event, bool deactivate)
{
    struct ofs_grab *grab = d->grab;
    struct ofs_window *under = s->input->window;
    int got = 0;
    if (grab->owner_events) {
        bool key = event->kind == OFS_EV_DEVICE && (event->type == KeyPress || event->type == KeyRelease);
        bool focused = key || (event->kind == OFS_EV_RAW && !d->pointer);
        struct ofs_window *focus = focused ? ofs_focus_resolve(s, d) : &ofs_focus_pointer_root;
        if (focus == &ofs_focus_pointer_root)
            got = ofs_deliver_propagate(s, d, under, event, grab, NULL);
        else if (focus != &ofs_focus_none)
            got = ofs_deliver_propagate(s, d, focus == under || ofs_window_is_ancestor(focus, under) ? under : focus, event,
                                        grab, focus);
    }
    if (!got) {
        got = to_grab(s, d, event);
        if (got && event->kind == OFS_EV_DEVICE && event->type == MotionNotify)
            d->hint_window = grab->window;
    }
    if (got && !deactivate && event->kind == OFS_EV_DEVICE && event->type != MotionNotify)
        ofs_grab_freeze_if_sync(s, d, event);
}

void ofs_deliver_raw(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event)
{
    if (d->grab)
        ofs_deliver_grabbed(s, d, event, false);
    ofs_xi2_raw_root(s, d, event);
}
