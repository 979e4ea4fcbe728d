#include "scene.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Display *dpy;

static struct {
    int failures;
    int glx_error_base, glx_major;
    int error_count;
    struct { int code, major, minor; } errors[16];
} test;

void say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void check(bool condition, const char *text, const char *file, int line)
{
    if (condition)
        return;
    test.failures++;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
}

void (*proc(const char *name))(void)
{
    return glXGetProcAddressARB((const GLubyte *)name);
}

GLXFBConfig choose(bool double_buffer, int samples, bool srgb)
{
    int attribs[] = {GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT | GLX_PBUFFER_BIT, GLX_RENDER_TYPE, GLX_RGBA_BIT,
                     GLX_DOUBLEBUFFER, double_buffer, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8,
                     GLX_DEPTH_SIZE, 24, GLX_STENCIL_SIZE, 8, GLX_SAMPLE_BUFFERS, samples > 0, GLX_SAMPLES, samples,
                     GLX_FRAMEBUFFER_SRGB_CAPABLE_ARB, srgb, None};
    GLXFBConfig *configs, chosen = NULL;
    int count = 0;

    configs = glXChooseFBConfig(dpy, DefaultScreen(dpy), attribs, &count);
    for (int i = 0; i < count && !chosen; i++) {
        XVisualInfo *visual = glXGetVisualFromFBConfig(dpy, configs[i]);
        int got_samples = 0;

        glXGetFBConfigAttrib(dpy, configs[i], GLX_SAMPLES, &got_samples);
        if (visual && visual->depth == 24 && visual->class == TrueColor && got_samples == samples)
            chosen = configs[i];
        if (visual)
            XFree(visual);
    }
    if (configs)
        XFree(configs);
    if (!chosen) {
        fprintf(stderr, "no config\n");
        exit(1);
    }
    return chosen;
}

static Bool is_map(Display *display, XEvent *event, XPointer argument)
{
    (void)display;
    return event->type == MapNotify && event->xmap.window == *(Window *)argument;
}

static Bool is_configure(Display *display, XEvent *event, XPointer argument)
{
    const struct window *window = (const struct window *)argument;

    (void)display;
    return event->type == ConfigureNotify && event->xconfigure.window == window->id &&
           event->xconfigure.width == window->width && event->xconfigure.height == window->height;
}

void window_open(struct window *window, GLXFBConfig config, int width, int height)
{
    XVisualInfo *visual = glXGetVisualFromFBConfig(dpy, config);
    Window root = DefaultRootWindow(dpy);
    XSetWindowAttributes attributes;
    XEvent event;

    memset(&attributes, 0, sizeof(attributes));
    attributes.colormap = XCreateColormap(dpy, root, visual->visual, AllocNone);
    attributes.event_mask = StructureNotifyMask;
    attributes.border_pixel = 0;
    window->config = config;
    window->width = width;
    window->height = height;
    window->id = XCreateWindow(dpy, root, 0, 0, (unsigned)width, (unsigned)height, 0, visual->depth, InputOutput,
                               visual->visual, CWColormap | CWEventMask | CWBorderPixel, &attributes);
    XFree(visual);
    XMapWindow(dpy, window->id);
    XIfEvent(dpy, &event, is_map, (XPointer)&window->id);
}

void window_resize(struct window *window, int width, int height)
{
    XEvent event;

    window->width = width;
    window->height = height;
    XResizeWindow(dpy, window->id, (unsigned)width, (unsigned)height);
    XIfEvent(dpy, &event, is_configure, (XPointer)window);
}

void window_close(struct window *window)
{
    XDestroyWindow(dpy, window->id);
    XSync(dpy, False);
}

/* -- pixels ------------------------------------------------------------------------------------------------------- */

uint32_t pixel_hash(int width, int height)
{
    uint8_t *pixels = calloc((size_t)width * (size_t)height, 4);
    uint32_t hash = 2166136261u;
    const char *dump = getenv("SCENE_DUMP");

    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
    for (size_t i = 0; i < (size_t)width * (size_t)height * 4; i++)
        hash = (hash ^ pixels[i]) * 16777619u;
    if (dump) {
        static _Atomic int count; /* scenes draw from several threads */
        char name[512];
        FILE *file;

        snprintf(name, sizeof(name), "%s%03d.ppm", dump, count++);
        file = fopen(name, "wb");
        if (file) {
            fprintf(file, "P6 %d %d 255\n", width, height);
            for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
                fwrite(pixels + 4 * i, 3, 1, file);
            fclose(file);
        }
    }
    free(pixels);
    return hash;
}

uint32_t pixel_at(int x, int y)
{
    uint8_t pixel[4] = {0, 0, 0, 0};

    glReadPixels(x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

void say_pixels(const char *what, int width, int height)
{
    say("%s: %dx%d pixels %08x, corner %06x, middle %06x", what, width, height, pixel_hash(width, height), pixel_at(0, 0),
        pixel_at(width / 2, height / 2));
}

void say_gl_error(const char *what)
{
    say("%s: GL error 0x%x", what, glGetError());
}

/* -- errors ------------------------------------------------------------------------------------------------------- */

static int on_error(Display *display, XErrorEvent *event)
{
    (void)display;
    if (test.error_count < 16) {
        test.errors[test.error_count].code = event->error_code;
        test.errors[test.error_count].major = event->request_code;
        test.errors[test.error_count].minor = event->minor_code;
        test.error_count++;
    }
    return 0;
}

static const char *error_name(int code)
{
    static const char *const core[] = {"Success", "BadRequest", "BadValue", "BadWindow", "BadPixmap", "BadAtom",
                                       "BadCursor", "BadFont", "BadMatch", "BadDrawable", "BadAccess", "BadAlloc"};
    static const char *const glx[] = {"GLXBadContext", "GLXBadContextState", "GLXBadDrawable", "GLXBadPixmap",
                                      "GLXBadContextTag", "GLXBadCurrentWindow", "GLXBadRenderRequest",
                                      "GLXBadLargeRequest", "GLXUnsupportedPrivateRequest", "GLXBadFBConfig",
                                      "GLXBadPbuffer", "GLXBadCurrentDrawable", "GLXBadWindow", "GLXBadProfileARB"};

    if (code < 12)
        return core[code];
    if (code >= test.glx_error_base && code < test.glx_error_base + 14)
        return glx[code - test.glx_error_base];
    return "another error";
}

void say_errors(const char *what)
{
    XSync(dpy, False);
    if (!test.error_count)
        say("%s: no error", what);
    for (int i = 0; i < test.error_count; i++)
        say("%s: %s of %s request %d", what, error_name(test.errors[i].code),
            test.errors[i].major == test.glx_major ? "GLX" : "X", test.errors[i].minor);
    test.error_count = 0;
}

/* -- main --------------------------------------------------------------------------------------------------------- */

int main(int count, char **arguments)
{
    static const struct scene *const groups[] = {scenes_basic, scenes_buffers, scenes_errors, scenes_threads, scenes_egl,
                                                   scenes_seen, scenes_swaps, scenes_window};
    int event_base;

    XInitThreads();
    for (size_t group = 0; group < sizeof(groups) / sizeof(groups[0]); group++)
        for (const struct scene *scene = groups[group]; scene->name; scene++) {
            if (count < 2) {
                printf("%s%s\n", scene->name, scene->own ? " own" : "");
                continue;
            }
            if (strcmp(scene->name, arguments[1]) != 0)
                continue;
            dpy = XOpenDisplay(NULL);
            if (!dpy || !glXQueryExtension(dpy, &test.glx_error_base, &event_base)) {
                fprintf(stderr, "no display with GLX\n");
                return 1;
            }
            XQueryExtension(dpy, "GLX", &test.glx_major, &event_base, &test.glx_error_base);
            XSetErrorHandler(on_error);
            scene->run();
            say_errors("end");
            XCloseDisplay(dpy);
            say("done");
            return test.failures != 0;
        }
    if (count < 2)
        return 0;
    fprintf(stderr, "no scene %s\n", arguments[1]);
    return 1;
}
