/* XTEST 2.2: events made by a client, from the XTEST devices. Source: XTEST extension protocol. */
#include <stdlib.h>

#include <X11/extensions/xtestconst.h>
#include <X11/Xmd.h>

#include <X11/extensions/xtestproto.h>

#include "x11/cursor.h"
#include "x11/input_private.h"

static int get_version(struct ofs_client *c, struct ofs_request *r)
{
    ofs_req_skip(r, 4);
    if (!ofs_req_end(r))
        return BadLength;
    ofs_reply_begin(c, XTestMajorVersion);
    ofs_out16(c, XTestMinorVersion);
    ofs_reply_end(c);
    return 0;
}

/* With a window's own cursor, None where it shows its parent's. */
static int compare_cursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), cursor_id = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_window *w;
    struct ofs_cursor *cursor = ofs_cursor_shown(c->server);
    int error = ofs_find_window(c, id, &w);
    if (!error && cursor_id != XTestCurrentCursor)
        error = ofs_cursor_find_any(c, cursor_id, &cursor);
    if (error)
        return error;
    ofs_reply_begin(c, w->cursor == cursor);
    ofs_reply_end(c);
    return 0;
}

static int grab_control(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t impervious = ofs_req8(r);
    ofs_req_skip(r, 3);
    if (!ofs_req_end(r))
        return BadLength;
    if (impervious > 1)
        return ofs_bad(c, BadValue, impervious);
    c->grab_impervious = impervious;
    return 0;
}

/* ---- FakeInput ---- */

void ofs_xtest_run(struct ofs_server *s, const struct ofs_delayed *e)
{
    struct ofs_device *pointer = ofs_device_get(s, OFS_DEV_XTEST_POINTER);
    if (e->type == MotionNotify)
        ofs_device_motion(s, pointer, e->relative, e->x, e->y);
    else if (e->type == ButtonPress || e->type == ButtonRelease)
        ofs_device_button(s, pointer, e->detail, e->type == ButtonPress);
    else
        ofs_device_key(s, ofs_device_get(s, OFS_DEV_XTEST_KEYBOARD), e->detail, e->type == KeyPress);
}

/* The client sleeps until the event's time: what it asked for afterwards comes after the event. */
static int later(struct ofs_client *c, const struct ofs_delayed *event, uint32_t delay_ms)
{
    struct ofs_delayed *e = malloc(sizeof(*e));
    if (!e)
        return BadAlloc;
    *e = *event;
    e->due_ms = ofs_server_now(c->server) + delay_ms;
    struct ofs_delayed **link = &c->server->input->delayed;
    while (*link && !ofs_time_later((*link)->due_ms, e->due_ms))
        link = &(*link)->next;
    e->next = *link;
    *link = e;
    c->asleep = true;
    return 0;
}

/* The event of a FakeInput of the XInput extension carries the device and, for motion, a second event with the valuators. */
static int check_device(struct ofs_client *c, uint8_t type_byte, uint8_t device, struct ofs_delayed *e, struct ofs_device **out)
{
    static const uint8_t types[] = { 0, KeyPress, KeyRelease, ButtonPress, ButtonRelease, MotionNotify };
    unsigned n = (type_byte & 0x7fu) - OFS_XI_FIRST_EVENT;
    int error = ofs_device_find(c, device & 0x7f, out);
    if (error)
        return error;
    if (!n || n >= OFS_ARRAY_LEN(types) || (n <= 2) == (*out)->pointer)
        return ofs_bad(c, BadValue, type_byte);
    e->type = types[n];
    return 0;
}

static int check_core(struct ofs_client *c, const uint8_t *p, bool swap, struct ofs_delayed *e)
{
    uint32_t root = ofs_get32(p + 8, swap);
    switch (e->type) {
    case KeyPress:
    case KeyRelease:
        return e->detail < 8 ? ofs_bad(c, BadValue, e->detail) : 0;
    case ButtonPress:
    case ButtonRelease:
        return !e->detail || e->detail > OFS_MAX_BUTTON ? ofs_bad(c, BadValue, e->detail) : 0;
    case MotionNotify:
        if (root) {
            struct ofs_window *w;
            int error = ofs_find_window(c, root, &w);
            if (error)
                return error;
            if (w->parent)
                return ofs_bad(c, BadValue, root);
        }
        if (e->detail > 1)
            return ofs_bad(c, BadValue, e->detail);
        e->relative = e->detail;
        e->x = (int16_t)ofs_get16(p + 20, swap);
        e->y = (int16_t)ofs_get16(p + 22, swap);
        return 0;
    default:
        return ofs_bad(c, BadValue, e->type);
    }
}

static int fake_input(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t bytes = ofs_req_left(r);
    if (!bytes || bytes % 32)
        return BadLength;
    const uint8_t *p = ofs_req_bytes(r, 32);
    uint8_t wire_type = p[0] & 0x7f;
    uint32_t delay = ofs_get32(p + 4, r->swap);
    struct ofs_delayed e = { .client = c, .type = wire_type, .detail = p[1] };
    int error;
    if (wire_type >= OFS_XI_FIRST_EVENT) {
        struct ofs_device *d;
        error = check_device(c, p[0], p[31], &e, &d);
        if (error)
            return error;
        if (e.type == MotionNotify) {
            const uint8_t *v = ofs_req_bytes(r, 32);
            if (!v)
                return BadLength;
            /* deviceValuator: type, device, sequence, state 2, count 1, first 1, then the values */
            if (v[0] != OFS_XI_FIRST_EVENT)
                return ofs_bad(c, BadValue, v[0]);
            if (v[6] != 2 || v[7] != 0)
                return ofs_bad(c, BadValue, v[6]);
            e.relative = p[1] != 0;
            e.x = (int32_t)ofs_get32(v + 8, r->swap);
            e.y = (int32_t)ofs_get32(v + 12, r->swap);
        } else {
            error = check_core(c, p, r->swap, &e);
        }
    } else {
        error = bytes != 32 ? BadLength : check_core(c, p, r->swap, &e);
    }
    if (error)
        return error;
    if (delay)
        return later(c, &e, delay);
    ofs_xtest_run(c->server, &e);
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { X_XTestGetVersion, "XTestGetVersion", get_version, 2, 2 },
    { X_XTestCompareCursor, "XTestCompareCursor", compare_cursor, 3, 3 },
    { X_XTestFakeInput, "XTestFakeInput", fake_input, 1, 0 },
    { X_XTestGrabControl, "XTestGrabControl", grab_control, 2, 2 },
};

const struct ofs_extension ofs_ext_xtest = {
    .name = "XTEST", .major = 132, .rows = rows, .row_count = OFS_ARRAY_LEN(rows),
};
