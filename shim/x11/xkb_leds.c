/* Indicators: which are lit, from modifiers, groups and controls, and what lighting one does to the keyboard. */
#include "x11/xkb.h"

bool ofs_xkb_led_in_use(const struct ofs_xkb_led *led)
{
    return led->flags || led->which_groups || led->which_mods || led->controls;
}

static bool led_wants(const struct ofs_xkb *xkb, const struct ofs_xkb_led *led)
{
    const struct ofs_xkb_state *st = &xkb->state;
    uint8_t mods = 0, group = 0;
    if (led->which_mods & XkbIM_UseBase)
        mods |= st->base_mods;
    if (led->which_mods & XkbIM_UseLatched)
        mods |= st->latched_mods;
    if (led->which_mods & XkbIM_UseLocked)
        mods |= st->locked_mods;
    if (led->which_mods & XkbIM_UseEffective)
        mods |= st->mods;
    if (led->which_mods & XkbIM_UseCompat)
        mods |= st->compat_state;
    /* Asking for no modifiers at all means: lit while there are none. */
    bool asks_none = !led->mods.mask && !led->mods.virt;
    if ((led->which_mods & XkbIM_UseAnyMods) && (asks_none ? !mods : mods & led->mods.mask))
        return true;
    if (led->which_groups & XkbIM_UseBase)
        group |= (uint8_t)(1u << (st->base_group & 7));
    if (led->which_groups & XkbIM_UseLatched)
        group |= (uint8_t)(1u << (st->latched_group & 7));
    if (led->which_groups & XkbIM_UseLocked)
        group |= (uint8_t)(1u << (st->locked_group & 7));
    if (led->which_groups & XkbIM_UseEffective)
        group |= (uint8_t)(1u << (st->group & 7));
    if ((led->which_groups & XkbIM_UseAnyGroup) && (!led->groups || (group & led->groups)))
        return true;
    return xkb->controls.enabled & led->controls;
}

uint32_t ofs_xkb_leds_of_state(const struct ofs_xkb *xkb, uint16_t changed)
{
    uint8_t parts = 0;
    parts |= changed & (XkbModifierBaseMask | XkbGroupBaseMask) ? XkbIM_UseBase : 0;
    parts |= changed & (XkbModifierLatchMask | XkbGroupLatchMask) ? XkbIM_UseLatched : 0;
    parts |= changed & (XkbModifierLockMask | XkbGroupLockMask) ? XkbIM_UseLocked : 0;
    parts |= changed & (XkbModifierStateMask | XkbGroupStateMask) ? XkbIM_UseEffective : 0;
    parts |= changed & XkbCompatStateMask ? XkbIM_UseCompat : 0;
    uint32_t which = 0;
    for (unsigned i = 0; i < 32; i++)
        which |= (xkb->leds[i].which_mods | xkb->leds[i].which_groups) & parts ? 1u << i : 0;
    return which;
}

uint32_t ofs_xkb_leds_of_controls(const struct ofs_xkb *xkb)
{
    uint32_t which = 0;
    for (unsigned i = 0; i < 32; i++)
        which |= xkb->leds[i].controls ? 1u << i : 0;
    return which;
}

uint32_t ofs_xkb_compute_leds(struct ofs_xkb *xkb, uint32_t which)
{
    uint32_t old = xkb->led_state;
    for (unsigned i = 0; i < 32; i++) {
        uint32_t bit = 1u << i;
        if (!(which & bit))
            continue;
        bool lit = !(xkb->leds[i].flags & XkbIM_NoAutomatic) && led_wants(xkb, &xkb->leds[i]);
        xkb->led_auto = lit ? xkb->led_auto | bit : xkb->led_auto & ~bit;
    }
    xkb->led_state = xkb->led_auto | xkb->led_explicit;
    return old ^ xkb->led_state;
}

void ofs_xkb_update_leds(struct ofs_server *s, uint32_t which)
{
    uint32_t changed = ofs_xkb_compute_leds(s->xkb, which);
    if (!changed)
        return;
    ofs_xkb_notify_leds(s, XkbIndicatorStateNotify, s->xkb->led_state, changed);
    ofs_xkb_notify_device(s, XkbXI_IndicatorStateMask);
}

/* An indicator that drives the keyboard changes what it stands for. True if that changed anything. */
static bool drive(struct ofs_server *s, const struct ofs_xkb_led *led, bool on, const struct ofs_xkb_cause *cause)
{
    const uint8_t settable = XkbIM_UseLocked | XkbIM_UseEffective;
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_controls old_controls = xkb->controls;
    struct ofs_xkb_state old = xkb->state;
    xkb->controls.enabled = on ? xkb->controls.enabled | led->controls : xkb->controls.enabled & ~led->controls;
    ofs_xkb_notify_controls(s, &old_controls, cause);
    if (led->groups && (led->which_groups & settable)) {
        unsigned group = 0;
        while (group < 4 && (led->groups >> group & 1) != on)
            group++;
        if (group < 4)
            xkb->state.locked_group = (uint8_t)group;
    }
    if (led->which_mods & settable)
        xkb->state.locked_mods = (uint8_t)(on ? xkb->state.locked_mods | led->mods.mask
                                              : xkb->state.locked_mods & ~led->mods.mask);
    if (xkb->state.locked_mods != old.locked_mods || xkb->state.locked_group != old.locked_group)
        ofs_xkb_state_changed(s, &old, cause);
    else if (xkb->controls.enabled != old_controls.enabled)
        ofs_xkb_derive_state(xkb);
    else
        return false;
    return true;
}

void ofs_xkb_set_leds(struct ofs_server *s, uint32_t affect, uint32_t values, const struct ofs_xkb_cause *cause)
{
    struct ofs_xkb *xkb = s->xkb;
    xkb->led_explicit = (xkb->led_explicit & ~affect) | (values & affect);
    for (unsigned i = 0; i < 32; i++) {
        const struct ofs_xkb_led *led = &xkb->leds[i];
        if ((affect >> i & 1) && (led->flags & XkbIM_NoExplicit))
            xkb->led_explicit &= ~(1u << i);
    }
    bool driven = false;
    for (unsigned i = 0; i < 32; i++) {
        const struct ofs_xkb_led *led = &xkb->leds[i];
        if ((affect >> i & 1) && (led->flags & XkbIM_LEDDrivesKB) && !(led->flags & XkbIM_NoExplicit))
            driven |= drive(s, led, values >> i & 1, cause);
    }
    ofs_xkb_update_leds(s, driven ? ~0u : 0);
}
