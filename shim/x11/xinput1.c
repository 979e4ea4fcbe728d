/* XInput 1: what a client asks of a device. Its events are not selected and its grabs not made (BadImplementation): clients
 * that want those use version 2. Source: the X11 Input Extension protocol document, X11/extensions/XIproto.h. */
#include <X11/extensions/XI.h>
#include <X11/extensions/XI2proto.h>
#include <X11/extensions/XIproto.h>

#include "x11/core.h"
#include "x11/xinput.h"
#include "x11/xkb.h"

/* Where the events of each class would begin, from the extension's first. Source: XInput's event numbers. */
enum { KEY_EVENTS = 1, BUTTON_EVENTS = 3, MOTION_EVENTS = 5, FOCUS_EVENTS = 6, STATE_EVENTS = 10 };

/* The first byte of most requests is the device. */
static int find_at(struct ofs_client *c, struct ofs_request *r, struct ofs_device **out)
{
    return ofs_device_find(c, ofs_req8(r), out);
}

static void out_class(struct ofs_client *c, uint8_t class, uint8_t first)
{
    ofs_out8(c, class);
    ofs_out8(c, first ? (uint8_t)(OFS_XI_FIRST_EVENT + first) : 0);
}

/* Masters are always open, for the core, and cannot be opened beside. */
int ofs_xi1_open_device(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    int error = find_at(c, r, &d);
    if (error)
        return error;
    if (d->master)
        return ofs_bad(c, OFS_XI_BAD_DEVICE, 0);
    ofs_reply_begin(c, X_OpenDevice);
    ofs_out8(c, 4);
    ofs_out_zero(c, 23);
    if (d->pointer) {
        out_class(c, ButtonClass, BUTTON_EVENTS);
        out_class(c, ValuatorClass, MOTION_EVENTS);
        out_class(c, FeedbackClass, 0);
    } else {
        out_class(c, KeyClass, KEY_EVENTS);
        out_class(c, FeedbackClass, 0);
        out_class(c, FocusClass, FOCUS_EVENTS);
    }
    out_class(c, OtherClass, STATE_EVENTS);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi1_close_device(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    return find_at(c, r, &d);
}

/* No device can be read absolutely. */
int ofs_xi1_set_mode(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    int error = find_at(c, r, &d);
    return error ? error : BadMatch;
}

int ofs_xi1_get_selected(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_reply_begin(c, X_GetSelectedExtensionEvents);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi1_get_dont_propagate(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_reply_begin(c, X_GetDeviceDontPropagateList);
    ofs_reply_end(c);
    return 0;
}

/* There is no history of a single device. */
int ofs_xi1_get_motion(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    ofs_req_skip(r, 8);
    int error = find_at(c, r, &d);
    if (error)
        return error;
    if (!d->pointer)
        return BadMatch;
    ofs_reply_begin(c, X_GetDeviceMotionEvents);
    ofs_out32(c, 0);
    ofs_out8(c, 2); /* axes */
    ofs_out8(c, Absolute);
    ofs_reply_end(c);
    return 0;
}

/* The core's devices are the masters, for good. */
int ofs_xi1_change_core_device(struct ofs_client *c, struct ofs_request *r) { return ofs_bad(c, OFS_XI_BAD_DEVICE, 0); }

int ofs_xi1_get_focus(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    int error = find_at(c, r, &d);
    if (error)
        return error;
    if (d->pointer)
        return ofs_bad(c, OFS_XI_BAD_DEVICE, 0);
    uint32_t focus = ofs_focus_id(d->focus);
    ofs_reply_begin(c, X_GetDeviceFocus);
    ofs_out32(c, focus);
    ofs_out32(c, d->focus_time);
    ofs_out8(c, d->focus_revert);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi1_set_focus(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    uint32_t focus = ofs_req32(r), time = ofs_req32(r);
    uint8_t revert = ofs_req8(r);
    int error = find_at(c, r, &d);
    if (error)
        return error;
    return d->pointer ? ofs_bad(c, OFS_XI_BAD_DEVICE, 0) : ofs_focus_set(c, d, focus, revert, time, true);
}

static void out_pointer_feedback(struct ofs_client *c)
{
    const struct ofs_input *in = c->server->input;
    ofs_out8(c, PtrFeedbackClass);
    ofs_out8(c, 0);
    ofs_out16(c, sizeof(xPtrFeedbackState));
    ofs_out16(c, 0);
    ofs_out16(c, in->accel_num);
    ofs_out16(c, in->accel_denom);
    ofs_out16(c, in->accel_threshold);
}

static void out_keyboard_feedback(struct ofs_client *c)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    ofs_out8(c, KbdFeedbackClass);
    ofs_out8(c, 0);
    ofs_out16(c, sizeof(xKbdFeedbackState));
    ofs_out16(c, (uint16_t)xkb->bell_pitch);
    ofs_out16(c, (uint16_t)xkb->bell_duration);
    ofs_out32(c, xkb->led_state);
    ofs_out32(c, xkb->led_state);
    ofs_out8(c, xkb->controls.enabled & XkbRepeatKeysMask ? AutoRepeatModeOn : AutoRepeatModeOff);
    ofs_out8(c, (uint8_t)xkb->click_percent);
    ofs_out8(c, (uint8_t)xkb->bell_percent);
    ofs_out8(c, 0);
    ofs_out_bytes(c, xkb->controls.per_key_repeat, 32);
}

int ofs_xi1_get_feedback(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    int error = find_at(c, r, &d);
    if (error)
        return error;
    ofs_reply_begin(c, X_GetFeedbackControl);
    ofs_out16(c, 1);
    ofs_out_zero(c, 22);
    if (d->pointer)
        out_pointer_feedback(c);
    else
        out_keyboard_feedback(c);
    ofs_reply_end(c);
    return 0;
}

/* ---- maps ---- */

int ofs_xi1_get_key_map(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    int error = find_at(c, r, &d);
    uint8_t first = ofs_req8(r), count = ofs_req8(r);
    if (error)
        return error;
    if (d->pointer)
        return BadMatch;
    error = ofs_check_keycodes(c, first, count);
    if (error)
        return error;
    unsigned width = ofs_keysyms_per_key(c->server->xkb);
    ofs_reply_begin(c, X_GetDeviceKeyMapping);
    ofs_out8(c, (uint8_t)width);
    ofs_out_zero(c, 23);
    ofs_write_keysyms(c, first, count, width);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi1_get_modifier_map(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    int error = find_at(c, r, &d);
    if (error)
        return error;
    if (d->pointer)
        return BadMatch;
    unsigned width = ofs_keys_per_modifier(c->server->xkb);
    ofs_reply_begin(c, X_GetDeviceModifierMapping);
    ofs_out8(c, (uint8_t)width);
    ofs_out_zero(c, 23);
    ofs_write_modifier_map(c, width);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi1_get_button_map(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    int error = find_at(c, r, &d);
    if (error)
        return error;
    if (!d->pointer)
        return BadMatch;
    ofs_reply_begin(c, X_GetDeviceButtonMapping);
    ofs_out8(c, d->button_count);
    ofs_out_zero(c, 23);
    ofs_out_bytes(c, d->map + 1, d->button_count);
    ofs_reply_end(c);
    return 0;
}

/* ---- state ---- */

static void out_down(struct ofs_client *c, const struct ofs_device *d)
{
    for (unsigned i = 0; i < 4; i++)
        ofs_out8(c, (uint8_t)(d->buttons >> (i * 8)));
    ofs_out_zero(c, 28);
}

int ofs_xi1_query_state(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    int error = find_at(c, r, &d);
    if (error)
        return error;
    ofs_reply_begin(c, X_QueryDeviceState);
    ofs_out8(c, d->pointer ? 2 : 1);
    ofs_out_zero(c, 23);
    ofs_out8(c, d->pointer ? ButtonClass : KeyClass);
    ofs_out8(c, sizeof(xButtonState));
    ofs_out8(c, d->pointer ? d->button_count : 248);
    ofs_out8(c, 0);
    if (d->pointer) {
        out_down(c, d);
        ofs_out8(c, ValuatorClass);
        ofs_out8(c, sizeof(xValuatorState) + 8);
        ofs_out8(c, 2);
        ofs_out8(c, Relative);
        ofs_out32(c, (uint32_t)(int32_t)d->axis[0]);
        ofs_out32(c, (uint32_t)(int32_t)d->axis[1]);
    } else {
        ofs_out_bytes(c, d->keys, 32);
    }
    ofs_reply_end(c);
    return 0;
}

int ofs_xi1_get_control(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_device *d;
    uint16_t control = ofs_req16(r);
    int error = find_at(c, r, &d);
    if (error)
        return error;
    if (control < DEVICE_RESOLUTION || control > DEVICE_ABS_AREA)
        return ofs_bad(c, BadValue, control);
    if (control == DEVICE_ABS_CALIB || control == DEVICE_ABS_AREA || (control == DEVICE_RESOLUTION && !d->pointer))
        return BadMatch;
    ofs_reply_begin(c, X_GetDeviceControl);
    ofs_out_zero(c, 24);
    ofs_out16(c, control);
    if (control == DEVICE_RESOLUTION) {
        ofs_out16(c, sizeof(xDeviceResolutionState) + 3 * 2 * 4);
        ofs_out32(c, 2);
        ofs_out_zero(c, 3 * 2 * 4); /* resolution, least and most of each axis: not known */
    } else {
        ofs_out16(c, sizeof(xDeviceCoreState));
        ofs_out8(c, 1);                      /* enabled */
        ofs_out8(c, control == DEVICE_CORE); /* what it does reaches the core's clients */
        ofs_out16(c, 0);
    }
    ofs_reply_end(c);
    return 0;
}

int ofs_xi1_refuse(struct ofs_client *c, struct ofs_request *r) { return BadImplementation; }
