/* Frames through every client API, sizes, and more than one window. */
#include <stdio.h>
#include <string.h>

#include "scene.h"

static void say_size(const struct window *window)
{
    EGLint width = 0, height = 0;

    eglQuerySurface(egl, window->surface, EGL_WIDTH, &width);
    eglQuerySurface(egl, window->surface, EGL_HEIGHT, &height);
    say("surface %dx%d", width, height);
}

/* "OpenGL ES 3.2 Mesa 22.3.6": the first words, which do not depend on the driver's version. */
static void say_version(void)
{
    const char *version = (const char *)glGetString(GL_VERSION);
    float number = 0;

    if (sscanf(version, "OpenGL ES-CM %f", &number) == 1)
        say("OpenGL ES-CM %.1f", number);
    else if (sscanf(version, "OpenGL ES %f", &number) == 1)
        say("OpenGL ES %.1f", number);
    else if (sscanf(version, "%f", &number) == 1)
        say("OpenGL %.1f", number);
}

static void frames(EGLint renderable, EGLContext (*make)(EGLConfig config), void (*draw)(int, int, int), int samples)
{
    struct window window;
    EGLContext context;

    window_open(&window, choose(renderable, samples), 200, 150);
    context = make(window.config);
    say("context %d, made current: %d", context != EGL_NO_CONTEXT,
        eglMakeCurrent(egl, window.surface, window.surface, context));
    say_version();
    say_viewport("initial");
    for (int step = 0; step < 3; step++) {
        draw(window.width, window.height, step);
        if (!samples) /* Mesa on Xvfb reads single samples: see tests/glx/scenes_samples.c */
            say_pixels("before the swap", window.width, window.height);
        CHECK(eglSwapBuffers(egl, window.surface));
        if (samples)
            say("seen: %08x", image_hash(window.id, window.width, window.height));
    }
    say_egl("frames");
    eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    CHECK(eglDestroyContext(egl, context));
    window_close(&window);
}

static EGLContext make_es1(EGLConfig config)
{
    return context_es(config, 1, EGL_NO_CONTEXT);
}

static EGLContext make_es2(EGLConfig config)
{
    return context_es(config, 2, EGL_NO_CONTEXT);
}

static EGLContext make_es3(EGLConfig config)
{
    return context_es(config, 3, EGL_NO_CONTEXT);
}

static EGLContext make_gl(EGLConfig config)
{
    eglBindAPI(EGL_OPENGL_API);
    return eglCreateContext(egl, config, EGL_NO_CONTEXT, NULL);
}

static EGLContext make_core(EGLConfig config)
{
    static const EGLint attribs[] = {EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 3,
                                     EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};

    eglBindAPI(EGL_OPENGL_API);
    return eglCreateContext(egl, config, EGL_NO_CONTEXT, attribs);
}

static void es1(void)
{
    frames(EGL_OPENGL_ES_BIT, make_es1, draw_fixed, 0);
}

static void es2(void)
{
    frames(EGL_OPENGL_ES2_BIT, make_es2, draw_es2, 0);
    frames(EGL_OPENGL_ES2_BIT, make_es2, draw_es2, 4);
}

static void es3(void)
{
    frames(EGL_OPENGL_ES3_BIT, make_es3, draw_es2, 0);
}

static void gl(void)
{
    frames(EGL_OPENGL_BIT, make_gl, draw_fixed, 0);
    frames(EGL_OPENGL_BIT, make_gl, draw_fixed, 4);
}

static void core(void)
{
    frames(EGL_OPENGL_BIT, make_core, draw_core, 0);
}

/* What GL says of the default framebuffer of a window, and its two buffers. */
static void buffers(void)
{
    struct window window;
    EGLContext contexts[2];
    GLint value;

    window_open(&window, choose(EGL_OPENGL_BIT | EGL_OPENGL_ES3_BIT, 0), 60, 40);
    contexts[0] = make_gl(window.config);
    contexts[1] = make_es3(window.config);
    for (int i = 0; i < 2; i++) {
        static const GLenum back = GL_BACK, none = GL_NONE;

        CHECK(eglMakeCurrent(egl, window.surface, window.surface, contexts[i]));
        glGetIntegerv(GL_READ_BUFFER, &value);
        say("read buffer 0x%x", (unsigned)value);
        glGetIntegerv(GL_DRAW_BUFFER0, &value);
        say("draw buffer 0x%x", (unsigned)value);
        if (i == 0) {
            glGetIntegerv(GL_DOUBLEBUFFER, &value);
            say("double buffer %d", value);
        }
        glDrawBuffers(1, &none);
        fill(1, 1, 1);
        glDrawBuffers(1, &back);
        glReadBuffer(GL_BACK);
        fill(0, 1, 0);
        say("back %06x, GL error 0x%x", pixel_at(3, 3), glGetError());
    }
    window_close(&window);
}

/* The front buffer, which Mesa on Xvfb cannot read. */
static void front(void)
{
    struct window window;
    EGLContext context;

    window_open(&window, choose(EGL_OPENGL_BIT, 0), 60, 40);
    context = make_gl(window.config);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    fill(1, 0, 0);
    eglSwapBuffers(egl, window.surface);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(1, 1) == 0xff0000);
    fill(0, 0, 1);
    CHECK(pixel_at(1, 1) == 0xff0000);
    glReadBuffer(GL_BACK);
    CHECK(pixel_at(1, 1) == 0x0000ff);
    eglSwapBuffers(egl, window.surface);
    fill(0, 1, 0);
    glReadBuffer(GL_FRONT);
    CHECK(pixel_at(1, 1) == 0x0000ff);
    CHECK(glGetError() == GL_NO_ERROR);
    window_close(&window);
}

static void resize(void)
{
    static const int sizes[][2] = {{300, 100}, {64, 64}, {401, 299}};
    struct window window;
    EGLContext context;

    window_open(&window, choose(EGL_OPENGL_ES2_BIT, 0), 200, 150);
    context = make_es2(window.config);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    say_size(&window);
    draw_es2(200, 150, 0);
    eglSwapBuffers(egl, window.surface);
    for (int i = 0; i < 3; i++) {
        window_resize(&window, sizes[i][0], sizes[i][1]);
        eglSwapBuffers(egl, window.surface); /* Mesa on Xvfb follows at the swap only */
        say_size(&window);
        say_viewport("after the resize");
        draw_es2(window.width, window.height, i + 1);
        say_pixels("resized", window.width, window.height);
        eglSwapBuffers(egl, window.surface);
    }
    eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    window_close(&window);
}

/* The program resizes its window and draws on without waiting: what it draws has the new size. */
static void resize_unseen(void)
{
    struct window window;
    EGLContext context;
    uint32_t hash;

    window_open(&window, choose(EGL_OPENGL_ES2_BIT, 0), 90, 60);
    context = make_es2(window.config);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    draw_es2(90, 60, 1);
    XResizeWindow(dpy, window.id, 150, 130);
    draw_es2(150, 130, 1);
    hash = pixel_hash(150, 130);
    CHECK(pixel_at(149, 129) == 0x334c66);
    eglSwapBuffers(egl, window.surface);
    draw_es2(150, 130, 1);
    CHECK(hash == pixel_hash(150, 130));
    window_close(&window);
}

static void two_windows(void)
{
    struct window first, second;
    EGLContext context;

    window_open(&first, choose(EGL_OPENGL_ES2_BIT, 0), 200, 150);
    window_open(&second, first.config, 100, 220);
    context = make_es2(first.config);
    for (int step = 0; step < 3; step++) {
        CHECK(eglMakeCurrent(egl, first.surface, first.surface, context));
        say_viewport("first");
        draw_es2(first.width, first.height, step);
        CHECK(eglMakeCurrent(egl, second.surface, second.surface, context));
        draw_es2(second.width, second.height, 10 - step);
        say_pixels("second", second.width, second.height);
        eglSwapBuffers(egl, second.surface);
        CHECK(eglMakeCurrent(egl, first.surface, first.surface, context));
        say_pixels("first", first.width, first.height);
        eglSwapBuffers(egl, first.surface);
    }
    /* One is drawn to while the other is read. */
    CHECK(eglMakeCurrent(egl, first.surface, second.surface, context));
    CHECK(eglGetCurrentSurface(EGL_DRAW) == first.surface && eglGetCurrentSurface(EGL_READ) == second.surface);
    eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    window_close(&first);
    window_close(&second);
}

/* EGL_EXT_buffer_age and EGL_KHR_swap_buffers_with_damage, which Mesa on Xvfb lacks. */
static void age(void)
{
    static const EGLint rects[] = {0, 0, 10, 10, 20, 20, 5, 5};
    struct window window;
    EGLContext context;
    EGLint value = -1;

    window_open(&window, choose(EGL_OPENGL_ES2_BIT, 0), 90, 60);
    context = make_es2(window.config);
    CHECK(strstr(eglQueryString(egl, EGL_EXTENSIONS), "EGL_EXT_buffer_age "));
    CHECK(!eglQuerySurface(egl, window.surface, EGL_BUFFER_AGE_EXT, &value) && eglGetError() == EGL_BAD_SURFACE);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    CHECK(eglQuerySurface(egl, window.surface, EGL_BUFFER_AGE_EXT, &value) && value == 0);
    fill(0, 1, 0);
    CHECK(PROC(eglSwapBuffersWithDamageKHR)(egl, window.surface, rects, 2));
    CHECK(eglQuerySurface(egl, window.surface, EGL_BUFFER_AGE_EXT, &value) && value == 1);
    CHECK(pixel_at(1, 1) == 0x00ff00); /* that is what age 1 means */
    CHECK(PROC(eglSwapBuffersWithDamageEXT)(egl, window.surface, NULL, 0));
    CHECK(!PROC(eglSwapBuffersWithDamageEXT)(egl, window.surface, NULL, 1) && eglGetError() == EGL_BAD_PARAMETER);
    CHECK(!PROC(eglSwapBuffersWithDamageKHR)(egl, window.surface, rects, -1) && eglGetError() == EGL_BAD_PARAMETER);
    window_resize(&window, 30, 30);
    CHECK(eglQuerySurface(egl, window.surface, EGL_BUFFER_AGE_EXT, &value) && value == 0);
    window_close(&window);
}

static void srgb(void)
{
    static const EGLint encoded[] = {EGL_GL_COLORSPACE, EGL_GL_COLORSPACE_SRGB, EGL_NONE};
    EGLConfig config = choose(EGL_OPENGL_ES3_BIT, 0);
    Window id = window_only(config, 40, 40);
    EGLSurface surface = eglCreateWindowSurface(egl, config, id, encoded);
    EGLContext context = make_es3(config);
    EGLint value = 0;

    say("surface %d, %s", surface != EGL_NO_SURFACE, error_name(eglGetError()));
    eglQuerySurface(egl, surface, EGL_GL_COLORSPACE, &value);
    say("colour space 0x%x", (unsigned)value);
    CHECK(eglMakeCurrent(egl, surface, surface, context));
    fill(0.5f, 0.25f, 0.75f);
    say_pixels("sRGB", 40, 40);
    eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroySurface(egl, surface);
}

/* What a program reads of four samples a pixel is what is seen of them. (Mesa on Xvfb reads one of them.) */
static void samples_of(EGLint renderable, EGLContext (*make)(EGLConfig config), void (*draw)(int, int, int))
{
    struct window window;
    EGLContext context;
    uint32_t hash;
    Pixmap pixmap;

    window_open(&window, choose(renderable, 4), 90, 60);
    context = make(window.config);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    pixmap = XCreatePixmap(dpy, window.id, 90, 60, 24);
    for (int step = 0; step < 3; step++) {
        draw(90, 60, step);
        hash = pixel_hash(90, 60);
        CHECK(glGetError() == GL_NO_ERROR);
        CHECK(eglCopyBuffers(egl, window.surface, pixmap));
        CHECK(image_hash(pixmap, 90, 60) == hash);
        CHECK(eglSwapBuffers(egl, window.surface));
        CHECK(image_hash(window.id, 90, 60) == hash);
    }
    XFreePixmap(dpy, pixmap);
    eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    CHECK(eglDestroyContext(egl, context));
    window_close(&window);
}

static void samples(void)
{
    samples_of(EGL_OPENGL_ES_BIT, make_es1, draw_fixed);
    samples_of(EGL_OPENGL_ES2_BIT, make_es2, draw_es2);
    samples_of(EGL_OPENGL_ES3_BIT, make_es3, draw_es2);
    samples_of(EGL_OPENGL_BIT, make_gl, draw_fixed);
    samples_of(EGL_OPENGL_BIT, make_core, draw_core);
}

const struct scene scenes_draw[] = {
    {"es1", es1, false},
    {"es2", es2, false},
    {"es3", es3, false},
    {"gl", gl, false},
    {"core", core, false},
    {"buffers", buffers, false},
    {"front", front, true},
    {"resize", resize, false},
    {"resize_unseen", resize_unseen, true},
    {"two_windows", two_windows, false},
    {"age", age, true},
    {"srgb", srgb, false},
    {"samples", samples, true},
    {NULL, NULL, false},
};
