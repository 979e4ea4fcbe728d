/* The GL functions that the library exports in front of the driver's: those in which a window that is an EGL pbuffer
 * differs from a window. Each acts only while a GLX context of ours is current in the thread, and costs a load and a
 * branch otherwise. */
#include <dlfcn.h>
#include <string.h>

#include "glx/glx.h"
#include "glx/private.h"
#include "hook/real.h"

#define OFS_GL_WRAPPED(X) \
    X(glDrawBuffer) X(glDrawBuffers) X(glFinish) X(glFlush) X(glGetBooleanv) X(glGetDoublev) X(glGetFloatv) \
    X(glGetInteger64v) X(glGetIntegerv) X(glNamedFramebufferDrawBuffer) X(glNamedFramebufferDrawBuffers) \
    X(glNamedFramebufferReadBuffer) X(glPopAttrib) X(glReadBuffer) X(glViewport)

/* The driver's functions, found at first use. */
static struct {
#define X(name) _Atomic(__typeof__(&name)) name;
    OFS_GL_WRAPPED(X)
#undef X
} real_functions;

/* A program that is linked to libGL may call one of these before any display is open, or with a context that it made
 * through EGL; libGL's own function is then as good as the driver's. */
static void *find_real(const char *name)
{
    void *function = ofs_egl_api_loaded() ? ofs_glx_gl_function(name) : NULL, *library;

    if (!function)
        function = ofs_real_dlsym(RTLD_NEXT, name);
    if (!function) {
        library = ofs_real_dlopen("libGL.so.1", RTLD_LAZY | RTLD_NOLOAD);
        function = library ? ofs_real_dlsym(library, name) : NULL;
    }
    return function;
}

/* The real function as an expression of its own type, or NULL. */
#define REAL(name)                                                                                  \
    ({                                                                                              \
        __typeof__(&name) real_ = atomic_load_explicit(&real_functions.name, memory_order_relaxed); \
        if (__builtin_expect(!real_, 0)) {                                                          \
            real_ = (__typeof__(&name))find_real(#name);                                            \
            atomic_store_explicit(&real_functions.name, real_, memory_order_relaxed);               \
        }                                                                                           \
        real_;                                                                                      \
    })
#define CALL_REAL(name, ...)                \
    ({                                      \
        __typeof__(&name) call_ = REAL(name); \
        if (call_)                          \
            call_(__VA_ARGS__);             \
    })

static bool desktop_gl_is_current(void)
{
    return ofs_current.context && ofs_current.context->api == OFS_API_GL && ofs_current.draw;
}

/* True if the binding point holds the default framebuffer. */
static bool is_default(GLenum binding)
{
    GLint framebuffer = 0;

    CALL_REAL(glGetIntegerv, binding, &framebuffer);
    return framebuffer == 0;
}

static bool is_window_buffer(GLenum mode)
{
    return mode == GL_NONE || (mode >= GL_FRONT_LEFT && mode <= GL_FRONT_AND_BACK);
}

static bool is_back(GLenum mode)
{
    return mode == GL_BACK || mode == GL_BACK_LEFT || mode == GL_BACK_RIGHT;
}

/* What a single-buffered drawable has no back for is an error in GL, and not one that a pbuffer's driver need see; the
 * default framebuffer has no colour attachments either, so asking for one gives the same error. */
static GLenum refused_if_single(const struct ofs_drawable *drawable, GLenum mode)
{
    return is_back(mode) && !drawable->config->double_buffer ? GL_COLOR_ATTACHMENT0 : mode;
}

/* -- the size follows the window ---------------------------------------------------------------------------------- */

OFS_EXPORT void glViewport(GLint x, GLint y, GLsizei width, GLsizei height)
{
    if (ofs_current.context && ofs_current.draw && ofs_current.draw->x) {
        ofs_glx_sync(ofs_current.dpy);
        ofs_current_follow_size();
    }
    CALL_REAL(glViewport, x, y, width, height);
}

/* -- which buffer ------------------------------------------------------------------------------------------------- */

OFS_EXPORT void glDrawBuffer(GLenum mode)
{
    if (!desktop_gl_is_current() || !is_window_buffer(mode) || !is_default(GL_DRAW_FRAMEBUFFER_BINDING)) {
        CALL_REAL(glDrawBuffer, mode);
        return;
    }
    if (refused_if_single(ofs_current.draw, mode) != mode) {
        CALL_REAL(glDrawBuffer, GL_COLOR_ATTACHMENT0);
        return;
    }
    CALL_REAL(glDrawBuffer, mode);
    ofs_front_draw_buffer(mode);
}

OFS_EXPORT void glReadBuffer(GLenum mode)
{
    if (!desktop_gl_is_current() || !is_window_buffer(mode) || !is_default(GL_READ_FRAMEBUFFER_BINDING)) {
        CALL_REAL(glReadBuffer, mode);
        return;
    }
    if (refused_if_single(ofs_current.read, mode) != mode) {
        CALL_REAL(glReadBuffer, GL_COLOR_ATTACHMENT0);
        return;
    }
    CALL_REAL(glReadBuffer, mode);
    ofs_front_read_buffer(mode);
}

/* One mode that says the same as the list, for the default framebuffer. */
static GLenum summary(GLsizei count, const GLenum *modes)
{
    bool front = false, back = false;

    for (GLsizei i = 0; i < count; i++) {
        front = front || ofs_is_front(modes[i]);
        back = back || is_back(modes[i]);
    }
    return front && back ? GL_FRONT_AND_BACK : front ? GL_FRONT : back ? GL_BACK : GL_NONE;
}

OFS_EXPORT void glDrawBuffers(GLsizei count, const GLenum *modes)
{
    CALL_REAL(glDrawBuffers, count, modes);
    if (desktop_gl_is_current() && modes && count > 0 && is_window_buffer(modes[0]) &&
        is_default(GL_DRAW_FRAMEBUFFER_BINDING))
        ofs_front_draw_buffer(summary(count, modes));
}

OFS_EXPORT void glNamedFramebufferDrawBuffer(GLuint framebuffer, GLenum mode)
{
    CALL_REAL(glNamedFramebufferDrawBuffer, framebuffer, mode);
    if (!framebuffer && desktop_gl_is_current() && is_window_buffer(mode))
        ofs_front_draw_buffer(mode);
}

OFS_EXPORT void glNamedFramebufferDrawBuffers(GLuint framebuffer, GLsizei count, const GLenum *modes)
{
    CALL_REAL(glNamedFramebufferDrawBuffers, framebuffer, count, modes);
    if (!framebuffer && desktop_gl_is_current() && modes && count > 0)
        ofs_front_draw_buffer(summary(count, modes));
}

OFS_EXPORT void glNamedFramebufferReadBuffer(GLuint framebuffer, GLenum mode)
{
    CALL_REAL(glNamedFramebufferReadBuffer, framebuffer, mode);
    if (!framebuffer && desktop_gl_is_current() && is_window_buffer(mode))
        ofs_front_read_buffer(mode);
}

OFS_EXPORT void glPopAttrib(void)
{
    GLint mode = 0;

    CALL_REAL(glPopAttrib);
    if (!desktop_gl_is_current() || !atomic_load_explicit(&ofs_current.draw->tracks_front, memory_order_relaxed))
        return;
    if (is_default(GL_DRAW_FRAMEBUFFER_BINDING)) {
        CALL_REAL(glGetIntegerv, GL_DRAW_BUFFER, &mode);
        ofs_front_draw_buffer((GLenum)mode);
    }
    if (is_default(GL_READ_FRAMEBUFFER_BINDING)) {
        CALL_REAL(glGetIntegerv, GL_READ_BUFFER, &mode);
        ofs_front_read_buffer((GLenum)mode);
    }
}

/* -- a flush shows what is drawn in front ------------------------------------------------------------------------- */

static bool flush_shows(void)
{
    return desktop_gl_is_current() && ofs_current.draw->kind == OFS_GLX_WINDOW &&
           (!ofs_current.draw->config->double_buffer || ofs_is_front(ofs_current.context->draw_buffer));
}

OFS_EXPORT void glFlush(void)
{
    CALL_REAL(glFlush);
    if (flush_shows())
        ofs_front_flushed();
}

OFS_EXPORT void glFinish(void)
{
    CALL_REAL(glFinish);
    if (flush_shows())
        ofs_front_flushed();
}

/* -- is it double-buffered? --------------------------------------------------------------------------------------- */

/* The answer, if the question is ours to answer. */
static bool answers(GLenum name, int *value_out)
{
    if (name != GL_DOUBLEBUFFER || !desktop_gl_is_current() || !is_default(GL_DRAW_FRAMEBUFFER_BINDING))
        return false;
    *value_out = ofs_current.draw->config->double_buffer;
    return true;
}

#define GETTER(function, type)                             \
    OFS_EXPORT void function(GLenum name, type *values)    \
    {                                                      \
        int answer;                                        \
                                                           \
        if (name == GL_DOUBLEBUFFER && answers(name, &answer)) \
            values[0] = (type)answer;                      \
        else                                               \
            CALL_REAL(function, name, values);             \
    }
GETTER(glGetBooleanv, GLboolean)
GETTER(glGetIntegerv, GLint)
GETTER(glGetInteger64v, GLint64)
GETTER(glGetFloatv, GLfloat)
GETTER(glGetDoublev, GLdouble)

void *ofs_gl_wrapped(const char *name)
{
    static const struct {
        const char *name;
        void *function;
    } wrapped[] = {
#define X(entry) {#entry, (void *)entry},
        OFS_GL_WRAPPED(X)
#undef X
    };

    for (size_t i = 0; i < OFS_ARRAY_LEN(wrapped); i++)
        if (strcmp(wrapped[i].name, name) == 0)
            return wrapped[i].function;
    return NULL;
}
