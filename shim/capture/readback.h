/* The finished frame, read by glReadPixels from the current context's default framebuffer. */
#ifndef OFS_CAPTURE_READBACK_H
#define OFS_CAPTURE_READBACK_H

#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

/* Once, before the first read: where entry points come from. */
void ofs_readback_init(void *(*get_proc)(const char *name));

/* Read width_px x height_px pixels as BGRA, top row first. The context of the frame is current; every binding, pack
 * setting and the read buffer are as the program left them on return, and no GL error is raised or cleared.
 * Waits for the frame to be drawn. Returns OFS_OK, or OFS_ENOSYS when the context cannot be read this way. */
OFS_MUST_USE enum ofs_status ofs_readback(uint32_t width_px, uint32_t height_px, unsigned char *bgra_out);

#endif
