/* Rows in CUDA memory: the learner's allocation, exported through CUDA IPC, opened by every game.
 *
 * It lives beside the channel and not in liboffstage_cuda.so: it has no kernel, so nothing of it has to be compiled for
 * a GPU, and the learner's process, which is not under the library, has only libcuda. The device's primary context is
 * used on both sides, which is the one that the CUDA runtime, torch, jax and cupy use, and that liboffstage_cuda.so
 * uses in the game: a row is memory of the device for all of them.
 *
 * What a game does: ofs_cuda_import_open at its first frame; for each answer, ofs_cuda_import_fill, or something of its
 * own that writes to ofs_cuda_import_row and then ofs_cuda_import_finish, then ofs_game_answer; ofs_cuda_import_close
 * before ofs_game_leave. What a learner does: ofs_cuda_rows_create, ofs_learner_create with its export; at the end
 * ofs_learner_close, ofs_learner_wait_released, and only after OFS_OK ofs_cuda_rows_destroy.
 *
 * All functions: errno, the thread's current CUDA context and its stream capture mode are afterwards as they were. In a
 * forked child nothing is done, and opening is OFS_ENODEV. `why` takes a sentence. */
#ifndef OFS_CHANNEL_CUDA_IPC_H
#define OFS_CHANNEL_CUDA_IPC_H

#include "channel.h"

/* How libraries are found: dlopen and dlsym, or what keeps dlerror() of a host. Set before the first call, or never. */
void ofs_cuda_ipc_loader(void *(*open_library)(const char *name, int mode),
                         void *(*find_symbol)(void *library, const char *name));

/* -- the learner's end --------------------------------------------------------------------------------------------- */

struct ofs_cuda_rows;

/* `bytes` on device `ordinal`, zeroed, 256-byte aligned at least. OFS_OK, OFS_ENOSYS (no CUDA here, or memory of this
 * device cannot be shared), OFS_ENODEV (no such device), OFS_ENOMEM, OFS_EIO. */
enum ofs_status ofs_cuda_rows_create(int ordinal, uint64_t bytes, struct ofs_cuda_rows **rows_out, char *why,
                                     size_t why_bytes);
void ofs_cuda_rows_destroy(struct ofs_cuda_rows *rows); /* waits for the device; accepts NULL */
void *ofs_cuda_rows_data(const struct ofs_cuda_rows *rows); /* device memory */
/* More memory of the same device, not exported and not zeroed; destroyed likewise. OFS_OK, OFS_ENOMEM, OFS_EIO. */
enum ofs_status ofs_cuda_rows_more(const struct ofs_cuda_rows *rows, uint64_t bytes, struct ofs_cuda_rows **more_out,
                                   char *why, size_t why_bytes);
/* Between memory of the device and any other, in the order of the legacy default stream; waits. OFS_OK, OFS_EIO, and
 * OFS_ENODEV in a forked child. */
enum ofs_status ofs_cuda_rows_copy(const struct ofs_cuda_rows *rows, void *to, const void *from, uint64_t bytes,
                                   char *why, size_t why_bytes);
const struct ofs_channel_export *ofs_cuda_rows_export(const struct ofs_cuda_rows *rows);

/* -- the game's end ------------------------------------------------------------------------------------------------ */

struct ofs_cuda_import;

/* Open the learner's rows on the device of the same UUID, whatever its number is here. OFS_OK, OFS_ENOSYS, OFS_ENODEV
 * (this process does not see the learner's device), OFS_EPEER (the learner is done), OFS_EBUSY, OFS_ENOMEM, OFS_EIO. */
enum ofs_status ofs_cuda_import_open(struct ofs_game *game, struct ofs_cuda_import **import_out, char *why,
                                     size_t why_bytes);
void ofs_cuda_import_close(struct ofs_cuda_import *import); /* waits for the device; accepts NULL */
int ofs_cuda_import_device(const struct ofs_cuda_import *import); /* as this process counts them */
void *ofs_cuda_import_row(const struct ofs_cuda_import *import, uint32_t row); /* NULL: there is none of this number */
/* Copy a row's bytes from host memory or from memory of the device, in the order of the legacy default stream, and wait,
 * so that the learner sees them. OFS_OK, OFS_EINVAL (no such row), OFS_EIO. */
enum ofs_status ofs_cuda_import_fill(struct ofs_cuda_import *import, uint32_t row, const void *from, char *why,
                                     size_t why_bytes);
/* Waits until what was queued on `stream` is done (0 = the legacy default stream), so that the learner sees it. OFS_OK,
 * OFS_EIO. */
enum ofs_status ofs_cuda_import_finish(struct ofs_cuda_import *import, uintptr_t stream, char *why, size_t why_bytes);

#endif
