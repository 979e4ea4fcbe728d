/* Reading without waiting: a frame goes into a pixel buffer while the program draws on, and is looked at later. One frame is
 * in flight at a time. Every call leaves GL state and errors as they were, and is made with the context of the frame current. */
#ifndef OFS_CAPTURE_PBO_H
#define OFS_CAPTURE_PBO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "capture/readback.h"

struct ofs_pbo {
    uint64_t context;             /* serial number of the context that the buffer belongs to; 0 = there is none */
    unsigned name;
    size_t bytes;
    void *fence;
    bool mapped;
};

/* Has this context buffers and fences? */
bool ofs_pbo_usable(const struct ofs_reading *reading);

/* Start to read a rectangle of the frame that is being read (ofs_reading_rows says which rows come first). `context` is not
 * 0. What was in flight before is lost. */
OFS_MUST_USE enum ofs_status ofs_pbo_start(struct ofs_pbo *pbo, uint64_t context, const struct ofs_reading *reading,
                                           uint32_t x_px, uint32_t y_px, uint32_t width_px, uint32_t rows);

/* Wait for the pixels. The pointer is good until ofs_pbo_done, which must follow. NULL when the driver gives none. */
const unsigned char *ofs_pbo_pixels(struct ofs_pbo *pbo);
void ofs_pbo_done(struct ofs_pbo *pbo);

/* The buffer is not wanted any more. Any thread, with any context or none: the GL object goes at the next start in its
 * context. Accepts one that is zeroed. */
void ofs_pbo_finish(struct ofs_pbo *pbo);

/* In the child after fork: there is nothing left to delete. */
void ofs_pbo_fork_child(void);

#endif
