/* The few functions of CUDA that the interop test calls, declared here so that it builds where there is no CUDA. Handles are
 * pointers, results and device numbers are int, as in the driver's published interface. */
#ifndef OFS_GPU_CUDA_API_H
#define OFS_GPU_CUDA_API_H

#include <stddef.h>

#define CUDA_MEMORY_HOST 1u
#define CUDA_MEMORY_ARRAY 3u

struct cuda_copy_2d {
    size_t srcXInBytes, srcY;
    unsigned srcMemoryType;
    const void *srcHost;
    unsigned long long srcDevice;
    void *srcArray;
    size_t srcPitch;
    size_t dstXInBytes, dstY;
    unsigned dstMemoryType;
    void *dstHost;
    unsigned long long dstDevice;
    void *dstArray;
    size_t dstPitch;
    size_t WidthInBytes, Height;
};

#define CUDA_FUNCTIONS(X) \
    X(cuInit, (unsigned)) \
    X(cuDriverGetVersion, (int *)) \
    X(cuDeviceGet, (int *, int)) \
    X(cuDeviceGetName, (char *, int, int)) \
    X(cuDevicePrimaryCtxRetain, (void **, int)) \
    X(cuCtxSetCurrent, (void *)) \
    X(cuGetErrorString, (int, const char **)) \
    X(cuGLGetDevices_v2, (unsigned *, int *, unsigned, int)) \
    X(cuGraphicsGLRegisterImage, (void **, unsigned, unsigned, unsigned)) \
    X(cuGraphicsGLRegisterBuffer, (void **, unsigned, unsigned)) \
    X(cuGraphicsMapResources, (unsigned, void **, void *)) \
    X(cuGraphicsUnmapResources, (unsigned, void **, void *)) \
    X(cuGraphicsUnregisterResource, (void *)) \
    X(cuGraphicsSubResourceGetMappedArray, (void **, void *, unsigned, unsigned)) \
    X(cuGraphicsResourceGetMappedPointer_v2, (unsigned long long *, size_t *, void *)) \
    X(cuMemcpy2D_v2, (const struct cuda_copy_2d *)) \
    X(cuMemcpyDtoH_v2, (void *, unsigned long long, size_t)) \
    X(cuMemcpyHtoD_v2, (unsigned long long, const void *, size_t))

#define CUDA_RUNTIME_FUNCTIONS(X) \
    X(cudaSetDevice, (int)) \
    X(cudaGraphicsGLRegisterImage, (void **, unsigned, unsigned, unsigned)) \
    X(cudaGraphicsMapResources, (int, void **, void *)) \
    X(cudaGraphicsUnmapResources, (int, void **, void *)) \
    X(cudaGraphicsUnregisterResource, (void *)) \
    X(cudaGraphicsSubResourceGetMappedArray, (void **, void *, unsigned, unsigned)) \
    X(cudaMemcpy2DFromArray, (void *, size_t, const void *, size_t, size_t, size_t, size_t, int))

#define CUDA_MEMBER(name, arguments) int (*name) arguments;
struct cuda_api {
    CUDA_FUNCTIONS(CUDA_MEMBER)
};
struct cuda_runtime {
    CUDA_RUNTIME_FUNCTIONS(CUDA_MEMBER)
};
#undef CUDA_MEMBER

#endif
