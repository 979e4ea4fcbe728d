/* The core requests about cursors, and cursors made of glyphs. Source: X11 protocol, "CreateCursor" to
 * "QueryBestSize". */
#include "x11/cursor.h"
#include "x11/font.h"
#include "x11/private.h"

static void read_colors(struct ofs_request *r, struct ofs_cursor *out)
{
    for (unsigned i = 0; i < 3; i++)
        out->fore[i] = ofs_req16(r);
    for (unsigned i = 0; i < 3; i++)
        out->back[i] = ofs_req16(r);
}

/* ---- out of bitmaps ---- */

static uint32_t bit_of(const struct ofs_pixmap *p, int x, int y)
{
    return p->raster ? *ofs_raster_at(p->raster, x, y) & 1 : 0;
}

int ofs_core_CreateCursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), source_id = ofs_req32(r), mask_id = ofs_req32(r);
    struct ofs_cursor colors;
    read_colors(r, &colors);
    uint16_t x = ofs_req16(r), y = ofs_req16(r);
    struct ofs_pixmap *source, *mask = NULL;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, source_id, OFS_RES_PIXMAP, &source);
    if (!error && source->depth != 1)
        error = BadMatch;
    if (!error && mask_id)
        error = ofs_res_find(c, mask_id, OFS_RES_PIXMAP, &mask);
    if (error)
        return error;
    /* A hot spot at the very edge is not "within the source", but X servers let it pass and programs have it. */
    if (x > source->width || y > source->height ||
        (mask && (mask->depth != 1 || mask->width != source->width || mask->height != source->height)))
        return BadMatch;
    struct ofs_cursor *cursor = ofs_cursor_new(c->server);
    error = cursor ? ofs_cursor_set_size(cursor, source->width, source->height) : BadAlloc;
    if (error) {
        ofs_cursor_release(cursor);
        return error;
    }
    cursor->x = x;
    cursor->y = y;
    memcpy(cursor->fore, colors.fore, sizeof(colors.fore));
    memcpy(cursor->back, colors.back, sizeof(colors.back));
    for (int row = 0; row < source->height; row++)
        for (int at = 0; at < source->width; at++)
            if (!mask || bit_of(mask, at, row))
                *ofs_raster_at(cursor->raster, at, row) = bit_of(source, at, row) ? OFS_CURSOR_FORE : OFS_CURSOR_BACK;
    return ofs_cursor_enter(c, id, cursor);
}

/* ---- out of glyphs ---- */

struct character {
    const struct ofs_font *font;
    unsigned code;
};

/* The bitmap of a glyph, and its origin in it: both grow so far that the origin is inside. */
struct box {
    int width, height, x, y;
};

static struct box box_of(const struct ofs_glyph *g)
{
    const struct ofs_font_char *m = &g->metrics;
    const int left = m->left < 0 ? m->left : 0, right = m->right > 0 ? m->right : 0;
    const int above = m->ascent > 0 ? m->ascent : 0, below = m->descent > 0 ? m->descent : 0;
    return (struct box){ right - left, above + below, -left, above };
}

/* Whether the pixel (x, y) of the box has the glyph, drawn at the box's origin. */
static bool in_glyph(const struct ofs_glyph *g, const struct box *box, int x, int y)
{
    const int at = x - box->x - g->metrics.left, row = y - box->y + g->metrics.ascent;
    if (at < 0 || row < 0 || at >= ofs_glyph_width(g) || row >= ofs_glyph_height(g))
        return false;
    return ofs_glyph_row(g, row) >> (ofs_glyph_width(g) - 1 - at) & 1;
}

static bool find_glyph(const struct character *of, struct ofs_glyph *out)
{
    return ofs_font_in_range(of->font, of->code) && ofs_font_glyph_drawn(of->font, of->code, out);
}

/* Size, hot spot and pixels from the glyphs of two characters; a mask without a font: every pixel is seen. 0, BadAlloc,
 * or BadValue with the character that has no glyph in *bad_out. */
static int draw_glyphs(struct ofs_cursor *cursor, const struct character *source, const struct character *mask,
                       uint32_t *bad_out)
{
    struct ofs_glyph inner, outer;
    if (!find_glyph(source, &inner)) {
        *bad_out = source->code;
        return BadValue;
    }
    if (mask->font && !find_glyph(mask, &outer)) {
        *bad_out = mask->code;
        return BadValue;
    }
    const struct box box = box_of(mask->font ? &outer : &inner);
    int error = ofs_cursor_set_size(cursor, (uint32_t)box.width, (uint32_t)box.height);
    if (error)
        return error;
    cursor->x = (uint16_t)box.x;
    cursor->y = (uint16_t)box.y;
    for (int y = 0; y < box.height; y++)
        for (int x = 0; x < box.width; x++)
            if (!mask->font || in_glyph(&outer, &box, x, y))
                *ofs_raster_at(cursor->raster, x, y) = in_glyph(&inner, &box, x, y) ? OFS_CURSOR_FORE : OFS_CURSOR_BACK;
    return 0;
}

void ofs_cursors_draw_root(struct ofs_server *s)
{
    static const uint8_t name[] = { 'c', 'u', 'r', 's', 'o', 'r' };
    struct ofs_cursor *root = s->cursors->root;
    const unsigned found = root->raster ? ofs_font_name_count : ofs_font_match(name, sizeof(name), 0);
    if (found == ofs_font_name_count)
        return;
    const struct ofs_font *font = &ofs_fonts[ofs_font_names[found].font];
    const struct character source = { font, 0 }, mask = { font, 1 };
    uint32_t unused;
    memset(root->back, 0xFF, sizeof(root->back));
    (void)draw_glyphs(root, &source, &mask, &unused); /* without memory it has no pixels yet */
}

static int find_font(struct ofs_client *c, uint32_t id, const struct ofs_font **out)
{
    struct ofs_open_font *open;
    int error = ofs_res_find(c, id, OFS_RES_FONT, &open);
    *out = error ? NULL : open->font;
    return error;
}

int ofs_core_CreateGlyphCursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), source_id = ofs_req32(r), mask_id = ofs_req32(r), bad = 0;
    struct character source = { .code = ofs_req16(r) }, mask = { .code = ofs_req16(r) };
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = find_font(c, source_id, &source.font);
    if (!error && mask_id)
        error = find_font(c, mask_id, &mask.font);
    if (error)
        return error;
    struct ofs_cursor *cursor = ofs_cursor_new(c->server);
    if (!cursor)
        return BadAlloc;
    read_colors(r, cursor);
    error = draw_glyphs(cursor, &source, &mask, &bad);
    if (!error)
        return ofs_cursor_enter(c, id, cursor);
    ofs_cursor_release(cursor);
    return ofs_bad(c, error, bad);
}

/* ---- the others ---- */

int ofs_core_FreeCursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_res *cursor;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_CURSOR, &cursor);
    if (!error)
        ofs_res_free(c->server, cursor);
    return error;
}

int ofs_core_RecolorCursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_cursor *cursor;
    int error = ofs_cursor_find(c, ofs_req32(r), &cursor);
    if (!error)
        read_colors(r, cursor);
    return error;
}

int ofs_core_QueryBestSize(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_find_drawable(c, ofs_req32(r), &w, &p);
    uint16_t width = ofs_req16(r), height = ofs_req16(r);
    if (r->minor > StippleShape)
        return ofs_bad(c, BadValue, r->minor);
    if (error)
        return error;
    if (w && w->class == InputOnly && r->minor != CursorShape)
        return BadMatch;
    if (r->minor != CursorShape) /* tiles and stipples: a power of two, as the X server's frame buffer code has it */
        while (width & (width - 1))
            width = (uint16_t)((width | (width - 1)) + 1 < 0x10000 ? (width | (width - 1)) + 1 : 0x8000);
    if (r->minor == CursorShape) { /* at most the screen, as the X server has it */
        const struct ofs_window *root = c->server->root;
        width = width < root->width ? width : root->width;
        height = height < root->height ? height : root->height;
    }
    ofs_reply_begin(c, 0);
    ofs_out16(c, width);
    ofs_out16(c, height);
    ofs_reply_end(c);
    return 0;
}
