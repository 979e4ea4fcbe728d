/* Capture: the frames of a window as observations. */
#include "native.h"

#include <string.h>
#include <unistd.h>

struct capture {
    PyObject_HEAD PyObject *module;
    struct ofs_capture *capture; /* NULL once closed */
    struct ofs_capture_desc desc;
    uint64_t timeout_ns;
    pid_t pid;
    int users; /* calls that are inside; the last one out closes. Guarded by the GIL */
    bool closing;
};

static struct capture *self_of(PyObject *object) { return (struct capture *)object; }

/* -- life --------------------------------------------------------------------------------------------------------- */

static PyObject *capture_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *module = PyObject_GetAttrString((PyObject *)type, "_module");
    struct capture *self = module ? (struct capture *)PyType_GenericAlloc(type, 0) : NULL;
    enum ofs_status status;

    if (!self) {
        Py_XDECREF(module);
        return NULL;
    }
    self->module = module;
    self->pid = getpid();
    if (!ofs_py_parse_options(module, args, kwargs, &self->desc, &self->timeout_ns)) {
        Py_DECREF(self);
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS status = ofs_capture_open(&self->desc, &self->capture);
    Py_END_ALLOW_THREADS if (status != OFS_OK)
    {
        ofs_py_fail(module, status);
        self->capture = NULL;
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

/* The GIL is given up: a thread that draws may hold what closing needs, and wait for the GIL. */
static void close_now(struct capture *self)
{
    struct ofs_capture *capture = self->capture;
    self->capture = NULL;
    if (capture && self->pid == getpid()) {
        Py_BEGIN_ALLOW_THREADS ofs_capture_close(capture);
        Py_END_ALLOW_THREADS
    }
}

static void capture_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    close_now(self_of(object));
    Py_XDECREF(self_of(object)->module);
    release(object);
    Py_DECREF(type);
}

static PyObject *capture_close(PyObject *object, PyObject *unused)
{
    struct capture *self = self_of(object);
    self->closing = true;
    if (self->users == 0)
        close_now(self);
    Py_RETURN_NONE;
}

/* Around every use. False with an exception set. */
static bool enter(struct capture *self)
{
    if (!self->capture || self->closing) {
        PyErr_SetString(ofs_py_state(self->module)->closed_error, "the capture was closed");
        return false;
    }
    if (self->pid != getpid()) {
        PyErr_SetString(ofs_py_state(self->module)->closed_error,
                        "the capture was opened before fork(): open one in this process");
        return false;
    }
    self->users++;
    return true;
}

static void leave(struct capture *self)
{
    if (--self->users == 0 && self->closing)
        close_now(self);
}

/* -- frames ------------------------------------------------------------------------------------------------------- */

static PyObject *next_frame(struct capture *self, uint64_t timeout_ns)
{
    struct ofs_py_request request = { .target = NULL };
    PyObject *frame = NULL;
    if (!enter(self))
        return NULL;
    if (ofs_py_wait(self->module, self->capture, &self->closing, timeout_ns, &request))
        frame = ofs_py_frame_create(self->module, &request.frame);
    leave(self);
    return frame;
}

static PyObject *capture_next(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "timeout", NULL };
    PyObject *timeout = Py_None;
    uint64_t timeout_ns;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|O:next", names, &timeout) ||
        !ofs_py_parse_timeout(timeout, self_of(object)->timeout_ns, &timeout_ns))
        return NULL;
    return next_frame(self_of(object), timeout_ns);
}

static PyObject *capture_iternext(PyObject *object)
{
    struct capture *self = self_of(object);
    PyObject *frame = next_frame(self, self->timeout_ns), *gone;
    if (frame)
        return frame;
    /* The window's end is the end of its frames. */
    gone = PyDict_GetItemString(ofs_py_state(self->module)->errors, "OFS_EGONE");
    if (gone && PyErr_ExceptionMatches(gone))
        PyErr_Clear();
    return NULL;
}

static PyObject *capture_iter(PyObject *object)
{
    Py_INCREF(object);
    return object;
}

static PyObject *capture_latest(PyObject *object, PyObject *unused)
{
    struct capture *self = self_of(object);
    struct ofs_frame frame = { .struct_size = sizeof frame };
    PyObject *result = NULL;
    enum ofs_status status;
    if (!enter(self))
        return NULL;
    Py_BEGIN_ALLOW_THREADS status = ofs_capture_latest(self->capture, &frame);
    Py_END_ALLOW_THREADS if (status == OFS_OK) result = ofs_py_frame_create(self->module, &frame);
    else ofs_py_fail(self->module, status);
    leave(self);
    return result;
}

/* What frames look like; shape unknown (ndim 0) while the size is the window's and there was none. */
static void expected(struct capture *self, struct ofs_frame *frame)
{
    *frame = (struct ofs_frame){ .struct_size = sizeof *frame };
    if (ofs_capture_shape(self->capture, frame) == OFS_OK)
        return;
    *frame = (struct ofs_frame){ .device = self->desc.device, .dtype = self->desc.plan.dtype };
}

static PyObject *read_into(struct capture *self, PyObject *out, uint64_t timeout_ns, uintptr_t stream)
{
    struct ofs_frame want;
    struct ofs_py_target target;
    struct ofs_py_request request = { .target = &target, .stream = stream };
    PyObject *result = NULL;

    expected(self, &want);
    if (!ofs_py_target_init(self->module, out, &want, &target))
        return NULL;
    if (ofs_py_wait(self->module, self->capture, &self->closing, timeout_ns, &request)) {
        if (memcmp(request.frame.shape, target.shape, sizeof target.shape) == 0)
            result = PyLong_FromUnsignedLongLong(request.frame.sequence);
        else
            ofs_py_fail_text(self->module, OFS_EINVAL,
                             "out: its shape is another; the frame was (%lld, %lld, %lld), as the window is now",
                             (long long)request.frame.shape[0], (long long)request.frame.shape[1],
                             (long long)request.frame.shape[2]);
    }
    ofs_py_target_finish(&target);
    return result;
}

static PyObject *capture_read(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "out", "timeout", "stream", NULL };
    struct capture *self = self_of(object);
    PyObject *out, *timeout = Py_None, *stream = Py_None, *result;
    uint64_t timeout_ns;
    uintptr_t handle;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "O|OO:read", names, &out, &timeout, &stream) ||
        !ofs_py_parse_timeout(timeout, self->timeout_ns, &timeout_ns) || !ofs_py_parse_stream(stream, &handle))
        return NULL;
    if (!enter(self))
        return NULL;
    result = read_into(self, out, timeout_ns, handle);
    leave(self);
    return result;
}

static PyObject *capture_reset(PyObject *object, PyObject *unused)
{
    struct capture *self = self_of(object);
    if (!enter(self))
        return NULL;
    ofs_capture_reset(self->capture);
    leave(self);
    Py_RETURN_NONE;
}

static PyObject *capture_discard(PyObject *object, PyObject *unused)
{
    struct capture *self = self_of(object);
    if (!enter(self))
        return NULL;
    ofs_capture_discard(self->capture);
    leave(self);
    Py_RETURN_NONE;
}

/* -- what it is --------------------------------------------------------------------------------------------------- */

static bool get_expected(PyObject *object, struct ofs_frame *frame)
{
    struct capture *self = self_of(object);
    enum ofs_status status;
    *frame = (struct ofs_frame){ .struct_size = sizeof *frame };
    if (!enter(self))
        return false;
    status = ofs_capture_shape(self->capture, frame);
    if (status != OFS_OK)
        ofs_py_fail(self->module, status);
    leave(self);
    return status == OFS_OK;
}

static PyObject *get_shape(PyObject *object, void *unused)
{
    struct ofs_frame frame;
    return get_expected(object, &frame) ? ofs_py_shape(frame.shape, 1) : NULL;
}

static PyObject *get_strides(PyObject *object, void *unused)
{
    struct ofs_frame frame;
    return get_expected(object, &frame) ? ofs_py_shape(frame.strides, ofs_py_dtype_bytes(frame.dtype)) : NULL;
}

static PyObject *get_nbytes(PyObject *object, void *unused)
{
    struct ofs_frame frame;
    return get_expected(object, &frame) ? PyLong_FromSize_t(frame.bytes) : NULL;
}

static PyObject *get_dtype(PyObject *object, void *unused)
{
    return PyUnicode_FromString(ofs_py_dtype_name(self_of(object)->desc.plan.dtype));
}

static PyObject *get_device(PyObject *object, void *unused)
{
    struct ofs_frame frame = { .device = self_of(object)->desc.device };
    if (self_of(object)->capture && !self_of(object)->closing)
        expected(self_of(object), &frame);
    return ofs_py_device_name(frame.device);
}

static PyObject *get_closed(PyObject *object, void *unused)
{
    return PyBool_FromLong(self_of(object)->closing || !self_of(object)->capture);
}

static PyObject *capture_repr(PyObject *object)
{
    const struct ofs_plan_desc *plan = &self_of(object)->desc.plan;
    PyObject *device = get_device(object, NULL), *text = NULL;
    if (device)
        text = PyUnicode_FromFormat("<offstage.Capture %ux%u %s, stack %u, %s on %U%s>", plan->height_px,
                                    plan->width_px, plan->color == OFS_COLOR_GRAY ? "gray" : "RGB", plan->stack,
                                    ofs_py_dtype_name(plan->dtype), device, self_of(object)->closing ? ", closed" : "");
    Py_XDECREF(device);
    return text;
}

static PyObject *capture_enter(PyObject *object, PyObject *unused)
{
    if (!enter(self_of(object)))
        return NULL;
    leave(self_of(object));
    Py_INCREF(object);
    return object;
}

static PyObject *capture_exit(PyObject *object, PyObject *exception) { return capture_close(object, NULL); }

static PyGetSetDef capture_getset[] = {
    { "shape", get_shape, NULL,
      "Of its frames: (channels, height, width), or (height, width, channels). PlanError while the size is the "
      "window's and "
      "no frame has come.",
      NULL },
    { "strides", get_strides, NULL, "Bytes from one element to the next, per axis; C order.", NULL },
    { "nbytes", get_nbytes, NULL, "Size of one observation in bytes.", NULL },
    { "dtype", get_dtype, NULL, "\"uint8\", \"float16\", \"bfloat16\" or \"float32\".", NULL },
    { "device", get_device, NULL, "\"cpu\", or the CUDA device: \"cuda:0\".", NULL },
    { "closed", get_closed, NULL, "Was it closed?", NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef capture_methods[] = {
    { "next", (PyCFunction)(void (*)(void))capture_next, METH_VARARGS | METH_KEYWORDS,
      "next(timeout=None)\n--\n\nThe newest frame that was not handed out yet, as a Frame; waits for one, `timeout` "
      "seconds at "
      "most (None: the capture's own). A thread that draws the window itself never waits: no frame could come "
      "meanwhile.\n\n"
      "Raises FrameTimeout, WindowGone, BackPressure (all slots are held by frames), PlanError (the window's new size "
      "does "
      "not fit the crop), NotSupported, DeviceError." },
    { "latest", capture_latest, METH_NOARGS,
      "latest()\n--\n\nThe newest frame, whether or not it was handed out before; does not wait. NoFrameYet if there "
      "was "
      "none, else raises as next() does." },
    { "read", (PyCFunction)(void (*)(void))capture_read, METH_VARARGS | METH_KEYWORDS,
      "read(out, timeout=None, stream=None)\n--\n\nAs next(), into memory of yours: a NumPy array or a tensor with "
      "__dlpack__ or "
      "__cuda_array_interface__, of the capture's shape, dtype and device, writable and C-contiguous. Returns the "
      "frame's "
      "sequence number. On CUDA the copy is queued on `stream` (a handle; None is the legacy default stream).\n\n"
      "Raises as next(), and PlanError when `out` does not fit; nothing is taken or written then." },
    { "discard", capture_discard, METH_NOARGS,
      "discard()\n--\n\nPass over what was drawn so far: frames that were not handed out yet never are, and enter no stack." },
    { "reset", capture_reset, METH_NOARGS,
      "reset()\n--\n\nAn episode begins: the next frame that is handed out fills the whole stack." },
    { "close", capture_close, METH_NOARGS,
      "close()\n--\n\nStop capturing. Frames that are held stay good. Calls that wait in other threads raise Closed." },
    { "__enter__", capture_enter, METH_NOARGS, NULL },
    { "__exit__", capture_exit, METH_VARARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static const char capture_doc[] =
    "Capture(*, size=(84, 84), gray=True, stack=4, layout='CHW', dtype='uint8', device='cpu', window=None, crop=None, "
    "filter='area', max_frames=1, flip=None, scale=None, offset=None, slots=8, timeout=10.0)\n--\n\n"
    "Every frame that a window of this process shows, as an observation.\n\n"
    "The work is done when the program swaps buffers, on the thread that draws: crop, gray, resize, stack and "
    "conversion are\n"
    "one pass. Frames from the next swap on are captured; the window need not exist yet.\n\n"
    "size        (height, width) of the observation in pixels, as arrays have it; None: the window's, or the crop's\n"
    "gray        True: one channel, ITU-R BT.601 luma; False: three, R before G before B\n"
    "stack       frames in one observation, 1 to 64, the oldest first; they are those that were handed out\n"
    "layout      'CHW': (stack * channels, height, width); 'HWC': (height, width, stack * channels)\n"
    "dtype       'uint8' (0 to 255), 'float16', 'bfloat16' or 'float32'\n"
    "device      'cpu', 'cuda' (the device that draws) or 'cuda:N'\n"
    "window      X11 window id; None: the largest window that draws; 'first': the first that draws, until it is closed\n"
    "crop        (x, y, width, height) in pixels of the window, from its top left corner, before anything else\n"
    "filter      'area' (each pixel is the mean of what it covers), 'bilinear' or 'nearest'\n"
    "max_frames  2: the pixelwise maximum of the last two frames, against flicker\n"
    "flip        'vertical', 'horizontal' or 'both'\n"
    "scale, offset  for float types: value in 0 to 255, times scale, plus offset (1 and 0)\n"
    "slots       observations that can be held at once, 1 to 1024\n"
    "timeout     seconds that next() and read() wait; None: for ever\n\n"
    "Iterating gives frames until the window is closed. Close it, or use it in a with statement.\n\n"
    "Raises PlanError (the arguments make no sense), NoSuchDevice, NotSupported (no CUDA here), NotLoaded (run the "
    "program\n"
    "under `offstage run`).";

static PyType_Slot capture_slots[] = {
    { Py_tp_doc, (void *)capture_doc }, { Py_tp_new, capture_new },       { Py_tp_dealloc, capture_dealloc },
    { Py_tp_repr, capture_repr },       { Py_tp_iter, capture_iter },     { Py_tp_iternext, capture_iternext },
    { Py_tp_methods, capture_methods }, { Py_tp_getset, capture_getset }, { 0, NULL },
};

PyType_Spec ofs_py_capture_spec = { "offstage.Capture", sizeof(struct capture), 0, Py_TPFLAGS_DEFAULT, capture_slots };
