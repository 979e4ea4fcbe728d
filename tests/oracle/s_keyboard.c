/* The core keyboard map and controls. */
#include <stdlib.h>

#include "scenarios.h"

static void show_map(struct oracle *o, uint8_t first, uint8_t count)
{
    ORACLE_SHOW(o, o->c, "xproto:GetKeyboardMapping", xcb_get_keyboard_mapping(o->c, first, count));
}

void scenario_keyboard_map(struct oracle *o)
{
    oracle_step(o, "the whole map");
    show_map(o, 8, 248);
    oracle_step(o, "a part");
    show_map(o, KEY_A, 3);
    show_map(o, 8, 0);
    oracle_step(o, "errors");
    show_map(o, 7, 1);
    show_map(o, 250, 10);
    show_map(o, 0, 0);
    oracle_step(o, "modifiers");
    ORACLE_SHOW(o, o->c, "xproto:GetModifierMapping", xcb_get_modifier_mapping(o->c));
    oracle_step(o, "pointer");
    ORACLE_SHOW(o, o->c, "xproto:GetPointerMapping", xcb_get_pointer_mapping(o->c));
    oracle_step(o, "change a spare key: everybody hears of it");
    xcb_connection_t *b = oracle_open(o);
    const xcb_keysym_t syms[] = { 0x1000263A, 0x1000263B };
    xcb_change_keyboard_mapping(o->c, 1, 248, 2, syms);
    show_map(o, 248, 1);
    ORACLE_SHOW(o, b, "xproto:GetKeyboardMapping", xcb_get_keyboard_mapping(b, 248, 1));
    oracle_step(o, "change errors");
    xcb_change_keyboard_mapping(o->c, 1, 7, 1, syms);
    xcb_change_keyboard_mapping(o->c, 2, 255, 1, syms);
    xcb_change_keyboard_mapping(o->c, 1, 248, 0, syms);
    oracle_step(o, "the pointer's buttons swapped");
    uint8_t buttons[16];
    xcb_get_pointer_mapping_reply_t *map = xcb_get_pointer_mapping_reply(o->c, xcb_get_pointer_mapping(o->c), NULL);
    uint8_t count = map ? map->map_len : 0;
    free(map);
    for (uint8_t i = 0; i < count && i < sizeof buttons; i++)
        buttons[i] = (uint8_t)(i + 1);
    buttons[0] = 3;
    buttons[2] = 1;
    ORACLE_SHOW(o, o->c, "xproto:SetPointerMapping", xcb_set_pointer_mapping(o->c, count, buttons));
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 100, 100, 0, XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_BUTTON_RELEASE);
    xcb_map_window(o->c, w);
    oracle_move(o, 10, 10);
    oracle_step(o, "button 1 is now 3");
    oracle_button(o, 1, true);
    oracle_show_pointer(o, w);
    oracle_button(o, 1, false);
    oracle_step(o, "errors");
    ORACLE_SHOW(o, o->c, "xproto:SetPointerMapping", xcb_set_pointer_mapping(o->c, 1, buttons));
    buttons[1] = 3;
    ORACLE_SHOW(o, o->c, "xproto:SetPointerMapping", xcb_set_pointer_mapping(o->c, count, buttons));
}

void scenario_keyboard_control(struct oracle *o)
{
    oracle_step(o, "as it is");
    ORACLE_SHOW(o, o->c, "xproto:GetKeyboardControl", xcb_get_keyboard_control(o->c));
    oracle_step(o, "changed");
    const uint32_t values[] = { 11, 22, 333, 44 };
    xcb_change_keyboard_control(o->c, XCB_KB_KEY_CLICK_PERCENT | XCB_KB_BELL_PERCENT | XCB_KB_BELL_PITCH | XCB_KB_BELL_DURATION, values);
    ORACLE_SHOW(o, o->c, "xproto:GetKeyboardControl", xcb_get_keyboard_control(o->c));
    oracle_step(o, "auto repeat off for one key, then for all");
    const uint32_t one[] = { KEY_A, XCB_AUTO_REPEAT_MODE_OFF }, all = XCB_AUTO_REPEAT_MODE_OFF;
    xcb_change_keyboard_control(o->c, XCB_KB_KEY | XCB_KB_AUTO_REPEAT_MODE, one);
    ORACLE_SHOW(o, o->c, "xproto:GetKeyboardControl", xcb_get_keyboard_control(o->c));
    xcb_change_keyboard_control(o->c, XCB_KB_AUTO_REPEAT_MODE, &all);
    ORACLE_SHOW(o, o->c, "xproto:GetKeyboardControl", xcb_get_keyboard_control(o->c));
    oracle_step(o, "errors");
    const uint32_t big = 101, low = (uint32_t)-2, mode = 3, lonely = 1, led[] = { 33, 1 };
    xcb_change_keyboard_control(o->c, XCB_KB_KEY_CLICK_PERCENT, &big);
    xcb_change_keyboard_control(o->c, XCB_KB_BELL_PERCENT, &low);
    xcb_change_keyboard_control(o->c, XCB_KB_BELL_PITCH, &low);
    xcb_change_keyboard_control(o->c, XCB_KB_AUTO_REPEAT_MODE, &mode);
    xcb_change_keyboard_control(o->c, XCB_KB_LED, &lonely);
    xcb_change_keyboard_control(o->c, XCB_KB_LED | XCB_KB_LED_MODE, led);
    xcb_change_keyboard_control(o->c, XCB_KB_KEY, &lonely);
    xcb_change_keyboard_control(o->c, 0x100, &lonely);
    oracle_step(o, "modifier map: set, and a key that is down");
    xcb_get_modifier_mapping_reply_t *map = xcb_get_modifier_mapping_reply(o->c, xcb_get_modifier_mapping(o->c), NULL);
    if (map) {
        uint8_t per = map->keycodes_per_modifier;
        xcb_keycode_t *keys = xcb_get_modifier_mapping_keycodes(map);
        ORACLE_SHOW(o, o->c, "xproto:SetModifierMapping", xcb_set_modifier_mapping(o->c, per, keys));
        keys[0] = 7;
        ORACLE_SHOW(o, o->c, "xproto:SetModifierMapping", xcb_set_modifier_mapping(o->c, per, keys));
        keys[0] = KEY_CONTROL_L;
        ORACLE_SHOW(o, o->c, "xproto:SetModifierMapping", xcb_set_modifier_mapping(o->c, per, keys));
    }
    free(map);
}
