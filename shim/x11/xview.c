/* The narrow view of X state for other threads: drawables and the progress of connections. */
#include "x11/xview.h"

#include <pthread.h>
#include <stdlib.h>

#include "x11/private.h"

/* ---- visuals ---- */

#define RGB 0xFF0000, 0x00FF00, 0x0000FF
/* The first of each depth is what a client without wishes takes. The others are there for the GLX side: a visual stands for
 * one FBConfig in glXGetConfig and glXCreateContext, so that single-buffered, multisampled and depthless ones need their
 * own. */
static const struct ofs_visual visuals[] = {
    { OFS_VISUAL_RGB24, 24, RGB }, { OFS_VISUAL_ARGB32, 32, RGB },
    { 0x23, 24, RGB }, { 0x24, 24, RGB }, { 0x25, 24, RGB }, { 0x26, 24, RGB }, { 0x27, 24, RGB }, { 0x28, 24, RGB },
    { 0x29, 24, RGB }, { 0x2A, 24, RGB }, { 0x2B, 24, RGB }, { 0x2C, 24, RGB }, { 0x2D, 24, RGB }, { 0x2E, 24, RGB },
    { 0x2F, 24, RGB }, { 0x30, 24, RGB }, { 0x31, 24, RGB }, { 0x32, 24, RGB },
    { 0x33, 32, RGB }, { 0x34, 32, RGB }, { 0x35, 32, RGB }, { 0x36, 32, RGB }, { 0x37, 32, RGB }, { 0x38, 32, RGB },
    { 0x39, 32, RGB }, { 0x3A, 32, RGB },
};

const struct ofs_visual *ofs_xview_visuals(unsigned *count_out)
{
    *count_out = OFS_ARRAY_LEN(visuals);
    return visuals;
}

/* ---- drawables ---- */

#define BUCKETS 256
struct entry {
    struct ofs_xdrawable drawable; /* first: the two are freed together */
    struct entry *next;
};

static struct {
    pthread_mutex_t lock;
    struct entry *bucket[BUCKETS];
} view = { .lock = PTHREAD_MUTEX_INITIALIZER };

static struct entry **bucket_of(uint32_t xid) { return &view.bucket[(xid * 2654435761u >> 24) % BUCKETS]; }

struct ofs_xdrawable *ofs_xview_publish(struct ofs_server *s, uint32_t xid, enum ofs_xdrawable_kind kind, uint32_t visual,
                                        uint8_t depth, uint32_t width, uint32_t height)
{
    struct entry *e = calloc(1, sizeof(*e));
    if (!e)
        return NULL;
    e->drawable.xid = xid;
    e->drawable.visual = visual;
    e->drawable.depth = depth;
    e->drawable.kind = (uint8_t)kind;
    atomic_init(&e->drawable.size_px, (uint64_t)width << 32 | height);
    atomic_init(&e->drawable.alive, true);
    atomic_init(&e->drawable.viewable, false);
    atomic_init(&e->drawable.painter, NULL);
    atomic_init(&e->drawable.refs, 1);
    pthread_mutex_lock(&view.lock);
    struct entry **head = bucket_of(xid);
    e->next = *head;
    *head = e;
    pthread_mutex_unlock(&view.lock);
    return &e->drawable;
}

void ofs_xview_withdraw(struct ofs_xdrawable *drawable)
{
    if (!drawable)
        return;
    pthread_mutex_lock(&view.lock);
    struct entry **link = bucket_of(drawable->xid);
    while (*link && &(*link)->drawable != drawable)
        link = &(*link)->next;
    if (*link)
        *link = (*link)->next;
    pthread_mutex_unlock(&view.lock);
    atomic_store(&drawable->alive, false);
    ofs_xview_release(drawable);
}

struct ofs_xdrawable *ofs_xview_acquire(uint32_t xid)
{
    pthread_mutex_lock(&view.lock);
    struct entry *e = *bucket_of(xid);
    while (e && e->drawable.xid != xid)
        e = e->next;
    if (e)
        atomic_fetch_add(&e->drawable.refs, 1);
    pthread_mutex_unlock(&view.lock);
    return e ? &e->drawable : NULL;
}

/* With the lock held. */
static const struct ofs_xdrawable *find(uint32_t xid)
{
    const struct entry *e = *bucket_of(xid);
    while (e && e->drawable.xid != xid)
        e = e->next;
    return e ? &e->drawable : NULL;
}

bool ofs_xview_overlaps(uint32_t around, int x, int y, int width, int height, const struct ofs_xdrawable *window)
{
    enum { DEEPEST = 1024 }; /* windows change places meanwhile */
    int64_t left = 0, top = 0;
    uint64_t size = atomic_load(&window->size_px);
    pthread_mutex_lock(&view.lock);
    const struct ofs_xdrawable *at = window;
    for (int i = 0; at && at->xid != around; i++) {
        uint64_t place = atomic_load(&at->place_px);
        uint32_t parent = atomic_load(&at->parent);
        left += (int32_t)(place >> 32);
        top += (int32_t)place;
        at = parent && i < DEEPEST ? find(parent) : NULL;
    }
    pthread_mutex_unlock(&view.lock);
    return at && left < (int64_t)x + width && top < (int64_t)y + height && left + ofs_size_width(size) > x &&
           top + ofs_size_height(size) > y;
}

void ofs_xview_release(struct ofs_xdrawable *drawable)
{
    if (drawable && atomic_fetch_sub(&drawable->refs, 1) == 1)
        free(drawable);
}

void ofs_xview_set_size(struct ofs_xdrawable *drawable, uint32_t width, uint32_t height)
{
    atomic_store(&drawable->size_px, (uint64_t)width << 32 | height);
}

void ofs_xview_set_place(struct ofs_xdrawable *drawable, uint32_t parent, int x, int y)
{
    if (!drawable)
        return;
    atomic_store(&drawable->parent, parent);
    atomic_store(&drawable->place_px, (uint64_t)(uint32_t)x << 32 | (uint32_t)y);
}

void ofs_xview_set_viewable(struct ofs_xdrawable *drawable, bool viewable) { atomic_store(&drawable->viewable, viewable); }

static _Atomic bool painted;

void ofs_xview_set_painter(struct ofs_xdrawable *drawable, void *painter)
{
    atomic_store(&painted, true);
    atomic_store(&drawable->painter, painter);
}

bool ofs_xview_is_painted(void) { return atomic_load_explicit(&painted, memory_order_relaxed); }

/* ---- connections ---- */

#define CONNECTIONS 1024
/* fd + 1 (0 = free) and sequence in one word, so that a reader sees both of the same moment. */
static _Atomic uint64_t connection[CONNECTIONS];
static _Atomic unsigned connection_top; /* slots from here on were never used */

static _Atomic uint64_t *find_connection(int fd)
{
    unsigned top = atomic_load(&connection_top);
    for (unsigned i = 0; i < top; i++)
        if ((uint32_t)(atomic_load(&connection[i]) >> 32) == (uint32_t)fd + 1)
            return &connection[i];
    return NULL;
}

/* Written by the server thread and, for a new connection, by the thread in connect(): under the lock. */
void ofs_xview_connection(int peer_fd, uint32_t sequence)
{
    uint64_t word = ((uint64_t)(uint32_t)peer_fd + 1) << 32 | sequence;
    _Atomic uint64_t *slot = find_connection(peer_fd);
    if (slot) {
        atomic_store(slot, word);
        return;
    }
    pthread_mutex_lock(&view.lock);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        if (atomic_load(&connection[i]))
            continue;
        atomic_store(&connection[i], word);
        if (i >= atomic_load(&connection_top))
            atomic_store(&connection_top, i + 1);
        break;
    }
    pthread_mutex_unlock(&view.lock);
}

void ofs_xview_connection_gone(int peer_fd)
{
    _Atomic uint64_t *slot = find_connection(peer_fd);
    if (slot)
        atomic_store(slot, 0);
}

bool ofs_xview_sequence(int fd, uint32_t *sequence_out)
{
    _Atomic uint64_t *slot = find_connection(fd);
    uint64_t word = slot ? atomic_load(slot) : 0;
    if ((uint32_t)(word >> 32) != (uint32_t)fd + 1)
        return false;
    *sequence_out = (uint32_t)word;
    return true;
}

unsigned ofs_xview_connections(void)
{
    unsigned top = atomic_load(&connection_top), count = 0;
    for (unsigned i = 0; i < top; i++)
        count += atomic_load(&connection[i]) != 0;
    return count;
}

/* ---- fork ---- */

void ofs_xview_fork_prepare(void) { pthread_mutex_lock(&view.lock); }
void ofs_xview_fork_parent(void) { pthread_mutex_unlock(&view.lock); }

void ofs_xview_fork_child(void)
{
    pthread_mutex_init(&view.lock, NULL);
    memset(view.bucket, 0, sizeof(view.bucket)); /* the parent's drawables: GL objects of the child may still hold some */
    for (unsigned i = 0; i < CONNECTIONS; i++)
        atomic_store(&connection[i], 0);
    atomic_store(&connection_top, 0);
}
