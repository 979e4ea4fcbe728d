/* Frames into textures: see texture.h.
 *
 * Of all state, a blit depends on the two framebuffer bindings, the read buffer, the scissor test and the conversion
 * to sRGB; making a texture needs a binding. Nothing else is touched. Calls that could raise an error in this version
 * of GL are not made. */
#include "capture/texture.h"

#include <GL/gl.h>
#include <GL/glext.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "capture/readback.h"

/* Entry points; those that a version lacks are NULL or not called. */
static struct {
    pthread_once_t once;
    bool usable;
    void (*GetIntegerv)(GLenum, GLint *);
    GLboolean (*IsEnabled)(GLenum);
    void (*Enable)(GLenum);
    void (*Disable)(GLenum);
    void (*Enablei)(GLenum, GLuint);
    void (*Disablei)(GLenum, GLuint);
    void (*GenTextures)(GLsizei, GLuint *);
    void (*DeleteTextures)(GLsizei, const GLuint *);
    void (*BindTexture)(GLenum, GLuint);
    void (*TexParameteri)(GLenum, GLenum, GLint);
    void (*TexImage2D)(GLenum, GLint, GLint, GLsizei, GLsizei, GLint, GLenum, GLenum, const void *);
    void (*BindBuffer)(GLenum, GLuint);
    void (*GenFramebuffers)(GLsizei, GLuint *);
    void (*DeleteFramebuffers)(GLsizei, const GLuint *);
    void (*BindFramebuffer)(GLenum, GLuint);
    void (*FramebufferTexture2D)(GLenum, GLenum, GLenum, GLuint, GLint);
    GLenum (*CheckFramebufferStatus)(GLenum);
    void (*BlitFramebuffer)(GLint, GLint, GLint, GLint, GLint, GLint, GLint, GLint, GLbitfield, GLenum);
} gl = { .once = PTHREAD_ONCE_INIT };

/* Names to delete when their context is current again, the newest first. */
#define LEFT_BEHIND 32
static struct {
    pthread_mutex_t lock;
    struct ofs_texture_pair rows[LEFT_BEHIND];
} left = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void load(void)
{
    const struct ofs_gl_entry needed[] = {
        { "glGetIntegerv", &gl.GetIntegerv },
        { "glIsEnabled", &gl.IsEnabled },
        { "glEnable", &gl.Enable },
        { "glDisable", &gl.Disable },
        { "glGenTextures", &gl.GenTextures },
        { "glDeleteTextures", &gl.DeleteTextures },
        { "glBindTexture", &gl.BindTexture },
        { "glTexParameteri", &gl.TexParameteri },
        { "glTexImage2D", &gl.TexImage2D },
        { "glBindBuffer", &gl.BindBuffer },
        { "glGenFramebuffers", &gl.GenFramebuffers },
        { "glDeleteFramebuffers", &gl.DeleteFramebuffers },
        { "glBindFramebuffer", &gl.BindFramebuffer },
        { "glFramebufferTexture2D", &gl.FramebufferTexture2D },
        { "glCheckFramebufferStatus", &gl.CheckFramebufferStatus },
        { "glBlitFramebuffer", &gl.BlitFramebuffer },
    };
    const struct ofs_gl_entry of_4_1[] = { { "glEnablei", &gl.Enablei }, { "glDisablei", &gl.Disablei } };

    gl.usable = ofs_readback_load(needed, OFS_ARRAY_LEN(needed));
    (void)ofs_readback_load(of_4_1, OFS_ARRAY_LEN(of_4_1));
}

static enum ofs_status refuse(char *why, size_t why_bytes, const char *reason)
{
    snprintf(why, why_bytes, "%s", reason);
    return OFS_ENOSYS;
}

static GLint value_of(GLenum name)
{
    GLint value = 0;

    gl.GetIntegerv(name, &value);
    return value;
}

/* -- objects ------------------------------------------------------------------------------------------------------- */

static void delete_objects(const struct ofs_texture_pair *pair)
{
    for (int i = 0; i < 2; i++) {
        if (pair->framebuffers[i])
            gl.DeleteFramebuffers(1, &pair->framebuffers[i]);
        if (pair->names[i])
            gl.DeleteTextures(1, &pair->names[i]);
    }
}

static void delete_left_behind(uint64_t context)
{
    struct ofs_texture_pair pair;
    bool found;

    do {
        found = false;
        pthread_mutex_lock(&left.lock);
        for (int i = 0; i < LEFT_BEHIND && !found; i++) {
            if (left.rows[i].context != context)
                continue;
            pair = left.rows[i];
            memset(&left.rows[i], 0, sizeof left.rows[i]);
            found = true;
        }
        pthread_mutex_unlock(&left.lock);
        if (found)
            delete_objects(&pair);
    } while (found);
}

/* A complete texture without pixels. With no data, the unpack settings do not matter, but an unpack buffer would. */
static GLuint make_texture(uint32_t width_px, uint32_t height_px)
{
    GLint bound = value_of(GL_TEXTURE_BINDING_2D), buffer = value_of(GL_PIXEL_UNPACK_BUFFER_BINDING);
    GLuint name = 0;

    gl.GenTextures(1, &name);
    gl.BindTexture(GL_TEXTURE_2D, name);
    if (buffer)
        gl.BindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    gl.TexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, (GLsizei)width_px, (GLsizei)height_px, 0, GL_RGBA, GL_UNSIGNED_BYTE,
                  NULL);
    gl.TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST); /* else it is incomplete without mipmaps */
    gl.TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    gl.TexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 0);
    if (buffer)
        gl.BindBuffer(GL_PIXEL_UNPACK_BUFFER, (GLuint)buffer);
    gl.BindTexture(GL_TEXTURE_2D, (GLuint)bound);
    return name;
}

/* Make texture and framebuffer i; the framebuffer is then bound for drawing. */
static bool make_target(struct ofs_texture_pair *pair, unsigned i)
{
    pair->names[i] = make_texture(pair->width_px, pair->height_px);
    gl.GenFramebuffers(1, &pair->framebuffers[i]);
    gl.BindFramebuffer(GL_DRAW_FRAMEBUFFER, pair->framebuffers[i]);
    gl.FramebufferTexture2D(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, pair->names[i], 0);
    if (gl.CheckFramebufferStatus(GL_DRAW_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE)
        return true;
    gl.DeleteFramebuffers(1, &pair->framebuffers[i]);
    gl.DeleteTextures(1, &pair->names[i]);
    pair->framebuffers[i] = pair->names[i] = 0;
    return false;
}

/* -- the copy ------------------------------------------------------------------------------------------------------ */

/* What is in the way of a plain blit. With several viewports only the first one's scissor test counts, and the test of
 * all would be lost in a plain switch. */
struct switches {
    bool scissor, indexed, srgb;
};

static struct switches clear_the_way(const struct ofs_gl_kind *kind)
{
    struct switches was = { .scissor = gl.IsEnabled(GL_SCISSOR_TEST) };

    was.indexed = !kind->es && kind->version >= 41 && gl.Enablei && gl.Disablei;
    was.srgb = !kind->es && gl.IsEnabled(GL_FRAMEBUFFER_SRGB);
    if (was.scissor && was.indexed)
        gl.Disablei(GL_SCISSOR_TEST, 0);
    else if (was.scissor)
        gl.Disable(GL_SCISSOR_TEST);
    if (was.srgb)
        gl.Disable(GL_FRAMEBUFFER_SRGB);
    return was;
}

static void put_back(const struct switches *was)
{
    if (was->scissor && was->indexed)
        gl.Enablei(GL_SCISSOR_TEST, 0);
    else if (was->scissor)
        gl.Enable(GL_SCISSOR_TEST);
    if (was->srgb)
        gl.Enable(GL_FRAMEBUFFER_SRGB);
}

static enum ofs_status check_context(const struct ofs_gl_kind *kind, uint32_t width_px, uint32_t height_px, char *why,
                                     size_t why_bytes)
{
    GLint largest;

    if (!gl.usable || kind->version < 30)
        return refuse(why, why_bytes, "frames can be copied within the GPU from OpenGL 3.0 and OpenGL ES 3.0 on");
    largest = value_of(GL_MAX_TEXTURE_SIZE);
    if (width_px > (uint32_t)largest || height_px > (uint32_t)largest)
        return refuse(why, why_bytes, "the frame is larger than a texture can be");
    return OFS_OK;
}

/* With the read framebuffer and buffer set; leaves the draw framebuffer changed. */
static enum ofs_status copy(struct ofs_texture_pair *pair, const struct ofs_gl_kind *kind, bool two, char *why,
                            size_t why_bytes)
{
    unsigned to = two && pair->taken ? 1 - pair->newest : pair->newest;
    GLint width = (GLint)pair->width_px, height = (GLint)pair->height_px;
    struct switches was;

    if (kind->es) { /* ES resolves samples into the very same format only, and says so by an error */
        gl.BindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
        if (value_of(GL_SAMPLE_BUFFERS))
            return refuse(why, why_bytes, "OpenGL ES cannot copy multisampled frames into textures");
    }
    if (pair->names[to])
        gl.BindFramebuffer(GL_DRAW_FRAMEBUFFER, pair->framebuffers[to]);
    else if (!make_target(pair, to))
        return refuse(why, why_bytes, "the driver cannot draw into a texture");
    was = clear_the_way(kind);
    gl.BlitFramebuffer(0, 0, width, height, 0, 0, width, height, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    put_back(&was);
    pair->newest = to;
    if (pair->taken < (two ? 2 : 1))
        pair->taken++;
    return OFS_OK;
}

bool ofs_texture_fits(const struct ofs_texture_pair *pair, uint64_t context, uint32_t width_px, uint32_t height_px)
{
    return pair->context == context && pair->width_px == width_px && pair->height_px == height_px;
}

enum ofs_status ofs_texture_take(struct ofs_texture_pair *pair, uint64_t context, uint32_t width_px, uint32_t height_px,
                                 bool two, char *why, size_t why_bytes)
{
    struct ofs_reading reading;
    enum ofs_status status;
    GLint draw;

    pthread_once(&gl.once, load);
    if (!context || ofs_reading_begin_here(&reading, height_px) != OFS_OK)
        return refuse(why, why_bytes, "the frames of this context cannot be read");
    status = check_context(&reading.kind, width_px, height_px, why, why_bytes);
    if (status == OFS_OK) {
        if (!ofs_texture_fits(pair, context, width_px, height_px)) {
            ofs_texture_finish(pair);
            pair->context = context;
            pair->width_px = width_px;
            pair->height_px = height_px;
        }
        delete_left_behind(context);
        draw = value_of(GL_DRAW_FRAMEBUFFER_BINDING);
        status = copy(pair, &reading.kind, two, why, why_bytes);
        gl.BindFramebuffer(GL_DRAW_FRAMEBUFFER, (GLuint)draw);
    }
    ofs_reading_end(&reading);
    return status;
}

/* -- the end ------------------------------------------------------------------------------------------------------- */

void ofs_texture_finish(struct ofs_texture_pair *pair)
{
    if (pair->names[0] || pair->names[1]) {
        unsigned place = 0;

        pthread_mutex_lock(&left.lock);
        while (place < LEFT_BEHIND - 1 && left.rows[place].context)
            place++;
        /* Where all are taken the oldest one gives way: its context is most likely gone. */
        memmove(&left.rows[1], &left.rows[0], place * sizeof left.rows[0]);
        left.rows[0] = *pair;
        pthread_mutex_unlock(&left.lock);
    }
    memset(pair, 0, sizeof *pair);
}

void ofs_texture_fork_child(void)
{
    pthread_mutex_init(&left.lock, NULL);
    memset(left.rows, 0, sizeof left.rows);
}
