/* Waiting for a frame, with Ctrl-C and other threads alive. */
#include "native.h"

#include <string.h>
#include <time.h>

/* A wait is cut into slices, so that Ctrl-C and close() end it. */
#define SLICE_NS 50000000u

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static enum ofs_status take(struct ofs_capture *capture, uint64_t timeout_ns, struct ofs_py_request *request)
{
    request->frame.struct_size = sizeof request->frame;
    return request->target ? ofs_capture_read(capture, timeout_ns, request->target->data, request->target->bytes,
                                              request->stream, &request->frame)
                           : ofs_capture_next(capture, timeout_ns, &request->frame);
}

/* One slice. *gave_up_out: the library did not wait, because nothing can come while this thread does. The GIL is given up
 * also for a timeout of 0: a thread that is in the middle of a swap may need it, for a debug callback of OpenGL. */
static enum ofs_status take_slice(struct ofs_capture *capture, uint64_t slice_ns, struct ofs_py_request *request,
                                  bool *gave_up_out)
{
    enum ofs_status status;
    Py_BEGIN_ALLOW_THREADS uint64_t start_ns = now_ns();
    status = take(capture, slice_ns, request);
    *gave_up_out = now_ns() - start_ns < slice_ns;
    Py_END_ALLOW_THREADS return status;
}

/* The library's sentence names the time of one slice; this one names the whole wait. */
static bool fail_timeout(PyObject *module, uint64_t timeout_ns, bool sliced)
{
    const char *sentence = ofs_last_error(), *within = strstr(sentence, " within ");
    const char *rest = within ? strstr(within, " s: ") : NULL;
    if (sliced && rest)
        ofs_py_fail_text(module, OFS_ETIMEDOUT, "%.*s within %.4g s: %s", (int)(within - sentence), sentence,
                         (double)timeout_ns / 1e9, rest + 4);
    else if (sliced)
        ofs_py_fail_text(module, OFS_ETIMEDOUT, "no new frame within %.4g s", (double)timeout_ns / 1e9);
    else
        ofs_py_fail(module, OFS_ETIMEDOUT);
    return false;
}

bool ofs_py_wait(PyObject *module, struct ofs_capture *capture, const bool *closing, uint64_t timeout_ns,
                 struct ofs_py_request *request)
{
    uint64_t left_ns = timeout_ns;

    for (;;) {
        uint64_t slice_ns = left_ns < SLICE_NS ? left_ns : SLICE_NS;
        bool gave_up;
        enum ofs_status status = take_slice(capture, slice_ns, request, &gave_up);
        if (status == OFS_OK)
            return true;
        if (status != OFS_ETIMEDOUT || gave_up)
            return ofs_py_fail(module, status) != NULL;
        if (PyErr_CheckSignals() != 0)
            return false;
        if (*closing) {
            PyErr_SetString(ofs_py_state(module)->closed_error, "the capture was closed by another thread");
            return false;
        }
        if (left_ns == slice_ns)
            return fail_timeout(module, timeout_ns, slice_ns != timeout_ns);
        if (left_ns != OFS_WAIT_FOREVER)
            left_ns -= slice_ns;
    }
}
