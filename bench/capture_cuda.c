#include "capture_cuda.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* Names with _v2 are those that CUDA's header gives to the plain names. A CUdeviceptr is as wide as a pointer on every
 * system that has libcuda. */
static struct {
    int (*Init)(unsigned flags);
    int (*DeviceGet)(int *device, int ordinal);
    int (*DevicePrimaryCtxRetain)(void **context, int device);
    int (*CtxSetCurrent)(void *context);
    int (*MemHostAlloc)(void **data, size_t bytes, unsigned flags);
    int (*MemAlloc)(uintptr_t *data, size_t bytes);
    int (*MemcpyHtoD)(uintptr_t to, const void *from, size_t bytes);
    int (*MemcpyDtoH)(void *to, uintptr_t from, size_t bytes);
    int (*MemcpyDtoDAsync)(uintptr_t to, uintptr_t from, size_t bytes, void *stream);
    int (*StreamSynchronize)(void *stream);
} cuda;

static int load(void *library)
{
    static const struct {
        const char *name;
        void *field;
    } names[] = {
        { "cuInit", &cuda.Init },
        { "cuDeviceGet", &cuda.DeviceGet },
        { "cuDevicePrimaryCtxRetain", &cuda.DevicePrimaryCtxRetain },
        { "cuCtxSetCurrent", &cuda.CtxSetCurrent },
        { "cuMemHostAlloc", &cuda.MemHostAlloc },
        { "cuMemAlloc_v2", &cuda.MemAlloc },
        { "cuMemcpyHtoD_v2", &cuda.MemcpyHtoD },
        { "cuMemcpyDtoH_v2", &cuda.MemcpyDtoH },
        { "cuMemcpyDtoDAsync_v2", &cuda.MemcpyDtoDAsync },
        { "cuStreamSynchronize", &cuda.StreamSynchronize },
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        void *entry = dlsym(library, names[i].name);

        if (!entry) {
            fprintf(stderr, "bench_capture: libcuda has no %s\n", names[i].name);
            return -1;
        }
        memcpy(names[i].field, &entry, sizeof entry);
    }
    return 0;
}

int bench_cuda_open(int device)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW), *context = NULL;
    int handle = 0;

    if (!library) {
        fprintf(stderr, "bench_capture: no libcuda.so.1\n");
        return -1;
    }
    if (load(library) != 0)
        return -1;
    if (cuda.Init(0) != 0 || cuda.DeviceGet(&handle, device) != 0 ||
        cuda.DevicePrimaryCtxRetain(&context, handle) != 0 || cuda.CtxSetCurrent(context) != 0) {
        fprintf(stderr, "bench_capture: no CUDA device %d\n", device);
        return -1;
    }
    return 0;
}

void *bench_cuda_host(size_t bytes)
{
    void *data = NULL;

    return cuda.MemHostAlloc(&data, bytes, 0) == 0 ? data : NULL;
}

void *bench_cuda_device(size_t bytes)
{
    uintptr_t data = 0;

    return cuda.MemAlloc(&data, bytes) == 0 ? (void *)data : NULL;
}

int bench_cuda_upload(void *to_device, const void *from_host, size_t bytes)
{
    return cuda.MemcpyHtoD((uintptr_t)to_device, from_host, bytes) == 0 ? bench_cuda_finish() : -1;
}

int bench_cuda_download(void *to_host, const void *from_device, size_t bytes)
{
    return cuda.MemcpyDtoH(to_host, (uintptr_t)from_device, bytes) == 0 ? 0 : -1;
}

int bench_cuda_copy(void *to_device, const void *from_device, size_t bytes)
{
    int status = cuda.MemcpyDtoDAsync((uintptr_t)to_device, (uintptr_t)from_device, bytes, NULL);

    return status == 0 ? bench_cuda_finish() : -1;
}

int bench_cuda_finish(void) { return cuda.StreamSynchronize(NULL) == 0 ? 0 : -1; }
