/* Several clients: event selection, close-down, save sets, events that clients send. */
#include <stdlib.h>
#include <string.h>

#include "scenarios.h"

void scenario_two_clients(struct oracle *o)
{
    xcb_connection_t *b = oracle_open(o);
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 100, 100, 0, ORACLE_ALL_STRUCTURE | XCB_EVENT_MASK_KEY_PRESS);
    oracle_step(o, "both hear of the window");
    oracle_select(b, w, ORACLE_ALL_STRUCTURE | XCB_EVENT_MASK_PROPERTY_CHANGE | XCB_EVENT_MASK_KEY_PRESS);
    xcb_map_window(o->c, w);
    oracle_step(o, "B changes what A made");
    const uint32_t place[] = { 10, 10, 50, 60 };
    xcb_configure_window(b, w, 0xF, place);
    xcb_change_property(b, 0, w, XCB_ATOM_WM_NAME, XCB_ATOM_STRING, 8, 1, "n");
    oracle_step(o, "a key goes to both");
    oracle_move(o, 20, 20);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, w, 0);
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
    oracle_step(o, "B creates a child in A's window; ids are B's own");
    xcb_window_t child = oracle_id(o, b, "child");
    xcb_create_window(b, 0, child, w, 0, 0, 5, 5, 0, 0, 0, 0, NULL);
    xcb_map_window(b, child);
    oracle_step(o, "A destroys it all");
    xcb_destroy_window(o->c, w);
    ORACLE_SHOW(o, b, "xproto:GetGeometry", xcb_get_geometry(b, child));
    oracle_step(o, "B may use the id again; A's ids are not B's");
    xcb_create_window(b, 0, child, o->root, 0, 0, 5, 5, 0, 0, 0, 0, NULL);
    xcb_create_window(b, 0, w, o->root, 0, 0, 5, 5, 0, 0, 0, 0, NULL);
    ORACLE_SHOW(o, b, "xproto:GetGeometry", xcb_get_geometry(b, child));
}

static xcb_window_t make(struct oracle *o, xcb_connection_t *c, const char *name, uint8_t mode)
{
    xcb_window_t w = oracle_id(o, c, name);
    xcb_create_window(c, 0, w, o->root, 0, 0, 5, 5, 0, 0, 0, 0, NULL);
    xcb_set_close_down_mode(c, mode);
    return w;
}

void scenario_close_down(struct oracle *o)
{
    oracle_select(o->c, o->root, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_connection_t *b = oracle_open(o), *c = oracle_open(o), *d = oracle_open(o);
    xcb_window_t gone = make(o, b, "gone", XCB_CLOSE_DOWN_DESTROY_ALL);
    xcb_window_t permanent = make(o, c, "permanent", XCB_CLOSE_DOWN_RETAIN_PERMANENT);
    xcb_window_t temporary = make(o, d, "temporary", XCB_CLOSE_DOWN_RETAIN_TEMPORARY);
    oracle_step(o, "B leaves: destroyed");
    oracle_close(o, b);
    oracle_show_geometry(o, gone);
    oracle_step(o, "C and D leave: retained");
    oracle_close(o, c);
    oracle_close(o, d);
    oracle_show_geometry(o, permanent);
    oracle_show_geometry(o, temporary);
    oracle_show_tree(o, o->root);
    oracle_step(o, "retained windows live on");
    xcb_map_window(o->c, permanent);
    oracle_show_attributes(o, permanent);
    oracle_step(o, "kill one by its id");
    xcb_kill_client(o->c, permanent);
    oracle_show_geometry(o, permanent);
    oracle_step(o, "kill all temporary");
    xcb_kill_client(o->c, XCB_KILL_ALL_TEMPORARY);
    oracle_show_geometry(o, temporary);
    oracle_step(o, "kill a living client");
    xcb_connection_t *e = oracle_open(o);
    xcb_window_t live = make(o, e, "live", XCB_CLOSE_DOWN_DESTROY_ALL);
    oracle_step(o, "kill");
    xcb_kill_client(o->c, live);
    oracle_show_geometry(o, live);
    oracle_step(o, "E knows");
}

void scenario_save_set(struct oracle *o)
{
    xcb_connection_t *b = oracle_open(o);
    xcb_window_t frame = oracle_id(o, b, "frame");
    const uint32_t on = 1;
    xcb_create_window(b, 0, frame, o->root, 50, 60, 200, 200, 3, 0, 0, XCB_CW_OVERRIDE_REDIRECT, &on);
    xcb_window_t w = oracle_window(o, "w", o->root, 10, 10, 50, 50, 1, XCB_EVENT_MASK_STRUCTURE_NOTIFY);
    xcb_window_t lost = oracle_window(o, "lost", o->root, 10, 10, 50, 50, 1, XCB_EVENT_MASK_STRUCTURE_NOTIFY);
    oracle_step(o, "B takes both in, one is in its save set");
    xcb_change_save_set(b, XCB_SET_MODE_INSERT, w);
    xcb_change_save_set(b, XCB_SET_MODE_INSERT, lost);
    xcb_change_save_set(b, XCB_SET_MODE_DELETE, lost);
    xcb_reparent_window(b, w, frame, 7, 8);
    xcb_reparent_window(b, lost, frame, 7, 8);
    xcb_map_window(b, frame);
    oracle_step(o, "errors");
    xcb_change_save_set(o->c, XCB_SET_MODE_INSERT, w);
    xcb_change_save_set(b, 2, w);
    xcb_change_save_set(b, 0, 0x81);
    oracle_step(o, "B dies");
    oracle_close(o, b);
    oracle_show_geometry(o, w);
    oracle_show_attributes(o, w);
    oracle_show_geometry(o, lost);
}

void scenario_send_event(struct oracle *o)
{
    xcb_connection_t *b = oracle_open(o);
    xcb_window_t top = oracle_window(o, "top", o->root, 0, 0, 200, 200, 0, XCB_EVENT_MASK_BUTTON_PRESS);
    xcb_window_t child = oracle_window(o, "child", top, 0, 0, 100, 100, 0, 0);
    oracle_select(b, top, XCB_EVENT_MASK_STRUCTURE_NOTIFY);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, top);
    xcb_client_message_event_t message;
    memset(&message, 0, sizeof message);
    message.response_type = XCB_CLIENT_MESSAGE;
    message.format = 32;
    message.window = top;
    message.type = XCB_ATOM_WM_HINTS;
    message.data.data32[0] = 0x11223344;
    const char *event = (const char *)&message;
    oracle_step(o, "no mask: to the creator");
    xcb_send_event(b, 0, top, 0, event);
    oracle_step(o, "a mask: to those who selected");
    xcb_send_event(o->c, 0, top, XCB_EVENT_MASK_STRUCTURE_NOTIFY, event);
    xcb_send_event(o->c, 0, top, XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_BUTTON_PRESS, event);
    xcb_send_event(o->c, 0, top, XCB_EVENT_MASK_EXPOSURE, event);
    oracle_step(o, "not propagated, propagated");
    xcb_send_event(b, 0, child, XCB_EVENT_MASK_BUTTON_PRESS, event);
    xcb_send_event(b, 1, child, XCB_EVENT_MASK_BUTTON_PRESS, event);
    oracle_step(o, "to the root with nobody there");
    xcb_send_event(b, 0, o->root, XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT | XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY, event);
    oracle_step(o, "PointerWindow and InputFocus");
    xcb_warp_pointer(o->c, 0, o->root, 0, 0, 0, 0, 10, 10);
    xcb_send_event(b, 0, 0, 0, event);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, top, 0);
    free(xcb_get_input_focus_reply(o->c, xcb_get_input_focus(o->c), NULL));
    xcb_send_event(b, 0, 1, 0, event);
    xcb_send_event(b, 1, 1, XCB_EVENT_MASK_BUTTON_PRESS, event);
    oracle_step(o, "other events are sent as they are");
    xcb_key_press_event_t key;
    memset(&key, 0, sizeof key);
    key.response_type = XCB_KEY_PRESS;
    key.detail = KEY_A;
    key.event = top;
    key.root = o->root;
    key.event_x = -3;
    key.state = 0x1004;
    key.same_screen = 1;
    xcb_send_event(b, 0, top, 0, (const char *)&key);
    oracle_step(o, "errors");
    message.response_type = 1;
    xcb_send_event(o->c, 0, top, 0, event);
    message.response_type = 0;
    xcb_send_event(o->c, 0, top, 0, event);
    message.response_type = 63;
    xcb_send_event(o->c, 0, top, 0, event);
    message.response_type = XCB_CLIENT_MESSAGE;
    message.format = 7;
    xcb_send_event(o->c, 0, top, 0, event);
    message.format = 8;
    xcb_send_event(o->c, 2, top, 0, event);
    xcb_send_event(o->c, 0, 0x91, 0, event);
    xcb_send_event(o->c, 0, top, 0x2000000, event);
    oracle_step(o, "the sent bit of the sender is kept");
    message.response_type = XCB_CLIENT_MESSAGE | 0x80;
    xcb_send_event(b, 0, top, 0, event);
}
