/* The session page as a drawing process sees it. */
#ifndef OFS_CAPTURE_PAGE_H
#define OFS_CAPTURE_PAGE_H

#include "capture/session.h"

/* Map the page at `path` and claim a slot for this process, cleared. The mapping stays for the life of the process.
 * *session_out is NULL and the result NULL when there is no page, it is not ours to use, or every slot is taken. */
struct ofs_session_slot *ofs_page_claim(const char *path, struct ofs_session **session_out);

/* Create this process's frame file "<path>.<pid>", empty. Returns a close-on-exec descriptor out of the program's way,
 * or -1. */
int ofs_page_frame_file(const char *path);

#endif
