/* A swap is a frame: glx calls one observer at every swap, on the swapping thread, with the drawable's context current
 * and the finished frame in the buffer that glReadPixels reads by default. The composition file installs it.
 * The observer must leave GL state, errors, bindings and errno as it found them. */
#ifndef OFS_GLX_OBSERVER_H
#define OFS_GLX_OBSERVER_H

#include <stdint.h>

struct ofs_swap {
    uint32_t window;              /* X id of the window; 0 for a pbuffer */
    uint32_t width_px, height_px;
    uint64_t sequence;            /* 1 for the first swap of this drawable */
    uint64_t context;             /* serial number of the context that is current during the call; 0: one that is ours
                                     for this call, in which no object may be kept */
};

struct ofs_observer {
    /* Called once per process when the first context has been made current: strings are valid until return. */
    void (*renderer)(const char *vendor, const char *renderer, const char *version,
                     const char *device, const char *reason);
    /* Before the buffers are exchanged: the back buffer holds the finished frame. */
    void (*swap)(const struct ofs_swap *swap);
    /* The context that is current on this thread is about to be current no more. */
    void (*leaving)(void);
    /* The drawable of a window is going away; no more swaps with this id. */
    void (*gone)(uint32_t window);
};

/* NULL fields are skipped. Not thread-safe: called once, before the first GLX call is served. */
void ofs_glx_set_observer(const struct ofs_observer *observer);

#endif
