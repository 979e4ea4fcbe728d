/* A device in use: its primary context, our kernels and stream in it. */
#include "cuda/private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kernels/cuda/preproc.h"

#define OLDEST_CAPABILITY 75 /* the oldest GPU that kernels are made for */
#define MAX_GL_DEVICES    16u

/* -- errors -------------------------------------------------------------------------------------------------------- */

enum ofs_status ofs_cuda_fail(enum ofs_status status, char *why, size_t why_bytes, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (why_bytes)
        vsnprintf(why, why_bytes, format, arguments);
    va_end(arguments);
    return status;
}

enum ofs_status ofs_cuda_result(int result, const char *what, char *why, size_t why_bytes)
{
    char text[128];

    if (!result)
        return OFS_OK;
    return ofs_cuda_fail(result == OFS_CU_OUT_OF_MEMORY ? OFS_ENOMEM : OFS_EIO, why, why_bytes, "%s: %s", what,
                         ofs_cu_text(result, text, sizeof text));
}

/* -- enter and leave ----------------------------------------------------------------------------------------------- */

enum ofs_status ofs_cuda_enter(const struct ofs_cuda *cuda, struct ofs_cuda_entry *entry, char *why, size_t why_bytes)
{
    int result;
    char text[128];

    entry->cuda = cuda;
    entry->saved_errno = errno;
    if (getpid() != cuda->pid)
        return ofs_cuda_fail(OFS_ENODEV, why, why_bytes, "CUDA cannot be used in a child after fork; use spawn");
    result = cuda->cu->cuCtxPushCurrent_v2(cuda->context);
    if (result) {
        errno = entry->saved_errno;
        return ofs_cuda_fail(OFS_ENODEV, why, why_bytes, "the CUDA context is gone: %s",
                             ofs_cu_text(result, text, sizeof text));
    }
    /* While any thread records a CUDA graph, calls such as an allocation by another thread would spoil the recording;
     * we touch nothing that is recorded, so they need not. */
    entry->capture_mode = OFS_CU_CAPTURE_MODE_RELAXED;
    cuda->cu->cuThreadExchangeStreamCaptureMode(&entry->capture_mode);
    return OFS_OK;
}

void ofs_cuda_leave(const struct ofs_cuda_entry *entry)
{
    int mode = entry->capture_mode;
    void *ours;

    entry->cuda->cu->cuThreadExchangeStreamCaptureMode(&mode);
    entry->cuda->cu->cuCtxPopCurrent_v2(&ours);
    errno = entry->saved_errno;
}

/* -- open ---------------------------------------------------------------------------------------------------------- */

static enum ofs_status gl_device(const struct ofs_cu *cu, int *device, char *why, size_t why_bytes)
{
    int devices[MAX_GL_DEVICES], result;
    unsigned found = 0;
    char text[128];

    if (!cu->cuGLGetDevices_v2)
        return ofs_cuda_fail(OFS_ENODEV, why, why_bytes, "this libcuda.so.1 knows nothing of GL");
    result = cu->cuGLGetDevices_v2(&found, devices, MAX_GL_DEVICES, OFS_CU_GL_DEVICE_LIST_ALL);
    if (result == OFS_CU_NO_DEVICE || (!result && !found))
        return ofs_cuda_fail(
            OFS_ENODEV, why, why_bytes,
            "the GL context is not drawn by a CUDA device (software, or hidden by CUDA_VISIBLE_DEVICES?)");
    if (result)
        return ofs_cuda_fail(OFS_ENODEV, why, why_bytes, "CUDA does not find the current GL context: %s",
                             ofs_cu_text(result, text, sizeof text));
    *device = devices[0];
    return OFS_OK;
}

/* Both the number and the handle of the device that is meant. */
static enum ofs_status choose(struct ofs_cuda *cuda, int ordinal, char *why, size_t why_bytes)
{
    const struct ofs_cu *cu = cuda->cu;
    int count = 0, wanted = 0, major = 0, minor = 0;
    enum ofs_status status = ofs_cuda_result(cu->cuDeviceGetCount(&count), "cuDeviceGetCount", why, why_bytes);

    if (status == OFS_OK && ordinal == OFS_CUDA_GL_DEVICE)
        status = gl_device(cu, &wanted, why, why_bytes);
    if (status != OFS_OK)
        return status;
    cuda->ordinal = ordinal;
    for (int i = 0; ordinal == OFS_CUDA_GL_DEVICE && i < count; i++) {
        int device;

        if (!cu->cuDeviceGet(&device, i) && device == wanted)
            cuda->ordinal = i;
    }
    if (cuda->ordinal < 0 || cuda->ordinal >= count || cu->cuDeviceGet(&cuda->device, cuda->ordinal))
        return ofs_cuda_fail(OFS_ENODEV, why, why_bytes, "there is no CUDA device %d; this process sees %d", ordinal,
                             count);
    cu->cuDeviceGetAttribute(&major, OFS_CU_COMPUTE_CAPABILITY_MAJOR, cuda->device);
    cu->cuDeviceGetAttribute(&minor, OFS_CU_COMPUTE_CAPABILITY_MINOR, cuda->device);
    if (major * 10 + minor < OLDEST_CAPABILITY)
        return ofs_cuda_fail(OFS_ENOSYS, why, why_bytes,
                             "CUDA device %d has compute capability %d.%d; 7.5 (Turing) or newer is needed",
                             cuda->ordinal, major, minor);
    return OFS_OK;
}

/* With the context current. */
static enum ofs_status load_kernels(struct ofs_cuda *cuda, char *why, size_t why_bytes)
{
    static const char *const names[OFS_CUDA_KERNELS] = {
        [OFS_CUDA_RESIZE_MEMORY] = OFS_PREPROC_RESIZE_MEMORY,
        [OFS_CUDA_RESIZE_TEXTURE] = OFS_PREPROC_RESIZE_TEXTURE,
        [OFS_CUDA_DIRECT_MEMORY] = OFS_PREPROC_DIRECT_MEMORY,
        [OFS_CUDA_DIRECT_TEXTURE] = OFS_PREPROC_DIRECT_TEXTURE,
        [OFS_CUDA_COPY] = OFS_PREPROC_COPY,
    };
    const struct ofs_cu *cu = cuda->cu;
    int low = 0, high = 0;
    enum ofs_status status = ofs_cuda_result(
        cu->cuModuleLoadData(&cuda->module, ofs_cuda_fatbin),
        "the kernels cannot be loaded (a driver older than the CUDA they are built with?)", why, why_bytes);

    for (int i = 0; i < OFS_CUDA_KERNELS && status == OFS_OK; i++)
        status = ofs_cuda_result(cu->cuModuleGetFunction(&cuda->kernels[i], cuda->module, names[i]), names[i], why,
                                 why_bytes);
    if (status != OFS_OK)
        return status;
    /* A frame is little work and somebody waits for it; a learner's kernels on the same GPU are not held up by it. */
    cu->cuCtxGetStreamPriorityRange(&low, &high);
    return ofs_cuda_result(cu->cuStreamCreateWithPriority(&cuda->stream, OFS_CU_STREAM_NON_BLOCKING, high),
                           "cuStreamCreate", why, why_bytes);
}

enum ofs_status ofs_cuda_open(int ordinal, struct ofs_cuda **cuda_out, char *why, size_t why_bytes)
{
    int saved_errno = errno;
    struct ofs_cuda_entry entry;
    struct ofs_cuda *cuda;
    const struct ofs_cu *cu;
    enum ofs_status status = ofs_cu_load(&cu, why, why_bytes);

    *cuda_out = NULL;
    if (status == OFS_OK) {
        cuda = calloc(1, sizeof *cuda);
        if (!cuda) {
            errno = saved_errno;
            return ofs_cuda_fail(OFS_ENOMEM, why, why_bytes, "out of memory");
        }
        cuda->cu = cu;
        cuda->pid = getpid();
        status = choose(cuda, ordinal, why, why_bytes);
        if (status == OFS_OK)
            status = ofs_cuda_result(cu->cuDevicePrimaryCtxRetain(&cuda->context, cuda->device),
                                     "the device's CUDA context cannot be had", why, why_bytes);
        if (status == OFS_OK)
            status = ofs_cuda_enter(cuda, &entry, why, why_bytes);
        if (status == OFS_OK) {
            status = load_kernels(cuda, why, why_bytes);
            ofs_cuda_leave(&entry);
        }
        if (status == OFS_OK)
            *cuda_out = cuda;
        else
            ofs_cuda_close(cuda);
    }
    errno = saved_errno;
    return status;
}

/* Entered. */
static void give_back(const struct ofs_cuda *cuda)
{
    if (cuda->stream) {
        cuda->cu->cuStreamSynchronize(cuda->stream);
        cuda->cu->cuStreamDestroy_v2(cuda->stream);
    }
    for (int i = 0; i < OFS_CUDA_EVENTS; i++) {
        if (cuda->events[i])
            cuda->cu->cuEventDestroy_v2(cuda->events[i]);
    }
    if (cuda->module)
        cuda->cu->cuModuleUnload(cuda->module);
}

/* Also of one that was opened in part. At the end of the process the driver may be gone already; every call then fails
 * and nothing is lost. */
void ofs_cuda_close(struct ofs_cuda *cuda)
{
    struct ofs_cuda_entry entry;
    char why[8];

    if (!cuda)
        return;
    if (cuda->context && getpid() == cuda->pid) {
        if (ofs_cuda_enter(cuda, &entry, why, sizeof why) == OFS_OK) {
            give_back(cuda);
            ofs_cuda_leave(&entry);
        }
        cuda->cu->cuDevicePrimaryCtxRelease_v2(cuda->device);
    }
    free(cuda);
}

int ofs_cuda_ordinal(const struct ofs_cuda *cuda) { return cuda->ordinal; }
