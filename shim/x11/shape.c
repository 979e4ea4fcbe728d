/* SHAPE 1.1: windows that are not rectangles. Source: the SHAPE extension protocol document, X11/extensions/shapeproto.h.
 *
 * A bounding shape cuts the window with its border, a clip shape its inside, an input shape takes the pointer away and
 * nothing else. What is cut off belongs to whatever lies behind, except in a top-level window's own picture (picture.h),
 * where it is empty. */
#include "x11/shape.h"

#include <stdlib.h>

#include <X11/extensions/shapeproto.h>

#include "x11/input.h"
#include "x11/private.h"
#include "x11/region_wire.h"

enum { MAJOR = 129, FIRST_EVENT = 64 };

/* ---- for the rest of the server ---- */

struct ofs_rect ofs_shape_default(const struct ofs_window *w, unsigned kind)
{
    int bw = kind == ShapeClip ? 0 : w->border_width;
    return (struct ofs_rect){ -bw, -bw, w->width + bw, w->height + bw };
}

struct ofs_region *ofs_shape_copy(const struct ofs_window *w, unsigned kind)
{
    const struct ofs_region *shape = ofs_shape_get(w, kind);
    return shape ? ofs_region_copy(shape) : ofs_region_create(ofs_shape_default(w, kind));
}

void ofs_shape_free(struct ofs_window *w)
{
    for (unsigned kind = 0; w->shapes && kind < OFS_SHAPE_KINDS; kind++) {
        (void)ofs_region_charge(w->server, &w->shapes->charged_bytes[kind], NULL);
        ofs_region_destroy(w->shapes->of[kind]);
    }
    free(w->shapes);
    w->shapes = NULL;
}

/* rect ∩ the shape of this kind, moved; consumes region. */
static struct ofs_region *cut(const struct ofs_window *w, unsigned kind, struct ofs_region *region, int x, int y)
{
    const struct ofs_region *shape = ofs_shape_get(w, kind);
    if (!shape || !region)
        return region;
    ofs_region_translate(region, -x, -y);
    if (!ofs_region_intersect(region, shape)) {
        ofs_region_destroy(region);
        return NULL;
    }
    ofs_region_translate(region, x, y);
    return region;
}

struct ofs_region *ofs_shape_outer(const struct ofs_window *w, int x, int y)
{
    int bw = w->border_width;
    return cut(w, ShapeBounding,
               ofs_region_create((struct ofs_rect){ x - bw, y - bw, x + w->width + bw, y + w->height + bw }), x, y);
}

struct ofs_region *ofs_shape_inner(const struct ofs_window *w, int x, int y)
{
    struct ofs_region *region = ofs_region_create((struct ofs_rect){ x, y, x + w->width, y + w->height });
    return cut(w, ShapeClip, cut(w, ShapeBounding, region, x, y), x, y);
}

bool ofs_shape_hit(const struct ofs_window *w, int x, int y)
{
    int bw = w->border_width;
    if (x < -bw || y < -bw || x >= w->width + bw || y >= w->height + bw)
        return false;
    const struct ofs_region *bounding = ofs_shape_get(w, ShapeBounding), *input = ofs_shape_get(w, ShapeInput);
    return (!bounding || ofs_region_contains(bounding, x, y)) && (!input || ofs_region_contains(input, x, y));
}

/* ---- a shape changes ---- */

static void notify(struct ofs_server *s, struct ofs_window *w, unsigned kind)
{
    const struct ofs_region *shape = ofs_shape_get(w, kind);
    struct ofs_rect box = shape ? ofs_region_extents(shape) : ofs_shape_default(w, kind);
    for (struct ofs_ext_select *e = w->ext_select; e; e = e->next) {
        if (e->kind != OFS_SELECT_SHAPE)
            continue;
        xShapeNotifyEvent ev = { .type = FIRST_EVENT + ShapeNotify,
                                 .kind = (BYTE)kind,
                                 .window = w->res.id,
                                 .x = (INT16)box.x0,
                                 .y = (INT16)box.y0,
                                 .width = (CARD16)(box.x1 - box.x0),
                                 .height = (CARD16)(box.y1 - box.y0),
                                 .time = ofs_server_now(s),
                                 .shaped = shape != NULL };
        xEvent wire;
        memcpy(&wire, &ev, sizeof(wire));
        ofs_event_to_client(e->client, &wire);
    }
}

/* What can be seen and where the pointer is follow from the new shape. */
static void apply(struct ofs_server *s, struct ofs_window *w)
{
    if (!w->viewable)
        return;
    ofs_expose_update_of(w, ofs_expose_outer(w));
    ofs_input_tree_changed(s);
}

int ofs_shape_set(struct ofs_server *s, struct ofs_window *w, unsigned kind, struct ofs_region *take_region)
{
    if (!w->parent) {
        ofs_region_destroy(take_region);
        return 0;
    }
    if (take_region && !w->shapes)
        w->shapes = calloc(1, sizeof(*w->shapes));
    bool ok = !take_region || (w->shapes && ofs_region_charge(s, &w->shapes->charged_bytes[kind], take_region));
    if (w->shapes && ok) {
        ofs_region_destroy(w->shapes->of[kind]);
        w->shapes->of[kind] = take_region;
        if (!take_region)
            (void)ofs_region_charge(s, &w->shapes->charged_bytes[kind], NULL);
    }
    if (w->shapes && !w->shapes->of[ShapeBounding] && !w->shapes->of[ShapeClip] && !w->shapes->of[ShapeInput])
        ofs_shape_free(w);
    if (!ok) {
        ofs_region_destroy(take_region);
        return BadAlloc;
    }
    apply(s, w);
    notify(s, w, kind);
    return 0;
}

/* What the operation makes of the window's shape and the source region, which is taken. *out is the new shape. */
static int combine(struct ofs_client *c, const struct ofs_window *w, unsigned kind, uint8_t op,
                   struct ofs_region *take_source, struct ofs_region **out)
{
    const struct ofs_region *old = ofs_shape_get(w, kind);
    struct ofs_region *result = NULL;
    bool ok = true, source_used = false;
    switch (op) {
    case ShapeSet: source_used = true; break;
    case ShapeUnion: /* an unshaped window has everything already */
        result = old ? ofs_region_copy(old) : NULL;
        ok = !old || (result && ofs_region_unite(result, take_source));
        break;
    case ShapeIntersect:
        source_used = true;
        ok = !old || ofs_region_intersect(take_source, old);
        break;
    case ShapeSubtract:
        result = ofs_shape_copy(w, kind);
        ok = result && ofs_region_subtract(result, take_source);
        break;
    case ShapeInvert: /* the source without the old shape; everything leaves nothing */
        if (old) {
            source_used = true;
            ok = ofs_region_subtract(take_source, old);
        } else {
            result = ofs_region_create((struct ofs_rect){ 0 });
            ok = result != NULL;
        }
        break;
    default: ofs_region_destroy(take_source); return ofs_bad(c, BadValue, op);
    }
    if (source_used && ok)
        result = take_source;
    else
        ofs_region_destroy(take_source);
    if (!ok) {
        if (!source_used)
            ofs_region_destroy(result);
        return BadAlloc;
    }
    *out = result;
    return 0;
}

/* Takes the source. */
static int operate(struct ofs_client *c, struct ofs_window *w, unsigned kind, uint8_t op,
                   struct ofs_region *take_source, int x, int y)
{
    struct ofs_region *shape;
    if (!w->parent) {
        ofs_region_destroy(take_source);
        return 0;
    }
    if (!ofs_region_move(take_source, x, y)) {
        ofs_region_destroy(take_source);
        return BadAlloc;
    }
    int error = combine(c, w, kind, op, take_source, &shape);
    return error ? error : ofs_shape_set(c->server, w, kind, shape);
}

/* ---- requests ---- */

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out16(c, SHAPE_MAJOR_VERSION);
    ofs_out16(c, SHAPE_MINOR_VERSION);
    ofs_reply_end(c);
    return 0;
}

static int find(struct ofs_client *c, uint32_t id, unsigned kind, struct ofs_window **out)
{
    int error = ofs_find_window(c, id, out);
    return error ? error : kind >= OFS_SHAPE_KINDS ? ofs_bad(c, BadValue, kind) : 0;
}

static int rectangles(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    struct ofs_region *source;
    uint8_t op = ofs_req8(r), kind = ofs_req8(r), ordering = ofs_req8(r);
    ofs_req_skip(r, 1);
    int error = find(c, ofs_req32(r), kind, &w);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    if (error)
        return error;
    if (ordering > YXBanded)
        return ofs_bad(c, BadValue, ordering);
    if (ofs_req_left(r) % 8)
        return BadLength;
    uint32_t n = ofs_req_left(r) / 8;
    const uint8_t *rects = ofs_req_bytes(r, n * 8);
    if (!ofs_rects_in_order(rects, n, r->swap, ordering))
        return BadMatch;
    error = ofs_region_of_rects(rects, n, r->swap, &source);
    return error ? error : operate(c, w, kind, op, source, x, y);
}

static int mask(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    uint8_t op = ofs_req8(r), kind = ofs_req8(r);
    ofs_req_skip(r, 2);
    int error = find(c, ofs_req32(r), kind, &w);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    uint32_t bitmap = ofs_req32(r);
    if (error)
        return error;
    if (!bitmap) /* a window that had no shape has none still, and nobody is told */
        return ofs_shape_get(w, kind) ? ofs_shape_set(c->server, w, kind, NULL) : 0;
    struct ofs_pixmap *p;
    error = ofs_res_find(c, bitmap, OFS_RES_PIXMAP, &p);
    if (error)
        return error;
    if (p->depth != 1)
        return BadMatch;
    struct ofs_region *source = ofs_region_of_bitmap(p);
    return source ? operate(c, w, kind, op, source, x, y) : BadAlloc;
}

static int combine_windows(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w, *from;
    uint8_t op = ofs_req8(r), kind = ofs_req8(r), from_kind = ofs_req8(r);
    ofs_req_skip(r, 1);
    int error = find(c, ofs_req32(r), kind, &w);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    if (!error)
        error = find(c, ofs_req32(r), from_kind, &from);
    if (error)
        return error;
    struct ofs_region *source = ofs_shape_copy(from, from_kind);
    return source ? operate(c, w, kind, op, source, x, y) : BadAlloc;
}

static int offset(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    uint8_t kind = ofs_req8(r);
    ofs_req_skip(r, 3);
    int error = find(c, ofs_req32(r), kind, &w);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    if (error)
        return error;
    if (ofs_shape_get(w, kind)) {
        if (!ofs_region_move(w->shapes->of[kind], x, y))
            return BadAlloc;
        apply(c->server, w);
    }
    notify(c->server, w, kind);
    return 0;
}

static void out_rect(struct ofs_client *c, struct ofs_rect rect)
{
    ofs_out16(c, (uint16_t)rect.x0);
    ofs_out16(c, (uint16_t)rect.y0);
    ofs_out16(c, (uint16_t)(rect.x1 - rect.x0));
    ofs_out16(c, (uint16_t)(rect.y1 - rect.y0));
}

static int query_extents(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out8(c, ofs_shape_get(w, ShapeBounding) != NULL);
    ofs_out8(c, ofs_shape_get(w, ShapeClip) != NULL);
    ofs_out16(c, 0);
    for (unsigned kind = ShapeBounding; kind <= ShapeClip; kind++) {
        const struct ofs_region *shape = ofs_shape_get(w, kind);
        out_rect(c, shape ? ofs_region_extents(shape) : ofs_shape_default(w, kind));
    }
    ofs_reply_end(c);
    return 0;
}

static int select_input(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint8_t enable = ofs_req8(r);
    if (error)
        return error;
    return enable > 1 ? ofs_bad(c, BadValue, enable) : ofs_ext_select_set(w, c, OFS_SELECT_SHAPE, 0, enable);
}

static int input_selected(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    const struct ofs_ext_select *e = w->ext_select;
    while (e && !(e->kind == OFS_SELECT_SHAPE && e->client == c))
        e = e->next;
    ofs_reply_begin(c, e != NULL);
    ofs_reply_end(c);
    return 0;
}

static int get_rectangles(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    uint32_t id = ofs_req32(r);
    uint8_t kind = ofs_req8(r);
    int error = find(c, id, kind, &w);
    if (error)
        return error;
    const struct ofs_region *shape = ofs_shape_get(w, kind);
    uint32_t n = shape ? shape->count : 1;
    if ((uint64_t)n * 8 + 4096 > c->server->config.max_output_bytes - (c->out_len - c->out_at))
        return BadAlloc;
    ofs_reply_begin(c, YXBanded);
    ofs_out32(c, n);
    ofs_out_zero(c, 20);
    for (uint32_t i = 0; i < n; i++)
        out_rect(c, shape ? shape->rects[i] : ofs_shape_default(w, kind));
    ofs_reply_end(c);
    return 0;
}

static int init(struct ofs_server *s)
{
    ofs_event_set_format(s, FIRST_EVENT + ShapeNotify, "112 4 2222 4 112 44");
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { X_ShapeQueryVersion, "ShapeQueryVersion", query_version, 1, 1 },
    { X_ShapeRectangles, "ShapeRectangles", rectangles, 4, 0 },
    { X_ShapeMask, "ShapeMask", mask, 5, 5 },
    { X_ShapeCombine, "ShapeCombine", combine_windows, 5, 5 },
    { X_ShapeOffset, "ShapeOffset", offset, 4, 4 },
    { X_ShapeQueryExtents, "ShapeQueryExtents", query_extents, 2, 2 },
    { X_ShapeSelectInput, "ShapeSelectInput", select_input, 3, 3 },
    { X_ShapeInputSelected, "ShapeInputSelected", input_selected, 2, 2 },
    { X_ShapeGetRectangles, "ShapeGetRectangles", get_rectangles, 3, 3 },
};
const struct ofs_extension ofs_ext_shape = {
    .name = "SHAPE",
    .major = MAJOR,
    .first_event = FIRST_EVENT,
    .rows = rows,
    .row_count = OFS_ARRAY_LEN(rows),
    .init = init,
};
