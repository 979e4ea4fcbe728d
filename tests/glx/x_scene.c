#include "x_scene.h"

#include <GL/gl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Display *dpy;
static _Atomic int failures;

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
    failures++;
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, text);
}

bool all_held(void)
{
    return failures == 0;
}

/* -- scenes ------------------------------------------------------------------------------------------------------- */

static int run_one(const struct scene *scene, bool (*run)(const struct scene *scene))
{
    dpy = XOpenDisplay(NULL);
    if (!dpy) {
        fprintf(stderr, "no display\n");
        return 1;
    }
    if (!run(scene))
        return 1;
    XCloseDisplay(dpy);
    say("done");
    return all_held() ? 0 : 1;
}

int scene_main(int count, char **arguments, const struct scene *const *groups, size_t group_count,
               bool (*run)(const struct scene *scene))
{
    XInitThreads();
    for (size_t group = 0; group < group_count; group++)
        for (const struct scene *scene = groups[group]; scene->name; scene++) {
            if (count < 2)
                printf("%s%s\n", scene->name, scene->own ? " own" : "");
            else if (strcmp(scene->name, arguments[1]) == 0)
                return run_one(scene, run);
        }
    if (count < 2)
        return 0;
    fprintf(stderr, "no scene %s\n", arguments[1]);
    return 1;
}

/* -- windows ------------------------------------------------------------------------------------------------------ */

struct place {
    Window id;
    int width, height;
};

static Bool is_map(Display *display, XEvent *event, XPointer argument)
{
    (void)display;
    return event->type == MapNotify && event->xmap.window == *(Window *)argument;
}

static Bool is_configure(Display *display, XEvent *event, XPointer argument)
{
    const struct place *place = (const struct place *)argument;

    (void)display;
    return event->type == ConfigureNotify && event->xconfigure.window == place->id &&
           event->xconfigure.width == place->width && event->xconfigure.height == place->height;
}

Window x_window_open(const XVisualInfo *visual, int width, int height)
{
    Window root = DefaultRootWindow(dpy), id;
    XSetWindowAttributes attributes;
    XEvent event;

    memset(&attributes, 0, sizeof(attributes));
    attributes.colormap = XCreateColormap(dpy, root, visual->visual, AllocNone);
    attributes.event_mask = StructureNotifyMask;
    attributes.border_pixel = 0;
    id = XCreateWindow(dpy, root, 0, 0, (unsigned)width, (unsigned)height, 0, visual->depth, InputOutput,
                       visual->visual, CWColormap | CWEventMask | CWBorderPixel, &attributes);
    XMapWindow(dpy, id);
    XIfEvent(dpy, &event, is_map, (XPointer)&id);
    return id;
}

void x_window_resize(Window id, int width, int height)
{
    struct place place = {id, width, height};
    XEvent event;

    XResizeWindow(dpy, id, (unsigned)width, (unsigned)height);
    XIfEvent(dpy, &event, is_configure, (XPointer)&place);
}

/* -- pixels ------------------------------------------------------------------------------------------------------- */

void fill(float red, float green, float blue)
{
    glClearColor(red, green, blue, 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

static void dump(const char *prefix, const uint8_t *pixels, int width, int height)
{
    static _Atomic int count; /* scenes draw from several threads */
    char name[512];
    FILE *file;

    snprintf(name, sizeof(name), "%s%03d.ppm", prefix, count++);
    file = fopen(name, "wb");
    if (!file)
        return;
    fprintf(file, "P6 %d %d 255\n", width, height);
    for (size_t i = 0; i < (size_t)width * (size_t)height; i++)
        fwrite(pixels + 4 * i, 3, 1, file);
    fclose(file);
}

uint32_t pixel_hash(int width, int height)
{
    uint8_t *pixels = calloc((size_t)width * (size_t)height, 4);
    uint32_t hash = 2166136261u;
    const char *prefix = getenv("SCENE_DUMP");

    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
    for (size_t i = 0; i < (size_t)width * (size_t)height * 4; i++)
        hash = (hash ^ pixels[i]) * 16777619u;
    if (prefix)
        dump(prefix, pixels, width, height);
    free(pixels);
    return hash;
}

uint32_t pixel_at(int x, int y)
{
    uint8_t pixel[4] = {0, 0, 0, 0};

    glReadPixels(x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
    return (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
}

unsigned long pixel_of_on(Display *display, Drawable drawable, int x, int y)
{
    XImage *image = XGetImage(display, drawable, x, y, 1, 1, AllPlanes, ZPixmap);
    unsigned long pixel = image ? XGetPixel(image, 0, 0) & 0xffffff : 0x1000000;

    if (image)
        XDestroyImage(image);
    return pixel;
}

uint32_t image_hash(Drawable drawable, int width, int height)
{
    XImage *image = XGetImage(dpy, drawable, 0, 0, (unsigned)width, (unsigned)height, AllPlanes, ZPixmap);
    uint32_t hash = 2166136261u;

    for (int y = height - 1; image && y >= 0; y--)
        for (int x = 0; x < width; x++) {
            unsigned long pixel = XGetPixel(image, x, y);
            const uint8_t bytes[4] = {(uint8_t)(pixel >> 16), (uint8_t)(pixel >> 8), (uint8_t)pixel, 255};

            for (int i = 0; i < 4; i++)
                hash = (hash ^ bytes[i]) * 16777619u;
        }
    if (image)
        XDestroyImage(image);
    return hash;
}

GC gc_for(Drawable drawable, unsigned long color)
{
    XGCValues values;

    memset(&values, 0, sizeof(values));
    values.foreground = color;
    return XCreateGC(dpy, drawable, GCForeground, &values);
}

void say_viewport(const char *what)
{
    GLint viewport[4], scissor[4];

    glGetIntegerv(GL_VIEWPORT, viewport);
    glGetIntegerv(GL_SCISSOR_BOX, scissor);
    say("%s: viewport %d %d %d %d, scissor %d %d %d %d", what, viewport[0], viewport[1], viewport[2], viewport[3],
        scissor[0], scissor[1], scissor[2], scissor[3]);
}
