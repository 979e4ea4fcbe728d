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

enum ofs_xdrawable_kind { OFS_XDRAWABLE_WINDOW = 1, OFS_XDRAWABLE_PIXMAP = 2 };

struct ofs_xdrawable {
    uint32_t xid;
    uint32_t visual;              /* visual id; 0 for a pixmap and for an InputOnly window */
    uint8_t depth;
    uint8_t kind;                 /* enum ofs_xdrawable_kind */
    _Atomic uint64_t size_px;     /* width << 32 | height; both at least 1 */
    _Atomic bool alive;           /* false once destroyed in X; the record lives until its last reference goes */
    _Atomic bool viewable;        /* mapped, and all ancestors mapped */
    _Atomic int refs;
};

static inline uint32_t ofs_size_width(uint64_t size_px) { return (uint32_t)(size_px >> 32); }
static inline uint32_t ofs_size_height(uint64_t size_px) { return (uint32_t)size_px; }

/* The record of a live drawable, with one reference for the caller, or NULL. Any thread. */
struct ofs_xdrawable *ofs_xview_acquire(uint32_t xid);
void ofs_xview_release(struct ofs_xdrawable *drawable); /* accepts NULL */

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

/* Sequence number (low 32 bits) of the last request that the server has carried out on the connection that the client
 * holds as descriptor `fd`. False if fd is not one of our connections. Any thread, no lock held on return. */
bool ofs_xview_sequence(int fd, uint32_t *sequence_out);

/* Major opcode of the GLX extension on our server and its error base (QueryExtension gives clients the same). */
#define OFS_GLX_MAJOR 150
#define OFS_GLX_FIRST_ERROR 160
#define OFS_GLX_FIRST_EVENT 95

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

/* Ask every top-level window whose WM_PROTOCOLS holds WM_DELETE_WINDOW to close, as a window manager would.
 * Asynchronous. Any thread. */
void ofs_xview_request_close(void);

#endif
