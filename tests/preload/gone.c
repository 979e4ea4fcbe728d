/* A connection that ended is gone, with all it made and after all it said, before another is answered. */
#include <xcb/xcb.h>

#include "check.h"

enum { ROUNDS = 1500 };

static uint32_t property_of_root(xcb_connection_t *c, xcb_window_t root)
{
    xcb_get_property_reply_t *reply = xcb_get_property_reply(
        c, xcb_get_property(c, 0, root, XCB_ATOM_CUT_BUFFER0, XCB_ATOM_INTEGER, 0, 1), NULL);
    uint32_t value;

    CHECK(reply && xcb_get_property_value_length(reply) == 4);
    memcpy(&value, xcb_get_property_value(reply), 4);
    free(reply);
    return value;
}

int main(void)
{
    xcb_connection_t *stays = xcb_connect(NULL, NULL);
    unsigned late = 0, lost = 0;

    CHECK(!xcb_connection_has_error(stays));
    for (uint32_t round = 0; round < ROUNDS; round++) {
        xcb_connection_t *goes = xcb_connect(NULL, NULL);
        CHECK(!xcb_connection_has_error(goes));
        xcb_window_t root = xcb_setup_roots_iterator(xcb_get_setup(goes)).data->root, window = xcb_generate_id(goes);
        xcb_get_geometry_reply_t *found;

        xcb_create_window(goes, 24, window, root, 0, 0, 8, 8, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT, 0,
                          NULL);
        free(xcb_get_input_focus_reply(goes, xcb_get_input_focus(goes), NULL));
        /* What is said last comes together with the end. */
        xcb_change_property(goes, XCB_PROP_MODE_REPLACE, root, XCB_ATOM_CUT_BUFFER0, XCB_ATOM_INTEGER, 32, 1, &round);
        xcb_flush(goes);
        xcb_disconnect(goes);
        found = xcb_get_geometry_reply(stays, xcb_get_geometry(stays, window), NULL);
        late += found != NULL;
        free(found);
        lost += property_of_root(stays, root) != round;
    }
    xcb_disconnect(stays);
    if (late || lost)
        fprintf(stderr, "%d rounds: %u times a window was there after its connection, %u times its last request was not\n",
                ROUNDS, late, lost);
    return late || lost;
}
