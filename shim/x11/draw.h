/* Drawing by requests: where the pixels go, and with what. A request opens a canvas, puts spans and rectangles into it
 * and closes it; clip, fill style, function, plane mask and frames of software windows are the canvas's business. */
#ifndef OFS_X11_DRAW_H
#define OFS_X11_DRAW_H

#include <stddef.h>

#include "x11/gc.h"
#include "x11/picture.h"
#include "x11/raster.h"

struct ofs_span { int x, y, width; };

enum { OFS_CANVAS_SPANS = 256 };

struct ofs_canvas {
    struct ofs_client *client;
    const struct ofs_gc *gc;        /* NULL: opened without one */
    struct ofs_surface surface;     /* surface.raster NULL: not viewable, and nothing is drawn */
    struct ofs_region *clip;        /* in the raster: what may be drawn; owned */
    struct ofs_rect bounds;         /* of the clip, in the drawable: shapes need not look beyond */
    /* Change these by ofs_canvas_set() only: spans may be waiting for the old ones. */
    struct ofs_paint paint;
    struct ofs_mix mix;
    /* draw.c's own. */
    struct ofs_rect touched;        /* in the raster: drawn since it was opened */
    bool drawn_once;                /* between ofs_canvas_once() and ofs_canvas_again() */
    uint64_t *once;                 /* a bit for each pixel of bounds that is drawn already */
    size_t once_words;              /* of a row */
    int once_y0, once_y1;           /* the rows that have any */
    unsigned waiting;
    struct ofs_span spans[OFS_CANVAS_SPANS];
};

/* For a request that begins with a drawable and a graphics context: 0 or the error to answer (BadDrawable, BadGC,
 * BadMatch, BadAlloc). Paint and mix are the context's. On success ofs_canvas_close() must follow. */
int ofs_canvas_open(struct ofs_client *c, uint32_t drawable, uint32_t gc, struct ofs_canvas *out);
/* For one whose ids have been found; gc NULL: no clip but the drawable's own (RENDER), all black copied. 0 or BadAlloc.
 * `inferiors` draws over child windows; a context says so itself. */
int ofs_canvas_open_found(struct ofs_client *c, struct ofs_window *w, struct ofs_pixmap *p, const struct ofs_gc *gc,
                          bool inferiors, struct ofs_canvas *out);
/* Draws what waits; tells the picture of a window what was drawn. */
void ofs_canvas_close(struct ofs_canvas *t);

/* Coordinates are the drawable's. Whatever they are, only what is in the clip is drawn; width <= 0 is nothing. Pixels
 * that are put twice are drawn twice, in order. */
void ofs_canvas_span(struct ofs_canvas *t, int x, int y, int width);
void ofs_canvas_spans(struct ofs_canvas *t, const struct ofs_span *spans, size_t n);
void ofs_canvas_rect(struct ofs_canvas *t, int x, int y, int width, int height);
/* Draw what comes with something else. */
void ofs_canvas_set(struct ofs_canvas *t, const struct ofs_paint *paint, const struct ofs_mix *mix);

/* Whether a pixel that is drawn twice may differ from one that is drawn once: some source bit turns the old one over.
 * */
bool ofs_mix_counts(const struct ofs_mix *mix);
/* Until ofs_canvas_again(): each pixel is drawn once, however often it is put. Costs nothing where twice is the same as
 * once. False: out of memory. */
bool ofs_canvas_once(struct ofs_canvas *t);
void ofs_canvas_again(struct ofs_canvas *t);

/* For pixels that were or will be written past the canvas (surface.raster, within clip), rect in the raster: they count
 * as drawn. */
void ofs_canvas_touch(struct ofs_canvas *t, struct ofs_rect rect);

/* What a context fills with, on this surface. */
struct ofs_paint ofs_gc_paint(const struct ofs_gc *gc, const struct ofs_surface *surface);
/* The context's other paint: of the odd dashes of LineDoubleDash. */
struct ofs_paint ofs_gc_paint_odd(const struct ofs_gc *gc, const struct ofs_surface *surface);

#endif
