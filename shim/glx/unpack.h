/* How GL reads pixels from the program's memory, while functions of ours hand it some. */
#ifndef OFS_GLX_UNPACK_H
#define OFS_GLX_UNPACK_H

#include <stdbool.h>

#include "glx/gl.h"

/* The program's own state, and what sets it. */
struct ofs_unpack {
    void (*glPixelStorei)(GLenum, GLint);
    PFNGLBINDBUFFERPROC glBindBuffer; /* NULL where there are no unpack buffers */
    unsigned count;
    GLint values[6], buffer;
};

/* From here on rows follow each other without gaps, from memory; `es`: the context is of OpenGL ES, whose older versions have
 * no more than an alignment. A context is current. False: there are no such functions, and nothing has changed. */
bool ofs_unpack_begin(struct ofs_unpack *before, bool es);
void ofs_unpack_end(const struct ofs_unpack *before);

#endif
