/* Active grabs: beginning, end, frozen devices and what AllowEvents does to them.
 * Source: X11 protocol, "GrabPointer", "AllowEvents"; the sync states are those the X server's behaviour shows. */
#include <stdlib.h>

#include "x11/cursor.h"
#include "x11/input_private.h"

static bool frozen_state(const struct ofs_device *d) { return d->sync_state >= OFS_SYNC_FROZEN_NO_EVENT; }

/* ---- confinement ---- */

/* What of the window and its border lies within its ancestors and the screen; false: nothing. */
static bool visible_box(const struct ofs_window *w, int box[4])
{
    int x, y;
    ofs_window_origin(w, &x, &y);
    int border = w->parent ? w->border_width : 0;
    box[0] = x - border;
    box[1] = y - border;
    box[2] = x + w->width + border;
    box[3] = y + w->height + border;
    for (const struct ofs_window *p = w->parent; p; p = p->parent) {
        ofs_window_origin(p, &x, &y);
        box[0] = box[0] > x ? box[0] : x;
        box[1] = box[1] > y ? box[1] : y;
        box[2] = box[2] < x + p->width ? box[2] : x + p->width;
        box[3] = box[3] < y + p->height ? box[3] : y + p->height;
    }
    return box[0] < box[2] && box[1] < box[3];
}

void ofs_grab_clamp(struct ofs_server *s, int *x, int *y)
{
    int box[4];
    const struct ofs_window *w = s->input->confine;
    if (!w || !visible_box(w, box))
        visible_box(s->root, box);
    *x = *x < box[0] ? box[0] : *x >= box[2] ? box[2] - 1 : *x;
    *y = *y < box[1] ? box[1] : *y >= box[3] ? box[3] - 1 : *y;
}

/* Confine the pointer to a window (NULL: the screen). A pointer that must move for it sends a motion event that has no
 * core form while a grab begins or ends, a true one later (`events`). */
static void confine(struct ofs_server *s, struct ofs_window *w, bool events)
{
    struct ofs_input *in = s->input;
    in->confine = w;
    int x = in->phys_x, y = in->phys_y;
    ofs_grab_clamp(s, &x, &y);
    if (x == in->phys_x && y == in->phys_y)
        return;
    if (events) {
        ofs_device_warp(s, x, y);
        return;
    }
    struct ofs_event event = { .kind = OFS_EV_DEVICE, .type = MotionNotify, .source = OFS_DEV_POINTER,
                               .time = ofs_server_now(s), .root_x = x, .root_y = y };
    ofs_device_take(s, ofs_device_get(s, OFS_DEV_POINTER), &event);
}

void ofs_grab_confine(struct ofs_server *s)
{
    struct ofs_device *pointer = ofs_device_get(s, OFS_DEV_POINTER);
    struct ofs_window *w = pointer->grab ? pointer->grab->confine_to : NULL;
    int box[4];
    if (w && (!w->viewable || !visible_box(w, box)))
        ofs_grab_deactivate(s, pointer);
    else if (w)
        confine(s, w, true);
}

/* ---- freezing ---- */

static void replay(struct ofs_server *s, struct ofs_device *d)
{
    struct ofs_event event = d->sync_event;
    if (ofs_passive_check(s, d, &event, s->input->replay_window))
        return;
    if (d->pointer)
        ofs_deliver_propagate(s, d, ofs_window_at(s, event.root_x, event.root_y), &event, NULL, NULL);
    else
        ofs_deliver_focused(s, d, &event);
}

/* After any change of sync states: freeze and thaw, replay, and play what waited. */
static void compute_freezes(struct ofs_server *s)
{
    struct ofs_input *in = s->input;
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++)
        in->device[i].frozen = in->device[i].sync_other || frozen_state(&in->device[i]);
    struct ofs_device *again = in->replay_device;
    if (in->playing || (!again && !in->queue))
        return;
    in->playing = true;
    if (again) {
        in->replay_device = NULL;
        replay(s, again);
    }
    ofs_device_play_queue(s);
    in->playing = false;
    struct ofs_grab *grab = ofs_device_get(s, OFS_DEV_POINTER)->grab;
    confine(s, grab ? grab->confine_to : NULL, true);
    ofs_cursor_update(s);
}

static bool same_client(const struct ofs_device *a, const struct ofs_client *c)
{
    return a && a->grab && a->grab->client == c;
}

static void check_sync(struct ofs_server *s, struct ofs_device *d, uint8_t mode, uint8_t other_mode)
{
    const struct ofs_client *c = d->grab->client;
    if (mode == GrabModeSync) {
        d->sync_state = OFS_SYNC_FROZEN_NO_EVENT;
    } else {
        d->sync_state = OFS_SYNC_THAWED;
        if (same_client(d->sync_other, c))
            d->sync_other = NULL;
    }
    if (d->master) {
        struct ofs_device *other = ofs_device_get(s, d->attached);
        if (other_mode == GrabModeSync)
            other->sync_other = d;
        else if (same_client(other->sync_other, c))
            other->sync_other = NULL;
    }
    compute_freezes(s);
}

void ofs_grab_freeze_if_sync(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event)
{
    if (d->sync_state == OFS_SYNC_FREEZE_BOTH_NEXT && d->master) {
        struct ofs_device *other = ofs_device_get(s, d->attached);
        other->frozen = true;
        if (other->sync_state == OFS_SYNC_FREEZE_BOTH_NEXT && same_client(other, d->grab->client))
            other->sync_state = OFS_SYNC_FROZEN_NO_EVENT;
        else
            other->sync_other = d;
    } else if (d->sync_state != OFS_SYNC_FREEZE_NEXT) {
        return;
    }
    d->sync_state = OFS_SYNC_FROZEN_WITH_EVENT;
    d->frozen = true;
    d->sync_event = *event;
}

/* ---- beginning and end ---- */

void ofs_grab_activate(struct ofs_server *s, struct ofs_device *d, const struct ofs_grab *grab, uint32_t time, bool passive,
                       bool implicit)
{
    struct ofs_input *in = s->input;
    struct ofs_grab *now = malloc(sizeof(*now)), *old = d->grab;
    if (!now)
        return; /* the event was delivered; only the grab is lost */
    *now = *grab;
    now->next = NULL;
    now->except = NULL;
    ofs_cursor_ref(now->cursor);
    struct ofs_window *from = old ? old->window : d->pointer ? in->window : ofs_focus_resolve(s, d);
    bool stays = old && old->window == grab->window;
    if (d->pointer && grab->confine_to)
        confine(s, grab->confine_to, false);
    if (!stays && d->pointer)
        ofs_crossing_move(s, d, d->id, from, grab->window, NotifyGrab);
    else if (!stays && from != &ofs_focus_none) /* the X server is silent when nobody had the focus */
        ofs_focus_move(s, d, from, grab->window, NotifyGrab);
    d->hint_window = NULL;
    d->grab_time = in->playing ? in->playing_time : time;
    d->grab = now;
    d->from_passive = passive;
    d->implicit = implicit;
    ofs_passive_free(old);
    if (d->pointer)
        ofs_cursor_update(s);
    if (d->pointer)
        check_sync(s, d, now->pointer_mode, now->keyboard_mode);
    else
        check_sync(s, d, now->keyboard_mode, now->pointer_mode);
}

void ofs_grab_deactivate(struct ofs_server *s, struct ofs_device *d)
{
    struct ofs_grab *grab = d->grab;
    if (!grab)
        return;
    d->hint_window = NULL;
    d->grab = NULL;
    d->sync_state = OFS_SYNC_NOT_GRABBED;
    d->from_passive = false;
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++)
        if (ofs_device_get(s, i)->sync_other == d)
            ofs_device_get(s, i)->sync_other = NULL;
    if (d->pointer)
        ofs_crossing_move(s, d, d->id, grab->window, s->input->window, NotifyUngrab);
    else
        ofs_focus_move(s, d, grab->window, ofs_focus_resolve(s, d), NotifyUngrab);
    if (d->pointer && grab->confine_to)
        confine(s, NULL, false);
    if (d->pointer)
        ofs_cursor_update(s);
    compute_freezes(s);
    ofs_passive_free(grab);
}

int ofs_grab_device(struct ofs_client *c, struct ofs_device *d, const struct ofs_grab_request *q, uint8_t *status_out)
{
    struct ofs_server *s = c->server;
    if (q->keyboard_mode > GrabModeAsync)
        return ofs_bad(c, BadValue, q->keyboard_mode);
    if (q->pointer_mode > GrabModeAsync)
        return ofs_bad(c, BadValue, q->pointer_mode);
    if (q->owner_events > 1)
        return ofs_bad(c, BadValue, q->owner_events);
    struct ofs_window *w, *confine_to = NULL;
    int error = ofs_find_window(c, q->window, &w);
    if (!error && q->confine_to)
        error = ofs_find_window(c, q->confine_to, &confine_to);
    struct ofs_cursor *cursor;
    if (!error)
        error = ofs_cursor_find_any(c, q->cursor, &cursor);
    if (error)
        return error;

    int box[4];
    uint32_t now = ofs_server_now(s), time = q->time == CurrentTime ? now : q->time;
    if (d->grab && (d->grab->level != q->level || d->grab->client != c)) {
        *status_out = AlreadyGrabbed;
    } else if (!w->viewable || (confine_to && !(confine_to->viewable && visible_box(confine_to, box)))) {
        *status_out = GrabNotViewable;
    } else if (ofs_time_later(time, now) || ofs_time_later(d->grab_time, time)) {
        *status_out = GrabInvalidTime;
    } else if (d->frozen && d->sync_other && !same_client(d->sync_other, c)) {
        *status_out = GrabFrozen;
    } else {
        struct ofs_grab grab = {
            .client = c, .window = w, .confine_to = confine_to, .device = d->id, .level = q->level, .cursor = cursor,
            .owner_events = q->owner_events, .pointer_mode = q->pointer_mode, .keyboard_mode = q->keyboard_mode,
            .core_mask = q->core_mask,
        };
        grab.xi2_mask[d->id] = q->xi2_mask;
        ofs_grab_activate(s, d, &grab, time, false, false);
        *status_out = GrabSuccess;
    }
    return 0;
}

/* ---- AllowEvents ---- */

/* Thaw, or thaw until the next event, everything that this client froze; `but` (or NULL) stays as it is. */
static void allow_all(struct ofs_client *c, const struct ofs_device *but, uint8_t state)
{
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        struct ofs_device *d = ofs_device_get(c->server, i);
        if (d == but)
            continue;
        if (same_client(d, c))
            d->sync_state = state;
        if (same_client(d->sync_other, c))
            d->sync_other = NULL;
    }
    compute_freezes(c->server);
}

void ofs_grab_allow(struct ofs_client *c, struct ofs_device *d, uint32_t time, enum ofs_allow how)
{
    struct ofs_server *s = c->server;
    uint32_t now = ofs_server_now(s), grab_time = d->grab_time;
    bool grabbed = same_client(d, c), other_grabbed = false, others_frozen = false, synced = false;
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        struct ofs_device *o = ofs_device_get(s, i);
        if (o == d || !same_client(o, c))
            continue;
        if (!(grabbed || other_grabbed) || ofs_time_later(o->grab_time, grab_time))
            grab_time = o->grab_time;
        other_grabbed = true;
        synced |= d->sync_other == o;
        others_frozen |= frozen_state(o);
    }
    if (time == CurrentTime)
        time = now;
    if (!((grabbed && frozen_state(d)) || synced) || ofs_time_later(time, now) || ofs_time_later(grab_time, time))
        return;

    switch (how) {
    case OFS_ALLOW_ASYNC:
    case OFS_ALLOW_SYNC:
        if (how == OFS_ALLOW_SYNC && !grabbed)
            break;
        if (grabbed)
            d->sync_state = how == OFS_ALLOW_SYNC ? OFS_SYNC_FREEZE_NEXT : OFS_SYNC_THAWED;
        if (synced)
            d->sync_other = NULL;
        compute_freezes(s);
        break;
    case OFS_ALLOW_ASYNC_BOTH:
    case OFS_ALLOW_SYNC_BOTH:
        if (others_frozen)
            allow_all(c, NULL, how == OFS_ALLOW_SYNC_BOTH ? OFS_SYNC_FREEZE_BOTH_NEXT : OFS_SYNC_THAWED);
        break;
    case OFS_ALLOW_ASYNC_OTHER:
        if (others_frozen)
            allow_all(c, d, OFS_SYNC_THAWED);
        break;
    case OFS_ALLOW_REPLAY:
        if (grabbed && d->sync_state == OFS_SYNC_FROZEN_WITH_EVENT) {
            if (synced)
                d->sync_other = NULL;
            s->input->replay_device = d;
            s->input->replay_window = d->grab->window;
            ofs_grab_deactivate(s, d);
            s->input->replay_device = NULL;
        }
        break;
    }
}
