/* Sources and targets: every kind of picture with any of its attributes. */
#include "random.h"

#include <string.h>

enum { MAX_PICTURES = 8 };

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

struct surface last_map;

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

xcb_render_color_t color(void)
{
    xcb_render_color_t v = { (uint16_t)any(), (uint16_t)any(), (uint16_t)any(), (uint16_t)any() };
    if (one_in(3))
        v.alpha = 0xFFFF;
    if (one_in(6))
        v = (xcb_render_color_t){ 0, 0, 0, one_in(2) ? 0xFFFF : 0 };
    return v;
}

xcb_render_pointfix_t point(void)
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

xcb_render_picture_t new_source(void)
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

bool clipped;

xcb_render_picture_t new_target(const struct surface *s)
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

void free_pictures(void)
{
    while (made_count)
        xcb_render_free_picture(c, made[--made_count]);
}
