/* XInput 2 requests about grabs. */
#include <X11/extensions/XI2.h>
#include <X11/extensions/XI2proto.h>

#include "x11/cursor.h"
#include "x11/xinput.h"

int ofs_xi_grab_device(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_grab_request q = { .level = OFS_LEVEL_XI2 };
    q.window = ofs_req32(r);
    q.time = ofs_req32(r);
    q.cursor = ofs_req32(r);
    uint32_t id = ofs_req16(r);
    uint8_t mode = ofs_req8(r), paired_mode = ofs_req8(r);
    q.owner_events = ofs_req8(r);
    ofs_req_skip(r, 1);
    unsigned words = ofs_req16(r);
    if (r->bad || words * 4 != ofs_req_left(r))
        return BadLength;
    struct ofs_device *d;
    int error = ofs_device_find(c, id, &d);
    if (error)
        return error;
    if (!d->master)
        paired_mode = GrabModeAsync;
    q.pointer_mode = d->pointer ? mode : paired_mode;
    q.keyboard_mode = d->pointer ? paired_mode : mode;
    error = ofs_xi2_read_mask(c, r, words, &q.xi2_mask);
    uint8_t status = GrabSuccess;
    if (!error)
        error = ofs_grab_device(c, d, &q, &status);
    if (error)
        return error;
    ofs_reply_begin(c, X_XIGrabDevice);
    ofs_out8(c, status);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi_ungrab_device(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t time = ofs_req32(r), id = ofs_req16(r), now = ofs_server_now(c->server);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_device *d;
    int error = ofs_device_find(c, id, &d);
    if (error)
        return error;
    if (time == CurrentTime)
        time = now;
    if (d->grab && d->grab->client == c && d->grab->level == OFS_LEVEL_XI2 && !ofs_time_later(time, now) &&
        !ofs_time_later(d->grab_time, time))
        ofs_grab_deactivate(c->server, d);
    return 0;
}

int ofs_xi_allow_events(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t time = ofs_req32(r), id = ofs_req16(r);
    uint8_t mode = ofs_req8(r);
    ofs_req_skip(r, 1);
    bool touch = c->xi2_major > 2 || c->xi2_minor >= 2; /* the request has two more fields from 2.2 on */
    if (r->bad || (touch && ofs_req_left(r) < 8))
        return BadLength;
    uint32_t window = 0;
    if (touch) {
        ofs_req_skip(r, 4);
        window = ofs_req32(r);
    }
    struct ofs_device *d;
    int error = ofs_device_find(c, id, &d);
    if (error)
        return error;
    switch (mode) {
    case XIReplayDevice: ofs_grab_allow(c, d, time, OFS_ALLOW_REPLAY); break;
    case XISyncDevice: ofs_grab_allow(c, d, time, OFS_ALLOW_SYNC); break;
    case XIAsyncDevice: ofs_grab_allow(c, d, time, OFS_ALLOW_ASYNC); break;
    case XIAsyncPairedDevice:
        if (d->master)
            ofs_grab_allow(c, d, time, OFS_ALLOW_ASYNC_OTHER);
        break;
    case XISyncPair:
        if (d->master)
            ofs_grab_allow(c, d, time, OFS_ALLOW_SYNC_BOTH);
        break;
    case XIAsyncPair:
        if (d->master)
            ofs_grab_allow(c, d, time, OFS_ALLOW_ASYNC_BOTH);
        break;
    case XIAcceptTouch:
    case XIRejectTouch: {
        struct ofs_window *w;
        if (!touch)
            return ofs_bad(c, BadValue, 0);
        error = ofs_find_window(c, window, &w);
        return error ? error : ofs_bad(c, OFS_XI_BAD_DEVICE, id); /* no device has touch */
    }
    default: return ofs_bad(c, BadValue, mode);
    }
    return 0;
}

/* ---- passive ---- */

/* What the request says sets the grab off; 0 and the core code of the event, or BadValue. */
static int grab_type(struct ofs_client *c, uint8_t type, uint32_t detail, uint8_t last_without_detail, uint8_t *out)
{
    static const uint8_t codes[] = {
        [XIGrabtypeButton] = XI_ButtonPress, [XIGrabtypeKeycode] = XI_KeyPress, [XIGrabtypeEnter] = XI_Enter,
        [XIGrabtypeFocusIn] = XI_FocusIn, [XIGrabtypeTouchBegin] = XI_TouchBegin,
        [XIGrabtypeGesturePinchBegin] = XI_GesturePinchBegin, [XIGrabtypeGestureSwipeBegin] = XI_GestureSwipeBegin,
    };
    if (type >= OFS_ARRAY_LEN(codes))
        return ofs_bad(c, BadValue, type);
    if (type > XIGrabtypeKeycode && type <= last_without_detail && detail)
        return ofs_bad(c, BadValue, detail);
    *out = codes[type];
    return 0;
}

static int check_modifiers(struct ofs_client *c, uint32_t wire, uint32_t *out)
{
    if (wire != XIAnyModifier && wire != AnyModifier && (wire & ~0xffu))
        return ofs_bad(c, BadValue, wire);
    *out = wire & ~0xffu ? OFS_ANY_MODIFIER : wire;
    return 0;
}

static int check_modes(struct ofs_client *c, uint8_t type, const struct ofs_grab *g, bool keyboard, uint8_t owner_events)
{
    uint8_t own = keyboard ? g->keyboard_mode : g->pointer_mode, paired = keyboard ? g->pointer_mode : g->keyboard_mode;
    if (type == XIGrabtypeTouchBegin && (own != XIGrabModeTouch || paired != GrabModeAsync))
        return ofs_bad(c, BadValue, own);
    if (g->keyboard_mode > XIGrabModeTouch)
        return ofs_bad(c, BadValue, g->keyboard_mode);
    if (g->pointer_mode > XIGrabModeTouch)
        return ofs_bad(c, BadValue, g->pointer_mode);
    return owner_events > 1 ? ofs_bad(c, BadValue, owner_events) : 0;
}

/* One grab for each of the modifiers that follow in the request; the reply says which were not to be had. A key grab on a
 * pointer (`keyless`) fails as each of its combinations does, not as a request. */
static int add_all(struct ofs_client *c, struct ofs_request *r, struct ofs_grab *grab, unsigned count, bool keyless)
{
    /* All modifiers are looked at before any grab is made: an error leaves nothing behind. */
    uint32_t start = r->at, modifiers;
    int error = 0;
    for (unsigned i = 0; i < count && !error; i++)
        error = check_modifiers(c, ofs_req32(r), &modifiers);
    if (error)
        return error;
    unsigned failed = 0;
    ofs_reply_begin(c, X_XIPassiveGrabDevice);
    ofs_out16(c, 0);
    ofs_out_zero(c, 22);
    r->at = start;
    for (unsigned i = 0; i < count; i++) {
        uint32_t wire = ofs_req32(r);
        check_modifiers(c, wire, &grab->modifiers);
        int status = keyless ? BadMatch : ofs_passive_add(c, grab);
        if (!status)
            continue;
        ofs_out32(c, wire);
        ofs_out8(c, (uint8_t)status);
        ofs_out_zero(c, 3);
        failed++;
    }
    ofs_out_patch16(c, 8, (uint16_t)failed);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi_passive_grab(struct ofs_client *c, struct ofs_request *r)
{
    ofs_req_skip(r, 4); /* time: unused in the protocol too */
    uint32_t window = ofs_req32(r), cursor = ofs_req32(r), detail = ofs_req32(r), id = ofs_req16(r);
    unsigned count = ofs_req16(r), words = ofs_req16(r);
    uint8_t type = ofs_req8(r), mode = ofs_req8(r), paired_mode = ofs_req8(r), owner_events = ofs_req8(r);
    ofs_req_skip(r, 2);
    if (r->bad || (count + words) * 4 != ofs_req_left(r))
        return BadLength;
    bool keyboard = id == OFS_DEV_KEYBOARD || id == OFS_DEV_XTEST_KEYBOARD || id == OFS_DEV_KEYS;
    struct ofs_grab grab = {
        .client = c, .level = OFS_LEVEL_XI2, .device = (uint8_t)id, .detail = (uint8_t)detail, .owner_events = owner_events,
        .pointer_mode = keyboard ? paired_mode : mode, .keyboard_mode = keyboard ? mode : paired_mode,
    };
    int error = ofs_xi2_find_any(c, id);
    if (!error)
        error = grab_type(c, type, detail, XIGrabtypeGestureSwipeBegin, &grab.type);
    if (!error && type == XIGrabtypeTouchBegin)
        error = check_modes(c, type, &grab, keyboard, owner_events);
    if (!error && detail > 255)
        return ofs_bad(c, XIAlreadyGrabbed, 0); /* sic: the X server sends the grab status as an error code */
    uint64_t mask = 0;
    if (!error)
        error = ofs_xi2_read_mask(c, r, words, &mask);
    if (!error)
        error = ofs_cursor_find_any(c, cursor, &grab.cursor);
    if (!error)
        error = ofs_find_window(c, window, &grab.window);
    if (!error)
        error = check_modes(c, type, &grab, keyboard, owner_events);
    if (error)
        return error;
    grab.xi2_mask[id] = mask;

    return add_all(c, r, &grab, count, type == XIGrabtypeKeycode && !keyboard && id > XIAllMasterDevices);
}

int ofs_xi_passive_ungrab(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t window = ofs_req32(r), detail = ofs_req32(r), id = ofs_req16(r);
    unsigned count = ofs_req16(r);
    uint8_t type = ofs_req8(r);
    ofs_req_skip(r, 3);
    if (r->bad || count * 4 != ofs_req_left(r))
        return BadLength;
    struct ofs_grab like = { .level = OFS_LEVEL_XI2, .device = (uint8_t)id, .detail = (uint8_t)detail };
    int error = ofs_xi2_find_any(c, id);
    if (!error)
        error = grab_type(c, type, detail, XIGrabtypeTouchBegin, &like.type);
    if (!error && detail > 255)
        error = ofs_bad(c, BadValue, detail);
    if (!error)
        error = ofs_find_window(c, window, &like.window);
    for (unsigned i = 0; i < count && !error; i++) {
        uint32_t wire = ofs_req32(r);
        if (check_modifiers(c, wire, &like.modifiers) == 0)
            error = ofs_passive_remove(c, &like);
    }
    return error;
}
