/* A small GLX program for the launcher with the real library: red above, blue below, until its window is closed.
 * real [FRAMES] ends by itself after so many. */
#include <GL/gl.h>
#include <GL/glx.h>
#include <X11/Xlib.h>
#include <stdio.h>
#include <stdlib.h>

static void draw(int width, int height)
{
    glViewport(0, 0, width, height);
    glDisable(GL_SCISSOR_TEST);
    glClearColor(1, 0, 0, 0.5f);
    glClear(GL_COLOR_BUFFER_BIT);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 0, width, height / 2);
    glClearColor(0, 0, 1, 0.5f);
    glClear(GL_COLOR_BUFFER_BIT);
}

int main(int argc, char **argv)
{
    int attributes[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, None };
    long left = argc > 1 ? atol(argv[1]) : -1;
    int width = 120, height = 80;
    XSetWindowAttributes set = { .event_mask = StructureNotifyMask };
    Display *display = XOpenDisplay(NULL);
    XVisualInfo *visual = display ? glXChooseVisual(display, DefaultScreen(display), attributes) : NULL;
    GLXContext context;
    Window window;
    Atom close;

    if (!visual)
        return 4;
    set.colormap = XCreateColormap(display, DefaultRootWindow(display), visual->visual, AllocNone);
    window = XCreateWindow(display, DefaultRootWindow(display), 0, 0, (unsigned)width, (unsigned)height, 0,
                           visual->depth, InputOutput, visual->visual, CWColormap | CWEventMask, &set);
    close = XInternAtom(display, "WM_DELETE_WINDOW", False);
    XSetWMProtocols(display, window, &close, 1);
    XMapWindow(display, window);
    context = glXCreateContext(display, visual, NULL, True);
    if (!context || !glXMakeCurrent(display, window, context))
        return 5;
    while (left != 0) {
        while (XPending(display)) {
            XEvent event;
            XNextEvent(display, &event);
            if (event.type == ClientMessage)
                return 0;
            if (event.type == ConfigureNotify) {
                width = event.xconfigure.width;
                height = event.xconfigure.height;
            }
        }
        draw(width, height);
        glXSwapBuffers(display, window);
        left -= left > 0;
    }
    return 0;
}
