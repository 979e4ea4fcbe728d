/* The finished frame, read by glReadPixels from the current context's default framebuffer. */
#ifndef OFS_CAPTURE_READBACK_H
#define OFS_CAPTURE_READBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

/* Once, before the first read: where entry points come from. */
void ofs_readback_init(void *(*get_proc)(const char *name));
/* Around every read, NULL = nothing: begin may make a context of its own current in which the frame is read, and then
 * returns true; end makes the program's current again. */
void ofs_readback_set_place(bool (*begin)(void), void (*end)(void));
/* Entry points of that kind into function pointers, for all readers of frames; NULL where one is absent. True: all are there. */
struct ofs_gl_entry {
    const char *name;
    void *field;                  /* a pointer to the function pointer */
};
bool ofs_readback_load(const struct ofs_gl_entry *entries, size_t count);

/* Read width_px x height_px pixels as BGRA, top row first. The context of the frame is current; every binding, pack
 * setting and the read buffer are as the program left them on return, and no GL error is raised or cleared.
 * Waits for the frame to be drawn. Returns OFS_OK, or OFS_ENOSYS when the context cannot be read this way. */
OFS_MUST_USE enum ofs_status ofs_readback(uint32_t width_px, uint32_t height_px, unsigned char *bgra_out);

/* -- the same in pieces -------------------------------------------------------------------------------------------- */

#define OFS_READING_PACK     6
#define OFS_READING_TRANSFER 9

/* What the current context is. */
struct ofs_gl_kind {
    bool es;
    int version; /* 10 * major + minor */
    bool compat; /* has pixel transfer */
};

/* A read in progress: what the program had set. */
struct ofs_reading {
    struct ofs_gl_kind kind;
    uint32_t height_px;
    int pack[OFS_READING_PACK];
    float transfer[OFS_READING_TRANSFER];
    int framebuffer, pack_buffer, read_buffer, wanted_buffer;
    bool debug;
    bool elsewhere;               /* in another context than the program's */
};

/* Begin to read a frame of this height. Between begin and end nothing but reads may be done in the context.
 * OFS_OK, or OFS_ENOSYS; then end must not be called. */
OFS_MUST_USE enum ofs_status ofs_reading_begin(struct ofs_reading *reading, uint32_t height_px);
/* The same in the program's context, for who copies the frame within it: of a frame with samples glReadPixels may give
 * single ones there, and a blit gives what they combine to. */
OFS_MUST_USE enum ofs_status ofs_reading_begin_here(struct ofs_reading *reading, uint32_t height_px);

/* Read the rectangle whose top left pixel is x_px, y_px, counted from the top left corner of the frame, to width_px * rows
 * * 4 bytes: the LOWEST row first, as GL has it; BGRA, or RGBA where kind.es. With a pixel pack buffer bound, `out` is an
 * offset in it. */
void ofs_reading_rows(const struct ofs_reading *reading, uint32_t x_px, uint32_t y_px, uint32_t width_px, uint32_t rows,
                      void *out);

void ofs_reading_end(const struct ofs_reading *reading);

#endif
