/* The GL functions that the GLX side itself calls, as a table: libGL is not linked. */
#ifndef OFS_GLX_GL_H
#define OFS_GLX_GL_H

#include <GL/gl.h>
#include <GL/glext.h>

#include "util/status.h"

#define OFS_GL_FUNCTIONS(X) \
    X(PFNGLBINDFRAMEBUFFERPROC, glBindFramebuffer) \
    X(PFNGLBLITFRAMEBUFFERPROC, glBlitFramebuffer) \
    X(void (*)(GLenum), glDrawBuffer) \
    X(PFNGLDRAWBUFFERSPROC, glDrawBuffers) \
    X(void (*)(GLenum), glReadBuffer) \
    X(void (*)(GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void *), glReadPixels) \
    X(void (*)(void), glFinish) \
    X(void (*)(void), glFlush) \
    X(GLenum (*)(void), glGetError) \
    X(void (*)(GLenum, GLfloat *), glGetFloatv) \
    X(void (*)(GLenum, GLint *), glGetIntegerv) \
    X(void (*)(GLenum, GLint), glPixelStorei) \
    X(const GLubyte *(*)(GLenum), glGetString)

struct ofs_gl {
#define X(type, name) __typeof__((type)0) name;
    OFS_GL_FUNCTIONS(X)
#undef X
};

/* The table, or NULL before a display was opened or if a function is missing. Any thread. */
const struct ofs_gl *ofs_gl_get(void);

#endif
