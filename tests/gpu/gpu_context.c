#include "gpu_context.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/glx.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_DEVICES 32
#ifndef GLX_CONTEXT_ES2_PROFILE_BIT_EXT
#define GLX_CONTEXT_ES2_PROFILE_BIT_EXT 0x4
#endif

struct gpu_gl gl;

static struct {
    int failures;
    bool bare;
    void *x11, *libgl;
    void *(*get_proc)(const char *);
    Display *display;
    Window window;
    GLXFBConfig config;
    EGLDisplay egl_display;
    EGLSurface egl_surface;
} state;

#define XLIB(result, name, arguments) result (*name) arguments = (result (*) arguments)dlsym(state.x11, #name)
#define GLXF(type, name) type name = (type)dlsym(state.libgl, #name)

/* -- what the programs print -------------------------------------------------------------------------------------- */

void gpu_say(const char *key, const char *format, ...)
{
    va_list arguments;

    printf("%s: ", key);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void gpu_check(bool holds, const char *format, ...)
{
    va_list arguments;

    if (holds)
        return;
    state.failures++;
    printf("FAIL ");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

int gpu_status(void)
{
    return state.failures != 0;
}

uint64_t gpu_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* -- functions ---------------------------------------------------------------------------------------------------- */

void *gpu_proc(const char *name)
{
    return state.get_proc ? state.get_proc(name) : NULL;
}

void *gpu_symbol(const char *name)
{
    return state.libgl ? dlsym(state.libgl, name) : NULL;
}

/* The 1.1 functions by dlsym where there is a libGL, as games load them; the rest by the window system's getter. */
static void load_functions(void)
{
    void *library = state.libgl;

    if (!library)
        library = dlopen("libOpenGL.so.0", RTLD_NOW | RTLD_LOCAL);
#define GPU_LOAD(type, name) gl.name = (type)gpu_proc(#name);
#define GPU_OLD_LOAD(result, name, arguments) \
    gl.name = (result (*) arguments)(library ? dlsym(library, #name) : gpu_proc(#name));
    GPU_GL_FUNCTIONS(GPU_LOAD)
    GPU_GL_OLD_FUNCTIONS(GPU_OLD_LOAD)
#undef GPU_LOAD
#undef GPU_OLD_LOAD
}

/* -- GLX ---------------------------------------------------------------------------------------------------------- */

/* A version that cannot be had raises an X error; the program goes on and finds that it has no context. */
static int on_error(Display *display, XErrorEvent *event)
{
    gpu_say("X error", "%d of request %d.%d", event->error_code, event->request_code, event->minor_code);
    return 0;
}

static bool open_libraries(void)
{
    if (state.display)
        return true;
    state.x11 = dlopen("libX11.so.6", RTLD_NOW | RTLD_GLOBAL);
    state.libgl = dlopen("libGL.so.1", RTLD_NOW | RTLD_GLOBAL);
    if (!state.x11 || !state.libgl) {
        gpu_check(false, "no %s: %s", state.x11 ? "libGL.so.1" : "libX11.so.6", dlerror());
        return false;
    }
    XLIB(Display *, XOpenDisplay, (const char *));
    XLIB(Status, XInitThreads, (void));
    XLIB(XErrorHandler, XSetErrorHandler, (XErrorHandler));
    XInitThreads();
    XSetErrorHandler(on_error);
    state.display = XOpenDisplay(NULL);
    state.get_proc = (void *(*)(const char *))dlsym(state.libgl, "glXGetProcAddressARB");
    if (!state.display || !state.get_proc)
        gpu_check(false, "%s", state.display ? "no glXGetProcAddressARB" : "XOpenDisplay failed");
    return state.display && state.get_proc;
}

static bool open_window(const struct gpu_wish *wish)
{
    int wanted[] = {GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT, GLX_RENDER_TYPE, GLX_RGBA_BIT, GLX_X_RENDERABLE, True,
                    GLX_DOUBLEBUFFER, True, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_DEPTH_SIZE, 24,
                    GLX_SAMPLE_BUFFERS, wish->samples > 0, GLX_SAMPLES, wish->samples, None};
    int count = 0;
    XSetWindowAttributes attributes;

    GLXF(PFNGLXCHOOSEFBCONFIGPROC, glXChooseFBConfig);
    GLXF(PFNGLXGETVISUALFROMFBCONFIGPROC, glXGetVisualFromFBConfig);
    XLIB(Colormap, XCreateColormap, (Display *, Window, Visual *, int));
    XLIB(Window, XCreateWindow, (Display *, Window, int, int, unsigned, unsigned, unsigned, int, unsigned, Visual *,
                                 unsigned long, XSetWindowAttributes *));
    XLIB(int, XMapWindow, (Display *, Window));
    XLIB(int, XSync, (Display *, Bool));
    GLXFBConfig *configs = glXChooseFBConfig(state.display, DefaultScreen(state.display), wanted, &count);
    XVisualInfo *visual = count > 0 ? glXGetVisualFromFBConfig(state.display, configs[0]) : NULL;

    if (!visual) {
        gpu_check(false, "no GLX config with %d samples", wish->samples);
        return false;
    }
    state.config = configs[0];
    memset(&attributes, 0, sizeof(attributes));
    attributes.colormap = XCreateColormap(state.display, DefaultRootWindow(state.display), visual->visual, AllocNone);
    state.window = XCreateWindow(state.display, DefaultRootWindow(state.display), 0, 0, (unsigned)wish->width,
                                 (unsigned)wish->height, 0, visual->depth, InputOutput, visual->visual,
                                 CWColormap | CWBorderPixel, &attributes);
    XMapWindow(state.display, state.window);
    XSync(state.display, False);
    return true;
}

static bool open_glx(const struct gpu_wish *wish)
{
    int attribs[] = {GLX_CONTEXT_MAJOR_VERSION_ARB, wish->major, GLX_CONTEXT_MINOR_VERSION_ARB, wish->minor,
                     GLX_CONTEXT_PROFILE_MASK_ARB, 0, None};
    GLXContext context;

    if (!open_libraries() || !open_window(wish))
        return false;
    GLXF(PFNGLXCREATENEWCONTEXTPROC, glXCreateNewContext);
    GLXF(PFNGLXMAKECONTEXTCURRENTPROC, glXMakeContextCurrent);
    PFNGLXCREATECONTEXTATTRIBSARBPROC create_attribs =
        (PFNGLXCREATECONTEXTATTRIBSARBPROC)gpu_proc("glXCreateContextAttribsARB");

    attribs[5] = wish->profile == GPU_CORE ? GLX_CONTEXT_CORE_PROFILE_BIT_ARB
                 : wish->profile == GPU_ES ? GLX_CONTEXT_ES2_PROFILE_BIT_EXT : GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB;
    if (wish->profile == GPU_DEFAULT)
        context = glXCreateNewContext(state.display, state.config, GLX_RGBA_TYPE, NULL, True);
    else
        context = create_attribs ? create_attribs(state.display, state.config, NULL, True, attribs) : NULL;
    if (!context || !glXMakeContextCurrent(state.display, state.window, state.window, context)) {
        gpu_check(false, "no GLX context %d.%d", wish->major, wish->minor);
        return false;
    }
    return true;
}

/* -- bare EGL ----------------------------------------------------------------------------------------------------- */

void *gpu_egl_function(const char *name)
{
    static void *library;
    void *(*get)(const char *), *found;

    if (!library)
        library = dlopen("libEGL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library)
        return NULL;
    found = dlsym(library, name);
    if (found)
        return found;
    get = (void *(*)(const char *))dlsym(library, "eglGetProcAddress");
    return get ? get(name) : NULL;
}

#define EGLF(type, name) type name = (type)gpu_egl_function(#name)

static EGLDisplay device_display(int wanted)
{
    EGLF(PFNEGLQUERYDEVICESEXTPROC, eglQueryDevicesEXT);
    EGLF(PFNEGLQUERYDEVICESTRINGEXTPROC, eglQueryDeviceStringEXT);
    EGLF(PFNEGLGETPLATFORMDISPLAYEXTPROC, eglGetPlatformDisplayEXT);
    EGLDeviceEXT devices[MAX_DEVICES];
    EGLint count = 0;

    if (!eglQueryDevicesEXT || !eglGetPlatformDisplayEXT || !eglQueryDevicesEXT(MAX_DEVICES, devices, &count))
        return EGL_NO_DISPLAY;
    for (EGLint i = 0; wanted < 0 && i < count; i++) {
        const char *extensions = eglQueryDeviceStringEXT(devices[i], EGL_EXTENSIONS);

        if ((extensions && strstr(extensions, "EGL_NV_device_cuda")) || i == count - 1)
            wanted = i;
    }
    return wanted < 0 || wanted >= count ? EGL_NO_DISPLAY
                                         : eglGetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, devices[wanted], NULL);
}

static bool open_bare(const struct gpu_wish *wish)
{
    EGLF(PFNEGLINITIALIZEPROC, eglInitialize);
    EGLF(PFNEGLBINDAPIPROC, eglBindAPI);
    EGLF(PFNEGLCHOOSECONFIGPROC, eglChooseConfig);
    EGLF(PFNEGLCREATECONTEXTPROC, eglCreateContext);
    EGLF(PFNEGLCREATEPBUFFERSURFACEPROC, eglCreatePbufferSurface);
    EGLF(PFNEGLMAKECURRENTPROC, eglMakeCurrent);
    EGLF(PFNEGLGETERRORPROC, eglGetError);
    EGLint wanted[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
                       wish->profile == GPU_ES ? EGL_OPENGL_ES2_BIT : EGL_OPENGL_BIT, EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8,
                       EGL_BLUE_SIZE, 8, EGL_DEPTH_SIZE, 24, EGL_SAMPLE_BUFFERS, wish->samples > 0, EGL_SAMPLES,
                       wish->samples, EGL_NONE};
    EGLint size[] = {EGL_WIDTH, wish->width, EGL_HEIGHT, wish->height, EGL_NONE};
    EGLint attribs[] = {EGL_CONTEXT_MAJOR_VERSION, wish->major, EGL_CONTEXT_MINOR_VERSION, wish->minor, EGL_NONE, 0,
                        EGL_NONE};
    EGLContext context;
    EGLConfig config;
    EGLint count = 0;

    if (!eglInitialize) {
        gpu_check(false, "no libEGL.so.1");
        return false;
    }
    state.get_proc = (void *(*)(const char *))gpu_egl_function("eglGetProcAddress");
    if (state.egl_display == EGL_NO_DISPLAY)
        state.egl_display = device_display(wish->device);
    if (state.egl_display == EGL_NO_DISPLAY || !eglInitialize(state.egl_display, NULL, NULL)) {
        gpu_check(false, "no EGL device, or it cannot be opened (EGL error 0x%x)", (unsigned)eglGetError());
        return false;
    }
    if (wish->profile == GPU_CORE || wish->profile == GPU_COMPATIBILITY) {
        attribs[4] = EGL_CONTEXT_OPENGL_PROFILE_MASK;
        attribs[5] = wish->profile == GPU_CORE ? EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT
                                               : EGL_CONTEXT_OPENGL_COMPATIBILITY_PROFILE_BIT;
    }
    eglBindAPI(wish->profile == GPU_ES ? EGL_OPENGL_ES_API : EGL_OPENGL_API);
    if (!eglChooseConfig(state.egl_display, wanted, &config, 1, &count) || count < 1) {
        gpu_check(false, "no EGL pbuffer config with %d samples", wish->samples);
        return false;
    }
    context = eglCreateContext(state.egl_display, config, EGL_NO_CONTEXT, wish->profile == GPU_DEFAULT ? NULL : attribs);
    state.egl_surface = eglCreatePbufferSurface(state.egl_display, config, size);
    if (!eglMakeCurrent(state.egl_display, state.egl_surface, state.egl_surface, context)) {
        gpu_check(false, "no bare EGL context (EGL error 0x%x)", (unsigned)eglGetError());
        return false;
    }
    return true;
}

void *gpu_bare_display(void)
{
    return state.bare ? state.egl_display : NULL;
}

void *gpu_bare_surface(void)
{
    return state.bare ? state.egl_surface : NULL;
}

/* -- both --------------------------------------------------------------------------------------------------------- */

bool gpu_open(const struct gpu_wish *wish)
{
    state.bare = wish->bare;
    if (wish->bare ? !open_bare(wish) : !open_glx(wish))
        return false;
    load_functions();
    if (!gl.glGetString || !gl.glReadPixels || !gl.glClear) {
        gpu_check(false, "GL functions are missing");
        return false;
    }
    return true;
}

void gpu_swap(void)
{
    if (state.bare) {
        EGLF(PFNEGLSWAPBUFFERSPROC, eglSwapBuffers);
        eglSwapBuffers(state.egl_display, state.egl_surface);
    } else {
        static void (*swap)(Display *, GLXDrawable);

        if (!swap)
            swap = (void (*)(Display *, GLXDrawable))dlsym(state.libgl, "glXSwapBuffers");
        swap(state.display, state.window);
    }
}
