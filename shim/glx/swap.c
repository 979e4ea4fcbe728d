/* Swaps, and the counters that go with them. Nothing here waits: intervals are remembered, and a wait for a count is over
 * as soon as it is asked for. */
#include <errno.h>
#include <time.h>

#include "glx/glxerr.h"
#include "glx/private.h"

/* The pretended refresh rate: media stream counts grow with time at this rate. */
#define REFRESH_HZ 60

static void swap_current(void)
{
    struct ofs_binding *now = &ofs_current;
    struct ofs_drawable *drawable = now->draw;
    struct ofs_surface *surface = now->draw_surface;
    const struct ofs_gl *gl = ofs_gl_get();

    if (!drawable->config->double_buffer)
        return;
    ofs_glx_observe(drawable, surface->back);
    if (surface->front != EGL_NO_SURFACE)
        ofs_front_update(surface, 0, 0, (int)ofs_size_width(surface->size_px), (int)ofs_size_height(surface->size_px));
    gl->glFlush();
    drawable->age = 1;
    ofs_current_follow_size();
}

/* The drawable is not what this thread draws to: there is nothing of this thread's to flush. If another thread draws to it,
 * its frame is that thread's to swap. */
static void swap_other(struct ofs_drawable *drawable)
{
    struct ofs_surface *surface;
    bool mine;

    if (!drawable->config->double_buffer)
        return;
    surface = ofs_surface_for(drawable);
    if (!surface)
        return;
    (void)pthread_mutex_lock(&ofs_glx.lock);
    mine = drawable->surface == surface;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    if (mine) {
        ofs_glx_observe(drawable, surface->back);
        ofs_front_update(surface, 0, 0, (int)ofs_size_width(surface->size_px), (int)ofs_size_height(surface->size_px));
    }
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

static void swap(Display *dpy, XID xid, int minor)
{
    struct ofs_drawable *drawable;
    int saved_errno = errno;

    ofs_glx_flush(dpy);
    if (ofs_current.context && ofs_current.draw && ofs_current.draw_xid == xid) {
        swap_current();
    } else {
        drawable = ofs_drawable_find(xid);
        if (drawable)
            swap_other(drawable);
        else if (!is_unused_window(dpy, xid))
            ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, minor, (uint32_t)xid);
        ofs_drawable_release(drawable);
    }
    errno = saved_errno;
}

OFS_EXPORT void glXSwapBuffers(Display *dpy, GLXDrawable drawable)
{
    if (!ofs_glx_is_ours(dpy))
        OFS_FOREIGN_VOID(glXSwapBuffers, dpy, drawable);
    else
        swap(dpy, drawable, X_GLXSwapBuffers);
}

OFS_EXPORT void glXCopySubBufferMESA(Display *dpy, GLXDrawable xid, int x, int y, int width, int height)
{
    struct ofs_binding *now = &ofs_current;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXCopySubBufferMESA, dpy, xid, x, y, width, height);
        return;
    }
    if (!now->context || !now->draw || now->draw_xid != xid || !now->draw->config->double_buffer)
        return;
    ofs_glx_flush(dpy);
    if (!ofs_surface_need_front(now->draw, now->draw_surface))
        return;
    ofs_front_update(now->draw_surface, x, y, width, height);
    ofs_glx_observe(now->draw, now->draw_surface->front);
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
    if (!ofs_current.context || !ofs_current.draw)
        return GLX_BAD_CONTEXT;
    if (interval > 0x7fffffff)
        return GLX_BAD_VALUE;
    atomic_store(&ofs_current.draw->swap_interval, (int)interval);
    return 0;
}

OFS_EXPORT int glXSwapIntervalSGI(int interval)
{
    if (!ofs_current.context || !ofs_current.draw)
        return GLX_BAD_CONTEXT;
    if (interval <= 0)
        return GLX_BAD_VALUE;
    atomic_store(&ofs_current.draw->swap_interval, interval);
    return 0;
}

OFS_EXPORT int glXGetSwapIntervalMESA(void)
{
    return ofs_current.context && ofs_current.draw ? atomic_load(&ofs_current.draw->swap_interval) : 0;
}

/* -- OML_sync_control, SGI_video_sync ----------------------------------------------------------------------------- */

/* A wait for a count that lies ahead moves the count there. */
static _Atomic int64_t msc_ahead;

static int64_t now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t msc_at(int64_t ust)
{
    return ust * REFRESH_HZ / 1000000 + atomic_load(&msc_ahead);
}

/* The first count at or after `target`, or after now with the given remainder; the counter is there when this returns. */
static int64_t reach_msc(int64_t target, int64_t divisor, int64_t remainder)
{
    int64_t now = msc_at(now_us()), goal = target;

    if (now >= target) {
        goal = now;
        if (divisor > 0)
            goal += (remainder - now % divisor + divisor) % divisor;
    }
    if (goal > now)
        (void)atomic_fetch_add(&msc_ahead, goal - now);
    return goal;
}

static struct ofs_drawable *counted(Display *dpy, XID xid)
{
    struct ofs_drawable *drawable = ofs_drawable_find(xid);

    if (!drawable)
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadDrawable, X_GLXVendorPrivate, (uint32_t)xid);
    return drawable;
}

OFS_EXPORT Bool glXGetSyncValuesOML(Display *dpy, GLXDrawable xid, int64_t *ust, int64_t *msc, int64_t *sbc)
{
    struct ofs_drawable *drawable;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetSyncValuesOML, False, dpy, xid, ust, msc, sbc);
    drawable = counted(dpy, xid);
    if (!drawable)
        return False;
    *ust = now_us();
    *msc = msc_at(*ust);
    *sbc = (int64_t)atomic_load(&drawable->swaps);
    ofs_drawable_release(drawable);
    return True;
}

OFS_EXPORT Bool glXGetMscRateOML(Display *dpy, GLXDrawable xid, int32_t *numerator, int32_t *denominator)
{
    struct ofs_drawable *drawable;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetMscRateOML, False, dpy, xid, numerator, denominator);
    drawable = counted(dpy, xid);
    if (!drawable)
        return False;
    *numerator = REFRESH_HZ;
    *denominator = 1;
    ofs_drawable_release(drawable);
    return True;
}

OFS_EXPORT int64_t glXSwapBuffersMscOML(Display *dpy, GLXDrawable xid, int64_t target, int64_t divisor, int64_t remainder)
{
    struct ofs_drawable *drawable;
    int64_t sbc = -1;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXSwapBuffersMscOML, -1, dpy, xid, target, divisor, remainder);
    drawable = counted(dpy, xid);
    if (!drawable)
        return -1;
    if (divisor >= 0 && remainder >= 0 && target >= 0 && (divisor == 0 || remainder < divisor) &&
        drawable->config->double_buffer) {
        (void)reach_msc(target, divisor, remainder);
        swap(dpy, xid, X_GLXVendorPrivate);
        sbc = (int64_t)atomic_load(&drawable->swaps);
    }
    ofs_drawable_release(drawable);
    return sbc;
}

OFS_EXPORT Bool glXWaitForMscOML(Display *dpy, GLXDrawable xid, int64_t target, int64_t divisor, int64_t remainder,
                                 int64_t *ust, int64_t *msc, int64_t *sbc)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXWaitForMscOML, False, dpy, xid, target, divisor, remainder, ust, msc, sbc);
    if (divisor < 0 || remainder < 0 || target < 0 || (divisor > 0 && remainder >= divisor))
        return False;
    (void)reach_msc(target, divisor, remainder);
    return glXGetSyncValuesOML(dpy, xid, ust, msc, sbc);
}

OFS_EXPORT Bool glXWaitForSbcOML(Display *dpy, GLXDrawable xid, int64_t target, int64_t *ust, int64_t *msc, int64_t *sbc)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXWaitForSbcOML, False, dpy, xid, target, ust, msc, sbc);
    if (target < 0)
        return False;
    return glXGetSyncValuesOML(dpy, xid, ust, msc, sbc); /* every swap is complete when it returns */
}

OFS_EXPORT int glXGetVideoSyncSGI(unsigned int *count)
{
    if (!ofs_current.context)
        return GLX_BAD_CONTEXT;
    *count = (unsigned int)msc_at(now_us());
    return 0;
}

OFS_EXPORT int glXWaitVideoSyncSGI(int divisor, int remainder, unsigned int *count)
{
    if (!ofs_current.context)
        return GLX_BAD_CONTEXT;
    if (divisor <= 0 || remainder < 0)
        return GLX_BAD_VALUE;
    *count = (unsigned int)reach_msc(0, divisor, remainder % divisor);
    return 0;
}
