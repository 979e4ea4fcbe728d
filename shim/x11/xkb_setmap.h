/* SetMap's request, taken apart; shared by its check and its execution. */
#ifndef OFS_X11_XKB_SETMAP_H
#define OFS_X11_XKB_SETMAP_H

#include "x11/xkb.h"

struct ofs_xkb_set_map {
    uint16_t present, flags, vmods;
    uint8_t min, max;
    struct ofs_xkb_range ranges[8];
    uint16_t totals[8];
    /* What the keys will be like, for the checks. */
    unsigned type_count;
    uint8_t levels[256];
    uint16_t syms_per_key[256];
};

static inline bool ofs_xkb_set_has(const struct ofs_xkb_set_map *m, unsigned part) { return m->present >> part & 1; }

/* Read what stands before the lists. */
void ofs_xkb_set_map_read(struct ofs_request *r, struct ofs_xkb_set_map *m);
/* Check the lists that follow, from the request's cursor on, as a whole: 0 or an X error with c->bad_value set. Clears parts
 * of m->present that have nothing in them. */
int ofs_xkb_set_map_check(struct ofs_client *c, struct ofs_xkb_set_map *m, const struct ofs_request *r);

#endif
