/* Keys and buttons through XTEST, with modifiers, locks and latches; the state and the XKB events after each. */
#include <stdio.h>

#include "raw.h"

static void fake(struct raw *r, uint8_t type, uint8_t detail)
{
    char what[60];
    snprintf(what, sizeof(what), "%s %u", type == 2 ? "press" : type == 3 ? "release" : type == 4 ? "button down" : "button up",
             detail);
    raw_begin(r, r->xtest_major, 2);
    raw8(r, type);
    raw8(r, detail);
    raw16(r, 0);
    for (int i = 0; i < 7; i++)
        raw32(r, 0);
    raw_tell(r, what);
}

static void get_state(struct raw *r)
{
    raw_begin(r, r->xkb_major, 4);
    raw16(r, 0x100);
    raw16(r, 0);
    if (raw_ask(r, "GetState"))
        raw_print_state(r);
}

static void latch_one(struct raw *r)
{
    uint32_t mods = 1u << raw_random(r, 8);
    raw_begin(r, r->xkb_major, 5);
    raw16(r, 0x100);
    raw8(r, 0);
    raw8(r, 0);
    raw8(r, 0);
    raw8(r, 0);
    raw8(r, mods);
    raw8(r, mods);
    raw8(r, 0);
    raw8(r, 0);
    raw16(r, 0);
    raw_tell(r, "latch");
}

/* Caps, Shift, Control, Alt, NumLock, Super, Level3, ModeSwitch, letters, keypad, function keys, ScrollLock. */
static const uint8_t keys[] = { 66, 50, 62, 37, 105, 64, 108, 77, 133, 134, 92, 203, 38, 39, 79, 87, 67, 78, 204, 205, 9 };

void scenario_keys(struct raw *r, unsigned count)
{
    uint8_t down[256] = { 0 };
    use_extension(r, 1, 0);
    raw_begin(r, r->xkb_major, 1);
    raw16(r, 0x100);
    raw16(r, 0x14); /* state and indicator state */
    raw16(r, 0);
    raw16(r, 0x14);
    raw32(r, 0);
    raw_tell(r, "SelectEvents");
    for (unsigned i = 0; i < count; i++) {
        uint8_t key = keys[raw_random(r, sizeof(keys))];
        if (!raw_random(r, 12)) {
            latch_one(r);
        } else if (!raw_random(r, 12)) {
            fake(r, 4, 1);
            fake(r, 5, 1);
        } else {
            fake(r, down[key] ? 3 : 2, key);
            down[key] ^= 1;
        }
        get_state(r);
        raw_begin(r, 103, 0);
        if (raw_ask(r, "GetKeyboardControl"))
            raw_print_hex(r, 8, 20);
    }
    for (unsigned key = 0; key < 256; key++)
        if (down[key])
            fake(r, 3, (uint8_t)key);
    get_state(r);
}
