/* Draw and read buffers of the default framebuffer, as the program set them.
 *
 * GL keeps them per context. Drivers may keep them per surface (Mesa does for the read buffer), and a surface of ours comes
 * and goes with the window's size and with the front buffer; so the context's record here is what counts, and is told to
 * the driver again whenever surfaces change. A driver whose pbuffers refuse one of the two names is given the other. */
#include "glx/private.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

bool ofs_is_front(GLenum mode)
{
    return mode == GL_FRONT || mode == GL_FRONT_LEFT || ofs_is_both(mode);
}

bool ofs_is_both(GLenum mode)
{
    return mode == GL_FRONT_AND_BACK || mode == GL_LEFT;
}

bool ofs_buffer_exists(GLenum mode)
{
    return mode == GL_NONE || mode == GL_BACK || mode == GL_BACK_LEFT || ofs_is_front(mode);
}

/* What pbuffers of this driver refuse; asked once, of the first context, which has no error of the program's to lose. */
static void learn(const struct ofs_gl *gl)
{
    bool no_front, no_back;

    gl->glDrawBuffer(GL_FRONT);
    gl->glReadBuffer(GL_FRONT);
    no_front = gl->glGetError() != GL_NO_ERROR;
    gl->glDrawBuffer(GL_BACK);
    gl->glReadBuffer(GL_BACK);
    no_back = gl->glGetError() != GL_NO_ERROR;
    while (gl->glGetError() != GL_NO_ERROR)
        ;
    if (no_front || no_back)
        ofs_info("this driver's pbuffers have no %s buffer by name", no_front ? "front" : "back");
    atomic_store(&ofs_glx.name_quirk, no_front && !no_back   ? OFS_NAMES_BACK_ONLY
                                      : no_back && !no_front ? OFS_NAMES_FRONT_ONLY : OFS_NAMES_BOTH);
}

GLenum ofs_buffer_real(GLenum mode)
{
    int quirk = atomic_load_explicit(&ofs_glx.name_quirk, memory_order_relaxed);

    if (quirk == OFS_NAMES_BACK_ONLY)
        return mode == GL_FRONT_LEFT ? GL_BACK_LEFT : ofs_is_front(mode) ? GL_BACK : mode;
    if (quirk == OFS_NAMES_FRONT_ONLY)
        return mode == GL_BACK_LEFT ? GL_FRONT_LEFT : mode == GL_BACK || ofs_is_both(mode) ? GL_FRONT : mode;
    return mode;
}

void ofs_buffers_start(struct ofs_glx_context *context, bool double_buffer)
{
    const struct ofs_gl *gl = ofs_gl_get();

    context->draw_buffer = context->read_buffer = double_buffer ? GL_BACK : GL_FRONT;
    context->draw_list[0] = context->draw_buffer;
    context->draw_count = 1;
    if (gl && context->api == OFS_API_GL &&
        atomic_load_explicit(&ofs_glx.name_quirk, memory_order_relaxed) == OFS_NAMES_UNKNOWN)
        learn(gl);
}

static GLuint bound(const struct ofs_gl *gl, GLenum binding)
{
    GLint framebuffer = 0;

    gl->glGetIntegerv(binding, &framebuffer);
    return (GLuint)framebuffer;
}

static void tell_draw(const struct ofs_gl *gl, const struct ofs_glx_context *context)
{
    GLenum real[OFS_MAX_DRAW_BUFFERS];

    if (context->draw_count == 1) {
        gl->glDrawBuffer(ofs_buffer_real(context->draw_list[0]));
        return;
    }
    for (int i = 0; i < context->draw_count; i++)
        real[i] = ofs_buffer_real(context->draw_list[i]);
    gl->glDrawBuffers(context->draw_count, real);
}

void ofs_buffers_tell(void)
{
    const struct ofs_glx_context *context = ofs_current.context;
    const struct ofs_gl *gl = ofs_gl_get();
    GLuint draw, read;

    if (!gl || !context || !ofs_current.draw || ofs_current.draw->plain || context->api != OFS_API_GL)
        return;
    draw = bound(gl, GL_DRAW_FRAMEBUFFER_BINDING);
    read = bound(gl, GL_READ_FRAMEBUFFER_BINDING);
    if (draw)
        gl->glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
    if (read)
        gl->glBindFramebuffer(GL_READ_FRAMEBUFFER, 0);
    tell_draw(gl, context);
    gl->glReadBuffer(ofs_buffer_real(context->read_buffer));
    if (draw)
        gl->glBindFramebuffer(GL_DRAW_FRAMEBUFFER, draw);
    if (read)
        gl->glBindFramebuffer(GL_READ_FRAMEBUFFER, read);
}

/* One mode that says the same as the list. */
static GLenum summary(int count, const GLenum *modes)
{
    bool front = false, back = false;

    for (int i = 0; i < count; i++) {
        front = front || ofs_is_front(modes[i]);
        back = back || modes[i] == GL_BACK || modes[i] == GL_BACK_LEFT || ofs_is_both(modes[i]);
    }
    return front && back ? GL_FRONT_AND_BACK : front ? GL_FRONT : back ? GL_BACK : GL_NONE;
}

void ofs_buffers_set_draw(int count, const GLenum *modes)
{
    struct ofs_glx_context *context = ofs_current.context;
    GLenum before = context->draw_buffer;

    for (int i = 0; i < count; i++)
        context->draw_list[i] = modes[i];
    context->draw_count = count;
    context->draw_buffer = summary(count, modes);
    if (context->draw_buffer != before)
        ofs_front_draw_changed(before);
}

void ofs_buffers_set_read(GLenum mode)
{
    ofs_current.context->read_buffer = mode;
    ofs_current_apply();
}
