/* GLX_EXT_texture_from_pixmap, for create.c. */
#ifndef OFS_GLX_TEXTURE_H
#define OFS_GLX_TEXTURE_H

#include "glx/private.h"

/* What a list of glXCreatePixmap says of textures. False: it does not end, or asks for what no texture is. */
bool ofs_texture_parse(struct ofs_drawable *pixmap, const int *attributes);
/* The answer to glXQueryDrawable; false if the attribute is none of the extension's. */
bool ofs_texture_query(const struct ofs_drawable *drawable, int attribute, unsigned int *value_out);

#endif
