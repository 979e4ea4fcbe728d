/* Cursors: ids that are kept. */
#include <stdlib.h>

#include "x11/font.h"
#include "x11/private.h"

static int new_resource(struct ofs_client *c, uint32_t id, enum ofs_res_type type)
{
    struct ofs_res *res = calloc(1, sizeof(*res));
    if (!res)
        return BadAlloc;
    int error = ofs_res_add(c, id, type, res);
    if (error)
        free(res);
    return error;
}

int ofs_core_CreateCursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), source_id = ofs_req32(r), mask_id = ofs_req32(r);
    ofs_req_skip(r, 12);
    uint16_t x = ofs_req16(r), y = ofs_req16(r);
    struct ofs_pixmap *source, *mask = NULL;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, source_id, OFS_RES_PIXMAP, &source);
    if (!error && mask_id)
        error = ofs_res_find(c, mask_id, OFS_RES_PIXMAP, &mask);
    if (error)
        return error;
    if (source->depth != 1 || x >= source->width || y >= source->height ||
        (mask && (mask->depth != 1 || mask->width != source->width || mask->height != source->height)))
        return BadMatch;
    return new_resource(c, id, OFS_RES_CURSOR);
}

int ofs_core_CreateGlyphCursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), source_id = ofs_req32(r), mask_id = ofs_req32(r);
    uint16_t source_char = ofs_req16(r), mask_char = ofs_req16(r);
    struct ofs_open_font *source, *mask = NULL;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, source_id, OFS_RES_FONT, &source);
    if (!error && mask_id)
        error = ofs_res_find(c, mask_id, OFS_RES_FONT, &mask);
    if (error)
        return error;
    if (!ofs_font_in_range(source->font, source_char))
        return ofs_bad(c, BadValue, source_char);
    if (mask && !ofs_font_in_range(mask->font, mask_char))
        return ofs_bad(c, BadValue, mask_char);
    return new_resource(c, id, OFS_RES_CURSOR);
}

int ofs_core_FreeCursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_res *cursor;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_CURSOR, &cursor);
    if (!error)
        ofs_res_free(c->server, cursor);
    return error;
}

int ofs_core_RecolorCursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_res *cursor;
    return ofs_res_find(c, ofs_req32(r), OFS_RES_CURSOR, &cursor);
}

int ofs_core_QueryBestSize(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_find_drawable(c, ofs_req32(r), &w, &p);
    uint16_t width = ofs_req16(r), height = ofs_req16(r);
    if (r->minor > StippleShape)
        return ofs_bad(c, BadValue, r->minor);
    if (error)
        return error;
    if (w && w->class == InputOnly && r->minor != CursorShape)
        return BadMatch;
    if (r->minor != CursorShape) /* tiles and stipples: a power of two, as the X server's frame buffer code has it */
        while (width & (width - 1))
            width = (uint16_t)((width | (width - 1)) + 1 < 0x10000 ? (width | (width - 1)) + 1 : 0x8000);
    if (r->minor == CursorShape) { /* at most the screen, as the X server has it */
        const struct ofs_window *root = c->server->root;
        width = width < root->width ? width : root->width;
        height = height < root->height ? height : root->height;
    }
    ofs_reply_begin(c, 0);
    ofs_out16(c, width);
    ofs_out16(c, height);
    ofs_reply_end(c);
    return 0;
}
