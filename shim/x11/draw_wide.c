/* Lines of a width: every segment is a rectangle, with shapes of the cap and join styles at its ends. */
#include "x11/draw_shape.h"

#include "x11/draw_math.h"

struct wide {
    struct ofs_canvas *t;
    unsigned width;
    double half;
    uint8_t cap, join;
    bool on_off;        /* gaps between dashes, which have caps */
    bool part_discs;    /* caps and joins that are round end where the line begins */
    struct ofs_paint paint[2];
    unsigned colour;    /* which of them the canvas has */
};

struct vector { int64_t x, y; };

static struct vector between(struct ofs_point a, struct ofs_point b)
{
    return (struct vector){ (int64_t)b.x - a.x, (int64_t)b.y - a.y };
}
static struct vector back(struct vector v) { return (struct vector){ -v.x, -v.y }; }
static int64_t dot(struct vector a, struct vector b) { return a.x * b.x + a.y * b.y; }
static int64_t cross(struct vector a, struct vector b) { return a.x * b.y - a.y * b.x; }
static double length(struct vector v) { return ofs_root((double)dot(v, v)); }

static void use(struct wide *w, unsigned colour)
{
    if (w->colour == colour)
        return;
    const struct ofs_mix mix = w->t->mix;
    ofs_canvas_set(w->t, &w->paint[colour], &mix);
    w->colour = colour;
}

/* The part of the line from a along d that is between distances s and e. */
static void strip(struct wide *w, struct ofs_point a, struct vector d, double s, double e)
{
    const double l = length(d);
    const double from = (double)d.y * s / l, to = (double)d.y * e / l, reach = w->half * ofs_abs((double)d.x) / l + 1;
    const double left = (double)d.x * s / l, right = (double)d.x * e / l, side = w->half * ofs_abs((double)d.y) / l + 1;
    struct ofs_convex shape = { .x = a.x, .y = a.y,
                                .x0 = ofs_min(left, right) - side, .x1 = ofs_max(left, right) + side,
                                .y0 = ofs_min(from, to) - reach, .y1 = ofs_max(from, to) + reach };
    ofs_convex_edge(&shape, -d.y, d.x, -w->half * l);
    ofs_convex_edge(&shape, d.y, -d.x, -w->half * l);
    ofs_convex_edge(&shape, d.x, d.y, s * l);
    /* The end itself is known exactly. */
    ofs_convex_edge(&shape, -d.x, -d.y, e == l ? -(double)dot(d, d) : -e * l);
    ofs_fill_convex(w->t, &shape);
}

/* ---- ends ---- */

/* A round end of a line that comes along d. */
static void round_cap(struct wide *w, struct ofs_point at, struct vector d)
{
    struct ofs_convex part = { .x = at.x, .y = at.y };
    ofs_convex_edge(&part, d.x, d.y, 0);
    ofs_fill_disc(w->t, at.x, at.y, w->width, w->part_discs ? &part : NULL);
}

static void round_join(struct wide *w, struct ofs_point at, struct vector in, struct vector out)
{
    struct ofs_convex part = { .x = at.x, .y = at.y };
    ofs_convex_edge(&part, in.x, in.y, 0);
    ofs_convex_edge(&part, -out.x, -out.y, 0);
    ofs_fill_disc(w->t, at.x, at.y, w->width, w->part_discs ? &part : NULL);
}

struct corner { double x, y; };

/* From the middle of an end of a line to its corner on one side. */
static struct corner corner(const struct wide *w, struct vector d, int side)
{
    if (!d.x || !d.y) /* without the errors of a division */
        return (struct corner){ side * (d.y > 0 ? w->half : d.y < 0 ? -w->half : 0),
                                side * (d.x > 0 ? -w->half : d.x < 0 ? w->half : 0) };
    const double scale = side * w->half / length(d);
    return (struct corner){ scale * (double)d.y, -scale * (double)d.x };
}

/* The edge that cuts a bevel off, between the outer corners of both lines, and the rows that are left. */
static void bevel(const struct wide *w, struct ofs_convex *shape, struct vector in, struct vector out, int side)
{
    const struct corner a = corner(w, in, side), b = corner(w, out, side);
    double dx = b.x - a.x, dy = b.y - a.y, scale = ofs_max(ofs_abs(dx), ofs_abs(dy));
    int64_t ex = (int64_t)(dx * 65536 / scale), ey = (int64_t)(dy * 65536 / scale);
    double c = ((double)ey * (a.x + b.x) - (double)ex * (a.y + b.y)) / 2;
    if (c > 0)
        ofs_convex_edge(shape, -ey, ex, -c);
    else
        ofs_convex_edge(shape, ey, -ex, c);
    shape->y0 = ofs_min(0, ofs_min(a.y, b.y));
    shape->y1 = (double)ofs_ceil(ofs_max(0, ofs_max(a.y, b.y))) - 1;
}

/* What is between the ends of two lines, the one that comes and the one that goes on. */
static void join(struct wide *w, struct ofs_point at, struct vector in, struct vector out)
{
    const int64_t turn = cross(in, out);
    /* Where twice is the same as once, a line of width 1 joins with a pixel, if neither of the two has it. */
    if (w->width == 1 && !ofs_mix_counts(&w->t->mix)) {
        if (out.x > 0 || (out.x == 0 && out.y > 0) || in.x < 0 || (in.x == 0 && in.y < 0))
            return;
        if (w->join == JoinRound || (turn && w->join == JoinBevel))
            ofs_canvas_span(w->t, at.x, at.y, 1);
        if (w->join != JoinMiter)
            return;
    }
    if (w->join == JoinRound) {
        round_join(w, at, in, out);
        return;
    }
    if (!turn)
        return;
    const int side = turn > 0 ? 1 : -1;
    const double cosine = (double)dot(in, out) / (length(in) * length(out));
    const double reach = 11 * w->half + 1; /* of the longest miter */
    struct ofs_convex shape = { .x = at.x, .y = at.y, .x0 = -reach, .x1 = reach, .y0 = -reach, .y1 = reach };
    ofs_convex_edge(&shape, in.x, in.y, 0);
    ofs_convex_edge(&shape, -out.x, -out.y, 0);
    if (w->join == JoinMiter && 2 <= OFS_MITER_LIMIT * (1 + cosine)) {
        ofs_convex_edge(&shape, -side * in.y, side * in.x, -w->half * length(in));
        ofs_convex_edge(&shape, -side * out.y, side * out.x, -w->half * length(out));
    } else {
        bevel(w, &shape, in, out, side);
    }
    ofs_fill_convex(w->t, &shape);
}

/* A line without length has caps and no direction. */
static void dot_cap(struct wide *w, struct ofs_point at, unsigned colour)
{
    use(w, colour);
    if (w->cap == CapRound)
        ofs_fill_disc(w->t, at.x, at.y, w->width, NULL);
    else if (w->cap == CapProjecting)
        ofs_canvas_rect(w->t, at.x - (int)(w->width / 2), at.y - (int)(w->width / 2), (int)w->width, (int)w->width);
}

/* ---- dashes ---- */

enum { DASH_STEPS = 20 };

struct dashed {
    struct ofs_point a;
    struct vector d;
    double length;
    double extra_a, extra_b;  /* of projecting caps at the ends of the path */
};

/* The dash from s to e of its segment, with the caps of its inner ends. */
static void piece(struct wide *w, const struct dashed *line, double s, double e)
{
    bool inner_s = w->on_off && s > 0, inner_e = w->on_off && e < line->length;
    double from = s <= 0 ? -line->extra_a : s, to = e >= line->length ? line->length + line->extra_b : e;
    if (w->cap == CapProjecting) {
        from -= inner_s ? w->half : 0;
        to += inner_e ? w->half : 0;
    }
    strip(w, line->a, line->d, from, to);
    if (w->cap != CapRound)
        return;
    const double x = (double)line->d.x / line->length, y = (double)line->d.y / line->length;
    struct ofs_convex part = { .x = line->a.x, .y = line->a.y, .count = 1 };
    if (inner_s) {
        part.edges[0] = (struct ofs_half_plane){ -line->d.x, -line->d.y, -s * line->length };
        ofs_fill_disc(w->t, line->a.x + s * x, line->a.y + s * y, w->width, w->part_discs ? &part : NULL);
    }
    if (inner_e) {
        part.edges[0] = (struct ofs_half_plane){ line->d.x, line->d.y, e * line->length };
        ofs_fill_disc(w->t, line->a.x + e * x, line->a.y + e * y, w->width, w->part_discs ? &part : NULL);
    }
}

/* How far along the line the clip begins and ends, with room for caps. */
static void visible(const struct wide *w, const struct dashed *line, double *from, double *to)
{
    const struct ofs_rect *b = &w->t->bounds;
    const int corners[4][2] = { { b->x0, b->y0 }, { b->x1, b->y0 }, { b->x0, b->y1 }, { b->x1, b->y1 } };
    *from = line->length;
    *to = 0;
    for (unsigned i = 0; i < 4; i++) {
        const struct vector to_corner = { (int64_t)corners[i][0] - line->a.x, (int64_t)corners[i][1] - line->a.y };
        double along = (double)dot(line->d, to_corner) / line->length;
        *from = ofs_min(*from, along - w->half - 1);
        *to = ofs_max(*to, along + w->half + 1);
    }
    *from = ofs_max(0, (double)ofs_floor(*from));
    *to = ofs_min(*to, line->length);
}

/* Those of one colour that begin between `s` and `to`; `now` is the one at s. */
static void dashes(struct wide *w, const struct dashed *line, struct ofs_dash now, double s, double to, unsigned colour)
{
    use(w, colour);
    while (s < to && !ofs_canvas_done(w->t)) {
        double e = s + now.list[now.index];
        if ((now.index & 1) == colour)
            piece(w, line, s, e);
        ofs_canvas_spend(w->t, DASH_STEPS);
        ofs_dash_step(&now, now.list[now.index] - now.at);
        s = e;
    }
}

/* The dashes of one segment, none of which lies over another of the other colour. `dash` goes on, by whole pixels. */
static void dash_segment(struct wide *w, const struct dashed *line, struct ofs_dash *dash)
{
    double from, to;
    struct ofs_dash now = *dash;
    visible(w, line, &from, &to);
    if (from < to) {
        ofs_dash_step(&now, (uint64_t)from);
        from -= now.at; /* where this dash begins */
        dashes(w, line, now, from, to, 0);
        if (!w->on_off)
            dashes(w, line, now, from, to, 1);
    }
    ofs_canvas_spend(w->t, 2 * (uint64_t)dash->count);
    ofs_dash_step(dash, (uint64_t)ofs_ceil(line->length));
}

/* ---- paths ---- */

/* Where a path is. */
struct walk {
    struct ofs_dash dash;        /* count 0: solid */
    bool closed, any;            /* any: of the segments so far had a length */
    struct vector first, before; /* of the segments that had: the first, the last */
    bool first_on, before_on;    /* whether its beginning, its end, is drawn */
};

static void segment(struct wide *w, struct walk *walk, struct ofs_point a, struct ofs_point b, bool last)
{
    const bool projects = w->cap == CapProjecting && !walk->closed;
    struct dashed line = { .a = a, .d = between(a, b), .extra_a = projects && !walk->any ? w->half : 0,
                           .extra_b = projects && last ? w->half : 0 };
    line.length = length(line.d);
    unsigned index = walk->dash.index & 1;
    bool starts_on = true, ends_on = true;
    if (!walk->dash.count) {
        strip(w, a, line.d, -line.extra_a, line.length + line.extra_b);
    } else {
        dash_segment(w, &line, &walk->dash);
        starts_on = !index;
        ends_on = (walk->dash.index & 1) != (walk->dash.at != 0);
    }
    if (!w->on_off || starts_on) {
        use(w, starts_on ? 0 : 1);
        if (walk->any && (!w->on_off || walk->before_on))
            join(w, a, walk->before, line.d);
        else if (!walk->any && walk->closed)
            ; /* joined when the path is back */
        else if (w->cap == CapRound)
            round_cap(w, a, back(line.d));
    }
    if (!walk->any) {
        walk->first = line.d;
        walk->first_on = starts_on;
    }
    walk->any = true;
    walk->before = line.d;
    walk->before_on = ends_on;
}

static void finish(struct wide *w, const struct walk *walk, struct ofs_point at)
{
    if (!w->on_off || walk->before_on) {
        use(w, walk->before_on ? 0 : 1);
        if (walk->closed && (!w->on_off || walk->first_on))
            join(w, at, walk->before, walk->first);
        else if (w->cap == CapRound)
            round_cap(w, at, walk->before);
    } else if (walk->closed && walk->first_on && w->cap == CapRound) {
        use(w, 0);
        round_cap(w, at, back(walk->first));
    }
}

bool ofs_draw_wide_path(struct ofs_canvas *t, const struct ofs_point *points, size_t n)
{
    const struct ofs_gc *gc = t->gc;
    struct wide w = { .t = t, .width = gc->line_width, .half = gc->line_width / 2.0, .cap = gc->cap_style,
                      .join = gc->join_style };
    struct walk walk = { .closed = n > 1 && points[0].x == points[n - 1].x && points[0].y == points[n - 1].y };
    /* These two have but one way to fill. */
    bool one_paint = gc->line_style == LineDoubleDash &&
                     (t->paint.style == FillTiled || t->paint.style == FillOpaqueStippled);
    if (ofs_is_dashed(gc) && !one_paint)
        walk.dash = ofs_dash_begin(t);
    w.on_off = walk.dash.count && gc->line_style == LineOnOffDash;
    w.part_discs = (gc->line_style != LineSolid || w.width > 2) &&
                   ((w.cap == CapRound && w.join != JoinRound) || (w.join == JoinRound && w.cap == CapButt));
    w.paint[0] = t->paint;
    w.paint[1] = ofs_gc_paint_odd(gc, &t->surface);
    if (!n || ofs_rect_empty(t->bounds))
        return true;
    if (!ofs_canvas_once(t))
        return false;
    for (size_t i = 1; i < n && !ofs_canvas_spent(t); i++)
        if (points[i].x != points[i - 1].x || points[i].y != points[i - 1].y)
            segment(&w, &walk, points[i - 1], points[i], i == n - 1);
    if (walk.any)
        finish(&w, &walk, points[n - 1]);
    else if (!w.on_off || !(walk.dash.index & 1))
        dot_cap(&w, points[0], walk.dash.index & 1);
    use(&w, 0);
    ofs_canvas_again(t);
    return true;
}
