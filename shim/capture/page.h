/* The session page as a drawing process sees it. */
#ifndef OFS_CAPTURE_PAGE_H
#define OFS_CAPTURE_PAGE_H

#include "capture/session.h"

/* Map the page at `path`; the mapping stays for the life of the process. NULL: there is none, or it is not ours to use. */
struct ofs_session *ofs_page_open(const char *path);
/* Claim a slot in it for this process, cleared. NULL: every one is taken. */
struct ofs_session_slot *ofs_page_claim(struct ofs_session *page);

/* Create this process's frame file "<path>.<pid>", empty. Returns a close-on-exec descriptor out of the program's way,
 * or -1. */
int ofs_page_frame_file(const char *path);

#endif
