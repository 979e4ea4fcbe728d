/* Events from another thread, as the learner sends them, to a client of the server in this process. */
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <xcb/xcb.h>

#include "x11/input.h"
#include "x11/serve.h"

static int failures;
#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                     \
        }                                                                   \
    } while (0)

static xcb_connection_t *c;

/* The next event of this type within two seconds, others passed over. */
static xcb_generic_event_t *wait_for(unsigned type)
{
    xcb_flush(c);
    for (int i = 0; i < 200; i++) {
        xcb_generic_event_t *e;
        while ((e = xcb_poll_for_event(c))) {
            if ((e->response_type & 127) == type)
                return e;
            free(e);
        }
        struct pollfd fd = { .fd = xcb_get_file_descriptor(c), .events = POLLIN };
        poll(&fd, 1, 10);
    }
    CHECK(!"event came");
    return calloc(1, 64);
}

int main(void)
{
    CHECK(!ofs_input_key("a", true)); /* no server yet */
    CHECK(!ofs_input_motion(1, 1));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (ofs_x11_attach(fd) != OFS_OK)
        return 1;
    c = xcb_connect_to_fd(fd, NULL);
    xcb_screen_t *screen = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
    xcb_window_t w = xcb_generate_id(c);
    uint32_t values[] = { XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE | XCB_EVENT_MASK_BUTTON_PRESS |
                          XCB_EVENT_MASK_POINTER_MOTION | XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_FOCUS_CHANGE };
    xcb_create_window(c, 0, w, screen->root, 10, 20, 200, 100, 0, 1, 0, XCB_CW_EVENT_MASK, values);
    xcb_map_window(c, w);
    free(wait_for(XCB_FOCUS_IN)); /* a new top-level window gets the focus */

    CHECK(ofs_input_motion(50, 60));
    xcb_motion_notify_event_t *m = (void *)wait_for(XCB_MOTION_NOTIFY);
    CHECK(m->event_x == 40 && m->event_y == 40 && m->root_x == 50);
    free(m);
    CHECK(ofs_input_motion_relative(-5, 3));
    m = (void *)wait_for(XCB_MOTION_NOTIFY);
    CHECK(m->root_x == 45 && m->root_y == 63);
    free(m);

    CHECK(ofs_input_key("Shift_L", true) && ofs_input_key("space", true) && ofs_input_key("space", false) &&
          ofs_input_key("Shift_L", false));
    xcb_key_press_event_t *k = (void *)wait_for(XCB_KEY_PRESS);
    CHECK(k->state == 0);
    free(k);
    k = (void *)wait_for(XCB_KEY_PRESS);
    CHECK(k->state == XCB_MOD_MASK_SHIFT && k->detail == 65);
    free(k);
    free(wait_for(XCB_KEY_RELEASE));
    free(wait_for(XCB_KEY_RELEASE));
    CHECK(!ofs_input_key("no such key", true));
    CHECK(!ofs_input_key("Armenian_fe", true)); /* a keysym that no key of this map gives */

    CHECK(ofs_input_button(5, true) && ofs_input_button(5, false));
    xcb_button_press_event_t *b = (void *)wait_for(XCB_BUTTON_PRESS);
    CHECK(b->detail == 5);
    free(b);
    CHECK(!ofs_input_button(0, true) && !ofs_input_button(1000, true));

    CHECK(ofs_input_resize(300, 150) && !ofs_input_resize(0, 10));
    xcb_configure_notify_event_t *r = (void *)wait_for(XCB_CONFIGURE_NOTIFY);
    CHECK(r->width == 300 && r->height == 150 && r->x == 10 && r->y == 20);
    free(r);
    xcb_disconnect(c);
    if (!failures)
        puts("ok");
    return failures != 0;
}
