/* Pixels that OpenGL draws in windows and pixmaps, for requests that read them. They come into the rasters when a request
 * reads for the first time, and from then on before every request that reads or draws: X draws over what OpenGL showed last,
 * and the next frame covers it. (What X draws before anybody reads is below the frame. OpenGL does not see what X draws.) */
#ifndef OFS_X11_PAINTED_H
#define OFS_X11_PAINTED_H

#include "x11/picture.h"

/* The pixels of w with all that is in it (of the root: of the screen), or of p, are about to be read, in `area` of it; before
 * the surface is opened. May wait some milliseconds for a thread of the program's, the first time. */
void ofs_painted_read(struct ofs_server *s, struct ofs_window *w, struct ofs_pixmap *p, struct ofs_rect area);

/* -- between painted.c and picture.c ------------------------------------------------------------------------------ */

/* The surface of a drawable that was read before is opened: bring it up to date. */
void ofs_painted_update(struct ofs_window *w, struct ofs_pixmap *p, const struct ofs_surface *surface);
/* The picture of a top-level window begins afresh. */
void ofs_painted_forget(struct ofs_window *top);

#endif
