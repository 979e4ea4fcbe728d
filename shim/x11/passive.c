/* Passive grabs: GrabButton, GrabKey and XIPassiveGrabDevice.
 * All windows' grabs are in one list, newest first; there are few, and a press looks only if there are any. */
#include <stdlib.h>

#include <X11/extensions/XI2.h>

#include "x11/cursor.h"
#include "x11/input_private.h"

#define PAIRS 65536u /* detail << 8 | modifiers */

/* ---- what a grab covers ---- */

static bool excepted(const struct ofs_grab *g, unsigned detail, uint32_t modifiers)
{
    unsigned pair = detail << 8 | (modifiers & 255);
    return g->except && modifiers < 256 && (g->except[pair >> 3] >> (pair & 7) & 1);
}

static bool covers(const struct ofs_grab *g, unsigned detail, uint32_t modifiers)
{
    return (!g->detail || g->detail == detail) && (g->modifiers == OFS_ANY_MODIFIER || g->modifiers == modifiers) &&
           !excepted(g, detail, modifiers);
}

static bool same_device(const struct ofs_grab *a, const struct ofs_grab *b)
{
    if (a->level == OFS_LEVEL_CORE || a->device == b->device || a->device == OFS_DEV_ALL || b->device == OFS_DEV_ALL)
        return true;
    /* All masters against a master. */
    uint8_t other = a->device == OFS_DEV_ALL_MASTER ? b->device : b->device == OFS_DEV_ALL_MASTER ? a->device : 0;
    return other == OFS_DEV_POINTER || other == OFS_DEV_KEYBOARD;
}

/* The two would both be set off by some event. */
static bool overlap(const struct ofs_grab *a, const struct ofs_grab *b)
{
    if (a->window != b->window || a->level != b->level || a->type != b->type || !same_device(a, b))
        return false;
    if (a->detail && b->detail && a->detail != b->detail)
        return false;
    if (a->modifiers != OFS_ANY_MODIFIER && b->modifiers != OFS_ANY_MODIFIER && a->modifiers != b->modifiers)
        return false;
    if (!a->except && !b->except)
        return true;
    for (unsigned pair = 0; pair < PAIRS; pair++)
        if (covers(a, pair >> 8, pair & 255) && covers(b, pair >> 8, pair & 255))
            return true;
    return false;
}

void ofs_passive_free(struct ofs_grab *grab)
{
    if (!grab)
        return;
    ofs_cursor_release(grab->cursor);
    free(grab->except);
    free(grab);
}

static void unlink_grab(struct ofs_grab **link)
{
    struct ofs_grab *gone = *link;
    *link = gone->next;
    ofs_passive_free(gone);
}

int ofs_passive_add(struct ofs_client *c, const struct ofs_grab *grab)
{
    struct ofs_input *in = c->server->input;
    for (struct ofs_grab *g = in->passive; g; g = g->next)
        if (g->client != c && overlap(g, grab))
            return BadAccess;
    struct ofs_grab *added = malloc(sizeof(*added));
    if (!added)
        return BadAlloc;
    /* One that is the same in all but what it does is replaced. */
    for (struct ofs_grab **link = &in->passive; *link; link = &(*link)->next) {
        const struct ofs_grab *g = *link;
        if (g->client == c && g->window == grab->window && g->level == grab->level && g->type == grab->type &&
            g->device == grab->device && g->detail == grab->detail && g->modifiers == grab->modifiers) {
            unlink_grab(link);
            break;
        }
    }
    *added = *grab;
    added->except = NULL;
    ofs_cursor_ref(added->cursor);
    added->next = in->passive;
    in->passive = added;
    return 0;
}

int ofs_passive_remove(struct ofs_client *c, const struct ofs_grab *like)
{
    struct ofs_input *in = c->server->input;
    for (struct ofs_grab **link = &in->passive; *link;) {
        struct ofs_grab *g = *link;
        if (g->client != c || !overlap(g, like)) {
            link = &g->next;
            continue;
        }
        if ((!like->detail || like->detail == g->detail) &&
            (like->modifiers == OFS_ANY_MODIFIER || like->modifiers == g->modifiers)) {
            unlink_grab(link);
            continue;
        }
        if (!g->except && !(g->except = calloc(1, PAIRS / 8)))
            return BadAlloc;
        for (unsigned pair = 0; pair < PAIRS; pair++)
            if (covers(like, pair >> 8, pair & 255))
                g->except[pair >> 3] |= (uint8_t)(1u << (pair & 7));
        link = &g->next;
    }
    return 0;
}

void ofs_passive_forget(struct ofs_server *s, const struct ofs_window *w, const struct ofs_client *c)
{
    for (struct ofs_grab **link = &s->input->passive; *link;) {
        struct ofs_grab *g = *link;
        if (w && g->confine_to == w)
            g->confine_to = NULL;
        if ((w && g->window == w) || (c && g->client == c))
            unlink_grab(link);
        else
            link = &g->next;
    }
}

/* ---- setting off ---- */

static bool matches(struct ofs_server *s, const struct ofs_grab *g, const struct ofs_device *d, const struct ofs_event *event,
                    const struct ofs_window *w)
{
    if (g->window != w || g->type != event->type)
        return false;
    if (g->level == OFS_LEVEL_CORE ? !d->master
                                   : g->device != OFS_DEV_ALL && g->device != d->id &&
                                         !(g->device == OFS_DEV_ALL_MASTER && d->master))
        return false;
    /* The modifiers of an Enter grab are those of the device itself, and a pointer has none. */
    uint32_t modifiers = event->type == XI_Enter ? 0 : ofs_xkb_core_state(s) & 255;
    return covers(g, event->detail, modifiers) && (!g->confine_to || g->confine_to->viewable);
}

/* The grab begins, and its client gets the event. */
static void set_off(struct ofs_server *s, struct ofs_device *d, const struct ofs_grab *g, struct ofs_event *event, bool deliver)
{
    if (g->level == OFS_LEVEL_CORE)
        event->core_state = (uint16_t)((event->core_state & 0x1f00) | (ofs_xkb_core_state(s) & 255));
    struct ofs_client *c = g->client;
    struct ofs_window *w = g->window;
    bool core = g->level == OFS_LEVEL_CORE;
    ofs_grab_activate(s, d, g, event->time, true, false);
    if (d->sync_state == OFS_SYNC_FROZEN_NO_EVENT)
        d->sync_state = OFS_SYNC_FROZEN_WITH_EVENT;
    d->sync_event = *event;
    if (!deliver)
        return;
    uint32_t child = ofs_deliver_child(s, w);
    if (!core) {
        ofs_xi2_send(c, d, w, child, event);
        return;
    }
    xEvent e;
    ofs_deliver_fill(s, &e, event, w, child);
    ofs_event_to_client(c, &e);
}

static bool check_window(struct ofs_server *s, struct ofs_device *d, struct ofs_event *event, struct ofs_window *w, bool deliver)
{
    for (struct ofs_grab *g = s->input->passive; g; g = g->next) {
        if (matches(s, g, d, event, w)) {
            set_off(s, d, g, event, deliver);
            return true;
        }
    }
    return false;
}

bool ofs_passive_check_window(struct ofs_server *s, struct ofs_device *d, struct ofs_event *event, struct ofs_window *w)
{
    return check_window(s, d, event, w, false); /* the enter or focus event itself is sent by others */
}

/* The windows a key event is looked up on: from the root to the focus window, then on to the pointer's if that is inside
 * the focus. A button event, and a key while the focus is PointerRoot: from the root to the pointer's window. */
bool ofs_passive_check(struct ofs_server *s, struct ofs_device *d, struct ofs_event *event, struct ofs_window *below)
{
    struct ofs_input *in = s->input;
    if ((event->type != KeyPress && event->type != ButtonPress) || (event->type == ButtonPress && d->buttons_down != 1) ||
        d->grab || !in->passive)
        return false;
    struct ofs_window *focus = event->type == KeyPress ? ofs_focus_resolve(s, d) : &ofs_focus_pointer_root;
    if (focus == &ofs_focus_none)
        return false;
    struct ofs_window *end = in->window;
    if (focus != &ofs_focus_pointer_root && focus != end && !ofs_window_is_ancestor(focus, end))
        end = focus;
    struct ofs_path path;
    ofs_path_init(&path, NULL, end);
    unsigned i = 0;
    if (below) {
        while (i < path.count && path.windows[i] != below)
            i++;
        i++; /* below not on the path: nothing to look at */
    }
    bool found = false;
    for (; i < path.count && !found; i++)
        found = check_window(s, d, event, path.windows[i], true);
    ofs_path_finish(&path);
    if (found && event->type == KeyPress)
        d->activating_key = event->raw_detail;
    return found;
}
