/* The declarations of shim/cuda/driver.h against the toolkit's own headers. Nothing to run: it compiles or it does
 * not. */
#include <cuda.h>
#include <cudaGL.h>
#include <stdio.h>

#include "cuda/driver.h"

#define SAME(ours, theirs)  _Static_assert((long long)(ours) == (long long)(theirs), #ours " is not " #theirs)
#define FIELD(ours, theirs) SAME(offsetof(struct ofs_cu_texture, ours), offsetof(CUDA_TEXTURE_DESC, theirs))

SAME(sizeof(struct ofs_cu_resource), sizeof(CUDA_RESOURCE_DESC));
SAME(offsetof(struct ofs_cu_resource, res), offsetof(CUDA_RESOURCE_DESC, res));
SAME(offsetof(struct ofs_cu_resource, flags), offsetof(CUDA_RESOURCE_DESC, flags));
SAME(sizeof(struct ofs_cu_texture), sizeof(CUDA_TEXTURE_DESC));
FIELD(filter_mode, filterMode);
FIELD(flags, flags);
FIELD(max_anisotropy, maxAnisotropy);
FIELD(mipmap_filter_mode, mipmapFilterMode);
FIELD(border, borderColor);
SAME(sizeof(CUdeviceptr), sizeof(unsigned long long));
SAME(sizeof(CUtexObject), sizeof(unsigned long long));
SAME(sizeof(CUdevice), sizeof(int));
SAME(sizeof(CUresult), sizeof(int));
SAME(sizeof(CUmemorytype), sizeof(unsigned));
SAME(sizeof(CUpointer_attribute), sizeof(int));
SAME(sizeof(CUstreamCaptureMode), sizeof(int));
SAME(OFS_CU_OUT_OF_MEMORY, CUDA_ERROR_OUT_OF_MEMORY);
SAME(OFS_CU_NO_DEVICE, CUDA_ERROR_NO_DEVICE);
SAME(OFS_CU_COMPUTE_CAPABILITY_MAJOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
SAME(OFS_CU_COMPUTE_CAPABILITY_MINOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
SAME(OFS_CU_STREAM_NON_BLOCKING, CU_STREAM_NON_BLOCKING);
SAME(OFS_CU_EVENT_DISABLE_TIMING, CU_EVENT_DISABLE_TIMING);
SAME(OFS_CU_CAPTURE_MODE_RELAXED, CU_STREAM_CAPTURE_MODE_RELAXED);
SAME(OFS_CU_GL_DEVICE_LIST_ALL, CU_GL_DEVICE_LIST_ALL);
SAME(OFS_CU_REGISTER_READ_ONLY, CU_GRAPHICS_REGISTER_FLAGS_READ_ONLY);
SAME(OFS_CU_RESOURCE_ARRAY, CU_RESOURCE_TYPE_ARRAY);
SAME(OFS_CU_ADDRESS_CLAMP, CU_TR_ADDRESS_MODE_CLAMP);
SAME(OFS_CU_FILTER_POINT, CU_TR_FILTER_MODE_POINT);
SAME(OFS_CU_READ_AS_INTEGER, CU_TRSF_READ_AS_INTEGER);
SAME(OFS_CU_POINTER_MEMORY_TYPE, CU_POINTER_ATTRIBUTE_MEMORY_TYPE);
SAME(OFS_CU_POINTER_IS_MANAGED, CU_POINTER_ATTRIBUTE_IS_MANAGED);
SAME(OFS_CU_POINTER_DEVICE_ORDINAL, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL);
SAME(OFS_CU_POINTER_RANGE_START, CU_POINTER_ATTRIBUTE_RANGE_START_ADDR);
SAME(OFS_CU_POINTER_RANGE_SIZE, CU_POINTER_ATTRIBUTE_RANGE_SIZE);
SAME(OFS_CU_MEMORY_HOST, CU_MEMORYTYPE_HOST);
SAME(OFS_CU_MEMORY_DEVICE, CU_MEMORYTYPE_DEVICE);
SAME((uintptr_t)1, CU_STREAM_LEGACY);
SAME((uintptr_t)2, CU_STREAM_PER_THREAD);
SAME(OFS_CU_GL_TEXTURE_2D, GL_TEXTURE_2D);

/* Each function takes as many arguments as we think, of sizes that agree. A handle or enumeration of theirs is a
 * pointer or int of ours, so the types themselves differ. */
static struct ofs_cu ours;
#define CALLS(name, ...) (void)sizeof((name)(__VA_ARGS__)), (void)sizeof(ours.name(__VA_ARGS__))

int main(void)
{
    CALLS(cuInit, 0);
    CALLS(cuDeviceGetCount, NULL);
    CALLS(cuDeviceGet, NULL, 0);
    CALLS(cuDeviceGetAttribute, NULL, 0, 0);
    CALLS(cuDevicePrimaryCtxRetain, NULL, 0);
    CALLS(cuDevicePrimaryCtxRelease_v2, 0);
    CALLS(cuCtxPushCurrent_v2, NULL);
    CALLS(cuCtxPopCurrent_v2, NULL);
    CALLS(cuThreadExchangeStreamCaptureMode, NULL);
    CALLS(cuModuleLoadData, NULL, NULL);
    CALLS(cuModuleGetFunction, NULL, NULL, NULL);
    CALLS(cuLaunchKernel, NULL, 1, 1, 1, 1, 1, 1, 0, NULL, NULL, NULL);
    CALLS(cuMemAlloc_v2, NULL, 1);
    CALLS(cuMemFree_v2, 0);
    CALLS(cuMemsetD8Async, 0, 0, 1, NULL);
    CALLS(cuMemcpyDtoDAsync_v2, 0, 0, 1, NULL);
    CALLS(cuMemcpyHtoDAsync_v2, 0, NULL, 1, NULL);
    CALLS(cuMemcpyDtoHAsync_v2, NULL, 0, 1, NULL);
    CALLS(cuPointerGetAttributes, 0, NULL, NULL, 0);
    CALLS(cuStreamCreateWithPriority, NULL, 0, 0);
    CALLS(cuCtxGetStreamPriorityRange, NULL, NULL);
    CALLS(cuStreamWaitEvent, NULL, NULL, 0);
    CALLS(cuEventCreate, NULL, 0);
    CALLS(cuEventRecord, NULL, NULL);
    CALLS(cuGLGetDevices_v2, NULL, NULL, 1, 1);
    CALLS(cuGraphicsGLRegisterImage, NULL, 0, 0, 0);
    CALLS(cuGraphicsUnregisterResource, NULL);
    CALLS(cuGraphicsMapResources, 1, NULL, NULL);
    CALLS(cuGraphicsSubResourceGetMappedArray, NULL, NULL, 0, 0);
    CALLS(cuTexObjectCreate, NULL, NULL, NULL, NULL);
    CALLS(cuTexObjectDestroy, 0);
    puts("the declarations agree");
    return 0;
}
