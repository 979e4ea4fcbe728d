/* Frames as DLPack capsules. The deleters are plain C: consumers call them from any thread. */
#include "native.h"

#include <stdlib.h>
#include <string.h>

#include "dlpack.h"

/* One allocation per capsule: the tensor, its shape, and what it holds on to. */
struct holder {
    union {
        struct ofs_dl_managed managed;
        struct ofs_dl_versioned versioned;
    } tensor;
    int64_t shape[3], strides[3];
    struct ofs_lease *lease; /* or, for a copy, */
    void *copy;
    uintptr_t stream;
};

static void holder_destroy(struct holder *holder)
{
    ofs_lease_unref(holder->lease, holder->stream);
    free(holder->copy);
    free(holder);
}

static void delete_managed(struct ofs_dl_managed *self) { holder_destroy(self->context); }
static void delete_versioned(struct ofs_dl_versioned *self) { holder_destroy(self->context); }

/* A consumer renames the capsule that it takes over; one that still has its name was dropped unused. */
static void capsule_destroy(PyObject *capsule)
{
    struct holder *holder = NULL;
    if (PyCapsule_IsValid(capsule, OFS_DL_NAME))
        holder = ((struct ofs_dl_managed *)PyCapsule_GetPointer(capsule, OFS_DL_NAME))->context;
    else if (PyCapsule_IsValid(capsule, OFS_DL_NAME_VERSIONED))
        holder = ((struct ofs_dl_versioned *)PyCapsule_GetPointer(capsule, OFS_DL_NAME_VERSIONED))->context;
    if (holder)
        holder_destroy(holder);
}

static bool holder_fill(struct holder *holder, struct ofs_lease *lease, bool copy, uintptr_t stream)
{
    const struct ofs_frame *frame = ofs_lease_frame(lease);
    holder->stream = stream;
    memcpy(holder->shape, frame->shape, sizeof holder->shape);
    memcpy(holder->strides, frame->strides, sizeof holder->strides);
    if (!copy) {
        holder->lease = ofs_lease_ref(lease);
        return true;
    }
    /* The specification asks for 256-byte alignment of the data where a consumer may rely on it; sizes are multiples. */
    holder->copy = aligned_alloc(256, (frame->bytes + 255) / 256 * 256);
    if (holder->copy)
        memcpy(holder->copy, frame->data, frame->bytes);
    return holder->copy != NULL;
}

static struct ofs_dl_tensor describe(struct holder *holder, const struct ofs_frame *frame)
{
    bool cpu = frame->device == OFS_DEVICE_CPU;
    return (struct ofs_dl_tensor){
        .data = holder->copy ? holder->copy : frame->data,
        .device_type = cpu ? OFS_DL_CPU : OFS_DL_CUDA,
        .device_id = cpu ? 0 : frame->device,
        .ndim = 3,
        .code = frame->dtype == OFS_DTYPE_UINT8      ? OFS_DL_UINT
                : frame->dtype == OFS_DTYPE_BFLOAT16 ? OFS_DL_BFLOAT
                                                     : OFS_DL_FLOAT,
        .bits = (uint8_t)(8 * ofs_py_dtype_bytes(frame->dtype)),
        .lanes = 1,
        .shape = holder->shape,
        .strides = holder->strides,
    };
}

PyObject *ofs_py_dlpack(struct ofs_lease *lease, bool versioned, bool copy, uintptr_t stream)
{
    struct holder *holder = calloc(1, sizeof *holder);
    PyObject *capsule;

    if (!holder)
        return PyErr_NoMemory();
    if (!holder_fill(holder, lease, copy, stream)) {
        free(holder);
        return PyErr_NoMemory();
    }
    if (versioned) {
        struct ofs_dl_versioned *tensor = &holder->tensor.versioned;
        *tensor = (struct ofs_dl_versioned){
            .major = 1,
            .context = holder,
            .deleter = delete_versioned,
            .flags = copy ? OFS_DL_IS_COPY : OFS_DL_READ_ONLY,
            .tensor = describe(holder, ofs_lease_frame(lease)),
        };
        capsule = PyCapsule_New(tensor, OFS_DL_NAME_VERSIONED, capsule_destroy);
    } else {
        struct ofs_dl_managed *tensor = &holder->tensor.managed;
        *tensor = (struct ofs_dl_managed){
            .tensor = describe(holder, ofs_lease_frame(lease)),
            .context = holder,
            .deleter = delete_managed,
        };
        capsule = PyCapsule_New(tensor, OFS_DL_NAME, capsule_destroy);
    }
    if (!capsule)
        holder_destroy(holder);
    return capsule;
}
