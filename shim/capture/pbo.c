/* Reading without waiting: see pbo.h. */
#include "capture/pbo.h"

#include <GL/gl.h>
#include <GL/glext.h>
#include <pthread.h>
#include <string.h>

/* A wait that is not over after this long never will be: the GPU hangs. */
#define FENCE_TIMEOUT_NS 5000000000ull
#define MAX_UNWANTED     64

static struct {
    pthread_once_t once;
    void (*GenBuffers)(GLsizei, GLuint *);
    void (*DeleteBuffers)(GLsizei, const GLuint *);
    void (*BindBuffer)(GLenum, GLuint);
    void (*BufferData)(GLenum, GLsizeiptr, const void *, GLenum);
    void *(*MapBufferRange)(GLenum, GLintptr, GLsizeiptr, GLbitfield);
    GLboolean (*UnmapBuffer)(GLenum);
    GLsync (*FenceSync)(GLenum, GLbitfield);
    GLenum (*ClientWaitSync)(GLsync, GLbitfield, GLuint64);
    void (*DeleteSync)(GLsync);
    void (*GetIntegerv)(GLenum, GLint *);
    void (*Flush)(void);
    bool usable;
} gl = { .once = PTHREAD_ONCE_INIT };

/* Buffers of captures that were closed: deleted when their context is current next, or with it. */
static struct {
    pthread_mutex_t lock;
    unsigned count;
    struct {
        uint64_t context;
        GLuint name;
        GLsync fence;
    } rows[MAX_UNWANTED];
} unwanted = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void load(void)
{
    const struct ofs_gl_entry names[] = {
        { "glGenBuffers", &gl.GenBuffers },     { "glDeleteBuffers", &gl.DeleteBuffers },
        { "glBindBuffer", &gl.BindBuffer },     { "glBufferData", &gl.BufferData },
        { "glMapBufferRange", &gl.MapBufferRange }, { "glUnmapBuffer", &gl.UnmapBuffer },
        { "glFenceSync", &gl.FenceSync },       { "glClientWaitSync", &gl.ClientWaitSync },
        { "glDeleteSync", &gl.DeleteSync },     { "glGetIntegerv", &gl.GetIntegerv },
        { "glFlush", &gl.Flush },
    };
    gl.usable = ofs_readback_load(names, OFS_ARRAY_LEN(names));
}

bool ofs_pbo_usable(const struct ofs_reading *reading)
{
    pthread_once(&gl.once, load);
    return gl.usable && reading->kind.version >= (reading->kind.es ? 30 : 32);
}

static void delete_unwanted(uint64_t context)
{
    for (;;) {
        GLuint name = 0;
        GLsync fence = NULL;
        pthread_mutex_lock(&unwanted.lock);
        for (unsigned i = 0; i < unwanted.count && !name; i++) {
            if (unwanted.rows[i].context != context)
                continue;
            name = unwanted.rows[i].name;
            fence = unwanted.rows[i].fence;
            unwanted.rows[i] = unwanted.rows[--unwanted.count];
        }
        pthread_mutex_unlock(&unwanted.lock);
        if (!name)
            return;
        if (fence)
            gl.DeleteSync(fence);
        gl.DeleteBuffers(1, &name);
    }
}

enum ofs_status ofs_pbo_start(struct ofs_pbo *pbo, uint64_t context, const struct ofs_reading *reading, uint32_t x_px,
                              uint32_t y_px, uint32_t width_px, uint32_t rows)
{
    size_t bytes = (size_t)width_px * rows * 4;

    delete_unwanted(context);
    if (pbo->context != context) {
        ofs_pbo_finish(pbo);
        gl.GenBuffers(1, &pbo->name);
        pbo->context = context;
    }
    if (pbo->fence)
        gl.DeleteSync(pbo->fence);
    gl.BindBuffer(GL_PIXEL_PACK_BUFFER, pbo->name);
    if (pbo->bytes != bytes)
        gl.BufferData(GL_PIXEL_PACK_BUFFER, (GLsizeiptr)bytes, NULL, GL_STREAM_READ);
    pbo->bytes = bytes;
    ofs_reading_rows(reading, x_px, y_px, width_px, rows, NULL);
    gl.BindBuffer(GL_PIXEL_PACK_BUFFER, 0); /* as ofs_reading_begin left it */
    pbo->fence = gl.FenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.Flush();
    return pbo->fence ? OFS_OK : OFS_ENOMEM;
}

const unsigned char *ofs_pbo_pixels(struct ofs_pbo *pbo)
{
    GLint before = 0;
    const unsigned char *pixels;

    if (!pbo->fence)
        return NULL;
    (void)gl.ClientWaitSync(pbo->fence, GL_SYNC_FLUSH_COMMANDS_BIT, FENCE_TIMEOUT_NS);
    gl.DeleteSync(pbo->fence);
    pbo->fence = NULL;
    gl.GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &before);
    gl.BindBuffer(GL_PIXEL_PACK_BUFFER, pbo->name);
    pixels = gl.MapBufferRange(GL_PIXEL_PACK_BUFFER, 0, (GLsizeiptr)pbo->bytes, GL_MAP_READ_BIT);
    gl.BindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)before);
    pbo->mapped = pixels != NULL;
    return pixels;
}

void ofs_pbo_done(struct ofs_pbo *pbo)
{
    GLint before = 0;

    if (!pbo->mapped)
        return;
    gl.GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &before);
    gl.BindBuffer(GL_PIXEL_PACK_BUFFER, pbo->name);
    (void)gl.UnmapBuffer(GL_PIXEL_PACK_BUFFER);
    gl.BindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)before);
    pbo->mapped = false;
}

void ofs_pbo_finish(struct ofs_pbo *pbo)
{
    if (pbo->context != 0) {
        pthread_mutex_lock(&unwanted.lock);
        if (unwanted.count == MAX_UNWANTED) /* the oldest one's context is most likely gone */
            memmove(&unwanted.rows[0], &unwanted.rows[1], --unwanted.count * sizeof unwanted.rows[0]);
        if (pbo->name) {
            unwanted.rows[unwanted.count].context = pbo->context;
            unwanted.rows[unwanted.count].name = pbo->name;
            unwanted.rows[unwanted.count++].fence = pbo->fence;
        }
        pthread_mutex_unlock(&unwanted.lock);
    }
    memset(pbo, 0, sizeof *pbo);
}

void ofs_pbo_fork_child(void)
{
    pthread_mutex_init(&unwanted.lock, NULL);
    unwanted.count = 0;
}
