/* The functions of libpixman-1 that RENDER draws with, as a table filled at the first request that draws: nothing links
 * pixman, and a program that never draws through RENDER never loads it. Source: pixman.h, 0.28 or newer. */
#ifndef OFS_X11_PIXMAN_API_H
#define OFS_X11_PIXMAN_API_H

#include <pixman.h>

#define OFS_PIXMAN_FUNCTIONS(X) \
    X(pixman_image_create_bits) X(pixman_image_create_bits_no_clear) X(pixman_image_create_solid_fill) \
    X(pixman_image_create_linear_gradient) X(pixman_image_create_radial_gradient) \
    X(pixman_image_create_conical_gradient) X(pixman_image_unref) X(pixman_image_get_data) X(pixman_image_get_stride) \
    X(pixman_image_set_clip_region32) X(pixman_image_set_transform) X(pixman_image_set_repeat) \
    X(pixman_image_set_filter) X(pixman_image_set_alpha_map) X(pixman_image_set_component_alpha) \
    X(pixman_image_composite32) X(pixman_region32_init_rects) X(pixman_region32_fini) X(pixman_rasterize_trapezoid) \
    X(pixman_glyph_cache_create) X(pixman_glyph_cache_destroy) X(pixman_glyph_cache_freeze) X(pixman_glyph_cache_thaw) \
    X(pixman_glyph_cache_lookup) X(pixman_glyph_cache_insert) X(pixman_glyph_cache_remove) X(pixman_glyph_get_extents) \
    X(pixman_composite_glyphs) X(pixman_composite_glyphs_no_mask)

struct ofs_pixman {
#define X(name) __typeof__(&name) name;
    OFS_PIXMAN_FUNCTIONS(X)
#undef X
};

/* The table; loads the library at the first call. NULL if there is none, which is told to the user once. Any thread. */
const struct ofs_pixman *ofs_pixman(void);

#endif
