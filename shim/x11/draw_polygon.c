/* FillPoly: a sweep down the rows with the edges that cross each of them. */
#include <stdlib.h>

#include "x11/draw_shape.h"

struct edge {
    int x, y, end;     /* from its upper point, in rows y up to end */
    int dx, dy;        /* dy > 0 */
    int at;            /* the first pixel to the right of it, or on it, in the row of the sweep */
    int8_t direction;  /* 1: it was drawn downward, -1: upward */
};

static int by_row(const void *a, const void *b)
{
    int x = ((const struct edge *)a)->y, y = ((const struct edge *)b)->y;
    return (x > y) - (x < y);
}

static int by_column(const void *a, const void *b)
{
    int x = (*(const struct edge *const *)a)->at, y = (*(const struct edge *const *)b)->at;
    return (x > y) - (x < y);
}

/* The edges that have rows within the bounds. */
static size_t edges_of(const struct ofs_point *points, size_t n, struct ofs_rect bounds, struct edge *edges)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        struct ofs_point a = points[i], b = points[i + 1 < n ? i + 1 : 0];
        int direction = a.y < b.y ? 1 : -1;
        if (direction < 0) {
            struct ofs_point upper = b;
            b = a;
            a = upper;
        }
        if (a.y == b.y || a.y >= bounds.y1 || b.y <= bounds.y0)
            continue;
        edges[count++] = (struct edge){ a.x, a.y, b.y, b.x - a.x, b.y - a.y, 0, (int8_t)direction };
    }
    return count;
}

static int column(const struct edge *edge, int y)
{
    int64_t n = (int64_t)edge->dx * (y - edge->y), q = n / edge->dy;
    return edge->x + (int)q + (n % edge->dy > 0);
}

static void sort(struct edge **active, size_t n)
{
    if (n > 32) {
        qsort(active, n, sizeof(*active), by_column);
        return;
    }
    for (size_t i = 1; i < n; i++) {
        struct edge *edge = active[i];
        size_t at = i;
        for (; at > 0 && active[at - 1]->at > edge->at; at--)
            active[at] = active[at - 1];
        active[at] = edge;
    }
}

static void fill_row(struct ofs_canvas *t, struct edge *const *active, size_t n, int y, uint8_t rule)
{
    int inside = 0, from = 0;
    for (size_t i = 0; i < n; i++) {
        int before = inside;
        inside = rule == WindingRule ? inside + active[i]->direction : !inside;
        if (!before && inside)
            from = active[i]->at;
        if (before && !inside)
            ofs_canvas_span(t, from, y, active[i]->at - from);
    }
}

bool ofs_fill_polygon(struct ofs_canvas *t, const struct ofs_point *points, size_t n, uint8_t rule)
{
    if (n < 3 || ofs_rect_empty(t->bounds))
        return true;
    struct edge *edges = malloc(n * sizeof(*edges));
    struct edge **active = malloc(n * sizeof(*active));
    bool ok = edges && active;
    size_t count = ok ? edges_of(points, n, t->bounds, edges) : 0, next = 0, crossing = 0;
    if (count)
        qsort(edges, count, sizeof(*edges), by_row);
    for (int y = t->bounds.y0; y < t->bounds.y1 && (next < count || crossing); y++) {
        size_t kept = 0;
        for (size_t i = 0; i < crossing; i++)
            if (active[i]->end > y)
                active[kept++] = active[i];
        for (; next < count && edges[next].y <= y; next++)
            active[kept++] = &edges[next];
        crossing = kept;
        for (size_t i = 0; i < crossing; i++)
            active[i]->at = column(active[i], y);
        sort(active, crossing);
        fill_row(t, active, crossing, y, rule);
    }
    free(active);
    free(edges);
    return ok;
}
