/* EGLContexts on X11: made, lost, asked. */
#include <errno.h>
#include <stdlib.h>

#include "egl/x11/eglx.h"

static bool is_on(const struct ofs_glx_context *context, const void *display)
{
    return context->egl_display == display;
}

void ofs_eglx_contexts_forget(const struct ofs_egl_display *display)
{
    while (ofs_context_forget(is_on, display))
        ;
}

/* The real context, with a record of ours beside it. */
static EGLContext create(struct ofs_egl_display *display, const struct ofs_egl_config *config, EGLContext share,
                         const EGLint *attributes)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    enum ofs_gl_api api = egl->fn.eglQueryAPI() == EGL_OPENGL_API ? OFS_API_GL : OFS_API_ES;
    EGLContext real = OFS_EGLX_PASS(eglCreateContext, egl->display, config ? config->egl : EGL_NO_CONFIG_KHR, share,
                                    attributes);
    struct ofs_glx_context *context;

    if (real == EGL_NO_CONTEXT)
        return EGL_NO_CONTEXT; /* with the real error */
    context = ofs_context_new(real, api);
    if (!context) {
        (void)egl->fn.eglDestroyContext(egl->display, real);
        return OFS_EGLX_NULL(EGL_BAD_ALLOC);
    }
    context->egl_display = display;
    context->config_id = config ? config->id : 0;
    ofs_context_enter(context);
    ofs_eglx_answer(EGL_SUCCESS);
    return real;
}

OFS_EXPORT EGLContext eglCreateContext(EGLDisplay handle, EGLConfig config_handle, EGLContext share_handle,
                                       const EGLint *attributes)
{
    struct ofs_egl_display *display = ofs_eglx_display(handle);
    const struct ofs_egl_config *config;
    struct ofs_glx_context *share = NULL;
    struct ofs_eglx_list list;
    EGLContext result;
    int saved_errno = errno;

    if (!display)
        return OFS_EGLX_PASS(eglCreateContext, handle, config_handle, share_handle, attributes);
    if (!ofs_eglx_ready(display))
        return EGL_NO_CONTEXT;
    config = ofs_eglx_config(config_handle);
    if (!config && (config_handle != EGL_NO_CONFIG_KHR || !ofs_egl_opened()->no_config_context))
        return OFS_EGLX_NULL(EGL_BAD_CONFIG);
    if (!ofs_eglx_list_read(&list, attributes))
        return OFS_EGLX_NULL(EGL_BAD_ATTRIBUTE);
    if (share_handle != EGL_NO_CONTEXT) {
        share = ofs_context_acquire_egl(display, share_handle);
        if (!share)
            return OFS_EGLX_NULL(EGL_BAD_CONTEXT);
    }
    result = create(display, config, share_handle, attributes);
    ofs_glx_context_release(share);
    errno = saved_errno;
    return result;
}

struct on_display {
    const struct ofs_egl_display *display;
    EGLContext handle;
};

static bool is_handle_on(const struct ofs_glx_context *context, const void *what)
{
    const struct on_display *wanted = what;

    return context->egl_display == wanted->display && context->egl == wanted->handle;
}

OFS_EXPORT EGLBoolean eglDestroyContext(EGLDisplay handle, EGLContext context)
{
    struct on_display wanted = {ofs_eglx_display(handle), context};

    if (!wanted.display)
        return OFS_EGLX_PASS(eglDestroyContext, handle, context);
    if (!ofs_eglx_ready(wanted.display))
        return EGL_FALSE;
    return ofs_context_forget(is_handle_on, &wanted) ? OFS_EGLX_DONE() : OFS_EGLX_FAIL(EGL_BAD_CONTEXT);
}

/* What EGL 1.5 section 3.7.4 means by "the buffer that the context renders to": of what it is current with. */
static EGLint render_buffer(const struct ofs_glx_context *context)
{
    if (context != ofs_current.context || !ofs_current.draw)
        return EGL_NONE;
    return ofs_current.draw->kind == OFS_GLX_PIXMAP ? EGL_SINGLE_BUFFER : EGL_BACK_BUFFER;
}

OFS_EXPORT EGLBoolean eglQueryContext(EGLDisplay handle, EGLContext context_handle, EGLint attribute, EGLint *value)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    struct ofs_glx_context *context;
    EGLBoolean result;

    if (!display)
        return OFS_EGLX_PASS(eglQueryContext, handle, context_handle, attribute, value);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    context = ofs_context_acquire_egl(display, context_handle);
    if (!context)
        return OFS_EGLX_FAIL(EGL_BAD_CONTEXT);
    if (!value) {
        result = OFS_EGLX_FAIL(EGL_BAD_PARAMETER);
    } else if (attribute == EGL_RENDER_BUFFER) {
        *value = render_buffer(context);
        result = OFS_EGLX_DONE();
    } else if (attribute == EGL_CONFIG_ID) {
        *value = context->config_id;
        result = OFS_EGLX_DONE();
    } else {
        result = OFS_EGLX_PASS(eglQueryContext, ofs_egl_opened()->display, context_handle, attribute, value);
    }
    ofs_glx_context_release(context);
    return result;
}
