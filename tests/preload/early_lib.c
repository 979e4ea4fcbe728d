/* A library whose constructor opens a display and loads GL: it runs before the constructors of preloaded libraries. */
#include <dlfcn.h>
#include <stddef.h>

#include <X11/Xlib.h>

int early_result(void);

static int result = -1;

__attribute__((constructor)) static void early(void)
{
    void *gl = dlopen("libGL.so.1", RTLD_LAZY);
    Display *display;

    result = 0;
    if (gl && dlsym(gl, "glXSwapBuffers") && dlsym(gl, "glXSwapBuffers") == dlsym(RTLD_DEFAULT, "glXSwapBuffers"))
        result |= 1;
    display = XOpenDisplay(NULL);
    if (display) {
        result |= 2;
        XSync(display, False);
        XCloseDisplay(display);
    }
}

int early_result(void)
{
    return result;
}
