/* EGL beside the program's own requests: pictures that go by xcb, connections that close under EGL, and looks at a window. */
#include <GL/glx.h>
#include <GL/glxext.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xcb/xcb.h>

#include "scene.h"

#ifndef EGL_PLATFORM_XCB_EXT
#define EGL_PLATFORM_XCB_EXT 0x31DC
#endif

/* A connection with a display, and a window of the config's visual with a surface. */
struct native {
    xcb_connection_t *connection;
    EGLDisplay display;
    EGLConfig config;
    EGLContext context;
    xcb_window_t window;
    EGLSurface surface;
};

static xcb_window_t window_of(struct native *native, uint16_t width, uint16_t height)
{
    xcb_screen_t *screen = xcb_setup_roots_iterator(xcb_get_setup(native->connection)).data;
    xcb_window_t id = xcb_generate_id(native->connection);
    EGLint visual = 0;

    CHECK(eglGetConfigAttrib(native->display, native->config, EGL_NATIVE_VISUAL_ID, &visual));
    CHECK((xcb_visualid_t)visual == screen->root_visual);
    xcb_create_window(native->connection, XCB_COPY_FROM_PARENT, id, screen->root, 0, 0, width, height, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, screen->root_visual, 0, NULL);
    xcb_map_window(native->connection, id);
    return id;
}

static void native_open(struct native *native, uint16_t width, uint16_t height)
{
    static const EGLint wish[] = {EGL_RED_SIZE, 8, EGL_ALPHA_SIZE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_ES2_BIT,
                                  EGL_SURFACE_TYPE, EGL_WINDOW_BIT | EGL_PIXMAP_BIT, EGL_NONE};
    static const EGLint version[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};
    EGLConfig configs[64];
    EGLint count = 0, visual, root;

    native->connection = xcb_connect(NULL, NULL);
    root = (EGLint)xcb_setup_roots_iterator(xcb_get_setup(native->connection)).data->root_visual;
    native->display = eglGetPlatformDisplay(EGL_PLATFORM_XCB_EXT, native->connection, NULL);
    CHECK(eglInitialize(native->display, NULL, NULL));
    CHECK(eglBindAPI(EGL_OPENGL_ES_API));
    CHECK(eglChooseConfig(native->display, wish, configs, 64, &count));
    for (int i = 0; i < count; i++)
        if (eglGetConfigAttrib(native->display, configs[i], EGL_NATIVE_VISUAL_ID, &visual) && visual == root) {
            native->config = configs[i];
            break;
        }
    native->context = eglCreateContext(native->display, native->config, EGL_NO_CONTEXT, version);
    native->window = window_of(native, width, height);
    native->surface = eglCreateWindowSurface(native->display, native->config, native->window, NULL);
    CHECK(native->surface != EGL_NO_SURFACE);
    CHECK(eglMakeCurrent(native->display, native->surface, native->surface, native->context));
    glViewport(0, 0, width, height);
}

static void native_close(struct native *native)
{
    CHECK(eglMakeCurrent(native->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
    CHECK(eglTerminate(native->display));
    xcb_disconnect(native->connection);
}

/* A pixel that X has, by a picture of the whole drawable. */
static uint32_t pixel_of(xcb_connection_t *connection, xcb_drawable_t drawable, uint16_t width, uint16_t height, int x, int y)
{
    xcb_get_image_reply_t *reply = xcb_get_image_reply(
        connection, xcb_get_image(connection, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, 0, 0, width, height, ~0u), NULL);
    uint32_t pixel = 0x1000000;

    if (reply)
        memcpy(&pixel, xcb_get_image_data(reply) + ((size_t)y * width + (size_t)x) * 4, 4);
    free(reply);
    return pixel & 0xffffff;
}

/* Of more pixels than a request holds, to pixmaps of the same size, larger and smaller. */
static void copy_xcb(void)
{
    enum { WIDTH = 700, HEIGHT = 300 };
    static const uint16_t sizes[][2] = {{WIDTH, HEIGHT}, {WIDTH + 30, HEIGHT + 20}, {90, 10}, {1, 1}};
    struct native native;
    xcb_pixmap_t pixmap;

    native_open(&native, WIDTH, HEIGHT);
    fill(0, 0, 1);
    glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < HEIGHT; i++) { /* each row has its own green, the highest 0 */
        glScissor(0, HEIGHT - 1 - i, WIDTH, 1);
        fill(0, (float)(i % 256) / 255, 1);
    }
    glScissor(0, 0, 1, HEIGHT);
    fill(1, 0, 0);
    glDisable(GL_SCISSOR_TEST);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint16_t width = sizes[i][0], height = sizes[i][1];

        pixmap = xcb_generate_id(native.connection);
        xcb_create_pixmap(native.connection, 24, pixmap, native.window, width, height);
        CHECK(eglCopyBuffers(native.display, native.surface, pixmap));
        CHECK(eglGetError() == EGL_SUCCESS);
        for (int y = 0; y < height; y++) {
            CHECK(pixel_of(native.connection, pixmap, width, height, 0, y) == (y < HEIGHT ? RED : 0));
            if (width > 1)
                CHECK(pixel_of(native.connection, pixmap, width, height, width - 1, y) ==
                      (y < HEIGHT && width <= WIDTH ? BLUE | (uint32_t)(y % 256) << 8 : 0));
            if (y == 4)
                y = height - 4 > y ? height - 4 : y;
        }
    }
    CHECK(!eglCopyBuffers(native.display, native.surface, native.window) && eglGetError() == EGL_BAD_NATIVE_PIXMAP);
    pixmap = xcb_generate_id(native.connection);
    xcb_create_pixmap(native.connection, 32, pixmap, native.window, 5, 5);
    CHECK(!eglCopyBuffers(native.display, native.surface, pixmap) && eglGetError() == EGL_BAD_MATCH);
    CHECK(pixel_at(0, 0) == RED && !xcb_connection_has_error(native.connection));
    native_close(&native);
}

/* The connection is closed under the display; what has its descriptor next is not taken for it. */
static void xcb_closed(void)
{
    struct native native, after;
    xcb_pixmap_t pixmap;
    xcb_window_t id;
    size_t bytes;
    void *before, *held;

    for (int round = 0; round < 3; round++) {
        native_open(&native, 40, 30);
        pixmap = xcb_generate_id(native.connection);
        xcb_create_pixmap(native.connection, 24, pixmap, native.window, 40, 30);
        fill(1, 0, 0);
        CHECK(eglSwapBuffers(native.display, native.surface));
        id = native.window;
        bytes = malloc_usable_size(native.connection);
        before = malloc(bytes);
        memcpy(before, native.connection, bytes);
        xcb_disconnect(native.connection);
        held = malloc(bytes); /* so that the next one lies elsewhere; to whom looks, the old one is still there */
        memcpy(held, before, bytes);
        free(before);
        if (round > 0) {
            memset(&after, 0, sizeof(after));
            after.connection = xcb_connect(NULL, NULL);
            CHECK(!xcb_connection_has_error(after.connection));
        }
        for (int i = 0; i < 1000 && eglSwapBuffers(native.display, native.surface); i++)
            usleep(1000); /* until the server has seen it */
        CHECK(!eglSwapBuffers(native.display, native.surface) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
        CHECK(!eglCreateWindowSurface(native.display, native.config, id, NULL) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
        CHECK(!eglCreatePixmapSurface(native.display, native.config, pixmap, NULL) &&
              eglGetError() == EGL_BAD_NATIVE_PIXMAP);
        CHECK(!eglCopyBuffers(native.display, native.surface, pixmap) && eglGetError() == EGL_BAD_NATIVE_PIXMAP);
        CHECK(eglWaitNative(EGL_CORE_NATIVE_ENGINE));
        CHECK(eglWaitClient());
        if (round > 0) {
            CHECK(!xcb_connection_has_error(after.connection));
            xcb_disconnect(after.connection);
        }
        free(held);
        CHECK(eglMakeCurrent(native.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
        CHECK(eglDestroySurface(native.display, native.surface));
        CHECK(eglTerminate(native.display));
    }
    /* A new one works, perhaps under the address of an old one. */
    native_open(&native, 40, 30);
    fill(0, 1, 0);
    CHECK(eglSwapBuffers(native.display, native.surface));
    CHECK(pixel_of(native.connection, native.window, 40, 30, 5, 5) == GREEN);
    native_close(&native);
}

/* What waits for another thread waits in real time: in lockstep the program's own stands still meanwhile. */
static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void waits(void)
{
    PFNGLXWAITFORSBCOMLPROC wait_for_swap =
        (PFNGLXWAITFORSBCOMLPROC)glXGetProcAddress((const GLubyte *)"glXWaitForSbcOML");
    static int single[] = {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, None};
    EGLDisplay standard = eglGetDisplay(EGL_DEFAULT_DISPLAY);
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    XVisualInfo *visual = glXChooseVisual(dpy, 0, single);
    GLXContext context = glXCreateContext(dpy, visual, NULL, True);
    Window id = x_window_open(visual, 20, 20);
    uint64_t begin = now_ms(), passed;
    int64_t ust, msc, sbc;

    CHECK(eglInitialize(standard, NULL, NULL));
    CHECK(!eglCreateWindowSurface(standard, config, 0x7654321, NULL) && eglGetError() == EGL_BAD_NATIVE_WINDOW);
    passed = now_ms() - begin;
    CHECK(!getenv("OFFSTAGE_LOCKSTEP") || passed < 25); /* of 50 */
    CHECK(glXMakeCurrent(dpy, id, context));
    glXSwapBuffers(dpy, id);
    CHECK(glXMakeCurrent(dpy, None, NULL));
    begin = now_ms();
    CHECK(wait_for_swap(dpy, id, 1, &ust, &msc, &sbc) && sbc == 1);
    CHECK(!wait_for_swap(dpy, id, 2, &ust, &msc, &sbc)); /* nobody swaps */
    passed = now_ms() - begin;
    CHECK(!getenv("OFFSTAGE_LOCKSTEP") || passed < 500); /* of 1,000 */
    glXDestroyContext(dpy, context);
    XDestroyWindow(dpy, id);
    XFree(visual);
}

/* -- looks -------------------------------------------------------------------------------------------------------- */

static struct {
    Window window;
    Display *display;
    unsigned long seen;
    _Atomic bool done;
} looker;

static void *look(void *unused)
{
    (void)unused;
    for (int i = 0; i < 200 && looker.seen != RED; i++) {
        if (i)
            usleep(20000);
        looker.seen = pixel_of_on(looker.display, looker.window, 3, 3);
    }
    atomic_store(&looker.done, true);
    return NULL;
}

/* Another thread looks at a window that is drawn once, while this one takes events. */
static void look_on_change(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    struct window window;
    pthread_t thread;
    XEvent event;

    looker.display = XOpenDisplay(NULL);
    window_open(&window, config, 40, 40);
    looker.window = window.id;
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    fill(0, 0, 1);
    CHECK(eglSwapBuffers(egl, window.surface));
    fill(1, 0, 0);
    CHECK(eglSwapBuffers(egl, window.surface));
    pthread_create(&thread, NULL, look, NULL);
    while (!atomic_load(&looker.done)) {
        while (XPending(dpy)) {
            XNextEvent(dpy, &event);
            CHECK(event.type < LASTEvent);
        }
        usleep(1000);
    }
    pthread_join(thread, NULL);
    CHECK(looker.seen == RED);
    CHECK(eglGetCurrentContext() == context && glGetError() == GL_NO_ERROR && pixel_at(3, 3) == RED);
    CHECK(eglGetError() == EGL_SUCCESS);
    XCloseDisplay(looker.display);
    window_close(&window);
}

/* What a window shows first is seen first, also when the next frame has been begun. */
static void look_at_first(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    Display *other = XOpenDisplay(NULL);
    struct window window;

    window_open(&window, config, 40, 40);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    fill(1, 0, 0);
    CHECK(eglSwapBuffers(egl, window.surface));
    fill(0, 0, 0);
    CHECK(pixel_of_on(other, window.id, 3, 3) == RED);
    fill(0, 1, 0);
    CHECK(eglSwapBuffers(egl, window.surface));
    fill(0, 0, 0);
    CHECK(pixel_of_on(other, window.id, 3, 3) == GREEN);
    XCloseDisplay(other);
    window_close(&window);
}

const struct scene scenes_native[] = {
    {"copy_xcb", copy_xcb, true},
    {"xcb_closed", xcb_closed, true},
    {"waits", waits, true},
    {"look_on_change", look_on_change, true},
    {"look_at_first", look_at_first, true},
    {NULL, NULL, false},
};
