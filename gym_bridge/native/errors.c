/* One exception class per status; the table is offstage.errors.BY_STATUS. */
#include "native.h"

#include <stdarg.h>
#include <stdio.h>

static PyObject *raise(PyObject *module, enum ofs_status status, const char *sentence)
{
    /* Borrowed. A status that the table does not know is a newer library's. */
    PyObject *class = PyDict_GetItemString(ofs_py_state(module)->errors, ofs_status_name(status));
    if (class)
        PyErr_SetString(class, sentence);
    else
        PyErr_Format(PyExc_RuntimeError, "%s: %s", ofs_status_name(status), sentence);
    return NULL;
}

PyObject *ofs_py_fail(PyObject *module, enum ofs_status status)
{
    const char *sentence = ofs_last_error();
    return raise(module, status, sentence[0] ? sentence : ofs_status_name(status));
}

PyObject *ofs_py_fail_text(PyObject *module, enum ofs_status status, const char *format, ...)
{
    char sentence[400];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return raise(module, status, sentence);
}
