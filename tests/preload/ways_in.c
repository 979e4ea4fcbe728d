/* A GLX program that draws one frame and looks at it, with its functions taken in the way that the arguments name:
 *   linked            by the dynamic linker
 *   dlopen LIBRARY    by dlsym from this library
 *   getproc LIBRARY   by glXGetProcAddressARB, itself by dlsym from this library */
#include <dlfcn.h>
#include <unistd.h>

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

static void linked(struct functions *gl)
{
#define X(name) gl->name = name;
    FUNCTIONS(X)
#undef X
}

static void loaded(struct functions *gl, const char *library, bool by_getproc)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    __typeof__(&glXGetProcAddressARB) get;

    CHECK(handle != NULL);
    get = (__typeof__(get))dlsym(handle, "glXGetProcAddressARB");
    CHECK(get != NULL);
#define X(name)                                                                              \
    gl->name = (__typeof__(gl->name))(by_getproc ? (void *)get((const GLubyte *)#name) : dlsym(handle, #name)); \
    CHECK(gl->name != NULL);
    FUNCTIONS(X)
#undef X
}

static void draw(const struct functions *gl)
{
    static const int attributes[] = {GLX_DOUBLEBUFFER, True, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8,
                                     GLX_X_RENDERABLE, True, None};
    Display *display = XOpenDisplay(NULL);
    GLXFBConfig *configs, config;
    XVisualInfo *visual;
    XSetWindowAttributes window_attributes = {0};
    GLXContext context;
    GLXWindow glx_window;
    Window window;
    int count = 0;
    unsigned char pixel[4] = {0};

    CHECK(display != NULL);
    configs = gl->glXChooseFBConfig(display, DefaultScreen(display), attributes, &count);
    CHECK(configs && count > 0);
    config = configs[0];
    visual = gl->glXGetVisualFromFBConfig(display, config);
    CHECK(visual != NULL);
    window_attributes.colormap = XCreateColormap(display, DefaultRootWindow(display), visual->visual, AllocNone);
    window = XCreateWindow(display, DefaultRootWindow(display), 0, 0, 84, 63, 0, visual->depth, InputOutput, visual->visual,
                           CWColormap, &window_attributes);
    XMapWindow(display, window);
    context = gl->glXCreateNewContext(display, config, GLX_RGBA_TYPE, NULL, True);
    CHECK(context != NULL);
    glx_window = gl->glXCreateWindow(display, config, window, NULL);
    CHECK(gl->glXMakeContextCurrent(display, glx_window, glx_window, context));
    CHECK(gl->glXGetCurrentContext() == context);
    CHECK(gl->glGetString(GL_VERSION) != NULL);
    gl->glClearColor(0.2f, 0.4f, 0.6f, 1.0f);
    gl->glClear(GL_COLOR_BUFFER_BIT);
    gl->glReadPixels(40, 30, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
    gl->glXSwapBuffers(display, glx_window);
    CHECK(pixel[0] == 51 && pixel[1] == 102 && pixel[2] == 153);
    CHECK(gl->glGetError() == GL_NO_ERROR);
    gl->glXMakeContextCurrent(display, None, None, NULL);
    gl->glXDestroyContext(display, context);
    gl->glXDestroyWindow(display, glx_window);
    XFree(visual);
    XFree(configs);
    XCloseDisplay(display);
}

int main(int count, char **arguments)
{
    struct functions gl;

    if (count == 2 && strcmp(arguments[1], "linked") == 0)
        linked(&gl);
    else if (count == 3 && strcmp(arguments[1], "dlopen") == 0)
        loaded(&gl, arguments[2], false);
    else if (count == 3 && strcmp(arguments[1], "getproc") == 0)
        loaded(&gl, arguments[2], true);
    else
        CHECK(!"usage");
    draw(&gl);
    return 0;
}
