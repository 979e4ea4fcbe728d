/* Scenes: small GLX programs that print what they see, pixels as hashes. The same binary runs on Xvfb with Mesa's GLX and
 * under the shim; what both print must be the same. */
#ifndef OFS_TEST_SCENE_H
#define OFS_TEST_SCENE_H

#define GLX_GLXEXT_PROTOTYPES
#define GL_GLEXT_PROTOTYPES
#include <GL/glx.h>
#include <GL/glext.h>
#include <stdbool.h>
#include <stdint.h>

struct scene {
    const char *name;
    void (*run)(void);
    bool own;                     /* asserts by itself (CHECK) where Xvfb shows something else or nothing */
};
extern const struct scene scenes_basic[], scenes_buffers[], scenes_errors[], scenes_threads[], scenes_egl[],
    scenes_seen[], scenes_swaps[], scenes_window[];

/* -- the program's state ------------------------------------------------------------------------------------------ */

extern Display *dpy;

/* A line of the transcript. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A condition that must hold, on us; printed if it does not. */
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
void check(bool condition, const char *text, const char *file, int line);

struct window {
    Window id;
    GLXFBConfig config;
    int width, height;
};
/* A config for windows: double-buffered or not, 8 bits of each colour, depth 24, stencil 8. */
GLXFBConfig choose(bool double_buffer, int samples, bool srgb);
void window_open(struct window *window, GLXFBConfig config, int width, int height);
void window_resize(struct window *window, int width, int height);
void window_close(struct window *window);

/* -- drawing ------------------------------------------------------------------------------------------------------ */

void fill(float red, float green, float blue);
/* A shaded, depth-tested scene with fixed functions; `step` moves it. */
void draw_compat(int width, int height, int step);
/* The same kind with shaders and buffers; works in core contexts. */
void draw_core(int width, int height, int step);
/* A hash of the read buffer's pixels. */
uint32_t pixel_hash(int width, int height);
uint32_t pixel_at(int x, int y);
void say_pixels(const char *what, int width, int height);
void say_gl_error(const char *what);

/* -- X errors ----------------------------------------------------------------------------------------------------- */

/* Errors since the last call are printed in order, as names. */
void say_errors(const char *what);

void (*proc(const char *name))(void);

#endif
