/* Sets of pixels as y-x banded rectangles, for visibility and exposure. */
#ifndef OFS_X11_REGION_H
#define OFS_X11_REGION_H

#include <stdbool.h>

struct ofs_rect { int x0, y0, x1, y1; }; /* x1, y1 exclusive */
struct ofs_region {
    unsigned count, cap;
    struct ofs_rect *rects; /* banded: sorted by y0, then x0; rectangles of a band share y0 and y1 */
};

struct ofs_region *ofs_region_create(struct ofs_rect rect);    /* NULL: out of memory; empty if rect is */
struct ofs_region *ofs_region_copy(const struct ofs_region *region);
void ofs_region_destroy(struct ofs_region *region);            /* accepts NULL */
bool ofs_region_empty(const struct ofs_region *region);
bool ofs_region_is_rect(const struct ofs_region *region, struct ofs_rect rect);
/* a = a - b, a ∩ b, a ∪ b. False: out of memory, a unchanged. */
bool ofs_region_subtract(struct ofs_region *a, const struct ofs_region *b);
bool ofs_region_intersect(struct ofs_region *a, const struct ofs_region *b);
bool ofs_region_unite(struct ofs_region *a, const struct ofs_region *b);
/* The first rectangle that ends below row y; count if there is none. */
unsigned ofs_region_row(const struct ofs_region *region, int y);
/* The first rectangle that ends below row y, or in it and to the right of column x; count if there is none. */
unsigned ofs_region_place(const struct ofs_region *region, int x, int y);
void ofs_region_translate(struct ofs_region *region, int dx, int dy);

#endif
