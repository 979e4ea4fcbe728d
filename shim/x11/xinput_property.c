/* Properties of devices. Those the server itself gives (that a device is enabled, how its coordinates are transformed)
 * cannot be changed to what it would not do; others are kept as clients set them. */
#include <stdlib.h>

#include <X11/Xatom.h>
#include <X11/extensions/XI2.h>
#include <X11/extensions/XI2proto.h>
#include <X11/extensions/XIproto.h>

#include "x11/xinput.h"

#define MAX_BYTES (1u << 20)

struct property {
    struct property *next;
    uint32_t name, type;
    uint8_t format;
    bool fixed;                    /* the server's: may be set only to what it is, never deleted */
    uint32_t size_bytes;
    uint8_t *data;                 /* native byte order */
};

static struct property *find(struct ofs_device *d, uint32_t name)
{
    struct property *p = d->properties;
    while (p && p->name != name)
        p = p->next;
    return p;
}

static struct property *add(struct ofs_device *d, uint32_t name)
{
    struct property *p = calloc(1, sizeof(*p));
    if (!p)
        return NULL;
    p->name = name;
    p->next = d->properties;
    d->properties = p;
    return p;
}

static void remove_property(struct ofs_device *d, uint32_t name)
{
    for (struct property **link = (struct property **)&d->properties; *link; link = &(*link)->next) {
        struct property *p = *link;
        if (p->name != name)
            continue;
        *link = p->next;
        free(p->data);
        free(p);
        return;
    }
}

void ofs_device_properties_finish(struct ofs_device *d)
{
    while (d->properties)
        remove_property(d, ((struct property *)d->properties)->name);
}

/* ---- the server's own, made when they are first asked for ---- */

static void make_fixed(struct ofs_server *s, struct ofs_device *d, const char *name, uint32_t type, uint8_t format,
                       const void *data, uint32_t bytes)
{
    uint32_t atom = ofs_atom(s, name, strlen(name), false);
    struct property *p = atom ? add(d, atom) : NULL;
    if (!p)
        return;
    p->data = malloc(bytes);
    if (p->data)
        memcpy(p->data, data, bytes);
    p->size_bytes = p->data ? bytes : 0;
    p->type = type;
    p->format = format;
    p->fixed = true;
}

static void ensure_fixed(struct ofs_server *s, struct ofs_device *d)
{
    if (d->properties)
        return;
    static const float identity[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
    static const uint8_t yes = 1;
    make_fixed(s, d, "Device Enabled", XA_INTEGER, 8, &yes, 1);
    make_fixed(s, d, "Coordinate Transformation Matrix", ofs_atom(s, "FLOAT", 5, false), 32, identity, sizeof(identity));
    if (d->id == OFS_DEV_XTEST_POINTER || d->id == OFS_DEV_XTEST_KEYBOARD)
        make_fixed(s, d, "XTEST Device", XA_INTEGER, 8, &yes, 1);
}

static int find_device(struct ofs_client *c, uint32_t id, struct ofs_device **out)
{
    int error = ofs_device_find(c, id, out);
    if (!error)
        ensure_fixed(c->server, *out);
    return error;
}

/* ---- events ---- */

static void notify_window(struct ofs_server *s, const struct ofs_device *d, uint32_t name, uint8_t what, struct ofs_window *w)
{
    for (struct ofs_xi2_select *sel = w->xi2; sel; sel = sel->next) {
        struct ofs_client *c = sel->client;
        if (!ofs_xi2_mask_has(sel->mask, d, XI_PropertyEvent) || !c->ready || c->closing)
            continue;
        ofs_generic_begin(c, OFS_XI_MAJOR, XI_PropertyEvent);
        ofs_out16(c, d->id);
        ofs_out32(c, ofs_server_now(s));
        ofs_out32(c, name);
        ofs_out8(c, what);
        ofs_out_zero(c, 11);
        ofs_generic_end(c);
    }
}

struct change { const struct ofs_device *device; uint32_t name; uint8_t what; };

static void notify_one(struct ofs_server *s, struct ofs_res *res, void *arg)
{
    const struct change *change = arg;
    if (res->type == OFS_RES_WINDOW && ((struct ofs_window *)res)->xi2)
        notify_window(s, change->device, change->name, change->what, (struct ofs_window *)res);
}

static void notify(struct ofs_server *s, const struct ofs_device *d, uint32_t name, uint8_t what)
{
    struct change change = { d, name, what };
    ofs_res_each(s, notify_one, &change);
}

/* ---- requests ---- */

static int list_properties(struct ofs_client *c, uint32_t id, uint8_t reply_type)
{
    struct ofs_device *d;
    int error = find_device(c, id, &d);
    if (error)
        return error;
    unsigned count = 0;
    ofs_reply_begin(c, reply_type);
    ofs_out16(c, 0);
    ofs_out_zero(c, 22);
    for (const struct property *p = d->properties; p; p = p->next, count++)
        ofs_out32(c, p->name);
    ofs_out_patch16(c, 8, (uint16_t)count);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi_list_properties(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req16(r);
    ofs_req_skip(r, 2);
    return ofs_req_end(r) ? list_properties(c, id, X_XIListProperties) : BadLength;
}

int ofs_xi1_list_properties(struct ofs_client *c, struct ofs_request *r)
{
    return list_properties(c, ofs_req8(r), X_ListDeviceProperties);
}

static void to_native(uint8_t *data, uint32_t bytes, uint8_t format, bool swap)
{
    for (uint32_t at = 0; swap && format > 8 && at + format / 8 <= bytes; at += format / 8) {
        if (format == 16)
            ofs_put16(data + at, ofs_get16(data + at, true), false);
        else
            ofs_put32(data + at, ofs_get32(data + at, true), false);
    }
}

static int store(struct ofs_client *c, struct ofs_device *d, uint32_t name, uint32_t type, uint8_t format, uint8_t mode,
                 const uint8_t *bytes, uint32_t n, bool swap)
{
    struct property *p = find(d, name);
    bool created = !p;
    if (p && mode != XIPropModeReplace && (p->format != format || p->type != type))
        return ofs_bad(c, BadMatch, 0);
    uint32_t old = p && mode != XIPropModeReplace ? p->size_bytes : 0;
    if (n > MAX_BYTES || old > MAX_BYTES - n)
        return BadAlloc;
    uint8_t *data = malloc(old + n ? old + n : 1);
    if (!data)
        return BadAlloc;
    uint8_t *fresh = data + (mode == XIPropModeAppend ? old : 0);
    if (old)
        memcpy(data + (mode == XIPropModeAppend ? 0 : n), p->data, old);
    if (n)
        memcpy(fresh, bytes, n);
    to_native(fresh, n, format, swap);
    if (p && p->fixed) {
        bool same = type == p->type && format == p->format && old + n == p->size_bytes && !memcmp(data, p->data, old + n);
        free(data);
        return same ? 0 : ofs_bad(c, BadAccess, 0);
    }
    if (!p && !(p = add(d, name))) {
        free(data);
        return BadAlloc;
    }
    free(p->data);
    p->data = data;
    p->size_bytes = old + n;
    p->type = type;
    p->format = format;
    notify(c->server, d, name, created ? XIPropertyCreated : XIPropertyModified);
    return 0;
}

struct assignment {
    uint32_t device, name, type, items;
    uint8_t mode, format;
};

static int change_property(struct ofs_client *c, struct ofs_request *r, const struct assignment *change)
{
    struct ofs_device *d;
    int error = find_device(c, change->device, &d);
    if (error)
        return error;
    if (change->mode > XIPropModeAppend)
        return ofs_bad(c, BadValue, change->mode);
    if (change->format != 8 && change->format != 16 && change->format != 32)
        return ofs_bad(c, BadValue, change->format);
    uint64_t n = (uint64_t)change->items * (change->format / 8);
    if (r->bad || ((n + 3) & ~(uint64_t)3) != ofs_req_left(r))
        return BadLength;
    if (!ofs_atom_name(c->server, change->name, NULL))
        return ofs_bad(c, BadAtom, change->name);
    if (!ofs_atom_name(c->server, change->type, NULL))
        return ofs_bad(c, BadAtom, change->type);
    return store(c, d, change->name, change->type, change->format, change->mode, ofs_req_bytes(r, (uint32_t)n), (uint32_t)n,
                 r->swap);
}

int ofs_xi_change_property(struct ofs_client *c, struct ofs_request *r)
{
    struct assignment change = { .device = ofs_req16(r) };
    change.mode = ofs_req8(r);
    change.format = ofs_req8(r);
    change.name = ofs_req32(r);
    change.type = ofs_req32(r);
    change.items = ofs_req32(r);
    return change_property(c, r, &change);
}

int ofs_xi1_change_property(struct ofs_client *c, struct ofs_request *r)
{
    struct assignment change = { .name = ofs_req32(r) };
    change.type = ofs_req32(r);
    change.device = ofs_req8(r);
    change.format = ofs_req8(r);
    change.mode = ofs_req8(r);
    ofs_req_skip(r, 1);
    change.items = ofs_req32(r);
    return change_property(c, r, &change);
}

static int delete_property(struct ofs_client *c, uint32_t id, uint32_t name)
{
    struct ofs_device *d;
    int error = find_device(c, id, &d);
    if (error)
        return error;
    if (!ofs_atom_name(c->server, name, NULL))
        return ofs_bad(c, BadAtom, name);
    const struct property *p = find(d, name);
    if (!p)
        return 0;
    if (p->fixed)
        return ofs_bad(c, BadAccess, name);
    remove_property(d, name);
    notify(c->server, d, name, XIPropertyDeleted);
    return 0;
}

int ofs_xi_delete_property(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t name = ofs_req32(r);
    return ofs_req_end(r) ? delete_property(c, id, name) : BadLength;
}

int ofs_xi1_delete_property(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t name = ofs_req32(r), id = ofs_req8(r);
    return delete_property(c, id, name);
}

struct get {
    uint8_t reply_type, remove;
    uint32_t device, name, type, offset, words;
};

static void reply_property(struct ofs_client *c, const struct get *get, uint32_t type, uint32_t after, uint32_t items,
                           uint8_t format)
{
    ofs_reply_begin(c, get->reply_type);
    ofs_out32(c, type);
    ofs_out32(c, after);
    ofs_out32(c, items);
    ofs_out8(c, format);
    ofs_out8(c, get->reply_type == X_GetDeviceProperty ? (uint8_t)get->device : 0);
    ofs_out_zero(c, 10);
}

static int get_property(struct ofs_client *c, const struct get *get)
{
    const uint32_t name = get->name, type = get->type, offset = get->offset, words = get->words;
    struct ofs_device *d;
    int error = find_device(c, get->device, &d);
    if (error)
        return error;
    if (!ofs_atom_name(c->server, name, NULL))
        return ofs_bad(c, BadAtom, name);
    if (get->remove > 1)
        return ofs_bad(c, BadValue, get->remove);
    if (type != XIAnyPropertyType && !ofs_atom_name(c->server, type, NULL))
        return ofs_bad(c, BadAtom, type);
    const struct property *p = find(d, name);
    if (!p) {
        reply_property(c, get, 0, 0, 0, 0);
        ofs_reply_end(c);
        return 0;
    }
    if (type != XIAnyPropertyType && type != p->type) {
        reply_property(c, get, p->type, p->size_bytes, 0, p->format);
        ofs_reply_end(c);
        return 0;
    }
    if ((uint64_t)offset * 4 > p->size_bytes)
        return ofs_bad(c, BadValue, offset);
    uint32_t from = offset * 4, left = p->size_bytes - from;
    uint32_t n = words < (left + 3) / 4 ? words * 4 : left, unit = p->format / 8;
    uint32_t after = left - n;
    reply_property(c, get, p->type, after, n / unit, p->format);
    for (uint32_t at = from; at < from + n; at += unit) {
        if (unit == 1)
            ofs_out8(c, p->data[at]);
        else if (unit == 2)
            ofs_out16(c, ofs_get16(p->data + at, false));
        else
            ofs_out32(c, ofs_get32(p->data + at, false));
    }
    ofs_reply_end(c);
    if (get->remove && !after && !p->fixed) {
        remove_property(d, name);
        notify(c->server, d, name, XIPropertyDeleted);
    }
    return 0;
}

int ofs_xi_get_property(struct ofs_client *c, struct ofs_request *r)
{
    struct get get = { .reply_type = X_XIGetProperty, .device = ofs_req16(r) };
    get.remove = ofs_req8(r);
    ofs_req_skip(r, 1);
    get.name = ofs_req32(r);
    get.type = ofs_req32(r);
    get.offset = ofs_req32(r);
    get.words = ofs_req32(r);
    return ofs_req_end(r) ? get_property(c, &get) : BadLength;
}

int ofs_xi1_get_property(struct ofs_client *c, struct ofs_request *r)
{
    struct get get = { .reply_type = X_GetDeviceProperty, .name = ofs_req32(r) };
    get.type = ofs_req32(r);
    get.offset = ofs_req32(r);
    get.words = ofs_req32(r);
    get.device = ofs_req8(r);
    get.remove = ofs_req8(r);
    return get_property(c, &get);
}
