/* Calls at random, with handles that are right, were right once, belong to something else, or are nothing at all:
 * whatever comes back, the program lives, and can draw afterwards. The seed is fixed. */
#include <stdlib.h>
#include <string.h>

#include "scene.h"

#define CALLS   20000
#define HANDLES 24

static uint64_t state = 88172645463325252u;
static unsigned random_below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % limit;
}

static void *handles[HANDLES];
static Window windows[4];
static Pixmap pixmaps[2];

static void *any_handle(void)
{
    return random_below(8) ? handles[random_below(HANDLES)] : (void *)(uintptr_t)random_below(0x7fffffff);
}

static void keep(void *handle)
{
    if (handle)
        handles[6 + random_below(HANDLES - 6)] = handle; /* the first six stay */
}

static EGLDisplay any_display(void)
{
    return random_below(6) ? egl : random_below(2) ? eglGetDisplay(dpy) : any_handle();
}

/* A list of names that mean something, or nothing, with values as likely; sometimes without an end. */
static const EGLint *any_list(void)
{
    static const EGLint names[] = {
        EGL_WIDTH, EGL_HEIGHT, EGL_RED_SIZE, EGL_ALPHA_SIZE, EGL_DEPTH_SIZE, EGL_SURFACE_TYPE, EGL_RENDERABLE_TYPE,
        EGL_CONFIG_ID, EGL_MATCH_NATIVE_PIXMAP, EGL_NATIVE_VISUAL_TYPE, EGL_NATIVE_RENDERABLE, EGL_SAMPLES,
        EGL_CONTEXT_MAJOR_VERSION, EGL_CONTEXT_MINOR_VERSION, EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_RENDER_BUFFER,
        EGL_GL_COLORSPACE, EGL_LARGEST_PBUFFER, EGL_TEXTURE_FORMAT, EGL_TEXTURE_TARGET, EGL_COLOR_BUFFER_TYPE,
        EGL_TRANSPARENT_TYPE, EGL_CONFORMANT, EGL_SYNC_STATUS, 0x7777,
    };
    static EGLint list[2048];
    unsigned pairs = random_below(40) ? random_below(4) : 1024;

    for (unsigned i = 0; i < pairs; i++) {
        list[2 * i] = names[random_below(sizeof(names) / sizeof(names[0]))];
        list[2 * i + 1] = random_below(3) ? (EGLint)random_below(16) : random_below(2) ? EGL_DONT_CARE : 0x7fffffff;
        if (list[2 * i] == EGL_WIDTH || list[2 * i] == EGL_HEIGHT)
            list[2 * i + 1] &= 0x3f; /* memory is not what is tested */
    }
    if (pairs < 1024)
        list[2 * pairs] = EGL_NONE;
    return random_below(4) ? list : NULL;
}

static uintptr_t any_native(void)
{
    switch (random_below(4)) {
    case 0: return pixmaps[random_below(2)];
    case 1: return random_below(0x20000000);
    default: return windows[random_below(4)];
    }
}

static void any_call(void)
{
    EGLDisplay display = any_display();
    EGLConfig configs[8];
    EGLint value = 0;

    switch (random_below(26)) {
    case 0: eglChooseConfig(display, any_list(), configs, 8, &value); break;
    case 1: eglGetConfigs(display, configs, 8, &value); break;
    case 2: eglGetConfigAttrib(display, any_handle(), 0x3020 + (EGLint)random_below(0x40), &value); break;
    case 3:
    case 4:
        keep(eglCreateWindowSurface(display, any_handle(), any_native(), random_below(2) ? NULL : any_list()));
        break;
    case 5: keep(eglCreatePixmapSurface(display, any_handle(), any_native(), any_list())); break;
    case 6: keep(eglCreatePbufferSurface(display, any_handle(), any_list())); break;
    case 7: eglDestroySurface(display, any_handle()); break;
    case 8: eglQuerySurface(display, any_handle(), 0x3050 + (EGLint)random_below(0x50), &value); break;
    case 9:
        eglSurfaceAttrib(display, any_handle(), 0x3080 + (EGLint)random_below(0x20), (EGLint)random_below(0x3100));
        break;
    case 10: eglBindTexImage(display, any_handle(), EGL_BACK_BUFFER); break;
    case 11: eglBindAPI(random_below(2) ? EGL_OPENGL_API : EGL_OPENGL_ES_API); break;
    case 12: keep(eglCreateContext(display, any_handle(), random_below(2) ? NULL : any_handle(), any_list())); break;
    case 13: eglDestroyContext(display, any_handle()); break;
    case 14:
    case 15:
    case 16: {
        EGLSurface surface = any_handle();

        eglMakeCurrent(display, surface, random_below(4) ? surface : any_handle(), any_handle());
        break;
    }
    case 17: eglMakeCurrent(display, NULL, NULL, NULL); break;
    case 18: eglQueryContext(display, any_handle(), 0x3020 + (EGLint)random_below(0x80), &value); break;
    case 19: eglSwapBuffers(display, random_below(2) ? eglGetCurrentSurface(EGL_DRAW) : any_handle()); break;
    case 20: eglCopyBuffers(display, any_handle(), any_native()); break;
    case 21: eglSwapInterval(display, (EGLint)random_below(4)); break;
    case 22:
        if (eglGetCurrentContext()) {
            glClear(GL_COLOR_BUFFER_BIT);
            glViewport(0, 0, 10, 10);
        }
        break;
    case 23: eglWaitClient(); break;
    case 24: XResizeWindow(dpy, windows[random_below(4)], 1 + random_below(64), 1 + random_below(64)); break;
    case 25:
        if (!random_below(8)) { /* rarely, since so much goes with it */
            eglTerminate(egl);
            eglInitialize(egl, NULL, NULL);
        } else if (!random_below(4)) {
            unsigned which = random_below(4);

            XDestroyWindow(dpy, windows[which]);
            windows[which] = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), 0, 0, 20, 20, 0, 0, 0);
        }
        break;
    }
    (void)eglGetError();
}

static int ignore_error(Display *display, XErrorEvent *event)
{
    (void)display;
    (void)event;
    return 0;
}

static void noise(void)
{
    EGLConfig config = choose(EGL_OPENGL_ES2_BIT, 0);
    struct window window;
    EGLContext context;

    XSetErrorHandler(ignore_error);
    for (int i = 0; i < 4; i++)
        windows[i] = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), 0, 0, 20, 20, 0, 0, 0);
    for (int i = 0; i < 2; i++)
        pixmaps[i] = XCreatePixmap(dpy, DefaultRootWindow(dpy), 10, 10, i ? 32 : 24);
    handles[0] = egl;
    for (int i = 1; i < 4; i++)
        handles[i] = config;
    handles[4] = choose(EGL_OPENGL_BIT, 4);
    handles[5] = malloc(128);
    memset(handles[5], 0x5a, 128);
    for (int i = 0; i < CALLS; i++)
        any_call();
    free(handles[5]);
    eglMakeCurrent(egl, NULL, NULL, NULL);
    CHECK(eglInitialize(egl, NULL, NULL));
    window_open(&window, config, 20, 20);
    context = context_es(config, 2, EGL_NO_CONTEXT);
    CHECK(eglMakeCurrent(egl, window.surface, window.surface, context));
    fill(1, 0, 0);
    CHECK(pixel_at(1, 1) == 0xff0000 && eglSwapBuffers(egl, window.surface));
}

const struct scene scenes_noise[] = {
    {"noise", noise, true},
    {NULL, NULL, false},
};
