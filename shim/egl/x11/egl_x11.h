/* What the composition asks of EGL on X11. */
#ifndef OFS_EGL_X11_H
#define OFS_EGL_X11_H

/* After fork, in the child, before glx forgets its own: no display is initialized and no surface alive. Old handles
 * then fail cleanly, and a new eglInitialize starts afresh. */
void ofs_egl_x11_fork_child(void);

#endif
