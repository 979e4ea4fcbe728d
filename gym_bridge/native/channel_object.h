/* The inside of Channel: channel.c has the object and its lives, channel_play.c what it is used for. */
#ifndef OFS_NATIVE_CHANNEL_OBJECT_H
#define OFS_NATIVE_CHANNEL_OBJECT_H

#include "native.h"

#include "channel.h"

struct channel {
    PyObject_HEAD PyObject *module;
    struct ofs_learner *learner; /* NULL once closed */
    PyObject *rows;              /* memoryview, on a mapping of its own: it outlives the learner's; or a DeviceArray */
    struct ofs_py_block *block;  /* memory of the rows on a GPU, held until no game has it open */
    int32_t device;
    int *watched; /* with `block`: a descriptor of ours for each seat, of who was there last; -1 = none */
    uint32_t seat_count, row_count;
    uint64_t row_bytes;
    bool has_plan;
    struct ofs_plan_desc plan; /* complete, where has_plan */
    uint32_t *seats;           /* arguments of a wait, seat_count each */
    enum ofs_seat_event *found;
    pid_t pid;
    bool busy; /* a thread waits without the GIL */
};

static inline struct channel *ofs_py_channel_of(PyObject *object) { return (struct channel *)object; }

/* Before every use: it is open, of this process, and not in use by another thread; and it has such a seat. False with an
 * exception set. */
bool ofs_py_channel_check(struct channel *self);
bool ofs_py_channel_check_seat(struct channel *self, unsigned int seat);

/* Its methods, of channel_play.c. */
PyObject *ofs_py_channel_command(PyObject *object, PyObject *args, PyObject *kwargs);
PyObject *ofs_py_channel_wait(PyObject *object, PyObject *args);
PyObject *ofs_py_channel_answer(PyObject *object, PyObject *args);
PyObject *ofs_py_channel_picture(PyObject *object, PyObject *args);

#endif
