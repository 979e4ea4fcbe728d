/* The window files' own: attributes.c, window.c, map.c, configure.c, expose.c. */
#ifndef OFS_X11_WINDOW_H
#define OFS_X11_WINDOW_H

#include <stdbool.h>

#include "x11/server.h"

#define OFS_NOT_VIEWABLE 3 /* in ofs_window.visibility, beside VisibilityUnobscured… */

/* Read and apply a value list; the length was checked against the mask. */
int ofs_attributes_change(struct ofs_client *c, struct ofs_window *w, struct ofs_request *r, uint32_t mask);
/* color.c: the visual of a colormap, or BadColor. */
int ofs_colormap_visual(struct ofs_client *c, uint32_t id, uint32_t *visual_out);
void ofs_window_reparent(struct ofs_server *s, struct ofs_window *w, struct ofs_window *parent, int16_t x, int16_t y);

/* Another client than c selected SubstructureRedirect on the parent. */
bool ofs_window_redirected(const struct ofs_window *w, const struct ofs_client *c, struct ofs_client **to_out);

#endif
