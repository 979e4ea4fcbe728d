/* Text: CompositeGlyphs8, 16 and 32. Source: RENDER, these requests. */
#include <stdlib.h>

#include "x11/render.h"

/* Glyphs further away than this are on no drawable; sums of what a request moves by stay small. */
#define FAR (1 << 20)

struct text {
    struct ofs_pict_draw draw;
    unsigned id_bytes;
    int x, y; /* where the first list begins: the source's place */
    pixman_glyph_t *glyphs;
    int count;
};

/* ---- lists of glyphs ---- */

/* What comes next: a list of `count` ids that begins (dx, dy) further, or another set to take glyphs from. */
struct element {
    uint8_t count;
    bool is_set;
    int16_t dx, dy;
    uint32_t set;
    const uint8_t *ids;
};

enum { HEADER_BYTES = 8, SET_FOLLOWS = 255 };

/* False at the end: 8 bytes or fewer can name no glyph. Sets r->bad if the request is too short for what it says. */
static bool next_element(struct ofs_request *r, unsigned id_bytes, struct element *out)
{
    if (r->bad || ofs_req_left(r) <= HEADER_BYTES)
        return false;
    out->count = ofs_req8(r);
    ofs_req_skip(r, 3);
    out->dx = ofs_req_i16(r);
    out->dy = ofs_req_i16(r);
    out->is_set = out->count == SET_FOLLOWS;
    out->ids = r->data + r->at;
    if (out->is_set)
        out->set = ofs_req32(r);
    else
        ofs_req_skip(r, (out->count * id_bytes + 3) & ~3u);
    return !r->bad;
}

static uint32_t id_at(const struct element *e, unsigned id_bytes, unsigned i, bool swap)
{
    const uint8_t *p = e->ids + (size_t)i * id_bytes;
    return id_bytes == 1 ? *p : id_bytes == 2 ? ofs_get16(p, swap) : ofs_get32(p, swap);
}

/* How many glyphs there are at most; BadLength, or a set that does not exist. */
static int check(struct ofs_client *c, struct ofs_request r, unsigned id_bytes, size_t *count_out)
{
    struct element e;
    struct ofs_glyphset *set;
    *count_out = 0;
    struct ofs_request again = r;
    while (next_element(&r, id_bytes, &e))
        *count_out += e.is_set ? 0 : e.count;
    if (r.bad)
        return BadLength;
    int error = 0;
    while (!error && next_element(&again, id_bytes, &e))
        if (e.is_set && ofs_req_left(&again)) /* one at the very end has no list */
            error = ofs_glyphset_find(c, e.set, &set);
    return error;
}

/* The glyph's image among those that pixman keeps; NULL: it has none, or there is no memory. */
static const void *drawn_glyph(const struct ofs_glyphs *glyphs, struct ofs_glyph *glyph, pixman_glyph_cache_t *drawn)
{
    const struct ofs_pixman *px = ofs_pixman();
    if (!glyph->bytes)
        return NULL;
    const void *known = px->pixman_glyph_cache_lookup(drawn, glyph, NULL);
    if (known)
        return known;
    pixman_format_code_t format = ofs_glyphs_format(glyphs);
    pixman_image_t *image = px->pixman_image_create_bits(format, glyph->width, glyph->height, glyph->image,
                                                         (int)(glyph->bytes / glyph->height));
    if (!image)
        return NULL;
    px->pixman_image_set_component_alpha(image, PIXMAN_FORMAT_RGB(format) != 0 && PIXMAN_FORMAT_A(format) != 0);
    known = px->pixman_glyph_cache_insert(drawn, glyph, NULL, glyph->x, glyph->y, image);
    px->pixman_image_unref(image);
    return known;
}

/* What one glyph takes besides its pixels, in steps as a canvas counts them, and each of those in sight. */
enum { GLYPH_STEPS = 40, PIXEL_STEPS = 2 };

static void spend(struct ofs_pict_target *to, const struct ofs_glyph *glyph, int x, int y)
{
    const int left = x - glyph->x, top = y - glyph->y;
    const struct ofs_rect box = { left, top, left + glyph->width, top + glyph->height };
    const struct ofs_rect seen = ofs_rect_cut(to->bounds, box);
    ofs_canvas_spend(&to->to, GLYPH_STEPS);
    if (!ofs_rect_empty(seen))
        ofs_canvas_spend(&to->to, PIXEL_STEPS * (uint64_t)(seen.x1 - seen.x0) * (uint64_t)(seen.y1 - seen.y0));
}

/* All sets exist, and text->glyphs has room. */
static void place_glyphs(struct ofs_client *c, struct ofs_request *r, struct ofs_glyphset *set, struct text *text,
                         struct ofs_pict_target *to, pixman_glyph_cache_t *drawn)
{
    struct element e;
    int64_t x = 0, y = 0;
    bool first = true;
    while (next_element(r, text->id_bytes, &e)) {
        if (e.is_set) {
            if (ofs_req_left(r))
                (void)ofs_glyphset_find(c, e.set, &set);
            continue;
        }
        x += e.dx;
        y += e.dy;
        if (first) {
            text->x = (int)x;
            text->y = (int)y;
        }
        first = false;
        for (unsigned i = 0; i < e.count; i++) {
            struct ofs_glyph *glyph = ofs_glyph_find(set->glyphs, id_at(&e, text->id_bytes, i, r->swap));
            if (!glyph)
                continue;
            const void *image = llabs(x) < FAR && llabs(y) < FAR ? drawn_glyph(set->glyphs, glyph, drawn) : NULL;
            if (image) {
                text->glyphs[text->count++] = (pixman_glyph_t){ (int)x, (int)y, image };
                spend(to, glyph, (int)x, (int)y);
            }
            x += glyph->dx;
            y += glyph->dy;
        }
    }
}

/* ---- drawing ---- */

static int draw(struct ofs_client *c, const struct text *text, pixman_glyph_cache_t *drawn, struct ofs_pict_target *to)
{
    const struct ofs_pixman *px = ofs_pixman();
    const struct ofs_pict_draw *d = &text->draw;
    struct ofs_pict_image source;
    struct ofs_rect box;
    pixman_box32_t all;
    px->pixman_glyph_get_extents(drawn, text->count, text->glyphs, &all);
    box = ofs_rect_cut(to->bounds, (struct ofs_rect){ all.x1, all.y1, all.x2, all.y2 });
    if (ofs_rect_empty(box))
        return 0;
    const int dx = d->x - text->x, dy = d->y - text->y; /* from the target to the source */
    int error = ofs_pict_image_open(c->server, d->source,
                                    (struct ofs_rect){ box.x0 + dx, box.y0 + dy, box.x1 + dx, box.y1 + dy }, &source);
    if (error || !source.image)
        return error;
    error = ofs_pict_target_image(to, box);
    if (!error && d->mask)
        px->pixman_composite_glyphs((pixman_op_t)d->op, source.image, to->image, d->mask->code, box.x0 + dx + source.x,
                                    box.y0 + dy + source.y, box.x0, box.y0, box.x0 + to->x, box.y0 + to->y,
                                    box.x1 - box.x0, box.y1 - box.y0, drawn, text->count, text->glyphs);
    else if (!error)
        px->pixman_composite_glyphs_no_mask((pixman_op_t)d->op, source.image, to->image, dx + source.x, dy + source.y,
                                            to->x, to->y, drawn, text->count, text->glyphs);
    ofs_canvas_touch(&to->to, ofs_pict_target_part(to, box));
    ofs_pict_image_close(&source);
    return error;
}

static int draw_text(struct ofs_client *c, struct ofs_request *r, struct ofs_glyphset *set, struct text *text)
{
    struct ofs_pict_target to;
    pixman_glyph_cache_t *drawn = ofs_glyphs_drawn(c->server);
    if (!drawn)
        return BadAlloc;
    int error = ofs_pict_target_open(c, text->draw.target, &to);
    if (error)
        return error;
    if (!ofs_rect_empty(to.bounds)) {
        ofs_pixman()->pixman_glyph_cache_freeze(drawn); /* none of those in use may go */
        place_glyphs(c, r, set, text, &to, drawn);
        if (ofs_canvas_spent(&to.to))
            error = BadAlloc;
        else if (text->count)
            error = draw(c, text, drawn, &to);
        ofs_pixman()->pixman_glyph_cache_thaw(drawn);
    }
    ofs_pict_target_close(&to);
    return error;
}

static int composite_glyphs(struct ofs_client *c, struct ofs_request *r, unsigned id_bytes)
{
    enum { ON_STACK = 256 };
    pixman_glyph_t on_stack[ON_STACK];
    struct text text = { .id_bytes = id_bytes, .glyphs = on_stack };
    struct ofs_glyphset *set;
    size_t count;
    int error = ofs_pict_draw_read(c, r, &text.draw);
    if (!error)
        error = ofs_glyphset_find(c, ofs_req32(r), &set);
    if (error)
        return error;
    text.draw.x = ofs_req_i16(r);
    text.draw.y = ofs_req_i16(r);
    error = check(c, *r, id_bytes, &count);
    if (error || !count || text.draw.op == PictOpDst || !ofs_pixman())
        return error;
    if (count > ON_STACK)
        text.glyphs = malloc(count * sizeof(*text.glyphs));
    error = text.glyphs ? draw_text(c, r, set, &text) : BadAlloc;
    if (text.glyphs != on_stack)
        free(text.glyphs);
    return error;
}

int ofs_render_CompositeGlyphs8(struct ofs_client *c, struct ofs_request *r) { return composite_glyphs(c, r, 1); }
int ofs_render_CompositeGlyphs16(struct ofs_client *c, struct ofs_request *r) { return composite_glyphs(c, r, 2); }
int ofs_render_CompositeGlyphs32(struct ofs_client *c, struct ofs_request *r) { return composite_glyphs(c, r, 4); }
