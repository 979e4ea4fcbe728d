/* Front and back of a double-buffered drawable, on pbuffers that have one buffer each. */
#include <stdlib.h>

#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

/* Takes the spare copying context, or makes one. Its GL state is never changed, so that every user finds it fresh. */
EGLContext ofs_copier_take(const struct ofs_egl *egl)
{
    EGLContext copier = atomic_exchange(&ofs_glx.copier, (EGLContext)NULL);
    static const EGLint attribs[] = {EGL_NONE};
    EGLenum bound;

    if (copier || !egl->no_config_context)
        return copier;
    bound = egl->fn.eglQueryAPI();
    (void)egl->fn.eglBindAPI(EGL_OPENGL_API);
    copier = egl->fn.eglCreateContext(egl->display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attribs);
    (void)egl->fn.eglBindAPI(bound);
    return copier;
}

void ofs_copier_give(const struct ofs_egl *egl, EGLContext copier)
{
    EGLContext none = NULL;

    if (copier && !atomic_compare_exchange_strong(&ofs_glx.copier, &none, copier))
        (void)egl->fn.eglDestroyContext(egl->display, copier);
}

/* Makes EGL current again what the binding says. */
void ofs_current_restore(const struct ofs_egl *egl)
{
    const struct ofs_binding *now = &ofs_current;

    if (now->context)
        (void)egl->fn.eglMakeCurrent(egl->display, now->egl_draw, now->egl_read, now->context->egl);
    else
        (void)egl->fn.eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
}

bool ofs_with_copier(EGLSurface draw, EGLSurface read, void (*work)(const struct ofs_gl *gl, void *arg), void *arg)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    const struct ofs_gl *gl = ofs_gl_get();
    struct ofs_egl_current foreign;
    EGLContext copier;
    bool ok;

    if (!egl || !gl)
        return false;
    if (!ofs_current.context)
        ofs_egl_save_current(&egl->fn, &foreign); /* perhaps the program has one of its own current */
    copier = ofs_copier_take(egl);
    ok = copier && egl->fn.eglMakeCurrent(egl->display, draw, read, copier);
    if (ok)
        work(gl, arg);
    else
        ofs_info("cannot get at the pixels of a surface: EGL error 0x%x", (unsigned)egl->fn.eglGetError());
    if (ofs_current.context)
        ofs_current_restore(egl);
    else
        ofs_egl_restore_current(&egl->fn, egl->display, &foreign);
    ofs_copier_give(egl, copier);
    return ok;
}

struct copy {
    int x, y, width, height;
    GLbitfield buffers;
};

static void blit(const struct ofs_gl *gl, void *arg)
{
    const struct copy *copy = arg;
    int right = copy->x + copy->width, top = copy->y + copy->height;

    gl->glBlitFramebuffer(copy->x, copy->y, right, top, copy->x, copy->y, right, top, copy->buffers, GL_NEAREST);
    gl->glFlush();
}

/* A context of our own does the copy: the program's may be too old for a blit, or in the middle of anything. */
static void copy(EGLSurface source, EGLSurface target, int x, int y, int width, int height, GLbitfield buffers)
{
    struct copy copy = {x, y, width, height, buffers};

    (void)ofs_with_copier(target, source, blit, &copy);
}

void ofs_front_update(struct ofs_surface *surface, int x, int y, int width, int height)
{
    if (surface->front != EGL_NO_SURFACE)
        copy(surface->back, surface->front, x, y, width, height, GL_COLOR_BUFFER_BIT);
}

static void whole(const struct ofs_surface *surface, int *width_out, int *height_out)
{
    *width_out = (int)ofs_size_width(surface->size_px);
    *height_out = (int)ofs_size_height(surface->size_px);
}

void ofs_front_draw_changed(GLenum before)
{
    struct ofs_binding *now = &ofs_current;
    struct ofs_surface *surface = now->draw_surface;
    GLenum mode = now->context->draw_buffer;
    EGLSurface old = now->egl_draw;
    int width, height;

    if (!surface || !now->draw->config->double_buffer)
        return;
    whole(surface, &width, &height);
    if (ofs_is_both(before) && surface->front != EGL_NO_SURFACE)
        ofs_front_update(surface, 0, 0, width, height); /* what went to both is in the back only */
    surface->front_is_back = ofs_is_both(mode);
    ofs_current_apply();
    /* Front and back share one depth and stencil buffer in GL. */
    if (now->egl_draw != old && (now->draw->config->depth_size || now->draw->config->stencil_size))
        copy(old, now->egl_draw, 0, 0, width, height,
             (now->draw->config->depth_size ? GL_DEPTH_BUFFER_BIT : 0) |
                 (now->draw->config->stencil_size ? GL_STENCIL_BUFFER_BIT : 0));
}

static uint64_t shown_size(const struct ofs_drawable *drawable)
{
    return ofs_current.draw_surface && ofs_current.draw == drawable ? ofs_current.draw_surface->size_px
                                                                    : ofs_drawable_size(drawable);
}

static void report(struct ofs_drawable *drawable, uint64_t sequence, uint64_t context)
{
    uint64_t size_px = shown_size(drawable);
    struct ofs_swap swap = {
        .window = drawable->kind == OFS_GLX_WINDOW ? (uint32_t)drawable->xid : 0,
        .width_px = ofs_size_width(size_px),
        .height_px = ofs_size_height(size_px),
        .sequence = sequence,
        .context = context,
    };

    ofs_glx.observer->swap(&swap);
}

struct frame {
    struct ofs_drawable *drawable;
    uint64_t sequence;
};

static void report_with_copier(const struct ofs_gl *gl, void *arg)
{
    const struct frame *frame = arg;

    (void)gl;
    report(frame->drawable, frame->sequence, 0);
}

static void show_one(struct ofs_drawable *drawable, EGLSurface source, uint64_t sequence)
{
    const struct ofs_binding *now = &ofs_current;
    const struct ofs_egl *egl = ofs_egl_opened();
    struct frame frame = {drawable, sequence};

    if (!ofs_glx.observer || !ofs_glx.observer->swap || !egl)
        return;
    if (now->context && now->egl_read == source) {
        report(drawable, sequence, now->context->serial);
    } else if (now->context) {
        if (egl->fn.eglMakeCurrent(egl->display, now->egl_draw, source, now->context->egl))
            report(drawable, sequence, now->context->serial);
        ofs_current_restore(egl);
    } else {
        /* A swap of a drawable that is current nowhere. */
        (void)ofs_with_copier(source, source, report_with_copier, &frame);
    }
}

static void show(struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source, uint64_t sequence)
{
    bool resolve = ofs_resolve_needed(drawable);

    if (resolve)
        ofs_resolve_show(drawable, surface, source);
    show_one(drawable, source, sequence);
    if (resolve)
        ofs_resolve_show(NULL, NULL, EGL_NO_SURFACE);
}

void ofs_glx_observe(struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source)
{
    uint64_t sequence = atomic_fetch_add(&drawable->swaps, 1) + 1;

    show(drawable, surface, source, sequence);
    ofs_look_keep(drawable, surface, source);
}

void ofs_front_flushed(void)
{
    struct ofs_binding *now = &ofs_current;

    if (!now->draw_surface || now->draw->kind != OFS_GLX_WINDOW)
        return;
    if (!now->draw->config->double_buffer || ofs_is_front(now->context->draw_buffer))
        ofs_glx_observe(now->draw, now->draw_surface, now->egl_draw);
}
