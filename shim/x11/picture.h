/* What windows look like: each top-level window keeps the picture of itself and of all windows below it, as under a
 * compositing manager, so that neither other top-level windows nor the edges of the screen take pixels away. The picture
 * is made when something is first drawn and goes when the window is unmapped. The root has one of its own.
 *
 * Every viewable window of a picture has a view: where it lies in the picture, and what can be seen of it there. */
#ifndef OFS_X11_PICTURE_H
#define OFS_X11_PICTURE_H

#include "x11/raster.h"
#include "x11/server.h"

/* Of a top-level window, from its first pixel until it is destroyed. */
struct ofs_picture {
    struct ofs_raster *raster;     /* of the window's inside; NULL while nothing is drawn */
    struct ofs_rect fresh;         /* bounds of the images put since the last frame; empty = nothing to show */
    struct ofs_client *by;         /* who put them; NULL once it is gone */
    uint32_t begun_at_ms, put_at_ms; /* when the first and the last of them was, by the server's time */
    uint64_t sequence;             /* frames shown */
};

struct ofs_view {
    int x, y;                      /* of the window's inside in the picture */
    int shift_x, shift_y;          /* how far bit gravity has moved its contents since */
    bool lost;                     /* its contents are to be lost */
    struct ofs_region *own;        /* in the picture: its inside without its children */
    struct ofs_region *whole;      /* with them */
    struct ofs_region *border;     /* NULL if it has none */
};

/* Where the pixels of a drawable are. */
struct ofs_surface {
    struct ofs_window *top;           /* whose picture it is; NULL for a pixmap */
    struct ofs_raster *raster;        /* NULL: not viewable; then the clip is empty */
    int x, y;                         /* of the drawable's origin in the raster */
    const struct ofs_region *clip;    /* what may be drawn, within the raster */
    struct ofs_rect all;              /* of a pixmap, for `clip` */
    struct ofs_region all_region;
};

/* Good until the next request. `inferiors`: with what children cover. 0 or BadAlloc. */
int ofs_surface_open(struct ofs_window *w, struct ofs_pixmap *p, struct ofs_server *s, bool inferiors,
                     struct ofs_surface *out);
/* The pixels of a pixmap, made if need be; NULL: out of memory. */
struct ofs_raster *ofs_pixmap_raster(struct ofs_server *s, struct ofs_pixmap *p);

/* The root's child that w is or is in; the root for itself. */
struct ofs_window *ofs_picture_top(struct ofs_window *w);
/* n pixels of a window that is viewable (inferiors and border included), from (x, y) of its inside; ofs_surface_open()
 * has been called. */
void ofs_picture_read(const struct ofs_surface *surface, int x, int y, unsigned n, uint32_t *out);

/* The tree changed: move what is kept, paint the background where something came into sight. */
void ofs_picture_update(struct ofs_server *s);
/* The same where only this window and what is in it changed. */
void ofs_picture_update_of(struct ofs_window *w);
/* This window and what is in it became viewable; after the update. */
void ofs_picture_mapped(struct ofs_window *w);
/* Paint the background of a part of a window (surface of w), or its border. */
void ofs_picture_clear(struct ofs_window *w, const struct ofs_surface *surface, const struct ofs_region *region,
                       struct ofs_rect rect);
void ofs_picture_paint_border(struct ofs_window *w);
/* The window's contents will be lost, or moved within it, at the next update. */
void ofs_picture_lose(struct ofs_window *w);
void ofs_picture_shift(struct ofs_window *w, int dx, int dy);
/* The window is not viewable any more. */
void ofs_picture_hide(struct ofs_window *w);
/* The window's memory goes. */
void ofs_picture_free(struct ofs_window *w);

/* present.c: images are to be put into this part of the surface (relative to the raster); call before they are. */
void ofs_present_put(struct ofs_client *c, const struct ofs_surface *surface, struct ofs_rect rect);
/* The two halves of that, for drawing of which the bounds are known afterwards: all of rect is about to be painted over by
 * something that is not an image; pixels within rect were drawn (c may be NULL: nobody is asked for). */
void ofs_present_clear(const struct ofs_surface *surface, struct ofs_rect rect);
void ofs_present_touch(struct ofs_client *c, const struct ofs_surface *surface, struct ofs_rect rect);
/* All that a client put is there: it asked for an answer. */
void ofs_present_client(struct ofs_client *c);
/* Now, if anything is to be shown: the window is about to change or go. */
void ofs_present_window(struct ofs_window *top);
void ofs_present_client_gone(struct ofs_client *c);
void ofs_present_forget(struct ofs_window *top); /* shows nothing */
void ofs_present_window_gone(struct ofs_window *w);
/* Milliseconds until images of clients that ask for no answer are to be shown; -1: there are none. */
int ofs_present_timeout_ms(struct ofs_server *s);
/* They are shown, if nobody has sent more meanwhile. In lockstep: when the whole program rests. */
void ofs_present_run_timers(struct ofs_server *s);
/* In lockstep, before any request: what should have been shown by now, but the program did not rest. */
void ofs_present_before_request(struct ofs_server *s);

#endif
