/* Active grabs of the pointer and the keyboard. */
#include <stdlib.h>

#include "scenarios.h"

#define BUTTONS (XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_BUTTON_RELEASE)
#define CROSSING (XCB_EVENT_MASK_ENTER_WINDOW | XCB_EVENT_MASK_LEAVE_WINDOW)

static void grab(struct oracle *o, xcb_connection_t *c, const char *what, uint8_t owner_events, xcb_window_t window,
                 uint16_t mask, xcb_window_t confine_to, xcb_timestamp_t time)
{
    oracle_step(o, "grab pointer: %s", what);
    ORACLE_SHOW(o, c, "xproto:GrabPointer",
                xcb_grab_pointer(c, owner_events, window, mask, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC, confine_to, 0, time));
}

void scenario_grab_pointer(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 200, 200, 0, CROSSING);
    xcb_window_t hidden = oracle_window(o, "hidden", o->root, 0, 0, 50, 50, 0, 0);
    xcb_connection_t *b = oracle_open(o);
    xcb_map_window(o->c, w);
    oracle_move(o, 100, 100);
    grab(o, o->c, "not viewable", 0, hidden, BUTTONS, 0, 0);
    grab(o, o->c, "success", 0, w, BUTTONS, 0, 0);
    grab(o, o->c, "again by the same client", 1, w, BUTTONS, 0, 0);
    grab(o, b, "another client: already grabbed", 0, w, BUTTONS, 0, 0);
    oracle_step(o, "B cannot ungrab what A holds");
    xcb_ungrab_pointer(b, 0);
    grab(o, b, "still", 0, w, BUTTONS, 0, 0);
    oracle_step(o, "an old time does not ungrab");
    xcb_ungrab_pointer(o->c, 1);
    grab(o, b, "still", 0, w, BUTTONS, 0, 0);
    oracle_step(o, "ungrab");
    xcb_ungrab_pointer(o->c, 0);
    grab(o, b, "now", 0, w, BUTTONS, 0, 0);
    oracle_step(o, "B leaves: the grab ends");
    oracle_close(o, b);
    grab(o, o->c, "after B", 0, w, BUTTONS, 0, 0);
    oracle_step(o, "unmapping the grab window ends it");
    xcb_unmap_window(o->c, w);
    xcb_connection_t *c = oracle_open(o);
    xcb_map_window(o->c, w);
    grab(o, c, "C", 0, w, BUTTONS, 0, 0);
    oracle_step(o, "C ungrabs");
    xcb_ungrab_pointer(c, 0);
    grab(o, o->c, "a future time", 0, w, BUTTONS, 0, 0x7FFFFFFF);
    grab(o, o->c, "an old time", 0, w, BUTTONS, 0, 1);
    grab(o, o->c, "bad mask", 0, w, 0x8000, 0, 0);
    grab(o, o->c, "key mask", 0, w, XCB_EVENT_MASK_KEY_PRESS, 0, 0);
    grab(o, o->c, "bad window", 0, 0x999, BUTTONS, 0, 0);
    grab(o, o->c, "bad confine window", 0, w, BUTTONS, 0x998, 0);
    grab(o, o->c, "bad owner-events", 2, w, BUTTONS, 0, 0);
    grab(o, o->c, "confined to an unmapped window", 0, w, BUTTONS, hidden, 0);
    oracle_step(o, "bad modes and cursor");
    ORACLE_SHOW(o, o->c, "xproto:GrabPointer", xcb_grab_pointer(o->c, 0, w, BUTTONS, 2, 1, 0, 0, 0));
    ORACLE_SHOW(o, o->c, "xproto:GrabPointer", xcb_grab_pointer(o->c, 0, w, BUTTONS, 1, 2, 0, 0, 0));
    ORACLE_SHOW(o, o->c, "xproto:GrabPointer", xcb_grab_pointer(o->c, 0, w, BUTTONS, 1, 1, 0, 0x4242, 0));
    oracle_step(o, "change of the active grab");
    xcb_change_active_pointer_grab(o->c, 0, 0, 0x8000);
    xcb_change_active_pointer_grab(o->c, 0x4242, 0, BUTTONS);
    xcb_change_active_pointer_grab(o->c, 0, 0, BUTTONS);
}

void scenario_grab_pointer_events(struct oracle *o)
{
    const uint32_t all = BUTTONS | CROSSING | XCB_EVENT_MASK_POINTER_MOTION;
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 200, 200, 0, all);
    xcb_window_t child = oracle_window(o, "child", w, 50, 50, 50, 50, 0, all);
    xcb_window_t other = oracle_window(o, "other", o->root, 300, 0, 100, 100, 0, all);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, w);
    xcb_map_window(o->c, other);
    oracle_move(o, 350, 50);
    grab(o, o->c, "owner-events off, pointer in other", 0, w, all, 0, 0);
    oracle_step(o, "motion in other, then to child");
    oracle_move(o, 360, 50);
    oracle_move(o, 60, 60);
    oracle_button(o, 1, true);
    oracle_button(o, 1, false);
    grab(o, o->c, "owner-events on", 1, w, all, 0, 0);
    oracle_step(o, "in child, then outside everything");
    oracle_move(o, 62, 62);
    oracle_button(o, 2, true);
    oracle_button(o, 2, false);
    oracle_move(o, 600, 600);
    oracle_step(o, "a narrower mask");
    xcb_change_active_pointer_grab(o->c, 0, 0, XCB_EVENT_MASK_BUTTON_RELEASE);
    oracle_move(o, 601, 600);
    oracle_button(o, 1, true);
    oracle_button(o, 1, false);
    oracle_step(o, "ungrab: crossings with mode Ungrab");
    xcb_ungrab_pointer(o->c, 0);
    oracle_step(o, "confined to other: the pointer is moved into it");
    xcb_flush(o->c);
    grab(o, o->c, "confine", 0, w, all, other, 0);
    oracle_show_pointer(o, o->root);
    oracle_step(o, "and stays there");
    oracle_move(o, 10, 10);
    oracle_show_pointer(o, o->root);
    xcb_ungrab_pointer(o->c, 0);
    oracle_step(o, "a press grabs by itself until the last release");
    oracle_move(o, 60, 60);
    oracle_button(o, 1, true);
    oracle_move(o, 350, 50);
    oracle_button(o, 3, true);
    oracle_button(o, 1, false);
    oracle_move(o, 351, 51);
    oracle_button(o, 3, false);
    oracle_step(o, "OwnerGrabButton");
    oracle_select(o->c, child, all | XCB_EVENT_MASK_OWNER_GRAB_BUTTON);
    oracle_move(o, 60, 60);
    oracle_button(o, 1, true);
    oracle_move(o, 350, 50);
    oracle_button(o, 1, false);
    oracle_step(o, "the press window goes away under the button");
    oracle_select(o->c, child, all);
    oracle_move(o, 60, 60);
    oracle_button(o, 1, true);
    xcb_unmap_window(o->c, child);
    oracle_step(o, "release");
    oracle_button(o, 1, false);
}

static void grab_keys(struct oracle *o, xcb_connection_t *c, const char *what, uint8_t owner_events, xcb_window_t window,
                      xcb_timestamp_t time)
{
    oracle_step(o, "grab keyboard: %s", what);
    ORACLE_SHOW(o, c, "xproto:GrabKeyboard",
                xcb_grab_keyboard(c, owner_events, window, time, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC));
}

void scenario_grab_keyboard(struct oracle *o)
{
    const uint32_t keys = XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE | XCB_EVENT_MASK_FOCUS_CHANGE;
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 200, 200, 0, keys);
    xcb_window_t other = oracle_window(o, "other", o->root, 300, 0, 100, 100, 0, keys);
    xcb_window_t hidden = oracle_window(o, "hidden", o->root, 0, 0, 50, 50, 0, 0);
    xcb_connection_t *b = oracle_open(o);
    xcb_map_window(o->c, w);
    xcb_map_window(o->c, other);
    oracle_move(o, 900, 700);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, other, 0);
    grab_keys(o, o->c, "not viewable", 0, hidden, 0);
    grab_keys(o, o->c, "success", 0, w, 0);
    oracle_step(o, "keys go to the grab window");
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
    grab_keys(o, b, "B: already grabbed", 0, w, 0);
    oracle_step(o, "focus moves below the grab");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, w, 0);
    oracle_step(o, "back");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, other, 0);
    grab_keys(o, o->c, "owner-events", 1, w, 0);
    oracle_step(o, "keys go where they went");
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
    oracle_step(o, "ungrab");
    xcb_ungrab_keyboard(b, 0);
    xcb_ungrab_keyboard(o->c, 1);
    xcb_ungrab_keyboard(o->c, 0);
    grab_keys(o, b, "B", 0, w, 0);
    oracle_step(o, "the window is unmapped");
    xcb_unmap_window(o->c, w);
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
    xcb_map_window(o->c, w);
    grab_keys(o, b, "future", 0, w, 0x7FFFFFFF);
    grab_keys(o, b, "old", 0, w, 1);
    grab_keys(o, b, "bad window", 0, 0x1, 0);
    grab_keys(o, b, "bad flag", 3, w, 0);
    oracle_step(o, "bad modes");
    ORACLE_SHOW(o, o->c, "xproto:GrabKeyboard", xcb_grab_keyboard(o->c, 0, w, 0, 2, 1));
    ORACLE_SHOW(o, o->c, "xproto:GrabKeyboard", xcb_grab_keyboard(o->c, 0, w, 0, 1, 2));
}
