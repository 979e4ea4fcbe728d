/* The keyboard map, its state and the XKEYBOARD extension: shared by xkb*.c and keyboard.c only.
 *
 * xkb.c          loads the compiled map; what input.h promises
 * xkb_map.c      changing a key's types, symbols and actions; symbol interpretation; virtual modifiers
 * xkb_core.c     the core protocol's view of the map
 * xkb_state.c    state: modifiers, groups, and what follows from them
 * xkb_action.c   key actions: locks, latches and the like
 * xkb_leds.c     indicators
 * xkb_notify.c   events
 * xkb_request.c  request table, selections, state, bell
 * xkb_getmap.c, xkb_setmap*.c, xkb_names.c, xkb_setnames.c, xkb_compat.c, xkb_controls.c, xkb_indicator.c, xkb_device.c,
 * xkb_keyboard.c the other requests
 *
 * There is one keyboard with one map; the master and its slaves all answer with it. */
#ifndef OFS_X11_XKB_H
#define OFS_X11_XKB_H

#include <X11/extensions/XKB.h>

#include "x11/keymap/keymap.h"
#include "x11/server.h"

#define OFS_XKB_MAJOR 135
#define OFS_XKB_EVENT 85
#define OFS_XKB_ERROR 137
#define OFS_XKB_DEVICE 3          /* the master keyboard's XInput id */
#define OFS_XKB_POINTER 2
/* Keyboard control defaults of X.Org servers. */
#define OFS_XKB_BELL_PERCENT 50
#define OFS_XKB_BELL_PITCH 400
#define OFS_XKB_BELL_DURATION 100
/* Flags of SetMap (X11/extensions/XKBproto.h, which redefines too much to be included). */
#define OFS_XKB_SET_RESIZE_TYPES 1u
#define OFS_XKB_SET_RECOMPUTE 2u

/* Modifiers: as stated (real, virtual) and what they come to (mask). */
struct ofs_xkb_modset {
    uint8_t mask, real;
    uint16_t virt;
};

struct ofs_xkb_entry {
    struct ofs_xkb_modset mods, preserve;
    uint8_t level;
    bool active;
};

struct ofs_xkb_type {
    struct ofs_xkb_modset mods;
    uint8_t levels, entry_count;
    bool preserve;
    struct ofs_xkb_entry *entries;
    uint32_t name;
    uint32_t *level_names;            /* one per level */
};

struct ofs_xkb_key {
    char name[4];
    uint8_t type[4];
    uint8_t group_info, width;
    uint8_t modmap, explicit_parts;
    uint8_t behavior[2];
    uint16_t vmodmap;
    uint32_t *syms;                   /* groups × width; NULL = none */
    uint8_t (*actions)[8];            /* as many; NULL = none */
};

struct ofs_xkb_led {
    uint8_t flags, which_groups, groups, which_mods;
    struct ofs_xkb_modset mods;
    uint32_t controls;
};

struct ofs_xkb_controls {
    uint8_t mk_default_button, groups, groups_wrap;
    struct ofs_xkb_modset internal, ignore_lock;
    uint32_t enabled;
    uint16_t repeat_delay, repeat_interval, slow_keys_delay, debounce_delay;
    uint16_t mk_delay, mk_interval, mk_time_to_max, mk_max_speed;
    int16_t mk_curve;
    uint16_t ax_options, ax_timeout, axt_options_mask, axt_options_values;
    uint32_t axt_controls_mask, axt_controls_values;
    uint8_t per_key_repeat[32];
};

struct ofs_xkb_state {
    uint8_t mods, base_mods, latched_mods, locked_mods;
    uint8_t group, locked_group;
    int16_t base_group, latched_group;
    uint8_t lookup_mods, grab_mods, compat_state, compat_lookup_mods, compat_grab_mods;
    uint16_t buttons;
};

struct ofs_xkb_names {
    uint32_t keycodes, geometry, symbols, phys_symbols, types, compat;
    uint32_t vmods[16], leds[32], groups[4];
    char (*aliases)[8];
    unsigned alias_count;
    uint32_t radio_groups[32];
    unsigned radio_group_count;
};

/* Something a held key does until it is released (or, for a latch, until the latch is used). */
struct ofs_xkb_filter {
    uint16_t keycode;                 /* 0 = free */
    uint8_t kind;
    uint8_t phase;
    uint8_t kept;                     /* locks that were set before, or controls switched on */
    uint8_t action[8];
    uint32_t controls;
};

enum { OFS_XKB_FILTERS = 32 };

struct ofs_xkb {
    struct ofs_xkb_type *types;
    unsigned type_count;
    struct ofs_keymap_interp *interps;
    unsigned interp_count;
    struct ofs_xkb_modset group_compat[4];
    struct ofs_xkb_key keys[256];
    uint8_t min_keycode, max_keycode;
    uint8_t vmods[16];
    struct ofs_xkb_led leds[32];
    uint32_t real_leds;
    uint32_t led_auto, led_explicit, led_state; /* lit by their maps, by request, either way */
    struct ofs_xkb_names names;
    bool foreign_geometry;            /* a client set another, which is not kept */
    struct ofs_xkb_controls controls;
    struct ofs_xkb_state state;
    struct ofs_xkb_filter filters[OFS_XKB_FILTERS];
    uint8_t held[8];                  /* keys that hold each base modifier */
    int bell_percent, bell_pitch, bell_duration, click_percent;
    uint32_t debug_flags, debug_controls;
};

/* What one client selected and asked for. */
struct ofs_xkb_client {
    bool ready;                       /* UseExtension succeeded */
    uint8_t flags;                    /* XkbPCF_* */
    uint32_t auto_controls, auto_values;
    uint16_t map, new_keyboard, state, names, access_x, device;
    uint32_t controls, led_state, led_map;
    uint8_t compat, bell, message;
};

/* Why something changed, for the events. */
struct ofs_xkb_cause {
    uint8_t keycode, event, major, minor;
};

struct ofs_xkb_range {
    uint8_t first, count;
};

/* What a request changed. ranges has the place of each bit of `map` (XkbKeyTypesMask is 0 and so on). */
struct ofs_xkb_changes {
    uint16_t map, vmods;
    struct ofs_xkb_range ranges[8];
    uint32_t led_maps, controls;
    bool compat;                      /* the next three say what */
    uint8_t compat_groups;
    uint16_t first_interp, interp_count;
};

enum { OFS_XKB_TYPES, OFS_XKB_SYMS, OFS_XKB_MODMAP, OFS_XKB_EXPLICIT, OFS_XKB_ACTIONS, OFS_XKB_BEHAVIORS, OFS_XKB_VMODS,
       OFS_XKB_VMODMAP };

static inline unsigned ofs_xkb_groups(const struct ofs_xkb_key *key) { return key->group_info & 0x0Fu; }
static inline unsigned ofs_xkb_sym_count(const struct ofs_xkb_key *key) { return ofs_xkb_groups(key) * key->width; }
/* What a group that a key or the keyboard does not have becomes; from a group_info or groups_wrap byte. */
static inline unsigned ofs_xkb_range_action(uint8_t info) { return info & 0xC0u; }
static inline unsigned ofs_xkb_range_group(uint8_t info) { return info >> 4 & 3u; }
static inline bool ofs_xkb_bit(const uint8_t *bits, unsigned n) { return bits[n / 8] >> (n % 8) & 1; }
static inline uint8_t ofs_xkb_bit_count(uint32_t mask) { return (uint8_t)__builtin_popcount(mask); }

/* xkb_map.c; errors are 0 or BadAlloc */
void ofs_xkb_changed(struct ofs_xkb_changes *changes, unsigned part, unsigned first, unsigned count);
uint8_t ofs_xkb_real_mods(const struct ofs_xkb *xkb, uint16_t virt);
int ofs_xkb_resize_syms(struct ofs_xkb_key *key, unsigned count);
int ofs_xkb_resize_actions(struct ofs_xkb_key *key, unsigned count);
int ofs_xkb_set_types(struct ofs_xkb *xkb, unsigned keycode, unsigned groups, const uint8_t types[4]);
/* Give the keys the actions that the interpretations say, and carry on what follows from it. */
int ofs_xkb_update_actions(struct ofs_xkb *xkb, unsigned first, unsigned count, struct ofs_xkb_changes *changes);
void ofs_xkb_apply_vmods(struct ofs_xkb *xkb, uint16_t changed, struct ofs_xkb_changes *changes);

/* xkb_core.c */
unsigned ofs_xkb_core_width(const struct ofs_xkb *xkb);
/* keyboard.c: the core's keysyms of `count` keys, rows of `width`, at most 255 (the reply has one byte for it); the keys are
 * there, or the error. */
int ofs_check_keycodes(struct ofs_client *c, unsigned first, unsigned count);
unsigned ofs_keysyms_per_key(const struct ofs_xkb *xkb);
void ofs_write_keysyms(struct ofs_client *c, unsigned first, unsigned count, unsigned width);
/* keyboard.c: the core's modifier map, eight rows of `width` key codes, the most that a modifier has. */
unsigned ofs_keys_per_modifier(const struct ofs_xkb *xkb);
void ofs_write_modifier_map(struct ofs_client *c, unsigned width);
void ofs_xkb_core_syms(const struct ofs_xkb *xkb, unsigned keycode, unsigned width, uint32_t *syms_out);
int ofs_xkb_set_core_syms(struct ofs_xkb *xkb, unsigned keycode, unsigned width, const uint32_t *syms);
void ofs_xkb_convert_case(uint32_t sym, uint32_t *lower_out, uint32_t *upper_out);

/* xkb_state.c, xkb_action.c */
void ofs_xkb_derive_state(struct ofs_xkb *xkb);
uint8_t ofs_xkb_adjust_group(const struct ofs_xkb *xkb, int group);
uint16_t ofs_xkb_state_changes(const struct ofs_xkb_state *old, const struct ofs_xkb_state *new);
/* The state was changed: derived parts, StateNotify, indicators. */
void ofs_xkb_state_changed(struct ofs_server *s, const struct ofs_xkb_state *old, const struct ofs_xkb_cause *cause);
void ofs_xkb_latch_mods(struct ofs_xkb *xkb, uint8_t affect, uint8_t latches);
void ofs_xkb_latch_group(struct ofs_xkb *xkb, int group);
void ofs_xkb_clear_latches_and_locks(struct ofs_server *s, const struct ofs_xkb_cause *cause);

/* xkb_leds.c */
/* Work out which of these are lit; returns those that changed. */
uint32_t ofs_xkb_compute_leds(struct ofs_xkb *xkb, uint32_t which);
/* Indicators that depend on parts of the state (XkbStateNotify's mask) or on controls. */
uint32_t ofs_xkb_leds_of_state(const struct ofs_xkb *xkb, uint16_t changed);
uint32_t ofs_xkb_leds_of_controls(const struct ofs_xkb *xkb);
bool ofs_xkb_led_in_use(const struct ofs_xkb_led *led);
void ofs_xkb_update_leds(struct ofs_server *s, uint32_t which);
void ofs_xkb_set_leds(struct ofs_server *s, uint32_t affect, uint32_t values, const struct ofs_xkb_cause *cause);

/* xkb_notify.c */
struct ofs_xkb_client *ofs_xkb_client(struct ofs_client *c); /* NULL: out of memory */
void ofs_xkb_notify_state(struct ofs_server *s, uint16_t changed, const struct ofs_xkb_cause *cause);
void ofs_xkb_notify_controls(struct ofs_server *s, const struct ofs_xkb_controls *old, const struct ofs_xkb_cause *cause);
void ofs_xkb_notify_leds(struct ofs_server *s, uint8_t kind, uint32_t state, uint32_t changed);
/* ExtensionDeviceNotify about the lights; reason: XkbXI_Indicator…Mask. */
void ofs_xkb_notify_device(struct ofs_server *s, uint16_t reason);
/* The bell rings. percent as in the Bell request; pitch and duration: 0 = as set, -1 = the default. */
struct ofs_xkb_bell {
    int percent, pitch, duration;
    uint32_t name, window;
    bool event_only;
};
void ofs_xkb_notify_bell(struct ofs_server *s, const struct ofs_xkb_bell *bell);
void ofs_xkb_notify_new_keyboard(struct ofs_server *s, uint16_t changed, const struct ofs_xkb_cause *cause);
/* Everything a request changed in the map: MapNotify, CompatMapNotify, IndicatorMapNotify, ControlsNotify, MappingNotify. */
void ofs_xkb_notify_changes(struct ofs_server *s, const struct ofs_xkb_changes *changes, const struct ofs_xkb_cause *cause);
struct ofs_xkb_names_change {
    uint16_t changed, vmods;
    uint8_t first_type, types, first_level, levels, groups, first_key, keys, aliases, radio_groups;
    uint32_t leds;
};
void ofs_xkb_notify_names(struct ofs_server *s, const struct ofs_xkb_names_change *change);

/* xkb_request.c */
static inline uint32_t ofs_xkb_code2(uint32_t a, uint32_t b) { return a << 24 | (b & 0xFFFFFF); }
static inline uint32_t ofs_xkb_code3(uint32_t a, uint32_t b, uint32_t c) { return a << 24 | (b & 0xFF) << 16 | (c & 0xFFFF); }
static inline uint32_t ofs_xkb_code4(uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
    return a << 24 | (b & 0xFF) << 16 | (c & 0xFF) << 8 | (d & 0xFF);
}
enum ofs_xkb_want { OFS_XKB_KEYBOARD, OFS_XKB_ANY, OFS_XKB_BELL, OFS_XKB_LED };
/* The start of every request: BadAccess before UseExtension, BadKeyboard for a device that is none; *device_out its id. */
int ofs_xkb_begin(struct ofs_client *c, uint32_t device_spec, enum ofs_xkb_want want, uint8_t *device_out);

#define OFS_XKB_REQUESTS(X)             \
    X(0, UseExtension, 2, 2)            \
    X(1, SelectEvents, 4, 0)            \
    X(3, Bell, 7, 7)                    \
    X(4, GetState, 2, 2)                \
    X(5, LatchLockState, 4, 4)          \
    X(6, GetControls, 2, 2)             \
    X(7, SetControls, 25, 25)           \
    X(8, GetMap, 7, 7)                  \
    X(9, SetMap, 9, 0)                  \
    X(10, GetCompatMap, 3, 3)           \
    X(11, SetCompatMap, 4, 0)           \
    X(12, GetIndicatorState, 2, 2)      \
    X(13, GetIndicatorMap, 3, 3)        \
    X(14, SetIndicatorMap, 3, 0)        \
    X(15, GetNamedIndicator, 4, 4)      \
    X(16, SetNamedIndicator, 8, 8)      \
    X(17, GetNames, 3, 3)               \
    X(18, SetNames, 7, 0)               \
    X(19, GetGeometry, 3, 3)            \
    X(20, SetGeometry, 7, 0)            \
    X(21, PerClientFlags, 7, 7)         \
    X(22, ListComponents, 2, 0)         \
    X(23, GetKbdByName, 3, 0)           \
    X(24, GetDeviceInfo, 4, 4)          \
    X(25, SetDeviceInfo, 3, 0)          \
    X(101, SetDebuggingFlags, 6, 0)
#define OFS_XKB_PROTOTYPE(opcode, name, min, max) int ofs_xkb_req_##name(struct ofs_client *c, struct ofs_request *r);
OFS_XKB_REQUESTS(OFS_XKB_PROTOTYPE)
#undef OFS_XKB_PROTOTYPE

/* Bodies of replies, which GetKbdByName strings together. */
struct ofs_xkb_map_query {
    uint16_t present, vmods;
    struct ofs_xkb_range ranges[8];
};
void ofs_xkb_write_map(struct ofs_client *c, uint8_t device, struct ofs_xkb_map_query *q);
void ofs_xkb_write_names(struct ofs_client *c, uint8_t device, uint32_t which);
void ofs_xkb_write_compat(struct ofs_client *c, uint8_t device, uint8_t groups, unsigned first, unsigned count);
void ofs_xkb_write_led(struct ofs_client *c, const struct ofs_xkb_led *led); /* 12 bytes: one indicator map */
void ofs_xkb_write_indicator_maps(struct ofs_client *c, uint8_t device, uint32_t which);
void ofs_xkb_write_geometry(struct ofs_client *c, uint8_t device, uint32_t name);

extern const struct ofs_extension ofs_ext_xkb;

#endif
