/* Pixels of drawables, and what a graphics context does to them. One 32-bit word a pixel whatever the depth, in the
 * layout of a ZPixmap of depth 24 or 32, so that images of those depths are copied and nothing else. */
#ifndef OFS_X11_RASTER_H
#define OFS_X11_RASTER_H

#include <stdbool.h>
#include <stdint.h>

#include "x11/region.h"
#include "x11/server.h"

/* Rows that begin where a cache line does: memcpy() to others is up to ten times as slow on some processors. */
#define OFS_RASTER_ALIGN 64

struct ofs_raster {
    struct ofs_server *server; /* whose memory limit it counts for */
    unsigned refs;             /* a pixmap's, and those of backgrounds, tiles and stipples */
    uint32_t width, height;
    uint32_t stride;           /* words from one row to the next */
    uint32_t *px;              /* top row first; every row at a multiple of OFS_RASTER_ALIGN */
    void *memory;              /* what px lies in */
};

/* All 0, one reference. NULL: no memory, or beyond the server's limit. */
struct ofs_raster *ofs_raster_create(struct ofs_server *s, uint32_t width, uint32_t height);
struct ofs_raster *ofs_raster_ref(struct ofs_raster *raster);  /* accepts NULL */
void ofs_raster_release(struct ofs_raster *raster);            /* accepts NULL */
static inline uint32_t *ofs_raster_at(const struct ofs_raster *r, int x, int y)
{
    return r->px + (size_t)y * r->stride + x;
}

/* How a source pixel and the one that is there make the new one. */
struct ofs_mix {
    uint8_t function;   /* GXcopy… */
    uint32_t planes;    /* that change; all ones for all planes of the depth */
};
#define OFS_MIX_COPY ((struct ofs_mix){ GXcopy, ~0u })
static inline bool ofs_mix_is_copy(const struct ofs_mix *mix) { return mix->function == GXcopy && mix->planes == ~0u; }
/* The plane mask of a context, for drawables of a depth. */
uint32_t ofs_mix_planes(uint32_t plane_mask, uint8_t depth);
/* n pixels; to and from may overlap only where mix is a copy. */
void ofs_mix_row(const struct ofs_mix *mix, uint32_t *to, const uint32_t *from, unsigned n);

/* What an area is filled with. */
struct ofs_paint {
    uint8_t style;                      /* FillSolid… */
    uint32_t foreground, background;
    const struct ofs_raster *pattern;   /* of the other styles; borrowed; NULL: all foreground */
    int x, y;                           /* of the pattern's origin in the target */
};
/* What one colour makes of a pixel: (old & keep) ^ flip, whatever the function. */
struct ofs_solid { uint32_t keep, flip; };
struct ofs_solid ofs_mix_solid(const struct ofs_mix *mix, uint32_t colour);
void ofs_solid_long_row(const struct ofs_solid *solid, uint32_t *px, unsigned n);
static inline void ofs_solid_row(const struct ofs_solid *solid, uint32_t *px, unsigned n)
{
    if (n >= 16)
        ofs_solid_long_row(solid, px, n);
    else if (solid->keep)
        for (unsigned i = 0; i < n; i++)
            px[i] = (px[i] & solid->keep) ^ solid->flip;
    else
        for (unsigned i = 0; i < n; i++)
            px[i] = solid->flip;
}
/* The pixel that it has at (x, y), of a solid or a tiled one. */
uint32_t ofs_paint_at(const struct ofs_paint *paint, int x, int y);
/* The parts of rect that are in region, which is within the target. */
void ofs_raster_fill(struct ofs_raster *to, const struct ofs_region *region, struct ofs_rect rect,
                     const struct ofs_paint *paint, const struct ofs_mix *mix);
/* The same for one row of `width` pixels at (x, y). */
void ofs_raster_fill_span(struct ofs_raster *to, const struct ofs_region *region, int x, int y, int width,
                          const struct ofs_paint *paint, const struct ofs_mix *mix);
/* All of region, from `from` shifted by (dx, dy). Region shifted back is within `from`. The two are not the same. */
void ofs_raster_copy(struct ofs_raster *to, const struct ofs_raster *from, const struct ofs_region *region, int dx,
                     int dy, const struct ofs_mix *mix);

/* The same within one raster. False: mix is not a copy, and rows overlap with themselves: nothing was done. */
bool ofs_raster_move(struct ofs_raster *raster, const struct ofs_region *region, int dx, int dy,
                     const struct ofs_mix *mix);

static inline struct ofs_rect ofs_rect_cut(struct ofs_rect a, struct ofs_rect b)
{
    return (struct ofs_rect){ a.x0 > b.x0 ? a.x0 : b.x0, a.y0 > b.y0 ? a.y0 : b.y0, a.x1 < b.x1 ? a.x1 : b.x1,
                              a.y1 < b.y1 ? a.y1 : b.y1 };
}
static inline bool ofs_rect_empty(struct ofs_rect r) { return r.x0 >= r.x1 || r.y0 >= r.y1; }
/* All of b is in a. */
static inline bool ofs_rect_has(const struct ofs_rect *a, const struct ofs_rect *b)
{
    return a->x0 <= b->x0 && a->y0 <= b->y0 && a->x1 >= b->x1 && a->y1 >= b->y1;
}
/* The bounds of both, of which neither is empty. */
static inline struct ofs_rect ofs_rect_join(struct ofs_rect a, struct ofs_rect b)
{
    return (struct ofs_rect){ a.x0 < b.x0 ? a.x0 : b.x0, a.y0 < b.y0 ? a.y0 : b.y0, a.x1 > b.x1 ? a.x1 : b.x1,
                              a.y1 > b.y1 ? a.y1 : b.y1 };
}

#endif
