/* XInput 2: devices, selected events, raw events, grabs. */
#include <stdlib.h>
#include <string.h>
#include <xcb/xinput.h>

#include "scenarios.h"

enum { ALL_DEVICES = 0, ALL_MASTERS = 1, POINTER = 2, KEYBOARD = 3 };

static bool use(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_input_id, "xinput"))
        return false;
    ORACLE_SHOW(o, o->c, "xinput:XIQueryVersion", xcb_input_xi_query_version(o->c, 2, 2));
    return true;
}

static void select_on(xcb_connection_t *c, xcb_window_t window, uint16_t device, uint32_t mask)
{
    struct {
        xcb_input_event_mask_t head;
        uint32_t mask;
    } one = { { device, 1 }, mask };
    xcb_input_xi_select_events(c, window, 1, &one.head);
}

void scenario_xinput_devices(struct oracle *o)
{
    oracle_step(o, "the old version request, then 2.x");
    if (!oracle_extension(o, &xcb_input_id, "xinput"))
        return;
    ORACLE_SHOW(o, o->c, "xinput:GetExtensionVersion", xcb_input_get_extension_version(o->c, 15, "XInputExtension"));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryVersion", xcb_input_xi_query_version(o->c, 2, 2));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryVersion", xcb_input_xi_query_version(o->c, 2, 0));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryVersion", xcb_input_xi_query_version(o->c, 1, 5));
    oracle_step(o, "devices");
    ORACLE_SHOW(o, o->c, "xinput:XIQueryDevice", xcb_input_xi_query_device(o->c, POINTER));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryDevice", xcb_input_xi_query_device(o->c, KEYBOARD));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryDevice", xcb_input_xi_query_device(o->c, ALL_MASTERS));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryDevice", xcb_input_xi_query_device(o->c, ALL_DEVICES));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryDevice", xcb_input_xi_query_device(o->c, 99));
    oracle_step(o, "old style");
    ORACLE_SHOW(o, o->c, "xinput:ListInputDevices", xcb_input_list_input_devices(o->c));
    oracle_step(o, "client pointer, focus, pointer");
    ORACLE_SHOW(o, o->c, "xinput:XIGetClientPointer", xcb_input_xi_get_client_pointer(o->c, 0));
    ORACLE_SHOW(o, o->c, "xinput:XIGetFocus", xcb_input_xi_get_focus(o->c, KEYBOARD));
    ORACLE_SHOW(o, o->c, "xinput:XIGetFocus", xcb_input_xi_get_focus(o->c, POINTER));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryPointer", xcb_input_xi_query_pointer(o->c, o->root, POINTER));
    ORACLE_SHOW(o, o->c, "xinput:XIQueryPointer", xcb_input_xi_query_pointer(o->c, o->root, KEYBOARD));
    oracle_step(o, "properties");
    ORACLE_SHOW(o, o->c, "xinput:XIListProperties", xcb_input_xi_list_properties(o->c, POINTER));
    ORACLE_SHOW(o, o->c, "xinput:XIListProperties", xcb_input_xi_list_properties(o->c, 99));
    ORACLE_SHOW(o, o->c, "xinput:XIGetProperty", xcb_input_xi_get_property(o->c, POINTER, 0, XCB_ATOM_WM_NAME, 0, 0, 10));
    oracle_step(o, "selections");
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 100, 100, 0, 0);
    select_on(o->c, w, ALL_MASTERS, XCB_INPUT_XI_EVENT_MASK_MOTION);
    select_on(o->c, w, POINTER, XCB_INPUT_XI_EVENT_MASK_BUTTON_PRESS);
    ORACLE_SHOW(o, o->c, "xinput:XIGetSelectedEvents", xcb_input_xi_get_selected_events(o->c, w));
    select_on(o->c, w, POINTER, 0);
    ORACLE_SHOW(o, o->c, "xinput:XIGetSelectedEvents", xcb_input_xi_get_selected_events(o->c, w));
    oracle_step(o, "selection errors: raw and hierarchy events need the root, unknown devices and windows");
    select_on(o->c, w, ALL_MASTERS, XCB_INPUT_XI_EVENT_MASK_RAW_MOTION);
    select_on(o->c, w, POINTER, XCB_INPUT_XI_EVENT_MASK_HIERARCHY);
    select_on(o->c, w, 99, XCB_INPUT_XI_EVENT_MASK_MOTION);
    select_on(o->c, 0xA1, POINTER, XCB_INPUT_XI_EVENT_MASK_MOTION);
    select_on(o->c, w, POINTER, 0x80000000);
    select_on(o->c, w, POINTER, XCB_INPUT_XI_EVENT_MASK_TOUCH_BEGIN);
    xcb_input_xi_select_events(o->c, w, 0, NULL);
    oracle_step(o, "only one client may have button presses of a device");
    xcb_connection_t *b = oracle_open(o);
    ORACLE_SHOW(o, b, "xinput:XIQueryVersion", xcb_input_xi_query_version(b, 2, 2));
    select_on(o->c, w, ALL_MASTERS, XCB_INPUT_XI_EVENT_MASK_TOUCH_BEGIN | XCB_INPUT_XI_EVENT_MASK_TOUCH_UPDATE | XCB_INPUT_XI_EVENT_MASK_TOUCH_END);
    select_on(b, w, ALL_MASTERS, XCB_INPUT_XI_EVENT_MASK_TOUCH_BEGIN | XCB_INPUT_XI_EVENT_MASK_TOUCH_UPDATE | XCB_INPUT_XI_EVENT_MASK_TOUCH_END);
}

#define KEYS (XCB_INPUT_XI_EVENT_MASK_KEY_PRESS | XCB_INPUT_XI_EVENT_MASK_KEY_RELEASE)
#define BUTTONS (XCB_INPUT_XI_EVENT_MASK_BUTTON_PRESS | XCB_INPUT_XI_EVENT_MASK_BUTTON_RELEASE)
#define MOTION XCB_INPUT_XI_EVENT_MASK_MOTION

static void play(struct oracle *o)
{
    oracle_move(o, 60, 60);
    oracle_button(o, 1, true);
    oracle_move(o, 61, 62);
    oracle_button(o, 1, false);
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
    oracle_key(o, KEY_SHIFT_L, false);
}

void scenario_xinput_events(struct oracle *o)
{
    if (!use(o))
        return;
    const uint32_t core = XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_POINTER_MOTION;
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 200, 200, 0, 0);
    xcb_window_t child = oracle_window(o, "child", w, 50, 50, 100, 100, 0, 0);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, w);
    oracle_move(o, 55, 55);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, w, 0);
    oracle_step(o, "masters");
    select_on(o->c, w, ALL_MASTERS, KEYS | BUTTONS | MOTION);
    play(o);
    oracle_step(o, "core and XI2 on one window by one client: XI2 only");
    oracle_select(o->c, w, core);
    play(o);
    oracle_step(o, "core by another client: both");
    xcb_connection_t *b = oracle_open(o);
    oracle_select(o->c, w, 0);
    oracle_select(b, w, core);
    play(o);
    oracle_step(o, "XI2 on the child, core on the parent: the child's wins");
    select_on(o->c, w, ALL_MASTERS, 0);
    select_on(o->c, child, POINTER, BUTTONS | MOTION);
    play(o);
    oracle_step(o, "all devices: slaves too");
    oracle_select(b, w, 0);
    select_on(o->c, child, POINTER, 0);
    select_on(o->c, w, ALL_DEVICES, KEYS | BUTTONS | MOTION);
    play(o);
    oracle_step(o, "scroll buttons");
    select_on(o->c, w, ALL_DEVICES, 0);
    select_on(o->c, w, ALL_MASTERS, BUTTONS | MOTION);
    oracle_button(o, 4, true);
    oracle_button(o, 4, false);
    oracle_step(o, "warp");
    xcb_input_xi_warp_pointer(o->c, 0, w, 0, 0, 0, 0, 10 << 16, 20 << 16, POINTER);
    oracle_step(o, "pointer");
    ORACLE_SHOW(o, o->c, "xinput:XIQueryPointer", xcb_input_xi_query_pointer(o->c, w, POINTER));
    oracle_step(o, "warp errors");
    xcb_input_xi_warp_pointer(o->c, 0, 0xA2, 0, 0, 0, 0, 0, 0, POINTER);
    xcb_input_xi_warp_pointer(o->c, 0, w, 0, 0, 0, 0, 0, 0, KEYBOARD);
    xcb_input_xi_warp_pointer(o->c, 0, w, 0, 0, 0, 0, 0, 0, 99);
}

void scenario_xinput_raw(struct oracle *o)
{
    if (!use(o))
        return;
    const uint32_t raw = XCB_INPUT_XI_EVENT_MASK_RAW_KEY_PRESS | XCB_INPUT_XI_EVENT_MASK_RAW_KEY_RELEASE |
                         XCB_INPUT_XI_EVENT_MASK_RAW_BUTTON_PRESS | XCB_INPUT_XI_EVENT_MASK_RAW_BUTTON_RELEASE |
                         XCB_INPUT_XI_EVENT_MASK_RAW_MOTION;
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 200, 200, 0, XCB_EVENT_MASK_KEY_PRESS);
    xcb_map_window(o->c, w);
    oracle_move(o, 55, 55);
    oracle_step(o, "masters on the root");
    select_on(o->c, o->root, ALL_MASTERS, raw);
    play(o);
    oracle_step(o, "during a grab by another client");
    xcb_connection_t *b = oracle_open(o);
    ORACLE_SHOW(o, b, "xproto:GrabPointer", xcb_grab_pointer(b, 0, w, 0, 1, 1, 0, 0, 0));
    oracle_move(o, 70, 70);
    xcb_ungrab_pointer(b, 0);
    oracle_step(o, "no motion, no raw event for a warp");
    xcb_warp_pointer(o->c, 0, o->root, 0, 0, 0, 0, 90, 90);
    oracle_step(o, "all devices");
    select_on(o->c, o->root, ALL_MASTERS, 0);
    select_on(o->c, o->root, ALL_DEVICES, raw);
    oracle_move(o, 80, 81);
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
}

void scenario_xinput_grab(struct oracle *o)
{
    if (!use(o))
        return;
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 200, 200, 0, XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_KEY_PRESS);
    xcb_map_window(o->c, w);
    oracle_move(o, 300, 300);
    const uint32_t mask = KEYS | BUTTONS | MOTION, any = XCB_INPUT_MODIFIER_MASK_ANY, plain = 0;
    oracle_step(o, "active");
    ORACLE_SHOW(o, o->c, "xinput:XIGrabDevice", xcb_input_xi_grab_device(o->c, w, 0, 0, POINTER, 1, 1, 0, 1, &mask));
    play(o);
    xcb_connection_t *b = oracle_open(o);
    ORACLE_SHOW(o, b, "xproto:GrabPointer", xcb_grab_pointer(b, 0, w, 0, 1, 1, 0, 0, 0));
    xcb_input_xi_ungrab_device(o->c, 0, POINTER);
    oracle_step(o, "keyboard");
    ORACLE_SHOW(o, o->c, "xinput:XIGrabDevice", xcb_input_xi_grab_device(o->c, w, 0, 0, KEYBOARD, 1, 1, 0, 1, &mask));
    play(o);
    xcb_input_xi_ungrab_device(o->c, 0, KEYBOARD);
    oracle_step(o, "passive button");
    oracle_move(o, 60, 60);
    ORACLE_SHOW(o, o->c, "xinput:XIPassiveGrabDevice",
                xcb_input_xi_passive_grab_device(o->c, 0, w, 0, 1, POINTER, 1, 1, XCB_INPUT_GRAB_TYPE_BUTTON, 1, 1, 0, &mask, &any));
    play(o);
    oracle_step(o, "taken: B is told which modifiers failed");
    ORACLE_SHOW(o, b, "xinput:XIQueryVersion", xcb_input_xi_query_version(b, 2, 2));
    ORACLE_SHOW(o, b, "xinput:XIPassiveGrabDevice",
                xcb_input_xi_passive_grab_device(b, 0, w, 0, 1, POINTER, 1, 1, XCB_INPUT_GRAB_TYPE_BUTTON, 1, 1, 0, &mask, &plain));
    oracle_step(o, "ungrab");
    xcb_input_xi_passive_ungrab_device(o->c, w, 1, POINTER, 1, XCB_INPUT_GRAB_TYPE_BUTTON, &any);
    play(o);
    oracle_step(o, "passive key");
    ORACLE_SHOW(o, o->c, "xinput:XIPassiveGrabDevice",
                xcb_input_xi_passive_grab_device(o->c, 0, o->root, 0, KEY_A, KEYBOARD, 1, 1, XCB_INPUT_GRAB_TYPE_KEYCODE, 1, 1, 0, &mask, &any));
    play(o);
    oracle_step(o, "errors");
    ORACLE_SHOW(o, o->c, "xinput:XIGrabDevice", xcb_input_xi_grab_device(o->c, 0xA3, 0, 0, POINTER, 1, 1, 0, 1, &mask));
    ORACLE_SHOW(o, o->c, "xinput:XIGrabDevice", xcb_input_xi_grab_device(o->c, w, 0, 0, 99, 1, 1, 0, 1, &mask));
    ORACLE_SHOW(o, o->c, "xinput:XIGrabDevice", xcb_input_xi_grab_device(o->c, w, 0, 0, POINTER, 5, 1, 0, 1, &mask));
    ORACLE_SHOW(o, o->c, "xinput:XIPassiveGrabDevice",
                xcb_input_xi_passive_grab_device(o->c, 0, w, 0, 1, POINTER, 1, 1, 9, 1, 1, 0, &mask, &any));
}

void scenario_xinput_crossing(struct oracle *o)
{
    if (!use(o))
        return;
    const uint32_t mask = XCB_INPUT_XI_EVENT_MASK_ENTER | XCB_INPUT_XI_EVENT_MASK_LEAVE | XCB_INPUT_XI_EVENT_MASK_FOCUS_IN |
                          XCB_INPUT_XI_EVENT_MASK_FOCUS_OUT;
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 200, 200, 0, 0);
    xcb_window_t child = oracle_window(o, "child", w, 50, 50, 100, 100, 0, 0);
    oracle_move(o, 300, 300);
    select_on(o->c, w, ALL_MASTERS, mask);
    select_on(o->c, child, ALL_MASTERS, mask);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, w);
    oracle_step(o, "enter and leave");
    oracle_move(o, 10, 10);
    oracle_move(o, 60, 60);
    oracle_move(o, 300, 300);
    oracle_step(o, "focus");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, w, 0);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, child, 0);
    oracle_step(o, "focus by XI2");
    xcb_input_xi_set_focus(o->c, w, 0, KEYBOARD);
    ORACLE_SHOW(o, o->c, "xinput:XIGetFocus", xcb_input_xi_get_focus(o->c, KEYBOARD));
    oracle_step(o, "a grab");
    ORACLE_SHOW(o, o->c, "xproto:GrabPointer", xcb_grab_pointer(o->c, 0, w, 0, 1, 1, 0, 0, 0));
    xcb_ungrab_pointer(o->c, 0);
    ORACLE_SHOW(o, o->c, "xproto:GrabKeyboard", xcb_grab_keyboard(o->c, 0, child, 0, 1, 1));
    xcb_ungrab_keyboard(o->c, 0);
    oracle_step(o, "focus errors");
    xcb_input_xi_set_focus(o->c, 0xA4, 0, KEYBOARD);
    xcb_input_xi_set_focus(o->c, w, 0, 99);
}
