/* A stand-in for libcuda, of which only sharing memory between processes is real: "device memory" is shared memory. It
 * is as strict as the real one where that is undefined: freeing what a living process has open ends the process with
 * status 66.
 *   FAKE_CUDA_DEVICES   how many there are (default 2); FAKE_CUDA_FLIP: counted from the other end */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_READY = 3,
    INVALID_CONTEXT = 201,
    MAPS = 64,
    IMPORTERS = 64,
    PAGE = 4096
};

#define API __attribute__((visibility("default")))

struct handle {
    int process, fd;
    unsigned long long bytes;
    unsigned char rest[48];
};

struct map {
    unsigned char *at;
    size_t bytes;
    int fd;
    int ours; /* allocated here, not opened */
};

static struct map maps[MAPS];
static int depth, mode_relaxed, started;

static int device_count(void)
{
    const char *text = getenv("FAKE_CUDA_DEVICES");

    return text ? atoi(text) : 2;
}

static int entered(void) { return started && depth > 0; }

/* In the page behind the memory: who has it open. */
static int *importers(const struct map *map) { return (int *)(map->at + map->bytes); }

static struct map *find(unsigned long long at)
{
    for (int i = 0; i < MAPS; i++) {
        if (maps[i].at && (unsigned long long)maps[i].at == at)
            return &maps[i];
    }
    return NULL;
}

static struct map *free_map(void)
{
    for (int i = 0; i < MAPS; i++) {
        if (!maps[i].at)
            return &maps[i];
    }
    return NULL;
}

API int cuInit(unsigned flags)
{
    started = 1;
    return flags ? INVALID_VALUE : 0;
}

API int cuGetErrorName(int result, const char **name)
{
    *name = result == OUT_OF_MEMORY     ? "CUDA_ERROR_OUT_OF_MEMORY"
            : result == INVALID_CONTEXT ? "CUDA_ERROR_INVALID_CONTEXT"
                                        : "CUDA_ERROR_INVALID_VALUE";
    return 0;
}

API int cuDeviceGetCount(int *count)
{
    *count = device_count();
    return 0;
}

API int cuDeviceGet(int *device, int ordinal)
{
    *device = getenv("FAKE_CUDA_FLIP") ? 99 - ordinal : 100 + ordinal - device_count();
    return ordinal < 0 || ordinal >= device_count() ? INVALID_VALUE : 0;
}

API int cuDeviceGetUuid(unsigned char *uuid, int device)
{
    memset(uuid, device, 16);
    return 0;
}

API int cuDevicePrimaryCtxRetain(void **context, int device)
{
    *context = (void *)(long)device;
    return 0;
}

API int cuDevicePrimaryCtxRelease_v2(int device) { return device ? 0 : INVALID_VALUE; }

API int cuCtxPushCurrent_v2(void *context)
{
    depth++;
    return context ? 0 : INVALID_CONTEXT;
}

API int cuCtxPopCurrent_v2(void **context)
{
    *context = NULL;
    return --depth < 0 ? INVALID_CONTEXT : 0;
}

API int cuCtxSynchronize(void) { return entered() ? 0 : INVALID_CONTEXT; }

API int cuThreadExchangeStreamCaptureMode(int *mode)
{
    int before = mode_relaxed;

    mode_relaxed = *mode;
    *mode = before;
    return 0;
}

API int cuMemAlloc_v2(unsigned long long *at, size_t bytes)
{
    struct map *map = free_map();
    const char *limit = getenv("FAKE_CUDA_BYTES");

    if (!entered() || mode_relaxed != 2)
        return INVALID_CONTEXT;
    if (!map || (limit && bytes > strtoull(limit, NULL, 10)))
        return OUT_OF_MEMORY;
    map->fd = memfd_create("device", MFD_CLOEXEC);
    if (map->fd < 0 || ftruncate(map->fd, (off_t)bytes + PAGE) != 0)
        return OUT_OF_MEMORY;
    map->at = mmap(NULL, bytes + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, map->fd, 0);
    map->bytes = bytes;
    map->ours = 1;
    memset(map->at, 0xee, bytes); /* new memory is rubbish */
    *at = (unsigned long long)map->at;
    return 0;
}

static int alive(int process)
{
    int fd = (int)syscall(SYS_pidfd_open, process, 0), result;
    struct pollfd polled = { fd, POLLIN, 0 };

    if (fd < 0)
        return 0;
    result = poll(&polled, 1, 0) == 0;
    close(fd);
    return result;
}

API int cuMemFree_v2(unsigned long long at)
{
    struct map *map = find(at);

    if (!entered() || !map || !map->ours)
        return INVALID_VALUE;
    for (int i = 0; i < IMPORTERS; i++) {
        if (importers(map)[i] && alive(importers(map)[i])) {
            fprintf(stderr, "exported memory is freed while process %d has it open\n", importers(map)[i]);
            _exit(66);
        }
    }
    munmap(map->at, map->bytes + PAGE);
    close(map->fd);
    map->at = NULL;
    return 0;
}

API int cuMemsetD8_v2(unsigned long long at, unsigned char value, size_t bytes)
{
    if (!entered())
        return INVALID_CONTEXT;
    memset((void *)at, value, bytes);
    return 0;
}

API int cuMemcpyAsync(unsigned long long to, unsigned long long from, size_t bytes, void *stream)
{
    if (!entered() || stream != (void *)1)
        return INVALID_CONTEXT;
    memcpy((void *)to, (const void *)from, bytes);
    return 0;
}

API int cuStreamSynchronize(void *stream) { return entered() && stream ? 0 : INVALID_CONTEXT; }

API int cuIpcGetMemHandle(struct handle *handle, unsigned long long at)
{
    struct map *map = find(at);

    if (!entered() || !map || getenv("FAKE_CUDA_NO_IPC"))
        return INVALID_VALUE;
    memset(handle, 0x5a, sizeof *handle);
    handle->process = getpid();
    handle->fd = map->fd;
    handle->bytes = map->bytes;
    return 0;
}

API int cuIpcOpenMemHandle_v2(unsigned long long *at, struct handle handle, unsigned flags)
{
    struct map *map = free_map();
    char path[64];
    int fd;

    if (!entered() || flags != 1 || !map || handle.rest[0] != 0x5a)
        return INVALID_VALUE;
    if (handle.process == getpid())
        return INVALID_CONTEXT;
    snprintf(path, sizeof path, "/proc/%d/fd/%d", handle.process, handle.fd);
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return INVALID_VALUE;
    map->at = mmap(NULL, handle.bytes + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map->at == MAP_FAILED) {
        map->at = NULL;
        return INVALID_VALUE;
    }
    map->bytes = handle.bytes;
    map->ours = 0;
    for (int i = 0; i < IMPORTERS; i++) {
        int none = 0;

        if (__atomic_compare_exchange_n(&importers(map)[i], &none, getpid(), 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            break;
    }
    *at = (unsigned long long)map->at;
    return 0;
}

API int cuIpcCloseMemHandle(unsigned long long at)
{
    struct map *map = find(at);

    if (!entered() || !map || map->ours)
        return INVALID_VALUE;
    for (int i = 0; i < IMPORTERS; i++) {
        int self = getpid();

        if (__atomic_compare_exchange_n(&importers(map)[i], &self, 0, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            break;
    }
    munmap(map->at, map->bytes + PAGE);
    map->at = NULL;
    return 0;
}
