/* The devices: what they are, what they send, and what happens to input when windows and clients go. */
#include <stdlib.h>

#include "x11/cursor.h"
#include "x11/private.h"
#include "x11/xinput.h"

/* ---- making events ---- */

static void to_device_and_master(struct ofs_server *s, struct ofs_device *slave, const struct ofs_event *event)
{
    s->last_input_ms = event->time;
    if (s->saver_active)
        ofs_saver_set(s, false, false);
    ofs_device_take(s, slave, event);
    if (!slave->master)
        ofs_device_take(s, ofs_device_master(s, slave), event);
}

/* The master takes on the classes of the slave that sends; clients learn of it. */
static void switch_slave(struct ofs_server *s, struct ofs_device *slave, uint32_t time)
{
    struct ofs_device *master = ofs_device_master(s, slave);
    if (master->last_source == slave->id)
        return;
    master->last_source = slave->id;
    if (slave != master)
        master->last_slave = slave->id;
    struct ofs_event event = { .kind = OFS_EV_CHANGED, .source = slave->id, .time = time };
    to_device_and_master(s, slave, &event);
}

static void send_raw_and_event(struct ofs_server *s, struct ofs_device *slave, struct ofs_event *event)
{
    switch_slave(s, slave, event->time);
    event->source = slave->id;
    event->kind = OFS_EV_RAW;
    to_device_and_master(s, slave, event);
    event->kind = OFS_EV_DEVICE;
    to_device_and_master(s, slave, event);
}

void ofs_device_key(struct ofs_server *s, struct ofs_device *slave, uint8_t keycode, bool down)
{
    struct ofs_event event = { .type = down ? KeyPress : KeyRelease, .raw_detail = keycode, .detail = keycode,
                               .time = ofs_server_now(s) };
    uint8_t bit = (uint8_t)(1u << (keycode & 7)), *posted = &slave->keys_posted[keycode >> 3];
    if (keycode < 8)
        return;
    if (down && (*posted & bit) && !ofs_xkb_key_repeats(s, keycode)) {
        switch_slave(s, slave, event.time);
        return;
    }
    *posted = down ? *posted | bit : *posted & (uint8_t)~bit;
    send_raw_and_event(s, slave, &event);
}

void ofs_device_button(struct ofs_server *s, struct ofs_device *slave, uint8_t button, bool down)
{
    if (!button || button > slave->button_count)
        return;
    struct ofs_event event = { .type = down ? ButtonPress : ButtonRelease, .raw_detail = button, .detail = button,
                               .time = ofs_server_now(s), .root_x = s->input->phys_x, .root_y = s->input->phys_y };
    slave->buttons_posted = down ? slave->buttons_posted | 1u << button : slave->buttons_posted & ~(1u << button);
    send_raw_and_event(s, slave, &event);
}

/* One more place in the history of GetMotionEvents. */
static void remember(struct ofs_input *in, uint32_t time, int x, int y)
{
    struct ofs_motion *m = &in->history[in->history_count++ % OFS_ARRAY_LEN(in->history)];
    *m = (struct ofs_motion){ time, (int16_t)x, (int16_t)y };
}

static void clamp_screen(struct ofs_server *s, int *x, int *y)
{
    int width = s->root->width, height = s->root->height;
    *x = *x < 0 ? 0 : *x >= width ? width - 1 : *x;
    *y = *y < 0 ? 0 : *y >= height ? height - 1 : *y;
    ofs_grab_clamp(s, x, y);
}

void ofs_device_motion(struct ofs_server *s, struct ofs_device *slave, bool relative, int x, int y)
{
    struct ofs_input *in = s->input;
    int to_x = relative ? in->phys_x + x : x, to_y = relative ? in->phys_y + y : y;
    clamp_screen(s, &to_x, &to_y);
    struct ofs_event event = {
        .type = MotionNotify, .time = ofs_server_now(s), .root_x = to_x, .root_y = to_y,
        .has_axis = { true, true }, .axis = { x, y }, .raw_axis = { x, y },
    };
    switch_slave(s, slave, event.time);
    event.kind = OFS_EV_RAW;
    event.source = slave->id;
    to_device_and_master(s, slave, &event);
    event.kind = OFS_EV_DEVICE;
    event.axis[0] = to_x;
    event.axis[1] = to_y;
    /* An axis that a relative motion does not move is not in the event; the raw event has it. */
    event.has_axis[0] = !relative || x;
    event.has_axis[1] = !relative || y;
    remember(in, event.time, to_x, to_y);
    to_device_and_master(s, slave, &event);
}

static void warp(struct ofs_server *s, struct ofs_device *from, int x, int y)
{
    clamp_screen(s, &x, &y);
    struct ofs_event event = {
        .kind = OFS_EV_DEVICE, .type = MotionNotify, .source = from->id, .time = ofs_server_now(s), .root_x = x, .root_y = y,
        .has_axis = { true, true }, .axis = { x, y }, .raw_axis = { x, y },
    };
    switch_slave(s, from, event.time);
    remember(s->input, event.time, x, y);
    to_device_and_master(s, from, &event);
}

void ofs_device_warp(struct ofs_server *s, int x, int y)
{
    struct ofs_device *master = ofs_device_get(s, OFS_DEV_POINTER);
    warp(s, master->last_slave ? ofs_device_get(s, master->last_slave) : master, x, y);
}

void ofs_device_warp_master(struct ofs_server *s, int x, int y)
{
    warp(s, ofs_device_get(s, OFS_DEV_POINTER), x, y);
}

/* ---- entry points ---- */

void ofs_input_key_event(struct ofs_server *s, uint8_t keycode, bool down)
{
    ofs_device_key(s, ofs_device_get(s, OFS_DEV_KEYS), keycode, down);
}

void ofs_input_button_event(struct ofs_server *s, uint8_t button, bool down)
{
    ofs_device_button(s, ofs_device_get(s, OFS_DEV_MOUSE), button, down);
}

void ofs_input_motion_event(struct ofs_server *s, int root_x, int root_y)
{
    ofs_device_motion(s, ofs_device_get(s, OFS_DEV_MOUSE), false, root_x, root_y);
}

void ofs_input_motion_relative_event(struct ofs_server *s, int dx, int dy)
{
    ofs_device_motion(s, ofs_device_get(s, OFS_DEV_MOUSE), true, dx, dy);
}

void ofs_input_pointer(struct ofs_server *s, int *root_x_out, int *root_y_out)
{
    *root_x_out = s->input->x;
    *root_y_out = s->input->y;
}

uint16_t ofs_input_state(struct ofs_server *s)
{
    return ofs_device_core_state(s, ofs_device_get(s, OFS_DEV_POINTER));
}

const uint8_t *ofs_input_keys_down(const struct ofs_server *s)
{
    return s->input->device[OFS_DEV_KEYBOARD].keys;
}

/* ---- timers ---- */

bool ofs_input_next_due(struct ofs_server *s, uint32_t *due_ms_out)
{
    const struct ofs_input *in = s->input;
    bool any = in->delayed;
    uint32_t due = any ? in->delayed->due_ms : 0;
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        const struct ofs_device *d = &in->device[i];
        if (d->repeat_key && (!any || ofs_time_later(due, d->repeat_at_ms))) {
            any = true;
            due = d->repeat_at_ms;
        }
    }
    uint32_t frame;
    if (ofs_cursor_next_due(s, &frame) && (!any || ofs_time_later(due, frame))) {
        any = true;
        due = frame;
    }
    *due_ms_out = due;
    return any;
}

int ofs_input_next_timeout_ms(struct ofs_server *s)
{
    uint32_t due, now = ofs_server_now(s);
    if (!ofs_input_next_due(s, &due))
        return -1;
    return ofs_time_later(due, now) ? (int)(due - now) : 0;
}

void ofs_input_run_timers(struct ofs_server *s)
{
    struct ofs_input *in = s->input;
    uint32_t now = ofs_server_now(s);
    while (in->delayed && !ofs_time_later(in->delayed->due_ms, now)) {
        struct ofs_delayed *due = in->delayed;
        in->delayed = due->next;
        due->client->asleep = false;
        ofs_xtest_run(s, due);
        free(due);
    }
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        struct ofs_device *d = &in->device[i];
        if (d->repeat_key && !ofs_time_later(d->repeat_at_ms, now))
            ofs_device_repeat_run(s, d, now);
    }
    ofs_cursor_run_timer(s);
}

/* ---- windows and clients that change or go ---- */

void ofs_input_tree_changed(struct ofs_server *s)
{
    ofs_grab_confine(s);
    ofs_device_check_window(s, ofs_device_get(s, OFS_DEV_POINTER), NULL);
}

void ofs_input_mask_changed(struct ofs_window *w, struct ofs_server *s, uint32_t old, uint32_t mask)
{
    if (!(mask & ~old & PointerMotionHintMask))
        return;
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++)
        if (ofs_device_get(s, i)->hint_window == w)
            ofs_device_get(s, i)->hint_window = NULL;
}

void ofs_input_window_unviewable(struct ofs_server *s, struct ofs_window *w)
{
    /* Grabs end before the focus goes, the pointer's before the keyboard's; twice, since events that one of them held back
     * may have set off a passive grab on the same window. */
    for (unsigned n = 0; n < 2 * OFS_DEV_COUNT; n++) {
        struct ofs_device *d = ofs_device_get(s, n % OFS_DEV_COUNT);
        if (d->grab && (d->grab->window == w || d->grab->confine_to == w))
            ofs_grab_deactivate(s, d);
        if (d->hint_window == w)
            d->hint_window = NULL;
    }
    ofs_focus_lost(s, w);
}

void ofs_input_window_gone(struct ofs_server *s, struct ofs_window *w)
{
    struct ofs_input *in = s->input;
    if (!in)
        return;
    ofs_input_window_unviewable(s, w);
    ofs_passive_forget(s, w, NULL);
    ofs_xi2_forget(w, NULL);
    struct ofs_window *instead = w->parent ? w->parent : s->root;
    if (in->window == w)
        in->window = instead;
    if (in->crossing_window == w)
        in->crossing_window = instead;
    if (in->confine == w)
        in->confine = NULL;
    if (in->replay_window == w)
        in->replay_window = NULL;
}

static void forget_selection(struct ofs_server *s, struct ofs_res *res, void *client)
{
    if (res->type == OFS_RES_WINDOW)
        ofs_xi2_forget((struct ofs_window *)res, client);
}

void ofs_input_client_gone(struct ofs_client *c)
{
    struct ofs_server *s = c->server;
    if (!s->input)
        return;
    ofs_passive_forget(s, NULL, c);
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++)
        if (ofs_device_get(s, i)->grab && ofs_device_get(s, i)->grab->client == c)
            ofs_grab_deactivate(s, ofs_device_get(s, i));
    for (struct ofs_delayed **link = &s->input->delayed; *link;) {
        struct ofs_delayed *d = *link;
        if (d->client != c) {
            link = &d->next;
            continue;
        }
        *link = d->next;
        free(d);
    }
    ofs_res_each(s, forget_selection, c);
}

/* ---- beginning and end of the world ---- */

static const struct {
    const char *name;
    uint8_t attached, buttons;
    bool master, pointer;
} device_table[OFS_DEV_COUNT] = {
    /* The names are those of a server without hardware: programs skip or prefer devices by name. */
    [OFS_DEV_POINTER] = { "Virtual core pointer", OFS_DEV_KEYBOARD, OFS_MAX_BUTTON, true, true },
    [OFS_DEV_KEYBOARD] = { "Virtual core keyboard", OFS_DEV_POINTER, 0, true, false },
    [OFS_DEV_XTEST_POINTER] = { "Virtual core XTEST pointer", OFS_DEV_POINTER, OFS_MAX_BUTTON, false, true },
    [OFS_DEV_XTEST_KEYBOARD] = { "Virtual core XTEST keyboard", OFS_DEV_KEYBOARD, 0, false, false },
    [OFS_DEV_MOUSE] = { "Xvfb mouse", OFS_DEV_POINTER, OFS_MOUSE_BUTTONS, false, true },
    [OFS_DEV_KEYS] = { "Xvfb keyboard", OFS_DEV_KEYBOARD, 0, false, false },
};

int ofs_input_init(struct ofs_server *s)
{
    struct ofs_input *in = calloc(1, sizeof(*in));
    if (!in)
        return BadAlloc;
    s->input = in;
    uint32_t now = ofs_server_now(s);
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        struct ofs_device *d = &in->device[i];
        *d = (struct ofs_device){
            .id = (uint8_t)i, .attached = device_table[i].attached, .master = device_table[i].master,
            .pointer = device_table[i].pointer, .name = device_table[i].name, .class_source = (uint8_t)i,
            .button_count = device_table[i].buttons, .grab_time = now, .focus_time = now,
            .focus = &ofs_focus_pointer_root, .focus_revert = RevertToNone,
        };
        for (unsigned b = 0; b < OFS_ARRAY_LEN(d->map); b++)
            d->map[b] = (uint8_t)b;
    }
    /* The pointer begins in the middle of the screen. */
    in->x = in->phys_x = s->root->width / 2;
    in->y = in->phys_y = s->root->height / 2;
    for (unsigned i = OFS_DEV_POINTER; i <= OFS_DEV_XTEST_POINTER; i += OFS_DEV_XTEST_POINTER - OFS_DEV_POINTER) {
        in->device[i].axis[0] = in->x;
        in->device[i].axis[1] = in->y;
    }
    in->window = in->crossing_window = s->root;
    in->accel_num = 2;
    in->accel_denom = 1;
    in->accel_threshold = 4;
    return 0;
}

void ofs_input_finish(struct ofs_server *s)
{
    struct ofs_input *in = s->input;
    if (!in)
        return;
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        ofs_passive_free(in->device[i].grab);
        ofs_device_properties_finish(&in->device[i]);
    }
    while (in->passive) {
        struct ofs_grab *next = in->passive->next;
        ofs_passive_free(in->passive);
        in->passive = next;
    }
    while (in->queue) {
        struct ofs_queued *next = in->queue->next;
        free(in->queue);
        in->queue = next;
    }
    while (in->delayed) {
        struct ofs_delayed *next = in->delayed->next;
        free(in->delayed);
        in->delayed = next;
    }
    free(in);
    s->input = NULL;
}
