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

static bool (*place_begin)(void);
static void (*place_end)(void);

void ofs_readback_set_place(bool (*begin)(void), void (*end)(void))
{
    place_begin = begin;
    place_end = end;
}

bool ofs_readback_load(const struct ofs_gl_entry *entries, size_t count)
{
    bool all = true;
    for (size_t i = 0; i < count; i++) {
        void *entry = load_from ? load_from(entries[i].name) : NULL;
        memcpy(entries[i].field, &entry, sizeof entry);
        all &= entry != NULL;
    }
    return all;
}

static void load(void)
{
    const struct ofs_gl_entry names[] = {
        { "glGetString", &gl.GetString },     { "glGetIntegerv", &gl.GetIntegerv },
        { "glGetFloatv", &gl.GetFloatv },     { "glReadPixels", &gl.ReadPixels },
        { "glPixelStorei", &gl.PixelStorei }, { "glPixelTransferf", &gl.PixelTransferf },
        { "glReadBuffer", &gl.ReadBuffer },   { "glBindFramebuffer", &gl.BindFramebuffer },
        { "glBindBuffer", &gl.BindBuffer },   { "glIsEnabled", &gl.IsEnabled },
        { "glEnable", &gl.Enable },           { "glDisable", &gl.Disable },
    };
    (void)ofs_readback_load(names, OFS_ARRAY_LEN(names)); /* ES and old versions have fewer */
}

static bool identify(struct ofs_gl_kind *kind)
{
    const char *version = (const char *)gl.GetString(GL_VERSION);
    GLint profile = 0;
    if (!version)
        return false;
    kind->es = strncmp(version, "OpenGL ES", 9) == 0;
    version += strcspn(version, "0123456789");
    kind->version = (int)strtol(version, NULL, 10) * 10;
    version = strchr(version, '.');
    if (version && version[1] >= '0' && version[1] <= '9')
        kind->version += version[1] - '0';
    if (!kind->es && kind->version >= 32)
        gl.GetIntegerv(GL_CONTEXT_PROFILE_MASK, &profile);
    kind->compat = !kind->es && (profile & GL_CONTEXT_CORE_PROFILE_BIT) == 0;
    return kind->version >= 10;
}

static bool usable(const struct ofs_gl_kind *kind)
{
    return gl.GetIntegerv && gl.ReadPixels && gl.PixelStorei && gl.BindFramebuffer && gl.BindBuffer && gl.ReadBuffer &&
           gl.IsEnabled && gl.Enable && gl.Disable && (!kind->compat || (gl.GetFloatv && gl.PixelTransferf));
}

/* Integer pack settings, what a plain read needs, and since which version of GL and ES they exist (99 = never). */
static const struct {
    GLenum name;
    GLint wanted;
    short gl_since, es_since;
} pack_rows[OFS_READING_PACK] = {
    { GL_PACK_ALIGNMENT, 4, 10, 20 },   { GL_PACK_ROW_LENGTH, 0, 10, 30 }, { GL_PACK_SKIP_ROWS, 0, 10, 30 },
    { GL_PACK_SKIP_PIXELS, 0, 10, 30 }, { GL_PACK_SWAP_BYTES, 0, 10, 99 }, { GL_PACK_LSB_FIRST, 0, 10, 99 },
};

static const struct {
    GLenum name;
    GLfloat wanted;
} transfer_rows[OFS_READING_TRANSFER] = {
    { GL_RED_SCALE, 1 }, { GL_RED_BIAS, 0 },    { GL_GREEN_SCALE, 1 }, { GL_GREEN_BIAS, 0 }, { GL_BLUE_SCALE, 1 },
    { GL_BLUE_BIAS, 0 }, { GL_ALPHA_SCALE, 1 }, { GL_ALPHA_BIAS, 0 },  { GL_MAP_COLOR, 0 },
};

static bool has_pack(const struct ofs_gl_kind *kind, size_t row)
{
    return kind->version >= (kind->es ? pack_rows[row].es_since : pack_rows[row].gl_since);
}

static bool has_buffers(const struct ofs_gl_kind *kind) { return kind->version >= (kind->es ? 30 : 21); }

static GLenum framebuffer_target(const struct ofs_gl_kind *kind)
{
    return kind->es && kind->version < 30 ? GL_FRAMEBUFFER : GL_READ_FRAMEBUFFER;
}

static bool has_framebuffers(const struct ofs_gl_kind *kind) { return kind->es || kind->version >= 30; }

static void prepare(struct ofs_reading *saved)
{
    const struct ofs_gl_kind *kind = &saved->kind;

    /* GL_READ_FRAMEBUFFER_BINDING and GL_FRAMEBUFFER_BINDING differ; ES 2 has only the second. */
    if (has_framebuffers(kind)) {
        gl.GetIntegerv(kind->es && kind->version < 30 ? GL_FRAMEBUFFER_BINDING : GL_READ_FRAMEBUFFER_BINDING,
                       &saved->framebuffer);
        if (saved->framebuffer)
            gl.BindFramebuffer(framebuffer_target(kind), 0);
    }
    if (has_buffers(kind)) {
        gl.GetIntegerv(GL_PIXEL_PACK_BUFFER_BINDING, &saved->pack_buffer);
        if (saved->pack_buffer)
            gl.BindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    }
    if (!kind->es || kind->version >= 30) { /* of the default framebuffer, which is bound now */
        GLint doubled = 1;
        gl.GetIntegerv(GL_READ_BUFFER, &saved->read_buffer);
        if (!kind->es)
            gl.GetIntegerv(GL_DOUBLEBUFFER, &doubled);
        saved->wanted_buffer = doubled ? GL_BACK : GL_FRONT;
        if (saved->read_buffer == (doubled ? GL_BACK_LEFT : GL_FRONT_LEFT))
            saved->wanted_buffer = saved->read_buffer;
        if (saved->read_buffer != saved->wanted_buffer)
            gl.ReadBuffer((GLenum)saved->wanted_buffer);
    }
    for (size_t i = 0; i < OFS_ARRAY_LEN(pack_rows); i++) {
        if (!has_pack(kind, i))
            continue;
        gl.GetIntegerv(pack_rows[i].name, &saved->pack[i]);
        if (saved->pack[i] != pack_rows[i].wanted)
            gl.PixelStorei(pack_rows[i].name, pack_rows[i].wanted);
    }
    for (size_t i = 0; kind->compat && i < OFS_ARRAY_LEN(transfer_rows); i++) {
        gl.GetFloatv(transfer_rows[i].name, &saved->transfer[i]);
        if (saved->transfer[i] != transfer_rows[i].wanted)
            gl.PixelTransferf(transfer_rows[i].name, transfer_rows[i].wanted);
    }
}

static void restore(const struct ofs_reading *saved)
{
    const struct ofs_gl_kind *kind = &saved->kind;

    for (size_t i = 0; kind->compat && i < OFS_ARRAY_LEN(transfer_rows); i++)
        if (saved->transfer[i] != transfer_rows[i].wanted)
            gl.PixelTransferf(transfer_rows[i].name, saved->transfer[i]);
    for (size_t i = 0; i < OFS_ARRAY_LEN(pack_rows); i++)
        if (has_pack(kind, i) && saved->pack[i] != pack_rows[i].wanted)
            gl.PixelStorei(pack_rows[i].name, saved->pack[i]);
    if (saved->read_buffer != saved->wanted_buffer)
        gl.ReadBuffer((GLenum)saved->read_buffer);
    if (saved->pack_buffer)
        gl.BindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)saved->pack_buffer);
    if (saved->framebuffer)
        gl.BindFramebuffer(framebuffer_target(kind), (GLuint)saved->framebuffer);
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

static enum ofs_status begin(struct ofs_reading *reading, uint32_t height_px)
{
    pthread_once(&gl.once, load);
    if (!gl.GetString || !identify(&reading->kind) || !usable(&reading->kind)) {
        ofs_debug("no readback: no context, or entry points are missing");
        return OFS_ENOSYS;
    }
    reading->height_px = height_px;
    /* A driver may tell a debug callback that this read waits for the GPU; the program did not ask for it. */
    if (reading->kind.version >= (reading->kind.es ? 32 : 43)) {
        reading->debug = gl.IsEnabled(GL_DEBUG_OUTPUT);
        if (reading->debug)
            gl.Disable(GL_DEBUG_OUTPUT);
    }
    prepare(reading);
    return OFS_OK;
}

enum ofs_status ofs_reading_begin_here(struct ofs_reading *reading, uint32_t height_px)
{
    memset(reading, 0, sizeof *reading);
    return begin(reading, height_px);
}

enum ofs_status ofs_reading_begin(struct ofs_reading *reading, uint32_t height_px)
{
    enum ofs_status status;

    memset(reading, 0, sizeof *reading);
    reading->elsewhere = place_begin && place_begin();
    status = begin(reading, height_px);
    if (status != OFS_OK && reading->elsewhere)
        place_end();
    return status;
}

void ofs_reading_rows(const struct ofs_reading *reading, uint32_t x_px, uint32_t y_px, uint32_t width_px, uint32_t rows,
                      void *out)
{
    /* Desktop drivers keep BGRA and hand it over unchanged; ES promises RGBA only. */
    gl.ReadPixels((GLint)x_px, (GLint)(reading->height_px - y_px - rows), (GLsizei)width_px, (GLsizei)rows,
                  reading->kind.es ? GL_RGBA : GL_BGRA, GL_UNSIGNED_BYTE, out);
}

void ofs_reading_end(const struct ofs_reading *reading)
{
    restore(reading);
    if (reading->debug)
        gl.Enable(GL_DEBUG_OUTPUT);
    if (reading->elsewhere)
        place_end();
}

enum ofs_status ofs_readback(uint32_t width_px, uint32_t height_px, unsigned char *bgra_out)
{
    struct ofs_reading reading;
    enum ofs_status status = ofs_reading_begin(&reading, height_px);

    if (status != OFS_OK)
        return status;
    ofs_reading_rows(&reading, 0, 0, width_px, height_px, bgra_out);
    ofs_reading_end(&reading);
    flip(bgra_out, height_px, (size_t)width_px * 4);
    if (reading.kind.es)
        swap_red_blue(bgra_out, (size_t)width_px * height_px);
    return OFS_OK;
}
