/* Xlib and GLX, linked to libGL; a GLX 1.3 frame buffer configuration and the context that glXCreateNewContext makes. */
#include <GL/glx.h>
#include <stdio.h>

#include "client_x11.h"
#include "client.h"

static client_proc get_proc(const char *name)
{
    return glXGetProcAddressARB((const GLubyte *)name);
}

int main(void)
{
    static const int wanted[] = {GLX_RENDER_TYPE, GLX_RGBA_BIT, GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT, GLX_DOUBLEBUFFER, True,
                                 GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_DEPTH_SIZE, 24, None};
    Display *display = XOpenDisplay(NULL);
    if (!display) {
        fprintf(stderr, "client: no display\n");
        return 1;
    }
    int count = 0;
    GLXFBConfig *configs = glXChooseFBConfig(display, DefaultScreen(display), wanted, &count);
    XVisualInfo *visual = configs ? glXGetVisualFromFBConfig(display, configs[0]) : NULL;
    if (!visual) {
        fprintf(stderr, "client: no configuration with a visual\n");
        return 1;
    }
    Window window = client_x11_window(display, visual, "client_xlib");
    GLXWindow drawable = glXCreateWindow(display, configs[0], window, NULL);
    GLXContext context = glXCreateNewContext(display, configs[0], GLX_RGBA_TYPE, NULL, True);
    if (!context || !glXMakeContextCurrent(display, drawable, drawable, context)) {
        fprintf(stderr, "client: no context\n");
        return 1;
    }
    XFree(visual);
    XFree(configs);
    if (!client_start(get_proc, CLIENT_COMPATIBILITY))
        return 1;
    while (client_running()) {
        client_draw();
        glXSwapBuffers(display, drawable);
        client_swapped();
        client_x11_events(display);
    }
    int status = client_finish();
    glXMakeContextCurrent(display, None, None, NULL);
    glXDestroyContext(display, context);
    glXDestroyWindow(display, drawable);
    XDestroyWindow(display, window);
    XCloseDisplay(display);
    return status;
}
