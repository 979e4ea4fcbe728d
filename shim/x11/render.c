/* RENDER 0.11: picture formats that agree with the visuals, and ids of pictures and glyph sets. Drawing is checked and
 * accepted; nothing is painted yet. Source: renderproto, X11/extensions/renderproto.h. */
#include <X11/extensions/render.h>

#include <stdlib.h>

#include "x11/private.h"

enum { FIRST_ERROR = 142 };

struct picture {
    struct ofs_res res;
    bool source_only;       /* a solid fill or gradient: nothing can be drawn on it */
    uint16_t width, height; /* of its drawable when it was made; 0 for a source */
};
struct glyphset {
    struct ofs_res res;
    uint8_t depth;
    unsigned *refs; /* shared by the ids that name one set */
};

/* Direct formats: shift and mask of red, green, blue, alpha. */
struct format {
    uint32_t id;
    uint8_t depth;
    uint16_t direct[8];
};
static const struct format formats[] = {
    { 0x60, 1, { 0, 0, 0, 0, 0, 0, 0, 1 } },
    { 0x61, 8, { 0, 0, 0, 0, 0, 0, 0, 0xFF } },
    { 0x62, 24, { 16, 0xFF, 8, 0xFF, 0, 0xFF, 0, 0 } },
    { 0x63, 32, { 16, 0xFF, 8, 0xFF, 0, 0xFF, 24, 0xFF } },
    { 0x64, 32, { 16, 0xFF, 8, 0xFF, 0, 0xFF, 0, 0 } },
    { 0x65, 4, { 0, 0, 0, 0, 0, 0, 0, 0xF } },
    { 0x66, 16, { 11, 0x1F, 5, 0x3F, 0, 0x1F, 0, 0 } },
    { 0x68, 24, { 0, 0xFF, 8, 0xFF, 16, 0xFF, 0, 0 } },
    { 0x69, 32, { 0, 0xFF, 8, 0xFF, 16, 0xFF, 24, 0xFF } },
};
static uint32_t visual_format(const struct ofs_visual *v) { return v->depth == 32 ? 0x63 : 0x62; }

static const struct format *find_format(uint32_t id)
{
    for (unsigned i = 0; i < OFS_ARRAY_LEN(formats); i++)
        if (formats[i].id == id)
            return &formats[i];
    return NULL;
}

static int find_picture(struct ofs_client *c, uint32_t id, struct picture **out)
{
    return ofs_res_find(c, id, OFS_RES_PICTURE, out);
}

/* ---- version and formats ---- */

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t major = ofs_req32(r), minor = ofs_req32(r);
    bool older = major == 0 && minor < 11;
    ofs_reply_begin(c, 0);
    ofs_out32(c, 0);
    ofs_out32(c, older ? minor : 11);
    ofs_reply_end(c);
    return 0;
}

static void out_screen_formats(struct ofs_client *c)
{
    static const uint8_t depths[] = { 24, 1, 4, 8, 16, 32 };
    unsigned count;
    const struct ofs_visual *v = ofs_xview_visuals(&count);
    ofs_out32(c, sizeof(depths));
    ofs_out32(c, 0x62); /* fallback */
    for (unsigned d = 0; d < sizeof(depths); d++) {
        uint16_t matching = 0;
        for (unsigned i = 0; i < count; i++)
            matching = (uint16_t)(matching + (v[i].depth == depths[d]));
        ofs_out8(c, depths[d]);
        ofs_out8(c, 0);
        ofs_out16(c, matching);
        ofs_out32(c, 0);
        for (unsigned i = 0; i < count; i++) {
            if (v[i].depth == depths[d]) {
                ofs_out32(c, v[i].id);
                ofs_out32(c, visual_format(&v[i]));
            }
        }
    }
}

static int query_formats(struct ofs_client *c, struct ofs_request *r)
{
    unsigned visuals;
    (void)ofs_xview_visuals(&visuals);
    ofs_reply_begin(c, 0);
    ofs_out32(c, OFS_ARRAY_LEN(formats));
    ofs_out32(c, 1); /* screens */
    ofs_out32(c, 6); /* depths */
    ofs_out32(c, visuals);
    ofs_out32(c, 1); /* subpixel orders */
    ofs_out_zero(c, 4);
    for (unsigned i = 0; i < OFS_ARRAY_LEN(formats); i++) {
        ofs_out32(c, formats[i].id);
        ofs_out8(c, PictTypeDirect);
        ofs_out8(c, formats[i].depth);
        ofs_out16(c, 0);
        for (unsigned k = 0; k < 8; k++)
            ofs_out16(c, formats[i].direct[k]);
        ofs_out32(c, None);
    }
    out_screen_formats(c);
    ofs_out32(c, SubPixelUnknown);
    ofs_reply_end(c);
    return 0;
}

static int query_index_values(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    return find_format(id) ? BadMatch : ofs_bad(c, FIRST_ERROR + BadPictFormat, id);
}

/* ---- pictures ---- */

static int new_picture(struct ofs_client *c, uint32_t id, uint16_t width, uint16_t height)
{
    struct picture *p = calloc(1, sizeof(*p));
    if (!p)
        return BadAlloc;
    p->source_only = !width;
    p->width = width;
    p->height = height;
    int error = ofs_res_add(c, id, OFS_RES_PICTURE, &p->res);
    if (error)
        free(p);
    return error;
}

/* Largest value of each picture attribute by bit; 0 = an id or a coordinate. */
static const uint8_t attribute_max[13] = { [0] = RepeatReflect, [7] = 1, [8] = IncludeInferiors, [9] = PolyEdgeSmooth,
                                           [10] = PolyModeImprecise, [12] = 1 };

static int check_attributes(struct ofs_client *c, struct ofs_request *r, uint32_t mask)
{
    if (mask & ~0x1FFFu)
        return ofs_bad(c, BadValue, mask);
    for (unsigned bit = 0; bit < 13; bit++) {
        if (!(mask & (1u << bit)))
            continue;
        uint32_t v = ofs_req32(r);
        struct picture *alpha;
        struct ofs_pixmap *clip;
        int error = 0;
        if ((1u << bit) == CPAlphaMap && v)
            error = find_picture(c, v, &alpha);
        else if ((1u << bit) == CPClipMask && v)
            error = ofs_res_find(c, v, OFS_RES_PIXMAP, &clip);
        else if (attribute_max[bit] && v > attribute_max[bit])
            error = ofs_bad(c, BadValue, v);
        if (error)
            return error;
    }
    return ofs_req_end(r) ? 0 : BadLength;
}

static int create_picture(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), drawable = ofs_req32(r), format_id = ofs_req32(r), mask = ofs_req32(r);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_find_drawable(c, drawable, &w, &p);
    if (error)
        return error;
    const struct format *format = find_format(format_id);
    if (!format)
        return ofs_bad(c, FIRST_ERROR + BadPictFormat, format_id);
    if (format->depth != (w ? w->depth : p->depth))
        return BadMatch;
    if (r->size_bytes != 20u + 4u * (uint32_t)__builtin_popcount(mask))
        return BadLength;
    error = check_attributes(c, r, mask);
    return error ? error : new_picture(c, id, w ? w->width : p->width, w ? w->height : p->height);
}

static int change_picture(struct ofs_client *c, struct ofs_request *r)
{
    struct picture *p;
    int error = find_picture(c, ofs_req32(r), &p);
    uint32_t mask = ofs_req32(r);
    if (r->size_bytes != 12u + 4u * (uint32_t)__builtin_popcount(mask))
        return BadLength;
    return error ? error : check_attributes(c, r, mask);
}

static int free_picture(struct ofs_client *c, struct ofs_request *r)
{
    struct picture *p;
    int error = find_picture(c, ofs_req32(r), &p);
    if (!error)
        ofs_res_free(c->server, &p->res);
    return error;
}

/* Requests that change one picture in a way that shows only when something is painted. */
static int check_picture(struct ofs_client *c, struct ofs_request *r)
{
    struct picture *p;
    return find_picture(c, ofs_req32(r), &p);
}

static int new_source(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    int error = ofs_res_check_new(c, id);
    return error ? error : new_picture(c, id, 0, 0);
}

/* The stops of a gradient: count at `header` bytes, then 4 bytes of position and 8 of colour for each. */
static int new_gradient(struct ofs_client *c, struct ofs_request *r, uint32_t header_bytes)
{
    uint32_t stops = ofs_get32(r->data + header_bytes - 4, c->swap), id = ofs_get32(r->data + 4, c->swap);
    if ((uint64_t)stops * 12 != r->size_bytes - header_bytes)
        return BadLength;
    int error = ofs_res_check_new(c, id);
    return error ? error : stops ? new_source(c, r) : ofs_bad(c, BadValue, id);
}
static int linear_gradient(struct ofs_client *c, struct ofs_request *r) { return new_gradient(c, r, 28); }
static int radial_gradient(struct ofs_client *c, struct ofs_request *r) { return new_gradient(c, r, 36); }
static int conical_gradient(struct ofs_client *c, struct ofs_request *r) { return new_gradient(c, r, 24); }

/* ---- drawing, checked ---- */

static bool op_valid(uint8_t op)
{
    return op <= PictOpMaximum || (op >= PictOpDisjointMinimum && op <= PictOpDisjointMaximum) ||
           (op >= PictOpConjointMinimum && op <= PictOpConjointMaximum) || (op >= PictOpBlendMinimum && op <= PictOpBlendMaximum);
}

static int find_target(struct ofs_client *c, uint32_t id)
{
    struct picture *p;
    int error = find_picture(c, id, &p);
    return error ? error : p->source_only ? BadDrawable : 0;
}

static int composite(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t op = ofs_req8(r);
    ofs_req_skip(r, 3);
    uint32_t source = ofs_req32(r), mask = ofs_req32(r), target = ofs_req32(r);
    struct picture *p;
    if (!op_valid(op))
        return ofs_bad(c, BadValue, op);
    int error = find_target(c, target);
    if (!error)
        error = find_picture(c, source, &p);
    if (!error && mask)
        error = find_picture(c, mask, &p);
    return error;
}

/* op, source, target, mask format, source position, then items of a fixed size. */
static int shapes(struct ofs_client *c, struct ofs_request *r, uint32_t item_bytes)
{
    uint8_t op = ofs_req8(r);
    ofs_req_skip(r, 3);
    uint32_t source = ofs_req32(r), target = ofs_req32(r), mask_format = ofs_req32(r);
    struct picture *p;
    if (!op_valid(op))
        return ofs_bad(c, BadValue, op);
    int error = find_picture(c, source, &p);
    if (!error)
        error = find_target(c, target);
    if (error)
        return error;
    if (mask_format && !find_format(mask_format))
        return ofs_bad(c, FIRST_ERROR + BadPictFormat, mask_format);
    return (r->size_bytes - 24) % item_bytes ? BadLength : 0;
}
static int trapezoids(struct ofs_client *c, struct ofs_request *r) { return shapes(c, r, 40); }
static int triangles(struct ofs_client *c, struct ofs_request *r) { return shapes(c, r, 24); }
static int strip_or_fan(struct ofs_client *c, struct ofs_request *r) { return shapes(c, r, 8); }

static int fill_rectangles(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t op = ofs_req8(r);
    ofs_req_skip(r, 3);
    uint32_t target = ofs_req32(r);
    if (!op_valid(op))
        return ofs_bad(c, BadValue, op);
    int error = find_target(c, target);
    return error ? error : (r->size_bytes - 20) % 8 ? BadLength : 0;
}

static int add_traps(struct ofs_client *c, struct ofs_request *r)
{
    int error = find_target(c, ofs_req32(r));
    return error ? error : (r->size_bytes - 12) % 24 ? BadLength : 0;
}

static int clip_rectangles(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_picture(c, r);
    return error ? error : (r->size_bytes - 12) % 8 ? BadLength : 0;
}

/* ---- glyphs ---- */

static void destroy_glyphset(struct ofs_server *s, struct ofs_res *res)
{
    struct glyphset *set = (struct glyphset *)res;
    if (--*set->refs == 0)
        free(set->refs);
    free(set);
}

static int find_glyphset(struct ofs_client *c, uint32_t id, struct glyphset **out)
{
    return ofs_res_find(c, id, OFS_RES_GLYPHSET, out);
}

static int create_glyphset(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), format = ofs_req32(r);
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    if (!find_format(format))
        return ofs_bad(c, FIRST_ERROR + BadPictFormat, format);
    struct glyphset *set = calloc(1, sizeof(*set));
    unsigned *refs = malloc(sizeof(*refs));
    error = set && refs ? ofs_res_add(c, id, OFS_RES_GLYPHSET, &set->res) : BadAlloc;
    if (error) {
        free(set);
        free(refs);
        return error;
    }
    *refs = 1;
    set->refs = refs;
    set->depth = find_format(format)->depth;
    return 0;
}

static int reference_glyphset(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct glyphset *existing;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = find_glyphset(c, ofs_req32(r), &existing);
    if (error)
        return error;
    struct glyphset *set = calloc(1, sizeof(*set));
    error = set ? ofs_res_add(c, id, OFS_RES_GLYPHSET, &set->res) : BadAlloc;
    if (error) {
        free(set);
        return error;
    }
    set->depth = existing->depth;
    set->refs = existing->refs;
    ++*set->refs;
    return 0;
}

static int free_glyphset(struct ofs_client *c, struct ofs_request *r)
{
    struct glyphset *set;
    int error = find_glyphset(c, ofs_req32(r), &set);
    if (!error)
        ofs_res_free(c->server, &set->res);
    return error;
}

static int add_glyphs(struct ofs_client *c, struct ofs_request *r)
{
    struct glyphset *set;
    int error = find_glyphset(c, ofs_req32(r), &set);
    uint32_t count = ofs_req32(r);
    if (error)
        return error;
    if ((uint64_t)count * 16 > ofs_req_left(r))
        return BadLength;
    const uint8_t *info = r->data + r->at + 4 * (size_t)count; /* behind the ids: 12 bytes a glyph, then the images */
    uint64_t images = 0, bits = ofs_depth_bits_per_pixel(set->depth);
    for (uint32_t i = 0; i < count; i++, info += 12)
        images += ((uint64_t)ofs_get16(info, c->swap) * bits + 31) / 32 * 4 * ofs_get16(info + 2, c->swap);
    return images == ofs_req_left(r) - (uint64_t)count * 16 ? 0 : BadLength;
}

static int free_glyphs(struct ofs_client *c, struct ofs_request *r)
{
    struct glyphset *set;
    return find_glyphset(c, ofs_req32(r), &set);
}

static int composite_glyphs(struct ofs_client *c, struct ofs_request *r)
{
    struct glyphset *set;
    int error = shapes(c, r, 1);
    return error ? error : find_glyphset(c, ofs_req32(r), &set);
}

/* ---- cursors and filters ---- */

static int new_cursor(struct ofs_client *c, uint32_t id)
{
    struct ofs_res *res = calloc(1, sizeof(*res));
    int error = res ? ofs_res_add(c, id, OFS_RES_CURSOR, res) : BadAlloc;
    if (error)
        free(res);
    return error;
}

static int create_cursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct picture *p;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = find_picture(c, ofs_req32(r), &p);
    if (error)
        return error;
    if (p->source_only || ofs_req16(r) >= p->width || ofs_req16(r) >= p->height)
        return BadMatch;
    return new_cursor(c, id);
}

static int create_anim_cursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    int error = ofs_res_check_new(c, id);
    if ((r->size_bytes - 8) % 8)
        return BadLength;
    if (error)
        return error;
    if (!ofs_req_left(r))
        return ofs_bad(c, BadValue, id);
    while (!error && ofs_req_left(r)) {
        struct ofs_res *frame;
        error = ofs_res_find(c, ofs_req32(r), OFS_RES_CURSOR, &frame);
        ofs_req_skip(r, 4);
    }
    return error ? error : new_cursor(c, id);
}

/* An even number: libXrender pads the list of aliases to 32 bits, other clients do not. */
static const struct { const char *name; uint16_t alias; } filters[] = {
    { "nearest", 0xFFFF }, { "bilinear", 0xFFFF }, { "convolution", 0xFFFF }, { "fast", 0 }, { "good", 1 }, { "best", 1 },
};

static int query_filters(struct ofs_client *c, struct ofs_request *r)
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

static int set_filter(struct ofs_client *c, struct ofs_request *r)
{
    struct picture *p;
    int error = find_picture(c, ofs_req32(r), &p);
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
    bool takes_parameters = filters[i].alias == 0xFFFF && strcmp(filters[i].name, "convolution") == 0;
    return ofs_req_left(r) && !takes_parameters ? BadMatch : 0;
}

static int init(struct ofs_server *s)
{
    ofs_res_set_error(s, OFS_RES_PICTURE, FIRST_ERROR + BadPicture);
    ofs_res_set_error(s, OFS_RES_GLYPHSET, FIRST_ERROR + BadGlyphSet);
    ofs_res_set_destructor(s, OFS_RES_GLYPHSET, destroy_glyphset);
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { 0, "RenderQueryVersion", query_version, 3, 3 },
    { 1, "RenderQueryPictFormats", query_formats, 1, 1 },
    { 2, "RenderQueryPictIndexValues", query_index_values, 2, 0 },
    { 4, "RenderCreatePicture", create_picture, 5, 0 },
    { 5, "RenderChangePicture", change_picture, 3, 0 },
    { 6, "RenderSetPictureClipRectangles", clip_rectangles, 3, 0 },
    { 7, "RenderFreePicture", free_picture, 2, 2 },
    { 8, "RenderComposite", composite, 9, 9 },
    { 10, "RenderTrapezoids", trapezoids, 6, 0 },
    { 11, "RenderTriangles", triangles, 6, 0 },
    { 12, "RenderTriStrip", strip_or_fan, 6, 0 },
    { 13, "RenderTriFan", strip_or_fan, 6, 0 },
    { 17, "RenderCreateGlyphSet", create_glyphset, 3, 3 },
    { 18, "RenderReferenceGlyphSet", reference_glyphset, 3, 3 },
    { 19, "RenderFreeGlyphSet", free_glyphset, 2, 2 },
    { 20, "RenderAddGlyphs", add_glyphs, 3, 0 },
    { 22, "RenderFreeGlyphs", free_glyphs, 2, 0 },
    { 23, "RenderCompositeGlyphs8", composite_glyphs, 7, 0 },
    { 24, "RenderCompositeGlyphs16", composite_glyphs, 7, 0 },
    { 25, "RenderCompositeGlyphs32", composite_glyphs, 7, 0 },
    { 26, "RenderFillRectangles", fill_rectangles, 5, 0 },
    { 27, "RenderCreateCursor", create_cursor, 4, 4 },
    { 28, "RenderSetPictureTransform", check_picture, 11, 11 },
    { 29, "RenderQueryFilters", query_filters, 2, 2 },
    { 30, "RenderSetPictureFilter", set_filter, 3, 0 },
    { 31, "RenderCreateAnimCursor", create_anim_cursor, 2, 0 },
    { 32, "RenderAddTraps", add_traps, 3, 0 },
    { 33, "RenderCreateSolidFill", new_source, 4, 0 },
    { 34, "RenderCreateLinearGradient", linear_gradient, 7, 0 },
    { 35, "RenderCreateRadialGradient", radial_gradient, 9, 0 },
    { 36, "RenderCreateConicalGradient", conical_gradient, 6, 0 },
};
const struct ofs_extension ofs_ext_render = {
    .name = "RENDER", .major = 139, .first_error = FIRST_ERROR, .rows = rows, .row_count = OFS_ARRAY_LEN(rows),
    .init = init,
};
