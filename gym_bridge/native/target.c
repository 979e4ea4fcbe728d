/* Where Capture.read() writes: a NumPy array, or anything writable that speaks DLPack or __cuda_array_interface__. */
#include "native.h"

#include <stdio.h>
#include <string.h>

#include "dlpack.h"

/* What each protocol says about an array, in one form. */
struct array {
    void *data;
    int ndim;
    int64_t shape[3];
    bool dense, writable, cpu;
    int32_t device; /* -1 = the protocol does not tell */
    char type[8];   /* as __array_interface__ has it; "bf2" for bfloat16 */
};

static PyObject *attribute(PyObject *object, const char *name)
{
    PyObject *value = PyObject_GetAttrString(object, name);
    if (!value)
        PyErr_Clear();
    return value;
}

/* Dimensions beyond three do not fit anyway; ndim says so. Strides in units of `unit` bytes per element; NULL = dense. */
static void set_shape(struct array *array, int ndim, const int64_t *shape, const int64_t *strides, int64_t unit)
{
    int64_t expected = unit;
    array->ndim = ndim;
    array->dense = true;
    for (int i = ndim < 3 ? ndim - 1 : 2; i >= 0; i--) {
        array->shape[i] = shape[i];
        if (strides && shape[i] > 1 && strides[i] != expected)
            array->dense = false;
        expected *= shape[i];
    }
}

static bool from_array_struct(PyObject *capsule, struct array *array)
{
    const struct ofs_array_struct *from = PyCapsule_GetPointer(capsule, NULL);
    int64_t shape[3] = { 0 };
    if (!from)
        return false;
    if (from->two != 2) {
        PyErr_SetString(PyExc_ValueError, "out: its __array_struct__ is not one");
        return false;
    }
    for (int i = 0; i < from->ndim && i < 3; i++)
        shape[i] = from->shape[i];
    set_shape(array, from->ndim, shape, NULL, from->item_bytes);
    array->dense = from->flags & OFS_ARRAY_CONTIGUOUS;
    array->writable = from->flags & OFS_ARRAY_WRITEABLE;
    array->cpu = true;
    array->data = from->data;
    snprintf(array->type, sizeof array->type, "%c%c%d",
             from->item_bytes == 1            ? '|'
             : from->flags & OFS_ARRAY_NATIVE ? '<'
                                              : '>',
             from->kind, from->item_bytes);
    return true;
}

static bool from_tensor(const struct ofs_dl_tensor *from, bool writable, struct array *array)
{
    set_shape(array, from->ndim, from->shape, from->strides, 1);
    array->writable = writable;
    array->cpu = from->device_type == OFS_DL_CPU;
    array->device = from->device_id;
    array->data = (char *)from->data + from->byte_offset;
    if (from->lanes != 1 || from->code > OFS_DL_BFLOAT)
        strcpy(array->type, "?");
    else if (from->code == OFS_DL_BFLOAT)
        snprintf(array->type, sizeof array->type, "bf%u", from->bits / 8u);
    else
        snprintf(array->type, sizeof array->type, "%c%c%u", from->bits == 8 ? '|' : '<', "iuf?b"[from->code],
                 from -> bits / 8u);
    if (from->device_type == OFS_DL_CPU || from->device_type == OFS_DL_CUDA)
        return true;
    PyErr_SetString(PyExc_BufferError, "out: it is neither in host memory nor in CUDA memory");
    return false;
}

/* Ask with and without a version: producers before DLPack 1.0 know no max_version. stream=-1: nothing is to be waited for,
 * the copy is queued on a stream that the caller names. */
static PyObject *dlpack_capsule(PyObject *object, PyObject *method)
{
    PyObject *none = PyTuple_New(0), *kwargs = Py_BuildValue("{s:(ii)}", "max_version", 1, 0);
    PyObject *device = PyObject_CallMethod(object, "__dlpack_device__", NULL), *capsule = NULL, *first = NULL;

    if (none && kwargs && device && PyTuple_Check(device) && PyTuple_Size(device) == 2)
        first = PyTuple_GetItem(device, 0);
    if (first && PyLong_AsLong(first) == OFS_DL_CUDA) {
        PyObject *stream = PyLong_FromLong(-1);
        if (!stream || PyDict_SetItemString(kwargs, "stream", stream) != 0)
            first = NULL;
        Py_XDECREF(stream);
    }
    if (first && !PyErr_Occurred()) {
        capsule = PyObject_Call(method, none, kwargs);
        if (!capsule && PyErr_ExceptionMatches(PyExc_TypeError)) {
            PyErr_Clear();
            if (PyDict_DelItemString(kwargs, "max_version") == 0)
                capsule = PyObject_Call(method, none, kwargs);
        }
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_TypeError, "out: its __dlpack_device__ gives no pair");
    }
    Py_XDECREF(device);
    Py_XDECREF(kwargs);
    Py_XDECREF(none);
    return capsule;
}

static bool from_dlpack(PyObject *capsule, struct array *array)
{
    if (PyCapsule_IsValid(capsule, OFS_DL_NAME_VERSIONED)) {
        const struct ofs_dl_versioned *from = PyCapsule_GetPointer(capsule, OFS_DL_NAME_VERSIONED);
        if (from->major == 1)
            return from_tensor(&from->tensor, !(from->flags & OFS_DL_READ_ONLY), array);
        PyErr_Format(PyExc_BufferError, "out: DLPack %d is not known here", (int)from->major);
        return false;
    }
    if (PyCapsule_IsValid(capsule, OFS_DL_NAME)) {
        const struct ofs_dl_managed *from = PyCapsule_GetPointer(capsule, OFS_DL_NAME);
        return from_tensor(&from->tensor, true, array);
    }
    PyErr_SetString(PyExc_TypeError, "out: its __dlpack__ gives no DLPack capsule");
    return false;
}

static bool get_sequence(PyObject *sequence, int64_t values[3], int *count_out)
{
    Py_ssize_t count = sequence && PyTuple_Check(sequence) ? PyTuple_Size(sequence) : -1;
    for (Py_ssize_t i = 0; i < count && i < 3; i++)
        values[i] = PyLong_AsLongLong(PyTuple_GetItem(sequence, i));
    *count_out = (int)count;
    return count >= 0 && !PyErr_Occurred();
}

static bool from_cuda_interface(PyObject *dict, struct array *array)
{
    PyObject *data, *strides, *type, *bytes = NULL;
    int64_t shape[3] = { 0 }, steps[3] = { 0 };
    int ndim, count;

    if (!PyDict_Check(dict) || !get_sequence(PyDict_GetItemString(dict, "shape"), shape, &ndim)) {
        PyErr_SetString(PyExc_TypeError, "out: its __cuda_array_interface__ has no shape");
        return false;
    }
    data = PyDict_GetItemString(dict, "data");
    strides = PyDict_GetItemString(dict, "strides");
    type = PyDict_GetItemString(dict, "typestr");
    bytes = type && PyUnicode_Check(type) ? PyUnicode_AsASCIIString(type) : NULL;
    if (!bytes || !data || !PyTuple_Check(data) || PyTuple_Size(data) != 2) {
        Py_XDECREF(bytes);
        PyErr_SetString(PyExc_TypeError, "out: its __cuda_array_interface__ lacks data or typestr");
        return false;
    }
    snprintf(array->type, sizeof array->type, "%s", PyBytes_AsString(bytes));
    Py_DECREF(bytes);
    array->data = PyLong_AsVoidPtr(PyTuple_GetItem(data, 0));
    array->writable = PyObject_IsTrue(PyTuple_GetItem(data, 1)) == 0;
    array->cpu = false;
    if (strides && strides != Py_None && get_sequence(strides, steps, &count) && count == ndim)
        set_shape(array, ndim, shape, steps, array->type[0] ? array->type[2] - '0' : 1);
    else
        set_shape(array, ndim, shape, NULL, 1);
    return !PyErr_Occurred();
}

static bool describe(PyObject *object, struct array *array, PyObject **keep_out)
{
    PyObject *found = attribute(object, "__array_struct__"), *capsule;
    array->device = -1;
    if (found) {
        *keep_out = found;
        return from_array_struct(found, array);
    }
    found = attribute(object, "__dlpack__");
    if (found) {
        capsule = dlpack_capsule(object, found);
        Py_DECREF(found);
        *keep_out = capsule;
        return capsule && from_dlpack(capsule, array);
    }
    found = attribute(object, "__cuda_array_interface__");
    if (found) {
        *keep_out = found;
        return from_cuda_interface(found, array);
    }
    PyErr_Format(PyExc_TypeError,
                 "out: expected a NumPy array, or an object with __dlpack__ or __cuda_array_interface__, not %R",
                 (PyObject *)Py_TYPE(object));
    return false;
}

/* NULL if an observation can be written there, else what is wrong with it. */
static const char *unsuitable(const struct array *array, const struct ofs_frame *want)
{
    const char *type = ofs_py_dtype_typestr(want->dtype);
    if (strcmp(array->type, type ? type : "bf2") != 0)
        return "its dtype is another";
    if (array->cpu != (want->device == OFS_DEVICE_CPU))
        return array->cpu ? "it is in host memory" : "it is in CUDA memory";
    if (!array->cpu && array->device >= 0 && want->device >= 0 && array->device != want->device)
        return "it is on another CUDA device";
    if (!array->writable)
        return "it is read-only";
    if (!array->dense)
        return "it is not contiguous in C order";
    if (array->ndim != 3 || (want->ndim == 3 && memcmp(array->shape, want->shape, sizeof array->shape) != 0))
        return "its shape is another";
    return NULL;
}

bool ofs_py_target_init(PyObject *module, PyObject *object, const struct ofs_frame *want, struct ofs_py_target *target)
{
    struct array array = { 0 };
    const char *complaint;

    *target = (struct ofs_py_target){ 0 };
    if (!describe(object, &array, &target->keep)) {
        ofs_py_target_finish(target);
        return false;
    }
    complaint = unsuitable(&array, want);
    if (complaint) {
        const long long *shape = (const long long *)want->shape;
        if (want->ndim == 3)
            ofs_py_fail_text(module, OFS_EINVAL, "out: %s; expected (%lld, %lld, %lld) of %s on %s, in C order",
                             complaint, shape[0], shape[1], shape[2], ofs_py_dtype_name(want->dtype),
                             want->device == OFS_DEVICE_CPU ? "the CPU" : "the capture's CUDA device");
        else
            ofs_py_fail_text(module, OFS_EINVAL, "out: %s; expected three axes of %s on %s, in C order", complaint,
                             ofs_py_dtype_name(want->dtype),
                             want->device == OFS_DEVICE_CPU ? "the CPU" : "the capture's CUDA device");
        ofs_py_target_finish(target);
        return false;
    }
    target->data = array.data;
    target->ndim = array.ndim;
    memcpy(target->shape, array.shape, sizeof target->shape);
    target->bytes = (size_t)(array.shape[0] * array.shape[1] * array.shape[2]) * ofs_py_dtype_bytes(want->dtype);
    return true;
}

void ofs_py_target_finish(struct ofs_py_target *target)
{
    Py_XDECREF(target->keep);
    target->keep = NULL;
}
