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

#include "glx/observer.h"

/* What capture asks of the rest of the process. Every field must be set. */
struct ofs_capture_host {
    void *(*get_proc)(const char *name);     /* GL entry points, as the program sees them; NULL = absent */
    void (*request_close)(void);             /* WM_DELETE_WINDOW to every top-level window */
    bool (*key)(const char *keysym_name, bool down);
    bool (*motion)(int root_x_px, int root_y_px);
    bool (*button)(int number, bool down);
    bool (*resize)(uint32_t width_px, uint32_t height_px);
};

/* Once, before the observer is installed; the struct must live as long as the process. Not thread-safe. */
void ofs_capture_init(const struct ofs_capture_host *host);

/* The observer to install in glx. Its functions may be called from any thread and preserve errno and GL state. */
const struct ofs_observer *ofs_capture_observer(void);

/* In the child after fork: forget the parent's slot, counts and frames. Nothing else is touched. */
void ofs_capture_fork_child(void);

#endif
