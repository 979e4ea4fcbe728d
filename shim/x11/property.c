/* Properties of windows. */
#include <stdlib.h>

#include "x11/private.h"

static struct ofs_property *find(const struct ofs_window *w, uint32_t name)
{
    struct ofs_property *p = w->properties;
    while (p && p->name != name)
        p = p->next;
    return p;
}

const struct ofs_property *ofs_property_get(const struct ofs_window *w, uint32_t name) { return find(w, name); }

static void notify(struct ofs_server *s, struct ofs_window *w, uint32_t name, uint8_t state)
{
    xEvent ev = { .u.u.type = PropertyNotify };
    ev.u.property.window = w->res.id;
    ev.u.property.atom = name;
    ev.u.property.time = ofs_server_now(s);
    ev.u.property.state = state;
    ofs_event_to_window(s, w, &ev, PropertyChangeMask);
}

static void remove_property(struct ofs_server *s, struct ofs_window *w, struct ofs_property *gone)
{
    struct ofs_property **link = &w->properties;
    while (*link != gone)
        link = &(*link)->next;
    *link = gone->next;
    uint32_t name = gone->name;
    free(gone->data);
    free(gone);
    notify(s, w, name, PropertyDelete);
}

/* Other clients' selections end before this, as in Xvfb: only the creator hears of it. */
void ofs_properties_delete(struct ofs_server *s, struct ofs_window *w)
{
    struct ofs_client *creator = w->res.client;
    if (creator && ofs_mask_of(w, creator) & PropertyChangeMask) {
        for (const struct ofs_property *p = w->properties; p; p = p->next) {
            xEvent ev = { .u.u.type = PropertyNotify };
            ev.u.property.window = w->res.id;
            ev.u.property.atom = p->name;
            ev.u.property.time = ofs_server_now(s);
            ev.u.property.state = PropertyDelete;
            ofs_event_to_client(creator, &ev);
        }
    }
    ofs_properties_free(w);
}

void ofs_properties_free(struct ofs_window *w)
{
    for (struct ofs_property *p = w->properties, *next; p; p = next) {
        next = p->next;
        free(p->data);
        free(p);
    }
    w->properties = NULL;
}

/* New items into data (native order), converted from the client's. */
static void convert(uint8_t *to, const uint8_t *from, uint32_t items, uint8_t format, bool swap)
{
    if (format == 8 || !swap) {
        memcpy(to, from, (size_t)items * (format / 8));
        return;
    }
    for (uint32_t i = 0; i < items; i++) {
        if (format == 16)
            ofs_put16(to + 2 * (size_t)i, ofs_get16(from + 2 * (size_t)i, true), false);
        else
            ofs_put32(to + 4 * (size_t)i, ofs_get32(from + 4 * (size_t)i, true), false);
    }
}

static int change(struct ofs_server *s, struct ofs_window *w, uint8_t mode, uint32_t name, uint32_t type,
                  uint8_t format, const uint8_t *data, uint32_t items, bool swap)
{
    struct ofs_property *p = find(w, name);
    size_t add = (size_t)items * (format / 8);
    if (p && mode != PropModeReplace && (p->format != format || p->type != type))
        return BadMatch;
    size_t keep = p && mode != PropModeReplace ? p->size_bytes : 0;
    if (keep + add > OFS_MAX_PROPERTY_BYTES)
        return BadAlloc;
    uint8_t *bytes = malloc(keep + add ? keep + add : 1);
    if (!bytes)
        return BadAlloc;
    size_t old_at = mode == PropModePrepend ? add : 0, new_at = mode == PropModeAppend ? keep : 0;
    if (keep)
        memcpy(bytes + old_at, p->data, keep);
    if (add)
        convert(bytes + new_at, data, items, format, swap);
    if (!p) {
        p = calloc(1, sizeof(*p));
        if (!p) {
            free(bytes);
            return BadAlloc;
        }
        p->name = name;
        p->next = w->properties; /* newest first, which is how ListProperties of other servers shows them */
        w->properties = p;
    }
    free(p->data);
    p->data = bytes;
    p->size_bytes = (uint32_t)(keep + add);
    p->type = type;
    p->format = format;
    notify(s, w, name, PropertyNewValue);
    return 0;
}

int ofs_property_set(struct ofs_server *s, struct ofs_window *w, uint32_t name, uint32_t type, uint8_t format,
                     const void *data, uint32_t items)
{
    return change(s, w, PropModeReplace, name, type, format, data, items, false);
}

int ofs_core_ChangeProperty(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), name = ofs_req32(r), type = ofs_req32(r);
    uint8_t format = ofs_req8(r), mode = r->minor;
    ofs_req_skip(r, 3);
    uint32_t items = ofs_req32(r);
    if (mode > PropModeAppend)
        return ofs_bad(c, BadValue, mode);
    if (format != 8 && format != 16 && format != 32)
        return ofs_bad(c, BadValue, format);
    if (items > OFS_MAX_REQUEST_WORDS * 4u)
        return BadLength;
    const uint8_t *data = ofs_req_bytes(r, items * (format / 8u));
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_window *w;
    int error = ofs_find_window(c, id, &w);
    if (error)
        return error;
    if (!ofs_atom_valid(c->server, name))
        return ofs_bad(c, BadAtom, name);
    if (!ofs_atom_valid(c->server, type))
        return ofs_bad(c, BadAtom, type);
    return change(c->server, w, mode, name, type, format, data, items, c->swap);
}

int ofs_core_DeleteProperty(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), name = ofs_req32(r);
    struct ofs_window *w;
    int error = ofs_find_window(c, id, &w);
    if (error)
        return error;
    if (!ofs_atom_valid(c->server, name))
        return ofs_bad(c, BadAtom, name);
    struct ofs_property *p = find(w, name);
    if (p)
        remove_property(c->server, w, p);
    return 0;
}

static void reply_property(struct ofs_client *c, const struct ofs_property *p, uint32_t from, uint32_t length,
                           uint32_t after)
{
    ofs_reply_begin(c, p ? p->format : 0);
    ofs_out32(c, p ? p->type : None);
    ofs_out32(c, after);
    ofs_out32(c, p ? length / (p->format / 8u) : 0);
    ofs_out_zero(c, 12);
    if (length && (p->format == 8 || !c->swap)) {
        ofs_out_bytes(c, p->data + from, length);
    } else {
        for (uint32_t i = 0; i < length; i += p->format / 8u) {
            if (p->format == 16)
                ofs_out16(c, ofs_get16(p->data + from + i, false));
            else
                ofs_out32(c, ofs_get32(p->data + from + i, false));
        }
    }
    ofs_reply_end(c);
}

int ofs_core_GetProperty(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), name = ofs_req32(r), type = ofs_req32(r);
    uint32_t long_offset = ofs_req32(r), long_length = ofs_req32(r);
    bool delete = r->minor;
    struct ofs_window *w;
    int error = ofs_find_window(c, id, &w);
    if (error)
        return error;
    if (!ofs_atom_valid(c->server, name))
        return ofs_bad(c, BadAtom, name);
    if (r->minor > 1)
        return ofs_bad(c, BadValue, r->minor);
    if (type != AnyPropertyType && !ofs_atom_valid(c->server, type))
        return ofs_bad(c, BadAtom, type);
    struct ofs_property *p = find(w, name);
    if (!p) {
        reply_property(c, NULL, 0, 0, 0);
        return 0;
    }
    if (type != AnyPropertyType && type != p->type) {
        ofs_reply_begin(c, p->format);
        ofs_out32(c, p->type);
        ofs_out32(c, p->size_bytes);
        ofs_out32(c, 0);
        ofs_reply_end(c);
        return 0;
    }
    uint64_t from = 4ull * long_offset;
    if (from > p->size_bytes)
        return ofs_bad(c, BadValue, long_offset);
    uint64_t left = p->size_bytes - from, want = 4ull * long_length;
    uint32_t length = (uint32_t)(left < want ? left : want), after = (uint32_t)(left - length);
    reply_property(c, p, (uint32_t)from, length, after);
    if (delete && after == 0)
        remove_property(c->server, w, p);
    return 0;
}

int ofs_core_ListProperties(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    uint16_t count = 0;
    for (struct ofs_property *p = w->properties; p; p = p->next)
        count++;
    ofs_reply_begin(c, 0);
    ofs_out16(c, count);
    ofs_out_zero(c, 22);
    for (struct ofs_property *p = w->properties; p; p = p->next)
        ofs_out32(c, p->name);
    ofs_reply_end(c);
    return 0;
}

static int check_rotation(struct ofs_client *c, struct ofs_window *w, const uint8_t *names, uint16_t count)
{
    for (unsigned i = 0; i < count; i++) {
        uint32_t name = ofs_get32(names + 4 * i, c->swap);
        if (!ofs_atom_valid(c->server, name))
            return ofs_bad(c, BadAtom, name);
        for (unsigned k = 0; k < i; k++)
            if (ofs_get32(names + 4 * k, c->swap) == name)
                return BadMatch;
        if (!find(w, name))
            return BadMatch;
    }
    return 0;
}

int ofs_core_RotateProperties(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    uint16_t count = ofs_req16(r);
    int delta = ofs_req_i16(r);
    const uint8_t *names = ofs_req_bytes(r, 4u * count);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_window *w;
    int error = ofs_find_window(c, id, &w);
    if (!error)
        error = check_rotation(c, w, names, count);
    if (error || !count)
        return error;
    delta = ((delta % count) + count) % count;
    if (!delta)
        return 0;
    struct ofs_property **list = calloc(count, sizeof(*list));
    if (!list)
        return BadAlloc;
    for (unsigned i = 0; i < count; i++)
        list[i] = find(w, ofs_get32(names + 4 * i, c->swap));
    for (unsigned i = 0; i < count; i++)
        list[i]->name = ofs_get32(names + 4 * ((i + (unsigned)delta) % count), c->swap);
    for (unsigned i = 0; i < count; i++)
        notify(c->server, w, ofs_get32(names + 4 * i, c->swap), PropertyNewValue);
    free(list);
    return 0;
}
