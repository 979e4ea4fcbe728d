/* Drawing by requests: where the pixels go, and with what. A request opens a canvas, puts spans and rectangles into it
 * and closes it; clip, fill style, function, plane mask and frames of software windows are the canvas's business. */
#ifndef OFS_X11_DRAW_H
#define OFS_X11_DRAW_H

#include <stddef.h>

#include "x11/gc.h"
#include "x11/picture.h"
#include "x11/raster.h"

/* Which pixels of a rectangle have been put: a bit for each (draw_cover.c). */
struct ofs_cover {
    bool on;
    struct ofs_rect bounds;         /* in the drawable */
    uint64_t *bits;                 /* rows of `words` each; NULL until it is first on */
    size_t words;
    uint32_t *row_left;             /* pixels of each row that have not been put */
    uint64_t left;                  /* of all rows */
    int y0, y1;                     /* the rows that have any */
};

#define OFS_NOWHERE ((struct ofs_rect){ INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN })

struct ofs_canvas {
    struct ofs_client *client;
    const struct ofs_gc *gc;        /* NULL: opened without one */
    struct ofs_surface surface;     /* surface.raster NULL: not viewable, and nothing is drawn */
    struct ofs_region *clip;        /* in the raster: what may be drawn; owned */
    struct ofs_rect bounds;         /* of the clip, in the drawable: shapes need not look beyond */
    /* Change these by ofs_canvas_set() only. */
    struct ofs_paint paint;
    struct ofs_mix mix;
    /* draw.c's own. */
    struct ofs_rect touched;        /* in the raster: drawn since it was opened; empty as OFS_NOWHERE is */
    bool drawn_once;                /* between ofs_canvas_once() and ofs_canvas_again() */
    bool plain;                     /* one colour */
    struct ofs_solid solid;         /* what the colour makes of a pixel */
    const struct ofs_rect *within;  /* of the clip, which is not empty: where the last span was */
    struct ofs_cover cover;
    uint64_t painted, enough;       /* pixels with this paint; beyond, what is drawn already is looked for */
    uint64_t steps, most_steps;     /* what the request has cost, and may cost */
};

/* For a request that begins with a drawable and a graphics context: 0 or the error to answer (BadDrawable, BadGC,
 * BadMatch, BadAlloc). Paint and mix are the context's. On success ofs_canvas_close() must follow. */
int ofs_canvas_open(struct ofs_client *c, uint32_t drawable, uint32_t gc, struct ofs_canvas *out);
/* For one whose ids have been found; gc NULL: no clip but the drawable's own (RENDER), all black copied. 0 or BadAlloc.
 * `inferiors` draws over child windows; a context says so itself. */
int ofs_canvas_open_found(struct ofs_client *c, struct ofs_window *w, struct ofs_pixmap *p, const struct ofs_gc *gc,
                          bool inferiors, struct ofs_canvas *out);
/* Tells the picture of a window what was drawn. */
void ofs_canvas_close(struct ofs_canvas *t);
/* The same, and what a request answers whose drawing came to `error`: BadAlloc also if it cost more than it may. */
int ofs_canvas_finish(struct ofs_canvas *t, int error);

/* Coordinates are the drawable's. Whatever they are, only what is in the clip is drawn; width <= 0 is nothing. Pixels
 * that are put twice are drawn twice, in order. */
void ofs_canvas_span(struct ofs_canvas *t, int x, int y, int width);
void ofs_canvas_rect(struct ofs_canvas *t, int x, int y, int width, int height);
/* Draw what comes with something else. */
void ofs_canvas_set(struct ofs_canvas *t, const struct ofs_paint *paint, const struct ofs_mix *mix);

/* Whether a pixel that is drawn twice may differ from one that is drawn once: some source bit turns the old one. */
bool ofs_mix_counts(const struct ofs_mix *mix);
/* Until ofs_canvas_again(): each pixel is drawn once, however often it is put. Costs nothing where twice is the same as
 * once. False: out of memory. */
bool ofs_canvas_once(struct ofs_canvas *t);
void ofs_canvas_again(struct ofs_canvas *t);

/* One request may keep the server busy for some seconds, as on any X server, and not for minutes. Beyond the steps that
 * the server's configuration gives it, nothing more is drawn, and the answer is BadAlloc. Spend what a shape costs besides
 * its pixels. */
static inline void ofs_canvas_spend(struct ofs_canvas *t, uint64_t steps) { t->steps += steps; }
static inline bool ofs_canvas_spent(const struct ofs_canvas *t) { return t->steps > t->most_steps; }
/* Whatever is put with this paint, in this row, would change nothing any more: shapes may leave it out. */
static inline bool ofs_canvas_done(const struct ofs_canvas *t)
{
    return (t->cover.on && !t->cover.left) || ofs_canvas_spent(t);
}
static inline bool ofs_canvas_row_done(const struct ofs_canvas *t, int y) /* y within the bounds */
{
    return t->cover.on && !t->cover.row_left[y - t->cover.bounds.y0];
}

/* Pixels one by one, for shapes that say what they touch and spend. */
struct ofs_plot {
    uint32_t *px;              /* of the raster */
    ptrdiff_t stride;          /* words from one row to the next */
    int x, y;                  /* of the drawable in the raster */
    struct ofs_solid solid;
};
/* Within `box` of the drawable. False: its clip, or the paint, needs ofs_canvas_span(). */
bool ofs_canvas_plot(struct ofs_canvas *t, struct ofs_rect box, struct ofs_plot *out);
static inline uint32_t *ofs_plot_at(const struct ofs_plot *plot, int x, int y)
{
    return plot->px + (plot->y + y) * plot->stride + plot->x + x;
}
static inline void ofs_plot_put(const struct ofs_plot *plot, uint32_t *px)
{
    *px = (*px & plot->solid.keep) ^ plot->solid.flip;
}

/* For pixels that were or will be written past the canvas (surface.raster, within clip), rect in the raster and not
 * empty: they count as drawn. */
static inline void ofs_canvas_touch(struct ofs_canvas *t, struct ofs_rect rect)
{
    t->touched = ofs_rect_join(t->touched, rect);
}

/* draw_cover.c. Begin: nothing has been put; false: out of memory. End: forget what was put, keep the memory. */
bool ofs_cover_begin(struct ofs_cover *cover, struct ofs_rect bounds);
void ofs_cover_end(struct ofs_cover *cover);
void ofs_cover_free(struct ofs_cover *cover);
/* Paints those of `width` > 0 pixels within the bounds that were not put before. */
void ofs_cover_put(struct ofs_canvas *t, int x, int y, int width);
/* draw.c, for ofs_cover_put(): a part of a row that is within the bounds. */
void ofs_canvas_paint(struct ofs_canvas *t, int x, int y, int width);

/* What a context fills with, on this surface. */
struct ofs_paint ofs_gc_paint(const struct ofs_gc *gc, const struct ofs_surface *surface);
/* The context's other paint: of the odd dashes of LineDoubleDash. */
struct ofs_paint ofs_gc_paint_odd(const struct ofs_gc *gc, const struct ofs_surface *surface);

#endif
