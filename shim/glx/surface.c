/* The EGL surfaces behind a drawable: the one module that knows how many there are.
 *
 * One pbuffer holds the back buffer, which is all that most programs ever look at. From the moment that a program asks for
 * the front buffer a second pbuffer holds it, updated by a copy at each swap; drawing to the front goes to it directly.
 * EGL lets a surface be current in one thread only, where GLX lets several contexts share a drawable; a second thread that
 * makes the drawable current meanwhile gets surfaces of its own. */
#include <stdlib.h>
#include <string.h>

#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

#define MAX_CONFIGS 256

static EGLSurface create_pbuffer(const struct ofs_egl *egl, EGLConfig config, const struct ofs_drawable *drawable,
                                 uint64_t size_px)
{
    EGLint attribs[9], *at = attribs;
    EGLSurface surface;

    *at++ = EGL_WIDTH;
    *at++ = (EGLint)ofs_size_width(size_px);
    *at++ = EGL_HEIGHT;
    *at++ = (EGLint)ofs_size_height(size_px);
    if (drawable->config->srgb) {
        *at++ = EGL_GL_COLORSPACE_KHR;
        *at++ = EGL_GL_COLORSPACE_SRGB_KHR;
    }
    *at = EGL_NONE;
    surface = egl->fn.eglCreatePbufferSurface(egl->display, config, attribs);
    if (surface == EGL_NO_SURFACE)
        ofs_info("no pbuffer of %ux%u: EGL error 0x%x", ofs_size_width(size_px), ofs_size_height(size_px),
                 (unsigned)egl->fn.eglGetError());
    return surface;
}

struct ofs_surface *ofs_surface_adopt(EGLSurface take_back, uint64_t size_px)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    struct ofs_surface *surface = calloc(1, sizeof(*surface));

    if (!surface) {
        if (egl)
            (void)egl->fn.eglDestroySurface(egl->display, take_back);
        return NULL;
    }
    surface->refs = 1;
    surface->size_px = size_px;
    surface->front = surface->resolved = surface->alike = EGL_NO_SURFACE;
    surface->back = take_back;
    return surface;
}

static struct ofs_surface *surface_new(struct ofs_drawable *drawable, uint64_t size_px)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    EGLSurface back = egl ? create_pbuffer(egl, drawable->config->egl, drawable, size_px) : EGL_NO_SURFACE;
    struct ofs_surface *surface = back != EGL_NO_SURFACE ? ofs_surface_adopt(back, size_px) : NULL;

    if (surface)
        surface->user = ofs_thread_id();
    return surface;
}

void ofs_surface_release(struct ofs_surface *surface)
{
    const struct ofs_egl *egl = ofs_egl_opened();

    if (!surface || atomic_fetch_sub(&surface->refs, 1) != 1)
        return;
    if (egl) {
        const EGLSurface all[] = {surface->back, surface->front, surface->resolved, surface->alike};

        for (size_t i = 0; i < OFS_ARRAY_LEN(all); i++)
            if (all[i] != EGL_NO_SURFACE)
                (void)egl->fn.eglDestroySurface(egl->display, all[i]);
    }
    free(surface);
}

/* Another thread has made them current, or is about to. */
static bool used_elsewhere(const struct ofs_surface *surface)
{
    int user = surface ? atomic_load(&surface->user) : 0;

    return user != 0 && user != OFS_SURFACE_LOOKED_AT && user != ofs_thread_id();
}

/* Take the lock when the drawable's surfaces are not just being read for X, which takes a moment. */
static void lock_surface(const struct ofs_drawable *drawable)
{
    (void)pthread_mutex_lock(&ofs_glx.lock);
    while (drawable->surface && atomic_load(&drawable->surface->user) == OFS_SURFACE_LOOKED_AT) {
        (void)pthread_mutex_unlock(&ofs_glx.lock);
        ofs_real_pause(20000);
        (void)pthread_mutex_lock(&ofs_glx.lock);
    }
}

/* The drawable's own surfaces if they have the right size and no other thread uses them, with a new reference and kept from
 * other threads from now on. */
static struct ofs_surface *usable(struct ofs_drawable *drawable, uint64_t size_px, bool *busy_out)
{
    struct ofs_surface *surface;

    lock_surface(drawable);
    surface = drawable->surface;
    *busy_out = used_elsewhere(surface);
    if (surface && (*busy_out || surface->size_px != size_px))
        surface = NULL;
    if (surface) {
        atomic_fetch_add(&surface->refs, 1);
        atomic_store(&surface->user, ofs_thread_id());
        atomic_store(&surface->looked_at, false);
    }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return surface;
}

bool ofs_surface_is_busy(struct ofs_drawable *drawable)
{
    bool busy;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    busy = used_elsewhere(drawable->surface);
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return busy;
}

void ofs_surface_unused(struct ofs_surface *surface)
{
    int user = ofs_thread_id();

    /* Called for a draw and a read surface that may be one: at the second call another thread may have it already. */
    if (surface && surface != ofs_current.draw_surface && surface != ofs_current.read_surface)
        (void)atomic_compare_exchange_strong(&surface->user, &user, 0);
}

struct ofs_surface *ofs_surface_for(struct ofs_drawable *drawable)
{
    uint64_t size_px = ofs_drawable_size(drawable);
    struct ofs_surface *surface, *old = NULL;
    bool busy;

    surface = usable(drawable, size_px, &busy);
    if (surface)
        return surface;
    surface = surface_new(drawable, size_px);
    if (!surface || busy)
        return surface;
    drawable->age = 0; /* nothing is in it */
    atomic_fetch_add(&surface->refs, 1);
    (void)pthread_mutex_lock(&ofs_glx.lock);
    old = drawable->surface;
    if (used_elsewhere(old))
        old = surface; /* another thread came first meanwhile: this one keeps its own */
    else
        drawable->surface = surface;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    ofs_surface_release(old);
    return surface;
}

bool ofs_surface_need_front(struct ofs_drawable *drawable, struct ofs_surface *surface)
{
    const struct ofs_egl *egl = ofs_egl_opened();

    if (surface->front != EGL_NO_SURFACE)
        return true;
    if (!egl)
        return false;
    surface->front = create_pbuffer(egl, drawable->config->egl, drawable, surface->size_px);
    if (surface->front == EGL_NO_SURFACE)
        return false;
    atomic_store(&drawable->tracks_front, true);
    /* What the front held until now was not kept. Right after a swap, which is when programs look, it equals the back. */
    ofs_front_update(surface, 0, 0, (int)ofs_size_width(surface->size_px), (int)ofs_size_height(surface->size_px));
    return true;
}

static bool has(const struct ofs_egl *egl, EGLConfig config, EGLint attribute, EGLint wanted)
{
    EGLint value = -1;

    return egl->fn.eglGetConfigAttrib(egl->display, config, attribute, &value) && value == wanted;
}

/* A config with the same colours as this one, one sample, and no buffers that are never read. (A choice by eglChooseConfig
 * would put those with more bits first.) */
static bool plain_config(const struct ofs_egl *egl, EGLConfig like, EGLConfig *out)
{
    static const EGLint same[] = {EGL_RED_SIZE, EGL_GREEN_SIZE, EGL_BLUE_SIZE, EGL_ALPHA_SIZE, EGL_BUFFER_SIZE};
    static const EGLint wanted[] = {EGL_SAMPLES, 0, EGL_DEPTH_SIZE, 0, EGL_STENCIL_SIZE, 0, EGL_SURFACE_TYPE,
                                    EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig found[MAX_CONFIGS];
    EGLint count = 0, value = 0;
    bool fits = false;

    if (!egl->fn.eglChooseConfig(egl->display, wanted, found, OFS_ARRAY_LEN(found), &count))
        return false;
    for (EGLint i = 0; i < count && !fits; i++) {
        fits = has(egl, found[i], EGL_SAMPLES, 0);
        for (size_t k = 0; k < OFS_ARRAY_LEN(same) && fits; k++)
            fits = egl->fn.eglGetConfigAttrib(egl->display, like, same[k], &value) && has(egl, found[i], same[k], value);
        *out = found[i];
    }
    return fits;
}

bool ofs_surface_need_resolved(const struct ofs_drawable *drawable, struct ofs_surface *surface)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    EGLConfig config;

    if (surface->resolved == EGL_NO_SURFACE && egl && plain_config(egl, drawable->config->egl, &config))
        surface->resolved = create_pbuffer(egl, config, drawable, surface->size_px);
    return surface->resolved != EGL_NO_SURFACE;
}

bool ofs_surface_need_alike(const struct ofs_drawable *drawable, struct ofs_surface *surface)
{
    const struct ofs_egl *egl = ofs_egl_opened();

    if (surface->alike == EGL_NO_SURFACE && egl && ofs_surface_need_resolved(drawable, surface))
        surface->alike = create_pbuffer(egl, drawable->config->egl, drawable, surface->size_px);
    return surface->alike != EGL_NO_SURFACE;
}
