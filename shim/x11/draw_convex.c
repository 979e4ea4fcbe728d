/* Convex shapes between straight lines, and discs: the pixels of each row are found by themselves, without steps that
 * add up errors. */
#include "x11/draw_shape.h"

#include "x11/draw_math.h"

void ofs_convex_edge(struct ofs_convex *shape, int64_t a, int64_t b, double c)
{
    if (shape->count < OFS_HALF_PLANES)
        shape->edges[shape->count++] = (struct ofs_half_plane){ a, b, c };
}

static int64_t floor_div(int64_t n, int64_t d) /* d > 0 */
{
    int64_t q = n / d;
    return n % d < 0 ? q - 1 : q;
}

void ofs_half_plane_cut(const struct ofs_half_plane *edge, int64_t y, struct ofs_range *row)
{
    bool with_edge = edge->a > 0 || (edge->a == 0 && edge->b > 0);
    int64_t least = with_edge ? ofs_ceil(edge->c) : ofs_floor(edge->c) + 1;
    int64_t rest = least - edge->b * y; /* a * x >= rest */
    if (edge->a == 0) {
        if (rest > 0)
            row->last = row->first - 1;
    } else if (edge->a > 0) {
        int64_t x = -floor_div(-rest, edge->a);
        row->first = x > row->first ? x : row->first;
    } else {
        int64_t x = floor_div(-rest, -edge->a);
        row->last = x < row->last ? x : row->last;
    }
}

/* An edge on its way down the rows: floor((b * y - least) / |a|) without a division for each of them. */
struct walk {
    int sign;             /* of a */
    int64_t at, rest;     /* quotient and remainder; a is 0: at is b * y - least itself */
    int64_t step, step_rest, d;
};

static struct walk walk_from(const struct ofs_half_plane *edge, int64_t y)
{
    const bool with_edge = edge->a > 0 || (edge->a == 0 && edge->b > 0);
    const int64_t n = edge->b * y - (with_edge ? ofs_ceil(edge->c) : ofs_floor(edge->c) + 1);
    struct walk walk = { .at = n, .step = edge->b };
    if (edge->a) {
        walk.sign = edge->a > 0 ? 1 : -1;
        walk.d = edge->a > 0 ? edge->a : -edge->a;
        walk.at = floor_div(n, walk.d);
        walk.rest = n - walk.at * walk.d;
        walk.step = floor_div(edge->b, walk.d);
        walk.step_rest = edge->b - walk.step * walk.d;
    }
    return walk;
}

/* Cut a row, and go on to the next. */
static inline void walk_row(struct walk *walk, struct ofs_range *row)
{
    if (walk->sign > 0)
        row->first = -walk->at > row->first ? -walk->at : row->first;
    else if (walk->sign < 0)
        row->last = walk->at < row->last ? walk->at : row->last;
    else if (walk->at < 0)
        row->last = row->first - 1;
    walk->at += walk->step;
    walk->rest += walk->step_rest;
    if (walk->rest >= walk->d && walk->sign) {
        walk->rest -= walk->d;
        walk->at++;
    }
}

/* Rows y0 to y1 of the drawable that are in the clip. */
static struct ofs_range rows(const struct ofs_canvas *t, double y0, double y1)
{
    int64_t first = ofs_ceil(y0), last = ofs_floor(y1);
    return (struct ofs_range){ first > t->bounds.y0 ? first : t->bounds.y0,
                           last < t->bounds.y1 - 1 ? last : t->bounds.y1 - 1 };
}

enum { SHAPE_STEPS = 50, ROW_STEPS = 8 };

void ofs_fill_convex(struct ofs_canvas *t, const struct ofs_convex *shape)
{
    const struct ofs_range y = rows(t, shape->y0 + shape->y, shape->y1 + shape->y);
    ofs_canvas_spend(t, SHAPE_STEPS);
    if (y.first > y.last || shape->x + shape->x1 < t->bounds.x0 || shape->x + shape->x0 > t->bounds.x1 ||
        ofs_canvas_done(t))
        return;
    ofs_canvas_spend(t, ROW_STEPS * (uint64_t)(y.last - y.first + 1));
    struct walk walks[OFS_HALF_PLANES];
    for (unsigned i = 0; i < shape->count; i++)
        walks[i] = walk_from(&shape->edges[i], y.first - shape->y);
    for (int64_t at = y.first; at <= y.last; at++) {
        struct ofs_range row = { (int64_t)t->bounds.x0 - shape->x, (int64_t)t->bounds.x1 - 1 - shape->x };
        for (unsigned i = 0; i < shape->count; i++)
            walk_row(&walks[i], &row);
        if (row.first <= row.last)
            ofs_canvas_span(t, (int)row.first + shape->x, (int)at, (int)(row.last - row.first + 1));
    }
}

void ofs_fill_disc(struct ofs_canvas *t, double x, double y, unsigned diameter, const struct ofs_convex *part)
{
    const double radius = diameter / 2.0;
    const struct ofs_range all = rows(t, y - radius, y + radius);
    ofs_canvas_spend(t, SHAPE_STEPS);
    if (x + radius < t->bounds.x0 || x - radius > t->bounds.x1 || all.first > all.last || ofs_canvas_done(t))
        return;
    ofs_canvas_spend(t, 2 * ROW_STEPS * (uint64_t)(all.last - all.first + 1));
    struct walk walks[OFS_HALF_PLANES];
    const int64_t dx = part ? part->x : 0;
    const unsigned count = part ? part->count : 0;
    for (unsigned i = 0; i < count; i++)
        walks[i] = walk_from(&part->edges[i], all.first - part->y);
    for (int64_t at = all.first; at <= all.last; at++) {
        double dy = (double)at - y, square = radius * radius - dy * dy, half = square > 0 ? ofs_root(square) : 0;
        struct ofs_range row = { ofs_ceil(x - half) - dx, ofs_ceil(x + half) - 1 - dx };
        if (square < 0)
            row.last = row.first - 1;
        else if (square == 0 && dy < 0 && x == (double)ofs_floor(x)) /* the uppermost point */
            row.last = row.first;
        for (unsigned i = 0; i < count; i++)
            walk_row(&walks[i], &row);
        if (row.first <= row.last)
            ofs_canvas_span(t, (int)(row.first + dx), (int)at, (int)(row.last - row.first + 1));
    }
}
