/* A device takes an event: its state changes, the pointer moves, and the event goes to whom it concerns. A frozen device
 * keeps the event as it is and takes it when it thaws. */
#include <stdlib.h>

#include <X11/extensions/XI2.h>

#include "x11/cursor.h"
#include "x11/input_private.h"

#define MAX_QUEUED 8192u /* a client that freezes a device for ever costs this much and no more */

uint32_t ofs_device_logical_buttons(const struct ofs_device *pointer)
{
    uint32_t bits = 0;
    for (unsigned i = 1; i <= pointer->button_count; i++)
        if ((pointer->buttons >> i & 1) && pointer->map[i] && pointer->map[i] < 32)
            bits |= 1u << pointer->map[i];
    return bits;
}

uint16_t ofs_device_core_state(struct ofs_server *s, const struct ofs_device *pointer)
{
    return (uint16_t)(ofs_xkb_core_state(s) | pointer->state);
}

/* ---- the queue of frozen devices ---- */

static void enqueue(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event)
{
    struct ofs_input *in = s->input;
    if (event->kind == OFS_EV_DEVICE && event->type == MotionNotify) {
        in->phys_x = event->root_x;
        in->phys_y = event->root_y;
        /* Only the newest of several moves in a row counts. */
        struct ofs_queued *last = in->queue_last;
        if (last && last->device == d && last->event.kind == OFS_EV_DEVICE && last->event.type == MotionNotify) {
            last->event.root_x = event->root_x;
            last->event.root_y = event->root_y;
            last->event.time = event->time;
            return;
        }
    }
    struct ofs_queued *q = in->queue_len < MAX_QUEUED ? malloc(sizeof(*q)) : NULL;
    if (!q)
        return;
    *q = (struct ofs_queued){ .device = d, .event = *event };
    if (in->queue_last)
        in->queue_last->next = q;
    else
        in->queue = q;
    in->queue_last = q;
    in->queue_len++;
}

/* Take the first event whose device is not frozen. */
static struct ofs_queued *dequeue(struct ofs_input *in)
{
    struct ofs_queued *before = NULL;
    for (struct ofs_queued *q = in->queue; q; before = q, q = q->next) {
        if (q->device->frozen)
            continue;
        if (before)
            before->next = q->next;
        else
            in->queue = q->next;
        if (in->queue_last == q)
            in->queue_last = before;
        in->queue_len--;
        return q;
    }
    return NULL;
}

void ofs_device_play_queue(struct ofs_server *s)
{
    struct ofs_input *in = s->input;
    struct ofs_queued *q;
    while ((q = dequeue(in))) {
        if (q->event.kind == OFS_EV_DEVICE && q->event.type == MotionNotify) {
            in->x = q->event.root_x;
            in->y = q->event.root_y;
            ofs_grab_clamp(s, &in->x, &in->y);
        }
        in->playing_time = q->event.time;
        ofs_device_process(s, q->device, &q->event);
        free(q);
    }
}

void ofs_device_take(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event)
{
    if (d->frozen) {
        enqueue(s, d, event);
        return;
    }
    struct ofs_event own = *event;
    ofs_device_process(s, d, &own);
}

/* ---- the window under the pointer ---- */

/* A passive Enter grab (XI2) ends when the pointer leaves its window, and one on the new window begins. */
static bool enter_grab(struct ofs_server *s, struct ofs_device *d, struct ofs_window *from, struct ofs_window *to)
{
    if (d->grab) {
        if (!d->from_passive || d->grab->type != XI_Enter || d->grab->window == to ||
            ofs_window_is_ancestor(d->grab->window, to))
            return false;
        ofs_crossing_move(s, d, d->id, from, to, XINotifyPassiveUngrab);
        ofs_grab_deactivate(s, d);
    }
    struct ofs_event event = { .kind = OFS_EV_DEVICE, .type = XI_Enter, .source = d->id, .time = ofs_server_now(s) };
    if (!ofs_passive_check_window(s, d, &event, to))
        return false;
    ofs_crossing_move(s, d, d->id, from, to, XINotifyPassiveGrab);
    return true;
}

void ofs_device_check_window(struct ofs_server *s, struct ofs_device *pointer, const struct ofs_event *event)
{
    struct ofs_input *in = s->input;
    if (event && !in->playing) {
        in->x = event->root_x;
        in->y = event->root_y;
        ofs_grab_clamp(s, &in->x, &in->y);
        in->phys_x = in->x;
        in->phys_y = in->y;
    }
    struct ofs_window *from = in->window, *to = ofs_window_at(s, in->x, in->y);
    if (from == to)
        return;
    if (!enter_grab(s, pointer, from, to))
        ofs_crossing_move(s, pointer, event ? event->source : pointer->id, from, to, NotifyNormal);
    in->window = to;
    if (pointer->master)
        ofs_cursor_update(s);
}

/* ---- state ---- */

static uint16_t state_bit(unsigned logical)
{
    return logical >= 1 && logical <= 5 ? (uint16_t)(Button1Mask << (logical - 1)) : 0;
}

static void count_button(struct ofs_device *d, unsigned logical, bool down)
{
    if (!logical)
        return;
    d->hint_window = NULL;
    if (down) {
        d->buttons_down++;
        d->state |= state_bit(logical);
    } else {
        d->buttons_down -= d->buttons_down > 0;
        d->state &= (uint16_t)~state_bit(logical);
    }
}

/* Another slave of this master still holds a button that means the same. */
static bool held_elsewhere(struct ofs_server *s, const struct ofs_device *master, unsigned button)
{
    for (unsigned i = OFS_DEV_XTEST_POINTER; i < OFS_DEV_COUNT; i++) {
        const struct ofs_device *slave = ofs_device_get(s, i);
        for (unsigned b = 1; slave->pointer && slave->attached == master->id && b <= slave->button_count; b++)
            if (slave->map[b] == button && (slave->buttons >> b & 1))
                return true;
    }
    return false;
}

/* False: the event says nothing new, nobody hears of it. */
static bool update_state(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *e)
{
    unsigned n = e->raw_detail;
    switch (e->type) {
    case KeyPress:
        if (ofs_key_bit(d->keys, n) && !e->repeat)
            return false;
        d->keys[n >> 3] |= (uint8_t)(1u << (n & 7));
        return true;
    case KeyRelease:
        if (!ofs_key_bit(d->keys, n))
            return false;
        d->keys[n >> 3] &= (uint8_t)~(1u << (n & 7));
        return true;
    case ButtonPress:
        if (d->buttons >> n & 1)
            return false;
        d->buttons |= 1u << n;
        count_button(d, d->map[n], true);
        return d->map[n] != 0;
    case ButtonRelease:
        if (!(d->buttons >> n & 1) || (d->master && held_elsewhere(s, d, n)))
            return false;
        d->buttons &= ~(1u << n);
        count_button(d, d->map[n], false);
        return d->map[n] != 0;
    default:
        for (unsigned i = 0; i < 2; i++)
            if (e->has_axis[i])
                d->axis[i] = e->axis[i];
        return true;
    }
}

/* ---- auto-repeat ---- */

static void repeat_follow(struct ofs_server *s, struct ofs_device *keyboard, const struct ofs_event *e)
{
    if (e->type == KeyRelease) {
        if (keyboard->repeat_key == e->raw_detail)
            keyboard->repeat_key = 0;
    } else if (!e->repeat && ofs_xkb_key_repeats(s, e->raw_detail)) {
        uint32_t delay, interval;
        ofs_xkb_repeat_timing(s, &delay, &interval);
        keyboard->repeat_key = e->raw_detail;
        keyboard->repeat_at_ms = ofs_server_now(s) + delay;
    }
}

void ofs_device_repeat_run(struct ofs_server *s, struct ofs_device *keyboard, uint32_t now)
{
    uint32_t delay, interval;
    ofs_xkb_repeat_timing(s, &delay, &interval);
    keyboard->repeat_at_ms = now + (interval ? interval : 1);
    struct ofs_event event = {
        .kind = OFS_EV_DEVICE, .type = KeyPress, .source = keyboard->id, .repeat = true, .time = now,
        .raw_detail = keyboard->repeat_key, .detail = keyboard->repeat_key,
    };
    if (ofs_xkb_key_repeats(s, keyboard->repeat_key))
        ofs_device_process(s, keyboard, &event);
}

/* ---- taking an event ---- */

/* Passive grabs come first, then the active grab, the focus or the pointer's window. */
static void dispatch(struct ofs_server *s, struct ofs_device *d, struct ofs_event *e)
{
    struct ofs_grab *grab = d->grab;
    bool press = e->type == KeyPress || e->type == ButtonPress, end = false;
    if (press && !grab && ofs_passive_check(s, d, e, NULL))
        return;
    if (grab && e->type == KeyRelease)
        end = d->from_passive && grab->type == KeyPress && d->activating_key == e->raw_detail;
    else if (grab && e->type == ButtonRelease)
        end = d->from_passive && grab->type == ButtonPress && !d->buttons_down;

    if (grab)
        ofs_deliver_grabbed(s, d, e, end);
    else if (e->type == KeyPress || e->type == KeyRelease)
        ofs_deliver_focused(s, d, e);
    else
        ofs_deliver_propagate(s, d, s->input->window, e, NULL, NULL);
    if (end)
        ofs_grab_deactivate(s, d);
}

void ofs_device_process(struct ofs_server *s, struct ofs_device *d, struct ofs_event *e)
{
    struct ofs_input *in = s->input;
    if (e->kind == OFS_EV_RAW) {
        ofs_deliver_raw(s, d, e);
        return;
    }
    if (e->kind == OFS_EV_CHANGED) {
        if (d->master && e->source != d->id)
            ofs_xi2_device_changed(s, d, e);
        return;
    }
    const struct ofs_device *pointer = d->pointer ? d : ofs_device_get(s, OFS_DEV_POINTER);
    e->core_state = ofs_device_core_state(s, pointer);
    e->buttons = ofs_device_logical_buttons(pointer);
    ofs_xkb_get_mods(s, &e->mods);
    bool key = !d->pointer;
    if (!update_state(s, d, e))
        return;
    if (d->pointer && d->master)
        ofs_device_check_window(s, d, e);
    /* Where the pointer is by now: ahead of x, y while events of a frozen pointer are played. */
    e->root_x = in->phys_x;
    e->root_y = in->phys_y;
    e->detail = e->type == MotionNotify ? 0 : d->pointer ? d->map[e->raw_detail] : e->raw_detail;
    if (key)
        repeat_follow(s, d, e);
    dispatch(s, d, e);
    /* The keyboard's state changes after the key's own event: that is the order clients see. */
    if (key && d->master && !e->repeat)
        ofs_xkb_key(s, e->raw_detail, e->type == KeyPress);
    else if (d->pointer && d->master && e->type != MotionNotify)
        ofs_xkb_button(s, e->detail, e->type == ButtonPress);
}
