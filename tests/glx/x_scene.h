/* What the programs of scenes here and in tests/egl have in common: the list of scenes, the transcript, windows, pixels.
 *
 * A scene is a small program that prints what it sees. The same binary runs on Xvfb with Mesa and under the shim; what
 * both print must be the same. */
#ifndef OFS_TEST_X_SCENE_H
#define OFS_TEST_X_SCENE_H

#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scene {
    const char *name;
    void (*run)(void);
    bool own;                     /* asserts by itself (CHECK) where Xvfb shows something else or nothing */
};

/* Runs the scene that the arguments name, or lists all of them. `run` is called with `dpy` open, and false if nothing can
 * be run. Returns the exit status. */
int scene_main(int count, char **arguments, const struct scene *const *groups, size_t group_count,
               bool (*run)(const struct scene *scene));

extern Display *dpy;

/* A line of the transcript. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A condition that must hold, on us; printed if it does not. Any thread. */
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
void check(bool condition, const char *text, const char *file, int line);
bool all_held(void);

/* A window of this visual on the root, when it is mapped; and another size for one, when the server has told of it. */
Window x_window_open(const XVisualInfo *visual, int width, int height);
void x_window_resize(Window id, int width, int height);

/* What pixel_at and images of depth 24 give. */
#define RED   0xff0000u
#define GREEN 0x00ff00u
#define BLUE  0x0000ffu
#define WHITE 0xffffffu

void fill(float red, float green, float blue);
/* A hash of the read buffer's pixels. With SCENE_DUMP=PREFIX in the environment each call leaves a picture, too. */
uint32_t pixel_hash(int width, int height);
uint32_t pixel_at(int x, int y);
/* A line with the context's viewport and scissor box. */
void say_viewport(const char *what);

/* What X has: a pixel that GetImage gives, without its fourth byte; a value beyond if there is no answer. */
/* A hash of all that X has there, which is pixel_hash's of the same pixels. */
uint32_t image_hash(Drawable drawable, int width, int height);
unsigned long pixel_of_on(Display *display, Drawable drawable, int x, int y);
GC gc_for(Drawable drawable, unsigned long color);

#endif
