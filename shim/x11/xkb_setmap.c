/* SetMap: a client changes types, symbols, actions and modifiers. Checked as a whole before anything is changed. */
#include <X11/X.h>
#include <stdlib.h>

#include "x11/xkb_setmap.h"

static int grow_types(struct ofs_xkb *xkb, unsigned count)
{
    if (count <= xkb->type_count)
        return 0;
    struct ofs_xkb_type *larger = realloc(xkb->types, count * sizeof(*larger));
    if (!larger)
        return BadAlloc;
    memset(larger + xkb->type_count, 0, (count - xkb->type_count) * sizeof(*larger));
    xkb->types = larger;
    xkb->type_count = count;
    return 0;
}

static int set_type(struct ofs_xkb *xkb, struct ofs_request *r, struct ofs_xkb_type *type)
{
    ofs_req_skip(r, 1);
    uint8_t real = ofs_req8(r);
    uint16_t virt = ofs_req16(r);
    uint8_t levels = ofs_req8(r), count = ofs_req8(r);
    bool preserve = ofs_req8(r);
    ofs_req_skip(r, 1);
    struct ofs_xkb_entry *entries = calloc(count ? count : 1u, sizeof(*entries));
    uint32_t *names = calloc(levels, sizeof(*names));
    if (!entries || !names) {
        free(entries);
        free(names);
        return BadAlloc;
    }
    if (type->level_names)
        memcpy(names, type->level_names, (levels < type->levels ? levels : type->levels) * sizeof(*names));
    for (unsigned n = 0; n < count; n++) {
        entries[n].level = ofs_req8(r);
        uint8_t entry_real = ofs_req8(r);
        uint16_t entry_virt = ofs_req16(r);
        uint8_t bound = ofs_xkb_real_mods(xkb, entry_virt);
        entries[n].mods = (struct ofs_xkb_modset){ entry_real | bound, entry_real, entry_virt };
        entries[n].active = !entry_virt || bound;
    }
    for (unsigned n = 0; preserve && n < count; n++) {
        ofs_req_skip(r, 1);
        uint8_t keep = ofs_req8(r);
        uint16_t keep_virt = ofs_req16(r);
        entries[n].preserve = (struct ofs_xkb_modset){ keep | ofs_xkb_real_mods(xkb, keep_virt), keep, keep_virt };
    }
    free(type->entries);
    free(type->level_names);
    type->entries = entries;
    type->level_names = names;
    type->mods = (struct ofs_xkb_modset){ real | ofs_xkb_real_mods(xkb, virt), real, virt };
    type->levels = levels;
    type->entry_count = count;
    type->preserve = preserve;
    return 0;
}

static int set_types(struct ofs_xkb *xkb, const struct ofs_xkb_set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
{
    struct ofs_xkb_range rg = m->ranges[OFS_XKB_TYPES];
    int error = grow_types(xkb, (unsigned)rg.first + rg.count);
    for (unsigned i = 0; i < rg.count && !error; i++)
        error = set_type(xkb, r, &xkb->types[rg.first + i]);
    ofs_xkb_changed(changes, OFS_XKB_TYPES, rg.first, rg.count);
    /* Keys whose type got wider or narrower follow. */
    for (unsigned code = 0; code < 256 && !error; code++)
        error = ofs_xkb_set_types(xkb, code, ofs_xkb_groups(&xkb->keys[code]), xkb->keys[code].type);
    return error;
}

static int set_key_syms(struct ofs_xkb_key *key, struct ofs_request *r)
{
    const uint8_t *types = ofs_req_bytes(r, 4);
    uint8_t info = ofs_req8(r), width = ofs_req8(r);
    unsigned count = ofs_req16(r), old = ofs_xkb_sym_count(key);
    uint32_t *syms = count ? calloc(count, sizeof(*syms)) : NULL;
    uint8_t(*actions)[8] = count && key->actions ? calloc(count, sizeof(*actions)) : NULL;
    if (!types || (count && (!syms || (key->actions && !actions)))) {
        free(syms);
        free(actions);
        return BadAlloc;
    }
    for (unsigned n = 0; n < count; n++)
        syms[n] = ofs_req32(r);
    /* Actions stay with the symbols they belong to as far as there are as many; a key that grew starts without any. */
    if (actions && count <= old)
        memcpy(actions, key->actions, count * sizeof(*actions));
    free(key->syms);
    free(key->actions);
    key->syms = syms;
    key->actions = actions;
    memcpy(key->type, types, 4);
    key->group_info = info;
    key->width = width;
    return 0;
}

static int set_syms(struct ofs_server *s, const struct ofs_xkb_set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
{
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_range rg = m->ranges[OFS_XKB_SYMS];
    unsigned groups = 1;
    int error = 0;
    for (unsigned i = 0; i < rg.count && !error; i++)
        error = set_key_syms(&xkb->keys[rg.first + i], r);
    ofs_xkb_changed(changes, OFS_XKB_SYMS, rg.first, rg.count);
    for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++)
        groups = ofs_xkb_groups(&xkb->keys[code]) > groups ? ofs_xkb_groups(&xkb->keys[code]) : groups;
    xkb->controls.groups = (uint8_t)groups;
    return error;
}

static int set_actions(struct ofs_xkb *xkb, const struct ofs_xkb_set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
{
    struct ofs_xkb_range rg = m->ranges[OFS_XKB_ACTIONS];
    const uint8_t *counts = ofs_req_bytes(r, rg.count);
    int error = 0;
    ofs_req_align(r);
    for (unsigned i = 0; i < rg.count && !error; i++) {
        struct ofs_xkb_key *key = &xkb->keys[rg.first + i];
        const uint8_t *actions = ofs_req_bytes(r, counts[i] * 8u);
        error = ofs_xkb_resize_actions(key, counts[i]);
        if (!error && counts[i])
            memcpy(key->actions, actions, counts[i] * 8u);
    }
    ofs_xkb_changed(changes, OFS_XKB_ACTIONS, rg.first, rg.count);
    return error;
}

static void set_vmods(struct ofs_xkb *xkb, const struct ofs_xkb_set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
{
    for (unsigned i = 0; i < 16; i++) {
        if (!(m->vmods >> i & 1))
            continue;
        uint8_t real = ofs_req8(r);
        if (xkb->vmods[i] == real)
            continue;
        xkb->vmods[i] = real;
        changes->map |= XkbVirtualModsMask;
        changes->vmods |= (uint16_t)(1u << i);
    }
    ofs_req_align(r);
}

static void set_list(struct ofs_xkb *xkb, const struct ofs_xkb_set_map *m, struct ofs_request *r, unsigned part,
                     struct ofs_xkb_changes *changes)
{
    struct ofs_xkb_range rg = m->ranges[part];
    for (unsigned i = 0; i < rg.count; i++) {
        struct ofs_xkb_key *key = &xkb->keys[rg.first + i];
        switch (part) {
        case OFS_XKB_BEHAVIORS: key->behavior[0] = key->behavior[1] = 0; break;
        case OFS_XKB_EXPLICIT: key->explicit_parts = 0; break;
        case OFS_XKB_MODMAP: key->modmap = 0; break;
        default: key->vmodmap = 0; break;
        }
    }
    for (unsigned i = 0; i < m->totals[part]; i++) {
        struct ofs_xkb_key *key = &xkb->keys[ofs_req8(r)];
        uint8_t value = ofs_req8(r); /* padding in the list of virtual modifiers */
        if (part == OFS_XKB_BEHAVIORS) {
            key->behavior[0] = value;
            key->behavior[1] = ofs_req8(r);
            ofs_req_skip(r, 1);
        } else if (part == OFS_XKB_EXPLICIT) {
            key->explicit_parts = value;
        } else if (part == OFS_XKB_MODMAP) {
            key->modmap = value;
        } else {
            key->vmodmap = ofs_req16(r);
        }
    }
    ofs_req_align(r);
    ofs_xkb_changed(changes, part, rg.first, rg.count);
}

static int apply(struct ofs_server *s, const struct ofs_xkb_set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
{
    static const uint8_t lists[] = { OFS_XKB_EXPLICIT, OFS_XKB_MODMAP, OFS_XKB_VMODMAP };
    struct ofs_xkb *xkb = s->xkb;
    int error = 0;
    if (ofs_xkb_set_has(m, OFS_XKB_TYPES))
        error = set_types(xkb, m, r, changes);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_SYMS))
        error = set_syms(s, m, r, changes);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_ACTIONS))
        error = set_actions(xkb, m, r, changes);
    if (error)
        return error;
    if (ofs_xkb_set_has(m, OFS_XKB_BEHAVIORS))
        set_list(xkb, m, r, OFS_XKB_BEHAVIORS, changes);
    if (ofs_xkb_set_has(m, OFS_XKB_VMODS))
        set_vmods(xkb, m, r, changes);
    for (unsigned i = 0; i < sizeof(lists); i++)
        if (ofs_xkb_set_has(m, lists[i]))
            set_list(xkb, m, r, lists[i], changes);
    return 0;
}

/* The keys whose actions the request asks to be worked out anew: those with new symbols or modifiers. What it says about
 * virtual modifiers stays as it says, unless a new action changes a key's. */
static int recompute(struct ofs_xkb *xkb, struct ofs_xkb_changes *changes)
{
    const uint16_t said = changes->map & (XkbModifierMapMask | XkbVirtualModMapMask);
    struct ofs_xkb_range syms = changes->ranges[OFS_XKB_SYMS], mods = changes->ranges[OFS_XKB_MODMAP];
    struct ofs_xkb_changes span = { 0 };
    ofs_xkb_changed(&span, 0, syms.first, syms.count);
    ofs_xkb_changed(&span, 0, mods.first, mods.count);
    if (!span.ranges[0].count)
        return 0;
    changes->map &= (uint16_t)~said;
    int error = ofs_xkb_update_actions(xkb, span.ranges[0].first, span.ranges[0].count, changes);
    changes->map |= said;
    return error;
}

int ofs_xkb_req_SetMap(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    struct ofs_xkb_set_map m = { 0 };
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    ofs_xkb_set_map_read(r, &m);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (m.present & ~XkbAllMapComponentsMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x01, m.present & ~XkbAllMapComponentsMask));
    if ((error = ofs_xkb_set_map_check(c, &m, r)) != 0)
        return error;
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbSetMap };
    struct ofs_xkb_changes changes = { 0 };
    bool new_range = m.min != xkb->min_keycode || m.max != xkb->max_keycode;
    xkb->min_keycode = m.min;
    xkb->max_keycode = m.max;
    error = apply(c->server, &m, r, &changes);
    if (!error && (m.flags & OFS_XKB_SET_RECOMPUTE))
        error = recompute(xkb, &changes);
    if (new_range)
        ofs_xkb_notify_new_keyboard(c->server, XkbNKN_KeycodesMask, &cause);
    else
        ofs_xkb_notify_changes(c->server, &changes, &cause);
    return error;
}
