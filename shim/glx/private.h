/* The object model of windows that are drawn by OpenGL: of GLX, and of EGL on X11 (egl/x11), which stands on top of it.
 *
 * A GLX context is an EGL context, a drawable owns EGL pbuffers (surface.c hides how many), and a thread's binding says
 * what is current. Handles that the program holds are addresses of ours, looked up in the live set before use.
 * Lock: `lock` of struct ofs_glx_state guards the two tables and the `surface` pointer of drawables; it is a leaf except
 * for xview and log, and is never held across EGL, GL, Xlib or the observer. */
#ifndef OFS_GLX_PRIVATE_H
#define OFS_GLX_PRIVATE_H

#define GLX_GLXEXT_PROTOTYPES
#define GL_GLEXT_PROTOTYPES
#include <GL/glx.h>
#include <GL/glxext.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "egl/egl.h"
#include "glx/gl.h"
#include "glx/observer.h"
#include "util/status.h"
#include "x11/xview.h"

/* -- configs (config.c, choose.c, visual.c) ----------------------------------------------------------------------- */

/* The most pairs that are read of an attribute list: one without end is an error, not a walk through memory. */
#define OFS_GLX_MAX_PAIRS 512

/* One GLXFBConfig. Values are ints so that one table can read them all; see config.c. */
struct ofs_fbconfig {
    EGLConfig egl;
    int id, visual_id, visual_depth;  /* no visual: 0, 0 */
    int stands_for_visual;        /* the visual's own config, for glXGetConfig and glXCreateContext */
    int buffer_size, red_size, green_size, blue_size, alpha_size, depth_size, stencil_size;
    int sample_buffers, samples;
    int double_buffer, srgb;
    int bind_rgb, bind_rgba, bind_targets, y_inverted; /* GLX_EXT_texture_from_pixmap */
    int render_type, drawable_type, x_renderable, visual_type, caveat, caveat_rank;
    int max_width, max_height, max_pixels;
    int zero, none;               /* constants, for attributes that no config of ours varies */
    int swap_method, screen;
};

/* The configs, or NULL if no display can be had. Built at the first call and then constant. Any thread. */
const struct ofs_fbconfig *ofs_glx_configs(unsigned *count_out);
/* The config behind a handle of the program's, or NULL if it is none. */
const struct ofs_fbconfig *ofs_glx_config(GLXFBConfig handle);
const struct ofs_fbconfig *ofs_glx_config_by_id(int id);
/* A GLX attribute of a config; false if there is no such attribute. */
bool ofs_glx_config_get(const struct ofs_fbconfig *config, int attribute, int *value_out);
/* Indexes of the configs that match a glXChooseFBConfig list, best first, written to `order` (room for all of them).
 * Returns how many, 0 also for a malformed list. */
unsigned ofs_glx_choose(const int *attributes, unsigned *order);
/* The config that a visual stands for; NULL if it is none of our visuals. */
const struct ofs_fbconfig *ofs_glx_visual_config(unsigned visual_id);

/* -- the client's connection (client.c) --------------------------------------------------------------------------- */

bool ofs_glx_is_ours(Display *dpy);
/* Wait until the server has carried out what the client wrote so far; nothing if it has already. */
void ofs_glx_sync(Display *dpy);
/* The same for the display of this thread's binding, which the program may have closed meanwhile. Changes errno. */
void ofs_glx_sync_current(void);
/* Ask libX11 to be told when the Display closes; false if that cannot be had. And: it was asked for, and it is still open;
 * reads nothing of the Display. */
bool ofs_glx_watch(Display *dpy);
bool ofs_glx_is_watched(Display *dpy);
/* Fill in what ofs_glx_sync_current needs to know, from binding->dpy. */
struct ofs_binding;
void ofs_glx_client_bind(struct ofs_binding *binding);
/* Write out what the client buffered. */
void ofs_glx_flush(Display *dpy);
/* Raise an X error in the client: `code` is a core error or one of glxproto's GLXBad... codes, which get the extension's
 * base. The client's handler runs before this returns. */
enum ofs_glx_error_kind { OFS_GLX_CORE_ERROR, OFS_GLX_EXT_ERROR };
void ofs_glx_raise(Display *dpy, enum ofs_glx_error_kind kind, int code, int minor, uint32_t value);
void ofs_glx_client_fork_child(void);
/* A new resource id of the client's. */
XID ofs_glx_new_xid(Display *dpy);
/* A function of the client's own libX11, or NULL. For rare calls: it is looked up each time. */
void *ofs_glx_xlib_function(Display *dpy, const char *name);
/* XGetVisualInfo of the client's own libX11 for one visual of screen 0, to be freed with XFree; or NULL. */
XVisualInfo *ofs_glx_visual_info(Display *dpy, unsigned visual_id);

/* As ofs_glx_flush, for the display of this thread's binding. Changes errno. */
void ofs_glx_flush_current(void);

/* -- contexts (context.c, attribs.c) ------------------------------------------------------------------------------ */

#define OFS_MAX_DRAW_BUFFERS 8
enum ofs_gl_api { OFS_API_GL, OFS_API_ES };
struct ofs_egl_display;           /* of egl/x11 */
struct ofs_glx_context {
    _Atomic int refs;             /* the live set, and each thread's binding */
    _Atomic int owner;            /* thread id it is current in, 0 = none */
    EGLContext egl;
    struct ofs_egl_display *egl_display; /* that the program made it on, through EGL; NULL: made through GLX */
    uint64_t serial;              /* of this process, from 1, never used twice */
    XID share_xid;                /* of the context that it was made to share with; 0 = none */
    _Atomic int imports;          /* glXImportContextEXT, less glXFreeContextEXT */
    const struct ofs_fbconfig *config; /* NULL if made without one */
    enum ofs_gl_api api;
    Display *dpy;
    XID xid;
    int render_type, config_id;   /* the second: EGL's, 0 = none */
    bool started;                 /* has been current once */
    bool core_or_new;             /* 3.0 or newer was asked for: may be current without a drawable */
    /* Of the default framebuffer, as the program set them: the list, and one mode that sums it up. */
    GLenum draw_list[OFS_MAX_DRAW_BUFFERS], draw_buffer, read_buffer;
    int draw_count;
    struct ofs_glx_context *next;
};

/* What a glXCreateContextAttribsARB list means to EGL. */
struct ofs_context_request {
    enum ofs_gl_api api;
    int render_type;
    bool at_least_3;
    EGLint egl[32];
};
struct ofs_glx_failure { enum ofs_glx_error_kind kind; int code; uint32_t value; };
/* True, or false with the error to raise. */
bool ofs_context_parse(const struct ofs_egl *egl, const int *attributes, struct ofs_context_request *request,
                       struct ofs_glx_failure *failure);

/* A new record for an EGL context of `api`, with one reference, not in the live set; NULL without memory. */
struct ofs_glx_context *ofs_context_new(EGLContext egl, enum ofs_gl_api api);
/* Enter it in the live set, which takes over the reference. */
void ofs_context_enter(struct ofs_glx_context *take_context);
/* Take a context out of the live set, and release it: the first for which `is_it` is true. False if there is none. */
bool ofs_context_forget(bool (*is_it)(const struct ofs_glx_context *context, const void *what), const void *what);
/* A reference to a live context that was made through GLX, or NULL. */
struct ofs_glx_context *ofs_glx_context_acquire(GLXContext handle);
/* The same for one that was made through EGL on this display; the handle is EGL's own. */
struct ofs_glx_context *ofs_context_acquire_egl(const struct ofs_egl_display *display, EGLContext handle);
void ofs_glx_context_release(struct ofs_glx_context *context); /* accepts NULL */

/* -- drawables (drawable.c, surface.c) ---------------------------------------------------------------------------- */

/* The EGL surfaces that hold a drawable's buffers at one size. */
struct ofs_surface {
    _Atomic int refs;
    EGLSurface back;              /* what is drawn to and read from, unless the front is asked for */
    EGLSurface front;             /* the true front, EGL_NO_SURFACE until a program asks for it */
    EGLSurface resolved;          /* one sample a pixel of what was read last; EGL_NO_SURFACE until that is needed */
    EGLSurface alike;             /* the same with as many samples as the back has, all of one colour; likewise */
    bool front_is_back;           /* drawing goes to both: reads of the front read the back */
    uint64_t size_px;
    _Atomic int user;             /* thread that may make it current, 0 = any; OFS_SURFACE_LOOKED_AT */
    _Atomic bool looked_at;       /* X has what it holds: nobody has made it current since (look.c) */
};
/* Its pixels are being read for X: a thread that wants it waits for the moment that this takes. */
#define OFS_SURFACE_LOOKED_AT (-1)

enum ofs_drawable_kind { OFS_GLX_WINDOW, OFS_GLX_PIXMAP, OFS_GLX_PBUFFER };
struct ofs_drawable {
    _Atomic int refs;             /* the table's entries, and each thread's bindings */
    enum ofs_drawable_kind kind;
    XID xid;                      /* of the window or pixmap in X; of the pbuffer */
    const struct ofs_fbconfig *_Atomic config;
    struct ofs_xdrawable *x;      /* NULL for a pbuffer */
    uint64_t fixed_size_px;       /* of a pbuffer */
    bool preserved, largest;
    bool plain;                   /* made through EGL, and no window: its buffers are what the driver says they are */
    _Atomic XID glx_window;       /* the id that glXCreateWindow gave it, 0 = none */
    Display *keeper;              /* of glXCreatePixmap's: as long as it is open the id stays, though X may have freed its
                                     pixmap; NULL = the id goes with the pixmap. Guarded by the lock once entered */
    _Atomic bool tracks_front;    /* a program has asked for the front of this drawable */
    struct ofs_surface *surface;  /* guarded by the lock; NULL until first needed */
    _Atomic uint64_t swaps;
    _Atomic int swap_interval;
    _Atomic unsigned long event_mask;
    _Atomic(Display *) event_display; /* of the client that asked for swap events, */
    _Atomic int event_socket;     /* its connection, */
    _Atomic XID event_xid;        /* and what it calls this drawable */
    int texture_target, texture_format; /* of a pixmap: GLX_TEXTURE_... (texture.c) */
    unsigned age;                 /* swaps since the back buffer's contents were defined; 0 = undefined. The user's of
                                     the surface */
    _Atomic int reader;           /* connection of the Display with which a thread has it current: descriptor + 1, 0 = none */
    struct ofs_look *_Atomic look; /* what X has seen of it; NULL until it looks (look.c) */
};

/* A reference to the drawable of this id, or NULL. A window that GLX has not seen yet gets one of `config`. */
struct ofs_drawable *ofs_drawable_acquire(XID xid, const struct ofs_fbconfig *config);
/* The same without creating one. */
struct ofs_drawable *ofs_drawable_find(XID xid);
void ofs_drawable_release(struct ofs_drawable *drawable); /* accepts NULL */
/* Enter a drawable under an id of its own (glXCreateWindow, glXCreatePixmap, glXCreatePbuffer). Takes over the caller's
 * reference. OFS_ENOMEM frees it. */
OFS_MUST_USE enum ofs_status ofs_drawable_enter(XID xid, struct ofs_drawable *take_drawable);
/* Remove the id; false if it is not in the table or of another kind. */
bool ofs_drawable_remove(XID xid, enum ofs_drawable_kind kind);
/* A new drawable with one reference. x is consumed, also on failure. */
struct ofs_drawable *ofs_drawable_new(enum ofs_drawable_kind kind, XID xid, const struct ofs_fbconfig *config,
                                      struct ofs_xdrawable *take_x, uint64_t fixed_size_px);
/* The same in memory of the caller's, zeroed and from malloc, which ofs_drawable_release frees in the end. */
void ofs_drawable_init(struct ofs_drawable *drawable, enum ofs_drawable_kind kind, XID xid,
                       const struct ofs_fbconfig *config, struct ofs_xdrawable *take_x, uint64_t fixed_size_px);
/* From now on its surfaces are of this config; what they held is lost. */
void ofs_drawable_change_config(struct ofs_drawable *drawable, const struct ofs_fbconfig *config);
/* The window or pixmap was destroyed in X. */
bool ofs_drawable_is_dead(const struct ofs_drawable *drawable);
/* Tell the observer that a window will show no more frames; nothing of other drawables. No lock held. */
void ofs_drawable_tell_gone(const struct ofs_drawable *drawable);
/* Forget drawables whose window is gone. */
void ofs_drawable_sweep(void);
/* A Display closes: what it has kept goes with its X pixmaps from now on. */
void ofs_drawable_forget_keeper(const Display *dpy);
uint64_t ofs_drawable_size(const struct ofs_drawable *drawable);

/* A reference to surfaces of the drawable's present size, for the calling thread alone to make current; NULL if EGL has
 * none to give. */
struct ofs_surface *ofs_surface_for(struct ofs_drawable *drawable);
/* Surfaces with this pbuffer as back, which they own from now on; NULL without memory, and the pbuffer is destroyed. */
struct ofs_surface *ofs_surface_adopt(EGLSurface take_back, uint64_t size_px);
/* The drawable's surfaces are current in another thread. */
bool ofs_surface_is_busy(struct ofs_drawable *drawable);
/* The thread did not make them current, or no longer has: others may. Accepts NULL; nothing if they are current in it. */
void ofs_surface_unused(struct ofs_surface *surface);
void ofs_surface_release(struct ofs_surface *surface); /* accepts NULL */
/* Give the surface a true front; false if EGL has none to give. */
bool ofs_surface_need_front(struct ofs_drawable *drawable, struct ofs_surface *surface);
/* Give the surface what its samples are resolved into, and what a context of its config can read; false likewise. */
bool ofs_surface_need_resolved(const struct ofs_drawable *drawable, struct ofs_surface *surface);
bool ofs_surface_need_alike(const struct ofs_drawable *drawable, struct ofs_surface *surface);

/* -- what is current (current.c) ------------------------------------------------------------------------- */

struct ofs_binding {
    struct ofs_glx_context *context;  /* NULL = nothing current */
    struct ofs_drawable *draw, *read; /* may be NULL for a context without drawables */
    struct ofs_surface *draw_surface, *read_surface;
    EGLSurface egl_draw, egl_read;    /* what EGL was told */
    Display *dpy;                     /* may be closed: see ofs_glx_sync_current */
    int socket;                       /* its descriptor, and what that was */
    ino_t socket_ino;
    unsigned closed_before;           /* how many Displays had closed then; this one is watched for it */
    bool watched;
    XID draw_xid, read_xid;           /* as the program named them */
    int thread;                       /* this thread's id */
};
extern OFS_TLS struct ofs_binding ofs_current;

/* A context that was made through GLX is current. */
bool ofs_glx_is_current(void);
/* Make current what `next` says: context, draw and read with a reference each, the context claimed, dpy and its socket.
 * EGL_SUCCESS, and the references are the binding's; or the EGL error, and nothing has changed. */
EGLint ofs_current_bind(struct ofs_binding *next);
/* What was prepared for ofs_current_bind is not wanted: give its references up, and the context too if it was claimed. */
void ofs_current_abandon(struct ofs_binding *next, bool claimed);
/* Take the context for this thread; false if another thread has it. `claimed_out`: it was free before. */
bool ofs_current_claim(struct ofs_glx_context *context, bool *claimed_out);
/* Nothing is current any more. `in_egl`: tell EGL too, which otherwise has something else current already. */
void ofs_current_release(bool in_egl);
/* The observer's last chance to get at frames of the context that is current. */
void ofs_current_tell_leaving(void);
/* Follow a resize of the current drawables. */
void ofs_current_follow_size(void);
/* Tell EGL which surfaces the binding's draw and read buffers mean now, if that changed. */
void ofs_current_apply(void);

/* Draw and read buffers (buffers.c). A mode is a name like GL_BACK. */
enum ofs_name_quirk { OFS_NAMES_UNKNOWN, OFS_NAMES_BOTH, OFS_NAMES_BACK_ONLY, OFS_NAMES_FRONT_ONLY };
bool ofs_is_front(GLenum mode);   /* the front, perhaps among others */
bool ofs_is_both(GLenum mode);
bool ofs_buffer_exists(GLenum mode); /* a window may have it */
GLenum ofs_buffer_real(GLenum mode); /* what the driver calls it */
/* The initial buffers of a context that is current for the first time. */
void ofs_buffers_start(struct ofs_glx_context *context, bool double_buffer);
/* Tell the driver what the current context's record says, after its surfaces changed. */
void ofs_buffers_tell(void);
/* The program set them, with names that exist, and the driver knows. */
void ofs_buffers_set_draw(int count, const GLenum *modes);
void ofs_buffers_set_read(GLenum mode);

/* The front buffer (front.c). */
void ofs_front_draw_changed(GLenum before);
/* Copy a rectangle of the back to the front, where there is a true front. */
void ofs_front_update(struct ofs_surface *surface, int x, int y, int width, int height);
/* The flush of a drawable that is drawn to in front: what the program drew is seen. */
void ofs_front_flushed(void);
/* glFinish and what comes with it (glwrap.c). */
void ofs_gl_finish(void);
/* Swap what this thread draws to, a drawable with a back buffer (swap.c): the frame is told of, and a resize followed. */
void ofs_swap_current(void);
/* Call the observer for the drawable with `source`, one of the surface's, as read surface. */
void ofs_glx_observe(struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source);

/* A context of our own is current while `work` runs, and what was before is so afterwards; false if there is none to be had.
 * The surfaces may be the binding's, or any that no other thread uses. */
bool ofs_with_copier(EGLSurface draw, EGLSurface read, void (*work)(const struct ofs_gl *gl, void *arg), void *arg);
/* The parts of it: a context of ours, NULL if there is none to be had; and what the binding says current again. */
EGLContext ofs_copier_take(const struct ofs_egl *egl);
void ofs_copier_give(const struct ofs_egl *egl, EGLContext copier); /* accepts NULL */
void ofs_current_restore(const struct ofs_egl *egl);

/* Multisampled drawables (resolve.c). */

/* Reading such a drawable gives single samples. */
bool ofs_resolve_needed(const struct ofs_drawable *drawable);
/* What to read for `source`, one of the surface's: it was resolved, if that is needed and can be done. */
EGLSurface ofs_resolved(const struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source);
/* While the observer is called: the frame of such a drawable, which it may read. All NULL: no more. */
void ofs_resolve_show(const struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source);
/* Around the program's own read of this rectangle of the default framebuffer, where that is needed. True: its context reads
 * resolved pixels until the end, which must be told; false: nothing has changed. */
bool ofs_resolve_begin(int x, int y, int width, int height);
void ofs_resolve_end(void);
/* The read itself, as glReadPixels would do it, which is several times faster; false if it is none of the usual kind. */
bool ofs_resolve_read(int x, int y, int width, int height, GLenum format, GLenum type, void *pixels);

/* What X reads of windows and pixmaps that OpenGL draws in (look.c). */

/* `source`, one of the surface's, holds what the drawable shows now. Nothing unless X has looked at it. */
void ofs_look_keep(struct ofs_drawable *drawable, struct ofs_surface *surface, EGLSurface source);
/* Requests that this thread, where a context is current, is about to send: if one reads pixels, this is the last moment to
 * keep what the thread draws. Changes nothing of GL's or EGL's that the program can see; preserves errno. */
void ofs_look_at_requests(const char *data, size_t size);
/* The program's drawing is done, of a drawable that has no swaps. */
void ofs_look_finished(void);
/* The drawable goes. */
void ofs_look_end(struct ofs_drawable *drawable);

/* Swap events of clients (swap_event.c). */
void ofs_swap_event_select(Display *dpy, XID xid, struct ofs_drawable *drawable, unsigned long mask);
/* After a swap of a drawable whose event_mask asks for it. Takes no lock. */
void ofs_swap_event_send(struct ofs_drawable *drawable);
/* The client closes its connection. */
void ofs_swap_event_forget(const Display *dpy);

/* -- the one place for what changes ------------------------------------------------------------------------------- */

#define OFS_GLX_DRAWABLE_BUCKETS 64
struct ofs_drawable_entry {
    XID xid;
    struct ofs_drawable *drawable;
    struct ofs_drawable_entry *next;
};
struct ofs_glx_state {
    pthread_mutex_t lock;
    struct ofs_glx_context *contexts;
    struct ofs_drawable_entry *drawables[OFS_GLX_DRAWABLE_BUCKETS];
    const struct ofs_observer *observer;
    _Atomic bool renderer_reported;
    _Atomic uint64_t context_serial; /* the last one given */
    _Atomic bool foreign_seen;    /* a Display that is not ours was used with GLX */
    _Atomic(struct ofs_config_list *) configs;
    _Atomic(const struct ofs_gl *) gl;
    struct ofs_gl gl_storage;
    _Atomic int name_quirk;       /* enum ofs_name_quirk */
    _Atomic(EGLContext) copier;   /* a spare context for copying between surfaces; a user takes it out meanwhile */
};
extern struct ofs_glx_state ofs_glx;

int ofs_thread_id(void);
/* Sleep, in real time also where the program's time is not (lockstep). Changes errno. */
void ofs_real_pause(long ns);

/* Our function of this name: a glX entry point or the wrapper of a GL function; NULL if it is not one of ours. */
void *ofs_glx_exported(const char *name);
void *ofs_gl_wrapped(const char *name);

/* The real GLX, for displays that are not ours: the function of that name in the real libGL, or NULL. */
void *ofs_glx_foreign(const char *name);
/* Pass a call on to the real GLX: an expression with the call's value, or `fallback` if there is no real GLX. */
#define OFS_FOREIGN(function, fallback, ...)                                        \
    ({                                                                              \
        __typeof__(&function) foreign_ = (__typeof__(&function))ofs_glx_foreign(#function); \
        foreign_ ? foreign_(__VA_ARGS__) : (fallback);                              \
    })
#define OFS_FOREIGN_VOID(function, ...)                                             \
    ({                                                                              \
        __typeof__(&function) foreign_ = (__typeof__(&function))ofs_glx_foreign(#function); \
        if (foreign_)                                                               \
            foreign_(__VA_ARGS__);                                                  \
    })

#endif
