/* XISelectEvents, and delivery of XI2 events to those who selected them. */
#include <stdlib.h>

#include <X11/extensions/XI2.h>
#include <X11/extensions/XI2proto.h>

#include "x11/xinput.h"

#define RAW_EVENTS                                                                                                      \
    (XI_RawKeyPressMask | XI_RawKeyReleaseMask | XI_RawButtonPressMask | XI_RawButtonReleaseMask | XI_RawMotionMask |   \
     XI_RawTouchBeginMask | XI_RawTouchUpdateMask | XI_RawTouchEndMask)

/* ---- delivery ---- */

bool ofs_xi2_window_wants(const struct ofs_window *w, const struct ofs_device *d, uint16_t evtype)
{
    for (const struct ofs_xi2_select *sel = w->xi2; sel; sel = sel->next)
        if (ofs_xi2_mask_has(sel->mask, d, evtype))
            return true;
    return false;
}

void ofs_xi2_union(const struct ofs_window *w, uint64_t out[OFS_DEV_COUNT])
{
    memset(out, 0, OFS_DEV_COUNT * sizeof(*out));
    for (const struct ofs_xi2_select *sel = w->xi2; sel; sel = sel->next)
        for (unsigned i = 0; i < OFS_DEV_COUNT; i++)
            out[i] |= sel->mask[i];
}

int ofs_xi2_deliver(struct ofs_server *s, struct ofs_device *d, struct ofs_window *w, uint32_t child,
                    const struct ofs_event *event, struct ofs_grab *grab)
{
    uint16_t evtype = event->kind == OFS_EV_RAW ? (uint16_t)(event->type - KeyPress + XI_RawKeyPress) : event->type;
    int sent = 0, refused = 0;
    struct ofs_client *client = NULL;
    for (struct ofs_xi2_select *sel = w->xi2; sel; sel = sel->next) {
        if (!ofs_xi2_mask_has(sel->mask, d, evtype))
            continue;
        if (grab && grab->client != sel->client) {
            refused--;
            continue;
        }
        ofs_xi2_send(sel->client, d, w, child, event);
        client = sel->client;
        sent++;
    }
    if (sent && !grab && event->kind == OFS_EV_DEVICE && event->type == ButtonPress) {
        struct ofs_grab implicit = {
            .client = client, .window = w, .device = d->id, .level = OFS_LEVEL_XI2, .type = ButtonPress,
            .pointer_mode = GrabModeAsync, .keyboard_mode = GrabModeAsync,
        };
        ofs_xi2_union(w, implicit.xi2_mask);
        /* The X server takes the bit of XI_ButtonPress for a core mask here, in which it stands for EnterNotify: clients
         * get that event while the grab lasts, and have got it for years. */
        implicit.core_mask = 1u << XI_ButtonPress;
        ofs_grab_activate(s, d, &implicit, ofs_server_now(s), true, true);
    }
    return sent ? sent : refused;
}

/* Clients of XI 2.0 get raw events only while no one has the device; later ones always, and once. */
void ofs_xi2_raw_root(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event)
{
    uint16_t evtype = (uint16_t)(event->type - KeyPress + XI_RawKeyPress);
    for (struct ofs_xi2_select *sel = s->root->xi2; sel; sel = sel->next) {
        struct ofs_client *c = sel->client;
        if (!ofs_xi2_mask_has(sel->mask, d, evtype))
            continue;
        if (d->grab && ((c->xi2_major == 2 && c->xi2_minor == 0) || (d->grab->window == s->root && d->grab->client == c)))
            continue;
        ofs_xi2_send(c, d, s->root, 0, event);
    }
}

void ofs_xi2_forget(struct ofs_window *w, const struct ofs_client *c)
{
    for (struct ofs_xi2_select **link = (struct ofs_xi2_select **)&w->xi2; *link;) {
        struct ofs_xi2_select *sel = *link;
        if (c && sel->client != c) {
            link = &sel->next;
            continue;
        }
        *link = sel->next;
        free(sel);
    }
}

/* ---- requests ---- */

int ofs_xi2_read_mask(struct ofs_client *c, struct ofs_request *r, unsigned words, uint64_t *out)
{
    const uint8_t *bytes = ofs_req_bytes(r, words * 4);
    *out = 0;
    if (!bytes)
        return BadLength;
    for (unsigned i = 0; i < words * 32; i++) {
        if (!(bytes[i >> 3] >> (i & 7) & 1))
            continue;
        if (i > XI_LASTEVENT)
            return words * 4 >= XIMaskLen(XI_LASTEVENT) ? ofs_bad(c, BadValue, i) : 0;
        *out |= (uint64_t)1 << i;
    }
    return 0;
}

int ofs_xi2_find_any(struct ofs_client *c, uint32_t id)
{
    struct ofs_device *d;
    return id == XIAllDevices || id == XIAllMasterDevices ? 0 : ofs_device_find(c, id, &d);
}

/* Events that come together or not at all. */
static bool partial(uint64_t mask, unsigned first, unsigned also)
{
    uint64_t all = 7ull << first;
    return (mask & (all | also)) && (mask & all) != all;
}

/* Only one client may have touch or gesture events of a device on a window. */
static bool selected_by_other(const struct ofs_client *c, const struct ofs_window *w, uint32_t device, unsigned evtype)
{
    for (const struct ofs_xi2_select *sel = w->xi2; sel; sel = sel->next) {
        bool master = device == OFS_DEV_POINTER || device == OFS_DEV_KEYBOARD;
        uint64_t mask = sel->mask[device] | (device != OFS_DEV_ALL_MASTER ? sel->mask[OFS_DEV_ALL] : 0) |
                        (master ? sel->mask[OFS_DEV_ALL_MASTER] : 0);
        if (sel->client != c && (mask >> evtype & 1))
            return true;
    }
    return false;
}

static int check_mask(struct ofs_client *c, const struct ofs_window *w, uint32_t device, uint64_t mask)
{
    if (device != XIAllDevices && (mask & XI_HierarchyChangedMask))
        return ofs_bad(c, BadValue, XI_HierarchyChanged);
    if (w->parent && (mask & RAW_EVENTS))
        return ofs_bad(c, BadValue, XI_RawKeyPress);
    if (partial(mask, XI_TouchBegin, XI_TouchOwnershipChangedMask))
        return ofs_bad(c, BadValue, XI_TouchBegin);
    if (partial(mask, XI_GesturePinchBegin, 0))
        return ofs_bad(c, BadValue, XI_GesturePinchBegin);
    if (partial(mask, XI_GestureSwipeBegin, 0))
        return ofs_bad(c, BadValue, XI_GestureSwipeBegin);
    static const uint8_t exclusive[] = { XI_TouchBegin, XI_GesturePinchBegin, XI_GestureSwipeBegin };
    for (unsigned i = 0; i < OFS_ARRAY_LEN(exclusive); i++)
        if ((mask >> exclusive[i] & 1) && selected_by_other(c, w, device, exclusive[i]))
            return BadAccess;
    return 0;
}

static int set_mask(struct ofs_client *c, struct ofs_window *w, uint32_t device, uint64_t mask, unsigned words)
{
    struct ofs_xi2_select *sel = w->xi2;
    while (sel && sel->client != c)
        sel = sel->next;
    if (!sel) {
        if (!words)
            return 0;
        sel = calloc(1, sizeof(*sel));
        if (!sel)
            return BadAlloc;
        sel->client = c;
        sel->next = w->xi2;
        w->xi2 = sel;
    }
    sel->mask[device] = mask;
    return 0;
}

int ofs_xi_select_events(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t window = ofs_req32(r);
    unsigned count = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!count)
        return ofs_bad(c, BadValue, 0);
    struct ofs_window *w;
    int error = ofs_find_window(c, window, &w);
    if (error)
        return error;
    /* Twice over the masks: nothing is set before all are known to be right. */
    uint32_t start = r->at;
    for (int pass = 0; pass < 2; pass++) {
        r->at = start;
        for (unsigned i = 0; i < count; i++) {
            uint32_t device = ofs_req16(r);
            unsigned words = ofs_req16(r);
            if (r->bad || words * 4 > ofs_req_left(r))
                return BadLength;
            uint64_t mask;
            error = ofs_xi2_find_any(c, device);
            int bits = ofs_xi2_read_mask(c, r, words, &mask);
            if (!error)
                error = check_mask(c, w, device, mask);
            if (!error)
                error = bits;
            if (!error && pass)
                error = set_mask(c, w, device, mask, words);
            if (error)
                return error;
        }
        if (!ofs_req_end(r))
            return BadLength;
    }
    return 0;
}

int ofs_xi_get_selected(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t window = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_window *w;
    int error = ofs_find_window(c, window, &w);
    if (error)
        return error;
    struct ofs_xi2_select *sel = w->xi2;
    while (sel && sel->client != c)
        sel = sel->next;
    unsigned count = 0;
    ofs_reply_begin(c, X_XIGetSelectedEvents);
    ofs_out16(c, 0);
    ofs_out_zero(c, 22);
    for (unsigned i = 0; sel && i < OFS_DEV_COUNT; i++) {
        if (!sel->mask[i])
            continue;
        unsigned words = sel->mask[i] >> 32 ? 2 : 1;
        ofs_out16(c, (uint16_t)i);
        ofs_out16(c, (uint16_t)words);
        for (unsigned b = 0; b < words * 4; b++)
            ofs_out8(c, (uint8_t)(sel->mask[i] >> (b * 8)));
        count++;
    }
    ofs_out_patch16(c, 8, (uint16_t)count);
    ofs_reply_end(c);
    return 0;
}
