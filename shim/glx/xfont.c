/* glXUseXFont: display lists that draw the characters of an X font, from the tables of the X side. */
#include "glx/glx.h"
#include "glx/glxerr.h"
#include "glx/private.h"
#include "glx/unpack.h"
#include "x11/xview.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

/* What this file needs of the program's GL: display lists are of the compatibility profile. */
#define GL_NEEDED(X) \
    X(void (*)(GLuint, GLenum), glNewList) \
    X(void (*)(void), glEndList) \
    X(void (*)(GLsizei, GLsizei, GLfloat, GLfloat, GLfloat, GLfloat, const GLubyte *), glBitmap) \
    X(void (*)(GLenum, GLint *), glGetIntegerv)

struct gl {
#define X(type, name) __typeof__((type)0) name;
    GL_NEEDED(X)
#undef X
};

static bool find_functions(struct gl *gl)
{
#define X(type, name) && (gl->name = (__typeof__(gl->name))ofs_glx_gl_function(#name)) != NULL
    return true GL_NEEDED(X);
#undef X
}

/* Source: the manual page of glXUseXFont, whose yorig is the descent less 1. */
static void draw_character(const struct gl *gl, const struct ofs_xview_glyph *glyph)
{
    static const GLubyte nothing[1];
    bool blank = !glyph->width_px; /* Mesa takes a bitmap without a size in a list as being out of memory */

    gl->glBitmap(blank ? 1 : glyph->width_px, blank ? 1 : glyph->height_px, (GLfloat)-glyph->left,
                 (GLfloat)(-glyph->bottom - 1), (GLfloat)glyph->advance, 0, blank ? nothing : glyph->rows);
}

OFS_EXPORT void glXUseXFont(Font font, int first, int count, int list)
{
    Display *dpy = ofs_current.dpy;
    struct ofs_unpack before;
    struct ofs_xdrawable *record;
    struct ofs_xview_glyph glyph;
    struct gl gl;
    GLint open_list = 0;

    if (!ofs_current.context) {
        if (atomic_load_explicit(&ofs_glx.foreign_seen, memory_order_relaxed))
            OFS_FOREIGN_VOID(glXUseXFont, font, first, count, list);
        return;
    }
    if (!dpy || ofs_current.context->api != OFS_API_GL || !find_functions(&gl))
        return;
    gl.glGetIntegerv(GL_LIST_INDEX, &open_list);
    if (open_list) {
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadContextState, X_GLXUseXFont, 0);
        return;
    }
    ofs_glx_sync_current(); /* the font may have been opened just now */
    record = ofs_xview_acquire((uint32_t)font | OFS_XVIEW_FONT);
    if (!record) {
        ofs_glx_raise(dpy, OFS_GLX_CORE_ERROR, BadFont, X_GLXUseXFont, (uint32_t)font);
        return;
    }
    if (!ofs_unpack_begin(&before, false)) {
        ofs_xview_release(record);
        return;
    }
    for (int i = 0; i < count; i++) {
        gl.glNewList((GLuint)list + (GLuint)i, GL_COMPILE);
        if (ofs_xview_glyph(record->visual, (unsigned)first + (unsigned)i, &glyph))
            draw_character(&gl, &glyph);
        gl.glEndList();
    }
    ofs_unpack_end(&before);
    ofs_xview_release(record);
}
