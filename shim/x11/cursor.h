/* Cursors: pictures with a hot spot, which of them is shown, and who is told when that changes. Nothing is ever drawn
 * with one: frames and screenshots have no cursor in them. What is kept is what clients ask for (XFIXES, XTEST).
 * Sources: X11 protocol, "CreateCursor" to "RecolorCursor"; XFIXES, "Cursor Image Monitoring" to "Cursor Visibility";
 * RENDER, "CreateCursor", "CreateAnimCursor".
 *
 * cursor.c         the objects and their ids
 * cursor_core.c    core requests, cursors made of glyphs
 * cursor_shown.c   the one that is shown, its animation, notices
 * render_cursor.c, xfixes_cursor.c: requests of these extensions */
#ifndef OFS_X11_CURSOR_H
#define OFS_X11_CURSOR_H

#include "x11/raster.h"
#include "x11/server.h"

/* The pixels of a cursor of two colours. */
enum ofs_cursor_mark { OFS_CURSOR_CLEAR, OFS_CURSOR_BACK, OFS_CURSOR_FORE };

struct ofs_cursor;
struct ofs_cursor_frame {
    struct ofs_cursor *cursor;     /* a reference */
    uint64_t end_ms;               /* since the first frame was shown; UINT64_MAX: it stays */
};

/* Counted: by ids, windows, grabs, animated cursors, and by being shown. */
struct ofs_cursor {
    struct ofs_server *server;
    unsigned refs;
    uint32_t serial;               /* XFIXES: 1 is the root's, then as they are made */
    uint32_t name;                 /* atom, or None */
    uint16_t width, height;
    uint16_t x, y;                 /* hot spot; the right and the lower edge are allowed */
    uint16_t fore[3], back[3];     /* red, green, blue, of one of two colours */
    bool argb;                     /* the raster has colours (alpha multiplied in), not marks */
    struct ofs_raster *raster;     /* NULL: no pixels */
    struct ofs_cursor_frame *frames; /* of an animated one, which has no pixels of its own; NULL otherwise */
    uint32_t frame_count;
};

/* ---- objects (cursor.c) ---- */

int ofs_cursors_init(struct ofs_server *s);    /* 0 or BadAlloc; before the root window */
void ofs_cursors_finish(struct ofs_server *s); /* after all that may show one */
/* What the root shows unless it is given another; borrowed. */
struct ofs_cursor *ofs_cursors_root(struct ofs_server *s);

/* One reference, no pixels. NULL: no memory. */
struct ofs_cursor *ofs_cursor_new(struct ofs_server *s);
/* Give it its size and a raster of zeros: 0 or BadAlloc. */
int ofs_cursor_set_size(struct ofs_cursor *cursor, uint32_t width, uint32_t height);
struct ofs_cursor *ofs_cursor_ref(struct ofs_cursor *cursor); /* accepts NULL */
void ofs_cursor_release(struct ofs_cursor *cursor);           /* accepts NULL */
/* The slot holds a reference to `to` instead. */
void ofs_cursor_set(struct ofs_cursor **slot, struct ofs_cursor *to);
/* Under an id: takes the reference, also on error (BadIDChoice, BadAlloc). */
int ofs_cursor_enter(struct ofs_client *c, uint32_t id, struct ofs_cursor *take);
/* 0 or BadCursor; borrowed. */
int ofs_cursor_find(struct ofs_client *c, uint32_t id, struct ofs_cursor **out);
/* The same where None is allowed: *out is NULL then. */
int ofs_cursor_find_any(struct ofs_client *c, uint32_t id, struct ofs_cursor **out);
/* The reference that an id of type OFS_RES_CURSOR holds. */
struct ofs_cursor **ofs_cursor_of_id(struct ofs_res *res);
/* What XFIXES says the pixel is: alpha in the highest byte. */
uint32_t ofs_cursor_pixel(const struct ofs_cursor *cursor, int x, int y);

/* The root's has its pixels from now on, those of the cursor font's first glyph: it has none until somebody looks, so
 * that a program that never does reads no font. (cursor_core.c) */
void ofs_cursors_draw_root(struct ofs_server *s);

/* ---- shown (cursor_shown.c) ---- */

/* The pointer's window, a grab or a window's cursor may have changed: see what is shown now, tell who asked. */
void ofs_cursor_update(struct ofs_server *s);
/* What clients are told is shown: of an animated cursor the frame of this moment, else ofs_cursor_shown(). Both are
 * borrowed. */
const struct ofs_cursor *ofs_cursor_seen(struct ofs_server *s);
struct ofs_cursor *ofs_cursor_shown(struct ofs_server *s);
/* Notices of the next frame of an animation that somebody waits for: when, as a server time (false: none), and send
 * it. */
bool ofs_cursor_next_due(struct ofs_server *s, uint32_t *due_ms_out);
void ofs_cursor_run_timer(struct ofs_server *s);
/* XFixesSelectCursorInput. 0 or BadAlloc. */
int ofs_cursor_select(struct ofs_client *c, struct ofs_window *w, bool wanted);
/* What was selected on a window, by a client; both NULL: all. */
void ofs_cursor_forget(struct ofs_server *s, const struct ofs_window *w, const struct ofs_client *c);
/* Every use of the cursor `old`, or where that is NULL of cursors of this name, becomes one of `to`. */
void ofs_cursor_replace(struct ofs_server *s, struct ofs_cursor *to, const struct ofs_cursor *old, uint32_t name);

/* One client's wish to hear of another cursor on a window (which window does not matter). */
struct ofs_cursor_select {
    struct ofs_cursor_select *next;    /* the oldest first: the order of the notices */
    struct ofs_client *client;
    const struct ofs_window *window;
};

/* Of a server. */
struct ofs_cursors {
    uint32_t last_serial;
    struct ofs_cursor *root;
    struct ofs_cursor *shown;          /* a reference */
    uint32_t shown_ms;                 /* server time at which an animated one was first shown */
    const struct ofs_cursor *told;     /* the frame of it that clients were told of last */
    struct ofs_cursor_select *selections;
};

#endif
