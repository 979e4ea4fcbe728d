/* What the GL side may know of the X side, from any thread.
 *
 * The server thread owns all X state. It publishes drawables here: a window or pixmap is one refcounted record whose
 * size is a single atomic, so that a swap or a viewport call learns of a resize without a lock.
 * Lock rank: xview (leaf apart from log). */
#ifndef OFS_X11_XVIEW_H
#define OFS_X11_XVIEW_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum ofs_xdrawable_kind { OFS_XDRAWABLE_WINDOW = 1, OFS_XDRAWABLE_PIXMAP = 2, OFS_XDRAWABLE_FONT = 3 };

/* An open font is published as a record, too: its xid is the font's with this bit, which no id has; `visual` is the font's
 * number. Nobody finds it who looks for a drawable. */
#define OFS_XVIEW_FONT 0x80000000u

struct ofs_xdrawable {
    uint32_t xid;
    uint32_t visual;              /* visual id; 0 for a pixmap and for an InputOnly window */
    uint8_t depth;
    uint8_t kind;                 /* enum ofs_xdrawable_kind */
    _Atomic uint64_t size_px;     /* width << 32 | height; both at least 1 */
    _Atomic uint64_t place_px;    /* of a window: x << 32 | y, 32 bits with a sign each, of its inside in its parent's */
    _Atomic uint32_t parent;      /* of a window: the id of the one that it is in; 0 = none */
    _Atomic bool alive;           /* false once destroyed in X; the record lives until its last reference goes */
    _Atomic bool viewable;        /* mapped, and all ancestors mapped */
    _Atomic(void *) painter;      /* of the GL side, which alone looks into it: what OpenGL draws in this window or pixmap;
                                     NULL = nothing does */
    _Atomic int refs;
};

static inline uint32_t ofs_size_width(uint64_t size_px) { return (uint32_t)(size_px >> 32); }
static inline uint32_t ofs_size_height(uint64_t size_px) { return (uint32_t)size_px; }

/* The record of a live drawable, with one reference for the caller, or NULL. Any thread. */
struct ofs_xdrawable *ofs_xview_acquire(uint32_t xid);
void ofs_xview_release(struct ofs_xdrawable *drawable); /* accepts NULL */
/* The window lies in the one of id `around`, at whatever depth, and has a part in this area of it. Any thread. */
bool ofs_xview_overlaps(uint32_t around, int x, int y, int width, int height, const struct ofs_xdrawable *window);

/* Visuals the screen offers. Constant for the life of the process; usable before any connection exists.
 * All are TrueColor; the GLX side gives every FBConfig with GLX_WINDOW_BIT one of these. */
struct ofs_visual {
    uint32_t id;
    uint8_t depth;                /* 24 or 32 */
    uint32_t red_mask, green_mask, blue_mask;
};
const struct ofs_visual *ofs_xview_visuals(unsigned *count_out);
#define OFS_VISUAL_RGB24 0x21u    /* the root's visual */
#define OFS_VISUAL_ARGB32 0x22u
#define OFS_ROOT_WINDOW 0x80u     /* xid of the root window */

/* A character of a font, by the number in its record, as glBitmap takes it; false if the font has none. Any thread, at any
 * time. */
struct ofs_xview_glyph {
    int width_px, height_px;      /* of the pixels that are set; 0 for a blank one */
    int left, bottom;             /* of their lower left corner from the origin, upwards */
    int advance;
    uint8_t rows[64 * 8];         /* the lowest first, (width_px + 7) / 8 bytes each, the leftmost pixel in the highest bit */
};
bool ofs_xview_glyph(uint32_t font, unsigned character, struct ofs_xview_glyph *out);

/* Sequence number (low 32 bits) of the last request that the server has carried out on the connection that the client
 * holds as descriptor `fd`. False if fd is not one of our connections. Any thread, no lock held on return. */
bool ofs_xview_sequence(int fd, uint32_t *sequence_out);
/* CLOCK_MONOTONIC in microseconds: the program's, which in lockstep is not the machine's. Any thread. */
uint64_t ofs_xview_time_us(void);
/* How many of our connections are open. Any thread. */
unsigned ofs_xview_connections(void);

/* Major opcode of MIT-SHM on our server. */
#define OFS_SHM_MAJOR 130

/* Major opcode of the GLX extension on our server and its error base (QueryExtension gives clients the same). */
#define OFS_GLX_MAJOR 150
#define OFS_GLX_FIRST_ERROR 160
#define OFS_GLX_FIRST_EVENT 95
/* The last of the codes that GLX has, which no version of it uses: an event that means nothing but that a client reads it. */
#define OFS_GLX_WAKE_EVENT (OFS_GLX_FIRST_EVENT + 16)

/* A private request the GLX side sends through the client's own connection so that the server answers it with an error of
 * the right sequence number: GLX minor opcode 16 (glXVendorPrivate), 20 bytes:
 *   u8 major, u8 16, u16 length=5, u32 OFS_GLX_VENDOR_RAISE, u8 error_code, u8 pad, u16 minor_to_report,
 *   u32 bad_value, u32 0
 * error_code is the final X error code (GLX codes already have OFS_GLX_FIRST_ERROR added). */
#define OFS_GLX_VENDOR_RAISE 0x4F465301u

/* Drawable ids that GLX makes up (pbuffers and GLX windows are client-side ids from XAllocID, so nothing is needed here
 * for those). Events for GLX go to the client that holds fd: a whole 32-byte event in native order, sequence filled by
 * the server. Returns false if fd is not ours. Any thread. */
bool ofs_xview_post_event(int fd, const void *event_32_bytes);

/* -- pixels that OpenGL drew, for X ------------------------------------------------------------------------------- */

/* What a window or pixmap shows of OpenGL: its front buffer, as it was when it was kept. */
struct ofs_front {
    uint32_t width_px, height_px;
    uint64_t number;              /* of these pixels in this process; never 0 */
    const uint32_t *px;           /* B, G, R, A bytes; the lowest row first, as GL has them, without gaps between rows */
};
/* Where the X side gets them. Both functions are called on the server's thread, or one that works in its place. */
struct ofs_front_source {
    /* Somebody is about to read pixels of a drawable with a painter: it is kept at every swap from now on, until nobody has
     * read for a few hundred. The first time, the thread that draws has some milliseconds to keep what it shows: `wake` is
     * called with the descriptor of a connection whose events it may read, if one is known, to send it OFS_GLX_WAKE_EVENT
     * at once. wake = NULL: wait for nobody, and never stop keeping. */
    void (*reading)(struct ofs_xdrawable *drawable, void (*wake)(void *arg, int descriptor), void *arg);
    /* What is kept, to be given back; NULL: it is the one of number `known`, or nothing is kept now. */
    const struct ofs_front *(*get)(struct ofs_xdrawable *drawable, uint64_t known);
    void (*give_back)(const struct ofs_front *front);
};
/* The GL side draws in this window or pixmap; any thread. To end it: compare and swap of `painter`. */
void ofs_xview_set_painter(struct ofs_xdrawable *drawable, void *painter);
/* It has drawn in any. */
bool ofs_xview_is_painted(void);
/* Once, before the first connection. */
void ofs_xview_set_front_source(const struct ofs_front_source *source);

/* Ask every top-level window whose WM_PROTOCOLS holds WM_DELETE_WINDOW to close, as a window manager would.
 * Asynchronous. Any thread. */
void ofs_xview_request_close(void);

#endif
