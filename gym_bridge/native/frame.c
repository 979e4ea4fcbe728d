/* Frame: one observation, leased. */
#include "native.h"

#include "dlpack.h"

struct frame {
    PyObject_HEAD PyObject *module;
    struct ofs_lease *lease; /* NULL once released */
    struct ofs_frame info;   /* sizes and numbers; its data and lease are not used */
    bool pinned;             /* someone may look at the memory through this object: no release before it goes */
    uintptr_t stream;        /* that the frame is given back on */
};

static struct frame *self_of(PyObject *object) { return (struct frame *)object; }

PyObject *ofs_py_frame_create(PyObject *module, struct ofs_frame *take_frame)
{
    PyTypeObject *type = (PyTypeObject *)ofs_py_state(module)->frame_type;
    struct frame *self = (struct frame *)PyType_GenericAlloc(type, 0);
    if (!self) {
        ofs_frame_release(take_frame, 0);
        return NULL;
    }
    Py_INCREF(module);
    self->module = module;
    self->info = *take_frame;
    self->lease = ofs_lease_create(take_frame);
    if (!self->lease) {
        Py_DECREF(self);
        return PyErr_NoMemory();
    }
    return (PyObject *)self;
}

static void frame_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    struct frame *self = self_of(object);
    ofs_lease_unref(self->lease, self->stream);
    Py_XDECREF(self->module);
    release(object);
    Py_DECREF(type);
}

static PyObject *frame_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyErr_SetString(PyExc_TypeError, "frames come from Capture.next() and Capture.latest()");
    return NULL;
}

/* The lease, or NULL with an exception set. */
static struct ofs_lease *live(struct frame *self)
{
    if (!self->lease || (self->pinned && self->info.lease == NULL))
        PyErr_SetString(ofs_py_state(self->module)->closed_error,
                        "the frame was released: use it before release(), or take frame.copy()");
    else
        return self->lease;
    return NULL;
}

/* -- numbers ------------------------------------------------------------------------------------------------------ */

PyObject *ofs_py_shape(const int64_t values[3], size_t factor)
{
    return Py_BuildValue("(LLL)", (long long)values[0] * (long long)factor, (long long)values[1] * (long long)factor,
                         (long long)values[2] * (long long)factor);
}

static PyObject *get_shape(PyObject *object, void *unused) { return ofs_py_shape(self_of(object)->info.shape, 1); }

static PyObject *get_strides(PyObject *object, void *unused)
{
    return ofs_py_shape(self_of(object)->info.strides, ofs_py_dtype_bytes(self_of(object)->info.dtype));
}

static PyObject *get_dtype(PyObject *object, void *unused)
{
    return PyUnicode_FromString(ofs_py_dtype_name(self_of(object)->info.dtype));
}

static PyObject *get_device(PyObject *object, void *unused) { return ofs_py_device_name(self_of(object)->info.device); }

static PyObject *get_number(PyObject *object, void *field)
{
    return PyLong_FromUnsignedLongLong(
        *(const uint64_t *)(const void *)((const char *)&self_of(object)->info + (size_t)field));
}

static PyObject *get_nbytes(PyObject *object, void *unused) { return PyLong_FromSize_t(self_of(object)->info.bytes); }
static PyObject *get_window(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLong(self_of(object)->info.window);
}

static PyObject *get_source_size(PyObject *object, void *unused)
{
    const struct ofs_frame *info = &self_of(object)->info;
    return Py_BuildValue("(II)", info->source_height_px, info->source_width_px);
}

static PyObject *get_released(PyObject *object, void *unused)
{
    return PyBool_FromLong(self_of(object)->info.lease == NULL);
}

static PyObject *frame_repr(PyObject *object)
{
    struct frame *self = self_of(object);
    PyObject *shape = ofs_py_shape(self->info.shape, 1), *device = ofs_py_device_name(self->info.device);
    PyObject *text = NULL;
    if (shape && device)
        text = PyUnicode_FromFormat("<offstage.Frame %llu of window 0x%x: %R %s on %U%s>",
                                    (unsigned long long)self->info.sequence, self->info.window, shape,
                                    ofs_py_dtype_name(self->info.dtype), device, self->info.lease ? "" : ", released");
    Py_XDECREF(device);
    Py_XDECREF(shape);
    return text;
}

/* -- arrays ------------------------------------------------------------------------------------------------------- */

static PyObject *frame_copy(PyObject *object, PyObject *unused)
{
    struct ofs_lease *lease = live(self_of(object));
    return lease ? ofs_py_array(self_of(object)->module, lease, true) : NULL;
}

/* As numpy.asarray(array, dtype) would: NumPy 2 asks for copy=None, True or False, NumPy 1 for nothing. */
static PyObject *frame_array(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "dtype", "copy", NULL };
    PyObject *dtype = Py_None, *copy = Py_None, *array, *own, *other;
    struct ofs_lease *lease = live(self_of(object));
    int same;

    if (!lease || !PyArg_ParseTupleAndKeywords(args, kwargs, "|OO:__array__", names, &dtype, &copy))
        return NULL;
    array = ofs_py_array(self_of(object)->module, lease, copy == Py_True);
    if (!array || dtype == Py_None)
        return array;
    own = PyObject_GetAttrString(array, "dtype");
    same = own ? PyObject_RichCompareBool(own, dtype, Py_EQ) : -1;
    Py_XDECREF(own);
    if (same == 0 && copy == Py_False)
        PyErr_SetString(PyExc_ValueError, "another dtype needs a copy, and copy=False forbids one");
    if (same != 0 || copy == Py_False) {
        if (same == 1)
            return array;
        Py_DECREF(array);
        return NULL;
    }
    other = PyObject_CallMethod(array, "astype", "O", dtype);
    Py_DECREF(array);
    return other;
}

static PyObject *get_cuda_array_interface(PyObject *object, void *unused)
{
    struct frame *self = self_of(object);
    const char *typestr = ofs_py_dtype_typestr(self->info.dtype);
    struct ofs_lease *lease;
    enum ofs_status status;
    PyObject *shape;

    if (self->info.device == OFS_DEVICE_CPU || !typestr) {
        PyErr_SetString(PyExc_AttributeError, typestr ? "__cuda_array_interface__: the frame is in host memory"
                                                      : "__cuda_array_interface__ has no bfloat16: use __dlpack__");
        return NULL;
    }
    lease = live(self);
    if (!lease)
        return NULL;
    /* Ready once stream 1, the legacy default, gets there; the consumer waits for that one. */
    status = ofs_frame_wait(ofs_lease_frame(lease), 1);
    if (status != OFS_OK)
        return ofs_py_fail(self->module, status);
    shape = ofs_py_shape(self->info.shape, 1);
    if (!shape)
        return NULL;
    self->pinned = true;
    /* Not marked as read-only: PyTorch refuses such arrays. */
    return Py_BuildValue("{s:N,s:s,s:(NO),s:O,s:i,s:i}", "shape", shape, "typestr", typestr, "data",
                         PyLong_FromVoidPtr(ofs_lease_frame(lease)->data), Py_False, "strides", Py_None, "stream", 1,
                         "version", 3);
}

/* -- DLPack ------------------------------------------------------------------------------------------------------- */

static PyObject *frame_dlpack_device(PyObject *object, PyObject *unused)
{
    int32_t device = self_of(object)->info.device;
    return device == OFS_DEVICE_CPU ? Py_BuildValue("(ii)", OFS_DL_CPU, 0) : Py_BuildValue("(ii)", OFS_DL_CUDA, device);
}

/* Make the consumer's stream wait for the frame. -1: it takes care of that itself. */
static bool order_stream(struct frame *self, PyObject *stream, uintptr_t *stream_out)
{
    enum ofs_status status;
    long long number = stream == Py_None ? 1 : PyLong_AsLongLong(stream);

    *stream_out = 0;
    if (number == -1 && PyErr_Occurred())
        return false;
    if (self->info.device == OFS_DEVICE_CPU) {
        if (stream == Py_None || number == -1)
            return true;
        PyErr_SetString(PyExc_ValueError, "stream: a frame in host memory has none, only None makes sense");
        return false;
    }
    if (number == -1)
        return true;
    if (number <= 0) {
        PyErr_SetString(PyExc_ValueError,
                        "stream: 1 is the legacy default stream and 2 the per-thread one; 0 is ambiguous");
        return false;
    }
    *stream_out = (uintptr_t)number;
    status = ofs_frame_wait(ofs_lease_frame(self->lease), *stream_out);
    if (status != OFS_OK)
        ofs_py_fail(self->module, status);
    return status == OFS_OK;
}

static bool same_device(struct frame *self, PyObject *wanted)
{
    PyObject *own;
    int same = 1;
    if (wanted == Py_None)
        return true;
    own = frame_dlpack_device((PyObject *)self, NULL);
    same = own ? PyObject_RichCompareBool(own, wanted, Py_EQ) : -1;
    Py_XDECREF(own);
    if (same == 0)
        PyErr_SetString(PyExc_BufferError,
                        "the frame is on another device, and is not copied there: open the capture with "
                        "the device that you want");
    return same == 1;
}

static PyObject *frame_dlpack(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "stream", "max_version", "dl_device", "copy", NULL };
    PyObject *stream = Py_None, *version = Py_None, *device = Py_None, *copy = Py_None;
    struct frame *self = self_of(object);
    struct ofs_lease *lease = live(self);
    uintptr_t handle;
    int major = 0, minor = 0;

    if (!lease ||
        !PyArg_ParseTupleAndKeywords(args, kwargs, "|$OOOO:__dlpack__", names, &stream, &version, &device, &copy))
        return NULL;
    if (version != Py_None && !PyTuple_Check(version)) {
        PyErr_SetString(PyExc_TypeError, "max_version: expected (major, minor)");
        return NULL;
    }
    if (version != Py_None && !PyArg_ParseTuple(version, "ii;max_version: expected (major, minor)", &major, &minor))
        return NULL;
    if (!same_device(self, device))
        return NULL;
    if (copy == Py_True && self->info.device != OFS_DEVICE_CPU) {
        PyErr_SetString(PyExc_BufferError,
                        "frames in CUDA memory are not copied: take it with copy=None and copy that");
        return NULL;
    }
    if (!order_stream(self, stream, &handle))
        return NULL;
    return ofs_py_dlpack(lease, major >= 1, copy == Py_True, handle);
}

/* -- the end ------------------------------------------------------------------------------------------------------ */

static PyObject *frame_release(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "stream", NULL };
    struct frame *self = self_of(object);
    PyObject *stream = Py_None;
    struct ofs_lease *lease = self->lease;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:release", names, &stream) ||
        !ofs_py_parse_stream(stream, &self->stream))
        return NULL;
    self->info.lease = NULL;
    if (!self->pinned) {
        self->lease = NULL;
        ofs_lease_unref(lease, self->stream);
    }
    Py_RETURN_NONE;
}

static PyObject *frame_enter(PyObject *object, PyObject *unused)
{
    if (!live(self_of(object)))
        return NULL;
    Py_INCREF(object);
    return object;
}

static PyObject *frame_exit(PyObject *object, PyObject *exception)
{
    PyObject *none = PyTuple_New(0), *result;
    if (!none)
        return NULL;
    result = frame_release(object, none, NULL);
    Py_DECREF(none);
    return result;
}

#define FIELD(name) ((void *)offsetof(struct ofs_frame, name))

static PyGetSetDef frame_getset[] = {
    { "shape", get_shape, NULL, "(channels, height, width) for layout \"CHW\", (height, width, channels) for \"HWC\".",
      NULL },
    { "strides", get_strides, NULL, "Bytes from one element to the next, per axis; C order.", NULL },
    { "dtype", get_dtype, NULL, "\"uint8\", \"float16\", \"bfloat16\" or \"float32\".", NULL },
    { "device", get_device, NULL, "\"cpu\", or the CUDA device: \"cuda:0\".", NULL },
    { "nbytes", get_nbytes, NULL, "Size in bytes.", NULL },
    { "sequence", get_number, NULL, "Number of the frame, of those that the window has shown, from 1.",
      FIELD(sequence) },
    { "skipped", get_number, NULL, "Frames of the window between the one handed out before and this one.",
      FIELD(skipped) },
    { "time_ns", get_number, NULL, "When it was shown, on the clock of time.monotonic_ns().", FIELD(time_ns) },
    { "window", get_window, NULL, "X11 id of the window.", NULL },
    { "source_size", get_source_size, NULL, "(height, width) of the window, in pixels.", NULL },
    { "released", get_released, NULL, "Was it given back?", NULL },
    { "__cuda_array_interface__", get_cuda_array_interface, NULL,
      "Version 3, for frames in CUDA memory; AttributeError for others. Do not write through it. The lease then lasts "
      "as "
      "long as this object does.",
      NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef frame_methods[] = {
    { "copy", frame_copy, METH_NOARGS,
      "copy()\n--\n\nA NumPy array of your own: shape and dtype of the frame, writable. Frames on the CPU only." },
    { "release", (PyCFunction)(void (*)(void))frame_release, METH_VARARGS | METH_KEYWORDS,
      "release(stream=None)\n--\n\nGive the frame back; nothing happens the second time. Arrays that were made from it "
      "stay "
      "good, and hold its slot until they are gone. stream: the CUDA stream whose queued work still reads it." },
    { "__array__", (PyCFunction)(void (*)(void))frame_array, METH_VARARGS | METH_KEYWORDS,
      "__array__(dtype=None, copy=None)\n--\n\nFor numpy.asarray(frame): a read-only array on the frame's memory." },
    { "__dlpack__", (PyCFunction)(void (*)(void))frame_dlpack, METH_VARARGS | METH_KEYWORDS,
      "__dlpack__(*, stream=None, max_version=None, dl_device=None, copy=None)\n--\n\nFor from_dlpack(frame) of NumPy, "
      "PyTorch, JAX, CuPy: the frame's memory, not to be written to." },
    { "__dlpack_device__", frame_dlpack_device, METH_NOARGS,
      "__dlpack_device__()\n--\n\n(1, 0) for the CPU, (2, n) for CUDA." },
    { "__enter__", frame_enter, METH_NOARGS, NULL },
    { "__exit__", frame_exit, METH_VARARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static PyType_Slot frame_slots[] = {
    { Py_tp_doc,
      "One observation, leased: its memory stays as it is until the frame and every array made from it are gone.\n\n"
      "numpy.asarray(frame), numpy.from_dlpack(frame), torch.from_dlpack(frame), jax.dlpack.from_dlpack(frame) and\n"
      "cupy.from_dlpack(frame) copy nothing. Each frame held pins one of the capture's slots: frame.copy() to keep\n"
      "many. Use it in a with statement, or call release(), or just let it go." },
    { Py_tp_new, frame_new },
    { Py_tp_dealloc, frame_dealloc },
    { Py_tp_repr, frame_repr },
    { Py_tp_methods, frame_methods },
    { Py_tp_getset, frame_getset },
    { 0, NULL },
};

PyType_Spec ofs_py_frame_spec = { "offstage.Frame", sizeof(struct frame), 0, Py_TPFLAGS_DEFAULT, frame_slots };
