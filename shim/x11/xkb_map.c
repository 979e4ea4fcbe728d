/* Changing the map: types, symbols and actions of a key, symbol interpretation, and what virtual modifiers come to.
 * The rules are those of the XKB protocol, "Transforming the Core Keyboard Mapping to XKB" and "Symbol Interpretations". */
#include <stdlib.h>

#include "x11/xkb.h"

void ofs_xkb_changed(struct ofs_xkb_changes *changes, unsigned part, unsigned first, unsigned count)
{
    struct ofs_xkb_range *range = &changes->ranges[part];
    if (!count)
        return;
    unsigned last = first + count - 1;
    if (range->count) {
        unsigned old_last = range->first + range->count - 1u;
        first = range->first < first ? range->first : first;
        last = old_last > last ? old_last : last;
    }
    changes->map |= (uint16_t)(1u << part);
    range->first = (uint8_t)first;
    range->count = (uint8_t)(last - first + 1);
}

uint8_t ofs_xkb_real_mods(const struct ofs_xkb *xkb, uint16_t virt)
{
    uint8_t mask = 0;
    for (unsigned i = 0; i < 16; i++)
        if (virt >> i & 1)
            mask |= xkb->vmods[i];
    return mask;
}

int ofs_xkb_resize_syms(struct ofs_xkb_key *key, unsigned count)
{
    uint32_t *syms = NULL;
    if (count && !(syms = calloc(count, sizeof(*syms))))
        return BadAlloc;
    free(key->syms);
    key->syms = syms;
    return 0;
}

int ofs_xkb_resize_actions(struct ofs_xkb_key *key, unsigned count)
{
    uint8_t(*actions)[8] = NULL;
    if (count && !(actions = calloc(count, sizeof(*actions))))
        return BadAlloc;
    free(key->actions);
    key->actions = actions;
    return 0;
}

/* What was at each group and level that the key still has stays there. */
static int reshape(struct ofs_xkb_key *key, unsigned groups, unsigned width, const uint8_t keep_levels[4])
{
    unsigned old_groups = ofs_xkb_groups(key), old_width = key->width, count = groups * width;
    uint32_t *syms = count ? calloc(count, sizeof(*syms)) : NULL;
    uint8_t(*actions)[8] = count && key->actions ? calloc(count, sizeof(*actions)) : NULL;
    if (count && (!syms || (key->actions && !actions))) {
        free(syms);
        free(actions);
        return BadAlloc;
    }
    for (unsigned g = 0; g < groups && g < old_groups; g++) {
        unsigned keep = keep_levels[g] < width ? keep_levels[g] : width;
        keep = keep < old_width ? keep : old_width;
        for (unsigned n = 0; n < keep; n++) {
            syms[g * width + n] = key->syms[g * old_width + n];
            if (actions)
                memcpy(actions[g * width + n], key->actions[g * old_width + n], 8);
        }
    }
    free(key->syms);
    free(key->actions);
    key->syms = syms;
    key->actions = actions;
    return 0;
}

int ofs_xkb_set_types(struct ofs_xkb *xkb, unsigned keycode, unsigned groups, const uint8_t types[4])
{
    struct ofs_xkb_key *key = &xkb->keys[keycode];
    unsigned width = 0;
    uint8_t keep[4] = { 0 };
    for (unsigned g = 0; g < groups; g++) {
        unsigned levels = xkb->types[types[g]].levels;
        width = levels > width ? levels : width;
        if (g < ofs_xkb_groups(key)) /* types beyond the key's groups may be anything */
            keep[g] = levels < xkb->types[key->type[g]].levels ? (uint8_t)levels : xkb->types[key->type[g]].levels;
    }
    if (width != key->width || groups != ofs_xkb_groups(key)) {
        int error = reshape(key, groups, width, keep);
        if (error)
            return error;
    }
    key->group_info = (uint8_t)((key->group_info & 0xF0) | groups);
    if (groups)
        key->width = (uint8_t)width;
    for (unsigned g = 0; g < 4; g++) {
        if (!groups)
            key->type[g] = XkbOneLevelIndex;
        else if (g < groups)
            key->type[g] = types[g];
    }
    if (groups > xkb->controls.groups)
        xkb->controls.groups = (uint8_t)groups;
    return 0;
}

static bool interp_matches(const struct ofs_keymap_interp *interp, uint8_t mods)
{
    switch (interp->match & XkbSI_OpMask) {
    case XkbSI_NoneOf: return !(interp->mods & mods);
    case XkbSI_AnyOfOrNone: return !mods || (interp->mods & mods);
    case XkbSI_AnyOf: return interp->mods & mods;
    case XkbSI_AllOf: return (interp->mods & mods) == interp->mods;
    case XkbSI_Exactly: return interp->mods == mods;
    default: return false;
    }
}

/* The first that names the keysym and fits, else the first that fits any keysym. */
static const struct ofs_keymap_interp *find_interp(const struct ofs_xkb *xkb, uint32_t sym, uint8_t mods, unsigned level)
{
    const struct ofs_keymap_interp *any = NULL;
    for (unsigned i = 0; i < xkb->interp_count; i++) {
        const struct ofs_keymap_interp *interp = &xkb->interps[i];
        if (interp->keysym && interp->keysym != sym)
            continue;
        if (any && !interp->keysym)
            continue;
        if (!interp_matches(interp, level && (interp->match & XkbSI_LevelOneOnly) ? 0 : mods))
            continue;
        if (interp->keysym)
            return interp;
        any = interp;
    }
    return any;
}

static bool is_mod_action(uint8_t type)
{
    return type == XkbSA_SetMods || type == XkbSA_LatchMods || type == XkbSA_LockMods || type == XkbSA_ISOLock;
}

/* Virtual modifiers of a modifier action; in the wire layout. */
static uint16_t action_vmods(const uint8_t *action)
{
    unsigned at = action[0] == XkbSA_ISOLock ? 6 : 4;
    return is_mod_action(action[0]) ? (uint16_t)(action[at] << 8 | action[at + 1]) : 0;
}

static void set_action_mods(const struct ofs_xkb *xkb, uint8_t *action, uint8_t mods)
{
    if (is_mod_action(action[0]) && (action[1] & XkbSA_UseModMapMods))
        action[2] = action[3] = mods;
    if (action_vmods(action))
        action[2] |= ofs_xkb_real_mods(xkb, action_vmods(action));
}

static void set_repeat(struct ofs_xkb *xkb, unsigned keycode, bool on, struct ofs_xkb_changes *changes)
{
    uint8_t *byte = &xkb->controls.per_key_repeat[keycode / 8], bit = (uint8_t)(1u << keycode % 8);
    if (!(*byte & bit) == on)
        changes->controls |= XkbPerKeyRepeatMask;
    *byte = (uint8_t)(on ? *byte | bit : *byte & ~bit);
}

/* The key's first symbol decides repetition and locking behaviour. */
static void apply_flags(struct ofs_xkb *xkb, unsigned keycode, const struct ofs_keymap_interp *first,
                        struct ofs_xkb_changes *changes)
{
    struct ofs_xkb_key *key = &xkb->keys[keycode];
    if (!(key->explicit_parts & XkbExplicitAutoRepeatMask))
        set_repeat(xkb, keycode, !first || (first->flags & XkbSI_AutoRepeat), changes);
    if (key->explicit_parts & XkbExplicitBehaviorMask)
        return;
    if (first && (first->flags & XkbSI_LockingKey)) {
        key->behavior[0] = XkbKB_Lock;
        ofs_xkb_changed(changes, OFS_XKB_BEHAVIORS, keycode, 1);
    } else if (!first && key->behavior[0] == XkbKB_Lock) {
        key->behavior[0] = XkbKB_Default;
        ofs_xkb_changed(changes, OFS_XKB_BEHAVIORS, keycode, 1);
    }
}

static int interpret_key(struct ofs_xkb *xkb, unsigned keycode, struct ofs_xkb_changes *changes)
{
    struct ofs_xkb_key *key = &xkb->keys[keycode];
    if (key->explicit_parts & XkbExplicitInterpretMask)
        return 0;
    unsigned count = ofs_xkb_sym_count(key);
    uint16_t vmods = 0;
    uint8_t(*actions)[8] = NULL;
    const struct ofs_keymap_interp *first = NULL;
    for (unsigned n = 0; n < count; n++) {
        const struct ofs_keymap_interp *interp =
            key->syms[n] ? find_interp(xkb, key->syms[n], key->modmap, n % key->width) : NULL;
        if (!interp || interp->action[0] == XkbSA_NoAction)
            continue;
        if (!actions && !(actions = calloc(count, sizeof(*actions))))
            return BadAlloc;
        bool with_mods = !n || !(interp->match & XkbSI_LevelOneOnly);
        if (with_mods && interp->virtual_mod != XkbNoModifier)
            vmods |= (uint16_t)(1u << (interp->virtual_mod & 15));
        memcpy(actions[n], interp->action, 8);
        set_action_mods(xkb, actions[n], with_mods ? key->modmap : 0);
        if (!n)
            first = interp;
    }
    if (actions || key->actions)
        ofs_xkb_changed(changes, OFS_XKB_ACTIONS, keycode, 1);
    if (actions && !(key->explicit_parts & XkbExplicitVModMapMask) && key->vmodmap != vmods) {
        key->vmodmap = vmods;
        ofs_xkb_changed(changes, OFS_XKB_VMODMAP, keycode, 1);
    }
    free(key->actions);
    key->actions = actions;
    apply_flags(xkb, keycode, first, changes);
    return 0;
}

static void apply_vmods_to_type(const struct ofs_xkb *xkb, struct ofs_xkb_type *type)
{
    type->mods.mask = type->mods.real | ofs_xkb_real_mods(xkb, type->mods.virt);
    for (unsigned i = 0; i < type->entry_count; i++) {
        struct ofs_xkb_entry *entry = &type->entries[i];
        uint8_t bound = ofs_xkb_real_mods(xkb, entry->mods.virt);
        if (entry->mods.virt)
            entry->mods.mask = entry->mods.real | bound;
        entry->active = !entry->mods.virt || bound;
    }
}

static bool apply_vmods_to_set(const struct ofs_xkb *xkb, struct ofs_xkb_modset *mods)
{
    uint8_t mask = mods->real | ofs_xkb_real_mods(xkb, mods->virt);
    bool changed = mask != mods->mask;
    mods->mask = mask;
    return changed;
}

void ofs_xkb_apply_vmods(struct ofs_xkb *xkb, uint16_t changed, struct ofs_xkb_changes *changes)
{
    for (unsigned i = 0; i < xkb->type_count; i++) {
        if (xkb->types[i].mods.virt & changed) {
            apply_vmods_to_type(xkb, &xkb->types[i]);
            ofs_xkb_changed(changes, OFS_XKB_TYPES, i, 1);
        }
    }
    if (apply_vmods_to_set(xkb, &xkb->controls.internal))
        changes->controls |= XkbInternalModsMask;
    if (apply_vmods_to_set(xkb, &xkb->controls.ignore_lock))
        changes->controls |= XkbIgnoreLockModsMask;
    for (unsigned i = 0; i < 32; i++)
        if ((xkb->leds[i].mods.virt & changed) && apply_vmods_to_set(xkb, &xkb->leds[i].mods))
            changes->led_maps |= 1u << i;
    for (unsigned i = 0; i < 4; i++)
        if (apply_vmods_to_set(xkb, &xkb->group_compat[i]))
            changes->compat_groups |= (uint8_t)(1u << i);
    changes->compat |= changes->compat_groups != 0;
    for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++) {
        struct ofs_xkb_key *key = &xkb->keys[code];
        for (unsigned n = 0; key->actions && n < ofs_xkb_sym_count(key); n++) {
            uint8_t *action = key->actions[n];
            if (!(action_vmods(action) & changed))
                continue;
            action[2] = action[3] | ofs_xkb_real_mods(xkb, action_vmods(action));
            ofs_xkb_changed(changes, OFS_XKB_ACTIONS, code, 1);
        }
    }
}

int ofs_xkb_update_actions(struct ofs_xkb *xkb, unsigned first, unsigned count, struct ofs_xkb_changes *changes)
{
    for (unsigned code = first; code < first + count; code++) {
        int error = interpret_key(xkb, code, changes);
        if (error)
            return error;
    }
    if (changes->map & (XkbVirtualModMapMask | XkbModifierMapMask)) {
        uint8_t vmods[16] = { 0 };
        uint16_t present = 0;
        for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++) {
            const struct ofs_xkb_key *key = &xkb->keys[code];
            present |= key->vmodmap;
            for (unsigned i = 0; i < 16; i++)
                if (key->vmodmap >> i & 1)
                    vmods[i] |= key->modmap;
        }
        for (unsigned i = 0; i < 16; i++) {
            if (!(present >> i & 1) || vmods[i] == xkb->vmods[i])
                continue;
            xkb->vmods[i] = vmods[i];
            changes->map |= XkbVirtualModsMask;
            changes->vmods |= (uint16_t)(1u << i);
        }
    }
    if (changes->map & XkbVirtualModsMask)
        ofs_xkb_apply_vmods(xkb, changes->vmods, changes);
    ofs_xkb_changed(changes, OFS_XKB_ACTIONS, first, count);
    return 0;
}
