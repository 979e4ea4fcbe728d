/* Frames into textures against a real driver: the pixels of glReadPixels, and every setting, binding and pending error
 * as before. */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdbool.h>
#include <stdlib.h>

#include "capture/readback.h"
#include "capture/texture.h"
#include "check.h"
#include "software_gl.h"

#define WIDTH  61
#define HEIGHT 37
#define BYTES  (WIDTH * HEIGHT * 4)

/* What the context says it is instead of what it is: old versions cannot be had from today's drivers. */
static const char *version_lie;

static const GLubyte *get_string(GLenum name)
{
    const GLubyte *(*real)(GLenum) = (const GLubyte *(*)(GLenum))eglGetProcAddress("glGetString");
    return name == GL_VERSION && version_lie ? (const GLubyte *)version_lie : real(name);
}

static void *get_proc(const char *name)
{
    return strcmp(name, "glGetString") == 0 ? (void *)get_string : (void *)eglGetProcAddress(name);
}

#define GL(result, name, ...) ((result(*)(__VA_ARGS__))get_proc(#name))

static GLint get(GLenum name)
{
    GLint value = -1;
    GL(void, glGetIntegerv, GLenum, GLint *)(name, &value);
    return value;
}

static void draw(int phase)
{
    GL(void, glEnable, GLenum)(GL_SCISSOR_TEST);
    for (int i = 0; i < 12; i++) {
        GL(void, glScissor, GLint, GLint, GLsizei, GLsizei)(i * 5, i * 3, WIDTH, HEIGHT);
        GL(void, glClearColor, float, float, float, float)
        ((float)(i + phase) / 17, 0.5f, (float)phase / 9, (float)i / 12);
        GL(void, glClear, GLbitfield)(GL_COLOR_BUFFER_BIT);
    }
    GL(void, glDisable, GLenum)(GL_SCISSOR_TEST);
}

/* The default framebuffer as the plain way reads it; leaves nothing behind. */
static void read_frame(unsigned char *rgba)
{
    GLint bound = get(GL_READ_FRAMEBUFFER_BINDING), alignment = get(GL_PACK_ALIGNMENT);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_READ_FRAMEBUFFER, 0);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_ALIGNMENT, 1);
    GL(void, glReadPixels, GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void *)
    (0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_ALIGNMENT, alignment);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_READ_FRAMEBUFFER, (GLuint)bound);
}

static void read_texture(unsigned name, unsigned char *rgba)
{
    GLint bound = get(GL_READ_FRAMEBUFFER_BINDING), alignment = get(GL_PACK_ALIGNMENT);
    GLuint framebuffer = 0;
    GL(void, glGenFramebuffers, GLsizei, GLuint *)(1, &framebuffer);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_READ_FRAMEBUFFER, framebuffer);
    GL(void, glFramebufferTexture2D, GLenum, GLenum, GLenum, GLuint, GLint)
    (GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, name, 0);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_ALIGNMENT, 1);
    GL(void, glReadPixels, GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void *)
    (0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_ALIGNMENT, alignment);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_READ_FRAMEBUFFER, (GLuint)bound);
    GL(void, glDeleteFramebuffers, GLsizei, const GLuint *)(1, &framebuffer);
}

static unsigned debug_messages;

static void APIENTRY on_debug(GLenum a, GLenum b, GLuint c, GLenum d, GLsizei e, const GLchar *f, const void *g)
{
    debug_messages++;
}

/* What is asked for by glGetIntegerv; the rows from `desktop` on are unknown to ES, those from `gl45` on to old GL. */
static const GLenum watched[] = {
    GL_READ_FRAMEBUFFER_BINDING,
    GL_DRAW_FRAMEBUFFER_BINDING,
    GL_RENDERBUFFER_BINDING,
    GL_ACTIVE_TEXTURE,
    GL_TEXTURE_BINDING_2D,
    GL_PIXEL_PACK_BUFFER_BINDING,
    GL_PIXEL_UNPACK_BUFFER_BINDING,
    GL_ARRAY_BUFFER_BINDING,
    GL_SAMPLER_BINDING,
    GL_PACK_ALIGNMENT,
    GL_UNPACK_ALIGNMENT,
    GL_PACK_ROW_LENGTH,
    GL_UNPACK_ROW_LENGTH,
    GL_SCISSOR_TEST,
    GL_DITHER,
    GL_RASTERIZER_DISCARD,
    GL_READ_BUFFER,
    GL_DRAW_BUFFER0,
    GL_FRAMEBUFFER_SRGB,
    GL_PACK_SWAP_BYTES,
    GL_UNPACK_SWAP_BYTES,
    GL_DEBUG_OUTPUT,
    GL_MULTISAMPLE,
};
#define DESKTOP 18

struct seen {
    GLint values[OFS_ARRAY_LEN(watched)], default_read, default_draw, bound2[2], scissors[2];
    GLint scissor_box[4], viewport[4];
    GLboolean mask[4];
};

/* Everything that could have been changed, the default framebuffer's own settings too. */
static void look(struct seen *seen, bool es, bool many)
{
    GLint read, unit = get(GL_ACTIVE_TEXTURE);
    memset(seen, 0, sizeof *seen);
    for (size_t i = 0; i < (es ? DESKTOP : OFS_ARRAY_LEN(watched)); i++)
        seen->values[i] = get(watched[i]);
    GL(void, glGetBooleanv, GLenum, GLboolean *)(GL_COLOR_WRITEMASK, seen->mask);
    GL(void, glGetIntegerv, GLenum, GLint *)(GL_SCISSOR_BOX, seen->scissor_box);
    GL(void, glGetIntegerv, GLenum, GLint *)(GL_VIEWPORT, seen->viewport);
    for (GLuint i = 0; many && i < 2; i++)
        seen->scissors[i] = GL(GLboolean, glIsEnabledi, GLenum, GLuint)(GL_SCISSOR_TEST, i);
    for (int i = 0; i < 2; i++) {
        GL(void, glActiveTexture, GLenum)(GL_TEXTURE0 + (GLenum)i);
        seen->bound2[i] = get(GL_TEXTURE_BINDING_2D);
    }
    GL(void, glActiveTexture, GLenum)((GLenum)unit);
    read = get(GL_READ_FRAMEBUFFER_BINDING);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_READ_FRAMEBUFFER, 0);
    seen->default_read = get(GL_READ_BUFFER);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_READ_FRAMEBUFFER, (GLuint)read);
}

/* Leave everything that a copy depends on, or might be tempted to use, in an unusual state. */
static void disturb(bool es, bool many)
{
    GLuint framebuffers[2], buffers[2], texture = 0, sampler = 0;
    GL(void, glGenTextures, GLsizei, GLuint *)(1, &texture);
    GL(void, glActiveTexture, GLenum)(GL_TEXTURE1);
    GL(void, glBindTexture, GLenum, GLuint)(GL_TEXTURE_2D, texture);
    GL(void, glTexImage2D, GLenum, GLint, GLint, GLsizei, GLsizei, GLint, GLenum, GLenum, const void *)
    (GL_TEXTURE_2D, 0, GL_RGBA8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    GL(void, glGenSamplers, GLsizei, GLuint *)(1, &sampler);
    GL(void, glBindSampler, GLuint, GLuint)(1, sampler);
    GL(void, glGenFramebuffers, GLsizei, GLuint *)(2, framebuffers);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_READ_FRAMEBUFFER, framebuffers[0]);
    GL(void, glBindFramebuffer, GLenum, GLuint)(GL_DRAW_FRAMEBUFFER, framebuffers[1]);
    GL(void, glGenBuffers, GLsizei, GLuint *)(2, buffers);
    GL(void, glBindBuffer, GLenum, GLuint)(GL_PIXEL_UNPACK_BUFFER, buffers[0]);
    GL(void, glBufferData, GLenum, GLsizeiptr, const void *, GLenum)(GL_PIXEL_UNPACK_BUFFER, 16, NULL, GL_STREAM_DRAW);
    GL(void, glPixelStorei, GLenum, GLint)(GL_UNPACK_ROW_LENGTH, 99);
    GL(void, glPixelStorei, GLenum, GLint)(GL_PACK_ALIGNMENT, 8);
    GL(void, glEnable, GLenum)(GL_SCISSOR_TEST);
    GL(void, glScissor, GLint, GLint, GLsizei, GLsizei)(7, 9, 2, 1);
    GL(void, glViewport, GLint, GLint, GLsizei, GLsizei)(1, 2, 3, 4);
    GL(void, glColorMask, GLboolean, GLboolean, GLboolean, GLboolean)(0, 1, 0, 0);
    GL(void, glEnable, GLenum)(GL_RASTERIZER_DISCARD);
    if (many)
        GL(void, glDisablei, GLenum, GLuint)(GL_SCISSOR_TEST, 1);
    if (es)
        return;
    GL(void, glPixelStorei, GLenum, GLint)(GL_UNPACK_SWAP_BYTES, 1);
    GL(void, glEnable, GLenum)(GL_FRAMEBUFFER_SRGB);
    if (!many)
        return;
    GL(void, glDebugMessageCallback, void *, const void *)((void *)on_debug, NULL);
    GL(void, glEnable, GLenum)(GL_DEBUG_OUTPUT);
}

static void check_same(const struct seen *a, const struct seen *b, const char *what)
{
    for (size_t i = 0; i < OFS_ARRAY_LEN(watched); i++)
        if (a->values[i] != b->values[i])
            fprintf(stderr, "%s: 0x%X was %d, is %d\n", what, watched[i], a->values[i], b->values[i]);
    CHECK(memcmp(a, b, sizeof *a) == 0);
}

static void check_take(struct ofs_texture_pair *pair, uint64_t context, bool two, const char *what)
{
    static unsigned char frame[BYTES], copied[BYTES];
    char why[128] = "";
    enum ofs_status status = ofs_texture_take(pair, context, WIDTH, HEIGHT, two, why, sizeof why);
    if (status != OFS_OK)
        fprintf(stderr, "%s: %s\n", what, why);
    CHECK(status == OFS_OK);
    read_frame(frame);
    read_texture(pair->names[pair->newest], copied);
    if (memcmp(frame, copied, BYTES))
        fprintf(stderr, "%s: the texture is not the frame\n", what);
    CHECK(memcmp(frame, copied, BYTES) == 0);
}

/* Two textures in turn; what was left behind is deleted; another size makes new ones. */
static void check_turns(uint64_t context)
{
    static unsigned char before[BYTES], copied[BYTES];
    struct ofs_texture_pair pair = { 0 };
    char why[128];
    GLuint names[2];

    for (int i = 0; i < 5; i++) {
        draw(i);
        check_take(&pair, context, true, "turns");
        CHECK(pair.taken == (i ? 2u : 1u));
        if (i) {
            read_texture(pair.names[1 - pair.newest], copied);
            CHECK(memcmp(before, copied, BYTES) == 0);
        }
        read_frame(before);
        CHECK(ofs_texture_fits(&pair, context, WIDTH, HEIGHT));
    }
    CHECK(!ofs_texture_fits(&pair, context, WIDTH, HEIGHT - 1) && !ofs_texture_fits(&pair, context + 1, WIDTH, HEIGHT));
    memcpy(names, pair.names, sizeof names);
    CHECK(GL(GLboolean, glIsTexture, GLuint)(names[0]) && GL(GLboolean, glIsTexture, GLuint)(names[1]));
    ofs_texture_finish(&pair);
    CHECK(pair.context == 0 && GL(GLboolean, glIsTexture, GLuint)(names[0]));
    CHECK(ofs_texture_take(&pair, context, 5, 4, false, why, sizeof why) == OFS_OK && pair.names[1] == 0);
    CHECK(!GL(GLboolean, glIsTexture, GLuint)(names[1]));
    CHECK(ofs_texture_take(&pair, context, 1u << 20, 4, false, why, sizeof why) == OFS_ENOSYS);
    ofs_texture_finish(&pair);
    CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
}

static void check_old(const char *version, uint64_t context)
{
    struct ofs_texture_pair pair = { 0 };
    char why[128] = "";

    version_lie = version;
    CHECK(ofs_texture_take(&pair, context, WIDTH, HEIGHT, false, why, sizeof why) == OFS_ENOSYS && strstr(why, "3.0"));
    CHECK(pair.names[0] == 0 && GL(GLenum, glGetError, void)() == GL_NO_ERROR);
    version_lie = NULL;
}

static void in_context(bool es, bool many, bool old, uint64_t context, const char *what)
{
    struct ofs_texture_pair pair = { 0 };
    struct seen before, after;
    char why[128] = "";

    draw(1);
    if (old) {
        CHECK(ofs_texture_take(&pair, context, WIDTH, HEIGHT, false, why, sizeof why) == OFS_ENOSYS && why[0]);
        CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
        return;
    }
    CHECK(ofs_texture_take(&pair, 0, WIDTH, HEIGHT, false, why, sizeof why) == OFS_ENOSYS);
    if (es || many)
        check_old(es ? "OpenGL ES 2.0 Mesa" : "2.1 Mesa", context);
    check_turns(context);
    draw(2);
    disturb(es, many);
    CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
    look(&before, es, many);
    CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
    GL(void, glEnable, GLenum)(0xDEAD); /* an error that the program has not asked for yet */
    debug_messages = 0;
    for (int i = 0; i < 3; i++) {
        CHECK(ofs_texture_take(&pair, context, WIDTH, HEIGHT, true, why, sizeof why) == OFS_OK);
        if (i == 0) { /* made, deleted and made again, all of it unseen */
            ofs_texture_finish(&pair);
        }
    }
    CHECK(debug_messages == 0);
    CHECK(GL(GLenum, glGetError, void)() == GL_INVALID_ENUM);
    CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
    look(&after, es, many);
    check_same(&before, &after, what);
    check_take(&pair, context, true, what);
    ofs_texture_finish(&pair);
    CHECK(GL(GLenum, glGetError, void)() == GL_NO_ERROR);
}

static void test_context(EGLDisplay display, EGLenum api, const EGLint *attribs, int samples, const char *what)
{
    static uint64_t serial = 1;
    bool es = api != EGL_OPENGL_API, old;
    struct software_gl made;
    GLint major;

    if (!software_make(&made, display, api, attribs, samples, WIDTH, HEIGHT))
        return;
    major = get(GL_MAJOR_VERSION);
    old = GL(GLenum, glGetError, void)() != GL_NO_ERROR || major < 3; /* ES 2 does not know the question */
    in_context(es, !es && major >= 4, old || (es && samples), serial++, what);
    software_drop(&made);
}

int main(void)
{
    EGLDisplay display = software_display();

    if (!display)
        return 77;
    ofs_readback_init(get_proc);
    test_context(display, EGL_OPENGL_API, gl_compat_45, 0, "4.5 compat");
    test_context(display, EGL_OPENGL_API, gl_core_33, 0, "3.3 core");
    test_context(display, EGL_OPENGL_API, gl_any, 0, "default compat");
    test_context(display, EGL_OPENGL_API, gl_compat_45, 4, "4.5 compat, multisampled");
    test_context(display, EGL_OPENGL_ES_API, gl_es2, 0, "ES 2");
    test_context(display, EGL_OPENGL_ES_API, gl_es3, 0, "ES 3");
    test_context(display, EGL_OPENGL_ES_API, gl_es3, 4, "ES 3, multisampled");
    eglTerminate(display);
    return check_result();
}
