/* GetControls and SetControls. */
#include <X11/X.h>

#include "x11/xkb.h"

int ofs_xkb_req_GetControls(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t device;
    int error = ofs_xkb_begin(c, ofs_req16(r), OFS_XKB_KEYBOARD, &device);
    if (error)
        return error;
    const struct ofs_xkb_controls *ctl = &c->server->xkb->controls;
    ofs_reply_begin(c, device);
    ofs_out8(c, ctl->mk_default_button);
    ofs_out8(c, ctl->groups);
    ofs_out8(c, ctl->groups_wrap);
    ofs_out8(c, ctl->internal.mask);
    ofs_out8(c, ctl->ignore_lock.mask);
    ofs_out8(c, ctl->internal.real);
    ofs_out8(c, ctl->ignore_lock.real);
    ofs_out8(c, 0);
    const uint16_t words[] = { ctl->internal.virt, ctl->ignore_lock.virt, ctl->repeat_delay, ctl->repeat_interval,
                               ctl->slow_keys_delay, ctl->debounce_delay, ctl->mk_delay, ctl->mk_interval,
                               ctl->mk_time_to_max, ctl->mk_max_speed, (uint16_t)ctl->mk_curve, ctl->ax_options,
                               ctl->ax_timeout, ctl->axt_options_mask, ctl->axt_options_values, 0 };
    for (unsigned i = 0; i < OFS_ARRAY_LEN(words); i++)
        ofs_out16(c, words[i]);
    ofs_out32(c, ctl->axt_controls_mask);
    ofs_out32(c, ctl->axt_controls_values);
    ofs_out32(c, ctl->enabled);
    ofs_out_bytes(c, ctl->per_key_repeat, 32);
    ofs_reply_end(c);
    return 0;
}

struct wanted {
    uint8_t affect_internal, internal, affect_ignore, ignore;
    uint16_t affect_internal_v, internal_v, affect_ignore_v, ignore_v;
    uint32_t affect_enabled, enabled, change;
    struct ofs_xkb_controls values;
};

static void read_wanted(struct ofs_request *r, struct wanted *w)
{
    struct ofs_xkb_controls *v = &w->values;
    w->affect_internal = ofs_req8(r);
    w->internal = ofs_req8(r);
    w->affect_ignore = ofs_req8(r);
    w->ignore = ofs_req8(r);
    w->affect_internal_v = ofs_req16(r);
    w->internal_v = ofs_req16(r);
    w->affect_ignore_v = ofs_req16(r);
    w->ignore_v = ofs_req16(r);
    v->mk_default_button = ofs_req8(r);
    v->groups_wrap = ofs_req8(r);
    v->ax_options = ofs_req16(r);
    ofs_req_skip(r, 2);
    w->affect_enabled = ofs_req32(r);
    w->enabled = ofs_req32(r);
    w->change = ofs_req32(r);
    v->repeat_delay = ofs_req16(r);
    v->repeat_interval = ofs_req16(r);
    v->slow_keys_delay = ofs_req16(r);
    v->debounce_delay = ofs_req16(r);
    v->mk_delay = ofs_req16(r);
    v->mk_interval = ofs_req16(r);
    v->mk_time_to_max = ofs_req16(r);
    v->mk_max_speed = ofs_req16(r);
    v->mk_curve = ofs_req_i16(r);
    v->ax_timeout = ofs_req16(r);
    v->axt_controls_mask = ofs_req32(r);
    v->axt_controls_values = ofs_req32(r);
    v->axt_options_mask = ofs_req16(r);
    v->axt_options_values = ofs_req16(r);
    const uint8_t *repeat = ofs_req_bytes(r, 32);
    if (repeat)
        memcpy(v->per_key_repeat, repeat, 32);
}

/* Value bits outside their mask; the number says which pair. */
static int match(struct ofs_client *c, uint32_t number, uint32_t mask, uint32_t value)
{
    return value & ~mask ? ofs_bad(c, BadMatch, ofs_xkb_code2(number, value & ~mask)) : 0;
}

static int legal(struct ofs_client *c, uint32_t number, uint32_t mask, uint32_t allowed)
{
    return mask & ~allowed ? ofs_bad(c, BadValue, ofs_xkb_code2(number, mask & ~allowed)) : 0;
}

static int set_mods(struct ofs_client *c, const struct wanted *w, struct ofs_xkb_controls *new)
{
    const struct ofs_xkb *xkb = c->server->xkb;
    int error = 0;
    if (w->change & XkbInternalModsMask) {
        if ((error = match(c, 0x02, w->affect_internal, w->internal)) != 0 ||
            (error = match(c, 0x03, w->affect_internal_v, w->internal_v)) != 0)
            return error;
        struct ofs_xkb_modset *m = &new->internal;
        m->real = (uint8_t)((m->real & ~w->affect_internal) | w->internal);
        m->virt = (uint16_t)((m->virt & ~w->affect_internal_v) | w->internal_v);
        m->mask = m->real | ofs_xkb_real_mods(xkb, m->virt);
    }
    if (w->change & XkbIgnoreLockModsMask) {
        if ((error = match(c, 0x04, w->affect_ignore, w->ignore)) != 0 ||
            (error = match(c, 0x05, w->affect_ignore_v, w->ignore_v)) != 0)
            return error;
        struct ofs_xkb_modset *m = &new->ignore_lock;
        m->real = (uint8_t)((m->real & ~w->affect_ignore) | w->ignore);
        m->virt = (uint16_t)((m->virt & ~w->affect_ignore_v) | w->ignore_v);
        m->mask = m->real | ofs_xkb_real_mods(xkb, m->virt);
    }
    return 0;
}

static int set_timings(struct ofs_client *c, const struct wanted *w, struct ofs_xkb_controls *new)
{
    const struct ofs_xkb_controls *v = &w->values;
    if (w->change & XkbRepeatKeysMask) {
        if (!v->repeat_delay || !v->repeat_interval)
            return ofs_bad(c, BadValue, ofs_xkb_code3(0x08, v->repeat_delay, v->repeat_interval));
        new->repeat_delay = v->repeat_delay;
        new->repeat_interval = v->repeat_interval;
    }
    if (w->change & XkbSlowKeysMask) {
        if (!v->slow_keys_delay)
            return ofs_bad(c, BadValue, ofs_xkb_code2(0x09, 0));
        new->slow_keys_delay = v->slow_keys_delay;
    }
    if (w->change & XkbBounceKeysMask) {
        if (!v->debounce_delay)
            return ofs_bad(c, BadValue, ofs_xkb_code2(0x0A, 0));
        new->debounce_delay = v->debounce_delay;
    }
    if (w->change & XkbMouseKeysMask) {
        if (v->mk_default_button > XkbMaxMouseKeysBtn)
            return ofs_bad(c, BadValue, ofs_xkb_code2(0x0B, v->mk_default_button));
        new->mk_default_button = v->mk_default_button;
    }
    if (w->change & XkbMouseKeysAccelMask) {
        if (!v->mk_delay || !v->mk_interval || !v->mk_time_to_max || !v->mk_max_speed || v->mk_curve < -1000)
            return ofs_bad(c, BadValue, ofs_xkb_code2(0x0C, 0));
        new->mk_delay = v->mk_delay;
        new->mk_interval = v->mk_interval;
        new->mk_time_to_max = v->mk_time_to_max;
        new->mk_max_speed = v->mk_max_speed;
        new->mk_curve = v->mk_curve;
    }
    return 0;
}

static int set_groups_wrap(struct ofs_client *c, const struct wanted *w, struct ofs_xkb_controls *new)
{
    uint8_t wrap = w->values.groups_wrap;
    if (!(w->change & XkbGroupsWrapMask))
        return 0;
    unsigned action = ofs_xkb_range_action(wrap), to = ofs_xkb_range_group(wrap);
    if (action == XkbRedirectIntoRange && to >= new->groups)
        return ofs_bad(c, BadValue, ofs_xkb_code3(0x0D, new->groups, to));
    if (action == (XkbRedirectIntoRange | XkbClampIntoRange))
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x0E, action));
    new->groups_wrap = wrap;
    return 0;
}

static int set_access_x(struct ofs_client *c, const struct wanted *w, struct ofs_xkb_controls *new)
{
    const struct ofs_xkb_controls *v = &w->values;
    int error = legal(c, 0x0F, v->ax_options, XkbAX_AllOptionsMask);
    if (error)
        return error;
    uint16_t options = w->change & XkbAccessXKeysMask ? XkbAX_AllOptionsMask : 0;
    if (w->change & XkbStickyKeysMask)
        options |= XkbAX_SKOptionsMask;
    if (w->change & XkbAccessXFeedbackMask)
        options |= XkbAX_FBOptionsMask;
    new->ax_options = (uint16_t)((new->ax_options & ~options) | (v->ax_options & options));
    if (!(w->change & XkbAccessXTimeoutMask))
        return 0;
    if (!v->ax_timeout)
        return ofs_bad(c, BadValue, ofs_xkb_code2(0x10, 0));
    if ((error = match(c, 0x11, v->axt_controls_mask, v->axt_controls_values)) != 0 ||
        (error = legal(c, 0x12, v->axt_controls_mask, XkbAllBooleanCtrlsMask)) != 0 ||
        (error = match(c, 0x13, v->axt_options_mask, v->axt_options_values)) != 0 ||
        (error = legal(c, 0x14, v->axt_options_mask, XkbAX_AllOptionsMask)) != 0)
        return error;
    new->ax_timeout = v->ax_timeout;
    new->axt_controls_mask = v->axt_controls_mask;
    new->axt_controls_values = v->axt_controls_values;
    new->axt_options_mask = v->axt_options_mask;
    new->axt_options_values = v->axt_options_values;
    return 0;
}

int ofs_xkb_req_SetControls(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_xkb *xkb = c->server->xkb;
    struct wanted w = { 0 };
    uint8_t device;
    uint16_t spec = ofs_req16(r);
    read_wanted(r, &w);
    int error = ofs_xkb_begin(c, spec, OFS_XKB_KEYBOARD, &device);
    if (error || (error = legal(c, 0x01, w.change, XkbAllControlsMask)) != 0)
        return error;
    struct ofs_xkb_controls old = xkb->controls, new = old;
    if ((error = set_mods(c, &w, &new)) != 0 || (error = match(c, 0x06, w.affect_enabled, w.enabled)) != 0 ||
        (error = legal(c, 0x07, w.affect_enabled, XkbAllBooleanCtrlsMask)) != 0)
        return error;
    new.enabled = (new.enabled & ~w.affect_enabled) | w.enabled;
    if ((error = set_timings(c, &w, &new)) != 0 || (error = set_groups_wrap(c, &w, &new)) != 0 ||
        (error = set_access_x(c, &w, &new)) != 0)
        return error;
    if (w.change & XkbPerKeyRepeatMask)
        memcpy(new.per_key_repeat, w.values.per_key_repeat, 32);
    xkb->controls = new;
    struct ofs_xkb_cause cause = { .major = OFS_XKB_MAJOR, .minor = X_kbSetControls };
    ofs_xkb_notify_controls(c->server, &old, &cause);
    ofs_xkb_update_leds(c->server, ~0u);
    if ((old.enabled & XkbStickyKeysMask) && !(new.enabled & XkbStickyKeysMask))
        ofs_xkb_clear_latches_and_locks(c->server, &cause);
    return 0;
}
