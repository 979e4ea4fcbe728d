/* Graphics contexts. */
#ifndef OFS_X11_GC_H
#define OFS_X11_GC_H

#include "x11/picture.h"
#include "x11/raster.h"
#include "x11/server.h"

struct ofs_font;

struct ofs_gc {
    struct ofs_res res;
    uint8_t depth;
    bool graphics_exposures, inferiors;
    uint8_t function, fill_style;
    uint32_t plane_mask, foreground, background;
    struct ofs_raster *tile, *stipple;  /* NULL: all foreground */
    int pattern_x, pattern_y;           /* of their origin, in the drawable */
    const struct ofs_font *font;        /* NULL: the default one; font.h */
    struct ofs_region *clip;            /* NULL: none; relative to clip_x, clip_y in the drawable */
    int clip_x, clip_y;
    uint64_t clip_bytes;                /* what of it counts with the pixels of pixmaps, as the dashes do */
    uint16_t line_width;                /* 0: thin, which is one pixel wide and drawn by a rule of its own */
    uint8_t line_style, cap_style, join_style, fill_rule, arc_mode;
    uint16_t dash_offset;
    unsigned dash_count;                /* even */
    uint8_t *dashes;                    /* lengths of even and odd dashes in turn; NULL: 4, 4 */
};

void ofs_gc_init(struct ofs_server *s);
int ofs_gc_find(struct ofs_client *c, uint32_t id, struct ofs_gc **out);
/* What a drawing request begins with: a drawable that has pixels and a context of its depth. */
int ofs_gc_find_with(struct ofs_client *c, uint32_t drawable, uint32_t gc_id, struct ofs_window **w_out,
                     struct ofs_pixmap **p_out, struct ofs_gc **gc_out);
struct ofs_mix ofs_gc_mix(const struct ofs_gc *gc);
/* The context's clip on this surface, in its raster, for ofs_region_destroy(); NULL: out of memory. */
struct ofs_region *ofs_gc_clip(const struct ofs_gc *gc, const struct ofs_surface *surface);
/* Replace the clip; takes the region. NULL: no clip. 0, or BadAlloc: beyond what clients may have the server keep. */
int ofs_gc_set_clip(struct ofs_server *s, struct ofs_gc *gc, struct ofs_region *take_region, int x, int y);
/* region = region ∩ the client's own clip; false: out of memory. */
bool ofs_gc_clip_client(const struct ofs_gc *gc, const struct ofs_surface *surface, struct ofs_region *region);

#endif
