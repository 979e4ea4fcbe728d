/* Channel: commands, waiting for answers, and answers. */
#include "channel_object.h"

#include <string.h>

/* -- commands ----------------------------------------------------------------------------------------------------- */

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

PyObject *ofs_py_channel_command(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "seat", "kind", "frames", "flags", "row", "seed", "events", "payload", NULL };
    struct channel *self = ofs_py_channel_of(object);
    struct ofs_command command = { .frames = 1 };
    unsigned int seat;
    unsigned long long seed = 0;
    PyObject *events = NULL, *payload = NULL, *result = NULL;
    enum ofs_status status;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "II|IIIKOO:command", names, &seat, &command.kind, &command.frames,
                                     &command.flags, &command.row, &seed, &events, &payload) ||
        !ofs_py_channel_check_seat(self, seat))
        return NULL;
    command.seed = seed;
    events = events ? bytes_of(events, "events") : NULL;
    payload = payload && !PyErr_Occurred() ? bytes_of(payload, "payload") : NULL;
    if (PyErr_Occurred() || !ofs_py_channel_check(self))
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

PyObject *ofs_py_channel_wait(PyObject *object, PyObject *args)
{
    struct channel *self = ofs_py_channel_of(object);
    PyObject *sequence, *timeout = NULL, *list;
    unsigned int wanted;
    uint64_t timeout_ns;
    Py_ssize_t count;
    enum ofs_status status;

    if (!PyArg_ParseTuple(args, "OIO:wait", &sequence, &wanted, &timeout) || !ofs_py_channel_check(self) ||
        !ofs_py_parse_timeout(timeout, OFS_WAIT_FOREVER, &timeout_ns))
        return NULL;
    count = take_seats(self, sequence);
    if (count < 0 || !ofs_py_channel_check(self)) /* a number of a class of its own may have closed it */
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
    if (!PyArg_ParseTuple(args, format, seat_out) || !ofs_py_channel_check_seat(self, *seat_out))
        return false;
    if (ofs_learner_answer(self->learner, *seat_out, answer) == OFS_OK)
        return true;
    return ofs_py_fail_text(self->module, OFS_EPEER, "seat %u: what the game wrote into the channel makes no sense",
                            *seat_out) != NULL;
}

PyObject *ofs_py_channel_answer(PyObject *object, PyObject *args)
{
    struct channel *self = ofs_py_channel_of(object);
    struct ofs_answer answer;
    unsigned int seat;
    return get_answer(self, args, "I:answer", &seat, &answer) ? ofs_py_answer(self->module, &answer) : NULL;
}

PyObject *ofs_py_channel_picture(PyObject *object, PyObject *args)
{
    struct channel *self = ofs_py_channel_of(object);
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
