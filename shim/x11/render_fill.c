/* Pictures without a drawable: solid fills and gradients. Source: RENDER, CreateSolidFill, CreateLinearGradient,
 * CreateRadialGradient, CreateConicalGradient. */
#include <stdlib.h>

#include "x11/render.h"

static pixman_color_t read_color(struct ofs_request *r)
{
    pixman_color_t color;
    color.red = ofs_req16(r);
    color.green = ofs_req16(r);
    color.blue = ofs_req16(r);
    color.alpha = ofs_req16(r);
    return color;
}

static pixman_point_fixed_t read_point(struct ofs_request *r)
{
    pixman_point_fixed_t point;
    point.x = ofs_req_i32(r);
    point.y = ofs_req_i32(r);
    return point;
}

/* Takes the fill. */
static int add(struct ofs_client *c, uint32_t id, struct ofs_fill *take_fill)
{
    struct ofs_server *s = c->server;
    const uint64_t bytes = sizeof(*take_fill) + take_fill->count * sizeof(take_fill->stops[0]);
    struct ofs_pict *p = calloc(1, sizeof(*p));
    int error = p ? ofs_render_charge(s, bytes) : BadAlloc;
    if (!error) {
        p->fill = take_fill;
        error = ofs_res_add(c, id, OFS_RES_PICTURE, &p->res);
        if (error)
            ofs_render_release(s, bytes);
    }
    if (error) {
        free(p);
        free(take_fill);
    }
    return error;
}

static struct ofs_fill *new_fill(enum ofs_fill_kind kind, uint32_t stops)
{
    struct ofs_fill *fill = calloc(1, sizeof(*fill) + (size_t)stops * sizeof(fill->stops[0]));
    if (fill) {
        fill->kind = kind;
        fill->count = stops;
    }
    return fill;
}

int ofs_render_CreateSolidFill(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    struct ofs_fill *fill = new_fill(OFS_FILL_SOLID, 0);
    if (!fill)
        return BadAlloc;
    fill->color = read_color(r);
    return add(c, id, fill);
}

/* All positions, then all colours. False: positions that go back, or beyond 0 to 1. */
static bool read_stops(struct ofs_request *r, struct ofs_fill *fill)
{
    pixman_fixed_t before = 0;
    for (uint32_t i = 0; i < fill->count; i++) {
        pixman_fixed_t at = ofs_req_i32(r);
        if (at < before || at > pixman_fixed_1)
            return false;
        fill->stops[i].x = before = at;
    }
    for (uint32_t i = 0; i < fill->count; i++)
        fill->stops[i].color = read_color(r);
    return true;
}

/* The geometry is `header_bytes` long with the count of stops at its end: 4 bytes of position and 8 of colour each. */
static int create(struct ofs_client *c, struct ofs_request *r, enum ofs_fill_kind kind, uint32_t header_bytes)
{
    uint32_t stops = ofs_get32(r->data + header_bytes - 4, r->swap), id = ofs_req32(r);
    if ((uint64_t)stops * 12 != r->size_bytes - header_bytes)
        return BadLength;
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    if (!stops)
        return ofs_bad(c, BadValue, id);
    struct ofs_fill *fill = new_fill(kind, stops);
    if (!fill)
        return BadAlloc;
    fill->p[0] = read_point(r);
    if (kind != OFS_FILL_CONICAL)
        fill->p[1] = read_point(r);
    if (kind != OFS_FILL_LINEAR)
        fill->r[0] = ofs_req_i32(r);
    if (kind == OFS_FILL_RADIAL)
        fill->r[1] = ofs_req_i32(r);
    ofs_req_skip(r, 4);
    if (!read_stops(r, fill)) {
        free(fill);
        return ofs_bad(c, BadValue, id);
    }
    return add(c, id, fill);
}

int ofs_render_CreateLinearGradient(struct ofs_client *c, struct ofs_request *r)
{
    return create(c, r, OFS_FILL_LINEAR, 28);
}
int ofs_render_CreateRadialGradient(struct ofs_client *c, struct ofs_request *r)
{
    return create(c, r, OFS_FILL_RADIAL, 36);
}
int ofs_render_CreateConicalGradient(struct ofs_client *c, struct ofs_request *r)
{
    return create(c, r, OFS_FILL_CONICAL, 24);
}
