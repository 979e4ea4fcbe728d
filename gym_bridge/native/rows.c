/* The rows of a channel: what one holds, and all of them as memory that Python can look at. */
#include "native.h"

#include <unistd.h>

#include "channel.h"
#include "kernels/plan.h"

bool ofs_py_parse_observation(PyObject *module, PyObject *options, struct ofs_plan_desc *plan, uint32_t *window)
{
    static const char *const foreign[] = { "device", "slots", "timeout" };
    struct ofs_capture_desc desc;
    uint64_t timeout_ns;
    char why[300];
    PyObject *none;
    bool done;

    if (!PyDict_Check(options)) {
        PyErr_Format(PyExc_TypeError, "observation: expected a dict, not %R", (PyObject *)Py_TYPE(options));
        return false;
    }
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        if (PyDict_GetItemString(options, foreign[i]))
            return ofs_py_fail_text(module, OFS_EINVAL, "observation: %s is no option of a game's observation",
                                    foreign[i]) != NULL;
    }
    none = PyTuple_New(0);
    done = none && ofs_py_parse_options(module, none, options, &desc, &timeout_ns);
    Py_XDECREF(none);
    if (!done)
        return false;
    *plan = desc.plan;
    *window = desc.window;
    if (!plan->stack)
        plan->stack = 1;
    if (!plan->width_px && plan->crop_width_px) {
        plan->width_px = plan->crop_width_px;
        plan->height_px = plan->crop_height_px;
    }
    if (!plan->width_px)
        return ofs_py_fail_text(module, OFS_EINVAL,
                                "observation: size has to be known before the game has a window: "
                                "give (height, width)") != NULL;
    /* The window's size is not known; the largest one lets every crop pass that any can have. */
    desc.plan.source_width_px = desc.plan.source_height_px = OFS_PLAN_MAX_SOURCE_PX;
    if (ofs_plan_check(&desc.plan, why, sizeof why))
        return ofs_py_fail_text(module, OFS_EINVAL, "observation: %s", why) != NULL;
    return true;
}

uint64_t ofs_py_plan_bytes(const struct ofs_plan_desc *plan)
{
    return (uint64_t)plan->width_px * plan->height_px * plan->stack * (plan->color == OFS_COLOR_GRAY ? 1 : 3) *
           ofs_py_dtype_bytes(plan->dtype);
}

void ofs_py_plan_shape(const struct ofs_plan_desc *plan, int64_t shape[3])
{
    int64_t channels = (int64_t)plan->stack * (plan->color == OFS_COLOR_GRAY ? 1 : 3);
    bool first = plan->layout == OFS_LAYOUT_CHW;
    shape[0] = first ? channels : plan->height_px;
    shape[1] = first ? plan->height_px : plan->width_px;
    shape[2] = first ? plan->width_px : channels;
}

/* A second mapping of the rows, by the mmap module: views of it keep it, and only it, for as long as they like. The
 * limited API has no other way to give memory out that knows who looks at it. */
PyObject *ofs_py_map_rows(int descriptor, const struct ofs_channel_header *header)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE), skip = header->rows_offset % page_bytes;
    uint64_t bytes = header->row_count * header->row_bytes;
    PyObject *mmap, *memory, *whole = NULL, *start = NULL, *end = NULL, *slice = NULL, *rows = NULL;

    if (bytes == 0) {
        PyObject *nothing = PyByteArray_FromStringAndSize("", 0);
        rows = nothing ? PyMemoryView_FromObject(nothing) : NULL;
        Py_XDECREF(nothing);
        return rows;
    }
    mmap = PyImport_ImportModule("mmap");
    memory = mmap ? PyObject_CallMethod(mmap, "mmap", "iKiiiK", descriptor, (unsigned long long)(bytes + skip),
                                        1 /* MAP_SHARED */, 3 /* PROT_READ | PROT_WRITE */, 0 /* ACCESS_DEFAULT */,
                                        (unsigned long long)(header->rows_offset - skip))
                  : NULL;
    whole = memory ? PyMemoryView_FromObject(memory) : NULL;
    if (whole) {
        start = PyLong_FromUnsignedLongLong(skip);
        end = PyLong_FromUnsignedLongLong(skip + bytes);
        slice = start && end ? PySlice_New(start, end, NULL) : NULL;
        rows = slice ? PyObject_GetItem(whole, slice) : NULL;
    }
    Py_XDECREF(slice);
    Py_XDECREF(end);
    Py_XDECREF(start);
    Py_XDECREF(whole);
    Py_XDECREF(memory);
    Py_XDECREF(mmap);
    return rows;
}
