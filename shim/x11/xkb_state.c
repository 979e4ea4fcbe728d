/* The keyboard's state: what follows from base, latched and locked modifiers and groups, and who is told. */
#include <X11/X.h>

#include "x11/input.h"
#include "x11/xkb.h"

uint8_t ofs_xkb_adjust_group(const struct ofs_xkb *xkb, int group)
{
    int count = xkb->controls.groups ? xkb->controls.groups : 1;
    if (group >= 0 && group < count)
        return (uint8_t)group;
    switch (ofs_xkb_range_action(xkb->controls.groups_wrap)) {
    case XkbClampIntoRange:
        return (uint8_t)(group < 0 ? 0 : count - 1);
    case XkbRedirectIntoRange: {
        int to = (int)ofs_xkb_range_group(xkb->controls.groups_wrap);
        return (uint8_t)(to < count ? to : 0);
    }
    default:
        return (uint8_t)((group % count + count) % count);
    }
}

void ofs_xkb_derive_state(struct ofs_xkb *xkb)
{
    struct ofs_xkb_state *st = &xkb->state;
    const struct ofs_xkb_controls *ctl = &xkb->controls;
    st->mods = st->base_mods | st->latched_mods | st->locked_mods;
    st->lookup_mods = st->mods & (uint8_t)~ctl->internal.mask;
    st->grab_mods = (uint8_t)((st->lookup_mods & ~ctl->ignore_lock.mask) |
                              ((st->base_mods | st->latched_mods) & ctl->ignore_lock.mask));
    st->locked_group = ofs_xkb_adjust_group(xkb, (int8_t)st->locked_group);
    st->group = ofs_xkb_adjust_group(xkb, st->locked_group + st->base_group + st->latched_group);
    uint8_t compat = xkb->group_compat[st->group & 3].mask, grab = compat;
    st->compat_state = st->mods | compat;
    st->compat_lookup_mods = st->lookup_mods | compat;
    if (ctl->enabled & XkbIgnoreGroupLockMask)
        grab = xkb->group_compat[ofs_xkb_adjust_group(xkb, st->base_group + st->latched_group) & 3].mask;
    st->compat_grab_mods = st->grab_mods | grab;
}

uint16_t ofs_xkb_state_changes(const struct ofs_xkb_state *old, const struct ofs_xkb_state *new)
{
    unsigned changed = 0;
    changed |= old->mods != new->mods ? XkbModifierStateMask : 0;
    changed |= old->base_mods != new->base_mods ? XkbModifierBaseMask : 0;
    changed |= old->latched_mods != new->latched_mods ? XkbModifierLatchMask : 0;
    changed |= old->locked_mods != new->locked_mods ? XkbModifierLockMask : 0;
    changed |= old->group != new->group ? XkbGroupStateMask : 0;
    changed |= old->base_group != new->base_group ? XkbGroupBaseMask : 0;
    changed |= old->latched_group != new->latched_group ? XkbGroupLatchMask : 0;
    changed |= old->locked_group != new->locked_group ? XkbGroupLockMask : 0;
    changed |= old->compat_state != new->compat_state ? XkbCompatStateMask : 0;
    changed |= old->grab_mods != new->grab_mods ? XkbGrabModsMask : 0;
    changed |= old->compat_grab_mods != new->compat_grab_mods ? XkbCompatGrabModsMask : 0;
    changed |= old->lookup_mods != new->lookup_mods ? XkbLookupModsMask : 0;
    changed |= old->compat_lookup_mods != new->compat_lookup_mods ? XkbCompatLookupModsMask : 0;
    changed |= old->buttons != new->buttons ? XkbPointerButtonMask : 0;
    return (uint16_t)changed;
}

void ofs_xkb_state_changed(struct ofs_server *s, const struct ofs_xkb_state *old, const struct ofs_xkb_cause *cause)
{
    struct ofs_xkb *xkb = s->xkb;
    ofs_xkb_derive_state(xkb);
    uint16_t changed = ofs_xkb_state_changes(old, &xkb->state);
    if (!changed)
        return;
    ofs_xkb_notify_state(s, changed, cause);
    ofs_xkb_update_leds(s, ofs_xkb_leds_of_state(xkb, changed));
}

void ofs_xkb_clear_latches_and_locks(struct ofs_server *s, const struct ofs_xkb_cause *cause)
{
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_state old = xkb->state;
    xkb->state.latched_mods = xkb->state.locked_mods = 0;
    xkb->state.latched_group = 0;
    xkb->state.locked_group = 0;
    ofs_xkb_state_changed(s, &old, cause);
}

void ofs_xkb_button(struct ofs_server *s, uint8_t button, bool down)
{
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_state old = xkb->state;
    struct ofs_xkb_cause cause = { .keycode = button, .event = down ? ButtonPress : ButtonRelease };
    if (button >= 1 && button <= 5) {
        uint16_t bit = (uint16_t)(Button1Mask << (button - 1));
        xkb->state.buttons = (uint16_t)(down ? xkb->state.buttons | bit : xkb->state.buttons & ~bit);
    }
    if (!down && xkb->state.latched_mods)
        ofs_xkb_latch_mods(xkb, 0xFF, 0);
    ofs_xkb_state_changed(s, &old, &cause);
}
