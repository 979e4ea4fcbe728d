/* XInput 2 requests about the pointer: where it is, moving it, its cursor, barriers. */
#include <X11/extensions/XI2.h>
#include <X11/extensions/XI2proto.h>

#include "x11/cursor.h"
#include "x11/xinput.h"

/* Only the master has a place on the screen. */
static int find_pointer(struct ofs_client *c, uint32_t id, struct ofs_device **out)
{
    int error = ofs_device_find(c, id, out);
    return error ? error : (*out)->pointer && (*out)->master ? 0 : ofs_bad(c, OFS_XI_BAD_DEVICE, id);
}

int ofs_xi_query_pointer(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    uint32_t window = ofs_req32(r), id = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_device *d;
    struct ofs_window *w;
    int error = find_pointer(c, id, &d);
    if (!error)
        error = ofs_find_window(c, window, &w);
    if (error)
        return error;
    ofs_device_stop_hint(c, d);
    int x, y;
    ofs_window_origin(w, &x, &y);
    struct ofs_xkb_mods mods;
    ofs_xkb_get_mods(s, &mods);
    uint32_t buttons = ofs_device_logical_buttons(d);

    ofs_reply_begin(c, X_XIQueryPointer);
    ofs_out32(c, s->root->res.id);
    ofs_out32(c, ofs_deliver_child(s, w));
    ofs_xi2_fp1616(c, s->input->x);
    ofs_xi2_fp1616(c, s->input->y);
    ofs_xi2_fp1616(c, s->input->x - x);
    ofs_xi2_fp1616(c, s->input->y - y);
    ofs_out8(c, 1);
    ofs_out8(c, 0);
    ofs_out16(c, 8); /* words of button bits */
    ofs_xi2_write_mods(c, &mods, false);
    for (unsigned i = 0; i < 4; i++)
        ofs_out8(c, (uint8_t)(buttons >> (i * 8)));
    ofs_out_zero(c, 28);
    ofs_reply_end(c);
    return 0;
}

/* 16.16 to pixels, towards zero. */
static int whole(int32_t fixed) { return fixed / 65536; }

int ofs_xi_warp_pointer(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_warp warp = { .source = ofs_req32(r) };
    warp.to = ofs_req32(r);
    warp.source_x = whole(ofs_req_i32(r));
    warp.source_y = whole(ofs_req_i32(r));
    warp.width = ofs_req16(r);
    warp.height = ofs_req16(r);
    warp.to_x = whole(ofs_req_i32(r));
    warp.to_y = whole(ofs_req_i32(r));
    uint32_t id = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_device *d;
    int error = find_pointer(c, id, &d);
    return error ? error : ofs_pointer_warp(c, &warp, ofs_device_warp_master);
}

/* A cursor for one device on one window, which comes before the window's own; None goes back to that. */
int ofs_xi_change_cursor(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t window = ofs_req32(r), cursor = ofs_req32(r), id = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_device *d;
    struct ofs_window *w;
    struct ofs_cursor *found;
    int error = find_pointer(c, id, &d);
    if (!error)
        error = ofs_find_window(c, window, &w);
    if (!error)
        error = ofs_cursor_find_any(c, cursor, &found);
    if (error)
        return error;
    ofs_cursor_set(&w->pointer_cursor, found);
    ofs_cursor_update(c->server);
    return 0;
}

/* Barriers are kept (XFIXES) and never hold the pointer, so there is nothing to release; the ids are checked. */
int ofs_xi_release_barriers(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t count = ofs_req32(r);
    if (count > ofs_req_left(r) / 12 || count * 12 != ofs_req_left(r))
        return BadLength;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t id = ofs_req16(r);
        ofs_req_skip(r, 2);
        uint32_t barrier = ofs_req32(r);
        ofs_req_skip(r, 4);
        struct ofs_device *d;
        struct ofs_res *res;
        int error = ofs_device_find(c, id, &d);
        if (!error)
            error = ofs_res_find(c, barrier, OFS_RES_BARRIER, &res);
        if (error)
            return error;
    }
    return 0;
}
