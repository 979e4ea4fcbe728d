/* Between swap.c, counters.c, swap_event.c, look.c, look_ahead.c and client.c. */
#ifndef OFS_GLX_EVENTS_H
#define OFS_GLX_EVENTS_H

#include <X11/Xlib.h>
#include <X11/Xproto.h>

#include "glx/private.h"

/* -- client.c ----------------------------------------------------------------------------------------------------- */

/* Have the client's libX11 turn events of this code into XEvents with `convert`. False if it cannot. */
bool ofs_glx_convert_events(Display *dpy, int code, Bool (*convert)(Display *, XEvent *, xEvent *));
/* The whole serial number of an event in `convert`. */
unsigned long ofs_glx_event_serial(Display *dpy, xEvent *wire);

/* -- look.c, look_ahead.c ----------------------------------------------------------------------------------------- */

/* Keep what this thread shows now, and each frame from now on. Preserves errno. */
void ofs_look_ahead(void);
/* For libX11, to convert OFS_GLX_WAKE_EVENT: what this thread draws to is kept, and there is no event for the program. */
Bool ofs_look_woken(Display *dpy, XEvent *event, xEvent *wire);

/* -- counters.c --------------------------------------------------------------------------------------------------- */

/* OML_sync_control: the time in microseconds, the frames of the pretended display, and the drawable's swaps. */
struct ofs_counters { int64_t ust, msc, sbc; };
void ofs_counters_get(const struct ofs_drawable *drawable, struct ofs_counters *out);
/* The first count at or after `target`, or after now with the given remainder; the counter is there when this returns. */
int64_t ofs_counters_reach(int64_t target, int64_t divisor, int64_t remainder);

/* -- swap.c ------------------------------------------------------------------------------------------------------- */

void ofs_glx_swap(Display *dpy, XID xid, int minor);

#endif
