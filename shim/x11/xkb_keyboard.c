/* The keyboard as a whole: geometry, component lists, GetKbdByName.
 *
 * The map was compiled when this server was built, so no other can be loaded by name; a client that asks for one is told
 * so, and one that brings a whole map of its own (SetMap and its companions) is served. */
#include <X11/X.h>

#include "x11/xkb.h"

void ofs_xkb_write_geometry(struct ofs_client *c, uint8_t device, uint32_t name)
{
    const struct ofs_keymap *map = &ofs_keymap_default;
    const uint8_t *p = map->geometry;
    const struct ofs_xkb *xkb = c->server->xkb;
    bool found = map->geometry_name && !xkb->foreign_geometry && (!name || name == xkb->names.geometry);
    ofs_reply_begin(c, device);
    if (!found)
        ofs_out32(c, name ? name : xkb->names.geometry);
    for (const char *f = map->geometry_format; found && *f; f++) {
        uint32_t value = 0;
        unsigned width = *f == 'b' ? 1 : *f == 'h' ? 2 : 4;
        for (unsigned i = 0; i < width; i++)
            value |= (uint32_t)*p++ << 8 * i;
        if (*f == 'b')
            ofs_out8(c, (uint8_t)value);
        else if (*f == 'h')
            ofs_out16(c, (uint16_t)value);
        else if (*f == 'w')
            ofs_out32(c, value);
        else
            ofs_out32(c, value ? ofs_atom(c->server, map->strings[value], strlen(map->strings[value]), false) : 0);
    }
    ofs_reply_end(c);
}

static int check_name(struct ofs_client *c, uint32_t atom)
{
    size_t length;
    return !atom || ofs_atom_name(c->server, atom, &length) ? 0 : ofs_bad(c, BadAtom, atom);
}

int ofs_xkb_req_GetGeometry(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t name = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error || (error = check_name(c, name)) != 0)
        return error;
    ofs_xkb_write_geometry(c, device, name);
    return 0;
}

/* What the keyboard looks like is of no use here: a client's geometry is taken note of by name, not kept, and no longer
 * found. */
int ofs_xkb_req_SetGeometry(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    ofs_req_skip(r, 2);
    uint32_t name = ofs_req32(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error || (error = check_name(c, name)) != 0)
        return error;
    struct ofs_xkb_names_change names = { .changed = XkbGeometryNameMask };
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbSetGeometry };
    if (name != xkb->names.geometry)
        ofs_xkb_notify_names(c->server, &names);
    xkb->names.geometry = name;
    xkb->foreign_geometry = true;
    ofs_xkb_notify_new_keyboard(c->server, XkbNKN_GeometryMask, &cause);
    return 0;
}

/* A string with a length byte. */
struct text {
    const char *at;
    uint8_t length;
};

static bool read_text(struct ofs_request *r, struct text *text)
{
    text->length = ofs_req8(r);
    text->at = (const char *)ofs_req_bytes(r, text->length);
    return !r->bad;
}

int ofs_xkb_req_ListComponents(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    struct text unused;
    uint16_t spec = ofs_req16(r);
    ofs_req_skip(r, 2);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    for (unsigned i = 0; i < 6; i++)
        if (!read_text(r, &unused))
            return BadLength;
    if (!ofs_req_end(r))
        return BadLength;
    ofs_reply_begin(c, device); /* no lists: as X.Org servers answer */
    ofs_reply_end(c);
    return 0;
}

/* ---- GetKbdByName ---- */

/* Does the request mean the component that the keyboard has? */
static bool is_current(struct ofs_server *s, const struct text *spec, uint32_t current)
{
    size_t length = 0;
    const char *name = current ? ofs_atom_name(s, current, &length) : NULL;
    if (spec->length == 0 || (spec->length == 1 && spec->at[0] == '%'))
        return true;
    return name && length == spec->length && memcmp(name, spec->at, length) == 0;
}

enum { COMPONENTS = 5 };

static bool is_current_map(struct ofs_server *s, const struct text specs[COMPONENTS])
{
    const struct ofs_xkb_names *n = &s->xkb->names;
    const uint32_t names[COMPONENTS] = { n->keycodes, n->types, n->compat, n->symbols, n->geometry };
    for (unsigned i = 0; i < COMPONENTS; i++)
        if (!is_current(s, &specs[i], names[i]))
            return false;
    return true;
}

/* Both kinds of symbols come together, and some name is always there. */
static uint16_t reported_for(uint16_t wanted)
{
    return (uint16_t)(wanted | XkbGBN_OtherNamesMask | (wanted & XkbGBN_SymbolsMask ? XkbGBN_SymbolsMask : 0));
}

/* X.Org servers answer with the sections of the compiled file that they looked for, and for symbols with two more than the
 * protocol would have. Clients only compare it with 0. */
enum { XKM_TYPES = 1, XKM_COMPAT = 2, XKM_SYMBOLS = 4, XKM_LEDS = 8, XKM_KEY_NAMES = 16, XKM_GEOMETRY = 32, XKM_VMODS = 64 };

static uint16_t found_for(uint16_t wanted, bool load)
{
    if (load)
        return XKM_TYPES | XKM_COMPAT | XKM_SYMBOLS | XKM_LEDS | XKM_KEY_NAMES | XKM_GEOMETRY | XKM_VMODS;
    unsigned found = XKM_VMODS;
    found |= wanted & XkbGBN_TypesMask ? XKM_TYPES : 0;
    found |= wanted & XkbGBN_CompatMapMask ? XKM_COMPAT : 0;
    found |= wanted & XkbGBN_SymbolsMask ? XKM_SYMBOLS | XKM_TYPES | XKM_COMPAT : 0;
    found |= wanted & XkbGBN_IndicatorMapMask ? XKM_LEDS : 0;
    found |= wanted & XkbGBN_KeyNamesMask ? XKM_KEY_NAMES : 0;
    found |= wanted & XkbGBN_GeometryMask ? XKM_GEOMETRY : 0;
    return (uint16_t)found;
}

/* Returns how many bytes it wrote. */
static size_t write_reported(struct ofs_client *c, uint8_t device, uint16_t reported)
{
    size_t total = 0;
    const struct ofs_xkb *xkb = c->server->xkb;
    struct ofs_xkb_range all = { xkb->min_keycode, (uint8_t)(xkb->max_keycode - xkb->min_keycode + 1) };
    if (reported & (XkbGBN_SymbolsMask | XkbGBN_TypesMask)) {
        struct ofs_xkb_map_query q = { 0 };
        if (reported & (XkbGBN_TypesMask | XkbGBN_ClientSymbolsMask))
            q.present |= XkbKeyTypesMask;
        if (reported & XkbGBN_ClientSymbolsMask)
            q.present |= XkbKeySymsMask | XkbModifierMapMask;
        if (reported & XkbGBN_ServerSymbolsMask)
            q.present |= XkbAllServerInfoMask;
        for (unsigned part = 1; part < 8; part++)
            q.ranges[part] = all;
        q.ranges[OFS_XKB_TYPES] = (struct ofs_xkb_range){ 0, (uint8_t)xkb->type_count };
        q.vmods = 0xFFFF;
        ofs_xkb_write_map(c, device, &q);
        total += ofs_out_offset(c);
    }
    if (reported & XkbGBN_CompatMapMask) {
        ofs_xkb_write_compat(c, device, XkbAllGroupsMask, 0, xkb->interp_count);
        total += ofs_out_offset(c);
    }
    if (reported & XkbGBN_IndicatorMapMask) {
        ofs_xkb_write_indicator_maps(c, device, ~0u);
        total += ofs_out_offset(c);
    }
    if (reported & (XkbGBN_OtherNamesMask | XkbGBN_KeyNamesMask)) {
        uint32_t which = reported & XkbGBN_OtherNamesMask ? XkbAllNamesMask & ~(XkbKeyNamesMask | XkbKeyAliasesMask) : 0;
        if (reported & XkbGBN_KeyNamesMask)
            which |= XkbKeyNamesMask | XkbKeyAliasesMask;
        ofs_xkb_write_names(c, device, which);
        total += ofs_out_offset(c);
    }
    if (reported & XkbGBN_GeometryMask) {
        ofs_xkb_write_geometry(c, device, 0);
        total += ofs_out_offset(c);
    }
    return total;
}

int ofs_xkb_req_GetKbdByName(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    uint8_t device;
    uint16_t spec = ofs_req16(r), need = ofs_req16(r), want = ofs_req16(r);
    uint8_t load = ofs_req8(r);
    ofs_req_skip(r, 1);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (want & ~XkbGBN_AllComponentsMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x01, want & ~XkbGBN_AllComponentsMask));
    if (need & ~XkbGBN_AllComponentsMask)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x02, need & ~XkbGBN_AllComponentsMask));
    struct text keymap, specs[COMPONENTS];
    if (!read_text(r, &keymap))
        return BadLength;
    if (keymap.length)
        return BadMatch;
    for (unsigned i = 0; i < COMPONENTS; i++)
        if (!read_text(r, &specs[i]))
            return BadLength;
    if (!ofs_req_end(r))
        return BadLength;
    bool have = is_current_map(c->server, specs) && (load || want || need);
    uint16_t reported = have ? reported_for(want | need) : 0;
    ofs_reply_begin(c, device);
    ofs_out8(c, xkb->min_keycode);
    ofs_out8(c, xkb->max_keycode);
    ofs_out8(c, have && load);
    ofs_out8(c, 0);
    ofs_out16(c, have ? found_for(want | need, load) : 0);
    ofs_out16(c, reported);
    ofs_reply_end(c);
    /* The replies that follow are part of this one: its length covers them. Counted from the end, since the buffer may move. */
    size_t rest = write_reported(c, device, reported);
    if (!c->closing)
        ofs_put32(c->out + (c->out_len - rest - 32) + 4, (uint32_t)(rest / 4), c->swap);
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbGetKbdByName };
    if (have && load)
        ofs_xkb_notify_new_keyboard(c->server, XkbNKN_KeycodesMask, &cause);
    return 0;
}
