/* Lines of width 0: Bresenham's. A point in the middle between two pixels goes to the one that is further on. */
#include "x11/draw_shape.h"

#include <stdlib.h>

static const uint8_t default_dashes[2] = { 4, 4 };

struct ofs_dash ofs_dash_begin(const struct ofs_gc *gc)
{
    struct ofs_dash dash = { .list = gc->dashes ? gc->dashes : default_dashes,
                             .count = gc->dashes ? gc->dash_count : 2 };
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

static void run_of_rows(struct ofs_canvas *t, const struct line *line, int64_t k0, int64_t k1)
{
    int64_t m = minor_at(line, k0), end = minor_at(line, k1 - 1) + 1;
    cut(line->from.y, line->sign_y, t->bounds.y0, t->bounds.y1, &m, &end);
    for (; m < end; m++) {
        int64_t first = m ? first_at(line, m) : 0, next = line->minor ? first_at(line, m + 1) : k1;
        first = first > k0 ? first : k0;
        next = next < k1 ? next : k1;
        int64_t x = line->sign_x > 0 ? line->from.x + first : line->from.x - next + 1;
        ofs_canvas_span(t, (int)x, line->from.y + line->sign_y * (int)m, (int)(next - first));
    }
}

static void run_of_columns(struct ofs_canvas *t, const struct line *line, int64_t k0, int64_t k1)
{
    int64_t m = minor_at(line, k0), end = minor_at(line, k1 - 1) + 1, m1 = end;
    cut(line->from.x, line->sign_x, t->bounds.x0, t->bounds.x1, &m, &m1);
    if (m >= m1)
        return;
    int64_t first = m > minor_at(line, k0) ? first_at(line, m) : k0;
    if (m1 < end)
        k1 = first_at(line, m1);
    k0 = first;
    if (k0 >= k1)
        return;
    /* As minor_at() has it, step by step. */
    int64_t step = minor_at(line, k0);
    int64_t rest = line->major ? 2 * line->minor * k0 + line->major - 2 * line->major * step : 0;
    for (int64_t k = k0; k < k1; k++) {
        ofs_canvas_span(t, line->from.x + line->sign_x * (int)step, line->from.y + line->sign_y * (int)k, 1);
        rest += 2 * line->minor;
        if (rest >= 2 * line->major && line->major) {
            rest -= 2 * line->major;
            step++;
        }
    }
}

/* Pixels k0 up to k1 of the line. */
static void run(struct ofs_canvas *t, const struct line *line, int64_t k0, int64_t k1)
{
    if (k0 >= k1)
        return;
    if (line->y_major)
        run_of_columns(t, line, k0, k1);
    else
        run_of_rows(t, line, k0, k1);
}

/* The even dashes of pixels k0 up to k1, or the odd ones. */
static void dashes(struct ofs_canvas *t, const struct line *line, int64_t k0, int64_t k1, struct ofs_dash dash,
                   unsigned odd)
{
    while (k0 < k1) {
        int64_t end = k0 + dash.list[dash.index] - dash.at;
        if ((dash.index & 1) == odd)
            run(t, line, k0, end < k1 ? end : k1);
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
        dash = ofs_dash_begin(t->gc);
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
        dash = ofs_dash_begin(t->gc);
    for (size_t i = 1; i < n; i++) {
        bool last = i + 1 == n && t->gc->cap_style != CapNotLast;
        if (merges && points[i].x == points[0].x && points[i].y == points[0].y && inside(t, points[i]) &&
            inside(t, points[i - 1]))
            last = false;
        ofs_draw_thin_line(t, points[i - 1], points[i], last, &dash);
    }
}
