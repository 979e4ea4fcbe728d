/* A capture, as the files of this module see it. */
#ifndef OFS_TENSOR_PRIVATE_H
#define OFS_TENSOR_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "capture/frame.h"
#include "capture/pbo.h"
#include "capture/texture.h"
#include "kernels/plan.h"
#include "tensor/slots.h"
#include "tensor/target.h"
#include "tensor/tensor.h"
#include "util/status.h"

#define OFS_WHY_BYTES 256
/* Slots besides what the program may hold: the newest frame, the one that is being made, and the one that was handed out
 * last, which `latest` gives again. */
#define OFS_SPARE_SLOTS 3u

/* A frame that lies in a slot. */
struct ofs_caught {
    struct ofs_slot *slot;        /* in use by the capture; NULL = none */
    uint32_t window, width_px, height_px;
    uint64_t sequence, time_ns;
    uint64_t number;              /* among the frames shown to the capture, from 1 */
    bool mixed;                   /* the maximum of it and the frame before */
};

/* What depends on the size and format of the window. Replaced as a whole, never while a frame is being taken. */
struct ofs_plan_set {
    struct ofs_plan *plan;
    void *device_plan;            /* the same on the target's device; NULL on the CPU */
    uint32_t width_px, height_px; /* of the source */
    enum ofs_pixel_format format;
    struct ofs_slots *slots;
    void *history;                /* the observation of the last frame that was handed out; only with a stack */
    bool has_history;             /* false: the next frame fills the whole stack */
};

/* Used by the thread that feeds the capture only (`feeding`). */
struct ofs_reader {
    unsigned char *strip;         /* rows on their way through the plan */
    size_t strip_bytes;
    void *staging;                /* for a slot in CUDA memory: the observation on its way there */
    size_t staging_bytes;
    unsigned char *raw[2];        /* with max_frames = 2: the crop of this frame and of the one before */
    size_t raw_bytes;
    unsigned newest;              /* index in raw */
    bool top_first;               /* order of the rows in raw */
    bool has_previous;            /* the frame before is in raw, or in the interop's textures */
};

/* A frame on its way from the GPU. */
struct ofs_flight {
    bool active;
    struct ofs_shown shown;       /* what it is a frame of */
    uint64_t number;
    struct ofs_pbo pbo;
};

/* Textures that CUDA reads; used by the feeding thread only. */
struct ofs_interop {
    struct ofs_texture_pair textures;
    struct ofs_cuda_image *images[2]; /* of the textures of the same index; NULL: not registered */
    void *alone;                  /* an observation with the newest frame without the one before */
    size_t alone_bytes;
    bool has_alone;               /* `alone` is of the newest frame */
    uint64_t refused;             /* serial number of a context whose textures CUDA cannot read */
};

struct ofs_capture {
    _Atomic int refs;             /* the handle, and each thread that feeds it */
    unsigned generation;          /* of the process that opened it: forked children have later ones */
    struct ofs_capture_desc desc; /* as given, defaults filled in */
    struct ofs_target *target;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool closed, feeding, taking;
    bool by_hand;                 /* not in the list */
    struct ofs_plan_set set;      /* written while feeding and not taking */
    struct ofs_reader reader;
    struct ofs_flight flight;     /* changed while feeding */
    struct ofs_interop interop;
    unsigned waiting;             /* threads in ofs_capture_next */
    struct ofs_caught pending;    /* newest frame, not handed out yet */
    struct ofs_caught last;       /* newest frame that was handed out */
    uint64_t shown, handed;       /* numbers of the newest frame, and of the one that was handed out last */
    uint64_t discarded;           /* frames up to this number are not handed out */
    struct ofs_frame shape;       /* what observations look like; bytes = 0: not known yet */
    uint32_t window;              /* that the last frame was of; 0 = no frame yet */
    uint64_t area_px;             /* of that frame */
    uint64_t drawer;              /* ofs_this_thread() of the thread that showed it by GL; 0 = not one of the program's */
    uint64_t user;                /* ofs_this_thread() of the thread that asked for a frame last, or opened it */
    bool gone;                    /* that window was destroyed */
    bool forget;                  /* reset, and no frame handed out since: the next one has none before it */
    enum ofs_status trouble;      /* why the newest frame could not be captured; OFS_OK = it could */
    char why[OFS_WHY_BYTES];
};

extern const struct ofs_tensor_host *ofs_tensor_host;

/* Write a sentence and return the status. */
enum ofs_status ofs_fail(enum ofs_status status, char *why, size_t why_bytes, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* -- list.c ------------------------------------------------------------------------------------------------------- */
OFS_MUST_USE enum ofs_status ofs_captures_add(struct ofs_capture *capture); /* OFS_ENOMEM: too many */
void ofs_captures_remove(struct ofs_capture *capture);
/* How many forks lie between this process and the one that the library was loaded into. */
extern unsigned ofs_tensor_generation;
/* A number, not 0, that no other thread of this process has or had, without asking the kernel. */
uint64_t ofs_this_thread(void);

/* -- capture.c ---------------------------------------------------------------------------------------------------- */
void ofs_capture_unref(struct ofs_capture *capture);

/* -- feed.c ------------------------------------------------------------------------------------------------------- */
void ofs_capture_feed(struct ofs_capture *capture, const struct ofs_shown *shown);
void ofs_capture_window_gone(struct ofs_capture *capture, uint32_t window);
/* The context that is current on this thread is about to be left: what is in flight in it must be brought in. */
void ofs_capture_leaving(struct ofs_capture *capture);
/* With the lock held, which is given up meanwhile: if a frame is in flight that this thread can bring in, do. */
void ofs_capture_land(struct ofs_capture *capture);
/* How the last frame of this process was read: "direct", "memory", ...; "" before the first. */
const char *ofs_feed_way(void);

/* -- plan_set.c --------------------------------------------------------------------------------------------------- */
/* Make the set fit frames of this size and format. By the feeding thread, without the lock. */
OFS_MUST_USE enum ofs_status ofs_plan_set_fit(struct ofs_capture *capture, uint32_t width_px, uint32_t height_px,
                                              enum ofs_pixel_format format, char *why, size_t why_bytes);
void ofs_plan_set_finish(struct ofs_plan_set *set, struct ofs_target *target);

/* -- read.c ------------------------------------------------------------------------------------------------------- */
/* What was done about a frame. `slot` is in use by the capture and holds it; NULL: it is in flight. */
struct ofs_read_result {
    enum ofs_status status;
    struct ofs_slot *slot;
    bool mixed;                   /* as in struct ofs_caught */
    const char *way;              /* "direct", "pbo", "memory", "cuda" */
    char why[OFS_WHY_BYTES];
};
/* Read the frame and put it through the plan into the newest place of a slot, or start to. By the feeding thread, without
 * the lock. */
void ofs_read_frame(struct ofs_capture *capture, const struct ofs_shown *shown, struct ofs_read_result *result);
/* With max_frames = 2: put the newest frame into the newest place of `slot` again, without the one before. Likewise. */
OFS_MUST_USE enum ofs_status ofs_read_alone(struct ofs_capture *capture, struct ofs_slot *slot, char *why, size_t why_bytes);
/* Bring in the frame that is in flight; its context is current. Likewise. */
void ofs_read_flight(struct ofs_capture *capture, struct ofs_read_result *result);
/* Make the plan set fit the frame, and find a slot for it; NULL: the result says why not. Likewise. */
struct ofs_slot *ofs_read_prepare(struct ofs_capture *capture, const struct ofs_shown *shown, enum ofs_pixel_format format,
                                  struct ofs_read_result *result);
/* A slot for the next frame: a free one, else the one of the frame that nobody asked for; NULL if there is none. */
struct ofs_slot *ofs_feed_slot(struct ofs_capture *capture);
void ofs_reader_finish(struct ofs_reader *reader);

/* -- interop.c ---------------------------------------------------------------------------------------------------- */
/* As ofs_read_frame, by CUDA; false: that cannot be done here, and the result is untouched. */
bool ofs_read_interop(struct ofs_capture *capture, const struct ofs_shown *shown, struct ofs_read_result *result);
void ofs_interop_finish(struct ofs_capture *capture);

/* -- take.c ------------------------------------------------------------------------------------------------------- */
/* With the lock held: a frame cannot be taken now, but soon, when `changed` is signalled. */
bool ofs_take_must_wait(const struct ofs_capture *capture);
/* With the lock held: hand out the pending frame. Gives the lock up meanwhile. */
OFS_MUST_USE enum ofs_status ofs_take_pending(struct ofs_capture *capture, struct ofs_frame *frame, char *why,
                                              size_t why_bytes);
/* With the lock held: hand out the last frame again. */
OFS_MUST_USE enum ofs_status ofs_take_last(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes);
void ofs_frame_describe(const struct ofs_plan *plan, struct ofs_frame *frame);

/* -- what api.c offers -------------------------------------------------------------------------------------------- */
enum ofs_status ofs_shim_capture_open(const struct ofs_capture_desc *desc, struct ofs_capture **capture_out, char *why,
                                      size_t why_bytes);
void ofs_shim_capture_close(struct ofs_capture *capture);
enum ofs_status ofs_shim_capture_next(struct ofs_capture *capture, uint64_t timeout_ns, struct ofs_frame *frame, char *why,
                                      size_t why_bytes);
enum ofs_status ofs_shim_capture_latest(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes);
enum ofs_status ofs_shim_capture_read(struct ofs_capture *capture, uint64_t timeout_ns, void *data, size_t bytes,
                                      uintptr_t stream, struct ofs_frame *frame, char *why, size_t why_bytes);
void ofs_shim_capture_reset(struct ofs_capture *capture);
void ofs_shim_capture_discard(struct ofs_capture *capture);
enum ofs_status ofs_shim_capture_shape(struct ofs_capture *capture, struct ofs_frame *frame, char *why, size_t why_bytes);
void ofs_shim_frame_release(struct ofs_frame *frame, uintptr_t stream);
enum ofs_status ofs_shim_frame_wait(const struct ofs_frame *frame, uintptr_t stream, char *why, size_t why_bytes);

#endif
