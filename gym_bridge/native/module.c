/* The module offstage._native: its types, and what runs here. */
#include "native.h"

#include <stdlib.h>
#include <string.h>

/* -- info() and windows() ----------------------------------------------------------------------------------------- */

/* Takes `take_value` over; NULL is an exception that was set before. */
static bool put(PyObject *dict, const char *name, PyObject *take_value)
{
    bool done = take_value && PyDict_SetItemString(dict, name, take_value) == 0;
    Py_XDECREF(take_value);
    return done;
}

static PyObject *info(PyObject *module, PyObject *unused)
{
    struct ofs_info info = { .struct_size = sizeof info };
    const struct {
        const char *name, *text;
    } texts[] = {
        { "version", info.version }, { "vendor", info.gl_vendor },  { "renderer", info.gl_renderer },
        { "gl", info.gl_version },   { "device", info.device },     { "reason", info.reason },
        { "kernels", info.kernels }, { "readback", info.readback }, { "cuda", info.cuda },
    };
    enum ofs_status status = ofs_info_get(&info);
    PyObject *dict = status == OFS_OK ? PyDict_New() : ofs_py_fail(module, status);
    bool done = dict && put(dict, "loaded", PyBool_FromLong((long)info.loaded)) &&
                put(dict, "frames", PyLong_FromUnsignedLongLong(info.frames));

    /* Drivers may say anything: "replace" keeps a strange byte from becoming an error. */
    for (size_t i = 0; done && i < sizeof texts / sizeof texts[0]; i++)
        done =
            put(dict, texts[i].name, PyUnicode_DecodeUTF8(texts[i].text, (Py_ssize_t)strlen(texts[i].text), "replace"));
    if (!done)
        Py_CLEAR(dict);
    return dict;
}

static PyObject *windows(PyObject *module, PyObject *unused)
{
    uint32_t room = 64, count = 0;
    struct ofs_window_info *rows = NULL;
    enum ofs_status status = OFS_OK;
    PyObject *list;

    do {
        room = count > room ? count : room;
        free(rows);
        rows = calloc(room, sizeof *rows);
        if (!rows)
            return PyErr_NoMemory();
        status = ofs_windows(rows, room, &count);
    } while (status == OFS_OK && count > room);
    list = status == OFS_OK ? PyList_New(0) : ofs_py_fail(module, status);
    for (uint32_t i = 0; list && i < count; i++) {
        PyObject *row = Py_BuildValue("(IIIK)", rows[i].window, rows[i].width_px, rows[i].height_px,
                                      (unsigned long long)rows[i].frames);
        if (!row || PyList_Append(list, row) != 0)
            Py_CLEAR(list);
        Py_XDECREF(row);
    }
    free(rows);
    return list;
}

/* -- the module --------------------------------------------------------------------------------------------------- */

static PyObject *add_type(PyObject *module, PyType_Spec *spec, const char *name)
{
    PyObject *type = PyType_FromSpec(spec);
    if (!type)
        return NULL;
    Py_INCREF(type);
    if (PyModule_AddObject(module, name, type) != 0) {
        Py_DECREF(type);
        Py_DECREF(type);
        return NULL;
    }
    return type;
}

static int module_exec(PyObject *module)
{
    struct ofs_py_state *state = ofs_py_state(module);
    PyObject *errors = PyImport_ImportModule("offstage.errors");
    if (!errors)
        return -1;
    state->errors = PyObject_GetAttrString(errors, "BY_STATUS");
    state->closed_error = PyObject_GetAttrString(errors, "Closed");
    Py_DECREF(errors);
    if (!state->errors || !state->closed_error)
        return -1;
    if (!PyDict_Check(state->errors)) {
        PyErr_SetString(PyExc_TypeError, "offstage.errors.BY_STATUS is not a dict");
        return -1;
    }
    state->view_type = PyType_FromSpec(&ofs_py_view_spec);
    state->frame_type = add_type(module, &ofs_py_frame_spec, "Frame");
    state->device_type = add_type(module, &ofs_py_device_spec, "DeviceArray");
    state->capture_type = add_type(module, &ofs_py_capture_spec, "Capture");
    state->channel_type = add_type(module, &ofs_py_channel_spec, "Channel");
    state->seat_type = add_type(module, &ofs_py_seat_spec, "Seat");
    if (!state->view_type || !state->device_type || !state->frame_type || !state->capture_type ||
        !state->channel_type || !state->seat_type || !ofs_py_add_words(module))
        return -1;
    return PyObject_SetAttrString(state->capture_type, "_module", module) == 0 &&
                   PyObject_SetAttrString(state->channel_type, "_module", module) == 0 &&
                   PyObject_SetAttrString(state->seat_type, "_module", module) == 0
               ? 0
               : -1;
}

static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
    struct ofs_py_state *state = ofs_py_state(module);
    Py_VISIT(state->capture_type);
    Py_VISIT(state->frame_type);
    Py_VISIT(state->view_type);
    Py_VISIT(state->device_type);
    Py_VISIT(state->channel_type);
    Py_VISIT(state->seat_type);
    Py_VISIT(state->answer_type);
    Py_VISIT(state->command_type);
    Py_VISIT(state->errors);
    Py_VISIT(state->closed_error);
    Py_VISIT(state->asarray);
    Py_VISIT(state->array);
    return 0;
}

static int module_clear(PyObject *module)
{
    struct ofs_py_state *state = ofs_py_state(module);
    Py_CLEAR(state->capture_type);
    Py_CLEAR(state->frame_type);
    Py_CLEAR(state->view_type);
    Py_CLEAR(state->device_type);
    Py_CLEAR(state->channel_type);
    Py_CLEAR(state->seat_type);
    Py_CLEAR(state->answer_type);
    Py_CLEAR(state->command_type);
    Py_CLEAR(state->errors);
    Py_CLEAR(state->closed_error);
    Py_CLEAR(state->asarray);
    Py_CLEAR(state->array);
    return 0;
}

static void module_free(void *module) { module_clear(module); }

static PyMethodDef module_methods[] = {
    { "info", info, METH_NOARGS, "info()\n--\n\nWhat offstage.info() is made of, as a dict." },
    { "windows", windows, METH_NOARGS, "windows()\n--\n\n(window, width, height, frames) of each window that draws." },
    { "report", ofs_py_report, METH_VARARGS,
      "report(reward, terminated, truncated, info)\n--\n\nTell the learner: a number or None, two truths, JSON or None." },
    { "on_turn", ofs_py_on_turn, METH_O,
      "on_turn(callback)\n--\n\nHave callback(kind, seed, frames) called, TURN_*, by the thread that shows a frame, before "
      "the learner sees it. What it raises, or a text that it returns, is told to the learner. None: no longer." },
    { "played", ofs_py_played, METH_NOARGS, "played()\n--\n\nDoes a learner play this process?" },
    { "keysyms", ofs_py_keysyms, METH_NOARGS, "keysyms()\n--\n\nX keysyms by name, as a dict." },
    { NULL, NULL, 0, NULL },
};

static PyModuleDef_Slot module_slots[] = { { Py_mod_exec, (void *)module_exec }, { 0, NULL } };

static struct PyModuleDef module_def = {
    .m_base = PyModuleDef_HEAD_INIT,
    .m_name = "offstage._native",
    .m_doc = "Captures and frames, over offstage.h. Use them as offstage.Capture and offstage.Frame.",
    .m_size = sizeof(struct ofs_py_state),
    .m_methods = module_methods,
    .m_slots = module_slots,
    .m_traverse = module_traverse,
    .m_clear = module_clear,
    .m_free = module_free,
};

PyMODINIT_FUNC PyInit__native(void);
PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module_def); }
