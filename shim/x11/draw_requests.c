/* The drawing requests but for images, copies and text: read and checked here, drawn elsewhere. Source: X11 protocol,
 * PolyPoint to PolyFillArc. */
#include <stdlib.h>

#include "x11/draw_shape.h"
#include "x11/private.h"

/* ---- what they are made of ---- */

/* The points to the end of the request; NULL: out of memory. Sums are 16 bits wide, as coordinates are. */
static struct ofs_point *read_points(struct ofs_request *r, uint8_t mode, size_t *n_out)
{
    size_t n = ofs_req_left(r) / 4;
    struct ofs_point *points = malloc(n ? n * sizeof(*points) : 1), last = { 0 };
    for (size_t i = 0; points && i < n; i++) {
        struct ofs_point p = { ofs_req_i16(r), 0 };
        p.y = ofs_req_i16(r);
        if (mode == CoordModePrevious)
            p = (struct ofs_point){ (int16_t)(p.x + last.x), (int16_t)(p.y + last.y) };
        points[i] = last = p;
    }
    *n_out = n;
    return points;
}

static struct ofs_arc read_arc(struct ofs_request *r)
{
    struct ofs_arc arc = { .x = ofs_req_i16(r) };
    arc.y = ofs_req_i16(r);
    arc.width = ofs_req16(r);
    arc.height = ofs_req16(r);
    arc.angle1 = ofs_req_i16(r);
    arc.angle2 = ofs_req_i16(r);
    return arc;
}

/* A drawable, a context, and items of a fixed size to the end, which are next. */
static int open_items(struct ofs_client *c, struct ofs_request *r, unsigned item_bytes, struct ofs_canvas *t)
{
    uint32_t drawable = ofs_req32(r), gc = ofs_req32(r);
    int error = ofs_canvas_open(c, drawable, gc, t);
    if (error || ofs_req_left(r) % item_bytes == 0)
        return error;
    ofs_canvas_close(t);
    return BadLength;
}

/* Nothing of it can be seen, or all that there is time for has been drawn. */
static bool nothing(const struct ofs_canvas *t) { return ofs_rect_empty(t->bounds) || ofs_canvas_spent(t); }

static int check_mode(struct ofs_client *c, struct ofs_request *r)
{
    return r->minor > CoordModePrevious ? ofs_bad(c, BadValue, r->minor) : 0;
}

/* Points have the foreground, whatever the fill style. */
static void use_foreground(struct ofs_canvas *t)
{
    const struct ofs_paint paint = { .style = FillSolid, .foreground = t->gc->foreground };
    const struct ofs_mix mix = t->mix;
    ofs_canvas_set(t, &paint, &mix);
}

static bool draw_path(struct ofs_canvas *t, const struct ofs_point *points, size_t n)
{
    if (t->gc->line_width)
        return ofs_draw_wide_path(t, points, n);
    ofs_draw_thin_path(t, points, n);
    return true;
}

/* ---- points and lines ---- */

int ofs_core_PolyPoint(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_canvas t;
    int error = check_mode(c, r), x = 0, y = 0;
    if (!error)
        error = open_items(c, r, 4, &t);
    if (error)
        return error;
    use_foreground(&t);
    while (ofs_req_left(r) && !nothing(&t)) {
        int16_t px = ofs_req_i16(r), py = ofs_req_i16(r);
        x = r->minor == CoordModePrevious ? (int16_t)(x + px) : px;
        y = r->minor == CoordModePrevious ? (int16_t)(y + py) : py;
        ofs_canvas_span(&t, x, y, 1);
    }
    return ofs_canvas_finish(&t, 0);
}

int ofs_core_PolyLine(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_canvas t;
    size_t n = 0;
    int error = check_mode(c, r);
    if (!error)
        error = open_items(c, r, 4, &t);
    if (error)
        return error;
    struct ofs_point *points = nothing(&t) ? NULL : read_points(r, r->minor, &n);
    if (!nothing(&t) && (!points || !draw_path(&t, points, n)))
        error = BadAlloc;
    free(points);
    return ofs_canvas_finish(&t, error);
}

int ofs_core_PolySegment(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_canvas t;
    int error = open_items(c, r, 8, &t);
    if (error)
        return error;
    while (ofs_req_left(r) && !nothing(&t) && !error) {
        struct ofs_point ends[2] = { { .x = ofs_req_i16(r) } };
        ends[0].y = ofs_req_i16(r);
        ends[1].x = ofs_req_i16(r);
        ends[1].y = ofs_req_i16(r);
        if (!t.gc->line_width)
            ofs_draw_thin_segment(&t, ends[0], ends[1]);
        else if (!ofs_draw_wide_path(&t, ends, 2))
            error = BadAlloc;
    }
    return ofs_canvas_finish(&t, error);
}

/* ---- rectangles ---- */

struct box { int x, y, width, height; };

static struct box read_box(struct ofs_request *r)
{
    struct box box = { .x = ofs_req_i16(r) };
    box.y = ofs_req_i16(r);
    box.width = ofs_req16(r);
    box.height = ofs_req16(r);
    return box;
}

static bool outline(struct ofs_canvas *t, const struct box *b)
{
    /* Corners are coordinates, and those have 16 bits. */
    const int right = (int16_t)(b->x + b->width), bottom = (int16_t)(b->y + b->height);
    const struct ofs_point start = { b->x, b->y };
    const struct ofs_point corners[5] = { start, { right, b->y }, { right, bottom }, { b->x, bottom }, start };
    return draw_path(t, corners, 5);
}

/* Four sides with square corners, none of which is over another. */
static void frame(struct ofs_canvas *t, const struct box *b)
{
    const int line = t->gc->line_width, before = line / 2, after = line - before;
    if (b->height < line || b->width < before) {
        bool flat = b->height == 0, thin = b->width == 0;
        ofs_canvas_rect(t, b->x - (flat ? 0 : before), b->y - (thin ? 0 : before), b->width + (flat ? 0 : line),
                        b->height + (thin ? 0 : line));
        return;
    }
    ofs_canvas_rect(t, b->x - before, b->y - before, b->width + line, line);
    ofs_canvas_rect(t, b->x - before, b->y + after, line, b->height - line);
    ofs_canvas_rect(t, b->x + b->width - before, b->y + after, line, b->height - line);
    ofs_canvas_rect(t, b->x - before, b->y + b->height - before, b->width + line, line);
}

int ofs_core_PolyRectangle(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_canvas t;
    int error = open_items(c, r, 8, &t);
    if (error)
        return error;
    const bool framed = t.gc->line_width && t.gc->line_style == LineSolid && t.gc->join_style == JoinMiter;
    while (ofs_req_left(r) && !nothing(&t) && !error) {
        const struct box box = read_box(r);
        if (framed)
            frame(&t, &box);
        else if (!outline(&t, &box))
            error = BadAlloc;
    }
    return ofs_canvas_finish(&t, error);
}

int ofs_core_PolyFillRectangle(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_canvas t;
    int error = open_items(c, r, 8, &t);
    if (error)
        return error;
    while (ofs_req_left(r) && !nothing(&t)) {
        const struct box box = read_box(r);
        ofs_canvas_rect(&t, box.x, box.y, box.width, box.height);
    }
    return ofs_canvas_finish(&t, 0);
}

/* ---- polygons and arcs ---- */

int ofs_core_FillPoly(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_canvas t;
    size_t n = 0;
    uint32_t drawable = ofs_req32(r), gc = ofs_req32(r);
    uint8_t shape = ofs_req8(r), mode = ofs_req8(r);
    ofs_req_skip(r, 2);
    int error = ofs_canvas_open(c, drawable, gc, &t);
    if (error)
        return error;
    if (shape > Convex || mode > CoordModePrevious) {
        ofs_canvas_close(&t);
        return ofs_bad(c, BadValue, shape > Convex ? shape : mode);
    }
    struct ofs_point *points = nothing(&t) ? NULL : read_points(r, mode, &n);
    if (!nothing(&t) && (!points || !ofs_fill_polygon(&t, points, n, t.gc->fill_rule)))
        error = BadAlloc;
    free(points);
    return ofs_canvas_finish(&t, error);
}

static bool draw_arcs(struct ofs_canvas *t, const struct ofs_arc *arcs, size_t n)
{
    if (t->gc->line_width)
        return ofs_draw_wide_arcs(t, arcs, n);
    bool ok = true;
    for (size_t i = 0; i < n && ok && !ofs_canvas_spent(t); i++)
        ok = ofs_draw_thin_arc(t, &arcs[i]);
    return ok;
}

int ofs_core_PolyArc(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_canvas t;
    int error = open_items(c, r, 12, &t);
    if (error)
        return error;
    size_t n = ofs_req_left(r) / 12;
    struct ofs_arc *arcs = nothing(&t) ? NULL : malloc(n ? n * sizeof(*arcs) : 1);
    for (size_t i = 0; arcs && i < n; i++)
        arcs[i] = read_arc(r);
    if (!nothing(&t) && (!arcs || !draw_arcs(&t, arcs, n)))
        error = BadAlloc;
    free(arcs);
    return ofs_canvas_finish(&t, error);
}

int ofs_core_PolyFillArc(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_canvas t;
    int error = open_items(c, r, 12, &t);
    if (error)
        return error;
    while (ofs_req_left(r) && !nothing(&t)) {
        const struct ofs_arc arc = read_arc(r);
        ofs_fill_arc(&t, &arc, t.gc->arc_mode);
    }
    return ofs_canvas_finish(&t, 0);
}
