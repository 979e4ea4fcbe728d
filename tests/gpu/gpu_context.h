/* A current OpenGL context for the GPU tests, had in one of two ways: through GLX and Xlib, as a game has it, or bare, on an
 * EGL device and a pbuffer, as the peer that Offstage is compared with. Every library is opened at run time, so that the
 * programs start, and can say what is missing, on a machine with nothing but a driver. */
#ifndef OFS_GPU_CONTEXT_H
#define OFS_GPU_CONTEXT_H

#include <GL/gl.h>
#include <GL/glext.h>
#include <stdbool.h>
#include <stdint.h>

enum gpu_profile { GPU_DEFAULT, GPU_CORE, GPU_COMPATIBILITY, GPU_ES };

struct gpu_wish {
    bool bare;                    /* EGL device and pbuffer instead of GLX and a window */
    int device;                   /* bare: number of the EGL device; -1 = the first that is NVIDIA's, else the last */
    int width, height;
    enum gpu_profile profile;
    int major, minor;             /* with a profile */
    int samples;
};

#define GPU_GL_FUNCTIONS(X) \
    X(PFNGLBINDBUFFERPROC, glBindBuffer) \
    X(PFNGLBLITFRAMEBUFFERPROC, glBlitFramebuffer) \
    X(PFNGLBUFFERDATAPROC, glBufferData) \
    X(PFNGLGENBUFFERSPROC, glGenBuffers) \
    X(PFNGLGETSTRINGIPROC, glGetStringi)
#define GPU_GL_OLD_FUNCTIONS(X) \
    X(void, glBindTexture, (GLenum, GLuint)) \
    X(void, glClear, (GLbitfield)) \
    X(void, glClearColor, (GLfloat, GLfloat, GLfloat, GLfloat)) \
    X(void, glDisable, (GLenum)) \
    X(void, glDrawBuffer, (GLenum)) \
    X(void, glEnable, (GLenum)) \
    X(void, glFinish, (void)) \
    X(void, glGenTextures, (GLsizei, GLuint *)) \
    X(GLenum, glGetError, (void)) \
    X(void, glGetIntegerv, (GLenum, GLint *)) \
    X(const GLubyte *, glGetString, (GLenum)) \
    X(void, glPixelStorei, (GLenum, GLint)) \
    X(void, glReadBuffer, (GLenum)) \
    X(void, glReadPixels, (GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, void *)) \
    X(void, glScissor, (GLint, GLint, GLsizei, GLsizei)) \
    X(void, glTexImage2D, (GLenum, GLint, GLint, GLsizei, GLsizei, GLint, GLenum, GLenum, const void *)) \
    X(void, glTexParameteri, (GLenum, GLenum, GLint)) \
    X(void, glViewport, (GLint, GLint, GLsizei, GLsizei))

struct gpu_gl {
#define GPU_MEMBER(type, name) type name;
#define GPU_OLD_MEMBER(result, name, arguments) result (*name) arguments;
    GPU_GL_FUNCTIONS(GPU_MEMBER)
    GPU_GL_OLD_FUNCTIONS(GPU_OLD_MEMBER)
#undef GPU_MEMBER
#undef GPU_OLD_MEMBER
};
extern struct gpu_gl gl;

/* Makes a window or pbuffer and a context, and makes them current. May be called again: the newest is current. Prints why
 * and returns false if it cannot be had. */
bool gpu_open(const struct gpu_wish *wish);
/* Ends the current frame. */
void gpu_swap(void);
/* glXGetProcAddressARB or eglGetProcAddress. */
void *gpu_proc(const char *name);
/* A function as dlsym on libGL.so.1 finds it, NULL when bare. */
void *gpu_symbol(const char *name);

/* What the programs print: "key: value" lines for the caller, and the end. */
void gpu_say(const char *key, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Prints a line that starts with FAIL unless it holds; gpu_status() is the exit status. */
void gpu_check(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
int gpu_status(void);
uint64_t gpu_now_ns(void);

/* An EGL function, with libEGL opened at the first call; NULL if there is none. */
void *gpu_egl_function(const char *name);
/* The display and the surface that gpu_open made last when bare, NULL otherwise. */
void *gpu_bare_display(void);
void *gpu_bare_surface(void);

#endif
