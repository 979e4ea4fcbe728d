/* The core requests about grabs. Source: X11 protocol, GrabPointer to AllowEvents. */
#include "x11/core.h"
#include "x11/cursor.h"
#include "x11/input_private.h"

#define POINTER_EVENTS                                                                                             \
    (ButtonPressMask | ButtonReleaseMask | EnterWindowMask | LeaveWindowMask | PointerMotionMask |                 \
     PointerMotionHintMask | KeymapStateMask | Button1MotionMask | Button2MotionMask | Button3MotionMask |         \
     Button4MotionMask | Button5MotionMask | ButtonMotionMask)

static struct ofs_device *pointer_of(struct ofs_client *c) { return ofs_device_get(c->server, OFS_DEV_POINTER); }
static struct ofs_device *keyboard_of(struct ofs_client *c) { return ofs_device_get(c->server, OFS_DEV_KEYBOARD); }

static void reply_status(struct ofs_client *c, uint8_t status)
{
    ofs_reply_begin(c, status);
    ofs_reply_end(c);
}

int ofs_core_GrabPointer(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_grab_request q = { .level = OFS_LEVEL_CORE, .owner_events = r->minor };
    q.window = ofs_req32(r);
    q.core_mask = ofs_req16(r);
    q.pointer_mode = ofs_req8(r);
    q.keyboard_mode = ofs_req8(r);
    q.confine_to = ofs_req32(r);
    q.cursor = ofs_req32(r);
    q.time = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    if (q.core_mask & ~POINTER_EVENTS)
        return ofs_bad(c, BadValue, q.core_mask);
    struct ofs_window *confine_to;
    int error = q.confine_to ? ofs_find_window(c, q.confine_to, &confine_to) : 0;
    uint8_t status = GrabSuccess;
    if (!error)
        error = ofs_grab_device(c, pointer_of(c), &q, &status);
    if (error)
        return error;
    reply_status(c, status);
    return 0;
}

int ofs_core_GrabKeyboard(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_grab_request q = { .level = OFS_LEVEL_CORE, .owner_events = r->minor, .core_mask = KeyPressMask | KeyReleaseMask };
    q.window = ofs_req32(r);
    q.time = ofs_req32(r);
    q.pointer_mode = ofs_req8(r);
    q.keyboard_mode = ofs_req8(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    uint8_t status = GrabSuccess;
    int error = ofs_grab_device(c, keyboard_of(c), &q, &status);
    if (error)
        return error;
    reply_status(c, status);
    return 0;
}

/* This client's grab, and the request's time is neither before it nor in the future. */
static bool may_change(struct ofs_client *c, const struct ofs_device *d, uint32_t time)
{
    uint32_t now = ofs_server_now(c->server);
    if (time == CurrentTime)
        time = now;
    return d->grab && d->grab->client == c && !ofs_time_later(time, now) && !ofs_time_later(d->grab_time, time);
}

int ofs_core_UngrabPointer(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t time = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    if (may_change(c, pointer_of(c), time))
        ofs_grab_deactivate(c->server, pointer_of(c));
    return 0;
}

int ofs_core_UngrabKeyboard(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t time = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_device *d = keyboard_of(c);
    if (may_change(c, d, time) && d->grab->level == OFS_LEVEL_CORE)
        ofs_grab_deactivate(c->server, d);
    return 0;
}

int ofs_core_ChangeActivePointerGrab(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t cursor_id = ofs_req32(r), time = ofs_req32(r), mask = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    if (mask & ~POINTER_EVENTS)
        return ofs_bad(c, BadValue, mask);
    struct ofs_cursor *cursor;
    int error = ofs_cursor_find_any(c, cursor_id, &cursor);
    if (error)
        return error;
    struct ofs_device *d = pointer_of(c);
    if (may_change(c, d, time)) {
        ofs_cursor_set(&d->grab->cursor, cursor);
        d->grab->core_mask = mask;
        ofs_cursor_update(c->server);
    }
    return 0;
}

/* ---- passive ---- */

static int check_modifiers(struct ofs_client *c, uint32_t modifiers, uint32_t *out)
{
    if (modifiers != AnyModifier && (modifiers & ~0xffu))
        return ofs_bad(c, BadValue, modifiers);
    *out = modifiers == AnyModifier ? OFS_ANY_MODIFIER : modifiers;
    return 0;
}

int ofs_core_GrabButton(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t window = ofs_req32(r);
    uint32_t mask = ofs_req16(r);
    uint8_t pointer_mode = ofs_req8(r), keyboard_mode = ofs_req8(r);
    uint32_t confine_to = ofs_req32(r), cursor = ofs_req32(r);
    uint8_t button = ofs_req8(r);
    ofs_req_skip(r, 1);
    uint32_t modifiers = ofs_req16(r);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_grab grab = {
        .client = c, .device = OFS_DEV_POINTER, .level = OFS_LEVEL_CORE, .type = ButtonPress, .detail = button,
        .owner_events = r->minor, .pointer_mode = pointer_mode, .keyboard_mode = keyboard_mode, .core_mask = mask,
    };
    if (pointer_mode > GrabModeAsync)
        return ofs_bad(c, BadValue, pointer_mode);
    if (keyboard_mode > GrabModeAsync)
        return ofs_bad(c, BadValue, keyboard_mode);
    int error = check_modifiers(c, modifiers, &grab.modifiers);
    if (error)
        return error;
    if (r->minor > 1)
        return ofs_bad(c, BadValue, r->minor);
    if (mask & ~POINTER_EVENTS)
        return ofs_bad(c, BadValue, mask);
    error = ofs_find_window(c, window, &grab.window);
    if (!error && confine_to)
        error = ofs_find_window(c, confine_to, &grab.confine_to);
    if (!error)
        error = ofs_cursor_find_any(c, cursor, &grab.cursor);
    return error ? error : ofs_passive_add(c, &grab);
}

int ofs_core_UngrabButton(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_grab like = { .device = OFS_DEV_POINTER, .level = OFS_LEVEL_CORE, .type = ButtonPress, .detail = r->minor };
    uint32_t window = ofs_req32(r), modifiers = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    int error = check_modifiers(c, modifiers, &like.modifiers);
    if (!error)
        error = ofs_find_window(c, window, &like.window);
    return error ? error : ofs_passive_remove(c, &like);
}

static int check_key(struct ofs_client *c, uint8_t key)
{
    return key != AnyKey && key < 8 ? ofs_bad(c, BadValue, key) : 0;
}

int ofs_core_GrabKey(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t window = ofs_req32(r), modifiers = ofs_req16(r);
    uint8_t key = ofs_req8(r), pointer_mode = ofs_req8(r), keyboard_mode = ofs_req8(r);
    ofs_req_skip(r, 3);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_grab grab = {
        .client = c, .device = OFS_DEV_KEYBOARD, .level = OFS_LEVEL_CORE, .type = KeyPress, .detail = key,
        .owner_events = r->minor, .pointer_mode = pointer_mode, .keyboard_mode = keyboard_mode,
        .core_mask = KeyPressMask | KeyReleaseMask,
    };
    if (keyboard_mode > GrabModeAsync)
        return ofs_bad(c, BadValue, keyboard_mode);
    if (pointer_mode > GrabModeAsync)
        return ofs_bad(c, BadValue, pointer_mode);
    int error = check_modifiers(c, modifiers, &grab.modifiers);
    if (error)
        return error;
    if (r->minor > 1)
        return ofs_bad(c, BadValue, r->minor);
    error = check_key(c, key);
    if (!error)
        error = ofs_find_window(c, window, &grab.window);
    return error ? error : ofs_passive_add(c, &grab);
}

int ofs_core_UngrabKey(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_grab like = { .device = OFS_DEV_KEYBOARD, .level = OFS_LEVEL_CORE, .type = KeyPress, .detail = r->minor };
    uint32_t window = ofs_req32(r), modifiers = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    int error = ofs_find_window(c, window, &like.window);
    if (!error)
        error = check_key(c, like.detail);
    if (!error)
        error = check_modifiers(c, modifiers, &like.modifiers);
    return error ? error : ofs_passive_remove(c, &like);
}

int ofs_core_AllowEvents(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t time = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    static const struct { bool keyboard; enum ofs_allow how; } modes[] = {
        [AsyncPointer] = { false, OFS_ALLOW_ASYNC }, [SyncPointer] = { false, OFS_ALLOW_SYNC },
        [ReplayPointer] = { false, OFS_ALLOW_REPLAY }, [AsyncKeyboard] = { true, OFS_ALLOW_ASYNC },
        [SyncKeyboard] = { true, OFS_ALLOW_SYNC }, [ReplayKeyboard] = { true, OFS_ALLOW_REPLAY },
        [AsyncBoth] = { true, OFS_ALLOW_ASYNC_BOTH }, [SyncBoth] = { true, OFS_ALLOW_SYNC_BOTH },
    };
    if (r->minor >= OFS_ARRAY_LEN(modes))
        return ofs_bad(c, BadValue, r->minor);
    ofs_grab_allow(c, modes[r->minor].keyboard ? keyboard_of(c) : pointer_of(c), time, modes[r->minor].how);
    return 0;
}
