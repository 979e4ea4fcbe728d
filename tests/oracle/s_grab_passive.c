/* Passive grabs, frozen devices, and the server grab. */
#include <stdlib.h>

#include "scenarios.h"

#define BUTTONS (XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_BUTTON_RELEASE)
#define KEYS (XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE)

static void click(struct oracle *o, uint8_t button)
{
    oracle_button(o, button, true);
    oracle_button(o, button, false);
}

static void type(struct oracle *o, uint8_t key)
{
    oracle_key(o, key, true);
    oracle_key(o, key, false);
}

static void grab_button(xcb_connection_t *c, xcb_window_t w, uint8_t button, uint16_t modifiers, uint8_t owner_events)
{
    xcb_grab_button(c, owner_events, w, BUTTONS, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC, 0, 0, button, modifiers);
}

void scenario_grab_button(struct oracle *o)
{
    xcb_window_t top = oracle_window(o, "top", o->root, 0, 0, 200, 200, 0, 0);
    xcb_window_t child = oracle_window(o, "child", top, 50, 50, 100, 100, 0, BUTTONS);
    xcb_connection_t *b = oracle_open(o);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, top);
    oracle_move(o, 100, 100);
    oracle_step(o, "button 1 without modifiers on top: top gets the click");
    grab_button(o->c, top, 1, 0, 0);
    click(o, 1);
    oracle_step(o, "button 2: child");
    click(o, 2);
    oracle_step(o, "shift and button 1: child");
    oracle_key(o, KEY_SHIFT_L, true);
    click(o, 1);
    oracle_key(o, KEY_SHIFT_L, false);
    oracle_step(o, "B: the same combination is taken, others are not");
    grab_button(b, top, 1, 0, 0);
    grab_button(b, top, 1, XCB_MOD_MASK_ANY, 0);
    grab_button(b, top, XCB_BUTTON_INDEX_ANY, 0, 0);
    grab_button(b, top, 1, XCB_MOD_MASK_SHIFT, 0);
    grab_button(b, top, 3, XCB_MOD_MASK_ANY, 0);
    oracle_step(o, "shift and button 1: B");
    oracle_key(o, KEY_SHIFT_L, true);
    click(o, 1);
    oracle_key(o, KEY_SHIFT_L, false);
    oracle_step(o, "any modifier, button 3: B");
    oracle_key(o, KEY_CONTROL_L, true);
    click(o, 3);
    oracle_key(o, KEY_CONTROL_L, false);
    oracle_step(o, "owner-events");
    grab_button(o->c, top, 1, 0, 1);
    click(o, 1);
    oracle_step(o, "ungrab one of any");
    xcb_ungrab_button(b, 3, top, XCB_MOD_MASK_CONTROL);
    click(o, 3);
    oracle_key(o, KEY_CONTROL_L, true);
    click(o, 3);
    oracle_key(o, KEY_CONTROL_L, false);
    oracle_step(o, "ungrab all");
    xcb_ungrab_button(o->c, XCB_BUTTON_INDEX_ANY, top, XCB_MOD_MASK_ANY);
    xcb_ungrab_button(b, XCB_BUTTON_INDEX_ANY, top, XCB_MOD_MASK_ANY);
    click(o, 1);
    oracle_step(o, "errors");
    grab_button(o->c, 0x31, 1, 0, 0);
    grab_button(o->c, top, 1, 0x200, 0);
    grab_button(o->c, top, 1, 0, 2);
    xcb_grab_button(o->c, 0, top, 0x8001, 1, 1, 0, 0, 1, 0);
    xcb_grab_button(o->c, 0, top, BUTTONS, 2, 1, 0, 0, 1, 0);
    xcb_grab_button(o->c, 0, top, BUTTONS, 1, 2, 0, 0, 1, 0);
    xcb_grab_button(o->c, 0, top, BUTTONS, 1, 1, 0x32, 0, 1, 0);
    xcb_grab_button(o->c, 0, top, BUTTONS, 1, 1, 0, 0x33, 1, 0);
    xcb_ungrab_button(o->c, 1, 0x34, 0);
    xcb_ungrab_button(o->c, 1, top, 0x4000);
    oracle_step(o, "the grabbing client leaves");
    grab_button(b, top, 1, 0, 0);
    oracle_close(o, b);
    click(o, 1);
}

static void grab_key(xcb_connection_t *c, xcb_window_t w, uint8_t key, uint16_t modifiers)
{
    xcb_grab_key(c, 0, w, modifiers, key, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC);
}

void scenario_grab_key(struct oracle *o)
{
    xcb_window_t top = oracle_window(o, "top", o->root, 0, 0, 200, 200, 0, XCB_EVENT_MASK_FOCUS_CHANGE);
    xcb_window_t child = oracle_window(o, "child", top, 50, 50, 100, 100, 0, KEYS | XCB_EVENT_MASK_FOCUS_CHANGE);
    xcb_connection_t *b = oracle_open(o);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, top);
    oracle_move(o, 900, 700);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, child, 0);
    oracle_step(o, "key on an ancestor of the focus");
    grab_key(o->c, top, KEY_A, 0);
    type(o, KEY_A);
    type(o, KEY_B);
    oracle_step(o, "with a modifier it is another combination");
    oracle_key(o, KEY_CONTROL_L, true);
    type(o, KEY_A);
    oracle_key(o, KEY_CONTROL_L, false);
    oracle_step(o, "conflicts");
    grab_key(b, top, KEY_A, 0);
    grab_key(b, top, XCB_GRAB_ANY, 0);
    grab_key(b, top, KEY_A, XCB_MOD_MASK_ANY);
    grab_key(b, child, KEY_A, XCB_MOD_MASK_ANY);
    oracle_step(o, "the outermost grab wins");
    type(o, KEY_A);
    oracle_step(o, "any key, any modifier, on the root");
    xcb_grab_key(b, 1, o->root, XCB_MOD_MASK_ANY, XCB_GRAB_ANY, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC);
    type(o, KEY_B);
    oracle_step(o, "ungrab");
    xcb_ungrab_key(b, XCB_GRAB_ANY, o->root, XCB_MOD_MASK_ANY);
    xcb_ungrab_key(o->c, KEY_A, top, 0);
    type(o, KEY_A);
    oracle_step(o, "the grab lasts until its own key goes up");
    xcb_ungrab_key(b, KEY_A, child, XCB_MOD_MASK_ANY);
    grab_key(o->c, top, KEY_A, 0);
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_B, true);
    oracle_key(o, KEY_B, false);
    oracle_key(o, KEY_A, false);
    type(o, KEY_B);
    oracle_step(o, "errors");
    grab_key(o->c, 0x41, KEY_A, 0);
    grab_key(o->c, top, 7, 0);
    grab_key(o->c, top, KEY_A, 0x1000);
    xcb_grab_key(o->c, 2, top, 0, KEY_A, 1, 1);
    xcb_grab_key(o->c, 0, top, 0, KEY_A, 3, 1);
    xcb_grab_key(o->c, 0, top, 0, KEY_A, 1, 3);
    xcb_ungrab_key(o->c, 7, top, 0);
    xcb_ungrab_key(o->c, KEY_A, 0x42, 0);
    xcb_ungrab_key(o->c, KEY_A, top, 0x1000);
}

static void allow(struct oracle *o, const char *what, uint8_t mode)
{
    oracle_step(o, "allow events: %s", what);
    xcb_allow_events(o->c, mode, 0);
}

void scenario_grab_frozen(struct oracle *o)
{
    xcb_window_t top = oracle_window(o, "top", o->root, 0, 0, 200, 200, 0, BUTTONS);
    xcb_window_t child = oracle_window(o, "child", top, 50, 50, 100, 100, 0, BUTTONS | KEYS);
    xcb_connection_t *b = oracle_open(o);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, top);
    oracle_move(o, 100, 100);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, child, 0);
    oracle_step(o, "synchronous button grab: the release waits");
    xcb_grab_button(o->c, 0, top, BUTTONS, XCB_GRAB_MODE_SYNC, XCB_GRAB_MODE_ASYNC, 0, 0, 1, XCB_MOD_MASK_ANY);
    click(o, 1);
    oracle_step(o, "B cannot grab a frozen pointer");
    ORACLE_SHOW(o, b, "xproto:GrabPointer", xcb_grab_pointer(b, 0, top, BUTTONS, 1, 1, 0, 0, 0));
    allow(o, "AsyncPointer", XCB_ALLOW_ASYNC_POINTER);
    oracle_step(o, "replay: the child gets the click");
    click(o, 1);
    allow(o, "ReplayPointer", XCB_ALLOW_REPLAY_POINTER);
    oracle_step(o, "sync: one event at a time");
    click(o, 1);
    allow(o, "SyncPointer", XCB_ALLOW_SYNC_POINTER);
    allow(o, "SyncPointer", XCB_ALLOW_SYNC_POINTER);
    allow(o, "AsyncPointer", XCB_ALLOW_ASYNC_POINTER);
    oracle_step(o, "synchronous keyboard grab");
    ORACLE_SHOW(o, o->c, "xproto:GrabKeyboard", xcb_grab_keyboard(o->c, 0, top, 0, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_SYNC));
    type(o, KEY_A);
    allow(o, "SyncKeyboard", XCB_ALLOW_SYNC_KEYBOARD);
    allow(o, "SyncKeyboard", XCB_ALLOW_SYNC_KEYBOARD);
    allow(o, "AsyncKeyboard", XCB_ALLOW_ASYNC_KEYBOARD);
    type(o, KEY_B);
    xcb_ungrab_keyboard(o->c, 0);
    oracle_step(o, "synchronous key grab and replay");
    xcb_grab_key(o->c, 0, top, XCB_MOD_MASK_ANY, KEY_A, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_SYNC);
    type(o, KEY_A);
    allow(o, "ReplayKeyboard", XCB_ALLOW_REPLAY_KEYBOARD);
    oracle_step(o, "both frozen");
    ORACLE_SHOW(o, o->c, "xproto:GrabPointer", xcb_grab_pointer(o->c, 0, top, BUTTONS, 0, 0, 0, 0, 0));
    click(o, 2);
    type(o, KEY_B);
    allow(o, "AsyncBoth", XCB_ALLOW_ASYNC_BOTH);
    oracle_step(o, "errors");
    xcb_allow_events(o->c, 8, 0);
    xcb_ungrab_pointer(o->c, 0);
}

/* B's requests wait while A holds the server; B's reply arrives after A lets go. */
void scenario_grab_server(struct oracle *o)
{
    xcb_connection_t *b = oracle_open(o);
    oracle_step(o, "A grabs");
    xcb_grab_server(o->c);
    oracle_show_focus(o);
    xcb_get_geometry_cookie_t cookie = xcb_get_geometry(b, o->root);
    xcb_flush(b);
    for (int i = 0; i < 3; i++)
        oracle_show_focus(o);
    void *reply = NULL;
    xcb_generic_error_t *error = NULL;
    int ready = xcb_poll_for_reply(b, cookie.sequence, &reply, &error);
    if (ready)
        oracle_name(o, 0xFFFFFFF0u, "B-was-served-during-the-grab");
    xcb_ungrab_server(o->c);
    xcb_flush(o->c);
    if (!ready)
        ORACLE_SHOW(o, b, "xproto:GetGeometry", cookie);
    free(reply);
    oracle_step(o, "ungrab without grab, and a grab that ends with its client");
    xcb_ungrab_server(o->c);
    xcb_grab_server(b);
    xcb_flush(b);
    free(xcb_get_input_focus_reply(b, xcb_get_input_focus(b), NULL));
    oracle_close(o, b);
    oracle_show_focus(o);
}
