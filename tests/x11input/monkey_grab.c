/* monkey's steps about the focus and the core protocol's grabs. */
#include <stdio.h>
#include <stdlib.h>

#include "monkey.h"

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

void grab_step(void)
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

void focus_step(void)
{
    unsigned n = pick(CLIENTS);
    xcb_window_t w = pick(5) ? some_window(true) : pick(2);
    uint8_t revert = (uint8_t)pick(3);
    printf("focus %c %s revert %u\n", 'A' + n, name(w), revert);
    xcb_set_input_focus(client[n], revert, w, 0);
}
