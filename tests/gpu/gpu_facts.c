/* What this driver's pbuffers are, asked with bare EGL: the facts that the design of front and back buffers rests on.
 * Everything is printed, nothing is demanded, apart from getting a context at all.
 *   gpu_facts [--device N]        the facts
 *   gpu_facts --hold N [--glx]    N windows or pbuffers of 640x480 with a context each; then waits for the end of stdin */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu_context.h"

#define SIDE 32
#define EGLF(type, name) type name = (type)gpu_egl_function(#name)

static void devices(void)
{
    EGLF(PFNEGLQUERYSTRINGPROC, eglQueryString);
    EGLF(PFNEGLQUERYDEVICESEXTPROC, eglQueryDevicesEXT);
    EGLF(PFNEGLQUERYDEVICESTRINGEXTPROC, eglQueryDeviceStringEXT);
    EGLF(PFNEGLQUERYDEVICEATTRIBEXTPROC, eglQueryDeviceAttribEXT);
    EGLDeviceEXT list[32];
    EGLint count = 0;

    gpu_say("client extensions", "%s", eglQueryString ? eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS) : "no libEGL");
    if (!eglQueryDevicesEXT || !eglQueryDevicesEXT(32, list, &count))
        count = 0;
    gpu_say("devices", "%d", count);
    for (EGLint i = 0; i < count; i++) {
        const char *extensions = eglQueryDeviceStringEXT(list[i], EGL_EXTENSIONS);
        EGLAttrib cuda = -1;
        char key[32];

        (void)snprintf(key, sizeof(key), "device %d", i);
        if (extensions && strstr(extensions, "EGL_NV_device_cuda") && eglQueryDeviceAttribEXT)
            eglQueryDeviceAttribEXT(list[i], 0x323A /* EGL_CUDA_DEVICE_NV */, &cuda);
        gpu_say(key, "CUDA %ld, %s", (long)cuda, extensions ? extensions : "no extensions");
    }
}

static unsigned color_at(int x, int y)
{
    unsigned char p[4] = {0};

    gl.glReadPixels(x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, p);
    return (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];
}

static void fill(float r, float g, float b)
{
    gl.glClearColor(r, g, b, 1);
    gl.glClear(GL_COLOR_BUFFER_BIT);
}

static void clear_errors(void)
{
    for (int i = 0; i < 100 && gl.glGetError() != GL_NO_ERROR; i++)
        ;
}

static void names(void)
{
    static const struct { const char *name; GLenum mode; } modes[] = {
        {"GL_FRONT", GL_FRONT}, {"GL_BACK", GL_BACK}, {"GL_FRONT_LEFT", GL_FRONT_LEFT}, {"GL_BACK_LEFT", GL_BACK_LEFT},
        {"GL_FRONT_AND_BACK", GL_FRONT_AND_BACK}, {"GL_LEFT", GL_LEFT},
    };
    GLint value = -1;
    char key[64];

    gl.glGetIntegerv(GL_DOUBLEBUFFER, &value);
    gpu_say("GL_DOUBLEBUFFER", "%d", value);
    gl.glGetIntegerv(GL_DRAW_BUFFER, &value);
    gpu_say("default GL_DRAW_BUFFER", "0x%x", value);
    gl.glGetIntegerv(GL_READ_BUFFER, &value);
    gpu_say("default GL_READ_BUFFER", "0x%x", value);
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        GLenum drew, read;

        clear_errors();
        gl.glDrawBuffer(modes[i].mode);
        drew = gl.glGetError();
        gl.glReadBuffer(modes[i].mode);
        read = gl.glGetError();
        (void)snprintf(key, sizeof(key), "%s by name", modes[i].name);
        gpu_say(key, "draw error 0x%x, read error 0x%x", drew, read);
    }
    gl.glDrawBuffer(GL_BACK);
    gl.glReadBuffer(GL_BACK);
    clear_errors();
}

/* Where do front and back differ, and what does a swap do to them? */
static void contents(void)
{
    EGLF(PFNEGLSWAPBUFFERSPROC, eglSwapBuffers);
    EGLF(PFNEGLGETERRORPROC, eglGetError);
    EGLF(PFNEGLQUERYSURFACEPROC, eglQuerySurface);
    EGLF(PFNEGLQUERYCONTEXTPROC, eglQueryContext);
    EGLF(PFNEGLGETCURRENTCONTEXTPROC, eglGetCurrentContext);
    EGLDisplay display = gpu_bare_display();
    EGLSurface surface = gpu_bare_surface();
    EGLint value = -1;
    unsigned back, front;
    EGLBoolean swapped;
    EGLint error;

    eglQuerySurface(display, surface, EGL_RENDER_BUFFER, &value);
    gpu_say("surface EGL_RENDER_BUFFER", "0x%x", value);
    eglQueryContext(display, eglGetCurrentContext(), EGL_RENDER_BUFFER, &value);
    gpu_say("context EGL_RENDER_BUFFER", "0x%x (0x3084 back, 0x3085 single)", value);
    eglQuerySurface(display, surface, EGL_SWAP_BEHAVIOR, &value);
    gpu_say("EGL_SWAP_BEHAVIOR", "0x%x (0x3094 preserved, 0x3095 destroyed)", value);
    fill(1, 0, 0);
    back = color_at(3, 3);
    gl.glReadBuffer(GL_FRONT);
    front = color_at(3, 3);
    gpu_say("red drawn to the back", "back %06x, front %06x", back, front);
    swapped = eglSwapBuffers(display, surface);
    error = eglGetError();
    front = color_at(3, 3);
    gl.glReadBuffer(GL_BACK);
    gpu_say("after eglSwapBuffers", "returned %d, EGL error 0x%x, back %06x, front %06x", (int)swapped, (unsigned)error,
            color_at(3, 3), front);
    gl.glDrawBuffer(GL_FRONT);
    fill(0, 1, 0);
    gl.glDrawBuffer(GL_BACK);
    back = color_at(3, 3);
    gl.glReadBuffer(GL_FRONT);
    front = color_at(3, 3);
    gl.glReadBuffer(GL_BACK);
    gpu_say("green drawn to the front", "back %06x, front %06x", back, front);
    gpu_say("front and back", "%s", back == front ? "are one storage" : "differ");
    clear_errors();
}

static void swap_cost(void)
{
    enum { ROUNDS = 2000 };
    uint64_t start;

    gl.glFinish();
    start = gpu_now_ns();
    for (int i = 0; i < ROUNDS; i++)
        gpu_swap();
    gl.glFinish();
    gpu_say("eglSwapBuffers", "%.3f us each", (double)(gpu_now_ns() - start) / 1e3 / ROUNDS);
}

/* One context, two pbuffers: draw to one, read from the other. The swap-time copy needs it. */
static void separate_read(void)
{
    EGLF(PFNEGLCREATEPBUFFERSURFACEPROC, eglCreatePbufferSurface);
    EGLF(PFNEGLMAKECURRENTPROC, eglMakeCurrent);
    EGLF(PFNEGLGETERRORPROC, eglGetError);
    EGLF(PFNEGLGETCURRENTCONTEXTPROC, eglGetCurrentContext);
    EGLF(PFNEGLQUERYCONTEXTPROC, eglQueryContext);
    EGLF(PFNEGLCHOOSECONFIGPROC, eglChooseConfig);
    EGLDisplay display = gpu_bare_display();
    EGLSurface first = gpu_bare_surface(), second;
    EGLContext context = eglGetCurrentContext();
    EGLint size[] = {EGL_WIDTH, SIDE, EGL_HEIGHT, SIDE, EGL_NONE}, id = 0, count = 0;
    EGLConfig config;

    eglQueryContext(display, context, EGL_CONFIG_ID, &id);
    EGLint same[] = {EGL_CONFIG_ID, id, EGL_NONE};
    if (!eglChooseConfig(display, same, &config, 1, &count) || count < 1) {
        gpu_say("separate read surface", "the context's config was not found");
        return;
    }
    second = eglCreatePbufferSurface(display, config, size);
    fill(1, 0, 0);
    if (!eglMakeCurrent(display, second, first, context)) {
        gpu_say("separate read surface", "refused, EGL error 0x%x", (unsigned)eglGetError());
        return;
    }
    fill(0, 0, 1);
    gpu_say("separate read surface", "reads %06x (ff0000 is right)", color_at(3, 3));
    gl.glBlitFramebuffer(0, 0, SIDE, SIDE, 0, 0, SIDE, SIDE, GL_COLOR_BUFFER_BIT, GL_NEAREST);
    eglMakeCurrent(display, second, second, context);
    gpu_say("blit between pbuffers", "gives %06x (ff0000 is right), GL error 0x%x", color_at(3, 3), gl.glGetError());
    eglMakeCurrent(display, first, first, context);
}

static void strings(void)
{
    EGLF(PFNEGLQUERYSTRINGPROC, eglQueryString);

    gpu_say("EGL vendor", "%s", eglQueryString(gpu_bare_display(), EGL_VENDOR));
    gpu_say("EGL version", "%s", eglQueryString(gpu_bare_display(), EGL_VERSION));
    gpu_say("display extensions", "%s", eglQueryString(gpu_bare_display(), EGL_EXTENSIONS));
    gpu_say("GL vendor", "%s", (const char *)gl.glGetString(GL_VENDOR));
    gpu_say("GL renderer", "%s", (const char *)gl.glGetString(GL_RENDERER));
    gpu_say("GL version", "%s", (const char *)gl.glGetString(GL_VERSION));
}

static void multisample(int device)
{
    EGLF(PFNEGLGETERRORPROC, eglGetError);

    for (int samples = 2; samples <= 16; samples *= 2) {
        struct gpu_wish wish = {.bare = true, .device = device, .width = SIDE, .height = SIDE, .samples = samples};
        GLint got = -1, buffers = -1;
        char key[32];

        (void)snprintf(key, sizeof(key), "%d samples", samples);
        if (!gpu_open(&wish)) {
            gpu_say(key, "none (EGL error 0x%x)", (unsigned)eglGetError());
            continue;
        }
        gl.glGetIntegerv(GL_SAMPLES, &got);
        gl.glGetIntegerv(GL_SAMPLE_BUFFERS, &buffers);
        fill(0, 1, 0);
        gpu_say(key, "GL_SAMPLES %d, GL_SAMPLE_BUFFERS %d, reads %06x, GL error 0x%x", got, buffers, color_at(3, 3),
                gl.glGetError());
    }
}

static int hold(int contexts, bool bare)
{
    for (int i = 0; i < contexts; i++) {
        struct gpu_wish wish = {.bare = bare, .device = -1, .width = 640, .height = 480};

        if (!gpu_open(&wish))
            return 1;
        fill(1, 0, 0);
        gpu_swap();
        gl.glFinish();
    }
    gpu_say("held", "%d", contexts);
    while (getchar() != EOF)
        ;
    return gpu_status();
}

int main(int count, char **arguments)
{
    struct gpu_wish wish = {.bare = true, .device = -1, .width = SIDE, .height = SIDE};
    int held = -1;

    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--glx") == 0)
            wish.bare = false;
        else if (strcmp(arguments[i], "--device") == 0 && i + 1 < count)
            wish.device = atoi(arguments[++i]);
        else if (strcmp(arguments[i], "--hold") == 0 && i + 1 < count)
            held = atoi(arguments[++i]);
    }
    if (held >= 0)
        return hold(held, wish.bare);
    devices();
    if (!gpu_open(&wish))
        return 1;
    strings();
    names();
    contents();
    swap_cost();
    separate_read();
    multisample(wish.device);
    return 0;
}
