/* Xlib, and GLX from a libGL that is opened at run time: client_dlopen [LIBRARY], a name or an absolute path. Visual by
 * glXChooseVisual, legacy context; GL 1.1 functions come from dlsym and newer ones from glXGetProcAddress. */
#include <GL/glx.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "client_x11.h"
#include "client.h"

static struct {
    void *library;
    XVisualInfo *(*choose_visual)(Display *, int, int *);
    GLXContext (*create_context)(Display *, XVisualInfo *, GLXContext, Bool);
    Bool (*make_current)(Display *, GLXDrawable, GLXContext);
    void (*swap_buffers)(Display *, GLXDrawable);
    void (*destroy_context)(Display *, GLXContext);
    client_proc (*get_proc_address)(const GLubyte *);
} glx;

static client_proc get_proc(const char *name)
{
    client_proc proc;
    void *symbol = dlsym(glx.library, name);
    memcpy(&proc, &symbol, sizeof proc);
    return proc ? proc : glx.get_proc_address((const GLubyte *)name);
}

static bool load(const char *library)
{
    struct {
        const char *name;
        void *where;
    } rows[] = {
        {"glXChooseVisual", &glx.choose_visual},   {"glXCreateContext", &glx.create_context},
        {"glXMakeCurrent", &glx.make_current},     {"glXSwapBuffers", &glx.swap_buffers},
        {"glXDestroyContext", &glx.destroy_context}, {"glXGetProcAddress", &glx.get_proc_address},
    };
    glx.library = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
    if (!glx.library) {
        fprintf(stderr, "client: %s\n", dlerror());
        return false;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        void *symbol = dlsym(glx.library, rows[i].name);
        if (!symbol) {
            fprintf(stderr, "client: %s\n", dlerror());
            return false;
        }
        memcpy(rows[i].where, &symbol, sizeof symbol);
    }
    return true;
}

int main(int argc, char **argv)
{
    int wanted[] = {GLX_RGBA, GLX_DOUBLEBUFFER, GLX_DEPTH_SIZE, 16, GLX_RED_SIZE, 8, None};
    if (!load(argc > 1 ? argv[1] : "libGL.so.1"))
        return 1;
    Display *display = XOpenDisplay(NULL);
    if (!display) {
        fprintf(stderr, "client: no display\n");
        return 1;
    }
    XVisualInfo *visual = glx.choose_visual(display, DefaultScreen(display), wanted);
    if (!visual) {
        fprintf(stderr, "client: no visual\n");
        return 1;
    }
    Window window = client_x11_window(display, visual, "client_dlopen");
    GLXContext context = glx.create_context(display, visual, NULL, True);
    if (!context || !glx.make_current(display, window, context)) {
        fprintf(stderr, "client: no context\n");
        return 1;
    }
    XFree(visual);
    if (!client_start(get_proc, CLIENT_COMPATIBILITY))
        return 1;
    while (client_running()) {
        client_draw();
        glx.swap_buffers(display, window);
        client_swapped();
        client_x11_events(display);
    }
    int status = client_finish();
    glx.make_current(display, None, NULL);
    glx.destroy_context(display, context);
    XDestroyWindow(display, window);
    XCloseDisplay(display);
    return status;
}
