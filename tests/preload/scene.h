/* The smallest GLX program: one window, one frame, one pixel looked at. Its functions come from a table, so that each test
 * can get them in its own way. */
#ifndef OFS_TEST_PRELOAD_SCENE_H
#define OFS_TEST_PRELOAD_SCENE_H

#include <GL/glx.h>

#include "check.h"

#define FUNCTIONS(X)                                                                                                 \
    X(glXChooseFBConfig) X(glXGetVisualFromFBConfig) X(glXCreateNewContext) X(glXCreateWindow) X(glXDestroyWindow)   \
    X(glXMakeContextCurrent) X(glXSwapBuffers) X(glXDestroyContext) X(glXGetCurrentContext) X(glClear) X(glClearColor) \
    X(glReadPixels) X(glGetString) X(glGetError)

struct functions {
#define X(name) __typeof__(&name) name;
    FUNCTIONS(X)
#undef X
};

struct scene {
    Display *display;
    XVisualInfo *visual;
    GLXFBConfig *configs;
    GLXContext context;
    GLXWindow glx_window;
    Window window;
};

static inline void scene_open(struct scene *scene, const struct functions *gl)
{
    static const int attributes[] = {GLX_DOUBLEBUFFER, True, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8,
                                     GLX_X_RENDERABLE, True, None};
    XSetWindowAttributes window_attributes = {0};
    Window root;
    int count = 0;

    scene->display = XOpenDisplay(NULL);
    CHECK(scene->display != NULL);
    root = DefaultRootWindow(scene->display);
    scene->configs = gl->glXChooseFBConfig(scene->display, DefaultScreen(scene->display), attributes, &count);
    CHECK(scene->configs && count > 0);
    scene->visual = gl->glXGetVisualFromFBConfig(scene->display, scene->configs[0]);
    CHECK(scene->visual != NULL);
    window_attributes.colormap = XCreateColormap(scene->display, root, scene->visual->visual, AllocNone);
    scene->window = XCreateWindow(scene->display, root, 0, 0, 84, 63, 0, scene->visual->depth, InputOutput,
                                  scene->visual->visual, CWColormap, &window_attributes);
    XMapWindow(scene->display, scene->window);
    scene->context = gl->glXCreateNewContext(scene->display, scene->configs[0], GLX_RGBA_TYPE, NULL, True);
    CHECK(scene->context != NULL);
    scene->glx_window = gl->glXCreateWindow(scene->display, scene->configs[0], scene->window, NULL);
    CHECK(gl->glXMakeContextCurrent(scene->display, scene->glx_window, scene->glx_window, scene->context));
    CHECK(gl->glXGetCurrentContext() == scene->context);
    CHECK(gl->glGetString(GL_VERSION) != NULL);
}

static inline void scene_frame(const struct scene *scene, const struct functions *gl)
{
    unsigned char pixel[4] = {0};

    gl->glClearColor(0.2f, 0.4f, 0.6f, 1.0f);
    gl->glClear(GL_COLOR_BUFFER_BIT);
    gl->glReadPixels(40, 30, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
    gl->glXSwapBuffers(scene->display, scene->glx_window);
    CHECK(pixel[0] == 51 && pixel[1] == 102 && pixel[2] == 153);
    CHECK(gl->glGetError() == GL_NO_ERROR);
}

static inline void scene_close(struct scene *scene, const struct functions *gl)
{
    gl->glXMakeContextCurrent(scene->display, None, None, NULL);
    gl->glXDestroyContext(scene->display, scene->context);
    gl->glXDestroyWindow(scene->display, scene->glx_window);
    XFree(scene->visual);
    XFree(scene->configs);
    XCloseDisplay(scene->display);
}

#endif
