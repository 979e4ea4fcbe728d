/* GetCompatMap and SetCompatMap: symbol interpretations and the modifiers that stand for groups. */
#include <X11/X.h>
#include <stdlib.h>

#include "x11/xkb.h"

void ofs_xkb_write_compat(struct ofs_client *c, uint8_t device, uint8_t groups, unsigned first, unsigned count)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    ofs_reply_begin(c, device);
    ofs_out8(c, groups);
    ofs_out8(c, 0);
    ofs_out16(c, (uint16_t)first);
    ofs_out16(c, (uint16_t)count);
    ofs_out16(c, (uint16_t)xkb->interp_count);
    ofs_out_zero(c, 16);
    for (unsigned i = first; i < first + count; i++) {
        const struct ofs_keymap_interp *interp = &xkb->interps[i];
        ofs_out32(c, interp->keysym);
        ofs_out8(c, interp->mods);
        ofs_out8(c, interp->match);
        ofs_out8(c, interp->virtual_mod);
        ofs_out8(c, interp->flags);
        ofs_out_bytes(c, interp->action, 8);
    }
    for (unsigned g = 0; g < 4; g++) {
        if (!(groups >> g & 1))
            continue;
        ofs_out8(c, xkb->group_compat[g].mask);
        ofs_out8(c, xkb->group_compat[g].real);
        ofs_out16(c, xkb->group_compat[g].virt);
    }
    ofs_reply_end(c);
}

int ofs_xkb_req_GetCompatMap(struct ofs_client *c, struct ofs_request *r)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    uint8_t groups = ofs_req8(r), all = ofs_req8(r);
    uint16_t first = ofs_req16(r), count = ofs_req16(r);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if (all) {
        first = 0;
        count = (uint16_t)xkb->interp_count;
    } else if (count && first + count - 1u >= xkb->interp_count) {
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x05, xkb->interp_count));
    }
    ofs_xkb_write_compat(c, device, groups & XkbAllGroupsMask, first, count);
    return 0;
}

struct compat_change {
    uint8_t recompute, truncate, groups;
    uint16_t first, count;
};

static void read_interp(struct ofs_request *r, struct ofs_keymap_interp *interp)
{
    interp->keysym = ofs_req32(r);
    interp->mods = ofs_req8(r);
    interp->match = ofs_req8(r);
    interp->virtual_mod = ofs_req8(r);
    interp->flags = ofs_req8(r);
    const uint8_t *action = ofs_req_bytes(r, 8);
    if (action)
        memcpy(interp->action, action, 8);
}

static int set_interps(struct ofs_xkb *xkb, struct ofs_request *r, const struct compat_change *ch)
{
    unsigned end = ch->first + (unsigned)ch->count;
    if (end > 0xFFFF)
        return BadValue;
    if (end > xkb->interp_count) {
        struct ofs_keymap_interp *larger = realloc(xkb->interps, end * sizeof(*larger));
        if (!larger)
            return BadAlloc;
        xkb->interps = larger;
        xkb->interp_count = end;
    }
    for (unsigned i = ch->first; i < end; i++)
        read_interp(r, &xkb->interps[i]);
    if (ch->truncate)
        xkb->interp_count = end;
    return 0;
}

int ofs_xkb_req_SetCompatMap(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    struct compat_change ch;
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    ofs_req_skip(r, 1);
    ch.recompute = ofs_req8(r);
    ch.truncate = ofs_req8(r);
    ch.groups = ofs_req8(r);
    ch.first = ofs_req16(r);
    ch.count = ofs_req16(r);
    ofs_req_skip(r, 2);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    if ((ch.count || ch.truncate) && ch.first > xkb->interp_count)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x02, xkb->interp_count));
    uint8_t groups = ch.groups & XkbAllGroupsMask;
    if (ofs_req_left(r) != ch.count * 16u + ofs_xkb_bit_count(groups) * 4u)
        return BadLength;
    if ((ch.count || ch.truncate) && (error = set_interps(xkb, r, &ch)) != 0)
        return error;
    for (unsigned g = 0; g < 4; g++) {
        if (!(groups >> g & 1))
            continue;
        ofs_req_skip(r, 1);
        uint8_t real = ofs_req8(r);
        uint16_t virt = ofs_req16(r);
        xkb->group_compat[g] = (struct ofs_xkb_modset){ real | ofs_xkb_real_mods(xkb, virt), real, virt };
    }
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbSetCompatMap };
    struct ofs_xkb_changes changes = { .compat = true, .compat_groups = groups, .first_interp = ch.first,
                                       .interp_count = ch.count };
    ofs_xkb_notify_changes(c->server, &changes, &cause);
    if (!ch.recompute)
        return 0;
    changes = (struct ofs_xkb_changes){ 0 };
    error = ofs_xkb_update_actions(xkb, xkb->min_keycode, xkb->max_keycode - xkb->min_keycode + 1u, &changes);
    ofs_xkb_notify_changes(c->server, &changes, &cause);
    return error;
}
