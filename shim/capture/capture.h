/* Capture: counts frames, keeps the last one, takes pictures, plays the input script, and ends the program after a
 * number of frames. Entry header, for the composition file.
 *
 * observer.c  what happens at a swap              page.c    the session page and this process's slot in it
 * readback.c  the frame by glReadPixels           store.c   two slots for the last frame, one of them always whole
 * keep.c      when frames are kept and written    shot.c    pictures as files; png.c as PNG data
 * script.c    the input script, shared with the launcher; play.c plays it
 * Lock rank: capture. It is never held across GL or a call into the host. */
#ifndef OFS_CAPTURE_CAPTURE_H
#define OFS_CAPTURE_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "capture/frame.h"
#include "capture/session.h"
#include "glx/observer.h"

/* What capture asks of the rest of the process. Every field before `sink` must be set. */
struct ofs_capture_host {
    void *(*get_proc)(const char *name);     /* GL entry points, as the program sees them; NULL = absent */
    void (*request_close)(void);             /* WM_DELETE_WINDOW to every top-level window */
    bool (*key)(const char *keysym_name, bool down);
    bool (*motion)(int root_x_px, int root_y_px);
    bool (*button)(int number, bool down);
    bool (*resize)(uint32_t width_px, uint32_t height_px);
    const struct ofs_sink *sink;             /* gets every frame of a window; NULL = nobody */
    /* All else about this frame has been done: the program may be held here for a learner. NULL = nobody holds it. */
    void (*done)(const struct ofs_shown *shown);
    void (*gone)(uint32_t window);           /* no more frames of it; any thread; may be NULL */
};

/* Once, before the observer is installed; the struct must live as long as the process. Not thread-safe. */
void ofs_capture_init(const struct ofs_capture_host *host);

/* The observer to install in glx. Its functions may be called from any thread and preserve errno and GL state. */
const struct ofs_observer *ofs_capture_observer(void);

/* A frame that was not swapped by GLX: one of a window drawn by software. `time_ns` and `largest` are filled in here.
 * Called on the thread that shows it, with no lock held; preserves errno. */
void ofs_capture_shown(const struct ofs_shown *shown);
/* The window will show no more frames. Preserves errno. */
void ofs_capture_gone(uint32_t window);

/* What is done at a time, with frames or without; `schedule` of x11/schedule.h has the rules. */
uint32_t ofs_capture_next_ms(void);          /* of the input script */
void ofs_capture_run(uint32_t since_map_ms);
uint64_t ofs_capture_end_at_ms(void);        /* of the launcher's --seconds */
void ofs_capture_end(void);

/* What is known of this process's rendering: empty texts before the first context. */
struct ofs_capture_window {
    uint32_t window, width_px, height_px;
    uint64_t frames;
};
struct ofs_capture_facts {
    char gl_vendor[64], gl_renderer[128], gl_version[128], device[128], reason[256];
    uint64_t frames;
    unsigned window_count;        /* living windows that have shown a frame */
    struct ofs_capture_window windows[OFS_SESSION_WINDOWS];
};
void ofs_capture_facts(struct ofs_capture_facts *facts);

/* In the child after fork: forget the parent's slot, counts and frames. Nothing else is touched. */
void ofs_capture_fork_child(void);

#endif
