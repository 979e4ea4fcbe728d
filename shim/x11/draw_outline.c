#include "x11/draw_outline.h"

#include <stdlib.h>

#include "x11/draw_math.h"

bool ofs_outline_init(struct ofs_outline *outline, struct ofs_canvas *t)
{
    const size_t rows = (size_t)(t->bounds.y1 - t->bounds.y0);
    *outline = (struct ofs_outline){ .t = t, .y0 = t->bounds.y0, .y1 = t->bounds.y1, .first = t->bounds.y1,
                                     .end = t->bounds.y0, .crossings = malloc(rows * sizeof(*outline->crossings)),
                                     .counts = calloc(rows, 1) };
    if (outline->crossings && outline->counts)
        return true;
    ofs_outline_finish(outline);
    return false;
}

void ofs_outline_finish(struct ofs_outline *outline)
{
    free(outline->crossings);
    free(outline->counts);
    *outline = (struct ofs_outline){ 0 };
}

void ofs_outline_side(struct ofs_outline *outline, struct ofs_corner p, struct ofs_corner q)
{
    if (p.y > q.y) {
        struct ofs_corner upper = q;
        q = p;
        p = upper;
    }
    int64_t row = ofs_ceil(p.y), end = ofs_ceil(q.y);
    row = row > outline->y0 ? row : outline->y0;
    end = end < outline->y1 ? end : outline->y1;
    if (row >= end)
        return;
    outline->first = row < outline->first ? (int)row : outline->first;
    outline->end = end > outline->end ? (int)end : outline->end;
    for (; row < end; row++) {
        uint8_t *count = &outline->counts[row - outline->y0];
        if (*count < OFS_OUTLINE_CROSSINGS)
            outline->crossings[row - outline->y0][(*count)++] = ofs_outline_column(p, q, (double)row);
    }
}

static void sort(double *v, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        const double moved = v[i];
        unsigned at = i;
        for (; at > 0 && v[at - 1] > moved; at--)
            v[at] = v[at - 1];
        v[at] = moved;
    }
}

void ofs_outline_fill(struct ofs_outline *outline)
{
    enum { ROW_STEPS = 40 };
    for (int y = outline->first; y < outline->end; y++) {
        double *v = outline->crossings[y - outline->y0];
        const unsigned n = outline->counts[y - outline->y0];
        outline->counts[y - outline->y0] = 0;
        sort(v, n);
        for (unsigned i = 0; i + 1 < n; i += 2) {
            const int64_t from = ofs_ceil(v[i]), end = ofs_ceil(v[i + 1]);
            ofs_canvas_span(outline->t, (int)from, y, (int)(end - from));
        }
    }
    if (outline->first < outline->end)
        ofs_canvas_spend(outline->t, ROW_STEPS * (uint64_t)(outline->end - outline->first));
    outline->first = outline->y1;
    outline->end = outline->y0;
}
