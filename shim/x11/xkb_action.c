/* Key actions: what a key does to modifiers, groups, locks, latches and controls.
 *
 * A pressed key whose action has a counterpart at release occupies a filter. Later keys pass through every filter, since
 * they decide whether a latch is used up and whether a modifier that was held alone also clears locks.
 * Pointer keys, redirection, screen switching and termination do nothing here: there is no such device, and the game's key
 * event must reach it. */
#include <X11/X.h>

#include "x11/input.h"
#include "x11/xkb.h"

enum { PHASE_NONE, PHASE_DOWN, PHASE_PENDING };

/* What one key event adds to and takes from the base state. */
struct step {
    uint8_t set_mods, clear_mods;
    int group_change;
};

static int action_group(const uint8_t *action)
{
    return action[0] == XkbSA_ISOLock ? (int8_t)action[4] : (int8_t)action[2];
}

static uint32_t action_controls(const uint8_t *action)
{
    return (uint32_t)action[2] << 24 | (uint32_t)action[3] << 16 | (uint32_t)action[4] << 8 | action[5];
}

/* ---- which action a key has now ---- */

static unsigned key_level(const struct ofs_xkb *xkb, const struct ofs_xkb_key *key, unsigned group)
{
    const struct ofs_xkb_type *type = &xkb->types[key->type[group]];
    uint8_t mods = xkb->state.mods & type->mods.mask;
    for (unsigned i = 0; i < type->entry_count; i++)
        if (type->entries[i].active && type->entries[i].mods.mask == mods)
            return type->entries[i].level;
    return 0;
}

static unsigned key_group(const struct ofs_xkb *xkb, const struct ofs_xkb_key *key)
{
    unsigned groups = ofs_xkb_groups(key), group = xkb->state.group;
    if (group < groups)
        return group;
    switch (ofs_xkb_range_action(key->group_info)) {
    case XkbClampIntoRange: return groups - 1;
    case XkbRedirectIntoRange:
        group = ofs_xkb_range_group(key->group_info);
        return group < groups ? group : 0;
    default: return group % groups;
    }
}

static void key_action(const struct ofs_xkb *xkb, uint8_t keycode, uint8_t action[8])
{
    const struct ofs_xkb_key *key = &xkb->keys[keycode];
    memset(action, 0, 8);
    if (!key->actions || !ofs_xkb_groups(key))
        return;
    unsigned group = key_group(xkb, key), level = key_level(xkb, key, group);
    if (level < key->width)
        memcpy(action, key->actions[group * key->width + level], 8);
    if (action[0] >= XkbSA_MovePtr && action[0] <= XkbSA_SetPtrDflt)
        memset(action, 0, 8);
    if (!(xkb->controls.enabled & XkbStickyKeysMask))
        return;
    /* With sticky keys every held modifier is a latch. */
    uint8_t flags = XkbSA_ClearLocks | (xkb->controls.ax_options & XkbAX_LatchToLockMask ? XkbSA_LatchToLock : 0);
    if (action[0] == XkbSA_SetMods || action[0] == XkbSA_SetGroup) {
        action[0] = action[0] == XkbSA_SetMods ? XkbSA_LatchMods : XkbSA_LatchGroup;
        action[1] = flags;
    }
}

/* ---- filters ---- */

static struct ofs_xkb_filter *new_filter(struct ofs_xkb *xkb, unsigned keycode, const uint8_t action[8])
{
    for (unsigned i = 0; i < OFS_XKB_FILTERS; i++) {
        struct ofs_xkb_filter *f = &xkb->filters[i];
        if (f->keycode)
            continue;
        *f = (struct ofs_xkb_filter){ .keycode = (uint16_t)keycode, .kind = action[0], .phase = PHASE_DOWN };
        memcpy(f->action, action, 8);
        return f;
    }
    return NULL; /* more keys held than a hand has fingers: the key does nothing */
}

static void start_group(struct ofs_xkb *xkb, struct ofs_xkb_filter *f, struct step *step)
{
    step->group_change = action_group(f->action);
    if (f->action[1] & XkbSA_GroupAbsolute)
        step->group_change -= xkb->state.base_group;
    f->action[2] = (uint8_t)step->group_change;
}

static void start(struct ofs_server *s, unsigned keycode, uint8_t action[8], struct step *step,
                  const struct ofs_xkb_cause *cause)
{
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_state *st = &xkb->state;
    if (action[0] == XkbSA_LockGroup) {
        int group = action_group(action);
        st->locked_group = (uint8_t)(action[1] & XkbSA_GroupAbsolute ? group : st->locked_group + group);
        return;
    }
    bool known = (action[0] >= XkbSA_SetMods && action[0] <= XkbSA_LatchGroup) || action[0] == XkbSA_ISOLock ||
                 action[0] == XkbSA_SetControls || action[0] == XkbSA_LockControls;
    struct ofs_xkb_filter *f = known ? new_filter(xkb, keycode, action) : NULL;
    if (!f)
        return;
    switch (action[0]) {
    case XkbSA_SetMods:
    case XkbSA_LatchMods:
        step->set_mods = action[2];
        break;
    case XkbSA_SetGroup:
    case XkbSA_LatchGroup:
        start_group(xkb, f, step);
        break;
    case XkbSA_LockMods:
        f->kept = st->locked_mods & action[2];
        if (!(action[1] & XkbSA_LockNoLock))
            st->locked_mods |= action[2];
        step->set_mods = action[2];
        break;
    case XkbSA_ISOLock:
        if (action[1] & XkbSA_ISODfltIsGroup)
            step->group_change = action_group(action);
        else
            step->set_mods = action[2];
        if (!(action[1] & XkbSA_ISONoAffectMods) && st->base_mods) {
            f->phase = PHASE_NONE;
            st->locked_mods ^= st->base_mods;
        }
        break;
    default: { /* controls: those that this key switches on it also switches off */
        struct ofs_xkb_controls old = xkb->controls;
        uint32_t controls = action_controls(action) & XkbAllBooleanCtrlsMask;
        f->controls = action[0] == XkbSA_LockControls ? xkb->controls.enabled & controls
                                                      : controls & ~xkb->controls.enabled;
        if (action[0] == XkbSA_SetControls || !(action[1] & XkbSA_LockNoLock))
            xkb->controls.enabled |= controls;
        ofs_xkb_notify_controls(s, &old, cause);
        ofs_xkb_update_leds(s, ofs_xkb_leds_of_controls(xkb));
        break;
    }
    }
}

static void end_latch(struct ofs_xkb *xkb, struct ofs_xkb_filter *f, struct step *step)
{
    struct ofs_xkb_state *st = &xkb->state;
    uint8_t flags = f->action[1];
    bool pending = false;
    if (f->kind == XkbSA_LatchMods) {
        uint8_t mods = f->action[2], common = mods & st->locked_mods;
        step->clear_mods = mods;
        if ((flags & XkbSA_ClearLocks) && common) {
            mods &= (uint8_t)~common;
            st->locked_mods &= (uint8_t)~common;
        }
        common = mods & st->latched_mods;
        if ((flags & XkbSA_LatchToLock) && common) {
            mods &= (uint8_t)~common;
            st->locked_mods |= common;
            st->latched_mods &= (uint8_t)~common;
        }
        st->latched_mods |= mods;
        pending = mods;
    } else {
        int group = action_group(f->action);
        step->group_change = -group;
        if ((flags & XkbSA_ClearLocks) && st->locked_group) {
            st->locked_group = 0;
        } else if ((flags & XkbSA_LatchToLock) && st->latched_group) {
            st->locked_group = (uint8_t)(st->locked_group + group);
            st->latched_group = (int16_t)(st->latched_group - group);
        } else if (group) {
            st->latched_group = (int16_t)(st->latched_group + group);
            pending = true;
        }
    }
    f->phase = PHASE_PENDING;
    if (!pending)
        f->keycode = 0;
}

static void end(struct ofs_server *s, struct ofs_xkb_filter *f, struct step *step, const struct ofs_xkb_cause *cause)
{
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_state *st = &xkb->state;
    const uint8_t *action = f->action;
    switch (f->kind) {
    case XkbSA_LatchMods:
    case XkbSA_LatchGroup:
        end_latch(xkb, f, step);
        return;
    case XkbSA_SetMods:
        step->clear_mods = action[2];
        if (action[1] & XkbSA_ClearLocks)
            st->locked_mods &= (uint8_t)~action[2];
        break;
    case XkbSA_SetGroup:
        step->group_change = -action_group(action);
        if (action[1] & XkbSA_ClearLocks)
            st->locked_group = 0;
        break;
    case XkbSA_LockMods:
        step->clear_mods = action[2];
        if (!(action[1] & XkbSA_LockNoUnlock))
            st->locked_mods &= (uint8_t)~f->kept;
        break;
    case XkbSA_ISOLock:
        if (action[1] & XkbSA_ISODfltIsGroup) {
            step->group_change = -action_group(action);
            if (f->phase == PHASE_DOWN)
                st->locked_group = (uint8_t)(st->locked_group + action_group(action));
        } else {
            step->clear_mods = action[2];
            if (f->phase == PHASE_DOWN)
                st->locked_mods ^= action[2];
        }
        break;
    default: {
        struct ofs_xkb_controls old = xkb->controls;
        if (f->kind == XkbSA_SetControls || !(action[1] & XkbSA_LockNoUnlock))
            xkb->controls.enabled &= ~f->controls;
        ofs_xkb_notify_controls(s, &old, cause);
        ofs_xkb_update_leds(s, ofs_xkb_leds_of_controls(xkb));
        break;
    }
    }
    f->keycode = 0;
}

static bool breaks_latch(uint8_t type)
{
    return type < 32 && (1u << type & XkbSA_BreakLatch);
}

/* Another key goes down while this filter is active; it may change that key's action. */
static void other_key(struct ofs_xkb *xkb, struct ofs_xkb_filter *f, uint8_t action[8])
{
    switch (f->kind) {
    case XkbSA_SetMods:
    case XkbSA_SetGroup:
        f->action[1] &= (uint8_t)~XkbSA_ClearLocks;
        break;
    case XkbSA_LatchMods:
    case XkbSA_LatchGroup:
        if (f->phase == PHASE_PENDING && breaks_latch(action[0])) {
            f->keycode = 0;
            xkb->state.latched_mods = 0;
            xkb->state.latched_group = 0;
        } else if (f->phase == PHASE_DOWN) {
            f->kind = f->kind == XkbSA_LatchMods ? XkbSA_SetMods : XkbSA_SetGroup;
            f->action[1] &= (uint8_t)~XkbSA_ClearLocks;
        }
        break;
    case XkbSA_ISOLock:
        if ((action[0] == XkbSA_SetMods || action[0] == XkbSA_LatchMods) && !(f->action[1] & XkbSA_ISONoAffectMods)) {
            action[0] = XkbSA_LockMods;
            f->phase = PHASE_NONE;
        } else if ((action[0] == XkbSA_SetGroup || action[0] == XkbSA_LatchGroup) &&
                   !(f->action[1] & XkbSA_ISONoAffectGroup)) {
            action[0] = XkbSA_LockGroup;
            f->phase = PHASE_NONE;
        }
        break;
    default:
        break;
    }
}

static void apply_step(struct ofs_xkb *xkb, const struct step *step)
{
    struct ofs_xkb_state *st = &xkb->state;
    st->base_group = (int16_t)(st->base_group + step->group_change);
    for (unsigned i = 0; i < 8; i++) {
        uint8_t bit = (uint8_t)(1u << i);
        if ((step->set_mods & bit) && xkb->held[i] < 255) {
            xkb->held[i]++;
            st->base_mods |= bit;
        }
        if ((step->clear_mods & bit) && xkb->held[i] && --xkb->held[i] == 0)
            st->base_mods &= (uint8_t)~bit;
    }
}

static bool key_is_filtered(const struct ofs_xkb *xkb, uint8_t keycode)
{
    for (unsigned i = 0; i < OFS_XKB_FILTERS; i++)
        if (xkb->filters[i].keycode == keycode && xkb->filters[i].phase != PHASE_PENDING)
            return true;
    return false;
}

void ofs_xkb_key(struct ofs_server *s, uint8_t keycode, bool down)
{
    struct ofs_xkb *xkb = s->xkb;
    struct ofs_xkb_cause cause = { .keycode = keycode, .event = down ? KeyPress : KeyRelease };
    struct ofs_xkb_state old = xkb->state;
    struct step step = { 0 };
    if (down && key_is_filtered(xkb, keycode))
        return; /* repetition of a modifier */
    if (down) {
        uint8_t action[8];
        key_action(xkb, keycode, action);
        for (unsigned i = 0; i < OFS_XKB_FILTERS; i++)
            if (xkb->filters[i].keycode)
                other_key(xkb, &xkb->filters[i], action);
        start(s, keycode, action, &step, &cause);
        apply_step(xkb, &step);
    } else {
        for (unsigned i = 0; i < OFS_XKB_FILTERS; i++) {
            struct ofs_xkb_filter *f = &xkb->filters[i];
            if (f->keycode != keycode || f->phase == PHASE_PENDING) {
                /* The release of another key, too, means that a held modifier was not pressed alone. */
                if (f->keycode && (f->kind == XkbSA_SetMods || f->kind == XkbSA_SetGroup))
                    f->action[1] &= (uint8_t)~XkbSA_ClearLocks;
                continue;
            }
            step = (struct step){ 0 };
            end(s, f, &step, &cause);
            apply_step(xkb, &step);
        }
    }
    ofs_xkb_state_changed(s, &old, &cause);
}

/* ---- for LatchLockState ---- */

/* No real key: latches set by a request are filters of this keycode, so that the next key uses them up. */
enum { REQUEST_KEYCODE = 0x100 };

static void latch_now(struct ofs_xkb *xkb, const uint8_t action[8])
{
    struct ofs_xkb_filter *f = new_filter(xkb, REQUEST_KEYCODE, action);
    struct step unused = { 0 };
    if (f)
        end_latch(xkb, f, &unused);
}

static void break_pending(struct ofs_xkb *xkb)
{
    uint8_t none[8] = { XkbSA_NoAction };
    for (unsigned i = 0; i < OFS_XKB_FILTERS; i++)
        if (xkb->filters[i].keycode)
            other_key(xkb, &xkb->filters[i], none);
}

void ofs_xkb_latch_mods(struct ofs_xkb *xkb, uint8_t affect, uint8_t latches)
{
    xkb->state.latched_mods &= (uint8_t)~(affect & ~latches);
    break_pending(xkb);
    uint8_t action[8] = { XkbSA_LatchMods, 0, affect & latches };
    latch_now(xkb, action);
}

void ofs_xkb_latch_group(struct ofs_xkb *xkb, int group)
{
    uint8_t action[8] = { XkbSA_LatchGroup, 0, (uint8_t)group };
    latch_now(xkb, action);
}
