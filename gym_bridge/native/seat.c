/* Seat: the game's end of a channel, for games that are Python processes themselves. */
#include "native.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "channel.h"
#include "hook/clock/offstage_clock.h"

#define SLICE_NS 100000000u

struct seat {
    PyObject_HEAD PyObject *module;
    struct ofs_game *game; /* NULL once it has left */
    PyObject *rows;        /* memoryview, on a mapping of its own */
    struct ofs_channel_header header;
    const struct ofs_clock_table *clock;
    uint64_t answered;
    pid_t pid;
    bool busy;
};

static struct seat *self_of(PyObject *object) { return (struct seat *)object; }

static bool check_use(struct seat *self)
{
    if (!self->game) {
        PyErr_SetString(ofs_py_state(self->module)->closed_error, "the seat was left");
        return false;
    }
    if (self->pid != getpid()) {
        PyErr_SetString(ofs_py_state(self->module)->closed_error,
                        "the seat was taken before fork(), by the other process");
        return false;
    }
    if (self->busy) {
        PyErr_SetString(PyExc_RuntimeError, "the seat is in use by another thread: one call at a time");
        return false;
    }
    return true;
}

/* -- life --------------------------------------------------------------------------------------------------------- */

/* NULL without virtual time. */
static const struct ofs_clock_table *find_clock(void)
{
    ofs_clock_table_fn *find;
    *(void **)&find = dlsym(RTLD_DEFAULT, OFS_CLOCK_TABLE_NAME);
    return find ? find(OFS_CLOCK_VERSION) : NULL;
}

static bool attach(struct seat *self, const char *place)
{
    char why[400] = "";
    enum ofs_status status;
    int descriptor = -1;

    Py_BEGIN_ALLOW_THREADS status = ofs_game_attach(place, &self->game, why, sizeof why);
    Py_END_ALLOW_THREADS if (status != OFS_OK)
    {
        self->game = NULL;
        return ofs_py_fail_text(self->module, status, "%s", why) != NULL;
    }
    self->header = *ofs_game_header(self->game);
    self->clock = find_clock();
    if (sscanf(place, "%d:", &descriptor) != 1)
        return ofs_py_fail_text(self->module, OFS_EINVAL, "no place: %s", place) != NULL;
    self->rows = ofs_py_map_rows(descriptor, &self->header);
    return self->rows != NULL;
}

static PyObject *seat_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "place", NULL };
    const char *place;
    PyObject *module = PyObject_GetAttrString((PyObject *)type, "_module");
    struct seat *self = module ? (struct seat *)PyType_GenericAlloc(type, 0) : NULL;

    if (!self) {
        Py_XDECREF(module);
        return NULL;
    }
    self->module = module;
    self->pid = getpid();
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "s:Seat", names, &place) || !attach(self, place)) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void leave(struct seat *self, const char *sentence)
{
    struct ofs_game *game = self->game;
    self->game = NULL;
    Py_CLEAR(self->rows);
    if (game && self->pid == getpid())
        ofs_game_leave(game, sentence);
    else
        ofs_game_abandon(game);
}

static void seat_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    leave(self_of(object), NULL);
    Py_XDECREF(self_of(object)->module);
    release(object);
    Py_DECREF(type);
}

static PyObject *seat_leave(PyObject *object, PyObject *args)
{
    const char *sentence = NULL;
    if (!PyArg_ParseTuple(args, "|z:leave", &sentence))
        return NULL;
    if (self_of(object)->busy && self_of(object)->pid == getpid()) {
        PyErr_SetString(PyExc_RuntimeError, "the seat is in use by another thread");
        return NULL;
    }
    leave(self_of(object), sentence);
    Py_RETURN_NONE;
}

/* -- commands and answers ----------------------------------------------------------------------------------------- */

static PyObject *seat_ready(PyObject *object, PyObject *unused)
{
    if (!check_use(self_of(object)))
        return NULL;
    ofs_game_ready(self_of(object)->game);
    Py_RETURN_NONE;
}

/* In slices, so that Python's signal handlers run. */
static enum ofs_status wait_in_slices(struct seat *self, uint64_t left_ns, struct ofs_command *command)
{
    enum ofs_status status = ofs_game_wait(self->game, 0, command);
    while (status == OFS_ETIMEDOUT && left_ns > 0) {
        uint64_t slice_ns = left_ns < SLICE_NS ? left_ns : SLICE_NS;
        self->busy = true;
        Py_BEGIN_ALLOW_THREADS status = ofs_game_wait(self->game, slice_ns, command);
        Py_END_ALLOW_THREADS self->busy = false;
        if (status == OFS_ETIMEDOUT && PyErr_CheckSignals() != 0)
            return OFS_EAGAIN;
        if (!self->game) /* a signal handler has left it */
            return OFS_EPEER;
        if (left_ns != OFS_WAIT_FOREVER)
            left_ns -= slice_ns;
    }
    return status;
}

static PyObject *seat_wait(PyObject *object, PyObject *args)
{
    struct seat *self = self_of(object);
    struct ofs_command command;
    PyObject *timeout;
    uint64_t timeout_ns;
    enum ofs_status status;

    if (!PyArg_ParseTuple(args, "O:wait", &timeout) || !check_use(self) ||
        !ofs_py_parse_timeout(timeout, OFS_WAIT_FOREVER, &timeout_ns))
        return NULL;
    if (self->clock) /* no time passes for the game while the learner thinks */
        self->clock->freeze();
    status = wait_in_slices(self, timeout_ns, &command);
    if (self->clock)
        self->clock->thaw();
    if (PyErr_Occurred())
        return NULL;
    if (status == OFS_ETIMEDOUT)
        Py_RETURN_NONE;
    if (status == OFS_EPEER)
        return ofs_py_fail_text(self->module, status, "the learner has ended, or has another process at this seat");
    if (status != OFS_OK)
        return ofs_py_fail_text(self->module, status, "the seat cannot be waited at");
    return ofs_py_command(self->module, &command);
}

static PyObject *seat_answer(PyObject *object, PyObject *args, PyObject *kwargs)
{
    static char *names[] = { "reward", "flags", "info", "info_kind", "error", NULL };
    struct seat *self = self_of(object);
    struct ofs_reply reply = { 0 };
    PyObject *info = NULL;
    const char *error = "";
    size_t room = 0;
    unsigned char *place;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$dIOIs:answer", names, &reply.reward, &reply.flags, &info,
                                     &reply.info_kind, &error) ||
        !check_use(self))
        return NULL;
    if (info) {
        Py_ssize_t bytes;
        char *data;
        if (!PyBytes_Check(info)) {
            PyErr_Format(PyExc_TypeError, "info: expected bytes, not %R", (PyObject *)Py_TYPE(info));
            return NULL;
        }
        if (PyBytes_AsStringAndSize(info, &data, &bytes) != 0)
            return NULL;
        place = ofs_game_info(self->game, &room);
        if ((size_t)bytes > room)
            return ofs_py_fail_text(self->module, OFS_ENOMEM, "info: %zd bytes, where the channel has room for %zu",
                                    bytes, room);
        if (bytes > 0) {
            memcpy(place, data, (size_t)bytes);
            reply.info_used = (uint32_t)bytes;
            reply.flags |= OFS_ANSWER_INFO;
        }
    }
    reply.frames_shown = ++self->answered;
    reply.error = error;
    ofs_game_answer(self->game, &reply);
    Py_RETURN_NONE;
}

static PyObject *seat_row(PyObject *object, PyObject *args)
{
    struct seat *self = self_of(object);
    PyObject *start, *end, *slice = NULL, *row = NULL;
    unsigned int number;

    if (!PyArg_ParseTuple(args, "I:row", &number) || !check_use(self))
        return NULL;
    if (number >= self->header.row_count)
        return ofs_py_fail_text(self->module, OFS_EINVAL, "row %u: the channel has rows 0 to %u", number,
                                self->header.row_count - 1);
    start = PyLong_FromUnsignedLongLong(number * self->header.row_bytes);
    end = PyLong_FromUnsignedLongLong((number + (uint64_t)1) * self->header.row_bytes);
    slice = start && end ? PySlice_New(start, end, NULL) : NULL;
    row = slice ? PyObject_GetItem(self->rows, slice) : NULL;
    Py_XDECREF(start);
    Py_XDECREF(end);
    Py_XDECREF(slice);
    return row;
}

/* -- what it is --------------------------------------------------------------------------------------------------- */

static PyObject *get_row_bytes(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLongLong(self_of(object)->header.row_bytes);
}

static PyObject *get_row_count(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLong(self_of(object)->header.row_count);
}

static PyObject *get_payload_bytes(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLong(self_of(object)->header.payload_bytes);
}

static PyObject *get_info_bytes(PyObject *object, void *unused)
{
    return PyLong_FromUnsignedLong(self_of(object)->header.info_bytes);
}

static PyGetSetDef seat_getset[] = {
    { "row_bytes", get_row_bytes, NULL, "Size of an observation.", NULL },
    { "row_count", get_row_count, NULL, "How many the channel holds.", NULL },
    { "payload_bytes", get_payload_bytes, NULL, "Room for what comes with a command.", NULL },
    { "info_bytes", get_info_bytes, NULL, "Room for what goes with an answer.", NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyMethodDef seat_methods[] = {
    { "ready", seat_ready, METH_NOARGS, "ready()\n--\n\nCommands are taken from now on." },
    { "wait", seat_wait, METH_VARARGS,
      "wait(timeout)\n--\n\nThe next Command; None when there is none within `timeout` seconds (None: wait for "
      "ever).\n\n"
      "Raises PeerGone: the learner has ended, or has given the seat to another process." },
    { "row", seat_row, METH_VARARGS,
      "row(row)\n--\n\nOne observation's place: a writable memoryview of row_bytes bytes." },
    { "answer", (PyCFunction)(void (*)(void))seat_answer, METH_VARARGS | METH_KEYWORDS,
      "answer(*, reward=0.0, flags=0, info=b'', info_kind=0, error='')\n--\n\nAnswer the command. OutOfMemory when "
      "`info` "
      "is longer than info_bytes; nothing is answered then." },
    { "leave", seat_leave, METH_VARARGS,
      "leave(sentence=None)\n--\n\nLeave in order, and say why. Rows that are still looked at stay." },
    { NULL, NULL, 0, NULL },
};

static const char seat_doc[] =
    "Seat(place)\n--\n\nThe game's end of a channel. `place`: the value of OFFSTAGE_CHANNEL.\n\n"
    "Raises PlanError (no such place, or no channel), PeerGone, BackPressure (another process sits there), "
    "OutOfMemory, "
    "DeviceError.";

static PyType_Slot seat_slots[] = {
    { Py_tp_doc, (void *)seat_doc }, { Py_tp_new, seat_new },       { Py_tp_dealloc, seat_dealloc },
    { Py_tp_methods, seat_methods }, { Py_tp_getset, seat_getset }, { 0, NULL },
};

PyType_Spec ofs_py_seat_spec = { "offstage._native.Seat", sizeof(struct seat), 0, Py_TPFLAGS_DEFAULT, seat_slots };
