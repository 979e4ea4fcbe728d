/* Requests about indicators. */
#include <X11/X.h>

#include "x11/xkb.h"

int ofs_xkb_req_GetIndicatorState(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    int error = ofs_xkb_begin(c, ofs_req16(r), OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    ofs_reply_begin(c, device);
    ofs_out32(c, c->server->xkb->led_state);
    ofs_reply_end(c);
    return 0;
}

void ofs_xkb_write_led(struct ofs_client *c, const struct ofs_xkb_led *led)
{
    ofs_out8(c, led->flags);
    ofs_out8(c, led->which_groups);
    ofs_out8(c, led->groups);
    ofs_out8(c, led->which_mods);
    ofs_out8(c, led->mods.mask);
    ofs_out8(c, led->mods.real);
    ofs_out16(c, led->mods.virt);
    ofs_out32(c, led->controls);
}

void ofs_xkb_write_indicator_maps(struct ofs_client *c, uint8_t device, uint32_t which)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    ofs_reply_begin(c, device);
    ofs_out32(c, which);
    ofs_out32(c, xkb->real_leds);
    ofs_out8(c, ofs_xkb_bit_count(which));
    ofs_out_zero(c, 15);
    for (unsigned i = 0; i < 32; i++)
        if (which >> i & 1)
            ofs_xkb_write_led(c, &xkb->leds[i]);
    ofs_reply_end(c);
}

int ofs_xkb_req_GetIndicatorMap(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t which = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    ofs_xkb_write_indicator_maps(c, device, which);
    return 0;
}

/* In SetIndicatorMap the modifiers are the byte that replies call `mods`; in the others it is `realMods`. */
static struct ofs_xkb_led read_led(const struct ofs_xkb *xkb, struct ofs_request *r)
{
    struct ofs_xkb_led led = { 0 };
    led.flags = ofs_req8(r);
    led.which_groups = ofs_req8(r);
    led.groups = ofs_req8(r);
    led.which_mods = ofs_req8(r);
    uint8_t mods = ofs_req8(r);
    ofs_req_skip(r, 1);
    led.mods.virt = ofs_req16(r);
    led.mods.real = mods;
    led.mods.mask = mods | ofs_xkb_real_mods(xkb, led.mods.virt);
    led.controls = ofs_req32(r);
    return led;
}

static int check_led(struct ofs_client *c, const struct ofs_xkb_led *led, uint32_t groups_number, uint32_t mods_number)
{
    if (led->which_groups & ~XkbIM_UseAnyGroup)
        return ofs_bad(c, BadValue, ofs_xkb_code2(groups_number, led->which_groups & (uint8_t)~XkbIM_UseAnyGroup));
    if (led->which_mods & ~XkbIM_UseAnyMods)
        return ofs_bad(c, BadValue, ofs_xkb_code2(mods_number, led->which_mods & (uint8_t)~XkbIM_UseAnyMods));
    return 0;
}

/* The events say what the lights are with the new maps. */
static void maps_changed(struct ofs_server *s, uint32_t which)
{
    struct ofs_xkb *xkb = s->xkb;
    uint32_t changed = ofs_xkb_compute_leds(xkb, which);
    ofs_xkb_notify_leds(s, XkbIndicatorMapNotify, xkb->led_state, which);
    if (changed)
        ofs_xkb_notify_leds(s, XkbIndicatorStateNotify, xkb->led_state, changed);
    ofs_xkb_notify_device(s, XkbXI_IndicatorMapsMask | (changed ? XkbXI_IndicatorStateMask : 0));
}

int ofs_xkb_req_SetIndicatorMap(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t which = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error || !which)
        return error;
    if (ofs_req_left(r) != ofs_xkb_bit_count(which) * 12u)
        return BadLength;
    struct ofs_xkb_led leds[32];
    for (unsigned i = 0; i < 32; i++) {
        if (!(which >> i & 1))
            continue;
        leds[i] = read_led(xkb, r);
        if ((error = check_led(c, &leds[i], i, i)) != 0)
            return error;
    }
    for (unsigned i = 0; i < 32; i++)
        if (which >> i & 1)
            xkb->leds[i] = leds[i];
    maps_changed(c->server, which);
    return 0;
}

/* The keyboard's only feedback with lights is its keyboard feedback, id 0. */
static int check_feedback(struct ofs_client *c, uint16_t led_class, uint16_t led_id)
{
    bool known_class = led_class == 0 || led_class == XkbDfltXIClass;
    bool known_id = led_id == 0 || led_id == XkbDfltXIId;
    return known_class && known_id ? 0 : BadAlloc; /* as X.Org servers answer */
}

static unsigned find_led(const struct ofs_xkb *xkb, uint32_t name)
{
    unsigned i = 0;
    while (i < 32 && xkb->names.leds[i] != name)
        i++;
    return i;
}

static int check_atom(struct ofs_client *c, uint32_t atom)
{
    size_t length;
    return atom && ofs_atom_name(c->server, atom, &length) ? 0 : ofs_bad(c, BadAtom, atom);
}

int ofs_xkb_req_GetNamedIndicator(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    uint8_t device;
    uint16_t spec = ofs_req16(r), led_class = ofs_req16(r), led_id = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t name = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_LED, &device);
    if (error || (error = check_atom(c, name)) != 0 || (error = check_feedback(c, led_class, led_id)) != 0)
        return error;
    unsigned i = find_led(xkb, name);
    static const struct ofs_xkb_led none;
    const struct ofs_xkb_led *led = i < 32 ? &xkb->leds[i] : &none;
    ofs_reply_begin(c, device);
    ofs_out32(c, name);
    ofs_out8(c, i < 32);
    ofs_out8(c, i < 32 && (xkb->led_state >> i & 1));
    ofs_out8(c, i < 32 && (xkb->real_leds >> i & 1));
    ofs_out8(c, i < 32 ? (uint8_t)i : XkbNoIndicator);
    ofs_xkb_write_led(c, led);
    ofs_out8(c, 1); /* supported */
    ofs_out_zero(c, 3);
    ofs_reply_end(c);
    return 0;
}

int ofs_xkb_req_SetNamedIndicator(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    uint8_t device;
    uint16_t spec = ofs_req16(r), led_class = ofs_req16(r), led_id = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t name = ofs_req32(r);
    bool set_state = ofs_req8(r), on = ofs_req8(r), set_map = ofs_req8(r);
    ofs_req_skip(r, 2);
    struct ofs_xkb_led led = { 0 };
    led.flags = ofs_req8(r);
    led.which_groups = ofs_req8(r);
    led.groups = ofs_req8(r);
    led.which_mods = ofs_req8(r);
    led.mods.real = ofs_req8(r);
    led.mods.virt = ofs_req16(r);
    led.mods.mask = led.mods.real | ofs_xkb_real_mods(xkb, led.mods.virt);
    led.controls = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_LED, &device);
    if (error || (error = check_atom(c, name)) != 0 || (error = check_led(c, &led, 0x10, 0x11)) != 0 ||
        (error = check_feedback(c, led_class, led_id)) != 0)
        return error;
    unsigned i = find_led(xkb, name);
    if (i == 32) { /* a new one, in the first place that is free */
        static const struct ofs_xkb_led unused;
        for (i = 0; i < 32; i++)
            if (!xkb->names.leds[i] && memcmp(&xkb->leds[i], &unused, sizeof(unused)) == 0)
                break;
        if (i == 32)
            return BadAlloc;
        xkb->names.leds[i] = name;
        struct ofs_xkb_names_change names = { .changed = XkbIndicatorNamesMask, .leds = 1u << i };
        ofs_xkb_notify_names(c->server, &names);
        ofs_xkb_notify_device(c->server, XkbXI_IndicatorNamesMask);
    }
    if (set_map) {
        xkb->leds[i] = led;
        maps_changed(c->server, 1u << i);
    }
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbSetNamedIndicator };
    if (set_state)
        ofs_xkb_set_leds(c->server, 1u << i, on ? 1u << i : 0, &cause);
    return 0;
}
