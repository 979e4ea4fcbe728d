/* Offstage for C and C++ programs and for bindings: frames of this process's windows as tensors.
 *
 * Link with the small static library offstage_client (pkg-config offstage, or find_package(offstage) in CMake). It finds
 * the preloaded library at run time; without it every function that needs it returns OFS_ENOSHIM. C11 and C++17.
 *
 * Every function may be called from any thread. Functions that fail leave a sentence for a person in ofs_last_error().
 * None of them changes errno, GL state or the current CUDA device. */
#ifndef OFFSTAGE_H
#define OFFSTAGE_H

#include <stddef.h>
#include <stdint.h>

#include "offstage_plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Result codes. Zero is success, everything else negative. */
enum ofs_status {
    OFS_OK = 0,
    OFS_ENOMEM = -1,
    OFS_EINVAL = -2,
    OFS_ENOENT = -3,     /* no such thing */
    OFS_EIO = -4,
    OFS_EAGAIN = -5,     /* there is none yet */
    OFS_EPEER = -6,
    OFS_ENOSYS = -7,     /* cannot be done on this machine or with this driver */
    OFS_ETIMEDOUT = -8,  /* no new frame in time */
    OFS_EGONE = -9,      /* the window was destroyed */
    OFS_EBUSY = -10,     /* every slot of the capture is held by a frame that was not released */
    OFS_ENODEV = -11,    /* no such device */
    OFS_ENOSHIM = -12,   /* the library is not preloaded into this process */
};

#define OFS_WAIT_FOREVER UINT64_MAX

/* Windows of a capture besides X11 ids. */
#define OFS_WINDOW_LARGEST 0u          /* the largest that draws; of equal ones, the one that it is of already */
#define OFS_WINDOW_FIRST   UINT32_MAX  /* the first that shows a frame, until it is closed; then the next one that does */

/* Where frames go. Numbers from 0 on are CUDA devices, as this process counts them. */
enum ofs_capture_device { OFS_DEVICE_CPU = -1, OFS_DEVICE_CUDA = -2 /* the CUDA device that draws the window */ };

/* -- what runs here ------------------------------------------------------------------------------------------------ */

struct ofs_info {
    uint32_t struct_size;
    uint32_t loaded;              /* 1: the library is preloaded */
    char version[16];             /* of the preloaded library */
    char gl_vendor[64], gl_renderer[128], gl_version[128]; /* of the first context; empty before there is one */
    char device[128];             /* the device that draws, and */
    char reason[256];             /* why it was chosen; without the library: what to do */
    char kernels[16];             /* "avx2", "sse41", "neon", "scalar" */
    char readback[16];            /* how the last frame was read: "direct", "pbo", "cuda", "memory"; empty before */
    char cuda[256];               /* empty: CUDA capture works or was not asked for; else why it does not */
    uint64_t frames;              /* shown by this process */
};

/* Since 0.1. Returns OFS_OK, also without the library (loaded = 0), or OFS_EINVAL. */
enum ofs_status ofs_info_get(struct ofs_info *info);

struct ofs_window_info {
    uint32_t window;              /* X11 window id */
    uint32_t width_px, height_px; /* of its last frame */
    uint32_t reserved;
    uint64_t frames;
};

/* The windows that have drawn a frame and still exist, the largest first. *count: how many there are, which may be more
 * than the `capacity` that were written. Returns OFS_OK, OFS_EINVAL, OFS_ENOSHIM. Since 0.1. */
enum ofs_status ofs_windows(struct ofs_window_info *windows, uint32_t capacity, uint32_t *count);

/* A sentence about the last failure on this thread; never NULL. Good until the next call on this thread. */
const char *ofs_last_error(void);
const char *ofs_status_name(enum ofs_status status); /* "OFS_EINVAL" */

/* -- capture ------------------------------------------------------------------------------------------------------- */

/* A capture turns every frame of one window into an observation, at the swap, on the thread that draws. */
struct ofs_capture;

struct ofs_capture_desc {
    uint32_t struct_size;
    uint32_t window;              /* X11 window id, OFS_WINDOW_LARGEST or OFS_WINDOW_FIRST */
    int32_t device;               /* enum ofs_capture_device, or a CUDA device */
    uint32_t slots;               /* observations that can be held at once, 1 .. 1024; 0 = 8 */
    struct ofs_plan_desc plan;    /* source size and format are the window's */
};

/* One observation, leased: its memory stays as it is until ofs_frame_release. */
struct ofs_frame {
    uint32_t struct_size;
    uint32_t window;
    uint64_t sequence;            /* of the window's frames, from 1 */
    uint64_t skipped;             /* frames of the window between the one handed out before and this one */
    uint64_t time_ns;             /* CLOCK_MONOTONIC at the swap */
    uint32_t source_width_px, source_height_px;
    void *data;                   /* host or CUDA memory, dense, C order */
    size_t bytes;
    int32_t device;               /* OFS_DEVICE_CPU, or the CUDA device */
    uint32_t dtype;               /* enum ofs_dtype */
    uint32_t ndim, reserved;      /* 3 */
    int64_t shape[3];             /* (channels, height, width) or (height, width, channels) */
    int64_t strides[3];           /* in elements */
    void *lease;                  /* NULL once released */
};

/* Open a capture. The window need not exist yet. Frames from the next swap on are captured.
 * Returns OFS_OK, OFS_EINVAL (the plan makes no sense), OFS_ENODEV, OFS_ENOSYS (no CUDA here), OFS_ENOMEM, OFS_ENOSHIM.
 * Since 0.1. */
enum ofs_status ofs_capture_open(const struct ofs_capture_desc *desc, struct ofs_capture **capture_out);

/* Stop capturing. Frames that are held stay good until they are released. Accepts NULL. Since 0.1. */
void ofs_capture_close(struct ofs_capture *capture);

/* The newest frame that was not handed out yet; waits for one. Stacks are made of the frames that were handed out.
 * timeout_ns  0 = do not wait. When this thread is the one that draws the window, no frame can come while it waits: the
 *             call then returns at once.
 * OFS_EGONE: the window was closed; for OFS_WINDOW_LARGEST, and no other one of the process draws.
 * Returns OFS_OK, OFS_ETIMEDOUT, OFS_EGONE, OFS_EBUSY, OFS_EINVAL (the window's new size does not fit the crop),
 *         OFS_ENOSYS (the frames of this window cannot be read), OFS_EIO (CUDA failed). Since 0.1. */
enum ofs_status ofs_capture_next(struct ofs_capture *capture, uint64_t timeout_ns, struct ofs_frame *frame);

/* The newest frame, whether or not it was handed out before; does not wait. The same frame again is the same memory.
 * Returns as above, and OFS_EAGAIN when there was no frame yet. Since 0.1. */
enum ofs_status ofs_capture_latest(struct ofs_capture *capture, struct ofs_frame *frame);

/* As ofs_capture_next, into the caller's memory instead: `bytes` at `data`, host memory for a capture on the CPU, memory of
 * its device for one on CUDA, where the copy is queued on `stream` (a cudaStream_t; 0 = the legacy default stream).
 * `frame` may be NULL; its data is the caller's, it holds no lease.
 * Returns as ofs_capture_next, and OFS_EINVAL when the destination is too small or, for a capture on CUDA, not memory of its
 * device (host memory cannot be told apart from what is no memory at all: that is for the caller); nothing is written
 * then. Since 0.1. */
enum ofs_status ofs_capture_read(struct ofs_capture *capture, uint64_t timeout_ns, void *data, size_t bytes,
                                 uintptr_t stream, struct ofs_frame *frame);

/* An episode begins: the next frame that is handed out (the newest one, also if it was handed out before, when it is asked
 * for by ofs_capture_latest) fills the whole stack, and is its own predecessor for max_frames = 2. Since 0.1. */
void ofs_capture_reset(struct ofs_capture *capture);

/* Pass over what was shown so far: frames that were not handed out yet never are, and do not enter a stack. Since 0.1. */
void ofs_capture_discard(struct ofs_capture *capture);

/* The shape, strides, dtype, bytes and device of this capture's frames; the other fields are 0. Since 0.1. OFS_EINVAL when
 * the output size is the window's and no frame has come yet. */
enum ofs_status ofs_capture_shape(struct ofs_capture *capture, struct ofs_frame *frame);

/* Give a frame back. Once each; one that was released before is ignored. For a frame in CUDA memory, `stream` is the stream
 * whose queued work still reads it. Since 0.1. */
void ofs_frame_release(struct ofs_frame *frame, uintptr_t stream);

/* Let `stream` wait until the frame is in its CUDA memory. Nothing to do on the CPU. OFS_OK, OFS_EINVAL, OFS_EIO.
 * Since 0.1. */
enum ofs_status ofs_frame_wait(const struct ofs_frame *frame, uintptr_t stream);

/* -- a game that is played by a learner ----------------------------------------------------------------------------- */

/* What the game itself knows of the play. */
enum ofs_report_flag {
    OFS_REPORT_REWARD = 1,        /* `reward` is added to what this step was worth so far */
    OFS_REPORT_TERMINATED = 2,    /* the episode is over */
    OFS_REPORT_TRUNCATED = 4,     /* it is cut short */
};

struct ofs_report {
    uint32_t struct_size;
    uint32_t flags;               /* enum ofs_report_flag */
    double reward;
    const char *info;             /* a JSON object, UTF-8; NULL = none. The last one before an answer counts */
};

/* Tell the learner. It reaches it with the next frame that it sees; before the first, with that one. Returns OFS_OK, also when
 * no learner plays this process (nothing is kept then), OFS_EINVAL, OFS_ENOMEM (the information is longer than the channel
 * has room for), OFS_ENOSHIM. Since 0.1. */
enum ofs_status ofs_report(const struct ofs_report *report);

enum ofs_turn_kind {
    OFS_TURN_OBSERVE = 1,         /* the learner is about to see this frame: the time to report */
    OFS_TURN_RESET = 2,           /* the learner wants a new episode, from `seed`, shown in the next frame */
};

struct ofs_turn {
    uint32_t struct_size;
    uint32_t kind;                /* enum ofs_turn_kind */
    uint64_t seed;
    uint64_t frames;              /* shown so far */
};

/* Have `call` called at these moments, by the thread that shows the frame, inside its swap. It returns NULL, or a sentence
 * about what went wrong, good until its next call. One call a process: the last one counts, NULL = none.
 * OFS_OK, OFS_ENOSHIM. Since 0.1. */
typedef const char *ofs_turn_fn(void *context, const struct ofs_turn *turn);
enum ofs_status ofs_on_turn(ofs_turn_fn *call, void *context);

/* 1: a learner plays this process; 0: none does. Since 0.1. */
int ofs_played(void);

/* -- plans without a window ---------------------------------------------------------------------------------------- */

/* The same preprocessing for pixels of the caller's, in host memory: width x height x 4 bytes, `pitch_bytes` from row to
 * row, into `out`, of `out_bytes`. `pixels` is the top row's first pixel; with a negative pitch, of a picture that is stored
 * bottom row first, that is in the last row in memory. `stack` and `max_frames` must be 1 (or 0).
 * Works without the preloaded library. OFS_OK, OFS_EINVAL, OFS_ENOMEM. Since 0.1. */
enum ofs_status ofs_preprocess(const struct ofs_plan_desc *plan, const void *pixels, ptrdiff_t pitch_bytes, void *out,
                               size_t out_bytes);

#ifdef __cplusplus
}
#endif
#endif
