/* What is current, seen through EGL.
 *
 * There is one binding for GLX and EGL (glx/private.h). Beside a native driver eglGetCurrentContext() is
 * EGL_NO_CONTEXT while a GLX context is current, and eglMakeCurrent() fails with EGL_BAD_ACCESS, as glXMakeCurrent
 * does while an EGL context is. Callers that are part of the driver stack (CUDA interop above all) see EGL's real
 * objects, whoever made them. */
#include <errno.h>

#include "egl/x11/eglx.h"
#include "hook/rules.h"

/* True if the caller must not see what is current, because it is a GLX context. */
static bool is_hidden_from(const void *caller)
{
    return ofs_glx_is_current() && !ofs_caller_is_driver(caller);
}

/* True if what is current was made so through a display of ours, and the caller is to see that. */
static bool is_ours_for(const void *caller)
{
    return ofs_current.context && ofs_current.context->egl_display && !ofs_caller_is_driver(caller);
}

struct ofs_egl_surface *ofs_eglx_current_surface(void)
{
    return ofs_current.context && ofs_current.context->egl_display ? (struct ofs_egl_surface *)ofs_current.draw : NULL;
}

OFS_EXPORT EGLContext eglGetCurrentContext(void)
{
    if (is_hidden_from(__builtin_return_address(0)))
        return OFS_EGLX_NULL(EGL_SUCCESS);
    return OFS_EGLX_PASS(eglGetCurrentContext);
}

OFS_EXPORT EGLDisplay eglGetCurrentDisplay(void)
{
    if (is_hidden_from(__builtin_return_address(0)))
        return OFS_EGLX_NULL(EGL_SUCCESS);
    if (!is_ours_for(__builtin_return_address(0)))
        return OFS_EGLX_PASS(eglGetCurrentDisplay);
    ofs_eglx_answer(EGL_SUCCESS);
    return (EGLDisplay)ofs_current.context->egl_display;
}

OFS_EXPORT EGLSurface eglGetCurrentSurface(EGLint which)
{
    if (is_hidden_from(__builtin_return_address(0)))
        return OFS_EGLX_NULL(EGL_SUCCESS);
    if (!is_ours_for(__builtin_return_address(0)))
        return OFS_EGLX_PASS(eglGetCurrentSurface, which);
    if (which != EGL_DRAW && which != EGL_READ)
        return OFS_EGLX_NULL(EGL_BAD_PARAMETER);
    ofs_eglx_answer(EGL_SUCCESS);
    return (EGLSurface)(which == EGL_DRAW ? ofs_current.draw : ofs_current.read);
}

/* -- eglMakeCurrent ----------------------------------------------------------------------------------------------- */

/* A display that is not ours: what of ours was current in this thread is no more. */
static EGLBoolean make_foreign_current(EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext context)
{
    EGLBoolean done;

    ofs_current_tell_leaving();
    done = OFS_EGLX_PASS(eglMakeCurrent, display, draw, read, context);
    if (done)
        ofs_current_release(false);
    return done;
}

/* Nothing is to be current any more, whatever display it is of; the display named need not even be initialized. */
static EGLBoolean make_nothing_current(EGLSurface draw, EGLSurface read)
{
    __typeof__(&eglGetCurrentDisplay) current = OFS_EGLX_REAL(eglGetCurrentDisplay);
    EGLDisplay foreign;

    if (draw != EGL_NO_SURFACE || read != EGL_NO_SURFACE)
        return OFS_EGLX_FAIL(EGL_BAD_MATCH);
    if (ofs_current.context) {
        ofs_current_tell_leaving();
        ofs_current_release(true);
        return OFS_EGLX_DONE();
    }
    foreign = current ? current() : EGL_NO_DISPLAY;
    return foreign == EGL_NO_DISPLAY ? OFS_EGLX_DONE()
                                     : OFS_EGLX_PASS(eglMakeCurrent, foreign, draw, read, EGL_NO_CONTEXT);
}

/* A surface of the call, with a reference. EGL_SUCCESS, or why it cannot be current here. */
static EGLint take_surface(const struct ofs_egl_display *display, EGLSurface handle, struct ofs_drawable **drawable_out)
{
    struct ofs_egl_surface *surface = ofs_eglx_surface_acquire(display, handle);

    if (!surface)
        return EGL_BAD_SURFACE;
    *drawable_out = &surface->drawable;
    if (ofs_drawable_is_dead(*drawable_out))
        return (*drawable_out)->kind == OFS_GLX_WINDOW ? EGL_BAD_NATIVE_WINDOW : EGL_BAD_NATIVE_PIXMAP;
    return ofs_surface_is_busy(*drawable_out) ? EGL_BAD_ACCESS : EGL_SUCCESS;
}

/* EGL 1.5 section 3.7.3. EGL_SUCCESS, or the error, and nothing has changed. */
static EGLint prepare(struct ofs_egl_display *display, EGLSurface draw, EGLSurface read, EGLContext context,
                      struct ofs_binding *next, bool *claimed)
{
    EGLint error = EGL_SUCCESS;

    next->context = ofs_context_acquire_egl(display, context);
    if (!next->context)
        return EGL_BAD_CONTEXT;
    if ((draw == EGL_NO_SURFACE) != (read == EGL_NO_SURFACE) ||
        (draw == EGL_NO_SURFACE && !ofs_egl_opened()->surfaceless_context))
        return EGL_BAD_MATCH;
    if (draw != EGL_NO_SURFACE) {
        error = take_surface(display, draw, &next->draw);
        if (error == EGL_SUCCESS)
            error = take_surface(display, read, &next->read);
    }
    if (error == EGL_SUCCESS && !ofs_current_claim(next->context, claimed))
        error = EGL_BAD_ACCESS;
    return error;
}

/* What the call asks for is current already. */
static bool is_current(const struct ofs_binding *next)
{
    return ofs_current.context == next->context && ofs_current.draw == next->draw && ofs_current.read == next->read;
}

static EGLBoolean make_current(struct ofs_egl_display *display, EGLSurface draw, EGLSurface read, EGLContext context)
{
    struct ofs_binding next = {.dpy = ofs_native_xlib(display)};
    bool claimed = false;
    EGLint error;

    if (next.dpy)
        ofs_glx_sync(next.dpy); /* the size of the window is what the program last asked for */
    error = prepare(display, draw, read, context, &next, &claimed);
    if (error == EGL_SUCCESS && is_current(&next)) {
        ofs_current_abandon(&next, claimed);
        ofs_current_follow_size();
        return OFS_EGLX_DONE();
    }
    if (error == EGL_SUCCESS) {
        if (ofs_current.context != next.context)
            ofs_current_tell_leaving();
        ofs_glx_client_bind(&next);
        error = ofs_current_bind(&next);
    }
    if (error == EGL_SUCCESS)
        return OFS_EGLX_DONE();
    ofs_current_abandon(&next, claimed);
    return OFS_EGLX_FAIL(error);
}

OFS_EXPORT EGLBoolean eglMakeCurrent(EGLDisplay handle, EGLSurface draw, EGLSurface read, EGLContext context)
{
    struct ofs_egl_display *display = ofs_eglx_display(handle);
    int saved_errno = errno;
    EGLBoolean result;

    if (ofs_caller_is_driver(__builtin_return_address(0)))
        return OFS_EGLX_PASS(eglMakeCurrent, handle, draw, read, context);
    if (ofs_glx_is_current()) {
        /* Nothing of the program's own is current that EGL could let go. */
        bool nothing = context == EGL_NO_CONTEXT && draw == EGL_NO_SURFACE && read == EGL_NO_SURFACE;

        return nothing ? OFS_EGLX_DONE() : OFS_EGLX_FAIL(EGL_BAD_ACCESS);
    }
    if (!display)
        result = make_foreign_current(handle, draw, read, context);
    else if (context == EGL_NO_CONTEXT)
        result = make_nothing_current(draw, read);
    else
        result = ofs_eglx_ready(display) ? make_current(display, draw, read, context) : EGL_FALSE;
    errno = saved_errno;
    return result;
}

OFS_EXPORT EGLBoolean eglReleaseThread(void)
{
    const struct ofs_egl *egl = ofs_egl_opened();

    if (is_hidden_from(__builtin_return_address(0))) {
        ofs_eglx_answer(EGL_SUCCESS);
        return egl ? egl->fn.eglBindAPI(EGL_OPENGL_ES_API) : EGL_TRUE; /* the initial state, which is all there is */
    }
    if (is_ours_for(__builtin_return_address(0))) {
        ofs_current_tell_leaving();
        ofs_current_release(true);
    }
    return OFS_EGLX_PASS(eglReleaseThread);
}

OFS_EXPORT EGLBoolean eglBindAPI(EGLenum api)
{
    return OFS_EGLX_PASS(eglBindAPI, api);
}

OFS_EXPORT EGLenum eglQueryAPI(void)
{
    return OFS_EGLX_PASS(eglQueryAPI);
}
