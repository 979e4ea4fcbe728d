/* glXCreateWindow, glXCreatePixmap, glXCreatePbuffer and what belongs to them. */
#include <errno.h>

#include "glx/glxerr.h"
#include "glx/private.h"
#include "glx/texture.h"

static XID refuse(Display *dpy, enum ofs_glx_error_kind kind, int code, int minor, XID value)
{
    ofs_glx_raise(dpy, kind, code, minor, (uint32_t)value);
    return None;
}

/* Enters the drawable under a new id; consumes the reference. */
static XID enter_new(Display *dpy, struct ofs_drawable *take_drawable, int minor)
{
    XID xid = ofs_glx_new_xid(dpy);

    if (take_drawable && take_drawable->kind == OFS_GLX_PBUFFER)
        take_drawable->xid = xid;
    if (!take_drawable || ofs_drawable_enter(xid, take_drawable) != OFS_OK)
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadAlloc, minor, 0);
    return xid;
}

/* -- windows ------------------------------------------------------------------------------------------------------ */

OFS_EXPORT GLXWindow glXCreateWindow(Display *dpy, GLXFBConfig handle, Window window, const int *attributes)
{
    const int minor = X_GLXCreateWindow;
    const struct ofs_fbconfig *config;
    struct ofs_drawable *drawable;
    struct ofs_xdrawable *x;
    bool matches;
    XID xid;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXCreateWindow, None, dpy, handle, window, attributes);
    ofs_glx_sync(dpy);
    config = ofs_glx_config(handle);
    if (!config)
        return refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadFBConfig, minor, 0);
    x = ofs_xview_acquire((uint32_t)window);
    if (!x || x->kind != OFS_XDRAWABLE_WINDOW) {
        ofs_xview_release(x);
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadWindow, minor, window);
    }
    matches = (config->drawable_type & GLX_WINDOW_BIT) && config->visual_depth == x->depth;
    ofs_xview_release(x);
    if (!matches)
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadMatch, minor, window);
    drawable = ofs_drawable_acquire(window, config);
    if (drawable && atomic_load(&drawable->glx_window)) {
        ofs_drawable_release(drawable);
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadAlloc, minor, window);
    }
    if (drawable && drawable->config != config) {
        /* The window was drawn to before with another config. */
        ofs_drawable_release(drawable);
        (void)ofs_drawable_remove(window, OFS_GLX_WINDOW);
        drawable = ofs_drawable_acquire(window, config);
    }
    if (drawable)
        atomic_fetch_add(&drawable->refs, 1);
    xid = enter_new(dpy, drawable, minor);
    if (drawable) {
        atomic_store(&drawable->glx_window, xid);
        ofs_drawable_release(drawable);
    }
    return xid;
}

OFS_EXPORT void glXDestroyWindow(Display *dpy, GLXWindow xid)
{
    struct ofs_drawable *drawable;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXDestroyWindow, dpy, xid);
        return;
    }
    drawable = ofs_drawable_find(xid);
    if (drawable && atomic_load(&drawable->glx_window) == xid)
        atomic_store(&drawable->glx_window, None);
    /* The X window goes as well, or gets a new GLX window and shows frames again. To wait for its own end would be to wait
     * for the program to flush its X requests, which it may not do before it asks for the next frame. */
    if (drawable && ofs_drawable_remove(xid, OFS_GLX_WINDOW))
        ofs_drawable_tell_gone(drawable);
    else
        (void)refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadWindow, X_GLXDestroyWindow, xid);
    ofs_drawable_release(drawable);
}

/* -- pixmaps ------------------------------------------------------------------------------------------------------ */

static XID create_pixmap(Display *dpy, const struct ofs_fbconfig *config, Pixmap pixmap, const int *attributes, int minor)
{
    struct ofs_drawable *drawable;
    struct ofs_xdrawable *x;

    ofs_glx_sync(dpy);
    if (!config)
        return refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadFBConfig, minor, 0);
    x = ofs_xview_acquire((uint32_t)pixmap);
    if (!x || x->kind != OFS_XDRAWABLE_PIXMAP) {
        ofs_xview_release(x);
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadPixmap, minor, pixmap);
    }
    if (!(config->drawable_type & GLX_PIXMAP_BIT) || config->visual_depth != x->depth) {
        ofs_xview_release(x);
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadMatch, minor, pixmap);
    }
    drawable = ofs_drawable_new(OFS_GLX_PIXMAP, pixmap, config, x, 0);
    if (drawable && !ofs_texture_parse(drawable, attributes)) {
        ofs_drawable_release(drawable);
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadValue, minor, pixmap);
    }
    if (drawable && ofs_glx_watch(dpy))
        drawable->keeper = dpy;
    return enter_new(dpy, drawable, minor);
}

OFS_EXPORT GLXPixmap glXCreatePixmap(Display *dpy, GLXFBConfig handle, Pixmap pixmap, const int *attributes)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXCreatePixmap, None, dpy, handle, pixmap, attributes);
    return create_pixmap(dpy, ofs_glx_config(handle), pixmap, attributes, X_GLXCreatePixmap);
}

OFS_EXPORT GLXPixmap glXCreateGLXPixmap(Display *dpy, XVisualInfo *visual, Pixmap pixmap)
{
    const struct ofs_fbconfig *config;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXCreateGLXPixmap, None, dpy, visual, pixmap);
    config = visual ? ofs_glx_visual_config((unsigned)visual->visualid) : NULL;
    if (!config)
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadValue, X_GLXCreateGLXPixmap, 0);
    return create_pixmap(dpy, config, pixmap, NULL, X_GLXCreateGLXPixmap);
}

static void destroy_pixmap(Display *dpy, XID xid, int minor)
{
    if (!ofs_drawable_remove(xid, OFS_GLX_PIXMAP))
        (void)refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadPixmap, minor, xid);
}

OFS_EXPORT void glXDestroyPixmap(Display *dpy, GLXPixmap xid)
{
    if (!ofs_glx_is_ours(dpy))
        OFS_FOREIGN_VOID(glXDestroyPixmap, dpy, xid);
    else
        destroy_pixmap(dpy, xid, X_GLXDestroyPixmap);
}

OFS_EXPORT void glXDestroyGLXPixmap(Display *dpy, GLXPixmap xid)
{
    if (!ofs_glx_is_ours(dpy))
        OFS_FOREIGN_VOID(glXDestroyGLXPixmap, dpy, xid);
    else
        destroy_pixmap(dpy, xid, X_GLXDestroyGLXPixmap);
}

/* -- pbuffers ----------------------------------------------------------------------------------------------------- */

struct pbuffer_wish { int width, height, preserved, largest; };

static bool parse_pbuffer(const int *at, struct pbuffer_wish *wish)
{
    int pairs = 0;

    for (; at && at[0] != None; at += 2)
        switch (++pairs > OFS_GLX_MAX_PAIRS ? None : at[0]) {
        case GLX_PBUFFER_WIDTH:
            wish->width = at[1];
            break;
        case GLX_PBUFFER_HEIGHT:
            wish->height = at[1];
            break;
        case GLX_PRESERVED_CONTENTS:
            wish->preserved = at[1];
            break;
        case GLX_LARGEST_PBUFFER:
            wish->largest = at[1];
            break;
        default:
            return false;
        }
    return wish->width >= 0 && wish->height >= 0;
}

static int clamp(int value, int largest)
{
    return value < 1 ? 1 : value > largest ? largest : value;
}

OFS_EXPORT GLXPbuffer glXCreatePbuffer(Display *dpy, GLXFBConfig handle, const int *attributes)
{
    const int minor = X_GLXCreatePbuffer;
    struct pbuffer_wish wish = {0, 0, True, False};
    const struct ofs_fbconfig *config;
    struct ofs_drawable *drawable;
    struct ofs_surface *surface;
    int width, height;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXCreatePbuffer, None, dpy, handle, attributes);
    config = ofs_glx_config(handle);
    if (!config)
        return refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadFBConfig, minor, 0);
    if (!parse_pbuffer(attributes, &wish))
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadValue, minor, 0);
    width = clamp(wish.width, config->max_width);
    height = clamp(wish.height, config->max_height);
    if (!wish.largest && (width < wish.width || height < wish.height))
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadAlloc, minor, 0);
    drawable = ofs_drawable_new(OFS_GLX_PBUFFER, None, config, NULL, (uint64_t)width << 32 | (unsigned)height);
    if (!drawable)
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadAlloc, minor, 0);
    drawable->preserved = wish.preserved;
    drawable->largest = wish.largest;
    surface = ofs_surface_for(drawable); /* now, since this is where a program looks for the error */
    while (!surface && wish.largest && (width > 1 || height > 1)) {
        width = (width + 1) / 2;
        height = (height + 1) / 2;
        drawable->fixed_size_px = (uint64_t)width << 32 | (unsigned)height;
        surface = ofs_surface_for(drawable);
    }
    if (!surface) {
        ofs_drawable_release(drawable);
        return refuse(dpy, OFS_GLX_CORE_ERROR, BadAlloc, minor, 0);
    }
    ofs_surface_unused(surface);
    ofs_surface_release(surface);
    return enter_new(dpy, drawable, minor);
}

OFS_EXPORT void glXDestroyPbuffer(Display *dpy, GLXPbuffer xid)
{
    if (!ofs_glx_is_ours(dpy))
        OFS_FOREIGN_VOID(glXDestroyPbuffer, dpy, xid);
    else if (!ofs_drawable_remove(xid, OFS_GLX_PBUFFER))
        (void)refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadPbuffer, X_GLXDestroyPbuffer, xid);
}

/* -- attributes and events ---------------------------------------------------------------------------------------- */

static void query_drawable(struct ofs_drawable *drawable, int attribute, unsigned int *value)
{
    bool pbuffer = drawable->kind == OFS_GLX_PBUFFER;

    switch (attribute) {
    case GLX_WIDTH:
        *value = ofs_size_width(ofs_drawable_size(drawable));
        break;
    case GLX_HEIGHT:
        *value = ofs_size_height(ofs_drawable_size(drawable));
        break;
    case GLX_PRESERVED_CONTENTS:
        *value = pbuffer && drawable->preserved;
        break;
    case GLX_LARGEST_PBUFFER:
        *value = pbuffer && drawable->largest;
        break;
    case GLX_FBCONFIG_ID:
        *value = (unsigned)drawable->config->id;
        break;
    case GLX_EVENT_MASK:
        *value = (unsigned)atomic_load(&drawable->event_mask);
        break;
    case GLX_SWAP_INTERVAL_EXT: {
        int interval = atomic_load(&drawable->swap_interval);

        *value = (unsigned)(interval < 0 ? -interval : interval);
        break;
    }
    case GLX_LATE_SWAPS_TEAR_EXT:
        *value = atomic_load(&drawable->swap_interval) < 0;
        break;
    case GLX_MAX_SWAP_INTERVAL_EXT:
        *value = 0x7fffffff;
        break;
    case GLX_BACK_BUFFER_AGE_EXT:
        /* A resize that the surface has not followed yet takes the contents away. */
        *value = ofs_current.draw_surface->size_px == ofs_drawable_size(drawable) ? drawable->age : 0;
        break;
    case GLX_SCREEN:
        *value = 0;
        break;
    default:
        (void)ofs_texture_query(drawable, attribute, value);
        break;
    }
}

/* The drawable of this id; a window that GLX has not seen yet becomes one. */
static struct ofs_drawable *find_or_adopt(Display *dpy, XID xid)
{
    struct ofs_drawable *drawable;
    struct ofs_xdrawable *x;

    ofs_glx_sync(dpy);
    drawable = ofs_drawable_find(xid);
    if (drawable)
        return drawable;
    x = ofs_xview_acquire((uint32_t)xid);
    if (x && x->kind == OFS_XDRAWABLE_WINDOW && x->visual)
        drawable = ofs_drawable_acquire(xid, ofs_glx_visual_config(x->visual));
    ofs_xview_release(x);
    return drawable;
}

OFS_EXPORT void glXQueryDrawable(Display *dpy, GLXDrawable xid, int attribute, unsigned int *value)
{
    struct ofs_drawable *drawable;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXQueryDrawable, dpy, xid, attribute, value);
        return;
    }
    drawable = find_or_adopt(dpy, xid);
    /* The age is that of the buffer that this thread is about to draw to. (GLX_EXT_buffer_age) */
    if (!drawable || (attribute == GLX_BACK_BUFFER_AGE_EXT &&
                      (!ofs_glx_is_current() || ofs_current.draw != drawable || !ofs_current.draw_surface))) {
        (void)refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, X_GLXGetDrawableAttributes, xid);
        ofs_drawable_release(drawable);
        return;
    }
    query_drawable(drawable, attribute, value);
    ofs_drawable_release(drawable);
}

OFS_EXPORT void glXSelectEvent(Display *dpy, GLXDrawable xid, unsigned long mask)
{
    struct ofs_drawable *drawable;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXSelectEvent, dpy, xid, mask);
        return;
    }
    drawable = find_or_adopt(dpy, xid);
    if (!drawable) {
        (void)refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, X_GLXChangeDrawableAttributes, xid);
        return;
    }
    /* Nothing ever clobbers a pbuffer; swap events are for windows. */
    mask &= GLX_PBUFFER_CLOBBER_MASK | (drawable->kind == OFS_GLX_WINDOW ? GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK : 0);
    ofs_swap_event_select(dpy, xid, drawable, mask);
    ofs_drawable_release(drawable);
}

OFS_EXPORT void glXGetSelectedEvent(Display *dpy, GLXDrawable xid, unsigned long *mask)
{
    struct ofs_drawable *drawable;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXGetSelectedEvent, dpy, xid, mask);
        return;
    }
    drawable = find_or_adopt(dpy, xid);
    if (!drawable) {
        (void)refuse(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, X_GLXGetDrawableAttributes, xid);
        return;
    }
    *mask = atomic_load(&drawable->event_mask);
    ofs_drawable_release(drawable);
}
