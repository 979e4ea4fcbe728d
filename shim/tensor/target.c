/* Where observations lie: see target.h.
 *
 * The CUDA module wants its calls for one device one at a time, and captures call from the thread that draws and from those
 * that take frames. The lock for that is held across CUDA calls, which no other lock is: nothing else is locked under it, and
 * the driver calls nothing of ours. */
#include "tensor/target.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor/private.h"
#include "util/log.h"

#define OFS_LOG_MODULE  OFS_MOD_CAPTURE
#define ALIGNMENT_BYTES 64u
#define MODULE_FILE     "liboffstage_cuda.so"

struct ofs_target {
    _Atomic int refs;
    int32_t device;
    const struct ofs_cuda_api *api; /* NULL: host memory */
    struct ofs_cuda *cuda;
    pthread_mutex_t lock;           /* of calls for `cuda` */
};

/* All mutable state of this file: the module, once it was asked for, and why CUDA was last not to be had. */
static struct {
    pthread_mutex_t lock;
    bool tried;
    const struct ofs_cuda_api *api;
    char trouble[OFS_WHY_BYTES];
} module = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* One call of the module for a target, with its lock held. */
#define CUDA_CALL(target, function, ...)                                             \
    ({                                                                               \
        struct ofs_target *called_ = (struct ofs_target *)(target);                  \
        enum ofs_status status_;                                                     \
        pthread_mutex_lock(&called_->lock);                                          \
        status_ = called_->api->function(__VA_ARGS__);                               \
        pthread_mutex_unlock(&called_->lock);                                        \
        status_;                                                                     \
    })

void ofs_target_set_trouble(const char *why)
{
    bool news;
    pthread_mutex_lock(&module.lock);
    news = strcmp(module.trouble, why) != 0;
    snprintf(module.trouble, sizeof module.trouble, "%s", why);
    pthread_mutex_unlock(&module.lock);
    if (news)
        ofs_warn("CUDA: %s", why);
}

void ofs_target_cuda_trouble(char *text, size_t bytes)
{
    pthread_mutex_lock(&module.lock);
    snprintf(text, bytes, "%s", module.trouble);
    pthread_mutex_unlock(&module.lock);
}

/* With the lock held. */
static const struct ofs_cuda_api *load(char *why, size_t why_bytes)
{
    char path[PATH_MAX];
    void *handle, *symbol;
    ofs_cuda_api_getter *getter;

    if (module.tried)
        return module.api;
    module.tried = true;
    if (!ofs_tensor_host->beside(MODULE_FILE, path, sizeof path))
        return NULL;
    handle = ofs_tensor_host->open_library(path, RTLD_NOW | RTLD_LOCAL);
    symbol = handle ? ofs_tensor_host->find_symbol(handle, OFS_CUDA_API_SYMBOL) : NULL;
    memcpy(&getter, &symbol, sizeof getter);
    module.api = getter ? getter(OFS_CUDA_API_VERSION) : NULL;
    return module.api;
}

static enum ofs_status open_cuda(int32_t device, struct ofs_target *target, char *why, size_t why_bytes)
{
    enum ofs_status status = OFS_ENODEV;

    pthread_mutex_lock(&module.lock);
    target->api = load(why, why_bytes);
    pthread_mutex_unlock(&module.lock);
    if (!target->api)
        return ofs_fail(OFS_ENOSYS, why, why_bytes,
                        "offstage/%s is missing beside liboffstage.so, or cannot be loaded (OFFSTAGE_LOG=hook=debug says why): was it built "
                        "where nvcc is?",
                        MODULE_FILE);
    if (device == OFS_DEVICE_CUDA) {
        /* The device that draws; where that is none, or not known yet, the first one: frames are then brought there. */
        if (ofs_tensor_host->current_context() != 0)
            status = target->api->open(OFS_CUDA_GL_DEVICE, &target->cuda, why, why_bytes);
        if (status != OFS_OK)
            status = target->api->open(0, &target->cuda, why, why_bytes);
    } else {
        status = target->api->open(device, &target->cuda, why, why_bytes);
    }
    if (status == OFS_OK)
        target->device = target->api->ordinal(target->cuda);
    return status;
}

enum ofs_status ofs_target_open(int32_t device, struct ofs_target **target_out, char *why, size_t why_bytes)
{
    struct ofs_target *target;
    enum ofs_status status = OFS_OK;

    if (device < OFS_DEVICE_CUDA)
        return ofs_fail(OFS_EINVAL, why, why_bytes, "device %d: OFS_DEVICE_CPU, OFS_DEVICE_CUDA or a CUDA device are possible",
                        device);
    target = calloc(1, sizeof *target);
    if (!target)
        return ofs_fail(OFS_ENOMEM, why, why_bytes, "out of memory");
    pthread_mutex_init(&target->lock, NULL);
    target->refs = 1;
    target->device = OFS_DEVICE_CPU;
    if (device != OFS_DEVICE_CPU)
        status = open_cuda(device, target, why, why_bytes);
    if (status != OFS_OK) {
        ofs_target_set_trouble(why);
        free(target);
        return status;
    }
    *target_out = target;
    return OFS_OK;
}

void ofs_target_fork_child(void) { pthread_mutex_init(&module.lock, NULL); }

void ofs_target_acquire(struct ofs_target *target) { atomic_fetch_add(&target->refs, 1); }

void ofs_target_release(struct ofs_target *target)
{
    if (!target || atomic_fetch_sub(&target->refs, 1) != 1)
        return;
    if (target->api)
        target->api->close(target->cuda);
    pthread_mutex_destroy(&target->lock);
    free(target);
}

int32_t ofs_target_device(const struct ofs_target *target) { return target->device; }

const struct ofs_cuda_api *ofs_target_cuda(const struct ofs_target *target, struct ofs_cuda **cuda_out)
{
    *cuda_out = target->cuda;
    return target->api;
}

void ofs_target_lock(struct ofs_target *target) { pthread_mutex_lock(&target->lock); }

void ofs_target_unlock(struct ofs_target *target) { pthread_mutex_unlock(&target->lock); }

void *ofs_target_alloc_host(size_t bytes)
{
    size_t rounded = (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    void *data = rounded >= bytes ? aligned_alloc(ALIGNMENT_BYTES, rounded) : NULL;
    return data; /* not cleared: every place is written before anybody sees it, and what is not used need not be touched */
}

void *ofs_target_alloc(const struct ofs_target *target, size_t bytes)
{
    char why[OFS_WHY_BYTES];
    void *data = NULL;

    if (!target->api)
        return ofs_target_alloc_host(bytes);
    return CUDA_CALL(target, alloc, called_->cuda, bytes, &data, why, sizeof why) == OFS_OK ? data : NULL;
}

void ofs_target_free(const struct ofs_target *target, void *data)
{
    if (target->api)
        target->api->free(target->cuda, data);
    else
        free(data);
}

enum ofs_status ofs_target_plan_create(const struct ofs_target *target, const struct ofs_plan *plan,
                                       void **device_plan_out, char *why, size_t why_bytes)
{
    struct ofs_cuda_plan *device_plan = NULL;
    enum ofs_status status = OFS_OK;

    if (target->api)
        status = CUDA_CALL(target, plan_create, called_->cuda, plan, &device_plan, why, why_bytes);
    *device_plan_out = device_plan;
    return status;
}

void ofs_target_plan_destroy(struct ofs_target *target, void *device_plan)
{
    if (!target->api)
        return;
    pthread_mutex_lock(&target->lock);
    target->api->plan_destroy(device_plan);
    pthread_mutex_unlock(&target->lock);
}

enum ofs_status ofs_target_copy(const struct ofs_target *target, void *to, const void *from, size_t bytes, char *why,
                                size_t why_bytes)
{
    if (target->api)
        return CUDA_CALL(target, copy, called_->cuda, to, from, bytes, why, why_bytes);
    memcpy(to, from, bytes);
    return OFS_OK;
}

enum ofs_status ofs_target_copy_frame(const struct ofs_target *target, const struct ofs_plan *plan, void *device_plan,
                                      const void *from, uint32_t from_index, void *to, uint32_t to_index, char *why,
                                      size_t why_bytes)
{
    if (target->api)
        return CUDA_CALL(target, copy_frame, device_plan, from, from_index, to, to_index, why, why_bytes);
    ofs_plan_copy_frame(plan, from, from_index, to, to_index);
    return OFS_OK;
}

enum ofs_status ofs_target_upload(const struct ofs_target *target, void *to, const void *host, size_t bytes, char *why,
                                  size_t why_bytes)
{
    return CUDA_CALL(target, upload, called_->cuda, to, host, bytes, why, why_bytes);
}

void ofs_target_order_after(const struct ofs_target *target, uintptr_t stream)
{
    char why[OFS_WHY_BYTES];
    if (target->api && target->api->producer_wait(target->cuda, stream, why, sizeof why) != OFS_OK)
        ofs_warn("CUDA: %s", why);
}

enum ofs_status ofs_target_order_before(const struct ofs_target *target, uintptr_t stream, char *why, size_t why_bytes)
{
    return target->api ? target->api->consumer_wait(target->cuda, stream, why, why_bytes) : OFS_OK;
}

enum ofs_status ofs_target_check(const struct ofs_target *target, const void *data, size_t bytes, char *why, size_t why_bytes)
{
    return target->api ? target->api->check_pointer(target->cuda, data, bytes, why, why_bytes) : OFS_OK;
}

enum ofs_status ofs_target_deliver(const struct ofs_target *target, const void *from, void *to, size_t bytes,
                                   uintptr_t stream, char *why, size_t why_bytes)
{
    if (target->api)
        return CUDA_CALL(target, deliver, called_->cuda, to, from, bytes, stream, why, why_bytes);
    memcpy(to, from, bytes);
    return OFS_OK;
}
