/* Displays, configs, surfaces that are no windows, and what belongs to them. */
#include <X11/Xutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xcb.h>

#include "scene.h"

#ifndef EGL_PLATFORM_XCB_EXT
#define EGL_PLATFORM_XCB_EXT 0x31DC
#endif

static EGLint attrib(EGLConfig config, EGLint name)
{
    EGLint value = -1;

    CHECK(eglGetConfigAttrib(egl, config, name, &value));
    return value;
}

static int depth_of(EGLint visual_id)
{
    XVisualInfo template, *visual;
    int count, depth = 0;

    template.visualid = (VisualID)visual_id;
    visual = XGetVisualInfo(dpy, VisualIDMask, &template, &count);
    if (visual) {
        depth = visual->depth;
        XFree(visual);
    }
    return depth;
}

/* What the first config of a wish is like. */
static void say_choice(const char *what, const EGLint *wish)
{
    EGLConfig config = NULL;
    EGLint count = -1;
    EGLBoolean done = eglChooseConfig(egl, wish, &config, 1, &count);

    if (!done || count < 1) {
        say("%s: %d, %s", what, count, error_name(eglGetError()));
        return;
    }
    say("%s: %d %d %d %d of %d, depth %d, stencil %d, samples %d, visual of depth %d, window %d pbuffer %d pixmap %d, "
        "native %d, caveat 0x%x", what, attrib(config, EGL_RED_SIZE), attrib(config, EGL_GREEN_SIZE),
        attrib(config, EGL_BLUE_SIZE), attrib(config, EGL_ALPHA_SIZE), attrib(config, EGL_BUFFER_SIZE),
        attrib(config, EGL_DEPTH_SIZE), attrib(config, EGL_STENCIL_SIZE), attrib(config, EGL_SAMPLES),
        depth_of(attrib(config, EGL_NATIVE_VISUAL_ID)), (attrib(config, EGL_SURFACE_TYPE) & EGL_WINDOW_BIT) != 0,
        (attrib(config, EGL_SURFACE_TYPE) & EGL_PBUFFER_BIT) != 0,
        (attrib(config, EGL_SURFACE_TYPE) & EGL_PIXMAP_BIT) != 0, attrib(config, EGL_NATIVE_RENDERABLE),
        (unsigned)attrib(config, EGL_CONFIG_CAVEAT));
}

static void configs(void)
{
    static const EGLint wishes[][16] = {
        {EGL_NONE},
        {EGL_RED_SIZE, 1, EGL_GREEN_SIZE, 1, EGL_BLUE_SIZE, 1, EGL_DEPTH_SIZE, 1, EGL_RENDERABLE_TYPE,
         EGL_OPENGL_ES2_BIT, EGL_NONE},
        {EGL_RED_SIZE, 8, EGL_ALPHA_SIZE, 8, EGL_NONE},
        {EGL_ALPHA_SIZE, 1, EGL_STENCIL_SIZE, 1, EGL_NONE},
        {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_NONE},
        {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT | EGL_PIXMAP_BIT | EGL_WINDOW_BIT, EGL_SAMPLES, 4, EGL_NONE},
        {EGL_SURFACE_TYPE, EGL_DONT_CARE, EGL_BUFFER_SIZE, 32, EGL_NONE},
        {EGL_NATIVE_RENDERABLE, EGL_TRUE, EGL_NONE},
        {EGL_NATIVE_RENDERABLE, EGL_FALSE, EGL_NONE},
        {EGL_NATIVE_VISUAL_TYPE, 4 /* TrueColor */, EGL_NONE},
        {EGL_NATIVE_VISUAL_TYPE, 2 /* PseudoColor */, EGL_NONE},
        {EGL_SAMPLES, 64, EGL_NONE},
        {EGL_RENDERABLE_TYPE, EGL_OPENVG_BIT, EGL_NONE},
        {EGL_COLOR_BUFFER_TYPE, EGL_LUMINANCE_BUFFER, EGL_NONE},
        {0x7777, 1, EGL_NONE},
        {EGL_RED_SIZE, 16, EGL_NONE},
    };
    EGLint count = 0, again = 0;
    EGLConfig some[4];

    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        char what[32];

        snprintf(what, sizeof(what), "wish %zu", i);
        say_choice(what, wishes[i]);
    }
    CHECK(eglGetConfigs(egl, NULL, 0, &count) && count > 4);
    CHECK(eglGetConfigs(egl, some, 4, &again) && again == 4);
    CHECK(eglChooseConfig(egl, NULL, some, 4, &again) && again == 4);
    SAY("no place to count", eglGetConfigs(egl, some, 4, NULL));
    SAY("no place to count", eglChooseConfig(egl, NULL, some, 4, NULL));
    SAY("attribute 0x7777", eglGetConfigAttrib(egl, some[0], 0x7777, &count));
    SAY("no config", eglGetConfigAttrib(egl, NULL, EGL_RED_SIZE, &count));
}

/* Every config has an id of its own, by which it is found, and a visual of a depth that fits. */
static void config_ids(void)
{
    EGLConfig all[512], found;
    EGLint count = 0, one;
    int deep = 0;

    CHECK(eglGetConfigs(egl, all, 512, &count));
    for (EGLint i = 0; i < count; i++) {
        EGLint wish[] = {EGL_CONFIG_ID, attrib(all[i], EGL_CONFIG_ID), EGL_RED_SIZE, 16, EGL_NONE};
        int depth = depth_of(attrib(all[i], EGL_NATIVE_VISUAL_ID));

        CHECK(eglChooseConfig(egl, wish, &found, 1, &one) && one == 1 && found == all[i]);
        CHECK(depth == 24 || (depth == 32 && attrib(all[i], EGL_ALPHA_SIZE) == 8));
        CHECK(attrib(all[i], EGL_NATIVE_VISUAL_TYPE) == TrueColor);
        deep += depth == 32;
    }
    CHECK(deep > 0 && deep < count);
}

static void platforms(void)
{
    static const EGLAttrib wide[] = {EGL_PLATFORM_X11_SCREEN_KHR, 0, EGL_NONE};
    static const EGLint narrow[] = {EGL_PLATFORM_X11_SCREEN_EXT, 0, EGL_NONE}, odd[] = {0x7777, 0, EGL_NONE};
    EGLDisplay plain = eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, dpy, NULL), xcb, other;
    xcb_connection_t *connection = xcb_connect(NULL, NULL);
    const char *client = eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
    struct window window;
    EGLContext context;
    xcb_window_t narrow_id;
    EGLSurface surface;
    EGLConfig config;
    EGLint count;

    CHECK(strstr(client, "EGL_EXT_platform_x11") && strstr(client, "EGL_KHR_platform_x11") &&
          strstr(client, "EGL_EXT_platform_xcb") && strstr(client, "EGL_EXT_platform_base"));
    CHECK(eglGetDisplay(dpy) == egl);
    CHECK(plain == eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, dpy, NULL));
    CHECK(plain == PROC(eglGetPlatformDisplayEXT)(EGL_PLATFORM_X11_EXT, dpy, NULL));
    CHECK(eglGetPlatformDisplay(EGL_PLATFORM_X11_KHR, dpy, wide) != EGL_NO_DISPLAY);
    CHECK(PROC(eglGetPlatformDisplayEXT)(EGL_PLATFORM_X11_EXT, dpy, narrow) != EGL_NO_DISPLAY);
    CHECK(!PROC(eglGetPlatformDisplayEXT)(EGL_PLATFORM_X11_EXT, dpy, odd));
    say_egl("odd attribute");
    other = eglGetDisplay(EGL_DEFAULT_DISPLAY);
    CHECK(other != EGL_NO_DISPLAY && other != egl && eglInitialize(other, NULL, NULL));
    CHECK(eglTerminate(other));
    xcb = PROC(eglGetPlatformDisplayEXT)(EGL_PLATFORM_XCB_EXT, connection, NULL);
    CHECK(xcb != EGL_NO_DISPLAY && eglInitialize(xcb, NULL, NULL));
    CHECK(eglChooseConfig(xcb, NULL, &config, 1, &count));
    window.config = choose(EGL_OPENGL_ES2_BIT, 0);
    window.id = window_only(window.config, 50, 40);
    /* The same object, by the address of its id. */
    surface = eglCreatePlatformWindowSurface(egl, window.config, &window.id, NULL);
    say_egl("by the address of an XID");
    CHECK(eglDestroySurface(egl, surface));
    surface = PROC(eglCreatePlatformWindowSurfaceEXT)(egl, window.config, &window.id, NULL);
    CHECK(surface != EGL_NO_SURFACE && eglDestroySurface(egl, surface));
    XSync(dpy, False);
    narrow_id = (xcb_window_t)window.id;
    surface = PROC(eglCreatePlatformWindowSurfaceEXT)(xcb, config, &narrow_id, NULL);
    say_egl("by the address of an xcb id");
    CHECK(eglBindAPI(EGL_OPENGL_ES_API));
    context = eglCreateContext(xcb, config, EGL_NO_CONTEXT, (const EGLint[]){EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE});
    CHECK(eglMakeCurrent(xcb, surface, surface, context));
    CHECK(eglGetCurrentDisplay() == xcb && eglGetCurrentSurface(EGL_DRAW) == surface);
    fill(1, 0, 1);
    say_pixels("xcb", 50, 40);
    CHECK(eglSwapBuffers(xcb, surface));
    CHECK(eglMakeCurrent(xcb, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
    CHECK(eglTerminate(xcb));
}

/* A program that asks for the default display gets ours, and draws into windows of its own connection. */
static void default_display(void)
{
    EGLDisplay display = eglGetDisplay(EGL_DEFAULT_DISPLAY);
    EGLint wish[] = {EGL_RENDERABLE_TYPE, EGL_OPENGL_ES2_BIT, EGL_NONE}, count = 0;
    static const EGLint attribs[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};
    EGLContext context;
    EGLSurface surface;
    EGLConfig config;
    Window id;

    CHECK(eglInitialize(display, NULL, NULL));
    CHECK(eglChooseConfig(display, wish, &config, 1, &count) && count == 1);
    id = window_only(choose(EGL_OPENGL_ES2_BIT, 0), 70, 30);
    XSync(dpy, False);
    surface = eglCreateWindowSurface(display, config, id, NULL);
    say_egl("surface");
    eglBindAPI(EGL_OPENGL_ES_API);
    context = eglCreateContext(display, config, EGL_NO_CONTEXT, attribs);
    CHECK(eglMakeCurrent(display, surface, surface, context));
    CHECK(eglGetCurrentDisplay() == display);
    draw_es2(70, 30, 1);
    say_pixels("default display", 70, 30);
    CHECK(eglSwapBuffers(display, surface));
    CHECK(eglTerminate(display));
}

static void say_surface(const char *what, EGLSurface surface)
{
    static const struct { const char *name; EGLint attribute; } rows[] = {
        {"width", EGL_WIDTH}, {"height", EGL_HEIGHT}, {"render buffer", EGL_RENDER_BUFFER},
        {"swap behaviour", EGL_SWAP_BEHAVIOR}, {"resolve", EGL_MULTISAMPLE_RESOLVE}, {"largest", EGL_LARGEST_PBUFFER},
        {"format", EGL_TEXTURE_FORMAT}, {"target", EGL_TEXTURE_TARGET}, {"mipmap", EGL_MIPMAP_TEXTURE},
        {"level", EGL_MIPMAP_LEVEL}, {"resolution", EGL_HORIZONTAL_RESOLUTION}, {"aspect", EGL_PIXEL_ASPECT_RATIO},
        {"alpha format", EGL_VG_ALPHA_FORMAT}, {"VG colour space", EGL_VG_COLORSPACE},
        {"colour space", EGL_GL_COLORSPACE}, {"odd", 0x7777},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        EGLint value = -77;
        EGLBoolean done = eglQuerySurface(egl, surface, rows[i].attribute, &value);

        say("%s: %s %d 0x%x %s", what, rows[i].name, done, (unsigned)value, error_name(eglGetError()));
    }
}

static void surfaces(void)
{
    static const EGLint single[] = {EGL_RENDER_BUFFER, EGL_SINGLE_BUFFER, EGL_NONE};
    static const EGLint size[] = {EGL_WIDTH, 30, EGL_HEIGHT, 20, EGL_NONE};
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    struct window window;
    EGLSurface surface;
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    EGLint value, other = 0;

    window_open(&window, config, 120, 80);
    say_surface("window", window.surface);
    CHECK(eglQuerySurface(egl, window.surface, EGL_CONFIG_ID, &value));
    CHECK(eglGetConfigAttrib(egl, config, EGL_CONFIG_ID, &other) && value == other);
    CHECK(eglQueryContext(egl, context, EGL_CONFIG_ID, &value) && value == other);
    CHECK(eglQueryContext(egl, context, EGL_CONTEXT_CLIENT_TYPE, &value) && value == EGL_OPENGL_ES_API);
    CHECK(eglQueryContext(egl, context, EGL_CONTEXT_CLIENT_VERSION, &value) && value >= 2);
    CHECK(eglQueryContext(egl, context, EGL_RENDER_BUFFER, &value));
    say("render buffer of a context that is not current 0x%x", (unsigned)value);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    CHECK(eglQueryContext(egl, context, EGL_RENDER_BUFFER, &value));
    say("render buffer of the current context 0x%x", (unsigned)value);
    SAY("swap interval", eglSwapInterval(egl, 0));
    SAY("mipmap level", eglSurfaceAttrib(egl, window.surface, EGL_MIPMAP_LEVEL, 0));
    SAY("odd attribute", eglSurfaceAttrib(egl, window.surface, 0x7777, 0));
    SAY("texture", eglBindTexImage(egl, window.surface, EGL_BACK_BUFFER));
    window_close(&window);
    window.id = window_only(config, 20, 20);
    surface = eglCreateWindowSurface(egl, config, window.id, single);
    CHECK(eglQuerySurface(egl, surface, EGL_RENDER_BUFFER, &value));
    say("single buffer asked for: 0x%x", (unsigned)value);
    surface = eglCreatePbufferSurface(egl, config, size);
    say_surface("pbuffer", surface);
    say("swap of a pbuffer: %d", eglMakeCurrent(egl, surface, surface, context) && eglSwapBuffers(egl, surface));
    fill(0, 1, 1);
    say_pixels("pbuffer", 30, 20);
    CHECK(eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, context));
    CHECK(eglGetCurrentContext() == context && eglGetCurrentSurface(EGL_DRAW) == EGL_NO_SURFACE);
    say("surfaceless: framebuffer 0x%x", glCheckFramebufferStatus(GL_FRAMEBUFFER));
    CHECK(eglDestroySurface(egl, surface));
}

static void sharing(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext first = context_es(config, 2, EGL_NO_CONTEXT), second = context_es(config, 2, first);
    EGLContext free_one = context_es(EGL_NO_CONFIG_KHR, 2, first);
    static const uint8_t texel[4] = {1, 2, 3, 255};
    struct window window;
    GLuint texture;

    CHECK(first != EGL_NO_CONTEXT && second != EGL_NO_CONTEXT && free_one != EGL_NO_CONTEXT);
    window_open(&window, config, 20, 20);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, first));
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 1, 1, 0, GL_RGBA, GL_UNSIGNED_BYTE, texel);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, second));
    CHECK(glIsTexture(texture));
    /* A context that is destroyed while it is current goes on until it no longer is. */
    CHECK(eglDestroyContext(egl, second));
    fill(1, 0, 0);
    CHECK(pixel_at(0, 0) == 0xff0000 && eglGetCurrentContext() == second);
    CHECK(!eglDestroyContext(egl, second) && eglGetError() == EGL_BAD_CONTEXT);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, free_one));
    CHECK(glIsTexture(texture));
    CHECK(!eglMakeCurrent(egl, window.surface, window.surface, second) && eglGetError() == EGL_BAD_CONTEXT);
    /* And so does a surface. */
    CHECK(eglDestroySurface(egl, window.surface));
    fill(0, 1, 0);
    CHECK(pixel_at(0, 0) == 0x00ff00);
    CHECK(!eglSwapBuffers(egl, window.surface) && eglGetError() == EGL_BAD_SURFACE);
    CHECK(eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
    window.surface = eglCreateWindowSurface(egl, config, window.id, NULL);
    CHECK(window.surface != EGL_NO_SURFACE);
    CHECK(!context_es(config, 2, second) && eglGetError() == EGL_BAD_CONTEXT);
}

/* Syncs and images are the driver's, on a display that is ours. */
static void syncs(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    static const EGLint size[] = {EGL_WIDTH, 8, EGL_HEIGHT, 8, EGL_NONE};
    EGLSurface surface = eglCreatePbufferSurface(egl, config, size);
    EGLAttrib status = 0, device = 0;
    EGLSyncKHR old;
    EGLImage image;
    GLuint texture;
    EGLSync sync;
    const char *name;

    CHECK(eglMakeCurrent(egl, surface, surface, context));
    sync = eglCreateSync(egl, EGL_SYNC_FENCE, NULL);
    CHECK(sync != EGL_NO_SYNC);
    CHECK(eglClientWaitSync(egl, sync, EGL_SYNC_FLUSH_COMMANDS_BIT, EGL_FOREVER) == EGL_CONDITION_SATISFIED);
    CHECK(eglGetSyncAttrib(egl, sync, EGL_SYNC_STATUS, &status) && status == EGL_SIGNALED);
    CHECK(eglWaitSync(egl, sync, 0));
    CHECK(eglDestroySync(egl, sync));
    old = PROC(eglCreateSyncKHR)(egl, EGL_SYNC_FENCE_KHR, NULL);
    CHECK(old != EGL_NO_SYNC_KHR && PROC(eglDestroySyncKHR)(egl, old));
    CHECK(!PROC(eglDestroySyncKHR)(egl, old));
    say_egl("a sync that is gone");
    glGenTextures(1, &texture);
    glBindTexture(GL_TEXTURE_2D, texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    image = eglCreateImage(egl, context, EGL_GL_TEXTURE_2D, (EGLClientBuffer)(uintptr_t)texture, NULL);
    say_egl("image");
    CHECK(eglDestroyImage(egl, image));
    name = PROC(eglGetDisplayDriverName)(egl);
    CHECK(name && *name);
    CHECK(PROC(eglQueryDisplayAttribEXT)(egl, EGL_DEVICE_EXT, &device) && device);
    CHECK(PROC(eglLabelObjectKHR)(egl, EGL_OBJECT_CONTEXT_KHR, context, NULL) == EGL_SUCCESS);
    CHECK(eglWaitClient() && eglWaitGL() && eglWaitNative(EGL_CORE_NATIVE_ENGINE));
    SAY("another engine", eglWaitNative(0x7777));
}

static void life(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    struct window window;
    EGLint major = 0, minor = 0, value;

    window_open(&window, config, 20, 20);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    CHECK(eglInitialize(egl, &major, &minor) && major == 1 && minor >= 4);
    CHECK(eglTerminate(egl));
    SAY("query", eglQueryContext(egl, context, EGL_CONFIG_ID, &value));
    SAY("string", eglQueryString(egl, EGL_VERSION));
    SAY("config", eglGetConfigAttrib(egl, config, EGL_RED_SIZE, &value));
    SAY("swap", eglSwapBuffers(egl, window.surface));
    SAY("again", eglTerminate(egl));
    SAY("nothing current", eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
    CHECK(eglInitialize(egl, NULL, NULL));
    SAY("old context", eglQueryContext(egl, context, EGL_CONFIG_ID, &value));
    SAY("old surface", eglQuerySurface(egl, window.surface, EGL_WIDTH, &value));
    config = choose(EGL_OPENGL_ES2_BIT, 0);
    window.surface = eglCreateWindowSurface(egl, config, window.id, NULL);
    say_egl("the same window");
    context = context_es(config, 2, EGL_NO_CONTEXT);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    draw_es2(20, 20, 1);
    say_pixels("afterwards", 20, 20);
    CHECK(eglReleaseThread());
    CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT && eglQueryAPI() == EGL_OPENGL_ES_API);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    eglReleaseThread();
}

/* What is drawn into a pixmap's surface, and what is copied to a pixmap, X can read. */
static void pixmaps(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    Window root = DefaultRootWindow(dpy);
    Pixmap drawn = XCreatePixmap(dpy, root, 30, 20, 24), copied = XCreatePixmap(dpy, root, 25, 40, 24);
    Pixmap deep = XCreatePixmap(dpy, root, 30, 20, 32);
    struct window window;
    EGLSurface surface;
    XImage *image;

    surface = eglCreatePixmapSurface(egl, config, drawn, NULL);
    CHECK(surface != EGL_NO_SURFACE);
    CHECK(eglMakeCurrent(egl, surface, surface, context));
    fill(1, 0, 0);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 0, 10, 5); /* below, on the left */
    fill(0, 1, 0);
    glDisable(GL_SCISSOR_TEST);
    CHECK(eglWaitClient());
    image = XGetImage(dpy, drawn, 0, 0, 30, 20, AllPlanes, ZPixmap);
    CHECK((XGetPixel(image, 0, 0) & 0xffffff) == 0xff0000);
    CHECK((XGetPixel(image, 9, 19) & 0xffffff) == 0x00ff00);
    CHECK((XGetPixel(image, 10, 19) & 0xffffff) == 0xff0000);
    XDestroyImage(image);
    CHECK(eglDestroySurface(egl, surface));
    window_open(&window, config, 40, 30);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    glViewport(0, 0, 40, 30);
    fill(0, 0, 1);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 20, 40, 10); /* above */
    fill(1, 1, 0);
    CHECK(eglCopyBuffers(egl, window.surface, copied));
    image = XGetImage(dpy, copied, 0, 0, 25, 30, AllPlanes, ZPixmap);
    CHECK((XGetPixel(image, 0, 0) & 0xffffff) == 0xffff00);
    CHECK((XGetPixel(image, 24, 9) & 0xffffff) == 0xffff00);
    CHECK((XGetPixel(image, 24, 10) & 0xffffff) == 0x0000ff);
    XDestroyImage(image);
    CHECK(!eglCopyBuffers(egl, window.surface, deep) && eglGetError() == EGL_BAD_MATCH);
    CHECK(!eglCopyBuffers(egl, window.surface, window.id) && eglGetError() == EGL_BAD_NATIVE_PIXMAP);
    CHECK(glGetError() == GL_NO_ERROR && pixel_at(0, 0) == 0x0000ff);
}

const struct scene scenes_objects[] = {
    {"configs", configs, false},
    {"config_ids", config_ids, true},
    {"platforms", platforms, false},
    {"default_display", default_display, false},
    {"surfaces", surfaces, false},
    {"sharing", sharing, true},
    {"syncs", syncs, false},
    {"life", life, false},
    {"pixmaps", pixmaps, true},
    {NULL, NULL, false},
};
