/* The stand-in's memory, streams and kernels: see fake_cuda.h. The kernels are those of tests/cuda/emulate.c. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/driver.h"
#include "emulate.h"
#include "fake_cuda.h"

#define CU(name, arguments) API int name arguments;
OFS_CU_FUNCTIONS(CU)
#undef CU

#define MAX_RANGES  256
#define MAX_STREAMS 4096

struct stream;

enum kind { COPY, SET, KERNEL, WAIT };

struct op {
    struct op *next;
    enum kind kind;
    unsigned char *to;
    const unsigned char *from;
    unsigned char *held; /* host bytes that were given with the call; `from` points there */
    size_t bytes;
    unsigned char value;
    const char *kernel;
    unsigned grid[3], threads;
    struct ofs_preproc_params params;
    struct ofs_preproc_frames frames;
    struct ofs_preproc_copy copy;
    struct stream *other; /* WAIT: until so much of it is done */
    unsigned long position;
};

struct stream {
    struct op *first, **end;
    unsigned long queued, done;
};

struct event {
    struct stream *stream;
    unsigned long position;
};

struct range {
    unsigned char *start;
    size_t bytes;
    int device, kind; /* 0 = free row; as fake_cuda_claim */
    bool ours;
};

static struct {
    pthread_mutex_t lock; /* recursive */
    pthread_once_t once;
    struct range ranges[MAX_RANGES];
    struct stream *streams[MAX_STREAMS];
    struct stream fixed[2]; /* legacy, per thread */
    int outstanding, faults;
    char failing[64];
    int code;
} fake = { .once = PTHREAD_ONCE_INIT };

static void start(void)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&fake.lock, &attributes);
    for (int i = 0; i < 2; i++)
        fake.fixed[i].end = &fake.fixed[i].first;
}

static void lock(void)
{
    pthread_once(&fake.once, start);
    pthread_mutex_lock(&fake.lock);
}

static void unlock(void) { pthread_mutex_unlock(&fake.lock); }

/* -- what tests ask
 * ------------------------------------------------------------------------------------------------- */

void fake_cuda_fail(const char *function, int code)
{
    snprintf(fake.failing, sizeof(fake.failing), "%s", function ? function : "");
    fake.code = code;
}

int fake_failed(const char *function) { return strcmp(fake.failing, function) == 0 ? fake.code : 0; }

int fake_cuda_outstanding(void) { return fake.outstanding; }
int fake_cuda_faults(void) { return fake.faults; }

void fake_count(int more)
{
    lock();
    fake.outstanding += more;
    unlock();
}

void fake_fault(const char *what)
{
    fprintf(stderr, "fake libcuda: %s\n", what);
    fake.faults++;
}

static bool add_range(void *start_at, size_t bytes, int device, int kind, bool ours)
{
    for (int i = 0; i < MAX_RANGES; i++) {
        if (!fake.ranges[i].kind) {
            fake.ranges[i] = (struct range){ start_at, bytes, device, kind, ours };
            return true;
        }
    }
    return false;
}

void fake_cuda_claim(void *start_at, size_t bytes, int device, int kind)
{
    lock();
    (void)add_range(start_at, bytes, device, kind, false);
    unlock();
}

static struct range *range_of(const void *at)
{
    for (int i = 0; i < MAX_RANGES; i++) {
        struct range *range = &fake.ranges[i];

        if (range->kind && (const unsigned char *)at >= range->start &&
            (const unsigned char *)at < range->start + range->bytes)
            return range;
    }
    return NULL;
}

static bool on_device(const void *at, size_t bytes)
{
    const struct range *range = range_of(at);

    return range && range->kind != 1 && bytes <= (size_t)(range->start + range->bytes - (const unsigned char *)at);
}

/* -- streams
 * -------------------------------------------------------------------------------------------------------- */

static struct stream *stream_of(void *handle)
{
    uintptr_t number = (uintptr_t)handle;

    return number <= 2 ? &fake.fixed[number == 2] : handle;
}

/* A texture object is the address of an array; for the kernel, its pixels as they are now. */
static uint64_t read_texture(uint64_t object, struct emulated_texture *texture)
{
    int width = 0, height = 0;

    if (!object)
        return 0;
    texture->rgba = fake_read_array(*(void **)(uintptr_t)object, &width, &height);
    if (!texture->rgba)
        fake_fault("a texture is read that is not mapped");
    texture->width_px = texture->rgba ? (uint32_t)width : 0;
    texture->height_px = texture->rgba ? (uint32_t)height : 0;
    return (uintptr_t)texture;
}

static void run_kernel(struct op *op)
{
    struct emulated_texture textures[2] = { { 0 }, { 0 } };
    struct ofs_preproc_frame *frame = &op->frames.frame[0];
    void *arguments[] = { &op->params, &op->frames };
    void *copy_arguments[] = { &op->copy };
    unsigned long outside = emulate_outside;

    frame->texture = read_texture(frame->texture, &textures[0]);
    frame->previous_texture = read_texture(frame->previous_texture, &textures[1]);
    if (!emulate_launch(op->kernel, op->grid, op->threads,
                        strcmp(op->kernel, OFS_PREPROC_COPY) == 0 ? copy_arguments : arguments))
        fake_fault("an unknown kernel");
    if (emulate_outside != outside)
        fake_fault("a texture is read outside its bounds");
    free((void *)textures[0].rgba);
    free((void *)textures[1].rgba);
}

static void advance(struct stream *stream, unsigned long position)
{
    while (stream->done < position && stream->first) {
        struct op *op = stream->first;

        stream->first = op->next;
        if (!stream->first)
            stream->end = &stream->first;
        stream->done++;
        if (op->kind == WAIT)
            advance(op->other, op->position);
        else if (op->kind == SET)
            memset(op->to, op->value, op->bytes);
        else if (op->kind == COPY)
            memmove(op->to, op->from, op->bytes);
        else
            run_kernel(op);
        free(op->held);
        free(op);
    }
}

static void queue(void *handle, const struct op *what)
{
    struct stream *stream = stream_of(handle);
    struct op *op = malloc(sizeof(*op));

    *op = *what;
    op->next = NULL;
    lock();
    *stream->end = op;
    stream->end = &op->next;
    stream->queued++;
    unlock();
}

void fake_finish_stream(void *handle)
{
    struct stream *stream = stream_of(handle);

    lock();
    advance(stream, stream->queued);
    unlock();
}

static void finish_all(void)
{
    fake_finish_stream((void *)1);
    fake_finish_stream((void *)2);
    for (int i = 0; i < MAX_STREAMS; i++)
        if (fake.streams[i])
            fake_finish_stream(fake.streams[i]);
}

int cuStreamCreateWithPriority(void **out, unsigned flags, int priority)
{
    struct stream *stream;

    FAKE_ENTER(true);
    stream = calloc(1, sizeof(*stream));
    stream->end = &stream->first;
    lock();
    for (int i = 0; i < MAX_STREAMS; i++) {
        if (!fake.streams[i]) {
            fake.streams[i] = stream;
            break;
        }
    }
    fake.outstanding++;
    unlock();
    *out = stream;
    return 0;
}

int cuCtxGetStreamPriorityRange(int *low, int *high)
{
    *low = 0;
    *high = -5;
    return 0;
}

/* The memory stays: another stream's wait may still point to it. */
int cuStreamDestroy_v2(void *handle)
{
    FAKE_ENTER(true);
    fake_finish_stream(handle);
    fake_count(-1);
    return 0;
}

int cuStreamSynchronize(void *handle)
{
    FAKE_ENTER(true);
    fake_finish_stream(handle);
    return 0;
}

int cuEventCreate(void **out, unsigned flags)
{
    FAKE_ENTER(true);
    *out = calloc(1, sizeof(struct event));
    fake_count(1);
    return 0;
}

int cuEventRecord(void *handle, void *stream)
{
    struct event *event = handle;

    FAKE_ENTER(true);
    lock();
    event->stream = stream_of(stream);
    event->position = event->stream->queued;
    unlock();
    return 0;
}

int cuStreamWaitEvent(void *stream, void *handle, unsigned flags)
{
    struct event *event = handle;

    FAKE_ENTER(true);
    if (event->stream)
        queue(stream, &(struct op){ .kind = WAIT, .other = event->stream, .position = event->position });
    return 0;
}

int cuEventDestroy_v2(void *event)
{
    FAKE_ENTER(true);
    free(event);
    fake_count(-1);
    return 0;
}

int cuThreadExchangeStreamCaptureMode(int *mode)
{
    static _Thread_local int now;
    int before = now;

    now = *mode;
    *mode = before;
    return 0;
}

/* -- memory
 * --------------------------------------------------------------------------------------------------------- */

int cuMemAlloc_v2(unsigned long long *out, size_t bytes)
{
    void *start_at;

    FAKE_ENTER(true);
    if (!bytes || bytes > (size_t)1 << 32)
        return bytes ? 2 : FAKE_INVALID_VALUE;
    start_at = aligned_alloc(256, (bytes + 255) / 256 * 256);
    memset(start_at, 0xCD, bytes);
    lock();
    (void)add_range(start_at, bytes, 0, 2, true);
    fake.outstanding++;
    unlock();
    *out = (uintptr_t)start_at;
    return 0;
}

int cuMemFree_v2(unsigned long long address)
{
    struct range *range;

    FAKE_ENTER(true);
    finish_all();
    lock();
    range = range_of((void *)(uintptr_t)address);
    if (range && range->ours) {
        range->kind = 0;
        fake.outstanding--;
        free(range->start);
    } else {
        fake_fault("memory is freed that was not allocated");
    }
    unlock();
    return 0;
}

int cuMemsetD8Async(unsigned long long to, unsigned char value, size_t bytes, void *stream)
{
    FAKE_ENTER(true);
    if (!on_device((void *)(uintptr_t)to, bytes))
        return FAKE_INVALID_VALUE;
    queue(stream, &(struct op){ .kind = SET, .to = (void *)(uintptr_t)to, .value = value, .bytes = bytes });
    return 0;
}

int cuMemcpyDtoDAsync_v2(unsigned long long to, unsigned long long from, size_t bytes, void *stream)
{
    FAKE_ENTER(true);
    if (!on_device((void *)(uintptr_t)to, bytes) || !on_device((void *)(uintptr_t)from, bytes)) {
        fake_fault("a copy outside device memory");
        return FAKE_INVALID_VALUE;
    }
    queue(stream,
          &(struct op){ .kind = COPY, .to = (void *)(uintptr_t)to, .from = (void *)(uintptr_t)from, .bytes = bytes });
    return 0;
}

int cuMemcpyHtoDAsync_v2(unsigned long long to, const void *from, size_t bytes, void *stream)
{
    unsigned char *held;

    FAKE_ENTER(true);
    if (!on_device((void *)(uintptr_t)to, bytes))
        return FAKE_INVALID_VALUE;
    held = malloc(bytes);
    memcpy(held, from, bytes);
    queue(stream,
          &(struct op){ .kind = COPY, .to = (void *)(uintptr_t)to, .from = held, .held = held, .bytes = bytes });
    return 0;
}

int cuMemcpyDtoHAsync_v2(void *to, unsigned long long from, size_t bytes, void *stream)
{
    FAKE_ENTER(true);
    if (!on_device((void *)(uintptr_t)from, bytes))
        return FAKE_INVALID_VALUE;
    queue(stream, &(struct op){ .kind = COPY, .to = to, .from = (void *)(uintptr_t)from, .bytes = bytes });
    return 0;
}

int cuPointerGetAttributes(unsigned count, int *attributes, void **values, unsigned long long address)
{
    const struct range *range;

    FAKE_ENTER(true);
    lock();
    range = range_of((void *)(uintptr_t)address);
    for (unsigned i = 0; i < count; i++) {
        switch (attributes[i]) {
        case OFS_CU_POINTER_MEMORY_TYPE:
            *(unsigned *)values[i] = !range ? 0 : range->kind == 1 ? OFS_CU_MEMORY_HOST : OFS_CU_MEMORY_DEVICE;
            break;
        case OFS_CU_POINTER_IS_MANAGED: *(unsigned char *)values[i] = range && range->kind == 3; break;
        case OFS_CU_POINTER_DEVICE_ORDINAL: *(int *)values[i] = range ? range->device : -2; break;
        case OFS_CU_POINTER_RANGE_START: *(void **)values[i] = range ? range->start : NULL; break;
        case OFS_CU_POINTER_RANGE_SIZE: *(size_t *)values[i] = range ? range->bytes : 0; break;
        default: fake_fault("an unknown attribute of a pointer");
        }
    }
    unlock();
    return 0;
}

/* -- kernels
 * -------------------------------------------------------------------------------------------------------- */

int cuModuleLoadData(void **module, const void *image)
{
    FAKE_ENTER(true);
    *module = malloc(1);
    fake_count(1);
    return 0;
}

int cuModuleUnload(void *module)
{
    FAKE_ENTER(true);
    free(module);
    fake_count(-1);
    return 0;
}

/* The name serves as the function: the caller's is a literal. */
int cuModuleGetFunction(void **function, void *module, const char *name)
{
    FAKE_ENTER(true);
    *function = (void *)name;
    return 0;
}

int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned threads,
                   unsigned threads_y, unsigned threads_z, unsigned shared, void *stream, void **arguments,
                   void **extra)
{
    struct op op = { .kind = KERNEL, .kernel = function, .grid = { grid_x, grid_y, grid_z }, .threads = threads };

    FAKE_ENTER(true);
    if (!grid_x || !grid_y || !grid_z || grid_y > 65535 || grid_z > 65535 || !threads || threads > 1024)
        return FAKE_INVALID_VALUE;
    if (strcmp(function, OFS_PREPROC_COPY) == 0) {
        op.copy = *(const struct ofs_preproc_copy *)arguments[0];
    } else {
        op.params = *(const struct ofs_preproc_params *)arguments[0];
        op.frames = *(const struct ofs_preproc_frames *)arguments[1];
    }
    queue(stream, &op);
    return 0;
}

int cuTexObjectCreate(unsigned long long *object, const struct ofs_cu_resource *resource,
                      const struct ofs_cu_texture *texture, const void *view)
{
    void **array;

    FAKE_ENTER(true);
    if (resource->type != OFS_CU_RESOURCE_ARRAY || texture->flags != OFS_CU_READ_AS_INTEGER || texture->filter_mode)
        return FAKE_INVALID_VALUE;
    array = malloc(sizeof(*array));
    *array = resource->res.array;
    *object = (uintptr_t)array;
    fake_count(1);
    return 0;
}

int cuTexObjectDestroy(unsigned long long object)
{
    FAKE_ENTER(true);
    finish_all();
    free((void *)(uintptr_t)object);
    fake_count(-1);
    return 0;
}
