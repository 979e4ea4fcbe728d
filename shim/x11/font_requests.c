/* The requests about fonts: open, close, ask, list. */
#include <stdlib.h>

#include "x11/font.h"
#include "x11/private.h"

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
    unsigned found = ofs_font_match(name, length, 0);
    if (found == ofs_font_name_count)
        return ofs_bad(c, BadName, id);
    struct ofs_open_font *open = calloc(1, sizeof(*open));
    if (!open)
        return BadAlloc;
    open->font = &ofs_fonts[ofs_font_names[found].font];
    error = ofs_res_add(c, id, OFS_RES_FONT, &open->res);
    if (error)
        free(open);
    else if (c->server->config.publish)
        open->shared =
            ofs_xview_publish(c->server, id | OFS_XVIEW_FONT, OFS_XDRAWABLE_FONT, ofs_font_names[found].font, 0, 1, 1);
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

/* ---- questions ---- */

static void out_char(struct ofs_client *c, const struct ofs_font_char *info)
{
    ofs_out16(c, (uint16_t)info->left);
    ofs_out16(c, (uint16_t)info->right);
    ofs_out16(c, (uint16_t)info->width);
    ofs_out16(c, (uint16_t)info->ascent);
    ofs_out16(c, (uint16_t)info->descent);
    ofs_out16(c, 0); /* attributes */
}

/* What QueryFont and ListFontsWithInfo have in common, up to the properties; `last` is where the two differ. */
static void out_font(struct ofs_client *c, const struct ofs_font *font, uint32_t last)
{
    out_char(c, &font->min_bounds);
    ofs_out_zero(c, 4);
    out_char(c, &font->max_bounds);
    ofs_out_zero(c, 4);
    ofs_out16(c, font->first_byte2);
    ofs_out16(c, font->last_byte2);
    ofs_out16(c, font->default_char);
    ofs_out16(c, font->property_count);
    ofs_out8(c, font->right_to_left ? FontRightToLeft : FontLeftToRight);
    ofs_out8(c, font->first_byte1);
    ofs_out8(c, font->last_byte1);
    ofs_out8(c, font->all_exist);
    ofs_out16(c, (uint16_t)font->ascent);
    ofs_out16(c, (uint16_t)font->descent);
    ofs_out32(c, last);
    for (unsigned i = 0; i < font->property_count; i++) {
        const struct ofs_font_property *property = &ofs_font_properties[font->first_property + i];
        const char *name = ofs_font_strings + property->name;
        uint32_t value = (uint32_t)property->value;
        if (property->is_string) {
            const char *text = ofs_font_strings + property->value;
            value = ofs_atom(c->server, text, strlen(text), false);
        }
        ofs_out32(c, ofs_atom(c->server, name, strlen(name), false));
        ofs_out32(c, value);
    }
}

/* The metrics of all characters in the font's range, row by row. */
static void out_all_chars(struct ofs_client *c, const struct ofs_font *font)
{
    for (unsigned byte1 = font->first_byte1; byte1 <= font->last_byte1; byte1++) {
        for (unsigned byte2 = font->first_byte2; byte2 <= font->last_byte2; byte2++) {
            struct ofs_glyph glyph;
            struct ofs_font_char info = { 0 }; /* of a character that does not exist */
            if (ofs_font_glyph(font, byte1 << 8 | byte2, &glyph))
                info = ofs_font_answer(font, &glyph);
            out_char(c, &info);
        }
    }
}

int ofs_core_QueryFont(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_font *font;
    int error = ofs_fontable_find(c, ofs_req32(r), &font);
    if (error)
        return error;
    bool alike = memcmp(&font->min_bounds, &font->max_bounds, sizeof(font->min_bounds)) == 0;
    uint32_t chars = (font->last_byte1 - font->first_byte1 + 1u) * (font->last_byte2 - font->first_byte2 + 1u);
    ofs_reply_begin(c, 0);
    out_font(c, font, alike ? 0 : chars);
    if (!alike)
        out_all_chars(c, font);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_QueryTextExtents(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_font *font;
    int error = ofs_fontable_find(c, ofs_req32(r), &font);
    uint32_t chars = ofs_req_left(r) / 2;
    if (error)
        return error;
    if (r->minor) { /* odd length: the last pair of bytes is padding */
        if (!chars)
            return BadLength;
        chars--;
    }
    int width = 0, left = 0, right = 0, ascent = 0, descent = 0;
    bool first = true;
    for (; chars; chars--) {
        unsigned byte1 = ofs_req8(r), character = byte1 << 8 | ofs_req8(r);
        struct ofs_glyph glyph;
        if (!ofs_font_glyph_drawn(font, character, &glyph))
            continue;
        struct ofs_font_char info = ofs_font_answer(font, &glyph);
        ascent = first || info.ascent > ascent ? info.ascent : ascent;
        descent = first || info.descent > descent ? info.descent : descent;
        left = first || width + info.left < left ? width + info.left : left;
        right = first || width + info.right > right ? width + info.right : right;
        width += info.width;
        first = false;
    }
    ofs_reply_begin(c, font->right_to_left ? FontRightToLeft : FontLeftToRight);
    ofs_out16(c, (uint16_t)font->ascent);
    ofs_out16(c, (uint16_t)font->descent);
    ofs_out16(c, (uint16_t)ascent);
    ofs_out16(c, (uint16_t)descent);
    ofs_out32(c, (uint32_t)width);
    ofs_out32(c, (uint32_t)left);
    ofs_out32(c, (uint32_t)right);
    ofs_reply_end(c);
    return 0;
}

/* ---- lists ---- */

struct pattern {
    const uint8_t *text;
    unsigned length, most; /* names at most */
};

static int read_pattern(struct ofs_request *r, struct pattern *out)
{
    out->most = ofs_req16(r);
    out->length = ofs_req16(r);
    out->text = ofs_req_bytes(r, out->length);
    return ofs_req_end(r) ? 0 : BadLength;
}

/* How many names there are to answer with. */
static unsigned count_names(const struct pattern *p)
{
    unsigned count = 0, at = 0;
    for (; count < p->most && (at = ofs_font_match(p->text, p->length, at)) < ofs_font_name_count; at++)
        count++;
    return count;
}

int ofs_core_ListFonts(struct ofs_client *c, struct ofs_request *r)
{
    struct pattern p;
    int error = read_pattern(r, &p);
    if (error)
        return error;
    unsigned count = count_names(&p), at = 0;
    ofs_reply_begin(c, 0);
    ofs_out16(c, (uint16_t)count);
    ofs_out_zero(c, 22);
    for (; count; count--, at++) {
        at = ofs_font_match(p.text, p.length, at);
        const char *name = ofs_font_strings + ofs_font_names[at].name;
        ofs_out8(c, (uint8_t)strlen(name));
        ofs_out_bytes(c, name, strlen(name));
    }
    ofs_reply_end(c);
    return 0;
}

int ofs_core_ListFontsWithInfo(struct ofs_client *c, struct ofs_request *r)
{
    struct pattern p;
    int error = read_pattern(r, &p);
    if (error)
        return error;
    unsigned at = 0;
    for (unsigned left = count_names(&p); left; left--, at++) {
        at = ofs_font_match(p.text, p.length, at);
        const char *name = ofs_font_strings + ofs_font_names[at].full_name;
        ofs_reply_begin(c, (uint8_t)strlen(name));
        out_font(c, &ofs_fonts[ofs_font_names[at].font], left - 1); /* so many more replies */
        ofs_out_bytes(c, name, strlen(name));
        ofs_reply_end(c);
    }
    ofs_reply_begin(c, 0); /* the last reply has no name */
    ofs_out_zero(c, 52);
    ofs_reply_end(c);
    return 0;
}

/* ---- the path ---- */

static const char path[] = "built-ins";

/* There are no other fonts: the path may only be set to what it is, or to the default, by an empty one. */
int ofs_core_SetFontPath(struct ofs_client *c, struct ofs_request *r)
{
    uint16_t count = ofs_req16(r);
    unsigned known = 0;
    ofs_req_skip(r, 2);
    for (unsigned i = 0; i < count && !r->bad; i++) {
        uint8_t length = ofs_req8(r);
        const uint8_t *element = ofs_req_bytes(r, length);
        if (known == i && element && length == sizeof(path) - 1 && memcmp(element, path, length) == 0)
            known++;
    }
    if (!ofs_req_end(r))
        return BadLength;
    return known == count ? 0 : ofs_bad(c, BadValue, known);
}

int ofs_core_GetFontPath(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out16(c, 1);
    ofs_out_zero(c, 22);
    ofs_out8(c, sizeof(path) - 1);
    ofs_out_bytes(c, path, sizeof(path) - 1);
    ofs_reply_end(c);
    return 0;
}
