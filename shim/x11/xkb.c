/* Loads the compiled keyboard map and answers what the rest of the server asks of it. */
#include "x11/xkb.h"

#include <X11/Xatom.h>
#include <stdlib.h>

#include "x11/input.h"

static int copy_types(struct ofs_xkb *xkb, const struct ofs_keymap *map, const uint32_t *atoms)
{
    xkb->types = calloc(map->type_count, sizeof(*xkb->types));
    if (!xkb->types)
        return BadAlloc;
    xkb->type_count = map->type_count;
    for (unsigned i = 0; i < map->type_count; i++) {
        const struct ofs_keymap_type *from = &map->types[i];
        struct ofs_xkb_type *to = &xkb->types[i];
        to->mods = (struct ofs_xkb_modset){ from->mods.real, from->mods.real, from->mods.virt };
        to->levels = from->levels;
        to->entry_count = from->entries;
        to->preserve = from->preserve;
        to->name = atoms[from->name];
        to->entries = calloc(from->entries ? from->entries : 1u, sizeof(*to->entries));
        to->level_names = calloc(from->levels ? from->levels : 1u, sizeof(*to->level_names));
        if (!to->entries || !to->level_names)
            return BadAlloc;
        for (unsigned n = 0; n < from->entries; n++) {
            const struct ofs_keymap_entry *e = &map->entries[from->first_entry + n];
            to->entries[n] = (struct ofs_xkb_entry){
                .mods = { e->mods.real, e->mods.real, e->mods.virt },
                .preserve = { e->preserve.real, e->preserve.real, e->preserve.virt },
                .level = e->level,
                .active = e->mods.virt == 0,
            };
        }
        for (unsigned n = 0; n < from->levels; n++)
            to->level_names[n] = atoms[map->level_names[from->first_level_name + n]];
    }
    return 0;
}

static int copy_keys(struct ofs_xkb *xkb, const struct ofs_keymap *map)
{
    for (unsigned code = 0; code < 256; code++) {
        const struct ofs_keymap_key *from = &map->keys[code];
        struct ofs_xkb_key *to = &xkb->keys[code];
        memcpy(to->name, from->name, 4);
        memcpy(to->type, from->type, 4);
        memcpy(to->behavior, from->behavior, 2);
        to->group_info = from->group_info;
        to->width = from->width;
        to->modmap = from->modmap;
        to->explicit_parts = from->explicit_parts;
        to->vmodmap = from->vmodmap;
        unsigned count = ofs_xkb_sym_count(to);
        if (ofs_xkb_resize_syms(to, count) || (from->first_action && ofs_xkb_resize_actions(to, count)))
            return BadAlloc;
        for (unsigned n = 0; n < count; n++) {
            to->syms[n] = map->syms[from->first_sym + n];
            if (from->first_action)
                memcpy(to->actions[n], map->actions[from->first_action - 1 + n], 8);
        }
    }
    return 0;
}

static int copy_rest(struct ofs_xkb *xkb, const struct ofs_keymap *map, const uint32_t *atoms)
{
    struct ofs_xkb_names *names = &xkb->names;
    names->keycodes = atoms[map->keycodes_name];
    names->types = atoms[map->types_name];
    names->compat = atoms[map->compat_name];
    names->symbols = names->phys_symbols = atoms[map->symbols_name];
    names->geometry = atoms[map->geometry_name];
    for (unsigned i = 0; i < 16; i++)
        names->vmods[i] = atoms[map->vmod_names[i]];
    for (unsigned i = 0; i < 4; i++) {
        names->groups[i] = atoms[map->group_names[i]];
        xkb->group_compat[i] = (struct ofs_xkb_modset){ map->group_compat[i].real, map->group_compat[i].real,
                                                        map->group_compat[i].virt };
    }
    memcpy(xkb->vmods, map->vmods, sizeof(xkb->vmods));
    for (unsigned i = 0; i < 32; i++) {
        const struct ofs_keymap_indicator *from = &map->indicators[i];
        names->leds[i] = atoms[from->name];
        xkb->leds[i] = (struct ofs_xkb_led){ from->flags, from->which_groups, from->groups, from->which_mods,
                                             { from->mods.real, from->mods.real, from->mods.virt }, from->controls };
    }
    xkb->real_leds = map->real_indicators;
    xkb->interps = malloc((map->interp_count + 1u) * sizeof(*xkb->interps));
    names->aliases = malloc(map->alias_count * 8 + 1);
    if (!xkb->interps || !names->aliases)
        return BadAlloc;
    memcpy(xkb->interps, map->interps, map->interp_count * sizeof(*xkb->interps));
    xkb->interp_count = map->interp_count;
    memcpy(names->aliases, map->aliases, map->alias_count * 8);
    names->alias_count = map->alias_count;
    return 0;
}

/* The values that X.Org servers start with. */
static void init_controls(struct ofs_xkb *xkb, const struct ofs_keymap *map)
{
    xkb->controls = (struct ofs_xkb_controls){
        .mk_default_button = 1,
        .groups = map->group_count,
        .groups_wrap = 1,
        .enabled = XkbAccessXTimeoutMask | XkbRepeatKeysMask | XkbMouseKeysAccelMask | XkbAccessXFeedbackMask |
                   XkbAudibleBellMask | XkbIgnoreGroupLockMask,
        .repeat_delay = 660, .repeat_interval = 40, .slow_keys_delay = 300, .debounce_delay = 300,
        .mk_delay = 160, .mk_interval = 40, .mk_time_to_max = 30, .mk_max_speed = 30, .mk_curve = 500,
        .ax_timeout = 120,
        .ax_options = XkbAX_AllOptionsMask & ~(XkbAX_IndicatorFBMask | XkbAX_SKReleaseFBMask | XkbAX_SKRejectFBMask),
        .axt_options_mask = XkbAX_IndicatorFBMask,
        .axt_controls_mask = XkbSlowKeysMask | XkbBounceKeysMask | XkbStickyKeysMask | XkbMouseKeysMask,
    };
    for (unsigned i = 0; i < 32; i++)
        xkb->controls.per_key_repeat[i] = map->repeat_on[i];
    xkb->bell_percent = OFS_XKB_BELL_PERCENT;
    xkb->bell_pitch = OFS_XKB_BELL_PITCH;
    xkb->bell_duration = OFS_XKB_BELL_DURATION;
}

static int set_rules_property(struct ofs_server *s, const struct ofs_keymap *map)
{
    const char *parts[5] = { map->rules, map->model, map->layout, map->variant, map->options };
    char text[128];
    size_t used = 0;
    for (unsigned i = 0; i < 5; i++) {
        size_t n = strlen(parts[i]) + 1;
        if (n > sizeof(text) - used)
            return 0;
        memcpy(text + used, parts[i], n);
        used += n;
    }
    uint32_t name = ofs_atom(s, "_XKB_RULES_NAMES", 16, false);
    return name ? ofs_property_set(s, s->root, name, XA_STRING, 8, text, (uint32_t)used) : BadAlloc;
}

static int load(struct ofs_server *s, struct ofs_xkb *xkb, const struct ofs_keymap *map)
{
    uint32_t *atoms = calloc(map->string_count, sizeof(*atoms));
    if (!atoms)
        return BadAlloc;
    int error = 0;
    for (unsigned i = 1; i < map->string_count && !error; i++) {
        atoms[i] = ofs_atom(s, map->strings[i], strlen(map->strings[i]), false);
        error = atoms[i] ? 0 : BadAlloc;
    }
    xkb->min_keycode = map->min_keycode;
    xkb->max_keycode = map->max_keycode;
    init_controls(xkb, map);
    if (!error)
        error = copy_types(xkb, map, atoms);
    if (!error)
        error = copy_keys(xkb, map);
    if (!error)
        error = copy_rest(xkb, map, atoms);
    free(atoms);
    struct ofs_xkb_changes changes = { .map = XkbVirtualModMapMask };
    if (!error)
        error = ofs_xkb_update_actions(xkb, xkb->min_keycode, xkb->max_keycode - xkb->min_keycode + 1u, &changes);
    return error;
}

int ofs_xkb_init(struct ofs_server *s)
{
    s->xkb = calloc(1, sizeof(*s->xkb));
    if (!s->xkb)
        return BadAlloc;
    int error = load(s, s->xkb, &ofs_keymap_default);
    if (!error)
        error = set_rules_property(s, &ofs_keymap_default);
    if (error) {
        ofs_xkb_finish(s);
        return error;
    }
    ofs_xkb_derive_state(s->xkb);
    ofs_xkb_compute_leds(s->xkb, ~0u);
    return 0;
}

void ofs_xkb_finish(struct ofs_server *s)
{
    struct ofs_xkb *xkb = s->xkb;
    if (!xkb)
        return;
    for (unsigned i = 0; i < xkb->type_count; i++) {
        free(xkb->types[i].entries);
        free(xkb->types[i].level_names);
    }
    for (unsigned i = 0; i < 256; i++) {
        free(xkb->keys[i].syms);
        free(xkb->keys[i].actions);
    }
    free(xkb->types);
    free(xkb->interps);
    free(xkb->names.aliases);
    free(xkb);
    s->xkb = NULL;
}

uint16_t ofs_xkb_core_state(const struct ofs_server *s)
{
    const struct ofs_xkb_state *state = &s->xkb->state;
    return (uint16_t)((state->group & 3u) << 13 | state->lookup_mods);
}

void ofs_xkb_get_mods(const struct ofs_server *s, struct ofs_xkb_mods *out)
{
    const struct ofs_xkb_state *state = &s->xkb->state;
    *out = (struct ofs_xkb_mods){
        .base = state->base_mods, .latched = state->latched_mods, .locked = state->locked_mods, .effective = state->mods,
        .group_base = (uint16_t)state->base_group, .group_latched = (uint16_t)state->latched_group,
        .group_locked = state->locked_group, .group_effective = state->group,
    };
}

bool ofs_xkb_key_repeats(const struct ofs_server *s, uint8_t keycode)
{
    return (s->xkb->controls.enabled & XkbRepeatKeysMask) && ofs_xkb_bit(s->xkb->controls.per_key_repeat, keycode);
}

static int compare_keysym(const void *name, const void *row)
{
    return strcmp(name, ((const struct ofs_keymap_keysym *)row)->name);
}

static bool shift_gives_level_two(const struct ofs_xkb *xkb, const struct ofs_xkb_key *key)
{
    const struct ofs_xkb_type *type = &xkb->types[key->type[0]];
    for (unsigned i = 0; i < type->entry_count; i++)
        if (type->entries[i].active && type->entries[i].mods.mask == ShiftMask && type->entries[i].level == 1)
            return true;
    return false;
}

/* Which way a key gives a keysym in its first group. */
enum { PLAIN, SHIFTED, SOMEHOW, WAYS };

static bool key_gives(const struct ofs_xkb *xkb, const struct ofs_xkb_key *key, uint32_t keysym, int way)
{
    if (!ofs_xkb_groups(key))
        return false;
    if (way == PLAIN)
        return key->width > 0 && key->syms[0] == keysym;
    if (way == SHIFTED)
        return key->width > 1 && key->syms[1] == keysym && shift_gives_level_two(xkb, key);
    for (unsigned level = 1; level < key->width; level++)
        if (key->syms[level] == keysym)
            return true;
    return false;
}

uint8_t ofs_xkb_find_key(const struct ofs_server *s, const char *keysym_name, bool *shift_out)
{
    const struct ofs_keymap *map = &ofs_keymap_default;
    const struct ofs_xkb *xkb = s->xkb;
    const struct ofs_keymap_keysym *row =
        bsearch(keysym_name, map->keysyms, map->keysym_count, sizeof(*map->keysyms), compare_keysym);
    *shift_out = false;
    /* An unshifted place on any key is better than a shifted one on an earlier key. The last way is for KP_7 and the like,
     * which need NumLock: there the key itself is meant. */
    for (int way = PLAIN; row && way < WAYS; way++) {
        for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++) {
            if (key_gives(xkb, &xkb->keys[code], row->keysym, way)) {
                *shift_out = way == SHIFTED;
                return (uint8_t)code;
            }
        }
    }
    return 0;
}

/* The modifiers that bring a key to this level, the fewest, and only such as can be held; else all of them: NumLock. */
static uint8_t mods_for_level(const struct ofs_xkb *xkb, const struct ofs_xkb_key *key, unsigned level)
{
    const struct ofs_xkb_type *type = &xkb->types[key->type[0]];
    uint8_t best = level == 0 ? 0 : 0xFF;
    for (unsigned i = 0; i < type->entry_count; i++) {
        const struct ofs_xkb_entry *entry = &type->entries[i];
        uint8_t mods = entry->mods.mask;
        if (entry->active && entry->level == level && !(mods & ~(ShiftMask | Mod5Mask)) &&
            __builtin_popcount(mods) < __builtin_popcount(best))
            best = mods;
    }
    return best;
}

uint8_t ofs_xkb_find_keysym(const struct ofs_server *s, uint32_t keysym, uint8_t *mods_out)
{
    const struct ofs_xkb *xkb = s->xkb;
    uint8_t found = 0, least = 0;
    for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode && keysym; code++) {
        const struct ofs_xkb_key *key = &xkb->keys[code];
        for (unsigned level = 0; ofs_xkb_groups(key) && level < key->width; level++) {
            uint8_t mods = mods_for_level(xkb, key, level);
            if (key->syms[level] == keysym && (!found || __builtin_popcount(mods) < __builtin_popcount(least))) {
                found = (uint8_t)code;
                least = mods;
            }
        }
    }
    *mods_out = least;
    return found;
}

uint8_t ofs_xkb_find_modifier(const struct ofs_server *s, uint8_t mod)
{
    const struct ofs_xkb *xkb = s->xkb;
    for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++)
        if (xkb->keys[code].modmap & mod)
            return (uint8_t)code;
    return 0;
}

void ofs_xkb_repeat_timing(const struct ofs_server *s, uint32_t *delay_ms_out, uint32_t *interval_ms_out)
{
    *delay_ms_out = s->xkb->controls.repeat_delay;
    *interval_ms_out = s->xkb->controls.repeat_interval;
}
