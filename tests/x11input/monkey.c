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

enum { WINDOWS = 9, CLIENTS = 2 };

static xcb_connection_t *client[CLIENTS];
static xcb_window_t window[WINDOWS], root;
static unsigned generation[WINDOWS];
static uint8_t xi_major;
static uint64_t seed;
static bool use_xi2;

static unsigned pick(unsigned n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(seed >> 33) % n;
}

static const char *name(uint32_t id)
{
    static char text[8][16];
    static unsigned at;
    if (id == root)
        return "root";
    for (unsigned i = 0; i < WINDOWS; i++)
        if (window[i] == id && id) {
            char *out = text[at++ % 8];
            snprintf(out, 16, "w%u.%u", i, generation[i]);
            return out;
        }
    return id == 0 ? "0" : id == 1 ? "1" : "gone";
}

/* ---- printing ---- */

static void print_mods(const xcb_input_modifier_info_t *mods)
{
    printf(" mods %x %x %x %x", mods->base, mods->latched, mods->locked, mods->effective);
}

static void print_device_event(const xcb_input_button_press_event_t *e)
{
    const uint32_t *tail = (const uint32_t *)(e + 1);
    printf("dev %u src %u detail %u event %s child %s at %d,%d (%d,%d) flags %x buttons %x valuators %x", e->deviceid, e->sourceid,
           e->detail, name(e->event), name(e->child), e->root_x >> 16, e->root_y >> 16, e->event_x >> 16, e->event_y >> 16,
           e->flags, tail[0], tail[e->buttons_len]);
    if (e->deviceid < 4) /* the X server's slave keyboards have a state of their own, ours share the master's */
        print_mods(&e->mods);
}

static void print_crossing(const xcb_input_enter_event_t *e)
{
    const uint32_t *tail = (const uint32_t *)(e + 1);
    printf("dev %u src %u mode %u detail %u event %s child %s at %d,%d (%d,%d) focus %u buttons %u:%x",
           e->deviceid, e->sourceid, e->mode, e->detail, name(e->event), name(e->child), e->root_x >> 16, e->root_y >> 16,
           e->event_x >> 16, e->event_y >> 16, e->focus, e->buttons_len, tail[0]);
    if (e->event_type < 9) /* while a key sets off a grab, focus events of the X server have its modifier half done */
        print_mods(&e->mods);
}

static void print_generic(const xcb_ge_generic_event_t *g)
{
    if (g->extension != xi_major) {
        printf("generic %u %u", g->extension, g->event_type);
        return;
    }
    printf("XI%u ", g->event_type);
    switch (g->event_type) {
    case XCB_INPUT_DEVICE_CHANGED: {
        const xcb_input_device_changed_event_t *e = (const void *)g;
        printf("dev %u src %u classes %u reason %u", e->deviceid, e->sourceid, e->num_classes, e->reason);
        break;
    }
    case XCB_INPUT_ENTER:
    case XCB_INPUT_LEAVE:
    case XCB_INPUT_FOCUS_IN:
    case XCB_INPUT_FOCUS_OUT: print_crossing((const void *)g); break;
    case XCB_INPUT_RAW_KEY_PRESS:
    case XCB_INPUT_RAW_KEY_RELEASE:
    case XCB_INPUT_RAW_BUTTON_PRESS:
    case XCB_INPUT_RAW_BUTTON_RELEASE:
    case XCB_INPUT_RAW_MOTION: {
        const xcb_input_raw_button_press_event_t *e = (const void *)g;
        const uint32_t *tail = (const uint32_t *)(e + 1);
        printf("dev %u src %u detail %u flags %x mask %x", e->deviceid, e->sourceid, e->detail, e->flags, tail[0]);
        for (unsigned i = 0; i < (tail[0] ? 8u : 0u); i++)
            printf(" %d", tail[2 + i]);
        break;
    }
    default: print_device_event((const void *)g);
    }
}

static void print_core(const xcb_generic_event_t *g)
{
    switch (g->response_type & 127) {
    case XCB_KEY_PRESS:
    case XCB_KEY_RELEASE:
    case XCB_BUTTON_PRESS:
    case XCB_BUTTON_RELEASE:
    case XCB_MOTION_NOTIFY: {
        const xcb_button_press_event_t *e = (const void *)g;
        printf("%s %u event %s child %s at %d,%d (%d,%d) state %x",
               ((const char *[]){ "KeyPress", "KeyRelease", "ButtonPress", "ButtonRelease", "Motion" })[(g->response_type & 127) - 2],
               e->detail, name(e->event), name(e->child), e->root_x, e->root_y, e->event_x, e->event_y, e->state);
        break;
    }
    case XCB_ENTER_NOTIFY:
    case XCB_LEAVE_NOTIFY: {
        const xcb_enter_notify_event_t *e = (const void *)g;
        printf("%s mode %u detail %u event %s child %s at %d,%d (%d,%d) state %x flags %u",
               (g->response_type & 127) == 7 ? "Enter" : "Leave", e->mode, e->detail, name(e->event), name(e->child),
               e->root_x, e->root_y, e->event_x, e->event_y, e->state, e->same_screen_focus);
        break;
    }
    case XCB_FOCUS_IN:
    case XCB_FOCUS_OUT: {
        const xcb_focus_in_event_t *e = (const void *)g;
        printf("Focus%s mode %u detail %u event %s", (g->response_type & 127) == 9 ? "In" : "Out", e->mode, e->detail, name(e->event));
        break;
    }
    case XCB_KEYMAP_NOTIFY: {
        const xcb_keymap_notify_event_t *e = (const void *)g;
        printf("Keymap");
        for (unsigned i = 0; i < 31; i++)
            if (e->keys[i])
                printf(" %u:%02x", i, e->keys[i]);
        break;
    }
    default: printf("event %u", g->response_type & 127);
    }
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
                if (!e->response_type) {
                    const xcb_generic_error_t *error = (const void *)e;
                    printf("error %u of %u.%u", error->error_code, error->major_code, error->minor_code);
                } else if ((e->response_type & 127) == XCB_GE_GENERIC) {
                    print_generic((const void *)e);
                } else {
                    print_core(e);
                }
                printf("\n");
            }
            free(e);
        }
    }
}

/* ---- windows ---- */

static xcb_window_t some_window(bool or_root)
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

static uint32_t some_mask(uint32_t allowed)
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

static const uint8_t keys[] = { 38, 39, 50, 37, 66, 77 }; /* a, s, Shift, Control, CapsLock, NumLock */
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

/* ---- focus and grabs ---- */

static void status(const char *what, void *reply)
{
    printf("  %s %d\n", what, reply ? ((uint8_t *)reply)[1] : -1);
    free(reply);
}

#define GRAB_EVENTS                                                                                                        \
    (XCB_EVENT_MASK_BUTTON_PRESS | XCB_EVENT_MASK_BUTTON_RELEASE | XCB_EVENT_MASK_ENTER_WINDOW |                           \
     XCB_EVENT_MASK_LEAVE_WINDOW | XCB_EVENT_MASK_POINTER_MOTION | XCB_EVENT_MASK_POINTER_MOTION_HINT |                    \
     XCB_EVENT_MASK_BUTTON_1_MOTION | XCB_EVENT_MASK_BUTTON_MOTION | XCB_EVENT_MASK_KEYMAP_STATE)

static uint16_t some_modifiers(void)
{
    static const uint16_t all[] = { 0, 1, 4, XCB_MOD_MASK_ANY, XCB_MOD_MASK_ANY };
    return all[pick(5)];
}

static void grab(void)
{
    unsigned n = pick(CLIENTS);
    xcb_connection_t *c = client[n];
    /* Nothing is confined: when that ends, the X server's XTEST pointer goes back to where it last sent it. */
    xcb_window_t w = some_window(true), confine = 0;
    uint8_t owner = (uint8_t)pick(2), pointer_mode = pick(3) > 0, keyboard_mode = pick(3) > 0;
    uint16_t mask = (uint16_t)some_mask(GRAB_EVENTS);
    xcb_timestamp_t time = pick(12) ? 0 : 1;
    uint8_t detail = (uint8_t)pick(4), mode = (uint8_t)pick(8);
    uint16_t modifiers = some_modifiers();
    uint8_t key = pick(4) ? keys[pick(2)] : 0;
    switch (pick(11)) {
    case 0:
        printf("grab pointer %c %s owner %u mask %x modes %u %u confine %s time %u\n", 'A' + n, name(w), owner, mask, pointer_mode,
               keyboard_mode, name(confine), time);
        status("status", xcb_grab_pointer_reply(c, xcb_grab_pointer(c, owner, w, mask, pointer_mode, keyboard_mode, confine, 0, time), NULL));
        break;
    case 1: printf("ungrab pointer %c\n", 'A' + n); xcb_ungrab_pointer(c, time); break;
    case 2:
        printf("grab keyboard %c %s owner %u modes %u %u time %u\n", 'A' + n, name(w), owner, pointer_mode, keyboard_mode, time);
        status("status", xcb_grab_keyboard_reply(c, xcb_grab_keyboard(c, owner, w, time, pointer_mode, keyboard_mode), NULL));
        break;
    case 3: printf("ungrab keyboard %c\n", 'A' + n); xcb_ungrab_keyboard(c, time); break;
    case 4:
        printf("grab button %c %s button %u mods %x owner %u mask %x modes %u %u confine %s\n", 'A' + n, name(w), detail, modifiers,
               owner, mask, pointer_mode, keyboard_mode, name(confine));
        xcb_grab_button(c, owner, w, mask, pointer_mode, keyboard_mode, confine, 0, detail, modifiers);
        break;
    case 5:
        printf("ungrab button %c %s button %u mods %x\n", 'A' + n, name(w), detail, modifiers);
        xcb_ungrab_button(c, detail, w, modifiers);
        break;
    case 6:
        printf("grab key %c %s key %u mods %x owner %u modes %u %u\n", 'A' + n, name(w), key, modifiers, owner, pointer_mode,
               keyboard_mode);
        xcb_grab_key(c, owner, w, modifiers, key, pointer_mode, keyboard_mode);
        break;
    case 7:
        printf("ungrab key %c %s key %u mods %x\n", 'A' + n, name(w), key, modifiers);
        xcb_ungrab_key(c, key, w, modifiers);
        break;
    case 8:
        printf("change grab %c mask %x\n", 'A' + n, mask);
        xcb_change_active_pointer_grab(c, 0, time, mask);
        break;
    default: printf("allow %c %u\n", 'A' + n, mode); xcb_allow_events(c, mode, time); break;
    }
}

static void focus(void)
{
    unsigned n = pick(CLIENTS);
    xcb_window_t w = pick(5) ? some_window(true) : pick(2);
    uint8_t revert = (uint8_t)pick(3);
    printf("focus %c %s revert %u\n", 'A' + n, name(w), revert);
    xcb_set_input_focus(client[n], revert, w, 0);
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

/* ---- XInput 2 ---- */

struct xi_mask { xcb_input_event_mask_t head; uint32_t bits; };

static uint32_t some_xi_mask(void)
{
    uint32_t bits = 0;
    for (unsigned i = 1; i <= 17; i++)
        if (i != 11 && i != 12 && pick(2))
            bits |= 1u << i;
    return bits;
}

static const uint8_t devices[] = { 0, 1, 1, 1, 2, 2, 3, 3, 4, 5 };

static void xinput(void)
{
    unsigned n = pick(CLIENTS);
    xcb_connection_t *c = client[n];
    xcb_window_t w = some_window(true);
    uint32_t bits = some_xi_mask();
    uint8_t owner = (uint8_t)pick(2), mode = pick(3) > 0, paired = pick(3) > 0;
    uint16_t device = devices[pick(10)], master = (uint16_t)(2 + pick(2));
    switch (pick(12)) {
    case 0:
    case 1:
    case 2:
    case 3: {
        if (w != root)
            bits &= ~(0x1fu << 13);
        struct xi_mask mask = { { device, 1 }, bits };
        printf("xi select %c %s device %u %x\n", 'A' + n, name(w), device, bits);
        xcb_input_xi_select_events(c, w, 1, &mask.head);
        break;
    }
    case 4:
        printf("xi grab %c %s device %u owner %u modes %u %u mask %x\n", 'A' + n, name(w), master, owner, mode, paired, bits);
        {
            xcb_input_xi_grab_device_reply_t *r = xcb_input_xi_grab_device_reply(
                c, xcb_input_xi_grab_device(c, w, 0, 0, master, mode, paired, owner, 1, &bits), NULL);
            printf("  status %d\n", r ? r->status : -1);
            free(r);
        }
        break;
    case 5: printf("xi ungrab %c %u\n", 'A' + n, master); xcb_input_xi_ungrab_device(c, 0, master); break;
    case 6: {
        uint8_t type = (uint8_t)pick(4);
        uint32_t detail = type == 0 ? pick(4) : type == 1 ? keys[pick(2)] : 0, modifier = pick(2) ? 1u << 31 : pick(2);
        uint16_t on = type == 1 || type == 3 ? 3 : 2;
        printf("xi passive grab %c %s device %u type %u detail %u mods %x owner %u modes %u %u mask %x\n", 'A' + n, name(w), on, type,
               detail, modifier, owner, mode, paired, bits);
        xcb_input_xi_passive_grab_device_reply_t *r = xcb_input_xi_passive_grab_device_reply(
            c, xcb_input_xi_passive_grab_device(c, 0, w, 0, detail, on, 1, 1, type, mode, paired, owner, &bits, &modifier), NULL);
        printf("  failed %d\n", r ? r->num_modifiers : -1);
        free(r);
        break;
    }
    case 7: {
        uint8_t type = (uint8_t)pick(4);
        uint32_t detail = type == 0 ? pick(4) : type == 1 ? keys[pick(2)] : 0, modifier = pick(2) ? 1u << 31 : pick(2);
        printf("xi passive ungrab %c %s type %u detail %u mods %x\n", 'A' + n, name(w), type, detail, modifier);
        xcb_input_xi_passive_ungrab_device(c, w, detail, type == 1 || type == 3 ? 3 : 2, 1, type, &modifier);
        break;
    }
    case 8: {
        uint8_t event_mode = (uint8_t)pick(6);
        printf("xi allow %c device %u mode %u\n", 'A' + n, master, event_mode);
        xcb_input_xi_allow_events(c, 0, master, event_mode, 0, w);
        break;
    }
    case 9: printf("xi focus %c %s\n", 'A' + n, name(w)); xcb_input_xi_set_focus(c, w, 0, 3); break;
    case 10:
        printf("xi warp to %s\n", name(w));
        xcb_input_xi_warp_pointer(c, 0, w, 0, 0, 0, 0, (int)pick(60) << 16, (int)pick(60) << 16, 2);
        break;
    default: {
        xcb_input_xi_query_pointer_reply_t *r = xcb_input_xi_query_pointer_reply(c, xcb_input_xi_query_pointer(c, w, 2), NULL);
        if (r)
            printf("xi pointer of %s: child %s %d,%d (%d,%d) mods %x %x %x %x\n", name(w), name(r->child), r->root_x >> 16,
                   r->root_y >> 16, r->win_x >> 16, r->win_y >> 16, r->mods.base, r->mods.latched, r->mods.locked, r->mods.effective);
        free(r);
    }
    }
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
            focus();
        else if (what < 80)
            grab();
        else if (what < 94 && use_xi2)
            xinput();
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
