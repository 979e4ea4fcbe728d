/* RENDER formats and ids, colours and colormaps. */
#include <stdlib.h>
#include <string.h>
#include <xcb/render.h>

#include "scenarios.h"

static xcb_render_pictformat_t format_of_depth(struct oracle *o, uint8_t depth)
{
    xcb_render_query_pict_formats_reply_t *reply =
        xcb_render_query_pict_formats_reply(o->c, xcb_render_query_pict_formats(o->c), NULL);
    xcb_render_pictformat_t found = 0;
    if (!reply)
        return 0;
    xcb_render_pictforminfo_iterator_t it = xcb_render_query_pict_formats_formats_iterator(reply);
    for (; it.rem && !found; xcb_render_pictforminfo_next(&it))
        if (it.data->depth == depth && it.data->type == XCB_RENDER_PICT_TYPE_DIRECT)
            found = it.data->id;
    free(reply);
    return found;
}

void scenario_render(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_render_id, "render"))
        return;
    ORACLE_SHOW(o, o->c, "render:QueryVersion", xcb_render_query_version(o->c, 0, 11));
    oracle_step(o, "formats");
    ORACLE_SHOW(o, o->c, "render:QueryPictFormats", xcb_render_query_pict_formats(o->c));
    ORACLE_SHOW(o, o->c, "render:QueryFilters", xcb_render_query_filters(o->c, o->root));
    xcb_render_pictformat_t argb = format_of_depth(o, 32), rgb = format_of_depth(o, 24);
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 100, 100, 0, 0);
    xcb_pixmap_t pixmap = oracle_id(o, o->c, "pixmap");
    xcb_create_pixmap(o->c, 32, pixmap, w, 16, 16);
    oracle_step(o, "pictures");
    xcb_render_picture_t on_window = oracle_id(o, o->c, "on-window"), on_pixmap = oracle_id(o, o->c, "on-pixmap");
    xcb_render_create_picture(o->c, on_window, w, rgb, 0, NULL);
    xcb_render_create_picture(o->c, on_pixmap, pixmap, argb, 0, NULL);
    const uint32_t repeat = XCB_RENDER_REPEAT_NORMAL, bad = 9;
    xcb_render_change_picture(o->c, on_pixmap, XCB_RENDER_CP_REPEAT, &repeat);
    oracle_step(o, "picture errors");
    xcb_render_create_picture(o->c, oracle_id(o, o->c, "p1"), w, argb, 0, NULL);
    xcb_render_create_picture(o->c, oracle_id(o, o->c, "p2"), w, 0x77777, 0, NULL);
    xcb_render_create_picture(o->c, oracle_id(o, o->c, "p3"), 0xC1, rgb, 0, NULL);
    xcb_render_create_picture(o->c, on_pixmap, pixmap, argb, 0, NULL);
    xcb_render_create_picture(o->c, oracle_id(o, o->c, "p4"), pixmap, argb, XCB_RENDER_CP_REPEAT, &bad);
    xcb_render_change_picture(o->c, 0xC2, XCB_RENDER_CP_REPEAT, &repeat);
    xcb_render_free_picture(o->c, 0xC2);
    oracle_step(o, "cursor");
    xcb_cursor_t cursor = oracle_id(o, o->c, "cursor");
    xcb_render_create_cursor(o->c, cursor, on_pixmap, 3, 4);
    xcb_change_window_attributes(o->c, w, XCB_CW_CURSOR, &cursor);
    xcb_render_create_cursor(o->c, oracle_id(o, o->c, "c1"), on_window, 3, 4);
    xcb_render_create_cursor(o->c, oracle_id(o, o->c, "c2"), on_pixmap, 30, 4);
    xcb_render_create_cursor(o->c, oracle_id(o, o->c, "c3"), 0xC3, 0, 0);
    xcb_free_cursor(o->c, cursor);
    oracle_step(o, "freed: gone");
    xcb_render_free_picture(o->c, on_pixmap);
    xcb_render_change_picture(o->c, on_pixmap, XCB_RENDER_CP_REPEAT, &repeat);
    oracle_step(o, "solid fill and glyphs");
    const xcb_render_color_t red = { 0xFFFF, 0, 0, 0xFFFF };
    xcb_render_picture_t solid = oracle_id(o, o->c, "solid");
    xcb_render_create_solid_fill(o->c, solid, red);
    xcb_render_composite(o->c, XCB_RENDER_PICT_OP_OVER, solid, 0, on_window, 0, 0, 0, 0, 0, 0, 10, 10);
    xcb_render_composite(o->c, 200, solid, 0, on_window, 0, 0, 0, 0, 0, 0, 10, 10);
    xcb_render_composite(o->c, XCB_RENDER_PICT_OP_OVER, 0xC4, 0, on_window, 0, 0, 0, 0, 0, 0, 10, 10);
    xcb_render_glyphset_t glyphs = oracle_id(o, o->c, "glyphs");
    xcb_render_create_glyph_set(o->c, glyphs, format_of_depth(o, 8));
    xcb_render_free_glyph_set(o->c, glyphs);
    xcb_render_free_glyph_set(o->c, glyphs);
    const xcb_rectangle_t rectangle = { 0, 0, 5, 5 };
    xcb_render_fill_rectangles(o->c, XCB_RENDER_PICT_OP_SRC, on_window, red, 1, &rectangle);
    xcb_render_fill_rectangles(o->c, XCB_RENDER_PICT_OP_SRC, solid, red, 1, &rectangle);
}

static void alloc(struct oracle *o, uint16_t r, uint16_t g, uint16_t b)
{
    ORACLE_SHOW(o, o->c, "xproto:AllocColor", xcb_alloc_color(o->c, o->colormap, r, g, b));
}

static void named(struct oracle *o, const char *name)
{
    ORACLE_SHOW(o, o->c, "xproto:LookupColor", xcb_lookup_color(o->c, o->colormap, (uint16_t)strlen(name), name));
    ORACLE_SHOW(o, o->c, "xproto:AllocNamedColor", xcb_alloc_named_color(o->c, o->colormap, (uint16_t)strlen(name), name));
}

void scenario_colors(struct oracle *o)
{
    oracle_step(o, "alloc");
    alloc(o, 0, 0, 0);
    alloc(o, 0xFFFF, 0xFFFF, 0xFFFF);
    alloc(o, 0x1234, 0x80FF, 0xABCD);
    alloc(o, 0x00FF, 0x0100, 0x7F80);
    oracle_step(o, "query");
    const uint32_t pixels[] = { 0, 0xFFFFFF, 0x123456, 0x00FF00 };
    ORACLE_SHOW(o, o->c, "xproto:QueryColors", xcb_query_colors(o->c, o->colormap, 4, pixels));
    ORACLE_SHOW(o, o->c, "xproto:QueryColors", xcb_query_colors(o->c, o->colormap, 0, NULL));
    const uint32_t beyond = 0xFF000000;
    ORACLE_SHOW(o, o->c, "xproto:QueryColors", xcb_query_colors(o->c, o->colormap, 1, &beyond));
    oracle_step(o, "names");
    static const char *const names[] = {
        "red", "Light Goldenrod", "CornflowerBlue", "gray50", "no such colour", "", "RED3", "light gray", "lightgray",
        "l ightgray", "light  gray", "gray 50", "gray050", "red ", " red", "AliceBlue", "yellow4", "YellowGreen",
        "yello", "yellow44", "aaa", "zzz", "lightgoldenrod yellow", "DebianRed", "x11 green", "WebMaroon", "gray100",
        "\xE9"
    };
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        named(o, names[i]);
    oracle_step(o, "cells are read-only");
    const xcb_coloritem_t item = { 5, 1, 2, 3, 7, 0 };
    xcb_store_colors(o->c, o->colormap, 1, &item);
    xcb_store_named_color(o->c, 7, o->colormap, 5, 3, "red");
    ORACLE_SHOW(o, o->c, "xproto:AllocColorCells", xcb_alloc_color_cells(o->c, 0, o->colormap, 1, 0));
    ORACLE_SHOW(o, o->c, "xproto:AllocColorPlanes", xcb_alloc_color_planes(o->c, 0, o->colormap, 1, 1, 1, 1));
    const uint32_t white = 0xFFFFFF;
    xcb_free_colors(o->c, o->colormap, 0, 1, &white);
    oracle_step(o, "errors");
    ORACLE_SHOW(o, o->c, "xproto:AllocColor", xcb_alloc_color(o->c, 0xC5, 0, 0, 0));
    ORACLE_SHOW(o, o->c, "xproto:QueryColors", xcb_query_colors(o->c, 0xC5, 1, pixels));
    ORACLE_SHOW(o, o->c, "xproto:LookupColor", xcb_lookup_color(o->c, 0xC5, 3, "red"));
    xcb_free_colors(o->c, 0xC5, 0, 1, &white);
    xcb_store_colors(o->c, 0xC5, 1, &item);
}

void scenario_colormap(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 50, 50, 0, XCB_EVENT_MASK_COLOR_MAP_CHANGE);
    xcb_colormap_t map = oracle_id(o, o->c, "map"), second = oracle_id(o, o->c, "second");
    oracle_step(o, "create, set, install");
    xcb_create_colormap(o->c, XCB_COLORMAP_ALLOC_NONE, map, w, o->visual);
    xcb_change_window_attributes(o->c, w, XCB_CW_COLORMAP, &map);
    oracle_show_attributes(o, w);
    ORACLE_SHOW(o, o->c, "xproto:ListInstalledColormaps", xcb_list_installed_colormaps(o->c, w));
    oracle_step(o, "install");
    xcb_install_colormap(o->c, map);
    ORACLE_SHOW(o, o->c, "xproto:ListInstalledColormaps", xcb_list_installed_colormaps(o->c, w));
    oracle_step(o, "uninstall");
    xcb_uninstall_colormap(o->c, map);
    ORACLE_SHOW(o, o->c, "xproto:ListInstalledColormaps", xcb_list_installed_colormaps(o->c, w));
    oracle_step(o, "copy and free: the window loses it");
    xcb_copy_colormap_and_free(o->c, second, map);
    xcb_free_colormap(o->c, map);
    oracle_show_attributes(o, w);
    oracle_step(o, "a window of the second visual needs a colormap of it");
    xcb_window_t child = oracle_id(o, o->c, "child");
    xcb_create_window(o->c, 32, child, w, 0, 0, 5, 5, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, o->visual, 0, NULL);
    oracle_step(o, "errors");
    xcb_create_colormap(o->c, 2, oracle_id(o, o->c, "m1"), w, o->visual);
    xcb_create_colormap(o->c, 1, oracle_id(o, o->c, "m2"), w, o->visual);
    xcb_create_colormap(o->c, 0, oracle_id(o, o->c, "m3"), w, 0x9999);
    xcb_create_colormap(o->c, 0, oracle_id(o, o->c, "m4"), 0xC6, o->visual);
    xcb_create_colormap(o->c, 0, second, w, o->visual);
    xcb_install_colormap(o->c, 0xC6);
    xcb_uninstall_colormap(o->c, 0xC6);
    xcb_free_colormap(o->c, 0xC6);
    xcb_free_colormap(o->c, o->colormap);
    ORACLE_SHOW(o, o->c, "xproto:ListInstalledColormaps", xcb_list_installed_colormaps(o->c, 0xC6));
    xcb_copy_colormap_and_free(o->c, oracle_id(o, o->c, "m5"), 0xC6);
}
