/* XFIXES: selection events, regions, cursors. */
#include <stdlib.h>
#include <xcb/xfixes.h>

#include "scenarios.h"

static bool use(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_xfixes_id, "xfixes"))
        return false;
    ORACLE_SHOW(o, o->c, "xfixes:QueryVersion", xcb_xfixes_query_version(o->c, 5, 0));
    return true;
}

void scenario_xfixes(struct oracle *o)
{
    if (!use(o))
        return;
    xcb_connection_t *b = oracle_open(o);
    xcb_window_t a1 = oracle_window(o, "a1", o->root, 0, 0, 10, 10, 0, 0);
    xcb_window_t b1 = oracle_id(o, b, "b1");
    xcb_create_window(b, 0, b1, o->root, 0, 0, 10, 10, 0, 0, 0, 0, NULL);
    const uint32_t all = XCB_XFIXES_SELECTION_EVENT_MASK_SET_SELECTION_OWNER |
                         XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_WINDOW_DESTROY |
                         XCB_XFIXES_SELECTION_EVENT_MASK_SELECTION_CLIENT_CLOSE;
    oracle_step(o, "A watches PRIMARY");
    xcb_xfixes_select_selection_input(o->c, a1, XCB_ATOM_PRIMARY, all);
    oracle_step(o, "B takes it, A takes it, A gives it up");
    xcb_set_selection_owner(b, b1, XCB_ATOM_PRIMARY, 0);
    oracle_step(o, "A");
    xcb_set_selection_owner(o->c, a1, XCB_ATOM_PRIMARY, 0);
    xcb_set_selection_owner(o->c, 0, XCB_ATOM_PRIMARY, 0);
    oracle_step(o, "another selection is not reported");
    xcb_set_selection_owner(b, b1, XCB_ATOM_SECONDARY, 0);
    oracle_step(o, "the window is destroyed");
    xcb_set_selection_owner(b, b1, XCB_ATOM_PRIMARY, 0);
    xcb_destroy_window(b, b1);
    oracle_step(o, "the client closes");
    xcb_set_selection_owner(b, o->root, XCB_ATOM_PRIMARY, 0);
    oracle_step(o, "now");
    oracle_close(o, b);
    oracle_step(o, "errors");
    xcb_xfixes_select_selection_input(o->c, 0xE1, XCB_ATOM_PRIMARY, all);
    xcb_xfixes_select_selection_input(o->c, a1, XCB_ATOM_PRIMARY, 8);
    xcb_xfixes_select_selection_input(o->c, a1, 0xFFFFF, all);
    xcb_xfixes_select_cursor_input(o->c, a1, 2);
    xcb_xfixes_select_cursor_input(o->c, 0xE1, 1);
    oracle_step(o, "hide and show the cursor");
    xcb_xfixes_hide_cursor(o->c, o->root);
    xcb_xfixes_show_cursor(o->c, o->root);
    xcb_xfixes_show_cursor(o->c, o->root);
    xcb_xfixes_hide_cursor(o->c, 0xE1);
}

static void fetch(struct oracle *o, xcb_xfixes_region_t region)
{
    ORACLE_SHOW(o, o->c, "xfixes:FetchRegion", xcb_xfixes_fetch_region(o->c, region));
}

void scenario_xfixes_region(struct oracle *o)
{
    if (!use(o))
        return;
    xcb_xfixes_region_t a = oracle_id(o, o->c, "a"), b = oracle_id(o, o->c, "b"), c = oracle_id(o, o->c, "c");
    const xcb_rectangle_t two[] = { { 0, 0, 10, 10 }, { 5, 5, 10, 10 } }, one = { 8, 0, 4, 20 };
    oracle_step(o, "create and fetch");
    xcb_xfixes_create_region(o->c, a, 2, two);
    xcb_xfixes_create_region(o->c, b, 1, &one);
    xcb_xfixes_create_region(o->c, c, 0, NULL);
    fetch(o, a);
    fetch(o, b);
    fetch(o, c);
    oracle_step(o, "operations");
    xcb_xfixes_union_region(o->c, a, b, c);
    fetch(o, c);
    xcb_xfixes_intersect_region(o->c, a, b, c);
    fetch(o, c);
    xcb_xfixes_subtract_region(o->c, a, b, c);
    fetch(o, c);
    xcb_xfixes_translate_region(o->c, c, 100, -3);
    fetch(o, c);
    xcb_xfixes_region_extents(o->c, a, c);
    fetch(o, c);
    xcb_xfixes_copy_region(o->c, b, c);
    fetch(o, c);
    xcb_xfixes_set_region(o->c, c, 2, two);
    fetch(o, c);
    oracle_step(o, "errors");
    fetch(o, 0xE2);
    xcb_xfixes_create_region(o->c, a, 0, NULL);
    xcb_xfixes_destroy_region(o->c, 0xE2);
    xcb_xfixes_destroy_region(o->c, a);
    fetch(o, a);
}
