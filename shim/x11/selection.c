/* Selections: owners, and requests passed on to them. */
#include <stdlib.h>

#include "x11/private.h"

struct selection {
    struct selection *next;
    uint32_t name, time;
    struct ofs_window *owner;
    struct ofs_client *client;
};
struct ofs_selections { struct selection *list; };

int ofs_selections_init(struct ofs_server *s)
{
    s->selections = calloc(1, sizeof(*s->selections));
    return s->selections ? 0 : BadAlloc;
}

void ofs_selections_finish(struct ofs_server *s)
{
    if (!s->selections)
        return;
    for (struct selection *sel = s->selections->list, *next; sel; sel = next) {
        next = sel->next;
        free(sel);
    }
    free(s->selections);
    s->selections = NULL;
}

static struct selection *find(struct ofs_server *s, uint32_t name)
{
    struct selection *sel = s->selections->list;
    while (sel && sel->name != name)
        sel = sel->next;
    return sel;
}

static void changed(struct ofs_server *s, const struct selection *sel, int subtype)
{
    if (s->selection_changed)
        s->selection_changed(s, sel->name, sel->owner ? sel->owner->res.id : None, sel->time, subtype);
}

static void disown(struct ofs_server *s, struct selection *sel, int subtype)
{
    sel->owner = NULL;
    sel->client = NULL;
    changed(s, sel, subtype);
}

void ofs_selections_client_gone(struct ofs_client *c)
{
    for (struct selection *sel = c->server->selections->list; sel; sel = sel->next)
        if (sel->client == c)
            disown(c->server, sel, 2);
}

void ofs_selections_window_gone(struct ofs_server *s, struct ofs_window *w)
{
    for (struct selection *sel = s->selections->list; sel; sel = sel->next)
        if (sel->owner == w)
            disown(s, sel, 1);
}

/* Times wrap: a is later than b if it is less than half the range ahead. */
static bool later(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }

int ofs_core_SetSelectionOwner(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t owner = ofs_req32(r), name = ofs_req32(r), time = ofs_req32(r), now = ofs_server_now(c->server);
    if (time == CurrentTime)
        time = now;
    else if (later(time, now))
        return 0;
    struct ofs_window *w = NULL;
    int error = owner ? ofs_find_window(c, owner, &w) : 0;
    if (error)
        return error;
    if (!ofs_atom_valid(c->server, name))
        return ofs_bad(c, BadAtom, name);
    struct selection *sel = find(c->server, name);
    if (!sel) {
        sel = calloc(1, sizeof(*sel));
        if (!sel)
            return BadAlloc;
        sel->name = name;
        sel->next = c->server->selections->list;
        c->server->selections->list = sel;
    } else {
        if (later(sel->time, time))
            return 0;
        if (sel->client && (!w || sel->client != c)) {
            xEvent ev = { .u.u.type = SelectionClear };
            ev.u.selectionClear.time = time;
            ev.u.selectionClear.window = sel->owner->res.id;
            ev.u.selectionClear.atom = name;
            ofs_event_to_client(sel->client, &ev);
        }
    }
    sel->time = time;
    sel->owner = w;
    sel->client = w ? c : NULL;
    changed(c->server, sel, 0);
    return 0;
}

int ofs_core_GetSelectionOwner(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t name = ofs_req32(r);
    if (!ofs_atom_valid(c->server, name))
        return ofs_bad(c, BadAtom, name);
    struct selection *sel = find(c->server, name);
    ofs_reply_begin(c, 0);
    ofs_out32(c, sel && sel->owner ? sel->owner->res.id : None);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_ConvertSelection(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t requestor = ofs_req32(r), name = ofs_req32(r), target = ofs_req32(r), property = ofs_req32(r);
    uint32_t time = ofs_req32(r);
    struct ofs_window *w;
    int error = ofs_find_window(c, requestor, &w);
    if (error)
        return error;
    uint32_t atoms[3] = { name, target, property };
    for (unsigned i = 0; i < 3; i++)
        if (!(i == 2 && property == None) && !ofs_atom_valid(c->server, atoms[i]))
            return ofs_bad(c, BadAtom, atoms[i]);
    struct selection *sel = find(c->server, name);
    xEvent ev = { 0 };
    if (sel && sel->owner) {
        ev.u.u.type = SelectionRequest;
        ev.u.selectionRequest.time = time;
        ev.u.selectionRequest.owner = sel->owner->res.id;
        ev.u.selectionRequest.requestor = requestor;
        ev.u.selectionRequest.selection = name;
        ev.u.selectionRequest.target = target;
        ev.u.selectionRequest.property = property;
        ofs_event_to_client(sel->client, &ev);
        return 0;
    }
    ev.u.u.type = SelectionNotify;
    ev.u.selectionNotify.time = time;
    ev.u.selectionNotify.requestor = requestor;
    ev.u.selectionNotify.selection = name;
    ev.u.selectionNotify.target = target;
    ev.u.selectionNotify.property = None;
    ofs_event_to_client(c, &ev);
    return 0;
}
