/* EGL on X11 beside GLX, beside EGL without X, and the functions that it gives. */
#include <GL/glx.h>
#include <dlfcn.h>
#include <string.h>

#include "scene.h"

static EGLDisplay device_display(int number)
{
    EGLDeviceEXT devices[16];
    EGLint count = 0;

    PROC(eglQueryDevicesEXT)(16, devices, &count);
    return number < count ? PROC(eglGetPlatformDisplayEXT)(EGL_PLATFORM_DEVICE_EXT, devices[number], NULL)
                          : EGL_NO_DISPLAY;
}

static GLXContext glx_context(Window *id)
{
    int attribs[] = {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, None};
    XVisualInfo *visual = glXChooseVisual(dpy, DefaultScreen(dpy), attribs);
    XSetWindowAttributes attributes;
    GLXContext context;

    memset(&attributes, 0, sizeof(attributes));
    attributes.colormap = XCreateColormap(dpy, DefaultRootWindow(dpy), visual->visual, AllocNone);
    *id = XCreateWindow(dpy, DefaultRootWindow(dpy), 0, 0, 40, 40, 0, visual->depth, InputOutput, visual->visual,
                        CWColormap | CWBorderPixel, &attributes);
    context = glXCreateContext(dpy, visual, NULL, True);
    XFree(visual);
    return context;
}

static int raised;
static int count_error(Display *display, XErrorEvent *event)
{
    (void)display;
    (void)event;
    raised++;
    return 0;
}

/* Both APIs in one thread, in turn: each sees its own current context only, and refuses while the other has one. */
static void beside_glx(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    struct window window;
    GLXContext glx;
    Window id;

    window_open(&window, config, 40, 40);
    glx = glx_context(&id);
    XSetErrorHandler(count_error);
    for (int turn = 0; turn < 3; turn++) {
        CHECK(glXMakeCurrent(dpy, id, glx));
        CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT && eglGetCurrentDisplay() == EGL_NO_DISPLAY);
        CHECK(eglGetCurrentSurface(EGL_DRAW) == EGL_NO_SURFACE);
        CHECK(!eglMakeCurrent(egl, window.surface, window.surface, context) && eglGetError() == EGL_BAD_ACCESS);
        CHECK(!eglSwapBuffers(egl, window.surface) && eglGetError() == EGL_BAD_SURFACE);
        CHECK(eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
        CHECK(glXGetCurrentContext() == glx && glXGetCurrentDrawable() == id);
        fill(1, 0, 0);
        CHECK(pixel_at(1, 1) == 0xff0000);
        glXSwapBuffers(dpy, id);
        CHECK(glXMakeCurrent(dpy, None, NULL));
        CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
        CHECK(glXGetCurrentContext() == NULL && glXGetCurrentDrawable() == None && glXGetCurrentDisplay() == NULL);
        CHECK(!glXMakeCurrent(dpy, id, glx));
        XSync(dpy, False);
        CHECK(raised == turn + 1);
        CHECK(glXMakeCurrent(dpy, None, NULL)); /* GLX has nothing to let go of */
        CHECK(eglGetCurrentContext() == context && eglGetCurrentSurface(EGL_READ) == window.surface);
        fill(0, 1, 0);
        CHECK(pixel_at(1, 1) == 0x00ff00);
        CHECK(eglSwapBuffers(egl, window.surface));
        CHECK(eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
        CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT);
    }
    glXDestroyContext(dpy, glx);
}

/* A GLX program that looks, while its context is current, what every EGL device can do, as Ogre's plugins do in Gazebo:
 * its context is still there afterwards, and draws. */
static void probes_devices(void)
{
    static const EGLint wish[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    static const EGLint size[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
    EGLDisplay display;
    GLXContext glx;
    int probed = 0;
    Window id;

    glx = glx_context(&id);
    CHECK(glXMakeCurrent(dpy, id, glx));
    for (int i = 0; (display = device_display(i)) != EGL_NO_DISPLAY; i++) {
        EGLConfig config;
        EGLContext context;
        EGLSurface surface;
        EGLint count = 0;

        if (!eglInitialize(display, NULL, NULL) || !eglChooseConfig(display, wish, &config, 1, &count) || !count)
            continue;
        probed++;
        CHECK(eglBindAPI(EGL_OPENGL_API));
        surface = eglCreatePbufferSurface(display, config, size);
        context = eglCreateContext(display, config, EGL_NO_CONTEXT, NULL);
        CHECK(!eglMakeCurrent(display, surface, surface, context) && eglGetError() == EGL_BAD_ACCESS);
        CHECK(eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
        CHECK(eglDestroyContext(display, context) && eglDestroySurface(display, surface));
        CHECK(eglTerminate(display));
        CHECK(glXGetCurrentContext() == glx);
    }
    CHECK(probed > 0);
    fill(0, 0, 1);
    CHECK(pixel_at(1, 1) == 0x0000ff);
    glXSwapBuffers(dpy, id);
    CHECK(glXMakeCurrent(dpy, None, NULL));
}

/* EGL without X is the driver's, whatever is done with X meanwhile. */
static void beside_devices(void)
{
    static const EGLint wish[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_ES2_BIT, EGL_NONE};
    static const EGLint size[] = {EGL_WIDTH, 16, EGL_HEIGHT, 16, EGL_NONE};
    static const EGLint version[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};
    EGLDisplay device = device_display(0);
    EGLConfig own_config = choose(EGL_OPENGL_ES2_BIT, 0), config;
    EGLContext own = context_es(own_config, 2, EGL_NO_CONTEXT), context;
    struct window window;
    EGLSurface surface;
    EGLint count = 0;

    CHECK(device != EGL_NO_DISPLAY && device != egl && eglInitialize(device, NULL, NULL));
    CHECK(eglChooseConfig(device, wish, &config, 1, &count) && count == 1);
    surface = eglCreatePbufferSurface(device, config, size);
    context = eglCreateContext(device, config, EGL_NO_CONTEXT, version);
    window_open(&window, own_config, 40, 40);
    for (int turn = 0; turn < 2; turn++) {
        CHECK(eglMakeCurrent(egl, window.surface, window.surface, own));
        fill(1, 0, 0);
        /* From one display's context straight to the other's. */
        CHECK(eglMakeCurrent(device, surface, surface, context));
        CHECK(eglGetCurrentDisplay() == device && eglGetCurrentContext() == context);
        CHECK(eglGetCurrentSurface(EGL_DRAW) == surface);
        fill(0, 1, 0);
        CHECK(pixel_at(1, 1) == 0x00ff00);
        CHECK(eglMakeCurrent(egl, window.surface, window.surface, own));
        CHECK(eglGetCurrentDisplay() == egl && eglGetCurrentContext() == own);
        CHECK(pixel_at(1, 1) == 0xff0000);
        CHECK(eglSwapBuffers(egl, window.surface));
        CHECK(eglMakeCurrent(device, surface, surface, context));
        /* Nothing current, said to the display that has nothing current. */
        CHECK(eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
        CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT);
    }
    /* Objects of one display are unknown to the other. */
    CHECK(!eglMakeCurrent(egl, surface, surface, own) && eglGetError() == EGL_BAD_SURFACE);
    CHECK(!eglMakeCurrent(egl, window.surface, window.surface, context) && eglGetError() == EGL_BAD_CONTEXT);
    CHECK(!eglMakeCurrent(device, window.surface, window.surface, context));
    CHECK(eglTerminate(device));
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, own));
    CHECK(pixel_at(1, 1) == 0xff0000);
}

/* The driver's own libraries see the real objects, whichever API made something current. */
static void driver(void)
{
    struct { EGLDisplay display; EGLContext context; EGLSurface draw; } view;
    void *library = dlopen(DRIVER, RTLD_NOW);
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    EGLContext context = context_es(config, 2, EGL_NO_CONTEXT);
    struct window window;
    void (*look)(void *);
    GLXContext glx;
    EGLint size = 0;
    Window id;

    CHECK(library != NULL);
    look = (void (*)(void *))dlsym(library, "driver_look");
    window_open(&window, config, 40, 30);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    look(&view);
    CHECK(view.context == context && view.display != egl && view.draw != window.surface);
    CHECK(eglQuerySurface(view.display, view.draw, EGL_WIDTH, &size) && size == 40);
    CHECK(eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
    glx = glx_context(&id);
    CHECK(glXMakeCurrent(dpy, id, glx));
    CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT);
    look(&view);
    CHECK(view.context != EGL_NO_CONTEXT && view.display != EGL_NO_DISPLAY);
    CHECK(glXMakeCurrent(dpy, None, NULL));
}

/* The functions that every way gives are the same. */
static void functions(void)
{
    static const char *const libraries[] = {"libEGL.so.1", "libGLESv2.so.2", "libGLESv1_CM.so.1"};
    void *library;

    CHECK((void *)PROC(eglSwapBuffers) == (void *)eglSwapBuffers);
    CHECK((void *)PROC(eglCreateSync) == (void *)eglCreateSync);
    CHECK(PROC(eglCreateSyncKHR) && PROC(eglSwapBuffersWithDamageKHR) && PROC(eglGetPlatformDisplayEXT));
    library = dlopen(libraries[0], RTLD_NOW);
    CHECK(library && dlsym(library, "eglCreateWindowSurface") == (void *)eglCreateWindowSurface);
    for (int i = 1; i < 3; i++) {
        library = dlopen(libraries[i], RTLD_NOW);
        if (!library)
            continue; /* not installed */
        CHECK(dlsym(library, "glViewport") == (void *)glViewport);
        CHECK(dlsym(library, "glClear") != NULL);
        dlclose(library);
    }
    CHECK((void *)proc("glViewport") == (void *)glViewport);
    /* A library that only has the name is what it is. */
    library = dlopen(ANGLE, RTLD_NOW | RTLD_LOCAL);
    CHECK(library && dlsym(library, "browser_s_own") && !dlsym(library, "glViewport"));
}

const struct scene scenes_beside[] = {
    {"beside_glx", beside_glx, true},
    {"probes_devices", probes_devices, true},
    {"beside_devices", beside_devices, true},
    {"driver", driver, true},
    {"functions", functions, true},
    {NULL, NULL, false},
};
