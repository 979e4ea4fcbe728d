/* What the threads of one program do with X: a life of a window each, which is begun and ended over and over. */
#ifndef OFS_TEST_THREADS_WORK_H
#define OFS_TEST_THREADS_WORK_H

#include <pthread.h>

#include "../glx/x_scene.h"

/* Errors that a thread may get which names a window of another thread's at the moment when it goes. Others fail the test. */
int on_error(Display *display, XErrorEvent *event);

/* Waits for this event about the window's structure or properties. (By window, and not by a function of its own: while one
 * thread is in XIfEvent, libX11 before 1.8.7 does not lock the Display for the others.) */
void wait_for(Display *display, Window window, int type);
/* A pixel of X's; NO_PIXEL if the server refuses. */
#define NO_PIXEL 0x1000000ul
unsigned long pixel_of(Display *display, Drawable drawable, int x, int y);

/* A window at this place (0, 1, ... from left to right) is made, drawn in and read, given properties and messages, and
 * destroyed. `sender` may be another connection, or the same. */
void x_life(Display *display, Display *sender, int place, unsigned number);

/* A window that OpenGL draws in, at this place: frames, each of which is looked at by GL and by X; `looker` as above. */
enum gl_api { WITH_GLX, WITH_EGL };
void gl_life(enum gl_api api, Display *display, Display *looker, int place, unsigned number);
/* Before the Display is closed. */
void gl_forget(Display *display);

/* Drawables of GLX and EGL made and unmade as fast as it goes, in step with the other threads: what ids end in is the same on
 * every connection, so that all of them use the same places of our tables at the same moment. */
void gl_storm(enum gl_api api, Display *display, pthread_barrier_t *together);

/* The windows that OpenGL draws in at this moment, for the other threads: looks at each. */
void look_at_others(Display *display);

#endif
