/* What X reads of windows and pixmaps that OpenGL draws in: GetImage, CopyArea and their like show the front buffer.
 *
 * The pixels are in EGL pbuffers, and those are current in the program's threads, where the X server's thread cannot get at
 * them. So the thread that draws keeps a copy of what it shows, from the moment that X asks for the first time; who never
 * asks pays nothing. For that first time,
 *   - what is current nowhere is read by the server's thread itself, with a context of our own;
 *   - a thread that asks through a Display that it uses with GLX (client.c), or by libxcb's functions (hook/xcb.c), is
 *     noticed before its request leaves, and one that opens a new connection likewise: it keeps what it shows then;
 *   - where another thread draws than asks, the server waits a moment for its next frame.
 * What remains is a thread that draws and asks through another Display, opened before its last swap: the first answer is
 * older than that, or the window's background. */
#include <X11/X.h>
#include <X11/Xproto.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "glx/glx.h"
#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

/* How long the server waits for a thread that draws, the first time. */
#define WAIT_MS 40

/* The pixels of one moment. */
struct ofs_kept {
    struct ofs_front front;       /* first: the X side knows its address */
    _Atomic int refs;
    uint64_t room_px;
    uint32_t px[];
};

/* All but `follow` is guarded by ofs_glx.lock. */
struct ofs_look {
    _Atomic bool follow;          /* keep every frame */
    struct ofs_kept *ready;       /* what is shown; NULL until it was kept once */
    struct ofs_kept *spare;       /* memory for the next */
    uint64_t swaps;               /* the drawable's count, of `ready` */
};

static _Atomic uint64_t last_number;

static void release(struct ofs_kept *kept)
{
    if (kept && atomic_fetch_sub(&kept->refs, 1) == 1)
        free(kept);
}

static struct ofs_look *look_of(struct ofs_drawable *drawable)
{
    struct ofs_look *look = atomic_load(&drawable->look), *nothing = NULL;

    if (look)
        return look;
    look = calloc(1, sizeof(*look));
    if (!look || atomic_compare_exchange_strong(&drawable->look, &nothing, look))
        return look;
    free(look); /* another thread was first */
    return nothing;
}

void ofs_look_end(struct ofs_drawable *drawable)
{
    struct ofs_look *look = atomic_load(&drawable->look);

    if (drawable->x) {
        void *painter = drawable;

        (void)pthread_mutex_lock(&ofs_glx.lock);
        (void)atomic_compare_exchange_strong(&drawable->x->painter, &painter, NULL);
        (void)pthread_mutex_unlock(&ofs_glx.lock);
    }
    if (!look)
        return;
    release(look->ready);
    release(look->spare);
    free(look);
}

/* -- keeping ------------------------------------------------------------------------------------------------------ */

static struct ofs_kept *memory_for(struct ofs_look *look, uint64_t px)
{
    struct ofs_kept *kept;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    kept = look->spare;
    look->spare = NULL;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    if (kept && kept->room_px == px)
        return kept;
    release(kept);
    kept = calloc(1, sizeof(*kept) + px * 4);
    if (!kept)
        return NULL;
    kept->refs = 1;
    kept->room_px = px;
    kept->front.px = kept->px;
    return kept;
}

static void read_pixels(const struct ofs_gl *gl, void *arg)
{
    struct ofs_kept *kept = arg;

    gl->glReadPixels(0, 0, (GLsizei)kept->front.width_px, (GLsizei)kept->front.height_px, GL_BGRA, GL_UNSIGNED_BYTE,
                     kept->px);
}

static void keep(struct ofs_drawable *drawable, struct ofs_look *look, EGLSurface source, uint64_t size_px)
{
    uint64_t width = ofs_size_width(size_px), height = ofs_size_height(size_px);
    struct ofs_kept *kept = memory_for(look, width * height), *old = NULL;

    if (!kept)
        return;
    kept->front.width_px = (uint32_t)width;
    kept->front.height_px = (uint32_t)height;
    if (!ofs_with_copier(source, source, read_pixels, kept)) {
        release(kept);
        return;
    }
    kept->front.number = atomic_fetch_add(&last_number, 1) + 1;
    (void)pthread_mutex_lock(&ofs_glx.lock);
    old = look->ready;
    look->ready = kept;
    look->swaps = atomic_load(&drawable->swaps);
    if (old && atomic_load(&old->refs) == 1 && !look->spare) {
        look->spare = old;
        old = NULL;
    }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    release(old);
}

void ofs_look_keep(struct ofs_drawable *drawable, EGLSurface source, uint64_t size_px)
{
    struct ofs_look *look = atomic_load_explicit(&drawable->look, memory_order_acquire);

    if (drawable->x && atomic_load_explicit(&drawable->x->painter, memory_order_relaxed) != drawable)
        ofs_xview_set_painter(drawable->x, drawable);
    if (look && atomic_load_explicit(&look->follow, memory_order_relaxed))
        keep(drawable, look, source, size_px);
}

/* What is kept is what the drawable shows. */
static bool is_fresh(struct ofs_drawable *drawable, struct ofs_look *look)
{
    bool fresh;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    fresh = look->ready && look->swaps == atomic_load(&drawable->swaps);
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return fresh;
}

/* A drawable that is seen only by swaps. */
static bool waits_for_swaps(const struct ofs_drawable *drawable)
{
    return drawable->kind == OFS_GLX_WINDOW && drawable->config->double_buffer;
}

/* The surface that holds what is shown; EGL_NO_SURFACE: nothing has been shown yet. */
static EGLSurface shown_surface(struct ofs_drawable *drawable, const struct ofs_surface *surface)
{
    if (!waits_for_swaps(drawable))
        return surface->back;
    if (!atomic_load(&drawable->swaps))
        return EGL_NO_SURFACE;
    return surface->front != EGL_NO_SURFACE && !surface->front_is_back ? surface->front : surface->back;
}

static void look_ahead(bool follow)
{
    struct ofs_drawable *drawable = ofs_current.draw;
    struct ofs_surface *surface = ofs_current.draw_surface;
    EGLSurface source = ofs_current.context && drawable && drawable->x && surface ? shown_surface(drawable, surface)
                                                                                  : EGL_NO_SURFACE;
    struct ofs_look *look = source != EGL_NO_SURFACE ? look_of(drawable) : NULL;
    int saved_errno = errno;

    if (!look)
        return;
    ofs_xview_set_painter(drawable->x, drawable);
    if (follow)
        atomic_store(&look->follow, true);
    if (!waits_for_swaps(drawable) || ofs_is_front(ofs_current.context->draw_buffer) || !is_fresh(drawable, look))
        keep(drawable, look, source, surface->size_px);
    errno = saved_errno;
}

/* The pixels of what this thread draws to are among those of this window or pixmap, for all that is known here. */
static bool concerns(uint32_t id)
{
    return id == OFS_ROOT_WINDOW || id == ofs_current.draw->x->xid ||
           ofs_xview_is_window(id); /* perhaps around the one that is drawn to */
}

/* The request reads pixels of a window, or of what this thread draws to. In all of these the drawable comes first. */
static bool reads_pixels(const char *request, size_t bytes)
{
    unsigned char major = (unsigned char)request[0], minor = (unsigned char)request[1];
    uint32_t id;

    if (bytes < 8 || (major != X_GetImage && major != X_CopyArea && major != X_CopyPlane &&
                      !(major == OFS_SHM_MAJOR && minor == 4 /* ShmGetImage */)))
        return false;
    memcpy(&id, request + 4, 4);
    return concerns(id);
}

/* Data of a large request comes as a piece of its own, which is no request: to take it for one costs a copy at most. */
void ofs_look_at_requests(const char *data, size_t size)
{
    if (!ofs_current.draw || !ofs_current.draw->x)
        return;
    while (size >= 4) {
        uint16_t words;
        size_t bytes;

        memcpy(&words, data + 2, 2);
        bytes = (size_t)words * 4;
        if (!bytes || bytes > size)
            return; /* longer than a request without BIG-REQUESTS, or no request at all */
        if (reads_pixels(data, bytes)) {
            look_ahead(true);
            return;
        }
        data += bytes;
        size -= bytes;
    }
}

void ofs_look_finished(void)
{
    struct ofs_drawable *drawable = ofs_current.draw;

    if (drawable && drawable->kind == OFS_GLX_PIXMAP && ofs_current.draw_surface)
        ofs_look_keep(drawable, ofs_current.draw_surface->back, ofs_current.draw_surface->size_px);
}

void ofs_glx_reading(uint32_t drawable)
{
    if (ofs_current.context && ofs_current.draw && ofs_current.draw->x && concerns(drawable))
        look_ahead(true);
}

void ofs_glx_connecting(void)
{
    if (ofs_current.context)
        look_ahead(false);
}

/* -- for the X side ----------------------------------------------------------------------------------------------- */

/* The drawable's surfaces, if no thread has them current and they were not read since one had; then nobody can take them
 * until they are let go. */
static struct ofs_surface *take_idle(struct ofs_drawable *drawable)
{
    struct ofs_surface *surface;
    int nobody = 0;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    surface = drawable->surface;
    if (surface && !atomic_load(&surface->looked_at) &&
        atomic_compare_exchange_strong(&surface->user, &nobody, OFS_SURFACE_LOOKED_AT)) {
        atomic_store(&surface->looked_at, true);
        atomic_fetch_add(&surface->refs, 1);
    } else {
        surface = NULL;
    }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return surface;
}

static void read_idle(struct ofs_drawable *drawable, struct ofs_look *look)
{
    struct ofs_surface *surface = take_idle(drawable);
    EGLSurface source = surface ? shown_surface(drawable, surface) : EGL_NO_SURFACE;

    if (source != EGL_NO_SURFACE)
        keep(drawable, look, source, surface->size_px);
    if (surface)
        atomic_store(&surface->user, 0);
    ofs_surface_release(surface);
}

static void wait_for_frame(struct ofs_drawable *drawable, struct ofs_look *look)
{
    const struct timespec moment = {0, 500000};

    for (int i = 0; i < 2 * WAIT_MS && !is_fresh(drawable, look); i++)
        (void)syscall(SYS_nanosleep, &moment, NULL); /* real time, also where the program's time is not */
}

/* The drawable that paints this window or pixmap, with a reference. One that is about to be freed has none left to give; it
 * waits for the lock meanwhile. */
static struct ofs_drawable *painter_of(struct ofs_xdrawable *x)
{
    struct ofs_drawable *drawable;
    int refs;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    drawable = atomic_load(&x->painter);
    refs = drawable ? atomic_load(&drawable->refs) : 0;
    while (refs > 0 && !atomic_compare_exchange_weak(&drawable->refs, &refs, refs + 1))
        ;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return refs > 0 ? drawable : NULL;
}

static const struct ofs_front *get(struct ofs_xdrawable *x, uint64_t known, bool may_wait)
{
    struct ofs_drawable *drawable = painter_of(x);
    struct ofs_look *look = drawable ? look_of(drawable) : NULL;
    struct ofs_kept *kept = NULL;
    bool first;

    if (look) {
        first = !atomic_exchange(&look->follow, true);
        if (!waits_for_swaps(drawable) || !is_fresh(drawable, look))
            read_idle(drawable, look);
        if (first && may_wait && waits_for_swaps(drawable) && atomic_load(&drawable->swaps))
            wait_for_frame(drawable, look);
        (void)pthread_mutex_lock(&ofs_glx.lock);
        kept = look->ready && look->ready->front.number != known ? look->ready : NULL;
        if (kept)
            atomic_fetch_add(&kept->refs, 1);
        (void)pthread_mutex_unlock(&ofs_glx.lock);
    }
    ofs_drawable_release(drawable);
    return kept ? &kept->front : NULL;
}

static void give_back(const struct ofs_front *front)
{
    release((struct ofs_kept *)front);
}

const struct ofs_front_source ofs_glx_fronts = {get, give_back};
