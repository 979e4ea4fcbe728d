/* Cursors out of pictures. */
#include <stdlib.h>

#include "x11/cursor.h"
#include "x11/render.h"

/* ---- of one picture ---- */

/* Its pixels, as they are now, into a cursor of the picture's size. Without pixman there are none, unless the picture
 * has them in a cursor's own format: that of nearly all, which need not load it. */
static int read_pixels(struct ofs_server *s, const struct ofs_pict *p, struct ofs_cursor *cursor)
{
    struct ofs_raster *to = cursor->raster;
    const int width = cursor->width, height = cursor->height;
    if (!p->window && p->format->code == PIXMAN_a8r8g8b8) {
        ofs_pict_refresh(s, p);
        for (int y = 0; y < height; y++)
            memcpy(ofs_raster_at(to, 0, y), ofs_raster_at(p->pixmap.raster, 0, y), (size_t)width * 4);
        return 0;
    }
    const struct ofs_pixman *px = ofs_pixman();
    if (!px)
        return 0;
    pixman_image_t *image = px->pixman_image_create_bits(PIXMAN_a8r8g8b8, width, height, to->px, (int)to->stride * 4);
    struct ofs_pict_image from = { 0 };
    int error = image ? ofs_pict_image_open(s, p, (struct ofs_rect){ 0, 0, width, height }, &from) : BadAlloc;
    if (from.image)
        px->pixman_image_composite32(PIXMAN_OP_SRC, from.image, NULL, image, from.x, from.y, 0, 0, 0, 0, width, height);
    ofs_pict_image_close(&from);
    if (image)
        px->pixman_image_unref(image);
    return error;
}

/* The mark of a pixel that is opaque, in one of two colours, or clear; -1: it is something else. *count of the colours
 * are known so far. */
static int mark_of(uint32_t px, uint32_t colors[2], unsigned *count)
{
    if (px >> 24 == 0)
        return OFS_CURSOR_CLEAR;
    unsigned i = 0;
    while (i < *count && colors[i] != px)
        i++;
    if (px >> 24 != 0xFF || i == 2)
        return -1;
    colors[i] = px;
    *count += i == *count;
    return i ? OFS_CURSOR_BACK : OFS_CURSOR_FORE;
}

/* A picture without half-transparent pixels and with no more than two colours makes a cursor like those of the core
 * protocol, which can be recoloured: so X servers have it. The first colour is the foreground. */
static void reduce(struct ofs_cursor *cursor)
{
    uint32_t colors[2] = { 0 };
    unsigned count = 0;
    for (int y = 0; y < cursor->height; y++)
        for (int x = 0; x < cursor->width; x++)
            if (mark_of(*ofs_raster_at(cursor->raster, x, y), colors, &count) < 0)
                return;
    for (int y = 0; y < cursor->height; y++) {
        for (int x = 0; x < cursor->width; x++) {
            uint32_t *px = ofs_raster_at(cursor->raster, x, y);
            *px = (uint32_t)mark_of(*px, colors, &count);
        }
    }
    for (unsigned i = 0; i < 3; i++) {
        cursor->fore[i] = (uint16_t)((colors[0] >> (16 - 8 * i) & 0xFF) * 0x101);
        cursor->back[i] = (uint16_t)((colors[1] >> (16 - 8 * i) & 0xFF) * 0x101);
    }
    cursor->argb = false;
}

int ofs_render_CreateCursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), source = ofs_req32(r);
    uint16_t x = ofs_req16(r), y = ofs_req16(r);
    struct ofs_pict *p;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_pict_find_target(c, source, &p); /* of a drawable */
    if (error)
        return error;
    const uint16_t width = p->window ? p->window->width : p->pixmap.width;
    const uint16_t height = p->window ? p->window->height : p->pixmap.height;
    if (x > width || y > height)
        return ofs_bad(c, BadMatch, source);
    struct ofs_cursor *cursor = ofs_cursor_new(c->server);
    error = cursor ? ofs_cursor_set_size(cursor, width, height) : BadAlloc;
    if (!error)
        error = read_pixels(c->server, p, cursor);
    if (error) {
        ofs_cursor_release(cursor);
        return error;
    }
    cursor->x = x;
    cursor->y = y;
    cursor->argb = true;
    reduce(cursor);
    return ofs_cursor_enter(c, id, cursor);
}

/* ---- of several, one after the other ---- */

/* The list that follows: the frames up to one that stays, which has a delay of 0. 0, BadCursor, BadMatch, BadAlloc. */
static int read_frames(struct ofs_client *c, struct ofs_request *r, struct ofs_cursor *animated)
{
    uint64_t end_ms = 0;
    const uint32_t count = ofs_req_left(r) / 8;
    int error = ofs_render_charge(c->server, count * sizeof(*animated->frames));
    if (error)
        return error;
    animated->frame_count = count; /* as many are charged for */
    animated->frames = calloc(count, sizeof(*animated->frames));
    if (!animated->frames)
        return BadAlloc;
    bool nested = false;
    for (uint32_t i = 0; i < count; i++) {
        struct ofs_cursor *frame;
        error = ofs_cursor_find(c, ofs_req32(r), &frame);
        if (error)
            return error;
        const uint32_t delay_ms = ofs_req32(r);
        end_ms = delay_ms && end_ms != UINT64_MAX ? end_ms + delay_ms : UINT64_MAX;
        nested |= frame->frames != NULL;
        animated->frames[i] = (struct ofs_cursor_frame){ ofs_cursor_ref(frame), end_ms };
    }
    return nested ? BadMatch : 0;
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
    struct ofs_cursor *animated = ofs_cursor_new(c->server);
    if (!animated)
        return BadAlloc;
    error = read_frames(c, r, animated);
    if (!error)
        return ofs_cursor_enter(c, id, animated);
    ofs_cursor_release(animated);
    return error;
}
