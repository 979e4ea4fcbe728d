/* Which device to draw on: the request, what EGL offers, and the order in which to try. Pure functions over plain data,
 * apart from the enumeration. */
#ifndef OFS_EGL_DEVICE_H
#define OFS_EGL_DEVICE_H

#include "egl/api.h"

#define OFS_MAX_DEVICES 64
#define OFS_UUID_BYTES 16

enum ofs_gpu_kind { OFS_GPU_AUTO, OFS_GPU_CUDA, OFS_GPU_EGL, OFS_GPU_SOFTWARE };
struct ofs_gpu_request {
    enum ofs_gpu_kind kind;
    unsigned index;               /* of OFS_GPU_CUDA and OFS_GPU_EGL */
};

/* Parse "auto", "cuda:N", "egl:N" or "software". OFS_EINVAL leaves the output alone. */
OFS_MUST_USE enum ofs_status ofs_gpu_parse(const char *text, struct ofs_gpu_request *request_out);

struct ofs_egl_device {
    EGLDeviceEXT handle;
    bool software;                /* EGL_MESA_device_software */
    bool nvidia;                  /* says EGL_NV_device_cuda */
    int cuda_index;               /* EGL_CUDA_DEVICE_NV, -1 if it has none */
    bool has_uuid;
    uint8_t uuid[OFS_UUID_BYTES];
    char name[112];
};

/* List the devices. Returns their number, 0 if EGL cannot enumerate. */
unsigned ofs_egl_devices(const struct ofs_egl_api *api, struct ofs_egl_device *devices, unsigned capacity);

/* What CUDA_VISIBLE_DEVICES makes of CUDA device `index`. */
enum ofs_cuda_target_kind {
    OFS_CUDA_INDEX,               /* the device that CUDA would number `index` without the variable */
    OFS_CUDA_UUID,                /* a GPU by (the beginning of) its UUID */
    OFS_CUDA_MIG_OF,              /* a MIG instance of the GPU with this UUID */
    OFS_CUDA_MIG,                 /* a MIG instance that is named by an id of its own */
    OFS_CUDA_NONE,                /* the process sees no such device */
};
struct ofs_cuda_target {
    enum ofs_cuda_target_kind kind;
    unsigned index;
    char uuid[40];                /* hexadecimal digits without dashes, possibly only the first few */
};
/* visible: the variable's value, NULL if it is unset. */
struct ofs_cuda_target ofs_cuda_resolve(const char *visible, unsigned index);

/* The order in which to try. */
struct ofs_device_plan {
    unsigned count;
    struct {
        unsigned device;          /* index into the list */
        char reason[192];
    } step[OFS_MAX_DEVICES];
    bool may_fall_back;           /* to software when no step works, saying so */
    char problem[192];            /* why the preferred device is not among the steps; may be empty */
};
void ofs_device_plan_make(const struct ofs_gpu_request *request, const struct ofs_egl_device *devices, unsigned count,
                          const char *cuda_visible_devices, struct ofs_device_plan *plan);

#endif
