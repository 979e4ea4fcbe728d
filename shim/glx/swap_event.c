/* GLX_INTEL_swap_event: a client is told of each swap by an event. Swaps are done when they return, as copies. One client at
 * a time may ask for those of a drawable.
 * Source: GLX_INTEL_swap_event, glxproto.h (xGLXBufferSwapComplete2). */
#include <X11/Xlibint.h>
#undef min
#undef max
#include <errno.h>
#include <string.h>

#include "glx/events.h"
#include "glx/glxerr.h"

#define EVENT_CODE (OFS_GLX_FIRST_EVENT + GLX_BufferSwapComplete)

_Static_assert(sizeof(xGLXBufferSwapComplete2) == 32, "an event");

static int64_t join(uint32_t high, uint32_t low)
{
    return (int64_t)((uint64_t)high << 32 | low);
}

/* In the client's libX11, from the connection to an XEvent. */
static Bool from_wire(Display *dpy, XEvent *event, xEvent *wire)
{
    GLXBufferSwapComplete *out = (GLXBufferSwapComplete *)event;
    xGLXBufferSwapComplete2 in;

    memcpy(&in, wire, sizeof(in));
    if ((in.type & 0x7f) != EVENT_CODE)
        return False;
    out->type = EVENT_CODE;
    out->serial = ofs_glx_event_serial(dpy, wire);
    out->send_event = (in.type & 0x80) != 0;
    out->display = dpy;
    out->drawable = in.drawable;
    out->event_type = in.event_type;
    out->ust = join(in.ust_hi, in.ust_lo);
    out->msc = join(in.msc_hi, in.msc_lo);
    out->sbc = in.sbc;
    return True;
}

void ofs_swap_event_select(Display *dpy, XID xid, struct ofs_drawable *drawable, unsigned long mask)
{
    bool wanted = mask & GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK;

    if (wanted && !ofs_glx_convert_events(dpy, EVENT_CODE, from_wire))
        mask &= ~(unsigned long)GLX_BUFFER_SWAP_COMPLETE_INTEL_MASK; /* this libX11 could not take them */
    atomic_store(&drawable->event_mask, 0); /* while the rest is written */
    atomic_store(&drawable->event_display, dpy);
    atomic_store(&drawable->event_socket, dpy->fd);
    atomic_store(&drawable->event_xid, xid);
    atomic_store(&drawable->event_mask, mask);
}

void ofs_swap_event_send(struct ofs_drawable *drawable)
{
    xGLXBufferSwapComplete2 wire = {.type = EVENT_CODE, .event_type = GLX_COPY_COMPLETE_INTEL};
    struct ofs_counters now;
    int saved_errno = errno;

    ofs_counters_get(drawable, &now);
    wire.drawable = (uint32_t)atomic_load(&drawable->event_xid);
    wire.ust_hi = (uint32_t)((uint64_t)now.ust >> 32);
    wire.ust_lo = (uint32_t)now.ust;
    wire.msc_hi = (uint32_t)((uint64_t)now.msc >> 32);
    wire.msc_lo = (uint32_t)now.msc;
    wire.sbc = (uint32_t)now.sbc;
    (void)ofs_xview_post_event(atomic_load(&drawable->event_socket), &wire);
    errno = saved_errno;
}

void ofs_swap_event_forget(const Display *dpy)
{
    (void)pthread_mutex_lock(&ofs_glx.lock);
    for (size_t i = 0; i < OFS_GLX_DRAWABLE_BUCKETS; i++)
        for (struct ofs_drawable_entry *entry = ofs_glx.drawables[i]; entry; entry = entry->next)
            if (atomic_load(&entry->drawable->event_display) == dpy) {
                atomic_store(&entry->drawable->event_mask, 0);
                atomic_store(&entry->drawable->event_display, (Display *)NULL);
            }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
}
