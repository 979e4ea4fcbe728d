/* What the parts of monkey share. */
#ifndef TESTS_X11INPUT_MONKEY_H
#define TESTS_X11INPUT_MONKEY_H

#include <stdbool.h>
#include <stdint.h>

#include <xcb/xcb.h>

enum { WINDOWS = 9, CLIENTS = 2 };

extern xcb_connection_t *client[CLIENTS];
extern xcb_window_t window[WINDOWS], root;
extern unsigned generation[WINDOWS];
extern uint8_t xi_major;

extern const uint8_t keys[6];           /* that are pressed, grabbed: a, s, Shift, Control, CapsLock, NumLock */

unsigned pick(unsigned n);              /* 0..n-1 */
xcb_window_t some_window(bool or_root);
uint32_t some_mask(uint32_t allowed);   /* of core events */

/* monkey_print.c */
const char *name(uint32_t id);
void print_event(const xcb_generic_event_t *e);
/* monkey_grab.c, monkey_xinput.c: one step each */
void focus_step(void);
void grab_step(void);
void xinput_step(void);

#endif
