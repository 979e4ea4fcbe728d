#include "raw_window.h"

#include <stdlib.h>

xcb_window_t raw_window(xcb_connection_t *connection, xcb_window_t id, xcb_window_t parent)
{
    xcb_screen_t *screen = xcb_setup_roots_iterator(xcb_get_setup(connection)).data;

    xcb_create_window(connection, XCB_COPY_FROM_PARENT, id, parent ? parent : screen->root, 0, 0, 20, 20, 0,
                      XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, 0, NULL);
    xcb_map_window(connection, id);
    free(xcb_get_input_focus_reply(connection, xcb_get_input_focus(connection), NULL));
    return id;
}
