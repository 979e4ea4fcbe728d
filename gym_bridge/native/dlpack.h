/* The memory layout of DLPack 1.0 and of the version before it, as its specification gives it. */
#ifndef OFS_NATIVE_DLPACK_H
#define OFS_NATIVE_DLPACK_H

#include <stdint.h>

enum { OFS_DL_CPU = 1, OFS_DL_CUDA = 2 };                      /* device types */
enum { OFS_DL_UINT = 1, OFS_DL_FLOAT = 2, OFS_DL_BFLOAT = 4 }; /* type codes */
enum { OFS_DL_READ_ONLY = 1, OFS_DL_IS_COPY = 2 };             /* flags */

#define OFS_DL_NAME           "dltensor"
#define OFS_DL_NAME_VERSIONED "dltensor_versioned"

struct ofs_dl_tensor {
    void *data;
    int32_t device_type, device_id;
    int32_t ndim;
    uint8_t code, bits;
    uint16_t lanes;
    int64_t *shape;
    int64_t *strides; /* in elements; NULL = dense, C order */
    uint64_t byte_offset;
};

struct ofs_dl_managed {
    struct ofs_dl_tensor tensor;
    void *context;
    void (*deleter)(struct ofs_dl_managed *self);
};

struct ofs_dl_versioned {
    uint32_t major, minor;
    void *context;
    void (*deleter)(struct ofs_dl_versioned *self);
    uint64_t flags;
    struct ofs_dl_tensor tensor;
};

#endif
