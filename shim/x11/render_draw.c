/* Composite and FillRectangles. Source: RENDER, these requests and "Rendering Model". */
#include "x11/render.h"

bool ofs_pict_op_valid(uint8_t op)
{
    return op <= PictOpMaximum || (op >= PictOpDisjointMinimum && op <= PictOpDisjointMaximum) ||
           (op >= PictOpConjointMinimum && op <= PictOpConjointMaximum) ||
           (op >= PictOpBlendMinimum && op <= PictOpBlendMaximum);
}

bool ofs_pict_op_local(uint8_t op)
{
    const unsigned local = 1u << PictOpDst | 1u << PictOpOver | 1u << PictOpOverReverse | 1u << PictOpOutReverse |
                           1u << PictOpAtop | 1u << PictOpXor | 1u << PictOpAdd;
    return op < 32 && (local >> op & 1);
}

int ofs_pict_draw_read(struct ofs_client *c, struct ofs_request *r, struct ofs_pict_draw *out)
{
    out->op = ofs_req8(r);
    ofs_req_skip(r, 3);
    uint32_t source = ofs_req32(r), target = ofs_req32(r), mask = ofs_req32(r);
    if (!ofs_pict_op_valid(out->op))
        return ofs_bad(c, BadValue, out->op);
    int error = ofs_pict_find(c, source, &out->source);
    if (!error)
        error = ofs_pict_find_target(c, target, &out->target);
    return error ? error : ofs_pict_format_mask(c, mask, &out->mask);
}

/* ---- Composite ---- */

struct composite {
    uint8_t op;
    struct ofs_pict *source, *mask, *target; /* mask may be NULL */
    int sx, sy, mx, my, x, y, width, height;
};

/* A source of full alpha everywhere makes some operators others. pixman knows this too, but for a convolution, whose
 * alpha is what the kernel's values come to: other servers draw that so. */
static uint8_t reduced(const struct composite *d)
{
    static const uint8_t opaque[] = {
        [PictOpOver] = PictOpSrc, [PictOpInReverse] = PictOpDst,           [PictOpOutReverse] = PictOpClear,
        [PictOpAtop] = PictOpIn,  [PictOpAtopReverse] = PictOpOverReverse, [PictOpXor] = PictOpOut
    };
    static const uint16_t reducible = 1 << PictOpOver | 1 << PictOpInReverse | 1 << PictOpOutReverse | 1 << PictOpAtop |
                                      1 << PictOpAtopReverse | 1 << PictOpXor;
    const struct ofs_pict *p = d->source;
    const bool inside = !p->transformed && d->sx >= 0 && d->sy >= 0 && d->sx + d->width <= p->pixmap.width &&
                        d->sy + d->height <= p->pixmap.height;
    const bool full = p->format && PIXMAN_FORMAT_RGB(p->format->code) && !PIXMAN_FORMAT_A(p->format->code) &&
                      !p->alpha && !d->mask && (p->repeat != RepeatNone || inside);
    return full && d->op < 16 && (reducible >> d->op & 1) ? opaque[d->op] : d->op;
}

static int carry_out(struct ofs_server *s, const struct composite *d, struct ofs_pict_target *to, struct ofs_rect rect)
{
    struct ofs_pict_image source, mask = { 0 };
    const int sdx = d->sx - d->x, sdy = d->sy - d->y, mdx = d->mx - d->x, mdy = d->my - d->y;
    const struct ofs_rect of_source = { rect.x0 + sdx, rect.y0 + sdy, rect.x1 + sdx, rect.y1 + sdy };
    const struct ofs_rect of_mask = { rect.x0 + mdx, rect.y0 + mdy, rect.x1 + mdx, rect.y1 + mdy };
    int error = ofs_pict_image_open(s, d->source, of_source, &source);
    if (!error && d->mask)
        error = ofs_pict_image_open(s, d->mask, of_mask, &mask);
    if (!error && source.image && (!d->mask || mask.image)) {
        if (d->op == PictOpSrc && !d->mask) /* as an image is put: often a back buffer is shown */
            ofs_present_put(to->to.client, &to->to.surface, ofs_pict_target_part(to, rect));
        error = ofs_pict_target_image(to, rect);
        if (!error)
            ofs_pixman()->pixman_image_composite32((pixman_op_t)d->op, source.image, mask.image, to->image,
                                                   d->sx + source.x, d->sy + source.y, d->mx + mask.x, d->my + mask.y,
                                                   d->x + to->x, d->y + to->y, d->width, d->height);
        ofs_canvas_touch(&to->to, ofs_pict_target_part(to, rect));
    }
    ofs_pict_image_close(&mask);
    ofs_pict_image_close(&source);
    return error;
}

int ofs_render_Composite(struct ofs_client *c, struct ofs_request *r)
{
    struct composite d = { .op = ofs_req8(r) };
    ofs_req_skip(r, 3);
    uint32_t source = ofs_req32(r), mask = ofs_req32(r), target = ofs_req32(r);
    if (!ofs_pict_op_valid(d.op))
        return ofs_bad(c, BadValue, d.op);
    int error = ofs_pict_find_target(c, target, &d.target);
    if (!error)
        error = ofs_pict_find(c, source, &d.source);
    if (!error && mask)
        error = ofs_pict_find(c, mask, &d.mask);
    if (error)
        return error;
    d.sx = ofs_req_i16(r);
    d.sy = ofs_req_i16(r);
    d.mx = ofs_req_i16(r);
    d.my = ofs_req_i16(r);
    d.x = ofs_req_i16(r);
    d.y = ofs_req_i16(r);
    d.width = ofs_req16(r);
    d.height = ofs_req16(r);
    struct ofs_pict_target to;
    d.op = reduced(&d);
    if (d.op == PictOpDst || !ofs_pixman())
        return 0;
    error = ofs_pict_target_open(c, d.target, &to);
    if (error)
        return error;
    struct ofs_rect rect = ofs_rect_cut(to.bounds, (struct ofs_rect){ d.x, d.y, d.x + d.width, d.y + d.height });
    if (!ofs_rect_empty(rect))
        error = carry_out(c->server, &d, &to, rect);
    ofs_pict_target_close(&to);
    return error;
}

/* ---- FillRectangles ---- */

/* The highest bits of each part of a colour, as many as the format has. */
static uint32_t pixel_of(const struct ofs_pict_format *format, const pixman_color_t *color)
{
    const uint16_t parts[4] = { color->red, color->green, color->blue, color->alpha };
    uint32_t pixel = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned bits = (unsigned)__builtin_popcount(format->direct[2 * i + 1]);
        pixel |= (uint32_t)(parts[i] >> (16 - bits)) << format->direct[2 * i];
    }
    return pixel;
}

enum { FILL_STEPS = 200 }; /* besides the pixels */

/* The alpha map of a plainly filled target: the same rectangle of the same colour, where it lies, in the client's clip. */
static int fill_alpha_map(struct ofs_pict_target *to, const pixman_color_t *color, struct ofs_rect rect)
{
    const struct ofs_pict *p = to->pict;
    const struct ofs_paint paint = { .style = FillSolid, .foreground = pixel_of(p->alpha_format, color) };
    const struct ofs_mix mix = OFS_MIX_COPY;
    const struct ofs_rect moved = { rect.x0 - p->alpha_x, rect.y0 - p->alpha_y, rect.x1 - p->alpha_x,
                                    rect.y1 - p->alpha_y };
    const struct ofs_rect all = { 0, 0, (int)p->alpha->width, (int)p->alpha->height };
    rect = ofs_rect_cut(moved, all);
    if (ofs_rect_empty(rect))
        return 0;
    ofs_canvas_spend(&to->to, FILL_STEPS + (uint64_t)(rect.x1 - rect.x0) * (uint64_t)(rect.y1 - rect.y0) +
                                  4 * (uint64_t)(p->clip ? p->clip->count : 0));
    if (ofs_canvas_spent(&to->to))
        return BadAlloc;
    struct ofs_region *clip = p->clip ? ofs_region_copy(p->clip) : ofs_region_create(all);
    if (!clip)
        return BadAlloc;
    if (p->clip)
        ofs_region_translate(clip, p->clip_x - p->alpha_x, p->clip_y - p->alpha_y);
    ofs_raster_fill(p->alpha, clip, rect, &paint, &mix);
    ofs_region_destroy(clip);
    return 0;
}

struct fill {
    uint8_t op;
    pixman_color_t color;
    pixman_image_t *source; /* NULL: a plain fill */
};

static int fill_one(const struct fill *fill, struct ofs_pict_target *to, struct ofs_rect wanted)
{
    const struct ofs_rect rect = ofs_rect_cut(to->bounds, wanted);
    if (!fill->source) {
        ofs_canvas_rect(&to->to, wanted.x0, wanted.y0, wanted.x1 - wanted.x0, wanted.y1 - wanted.y0);
        return to->pict->alpha ? fill_alpha_map(to, &fill->color, wanted) : 0;
    }
    if (ofs_rect_empty(rect))
        return 0;
    ofs_canvas_spend(&to->to, FILL_STEPS + (uint64_t)(rect.x1 - rect.x0) * (uint64_t)(rect.y1 - rect.y0));
    if (ofs_canvas_spent(&to->to))
        return BadAlloc;
    int error = to->image ? 0 : ofs_pict_target_image(to, to->bounds);
    if (!error)
        ofs_pixman()->pixman_image_composite32((pixman_op_t)fill->op, fill->source, NULL, to->image, 0, 0, 0, 0,
                                               rect.x0 + to->x, rect.y0 + to->y, rect.x1 - rect.x0, rect.y1 - rect.y0);
    ofs_canvas_touch(&to->to, ofs_pict_target_part(to, rect));
    return error;
}

static int fill_all(struct ofs_client *c, struct ofs_request *r, struct fill *fill, struct ofs_pict *target)
{
    struct ofs_pict_target to;
    const bool plain = fill->op == PictOpSrc || fill->op == PictOpClear;
    if (!plain && (!ofs_pixman() || fill->op == PictOpDst))
        return 0;
    int error = ofs_pict_target_open(c, target, &to);
    if (error)
        return error;
    if (plain) {
        const struct ofs_paint paint = { .style = FillSolid, .foreground = pixel_of(target->format, &fill->color) };
        const struct ofs_mix mix = OFS_MIX_COPY;
        ofs_canvas_set(&to.to, &paint, &mix);
    } else {
        fill->source = ofs_pixman()->pixman_image_create_solid_fill(&fill->color);
        error = fill->source ? 0 : BadAlloc;
    }
    while (!error && ofs_req_left(r) && !ofs_canvas_spent(&to.to)) {
        int x = ofs_req_i16(r), y = ofs_req_i16(r), width = ofs_req16(r), height = ofs_req16(r);
        error = fill_one(fill, &to, (struct ofs_rect){ x, y, x + width, y + height });
    }
    if (fill->source)
        ofs_pixman()->pixman_image_unref(fill->source);
    if (!error && ofs_canvas_spent(&to.to))
        error = BadAlloc;
    ofs_pict_target_close(&to);
    return error;
}

int ofs_render_FillRectangles(struct ofs_client *c, struct ofs_request *r)
{
    struct fill fill = { .op = ofs_req8(r) };
    ofs_req_skip(r, 3);
    uint32_t target = ofs_req32(r);
    struct ofs_pict *p;
    if (!ofs_pict_op_valid(fill.op))
        return ofs_bad(c, BadValue, fill.op);
    int error = ofs_pict_find_target(c, target, &p);
    if (error)
        return error;
    if ((r->size_bytes - 20) % 8)
        return BadLength;
    fill.color.red = ofs_req16(r);
    fill.color.green = ofs_req16(r);
    fill.color.blue = ofs_req16(r);
    fill.color.alpha = ofs_req16(r);
    if (fill.op == PictOpOver && fill.color.alpha == 0xFFFF)
        fill.op = PictOpSrc;
    if (fill.op == PictOpClear)
        fill.color = (pixman_color_t){ 0 };
    return fill_all(c, r, &fill, p);
}
