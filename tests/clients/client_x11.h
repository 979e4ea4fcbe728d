/* The X side of the two clients that use Xlib directly. */
#ifndef TESTS_CLIENTS_CLIENT_X11_H
#define TESTS_CLIENTS_CLIENT_X11_H

#include <X11/Xlib.h>
#include <X11/Xutil.h>

/* Create and map a window of this visual that hears of keys, buttons, motion, size and close. */
Window client_x11_window(Display *display, const XVisualInfo *visual, const char *title);
/* Pass on every event that waits. */
void client_x11_events(Display *display);

#endif
