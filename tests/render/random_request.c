/* The requests that draw. */
#include "random.h"

#include <string.h>

uint8_t op(void)
{
    switch (below(6)) {
    case 0: return (uint8_t)below(14);
    case 1: return (uint8_t)(0x10 + below(12));
    case 2: return (uint8_t)(0x20 + below(12));
    case 3: return (uint8_t)(0x30 + below(15));
    default: return (uint8_t)(one_in(2) ? 3 : one_in(2) ? 1 : 12);
    }
}

static xcb_render_pictformat_t mask_format(void)
{
    static const unsigned choices[] = { A1, A8, ARGB };
    return one_in(3) ? 0 : formats[choices[below(3)]].id;
}

static int16_t near(void) { return (int16_t)between(-20, 40); }

void composite(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target)
{
    xcb_render_composite(c, o, source, one_in(2) ? new_source() : 0, target, near(), near(), near(), near(), near(),
                         near(), (uint16_t)between(0, 80), (uint16_t)between(0, 60));
}

void fill(uint8_t o, xcb_render_picture_t target)
{
    xcb_rectangle_t rects[5];
    unsigned n = below(6);
    for (unsigned i = 0; i < n; i++)
        rects[i] = (xcb_rectangle_t){ near(), near(), (uint16_t)below(50), (uint16_t)below(50) };
    xcb_render_fill_rectangles(c, o, target, color(), n, rects);
}

static xcb_render_linefix_t line(void)
{
    xcb_render_linefix_t l = { point(), point() };
    return l;
}

void trapezoids(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target)
{
    xcb_render_trapezoid_t traps[8];
    unsigned n = below(9);
    for (unsigned i = 0; i < n; i++) {
        traps[i] = (xcb_render_trapezoid_t){ fixed(-10, HEIGHT), fixed(0, HEIGHT + 10), line(), line() };
        if (one_in(3)) { /* one that is sure to be seen */
            traps[i].left.p1.x = traps[i].left.p2.x = fixed(0, 20);
            traps[i].right.p1.x = traps[i].right.p2.x = fixed(20, 60);
        }
    }
    xcb_render_trapezoids(c, o, source, target, mask_format(), near(), near(), n, traps);
}

void triangles(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target)
{
    xcb_render_triangle_t triangle[6];
    xcb_render_pointfix_t points[18];
    unsigned n = below(7);
    for (unsigned i = 0; i < 3 * n; i++)
        points[i] = point();
    for (unsigned i = 0; i < n; i++)
        triangle[i] = (xcb_render_triangle_t){ points[3 * i], points[3 * i + 1], points[3 * i + 2] };
    switch (below(3)) {
    case 0: xcb_render_triangles(c, o, source, target, mask_format(), near(), near(), n, triangle); break;
    case 1: xcb_render_tri_strip(c, o, source, target, mask_format(), near(), near(), n, points); break;
    default: xcb_render_tri_fan(c, o, source, target, mask_format(), near(), near(), n, points); break;
    }
}

void add_traps(xcb_render_picture_t target)
{
    xcb_render_trap_t traps[5];
    unsigned n = below(6);
    for (unsigned i = 0; i < n; i++)
        traps[i] = (xcb_render_trap_t){ { fixed(0, 30), fixed(20, 60), fixed(-10, 20) },
                                        { fixed(0, 30), fixed(20, 60), fixed(10, 60) } };
    xcb_render_add_traps(c, target, near(), near(), n, traps);
}

/* Ten glyphs of one format. */
static xcb_render_glyphset_t new_glyphs(void)
{
    static const unsigned choices[] = { A8, A1, ARGB };
    const struct format *format = &formats[choices[below(3)]];
    xcb_render_glyphset_t set = xcb_generate_id(c);
    xcb_render_create_glyph_set(c, set, format->id);
    for (uint32_t id = 0; id < 10; id++) {
        uint8_t data[4 * 12 * 12];
        xcb_render_glyphinfo_t info = { (uint16_t)between(0, 12), (uint16_t)between(0, 12), (int16_t)between(-3, 6),
                                        (int16_t)between(-3, 9),  (int16_t)between(-2, 12), (int16_t)between(-1, 2) };
        uint32_t bytes = (info.width * bits_per_pixel(format->depth) + 31) / 32 * 4 * info.height;
        for (uint32_t i = 0; i < bytes; i++)
            data[i] = one_in(3) ? 0xFF : (uint8_t)any();
        xcb_render_add_glyphs(c, set, 1, &id, &info, bytes, data);
    }
    return set;
}

static size_t put_ids(uint8_t *to, unsigned id_bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t id = below(11); /* one that does not exist, now and then */
        memcpy(to + (size_t)i * id_bytes, &id, id_bytes);
    }
    return (n * id_bytes + 3) & ~3u;
}

void text(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target)
{
    uint8_t bytes[1024] = { 0 };
    size_t at = 0;
    unsigned id_bytes = 1u << below(3);
    xcb_render_glyphset_t sets[2] = { new_glyphs(), new_glyphs() };
    for (unsigned lists = below(4); lists-- > 0;) {
        unsigned n = below(12);
        int16_t move[2] = { near(), near() };
        bytes[at] = (uint8_t)n;
        memcpy(bytes + at + 4, move, 4);
        at += 8 + put_ids(bytes + at + 8, id_bytes, n);
        if (one_in(3)) {
            bytes[at] = 255;
            memcpy(bytes + at + 8, &sets[1], 4);
            at += 12;
        }
    }
    xcb_render_pictformat_t mask = mask_format();
    int16_t x = near(), y = near();
    if (id_bytes == 1)
        xcb_render_composite_glyphs_8(c, o, source, target, mask, sets[0], x, y, (uint32_t)at, bytes);
    else if (id_bytes == 2)
        xcb_render_composite_glyphs_16(c, o, source, target, mask, sets[0], x, y, (uint32_t)at, bytes);
    else
        xcb_render_composite_glyphs_32(c, o, source, target, mask, sets[0], x, y, (uint32_t)at, bytes);
    xcb_render_free_glyph_set(c, sets[0]);
    xcb_render_free_glyph_set(c, sets[1]);
}
