#include "work.h"

#include <EGL/egl.h>
#include <GL/glx.h>
#include <X11/Xutil.h>
#include <stdatomic.h>
#include <string.h>

enum { SIDE = 64, FRAMES = 6, MOST_SHOWN = 4 };

/* What look_at_others() looks at; None where there is nothing. */
static _Atomic Window shown[MOST_SHOWN];

/* A window and what OpenGL needs to draw in it. */
struct life {
    enum gl_api api;
    Display *display;
    Window window;
    EGLDisplay egl;
    EGLConfig config;
    EGLSurface surface;
    EGLContext egl_context;
    GLXContext glx_context;
};

static void show(struct life *life, Window window)
{
    for (int i = 0; i < MOST_SHOWN; i++) {
        Window expected = window ? None : life->window;

        if (atomic_compare_exchange_strong(&shown[i], &expected, window))
            return;
    }
}

void look_at_others(Display *display)
{
    for (int i = 0; i < MOST_SHOWN; i++) {
        Window window = atomic_load(&shown[i]), root, parent, *children = NULL;
        unsigned width, height, border, depth, count = 0;
        unsigned long pixel;
        int x, y;

        if (!window)
            continue;
        pixel = pixel_of(display, window, 3, 3);
        CHECK(pixel == NO_PIXEL || pixel == 0 || pixel == RED || pixel == BLUE);
        if (XGetGeometry(display, window, &root, &x, &y, &width, &height, &border, &depth))
            CHECK((width == SIDE || width == SIDE + 6) && height == SIDE);
        if (XQueryTree(display, window, &root, &parent, &children, &count))
            XFree(children);
    }
}

/* -- the two ways to a window -------------------------------------------------------------------------------------- */

static XVisualInfo *glx_visual(struct life *life)
{
    int attribs[] = {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, None};

    return glXChooseVisual(life->display, DefaultScreen(life->display), attribs);
}

static XVisualInfo *egl_visual(struct life *life)
{
    static const EGLint wish[] = {EGL_SURFACE_TYPE, EGL_WINDOW_BIT | EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_ES2_BIT, EGL_RED_SIZE, 8,
                                  EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_NONE};
    XVisualInfo template;
    EGLint id = 0;
    int count = 0;

    life->egl = eglGetDisplay(life->display);
    CHECK(eglInitialize(life->egl, NULL, NULL));
    CHECK(eglChooseConfig(life->egl, wish, &life->config, 1, &count) && count == 1);
    CHECK(eglGetConfigAttrib(life->egl, life->config, EGL_NATIVE_VISUAL_ID, &id));
    memset(&template, 0, sizeof(template));
    template.visualid = (VisualID)id;
    return XGetVisualInfo(life->display, VisualIDMask, &template, &count);
}

static bool make_window(struct life *life, int place)
{
    XVisualInfo *visual = life->api == WITH_GLX ? glx_visual(life) : egl_visual(life);
    Window root = DefaultRootWindow(life->display);
    XSetWindowAttributes attributes;

    CHECK(visual != NULL);
    if (!visual)
        return false;
    memset(&attributes, 0, sizeof(attributes));
    attributes.colormap = XCreateColormap(life->display, root, visual->visual, AllocNone);
    attributes.event_mask = StructureNotifyMask;
    life->window = XCreateWindow(life->display, root, 80 * place, 100, SIDE, SIDE, 0, visual->depth, InputOutput,
                                 visual->visual, CWColormap | CWEventMask | CWBorderPixel | CWBackPixel, &attributes);
    XMapWindow(life->display, life->window);
    wait_for(life->display, life->window, MapNotify);
    XFreeColormap(life->display, attributes.colormap);
    if (life->api == WITH_GLX)
        life->glx_context = glXCreateContext(life->display, visual, NULL, True);
    XFree(visual);
    return true;
}

static bool take(struct life *life)
{
    static const EGLint version[] = {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE};

    if (life->api == WITH_GLX)
        return life->glx_context && glXMakeCurrent(life->display, life->window, life->glx_context);
    eglBindAPI(EGL_OPENGL_ES_API);
    life->surface = eglCreateWindowSurface(life->egl, life->config, life->window, NULL);
    life->egl_context = eglCreateContext(life->egl, life->config, EGL_NO_CONTEXT, version);
    return eglMakeCurrent(life->egl, life->surface, life->surface, life->egl_context);
}

static void swap(struct life *life)
{
    if (life->api == WITH_GLX)
        glXSwapBuffers(life->display, life->window);
    else
        CHECK(eglSwapBuffers(life->egl, life->surface));
}

static void leave(struct life *life)
{
    if (life->api == WITH_GLX) {
        CHECK(glXMakeCurrent(life->display, None, NULL));
        glXDestroyContext(life->display, life->glx_context);
        return;
    }
    CHECK(eglMakeCurrent(life->egl, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
    CHECK(eglDestroySurface(life->egl, life->surface));
    CHECK(eglDestroyContext(life->egl, life->egl_context));
}

void gl_life(enum gl_api api, Display *display, Display *looker, int place, unsigned number)
{
    struct life life = {.api = api, .display = display};
    bool current;

    if (!make_window(&life, place))
        return;
    current = take(&life);
    CHECK(current);
    for (unsigned frame = 0; current && frame < FRAMES; frame++) {
        unsigned long color = frame & 1 ? RED : BLUE;

        fill((float)(frame & 1), 0, (float)!(frame & 1));
        CHECK(pixel_at(3, 3) == color);
        swap(&life);
        if (frame == 0)
            show(&life, life.window);
        if (number % 2) { /* half of the windows are never looked at by their own thread */
            if (frame & 2)
                XSync(display, False); /* before another connection looks */
            CHECK(pixel_of(frame & 2 ? looker : display, life.window, 3, 3) == color);
            CHECK(pixel_of(display, DefaultRootWindow(display), 80 * place + 3, 103) == color);
        }
        if (frame == FRAMES / 2) {
            XResizeWindow(display, life.window, SIDE + 6, SIDE);
            wait_for(display, life.window, ConfigureNotify);
        }
    }
    show(&life, None);
    if (number % 3 == 0) { /* it goes while it is current */
        XDestroyWindow(display, life.window);
        wait_for(display, life.window, DestroyNotify);
    }
    leave(&life);
    if (number % 3) {
        XDestroyWindow(display, life.window);
        wait_for(display, life.window, DestroyNotify);
    }
}

/* -- a storm ------------------------------------------------------------------------------------------------------ */

enum { ROUNDS = 25, AT_ONCE = 8 };

static void glx_round(Display *display, GLXFBConfig config, Window window)
{
    static const int size[] = {GLX_PBUFFER_WIDTH, 8, GLX_PBUFFER_HEIGHT, 8, None};
    GLXDrawable made[AT_ONCE];
    unsigned width = 0;

    made[0] = glXCreateWindow(display, config, window, NULL);
    for (int i = 1; i < AT_ONCE; i++)
        made[i] = glXCreatePbuffer(display, config, size);
    for (int i = 0; i < AT_ONCE; i++) {
        glXQueryDrawable(display, made[i], GLX_WIDTH, &width);
        CHECK(width == (i ? 8 : SIDE));
        if (i)
            glXDestroyPbuffer(display, made[i]);
        else
            glXDestroyWindow(display, made[i]);
    }
}

static void egl_round(EGLDisplay egl, EGLConfig config, Window window)
{
    static const EGLint size[] = {EGL_WIDTH, 8, EGL_HEIGHT, 8, EGL_NONE};
    EGLSurface made[AT_ONCE];
    EGLint width = 0;

    made[0] = eglCreateWindowSurface(egl, config, window, NULL);
    for (int i = 1; i < AT_ONCE; i++)
        made[i] = eglCreatePbufferSurface(egl, config, size);
    for (int i = 0; i < AT_ONCE; i++) {
        CHECK(eglQuerySurface(egl, made[i], EGL_WIDTH, &width) && width == (i ? 8 : SIDE));
        CHECK(eglDestroySurface(egl, made[i]));
    }
}

/* The whole screen, from a thread that draws in a part of it: our side asks which windows lie there. */
static void look_around(Display *display)
{
    XImage *image = XGetImage(display, DefaultRootWindow(display), 0, 0, 80, 1, AllPlanes, ZPixmap);

    CHECK(image != NULL);
    if (image)
        XDestroyImage(image);
}

void gl_storm(enum gl_api api, Display *display, pthread_barrier_t *together)
{
    static const int wish[] = {GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT | GLX_PBUFFER_BIT, GLX_X_RENDERABLE, True, GLX_DOUBLEBUFFER,
                               True, None};
    struct life drawn = {.api = api, .display = display}, other = drawn;
    Pixmap pixmaps[4 * AT_ONCE];
    GLXFBConfig *configs;
    int count = 0;

    configs = glXChooseFBConfig(display, DefaultScreen(display), wish, &count);
    CHECK(count > 0 && make_window(&drawn, 6) && make_window(&other, 7) && take(&drawn));
    swap(&drawn);
    for (int round = 0; round < ROUNDS; round++) {
        pthread_barrier_wait(together);
        for (int i = 0; i < 4 * AT_ONCE; i++)
            pixmaps[i] = XCreatePixmap(display, drawn.window, 4, 4, 24);
        look_around(display);
        if (api == WITH_GLX && count > 0)
            glx_round(display, configs[0], other.window);
        else if (api == WITH_EGL)
            egl_round(other.egl, other.config, other.window);
        for (int i = 0; i < 4 * AT_ONCE; i++)
            XFreePixmap(display, pixmaps[i]);
    }
    leave(&drawn);
    if (other.glx_context)
        glXDestroyContext(display, other.glx_context);
    XFree(configs);
    XSync(display, False);
}

void gl_forget(Display *display)
{
    EGLDisplay egl = eglGetDisplay(display);

    CHECK(eglInitialize(egl, NULL, NULL)); /* to be sure that there is something to end */
    CHECK(eglTerminate(egl));
}
