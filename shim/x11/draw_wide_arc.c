/* Arcs of a width: the area that a straight line of that length sweeps over as it moves along the curve, across it. It
 * is cut into quadrilaterals so short that their sides are the curve for all that pixels can tell. */
#include "x11/draw_math.h"
#include "x11/draw_shape.h"

struct at { double x, y; };

/* How far a side may be from the curve, in pixels, and how many of them an arc may have; fewer where each is as large
 * as the screen. */
#define NEAR (1.0 / 512)
enum { MOST_SIDES = 4096, MOST_HUGE_SIDES = 512, HUGE_WIDTH = 2048 };

/* A place on the curve. */
struct place {
    struct at at;
    struct at out;       /* across the curve, of length 1 */
    double cosine, sine; /* of the angle */
};

struct curve {
    double x, y, a, b;   /* centre and half axes */
    struct place start, end;
    unsigned sides;
    double turn_cosine, turn_sine; /* of the angle from one place to the next */
    int way;             /* 1: anticlockwise, -1: clockwise */
};

struct stroke {
    struct ofs_canvas *t;
    double half;
    struct ofs_dash dash; /* count 0: solid */
    unsigned colour;      /* which dashes are drawn: 0 the even ones, 1 the odd ones */
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
        p.out = (struct at){ x / length, y / length };
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
                       .b = arc->height / 2.0, .way = arc->angle2 < 0 ? -1 : 1 };
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
static void cross_row(struct at p, struct at q, double y, double *first, double *last)
{
    if (p.y > q.y) {
        struct at upper = q;
        q = p;
        p = upper;
    }
    if (p.y > y || q.y <= y)
        return;
    double x = p.x + (y - p.y) * (q.x - p.x) / (q.y - p.y);
    *first = ofs_min(*first, x);
    *last = ofs_max(*last, x);
}

static void fill_corners(struct ofs_canvas *t, const struct at *p, unsigned n)
{
    double top = p[0].y, bottom = p[0].y, left = p[0].x, right = p[0].x;
    for (unsigned i = 1; i < n; i++) {
        top = ofs_min(top, p[i].y);
        bottom = ofs_max(bottom, p[i].y);
        left = ofs_min(left, p[i].x);
        right = ofs_max(right, p[i].x);
    }
    if (bottom < t->bounds.y0 || top > t->bounds.y1 || right < t->bounds.x0 || left > t->bounds.x1)
        return;
    int64_t row = ofs_ceil(top), end = ofs_ceil(bottom);
    row = row > t->bounds.y0 ? row : t->bounds.y0;
    end = end < t->bounds.y1 ? end : t->bounds.y1;
    for (; row < end; row++) {
        double first = 1e9, last = -1e9;
        for (unsigned i = 0; i < n; i++)
            cross_row(p[i], p[(i + 1) % n], (double)row, &first, &last);
        int64_t x = ofs_ceil(first), past = ofs_ceil(last);
        if (x < past)
            ofs_canvas_span(t, (int)x, (int)row, (int)(past - x));
    }
}

static struct at off(struct at p, struct at d, double by) { return (struct at){ p.x + by * d.x, p.y + by * d.y }; }

static void side(struct stroke *s, const struct place *p, const struct place *q)
{
    const struct at corners[4] = { off(p->at, p->out, s->half), off(q->at, q->out, s->half),
                                   off(q->at, q->out, -s->half), off(p->at, p->out, -s->half) };
    fill_corners(s->t, corners, 4);
}

/* Along the curve, as it goes. */
static struct at along(const struct place *p, int way) { return (struct at){ way * p->out.y, -way * p->out.x }; }

/* The end of a stroke that comes to p along d. */
static void cap(struct stroke *s, const struct place *p, struct at d)
{
    if (s->t->gc->cap_style == CapRound) {
        ofs_fill_disc(s->t, p->at.x, p->at.y, s->t->gc->line_width, NULL);
    } else if (s->t->gc->cap_style == CapProjecting) {
        const struct at a = off(p->at, p->out, s->half), b = off(p->at, p->out, -s->half);
        const struct at corners[4] = { a, off(a, d, s->half), off(b, d, s->half), b };
        fill_corners(s->t, corners, 4);
    }
}

static struct at opposite(struct at d) { return (struct at){ -d.x, -d.y }; }

/* ---- one arc ---- */

static bool shown(const struct stroke *s) { return !s->dash.count || (s->dash.index & 1) == s->colour; }
static bool has_gaps(const struct stroke *s) { return s->dash.count && s->t->gc->line_style == LineOnOffDash; }

/* From p to q, which is the next place; dashes end where they end. `left` is what is left of the one that is on. */
static void dashed_side(struct stroke *s, const struct curve *c, const struct place *from, const struct place *q,
                        double *left)
{
    struct place p = *from;
    double dx = q->at.x - p.at.x, dy = q->at.y - p.at.y, length = ofs_root(dx * dx + dy * dy), done = 0;
    while (length - done > *left) {
        done += *left;
        struct place cut = next_place(c, from, done / length);
        if (shown(s)) {
            side(s, &p, &cut);
            if (has_gaps(s))
                cap(s, &cut, along(&cut, c->way));
        }
        ofs_dash_step(&s->dash, s->dash.list[s->dash.index] - s->dash.at);
        *left = s->dash.list[s->dash.index];
        if (shown(s) && has_gaps(s))
            cap(s, &cut, opposite(along(&cut, c->way)));
        p = cut;
    }
    if (shown(s))
        side(s, &p, q);
    *left -= length - done;
}

static void draw_curve(struct stroke *s, const struct curve *c)
{
    struct place p = c->start;
    double left = s->dash.count ? s->dash.list[s->dash.index] - s->dash.at : 0;
    for (unsigned i = 1; i <= c->sides; i++) {
        struct place q = i == c->sides ? c->end : next_place(c, &p, 1);
        if (s->dash.count)
            dashed_side(s, c, &p, &q, &left);
        else
            side(s, &p, &q);
        p = q;
    }
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
    const struct at v = c->end.at, in = along(&c->end, c->way), out = along(&next->start, next->way);
    const double turn = in.x * out.y - in.y * out.x, cosine = in.x * out.x + in.y * out.y;
    if (s->t->gc->join_style == JoinRound) {
        ofs_fill_disc(s->t, v.x, v.y, s->t->gc->line_width, NULL);
        return;
    }
    if (ofs_abs(turn) < 1e-9)
        return;
    const double by = turn > 0 ? s->half : -s->half;
    const struct at a = off(v, (struct at){ in.y, -in.x }, by), b = off(v, (struct at){ out.y, -out.x }, by);
    const struct at middle = { (a.x + b.x) / 2 - v.x, (a.y + b.y) / 2 - v.y };
    const struct at tip = off(v, middle, 2 / (1 + cosine));
    const bool miter = s->t->gc->join_style == JoinMiter && 2 <= OFS_MITER_LIMIT * (1 + cosine);
    const struct at corners[4] = { v, a, miter ? tip : b, b };
    fill_corners(s->t, corners, 4);
}

/* n arcs of which each begins where the one before ends; the last at `end`. */
static void draw_chain(struct stroke *s, const struct ofs_arc *arcs, size_t n, const struct place *end)
{
    const struct curve first = curve_of(&arcs[0], s->half);
    struct curve c = first;
    const bool first_shown = shown(s), closed = arcs[0].angle2 && meet(&first.start, end);
    for (size_t i = 0; i < n; i++) {
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

static void draw_in_colours(struct ofs_canvas *t, const struct ofs_arc *arcs, size_t n, const struct place *end)
{
    const struct ofs_paint even = t->paint, odd = ofs_gc_paint_odd(t->gc, &t->surface);
    const struct ofs_mix mix = t->mix;
    for (unsigned colour = 0; colour < (t->gc->line_style == LineDoubleDash ? 2 : 1); colour++) {
        struct stroke s = { .t = t, .half = t->gc->line_width / 2.0, .colour = colour };
        if (ofs_is_dashed(t->gc))
            s.dash = ofs_dash_begin(t->gc);
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

bool ofs_draw_wide_arcs(struct ofs_canvas *t, const struct ofs_arc *arcs, size_t n)
{
    const double half = t->gc->line_width / 2.0;
    for (size_t i = 0, end; i < n; i = end) {
        bool visible = near(t, &arcs[i]);
        end = i + 1;
        struct place last = curve_of(&arcs[i], half).end;
        for (; end < n; end++) {
            const struct curve c = curve_of(&arcs[end], half);
            if (!meet(&last, &c.start))
                break;
            visible = visible || near(t, &arcs[end]);
            last = c.end;
        }
        if (!visible || (!arcs[i].width && !arcs[i].height))
            continue;
        if (!ofs_canvas_once(t))
            return false;
        draw_in_colours(t, &arcs[i], end - i, &last);
        ofs_canvas_again(t);
    }
    return true;
}
