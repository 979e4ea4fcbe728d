/* What is current in each thread. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "glx/glxerr.h"
#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

/* glibc's registration of C++ thread-local destructors: they run before pthread keys' destructors, among which are the
 * ones by which EGL libraries forget the thread. */
int __cxa_thread_atexit_impl(void (*destructor)(void *), void *object, void *library);
extern void *__dso_handle;

bool ofs_glx_is_current(void)
{
    return ofs_current.context && !ofs_current.context->egl_display;
}

/* Which EGL surface the draw (or read) buffer of the context means on this surface. */
static EGLSurface meant(struct ofs_drawable *drawable, struct ofs_surface *surface, GLenum mode, bool drawing)
{
    if (!surface)
        return EGL_NO_SURFACE;
    if (!drawable->config->double_buffer || !ofs_is_front(mode))
        return surface->back;
    if (drawing && ofs_is_both(mode))
        return surface->back;
    if (!drawing && surface->front_is_back)
        return surface->back;
    return ofs_surface_need_front(drawable, surface) ? surface->front : surface->back;
}

void ofs_current_apply(void)
{
    struct ofs_binding *now = &ofs_current;
    const struct ofs_egl *egl = ofs_egl_opened();
    EGLSurface draw, read;

    if (!egl || !now->context || !now->draw_surface)
        return;
    draw = meant(now->draw, now->draw_surface, now->context->draw_buffer, true);
    read = meant(now->read, now->read_surface, now->context->read_buffer, false);
    if (draw == now->egl_draw && read == now->egl_read)
        return;
    if (!egl->fn.eglMakeCurrent(egl->display, draw, read, now->context->egl)) {
        ofs_info("cannot change surfaces: EGL error 0x%x", (unsigned)egl->fn.eglGetError());
        return;
    }
    now->egl_draw = draw;
    now->egl_read = read;
    ofs_buffers_tell();
}

static void drop_surfaces(struct ofs_binding *binding)
{
    ofs_surface_unused(binding->draw_surface);
    ofs_surface_unused(binding->read_surface);
    ofs_surface_release(binding->draw_surface);
    ofs_surface_release(binding->read_surface);
}

/* Ends a binding: its references go, and a context that was destroyed meanwhile with them. */
static void drop(struct ofs_binding *old)
{
    if (old->context)
        atomic_store(&old->context->owner, 0);
    drop_surfaces(old);
    ofs_drawable_release(old->draw);
    ofs_drawable_release(old->read);
    ofs_glx_context_release(old->context);
}

static void forget_current(void)
{
    int thread = ofs_current.thread;

    memset(&ofs_current, 0, sizeof(ofs_current));
    ofs_current.thread = thread;
}

void ofs_current_release(bool in_egl)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    struct ofs_binding old = ofs_current;

    if (!old.context)
        return;
    if (egl && in_egl)
        (void)egl->fn.eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    forget_current();
    drop(&old);
    ofs_drawable_sweep();
}

static void thread_ends(void *unused)
{
    (void)unused;
    ofs_current_release(true);
}

static void watch_thread(void)
{
    static OFS_TLS bool watched;

    /* The main thread ends with the process, whose exit handlers may still draw. */
    if (!watched && ofs_thread_id() != getpid())
        (void)__cxa_thread_atexit_impl(thread_ends, NULL, &__dso_handle);
    watched = true;
}

static void report_renderer(const struct ofs_egl *egl)
{
    const struct ofs_observer *observer = ofs_glx.observer;
    const struct ofs_gl *gl = ofs_gl_get();

    if (!observer || !observer->renderer || !gl || atomic_exchange(&ofs_glx.renderer_reported, true))
        return;
    observer->renderer((const char *)gl->glGetString(GL_VENDOR), (const char *)gl->glGetString(GL_RENDERER),
                       (const char *)gl->glGetString(GL_VERSION), egl->device, egl->reason);
}

/* The GLX error of a failed EGL call. */
static void explain(EGLint error, struct ofs_glx_failure *failure)
{
    ofs_debug("eglMakeCurrent: 0x%x", (unsigned)error);
    *failure = (struct ofs_glx_failure){OFS_GLX_CORE_ERROR, BadAlloc, 0};
    if (error == EGL_BAD_ACCESS)
        failure->code = BadAccess;
    else if (error == EGL_BAD_MATCH || error == EGL_BAD_CONFIG)
        failure->code = BadMatch;
}

EGLint ofs_current_bind(struct ofs_binding *next)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    struct ofs_binding old = ofs_current;
    struct ofs_glx_context *context = next->context;

    if (next->draw) {
        next->draw_surface = ofs_surface_for(next->draw);
        next->read_surface = next->draw_surface;
        if (next->read != next->draw)
            next->read_surface = ofs_surface_for(next->read);
        else if (next->draw_surface)
            atomic_fetch_add(&next->draw_surface->refs, 1);
        if (!next->draw_surface || !next->read_surface)
            return EGL_BAD_ALLOC;
        next->egl_draw = next->draw_surface->back;
        next->egl_read = next->read_surface->back;
    }
    if (!egl->fn.eglMakeCurrent(egl->display, next->egl_draw, next->egl_read, context->egl))
        return egl->fn.eglGetError();
    next->thread = ofs_thread_id();
    if (next->draw)
        atomic_store_explicit(&next->draw->reader, next->watched ? next->socket + 1 : 0, memory_order_relaxed);
    ofs_current = *next;
    if (old.context == context)
        old.context = NULL, ofs_glx_context_release(context); /* still current: only the older reference goes */
    drop(&old);
    watch_thread();
    if (!context->started && next->draw && !next->draw->plain) {
        context->started = true;
        ofs_buffers_start(context, next->draw->config->double_buffer);
    }
    ofs_buffers_tell();
    if (next->draw && atomic_load(&next->draw->tracks_front))
        (void)ofs_surface_need_front(next->draw, next->draw_surface); /* after a resize it is still asked for */
    ofs_current_apply();
    report_renderer(egl);
    return EGL_SUCCESS;
}

void ofs_current_abandon(struct ofs_binding *next, bool claimed)
{
    if (claimed)
        atomic_store(&next->context->owner, 0);
    drop_surfaces(next);
    ofs_drawable_release(next->draw);
    ofs_drawable_release(next->read);
    ofs_glx_context_release(next->context);
}

void ofs_current_follow_size(void)
{
    struct ofs_binding *now = &ofs_current;
    struct ofs_binding next = *now;
    bool stale = now->context && now->draw_surface &&
                 (now->draw_surface->size_px != ofs_drawable_size(now->draw) ||
                  (now->read != now->draw && now->read_surface->size_px != ofs_drawable_size(now->read)));

    if (!stale)
        return;
    now->draw->age = 0;
    atomic_fetch_add(&next.context->refs, 1);
    atomic_fetch_add(&next.draw->refs, 1);
    atomic_fetch_add(&next.read->refs, 1);
    next.draw_surface = next.read_surface = NULL;
    if (ofs_current_bind(&next) != EGL_SUCCESS)
        ofs_current_abandon(&next, false); /* no memory for the new size: go on with the old one */
}

/* True if the context may draw to the drawable. A window whose surfaces are of another EGL config, but of the same depth,
 * gets new ones: GLX would allow an error, but Mesa's GLX does not mind. */
static bool compatible(const struct ofs_glx_context *context, struct ofs_drawable *drawable)
{
    const struct ofs_fbconfig *config = context->config;

    if (!config || config->egl == drawable->config->egl)
        return true;
    if (drawable->kind != OFS_GLX_WINDOW || config->visual_depth != drawable->config->visual_depth)
        return false;
    ofs_drawable_change_config(drawable, config);
    return true;
}

/* The config for a window that GLX has not seen yet: the context's, if it is for windows of that depth. */
static const struct ofs_fbconfig *window_config(const struct ofs_glx_context *context, const struct ofs_xdrawable *x)
{
    if (!context->config)
        return ofs_glx_visual_config(x->visual);
    return context->config->visual_depth == x->depth ? context->config : NULL;
}

static struct ofs_drawable *acquire_drawable(const struct ofs_glx_context *context, XID xid, bool *mismatch_out)
{
    struct ofs_drawable *drawable = ofs_drawable_find(xid);
    const struct ofs_fbconfig *config = NULL;
    struct ofs_xdrawable *x;

    if (drawable)
        return drawable;
    x = ofs_xview_acquire((uint32_t)xid);
    if (x && x->kind == OFS_XDRAWABLE_WINDOW) {
        config = window_config(context, x);
        *mismatch_out = !config;
    }
    ofs_xview_release(x);
    return config ? ofs_drawable_acquire(xid, config) : NULL;
}

static bool fail(struct ofs_glx_failure *failure, enum ofs_glx_error_kind kind, int code, XID value)
{
    *failure = (struct ofs_glx_failure){kind, code, (uint32_t)value};
    return false;
}

static bool find_drawables(struct ofs_binding *next, struct ofs_glx_failure *failure)
{
    bool mismatch = false;

    if (!next->draw_xid)
        return true;
    next->draw = acquire_drawable(next->context, next->draw_xid, &mismatch);
    if (!next->draw)
        return mismatch ? fail(failure, OFS_GLX_CORE_ERROR, BadMatch, next->draw_xid)
                        : fail(failure, OFS_GLX_EXT_ERROR, GLXBadDrawable, next->draw_xid);
    if (next->read_xid == next->draw_xid) {
        next->read = next->draw;
        atomic_fetch_add(&next->read->refs, 1);
    } else {
        next->read = acquire_drawable(next->context, next->read_xid, &mismatch);
    }
    if (!next->read)
        return mismatch ? fail(failure, OFS_GLX_CORE_ERROR, BadMatch, next->read_xid)
                        : fail(failure, OFS_GLX_EXT_ERROR, GLXBadDrawable, next->read_xid);
    if (!compatible(next->context, next->draw) || !compatible(next->context, next->read))
        return fail(failure, OFS_GLX_CORE_ERROR, BadMatch, 0);
    return true;
}

bool ofs_current_claim(struct ofs_glx_context *context, bool *claimed_out)
{
    int nobody = 0;

    *claimed_out = atomic_compare_exchange_strong(&context->owner, &nobody, ofs_thread_id());
    return *claimed_out || nobody == ofs_thread_id();
}

void ofs_current_tell_leaving(void)
{
    if (ofs_current.context && ofs_glx.observer && ofs_glx.observer->leaving)
        ofs_glx.observer->leaving();
}

static bool make_current(Display *dpy, XID draw, XID read, GLXContext handle, struct ofs_glx_failure *failure)
{
    struct ofs_binding next = {.dpy = dpy, .draw_xid = draw, .read_xid = read};
    const struct ofs_egl *egl = ofs_egl_opened();
    bool claimed = false;
    EGLint error;

    if (!egl)
        return fail(failure, OFS_GLX_EXT_ERROR, GLXBadContext, 0);
    ofs_glx_client_bind(&next);
    if (!ofs_glx_is_current() && egl->fn.eglGetCurrentContext() != EGL_NO_CONTEXT)
        return fail(failure, OFS_GLX_CORE_ERROR, BadAccess, 0); /* the program's own EGL context is current */
    next.context = ofs_glx_context_acquire(handle);
    if (!next.context)
        return fail(failure, OFS_GLX_EXT_ERROR, GLXBadContext, 0);
    if ((!draw != !read) || (!draw && !(next.context->core_or_new && egl->surfaceless_context)))
        (void)fail(failure, OFS_GLX_CORE_ERROR, BadMatch, 0);
    else if (!ofs_current_claim(next.context, &claimed))
        (void)fail(failure, OFS_GLX_CORE_ERROR, BadAccess, next.context->xid);
    else if (find_drawables(&next, failure)) {
        if (ofs_current.context != next.context)
            ofs_current_tell_leaving();
        error = ofs_current_bind(&next);
        if (error == EGL_SUCCESS)
            return true;
        explain(error, failure);
    }
    ofs_current_abandon(&next, claimed);
    return false;
}

static Bool make_current_or_raise(Display *dpy, XID draw, XID read, GLXContext handle, int minor)
{
    struct ofs_glx_failure failure = {OFS_GLX_CORE_ERROR, BadAlloc, 0};
    int saved_errno = errno;
    bool ok;

    ofs_glx_sync(dpy);
    if (handle == NULL && draw == None && read == None) {
        if (ofs_glx_is_current()) {
            ofs_current_tell_leaving();
            ofs_current_release(true);
        }
        ok = true;
    } else if (handle == NULL) {
        ok = fail(&failure, OFS_GLX_CORE_ERROR, BadMatch, 0);
    } else if (ofs_current.context && (GLXContext)ofs_current.context == handle && ofs_current.dpy == dpy &&
               ofs_current.draw_xid == draw && ofs_current.read_xid == read &&
               (!ofs_current.draw || !ofs_current.draw->x || atomic_load(&ofs_current.draw->x->alive))) {
        ofs_current_follow_size();
        ok = true;
    } else {
        ok = make_current(dpy, draw, read, handle, &failure);
    }
    if (!ok)
        ofs_glx_raise(dpy, failure.kind, failure.code, minor, failure.value);
    errno = saved_errno;
    return ok;
}

OFS_EXPORT Bool glXMakeCurrent(Display *dpy, GLXDrawable drawable, GLXContext handle)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXMakeCurrent, False, dpy, drawable, handle);
    return make_current_or_raise(dpy, drawable, drawable, handle, X_GLXMakeCurrent);
}

OFS_EXPORT Bool glXMakeContextCurrent(Display *dpy, GLXDrawable draw, GLXDrawable read, GLXContext handle)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXMakeContextCurrent, False, dpy, draw, read, handle);
    return make_current_or_raise(dpy, draw, read, handle, X_GLXMakeContextCurrent);
}

OFS_EXPORT GLXContext glXGetCurrentContext(void)
{
    if (!ofs_current.context && atomic_load_explicit(&ofs_glx.foreign_seen, memory_order_relaxed))
        return OFS_FOREIGN(glXGetCurrentContext, NULL);
    return ofs_glx_is_current() ? (GLXContext)ofs_current.context : NULL;
}

OFS_EXPORT Display *glXGetCurrentDisplay(void)
{
    if (!ofs_current.context && atomic_load_explicit(&ofs_glx.foreign_seen, memory_order_relaxed))
        return OFS_FOREIGN(glXGetCurrentDisplay, NULL);
    return ofs_glx_is_current() ? ofs_current.dpy : NULL;
}

OFS_EXPORT GLXDrawable glXGetCurrentDrawable(void)
{
    if (!ofs_current.context && atomic_load_explicit(&ofs_glx.foreign_seen, memory_order_relaxed))
        return OFS_FOREIGN(glXGetCurrentDrawable, None);
    return ofs_glx_is_current() ? ofs_current.draw_xid : None;
}

OFS_EXPORT GLXDrawable glXGetCurrentReadDrawable(void)
{
    if (!ofs_current.context && atomic_load_explicit(&ofs_glx.foreign_seen, memory_order_relaxed))
        return OFS_FOREIGN(glXGetCurrentReadDrawable, None);
    return ofs_glx_is_current() ? ofs_current.read_xid : None;
}
