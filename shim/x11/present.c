/* When the picture of a top-level window is a frame; see present.h. */
#include "x11/present.h"

#include <stdatomic.h>

#include "x11/input.h"
#include "x11/loop.h"
#include "x11/picture.h"
#include "x11/private.h"
#include "x11/region_wire.h"

/* A client that asks for no answer is given this long to send the rest of a frame, by the server's time: in lockstep that
 * of the program. What one shows that draws without a rest is a frame after BUSY_MS. */
enum { IDLE_MS = 5, BUSY_MS = 100 };

static _Atomic(void (*)(const struct ofs_present *)) presenter;
static _Atomic(void (*)(uint32_t)) gone;

void ofs_x11_set_presenter(void (*present)(const struct ofs_present *)) { atomic_store(&presenter, present); }
void ofs_x11_set_gone(void (*fn)(uint32_t window)) { atomic_store(&gone, fn); }

/* The GL side holds the records of the windows that it draws in. */
static bool has_gl(const struct ofs_window *w)
{
    if (w->shared && atomic_load(&w->shared->refs) > 1)
        return true;
    for (const struct ofs_window *child = w->top; child; child = child->below)
        if (has_gl(child))
            return true;
    return false;
}

void ofs_present_forget(struct ofs_window *top)
{
    if (!ofs_rect_empty(top->picture->fresh))
        top->server->fresh_pictures--;
    top->picture->fresh = (struct ofs_rect){ 0 };
    top->picture->by = NULL;
}

void ofs_present_window(struct ofs_window *top)
{
    struct ofs_picture *picture = top->picture;
    if (!picture || ofs_rect_empty(picture->fresh))
        return;
    ofs_present_forget(top);
    void (*present)(const struct ofs_present *) = atomic_load(&presenter);
    if (!present || !picture->raster || has_gl(top))
        return;
    const struct ofs_present frame = { .window = top->res.id, .width_px = picture->raster->width,
                                       .height_px = picture->raster->height,
                                       .bgrx = (const unsigned char *)picture->raster->px,
                                       .pitch_bytes = (size_t)picture->raster->stride * 4,
                                       .sequence = ++picture->sequence };
    ofs_loop_open_signals(true);
    present(&frame);
    ofs_loop_open_signals(false);
}

static bool contains(struct ofs_rect outer, struct ofs_rect inner)
{
    return outer.x0 <= inner.x0 && outer.y0 <= inner.y0 && outer.x1 >= inner.x1 && outer.y1 >= inner.y1;
}

static struct ofs_rect within(const struct ofs_surface *surface, struct ofs_rect rect)
{
    return ofs_rect_cut(rect, (struct ofs_rect){ 0, 0, (int)surface->raster->width, (int)surface->raster->height });
}

/* Whether what is drawn there is for frames: in a picture, and not the root's. */
static bool counts(const struct ofs_surface *surface)
{
    return surface->top && surface->top->parent && surface->raster;
}

void ofs_present_touch(struct ofs_client *c, const struct ofs_surface *surface, struct ofs_rect rect)
{
    if (!counts(surface))
        return;
    struct ofs_picture *picture = surface->top->picture;
    rect = within(surface, rect);
    /* In lockstep the clock would stop for a frame that is none. */
    if (ofs_rect_empty(rect) || (ofs_calls_virtual() && has_gl(surface->top)))
        return;
    picture->put_at_ms = ofs_server_now(surface->top->server);
    if (ofs_rect_empty(picture->fresh)) {
        picture->fresh = rect;
        picture->begun_at_ms = picture->put_at_ms;
        surface->top->server->fresh_pictures++;
    } else {
        picture->fresh = ofs_rect_join(picture->fresh, rect);
    }
    picture->by = c;
}

void ofs_present_put(struct ofs_client *c, const struct ofs_surface *surface, struct ofs_rect rect)
{
    /* All that was put since the last frame is about to be painted over: it was a frame, of a client that asks for no
     * answer between two of them. */
    if (counts(surface) && !ofs_rect_empty(surface->top->picture->fresh) &&
        contains(within(surface, rect), surface->top->picture->fresh))
        ofs_present_window(surface->top);
    ofs_present_touch(c, surface, rect);
}

/* Rectangles are the paint of buttons and markers too: only one that clears a whole window begins a frame. */
void ofs_present_clear(const struct ofs_surface *surface, struct ofs_rect rect)
{
    if (counts(surface) && !ofs_rect_empty(surface->top->picture->fresh) &&
        contains(rect, surface->top->picture->fresh) && contains(rect, ofs_region_extents(surface->clip)))
        ofs_present_window(surface->top);
}

void ofs_present_client(struct ofs_client *c)
{
    for (struct ofs_window *w = c->server->root->top; w && c->server->fresh_pictures; w = w->below)
        if (w->picture && w->picture->by == c)
            ofs_present_window(w);
}

void ofs_present_client_gone(struct ofs_client *c) { ofs_present_client(c); }

void ofs_present_window_gone(struct ofs_window *w)
{
    void (*fn)(uint32_t) = atomic_load(&gone);
    /* Of every window: the GL side, which may have drawn in it, looks at its windows now and then only. */
    if (fn)
        fn(w->res.id);
}

/* ---- clients that ask for no answer ---- */

/* Milliseconds until this has been there for long enough; -1: nothing is. */
static int left_ms(const struct ofs_picture *picture, uint32_t now)
{
    if (!picture || ofs_rect_empty(picture->fresh))
        return -1;
    int32_t idle = (int32_t)(picture->put_at_ms + IDLE_MS - now), busy = (int32_t)(picture->begun_at_ms + BUSY_MS - now);
    int32_t left = idle < busy ? idle : busy;
    return left > 0 ? left : 0;
}

/* The client is in the middle of a request. */
static bool goes_on(const struct ofs_picture *picture) { return picture && picture->by && picture->by->in_len; }

int ofs_present_timeout_ms(struct ofs_server *s)
{
    int least = -1;
    uint32_t now = s->fresh_pictures ? ofs_server_now(s) : 0;
    for (const struct ofs_window *w = s->root->top; w && s->fresh_pictures; w = w->below) {
        int left = goes_on(w->picture) ? -1 : left_ms(w->picture, now);
        if (left >= 0 && (least < 0 || left < least))
            least = left;
    }
    return least;
}

void ofs_present_run_timers(struct ofs_server *s)
{
    uint32_t now = s->fresh_pictures ? ofs_server_now(s) : 0;
    for (struct ofs_window *w = s->root->top; w && s->fresh_pictures; w = w->below) {
        if (goes_on(w->picture) || left_ms(w->picture, now) != 0)
            continue;
        ofs_calls_rest(s, w->picture->begun_at_ms);
        ofs_present_window(w);
        ofs_calls_go_on();
    }
}

void ofs_present_before_request(struct ofs_server *s)
{
    uint32_t now = ofs_server_now(s);
    if (now == s->presented_at_ms) /* time stands still while a client draws */
        return;
    s->presented_at_ms = now;
    for (struct ofs_window *w = s->root->top; w && s->fresh_pictures; w = w->below)
        if (left_ms(w->picture, now) == 0)
            ofs_present_window(w);
}
