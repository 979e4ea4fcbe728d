/* RENDER inside: pictures, how they become images of pixman, and where drawing goes. render.c has the table of
 * requests, which are in render_*.c by subject. Source: "The X Rendering Extension", version 0.11, and
 * X11/extensions/renderproto.h.
 *
 * Our rasters hold a 32-bit word a pixel whatever the depth. Depths 24 and 32 are pixman's formats in place. Of the
 * others (masks, mostly) the part that is needed is copied into an image of pixman's own and, if it was drawn on, back. */
#ifndef OFS_X11_RENDER_H
#define OFS_X11_RENDER_H

#include <X11/extensions/render.h>

#include "x11/draw.h"
#include "x11/pixman_api.h"
#include "x11/private.h"

enum { OFS_RENDER_FIRST_ERROR = 142 };

struct ofs_pict_format {
    uint32_t id;
    uint8_t depth;
    uint16_t direct[8];            /* shift and mask of red, green, blue, alpha */
    pixman_format_code_t code;
};
const struct ofs_pict_format *ofs_pict_format_find(uint32_t id); /* NULL: none */
/* For a mask format that may be None: 0 or PictFormat error. */
int ofs_pict_format_mask(struct ofs_client *c, uint32_t id, const struct ofs_pict_format **out);

/* Of a server. */
struct ofs_render {
    struct ofs_pict *on_windows;       /* pictures of windows */
    pixman_glyph_cache_t *drawn;       /* images of glyphs that were drawn; NULL until one was */
};

/* What a picture without a drawable shows. */
enum ofs_fill_kind { OFS_FILL_SOLID, OFS_FILL_LINEAR, OFS_FILL_RADIAL, OFS_FILL_CONICAL };
struct ofs_fill {
    enum ofs_fill_kind kind;
    pixman_color_t color;
    pixman_point_fixed_t p[2];     /* ends of a line; centres of circles; the centre of a cone */
    pixman_fixed_t r[2];           /* radii; the angle of a cone */
    uint32_t count;                /* of stops */
    pixman_gradient_stop_t stops[];
};

struct ofs_pict {
    struct ofs_res res;
    const struct ofs_pict_format *format;  /* NULL: of no drawable */
    struct ofs_fill *fill;                 /* then this */
    struct ofs_window *window;             /* NULL: of a pixmap */
    struct ofs_pict *next;                 /* among those of windows */
    /* The pixmap as it was: its pixels stay when its id is freed. Without an id of its own. */
    struct ofs_pixmap pixmap;
    uint32_t pixmap_id;
    uint8_t repeat;                        /* RepeatNone… */
    pixman_filter_t filter;                /* nearest, bilinear or convolution; at first 0, "fast", which is nearest */
    bool inferiors, component_alpha, smooth, transformed;
    pixman_transform_t transform;
    int32_t *params;                       /* of a convolution */
    uint32_t param_count;
    struct ofs_region *clip;               /* NULL: none; relative to clip_x, clip_y */
    int clip_x, clip_y;
    uint64_t clip_bytes;                   /* what of it counts with the pixels of pixmaps */
    const struct ofs_pict_format *alpha_format;
    struct ofs_raster *alpha;              /* NULL: no alpha map */
    int16_t alpha_x, alpha_y;
};

int ofs_pict_find(struct ofs_client *c, uint32_t id, struct ofs_pict **out);
/* One that can be drawn on; BadDrawable for a fill. */
int ofs_pict_find_target(struct ofs_client *c, uint32_t id, struct ofs_pict **out);
/* Replace the clip; takes the region. NULL: no clip. 0, or BadAlloc: beyond what clients may have the server keep. */
int ofs_pict_set_clip(struct ofs_server *s, struct ofs_pict *pict, struct ofs_region *take_region, int x, int y);
void ofs_picts_init(struct ofs_server *s);
void ofs_picts_window_gone(struct ofs_server *s, struct ofs_window *w);

/* Memory that clients fill counts with the pixels. BadAlloc beyond the limit; release what was charged. */
int ofs_render_charge(struct ofs_server *s, uint64_t bytes);
static inline void ofs_render_release(struct ofs_server *s, uint64_t bytes) { s->image_bytes -= bytes; }

bool ofs_pict_op_valid(uint8_t op);
/* A source of alpha 0 and no colour leaves what is there. For the others a mask means all of the target. */
bool ofs_pict_op_local(uint8_t op);

/* ---- sources and masks as images (render_image.c) ---- */

struct ofs_pict_image {
    pixman_image_t *image;         /* NULL: there is nothing to draw with */
    int x, y;                      /* to be added to coordinates in the picture */
};
/* For drawing `area` of the picture (before its transformation), which is not empty. 0 or BadAlloc, also if it would
 * take minutes. */
int ofs_pict_image_open(struct ofs_server *s, const struct ofs_pict *pict, struct ofs_rect area,
                        struct ofs_pict_image *out);
/* A request may keep the server busy for some seconds, as on any X server: so many steps of pixman's. Who opens more than
 * one image for a request adds up what they take. */
#define OFS_PICT_MOST_STEPS ((double)(1ull << 33))
double ofs_pict_steps(const struct ofs_pict *pict, struct ofs_rect area);
void ofs_pict_image_close(struct ofs_pict_image *image);
/* What OpenGL drew in the picture's drawable is in its pixels. open() has done it. */
void ofs_pict_refresh(struct ofs_server *s, const struct ofs_pict *pict);
/* An image of pixman's own with the given part of a raster, for a format that pixman does not read in place; NULL: no
 * memory. And back. */
pixman_image_t *ofs_pict_unpack(const struct ofs_raster *raster, const struct ofs_pict_format *format,
                                struct ofs_rect part);
void ofs_pict_pack(struct ofs_raster *raster, const struct ofs_pict_format *format, struct ofs_rect part,
                   pixman_image_t *image);
static inline bool ofs_pict_in_place(const struct ofs_pict_format *format) { return format->depth >= 24; }

/* ---- where drawing goes (render_target.c) ---- */

struct ofs_pict_target {
    const struct ofs_pict *pict;
    struct ofs_canvas to;
    struct ofs_rect bounds;        /* of what may be drawn, in the drawable; empty: nothing */
    struct ofs_rect part;          /* of the raster, where it is copied into the image and back */
    double source_steps;           /* of all images that were drawn there so far */
    pixman_image_t *image, *alpha;
    int x, y;                      /* to be added to coordinates in the drawable */
};
/* 0 or BadAlloc; on success close() must follow. */
int ofs_pict_target_open(struct ofs_client *c, struct ofs_pict *pict, struct ofs_pict_target *out);
/* The same rectangle in the raster. */
static inline struct ofs_rect ofs_pict_target_part(const struct ofs_pict_target *target, struct ofs_rect rect)
{
    const int x = target->to.surface.x, y = target->to.surface.y;
    return (struct ofs_rect){ rect.x0 + x, rect.y0 + y, rect.x1 + x, rect.y1 + y };
}
/* The image for drawing within `rect` of the drawable, which is within the bounds and not empty. 0 or BadAlloc. What is
 * drawn is then told to ofs_canvas_touch(). */
int ofs_pict_target_image(struct ofs_pict_target *target, struct ofs_rect rect);
void ofs_pict_target_close(struct ofs_pict_target *target);

/* ---- requests ---- */

struct ofs_glyphs;
struct ofs_glyphset {
    struct ofs_res res;
    struct ofs_glyphs *glyphs;     /* shared by the ids that name one set */
};
/* One glyph, its image as pixman has it, rows padded to 32 bits. */
struct ofs_glyph {
    struct ofs_glyph *next;
    uint32_t id;
    uint16_t width, height;
    int16_t x, y, dx, dy;          /* origin in the image; to the next glyph */
    size_t bytes;                  /* of the image */
    uint32_t image[];
};
int ofs_glyphset_find(struct ofs_client *c, uint32_t id, struct ofs_glyphset **out);
struct ofs_glyph *ofs_glyph_find(const struct ofs_glyphs *glyphs, uint32_t id); /* NULL: none */
pixman_format_code_t ofs_glyphs_format(const struct ofs_glyphs *glyphs);
void ofs_glyphs_init(struct ofs_server *s);
/* The images of glyphs that were drawn, as pixman keeps them; NULL: no memory. */
pixman_glyph_cache_t *ofs_glyphs_drawn(struct ofs_server *s);

/* What trapezoids, triangles and glyphs begin with: op, source, target, mask format. */
struct ofs_pict_draw {
    uint8_t op;
    struct ofs_pict *source, *target;
    const struct ofs_pict_format *mask;    /* NULL: None */
    int16_t x, y;                          /* in the source; read by the caller */
};
int ofs_pict_draw_read(struct ofs_client *c, struct ofs_request *r, struct ofs_pict_draw *out);

#define OFS_RENDER_REQUESTS(X)                   \
    X(0, QueryVersion, 3, 3)                     \
    X(1, QueryPictFormats, 1, 1)                 \
    X(2, QueryPictIndexValues, 2, 0)             \
    X(4, CreatePicture, 5, 0)                    \
    X(5, ChangePicture, 3, 0)                    \
    X(6, SetPictureClipRectangles, 3, 0)         \
    X(7, FreePicture, 2, 2)                      \
    X(8, Composite, 9, 9)                        \
    X(10, Trapezoids, 6, 0)                      \
    X(11, Triangles, 6, 0)                       \
    X(12, TriStrip, 6, 0)                        \
    X(13, TriFan, 6, 0)                          \
    X(17, CreateGlyphSet, 3, 3)                  \
    X(18, ReferenceGlyphSet, 3, 3)               \
    X(19, FreeGlyphSet, 2, 2)                    \
    X(20, AddGlyphs, 3, 0)                       \
    X(22, FreeGlyphs, 2, 0)                      \
    X(23, CompositeGlyphs8, 7, 0)                \
    X(24, CompositeGlyphs16, 7, 0)               \
    X(25, CompositeGlyphs32, 7, 0)               \
    X(26, FillRectangles, 5, 0)                  \
    X(27, CreateCursor, 4, 4)                    \
    X(28, SetPictureTransform, 11, 11)           \
    X(29, QueryFilters, 2, 2)                    \
    X(30, SetPictureFilter, 3, 0)                \
    X(31, CreateAnimCursor, 2, 0)                \
    X(32, AddTraps, 3, 0)                        \
    X(33, CreateSolidFill, 4, 0)                 \
    X(34, CreateLinearGradient, 7, 0)            \
    X(35, CreateRadialGradient, 9, 0)            \
    X(36, CreateConicalGradient, 6, 0)

#define OFS_RENDER_PROTOTYPE(opcode, name, min_words, max_words) \
    int ofs_render_##name(struct ofs_client *c, struct ofs_request *r);
OFS_RENDER_REQUESTS(OFS_RENDER_PROTOTYPE)
#undef OFS_RENDER_PROTOTYPE

#endif
