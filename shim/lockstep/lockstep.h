/* The game's end of the play: at each frame of the window that is played, the program's time goes on by one tick, and, if a
 * learner plays it, the program waits for it there. Entry header, for the composition file.
 *
 * player.c   which window is played, and by whom; the end of a game whose learner is gone
 * turn.c     one command: what is done at once, and what takes frames
 * observe.c  the frame as the learner sees it           hands.c   input events
 * report.c   what the game says of the play             clock.c   virtual time
 *
 * Lock rank: player, report; leaves. Neither is held across GL, the clock, the X server, a wait for the learner or a
 * callback: a thread that is in a turn has marked the player as busy. */
#ifndef OFS_LOCKSTEP_LOCKSTEP_H
#define OFS_LOCKSTEP_LOCKSTEP_H

#include "capture/frame.h"
#include "offstage.h"

/* What the play asks of the rest of the process. Every field must be set. */
struct ofs_lockstep_host {
    void (*request_close)(void);                               /* WM_DELETE_WINDOW to every top-level window */
    void *(*open_library)(const char *path, int mode);         /* dlopen and dlsym that leave dlerror() alone */
    void *(*find_symbol)(void *handle, const char *name);
};

/* Once, before the first frame and the first X connection; the struct must live as long as the process. */
void ofs_lockstep_init(const struct ofs_lockstep_host *host);

/* A frame has been shown, on this thread; its GL context is current, its pixels are there. Waits for the learner.
 *
 * The one place where we end the process that we live in. A game whose learner is dead, or has closed the channel, belongs
 * to nobody: its windows are asked to close; if it shows frames 2 s later it gets SIGTERM, and 2 s later SIGKILL. One that
 * has a learner which it cannot reach is waited for in vain: it says why, and exits with status 125. */
void ofs_lockstep_frame(const struct ofs_shown *shown);
void ofs_lockstep_gone(uint32_t window);
void ofs_lockstep_fork_child(void);

/* The functions of offstage.h; see there. */
enum ofs_status ofs_lockstep_report(const struct ofs_report *report, char *why, size_t why_bytes);
void ofs_lockstep_on_turn(ofs_turn_fn *call, void *context);
int ofs_lockstep_played(void);

#endif
