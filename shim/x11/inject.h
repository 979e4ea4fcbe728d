/* What a player, or the clock of lockstep, does to this process's server. From any thread. Nothing here changes errno.
 *
 * A call is carried out by the server's thread, and returns when what follows from it has been written to the clients'
 * sockets: the program that reads its events next finds them there. Called on the server's own thread, where a frame of a
 * window that is drawn by software is shown, it is carried out before that thread does anything else, and what it writes
 * goes out with what the client waits for. */
#ifndef OFS_X11_INJECT_H
#define OFS_X11_INJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

enum ofs_inject_kind {
    OFS_INJECT_KEY,               /* code: X keysym, the key that gives it; a: 1 down, 0 up */
    OFS_INJECT_TEXT,              /* code: X keysym; pressed with the modifiers that it needs, and all released */
    OFS_INJECT_BUTTON,            /* code: number; a as above */
    OFS_INJECT_POINTER,           /* a, b: x, y in pixels of the window; beyond its edge means the edge */
    OFS_INJECT_MOTION,            /* a, b: dx, dy in pixels; also as raw XI2 motion */
    OFS_INJECT_RESIZE,            /* a, b: width, height of the top-level window */
};

struct ofs_inject {
    uint32_t kind, code;
    int32_t a, b;
};

/* Do `count` events to this window. None is done when one of the first `checked` (at least `count`) cannot be. Keys and
 * buttons that are down, or up, already are left as they are.
 * OFS_OK; OFS_EINVAL with a sentence; OFS_EPEER: no server runs. */
OFS_MUST_USE enum ofs_status ofs_inject(uint32_t window, const struct ofs_inject *events, size_t count, size_t checked,
                                        char *why, size_t why_bytes);
/* The player sits down: the keyboard's focus, if no window has it, goes to the window, and the pointer into it. False: the
 * window is not there to be seen. */
bool ofs_inject_begin(uint32_t window);
/* Can the window be seen, when all is done that was asked of the server so far? True without a server. */
bool ofs_inject_viewable(uint32_t window);

/* -- lockstep ------------------------------------------------------------------------------------------------------ */

/* The clock of a program in lockstep, as the server asks it. Of any thread; what may be NULL is marked. */
struct ofs_inject_clock {
    uint64_t (*virtual_ns)(void);
    void (*connected)(void);              /* this process makes its first connection; no lock is held */
    /* The server has something to do at this time of the program's (UINT64_MAX: nothing): the clock goes no further before
     * ofs_inject_due() was called and done. NULL: the server finds out at ticks and requests only. */
    void (*set_due)(uint64_t virtual_ns);
    void (*begin_due)(void);              /* it does it now; NULL with set_due */
    /* Frames that are shown now were finished at that time, since when the program rests; 0: it does not. Of this thread.
     * NULL with set_due. */
    void (*rest)(uint64_t since_virtual_ns);
    /* No thread of the program may be left that waits by the clock: go on to what is due if all of them sleep. True: what is
     * due is due now, as they compute for too long. NULL with set_due. */
    bool (*look)(void);
};

/* Before the first connection: the server's time is this one, and what is due by it is done at ofs_inject_tick and
 * ofs_inject_due only. Kept, not copied. Events of scripts and requests to close are calls as above, then. */
void ofs_inject_set_clock(const struct ofs_inject_clock *clock);
/* The time has gone on: keys that are held repeat, scripts go on. Costs nothing while nothing is due. */
void ofs_inject_tick(void);
/* The time has come that was set: it is done soon, by the server's thread. False: there is none. */
bool ofs_inject_due(void);

/* Is `fd` the client's end of one of our connections? */
bool ofs_inject_is_x(int fd);
/* What was written to that end has been carried out, and the answers can be read, when this returns. */
void ofs_inject_settle(int fd);

#endif
