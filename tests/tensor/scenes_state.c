/* A capture leaves no trace in the program's GL: state, errors and debug output are as they would be without it. */
#include <stdio.h>

#include "rig.h"

#define MAX_ROWS 64

static const GLenum common_rows[] = {
    GL_PACK_ALIGNMENT, GL_PACK_ROW_LENGTH, GL_PACK_SKIP_ROWS, GL_PACK_SKIP_PIXELS, GL_PACK_SWAP_BYTES, GL_PACK_LSB_FIRST,
    GL_PACK_IMAGE_HEIGHT, GL_PACK_SKIP_IMAGES, GL_UNPACK_ALIGNMENT, GL_UNPACK_ROW_LENGTH, GL_UNPACK_SKIP_ROWS,
    GL_UNPACK_SKIP_PIXELS, GL_UNPACK_SWAP_BYTES, GL_PIXEL_PACK_BUFFER_BINDING, GL_PIXEL_UNPACK_BUFFER_BINDING,
    GL_ARRAY_BUFFER_BINDING, GL_READ_FRAMEBUFFER_BINDING, GL_DRAW_FRAMEBUFFER_BINDING, GL_RENDERBUFFER_BINDING,
    GL_READ_BUFFER, GL_DRAW_BUFFER, GL_TEXTURE_BINDING_2D, GL_ACTIVE_TEXTURE, GL_CURRENT_PROGRAM, GL_VERTEX_ARRAY_BINDING,
    GL_SCISSOR_TEST, GL_BLEND, GL_DEPTH_TEST, GL_FRAMEBUFFER_SRGB, GL_COPY_READ_BUFFER_BINDING, GL_COPY_WRITE_BUFFER_BINDING,
    GL_DEBUG_OUTPUT, GL_DEBUG_OUTPUT_SYNCHRONOUS,
};
static const GLenum compat_rows[] = {
    GL_RED_SCALE, GL_RED_BIAS, GL_GREEN_SCALE, GL_GREEN_BIAS, GL_BLUE_SCALE, GL_BLUE_BIAS, GL_ALPHA_SCALE, GL_ALPHA_BIAS,
    GL_MAP_COLOR, GL_MAP_STENCIL, GL_INDEX_SHIFT, GL_DEPTH_SCALE,
};
static const GLenum es2_rows[] = { GL_PACK_ALIGNMENT, GL_UNPACK_ALIGNMENT, GL_FRAMEBUFFER_BINDING, GL_RENDERBUFFER_BINDING,
                                   GL_TEXTURE_BINDING_2D, GL_ACTIVE_TEXTURE, GL_CURRENT_PROGRAM, GL_ARRAY_BUFFER_BINDING };
static const GLenum es3_rows[] = { GL_PACK_ROW_LENGTH, GL_PACK_SKIP_ROWS, GL_PACK_SKIP_PIXELS, GL_PIXEL_PACK_BUFFER_BINDING,
                                   GL_READ_FRAMEBUFFER_BINDING, GL_DRAW_FRAMEBUFFER_BINDING, GL_READ_BUFFER };

struct state {
    int count;
    GLenum names[MAX_ROWS];
    GLfloat values[MAX_ROWS][4];
};

static void add(struct state *state, const GLenum *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        state->names[state->count] = names[i];
        glGetFloatv(names[i], state->values[state->count++]);
    }
}
#define ADD(state, rows) add((state), (rows), sizeof(rows) / sizeof(rows)[0])

static struct state look(enum kind kind)
{
    struct state state = { 0 };
    if (kind == COMPAT || kind == CORE)
        ADD(&state, common_rows);
    if (kind == COMPAT)
        ADD(&state, compat_rows);
    if (kind == ES2 || kind == ES3)
        ADD(&state, es2_rows);
    if (kind == ES3)
        ADD(&state, es3_rows);
    return state;
}

static void check_same(const struct state *before, enum kind kind, const char *when)
{
    struct state after = look(kind);
    for (int i = 0; i < after.count; i++)
        if (memcmp(before->values[i], after.values[i], sizeof after.values[i]) != 0) {
            fprintf(stderr, "%s: 0x%x was %g and is %g\n", when, after.names[i], (double)before->values[i][0],
                    (double)after.values[i][0]);
            CHECK(!"state is as it was");
        }
    CHECK(glGetError() == GL_NO_ERROR);
}

/* Objects that get in the way of a read, and every setting as unusual as it may be. */
static void clutter(enum kind kind)
{
    GLuint texture, framebuffer, buffers[2];

    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glGenFramebuffers(1, &framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    fill(77); /* what a read of the wrong framebuffer would see */
    glPixelStorei(GL_PACK_ALIGNMENT, 8);
    if (kind == ES2)
        return;
    glGenBuffers(2, buffers);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, buffers[0]);
    glBufferData(GL_PIXEL_PACK_BUFFER, 64, NULL, GL_STREAM_READ);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, buffers[1]);
    glPixelStorei(GL_PACK_ROW_LENGTH, 333);
    glPixelStorei(GL_PACK_SKIP_ROWS, 5);
    glPixelStorei(GL_PACK_SKIP_PIXELS, 7);
    if (kind == ES3)
        return;
    glPixelStorei(GL_PACK_SWAP_BYTES, GL_TRUE);
    glPixelStorei(GL_PACK_LSB_FIRST, GL_TRUE);
    glPixelStorei(GL_PACK_IMAGE_HEIGHT, 9);
    glEnable(GL_FRAMEBUFFER_SRGB);
    glEnable(GL_SCISSOR_TEST);
    if (kind != COMPAT)
        return;
    glPixelTransferf(GL_RED_SCALE, 0.5f);
    glPixelTransferf(GL_GREEN_BIAS, 0.25f);
    glPixelTransferf(GL_BLUE_BIAS, -1);
    glPixelTransferi(GL_MAP_COLOR, GL_TRUE);
}

/* Draws a level to the window with the clutter in place. */
static void draw(enum kind kind, int level)
{
    GLint framebuffer = 0;
    glGetIntegerv(GL_FRAMEBUFFER_BINDING, &framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    if (kind == COMPAT || kind == CORE)
        glDisable(GL_FRAMEBUFFER_SRGB);
    fill(level);
    if (kind == COMPAT || kind == CORE)
        glEnable(GL_FRAMEBUFFER_SRGB);
    glBindFramebuffer(GL_FRAMEBUFFER, (GLuint)framebuffer);
}

static void run(enum kind kind, bool doubled)
{
    struct window window;
    struct ofs_capture *capture, *second;
    struct ofs_capture_desc desc = describe(1, 1);

    window_open(&window, kind, doubled, 90, 70);
    clutter(kind);
    desc.plan.max_frames = 2;
    capture = open_levels(0, 3, 0);
    second = open_capture(&desc);
    CHECK(glGetError() == GL_NO_ERROR);
    for (int i = 1; i <= 4; i++) {
        struct ofs_frame frame = empty_frame();
        struct state before;
        draw(kind, 20 * i);
        if (kind == COMPAT || kind == CORE)
            glReadBuffer(i % 2 ? GL_COLOR_ATTACHMENT0 : GL_NONE);
        before = look(kind);
        window_show(&window);
        check_same(&before, kind, "after the swap");
        CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
        check_same(&before, kind, "after next");
        if (i == 1)
            CHECK_LEVELS(&frame, 20, 20, 20);
        if (i == 4)
            CHECK_LEVELS(&frame, 40, 60, 80);
        ofs_frame_release(&frame, 0);
    }
    ofs_capture_close(second);
    ofs_capture_close(capture);
    CHECK(glGetError() == GL_NO_ERROR);
}

static void state_compat(void) { run(COMPAT, true); }
static void state_core(void) { run(CORE, true); }
static void state_es2(void) { run(ES2, true); }
static void state_es3(void) { run(ES3, true); }
static void state_single(void) { run(COMPAT, false); }

/* The default framebuffer's own read buffer: front, none, back. */
static void state_read_buffer(void)
{
    static const GLenum buffers[] = { GL_FRONT, GL_NONE, GL_BACK, GL_BACK_LEFT, GL_FRONT_LEFT };
    struct window window;
    struct ofs_capture *capture;

    window_open(&window, COMPAT, true, 30, 30);
    capture = open_levels(0, 1, 0);
    for (int i = 0; i < 10; i++) {
        struct ofs_frame frame = empty_frame();
        GLint before = 0, after = 0;
        fill(10 + i);
        glReadBuffer(buffers[i % 5]);
        glGetIntegerv(GL_READ_BUFFER, &before);
        window_show(&window);
        CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
        glGetIntegerv(GL_READ_BUFFER, &after);
        CHECK(before == after);
        CHECK_LEVELS(&frame, 10 + i);
        ofs_frame_release(&frame, 0);
        CHECK(glGetError() == GL_NO_ERROR);
    }
    ofs_capture_close(capture);
}

/* An error that the program has not asked for yet stays, and is the only one. */
static void state_errors(void)
{
    for (enum kind kind = COMPAT; kind <= ES3; kind++) {
        struct window window;
        struct ofs_capture *capture;
        window_open(&window, kind, true, 40, 30);
        capture = open_levels((uint32_t)window.id, 2, 0);
        for (int i = 1; i <= 5; i++) {
            struct ofs_frame frame = empty_frame();
            fill(i);
            glEnable(0xdead);
            window_show(&window);
            CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
            CHECK(glGetError() == GL_INVALID_ENUM);
            CHECK(glGetError() == GL_NO_ERROR);
            ofs_frame_release(&frame, 0);
        }
        ofs_capture_close(capture);
        window_close(&window);
    }
}

static int messages;

static void APIENTRY count_message(GLenum source, GLenum type, GLuint id, GLenum severity, GLsizei length,
                                   const GLchar *message, const void *data)
{
    messages++;
}

/* Debug output says nothing of our reads, and still says what the program does wrong. */
static void state_debug(void)
{
    struct window window;
    struct ofs_capture *capture;

    window_open(&window, COMPAT, true, 64, 48);
    glEnable(GL_DEBUG_OUTPUT);
    glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
    glDebugMessageCallback(count_message, NULL);
    glDebugMessageControl(GL_DONT_CARE, GL_DONT_CARE, GL_DONT_CARE, 0, NULL, GL_TRUE);
    capture = open_levels(0, 1, 0);
    for (int i = 1; i <= 5; i++) {
        struct ofs_frame frame = empty_frame();
        int before;
        fill(i);
        before = messages;
        window_show(&window);
        CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
        CHECK(messages == before);
        glEnable(0xdead);
        CHECK(messages == before + 1);
        CHECK(glIsEnabled(GL_DEBUG_OUTPUT));
        ofs_frame_release(&frame, 0);
    }
    ofs_capture_close(capture);
}

const struct scene scenes_state[] = {
    { "state_compat", state_compat },           { "state_core", state_core },     { "state_es2", state_es2 },
    { "state_es3", state_es3 },                 { "state_single", state_single }, { "state_read_buffer", state_read_buffer },
    { "state_errors", state_errors },           { "state_debug", state_debug },   { NULL, NULL },
};
