/* The window tree: creation, attributes, reparenting, destruction. */
#include <stdlib.h>

#include "scenarios.h"

static void create_errors(struct oracle *o, xcb_window_t used, xcb_window_t input_only)
{
    oracle_step(o, "CreateWindow misuse");
    const uint16_t output = XCB_WINDOW_CLASS_INPUT_OUTPUT, only = XCB_WINDOW_CLASS_INPUT_ONLY;
    xcb_create_window(o->c, 0, used, o->root, 0, 0, 1, 1, 0, output, 0, 0, NULL);
    xcb_create_window(o->c, 0, 0x7, o->root, 0, 0, 1, 1, 0, output, 0, 0, NULL);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e1"), 0x99, 0, 0, 1, 1, 0, output, 0, 0, NULL);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e2"), o->root, 0, 0, 0, 1, 0, output, 0, 0, NULL);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e3"), o->root, 0, 0, 1, 0, 0, output, 0, 0, NULL);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e4"), o->root, 0, 0, 1, 1, 0, 3, 0, 0, NULL);
    xcb_create_window(o->c, 7, oracle_id(o, o->c, "e5"), o->root, 0, 0, 1, 1, 0, output, 0, 0, NULL);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e6"), o->root, 0, 0, 1, 1, 0, output, 0x5555, 0, NULL);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e7"), o->root, 0, 0, 1, 1, 3, only, 0, 0, NULL);
    xcb_create_window(o->c, 24, oracle_id(o, o->c, "e8"), o->root, 0, 0, 1, 1, 0, only, 0, 0, NULL);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e9"), input_only, 0, 0, 1, 1, 0, output, 0, 0, NULL);
    const uint32_t pixel = 5;
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e10"), o->root, 0, 0, 1, 1, 0, only, 0, XCB_CW_BACK_PIXEL, &pixel);
    const uint32_t gravity = 11, bit = 2;
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e11"), o->root, 0, 0, 1, 1, 0, output, 0, XCB_CW_WIN_GRAVITY, &gravity);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e12"), o->root, 0, 0, 1, 1, 0, output, 0, XCB_CW_BIT_GRAVITY, &gravity);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e13"), o->root, 0, 0, 1, 1, 0, output, 0, XCB_CW_OVERRIDE_REDIRECT, &bit);
    const uint32_t mask = 0x2000000, cursor = 0x4444, colormap = 0x3333, backing = 3;
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e14"), o->root, 0, 0, 1, 1, 0, output, 0, XCB_CW_EVENT_MASK, &mask);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e15"), o->root, 0, 0, 1, 1, 0, output, 0, XCB_CW_CURSOR, &cursor);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e16"), o->root, 0, 0, 1, 1, 0, output, 0, XCB_CW_COLORMAP, &colormap);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e17"), o->root, 0, 0, 1, 1, 0, output, 0, XCB_CW_BACKING_STORE, &backing);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e18"), o->root, 0, 0, 1, 1, 0, output, 0, XCB_CW_DONT_PROPAGATE, &mask);
    xcb_create_window(o->c, 0, oracle_id(o, o->c, "e19"), o->root, 0, 0, 1, 1, 0, output, 0, 1u << 20, &mask);
}

void scenario_window_tree(struct oracle *o)
{
    oracle_step(o, "children are announced to the parent's watchers");
    oracle_select(o->c, o->root, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_window_t top = oracle_window(o, "top", o->root, 10, 20, 300, 200, 2, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_window_t a = oracle_window(o, "a", top, 1, 2, 30, 40, 0, XCB_EVENT_MASK_STRUCTURE_NOTIFY);
    xcb_window_t b = oracle_window(o, "b", top, -5, -6, 30, 40, 1, 0);
    xcb_window_t inner = oracle_window(o, "inner", a, 0, 0, 5, 5, 0, XCB_EVENT_MASK_STRUCTURE_NOTIFY);
    xcb_window_t deep = oracle_window(o, "deep", inner, 0, 0, 5, 5, 0, XCB_EVENT_MASK_STRUCTURE_NOTIFY);
    xcb_window_t only = oracle_input_only(o, "only", top, 0, 0, 10, 10, 0);
    oracle_step(o, "geometry and tree");
    oracle_show_geometry(o, b);
    oracle_show_geometry(o, only);
    oracle_show_geometry(o, o->root);
    oracle_show_tree(o, o->root);
    oracle_show_tree(o, top);
    oracle_show_tree(o, deep);
    oracle_show_attributes(o, only);
    create_errors(o, a, only);
    oracle_step(o, "destroy a: inferiors first");
    xcb_map_window(o->c, top);
    xcb_map_window(o->c, a);
    xcb_destroy_window(o->c, a);
    oracle_step(o, "gone");
    oracle_show_geometry(o, deep);
    oracle_show_tree(o, a);
    oracle_step(o, "destroy subwindows");
    xcb_destroy_subwindows(o->c, top);
    oracle_show_tree(o, top);
    oracle_step(o, "the root cannot be destroyed");
    xcb_destroy_window(o->c, o->root);
    xcb_destroy_window(o->c, 0x123);
    xcb_destroy_subwindows(o->c, 0);
    oracle_step(o, "an id may be used again");
    const uint32_t no_redirect = 1;
    xcb_create_window(o->c, 0, a, o->root, 0, 0, 7, 7, 0, XCB_WINDOW_CLASS_COPY_FROM_PARENT, 0, XCB_CW_OVERRIDE_REDIRECT, &no_redirect);
    oracle_show_geometry(o, a);
}

void scenario_window_attributes(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 100, 100, 0, 0);
    xcb_window_t only = oracle_input_only(o, "only", w, 0, 0, 10, 10, 0);
    oracle_step(o, "as created");
    oracle_show_attributes(o, w);
    oracle_show_attributes(o, only);
    oracle_show_attributes(o, o->root);
    oracle_step(o, "everything changed");
    const uint32_t values[] = { 0x00FF00, 0x0000FF, XCB_GRAVITY_CENTER, XCB_GRAVITY_SOUTH_EAST, XCB_BACKING_STORE_ALWAYS,
                                0xF0F0F0, 0x0F0F0F, 0, 1, XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_EXPOSURE,
                                XCB_EVENT_MASK_BUTTON_PRESS, o->colormap, 0 };
    xcb_change_window_attributes(o->c, w,
                                 XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL | XCB_CW_BIT_GRAVITY | XCB_CW_WIN_GRAVITY |
                                     XCB_CW_BACKING_STORE | XCB_CW_BACKING_PLANES | XCB_CW_BACKING_PIXEL |
                                     XCB_CW_OVERRIDE_REDIRECT | XCB_CW_SAVE_UNDER | XCB_CW_EVENT_MASK |
                                     XCB_CW_DONT_PROPAGATE | XCB_CW_COLORMAP | XCB_CW_CURSOR, values);
    oracle_show_attributes(o, w);
    oracle_step(o, "masks of two clients");
    xcb_connection_t *b = oracle_open(o);
    oracle_select(b, w, XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_STRUCTURE_NOTIFY);
    ORACLE_SHOW(o, b, "xproto:GetWindowAttributes", xcb_get_window_attributes(b, w));
    oracle_show_attributes(o, w);
    oracle_step(o, "only one client may have button presses, redirections");
    oracle_select(o->c, w, XCB_EVENT_MASK_BUTTON_PRESS);
    oracle_select(o->c, w, XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT | XCB_EVENT_MASK_RESIZE_REDIRECT);
    oracle_select(b, w, XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT);
    oracle_select(b, w, XCB_EVENT_MASK_RESIZE_REDIRECT);
    oracle_show_attributes(o, w);
    oracle_step(o, "bad values");
    const uint32_t none = 0, high = 0xFFFFFFFF, two = 2;
    xcb_change_window_attributes(o->c, 0x77, XCB_CW_EVENT_MASK, &none);
    xcb_change_window_attributes(o->c, w, XCB_CW_EVENT_MASK, &high);
    xcb_change_window_attributes(o->c, w, XCB_CW_DONT_PROPAGATE, &high);
    xcb_change_window_attributes(o->c, w, XCB_CW_SAVE_UNDER, &two);
    xcb_change_window_attributes(o->c, w, XCB_CW_BACK_PIXMAP, &high);
    xcb_change_window_attributes(o->c, w, XCB_CW_BORDER_PIXMAP, &high);
    xcb_change_window_attributes(o->c, only, XCB_CW_BACK_PIXEL, &none);
    xcb_change_window_attributes(o->c, only, XCB_CW_BIT_GRAVITY, &none);
    xcb_change_window_attributes(o->c, only, XCB_CW_WIN_GRAVITY, &two);
    xcb_change_window_attributes(o->c, only, XCB_CW_EVENT_MASK, &two);
    ORACLE_SHOW(o, o->c, "xproto:GetWindowAttributes", xcb_get_window_attributes(o->c, 0x77));
    oracle_step(o, "a client that goes takes its masks with it");
    oracle_close(o, b);
    oracle_show_attributes(o, w);
}

void scenario_reparent(struct oracle *o)
{
    const uint32_t watch = ORACLE_ALL_STRUCTURE;
    xcb_window_t from = oracle_window(o, "from", o->root, 0, 0, 200, 200, 0, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_window_t to = oracle_window(o, "to", o->root, 300, 0, 200, 200, 0, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_window_t w = oracle_window(o, "w", from, 10, 10, 50, 50, 3, watch);
    xcb_window_t child = oracle_window(o, "child", w, 5, 5, 10, 10, 0, watch);
    xcb_map_window(o->c, from);
    xcb_map_window(o->c, to);
    xcb_map_window(o->c, child);
    oracle_step(o, "an unmapped window");
    xcb_reparent_window(o->c, w, to, 20, 30);
    oracle_show_geometry(o, w);
    oracle_show_tree(o, to);
    oracle_show_tree(o, from);
    oracle_step(o, "a mapped window is unmapped and mapped again");
    xcb_map_window(o->c, w);
    oracle_step(o, "now");
    xcb_reparent_window(o->c, w, from, 1, 2);
    oracle_show_tree(o, from);
    oracle_step(o, "to the same parent: goes on top");
    xcb_window_t other = oracle_window(o, "other", from, 0, 0, 5, 5, 0, 0);
    oracle_step(o, "same parent");
    xcb_reparent_window(o->c, w, from, 7, 8);
    oracle_show_tree(o, from);
    oracle_step(o, "errors: into itself, into an inferior, unknown, the root, into an InputOnly window");
    xcb_window_t only = oracle_input_only(o, "only", from, 0, 0, 5, 5, 0);
    xcb_reparent_window(o->c, w, w, 0, 0);
    xcb_reparent_window(o->c, w, child, 0, 0);
    xcb_reparent_window(o->c, w, 0x321, 0, 0);
    xcb_reparent_window(o->c, 0x322, to, 0, 0);
    xcb_reparent_window(o->c, o->root, to, 0, 0);
    xcb_reparent_window(o->c, w, only, 0, 0);
    xcb_reparent_window(o->c, other, w, 0, 0);
    oracle_step(o, "a background of ParentRelative needs the parent's depth");
    oracle_show_tree(o, w);
}
