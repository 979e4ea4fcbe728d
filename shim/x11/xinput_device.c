/* What the devices are, as XIQueryDevice and XInput 1's ListInputDevices tell it. */
#include <X11/extensions/XI.h>
#include <X11/extensions/XI2.h>
#include <X11/extensions/XI2proto.h>
#include <X11/extensions/XIproto.h>

#include "x11/xinput.h"

#define FIRST_KEY 8u
#define LAST_KEY 255u
#define MOTION_BUFFER 256

static const char *const button_labels[] = {
    "Button Left", "Button Middle", "Button Right", "Button Wheel Up", "Button Wheel Down", "Button Horiz Wheel Left",
    "Button Horiz Wheel Right",
};
static const char *const axis_labels[] = { "Rel X", "Rel Y" };

static uint32_t atom(struct ofs_server *s, const char *name) { return ofs_atom(s, name, strlen(name), false); }

unsigned ofs_xi2_write_classes(struct ofs_client *c, const struct ofs_device *d, uint8_t source, bool buttons)
{
    if (!d->pointer) {
        unsigned n = LAST_KEY - FIRST_KEY + 1;
        ofs_out16(c, XIKeyClass);
        ofs_out16(c, (uint16_t)(2 + n));
        ofs_out16(c, source);
        ofs_out16(c, (uint16_t)n);
        for (unsigned key = FIRST_KEY; key <= LAST_KEY; key++)
            ofs_out32(c, key);
        return 1;
    }
    unsigned n = d->button_count;
    ofs_out16(c, XIButtonClass);
    ofs_out16(c, (uint16_t)(2 + 1 + n));
    ofs_out16(c, source);
    ofs_out16(c, (uint16_t)n);
    uint32_t down = buttons ? d->buttons : 0;
    for (unsigned i = 0; i < 4; i++)
        ofs_out8(c, (uint8_t)(down >> (i * 8)));
    for (unsigned i = 0; i < n; i++)
        ofs_out32(c, i < OFS_ARRAY_LEN(button_labels) ? atom(c->server, button_labels[i]) : 0);
    for (unsigned i = 0; i < 2; i++) {
        ofs_out16(c, XIValuatorClass);
        ofs_out16(c, sizeof(xXIValuatorInfo) / 4);
        ofs_out16(c, source);
        ofs_out16(c, (uint16_t)i);
        ofs_out32(c, atom(c->server, axis_labels[i]));
        ofs_xi2_fp3232(c, -1); /* minimum and maximum: -1, -1 says that the axis has no bounds */
        ofs_xi2_fp3232(c, -1);
        ofs_xi2_fp3232(c, d->axis[i]);
        ofs_out32(c, 0);
        ofs_out8(c, XIModeRelative);
        ofs_out_zero(c, 3);
    }
    return 3;
}

static void write_device(struct ofs_client *c, const struct ofs_device *d)
{
    size_t name_bytes = strlen(d->name);
    ofs_out16(c, d->id);
    ofs_out16(c, d->master ? (d->pointer ? XIMasterPointer : XIMasterKeyboard) : (d->pointer ? XISlavePointer : XISlaveKeyboard));
    ofs_out16(c, d->attached);
    ofs_out16(c, d->pointer ? 3 : 1);
    ofs_out16(c, (uint16_t)name_bytes);
    ofs_out8(c, 1); /* enabled */
    ofs_out8(c, 0);
    ofs_out_bytes(c, d->name, name_bytes);
    ofs_out_align(c);
    ofs_xi2_write_classes(c, d, d->class_source, true);
}

int ofs_xi_query_device(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    uint32_t id = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    int error = ofs_xi2_find_any(c, id);
    if (error)
        return error;
    unsigned count = 0;
    ofs_reply_begin(c, X_XIQueryDevice);
    ofs_out16(c, 0);
    ofs_out_zero(c, 22);
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        const struct ofs_device *d = ofs_device_get(s, i);
        if (id != i && id != XIAllDevices && !(id == XIAllMasterDevices && d->master))
            continue;
        write_device(c, d);
        count++;
    }
    ofs_out_patch16(c, 8, (uint16_t)count);
    ofs_reply_end(c);
    return 0;
}

/* All device heads, then all classes, then all names, as counted strings. */
int ofs_xi_list_input_devices(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    if (!ofs_req_end(r))
        return BadLength;
    uint32_t mouse = atom(s, XI_MOUSE), keyboard = atom(s, XI_KEYBOARD);
    ofs_reply_begin(c, X_ListInputDevices);
    ofs_out8(c, OFS_DEV_COUNT - OFS_DEV_POINTER);
    ofs_out_zero(c, 23);
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        const struct ofs_device *d = ofs_device_get(s, i);
        ofs_out32(c, d->id == OFS_DEV_MOUSE ? mouse : d->id == OFS_DEV_KEYS ? keyboard : 0);
        ofs_out8(c, d->id);
        ofs_out8(c, d->pointer ? 2 : 1);
        ofs_out8(c, d->master ? (d->pointer ? IsXPointer : IsXKeyboard)
                              : (d->pointer ? IsXExtensionPointer : IsXExtensionKeyboard));
        ofs_out8(c, 0);
    }
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        const struct ofs_device *d = ofs_device_get(s, i);
        if (!d->pointer) {
            ofs_out8(c, KeyClass);
            ofs_out8(c, sizeof(xKeyInfo));
            ofs_out8(c, FIRST_KEY);
            ofs_out8(c, LAST_KEY);
            ofs_out16(c, LAST_KEY - FIRST_KEY + 1);
            ofs_out16(c, 0);
            continue;
        }
        ofs_out8(c, ButtonClass);
        ofs_out8(c, sizeof(xButtonInfo));
        ofs_out16(c, d->button_count);
        ofs_out8(c, ValuatorClass);
        ofs_out8(c, sizeof(xValuatorInfo) + 2 * sizeof(xAxisInfo));
        ofs_out8(c, 2);
        ofs_out8(c, Relative);
        ofs_out32(c, MOTION_BUFFER);
        for (unsigned axis = 0; axis < 2; axis++) {
            ofs_out32(c, 0);
            ofs_out32(c, (uint32_t)-1);
            ofs_out32(c, (uint32_t)-1);
        }
    }
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++) {
        const char *name = ofs_device_get(s, i)->name;
        ofs_out8(c, (uint8_t)strlen(name));
        ofs_out_bytes(c, name, strlen(name));
    }
    ofs_out8(c, 0);
    ofs_reply_end(c);
    return 0;
}
