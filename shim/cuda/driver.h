/* The functions of libcuda that the module calls, found at run time. They are declared here, so that the module needs
 * no CUDA to be built but for its kernels; tests/cuda compares the declarations with cuda.h where there is one.
 * Handles are pointers, results, devices and enumerations int, as in the published interface, which does not change: a
 * new form of a function gets a new name (..._v2). */
#ifndef OFS_CUDA_DRIVER_H
#define OFS_CUDA_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

/* Results with a meaning of their own here. */
#define OFS_CU_OUT_OF_MEMORY 2
#define OFS_CU_NO_DEVICE     100

/* Enumerations. */
#define OFS_CU_COMPUTE_CAPABILITY_MAJOR 75
#define OFS_CU_COMPUTE_CAPABILITY_MINOR 76
#define OFS_CU_STREAM_NON_BLOCKING      1u
#define OFS_CU_EVENT_DISABLE_TIMING     2u
#define OFS_CU_CAPTURE_MODE_RELAXED     2
#define OFS_CU_GL_DEVICE_LIST_ALL       1u
#define OFS_CU_REGISTER_READ_ONLY       1u
#define OFS_CU_RESOURCE_ARRAY           0
#define OFS_CU_ADDRESS_CLAMP            1
#define OFS_CU_FILTER_POINT             0
#define OFS_CU_READ_AS_INTEGER          1u
#define OFS_CU_POINTER_MEMORY_TYPE      2
#define OFS_CU_POINTER_IS_MANAGED       8
#define OFS_CU_POINTER_DEVICE_ORDINAL   9
#define OFS_CU_POINTER_RANGE_START      11
#define OFS_CU_POINTER_RANGE_SIZE       12
#define OFS_CU_MEMORY_HOST              1u
#define OFS_CU_MEMORY_DEVICE            2u
#define OFS_CU_STREAM_LEGACY            ((void *)1)

#define OFS_CU_GL_TEXTURE_2D            0x0DE1u

/* CUDA_RESOURCE_DESC, for an array. */
struct ofs_cu_resource {
    int type;
    union {
        void *array;
        int reserved[32];
    } res;
    unsigned flags;
};

/* CUDA_TEXTURE_DESC. */
struct ofs_cu_texture {
    int address_mode[3], filter_mode;
    unsigned flags, max_anisotropy;
    int mipmap_filter_mode;
    float mipmap_bias, mipmap_min, mipmap_max, border[4];
    int reserved[12];
};

#define OFS_CU_FUNCTIONS(X)                                                                                     \
    X(cuInit, (unsigned))                                                                                       \
    X(cuGetErrorName, (int, const char **))                                                                     \
    X(cuGetErrorString, (int, const char **))                                                                   \
    X(cuDeviceGetCount, (int *))                                                                                \
    X(cuDeviceGet, (int *, int))                                                                                \
    X(cuDeviceGetAttribute, (int *, int, int))                                                                  \
    X(cuDevicePrimaryCtxRetain, (void **, int))                                                                 \
    X(cuDevicePrimaryCtxRelease_v2, (int))                                                                      \
    X(cuCtxPushCurrent_v2, (void *))                                                                            \
    X(cuCtxPopCurrent_v2, (void **))                                                                            \
    X(cuThreadExchangeStreamCaptureMode, (int *))                                                               \
    X(cuModuleLoadData, (void **, const void *))                                                                \
    X(cuModuleUnload, (void *))                                                                                 \
    X(cuModuleGetFunction, (void **, void *, const char *))                                                     \
    X(cuLaunchKernel,                                                                                           \
      (void *, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void *, void **, void **)) \
    X(cuMemAlloc_v2, (unsigned long long *, size_t))                                                            \
    X(cuMemFree_v2, (unsigned long long))                                                                       \
    X(cuMemsetD8Async, (unsigned long long, unsigned char, size_t, void *))                                     \
    X(cuMemcpyDtoDAsync_v2, (unsigned long long, unsigned long long, size_t, void *))                           \
    X(cuMemcpyHtoDAsync_v2, (unsigned long long, const void *, size_t, void *))                                 \
    X(cuMemcpyDtoHAsync_v2, (void *, unsigned long long, size_t, void *))                                       \
    X(cuPointerGetAttributes, (unsigned, int *, void **, unsigned long long))                                   \
    X(cuStreamCreateWithPriority, (void **, unsigned, int))                                                     \
    X(cuCtxGetStreamPriorityRange, (int *, int *))                                                              \
    X(cuStreamDestroy_v2, (void *))                                                                             \
    X(cuStreamSynchronize, (void *))                                                                            \
    X(cuStreamWaitEvent, (void *, void *, unsigned))                                                            \
    X(cuEventCreate, (void **, unsigned))                                                                       \
    X(cuEventRecord, (void *, void *))                                                                          \
    X(cuEventDestroy_v2, (void *))                                                                              \
    X(cuGLGetDevices_v2, (unsigned *, int *, unsigned, int))                                                    \
    X(cuGraphicsGLRegisterImage, (void **, unsigned, unsigned, unsigned))                                       \
    X(cuGraphicsUnregisterResource, (void *))                                                                   \
    X(cuGraphicsMapResources, (unsigned, void **, void *))                                                      \
    X(cuGraphicsUnmapResources, (unsigned, void **, void *))                                                    \
    X(cuGraphicsSubResourceGetMappedArray, (void **, void *, unsigned, unsigned))                               \
    X(cuTexObjectCreate,                                                                                        \
      (unsigned long long *, const struct ofs_cu_resource *, const struct ofs_cu_texture *, const void *))      \
    X(cuTexObjectDestroy, (unsigned long long))

#define OFS_CU_MEMBER(name, arguments) int(*name) arguments;
struct ofs_cu {
    OFS_CU_FUNCTIONS(OFS_CU_MEMBER)
};
#undef OFS_CU_MEMBER

/* libcuda, opened and initialized at the first call. The functions with GL in their names may be NULL, the others are
 * there. OFS_OK, or OFS_ENOSYS and why. Any thread. */
OFS_MUST_USE enum ofs_status ofs_cu_load(const struct ofs_cu **cu_out, char *why, size_t why_bytes);

/* "out of memory (CUDA_ERROR_OUT_OF_MEMORY)" */
const char *ofs_cu_text(int result, char *text, size_t text_bytes);

#endif
