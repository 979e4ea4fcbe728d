/* Frames as tensors: the captures of offstage.h. Entry header, for the composition file.
 *
 * list.c      the open captures, and the sink that feeds them      feed.c      one frame into one capture, at the swap
 * capture.c   open, close, reset, shape                            read.c      pixels from GL or memory through the plan
 * take.c      frames handed out: stacks, leases                    plan_set.c  what depends on the window's size
 * wait.c      waiting for a frame                                  slots.c     memory for observations, leased
 * interop.c   frames that stay on the GPU                          target.c    host or CUDA memory
 * api.c       the table that offstage_client finds
 *
 * Lock rank: list, then a capture, then its slots. None is held across GL, CUDA, a plan that runs, or a callback. */
#ifndef OFS_TENSOR_TENSOR_H
#define OFS_TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/frame.h"
#include "client/table.h"

/* What captures ask of the rest of the process. Every field must be set. */
struct ofs_tensor_host {
    bool (*software)(void);              /* a processor draws, not a GPU */
    uint64_t (*current_context)(void);   /* serial number of the GL context current on this thread; 0 = none */
    bool (*beside)(const char *name, char *path, size_t size); /* path of a file that comes with the library */
    void *(*open_library)(const char *path, int mode);         /* dlopen and dlsym that leave dlerror() alone */
    void *(*find_symbol)(void *handle, const char *name);
};

/* Once, before the sink gets frames; the struct must live as long as the process. */
void ofs_tensor_init(const struct ofs_tensor_host *host);
const struct ofs_sink *ofs_tensor_sink(void);

/* The functions of offstage.h; NULL for a version that is not spoken here. */
const struct ofs_shim_table *ofs_tensor_table(uint32_t version);

/* A capture that gets its frames by hand and not from the sink, of whatever window they are. Its frames are taken by the
 * functions of the table, by the thread that feeds it. */
enum ofs_status ofs_tensor_open_fed(const struct ofs_capture_desc *desc, struct ofs_capture **capture_out, char *why,
                                    size_t why_bytes);
/* `follows`: it is the frame after the one that was fed before, for max_frames = 2. */
void ofs_tensor_feed(struct ofs_capture *capture, const struct ofs_shown *shown, bool follows);

/* In the child after fork: the parent's captures are dead to it. */
void ofs_tensor_fork_child(void);

#endif
