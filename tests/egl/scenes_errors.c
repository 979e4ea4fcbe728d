/* Bad input: the error that EGL names, and nothing else happens. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "scene.h"

/* What EGL 1.5 says, or says of an extension; Mesa says the same. */
static void errors(void)
{
    static const EGLint odd[] = {0x7777, 1, EGL_NONE}, negative[] = {EGL_WIDTH, -1, EGL_NONE};
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    EGLDisplay none = EGL_NO_DISPLAY;
    struct window window;
    EGLint value;

    SAY("no display", eglInitialize(none, NULL, NULL));
    SAY("no display", eglTerminate(none));
    SAY("no display", eglGetConfigs(none, NULL, 0, &value));
    SAY("no display", eglSwapBuffers(none, EGL_NO_SURFACE));
    SAY("odd string", eglQueryString(egl, 0x7777));
    SAY("no config", eglCreateWindowSurface(egl, NULL, 1, NULL));
    window_open(&window, config, 40, 30);
    SAY("odd attribute", eglCreatePbufferSurface(egl, config, odd));
    SAY("negative size", eglCreatePbufferSurface(egl, config, negative));
    SAY("odd context", eglCreateContext(egl, config, EGL_NO_CONTEXT, odd));
    SAY("ES 7", context_es(config, 7, EGL_NO_CONTEXT));
    SAY("no surface", eglDestroySurface(egl, EGL_NO_SURFACE));
    SAY("no context", eglDestroyContext(egl, EGL_NO_CONTEXT));
    SAY("nothing current", eglSwapBuffers(egl, window.surface));
    SAY("nothing current", eglSwapInterval(egl, 1));
    SAY("surfaces without context", eglMakeCurrent(egl, window.surface, window.surface, EGL_NO_CONTEXT));
    SAY("draw without read", eglMakeCurrent(egl, window.surface, EGL_NO_SURFACE, context));
    SAY("odd context", eglQueryContext(egl, context, 0x7777, &value));
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    SAY("odd which", eglGetCurrentSurface(0x7777));
    SAY("odd API", eglBindAPI(0x7777));
    CHECK(eglGetCurrentSurface(EGL_DRAW) == window.surface);
    window_close(&window);
}

/* Handles that are nothing, or were something once. */
static void handles(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    void *junk = malloc(64), *far_away = (void *)(uintptr_t)0xdead0000;
    EGLSurface surface;
    Window id = window_only(config, 20, 20);
    EGLint value = 7;

    memset(junk, 0x5a, 64);
    for (int i = 0; i < 2; i++) {
        void *handle = i ? far_away : junk;

        CHECK(!eglGetConfigAttrib(egl, handle, EGL_RED_SIZE, &value) && eglGetError() == EGL_BAD_CONFIG);
        CHECK(!eglCreateWindowSurface(egl, handle, id, NULL) && eglGetError() == EGL_BAD_CONFIG);
        CHECK(!eglCreateContext(egl, handle, NULL, NULL) && eglGetError() == EGL_BAD_CONFIG);
        CHECK(!eglCreateContext(egl, config, handle, NULL) && eglGetError() == EGL_BAD_CONTEXT);
        CHECK(!eglQuerySurface(egl, handle, EGL_WIDTH, &value) && eglGetError() == EGL_BAD_SURFACE);
        CHECK(!eglDestroySurface(egl, handle) && eglGetError() == EGL_BAD_SURFACE);
        CHECK(!eglDestroyContext(egl, handle) && eglGetError() == EGL_BAD_CONTEXT);
        CHECK(!eglMakeCurrent(egl, handle, handle, context) && eglGetError() == EGL_BAD_SURFACE);
        CHECK(!eglMakeCurrent(egl, NULL, NULL, handle) && eglGetError() == EGL_BAD_CONTEXT);
        CHECK(!eglSwapBuffers(egl, handle) && eglGetError() == EGL_BAD_SURFACE);
        CHECK(!eglDestroySync(egl, handle) && eglGetError() == EGL_BAD_PARAMETER);
        CHECK(!eglInitialize(handle, NULL, NULL) && eglGetError() == EGL_BAD_DISPLAY);
    }
    CHECK(value == 7);
    CHECK(!eglCreatePlatformWindowSurface(egl, config, far_away, NULL) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    CHECK(!eglCreatePlatformWindowSurface(egl, config, NULL, NULL) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    surface = eglCreateWindowSurface(egl, config, id, NULL);
    CHECK(!eglQuerySurface(egl, surface, EGL_WIDTH, NULL) && eglGetError() == EGL_BAD_PARAMETER);
    CHECK(eglDestroySurface(egl, surface));
    CHECK(!eglDestroySurface(egl, surface) && eglGetError() == EGL_BAD_SURFACE);
    CHECK(!eglMakeCurrent(egl, surface, surface, context) && eglGetError() == EGL_BAD_SURFACE);
    free(junk);
}

/* Windows: of nobody, of another kind, twice, destroyed before, destroyed under a surface, used again. */
static void windows(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    Pixmap pixmap = XCreatePixmap(dpy, DefaultRootWindow(dpy), 10, 10, 24);
    struct window window;
    EGLSurface second;
    EGLint value = 0;

    CHECK(!eglCreateWindowSurface(egl, config, 0, NULL) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    CHECK(!eglCreateWindowSurface(egl, config, 0x1fffffff, NULL) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    CHECK(!eglCreateWindowSurface(egl, config, pixmap, NULL) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    window_open(&window, config, 40, 30);
    CHECK(!eglCreatePixmapSurface(egl, config, window.id, NULL) && eglGetError() == EGL_BAD_NATIVE_PIXMAP);
    CHECK(!eglCreateWindowSurface(egl, config, window.id, NULL) && eglGetError() == EGL_BAD_ALLOC);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    fill(1, 0, 0);
    CHECK(eglSwapBuffers(egl, window.surface));
    XDestroyWindow(dpy, window.id);
    XSync(dpy, False);
    CHECK(!eglSwapBuffers(egl, window.surface) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    fill(0, 1, 0);
    CHECK(pixel_at(1, 1) == 0x00ff00); /* drawing goes on */
    CHECK(eglQuerySurface(egl, window.surface, EGL_WIDTH, &value) && value == 40);
    CHECK(eglMakeCurrent(egl, NULL, NULL, NULL));
    CHECK(!eglMakeCurrent(egl, window.surface, window.surface, context) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    CHECK(eglDestroySurface(egl, window.surface));
    CHECK(!eglCreateWindowSurface(egl, config, window.id, NULL) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    window_open(&window, config, 40, 30);
    second = window.surface;
    CHECK(eglDestroySurface(egl, second)); /* never current */
    window.surface = eglCreateWindowSurface(egl, config, window.id, NULL);
    CHECK(window.surface != EGL_NO_SURFACE);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    CHECK(eglGetError() == EGL_SUCCESS);
    window_close(&window);
}

/* Lists without an end, and those that run into memory that is not there. */
static void lists(void)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EGLint *endless = malloc(4096 * sizeof(EGLint)), *edge = (EGLint *)(memory + page) - 6, count = 0;
    EGLAttrib *wide = malloc(4096 * sizeof(EGLAttrib));
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0), found;
    Window id = window_only(config, 20, 20);

    munmap(memory + page, page);
    for (int i = 0; i < 4096; i++) {
        endless[i] = i % 2 ? 8 : EGL_RED_SIZE;
        wide[i] = i % 2 ? EGL_BACK_BUFFER : EGL_RENDER_BUFFER;
    }
    CHECK(!eglChooseConfig(egl, endless, &found, 1, &count) && eglGetError() == EGL_BAD_ATTRIBUTE);
    CHECK(!eglCreateContext(egl, config, NULL, endless) && eglGetError() == EGL_BAD_ATTRIBUTE);
    CHECK(!eglCreateWindowSurface(egl, config, id, endless) && eglGetError() == EGL_BAD_ATTRIBUTE);
    CHECK(!eglCreatePbufferSurface(egl, config, endless) && eglGetError() == EGL_BAD_ATTRIBUTE);
    CHECK(!eglCreatePlatformWindowSurface(egl, config, &id, wide) && eglGetError() == EGL_BAD_ATTRIBUTE);
    CHECK(!eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, dpy, wide) && eglGetError() == EGL_BAD_ATTRIBUTE);
    for (int i = 0; i < 6; i++)
        edge[i] = i % 2 ? 8 : EGL_RED_SIZE;
    CHECK(!eglChooseConfig(egl, edge, &found, 1, &count) && eglGetError() == EGL_BAD_ATTRIBUTE);
    edge[5] = EGL_NONE; /* the last readable word ends it */
    edge[4] = EGL_NONE;
    CHECK(eglChooseConfig(egl, edge, &found, 1, &count));
    CHECK(eglGetError() == EGL_SUCCESS);
}

/* Native displays that are none of ours, or none at all. */
static void natives(void)
{
    char text[4096]; /* no display, but as long as one */
    EGLDisplay display;

    memset(text, 'x', sizeof(text));
    display = eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, (void *)(uintptr_t)0xdead0000, NULL);
    CHECK(display != egl);
    display = eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, (void *)text, NULL);
    CHECK(display != egl);
    CHECK(!eglGetPlatformDisplay(0x7777, dpy, NULL) && eglGetError() == EGL_BAD_PARAMETER);
}

/* 500 windows, and a program that forgets to clean up. */
static void many(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);

    for (int i = 0; i < 500; i++) {
        Window id = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), 0, 0, 16, 16, 0, 0, 0);
        EGLSurface surface = eglCreateWindowSurface(egl, config, id, NULL);

        CHECK(eglMakeCurrent(egl, surface, surface, context));
        fill((float)(i & 1), 0, 0);
        CHECK(eglSwapBuffers(egl, surface));
    }
}

/* A program closes its Display and goes on. */
static void closed(void)
{
    Display *own = XOpenDisplay(NULL);
    EGLDisplay display = eglGetDisplay(own);
    EGLConfig config = NULL;
    EGLContext context;
    EGLSurface surface;
    EGLint count;
    Window id;

    CHECK(eglInitialize(display, NULL, NULL) && eglChooseConfig(display, NULL, &config, 1, &count));
    id = XCreateSimpleWindow(own, DefaultRootWindow(own), 0, 0, 16, 16, 0, 0, 0);
    surface = eglCreateWindowSurface(display, config, id, NULL);
    eglBindAPI(EGL_OPENGL_ES_API);
    context = eglCreateContext(display, config, NULL, (const EGLint[]){EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE});
    CHECK(eglMakeCurrent(display, surface, surface, context));
    XCloseDisplay(own);
    glViewport(0, 0, 16, 16);
    fill(1, 0, 0);
    (void)eglSwapBuffers(display, surface);
    CHECK(pixel_at(1, 1) == 0xff0000);
    CHECK(eglWaitNative(EGL_CORE_NATIVE_ENGINE));
    CHECK(!eglCreateWindowSurface(display, config, id, NULL));
    CHECK(eglDestroySurface(display, surface));
    CHECK(eglTerminate(display));
    CHECK(eglReleaseThread());
}

const struct scene scenes_errors[] = {
    {"errors", errors, false},
    {"handles", handles, true},
    {"windows", windows, true},
    {"lists", lists, true},
    {"natives", natives, true},
    {"many", many, true},
    {"closed", closed, true},
    {NULL, NULL, false},
};
