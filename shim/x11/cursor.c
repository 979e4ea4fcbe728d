/* Cursors and fonts: ids that are kept, fonts with the metrics of the classic 6x13 "fixed" and no glyphs. */
#include <stdlib.h>

#include "x11/private.h"

struct font {
    struct ofs_res res;
    bool is_cursor;
};

enum { FIRST_CHAR = 0, LAST_CHAR = 255, LAST_CURSOR_CHAR = 153 /* XC_xterm and its mask */ };
static uint16_t last_char(const struct font *font) { return font->is_cursor ? LAST_CURSOR_CHAR : LAST_CHAR; }

/* ---- cursors ---- */

static int new_resource(struct ofs_client *c, uint32_t id, enum ofs_res_type type)
{
    struct ofs_res *res = calloc(1, sizeof(*res));
    if (!res)
        return BadAlloc;
    int error = ofs_res_add(c, id, type, res);
    if (error)
        free(res);
    return error;
}

int ofs_core_CreateCursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), source_id = ofs_req32(r), mask_id = ofs_req32(r);
    ofs_req_skip(r, 12);
    uint16_t x = ofs_req16(r), y = ofs_req16(r);
    struct ofs_pixmap *source, *mask = NULL;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, source_id, OFS_RES_PIXMAP, &source);
    if (!error && mask_id)
        error = ofs_res_find(c, mask_id, OFS_RES_PIXMAP, &mask);
    if (error)
        return error;
    if (source->depth != 1 || x >= source->width || y >= source->height ||
        (mask && (mask->depth != 1 || mask->width != source->width || mask->height != source->height)))
        return BadMatch;
    return new_resource(c, id, OFS_RES_CURSOR);
}

int ofs_core_CreateGlyphCursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), source_id = ofs_req32(r), mask_id = ofs_req32(r);
    uint16_t source_char = ofs_req16(r), mask_char = ofs_req16(r);
    struct font *source, *mask = NULL;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, source_id, OFS_RES_FONT, &source);
    if (!error && mask_id)
        error = ofs_res_find(c, mask_id, OFS_RES_FONT, &mask);
    if (error)
        return error;
    if (source_char > last_char(source))
        return ofs_bad(c, BadValue, source_char);
    if (mask && mask_char > last_char(mask))
        return ofs_bad(c, BadValue, mask_char);
    return new_resource(c, id, OFS_RES_CURSOR);
}

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
    struct ofs_res *cursor;
    return ofs_res_find(c, ofs_req32(r), OFS_RES_CURSOR, &cursor);
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

/* ---- fonts ---- */

static const char fixed_name[] = "-misc-fixed-medium-r-semicondensed--13-120-75-75-c-60-iso8859-1";

/* The fonts that exist: "fixed" under its names, and "cursor" for glyph cursors. */
static bool font_known(const uint8_t *name, unsigned length, bool *is_cursor_out)
{
    static const char *const known[] = { "fixed", "6x13", fixed_name, "cursor" };
    for (unsigned i = 0; i < OFS_ARRAY_LEN(known); i++) {
        if (length == strlen(known[i]) && memcmp(name, known[i], length) == 0) {
            *is_cursor_out = i == 3;
            return true;
        }
    }
    return false;
}

int ofs_core_OpenFont(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    uint16_t length = ofs_req16(r);
    ofs_req_skip(r, 2);
    const uint8_t *name = ofs_req_bytes(r, length);
    if (!ofs_req_end(r))
        return BadLength;
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    struct font *font = calloc(1, sizeof(*font));
    if (!font)
        return BadAlloc;
    error = name && font_known(name, length, &font->is_cursor) ? ofs_res_add(c, id, OFS_RES_FONT, &font->res) : BadName;
    if (error)
        free(font);
    return error;
}

int ofs_core_CloseFont(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_res *font;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_FONT, &font);
    if (!error)
        ofs_res_free(c->server, font);
    return error;
}

/* A fontable is a font or a GC; a GC has the default font. */
static int find_fontable(struct ofs_client *c, uint32_t id)
{
    if (ofs_res_get(c->server, id, OFS_RES_FONT) || ofs_res_get(c->server, id, OFS_RES_GC))
        return 0;
    return ofs_bad(c, BadFont, id);
}

enum { CHAR_WIDTH = 6, ASCENT = 11, DESCENT = 2 };

static void out_char_info(struct ofs_client *c)
{
    ofs_out16(c, 0);          /* left side bearing */
    ofs_out16(c, CHAR_WIDTH); /* right side bearing */
    ofs_out16(c, CHAR_WIDTH);
    ofs_out16(c, ASCENT);
    ofs_out16(c, DESCENT);
    ofs_out16(c, 0);
}

static void out_font_info(struct ofs_client *c)
{
    out_char_info(c); /* minimum bounds */
    ofs_out_zero(c, 4);
    out_char_info(c); /* maximum bounds: equal, so there is no per-character list */
    ofs_out_zero(c, 4);
    ofs_out16(c, FIRST_CHAR);
    ofs_out16(c, LAST_CHAR);
    ofs_out16(c, FIRST_CHAR); /* default character */
    ofs_out16(c, 0);          /* properties */
    ofs_out8(c, FontLeftToRight);
    ofs_out8(c, 0); /* byte1 range */
    ofs_out8(c, 0);
    ofs_out8(c, 1); /* all characters exist */
    ofs_out16(c, ASCENT);
    ofs_out16(c, DESCENT);
}

int ofs_core_QueryFont(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_fontable(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    out_font_info(c);
    ofs_out32(c, 0);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_QueryTextExtents(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_fontable(c, ofs_req32(r));
    uint32_t chars = ofs_req_left(r) / 2;
    if (error)
        return error;
    if (r->minor) { /* odd length: the last pair of bytes is padding */
        if (!chars)
            return BadLength;
        chars--;
    }
    ofs_reply_begin(c, FontLeftToRight);
    ofs_out16(c, ASCENT);
    ofs_out16(c, DESCENT);
    ofs_out16(c, ASCENT);
    ofs_out16(c, DESCENT);
    ofs_out32(c, chars * CHAR_WIDTH);
    ofs_out32(c, 0);
    ofs_out32(c, chars * CHAR_WIDTH);
    ofs_reply_end(c);
    return 0;
}

/* "*" matches any run, "?" any character, case does not matter. */
static bool matches(const uint8_t *pattern, unsigned length, const char *name)
{
    if (!length)
        return !*name;
    if (*pattern == '*')
        return matches(pattern + 1, length - 1, name) || (*name && matches(pattern, length, name + 1));
    if (!*name)
        return false;
    bool same = *pattern == '?' || (*pattern | 32) == (*name | 32);
    return same && matches(pattern + 1, length - 1, name + 1);
}

/* Stars are what makes matching expensive; nobody needs more than an XLFD has fields. */
static bool pattern_reasonable(const uint8_t *pattern, unsigned length)
{
    unsigned stars = 0;
    for (unsigned i = 0; i < length; i++)
        stars += pattern[i] == '*' && (i == 0 || pattern[i - 1] != '*');
    return stars <= 15 && length <= 256;
}

static const char *match_font(const uint8_t *pattern, unsigned length)
{
    if (!pattern || !pattern_reasonable(pattern, length))
        return NULL;
    return matches(pattern, length, "fixed") ? "fixed" : matches(pattern, length, fixed_name) ? fixed_name : NULL;
}

static int read_pattern(struct ofs_request *r, uint16_t *most, const char **font_out)
{
    *most = ofs_req16(r);
    uint16_t length = ofs_req16(r);
    const uint8_t *pattern = ofs_req_bytes(r, length);
    if (!ofs_req_end(r))
        return BadLength;
    *font_out = *most ? match_font(pattern, length) : NULL;
    return 0;
}

int ofs_core_ListFonts(struct ofs_client *c, struct ofs_request *r)
{
    uint16_t most;
    const char *font;
    int error = read_pattern(r, &most, &font);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out16(c, font != NULL);
    ofs_out_zero(c, 22);
    if (font) {
        ofs_out8(c, (uint8_t)strlen(font));
        ofs_out_bytes(c, font, strlen(font));
    }
    ofs_reply_end(c);
    return 0;
}

int ofs_core_ListFontsWithInfo(struct ofs_client *c, struct ofs_request *r)
{
    uint16_t most;
    const char *font;
    int error = read_pattern(r, &most, &font);
    if (error)
        return error;
    if (font) {
        ofs_reply_begin(c, (uint8_t)strlen(font));
        out_font_info(c);
        ofs_out32(c, 0); /* replies hint */
        ofs_out_bytes(c, font, strlen(font));
        ofs_reply_end(c);
    }
    ofs_reply_begin(c, 0); /* the last reply has no name */
    ofs_out_zero(c, 52);
    ofs_reply_end(c);
    return 0;
}

/* The path cannot change, which is what an empty one, the default, asks for as well. */
int ofs_core_SetFontPath(struct ofs_client *c, struct ofs_request *r)
{
    uint16_t count = ofs_req16(r);
    ofs_req_skip(r, 2);
    for (unsigned i = 0; i < count && !r->bad; i++)
        ofs_req_skip(r, ofs_req8(r));
    return ofs_req_end(r) ? 0 : BadLength;
}

int ofs_core_GetFontPath(struct ofs_client *c, struct ofs_request *r)
{
    static const char path[] = "built-ins";
    ofs_reply_begin(c, 0);
    ofs_out16(c, 1);
    ofs_out_zero(c, 22);
    ofs_out8(c, sizeof(path) - 1);
    ofs_out_bytes(c, path, sizeof(path) - 1);
    ofs_reply_end(c);
    return 0;
}
