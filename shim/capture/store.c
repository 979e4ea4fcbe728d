/* Two frame slots: see store.h. */
#include "capture/store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define SLOT_ALIGN  4096u
#define SIDE_MAX_PX 32768u

void ofs_store_init(struct ofs_store *store, int take_fd)
{
    memset(store, 0, sizeof *store);
    store->fd = take_fd;
}

void ofs_store_finish(struct ofs_store *store)
{
    if (store->map)
        munmap(store->map, store->map_bytes);
    if (store->fd > 0) /* 0 only in a zeroed struct: our descriptors are high */
        close(store->fd);
    memset(store, 0, sizeof *store);
    store->fd = -1;
}

/* Grow to `bytes`. The blocks of a file are reserved first: on a full disk the error must come now, not as SIGBUS when
 * the pixels are written. */
static enum ofs_status grow(struct ofs_store *store, size_t bytes)
{
    struct rlimit limit;
    void *map;
    /* Past the limit on file sizes the system call would raise SIGXFSZ, which ends the program. */
    if (store->fd >= 0 && (getrlimit(RLIMIT_FSIZE, &limit) != 0 || bytes > limit.rlim_cur))
        return OFS_ENOMEM;
    if (store->fd >= 0 && posix_fallocate(store->fd, (off_t)store->map_bytes, (off_t)(bytes - store->map_bytes)) != 0)
        return OFS_ENOMEM;
    if (store->map)
        map = mremap(store->map, store->map_bytes, bytes, MREMAP_MAYMOVE);
    else if (store->fd >= 0)
        map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, store->fd, 0);
    else
        map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED)
        return OFS_ENOMEM;
    store->map = map;
    store->map_bytes = bytes;
    return OFS_OK;
}

enum ofs_status ofs_store_begin(struct ofs_store *store, uint32_t width_px, uint32_t height_px,
                                struct ofs_session_frame **frame_out)
{
    unsigned idle = store->whole == 1 ? 1 : 0;
    uint64_t need = sizeof(struct ofs_session_frame) + (uint64_t)width_px * height_px * 4;
    struct ofs_session_frame *frame;

    if (width_px == 0 || height_px == 0 || width_px > SIDE_MAX_PX || height_px > SIDE_MAX_PX)
        return OFS_EINVAL;
    if (need > store->capacity_bytes[idle]) {
        /* A window that is dragged larger asks for a little more each time: doubling bounds what is left behind. */
        uint64_t capacity = store->capacity_bytes[idle] ? need + need / 2 : need;
        enum ofs_status status;
        capacity = (capacity + SLOT_ALIGN - 1) / SLOT_ALIGN * SLOT_ALIGN;
        uint64_t offset = store->map_bytes;
        status = grow(store, (size_t)(offset + capacity));
        if (status != OFS_OK)
            return status;
        store->offset[idle] = offset;
        store->capacity_bytes[idle] = capacity;
    }
    frame = (void *)(store->map + store->offset[idle]);
    frame->width_px = width_px;
    frame->height_px = height_px;
    frame->pitch_bytes = width_px * 4;
    *frame_out = frame;
    return OFS_OK;
}

void ofs_store_commit(struct ofs_store *store) { store->whole = store->whole == 1 ? 2 : 1; }

const struct ofs_session_frame *ofs_store_last(const struct ofs_store *store)
{
    return store->whole ? (const void *)(store->map + store->offset[store->whole - 1]) : NULL;
}
