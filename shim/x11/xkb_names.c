/* GetNames. */
#include <X11/X.h>

#include "x11/xkb.h"

static uint32_t present(const uint32_t *atoms, unsigned count)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < count; i++)
        mask |= atoms[i] ? 1u << i : 0;
    return mask;
}

static void out_atoms(struct ofs_client *c, const uint32_t *atoms, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (atoms[i])
            ofs_out32(c, atoms[i]);
}

static void write_level_names(struct ofs_client *c)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    for (unsigned i = 0; i < xkb->type_count; i++)
        ofs_out8(c, xkb->types[i].level_names ? xkb->types[i].levels : 0);
    ofs_out_align(c);
    for (unsigned i = 0; i < xkb->type_count; i++)
        for (unsigned n = 0; xkb->types[i].level_names && n < xkb->types[i].levels; n++)
            ofs_out32(c, xkb->types[i].level_names[n]);
}

static void write_lists(struct ofs_client *c, uint32_t which)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    const struct ofs_xkb_names *names = &xkb->names;
    const uint32_t single[] = { names->keycodes, names->geometry, names->symbols, names->phys_symbols, names->types,
                                names->compat };
    for (unsigned i = 0; i < OFS_ARRAY_LEN(single); i++)
        if (which >> i & 1)
            ofs_out32(c, single[i]);
    for (unsigned i = 0; (which & XkbKeyTypeNamesMask) && i < xkb->type_count; i++)
        ofs_out32(c, xkb->types[i].name);
    if (which & XkbKTLevelNamesMask)
        write_level_names(c);
    if (which & XkbIndicatorNamesMask)
        out_atoms(c, names->leds, 32);
    if (which & XkbVirtualModNamesMask)
        out_atoms(c, names->vmods, 16);
    if (which & XkbGroupNamesMask)
        out_atoms(c, names->groups, 4);
    for (unsigned code = xkb->min_keycode; (which & XkbKeyNamesMask) && code <= xkb->max_keycode; code++)
        ofs_out_bytes(c, xkb->keys[code].name, 4);
    if (which & XkbKeyAliasesMask)
        ofs_out_bytes(c, names->aliases, names->alias_count * 8);
    for (unsigned i = 0; (which & XkbRGNamesMask) && i < names->radio_group_count; i++)
        ofs_out32(c, names->radio_groups[i]);
}

void ofs_xkb_write_names(struct ofs_client *c, uint8_t device, uint32_t which)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    const struct ofs_xkb_names *names = &xkb->names;
    uint32_t leds = which & XkbIndicatorNamesMask ? present(names->leds, 32) : 0;
    uint32_t vmods = which & XkbVirtualModNamesMask ? present(names->vmods, 16) : 0;
    uint32_t groups = which & XkbGroupNamesMask ? present(names->groups, 4) : 0;
    unsigned level_names = 0;
    for (unsigned i = 0; (which & XkbKTLevelNamesMask) && i < xkb->type_count; i++)
        level_names += xkb->types[i].level_names ? xkb->types[i].levels : 0u;
    /* Lists without members are not there. */
    which &= ~((leds ? 0u : XkbIndicatorNamesMask) | (vmods ? 0u : XkbVirtualModNamesMask) |
               (groups ? 0u : XkbGroupNamesMask) | (names->alias_count ? 0u : XkbKeyAliasesMask) |
               (names->radio_group_count ? 0u : XkbRGNamesMask));
    ofs_reply_begin(c, device);
    ofs_out32(c, which);
    ofs_out8(c, xkb->min_keycode);
    ofs_out8(c, xkb->max_keycode);
    ofs_out8(c, (uint8_t)xkb->type_count);
    ofs_out8(c, (uint8_t)groups);
    ofs_out16(c, (uint16_t)vmods);
    ofs_out8(c, xkb->min_keycode);
    ofs_out8(c, (uint8_t)(xkb->max_keycode - xkb->min_keycode + 1));
    ofs_out32(c, leds);
    ofs_out8(c, (uint8_t)names->radio_group_count);
    ofs_out8(c, which & XkbKeyAliasesMask ? (uint8_t)names->alias_count : 0);
    ofs_out16(c, (uint16_t)level_names);
    ofs_out32(c, 0);
    write_lists(c, which);
    ofs_reply_end(c);
}

int ofs_xkb_req_GetNames(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t which = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (which & ~(uint32_t)XkbAllNamesMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x01, which & ~(uint32_t)XkbAllNamesMask));
    ofs_xkb_write_names(c, device, which);
    return 0;
}
