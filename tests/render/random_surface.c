/* Chance, formats, and the drawables that are drawn to and from. */
#include "random.h"

#include <stdlib.h>
#include <string.h>

/* ---- chance ---- */

static uint64_t state;

uint32_t any(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}
uint32_t below(uint32_t n) { return any() % n; }
int between(int least, int most) { return least + (int)below((uint32_t)(most - least + 1)); }
bool one_in(uint32_t n) { return below(n) == 0; }
int32_t fixed(int least, int most)
{
    return between(least * 256, most * 256) * 256 + (one_in(2) ? (int)below(256) : 0);
}

void start_chance(unsigned number)
{
    state = 0x9E3779B97F4A7C15u * (number + 1);
    for (unsigned i = 0; i < 8; i++)
        any();
}

/* ---- formats ---- */

struct format formats[FORMATS] = {
    [A1] = { 1, 0, 0, 1, 0, 1 },
    [A8] = { 8, 0, 0, 0xFF, 0, 0xFF },
    [RGB] = { 24, 16, 0xFF, 0, 0, 0xFFFFFF },
    [ARGB] = { 32, 16, 0xFF, 0xFF, 0, ~0u },
    [XRGB] = { 32, 16, 0xFF, 0, 0, 0xFFFFFF },
    [RGB16] = { 16, 11, 0x1F, 0, 0, 0xFFFF },
    [XBGR] = { 32, 0, 0xFF, 0, 0, 0xFFFFFF },
    [BGRA] = { 32, 8, 0xFF, 0xFF, 0, ~0u },
    [ARGB15] = { 16, 10, 0x1F, 1, 0, 0xFFFF },
    [ARGB30] = { 32, 20, 0x3FF, 3, 0, ~0u },
};

bool find_formats(void)
{
    xcb_render_query_pict_formats_reply_t *reply =
        xcb_render_query_pict_formats_reply(c, xcb_render_query_pict_formats(c), NULL);
    if (!reply)
        return false;
    xcb_render_pictforminfo_iterator_t it = xcb_render_query_pict_formats_formats_iterator(reply);
    for (; it.rem; xcb_render_pictforminfo_next(&it))
        for (unsigned i = 0; i < FORMATS; i++) {
            struct format *f = &formats[i];
            const xcb_render_directformat_t *d = &it.data->direct;
            if (!f->id && it.data->type == XCB_RENDER_PICT_TYPE_DIRECT && it.data->depth == f->depth &&
                d->red_mask == f->red_mask && d->red_shift == f->red_shift && d->alpha_mask == f->alpha_mask)
                f->id = it.data->id;
        }
    free(reply);
    for (unsigned i = 0; i < FORMATS; i++)
        if (!formats[i].id)
            return false;
    return true;
}

/* ---- drawables ---- */

unsigned bits_per_pixel(uint8_t depth) { return depth == 1 ? 1 : depth == 8 ? 8 : depth == 16 ? 16 : 32; }

/* Pixels that mean something: alpha and colours at their ends as often as between. */
static void put_random(const struct surface *s)
{
    unsigned bits = bits_per_pixel(s->format->depth);
    size_t pitch = (s->width * bits + 31) / 32 * 4, bytes = pitch * s->height;
    uint8_t *data = malloc(bytes);
    unsigned kind = below(4);
    for (size_t i = 0; i < bytes; i++)
        data[i] = kind == 0   ? (uint8_t)any()
                  : kind == 1 ? (uint8_t)(i * 5)
                  : one_in(3) ? 0xFF
                  : one_in(2) ? 0
                              : (uint8_t)any();
    xcb_gcontext_t gc = xcb_generate_id(c);
    xcb_create_gc(c, gc, s->drawable, 0, NULL);
    xcb_put_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, s->drawable, gc, (uint16_t)s->width, (uint16_t)s->height, 0, 0, 0,
                  s->format->depth, (uint32_t)bytes, data);
    xcb_free_gc(c, gc);
    free(data);
}

struct surface new_pixmap(unsigned format, unsigned width, unsigned height)
{
    struct surface s = { xcb_generate_id(c), &formats[format], width, height, false };
    xcb_create_pixmap(c, s.format->depth, s.drawable, screen->root, (uint16_t)width, (uint16_t)height);
    put_random(&s);
    return s;
}

struct surface new_window(void)
{
    const uint32_t values[] = { 0x204060, 1 };
    struct surface s = { xcb_generate_id(c), &formats[RGB], WIDTH, HEIGHT, true };
    xcb_create_window(c, XCB_COPY_FROM_PARENT, s.drawable, screen->root, (int16_t)between(0, 200), 30, WIDTH, HEIGHT,
                      (uint16_t)below(3), XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_BACK_PIXEL | XCB_CW_OVERRIDE_REDIRECT, values);
    if (one_in(2)) {
        xcb_window_t child = xcb_generate_id(c);
        xcb_create_window(c, XCB_COPY_FROM_PARENT, child, s.drawable, 10, 8, 20, 15, 1, XCB_WINDOW_CLASS_INPUT_OUTPUT,
                          XCB_COPY_FROM_PARENT, XCB_CW_BACK_PIXEL, values);
        xcb_map_subwindows(c, s.drawable);
    }
    xcb_map_window(c, s.drawable);
    put_random(&s);
    return s;
}

uint64_t look(const struct surface *s)
{
    xcb_get_image_reply_t *reply = xcb_get_image_reply(
        c, xcb_get_image(c, XCB_IMAGE_FORMAT_Z_PIXMAP, s->drawable, 0, 0, (uint16_t)s->width, (uint16_t)s->height, ~0u),
        NULL);
    if (!reply)
        return 0;
    uint8_t *data = xcb_get_image_data(reply);
    unsigned bits = bits_per_pixel(s->format->depth);
    size_t pitch = (s->width * bits + 31) / 32 * 4;
    uint64_t hash = 14695981039346656037u;
    for (unsigned y = 0; y < s->height; y++) {
        for (unsigned x = 0; x < s->width; x++) {
            uint32_t v = 0;
            if (bits == 1)
                v = data[y * pitch + x / 8] >> (x & 7) & 1;
            else
                memcpy(&v, data + y * pitch + (size_t)x * bits / 8, bits / 8);
            v &= s->format->bits;
            hash = (hash ^ v) * 1099511628211u;
            if (dump)
                printf("%0*x%c", bits == 1 ? 1 : (int)bits / 4, v, x + 1 < s->width ? ' ' : '\n');
        }
    }
    free(reply);
    return hash;
}
