/* Contexts of Mesa's software renderer on pbuffers, by EGL alone: what the readers of frames are tried on. */
#ifndef OFS_TESTS_UNIT_SOFTWARE_GL_H
#define OFS_TESTS_UNIT_SOFTWARE_GL_H

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

#define SOFTWARE_GL(major, minor, profile)                                                             \
    {                                                                                                  \
        EGL_CONTEXT_MAJOR_VERSION, major, EGL_CONTEXT_MINOR_VERSION, minor,                            \
            EGL_CONTEXT_OPENGL_PROFILE_MASK, EGL_CONTEXT_OPENGL_##profile##_PROFILE_BIT, EGL_NONE      \
    }
static const EGLint gl_compat_45[] = SOFTWARE_GL(4, 5, COMPATIBILITY);
static const EGLint gl_core_45[] = SOFTWARE_GL(4, 5, CORE);
static const EGLint gl_core_33[] = SOFTWARE_GL(3, 3, CORE);
static const EGLint gl_any[] = { EGL_NONE };
static const EGLint gl_es2[] = { EGL_CONTEXT_MAJOR_VERSION, 2, EGL_NONE };
static const EGLint gl_es3[] = { EGL_CONTEXT_MAJOR_VERSION, 3, EGL_NONE };

struct software_gl {
    EGLDisplay display;
    EGLContext context;
    EGLSurface surface;
};

/* NULL, having said so, where there is none: the test is to exit with 77. */
static inline EGLDisplay software_display(void)
{
    EGLDisplay display;

    setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
    display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    if (display && eglInitialize(display, NULL, NULL))
        return display;
    puts("no Mesa software EGL here");
    return NULL;
}

/* A context that is current on a pbuffer with 8 bits of alpha; false: no config has the samples, or a check failed. */
static inline bool software_make(struct software_gl *made, EGLDisplay display, EGLenum api, const EGLint *attribs,
                                 int samples, int width, int height)
{
    const EGLint config_attribs[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RED_SIZE, 8, EGL_ALPHA_SIZE, 8,
                                      EGL_RENDERABLE_TYPE,
                                      api == EGL_OPENGL_API ? EGL_OPENGL_BIT : EGL_OPENGL_ES2_BIT,
                                      EGL_SAMPLES, samples, EGL_NONE };
    const EGLint size[] = { EGL_WIDTH, width, EGL_HEIGHT, height, EGL_NONE };
    EGLConfig config;
    EGLint found = 0;

    eglBindAPI(api);
    if (!eglChooseConfig(display, config_attribs, &config, 1, &found) || found < 1) {
        printf("no config with %d samples\n", samples);
        return false;
    }
    made->display = display;
    made->context = eglCreateContext(display, config, EGL_NO_CONTEXT, attribs);
    made->surface = eglCreatePbufferSurface(display, config, size);
    CHECK(made->context && made->surface && eglMakeCurrent(display, made->surface, made->surface, made->context));
    return made->context && made->surface;
}

static inline void software_drop(const struct software_gl *made)
{
    eglMakeCurrent(made->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    eglDestroySurface(made->display, made->surface);
    eglDestroyContext(made->display, made->context);
}

#endif
