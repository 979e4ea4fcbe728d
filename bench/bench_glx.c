/* A plain Xlib and GLX program: one double-buffered window. Runs on an X server and under Offstage, knowing neither. */
#include "loop.h"

#include <GL/glx.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdio.h>

struct window {
    Display *display;
    Window window;
};

static void swap(void *data)
{
    struct window *w = data;

    glXSwapBuffers(w->display, w->window);
}

static GLXFBConfig choose(Display *display, struct bench_target *t)
{
    static const int wanted[] = {
        GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT, GLX_RENDER_TYPE, GLX_RGBA_BIT, GLX_DOUBLEBUFFER, True,
        GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_DEPTH_SIZE, 24, None};
    GLXFBConfig config = NULL, *configs;
    int n = 0;

    configs = glXChooseFBConfig(display, DefaultScreen(display), wanted, &n);
    /* 24 bits of depth, no alpha and no stencil where that is to be had, as in the EGL program; else the first. */
    for (int i = 0; i < n && !config; i++) {
        int alpha = 0, depth = 0, stencil = 0;

        glXGetFBConfigAttrib(display, configs[i], GLX_ALPHA_SIZE, &alpha);
        glXGetFBConfigAttrib(display, configs[i], GLX_DEPTH_SIZE, &depth);
        glXGetFBConfigAttrib(display, configs[i], GLX_STENCIL_SIZE, &stencil);
        if (alpha == 0 && depth == 24 && stencil == 0)
            config = configs[i];
    }
    if (!config && n > 0)
        config = configs[0];
    if (config) {
        glXGetFBConfigAttrib(display, config, GLX_RED_SIZE, &t->red_bits);
        glXGetFBConfigAttrib(display, config, GLX_ALPHA_SIZE, &t->alpha_bits);
        glXGetFBConfigAttrib(display, config, GLX_DEPTH_SIZE, &t->depth_bits);
        glXGetFBConfigAttrib(display, config, GLX_STENCIL_SIZE, &t->stencil_bits);
    }
    XFree(configs);
    return config;
}

static Window create_window(Display *display, const XVisualInfo *visual, const struct bench_scene *scene)
{
    XSetWindowAttributes attributes = {0};
    Window root = RootWindow(display, visual->screen), window;

    attributes.colormap = XCreateColormap(display, root, visual->visual, AllocNone);
    attributes.event_mask = StructureNotifyMask | KeyPressMask;
    window = XCreateWindow(display, root, 0, 0, (unsigned)scene->width_px, (unsigned)scene->height_px, 0,
                           visual->depth, InputOutput, visual->visual, CWColormap | CWEventMask | CWBorderPixel,
                           &attributes);
    XStoreName(display, window, scene->name);
    XMapWindow(display, window);
    return window;
}

int main(int argc, char **argv)
{
    struct bench_target target = {.api = "glx", .device = "glx", .swap = swap};
    struct window w;
    GLXFBConfig config;
    GLXContext context;
    XVisualInfo *visual;
    int status;

    if (bench_parse(argc, argv, &target) < 0)
        return 2;
    w.display = XOpenDisplay(NULL);
    if (!w.display) {
        fprintf(stderr, "bench_glx: no display\n");
        return 1;
    }
    config = choose(w.display, &target);
    visual = config ? glXGetVisualFromFBConfig(w.display, config) : NULL;
    if (!visual) {
        fprintf(stderr, "bench_glx: no double-buffered FBConfig with a visual\n");
        return 1;
    }
    w.window = create_window(w.display, visual, target.scene);
    context = glXCreateNewContext(w.display, config, GLX_RGBA_TYPE, NULL, True);
    if (!context || !glXMakeContextCurrent(w.display, w.window, w.window, context)) {
        fprintf(stderr, "bench_glx: no context\n");
        return 1;
    }
    target.data = &w;
    status = bench_loop(&target);
    glXMakeContextCurrent(w.display, None, None, NULL);
    glXDestroyContext(w.display, context);
    XFree(visual);
    XCloseDisplay(w.display);
    return status;
}
