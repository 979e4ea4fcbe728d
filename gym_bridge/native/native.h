/* The extension module offstage._native: captures and frames as Python objects, over offstage.h.
 *
 * module.c   the module, info() and windows()        lease.c    one frame's memory, shared by everything that looks at it
 * capture.c  Capture                                  frame.c    Frame
 * options.c  Capture's arguments into a description   array.c    NumPy: views of a lease, the numpy module itself
 * wait.c     waiting for a frame                      dlpack.c   DLPack, out of frames
 * errors.c   a C status as a Python exception         target.c   where Capture.read() writes: NumPy, DLPack, CUDA arrays
 * channel.c  Channel, the learner's end               seat.c     Seat, the game's end
 * channel_play.c  its commands, waits and answers
 * rows.c     observations in a channel                words.c    what goes over it, and the numbers that have names
 * device.c   DeviceArray: observations in CUDA memory
 * turn.c     reports and hooks inside a game          keysyms.c  names of keys
 *
 * Limited API of Python 3.9, so that one file serves every later version. Its methods cannot ask their type for the
 * module, hence each object holds a reference to it. Neither type takes part in cyclic garbage collection: what they refer
 * to (the module, its types) never refers back to them. */
#ifndef OFS_NATIVE_H
#define OFS_NATIVE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "offstage.h"

struct ofs_py_state {
    PyObject *capture_type, *frame_type, *view_type, *device_type;
    PyObject *channel_type, *seat_type, *answer_type, *command_type;
    PyObject *errors;          /* dict: "OFS_ETIMEDOUT" -> class, offstage.errors.BY_STATUS */
    PyObject *closed_error;    /* offstage.errors.Closed */
    PyObject *asarray, *array; /* of numpy; NULL before the first use */
};

static inline struct ofs_py_state *ofs_py_state(PyObject *module) { return PyModule_GetState(module); }

/* -- errors.c ----------------------------------------------------------------------------------------------------- */

/* Set the exception of a status with the library's sentence, or with one of ours; returns NULL. */
PyObject *ofs_py_fail(PyObject *module, enum ofs_status status);
PyObject *ofs_py_fail_text(PyObject *module, enum ofs_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* -- options.c ---------------------------------------------------------------------------------------------------- */

struct ofs_py_names {
    const char *name;
    uint32_t value;
};

extern const struct ofs_py_names ofs_py_dtypes[];

size_t ofs_py_dtype_bytes(uint32_t dtype);
const char *ofs_py_dtype_name(uint32_t dtype);
const char *ofs_py_dtype_typestr(uint32_t dtype); /* "|u1"; NULL for bfloat16, which NumPy does not have */

/* "cpu" or "cuda:0". */
PyObject *ofs_py_device_name(int32_t device);

/* Capture's keyword arguments. timeout_ns_out: OFS_WAIT_FOREVER for None or infinity. False with an exception set. */
bool ofs_py_parse_options(PyObject *module, PyObject *args, PyObject *kwargs, struct ofs_capture_desc *desc,
                          uint64_t *timeout_ns_out);

/* "cpu", "cuda" or "cuda:N". False with an exception set. */
bool ofs_py_parse_device(PyObject *module, PyObject *value, int32_t *device_out);

/* Seconds, or None for `fallback_ns`. False with an exception set. */
bool ofs_py_parse_timeout(PyObject *value, uint64_t fallback_ns, uint64_t *timeout_ns_out);

/* A CUDA stream as an integer handle; None is the legacy default stream. False with an exception set. */
bool ofs_py_parse_stream(PyObject *value, uintptr_t *stream_out);

/* -- lease.c ------------------------------------------------------------------------------------------------------ */

/* A frame's lease and everyone who looks at its memory. No Python in it: the last one to let go may be any thread, with or
 * without the GIL, also when the interpreter has ended. */
struct ofs_lease;

/* Takes the frame over; NULL when memory is out, the frame is released then. */
struct ofs_lease *ofs_lease_create(struct ofs_frame *take_frame);
struct ofs_lease *ofs_lease_ref(struct ofs_lease *lease);
const struct ofs_frame *ofs_lease_frame(const struct ofs_lease *lease);

/* `stream`: the CUDA stream whose queued work may still read the frame; 0 = the legacy default stream. */
void ofs_lease_unref(struct ofs_lease *lease, uintptr_t stream); /* accepts NULL */

/* -- frame.c ------------------------------------------------------------------------------------------------------ */

extern PyType_Spec ofs_py_frame_spec;
PyObject *ofs_py_frame_create(PyObject *module, struct ofs_frame *take_frame);

/* (a, b, c) */
PyObject *ofs_py_shape(const int64_t values[3], size_t factor);

/* -- array.c ------------------------------------------------------------------------------------------------------ */

/* What NumPy reads of an array by the name __array_struct__: the layout that its documentation gives. */
struct ofs_array_struct {
    int two, ndim;
    char kind;
    int item_bytes, flags;
    Py_ssize_t *shape, *strides;
    void *data;
    PyObject *description;
};

enum { OFS_ARRAY_CONTIGUOUS = 0x1, OFS_ARRAY_ALIGNED = 0x100, OFS_ARRAY_NATIVE = 0x200, OFS_ARRAY_WRITEABLE = 0x400 };

extern PyType_Spec ofs_py_view_spec;

/* A NumPy array on the lease's memory, read-only, or a copy of it, which is the caller's. */
PyObject *ofs_py_array(PyObject *module, struct ofs_lease *lease, bool copy);

/* -- dlpack.c ----------------------------------------------------------------------------------------------------- */

/* A capsule on the lease's memory. `stream` is the consumer's, recorded for the lease's end. `copy`: a copy in host memory
 * of the consumer's own, for frames on the CPU. */
PyObject *ofs_py_dlpack(struct ofs_lease *lease, bool versioned, bool copy, uintptr_t stream);

/* Dense memory of `owner`, which `drop` lets go of when the last consumer has; it is taken over, also on failure. */
struct ofs_py_memory {
    void *data;
    int32_t device; /* OFS_DEVICE_CPU, or the CUDA device */
    uint32_t dtype;
    int ndim;
    int64_t shape[4];
};
PyObject *ofs_py_dlpack_memory(const struct ofs_py_memory *memory, void *take_owner, void (*drop)(void *owner),
                               bool versioned);

/* -- device.c ----------------------------------------------------------------------------------------------------- */

struct ofs_py_block;
struct ofs_cuda_rows;

extern PyType_Spec ofs_py_device_spec;

/* Takes the memory over; NULL with an exception set. Everyone who looks at it holds a reference, and the last one that
 * goes frees it. */
struct ofs_py_block *ofs_py_block_create(struct ofs_cuda_rows *take_rows);
void ofs_py_block_unref(struct ofs_py_block *block); /* accepts NULL */
/* All rows, as such observations. */
PyObject *ofs_py_device_rows(PyObject *module, struct ofs_py_block *block, const struct ofs_plan_desc *plan,
                             uint32_t rows);

/* -- target.c ----------------------------------------------------------------------------------------------------- */

/* Memory that is to receive an observation. `keep` holds it alive until ofs_py_target_finish. */
struct ofs_py_target {
    void *data;
    size_t bytes;
    int ndim;
    int64_t shape[3];
    PyObject *keep;
};

/* Checks `object` against the capture's observations: dtype, device, C order, writable; and the shape, where `want` has
 * one (ndim 3). False with an exception set. */
bool ofs_py_target_init(PyObject *module, PyObject *object, const struct ofs_frame *want, struct ofs_py_target *target);
void ofs_py_target_finish(struct ofs_py_target *target);

/* -- wait.c ------------------------------------------------------------------------------------------------------- */

/* What to take: a frame as a lease, or into `target`, which is then not NULL. */
struct ofs_py_request {
    struct ofs_frame frame; /* out */
    const struct ofs_py_target *target;
    uintptr_t stream;
};

/* Waits without the GIL, and gives up when *closing turns true. False with an exception set. */
bool ofs_py_wait(PyObject *module, struct ofs_capture *capture, const bool *closing, uint64_t timeout_ns,
                 struct ofs_py_request *request);

/* -- capture.c ---------------------------------------------------------------------------------------------------- */

extern PyType_Spec ofs_py_capture_spec;

/* -- channel.c and seat.c ----------------------------------------------------------------------------------------- */

struct ofs_channel_header;

extern PyType_Spec ofs_py_channel_spec, ofs_py_seat_spec;

/* -- rows.c ------------------------------------------------------------------------------------------------------- */

/* observation={...}: what Capture takes, without what belongs to a process that captures itself. The plan is complete then,
 * its size known. False with an exception set. */
bool ofs_py_parse_observation(PyObject *module, PyObject *options, struct ofs_plan_desc *plan, uint32_t *window);
uint64_t ofs_py_plan_bytes(const struct ofs_plan_desc *plan);
void ofs_py_plan_shape(const struct ofs_plan_desc *plan, int64_t shape[3]);

/* A writable memoryview of all rows of the channel behind the descriptor, on a mapping of its own. `header`: checked. */
PyObject *ofs_py_map_rows(int descriptor, const struct ofs_channel_header *header);

/* -- words.c ------------------------------------------------------------------------------------------------------ */

struct ofs_answer;
struct ofs_command;

/* COMMAND_*, SEAT_*, ANSWER_*, EVENT_*, TURN_*; Answer and Command. False with an exception set. */
bool ofs_py_add_words(PyObject *module);
PyObject *ofs_py_answer(PyObject *module, const struct ofs_answer *answer);
PyObject *ofs_py_command(PyObject *module, const struct ofs_command *command);

/* -- turn.c and keysyms.c: functions of the module ---------------------------------------------------------------- */

PyObject *ofs_py_on_turn(PyObject *module, PyObject *callback);
PyObject *ofs_py_played(PyObject *module, PyObject *unused);
PyObject *ofs_py_report(PyObject *module, PyObject *args);
PyObject *ofs_py_keysyms(PyObject *module, PyObject *unused);

#endif
