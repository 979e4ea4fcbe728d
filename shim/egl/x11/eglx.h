/* EGL on X11: the object model.
 *
 * An EGLDisplay for X11 is a record of ours; underneath lies the one real display that GLX uses too. Every function of
 * EGL that takes a display is exported, and passes calls for displays that are not ours on, untouched: programs that
 * use EGL without X see the driver and nothing of this.
 * Contexts, images and syncs are the real handles. Configs and surfaces are records of ours: a config says which
 * visual it fits, a surface is a drawable of glx's object model (glx/private.h), whose buffers, following of the
 * window's size, front buffer and observer it shares. What is current in a thread is glx's binding as well, so that
 * neither API can make something current while the other has.
 * Lock: ofs_glx.lock guards the list of live surfaces; displays are only ever added, by compare and swap.
 * Source: EGL 1.5 of August 2014, and the extensions' texts where named. */
#ifndef OFS_EGL_X11_EGLX_H
#define OFS_EGL_X11_EGLX_H

#define EGL_EGLEXT_PROTOTYPES
#include "glx/private.h"

/* The most pairs that are read of an attribute list: one without end is an error, not a walk through memory. */
#define OFS_EGLX_MAX_PAIRS 512

/* -- errors (error.c) --------------------------------------------------------------------------------------------- */

/* The answer to a call that is ours to answer, as an expression; eglGetError() says `error` afterwards. */
#define OFS_EGLX_FAIL(error) (ofs_eglx_answer(error), EGL_FALSE)
#define OFS_EGLX_NULL(error) (ofs_eglx_answer(error), (void *)NULL)
#define OFS_EGLX_DONE()      (ofs_eglx_answer(EGL_SUCCESS), EGL_TRUE)
void ofs_eglx_answer(EGLint error);
/* EGL_SUCCESS as the answer to a swap, which calls the real libEGL only if it has to. */
void ofs_eglx_answer_frame(void);
/* The real function is about to answer: eglGetError() is its. */
void ofs_eglx_passing(void);

/* The real function as an expression of its own type; NULL if there is no libEGL. */
#define OFS_EGLX_REAL(name)                                                              \
    ({                                                                                   \
        static _Atomic(__typeof__(&name)) known_;                                        \
        __typeof__(&name) real_ = atomic_load_explicit(&known_, memory_order_relaxed);   \
        if (__builtin_expect(!real_, 0)) {                                               \
            real_ = (__typeof__(&name))ofs_egl_real(#name);                              \
            atomic_store_explicit(&known_, real_, memory_order_relaxed);                 \
        }                                                                                \
        real_;                                                                           \
    })
/* A call of the real function: an expression with its value, or 0 if there is no libEGL. */
#define OFS_EGLX_PASS(name, ...)                             \
    ({                                                       \
        __typeof__(&name) pass_ = OFS_EGLX_REAL(name);       \
        ofs_eglx_passing();                                  \
        pass_ ? pass_(__VA_ARGS__) : 0;                      \
    })

/* -- displays (display.c, native.c) ------------------------------------------------------------------------------- */

enum ofs_native_kind { OFS_NATIVE_XLIB, OFS_NATIVE_XCB };
struct ofs_egl_display {
    enum ofs_native_kind kind;
    void *native;                 /* Display or xcb_connection_t, which may be closed; NULL: the default display */
    _Atomic bool watched;         /* we are told when the Display closes */
    _Atomic int socket;           /* of an xcb_connection_t: its descriptor, */
    _Atomic uint64_t socket_inode; /* and what that was */
    bool counted;                 /* EGL_KHR_display_reference: as many eglTerminate as eglInitialize */
    _Atomic int initialized;      /* how many times, 0 = not */
    struct ofs_egl_display *next;
};

/* The record behind a handle of the program's, or NULL if it is not one of ours. Any thread, no lock. */
struct ofs_egl_display *ofs_eglx_display(EGLDisplay handle);
/* True if it is initialized; else the call is answered with EGL_NOT_INITIALIZED. */
bool ofs_eglx_ready(const struct ofs_egl_display *display);
/* What a call that is passed on gets for the program's display: its own, or the real one behind ours. False: ours, and
 * not initialized; answered. */
bool ofs_eglx_translate(EGLDisplay handle, EGLDisplay *real_out);

/* The bytes can be read. Preserves errno. */
bool ofs_native_is_readable(const void *address, size_t bytes);
/* A Display, or an xcb_connection_t, that is connected to our server. Any address will do. */
bool ofs_native_is_our_display(const void *native);
bool ofs_native_is_our_connection(void *native);
/* Without a native display the program means X: it named no other platform in EGL_PLATFORM. */
bool ofs_native_default_is_x(void);
/* The Display for glx's model, NULL if the native display is none, or is closed. */
Display *ofs_native_xlib(const struct ofs_egl_display *display);
/* The xcb_connection_t, likewise; it works. */
void *ofs_native_xcb(const struct ofs_egl_display *display);
/* It is open now: remember by what it is known that it has closed. */
void ofs_native_note_socket(struct ofs_egl_display *display);
/* A function of the program's libxcb, or NULL. For rare calls: it is looked up each time. */
void *ofs_native_xcb_function(const char *name);
/* Wait until the server has done what the program asked of it on this display; and: write out what it has buffered. */
void ofs_native_sync(const struct ofs_egl_display *display);
void ofs_native_flush(const struct ofs_egl_display *display);
/* The live window or pixmap of that id, with a reference, or NULL. */
struct ofs_xdrawable *ofs_native_drawable(const struct ofs_egl_display *display, uintptr_t id,
                                          enum ofs_xdrawable_kind kind);

/* -- attribute lists (list.c) ------------------------------------------------------------------------------------- */

/* A list of either width as pairs of names and values. */
struct ofs_eglx_list {
    unsigned count;
    struct { EGLAttrib name, value; } pair[OFS_EGLX_MAX_PAIRS];
};
/* Read a list, which may be NULL. False if it does not end, or runs out of readable memory. */
bool ofs_eglx_list_read(struct ofs_eglx_list *list, const EGLint *attributes);
bool ofs_eglx_list_read_wide(struct ofs_eglx_list *list, const EGLAttrib *attributes);

/* -- configs (config.c) ------------------------------------------------------------------------------------------- */

/* One EGLConfig. As Mesa on X11, only those that some visual fits are listed; configs with alpha once for the root's
 * depth, where the alpha is the program's own affair, and once for windows of depth 32. */
struct ofs_egl_config {
    EGLConfig egl;
    EGLint id;                    /* EGL_CONFIG_ID */
    unsigned depth, visual;       /* of the windows and pixmaps it is for, and the visual's id */
    EGLint surface_type;
};
/* The config behind a handle, or NULL. Any thread, while a display is initialized. */
const struct ofs_egl_config *ofs_eglx_config(EGLConfig handle);
void ofs_eglx_configs_fork_child(void);

/* -- contexts and surfaces ---------------------------------------------------------------------------------------- */

/* A surface is a drawable with what EGL wants to know besides; its address is the handle. */
struct ofs_egl_surface {
    struct ofs_drawable drawable; /* first: glx frees the whole */
    struct ofs_egl_display *display;
    const struct ofs_egl_config *config;
    struct ofs_fbconfig buffers;  /* what the drawable's config points to */
    EGLint render_buffer, swap_behavior, multisample_resolve, colorspace;
    struct ofs_egl_surface *next; /* of the live ones */
};

/* A reference to a live surface of this display, or NULL. */
struct ofs_egl_surface *ofs_eglx_surface_acquire(const struct ofs_egl_display *display, EGLSurface handle);
void ofs_eglx_surface_release(struct ofs_egl_surface *surface); /* accepts NULL */
/* The surface that this thread draws to, without a reference; NULL if it draws to none of EGL's. */
struct ofs_egl_surface *ofs_eglx_current_surface(void);
/* Forget all surfaces, and all contexts, of a display: eglTerminate. */
void ofs_eglx_surfaces_forget(const struct ofs_egl_display *display);
void ofs_eglx_contexts_forget(const struct ofs_egl_display *display);
void ofs_eglx_surfaces_fork_child(void);

/* -- functions (pass.c, proc.c) ----------------------------------------------------------------------------------- */

struct ofs_eglx_entry {
    const char *name;
    void *function;
};
/* The functions of pass.c, which the table of proc.c ends with; NULL if it is none of them. */
void *ofs_eglx_passed_on(const char *name);

#endif
