/* What X reads of windows and pixmaps that OpenGL draws in: GetImage, CopyArea and their like show the front buffer.
 *
 * The pixels are in EGL pbuffers, and those are current in the program's threads, where the X server's thread cannot get at
 * them. So the thread that draws keeps a copy of what it shows, from the moment that X asks for the first time; who never
 * asks pays nothing. For that first time,
 *   - what is current nowhere is read by the server's thread itself, with a context of our own;
 *   - a thread that asks through a Display that it uses with GLX (client.c), or by libxcb's functions (hook/xcb.c), is
 *     noticed before its request leaves (look_ahead.c), and one that opens a connection likewise: it keeps what it shows;
 *   - where another thread draws than asks, the server waits a moment for its next frame. If none comes it sends an event to
 *     the Display which that thread uses with OpenGL. It means nothing to the program, which never sees it: libX11 gives it
 *     to a function of ours (ofs_look_woken), in the thread that reads events, and there the frame is kept.
 * What remains is a thread that draws and does not come back to us in that moment: it asks through another Display, opened
 * before its last swap, or it is busy, or reads events through xcb, or in another thread. The first answer is then what was
 * kept before, or the window's background; from its next swap, or the next event that it reads, on it is the newest frame.
 *
 * What a thread shows then is its back buffer, which the program may have begun to draw its next frame in; only from the
 * first look on each frame is kept as it was. The first frame of a window is what programs look at most: it is kept ahead
 * where there are connections enough.
 *
 * Copying ends when X has neither read nor drawn there for some hundred frames; whoever looks then is the first again. In
 * lockstep, where nobody waits and no event is sent, it goes on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "glx/events.h"
#include "glx/glx.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

/* How long the server waits the first time: for the next frame, and then for a thread that it has woken. */
#define FRAME_MS 30
#define WAKE_MS  100
/* The frames that are kept for nobody until copying ends. */
#define PATIENCE 300

/* The pixels of one moment. */
struct ofs_kept {
    struct ofs_front front;       /* first: the X side knows its address */
    _Atomic int refs;
    uint64_t room_px;
    uint32_t px[];
};

/* All that is not atomic is guarded by ofs_glx.lock. */
struct ofs_look {
    _Atomic bool follow;          /* keep every frame */
    _Atomic bool for_good;        /* never stop */
    _Atomic bool holds;           /* `ready` or `spare` is not NULL */
    _Atomic unsigned unseen;      /* frames kept since X read, or drew over one */
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

static void keep(struct ofs_drawable *drawable, struct ofs_look *look, struct ofs_surface *surface, EGLSurface source)
{
    uint64_t width = ofs_size_width(surface->size_px), height = ofs_size_height(surface->size_px);
    struct ofs_kept *kept = memory_for(look, width * height), *old = NULL;

    if (!kept)
        return;
    kept->front.width_px = (uint32_t)width;
    kept->front.height_px = (uint32_t)height;
    source = ofs_resolved(drawable, surface, source);
    if (!ofs_with_copier(source, source, read_pixels, kept)) {
        release(kept);
        return;
    }
    kept->front.number = atomic_fetch_add(&last_number, 1) + 1;
    (void)pthread_mutex_lock(&ofs_glx.lock);
    old = look->ready;
    look->ready = kept;
    look->swaps = atomic_load(&drawable->swaps);
    atomic_store(&look->holds, true);
    if (old && atomic_load(&old->refs) == 1 && !look->spare) {
        look->spare = old;
        old = NULL;
    }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    release(old);
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

/* Nobody looks: the memory goes. */
static void drop(struct ofs_look *look)
{
    struct ofs_kept *ready, *spare;

    if (!atomic_exchange(&look->holds, false))
        return;
    (void)pthread_mutex_lock(&ofs_glx.lock);
    ready = look->ready;
    spare = look->spare;
    look->ready = look->spare = NULL;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    release(ready);
    release(spare);
}

/* It is a window's first frame, and there is a connection that could look at it besides the one which has the window. */
static bool is_awaited(const struct ofs_drawable *drawable)
{
    return waits_for_swaps(drawable) && atomic_load(&drawable->swaps) == 1 && ofs_xview_connections() > 1;
}

void ofs_look_keep(struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source)
{
    struct ofs_look *look = atomic_load_explicit(&drawable->look, memory_order_acquire);

    if (drawable->x && atomic_load_explicit(&drawable->x->painter, memory_order_relaxed) != drawable) {
        ofs_xview_set_painter(drawable->x, drawable);
        if (!look && is_awaited(drawable) && (look = look_of(drawable)) != NULL) {
            keep(drawable, look, surface, source);
            return;
        }
    }
    if (!look)
        return;
    if (!atomic_load_explicit(&look->follow, memory_order_relaxed)) {
        drop(look);
        if (!atomic_load(&look->follow))
            return;
        /* somebody came in this moment */
    }
    keep(drawable, look, surface, source);
    if (atomic_fetch_add(&look->unseen, 1) >= PATIENCE && !atomic_load(&look->for_good)) {
        atomic_store(&look->follow, false);
        if (!atomic_load(&look->unseen))
            atomic_store(&look->follow, true); /* somebody came in this moment */
    }
}

void ofs_look_ahead(void)
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
    atomic_store(&look->unseen, 0);
    atomic_store(&look->follow, true);
    if (!waits_for_swaps(drawable) || ofs_is_front(ofs_current.context->draw_buffer) || !is_fresh(drawable, look))
        keep(drawable, look, surface, source);
    errno = saved_errno;
}

void ofs_look_finished(void)
{
    struct ofs_drawable *drawable = ofs_current.draw;

    if (drawable && drawable->kind == OFS_GLX_PIXMAP && ofs_current.draw_surface)
        ofs_look_keep(drawable, ofs_current.draw_surface, ofs_current.draw_surface->back);
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
        keep(drawable, look, surface, source);
    if (surface)
        atomic_store(&surface->user, 0);
    ofs_surface_release(surface);
}

static bool wait_for_frame(struct ofs_drawable *drawable, struct ofs_look *look, int ms)
{
    for (int i = 0; i < 2 * ms && !is_fresh(drawable, look); i++)
        ofs_real_pause(500000);
    return is_fresh(drawable, look);
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

/* Something has been shown, and the thread that draws may have it. */
static bool may_come(const struct ofs_drawable *drawable)
{
    return drawable->kind == OFS_GLX_WINDOW && (!waits_for_swaps(drawable) || atomic_load(&drawable->swaps));
}

static void refresh(struct ofs_drawable *drawable, struct ofs_look *look)
{
    if (!waits_for_swaps(drawable) || !is_fresh(drawable, look))
        read_idle(drawable, look);
}

static void reading(struct ofs_xdrawable *x, void (*wake)(void *arg, int descriptor), void *arg)
{
    struct ofs_drawable *drawable = painter_of(x);
    struct ofs_look *look = drawable ? look_of(drawable) : NULL;
    int reader;

    if (look) {
        atomic_store(&look->unseen, 0);
        if (!wake)
            atomic_store(&look->for_good, true);
        if (!atomic_exchange(&look->follow, true)) {
            refresh(drawable, look);
            reader = wake && may_come(drawable) && !wait_for_frame(drawable, look, FRAME_MS)
                         ? atomic_load(&drawable->reader) : 0;
            if (reader) {
                wake(arg, reader - 1);
                (void)wait_for_frame(drawable, look, WAKE_MS);
            }
        }
    }
    ofs_drawable_release(drawable);
}

static const struct ofs_front *get(struct ofs_xdrawable *x, uint64_t known)
{
    struct ofs_drawable *drawable = painter_of(x);
    struct ofs_look *look = drawable ? atomic_load(&drawable->look) : NULL;
    struct ofs_kept *kept = NULL;

    if (look && atomic_load(&look->follow)) {
        atomic_store(&look->unseen, 0); /* X draws over it, if it does not read */
        refresh(drawable, look);
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

const struct ofs_front_source ofs_glx_fronts = {reading, get, give_back};
