/* A child that draws in software after its parent has can exit: forked.c says how. */
#ifndef OFS_EGL_FORKED_H
#define OFS_EGL_FORKED_H

/* A software renderer has been opened in this process: from now on its threads are counted before each fork. Any
 * thread. */
void ofs_egl_watch_forks(void);
/* Once, in a child of a process that has called ofs_egl_watch_forks, before it opens a renderer of its own. Starts
 * as many threads as the parent had, which end at exit; where it cannot, exit() of the child may wait for ever. */
void ofs_egl_stand_in(void);

#endif
