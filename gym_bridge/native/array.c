/* NumPy without its headers: a view is an object with __array_struct__ that holds a share of the lease, so an array lives
 * on when its Frame is released, and the slot comes back when the last array is gone. */
#include "native.h"

#include <stdio.h>

struct view {
    PyObject_HEAD struct ofs_lease *lease;
    struct ofs_array_struct description;
    Py_ssize_t shape[3], strides[3];
};

static void view_dealloc(PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    freefunc release = (freefunc)PyType_GetSlot(type, Py_tp_free);
    ofs_lease_unref(((struct view *)object)->lease, 0);
    release(object);
    Py_DECREF(type);
}

static void capsule_destroy(PyObject *capsule) { Py_XDECREF((PyObject *)PyCapsule_GetContext(capsule)); }

static PyObject *view_array_struct(PyObject *object, void *unused)
{
    struct view *view = (struct view *)object;
    PyObject *capsule = PyCapsule_New(&view->description, NULL, capsule_destroy);
    if (!capsule)
        return NULL;
    if (PyCapsule_SetContext(capsule, object) != 0) {
        Py_DECREF(capsule);
        return NULL;
    }
    Py_INCREF(object);
    return capsule;
}

static PyObject *view_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyErr_SetString(PyExc_TypeError, "a view is made by numpy.asarray(frame)");
    return NULL;
}

static PyGetSetDef view_getset[] = {
    { "__array_struct__", view_array_struct, NULL, "How NumPy sees the frame.", NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static PyType_Slot view_slots[] = {
    { Py_tp_doc, "What an array on a frame's memory holds: a share of its lease." },
    { Py_tp_new, view_new },
    { Py_tp_dealloc, view_dealloc },
    { Py_tp_getset, view_getset },
    { 0, NULL },
};

PyType_Spec ofs_py_view_spec = { "offstage._native.View", sizeof(struct view), 0, Py_TPFLAGS_DEFAULT, view_slots };

static PyObject *view_create(PyObject *module, struct ofs_lease *lease)
{
    PyTypeObject *type = (PyTypeObject *)ofs_py_state(module)->view_type;
    const struct ofs_frame *frame = ofs_lease_frame(lease);
    size_t item_bytes = ofs_py_dtype_bytes(frame->dtype);
    struct view *view = (struct view *)PyType_GenericAlloc(type, 0);
    if (!view)
        return NULL;
    view->lease = ofs_lease_ref(lease);
    for (int i = 0; i < 3; i++) {
        view->shape[i] = (Py_ssize_t)frame->shape[i];
        view->strides[i] = (Py_ssize_t)frame->strides[i] * (Py_ssize_t)item_bytes;
    }
    view->description = (struct ofs_array_struct){
        .two = 2,
        .ndim = 3,
        .kind = frame->dtype == OFS_DTYPE_UINT8 ? 'u' : 'f',
        .item_bytes = (int)item_bytes,
        .flags = OFS_ARRAY_CONTIGUOUS | OFS_ARRAY_ALIGNED | OFS_ARRAY_NATIVE, /* not writeable: stacks are made of it */
        .shape = view->shape,
        .strides = view->strides,
        .data = frame->data,
    };
    return (PyObject *)view;
}

/* Import numpy at the first use; it takes longer than everything else here, and CUDA users need it not at all. */
static bool load_numpy(PyObject *module)
{
    struct ofs_py_state *state = ofs_py_state(module);
    PyObject *numpy, *version, *bytes = NULL;
    int major = 0, minor = 0;
    bool done = false;

    if (state->asarray)
        return true;
    numpy = PyImport_ImportModule("numpy");
    if (!numpy)
        return false;
    version = PyObject_GetAttrString(numpy, "__version__");
    bytes = version ? PyUnicode_AsASCIIString(version) : NULL;
    if (bytes && sscanf(PyBytes_AsString(bytes), "%d.%d", &major, &minor) == 2) {
        if (major < 1 || (major == 1 && minor < 24)) {
            ofs_py_fail_text(module, OFS_ENOSYS, "NumPy %d.%d is too old: 1.24 or newer is needed", major, minor);
        } else {
            state->array = PyObject_GetAttrString(numpy, "array");
            state->asarray = state->array ? PyObject_GetAttrString(numpy, "asarray") : NULL;
            done = state->asarray != NULL;
        }
    } else if (!PyErr_Occurred()) {
        PyErr_SetString(PyExc_ImportError, "numpy.__version__ is not a version");
    }
    Py_XDECREF(bytes);
    Py_XDECREF(version);
    Py_DECREF(numpy);
    return done;
}

PyObject *ofs_py_array(PyObject *module, struct ofs_lease *lease, bool copy)
{
    const struct ofs_frame *frame = ofs_lease_frame(lease);
    struct ofs_py_state *state = ofs_py_state(module);
    PyObject *view, *array;

    if (frame->device != OFS_DEVICE_CPU) {
        PyErr_SetString(PyExc_TypeError, "the frame is in CUDA memory, which NumPy cannot read: use "
                                         "torch.from_dlpack(frame), cupy.from_dlpack(frame), or device=\"cpu\"");
        return NULL;
    }
    if (!ofs_py_dtype_typestr(frame->dtype)) {
        PyErr_SetString(PyExc_TypeError, "NumPy has no bfloat16: use torch.from_dlpack(frame) or another dtype");
        return NULL;
    }
    if (!load_numpy(module))
        return NULL;
    view = view_create(module, lease);
    if (!view)
        return NULL;
    array = PyObject_CallFunctionObjArgs(copy ? state->array : state->asarray, view, NULL); /* numpy.array() copies */
    Py_DECREF(view);
    return array;
}
