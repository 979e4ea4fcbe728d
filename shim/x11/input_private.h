/* State of the input side and what its files share; nobody outside input, XTEST and XInput includes it.
 *
 * One pair of master devices and two slaves behind each, as an X server without hardware has them: every event comes from
 * a slave, is delivered there (XI2 only), then again from the master (XI2 and core). A device is frozen and grabbed on
 * its own, so an event waits in the queue in the form in which its device would have taken it. */
#ifndef OFS_X11_INPUT_PRIVATE_H
#define OFS_X11_INPUT_PRIVATE_H

#include "x11/input.h"

enum ofs_device_id {
    OFS_DEV_ALL,
    OFS_DEV_ALL_MASTER,
    OFS_DEV_POINTER,          /* master pointer */
    OFS_DEV_KEYBOARD,         /* master keyboard */
    OFS_DEV_XTEST_POINTER,
    OFS_DEV_XTEST_KEYBOARD,
    OFS_DEV_MOUSE,            /* the learner's */
    OFS_DEV_KEYS,
    OFS_DEV_COUNT
};

#define OFS_XI_MAJOR 131
#define OFS_XI_FIRST_EVENT 66
#define OFS_XI_FIRST_ERROR 129
#define OFS_MOUSE_BUTTONS 7      /* left, middle, right and two wheels */
#define OFS_MAX_BUTTON 10        /* buttons of the master and of the XTEST pointer */
#define OFS_ANY_MODIFIER 0x8000u /* in struct ofs_grab; core's AnyModifier, XI2's is translated */

/* ---- events ---------------------------------------------------------------------------------------------------- */

enum ofs_event_kind { OFS_EV_DEVICE, OFS_EV_RAW, OFS_EV_CHANGED };

/* An event on its way from a device to the clients. */
struct ofs_event {
    uint8_t kind;
    uint8_t type;                  /* core code: KeyPress…MotionNotify; for a grab check also XI_Enter, XI_FocusIn */
    uint8_t source;                /* device id of the slave, or the master for a warp before any slave was used */
    uint8_t raw_detail;            /* physical button or key code */
    uint8_t detail;                /* logical button or key code */
    bool repeat;
    bool has_axis[2];              /* x and y */
    double axis[2], raw_axis[2];
    uint32_t time;
    int root_x, root_y;
    /* State before the event; filled in when the device takes it. */
    uint16_t core_state;
    uint32_t buttons;              /* logical buttons down, bit n for button n */
    struct ofs_xkb_mods mods;
};

/* ---- grabs ----------------------------------------------------------------------------------------------------- */

enum ofs_level { OFS_LEVEL_CORE, OFS_LEVEL_XI2 };

/* An active or a passive grab. */
struct ofs_grab {
    struct ofs_grab *next;         /* passive: newest first */
    struct ofs_client *client;
    struct ofs_window *window, *confine_to;
    uint8_t device;                /* enum ofs_device_id */
    uint8_t level;
    uint8_t type;                  /* what sets a passive grab off: KeyPress, ButtonPress, XI_Enter, XI_FocusIn */
    uint8_t detail;                /* key or button, 0 = any */
    uint32_t modifiers;            /* exact, or OFS_ANY_MODIFIER */
    uint8_t *except;               /* bitmap of (detail << 8 | modifiers) ungrabbed out of an "any" grab; NULL = none */
    bool owner_events;
    uint8_t pointer_mode, keyboard_mode;
    struct ofs_cursor *cursor;     /* a reference of active and passive ones; NULL = the window's */
    uint32_t core_mask;
    uint64_t xi2_mask[OFS_DEV_COUNT];
};

/* How a grab holds its device back; the order matters: from FROZEN_NO_EVENT on the device is frozen. */
enum ofs_sync_state {
    OFS_SYNC_NOT_GRABBED,
    OFS_SYNC_THAWED,
    OFS_SYNC_FREEZE_NEXT,
    OFS_SYNC_FREEZE_BOTH_NEXT,
    OFS_SYNC_FROZEN_NO_EVENT,
    OFS_SYNC_FROZEN_WITH_EVENT
};

struct ofs_queued {
    struct ofs_queued *next;
    struct ofs_device *device;
    struct ofs_event event;
};

/* ---- devices --------------------------------------------------------------------------------------------------- */

struct ofs_device {
    uint8_t id;
    uint8_t attached;              /* master of a slave, partner of a master */
    bool master, pointer;
    const char *name;
    uint8_t class_source;          /* slave whose classes a master shows */
    uint8_t last_slave;            /* master: slave that sent last; 0 = none yet */
    uint8_t last_source;           /* master: who sent last, the master itself for an XIWarpPointer */
    /* pointer */
    uint8_t button_count;
    uint8_t map[256];              /* physical button to logical; index 1.. */
    uint32_t buttons;              /* physical buttons down, bit n */
    uint32_t buttons_posted;       /* slave: down as sent, before queues */
    uint8_t buttons_down;          /* how many, of those that map to a button */
    uint16_t state;                /* Button1Mask… of the logical buttons down */
    double axis[2];
    struct ofs_window *hint_window; /* got a motion hint and has not asked since */
    /* keyboard */
    uint8_t keys[32], keys_posted[32];
    uint8_t repeat_key; uint32_t repeat_at_ms;
    struct ofs_window *focus;      /* a window, or &ofs_focus_none, &ofs_focus_pointer_root, &ofs_focus_follow */
    uint8_t focus_revert;
    uint32_t focus_time;
    /* grab */
    struct ofs_grab *grab;         /* active, owned */
    uint32_t grab_time;
    bool from_passive, implicit;
    uint8_t activating_key;
    uint8_t sync_state;
    struct ofs_device *sync_other; /* whose grab freezes this device too */
    bool frozen;
    struct ofs_event sync_event;   /* the event that froze it, for Replay */
    void *properties;              /* xinput_property.c */
};

/* XTEST events that wait for their time. */
struct ofs_delayed {
    struct ofs_delayed *next;
    struct ofs_client *client;
    uint32_t due_ms;
    uint8_t type, detail;
    bool relative;
    int x, y;
};

struct ofs_input {
    struct ofs_device device[OFS_DEV_COUNT];   /* 0 and 1 are unused */
    int x, y;                      /* where clients see the pointer */
    int phys_x, phys_y;            /* where it is: ahead of x, y while the pointer is frozen */
    struct ofs_window *window;     /* under x, y; never NULL */
    struct ofs_window *crossing_window; /* that the last enter event named: a grab's window while it lasts */
    struct ofs_window *confine;    /* the pointer may not leave it; NULL = the screen */
    struct ofs_grab *passive;      /* all passive grabs, newest first */
    struct ofs_queued *queue, *queue_last; unsigned queue_len;
    bool playing;                  /* queued events are being played */
    uint32_t playing_time;
    struct ofs_device *replay_device; struct ofs_window *replay_window;
    struct ofs_delayed *delayed;
    struct ofs_motion { uint32_t time; int16_t x, y; } history[256]; /* ring for GetMotionEvents */
    unsigned history_count;        /* ever remembered */
    uint16_t accel_num, accel_denom, accel_threshold;
};

extern struct ofs_window ofs_focus_none, ofs_focus_pointer_root, ofs_focus_follow; /* marks, never windows */

static inline struct ofs_device *ofs_device_get(struct ofs_server *s, unsigned id) { return &s->input->device[id]; }
static inline bool ofs_key_bit(const uint8_t *bits, unsigned key) { return bits[key >> 3] >> (key & 7) & 1; }
static inline bool ofs_time_later(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }
/* The master of a slave, a master itself. */
static inline struct ofs_device *ofs_device_master(struct ofs_server *s, struct ofs_device *d)
{
    return d->master ? d : ofs_device_get(s, d->attached);
}
/* 0 and *out, or XInput's BadDevice; All and AllMaster are not devices. */
int ofs_device_find(struct ofs_client *c, uint32_t id, struct ofs_device **out);

/* device.c: generation, from a slave (or a master for a warp) */
void ofs_device_key(struct ofs_server *s, struct ofs_device *slave, uint8_t keycode, bool down);
void ofs_device_button(struct ofs_server *s, struct ofs_device *slave, uint8_t button, bool down);
void ofs_device_motion(struct ofs_server *s, struct ofs_device *slave, bool relative, int x, int y);
/* As from the slave used last, and as from the master itself (XIWarpPointer). */
void ofs_device_warp(struct ofs_server *s, int x, int y);
void ofs_device_warp_master(struct ofs_server *s, int x, int y);
/* device_process.c: a device takes an event, or queues it while it is frozen */
void ofs_device_take(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event);
void ofs_device_process(struct ofs_server *s, struct ofs_device *d, struct ofs_event *event);
/* Bits 0..15 of a core event: modifiers, group, buttons of the master pointer. */
uint16_t ofs_device_core_state(struct ofs_server *s, const struct ofs_device *pointer);
uint32_t ofs_device_logical_buttons(const struct ofs_device *pointer);
void ofs_device_play_queue(struct ofs_server *s);
/* The window under the pointer may have changed; event NULL when the tree changed. */
void ofs_device_check_window(struct ofs_server *s, struct ofs_device *pointer, const struct ofs_event *event);
void ofs_device_repeat_run(struct ofs_server *s, struct ofs_device *keyboard, uint32_t now);

/* pointer.c */
/* The client asks where the pointer is: its motion hint may come again. */
void ofs_device_stop_hint(struct ofs_client *c, struct ofs_device *d);

/* deliver.c */
/* Bit of a core event mask for a device event on this device. */
uint32_t ofs_deliver_filter(const struct ofs_device *d, uint8_t type);
int ofs_deliver_core(struct ofs_server *s, struct ofs_device *d, struct ofs_window *w, xEvent *e, uint32_t filter,
                     struct ofs_grab *grab);
/* To one client: 1 sent (or held back by a motion hint), 0 not selected, -1 another client has the grab. */
int ofs_deliver_try(struct ofs_client *c, struct ofs_device *d, xEvent *e, bool repeat, uint32_t mask, uint32_t filter,
                    const struct ofs_grab *grab);
int ofs_deliver_propagate(struct ofs_server *s, struct ofs_device *d, struct ofs_window *w, const struct ofs_event *event,
                          struct ofs_grab *grab, struct ofs_window *stop);
void ofs_deliver_focused(struct ofs_server *s, struct ofs_device *keyboard, const struct ofs_event *event);
void ofs_deliver_grabbed(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event, bool deactivate);
void ofs_deliver_raw(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event);
/* The child of `w` on the way to the pointer's window; 0 if there is none. */
uint32_t ofs_deliver_child(struct ofs_server *s, const struct ofs_window *w);
/* Fills a core event; w gets the coordinates. */
void ofs_deliver_fill(struct ofs_server *s, xEvent *out, const struct ofs_event *event, const struct ofs_window *w,
                      uint32_t child);

/* crossing.c, focus.c */
void ofs_crossing_move(struct ofs_server *s, struct ofs_device *pointer, uint8_t source, struct ofs_window *from,
                       struct ofs_window *to, uint8_t mode);
void ofs_focus_move(struct ofs_server *s, struct ofs_device *keyboard, struct ofs_window *from, struct ofs_window *to,
                    uint8_t mode);
/* SetInputFocus and XISetFocus; error code. */
int ofs_focus_set(struct ofs_client *c, struct ofs_device *keyboard, uint32_t id, uint8_t revert, uint32_t time, bool follow_ok);
void ofs_focus_assign(struct ofs_server *s, struct ofs_device *keyboard, struct ofs_window *to, uint8_t revert, uint32_t time);
uint32_t ofs_focus_id(const struct ofs_window *focus);
/* The focus with "follow the master keyboard" resolved. */
struct ofs_window *ofs_focus_resolve(struct ofs_server *s, const struct ofs_device *keyboard);
void ofs_focus_lost(struct ofs_server *s, struct ofs_window *w);
struct ofs_window *ofs_window_common(struct ofs_window *a, struct ofs_window *b);
/* The windows between `above` (left out; NULL = from the root) and `w` (included), from the outside in; none if memory is
 * out. A plain array, so that a deep tree costs linear time. */
struct ofs_path { struct ofs_window **windows; unsigned count; struct ofs_window *few[16]; };
void ofs_path_init(struct ofs_path *path, const struct ofs_window *above, struct ofs_window *w);
void ofs_path_finish(struct ofs_path *path);

/* grab.c: active grabs */
void ofs_grab_activate(struct ofs_server *s, struct ofs_device *d, const struct ofs_grab *grab, uint32_t time, bool passive,
                       bool implicit);
void ofs_grab_deactivate(struct ofs_server *s, struct ofs_device *d);
void ofs_grab_freeze_if_sync(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event);
void ofs_grab_confine(struct ofs_server *s);
void ofs_grab_clamp(struct ofs_server *s, int *x, int *y);
enum ofs_allow { OFS_ALLOW_ASYNC, OFS_ALLOW_SYNC, OFS_ALLOW_REPLAY, OFS_ALLOW_ASYNC_BOTH, OFS_ALLOW_SYNC_BOTH, OFS_ALLOW_ASYNC_OTHER };
void ofs_grab_allow(struct ofs_client *c, struct ofs_device *d, uint32_t time, enum ofs_allow how);
/* GrabPointer, GrabKeyboard, XIGrabDevice after their own checks: fills *status_out with GrabSuccess…GrabFrozen. */
struct ofs_grab_request {
    uint32_t window, confine_to, cursor, time;
    uint8_t pointer_mode, keyboard_mode, owner_events, level;
    uint32_t core_mask;
    uint64_t xi2_mask;
};
int ofs_grab_device(struct ofs_client *c, struct ofs_device *d, const struct ofs_grab_request *request, uint8_t *status_out);

/* passive.c */
int ofs_passive_add(struct ofs_client *c, const struct ofs_grab *grab);     /* copies; 0, BadAccess, BadAlloc */
int ofs_passive_remove(struct ofs_client *c, const struct ofs_grab *like);  /* 0, BadAlloc */
void ofs_passive_free(struct ofs_grab *grab); /* an active one too; accepts NULL */
void ofs_passive_forget(struct ofs_server *s, const struct ofs_window *w, const struct ofs_client *c);
/* A press: sets off the first matching passive grab between the root and the event's window; true: it has been delivered. */
bool ofs_passive_check(struct ofs_server *s, struct ofs_device *d, struct ofs_event *event, struct ofs_window *below);
/* The same for XI_Enter and XI_FocusIn on one window, without delivery. */
bool ofs_passive_check_window(struct ofs_server *s, struct ofs_device *d, struct ofs_event *event, struct ofs_window *w);

/* xinput_event.c, xinput_select.c: XI2 */
bool ofs_xi2_window_wants(const struct ofs_window *w, const struct ofs_device *d, uint16_t evtype);
static inline bool ofs_xi2_mask_has(const uint64_t *masks, const struct ofs_device *d, uint16_t evtype)
{
    uint64_t m = masks[OFS_DEV_ALL] | masks[d->id] | (d->master ? masks[OFS_DEV_ALL_MASTER] : 0);
    return m >> evtype & 1;
}
/* To every client that selected it on the window; same result as ofs_deliver_core. Sets off the implicit grab. */
int ofs_xi2_deliver(struct ofs_server *s, struct ofs_device *d, struct ofs_window *w, uint32_t child,
                    const struct ofs_event *event, struct ofs_grab *grab);
void ofs_xi2_send(struct ofs_client *c, struct ofs_device *d, const struct ofs_window *w, uint32_t child,
                  const struct ofs_event *event);
void ofs_xi2_crossing(struct ofs_server *s, struct ofs_device *d, uint8_t source, uint16_t evtype, uint8_t mode, uint8_t detail,
                      struct ofs_window *w);
void ofs_xi2_focus(struct ofs_server *s, struct ofs_device *d, uint16_t evtype, uint8_t mode, uint8_t detail,
                   struct ofs_window *w);
void ofs_xi2_raw_root(struct ofs_server *s, struct ofs_device *d, const struct ofs_event *event);
void ofs_xi2_device_changed(struct ofs_server *s, struct ofs_device *master, const struct ofs_event *event);
void ofs_xi2_forget(struct ofs_window *w, const struct ofs_client *c); /* c NULL: all */
/* Union of what all clients selected on the window. */
void ofs_xi2_union(const struct ofs_window *w, uint64_t out[OFS_DEV_COUNT]);

/* xtest.c */
void ofs_xtest_run(struct ofs_server *s, const struct ofs_delayed *event);

/* WarpPointer, as the core and XInput 2 ask for it: windows by id, 0 = none; `move` takes root coordinates. (pointer.c) */
struct ofs_warp {
    uint32_t source, to;
    int source_x, source_y;
    unsigned width, height;
    int to_x, to_y;
};
int ofs_pointer_warp(struct ofs_client *c, const struct ofs_warp *warp, void (*move)(struct ofs_server *, int, int));

#endif
