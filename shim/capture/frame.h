/* The one description of a frame, wherever it comes from, and the sink that frames go to. */
#ifndef OFS_CAPTURE_FRAME_H
#define OFS_CAPTURE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A finished frame, at the moment it is shown. Its pixels are in the read buffer of the GL context that is current on this
 * thread, or in memory. Good until the function that it is passed to returns. */
struct ofs_shown {
    uint32_t window;              /* X id, never 0 */
    uint32_t width_px, height_px;
    uint64_t sequence;            /* of the window, from 1 */
    uint64_t time_ns;             /* CLOCK_MONOTONIC */
    uint64_t context;             /* serial number of the GL context, never used again for another; 0: no GL object may be
                                     kept in the context */
    const unsigned char *bgrx;    /* pixels in memory, top row first, the fourth byte undefined; NULL: in the context */
    size_t pitch_bytes;           /* of bgrx */
    bool largest;                 /* no other living window of this process has a larger area */
};

/* Called on the thread that shows the frame. GL state, errors and errno are to be left as they were found. */
struct ofs_sink {
    void (*frame)(const struct ofs_shown *shown);
    void (*leaving)(void);         /* the GL context that is current on this thread is about to be current no more */
    void (*gone)(uint32_t window); /* no more frames with this id; any thread */
};

#endif
