/* The XKEYBOARD extension's request table, and its requests about clients, state and the bell. */
#include <X11/X.h>
#include <stdlib.h>

#include "x11/input.h"
#include "x11/xkb.h"

/* XInput's BadDevice: the code X.Org servers answer an unknown device with. */
enum { XI_BAD_DEVICE = 129 };

int ofs_xkb_begin(struct ofs_client *c, uint32_t spec, enum ofs_xkb_want want, uint8_t *device_out)
{
    if (!c->xkb || !c->xkb->ready)
        return BadAccess;
    uint32_t id = spec;
    if (id == XkbDfltXIId && want == OFS_XKB_KEYBOARD)
        id = XkbUseCoreKbd;
    else if (id == XkbDfltXIId && want == OFS_XKB_LED)
        id = XkbUseCorePtr;
    if (id == XkbUseCoreKbd)
        id = OFS_XKB_DEVICE;
    else if (id == XkbUseCorePtr)
        id = OFS_XKB_POINTER;
    if (id < 2 || id > 7)
        return ofs_bad(c, XI_BAD_DEVICE, ofs_xkb_code2(XkbErr_BadDevice, spec));
    /* Even ids are pointers: they have no keys, no bell and no lights. */
    if (want != OFS_XKB_ANY && id % 2 == 0)
        return ofs_bad(c, OFS_XKB_ERROR, ofs_xkb_code2(XkbErr_BadClass, spec));
    *device_out = (uint8_t)id;
    return 0;
}

int ofs_xkb_req_UseExtension(struct ofs_client *c, struct ofs_request *r)
{
    uint16_t major = ofs_req16(r), minor = ofs_req16(r);
    struct ofs_xkb_client *xc = ofs_xkb_client(c);
    if (!xc)
        return BadAlloc;
    /* 0.65 was the last draft and is the same. */
    bool supported = major == XkbMajorVersion || (major == 0 && minor == 65);
    xc->ready |= supported;
    ofs_reply_begin(c, supported);
    ofs_out16(c, XkbMajorVersion);
    ofs_out16(c, XkbMinorVersion);
    ofs_reply_end(c);
    return 0;
}

/* ---- SelectEvents ---- */

struct selection {
    void *mask;
    uint32_t legal;
    uint8_t bytes;
};

static struct selection selection_of(struct ofs_xkb_client *xc, unsigned event)
{
    switch (event) {
    case XkbNewKeyboardNotify: return (struct selection){ &xc->new_keyboard, XkbAllNewKeyboardEventsMask, 2 };
    case XkbStateNotify: return (struct selection){ &xc->state, XkbAllStateEventsMask, 2 };
    case XkbControlsNotify: return (struct selection){ &xc->controls, XkbAllControlEventsMask, 4 };
    case XkbIndicatorStateNotify: return (struct selection){ &xc->led_state, XkbAllIndicatorEventsMask, 4 };
    case XkbIndicatorMapNotify: return (struct selection){ &xc->led_map, XkbAllIndicatorEventsMask, 4 };
    case XkbNamesNotify: return (struct selection){ &xc->names, XkbAllNameEventsMask, 2 };
    case XkbCompatMapNotify: return (struct selection){ &xc->compat, XkbAllCompatMapEventsMask, 1 };
    case XkbBellNotify: return (struct selection){ &xc->bell, XkbAllBellEventsMask, 1 };
    case XkbActionMessage: return (struct selection){ &xc->message, XkbAllActionMessagesMask, 1 };
    case XkbAccessXNotify: return (struct selection){ &xc->access_x, XkbAllAccessXEventsMask, 2 };
    case XkbExtensionDeviceNotify: return (struct selection){ &xc->device, XkbAllExtensionDeviceEventsMask, 2 };
    default: return (struct selection){ NULL, 0, 0 };
    }
}

static void select_masked(const struct selection *sel, uint32_t affect, uint32_t value)
{
    if (sel->bytes == 1) {
        uint8_t *mask = sel->mask;
        *mask = (uint8_t)((*mask & ~affect) | (value & affect));
    } else if (sel->bytes == 2) {
        uint16_t *mask = sel->mask;
        *mask = (uint16_t)((*mask & ~affect) | (value & affect));
    } else {
        uint32_t *mask = sel->mask;
        *mask = (*mask & ~affect) | (value & affect);
    }
}

/* One event's pair of masks in the request. */
static int select_detail(struct ofs_client *c, struct ofs_request *r, unsigned event, const struct selection *sel)
{
    uint32_t affect = sel->bytes == 1 ? ofs_req8(r) : sel->bytes == 2 ? ofs_req16(r) : ofs_req32(r);
    uint32_t value = sel->bytes == 1 ? ofs_req8(r) : sel->bytes == 2 ? ofs_req16(r) : ofs_req32(r);
    if (sel->bytes == 1)
        ofs_req_skip(r, 2);
    if (r->bad)
        return BadLength;
    if (value & ~affect)
        return ofs_bad(c, BadMatch, ofs_xkb_code2(event, value & ~affect));
    if (affect & ~sel->legal)
        return ofs_bad(c, BadValue, ofs_xkb_code2(event, affect & ~sel->legal));
    select_masked(sel, affect, value);
    return 0;
}

int ofs_xkb_req_SelectEvents(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r), which = ofs_req16(r), clear = ofs_req16(r), all = ofs_req16(r);
    uint16_t affect_map = ofs_req16(r), map = ofs_req16(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_ANY, &device);
    if (error)
        return error;
    struct ofs_xkb_client unused = { 0 }, *xc = c->xkb;
    if (which & XkbMapNotifyMask)
        xc->map = (uint16_t)((xc->map & ~affect_map) | (affect_map & map));
    which &= (uint16_t)~XkbMapNotifyMask;
    if (!which)
        return 0;
    /* Only the master keyboard sends events: selections on other devices are checked and have nothing to give. */
    for (unsigned event = 0; event < 16; event++) {
        uint32_t bit = 1u << event;
        if (!(which & bit))
            continue;
        bool per_client = event == XkbNewKeyboardNotify;
        struct selection sel = selection_of(device == OFS_XKB_DEVICE || per_client ? xc : &unused, event);
        if (!sel.mask)
            return ofs_bad(c, BadValue, ofs_xkb_code2(33, bit));
        if (clear & bit)
            select_masked(&sel, ~0u, 0);
        else if (all & bit)
            select_masked(&sel, ~0u, ~0u);
        else if ((error = select_detail(c, r, event, &sel)) != 0)
            return error;
    }
    return ofs_req_left(r) > 2 ? BadLength : 0;
}

bool ofs_xkb_detectable_repeat(const struct ofs_client *c)
{
    return c->xkb && (c->xkb->flags & XkbPCF_DetectableAutoRepeatMask);
}

int ofs_xkb_req_PerClientFlags(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t change = ofs_req32(r), value = ofs_req32(r), affect = ofs_req32(r), controls = ofs_req32(r);
    uint32_t values = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (change & ~(uint32_t)XkbPCF_AllFlagsMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x01, change & ~(uint32_t)XkbPCF_AllFlagsMask));
    if (value & ~change)
        return ofs_bad(c, BadMatch, ofs_xkb_code2(0x02, value & ~change));
    struct ofs_xkb_client *xc = c->xkb;
    if ((change & value) & XkbPCF_AutoResetControlsMask) {
        if (affect & ~(uint32_t)XkbAllBooleanCtrlsMask)
            return ofs_bad(c, BadValue, ofs_xkb_code2(0x03, affect & ~(uint32_t)XkbAllBooleanCtrlsMask));
        if (controls & ~affect)
            return ofs_bad(c, BadMatch, ofs_xkb_code2(0x04, controls & ~affect));
        if (values & ~controls)
            return ofs_bad(c, BadMatch, ofs_xkb_code2(0x05, values & ~controls));
        xc->auto_controls = (xc->auto_controls & ~affect) | (affect & controls);
        xc->auto_values = (xc->auto_values & ~affect) | (affect & values);
    } else if (change & XkbPCF_AutoResetControlsMask) {
        xc->auto_controls = xc->auto_values = 0;
    }
    xc->flags = (uint8_t)((xc->flags & ~change) | (change & value));
    ofs_reply_begin(c, 0); /* the flags are the client's, not the device's: X.Org servers name none */
    ofs_out32(c, XkbPCF_AllFlagsMask);
    ofs_out32(c, xc->flags & XkbPCF_AllFlagsMask);
    ofs_out32(c, xc->auto_controls);
    ofs_out32(c, xc->auto_values);
    ofs_reply_end(c);
    return 0;
}

/* ---- state ---- */

int ofs_xkb_req_GetState(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    int error = ofs_xkb_begin(c, ofs_req16(r), OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    const struct ofs_xkb_state *st = &c->server->xkb->state;
    ofs_reply_begin(c, device);
    ofs_out8(c, st->lookup_mods);
    ofs_out8(c, st->base_mods);
    ofs_out8(c, st->latched_mods);
    ofs_out8(c, st->locked_mods);
    ofs_out8(c, st->group);
    ofs_out8(c, st->locked_group);
    ofs_out16(c, (uint16_t)st->base_group);
    ofs_out16(c, (uint16_t)st->latched_group);
    ofs_out8(c, st->compat_state);
    ofs_out_zero(c, 5); /* grab and lookup modifiers: X.Org servers leave them 0 here */
    ofs_out16(c, ofs_input_state(c->server) & 0x1F00);
    ofs_reply_end(c);
    return 0;
}

int ofs_xkb_req_LatchLockState(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    uint8_t affect_locks = ofs_req8(r), locks = ofs_req8(r), lock_group = ofs_req8(r), group_lock = ofs_req8(r);
    uint8_t affect_latches = ofs_req8(r), latches = ofs_req8(r);
    ofs_req_skip(r, 1);
    uint8_t latch_group = ofs_req8(r);
    int16_t group_latch = ofs_req_i16(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (locks & ~affect_locks)
        return ofs_bad(c, BadMatch, ofs_xkb_code2(0x01, locks & (uint8_t)~affect_locks));
    if (latches & ~affect_latches)
        return ofs_bad(c, BadMatch, ofs_xkb_code2(0x01, latches & (uint8_t)~affect_latches));
    struct ofs_xkb *xkb = c->server->xkb;
    struct ofs_xkb_state old = xkb->state;
    xkb->state.locked_mods = (uint8_t)((xkb->state.locked_mods & ~affect_locks) | locks);
    if (lock_group)
        xkb->state.locked_group = group_lock;
    if (affect_latches)
        ofs_xkb_latch_mods(xkb, affect_latches, latches);
    if (latch_group)
        ofs_xkb_latch_group(xkb, group_latch);
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbLatchLockState };
    ofs_xkb_state_changed(c->server, &old, &cause);
    ofs_xkb_update_leds(c->server, ~0u);
    return 0;
}

/* ---- bell: there is nothing to hear, but there are events ---- */

int ofs_xkb_req_Bell(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r), bell_class = ofs_req16(r), bell_id = ofs_req16(r);
    int8_t percent = (int8_t)ofs_req8(r);
    uint8_t force = ofs_req8(r), event_only = ofs_req8(r);
    ofs_req_skip(r, 1);
    int16_t pitch = ofs_req_i16(r), duration = ofs_req_i16(r);
    ofs_req_skip(r, 2);
    uint32_t name = ofs_req32(r), window = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_BELL, &device);
    if (error)
        return error;
    if (name && !ofs_atom_name(c->server, name, &(size_t){ 0 }))
        return ofs_bad(c, BadAtom, name);
    if (force && event_only)
        return ofs_bad(c, BadMatch, ofs_xkb_code3(0x01, force, event_only));
    if (percent < -100 || percent > 100)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x02, (uint32_t)percent));
    if (duration < -1)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x03, (uint32_t)duration));
    if (pitch < -1)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x04, (uint32_t)pitch));
    struct ofs_window *w;
    if (window && (error = ofs_find_window(c, window, &w)) != 0)
        return error;
    if (bell_class == XkbDfltXIClass)
        bell_class = 0; /* KbdFeedbackClass */
    if (bell_class != 0)
        return ofs_bad(c, BadValue, ofs_xkb_code2(bell_class == 5 ? 0x06 : 0x07, bell_class == 5 ? bell_id : bell_class));
    if (bell_id != XkbDfltXIId && bell_id != 0)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x05, bell_id));
    struct ofs_xkb_bell bell = { percent, pitch, duration, name, window, event_only };
    if (!force && device == OFS_XKB_DEVICE) /* a forced sound is no event, and slaves have none to tell */
        ofs_xkb_notify_bell(c->server, &bell);
    return 0;
}

int ofs_xkb_req_SetDebuggingFlags(struct ofs_client *c, struct ofs_request *r)
{
    ofs_req_skip(r, 4); /* the length of a message for the server's log, which follows: nobody reads it */
    uint32_t affect = ofs_req32(r), flags = ofs_req32(r), affect_controls = ofs_req32(r), controls = ofs_req32(r);
    struct ofs_xkb *xkb = c->server->xkb;
    xkb->debug_flags = (xkb->debug_flags & ~affect) | (flags & affect);
    xkb->debug_controls = (xkb->debug_controls & ~affect_controls) | (controls & affect_controls);
    ofs_reply_begin(c, 0);
    ofs_out32(c, xkb->debug_flags);
    ofs_out32(c, xkb->debug_controls);
    ofs_out32(c, ~0u);
    ofs_out32(c, ~0u);
    ofs_reply_end(c);
    return 0;
}

/* ---- the extension ---- */

static void client_gone(struct ofs_client *c)
{
    if (!c->xkb)
        return;
    struct ofs_xkb *xkb = c->server->xkb;
    struct ofs_xkb_controls old = xkb->controls;
    uint32_t controls = c->xkb->auto_controls, values = c->xkb->auto_values;
    free(c->xkb);
    c->xkb = NULL;
    xkb->controls.enabled = (xkb->controls.enabled & ~controls) | (controls & values);
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbPerClientFlags };
    ofs_xkb_notify_controls(c->server, &old, &cause);
    ofs_xkb_update_leds(c->server, ofs_xkb_leds_of_controls(xkb));
}

#define ROW(opcode, name, min, max) { opcode, "Xkb" #name, ofs_xkb_req_##name, min, max },
static const struct ofs_handler_row rows[] = { OFS_XKB_REQUESTS(ROW) };
#undef ROW

const struct ofs_extension ofs_ext_xkb = {
    .name = XkbName,
    .major = OFS_XKB_MAJOR,
    .first_event = OFS_XKB_EVENT,
    .first_error = OFS_XKB_ERROR,
    .rows = rows,
    .row_count = OFS_ARRAY_LEN(rows),
    .client_gone = client_gone,
};
