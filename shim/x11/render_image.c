/* Pictures as images of pixman, for one request. */
#include <math.h>
#include <stdlib.h>

#include "x11/painted.h"
#include "x11/render.h"

/* ---- depths that pixman does not read in place ---- */

enum { LITTLE = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ };

/* Where pixel x of a row is: in which byte, and how far from its lowest bit; depth is 1, 4 or 8. */
static unsigned byte_of(unsigned x, unsigned depth) { return x * depth / 8; }
static unsigned shift_of(unsigned x, unsigned depth)
{
    const unsigned shift = x * depth & 7;
    return LITTLE ? shift : 8 - depth - shift;
}

static void unpack_row(const uint32_t *from, unsigned n, unsigned depth, uint8_t *to)
{
    const unsigned mask = depth < 16 ? (1u << depth) - 1 : 0xFFFF;
    if (depth < 8)
        memset(to, 0, (n * depth + 7) / 8);
    for (unsigned x = 0; x < n; x++) {
        if (depth == 16)
            ((uint16_t *)(void *)to)[x] = (uint16_t)from[x];
        else if (depth == 8)
            to[x] = (uint8_t)from[x];
        else
            to[byte_of(x, depth)] |= (uint8_t)((from[x] & mask) << shift_of(x, depth));
    }
}

static void pack_row(const uint8_t *from, unsigned n, unsigned depth, uint32_t *to)
{
    const unsigned mask = depth < 16 ? (1u << depth) - 1 : 0xFFFF;
    for (unsigned x = 0; x < n; x++) {
        if (depth == 16)
            to[x] = ((const uint16_t *)(const void *)from)[x];
        else
            to[x] = (unsigned)from[byte_of(x, depth)] >> shift_of(x, depth) & mask;
    }
}

pixman_image_t *ofs_pict_unpack(const struct ofs_raster *raster, const struct ofs_pict_format *format,
                                struct ofs_rect part)
{
    const struct ofs_pixman *px = ofs_pixman();
    int width = part.x1 - part.x0;
    pixman_image_t *image = px->pixman_image_create_bits_no_clear(format->code, width, part.y1 - part.y0, NULL, 0);
    if (!image)
        return NULL;
    uint8_t *to = (uint8_t *)px->pixman_image_get_data(image);
    for (int y = part.y0; y < part.y1; y++, to += px->pixman_image_get_stride(image))
        unpack_row(ofs_raster_at(raster, part.x0, y), (unsigned)width, format->depth, to);
    return image;
}

void ofs_pict_pack(struct ofs_raster *raster, const struct ofs_pict_format *format, struct ofs_rect part,
                   pixman_image_t *image)
{
    const struct ofs_pixman *px = ofs_pixman();
    const uint8_t *from = (const uint8_t *)px->pixman_image_get_data(image);
    for (int y = part.y0; y < part.y1; y++, from += px->pixman_image_get_stride(image))
        pack_row(from, (unsigned)(part.x1 - part.x0), format->depth, ofs_raster_at(raster, part.x0, y));
}

/* ---- how long it would take ---- */

static double larger(double a, double b) { return a > b ? a : b; }

/* How far from the origin, in pixels, the corners of an area lie in the picture; 32768 is as far as pixman goes. */
static void reach(const struct ofs_pict *p, struct ofs_rect area, double *x_out, double *y_out)
{
    const double xs[2] = { area.x0, area.x1 }, ys[2] = { area.y0, area.y1 };
    const pixman_fixed_t(*m)[3] = p->transform.matrix;
    *x_out = *y_out = 32768;
    if (m[2][0] || m[2][1] || m[2][2] != pixman_fixed_1)
        return;
    double x = 0, y = 0;
    for (unsigned i = 0; i < 4; i++) {
        x = larger(x, fabs((m[0][0] * xs[i & 1] + m[0][1] * ys[i >> 1] + m[0][2]) / 65536));
        y = larger(y, fabs((m[1][0] * xs[i & 1] + m[1][1] * ys[i >> 1] + m[1][2]) / 65536));
    }
    *x_out = x < 32768 ? x : 32768;
    *y_out = y < 32768 ? y : 32768;
}

/* What pixman does, one pixel of a plain picture being a step: it looks through the stops of a gradient, sums up the values of a kernel
 * and, where a transformed picture repeats, goes back by its size step by step, all for each pixel. */
static double steps_of(const struct ofs_pict *p, struct ofs_rect area)
{
    double each = 1;
    if (p->fill) {
        each += p->fill->count;
    } else {
        if (p->transformed && p->repeat == RepeatNormal) {
            double x, y;
            reach(p, area, &x, &y);
            each += x / p->pixmap.width + y / p->pixmap.height;
        }
        if (p->filter == PIXMAN_FILTER_CONVOLUTION && p->param_count > 2)
            each *= 1 + (double)(p->params[0] >> 16) * (p->params[1] >> 16);
    }
    return each * (area.x1 - area.x0) * (area.y1 - area.y0);
}

/* ---- what a picture's pixels are ---- */

static pixman_image_t *open_fill(const struct ofs_fill *fill)
{
    const struct ofs_pixman *px = ofs_pixman();
    const pixman_point_fixed_t *p = fill->p;
    const int count = (int)fill->count;
    switch (fill->kind) {
    case OFS_FILL_SOLID: return px->pixman_image_create_solid_fill(&fill->color);
    case OFS_FILL_LINEAR: return px->pixman_image_create_linear_gradient(&p[0], &p[1], fill->stops, count);
    case OFS_FILL_RADIAL:
        return px->pixman_image_create_radial_gradient(&p[0], &p[1], fill->r[0], fill->r[1], fill->stops, count);
    default: return px->pixman_image_create_conical_gradient(&p[0], fill->r[0], fill->stops, count);
    }
}

/* A part of a raster: in place, or copied. */
static pixman_image_t *open_part(const struct ofs_raster *raster, const struct ofs_pict_format *format,
                                 struct ofs_rect part)
{
    if (!ofs_pict_in_place(format))
        return ofs_pict_unpack(raster, format, part);
    return ofs_pixman()->pixman_image_create_bits(format->code, part.x1 - part.x0, part.y1 - part.y0,
                                                  ofs_raster_at(raster, part.x0, part.y0), (int)raster->stride * 4);
}

/* Whether pixels outside of `area` have no part in it. */
static bool only_area(const struct ofs_pict *p)
{
    return !p->transformed && !p->alpha && p->filter != PIXMAN_FILTER_CONVOLUTION;
}

/* A pixmap without an id is not drawn in any more. */
void ofs_pict_refresh(struct ofs_server *s, const struct ofs_pict *p)
{
    if (p->window) {
        ofs_painted_read(s, p->window, NULL, (struct ofs_rect){ 0, 0, p->window->width, p->window->height });
        return;
    }
    struct ofs_pixmap *pixmap =
        ofs_xview_is_painted() ? (struct ofs_pixmap *)ofs_res_get(s, p->pixmap_id, OFS_RES_PIXMAP) : NULL;
    if (pixmap && pixmap->raster == p->pixmap.raster)
        ofs_painted_read(s, NULL, pixmap, (struct ofs_rect){ 0, 0, pixmap->width, pixmap->height });
}

/* What of a pixmap the image has. */
static struct ofs_rect part_of(const struct ofs_pict *p, struct ofs_rect area)
{
    struct ofs_rect all = { 0, 0, p->pixmap.width, p->pixmap.height }, part = ofs_rect_cut(all, area);
    if (p->repeat == RepeatNone && ofs_rect_empty(part))
        part = (struct ofs_rect){ 0, 0, 1, 1 }; /* nothing of it is seen, but that matters to some operators */
    bool inside = part.x0 == area.x0 && part.y0 == area.y0 && part.x1 == area.x1 && part.y1 == area.y1;
    if (ofs_pict_in_place(p->format) || !only_area(p) || !(inside || p->repeat == RepeatNone))
        part = all;
    return part;
}

enum { COPIED_STEPS = 3 };

/* Pixels that are copied for the image. */
static double copied(const struct ofs_pict *p, struct ofs_rect area)
{
    double count = 0;
    if (p->window && !p->window->parent && p->inferiors)
        count = (double)p->window->width * p->window->height;
    if (!p->fill && !p->window && !ofs_pict_in_place(p->format)) {
        const struct ofs_rect part = part_of(p, area);
        count = (double)(part.x1 - part.x0) * (part.y1 - part.y0);
    }
    if (p->alpha && !ofs_pict_in_place(p->alpha_format))
        count += (double)p->alpha->width * p->alpha->height;
    return count;
}

double ofs_pict_steps(const struct ofs_pict *p, struct ofs_rect area)
{
    return steps_of(p, area) + COPIED_STEPS * copied(p, area);
}

static int open_pixmap(const struct ofs_pict *p, struct ofs_rect area, struct ofs_pict_image *out)
{
    const struct ofs_rect part = part_of(p, area);
    out->x = -part.x0;
    out->y = -part.y0;
    out->image = open_part(p->pixmap.raster, p->format, part);
    return out->image ? 0 : BadAlloc;
}

/* The screen with the windows on it has no raster. */
static int open_root(const struct ofs_window *root, const struct ofs_surface *surface, struct ofs_pict_image *out)
{
    const struct ofs_pixman *px = ofs_pixman();
    out->image = px->pixman_image_create_bits_no_clear(PIXMAN_x8r8g8b8, root->width, root->height, NULL, 0);
    if (!out->image)
        return BadAlloc;
    uint32_t *row = px->pixman_image_get_data(out->image);
    for (int y = 0; y < root->height; y++, row += px->pixman_image_get_stride(out->image) / 4)
        ofs_picture_read(surface, 0, y, root->width, row);
    return 0;
}

static int open_window(struct ofs_server *s, const struct ofs_pict *p, struct ofs_pict_image *out)
{
    struct ofs_surface surface;
    int error = ofs_surface_open(p->window, NULL, s, true, &surface);
    if (error || !surface.raster)
        return error;
    if (!p->window->parent && p->inferiors)
        return open_root(p->window, &surface, out);
    const struct ofs_raster *raster = surface.raster;
    struct ofs_rect all = { surface.x, surface.y, surface.x + p->window->width, surface.y + p->window->height };
    struct ofs_rect part = ofs_rect_cut(all, (struct ofs_rect){ 0, 0, (int)raster->width, (int)raster->height });
    if (ofs_rect_empty(part))
        return 0;
    out->x = surface.x - part.x0;
    out->y = surface.y - part.y0;
    out->image = open_part(raster, p->format, part);
    return out->image ? 0 : BadAlloc;
}

/* ---- and what is set on it ---- */

/* The transformation leads to coordinates of the picture; those of the image are further by (x, y). False: too far. */
static bool shift_transform(pixman_transform_t *t, int x, int y)
{
    const int by[2] = { x, y };
    for (unsigned row = 0; row < 2; row++) {
        for (unsigned i = 0; i < 3; i++) {
            int64_t v = t->matrix[row][i] + (int64_t)by[row] * t->matrix[2][i];
            if (v != (int32_t)v)
                return false;
            t->matrix[row][i] = (int32_t)v;
        }
    }
    return true;
}

static bool set_transform(const struct ofs_pict *p, struct ofs_pict_image *out)
{
    pixman_transform_t transform = p->transform;
    if (!p->transformed)
        return true;
    if (!shift_transform(&transform, out->x, out->y))
        return false;
    out->x = out->y = 0;
    return ofs_pixman()->pixman_image_set_transform(out->image, &transform);
}

static bool set_alpha_map(const struct ofs_pict *p, pixman_image_t *image, int x, int y)
{
    if (!p->alpha)
        return true;
    const struct ofs_rect all = { 0, 0, (int)p->alpha->width, (int)p->alpha->height };
    pixman_image_t *map = open_part(p->alpha, p->alpha_format, all);
    if (!map)
        return false;
    ofs_pixman()->pixman_image_set_alpha_map(image, map, (int16_t)(p->alpha_x + x), (int16_t)(p->alpha_y + y));
    ofs_pixman()->pixman_image_unref(map); /* the image holds it */
    return true;
}

static bool set_properties(const struct ofs_pict *p, struct ofs_pict_image *out)
{
    static const pixman_repeat_t repeats[] = { [RepeatNone] = PIXMAN_REPEAT_NONE,
                                               [RepeatNormal] = PIXMAN_REPEAT_NORMAL,
                                               [RepeatPad] = PIXMAN_REPEAT_PAD,
                                               [RepeatReflect] = PIXMAN_REPEAT_REFLECT };
    const struct ofs_pixman *px = ofs_pixman();
    bool kernel = p->filter == PIXMAN_FILTER_CONVOLUTION;
    px->pixman_image_set_repeat(out->image, repeats[p->repeat]);
    px->pixman_image_set_component_alpha(out->image, p->component_alpha);
    return px->pixman_image_set_filter(out->image, p->filter, kernel ? p->params : NULL,
                                       kernel ? (int)p->param_count : 0) &&
           (p->fill || set_alpha_map(p, out->image, out->x, out->y)) && set_transform(p, out);
}

int ofs_pict_image_open(struct ofs_server *s, const struct ofs_pict *pict, struct ofs_rect area,
                        struct ofs_pict_image *out)
{
    *out = (struct ofs_pict_image){ 0 };
    if (steps_of(pict, area) > OFS_PICT_MOST_STEPS)
        return BadAlloc;
    int error = 0;
    if (!pict->fill)
        ofs_pict_refresh(s, pict);
    if (pict->fill)
        error = (out->image = open_fill(pict->fill)) ? 0 : BadAlloc;
    else if (pict->window)
        error = open_window(s, pict, out);
    else
        error = open_pixmap(pict, area, out);
    if (!error && out->image && !set_properties(pict, out))
        error = BadAlloc;
    if (error)
        ofs_pict_image_close(out);
    return error;
}

void ofs_pict_image_close(struct ofs_pict_image *image)
{
    if (image->image)
        ofs_pixman()->pixman_image_unref(image->image);
    image->image = NULL;
}
