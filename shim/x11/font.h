/* Fonts as the server uses them: found by name, asked for glyphs. The tables are in fonts/. */
#ifndef OFS_X11_FONT_H
#define OFS_X11_FONT_H

#include "x11/fonts/fonts.h"
#include "x11/gc.h"
#include "x11/server.h"

/* What an open font's id stands for. */
struct ofs_open_font {
    struct ofs_res res;
    const struct ofs_font *font;
    struct ofs_xdrawable *shared;   /* what the GL side sees */
};

struct ofs_glyph {
    struct ofs_font_char metrics;
    uint32_t first_bit;             /* in ofs_font_bits */
};

void ofs_fonts_init(struct ofs_server *s);

/* The index in ofs_font_names of the first name at or behind `from` that matches a pattern of * and ?, whose case does
 * not matter; ofs_font_name_count: there is none. */
unsigned ofs_font_match(const uint8_t *pattern, unsigned length, unsigned from);

/* The font of an open font or of a graphics context: 0 or BadFont. */
int ofs_fontable_find(struct ofs_client *c, uint32_t id, const struct ofs_font **out);
/* A context that was given no font has the default one. */
static inline const struct ofs_font *ofs_gc_font(const struct ofs_gc *gc)
{
    return gc->font ? gc->font : &ofs_fonts[ofs_font_default];
}

/* Whether the font's range has the character, with a glyph or without. */
bool ofs_font_in_range(const struct ofs_font *font, unsigned character);
/* The character's glyph; false if the font has none. */
bool ofs_font_glyph(const struct ofs_font *font, unsigned character, struct ofs_glyph *out);
/* The glyph that is drawn for the character: its own, or the default character's; false: nothing is drawn. */
bool ofs_font_glyph_drawn(const struct ofs_font *font, unsigned character, struct ofs_glyph *out);

static inline int ofs_glyph_width(const struct ofs_glyph *g) { return g->metrics.right - g->metrics.left; }
static inline int ofs_glyph_height(const struct ofs_glyph *g) { return g->metrics.ascent + g->metrics.descent; }
/* Row y of the bitmap, 0 at the top: the leftmost pixel is the highest of width bits. */
uint64_t ofs_glyph_row(const struct ofs_glyph *g, int y);
/* The metrics that a font is asked for: those of the pixels that are set, where it has these. */
struct ofs_font_char ofs_font_answer(const struct ofs_font *font, const struct ofs_glyph *g);

#endif
