/* Input: the one place where key, button and motion events begin, and all that decides who gets them.
 *
 * device.c         the devices, what they send, timers, the tree's and the clients' changes
 * device_process.c a device takes an event: state, queue while frozen
 * deliver.c        propagation, core delivery
 * crossing.c       enter and leave events; focus.c: the focus and its events
 * grab.c           active grabs, frozen devices; passive.c: passive grabs
 * pointer.c, grab_requests.c  core requests
 * xinput*.c        the XInput 2 extension; xtest.c: XTEST; inject.c: events from other threads, inject_play.c: a player's
 * xkb*.c     the keyboard map, its state and the XKEYBOARD extension */
#ifndef OFS_X11_INPUT_H
#define OFS_X11_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "x11/server.h"

/* ---- for other threads (learner, input scripts): posted to the server thread, in order; false: no server runs ---- */
/* Preserve errno. Keys by keysym name ("space", "Left", "a", "Return"); false also for an unknown name or one that no key
 * of the map gives. A name that needs Shift ("A", "exclam") means its key: Shift is a key of its own. */
bool ofs_input_key(const char *keysym_name, bool down);
bool ofs_input_motion(int root_x_px, int root_y_px);
bool ofs_input_motion_relative(int dx_px, int dy_px);
bool ofs_input_button(int button, bool down);
/* Resize the largest viewable top-level window, as a window manager would. */
bool ofs_input_resize(uint32_t width_px, uint32_t height_px);

/* ---- inside the server: the world's own thread ---------------------------------------------------------------- */

/* Events of the input side that wait for their time (auto-repeat, XTEST delays): milliseconds until the next one, 0 = now,
 * -1 = none; and carry out those that are due. */
int ofs_input_next_timeout_ms(struct ofs_server *s);
bool ofs_input_next_due(struct ofs_server *s, uint32_t *due_ms_out); /* the same as a server time; false: none */
void ofs_input_run_timers(struct ofs_server *s);

int ofs_input_init(struct ofs_server *s);     /* 0 or BadAlloc; after root exists */
void ofs_input_finish(struct ofs_server *s);

/* Real input, as from a device (also XTEST). keycode 8..255, button 1..: state, grabs, core, XI2, raw events, XKB. */
void ofs_input_key_event(struct ofs_server *s, uint8_t keycode, bool down);
void ofs_input_button_event(struct ofs_server *s, uint8_t button, bool down);
void ofs_input_motion_event(struct ofs_server *s, int root_x, int root_y);          /* clamped to the screen */
void ofs_input_motion_relative_event(struct ofs_server *s, int dx, int dy);

/* The window tree changed (map, unmap, configure, restack, reparent, destroy): pointer window and crossing events. */
void ofs_input_tree_changed(struct ofs_server *s);
/* A client's event mask on the window changed: a motion hint that is asked for anew may come. */
void ofs_input_mask_changed(struct ofs_window *w, struct ofs_server *s, uint32_t old, uint32_t mask);
/* A window stops being viewable (also before destruction, for it and each inferior): grabs end, focus reverts. */
void ofs_input_window_unviewable(struct ofs_server *s, struct ofs_window *w);
/* It leaves the world: forget every pointer to it (passive grabs, XI2 selections, motion history). */
void ofs_input_window_gone(struct ofs_server *s, struct ofs_window *w);
void ofs_input_client_gone(struct ofs_client *c);

/* SetInputFocus by the server (new top-level window). */
void ofs_input_focus_window(struct ofs_server *s, struct ofs_window *w);
struct ofs_window *ofs_input_focus(struct ofs_server *s); /* NULL: None or PointerRoot */
void ofs_input_pointer(struct ofs_server *s, int *root_x_out, int *root_y_out);
/* Core state: modifiers in bits 0..7, buttons 1..5 in bits 8..12. */
uint16_t ofs_input_state(struct ofs_server *s);

/* ---- the keyboard map and its state (xkb.c), used by device.c and deliver.c ------------------------------------- */

int ofs_xkb_init(struct ofs_server *s);       /* s->xkb; 0 or BadAlloc */
void ofs_xkb_finish(struct ofs_server *s);
/* A physical key changed: updates modifiers, locks, latches, group and indicators, sends XkbStateNotify etc. Returns nothing;
 * the state *before* the key is what the key's own event carries, so callers read ofs_xkb_core_state() first. */
void ofs_xkb_key(struct ofs_server *s, uint8_t keycode, bool down);
/* Core modifier state (effective, bits 0..7, group in 13..14 as XKB puts it). */
uint16_t ofs_xkb_core_state(const struct ofs_server *s);
struct ofs_xkb_mods { uint32_t base, latched, locked, effective; uint32_t group_base, group_latched, group_locked, group_effective; };
void ofs_xkb_get_mods(const struct ofs_server *s, struct ofs_xkb_mods *out);
/* Keycode (8..255) whose map gives the keysym of this name, and whether Shift is needed; 0 = none. */
uint8_t ofs_xkb_find_key(const struct ofs_server *s, const char *keysym_name, bool *shift_out);
/* The same by value, and the modifiers with which it does: ShiftMask and Mod5Mask (AltGr); 0xFF: not with these. */
uint8_t ofs_xkb_find_keysym(const struct ofs_server *s, uint32_t keysym, uint8_t *mods_out);
/* A key that holds this modifier (one bit); 0 = none. */
uint8_t ofs_xkb_find_modifier(const struct ofs_server *s, uint8_t mod);
/* Which keys are down: 256 bits, bit k of byte k/8. Owned by device.c. */
const uint8_t *ofs_input_keys_down(const struct ofs_server *s);
bool ofs_xkb_key_repeats(const struct ofs_server *s, uint8_t keycode);
/* Auto-repeat as the controls have it. */
void ofs_xkb_repeat_timing(const struct ofs_server *s, uint32_t *delay_ms_out, uint32_t *interval_ms_out);
/* The client asked for repeated presses without releases (XkbPerClientFlags). */
bool ofs_xkb_detectable_repeat(const struct ofs_client *c);
/* A pointer button went down or up, after its event was delivered: latches break at a release, and XkbStateNotify tells of
 * the pointer buttons. */
void ofs_xkb_button(struct ofs_server *s, uint8_t button, bool down);

#endif
