/* Text: PolyText draws the pixels of glyphs as any other fill, ImageText on a box of background. */
#include "x11/draw.h"
#include "x11/font.h"
#include "x11/private.h"

/* What glyphs are drawn with. Plain pixels are written past the canvas where one rectangle of its clip has all of a glyph;
 * what waits there has the same colour, so that the order does not matter. */
struct pen {
    struct ofs_canvas *canvas;
    bool plain;                     /* one colour, which replaces what is there */
    const struct ofs_rect *within;  /* of the clip: where the last glyph was */
};

static struct pen take_pen(struct ofs_canvas *canvas)
{
    bool solid = canvas->paint.style == FillSolid || !canvas->paint.pattern;
    return (struct pen){ .canvas = canvas,
                         .plain = canvas->clip->count && solid && ofs_mix_is_copy(&canvas->mix),
                         .within = canvas->clip->rects };
}

/* Whether a rectangle of the clip has all of the box, which is in the raster. */
static bool find_room(struct pen *pen, const struct ofs_rect *box)
{
    const struct ofs_region *clip = pen->canvas->clip;
    if (ofs_rect_has(pen->within, box))
        return true;
    unsigned i = ofs_region_place(clip, box->x0, box->y0);
    if (i < clip->count)
        pen->within = &clip->rects[i];
    return ofs_rect_has(pen->within, box);
}

static void draw_plain(struct ofs_canvas *canvas, const struct ofs_glyph *g, struct ofs_rect box)
{
    const uint32_t pixel = canvas->paint.foreground;
    int width = ofs_glyph_width(g);
    for (int row = 0; box.y0 + row < box.y1; row++) {
        uint32_t *to = ofs_raster_at(canvas->surface.raster, box.x0, box.y0 + row);
        for (uint64_t bits = ofs_glyph_row(g, row); bits; bits &= bits - 1)
            to[width - 1 - __builtin_ctzll(bits)] = pixel;
    }
    ofs_canvas_touch(canvas, box);
}

/* Each run of a row as a span. */
static void draw_spans(struct ofs_canvas *canvas, const struct ofs_glyph *g, int left, int top)
{
    int width = ofs_glyph_width(g), from = canvas->bounds.y0 - top, end = canvas->bounds.y1 - top;
    from = from > 0 ? from : 0;
    end = end < ofs_glyph_height(g) ? end : ofs_glyph_height(g);
    for (int row = from; row < end; row++) {
        uint64_t bits = ofs_glyph_row(g, row) << (64 - width);
        for (int at = left; bits;) {
            int blank = __builtin_clzll(bits), run = __builtin_clzll(~(bits << blank));
            bits = bits << blank << run;
            ofs_canvas_span(canvas, at + blank, top + row, run);
            at += blank + run;
        }
    }
}

static void draw_glyph(struct pen *pen, const struct ofs_glyph *g, int x, int y)
{
    struct ofs_canvas *canvas = pen->canvas;
    int width = ofs_glyph_width(g), left = x + g->metrics.left, top = y - g->metrics.ascent;
    if (left >= canvas->bounds.x1 || left + width <= canvas->bounds.x0 || !width)
        return;
    const struct ofs_rect box = { canvas->surface.x + left, canvas->surface.y + top, canvas->surface.x + left + width,
                                  canvas->surface.y + top + ofs_glyph_height(g) };
    if (pen->plain && find_room(pen, &box))
        draw_plain(canvas, g, box);
    else
        draw_spans(canvas, g, left, top);
}

/* The characters of a request, one byte or two each. */
struct text {
    const struct ofs_font *font;
    const uint8_t *chars;
    unsigned count, char_bytes;
};

static unsigned character(const struct text *text, unsigned i)
{
    return text->char_bytes == 1 ? text->chars[i] : (unsigned)text->chars[2 * i] << 8 | text->chars[2 * i + 1];
}

/* Where the next character goes. */
static int draw_text(struct ofs_canvas *canvas, const struct text *text, int x, int y)
{
    struct pen pen = take_pen(canvas);
    struct ofs_glyph glyph;
    for (unsigned i = 0; i < text->count; i++) {
        if (!ofs_font_glyph_drawn(text->font, character(text, i), &glyph))
            continue;
        draw_glyph(&pen, &glyph, x, y);
        x += glyph.metrics.width;
    }
    return x;
}

static int text_width(const struct text *text)
{
    struct ofs_glyph glyph;
    int width = 0;
    for (unsigned i = 0; i < text->count; i++)
        width += ofs_font_glyph_drawn(text->font, character(text, i), &glyph) ? glyph.metrics.width : 0;
    return width;
}

/* ---- PolyText ---- */

/* A change of font: its id in big-endian order whatever the client's. It stays the context's. */
static int change_font(struct ofs_client *c, struct ofs_request *r, struct ofs_gc *gc)
{
    const struct ofs_open_font *open;
    const uint8_t *id = ofs_req_bytes(r, 4);
    if (!id)
        return BadLength;
    int error = ofs_res_find(c, (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3],
                             OFS_RES_FONT, &open);
    if (!error)
        gc->font = open->font;
    return error;
}

enum { FONT_CHANGE = 255 };

/* Items are drawn up to one that is wrong. What is too short for an item at the end is padding. */
static int draw_items(struct ofs_request *r, struct ofs_canvas *canvas, struct ofs_gc *gc, unsigned char_bytes)
{
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    while (ofs_req_left(r) > 2) {
        uint8_t count = ofs_req8(r);
        if (count == FONT_CHANGE) {
            int error = change_font(canvas->client, r, gc);
            if (error)
                return error;
            continue;
        }
        x += (int8_t)ofs_req8(r);
        const struct text text = { ofs_gc_font(gc), ofs_req_bytes(r, count * char_bytes), count, char_bytes };
        if (!text.chars)
            return BadLength;
        x = draw_text(canvas, &text, x, y);
    }
    return 0;
}

static int poly_text(struct ofs_client *c, struct ofs_request *r, unsigned char_bytes)
{
    uint32_t drawable = ofs_req32(r), gc_id = ofs_req32(r);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    struct ofs_gc *gc;
    struct ofs_canvas canvas;
    int error = ofs_gc_find_with(c, drawable, gc_id, &w, &p, &gc);
    if (!error)
        error = ofs_canvas_open_found(c, w, p, gc, false, &canvas);
    if (error)
        return error;
    return ofs_canvas_finish(&canvas, draw_items(r, &canvas, gc, char_bytes));
}

int ofs_core_PolyText8(struct ofs_client *c, struct ofs_request *r) { return poly_text(c, r, 1); }
int ofs_core_PolyText16(struct ofs_client *c, struct ofs_request *r) { return poly_text(c, r, 2); }

/* ---- ImageText ---- */

/* The context's function and fill style do not matter here, its plane mask does. */
static int image_text(struct ofs_client *c, struct ofs_request *r, unsigned char_bytes)
{
    uint32_t drawable = ofs_req32(r), gc_id = ofs_req32(r);
    struct ofs_canvas canvas;
    if (r->size_bytes != ((16u + char_bytes * r->minor + 3u) & ~3u))
        return BadLength;
    int error = ofs_canvas_open(c, drawable, gc_id, &canvas);
    if (error)
        return error;
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    const struct ofs_gc *gc = canvas.gc;
    const struct text text = { ofs_gc_font(gc), ofs_req_bytes(r, r->minor * char_bytes), r->minor, char_bytes };
    const struct ofs_mix mix = { GXcopy, ofs_gc_mix(gc).planes };
    ofs_canvas_set(&canvas, &(struct ofs_paint){ .style = FillSolid, .foreground = gc->background }, &mix);
    ofs_canvas_rect(&canvas, x, y - text.font->ascent, text_width(&text), text.font->ascent + text.font->descent);
    ofs_canvas_set(&canvas, &(struct ofs_paint){ .style = FillSolid, .foreground = gc->foreground }, &mix);
    draw_text(&canvas, &text, x, y);
    return ofs_canvas_finish(&canvas, 0);
}

int ofs_core_ImageText8(struct ofs_client *c, struct ofs_request *r) { return image_text(c, r, 1); }
int ofs_core_ImageText16(struct ofs_client *c, struct ofs_request *r) { return image_text(c, r, 2); }
