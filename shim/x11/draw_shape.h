/* The shapes of the drawing requests, as pixels of a canvas. A pixel is a point, in the middle of its square:
 * coordinates that are integers are such points. A pixel on the edge of a shape is in it if the shape goes on to the
 * right of it, or, where the edge is horizontal, below it. Source: X11 protocol, PolyLine, PolyArc, FillPoly, and
 * CreateGC for the attributes. Lines and arcs of width 0 are the server's choice, and are what other X servers draw. */
#ifndef OFS_X11_DRAW_SHAPE_H
#define OFS_X11_DRAW_SHAPE_H

#include "x11/draw.h"

struct ofs_point { int x, y; };

struct ofs_arc {
    int x, y, width, height;  /* width and height are never negative */
    int angle1, angle2;       /* 64ths of a degree, anticlockwise; where it begins, and how far it goes */
};
#define OFS_FULL_CIRCLE (360 * 64)

/* ---- draw_line.c: width 0 ---- */

/* Where a path is in the list of dashes. */
struct ofs_dash {
    const uint8_t *list;
    unsigned count;    /* even; 0: no dashes */
    unsigned index;    /* of the dash; the odd ones are gaps, or of the other colour */
    unsigned at;       /* pixels of it that are behind */
};
/* Lines as wide as a screen are not dashed: every dash would be one. */
enum { OFS_DASHED_WIDTH = 1024 };
static inline bool ofs_is_dashed(const struct ofs_gc *gc)
{
    return gc->line_style != LineSolid && gc->line_width <= OFS_DASHED_WIDTH;
}
/* As the canvas's context says, from its offset; which is spent. */
struct ofs_dash ofs_dash_begin(struct ofs_canvas *t);
void ofs_dash_step(struct ofs_dash *dash, uint64_t pixels);

/* From a to b, with b itself if `last`; the dash goes on. */
void ofs_draw_thin_line(struct ofs_canvas *t, struct ofs_point a, struct ofs_point b, bool last, struct ofs_dash *dash);
void ofs_draw_thin_segment(struct ofs_canvas *t, struct ofs_point a, struct ofs_point b);
void ofs_draw_thin_path(struct ofs_canvas *t, const struct ofs_point *points, size_t n);

/* ---- draw_wide.c ---- */

/* A miter join is cut off where the lines meet at less than 11 degrees: 1 / sin(5.5 degrees), squared. Source: X11
 * protocol, CreateGC. */
#define OFS_MITER_LIMIT 108.856472512142

/* Each pixel once. False: out of memory. */
bool ofs_draw_wide_path(struct ofs_canvas *t, const struct ofs_point *points, size_t n);

/* ---- draw_polygon.c ---- */

/* False: out of memory. */
bool ofs_fill_polygon(struct ofs_canvas *t, const struct ofs_point *points, size_t n, uint8_t rule);

/* ---- draw_arc.c, draw_fill_arc.c, draw_wide_arc.c ---- */

/* The ends of an arc as angles from 0 below a full circle; false if it is all of it (then both are 0). */
bool ofs_arc_ends(const struct ofs_arc *arc, int *start_out, int *end_out);
/* These: false if out of memory. */
bool ofs_draw_thin_arc(struct ofs_canvas *t, const struct ofs_arc *arc);
void ofs_fill_arc(struct ofs_canvas *t, const struct ofs_arc *arc, uint8_t mode);
bool ofs_draw_wide_arcs(struct ofs_canvas *t, const struct ofs_arc *arcs, size_t n);

/* ---- draw_convex.c: what wide lines are made of ---- */

/* a * x + b * y >= c, of pixels relative to an origin; an edge to the left of its shape has a > 0. Where the line
 * itself belongs to the shape, equality counts. */
struct ofs_half_plane {
    int64_t a, b;
    double c;
};
/* Pixels of a row; none if last < first. */
struct ofs_range { int64_t first, last; };
/* Those of row y that are in the half plane, too. */
void ofs_half_plane_cut(const struct ofs_half_plane *edge, int64_t y, struct ofs_range *row);
enum { OFS_HALF_PLANES = 6 };
struct ofs_convex {
    int x, y;                 /* origin, in the drawable */
    double x0, x1, y0, y1;    /* columns and rows from the origin that it may have: bounds, not edges */
    unsigned count;
    struct ofs_half_plane edges[OFS_HALF_PLANES];
};
void ofs_convex_edge(struct ofs_convex *shape, int64_t a, int64_t b, double c);
void ofs_fill_convex(struct ofs_canvas *t, const struct ofs_convex *shape);
/* What of a circle around (x, y) is in all the half planes of `part`, which may be NULL. */
void ofs_fill_disc(struct ofs_canvas *t, double x, double y, unsigned diameter, const struct ofs_convex *part);

#endif
