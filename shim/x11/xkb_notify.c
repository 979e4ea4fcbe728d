/* XKEYBOARD events, to the clients that selected them, and the core MappingNotify that goes with them. */
#include <stdlib.h>

#include "x11/input.h"
#include "x11/xkb.h"

struct ofs_xkb_client *ofs_xkb_client(struct ofs_client *c)
{
    if (!c->xkb)
        c->xkb = calloc(1, sizeof(*c->xkb));
    return c->xkb;
}

/* An event while it is written, field after field. */
struct writer {
    uint8_t bytes[32];
    unsigned at;
};

static void w8(struct writer *w, uint32_t v) { w->bytes[w->at++ & 31] = (uint8_t)v; }
static void w16(struct writer *w, uint32_t v)
{
    ofs_put16(w->bytes + w->at, (uint16_t)v, false);
    w->at += 2;
}
static void w32(struct writer *w, uint32_t v)
{
    ofs_put32(w->bytes + w->at, v, false);
    w->at += 4;
}

static struct writer begin(struct ofs_server *s, uint8_t kind)
{
    struct writer w = { .at = 0 };
    w8(&w, OFS_XKB_EVENT);
    w8(&w, kind);
    w16(&w, 0);
    w32(&w, ofs_server_now(s));
    w8(&w, OFS_XKB_DEVICE);
    return w;
}

/* All kinds share one event code, so each states its own layout before it is sent. */
static void send(struct ofs_client *c, const struct writer *w, const char *format)
{
    xEvent event;
    memcpy(&event, w->bytes, 32);
    ofs_event_set_format(c->server, OFS_XKB_EVENT, format);
    ofs_event_to_client(c, &event);
}

static bool listens(const struct ofs_client *c)
{
    return c->xkb && c->xkb->ready && !c->closing;
}

void ofs_xkb_notify_state(struct ofs_server *s, uint16_t changed, const struct ofs_xkb_cause *cause)
{
    const struct ofs_xkb_state *st = &s->xkb->state;
    struct writer w = begin(s, XkbStateNotify);
    w8(&w, st->mods);
    w8(&w, st->base_mods);
    w8(&w, st->latched_mods);
    w8(&w, st->locked_mods);
    w8(&w, st->group);
    w16(&w, (uint16_t)st->base_group);
    w16(&w, (uint16_t)st->latched_group);
    w8(&w, st->locked_group);
    w8(&w, st->compat_state);
    w8(&w, st->grab_mods);
    w8(&w, st->compat_grab_mods);
    w8(&w, st->lookup_mods);
    w8(&w, st->compat_lookup_mods);
    w16(&w, st->buttons);
    w16(&w, changed);
    w8(&w, cause->keycode);
    w8(&w, cause->event);
    w8(&w, cause->major);
    w8(&w, cause->minor);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (listens(c) && (c->xkb->state & changed))
            send(c, &w, "112 4 111111 22 111111 22 1111");
}

static bool mods_differ(const struct ofs_xkb_modset *a, const struct ofs_xkb_modset *b)
{
    return a->mask != b->mask || a->real != b->real || a->virt != b->virt;
}

static uint32_t controls_changes(const struct ofs_xkb_controls *old, const struct ofs_xkb_controls *new)
{
    uint32_t changed = 0;
    if (old->enabled != new->enabled)
        changed |= XkbControlsEnabledMask;
    if (old->repeat_delay != new->repeat_delay || old->repeat_interval != new->repeat_interval)
        changed |= XkbRepeatKeysMask;
    if (memcmp(old->per_key_repeat, new->per_key_repeat, 32) != 0)
        changed |= XkbPerKeyRepeatMask;
    if (old->slow_keys_delay != new->slow_keys_delay)
        changed |= XkbSlowKeysMask;
    if (old->debounce_delay != new->debounce_delay)
        changed |= XkbBounceKeysMask;
    if (old->mk_delay != new->mk_delay || old->mk_interval != new->mk_interval ||
        old->mk_default_button != new->mk_default_button)
        changed |= XkbMouseKeysMask;
    if (old->mk_time_to_max != new->mk_time_to_max || old->mk_curve != new->mk_curve ||
        old->mk_max_speed != new->mk_max_speed)
        changed |= XkbMouseKeysAccelMask;
    if (old->ax_options != new->ax_options)
        changed |= XkbAccessXKeysMask;
    if ((old->ax_options ^ new->ax_options) & XkbAX_SKOptionsMask)
        changed |= XkbStickyKeysMask;
    if ((old->ax_options ^ new->ax_options) & XkbAX_FBOptionsMask)
        changed |= XkbAccessXFeedbackMask;
    if (old->ax_timeout != new->ax_timeout || old->axt_controls_mask != new->axt_controls_mask ||
        old->axt_controls_values != new->axt_controls_values || old->axt_options_mask != new->axt_options_mask ||
        old->axt_options_values != new->axt_options_values)
        changed |= XkbAccessXTimeoutMask;
    if (mods_differ(&old->internal, &new->internal))
        changed |= XkbInternalModsMask;
    if (mods_differ(&old->ignore_lock, &new->ignore_lock))
        changed |= XkbIgnoreLockModsMask;
    return changed;
}

void ofs_xkb_notify_controls(struct ofs_server *s, const struct ofs_xkb_controls *old, const struct ofs_xkb_cause *cause)
{
    const struct ofs_xkb_controls *new = &s->xkb->controls;
    uint32_t changed = controls_changes(old, new);
    if (!changed)
        return;
    struct writer w = begin(s, XkbControlsNotify);
    w8(&w, new->groups);
    w16(&w, 0);
    w32(&w, changed);
    w32(&w, new->enabled);
    w32(&w, new->enabled ^ old->enabled);
    w8(&w, cause->keycode);
    w8(&w, cause->event);
    w8(&w, cause->major);
    w8(&w, cause->minor);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (listens(c) && (c->xkb->controls & changed))
            send(c, &w, "112 4 112 444 1111 4");
}

void ofs_xkb_notify_leds(struct ofs_server *s, uint8_t kind, uint32_t state, uint32_t changed)
{
    struct writer w = begin(s, kind);
    w8(&w, 0);
    w16(&w, 0);
    w32(&w, state);
    w32(&w, changed);
    for (struct ofs_client *c = s->clients; c; c = c->next) {
        uint32_t selected = !listens(c) ? 0 : kind == XkbIndicatorStateNotify ? c->xkb->led_state : c->xkb->led_map;
        if (selected & changed)
            send(c, &w, "112 4 112 44 444");
    }
}

void ofs_xkb_notify_device(struct ofs_server *s, uint16_t reason)
{
    const struct ofs_xkb *xkb = s->xkb;
    uint32_t defined = 0;
    for (unsigned i = 0; i < 32; i++)
        defined |= xkb->names.leds[i] || ofs_xkb_led_in_use(&xkb->leds[i]) ? 1u << i : 0;
    struct writer w = begin(s, XkbExtensionDeviceNotify);
    w8(&w, 0);
    w16(&w, reason);
    w16(&w, 0); /* KbdFeedbackClass, id 0 */
    w16(&w, 0);
    w32(&w, defined);
    w32(&w, xkb->led_state);
    w16(&w, 0);
    w16(&w, XkbXI_AllFeaturesMask);
    w16(&w, 0);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (listens(c) && (c->xkb->device & reason))
            send(c, &w, "112 4 112 22 44 11 222");
}

void ofs_xkb_notify_bell(struct ofs_server *s, const struct ofs_xkb_bell *bell)
{
    const struct ofs_xkb *xkb = s->xkb;
    int base = xkb->bell_percent, change = base * bell->percent / 100;
    struct writer w = begin(s, XkbBellNotify);
    w16(&w, 0); /* KbdFeedbackClass, id 0 */
    w8(&w, (uint8_t)(bell->percent < 0 ? base + change : base - change + bell->percent));
    w16(&w, (uint16_t)(bell->pitch == 0 ? xkb->bell_pitch : bell->pitch == -1 ? OFS_XKB_BELL_PITCH : bell->pitch));
    w16(&w, (uint16_t)(bell->duration == 0 ? xkb->bell_duration
                       : bell->duration == -1 ? OFS_XKB_BELL_DURATION : bell->duration));
    w32(&w, bell->name);
    w32(&w, bell->window);
    w8(&w, bell->event_only);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (listens(c) && c->xkb->bell)
            send(c, &w, "112 4 1111 22 44 11 2 4");
}

static void core_mapping(struct ofs_client *c, uint8_t request, uint8_t first, uint8_t count)
{
    xEvent event = { .u.u.type = MappingNotify };
    event.u.mappingNotify.request = request;
    event.u.mappingNotify.firstKeyCode = first;
    event.u.mappingNotify.count = count;
    ofs_event_to_client(c, &event);
}

/* A client that uses XKB is only told in core terms of what it selected in MapNotify. */
static void notify_map(struct ofs_server *s, const struct ofs_xkb_changes *ch)
{
    static const uint8_t order[] = { OFS_XKB_TYPES, OFS_XKB_SYMS, OFS_XKB_ACTIONS, OFS_XKB_BEHAVIORS, OFS_XKB_EXPLICIT,
                                     OFS_XKB_MODMAP, OFS_XKB_VMODMAP };
    struct writer w = begin(s, XkbMapNotify);
    w8(&w, 0);
    w16(&w, ch->map);
    w8(&w, s->xkb->min_keycode);
    w8(&w, s->xkb->max_keycode);
    for (unsigned i = 0; i < sizeof(order); i++) {
        w8(&w, ch->ranges[order[i]].first);
        w8(&w, ch->ranges[order[i]].count);
    }
    w16(&w, ch->vmods);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (listens(c) && (c->xkb->map & ch->map))
            send(c, &w, "112 4 112 1111111111111111 22");
    const struct ofs_xkb_range *syms = &ch->ranges[OFS_XKB_SYMS];
    for (struct ofs_client *c = s->clients; c; c = c->next) {
        if (listens(c) && !(c->xkb->map & ch->map))
            continue;
        if (ch->map & XkbKeySymsMask)
            core_mapping(c, MappingKeyboard, syms->first, syms->count);
        if (ch->map & XkbModifierMapMask)
            core_mapping(c, MappingModifier, 0, 0);
    }
}

static void notify_compat(struct ofs_server *s, const struct ofs_xkb_changes *ch)
{
    struct writer w = begin(s, XkbCompatMapNotify);
    w8(&w, ch->compat_groups);
    w16(&w, ch->first_interp);
    w16(&w, ch->interp_count);
    w16(&w, s->xkb->interp_count);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (listens(c) && c->xkb->compat)
            send(c, &w, "112 4 11 222 4444");
}

static void notify_changed_controls(struct ofs_server *s, uint32_t changed, const struct ofs_xkb_cause *cause)
{
    const struct ofs_xkb *xkb = s->xkb;
    struct writer w = begin(s, XkbControlsNotify);
    w8(&w, xkb->controls.groups);
    w16(&w, 0);
    w32(&w, changed);
    w32(&w, xkb->controls.enabled);
    w32(&w, 0);
    w8(&w, cause->keycode);
    w8(&w, cause->event);
    w8(&w, cause->major);
    w8(&w, cause->minor);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (listens(c) && (c->xkb->controls & changed))
            send(c, &w, "112 4 112 444 1111 4");
}

void ofs_xkb_notify_changes(struct ofs_server *s, const struct ofs_xkb_changes *ch, const struct ofs_xkb_cause *cause)
{
    struct ofs_xkb *xkb = s->xkb;
    if (ch->map)
        notify_map(s, ch);
    if (ch->controls)
        notify_changed_controls(s, ch->controls, cause);
    if (ch->led_maps)
        ofs_xkb_notify_leds(s, XkbIndicatorMapNotify, xkb->led_state, ch->led_maps);
    if (ch->compat)
        notify_compat(s, ch);
}

void ofs_xkb_notify_names(struct ofs_server *s, const struct ofs_xkb_names_change *n)
{
    struct writer w = begin(s, XkbNamesNotify);
    w8(&w, 0);
    w16(&w, n->changed);
    w8(&w, n->first_type);
    w8(&w, n->types);
    w8(&w, n->first_level);
    w8(&w, n->levels);
    w8(&w, 0);
    w8(&w, n->radio_groups);
    w8(&w, n->aliases);
    w8(&w, n->groups);
    w16(&w, n->vmods);
    w8(&w, n->first_key);
    w8(&w, n->keys);
    w32(&w, n->leds);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (listens(c) && (c->xkb->names & n->changed))
            send(c, &w, "112 4 112 11111111 211 4 4");
}

void ofs_xkb_notify_new_keyboard(struct ofs_server *s, uint16_t changed, const struct ofs_xkb_cause *cause)
{
    const struct ofs_xkb *xkb = s->xkb;
    struct writer w = begin(s, XkbNewKeyboardNotify);
    w8(&w, OFS_XKB_DEVICE);
    w8(&w, xkb->min_keycode);
    w8(&w, xkb->max_keycode);
    w8(&w, xkb->min_keycode);
    w8(&w, xkb->max_keycode);
    w8(&w, cause->major);
    w8(&w, cause->minor);
    w16(&w, changed);
    for (struct ofs_client *c = s->clients; c; c = c->next) {
        if (listens(c) && (c->xkb->new_keyboard & changed)) {
            send(c, &w, "112 4 11111111 2 11111111 111111");
        } else if (!listens(c) && (changed & XkbNKN_KeycodesMask)) {
            core_mapping(c, MappingKeyboard, xkb->min_keycode, (uint8_t)(xkb->max_keycode - xkb->min_keycode + 1));
            core_mapping(c, MappingModifier, 0, 0);
        }
    }
}
