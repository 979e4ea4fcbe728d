/* Cursors: their pictures. */
#include <stdlib.h>
#include <string.h>
#include <xcb/render.h>
#include <xcb/xfixes.h>

#include "cursors.h"
#include "scenarios.h"

bool cursor_use(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_xfixes_id, "xfixes") || !oracle_extension(o, &xcb_render_id, "render"))
        return false;
    free(xcb_xfixes_query_version_reply(o->c, xcb_xfixes_query_version(o->c, 5, 0), NULL));
    free(xcb_render_query_version_reply(o->c, xcb_render_query_version(o->c, 0, 11), NULL));
    return true;
}

void cursor_show(struct oracle *o)
{
    ORACLE_SHOW(o, o->c, "xfixes:GetCursorImageAndName", xcb_xfixes_get_cursor_image_and_name(o->c));
}

void cursor_set(struct oracle *o, xcb_window_t w, xcb_cursor_t cursor)
{
    xcb_change_window_attributes(o->c, w, XCB_CW_CURSOR, &cursor);
}

xcb_window_t cursor_window(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 100, 100, 300, 300, 0, 0);
    xcb_map_window(o->c, w);
    oracle_move(o, 150, 150);
    return w;
}

/* A pixmap whose pixels look random and always are the same. */
static xcb_pixmap_t pixmap_of(struct oracle *o, uint8_t depth, uint16_t width, uint16_t height, uint32_t seed)
{
    xcb_pixmap_t p = xcb_generate_id(o->c);
    xcb_gcontext_t gc = xcb_generate_id(o->c);
    xcb_create_pixmap(o->c, depth, p, o->root, width, height);
    xcb_create_gc(o->c, gc, p, 0, NULL);
    for (int16_t y = 0; y < height; y++) {
        for (int16_t x = 0; x < width; x++) {
            seed = seed * 1103515245 + 12345;
            const uint32_t pixel = depth == 1 ? seed >> 16 & 1 : depth == 32 ? seed & 0x7F7F7F7F : seed >> 8;
            const xcb_point_t at = { x, y };
            xcb_change_gc(o->c, gc, XCB_GC_FOREGROUND, &pixel);
            xcb_poly_point(o->c, XCB_COORD_MODE_ORIGIN, p, gc, 1, &at);
        }
    }
    xcb_free_gc(o->c, gc);
    return p;
}

xcb_cursor_t cursor_of_bits(struct oracle *o, const char *name, uint16_t width, uint16_t height, uint32_t seed)
{
    xcb_cursor_t id = oracle_id(o, o->c, name);
    xcb_pixmap_t source = pixmap_of(o, 1, width, height, seed), mask = pixmap_of(o, 1, width, height, seed + 1);
    xcb_create_cursor(o->c, id, source, mask, 0x1234, 0x5678, 0x9abc, 0xfedc, 0xba98, 0x7654, 1, 2);
    xcb_free_pixmap(o->c, source);
    xcb_free_pixmap(o->c, mask);
    return id;
}

/* The first format of a depth, of those that have the bits of red highest, or none. */
static xcb_render_pictformat_t format_of(struct oracle *o, uint8_t depth, uint16_t alpha)
{
    xcb_render_query_pict_formats_reply_t *reply =
        xcb_render_query_pict_formats_reply(o->c, xcb_render_query_pict_formats(o->c), NULL);
    xcb_render_pictformat_t found = 0;
    if (!reply)
        return 0;
    xcb_render_pictforminfo_iterator_t it = xcb_render_query_pict_formats_formats_iterator(reply);
    for (; it.rem && !found; xcb_render_pictforminfo_next(&it)) {
        const xcb_render_directformat_t *d = &it.data->direct;
        if (it.data->depth == depth && d->alpha_mask == alpha && d->red_shift >= d->blue_shift && d->blue_shift == 0)
            found = it.data->id;
    }
    free(reply);
    return found;
}

static xcb_render_picture_t picture(struct oracle *o, uint8_t depth, uint16_t alpha, uint16_t width, uint16_t height)
{
    xcb_render_picture_t id = oracle_id(o, o->c, "picture");
    xcb_render_create_picture(o->c, id, pixmap_of(o, depth, width, height, depth), format_of(o, depth, alpha), 0, NULL);
    return id;
}

static xcb_cursor_t picture_cursor(struct oracle *o, const char *name, xcb_render_picture_t of, uint16_t x, uint16_t y)
{
    xcb_cursor_t id = oracle_id(o, o->c, name);
    xcb_render_create_cursor(o->c, id, of, x, y);
    return id;
}

/* ---- pictures ---- */

void scenario_cursor_bitmaps(struct oracle *o)
{
    if (!cursor_use(o))
        return;
    oracle_step(o, "the root's own");
    cursor_show(o);
    ORACLE_SHOW(o, o->c, "xfixes:GetCursorImage", xcb_xfixes_get_cursor_image(o->c));
    xcb_window_t w = cursor_window(o);
    oracle_step(o, "with a mask, freed while it is shown");
    xcb_cursor_t a = cursor_of_bits(o, "a", 7, 5, 1);
    cursor_set(o, w, a);
    xcb_free_cursor(o->c, a);
    cursor_show(o);
    oracle_step(o, "without a mask, in other colours");
    xcb_pixmap_t source = pixmap_of(o, 1, 33, 3, 9), wide = pixmap_of(o, 1, 34, 3, 9), deep = pixmap_of(o, 8, 33, 3, 9);
    xcb_cursor_t b = oracle_id(o, o->c, "b");
    xcb_create_cursor(o->c, b, source, 0, 0, 0, 0, 0xffff, 0xffff, 0xffff, 33, 3);
    cursor_set(o, w, b);
    cursor_show(o);
    xcb_recolor_cursor(o->c, b, 0xffff, 0, 0, 0x0100, 0x02ff, 0x0300);
    cursor_show(o);
    oracle_step(o, "errors make no cursor");
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c"), source, wide, 0, 0, 0, 0, 0, 0, 0, 0);
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c"), source, deep, 0, 0, 0, 0, 0, 0, 0, 0);
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c"), deep, 0xE1, 0, 0, 0, 0, 0, 0, 0, 0);
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c"), source, 0xE1, 0, 0, 0, 0, 0, 0, 0, 0);
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c"), source, 0, 0, 0, 0, 0, 0, 0, 34, 0);
    xcb_create_cursor(o->c, oracle_id(o, o->c, "c"), source, 0, 0, 0, 0, 0, 0, 0, 0, 4);
    cursor_set(o, w, 0xE2);
    cursor_show(o);
    oracle_step(o, "never drawn in");
    xcb_pixmap_t blank = xcb_generate_id(o->c);
    xcb_create_pixmap(o->c, 1, blank, o->root, 2, 2);
    xcb_cursor_t d = oracle_id(o, o->c, "d");
    xcb_create_cursor(o->c, d, blank, blank, 0, 0, 0, 0, 0, 0, 0, 0);
    cursor_set(o, w, d);
    cursor_show(o);
}

static void glyphs(struct oracle *o, xcb_window_t w, xcb_font_t source, xcb_font_t mask, uint16_t a, uint16_t b)
{
    xcb_cursor_t id = oracle_id(o, o->c, "glyph");
    xcb_create_glyph_cursor(o->c, id, source, mask, a, b, 0, 0x8000, 0, 0xffff, 0xffff, 0xffff);
    cursor_set(o, w, id);
    cursor_show(o);
    xcb_free_cursor(o->c, id);
}

void scenario_cursor_glyphs(struct oracle *o)
{
    if (!cursor_use(o))
        return;
    xcb_window_t w = cursor_window(o);
    static const char *const names[] = { "cursor", "6x13", "nil2", "12x24" };
    xcb_font_t font[4];
    for (unsigned i = 0; i < 4; i++) {
        font[i] = oracle_id(o, o->c, names[i]);
        xcb_open_font(o->c, font[i], (uint16_t)strlen(names[i]), names[i]);
    }
    oracle_step(o, "all shapes of the cursor font");
    for (uint16_t shape = 0; shape < 154; shape += 2)
        glyphs(o, w, font[0], font[0], shape, shape + 1);
    oracle_step(o, "letters");
    glyphs(o, w, font[1], 0, 'A', 0);
    glyphs(o, w, font[1], font[1], 'g', 'M');
    glyphs(o, w, font[1], font[0], 'A', 69);
    glyphs(o, w, font[0], font[3], 68, 'X');
    glyphs(o, w, font[2], font[2], ' ', ' ');
    oracle_step(o, "characters that are not there");
    glyphs(o, w, font[0], font[0], 154, 69);
    glyphs(o, w, font[0], font[0], 68, 0x1ff);
    glyphs(o, w, font[1], font[0], 0x3000, 69);
    glyphs(o, w, font[1], font[0], 0x0a01, 69);
    xcb_create_glyph_cursor(o->c, oracle_id(o, o->c, "c"), font[0], 0xE1, 0, 1, 0, 0, 0, 0, 0, 0);
    xcb_create_glyph_cursor(o->c, oracle_id(o, o->c, "c"), 0xE1, font[0], 0, 1, 0, 0, 0, 0, 0, 0);
    oracle_step(o, "the next one's serial");
    glyphs(o, w, font[0], font[0], 68, 69);
}

void scenario_cursor_pictures(struct oracle *o)
{
    if (!cursor_use(o))
        return;
    xcb_window_t w = cursor_window(o);
    static const struct {
        uint8_t depth;
        uint16_t alpha;
    } formats[] = { { 32, 255 }, { 24, 0 }, { 8, 255 }, { 1, 1 }, { 32, 0 } };
    for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        oracle_step(o, "depth %u, alpha %u", formats[i].depth, formats[i].alpha);
        xcb_render_picture_t p = picture(o, formats[i].depth, formats[i].alpha, 5, 4);
        xcb_cursor_t cursor = picture_cursor(o, "cursor", p, 5, 4);
        cursor_set(o, w, cursor);
        cursor_show(o);
        xcb_recolor_cursor(o->c, cursor, 0xffff, 0, 0, 0, 0xffff, 0);
        cursor_show(o);
    }
    oracle_step(o, "moved and repeated, which matters to all formats but a cursor's own");
    const uint32_t repeat = XCB_RENDER_REPEAT_REFLECT;
    const xcb_render_transform_t moved = { 0x10000, 0, 0x20000, 0, 0x10000, 0x10000, 0, 0, 0x10000 };
    for (unsigned i = 0; i < 2; i++) {
        xcb_render_picture_t p = picture(o, formats[i].depth, formats[i].alpha, 5, 4);
        xcb_render_change_picture(o->c, p, XCB_RENDER_CP_REPEAT, &repeat);
        xcb_render_set_picture_transform(o->c, p, moved);
        cursor_set(o, w, picture_cursor(o, "cursor", p, 0, 0));
        cursor_show(o);
    }
    oracle_step(o, "errors");
    xcb_render_picture_t p = picture(o, 32, 255, 5, 4), solid = oracle_id(o, o->c, "solid");
    picture_cursor(o, "c", p, 6, 0);
    picture_cursor(o, "c", p, 0, 5);
    picture_cursor(o, "c", 0xE1, 0, 0);
    xcb_render_create_solid_fill(o->c, solid, (xcb_render_color_t){ 0, 0, 0, 0xffff });
    picture_cursor(o, "c", solid, 0, 0);
    oracle_step(o, "of a window");
    xcb_render_picture_t of_window = oracle_id(o, o->c, "of-window");
    xcb_window_t small = oracle_window(o, "small", o->root, 600, 600, 3, 3, 0, 0);
    const uint32_t pixel = 0x123456;
    xcb_change_window_attributes(o->c, small, XCB_CW_BACK_PIXEL, &pixel);
    xcb_map_window(o->c, small);
    xcb_render_create_picture(o->c, of_window, small, format_of(o, 24, 0), 0, NULL);
    cursor_set(o, w, picture_cursor(o, "cursor", of_window, 1, 1));
    cursor_show(o);
}
