/* Multisampled drawables as they are seen: one sample a pixel.
 *
 * What is read of a window is to be what a screen shows of it (OpenGL 4.6, section 18.2.1), and hardware drivers resolve in
 * glReadPixels. Mesa does not where the window is a pbuffer: it hands out one of the samples. So while a frame of such a
 * drawable is read there, a context of our own is current, on a pbuffer that the frame was resolved into. Who reads
 * nothing pays nothing. */
#include <string.h>

#include "glx/glx.h"
#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

/* The frame that this thread shows at the moment, if it needs it. */
static OFS_TLS struct {
    struct ofs_drawable *drawable; /* NULL: none */
    struct ofs_surface *surface;
    EGLSurface source;
} shown;

/* And what was current before it was read. */
static OFS_TLS EGLContext reader;

static bool is_mesa(const struct ofs_egl *egl)
{
    static _Atomic int known; /* 0 = not asked yet, 1 = no, 2 = yes */
    const char *vendor;

    if (!egl)
        return false;
    if (!atomic_load_explicit(&known, memory_order_relaxed)) {
        vendor = egl->fn.eglQueryString(egl->display, EGL_VENDOR);
        atomic_store_explicit(&known, vendor && strstr(vendor, "Mesa") ? 2 : 1, memory_order_relaxed);
    }
    return atomic_load_explicit(&known, memory_order_relaxed) == 2;
}

bool ofs_resolve_needed(const struct ofs_drawable *drawable)
{
    return drawable->config->samples > 1 && is_mesa(ofs_egl_opened());
}

void ofs_resolve_show(struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source)
{
    bool needed = drawable && surface && ofs_resolve_needed(drawable);

    shown.drawable = needed ? drawable : NULL;
    shown.surface = needed ? surface : NULL;
    shown.source = source;
}

static void resolve(const struct ofs_gl *gl, void *arg)
{
    const struct ofs_surface *surface = arg;
    GLint width = (GLint)ofs_size_width(surface->size_px), height = (GLint)ofs_size_height(surface->size_px);

    gl->glBlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    gl->glFlush();
}

EGLSurface ofs_resolved(struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source)
{
    if (!surface || !ofs_resolve_needed(drawable) || !ofs_surface_need_resolved(drawable, surface) ||
        !ofs_with_copier(surface->resolved, source, resolve, surface))
        return source;
    return surface->resolved;
}

bool ofs_glx_read_begin(void)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    EGLSurface resolved;

    if (!shown.drawable || !egl)
        return false;
    resolved = ofs_resolved(shown.drawable, shown.surface, shown.source);
    if (resolved == shown.source)
        return false;
    reader = ofs_copier_take(egl);
    if (reader && egl->fn.eglMakeCurrent(egl->display, resolved, resolved, reader))
        return true;
    ofs_copier_give(egl, reader);
    ofs_current_restore(egl);
    return false;
}

void ofs_glx_read_end(void)
{
    const struct ofs_egl *egl = ofs_egl_opened();

    ofs_current_restore(egl);
    ofs_copier_give(egl, reader);
    reader = EGL_NO_CONTEXT;
}
