/* The fonts: constant tables that generate.py writes at build time from the Debian package xfonts-base; that script
 * says which ones. All is indices and offsets: the tables are pages of the library's file that nothing touches until a
 * program opens a font. */
#ifndef OFS_X11_FONTS_H
#define OFS_X11_FONTS_H

#include <stdint.h>

/* A CHARINFO of the protocol in pixels, relative to the origin; its attributes are 0 in all of these fonts. */
struct ofs_font_char {
    int16_t left, right, width, ascent, descent;
};

struct ofs_font_property {
    uint16_t name;                 /* in ofs_font_strings */
    uint8_t is_string;             /* the value is in ofs_font_strings too, to be sent as an atom */
    int32_t value;
};

/* Characters first … first + count - 1 have the glyphs glyph … . A character is byte1 << 8 | byte2. */
struct ofs_font_run {
    uint16_t first, count, glyph;
};

/* A glyph of a font whose glyphs differ in size. */
struct ofs_font_cell {
    struct ofs_font_char metrics;
    uint16_t bits;                 /* where its bits begin: bytes behind those of the font */
};

struct ofs_font {
    struct ofs_font_char min_bounds, max_bounds;  /* what QueryFont answers with */
    struct ofs_font_char cell;     /* of every glyph, where cells is 0 */
    int16_t ascent, descent;
    uint8_t first_byte1, last_byte1, first_byte2, last_byte2;
    uint16_t default_char;
    uint8_t right_to_left, all_exist;
    uint8_t ink;                   /* asked for metrics it answers with those of the pixels that are set */
    uint8_t property_count;
    uint16_t first_property, first_run, run_count;
    uint16_t cells;                /* 1 + index into ofs_font_cells; 0 = all glyphs are alike, one behind the other */
    uint32_t bits;                 /* offset in ofs_font_bits */
};

/* A name under which a font can be opened, in lower case. In the order in which an X server looks through them. */
struct ofs_font_name {
    uint16_t name;                 /* in ofs_font_strings */
    uint16_t full_name;            /* the same, or of an alias the name that it stands for */
    uint16_t font;
};

enum { OFS_FONT_MAX_WIDTH = 56 };  /* of a glyph's bitmap: a row and its offset in a byte fit into 64 bits */

extern const struct ofs_font ofs_fonts[];
extern const struct ofs_font_name ofs_font_names[];
extern const unsigned ofs_font_name_count;
extern const uint16_t ofs_font_default; /* of a graphics context that was given none: "fixed" */
extern const struct ofs_font_property ofs_font_properties[];
extern const struct ofs_font_run ofs_font_runs[];
extern const struct ofs_font_cell ofs_font_cells[];
/* A glyph's pixels row by row without a gap, the leftmost one in a byte's highest bit. Eight more bytes at the end. */
extern const uint8_t ofs_font_bits[];
extern const char ofs_font_strings[];

#endif
