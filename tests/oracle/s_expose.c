/* What can be seen: VisibilityNotify, Expose, and exposures caused by drawing requests. */
#include "scenarios.h"

static void move(struct oracle *o, xcb_window_t w, int x, int y)
{
    const uint32_t values[] = { (uint32_t)x, (uint32_t)y };
    xcb_configure_window(o->c, w, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, values);
}

void scenario_visibility(struct oracle *o)
{
    const uint32_t mask = XCB_EVENT_MASK_VISIBILITY_CHANGE;
    xcb_window_t a = oracle_window(o, "a", o->root, 0, 0, 100, 100, 0, mask);
    xcb_window_t inner = oracle_window(o, "inner", a, 10, 10, 30, 30, 0, mask);
    xcb_window_t b = oracle_window(o, "b", o->root, 200, 0, 100, 100, 0, mask);
    oracle_step(o, "map: unobscured");
    xcb_map_window(o->c, inner);
    xcb_map_window(o->c, a);
    xcb_map_window(o->c, b);
    oracle_step(o, "b over half of a");
    move(o, b, 50, 0);
    oracle_step(o, "b over all of a");
    move(o, b, 0, 0);
    oracle_step(o, "a raised");
    const uint32_t above = XCB_STACK_MODE_ABOVE;
    xcb_configure_window(o->c, a, XCB_CONFIG_WINDOW_STACK_MODE, &above);
    oracle_step(o, "b unmapped and mapped below");
    xcb_unmap_window(o->c, b);
    xcb_map_window(o->c, b);
    oracle_step(o, "a partly off the screen counts as partly seen");
    move(o, a, -50, 0);
    oracle_step(o, "all off the screen");
    move(o, a, -500, 0);
    oracle_step(o, "back");
    move(o, a, 0, 0);
    oracle_step(o, "an InputOnly window hides nothing");
    xcb_window_t only = oracle_input_only(o, "only", o->root, 0, 0, 100, 100, mask);
    xcb_map_window(o->c, only);
    oracle_step(o, "a child that covers its parent");
    const uint32_t whole[] = { 0, 0, 100, 100 };
    xcb_configure_window(o->c, inner, 0xF, whole);
    oracle_step(o, "an unmapped child tells nothing");
    xcb_unmap_window(o->c, inner);
    oracle_step(o, "destroyed cover");
    move(o, b, 0, 0);
    xcb_configure_window(o->c, b, XCB_CONFIG_WINDOW_STACK_MODE, &above);
    oracle_step(o, "destroy b");
    xcb_destroy_window(o->c, b);
}

void scenario_expose(struct oracle *o)
{
    const uint32_t mask = XCB_EVENT_MASK_EXPOSURE;
    xcb_window_t a = oracle_window(o, "a", o->root, 100, 100, 200, 200, 5, mask);
    xcb_window_t inner = oracle_window(o, "inner", a, 50, 50, 40, 40, 2, mask);
    xcb_window_t cover = oracle_window(o, "cover", o->root, 150, 150, 50, 60, 1, mask);
    oracle_step(o, "map a, then its child");
    xcb_map_window(o->c, a);
    oracle_step(o, "child");
    xcb_map_window(o->c, inner);
    oracle_step(o, "cover maps on top");
    xcb_map_window(o->c, cover);
    oracle_step(o, "cover goes: what it hid is exposed");
    xcb_unmap_window(o->c, cover);
    oracle_step(o, "cover moves over a corner, then away");
    move(o, cover, 280, 280);
    xcb_map_window(o->c, cover);
    oracle_step(o, "away");
    move(o, cover, 600, 600);
    oracle_step(o, "a moves: nothing is lost");
    move(o, a, 120, 120);
    oracle_step(o, "a grows: forget gravity exposes all");
    const uint32_t size[] = { 220, 220 };
    xcb_configure_window(o->c, a, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
    oracle_step(o, "north-west gravity exposes the new part only");
    const uint32_t north_west = XCB_GRAVITY_NORTH_WEST;
    xcb_change_window_attributes(o->c, a, XCB_CW_BIT_GRAVITY, &north_west);
    const uint32_t larger[] = { 250, 240 };
    xcb_configure_window(o->c, a, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, larger);
    oracle_step(o, "a window that is partly off the screen");
    xcb_window_t edge = oracle_window(o, "edge", o->root, -20, -30, 100, 100, 0, mask);
    xcb_map_window(o->c, edge);
    oracle_step(o, "and comes in");
    move(o, edge, 0, 0);
    oracle_step(o, "ClearArea with exposures");
    xcb_clear_area(o->c, 1, a, 10, 20, 30, 40);
    oracle_step(o, "to the edges");
    xcb_clear_area(o->c, 1, a, 200, 200, 0, 0);
    oracle_step(o, "over the child");
    xcb_clear_area(o->c, 1, a, 40, 40, 100, 20);
    oracle_step(o, "without, outside, misuse");
    xcb_clear_area(o->c, 0, a, 0, 0, 0, 0);
    xcb_clear_area(o->c, 1, a, 1000, 1000, 10, 10);
    xcb_clear_area(o->c, 2, a, 0, 0, 0, 0);
    xcb_clear_area(o->c, 1, 0x1111, 0, 0, 0, 0);
    xcb_window_t only = oracle_input_only(o, "only", a, 0, 0, 5, 5, 0);
    xcb_clear_area(o->c, 1, only, 0, 0, 0, 0);
    oracle_step(o, "not viewable: nothing");
    xcb_unmap_window(o->c, a);
    xcb_clear_area(o->c, 1, a, 0, 0, 0, 0);
    oracle_step(o, "map again");
    xcb_map_window(o->c, a);
    oracle_step(o, "raise over a cover");
    xcb_configure_window(o->c, cover, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, size);
    oracle_step(o, "raise");
    const uint32_t above = XCB_STACK_MODE_ABOVE;
    xcb_configure_window(o->c, a, XCB_CONFIG_WINDOW_STACK_MODE, &above);
}

void scenario_graphics_expose(struct oracle *o)
{
    xcb_window_t a = oracle_window(o, "a", o->root, 0, 0, 100, 100, 0, 0);
    xcb_window_t cover = oracle_window(o, "cover", o->root, 20, 20, 30, 30, 0, 0);
    xcb_map_window(o->c, a);
    xcb_map_window(o->c, cover);
    xcb_gcontext_t gc = oracle_id(o, o->c, "gc"), quiet = oracle_id(o, o->c, "quiet");
    const uint32_t off = 0;
    xcb_create_gc(o->c, gc, a, 0, NULL);
    xcb_create_gc(o->c, quiet, a, XCB_GC_GRAPHICS_EXPOSURES, &off);
    xcb_pixmap_t pixmap = oracle_id(o, o->c, "pixmap");
    xcb_create_pixmap(o->c, o->depth, pixmap, a, 50, 50);
    oracle_step(o, "pixmap to window: NoExposure");
    xcb_copy_area(o->c, pixmap, a, gc, 0, 0, 0, 0, 20, 20);
    oracle_step(o, "quiet");
    xcb_copy_area(o->c, pixmap, a, quiet, 0, 0, 0, 0, 20, 20);
    oracle_step(o, "from beyond the pixmap");
    xcb_copy_area(o->c, pixmap, a, gc, 30, 30, 60, 60, 40, 40);
    oracle_step(o, "window to pixmap from under the cover");
    xcb_copy_area(o->c, a, pixmap, gc, 10, 10, 0, 0, 50, 50);
    oracle_step(o, "a plane");
    xcb_copy_plane(o->c, pixmap, a, gc, 0, 0, 0, 0, 10, 10, 1);
    oracle_step(o, "errors");
    xcb_pixmap_t bitmap = oracle_id(o, o->c, "bitmap");
    xcb_create_pixmap(o->c, 1, bitmap, a, 8, 8);
    xcb_copy_area(o->c, bitmap, a, gc, 0, 0, 0, 0, 8, 8);
    xcb_copy_plane(o->c, bitmap, a, gc, 0, 0, 0, 0, 8, 8, 1);
    xcb_copy_plane(o->c, bitmap, a, gc, 0, 0, 0, 0, 8, 8, 3);
    xcb_copy_plane(o->c, bitmap, a, gc, 0, 0, 0, 0, 8, 8, 2);
    xcb_copy_area(o->c, 0x31, a, gc, 0, 0, 0, 0, 8, 8);
    xcb_copy_area(o->c, a, 0x32, gc, 0, 0, 0, 0, 8, 8);
    xcb_copy_area(o->c, a, a, 0x33, 0, 0, 0, 0, 8, 8);
}
