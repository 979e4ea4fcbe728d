/* A client that does random things with windows, grabs, focus, devices and fake input, and prints what two connections hear.
 *
 * monkey SEED STEPS: the same seed asks the same of any server, so that the output on two servers can be compared line by
 * line. Times are left out, ids are printed by name. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xcb/xcb.h>
#include <xcb/xcbext.h>
#include <xcb/xinput.h>
#include <xcb/xtest.h>

#include "monkey.h"

#ifdef MONKEY_INSIDE /* the server is a thread of this program; else the one that DISPLAY names */
#include <sys/socket.h>
#include "x11/serve.h"

static xcb_connection_t *connect_display(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return ofs_x11_attach(fd) == OFS_OK ? xcb_connect_to_fd(fd, NULL) : xcb_connect(NULL, NULL);
}
#else
static xcb_connection_t *connect_display(void) { return xcb_connect(NULL, NULL); }
#endif

xcb_connection_t *client[CLIENTS];
xcb_window_t window[WINDOWS], root;
unsigned generation[WINDOWS];
uint8_t xi_major;
static uint64_t seed;
static bool use_xi2;

unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static void drain(void)
{
    /* Twice round, so that what one client's requests do to the other has arrived. */
    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < CLIENTS; i++)
            free(xcb_get_input_focus_reply(client[i], xcb_get_input_focus(client[i]), NULL));
    for (unsigned i = 0; i < CLIENTS; i++) {
        xcb_generic_event_t *e;
        while ((e = xcb_poll_for_event(client[i]))) {
            if ((e->response_type & 127) != XCB_MAPPING_NOTIFY) { /* decided deviation: keyboards share one map */
                printf("  %c ", 'A' + i);
                print_event(e);
                printf("\n");
            }
            free(e);
        }
    }
}

/* ---- windows ---- */

xcb_window_t some_window(bool or_root)
{
    unsigned n = pick(WINDOWS + (or_root ? 1 : 0));
    return n == WINDOWS ? root : window[n];
}

static void make(unsigned i)
{
    /* A parent with a lower number that exists, or the root: the tree is never a loop. */
    xcb_window_t parent = i && pick(4) ? window[pick(i)] : root;
    bool input_only = !pick(6);
    uint32_t values[] = { 1, 0 };
    window[i] = xcb_generate_id(client[0]);
    generation[i]++;
    int x = (int)pick(60), y = (int)pick(60);
    /* Only the last window, which never has children, has a border: over the border of a window the X server finds
     * children that are clipped away there. */
    unsigned width = 60 + pick(200), height = 60 + pick(200), border = input_only || i < WINDOWS - 1 ? 0 : pick(3) * 4;
    printf("make w%u in %s%s %d,%d %ux%u+%u\n", i, name(parent), input_only ? " input-only" : "", x, y, width, height, border);
    xcb_create_window(client[0], 0, window[i], parent, (int16_t)x, (int16_t)y, (uint16_t)width, (uint16_t)height,
                      (uint16_t)border, input_only ? 2 : 1, 0, XCB_CW_OVERRIDE_REDIRECT, values);
    if (pick(8))
        xcb_map_window(client[0], window[i]);
}

static void remake(unsigned i)
{
    /* Everything inside goes with it; those made anew are all that the server may have destroyed. */
    printf("destroy w%u\n", i);
    xcb_destroy_window(client[0], window[i]);
    drain();
    for (; i < WINDOWS; i++) {
        xcb_query_tree_reply_t *alive = xcb_query_tree_reply(client[0], xcb_query_tree(client[0], window[i]), NULL);
        if (!alive)
            make(i);
        free(alive);
    }
}

static const uint32_t masks[] = {
    XCB_EVENT_MASK_KEY_PRESS, XCB_EVENT_MASK_KEY_RELEASE, XCB_EVENT_MASK_BUTTON_PRESS, XCB_EVENT_MASK_BUTTON_RELEASE,
    XCB_EVENT_MASK_ENTER_WINDOW, XCB_EVENT_MASK_LEAVE_WINDOW, XCB_EVENT_MASK_POINTER_MOTION,
    XCB_EVENT_MASK_POINTER_MOTION_HINT, XCB_EVENT_MASK_BUTTON_1_MOTION, XCB_EVENT_MASK_BUTTON_MOTION,
    XCB_EVENT_MASK_KEYMAP_STATE, XCB_EVENT_MASK_FOCUS_CHANGE, XCB_EVENT_MASK_OWNER_GRAB_BUTTON,
};

uint32_t some_mask(uint32_t allowed)
{
    uint32_t mask = 0;
    for (unsigned i = 0; i < sizeof(masks) / sizeof(masks[0]); i++)
        if (pick(3))
            mask |= masks[i] & allowed;
    return mask;
}

static void select_core(void)
{
    unsigned c = pick(CLIENTS);
    xcb_window_t w = some_window(true);
    uint32_t value = some_mask(~0u);
    if (c) /* the X server marks a key sent to a second client as a repetition, by mistake */
        value &= ~(XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_BUTTON_PRESS);
    printf("select %c %s %x\n", 'A' + c, name(w), value);
    xcb_change_window_attributes(client[c], w, XCB_CW_EVENT_MASK, &value);
}

static void change_window(void)
{
    xcb_window_t w = some_window(false);
    uint32_t v[2];
    switch (pick(7)) {
    case 0: printf("map %s\n", name(w)); xcb_map_window(client[0], w); break;
    case 1: printf("unmap %s\n", name(w)); xcb_unmap_window(client[0], w); break;
    case 2:
        v[0] = pick(100);
        v[1] = pick(100);
        printf("move %s %u,%u\n", name(w), v[0], v[1]);
        xcb_configure_window(client[0], w, XCB_CONFIG_WINDOW_X | XCB_CONFIG_WINDOW_Y, v);
        break;
    case 3:
        v[0] = 20 + pick(250);
        v[1] = 20 + pick(250);
        printf("size %s %ux%u\n", name(w), v[0], v[1]);
        xcb_configure_window(client[0], w, XCB_CONFIG_WINDOW_WIDTH | XCB_CONFIG_WINDOW_HEIGHT, v);
        break;
    case 4:
        v[0] = pick(2);
        printf("stack %s %u\n", name(w), v[0]);
        xcb_configure_window(client[0], w, XCB_CONFIG_WINDOW_STACK_MODE, v);
        break;
    case 5:
        v[0] = some_mask(XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE | XCB_EVENT_MASK_BUTTON_PRESS |
                         XCB_EVENT_MASK_BUTTON_RELEASE | XCB_EVENT_MASK_POINTER_MOTION);
        v[0] = pick(2) ? 0 : v[0];
        printf("dont-propagate %s %x\n", name(w), v[0]);
        xcb_change_window_attributes(client[0], w, XCB_CW_DONT_PROPAGATE, v);
        break;
    default:
        if (!pick(3)) {
            unsigned i = pick(WINDOWS), k = i ? pick(i + 1) : 0;
            xcb_window_t parent = k == i ? root : window[k];
            printf("reparent w%u to %s\n", i, name(parent));
            xcb_reparent_window(client[0], window[i], parent, (int16_t)pick(50), (int16_t)pick(50));
        } else if (!pick(2)) {
            remake(pick(WINDOWS));
        }
    }
}

/* ---- input ---- */

const uint8_t keys[6] = { 38, 39, 50, 37, 66, 77 };
static bool key_down[sizeof(keys)], button_down[6];

static void input(void)
{
    xcb_connection_t *c = client[pick(CLIENTS)];
    unsigned n;
    switch (pick(8)) {
    case 0:
    case 1:
        n = pick(sizeof(keys));
        if (pick(12))
            key_down[n] = !key_down[n];
        printf("key %u %d\n", keys[n], key_down[n]);
        xcb_test_fake_input(c, key_down[n] ? 2 : 3, keys[n], 0, 0, 0, 0, 0);
        break;
    case 2:
    case 3:
        n = 1 + pick(3);
        if (pick(12))
            button_down[n] = !button_down[n];
        printf("button %u %d\n", n, button_down[n]);
        xcb_test_fake_input(c, button_down[n] ? 4 : 5, (uint8_t)n, 0, 0, 0, 0, 0);
        break;
    case 4: {
        int x = (int)pick(21) - 10, y = (int)pick(21) - 10;
        printf("motion by %d,%d\n", x, y);
        xcb_test_fake_input(c, 6, 1, 0, 0, (int16_t)x, (int16_t)y, 0);
        break;
    }
    case 5: {
        xcb_window_t w = some_window(true), from = pick(4) ? 0 : some_window(true);
        int x = (int)pick(80) - 10, y = (int)pick(80) - 10;
        printf("warp from %s to %s %d,%d\n", name(from), name(w), x, y);
        xcb_warp_pointer(c, from, w, 0, 0, (uint16_t)pick(50), 0, (int16_t)x, (int16_t)y);
        break;
    }
    default: {
        int x = (int)pick(350), y = (int)pick(350);
        printf("motion to %d,%d\n", x, y);
        xcb_test_fake_input(c, 6, 0, 0, root, (int16_t)x, (int16_t)y, 0);
    }
    }
}

static void query(void)
{
    xcb_connection_t *c = client[pick(CLIENTS)];
    xcb_window_t w = some_window(true);
    xcb_query_pointer_reply_t *p = xcb_query_pointer_reply(c, xcb_query_pointer(c, w), NULL);
    if (p)
        printf("pointer of %s: child %s %d,%d (%d,%d) mask %x\n", name(w), name(p->child), p->root_x, p->root_y, p->win_x, p->win_y,
               p->mask);
    free(p);
    xcb_get_input_focus_reply_t *f = xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL);
    printf("focus is %s revert %u\n", name(f->focus), f->revert_to);
    free(f);
    xcb_query_keymap_reply_t *k = xcb_query_keymap_reply(c, xcb_query_keymap(c), NULL);
    printf("keys");
    for (unsigned i = 0; i < 32; i++)
        if (k->keys[i])
            printf(" %u:%02x", i, k->keys[i]);
    printf("\n");
    free(k);
}

/* Let go of what would keep everything else from happening. */
static void relax(void)
{
    printf("relax\n");
    for (unsigned i = 0; i < CLIENTS; i++) {
        xcb_ungrab_pointer(client[i], 0);
        xcb_ungrab_keyboard(client[i], 0);
        xcb_input_xi_ungrab_device(client[i], 0, 2);
        xcb_input_xi_ungrab_device(client[i], 0, 3);
        xcb_flush(client[i]);
        drain();
    }
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: monkey SEED STEPS [core]\n");
        return 2;
    }
    seed = strtoull(argv[1], NULL, 0) * 77777 + 1;
    unsigned steps = (unsigned)strtoul(argv[2], NULL, 0);
    use_xi2 = argc < 4;
    for (unsigned i = 0; i < CLIENTS; i++) {
        client[i] = connect_display();
        if (xcb_connection_has_error(client[i])) {
            fprintf(stderr, "monkey: no display\n");
            return 1;
        }
        xcb_discard_reply(client[i], xcb_input_xi_query_version(client[i], 2, 2).sequence);
        xi_major = xcb_get_extension_data(client[i], &xcb_input_id)->major_opcode;
    }
    root = xcb_setup_roots_iterator(xcb_get_setup(client[0])).data->root;
    uint32_t repeat_off = 0;
    xcb_change_keyboard_control(client[0], XCB_KB_AUTO_REPEAT_MODE, &repeat_off);
    for (unsigned i = 0; i < WINDOWS; i++)
        make(i);
    for (unsigned i = 0; i < 14; i++)
        select_core();
    drain();
    for (unsigned i = 0; i < steps; i++) {
        unsigned what = pick(100);
        printf("%u ", i);
        if (what < 40)
            input();
        else if (what < 52)
            change_window();
        else if (what < 60)
            select_core();
        else if (what < 66)
            focus_step();
        else if (what < 80)
            grab_step();
        else if (what < 94 && use_xi2)
            xinput_step();
        else if (what < 97)
            query();
        else
            relax();
        drain();
        fflush(stdout);
    }
    /* Leave the keys and buttons of a server that lives on as they were. */
    relax();
    for (unsigned i = 0; i < sizeof(keys); i++)
        xcb_test_fake_input(client[0], 3, keys[i], 0, 0, 0, 0, 0);
    for (unsigned i = 1; i < 4; i++)
        xcb_test_fake_input(client[0], 5, (uint8_t)i, 0, 0, 0, 0, 0);
    drain();
    for (unsigned i = 0; i < CLIENTS; i++)
        xcb_disconnect(client[i]);
    return 0;
}
