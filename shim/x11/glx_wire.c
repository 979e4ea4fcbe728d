/* GLX on the wire: truthful answers for clients that look, and errors that the GL side of this process asks for.
 *
 * Rendering never goes over the wire: our glX* serve the program inside the process. What arrives here are version and
 * string queries (libglvnd sends some by itself), and OFS_GLX_VENDOR_RAISE. Source: GLX 1.4 encoding, GL/glxproto.h. */
#include "x11/private.h"

enum { SERVER_VENDOR = 1, SERVER_VERSION = 2, SERVER_EXTENSIONS = 3 }; /* names of glXQueryServerString */
enum { BAD_DRAWABLE = 2 };                                            /* GLXBadDrawable, from the error base */

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out32(c, 1);
    ofs_out32(c, 4);
    ofs_reply_end(c);
    return 0;
}

static int reply_string(struct ofs_client *c, const char *text)
{
    uint32_t n = (uint32_t)strlen(text) + 1;
    ofs_reply_begin(c, 0);
    ofs_out32(c, 0);
    ofs_out32(c, n);
    ofs_out_zero(c, 16);
    ofs_out_bytes(c, text, n);
    ofs_reply_end(c);
    return 0;
}

/* What a client may do over the wire, which is nothing beyond GLX 1.4 itself. */
static int query_extensions_string(struct ofs_client *c, struct ofs_request *r)
{
    return ofs_req32(r) ? BadMatch : reply_string(c, "");
}

static int query_server_string(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t screen = ofs_req32(r), name = ofs_req32(r);
    if (screen)
        return BadMatch;
    switch (name) {
    case SERVER_VENDOR: return reply_string(c, "Offstage");
    case SERVER_VERSION: return reply_string(c, "1.4");
    /* Without GLX_EXT_libglvnd, libglvnd asks for no vendor library. */
    case SERVER_EXTENSIONS: return reply_string(c, "GLX_ARB_create_context GLX_ARB_create_context_profile");
    default: return ofs_bad(c, BadValue, name);
    }
}

static int get_visual_configs(struct ofs_client *c, struct ofs_request *r)
{
    enum { PROPERTIES = 18 };
    uint32_t screen = ofs_req32(r);
    if (screen)
        return BadMatch;
    unsigned count;
    const struct ofs_visual *v = ofs_xview_visuals(&count);
    ofs_reply_begin(c, 0);
    ofs_out32(c, count);
    ofs_out32(c, PROPERTIES);
    ofs_out_zero(c, 16);
    for (unsigned i = 0; i < count; i++) {
        uint32_t alpha = v[i].depth == 32 ? 8 : 0;
        const uint32_t row[PROPERTIES] = {
            v[i].id, TrueColor, 1 /* RGBA */, 8, 8, 8, alpha, 0, 0, 0, 0, /* accumulation */
            1 /* double buffer */, 0 /* stereo */, 24 + alpha, 24 /* depth */, 8 /* stencil */, 0, 0,
        };
        for (unsigned k = 0; k < PROPERTIES; k++)
            ofs_out32(c, row[k]);
    }
    ofs_reply_end(c);
    return 0;
}

static int get_fb_configs(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t screen = ofs_req32(r);
    if (screen)
        return BadMatch;
    ofs_reply_begin(c, 0); /* no indirect configurations */
    ofs_out32(c, 0);
    ofs_out32(c, 0);
    ofs_reply_end(c);
    return 0;
}

static int get_drawable_attributes(struct ofs_client *c, struct ofs_request *r)
{
    enum { Y_INVERTED = 0x20D4, WIDTH = 0x801D, HEIGHT = 0x801E, SCREEN = 0x800C, TYPE = 0x8010 };
    enum { IS_WINDOW = 1, IS_PIXMAP = 2 };
    uint32_t id = ofs_req32(r);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    if (ofs_find_drawable(c, id, &w, &p))
        return ofs_bad(c, OFS_GLX_FIRST_ERROR + BAD_DRAWABLE, id);
    const uint32_t pairs[] = {
        Y_INVERTED, 0, WIDTH, w ? w->width : p->width, HEIGHT, w ? w->height : p->height, SCREEN, 0,
        TYPE, w ? IS_WINDOW : IS_PIXMAP,
    };
    ofs_reply_begin(c, 0);
    ofs_out32(c, OFS_ARRAY_LEN(pairs) / 2);
    ofs_out_zero(c, 20);
    for (unsigned i = 0; i < OFS_ARRAY_LEN(pairs); i++)
        ofs_out32(c, pairs[i]);
    ofs_reply_end(c);
    return 0;
}

static int is_direct(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out8(c, 1);
    ofs_reply_end(c);
    return 0;
}

/* What the client says of itself; we have nothing to do with it. */
static int accept_any(struct ofs_client *c, struct ofs_request *r) { return 0; }

/* Our own request: see OFS_GLX_VENDOR_RAISE in xview.h. */
static int vendor_private(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t code = ofs_req32(r);
    if (code != OFS_GLX_VENDOR_RAISE || r->size_bytes != 20)
        return ofs_bad(c, OFS_GLX_FIRST_ERROR + 8 /* GLXUnsupportedPrivateRequest */, code);
    uint8_t error = ofs_req8(r);
    ofs_req_skip(r, 1);
    c->bad_minor = ofs_req16(r);
    c->has_bad_minor = true;
    c->bad_value = ofs_req32(r);
    return error;
}

static int init(struct ofs_server *s)
{
    ofs_event_set_format(s, OFS_GLX_FIRST_EVENT + 1, "112 22 4 44 44 4"); /* BufferSwapComplete of GLX_INTEL_swap_event */
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { 6, "glXIsDirect", is_direct, 2, 2 },
    { 7, "glXQueryVersion", query_version, 3, 3 },
    { 14, "glXGetVisualConfigs", get_visual_configs, 2, 2 },
    { 16, "glXVendorPrivate", vendor_private, 3, 0 },
    { 18, "glXQueryExtensionsString", query_extensions_string, 2, 2 },
    { 19, "glXQueryServerString", query_server_string, 3, 3 },
    { 20, "glXClientInfo", accept_any, 4, 0 },
    { 21, "glXGetFBConfigs", get_fb_configs, 2, 2 },
    { 29, "glXGetDrawableAttributes", get_drawable_attributes, 2, 2 },
    { 33, "glXSetClientInfoARB", accept_any, 6, 0 },
    { 35, "glXSetClientInfo2ARB", accept_any, 6, 0 },
};
const struct ofs_extension ofs_ext_glx = {
    .name = "GLX", .major = OFS_GLX_MAJOR, .first_event = OFS_GLX_FIRST_EVENT, .first_error = OFS_GLX_FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows), .init = init,
};
