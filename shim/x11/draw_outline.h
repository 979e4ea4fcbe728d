/* The area within a closed line of short sides, row by row: what a stroke along a curve sweeps over, between its outer
 * side and its inner one. */
#ifndef OFS_X11_DRAW_OUTLINE_H
#define OFS_X11_DRAW_OUTLINE_H

#include "x11/draw.h"

struct ofs_corner { double x, y; };

/* A stroke crosses a row twice on its outer side, twice on its inner side, and at its two ends. */
enum { OFS_OUTLINE_CROSSINGS = 8 };

struct ofs_outline {
    struct ofs_canvas *t;
    int y0, y1;                                    /* the rows that are kept: those of the canvas */
    int first, end;                                /* those that are crossed */
    double (*crossings)[OFS_OUTLINE_CROSSINGS];
    uint8_t *counts;                               /* of each row; all 0 between two outlines */
};

/* False: out of memory. */
bool ofs_outline_init(struct ofs_outline *outline, struct ofs_canvas *t);
void ofs_outline_finish(struct ofs_outline *outline);      /* also of zeros */
/* A side, in either direction. */
void ofs_outline_side(struct ofs_outline *outline, struct ofs_corner p, struct ofs_corner q);
/* Fills what the sides since the last one enclose: pixels that an odd number of them is to the left of, or on. */
void ofs_outline_fill(struct ofs_outline *outline);
/* Where the line from p to q crosses row y, which is in [p.y, q.y). */
static inline double ofs_outline_column(struct ofs_corner p, struct ofs_corner q, double y)
{
    return p.x + (y - p.y) * (q.x - p.x) / (q.y - p.y);
}

#endif
