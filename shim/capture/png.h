/* Pictures as PNG data. */
#ifndef OFS_CAPTURE_PNG_H
#define OFS_CAPTURE_PNG_H

#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

/* Encode BGRA pixels, top row first, as an opaque RGB picture: what a window shows has no alpha for a person.
 * *png_out is the caller's to free(). Returns OFS_OK, OFS_EINVAL (a side of 0 or above 32768), OFS_ENOMEM. */
OFS_MUST_USE enum ofs_status ofs_png_encode(const unsigned char *bgra, uint32_t width_px, uint32_t height_px,
                                            size_t pitch_bytes, unsigned char **png_out, size_t *bytes_out);

#endif
