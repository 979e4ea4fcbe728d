#include "rig.h"

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdatomic.h>
#include <stdio.h>

Display *dpy;
uint64_t dice_state = 1;

static _Atomic int failures;

/* -- checks -------------------------------------------------------------------------------------------------------- */

bool check(bool condition, const char *text, const char *file, int line)
{
    if (!condition && atomic_fetch_add(&failures, 1) < 40)
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
    return condition;
}

bool check_status(enum ofs_status got, enum ofs_status wanted, const char *word, const char *text, const char *file, int line)
{
    const char *said = ofs_last_error();
    bool good = got == wanted && said && (wanted == OFS_OK || (said[0] != '\0' && (!word || strstr(said, word))));

    if (!good && atomic_fetch_add(&failures, 1) < 40)
        fprintf(stderr, "%s:%d: %s gives %s (%s), wanted %s (%s)\n", file, line, text, ofs_status_name(got), said,
                ofs_status_name(wanted), word ? word : "any sentence");
    return good;
}

int checks_failed(void) { return failures; }

void give_up(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(1);
}

uint32_t dice(uint32_t end)
{
    dice_state = dice_state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)((dice_state >> 33) % end);
}

/* -- windows ------------------------------------------------------------------------------------------------------- */

static GLXFBConfig choose(bool doubled)
{
    int attributes[] = { GLX_DRAWABLE_TYPE, GLX_WINDOW_BIT, GLX_RENDER_TYPE, GLX_RGBA_BIT, GLX_DOUBLEBUFFER, doubled,
                         GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, GLX_DEPTH_SIZE, 24, None };
    int count = 0;
    GLXFBConfig *configs = glXChooseFBConfig(dpy, DefaultScreen(dpy), attributes, &count);
    GLXFBConfig chosen = count > 0 ? configs[0] : NULL;

    if (configs)
        XFree(configs);
    if (!chosen)
        give_up("no config");
    return chosen;
}

static GLXContext create_context(GLXFBConfig config, enum kind kind)
{
    static const int attributes[][7] = {
        [COMPAT] = { GLX_CONTEXT_PROFILE_MASK_ARB, GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB, None },
        [CORE] = { GLX_CONTEXT_MAJOR_VERSION_ARB, 3, GLX_CONTEXT_MINOR_VERSION_ARB, 3, GLX_CONTEXT_PROFILE_MASK_ARB,
                   GLX_CONTEXT_CORE_PROFILE_BIT_ARB, None },
        [ES2] = { GLX_CONTEXT_MAJOR_VERSION_ARB, 2, GLX_CONTEXT_MINOR_VERSION_ARB, 0, GLX_CONTEXT_PROFILE_MASK_ARB,
                  GLX_CONTEXT_ES2_PROFILE_BIT_EXT, None },
        [ES3] = { GLX_CONTEXT_MAJOR_VERSION_ARB, 3, GLX_CONTEXT_MINOR_VERSION_ARB, 0, GLX_CONTEXT_PROFILE_MASK_ARB,
                  GLX_CONTEXT_ES2_PROFILE_BIT_EXT, None },
    };
    PFNGLXCREATECONTEXTATTRIBSARBPROC create =
        (PFNGLXCREATECONTEXTATTRIBSARBPROC)glXGetProcAddressARB((const GLubyte *)"glXCreateContextAttribsARB");
    GLXContext context = create(dpy, config, NULL, True, attributes[kind]);

    if (!context)
        give_up("no context");
    return context;
}

static Bool is_map(Display *display, XEvent *event, XPointer argument)
{
    return event->type == MapNotify && event->xmap.window == *(Window *)(void *)argument;
}

static Bool is_configure(Display *display, XEvent *event, XPointer argument)
{
    const struct window *window = (const struct window *)(void *)argument;
    return event->type == ConfigureNotify && event->xconfigure.window == window->id &&
           event->xconfigure.width == window->width && event->xconfigure.height == window->height;
}

void window_open(struct window *window, enum kind kind, bool doubled, int width, int height)
{
    GLXFBConfig config = choose(doubled);
    XVisualInfo *visual = glXGetVisualFromFBConfig(dpy, config);
    Window root = DefaultRootWindow(dpy);
    XSetWindowAttributes attributes = { .event_mask = StructureNotifyMask };
    XEvent event;

    if (!visual)
        give_up("no visual");
    attributes.colormap = XCreateColormap(dpy, root, visual->visual, AllocNone);
    *window = (struct window){ .kind = kind, .doubled = doubled, .width = width, .height = height };
    window->id = XCreateWindow(dpy, root, 0, 0, (unsigned)width, (unsigned)height, 0, visual->depth, InputOutput,
                               visual->visual, CWColormap | CWEventMask | CWBorderPixel, &attributes);
    XFree(visual);
    XMapWindow(dpy, window->id);
    XIfEvent(dpy, &event, is_map, (XPointer)&window->id);
    window->context = create_context(config, kind);
    window_bind(window);
}

void window_bind(const struct window *window)
{
    if (!glXMakeCurrent(dpy, window->id, window->context))
        give_up("glXMakeCurrent fails");
}

void window_resize(struct window *window, int width, int height)
{
    XEvent event;

    window->width = width;
    window->height = height;
    XResizeWindow(dpy, window->id, (unsigned)width, (unsigned)height);
    XIfEvent(dpy, &event, is_configure, (XPointer)window);
    glViewport(0, 0, width, height);
}

void window_close(struct window *window)
{
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, window->context);
    XDestroyWindow(dpy, window->id);
    XSync(dpy, False);
}

void window_show(const struct window *window)
{
    if (window->doubled)
        glXSwapBuffers(dpy, window->id);
    else
        glFlush();
}

/* -- drawing ------------------------------------------------------------------------------------------------------- */

void fill(int level)
{
    float value = (float)level / 255;
    glDisable(GL_SCISSOR_TEST);
    glClearColor(value, value, value, 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

void show_level(const struct window *window, int level)
{
    fill(level);
    window_show(window);
}

void pattern(const struct window *window)
{
    glClearColor(0.2f, 0.5f, 0.9f, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < 120; i++) {
        int width = 1 + (int)dice((uint32_t)window->width), height = 1 + (int)dice((uint32_t)window->height);
        if (i > 20) { /* small ones on top of large ones */
            width = 1 + width / 8;
            height = 1 + height / 8;
        }
        glScissor((int)dice((uint32_t)window->width), (int)dice((uint32_t)window->height), width, height);
        glClearColor((float)dice(256) / 255, (float)dice(256) / 255, (float)dice(256) / 255, (float)dice(256) / 255);
        glClear(GL_COLOR_BUFFER_BIT);
    }
    glDisable(GL_SCISSOR_TEST);
}

unsigned char *read_window(const struct window *window, uint32_t *format_out)
{
    size_t pitch = (size_t)window->width * 4;
    unsigned char *pixels = malloc(pitch * (size_t)window->height), *row = malloc(pitch);
    bool es = window->kind == ES2 || window->kind == ES3;

    if (!pixels || !row)
        give_up("out of memory");
    glReadPixels(0, 0, window->width, window->height, es ? GL_RGBA : GL_BGRA, GL_UNSIGNED_BYTE, pixels);
    for (int top = 0, bottom = window->height - 1; top < bottom; top++, bottom--) {
        memcpy(row, pixels + pitch * (size_t)top, pitch);
        memcpy(pixels + pitch * (size_t)top, pixels + pitch * (size_t)bottom, pitch);
        memcpy(pixels + pitch * (size_t)bottom, row, pitch);
    }
    free(row);
    *format_out = es ? OFS_PIXEL_RGBA8 : OFS_PIXEL_BGRA8;
    return pixels;
}

/* -- captures ------------------------------------------------------------------------------------------------------ */

struct ofs_capture_desc describe(uint32_t width, uint32_t height)
{
    return (struct ofs_capture_desc){ .struct_size = sizeof(struct ofs_capture_desc),
                                      .device = OFS_DEVICE_CPU,
                                      .plan = { .struct_size = sizeof(struct ofs_plan_desc),
                                                .width_px = width,
                                                .height_px = height } };
}

struct ofs_capture *open_capture(const struct ofs_capture_desc *desc)
{
    struct ofs_capture *capture = NULL;
    if (ofs_capture_open(desc, &capture) != OFS_OK || !capture)
        give_up(ofs_last_error());
    return capture;
}

struct ofs_capture *open_levels(uint32_t window, uint32_t stack, uint32_t slots)
{
    struct ofs_capture_desc desc = describe(1, 1);
    desc.window = window;
    desc.slots = slots;
    desc.plan.stack = stack;
    return open_capture(&desc);
}

struct ofs_frame empty_frame(void) { return (struct ofs_frame){ .struct_size = sizeof(struct ofs_frame) }; }

bool check_levels(const struct ofs_frame *frame, const int *levels, int count, const char *file, int line)
{
    const unsigned char *data = frame->data;
    bool good = data && frame->bytes == (size_t)count;

    for (int i = 0; good && i < count; i++)
        good = data[i] == levels[i];
    if (good || atomic_fetch_add(&failures, 1) >= 40)
        return good;
    fprintf(stderr, "%s:%d: levels are", file, line);
    for (size_t i = 0; data && i < frame->bytes; i++)
        fprintf(stderr, " %u", data[i]);
    fprintf(stderr, ", wanted");
    for (int i = 0; i < count; i++)
        fprintf(stderr, " %d", levels[i]);
    fputc('\n', stderr);
    return false;
}

/* -- the program --------------------------------------------------------------------------------------------------- */

static const struct scene *const groups[] = { scenes_pixels, scenes_state, scenes_frames, scenes_windows,
                                              scenes_wait,   scenes_input, scenes_limits, scenes_attack };

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        for (const struct scene *scene = groups[i]; scene->name; scene++) {
            if (argc < 2)
                puts(scene->name);
            if (argc < 2 || strcmp(argv[1], scene->name) != 0)
                continue;
            XInitThreads();
            dpy = XOpenDisplay(NULL);
            if (!dpy)
                give_up("no display: is the library preloaded?");
            scene->run();
            if (failures > 0)
                fprintf(stderr, "%s: %d checks failed\n", scene->name, failures);
            return failures > 0;
        }
    return argc < 2 ? 0 : 2;
}
