/* Frames: swaps, intervals and waits. */
#include <errno.h>

#include "egl/x11/eglx.h"

/* The pretended refresh rate, as in GLX. */
#define REFRESH_HZ 60

/* The surface to swap: EGL wants it to be what this thread draws to. EGL_SUCCESS or an error. */
static EGLint find(const struct ofs_egl_display *display, EGLSurface handle, struct ofs_egl_surface **surface_out)
{
    struct ofs_egl_surface *surface = ofs_eglx_surface_acquire(display, handle);

    *surface_out = surface;
    if (!surface || ofs_eglx_current_surface() != surface)
        return EGL_BAD_SURFACE;
    return surface->drawable.kind == OFS_GLX_WINDOW && ofs_drawable_is_dead(&surface->drawable) ? EGL_BAD_NATIVE_WINDOW
                                                                                               : EGL_SUCCESS;
}

static EGLBoolean swap(const struct ofs_egl_display *display, EGLSurface handle)
{
    struct ofs_egl_surface *surface;
    int saved_errno = errno;
    EGLint error;

    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    error = find(display, handle, &surface);
    if (error == EGL_SUCCESS && surface->drawable.kind == OFS_GLX_WINDOW) {
        ofs_native_flush(display);
        ofs_swap_current();
    }
    ofs_eglx_surface_release(surface);
    errno = saved_errno;
    if (error != EGL_SUCCESS)
        return OFS_EGLX_FAIL(error);
    ofs_eglx_answer_frame();
    return EGL_TRUE;
}

OFS_EXPORT EGLBoolean eglSwapBuffers(EGLDisplay handle, EGLSurface surface)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);

    return display ? swap(display, surface) : OFS_EGLX_PASS(eglSwapBuffers, handle, surface);
}

/* EGL_KHR_swap_buffers_with_damage and its older twin: what has changed is a hint, of which nothing comes here. */
#define SWAP_WITH_DAMAGE(function)                                                                            \
    EGLBoolean function(EGLDisplay handle, EGLSurface surface, const EGLint *rects, EGLint count)             \
    {                                                                                                         \
        const struct ofs_egl_display *display = ofs_eglx_display(handle);                                     \
                                                                                                              \
        if (!display)                                                                                         \
            return OFS_EGLX_PASS(function, handle, surface, rects, count);                                    \
        if (count < 0 || (count > 0 && !rects))                                                               \
            return OFS_EGLX_FAIL(EGL_BAD_PARAMETER);                                                          \
        return swap(display, surface);                                                                        \
    }
SWAP_WITH_DAMAGE(eglSwapBuffersWithDamageKHR)
SWAP_WITH_DAMAGE(eglSwapBuffersWithDamageEXT)

OFS_EXPORT EGLBoolean eglSwapInterval(EGLDisplay handle, EGLint interval)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    struct ofs_egl_surface *surface = ofs_eglx_current_surface();

    if (!display)
        return OFS_EGLX_PASS(eglSwapInterval, handle, interval);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    if (!ofs_current.context || ofs_current.context->egl_display != display)
        return OFS_EGLX_FAIL(EGL_BAD_CONTEXT);
    if (!surface)
        return OFS_EGLX_FAIL(EGL_BAD_SURFACE);
    atomic_store(&surface->drawable.swap_interval, interval < 0 ? 0 : interval); /* remembered: no swap waits */
    return OFS_EGLX_DONE();
}

/* EGL_ANGLE_sync_control_rate, which not every header has. */
EGLBoolean eglGetMscRateANGLE(EGLDisplay handle, EGLSurface surface_handle, EGLint *numerator, EGLint *denominator);

EGLBoolean eglGetMscRateANGLE(EGLDisplay handle, EGLSurface surface_handle, EGLint *numerator, EGLint *denominator)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    struct ofs_egl_surface *surface;

    if (!display)
        return OFS_EGLX_PASS(eglGetMscRateANGLE, handle, surface_handle, numerator, denominator);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    surface = ofs_eglx_surface_acquire(display, surface_handle);
    ofs_eglx_surface_release(surface);
    if (!surface)
        return OFS_EGLX_FAIL(EGL_BAD_SURFACE);
    if (!numerator || !denominator)
        return OFS_EGLX_FAIL(EGL_BAD_PARAMETER);
    *numerator = REFRESH_HZ;
    *denominator = 1;
    return OFS_EGLX_DONE();
}

/* -- waits -------------------------------------------------------------------------------------------------------- */

/* What GL has drawn into a pixmap is there for X afterwards. True if there was something of ours to wait for. */
static bool wait_for_gl(void)
{
    const struct ofs_gl *gl = ofs_gl_get();
    struct ofs_egl_surface *surface = ofs_eglx_current_surface();

    if (!ofs_current.context || !ofs_current.context->egl_display || !gl)
        return false;
    gl->glFinish();
    if (surface && surface->drawable.kind == OFS_GLX_PIXMAP)
        ofs_look_finished();
    return true;
}

OFS_EXPORT EGLBoolean eglWaitClient(void)
{
    return ofs_glx_is_current() || wait_for_gl() ? OFS_EGLX_DONE() : OFS_EGLX_PASS(eglWaitClient);
}

OFS_EXPORT EGLBoolean eglWaitGL(void)
{
    return ofs_glx_is_current() || wait_for_gl() ? OFS_EGLX_DONE() : OFS_EGLX_PASS(eglWaitGL);
}

OFS_EXPORT EGLBoolean eglWaitNative(EGLint engine)
{
    int saved_errno = errno;

    if (ofs_glx_is_current())
        return OFS_EGLX_DONE();
    if (!ofs_current.context)
        return OFS_EGLX_PASS(eglWaitNative, engine);
    if (engine != EGL_CORE_NATIVE_ENGINE)
        return OFS_EGLX_FAIL(EGL_BAD_PARAMETER);
    ofs_native_sync(ofs_current.context->egl_display);
    errno = saved_errno;
    return OFS_EGLX_DONE();
}
