/* Images as they travel: in requests, replies and shared memory. */
#ifndef OFS_X11_IMAGE_H
#define OFS_X11_IMAGE_H

#include "x11/gc.h"
#include "x11/picture.h"

struct ofs_image {
    const uint8_t *data;               /* borrowed; may change under the reader, in shared memory */
    uint8_t format, depth;             /* XYBitmap, XYPixmap or ZPixmap */
    unsigned left_pad;                 /* bits of each row to skip; 0 for ZPixmap */
    size_t pitch_bytes, plane_bytes;   /* of a row; of a plane of an XYPixmap */
};

/* Bytes of a row of `width` pixels, padded to 32 bits; of one plane, with bits 1. */
static inline uint64_t ofs_image_pitch(uint64_t width, uint8_t bits) { return (width * bits + 31) / 32 * 4; }
/* Bytes of an image that is read: planes are those of plane_mask that the depth has. */
uint64_t ofs_image_bytes(uint8_t format, uint8_t depth, uint32_t plane_mask, unsigned width, unsigned height);

/* Draw `area` (of the image) with its upper left corner at (x, y) of the drawable. 0 or BadAlloc. */
int ofs_image_put(struct ofs_client *c, struct ofs_window *w, struct ofs_pixmap *p, const struct ofs_gc *gc,
                  const struct ofs_image *image, struct ofs_rect area, int x, int y);

/* Where an image is read from. */
struct ofs_image_source {
    struct ofs_surface surface;
    uint8_t depth, format;
    uint32_t visual, plane_mask;
    int x, y;
    unsigned width, height;
};
/* BadDrawable, or BadMatch if the area is not in the pixmap or not on the screen. Does not open the surface. */
int ofs_image_source_find(struct ofs_client *c, uint32_t drawable, struct ofs_image_source *source,
                          struct ofs_window **w_out, struct ofs_pixmap **p_out);
/* The bytes, in order: sink is called with row after row. 0 or BadAlloc. */
int ofs_image_read(const struct ofs_image_source *source, void (*sink)(void *arg, const void *bytes, size_t n),
                   void *arg);

#endif
