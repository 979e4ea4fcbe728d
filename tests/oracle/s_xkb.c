/* XKEYBOARD: the map as every toolkit reads it, the state, and the events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#define explicit explicit_parts   /* a field name that C++ reserves, and some tools reject */
#include <xcb/xkb.h>
#undef explicit

#include "scenarios.h"

#define CORE_KEYBOARD XCB_XKB_ID_USE_CORE_KBD

static bool use(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_xkb_id, "xkb"))
        return false;
    ORACLE_SHOW(o, o->c, "xkb:UseExtension", xcb_xkb_use_extension(o->c, 1, 0));
    return true;
}

static void get_map(struct oracle *o, const char *what, uint16_t full, uint16_t partial, uint8_t first_key, uint8_t keys,
                    uint8_t first_type, uint8_t types)
{
    oracle_step(o, "map: %s", what);
    ORACLE_SHOW(o, o->c, "xkb:GetMap",
                xcb_xkb_get_map(o->c, CORE_KEYBOARD, full, partial, first_type, types, first_key, keys, first_key, keys,
                                first_key, keys, 0xFFFF, first_key, keys, first_key, keys, first_key, keys));
}

void scenario_xkb_map(struct oracle *o)
{
    if (!use(o))
        return;
    oracle_step(o, "versions");
    ORACLE_SHOW(o, o->c, "xkb:UseExtension", xcb_xkb_use_extension(o->c, 0, 9));
    ORACLE_SHOW(o, o->c, "xkb:UseExtension", xcb_xkb_use_extension(o->c, 2, 0));
    static const char *const parts[] = { "types", "syms", "modifier map", "explicit", "actions", "behaviors", "virtual modifiers",
                                         "virtual modifier map" };
    for (int bit = 0; bit < 8; bit++)
        get_map(o, parts[bit], (uint16_t)(1 << bit), 0, 0, 0, 0, 0);
    get_map(o, "everything", 0xFF, 0, 0, 0, 0, 0);
    get_map(o, "a part of all", 0, 0xFF, KEY_A, 3, 1, 2);
    get_map(o, "nothing", 0, 0, 0, 0, 0, 0);
    get_map(o, "keys beyond the end", 0, 2, 250, 10, 0, 0);
    get_map(o, "types beyond the end", 0, 1, 0, 0, 3, 200);
    get_map(o, "both full and partial", 2, 2, KEY_A, 3, 0, 0);
    oracle_step(o, "names, each and all");
    for (int bit = 0; bit < 14; bit++)
        ORACLE_SHOW(o, o->c, "xkb:GetNames", xcb_xkb_get_names(o->c, CORE_KEYBOARD, 1u << bit));
    ORACLE_SHOW(o, o->c, "xkb:GetNames", xcb_xkb_get_names(o->c, CORE_KEYBOARD, 0x3FFF));
    oracle_step(o, "controls");
    ORACLE_SHOW(o, o->c, "xkb:GetControls", xcb_xkb_get_controls(o->c, CORE_KEYBOARD));
    oracle_step(o, "compatibility map");
    ORACLE_SHOW(o, o->c, "xkb:GetCompatMap", xcb_xkb_get_compat_map(o->c, CORE_KEYBOARD, 0xF, 1, 0, 0));
    ORACLE_SHOW(o, o->c, "xkb:GetCompatMap", xcb_xkb_get_compat_map(o->c, CORE_KEYBOARD, 0, 0, 0, 0));
    oracle_step(o, "indicators");
    ORACLE_SHOW(o, o->c, "xkb:GetIndicatorMap", xcb_xkb_get_indicator_map(o->c, CORE_KEYBOARD, 0xFFFFFFFF));
    ORACLE_SHOW(o, o->c, "xkb:GetIndicatorState", xcb_xkb_get_indicator_state(o->c, CORE_KEYBOARD));
    xcb_atom_t caps = oracle_atom(o, "Caps Lock"), none = oracle_atom(o, "No Such Light");
    ORACLE_SHOW(o, o->c, "xkb:GetNamedIndicator", xcb_xkb_get_named_indicator(o->c, CORE_KEYBOARD, XCB_XKB_LED_CLASS_DFLT_XI_CLASS, XCB_XKB_ID_DFLT_XI_ID, caps));
    ORACLE_SHOW(o, o->c, "xkb:GetNamedIndicator", xcb_xkb_get_named_indicator(o->c, CORE_KEYBOARD, XCB_XKB_LED_CLASS_DFLT_XI_CLASS, XCB_XKB_ID_DFLT_XI_ID, none));
    oracle_step(o, "device");
    ORACLE_SHOW(o, o->c, "xkb:GetDeviceInfo", xcb_xkb_get_device_info(o->c, CORE_KEYBOARD, 0x1F, 0, 0, 0, XCB_XKB_LED_CLASS_DFLT_XI_CLASS, XCB_XKB_ID_DFLT_XI_ID));
    oracle_step(o, "errors");
    ORACLE_SHOW(o, o->c, "xkb:GetMap", xcb_xkb_get_map(o->c, 77, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    ORACLE_SHOW(o, o->c, "xkb:GetMap", xcb_xkb_get_map(o->c, CORE_KEYBOARD, 0x100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    ORACLE_SHOW(o, o->c, "xkb:GetNames", xcb_xkb_get_names(o->c, CORE_KEYBOARD, 0x4000));
    ORACLE_SHOW(o, o->c, "xkb:GetState", xcb_xkb_get_state(o->c, 77));
    ORACLE_SHOW(o, o->c, "xkb:GetControls", xcb_xkb_get_controls(o->c, XCB_XKB_ID_USE_CORE_PTR));
}

static void show_state(struct oracle *o)
{
    ORACLE_SHOW(o, o->c, "xkb:GetState", xcb_xkb_get_state(o->c, CORE_KEYBOARD));
}

static void flags(struct oracle *o, xcb_connection_t *c, uint32_t change, uint32_t value)
{
    ORACLE_SHOW(o, c, "xkb:PerClientFlags", xcb_xkb_per_client_flags(c, CORE_KEYBOARD, change, value, 0, 0, 0));
}

void scenario_xkb_state(struct oracle *o)
{
    if (!use(o))
        return;
    oracle_step(o, "at rest");
    show_state(o);
    oracle_step(o, "Shift down");
    oracle_key(o, KEY_SHIFT_L, true);
    show_state(o);
    oracle_key(o, KEY_SHIFT_L, false);
    show_state(o);
    oracle_step(o, "Caps Lock");
    oracle_key(o, KEY_CAPS, true);
    show_state(o);
    oracle_key(o, KEY_CAPS, false);
    show_state(o);
    ORACLE_SHOW(o, o->c, "xkb:GetIndicatorState", xcb_xkb_get_indicator_state(o->c, CORE_KEYBOARD));
    oracle_key(o, KEY_CAPS, true);
    oracle_key(o, KEY_CAPS, false);
    show_state(o);
    oracle_step(o, "latch and lock by request");
    xcb_xkb_latch_lock_state(o->c, CORE_KEYBOARD, 0xFF, 0x12, 0, 0, 0, 0, 0);
    show_state(o);
    xcb_xkb_latch_lock_state(o->c, CORE_KEYBOARD, 0xFF, 0, 0, 0, 0, 0, 0);
    show_state(o);
    oracle_step(o, "per-client flags: detectable auto repeat");
    flags(o, o->c, 0, 0);
    flags(o, o->c, 1, 1);
    flags(o, o->c, 0, 0);
    xcb_connection_t *b = oracle_open(o);
    ORACLE_SHOW(o, b, "xkb:UseExtension", xcb_xkb_use_extension(b, 1, 0));
    oracle_step(o, "B's own");
    flags(o, b, 0, 0);
    flags(o, b, 0x20, 0x20);
    flags(o, o->c, 1, 0);
    oracle_step(o, "a client that never said it uses XKB");
    xcb_connection_t *plain = oracle_open(o);
    ORACLE_SHOW(o, plain, "xkb:GetState", xcb_xkb_get_state(plain, CORE_KEYBOARD));
}

static void select_events(xcb_connection_t *c, uint16_t affect, uint16_t clear, uint16_t all, const void *details)
{
    xcb_xkb_select_events(c, CORE_KEYBOARD, affect, clear, all, 0, 0, details);
}

void scenario_xkb_events(struct oracle *o)
{
    if (!use(o))
        return;
    xcb_connection_t *b = oracle_open(o);
    ORACLE_SHOW(o, b, "xkb:UseExtension", xcb_xkb_use_extension(b, 1, 0));
    const uint16_t state = XCB_XKB_EVENT_TYPE_STATE_NOTIFY;
    oracle_step(o, "all of the state");
    select_events(o->c, state, 0, state, NULL);
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_key(o, KEY_SHIFT_L, false);
    oracle_step(o, "a key that changes no state");
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
    oracle_step(o, "lock");
    oracle_key(o, KEY_CAPS, true);
    oracle_key(o, KEY_CAPS, false);
    oracle_key(o, KEY_CAPS, true);
    oracle_key(o, KEY_CAPS, false);
    oracle_step(o, "by request");
    xcb_xkb_latch_lock_state(o->c, CORE_KEYBOARD, 0xFF, 0x02, 0, 0, 0, 0, 0);
    xcb_xkb_latch_lock_state(o->c, CORE_KEYBOARD, 0xFF, 0, 0, 0, 0, 0, 0);
    oracle_step(o, "a button");
    oracle_button(o, 1, true);
    oracle_button(o, 1, false);
    oracle_step(o, "only locked modifiers, for B");
    const xcb_xkb_select_events_details_t details = { .affectState = 0x3FFF, .stateDetails = XCB_XKB_STATE_PART_MODIFIER_LOCK };
    xcb_xkb_select_events_aux(b, CORE_KEYBOARD, state, 0, 0, 0, 0, &details);
    select_events(o->c, state, state, 0, NULL);
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_key(o, KEY_SHIFT_L, false);
    oracle_key(o, KEY_NUM, true);
    oracle_key(o, KEY_NUM, false);
    oracle_key(o, KEY_NUM, true);
    oracle_key(o, KEY_NUM, false);
    oracle_step(o, "indicators, controls, names, map: selected and quiet");
    select_events(o->c, 0x0FFF & ~(uint16_t)state, 0, 0x0FFF & ~(uint16_t)state, NULL);
    oracle_key(o, KEY_CAPS, true);
    oracle_key(o, KEY_CAPS, false);
    oracle_key(o, KEY_CAPS, true);
    oracle_key(o, KEY_CAPS, false);
    oracle_step(o, "a core map change becomes MapNotify");
    const xcb_keysym_t syms[] = { 0x1000263A };
    xcb_change_keyboard_mapping(o->c, 1, 248, 1, syms);
    oracle_step(o, "errors");
    select_events(o->c, 0xF000, 0, 0xF000, NULL);
    select_events(o->c, state, state, state, NULL);
    xcb_xkb_select_events(o->c, 77, state, 0, state, 0, 0, NULL);
}
