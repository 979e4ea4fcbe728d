/* The names of colours: a constant table that generate.py writes at build time from rgb.txt. */
#ifndef OFS_X11_COLORS_H
#define OFS_X11_COLORS_H

#include <stdint.h>

struct ofs_color_name {
    uint16_t name;                 /* offset in ofs_color_strings, in lower case; the table is sorted by it */
    uint8_t red, green, blue;
};

extern const struct ofs_color_name ofs_color_names[];
extern const unsigned ofs_color_name_count;
extern const char ofs_color_strings[];

#endif
