/* Requests that ask: any mask, any range, any device. */
#include <stdio.h>
#include <string.h>

#include "raw.h"

static const uint16_t devices[] = { 0x100, 3, 0x100, 3, 0x100, 5, 7, 2, 4, 0x200, 0x400, 0, 1, 9, 200 };

uint16_t raw_device(struct raw *r)
{
    /* Mostly the one that clients use. */
    return raw_random(r, 8) ? 0x100 : devices[raw_random(r, sizeof(devices) / sizeof(devices[0]))];
}

/* ---- GetNames ---- */

static unsigned bits(uint32_t mask) { return (unsigned)__builtin_popcount(mask); }

static void print_names_reply(struct raw *r, size_t start)
{
    uint32_t which = raw_get32(r, start + 8);
    unsigned types = r->reply[start + 14], groups = r->reply[start + 15], keys = r->reply[start + 19];
    unsigned vmods = raw_get16(r, start + 16), radio = r->reply[start + 24], aliases = r->reply[start + 25];
    uint32_t leds = raw_get32(r, start + 20);
    unsigned levels = raw_get16(r, start + 26);
    /* A swapped client gets the number of level names unswapped from X.Org. */
    raw_print_hex(r, start + 4, start + 26);
    size_t at = start + 32;
    raw_print_atoms(r, at, bits(which & 0x3F));
    at += bits(which & 0x3F) * 4u;
    if (which & 0x40) {
        raw_print_atoms(r, at, types);
        at += types * 4u;
    }
    if (which & 0x80) {
        raw_print_hex(r, at, at + types);
        unsigned sum = 0;
        for (unsigned i = 0; i < types; i++)
            sum += r->reply[at + i];
        printf("  level names %u, said %s\n", sum,
               sum == levels || sum == (levels >> 8 | (levels & 255) << 8) ? "rightly" : "wrongly");
        at += (types + 3) / 4 * 4;
        raw_print_atoms(r, at, sum);
        at += sum * 4u;
    }
    const struct { uint32_t bit; unsigned count; } masked[] = {
        { 0x100, bits(leds) }, { 0x800, bits(vmods) }, { 0x1000, bits(groups) } };
    for (unsigned i = 0; i < 3; i++) {
        if (!(which & masked[i].bit))
            continue;
        raw_print_atoms(r, at, masked[i].count);
        at += masked[i].count * 4u;
    }
    if (which & 0x200) {
        raw_print_hex(r, at, at + keys * 4u);
        at += keys * 4u;
    }
    if (which & 0x400) {
        raw_print_hex(r, at, at + aliases * 8u);
        at += aliases * 8u;
    }
    if (which & 0x2000)
        raw_print_atoms(r, at, radio);
}

void print_names(struct raw *r, uint32_t which)
{
    char what[60];
    snprintf(what, sizeof(what), "GetNames %x", which);
    raw_begin(r, r->xkb_major, 17);
    raw16(r, raw_device(r));
    raw16(r, 0);
    raw32(r, which);
    if (raw_ask(r, what))
        print_names_reply(r, 0);
}

/* ---- the rest ---- */

static void simple(struct raw *r, const char *what, uint8_t minor)
{
    char text[60];
    uint16_t device = raw_device(r);
    snprintf(text, sizeof(text), "%s device %x", what, device);
    raw_begin(r, r->xkb_major, minor);
    raw16(r, device);
    raw16(r, 0);
    if (raw_ask(r, text))
        raw_print_whole(r);
}

static void get_compat_map(struct raw *r)
{
    char what[80];
    unsigned first = raw_random(r, 130), n = raw_random(r, 130 - first + 2), all = raw_random(r, 4) == 0;
    unsigned groups = raw_random(r, 16);
    snprintf(what, sizeof(what), "GetCompatMap groups %x all %u first %u n %u", groups, all, first, n);
    raw_begin(r, r->xkb_major, 10);
    raw16(r, raw_device(r));
    raw8(r, groups);
    raw8(r, all);
    raw16(r, first);
    raw16(r, n);
    if (!raw_ask(r, what))
        return;
    raw_print_hex(r, 1, 2);
    raw_print_hex(r, 4, 8);
    raw_print_hex(r, 8, 16);
    raw_print_hex(r, 32, r->reply_bytes);
}

static void get_indicator_map(struct raw *r)
{
    char what[60];
    uint32_t which = raw_random(r, 65536) | raw_random(r, 65536) << 16;
    snprintf(what, sizeof(what), "GetIndicatorMap %x", which);
    raw_begin(r, r->xkb_major, 13);
    raw16(r, raw_device(r));
    raw16(r, 0);
    raw32(r, which);
    if (raw_ask(r, what)) {
        raw_print_hex(r, 1, 2);
        raw_print_hex(r, 4, 17);
        raw_print_hex(r, 32, r->reply_bytes);
    }
}

static void get_named_indicator(struct raw *r)
{
    static const char *const names[] = { "Caps Lock", "Num Lock", "Scroll Lock", "Shift Lock", "Group 2", "Mouse Keys", "Mail",
                                         "WM_NAME", "Charging" };
    static const uint16_t classes[] = { 0x300, 0, 0x500, 4, 5, 0x300, 0x300 }, ids[] = { 0x400, 0, 0x600, 1, 0x400, 0x400 };
    const char *name = names[raw_random(r, 9)];
    uint16_t led_class = classes[raw_random(r, 7)], led_id = ids[raw_random(r, 6)], device = raw_device(r);
    uint32_t atom = raw_random(r, 12) ? raw_atom(r, name) : 0;
    char what[80];
    snprintf(what, sizeof(what), "GetNamedIndicator %s class %x id %x device %x", name, led_class, led_id, device);
    raw_begin(r, r->xkb_major, 15);
    raw16(r, device);
    raw16(r, led_class);
    raw16(r, led_id);
    raw16(r, 0);
    raw32(r, atom);
    if (raw_ask(r, what)) {
        raw_print_atoms(r, 8, 1);
        raw_print_hex(r, 12, 29);
    }
}

static void per_client_flags(struct raw *r)
{
    uint32_t change = raw_random(r, 40), value = raw_random(r, 6) ? change & raw_random(r, 64) : raw_random(r, 64);
    uint32_t affect = raw_random(r, 0x2000), controls = affect & raw_random(r, 0x2000), values = controls & raw_random(r, 0x2000);
    char what[80];
    snprintf(what, sizeof(what), "PerClientFlags change %x value %x affect %x", change, value, affect);
    raw_begin(r, r->xkb_major, 21);
    raw16(r, 0x100);
    raw16(r, 0);
    raw32(r, change);
    raw32(r, value);
    raw32(r, affect);
    raw32(r, controls);
    raw32(r, values);
    if (raw_ask(r, what)) {
        raw_print_hex(r, 1, 2);
        raw_print_hex(r, 4, 24);
    }
}

static void list_components(struct raw *r)
{
    raw_begin(r, r->xkb_major, 22);
    raw16(r, 0x100);
    raw16(r, raw_random(r, 100));
    for (int i = 0; i < 6; i++) {
        raw8(r, 1);
        raw8(r, '*');
    }
    if (raw_ask(r, "ListComponents"))
        raw_print_whole(r);
}

static void get_device_info(struct raw *r)
{
    static const uint16_t classes[] = { 0x300, 0, 0x500, 4, 0x300 }, ids[] = { 0x400, 0, 0x600, 1, 0x400 };
    uint16_t wanted = (uint16_t)raw_random(r, 34), device = devices[raw_random(r, 13)];
    char what[80];
    snprintf(what, sizeof(what), "GetDeviceInfo device %x wanted %x", device, wanted);
    raw_begin(r, r->xkb_major, 24);
    raw16(r, device);
    raw16(r, wanted);
    raw8(r, raw_random(r, 2));
    raw8(r, raw_random(r, 4));
    raw8(r, raw_random(r, 12));
    raw8(r, 0);
    raw16(r, classes[raw_random(r, 5)]);
    raw16(r, ids[raw_random(r, 5)]);
    if (!raw_ask(r, what))
        return;
    raw_print_hex(r, 1, 2);
    raw_print_hex(r, 4, 28);
    raw_print_atoms(r, 28, 1);
    size_t name = 34 + raw_get16(r, 32);
    name = (name + 3) / 4 * 4;
    raw_print_hex(r, 32, 34 + raw_get16(r, 32));
    if (!raw_get16(r, 14))
        return;
    unsigned names = bits(raw_get32(r, name + 4)), maps = bits(raw_get32(r, name + 8));
    raw_print_hex(r, name, name + 20);
    raw_print_atoms(r, name + 20, names);
    raw_print_hex(r, name + 20 + names * 4u, name + 20 + names * 4u + maps * 12u);
}

static void get_geometry(struct raw *r)
{
    uint32_t atom = raw_random(r, 2) ? 0 : raw_atom(r, raw_random(r, 2) ? "pc(pc105)" : "nothing(such)");
    raw_begin(r, r->xkb_major, 19);
    raw16(r, 0x100);
    raw16(r, 0);
    raw32(r, atom);
    if (!raw_ask(r, "GetGeometry"))
        return;
    raw_print_atoms(r, 8, 1);
    printf("  found %u, %zu bytes\n", r->reply[12], r->reply_bytes);
    if (r->reply[12])
        raw_print_hex(r, 14, 32); /* the body has atoms here and there: xkbcomp's dump compares it */
}

static void get_kbd_by_name(struct raw *r)
{
    static const char *const current[] = { "evdev+aliases(qwerty)", "complete", "complete", "pc+us+inet(evdev)", "pc(pc105)" };
    /* With symbols: not every other combination is a file that X.Org's xkbcomp would compile. */
    uint32_t need = raw_random(r, 2) ? raw_random(r, 256) : 0, want = raw_random(r, 256) | 4u << raw_random(r, 2);
    char what[80];
    snprintf(what, sizeof(what), "GetKbdByName need %x want %x", need, want);
    unsigned how = raw_random(r, 3);
    raw_begin(r, r->xkb_major, 23);
    raw16(r, 0x100);
    raw16(r, need);
    raw16(r, want);
    raw8(r, 0);
    raw8(r, 0);
    raw8(r, 0);
    for (int i = 0; i < 5; i++) {
        const char *name = how == 0 ? "" : how == 1 ? "%" : current[i];
        raw8(r, (uint32_t)strlen(name));
        raw_bytes(r, name, strlen(name));
    }
    if (!raw_ask(r, what))
        return;
    raw_print_hex(r, 1, 2);
    raw_print_hex(r, 8, 12);
    /* Parts not asked for are empty in X.Org's reply, which compiles the map anew, and whole in ours. */
    printf("  found %x reported %x\n", raw_get16(r, 12), raw_get16(r, 14));
}

static void core_queries(struct raw *r)
{
    char what[60];
    unsigned first = raw_random(r, 6) ? 8 + raw_random(r, 248) : raw_random(r, 256), n = raw_random(r, 256 - first + 4);
    snprintf(what, sizeof(what), "GetKeyboardMapping %u+%u", first, n);
    raw_begin(r, 101, 0);
    raw8(r, first);
    raw8(r, n);
    raw16(r, 0);
    if (raw_ask(r, what)) {
        raw_print_hex(r, 1, 2);
        raw_print_hex(r, 4, 8);
        raw_print_hex(r, 32, r->reply_bytes);
    }
    raw_begin(r, 119, 0);
    if (raw_ask(r, "GetModifierMapping")) {
        raw_print_hex(r, 1, 2);
        raw_print_hex(r, 32, r->reply_bytes);
    }
    raw_begin(r, 103, 0);
    if (raw_ask(r, "GetKeyboardControl"))
        raw_print_whole(r);
}

void scenario_queries(struct raw *r, unsigned count)
{
    simple(r, "GetState before UseExtension", 4);
    use_extension(r, 2, 0);
    use_extension(r, 0, 65);
    use_extension(r, 1, 0);
    print_names(r, 0x3FFF);
    core_queries(r);
    for (unsigned i = 0; i < count; i++) {
        switch (raw_random(r, 14)) {
        case 0: print_names(r, raw_random(r, 10) ? raw_random(r, 0x4000) : 0xFF00); break;
        case 1: simple(r, "GetState", 4); break;
        case 2: simple(r, "GetControls", 6); break;
        case 3: get_compat_map(r); break;
        case 4: simple(r, "GetIndicatorState", 12); break;
        case 5: get_indicator_map(r); break;
        case 6: get_named_indicator(r); break;
        case 7: per_client_flags(r); break;
        case 8: list_components(r); break;
        case 9: get_device_info(r); break;
        case 10: get_geometry(r); break;
        case 11: get_kbd_by_name(r); break;
        case 12: core_queries(r); break;
        default: simple(r, "a request that is not there", 2); break;
        }
    }
}
