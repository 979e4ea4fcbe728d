/* Channel: the learner's end of the memory that it shares with its games; the object, and the lives of its seats. */
#include "channel_object.h"

#include <fcntl.h>
#include <unistd.h>

#include "cuda_ipc.h"

#define RELEASE_NS 10000000000ull /* how long close() waits for games to let go of memory of a GPU */

/* -- its arguments ------------------------------------------------------------------------------------------------ */

static bool parse(struct channel *self, PyObject *args, PyObject *kwargs, struct ofs_learner_desc *desc)
{
    static char *names[] = { "seats",       "rows",   "row_bytes", "payload_bytes", "info_bytes", "picture_bytes",
                             "observation", "device", NULL };
    unsigned long long row_bytes = 0, picture_bytes = 0;
    unsigned int seats = 0, rows = 0, payload_bytes = 0, info_bytes = 16384;
    PyObject *observation = Py_None, *device = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$IIKIIKOO:Channel", names, &seats, &rows, &row_bytes,
                                     &payload_bytes, &info_bytes, &picture_bytes, &observation, &device))
        return false;
    self->device = OFS_DEVICE_CPU;
    if (device && !ofs_py_parse_device(self->module, device, &self->device))
        return false;
    if (self->device == OFS_DEVICE_CUDA)
        self->device = 0;
    if (self->device != OFS_DEVICE_CPU && observation == Py_None)
        return ofs_py_fail_text(self->module, OFS_EINVAL, "device: rows on a GPU need `observation`") != NULL;
    *desc = (struct ofs_learner_desc){ .seats = seats,
                                       .rows = rows,
                                       .row_bytes = row_bytes,
                                       .payload_bytes = payload_bytes,
                                       .info_bytes = info_bytes,
                                       .picture_bytes = picture_bytes };
    if (observation != Py_None) {
        if (!ofs_py_parse_observation(self->module, observation, &self->plan, &desc->window))
            return false;
        self->has_plan = true;
        if (row_bytes && row_bytes != ofs_py_plan_bytes(&self->plan))
            return ofs_py_fail_text(self->module, OFS_EINVAL, "row_bytes is %llu, where such an observation has %llu",
                                    row_bytes, (unsigned long long)ofs_py_plan_bytes(&self->plan)) != NULL;
        desc->plan = &self->plan;
        desc->plan_bytes = sizeof self->plan;
        desc->row_bytes = ofs_py_plan_bytes(&self->plan);
    }
    return true;
}

/* -- life --------------------------------------------------------------------------------------------------------- */

static enum ofs_status create_learner(const struct ofs_learner_desc *desc, int32_t device,
                                      struct ofs_cuda_rows **rows_out, struct ofs_learner **learner_out, char *why,
                                      size_t why_bytes)
{
    struct ofs_learner_desc whole = *desc;
    enum ofs_status status = OFS_OK;

    if (device != OFS_DEVICE_CPU) {
        if (desc->rows > UINT64_MAX / (desc->row_bytes ? desc->row_bytes : 1))
            return OFS_ENOMEM;
        status = ofs_cuda_rows_create(device, desc->rows * desc->row_bytes, rows_out, why, why_bytes);
        whole.cuda = status == OFS_OK ? ofs_cuda_rows_export(*rows_out) : NULL;
    }
    return status == OFS_OK ? ofs_learner_create(&whole, learner_out, why, why_bytes) : status;
}

static bool open_channel(struct channel *self, const struct ofs_learner_desc *desc)
{
    struct ofs_channel_header header;
    struct ofs_cuda_rows *rows = NULL;
    char why[300] = "";
    enum ofs_status status;
    size_t bytes;

    Py_BEGIN_ALLOW_THREADS status = create_learner(desc, self->device, &rows, &self->learner, why, sizeof why);
    Py_END_ALLOW_THREADS if (status != OFS_OK)
    {
        ofs_cuda_rows_destroy(rows);
        self->learner = NULL;
        return ofs_py_fail_text(self->module, status, "%s", why) != NULL;
    }
    if (rows && !(self->block = ofs_py_block_create(rows)))
        return false;
    if (pread(ofs_learner_descriptor(self->learner), &header, sizeof header, 0) != (ssize_t)sizeof header)
        return PyErr_SetFromErrno(PyExc_OSError) != NULL;
    ofs_learner_rows(self->learner, &bytes);
    self->seat_count = header.seat_count;
    self->row_count = header.row_count;
    self->row_bytes = header.row_bytes;
    self->seats = PyMem_Calloc(self->seat_count, sizeof *self->seats);
    self->found = PyMem_Calloc(self->seat_count, sizeof *self->found);
    self->watched = self->block ? PyMem_Calloc(self->seat_count, sizeof *self->watched) : NULL;
    if (!self->seats || !self->found || (self->block && !self->watched))
        return PyErr_NoMemory() != NULL;
    for (uint32_t i = 0; self->watched && i < self->seat_count; i++)
        self->watched[i] = -1;
    self->rows = self->block ? ofs_py_device_rows(self->module, self->block, &self->plan, self->row_count)
                             : ofs_py_map_rows(ofs_learner_descriptor(self->learner), &header);
    return self->rows != NULL;
}

static PyObject *channel_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *module = PyObject_GetAttrString((PyObject *)type, "_module");
    struct channel *self = module ? (struct channel *)PyType_GenericAlloc(type, 0) : NULL;
    struct ofs_learner_desc desc;

    if (!self) {
        Py_XDECREF(module);
        return NULL;
    }
    self->module = module;
    self->pid = getpid();
    if (!parse(self, args, kwargs, &desc) || !open_channel(self, &desc)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void unwatch(struct channel *self, unsigned int seat)
{
    if (self->watched[seat] >= 0)
        close(self->watched[seat]);
    self->watched[seat] = -1;
}

/* In a forked child the games are the parent's: nothing is said to them, and only the memory is left alone. */
static void close_now(struct channel *self)
{
    struct ofs_learner *learner = self->learner;
    struct ofs_py_block *block = self->block;
    enum ofs_status released = OFS_OK;

    self->learner = NULL;
    self->block = NULL;
    Py_CLEAR(self->rows);
    if (self->pid != getpid())
        for (uint32_t i = 0; self->watched && i < self->seat_count; i++)
            unwatch(self, i);
    if (!learner || self->pid != getpid())
        return;
    if (block) {
        /* What a game has open must not be freed. One that does not let go, after all this time, keeps it for good. */
        Py_BEGIN_ALLOW_THREADS ofs_learner_close(learner);
        released = ofs_learner_wait_released(learner, RELEASE_NS);
        Py_END_ALLOW_THREADS
    }
    ofs_learner_destroy(learner);
    for (uint32_t i = 0; self->watched && i < self->seat_count; i++)
        unwatch(self, i);
    if (released == OFS_OK)
        ofs_py_block_unref(block);
}

static void channel_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    struct channel *self = ofs_py_channel_of(object);
    close_now(self);
    PyMem_Free(self->seats);
    PyMem_Free(self->found);
    PyMem_Free(self->watched);
    Py_XDECREF(self->module);
    release(object);
    Py_DECREF(type);
}

bool ofs_py_channel_check(struct channel *self)
{
    if (!self->learner) {
        PyErr_SetString(ofs_py_state(self->module)->closed_error, "the channel was closed");
        return false;
    }
    if (self->pid != getpid()) {
        PyErr_SetString(ofs_py_state(self->module)->closed_error,
                        "the channel was made before fork(): its games belong to the other process; make one here");
        return false;
    }
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "the channel is in use by another thread: one call at a time");
        return false;
    }
    return true;
}

bool ofs_py_channel_check_seat(struct channel *self, unsigned int seat)
{
    if (!ofs_py_channel_check(self))
        return false;
    if (seat < self->seat_count)
        return true;
    return ofs_py_fail_text(self->module, OFS_EINVAL, "seat %u: the channel has seats 0 to %u", seat,
                            self->seat_count - 1) != NULL;
}

static PyObject *channel_close(PyObject *object, PyObject *unused)
{
    struct channel *self = ofs_py_channel_of(object);
    if (self->busy && self->pid == getpid()) {
        PyErr_SetString(PyExc_RuntimeError, "the channel is in use by another thread: close it when that has returned");
        return NULL;
    }
    close_now(self);
    Py_RETURN_NONE;
}

/* -- lives of seats ----------------------------------------------------------------------------------------------- */

static PyObject *channel_open_seat(PyObject *object, PyObject *args)
{
    unsigned int seat;
    uint32_t life;
    if (!PyArg_ParseTuple(args, "I:open_seat", &seat) || !ofs_py_channel_check_seat(ofs_py_channel_of(object), seat))
        return NULL;
    life = ofs_learner_seat_open(ofs_py_channel_of(object)->learner, seat, -1);
    if (ofs_py_channel_of(object)->watched)
        unwatch(ofs_py_channel_of(object), seat);
    return PyLong_FromUnsignedLong(life);
}

static PyObject *channel_watch(PyObject *object, PyObject *args)
{
    struct channel *self = ofs_py_channel_of(object);
    unsigned int seat;
    int gone_fd;
    if (!PyArg_ParseTuple(args, "Ii:watch", &seat, &gone_fd) || !ofs_py_channel_check_seat(self, seat))
        return NULL;
    if (self->watched) {
        /* Who may have memory of the GPU open is looked at beyond the time of whoever watches here. */
        int copy = gone_fd >= 0 ? fcntl(gone_fd, F_DUPFD_CLOEXEC, 3) : -1;
        if (gone_fd < 0)
            Py_RETURN_NONE;
        if (copy < 0)
            return PyErr_SetFromErrno(PyExc_OSError);
        unwatch(self, seat);
        self->watched[seat] = gone_fd = copy;
    }
    ofs_learner_seat_watch(self->learner, seat, gone_fd);
    Py_RETURN_NONE;
}

/* -- what it is --------------------------------------------------------------------------------------------------- */

static PyObject *get_descriptor(PyObject *object, void *unused)
{
    return ofs_py_channel_check(ofs_py_channel_of(object)) ? PyLong_FromLong(ofs_learner_descriptor(ofs_py_channel_of(object)->learner)) : NULL;
}

static PyObject *get_rows(PyObject *object, void *unused)
{
    if (!ofs_py_channel_check(ofs_py_channel_of(object)))
        return NULL;
    Py_INCREF(ofs_py_channel_of(object)->rows);
    return ofs_py_channel_of(object)->rows;
}

static PyObject *get_device(PyObject *object, void *unused) { return ofs_py_device_name(ofs_py_channel_of(object)->device); }

static PyObject *get_seats(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLong(ofs_py_channel_of(object)->seat_count);
}

static PyObject *get_row_count(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLong(ofs_py_channel_of(object)->row_count);
}

static PyObject *get_row_bytes(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLongLong(ofs_py_channel_of(object)->row_bytes);
}

static PyObject *get_closed(PyObject *object, void *unused) { return PyBool_FromLong(!ofs_py_channel_of(object)->learner); }

static PyObject *get_shape(PyObject *object, void *unused)
{
    struct channel *self = ofs_py_channel_of(object);
    int64_t shape[3];
    if (!self->has_plan)
        Py_RETURN_NONE;
    ofs_py_plan_shape(&self->plan, shape);
    return ofs_py_shape(shape, 1);
}

static PyObject *get_dtype(PyObject *object, void *unused)
{
    if (!ofs_py_channel_of(object)->has_plan)
        Py_RETURN_NONE;
    return PyUnicode_FromString(ofs_py_dtype_name(ofs_py_channel_of(object)->plan.dtype));
}

static PyObject *channel_enter(PyObject *object, PyObject *unused)
{
    if (!ofs_py_channel_check(ofs_py_channel_of(object)))
        return NULL;
    Py_INCREF(object);
    return object;
}

static PyObject *channel_exit(PyObject *object, PyObject *exception) { return channel_close(object, NULL); }

static PyGetSetDef channel_getset[] = {
    { "descriptor", get_descriptor, NULL, "Of the memory; for OFFSTAGE_CHANNEL, and to be inherited by the games.",
      NULL },
    { "seats", get_seats, NULL, "How many games can be on it, with spares.", NULL },
    { "row_count", get_row_count, NULL, "How many observations it holds.", NULL },
    { "row_bytes", get_row_bytes, NULL, "Size of one.", NULL },
    { "rows", get_rows, NULL,
      "All observations: a writable memoryview of bytes, row_count * row_bytes, with nothing in between; or, on a GPU, "
      "a "
      "DeviceArray (row_count, ...). The memory stays "
      "for as long as it is looked at, also when the channel is closed.",
      NULL },
    { "device", get_device, NULL, "Where the rows are: \"cpu\" or \"cuda:0\".", NULL },
    { "shape", get_shape, NULL,
      "Of one observation: (channels, height, width) or (height, width, channels); None if the games make their own.",
      NULL },
    { "dtype", get_dtype, NULL, "Of the observations' elements; None likewise.", NULL },
    { "closed", get_closed, NULL, "Was it closed?", NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef channel_methods[] = {
    { "open_seat", channel_open_seat, METH_VARARGS,
      "open_seat(seat)\n--\n\nA new life for the seat: what a game wrote before is forgotten, and one that is still "
      "there "
      "leaves. Returns the number of the life, for OFFSTAGE_CHANNEL=\"descriptor:seat:life\"." },
    { "watch", channel_watch, METH_VARARGS,
      "watch(seat, gone_fd)\n--\n\nA descriptor that becomes readable when the seat's process is gone; -1: none. It is "
      "borrowed until the seat's next life or close()." },
    { "command", (PyCFunction)(void (*)(void))ofs_py_channel_command, METH_VARARGS | METH_KEYWORDS,
      "command(seat, kind, frames=1, flags=0, row=0, seed=0, events=b'', payload=b'')\n--\n\nGive a command, "
      "COMMAND_*. "
      "`events`: struct.pack('=HHIii', kind, after, code, a, b) each, in the order of `after`.\n\n"
      "Raises PlanError, BackPressure (the one before is not answered), NoFrameYet, PeerGone." },
    { "wait", ofs_py_channel_wait, METH_VARARGS,
      "wait(seats, wanted, timeout)\n--\n\nWait until `wanted` of the seats are answered or lost, or `timeout` seconds "
      "are "
      "over (None: never). Returns for each seat 0 (busy), 1 (answered, or ready) or 2 (lost)." },
    { "answer", ofs_py_channel_answer, METH_VARARGS, "answer(seat)\n--\n\nThe seat's newest answer, as an Answer." },
    { "picture", ofs_py_channel_picture, METH_VARARGS,
      "picture(seat)\n--\n\nThe whole frame that answered a COMMAND_PICTURE: (height, width, 3), uint8, RGB, top row "
      "first; a copy. NoFrameYet if there is none." },
    { "close", channel_close, METH_NOARGS,
      "close()\n--\n\nTell every game to end. In a forked child only this object is closed: the games are the "
      "parent's." },
    { "__enter__", channel_enter, METH_NOARGS, NULL },
    { "__exit__", channel_exit, METH_VARARGS, NULL },
    { NULL, NULL, 0, NULL },
};

static const char channel_doc[] =
    "Channel(*, seats, rows, row_bytes=0, payload_bytes=0, info_bytes=16384, picture_bytes=0, observation=None, "
    "device='cpu')\n--\n\n"
    "The learner's end of the memory that it shares with its games; see offstage_channel.h. `observation`: Capture's "
    "options size, gray, stack, layout, dtype, window, crop, filter, max_frames, flip, scale and offset; a row is one "
    "observation then. `device`: where the rows are; with \"cuda\" or \"cuda:N\" they are a DeviceArray. Not for "
    "several threads at once.\n\nRaises PlanError, OutOfMemory, NotSupported.";

static PyType_Slot channel_slots[] = {
    { Py_tp_doc, (void *)channel_doc }, { Py_tp_new, channel_new },       { Py_tp_dealloc, channel_dealloc },
    { Py_tp_methods, channel_methods }, { Py_tp_getset, channel_getset }, { 0, NULL },
};

PyType_Spec ofs_py_channel_spec = { "offstage._native.Channel", sizeof(struct channel), 0, Py_TPFLAGS_DEFAULT,
                                    channel_slots };
