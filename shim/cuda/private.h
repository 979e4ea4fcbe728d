/* The module, as its files see it.
 *
 * driver.c   libcuda's functions            memory.c   memory, copies, order between streams
 * context.c  a device in use; enter, leave  image.c    GL textures
 * plan.c     plans and kernels              module.c   the exported table; the kernels as data */
#ifndef OFS_CUDA_PRIVATE_H
#define OFS_CUDA_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>

#include "cuda/cuda_api.h"
#include "cuda/driver.h"

#define OFS_CUDA_EVENTS 8

enum ofs_cuda_kernel {
    OFS_CUDA_RESIZE_MEMORY,
    OFS_CUDA_RESIZE_TEXTURE,
    OFS_CUDA_DIRECT_MEMORY,
    OFS_CUDA_DIRECT_TEXTURE,
    OFS_CUDA_COPY,
    OFS_CUDA_KERNELS
};

struct ofs_cuda {
    const struct ofs_cu *cu;
    pid_t pid;
    int ordinal, device;
    void *context; /* the primary one */
    void *module;
    void *kernels[OFS_CUDA_KERNELS];
    void *stream;
    void *_Atomic events[OFS_CUDA_EVENTS]; /* not in use at the moment */
};

struct ofs_cuda_image {
    struct ofs_cuda *cuda;
    void *resource;
    void *array;     /* that `object` reads; NULL = none yet */
    uint64_t object; /* texture object */
    uint32_t width_px, height_px;
};

/* The kernels for all GPUs, as nvcc makes them. */
extern const unsigned char ofs_cuda_fatbin[];

/* What a call found and puts back. */
struct ofs_cuda_entry {
    const struct ofs_cuda *cuda;
    int saved_errno, capture_mode;
};

/* Make the device's context current. OFS_OK, or OFS_ENODEV; then leave must not be called. */
OFS_MUST_USE enum ofs_status ofs_cuda_enter(const struct ofs_cuda *cuda, struct ofs_cuda_entry *entry, char *why,
                                            size_t why_bytes);
void ofs_cuda_leave(const struct ofs_cuda_entry *entry);

/* Write a sentence and return the status. */
enum ofs_status ofs_cuda_fail(enum ofs_status status, char *why, size_t why_bytes, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* OFS_OK for 0; else the status that fits a result of libcuda, and "what: text of the error". */
enum ofs_status ofs_cuda_result(int result, const char *what, char *why, size_t why_bytes);

/* An event of this device, for one use, and back. NULL: none can be had. */
void *ofs_cuda_event_take(struct ofs_cuda *cuda);
void ofs_cuda_event_give(struct ofs_cuda *cuda, void *event);

static inline unsigned long long ofs_cuda_address(const void *data) { return (unsigned long long)(uintptr_t)data; }

/* -- the table's functions, see cuda_api.h
 * -------------------------------------------------------------------------- */

enum ofs_status ofs_cuda_open(int ordinal, struct ofs_cuda **cuda_out, char *why, size_t why_bytes);
void ofs_cuda_close(struct ofs_cuda *cuda);
int ofs_cuda_ordinal(const struct ofs_cuda *cuda);
enum ofs_status ofs_cuda_alloc(struct ofs_cuda *cuda, size_t bytes, void **data_out, char *why, size_t why_bytes);
void ofs_cuda_free(struct ofs_cuda *cuda, void *data);
enum ofs_status ofs_cuda_check_pointer(struct ofs_cuda *cuda, const void *data, size_t bytes, char *why,
                                       size_t why_bytes);
enum ofs_status ofs_cuda_copy(struct ofs_cuda *cuda, void *to, const void *from, size_t bytes, char *why,
                              size_t why_bytes);
enum ofs_status ofs_cuda_upload(struct ofs_cuda *cuda, void *to, const void *host, size_t bytes, char *why,
                                size_t why_bytes);
enum ofs_status ofs_cuda_download(struct ofs_cuda *cuda, void *host, const void *from, size_t bytes, char *why,
                                  size_t why_bytes);
enum ofs_status ofs_cuda_deliver(struct ofs_cuda *cuda, void *to, const void *from, size_t bytes, uintptr_t stream,
                                 char *why, size_t why_bytes);
enum ofs_status ofs_cuda_consumer_wait(struct ofs_cuda *cuda, uintptr_t stream, char *why, size_t why_bytes);
enum ofs_status ofs_cuda_producer_wait(struct ofs_cuda *cuda, uintptr_t stream, char *why, size_t why_bytes);
enum ofs_status ofs_cuda_synchronize(struct ofs_cuda *cuda, char *why, size_t why_bytes);
enum ofs_status ofs_cuda_register_texture(struct ofs_cuda *cuda, unsigned gl_texture, uint32_t width_px,
                                          uint32_t height_px, struct ofs_cuda_image **image_out, char *why,
                                          size_t why_bytes);
void ofs_cuda_unregister_texture(struct ofs_cuda_image *image);
enum ofs_status ofs_cuda_plan_create(struct ofs_cuda *cuda, const struct ofs_plan *plan,
                                     struct ofs_cuda_plan **plan_out, char *why, size_t why_bytes);
void ofs_cuda_plan_destroy(struct ofs_cuda_plan *plan);
enum ofs_status ofs_cuda_run_image(struct ofs_cuda_plan *plan, struct ofs_cuda_image *image,
                                   struct ofs_cuda_image *previous, uint32_t index, void *out, char *why,
                                   size_t why_bytes);
enum ofs_status ofs_cuda_run_device(struct ofs_cuda_plan *plan, const struct ofs_cuda_source *sources, uint32_t count,
                                    uint32_t index, char *why, size_t why_bytes);
enum ofs_status ofs_cuda_copy_frame(struct ofs_cuda_plan *plan, const void *from, uint32_t from_index, void *to,
                                    uint32_t to_index, char *why, size_t why_bytes);

/* -- image.c, for plan.c; entered
 * ----------------------------------------------------------------------------------- */

/* Let CUDA read one or two images (the second NULL = one) in the order of the stream; sets image->object. */
OFS_MUST_USE enum ofs_status ofs_cuda_map(struct ofs_cuda_image *image, struct ofs_cuda_image *previous, char *why,
                                          size_t why_bytes);
OFS_MUST_USE enum ofs_status ofs_cuda_unmap(struct ofs_cuda_image *image, struct ofs_cuda_image *previous, char *why,
                                            size_t why_bytes);

#endif
