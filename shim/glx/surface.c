/* The EGL surfaces behind a drawable: the one module that knows how many there are.
 *
 * One pbuffer holds the back buffer, which is all that most programs ever look at. From the moment that a program asks for
 * the front buffer a second pbuffer holds it, updated by a copy at each swap; drawing to the front goes to it directly.
 * EGL lets a surface be current in one thread only, where GLX lets several contexts share a drawable; a second thread that
 * makes the drawable current meanwhile gets surfaces of its own. */
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

static EGLSurface create_pbuffer(const struct ofs_egl *egl, const struct ofs_drawable *drawable, uint64_t size_px)
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
    surface = egl->fn.eglCreatePbufferSurface(egl->display, drawable->config->egl, attribs);
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
    surface->front = EGL_NO_SURFACE;
    surface->back = take_back;
    return surface;
}

static struct ofs_surface *surface_new(struct ofs_drawable *drawable, uint64_t size_px)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    EGLSurface back = egl ? create_pbuffer(egl, drawable, size_px) : EGL_NO_SURFACE;
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
        (void)egl->fn.eglDestroySurface(egl->display, surface->back);
        if (surface->front != EGL_NO_SURFACE)
            (void)egl->fn.eglDestroySurface(egl->display, surface->front);
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
    const struct timespec moment = {0, 20000};

    (void)pthread_mutex_lock(&ofs_glx.lock);
    while (drawable->surface && atomic_load(&drawable->surface->user) == OFS_SURFACE_LOOKED_AT) {
        (void)pthread_mutex_unlock(&ofs_glx.lock);
        (void)syscall(SYS_nanosleep, &moment, NULL); /* real time, also where the program's time is not */
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
    surface->front = create_pbuffer(egl, drawable, surface->size_px);
    if (surface->front == EGL_NO_SURFACE)
        return false;
    atomic_store(&drawable->tracks_front, true);
    /* What the front held until now was not kept. Right after a swap, which is when programs look, it equals the back. */
    ofs_front_update(surface, 0, 0, (int)ofs_size_width(surface->size_px), (int)ofs_size_height(surface->size_px));
    return true;
}
