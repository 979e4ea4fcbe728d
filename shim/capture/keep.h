/* Keeps the last frame, and writes pictures of it, when OFFSTAGE_SHOT asks for that. */
#ifndef OFS_CAPTURE_KEEP_H
#define OFS_CAPTURE_KEEP_H

#include <stdbool.h>

#include "capture/frame.h"
#include "capture/session.h"

/* At the first frame. With a session page, the frame is left in its frame file for the launcher; without one it stays in
 * memory and is written when the program ends. Both are NULL, or both are not. */
void ofs_keep_start(const char *session_path, struct ofs_session_slot *slot);

bool ofs_keep_wanted(void);

/* Read the finished frame back and keep it; with %d in the name, write its picture. Costs the read (it waits for the
 * frame to be drawn) and one pass over the pixels. The drawable's context is current. */
void ofs_keep_frame(const struct ofs_shown *shown);

/* No frame will follow: without a session, write the picture now. */
void ofs_keep_finish(void);

void ofs_keep_fork_child(void);

#endif
