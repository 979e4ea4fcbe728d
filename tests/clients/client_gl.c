#include "client_gl.h"

#include <stdio.h>
#include <string.h>

#define GL_GLEXT_PROTOTYPES 0
#include <GL/gl.h>
#include <GL/glext.h>

/* One list of the functions that are looked up: type suffix as in glext.h where it exists, our own for GL 1.1. */
typedef void (APIENTRY *clear_fn)(GLbitfield);
typedef void (APIENTRY *clear_color_fn)(GLfloat, GLfloat, GLfloat, GLfloat);
typedef void (APIENTRY *viewport_fn)(GLint, GLint, GLsizei, GLsizei);
typedef const GLubyte *(APIENTRY *get_string_fn)(GLenum);
typedef GLenum (APIENTRY *get_error_fn)(void);
typedef void (APIENTRY *read_pixels_fn)(GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void *);
typedef void (APIENTRY *pixel_store_fn)(GLenum, GLint);
typedef void (APIENTRY *draw_arrays_fn)(GLenum, GLint, GLsizei);
typedef void (APIENTRY *enum_fn)(GLenum);
typedef void (APIENTRY *void_fn)(void);
typedef void (APIENTRY *ortho_fn)(GLdouble, GLdouble, GLdouble, GLdouble, GLdouble, GLdouble);
typedef void (APIENTRY *color3_fn)(GLubyte, GLubyte, GLubyte);
typedef void (APIENTRY *vertex2_fn)(GLfloat, GLfloat);

#define COMMON(F)                                                                                  \
    F(clear_fn, glClear) F(clear_color_fn, glClearColor) F(viewport_fn, glViewport)                \
    F(get_string_fn, glGetString) F(get_error_fn, glGetError) F(read_pixels_fn, glReadPixels)      \
    F(pixel_store_fn, glPixelStorei)
#define COMPATIBILITY(F)                                                                           \
    F(enum_fn, glMatrixMode) F(void_fn, glLoadIdentity) F(ortho_fn, glOrtho) F(enum_fn, glBegin)   \
    F(void_fn, glEnd) F(color3_fn, glColor3ub) F(vertex2_fn, glVertex2f)
#define CORE(F)                                                                                    \
    F(draw_arrays_fn, glDrawArrays) F(PFNGLCREATESHADERPROC, glCreateShader)                       \
    F(PFNGLSHADERSOURCEPROC, glShaderSource) F(PFNGLCOMPILESHADERPROC, glCompileShader)            \
    F(PFNGLCREATEPROGRAMPROC, glCreateProgram) F(PFNGLATTACHSHADERPROC, glAttachShader)            \
    F(PFNGLLINKPROGRAMPROC, glLinkProgram) F(PFNGLGETPROGRAMIVPROC, glGetProgramiv)                \
    F(PFNGLUSEPROGRAMPROC, glUseProgram) F(PFNGLGETUNIFORMLOCATIONPROC, glGetUniformLocation)      \
    F(PFNGLUNIFORM2FPROC, glUniform2f) F(PFNGLUNIFORM3FPROC, glUniform3f)                          \
    F(PFNGLGENVERTEXARRAYSPROC, glGenVertexArrays) F(PFNGLBINDVERTEXARRAYPROC, glBindVertexArray)  \
    F(PFNGLGENBUFFERSPROC, glGenBuffers) F(PFNGLBINDBUFFERPROC, glBindBuffer)                      \
    F(PFNGLBUFFERDATAPROC, glBufferData) F(PFNGLVERTEXATTRIBPOINTERPROC, glVertexAttribPointer)    \
    F(PFNGLENABLEVERTEXATTRIBARRAYPROC, glEnableVertexAttribArray)

#define FIELD(type, name) type name;
static struct {
    COMMON(FIELD) COMPATIBILITY(FIELD) CORE(FIELD)
    enum client_profile profile;
    GLint size_uniform, color_uniform;
} gl;

#define LOAD(type, name)                                                    \
    {                                                                       \
        client_proc p = get_proc(#name);                                    \
        if (!p) {                                                           \
            fprintf(stderr, "client: GL function " #name " is missing\n");  \
            ok = false;                                                     \
        }                                                                   \
        memcpy(&gl.name, &p, sizeof p);                                     \
    }

static const char vertex_source[] = "#version 330 core\n"
                                    "layout(location = 0) in vec2 place;\n"
                                    "uniform vec2 size;\n"
                                    "void main() { gl_Position = vec4(place.x / size.x * 2.0 - 1.0,\n"
                                    "                                 1.0 - place.y / size.y * 2.0, 0.0, 1.0); }\n";
static const char fragment_source[] = "#version 330 core\n"
                                      "uniform vec3 color;\n"
                                      "out vec4 pixel;\n"
                                      "void main() { pixel = vec4(color, 1.0); }\n";

static GLuint shader(GLenum kind, const char *source)
{
    GLuint id = gl.glCreateShader(kind);
    gl.glShaderSource(id, 1, &source, NULL);
    gl.glCompileShader(id);
    return id;
}

static bool init_core(void)
{
    GLuint program = gl.glCreateProgram(), array, buffer;
    GLint linked = 0;
    gl.glAttachShader(program, shader(GL_VERTEX_SHADER, vertex_source));
    gl.glAttachShader(program, shader(GL_FRAGMENT_SHADER, fragment_source));
    gl.glLinkProgram(program);
    gl.glGetProgramiv(program, GL_LINK_STATUS, &linked);
    if (!linked) {
        fprintf(stderr, "client: the shaders do not link\n");
        return false;
    }
    gl.glUseProgram(program);
    gl.size_uniform = gl.glGetUniformLocation(program, "size");
    gl.color_uniform = gl.glGetUniformLocation(program, "color");
    gl.glGenVertexArrays(1, &array);
    gl.glBindVertexArray(array);
    gl.glGenBuffers(1, &buffer);
    gl.glBindBuffer(GL_ARRAY_BUFFER, buffer);
    gl.glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
    gl.glEnableVertexAttribArray(0);
    return true;
}

bool client_gl_init(client_get_proc get_proc, enum client_profile profile)
{
    bool ok = true;
    gl.profile = profile;
    COMMON(LOAD)
    if (profile == CLIENT_CORE) {
        CORE(LOAD)
    } else {
        COMPATIBILITY(LOAD)
    }
    if (!ok)
        return false;
    printf("gl %s | %s | %s\n", (const char *)gl.glGetString(GL_VENDOR), (const char *)gl.glGetString(GL_RENDERER),
           (const char *)gl.glGetString(GL_VERSION));
    return profile == CLIENT_CORE ? init_core() : true;
}

void client_gl_begin(int width, int height, const unsigned char background[3])
{
    gl.glViewport(0, 0, width, height);
    gl.glClearColor(background[0] / 255.0f, background[1] / 255.0f, background[2] / 255.0f, 1.0f);
    gl.glClear(GL_COLOR_BUFFER_BIT);
    if (gl.profile == CLIENT_CORE) {
        gl.glUniform2f(gl.size_uniform, (float)width, (float)height);
    } else {
        gl.glMatrixMode(GL_PROJECTION);
        gl.glLoadIdentity();
        gl.glOrtho(0, width, height, 0, -1, 1);
        gl.glMatrixMode(GL_MODELVIEW);
        gl.glLoadIdentity();
    }
}

static void draw(GLenum mode, const float *points, int count, const unsigned char color[3])
{
    if (gl.profile == CLIENT_CORE) {
        gl.glUniform3f(gl.color_uniform, color[0] / 255.0f, color[1] / 255.0f, color[2] / 255.0f);
        gl.glBufferData(GL_ARRAY_BUFFER, (GLsizeiptr)sizeof(float) * 2 * count, points, GL_STREAM_DRAW);
        gl.glDrawArrays(mode, 0, count);
        return;
    }
    gl.glColor3ub(color[0], color[1], color[2]);
    gl.glBegin(mode);
    for (int i = 0; i < count; i++)
        gl.glVertex2f(points[2 * i], points[2 * i + 1]);
    gl.glEnd();
}

void client_gl_rect(int x, int y, int width, int height, const unsigned char color[3])
{
    float left = x, top = y, right = x + width, bottom = y + height;
    draw(GL_TRIANGLE_STRIP, (const float[8]){left, top, left, bottom, right, top, right, bottom}, 4, color);
}

void client_gl_triangle(const float points[6], const unsigned char color[3])
{
    draw(GL_TRIANGLES, points, 3, color);
}

void client_gl_end(void)
{
    GLenum error = gl.glGetError();
    if (error != GL_NO_ERROR)
        fprintf(stderr, "client: GL error 0x%04x\n", error);
}

void client_gl_read(int width, int height, unsigned char *rgb_out)
{
    gl.glPixelStorei(GL_PACK_ALIGNMENT, 1);
    gl.glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, rgb_out);
}
