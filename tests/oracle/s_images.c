/* Pixels: images in and out, what a graphics context does to them, copies, backgrounds, and what a window keeps. */
#include <stdlib.h>
#include <string.h>

#include "scenarios.h"

enum { Z = XCB_IMAGE_FORMAT_Z_PIXMAP, XY = XCB_IMAGE_FORMAT_XY_PIXMAP, BITMAP = XCB_IMAGE_FORMAT_XY_BITMAP };

static void look_format(struct oracle *o, uint8_t format, xcb_drawable_t d, int x, int y, unsigned w, unsigned h,
                        uint32_t planes)
{
    ORACLE_SHOW(o, o->c, "xproto:GetImage",
                xcb_get_image(o->c, format, d, (int16_t)x, (int16_t)y, (uint16_t)w, (uint16_t)h, planes));
}

static void look(struct oracle *o, xcb_drawable_t d, int x, int y, unsigned w, unsigned h)
{
    look_format(o, Z, d, x, y, w, h, ~0u);
}

/* An image whose every pixel is another one. */
static void put(struct oracle *o, xcb_drawable_t d, xcb_gcontext_t gc, int x, int y, unsigned w, unsigned h,
                uint8_t depth)
{
    uint32_t px[64 * 64];
    for (unsigned i = 0; i < w * h; i++)
        px[i] = 0x5A000000u + 0x010203u * (i + 1);
    xcb_put_image(o->c, Z, d, gc, (uint16_t)w, (uint16_t)h, (int16_t)x, (int16_t)y, 0, depth, w * h * 4, (uint8_t *)px);
}

static xcb_gcontext_t new_gc(struct oracle *o, const char *name, xcb_drawable_t d, uint32_t mask, uint32_t a,
                             uint32_t b)
{
    const uint32_t values[] = { a, b };
    xcb_gcontext_t gc = oracle_id(o, o->c, name);
    xcb_create_gc(o->c, gc, d, mask, values);
    return gc;
}

static void set(struct oracle *o, xcb_gcontext_t gc, uint32_t mask, uint32_t a, uint32_t b)
{
    const uint32_t values[] = { a, b };
    xcb_change_gc(o->c, gc, mask, values);
}

static xcb_pixmap_t new_pixmap(struct oracle *o, const char *name, uint8_t depth, unsigned w, unsigned h)
{
    xcb_pixmap_t pixmap = oracle_id(o, o->c, name);
    xcb_create_pixmap(o->c, depth, pixmap, o->root, (uint16_t)w, (uint16_t)h);
    const uint32_t no_pixel = 0;
    xcb_gcontext_t gc = oracle_id(o, o->c, "clear");
    xcb_create_gc(o->c, gc, pixmap, XCB_GC_FOREGROUND, &no_pixel);
    const xcb_rectangle_t all = { 0, 0, (uint16_t)w, (uint16_t)h };
    xcb_poly_fill_rectangle(o->c, pixmap, gc, 1, &all); /* a fresh pixmap holds anything */
    xcb_free_gc(o->c, gc);
    return pixmap;
}

static void background(struct oracle *o, xcb_window_t w, uint32_t pixel)
{
    xcb_change_window_attributes(o->c, w, XCB_CW_BACK_PIXEL, &pixel);
}

static void formats(struct oracle *o)
{
    static const uint8_t depths[] = { 1, 4, 8, 16, 24, 32 };
    uint8_t data[512];
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 37 + 11);
    for (unsigned i = 0; i < sizeof depths; i++) {
        uint8_t depth = depths[i], bits = depth == 4 ? 8 : depth == 24 ? 32 : depth;
        oracle_step(o, "depth %u", depth);
        xcb_pixmap_t p = new_pixmap(o, "p", depth, 11, 4);
        xcb_gcontext_t gc = new_gc(o, "gc", p, XCB_GC_FOREGROUND | XCB_GC_BACKGROUND, 0x6A, 0x95);
        xcb_put_image(o->c, Z, p, gc, 5, 3, 1, 0, 0, depth, (5u * bits + 31) / 32 * 4 * 3, data);
        look(o, p, 0, 0, 11, 4);
        look_format(o, XY, p, 1, 0, 6, 2, ~0u);
        look_format(o, XY, p, 1, 0, 6, 2, 0x11);
        look_format(o, Z, p, 1, 0, 6, 2, 0x0F);
        xcb_put_image(o->c, XY, p, gc, 9, 2, 1, 1, 0, depth, 4u * 2 * depth, data + 7);
        look(o, p, 0, 0, 11, 4);
        xcb_put_image(o->c, XY, p, gc, 4, 2, 0, 2, 3, depth, 4u * 2 * depth, data + 3);
        xcb_put_image(o->c, BITMAP, p, gc, 10, 2, 0, 0, 5, 1, 4 * 2, data + 9);
        look(o, p, 0, 0, 11, 4);
        xcb_put_image(o->c, BITMAP, p, gc, 10, 2, 0, 0, 5, depth == 1 ? 2 : depth, 4 * 2, data + 9);
        xcb_put_image(o->c, Z, p, gc, 0, 3, 0, 0, 0, depth, 0, data);
    }
}

static void contexts(struct oracle *o)
{
    xcb_pixmap_t p = new_pixmap(o, "target", o->depth, 8, 6);
    xcb_gcontext_t gc = new_gc(o, "gc", p, 0, 0, 0);
    for (uint32_t function = 0; function < 16; function++) {
        oracle_step(o, "function %u", function);
        set(o, gc, XCB_GC_FUNCTION | XCB_GC_PLANE_MASK, XCB_GX_COPY, ~0u);
        put(o, p, gc, 0, 0, 4, 2, o->depth);
        set(o, gc, XCB_GC_FUNCTION | XCB_GC_PLANE_MASK, function, function & 1 ? 0xFFFFFF : 0xF0F0F0);
        put(o, p, gc, 1, 0, 4, 2, o->depth);
        look(o, p, 0, 0, 6, 2);
    }
    set(o, gc, XCB_GC_FUNCTION | XCB_GC_PLANE_MASK, XCB_GX_COPY, ~0u);
    oracle_step(o, "clip rectangles");
    const xcb_rectangle_t rects[] = { { 0, 0, 2, 2 }, { 4, 1, 2, 3 }, { 1, 1, 4, 1 } };
    xcb_set_clip_rectangles(o->c, XCB_CLIP_ORDERING_UNSORTED, gc, 1, 1, 3, rects);
    put(o, p, gc, 0, 0, 8, 6, o->depth);
    look(o, p, 0, 0, 8, 6);
    xcb_set_clip_rectangles(o->c, XCB_CLIP_ORDERING_UNSORTED, gc, 0, 0, 0, NULL);
    put(o, p, gc, 0, 0, 4, 4, o->depth);
    look(o, p, 0, 0, 4, 4);
    oracle_step(o, "rectangles in another order than is said");
    for (uint8_t ordering = 0; ordering < 4; ordering++) {
        xcb_set_clip_rectangles(o->c, ordering, gc, 0, 0, 3, rects);
        xcb_set_clip_rectangles(o->c, ordering, gc, 0, 0, 2, rects + 1);
    }
    oracle_step(o, "clip mask");
    xcb_pixmap_t mask = new_pixmap(o, "mask", 1, 8, 6);
    xcb_gcontext_t one = new_gc(o, "one", mask, XCB_GC_FOREGROUND, 1, 0);
    const xcb_rectangle_t bits[] = { { 2, 0, 3, 2 }, { 0, 3, 8, 1 }, { 7, 5, 1, 1 } };
    xcb_poly_fill_rectangle(o->c, mask, one, 3, bits);
    set(o, gc, XCB_GC_CLIP_MASK, mask, 0);
    xcb_free_pixmap(o->c, mask);
    set(o, gc, XCB_GC_CLIP_ORIGIN_X, (uint32_t)-1, 0);
    put(o, p, gc, 0, 0, 8, 6, o->depth);
    look(o, p, 0, 0, 8, 6);
    xcb_gcontext_t copy = new_gc(o, "copy", p, 0, 0, 0);
    xcb_copy_gc(o->c, gc, copy, XCB_GC_CLIP_MASK);
    set(o, gc, XCB_GC_CLIP_MASK, XCB_NONE, 0);
    const xcb_rectangle_t all = { 0, 0, 8, 6 };
    xcb_poly_fill_rectangle(o->c, p, gc, 1, &all);
    put(o, p, copy, 0, 0, 8, 6, o->depth);
    look(o, p, 0, 0, 8, 6);
}

static void fills(struct oracle *o)
{
    xcb_pixmap_t p = new_pixmap(o, "filled", o->depth, 8, 6), tile = new_pixmap(o, "tile", o->depth, 3, 2);
    xcb_pixmap_t stipple = new_pixmap(o, "stipple", 1, 3, 3);
    xcb_gcontext_t gc = new_gc(o, "gc", p, XCB_GC_FOREGROUND | XCB_GC_BACKGROUND, 0x44332211, 0x778899);
    xcb_gcontext_t one = new_gc(o, "one", stipple, XCB_GC_FOREGROUND, 1, 0);
    const xcb_rectangle_t dots[] = { { 1, 0, 1, 1 }, { 0, 2, 2, 1 } };
    const xcb_rectangle_t rects[] = { { -2, -1, 5, 3 }, { 4, 2, 100, 200 }, { 1, 4, 0, 1 } };
    put(o, tile, gc, 0, 0, 3, 2, o->depth);
    xcb_poly_fill_rectangle(o->c, stipple, one, 2, dots);
    for (uint32_t style = XCB_FILL_STYLE_SOLID; style <= XCB_FILL_STYLE_OPAQUE_STIPPLED; style++) {
        oracle_step(o, "fill style %u", style);
        set(o, gc, XCB_GC_FILL_STYLE, style, 0);
        set(o, gc, XCB_GC_TILE | XCB_GC_STIPPLE, tile, stipple);
        set(o, gc, XCB_GC_TILE_STIPPLE_ORIGIN_X | XCB_GC_TILE_STIPPLE_ORIGIN_Y, 1, (uint32_t)-1);
        xcb_poly_fill_rectangle(o->c, p, gc, 3, rects);
        look(o, p, 0, 0, 8, 6);
    }
    set(o, gc, XCB_GC_FUNCTION, XCB_GX_XOR, 0);
    xcb_poly_fill_rectangle(o->c, p, gc, 3, rects);
    look(o, p, 0, 0, 8, 6);
}

void scenario_images(struct oracle *o)
{
    formats(o);
    contexts(o);
    fills(o);
}

/* ---- windows ---- */

static void resize(struct oracle *o, xcb_window_t w, uint32_t width, uint32_t height)
{
    const uint32_t size[] = { width, height };
    xcb_configure_window(o->c, w, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, size);
}

static void move(struct oracle *o, xcb_window_t w, int x, int y)
{
    const uint32_t place[] = { (uint32_t)x, (uint32_t)y };
    xcb_configure_window(o->c, w, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, place);
}

static void gravities(struct oracle *o)
{
    for (uint32_t gravity = 0; gravity <= XCB_GRAVITY_STATIC; gravity++) {
        xcb_window_t w = oracle_window(o, "w", o->root, 20, 20, 8, 6, 0, 0);
        oracle_step(o, "bit gravity %u", gravity);
        background(o, w, 0x111111 * (gravity + 1));
        xcb_change_window_attributes(o->c, w, XCB_CW_BIT_GRAVITY, &gravity);
        xcb_map_window(o->c, w);
        xcb_gcontext_t gc = new_gc(o, "gc", w, 0, 0, 0);
        put(o, w, gc, 0, 0, 8, 6, o->depth);
        resize(o, w, 12, 9);
        look(o, w, 0, 0, 12, 9);
        put(o, w, gc, 0, 0, 12, 9, o->depth);
        resize(o, w, 6, 6);
        look(o, w, 0, 0, 6, 6);
        xcb_destroy_window(o->c, w);
    }
}

static void children(struct oracle *o, xcb_window_t top, xcb_gcontext_t gc)
{
    const uint32_t border = 0xBBBBBB, relative = XCB_BACK_PIXMAP_PARENT_RELATIVE, none = XCB_BACK_PIXMAP_NONE;
    xcb_window_t child = oracle_window(o, "child", top, 3, 2, 5, 4, 1, 0);
    xcb_window_t deep = oracle_window(o, "deep", child, 2, 1, 9, 2, 0, 0);
    oracle_step(o, "children");
    background(o, child, 0xCCCCCC);
    background(o, deep, 0xDDDDDD);
    xcb_change_window_attributes(o->c, child, XCB_CW_BORDER_PIXEL, &border);
    xcb_map_window(o->c, deep);
    xcb_map_window(o->c, child);
    look(o, top, 0, 0, 16, 12);
    put(o, top, gc, 0, 0, 16, 12, o->depth);
    look(o, top, 0, 0, 16, 12);
    put(o, child, gc, 1, 1, 6, 6, o->depth);
    look(o, child, -1, -1, 7, 6);
    oracle_step(o, "inferiors");
    set(o, gc, XCB_GC_SUBWINDOW_MODE, XCB_SUBWINDOW_MODE_INCLUDE_INFERIORS, 0);
    put(o, top, gc, 4, 1, 3, 4, o->depth);
    look(o, top, 0, 0, 16, 12);
    set(o, gc, XCB_GC_SUBWINDOW_MODE, XCB_SUBWINDOW_MODE_CLIP_BY_CHILDREN, 0);
    oracle_step(o, "a child moves");
    move(o, child, 6, 5);
    look(o, top, 0, 0, 16, 12);
    move(o, child, 12, 10);
    look(o, top, 0, 0, 16, 12);
    move(o, child, 2, 2);
    look(o, top, 0, 0, 16, 12);
    oracle_step(o, "backgrounds of the parent, and none");
    xcb_change_window_attributes(o->c, deep, XCB_CW_BACK_PIXMAP, &relative);
    xcb_clear_area(o->c, 0, deep, 0, 0, 0, 0);
    look(o, top, 0, 0, 16, 12);
    xcb_change_window_attributes(o->c, child, XCB_CW_BACK_PIXMAP, &none);
    xcb_clear_area(o->c, 0, child, 0, 0, 3, 3);
    look(o, top, 0, 0, 16, 12);
    oracle_step(o, "a child goes");
    xcb_unmap_window(o->c, child);
    look(o, top, 0, 0, 16, 12);
    xcb_map_window(o->c, child);
    look(o, top, 0, 0, 16, 12);
    xcb_destroy_window(o->c, child);
    look(o, top, 0, 0, 16, 12);
}

static void clearing(struct oracle *o, xcb_window_t top, xcb_gcontext_t gc)
{
    oracle_step(o, "clear");
    put(o, top, gc, 0, 0, 16, 12, o->depth);
    xcb_clear_area(o->c, 0, top, 2, 3, 4, 5);
    xcb_clear_area(o->c, 0, top, 14, 1, 0, 2);
    xcb_clear_area(o->c, 0, top, -3, 10, 5, 0);
    look(o, top, 0, 0, 16, 12);
    oracle_step(o, "tiles");
    xcb_pixmap_t tile = new_pixmap(o, "tile", o->depth, 3, 2);
    put(o, tile, gc, 0, 0, 3, 2, o->depth);
    xcb_change_window_attributes(o->c, top, XCB_CW_BACK_PIXMAP, &tile);
    xcb_free_pixmap(o->c, tile);
    look(o, top, 0, 0, 16, 12);
    xcb_clear_area(o->c, 0, top, 1, 1, 9, 5);
    look(o, top, 0, 0, 16, 12);
    oracle_step(o, "clear errors");
    xcb_clear_area(o->c, 2, top, 0, 0, 0, 0);
    xcb_clear_area(o->c, 0, 0x55, 0, 0, 0, 0);
}

void scenario_image_windows(struct oracle *o)
{
    xcb_window_t top = oracle_window(o, "top", o->root, 30, 40, 16, 12, 2, 0);
    const uint32_t border = 0xEEEEEE;
    xcb_change_window_attributes(o->c, top, XCB_CW_BORDER_PIXEL, &border);
    background(o, top, 0xABCDEF);
    xcb_gcontext_t gc = new_gc(o, "gc", top, 0, 0, 0);
    oracle_step(o, "not mapped");
    put(o, top, gc, 0, 0, 4, 4, o->depth);
    look(o, top, 0, 0, 4, 4);
    oracle_step(o, "mapped");
    xcb_map_window(o->c, top);
    look(o, top, -2, -2, 20, 16);
    put(o, top, gc, -1, 2, 6, 5, o->depth);
    put(o, top, gc, 13, 10, 6, 5, o->depth);
    look(o, top, 0, 0, 16, 12);
    look(o, o->root, 28, 40, 10, 8);
    oracle_step(o, "moved");
    move(o, top, 50, 60);
    look(o, top, 0, 0, 16, 12);
    children(o, top, gc);
    clearing(o, top, gc);
    oracle_step(o, "unmapped and mapped");
    xcb_unmap_window(o->c, top);
    look(o, top, 0, 0, 16, 12);
    xcb_map_window(o->c, top);
    look(o, top, 0, 0, 16, 12);
    gravities(o);
}

void scenario_image_copies(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 16, 12, 0, 0);
    xcb_pixmap_t p = new_pixmap(o, "p", o->depth, 10, 8), q = new_pixmap(o, "q", o->depth, 10, 8);
    background(o, w, 0x303030);
    xcb_map_window(o->c, w);
    xcb_gcontext_t gc = new_gc(o, "gc", w, XCB_GC_FOREGROUND | XCB_GC_BACKGROUND, 0xF0F0F0, 0x0F0F0F);
    put(o, p, gc, 0, 0, 10, 8, o->depth);
    oracle_step(o, "pixmap to window");
    xcb_copy_area(o->c, p, w, gc, 1, 2, 3, 4, 6, 5);
    look(o, w, 0, 0, 16, 12);
    oracle_step(o, "beyond the pixmap");
    xcb_copy_area(o->c, p, w, gc, 7, 5, 0, 0, 8, 8);
    look(o, w, 0, 0, 16, 12);
    xcb_copy_area(o->c, p, w, gc, -2, -3, 8, 6, 5, 6);
    look(o, w, 0, 0, 16, 12);
    oracle_step(o, "window to pixmap, pixmap to pixmap");
    xcb_copy_area(o->c, w, q, gc, 2, 3, 0, 0, 8, 7);
    look(o, q, 0, 0, 10, 8);
    xcb_copy_area(o->c, p, q, gc, 5, 0, 2, 1, 8, 4);
    look(o, q, 0, 0, 10, 8);
    oracle_step(o, "overlapping");
    static const int8_t by[][2] = { { 1, 1 }, { -1, 1 }, { 2, -1 }, { -2, -1 }, { 3, 0 }, { 0, -2 } };
    for (unsigned i = 0; i < sizeof by / sizeof by[0]; i++) {
        put(o, w, gc, 0, 0, 16, 12, o->depth);
        xcb_copy_area(o->c, w, w, gc, 4, 4, (int16_t)(4 + by[i][0]), (int16_t)(4 + by[i][1]), 7, 6);
        look(o, w, 0, 0, 16, 12);
    }
    oracle_step(o, "under a child");
    xcb_window_t child = oracle_window(o, "child", w, 2, 2, 4, 4, 0, 0);
    background(o, child, 0xC0C0C0);
    xcb_map_window(o->c, child);
    xcb_copy_area(o->c, w, w, gc, 0, 0, 5, 4, 8, 8);
    look(o, w, 0, 0, 16, 12);
    xcb_copy_area(o->c, p, w, gc, 0, 0, 0, 0, 10, 8);
    look(o, w, 0, 0, 16, 12);
    oracle_step(o, "function, clip");
    set(o, gc, XCB_GC_FUNCTION | XCB_GC_PLANE_MASK, XCB_GX_XOR, 0x00FFFF);
    xcb_copy_area(o->c, w, w, gc, 1, 1, 0, 3, 8, 8);
    look(o, w, 0, 0, 16, 12);
    const xcb_rectangle_t rects[] = { { 1, 1, 3, 9 }, { 8, 2, 30, 3 } };
    set(o, gc, XCB_GC_FUNCTION | XCB_GC_PLANE_MASK, XCB_GX_COPY, ~0u);
    xcb_set_clip_rectangles(o->c, XCB_CLIP_ORDERING_UNSORTED, gc, 0, 0, 2, rects);
    xcb_copy_area(o->c, p, w, gc, 0, 0, 0, 0, 16, 12);
    look(o, w, 0, 0, 16, 12);
    oracle_step(o, "planes");
    xcb_copy_plane(o->c, p, w, gc, 0, 0, 1, 1, 9, 7, 0x10);
    look(o, w, 0, 0, 16, 12);
    xcb_pixmap_t bitmap = new_pixmap(o, "bitmap", 1, 8, 4);
    xcb_gcontext_t one = new_gc(o, "one", bitmap, XCB_GC_FOREGROUND | XCB_GC_BACKGROUND, 1, 0);
    xcb_copy_plane(o->c, p, bitmap, one, 1, 1, 0, 0, 8, 4, 0x8);
    look(o, bitmap, 0, 0, 8, 4);
    xcb_copy_plane(o->c, bitmap, q, gc, 0, 0, 1, 1, 8, 4, 1);
    look(o, q, 0, 0, 10, 8);
}
