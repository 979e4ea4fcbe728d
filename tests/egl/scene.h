/* Scenes with EGL. */
#ifndef OFS_TEST_EGL_SCENE_H
#define OFS_TEST_EGL_SCENE_H

#define EGL_EGLEXT_PROTOTYPES
#define GL_GLEXT_PROTOTYPES
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/gl.h>
#include <GL/glext.h>

#include "../glx/x_scene.h"

extern const struct scene scenes_draw[], scenes_objects[], scenes_threads[], scenes_errors[], scenes_noise[],
    scenes_beside[], scenes_input[], scenes_native[];

extern EGLDisplay egl;            /* of dpy, initialized */

/* The name of an EGL error, and a line with that of the last call. */
const char *error_name(EGLint error);
void say_egl(const char *what);
/* A line with the value of a call, as 0 or 1, and its error. */
#define SAY(what, call) \
    do { \
        bool done_ = (call) != 0; \
        say("%s: %d %s", what, done_, error_name(eglGetError())); \
    } while (0)

struct window {
    Window id;
    EGLConfig config;
    EGLSurface surface;
    int width, height;
};
/* A config for windows of depth 24: 8 bits of each colour, depth 24, stencil 8, and what `renderable` says. */
EGLConfig choose(EGLint renderable, int samples);
/* A window of the config's visual, mapped; and with a surface. */
Window window_only(EGLConfig config, int width, int height);
void window_open(struct window *window, EGLConfig config, int width, int height);
void window_resize(struct window *window, int width, int height);
void window_close(struct window *window);
EGLContext context_es(EGLConfig config, int version, EGLContext share);

/* -- drawing ------------------------------------------------------------------------------------------------------ */

/* A shaded, depth-tested scene in OpenGL ES 2 and 3 (and OpenGL 2 and newer), which `step` moves; in what fixed
 * functions ES 1 and OpenGL share; and a core context of desktop OpenGL. */
void draw_es2(int width, int height, int step);
void draw_fixed(int width, int height, int step);
void draw_core(int width, int height, int step);
void say_pixels(const char *what, int width, int height);

/* A function of an extension's, or NULL. */
void (*proc(const char *name))(void);
#define PROC(name) ((__typeof__(&name))proc(#name))

#endif
