#include "fed_gl.h"

#include <GL/gl.h>
#include <GL/glext.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BUFFERS 65536

static __thread uint64_t context;
static __thread unsigned char level;
static __thread GLuint pack_buffer;

static struct {
    pthread_mutex_t lock;
    GLuint last;
    unsigned char *buffers[MAX_BUFFERS];
} gl = { .lock = PTHREAD_MUTEX_INITIALIZER };

void fed_gl_make_current(uint64_t serial) { context = serial; }
uint64_t fed_gl_context(void) { return context; }
void fed_gl_draw(unsigned char value) { level = value; }

static const GLubyte *get_string(GLenum name) { return (const GLubyte *)"4.5"; }

static void get_integer(GLenum name, GLint *value)
{
    switch (name) {
    case GL_PACK_ALIGNMENT: *value = 4; break;
    case GL_READ_BUFFER: *value = GL_BACK; break;
    case GL_DOUBLEBUFFER: *value = 1; break;
    case GL_CONTEXT_PROFILE_MASK: *value = GL_CONTEXT_CORE_PROFILE_BIT; break;
    case GL_PIXEL_PACK_BUFFER_BINDING: *value = (GLint)pack_buffer; break;
    default: *value = 0;
    }
}

static unsigned char *buffer(GLuint name)
{
    unsigned char *data;
    pthread_mutex_lock(&gl.lock);
    data = gl.buffers[name];
    pthread_mutex_unlock(&gl.lock);
    return data;
}

static void set_buffer(GLuint name, unsigned char *data)
{
    pthread_mutex_lock(&gl.lock);
    free(gl.buffers[name]);
    gl.buffers[name] = data;
    pthread_mutex_unlock(&gl.lock);
}

static void read_pixels(GLint x, GLint y, GLsizei width, GLsizei height, GLenum format, GLenum type, void *out)
{
    memset(pack_buffer ? buffer(pack_buffer) + (uintptr_t)out : out, level, (size_t)width * (size_t)height * 4);
}

static void gen_buffers(GLsizei count, GLuint *names)
{
    pthread_mutex_lock(&gl.lock);
    for (GLsizei i = 0; i < count; i++)
        names[i] = ++gl.last < MAX_BUFFERS ? gl.last : 0;
    pthread_mutex_unlock(&gl.lock);
}

static void delete_buffers(GLsizei count, const GLuint *names)
{
    for (GLsizei i = 0; i < count; i++)
        set_buffer(names[i], NULL);
}

static void bind_buffer(GLenum target, GLuint name) { pack_buffer = name; }

static void buffer_data(GLenum target, GLsizeiptr bytes, const void *data, GLenum usage)
{
    set_buffer(pack_buffer, calloc(1, (size_t)bytes));
}

static void *map_buffer(GLenum target, GLintptr offset, GLsizeiptr bytes, GLbitfield access)
{
    return buffer(pack_buffer) + offset;
}

static GLboolean unmap_buffer(GLenum target) { return GL_TRUE; }

static GLsync fence_sync(GLenum condition, GLbitfield flags) { return (GLsync)(void *)&gl; }

static GLenum client_wait(GLsync fence, GLbitfield flags, GLuint64 timeout_ns) { return GL_ALREADY_SIGNALED; }

static GLboolean is_enabled(GLenum name) { return GL_FALSE; }

static void nothing(void) {}

void *fed_gl_proc(const char *name)
{
    static const struct {
        const char *name;
        void *entry;
    } rows[] = {
        { "glGetString", (void *)get_string },     { "glGetIntegerv", (void *)get_integer },
        { "glReadPixels", (void *)read_pixels },   { "glGenBuffers", (void *)gen_buffers },
        { "glDeleteBuffers", (void *)delete_buffers }, { "glBindBuffer", (void *)bind_buffer },
        { "glBufferData", (void *)buffer_data },   { "glMapBufferRange", (void *)map_buffer },
        { "glUnmapBuffer", (void *)unmap_buffer }, { "glFenceSync", (void *)fence_sync },
        { "glClientWaitSync", (void *)client_wait }, { "glIsEnabled", (void *)is_enabled },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].entry;
    return (void *)nothing;
}

void fed_gl_finish(void)
{
    for (GLuint i = 0; i < MAX_BUFFERS; i++)
        set_buffer(i, NULL);
}
