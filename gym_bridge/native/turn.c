/* In the game: what it reports, and a Python function that is called when its learner takes a turn. */
#include "native.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* All mutable state of this file; guarded by the GIL. The library keeps one callback for each process, too. */
static struct {
    PyObject *callback;
    char sentence[1000];
} turn;

/* -- a callback --------------------------------------------------------------------------------------------------- */

/* Into turn.sentence; nothing stays when the object has no text. */
static void say(const char *before, PyObject *object, const char *after)
{
    size_t used = strlen(turn.sentence);
    PyObject *text = object ? PyObject_Str(object) : NULL;
    PyObject *bytes = text ? PyUnicode_AsEncodedString(text, "utf-8", "replace") : NULL;
    snprintf(turn.sentence + used, sizeof turn.sentence - used, "%s%s%s", before, bytes ? PyBytes_AsString(bytes) : "",
             after);
    Py_XDECREF(text);
    Py_XDECREF(bytes);
    PyErr_Clear();
}

/* The line that raised: the last of the traceback. */
static void say_where(PyObject *trace)
{
    PyObject *next, *frame, *code = NULL, *file = NULL, *line;
    if (!trace || trace == Py_None)
        return;
    Py_INCREF(trace);
    while ((next = PyObject_GetAttrString(trace, "tb_next")) && next != Py_None) {
        Py_DECREF(trace);
        trace = next;
    }
    Py_XDECREF(next);
    frame = PyObject_GetAttrString(trace, "tb_frame");
    line = PyObject_GetAttrString(trace, "tb_lineno");
    code = frame ? PyObject_GetAttrString(frame, "f_code") : NULL;
    file = code ? PyObject_GetAttrString(code, "co_filename") : NULL;
    if (file && line) {
        say(" (", file, "");
        say(", line ", line, ")");
    }
    Py_XDECREF(file);
    Py_XDECREF(code);
    Py_XDECREF(line);
    Py_XDECREF(frame);
    Py_DECREF(trace);
    PyErr_Clear();
}

/* The exception that is set, as a sentence; it is set no longer. */
static void say_exception(void)
{
    PyObject *type, *value, *trace, *name;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    name = PyObject_GetAttrString(type, "__name__");
    say("hook: ", name, "");
    say(": ", value, "");
    say_where(trace);
    Py_XDECREF(name);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
    PyErr_Clear();
}

/* By the thread that shows the frame, which may hold the GIL or not, or have never heard of Python. */
static const char *take_turn(void *context, const struct ofs_turn *now)
{
    int saved = errno;
    const char *sentence = NULL;
    PyGILState_STATE gil;
    PyObject *type, *value, *trace, *callback, *result;

    if (!Py_IsInitialized())
        return NULL;
    gil = PyGILState_Ensure();
    PyErr_Fetch(&type, &value, &trace);
    turn.sentence[0] = '\0';
    callback = turn.callback;
    Py_XINCREF(callback);
    if (callback) {
        result = PyObject_CallFunction(callback, "IKK", (unsigned int)now->kind, (unsigned long long)now->seed,
                                       (unsigned long long)now->frames);
        if (!result)
            say_exception();
        else if (result != Py_None)
            say("hook: ", result, "");
        Py_XDECREF(result);
        Py_DECREF(callback);
    }
    if (turn.sentence[0])
        sentence = turn.sentence;
    PyErr_Restore(type, value, trace);
    PyGILState_Release(gil);
    errno = saved;
    return sentence;
}

PyObject *ofs_py_on_turn(PyObject *module, PyObject *callback)
{
    PyObject *before = turn.callback;
    enum ofs_status status;

    if (callback != Py_None && !PyCallable_Check(callback)) {
        PyErr_Format(PyExc_TypeError, "on_turn: expected a function or None, not %R", (PyObject *)Py_TYPE(callback));
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS status = ofs_on_turn(callback == Py_None ? NULL : take_turn, NULL);
    Py_END_ALLOW_THREADS if (status != OFS_OK) return ofs_py_fail(module, status);
    if (callback != Py_None)
        Py_INCREF(callback);
    turn.callback = callback == Py_None ? NULL : callback;
    Py_XDECREF(before);
    Py_RETURN_NONE;
}

/* -- reports ------------------------------------------------------------------------------------------------------ */

PyObject *ofs_py_played(PyObject *module, PyObject *unused) { return PyBool_FromLong(ofs_played()); }

PyObject *ofs_py_report(PyObject *module, PyObject *args)
{
    struct ofs_report report = { .struct_size = sizeof report };
    PyObject *reward;
    int terminated, truncated;
    enum ofs_status status;

    if (!PyArg_ParseTuple(args, "Oppz:report", &reward, &terminated, &truncated, &report.info))
        return NULL;
    if (reward != Py_None) {
        report.reward = PyFloat_AsDouble(reward);
        if (report.reward == -1.0 && PyErr_Occurred())
            return NULL;
        report.flags |= OFS_REPORT_REWARD;
    }
    report.flags |= (terminated ? OFS_REPORT_TERMINATED : 0) | (truncated ? OFS_REPORT_TRUNCATED : 0);
    status = ofs_report(&report);
    if (status != OFS_OK)
        return ofs_py_fail(module, status);
    Py_RETURN_NONE;
}
