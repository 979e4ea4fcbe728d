/* FillPoly: a sweep down the rows with the edges that cross each of them. */
#include <stdlib.h>

#include "x11/draw_shape.h"

struct edge {
    int y, end;            /* in rows y up to end */
    int at;                /* the first pixel to the right of it, or on it, in the row of the sweep */
    int step, dy;          /* to the next row: at, and where `rest` comes to be above 0, one more */
    int rest, rest_step;   /* rest is above -dy and at most 0 */
    int8_t direction;      /* 1: it was drawn downward, -1: upward */
};

struct sweep {
    struct edge *edges;         /* by their first row */
    size_t count, next;         /* next: the first that has not begun */
    struct edge *active;        /* those that cross the row, from left to right */
    size_t crossing;
};

static int by_row(const void *a, const void *b)
{
    int x = ((const struct edge *)a)->y, y = ((const struct edge *)b)->y;
    return (x > y) - (x < y);
}

static int by_column(const void *a, const void *b)
{
    int x = ((const struct edge *)a)->at, y = ((const struct edge *)b)->at;
    return (x > y) - (x < y);
}

static int64_t ceil_div(int64_t n, int64_t d) /* d > 0 */
{
    return n / d + (n % d > 0);
}

/* From its upper point a to b, as it is in row y. */
static struct edge edge_of(struct ofs_point a, struct ofs_point b, int y, int8_t direction)
{
    const int64_t dx = (int64_t)b.x - a.x, dy = (int64_t)b.y - a.y, n = dx * (y - a.y);
    const int64_t at = ceil_div(n, dy), step = ceil_div(dx, dy);
    return (struct edge){ .y = y, .end = b.y, .at = a.x + (int)at, .step = (int)step, .dy = (int)dy,
                          .rest = (int)(n - at * dy), .rest_step = (int)(dx - step * dy), .direction = direction };
}

/* The edges that have rows within the bounds. */
static size_t edges_of(const struct ofs_point *points, size_t n, struct ofs_rect bounds, struct edge *edges)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        struct ofs_point a = points[i], b = points[i + 1 < n ? i + 1 : 0];
        const int8_t direction = a.y < b.y ? 1 : -1;
        if (direction < 0) {
            struct ofs_point upper = b;
            b = a;
            a = upper;
        }
        if (a.y == b.y || a.y >= bounds.y1 || b.y <= bounds.y0)
            continue;
        edges[count++] = edge_of(a, b, a.y > bounds.y0 ? a.y : bounds.y0, direction);
    }
    return count;
}

static void step(struct edge *edge)
{
    edge->at += edge->step;
    edge->rest += edge->rest_step;
    if (edge->rest <= -edge->dy) {
        edge->rest += edge->dy;
        edge->at--;
    }
}

/* Edges keep their order from row to row, but for those that cross between two of them. */
static void sort(struct edge *active, size_t n)
{
    size_t moves = 0;
    for (size_t i = 1; i < n; i++) {
        const struct edge edge = active[i];
        size_t at = i;
        for (; at > 0 && active[at - 1].at > edge.at; at--)
            active[at] = active[at - 1];
        active[at] = edge;
        moves += i - at;
        if (moves > 32 * n) { /* too many of them */
            qsort(active, n, sizeof(*active), by_column);
            return;
        }
    }
}

/* The edges that begin in row y come into the order. */
static void begin_edges(struct sweep *s, int y)
{
    struct edge *new = s->edges + s->next;
    size_t old = s->crossing, n = 0;
    while (s->next < s->count && s->edges[s->next].y <= y) {
        s->next++;
        n++;
    }
    sort(new, n);
    s->crossing += n;
    for (size_t at = s->crossing; n > 0;) /* the rightmost of both, again and again */
        s->active[--at] = old > 0 && s->active[old - 1].at > new[n - 1].at ? s->active[--old] : new[--n];
}

/* From row y - 1, if there was one, to y. */
static void go_on(struct sweep *s, int y)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->crossing; i++) {
        if (s->active[i].end <= y)
            continue;
        step(&s->active[i]);
        s->active[kept++] = s->active[i];
    }
    s->crossing = kept;
    sort(s->active, kept);
    begin_edges(s, y);
}

static void fill_row(struct ofs_canvas *t, const struct sweep *s, int y, uint8_t rule)
{
    int inside = 0, from = 0;
    for (size_t i = 0; i < s->crossing && s->active[i].at < t->bounds.x1; i++) {
        int before = inside;
        inside = rule == WindingRule ? inside + s->active[i].direction : !inside;
        if (!before && inside)
            from = s->active[i].at;
        if (before && !inside)
            ofs_canvas_span(t, from, y, s->active[i].at - from);
    }
    if (inside) /* and what begins in sight and ends beyond */
        ofs_canvas_span(t, from, y, t->bounds.x1 - from);
}

enum { EDGE_STEPS = 8 };

bool ofs_fill_polygon(struct ofs_canvas *t, const struct ofs_point *points, size_t n, uint8_t rule)
{
    if (n < 3 || ofs_rect_empty(t->bounds))
        return true;
    struct sweep s = { .edges = malloc(n * sizeof(*s.edges)), .active = malloc(n * sizeof(*s.active)) };
    const bool ok = s.edges && s.active;
    if (ok)
        s.count = edges_of(points, n, t->bounds, s.edges);
    if (s.count)
        qsort(s.edges, s.count, sizeof(*s.edges), by_row);
    for (int y = s.count ? s.edges[0].y : 0; y < t->bounds.y1 && (s.next < s.count || s.crossing); y++) {
        if (ofs_canvas_spent(t))
            break;
        go_on(&s, y);
        fill_row(t, &s, y, rule);
        ofs_canvas_spend(t, EDGE_STEPS * s.crossing);
    }
    free(s.active);
    free(s.edges);
    return ok;
}
