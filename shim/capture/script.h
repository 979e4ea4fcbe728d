/* The input script: what is pressed after which frame, or when. Parsed by the launcher, to report mistakes before the program
 * starts, and by the shim, which plays it.
 *
 *   FRAME key NAME [press|release]     without a word: pressed, and released one frame, or 0.05 s, later
 *   FRAME motion X Y                   in pixels of the screen
 *   FRAME button N [press|release]
 *   FRAME resize W H                   of the largest window
 *   FRAME close                        as if the person closed the window
 *
 * FRAME may be a time instead, such as 2.5s: seconds since the program's first window was mapped, in lockstep of its own
 * time. "#" starts a comment. Frames count from 1; lines need not be in order. */
#ifndef OFS_CAPTURE_SCRIPT_H
#define OFS_CAPTURE_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

enum ofs_script_kind { OFS_SCRIPT_KEY, OFS_SCRIPT_MOTION, OFS_SCRIPT_BUTTON, OFS_SCRIPT_RESIZE, OFS_SCRIPT_CLOSE };

struct ofs_script_event {
    uint64_t frame;            /* 0: at a time */
    uint32_t at_ms;
    unsigned line, order;      /* order: place in the file, so that equal frames keep it */
    enum ofs_script_kind kind;
    bool down;                 /* key, button */
    int a, b;                  /* motion: x, y; button: a; resize: width, height */
    char key[32];
};

struct ofs_script {
    struct ofs_script_event *events; /* those at a time first; by time, by frame, by place in the file */
    size_t count, timed;             /* all of them; those at a time */
};

/* Parse text of `length` bytes. OFS_OK, or OFS_EINVAL and a sentence that names the line, or OFS_ENOMEM.
 * The script must be finished only after OFS_OK. */
OFS_MUST_USE enum ofs_status ofs_script_parse(struct ofs_script *script, const char *text, size_t length,
                                              char *complaint_out, size_t complaint_bytes);
/* The same from a file; OFS_EIO when it cannot be read (errno is set), OFS_EINVAL also above 16 MiB. */
OFS_MUST_USE enum ofs_status ofs_script_load(struct ofs_script *script, const char *path, char *complaint_out,
                                             size_t complaint_bytes);
void ofs_script_finish(struct ofs_script *script);

#endif
