/* What goes over a channel as Python objects: answers, commands, and the numbers that have names. */
#include "native.h"

#include <string.h>

#include "channel.h"

static PyStructSequence_Field answer_fields[] = {
    { "number", "of the answers of this life, from 1; 0: none" },
    { "state", "SEAT_*" },
    { "flags", "ANSWER_*" },
    { "reward", "sum of what was reported" },
    { "frames_shown", "by the window that is played, in this life" },
    { "virtual_ns", "the game's clock; 0 without one" },
    { "busy_ns", "real time between a command's arrival and its answer, sum of this life" },
    { "observe_ns", "real time in it for making observations" },
    { "width", "of the window that is played, in pixels" },
    { "height", NULL },
    { "process", "id of the process that plays, in its own pid namespace" },
    { "error", "a sentence, or \"\"" },
    { "info_kind", "what `info` is; 0: JSON" },
    { "info", "bytes" },
    { NULL, NULL },
};
static PyStructSequence_Desc answer_desc = { "offstage._native.Answer", "What a game answered.", answer_fields, 14 };

static PyStructSequence_Field command_fields[] = {
    { "kind", "COMMAND_*" }, { "flags", "COMMAND_FIRST, COMMAND_BLIND" },
    { "frames", NULL },      { "row", "where the observation goes" },
    { "seed", NULL },        { "payload", "bytes" },
    { NULL, NULL },
};
static PyStructSequence_Desc command_desc = { "offstage._native.Command", "What the learner wants.", command_fields,
                                              6 };

/* Each of `items` is taken over; one that is NULL is an exception that was set. */
static PyObject *make(PyTypeObject *type, PyObject *const *items, Py_ssize_t count)
{
    PyObject *made = PyStructSequence_New(type);
    bool done = made != NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        done = done && items[i];
        if (made && items[i])
            PyStructSequence_SetItem(made, i, items[i]);
        else
            Py_XDECREF(items[i]);
    }
    if (!done)
        Py_CLEAR(made);
    return made;
}

PyObject *ofs_py_answer(PyObject *module, const struct ofs_answer *answer)
{
    PyObject *const items[] = {
        PyLong_FromUnsignedLong(answer->number),
        PyLong_FromUnsignedLong(answer->state),
        PyLong_FromUnsignedLong(answer->flags),
        PyFloat_FromDouble(answer->reward),
        PyLong_FromUnsignedLongLong(answer->frames_shown),
        PyLong_FromUnsignedLongLong(answer->virtual_ns),
        PyLong_FromUnsignedLongLong(answer->busy_ns),
        PyLong_FromUnsignedLongLong(answer->observe_ns),
        PyLong_FromUnsignedLong(answer->width_px),
        PyLong_FromUnsignedLong(answer->height_px),
        PyLong_FromLong(answer->process),
        /* Games may say anything: "replace" keeps a strange byte from becoming an error. */
        PyUnicode_DecodeUTF8(answer->error ? answer->error : "", answer->error ? (Py_ssize_t)strlen(answer->error) : 0,
                             "replace"),
        PyLong_FromUnsignedLong(answer->info_kind),
        PyBytes_FromStringAndSize(answer->info, answer->info ? (Py_ssize_t)answer->info_bytes : 0),
    };
    return make((PyTypeObject *)ofs_py_state(module)->answer_type, items, sizeof items / sizeof items[0]);
}

PyObject *ofs_py_command(PyObject *module, const struct ofs_command *command)
{
    PyObject *const items[] = {
        PyLong_FromUnsignedLong(command->kind),
        PyLong_FromUnsignedLong(command->flags),
        PyLong_FromUnsignedLong(command->frames),
        PyLong_FromUnsignedLong(command->row),
        PyLong_FromUnsignedLongLong(command->seed),
        PyBytes_FromStringAndSize(command->payload, command->payload ? (Py_ssize_t)command->payload_bytes : 0),
    };
    return make((PyTypeObject *)ofs_py_state(module)->command_type, items, sizeof items / sizeof items[0]);
}

static const struct {
    const char *name;
    long value;
} constants[] = {
    { "COMMAND_STEP", OFS_COMMAND_STEP },
    { "COMMAND_OBSERVE", OFS_COMMAND_OBSERVE },
    { "COMMAND_RESET", OFS_COMMAND_RESET },
    { "COMMAND_PICTURE", OFS_COMMAND_PICTURE },
    { "COMMAND_CLOSE", OFS_COMMAND_CLOSE },
    { "COMMAND_CALL", OFS_COMMAND_CALL },
    { "COMMAND_FIRST", OFS_COMMAND_FIRST },
    { "COMMAND_BLIND", OFS_COMMAND_BLIND },
    { "SEAT_EMPTY", OFS_SEAT_EMPTY },
    { "SEAT_ATTACHED", OFS_SEAT_ATTACHED },
    { "SEAT_READY", OFS_SEAT_READY },
    { "SEAT_GONE", OFS_SEAT_GONE },
    { "SEAT_BUSY", OFS_SEAT_BUSY },
    { "SEAT_ANSWERED", OFS_SEAT_ANSWERED },
    { "SEAT_LOST", OFS_SEAT_LOST },
    { "ANSWER_REWARD", OFS_ANSWER_REWARD },
    { "ANSWER_TERMINATED", OFS_ANSWER_TERMINATED },
    { "ANSWER_TRUNCATED", OFS_ANSWER_TRUNCATED },
    { "ANSWER_INFO", OFS_ANSWER_INFO },
    { "ANSWER_CLOSED", OFS_ANSWER_CLOSED },
    { "ANSWER_FAILED", OFS_ANSWER_FAILED },
    { "EVENT_KEY", OFS_EVENT_KEY },
    { "EVENT_BUTTON", OFS_EVENT_BUTTON },
    { "EVENT_POINTER", OFS_EVENT_POINTER },
    { "EVENT_MOTION", OFS_EVENT_MOTION },
    { "EVENT_RESIZE", OFS_EVENT_RESIZE },
    { "EVENT_TEXT", OFS_EVENT_TEXT },
    { "EVENTS_MAX", OFS_CHANNEL_EVENTS },
    { "TURN_OBSERVE", OFS_TURN_OBSERVE },
    { "TURN_RESET", OFS_TURN_RESET },
};

bool ofs_py_add_words(PyObject *module)
{
    struct ofs_py_state *state = ofs_py_state(module);
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++)
        if (PyModule_AddIntConstant(module, constants[i].name, constants[i].value) != 0)
            return false;
    state->answer_type = (PyObject *)PyStructSequence_NewType(&answer_desc);
    state->command_type = (PyObject *)PyStructSequence_NewType(&command_desc);
    return state->answer_type && state->command_type &&
           PyObject_SetAttrString(module, "Answer", state->answer_type) == 0 &&
           PyObject_SetAttrString(module, "Command", state->command_type) == 0;
}
