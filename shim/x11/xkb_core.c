/* The core protocol's view of the map: keysym lists per keycode, both ways.
 * Rules: XKB protocol, sections 12.2 (core to XKB) and 12.4 (XKB to core). */
#include "x11/xkb.h"

/* Core order: G1L1 G1L2 G2L1 G2L2, then the further levels of group 1, of group 2, then all of groups 3 and 4. */

unsigned ofs_xkb_core_width(const struct ofs_xkb *xkb)
{
    unsigned width = 0, widest_group1 = 0, most_groups = 0;
    for (unsigned code = xkb->min_keycode; code <= xkb->max_keycode; code++) {
        const struct ofs_xkb_key *key = &xkb->keys[code];
        unsigned groups = ofs_xkb_groups(key), levels[4] = { 0 }, need = 0;
        for (unsigned g = 0; g < groups && g < 4; g++)
            levels[g] = xkb->types[key->type[g]].levels;
        if (groups > 0)
            need = levels[0] <= 2 ? 2 : levels[0] + 2;
        if (groups > 1 && need <= 2)
            need += levels[1] < 2 ? 2 : levels[1];
        else if (groups > 1 && levels[1] > 2)
            need += levels[1] - 2;
        need += levels[2] + levels[3];
        width = need > width ? need : width;
        widest_group1 = levels[0] > widest_group1 ? levels[0] : widest_group1;
        most_groups = groups > most_groups ? groups : most_groups;
    }
    return width < most_groups * widest_group1 ? most_groups * widest_group1 : width;
}

static void put(uint32_t *syms, unsigned width, unsigned at, uint32_t sym)
{
    if (at < width)
        syms[at] = sym;
}

/* A key with one group shows it as every group: ABCDE becomes AB AB CDE CDE. */
static void replicate(const struct ofs_xkb *xkb, const struct ofs_xkb_key *key, unsigned width, uint32_t *out)
{
    unsigned levels = xkb->types[key->type[0]].levels, most_groups = xkb->controls.groups;
    if (levels > 0)
        put(out, width, 2, out[0]);
    if (levels > 1)
        put(out, width, 3, out[1]);
    for (unsigned at = 2 + levels; levels > 2 && at < width && at < levels * 2; at++)
        out[at] = out[at - levels + 2];
    unsigned at = 2 * levels < 4 ? 4 : 2 * levels;
    for (unsigned g = 3; g <= most_groups; g++)
        for (unsigned n = 0; n < levels && n < key->width; n++, at++)
            put(out, width, at, key->syms[n]);
}

void ofs_xkb_core_syms(const struct ofs_xkb *xkb, unsigned keycode, unsigned width, uint32_t *out)
{
    const struct ofs_xkb_key *key = &xkb->keys[keycode];
    unsigned groups = ofs_xkb_groups(key), next = 4;
    memset(out, 0, width * sizeof(*out));
    for (unsigned g = 0; g < groups; g++) {
        unsigned levels = xkb->types[key->type[g & 3]].levels;
        levels = levels < key->width ? levels : key->width;
        for (unsigned n = 0; n < levels; n++) {
            uint32_t sym = key->syms[g * key->width + n];
            if (g < 2 && n < 2)
                put(out, width, g * 2 + n, sym);
            else
                put(out, width, next++, sym);
        }
    }
    if (groups == 1)
        replicate(xkb, key, width, out);
}

struct case_range {
    uint16_t upper_first, upper_last, offset_to_lower;
    bool lower_is_before;
};

/* Cased letters of the legacy keysym sets whose two cases lie a fixed distance apart. Source: X11/keysymdef.h. */
static const struct case_range cases[] = {
    { 0x41, 0x5A, 0x20, false },     { 0xC0, 0xD6, 0x20, false },     { 0xD8, 0xDE, 0x20, false },
    { 0x1A1, 0x1A1, 0x10, false },   { 0x1A3, 0x1A6, 0x10, false },   { 0x1A9, 0x1AC, 0x10, false },
    { 0x1AE, 0x1AF, 0x10, false },   { 0x1C0, 0x1DE, 0x20, false },   { 0x2A1, 0x2A6, 0x10, false },
    { 0x2AB, 0x2AC, 0x10, false },   { 0x2C5, 0x2DE, 0x20, false },   { 0x3A3, 0x3AC, 0x10, false },
    { 0x3BD, 0x3BD, 0x02, false },   { 0x3C0, 0x3DE, 0x20, false },   { 0x6B1, 0x6BF, 0x10, true },
    { 0x6E0, 0x6FF, 0x20, true },    { 0x7A1, 0x7AB, 0x10, false },   { 0x7C1, 0x7D9, 0x20, false },
};

void ofs_xkb_convert_case(uint32_t sym, uint32_t *lower_out, uint32_t *upper_out)
{
    *lower_out = *upper_out = sym;
    /* Small letters without a capital, inside a range. */
    if (sym == 0x7B6 || sym == 0x7BA || sym == 0x7F3)
        return;
    for (unsigned i = 0; i < OFS_ARRAY_LEN(cases); i++) {
        uint32_t shift = cases[i].lower_is_before ? (uint32_t)-cases[i].offset_to_lower : cases[i].offset_to_lower;
        if (sym >= cases[i].upper_first && sym <= cases[i].upper_last)
            *lower_out = sym + shift;
        else if (sym >= cases[i].upper_first + shift && sym <= cases[i].upper_last + shift)
            *upper_out = sym - shift;
    }
}

static bool is_keypad(uint32_t sym)
{
    return (sym >= 0xFF80 && sym <= 0xFFBD) || (sym >= 0x11000000 && sym <= 0x1100FFFF);
}

/* A key's symbols by group and level while they are worked out; rows are groups. */
struct plan {
    uint32_t syms[4][64];
    uint8_t type[4], levels[4];
    uint8_t kept;                       /* bit per group whose type the map states explicitly */
    unsigned groups;
};

static uint32_t core_sym(const uint32_t *core, unsigned width, unsigned i)
{
    return i < width ? core[i] : NoSymbol;
}

/* Does the list only say one group several times over (12.4)? */
static bool is_replicated(const struct plan *p, const uint32_t *core, unsigned width)
{
    unsigned levels = p->levels[0];
    if (p->kept & ~XkbExplicitKeyType1Mask)
        return false;
    if (core_sym(core, width, 0) != core_sym(core, width, 2) || core_sym(core, width, 1) != core_sym(core, width, 3))
        return false;
    for (unsigned i = 2; i < levels; i++)
        if (core_sym(core, width, 2 + i) != core_sym(core, width, levels + i))
            return false;
    for (unsigned g = 2; g < 4 && width >= levels * (g + 1); g++)
        for (unsigned i = 0; i < levels; i++)
            if (core_sym(core, width, i < 2 ? i : 2 + i) != core_sym(core, width, i + levels * g))
                return false;
    return true;
}

static void split_groups(struct plan *p, const uint32_t *core, unsigned width)
{
    unsigned next = 4;
    for (unsigned g = 0; g < 2; g++)
        for (unsigned n = 0; n < p->levels[g]; n++)
            p->syms[g][n] = core_sym(core, width, n < 2 ? g * 2 + n : next++);
    if (is_replicated(p, core, width)) {
        p->groups = 1;
        return;
    }
    p->groups = 2;
    bool more = p->kept & (XkbExplicitKeyType3Mask | XkbExplicitKeyType4Mask);
    for (unsigned g = 2; g < 4 && (next < width || more); g++) {
        for (unsigned n = 0; n < p->levels[g]; n++)
            p->syms[g][n] = core_sym(core, width, next++);
        p->groups = g + 1;
        more = p->kept & XkbExplicitKeyType4Mask;
    }
}

/* The type that a group's symbols ask for, unless the map states one; a lone letter gets both cases. */
static void choose_type(struct plan *p, unsigned g)
{
    uint32_t *syms = p->syms[g], lower, upper;
    bool kept = p->kept >> g & 1;
    ofs_xkb_convert_case(syms[0], &lower, &upper);
    if (p->levels[g] > 1 && !syms[1] && syms[0]) {
        if (upper != lower) {
            syms[0] = lower;
            syms[1] = upper;
        }
        if (!kept)
            p->type[g] = upper != lower ? XkbAlphabeticIndex : XkbOneLevelIndex;
    }
    if (kept || p->type[g] != XkbTwoLevelIndex)
        return;
    if (is_keypad(syms[0]) || is_keypad(syms[1]))
        p->type[g] = XkbKeypadIndex;
    else if (syms[0] == lower && syms[1] == upper)
        p->type[g] = XkbAlphabeticIndex;
}

static bool is_empty(const struct plan *p, unsigned g)
{
    for (unsigned n = 0; n < p->levels[g]; n++)
        if (p->syms[g][n])
            return false;
    return true;
}

static bool all_groups_same(const struct plan *p)
{
    if (p->kept & (XkbExplicitKeyTypesMask & ~XkbExplicitKeyType1Mask))
        return false;
    bool same_types = true, canonical = true;
    for (unsigned g = 1; g < p->groups; g++) {
        same_types &= p->type[g] == p->type[0];
        canonical &= p->type[g] <= XkbLastRequiredType;
    }
    if (!same_types && !canonical)
        return false;
    for (unsigned g = 1; g < p->groups; g++)
        if (p->levels[g] != p->levels[0] || memcmp(p->syms[g], p->syms[0], p->levels[0] * sizeof(uint32_t)) != 0)
            return false;
    return true;
}

static void plan_key(const struct ofs_xkb *xkb, struct plan *p, const uint32_t *core, unsigned width)
{
    for (unsigned g = 0; g < 4; g++) {
        if ((p->kept >> g & 1) && p->type[g] < xkb->type_count) {
            p->levels[g] = xkb->types[p->type[g]].levels;
        } else {
            p->type[g] = XkbTwoLevelIndex;
            p->levels[g] = 2;
        }
        p->levels[g] = p->levels[g] > 64 ? 64 : p->levels[g];
        if (g < 2 && p->levels[g] < 2)
            p->levels[g] = 2;
    }
    split_groups(p, core, width);
    for (unsigned g = 0; g < p->groups; g++)
        choose_type(p, g);
    while (p->groups && is_empty(p, p->groups - 1) && !(p->kept >> (p->groups - 1) & 1))
        p->groups--;
    if (p->groups > 1 && is_empty(p, 1) && !is_empty(p, 0) && (!(p->kept & 3) || p->type[0] == p->type[1])) {
        p->type[1] = p->type[0];
        p->levels[1] = p->levels[0];
        memcpy(p->syms[1], p->syms[0], sizeof(p->syms[0]));
    }
    if (p->groups > 1 && all_groups_same(p))
        p->groups = 1;
}

int ofs_xkb_set_core_syms(struct ofs_xkb *xkb, unsigned keycode, unsigned width, const uint32_t *core)
{
    struct ofs_xkb_key *key = &xkb->keys[keycode];
    struct plan p = { .kept = key->explicit_parts & XkbExplicitKeyTypesMask };
    memcpy(p.type, key->type, 4);
    plan_key(xkb, &p, core, width);
    int error = ofs_xkb_set_types(xkb, keycode, p.groups, p.type);
    if (error)
        return error;
    for (unsigned g = 0; g < p.groups; g++)
        for (unsigned n = 0; n < key->width && n < 64; n++)
            key->syms[g * key->width + n] = p.syms[g][n];
    return 0;
}
