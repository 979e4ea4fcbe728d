/* The compiled keyboard map: constant tables that generate.py writes at build time; that script says where the data come
 * from. Everything is in the order in which an X server holds it. */
#ifndef OFS_X11_KEYMAP_H
#define OFS_X11_KEYMAP_H

#include <stdint.h>

/* Modifiers as a map states them: real ones and virtual ones. */
struct ofs_keymap_mods {
    uint8_t real;
    uint16_t virt;
};

/* One row of a key type: with these modifiers, that level. */
struct ofs_keymap_entry {
    struct ofs_keymap_mods mods, preserve;
    uint8_t level;
};

struct ofs_keymap_type {
    struct ofs_keymap_mods mods;
    uint16_t name;                 /* index into strings, as every name here; 0 = none */
    uint16_t first_entry, first_level_name;
    uint8_t levels, entries;
    uint8_t preserve;              /* the entries' preserve is meaningful */
};

/* Symbol interpretation: which action a keysym gets. The layout of the request and of the reply. */
struct ofs_keymap_interp {
    uint32_t keysym;
    uint8_t mods, match, virtual_mod, flags;
    uint8_t action[8];
};

struct ofs_keymap_indicator {
    uint8_t flags, which_groups, groups, which_mods;
    struct ofs_keymap_mods mods;
    uint32_t controls;
    uint16_t name;
};

struct ofs_keymap_key {
    char name[4];
    uint8_t type[4];
    uint8_t group_info, width;
    uint8_t modmap, explicit_parts;
    uint8_t behavior[2];
    uint16_t vmodmap;
    uint16_t first_sym;            /* groups × width keysyms */
    uint16_t first_action;         /* 1 + index of as many actions; 0 = none */
};

struct ofs_keymap_keysym {
    const char *name;
    uint32_t keysym;
};

struct ofs_keymap {
    const char *rules, *model, *layout, *variant, *options;
    const char *const *strings;
    unsigned string_count;
    uint16_t keycodes_name, types_name, compat_name, symbols_name, geometry_name;
    uint16_t group_names[4];
    uint8_t min_keycode, max_keycode, group_count;

    uint8_t vmods[16];
    uint16_t vmod_names[16];

    const struct ofs_keymap_type *types;
    unsigned type_count;
    const struct ofs_keymap_entry *entries;
    const uint16_t *level_names;

    const struct ofs_keymap_interp *interps;
    unsigned interp_count;
    struct ofs_keymap_mods group_compat[4];

    const struct ofs_keymap_indicator *indicators; /* 32 */
    uint32_t real_indicators;

    const struct ofs_keymap_key *keys;             /* 256 */
    const uint32_t *syms;
    const uint8_t (*actions)[8];
    const uint8_t *repeat_off, *repeat_on;         /* 32 bytes each: keys whose repetition the map states */
    const char (*aliases)[8];                      /* real name, alias */
    unsigned alias_count;

    /* The reply to GetGeometry behind its first 8 bytes: values as bytes, least significant first, and one letter per
     * value that says how wide it is: b(1), h(2), w(4), a (4: an index into strings, to be sent as an atom). */
    const uint8_t *geometry;
    const char *geometry_format;

    const struct ofs_keymap_keysym *keysyms;       /* sorted by name */
    unsigned keysym_count;
};

extern const struct ofs_keymap ofs_keymap_default;

#endif
