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

static void cut_all(const struct ofs_convex *shape, int64_t y, struct ofs_range *row)
{
    for (unsigned i = 0; i < shape->count && row->first <= row->last; i++)
        ofs_half_plane_cut(&shape->edges[i], y, row);
}

/* Rows y0 to y1 of the drawable that are in the clip. */
static struct ofs_range rows(const struct ofs_canvas *t, double y0, double y1)
{
    int64_t first = ofs_ceil(y0), last = ofs_floor(y1);
    return (struct ofs_range){ first > t->bounds.y0 ? first : t->bounds.y0,
                           last < t->bounds.y1 - 1 ? last : t->bounds.y1 - 1 };
}

void ofs_fill_convex(struct ofs_canvas *t, const struct ofs_convex *shape)
{
    const struct ofs_range y = rows(t, shape->y0 + shape->y, shape->y1 + shape->y);
    for (int64_t at = y.first; at <= y.last; at++) {
        struct ofs_range row = { (int64_t)t->bounds.x0 - shape->x, (int64_t)t->bounds.x1 - 1 - shape->x };
        cut_all(shape, at - shape->y, &row);
        if (row.first <= row.last)
            ofs_canvas_span(t, (int)row.first + shape->x, (int)at, (int)(row.last - row.first + 1));
    }
}

void ofs_fill_disc(struct ofs_canvas *t, double x, double y, unsigned diameter, const struct ofs_convex *part)
{
    const double radius = diameter / 2.0;
    if (x + radius < t->bounds.x0 || x - radius > t->bounds.x1)
        return;
    const struct ofs_range all = rows(t, y - radius, y + radius);
    for (int64_t at = all.first; at <= all.last; at++) {
        double dy = (double)at - y, square = radius * radius - dy * dy;
        if (square < 0)
            continue;
        double half = ofs_root(square);
        struct ofs_range row = { ofs_ceil(x - half), ofs_ceil(x + half) - 1 };
        if (square == 0 && dy < 0 && x == (double)ofs_floor(x)) /* the uppermost point */
            row.last = row.first;
        if (part) {
            row.first -= part->x;
            row.last -= part->x;
            cut_all(part, at - part->y, &row);
            row.first += part->x;
            row.last += part->x;
        }
        if (row.first <= row.last)
            ofs_canvas_span(t, (int)row.first, (int)at, (int)(row.last - row.first + 1));
    }
}
