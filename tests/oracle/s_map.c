/* Mapping, unmapping, and redirection of both to a window manager. */
#include "scenarios.h"

void scenario_map(struct oracle *o)
{
    oracle_select(o->c, o->root, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_window_t top = oracle_window(o, "top", o->root, 10, 20, 300, 200, 2, ORACLE_ALL_STRUCTURE);
    xcb_window_t a = oracle_window(o, "a", top, 10, 10, 50, 50, 0, ORACLE_ALL_STRUCTURE);
    xcb_window_t b = oracle_window(o, "b", top, 100, 10, 50, 50, 0, ORACLE_ALL_STRUCTURE);
    xcb_window_t c = oracle_window(o, "c", a, 10, 10, 20, 20, 0, ORACLE_ALL_STRUCTURE);
    oracle_step(o, "map a child of an unmapped window");
    xcb_map_window(o->c, a);
    xcb_map_window(o->c, c);
    oracle_show_attributes(o, a);
    oracle_step(o, "map the top: all become viewable");
    xcb_map_window(o->c, top);
    oracle_show_attributes(o, a);
    oracle_show_attributes(o, c);
    oracle_step(o, "map again: nothing");
    xcb_map_window(o->c, top);
    oracle_step(o, "unmap the middle");
    xcb_unmap_window(o->c, a);
    oracle_show_attributes(o, c);
    oracle_step(o, "unmap again: nothing");
    xcb_unmap_window(o->c, a);
    oracle_step(o, "map the middle");
    xcb_map_window(o->c, a);
    oracle_step(o, "unmap subwindows");
    xcb_unmap_subwindows(o->c, top);
    oracle_step(o, "map subwindows, top to bottom");
    xcb_map_subwindows(o->c, top);
    oracle_step(o, "unmap the top");
    xcb_unmap_window(o->c, top);
    oracle_show_attributes(o, b);
    oracle_step(o, "InputOnly");
    xcb_window_t only = oracle_input_only(o, "only", o->root, 0, 0, 20, 20, ORACLE_ALL_STRUCTURE);
    xcb_map_window(o->c, only);
    oracle_show_attributes(o, only);
    xcb_unmap_window(o->c, only);
    oracle_step(o, "the root, and no window at all");
    xcb_map_window(o->c, o->root);
    xcb_unmap_window(o->c, o->root);
    xcb_map_window(o->c, 0);
    xcb_map_window(o->c, 0x456);
    xcb_unmap_window(o->c, 0x456);
    xcb_map_subwindows(o->c, 0x456);
    xcb_unmap_subwindows(o->c, 0x456);
    oracle_step(o, "unmap by destruction");
    xcb_map_window(o->c, top);
    oracle_step(o, "destroy");
    xcb_destroy_window(o->c, top);
}

/* B plays the window manager of the children of `frame`. */
void scenario_redirect(struct oracle *o)
{
    xcb_window_t frame = oracle_window(o, "frame", o->root, 0, 0, 400, 300, 0, 0);
    xcb_map_window(o->c, frame);
    xcb_window_t w = oracle_id(o, o->c, "w");
    const uint32_t mask = XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    xcb_create_window(o->c, 0, w, frame, 0, 0, 50, 50, 1, 0, 0, XCB_CW_EVENT_MASK, &mask);
    xcb_window_t free_one = oracle_window(o, "override", frame, 60, 0, 50, 50, 0, mask);
    xcb_window_t sibling = oracle_window(o, "sibling", frame, 60, 60, 50, 50, 0, 0);
    xcb_connection_t *b = oracle_open(o);
    oracle_step(o, "B redirects");
    oracle_select(b, frame, XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT);
    oracle_step(o, "A cannot");
    oracle_select(o->c, frame, XCB_EVENT_MASK_SUBSTRUCTURE_REDIRECT);
    oracle_step(o, "A maps: B gets a request, nothing is mapped");
    xcb_map_window(o->c, w);
    oracle_show_attributes(o, w);
    oracle_step(o, "B maps");
    xcb_map_window(b, w);
    oracle_step(o, "override-redirect passes");
    xcb_map_window(o->c, free_one);
    xcb_map_window(o->c, sibling);
    oracle_step(o, "A configures: B is asked");
    const uint32_t values[] = { 5, (uint32_t)-6, 70, 80, 4, sibling, XCB_STACK_MODE_BELOW };
    xcb_configure_window(o->c, w, 0x7F, values);
    oracle_show_geometry(o, w);
    oracle_step(o, "only some values");
    xcb_configure_window(o->c, w, XCB_CONFIG_WINDOW_WIDTH, &values[2]);
    xcb_configure_window(o->c, w, XCB_CONFIG_WINDOW_STACK_MODE, &values[6]);
    oracle_step(o, "B configures");
    xcb_configure_window(b, w, 0x7F, values);
    oracle_show_geometry(o, w);
    oracle_step(o, "circulate is redirected");
    xcb_circulate_window(o->c, XCB_CIRCULATE_RAISE_LOWEST, frame);
    oracle_step(o, "map subwindows is redirected");
    xcb_unmap_window(o->c, w);
    oracle_step(o, "now");
    xcb_map_subwindows(o->c, frame);
    oracle_step(o, "resize redirect");
    oracle_select(b, w, XCB_EVENT_MASK_RESIZE_REDIRECT);
    xcb_map_window(b, w);
    oracle_step(o, "A resizes and moves itself");
    const uint32_t on = 1;
    xcb_change_window_attributes(o->c, w, XCB_CW_OVERRIDE_REDIRECT, &on);
    const uint32_t size[] = { 9, 9, 99, 88 };
    xcb_configure_window(o->c, w, 0xF, size);
    oracle_show_geometry(o, w);
    oracle_step(o, "the manager leaves");
    oracle_close(o, b);
    xcb_configure_window(o->c, w, 0xF, size);
    oracle_show_geometry(o, w);
}
