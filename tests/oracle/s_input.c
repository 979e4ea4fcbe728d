/* Input through XTEST, and the modifier state it makes. */
#include <stdlib.h>
#include <xcb/xtest.h>

#include "scenarios.h"

static xcb_window_t watched(struct oracle *o)
{
    const uint32_t mask = XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE | XCB_EVENT_MASK_BUTTON_PRESS |
                          XCB_EVENT_MASK_BUTTON_RELEASE | XCB_EVENT_MASK_POINTER_MOTION;
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 200, 200, 0, mask);
    xcb_map_window(o->c, w);
    oracle_move(o, 50, 50);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, w, 0);
    return w;
}

static void show_keys(struct oracle *o)
{
    ORACLE_SHOW(o, o->c, "xproto:QueryKeymap", xcb_query_keymap(o->c));
}

void scenario_xtest(struct oracle *o)
{
    xcb_window_t w = watched(o);
    oracle_extension(o, &xcb_test_id, "xtest");
    oracle_step(o, "a key");
    oracle_key(o, KEY_A, true);
    show_keys(o);
    oracle_key(o, KEY_A, false);
    show_keys(o);
    oracle_step(o, "a release of a key that is up");
    oracle_key(o, KEY_B, false);
    oracle_step(o, "two presses of one key");
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_key(o, KEY_SHIFT_L, false);
    show_keys(o);
    oracle_step(o, "buttons 1 to 9");
    for (uint8_t button = 1; button <= 9; button++) {
        oracle_button(o, button, true);
        oracle_button(o, button, false);
    }
    oracle_step(o, "two buttons at once");
    oracle_button(o, 1, true);
    oracle_button(o, 3, true);
    oracle_show_pointer(o, w);
    oracle_button(o, 1, false);
    oracle_button(o, 3, false);
    oracle_step(o, "motion, absolute and relative");
    oracle_move(o, 60, 70);
    xcb_test_fake_input(o->c, XCB_MOTION_NOTIFY, 1, 0, 0, 5, -5, 0);
    oracle_step(o, "pointer");
    oracle_show_pointer(o, w);
    oracle_step(o, "root given as none");
    xcb_test_fake_input(o->c, XCB_MOTION_NOTIFY, 0, 0, 0, 80, 80, 0);
    oracle_step(o, "pointer");
    oracle_show_pointer(o, w);
    oracle_step(o, "keys held while the focus moves: keymap on FocusIn");
    oracle_select(o->c, w, XCB_EVENT_MASK_FOCUS_CHANGE | XCB_EVENT_MASK_KEYMAP_STATE | XCB_EVENT_MASK_ENTER_WINDOW);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, XCB_INPUT_FOCUS_NONE, 0);
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_step(o, "focus");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, w, 0);
    oracle_step(o, "enter");
    oracle_move(o, 900, 700);
    oracle_move(o, 50, 50);
    oracle_key(o, KEY_SHIFT_L, false);
}

static void with(struct oracle *o, const char *what, uint8_t modifier)
{
    oracle_step(o, "%s", what);
    oracle_key(o, modifier, true);
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
    oracle_button(o, 1, true);
    oracle_button(o, 1, false);
    oracle_key(o, modifier, false);
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
}

void scenario_modifiers(struct oracle *o)
{
    xcb_window_t w = watched(o);
    with(o, "Shift_L", KEY_SHIFT_L);
    with(o, "Control_L", KEY_CONTROL_L);
    with(o, "Alt_L", KEY_ALT_L);
    with(o, "Shift_R", 62);
    with(o, "Control_R", 105);
    with(o, "Alt_R", 108);
    with(o, "Super_L", 133);
    with(o, "Caps_Lock on", KEY_CAPS);
    with(o, "Caps_Lock off", KEY_CAPS);
    with(o, "Num_Lock on", KEY_NUM);
    with(o, "Num_Lock off", KEY_NUM);
    with(o, "Scroll_Lock", 78);
    oracle_step(o, "both shifts: the state stays until both are up");
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_key(o, 62, true);
    oracle_key(o, KEY_SHIFT_L, false);
    oracle_show_pointer(o, w);
    oracle_key(o, 62, false);
    oracle_show_pointer(o, w);
    oracle_step(o, "several at once");
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_key(o, KEY_CONTROL_L, true);
    oracle_key(o, KEY_ALT_L, true);
    oracle_key(o, KEY_F1, true);
    oracle_key(o, KEY_F1, false);
    oracle_key(o, KEY_ALT_L, false);
    oracle_key(o, KEY_CONTROL_L, false);
    oracle_key(o, KEY_SHIFT_L, false);
}
