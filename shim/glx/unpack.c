#include "glx/unpack.h"

#include "glx/glx.h"

static const struct { GLenum name; GLint value; } unpack[] = {
    {GL_UNPACK_ALIGNMENT, 1},  {GL_UNPACK_SWAP_BYTES, 0}, {GL_UNPACK_LSB_FIRST, 0},
    {GL_UNPACK_ROW_LENGTH, 0}, {GL_UNPACK_SKIP_ROWS, 0},  {GL_UNPACK_SKIP_PIXELS, 0},
};

bool ofs_unpack_begin(struct ofs_unpack *before, bool es)
{
    const struct ofs_gl *gl = ofs_gl_get();

    before->glPixelStorei = (void (*)(GLenum, GLint))ofs_glx_gl_function("glPixelStorei");
    before->glBindBuffer = es ? NULL : (PFNGLBINDBUFFERPROC)ofs_glx_gl_function("glBindBuffer");
    before->count = es ? 1 : OFS_ARRAY_LEN(unpack);
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
