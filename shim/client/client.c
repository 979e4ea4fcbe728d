/* offstage_client: the functions of offstage.h, by way of the preloaded library. Linked statically into programs. */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "client/table.h"
#include "kernels/plan.h"

#define NO_SHIM "the Offstage library is not loaded into this process: start the program with  offstage run -- COMMAND"

#define OLD_SHIM "the Offstage library in this process is another version than the program was built for"

static const struct ofs_shim_table *shim;
static const char *absent = NO_SHIM; /* why `shim` is NULL */
static __thread char last_error[256];

static void find(void)
{
    ofs_shim_table_fn *get = NULL;
    void *symbol = dlsym(RTLD_DEFAULT, OFS_SHIM_TABLE_NAME);

    memcpy(&get, &symbol, sizeof get);
    shim = get ? get(OFS_SHIM_TABLE_VERSION) : NULL;
    if (shim && shim->size < sizeof *shim)
        shim = NULL; /* an older library than this file */
    if (get && !shim)
        absent = OLD_SHIM;
}

static const struct ofs_shim_table *table(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find);
    return shim;
}

static enum ofs_status fail(enum ofs_status status, const char *text)
{
    snprintf(last_error, sizeof last_error, "%s", text);
    return status;
}

const char *ofs_last_error(void) { return last_error; }

const char *ofs_status_name(enum ofs_status status)
{
    static const struct {
        enum ofs_status status;
        const char *name;
    } names[] = {
        { OFS_OK, "OFS_OK" },           { OFS_ENOMEM, "OFS_ENOMEM" },       { OFS_EINVAL, "OFS_EINVAL" },
        { OFS_ENOENT, "OFS_ENOENT" },   { OFS_EIO, "OFS_EIO" },             { OFS_EAGAIN, "OFS_EAGAIN" },
        { OFS_EPEER, "OFS_EPEER" },     { OFS_ENOSYS, "OFS_ENOSYS" },       { OFS_ETIMEDOUT, "OFS_ETIMEDOUT" },
        { OFS_EGONE, "OFS_EGONE" },     { OFS_EBUSY, "OFS_EBUSY" },         { OFS_ENODEV, "OFS_ENODEV" },
        { OFS_ENOSHIM, "OFS_ENOSHIM" },
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].status == status)
            return names[i].name;
    return "unknown status";
}

enum ofs_status ofs_info_get(struct ofs_info *info)
{
    int saved_errno = errno;
    if (!info || info->struct_size != sizeof *info)
        return fail(OFS_EINVAL, "struct_size of the info is not sizeof(struct ofs_info)");
    memset(info, 0, sizeof *info);
    info->struct_size = sizeof *info;
    if (table()) {
        table()->info(info);
    } else {
        snprintf(info->reason, sizeof info->reason, "%s", absent);
        snprintf(info->kernels, sizeof info->kernels, "%s", ofs_kernel_backend_name(ofs_kernel_backend_at(0)));
    }
    errno = saved_errno;
    return OFS_OK;
}

/* Every function that needs the library: errno kept, and the sentence for ofs_last_error(). */
#define SHIM(call)                                                                                                     \
    int saved_errno = errno;                                                                                           \
    enum ofs_status status = table() ? (last_error[0] = '\0', table()->call) : fail(OFS_ENOSHIM, absent);              \
    errno = saved_errno
#define WHY last_error, sizeof last_error

enum ofs_status ofs_windows(struct ofs_window_info *windows, uint32_t capacity, uint32_t *count)
{
    SHIM(windows(windows, capacity, count));
    return status == OFS_EINVAL ? fail(status, "a pointer is NULL") : status;
}

enum ofs_status ofs_capture_open(const struct ofs_capture_desc *desc, struct ofs_capture **capture_out)
{
    SHIM(capture_open(desc, capture_out, WHY));
    return status;
}

void ofs_capture_close(struct ofs_capture *capture)
{
    int saved_errno = errno;
    if (table())
        table()->capture_close(capture);
    errno = saved_errno;
}

enum ofs_status ofs_capture_next(struct ofs_capture *capture, uint64_t timeout_ns, struct ofs_frame *frame)
{
    SHIM(capture_next(capture, timeout_ns, frame, WHY));
    return status;
}

enum ofs_status ofs_capture_latest(struct ofs_capture *capture, struct ofs_frame *frame)
{
    SHIM(capture_latest(capture, frame, WHY));
    return status;
}

enum ofs_status ofs_capture_read(struct ofs_capture *capture, uint64_t timeout_ns, void *data, size_t bytes,
                                 uintptr_t stream, struct ofs_frame *frame)
{
    SHIM(capture_read(capture, timeout_ns, data, bytes, stream, frame, WHY));
    return status;
}

void ofs_capture_reset(struct ofs_capture *capture)
{
    int saved_errno = errno;
    if (table())
        table()->capture_reset(capture);
    errno = saved_errno;
}

void ofs_capture_discard(struct ofs_capture *capture)
{
    int saved_errno = errno;
    if (table())
        table()->capture_discard(capture);
    errno = saved_errno;
}

enum ofs_status ofs_capture_shape(struct ofs_capture *capture, struct ofs_frame *frame)
{
    SHIM(capture_shape(capture, frame, WHY));
    return status;
}

void ofs_frame_release(struct ofs_frame *frame, uintptr_t stream)
{
    int saved_errno = errno;
    if (table())
        table()->frame_release(frame, stream);
    errno = saved_errno;
}

enum ofs_status ofs_frame_wait(const struct ofs_frame *frame, uintptr_t stream)
{
    SHIM(frame_wait(frame, stream, WHY));
    return status;
}

/* -- a game that is played by a learner ----------------------------------------------------------------------------- */

enum ofs_status ofs_report(const struct ofs_report *report)
{
    SHIM(report(report, WHY));
    return status;
}

enum ofs_status ofs_on_turn(ofs_turn_fn *call, void *context)
{
    int saved_errno = errno;
    if (!table())
        return fail(OFS_ENOSHIM, absent);
    table()->on_turn(call, context);
    errno = saved_errno;
    return OFS_OK;
}

int ofs_played(void)
{
    int saved_errno = errno;
    int played = table() ? table()->played() : 0;
    errno = saved_errno;
    return played;
}

/* -- plans without a window ---------------------------------------------------------------------------------------- */

enum ofs_status ofs_preprocess(const struct ofs_plan_desc *desc, const void *pixels, ptrdiff_t pitch_bytes, void *out,
                               size_t out_bytes)
{
    struct ofs_plan_source source = { .pixels = pixels, .pitch_bytes = pitch_bytes };
    struct ofs_plan *plan;
    int saved_errno = errno;
    size_t needed;

    if (!desc || !pixels || !out)
        return fail(OFS_EINVAL, "a pointer is NULL");
    if (ofs_plan_check(desc, last_error, sizeof last_error))
        return OFS_EINVAL;
    if (desc->stack > 1 || desc->max_frames > 1)
        return fail(OFS_EINVAL, "one frame has no stack, and no frame before it: stack and max_frames must be 1");
    if ((pitch_bytes < 0 ? 0 - (size_t)pitch_bytes : (size_t)pitch_bytes) < (size_t)desc->source_width_px * 4)
        return fail(OFS_EINVAL, "the pitch is smaller than a row: width * 4 bytes are needed");
    plan = ofs_plan_create(desc, NULL);
    errno = saved_errno;
    if (!plan)
        return fail(OFS_ENOMEM, "out of memory");
    needed = ofs_plan_bytes(plan);
    if (out_bytes < needed) {
        snprintf(last_error, sizeof last_error, "the destination has %zu bytes, and the result %zu", out_bytes, needed);
        ofs_plan_destroy(plan);
        return OFS_EINVAL;
    }
    ofs_plan_run(plan, &source, 0, out);
    ofs_plan_destroy(plan);
    return OFS_OK;
}
