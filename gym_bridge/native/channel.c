/* Channel: the learner's end of the memory that it shares with its games. */
#include "native.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "cuda_ipc.h"

#define RELEASE_NS 10000000000ull /* how long close() waits for games to let go of memory of a GPU */

struct channel {
    PyObject_HEAD PyObject *module;
    struct ofs_learner *learner; /* NULL once closed */
    PyObject *rows;              /* memoryview, on a mapping of its own: it outlives the learner's; or a DeviceArray */
    struct ofs_py_block *block;  /* memory of the rows on a GPU, held until no game has it open */
    int32_t device;
    int *watched; /* with `block`: a descriptor of ours for each seat, of who was there last; -1 = none */
    uint32_t seat_count, row_count;
    uint64_t row_bytes;
    bool has_plan;
    struct ofs_plan_desc plan; /* complete, where has_plan */
    uint32_t *seats;           /* arguments of a wait, seat_count each */
    enum ofs_seat_event *found;
    pid_t pid;
    bool busy; /* a thread waits without the GIL */
};

static struct channel *self_of(PyObject *object) { return (struct channel *)object; }

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
    struct channel *self = self_of(object);
    close_now(self);
    PyMem_Free(self->seats);
    PyMem_Free(self->found);
    PyMem_Free(self->watched);
    Py_XDECREF(self->module);
    release(object);
    Py_DECREF(type);
}

/* Before every use. False with an exception set. */
static bool check_use(struct channel *self)
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

static bool check_seat(struct channel *self, unsigned int seat)
{
    if (!check_use(self))
        return false;
    if (seat < self->seat_count)
        return true;
    return ofs_py_fail_text(self->module, OFS_EINVAL, "seat %u: the channel has seats 0 to %u", seat,
                            self->seat_count - 1) != NULL;
}

static PyObject *channel_close(PyObject *object, PyObject *unused)
{
    struct channel *self = self_of(object);
    if (self->busy && self->pid == getpid()) {
        PyErr_SetString(PyExc_RuntimeError, "the channel is in use by another thread: close it when that has returned");
        return NULL;
    }
    close_now(self);
    Py_RETURN_NONE;
}

/* -- lives and commands ------------------------------------------------------------------------------------------- */

static PyObject *channel_open_seat(PyObject *object, PyObject *args)
{
    unsigned int seat;
    uint32_t life;
    if (!PyArg_ParseTuple(args, "I:open_seat", &seat) || !check_seat(self_of(object), seat))
        return NULL;
    life = ofs_learner_seat_open(self_of(object)->learner, seat, -1);
    if (self_of(object)->watched)
        unwatch(self_of(object), seat);
    return PyLong_FromUnsignedLong(life);
}

static PyObject *channel_watch(PyObject *object, PyObject *args)
{
    struct channel *self = self_of(object);
    unsigned int seat;
    int gone_fd;
    if (!PyArg_ParseTuple(args, "Ii:watch", &seat, &gone_fd) || !check_seat(self, seat))
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

static PyObject *fail_command(struct channel *self, unsigned int seat, enum ofs_status status,
                              const struct ofs_command *command)
{
    const char *why = status == OFS_EBUSY    ? "the command before is not answered yet"
                      : status == OFS_EAGAIN ? "the game has not shown its first frame"
                      : status == OFS_EPEER  ? "the game is gone"
                                             : NULL;
    if (why)
        return ofs_py_fail_text(self->module, status, "seat %u: %s", seat, why);
    return ofs_py_fail_text(
        self->module, status,
        "seat %u: a command of kind %u, %u frames, row %u, %u events (of at most %u, in the order of "
        "their frames), %u bytes: it makes no sense, or the seat was never opened",
        seat, command->kind, command->frames, command->row, command->event_count, OFS_CHANNEL_EVENTS,
        command->payload_bytes);
}

/* The bytes of an argument: those of a bytes object themselves, of anything else a copy. NULL with an exception set. */
static PyObject *bytes_of(PyObject *value, const char *what)
{
    PyObject *view, *bytes;
    if (PyBytes_Check(value)) {
        Py_INCREF(value);
        return value;
    }
    view = PyMemoryView_FromObject(value);
    bytes = view ? PyBytes_FromObject(view) : NULL;
    Py_XDECREF(view);
    if (!view)
        PyErr_Format(PyExc_TypeError, "%s: expected bytes, not %R", what, (PyObject *)Py_TYPE(value));
    return bytes;
}

static PyObject *channel_command(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "seat", "kind", "frames", "flags", "row", "seed", "events", "payload", NULL };
    struct channel *self = self_of(object);
    struct ofs_command command = { .frames = 1 };
    unsigned int seat;
    unsigned long long seed = 0;
    PyObject *events = NULL, *payload = NULL, *result = NULL;
    enum ofs_status status;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "II|IIIKOO:command", names, &seat, &command.kind, &command.frames,
                                     &command.flags, &command.row, &seed, &events, &payload) ||
        !check_seat(self, seat))
        return NULL;
    command.seed = seed;
    events = events ? bytes_of(events, "events") : NULL;
    payload = payload && !PyErr_Occurred() ? bytes_of(payload, "payload") : NULL;
    if (PyErr_Occurred() || !check_use(self))
        goto out;
    if (events && PyBytes_Size(events) % (Py_ssize_t)sizeof(struct ofs_channel_event) != 0) {
        ofs_py_fail_text(self->module, OFS_EINVAL, "events: %zd bytes are not a number of events, which have %zu each",
                         PyBytes_Size(events), sizeof(struct ofs_channel_event));
        goto out;
    }
    if ((events && PyBytes_Size(events) > INT32_MAX) || (payload && PyBytes_Size(payload) > INT32_MAX)) {
        ofs_py_fail_text(self->module, OFS_EINVAL, "seat %u: more bytes than any channel has room for", seat);
        goto out;
    }
    if (events) {
        command.events = (const void *)PyBytes_AsString(events);
        command.event_count = (uint32_t)((size_t)PyBytes_Size(events) / sizeof(struct ofs_channel_event));
    }
    if (payload) {
        command.payload = PyBytes_AsString(payload);
        command.payload_bytes = (uint32_t)PyBytes_Size(payload);
    }
    status = ofs_learner_command(self->learner, seat, &command);
    if (status != OFS_OK) {
        fail_command(self, seat, status, &command);
        goto out;
    }
    Py_INCREF(Py_None);
    result = Py_None;
out:
    Py_XDECREF(events);
    Py_XDECREF(payload);
    return result;
}

/* -- waiting ------------------------------------------------------------------------------------------------------ */

/* Called by the waiting thread, without the GIL: do Python's signal handlers want to run, and do they raise? */
static bool interrupted(void *context)
{
    PyThreadState **thread = context;
    bool raised;
    PyEval_RestoreThread(*thread);
    raised = PyErr_CheckSignals() != 0;
    *thread = PyEval_SaveThread();
    return raised;
}

/* The seats of a sequence into self->seats; -1 with an exception set. */
static Py_ssize_t take_seats(struct channel *self, PyObject *sequence)
{
    bool list = PyList_Check(sequence), tuple = PyTuple_Check(sequence);
    Py_ssize_t count = PySequence_Size(sequence);
    if (count > (Py_ssize_t)self->seat_count) {
        ofs_py_fail_text(self->module, OFS_EINVAL, "wait: %zd seats, where the channel has %u", count,
                         self->seat_count);
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        PyObject *item = list    ? PyList_GetItem(sequence, i)
                         : tuple ? PyTuple_GetItem(sequence, i)
                                 : PySequence_GetItem(sequence, i);
        PyObject *index = item ? PyNumber_Index(item) : NULL;
        unsigned long number = index ? PyLong_AsUnsignedLong(index) : 0;
        Py_XDECREF(index);
        if (!list && !tuple)
            Py_XDECREF(item);
        if (PyErr_Occurred())
            return -1;
        if (number >= self->seat_count) {
            ofs_py_fail_text(self->module, OFS_EINVAL, "seat %lu: the channel has seats 0 to %u", number,
                             self->seat_count - 1);
            return -1;
        }
        self->seats[i] = (uint32_t)number;
    }
    return count;
}

static PyObject *channel_wait(PyObject *object, PyObject *args)
{
    struct channel *self = self_of(object);
    PyObject *sequence, *timeout = NULL, *list;
    unsigned int wanted;
    uint64_t timeout_ns;
    Py_ssize_t count;
    enum ofs_status status;

    if (!PyArg_ParseTuple(args, "OIO:wait", &sequence, &wanted, &timeout) || !check_use(self) ||
        !ofs_py_parse_timeout(timeout, OFS_WAIT_FOREVER, &timeout_ns))
        return NULL;
    count = take_seats(self, sequence);
    if (count < 0 || !check_use(self)) /* a number of a class of its own may have closed it */
        return NULL;
    /* A look first: what has been answered meanwhile costs no change of threads. */
    status = ofs_learner_wait(self->learner, self->seats, self->found, (uint32_t)count, wanted, 0, NULL, NULL);
    if (status == OFS_ETIMEDOUT && timeout_ns > 0) {
        PyThreadState *thread;
        self->busy = true;
        thread = PyEval_SaveThread();
        status = ofs_learner_wait(self->learner, self->seats, self->found, (uint32_t)count, wanted, timeout_ns,
                                  interrupted, &thread);
        PyEval_RestoreThread(thread);
        self->busy = false;
        if (status == OFS_EAGAIN && PyErr_Occurred())
            return NULL;
    }
    if (status == OFS_EINVAL)
        return ofs_py_fail_text(self->module, status,
                                "wait: %u of %zd seats cannot be waited for, or one was never opened", wanted, count);
    list = PyList_New(count);
    for (Py_ssize_t i = 0; list && i < count; i++) {
        PyObject *event = PyLong_FromLong((long)self->found[i]);
        if (!event || PyList_SetItem(list, i, event) != 0)
            Py_CLEAR(list);
    }
    return list;
}

/* -- answers ------------------------------------------------------------------------------------------------------ */

static bool get_answer(struct channel *self, PyObject *args, const char *format, unsigned int *seat_out,
                       struct ofs_answer *answer)
{
    if (!PyArg_ParseTuple(args, format, seat_out) || !check_seat(self, *seat_out))
        return false;
    if (ofs_learner_answer(self->learner, *seat_out, answer) == OFS_OK)
        return true;
    return ofs_py_fail_text(self->module, OFS_EPEER, "seat %u: what the game wrote into the channel makes no sense",
                            *seat_out) != NULL;
}

static PyObject *channel_answer(PyObject *object, PyObject *args)
{
    struct channel *self = self_of(object);
    struct ofs_answer answer;
    unsigned int seat;
    return get_answer(self, args, "I:answer", &seat, &answer) ? ofs_py_answer(self->module, &answer) : NULL;
}

static PyObject *channel_picture(PyObject *object, PyObject *args)
{
    struct channel *self = self_of(object);
    struct ofs_answer answer;
    unsigned int seat;
    PyObject *bytes, *flat, *result;

    if (!get_answer(self, args, "I:picture", &seat, &answer))
        return NULL;
    if (!answer.picture)
        return ofs_py_fail_text(self->module, OFS_EAGAIN, "seat %u: its newest answer has no picture", seat);
    bytes = PyByteArray_FromStringAndSize((const char *)answer.picture,
                                          (Py_ssize_t)((size_t)answer.picture_width_px * answer.picture_height_px * 3));
    flat = bytes ? PyMemoryView_FromObject(bytes) : NULL;
    result =
        flat ? PyObject_CallMethod(flat, "cast", "s(IIi)", "B", answer.picture_height_px, answer.picture_width_px, 3)
             : NULL;
    Py_XDECREF(bytes);
    Py_XDECREF(flat);
    return result;
}

/* -- what it is --------------------------------------------------------------------------------------------------- */

static PyObject *get_descriptor(PyObject *object, void *unused)
{
    return check_use(self_of(object)) ? PyLong_FromLong(ofs_learner_descriptor(self_of(object)->learner)) : NULL;
}

static PyObject *get_rows(PyObject *object, void *unused)
{
    if (!check_use(self_of(object)))
        return NULL;
    Py_INCREF(self_of(object)->rows);
    return self_of(object)->rows;
}

static PyObject *get_device(PyObject *object, void *unused) { return ofs_py_device_name(self_of(object)->device); }

static PyObject *get_seats(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLong(self_of(object)->seat_count);
}

static PyObject *get_row_count(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLong(self_of(object)->row_count);
}

static PyObject *get_row_bytes(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLongLong(self_of(object)->row_bytes);
}

static PyObject *get_closed(PyObject *object, void *unused) { return PyBool_FromLong(!self_of(object)->learner); }

static PyObject *get_shape(PyObject *object, void *unused)
{
    struct channel *self = self_of(object);
    int64_t shape[3];
    if (!self->has_plan)
        Py_RETURN_NONE;
    ofs_py_plan_shape(&self->plan, shape);
    return ofs_py_shape(shape, 1);
}

static PyObject *get_dtype(PyObject *object, void *unused)
{
    if (!self_of(object)->has_plan)
        Py_RETURN_NONE;
    return PyUnicode_FromString(ofs_py_dtype_name(self_of(object)->plan.dtype));
}

static PyObject *channel_enter(PyObject *object, PyObject *unused)
{
    if (!check_use(self_of(object)))
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
    { "command", (PyCFunction)(void (*)(void))channel_command, METH_VARARGS | METH_KEYWORDS,
      "command(seat, kind, frames=1, flags=0, row=0, seed=0, events=b'', payload=b'')\n--\n\nGive a command, "
      "COMMAND_*. "
      "`events`: struct.pack('=HHIii', kind, after, code, a, b) each, in the order of `after`.\n\n"
      "Raises PlanError, BackPressure (the one before is not answered), NoFrameYet, PeerGone." },
    { "wait", channel_wait, METH_VARARGS,
      "wait(seats, wanted, timeout)\n--\n\nWait until `wanted` of the seats are answered or lost, or `timeout` seconds "
      "are "
      "over (None: never). Returns for each seat 0 (busy), 1 (answered, or ready) or 2 (lost)." },
    { "answer", channel_answer, METH_VARARGS, "answer(seat)\n--\n\nThe seat's newest answer, as an Answer." },
    { "picture", channel_picture, METH_VARARGS,
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
