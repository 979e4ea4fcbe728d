/* The core requests about the keyboard: its mapping, its modifiers, its controls, its bell. */
#include <stdlib.h>

#include "x11/core.h"
#include "x11/input.h"
#include "x11/xkb.h"

/* ---- keyboard mapping ---- */

int ofs_check_keycodes(struct ofs_client *c, unsigned first, unsigned count)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    if (first < xkb->min_keycode || first > xkb->max_keycode)
        return ofs_bad(c, BadValue, first);
    if (first + count > xkb->max_keycode + 1u)
        return ofs_bad(c, BadValue, count);
    return 0;
}

unsigned ofs_keysyms_per_key(const struct ofs_xkb *xkb)
{
    unsigned width = ofs_xkb_core_width(xkb);
    return width < 255 ? width : 255;
}

void ofs_write_keysyms(struct ofs_client *c, unsigned first, unsigned count, unsigned width)
{
    uint32_t syms[255];
    for (unsigned code = first; code < first + count; code++) {
        ofs_xkb_core_syms(c->server->xkb, code, width, syms);
        for (unsigned n = 0; n < width; n++)
            ofs_out32(c, syms[n]);
    }
}

int ofs_core_GetKeyboardMapping(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t first = ofs_req8(r), count = ofs_req8(r);
    int error = ofs_check_keycodes(c, first, count);
    if (error)
        return error;
    unsigned width = ofs_keysyms_per_key(c->server->xkb);
    ofs_reply_begin(c, (uint8_t)width);
    ofs_out_zero(c, 24);
    ofs_write_keysyms(c, first, count, width);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_ChangeKeyboardMapping(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    uint8_t count = r->minor, first = ofs_req8(r), width = ofs_req8(r);
    ofs_req_skip(r, 2);
    if (ofs_req_left(r) != count * (uint32_t)width * 4u)
        return BadLength;
    if (first < xkb->min_keycode || first > xkb->max_keycode)
        return ofs_bad(c, BadValue, first);
    if (first + count - 1 > xkb->max_keycode || !width)
        return ofs_bad(c, BadValue, width);
    uint32_t syms[256];
    int error = 0;
    for (unsigned i = 0; i < count && !error; i++) {
        for (unsigned n = 0; n < width; n++)
            syms[n] = ofs_req32(r);
        error = ofs_xkb_set_core_syms(xkb, first + i, width, syms);
    }
    struct ofs_xkb_changes changes = { 0 };
    struct ofs_xkb_cause cause = { .major = X_ChangeKeyboardMapping };
    ofs_xkb_changed(&changes, OFS_XKB_SYMS, first, count);
    if (!error)
        error = ofs_xkb_update_actions(xkb, first, count, &changes);
    ofs_xkb_notify_changes(c->server, &changes, &cause);
    return error;
}

/* ---- modifier mapping ---- */

unsigned ofs_keys_per_modifier(const struct ofs_xkb *xkb)
{
    unsigned most = 0;
    for (unsigned mod = 0; mod < 8; mod++) {
        unsigned keys = 0;
        for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++)
            keys += xkb->keys[code].modmap >> mod & 1;
        most = keys > most ? keys : most;
    }
    return most;
}

void ofs_write_modifier_map(struct ofs_client *c, unsigned width)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    for (unsigned mod = 0; mod < 8; mod++) {
        unsigned keys = 0;
        for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++) {
            if (xkb->keys[code].modmap >> mod & 1) {
                ofs_out8(c, (uint8_t)code);
                keys++;
            }
        }
        ofs_out_zero(c, width - keys);
    }
}

int ofs_core_GetModifierMapping(struct ofs_client *c, struct ofs_request *r)
{
    unsigned width = ofs_keys_per_modifier(c->server->xkb);
    ofs_reply_begin(c, (uint8_t)width);
    ofs_out_zero(c, 24);
    ofs_write_modifier_map(c, width);
    ofs_reply_end(c);
    return 0;
}

static bool is_down(const struct ofs_server *s, unsigned code)
{
    return ofs_xkb_bit(ofs_input_keys_down(s), code);
}

/* A key's modifiers cannot change under a finger. */
static bool any_change_is_held(const struct ofs_server *s, const uint8_t modmap[256])
{
    for (unsigned code = 0; code < 256; code++)
        if (modmap[code] != s->xkb->keys[code].modmap && is_down(s, code))
            return true;
    return false;
}

int ofs_core_SetModifierMapping(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    struct ofs_xkb *xkb = s->xkb;
    uint32_t width = r->minor;
    uint8_t modmap[256] = { 0 };
    if (ofs_req_left(r) != width * 8)
        return BadLength;
    for (unsigned i = 0; i < width * 8; i++) {
        uint8_t code = ofs_req8(r);
        if (!code)
            continue;
        /* In range, and for one modifier only. */
        if (code < xkb->min_keycode || code > xkb->max_keycode || modmap[code])
            return ofs_bad(c, BadValue, code);
        modmap[code] = (uint8_t)(1u << (i / width));
    }
    uint8_t status = any_change_is_held(s, modmap) ? MappingBusy : MappingSuccess;
    int error = 0;
    struct ofs_xkb_changes changes = { 0 };
    if (status == MappingSuccess) {
        for (unsigned code = 0; code < 256; code++)
            xkb->keys[code].modmap = modmap[code];
        unsigned count = xkb->max_keycode - xkb->min_keycode + 1u;
        ofs_xkb_changed(&changes, OFS_XKB_MODMAP, xkb->min_keycode, count);
        error = ofs_xkb_update_actions(xkb, xkb->min_keycode, count, &changes);
    }
    if (error)
        return error;
    struct ofs_xkb_cause cause = { .major = X_SetModifierMapping };
    ofs_xkb_notify_changes(s, &changes, &cause);
    ofs_reply_begin(c, status);
    ofs_reply_end(c);
    return 0;
}

/* ---- controls ---- */

struct controls_change {
    int led, led_mode, key, repeat_mode;
};

/* One value of ChangeKeyboardControl: percentages and the like may be -1, "the default". */
static int set_range(struct ofs_client *c, int value, int max, int deflt, int *out)
{
    if (value < -1 || value > max)
        return ofs_bad(c, BadValue, (uint32_t)value);
    *out = value == -1 ? deflt : value;
    return 0;
}

static int set_control(struct ofs_client *c, uint32_t bit, uint32_t value, struct ofs_xkb *xkb, struct controls_change *ch)
{
    switch (bit) {
    case KBKeyClickPercent: return set_range(c, (int8_t)value, 100, 0, &xkb->click_percent);
    case KBBellPercent: return set_range(c, (int8_t)value, 100, OFS_XKB_BELL_PERCENT, &xkb->bell_percent);
    case KBBellPitch: return set_range(c, (int16_t)value, 0x7FFF, OFS_XKB_BELL_PITCH, &xkb->bell_pitch);
    case KBBellDuration: return set_range(c, (int16_t)value, 0x7FFF, OFS_XKB_BELL_DURATION, &xkb->bell_duration);
    case KBLed:
        ch->led = (uint8_t)value;
        return ch->led < 1 || ch->led > 32 ? ofs_bad(c, BadValue, (uint32_t)ch->led) : 0;
    case KBLedMode:
        ch->led_mode = (uint8_t)value;
        return ch->led_mode > LedModeOn ? ofs_bad(c, BadValue, (uint32_t)ch->led_mode) : 0;
    case KBKey:
        ch->key = (uint8_t)value;
        return ch->key < xkb->min_keycode || ch->key > xkb->max_keycode ? ofs_bad(c, BadValue, (uint32_t)ch->key) : 0;
    default:
        ch->repeat_mode = (uint8_t)value;
        return ch->repeat_mode > AutoRepeatModeDefault ? ofs_bad(c, BadValue, (uint32_t)ch->repeat_mode) : 0;
    }
}

static void apply_led(struct ofs_server *s, const struct controls_change *ch, const struct ofs_xkb_cause *cause)
{
    uint32_t affect = ch->led ? 1u << (ch->led - 1) : ~0u;
    ofs_xkb_set_leds(s, affect, ch->led_mode == LedModeOn ? affect : 0, cause);
}

/* What a client says about one key stays when actions are worked out anew; the default is what the map says. */
static int set_key_repeat(struct ofs_server *s, unsigned code, int mode, const struct ofs_xkb_cause *cause)
{
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_key *key = &xkb->keys[code];
    uint8_t *byte = &xkb->controls.per_key_repeat[code / 8], bit = (uint8_t)(1u << code % 8);
    struct ofs_xkb_changes changes = { 0 }, unused = { 0 };
    int error = 0;
    if (mode == AutoRepeatModeDefault) {
        key->explicit_parts &= (uint8_t)~XkbExplicitAutoRepeatMask;
        error = ofs_xkb_update_actions(xkb, code, 1, &unused);
    } else {
        *byte = (uint8_t)(mode == AutoRepeatModeOn ? *byte | bit : *byte & ~bit);
    }
    key->explicit_parts |= XkbExplicitAutoRepeatMask;
    ofs_xkb_changed(&changes, OFS_XKB_EXPLICIT, code, 1);
    ofs_xkb_notify_changes(s, &changes, cause);
    return error;
}

static int apply_repeat(struct ofs_server *s, const struct controls_change *ch, const struct ofs_xkb_cause *cause)
{
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_controls old = xkb->controls;
    int error = 0;
    if (ch->key)
        error = set_key_repeat(s, (unsigned)ch->key, ch->repeat_mode, cause);
    else if (ch->repeat_mode == AutoRepeatModeOff)
        xkb->controls.enabled &= ~(uint32_t)XkbRepeatKeysMask;
    else
        xkb->controls.enabled |= XkbRepeatKeysMask;
    ofs_xkb_notify_controls(s, &old, cause);
    return error;
}

int ofs_core_ChangeKeyboardControl(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    struct controls_change ch = { .led_mode = -1, .repeat_mode = -1 };
    uint32_t mask = ofs_req32(r);
    if (ofs_req_left(r) != ofs_xkb_bit_count(mask) * 4u)
        return BadLength;
    if (mask & ~0xFFu)
        return ofs_bad(c, BadValue, mask);
    /* Percentages before a bad value take effect only if all are good. */
    int kept[4] = { xkb->click_percent, xkb->bell_percent, xkb->bell_pitch, xkb->bell_duration };
    int error = 0;
    for (uint32_t bit = 1; bit < 0x100 && !error; bit <<= 1)
        if (mask & bit)
            error = set_control(c, bit, ofs_req32(r), xkb, &ch);
    if (!error && ((ch.led && ch.led_mode < 0) || (ch.key && ch.repeat_mode < 0)))
        error = BadMatch;
    if (error) {
        xkb->click_percent = kept[0];
        xkb->bell_percent = kept[1];
        xkb->bell_pitch = kept[2];
        xkb->bell_duration = kept[3];
        return error;
    }
    struct ofs_xkb_cause cause = { .major = X_ChangeKeyboardControl };
    if (ch.led_mode >= 0)
        apply_led(c->server, &ch, &cause);
    return ch.repeat_mode >= 0 ? apply_repeat(c->server, &ch, &cause) : 0;
}

int ofs_core_GetKeyboardControl(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    ofs_reply_begin(c, xkb->controls.enabled & XkbRepeatKeysMask ? AutoRepeatModeOn : AutoRepeatModeOff);
    ofs_out32(c, xkb->led_state);
    ofs_out8(c, (uint8_t)xkb->click_percent);
    ofs_out8(c, (uint8_t)xkb->bell_percent);
    ofs_out16(c, (uint16_t)xkb->bell_pitch);
    ofs_out16(c, (uint16_t)xkb->bell_duration);
    ofs_out16(c, 0);
    ofs_out_bytes(c, xkb->controls.per_key_repeat, 32);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_Bell(struct ofs_client *c, struct ofs_request *r)
{
    int8_t percent = (int8_t)r->minor;
    if (percent < -100 || percent > 100)
        return ofs_bad(c, BadValue, (uint32_t)percent);
    struct ofs_xkb_bell bell = { .percent = percent };
    ofs_xkb_notify_bell(c->server, &bell);
    return 0;
}
