/* Swaps. They do not wait: intervals are remembered, and that is all. */
#include <errno.h>

#include "glx/events.h"
#include "glx/glxerr.h"

/* A pixmap has one buffer that can be seen, whatever its config says. (GLX 1.4, section 3.3.10.) */
static bool has_back(const struct ofs_drawable *drawable)
{
    return drawable->config->double_buffer && drawable->kind != OFS_GLX_PIXMAP;
}

void ofs_swap_current(void)
{
    struct ofs_binding *now = &ofs_current;
    struct ofs_drawable *drawable = now->draw;
    struct ofs_surface *surface = now->draw_surface;
    const struct ofs_gl *gl = ofs_gl_get();

    if (!has_back(drawable))
        return;
    ofs_glx_observe(drawable, surface, surface->back);
    if (surface->front != EGL_NO_SURFACE)
        ofs_front_update(surface, 0, 0, (int)ofs_size_width(surface->size_px), (int)ofs_size_height(surface->size_px));
    gl->glFlush();
    drawable->age = 1;
    ofs_current_follow_size();
}

/* The surfaces of a drawable that is not what this thread draws to, for the thread until they are given up; NULL if another
 * thread draws to it: its frame is that thread's to swap. There is nothing of this thread's to flush. */
static struct ofs_surface *own_surface(struct ofs_drawable *drawable)
{
    struct ofs_surface *surface = ofs_surface_for(drawable);
    bool own;

    if (!surface)
        return NULL;
    (void)pthread_mutex_lock(&ofs_glx.lock);
    own = drawable->surface == surface;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    if (own)
        return surface;
    ofs_surface_unused(surface);
    ofs_surface_release(surface);
    return NULL;
}

static void swap_other(struct ofs_drawable *drawable)
{
    struct ofs_surface *surface = has_back(drawable) ? own_surface(drawable) : NULL;

    if (!surface)
        return;
    ofs_glx_observe(drawable, surface, surface->back);
    ofs_front_update(surface, 0, 0, (int)ofs_size_width(surface->size_px), (int)ofs_size_height(surface->size_px));
    drawable->age = 1;
    ofs_surface_unused(surface);
    ofs_surface_release(surface);
}

/* A window that GLX has not seen yet is a drawable all the same. */
static bool is_unused_window(Display *dpy, XID xid)
{
    struct ofs_xdrawable *x;
    bool is_window;

    ofs_glx_sync(dpy);
    x = ofs_xview_acquire((uint32_t)xid);
    is_window = x && x->kind == OFS_XDRAWABLE_WINDOW && x->visual;
    ofs_xview_release(x);
    return is_window;
}

static void tell_client(struct ofs_drawable *drawable, uint64_t swaps_before)
{
    if ((atomic_load_explicit(&drawable->event_mask, memory_order_relaxed) & GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK) &&
        atomic_load(&drawable->swaps) != swaps_before)
        ofs_swap_event_send(drawable);
}

void ofs_glx_swap(Display *dpy, XID xid, int minor)
{
    struct ofs_drawable *drawable = NULL;
    int saved_errno = errno;
    uint64_t before;

    ofs_glx_flush(dpy);
    if (ofs_glx_is_current() && ofs_current.draw && ofs_current.draw_xid == xid &&
        ofs_current.draw->kind == OFS_GLX_WINDOW && ofs_drawable_is_dead(ofs_current.draw)) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadCurrentWindow, minor, (uint32_t)xid);
    } else if (ofs_glx_is_current() && ofs_current.draw && ofs_current.draw_xid == xid) {
        before = atomic_load(&ofs_current.draw->swaps);
        ofs_swap_current();
        tell_client(ofs_current.draw, before);
    } else if ((drawable = ofs_drawable_find(xid))) {
        before = atomic_load(&drawable->swaps);
        swap_other(drawable);
        tell_client(drawable, before);
    } else if (!is_unused_window(dpy, xid)) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, minor, (uint32_t)xid);
    }
    ofs_drawable_release(drawable);
    errno = saved_errno;
}

OFS_EXPORT void glXSwapBuffers(Display *dpy, GLXDrawable drawable)
{
    if (!ofs_glx_is_ours(dpy))
        OFS_FOREIGN_VOID(glXSwapBuffers, dpy, drawable);
    else
        ofs_glx_swap(dpy, drawable, X_GLXSwapBuffers);
}

/* The part of a rectangle that is in a surface; false if there is none. */
static bool cut(const struct ofs_surface *surface, int64_t *x, int64_t *y, int64_t *width, int64_t *height)
{
    int64_t right = *x + *width, top = *y + *height;

    *x = *x > 0 ? *x : 0;
    *y = *y > 0 ? *y : 0;
    right = right < ofs_size_width(surface->size_px) ? right : ofs_size_width(surface->size_px);
    top = top < ofs_size_height(surface->size_px) ? top : ofs_size_height(surface->size_px);
    *width = right - *x;
    *height = top - *y;
    return *width > 0 && *height > 0;
}

static void copy_part(struct ofs_drawable *drawable, struct ofs_surface *surface, const int rect[4])
{
    int64_t x = rect[0], y = rect[1], width = rect[2], height = rect[3];

    if (!cut(surface, &x, &y, &width, &height) || !ofs_surface_need_front(drawable, surface))
        return;
    ofs_front_update(surface, (int)x, (int)y, (int)width, (int)height);
    ofs_glx_observe(drawable, surface, surface->front);
}

OFS_EXPORT void glXCopySubBufferMESA(Display *dpy, GLXDrawable xid, int x, int y, int width, int height)
{
    const int rect[4] = {x, y, width, height};
    struct ofs_drawable *drawable;
    struct ofs_surface *surface;
    int saved_errno = errno;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXCopySubBufferMESA, dpy, xid, x, y, width, height);
        return;
    }
    ofs_glx_flush(dpy);
    if (ofs_glx_is_current() && ofs_current.draw && ofs_current.draw_xid == xid) {
        if (has_back(ofs_current.draw))
            copy_part(ofs_current.draw, ofs_current.draw_surface, rect);
    } else if ((drawable = ofs_drawable_find(xid))) {
        surface = has_back(drawable) ? own_surface(drawable) : NULL;
        if (surface)
            copy_part(drawable, surface, rect);
        ofs_surface_unused(surface);
        ofs_surface_release(surface);
        ofs_drawable_release(drawable);
    } else if (!is_unused_window(dpy, xid)) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, X_GLXVendorPrivate, (uint32_t)xid);
    }
    errno = saved_errno;
}

/* -- intervals ---------------------------------------------------------------------------------------------------- */

OFS_EXPORT void glXSwapIntervalEXT(Display *dpy, GLXDrawable xid, int interval)
{
    struct ofs_drawable *drawable;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXSwapIntervalEXT, dpy, xid, interval);
        return;
    }
    drawable = ofs_drawable_find(xid);
    if (!drawable) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, X_GLXVendorPrivate, (uint32_t)xid);
        return;
    }
    atomic_store(&drawable->swap_interval, interval); /* negative: EXT_swap_control_tear */
    ofs_drawable_release(drawable);
}

OFS_EXPORT int glXSwapIntervalMESA(unsigned int interval)
{
    if (!ofs_glx_is_current() || !ofs_current.draw)
        return GLX_BAD_CONTEXT;
    if (interval > 0x7fffffff)
        return GLX_BAD_VALUE;
    atomic_store(&ofs_current.draw->swap_interval, (int)interval);
    return 0;
}

OFS_EXPORT int glXSwapIntervalSGI(int interval)
{
    if (!ofs_glx_is_current() || !ofs_current.draw)
        return GLX_BAD_CONTEXT;
    if (interval <= 0)
        return GLX_BAD_VALUE;
    atomic_store(&ofs_current.draw->swap_interval, interval);
    return 0;
}

OFS_EXPORT int glXGetSwapIntervalMESA(void)
{
    return ofs_glx_is_current() && ofs_current.draw ? atomic_load(&ofs_current.draw->swap_interval) : 0;
}
