/* More bad input: lists without an end in the functions that draw nothing, and native objects of another connection,
 * that vanish, come again under their old id, or get a second surface. The error that EGL names, and nothing else
 * happens. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../glx/raw_window.h"
#include "scene.h"

#define LONG 4096 /* words of a list that has no end */

/* A call that must fail in this way. */
#define FAILS(call, error) CHECK(!(call) && eglGetError() == (error))

/* Pairs up to the last readable word before memory that is not there, of a size in bytes; as EGLint and as EGLAttrib. */
static void *list_at_the_edge(size_t word, EGLAttrib name, EGLAttrib value)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), bytes = (LONG * word + page - 1) / page * page;
    char *memory = mmap(NULL, bytes + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    munmap(memory + bytes, page);
    for (size_t i = 0; i < bytes / word; i++) {
        if (word == sizeof(EGLint))
            ((EGLint *)memory)[i] = (EGLint)(i % 2 ? value : name);
        else
            ((EGLAttrib *)memory)[i] = i % 2 ? value : name;
    }
    return memory + bytes - 6 * word; /* three pairs, and then nothing */
}

static void other_lists(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    Pixmap pixmap = XCreatePixmap(dpy, DefaultRootWindow(dpy), 10, 10, 24);
    Window id = window_only(config, 20, 20);
    EGLint *buffers = list_at_the_edge(sizeof(EGLint), EGL_RENDER_BUFFER, EGL_BACK_BUFFER);
    EGLint *screens = list_at_the_edge(sizeof(EGLint), EGL_PLATFORM_X11_SCREEN_EXT, 0);
    EGLAttrib *wide = list_at_the_edge(sizeof(EGLAttrib), EGL_VG_COLORSPACE, EGL_VG_COLORSPACE_sRGB);
    EGLint *narrow = list_at_the_edge(sizeof(EGLint), EGL_VG_COLORSPACE, EGL_VG_COLORSPACE_sRGB);

    FAILS(eglCreatePixmapSurface(egl, config, pixmap, narrow), EGL_BAD_ATTRIBUTE);
    FAILS(eglCreatePlatformPixmapSurface(egl, config, &pixmap, wide), EGL_BAD_ATTRIBUTE);
    FAILS(PROC(eglCreatePlatformPixmapSurfaceEXT)(egl, config, &pixmap, narrow), EGL_BAD_ATTRIBUTE);
    FAILS(PROC(eglCreatePlatformWindowSurfaceEXT)(egl, config, &id, buffers), EGL_BAD_ATTRIBUTE);
    FAILS(eglCreateWindowSurface(egl, config, id, buffers), EGL_BAD_ATTRIBUTE);
    FAILS(PROC(eglGetPlatformDisplayEXT)(EGL_PLATFORM_X11_EXT, dpy, screens), EGL_BAD_ATTRIBUTE);
    /* None of them has left anything behind. */
    CHECK(eglCreateWindowSurface(egl, config, id, NULL) != EGL_NO_SURFACE);
    CHECK(eglCreatePixmapSurface(egl, config, pixmap, NULL) != EGL_NO_SURFACE);
}

/* What the driver is handed, too. */
static void driver_lists(void)
{
    static const EGLint size[] = { EGL_WIDTH, 8, EGL_HEIGHT, 8, EGL_NONE };
    static const EGLAttrib kept[] = { EGL_IMAGE_PRESERVED, EGL_TRUE, EGL_NONE };
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    EGLSurface surface = eglCreatePbufferSurface(egl, config, size);
    EGLAttrib *wide = list_at_the_edge(sizeof(EGLAttrib), EGL_IMAGE_PRESERVED, EGL_TRUE);
    EGLint *narrow = list_at_the_edge(sizeof(EGLint), EGL_IMAGE_PRESERVED, EGL_TRUE);
    EGLImage image;
    GLuint texture;
    EGLClientBuffer buffer;

    CHECK(eglMakeCurrent(egl, surface, surface, context));
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    buffer = (EGLClientBuffer)(uintptr_t)texture;
    FAILS(eglCreateImage(egl, context, EGL_GL_TEXTURE_2D, buffer, wide), EGL_BAD_PARAMETER);
    FAILS(PROC(eglCreateImageKHR)(egl, context, EGL_GL_TEXTURE_2D_KHR, buffer, narrow), EGL_BAD_PARAMETER);
    FAILS(eglCreateSync(egl, EGL_SYNC_FENCE, wide), EGL_BAD_ATTRIBUTE);
    FAILS(PROC(eglCreateSyncKHR)(egl, EGL_SYNC_FENCE_KHR, narrow), EGL_BAD_ATTRIBUTE);
    image = eglCreateImage(egl, context, EGL_GL_TEXTURE_2D, buffer, kept);
    CHECK(image && eglDestroyImage(egl, image));
}

/* How many rectangles a frame has changed in is a hint: no list of them is so long, or so short, that it is read. */
static void damage(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    static const EGLint one[] = { 0, 0, 4, 4 };
    struct window window;

    window_open(&window, config, 20, 20);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    FAILS(PROC(eglSwapBuffersWithDamageKHR)(egl, window.surface, one, -1), EGL_BAD_PARAMETER);
    FAILS(PROC(eglSwapBuffersWithDamageKHR)(egl, window.surface, NULL, 1), EGL_BAD_PARAMETER);
    CHECK(PROC(eglSwapBuffersWithDamageKHR)(egl, window.surface, one, 1));
    CHECK(PROC(eglSwapBuffersWithDamageKHR)(egl, window.surface, one, 0x7fffffff));
    CHECK(PROC(eglSwapBuffersWithDamageKHR)(egl, window.surface, NULL, 0));
    FAILS(PROC(eglSwapBuffersWithDamageKHR)(egl, NULL, one, 1), EGL_BAD_SURFACE);
    window_close(&window);
}

/* Objects of one EGLDisplay are nothing to another, and a window is the same window on all of them. */
static void other_display(void)
{
    Display *other = XOpenDisplay(NULL);
    EGLDisplay second = eglGetDisplay(other);
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0), theirs;
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT), context2;
    struct window window;
    EGLSurface surface;
    EGLint count, value = 7;
    Window id;

    CHECK(second != egl && eglInitialize(second, NULL, NULL));
    CHECK(eglChooseConfig(second, NULL, &theirs, 1, &count));
    context2 = eglCreateContext(second, theirs, NULL, (const EGLint[]){ EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE });
    window_open(&window, config, 20, 20);
    FAILS(eglQuerySurface(second, window.surface, EGL_WIDTH, &value), EGL_BAD_SURFACE);
    FAILS(eglDestroySurface(second, window.surface), EGL_BAD_SURFACE);
    FAILS(eglMakeCurrent(second, window.surface, window.surface, context2), EGL_BAD_SURFACE);
    FAILS(eglMakeCurrent(second, EGL_NO_SURFACE, EGL_NO_SURFACE, context), EGL_BAD_CONTEXT);
    FAILS(eglQueryContext(second, context, EGL_CONFIG_ID, &value), EGL_BAD_CONTEXT);
    FAILS(eglDestroyContext(second, context), EGL_BAD_CONTEXT);
    FAILS(eglCreateContext(second, theirs, context, NULL), EGL_BAD_CONTEXT);
    FAILS(eglCreateWindowSurface(second, theirs, window.id, NULL), EGL_BAD_ALLOC); /* it has one */
    CHECK(value == 7);
    /* A window of the other connection's, and what becomes of it with the connection. */
    id = XCreateSimpleWindow(other, DefaultRootWindow(other), 0, 0, 16, 16, 0, 0, 0);
    XSync(other, False);
    surface = eglCreateWindowSurface(egl, config, id, NULL);
    CHECK(surface != EGL_NO_SURFACE && eglMakeCurrent(egl, surface, surface, context));
    fill(1, 0, 0);
    CHECK(eglSwapBuffers(egl, surface));
    CHECK(eglTerminate(second));
    XCloseDisplay(other);
    XSync(dpy, False);
    FAILS(eglSwapBuffers(egl, surface), EGL_BAD_NATIVE_WINDOW);
    fill(0, 1, 0);
    CHECK(pixel_at(1, 1) == 0x00ff00);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    fill(0, 0, 1);
    CHECK(eglSwapBuffers(egl, window.surface) && eglDestroySurface(egl, surface));
    window_close(&window);
}

static void destroyed(void)
{
    xcb_connection_t *connection = xcb_connect(NULL, NULL);
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    xcb_window_t outer = raw_window(connection, xcb_generate_id(connection), 0);
    xcb_window_t inner = raw_window(connection, xcb_generate_id(connection), outer);
    EGLSurface first = eglCreateWindowSurface(egl, config, inner, NULL), second;
    xcb_get_image_reply_t *image;

    CHECK(eglMakeCurrent(egl, first, first, context));
    fill(1, 0, 0);
    CHECK(eglSwapBuffers(egl, first));
    /* With its parent, by another client than the one that draws. */
    xcb_destroy_window(connection, outer);
    outer = raw_window(connection, outer, 0);
    FAILS(eglSwapBuffers(egl, first), EGL_BAD_NATIVE_WINDOW);
    /* Another window of its id is not its own. */
    inner = raw_window(connection, inner, outer);
    FAILS(eglSwapBuffers(egl, first), EGL_BAD_NATIVE_WINDOW);
    second = eglCreateWindowSurface(egl, config, inner, NULL);
    CHECK(second != EGL_NO_SURFACE && eglMakeCurrent(egl, second, second, context));
    FAILS(eglMakeCurrent(egl, first, first, context), EGL_BAD_NATIVE_WINDOW);
    fill(0, 0, 1);
    CHECK(eglSwapBuffers(egl, second));
    CHECK(eglDestroySurface(egl, first));
    fill(0, 1, 0);
    CHECK(pixel_at(1, 1) == 0x00ff00 && eglSwapBuffers(egl, second));
    image = xcb_get_image_reply(connection,
                                xcb_get_image(connection, XCB_IMAGE_FORMAT_Z_PIXMAP, inner, 0, 0, 20, 20, ~0u), NULL);
    CHECK(image && xcb_get_image_data_length(image) == 1600 && xcb_get_image_data(image)[1] == 0xff);
    free(image);
    /* And with the connection that made it. */
    xcb_disconnect(connection);
    XSync(dpy, False);
    FAILS(eglSwapBuffers(egl, second), EGL_BAD_NATIVE_WINDOW);
    FAILS(eglCreateWindowSurface(egl, config, inner, NULL), EGL_BAD_NATIVE_WINDOW);
    CHECK(eglDestroySurface(egl, second));
}

static void freed_pixmap(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    Window root = DefaultRootWindow(dpy);
    Pixmap pixmap = XCreatePixmap(dpy, root, 20, 20, 24);
    EGLSurface surface = eglCreatePixmapSurface(egl, config, pixmap, NULL);
    struct window window;
    EGLint value = 0;

    CHECK(surface != EGL_NO_SURFACE && eglMakeCurrent(egl, surface, surface, context));
    fill(1, 0, 0);
    XFreePixmap(dpy, pixmap);
    XSync(dpy, False);
    fill(0, 1, 0);
    CHECK(eglWaitClient() && pixel_at(1, 1) == 0x00ff00);
    CHECK(eglQuerySurface(egl, surface, EGL_HEIGHT, &value) && value == 20);
    FAILS(eglCreatePixmapSurface(egl, config, pixmap, NULL), EGL_BAD_NATIVE_PIXMAP);
    window_open(&window, config, 20, 20);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    FAILS(eglMakeCurrent(egl, surface, surface, context), EGL_BAD_NATIVE_PIXMAP);
    FAILS(eglCopyBuffers(egl, window.surface, pixmap), EGL_BAD_NATIVE_PIXMAP);
    CHECK(eglDestroySurface(egl, surface));
    fill(0, 0, 1);
    CHECK(pixel_at(1, 1) == 0x0000ff && eglSwapBuffers(egl, window.surface));
    window_close(&window);
}

const struct scene scenes_input[] = {
    { "other_lists", other_lists, true },
    { "driver_lists", driver_lists, true },
    { "damage", damage, true },
    { "other_display", other_display, true },
    { "destroyed", destroyed, true },
    { "freed_pixmap", freed_pixmap, true },
    { NULL, NULL, false },
};
