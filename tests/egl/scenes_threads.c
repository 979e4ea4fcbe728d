/* Threads, and children. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene.h"

struct drawing {
    struct window window;
    EGLContext context;
    uint32_t hash;
};

static void *draw_in_thread(void *argument)
{
    struct drawing *drawing = argument;
    const struct window *window = &drawing->window;

    CHECK(eglQueryAPI() == EGL_OPENGL_ES_API);
    drawing->context = context_es(window->config, 2, EGL_NO_CONTEXT);
    CHECK(eglMakeCurrent(egl, window->surface, window->surface, drawing->context));
    for (int i = 0; i < 20; i++) {
        draw_es2(window->width, window->height, i);
        CHECK(eglSwapBuffers(egl, window->surface));
    }
    draw_es2(window->width, window->height, 3);
    drawing->hash = pixel_hash(window->width, window->height);
    return NULL; /* the thread ends with it current */
}

static void threads(void)
{
    struct drawing drawings[4];
    pthread_t ids[4];

    for (int i = 0; i < 4; i++)
        window_open(&drawings[i].window, choose(EGL_OPENGL_ES2_BIT, 0), 60 + 10 * i, 50);
    for (int i = 0; i < 4; i++)
        pthread_create(&ids[i], NULL, draw_in_thread, &drawings[i]);
    for (int i = 0; i < 4; i++) {
        pthread_join(ids[i], NULL);
        say("thread %d: %08x", i, drawings[i].hash);
    }
}

/* Surfaces and contexts come and go in four threads at once, in any order, on one display. */
static void *come_and_go(void *argument)
{
    const struct drawing *drawing = argument;
    EGLConfig config = drawing->window.config;
    static const EGLint size[] = {EGL_WIDTH, 16, EGL_HEIGHT, 16, EGL_NONE};

    for (int i = 0; i < 60; i++) {
        EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
        EGLSurface window = eglCreateWindowSurface(egl, config, drawing->window.id, NULL);
        EGLSurface pbuffer = eglCreatePbufferSurface(egl, config, size);

        CHECK(context != EGL_NO_CONTEXT && window != EGL_NO_SURFACE && pbuffer != EGL_NO_SURFACE);
        CHECK(eglMakeCurrent(egl, pbuffer, pbuffer, context));
        fill(0, 1, 0);
        CHECK(eglMakeCurrent(egl, window, window, context));
        fill(1, 0, (float)(i & 1));
        CHECK(eglSwapBuffers(egl, window));
        if (i % 3 == 0)
            CHECK(eglDestroyContext(egl, context));
        if (i % 2)
            CHECK(eglDestroySurface(egl, window));
        CHECK(pixel_at(1, 1) == (i & 1 ? 0xff00ffu : 0xff0000u));
        CHECK(eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
        if (i % 3)
            CHECK(eglDestroyContext(egl, context));
        if (i % 2 == 0)
            CHECK(eglDestroySurface(egl, window));
        CHECK(eglDestroySurface(egl, pbuffer));
    }
    return NULL;
}

static void storm(void)
{
    struct drawing drawings[4];
    pthread_t ids[4];

    for (int i = 0; i < 4; i++) {
        drawings[i].window.config = choose(EGL_OPENGL_ES2_BIT, 0);
        drawings[i].window.id = window_only(drawings[i].window.config, 20 + i, 20);
    }
    for (int i = 0; i < 4; i++)
        pthread_create(&ids[i], NULL, come_and_go, &drawings[i]);
    for (int i = 0; i < 4; i++)
        pthread_join(ids[i], NULL);
}

static void *take(void *argument)
{
    struct window *window = argument;
    EGLContext own = context_es(window->config, 2, EGL_NO_CONTEXT);

    CHECK(!eglMakeCurrent(egl, window->surface, window->surface, own) && eglGetError() == EGL_BAD_ACCESS);
    CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT);
    CHECK(eglDestroyContext(egl, own));
    return NULL;
}

static void *take_context(void *context)
{
    CHECK(!eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, context) && eglGetError() == EGL_BAD_ACCESS);
    return NULL;
}

/* What is current in one thread cannot be in another. */
static void not_twice(void)
{
    struct drawing drawing;
    struct window window;
    EGLContext context;
    pthread_t id;

    window_open(&window, choose(EGL_OPENGL_ES2_BIT, 0), 30, 30);
    context = context_es(window.config, 2, EGL_NO_CONTEXT);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    pthread_create(&id, NULL, take, &window);
    pthread_join(id, NULL);
    pthread_create(&id, NULL, take_context, context);
    pthread_join(id, NULL);
    fill(1, 0, 0);
    CHECK(pixel_at(1, 1) == 0xff0000);
    /* What is current in a thread that ends is free afterwards, which it is not under Mesa. */
    window_open(&drawing.window, window.config, 30, 30);
    pthread_create(&id, NULL, draw_in_thread, &drawing);
    pthread_join(id, NULL);
    CHECK(eglMakeCurrent(egl, drawing.window.surface, drawing.window.surface, drawing.context));
    CHECK(pixel_hash(30, 30) == drawing.hash);
}

/* The child of a program that draws has none of it, and can draw anew. */
static void forked(void)
{
    struct window window;
    EGLContext context;
    EGLint value;
    pid_t child;
    int status = -1;

    window_open(&window, choose(EGL_OPENGL_ES2_BIT, 0), 30, 30);
    context = context_es(window.config, 2, EGL_NO_CONTEXT);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    fill(1, 0, 0);
    child = fork();
    if (child == 0) {
        Display *own;

        if (eglQuerySurface(egl, window.surface, EGL_WIDTH, &value) || eglGetError() != EGL_NOT_INITIALIZED)
            _exit(1);
        own = XOpenDisplay(NULL);
        dpy = own;
        egl = own ? eglGetDisplay(own) : EGL_NO_DISPLAY;
        if (!own || !eglInitialize(egl, NULL, NULL))
            _exit(2);
        window_open(&window, choose(EGL_OPENGL_ES2_BIT, 0), 30, 30);
        context = context_es(window.config, 2, EGL_NO_CONTEXT);
        if (!eglMakeCurrent(egl, window.surface, window.surface, context))
            _exit(3);
        fill(0, 1, 0);
        _exit(pixel_at(1, 1) == 0x00ff00 && eglSwapBuffers(egl, window.surface) ? 0 : 4);
    }
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(pixel_at(1, 1) == 0xff0000);
}

const struct scene scenes_threads[] = {
    {"threads", threads, false},
    {"storm", storm, true},
    {"not_twice", not_twice, true},
    {"forked", forked, true},
    {NULL, NULL, false},
};
