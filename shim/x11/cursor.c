/* Cursors as objects, and their ids. An id that is freed leaves the cursor with the windows and grabs that have it. */
#include "x11/cursor.h"

#include <stdlib.h>

#include "x11/private.h"

struct cursor_id {
    struct ofs_res res;
    struct ofs_cursor *cursor; /* a reference */
};

struct ofs_cursor *ofs_cursor_new(struct ofs_server *s)
{
    struct ofs_cursor *cursor = calloc(1, sizeof(*cursor));
    if (!cursor)
        return NULL;
    cursor->server = s;
    cursor->refs = 1;
    return cursor;
}

int ofs_cursor_set_size(struct ofs_cursor *cursor, uint32_t width, uint32_t height)
{
    if (width > UINT16_MAX || height > UINT16_MAX)
        return BadAlloc;
    if (width && height && !(cursor->raster = ofs_raster_create(cursor->server, width, height)))
        return BadAlloc; /* it has no size then: who has one has pixels */
    cursor->width = (uint16_t)width;
    cursor->height = (uint16_t)height;
    return 0;
}

struct ofs_cursor *ofs_cursor_ref(struct ofs_cursor *cursor)
{
    if (cursor)
        cursor->refs++;
    return cursor;
}

void ofs_cursor_release(struct ofs_cursor *cursor)
{
    if (!cursor || --cursor->refs)
        return;
    for (uint32_t i = 0; cursor->frames && i < cursor->frame_count; i++) /* no frame is animated: this goes no deeper */
        ofs_cursor_release(cursor->frames[i].cursor);
    cursor->server->image_bytes -= cursor->frame_count * sizeof(*cursor->frames);
    free(cursor->frames);
    ofs_raster_release(cursor->raster);
    free(cursor);
}

void ofs_cursor_set(struct ofs_cursor **slot, struct ofs_cursor *to)
{
    struct ofs_cursor *old = *slot;
    *slot = ofs_cursor_ref(to);
    ofs_cursor_release(old);
}

uint32_t ofs_cursor_pixel(const struct ofs_cursor *cursor, int x, int y)
{
    const uint32_t px = *ofs_raster_at(cursor->raster, x, y);
    if (cursor->argb || px == OFS_CURSOR_CLEAR)
        return px;
    const uint16_t *rgb = px == OFS_CURSOR_FORE ? cursor->fore : cursor->back;
    return 0xFF000000u | (uint32_t)(rgb[0] >> 8) << 16 | (uint32_t)(rgb[1] >> 8) << 8 | rgb[2] >> 8;
}

/* ---- ids ---- */

static void destroy_id(struct ofs_server *s, struct ofs_res *res)
{
    ofs_cursor_release(((struct cursor_id *)res)->cursor);
    free(res);
}

int ofs_cursor_enter(struct ofs_client *c, uint32_t id, struct ofs_cursor *take)
{
    struct cursor_id *entry = calloc(1, sizeof(*entry));
    int error = entry ? ofs_res_add(c, id, OFS_RES_CURSOR, &entry->res) : BadAlloc;
    if (error) {
        free(entry);
        ofs_cursor_release(take);
        return error;
    }
    entry->cursor = take;
    if (!take->frames) /* who asks is told of its frames */
        take->serial = ++c->server->cursors->last_serial;
    return 0;
}

int ofs_cursor_find(struct ofs_client *c, uint32_t id, struct ofs_cursor **out)
{
    struct cursor_id *entry;
    int error = ofs_res_find(c, id, OFS_RES_CURSOR, &entry);
    *out = error ? NULL : entry->cursor;
    return error;
}

int ofs_cursor_find_any(struct ofs_client *c, uint32_t id, struct ofs_cursor **out)
{
    *out = NULL;
    return id ? ofs_cursor_find(c, id, out) : 0;
}

struct ofs_cursor **ofs_cursor_of_id(struct ofs_res *res) { return &((struct cursor_id *)res)->cursor; }

/* ---- of a server ---- */

int ofs_cursors_init(struct ofs_server *s)
{
    ofs_res_set_destructor(s, OFS_RES_CURSOR, destroy_id);
    s->cursors = calloc(1, sizeof(*s->cursors));
    if (!s->cursors)
        return BadAlloc;
    struct ofs_cursor *root = s->cursors->root = ofs_cursor_new(s);
    if (!root)
        return BadAlloc;
    root->serial = ++s->cursors->last_serial;
    s->cursors->shown = ofs_cursor_ref(root);
    return 0;
}

struct ofs_cursor *ofs_cursors_root(struct ofs_server *s) { return s->cursors->root; }

void ofs_cursors_finish(struct ofs_server *s)
{
    struct ofs_cursors *k = s->cursors;
    if (!k)
        return;
    ofs_cursor_forget(s, NULL, NULL);
    ofs_cursor_release(k->shown);
    ofs_cursor_release(k->root);
    free(k);
    s->cursors = NULL;
}
