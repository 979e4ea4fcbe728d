/* SetMap. */
#include <stdio.h>

#include "raw.h"

struct map_part {
    unsigned first, count, total;
};

/* The fixed part of SetMap. */
static void begin_set_map(struct raw *r, uint16_t present, bool recompute, const struct map_part part[6], uint16_t vmods)
{
    raw_begin(r, r->xkb_major, 9);
    raw16(r, 0x100);
    raw16(r, present);
    raw16(r, recompute ? 2 : 0);
    raw8(r, 8);
    raw8(r, 255);
    raw16(r, 0); /* no types */
    for (int i = 0; i < 6; i++) {
        raw8(r, part[i].first);
        raw8(r, part[i].count);
        if (i < 2)
            raw16(r, part[i].total);
        else
            raw8(r, part[i].total);
    }
    raw16(r, vmods);
}

void set_map(struct raw *r)
{
    if (r->swap)
        return; /* X.Org checks the lengths before it swaps them, and refuses */
    unsigned first = 8 + raw_random(r, 240), n = 1 + raw_random(r, 3), mods = raw_random(r, 3), total = 0;
    bool with_vmods = raw_random(r, 2), explicits = raw_random(r, 2);
    uint16_t present = (uint16_t)(0x06 | (with_vmods ? 0x40 : 0) | (explicits ? 0x08 : 0));
    uint16_t vmods = (uint16_t)(with_vmods ? raw_random(r, 0x2000) : 0);
    unsigned groups[3];
    for (unsigned i = 0; i < n; i++) {
        groups[i] = raw_random(r, 3);
        total += groups[i] * 2;
    }
    const struct map_part parts[6] = { { first, n, total }, { 0, 0, 0 }, { 0, 0, 0 }, { first, explicits ? n : 0, explicits ? n : 0 },
                                       { first, n, mods }, { 0, 0, 0 } };
    /* Actions are always worked out anew, since old ones that stay are leftovers of memory in X.Org. */
    begin_set_map(r, present, true, parts, vmods);
    for (unsigned i = 0; i < n; i++) {
        for (int g = 0; g < 4; g++)
            raw8(r, 1 + raw_random(r, 3));
        raw8(r, groups[i]);
        raw8(r, groups[i] ? 2 : 0);
        raw16(r, groups[i] * 2);
        for (unsigned s = 0; s < groups[i] * 2; s++)
            raw32(r, some_sym(r));
    }
    for (int i = 0; i < __builtin_popcount(vmods); i++)
        raw8(r, 1u << raw_random(r, 8));
    raw_pad(r);
    for (unsigned i = 0; explicits && i < n; i++) {
        raw8(r, first + i);
        raw8(r, raw_random(r, 256) & 0xEF);
    }
    raw_pad(r);
    for (unsigned i = 0; i < mods; i++) {
        raw8(r, first + raw_random(r, n));
        raw8(r, 1u << raw_random(r, 8));
    }
    raw_pad(r);
    char what[80];
    snprintf(what, sizeof(what), "SetMap present %x keys %u+%u", present, first, n);
    raw_tell(r, what);
    print_full_map(r);
}

/* Actions by themselves: with new symbols in the same request, X.Org checks their number against the old ones. A key with
 * another number of symbols than 2 is an error. */
void set_actions(struct raw *r)
{
    unsigned key = 38 + raw_random(r, 8), count = raw_random(r, 3) ? 2 : raw_random(r, 5), behaviors = raw_random(r, 2);
    const struct map_part parts[6] = { { 0, 0, 0 }, { key, 1, count }, { key, behaviors, behaviors }, { 0, 0, 0 }, { 0, 0, 0 },
                                       { key, 1, 1 } };
    begin_set_map(r, (uint16_t)(0x90 | (behaviors ? 0x20 : 0)), false, parts, 0);
    raw8(r, count);
    raw_pad(r);
    for (unsigned i = 0; i < count; i++) {
        const uint8_t action[8] = { (uint8_t)(1 + raw_random(r, 6)), 0, 1, 1, 0, 0, 0, 0 };
        raw_bytes(r, action, 8);
    }
    if (behaviors) {
        raw8(r, key);
        raw8(r, raw_random(r, 5));
        raw16(r, 0);
    }
    raw8(r, key + (raw_random(r, 8) == 0));
    raw8(r, 0);
    uint32_t vmods = raw_random(r, 0x2000);
    raw16(r, r->swap ? (vmods & 31) * 0x101 : vmods); /* X.Org does not swap them */
    char what[80];
    snprintf(what, sizeof(what), "SetMap actions of %u: %u, behaviors %u", key, count, behaviors);
    raw_tell(r, what);
    print_full_map(r);
}
