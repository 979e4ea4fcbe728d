/* Drawables by id: windows that X knows, and what glXCreateWindow, glXCreatePixmap and glXCreatePbuffer name. */
#include <stdlib.h>
#include <string.h>

#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

static struct ofs_drawable_entry **slot_of(XID xid)
{
    struct ofs_drawable_entry **at = &ofs_glx.drawables[xid % OFS_GLX_DRAWABLE_BUCKETS];

    while (*at && (*at)->xid != xid)
        at = &(*at)->next;
    return at;
}

uint64_t ofs_drawable_size(const struct ofs_drawable *drawable)
{
    return drawable->x ? atomic_load_explicit(&drawable->x->size_px, memory_order_acquire) : drawable->fixed_size_px;
}

struct ofs_drawable *ofs_drawable_new(enum ofs_drawable_kind kind, XID xid, const struct ofs_fbconfig *config,
                                      struct ofs_xdrawable *take_x, uint64_t fixed_size_px)
{
    struct ofs_drawable *drawable = calloc(1, sizeof(*drawable));

    if (drawable)
        ofs_drawable_init(drawable, kind, xid, config, take_x, fixed_size_px);
    else
        ofs_xview_release(take_x);
    return drawable;
}

void ofs_drawable_init(struct ofs_drawable *drawable, enum ofs_drawable_kind kind, XID xid,
                       const struct ofs_fbconfig *config, struct ofs_xdrawable *take_x, uint64_t fixed_size_px)
{
    drawable->refs = 1;
    drawable->kind = kind;
    drawable->xid = xid;
    drawable->config = config;
    drawable->x = take_x;
    drawable->fixed_size_px = fixed_size_px;
    drawable->swap_interval = 1;
    if (kind == OFS_GLX_PIXMAP && take_x)
        ofs_xview_set_painter(take_x, drawable); /* of a window, who shows a frame */
}

void ofs_drawable_release(struct ofs_drawable *drawable)
{
    if (!drawable || atomic_fetch_sub(&drawable->refs, 1) != 1)
        return;
    ofs_look_end(drawable);
    ofs_surface_release(drawable->surface);
    ofs_xview_release(drawable->x);
    free(drawable);
}

void ofs_drawable_change_config(struct ofs_drawable *drawable, const struct ofs_fbconfig *config)
{
    struct ofs_surface *old;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    old = drawable->surface;
    drawable->surface = NULL;
    drawable->config = config;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    ofs_surface_release(old);
}

bool ofs_drawable_is_dead(const struct ofs_drawable *drawable)
{
    return drawable->x && !atomic_load(&drawable->x->alive);
}

/* Its id means nothing any more. A GLX pixmap outlives the id of its pixmap, as X's own pixmaps do that something still
 * uses. Locked. */
static bool is_gone(const struct ofs_drawable *drawable)
{
    return !drawable->keeper && ofs_drawable_is_dead(drawable);
}

/* Takes an entry out of its list; returns its drawable with the entry's reference. Locked. */
static struct ofs_drawable *unlink_entry(struct ofs_drawable_entry **at)
{
    struct ofs_drawable_entry *entry = *at;
    struct ofs_drawable *drawable = entry->drawable;

    *at = entry->next;
    free(entry);
    return drawable;
}

void ofs_drawable_tell_gone(const struct ofs_drawable *drawable)
{
    if (drawable->kind == OFS_GLX_WINDOW && ofs_glx.observer && ofs_glx.observer->gone)
        ofs_glx.observer->gone((uint32_t)drawable->xid);
}

void ofs_drawable_sweep(void)
{
    struct ofs_drawable *dead;

    do {
        dead = NULL;
        (void)pthread_mutex_lock(&ofs_glx.lock);
        for (size_t i = 0; i < OFS_GLX_DRAWABLE_BUCKETS && !dead; i++)
            for (struct ofs_drawable_entry **at = &ofs_glx.drawables[i]; *at; at = &(*at)->next)
                if (is_gone((*at)->drawable)) {
                    dead = unlink_entry(at);
                    break;
                }
        (void)pthread_mutex_unlock(&ofs_glx.lock);
        if (dead) {
            ofs_drawable_tell_gone(dead);
            ofs_drawable_release(dead);
        }
    } while (dead);
}

void ofs_drawable_forget_keeper(const Display *dpy)
{
    (void)pthread_mutex_lock(&ofs_glx.lock);
    for (size_t i = 0; i < OFS_GLX_DRAWABLE_BUCKETS; i++)
        for (struct ofs_drawable_entry *entry = ofs_glx.drawables[i]; entry; entry = entry->next)
            if (entry->drawable->keeper == dpy)
                entry->drawable->keeper = NULL;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
}

struct ofs_drawable *ofs_drawable_find(XID xid)
{
    struct ofs_drawable *drawable = NULL;
    struct ofs_drawable_entry *entry;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    entry = *slot_of(xid);
    if (entry && !is_gone(entry->drawable)) {
        drawable = entry->drawable;
        atomic_fetch_add(&drawable->refs, 1);
    }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return drawable;
}

enum ofs_status ofs_drawable_enter(XID xid, struct ofs_drawable *take_drawable)
{
    struct ofs_drawable_entry *entry = malloc(sizeof(*entry)), **at;
    struct ofs_drawable *replaced = NULL;

    if (!entry) {
        ofs_drawable_release(take_drawable);
        return OFS_ENOMEM;
    }
    entry->xid = xid;
    entry->drawable = take_drawable;
    (void)pthread_mutex_lock(&ofs_glx.lock);
    at = slot_of(xid);
    if (*at)
        replaced = unlink_entry(at); /* of a window that is gone: the id was used again */
    at = &ofs_glx.drawables[xid % OFS_GLX_DRAWABLE_BUCKETS];
    entry->next = *at;
    *at = entry;
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    ofs_drawable_release(replaced);
    return OFS_OK;
}

bool ofs_drawable_remove(XID xid, enum ofs_drawable_kind kind)
{
    struct ofs_drawable *drawable = NULL;
    struct ofs_drawable_entry **at;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    at = slot_of(xid);
    if (*at && (*at)->drawable->kind == kind)
        drawable = unlink_entry(at);
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    ofs_drawable_release(drawable);
    return drawable != NULL;
}

struct ofs_drawable *ofs_drawable_acquire(XID xid, const struct ofs_fbconfig *config)
{
    struct ofs_drawable *drawable = ofs_drawable_find(xid);
    struct ofs_xdrawable *x;

    if (drawable || !config)
        return drawable;
    ofs_drawable_sweep();
    x = ofs_xview_acquire((uint32_t)xid);
    if (!x)
        return NULL;
    if (x->kind != OFS_XDRAWABLE_WINDOW || !x->visual) {
        ofs_xview_release(x);
        return NULL;
    }
    drawable = ofs_drawable_new(OFS_GLX_WINDOW, xid, config, x, 0);
    if (!drawable)
        return NULL;
    atomic_fetch_add(&drawable->refs, 1); /* one for the table, one for the caller */
    if (ofs_drawable_enter(xid, drawable) != OFS_OK) {
        ofs_drawable_release(drawable);
        return NULL;
    }
    return drawable;
}
