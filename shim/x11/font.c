#include "x11/font.h"

#include <stdlib.h>

#include "x11/private.h"

static void destroy_font(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_open_font *open = (struct ofs_open_font *)res;
    ofs_xview_withdraw(open->shared);
    free(open);
}

void ofs_fonts_init(struct ofs_server *s) { ofs_res_set_destructor(s, OFS_RES_FONT, destroy_font); }

int ofs_fontable_find(struct ofs_client *c, uint32_t id, const struct ofs_font **out)
{
    const struct ofs_open_font *open = (const struct ofs_open_font *)ofs_res_get(c->server, id, OFS_RES_FONT);
    const struct ofs_gc *gc = (const struct ofs_gc *)ofs_res_get(c->server, id, OFS_RES_GC);
    if (!open && !gc)
        return ofs_bad(c, BadFont, id);
    *out = open ? open->font : ofs_gc_font(gc);
    return 0;
}

/* ---- names ---- */

/* The X Logical Font Description Conventions, "matching names": * is any string, ? any character. Goes back to the last
 * star only, which is enough, and takes no more than the product of the lengths. */
static bool matches(const uint8_t *pattern, unsigned length, const char *name)
{
    const uint8_t *end = pattern + length, *star = NULL;
    const char *resume = NULL;
    while (*name) {
        if (pattern < end && *pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (pattern < end &&
                   (*pattern == '?' || *name == (*pattern >= 'A' && *pattern <= 'Z' ? *pattern + 32 : *pattern))) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (pattern < end && *pattern == '*')
        pattern++;
    return pattern == end;
}

enum { MAX_PATTERN = 256 }; /* an X server takes no longer ones */

unsigned ofs_font_match(const uint8_t *pattern, unsigned length, unsigned from)
{
    if (!pattern || !length || length > MAX_PATTERN)
        return ofs_font_name_count;
    while (from < ofs_font_name_count && !matches(pattern, length, ofs_font_strings + ofs_font_names[from].name))
        from++;
    return from;
}

/* ---- glyphs ---- */

bool ofs_font_in_range(const struct ofs_font *font, unsigned character)
{
    unsigned byte1 = character >> 8, byte2 = character & 0xFF;
    return byte1 >= font->first_byte1 && byte1 <= font->last_byte1 && byte2 >= font->first_byte2 &&
           byte2 <= font->last_byte2;
}

/* The run that has the character; NULL if none does. */
static const struct ofs_font_run *find_run(const struct ofs_font *font, unsigned character)
{
    const struct ofs_font_run *runs = ofs_font_runs + font->first_run;
    unsigned low = 0, high = font->run_count; /* the run is in [low, high) */
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (character < runs[middle].first)
            high = middle;
        else if (character >= (unsigned)runs[middle].first + runs[middle].count)
            low = middle + 1;
        else
            return &runs[middle];
    }
    return NULL;
}

bool ofs_font_glyph(const struct ofs_font *font, unsigned character, struct ofs_glyph *out)
{
    const struct ofs_font_run *run = find_run(font, character);
    if (!run)
        return false;
    unsigned glyph = run->glyph + character - run->first;
    if (font->cells) {
        const struct ofs_font_cell *cell = &ofs_font_cells[font->cells - 1u + glyph];
        out->metrics = cell->metrics;
        out->first_bit = (font->bits + cell->bits) * 8;
    } else {
        out->metrics = font->cell;
        out->first_bit = font->bits * 8 + glyph * (unsigned)(ofs_glyph_width(out) * ofs_glyph_height(out));
    }
    return true;
}

bool ofs_font_glyph_drawn(const struct ofs_font *font, unsigned character, struct ofs_glyph *out)
{
    return ofs_font_glyph(font, character, out) || ofs_font_glyph(font, font->default_char, out);
}

uint64_t ofs_glyph_row(const struct ofs_glyph *g, int y)
{
    unsigned width = (unsigned)ofs_glyph_width(g);
    uint32_t bit = g->first_bit + (uint32_t)y * width;
    uint64_t word;
    memcpy(&word, ofs_font_bits + bit / 8, sizeof(word));
    return width ? __builtin_bswap64(word) << bit % 8 >> (64 - width) : 0;
}

struct ofs_font_char ofs_font_answer(const struct ofs_font *font, const struct ofs_glyph *g)
{
    uint64_t any = 0;
    int top = -1, bottom = 0;
    if (!font->ink)
        return g->metrics;
    for (int y = 0; y < ofs_glyph_height(g); y++) {
        uint64_t row = ofs_glyph_row(g, y);
        if (row && top < 0)
            top = y;
        if (row)
            bottom = y + 1;
        any |= row;
    }
    if (!any) /* a blank one has only its width */
        return (struct ofs_font_char){ .width = g->metrics.width };
    struct ofs_font_char ink = g->metrics;
    ink.left = (int16_t)(ink.left + ofs_glyph_width(g) - (64 - __builtin_clzll(any)));
    ink.right = (int16_t)(ink.right - __builtin_ctzll(any));
    ink.descent = (int16_t)(bottom - ink.ascent);
    ink.ascent = (int16_t)(ink.ascent - top);
    return ink;
}

/* ---- for the GL side ---- */

bool ofs_xview_glyph(uint32_t number, unsigned wanted, struct ofs_xview_glyph *out)
{
    const struct ofs_font *font = &ofs_fonts[number];
    struct ofs_glyph glyph;
    if (!ofs_font_glyph(font, wanted, &glyph))
        return false;
    memset(out, 0, sizeof(*out));
    const struct ofs_font_char info = ofs_font_answer(font, &glyph);
    out->advance = info.width;
    out->left = info.left;
    out->bottom = -info.descent;
    out->width_px = info.right - info.left;
    out->height_px = info.ascent + info.descent;
    if (!out->width_px)
        out->height_px = 0;
    int row_bytes = (out->width_px + 7) / 8, past = glyph.metrics.right - info.right;
    for (int y = 0; y < out->height_px; y++) { /* of the result, upwards */
        uint64_t row = ofs_glyph_row(&glyph, glyph.metrics.ascent + info.descent - 1 - y) >> past;
        row <<= 64 - out->width_px;
        for (int i = 0; i < row_bytes; i++)
            out->rows[y * row_bytes + i] = (uint8_t)(row >> (56 - 8 * i));
    }
    return true;
}
