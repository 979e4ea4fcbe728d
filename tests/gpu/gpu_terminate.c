/* A program whose own code initializes and terminates EGL displays while its GLX context is current: every device's, the
 * default one, and twice over. Its window goes on being drawn to, and a new context can still be made. */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdio.h>
#include <string.h>

#include "gpu_context.h"

#define EGLF(type, name) type name = (type)gpu_egl_function(#name)

static void draw(const char *when, float r, float g, float b)
{
    unsigned char pixel[4] = {0};

    gl.glClearColor(r, g, b, 1);
    gl.glClear(GL_COLOR_BUFFER_BIT);
    gl.glReadPixels(3, 3, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
    gpu_check(pixel[0] == (r > 0 ? 255 : 0) && pixel[1] == (g > 0 ? 255 : 0) && pixel[2] == (b > 0 ? 255 : 0),
              "%s: drew %d,%d,%d", when, pixel[0], pixel[1], pixel[2]);
    gpu_swap();
    gpu_check(gl.glGetError() == GL_NO_ERROR, "%s: GL error", when);
}

static int terminate_all(void)
{
    EGLF(PFNEGLQUERYDEVICESEXTPROC, eglQueryDevicesEXT);
    EGLF(PFNEGLGETPLATFORMDISPLAYEXTPROC, eglGetPlatformDisplayEXT);
    EGLF(PFNEGLGETDISPLAYPROC, eglGetDisplay);
    EGLF(PFNEGLINITIALIZEPROC, eglInitialize);
    EGLF(PFNEGLTERMINATEPROC, eglTerminate);
    EGLF(PFNEGLRELEASETHREADPROC, eglReleaseThread);
    EGLDeviceEXT devices[32];
    EGLDisplay display;
    EGLint count = 0, opened = 0;

    if (!eglQueryDevicesEXT || !eglQueryDevicesEXT(32, devices, &count))
        count = 0;
    for (EGLint i = -1; i < count; i++) {
        display = i < 0 ? eglGetDisplay(EGL_DEFAULT_DISPLAY)
                        : eglGetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, devices[i], NULL);
        if (display == EGL_NO_DISPLAY)
            continue;
        if (eglInitialize(display, NULL, NULL))
            opened++;
        eglTerminate(display);
        eglTerminate(display);
        draw("after eglTerminate", 1, 0, (float)(i & 1));
        eglReleaseThread();
        draw("after eglReleaseThread", 0, 1, (float)(i & 1));
    }
    return opened;
}

int main(void)
{
    struct gpu_wish wish = {.width = 40, .height = 40};

    if (!gpu_open(&wish))
        return 1;
    draw("at first", 1, 0, 0);
    gpu_say("displays terminated", "%d", terminate_all());
    draw("afterwards", 0, 0, 1);
    if (gpu_open(&wish))
        draw("a new context", 0, 1, 1);
    gpu_say("displays terminated", "%d", terminate_all());
    return gpu_status();
}
