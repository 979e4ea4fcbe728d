#include "glx/unpack.h"

#include <string.h>

#include "glx/glx.h"

static const struct { GLenum name; GLint value; } unpack[] = {
    {GL_UNPACK_ALIGNMENT, 1},   {GL_UNPACK_ROW_LENGTH, 0}, {GL_UNPACK_SKIP_ROWS, 0},
    {GL_UNPACK_SKIP_PIXELS, 0}, {GL_UNPACK_SWAP_BYTES, 0}, {GL_UNPACK_LSB_FIRST, 0},
};
/* OpenGL ES has the first of them, and since 3.0 all that places rows, and unpack buffers. */
#define ES2_COUNT 1
#define ES3_COUNT 4

static bool is_es3(const struct ofs_gl *gl)
{
    static const char es[] = "OpenGL ES ";
    const char *version = (const char *)gl->glGetString(GL_VERSION);

    return version && strncmp(version, es, sizeof(es) - 1) == 0 && version[sizeof(es) - 1] >= '3';
}

bool ofs_unpack_begin(struct ofs_unpack *before, bool es)
{
    const struct ofs_gl *gl = ofs_gl_get();
    bool es2 = es && gl && !is_es3(gl);

    before->glPixelStorei = (void (*)(GLenum, GLint))ofs_glx_gl_function("glPixelStorei");
    before->glBindBuffer = es2 ? NULL : (PFNGLBINDBUFFERPROC)ofs_glx_gl_function("glBindBuffer");
    before->count = es2 ? ES2_COUNT : es ? ES3_COUNT : OFS_ARRAY_LEN(unpack);
    before->buffer = 0;
    if (!gl || !before->glPixelStorei)
        return false;
    for (unsigned i = 0; i < before->count; i++) {
        gl->glGetIntegerv(unpack[i].name, &before->values[i]);
        before->glPixelStorei(unpack[i].name, unpack[i].value);
    }
    if (!before->glBindBuffer)
        return true;
    gl->glGetIntegerv(GL_PIXEL_UNPACK_BUFFER_BINDING, &before->buffer);
    if (before->buffer)
        before->glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    return true;
}

void ofs_unpack_end(const struct ofs_unpack *before)
{
    for (unsigned i = 0; i < before->count; i++)
        before->glPixelStorei(unpack[i].name, before->values[i]);
    if (before->buffer)
        before->glBindBuffer(GL_PIXEL_UNPACK_BUFFER, (GLuint)before->buffer);
}
