/* What the other modules may ask of the GLX side. */
#ifndef OFS_GLX_GLX_H
#define OFS_GLX_GLX_H

#include <stdbool.h>
#include <stdint.h>

/* The real GL function of this name, as the driver gives it: for code that draws or reads on the swapping thread and must
 * not pass through our own wrappers. NULL if there is none, or no display was opened yet. Any thread. */
void *ofs_glx_gl_function(const char *name);

/* The serial number of the context that is current on this thread, as in struct ofs_swap; 0 = none. */
uint64_t ofs_glx_current_serial(void);

/* Around the reading of a frame, on the swapping thread in the observer: what is read is what a screen would show. True: a
 * context of our own is current until the end, where glReadPixels gives the frame; the end must be told. */
bool ofs_glx_read_begin(void);
void ofs_glx_read_end(void);

/* The pixels that OpenGL draws, for ofs_xview_set_front_source(). */
struct ofs_front_source;
extern const struct ofs_front_source ofs_glx_fronts;
/* This thread is about to ask X for pixels of this part of a window or pixmap, by a way that glx does not see itself. */
void ofs_glx_reading(uint32_t drawable, int x, int y, int width, int height);
/* This thread is about to open a connection to the X server, perhaps to take a picture of what it drew. */
void ofs_glx_connecting(void);

/* After fork, in the child: forget every context and drawable without calling EGL. Old handles then fail cleanly and a
 * new use starts afresh. */
void ofs_glx_fork_child(void);

#endif
