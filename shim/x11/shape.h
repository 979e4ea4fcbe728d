/* The shapes of windows: what the SHAPE extension sets, and what the rest of the server asks about it. */
#ifndef OFS_X11_SHAPE_H
#define OFS_X11_SHAPE_H

#include <X11/extensions/shapeconst.h>

#include "x11/region.h"
#include "x11/server.h"

enum { OFS_SHAPE_KINDS = 3 }; /* ShapeBounding, ShapeClip, ShapeInput */

/* Of a window that has any; regions are relative to its inside, NULL = not shaped. */
struct ofs_shapes {
    struct ofs_region *of[OFS_SHAPE_KINDS];
    uint64_t charged_bytes[OFS_SHAPE_KINDS];
};

/* Borrowed; NULL: not shaped. */
static inline const struct ofs_region *ofs_shape_get(const struct ofs_window *w, unsigned kind)
{
    return w->shapes ? w->shapes->of[kind] : NULL;
}
/* The region of an unshaped window of this kind: its outer rectangle, without the border for ShapeClip. */
struct ofs_rect ofs_shape_default(const struct ofs_window *w, unsigned kind);
/* Its shape, or else the default, as a region of the caller's own; NULL: out of memory. */
struct ofs_region *ofs_shape_copy(const struct ofs_window *w, unsigned kind);
/* Put a shape in place (taken, also on error; NULL = none), with all that follows. 0 or BadAlloc. The root has none. */
int ofs_shape_set(struct ofs_server *s, struct ofs_window *w, unsigned kind, struct ofs_region *take_region);
void ofs_shape_free(struct ofs_window *w);

/* What a window covers with its border, and what of that is its inside, where its inside has its corner at (x, y). Regions
 * of the caller's own; NULL: out of memory. */
struct ofs_region *ofs_shape_outer(const struct ofs_window *w, int x, int y);
struct ofs_region *ofs_shape_inner(const struct ofs_window *w, int x, int y);
/* Whether the pointer can be in it there, if nothing is above; relative to its inside, border included. */
bool ofs_shape_hit(const struct ofs_window *w, int x, int y);

#endif
