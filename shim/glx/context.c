#include <stdlib.h>
#include <string.h>

#include "glx/glxerr.h"
#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

struct ofs_glx_context *ofs_glx_context_acquire(GLXContext handle)
{
    struct ofs_glx_context *context;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    for (context = ofs_glx.contexts; context; context = context->next)
        if ((GLXContext)context == handle && !context->egl_display)
            break;
    if (context)
        atomic_fetch_add(&context->refs, 1);
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return context;
}

struct ofs_glx_context *ofs_context_acquire_egl(const struct ofs_egl_display *display, EGLContext handle)
{
    struct ofs_glx_context *context;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    for (context = ofs_glx.contexts; context; context = context->next)
        if (context->egl == handle && context->egl_display == display)
            break;
    if (context)
        atomic_fetch_add(&context->refs, 1);
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return context;
}

struct ofs_glx_context *ofs_context_new(EGLContext egl, enum ofs_gl_api api)
{
    struct ofs_glx_context *context = calloc(1, sizeof(*context));

    if (!context)
        return NULL;
    context->refs = 1;
    context->serial = atomic_fetch_add(&ofs_glx.context_serial, 1) + 1;
    context->egl = egl;
    context->api = api;
    return context;
}

void ofs_context_enter(struct ofs_glx_context *take_context)
{
    (void)pthread_mutex_lock(&ofs_glx.lock);
    take_context->next = ofs_glx.contexts;
    ofs_glx.contexts = take_context;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
}

void ofs_glx_context_release(struct ofs_glx_context *context)
{
    const struct ofs_egl *egl = ofs_egl_opened();

    if (!context || atomic_fetch_sub(&context->refs, 1) != 1)
        return;
    if (egl)
        (void)egl->fn.eglDestroyContext(egl->display, context->egl);
    free(context);
}

bool ofs_context_forget(bool (*is_it)(const struct ofs_glx_context *context, const void *what), const void *what)
{
    struct ofs_glx_context **at, *found = NULL;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    for (at = &ofs_glx.contexts; *at; at = &(*at)->next)
        if (is_it(*at, what)) {
            found = *at;
            *at = found->next;
            break;
        }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    ofs_glx_context_release(found);
    return found != NULL;
}

static EGLContext create_egl(const struct ofs_egl *egl, const struct ofs_fbconfig *config, EGLContext share,
                             const struct ofs_context_request *request, EGLint *error_out)
{
    EGLenum bound = egl->fn.eglQueryAPI();
    /* With its config, even where it could be had without: Mesa's software renderer is a tenth faster so. */
    EGLConfig egl_config = config ? config->egl : EGL_NO_CONFIG_KHR;
    EGLContext context;

    (void)egl->fn.eglBindAPI(request->api == OFS_API_ES ? EGL_OPENGL_ES_API : EGL_OPENGL_API);
    context = egl->fn.eglCreateContext(egl->display, egl_config, share, request->egl);
    *error_out = context == EGL_NO_CONTEXT ? egl->fn.eglGetError() : EGL_SUCCESS;
    (void)egl->fn.eglBindAPI(bound);
    return context;
}

/* What EGL's refusal means in GLX. */
static void explain(EGLint error, struct ofs_glx_failure *failure)
{
    ofs_debug("eglCreateContext: 0x%x", (unsigned)error);
    failure->value = 0;
    failure->kind = OFS_GLX_CORE_ERROR;
    failure->code = BadAlloc;
    if (error == EGL_BAD_MATCH || error == EGL_BAD_ATTRIBUTE) {
        /* A version that exists and that this driver does not have, or another profile. */
        failure->kind = OFS_GLX_EXT_ERROR;
        failure->code = GLXBadFBConfig;
    }
}

/* Creates a context and enters it in the live set; on failure fills `failure`. */
static struct ofs_glx_context *create(Display *dpy, const struct ofs_fbconfig *config, GLXContext share_handle,
                                      const struct ofs_context_request *request, struct ofs_glx_failure *failure)
{
    const struct ofs_egl *egl = ofs_egl_open();
    struct ofs_glx_context *context = NULL, *share = NULL;
    EGLint error;

    *failure = (struct ofs_glx_failure){OFS_GLX_CORE_ERROR, BadAlloc, 0};
    if (!egl)
        return NULL;
    if (share_handle) {
        share = ofs_glx_context_acquire(share_handle);
        if (!share) {
            *failure = (struct ofs_glx_failure){OFS_GLX_EXT_ERROR, GLXBadContext, 0};
            return NULL;
        }
    }
    context = ofs_context_new(EGL_NO_CONTEXT, request->api);
    if (!context)
        goto out;
    context->egl = create_egl(egl, config, share ? share->egl : EGL_NO_CONTEXT, request, &error);
    if (context->egl == EGL_NO_CONTEXT) {
        explain(error, failure);
        free(context);
        context = NULL;
        goto out;
    }
    context->config = config;
    context->dpy = dpy;
    context->xid = ofs_glx_new_xid(dpy);
    context->share_xid = share ? share->xid : 0;
    context->render_type = request->render_type;
    context->core_or_new = request->at_least_3;
    ofs_context_enter(context);
out:
    ofs_glx_context_release(share);
    return context;
}

static GLXContext create_or_raise(Display *dpy, const struct ofs_fbconfig *config, GLXContext share,
                                  const struct ofs_context_request *request, int minor)
{
    struct ofs_glx_failure failure;
    struct ofs_glx_context *context = create(dpy, config, share, request, &failure);

    if (!context)
        ofs_glx_raise(dpy, failure.kind, failure.code, minor, failure.value);
    return (GLXContext)context;
}

/* The newest compatibility context that the driver has. */
static const struct ofs_context_request legacy_request = {OFS_API_GL, GLX_RGBA_TYPE, true, {EGL_NONE}};

OFS_EXPORT GLXContext glXCreateContext(Display *dpy, XVisualInfo *visual, GLXContext share, Bool direct)
{
    const struct ofs_fbconfig *config;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXCreateContext, NULL, dpy, visual, share, direct);
    config = visual ? ofs_glx_visual_config((unsigned)visual->visualid) : NULL;
    if (!config) {
        ofs_glx_raise(dpy, OFS_GLX_CORE_ERROR, BadValue, X_GLXCreateContext, visual ? (uint32_t)visual->visualid : 0);
        return NULL;
    }
    return create_or_raise(dpy, config, share, &legacy_request, X_GLXCreateContext);
}

OFS_EXPORT GLXContext glXCreateNewContext(Display *dpy, GLXFBConfig handle, int render_type, GLXContext share, Bool direct)
{
    const struct ofs_fbconfig *config;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXCreateNewContext, NULL, dpy, handle, render_type, share, direct);
    config = ofs_glx_config(handle);
    if (!config) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadFBConfig, X_GLXCreateNewContext, 0);
        return NULL;
    }
    if (render_type != GLX_RGBA_TYPE) {
        ofs_glx_raise(dpy, OFS_GLX_CORE_ERROR, BadValue, X_GLXCreateNewContext, (uint32_t)render_type);
        return NULL;
    }
    return create_or_raise(dpy, config, share, &legacy_request, X_GLXCreateNewContext);
}

/* EXT_no_config_context: the list must then name the screen. */
static bool may_lack_config(const struct ofs_egl *egl, GLXFBConfig handle, const int *attributes)
{
    if (handle || !egl->no_config_context)
        return false;
    for (int pairs = 0; attributes && attributes[0] != None && attributes[0] != GLX_SCREEN; attributes += 2)
        if (++pairs > OFS_GLX_MAX_PAIRS)
            return false;
    return attributes && attributes[0] == GLX_SCREEN;
}

OFS_EXPORT GLXContext glXCreateContextAttribsARB(Display *dpy, GLXFBConfig handle, GLXContext share, Bool direct,
                                                 const int *attributes)
{
    struct ofs_context_request request;
    struct ofs_glx_failure failure;
    const struct ofs_fbconfig *config;
    const struct ofs_egl *egl;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXCreateContextAttribsARB, NULL, dpy, handle, share, direct, attributes);
    config = ofs_glx_config(handle);
    egl = ofs_egl_open();
    if (!egl || (!config && !may_lack_config(egl, handle, attributes))) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadFBConfig, X_GLXCreateContextAttribsARB, 0);
        return NULL;
    }
    if (!ofs_context_parse(egl, attributes, &request, &failure)) {
        ofs_glx_raise(dpy, failure.kind, failure.code, X_GLXCreateContextAttribsARB, failure.value);
        return NULL;
    }
    return create_or_raise(dpy, config, share, &request, X_GLXCreateContextAttribsARB);
}

static bool has_handle(const struct ofs_glx_context *context, const void *handle)
{
    return context == handle && !context->egl_display;
}

OFS_EXPORT void glXDestroyContext(Display *dpy, GLXContext handle)
{
    if (!ofs_glx_is_ours(dpy))
        OFS_FOREIGN_VOID(glXDestroyContext, dpy, handle);
    else if (handle && !ofs_context_forget(has_handle, handle))
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadContext, X_GLXDestroyContext, 0);
}

OFS_EXPORT Bool glXIsDirect(Display *dpy, GLXContext handle)
{
    struct ofs_glx_context *context;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXIsDirect, False, dpy, handle);
    context = ofs_glx_context_acquire(handle);
    if (!context) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadContext, X_GLXIsDirect, 0);
        return False;
    }
    ofs_glx_context_release(context);
    return True;
}

/* No driver in use copies between direct contexts: Mesa's and NVIDIA's answer is an error too. */
OFS_EXPORT void glXCopyContext(Display *dpy, GLXContext source, GLXContext target, unsigned long mask)
{
    struct ofs_glx_context *from, *to;

    if (!ofs_glx_is_ours(dpy)) {
        OFS_FOREIGN_VOID(glXCopyContext, dpy, source, target, mask);
        return;
    }
    from = ofs_glx_context_acquire(source);
    to = ofs_glx_context_acquire(target);
    if (!from || !to)
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadContext, X_GLXCopyContext, 0);
    else
        ofs_glx_raise(dpy, OFS_GLX_CORE_ERROR, BadMatch, X_GLXCopyContext, 0);
    ofs_glx_context_release(from);
    ofs_glx_context_release(to);
}

static int query(const struct ofs_glx_context *context, int attribute, int *value)
{
    switch (attribute) {
    case GLX_FBCONFIG_ID:
        *value = context->config ? context->config->id : 0;
        return Success;
    case GLX_RENDER_TYPE:
        *value = context->render_type;
        return Success;
    case GLX_SCREEN:
        *value = 0;
        return Success;
    case GLX_VISUAL_ID_EXT:
        *value = context->config ? context->config->visual_id : 0;
        return Success;
    case GLX_SHARE_CONTEXT_EXT:
        *value = (int)context->share_xid;
        return Success;
    default:
        return GLX_BAD_ATTRIBUTE;
    }
}

OFS_EXPORT int glXQueryContext(Display *dpy, GLXContext handle, int attribute, int *value)
{
    struct ofs_glx_context *context;
    int result;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXQueryContext, GLX_NO_EXTENSION, dpy, handle, attribute, value);
    context = ofs_glx_context_acquire(handle);
    if (!context) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadContext, X_GLXQueryContext, 0);
        return GLX_BAD_CONTEXT;
    }
    result = query(context, attribute, value);
    ofs_glx_context_release(context);
    return result;
}
