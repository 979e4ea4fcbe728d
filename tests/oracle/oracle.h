/* An X client that writes down everything a server tells it.
 *
 * A scenario is a function that sends requests through libxcb; the harness prints every reply, event and error as it is on
 * the wire, in hexadecimal, and the names of the ids it made. transcript.py turns that into text with every field, so
 * that the same scenario on two servers can be compared. */
#ifndef ORACLE_H
#define ORACLE_H

#include <stdbool.h>
#include <stdint.h>
#include <xcb/xcb.h>
#include <xcb/xcbext.h>

struct oracle;

struct oracle_scenario {
    const char *name;
    void (*run)(struct oracle *o);
};

#define ORACLE_MAX_CONNECTIONS 8

struct oracle {
    xcb_connection_t *c;              /* connection A, open from the start */
    xcb_window_t root;
    xcb_visualid_t visual;
    xcb_colormap_t colormap;
    uint8_t depth;
    xcb_connection_t *all[ORACLE_MAX_CONNECTIONS];
    unsigned count;
};

/* Another connection (B, C…). Connections close at the end of the scenario, or with oracle_close(). */
xcb_connection_t *oracle_open(struct oracle *o);
void oracle_close(struct oracle *o, xcb_connection_t *c);

/* Print what is pending on every connection, then a heading for what follows. */
void oracle_step(struct oracle *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A fresh id, under this name in the transcript. */
uint32_t oracle_id(struct oracle *o, xcb_connection_t *c, const char *name);
void oracle_name(struct oracle *o, uint32_t id, const char *name);

/* Wait for the reply to `sequence` (cookie.sequence) and print it. `request` is FILE:Name of xcb-proto, as in
 * "xproto:GetGeometry". Returns the reply for free(), or NULL if it was an error. */
void *oracle_reply(struct oracle *o, xcb_connection_t *c, const char *request, unsigned sequence);
/* The same, result not wanted. */
void oracle_show(struct oracle *o, xcb_connection_t *c, const char *request, unsigned sequence);
#define ORACLE_SHOW(o, c, request, cookie) oracle_show(o, c, request, (cookie).sequence)

/* Announce an extension (`file` is its xcb-proto file); false if the server lacks it, which is printed too. */
bool oracle_extension(struct oracle *o, xcb_extension_t *extension, const char *file);

uint32_t oracle_atom(struct oracle *o, const char *name);

/* Windows. The top-level kind sets override-redirect, so that no server of ours moves the focus to it. */
xcb_window_t oracle_window(struct oracle *o, const char *name, xcb_window_t parent, int x, int y, unsigned width,
                           unsigned height, unsigned border, uint32_t event_mask);
xcb_window_t oracle_input_only(struct oracle *o, const char *name, xcb_window_t parent, int x, int y, unsigned width,
                               unsigned height, uint32_t event_mask);
void oracle_select(xcb_connection_t *c, xcb_window_t window, uint32_t event_mask);

/* Input through XTEST, each waited for. */
void oracle_key(struct oracle *o, uint8_t keycode, bool down);
void oracle_button(struct oracle *o, uint8_t button, bool down);
void oracle_move(struct oracle *o, int root_x, int root_y);

/* What the scenarios show again and again. */
void oracle_show_tree(struct oracle *o, xcb_window_t window);
void oracle_show_geometry(struct oracle *o, xcb_window_t window);
void oracle_show_attributes(struct oracle *o, xcb_window_t window);
void oracle_show_focus(struct oracle *o);
void oracle_show_pointer(struct oracle *o, xcb_window_t window);

/* Everything a window can report, pointer motion and redirection apart. */
#define ORACLE_ALL_STRUCTURE                                                                                       \
    (XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_SUBSTRUCTURE_NOTIFY | XCB_EVENT_MASK_EXPOSURE |             \
     XCB_EVENT_MASK_VISIBILITY_CHANGE)

/* Keycodes of the us/pc105 map. */
enum { KEY_A = 38, KEY_B = 56, KEY_SHIFT_L = 50, KEY_CONTROL_L = 37, KEY_ALT_L = 64, KEY_CAPS = 66, KEY_NUM = 77, KEY_F1 = 67 };

#endif
