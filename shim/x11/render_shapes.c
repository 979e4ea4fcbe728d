/* Trapezoids, triangles and AddTraps. Source: RENDER, these requests and "Polygon Rasterization".
 *
 * All of them are trapezoids in the end. pixman makes a mask of them; it covers no more than what can be drawn, and
 * coordinates are brought into its range first: pixman's own arithmetic is 32 bits and not meant for extremes. */
#include "x11/render.h"

/* In 1/65536 of a pixel, in more bits than the wire has: shifted by the place of a mask. */
struct point {
    int64_t x, y;
};
struct line {
    struct point p1, p2;
};
struct trap {
    int64_t top, bottom;
    struct line left, right;
};

static bool trap_valid(const struct trap *t)
{
    return t->left.p1.y != t->left.p2.y && t->right.p1.y != t->right.p2.y && t->bottom > t->top;
}

/* ---- from the wire ---- */

static struct point read_point(struct ofs_request *r)
{
    struct point p;
    p.x = ofs_req_i32(r);
    p.y = ofs_req_i32(r);
    return p;
}

static struct trap read_trap(struct ofs_request *r)
{
    struct trap t;
    t.top = ofs_req_i32(r);
    t.bottom = ofs_req_i32(r);
    t.left.p1 = read_point(r);
    t.left.p2 = read_point(r);
    t.right.p1 = read_point(r);
    t.right.p2 = read_point(r);
    return t;
}

static void swap_points(struct point *a, struct point *b)
{
    struct point p = *a;
    *a = *b;
    *b = p;
}

static bool below(struct point a, struct point b) { return a.y != b.y ? a.y > b.y : a.x > b.x; }

/* A triangle is the two parts above and below its middle corner; either may be empty. */
static void split_triangle(struct point a, struct point b, struct point c, struct trap out[2])
{
    if (below(a, b))
        swap_points(&a, &b);
    if (below(b, c))
        swap_points(&b, &c);
    if (below(a, b))
        swap_points(&a, &b);
    /* From the top, the long side a-c is to the left of b, or to the right. Differences are 33 bits. */
    bool long_left = (__int128)(c.x - a.x) * (b.y - a.y) < (__int128)(b.x - a.x) * (c.y - a.y);
    const struct line side = { a, c }, upper = { a, b }, lower = { b, c };
    out[0] = (struct trap){ a.y, b.y, long_left ? side : upper, long_left ? upper : side };
    out[1] = (struct trap){ b.y, c.y, long_left ? side : lower, long_left ? lower : side };
}

/* ---- into a mask ---- */

static int32_t clamp(int64_t v, int64_t least, int64_t most)
{
    return (int32_t)(v < least ? least : v > most ? most : v);
}

static bool fits(int64_t v) { return v > INT32_MIN && v <= INT32_MAX; }

static int64_t x_at(const struct line *line, int64_t y)
{
    return line->p1.x + (int64_t)((__int128)(line->p2.x - line->p1.x) * (y - line->p1.y) / (line->p2.y - line->p1.y));
}

/* The line for a mask whose last row ends at `end`: as it is, or, where pixman's differences would not fit, between the
 * first row and the last. */
static pixman_line_fixed_t narrow_line(const struct line *line, int64_t end)
{
    const struct point *p1 = &line->p1, *p2 = &line->p2;
    const int64_t least = -(1ll << 30), most = 1ll << 30;
    pixman_line_fixed_t out;
    if (fits(p1->x) && fits(p1->y) && fits(p2->x) && fits(p2->y) && fits(p1->x - p2->x) && fits(p2->x - p1->x) &&
        fits(p1->y - p2->y) && fits(p2->y - p1->y) && fits(end - p1->y) && fits(end - p2->y)) {
        out.p1 = (pixman_point_fixed_t){ (int32_t)p1->x, (int32_t)p1->y };
        out.p2 = (pixman_point_fixed_t){ (int32_t)p2->x, (int32_t)p2->y };
    } else {
        out.p1 = (pixman_point_fixed_t){ clamp(x_at(line, 0), least, most), 0 };
        out.p2 = (pixman_point_fixed_t){ clamp(x_at(line, end), least, most), (int32_t)end };
    }
    return out;
}

static void shift_line(struct line *line, int64_t dx, int64_t dy)
{
    line->p1.x += dx;
    line->p2.x += dx;
    line->p1.y += dy;
    line->p2.y += dy;
}

/* The mask lies at (x, y) and is `height` pixels high; pixman goes as far as 32767. */
static void add_to_mask(pixman_image_t *mask, struct trap t, int x, int y, int height)
{
    const int64_t dx = -(int64_t)x * 65536, dy = -(int64_t)y * 65536, end = (height < 32767 ? height : 32767) * 65536ll;
    if (!trap_valid(&t))
        return;
    shift_line(&t.left, dx, dy);
    shift_line(&t.right, dx, dy);
    pixman_trapezoid_t narrow = { .top = clamp(t.top + dy, 0, end), .bottom = clamp(t.bottom + dy, 0, end) };
    if (narrow.top >= narrow.bottom)
        return;
    narrow.left = narrow_line(&t.left, end);
    narrow.right = narrow_line(&t.right, end);
    ofs_pixman()->pixman_rasterize_trapezoid(mask, &narrow, 0, 0);
}

static int floor_px(int64_t v) { return (int)(v >> 16); }
static int ceil_px(int64_t v) { return (int)((v + 0xFFFF) >> 16); }

static void widen(struct ofs_rect *box, const struct line *line)
{
    const int64_t x1 = line->p1.x, x2 = line->p2.x, least = x1 < x2 ? x1 : x2, most = x1 < x2 ? x2 : x1;
    box->x0 = floor_px(least) < box->x0 ? floor_px(least) : box->x0;
    box->x1 = ceil_px(most) > box->x1 ? ceil_px(most) : box->x1;
}

static const struct ofs_rect no_box = { INT32_MAX, INT32_MAX, INT32_MIN, INT32_MIN };

/* As pixman has it: where the lines end sideways, the shape ends. */
static void widen_box(struct ofs_rect *box, const struct trap *t)
{
    if (!trap_valid(t))
        return;
    box->y0 = floor_px(t->top) < box->y0 ? floor_px(t->top) : box->y0;
    box->y1 = ceil_px(t->bottom) > box->y1 ? ceil_px(t->bottom) : box->y1;
    widen(box, &t->left);
    widen(box, &t->right);
}

/* ---- how long it takes ---- */

/* In steps as a canvas counts them. pixman goes through a mask in rows of samples, 15 of them for a pixel of 8 bits. */
enum { SAMPLE_ROW_STEPS = 25, MASK_PIXEL_STEPS = 3 };

static uint64_t raster_steps(const struct trap *t, struct ofs_rect bounds, pixman_format_code_t format)
{
    const unsigned samples = format == PIXMAN_a8 ? 15 : format == PIXMAN_a4 ? 3 : 1;
    struct ofs_rect box = no_box;
    widen_box(&box, t);
    box = ofs_rect_cut(box, bounds);
    if (ofs_rect_empty(box))
        return SAMPLE_ROW_STEPS;
    return (uint64_t)(box.y1 - box.y0) * (samples * SAMPLE_ROW_STEPS + (unsigned)(box.x1 - box.x0) / 16);
}

static uint64_t mask_steps(struct ofs_rect box)
{
    return (uint64_t)(box.x1 - box.x0) * (uint64_t)(box.y1 - box.y0) * MASK_PIXEL_STEPS;
}

/* ---- drawing ---- */

/* Where the shapes of a request come from. */
struct shapes {
    struct ofs_pict_draw draw;
    unsigned (*read)(struct ofs_request *r, struct point *kept, struct trap out[2]); /* one shape, 1 or 2 trapezoids */
    uint32_t item_bytes;
    struct point kept[2]; /* of a strip or fan: the points that the next triangle begins with */
    int16_t x, y;         /* of the source, where the target is at 0, 0 */
    pixman_format_code_t mask;
};

/* A run of shapes through one mask: those of all `r` has left, or one. */
static int draw_run(struct ofs_server *s, const struct shapes *shapes, struct ofs_request *r, bool all,
                    struct point *kept, struct ofs_pict_target *to)
{
    const struct ofs_pixman *px = ofs_pixman();
    struct ofs_request again = *r;
    struct point kept_again[2] = { kept[0], kept[1] };
    struct ofs_rect box = no_box;
    struct trap traps[2];
    do {
        for (unsigned n = shapes->read(r, kept, traps); n-- > 0;) {
            widen_box(&box, &traps[n]);
            ofs_canvas_spend(&to->to, raster_steps(&traps[n], to->bounds, shapes->mask));
        }
    } while (all && ofs_req_left(r) >= shapes->item_bytes);
    box = ofs_rect_cut(to->bounds, ofs_pict_op_local(shapes->draw.op) ? box : to->bounds);
    if (ofs_rect_empty(box))
        return 0;
    ofs_canvas_spend(&to->to, mask_steps(box));
    if (ofs_canvas_spent(&to->to))
        return BadAlloc;
    const struct ofs_rect of_source = { box.x0 + shapes->x, box.y0 + shapes->y, box.x1 + shapes->x,
                                        box.y1 + shapes->y };
    to->source_steps += ofs_pict_steps(shapes->draw.source, of_source);
    if (to->source_steps > OFS_PICT_MOST_STEPS)
        return BadAlloc;
    const int width = box.x1 - box.x0, height = box.y1 - box.y0;
    struct ofs_pict_image source;
    pixman_image_t *mask = px->pixman_image_create_bits(shapes->mask, width, height, NULL, 0);
    if (!mask)
        return BadAlloc;
    do {
        for (unsigned n = shapes->read(&again, kept_again, traps), i = 0; i < n; i++)
            add_to_mask(mask, traps[i], box.x0, box.y0, height);
    } while (all && ofs_req_left(&again) >= shapes->item_bytes);
    int error = ofs_pict_image_open(s, shapes->draw.source, of_source, &source);
    if (!error && source.image) {
        error = to->image ? 0 : ofs_pict_target_image(to, all ? box : to->bounds);
        if (!error)
            px->pixman_image_composite32((pixman_op_t)shapes->draw.op, source.image, mask, to->image,
                                         of_source.x0 + source.x, of_source.y0 + source.y, 0, 0, box.x0 + to->x,
                                         box.y0 + to->y, width, height);
        ofs_canvas_touch(&to->to, ofs_pict_target_part(to, box));
    }
    ofs_pict_image_close(&source);
    px->pixman_image_unref(mask);
    return error;
}

static int draw_shapes(struct ofs_client *c, struct ofs_request *r, struct shapes *shapes, struct point first)
{
    const struct ofs_pict_draw *draw = &shapes->draw;
    struct ofs_pict_target to;
    if (draw->op == PictOpDst || !ofs_pixman())
        return 0;
    /* The source is placed by the first point, in 16 bits. */
    shapes->x = (int16_t)(draw->x - floor_px(first.x));
    shapes->y = (int16_t)(draw->y - floor_px(first.y));
    const unsigned bits = draw->mask ? (unsigned)__builtin_popcount(draw->mask->direct[7]) : 0;
    if (draw->mask)
        shapes->mask = bits == 1 ? PIXMAN_a1 : bits == 4 ? PIXMAN_a4 : PIXMAN_a8;
    else
        shapes->mask = draw->target->smooth ? PIXMAN_a8 : PIXMAN_a1;
    int error = ofs_pict_target_open(c, draw->target, &to);
    if (error)
        return error;
    /* Without a mask format each shape is drawn by itself. */
    while (!error && !ofs_rect_empty(to.bounds) && ofs_req_left(r) >= shapes->item_bytes)
        error = draw_run(c->server, shapes, r, draw->mask != NULL, shapes->kept, &to);
    ofs_pict_target_close(&to);
    return error;
}

/* ---- requests ---- */

static int begin(struct ofs_client *c, struct ofs_request *r, struct shapes *shapes)
{
    int error = ofs_pict_draw_read(c, r, &shapes->draw);
    if (error)
        return error;
    shapes->draw.x = ofs_req_i16(r);
    shapes->draw.y = ofs_req_i16(r);
    return (r->size_bytes - 24) % shapes->item_bytes ? BadLength : 0;
}

static unsigned next_trap(struct ofs_request *r, struct point *kept, struct trap out[2])
{
    out[0] = read_trap(r);
    return 1;
}

int ofs_render_Trapezoids(struct ofs_client *c, struct ofs_request *r)
{
    struct shapes shapes = { .read = next_trap, .item_bytes = 40 };
    int error = begin(c, r, &shapes);
    if (error || !ofs_req_left(r))
        return error;
    struct ofs_request ahead = *r;
    return draw_shapes(c, r, &shapes, read_trap(&ahead).left.p1);
}

static unsigned next_triangle(struct ofs_request *r, struct point *kept, struct trap out[2])
{
    struct point a = read_point(r), b = read_point(r);
    split_triangle(a, b, read_point(r), out);
    return 2;
}

int ofs_render_Triangles(struct ofs_client *c, struct ofs_request *r)
{
    struct shapes shapes = { .read = next_triangle, .item_bytes = 24 };
    int error = begin(c, r, &shapes);
    if (error || !ofs_req_left(r))
        return error;
    struct ofs_request ahead = *r;
    return draw_shapes(c, r, &shapes, read_point(&ahead));
}

static unsigned next_of_strip(struct ofs_request *r, struct point *kept, struct trap out[2])
{
    struct point third = read_point(r);
    split_triangle(kept[0], kept[1], third, out);
    kept[0] = kept[1];
    kept[1] = third;
    return 2;
}

static unsigned next_of_fan(struct ofs_request *r, struct point *kept, struct trap out[2])
{
    struct point third = read_point(r);
    split_triangle(kept[0], kept[1], third, out);
    kept[1] = third;
    return 2;
}

static int strip_or_fan(struct ofs_client *c, struct ofs_request *r, struct shapes *shapes)
{
    shapes->item_bytes = 8;
    int error = begin(c, r, shapes);
    if (error || ofs_req_left(r) < 24)
        return error;
    shapes->kept[0] = read_point(r);
    shapes->kept[1] = read_point(r);
    return draw_shapes(c, r, shapes, shapes->kept[0]);
}
int ofs_render_TriStrip(struct ofs_client *c, struct ofs_request *r)
{
    struct shapes shapes = { .read = next_of_strip };
    return strip_or_fan(c, r, &shapes);
}
int ofs_render_TriFan(struct ofs_client *c, struct ofs_request *r)
{
    struct shapes shapes = { .read = next_of_fan };
    return strip_or_fan(c, r, &shapes);
}

/* ---- AddTraps ---- */

/* Two spans, each left, right and y. */
static struct trap read_spans(struct ofs_request *r, int64_t dx, int64_t dy)
{
    int64_t v[6];
    for (unsigned i = 0; i < 6; i++)
        v[i] = ofs_req_i32(r) + (i % 3 == 2 ? dy : dx);
    return (struct trap){ v[2], v[5], { { v[0], v[2] }, { v[3], v[5] } }, { { v[1], v[2] }, { v[4], v[5] } } };
}

/* Onto a pixmap of alpha: no clip is looked at. */
static int add_traps(struct ofs_server *s, struct ofs_request *r, struct ofs_pict *p, int x, int y)
{
    const struct ofs_pixman *px = ofs_pixman();
    const int64_t dx = (int64_t)x * 65536, dy = (int64_t)y * 65536;
    const struct ofs_rect bounds = { 0, 0, p->pixmap.width, p->pixmap.height };
    struct ofs_request ahead = *r;
    struct ofs_rect box = no_box;
    uint64_t steps = 0;
    while (ofs_req_left(&ahead)) {
        struct trap t = read_spans(&ahead, dx, dy);
        widen_box(&box, &t);
        steps += raster_steps(&t, bounds, p->format->code);
    }
    box = ofs_rect_cut(box, bounds);
    if (ofs_rect_empty(box))
        return 0;
    if (steps + mask_steps(box) > s->config.max_draw_steps)
        return BadAlloc;
    const int width = box.x1 - box.x0, height = box.y1 - box.y0;
    pixman_image_t *image = ofs_pict_unpack(p->pixmap.raster, p->format, box);
    pixman_image_t *mask = px->pixman_image_create_bits(p->format->code, width, height, NULL, 0);
    int error = image && mask ? 0 : BadAlloc;
    while (!error && ofs_req_left(r))
        add_to_mask(mask, read_spans(r, dx, dy), box.x0, box.y0, height);
    if (!error) {
        px->pixman_image_composite32(PIXMAN_OP_ADD, mask, NULL, image, 0, 0, 0, 0, 0, 0, width, height);
        ofs_pict_pack(p->pixmap.raster, p->format, box, image);
    }
    if (image)
        px->pixman_image_unref(image);
    if (mask)
        px->pixman_image_unref(mask);
    return error;
}

int ofs_render_AddTraps(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_pict *p;
    int error = ofs_pict_find_target(c, ofs_req32(r), &p);
    if (error)
        return error;
    if ((r->size_bytes - 12) % 24)
        return BadLength;
    int x = ofs_req_i16(r), y = ofs_req_i16(r);
    bool drawn = !p->window && p->format->depth <= 8 && ofs_req_left(r) && ofs_pixman();
    return drawn ? add_traps(c->server, r, p, x, y) : 0;
}
