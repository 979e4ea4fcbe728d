/* The session page: how the launcher and the processes it started share statistics and the last frame.
 *
 * A file in a directory that only the user can enter, mapped by the launcher and by every process under the shim that
 * draws. Its path is OFFSTAGE_SESSION. Fixed widths, native byte order, one machine. The launcher creates it, zeroed
 * apart from the header; a process claims a slot by compare-and-swap on `pid` at its first frame. Nothing in it is
 * trusted by the launcher: sizes are checked before they are used. */
#ifndef OFS_CAPTURE_SESSION_H
#define OFS_CAPTURE_SESSION_H

#include <stdatomic.h>
#include <stdint.h>

#define OFS_SESSION_MAGIC 0x4F465353u
#define OFS_SESSION_VERSION 2u
#define OFS_SESSION_SLOTS 64
#define OFS_SESSION_WINDOWS 16

struct ofs_session_window {
    uint32_t window;              /* X id, 0 = free */
    uint32_t width_px, height_px; /* of the last frame */
    uint32_t pad;
    _Atomic uint64_t frames;
};

/* The last frame of the process's largest window lies in the file "<session>.<pid>": two slots, so that one is whole at
 * any moment. Each is a struct ofs_session_frame followed by pitch_bytes * height_px bytes, BGRA, top row first. */
struct ofs_session_frame {
    uint32_t window, width_px, height_px, pitch_bytes;
    uint64_t sequence;
};

struct ofs_session_slot {
    _Atomic uint32_t pid;         /* 0 = free */
    _Atomic uint32_t frame_slot;  /* 0 = none yet, else 1 + index of the slot that is whole */
    uint64_t frame_offset[2];     /* byte offsets of the two slots in "<session>.<pid>" */
    uint64_t frame_file_bytes;
    _Atomic uint64_t frames;      /* counted frames of all windows, never above the limit */
    _Atomic uint64_t first_frame_ns, last_frame_ns; /* CLOCK_MONOTONIC */
    _Atomic uint32_t close_sent;  /* 1 once WM_DELETE_WINDOW was sent */
    _Atomic uint32_t pictures_failed; /* numbered pictures that could not be written */
    char gl_vendor[64], gl_renderer[128], gl_version[128], device[128], reason[256];
    struct ofs_session_window windows[OFS_SESSION_WINDOWS];
};

struct ofs_session {
    uint32_t magic, version;
    _Atomic uint32_t close_request; /* launcher: time is up, close at the next swap */
    uint32_t pad;
    uint64_t start_ns;              /* launcher: CLOCK_MONOTONIC when the command was started */
    uint64_t close_at_ns;           /* launcher: likewise, when its windows are to be closed; 0 = never */
    struct ofs_session_slot slots[OFS_SESSION_SLOTS];
};

#endif
