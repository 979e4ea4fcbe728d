/* The peer that Offstage is measured against: the same scenes on a bare EGL pbuffer, with no window system at all.
 *   --gpu software | hardware    which EGL device; hardware is the first that is not Mesa's software device
 *   --swap                       call eglSwapBuffers after each frame, which a pbuffer does not need */
#include "loop.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdio.h>
#include <string.h>

#define MAX_DEVICES 32

struct surface {
    EGLDisplay display;
    EGLSurface surface;
    int swaps;
};

static void swap(void *data)
{
    struct surface *s = data;

    if (s->swaps)
        eglSwapBuffers(s->display, s->surface);
}

static EGLDisplay open_device(int software, const char **how)
{
    PFNEGLQUERYDEVICESEXTPROC query = (PFNEGLQUERYDEVICESEXTPROC)eglGetProcAddress("eglQueryDevicesEXT");
    PFNEGLQUERYDEVICESTRINGEXTPROC string =
        (PFNEGLQUERYDEVICESTRINGEXTPROC)eglGetProcAddress("eglQueryDeviceStringEXT");
    PFNEGLGETPLATFORMDISPLAYEXTPROC get =
        (PFNEGLGETPLATFORMDISPLAYEXTPROC)eglGetProcAddress("eglGetPlatformDisplayEXT");
    EGLDeviceEXT devices[MAX_DEVICES];
    EGLDisplay display;
    EGLint n = 0;

    if (!query || !string || !get || !query(MAX_DEVICES, devices, &n))
        return EGL_NO_DISPLAY;
    for (EGLint i = 0; i < n; i++) {
        const char *extensions = string(devices[i], EGL_EXTENSIONS);
        int is_software = extensions && strstr(extensions, "EGL_MESA_device_software");

        if (is_software != software)
            continue;
        display = get(EGL_PLATFORM_DEVICE_EXT, devices[i], NULL);
        if (display != EGL_NO_DISPLAY && eglInitialize(display, NULL, NULL)) {
            *how = software ? "egl device, software" : "egl device, hardware";
            return display;
        }
    }
    if (!software)
        return EGL_NO_DISPLAY;
    display = get(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    *how = "egl surfaceless";
    return display != EGL_NO_DISPLAY && eglInitialize(display, NULL, NULL) ? display : EGL_NO_DISPLAY;
}

static EGLConfig choose(EGLDisplay display, struct bench_target *t)
{
    static const EGLint wanted[] = {
        EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_RED_SIZE, 8,
        EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_DEPTH_SIZE, 24, EGL_NONE};
    EGLConfig configs[256], best = NULL;
    EGLint n = 0;

    if (!eglChooseConfig(display, wanted, configs, 256, &n))
        return NULL;
    for (EGLint i = 0; i < n && !best; i++) {
        EGLint red = 0, alpha = 0, depth = 0, stencil = 0;

        eglGetConfigAttrib(display, configs[i], EGL_RED_SIZE, &red);
        eglGetConfigAttrib(display, configs[i], EGL_ALPHA_SIZE, &alpha);
        eglGetConfigAttrib(display, configs[i], EGL_DEPTH_SIZE, &depth);
        eglGetConfigAttrib(display, configs[i], EGL_STENCIL_SIZE, &stencil);
        if (red == 8 && alpha == 0 && depth == 24 && stencil == 0)
            best = configs[i];
    }
    if (!best && n > 0)
        best = configs[0];
    if (best) {
        eglGetConfigAttrib(display, best, EGL_RED_SIZE, &t->red_bits);
        eglGetConfigAttrib(display, best, EGL_ALPHA_SIZE, &t->alpha_bits);
        eglGetConfigAttrib(display, best, EGL_DEPTH_SIZE, &t->depth_bits);
        eglGetConfigAttrib(display, best, EGL_STENCIL_SIZE, &t->stencil_bits);
    }
    return best;
}

int main(int argc, char **argv)
{
    struct bench_target target = {.api = "egl", .swap = swap};
    struct surface s = {0};
    int software = 1, left = bench_parse(argc, argv, &target), status;
    EGLContext context;
    EGLConfig config;

    if (left < 0)
        return 2;
    for (int i = 1; i < left; i++) {
        if (strcmp(argv[i], "--swap") == 0)
            s.swaps = 1;
        else if (strcmp(argv[i], "hardware") == 0)
            software = 0;
    }
    s.display = open_device(software, &target.device);
    config = s.display != EGL_NO_DISPLAY ? choose(s.display, &target) : NULL;
    if (!config || !eglBindAPI(EGL_OPENGL_API)) {
        fprintf(stderr, "bench_egl: no %s EGL device with a pbuffer config\n", software ? "software" : "hardware");
        return 1;
    }
    s.surface = eglCreatePbufferSurface(s.display, config, (const EGLint[]){
        EGL_WIDTH, target.scene->width_px, EGL_HEIGHT, target.scene->height_px, EGL_NONE});
    context = eglCreateContext(s.display, config, EGL_NO_CONTEXT, NULL);
    if (!eglMakeCurrent(s.display, s.surface, s.surface, context)) {
        fprintf(stderr, "bench_egl: no context (0x%x)\n", (unsigned)eglGetError());
        return 1;
    }
    target.data = &s;
    status = bench_loop(&target);
    eglMakeCurrent(s.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglTerminate(s.display);
    return status;
}
