/* SetNames. Checked as a whole before anything is changed. */
#include <X11/X.h>
#include <stdlib.h>

#include "x11/xkb.h"

struct set_names {
    uint32_t which, leds;
    uint16_t vmods;
    uint8_t first_type, types, first_level, levels, groups, radio_groups, first_key, keys, aliases;
};

static void read_header(struct ofs_request *r, struct set_names *n)
{
    n->vmods = ofs_req16(r);
    n->which = ofs_req32(r);
    n->first_type = ofs_req8(r);
    n->types = ofs_req8(r);
    n->first_level = ofs_req8(r);
    n->levels = ofs_req8(r);
    n->leds = ofs_req32(r);
    n->groups = ofs_req8(r) & XkbAllGroupsMask;
    n->radio_groups = ofs_req8(r);
    n->first_key = ofs_req8(r);
    n->keys = ofs_req8(r);
    n->aliases = ofs_req8(r);
    ofs_req_skip(r, 3);
}

/* The next `count` atoms are atoms, or None. */
static int check_atoms(struct ofs_client *c, struct ofs_request *r, unsigned count)
{
    size_t length;
    for (unsigned i = 0; i < count; i++) {
        uint32_t atom = ofs_req32(r);
        if (r->bad)
            return BadLength;
        if (atom && !ofs_atom_name(c->server, atom, &length))
            return ofs_bad(c, BadAtom, atom);
    }
    return 0;
}

static int check_type_names(struct ofs_client *c, const struct set_names *n, struct ofs_request *r)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    if (n->types < 1)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x02, n->types));
    if (n->first_type + n->types - 1u >= xkb->type_count)
        return ofs_bad(c, BadValue, ofs_xkb_code4(0x03, n->first_type, n->types, xkb->type_count));
    if (n->first_type <= XkbLastRequiredType)
        return ofs_bad(c, BadAccess, ofs_xkb_code2(0x04, n->first_type));
    return check_atoms(c, r, n->types);
}

static int check_level_names(struct ofs_client *c, const struct set_names *n, struct ofs_request *r)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    if (n->levels < 1)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x05, n->levels));
    if (n->first_level + n->levels - 1u >= xkb->type_count)
        return ofs_bad(c, BadValue, ofs_xkb_code4(0x06, n->first_level, n->levels, xkb->type_count));
    const uint8_t *widths = ofs_req_bytes(r, n->levels);
    ofs_req_align(r);
    if (r->bad)
        return BadLength;
    for (unsigned i = 0; i < n->levels; i++) {
        uint8_t levels = xkb->types[n->first_level + i].levels;
        if (widths[i] && widths[i] != levels)
            return ofs_bad(c, BadMatch, ofs_xkb_code4(0x07, i + n->first_level, levels, widths[i]));
        int error = check_atoms(c, r, widths[i]);
        if (error)
            return error;
    }
    return 0;
}

static int check_keys(struct ofs_client *c, const struct set_names *n, struct ofs_request *r)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    if (n->first_key < xkb->min_keycode)
        return ofs_bad(c, BadValue, ofs_xkb_code3(0x0B, xkb->min_keycode, n->first_key));
    if (n->keys < 1 || n->first_key + n->keys - 1u > xkb->max_keycode)
        return ofs_bad(c, BadValue, ofs_xkb_code4(0x0C, xkb->max_keycode, n->first_key, n->keys));
    ofs_req_skip(r, n->keys * 4u);
    return 0;
}

/* A list of atoms by mask: which must name something, else the number is the error's value. */
static int check_masked(struct ofs_client *c, struct ofs_request *r, uint32_t mask, uint32_t number)
{
    return mask ? check_atoms(c, r, ofs_xkb_bit_count(mask)) : ofs_bad(c, BadMatch, number);
}

static int check(struct ofs_client *c, const struct set_names *n, struct ofs_request r)
{
    int error = check_atoms(c, &r, ofs_xkb_bit_count(n->which & XkbComponentNamesMask));
    if (!error && (n->which & XkbKeyTypeNamesMask))
        error = check_type_names(c, n, &r);
    if (!error && (n->which & XkbKTLevelNamesMask))
        error = check_level_names(c, n, &r);
    if (!error && (n->which & XkbIndicatorNamesMask))
        error = check_masked(c, &r, n->leds, 0x08);
    if (!error && (n->which & XkbVirtualModNamesMask))
        error = check_masked(c, &r, n->vmods, 0x09);
    if (!error && (n->which & XkbGroupNamesMask))
        error = check_masked(c, &r, n->groups, 0x0A);
    if (!error && (n->which & XkbKeyNamesMask))
        error = check_keys(c, n, &r);
    if (!error && (n->which & XkbKeyAliasesMask))
        ofs_req_skip(&r, n->aliases * 8u);
    if (!error && (n->which & XkbRGNamesMask)) {
        if (n->radio_groups < 1 || n->radio_groups > XkbMaxRadioGroups)
            return ofs_bad(c, BadValue, ofs_xkb_code2(0x0D, n->radio_groups));
        error = check_atoms(c, &r, n->radio_groups);
    }
    if (!error && !ofs_req_end(&r))
        error = ofs_bad(c, BadLength, r.size_bytes / 4);
    return error;
}

static void set_masked(struct ofs_request *r, uint32_t *atoms, unsigned count, uint32_t mask)
{
    for (unsigned i = 0; i < count; i++)
        if (mask >> i & 1)
            atoms[i] = ofs_req32(r);
}

static void apply(struct ofs_xkb *xkb, const struct set_names *n, struct ofs_request *r, char (*aliases)[8])
{
    struct ofs_xkb_names *names = &xkb->names;
    uint32_t *single[] = { &names->keycodes, &names->geometry, &names->symbols, &names->phys_symbols, &names->types,
                           &names->compat };
    for (unsigned i = 0; i < OFS_ARRAY_LEN(single); i++)
        if (n->which >> i & 1)
            *single[i] = ofs_req32(r);
    for (unsigned i = 0; (n->which & XkbKeyTypeNamesMask) && i < n->types; i++)
        xkb->types[n->first_type + i].name = ofs_req32(r);
    if (n->which & XkbKTLevelNamesMask) {
        const uint8_t *widths = ofs_req_bytes(r, n->levels);
        ofs_req_align(r);
        for (unsigned i = 0; i < n->levels; i++)
            for (unsigned level = 0; level < widths[i]; level++)
                xkb->types[n->first_level + i].level_names[level] = ofs_req32(r);
    }
    if (n->which & XkbIndicatorNamesMask)
        set_masked(r, names->leds, 32, n->leds);
    if (n->which & XkbVirtualModNamesMask)
        set_masked(r, names->vmods, 16, n->vmods);
    if (n->which & XkbGroupNamesMask)
        set_masked(r, names->groups, 4, n->groups);
    for (unsigned i = 0; (n->which & XkbKeyNamesMask) && i < n->keys; i++)
        memcpy(xkb->keys[n->first_key + i].name, ofs_req_bytes(r, 4), 4);
    if (n->which & XkbKeyAliasesMask) {
        const uint8_t *from = ofs_req_bytes(r, n->aliases * 8u);
        if (n->aliases)
            memcpy(aliases, from, n->aliases * 8u);
        free(names->aliases);
        names->aliases = aliases;
        names->alias_count = n->aliases;
    }
    if (n->which & XkbRGNamesMask) {
        names->radio_group_count = n->radio_groups;
        for (unsigned i = 0; i < n->radio_groups; i++)
            names->radio_groups[i] = ofs_req32(r);
    }
}

int ofs_xkb_req_SetNames(struct ofs_client *c, struct ofs_request *r)
{
    struct set_names n;
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    read_header(r, &n);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (n.which & ~(uint32_t)XkbAllNamesMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x01, n.which & ~(uint32_t)XkbAllNamesMask));
    if ((error = check(c, &n, *r)) != 0)
        return error;
    char(*aliases)[8] = NULL;
    if ((n.which & XkbKeyAliasesMask) && !(aliases = malloc(n.aliases * 8u + 1)))
        return BadAlloc;
    apply(c->server->xkb, &n, r, aliases);
    struct ofs_xkb_names_change change = { .changed = (uint16_t)n.which };
    if (n.which & XkbKeyTypeNamesMask) {
        change.first_type = n.first_type;
        change.types = n.types;
    }
    if (n.which & XkbKTLevelNamesMask) {
        change.first_level = n.first_level;
        change.levels = n.levels;
    }
    if (n.which & XkbKeyNamesMask) {
        change.first_key = n.first_key;
        change.keys = n.keys;
    }
    change.leds = n.which & XkbIndicatorNamesMask ? n.leds : 0;
    change.vmods = n.which & XkbVirtualModNamesMask ? n.vmods : 0;
    change.groups = n.which & XkbGroupNamesMask ? n.groups : 0;
    change.aliases = n.which & XkbKeyAliasesMask ? n.aliases : 0;
    change.radio_groups = n.which & XkbRGNamesMask ? n.radio_groups : 0;
    if (n.which)
        ofs_xkb_notify_names(c->server, &change);
    if (n.which & XkbIndicatorNamesMask)
        ofs_xkb_notify_device(c->server, XkbXI_IndicatorNamesMask);
    return 0;
}
