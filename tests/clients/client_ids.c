/* Windows and GLX contexts made in turn: both take their ids from Xlib, which allows it only at certain moments. An
 * argument asks for Xlib with threads. */
#include <GL/glx.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    int wanted[] = {GLX_RGBA, GLX_DOUBLEBUFFER, None};
    if (argc > 1)
        XInitThreads();
    Display *display = XOpenDisplay(NULL);
    XVisualInfo *visual = display ? glXChooseVisual(display, DefaultScreen(display), wanted) : NULL;
    if (!visual) {
        fprintf(stderr, "client: no display or no visual\n");
        return 1;
    }
    for (int i = 0; i < 5; i++) {
        XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 9, 9, 0, 0, 0);
        if (!glXCreateContext(display, visual, NULL, True) || !glXCreateContext(display, visual, NULL, True)) {
            fprintf(stderr, "client: no context\n");
            return 1;
        }
    }
    XSync(display, False);
    XFree(visual);
    XCloseDisplay(display);
    return 0;
}
