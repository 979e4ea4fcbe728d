/* Regions out of what clients send: lists of rectangles, and bitmaps. */
#ifndef OFS_X11_REGION_WIRE_H
#define OFS_X11_REGION_WIRE_H

#include "x11/region.h"
#include "x11/server.h"

/* The union of the n rectangles at p, as xRectangle. BadAlloc: no memory, or more rectangles that lie across each other
 * than a region may be made of. */
int ofs_region_of_rects(const uint8_t *p, uint32_t n, bool swap, struct ofs_region **out);
/* Whether they are in the order that the client says (Unsorted… YXBanded). Source: X11 protocol, SetClipRectangles. */
bool ofs_rects_in_order(const uint8_t *p, uint32_t n, bool swap, uint8_t ordering);
/* The bits of a bitmap that are 1; NULL: out of memory. */
struct ofs_region *ofs_region_of_bitmap(const struct ofs_pixmap *bitmap);
/* Move it; what leaves the range of the wire's 16 bits is cut off. False: out of memory, region unchanged or moved. */
bool ofs_region_move(struct ofs_region *region, int dx, int dy);
/* The smallest rectangle around it; empty at 0, 0 if it is. */
struct ofs_rect ofs_region_extents(const struct ofs_region *region);
/* The same pixels. */
bool ofs_region_equal(const struct ofs_region *a, const struct ofs_region *b);
/* What a client has a region kept for counts as its pixels do: *charged_bytes becomes what this one takes (NULL: nothing).
 * False: beyond the server's limit, nothing changed. */
bool ofs_region_charge(struct ofs_server *s, uint64_t *charged_bytes, const struct ofs_region *region);
/* Puts a region in the place of another and charges for it. Takes it, also with BadAlloc: then *held is as it was. */
int ofs_region_replace(struct ofs_server *s, struct ofs_region **held, uint64_t *charged_bytes,
                       struct ofs_region *take_region);
bool ofs_region_contains(const struct ofs_region *region, int x, int y);

#endif
