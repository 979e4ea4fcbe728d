/* Shared by the files of pictures: picture.c, picture_layout.c, picture_read.c. */
#ifndef OFS_X11_PICTURE_PRIVATE_H
#define OFS_X11_PICTURE_PRIVATE_H

#include "x11/picture.h"

static inline bool ofs_picture_shows(const struct ofs_window *w) { return w->viewable && w->class == InputOutput; }

/* -- picture.c -- */
/* The border of w as a paint for its picture, where its inside begins at (x, y). */
struct ofs_paint ofs_picture_border(const struct ofs_window *w, int x, int y);

/* -- picture_layout.c -- */
void ofs_view_free(struct ofs_view *view); /* accepts NULL */
/* Make next_view of a top-level window and of all windows in it. False: out of memory, and none is left. */
bool ofs_layout_top(struct ofs_window *top);
/* Free them, from w down. */
void ofs_layout_drop(struct ofs_window *w);

#endif
