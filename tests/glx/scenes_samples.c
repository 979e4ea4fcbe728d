/* Windows with four samples a pixel. What is read of them is what the samples combine to; Mesa on Xvfb shows that, and gives
 * it where a program resolves by itself, but reads a single sample. */
#include <stdlib.h>
#include <string.h>

#include "one_window.h"

#define WIDTH  100
#define HEIGHT 80

static void open_one(bool double_buffer, bool srgb)
{
    window_open(&window, choose(double_buffer, 4, srgb), WIDTH, HEIGHT);
    context = glXCreateNewContext(dpy, window.config, GLX_RGBA_TYPE, NULL, True);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    glViewport(0, 0, WIDTH, HEIGHT);
}

/* Slanted edges, of which no pixel is the same; the second is another picture. */
static void draw(int which)
{
    fill(0.1f, 0, 0.2f);
    glBegin(GL_TRIANGLES);
    glColor3f(1, 1, 1);
    glVertex2f(-0.93f, -0.9f);
    glVertex2f(0.9f, which ? 0.55f : -0.35f);
    glVertex2f(-0.4f, 0.95f);
    glColor3f(0, 1, 0.5f);
    glVertex2f(0.2f, -0.8f);
    glVertex2f(0.97f, -0.71f);
    glVertex2f(0.71f, 0.93f);
    glEnd();
}

/* The picture as the program resolves it itself, which all servers do alike; FBO 0 is bound before and after. */
static void resolve(GLenum format, uint8_t *rgba)
{
    GLuint texture, framebuffer;

    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, (GLint)format, WIDTH, HEIGHT, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glGenFramebuffers(1, &framebuffer);
    glBindFramebuffer(GL_DRAW_FRAMEBUFFER, framebuffer);
    glFramebufferTexture2D(GL_DRAW_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    glBlitFramebuffer(0, 0, WIDTH, HEIGHT, 0, 0, WIDTH, HEIGHT, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer);
    glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    glDeleteFramebuffers(1, &framebuffer);
    glDeleteTextures(1, &texture);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        rgba[4 * i + 3] = 255;
}

static uint32_t hash_of(const uint8_t *rgba)
{
    uint32_t hash = 2166136261u;

    for (int i = 0; i < WIDTH * HEIGHT * 4; i++)
        hash = (hash ^ rgba[i]) * 16777619u;
    return hash;
}

/* -- the same on Xvfb --------------------------------------------------------------------------------------------- */

static void seen(bool double_buffer, bool srgb)
{
    static uint8_t own[WIDTH * HEIGHT * 4];

    open_one(double_buffer, srgb);
    if (srgb)
        glEnable(GL_FRAMEBUFFER_SRGB);
    for (int which = 0; which < 2; which++) {
        draw(which);
        resolve(srgb ? GL_SRGB8_ALPHA8 : GL_RGBA8, own);
        say("resolved: %08x", hash_of(own));
        glXSwapBuffers(dpy, window.id);
        glFinish();
        glXWaitGL();
        say("seen: %08x, the same: %d", image_hash(window.id, WIDTH, HEIGHT),
            image_hash(window.id, WIDTH, HEIGHT) == hash_of(own));
    }
    end();
}

static void samples_seen(void)
{
    seen(true, false);
}

static void samples_seen_single(void)
{
    seen(false, false);
}

static void samples_seen_srgb(void)
{
    seen(true, true);
}

/* -- what OpenGL says ---------------------------------------------------------------------------------------------- */

static bool is_level(uint8_t value, uint8_t low, uint8_t high)
{
    for (int quarter = 0; quarter <= 4; quarter++)
        if (abs(value * 4 - (low * (4 - quarter) + high * quarter)) <= 4)
            return true;
    return false;
}

/* Reads that must all give `picture`, the window's resolved pixels. */
static void read_all_ways(const uint8_t *picture)
{
    static uint8_t read[WIDTH * HEIGHT * 4], row[(WIDTH + 7) * 4 * 10];
    GLuint buffer;
    uint8_t *mapped;

    glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, read);
    CHECK(memcmp(read, picture, sizeof(read)) == 0);
    memset(read, 0, sizeof(read));
    glReadnPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, sizeof(read), read);
    CHECK(memcmp(read, picture, sizeof(read)) == 0);
    /* Single pixels. */
    for (int x = 0; x < WIDTH; x += 7) {
        glReadPixels(x, x % HEIGHT, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, read);
        CHECK(memcmp(read, picture + ((x % HEIGHT) * WIDTH + x) * 4, 4) == 0);
    }
    /* With the program's pack settings, and over the edges: those pixels are left alone. */
    memset(row, 77, sizeof(row));
    glPixelStorei(GL_PACK_ROW_LENGTH, WIDTH + 7);
    glPixelStorei(GL_PACK_SKIP_PIXELS, 2);
    glReadPixels(-3, HEIGHT - 5, WIDTH, 9, GL_RGBA, GL_UNSIGNED_BYTE, row);
    glPixelStorei(GL_PACK_ROW_LENGTH, 0);
    glPixelStorei(GL_PACK_SKIP_PIXELS, 0);
    CHECK(memcmp(row + (2 + 3) * 4, picture + (HEIGHT - 5) * WIDTH * 4, (WIDTH - 3) * 4) == 0);
    CHECK(row[0] == 77);
    /* Into a buffer. */
    glGenBuffers(1, &buffer);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, buffer);
    glBufferData(GL_PIXEL_PACK_BUFFER, sizeof(read), NULL, GL_STREAM_READ);
    glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    mapped = glMapBuffer(GL_PIXEL_PACK_BUFFER, GL_READ_ONLY);
    CHECK(mapped && memcmp(mapped, picture, sizeof(read)) == 0);
    glUnmapBuffer(GL_PIXEL_PACK_BUFFER);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    glDeleteBuffers(1, &buffer);
    /* Copied, which resolves everywhere. */
    glCopyTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 0, 0, WIDTH, HEIGHT, 0);
    glGetTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, read);
    for (int i = 0; i < WIDTH * HEIGHT; i++)
        read[4 * i + 3] = 255;
    CHECK(memcmp(read, picture, sizeof(read)) == 0);
    CHECK(glGetError() == GL_NO_ERROR);
}

static void samples_read(void)
{
    static uint8_t picture[WIDTH * HEIGHT * 4], other[WIDTH * HEIGHT * 4];
    int between = 0;

    open_one(true, false);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    draw(0);
    resolve(GL_RGBA8, picture);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        uint8_t blue = picture[4 * i + 2];

        between += blue != 51 && blue != 255 && blue != 128;
        CHECK(is_level(blue, 51, 255) || is_level(blue, 51, 128) || is_level(blue, 128, 255));
    }
    CHECK(between > 50);
    read_all_ways(picture);
    /* Drawing goes on where it was, and the samples are still there: a second picture over half of the first. */
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 0, WIDTH / 2, HEIGHT);
    draw(1);
    glDisable(GL_SCISSOR_TEST);
    resolve(GL_RGBA8, other);
    CHECK(memcmp(other, picture, sizeof(other)) != 0);
    CHECK(memcmp(other + WIDTH / 2 * 4, picture + WIDTH / 2 * 4, WIDTH / 2 * 4) == 0);
    read_all_ways(other);
    glXSwapBuffers(dpy, window.id);
    CHECK(image_hash(window.id, WIDTH, HEIGHT) == hash_of(other));
    read_all_ways(other);
    end();
}

/* What must not be touched by it: errors, the depth, framebuffer objects, the front buffer, lists, queries. */
static void samples_aside(void)
{
    static uint8_t picture[WIDTH * HEIGHT * 4], front[WIDTH * HEIGHT * 4];
    GLuint query, drawn = 0, texture, framebuffer;
    GLint viewport[4], buffer = 0;
    float depth = 0;

    open_one(true, false);
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glGenQueries(1, &query);
    glClearDepth(0.25);
    glClear(GL_DEPTH_BUFFER_BIT);
    glBeginQuery(GL_SAMPLES_PASSED, query);
    draw(0);
    CHECK(pixel_at(40, 40) == WHITE);
    glRectf(-1, -1, 1, 1);
    glEndQuery(GL_SAMPLES_PASSED);
    glGetQueryObjectuiv(query, GL_QUERY_RESULT, &drawn);
    CHECK(drawn > 4 * WIDTH * HEIGHT && drawn < 8 * WIDTH * HEIGHT); /* the copies are not counted */
    glReadPixels(5, 5, 1, 1, GL_DEPTH_COMPONENT, GL_FLOAT, &depth);
    CHECK(depth > 0.249f && depth < 0.251f);
    CHECK(glGetError() == GL_NO_ERROR);
    glReadPixels(0, 0, 1, 1, 0x1234, GL_UNSIGNED_BYTE, picture);
    CHECK(glGetError() == GL_INVALID_ENUM);
    glReadPixels(0, 0, -1, 1, GL_RGBA, GL_UNSIGNED_BYTE, picture);
    CHECK(glGetError() == GL_INVALID_VALUE);
    glReadBuffer(GL_NONE);
    glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, picture);
    CHECK(glGetError() == GL_INVALID_OPERATION);
    glReadBuffer(GL_BACK);
    glViewport(1, 2, 33, 44);
    (void)pixel_at(1, 1);
    glGetIntegerv(GL_VIEWPORT, viewport);
    CHECK(viewport[0] == 1 && viewport[1] == 2 && viewport[2] == 33 && viewport[3] == 44);
    glViewport(0, 0, WIDTH, HEIGHT);
    /* The front holds the older picture. */
    draw(0);
    glXSwapBuffers(dpy, window.id);
    glReadBuffer(GL_FRONT);
    glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, front);
    draw(1);
    glReadBuffer(GL_BACK);
    resolve(GL_RGBA8, picture);
    read_all_ways(picture);
    glReadBuffer(GL_FRONT);
    CHECK(memcmp(front, picture, sizeof(front)) != 0);
    read_all_ways(front);
    glGetIntegerv(GL_READ_BUFFER, &buffer);
    CHECK(buffer == GL_FRONT);
    glReadBuffer(GL_BACK);
    /* A framebuffer object is read as it is. */
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    glGenFramebuffers(1, &framebuffer);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
    glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
    fill(0, 0, 1);
    CHECK(pixel_at(3, 3) == BLUE);
    glXSwapBuffers(dpy, window.id);
    CHECK(pixel_at(3, 3) == BLUE);
    glBindFramebuffer(GL_FRAMEBUFFER, 0);
    read_all_ways(picture);
    /* After a resize there are new samples. */
    window_resize(&window, WIDTH + 20, HEIGHT + 10);
    glViewport(0, 0, WIDTH + 20, HEIGHT + 10);
    fill(0, 1, 0);
    CHECK(pixel_at(WIDTH + 15, HEIGHT + 5) == GREEN);
    end();
}

const struct scene scenes_samples[] = {
    {"samples_seen", samples_seen, false},
    {"samples_seen_single", samples_seen_single, false},
    {"samples_seen_srgb", samples_seen_srgb, false},
    {"samples_read", samples_read, true},
    {"samples_aside", samples_aside, true},
    {NULL, NULL, false},
};
