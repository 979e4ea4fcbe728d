/* What a program that uses the installed library looks like; C11 and C++17 alike. Prints what it captured. */
#include <offstage.h>

#include <X11/Xlib.h>
#include <GL/glx.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    struct ofs_capture_desc desc;
    struct ofs_capture *capture = NULL;
    struct ofs_frame frame;
    struct ofs_info info;
    Display *display = XOpenDisplay(NULL);
    int attributes[] = { GLX_RGBA, GLX_DOUBLEBUFFER, None };
    XVisualInfo *visual;
    XSetWindowAttributes window_attributes;
    Window window;

    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    if (ofs_info_get(&info) != OFS_OK || !info.loaded || !display) {
        printf("not loaded: %s\n", info.reason);
        return 3;
    }
    visual = glXChooseVisual(display, DefaultScreen(display), attributes);
    memset(&window_attributes, 0, sizeof window_attributes);
    window_attributes.colormap = XCreateColormap(display, DefaultRootWindow(display), visual->visual, AllocNone);
    window = XCreateWindow(display, DefaultRootWindow(display), 0, 0, 64, 48, 0, visual->depth, InputOutput, visual->visual,
                           CWColormap | CWBorderPixel, &window_attributes);
    XMapWindow(display, window);
    glXMakeCurrent(display, window, glXCreateContext(display, visual, NULL, True));
    memset(&desc, 0, sizeof desc);
    desc.struct_size = sizeof desc;
    desc.device = OFS_DEVICE_CPU;
    desc.plan.struct_size = sizeof desc.plan;
    desc.plan.width_px = desc.plan.height_px = 4;
    if (ofs_capture_open(&desc, &capture) != OFS_OK) {
        printf("%s\n", ofs_last_error());
        return 4;
    }
    glClearColor(1, 1, 1, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glXSwapBuffers(display, window);
    memset(&frame, 0, sizeof frame);
    frame.struct_size = sizeof frame;
    if (ofs_capture_next(capture, 0, &frame) != OFS_OK) {
        printf("%s\n", ofs_last_error());
        return 5;
    }
    printf("%d x %d, %u\n", (int)frame.shape[2], (int)frame.shape[1], ((unsigned char *)frame.data)[15]);
    ofs_frame_release(&frame, 0);
    ofs_capture_close(capture);
    return 0;
}
