/* Lines of width 0: Bresenham's. A point in the middle between two pixels goes to the one that is further on. */
#include "x11/draw_shape.h"

#include <stdlib.h>

static const uint8_t default_dashes[2] = { 4, 4 };

struct ofs_dash ofs_dash_begin(struct ofs_canvas *t)
{
    const struct ofs_gc *gc = t->gc;
    struct ofs_dash dash = { .list = gc->dashes ? gc->dashes : default_dashes,
                             .count = gc->dashes ? gc->dash_count : 2 };
    ofs_canvas_spend(t, 2 * (uint64_t)(dash.count < gc->dash_offset ? dash.count : gc->dash_offset));
    ofs_dash_step(&dash, gc->dash_offset);
    return dash;
}

void ofs_dash_step(struct ofs_dash *dash, uint64_t pixels)
{
    uint64_t all = 0;
    pixels += dash->at;
    for (unsigned steps = 1; pixels >= dash->list[dash->index]; steps++) {
        pixels -= dash->list[dash->index];
        all += dash->list[dash->index];
        dash->index = dash->index + 1 == dash->count ? 0 : dash->index + 1;
        if (steps == dash->count) /* once around */
            pixels %= all;
    }
    dash->at = (unsigned)pixels;
}

/* A line is pixels 0..; from one to the next goes a step along the major axis and, sometimes, one along the minor axis.
 * Pixel k has made floor((2 * minor * k + major) / (2 * major)) of the latter. */
struct line {
    struct ofs_point from;
    int sign_x, sign_y;
    bool y_major;
    int64_t major, minor;  /* lengths */
};

static struct line line_of(struct ofs_point a, struct ofs_point b)
{
    int64_t dx = (int64_t)b.x - a.x, dy = (int64_t)b.y - a.y;
    struct line line = { .from = a, .sign_x = dx < 0 ? -1 : 1, .sign_y = dy < 0 ? -1 : 1 };
    dx *= line.sign_x;
    dy *= line.sign_y;
    line.y_major = dx <= dy;
    line.major = line.y_major ? dy : dx;
    line.minor = line.y_major ? dx : dy;
    return line;
}

static int64_t minor_at(const struct line *line, int64_t k)
{
    if (k == 0 || k == line->major) /* without a division: most lines are in sight */
        return k ? line->minor : 0;
    return line->major ? (2 * line->minor * k + line->major) / (2 * line->major) : 0;
}

/* The first k with this many minor steps, of which there are at least one. */
static int64_t first_at(const struct line *line, int64_t steps)
{
    int64_t n = 2 * line->major * steps - line->major, d = 2 * line->minor;
    return (n + d - 1) / d;
}

/* Cut [*k0, *k1) to those for which from + sign * k is within [low, high). */
static void cut(int from, int sign, int low, int high, int64_t *k0, int64_t *k1)
{
    int64_t first = sign > 0 ? (int64_t)low - from : (int64_t)from - high + 1;
    int64_t end = sign > 0 ? (int64_t)high - from : (int64_t)from - low + 1;
    *k0 = first > *k0 ? first : *k0;
    *k1 = end < *k1 ? end : *k1;
}

/* Where a run of a line begins: pixel k, `step` minor steps, and 2 * minor * k + major - 2 * major * step. */
struct place {
    int64_t k, step, rest;
};

static struct place place_at(const struct line *line, int64_t k)
{
    if (k == 0)
        return (struct place){ 0, 0, line->major };
    const int64_t step = minor_at(line, k);
    return (struct place){ k, step, 2 * line->minor * k + line->major - 2 * line->major * step };
}

/* Cut pixels [*k0, *k1) of a line to those that are within a rectangle. */
static void cut_to(const struct line *line, const struct ofs_rect *rect, int64_t *k0, int64_t *k1)
{
    if (line->y_major)
        cut(line->from.y, line->sign_y, rect->y0, rect->y1, k0, k1);
    else
        cut(line->from.x, line->sign_x, rect->x0, rect->x1, k0, k1);
    if (*k0 >= *k1)
        return;
    const int64_t first = minor_at(line, *k0), end = minor_at(line, *k1 - 1) + 1;
    int64_t m0 = first, m1 = end;
    if (line->y_major)
        cut(line->from.x, line->sign_x, rect->x0, rect->x1, &m0, &m1);
    else
        cut(line->from.y, line->sign_y, rect->y0, rect->y1, &m0, &m1);
    if (m0 >= m1) {
        *k1 = *k0;
        return;
    }
    if (m1 < end)
        *k1 = first_at(line, m1);
    if (m0 > first)
        *k0 = first_at(line, m0);
}

static struct ofs_point point_at(const struct line *line, int64_t k, int64_t step)
{
    const int major = (int)k, minor = (int)step;
    return (struct ofs_point){ line->from.x + line->sign_x * (line->y_major ? minor : major),
                               line->from.y + line->sign_y * (line->y_major ? major : minor) };
}

static void plot_run(const struct ofs_plot *plot, const struct line *line, struct place at, int64_t k1)
{
    const ptrdiff_t down = line->sign_y * plot->stride, right = line->sign_x;
    const ptrdiff_t along = line->y_major ? down : right, across = line->y_major ? right : down;
    const int64_t minor = 2 * line->minor, major = 2 * line->major;
    const struct ofs_point from = point_at(line, at.k, at.step);
    uint32_t *px = ofs_plot_at(plot, from.x, from.y);
    const uint32_t flip = plot->solid.flip, keep = plot->solid.keep;
    int64_t rest = at.rest;
    for (int64_t n = k1 - at.k; n > 0; n--) {
        *px = keep ? (*px & keep) ^ flip : flip;
        rest += minor;
        px += along;
        if (rest >= major) {
            rest -= major;
            px += across;
        }
    }
}

/* The rows of the run are horizontal lines, or pixels. */
static void span_run(struct ofs_canvas *t, const struct line *line, struct place at, int64_t k1)
{
    while (at.k < k1) {
        const struct ofs_point from = point_at(line, at.k, at.step);
        const int64_t first = at.k;
        do {
            at.rest += 2 * line->minor;
            at.k++;
        } while (!line->y_major && at.k < k1 && at.rest < 2 * line->major);
        if (at.rest >= 2 * line->major && line->major) {
            at.rest -= 2 * line->major;
            at.step++;
        }
        const int n = (int)(at.k - first);
        ofs_canvas_span(t, line->sign_x > 0 ? from.x : from.x - n + 1, from.y, n);
    }
}

static struct ofs_rect box_of(const struct line *line, int64_t k0, int64_t k1)
{
    const struct ofs_point a = point_at(line, k0, minor_at(line, k0));
    const struct ofs_point b = point_at(line, k1 - 1, minor_at(line, k1 - 1));
    return (struct ofs_rect){ a.x < b.x ? a.x : b.x, a.y < b.y ? a.y : b.y, (a.x > b.x ? a.x : b.x) + 1,
                              (a.y > b.y ? a.y : b.y) + 1 };
}

/* Whether pixels k0 up to k1 can be plotted; then they will be. */
static bool plot_of(struct ofs_canvas *t, const struct line *line, int64_t k0, int64_t k1, struct ofs_plot *out)
{
    const struct ofs_rect box = box_of(line, k0, k1);
    const int x = t->surface.x, y = t->surface.y;
    if (!ofs_canvas_plot(t, box, out))
        return false;
    ofs_canvas_touch(t, (struct ofs_rect){ box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y });
    return true;
}

/* Pixels k0 up to k1, of which all are within one rectangle of the clip, or they are put one by one. */
static void run_part(struct ofs_canvas *t, const struct line *line, int64_t k0, int64_t k1)
{
    struct ofs_plot plot;
    const struct place from = place_at(line, k0);
    if (!plot_of(t, line, k0, k1, &plot)) {
        span_run(t, line, from, k1);
    } else if (line->minor || line->y_major) {
        ofs_canvas_spend(t, 20 + 3 * (uint64_t)(k1 - k0));
        plot_run(&plot, line, from, k1);
    } else {
        const struct ofs_point left = point_at(line, line->sign_x > 0 ? k0 : k1 - 1, 0);
        ofs_canvas_spend(t, 20 + (uint64_t)(k1 - k0) / 2);
        ofs_solid_row(&plot.solid, ofs_plot_at(&plot, left.x, left.y), (unsigned)(k1 - k0));
    }
}

/* A line is looked for in each of so many rectangles of a clip. */
enum { FEW_RECTS = 16 };

/* Pixels k0 up to k1 of the line. */
static void run(struct ofs_canvas *t, const struct line *line, int64_t k0, int64_t k1)
{
    const unsigned count = t->clip->count;
    cut_to(line, &t->bounds, &k0, &k1);
    if (k0 >= k1 || ofs_canvas_spent(t))
        return;
    if (count == 1 || count > FEW_RECTS || !t->plain || t->cover.on) {
        run_part(t, line, k0, k1);
        return;
    }
    for (unsigned i = 0; i < count; i++) {
        const struct ofs_rect *r = &t->clip->rects[i];
        const struct ofs_rect here = { r->x0 - t->surface.x, r->y0 - t->surface.y, r->x1 - t->surface.x,
                                       r->y1 - t->surface.y };
        int64_t first = k0, end = k1;
        cut_to(line, &here, &first, &end);
        if (first < end)
            run_part(t, line, first, end);
    }
}

static void plot_dashes(const struct ofs_plot *plot, const struct line *line, struct place at, int64_t k1,
                        struct ofs_dash dash, unsigned odd)
{
    const ptrdiff_t down = line->sign_y * plot->stride, right = line->sign_x;
    const ptrdiff_t along = line->y_major ? down : right, across = line->y_major ? right : down;
    const struct ofs_point from = point_at(line, at.k, at.step);
    uint32_t *px = ofs_plot_at(plot, from.x, from.y);
    for (int64_t n = k1 - at.k; n > 0; n--) {
        if ((dash.index & 1) == odd)
            ofs_plot_put(plot, px);
        at.rest += 2 * line->minor;
        px += along;
        if (at.rest >= 2 * line->major) {
            at.rest -= 2 * line->major;
            px += across;
        }
        if (++dash.at == dash.list[dash.index]) {
            dash.at = 0;
            dash.index = dash.index + 1 == dash.count ? 0 : dash.index + 1;
        }
    }
}

/* The even dashes of pixels k0 up to k1, or the odd ones; `dash` is the one at k0. */
static void dashes(struct ofs_canvas *t, const struct line *line, int64_t k0, int64_t k1, struct ofs_dash dash,
                   unsigned odd)
{
    struct ofs_plot plot;
    const int64_t before = k0;
    cut_to(line, &t->bounds, &k0, &k1);
    if (k0 >= k1 || ofs_canvas_spent(t))
        return;
    ofs_dash_step(&dash, (uint64_t)(k0 - before));
    if (plot_of(t, line, k0, k1, &plot)) {
        const struct place from = place_at(line, k0);
        ofs_canvas_spend(t, 20 + 4 * (uint64_t)(k1 - k0));
        plot_dashes(&plot, line, from, k1, dash, odd);
        return;
    }
    while (k0 < k1 && !ofs_canvas_spent(t)) {
        int64_t end = k0 + dash.list[dash.index] - dash.at;
        if ((dash.index & 1) == odd)
            span_run(t, line, place_at(line, k0), end < k1 ? end : k1);
        ofs_dash_step(&dash, (uint64_t)(end - k0));
        k0 = end;
    }
}

void ofs_draw_thin_line(struct ofs_canvas *t, struct ofs_point a, struct ofs_point b, bool last, struct ofs_dash *dash)
{
    const struct line line = line_of(a, b);
    int64_t k0 = 0, k1 = line.major + last, length = k1;
    if (line.y_major)
        cut(a.y, line.sign_y, t->bounds.y0, t->bounds.y1, &k0, &k1);
    else
        cut(a.x, line.sign_x, t->bounds.x0, t->bounds.x1, &k0, &k1);
    if (!dash->count) {
        run(t, &line, k0, k1);
        return;
    }
    struct ofs_dash from = *dash;
    ofs_canvas_spend(t, dash->count < length ? 2 * (uint64_t)dash->count : (uint64_t)length);
    ofs_dash_step(dash, (uint64_t)length);
    if (k0 >= k1)
        return;
    ofs_dash_step(&from, (uint64_t)k0);
    dashes(t, &line, k0, k1, from, 0);
    if (t->gc->line_style == LineDoubleDash) {
        const struct ofs_paint even = t->paint, odd = ofs_gc_paint_odd(t->gc, &t->surface);
        const struct ofs_mix mix = t->mix;
        ofs_canvas_set(t, &odd, &mix);
        dashes(t, &line, k0, k1, from, 1);
        ofs_canvas_set(t, &even, &mix);
    }
}

void ofs_draw_thin_segment(struct ofs_canvas *t, struct ofs_point a, struct ofs_point b)
{
    struct ofs_dash dash = { 0 };
    if (t->gc->line_style != LineSolid)
        dash = ofs_dash_begin(t);
    ofs_draw_thin_line(t, a, b, t->gc->cap_style != CapNotLast, &dash);
}

static bool inside(const struct ofs_canvas *t, struct ofs_point p)
{
    return p.x >= t->bounds.x0 && p.x < t->bounds.x1 && p.y >= t->bounds.y0 && p.y < t->bounds.y1;
}

void ofs_draw_thin_path(struct ofs_canvas *t, const struct ofs_point *points, size_t n)
{
    struct ofs_dash dash = { 0 };
    /* The end of a closed path was drawn when it began. As other servers have it, a bitmap, a pattern, a clip of more
     * than one rectangle, or a last line that leaves it, draws it again, which shows where the function makes twice
     * different from once. */
    bool merges = t->gc->depth > 1 && t->gc->line_style == LineSolid && t->paint.style == FillSolid &&
                  t->clip->count == 1;
    if (t->gc->line_style != LineSolid)
        dash = ofs_dash_begin(t);
    for (size_t i = 1; i < n && !ofs_canvas_spent(t); i++) {
        bool last = i + 1 == n && t->gc->cap_style != CapNotLast;
        if (merges && points[i].x == points[0].x && points[i].y == points[0].y && inside(t, points[i]) &&
            inside(t, points[i - 1]))
            last = false;
        ofs_draw_thin_line(t, points[i - 1], points[i], last, &dash);
    }
}
