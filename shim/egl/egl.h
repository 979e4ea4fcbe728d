/* The EGL display that contexts of GLX, and of EGL on X11, live on: which device, why, and what it can do. */
#ifndef OFS_EGL_EGL_H
#define OFS_EGL_EGL_H

#include "egl/api.h"

struct ofs_egl {
    struct ofs_egl_api fn;
    EGLDisplay display;
    bool software;
    char device[128];             /* the device in words */
    char reason[256];             /* why this one */
    /* Extensions of the display. */
    bool no_config_context, create_context, create_context_no_error, robustness, flush_control, gl_colorspace,
        surfaceless_context;
};

/* The display, opened at the first call and then kept; NULL if none can be had, which has been said to the user once.
 * Any thread. Preserves errno, the thread's bound EGL API and its current context. */
const struct ofs_egl *ofs_egl_open(void);

/* The display if it was opened already, else NULL. Never loads anything. Any thread, no lock. */
const struct ofs_egl *ofs_egl_opened(void);

/* The EGL functions, loading libEGL at the first call but opening no display; NULL if there is no libEGL. Any thread. */
const struct ofs_egl_api *ofs_egl_api_get(void);
bool ofs_egl_api_loaded(void);

/* What EGL holds current in this thread, whoever made it so, and the bound API; and its return. */
struct ofs_egl_current {
    EGLenum api;
    EGLDisplay display;
    EGLContext context;
    EGLSurface draw, read;
};
void ofs_egl_save_current(const struct ofs_egl_api *fn, struct ofs_egl_current *saved);
void ofs_egl_restore_current(const struct ofs_egl_api *fn, EGLDisplay ours, const struct ofs_egl_current *saved);

/* After fork, in the child: forget the display without calling EGL, so that the next use opens one afresh. */
void ofs_egl_fork_child(void);

/* The real function of libEGL that an export of ours stands before, loading libEGL at the first call; NULL if there is
 * none. For the name of an extension's function libEGL may give one that only says that there is no such extension.
 * Any thread. Preserves errno. */
void *ofs_egl_real(const char *name);

#endif
