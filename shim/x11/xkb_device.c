/* GetDeviceInfo and SetDeviceInfo: the keyboard's lights once more, seen as an input device's feedback. */
#include <X11/X.h>

#include "x11/xkb.h"

/* Names and atoms of the input devices, as XIQueryDevice gives them. */
static const char *const device_names[8] = {
    [2] = "Virtual core pointer",       [3] = "Virtual core keyboard",       [4] = "Virtual core XTEST pointer",
    [5] = "Virtual core XTEST keyboard", [6] = "Xvfb mouse",                  [7] = "Xvfb keyboard",
};

enum { POINTER_BUTTONS = 10 };

static bool is_keyboard(uint8_t device) { return device % 2; }

static void out_text(struct ofs_client *c, const char *text)
{
    size_t length = strlen(text);
    ofs_out16(c, (uint16_t)length);
    ofs_out_bytes(c, text, length);
    ofs_out_align(c);
}

/* Names and maps together: X.Org servers send both if either is asked for. */
static void write_feedback(struct ofs_client *c)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    uint32_t names = 0, maps = 0;
    for (unsigned i = 0; i < 32; i++) {
        names |= xkb->names.leds[i] ? 1u << i : 0;
        maps |= ofs_xkb_led_in_use(&xkb->leds[i]) ? 1u << i : 0;
    }
    ofs_out16(c, 0); /* KbdFeedbackClass */
    ofs_out16(c, 0);
    ofs_out32(c, names);
    ofs_out32(c, maps);
    ofs_out32(c, xkb->real_leds);
    ofs_out32(c, xkb->led_state);
    for (unsigned i = 0; i < 32; i++)
        if (names >> i & 1)
            ofs_out32(c, xkb->names.leds[i]);
    for (unsigned i = 0; i < 32; i++)
        if (maps >> i & 1)
            ofs_xkb_write_led(c, &xkb->leds[i]);
}

static int check_feedback(struct ofs_client *c, uint16_t led_class, uint16_t led_id)
{
    if (led_class != 0 && led_class != XkbDfltXIClass && led_class != XkbAllXIClasses)
        return ofs_bad(c, OFS_XKB_ERROR, ofs_xkb_code2(XkbErr_BadClass, led_class));
    if (led_id != 0 && led_id != XkbDfltXIId && led_id != XkbAllXIIds)
        return ofs_bad(c, OFS_XKB_ERROR, ofs_xkb_code2(XkbErr_BadId, led_id));
    return 0;
}

int ofs_xkb_req_GetDeviceInfo(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r), wanted = ofs_req16(r);
    uint8_t all_buttons = ofs_req8(r), first = ofs_req8(r), count = ofs_req8(r);
    ofs_req_skip(r, 1);
    uint16_t led_class = ofs_req16(r), led_id = ofs_req16(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_ANY, &device);
    if (error)
        return error;
    if (wanted & ~XkbXI_AllDeviceFeaturesMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x01, wanted & ~XkbXI_AllDeviceFeaturesMask));
    uint8_t buttons = is_keyboard(device) ? 0 : POINTER_BUTTONS;
    if (!buttons || (!count && !all_buttons))
        wanted &= (uint16_t)~XkbXI_ButtonActionsMask;
    if (!is_keyboard(device))
        wanted &= (uint16_t)~XkbXI_IndicatorsMask;
    bool with_buttons = wanted & XkbXI_ButtonActionsMask, with_leds = wanted & XkbXI_IndicatorsMask;
    if (all_buttons) {
        first = 0;
        count = buttons;
    }
    if (with_buttons && first + count > buttons)
        return ofs_bad(c, BadValue, ofs_xkb_code4(0x02, buttons, first, count));
    if (with_leds && (error = check_feedback(c, led_class, led_id)) != 0)
        return error;
    const char *type = is_keyboard(device) ? "KEYBOARD" : "MOUSE";
    ofs_reply_begin(c, device);
    ofs_out16(c, wanted);
    ofs_out16(c, XkbXI_AllDeviceFeaturesMask);
    ofs_out16(c, 0);
    ofs_out16(c, with_leds);
    ofs_out8(c, with_buttons ? first : 0);
    ofs_out8(c, with_buttons ? count : 0);
    ofs_out8(c, 0); /* no button has an action */
    ofs_out8(c, 0);
    ofs_out8(c, buttons);
    ofs_out8(c, is_keyboard(device));
    ofs_out16(c, is_keyboard(device) ? 0 : XkbXINone);
    ofs_out16(c, XkbXINone);
    ofs_out16(c, 0);
    /* Only the real devices have a type. */
    ofs_out32(c, device < 6 ? 0 : ofs_atom(c->server, type, strlen(type), false));
    out_text(c, device_names[device]);
    if (with_leds)
        write_feedback(c);
    ofs_reply_end(c);
    return 0;
}

/* ---- SetDeviceInfo ---- */

struct feedback {
    uint32_t names_present, maps_present, state;
    uint32_t names[32];
    struct ofs_xkb_led maps[32];
};

static int read_feedback(struct ofs_client *c, struct ofs_request *r, struct feedback *f)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    size_t length;
    memset(f, 0, sizeof(*f));
    uint16_t led_class = ofs_req16(r), led_id = ofs_req16(r);
    f->names_present = ofs_req32(r);
    f->maps_present = ofs_req32(r);
    ofs_req_skip(r, 4); /* which lights are real is not for clients to say */
    f->state = ofs_req32(r);
    for (unsigned i = 0; i < 32; i++) {
        if (!(f->names_present >> i & 1))
            continue;
        f->names[i] = ofs_req32(r);
        if (!r->bad && f->names[i] && !ofs_atom_name(c->server, f->names[i], &length))
            return ofs_bad(c, BadAtom, f->names[i]);
    }
    for (unsigned i = 0; i < 32; i++) {
        struct ofs_xkb_led *led = &f->maps[i];
        if (!(f->maps_present >> i & 1))
            continue;
        led->flags = ofs_req8(r);
        led->which_groups = ofs_req8(r);
        led->groups = ofs_req8(r);
        led->which_mods = ofs_req8(r);
        ofs_req_skip(r, 1);
        led->mods.real = ofs_req8(r);
        led->mods.virt = ofs_req16(r);
        led->mods.mask = led->mods.real | ofs_xkb_real_mods(xkb, led->mods.virt);
        led->controls = ofs_req32(r);
        if (led->which_groups & ~XkbIM_UseAnyGroup)
            return ofs_bad(c, BadValue, ofs_xkb_code2(0x21, led->which_groups & (uint8_t)~XkbIM_UseAnyGroup));
        if (led->which_mods & ~XkbIM_UseAnyMods)
            return ofs_bad(c, BadValue, ofs_xkb_code2(0x22, led->which_mods & (uint8_t)~XkbIM_UseAnyMods));
    }
    return r->bad ? BadLength : check_feedback(c, led_class, led_id);
}

static void set_feedback(struct ofs_server *s, uint16_t change, const struct feedback *f)
{
    struct ofs_xkb *xkb = s->xkb;
    if (change & XkbXI_IndicatorNamesMask) {
        memcpy(xkb->names.leds, f->names, sizeof(f->names));
        struct ofs_xkb_names_change names = { .changed = XkbIndicatorNamesMask, .leds = ~0u };
        ofs_xkb_notify_names(s, &names);
    }
    if (change & XkbXI_IndicatorMapsMask) {
        memcpy(xkb->leds, f->maps, sizeof(f->maps));
        ofs_xkb_notify_leds(s, XkbIndicatorMapNotify, xkb->led_state, ~0u);
    }
    ofs_xkb_notify_device(s, change & XkbXI_IndicatorsMask & ~XkbXI_IndicatorStateMask);
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbSetDeviceInfo };
    if (change & XkbXI_IndicatorStateMask)
        ofs_xkb_set_leds(s, f->state ^ xkb->led_state, f->state, &cause);
    ofs_xkb_update_leds(s, ~0u);
}

/* Buttons have no actions here, so those are refused: BadKeyboard for a device without buttons, BadAccess for one with. */
int ofs_xkb_req_SetDeviceInfo(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    uint8_t first = ofs_req8(r), count = ofs_req8(r);
    uint16_t change = ofs_req16(r), feedbacks = ofs_req16(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_ANY, &device);
    if (error)
        return error;
    if (change & ~XkbXI_AllFeaturesMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x01, change & ~XkbXI_AllFeaturesMask));
    if (change & XkbXI_ButtonActionsMask) {
        if (!count || ofs_req_left(r) < count * 8u)
            return BadLength;
        if (is_keyboard(device))
            return ofs_bad(c, OFS_XKB_ERROR, ofs_xkb_code2(XkbErr_BadClass, 1 /* ButtonClass */));
        return first + count > POINTER_BUTTONS ? ofs_bad(c, BadMatch, ofs_xkb_code4(0x02, first, count, POINTER_BUTTONS))
                                               : BadAccess;
    }
    struct ofs_request check = *r;
    struct feedback f;
    bool with_leds = change & XkbXI_IndicatorsMask;
    if (with_leds && feedbacks && !is_keyboard(device))
        return ofs_bad(c, OFS_XKB_ERROR, ofs_xkb_code2(XkbErr_BadClass, spec));
    for (unsigned i = 0; with_leds && i < feedbacks; i++)
        if ((error = read_feedback(c, &check, &f)) != 0)
            return error;
    if (!ofs_req_end(&check))
        return BadLength;
    for (unsigned i = 0; with_leds && i < feedbacks && !read_feedback(c, r, &f); i++)
        set_feedback(c->server, change, &f);
    return 0;
}
