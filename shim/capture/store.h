/* Two slots for the last frame, so that one is whole at any moment; in a file shared with the launcher, or private. */
#ifndef OFS_CAPTURE_STORE_H
#define OFS_CAPTURE_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "capture/session.h"
#include "util/status.h"

struct ofs_store {
    int fd;                    /* -1: private memory */
    unsigned char *map;        /* NULL until the first frame */
    size_t map_bytes;
    uint64_t offset[2], capacity_bytes[2];
    unsigned whole;            /* 0 = no frame yet, else 1 + index */
};

/* take_fd: an empty file open for reading and writing, or -1. */
void ofs_store_init(struct ofs_store *store, int take_fd);
void ofs_store_finish(struct ofs_store *store); /* accepts one that is zeroed or finished */

/* Make room in the slot that is not whole. The frame's sizes and pitch are filled in; the pixels follow it directly.
 * The pointer is good until the next call. Returns OFS_OK, OFS_EINVAL, or OFS_ENOMEM (memory or disk is full). */
OFS_MUST_USE enum ofs_status ofs_store_begin(struct ofs_store *store, uint32_t width_px, uint32_t height_px,
                                             struct ofs_session_frame **frame_out);
/* The frame that was begun is whole now. */
void ofs_store_commit(struct ofs_store *store);

/* The whole frame, or NULL. Good until the next begin but one. */
const struct ofs_session_frame *ofs_store_last(const struct ofs_store *store);

#endif
