/* GetMap. */
#include <X11/X.h>

#include "x11/xkb.h"

/* Parts that are ranges of keycodes, and the number their range errors carry. */
struct key_part {
    uint8_t part, error;
};
static const struct key_part key_parts[] = {
    { OFS_XKB_SYMS, 0x05 },   { OFS_XKB_ACTIONS, 0x07 }, { OFS_XKB_BEHAVIORS, 0x09 }, { OFS_XKB_EXPLICIT, 0x0B },
    { OFS_XKB_MODMAP, 0x0D }, { OFS_XKB_VMODMAP, 0x0F },
};

/* A part without anything in it is not there. */
static void drop_empty(struct ofs_xkb_map_query *q)
{
    for (unsigned part = 0; part < 8; part++) {
        bool empty = part == OFS_XKB_VMODS ? !q->vmods : !q->ranges[part].count;
        if (!(q->present >> part & 1) || empty) {
            q->present &= (uint16_t)~(1u << part);
            q->ranges[part] = (struct ofs_xkb_range){ 0, 0 };
        }
    }
    if (!(q->present & XkbVirtualModsMask))
        q->vmods = 0;
}

static void out_mods(struct ofs_client *c, const struct ofs_xkb_modset *mods)
{
    ofs_out8(c, mods->mask);
    ofs_out8(c, mods->real);
    ofs_out16(c, mods->virt);
}

/* How many things a part of the reply holds: keysyms, actions, or keys that have something to say. */
static unsigned total(const struct ofs_xkb *xkb, const struct ofs_xkb_map_query *q, unsigned part)
{
    unsigned n = 0, first = q->ranges[part].first;
    for (unsigned code = first; code < first + q->ranges[part].count; code++) {
        const struct ofs_xkb_key *key = &xkb->keys[code];
        switch (part) {
        case OFS_XKB_SYMS: n += ofs_xkb_sym_count(key); break;
        case OFS_XKB_ACTIONS: n += key->actions ? ofs_xkb_sym_count(key) : 0; break;
        case OFS_XKB_BEHAVIORS: n += key->behavior[0] != XkbKB_Default; break;
        case OFS_XKB_EXPLICIT: n += key->explicit_parts != 0; break;
        case OFS_XKB_MODMAP: n += key->modmap != 0; break;
        default: n += key->vmodmap != 0; break;
        }
    }
    return n;
}

static void write_types(struct ofs_client *c, struct ofs_xkb_range range)
{
    for (unsigned i = 0; i < range.count; i++) {
        const struct ofs_xkb_type *type = &c->server->xkb->types[range.first + i];
        out_mods(c, &type->mods);
        ofs_out8(c, type->levels);
        ofs_out8(c, type->entry_count);
        ofs_out8(c, type->preserve);
        ofs_out8(c, 0);
        for (unsigned n = 0; n < type->entry_count; n++) {
            const struct ofs_xkb_entry *entry = &type->entries[n];
            ofs_out8(c, entry->active);
            ofs_out8(c, entry->mods.mask);
            ofs_out8(c, entry->level);
            ofs_out8(c, entry->mods.real);
            ofs_out16(c, entry->mods.virt);
            ofs_out16(c, 0);
        }
        for (unsigned n = 0; type->preserve && n < type->entry_count; n++)
            out_mods(c, &type->entries[n].preserve);
    }
}

static void write_syms(struct ofs_client *c, struct ofs_xkb_range range)
{
    for (unsigned i = 0; i < range.count; i++) {
        const struct ofs_xkb_key *key = &c->server->xkb->keys[range.first + i];
        unsigned count = ofs_xkb_sym_count(key);
        ofs_out_bytes(c, key->type, 4);
        ofs_out8(c, key->group_info);
        ofs_out8(c, key->width);
        ofs_out16(c, (uint16_t)count);
        for (unsigned n = 0; n < count; n++)
            ofs_out32(c, key->syms[n]);
    }
}

static void write_actions(struct ofs_client *c, struct ofs_xkb_range range)
{
    const struct ofs_xkb_key *keys = &c->server->xkb->keys[range.first];
    for (unsigned i = 0; i < range.count; i++)
        ofs_out8(c, keys[i].actions ? (uint8_t)ofs_xkb_sym_count(&keys[i]) : 0);
    ofs_out_align(c);
    for (unsigned i = 0; i < range.count; i++) {
        if (keys[i].actions)
            ofs_out_bytes(c, keys[i].actions, ofs_xkb_sym_count(&keys[i]) * 8);
    }
}

static void write_behaviors(struct ofs_client *c, struct ofs_xkb_range range)
{
    for (unsigned code = range.first; code < (unsigned)range.first + range.count; code++) {
        const uint8_t *behavior = c->server->xkb->keys[code].behavior;
        if (behavior[0] == XkbKB_Default)
            continue;
        ofs_out8(c, (uint8_t)code);
        ofs_out8(c, behavior[0]);
        ofs_out8(c, behavior[1]);
        ofs_out8(c, 0);
    }
}

/* Pairs of keycode and one byte of the key, those that are not 0. */
static void write_pairs(struct ofs_client *c, struct ofs_xkb_range range, unsigned part)
{
    for (unsigned code = range.first; code < (unsigned)range.first + range.count; code++) {
        const struct ofs_xkb_key *key = &c->server->xkb->keys[code];
        uint8_t value = part == OFS_XKB_MODMAP ? key->modmap : key->explicit_parts;
        if (!value)
            continue;
        ofs_out8(c, (uint8_t)code);
        ofs_out8(c, value);
    }
    ofs_out_align(c);
}

static void write_vmodmap(struct ofs_client *c, struct ofs_xkb_range range)
{
    for (unsigned code = range.first; code < (unsigned)range.first + range.count; code++) {
        uint16_t vmods = c->server->xkb->keys[code].vmodmap;
        if (!vmods)
            continue;
        ofs_out8(c, (uint8_t)code);
        ofs_out8(c, 0);
        ofs_out16(c, vmods);
    }
}

static void out_range(struct ofs_client *c, const struct ofs_xkb_map_query *q, unsigned part)
{
    ofs_out8(c, q->ranges[part].first);
    ofs_out8(c, q->ranges[part].count);
}

void ofs_xkb_write_map(struct ofs_client *c, uint8_t device, struct ofs_xkb_map_query *q)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    drop_empty(q);
    ofs_reply_begin(c, device);
    ofs_out16(c, 0);
    ofs_out8(c, xkb->min_keycode);
    ofs_out8(c, xkb->max_keycode);
    ofs_out16(c, q->present);
    out_range(c, q, OFS_XKB_TYPES);
    ofs_out8(c, (uint8_t)xkb->type_count);
    ofs_out8(c, q->ranges[OFS_XKB_SYMS].first);
    ofs_out16(c, (uint16_t)total(xkb, q, OFS_XKB_SYMS));
    ofs_out8(c, q->ranges[OFS_XKB_SYMS].count);
    ofs_out8(c, q->ranges[OFS_XKB_ACTIONS].first);
    ofs_out16(c, (uint16_t)total(xkb, q, OFS_XKB_ACTIONS));
    ofs_out8(c, q->ranges[OFS_XKB_ACTIONS].count);
    static const uint8_t parts[] = { OFS_XKB_BEHAVIORS, OFS_XKB_EXPLICIT, OFS_XKB_MODMAP, OFS_XKB_VMODMAP };
    for (unsigned i = 0; i < OFS_ARRAY_LEN(parts); i++) {
        out_range(c, q, parts[i]);
        ofs_out8(c, (uint8_t)total(xkb, q, parts[i]));
    }
    ofs_out8(c, 0);
    ofs_out16(c, q->vmods);
    write_types(c, q->ranges[OFS_XKB_TYPES]);
    write_syms(c, q->ranges[OFS_XKB_SYMS]);
    write_actions(c, q->ranges[OFS_XKB_ACTIONS]);
    write_behaviors(c, q->ranges[OFS_XKB_BEHAVIORS]);
    for (unsigned i = 0; i < 16; i++)
        if (q->vmods >> i & 1)
            ofs_out8(c, xkb->vmods[i]);
    ofs_out_align(c);
    write_pairs(c, q->ranges[OFS_XKB_EXPLICIT], OFS_XKB_EXPLICIT);
    write_pairs(c, q->ranges[OFS_XKB_MODMAP], OFS_XKB_MODMAP);
    write_vmodmap(c, q->ranges[OFS_XKB_VMODMAP]);
    ofs_reply_end(c);
}

static int check_types(struct ofs_client *c, const struct ofs_xkb *xkb, struct ofs_xkb_range range)
{
    if ((unsigned)range.first + range.count > xkb->type_count)
        return ofs_bad(c, BadValue, ofs_xkb_code4(0x04, xkb->type_count, range.first, range.count));
    return 0;
}

static int check_keys(struct ofs_client *c, const struct ofs_xkb *xkb, struct ofs_xkb_range range, uint8_t error)
{
    /* An empty range still has to start in the map; unsigned, so that one from 0 with no keys ends far behind it. */
    if ((unsigned)range.first + range.count - 1u > xkb->max_keycode)
        return ofs_bad(c, BadValue, ofs_xkb_code4(error, range.first, range.count, xkb->max_keycode));
    if (range.first < xkb->min_keycode)
        return ofs_bad(c, BadValue, ofs_xkb_code3(error + 1u, range.first, xkb->min_keycode));
    return 0;
}

int ofs_xkb_req_GetMap(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    struct ofs_xkb_map_query q = { 0 };
    uint8_t device;
    uint16_t spec = ofs_req16(r), full = ofs_req16(r), partial = ofs_req16(r);
    struct ofs_xkb_range asked[8] = { 0 };
    static const uint8_t order[] = { OFS_XKB_TYPES, OFS_XKB_SYMS, OFS_XKB_ACTIONS, OFS_XKB_BEHAVIORS, OFS_XKB_VMODS,
                                     OFS_XKB_EXPLICIT, OFS_XKB_MODMAP, OFS_XKB_VMODMAP };
    uint16_t vmods = 0;
    for (unsigned i = 0; i < sizeof(order); i++) {
        if (order[i] == OFS_XKB_VMODS) {
            vmods = ofs_req16(r);
            continue;
        }
        asked[order[i]].first = ofs_req8(r);
        asked[order[i]].count = ofs_req8(r);
    }
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (full & partial)
        return ofs_bad(c, BadMatch, ofs_xkb_code2(0x01, full & partial));
    if (full & ~XkbAllMapComponentsMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x02, full & ~XkbAllMapComponentsMask));
    if (partial & ~XkbAllMapComponentsMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x03, partial & ~XkbAllMapComponentsMask));
    q.present = full | partial;
    q.vmods = full & XkbVirtualModsMask ? 0xFFFF : partial & XkbVirtualModsMask ? vmods : 0;
    if (full & XkbKeyTypesMask)
        q.ranges[OFS_XKB_TYPES] = (struct ofs_xkb_range){ 0, (uint8_t)xkb->type_count };
    else if (partial & XkbKeyTypesMask)
        q.ranges[OFS_XKB_TYPES] = asked[OFS_XKB_TYPES];
    error = check_types(c, xkb, q.ranges[OFS_XKB_TYPES]);
    for (unsigned i = 0; i < OFS_ARRAY_LEN(key_parts) && !error; i++) {
        unsigned part = key_parts[i].part;
        if (full >> part & 1) {
            q.ranges[part] = (struct ofs_xkb_range){ xkb->min_keycode, (uint8_t)(xkb->max_keycode - xkb->min_keycode + 1) };
        } else if (partial >> part & 1) {
            q.ranges[part] = asked[part];
            error = check_keys(c, xkb, asked[part], key_parts[i].error);
        }
    }
    if (error)
        return error;
    ofs_xkb_write_map(c, device, &q);
    return 0;
}
