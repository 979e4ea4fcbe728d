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

/* A walk from the top of the ellipse to its right end, in pixels from the axis and from the top. */
struct walk {
    int64_t width, height;
    int odd_x;         /* 1: the axis is between two pixels */
    int x, y;
    int x_end, y_end;
    bool steep, flat;
};

/* Less than 0 within the ellipse. u and v are twice the distance from its centre. */
static __int128 outside(const struct walk *w, int64_t u, int64_t v)
{
    if (w->width < 1 << 14 && w->height < 1 << 14) { /* 64 bits are enough, and faster */
        const int64_t a = w->width * w->width, b = w->height * w->height;
        return b * (u * u) + a * (v * v) - a * b;
    }
    const __int128 ww = w->width * w->width, hh = w->height * w->height;
    return hh * (u * u) + ww * (v * v) - ww * hh;
}

/* The next pixel: the one of two that is nearer to the curve, by the point in the middle between them. */
static void step(struct walk *w)
{
    const int64_t u = 2 * (int64_t)w->x + w->odd_x, v = 2 * (int64_t)w->y - w->height;
    if (w->x == 0 && !w->odd_x && w->x_end) { /* the top is never a single pixel */
        w->x = 1;
        return;
    }
    if (!w->steep && !w->flat && outside(w, u + 2, v + 1) > outside(w, u, v - 1)) {
        w->flat = w->y == w->y_end;
        w->steep = !w->flat;
    }
    if (w->flat || w->y >= w->y_end) {
        w->x++;
    } else if (w->x >= w->x_end) {
        w->y++;
    } else if (w->steep) {
        w->x += outside(w, u + 1, v + 2) <= 0;
        w->y++;
    } else {
        w->y += outside(w, u + 2, v + 1) >= 0;
        w->x++;
    }
}

/* All of the walk; NULL: out of memory. */
static struct ofs_point *quarter_of(const struct ofs_arc *arc, size_t *n_out)
{
    struct walk w = { .width = arc->width, .height = arc->height, .odd_x = arc->width & 1, .x_end = arc->width / 2,
                      .y_end = arc->height / 2, .flat = !arc->height };
    struct ofs_point *points = malloc(((size_t)w.x_end + (size_t)w.y_end + 1) * sizeof(*points));
    size_t n = 0;
    for (; points; step(&w)) {
        points[n++] = (struct ofs_point){ w.x, w.y };
        if (w.x >= w.x_end && w.y >= w.y_end)
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
    if (!pen->dash.count || (pen->dash.index & 1) == pen->colour)
        ofs_canvas_span(pen->t, at.x, at.y, 1);
    if (pen->dash.count)
        ofs_dash_step(&pen->dash, 1);
}

static void draw_path(struct pen *pen, const struct path *path, bool backwards)
{
    for (unsigned i = 0; i < path->count; i++) {
        const struct part *part = &path->parts[backwards ? path->count - 1 - i : i];
        bool down = goes_up(part->quarter) == backwards;
        for (size_t k = part->first; k < part->end; k++)
            draw_pixel(pen, part->quarter, pen->points[down ? k : part->first + part->end - 1 - k]);
    }
}

bool ofs_draw_thin_arc(struct ofs_canvas *t, const struct ofs_arc *arc)
{
    size_t n;
    if (!arc->width && !arc->height)
        return true;
    struct ofs_point *points = quarter_of(arc, &n);
    if (!points || !ofs_canvas_once(t)) { /* where it begins and ends, and flat ones, come to pixels again */
        free(points);
        return false;
    }
    const struct path path = path_of(arc, points, n);
    struct pen pen = { .t = t, .arc = arc, .points = points };
    if (t->gc->line_style != LineSolid)
        pen.dash = ofs_dash_begin(t->gc);
    draw_path(&pen, &path, arc->angle2 < 0);
    if (t->gc->line_style == LineDoubleDash) {
        const struct ofs_paint even = t->paint, odd = ofs_gc_paint_odd(t->gc, &t->surface);
        const struct ofs_mix mix = t->mix;
        pen.dash = ofs_dash_begin(t->gc);
        pen.colour = 1;
        ofs_canvas_set(t, &odd, &mix);
        draw_path(&pen, &path, arc->angle2 < 0);
        ofs_canvas_set(t, &even, &mix);
    }
    ofs_canvas_again(t);
    free(points);
    return true;
}
