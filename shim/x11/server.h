/* The X server's world: one struct, no globals, no threads, no I/O of its own.
 *
 * loop.c owns a world, feeds it bytes from sockets and writes out what it answers; tests and fuzzers do the same from
 * memory. Everything here runs on one thread at a time. */
#ifndef OFS_X11_SERVER_H
#define OFS_X11_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <X11/X.h>
#include <X11/Xproto.h>

#include "util/status.h"
#include "x11/wire.h"
#include "x11/xview.h"

struct ofs_server;
struct ofs_client;

/* ---- resources ------------------------------------------------------------------------------------------------ */

enum ofs_res_type {
    OFS_RES_NONE,
    OFS_RES_WINDOW,
    OFS_RES_PIXMAP,
    OFS_RES_GC,
    OFS_RES_COLORMAP,
    OFS_RES_CURSOR,
    OFS_RES_FONT,
    OFS_RES_PICTURE,
    OFS_RES_GLYPHSET,
    OFS_RES_COUNTER,
    OFS_RES_ALARM,
    OFS_RES_FENCE,
    OFS_RES_REGION,
    OFS_RES_BARRIER,
    OFS_RES_SEGMENT,
    OFS_RES_GLX,        /* contexts, GLX windows and pbuffers that a client made over the wire */
    OFS_RES_TYPE_COUNT
};

/* First member of everything that has an id. */
struct ofs_res {
    uint32_t id;
    uint8_t type;                  /* enum ofs_res_type */
    struct ofs_client *client;     /* creator; NULL for the server's own and for what a departed client retained */
    struct ofs_res *hash_next;
};

/* Find by id and type. *out is NULL and the result a core error code (BadWindow, BadPixmap, BadGC…) with c->bad_value set
 * if there is none; 0 on success. */
int ofs_res_find(struct ofs_client *c, uint32_t id, enum ofs_res_type type, void *out_ptr);
/* The same without a client: NULL if there is none. */
struct ofs_res *ofs_res_get(struct ofs_server *s, uint32_t id, enum ofs_res_type type);
struct ofs_res *ofs_res_any(struct ofs_server *s, uint32_t id); /* of whatever type */
/* Enter a new resource: fills res->id, type and client and takes ownership on success. Errors: BadIDChoice (bad_value set)
 * if the id is not the client's or is in use, BadAlloc. On error the caller still owns res. */
int ofs_res_add(struct ofs_client *c, uint32_t id, enum ofs_res_type type, struct ofs_res *res);
/* Check an id before work is done: 0 or BadIDChoice. */
int ofs_res_check_new(struct ofs_client *c, uint32_t id);
/* Take out of the table and free with the type's destructor. */
void ofs_res_free(struct ofs_server *s, struct ofs_res *res);
/* Install the destructor of a type (it frees `res` itself). Default: free(). */
void ofs_res_set_destructor(struct ofs_server *s, enum ofs_res_type type, void (*destroy)(struct ofs_server *, struct ofs_res *));
/* Extension error for a missing resource of this type in place of BadValue (e.g. RENDER's PictureError). */
void ofs_res_set_error(struct ofs_server *s, enum ofs_res_type type, uint8_t error);
/* Call fn for every resource; fn may free the one it is given and no other. */
void ofs_res_each(struct ofs_server *s, void (*fn)(struct ofs_server *, struct ofs_res *, void *), void *arg);

#define OFS_DEFAULT_COLORMAP 0x20u
/* The screen says 96 dots per inch. */
static inline uint16_t ofs_px_to_mm(uint32_t px) { return (uint16_t)((px * 254 + 480) / 960); }

/* ---- windows -------------------------------------------------------------------------------------------------- */

struct ofs_property {
    struct ofs_property *next;
    uint32_t name, type;
    uint8_t format;                /* 8, 16 or 32 */
    uint32_t size_bytes;
    uint8_t *data;                 /* native byte order */
};

/* One client's event selection on one window. */
struct ofs_mask {
    struct ofs_mask *next;
    struct ofs_client *client;
    uint32_t mask;
};

struct ofs_region;
struct ofs_shapes;

struct ofs_window {
    struct ofs_res res;
    struct ofs_server *server;
    struct ofs_window *parent;
    struct ofs_window *bottom, *top;      /* children: lowest and highest */
    struct ofs_window *above, *below;     /* siblings */
    int16_t x, y;                         /* of the outer upper left corner, relative to the parent's inside */
    uint16_t width, height, border_width;
    uint8_t depth;
    uint16_t class;                       /* InputOutput or InputOnly */
    uint32_t visual;                      /* 0 for InputOnly */
    bool mapped, viewable, override_redirect, save_under;
    bool contents_lost;                   /* the next exposure update exposes all of it */
    uint8_t bit_gravity, win_gravity, backing_store;
    uint32_t backing_planes, backing_pixel, background_pixel, border_pixel;
    uint32_t background_pixmap;           /* None, ParentRelative or an id */
    bool background_solid;                /* background_pixel is the background */
    struct ofs_raster *background_tile;   /* the pixels of background_pixmap, which may be freed since */
    struct ofs_raster *border_tile;       /* in place of border_pixel, if not NULL */
    uint32_t colormap;                    /* an id */
    struct ofs_cursor *cursor, *pointer_cursor; /* NULL = the parent's; of XInput's pointer, NULL = cursor */
    uint16_t do_not_propagate;
    uint32_t all_masks;                   /* union of masks */
    struct ofs_mask *masks;
    struct ofs_property *properties;
    struct ofs_shapes *shapes;            /* SHAPE's; NULL = a rectangle */
    struct ofs_region *clip;              /* what can be seen of it, window-relative; NULL = not tracked yet */
    struct ofs_region *fresh;             /* expose.c, during an update */
    uint8_t visibility;                   /* VisibilityUnobscured…; 3 = not viewable */
    struct ofs_picture *picture;          /* of a top-level window; picture.h */
    struct ofs_view *view, *next_view;    /* its place in a picture; next_view: during an update */
    struct ofs_xdrawable *shared;         /* what the GL side sees */
    uint64_t painted;                     /* painted.c: 0 = nobody has read what OpenGL draws in it */
    void *xi2;                            /* XI2 selections, owned by xinput.c */
    void *ext_select;                     /* list of struct ofs_ext_select: RANDR, XFIXES… selections */
};

struct ofs_pixmap {
    struct ofs_res res;
    uint16_t width, height;
    uint8_t depth;
    struct ofs_raster *raster;            /* its pixels, all 0 while NULL */
    struct ofs_xdrawable *shared;
    uint64_t painted;                     /* as of a window */
};

/* An extension's per-client selection on a window (RRSelectInput, XFixesSelectSelectionInput, …). */
struct ofs_ext_select {
    struct ofs_ext_select *next;
    struct ofs_client *client;
    uint8_t kind;                         /* enum below */
    uint32_t key, mask;                   /* key: e.g. the selection atom */
};
enum { OFS_SELECT_RANDR = 1, OFS_SELECT_XFIXES_SELECTION, OFS_SELECT_SHAPE };
/* Set (mask != 0) or remove one. BadAlloc or 0. */
int ofs_ext_select_set(struct ofs_window *w, struct ofs_client *c, uint8_t kind, uint32_t key, uint32_t mask);

/* Root-relative position of the window's inside. */
void ofs_window_origin(const struct ofs_window *w, int *x_out, int *y_out);
bool ofs_window_is_ancestor(const struct ofs_window *ancestor, const struct ofs_window *w); /* strictly */
/* The deepest viewable window (InputOutput or InputOnly) under a root position; the root at least. */
struct ofs_window *ofs_window_at(struct ofs_server *s, int root_x, int root_y);
/* Find helpers: 0 or BadWindow / BadDrawable, c->bad_value set. */
int ofs_find_window(struct ofs_client *c, uint32_t id, struct ofs_window **out);
int ofs_find_drawable(struct ofs_client *c, uint32_t id, struct ofs_window **window_out, struct ofs_pixmap **pixmap_out);

/* Configure as ConfigureWindow would: resize a window from the server's side (input script, fullscreen). */
void ofs_window_resize(struct ofs_server *s, struct ofs_window *w, int x, int y, unsigned width, unsigned height);

/* ---- events --------------------------------------------------------------------------------------------------- */

/* Events are built as native xEvent (X11/Xproto.h) and swapped per client by a format string: one character per field,
 * '1', '2' or '4' bytes, spaces ignored, covering bytes 0..31; the default covers core events. Extensions register their own codes. */
void ofs_event_set_format(struct ofs_server *s, uint8_t code, const char *format);

/* To one client; fills the sequence number. */
void ofs_event_to_client(struct ofs_client *c, const xEvent *event);
/* To every client that selected any bit of mask on the window; returns how many got it. mask 0: to the creator. */
int ofs_event_to_window(struct ofs_server *s, struct ofs_window *w, const xEvent *event, uint32_t mask);
/* StructureNotify on w (event.u.*.event = w) and SubstructureNotify on its parent: `set_event` writes the event window. */
void ofs_event_structure(struct ofs_server *s, struct ofs_window *w, xEvent *event);
uint32_t ofs_mask_of(const struct ofs_window *w, const struct ofs_client *c);

/* ---- clients -------------------------------------------------------------------------------------------------- */

struct ofs_client {
    struct ofs_server *server;
    struct ofs_client *next;
    uint32_t index;                       /* 1..; resource ids are index << 21 */
    uint32_t id_base;
    int fd;                               /* the server's end; -1 in tests */
    int peer_fd;                          /* the number the client holds it under, for xview */
    bool swap;
    bool ready;                           /* setup done */
    bool closing;                         /* to be dropped when control returns to the loop */
    bool closed_down;                     /* its resources are gone or retained already (KillClient) */
    bool big_requests;
    bool replied;                         /* to the request being carried out */
    bool asleep;                          /* waits for an XTEST event with a delay; its requests wait with it */
    bool grab_impervious;                 /* XTestGrabControl: served during other clients' server grabs */
    uint8_t close_down_mode;
    uint32_t sequence;                    /* of the request being carried out or last carried out */
    uint32_t bad_value;                   /* for the error that a handler is about to return */
    bool has_bad_minor; uint16_t bad_minor; /* override of the minor opcode in the error (OFS_GLX_VENDOR_RAISE) */
    uint8_t *in;  size_t in_len, in_cap;  /* an incomplete request */
    uint8_t *out; size_t out_at, out_len, out_cap; /* unsent bytes: out[out_at..out_len) */
    size_t out_mark;                      /* start of the reply or event under construction */
    uint64_t skip_bytes;                  /* rest of a request too large to take */
    struct ofs_window **save_set; unsigned save_set_len;
    struct ofs_await *awaits;             /* sync.c: what it waits for before its next request is served; NULL = nothing */
    struct ofs_xkb_client *xkb;           /* owned by xkb.c; NULL until it is used */
    uint32_t cursors_hidden;              /* XFIXES: HideCursor less ShowCursor */
    uint16_t xi2_major, xi2_minor;        /* negotiated; 0 = never asked */
    struct ofs_passing *passing;          /* descriptors on their way; owned by passing.c; NULL until there is one */
};

/* ---- extensions ----------------------------------------------------------------------------------------------- */

/* A request handler: 0, or an X error code with c->bad_value set where the error carries one. It reads with ofs_req*,
 * checks ofs_req_end() before any effect, and writes its reply, if the request has one. */
typedef int (*ofs_handler)(struct ofs_client *c, struct ofs_request *r);

struct ofs_handler_row {
    uint8_t opcode;                       /* core: major; extension: minor */
    const char *name;
    ofs_handler handle;
    uint16_t min_words, max_words;        /* request length; max 0 = no fixed bound (the handler checks) */
};

struct ofs_extension {
    const char *name;
    uint8_t major, first_event, first_error;
    const struct ofs_handler_row *rows;
    unsigned row_count;
    /* Optional hooks. */
    int (*init)(struct ofs_server *s);                                /* 0 or BadAlloc */
    void (*finish)(struct ofs_server *s);
    void (*client_gone)(struct ofs_client *c);
    void (*window_gone)(struct ofs_server *s, struct ofs_window *w);  /* before it leaves the tree */
};
/* extensions.c lists them all; each extension's file defines one of these. */
extern const struct ofs_extension *const ofs_extensions[];
extern const unsigned ofs_extension_count;

/* ---- the world ------------------------------------------------------------------------------------------------ */

struct ofs_atoms;
struct ofs_selections;
struct ofs_input;      /* input.h: pointer, keyboard, focus, grabs */

struct ofs_server_config {
    uint32_t width_px, height_px;         /* screen size */
    uint32_t (*now_ms)(void);             /* server time, in lockstep the program's; NULL = CLOCK_MONOTONIC */
    size_t max_output_bytes;              /* a client that does not read is dropped beyond; 0 = 64 MiB */
    uint64_t max_image_bytes;             /* of all pixmaps and windows that were drawn in; 0 = 2 GiB */
    uint64_t max_draw_steps;              /* of one request that draws, about a nanosecond each; 0 = 2^31 */
    bool publish;                         /* enter drawables in xview (one world per process may) */
    bool focus_new_windows;               /* our deviation: a newly mapped top-level window gets the focus */
};

struct ofs_server {
    struct ofs_server_config config;
    struct ofs_client *clients;
    uint32_t next_client_index;
    struct ofs_window *root;
    uint32_t installed_colormap;
    uint64_t image_bytes;                 /* of all rasters */
    unsigned fresh_pictures;              /* those with something to show; present.c */
    uint32_t presented_at_ms;             /* when it was last looked for those that are overdue */
    bool was_mapped;                      /* a window has been shown in this server's life, first at: */
    uint32_t mapped_at_ms;
    struct ofs_res **res_hash; unsigned res_hash_size, res_count;
    void (*res_destroy[OFS_RES_TYPE_COUNT])(struct ofs_server *, struct ofs_res *);
    uint8_t res_error[OFS_RES_TYPE_COUNT];
    const char *event_format[128];
    struct ofs_atoms *atoms;
    struct ofs_selections *selections;
    struct ofs_input *input;
    struct ofs_client *server_grab;       /* GrabServer: only this client is served */
    struct ofs_xkb *xkb;                  /* keyboard map and state; xkb.c */
    struct ofs_cursors *cursors;          /* cursor.h */
    struct ofs_render *render;            /* pictures of windows, glyphs that were drawn; render.c */
    /* XFIXES: a selection has a new owner (subtype 0), or lost it with its window (1) or its client (2). */
    void (*selection_changed)(struct ofs_server *s, uint32_t selection, uint32_t owner, uint32_t time, int subtype);
    void *ext_data[24];                   /* private data of extensions, index = position in ofs_extensions */
    uint8_t screen_saver[4];
    uint16_t saver_timeout, saver_interval; uint8_t saver_blanking, saver_exposures;
    bool saver_active;
    uint32_t last_input_ms;               /* when a device last did something */
};

struct ofs_server *ofs_server_create(const struct ofs_server_config *config); /* NULL: out of memory */
void ofs_server_destroy(struct ofs_server *s);                                /* accepts NULL */
uint32_t ofs_server_now(struct ofs_server *s);

/* A new client at the start of its connection setup; NULL: out of memory or out of ids. */
struct ofs_client *ofs_server_add_client(struct ofs_server *s);
/* Carry out the whole requests in bytes (and keep an incomplete rest). Output collects in c->out. When c->closing is set,
 * the caller writes out what it can and calls ofs_client_remove(). While another client holds the server grab the bytes
 * are kept. */
void ofs_client_feed(struct ofs_client *c, const uint8_t *bytes, size_t n);
/* After a server grab ended: carry out what was kept for all clients. */
void ofs_server_run_pending(struct ofs_server *s);
/* Close-down as the protocol says (Destroy, RetainPermanent, RetainTemporary), then free. */
void ofs_client_remove(struct ofs_client *c);

/* ---- atoms, used everywhere ----------------------------------------------------------------------------------- */
/* 0 = out of memory, or only_if_exists and unknown. */
uint32_t ofs_atom(struct ofs_server *s, const char *name, size_t length, bool only_if_exists);
const char *ofs_atom_name(struct ofs_server *s, uint32_t atom, size_t *length_out); /* NULL: no such atom */

/* Change a property from inside the server (Replace); sends PropertyNotify. */
int ofs_property_set(struct ofs_server *s, struct ofs_window *w, uint32_t name, uint32_t type, uint8_t format,
                     const void *data, uint32_t items);
const struct ofs_property *ofs_property_get(const struct ofs_window *w, uint32_t name);

/* Short ways to an error with a value. */
static inline int ofs_bad(struct ofs_client *c, int error, uint32_t value)
{
    c->bad_value = value;
    return error;
}

#endif
