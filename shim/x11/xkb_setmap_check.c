/* SetMap: is the request whole and does it make sense? */
#include <X11/X.h>

#include "x11/xkb_setmap.h"

void ofs_xkb_set_map_read(struct ofs_request *r, struct ofs_xkb_set_map *m)
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

/* Walk through the parts and see that they fill the request exactly. */
static bool length_fits(const struct ofs_xkb_set_map *m, struct ofs_request r)
{
    for (unsigned i = 0; ofs_xkb_set_has(m, OFS_XKB_TYPES) && i < m->ranges[OFS_XKB_TYPES].count && !r.bad; i++) {
        ofs_req_skip(&r, 5);
        unsigned entries = ofs_req8(&r), preserve = ofs_req8(&r);
        ofs_req_skip(&r, 1 + entries * (preserve ? 8 : 4));
    }
    for (unsigned i = 0; ofs_xkb_set_has(m, OFS_XKB_SYMS) && i < m->ranges[OFS_XKB_SYMS].count && !r.bad; i++) {
        ofs_req_skip(&r, 6);
        ofs_req_skip(&r, ofs_req16(&r) * 4u);
    }
    if (ofs_xkb_set_has(m, OFS_XKB_ACTIONS)) {
        ofs_req_skip(&r, m->ranges[OFS_XKB_ACTIONS].count);
        ofs_req_align(&r);
        ofs_req_skip(&r, m->totals[OFS_XKB_ACTIONS] * 8u);
    }
    if (ofs_xkb_set_has(m, OFS_XKB_BEHAVIORS))
        ofs_req_skip(&r, m->totals[OFS_XKB_BEHAVIORS] * 4u);
    if (ofs_xkb_set_has(m, OFS_XKB_VMODS))
        ofs_req_skip(&r, ofs_xkb_bit_count(m->vmods));
    ofs_req_align(&r);
    if (ofs_xkb_set_has(m, OFS_XKB_EXPLICIT))
        ofs_req_skip(&r, m->totals[OFS_XKB_EXPLICIT] * 2u);
    ofs_req_align(&r);
    if (ofs_xkb_set_has(m, OFS_XKB_MODMAP))
        ofs_req_skip(&r, m->totals[OFS_XKB_MODMAP] * 2u);
    ofs_req_align(&r);
    if (ofs_xkb_set_has(m, OFS_XKB_VMODMAP))
        ofs_req_skip(&r, m->totals[OFS_XKB_VMODMAP] * 4u);
    return ofs_req_end(&r);
}

/* ---- each of these reads its part of the request ---- */

static int bad_value(struct ofs_client *c, uint32_t value) { return ofs_bad(c, BadValue, value); }

static int check_type_count(struct ofs_client *c, struct ofs_xkb_set_map *m)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    struct ofs_xkb_range rg = m->ranges[OFS_XKB_TYPES];
    unsigned end = (unsigned)rg.first + rg.count;
    if (rg.first > xkb->type_count)
        return bad_value(c, ofs_xkb_code3(0x01, rg.first, xkb->type_count));
    m->type_count = xkb->type_count;
    if ((m->flags & OFS_XKB_SET_RESIZE_TYPES) && ofs_xkb_set_has(m, OFS_XKB_TYPES)) {
        if (end < XkbNumRequiredTypes)
            return bad_value(c, ofs_xkb_code4(0x02, rg.first, rg.count, XkbNumRequiredTypes));
        if (end > XkbMaxKeyTypes)
            return bad_value(c, ofs_xkb_code4(0x02, rg.first, rg.count, XkbMaxKeyTypes));
        m->type_count = end;
    } else if (ofs_xkb_set_has(m, OFS_XKB_TYPES) && end > xkb->type_count) {
        return bad_value(c, end);
    }
    for (unsigned i = 0; i < m->type_count && i < xkb->type_count; i++)
        m->levels[i] = xkb->types[i].levels;
    return 0;
}

static int check_type(struct ofs_client *c, struct ofs_xkb_set_map *m, struct ofs_request *r, unsigned index)
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
static int width_of(const struct ofs_xkb_set_map *m, const uint8_t types[4], unsigned groups, unsigned *bad_group_out)
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

static int check_key_widths(struct ofs_client *c, struct ofs_xkb_set_map *m)
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

static int check_range(struct ofs_client *c, const struct ofs_xkb_set_map *m, unsigned part, uint32_t number)
{
    struct ofs_xkb_range rg = m->ranges[part];
    if ((unsigned)rg.first + rg.count - 1u > m->max)
        return bad_value(c, ofs_xkb_code4(number, rg.first, rg.count, m->max));
    if (rg.first < m->min)
        return bad_value(c, ofs_xkb_code3(number + 1, rg.first, m->min));
    return 0;
}

static int check_syms(struct ofs_client *c, struct ofs_xkb_set_map *m, struct ofs_request *r)
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

static int check_actions(struct ofs_client *c, struct ofs_xkb_set_map *m, struct ofs_request *r)
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
static int check_list(struct ofs_client *c, struct ofs_xkb_set_map *m, struct ofs_request *r, unsigned part, uint32_t number,
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

int ofs_xkb_set_map_check(struct ofs_client *c, struct ofs_xkb_set_map *m, const struct ofs_request *request)
{
    struct ofs_request r = *request;
    int error = 0;
    if (!length_fits(m, r))
        return BadLength;
    if (!XkbIsLegalKeycode(m->min))
        return bad_value(c, ofs_xkb_code3(0x02, m->min, m->max));
    if (m->min > m->max)
        return ofs_bad(c, BadMatch, ofs_xkb_code3(0x03, m->min, m->max));
    error = check_type_count(c, m);
    for (unsigned i = 0; ofs_xkb_set_has(m, OFS_XKB_TYPES) && i < m->ranges[OFS_XKB_TYPES].count && !error; i++)
        error = check_type(c, m, &r, m->ranges[OFS_XKB_TYPES].first + i);
    if (!error)
        error = check_key_widths(c, m);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_SYMS))
        error = check_syms(c, m, &r);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_ACTIONS))
        error = check_actions(c, m, &r);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_BEHAVIORS))
        error = check_list(c, m, &r, OFS_XKB_BEHAVIORS, 0x31, 4);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_VMODS))
        ofs_req_skip(&r, ofs_xkb_bit_count(m->vmods));
    ofs_req_align(&r);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_EXPLICIT))
        error = check_list(c, m, &r, OFS_XKB_EXPLICIT, 0x51, 2);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_MODMAP))
        error = check_list(c, m, &r, OFS_XKB_MODMAP, 0x61, 2);
    if (!error && ofs_xkb_set_has(m, OFS_XKB_VMODMAP))
        error = check_list(c, m, &r, OFS_XKB_VMODMAP, 0x71, 4);
    if (!error && !ofs_req_end(&r))
        error = BadLength;
    return error;
}
