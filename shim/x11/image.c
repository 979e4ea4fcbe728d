/* PutImage and GetImage. Source: X11 protocol, PutImage, GetImage, and "Connection Setup" for the layout of images: rows
 * are padded to 32 bits, and pixels and bits are in this machine's order. */
#include "x11/image.h"

#include <stdlib.h>

#include "x11/painted.h"
#include "x11/private.h"

enum { CHUNK = 256, LITTLE = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ };

static unsigned bit_shift(unsigned x) { return LITTLE ? x & 7 : 7 - (x & 7); }

uint64_t ofs_image_bytes(uint8_t format, uint8_t depth, uint32_t plane_mask, unsigned width, unsigned height)
{
    if (format == ZPixmap)
        return ofs_image_pitch(width, ofs_depth_bits_per_pixel(depth)) * height;
    uint32_t planes = plane_mask & (depth >= 32 ? ~0u : (1u << depth) - 1);
    return ofs_image_pitch(width, 1) * height * (unsigned)__builtin_popcount(planes);
}

/* ---- into a drawable ---- */

static uint32_t bit_at(const uint8_t *row, unsigned x) { return row[x / 8] >> bit_shift(x) & 1u; }

/* n pixels from (x, y) of the image. */
static void decode(const struct ofs_image *image, const struct ofs_gc *gc, unsigned x, unsigned y, unsigned n,
                   uint32_t *out)
{
    const uint8_t *row = image->data + y * image->pitch_bytes;
    uint8_t bits = image->format == ZPixmap ? ofs_depth_bits_per_pixel(image->depth) : 1;
    unsigned planes = image->format == XYPixmap ? image->depth : 1;
    x += image->left_pad;
    if (bits == 32)
        memcpy(out, row + (size_t)x * 4, (size_t)n * 4);
    for (unsigned i = 0; i < n && bits != 32; i++, x++) {
        uint32_t v = 0;
        if (bits == 16)
            v = ofs_get16(row + (size_t)x * 2, false);
        else if (bits == 8)
            v = row[x];
        else
            for (unsigned plane = 0; plane < planes; plane++) /* the highest comes first */
                v = v << 1 | bit_at(row + plane * image->plane_bytes, x);
        out[i] = image->format == XYBitmap ? (v ? gc->foreground : gc->background) : v;
    }
}

static void put_row(const struct ofs_image *image, const struct ofs_gc *gc, const struct ofs_mix *mix, uint32_t *to,
                    unsigned x, unsigned y, unsigned n)
{
    uint32_t row[CHUNK];
    if (image->format == ZPixmap && ofs_depth_bits_per_pixel(image->depth) == 32 && ofs_mix_is_copy(mix)) {
        memcpy(to, image->data + y * image->pitch_bytes + (size_t)x * 4, (size_t)n * 4);
        return;
    }
    for (unsigned at = 0; at < n; at += CHUNK) {
        unsigned part = n - at < CHUNK ? n - at : CHUNK;
        decode(image, gc, x + at, y, part, row);
        ofs_mix_row(mix, to + at, row, part);
    }
}

int ofs_image_put(struct ofs_client *c, struct ofs_window *w, struct ofs_pixmap *p, const struct ofs_gc *gc,
                  const struct ofs_image *image, struct ofs_rect area, int x, int y)
{
    struct ofs_surface surface;
    int error = ofs_surface_open(w, p, c->server, gc->inferiors, &surface);
    if (error || !surface.raster)
        return error;
    /* From the image to the raster. */
    int dx = surface.x + x - area.x0, dy = surface.y + y - area.y0;
    struct ofs_rect target = { area.x0 + dx, area.y0 + dy, area.x1 + dx, area.y1 + dy };
    struct ofs_region *clip = ofs_gc_clip(gc, &surface);
    if (!clip)
        return BadAlloc;
    struct ofs_mix mix = ofs_gc_mix(gc);
    if (image->format == XYPixmap && gc->depth < 32) /* plane by plane: what is beyond them stays */
        mix.planes = gc->plane_mask & ((1u << gc->depth) - 1);
    ofs_present_put(c, &surface, target);
    for (unsigned i = 0; i < clip->count; i++) {
        struct ofs_rect part = ofs_rect_cut(clip->rects[i], target);
        for (int row = part.y0; row < part.y1 && part.x0 < part.x1; row++)
            put_row(image, gc, &mix, ofs_raster_at(surface.raster, part.x0, row), (unsigned)(part.x0 - dx),
                    (unsigned)(row - dy), (unsigned)(part.x1 - part.x0));
    }
    ofs_region_destroy(clip);
    return 0;
}

int ofs_core_PutImage(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t drawable = ofs_req32(r), gc_id = ofs_req32(r);
    uint16_t width = ofs_req16(r), height = ofs_req16(r);
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    struct ofs_image image = { .format = r->minor };
    image.left_pad = ofs_req8(r);
    image.depth = ofs_req8(r);
    ofs_req_skip(r, 2);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    struct ofs_gc *gc;
    int error = ofs_gc_find_with(c, drawable, gc_id, &w, &p, &gc);
    if (error)
        return error;
    uint64_t planes = 1, bytes;
    if (image.format == XYBitmap || image.format == XYPixmap) {
        if (image.depth != (image.format == XYBitmap ? 1 : gc->depth) || image.left_pad >= 32)
            return BadMatch;
        image.pitch_bytes = (size_t)ofs_image_pitch((uint64_t)width + image.left_pad, 1);
        image.plane_bytes = image.pitch_bytes * height;
        planes = image.depth;
    } else if (image.format == ZPixmap) {
        if (image.depth != gc->depth || image.left_pad)
            return BadMatch;
        image.pitch_bytes = (size_t)ofs_image_pitch(width, ofs_depth_bits_per_pixel(image.depth));
    } else {
        return ofs_bad(c, BadValue, image.format);
    }
    bytes = (uint64_t)image.pitch_bytes * height * planes;
    if (ofs_req_left(r) != bytes)
        return BadLength;
    image.data = ofs_req_bytes(r, (uint32_t)bytes);
    return ofs_image_put(c, w, p, gc, &image, (struct ofs_rect){ 0, 0, width, height }, x, y);
}

/* ---- out of a drawable ---- */

static int check_area(const struct ofs_window *root, const struct ofs_window *w, const struct ofs_pixmap *p,
                      const struct ofs_image_source *source)
{
    int x = source->x, y = source->y, right = x + (int)source->width, bottom = y + (int)source->height;
    if (p)
        return x < 0 || y < 0 || right > p->width || bottom > p->height ? BadMatch : 0;
    if (w->class == InputOnly || !w->viewable)
        return BadMatch;
    int bw = w->border_width, root_x, root_y;
    ofs_window_origin(w, &root_x, &root_y);
    if (x < -bw || y < -bw || right > w->width + bw || bottom > w->height + bw)
        return BadMatch;
    return root_x + x < 0 || root_y + y < 0 || root_x + right > root->width || root_y + bottom > root->height ? BadMatch
                                                                                                              : 0;
}

int ofs_image_source_find(struct ofs_client *c, uint32_t drawable, struct ofs_image_source *source,
                          struct ofs_window **w_out, struct ofs_pixmap **p_out)
{
    int error = ofs_find_drawable(c, drawable, w_out, p_out);
    if (error)
        return error;
    source->depth = *w_out ? (*w_out)->depth : (*p_out)->depth;
    source->visual = *w_out ? (*w_out)->visual : None;
    error = check_area(c->server->root, *w_out, *p_out, source);
    if (!error)
        ofs_painted_read(c->server, *w_out, *p_out,
                         (struct ofs_rect){ source->x, source->y, source->x + (int)source->width,
                                            source->y + (int)source->height });
    return error;
}

/* A row of pixels as the image has it: one plane of it, or all in place. Returns the bytes. */
static size_t encode(const struct ofs_image_source *source, uint32_t plane, uint32_t *px)
{
    uint8_t bits = source->format == ZPixmap ? ofs_depth_bits_per_pixel(source->depth) : 1;
    size_t n = (size_t)ofs_image_pitch(source->width, bits);
    uint8_t *out = (uint8_t *)px;
    for (unsigned x = 0; x < source->width; x++) {
        uint32_t v = source->format == ZPixmap ? px[x] & source->plane_mask : !!(px[x] & plane);
        if (bits == 32) {
            px[x] = v;
        } else if (bits == 16) {
            ofs_put16(out + (size_t)x * 2, (uint16_t)v, false);
        } else if (bits == 8) {
            out[x] = (uint8_t)v;
        } else { /* eight pixels later is where the next byte goes: what is overwritten has been read */
            if (!(x & 7))
                out[x / 8] = 0;
            out[x / 8] = (uint8_t)(out[x / 8] | (v & 1) << bit_shift(x));
        }
    }
    size_t used = (source->width * (size_t)bits + 7) / 8;
    memset(out + used, 0, n - used);
    return n;
}

int ofs_image_read(const struct ofs_image_source *source, void (*sink)(void *arg, const void *bytes, size_t n),
                   void *arg)
{
    /* A word more than the pixels: padding. */
    uint32_t *row = malloc(((size_t)source->width + 1) * 4);
    if (!row)
        return BadAlloc;
    uint32_t highest = source->format == ZPixmap ? 1 : 1u << (source->depth - 1);
    for (uint32_t plane = highest; plane; plane >>= 1) {
        if (source->format == XYPixmap && !(plane & source->plane_mask))
            continue;
        for (unsigned y = 0; y < source->height; y++) {
            ofs_picture_read(&source->surface, source->x, source->y + (int)y, source->width, row);
            sink(arg, row, encode(source, plane, row));
        }
    }
    free(row);
    return 0;
}

static void to_client(void *client, const void *bytes, size_t n) { ofs_out_bytes(client, bytes, n); }

int ofs_core_GetImage(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_image_source source = { .format = r->minor };
    uint32_t drawable = ofs_req32(r);
    source.x = ofs_req_i16(r);
    source.y = ofs_req_i16(r);
    source.width = ofs_req16(r);
    source.height = ofs_req16(r);
    source.plane_mask = ofs_req32(r);
    if (source.format != XYPixmap && source.format != ZPixmap)
        return ofs_bad(c, BadValue, source.format);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_image_source_find(c, drawable, &source, &w, &p);
    if (error)
        return error;
    uint64_t bytes = ofs_image_bytes(source.format, source.depth, source.plane_mask, source.width, source.height);
    if (bytes + 4096 > c->server->config.max_output_bytes - (c->out_len - c->out_at))
        return BadAlloc;
    error = ofs_surface_open(w, p, c->server, true, &source.surface);
    if (error)
        return error;
    ofs_reply_begin(c, source.depth);
    ofs_out32(c, source.visual);
    ofs_out_zero(c, 20);
    /* Out of memory now: the client is dropped, as by any other reply that cannot be written. */
    if (ofs_image_read(&source, to_client, c))
        c->closing = true;
    ofs_reply_end(c);
    return 0;
}
