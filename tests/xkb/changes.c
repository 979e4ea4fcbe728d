/* Requests that change the map, the controls and the names; after each, what the server says about it and its events. */
#include <stdio.h>
#include <string.h>

#include "raw.h"

static const uint32_t syms[] = { 0,      0,      0x61,   0x41,   0x62,   0x42,   0x31,   0x21,       0xFF08, 0xFFE1, 0xFFE3,
                                 0xFFE5, 0xFF7F, 0xFFB7, 0xFF95, 0xFE03, 0xFF7E, 0xFFEB, 0x1008FF11, 0xE4,   0xC4,   0x1B1,
                                 0x1A1,  0x6C1,  0x6E1,  0x7E1,  0x7C1,  0xFE08, 0x20AC, 0x1000394 };

uint32_t some_sym(struct raw *r) { return syms[raw_random(r, sizeof(syms) / sizeof(syms[0]))]; }

void select_all_events(struct raw *r)
{
    raw_begin(r, r->xkb_major, 1);
    raw16(r, 0x100);
    raw16(r, 0xFFF);
    raw16(r, 0);
    raw16(r, 0xFFF);
    raw16(r, 0xFF);
    raw16(r, 0xFF);
    raw_tell(r, "SelectEvents all");
}

static void select_events(struct raw *r)
{
    static const uint8_t sizes[] = { 2, 0, 2, 4, 4, 4, 2, 1, 1, 1, 2, 2 };
    uint16_t which = (uint16_t)raw_random(r, 0x1000), clear = (uint16_t)(raw_random(r, 0x1000) & raw_random(r, 0x1000));
    uint16_t all = (uint16_t)(raw_random(r, 0x1000) & raw_random(r, 0x1000));
    bool valid = r->swap; /* X.Org finds other errors first in requests that it has to swap */
    if (!valid && !raw_random(r, 12))
        which |= 0x2000;
    char what[80];
    snprintf(what, sizeof(what), "SelectEvents which %x clear %x all %x", which, clear, all);
    raw_begin(r, r->xkb_major, 1);
    raw16(r, raw_random(r, 10) ? 0x100 : 77);
    raw16(r, which);
    raw16(r, clear);
    raw16(r, all);
    raw16(r, 0xFF);
    raw16(r, raw_random(r, 256));
    for (int i = 0; i < 12; i++) {
        uint32_t affect = raw_random(r, valid && i == 0 ? 8 : 0x40);
        uint32_t value = valid || raw_random(r, 12) ? affect & raw_random(r, 0x40) : raw_random(r, 0x40);
        if (valid && i > 6 && i < 10)
            affect = value = 1;
        if (i == 1 || !(which >> i & 1) || (clear >> i & 1) || (all >> i & 1))
            continue;
        if (sizes[i] == 1) {
            raw8(r, affect & 3);
            raw8(r, value & affect & 3);
            raw16(r, 0);
        } else if (sizes[i] == 2) {
            raw16(r, affect);
            raw16(r, value);
        } else {
            raw32(r, affect);
            raw32(r, value);
        }
    }
    if (!valid && !raw_random(r, 10))
        raw32(r, 0); /* one word too many */
    raw_tell(r, what);
    select_all_events(r);
}

/* Keys whose type the map states and that has more than two levels. With several groups on such a key X.Org leaves
 * symbols of other keys in the levels that a group does not use, and takes actions from them. */
static bool has_many_levels(unsigned key)
{
    static const uint8_t keys[] = { 63, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 82, 86, 94, 95, 96, 106 };
    return memchr(keys, (int)key, sizeof(keys)) != NULL;
}

static void change_keyboard_mapping(struct raw *r)
{
    char what[60];
    unsigned first = 8 + raw_random(r, 200), n = 1 + raw_random(r, 4), width = 1 + raw_random(r, 8);
    for (unsigned i = 0; i < n; i++)
        if (has_many_levels(first + i))
            first = 120;
    bool bad = !raw_random(r, 12);
    snprintf(what, sizeof(what), "ChangeKeyboardMapping %u+%u width %u", first, n, width);
    raw_begin(r, 100, (uint8_t)n);
    raw8(r, bad ? raw_random(r, 8) : first);
    raw8(r, bad ? raw_random(r, 9) : width);
    raw16(r, 0);
    for (unsigned i = 0; i < n * width; i++)
        raw32(r, some_sym(r));
    raw_tell(r, what);
}

static void set_modifier_mapping(struct raw *r)
{
    unsigned width = raw_random(r, 5);
    bool standard = raw_random(r, 2);
    static const uint8_t usual[8][2] = { { 50, 62 }, { 66, 0 }, { 37, 105 }, { 64, 108 }, { 77, 0 }, { 0, 0 }, { 133, 134 }, { 92, 203 } };
    raw_begin(r, 118, (uint8_t)(standard ? 2 : width));
    for (unsigned i = 0; i < 8 * (standard ? 2 : width); i++)
        raw8(r, standard ? usual[i / 2][i % 2] : raw_random(r, 3) ? 0 : 8 + raw_random(r, 248));
    if (raw_ask(r, standard ? "SetModifierMapping usual" : "SetModifierMapping"))
        raw_print_hex(r, 1, 2);
}

static void change_keyboard_control(struct raw *r)
{
    char what[160];
    uint32_t mask = raw_random(r, 256);
    if (mask & 0x60) /* X.Org has lit a light before it misses the mode that goes with the key */
        mask |= mask & 0x40 ? 0x80 : 0;
    size_t used = (size_t)snprintf(what, sizeof(what), "ChangeKeyboardControl %x", mask);
    raw_begin(r, 102, 0);
    raw32(r, mask);
    for (int bit = 0; bit < 8; bit++) {
        static const uint16_t limits[] = { 104, 104, 2000, 2000, 36, 3, 256, 4 };
        /* X.Org has lit a light before it finds a later value bad: with lights, all later values are good. */
        bool good = (mask & 0x30) && bit > 5;
        uint32_t value = good && bit == 6 ? 8 + raw_random(r, 248) : raw_random(r, limits[bit] - good);
        if (bit == 7) /* X.Org's default for a key is off, whatever the map says */
            value &= 1;
        if (bit < 4 && !raw_random(r, 8))
            value = 0xFFFFFFFF - raw_random(r, 2);
        if (!(mask >> bit & 1))
            continue;
        raw32(r, value);
        used += (size_t)snprintf(what + used, sizeof(what) - used, " %d", (int)value);
    }
    raw_tell(r, what);
    raw_begin(r, 103, 0);
    if (raw_ask(r, "GetKeyboardControl"))
        raw_print_hex(r, 4, r->reply_bytes);
}

static void set_controls(struct raw *r)
{
    raw_begin(r, r->xkb_major, 7);
    raw16(r, 0x100);
    uint32_t change = 0;
    for (int i = 0; i < 4; i++)
        change |= 1u << raw_random(r, 13);
    static const uint32_t high[] = { 1u << 27, 1u << 28, 1u << 29, 1u << 30, 1u << 31, 0, 0, 0 };
    change |= high[raw_random(r, 8)];
    uint32_t mods = raw_random(r, 256), ignore = raw_random(r, 256), vmods = raw_random(r, 0x2000);
    raw8(r, mods);
    raw8(r, mods & raw_random(r, 256));
    raw8(r, ignore);
    raw8(r, ignore & raw_random(r, 256));
    raw16(r, vmods);
    raw16(r, vmods & raw_random(r, 65536));
    raw16(r, vmods);
    raw16(r, vmods & raw_random(r, 65536));
    raw8(r, raw_random(r, 6));          /* mouse keys' button */
    raw8(r, raw_random(r, 4) << 6);     /* groups wrap */
    raw16(r, raw_random(r, 20) ? raw_random(r, 0x1000) : 0xF000);
    raw16(r, 0);
    uint32_t affect = raw_random(r, 0x2000) & 0xE1u; /* no slow, bounce, sticky or mouse keys: they need time or devices */
    raw32(r, affect);
    raw32(r, affect & raw_random(r, 0x2000));
    raw32(r, change);
    for (int i = 0; i < 8; i++)
        raw16(r, raw_random(r, 30));
    raw16(r, raw_random(r, 1000));
    raw16(r, raw_random(r, 10));
    affect = raw_random(r, 0x2000);
    raw32(r, affect);
    raw32(r, affect & raw_random(r, 0x2000));
    affect = raw_random(r, 0x1000);
    raw16(r, affect);
    raw16(r, affect & raw_random(r, 0x1000));
    for (int i = 0; i < 32; i++)
        raw8(r, raw_random(r, 256));
    char what[60];
    snprintf(what, sizeof(what), "SetControls %x", change);
    raw_tell(r, what);
    raw_begin(r, r->xkb_major, 6);
    raw16(r, 0x100);
    raw16(r, 0);
    if (raw_ask(r, "GetControls"))
        raw_print_hex(r, 4, r->reply_bytes);
}

static void set_indicator_map(struct raw *r)
{
    /* Of the first 16: X.Org's LatchLockState forgets the others and reports them in an event of their own. */
    uint32_t which = 1u << raw_random(r, 16) | 1u << raw_random(r, 16);
    raw_begin(r, r->xkb_major, 14);
    raw16(r, 0x100);
    raw16(r, 0);
    raw32(r, which);
    for (int i = 0; i < __builtin_popcount(which); i++) {
        uint32_t mods = raw_random(r, 256);
        raw8(r, raw_random(r, 4) << 6);
        raw8(r, raw_random(r, 17));
        raw8(r, raw_random(r, 16));
        raw8(r, raw_random(r, 12) ? raw_random(r, 32) : raw_random(r, 256));
        raw8(r, mods);
        raw8(r, mods);
        raw16(r, raw_random(r, 0x2000));
        raw32(r, raw_random(r, 4) ? 0 : raw_random(r, 0x2000));
    }
    raw_tell(r, "SetIndicatorMap");
    raw_begin(r, r->xkb_major, 13);
    raw16(r, 0x100);
    raw16(r, 0);
    raw32(r, which);
    if (raw_ask(r, "GetIndicatorMap"))
        raw_print_hex(r, 8, r->reply_bytes);
}

static void set_compat_map(struct raw *r)
{
    unsigned first = raw_random(r, 124), n = raw_random(r, 3), groups = raw_random(r, 16), recompute = raw_random(r, 2);
    raw_begin(r, r->xkb_major, 11);
    raw16(r, 0x100);
    raw8(r, 0);
    raw8(r, recompute);
    raw8(r, 0);
    raw8(r, groups);
    raw16(r, first);
    raw16(r, n);
    raw16(r, 0);
    for (unsigned i = 0; i < n; i++) {
        raw32(r, some_sym(r));
        raw8(r, raw_random(r, 256));
        raw8(r, raw_random(r, 5) | (raw_random(r, 2) << 7));
        raw8(r, raw_random(r, 2) ? 0xFF : raw_random(r, 13));
        raw8(r, raw_random(r, 4));
        const uint8_t action[8] = { (uint8_t)(1 + raw_random(r, 3)), 4, 0, 0, 0, 0, 0, 0 };
        raw_bytes(r, action, 8);
    }
    for (int g = 0; g < 4; g++) {
        if (!(groups >> g & 1))
            continue;
        raw8(r, 0);
        raw8(r, raw_random(r, 256));
        raw16(r, raw_random(r, 0x2000));
    }
    raw_tell(r, "SetCompatMap");
    if (recompute)
        print_full_map(r);
}

static void set_names(struct raw *r)
{
    if (r->swap)
        return; /* X.Org swaps the atoms once per device and finds them bad */
    raw_begin(r, r->xkb_major, 18);
    uint32_t atoms[3] = { 31, 39, raw_random(r, 12) ? 67 : 999999 };
    raw16(r, 0x100);
    raw16(r, 0x3);
    raw32(r, 0x0904 | (raw_random(r, 2) ? 0x200 : 0));
    bool keys = r->request[r->swap ? 10 : 9] & 2;
    raw32(r, 0);
    raw32(r, 0x80000001);
    raw8(r, 0);
    raw8(r, 0);
    raw8(r, 10);
    raw8(r, keys ? 2 : 0);
    raw32(r, 0);
    raw32(r, atoms[0]);
    raw32(r, atoms[1]);
    raw32(r, atoms[2]);
    raw32(r, atoms[0]);
    raw32(r, 0);
    if (keys)
        raw_bytes(r, "ONE\0TWO ", 8);
    raw_tell(r, "SetNames");
    print_names(r, 0x3FFF);
}

static void latch_lock_state(struct raw *r)
{
    uint32_t locks = raw_random(r, 256), latches = raw_random(r, 256);
    raw_begin(r, r->xkb_major, 5);
    raw16(r, 0x100);
    raw8(r, locks);
    raw8(r, raw_random(r, 10) ? locks & raw_random(r, 256) : raw_random(r, 256));
    raw8(r, raw_random(r, 2));
    raw8(r, raw_random(r, 5));
    raw8(r, latches);
    raw8(r, latches & raw_random(r, 256));
    raw8(r, 0);
    raw8(r, raw_random(r, 2));
    raw16(r, raw_random(r, 3));
    raw_tell(r, "LatchLockState");
    raw_begin(r, r->xkb_major, 4);
    raw16(r, 0x100);
    raw16(r, 0);
    if (raw_ask(r, "GetState"))
        raw_print_state(r);
    raw_begin(r, r->xkb_major, 12);
    raw16(r, 0x100);
    raw16(r, 0);
    if (raw_ask(r, "GetIndicatorState"))
        raw_print_hex(r, 8, 12);
}

static void bell(struct raw *r)
{
    char what[80];
    unsigned device = raw_random(r, 6) ? 0x100 : 2 + raw_random(r, 8), bell_class = raw_random(r, 4) ? 0x300 : raw_random(r, 7);
    unsigned id = raw_random(r, 4) ? 0x400 : raw_random(r, 3);
    snprintf(what, sizeof(what), "XkbBell device %x class %x id %x", device, bell_class, id);
    raw_begin(r, r->xkb_major, 3);
    raw16(r, device);
    raw16(r, bell_class);
    raw16(r, id);
    raw8(r, raw_random(r, 210) - 105);
    raw8(r, raw_random(r, 6) == 0);
    raw8(r, raw_random(r, 3) == 0);
    raw8(r, 0);
    /* No pitch or duration of its own: X.Org would keep it for good. */
    raw16(r, raw_random(r, 8) ? 0 : 0xFFFE);
    raw16(r, raw_random(r, 8) ? 0 : 0xFFFE);
    raw16(r, 0);
    raw32(r, raw_random(r, 4) ? 39 : raw_random(r, 2));
    raw32(r, raw_random(r, 4) ? 0 : 0xBAD0001);
    raw_tell(r, what);
    raw_begin(r, 104, (uint8_t)(raw_random(r, 220) - 110));
    raw_tell(r, "Bell");
}

void scenario_changes(struct raw *r, unsigned count)
{
    use_extension(r, 1, 0);
    select_all_events(r);
    for (unsigned i = 0; i < count; i++) {
        switch (raw_random(r, 12)) {
        case 0:
        case 1:
            change_keyboard_mapping(r);
            print_full_map(r);
            break;
        case 2:
            set_modifier_mapping(r);
            print_full_map(r);
            break;
        case 3: change_keyboard_control(r); break;
        case 4: set_controls(r); break;
        case 5: set_indicator_map(r); break;
        case 6: set_compat_map(r); break;
        case 7:
            if (raw_random(r, 2))
                set_map(r);
            else
                set_actions(r);
            break;
        case 8: set_names(r); break;
        case 9: latch_lock_state(r); break;
        case 10: bell(r); break;
        default: select_events(r); break;
        }
    }
    raw_begin(r, 101, 0);
    raw8(r, 8);
    raw8(r, 248);
    if (raw_ask(r, "GetKeyboardMapping"))
        raw_print_hex(r, 4, r->reply_bytes);
}
