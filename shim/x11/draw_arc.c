/* Arcs of width 0: the quarter of an ellipse, pixel by pixel, and its images in the other three. */
#include <stdlib.h>

#include "x11/draw_math.h"
#include "x11/draw_shape.h"

enum { OCTANT = 45 * 64, QUADRANT = 90 * 64 };

bool ofs_arc_ends(const struct ofs_arc *arc, int *start_out, int *end_out)
{
    int extent = arc->angle2;
    *start_out = *end_out = 0;
    if (extent >= OFS_FULL_CIRCLE || extent <= -OFS_FULL_CIRCLE)
        return false;
    int start = extent < 0 ? arc->angle1 + extent : arc->angle1;
    int end = extent < 0 ? arc->angle1 : arc->angle1 + extent;
    *start_out = (start % OFS_FULL_CIRCLE + OFS_FULL_CIRCLE) % OFS_FULL_CIRCLE;
    *end_out = (end % OFS_FULL_CIRCLE + OFS_FULL_CIRCLE) % OFS_FULL_CIRCLE;
    return true;
}

/* A walk from the top of the ellipse to its right end, in pixels from the axis and from the top. The curve is where
 * hh * u^2 + ww * v^2 - ww * hh is 0; u and v are twice the distance from its centre. Products may be beyond 64 bits:
 * what they come to near the curve is not, and it is right whatever was lost on the way. */
struct walk {
    int x, y, x_end, y_end;
    bool odd_x;        /* the axis is between two pixels */
    bool steep, flat;
    uint64_t ww, hh;   /* squares of width and height */
    uint64_t a, b;     /* hh * u, ww * v */
    uint64_t outside;  /* of the pixel: less than 0 within the ellipse */
};

static struct walk walk_of(const struct ofs_arc *arc)
{
    const uint64_t width = (uint64_t)arc->width, height = (uint64_t)arc->height;
    struct walk w = { .x_end = arc->width / 2, .y_end = arc->height / 2, .odd_x = width & 1, .flat = !arc->height,
                      .ww = width * width, .hh = height * height };
    w.a = w.odd_x ? w.hh : 0;
    w.b = -(w.ww * height);
    w.outside = w.a;
    return w;
}

static inline void step_x(struct walk *w)
{
    w->x++;
    w->outside += 4 * (w->a + w->hh);
    w->a += 2 * w->hh;
}

static inline void step_y(struct walk *w)
{
    w->y++;
    w->outside += 4 * (w->b + w->ww);
    w->b += 2 * w->ww;
}

static inline bool walk_ended(const struct walk *w) { return w->x >= w->x_end && w->y >= w->y_end; }

/* The next pixel: the one of two that is nearer to the curve, by the point in the middle between them. */
static inline __attribute__((always_inline)) void step(struct walk *w)
{
    if (w->x == 0 && !w->odd_x && w->x_end) { /* the top is never a single pixel */
        step_x(w);
        return;
    }
    /* From where the curve falls by more than a pixel from one column to the next. */
    if (!w->steep && !w->flat && (int64_t)(w->a + w->hh + w->b) > 0) {
        w->flat = w->y == w->y_end;
        w->steep = !w->flat;
    }
    if (w->flat || w->y >= w->y_end) {
        step_x(w);
    } else if (w->x >= w->x_end) {
        step_y(w);
    } else if (w->steep) {
        if ((int64_t)(w->outside + 2 * w->a + w->hh + 4 * (w->b + w->ww)) <= 0)
            step_x(w);
        step_y(w);
    } else {
        if ((int64_t)(w->outside + 4 * (w->a + w->hh) + 2 * w->b + w->ww) >= 0)
            step_y(w);
        step_x(w);
    }
}

/* All of the walk; NULL: out of memory. */
static struct ofs_point *quarter_of(const struct ofs_arc *arc, size_t *n_out)
{
    struct walk w = walk_of(arc);
    struct ofs_point *points = malloc(((size_t)w.x_end + (size_t)w.y_end + 1) * sizeof(*points));
    size_t n = 0;
    for (; points; step(&w)) {
        points[n++] = (struct ofs_point){ w.x, w.y };
        if (walk_ended(&w))
            break;
    }
    *n_out = n;
    return points;
}

/* Where an angle is on the walk: the first pixel that is as far from the axis, or from the top, as it is. -1: between
 * the two pixels at the top. */
static ptrdiff_t place_of(const struct ofs_arc *arc, int angle, const struct ofs_point *points, size_t n)
{
    bool by_x = !arc->height || (((angle / OCTANT + 1) & 2) && arc->width);
    int x = (int)(ofs_abs(ofs_cosine(angle)) * ((arc->width + 1) / 2.0)) - (arc->width & 1);
    int y = arc->height / 2 - (int)(ofs_abs(ofs_sine(angle)) * (arc->height / 2.0));
    ptrdiff_t k = 0;
    if (!by_x && arc->height == 1)
        return (ptrdiff_t)n - 1;
    if (by_x && x < 0)
        return -1;
    while (k + 1 < (ptrdiff_t)n && (by_x ? points[k].x != x : points[k].y != y))
        k++;
    return k;
}

/* Pixels first up to end of the walk in one of the four quarters, of which 0 is the upper right one, and the others
 * follow anticlockwise. In 0 and 2 the way round goes up the walk, in 1 and 3 down it. */
struct part {
    unsigned quarter;
    size_t first, end;
};
static bool goes_up(unsigned quarter) { return !(quarter & 1); }

struct path {
    struct part parts[5];
    unsigned count;
};

/* Pixels first to last, both of them. */
static void add(struct path *path, unsigned quarter, ptrdiff_t first, ptrdiff_t last)
{
    if (first < 0)
        first = 0;
    if (first <= last)
        path->parts[path->count++] = (struct part){ quarter & 3, (size_t)first, (size_t)last + 1 };
}

/* The way round from start to end, which may be the whole of it. */
static struct path path_of(const struct ofs_arc *arc, const struct ofs_point *points, size_t n)
{
    struct path path = { .count = 0 };
    int start, end;
    bool over = !ofs_arc_ends(arc, &start, &end);
    if (over)
        start = end = (arc->angle1 % OFS_FULL_CIRCLE + OFS_FULL_CIRCLE) % OFS_FULL_CIRCLE;
    else
        over = end < start;
    const unsigned first = (unsigned)(start / QUADRANT), last = (unsigned)(end / QUADRANT);
    const ptrdiff_t from = place_of(arc, start, points, n), to = place_of(arc, end, points, n), top = (ptrdiff_t)n - 1;
    if (first == last && !over) {
        add(&path, first, goes_up(first) ? to : from, goes_up(first) ? from : to);
        return path;
    }
    add(&path, first, goes_up(first) ? 0 : from, goes_up(first) ? from : top);
    for (unsigned quarter = first + 1; quarter % 4 != last; quarter++)
        add(&path, quarter, 0, top);
    add(&path, last, goes_up(last) ? to : 0, goes_up(last) ? top : to);
    return path;
}

/* ---- drawing ---- */

struct pen {
    struct ofs_canvas *t;
    const struct ofs_arc *arc;
    const struct ofs_point *points;
    struct ofs_dash dash;
    unsigned colour;    /* 0: that of the even dashes */
    bool plots;         /* no dashes, and all of it in one rectangle of the clip */
    struct ofs_plot plot;
};

/* Where a pixel of the walk is in a quarter; false: it is on an axis, and the neighbouring quarter's. */
static bool image(const struct ofs_arc *arc, unsigned quarter, struct ofs_point p, struct ofs_point *out)
{
    const bool right = quarter == 0 || quarter == 3;
    *out = (struct ofs_point){ right ? arc->x + (arc->width + 1) / 2 + p.x : arc->x + arc->width / 2 - p.x,
                               quarter < 2 ? arc->y + p.y : arc->y + arc->height - p.y };
    if (p.x == 0 && !(arc->width & 1) && arc->width)
        return !goes_up(quarter);
    if (p.x == arc->width / 2 && p.y == arc->height / 2 && !(arc->height & 1))
        return goes_up(quarter);
    return true;
}

static void draw_pixel(struct pen *pen, unsigned quarter, struct ofs_point p)
{
    struct ofs_point at;
    if (!image(pen->arc, quarter, p, &at))
        return;
    if (pen->plots)
        ofs_plot_put(&pen->plot, ofs_plot_at(&pen->plot, at.x, at.y));
    else if (!pen->dash.count || (pen->dash.index & 1) == pen->colour)
        ofs_canvas_span(pen->t, at.x, at.y, 1);
    if (pen->dash.count)
        ofs_dash_step(&pen->dash, 1);
}

static struct ofs_rect extents(const struct ofs_arc *arc)
{
    return (struct ofs_rect){ arc->x, arc->y, arc->x + arc->width + 1, arc->y + arc->height + 1 };
}

/* Without dashes it does not matter what a quarter has that nobody can see. */
static bool out_of_sight(const struct pen *pen, unsigned quarter)
{
    const struct ofs_arc *arc = pen->arc;
    struct ofs_rect box = extents(arc);
    if (quarter == 0 || quarter == 3)
        box.x0 += arc->width / 2;
    else
        box.x1 -= arc->width / 2;
    if (quarter < 2)
        box.y1 -= arc->height / 2;
    else
        box.y0 += arc->height / 2;
    return !pen->dash.count && ofs_rect_empty(ofs_rect_cut(box, pen->t->bounds));
}

static void draw_path(struct pen *pen, const struct path *path, bool backwards)
{
    for (unsigned i = 0; i < path->count; i++) {
        const struct part *part = &path->parts[backwards ? path->count - 1 - i : i];
        bool down = goes_up(part->quarter) == backwards;
        if (out_of_sight(pen, part->quarter))
            continue;
        ofs_canvas_spend(pen->t, 8 * (uint64_t)(part->end - part->first));
        for (size_t k = part->first; k < part->end; k++)
            draw_pixel(pen, part->quarter, pen->points[down ? k : part->first + part->end - 1 - k]);
    }
}

static void touch_all(struct ofs_canvas *t, const struct ofs_arc *arc)
{
    const struct ofs_rect box = extents(arc);
    const int x = t->surface.x, y = t->surface.y;
    ofs_canvas_touch(t, (struct ofs_rect){ box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y });
}

/* All of an ellipse in one colour, where no clip is in the way and pixels may be drawn twice: quarter by quarter at
 * once. False: it is not so. */
static bool plot_ellipse(struct ofs_canvas *t, const struct ofs_arc *arc)
{
    struct ofs_plot plot;
    int start, end;
    if (t->gc->line_style != LineSolid || ofs_mix_counts(&t->mix) || ofs_arc_ends(arc, &start, &end) ||
        !ofs_canvas_plot(t, extents(arc), &plot))
        return false;
    uint32_t *top_left = ofs_plot_at(&plot, arc->x + arc->width / 2, arc->y);
    uint32_t *bottom_left = ofs_plot_at(&plot, arc->x + arc->width / 2, arc->y + arc->height);
    uint32_t *top_right = top_left + (arc->width & 1), *bottom_right = bottom_left + (arc->width & 1);
    for (struct walk w = walk_of(arc);; step(&w)) {
        const ptrdiff_t down = w.y * plot.stride;
        ofs_plot_put(&plot, top_right + down + w.x);
        ofs_plot_put(&plot, top_left + down - w.x);
        ofs_plot_put(&plot, bottom_left - down - w.x);
        ofs_plot_put(&plot, bottom_right - down + w.x);
        if (walk_ended(&w))
            break;
    }
    ofs_canvas_spend(t, 20 + 4 * (uint64_t)(arc->width + arc->height));
    touch_all(t, arc);
    return true;
}

bool ofs_draw_thin_arc(struct ofs_canvas *t, const struct ofs_arc *arc)
{
    size_t n;
    if ((!arc->width && !arc->height) || ofs_rect_empty(ofs_rect_cut(extents(arc), t->bounds)) || plot_ellipse(t, arc))
        return true;
    struct ofs_point *points = quarter_of(arc, &n);
    if (!points || !ofs_canvas_once(t)) { /* where it begins and ends, and flat ones, come to pixels again */
        free(points);
        return false;
    }
    ofs_canvas_spend(t, 4 * (uint64_t)n);
    const struct path path = path_of(arc, points, n);
    struct pen pen = { .t = t, .arc = arc, .points = points };
    if (t->gc->line_style != LineSolid)
        pen.dash = ofs_dash_begin(t);
    pen.plots = !pen.dash.count && ofs_canvas_plot(t, extents(arc), &pen.plot);
    if (pen.plots)
        touch_all(t, arc);
    draw_path(&pen, &path, arc->angle2 < 0);
    if (t->gc->line_style == LineDoubleDash) {
        const struct ofs_paint even = t->paint, odd = ofs_gc_paint_odd(t->gc, &t->surface);
        const struct ofs_mix mix = t->mix;
        pen.dash = ofs_dash_begin(t);
        pen.colour = 1;
        ofs_canvas_set(t, &odd, &mix);
        draw_path(&pen, &path, arc->angle2 < 0);
        ofs_canvas_set(t, &even, &mix);
    }
    ofs_canvas_again(t);
    free(points);
    return true;
}
