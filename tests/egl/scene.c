#include "scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

EGLDisplay egl;

const char *error_name(EGLint error)
{
    static const char *const names[] = {
        "SUCCESS", "NOT_INITIALIZED", "BAD_ACCESS", "BAD_ALLOC", "BAD_ATTRIBUTE", "BAD_CONFIG", "BAD_CONTEXT",
        "BAD_CURRENT_SURFACE", "BAD_DISPLAY", "BAD_MATCH", "BAD_NATIVE_PIXMAP", "BAD_NATIVE_WINDOW", "BAD_PARAMETER",
        "BAD_SURFACE",
    };

    return error >= EGL_SUCCESS && error <= EGL_BAD_SURFACE ? names[error - EGL_SUCCESS] : "another error";
}

void say_egl(const char *what)
{
    say("%s: %s", what, error_name(eglGetError()));
}

void (*proc(const char *name))(void)
{
    return eglGetProcAddress(name);
}

/* -- windows ------------------------------------------------------------------------------------------------------ */

EGLConfig choose(EGLint renderable, int samples)
{
    EGLint attribs[] = {EGL_SURFACE_TYPE, EGL_WINDOW_BIT | EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, renderable,
                        EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 0, EGL_DEPTH_SIZE, 24,
                        EGL_STENCIL_SIZE, 8, EGL_SAMPLE_BUFFERS, samples > 0, EGL_SAMPLES, samples, EGL_NONE};
    EGLConfig config = NULL;
    EGLint count = 0;

    if (!eglChooseConfig(egl, attribs, &config, 1, &count) || !count) {
        fprintf(stderr, "no config\n");
        exit(1);
    }
    return config;
}

Window window_only(EGLConfig config, int width, int height)
{
    XVisualInfo template, *visual;
    EGLint visual_id = 0;
    Window id;
    int count;

    eglGetConfigAttrib(egl, config, EGL_NATIVE_VISUAL_ID, &visual_id);
    memset(&template, 0, sizeof(template));
    template.visualid = (VisualID)visual_id;
    visual = XGetVisualInfo(dpy, VisualIDMask, &template, &count);
    if (!visual) {
        fprintf(stderr, "no visual 0x%x\n", (unsigned)visual_id);
        exit(1);
    }
    id = x_window_open(visual, width, height);
    XFree(visual);
    return id;
}

void window_open(struct window *window, EGLConfig config, int width, int height)
{
    window->config = config;
    window->width = width;
    window->height = height;
    window->id = window_only(config, width, height);
    window->surface = eglCreateWindowSurface(egl, config, window->id, NULL);
    if (window->surface == EGL_NO_SURFACE) {
        fprintf(stderr, "no surface: %s\n", error_name(eglGetError()));
        exit(1);
    }
}

void window_resize(struct window *window, int width, int height)
{
    window->width = width;
    window->height = height;
    x_window_resize(window->id, width, height);
}

void window_close(struct window *window)
{
    eglDestroySurface(egl, window->surface);
    XDestroyWindow(dpy, window->id);
    XSync(dpy, False);
}

EGLContext context_es(EGLConfig config, int version, EGLContext share)
{
    EGLint attribs[] = {EGL_CONTEXT_CLIENT_VERSION, version, EGL_NONE};

    eglBindAPI(EGL_OPENGL_ES_API);
    return eglCreateContext(egl, config, share, attribs);
}

/* -- main --------------------------------------------------------------------------------------------------------- */

static int on_error(Display *display, XErrorEvent *event)
{
    (void)display;
    say("X error %d of request %d", event->error_code, event->request_code);
    return 0;
}

static bool run(const struct scene *scene)
{
    EGLint major = 0, minor = 0;

    XSetErrorHandler(on_error);
    egl = eglGetDisplay(dpy);
    if (!eglInitialize(egl, &major, &minor)) {
        fprintf(stderr, "no EGL: %s\n", error_name(eglGetError()));
        return false;
    }
    say("EGL %d.%d", major, minor);
    scene->run();
    eglMakeCurrent(egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglTerminate(egl);
    return true;
}

int main(int count, char **arguments)
{
    static const struct scene *const groups[] = {scenes_draw,   scenes_objects, scenes_threads,
                                                 scenes_errors, scenes_noise,   scenes_beside,
                                                 scenes_input, scenes_native};

    return scene_main(count, arguments, groups, sizeof(groups) / sizeof(groups[0]), run);
}
