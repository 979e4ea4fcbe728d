#include "scene.h"

#include <stdio.h>
#include <stdlib.h>

static struct {
    int glx_error_base, glx_major;
    int error_count;
    struct { int code, major, minor; } errors[16];
} test;

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

void window_open(struct window *window, GLXFBConfig config, int width, int height)
{
    XVisualInfo *visual = glXGetVisualFromFBConfig(dpy, config);

    window->config = config;
    window->width = width;
    window->height = height;
    window->id = x_window_open(visual, width, height);
    XFree(visual);
}

void window_resize(struct window *window, int width, int height)
{
    window->width = width;
    window->height = height;
    x_window_resize(window->id, width, height);
}

void window_close(struct window *window)
{
    XDestroyWindow(dpy, window->id);
    XSync(dpy, False);
}

/* -- pixels ------------------------------------------------------------------------------------------------------- */

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

static bool run(const struct scene *scene)
{
    int event_base;

    if (!glXQueryExtension(dpy, &test.glx_error_base, &event_base) ||
        !XQueryExtension(dpy, "GLX", &test.glx_major, &event_base, &test.glx_error_base)) {
        fprintf(stderr, "no display with GLX\n");
        return false;
    }
    XSetErrorHandler(on_error);
    scene->run();
    say_errors("end");
    return true;
}

int main(int count, char **arguments)
{
    static const struct scene *const groups[] = {scenes_basic, scenes_buffers, scenes_errors, scenes_threads, scenes_egl,
                                                 scenes_seen, scenes_swaps, scenes_window, scenes_input, scenes_look,
                                                 scenes_samples, scenes_texture};

    return scene_main(count, arguments, groups, sizeof(groups) / sizeof(groups[0]), run);
}
