/* The names of the keys: those of the keyboard map that games see. */
#include "native.h"

#include "x11/keymap/keymap.h"

PyObject *ofs_py_keysyms(PyObject *module, PyObject *unused)
{
    const struct ofs_keymap *map = &ofs_keymap_default;
    PyObject *names = PyDict_New();
    for (unsigned i = 0; names && i < map->keysym_count; i++) {
        PyObject *value = PyLong_FromUnsignedLong(map->keysyms[i].keysym);
        if (!value || PyDict_SetItemString(names, map->keysyms[i].name, value) != 0)
            Py_CLEAR(names);
        Py_XDECREF(value);
    }
    return names;
}
