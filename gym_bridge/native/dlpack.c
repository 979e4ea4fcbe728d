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
    int64_t shape[4], strides[4];
    struct ofs_lease *lease; /* or, for a copy, */
    void *copy;              /* or, for memory that is no frame's, */
    void *owner;
    void (*drop)(void *owner);
    uintptr_t stream;
};

static void holder_destroy(struct holder *holder)
{
    ofs_lease_unref(holder->lease, holder->stream);
    free(holder->copy);
    if (holder->drop)
        holder->drop(holder->owner);
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
    memcpy(holder->shape, frame->shape, sizeof frame->shape);
    memcpy(holder->strides, frame->strides, sizeof frame->strides);
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

static struct ofs_dl_tensor describe(struct holder *holder, void *data, int32_t device, uint32_t dtype, int ndim)
{
    bool cpu = device == OFS_DEVICE_CPU;
    return (struct ofs_dl_tensor){
        .data = data,
        .device_type = cpu ? OFS_DL_CPU : OFS_DL_CUDA,
        .device_id = cpu ? 0 : device,
        .ndim = ndim,
        .code = dtype == OFS_DTYPE_UINT8      ? OFS_DL_UINT
                : dtype == OFS_DTYPE_BFLOAT16 ? OFS_DL_BFLOAT
                                              : OFS_DL_FLOAT,
        .bits = (uint8_t)(8 * ofs_py_dtype_bytes(dtype)),
        .lanes = 1,
        .shape = holder->shape,
        .strides = holder->strides,
    };
}

static PyObject *capsule_of(struct holder *holder, const struct ofs_dl_tensor *described, bool versioned,
                            uint64_t flags)
{
    PyObject *capsule;

    if (versioned) {
        struct ofs_dl_versioned *tensor = &holder->tensor.versioned;
        *tensor = (struct ofs_dl_versioned){
            .major = 1, .context = holder, .deleter = delete_versioned, .flags = flags, .tensor = *described
        };
        capsule = PyCapsule_New(tensor, OFS_DL_NAME_VERSIONED, capsule_destroy);
    } else {
        struct ofs_dl_managed *tensor = &holder->tensor.managed;
        *tensor = (struct ofs_dl_managed){ .tensor = *described, .context = holder, .deleter = delete_managed };
        capsule = PyCapsule_New(tensor, OFS_DL_NAME, capsule_destroy);
    }
    if (!capsule)
        holder_destroy(holder);
    return capsule;
}

PyObject *ofs_py_dlpack(struct ofs_lease *lease, bool versioned, bool copy, uintptr_t stream)
{
    const struct ofs_frame *frame = ofs_lease_frame(lease);
    struct holder *holder = calloc(1, sizeof *holder);
    struct ofs_dl_tensor described;

    if (!holder)
        return PyErr_NoMemory();
    if (!holder_fill(holder, lease, copy, stream)) {
        free(holder);
        return PyErr_NoMemory();
    }
    described = describe(holder, copy ? holder->copy : frame->data, frame->device, frame->dtype, 3);
    return capsule_of(holder, &described, versioned, copy ? OFS_DL_IS_COPY : OFS_DL_READ_ONLY);
}

PyObject *ofs_py_dlpack_memory(const struct ofs_py_memory *memory, void *take_owner, void (*drop)(void *owner),
                               bool versioned)
{
    struct holder *holder = calloc(1, sizeof *holder);
    struct ofs_dl_tensor described;
    int64_t stride = 1;

    if (!holder) {
        drop(take_owner);
        return PyErr_NoMemory();
    }
    holder->owner = take_owner;
    holder->drop = drop;
    memcpy(holder->shape, memory->shape, sizeof holder->shape);
    for (int i = memory->ndim - 1; i >= 0; stride *= memory->shape[i--])
        holder->strides[i] = stride;
    described = describe(holder, memory->data, memory->device, memory->dtype, memory->ndim);
    return capsule_of(holder, &described, versioned, 0);
}
