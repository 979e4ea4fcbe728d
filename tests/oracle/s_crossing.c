/* EnterNotify and LeaveNotify. */
#include "scenarios.h"

#define CROSSING (XCB_EVENT_MASK_ENTER_WINDOW | XCB_EVENT_MASK_LEAVE_WINDOW)

static void to(struct oracle *o, const char *what, int x, int y)
{
    oracle_step(o, "to %s", what);
    xcb_warp_pointer(o->c, 0, o->root, 0, 0, 0, 0, (int16_t)x, (int16_t)y);
}

/* Every detail: Ancestor, Virtual, Inferior, Nonlinear, NonlinearVirtual. */
void scenario_crossing(struct oracle *o)
{
    oracle_select(o->c, o->root, CROSSING);
    xcb_warp_pointer(o->c, 0, o->root, 0, 0, 0, 0, 900, 700);
    xcb_window_t top = oracle_window(o, "top", o->root, 0, 0, 300, 300, 2, CROSSING);
    xcb_window_t left = oracle_window(o, "left", top, 0, 0, 100, 300, 0, CROSSING);
    xcb_window_t inner = oracle_window(o, "inner", left, 10, 10, 50, 50, 0, CROSSING);
    xcb_window_t right = oracle_window(o, "right", top, 150, 0, 100, 300, 0, CROSSING);
    xcb_window_t other = oracle_window(o, "other", o->root, 400, 0, 100, 100, 0, CROSSING);
    xcb_map_window(o->c, inner);
    xcb_map_window(o->c, left);
    xcb_map_window(o->c, right);
    xcb_map_window(o->c, top);
    xcb_map_window(o->c, other);
    to(o, "top", 120, 100);
    to(o, "inner", 20, 20);
    to(o, "left", 80, 100);
    to(o, "right", 200, 100);
    to(o, "inner", 20, 20);
    to(o, "other", 450, 50);
    to(o, "inner", 20, 20);
    to(o, "root", 900, 700);
    to(o, "inner", 20, 20);
    to(o, "top", 120, 100);
    to(o, "the border of top", 1, 100);
    to(o, "root", 900, 700);
    oracle_step(o, "with a button and a modifier down");
    oracle_key(o, KEY_SHIFT_L, true);
    oracle_button(o, 2, true);
    to(o, "right", 200, 100);
    oracle_button(o, 2, false);
    oracle_key(o, KEY_SHIFT_L, false);
    oracle_step(o, "through XTEST motion");
    oracle_move(o, 20, 20);
    oracle_move(o, 450, 50);
}

/* The pointer stands still and the tree changes under it. */
void scenario_crossing_tree(struct oracle *o)
{
    oracle_select(o->c, o->root, CROSSING);
    xcb_warp_pointer(o->c, 0, o->root, 0, 0, 0, 0, 50, 50);
    xcb_window_t a = oracle_window(o, "a", o->root, 0, 0, 100, 100, 0, CROSSING);
    xcb_window_t child = oracle_window(o, "child", a, 20, 20, 60, 60, 0, CROSSING);
    xcb_window_t b = oracle_window(o, "b", o->root, 0, 0, 100, 100, 0, CROSSING);
    oracle_step(o, "map a");
    xcb_map_window(o->c, a);
    oracle_step(o, "map child");
    xcb_map_window(o->c, child);
    oracle_step(o, "b on top");
    xcb_map_window(o->c, b);
    oracle_step(o, "lower b");
    const uint32_t below = XCB_STACK_MODE_BELOW, away[] = { 500, 500 }, here[] = { 0, 0 };
    xcb_configure_window(o->c, b, XCB_CONFIG_WINDOW_STACK_MODE, &below);
    oracle_step(o, "a moves away");
    xcb_configure_window(o->c, a, 3, away);
    oracle_step(o, "a comes back");
    xcb_configure_window(o->c, a, 3, here);
    oracle_step(o, "child is unmapped");
    xcb_unmap_window(o->c, child);
    oracle_step(o, "child is mapped, moved to b");
    xcb_map_window(o->c, child);
    oracle_step(o, "reparent");
    xcb_reparent_window(o->c, child, b, 500, 500);
    oracle_step(o, "back");
    xcb_reparent_window(o->c, child, a, 20, 20);
    oracle_step(o, "destroy child");
    xcb_destroy_window(o->c, child);
    oracle_step(o, "destroy a");
    xcb_destroy_window(o->c, a);
    oracle_step(o, "an InputOnly window takes the pointer too");
    xcb_window_t only = oracle_input_only(o, "only", o->root, 0, 0, 100, 100, CROSSING);
    xcb_map_window(o->c, only);
    oracle_step(o, "resize away from under the pointer");
    const uint32_t small[] = { 10, 10 };
    xcb_configure_window(o->c, only, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, small);
    oracle_step(o, "leave everything");
    xcb_unmap_window(o->c, b);
}
