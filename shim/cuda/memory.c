/* Memory of the device, copies, and order between our stream and those of consumers. */
#include "cuda/private.h"

/* -- allocation ---------------------------------------------------------------------------------------------------- */

enum ofs_status ofs_cuda_alloc(struct ofs_cuda *cuda, size_t bytes, void **data_out, char *why, size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    unsigned long long address = 0;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);

    *data_out = NULL;
    if (status != OFS_OK)
        return status;
    status =
        ofs_cuda_result(cuda->cu->cuMemAlloc_v2(&address, bytes), "no device memory for observations", why, why_bytes);
    if (status == OFS_OK) {
        status = ofs_cuda_result(cuda->cu->cuMemsetD8Async(address, 0, bytes, cuda->stream), "cuMemsetD8Async", why,
                                 why_bytes);
        if (status == OFS_OK)
            *data_out = (void *)(uintptr_t)address;
        else
            cuda->cu->cuMemFree_v2(address);
    }
    ofs_cuda_leave(&entry);
    return status;
}

void ofs_cuda_free(struct ofs_cuda *cuda, void *data)
{
    struct ofs_cuda_entry entry;
    char why[8];

    if (!data || ofs_cuda_enter(cuda, &entry, why, sizeof why) != OFS_OK)
        return;
    cuda->cu->cuMemFree_v2(ofs_cuda_address(data));
    ofs_cuda_leave(&entry);
}

/* -- whose memory -------------------------------------------------------------------------------------------------- */

struct facts {
    unsigned type, managed;
    int device;
    unsigned long long start;
    size_t bytes;
};

/* What CUDA knows of the memory at an address; all zero for what it never heard of. */
static int ask(const struct ofs_cuda *cuda, unsigned long long address, struct facts *facts)
{
    int attributes[] = { OFS_CU_POINTER_MEMORY_TYPE, OFS_CU_POINTER_IS_MANAGED, OFS_CU_POINTER_DEVICE_ORDINAL,
                         OFS_CU_POINTER_RANGE_START, OFS_CU_POINTER_RANGE_SIZE };
    void *values[] = { &facts->type, &facts->managed, &facts->device, &facts->start, &facts->bytes };

    *facts = (struct facts){ .device = -1 };
    return cuda->cu->cuPointerGetAttributes(OFS_ARRAY_LEN(values), attributes, values, address);
}

/* Allocators that map memory piece by piece make one block of several ranges: each is asked about. */
static enum ofs_status check_ranges(const struct ofs_cuda *cuda, const void *data, size_t bytes, char *why,
                                    size_t why_bytes)
{
    unsigned long long at = ofs_cuda_address(data), end = at + bytes;
    struct facts facts;

    if (end < at)
        return ofs_cuda_fail(OFS_EINVAL, why, why_bytes, "%p: %zu bytes do not fit behind it", data, bytes);
    while (at < end) {
        /* The flag for managed memory is one byte on some drivers; anything but zero counts. */
        bool known = !ask(cuda, at, &facts) && (facts.type || facts.managed);
        bool ours = known && (facts.managed || facts.type == OFS_CU_MEMORY_DEVICE);

        if (!ours && at == ofs_cuda_address(data))
            return ofs_cuda_fail(OFS_EINVAL, why, why_bytes, "%p is host memory%s, not memory of CUDA device %d", data,
                                 known ? " (pinned)" : "", cuda->ordinal);
        if (!ours)
            return ofs_cuda_fail(OFS_EINVAL, why, why_bytes, "%p has %llu bytes of device memory; %zu are needed", data,
                                 at - ofs_cuda_address(data), bytes);
        if (!facts.managed && facts.device != cuda->ordinal)
            return ofs_cuda_fail(OFS_EINVAL, why, why_bytes,
                                 "%p is memory of CUDA device %d, the frames are on device %d", data, facts.device,
                                 cuda->ordinal);
        if (facts.start + facts.bytes <= at) /* no range is told for this kind of memory */
            return OFS_OK;
        at = facts.start + facts.bytes;
    }
    return OFS_OK;
}

enum ofs_status ofs_cuda_check_pointer(struct ofs_cuda *cuda, const void *data, size_t bytes, char *why,
                                       size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    enum ofs_status status;

    if (!data)
        return ofs_cuda_fail(OFS_EINVAL, why, why_bytes, "the destination is NULL");
    status = ofs_cuda_enter(cuda, &entry, why, why_bytes);
    if (status != OFS_OK)
        return status;
    status = check_ranges(cuda, data, bytes, why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}

/* -- order --------------------------------------------------------------------------------------------------------- */

/* The default streams have fixed handles, 1 and 2; 0 would depend on how the caller was compiled. */
static void *stream_of(uintptr_t stream) { return stream ? (void *)stream : OFS_CU_STREAM_LEGACY; }

void *ofs_cuda_event_take(struct ofs_cuda *cuda)
{
    void *event;

    for (int i = 0; i < OFS_CUDA_EVENTS; i++) {
        event = atomic_exchange(&cuda->events[i], NULL);
        if (event)
            return event;
    }
    return cuda->cu->cuEventCreate(&event, OFS_CU_EVENT_DISABLE_TIMING) ? NULL : event;
}

void ofs_cuda_event_give(struct ofs_cuda *cuda, void *event)
{
    for (int i = 0; event && i < OFS_CUDA_EVENTS; i++) {
        void *none = NULL;

        if (atomic_compare_exchange_strong(&cuda->events[i], &none, event))
            return;
    }
    if (event)
        cuda->cu->cuEventDestroy_v2(event);
}

/* What is on `first` now comes before what `then` gets from now on. An event may be used again at once: a wait
 * remembers the record that it saw. */
static int order(struct ofs_cuda *cuda, void *first, void *then)
{
    void *event = ofs_cuda_event_take(cuda);
    int result = event ? 0 : OFS_CU_OUT_OF_MEMORY;

    if (!result)
        result = cuda->cu->cuEventRecord(event, first);
    if (!result)
        result = cuda->cu->cuStreamWaitEvent(then, event, 0);
    ofs_cuda_event_give(cuda, event);
    return result;
}

/* Entered. A stream of another device cannot record our event: then this thread waits for it. */
static enum ofs_status order_after(struct ofs_cuda *cuda, void *stream, char *why, size_t why_bytes)
{
    int result = order(cuda, stream, cuda->stream);

    if (result)
        result = cuda->cu->cuStreamSynchronize(stream);
    return ofs_cuda_result(result, "the consumer's stream cannot be waited for", why, why_bytes);
}

enum ofs_status ofs_cuda_consumer_wait(struct ofs_cuda *cuda, uintptr_t stream, char *why, size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);

    if (status != OFS_OK)
        return status;
    status = ofs_cuda_result(order(cuda, cuda->stream, stream_of(stream)),
                             "the consumer's stream cannot wait for the frame", why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}

enum ofs_status ofs_cuda_producer_wait(struct ofs_cuda *cuda, uintptr_t stream, char *why, size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);

    if (status != OFS_OK)
        return status;
    status = order_after(cuda, stream_of(stream), why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}

enum ofs_status ofs_cuda_synchronize(struct ofs_cuda *cuda, char *why, size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);

    if (status != OFS_OK)
        return status;
    status = ofs_cuda_result(cuda->cu->cuStreamSynchronize(cuda->stream), "CUDA failed", why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}

/* -- copies -------------------------------------------------------------------------------------------------------- */

enum ofs_status ofs_cuda_copy(struct ofs_cuda *cuda, void *to, const void *from, size_t bytes, char *why,
                              size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);

    if (status != OFS_OK)
        return status;
    status = ofs_cuda_result(
        cuda->cu->cuMemcpyDtoDAsync_v2(ofs_cuda_address(to), ofs_cuda_address(from), bytes, cuda->stream),
        "cuMemcpyDtoDAsync", why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}

enum ofs_status ofs_cuda_upload(struct ofs_cuda *cuda, void *to, const void *host, size_t bytes, char *why,
                                size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);
    int result;

    if (status != OFS_OK)
        return status;
    result = cuda->cu->cuMemcpyHtoDAsync_v2(ofs_cuda_address(to), host, bytes, cuda->stream);
    if (!result)
        result = cuda->cu->cuStreamSynchronize(cuda->stream);
    status = ofs_cuda_result(result, "cuMemcpyHtoDAsync", why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}

enum ofs_status ofs_cuda_download(struct ofs_cuda *cuda, void *host, const void *from, size_t bytes, char *why,
                                  size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);
    int result;

    if (status != OFS_OK)
        return status;
    result = cuda->cu->cuMemcpyDtoHAsync_v2(host, ofs_cuda_address(from), bytes, cuda->stream);
    if (!result)
        result = cuda->cu->cuStreamSynchronize(cuda->stream);
    status = ofs_cuda_result(result, "cuMemcpyDtoHAsync", why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}

enum ofs_status ofs_cuda_deliver(struct ofs_cuda *cuda, void *to, const void *from, size_t bytes, uintptr_t stream,
                                 char *why, size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    enum ofs_status status = ofs_cuda_check_pointer(cuda, to, bytes, why, why_bytes);
    void *theirs = stream_of(stream);

    if (status == OFS_OK)
        status = ofs_cuda_enter(cuda, &entry, why, why_bytes);
    if (status != OFS_OK)
        return status;
    status = ofs_cuda_result(order(cuda, cuda->stream, theirs), "the consumer's stream cannot wait for the frame", why,
                             why_bytes);
    if (status == OFS_OK)
        status =
            ofs_cuda_result(cuda->cu->cuMemcpyDtoDAsync_v2(ofs_cuda_address(to), ofs_cuda_address(from), bytes, theirs),
                            "cuMemcpyDtoDAsync", why, why_bytes);
    if (status == OFS_OK)
        status = order_after(cuda, theirs, why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}
