/* Pictures as files: names and safe replacement. Shared by the shim and the launcher. */
#ifndef OFS_CAPTURE_SHOT_H
#define OFS_CAPTURE_SHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

/* Is `pattern` usable as a picture's name? It ends in .png and holds no '%' but at most one "%d" in its last part.
 * Returns NULL and whether there is a %d, or what is wrong with it. */
const char *ofs_shot_check(const char *pattern, bool *numbered_out);

/* The name of picture `number`: OFS_OK, or OFS_EINVAL when it does not fit. A pattern without %d is copied. */
OFS_MUST_USE enum ofs_status ofs_shot_name(const char *pattern, uint64_t number, char *name_out, size_t name_bytes);

/* Write BGRA pixels, top row first, as a PNG file. A file of that name is replaced only once the new one is whole.
 * Returns OFS_OK, OFS_ENOMEM, OFS_EINVAL, or OFS_EIO with errno set. */
OFS_MUST_USE enum ofs_status ofs_shot_write(const char *path, const unsigned char *bgra, uint32_t width_px,
                                            uint32_t height_px, size_t pitch_bytes);

#endif
