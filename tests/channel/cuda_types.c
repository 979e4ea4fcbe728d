/* cuda_ipc.c declares what it calls of libcuda itself; here are the same types from cuda.h. Compiling is the test. */
#include <cuda.h>

#include <assert.h>

#define SAME(function, ...) \
    static_assert(__builtin_types_compatible_p(__typeof__(&function), CUresult(CUDAAPI *)(__VA_ARGS__)), #function)

static_assert(sizeof(CUipcMemHandle) == 64 && sizeof(CUuuid) == 16 && sizeof(CUresult) == 4 && sizeof(CUdevice) == 4 &&
                  sizeof(CUdeviceptr) == 8 && sizeof(CUstreamCaptureMode) == 4,
              "sizes");
static_assert(CU_IPC_MEM_LAZY_ENABLE_PEER_ACCESS == 1 && CU_STREAM_CAPTURE_MODE_RELAXED == 2 &&
                  CUDA_ERROR_OUT_OF_MEMORY == 2,
              "numbers");

SAME(cuInit, unsigned);
SAME(cuGetErrorName, CUresult, const char **);
SAME(cuDeviceGetCount, int *);
SAME(cuDeviceGet, CUdevice *, int);
SAME(cuDeviceGetUuid, CUuuid *, CUdevice);
SAME(cuDevicePrimaryCtxRetain, CUcontext *, CUdevice);
SAME(cuDevicePrimaryCtxRelease_v2, CUdevice);
SAME(cuCtxPushCurrent_v2, CUcontext);
SAME(cuCtxPopCurrent_v2, CUcontext *);
SAME(cuCtxSynchronize, void);
SAME(cuThreadExchangeStreamCaptureMode, CUstreamCaptureMode *);
SAME(cuMemAlloc_v2, CUdeviceptr *, size_t);
SAME(cuMemFree_v2, CUdeviceptr);
SAME(cuMemsetD8_v2, CUdeviceptr, unsigned char, size_t);
SAME(cuMemcpyAsync, CUdeviceptr, CUdeviceptr, size_t, CUstream);
SAME(cuStreamSynchronize, CUstream);
SAME(cuIpcGetMemHandle, CUipcMemHandle *, CUdeviceptr);
SAME(cuIpcOpenMemHandle_v2, CUdeviceptr *, CUipcMemHandle, unsigned);
SAME(cuIpcCloseMemHandle, CUdeviceptr);

int main(void) { return 0; }
