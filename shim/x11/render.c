/* RENDER 0.11: picture formats that agree with the visuals, and the table of requests. */
#include <stdlib.h>

#include "x11/render.h"

/* Those of the visuals, and what the X server has beside them. */
static const struct ofs_pict_format formats[] = {
    { 0x60, 1, { 0, 0, 0, 0, 0, 0, 0, 1 }, PIXMAN_a1 },
    { 0x61, 8, { 0, 0, 0, 0, 0, 0, 0, 0xFF }, PIXMAN_a8 },
    { 0x62, 24, { 16, 0xFF, 8, 0xFF, 0, 0xFF, 0, 0 }, PIXMAN_x8r8g8b8 },
    { 0x63, 32, { 16, 0xFF, 8, 0xFF, 0, 0xFF, 24, 0xFF }, PIXMAN_a8r8g8b8 },
    { 0x64, 32, { 16, 0xFF, 8, 0xFF, 0, 0xFF, 0, 0 }, PIXMAN_x8r8g8b8 },
    { 0x65, 4, { 0, 0, 0, 0, 0, 0, 0, 0xF }, PIXMAN_a4 },
    { 0x66, 16, { 11, 0x1F, 5, 0x3F, 0, 0x1F, 0, 0 }, PIXMAN_r5g6b5 },
    { 0x68, 24, { 0, 0xFF, 8, 0xFF, 16, 0xFF, 0, 0 }, PIXMAN_x8b8g8r8 },
    { 0x69, 32, { 0, 0xFF, 8, 0xFF, 16, 0xFF, 24, 0xFF }, PIXMAN_a8b8g8r8 },
    { 0x6A, 32, { 0, 0xFF, 8, 0xFF, 16, 0xFF, 0, 0 }, PIXMAN_x8b8g8r8 },
    { 0x6B, 32, { 8, 0xFF, 16, 0xFF, 24, 0xFF, 0, 0xFF }, PIXMAN_b8g8r8a8 },
    { 0x6C, 32, { 8, 0xFF, 16, 0xFF, 24, 0xFF, 0, 0 }, PIXMAN_b8g8r8x8 },
    { 0x6D, 32, { 20, 0x3FF, 10, 0x3FF, 0, 0x3FF, 30, 3 }, PIXMAN_a2r10g10b10 },
    { 0x6E, 32, { 20, 0x3FF, 10, 0x3FF, 0, 0x3FF, 0, 0 }, PIXMAN_x2r10g10b10 },
    { 0x6F, 32, { 0, 0x3FF, 10, 0x3FF, 20, 0x3FF, 30, 3 }, PIXMAN_a2b10g10r10 },
    { 0x70, 32, { 0, 0x3FF, 10, 0x3FF, 20, 0x3FF, 0, 0 }, PIXMAN_x2b10g10r10 },
    { 0x71, 16, { 0, 0x1F, 5, 0x3F, 11, 0x1F, 0, 0 }, PIXMAN_b5g6r5 },
    { 0x72, 16, { 10, 0x1F, 5, 0x1F, 0, 0x1F, 15, 1 }, PIXMAN_a1r5g5b5 },
    { 0x73, 16, { 10, 0x1F, 5, 0x1F, 0, 0x1F, 0, 0 }, PIXMAN_x1r5g5b5 },
    { 0x74, 16, { 0, 0x1F, 5, 0x1F, 10, 0x1F, 15, 1 }, PIXMAN_a1b5g5r5 },
    { 0x75, 16, { 0, 0x1F, 5, 0x1F, 10, 0x1F, 0, 0 }, PIXMAN_x1b5g5r5 },
    { 0x76, 16, { 8, 0xF, 4, 0xF, 0, 0xF, 12, 0xF }, PIXMAN_a4r4g4b4 },
    { 0x77, 16, { 8, 0xF, 4, 0xF, 0, 0xF, 0, 0 }, PIXMAN_x4r4g4b4 },
    { 0x78, 16, { 0, 0xF, 4, 0xF, 8, 0xF, 12, 0xF }, PIXMAN_a4b4g4r4 },
    { 0x79, 16, { 0, 0xF, 4, 0xF, 8, 0xF, 0, 0 }, PIXMAN_x4b4g4r4 },
};
static uint32_t visual_format(const struct ofs_visual *v) { return v->depth == 32 ? 0x63 : 0x62; }

const struct ofs_pict_format *ofs_pict_format_find(uint32_t id)
{
    for (unsigned i = 0; i < OFS_ARRAY_LEN(formats); i++)
        if (formats[i].id == id)
            return &formats[i];
    return NULL;
}

int ofs_pict_format_mask(struct ofs_client *c, uint32_t id, const struct ofs_pict_format **out)
{
    *out = ofs_pict_format_find(id);
    return id && !*out ? ofs_bad(c, OFS_RENDER_FIRST_ERROR + BadPictFormat, id) : 0;
}

int ofs_render_charge(struct ofs_server *s, uint64_t bytes)
{
    if (bytes > s->config.max_image_bytes - s->image_bytes)
        return BadAlloc;
    s->image_bytes += bytes;
    return 0;
}

/* ---- version and formats ---- */

int ofs_render_QueryVersion(struct ofs_client *c, struct ofs_request *r)
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

int ofs_render_QueryPictFormats(struct ofs_client *c, struct ofs_request *r)
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

int ofs_render_QueryPictIndexValues(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    return ofs_pict_format_find(id) ? BadMatch : ofs_bad(c, OFS_RENDER_FIRST_ERROR + BadPictFormat, id);
}

/* ---- the extension ---- */

static int init(struct ofs_server *s)
{
    ofs_res_set_error(s, OFS_RES_PICTURE, OFS_RENDER_FIRST_ERROR + BadPicture);
    ofs_res_set_error(s, OFS_RES_GLYPHSET, OFS_RENDER_FIRST_ERROR + BadGlyphSet);
    ofs_picts_init(s);
    ofs_glyphs_init(s);
    s->render = calloc(1, sizeof(*s->render));
    return s->render ? 0 : BadAlloc;
}

/* What is left of pictures and glyphs is freed later, without this. */
static void finish(struct ofs_server *s)
{
    if (s->render && s->render->drawn)
        ofs_pixman()->pixman_glyph_cache_destroy(s->render->drawn);
    free(s->render);
    s->render = NULL;
}

static const struct ofs_handler_row rows[] = {
#define ROW(opcode, name, min_words, max_words) { opcode, "Render" #name, ofs_render_##name, min_words, max_words },
    OFS_RENDER_REQUESTS(ROW)
#undef ROW
};
const struct ofs_extension ofs_ext_render = {
    .name = "RENDER", .major = 139, .first_error = OFS_RENDER_FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows),
    .init = init, .finish = finish, .window_gone = ofs_picts_window_gone,
};
