/* The GL functions that the library exports in front of the driver's: those in which a window that is an EGL pbuffer
 * differs from a window. Each acts only while a context of ours (of GLX, or of EGL on X11) is current in the thread, and
 * costs a load and a branch otherwise. */
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#include "glx/glx.h"
#include "glx/private.h"
#include "hook/real.h"

/* What OpenGL ES calls glReadnPixels where it has it as an extension. */
void glReadnPixelsEXT(GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, GLsizei, void *);
void glReadnPixelsKHR(GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, GLsizei, void *);

#define OFS_GL_WRAPPED(X) \
    X(glDrawBuffer) X(glDrawBuffers) X(glFinish) X(glFlush) X(glGetBooleanv) X(glGetDoublev) X(glGetFloatv) \
    X(glGetInteger64v) X(glGetIntegerv) X(glNamedFramebufferDrawBuffer) X(glNamedFramebufferDrawBuffers) \
    X(glNamedFramebufferReadBuffer) X(glPopAttrib) X(glReadBuffer) X(glReadPixels) X(glReadnPixels) X(glReadnPixelsARB) \
    X(glReadnPixelsEXT) X(glReadnPixelsKHR) X(glViewport)

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
    return ofs_current.context && ofs_current.context->api == OFS_API_GL && ofs_current.draw &&
           !ofs_current.draw->plain;
}

/* True if the binding point holds the default framebuffer. */
static bool is_default(GLenum binding)
{
    GLint framebuffer = 0;

    CALL_REAL(glGetIntegerv, binding, &framebuffer);
    return framebuffer == 0;
}

/* -- the size follows the window ---------------------------------------------------------------------------------- */

OFS_EXPORT void glViewport(GLint x, GLint y, GLsizei width, GLsizei height)
{
    int saved_errno = errno;

    if (ofs_current.context && ofs_current.draw && ofs_current.draw->x) {
        ofs_glx_sync_current();
        ofs_current_follow_size();
        errno = saved_errno;
    }
    CALL_REAL(glViewport, x, y, width, height);
}

/* -- which buffer ------------------------------------------------------------------------------------------------- */

OFS_EXPORT void glDrawBuffer(GLenum mode)
{
    if (!desktop_gl_is_current() || !is_default(GL_DRAW_FRAMEBUFFER_BINDING)) {
        CALL_REAL(glDrawBuffer, mode);
        return;
    }
    CALL_REAL(glDrawBuffer, ofs_buffer_real(mode));
    if (ofs_buffer_exists(mode))
        ofs_buffers_set_draw(1, &mode);
}

OFS_EXPORT void glReadBuffer(GLenum mode)
{
    if (!desktop_gl_is_current() || !is_default(GL_READ_FRAMEBUFFER_BINDING)) {
        CALL_REAL(glReadBuffer, mode);
        return;
    }
    CALL_REAL(glReadBuffer, ofs_buffer_real(mode));
    if (ofs_buffer_exists(mode))
        ofs_buffers_set_read(mode);
}

/* Lists name single buffers, each at most once; GL_BACK alone may stand for the left one. */
static bool is_list(GLsizei count, const GLenum *modes)
{
    int fronts = 0, backs = 0;

    for (GLsizei i = 0; i < count; i++) {
        fronts += modes[i] == GL_FRONT_LEFT;
        backs += modes[i] == GL_BACK_LEFT || (modes[i] == GL_BACK && count == 1);
        if (modes[i] != GL_NONE && modes[i] != GL_FRONT_LEFT && modes[i] != GL_BACK_LEFT && modes[i] != GL_BACK)
            return false;
    }
    return fronts <= 1 && backs <= 1;
}

/* The list with the driver's names; the program's own list if it is not one that a window could have. */
static const GLenum *real_list(GLsizei count, const GLenum *modes, GLenum *storage)
{
    for (GLsizei i = 0; i < count; i++)
        storage[i] = ofs_buffer_real(modes[i]);
    return storage;
}

static bool is_window_list(GLsizei count, const GLenum *modes)
{
    return desktop_gl_is_current() && modes && count > 0 && count <= OFS_MAX_DRAW_BUFFERS && is_list(count, modes);
}

OFS_EXPORT void glDrawBuffers(GLsizei count, const GLenum *modes)
{
    GLenum real[OFS_MAX_DRAW_BUFFERS];

    if (!is_window_list(count, modes) || !is_default(GL_DRAW_FRAMEBUFFER_BINDING)) {
        CALL_REAL(glDrawBuffers, count, modes);
        return;
    }
    CALL_REAL(glDrawBuffers, count, real_list(count, modes, real));
    ofs_buffers_set_draw(count, modes);
}

OFS_EXPORT void glNamedFramebufferDrawBuffer(GLuint framebuffer, GLenum mode)
{
    bool ours = !framebuffer && desktop_gl_is_current() && ofs_buffer_exists(mode);

    CALL_REAL(glNamedFramebufferDrawBuffer, framebuffer, ours ? ofs_buffer_real(mode) : mode);
    if (ours)
        ofs_buffers_set_draw(1, &mode);
}

OFS_EXPORT void glNamedFramebufferDrawBuffers(GLuint framebuffer, GLsizei count, const GLenum *modes)
{
    GLenum real[OFS_MAX_DRAW_BUFFERS];
    bool ours = !framebuffer && is_window_list(count, modes);

    CALL_REAL(glNamedFramebufferDrawBuffers, framebuffer, count, ours ? real_list(count, modes, real) : modes);
    if (ours)
        ofs_buffers_set_draw(count, modes);
}

OFS_EXPORT void glNamedFramebufferReadBuffer(GLuint framebuffer, GLenum mode)
{
    bool ours = !framebuffer && desktop_gl_is_current() && ofs_buffer_exists(mode);

    CALL_REAL(glNamedFramebufferReadBuffer, framebuffer, ours ? ofs_buffer_real(mode) : mode);
    if (ours)
        ofs_buffers_set_read(mode);
}

/* The stack holds what the driver was told. Where it has both names that is what the program said. */
static void take_popped_buffers(void)
{
    bool draw = is_default(GL_DRAW_FRAMEBUFFER_BINDING), read = is_default(GL_READ_FRAMEBUFFER_BINDING);
    GLenum list[OFS_MAX_DRAW_BUFFERS];
    GLint mode = 0, read_mode = 0;
    int count = 1;

    CALL_REAL(glGetIntegerv, GL_READ_BUFFER, &read_mode); /* first: setting one tells the driver both */
    for (int i = 0; i < OFS_MAX_DRAW_BUFFERS; i++) {
        CALL_REAL(glGetIntegerv, GL_DRAW_BUFFER0 + (GLenum)i, &mode);
        list[i] = (GLenum)mode;
        if (mode != GL_NONE)
            count = i + 1;
    }
    if (count == 1) {
        CALL_REAL(glGetIntegerv, GL_DRAW_BUFFER, &mode);
        list[0] = (GLenum)mode;
    }
    if (read)
        ofs_current.context->read_buffer = (GLenum)read_mode;
    if (draw)
        ofs_buffers_set_draw(count, list);
    ofs_current_apply();
}

OFS_EXPORT void glPopAttrib(void)
{
    CALL_REAL(glPopAttrib);
    if (desktop_gl_is_current() && atomic_load_explicit(&ofs_current.draw->tracks_front, memory_order_relaxed) &&
        atomic_load_explicit(&ofs_glx.name_quirk, memory_order_relaxed) == OFS_NAMES_BOTH)
        take_popped_buffers();
}

/* -- samples are read resolved ------------------------------------------------------------------------------------ */

/* OpenGL ES before 3.0 has one binding point for both; its name has the number of the draw binding's. */
static GLenum read_binding(const struct ofs_glx_context *context)
{
    static const char es[] = "OpenGL ES ";
    const struct ofs_gl *gl = context->api == OFS_API_ES ? ofs_gl_get() : NULL;
    const char *version = gl ? (const char *)gl->glGetString(GL_VERSION) : NULL;

    return version && (strncmp(version, es, sizeof(es) - 1) != 0 || version[sizeof(es) - 1] < '3')
               ? GL_DRAW_FRAMEBUFFER_BINDING
               : GL_READ_FRAMEBUFFER_BINDING;
}

static bool must_resolve(GLenum format)
{
    const struct ofs_binding *now = &ofs_current;

    return now->context && now->read && __builtin_expect(now->read->config->samples > 1, 0) &&
           format != GL_DEPTH_COMPONENT && format != GL_STENCIL_INDEX && format != GL_DEPTH_STENCIL &&
           ofs_resolve_needed(now->read) && is_default(read_binding(now->context));
}

/* A read of the program's. */
#define READ(name, x, y, width, height, format, ...)                                     \
    ({                                                                                   \
        bool resolved_ = must_resolve(format) && ofs_resolve_begin(x, y, width, height); \
                                                                                         \
        CALL_REAL(name, x, y, width, height, format, __VA_ARGS__);                       \
        if (resolved_)                                                                   \
            ofs_resolve_end();                                                           \
    })

OFS_EXPORT void glReadPixels(GLint x, GLint y, GLsizei width, GLsizei height, GLenum format, GLenum type, void *pixels)
{
    if (!must_resolve(format) || !ofs_resolve_read(x, y, width, height, format, type, pixels))
        READ(glReadPixels, x, y, width, height, format, type, pixels);
}

#define READN(name)                                                                                              \
    OFS_EXPORT void name(GLint x, GLint y, GLsizei width, GLsizei height, GLenum format, GLenum type, GLsizei bytes, \
                         void *pixels)                                                                           \
    {                                                                                                            \
        READ(name, x, y, width, height, format, type, bytes, pixels);                                            \
    }
READN(glReadnPixels)
READN(glReadnPixelsARB)
READN(glReadnPixelsEXT)
READN(glReadnPixelsKHR)

/* -- a flush shows what is drawn in front ------------------------------------------------------------------------- */

static bool flush_shows(void)
{
    return desktop_gl_is_current() && ofs_current.draw->kind == OFS_GLX_WINDOW &&
           (!ofs_current.draw->config->double_buffer || ofs_is_front(ofs_current.context->draw_buffer));
}

static void flushed(void)
{
    if (flush_shows())
        ofs_front_flushed();
    else if (ofs_current.context)
        ofs_look_finished();
}

OFS_EXPORT void glFlush(void)
{
    CALL_REAL(glFlush);
    flushed();
}

void ofs_gl_finish(void)
{
    CALL_REAL(glFinish);
    flushed();
}

OFS_EXPORT void glFinish(void)
{
    ofs_gl_finish();
}

/* -- what the driver would answer for a pbuffer ------------------------------------------------------------------ */

static bool is_buffer_question(GLenum name)
{
    return name == GL_DOUBLEBUFFER || name == GL_DRAW_BUFFER || name == GL_READ_BUFFER ||
           (name >= GL_DRAW_BUFFER0 && name < GL_DRAW_BUFFER0 + OFS_MAX_DRAW_BUFFERS);
}

/* The answer, if the question is ours to answer. */
static bool answers(GLenum name, GLenum *value_out)
{
    const struct ofs_glx_context *context = ofs_current.context;
    int index = (int)(name - GL_DRAW_BUFFER0);

    if (!desktop_gl_is_current() ||
        !is_default(name == GL_READ_BUFFER ? GL_READ_FRAMEBUFFER_BINDING : GL_DRAW_FRAMEBUFFER_BINDING))
        return false;
    if (name == GL_DOUBLEBUFFER)
        *value_out = (GLenum)ofs_current.draw->config->double_buffer;
    else if (name == GL_READ_BUFFER)
        *value_out = context->read_buffer;
    else if (name == GL_DRAW_BUFFER)
        *value_out = context->draw_list[0];
    else
        *value_out = index < context->draw_count ? context->draw_list[index] : GL_NONE;
    return true;
}

#define GETTER(function, type, convert)                       \
    OFS_EXPORT void function(GLenum name, type *values)       \
    {                                                         \
        GLenum answer;                                        \
                                                              \
        if (is_buffer_question(name) && answers(name, &answer)) \
            values[0] = (type)(convert);                      \
        else                                                  \
            CALL_REAL(function, name, values);                \
    }
GETTER(glGetBooleanv, GLboolean, answer != 0)
GETTER(glGetIntegerv, GLint, answer)
GETTER(glGetInteger64v, GLint64, answer)
GETTER(glGetFloatv, GLfloat, answer)
GETTER(glGetDoublev, GLdouble, answer)

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
