/* Pixmaps. GL windows get their pixels from the GL side. */
#include <stdlib.h>

#include "x11/font.h"
#include "x11/gc.h"
#include "x11/private.h"

static void destroy_pixmap(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_pixmap *p = (struct ofs_pixmap *)res;
    ofs_xview_withdraw(p->shared);
    ofs_raster_release(p->raster);
    free(p);
}

void ofs_graphics_init(struct ofs_server *s)
{
    ofs_res_set_destructor(s, OFS_RES_PIXMAP, destroy_pixmap);
    ofs_gc_init(s);
    ofs_fonts_init(s);
}

/* ---- pixmaps ---- */

int ofs_core_CreatePixmap(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), drawable = ofs_req32(r);
    uint16_t width = ofs_req16(r), height = ofs_req16(r);
    uint8_t depth = r->minor;
    struct ofs_window *w;
    struct ofs_pixmap *of;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_find_drawable(c, drawable, &w, &of);
    if (error)
        return error;
    if (!width || !height)
        return ofs_bad(c, BadValue, 0);
    if (!ofs_depth_valid(depth))
        return ofs_bad(c, BadValue, depth);
    if (width > 32767 || height > 32767)
        return BadAlloc;
    struct ofs_pixmap *p = calloc(1, sizeof(*p));
    if (!p)
        return BadAlloc;
    p->width = width;
    p->height = height;
    p->depth = depth;
    error = ofs_res_add(c, id, OFS_RES_PIXMAP, &p->res);
    if (error)
        free(p);
    else if (c->server->config.publish)
        p->shared = ofs_xview_publish(c->server, id, OFS_XDRAWABLE_PIXMAP, 0, depth, width, height);
    return error;
}

int ofs_core_FreePixmap(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_pixmap *p;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_PIXMAP, &p);
    if (!error)
        ofs_res_free(c->server, &p->res);
    return error;
}
