/* XINERAMA 1.1: one screen. Source: X11/extensions/panoramiXproto.h. */
#include "x11/private.h"

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out16(c, 1);
    ofs_out16(c, 1);
    ofs_reply_end(c);
    return 0;
}

static int get_state(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_reply_begin(c, 1);
    ofs_out32(c, w->res.id);
    ofs_reply_end(c);
    return 0;
}

static int get_screen_count(struct ofs_client *c, struct ofs_request *r) { return get_state(c, r); }

static int get_screen_size(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint32_t screen = ofs_req32(r);
    if (error)
        return error;
    if (screen)
        return BadMatch;
    ofs_reply_begin(c, 0);
    ofs_out32(c, c->server->root->width);
    ofs_out32(c, c->server->root->height);
    ofs_out32(c, w->res.id);
    ofs_out32(c, screen);
    ofs_reply_end(c);
    return 0;
}

static int is_active(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out32(c, 1);
    ofs_reply_end(c);
    return 0;
}

static int query_screens(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out32(c, 1);
    ofs_out_zero(c, 20);
    ofs_out32(c, 0); /* origin */
    ofs_out16(c, c->server->root->width);
    ofs_out16(c, c->server->root->height);
    ofs_reply_end(c);
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { 0, "PanoramiXQueryVersion", query_version, 2, 2 },  { 1, "PanoramiXGetState", get_state, 2, 2 },
    { 2, "PanoramiXGetScreenCount", get_screen_count, 2, 2 }, { 3, "PanoramiXGetScreenSize", get_screen_size, 3, 3 },
    { 4, "XineramaIsActive", is_active, 1, 1 },           { 5, "XineramaQueryScreens", query_screens, 1, 1 },
};
const struct ofs_extension ofs_ext_xinerama = {
    .name = "XINERAMA", .major = 141, .rows = rows, .row_count = OFS_ARRAY_LEN(rows),
};
