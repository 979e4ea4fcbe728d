/* Exporting and opening CUDA memory, through the driver's own functions. */
#include "cuda_ipc.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "private.h"

#define OUT_OF_MEMORY    2
#define LAZY_PEER_ACCESS 1u
#define MODE_RELAXED     2
#define STREAM_LEGACY    ((void *)1)
#define BLOCK_BYTES \
    (2ull << 20) /* what is smaller shares its block with other allocations, which would be exported too */

/* CUipcMemHandle goes by value. */
struct cu_handle {
    unsigned char bytes[64];
};

#define FUNCTIONS(X)                                                             \
    X(cuInit, (unsigned))                                                        \
    X(cuGetErrorName, (int, const char **))                                      \
    X(cuDeviceGetCount, (int *))                                                 \
    X(cuDeviceGet, (int *, int))                                                 \
    X(cuDeviceGetUuid, (unsigned char *, int))                                   \
    X(cuDevicePrimaryCtxRetain, (void **, int))                                  \
    X(cuDevicePrimaryCtxRelease_v2, (int))                                       \
    X(cuCtxPushCurrent_v2, (void *))                                             \
    X(cuCtxPopCurrent_v2, (void **))                                             \
    X(cuCtxSynchronize, (void))                                                  \
    X(cuThreadExchangeStreamCaptureMode, (int *))                                \
    X(cuMemAlloc_v2, (unsigned long long *, size_t))                             \
    X(cuMemFree_v2, (unsigned long long))                                        \
    X(cuMemsetD8_v2, (unsigned long long, unsigned char, size_t))                \
    X(cuMemcpyAsync, (unsigned long long, unsigned long long, size_t, void *))   \
    X(cuStreamSynchronize, (void *))                                             \
    X(cuIpcGetMemHandle, (struct cu_handle *, unsigned long long))               \
    X(cuIpcOpenMemHandle_v2, (unsigned long long *, struct cu_handle, unsigned)) \
    X(cuIpcCloseMemHandle, (unsigned long long))

#define MEMBER(name, arguments) int(*name) arguments;
static struct {
    pthread_once_t once;
    bool usable;
    pid_t process;
    char why[160];
    void *(*open_library)(const char *, int);
    void *(*find_symbol)(void *, const char *);
    FUNCTIONS(MEMBER)
    int (*uuid_of_part)(unsigned char *,
                        int); /* cuDeviceGetUuid_v2: of a part of a GPU that is divided; may be missing */
} cu = { .once = PTHREAD_ONCE_INIT };

void ofs_cuda_ipc_loader(void *(*open_library)(const char *name, int mode),
                         void *(*find_symbol)(void *library, const char *name))
{
    cu.open_library = open_library;
    cu.find_symbol = find_symbol;
}

static const char *name_of(int result)
{
    const char *name = NULL;

    if (!cu.cuGetErrorName || cu.cuGetErrorName(result, &name) != 0)
        name = NULL;
    return name ? name : "an unknown error";
}

static void load(void)
{
    struct {
        const char *name;
        void *field;
    } names[] = {
#define NAME(name, arguments) { #name, &cu.name },
        FUNCTIONS(NAME)
    };
    void *library, *entry;
    int result;

    cu.process = getpid();
    library = (cu.open_library ? cu.open_library : dlopen)("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        ofs_channel_say(cu.why, sizeof cu.why, "there is no NVIDIA driver here (libcuda.so.1)");
        return;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        entry = (cu.find_symbol ? cu.find_symbol : dlsym)(library, names[i].name);
        if (!entry) {
            ofs_channel_say(cu.why, sizeof cu.why, "libcuda.so.1 is too old: it has no %s", names[i].name);
            return;
        }
        memcpy(names[i].field, &entry, sizeof entry);
    }
    entry = (cu.find_symbol ? cu.find_symbol : dlsym)(library, "cuDeviceGetUuid_v2");
    memcpy(&cu.uuid_of_part, &entry, sizeof entry);
    result = cu.cuInit(0);
    if (result)
        ofs_channel_say(cu.why, sizeof cu.why, "CUDA cannot be started: %s", name_of(result));
    cu.usable = result == 0;
}

static enum ofs_status ready(char *why, size_t why_bytes)
{
    pthread_once(&cu.once, load);
    if (!cu.usable) {
        ofs_channel_say(why, why_bytes, "%s", cu.why);
        return OFS_ENOSYS;
    }
    if (cu.process != getpid()) {
        ofs_channel_say(why, why_bytes, "CUDA was started before this process was forked, and cannot be used in it");
        return OFS_ENODEV;
    }
    return OFS_OK;
}

static enum ofs_status failed(int result, const char *what, char *why, size_t why_bytes)
{
    ofs_channel_say(why, why_bytes, "%s: %s", what, name_of(result));
    return result == OUT_OF_MEMORY ? OFS_ENOMEM : OFS_EIO;
}

/* -- a device ------------------------------------------------------------------------------------------------------ */

struct use {
    int device; /* CUdevice */
    void *context;
};

static enum ofs_status use_device(int ordinal, struct use *use, char *why, size_t why_bytes)
{
    int count = 0, result = cu.cuDeviceGetCount(&count);

    if (result || ordinal < 0 || ordinal >= count || cu.cuDeviceGet(&use->device, ordinal) != 0) {
        ofs_channel_say(why, why_bytes, "there is no CUDA device %d: this process sees %d", ordinal,
                        result ? 0 : count);
        return OFS_ENODEV;
    }
    result = cu.cuDevicePrimaryCtxRetain(&use->context, use->device);
    return result ? failed(result, "the CUDA device cannot be used", why, why_bytes) : OFS_OK;
}

static void leave_device(const struct use *use) { (void)cu.cuDevicePrimaryCtxRelease_v2(use->device); }

/* Allocating is not allowed while somebody on this thread records a CUDA graph, unless the thread says that it
 * knows. */
static int enter(const struct use *use, int *mode)
{
    int result = cu.cuCtxPushCurrent_v2(use->context);

    *mode = MODE_RELAXED;
    if (result == 0)
        (void)cu.cuThreadExchangeStreamCaptureMode(mode);
    return result;
}

static void leave(int mode)
{
    void *context;

    (void)cu.cuThreadExchangeStreamCaptureMode(&mode);
    (void)cu.cuCtxPopCurrent_v2(&context);
}

static bool get_uuid(int device, unsigned char *uuid)
{
    return (cu.uuid_of_part ? cu.uuid_of_part : cu.cuDeviceGetUuid)(uuid, device) == 0;
}

static enum ofs_status copy_now(const struct use *use, unsigned long long to, unsigned long long from, uint64_t bytes,
                                char *why, size_t why_bytes)
{
    int mode, result = enter(use, &mode);

    if (result)
        return failed(result, "the CUDA context cannot be entered", why, why_bytes);
    result = cu.cuMemcpyAsync(to, from, bytes, STREAM_LEGACY);
    if (!result)
        result = cu.cuStreamSynchronize(STREAM_LEGACY);
    leave(mode);
    return result ? failed(result, "CUDA memory cannot be copied", why, why_bytes) : OFS_OK;
}

/* -- the learner's end --------------------------------------------------------------------------------------------- */

struct ofs_cuda_rows {
    struct use use;
    unsigned long long data;
    struct ofs_channel_export exported;
};

static enum ofs_status make_rows(struct ofs_cuda_rows *rows, uint64_t bytes, char *why, size_t why_bytes)
{
    uint64_t rounded = (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    struct cu_handle handle;
    int mode, result = enter(&rows->use, &mode);

    if (result)
        return failed(result, "the CUDA context cannot be entered", why, why_bytes);
    result = cu.cuMemAlloc_v2(&rows->data, rounded ? rounded : BLOCK_BYTES);
    if (result) {
        (void)failed(result, "no CUDA memory for the observations", why, why_bytes);
    } else {
        result = cu.cuMemsetD8_v2(rows->data, 0, rounded);
        if (!result)
            result = cu.cuCtxSynchronize();
        if (!result)
            result = cu.cuIpcGetMemHandle(&handle, rows->data);
        if (result) {
            (void)failed(result, "CUDA memory of this device cannot be shared between processes", why, why_bytes);
            (void)cu.cuMemFree_v2(rows->data);
        }
    }
    leave(mode);
    if (!result)
        memcpy(rows->exported.handle, handle.bytes, sizeof handle.bytes);
    return result == 0 ? OFS_OK : result == OUT_OF_MEMORY ? OFS_ENOMEM : rows->data ? OFS_ENOSYS : OFS_EIO;
}

enum ofs_status ofs_cuda_rows_create(int ordinal, uint64_t bytes, struct ofs_cuda_rows **rows_out, char *why,
                                     size_t why_bytes)
{
    int saved = errno;
    struct ofs_cuda_rows *rows;
    enum ofs_status status = ready(why, why_bytes);

    *rows_out = NULL;
    if (status != OFS_OK)
        goto out;
    rows = calloc(1, sizeof *rows);
    if (!rows) {
        ofs_channel_say(why, why_bytes, "out of memory");
        status = OFS_ENOMEM;
        goto out;
    }
    status = use_device(ordinal, &rows->use, why, why_bytes);
    if (status == OFS_OK) {
        rows->exported.device = ordinal;
        status = make_rows(rows, bytes, why, why_bytes);
        if (status == OFS_OK && !get_uuid(rows->use.device, rows->exported.uuid))
            memset(rows->exported.uuid, 0, sizeof rows->exported.uuid);
        if (status != OFS_OK)
            leave_device(&rows->use);
    }
    if (status == OFS_OK)
        *rows_out = rows;
    else
        free(rows);
out:
    errno = saved;
    return status;
}

static enum ofs_status make_more(struct ofs_cuda_rows *more, uint64_t bytes, char *why, size_t why_bytes)
{
    int mode, result = enter(&more->use, &mode);

    if (result)
        return failed(result, "the CUDA context cannot be entered", why, why_bytes);
    result = cu.cuMemAlloc_v2(&more->data, bytes ? bytes : 1);
    leave(mode);
    return result ? failed(result, "no CUDA memory for observations", why, why_bytes) : OFS_OK;
}

enum ofs_status ofs_cuda_rows_more(const struct ofs_cuda_rows *rows, uint64_t bytes, struct ofs_cuda_rows **more_out,
                                   char *why, size_t why_bytes)
{
    int saved = errno;
    struct ofs_cuda_rows *more = NULL;
    enum ofs_status status = ready(why, why_bytes);

    *more_out = NULL;
    if (status == OFS_OK && !(more = calloc(1, sizeof *more))) {
        ofs_channel_say(why, why_bytes, "out of memory");
        status = OFS_ENOMEM;
    }
    if (status == OFS_OK)
        status = use_device(rows->exported.device, &more->use, why, why_bytes);
    if (status == OFS_OK) {
        more->exported.device = rows->exported.device;
        status = make_more(more, bytes, why, why_bytes);
        if (status != OFS_OK)
            leave_device(&more->use);
    }
    if (status == OFS_OK)
        *more_out = more;
    else
        free(more);
    errno = saved;
    return status;
}

enum ofs_status ofs_cuda_rows_copy(const struct ofs_cuda_rows *rows, void *to, const void *from, uint64_t bytes,
                                   char *why, size_t why_bytes)
{
    int saved = errno;
    enum ofs_status status = ready(why, why_bytes);

    if (status == OFS_OK)
        status = copy_now(&rows->use, (uintptr_t)to, (uintptr_t)from, bytes, why, why_bytes);
    errno = saved;
    return status;
}

void ofs_cuda_rows_destroy(struct ofs_cuda_rows *rows)
{
    int saved = errno, mode;

    if (!rows)
        return;
    if (cu.process == getpid()) {
        if (enter(&rows->use, &mode) == 0) {
            (void)cu.cuMemFree_v2(rows->data);
            leave(mode);
        }
        leave_device(&rows->use);
    }
    free(rows);
    errno = saved;
}

void *ofs_cuda_rows_data(const struct ofs_cuda_rows *rows) { return (void *)(uintptr_t)rows->data; }

const struct ofs_channel_export *ofs_cuda_rows_export(const struct ofs_cuda_rows *rows) { return &rows->exported; }

/* -- the game's end ------------------------------------------------------------------------------------------------ */

struct ofs_cuda_import {
    struct use use;
    struct ofs_game *game;
    int ordinal;
    unsigned long long data;
};

static enum ofs_status find_device(const struct ofs_channel_header *h, int *ordinal_out, char *why, size_t why_bytes)
{
    unsigned char uuid[16];
    int count = 0, device;

    if (cu.cuDeviceGetCount(&count) != 0)
        count = 0;
    for (int i = 0; i < count; i++) {
        if (cu.cuDeviceGet(&device, i) == 0 && get_uuid(device, uuid) && memcmp(uuid, h->cuda_uuid, sizeof uuid) == 0) {
            *ordinal_out = i;
            return OFS_OK;
        }
    }
    ofs_channel_say(why, why_bytes,
                    "the learner's CUDA device %d is not among the %d that the game sees "
                    "(CUDA_VISIBLE_DEVICES?)",
                    (int)h->cuda_device, count);
    return OFS_ENODEV;
}

static enum ofs_status open_handle(struct ofs_cuda_import *import, char *why, size_t why_bytes)
{
    struct cu_handle handle;
    int mode, result = enter(&import->use, &mode);

    if (result)
        return failed(result, "the CUDA context cannot be entered", why, why_bytes);
    memcpy(handle.bytes, ofs_game_header(import->game)->cuda_handle, sizeof handle.bytes);
    result = cu.cuIpcOpenMemHandle_v2(&import->data, handle, LAZY_PEER_ACCESS);
    leave(mode);
    return result ? failed(result, "the learner's CUDA memory cannot be opened", why, why_bytes) : OFS_OK;
}

enum ofs_status ofs_cuda_import_open(struct ofs_game *game, struct ofs_cuda_import **import_out, char *why,
                                     size_t why_bytes)
{
    int saved = errno;
    struct ofs_cuda_import *import = NULL;
    enum ofs_status status = ready(why, why_bytes);

    *import_out = NULL;
    if (status == OFS_OK && ofs_game_header(game)->device != OFS_CHANNEL_CUDA_IPC) {
        ofs_channel_say(why, why_bytes, "the learner's observations are not in CUDA memory");
        status = OFS_EINVAL;
    }
    if (status == OFS_OK) {
        import = calloc(1, sizeof *import);
        status = import ? OFS_OK : OFS_ENOMEM;
    }
    if (status == OFS_OK)
        status = find_device(ofs_game_header(game), &import->ordinal, why, why_bytes);
    if (status == OFS_OK)
        status = use_device(import->ordinal, &import->use, why, why_bytes);
    if (status != OFS_OK)
        goto out;
    import->game = game;
    status = ofs_game_import_begin(game);
    if (status != OFS_OK) {
        ofs_channel_say(why, why_bytes, "the learner's CUDA memory is not to be opened any more");
    } else {
        status = open_handle(import, why, why_bytes);
        if (status != OFS_OK)
            ofs_game_import_end(game);
    }
    if (status != OFS_OK)
        leave_device(&import->use);
out:
    if (status == OFS_OK)
        *import_out = import;
    else
        free(import);
    errno = saved;
    return status;
}

void ofs_cuda_import_close(struct ofs_cuda_import *import)
{
    int saved = errno, mode;

    if (!import)
        return;
    if (cu.process == getpid()) {
        if (enter(&import->use, &mode) == 0) {
            (void)cu.cuCtxSynchronize();
            if (cu.cuIpcCloseMemHandle(import->data) == 0)
                ofs_game_import_end(import->game);
            leave(mode);
        }
        leave_device(&import->use);
    }
    free(import);
    errno = saved;
}

int ofs_cuda_import_device(const struct ofs_cuda_import *import) { return import->ordinal; }

void *ofs_cuda_import_row(const struct ofs_cuda_import *import, uint32_t row)
{
    const struct ofs_channel_header *h = ofs_game_header(import->game);

    return row < h->row_count ? (void *)(uintptr_t)(import->data + row * h->row_bytes) : NULL;
}

enum ofs_status ofs_cuda_import_fill(struct ofs_cuda_import *import, uint32_t row, const void *from, char *why,
                                     size_t why_bytes)
{
    int saved = errno;
    void *to = ofs_cuda_import_row(import, row);
    enum ofs_status status = OFS_EINVAL;

    if (to)
        status = copy_now(&import->use, (uintptr_t)to, (uintptr_t)from, ofs_game_header(import->game)->row_bytes, why,
                          why_bytes);
    else
        ofs_channel_say(why, why_bytes, "there is no row %u", row);
    errno = saved;
    return status;
}

enum ofs_status ofs_cuda_import_finish(struct ofs_cuda_import *import, uintptr_t stream, char *why, size_t why_bytes)
{
    int saved = errno, mode, result = enter(&import->use, &mode);

    if (result == 0) {
        result = cu.cuStreamSynchronize(stream ? (void *)stream : STREAM_LEGACY);
        leave(mode);
    }
    errno = saved;
    return result ? failed(result, "CUDA failed", why, why_bytes) : OFS_OK;
}
