/* Multisampled drawables as they are seen: one colour a pixel.
 *
 * A default framebuffer with samples has colour buffers beside them, which hold what the samples combine to, "as if the
 * color buffers were updated as each fragment was processed" (OpenGL 4.6, Additional Multisample Fragment Operations):
 * that is what glReadPixels reads, what a screen shows, and what hardware drivers give. Mesa's software renderer gives one
 * of the samples instead where the window is a pbuffer. So the samples are resolved by a context of our own into a second
 * pbuffer when somebody reads, and
 *   - captures, pictures and X read that one, with our context current;
 *   - the program's own glReadPixels does so too where it asks for bytes in memory; else its context is made current with
 *     a third pbuffer to read from. A context reads from surfaces of its own config only, so that one is multisampled,
 *     with all samples of a pixel alike, which takes three times as long.
 * Who reads nothing pays nothing, and nor does who has no samples. To resolve costs Mesa's software renderer some 15 ns a
 * pixel, which its servers pay at each swap. */
#include <stdlib.h>
#include <string.h>

#include "glx/glx.h"
#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

/* The frame that this thread shows at the moment, if it has samples, and what was current before it was read. */
static OFS_TLS struct {
    const struct ofs_drawable *drawable; /* NULL: none */
    struct ofs_surface *surface;
    EGLSurface source;
    EGLContext reader;
    struct ofs_egl_current before;
} shown;

/* Pixels of a surface, from its lower left. */
struct part {
    GLint left, bottom, right, top;
};

static bool is_mesa(const struct ofs_egl *egl)
{
    static _Atomic int known; /* 0 = not asked yet, 1 = no, 2 = yes */
    const char *vendor;

    if (!atomic_load_explicit(&known, memory_order_relaxed)) {
        vendor = egl->fn.eglQueryString(egl->display, EGL_VENDOR);
        atomic_store_explicit(&known, vendor && strstr(vendor, "Mesa") ? 2 : 1, memory_order_relaxed);
    }
    return atomic_load_explicit(&known, memory_order_relaxed) == 2;
}

bool ofs_resolve_needed(const struct ofs_drawable *drawable)
{
    const struct ofs_egl *egl = drawable->config->samples > 1 ? ofs_egl_opened() : NULL;

    return egl && is_mesa(egl);
}

/* -- the copies ---------------------------------------------------------------------------------------------------- */

/* With a context of ours current on two surfaces of one size, in its initial state. So samples in sRGB combine as the bytes
 * that they are, which is what Mesa shows on a screen. */
static void blit(const struct ofs_gl *gl, const struct part *part)
{
    gl->glBlitFramebuffer(part->left, part->bottom, part->right, part->top, part->left, part->bottom, part->right,
                          part->top, GL_COLOR_BUFFER_BIT, GL_NEAREST);
}

static struct part whole(const struct ofs_surface *surface)
{
    return (struct part){0, 0, (GLint)ofs_size_width(surface->size_px), (GLint)ofs_size_height(surface->size_px)};
}

static void blit_part(const struct ofs_gl *gl, void *part)
{
    blit(gl, part);
    gl->glFlush();
}

EGLSurface ofs_resolved(const struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source)
{
    struct part part;

    if (!ofs_resolve_needed(drawable) || !ofs_surface_need_resolved(drawable, surface))
        return source;
    part = whole(surface);
    return ofs_with_copier(surface->resolved, source, blit_part, &part) ? surface->resolved : source;
}

/* -- a frame that is shown ----------------------------------------------------------------------------------------- */

void ofs_resolve_show(const struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source)
{
    shown.drawable = drawable;
    shown.surface = surface;
    shown.source = source;
}

static bool read_elsewhere(const struct ofs_egl *egl, const struct ofs_gl *gl)
{
    struct part part = whole(shown.surface);
    EGLSurface resolved = shown.surface->resolved;

    if (!shown.reader || !egl->fn.eglMakeCurrent(egl->display, resolved, shown.source, shown.reader))
        return false;
    blit(gl, &part);
    return egl->fn.eglMakeCurrent(egl->display, resolved, resolved, shown.reader);
}

bool ofs_glx_read_begin(void)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    const struct ofs_gl *gl = ofs_gl_get();

    if (!shown.drawable || !egl || !gl || !ofs_surface_need_resolved(shown.drawable, shown.surface))
        return false;
    ofs_egl_save_current(&egl->fn, &shown.before);
    shown.reader = ofs_copier_take(egl);
    if (read_elsewhere(egl, gl))
        return true;
    ofs_glx_read_end();
    return false;
}

void ofs_glx_read_end(void)
{
    const struct ofs_egl *egl = ofs_egl_opened();

    ofs_egl_restore_current(&egl->fn, egl->display, &shown.before);
    ofs_copier_give(egl, shown.reader);
    shown.reader = EGL_NO_CONTEXT;
}

/* -- the program's own glReadPixels -------------------------------------------------------------------------------- */

/* The part of what is to be read that is in the surface; false if there is none. */
static bool cut(struct part *part, int64_t x, int64_t y, int64_t width, int64_t height)
{
    int64_t right = x + width, top = y + height;

    if (x > part->left)
        part->left = x < part->right ? (GLint)x : part->right;
    if (y > part->bottom)
        part->bottom = y < part->top ? (GLint)y : part->top;
    if (right < part->right)
        part->right = right > part->left ? (GLint)right : part->left;
    if (top < part->top)
        part->top = top > part->bottom ? (GLint)top : part->bottom;
    return part->left < part->right && part->bottom < part->top;
}

/* Makes the surface's pbuffer of like samples hold the part. Leaves our context current. */
static bool make_alike(const struct ofs_egl *egl, const struct ofs_gl *gl, EGLContext copier, const struct part *part)
{
    const struct ofs_surface *surface = ofs_current.read_surface;

    if (!copier || !egl->fn.eglMakeCurrent(egl->display, surface->resolved, ofs_current.egl_read, copier))
        return false;
    blit(gl, part);
    if (!egl->fn.eglMakeCurrent(egl->display, surface->alike, surface->resolved, copier))
        return false;
    blit(gl, part);
    return true;
}

bool ofs_resolve_begin(int x, int y, int width, int height)
{
    const struct ofs_binding *now = &ofs_current;
    const struct ofs_egl *egl = ofs_egl_opened();
    const struct ofs_gl *gl = ofs_gl_get();
    struct ofs_surface *surface = now->read_surface;
    EGLContext copier;
    struct part part;
    bool ok;

    if (!egl || !gl || !surface || now->context->read_buffer == GL_NONE)
        return false;
    part = whole(surface);
    if (!cut(&part, x, y, width, height) || !ofs_surface_need_alike(now->read, surface))
        return false;
    copier = ofs_copier_take(egl);
    ok = make_alike(egl, gl, copier, &part) &&
         egl->fn.eglMakeCurrent(egl->display, now->egl_draw, surface->alike, now->context->egl);
    if (!ok)
        ofs_resolve_end();
    ofs_copier_give(egl, copier);
    return ok;
}

void ofs_resolve_end(void)
{
    ofs_current_restore(ofs_egl_opened());
}

/* Where bytes go in memory, and what an untouched context has. */
static const struct {
    GLenum name;
    GLint initial;
} pack_rows[] = {{GL_PACK_ALIGNMENT, 4}, {GL_PACK_ROW_LENGTH, 0}, {GL_PACK_SKIP_ROWS, 0}, {GL_PACK_SKIP_PIXELS, 0}};

/* What compatibility contexts do with pixels on their way. */
static bool transfers_plainly(const struct ofs_gl *gl)
{
    static const struct {
        GLenum name;
        GLfloat initial;
    } rows[] = {{GL_MAP_COLOR, 0}, {GL_RED_SCALE, 1}, {GL_RED_BIAS, 0}, {GL_GREEN_SCALE, 1}, {GL_GREEN_BIAS, 0},
                {GL_BLUE_SCALE, 1}, {GL_BLUE_BIAS, 0}, {GL_ALPHA_SCALE, 1}, {GL_ALPHA_BIAS, 0}};
    const char *version = (const char *)gl->glGetString(GL_VERSION);
    GLint profile = 0;

    if (!version || strtod(version, NULL) < 3.15)
        return false; /* cannot be asked which it is */
    gl->glGetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
    for (size_t i = 0; !(profile & GL_CONTEXT_CORE_PROFILE_BIT) && i < OFS_ARRAY_LEN(rows); i++) {
        GLfloat value = rows[i].initial;

        gl->glGetFloatv(rows[i].name, &value);
        if (value < rows[i].initial || value > rows[i].initial)
            return false;
    }
    return true;
}

static bool is_usual(const struct ofs_gl *gl, GLenum format, GLenum type)
{
    GLint buffer = 0;

    if (ofs_current.context->api != OFS_API_GL || type != GL_UNSIGNED_BYTE ||
        (format != GL_RGB && format != GL_RGBA && format != GL_BGR && format != GL_BGRA) || !transfers_plainly(gl))
        return false;
    gl->glGetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &buffer);
    return buffer == 0;
}

bool ofs_resolve_read(int x, int y, int width, int height, GLenum format, GLenum type, void *pixels)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    const struct ofs_gl *gl = ofs_gl_get();
    struct ofs_surface *surface = ofs_current.read_surface;
    GLint pack[OFS_ARRAY_LEN(pack_rows)];
    EGLContext copier;
    struct part part;
    bool ok;

    if (!egl || !gl || !surface || ofs_current.context->read_buffer == GL_NONE || !is_usual(gl, format, type))
        return false;
    part = whole(surface);
    if (!cut(&part, x, y, width, height) || !ofs_surface_need_resolved(ofs_current.read, surface))
        return false;
    for (size_t i = 0; i < OFS_ARRAY_LEN(pack_rows); i++)
        gl->glGetIntegerv(pack_rows[i].name, &pack[i]);
    copier = ofs_copier_take(egl);
    ok = copier && egl->fn.eglMakeCurrent(egl->display, surface->resolved, ofs_current.egl_read, copier);
    if (ok) {
        blit(gl, &part);
        ok = egl->fn.eglMakeCurrent(egl->display, surface->resolved, surface->resolved, copier);
    }
    if (ok) {
        for (size_t i = 0; i < OFS_ARRAY_LEN(pack_rows); i++)
            gl->glPixelStorei(pack_rows[i].name, pack[i]);
        gl->glReadPixels(x, y, width, height, format, type, pixels);
        for (size_t i = 0; i < OFS_ARRAY_LEN(pack_rows); i++)
            gl->glPixelStorei(pack_rows[i].name, pack_rows[i].initial);
    }
    ofs_current_restore(egl);
    ofs_copier_give(egl, copier);
    return ok;
}
