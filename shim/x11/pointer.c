/* The core requests that ask for or set the state of the pointer, the keys and the focus. */
#include <stdlib.h>

#include "x11/core.h"
#include "x11/input_private.h"

/* A client that asks where the pointer is wants to hear of the next move again. */
void ofs_device_stop_hint(struct ofs_client *c, struct ofs_device *d)
{
    if (!d->hint_window)
        return;
    uint32_t mask = ofs_mask_of(d->hint_window, c);
    if (d->grab && d->grab->client != c)
        return;
    if (d->grab)
        mask = d->grab->core_mask | (d->grab->owner_events ? mask : 0);
    if (mask & PointerMotionHintMask)
        d->hint_window = NULL;
}

int ofs_core_QueryPointer(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    struct ofs_window *w;
    uint32_t id = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    int error = ofs_find_window(c, id, &w);
    if (error)
        return error;
    struct ofs_device *pointer = ofs_device_get(s, OFS_DEV_POINTER);
    ofs_device_stop_hint(c, pointer);
    int x, y;
    ofs_window_origin(w, &x, &y);
    ofs_reply_begin(c, 1);
    ofs_out32(c, s->root->res.id);
    ofs_out32(c, ofs_deliver_child(s, w));
    ofs_out16(c, (uint16_t)s->input->x);
    ofs_out16(c, (uint16_t)s->input->y);
    ofs_out16(c, (uint16_t)(s->input->x - x));
    ofs_out16(c, (uint16_t)(s->input->y - y));
    ofs_out16(c, ofs_device_core_state(s, pointer));
    ofs_reply_end(c);
    return 0;
}

int ofs_core_GetMotionEvents(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    struct ofs_input *in = s->input;
    uint32_t id = ofs_req32(r), start = ofs_req32(r), stop = ofs_req32(r), now = ofs_server_now(s);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_window *w;
    int error = ofs_find_window(c, id, &w);
    if (error)
        return error;
    ofs_device_stop_hint(c, ofs_device_get(s, OFS_DEV_POINTER));
    start = start == CurrentTime ? now : start;
    stop = stop == CurrentTime || ofs_time_later(stop, now) ? now : stop;
    int x, y, border = w->parent ? w->border_width : 0;
    ofs_window_origin(w, &x, &y);
    ofs_reply_begin(c, 0);
    ofs_out32(c, 0);
    ofs_out_zero(c, 20);
    uint32_t found = 0;
    unsigned size = OFS_ARRAY_LEN(in->history), at = in->history_count > size ? in->history_count - size : 0;
    for (; at < in->history_count; at++) {
        const struct ofs_motion *m = &in->history[at % size];
        int dx = m->x - x, dy = m->y - y;
        if (ofs_time_later(start, m->time) || ofs_time_later(m->time, stop) || dx < -border || dx >= w->width + border ||
            dy < -border || dy >= w->height + border)
            continue;
        ofs_out32(c, m->time);
        ofs_out16(c, (uint16_t)dx);
        ofs_out16(c, (uint16_t)dy);
        found++;
    }
    ofs_out_patch32(c, 8, found);
    ofs_reply_end(c);
    return 0;
}

/* The pointer is in the part of the window that can be seen, inferiors included. */
static bool shows_pointer(struct ofs_server *s, const struct ofs_window *w)
{
    const struct ofs_window *at = ofs_window_at(s, s->input->phys_x, s->input->phys_y);
    return w->viewable && (at == w || ofs_window_is_ancestor(w, at));
}

static bool in_rectangle(struct ofs_server *s, const struct ofs_window *w, int x, int y, unsigned width, unsigned height)
{
    int origin_x, origin_y, at_x = s->input->phys_x, at_y = s->input->phys_y;
    ofs_window_origin(w, &origin_x, &origin_y);
    x += origin_x;
    y += origin_y;
    return at_x >= x && at_y >= y && !(width && x + (int)width < at_x) && !(height && y + (int)height < at_y) &&
           (!w->parent || shows_pointer(s, w));
}

int ofs_pointer_warp(struct ofs_client *c, const struct ofs_warp *warp, void (*move)(struct ofs_server *, int, int))
{
    struct ofs_server *s = c->server;
    struct ofs_window *to = NULL, *source = NULL;
    int error = warp->to ? ofs_find_window(c, warp->to, &to) : 0;
    if (!error && warp->source)
        error = ofs_find_window(c, warp->source, &source);
    if (error)
        return error;
    if (source && !in_rectangle(s, source, warp->source_x, warp->source_y, warp->width, warp->height))
        return 0;
    int x = s->input->phys_x, y = s->input->phys_y;
    if (to)
        ofs_window_origin(to, &x, &y);
    move(s, x + warp->to_x, y + warp->to_y);
    return 0;
}

int ofs_core_WarpPointer(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_warp warp = { .source = ofs_req32(r) };
    warp.to = ofs_req32(r);
    warp.source_x = ofs_req_i16(r);
    warp.source_y = ofs_req_i16(r);
    warp.width = ofs_req16(r);
    warp.height = ofs_req16(r);
    warp.to_x = ofs_req_i16(r);
    warp.to_y = ofs_req_i16(r);
    return ofs_req_end(r) ? ofs_pointer_warp(c, &warp, ofs_device_warp) : BadLength;
}

int ofs_core_SetInputFocus(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), time = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    return ofs_focus_set(c, ofs_device_get(c->server, OFS_DEV_KEYBOARD), id, r->minor, time, false);
}

/* XSync: hundreds of times a second. */
int ofs_core_GetInputFocus(struct ofs_client *c, struct ofs_request *r)
{
    if (!ofs_req_end(r))
        return BadLength;
    const struct ofs_device *keyboard = ofs_device_get(c->server, OFS_DEV_KEYBOARD);
    ofs_reply_begin(c, keyboard->focus_revert);
    ofs_out32(c, ofs_focus_id(keyboard->focus));
    ofs_reply_end(c);
    return 0;
}

int ofs_core_QueryKeymap(struct ofs_client *c, struct ofs_request *r)
{
    if (!ofs_req_end(r))
        return BadLength;
    ofs_reply_begin(c, 0);
    ofs_out_bytes(c, ofs_device_get(c->server, OFS_DEV_KEYBOARD)->keys, 32);
    ofs_reply_end(c);
    return 0;
}

/* ---- control: kept and told; there is no hardware to accelerate ---- */

#define ACCEL_NUM 2
#define ACCEL_DENOM 1
#define ACCEL_THRESHOLD 4

int ofs_core_ChangePointerControl(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_input *in = c->server->input;
    int num = ofs_req_i16(r), denom = ofs_req_i16(r), threshold = ofs_req_i16(r);
    unsigned do_accel = ofs_req8(r), do_threshold = ofs_req8(r);
    if (!ofs_req_end(r))
        return BadLength;
    if (do_accel > 1)
        return ofs_bad(c, BadValue, do_accel);
    if (do_threshold > 1)
        return ofs_bad(c, BadValue, do_threshold);
    if (do_accel && num < -1)
        return ofs_bad(c, BadValue, (uint32_t)num);
    if (do_accel && (denom < -1 || !denom))
        return ofs_bad(c, BadValue, (uint32_t)denom);
    if (do_threshold && threshold < -1)
        return ofs_bad(c, BadValue, (uint32_t)threshold);
    if (do_accel) {
        in->accel_num = (uint16_t)(num < 0 ? ACCEL_NUM : num);
        in->accel_denom = (uint16_t)(denom < 0 ? ACCEL_DENOM : denom);
    }
    if (do_threshold)
        in->accel_threshold = (uint16_t)(threshold < 0 ? ACCEL_THRESHOLD : threshold);
    return 0;
}

int ofs_core_GetPointerControl(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_input *in = c->server->input;
    if (!ofs_req_end(r))
        return BadLength;
    ofs_reply_begin(c, 0);
    ofs_out16(c, in->accel_num);
    ofs_out16(c, in->accel_denom);
    ofs_out16(c, in->accel_threshold);
    ofs_reply_end(c);
    return 0;
}

/* ---- the button map ---- */

int ofs_core_SetPointerMapping(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    struct ofs_device *pointer = ofs_device_get(s, OFS_DEV_POINTER);
    unsigned n = r->minor;
    const uint8_t *map = ofs_req_bytes(r, n);
    if (!ofs_req_end(r))
        return BadLength;
    if (n != pointer->button_count)
        return ofs_bad(c, BadValue, n);
    for (unsigned i = 0; i < n; i++)
        for (unsigned k = i + 1; k < n; k++)
            if (map[i] && map[i] == map[k])
                return ofs_bad(c, BadValue, map[i]);
    uint8_t status = MappingSuccess;
    for (unsigned i = 0; i < n; i++)
        if (map[i] != pointer->map[i + 1] && (pointer->buttons >> (i + 1) & 1))
            status = MappingBusy;
    if (status == MappingSuccess) {
        memcpy(pointer->map + 1, map, n);
        xEvent e;
        memset(&e, 0, sizeof(e));
        e.u.u.type = MappingNotify;
        e.u.mappingNotify.request = MappingPointer;
        for (struct ofs_client *to = s->clients; to; to = to->next)
            ofs_event_to_client(to, &e);
    }
    ofs_reply_begin(c, status);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_GetPointerMapping(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_device *pointer = ofs_device_get(c->server, OFS_DEV_POINTER);
    if (!ofs_req_end(r))
        return BadLength;
    ofs_reply_begin(c, pointer->button_count);
    ofs_out_zero(c, 24);
    ofs_out_bytes(c, pointer->map + 1, pointer->button_count);
    ofs_reply_end(c);
    return 0;
}
