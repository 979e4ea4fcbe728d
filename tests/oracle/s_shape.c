/* SHAPE: shapes and what they say of themselves, what they hide and uncover, where the pointer is. */
#include <stdlib.h>
#include <xcb/shape.h>

#include "scenarios.h"

enum { BOUNDING = XCB_SHAPE_SK_BOUNDING, CLIP = XCB_SHAPE_SK_CLIP, INPUT = XCB_SHAPE_SK_INPUT };

static bool use(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_shape_id, "shape"))
        return false;
    ORACLE_SHOW(o, o->c, "shape:QueryVersion", xcb_shape_query_version(o->c));
    return true;
}

static void show(struct oracle *o, xcb_window_t w)
{
    ORACLE_SHOW(o, o->c, "shape:QueryExtents", xcb_shape_query_extents(o->c, w));
    for (uint8_t kind = BOUNDING; kind <= INPUT; kind++)
        ORACLE_SHOW(o, o->c, "shape:GetRectangles", xcb_shape_get_rectangles(o->c, w, kind));
}

static void rects(struct oracle *o, uint8_t op, uint8_t kind, xcb_window_t w, int x, int y, unsigned n,
                  const xcb_rectangle_t *list)
{
    xcb_shape_rectangles(o->c, op, kind, XCB_CLIP_ORDERING_UNSORTED, w, (int16_t)x, (int16_t)y, n, list);
}

static void plain(struct oracle *o, uint8_t kind, xcb_window_t w)
{
    xcb_shape_mask(o->c, XCB_SHAPE_SO_SET, kind, w, 0, 0, 0);
}

static const xcb_rectangle_t cross[] = { { 20, 0, 20, 60 }, { 0, 20, 60, 20 } };
static const xcb_rectangle_t corner[] = { { 0, 0, 30, 30 } };

static xcb_pixmap_t bitmap(struct oracle *o)
{
    static const uint8_t bits[8 * 4] = {
        0x3C, 0, 0, 0, 0x3C, 0, 0, 0, 0xFF, 0x0F, 0, 0, 0x81, 0, 0, 0, 0, 0, 0, 0, 0xAA
    };
    xcb_pixmap_t p = oracle_id(o, o->c, "bitmap");
    xcb_create_pixmap(o->c, 1, p, o->root, 12, 8);
    xcb_gcontext_t gc = oracle_id(o, o->c, "gc");
    const uint32_t colors[] = { 1, 0 };
    xcb_create_gc(o->c, gc, p, XCB_GC_FOREGROUND | XCB_GC_BACKGROUND, colors);
    xcb_put_image(o->c, XCB_IMAGE_FORMAT_XY_BITMAP, p, gc, 12, 8, 0, 0, 0, 1, sizeof bits, bits);
    return p;
}

void scenario_shape(struct oracle *o)
{
    if (!use(o))
        return;
    xcb_window_t a = oracle_window(o, "a", o->root, 10, 10, 60, 60, 3, 0);
    xcb_window_t b = oracle_window(o, "b", o->root, 100, 10, 40, 30, 0, 0);
    xcb_shape_select_input(o->c, a, 1);
    ORACLE_SHOW(o, o->c, "shape:InputSelected", xcb_shape_input_selected(o->c, a));
    ORACLE_SHOW(o, o->c, "shape:InputSelected", xcb_shape_input_selected(o->c, b));
    oracle_step(o, "unshaped");
    show(o, a);
    show(o, o->root);
    for (uint8_t kind = BOUNDING; kind <= INPUT; kind++) {
        for (uint8_t op = XCB_SHAPE_SO_SET; op <= XCB_SHAPE_SO_INVERT + 1; op++) {
            oracle_step(o, "kind %u, operation %u on an unshaped window", kind, op);
            plain(o, kind, a);
            rects(o, op, kind, a, 5, -5, 2, cross);
            show(o, a);
            oracle_step(o, "and on a shaped one");
            rects(o, XCB_SHAPE_SO_SET, kind, a, 0, 0, 1, corner);
            rects(o, op, kind, a, 0, 0, 2, cross);
            show(o, a);
        }
        plain(o, kind, a);
        plain(o, kind, a);
    }
    oracle_step(o, "masks");
    xcb_pixmap_t p = bitmap(o);
    xcb_shape_mask(o->c, XCB_SHAPE_SO_SET, BOUNDING, a, 2, 3, p);
    show(o, a);
    xcb_shape_mask(o->c, XCB_SHAPE_SO_SUBTRACT, CLIP, a, 2, 3, p);
    show(o, a);
    oracle_step(o, "combine: shapes of another window, and what it is without");
    xcb_shape_combine(o->c, XCB_SHAPE_SO_SET, BOUNDING, BOUNDING, b, 1, 1, a);
    xcb_shape_combine(o->c, XCB_SHAPE_SO_UNION, BOUNDING, CLIP, b, 0, 20, a);
    xcb_shape_combine(o->c, XCB_SHAPE_SO_INTERSECT, INPUT, BOUNDING, b, 3, 0, o->root);
    xcb_shape_combine(o->c, XCB_SHAPE_SO_SET, INPUT, INPUT, a, 3, 0, a);
    show(o, b);
    oracle_step(o, "offset");
    for (uint8_t kind = BOUNDING; kind <= INPUT; kind++)
        xcb_shape_offset(o->c, kind, a, 7, -4);
    show(o, a);
    for (int i = 0; i < 4; i++)
        xcb_shape_offset(o->c, BOUNDING, a, 7000, 0);
    show(o, a);
    oracle_step(o, "nothing at all");
    rects(o, XCB_SHAPE_SO_SET, BOUNDING, a, 0, 0, 0, NULL);
    show(o, a);
    oracle_step(o, "the root");
    rects(o, XCB_SHAPE_SO_SET, BOUNDING, o->root, 0, 0, 1, corner);
    show(o, o->root);
    oracle_step(o, "orderings");
    for (uint8_t ordering = 0; ordering < 5; ordering++)
        xcb_shape_rectangles(o->c, XCB_SHAPE_SO_SET, BOUNDING, ordering, b, 0, 0, 2, cross);
    oracle_step(o, "errors");
    xcb_shape_select_input(o->c, a, 2);
    xcb_shape_offset(o->c, 3, a, 0, 0);
    xcb_shape_mask(o->c, 9, BOUNDING, a, 0, 0, 0);
    xcb_shape_mask(o->c, 0, BOUNDING, a, 0, 0, 0xE1);
    oracle_step(o, "not told any more");
    xcb_shape_select_input(o->c, a, 0);
    plain(o, BOUNDING, a);
}

static void look(struct oracle *o, xcb_drawable_t d, int x, int y, unsigned w, unsigned h)
{
    ORACLE_SHOW(
        o, o->c, "xproto:GetImage",
        xcb_get_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, d, (int16_t)x, (int16_t)y, (uint16_t)w, (uint16_t)h, ~0u));
}

static void paint(struct oracle *o, xcb_window_t w, uint32_t background, uint32_t border)
{
    const uint32_t values[] = { background, border };
    xcb_change_window_attributes(o->c, w, XCB_CW_BACK_PIXEL | XCB_CW_BORDER_PIXEL, values);
}

/* What is seen: events, and the pixels of a parent whose child is shaped. */
void scenario_shape_seen(struct oracle *o)
{
    const uint32_t mask = XCB_EVENT_MASK_EXPOSURE | XCB_EVENT_MASK_VISIBILITY_CHANGE;
    if (!use(o))
        return;
    xcb_window_t top = oracle_window(o, "top", o->root, 0, 0, 40, 30, 0, mask);
    xcb_window_t low = oracle_window(o, "low", top, 0, 0, 20, 20, 0, mask);
    xcb_window_t high = oracle_window(o, "high", top, 4, 4, 12, 12, 2, mask);
    xcb_window_t inner = oracle_window(o, "inner", high, 2, 2, 6, 6, 0, mask);
    static const xcb_rectangle_t plus[] = { { 4, -2, 4, 16 }, { -2, 4, 16, 4 } };
    static const xcb_rectangle_t left[] = { { -2, -2, 8, 16 } };
    static const xcb_rectangle_t hole[] = { { 20, 0, 15, 30 }, { 0, 12, 40, 10 } };
    paint(o, top, 0x101010, 0);
    paint(o, low, 0x20A020, 0);
    paint(o, high, 0x3030F0, 0xF03030);
    paint(o, inner, 0xF0F040, 0);
    xcb_map_subwindows(o->c, high);
    xcb_map_subwindows(o->c, top);
    xcb_map_window(o->c, top);
    look(o, top, 0, 0, 24, 24);
    for (uint8_t kind = BOUNDING; kind <= INPUT; kind++) {
        oracle_step(o, "kind %u", kind);
        rects(o, XCB_SHAPE_SO_SET, kind, high, 0, 0, 2, plus);
        look(o, top, 0, 0, 24, 24);
        oracle_step(o, "another shape");
        rects(o, XCB_SHAPE_SO_SET, kind, high, 0, 0, 1, left);
        look(o, top, 0, 0, 24, 24);
        oracle_step(o, "moved within its window");
        xcb_shape_offset(o->c, kind, high, 3, 2);
        look(o, top, 0, 0, 24, 24);
        oracle_step(o, "none again");
        plain(o, kind, high);
        look(o, top, 0, 0, 24, 24);
    }
    oracle_step(o, "bounding and clip at once, and the window moves and grows");
    rects(o, XCB_SHAPE_SO_SET, BOUNDING, high, 0, 0, 2, plus);
    rects(o, XCB_SHAPE_SO_SET, CLIP, high, 0, 0, 1, left);
    look(o, top, 0, 0, 24, 24);
    const uint32_t place[] = { 1, 1, 14, 10 };
    xcb_configure_window(o->c, high, 0xF, place);
    look(o, top, 0, 0, 24, 24);
    oracle_step(o, "a shape that leaves nothing");
    rects(o, XCB_SHAPE_SO_SET, BOUNDING, high, 0, 0, 0, NULL);
    look(o, top, 0, 0, 24, 24);
    oracle_step(o, "a window over a shaped one, and away");
    rects(o, XCB_SHAPE_SO_SET, BOUNDING, high, 0, 0, 2, plus);
    xcb_window_t cover = oracle_window(o, "cover", top, 0, 0, 9, 40, 0, 0);
    xcb_map_window(o->c, cover);
    oracle_step(o, "away");
    xcb_destroy_window(o->c, cover);
    oracle_step(o, "a shaped top-level window on the screen");
    rects(o, XCB_SHAPE_SO_SET, BOUNDING, top, 0, 0, 2, hole);
    look(o, o->root, 0, 0, 40, 30);
    look(o, top, 0, 0, 40, 30); /* nothing is behind it but the root */
    xcb_clear_area(o->c, 1, low, 0, 0, 0, 0);
}

void scenario_shape_pointer(struct oracle *o)
{
    const uint32_t mask = XCB_EVENT_MASK_ENTER_WINDOW | XCB_EVENT_MASK_LEAVE_WINDOW | XCB_EVENT_MASK_BUTTON_PRESS;
    if (!use(o))
        return;
    oracle_move(o, 500, 500);
    xcb_window_t a = oracle_window(o, "a", o->root, 100, 100, 60, 60, 0, mask);
    xcb_window_t b = oracle_window(o, "b", o->root, 100, 100, 60, 60, 0, mask);
    xcb_map_window(o->c, a);
    xcb_map_window(o->c, b);
    for (uint8_t kind = BOUNDING; kind <= INPUT; kind++) {
        oracle_step(o, "kind %u: through a hole", kind);
        rects(o, XCB_SHAPE_SO_SET, kind, b, 0, 0, 2, cross);
        oracle_move(o, 105, 105);
        oracle_show_pointer(o, o->root);
        oracle_button(o, 1, true);
        oracle_button(o, 1, false);
        ORACLE_SHOW(o, o->c, "xproto:TranslateCoordinates",
                    xcb_translate_coordinates(o->c, o->root, o->root, 105, 105));
        oracle_step(o, "into the shape");
        oracle_move(o, 130, 130);
        oracle_show_pointer(o, o->root);
        oracle_step(o, "the shape goes from under the pointer");
        rects(o, XCB_SHAPE_SO_SET, kind, b, 0, 0, 1, corner);
        oracle_show_pointer(o, o->root);
        oracle_step(o, "and comes back");
        plain(o, kind, b);
        oracle_show_pointer(o, o->root);
    }
}
