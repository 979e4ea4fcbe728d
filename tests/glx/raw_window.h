/* Windows of a client that draws nothing, and whose ids the scene chooses. */
#ifndef OFS_TEST_RAW_WINDOW_H
#define OFS_TEST_RAW_WINDOW_H

#include <xcb/xcb.h>

/* Makes and maps a window of the root's visual, 20x20, in this parent (0: the root); it is there on return. Gives id. */
xcb_window_t raw_window(xcb_connection_t *connection, xcb_window_t id, xcb_window_t parent);

#endif
