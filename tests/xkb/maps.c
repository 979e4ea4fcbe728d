/* GetMap with any masks, ranges and devices. */
#include <stdio.h>
#include <string.h>

#include "raw.h"

void use_extension(struct raw *r, unsigned major, unsigned minor)
{
    raw_begin(r, r->xkb_major, 0);
    raw16(r, major);
    raw16(r, minor);
    if (raw_ask(r, "UseExtension"))
        raw_print_whole(r);
}

/* Leftovers that X.Org has in a map and that mean nothing: data of actions that became NoAction, and symbols and actions of
 * a group beyond the levels of its type. */
static void clear_leftovers(struct raw *r)
{
    uint8_t *p = r->reply, levels[256] = { 0 };
    size_t at = 40, syms[256];
    unsigned types = p[15], keys = p[20], first_action_key = p[21], action_keys = p[24];
    for (unsigned i = 0; i < types; i++) {
        levels[p[14] + i] = p[at + 4];
        at += 8 + p[at + 5] * (p[at + 6] ? 12u : 8u);
    }
    for (unsigned i = 0; i < keys; i++) {
        syms[i] = at;
        at += 8 + raw_get16(r, at + 6) * 4u;
    }
    size_t counts = at, action = at + (action_keys + 3u) / 4 * 4;
    for (unsigned i = 0; i < action_keys; i++) {
        for (unsigned n = 0; n < p[counts + i]; n++, action += 8)
            if (!p[action])
                memset(p + action, 0, 8);
    }
    bool whole = types == p[16] && keys == 248 && action_keys == 248 && first_action_key == p[17];
    action = counts + (action_keys + 3u) / 4 * 4;
    for (unsigned i = 0; whole && i < keys; i++) {
        const uint8_t *key = p + syms[i];
        unsigned groups = key[4] & 15, width = key[5];
        for (unsigned n = 0; n < groups * width; n++) {
            if (n % width < levels[key[n / width]])
                continue;
            memset(p + syms[i] + 8 + n * 4, 0, 4);
            if (p[counts + i])
                memset(p + action + n * 8, 0, 8);
        }
        action += p[counts + i] * 8u;
    }
}

/* In a swapped reply X.Org leaves three things in its own order (virtualMods of the header, each entry of the virtual
 * modifier map, and, before version 21.1.9, nothing else): they are turned round here, so that right and wrong print the same. */
static void print_map(struct raw *r)
{
    clear_leftovers(r);
    raw_print_hex(r, 1, 2);
    raw_print_hex(r, 4, 38);
    uint16_t vmods = raw_get16(r, 38);
    printf("  vmods %04x\n", r->swap ? 0 : vmods);
    unsigned vmod_entries = r->reply[36];
    size_t end = r->reply_bytes - vmod_entries * 4u;
    raw_print_hex(r, 40, end);
    for (unsigned i = 0; i < vmod_entries; i++) {
        uint8_t a = r->reply[end + i * 4 + 2], b = r->reply[end + i * 4 + 3];
        printf("  vmodmap %u: %02x %02x\n", r->reply[end + i * 4], a < b ? a : b, a < b ? b : a);
    }
}

static void get_map(struct raw *r, uint16_t device, uint16_t full, uint16_t partial, const uint8_t range[14], uint16_t vmods)
{
    char what[160];
    snprintf(what, sizeof(what), "GetMap device %x full %x partial %x types %u+%u syms %u+%u acts %u+%u behav %u+%u expl %u+%u",
             device, full, partial, range[0], range[1], range[2], range[3], range[4], range[5], range[6], range[7], range[8],
             range[9]);
    raw_begin(r, r->xkb_major, 8);
    raw16(r, device);
    raw16(r, full);
    raw16(r, partial);
    raw_bytes(r, range, 8);
    raw16(r, vmods);
    raw_bytes(r, range + 8, 6);
    raw16(r, 0);
    if (raw_ask(r, what))
        print_map(r);
}

void print_full_map(struct raw *r)
{
    static const uint8_t none[14];
    get_map(r, 0x100, 0xFF, 0, none, 0);
}

void scenario_maps(struct raw *r, unsigned count)
{
    use_extension(r, 1, 0);
    print_full_map(r);
    for (unsigned i = 0; i < count; i++) {
        uint8_t range[14];
        bool wild = raw_random(r, 10) == 0;
        for (int n = 0; n < 14; n += 2) {
            unsigned low = n ? 8 : 0, high = n ? 256 : 28;
            range[n] = (uint8_t)(wild ? raw_random(r, 256) : low + raw_random(r, high - low));
            range[n + 1] = (uint8_t)(wild ? raw_random(r, 256) : raw_random(r, high - range[n] + 1));
        }
        uint16_t full = (uint16_t)(raw_random(r, 2) ? raw_random(r, 256) : 0), partial = (uint16_t)raw_random(r, 256);
        if (raw_random(r, 12))
            partial &= (uint16_t)~full;
        if (!raw_random(r, 20))
            full |= (uint16_t)(raw_random(r, 256) << 8);
        get_map(r, raw_device(r), full, partial, range, (uint16_t)raw_random(r, 65536));
    }
}
