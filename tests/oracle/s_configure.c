/* ConfigureWindow: place, size, border, order; gravity of children; CirculateWindow. */
#include "scenarios.h"

static void configure(struct oracle *o, xcb_window_t w, uint16_t mask, uint32_t v0, uint32_t v1, uint32_t v2)
{
    const uint32_t values[] = { v0, v1, v2, 0, 0, 0, 0 };
    xcb_configure_window(o->c, w, mask, values);
}

void scenario_configure(struct oracle *o)
{
    oracle_select(o->c, o->root, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_window_t top = oracle_window(o, "top", o->root, 50, 50, 300, 200, 2, ORACLE_ALL_STRUCTURE);
    xcb_window_t child = oracle_window(o, "child", top, 10, 10, 50, 50, 0, ORACLE_ALL_STRUCTURE);
    oracle_step(o, "unmapped: move");
    configure(o, top, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, 60, (uint32_t)-10, 0);
    oracle_show_geometry(o, top);
    oracle_step(o, "mapped");
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, top);
    oracle_step(o, "move");
    configure(o, top, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, 100, 100, 0);
    oracle_step(o, "no change: no event");
    configure(o, top, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, 100, 100, 0);
    configure(o, top, 0, 0, 0, 0);
    oracle_step(o, "grow");
    configure(o, top, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, 400, 250, 0);
    oracle_step(o, "shrink");
    configure(o, top, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, 200, 150, 0);
    oracle_step(o, "border");
    configure(o, top, XCB_CONFIG_WINDOW_BORDER_WIDTH, 5, 0, 0);
    oracle_show_geometry(o, top);
    oracle_step(o, "move, size and border of the child");
    const uint32_t values[] = { 20, 30, 60, 70, 1 };
    xcb_configure_window(o->c, child, 0x1F, values);
    oracle_show_geometry(o, child);
    oracle_step(o, "far outside, and back");
    configure(o, child, XCB_CONFIG_WINDOW_X, 5000, 0, 0);
    oracle_step(o, "back");
    configure(o, child, XCB_CONFIG_WINDOW_X, 0, 0, 0);
    oracle_step(o, "16-bit positions are truncated");
    configure(o, child, XCB_CONFIG_WINDOW_X, 0x12345, 0, 0);
    oracle_show_geometry(o, child);
    oracle_step(o, "the root: nothing happens");
    configure(o, o->root, XCB_CONFIG_WINDOW_WIDTH, 10, 0, 0);
    oracle_show_geometry(o, o->root);
    oracle_step(o, "errors");
    configure(o, top, XCB_CONFIG_WINDOW_WIDTH, 0, 0, 0);
    configure(o, top, XCB_CONFIG_WINDOW_HEIGHT, 0, 0, 0);
    configure(o, top, XCB_CONFIG_WINDOW_SIBLING, child, 0, 0);
    configure(o, top, XCB_CONFIG_WINDOW_SIBLING | XCB_CONFIG_WINDOW_STACK_MODE, child, 0, 0);
    configure(o, child, XCB_CONFIG_WINDOW_SIBLING | XCB_CONFIG_WINDOW_STACK_MODE, child, 0, 0);
    configure(o, child, XCB_CONFIG_WINDOW_STACK_MODE, 5, 0, 0);
    configure(o, child, XCB_CONFIG_WINDOW_SIBLING | XCB_CONFIG_WINDOW_STACK_MODE, 0x5555, 0, 0);
    configure(o, 0x55, XCB_CONFIG_WINDOW_X, 0, 0, 0);
    configure(o, child, 0x80, 0, 0, 0);
    configure(o, child, XCB_CONFIG_WINDOW_WIDTH, 0x10001, 0, 0);
    oracle_show_geometry(o, child);
    xcb_window_t only = oracle_input_only(o, "only", top, 0, 0, 5, 5, 0);
    configure(o, only, XCB_CONFIG_WINDOW_BORDER_WIDTH, 3, 0, 0);
    configure(o, only, XCB_CONFIG_WINDOW_BORDER_WIDTH, 0, 0, 0);
}

static void stack(struct oracle *o, const char *what, xcb_window_t parent, xcb_window_t w, xcb_window_t sibling,
                  uint32_t mode)
{
    oracle_step(o, "%s", what);
    const uint32_t values[] = { sibling, mode };
    if (sibling)
        xcb_configure_window(o->c, w, XCB_CONFIG_WINDOW_SIBLING | XCB_CONFIG_WINDOW_STACK_MODE, values);
    else
        xcb_configure_window(o->c, w, XCB_CONFIG_WINDOW_STACK_MODE, values + 1);
    oracle_show_tree(o, parent);
}

void scenario_stacking(struct oracle *o)
{
    xcb_window_t top = oracle_window(o, "top", o->root, 0, 0, 400, 300, 0, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_window_t w[4];
    static const char *const names[] = { "a", "b", "c", "d" };
    for (int i = 0; i < 4; i++)   /* a, b and c overlap; d lies apart */
        w[i] = oracle_window(o, names[i], top, i == 3 ? 300 : 20 * i, 10, 50, 50, 1, ORACLE_ALL_STRUCTURE);
    xcb_map_subwindows(o->c, top);
    xcb_map_window(o->c, top);
    oracle_show_tree(o, top);
    stack(o, "raise a", top, w[0], 0, XCB_STACK_MODE_ABOVE);
    stack(o, "raise a again: nothing", top, w[0], 0, XCB_STACK_MODE_ABOVE);
    stack(o, "lower a", top, w[0], 0, XCB_STACK_MODE_BELOW);
    stack(o, "a above b", top, w[0], w[1], XCB_STACK_MODE_ABOVE);
    stack(o, "a below b", top, w[0], w[1], XCB_STACK_MODE_BELOW);
    stack(o, "d above a", top, w[3], w[0], XCB_STACK_MODE_ABOVE);
    stack(o, "a to the top if something occludes it", top, w[0], 0, XCB_STACK_MODE_TOP_IF);
    stack(o, "d to the top if something occludes it: nothing does", top, w[3], 0, XCB_STACK_MODE_TOP_IF);
    stack(o, "a to the bottom if it occludes something", top, w[0], 0, XCB_STACK_MODE_BOTTOM_IF);
    stack(o, "b to the top if c occludes it", top, w[1], w[2], XCB_STACK_MODE_TOP_IF);
    stack(o, "b to the top if d occludes it: no", top, w[1], w[3], XCB_STACK_MODE_TOP_IF);
    stack(o, "c to the bottom if it occludes b", top, w[2], w[1], XCB_STACK_MODE_BOTTOM_IF);
    stack(o, "opposite b", top, w[1], 0, XCB_STACK_MODE_OPPOSITE);
    stack(o, "opposite b", top, w[1], 0, XCB_STACK_MODE_OPPOSITE);
    stack(o, "opposite b, c", top, w[1], w[2], XCB_STACK_MODE_OPPOSITE);
    stack(o, "opposite b, c", top, w[1], w[2], XCB_STACK_MODE_OPPOSITE);
    oracle_step(o, "move and restack at once");
    const uint32_t values[] = { 100, 100, XCB_STACK_MODE_ABOVE };
    xcb_configure_window(o->c, w[0], XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y | XCB_CONFIG_WINDOW_STACK_MODE, values);
    oracle_show_tree(o, top);
    oracle_step(o, "unmapped windows do not occlude");
    xcb_unmap_window(o->c, w[2]);
    stack(o, "b lowered", top, w[1], 0, XCB_STACK_MODE_BELOW);
    stack(o, "b to the top if", top, w[1], 0, XCB_STACK_MODE_TOP_IF);
}

void scenario_circulate(struct oracle *o)
{
    xcb_window_t top = oracle_window(o, "top", o->root, 0, 0, 400, 300, 0, XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY);
    xcb_window_t w[3];
    static const char *const names[] = { "a", "b", "c" };
    for (int i = 0; i < 3; i++)
        w[i] = oracle_window(o, names[i], top, 20 * i, 10, 50, 50, 1, ORACLE_ALL_STRUCTURE);
    xcb_map_subwindows(o->c, top);
    xcb_map_window(o->c, top);
    for (int i = 0; i < 3; i++) {
        oracle_step(o, "raise the lowest");
        xcb_circulate_window(o->c, XCB_CIRCULATE_RAISE_LOWEST, top);
        oracle_show_tree(o, top);
    }
    for (int i = 0; i < 2; i++) {
        oracle_step(o, "lower the highest");
        xcb_circulate_window(o->c, XCB_CIRCULATE_LOWER_HIGHEST, top);
        oracle_show_tree(o, top);
    }
    oracle_step(o, "nothing overlaps: nothing happens");
    const uint32_t apart[] = { 300, 200 };
    xcb_unmap_window(o->c, w[1]);
    xcb_configure_window(o->c, w[2], XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, apart);
    oracle_step(o, "circulate");
    xcb_circulate_window(o->c, XCB_CIRCULATE_RAISE_LOWEST, top);
    oracle_step(o, "errors");
    xcb_circulate_window(o->c, 2, top);
    xcb_circulate_window(o->c, 0, 0x66);
}

/* A child for every gravity, and a parent that changes size. */
static void gravity_round(struct oracle *o, const char *what, xcb_window_t top, const xcb_window_t *children, uint16_t mask,
                          uint32_t a, uint32_t b)
{
    oracle_step(o, "%s", what);
    const uint32_t values[] = { a, b };
    xcb_configure_window(o->c, top, mask, values);
    oracle_step(o, "where they are");
    for (int gravity = 0; gravity <= 10; gravity++)
        oracle_show_geometry(o, children[gravity]);
}

void scenario_gravity(struct oracle *o)
{
    xcb_window_t top = oracle_window(o, "top", o->root, 100, 100, 200, 160, 3, XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_EXPOSURE);
    xcb_window_t children[11];
    for (uint32_t gravity = 0; gravity <= 10; gravity++) {
        char name[16] = { 'g', (char)('a' + gravity), 0 };
        children[gravity] = oracle_window(o, name, top, 10 + 15 * (int)gravity, 20, 10, 10, 0, XCB_EVENT_MASK_STRUCTURE_NOTIFY);
        xcb_change_window_attributes(o->c, children[gravity], XCB_CW_WIN_GRAVITY, &gravity);
    }
    xcb_map_subwindows(o->c, top);
    xcb_map_window(o->c, top);
    const uint16_t size = XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT;
    gravity_round(o, "grow by 40, 30", top, children, size, 240, 190);
    gravity_round(o, "grow by 1, 1", top, children, size, 241, 191);
    gravity_round(o, "shrink by 21, 11", top, children, size, 220, 180);
    gravity_round(o, "move", top, children, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, 120, 130);
    gravity_round(o, "left edge moves, width grows", top, children, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_WIDTH, 100, 240);
    gravity_round(o, "border", top, children, XCB_CONFIG_WINDOW_BORDER_WIDTH, 7, 0);
    oracle_step(o, "bit gravity decides what is exposed");
    xcb_unmap_subwindows(o->c, top);
    for (uint32_t gravity = 0; gravity <= 10; gravity++) {
        oracle_step(o, "bit gravity %u", gravity);
        xcb_change_window_attributes(o->c, top, XCB_CW_BIT_GRAVITY, &gravity);
        const uint32_t grown[] = { 250, 190 }, shrunk[] = { 240, 180 };
        xcb_configure_window(o->c, top, size, grown);
        xcb_configure_window(o->c, top, size, shrunk);
    }
}
