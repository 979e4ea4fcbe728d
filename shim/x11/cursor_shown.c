/* Which cursor is shown: a grab's, or that of the pointer's window or the nearest ancestor that has one. */
#include <stdlib.h>

#include "x11/cursor.h"
#include "x11/input_private.h"

enum { CURSOR_NOTIFY = 88, NOTIFY_DISPLAY = 0 }; /* XFIXES' second event, its only kind */

/* ---- animations ---- */

/* How long the animated cursor is shown by now; one that repeats begins anew. */
static uint64_t time_in(const struct ofs_cursors *k, uint32_t now)
{
    const struct ofs_cursor *shown = k->shown;
    const uint64_t period = shown->frames[shown->frame_count - 1].end_ms, time = now - k->shown_ms;
    return time % period; /* UINT64_MAX where the last frame stays */
}

static const struct ofs_cursor_frame *frame_at(const struct ofs_cursor *cursor, uint64_t time)
{
    uint32_t low = 0, high = cursor->frame_count - 1; /* the frame is in [low, high] */
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (cursor->frames[middle].end_ms > time)
            high = middle;
        else
            low = middle + 1;
    }
    return &cursor->frames[low];
}

struct ofs_cursor *ofs_cursor_shown(struct ofs_server *s) { return s->cursors->shown; }

const struct ofs_cursor *ofs_cursor_seen(struct ofs_server *s)
{
    const struct ofs_cursors *k = s->cursors;
    return k->shown->frames ? frame_at(k->shown, time_in(k, ofs_server_now(s)))->cursor : k->shown;
}

bool ofs_cursor_next_due(struct ofs_server *s, uint32_t *due_ms_out)
{
    const struct ofs_cursors *k = s->cursors;
    if (!k || !k->selections || k->shown->frame_count < 2)
        return false;
    const uint32_t now = ofs_server_now(s);
    const uint64_t time = time_in(k, now);
    const struct ofs_cursor_frame *frame = frame_at(k->shown, time);
    *due_ms_out = now;
    if (frame->cursor != k->told)
        return true;
    if (frame->end_ms == UINT64_MAX)
        return false;
    const uint64_t left = frame->end_ms - time;
    *due_ms_out = now + (uint32_t)(left < INT32_MAX ? left : INT32_MAX);
    return true;
}

/* ---- notices ---- */

static void tell(struct ofs_server *s)
{
    struct ofs_cursors *k = s->cursors;
    const struct ofs_cursor *seen = k->told = ofs_cursor_seen(s);
    for (const struct ofs_cursor_select *e = k->selections; e; e = e->next) {
        const uint32_t words[8] = { 0, e->window->res.id, seen->serial, ofs_server_now(s), k->shown->name, 0, 0, 0 };
        xEvent ev;
        memcpy(&ev, words, 32);
        ev.u.u.type = CURSOR_NOTIFY;
        ev.u.u.detail = NOTIFY_DISPLAY;
        ofs_event_to_client(e->client, &ev);
    }
}

void ofs_cursor_run_timer(struct ofs_server *s)
{
    uint32_t due;
    if (ofs_cursor_next_due(s, &due) && ofs_cursor_seen(s) != s->cursors->told)
        tell(s);
}

int ofs_cursor_select(struct ofs_client *c, struct ofs_window *w, bool wanted)
{
    struct ofs_cursor_select **link = &c->server->cursors->selections;
    while (*link && ((*link)->client != c || (*link)->window != w))
        link = &(*link)->next;
    struct ofs_cursor_select *e = *link;
    if (e && !wanted) {
        *link = e->next;
        free(e);
    } else if (!e && wanted) {
        e = calloc(1, sizeof(*e));
        if (!e)
            return BadAlloc;
        if (!c->server->cursors->selections) /* nobody was told of the frames before */
            c->server->cursors->told = ofs_cursor_seen(c->server);
        *e = (struct ofs_cursor_select){ .client = c, .window = w };
        *link = e;
    }
    return 0;
}

void ofs_cursor_forget(struct ofs_server *s, const struct ofs_window *w, const struct ofs_client *c)
{
    for (struct ofs_cursor_select **link = &s->cursors->selections; *link;) {
        struct ofs_cursor_select *e = *link;
        if ((w && e->window != w) || (c && e->client != c)) {
            link = &e->next;
        } else {
            *link = e->next;
            free(e);
        }
    }
}

/* ---- which one ---- */

static struct ofs_cursor *wanted(struct ofs_server *s)
{
    const struct ofs_grab *grab = ofs_device_get(s, OFS_DEV_POINTER)->grab;
    const struct ofs_window *w = s->input->window;
    if (grab && grab->cursor)
        return grab->cursor;
    if (grab && !ofs_window_is_ancestor(grab->window, w))
        w = grab->window;
    for (; w; w = w->parent) {
        if (w->pointer_cursor)
            return w->pointer_cursor;
        if (w->cursor)
            return w->cursor;
    }
    return s->cursors->root;
}

void ofs_cursor_update(struct ofs_server *s)
{
    if (!s->cursors || !s->input || s->input->playing) /* once more when all is played */
        return;
    struct ofs_cursors *k = s->cursors;
    struct ofs_cursor *now = wanted(s);
    if (now == k->shown)
        return;
    ofs_cursor_set(&k->shown, now);
    if (now->frames)
        k->shown_ms = ofs_server_now(s);
    if (k->selections)
        tell(s);
}

/* ---- one for another ---- */

struct replacement {
    struct ofs_cursor *to;
    const struct ofs_cursor *old;
    uint32_t name;
};

static void replace_in(struct ofs_cursor **slot, const struct replacement *r)
{
    const struct ofs_cursor *here = *slot;
    if (here && here != r->to && (r->old ? here == r->old : here->name == r->name))
        ofs_cursor_set(slot, r->to);
}

static void replace_in_resource(struct ofs_server *s, struct ofs_res *res, void *replacement)
{
    if (res->type == OFS_RES_WINDOW) {
        struct ofs_window *w = (struct ofs_window *)res;
        replace_in(&w->cursor, replacement);
        replace_in(&w->pointer_cursor, replacement);
    } else if (res->type == OFS_RES_CURSOR) {
        replace_in(ofs_cursor_of_id(res), replacement);
    }
}

void ofs_cursor_replace(struct ofs_server *s, struct ofs_cursor *to, const struct ofs_cursor *old, uint32_t name)
{
    struct replacement r = { ofs_cursor_ref(to), old, name };
    ofs_res_each(s, replace_in_resource, &r);
    for (struct ofs_grab *g = s->input->passive; g; g = g->next)
        replace_in(&g->cursor, &r);
    for (unsigned i = OFS_DEV_POINTER; i < OFS_DEV_COUNT; i++)
        if (ofs_device_get(s, i)->grab)
            replace_in(&ofs_device_get(s, i)->grab->cursor, &r);
    ofs_cursor_release(to);
    ofs_cursor_update(s);
}
