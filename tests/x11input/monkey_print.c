/* Events as monkey prints them: every field that two servers must agree on. */
#include <stdio.h>
#include <string.h>

#include <xcb/xcbext.h>
#include <xcb/xinput.h>

#include "monkey.h"

const char *name(uint32_t id)
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

void print_event(const xcb_generic_event_t *e)
{
    if (!e->response_type) {
        const xcb_generic_error_t *error = (const void *)e;
        printf("error %u of %u.%u", error->error_code, error->major_code, error->minor_code);
    } else if ((e->response_type & 127) == XCB_GE_GENERIC) {
        print_generic((const void *)e);
    } else {
        print_core(e);
    }
}
