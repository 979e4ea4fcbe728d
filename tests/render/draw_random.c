/* Random drawing through RENDER, told by the pixels that come of it: one line for each case, the same on every server.
 *
 *     render_random [--from N] [--dump] COUNT
 *
 * Each case makes its own target and sources from its number, so any one can be looked at alone: --dump prints the pixels.
 * What servers may differ in by decision (shim/x11/DEVIATIONS.md) is left out: windows as sources, depth 4. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/render.h>
#include <xcb/xcb.h>

enum { WIDTH = 64, HEIGHT = 48, MAX_PICTURES = 8 };

static xcb_connection_t *c;
static xcb_screen_t *screen;
static uint64_t state;
static bool dump;

/* What a case does, for --dump. */
#define TELL(...) (dump ? (void)printf(__VA_ARGS__) : (void)0)

/* ---- chance ---- */

static uint32_t any(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16);
}
static uint32_t below(uint32_t n) { return any() % n; }
static int between(int least, int most) { return least + (int)below((uint32_t)(most - least + 1)); }
static bool one_in(uint32_t n) { return below(n) == 0; }
static int32_t fixed(int least, int most)
{
    return between(least * 256, most * 256) * 256 + (one_in(2) ? (int)below(256) : 0);
}

/* ---- formats ---- */

struct format {
    uint8_t depth;
    uint16_t red_shift, red_mask, alpha_mask;
    xcb_render_pictformat_t id;
    uint32_t bits;
};
enum { A1, A8, RGB, ARGB, XRGB, RGB16, XBGR, BGRA, ARGB15, ARGB30, FORMATS };
static struct format formats[FORMATS] = {
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

static bool find_formats(void)
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

struct surface {
    uint32_t drawable;
    const struct format *format;
    unsigned width, height;
    bool window;
};

static unsigned bits_per_pixel(uint8_t depth) { return depth == 1 ? 1 : depth == 8 ? 8 : depth == 16 ? 16 : 32; }

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

static struct surface new_pixmap(unsigned format, unsigned width, unsigned height)
{
    struct surface s = { xcb_generate_id(c), &formats[format], width, height, false };
    xcb_create_pixmap(c, s.format->depth, s.drawable, screen->root, (uint16_t)width, (uint16_t)height);
    put_random(&s);
    return s;
}

static struct surface new_window(void)
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

/* The pixels of all of it, without the bits that mean nothing. */
static uint64_t look(const struct surface *s)
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

/* ---- pictures ---- */

static xcb_render_picture_t made[MAX_PICTURES];
static unsigned made_count;

/* An id for a picture that goes at the end of the case. */
static xcb_render_picture_t new_id(void) { return made[made_count++] = xcb_generate_id(c); }

static void set_transform(xcb_render_picture_t picture)
{
    xcb_render_transform_t t = { 65536, 0, 0, 0, 65536, 0, 0, 0, 65536 };
    switch (below(5)) {
    case 0:
        t.matrix13 = fixed(-20, 20);
        t.matrix23 = fixed(-20, 20);
        break;
    case 1:
        t.matrix11 = fixed(-3, 3);
        t.matrix22 = fixed(-3, 3);
        t.matrix13 = fixed(-5, 40);
        break;
    case 2:
        t.matrix11 = 0;
        t.matrix12 = 65536;
        t.matrix21 = -65536;
        t.matrix22 = 0;
        t.matrix23 = fixed(0, 40);
        break;
    case 3:
        t.matrix11 = fixed(-2, 2);
        t.matrix12 = fixed(-2, 2);
        t.matrix13 = fixed(-30, 30);
        t.matrix21 = fixed(-2, 2);
        t.matrix22 = fixed(-2, 2);
        t.matrix23 = fixed(-30, 30);
        break;
    default:
        t.matrix31 = between(-600, 600);
        t.matrix32 = between(-600, 600);
        t.matrix33 = fixed(1, 2);
        break;
    }
    TELL("transform %x %x %x %x %x %x %x %x %x, ", t.matrix11, t.matrix12, t.matrix13, t.matrix21, t.matrix22,
         t.matrix23, t.matrix31, t.matrix32, t.matrix33);
    xcb_render_set_picture_transform(c, picture, t);
}

static void set_filter(xcb_render_picture_t picture)
{
    static const char *const names[] = { "nearest", "bilinear", "fast", "good", "best", "convolution" };
    unsigned i = below(6);
    xcb_render_fixed_t params[2 + 9] = { 3 * 65536, 3 * 65536 };
    unsigned n = i == 5 ? 11 : 0;
    for (unsigned k = 2; k < n; k++)
        params[k] = fixed(0, 1) / 8;
    TELL("filter %s, ", names[i]);
    xcb_render_set_picture_filter(c, picture, (uint16_t)strlen(names[i]), names[i], n, params);
}

static void set_attribute(xcb_render_picture_t picture, uint32_t bit, uint32_t value)
{
    TELL("attribute %#x %d, ", bit, (int)value);
    xcb_render_change_picture(c, picture, bit, &value);
}

static struct surface last_map; /* the alpha map made last */

static void set_alpha_map(xcb_render_picture_t picture)
{
    struct surface s = new_pixmap(one_in(2)   ? A8
                                  : one_in(2) ? ARGB
                                              : A1,
                                  (unsigned)between(8, 60), (unsigned)between(8, 60));
    TELL("alpha map %ux%u depth %u, ", s.width, s.height, s.format->depth);
    xcb_render_picture_t map = xcb_generate_id(c);
    xcb_render_create_picture(c, map, s.drawable, s.format->id, 0, NULL);
    set_attribute(picture, XCB_RENDER_CP_ALPHA_MAP, map);
    set_attribute(picture, XCB_RENDER_CP_ALPHA_X_ORIGIN, (uint32_t)between(-8, 8));
    set_attribute(picture, XCB_RENDER_CP_ALPHA_Y_ORIGIN, (uint32_t)between(-8, 8));
    xcb_render_free_picture(c, map); /* the other one keeps it */
    last_map = s;                    /* looked at in the end, if it is the target's */
}

static xcb_render_color_t color(void)
{
    xcb_render_color_t v = { (uint16_t)any(), (uint16_t)any(), (uint16_t)any(), (uint16_t)any() };
    if (one_in(3))
        v.alpha = 0xFFFF;
    if (one_in(6))
        v = (xcb_render_color_t){ 0, 0, 0, one_in(2) ? 0xFFFF : 0 };
    return v;
}

static xcb_render_pointfix_t point(void)
{
    xcb_render_pointfix_t p = { fixed(-10, WIDTH + 10), fixed(-10, HEIGHT + 10) };
    return p;
}

static void new_gradient(xcb_render_picture_t id)
{
    xcb_render_fixed_t stops[6];
    xcb_render_color_t colors[6];
    unsigned n = (unsigned)between(1, 6);
    for (unsigned i = 0; i < n; i++) {
        stops[i] = (int32_t)(65536 * i / n + below(65536 / n + 1));
        colors[i] = color();
    }
    switch (below(3)) {
    case 0: xcb_render_create_linear_gradient(c, id, point(), point(), n, stops, colors); break;
    case 1:
        xcb_render_create_radial_gradient(c, id, point(), point(), fixed(0, 20), fixed(0, 60), n, stops, colors);
        break;
    default: xcb_render_create_conical_gradient(c, id, point(), fixed(0, 360), n, stops, colors); break;
    }
}

static xcb_render_picture_t new_source(void)
{
    xcb_render_picture_t id = new_id();
    unsigned kind = below(6);
    TELL("\nsource %u, ", kind);
    if (kind == 0) {
        xcb_render_create_solid_fill(c, id, color());
        return id;
    }
    if (kind == 1) {
        new_gradient(id);
    } else {
        struct surface s = new_pixmap(below(FORMATS), one_in(5) ? 1 : (unsigned)between(1, WIDTH),
                                      one_in(5) ? 1 : (unsigned)between(1, HEIGHT));
        TELL("%ux%u format %u, ", s.width, s.height, (unsigned)(s.format - formats));
        xcb_render_create_picture(c, id, s.drawable, s.format->id, 0, NULL);
        xcb_free_pixmap(c, s.drawable);
        if (one_in(8))
            set_alpha_map(id);
        if (one_in(2))
            set_filter(id);
        if (one_in(3))
            set_attribute(id, XCB_RENDER_CP_COMPONENT_ALPHA, 1);
    }
    if (one_in(2))
        set_attribute(id, XCB_RENDER_CP_REPEAT, below(4));
    if (one_in(3))
        set_transform(id);
    return id;
}

static void set_clip(xcb_render_picture_t picture)
{
    xcb_rectangle_t rects[6];
    unsigned n = below(7);
    if (one_in(4)) {
        struct surface mask = new_pixmap(A1, WIDTH / 2, HEIGHT);
        set_attribute(picture, XCB_RENDER_CP_CLIP_MASK, mask.drawable);
        set_attribute(picture, XCB_RENDER_CP_CLIP_X_ORIGIN, (uint32_t)between(-4, 20));
        xcb_free_pixmap(c, mask.drawable);
        return;
    }
    for (unsigned i = 0; i < n; i++)
        rects[i] = (xcb_rectangle_t){ (int16_t)between(-10, WIDTH), (int16_t)between(-10, HEIGHT), (uint16_t)below(40),
                                      (uint16_t)below(40) };
    xcb_render_set_picture_clip_rectangles(c, picture, (int16_t)between(-3, 3), (int16_t)between(-3, 3), n, rects);
}

static bool clipped; /* the target, by the client */

static xcb_render_picture_t new_target(const struct surface *s)
{
    xcb_render_picture_t id = new_id();
    xcb_render_create_picture(c, id, s->drawable, s->format->id, 0, NULL);
    clipped = one_in(3);
    if (clipped)
        set_clip(id);
    if (s->window && one_in(2))
        set_attribute(id, XCB_RENDER_CP_SUBWINDOW_MODE, 1);
    if (!s->window && one_in(8))
        set_alpha_map(id);
    if (one_in(2))
        set_attribute(id, XCB_RENDER_CP_POLY_EDGE, below(2));
    return id;
}

/* ---- requests ---- */

static uint8_t op(void)
{
    switch (below(6)) {
    case 0: return (uint8_t)below(14);
    case 1: return (uint8_t)(0x10 + below(12));
    case 2: return (uint8_t)(0x20 + below(12));
    case 3: return (uint8_t)(0x30 + below(15));
    default: return (uint8_t)(one_in(2) ? 3 : one_in(2) ? 1 : 12);
    }
}

static xcb_render_pictformat_t mask_format(void)
{
    static const unsigned choices[] = { A1, A8, ARGB };
    return one_in(3) ? 0 : formats[choices[below(3)]].id;
}

static int16_t near(void) { return (int16_t)between(-20, 40); }

static void composite(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target)
{
    xcb_render_composite(c, o, source, one_in(2) ? new_source() : 0, target, near(), near(), near(), near(), near(),
                         near(), (uint16_t)between(0, 80), (uint16_t)between(0, 60));
}

static void fill(uint8_t o, xcb_render_picture_t target)
{
    xcb_rectangle_t rects[5];
    unsigned n = below(6);
    for (unsigned i = 0; i < n; i++)
        rects[i] = (xcb_rectangle_t){ near(), near(), (uint16_t)below(50), (uint16_t)below(50) };
    xcb_render_fill_rectangles(c, o, target, color(), n, rects);
}

static xcb_render_linefix_t line(void)
{
    xcb_render_linefix_t l = { point(), point() };
    return l;
}

static void trapezoids(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target)
{
    xcb_render_trapezoid_t traps[8];
    unsigned n = below(9);
    for (unsigned i = 0; i < n; i++) {
        traps[i] = (xcb_render_trapezoid_t){ fixed(-10, HEIGHT), fixed(0, HEIGHT + 10), line(), line() };
        if (one_in(3)) { /* one that is sure to be seen */
            traps[i].left.p1.x = traps[i].left.p2.x = fixed(0, 20);
            traps[i].right.p1.x = traps[i].right.p2.x = fixed(20, 60);
        }
    }
    xcb_render_trapezoids(c, o, source, target, mask_format(), near(), near(), n, traps);
}

static void triangles(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target)
{
    xcb_render_triangle_t triangle[6];
    xcb_render_pointfix_t points[18];
    unsigned n = below(7);
    for (unsigned i = 0; i < 3 * n; i++)
        points[i] = point();
    for (unsigned i = 0; i < n; i++)
        triangle[i] = (xcb_render_triangle_t){ points[3 * i], points[3 * i + 1], points[3 * i + 2] };
    switch (below(3)) {
    case 0: xcb_render_triangles(c, o, source, target, mask_format(), near(), near(), n, triangle); break;
    case 1: xcb_render_tri_strip(c, o, source, target, mask_format(), near(), near(), n, points); break;
    default: xcb_render_tri_fan(c, o, source, target, mask_format(), near(), near(), n, points); break;
    }
}

static void add_traps(xcb_render_picture_t target)
{
    xcb_render_trap_t traps[5];
    unsigned n = below(6);
    for (unsigned i = 0; i < n; i++)
        traps[i] = (xcb_render_trap_t){ { fixed(0, 30), fixed(20, 60), fixed(-10, 20) },
                                        { fixed(0, 30), fixed(20, 60), fixed(10, 60) } };
    xcb_render_add_traps(c, target, near(), near(), n, traps);
}

/* Ten glyphs of one format. */
static xcb_render_glyphset_t new_glyphs(void)
{
    static const unsigned choices[] = { A8, A1, ARGB };
    const struct format *format = &formats[choices[below(3)]];
    xcb_render_glyphset_t set = xcb_generate_id(c);
    xcb_render_create_glyph_set(c, set, format->id);
    for (uint32_t id = 0; id < 10; id++) {
        uint8_t data[4 * 12 * 12];
        xcb_render_glyphinfo_t info = { (uint16_t)between(0, 12), (uint16_t)between(0, 12), (int16_t)between(-3, 6),
                                        (int16_t)between(-3, 9),  (int16_t)between(-2, 12), (int16_t)between(-1, 2) };
        uint32_t bytes = (info.width * bits_per_pixel(format->depth) + 31) / 32 * 4 * info.height;
        for (uint32_t i = 0; i < bytes; i++)
            data[i] = one_in(3) ? 0xFF : (uint8_t)any();
        xcb_render_add_glyphs(c, set, 1, &id, &info, bytes, data);
    }
    return set;
}

static size_t put_ids(uint8_t *to, unsigned id_bytes, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint32_t id = below(11); /* one that does not exist, now and then */
        memcpy(to + (size_t)i * id_bytes, &id, id_bytes);
    }
    return (n * id_bytes + 3) & ~3u;
}

static void text(uint8_t o, xcb_render_picture_t source, xcb_render_picture_t target)
{
    uint8_t bytes[1024] = { 0 };
    size_t at = 0;
    unsigned id_bytes = 1u << below(3);
    xcb_render_glyphset_t sets[2] = { new_glyphs(), new_glyphs() };
    for (unsigned lists = below(4); lists-- > 0;) {
        unsigned n = below(12);
        int16_t move[2] = { near(), near() };
        bytes[at] = (uint8_t)n;
        memcpy(bytes + at + 4, move, 4);
        at += 8 + put_ids(bytes + at + 8, id_bytes, n);
        if (one_in(3)) {
            bytes[at] = 255;
            memcpy(bytes + at + 8, &sets[1], 4);
            at += 12;
        }
    }
    xcb_render_pictformat_t mask = mask_format();
    int16_t x = near(), y = near();
    if (id_bytes == 1)
        xcb_render_composite_glyphs_8(c, o, source, target, mask, sets[0], x, y, (uint32_t)at, bytes);
    else if (id_bytes == 2)
        xcb_render_composite_glyphs_16(c, o, source, target, mask, sets[0], x, y, (uint32_t)at, bytes);
    else
        xcb_render_composite_glyphs_32(c, o, source, target, mask, sets[0], x, y, (uint32_t)at, bytes);
    xcb_render_free_glyph_set(c, sets[0]);
    xcb_render_free_glyph_set(c, sets[1]);
}

/* ---- a case ---- */

static void run(unsigned number)
{
    static const char *const names[] = { "composite", "fill", "trapezoids", "triangles", "add-traps", "text" };
    state = 0x9E3779B97F4A7C15u * (number + 1);
    for (unsigned i = 0; i < 8; i++)
        any();
    unsigned kind = one_in(2) ? 0 : 1 + below(5), format = kind == 4 ? (one_in(2) ? A8 : A1) : below(FORMATS);
    bool window = kind != 4 && one_in(4);
    struct surface s = window ? new_window() : new_pixmap(format, WIDTH, HEIGHT);
    uint8_t o = op();
    last_map = (struct surface){ 0 };
    xcb_render_picture_t target = new_target(&s);
    struct surface map = last_map;
    /* Onto itself, where both servers work in place. */
    bool itself = !window && s.format->depth >= 24 && !map.drawable && one_in(8);
    xcb_render_picture_t source = itself ? target : new_source();
    switch (kind) {
    case 0: composite(o, source, target); break;
    case 1: fill(o, target); break;
    case 2: trapezoids(o, source, target); break;
    case 3: triangles(o, source, target); break;
    case 4: add_traps(target); break;
    default: text(o, source, target); break;
    }
    printf("%u %s op %#x on %s %u: ", number, names[kind], o, window ? "window" : "pixmap", window ? RGB : format);
    TELL("\n");
    printf("%016llx", (unsigned long long)look(&s));
    if (map.drawable && !(kind == 1 && clipped)) /* Xvfb forgets the clip's origin there */
        printf(" map %016llx", (unsigned long long)look(&map));
    putchar('\n');
    while (made_count)
        xcb_render_free_picture(c, made[--made_count]);
    if (!window)
        xcb_free_pixmap(c, s.drawable);
    else
        xcb_destroy_window(c, s.drawable);
    for (xcb_generic_event_t *event; (event = xcb_poll_for_event(c)); free(event))
        if (event->response_type == 0)
            printf("error %u of request %u\n", ((xcb_generic_error_t *)event)->error_code,
                   ((xcb_generic_error_t *)event)->minor_code);
}

int main(int argc, char **argv)
{
    unsigned from = 0, count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--from") == 0 && i + 1 < argc)
            from = (unsigned)atoi(argv[++i]);
        else if (strcmp(argv[i], "--dump") == 0)
            dump = true;
        else
            count = (unsigned)atoi(argv[i]);
    }
    c = xcb_connect(NULL, NULL);
    if (xcb_connection_has_error(c))
        return 2;
    screen = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
    free(xcb_render_query_version_reply(c, xcb_render_query_version(c, 0, 11), NULL));
    if (!find_formats()) {
        fprintf(stderr, "a picture format is missing\n");
        return 3;
    }
    for (unsigned i = from; i < from + count; i++)
        run(i);
    xcb_disconnect(c);
    return 0;
}
