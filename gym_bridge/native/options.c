/* Capture's arguments: names and numbers into a description. Where the C interface takes 0 for a default, a 0 that a person
 * wrote is a mistake, and is refused here. */
#include "native.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct ofs_py_names ofs_py_dtypes[] = { { "uint8", OFS_DTYPE_UINT8 },
                                              { "float16", OFS_DTYPE_FLOAT16 },
                                              { "bfloat16", OFS_DTYPE_BFLOAT16 },
                                              { "float32", OFS_DTYPE_FLOAT32 },
                                              { NULL, 0 } };
static const struct ofs_py_names layouts[] = { { "CHW", OFS_LAYOUT_CHW }, { "HWC", OFS_LAYOUT_HWC }, { NULL, 0 } };
static const struct ofs_py_names filters[] = {
    { "area", OFS_FILTER_AREA }, { "bilinear", OFS_FILTER_BILINEAR }, { "nearest", OFS_FILTER_NEAREST }, { NULL, 0 }
};
static const struct ofs_py_names flips[] = { { "vertical", OFS_FLIP_VERTICAL },
                                             { "horizontal", OFS_FLIP_HORIZONTAL },
                                             { "both", OFS_FLIP_VERTICAL | OFS_FLIP_HORIZONTAL },
                                             { NULL, 0 } };

size_t ofs_py_dtype_bytes(uint32_t dtype) { return dtype == OFS_DTYPE_UINT8 ? 1 : dtype == OFS_DTYPE_FLOAT32 ? 4 : 2; }

const char *ofs_py_dtype_name(uint32_t dtype)
{
    return dtype <= OFS_DTYPE_FLOAT32 ? ofs_py_dtypes[dtype].name : "unknown";
}

const char *ofs_py_dtype_typestr(uint32_t dtype)
{
    static const char *const typestr[] = { "|u1", "<f2", NULL, "<f4" };
    return dtype <= OFS_DTYPE_FLOAT32 ? typestr[dtype] : NULL;
}

PyObject *ofs_py_device_name(int32_t device)
{
    return device == OFS_DEVICE_CPU    ? PyUnicode_FromString("cpu")
           : device == OFS_DEVICE_CUDA ? PyUnicode_FromString("cuda")
                                       : PyUnicode_FromFormat("cuda:%d", (int)device);
}

/* The text of a str, copied; false for one that is too long or not UTF-8, which then is no name of ours. */
static bool text_of(PyObject *value, char *text, size_t room)
{
    PyObject *bytes = PyUnicode_AsUTF8String(value);
    char *start;
    Py_ssize_t length;
    bool done = bytes && PyBytes_AsStringAndSize(bytes, &start, &length) == 0 && (size_t)length < room;
    if (done)
        memcpy(text, start, (size_t)length + 1);
    Py_XDECREF(bytes);
    PyErr_Clear();
    return done;
}

/* One of the names, in `names`; the complaint lists them. */
static bool parse_name(PyObject *module, const char *what, PyObject *value, const struct ofs_py_names *names,
                       uint32_t *value_out)
{
    char text[40], list[120] = "";
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s: expected a name, not %R", what, (PyObject *)Py_TYPE(value));
        return false;
    }
    if (!text_of(value, text, sizeof text))
        text[0] = '\0';
    for (const struct ofs_py_names *row = names; row->name; row++) {
        if (strcmp(text, row->name) == 0) {
            *value_out = row->value;
            return true;
        }
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
                 row == names  ? ""
                 : row[1].name ? ", "
                               : " or ",
                 row->name);
    }
    ofs_py_fail_text(module, OFS_EINVAL, "%s: expected %s, not \"%s\"", what, list, text);
    return false;
}

/* numpy.uint8 and numpy.dtype("uint8") have the name that a str would say. */
static bool parse_dtype(PyObject *module, PyObject *value, uint32_t *dtype_out)
{
    PyObject *name = NULL;
    bool done;
    if (!PyUnicode_Check(value)) {
        name = PyObject_GetAttrString(value, PyType_Check(value) ? "__name__" : "name");
        if (!name)
            PyErr_Clear();
    }
    done = parse_name(module, "dtype", name ? name : value, ofs_py_dtypes, dtype_out);
    Py_XDECREF(name);
    return done;
}

bool ofs_py_parse_device(PyObject *module, PyObject *value, int32_t *device_out)
{
    char text[40] = "", end;
    int number;
    if (!PyUnicode_Check(value)) {
        PyErr_Format(PyExc_TypeError, "device: expected a name, not %R", (PyObject *)Py_TYPE(value));
        return false;
    }
    if (!text_of(value, text, sizeof text))
        text[0] = '\0';
    if (strcmp(text, "cpu") == 0)
        *device_out = OFS_DEVICE_CPU;
    else if (strcmp(text, "cuda") == 0)
        *device_out = OFS_DEVICE_CUDA;
    else if (strncmp(text, "cuda:", 5) == 0 && text[5] >= '0' && text[5] <= '9' &&
             sscanf(text + 5, "%4d%c", &number, &end) == 1)
        *device_out = number;
    else
        return ofs_py_fail_text(module, OFS_EINVAL, "device: expected cpu, cuda or cuda:N, not \"%s\"", text) != NULL;
    return true;
}

/* An integer from low to high, which the complaint names. */
static bool parse_count(PyObject *module, const char *what, PyObject *value, uint32_t low, uint32_t high,
                        uint32_t *value_out)
{
    PyObject *index = PyNumber_Index(value);
    long long number;
    int overflow = 0;
    if (!index) {
        PyErr_Format(PyExc_TypeError, "%s: expected an integer, not %R", what, (PyObject *)Py_TYPE(value));
        return false;
    }
    number = PyLong_AsLongLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    if (!overflow && number >= (long long)low && number <= (long long)high) {
        *value_out = (uint32_t)number;
        return true;
    }
    if (overflow)
        ofs_py_fail_text(module, OFS_EINVAL, "%s: expected %u to %u", what, low, high);
    else
        ofs_py_fail_text(module, OFS_EINVAL, "%s: expected %u to %u, not %lld", what, low, high, number);
    return false;
}

/* A sequence of `count` integers; low[i] to high each. */
static bool parse_counts(PyObject *module, const char *what, const char *meaning, PyObject *value, Py_ssize_t count,
                         const uint32_t *low, uint32_t high, uint32_t *values_out)
{
    bool done = true;
    if (!PySequence_Check(value) || PyUnicode_Check(value) || PySequence_Size(value) != count) {
        PyErr_Clear();
        PyErr_Format(PyExc_TypeError, "%s: expected %s, not %R", what, meaning, value);
        return false;
    }
    for (Py_ssize_t i = 0; i < count && done; i++) {
        PyObject *item = PySequence_GetItem(value, i);
        done = item && parse_count(module, what, item, low[i], high, &values_out[i]);
        Py_XDECREF(item);
    }
    return done;
}

bool ofs_py_parse_timeout(PyObject *value, uint64_t fallback_ns, uint64_t *timeout_ns_out)
{
    double seconds;
    *timeout_ns_out = fallback_ns;
    if (value == Py_None)
        return true;
    seconds = PyFloat_AsDouble(value);
    if (seconds == -1.0 && PyErr_Occurred())
        return false;
    if (!(seconds >= 0)) {
        PyErr_SetString(PyExc_ValueError, "timeout: expected seconds from 0, or float(\"inf\")");
        return false;
    }
    *timeout_ns_out = seconds > 1e9 ? OFS_WAIT_FOREVER : (uint64_t)(seconds * 1e9);
    return true;
}

bool ofs_py_parse_stream(PyObject *value, uintptr_t *stream_out)
{
    unsigned long long number = 0;
    if (value != Py_None)
        number = PyLong_AsUnsignedLongLong(value);
    if (number == (unsigned long long)-1 && PyErr_Occurred())
        return false;
    *stream_out = (uintptr_t)number;
    return true;
}

static bool parse_scale(PyObject *module, PyObject *scale, PyObject *offset, struct ofs_plan_desc *plan)
{
    double values[2] = { 1.0, 0.0 };
    if (scale != Py_None)
        values[0] = PyFloat_AsDouble(scale);
    if (!PyErr_Occurred() && offset != Py_None)
        values[1] = PyFloat_AsDouble(offset);
    if (PyErr_Occurred())
        return false;
    if (!isfinite((float)values[0]) || !isfinite((float)values[1]) || (float)values[0] == 0)
        return ofs_py_fail_text(module, OFS_EINVAL,
                                "scale %g, offset %g: expected finite numbers, and a scale that is not 0", values[0],
                                values[1]) != NULL;
    plan->scale = (float)values[0];
    plan->offset = (float)values[1];
    return true;
}

/* Size and crop: (height, width) as arrays have it, and (x, y, width, height) as windows do. */
static bool parse_sizes(PyObject *module, PyObject *size, PyObject *crop, struct ofs_plan_desc *plan)
{
    static const uint32_t low[] = { 1, 1 }, crop_low[] = { 0, 0, 1, 1 };
    uint32_t sides[2] = { 0 }, box[4] = { 0 };
    if (size != Py_None && !parse_counts(module, "size", "(height, width), or None for the window's own", size, 2, low,
                                         OFS_PLAN_MAX_OUTPUT_PX, sides))
        return false;
    if (crop != Py_None &&
        !parse_counts(module, "crop", "(x, y, width, height)", crop, 4, crop_low, OFS_PLAN_MAX_SOURCE_PX, box))
        return false;
    plan->height_px = sides[0];
    plan->width_px = sides[1];
    plan->crop_x_px = box[0];
    plan->crop_y_px = box[1];
    plan->crop_width_px = box[2];
    plan->crop_height_px = box[3];
    return true;
}

/* None, "first" or an X11 id. */
static bool parse_window(PyObject *module, PyObject *value, uint32_t *window_out)
{
    static const struct ofs_py_names words[] = { { "first", OFS_WINDOW_FIRST }, { NULL, 0 } };
    if (value == Py_None)
        return true;
    if (PyUnicode_Check(value))
        return parse_name(module, "window", value, words, window_out);
    return parse_count(module, "window", value, 1, UINT32_MAX - 1, window_out);
}

bool ofs_py_parse_options(PyObject *module, PyObject *args, PyObject *kwargs, struct ofs_capture_desc *desc,
                          uint64_t *timeout_ns_out)
{
    static char *names[] = { "size",   "gray",       "stack", "layout", "dtype",  "device", "window",  "crop",
                             "filter", "max_frames", "flip",  "scale",  "offset", "slots",  "timeout", NULL };
    PyObject *size = NULL, *stack = NULL, *layout = NULL, *dtype = NULL, *device = NULL, *window = Py_None,
             *crop = Py_None;
    PyObject *filter = NULL, *max_frames = NULL, *flip = Py_None, *scale = Py_None, *offset = Py_None, *slots = NULL;
    PyObject *timeout = NULL;
    struct ofs_plan_desc *plan = &desc->plan;
    int gray = 1;

    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|$OpOOOOOOOOOOOOO:Capture", names, &size, &gray, &stack, &layout,
                                     &dtype, &device, &window, &crop, &filter, &max_frames, &flip, &scale, &offset,
                                     &slots, &timeout))
        return false;
    *desc = (struct ofs_capture_desc){ .struct_size = sizeof *desc, .device = OFS_DEVICE_CPU, .slots = 8 };
    plan->struct_size = sizeof *plan;
    plan->color = gray ? OFS_COLOR_GRAY : OFS_COLOR_RGB;
    plan->stack = 4;
    plan->max_frames = 1;
    *timeout_ns_out = 10000000000u;
    if (!parse_sizes(module, size ? size : Py_None, crop, plan) || !parse_scale(module, scale, offset, plan))
        return false;
    if (!size)
        plan->width_px = plan->height_px = 84;
    return (!stack || parse_count(module, "stack", stack, 1, OFS_PLAN_MAX_STACK, &plan->stack)) &&
           (!layout || parse_name(module, "layout", layout, layouts, &plan->layout)) &&
           (!dtype || parse_dtype(module, dtype, &plan->dtype)) &&
           (!device || ofs_py_parse_device(module, device, &desc->device)) &&
           parse_window(module, window, &desc->window) &&
           (!filter || parse_name(module, "filter", filter, filters, &plan->filter)) &&
           (!max_frames || parse_count(module, "max_frames", max_frames, 1, 2, &plan->max_frames)) &&
           (flip == Py_None || parse_name(module, "flip", flip, flips, &plan->flip)) &&
           (!slots || parse_count(module, "slots", slots, 1, 1024, &desc->slots)) &&
           (!timeout || ofs_py_parse_timeout(timeout, OFS_WAIT_FOREVER, timeout_ns_out));
}
