#include "x11/painted.h"

#include <stdatomic.h>

#include "x11/loop.h"
#include "x11/private.h"
#include "x11/xview.h"

/* `painted` of a drawable: the number of the front buffer that its raster has; this one: none yet, but it was asked for. */
#define ASKED UINT64_MAX

static _Atomic(const struct ofs_front_source *) fronts;

void ofs_xview_set_front_source(const struct ofs_front_source *source) { atomic_store(&fronts, source); }

static void copy_row(uint32_t *to, const uint32_t *from, int n, uint8_t depth)
{
    if (depth == 32)
        memcpy(to, from, (size_t)n * 4);
    else
        for (int i = 0; i < n; i++)
            to[i] = from[i] & 0xFFFFFF;
}

/* A frame of another size than the window, which was resized since, lies in its upper left corner. */
static void put(const struct ofs_front *front, const struct ofs_surface *surface, const struct ofs_region *clip,
                uint8_t depth)
{
    const struct ofs_rect area = { surface->x, surface->y, surface->x + (int)front->width_px,
                                   surface->y + (int)front->height_px };
    for (unsigned i = 0; i < clip->count; i++) {
        struct ofs_rect part = ofs_rect_cut(clip->rects[i], area);
        for (int y = part.y0; y < part.y1 && part.x0 < part.x1; y++) {
            size_t row = front->height_px - 1 - (size_t)(y - surface->y);
            copy_row(ofs_raster_at(surface->raster, part.x0, y),
                     front->px + row * front->width_px + (size_t)(part.x0 - surface->x), part.x1 - part.x0, depth);
        }
    }
}

void ofs_painted_update(struct ofs_window *w, struct ofs_pixmap *p, const struct ofs_surface *surface)
{
    const struct ofs_front_source *source = atomic_load(&fronts);
    struct ofs_xdrawable *shared = w ? w->shared : p->shared;
    uint64_t *painted = w ? &w->painted : &p->painted;
    uint8_t depth = w ? w->depth : p->depth;
    if (!source || !shared || !atomic_load(&shared->painter) || !surface->raster || (depth != 24 && depth != 32))
        return;
    const struct ofs_front *front = source->get(shared, *painted);
    if (!front)
        return;
    put(front, surface, w ? w->view->own : surface->clip, depth); /* child windows have their own */
    *painted = front->number;
    source->give_back(front);
}

/* A client that may have threads which draw, and wait for events, reads something at once. */
static void wake(void *server, int descriptor)
{
    const xEvent event = { .u.u.type = OFS_GLX_WAKE_EVENT };
    for (struct ofs_client *c = ((struct ofs_server *)server)->clients; c; c = c->next) {
        if (c->peer_fd != descriptor)
            continue;
        ofs_event_to_client(c, &event);
        ofs_loop_write(c);
    }
}

static void ask(struct ofs_server *s, struct ofs_window *w, struct ofs_pixmap *p, uint64_t *painted)
{
    const struct ofs_front_source *source = atomic_load(&fronts);
    struct ofs_surface surface;
    /* In lockstep nothing may depend on which thread is faster. */
    if (source)
        source->reading(w ? w->shared : p->shared, ofs_calls_virtual() ? NULL : wake, s);
    if (!*painted)
        *painted = ASKED;
    /* Out of memory: the request that reads finds out for itself. */
    (void)ofs_surface_open(w, p, s, false, &surface);
}

static void ask_tree(struct ofs_window *w, struct ofs_rect area)
{
    const struct ofs_rect inside = { 0, 0, w->width, w->height };
    if (!w->viewable || w->class == InputOnly || ofs_rect_empty(area = ofs_rect_cut(area, inside)))
        return;
    if (w->shared && atomic_load(&w->shared->painter))
        ask(w->server, w, NULL, &w->painted);
    for (struct ofs_window *child = w->top; child; child = child->below) {
        int x = child->x + child->border_width, y = child->y + child->border_width;
        ask_tree(child, (struct ofs_rect){ area.x0 - x, area.y0 - y, area.x1 - x, area.y1 - y });
    }
}

void ofs_painted_read(struct ofs_server *s, struct ofs_window *w, struct ofs_pixmap *p, struct ofs_rect area)
{
    if (!ofs_xview_is_painted())
        return;
    if (w)
        ask_tree(w, area);
    else if (p->shared && atomic_load(&p->shared->painter))
        ask(s, NULL, p, &p->painted);
}

void ofs_painted_forget(struct ofs_window *top)
{
    if (top->painted)
        top->painted = ASKED;
    for (struct ofs_window *child = top->parent ? top->top : NULL; child; child = child->below)
        ofs_painted_forget(child);
}
