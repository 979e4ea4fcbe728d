/* Banded regions by a sweep over the y edges of both operands: short, and fast enough for a few hundred windows. */
#include "x11/region.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum op { SUBTRACT, INTERSECT, UNITE };

/* What lies across each other makes the square of itself, and takes the square of the time where nothing of it is left;
 * beyond, as if memory were out. */
enum { MAX_RECTS = 1 << 18, MAX_STEPS = 1 << 25 };

static bool push(struct ofs_region *r, struct ofs_rect rect)
{
    if (r->count == MAX_RECTS)
        return false;
    if (r->count == r->cap) {
        unsigned cap = r->cap ? r->cap * 2 : 4;
        struct ofs_rect *larger = realloc(r->rects, cap * sizeof(*larger));
        if (!larger)
            return false;
        r->rects = larger;
        r->cap = cap;
    }
    r->rects[r->count++] = rect;
    return true;
}

struct ofs_region *ofs_region_create(struct ofs_rect rect)
{
    struct ofs_region *r = calloc(1, sizeof(*r));
    if (r && rect.x0 < rect.x1 && rect.y0 < rect.y1 && !push(r, rect)) {
        free(r);
        return NULL;
    }
    return r;
}

struct ofs_region *ofs_region_copy(const struct ofs_region *region)
{
    struct ofs_region *r = calloc(1, sizeof(*r));
    for (unsigned i = 0; r && i < region->count; i++) {
        if (!push(r, region->rects[i])) {
            ofs_region_destroy(r);
            return NULL;
        }
    }
    return r;
}

void ofs_region_destroy(struct ofs_region *region)
{
    if (region)
        free(region->rects);
    free(region);
}

bool ofs_region_empty(const struct ofs_region *region) { return region->count == 0; }

bool ofs_region_is_rect(const struct ofs_region *region, struct ofs_rect rect)
{
    return region->count == 1 && memcmp(&region->rects[0], &rect, sizeof(rect)) == 0;
}

unsigned ofs_region_row(const struct ofs_region *region, int y)
{
    unsigned low = 0, high = region->count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (region->rects[middle].y1 <= y)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

unsigned ofs_region_place(const struct ofs_region *region, int x, int y)
{
    unsigned low = 0, high = region->count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const struct ofs_rect *r = &region->rects[middle];
        if (r->y1 <= y || (r->y0 <= y && r->x1 <= x))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void ofs_region_translate(struct ofs_region *region, int dx, int dy)
{
    for (unsigned i = 0; i < region->count; i++) {
        region->rects[i].x0 += dx;
        region->rects[i].x1 += dx;
        region->rects[i].y0 += dy;
        region->rects[i].y1 += dy;
    }
}

/* Where bands begin and end, from the top down; returns how many there are, at most two for each rectangle. */
static unsigned edges_of(const struct ofs_region *r, int *y)
{
    unsigned n = 0;
    for (unsigned i = 0; i < r->count; i++) {
        if (i && r->rects[i].y0 == r->rects[i - 1].y0)
            continue;
        y[n++] = r->rects[i].y0;
        y[n++] = r->rects[i].y1;
    }
    return n;
}

/* Both regions' edges in order, in memory of the caller's; NULL: there is none left. */
static int *all_edges(const struct ofs_region *a, const struct ofs_region *b, unsigned *count_out)
{
    size_t most = 2 * ((size_t)a->count + b->count) + 1;
    int *y = malloc(2 * most * sizeof(*y));
    if (!y)
        return NULL;
    int *ya = y + most;
    unsigned na = edges_of(a, ya), ia = 0, ib = 0, n = 0;
    int *yb = ya + na;
    unsigned nb = edges_of(b, yb);
    while (ia < na || ib < nb)
        y[n++] = ib == nb || (ia < na && ya[ia] <= yb[ib]) ? ya[ia++] : yb[ib++];
    *count_out = n;
    return y;
}

/* The rectangles of r that cover the band [y0, y1): regions are banded, so these are consecutive and share y. `from` is
 * where the search goes on. */
static unsigned band(const struct ofs_region *r, int y0, unsigned *from)
{
    while (*from < r->count && r->rects[*from].y1 <= y0)
        ++*from;
    unsigned n = 0;
    while (*from + n < r->count && r->rects[*from + n].y0 <= y0)
        n++;
    return n;
}

static bool wanted(enum op op, bool in_a, bool in_b)
{
    return op == SUBTRACT ? in_a && !in_b : op == INTERSECT ? in_a && in_b : in_a || in_b;
}

/* One band of the result: merge the x edges of both. */
static bool combine_band(struct ofs_region *out, enum op op, const struct ofs_rect *a, unsigned na,
                         const struct ofs_rect *b, unsigned nb, int y0, int y1)
{
    unsigned ia = 0, ib = 0;
    bool in_a = false, in_b = false, open = false;
    int start = 0;
    while (ia < 2 * na || ib < 2 * nb) {
        int xa = ia < 2 * na ? (ia & 1 ? a[ia / 2].x1 : a[ia / 2].x0) : 0;
        int xb = ib < 2 * nb ? (ib & 1 ? b[ib / 2].x1 : b[ib / 2].x0) : 0;
        bool take_a = ia < 2 * na && (ib >= 2 * nb || xa <= xb), take_b = ib < 2 * nb && (ia >= 2 * na || xb <= xa);
        int x = take_a ? xa : xb;
        if (take_a)
            in_a = !(ia++ & 1);
        if (take_b)
            in_b = !(ib++ & 1);
        /* Touching rectangles of one operand close and open at the same x: look at all edges there first. */
        if ((ia < 2 * na && (ia & 1 ? a[ia / 2].x1 : a[ia / 2].x0) == x) ||
            (ib < 2 * nb && (ib & 1 ? b[ib / 2].x1 : b[ib / 2].x0) == x))
            continue;
        bool now = wanted(op, in_a, in_b);
        if (now && !open)
            start = x;
        if (!now && open && !push(out, (struct ofs_rect){ start, y0, x, y1 }))
            return false;
        open = now;
    }
    return true;
}

/* The last two bands have the same x spans and touch: make them one. */
static void coalesce(struct ofs_region *r, unsigned previous, unsigned current)
{
    unsigned n = r->count - current;
    if (n == 0 || current - previous != n || r->rects[previous].y1 != r->rects[current].y0)
        return;
    for (unsigned i = 0; i < n; i++)
        if (r->rects[previous + i].x0 != r->rects[current + i].x0 || r->rects[previous + i].x1 != r->rects[current + i].x1)
            return;
    for (unsigned i = 0; i < n; i++)
        r->rects[previous + i].y1 = r->rects[current].y1;
    r->count = current;
}

static bool combine(struct ofs_region *a, const struct ofs_region *b, enum op op)
{
    unsigned edges = 0;
    int *y = all_edges(a, b, &edges);
    struct ofs_region out = { 0 };
    if (!y)
        return false;
    unsigned from_a = 0, from_b = 0, previous = 0;
    uint64_t steps = 0;
    bool ok = true;
    for (unsigned i = 0; ok && i + 1 < edges; i++) {
        if (y[i] == y[i + 1])
            continue;
        unsigned na = band(a, y[i], &from_a), nb = band(b, y[i], &from_b), current = out.count;
        /* An empty region has no array, and NULL takes no offset. */
        const struct ofs_rect *ra = na ? a->rects + from_a : NULL, *rb = nb ? b->rects + from_b : NULL;
        steps += na + nb;
        ok = steps <= MAX_STEPS && combine_band(&out, op, ra, na, rb, nb, y[i], y[i + 1]);
        if (ok && out.count > current) {
            unsigned before = out.count;
            coalesce(&out, previous, current);
            if (out.count == before)
                previous = current;
        }
    }
    free(y);
    if (!ok) {
        free(out.rects);
        return false;
    }
    free(a->rects);
    *a = out;
    return true;
}

bool ofs_region_subtract(struct ofs_region *a, const struct ofs_region *b)
{
    return !a->count || !b->count || combine(a, b, SUBTRACT);
}
bool ofs_region_intersect(struct ofs_region *a, const struct ofs_region *b)
{
    if (a->count != 1 || b->count != 1)
        return combine(a, b, INTERSECT);
    /* Most often both are rectangles. */
    struct ofs_rect *r = &a->rects[0], other = b->rects[0];
    r->x0 = other.x0 > r->x0 ? other.x0 : r->x0;
    r->y0 = other.y0 > r->y0 ? other.y0 : r->y0;
    r->x1 = other.x1 < r->x1 ? other.x1 : r->x1;
    r->y1 = other.y1 < r->y1 ? other.y1 : r->y1;
    a->count = r->x0 < r->x1 && r->y0 < r->y1;
    return true;
}
bool ofs_region_unite(struct ofs_region *a, const struct ofs_region *b) { return combine(a, b, UNITE); }
