/* A program that uses EGL beside GLX. */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <X11/Xlib.h>
#include <stdlib.h>

#include "scene.h"

static EGLDisplay device_display(void)
{
    PFNEGLQUERYDEVICESEXTPROC query = (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
    PFNEGLGETPLATFORMDISPLAYEXTPROC get =
        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
    EGLDeviceEXT devices[16];
    EGLint count = 0;

    query(16, devices, &count);
    return count ? get(EGL_PLATFORM_DEVICE_EXT, devices[count - 1], NULL) : EGL_NO_DISPLAY;
}

static EGLSurface pbuffer(EGLDisplay display, EGLContext *context_out)
{
    static const EGLint config_attribs[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_ES2_BIT,
                                            EGL_NONE};
    static const EGLint context_attribs[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};
    static const EGLint surface_attribs[] = {EGL_WIDTH, 16, EGL_HEIGHT, 16, EGL_NONE};
    EGLConfig config;
    EGLint count = 0;

    eglChooseConfig(display, config_attribs, &config, 1, &count);
    *context_out = eglCreateContext(display, config, EGL_NO_CONTEXT, context_attribs);
    return eglCreatePbufferSurface(display, config, surface_attribs);
}

static void beside_egl(void)
{
    struct window window;
    GLXContext context;
    EGLDisplay display = device_display();
    EGLContext egl_context;
    EGLSurface surface;

    CHECK(eglInitialize(display, NULL, NULL));
    surface = pbuffer(display, &egl_context);
    CHECK(egl_context != EGL_NO_CONTEXT && surface != EGL_NO_SURFACE);
    CHECK(eglQueryAPI() == EGL_OPENGL_ES_API);
    window_open(&window, choose(true, 0, false), 40, 40);
    context = glXCreateNewContext(dpy, window.config, GLX_RGBA_TYPE, NULL, True);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(eglQueryAPI() == EGL_OPENGL_ES_API); /* as the program left it */
    CHECK(eglGetCurrentContext() == EGL_NO_CONTEXT);
    CHECK(eglGetCurrentDisplay() == EGL_NO_DISPLAY);
    CHECK(eglGetCurrentSurface(EGL_DRAW) == EGL_NO_SURFACE);
    CHECK(!eglMakeCurrent(display, surface, surface, egl_context));
    CHECK(eglGetError() == EGL_BAD_ACCESS);
    CHECK(eglGetError() == EGL_SUCCESS);
    CHECK(eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
    fill(1, 0, 0);
    CHECK(pixel_at(1, 1) == 0xff0000);
    CHECK(eglReleaseThread());
    CHECK(eglTerminate(display));
    fill(0, 1, 0);
    CHECK(pixel_at(1, 1) == 0x00ff00);
    glXSwapBuffers(dpy, window.id);
    CHECK(glGetError() == GL_NO_ERROR);
    CHECK(glXMakeCurrent(dpy, None, NULL));
    /* The other way round. */
    CHECK(eglInitialize(display, NULL, NULL));
    surface = pbuffer(display, &egl_context);
    CHECK(eglMakeCurrent(display, surface, surface, egl_context));
    CHECK(glXGetCurrentContext() == NULL);
    CHECK(!glXMakeCurrent(dpy, window.id, context));
    say_errors("an EGL context is current");
    CHECK(eglGetCurrentContext() == egl_context);
    glClearColor(0, 0, 1, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    CHECK(pixel_at(1, 1) == 0x0000ff);
    CHECK(eglSwapBuffers(display, surface));
    CHECK(eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(pixel_at(1, 1) == 0x00ff00);
    CHECK(eglTerminate(display));
    CHECK(eglBindAPI(EGL_OPENGL_ES_API));
    fill(1, 1, 1);
    CHECK(pixel_at(1, 1) == 0xffffff);
    CHECK(glXMakeCurrent(dpy, None, NULL));
    CHECK(glXMakeCurrent(dpy, window.id, context));
    CHECK(eglQueryAPI() == EGL_OPENGL_ES_API);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&window);
}

/* The functions that eglGetProcAddress and glXGetProcAddress give are the ones that know of windows. */
static void egl_proc(void)
{
    void (*read_buffer)(GLenum) = (void (*)(GLenum))eglGetProcAddress("glReadBuffer");
    struct window window;
    GLXContext context;

    window_open(&window, choose(true, 0, false), 40, 40);
    context = glXCreateNewContext(dpy, window.config, GLX_RGBA_TYPE, NULL, True);
    glXMakeCurrent(dpy, window.id, context);
    CHECK((void *)eglGetProcAddress("eglGetCurrentContext") == (void *)eglGetCurrentContext);
    CHECK((void *)read_buffer == (void *)proc("glReadBuffer"));
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    read_buffer(GL_FRONT);
    fill(0, 1, 0);
    CHECK(pixel_at(1, 1) == 0xff0000);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&window);
}

const struct scene scenes_egl[] = {
    {"beside_egl", beside_egl, true},
    {"egl_proc", egl_proc, true},
    {NULL, NULL, false},
};
