/* Where observations lie: host memory, or the memory of a CUDA device through the module liboffstage_cuda.so. */
#ifndef OFS_TENSOR_TARGET_H
#define OFS_TENSOR_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cuda/cuda_api.h"
#include "kernels/plan.h"
#include "util/status.h"

struct ofs_target;

/* Device as in offstage.h; OFS_DEVICE_CUDA needs a current GL context to know which one that is, and takes device 0 without.
 * The caller holds the one reference. OFS_OK, OFS_ENODEV, OFS_ENOSYS (no CUDA here; `why` says what is missing). */
OFS_MUST_USE enum ofs_status ofs_target_open(int32_t device, struct ofs_target **target_out, char *why, size_t why_bytes);
void ofs_target_acquire(struct ofs_target *target);
void ofs_target_release(struct ofs_target *target); /* accepts NULL */

int32_t ofs_target_device(const struct ofs_target *target); /* OFS_DEVICE_CPU, or the CUDA device */

/* Memory of an observation, at least 64-byte aligned, its contents undefined; NULL = out of memory. */
void *ofs_target_alloc(const struct ofs_target *target, size_t bytes);
void ofs_target_free(const struct ofs_target *target, void *data); /* accepts NULL */

/* The plan on the target's device; *device_plan_out is NULL on the CPU. */
OFS_MUST_USE enum ofs_status ofs_target_plan_create(const struct ofs_target *target, const struct ofs_plan *plan,
                                                    void **device_plan_out, char *why, size_t why_bytes);
void ofs_target_plan_destroy(struct ofs_target *target, void *device_plan); /* accepts NULL */

/* Copy `bytes`, or one frame's place, between observations; queued on CUDA. */
OFS_MUST_USE enum ofs_status ofs_target_copy(const struct ofs_target *target, void *to, const void *from, size_t bytes,
                                             char *why, size_t why_bytes);
OFS_MUST_USE enum ofs_status ofs_target_copy_frame(const struct ofs_target *target, const struct ofs_plan *plan,
                                                   void *device_plan, const void *from, uint32_t from_index, void *to,
                                                   uint32_t to_index, char *why, size_t why_bytes);

/* For a CUDA target: an observation that was made in host memory; waits. */
OFS_MUST_USE enum ofs_status ofs_target_upload(const struct ofs_target *target, void *to, const void *host, size_t bytes,
                                               char *why, size_t why_bytes);
void *ofs_target_alloc_host(size_t bytes); /* likewise; to be freed with free() */

/* What is queued on `stream` is done before we write to this target's memory again. */
void ofs_target_order_after(const struct ofs_target *target, uintptr_t stream);
/* What we queued is done before what `stream` gets from now on. */
OFS_MUST_USE enum ofs_status ofs_target_order_before(const struct ofs_target *target, uintptr_t stream, char *why,
                                                     size_t why_bytes);

/* Is `data` on this target's side, with `bytes` from there on? Only CUDA can tell. OFS_OK, OFS_EINVAL. */
OFS_MUST_USE enum ofs_status ofs_target_check(const struct ofs_target *target, const void *data, size_t bytes, char *why,
                                              size_t why_bytes);
/* Copy an observation to memory of the caller's; in CUDA memory after a check as above. */
OFS_MUST_USE enum ofs_status ofs_target_deliver(const struct ofs_target *target, const void *from, void *to, size_t bytes,
                                                uintptr_t stream, char *why, size_t why_bytes);

/* Why CUDA could not be used when it was asked for; empty otherwise. */
void ofs_target_cuda_trouble(char *text, size_t bytes);

/* In the child after fork. */
void ofs_target_fork_child(void);

/* Remember that; told in the log the first time. */
void ofs_target_set_trouble(const char *why);

/* The module and the device, for interop; NULL: host memory. Calls for the device are made between lock and unlock. */
const struct ofs_cuda_api *ofs_target_cuda(const struct ofs_target *target, struct ofs_cuda **cuda_out);
void ofs_target_lock(struct ofs_target *target);
void ofs_target_unlock(struct ofs_target *target);

#endif
