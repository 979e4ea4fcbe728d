/* XI2 events on the wire. The button and valuator masks have the sizes the X server gives them, not the smallest: some
 * clients index into them without looking. */
#include <X11/extensions/XI2.h>

#include "x11/xinput.h"

#define BUTTON_WORDS 8   /* 256 buttons */
#define VALUATOR_WORDS 2 /* 36 valuators */

void ofs_xi2_fp1616(struct ofs_client *c, int value) { ofs_out32(c, (uint32_t)value << 16); }

void ofs_xi2_fp3232(struct ofs_client *c, double value)
{
    int32_t whole = (int32_t)value;
    whole -= value < whole; /* downwards, also below 0 */
    ofs_out32(c, (uint32_t)whole);
    ofs_out32(c, (uint32_t)((value - whole) * 4294967296.0));
}

void ofs_xi2_write_mods(struct ofs_client *c, const struct ofs_xkb_mods *mods, bool effective)
{
    ofs_out32(c, mods->base);
    ofs_out32(c, mods->latched);
    ofs_out32(c, mods->locked);
    ofs_out32(c, effective ? mods->effective : 0);
    ofs_out8(c, (uint8_t)mods->group_base);
    ofs_out8(c, (uint8_t)mods->group_latched);
    ofs_out8(c, (uint8_t)mods->group_locked);
    ofs_out8(c, effective ? (uint8_t)mods->group_effective : 0);
}

/* A mask is a row of bytes on the wire, whatever the client's byte order. */
static void write_bits(struct ofs_client *c, uint32_t bits, unsigned words)
{
    uint8_t bytes[4] = { (uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16), (uint8_t)(bits >> 24) };
    ofs_out_bytes(c, bytes, 4);
    ofs_out_zero(c, (words - 1) * 4);
}

static void begin(struct ofs_client *c, uint16_t evtype, uint8_t device, uint32_t time)
{
    ofs_generic_begin(c, OFS_XI_MAJOR, evtype);
    ofs_out16(c, device);
    ofs_out32(c, time);
}

/* root, event, child, and both positions. */
static void write_place(struct ofs_client *c, const struct ofs_window *w, uint32_t child, int root_x, int root_y)
{
    int x, y;
    ofs_window_origin(w, &x, &y);
    ofs_out32(c, c->server->root->res.id);
    ofs_out32(c, w->res.id);
    ofs_out32(c, child);
    ofs_xi2_fp1616(c, root_x);
    ofs_xi2_fp1616(c, root_y);
    ofs_xi2_fp1616(c, root_x - x);
    ofs_xi2_fp1616(c, root_y - y);
}

static void write_valuators(struct ofs_client *c, const struct ofs_event *e)
{
    write_bits(c, e->has_axis[0] | (uint32_t)e->has_axis[1] << 1, VALUATOR_WORDS);
    for (unsigned i = 0; i < 2; i++)
        if (e->has_axis[i])
            ofs_xi2_fp3232(c, e->axis[i]);
}

static void send_raw(struct ofs_client *c, const struct ofs_device *d, const struct ofs_event *e)
{
    begin(c, (uint16_t)(e->type - KeyPress + XI_RawKeyPress), d->id, e->time);
    ofs_out32(c, e->raw_detail);
    ofs_out16(c, e->source);
    ofs_out16(c, VALUATOR_WORDS);
    ofs_out32(c, 0);
    ofs_out32(c, 0);
    write_valuators(c, e);
    for (unsigned i = 0; i < 2; i++)
        if (e->has_axis[i])
            ofs_xi2_fp3232(c, e->raw_axis[i]);
    ofs_generic_end(c);
}

void ofs_xi2_send(struct ofs_client *c, struct ofs_device *d, const struct ofs_window *w, uint32_t child,
                  const struct ofs_event *e)
{
    if (!c->ready || c->closing)
        return;
    if (e->kind == OFS_EV_RAW) {
        send_raw(c, d, e);
        return;
    }
    begin(c, e->type, d->id, e->time);
    ofs_out32(c, e->detail);
    write_place(c, w, child, e->root_x, e->root_y);
    ofs_out16(c, BUTTON_WORDS);
    ofs_out16(c, VALUATOR_WORDS);
    ofs_out16(c, e->source);
    ofs_out16(c, 0);
    ofs_out32(c, e->repeat ? XIKeyRepeat : 0);
    ofs_xi2_write_mods(c, &e->mods, true);
    write_bits(c, e->buttons, BUTTON_WORDS);
    write_valuators(c, e);
    ofs_generic_end(c);
}

/* What a crossing or focus event says, to one client. */
struct notice {
    uint16_t evtype;
    uint8_t source, mode, detail;
    bool focus_field;
    uint32_t buttons;
    unsigned button_words;
    bool effective;
    struct ofs_xkb_mods mods;
};

static void send_notice(struct ofs_client *c, const struct ofs_device *d, const struct ofs_window *w, const struct notice *n)
{
    struct ofs_server *s = c->server;
    begin(c, n->evtype, d->id, ofs_server_now(s));
    ofs_out16(c, n->source);
    ofs_out8(c, n->mode);
    ofs_out8(c, n->detail);
    write_place(c, w, 0, s->input->x, s->input->y);
    ofs_out8(c, 1); /* same screen */
    ofs_out8(c, n->focus_field);
    ofs_out16(c, (uint16_t)n->button_words);
    ofs_xi2_write_mods(c, &n->mods, n->effective);
    write_bits(c, n->buttons, n->button_words);
    ofs_generic_end(c);
}

static void notice_to_window(struct ofs_device *d, struct ofs_window *w, const struct notice *n)
{
    for (struct ofs_xi2_select *sel = w->xi2; sel; sel = sel->next)
        if (ofs_xi2_mask_has(sel->mask, d, n->evtype) && sel->client->ready && !sel->client->closing)
            send_notice(sel->client, d, w, n);
}

void ofs_xi2_crossing(struct ofs_server *s, struct ofs_device *d, uint8_t source, uint16_t evtype, uint8_t mode, uint8_t detail,
                      struct ofs_window *w)
{
    if ((mode == XINotifyPassiveGrab && evtype == XI_Leave) || (mode == XINotifyPassiveUngrab && evtype == XI_Enter))
        return;
    const struct ofs_grab *grab = d->grab;
    bool to_grab = grab && grab->level == OFS_LEVEL_XI2;
    if (to_grab ? !ofs_xi2_mask_has(grab->xi2_mask, d, evtype) : !ofs_xi2_window_wants(w, d, evtype))
        return;
    struct ofs_window *focus = ofs_device_get(s, OFS_DEV_KEYBOARD)->focus;
    struct notice n = { .evtype = evtype, .source = source, .mode = mode, .detail = detail, .buttons = d->buttons,
                        .button_words = 1 };
    n.focus_field = focus == &ofs_focus_pointer_root || focus == w || ofs_window_is_ancestor(focus, w);
    ofs_xkb_get_mods(s, &n.mods);
    if (!to_grab)
        notice_to_window(d, w, &n);
    else if (grab->client->ready && !grab->client->closing)
        send_notice(grab->client, d, w, &n);
}

void ofs_xi2_focus(struct ofs_server *s, struct ofs_device *d, uint16_t evtype, uint8_t mode, uint8_t detail,
                   struct ofs_window *w)
{
    if (!ofs_xi2_window_wants(w, d, evtype))
        return;
    struct notice n = { .evtype = evtype, .source = d->id, .mode = mode, .detail = detail, .button_words = BUTTON_WORDS,
                        .effective = true };
    n.buttons = ofs_device_logical_buttons(ofs_device_get(s, OFS_DEV_POINTER));
    ofs_xkb_get_mods(s, &n.mods);
    notice_to_window(d, w, &n);
}

/* ---- XI_DeviceChanged: to every window where it was selected ---- */

static void changed_to_window(struct ofs_server *s, struct ofs_device *master, struct ofs_window *w, const struct ofs_event *e)
{
    for (struct ofs_xi2_select *sel = w->xi2; sel; sel = sel->next) {
        struct ofs_client *c = sel->client;
        if (!ofs_xi2_mask_has(sel->mask, master, XI_DeviceChanged) || !c->ready || c->closing)
            continue;
        begin(c, XI_DeviceChanged, master->id, e->time);
        size_t count_at = ofs_out_offset(c);
        ofs_out16(c, 0);
        ofs_out16(c, e->source);
        ofs_out8(c, XISlaveSwitch);
        ofs_out_zero(c, 11);
        const struct ofs_device *slave = ofs_device_get(s, e->source);
        unsigned count = ofs_xi2_write_classes(c, slave, e->source, false);
        ofs_out_patch16(c, count_at, (uint16_t)count);
        ofs_generic_end(c);
    }
}

void ofs_xi2_device_changed(struct ofs_server *s, struct ofs_device *master, const struct ofs_event *e)
{
    master->class_source = e->source;
    struct ofs_window *w = s->root;
    while (w) { /* the whole tree, parents first */
        if (w->xi2)
            changed_to_window(s, master, w, e);
        if (w->bottom) {
            w = w->top;
            continue;
        }
        while (w && !w->below)
            w = w->parent;
        if (w)
            w = w->below;
    }
}
