/* DeviceArray: observations in CUDA memory that other processes fill, all of them, some, or one. */
#include "native.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "cuda_ipc.h"
#include "dlpack.h"

/* Device memory and everyone who looks at it. No Python in it: the last one to let go may be any thread. */
struct ofs_py_block {
    _Atomic int refs;
    struct ofs_cuda_rows *rows;
};

struct device_array {
    PyObject_HEAD PyObject *module;
    struct ofs_py_block *block;
    struct ofs_py_memory memory;
    size_t bytes;
};

static struct device_array *self_of(PyObject *object) { return (struct device_array *)object; }

/* -- memory ------------------------------------------------------------------------------------------------------- */

struct ofs_py_block *ofs_py_block_create(struct ofs_cuda_rows *take_rows)
{
    struct ofs_py_block *block = malloc(sizeof *block);
    if (!block) {
        ofs_cuda_rows_destroy(take_rows);
        PyErr_NoMemory();
        return NULL;
    }
    atomic_init(&block->refs, 1);
    block->rows = take_rows;
    return block;
}

static struct ofs_py_block *block_ref(struct ofs_py_block *block)
{
    atomic_fetch_add_explicit(&block->refs, 1, memory_order_relaxed);
    return block;
}

void ofs_py_block_unref(struct ofs_py_block *block)
{
    if (!block || atomic_fetch_sub_explicit(&block->refs, 1, memory_order_acq_rel) != 1)
        return;
    ofs_cuda_rows_destroy(block->rows);
    free(block);
}

static void drop_block(void *block) { ofs_py_block_unref(block); }

/* -- life --------------------------------------------------------------------------------------------------------- */

static size_t item_bytes(const struct device_array *self)
{
    size_t bytes = ofs_py_dtype_bytes(self->memory.dtype);
    for (int i = 1; i < self->memory.ndim; i++)
        bytes *= (size_t)self->memory.shape[i];
    return bytes;
}

/* Takes the block over, also when it fails. */
static PyObject *create(PyObject *module, struct ofs_py_block *take_block, const struct ofs_py_memory *memory)
{
    PyTypeObject *type = (PyTypeObject *)ofs_py_state(module)->device_type;
    struct device_array *self = (struct device_array *)PyType_GenericAlloc(type, 0);
    if (!self) {
        ofs_py_block_unref(take_block);
        return NULL;
    }
    Py_INCREF(module);
    self->module = module;
    self->block = take_block;
    self->memory = *memory;
    self->bytes = item_bytes(self) * (size_t)memory->shape[0];
    return (PyObject *)self;
}

PyObject *ofs_py_device_rows(PyObject *module, struct ofs_py_block *block, const struct ofs_plan_desc *plan,
                             uint32_t rows)
{
    struct ofs_py_memory memory = { .data = ofs_cuda_rows_data(block->rows),
                                    .device = ofs_cuda_rows_export(block->rows)->device,
                                    .dtype = plan->dtype,
                                    .ndim = 4,
                                    .shape = { rows } };
    ofs_py_plan_shape(plan, memory.shape + 1);
    return create(module, block_ref(block), &memory);
}

static void device_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    struct device_array *self = self_of(object);
    ofs_py_block_unref(self->block);
    Py_XDECREF(self->module);
    release(object);
    Py_DECREF(type);
}

static PyObject *device_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyErr_SetString(PyExc_TypeError, "device arrays come from environments whose observations are in CUDA memory");
    return NULL;
}

/* -- numbers ------------------------------------------------------------------------------------------------------ */

static PyObject *get_shape(PyObject *object, void *unused)
{
    const struct ofs_py_memory *memory = &self_of(object)->memory;
    PyObject *shape = PyTuple_New(memory->ndim);
    for (int i = 0; shape && i < memory->ndim; i++) {
        PyObject *length = PyLong_FromLongLong(memory->shape[i]);
        if (!length || PyTuple_SetItem(shape, i, length) != 0)
            Py_CLEAR(shape);
    }
    return shape;
}

static PyObject *get_dtype(PyObject *object, void *unused)
{
    return PyUnicode_FromString(ofs_py_dtype_name(self_of(object)->memory.dtype));
}

static PyObject *get_device(PyObject *object, void *unused)
{
    return ofs_py_device_name(self_of(object)->memory.device);
}

static PyObject *get_ndim(PyObject *object, void *unused) { return PyLong_FromLong(self_of(object)->memory.ndim); }
static PyObject *get_nbytes(PyObject *object, void *unused) { return PyLong_FromSize_t(self_of(object)->bytes); }

static PyObject *device_repr(PyObject *object)
{
    PyObject *shape = get_shape(object, NULL), *device = get_device(object, NULL), *text = NULL;
    if (shape && device)
        text = PyUnicode_FromFormat("<offstage.DeviceArray %R, %s on %U>", shape,
                                    ofs_py_dtype_name(self_of(object)->memory.dtype), device);
    Py_XDECREF(device);
    Py_XDECREF(shape);
    return text;
}

static Py_ssize_t device_length(PyObject *object) { return (Py_ssize_t)self_of(object)->memory.shape[0]; }

/* -- parts and copies --------------------------------------------------------------------------------------------- */

/* A batch is cut along its first axis only: the rest is for the library that computes with it. */
static PyObject *device_item(PyObject *object, PyObject *key)
{
    struct device_array *self = self_of(object);
    struct ofs_py_memory part = self->memory;
    Py_ssize_t start = 0, stop, step = 1, length = device_length(object);

    if (PySlice_Check(key)) {
        if (PySlice_Unpack(key, &start, &stop, &step) < 0)
            return NULL;
        part.shape[0] = PySlice_AdjustIndices(length, &start, &stop, step);
    } else if (PyIndex_Check(key) && part.ndim == 4) {
        start = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if (start == -1 && PyErr_Occurred())
            return NULL;
        start += start < 0 ? length : 0;
        if (start < 0 || start >= length) {
            PyErr_Format(PyExc_IndexError, "the batch has %zd observations", length);
            return NULL;
        }
        part.ndim = 3;
        memmove(part.shape, part.shape + 1, 3 * sizeof part.shape[0]);
    } else {
        step = 0;
    }
    if (step != 1) {
        PyErr_SetString(PyExc_TypeError, "a device array can be cut into rows: array[i] of a batch, array[i:j]; for "
                                         "everything else give it to torch.from_dlpack, cupy.from_dlpack or the like");
        return NULL;
    }
    part.data = (char *)part.data + (size_t)start * item_bytes(self);
    return create(self->module, block_ref(self->block), &part);
}

/* Rows that follow one another, from anywhere in this batch; -1 with an exception set. */
static Py_ssize_t row_number(struct device_array *self, PyObject *value)
{
    Py_ssize_t row = PyNumber_AsSsize_t(value, PyExc_IndexError);
    if (row == -1 && PyErr_Occurred())
        return -1;
    if (row >= 0 && row < (Py_ssize_t)self->memory.shape[0])
        return row;
    PyErr_Format(PyExc_IndexError, "row %zd: there are %zd", row, (Py_ssize_t)self->memory.shape[0]);
    return -1;
}

static bool copy(struct device_array *self, void *to, const void *from, size_t bytes)
{
    char why[300] = "";
    enum ofs_status status;
    Py_BEGIN_ALLOW_THREADS status = ofs_cuda_rows_copy(self->block->rows, to, from, bytes, why, sizeof why);
    Py_END_ALLOW_THREADS return status == OFS_OK || ofs_py_fail_text(self->module, status, "%s", why) != NULL;
}

/* As `memory` says, in memory of its own that is to be filled. */
static struct device_array *make_own(struct device_array *self, struct ofs_py_memory *memory, size_t bytes)
{
    char why[300] = "";
    struct ofs_cuda_rows *more;
    struct ofs_py_block *block;
    enum ofs_status status;

    Py_BEGIN_ALLOW_THREADS status = ofs_cuda_rows_more(self->block->rows, bytes, &more, why, sizeof why);
    Py_END_ALLOW_THREADS if (status != OFS_OK)
    {
        ofs_py_fail_text(self->module, status, "%s", why);
        return NULL;
    }
    block = ofs_py_block_create(more);
    if (!block)
        return NULL;
    memory->data = ofs_cuda_rows_data(more);
    return (struct device_array *)create(self->module, block, memory);
}

static PyObject *device_copy(PyObject *object, PyObject *unused)
{
    struct device_array *self = self_of(object), *made;
    struct ofs_py_memory memory = self->memory;
    made = make_own(self, &memory, self->bytes);
    if (made && !copy(self, made->memory.data, self->memory.data, self->bytes))
        Py_CLEAR(made);
    return (PyObject *)made;
}

static PyObject *device_take(PyObject *object, PyObject *rows)
{
    struct device_array *self = self_of(object), *made;
    struct ofs_py_memory memory = self->memory;
    size_t bytes = item_bytes(self);
    Py_ssize_t count = PySequence_Size(rows);

    if (count < 0)
        return NULL;
    memory.shape[0] = count;
    made = make_own(self, &memory, bytes * (size_t)count);
    for (Py_ssize_t i = 0; made && i < count; i++) {
        PyObject *item = PySequence_GetItem(rows, i);
        Py_ssize_t row = item ? row_number(self, item) : -1;
        Py_XDECREF(item);
        if (row < 0 || !copy(self, (char *)made->memory.data + (size_t)i * bytes,
                             (char *)self->memory.data + (size_t)row * bytes, bytes))
            Py_CLEAR(made);
    }
    return (PyObject *)made;
}

static PyObject *device_move(PyObject *object, PyObject *args)
{
    struct device_array *self = self_of(object);
    PyObject *source, *target;
    Py_ssize_t from, to;
    size_t bytes = item_bytes(self);

    if (!PyArg_ParseTuple(args, "OO:move", &source, &target))
        return NULL;
    from = row_number(self, source);
    to = from < 0 ? -1 : row_number(self, target);
    if (to < 0 || !copy(self, (char *)self->memory.data + (size_t)to * bytes,
                        (char *)self->memory.data + (size_t)from * bytes, bytes))
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *device_tobytes(PyObject *object, PyObject *unused)
{
    struct device_array *self = self_of(object);
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)self->bytes);
    if (bytes && self->bytes > 0 && !copy(self, PyBytes_AsString(bytes), self->memory.data, self->bytes))
        Py_CLEAR(bytes);
    return bytes;
}

static PyObject *device_refuse(PyObject *object, PyObject *args, PyObject *kwargs)
{
    PyErr_SetString(PyExc_TypeError,
                    "this array is in CUDA memory, where NumPy cannot look: use torch.from_dlpack, "
                    "cupy.from_dlpack or jax.dlpack.from_dlpack, or numpy.frombuffer(array.tobytes(), ...)");
    return NULL;
}

/* -- for others ---------------------------------------------------------------------------------------------------- */

/* Nothing has to be waited for: the games have done so, before they said that the observation is there. */
static PyObject *get_cuda_array_interface(PyObject *object, void *unused)
{
    struct device_array *self = self_of(object);
    const char *typestr = ofs_py_dtype_typestr(self->memory.dtype);
    PyObject *shape;

    if (!typestr) {
        PyErr_SetString(PyExc_AttributeError, "__cuda_array_interface__ has no bfloat16: use __dlpack__");
        return NULL;
    }
    shape = get_shape(object, NULL);
    if (!shape)
        return NULL;
    return Py_BuildValue("{s:N,s:s,s:(NO),s:O,s:O,s:i}", "shape", shape, "typestr", typestr, "data",
                         PyLong_FromVoidPtr(self->memory.data), Py_False, "strides", Py_None, "stream", Py_None,
                         "version", 3);
}

static PyObject *device_dlpack_device(PyObject *object, PyObject *unused)
{
    return Py_BuildValue("(ii)", OFS_DL_CUDA, self_of(object)->memory.device);
}

static PyObject *device_dlpack(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "stream", "max_version", "dl_device", "copy", NULL };
    PyObject *stream = Py_None, *version = Py_None, *device = Py_None, *wanted = Py_None, *own;
    struct device_array *self = self_of(object);
    int major = 0, minor = 0, same = 1;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OOOO:__dlpack__", names, &stream, &version, &device, &wanted))
        return NULL;
    if (version != Py_None && (!PyTuple_Check(version) ||
                               !PyArg_ParseTuple(version, "ii;max_version: expected (major, minor)", &major, &minor))) {
        PyErr_SetString(PyExc_TypeError, "max_version: expected (major, minor)");
        return NULL;
    }
    if (device != Py_None) {
        own = device_dlpack_device(object, NULL);
        same = own ? PyObject_RichCompareBool(own, device, Py_EQ) : -1;
        Py_XDECREF(own);
        if (same < 0)
            return NULL;
    }
    if (!same || wanted == Py_True) {
        PyErr_SetString(PyExc_BufferError, "a device array is not copied, nor brought to another device: take it with "
                                           "copy=None and copy that");
        return NULL;
    }
    return ofs_py_dlpack_memory(&self->memory, block_ref(self->block), drop_block, major >= 1);
}

static PyGetSetDef device_getset[] = {
    { "shape", get_shape, NULL, "(N, channels, height, width), or without N; or (N, height, width, channels).", NULL },
    { "ndim", get_ndim, NULL, "4 for a batch, 3 for one observation.", NULL },
    { "dtype", get_dtype, NULL, "\"uint8\", \"float16\", \"bfloat16\" or \"float32\".", NULL },
    { "device", get_device, NULL, "\"cuda:0\".", NULL },
    { "nbytes", get_nbytes, NULL, "Size in bytes.", NULL },
    { "__cuda_array_interface__", get_cuda_array_interface, NULL, "Version 3.", NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef device_methods[] = {
    { "copy", device_copy, METH_NOARGS, "copy()\n--\n\nA device array in memory of its own." },
    { "take", device_take, METH_O, "take(rows)\n--\n\nA batch of these rows, in memory of its own." },
    { "move", device_move, METH_VARARGS, "move(source, target)\n--\n\nCopy a row to another." },
    { "tobytes", device_tobytes, METH_NOARGS, "tobytes()\n--\n\nThe contents, in C order, in host memory." },
    { "__array__", (PyCFunction)(void (*)(void))device_refuse, METH_VARARGS | METH_KEYWORDS, NULL },
    { "__dlpack__", (PyCFunction)(void (*)(void))device_dlpack, METH_VARARGS | METH_KEYWORDS,
      "__dlpack__(*, stream=None, max_version=None, dl_device=None, copy=None)\n--\n\nFor from_dlpack of PyTorch, CuPy "
      "and "
      "JAX: this very memory, whatever the stream." },
    { "__dlpack_device__", device_dlpack_device, METH_NOARGS, "__dlpack_device__()\n--\n\n(2, n): CUDA." },
    { NULL, NULL, 0, NULL },
};

static PyType_Slot device_slots[] = {
    { Py_tp_doc,
      "Observations in CUDA memory: those of all games (N, ...), or one of them.\n\nC order, dense. "
      "torch.from_dlpack(array), cupy.from_dlpack(array) and jax.dlpack.from_dlpack(array) copy nothing, and "
      "keep\nthe memory. array[i] and array[i:j] are views. When games write to it again is said by the "
      "environment\nthat it comes from; copy() to keep it. Raises OutOfMemory." },
    { Py_tp_new, device_new },
    { Py_tp_dealloc, device_dealloc },
    { Py_tp_repr, device_repr },
    { Py_tp_methods, device_methods },
    { Py_tp_getset, device_getset },
    { Py_mp_length, device_length },
    { Py_mp_subscript, device_item },
    { 0, NULL },
};

PyType_Spec ofs_py_device_spec = { "offstage.DeviceArray", sizeof(struct device_array), 0, Py_TPFLAGS_DEFAULT,
                                   device_slots };
