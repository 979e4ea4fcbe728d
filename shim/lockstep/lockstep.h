/* The game's end of the play: at each frame of the window that is played it waits for the learner. Entry header, for the
 * composition file. */
#ifndef OFS_LOCKSTEP_LOCKSTEP_H
#define OFS_LOCKSTEP_LOCKSTEP_H

#include "offstage.h"

/* The functions of offstage.h; see there. */
enum ofs_status ofs_lockstep_report(const struct ofs_report *report, char *why, size_t why_bytes);
void ofs_lockstep_on_turn(ofs_turn_fn *call, void *context);
int ofs_lockstep_played(void);

#endif
