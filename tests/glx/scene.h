/* Scenes with GLX. */
#ifndef OFS_TEST_SCENE_H
#define OFS_TEST_SCENE_H

#define GLX_GLXEXT_PROTOTYPES
#define GL_GLEXT_PROTOTYPES
#include <GL/glx.h>
#include <GL/glext.h>

#include "x_scene.h"

extern const struct scene scenes_basic[], scenes_buffers[], scenes_errors[], scenes_threads[], scenes_egl[],
    scenes_seen[], scenes_swaps[], scenes_window[], scenes_input[], scenes_look[],
    scenes_samples[], scenes_texture[];

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

/* A shaded, depth-tested scene with fixed functions; `step` moves it. */
void draw_compat(int width, int height, int step);
/* The same kind with shaders and buffers; works in core contexts. */
void draw_core(int width, int height, int step);
/* A line with a hash of the read buffer and two of its pixels. */
void say_pixels(const char *what, int width, int height);
void say_gl_error(const char *what);

/* -- X errors ----------------------------------------------------------------------------------------------------- */

/* Errors since the last call are printed in order, as names. */
void say_errors(const char *what);

void (*proc(const char *name))(void);

#endif
