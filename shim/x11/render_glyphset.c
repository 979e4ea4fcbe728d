/* Glyph sets. Source: RENDER, CreateGlyphSet, ReferenceGlyphSet, FreeGlyphSet, AddGlyphs, FreeGlyphs. */
#include <stdlib.h>

#include "x11/render.h"

struct ofs_glyphs {
    unsigned refs; /* ids that name it */
    const struct ofs_pict_format *format;
    uint32_t count, size; /* glyphs; buckets, a power of two */
    struct ofs_glyph **buckets;
};

int ofs_glyphset_find(struct ofs_client *c, uint32_t id, struct ofs_glyphset **out)
{
    return ofs_res_find(c, id, OFS_RES_GLYPHSET, out);
}

/* A pixel of depth 4 has a byte on the wire, which no format of pixman has: it is kept as 8 bits of alpha. */
pixman_format_code_t ofs_glyphs_format(const struct ofs_glyphs *glyphs)
{
    return glyphs->format->depth == 4 ? PIXMAN_a8 : glyphs->format->code;
}

/* ---- glyphs by id ---- */

static struct ofs_glyph **place(const struct ofs_glyphs *glyphs, uint32_t id)
{
    struct ofs_glyph **link = &glyphs->buckets[(id * 2654435761u >> 8) & (glyphs->size - 1)];
    while (*link && (*link)->id != id)
        link = &(*link)->next;
    return link;
}

struct ofs_glyph *ofs_glyph_find(const struct ofs_glyphs *glyphs, uint32_t id) { return *place(glyphs, id); }

static void grow(struct ofs_glyphs *glyphs)
{
    struct ofs_glyphs larger = *glyphs;
    larger.size = glyphs->size * 2;
    larger.buckets = calloc(larger.size, sizeof(*larger.buckets));
    if (!larger.buckets)
        return; /* longer chains, nothing worse */
    for (uint32_t i = 0; i < glyphs->size; i++) {
        for (struct ofs_glyph *glyph = glyphs->buckets[i], *next; glyph; glyph = next) {
            next = glyph->next;
            struct ofs_glyph **link = place(&larger, glyph->id);
            glyph->next = NULL;
            *link = glyph;
        }
    }
    free(glyphs->buckets);
    *glyphs = larger;
}

/* What a glyph counts for: its image twice, since pixman keeps one of its own once it was drawn. */
static uint64_t weight(const struct ofs_glyph *glyph) { return sizeof(*glyph) + 2 * (uint64_t)glyph->bytes; }

static void free_glyph(struct ofs_server *s, struct ofs_glyph *glyph)
{
    if (s->render && s->render->drawn)
        ofs_pixman()->pixman_glyph_cache_remove(s->render->drawn, glyph, NULL);
    ofs_render_release(s, weight(glyph));
    free(glyph);
}

static bool remove_glyph(struct ofs_server *s, struct ofs_glyphs *glyphs, uint32_t id)
{
    struct ofs_glyph **link = place(glyphs, id), *glyph = *link;
    if (!glyph)
        return false;
    *link = glyph->next;
    glyphs->count--;
    free_glyph(s, glyph);
    return true;
}

pixman_glyph_cache_t *ofs_glyphs_drawn(struct ofs_server *s)
{
    if (!s->render->drawn)
        s->render->drawn = ofs_pixman()->pixman_glyph_cache_create();
    return s->render->drawn;
}

/* ---- sets ---- */

static void release(struct ofs_server *s, struct ofs_glyphs *glyphs)
{
    if (!glyphs || --glyphs->refs)
        return;
    for (uint32_t i = 0; glyphs->buckets && i < glyphs->size; i++) {
        for (struct ofs_glyph *glyph = glyphs->buckets[i], *next; glyph; glyph = next) {
            next = glyph->next;
            free_glyph(s, glyph);
        }
    }
    free(glyphs->buckets);
    free(glyphs);
}

static void destroy_glyphset(struct ofs_server *s, struct ofs_res *res)
{
    release(s, ((struct ofs_glyphset *)res)->glyphs);
    free(res);
}

void ofs_glyphs_init(struct ofs_server *s) { ofs_res_set_destructor(s, OFS_RES_GLYPHSET, destroy_glyphset); }

static struct ofs_glyphs *new_glyphs(const struct ofs_pict_format *format)
{
    struct ofs_glyphs *glyphs = calloc(1, sizeof(*glyphs));
    if (!glyphs)
        return NULL;
    glyphs->refs = 1;
    glyphs->format = format;
    glyphs->size = 16;
    glyphs->buckets = calloc(glyphs->size, sizeof(*glyphs->buckets));
    if (glyphs->buckets)
        return glyphs;
    free(glyphs);
    return NULL;
}

/* Another id for a set; takes a reference. */
static int name(struct ofs_client *c, uint32_t id, struct ofs_glyphs *take_glyphs)
{
    struct ofs_glyphset *set = take_glyphs ? calloc(1, sizeof(*set)) : NULL;
    int error = set ? ofs_res_add(c, id, OFS_RES_GLYPHSET, &set->res) : BadAlloc;
    if (error) {
        free(set);
        release(c->server, take_glyphs);
        return error;
    }
    set->glyphs = take_glyphs;
    return 0;
}

int ofs_render_CreateGlyphSet(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), format_id = ofs_req32(r);
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    const struct ofs_pict_format *format = ofs_pict_format_find(format_id);
    return format ? name(c, id, new_glyphs(format)) : ofs_bad(c, OFS_RENDER_FIRST_ERROR + BadPictFormat, format_id);
}

int ofs_render_ReferenceGlyphSet(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_glyphset *existing;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_glyphset_find(c, ofs_req32(r), &existing);
    if (error)
        return error;
    existing->glyphs->refs++;
    return name(c, id, existing->glyphs);
}

int ofs_render_FreeGlyphSet(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_glyphset *set;
    int error = ofs_glyphset_find(c, ofs_req32(r), &set);
    if (!error)
        ofs_res_free(c->server, &set->res);
    return error;
}

/* ---- glyphs ---- */

static uint64_t image_bytes(const struct ofs_glyphs *glyphs, uint16_t width, uint16_t height)
{
    return ((uint64_t)width * ofs_depth_bits_per_pixel(glyphs->format->depth) + 31) / 32 * 4 * height;
}

/* Info as in xGlyphInfo. 0 or BadAlloc. */
static int add_glyph(struct ofs_server *s, struct ofs_glyphs *glyphs, uint32_t id, const uint8_t *info,
                     const uint8_t *image, size_t bytes, bool swap)
{
    struct ofs_glyph *glyph = malloc(sizeof(*glyph) + bytes);
    if (!glyph)
        return BadAlloc;
    *glyph = (struct ofs_glyph){ .id = id,
                                 .width = ofs_get16(info, swap),
                                 .height = ofs_get16(info + 2, swap),
                                 .x = (int16_t)ofs_get16(info + 4, swap),
                                 .y = (int16_t)ofs_get16(info + 6, swap),
                                 .dx = (int16_t)ofs_get16(info + 8, swap),
                                 .dy = (int16_t)ofs_get16(info + 10, swap),
                                 .bytes = bytes };
    if (ofs_render_charge(s, weight(glyph))) {
        free(glyph);
        return BadAlloc;
    }
    uint8_t *to = (uint8_t *)glyph->image;
    if (glyphs->format->depth == 4)
        for (size_t i = 0; i < bytes; i++)
            to[i] = (uint8_t)((image[i] & 15) * 17);
    else if (bytes)
        memcpy(to, image, bytes);
    (void)remove_glyph(s, glyphs, id);
    struct ofs_glyph **link = place(glyphs, id);
    glyph->next = *link;
    *link = glyph;
    if (++glyphs->count > glyphs->size)
        grow(glyphs);
    return 0;
}

int ofs_render_AddGlyphs(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_glyphset *set;
    int error = ofs_glyphset_find(c, ofs_req32(r), &set);
    uint32_t count = ofs_req32(r);
    if (error)
        return error;
    if ((uint64_t)count * 16 > ofs_req_left(r))
        return BadLength;
    /* The ids, then 12 bytes a glyph, then the images. */
    const uint8_t *ids = r->data + r->at, *infos = ids + 4 * (size_t)count, *image = infos + 12 * (size_t)count;
    uint64_t images = 0;
    for (uint32_t i = 0; i < count; i++)
        images += image_bytes(set->glyphs, ofs_get16(infos + 12 * (size_t)i, r->swap),
                              ofs_get16(infos + 12 * (size_t)i + 2, r->swap));
    if (images != ofs_req_left(r) - (uint64_t)count * 16)
        return BadLength;
    for (uint32_t i = 0; i < count && !error; i++) {
        const uint8_t *info = infos + 12 * (size_t)i;
        size_t bytes = (size_t)image_bytes(set->glyphs, ofs_get16(info, r->swap), ofs_get16(info + 2, r->swap));
        error = add_glyph(c->server, set->glyphs, ofs_get32(ids + 4 * (size_t)i, r->swap), info, image, bytes, r->swap);
        image += bytes;
    }
    return error;
}

int ofs_render_FreeGlyphs(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_glyphset *set;
    int error = ofs_glyphset_find(c, ofs_req32(r), &set);
    while (!error && ofs_req_left(r)) {
        uint32_t id = ofs_req32(r);
        if (!remove_glyph(c->server, set->glyphs, id))
            error = ofs_bad(c, OFS_RENDER_FIRST_ERROR + BadGlyph, id);
    }
    return error;
}
