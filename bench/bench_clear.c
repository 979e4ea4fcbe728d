/* The smallest game there is: an 84x84 GLX window that is cleared in a colour which changes, and shown, for ever.
 * What a step of it takes is what a step costs. It ends when its window is closed or its process killed. */
#include <GL/glx.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdio.h>

#define SIDE_PX 84

static int wanted[] = {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, None};

static Window create_window(Display *display, const XVisualInfo *visual)
{
    XSetWindowAttributes attributes = {0};
    Window root = RootWindow(display, visual->screen), window;
    Atom closing = XInternAtom(display, "WM_DELETE_WINDOW", False);

    attributes.colormap = XCreateColormap(display, root, visual->visual, AllocNone);
    attributes.event_mask = KeyPressMask | KeyReleaseMask;
    window = XCreateWindow(display, root, 0, 0, SIDE_PX, SIDE_PX, 0, visual->depth, InputOutput, visual->visual,
                           CWColormap | CWEventMask | CWBorderPixel, &attributes);
    XSetWMProtocols(display, window, &closing, 1);
    XMapWindow(display, window);
    return window;
}

int main(void)
{
    Display *display = XOpenDisplay(NULL);
    XVisualInfo *visual = display ? glXChooseVisual(display, DefaultScreen(display), wanted) : NULL;
    GLXContext context = visual ? glXCreateContext(display, visual, NULL, True) : NULL;
    Window window = context ? create_window(display, visual) : None;
    XEvent event;

    if (!window || !glXMakeCurrent(display, window, context)) {
        fprintf(stderr, "bench_clear: no display, or no double-buffered visual\n");
        return 1;
    }
    for (unsigned number = 0;; number++) {
        glClearColor((float)(number & 255u) / 255.0f, 0.25f, 0.5f, 1.0f);
        glClear(GL_COLOR_BUFFER_BIT);
        glXSwapBuffers(display, window);
        while (XPending(display) > 0) {
            XNextEvent(display, &event);
            if (event.type == ClientMessage)
                return 0;
        }
    }
}
