/* Arcs of a width: the area that a straight line of that length sweeps over as it moves along the curve, across it. The
 * curve is cut into sides so short that they are it for all that pixels can tell. Where the line sweeps over nothing
 * twice, the area lies between the outer sides and the inner ones; else it is a quadrilateral for each. */
#include "x11/draw_math.h"
#include "x11/draw_outline.h"
#include "x11/draw_shape.h"

/* How far a side may be from the curve, in pixels, and how many of them an arc may have; fewer where each is as large
 * as the screen. */
#define NEAR (1.0 / 512)
enum { MOST_SIDES = 4096, MOST_HUGE_SIDES = 512, HUGE_WIDTH = 2048 };

/* A place on the curve. */
struct place {
    struct ofs_corner at;
    struct ofs_corner out;       /* across the curve, of length 1 */
    double cosine, sine; /* of the angle */
};

struct curve {
    double x, y, a, b;   /* centre and half axes */
    struct place start, end;
    unsigned sides;
    double turn_cosine, turn_sine; /* of the angle from one place to the next */
    int way;             /* 1: anticlockwise, -1: clockwise */
    bool full;           /* it ends where it begins, once around */
};

struct stroke {
    struct ofs_canvas *t;
    double half;
    struct ofs_outline *outline;
    struct ofs_dash dash; /* count 0: solid */
    unsigned colour;      /* which dashes are drawn: 0 the even ones, 1 the odd ones */
    bool simple;          /* the curve at hand turns so slowly that nothing is swept over twice */
    bool hull;            /* or it is whole, and so wide that nothing is left in its middle */
};

/* ---- geometry ---- */

static struct place place_at(const struct curve *c, double cosine, double sine)
{
    double x = c->b * cosine, y = -c->a * sine;
    if (x == 0 && y == 0) { /* the end of a flat one */
        x = c->a == 0 ? cosine : 0;
        y = c->a == 0 ? 0 : -sine;
    }
    double length = ofs_root(x * x + y * y);
    struct place p = { { c->x + c->a * cosine, c->y - c->b * sine }, { 0, 0 }, cosine, sine };
    if (length > 0)
        p.out = (struct ofs_corner){ x / length, y / length };
    return p;
}

static struct place next_place(const struct curve *c, const struct place *p, double share)
{
    double cosine = p->cosine * c->turn_cosine - p->sine * c->turn_sine;
    double sine = p->sine * c->turn_cosine + p->cosine * c->turn_sine;
    if (share < 1) {
        cosine = p->cosine + share * (cosine - p->cosine);
        sine = p->sine + share * (sine - p->sine);
        double length = ofs_root(cosine * cosine + sine * sine);
        cosine /= length;
        sine /= length;
    }
    return place_at(c, cosine, sine);
}

static struct curve curve_of(const struct ofs_arc *arc, double half)
{
    struct curve c = { .x = arc->x + arc->width / 2.0, .y = arc->y + arc->height / 2.0, .a = arc->width / 2.0,
                       .b = arc->height / 2.0, .way = arc->angle2 < 0 ? -1 : 1,
                       .full = arc->angle2 >= OFS_FULL_CIRCLE || arc->angle2 <= -OFS_FULL_CIRCLE };
    int sweep = arc->angle2 > OFS_FULL_CIRCLE ? OFS_FULL_CIRCLE : arc->angle2;
    sweep = sweep < -OFS_FULL_CIRCLE ? -OFS_FULL_CIRCLE : sweep;
    const double radians = (sweep < 0 ? -sweep : sweep) * (3.14159265358979323846 / 11520.0);
    const double longer = ofs_max(c.a, c.b), shorter = ofs_max(ofs_min(c.a, c.b), 0.5);
    double step = ofs_root(8 * NEAR / (longer + half + 1));
    /* At the pointed ends the way across turns faster than the angle. */
    step = ofs_min(ofs_min(step, ofs_root(8 * NEAR / (half + 1)) * shorter / (longer + 1)), 0.1);
    double sides = radians / step + 1;
    const unsigned most = half > HUGE_WIDTH / 2 ? MOST_HUGE_SIDES : MOST_SIDES;
    c.sides = sides < most ? (unsigned)sides : most;
    step = c.way * radians / c.sides;
    const double square = step * step;
    c.turn_cosine = 1 - square / 2 * (1 - square / 12 * (1 - square / 30));
    c.turn_sine = step * (1 - square / 6 * (1 - square / 20 * (1 - square / 42)));
    c.start = place_at(&c, ofs_cosine(arc->angle1), ofs_sine(arc->angle1));
    c.end = place_at(&c, ofs_cosine(arc->angle1 + sweep), ofs_sine(arc->angle1 + sweep));
    return c;
}

/* ---- filling ---- */

/* The rows of the sides p to q widen [*first, *last]. */
static void cross_row(struct ofs_corner p, struct ofs_corner q, double y, double *first, double *last)
{
    if (p.y > q.y) {
        struct ofs_corner upper = q;
        q = p;
        p = upper;
    }
    if (p.y > y || q.y <= y)
        return;
    double x = ofs_outline_column(p, q, y);
    *first = ofs_min(*first, x);
    *last = ofs_max(*last, x);
}

enum { CORNERS_STEPS = 30, ROW_STEPS = 16 };

static void fill_corners(struct ofs_canvas *t, const struct ofs_corner *p, unsigned n)
{
    double top = p[0].y, bottom = p[0].y, left = p[0].x, right = p[0].x;
    for (unsigned i = 1; i < n; i++) {
        top = ofs_min(top, p[i].y);
        bottom = ofs_max(bottom, p[i].y);
        left = ofs_min(left, p[i].x);
        right = ofs_max(right, p[i].x);
    }
    ofs_canvas_spend(t, CORNERS_STEPS);
    if (bottom < t->bounds.y0 || top > t->bounds.y1 || right < t->bounds.x0 || left > t->bounds.x1 ||
        ofs_canvas_done(t))
        return;
    int64_t row = ofs_ceil(top), end = ofs_ceil(bottom);
    row = row > t->bounds.y0 ? row : t->bounds.y0;
    end = end < t->bounds.y1 ? end : t->bounds.y1;
    for (; row < end; row++) {
        double first = 1e9, last = -1e9;
        ofs_canvas_spend(t, ROW_STEPS);
        if (ofs_canvas_row_done(t, (int)row))
            continue;
        for (unsigned i = 0; i < n; i++)
            cross_row(p[i], p[(i + 1) % n], (double)row, &first, &last);
        int64_t x = ofs_ceil(first), past = ofs_ceil(last);
        if (x < past)
            ofs_canvas_span(t, (int)x, (int)row, (int)(past - x));
    }
}

static struct ofs_corner off(struct ofs_corner p, struct ofs_corner d, double by)
{
    return (struct ofs_corner){ p.x + by * d.x, p.y + by * d.y };
}

static void side(struct stroke *s, const struct place *p, const struct place *q)
{
    const struct ofs_corner corners[4] = { off(p->at, p->out, s->half), off(q->at, q->out, s->half),
                                   off(q->at, q->out, -s->half), off(p->at, p->out, -s->half) };
    if (s->simple) {
        ofs_canvas_spend(s->t, CORNERS_STEPS);
        ofs_outline_side(s->outline, corners[0], corners[1]);
        if (!s->hull)
            ofs_outline_side(s->outline, corners[2], corners[3]);
    } else {
        fill_corners(s->t, corners, 4);
    }
}

/* Where sides begin, and where they end. */
static void begin_sides(struct stroke *s, const struct place *p)
{
    if (s->simple)
        ofs_outline_side(s->outline, off(p->at, p->out, s->half), off(p->at, p->out, -s->half));
}

static void end_sides(struct stroke *s, const struct place *p)
{
    begin_sides(s, p);
    if (s->simple)
        ofs_outline_fill(s->outline);
}

/* Along the curve, as it goes. */
static struct ofs_corner along(const struct place *p, int way)
{
    return (struct ofs_corner){ way * p->out.y, -way * p->out.x };
}

/* The end of a stroke that comes to p along d. */
static void cap(struct stroke *s, const struct place *p, struct ofs_corner d)
{
    if (s->t->gc->cap_style == CapRound) {
        ofs_fill_disc(s->t, p->at.x, p->at.y, s->t->gc->line_width, NULL);
    } else if (s->t->gc->cap_style == CapProjecting) {
        const struct ofs_corner a = off(p->at, p->out, s->half), b = off(p->at, p->out, -s->half);
        const struct ofs_corner corners[4] = { a, off(a, d, s->half), off(b, d, s->half), b };
        fill_corners(s->t, corners, 4);
    }
}

static struct ofs_corner opposite(struct ofs_corner d) { return (struct ofs_corner){ -d.x, -d.y }; }

/* ---- one arc ---- */

static bool shown(const struct stroke *s) { return !s->dash.count || (s->dash.index & 1) == s->colour; }
static bool has_gaps(const struct stroke *s) { return s->dash.count && s->t->gc->line_style == LineOnOffDash; }

/* From p to q, which is the next place; dashes end where they end. `left` is what is left of the one that is on. */
static void dashed_side(struct stroke *s, const struct curve *c, const struct place *from, const struct place *q,
                        double *left)
{
    struct place p = *from;
    double dx = q->at.x - p.at.x, dy = q->at.y - p.at.y, length = ofs_root(dx * dx + dy * dy), done = 0;
    while (length - done > *left && !ofs_canvas_done(s->t)) {
        done += *left;
        struct place cut = next_place(c, from, done / length);
        ofs_canvas_spend(s->t, CORNERS_STEPS);
        if (shown(s)) {
            side(s, &p, &cut);
            end_sides(s, &cut);
            if (has_gaps(s))
                cap(s, &cut, along(&cut, c->way));
        }
        ofs_dash_step(&s->dash, s->dash.list[s->dash.index] - s->dash.at);
        *left = s->dash.list[s->dash.index];
        if (shown(s)) {
            begin_sides(s, &cut);
            if (has_gaps(s))
                cap(s, &cut, opposite(along(&cut, c->way)));
        }
        p = cut;
    }
    if (shown(s))
        side(s, &p, q);
    *left -= length - done;
}

/* A whole circle: its rows are known without sides. */
static void fill_ring(struct ofs_canvas *t, const struct curve *c, unsigned line_width)
{
    /* All in halves of a pixel, where the numbers are whole. */
    const int64_t x2 = (int64_t)(2 * c->x), y2 = (int64_t)(2 * c->y), size = (int64_t)(2 * c->a);
    const int64_t outer = size + line_width, inner = size - (int64_t)line_width;
    const int64_t top = (y2 - outer) / 2 - 1, bottom = (y2 + outer) / 2 + 1;
    int64_t y = top > t->bounds.y0 ? top : t->bounds.y0;
    for (; y <= bottom && y < t->bounds.y1; y++) {
        const int64_t v = 2 * y - y2, out = outer * outer - v * v, in = inner * inner - v * v;
        ofs_canvas_spend(t, ROW_STEPS);
        if (out <= 0)
            continue;
        const double half = ofs_root((double)out), centre = (double)x2;
        const int64_t left = ofs_ceil((centre - half) / 2), right = ofs_ceil((centre + half) / 2);
        if (inner <= 0 || in <= 0) {
            ofs_canvas_span(t, (int)left, (int)y, (int)(right - left));
            continue;
        }
        const double hole = ofs_root((double)in);
        const int64_t hole_left = ofs_ceil((centre - hole) / 2), hole_right = ofs_ceil((centre + hole) / 2);
        ofs_canvas_span(t, (int)left, (int)y, (int)(hole_left - left));
        ofs_canvas_span(t, (int)hole_right, (int)y, (int)(right - hole_right));
    }
}

static void draw_curve(struct stroke *s, const struct curve *c)
{
    const double longer = ofs_max(c->a, c->b), shorter = ofs_min(c->a, c->b);
    struct place p = c->start;
    double left = s->dash.count ? s->dash.list[s->dash.index] - s->dash.at : 0;
    if (c->full && c->a == c->b && !s->dash.count) {
        fill_ring(s->t, c, s->t->gc->line_width);
        return;
    }
    /* It turns fastest at its pointed ends. Without memory, the longer way. */
    s->hull = c->full && !s->dash.count && shorter > 0 && s->half >= shorter;
    s->simple = (s->hull || s->half * longer * 1.001 < shorter * shorter) &&
                (s->outline->counts || ofs_outline_init(s->outline, s->t));
    const bool ends = !c->full || s->dash.count;
    if (shown(s) && ends)
        begin_sides(s, &p);
    for (unsigned i = 1; i <= c->sides; i++) {
        struct place q = i == c->sides ? c->end : next_place(c, &p, 1);
        if (s->dash.count)
            dashed_side(s, c, &p, &q, &left);
        else
            side(s, &p, &q);
        p = q;
    }
    if (shown(s) && ends)
        end_sides(s, &p);
    else if (s->simple)
        ofs_outline_fill(s->outline);
    if (s->dash.count) { /* whole pixels go on to the next */
        int64_t at = s->dash.list[s->dash.index] - ofs_floor(ofs_max(left, 0));
        s->dash.at = (unsigned)at;
        ofs_dash_step(&s->dash, 0);
    }
}

/* ---- arcs that go on ---- */

static bool meet(const struct place *p, const struct place *q)
{
    return ofs_abs(p->at.x - q->at.x) < 1e-6 && ofs_abs(p->at.y - q->at.y) < 1e-6;
}

/* What is between the end of one arc and the start of the next, along these ways. */
static void join(struct stroke *s, const struct curve *c, const struct curve *next)
{
    const struct ofs_corner v = c->end.at, in = along(&c->end, c->way), out = along(&next->start, next->way);
    const double turn = in.x * out.y - in.y * out.x, cosine = in.x * out.x + in.y * out.y;
    if (s->t->gc->join_style == JoinRound) {
        ofs_fill_disc(s->t, v.x, v.y, s->t->gc->line_width, NULL);
        return;
    }
    if (ofs_abs(turn) < 1e-9)
        return;
    const double by = turn > 0 ? s->half : -s->half;
    const struct ofs_corner a = off(v, (struct ofs_corner){ in.y, -in.x }, by);
    const struct ofs_corner b = off(v, (struct ofs_corner){ out.y, -out.x }, by);
    const struct ofs_corner middle = { (a.x + b.x) / 2 - v.x, (a.y + b.y) / 2 - v.y };
    const struct ofs_corner tip = off(v, middle, 2 / (1 + cosine));
    const bool miter = s->t->gc->join_style == JoinMiter && 2 <= OFS_MITER_LIMIT * (1 + cosine);
    const struct ofs_corner corners[4] = { v, a, miter ? tip : b, b };
    fill_corners(s->t, corners, 4);
}

/* n arcs of which each begins where the one before ends; the last at `end`. */
static void draw_chain(struct stroke *s, const struct ofs_arc *arcs, size_t n, const struct place *end)
{
    const struct curve first = curve_of(&arcs[0], s->half);
    struct curve c = first;
    const bool first_shown = shown(s), closed = arcs[0].angle2 && meet(&first.start, end);
    for (size_t i = 0; i < n && !ofs_canvas_spent(s->t); i++) {
        if (i) {
            const struct curve before = c;
            c = curve_of(&arcs[i], s->half);
            if (shown(s))
                join(s, &before, &c);
        } else if (first_shown && !closed) {
            cap(s, &c.start, opposite(along(&c.start, c.way)));
        }
        draw_curve(s, &c);
    }
    if (!shown(s))
        return;
    if (!closed)
        cap(s, &c.end, along(&c.end, c.way));
    else if (n > 1 || arcs[0].angle2 % OFS_FULL_CIRCLE)
        join(s, &c, &first);
}

static void draw_in_colours(struct ofs_canvas *t, struct ofs_outline *outline, const struct ofs_arc *arcs, size_t n,
                            const struct place *end)
{
    const struct ofs_paint even = t->paint, odd = ofs_gc_paint_odd(t->gc, &t->surface);
    const struct ofs_mix mix = t->mix;
    for (unsigned colour = 0; colour < (t->gc->line_style == LineDoubleDash ? 2 : 1); colour++) {
        struct stroke s = { .t = t, .half = t->gc->line_width / 2.0, .outline = outline, .colour = colour };
        if (ofs_is_dashed(t->gc))
            s.dash = ofs_dash_begin(t);
        ofs_canvas_set(t, colour ? &odd : &even, &mix);
        draw_chain(&s, arcs, n, end);
    }
    ofs_canvas_set(t, &even, &mix);
}

static bool near(const struct ofs_canvas *t, const struct ofs_arc *arc)
{
    const int reach = t->gc->line_width * 11 + 1;
    return arc->x - reach < t->bounds.x1 && arc->x + arc->width + reach >= t->bounds.x0 &&
           arc->y - reach < t->bounds.y1 && arc->y + arc->height + reach >= t->bounds.y0;
}

/* They are so far apart that the end of one is not the start of the other. */
static bool apart(const struct ofs_arc *a, const struct ofs_arc *b)
{
    return a->x > b->x + b->width + 1 || b->x > a->x + a->width + 1 || a->y > b->y + b->height + 1 ||
           b->y > a->y + a->height + 1;
}

/* Those from `first` on of which each begins where the one before ends: up to where, and the end of the last. */
static size_t chain_of(const struct ofs_arc *arcs, size_t first, size_t n, double half, struct place *last_out)
{
    size_t end = first + 1;
    *last_out = curve_of(&arcs[first], half).end;
    for (; end < n && !apart(&arcs[end - 1], &arcs[end]); end++) {
        const struct curve c = curve_of(&arcs[end], half);
        if (!meet(last_out, &c.start))
            break;
        *last_out = c.end;
    }
    return end;
}

bool ofs_draw_wide_arcs(struct ofs_canvas *t, const struct ofs_arc *arcs, size_t n)
{
    struct ofs_outline outline = { 0 };
    bool ok = true;
    for (size_t i = 0, end; i < n && ok && !ofs_canvas_spent(t); i = end) {
        struct place last;
        bool visible = false;
        end = chain_of(arcs, i, n, t->gc->line_width / 2.0, &last);
        ofs_canvas_spend(t, 200 * (uint64_t)(end - i));
        for (size_t k = i; k < end && !visible; k++)
            visible = near(t, &arcs[k]);
        if (!visible || (!arcs[i].width && !arcs[i].height))
            continue;
        ok = ofs_canvas_once(t);
        if (ok)
            draw_in_colours(t, &outline, &arcs[i], end - i, &last);
        ofs_canvas_again(t);
    }
    ofs_outline_finish(&outline);
    return ok;
}
