/* SetMap: a client changes types, symbols, actions and modifiers. Checked as a whole before anything is changed. */
#include <X11/X.h>
#include <stdlib.h>

#include "x11/xkb.h"

struct set_map {
    uint16_t present, flags, vmods;
    uint8_t min, max;
    struct ofs_xkb_range ranges[8];
    uint16_t totals[8];
    /* What the keys will be like, for the checks. */
    unsigned type_count;
    uint8_t levels[256];
    uint16_t syms_per_key[256];
};

static void read_header(struct ofs_request *r, struct set_map *m)
{
    static const uint8_t rest[] = { OFS_XKB_BEHAVIORS, OFS_XKB_EXPLICIT, OFS_XKB_MODMAP, OFS_XKB_VMODMAP };
    m->present = ofs_req16(r);
    m->flags = ofs_req16(r);
    m->min = ofs_req8(r);
    m->max = ofs_req8(r);
    m->ranges[OFS_XKB_TYPES].first = ofs_req8(r);
    m->ranges[OFS_XKB_TYPES].count = ofs_req8(r);
    m->ranges[OFS_XKB_SYMS].first = ofs_req8(r);
    m->ranges[OFS_XKB_SYMS].count = ofs_req8(r);
    m->totals[OFS_XKB_SYMS] = ofs_req16(r);
    m->ranges[OFS_XKB_ACTIONS].first = ofs_req8(r);
    m->ranges[OFS_XKB_ACTIONS].count = ofs_req8(r);
    m->totals[OFS_XKB_ACTIONS] = ofs_req16(r);
    for (unsigned i = 0; i < sizeof(rest); i++) {
        m->ranges[rest[i]].first = ofs_req8(r);
        m->ranges[rest[i]].count = ofs_req8(r);
        m->totals[rest[i]] = ofs_req8(r);
    }
    m->vmods = ofs_req16(r);
}

static bool has(const struct set_map *m, unsigned part) { return m->present >> part & 1; }

/* Walk through the parts and see that they fill the request exactly. */
static bool length_fits(const struct set_map *m, struct ofs_request r)
{
    for (unsigned i = 0; has(m, OFS_XKB_TYPES) && i < m->ranges[OFS_XKB_TYPES].count && !r.bad; i++) {
        ofs_req_skip(&r, 5);
        unsigned entries = ofs_req8(&r), preserve = ofs_req8(&r);
        ofs_req_skip(&r, 1 + entries * (preserve ? 8 : 4));
    }
    for (unsigned i = 0; has(m, OFS_XKB_SYMS) && i < m->ranges[OFS_XKB_SYMS].count && !r.bad; i++) {
        ofs_req_skip(&r, 6);
        ofs_req_skip(&r, ofs_req16(&r) * 4u);
    }
    if (has(m, OFS_XKB_ACTIONS)) {
        ofs_req_skip(&r, m->ranges[OFS_XKB_ACTIONS].count);
        ofs_req_align(&r);
        ofs_req_skip(&r, m->totals[OFS_XKB_ACTIONS] * 8u);
    }
    if (has(m, OFS_XKB_BEHAVIORS))
        ofs_req_skip(&r, m->totals[OFS_XKB_BEHAVIORS] * 4u);
    if (has(m, OFS_XKB_VMODS))
        ofs_req_skip(&r, ofs_xkb_bit_count(m->vmods));
    ofs_req_align(&r);
    if (has(m, OFS_XKB_EXPLICIT))
        ofs_req_skip(&r, m->totals[OFS_XKB_EXPLICIT] * 2u);
    ofs_req_align(&r);
    if (has(m, OFS_XKB_MODMAP))
        ofs_req_skip(&r, m->totals[OFS_XKB_MODMAP] * 2u);
    ofs_req_align(&r);
    if (has(m, OFS_XKB_VMODMAP))
        ofs_req_skip(&r, m->totals[OFS_XKB_VMODMAP] * 4u);
    return ofs_req_end(&r);
}

/* ---- checks; each reads its part of the request ---- */

static int bad_value(struct ofs_client *c, uint32_t value) { return ofs_bad(c, BadValue, value); }

static int check_type_count(struct ofs_client *c, struct set_map *m)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    struct ofs_xkb_range rg = m->ranges[OFS_XKB_TYPES];
    unsigned end = (unsigned)rg.first + rg.count;
    if (rg.first > xkb->type_count)
        return bad_value(c, ofs_xkb_code3(0x01, rg.first, xkb->type_count));
    m->type_count = xkb->type_count;
    if (m->flags & OFS_XKB_SET_RESIZE_TYPES) {
        if (end < XkbNumRequiredTypes)
            return bad_value(c, ofs_xkb_code4(0x02, rg.first, rg.count, XkbNumRequiredTypes));
        if (end > XkbMaxKeyTypes)
            return bad_value(c, ofs_xkb_code4(0x02, rg.first, rg.count, XkbMaxKeyTypes));
        m->type_count = end;
    } else if (has(m, OFS_XKB_TYPES) && end > xkb->type_count) {
        return bad_value(c, end);
    }
    for (unsigned i = 0; i < m->type_count && i < xkb->type_count; i++)
        m->levels[i] = xkb->types[i].levels;
    return 0;
}

static int check_type(struct ofs_client *c, struct set_map *m, struct ofs_request *r, unsigned index)
{
    ofs_req_skip(r, 1);
    uint8_t real = ofs_req8(r);
    uint16_t virt = ofs_req16(r);
    uint8_t levels = ofs_req8(r), entries = ofs_req8(r), preserve = ofs_req8(r);
    ofs_req_skip(r, 1);
    if (levels < 1 || levels > XkbMaxShiftLevel)
        return bad_value(c, ofs_xkb_code3(0x04, index, levels));
    if (index < XkbNumRequiredTypes && levels != (index == XkbOneLevelIndex ? 1 : 2))
        return bad_value(c, ofs_xkb_code3(0x05, index, levels));
    struct ofs_keymap_mods mods[256];
    for (unsigned n = 0; n < entries; n++) {
        uint8_t level = ofs_req8(r);
        mods[n].real = ofs_req8(r);
        mods[n].virt = ofs_req16(r);
        if (mods[n].real & ~real)
            return bad_value(c, ofs_xkb_code4(0x06, n, mods[n].real, real));
        if (mods[n].virt & ~virt)
            return bad_value(c, ofs_xkb_code3(0x07, n, mods[n].virt));
        if (level >= levels)
            return bad_value(c, ofs_xkb_code4(0x08, n, levels, level));
    }
    for (unsigned n = 0; preserve && n < entries; n++) {
        ofs_req_skip(r, 1);
        uint8_t keep = ofs_req8(r);
        uint16_t keep_virt = ofs_req16(r);
        if (keep & ~mods[n].real)
            return bad_value(c, ofs_xkb_code4(0x09, n, keep, mods[n].real));
        if (keep_virt & ~mods[n].virt)
            return bad_value(c, ofs_xkb_code3(0x0A, n, keep_virt));
    }
    m->levels[index] = levels;
    return 0;
}

/* Widest of the groups' types, or -1 and the group that has none. */
static int width_of(const struct set_map *m, const uint8_t types[4], unsigned groups, unsigned *bad_group_out)
{
    int width = 0;
    for (unsigned g = 0; g < groups; g++) {
        if (types[g] >= m->type_count) {
            *bad_group_out = g;
            return -1;
        }
        width = m->levels[types[g]] > width ? m->levels[types[g]] : width;
    }
    return width;
}

static int check_key_widths(struct ofs_client *c, struct set_map *m)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++) {
        const struct ofs_xkb_key *key = &xkb->keys[code];
        unsigned g = 0;
        int width = width_of(m, key->type, ofs_xkb_groups(key), &g);
        if (width < 0)
            return bad_value(c, ofs_xkb_code4(0x13, code, g, key->type[g]));
        m->syms_per_key[code] = (uint16_t)((unsigned)width * ofs_xkb_groups(key));
    }
    return 0;
}

static int check_range(struct ofs_client *c, const struct set_map *m, unsigned part, uint32_t number)
{
    struct ofs_xkb_range rg = m->ranges[part];
    if ((unsigned)rg.first + rg.count - 1u > m->max)
        return bad_value(c, ofs_xkb_code4(number, rg.first, rg.count, m->max));
    if (rg.first < m->min)
        return bad_value(c, ofs_xkb_code3(number + 1, rg.first, m->min));
    return 0;
}

static int check_syms(struct ofs_client *c, struct set_map *m, struct ofs_request *r)
{
    struct ofs_xkb_range rg = m->ranges[OFS_XKB_SYMS];
    int error = check_range(c, m, OFS_XKB_SYMS, 0x11);
    for (unsigned i = 0; i < rg.count && !error; i++) {
        unsigned code = rg.first + i, g = 0;
        uint8_t types[4];
        for (unsigned n = 0; n < 4; n++)
            types[n] = ofs_req8(r);
        unsigned groups = ofs_req8(r) & 0x0Fu, width = ofs_req8(r), count = ofs_req16(r);
        ofs_req_skip(r, count * 4);
        if (groups > XkbNumKbdGroups)
            return bad_value(c, ofs_xkb_code3(0x14, code, groups));
        int wanted = width_of(m, types, groups, &g);
        if (wanted < 0)
            return bad_value(c, ofs_xkb_code4(0x15, code, g, types[g]));
        if (groups && width != (unsigned)wanted)
            return bad_value(c, ofs_xkb_code3(0x16, code, width));
        if (groups && count != width * groups)
            return bad_value(c, ofs_xkb_code4(0x16, code, count, width * groups));
        if (!groups && count)
            return bad_value(c, ofs_xkb_code3(0x17, code, count));
        m->syms_per_key[code] = (uint16_t)count;
    }
    return error;
}

static int check_actions(struct ofs_client *c, struct set_map *m, struct ofs_request *r)
{
    struct ofs_xkb_range rg = m->ranges[OFS_XKB_ACTIONS];
    int error = check_range(c, m, OFS_XKB_ACTIONS, 0x21);
    unsigned total = 0;
    for (unsigned i = 0; i < rg.count && !error; i++) {
        uint8_t count = ofs_req8(r);
        if (count && count != m->syms_per_key[rg.first + i])
            return bad_value(c, ofs_xkb_code3(0x23, rg.first + i, count));
        total += count;
    }
    ofs_req_align(r);
    ofs_req_skip(r, total * 8);
    return error;
}

/* The parts that are lists of (keycode, something). */
static int check_list(struct ofs_client *c, struct set_map *m, struct ofs_request *r, unsigned part, uint32_t number,
                      unsigned bytes)
{
    struct ofs_xkb_range rg = m->ranges[part];
    if (!rg.count) {
        m->present &= (uint16_t)~(1u << part);
        return m->totals[part] ? BadLength : 0;
    }
    unsigned last = rg.first + rg.count - 1u;
    if (rg.first < m->min)
        return bad_value(c, ofs_xkb_code3(number, rg.first, m->min));
    if (last > m->max)
        return bad_value(c, ofs_xkb_code3(number + 1, last, m->max));
    for (unsigned i = 0; i < m->totals[part]; i++) {
        uint8_t code = ofs_req8(r);
        ofs_req_skip(r, bytes - 1);
        if (code < rg.first || code > last)
            return bad_value(c, ofs_xkb_code4(number + 2, rg.first, last, code));
    }
    ofs_req_align(r);
    return 0;
}

static int check(struct ofs_client *c, struct set_map *m, struct ofs_request r)
{
    int error = 0;
    if (!XkbIsLegalKeycode(m->min))
        return bad_value(c, ofs_xkb_code3(0x02, m->min, m->max));
    if (m->min > m->max)
        return ofs_bad(c, BadMatch, ofs_xkb_code3(0x03, m->min, m->max));
    error = check_type_count(c, m);
    for (unsigned i = 0; has(m, OFS_XKB_TYPES) && i < m->ranges[OFS_XKB_TYPES].count && !error; i++)
        error = check_type(c, m, &r, m->ranges[OFS_XKB_TYPES].first + i);
    if (!error)
        error = check_key_widths(c, m);
    if (!error && has(m, OFS_XKB_SYMS))
        error = check_syms(c, m, &r);
    if (!error && has(m, OFS_XKB_ACTIONS))
        error = check_actions(c, m, &r);
    if (!error && has(m, OFS_XKB_BEHAVIORS))
        error = check_list(c, m, &r, OFS_XKB_BEHAVIORS, 0x31, 4);
    if (!error && has(m, OFS_XKB_VMODS))
        ofs_req_skip(&r, ofs_xkb_bit_count(m->vmods));
    ofs_req_align(&r);
    if (!error && has(m, OFS_XKB_EXPLICIT))
        error = check_list(c, m, &r, OFS_XKB_EXPLICIT, 0x51, 2);
    if (!error && has(m, OFS_XKB_MODMAP))
        error = check_list(c, m, &r, OFS_XKB_MODMAP, 0x61, 2);
    if (!error && has(m, OFS_XKB_VMODMAP))
        error = check_list(c, m, &r, OFS_XKB_VMODMAP, 0x71, 4);
    if (!error && !ofs_req_end(&r))
        error = BadLength;
    return error;
}

/* ---- changes ---- */

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

static int set_types(struct ofs_xkb *xkb, const struct set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
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

static int set_syms(struct ofs_server *s, const struct set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
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

static int set_actions(struct ofs_xkb *xkb, const struct set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
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

static void set_vmods(struct ofs_xkb *xkb, const struct set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
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

static void set_list(struct ofs_xkb *xkb, const struct set_map *m, struct ofs_request *r, unsigned part,
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

static int apply(struct ofs_server *s, const struct set_map *m, struct ofs_request *r, struct ofs_xkb_changes *changes)
{
    static const uint8_t lists[] = { OFS_XKB_EXPLICIT, OFS_XKB_MODMAP, OFS_XKB_VMODMAP };
    struct ofs_xkb *xkb = s->xkb;
    int error = 0;
    if (has(m, OFS_XKB_TYPES))
        error = set_types(xkb, m, r, changes);
    if (!error && has(m, OFS_XKB_SYMS))
        error = set_syms(s, m, r, changes);
    if (!error && has(m, OFS_XKB_ACTIONS))
        error = set_actions(xkb, m, r, changes);
    if (error)
        return error;
    if (has(m, OFS_XKB_BEHAVIORS))
        set_list(xkb, m, r, OFS_XKB_BEHAVIORS, changes);
    if (has(m, OFS_XKB_VMODS))
        set_vmods(xkb, m, r, changes);
    for (unsigned i = 0; i < sizeof(lists); i++)
        if (has(m, lists[i]))
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
    struct set_map m = { 0 };
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    read_header(r, &m);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (m.present & ~XkbAllMapComponentsMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x01, m.present & ~XkbAllMapComponentsMask));
    if (!length_fits(&m, *r))
        return BadLength;
    if ((error = check(c, &m, *r)) != 0)
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
