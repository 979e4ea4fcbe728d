/* PolyFillArc: the ellipse row by row, cut by the radii of a slice or by a chord. */
#include "x11/draw_math.h"
#include "x11/draw_shape.h"

enum { QUADRANT = 90 * 64, ROW_STEPS = 12 };

/* Pixels relative to (arc->x + width / 2, arc->y + height / 2), which the centre is not where a size is odd. */
struct cut {
    struct ofs_half_plane edges[2];
    unsigned count;
    bool either;   /* in one of the half planes; else in all of them */
};

/* A direction in whole numbers, the larger of them 32768. */
static void direction(double dx, double dy, int64_t *a, int64_t *b)
{
    double scale = ofs_max(ofs_abs(dx), ofs_abs(dy));
    int64_t x = ofs_floor(ofs_abs(dx) * 32768 / scale + 0.5), y = ofs_floor(ofs_abs(dy) * 32768 / scale + 0.5);
    *a = dx < 0 ? -x : x;
    *b = dy < 0 ? -y : y;
}

/* What is anticlockwise of the radius at an angle, or clockwise of it. */
static struct ofs_half_plane radius(const struct ofs_arc *arc, int angle, bool anticlockwise)
{
    int64_t dx, dy; /* downwards */
    direction(ofs_cosine(angle) * arc->width, -ofs_sine(angle) * arc->height, &dx, &dy);
    struct ofs_half_plane edge = { dy, -dx, 0 };
    if (!anticlockwise)
        edge = (struct ofs_half_plane){ -dy, dx, 0 };
    edge.c = (double)(edge.a * (arc->width & 1) + edge.b * (arc->height & 1)) / 2;
    return edge;
}

static struct cut slice(const struct ofs_arc *arc, int start, int end)
{
    int sweep = (end - start + OFS_FULL_CIRCLE) % OFS_FULL_CIRCLE;
    return (struct cut){ { radius(arc, start, true), radius(arc, end, false) }, 2, sweep > OFS_FULL_CIRCLE / 2 };
}

static struct cut chord(const struct ofs_arc *arc, int start, int end)
{
    double x1 = ofs_cosine(start) * arc->width / 2, y1 = -ofs_sine(start) * arc->height / 2;
    double x2 = ofs_cosine(end) * arc->width / 2, y2 = -ofs_sine(end) * arc->height / 2;
    int64_t dx, dy;
    if (start % QUADRANT == 0 && end % QUADRANT == 0) {
        dx = (int64_t)(2 * (x2 - x1));
        dy = (int64_t)(2 * (y2 - y1));
    } else {
        direction(x2 - x1, y2 - y1, &dx, &dy);
    }
    /* The curve is to the right of the way from its start to its end, as seen with y downwards. */
    struct ofs_half_plane edge = { -dy, dx, 0 };
    edge.c = ((double)edge.a * (x1 + x2 + (arc->width & 1)) + (double)edge.b * (y1 + y2 + (arc->height & 1))) / 2;
    return (struct cut){ { edge }, 1, false };
}

/* The pixels [*first, *end) of row v = 2 * y - height that are within the ellipse; relative to the left of the arc. */
static void within(const struct ofs_arc *arc, int64_t v, int *first, int *end)
{
    const uint64_t w = (uint64_t)arc->width, h = (uint64_t)arc->height, hh = h * h, rest = hh - (uint64_t)(v * v);
    const uint64_t square = w * w * rest; /* below 2^64 */
    /* The largest u >= 0, even or odd as the width is, for which (h * u)^2 is at most square; a root may be off. */
    int64_t u = (int64_t)((double)w * ofs_root((double)rest) / (double)h);
    u -= (u ^ arc->width) & 1;
    while (u + 2 <= arc->width && hh * (uint64_t)((u + 2) * (u + 2)) <= square)
        u += 2;
    while (u >= 0 && hh * (uint64_t)(u * u) > square)
        u -= 2;
    if (u < 0) {
        *first = *end = 0;
        return;
    }
    bool edge = hh * (uint64_t)(u * u) == square;
    *first = (int)((arc->width - u) / 2);
    *end = (int)((arc->width + u) / 2) + !edge;
    if (edge && u == 0 && v < 0) /* the uppermost point */
        *end = *first + 1;
}

static void put(struct ofs_canvas *t, const struct ofs_arc *arc, int y, struct ofs_range row)
{
    if (row.first <= row.last)
        ofs_canvas_span(t, arc->x + arc->width / 2 + (int)row.first, y, (int)(row.last - row.first + 1));
}

void ofs_fill_arc(struct ofs_canvas *t, const struct ofs_arc *arc, uint8_t mode)
{
    int start, end, first, past;
    struct cut cut = { .count = 0 };
    if (!arc->width || !arc->height || !arc->angle2)
        return;
    if (ofs_arc_ends(arc, &start, &end))
        cut = mode == ArcChord ? chord(arc, start, end) : slice(arc, start, end);
    int from = arc->y > t->bounds.y0 ? arc->y : t->bounds.y0, bottom = arc->y + arc->height + 1;
    if (arc->x >= t->bounds.x1 || arc->x + arc->width < t->bounds.x0)
        return;
    for (int y = from; y < bottom && y < t->bounds.y1 && !ofs_canvas_done(t); y++) {
        ofs_canvas_spend(t, ROW_STEPS);
        if (ofs_canvas_row_done(t, y))
            continue;
        within(arc, 2 * ((int64_t)y - arc->y) - arc->height, &first, &past);
        struct ofs_range row = { first - arc->width / 2, past - 1 - arc->width / 2 }, rows[2] = { row, row };
        for (unsigned i = 0; i < cut.count; i++)
            ofs_half_plane_cut(&cut.edges[i], y - arc->y - arc->height / 2, cut.either ? &rows[i] : &rows[0]);
        put(t, arc, y, rows[0]);
        if (!cut.either)
            continue;
        if (rows[1].first > rows[0].last || rows[1].last < rows[0].first) {
            put(t, arc, y, rows[1]);
        } else if (rows[0].first <= rows[0].last && rows[1].first <= rows[1].last) { /* what the first has not */
            put(t, arc, y, (struct ofs_range){ rows[1].first, rows[0].first - 1 });
            put(t, arc, y, (struct ofs_range){ rows[0].last + 1, rows[1].last });
        }
    }
}
