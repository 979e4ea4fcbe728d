/* Readback: see readback.h.
 *
 * Every value is asked for before it is changed and put back after, and only what differs from what the read needs is
 * touched: in the usual case that is nothing, and the cost is a dozen queries and the read. Calls that could raise an
 * error in this version of GL are not made, because the program's error state must stay its own. */
#include "capture/readback.h"

#include <GL/gl.h>
#include <GL/glext.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/log.h"

#define OFS_LOG_MODULE OFS_MOD_CAPTURE

/* Entry points; those that a version lacks are NULL or not called. */
static struct {
    pthread_once_t once;
    const GLubyte *(*GetString)(GLenum);
    void (*GetIntegerv)(GLenum, GLint *);
    void (*GetFloatv)(GLenum, GLfloat *);
    void (*ReadPixels)(GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void *);
    void (*PixelStorei)(GLenum, GLint);
    void (*PixelTransferf)(GLenum, GLfloat);
    void (*ReadBuffer)(GLenum);
    void (*BindFramebuffer)(GLenum, GLuint);
    void (*BindBuffer)(GLenum, GLuint);
    GLboolean (*IsEnabled)(GLenum);
    void (*Enable)(GLenum);
    void (*Disable)(GLenum);
} gl = { .once = PTHREAD_ONCE_INIT };

static void *(*load_from)(const char *name);

void ofs_readback_init(void *(*get_proc)(const char *name)) { load_from = get_proc; }

static void load(void)
{
    struct {
        const char *name;
        void *field;
    } names[] = {
        { "glGetString", &gl.GetString },     { "glGetIntegerv", &gl.GetIntegerv },
        { "glGetFloatv", &gl.GetFloatv },     { "glReadPixels", &gl.ReadPixels },
        { "glPixelStorei", &gl.PixelStorei }, { "glPixelTransferf", &gl.PixelTransferf },
        { "glReadBuffer", &gl.ReadBuffer },   { "glBindFramebuffer", &gl.BindFramebuffer },
        { "glBindBuffer", &gl.BindBuffer },   { "glIsEnabled", &gl.IsEnabled },
        { "glEnable", &gl.Enable },           { "glDisable", &gl.Disable },
    };
    for (size_t i = 0; i < OFS_ARRAY_LEN(names); i++) {
        void *entry = load_from(names[i].name);
        memcpy(names[i].field, &entry, sizeof entry);
    }
}

/* What the current context is. */
struct context {
    bool es;
    int version; /* 10 * major + minor */
    bool compat; /* has pixel transfer */
};

static bool identify(struct context *context)
{
    const char *version = (const char *)gl.GetString(GL_VERSION);
    GLint profile = 0;
    if (!version)
        return false;
    context->es = strncmp(version, "OpenGL ES", 9) == 0;
    version += strcspn(version, "0123456789");
    context->version = (int)strtol(version, NULL, 10) * 10;
    version = strchr(version, '.');
    if (version && version[1] >= '0' && version[1] <= '9')
        context->version += version[1] - '0';
    if (!context->es && context->version >= 32)
        gl.GetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
    context->compat = !context->es && (profile & GL_CONTEXT_CORE_PROFILE_BIT) == 0;
    return context->version >= 10;
}

static bool usable(const struct context *context)
{
    return gl.GetIntegerv && gl.ReadPixels && gl.PixelStorei && gl.BindFramebuffer && gl.BindBuffer && gl.ReadBuffer &&
           gl.IsEnabled && gl.Enable && gl.Disable && (!context->compat || (gl.GetFloatv && gl.PixelTransferf));
}

/* Integer pack settings, what a plain read needs, and since which version of GL and ES they exist (99 = never). */
static const struct {
    GLenum name;
    GLint wanted;
    short gl_since, es_since;
} pack_rows[] = {
    { GL_PACK_ALIGNMENT, 4, 10, 20 },   { GL_PACK_ROW_LENGTH, 0, 10, 30 }, { GL_PACK_SKIP_ROWS, 0, 10, 30 },
    { GL_PACK_SKIP_PIXELS, 0, 10, 30 }, { GL_PACK_SWAP_BYTES, 0, 10, 99 }, { GL_PACK_LSB_FIRST, 0, 10, 99 },
};

static const struct {
    GLenum name;
    GLfloat wanted;
} transfer_rows[] = {
    { GL_RED_SCALE, 1 }, { GL_RED_BIAS, 0 },    { GL_GREEN_SCALE, 1 }, { GL_GREEN_BIAS, 0 }, { GL_BLUE_SCALE, 1 },
    { GL_BLUE_BIAS, 0 }, { GL_ALPHA_SCALE, 1 }, { GL_ALPHA_BIAS, 0 },  { GL_MAP_COLOR, 0 },
};

struct saved {
    GLint pack[OFS_ARRAY_LEN(pack_rows)];
    GLfloat transfer[OFS_ARRAY_LEN(transfer_rows)];
    GLint framebuffer, pack_buffer, read_buffer, wanted_buffer;
    bool debug;
};

static bool has_pack(const struct context *context, size_t row)
{
    return context->version >= (context->es ? pack_rows[row].es_since : pack_rows[row].gl_since);
}

static bool has_buffers(const struct context *context) { return context->version >= (context->es ? 30 : 21); }

static GLenum framebuffer_target(const struct context *context)
{
    return context->es && context->version < 30 ? GL_FRAMEBUFFER : GL_READ_FRAMEBUFFER;
}

static bool has_framebuffers(const struct context *context) { return context->es || context->version >= 30; }

static void prepare(const struct context *context, struct saved *saved)
{
    /* GL_READ_FRAMEBUFFER_BINDING and GL_FRAMEBUFFER_BINDING differ; ES 2 has only the second. */
    if (has_framebuffers(context)) {
        gl.GetIntegerv(context->es && context->version < 30 ? GL_FRAMEBUFFER_BINDING : GL_READ_FRAMEBUFFER_BINDING,
                       &saved->framebuffer);
        if (saved->framebuffer)
            gl.BindFramebuffer(framebuffer_target(context), 0);
    }
    if (has_buffers(context)) {
        gl.GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &saved->pack_buffer);
        if (saved->pack_buffer)
            gl.BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    }
    if (!context->es || context->version >= 30) { /* of the default framebuffer, which is bound now */
        GLint doubled = 1;
        gl.GetIntegerv(GL_READ_BUFFER, &saved->read_buffer);
        if (!context->es)
            gl.GetIntegerv(GL_DOUBLEBUFFER, &doubled);
        saved->wanted_buffer = doubled ? GL_BACK : GL_FRONT;
        if (saved->read_buffer == (doubled ? GL_BACK_LEFT : GL_FRONT_LEFT))
            saved->wanted_buffer = saved->read_buffer;
        if (saved->read_buffer != saved->wanted_buffer)
            gl.ReadBuffer((GLenum)saved->wanted_buffer);
    }
    for (size_t i = 0; i < OFS_ARRAY_LEN(pack_rows); i++) {
        if (!has_pack(context, i))
            continue;
        gl.GetIntegerv(pack_rows[i].name, &saved->pack[i]);
        if (saved->pack[i] != pack_rows[i].wanted)
            gl.PixelStorei(pack_rows[i].name, pack_rows[i].wanted);
    }
    for (size_t i = 0; context->compat && i < OFS_ARRAY_LEN(transfer_rows); i++) {
        gl.GetFloatv(transfer_rows[i].name, &saved->transfer[i]);
        if (saved->transfer[i] != transfer_rows[i].wanted)
            gl.PixelTransferf(transfer_rows[i].name, transfer_rows[i].wanted);
    }
}

static void restore(const struct context *context, const struct saved *saved)
{
    for (size_t i = 0; context->compat && i < OFS_ARRAY_LEN(transfer_rows); i++)
        if (saved->transfer[i] != transfer_rows[i].wanted)
            gl.PixelTransferf(transfer_rows[i].name, saved->transfer[i]);
    for (size_t i = 0; i < OFS_ARRAY_LEN(pack_rows); i++)
        if (has_pack(context, i) && saved->pack[i] != pack_rows[i].wanted)
            gl.PixelStorei(pack_rows[i].name, saved->pack[i]);
    if (saved->read_buffer != saved->wanted_buffer)
        gl.ReadBuffer((GLenum)saved->read_buffer);
    if (saved->pack_buffer)
        gl.BindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)saved->pack_buffer);
    if (saved->framebuffer)
        gl.BindFramebuffer(framebuffer_target(context), (GLuint)saved->framebuffer);
}

/* GL's row 0 is the bottom one. */
static void flip(unsigned char *pixels, uint32_t height_px, size_t pitch_bytes)
{
    unsigned char row[4096];
    for (uint32_t top = 0, bottom = height_px - 1; top < bottom; top++, bottom--) {
        unsigned char *a = pixels + top * pitch_bytes, *b = pixels + bottom * pitch_bytes;
        for (size_t at = 0; at < pitch_bytes; at += sizeof row) {
            size_t bytes = pitch_bytes - at < sizeof row ? pitch_bytes - at : sizeof row;
            memcpy(row, a + at, bytes);
            memcpy(a + at, b + at, bytes);
            memcpy(b + at, row, bytes);
        }
    }
}

static void swap_red_blue(unsigned char *pixels, size_t count)
{
    for (size_t i = 0; i < count; i++, pixels += 4) {
        unsigned char red = pixels[0];
        pixels[0] = pixels[2];
        pixels[2] = red;
    }
}

enum ofs_status ofs_readback(uint32_t width_px, uint32_t height_px, unsigned char *bgra_out)
{
    struct context context;
    struct saved saved = { 0 };

    pthread_once(&gl.once, load);
    if (!gl.GetString || !identify(&context) || !usable(&context)) {
        ofs_debug("no readback: no context, or entry points are missing");
        return OFS_ENOSYS;
    }
    /* A driver may tell a debug callback that this read waits for the GPU; the program did not ask for it. */
    if (context.version >= (context.es ? 32 : 43)) {
        saved.debug = gl.IsEnabled(GL_DEBUG_OUTPUT);
        if (saved.debug)
            gl.Disable(GL_DEBUG_OUTPUT);
    }
    prepare(&context, &saved);
    /* Desktop drivers keep BGRA and hand it over unchanged; ES promises RGBA only. */
    gl.ReadPixels(0, 0, (GLsizei)width_px, (GLsizei)height_px, context.es ? GL_RGBA : GL_BGRA, GL_UNSIGNED_BYTE,
                  bgra_out);
    restore(&context, &saved);
    if (saved.debug)
        gl.Enable(GL_DEBUG_OUTPUT);
    flip(bgra_out, height_px, (size_t)width_px * 4);
    if (context.es)
        swap_red_blue(bgra_out, (size_t)width_px * height_px);
    return OFS_OK;
}
