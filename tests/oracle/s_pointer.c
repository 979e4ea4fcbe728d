/* Pointer queries, warps, motion and the propagation of device events. */
#include <stdlib.h>

#include "scenarios.h"

static void translate(struct oracle *o, xcb_window_t from, xcb_window_t to, int x, int y)
{
    ORACLE_SHOW(o, o->c, "xproto:TranslateCoordinates", xcb_translate_coordinates(o->c, from, to, (int16_t)x, (int16_t)y));
}

static void warp(struct oracle *o, const char *what, xcb_window_t from, xcb_window_t to, int sx, int sy, unsigned sw,
                 unsigned sh, int x, int y)
{
    oracle_step(o, "warp: %s", what);
    xcb_warp_pointer(o->c, from, to, (int16_t)sx, (int16_t)sy, (uint16_t)sw, (uint16_t)sh, (int16_t)x, (int16_t)y);
    oracle_show_pointer(o, o->root);
}

void scenario_pointer(struct oracle *o)
{
    xcb_window_t top = oracle_window(o, "top", o->root, 100, 100, 300, 300, 4, 0);
    xcb_window_t child = oracle_window(o, "child", top, 10, 20, 50, 50, 2, 0);
    xcb_window_t hidden = oracle_window(o, "hidden", top, 100, 100, 50, 50, 0, 0);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, top);
    warp(o, "absolute", 0, o->root, 0, 0, 0, 0, 120, 130);
    oracle_show_pointer(o, top);
    oracle_show_pointer(o, child);
    oracle_show_pointer(o, hidden);
    warp(o, "relative", 0, 0, 0, 0, 0, 0, 5, -6);
    warp(o, "into a window", 0, child, 0, 0, 0, 0, 3, 4);
    warp(o, "onto its border", 0, child, 0, 0, 0, 0, -1, -1);
    warp(o, "beyond the screen", 0, o->root, 0, 0, 0, 0, 30000, -30000);
    warp(o, "only if inside a rectangle: outside", top, o->root, 0, 0, 10, 10, 5, 5);
    warp(o, "only if inside a rectangle: inside", o->root, o->root, 1000, 0, 0, 0, 115, 125);
    warp(o, "source window is not under the pointer", hidden, o->root, 0, 0, 0, 0, 7, 7);
    warp(o, "source window under a sibling", top, top, 0, 0, 0, 0, 7, 7);
    oracle_step(o, "warp errors");
    xcb_warp_pointer(o->c, 0x71, o->root, 0, 0, 0, 0, 0, 0);
    xcb_warp_pointer(o->c, 0, 0x72, 0, 0, 0, 0, 0, 0);
    oracle_step(o, "translate");
    translate(o, o->root, top, 115, 125);
    translate(o, top, o->root, 0, 0);
    translate(o, top, top, 12, 22);
    translate(o, child, hidden, 0, 0);
    translate(o, o->root, o->root, 101, 101);
    translate(o, o->root, top, 110, 110);
    translate(o, o->root, child, 0x71, -5);
    translate(o, 0x71, top, 0, 0);
    translate(o, top, 0x72, 0, 0);
    oracle_step(o, "buttons and modifiers in the state");
    oracle_key(o, KEY_CONTROL_L, true);
    oracle_button(o, 1, true);
    oracle_button(o, 5, true);
    oracle_show_pointer(o, top);
    oracle_button(o, 1, false);
    oracle_button(o, 5, false);
    oracle_key(o, KEY_CONTROL_L, false);
    oracle_show_pointer(o, top);
    oracle_show_pointer(o, 0x71);
    oracle_step(o, "motion history");
    ORACLE_SHOW(o, o->c, "xproto:GetMotionEvents", xcb_get_motion_events(o->c, 0x71, 0, 0));
    xcb_get_motion_events_reply_t *history =
        xcb_get_motion_events_reply(o->c, xcb_get_motion_events(o->c, top, 0x7FFFFFF0, 0x7FFFFFF1), NULL);
    oracle_step(o, "in the future: %u", history ? history->events_len : 99);
    free(history);
}

static void click(struct oracle *o, const char *what)
{
    oracle_step(o, "click: %s", what);
    oracle_button(o, 1, true);
    oracle_button(o, 1, false);
}

void scenario_propagation(struct oracle *o)
{
    const uint32_t buttons = XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_BUTTON_RELEASE;
    xcb_window_t top = oracle_window(o, "top", o->root, 100, 100, 300, 300, 4, buttons);
    xcb_window_t middle = oracle_window(o, "middle", top, 10, 20, 200, 200, 0, 0);
    xcb_window_t leaf = oracle_window(o, "leaf", middle, 5, 5, 50, 50, 0, 0);
    xcb_map_window(o->c, leaf);
    xcb_map_window(o->c, middle);
    xcb_map_window(o->c, top);
    oracle_move(o, 125, 135);
    click(o, "leaf and middle do not select: top gets it, with its child");
    oracle_select(o->c, leaf, XCB_EVENT_MASK_BUTTON_RELEASE);
    click(o, "leaf selects releases only: the press goes to top and grabs");
    const uint32_t press = XCB_EVENT_MASK_BUTTON_PRESS;
    oracle_select(o->c, leaf, 0);
    xcb_change_window_attributes(o->c, middle, XCB_CW_DONT_PROPAGATE, &press);
    click(o, "middle stops presses");
    xcb_connection_t *b = oracle_open(o);
    const uint32_t none = 0;
    xcb_change_window_attributes(o->c, middle, XCB_CW_DONT_PROPAGATE, &none);
    oracle_select(b, middle, buttons);
    click(o, "B selects on middle");
    oracle_select(b, middle, XCB_EVENT_MASK_BUTTON_RELEASE);
    oracle_select(b, o->root, XCB_EVENT_MASK_BUTTON_RELEASE);
    click(o, "B has releases on middle and root");
    oracle_step(o, "buttons 4 to 7 and 9");
    for (uint8_t button = 4; button <= 7; button++) {
        oracle_button(o, button, true);
        oracle_button(o, button, false);
    }
    oracle_move(o, 900, 700);
    oracle_select(b, o->root, buttons);
    click(o, "the root");
}

void scenario_motion(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 300, 300, 0, XCB_EVENT_MASK_POINTER_MOTION);
    xcb_window_t child = oracle_window(o, "child", w, 100, 100, 50, 50, 0, 0);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, w);
    oracle_move(o, 10, 10);
    oracle_step(o, "each motion");
    oracle_move(o, 11, 10);
    oracle_move(o, 11, 10);      /* no change */
    oracle_move(o, 110, 110);    /* over the child: propagates */
    oracle_step(o, "only with a button");
    oracle_select(o->c, w, XCB_EVENT_MASK_BUTTON_MOTION | XCB_EVENT_MASK_BUTTON_PRESS);
    oracle_move(o, 20, 20);
    oracle_button(o, 1, true);
    oracle_move(o, 21, 20);
    oracle_button(o, 1, false);
    oracle_step(o, "only with button 3");
    oracle_select(o->c, w, XCB_EVENT_MASK_BUTTON_3_MOTION | XCB_EVENT_MASK_BUTTON_PRESS);
    oracle_button(o, 1, true);
    oracle_move(o, 22, 20);
    oracle_button(o, 3, true);
    oracle_move(o, 23, 20);
    oracle_button(o, 1, false);
    oracle_move(o, 24, 20);
    oracle_button(o, 3, false);
    oracle_step(o, "hints: one until somebody asks");
    oracle_select(o->c, w, XCB_EVENT_MASK_POINTER_MOTION | XCB_EVENT_MASK_POINTER_MOTION_HINT | XCB_EVENT_MASK_BUTTON_PRESS);
    oracle_move(o, 30, 30);
    oracle_move(o, 31, 30);
    oracle_move(o, 32, 30);
    oracle_show_pointer(o, w);
    oracle_move(o, 33, 30);
    oracle_move(o, 34, 30);
    oracle_step(o, "a press ends the hint too");
    oracle_button(o, 1, true);
    oracle_move(o, 35, 30);
    oracle_button(o, 1, false);
    oracle_step(o, "relative XTEST motion");
    oracle_select(o->c, w, XCB_EVENT_MASK_POINTER_MOTION);
    xcb_warp_pointer(o->c, 0, 0, 0, 0, 0, 0, 3, 3);
    oracle_step(o, "edge of the screen");
    oracle_select(o->c, o->root, XCB_EVENT_MASK_POINTER_MOTION);
    oracle_move(o, 5000, 5000);
    oracle_show_pointer(o, o->root);
    oracle_move(o, -50, -50);
    oracle_show_pointer(o, o->root);
}
