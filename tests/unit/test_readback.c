/* The readback against a real driver: right pixels, and every setting, binding and pending error as before. */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdbool.h>
#include <stdlib.h>

#include "capture/readback.h"
#include "check.h"
#include "software_gl.h"

#define WIDTH  61
#define HEIGHT 37

static void *get_proc(const char *name) { return (void *)eglGetProcAddress(name); }

#define GL(result, name, ...) ((result(*)(__VA_ARGS__))get_proc(#name))

static GLint get(GLenum name)
{
    GLint value = -1;
    GL(void, glGetIntegerv, GLenum, GLint *)(name, &value);
    return value;
}

/* Four quarters: red and green above, blue and white below. */
static void draw(void)
{
    static const float colors[4][3] = { { 0, 0, 1 }, { 1, 1, 1 }, { 1, 0, 0 }, { 0, 1, 0 } };
    GL(void, glEnable, GLenum)(GL_SCISSOR_TEST);
    for (int i = 0; i < 4; i++) {
        GL(void, glScissor, GLint, GLint, GLsizei, GLsizei)(i % 2 ? 30 : 0, i / 2 ? 20 : 0, WIDTH, HEIGHT);
        GL(void, glClearColor, float, float, float, float)(colors[i][0], colors[i][1], colors[i][2], 0.25f);
        GL(void, glClear, GLbitfield)(GL_COLOR_BUFFER_BIT);
    }
}

static bool pixel_is(const unsigned char *pixels, int x, int y, int red, int green, int blue)
{
    const unsigned char *p = pixels + (y * WIDTH + x) * 4;
    return p[0] == blue && p[1] == green && p[2] == red;
}

static void check_pixels(const char *what)
{
    static unsigned char pixels[WIDTH * HEIGHT * 4 + 64];
    memset(pixels, 0xA5, sizeof pixels);
    CHECK(ofs_readback(WIDTH, HEIGHT, pixels) == OFS_OK);
    if (!pixel_is(pixels, 0, 0, 255, 0, 0))
        fprintf(stderr, "in context %s\n", what);
    CHECK(pixel_is(pixels, 0, 0, 255, 0, 0) && pixel_is(pixels, 29, 16, 255, 0, 0));
    CHECK(pixel_is(pixels, 30, 0, 0, 255, 0) && pixel_is(pixels, WIDTH - 1, 16, 0, 255, 0));
    CHECK(pixel_is(pixels, 0, 17, 0, 0, 255) && pixel_is(pixels, 29, HEIGHT - 1, 0, 0, 255));
    CHECK(pixel_is(pixels, 30, 17, 255, 255, 255) && pixel_is(pixels, WIDTH - 1, HEIGHT - 1, 255, 255, 255));
    for (size_t i = WIDTH * HEIGHT * 4; i < sizeof pixels; i++)
        CHECK(pixels[i] == 0xA5);
}

static unsigned debug_messages;

static void APIENTRY on_debug(GLenum a, GLenum b, GLuint c, GLenum d, GLsizei e, const GLchar *f, const void *g)
{
    debug_messages++;
}

static const GLenum watched_gl[] = { GL_READ_FRAMEBUFFER_BINDING,
                                     GL_DRAW_FRAMEBUFFER_BINDING,
                                     GL_PIXEL_PACK_BUFFER_BINDING,
                                     GL_PACK_ALIGNMENT,
                                     GL_PACK_ROW_LENGTH,
                                     GL_PACK_SKIP_ROWS,
                                     GL_PACK_SKIP_PIXELS,
                                     GL_PACK_SWAP_BYTES,
                                     GL_PACK_LSB_FIRST,
                                     GL_READ_BUFFER,
                                     GL_DEBUG_OUTPUT };
static const GLenum watched_es2[] = { GL_FRAMEBUFFER_BINDING, GL_PACK_ALIGNMENT };

/* Leave every setting that a read depends on in an unusual state. */
static void disturb(bool es2, bool es3, bool compat)
{
    GLuint names[2] = { 0, 0 };
    GL(void, glGenFramebuffers, GLsizei, GLuint *)(1, &names[0]);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_FRAMEBUFFER, names[0]);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_ALIGNMENT, 8);
    if (es2)
        return;
    GL(void, glGenBuffers, GLsizei, GLuint *)(1, &names[1]);
    GL(void, glBindBuffer, GLenum, GLuint)(GL_PIXEL_PACK_BUFFER, names[1]);
    GL(void, glBufferData, GLenum, GLsizeiptr, const void *, GLenum)(GL_PIXEL_PACK_BUFFER, 16, NULL, GL_STREAM_READ);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_ROW_LENGTH, 99);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_SKIP_ROWS, 3);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_SKIP_PIXELS, 5);
    if (es3)
        return;
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_SWAP_BYTES, 1);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_LSB_FIRST, 1);
    GL(void, glDebugMessageCallback, void *, const void *)((void *)on_debug, NULL);
    GL(void, glEnable, GLenum)(GL_DEBUG_OUTPUT);
    if (compat) {
        GL(void, glPixelTransferf, GLenum, GLfloat)(GL_RED_SCALE, 0.5f);
        GL(void, glPixelTransferf, GLenum, GLfloat)(GL_BLUE_BIAS, 0.5f);
    }
}

static void test_context(EGLDisplay display, EGLenum api, const EGLint *attribs, const char *what)
{
    bool es = api != EGL_OPENGL_API, es2 = es && attribs[1] == 2, compat = strstr(what, "compat") != NULL;
    const GLenum *watched = es2 ? watched_es2 : watched_gl;
    size_t count = es2 ? OFS_ARRAY_LEN(watched_es2) : OFS_ARRAY_LEN(watched_gl) - (es ? 4 : 0);
    GLint before[16];
    struct software_gl made;

    if (!software_make(&made, display, api, attribs, 0, WIDTH, HEIGHT))
        return;
    draw();
    check_pixels(what);
    disturb(es2, es, compat);
    for (size_t i = 0; i < count; i++)
        before[i] = get(watched[i]);
    GL(void, glEnable, GLenum)(0xDEAD); /* an error that the program has not asked for yet */
    debug_messages = 0;
    check_pixels(what);
    CHECK(debug_messages == 0);
    CHECK(GL(GLenum, glGetError, void)() == GL_INVALID_ENUM);
    CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
    for (size_t i = 0; i < count; i++) {
        if (get(watched[i]) != before[i])
            fprintf(stderr, "%s: 0x%X changed\n", what, watched[i]);
        CHECK(get(watched[i]) == before[i]);
    }
    if (compat)
        CHECK(get(GL_BLUE_BIAS) != 0);
    CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
    software_drop(&made);
}

int main(void)
{
    EGLDisplay display = software_display();

    if (!display)
        return 77;
    ofs_readback_init(get_proc);
    test_context(display, EGL_OPENGL_API, gl_compat_45, "4.5 compat");
    test_context(display, EGL_OPENGL_API, gl_core_45, "4.5 core");
    test_context(display, EGL_OPENGL_API, gl_any, "default compat");
    test_context(display, EGL_OPENGL_ES_API, gl_es2, "ES 2");
    test_context(display, EGL_OPENGL_ES_API, gl_es3, "ES 3");
    eglTerminate(display);
    return check_result();
}
