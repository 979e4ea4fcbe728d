/* Cursors out of pictures: ids, like all cursors here. */
#include <stdlib.h>

#include "x11/render.h"

static int new_cursor(struct ofs_client *c, uint32_t id)
{
    struct ofs_res *res = calloc(1, sizeof(*res));
    int error = res ? ofs_res_add(c, id, OFS_RES_CURSOR, res) : BadAlloc;
    if (error)
        free(res);
    return error;
}

int ofs_render_CreateCursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_pict *p;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_pict_find(c, ofs_req32(r), &p);
    if (error)
        return error;
    if (p->fill || ofs_req16(r) >= p->pixmap.width || ofs_req16(r) >= p->pixmap.height)
        return BadMatch;
    return new_cursor(c, id);
}

int ofs_render_CreateAnimCursor(struct ofs_client *c, struct ofs_request *r)
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
