/* Pixmaps, graphics contexts, cursors and fonts: ids and their errors. */
#include <stdlib.h>
#include <string.h>

#include "scenarios.h"

static void draw(struct oracle *o, xcb_window_t w, xcb_window_t only, xcb_pixmap_t pixmap, xcb_gcontext_t gc)
{
    const xcb_rectangle_t rectangle = { 1, 2, 3, 4 };
    oracle_step(o, "drawing: wrong ids and depths");
    xcb_poly_fill_rectangle(o->c, w, gc, 1, &rectangle);
    xcb_poly_fill_rectangle(o->c, 0xF4, gc, 1, &rectangle);
    xcb_poly_fill_rectangle(o->c, w, 0xF5, 1, &rectangle);
    xcb_poly_fill_rectangle(o->c, only, gc, 1, &rectangle);
    xcb_pixmap_t bitmap = oracle_id(o, o->c, "bitmap");
    xcb_create_pixmap(o->c, 1, bitmap, w, 8, 8);
    xcb_poly_fill_rectangle(o->c, bitmap, gc, 1, &rectangle);
    uint8_t pixels[4 * 4 * 4];
    memset(pixels, 0x5A, sizeof pixels);
    oracle_step(o, "images");
    xcb_put_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, 4, 4, 1, 1, 0, o->depth, sizeof pixels, pixels);
    xcb_put_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, 4, 4, 0, 0, 0, 8, sizeof pixels, pixels);
    xcb_put_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, 4, 4, 0, 0, 1, o->depth, sizeof pixels, pixels);
    xcb_put_image(o->c, 3, pixmap, gc, 4, 4, 0, 0, 0, o->depth, sizeof pixels, pixels);
    xcb_put_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, gc, 4, 5, 0, 0, 0, o->depth, sizeof pixels, pixels);
    xcb_put_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, 0xF6, gc, 4, 4, 0, 0, 0, o->depth, sizeof pixels, pixels);
    oracle_step(o, "reading");
    ORACLE_SHOW(o, o->c, "xproto:GetImage", xcb_get_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, 1, 1, 4, 4, 0xFFFFFFFF));
    ORACLE_SHOW(o, o->c, "xproto:GetImage", xcb_get_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, pixmap, 28, 1, 4, 4, 0xFFFFFFFF));
    ORACLE_SHOW(o, o->c, "xproto:GetImage", xcb_get_image(o->c, 0, pixmap, 1, 1, 4, 4, 0xFFFFFFFF));
    ORACLE_SHOW(o, o->c, "xproto:GetImage", xcb_get_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, w, 0, 0, 4, 4, 0xFFFFFFFF));
    ORACLE_SHOW(o, o->c, "xproto:GetImage", xcb_get_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, only, 0, 0, 4, 4, 0xFFFFFFFF));
    ORACLE_SHOW(o, o->c, "xproto:GetImage", xcb_get_image(o->c, XCB_IMAGE_FORMAT_Z_PIXMAP, 0xF7, 0, 0, 4, 4, 0xFFFFFFFF));
}

void scenario_drawables(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 100, 100, 0, 0), only = oracle_input_only(o, "only", w, 0, 0, 5, 5, 0);
    xcb_pixmap_t pixmap = oracle_id(o, o->c, "pixmap");
    xcb_gcontext_t gc = oracle_id(o, o->c, "gc");
    oracle_step(o, "pixmaps of every depth");
    for (uint8_t depth = 0; depth <= 33; depth++) {
        xcb_pixmap_t one = oracle_id(o, o->c, "one");
        xcb_create_pixmap(o->c, depth, one, o->root, 4, 4);
    }
    oracle_step(o, "geometry");
    xcb_create_pixmap(o->c, o->depth, pixmap, w, 30, 40);
    oracle_show_geometry(o, pixmap);
    oracle_step(o, "errors");
    xcb_create_pixmap(o->c, o->depth, oracle_id(o, o->c, "p1"), w, 0, 5);
    xcb_create_pixmap(o->c, o->depth, oracle_id(o, o->c, "p2"), 0xF1, 5, 5);
    xcb_create_pixmap(o->c, o->depth, oracle_id(o, o->c, "p3"), only, 5, 5);
    xcb_create_pixmap(o->c, o->depth, pixmap, w, 5, 5);
    xcb_create_pixmap(o->c, o->depth, 0x5, w, 5, 5);
    xcb_free_pixmap(o->c, 0xF1);
    xcb_free_pixmap(o->c, w);
    oracle_show_geometry(o, 0xF1);
    oracle_step(o, "graphics contexts");
    xcb_create_gc(o->c, gc, pixmap, 0, NULL);
    const uint32_t bad = 99, function = 3;
    xcb_change_gc(o->c, gc, XCB_GC_FUNCTION, &function);
    xcb_change_gc(o->c, gc, XCB_GC_FUNCTION, &bad);
    xcb_change_gc(o->c, gc, XCB_GC_LINE_STYLE, &bad);
    xcb_change_gc(o->c, gc, XCB_GC_FILL_STYLE, &bad);
    xcb_change_gc(o->c, gc, XCB_GC_FONT, &bad);
    xcb_change_gc(o->c, gc, XCB_GC_TILE, &bad);
    xcb_change_gc(o->c, gc, XCB_GC_CLIP_MASK, &bad);
    xcb_change_gc(o->c, gc, 1u << 23, &bad);
    xcb_change_gc(o->c, 0xF2, XCB_GC_FUNCTION, &function);
    xcb_create_gc(o->c, oracle_id(o, o->c, "g1"), 0xF3, 0, NULL);
    xcb_create_gc(o->c, oracle_id(o, o->c, "g2"), only, 0, NULL);
    xcb_create_gc(o->c, gc, w, 0, NULL);
    const uint8_t dashes[] = { 4, 0 };
    xcb_set_dashes(o->c, gc, 0, 2, dashes);
    xcb_set_dashes(o->c, gc, 0, 0, dashes);
    const xcb_rectangle_t rectangle = { 1, 2, 3, 4 };
    xcb_set_clip_rectangles(o->c, 0, gc, 0, 0, 1, &rectangle);
    xcb_set_clip_rectangles(o->c, 4, gc, 0, 0, 1, &rectangle);
    draw(o, w, only, pixmap, gc);
    oracle_step(o, "free");
    xcb_free_gc(o->c, gc);
    xcb_free_gc(o->c, gc);
    xcb_free_pixmap(o->c, pixmap);
    xcb_free_pixmap(o->c, pixmap);
}

void scenario_cursors_fonts(struct oracle *o)
{
    xcb_pixmap_t source = oracle_id(o, o->c, "source"), mask = oracle_id(o, o->c, "mask"), deep = oracle_id(o, o->c, "deep");
    xcb_create_pixmap(o->c, 1, source, o->root, 16, 16);
    xcb_create_pixmap(o->c, 1, mask, o->root, 16, 8);
    xcb_create_pixmap(o->c, o->depth, deep, o->root, 16, 16);
    xcb_cursor_t cursor = oracle_id(o, o->c, "cursor");
    oracle_step(o, "cursor from a bitmap");
    xcb_create_cursor(o->c, cursor, source, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    xcb_recolor_cursor(o->c, cursor, 1, 2, 3, 4, 5, 6);
    oracle_step(o, "cursor errors");
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c1"), source, mask, 1, 2, 3, 4, 5, 6, 7, 8);
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c2"), deep, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c3"), source, 0, 1, 2, 3, 4, 5, 6, 17, 8);
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c4"), 0xF8, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    xcb_create_cursor(o->c, cursor, source, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    xcb_recolor_cursor(o->c, 0xF8, 1, 2, 3, 4, 5, 6);
    xcb_free_cursor(o->c, 0xF8);
    xcb_free_cursor(o->c, cursor);
    xcb_free_cursor(o->c, cursor);
    oracle_step(o, "the cursor font");
    xcb_font_t font = oracle_id(o, o->c, "font");
    xcb_open_font(o->c, font, 6, "cursor");
    xcb_cursor_t glyph = oracle_id(o, o->c, "glyph");
    xcb_create_glyph_cursor(o->c, glyph, font, font, 68, 69, 0, 0, 0, 1, 1, 1);
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 5, 5, 0, 0);
    xcb_change_window_attributes(o->c, w, XCB_CW_CURSOR, &glyph);
    oracle_step(o, "font errors");
    xcb_open_font(o->c, oracle_id(o, o->c, "f1"), 12, "no-such-font");
    xcb_open_font(o->c, font, 6, "cursor");
    xcb_create_glyph_cursor(o->c, oracle_id(o, o->c, "c5"), 0xF9, 0, 1, 2, 0, 0, 0, 1, 1, 1);
    ORACLE_SHOW(o, o->c, "xproto:QueryFont", xcb_query_font(o->c, 0xF9));
    xcb_close_font(o->c, 0xF9);
    xcb_close_font(o->c, font);
    xcb_close_font(o->c, font);
}
