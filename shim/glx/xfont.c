/* glXUseXFont: display lists that draw the glyphs of an X font. The X side has no glyphs, so the lists are made, which keeps
 * programs that call them going, and draw nothing. */
#include "glx/glx.h"
#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

OFS_EXPORT void glXUseXFont(Font font, int first, int count, int list)
{
    void (*new_list)(GLuint, GLenum);
    void (*end_list)(void);

    if (!ofs_current.context) {
        if (atomic_load_explicit(&ofs_glx.foreign_seen, memory_order_relaxed))
            OFS_FOREIGN_VOID(glXUseXFont, font, first, count, list);
        return;
    }
    new_list = (void (*)(GLuint, GLenum))ofs_glx_gl_function("glNewList");
    end_list = (void (*)(void))ofs_glx_gl_function("glEndList");
    if (!new_list || !end_list || ofs_current.context->api != OFS_API_GL)
        return;
    ofs_info("glXUseXFont: %d glyphs will be blank", count);
    for (int i = 0; i < count; i++) {
        new_list((GLuint)(list + i), GL_COMPILE);
        end_list();
    }
}
