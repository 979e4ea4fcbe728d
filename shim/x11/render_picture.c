/* Pictures on windows and pixmaps, and what is set on them. Source: RENDER, CreatePicture, ChangePicture,
 * SetPictureClipRectangles, SetPictureTransform, QueryFilters, SetPictureFilter. */
#include <stdlib.h>

#include "x11/region_wire.h"
#include "x11/render.h"

static void free_pict(struct ofs_server *s, struct ofs_pict *p)
{
    if (p->fill)
        ofs_render_release(s, sizeof(*p->fill) + p->fill->count * sizeof(p->fill->stops[0]));
    ofs_render_release(s, (uint64_t)p->param_count * 4);
    ofs_raster_release(p->pixmap.raster);
    ofs_raster_release(p->alpha);
    (void)ofs_region_charge(s, &p->clip_bytes, NULL);
    ofs_region_destroy(p->clip);
    free(p->params);
    free(p->fill);
    free(p);
}

static void destroy_pict(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_pict *p = (struct ofs_pict *)res, **link = s->render && p->window ? &s->render->on_windows : NULL;
    while (link && *link && *link != p)
        link = &(*link)->next;
    if (link && *link)
        *link = p->next;
    free_pict(s, p);
}

void ofs_picts_init(struct ofs_server *s) { ofs_res_set_destructor(s, OFS_RES_PICTURE, destroy_pict); }

/* Pictures of windows go with them. */
void ofs_picts_window_gone(struct ofs_server *s, struct ofs_window *w)
{
    for (struct ofs_pict *p = s->render->on_windows, *next; p; p = next) {
        next = p->next;
        if (p->window == w)
            ofs_res_free(s, &p->res);
    }
}

int ofs_pict_find(struct ofs_client *c, uint32_t id, struct ofs_pict **out)
{
    return ofs_res_find(c, id, OFS_RES_PICTURE, out);
}

int ofs_pict_find_target(struct ofs_client *c, uint32_t id, struct ofs_pict **out)
{
    int error = ofs_pict_find(c, id, out);
    return error ? error : (*out)->fill ? ofs_bad(c, BadDrawable, id) : 0;
}

int ofs_pict_set_clip(struct ofs_server *s, struct ofs_pict *pict, struct ofs_region *take_region, int x, int y)
{
    int error = ofs_region_replace(s, &pict->clip, &pict->clip_bytes, take_region);
    if (error)
        return error;
    pict->clip_x = x;
    pict->clip_y = y;
    return 0;
}

/* ---- attributes ---- */

/* Largest value of each attribute by bit; 0 = anything, an id or a coordinate. */
static const uint8_t attribute_max[CPLastBit + 1] = { [0] = RepeatReflect, [7] = 1, [8] = IncludeInferiors,
                                                      [9] = PolyEdgeSmooth, [10] = PolyModeImprecise, [12] = 1 };

/* The pixels of the other picture, not the picture: what else is set on it means nothing there, and two pictures may be
 * each other's alpha map. */
static int set_alpha_map(struct ofs_client *c, struct ofs_pict *p, uint32_t id)
{
    struct ofs_pict *map = NULL;
    int error = id ? ofs_pict_find(c, id, &map) : 0;
    if (error)
        return error;
    if (map && !map->pixmap.raster)
        return ofs_bad(c, BadMatch, id);
    struct ofs_raster *raster = map ? ofs_raster_ref(map->pixmap.raster) : NULL;
    ofs_raster_release(p->alpha);
    p->alpha = raster;
    p->alpha_format = map ? map->format : NULL;
    return 0;
}

static int set_clip_mask(struct ofs_client *c, struct ofs_pict *p, uint32_t id)
{
    struct ofs_pixmap *mask;
    struct ofs_region *region = NULL;
    if (id) {
        int error = ofs_res_find(c, id, OFS_RES_PIXMAP, &mask);
        if (error)
            return error;
        if (mask->depth != 1)
            return ofs_bad(c, BadMatch, id);
        region = ofs_region_of_bitmap(mask);
        if (!region)
            return BadAlloc;
    }
    return ofs_pict_set_clip(c->server, p, region, p->clip_x, p->clip_y);
}

static int set_attribute(struct ofs_client *c, struct ofs_pict *p, unsigned bit, uint32_t v)
{
    if (attribute_max[bit] && v > attribute_max[bit])
        return ofs_bad(c, BadValue, v);
    switch (1u << bit) {
    case CPRepeat: p->repeat = (uint8_t)v; break;
    case CPAlphaMap: return set_alpha_map(c, p, v);
    case CPAlphaXOrigin: p->alpha_x = (int16_t)v; break;
    case CPAlphaYOrigin: p->alpha_y = (int16_t)v; break;
    case CPClipXOrigin: p->clip_x = (int16_t)v; break;
    case CPClipYOrigin: p->clip_y = (int16_t)v; break;
    case CPClipMask: return set_clip_mask(c, p, v);
    case CPSubwindowMode: p->inferiors = v == IncludeInferiors; break;
    case CPPolyEdge: p->smooth = v == PolyEdgeSmooth; break;
    case CPComponentAlpha: p->component_alpha = v; break;
    default: break; /* precise polygons are what imprecise ones may be; nothing is dithered */
    }
    return 0;
}

/* A value that is refused leaves those before it in force, as on any X server. */
static int change(struct ofs_client *c, struct ofs_pict *p, struct ofs_request *r, uint32_t mask)
{
    if (mask >> (CPLastBit + 1))
        return ofs_bad(c, BadValue, mask);
    for (unsigned bit = 0; bit <= CPLastBit; bit++) {
        int error = mask & (1u << bit) ? set_attribute(c, p, bit, ofs_req32(r)) : 0;
        if (error)
            return error;
    }
    return ofs_req_end(r) ? 0 : BadLength;
}

static int attach(struct ofs_server *s, struct ofs_pict *p, struct ofs_window *w, struct ofs_pixmap *pixmap)
{
    p->pixmap.width = w ? w->width : pixmap->width;
    p->pixmap.height = w ? w->height : pixmap->height;
    p->pixmap.depth = p->format->depth;
    if (w)
        return 0;
    p->pixmap_id = pixmap->res.id;
    p->pixmap.raster = ofs_raster_ref(ofs_pixmap_raster(s, pixmap));
    return p->pixmap.raster ? 0 : BadAlloc;
}

int ofs_render_CreatePicture(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), drawable = ofs_req32(r), format_id = ofs_req32(r), mask = ofs_req32(r);
    struct ofs_window *w;
    struct ofs_pixmap *pixmap;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_find_drawable(c, drawable, &w, &pixmap);
    if (error)
        return error;
    const struct ofs_pict_format *format = ofs_pict_format_find(format_id);
    if (!format)
        return ofs_bad(c, OFS_RENDER_FIRST_ERROR + BadPictFormat, format_id);
    if (format->depth != (w ? w->depth : pixmap->depth))
        return BadMatch;
    if (r->size_bytes != 20u + 4u * (uint32_t)__builtin_popcount(mask))
        return BadLength;
    struct ofs_pict *p = calloc(1, sizeof(*p));
    if (!p)
        return BadAlloc;
    p->format = format;
    error = attach(c->server, p, w, pixmap);
    if (!error)
        error = change(c, p, r, mask);
    if (!error)
        error = ofs_res_add(c, id, OFS_RES_PICTURE, &p->res);
    if (error) {
        free_pict(c->server, p);
        return error;
    }
    p->window = w;
    if (w) {
        p->next = c->server->render->on_windows;
        c->server->render->on_windows = p;
    }
    return 0;
}

int ofs_render_ChangePicture(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_pict *p;
    int error = ofs_pict_find(c, ofs_req32(r), &p);
    uint32_t mask = ofs_req32(r);
    if (r->size_bytes != 12u + 4u * (uint32_t)__builtin_popcount(mask))
        return BadLength;
    return error ? error : change(c, p, r, mask);
}

int ofs_render_FreePicture(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_pict *p;
    int error = ofs_pict_find(c, ofs_req32(r), &p);
    if (!error)
        ofs_res_free(c->server, &p->res);
    return error;
}

int ofs_render_SetPictureClipRectangles(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_pict *p;
    struct ofs_region *region;
    int error = ofs_pict_find_target(c, ofs_req32(r), &p);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    uint32_t n = ofs_req_left(r) / 8;
    if (error)
        return error;
    if (ofs_req_left(r) % 8)
        return BadLength;
    error = ofs_region_of_rects(ofs_req_bytes(r, n * 8), n, r->swap, &region);
    if (!error)
        error = ofs_pict_set_clip(c->server, p, region, x, y);
    return error;
}

int ofs_render_SetPictureTransform(struct ofs_client *c, struct ofs_request *r)
{
    static const pixman_transform_t identity = {
        { { pixman_fixed_1, 0, 0 }, { 0, pixman_fixed_1, 0 }, { 0, 0, pixman_fixed_1 } }
    };
    struct ofs_pict *p;
    int error = ofs_pict_find(c, ofs_req32(r), &p);
    if (error)
        return error;
    for (unsigned i = 0; i < 9; i++)
        p->transform.matrix[i / 3][i % 3] = ofs_req_i32(r);
    p->transformed = memcmp(&p->transform, &identity, sizeof(identity)) != 0;
    return 0;
}

/* ---- filters ---- */

/* An even number: libXrender pads the list of aliases to 32 bits, other clients do not. */
static const struct { const char *name; uint16_t alias; pixman_filter_t filter; } filters[] = {
    { "nearest", 0xFFFF, PIXMAN_FILTER_NEAREST }, { "bilinear", 0xFFFF, PIXMAN_FILTER_BILINEAR },
    { "convolution", 0xFFFF, PIXMAN_FILTER_CONVOLUTION }, { "fast", 0, PIXMAN_FILTER_NEAREST },
    { "good", 1, PIXMAN_FILTER_BILINEAR }, { "best", 1, PIXMAN_FILTER_BILINEAR },
};

int ofs_render_QueryFilters(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_find_drawable(c, ofs_req32(r), &w, &p);
    if (error)
        return error;
    if (w && w->class == InputOnly)
        return BadMatch;
    ofs_reply_begin(c, 0);
    ofs_out32(c, OFS_ARRAY_LEN(filters));
    ofs_out32(c, OFS_ARRAY_LEN(filters));
    ofs_out_zero(c, 16);
    for (unsigned i = 0; i < OFS_ARRAY_LEN(filters); i++)
        ofs_out16(c, filters[i].alias);
    for (unsigned i = 0; i < OFS_ARRAY_LEN(filters); i++) {
        ofs_out8(c, (uint8_t)strlen(filters[i].name));
        ofs_out_bytes(c, filters[i].name, strlen(filters[i].name));
    }
    ofs_reply_end(c);
    return 0;
}

/* Width and height of a kernel, whole numbers, and then its values. */
static bool kernel_valid(const int32_t *params, uint32_t n)
{
    if (n < 3 || (params[0] | params[1]) & 0xFFFF || params[0] < 0 || params[1] < 0)
        return false;
    return (uint64_t)(params[0] >> 16) * (uint64_t)(params[1] >> 16) <= n - 2;
}

static int take_kernel(struct ofs_server *s, struct ofs_pict *p, struct ofs_request *r)
{
    uint32_t n = ofs_req_left(r) / 4;
    int32_t *params = n ? malloc((size_t)n * 4) : NULL;
    for (uint32_t i = 0; params && i < n; i++)
        params[i] = ofs_req_i32(r);
    int error = 0;
    if (n && !params)
        error = BadAlloc;
    else if (!n || !kernel_valid(params, n))
        error = BadMatch;
    else
        error = ofs_render_charge(s, (uint64_t)n * 4);
    if (error) {
        free(params);
        return error;
    }
    ofs_render_release(s, (uint64_t)p->param_count * 4);
    free(p->params);
    p->params = params;
    p->param_count = n;
    return 0;
}

int ofs_render_SetPictureFilter(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_pict *p;
    int error = ofs_pict_find(c, ofs_req32(r), &p);
    uint16_t length = ofs_req16(r);
    ofs_req_skip(r, 2);
    const uint8_t *name = ofs_req_bytes(r, length);
    ofs_req_align(r);
    if (r->bad)
        return BadLength;
    unsigned i = 0;
    while (i < OFS_ARRAY_LEN(filters) &&
           !(strlen(filters[i].name) == length && name && memcmp(name, filters[i].name, length) == 0))
        i++;
    if (error)
        return error;
    if (i == OFS_ARRAY_LEN(filters))
        return BadName;
    if (filters[i].filter == PIXMAN_FILTER_CONVOLUTION)
        error = take_kernel(c->server, p, r);
    else if (ofs_req_left(r))
        error = BadMatch;
    if (!error)
        p->filter = filters[i].filter;
    return error;
}
