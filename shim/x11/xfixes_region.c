/* XFIXES: regions, and what they are taken from and put into. */
#include "x11/xfixes.h"

#include <stdlib.h>

#include "x11/gc.h"
#include "x11/private.h"
#include "x11/region_wire.h"
#include "x11/render.h"
#include "x11/shape.h"

struct region_res {
    struct ofs_res res;
    struct ofs_region *region;
    uint64_t charged_bytes;
};

static int find_region(struct ofs_client *c, uint32_t id, struct region_res **out)
{
    return ofs_res_find(c, id, OFS_RES_REGION, out);
}

static void destroy(struct ofs_server *s, struct ofs_res *res)
{
    struct region_res *region = (struct region_res *)res;
    (void)ofs_region_charge(s, &region->charged_bytes, NULL);
    ofs_region_destroy(region->region);
    free(region);
}

/* Takes the region, also on error. */
static int add_region(struct ofs_client *c, uint32_t id, struct ofs_region *take_region)
{
    struct region_res *fresh = calloc(1, sizeof(*fresh));
    bool room = fresh && take_region && ofs_region_charge(c->server, &fresh->charged_bytes, take_region);
    int error = room ? ofs_res_add(c, id, OFS_RES_REGION, &fresh->res) : BadAlloc;
    if (error) {
        if (room)
            (void)ofs_region_charge(c->server, &fresh->charged_bytes, NULL);
        free(fresh);
        ofs_region_destroy(take_region);
        return error;
    }
    fresh->region = take_region;
    return 0;
}

static struct ofs_region *empty_region(void) { return ofs_region_create((struct ofs_rect){ 0, 0, 0, 0 }); }

static int read_rectangles(struct ofs_request *r, struct ofs_region **out)
{
    if (ofs_req_left(r) % 8)
        return BadLength;
    uint32_t n = ofs_req_left(r) / 8;
    return ofs_region_of_rects(ofs_req_bytes(r, n * 8), n, r->swap, out);
}

int ofs_xf_create_region(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_region *region;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = read_rectangles(r, &region);
    return error ? error : add_region(c, id, region);
}

int ofs_xf_create_from_bitmap(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), bitmap = ofs_req32(r);
    struct ofs_pixmap *p;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, bitmap, OFS_RES_PIXMAP, &p);
    if (error)
        return error;
    return p->depth == 1 ? add_region(c, id, ofs_region_of_bitmap(p)) : BadMatch;
}

int ofs_xf_create_from_window(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_window *w;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_find_window(c, ofs_req32(r), &w);
    uint8_t kind = ofs_req8(r);
    if (error)
        return error;
    if (kind > ShapeClip)
        return ofs_bad(c, BadValue, kind);
    return add_region(c, id, ofs_shape_copy(w, kind));
}

int ofs_xf_create_from_gc(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_gc *gc;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_gc_find(c, ofs_req32(r), &gc);
    if (error)
        return error;
    return gc->clip ? add_region(c, id, ofs_region_copy(gc->clip)) : BadMatch;
}

int ofs_xf_create_from_picture(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_pict *picture;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_pict_find(c, ofs_req32(r), &picture);
    if (error)
        return error;
    return picture->clip ? add_region(c, id, ofs_region_copy(picture->clip)) : BadMatch;
}

int ofs_xf_destroy_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *region;
    int error = find_region(c, ofs_req32(r), &region);
    if (!error)
        ofs_res_free(c->server, &region->res);
    return error;
}

/* Puts a new region in place; takes it. */
static int replace(struct ofs_client *c, struct region_res *target, struct ofs_region *take_region)
{
    return take_region ? ofs_region_replace(c->server, &target->region, &target->charged_bytes, take_region) : BadAlloc;
}

int ofs_xf_set_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *target;
    struct ofs_region *region;
    int error = find_region(c, ofs_req32(r), &target);
    if (!error)
        error = read_rectangles(r, &region);
    return error ? error : replace(c, target, region);
}

int ofs_xf_copy_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *source, *target;
    int error = find_region(c, ofs_req32(r), &source);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    return error ? error : replace(c, target, ofs_region_copy(source->region));
}

static int combine(struct ofs_client *c, struct ofs_request *r,
                   bool (*op)(struct ofs_region *, const struct ofs_region *))
{
    struct region_res *a, *b, *target;
    int error = find_region(c, ofs_req32(r), &a);
    if (!error)
        error = find_region(c, ofs_req32(r), &b);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    if (error)
        return error;
    struct ofs_region *result = ofs_region_copy(a->region);
    if (result && !op(result, b->region)) {
        ofs_region_destroy(result);
        result = NULL;
    }
    return replace(c, target, result);
}
int ofs_xf_union_region(struct ofs_client *c, struct ofs_request *r) { return combine(c, r, ofs_region_unite); }
int ofs_xf_intersect_region(struct ofs_client *c, struct ofs_request *r) { return combine(c, r, ofs_region_intersect); }
int ofs_xf_subtract_region(struct ofs_client *c, struct ofs_request *r) { return combine(c, r, ofs_region_subtract); }

int ofs_xf_invert_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *source, *target;
    int error = find_region(c, ofs_req32(r), &source);
    int x = ofs_req_i16(r), y = ofs_req_i16(r), width = ofs_req16(r), height = ofs_req16(r);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    if (error)
        return error;
    struct ofs_region *result = ofs_region_create((struct ofs_rect){ x, y, x + width, y + height });
    if (result && !ofs_region_subtract(result, source->region)) {
        ofs_region_destroy(result);
        result = NULL;
    }
    return replace(c, target, result);
}

int ofs_xf_translate_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *region;
    int error = find_region(c, ofs_req32(r), &region);
    int dx = ofs_req_i16(r), dy = ofs_req_i16(r);
    return error ? error : ofs_region_move(region->region, dx, dy) ? 0 : BadAlloc;
}

int ofs_xf_region_extents(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *source, *target;
    int error = find_region(c, ofs_req32(r), &source);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    return error ? error : replace(c, target, ofs_region_create(ofs_region_extents(source->region)));
}

static void out_rect(struct ofs_client *c, struct ofs_rect rect)
{
    ofs_out16(c, (uint16_t)rect.x0);
    ofs_out16(c, (uint16_t)rect.y0);
    ofs_out16(c, (uint16_t)(rect.x1 - rect.x0));
    ofs_out16(c, (uint16_t)(rect.y1 - rect.y0));
}

int ofs_xf_fetch_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *region;
    int error = find_region(c, ofs_req32(r), &region);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    out_rect(c, ofs_region_extents(region->region));
    ofs_out_zero(c, 16);
    for (unsigned i = 0; i < region->region->count; i++)
        out_rect(c, region->region->rects[i]);
    ofs_reply_end(c);
    return 0;
}

/* The union of n rectangles, each grown; by halves, so that many of them take no square of the time. */
static struct ofs_region *grown(const struct ofs_rect *rects, unsigned n, const struct ofs_rect *by)
{
    if (n <= 1)
        return n ? ofs_region_create((struct ofs_rect){ rects->x0 - by->x0, rects->y0 - by->y0, rects->x1 + by->x1,
                                                        rects->y1 + by->y1 })
                 : empty_region();
    struct ofs_region *a = grown(rects, n / 2, by), *b = grown(rects + n / 2, n - n / 2, by);
    if (!a || !b || !ofs_region_unite(a, b)) {
        ofs_region_destroy(a);
        a = NULL;
    }
    ofs_region_destroy(b);
    return a;
}

int ofs_xf_expand_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *source, *target;
    int error = find_region(c, ofs_req32(r), &source);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    if (error)
        return error;
    struct ofs_rect by = { .x0 = ofs_req16(r) };
    by.x1 = ofs_req16(r);
    by.y0 = ofs_req16(r);
    by.y1 = ofs_req16(r);
    struct ofs_region *result = grown(source->region->rects, source->region->count, &by);
    if (result && !ofs_region_move(result, 0, 0)) { /* to the range of the wire */
        ofs_region_destroy(result);
        result = NULL;
    }
    return replace(c, target, result);
}

/* None, or a region; a copy of it for the caller, moved. */
static int copy_for(struct ofs_client *c, uint32_t id, int x, int y, struct ofs_region **out)
{
    struct region_res *region;
    int error = id ? find_region(c, id, &region) : 0;
    *out = NULL;
    if (error || !id)
        return error;
    *out = ofs_region_copy(region->region);
    if (*out && ofs_region_move(*out, x, y))
        return 0;
    ofs_region_destroy(*out);
    return BadAlloc;
}

int ofs_xf_set_gc_clip(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_gc *gc;
    struct ofs_region *clip;
    int error = ofs_gc_find(c, ofs_req32(r), &gc);
    uint32_t id = ofs_req32(r);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    if (!error)
        error = copy_for(c, id, 0, 0, &clip);
    return error ? error : ofs_gc_set_clip(c->server, gc, clip, x, y);
}

int ofs_xf_set_picture_clip(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_pict *picture;
    struct ofs_region *clip;
    int error = ofs_pict_find(c, ofs_req32(r), &picture);
    uint32_t id = ofs_req32(r);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    if (!error)
        error = copy_for(c, id, 0, 0, &clip);
    if (!error)
        error = ofs_pict_set_clip(c->server, picture, clip, x, y);
    return error;
}

int ofs_xf_set_window_shape(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    struct ofs_region *shape;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint8_t kind = ofs_req8(r);
    ofs_req_skip(r, 3);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    if (error)
        return error;
    if (kind >= OFS_SHAPE_KINDS)
        return ofs_bad(c, BadValue, kind);
    error = copy_for(c, ofs_req32(r), x, y, &shape);
    return error ? error : ofs_shape_set(c->server, w, kind, shape);
}

void ofs_xf_regions_init(struct ofs_server *s) { ofs_res_set_destructor(s, OFS_RES_REGION, destroy); }
