/* The finished frame as a GL texture, for CUDA: a blit within the GPU from the default framebuffer of the current
 * context into a GL_RGBA8 texture of ours, whose row 0 is the bottom one. Samples are resolved. Every binding, setting
 * and pending GL error is afterwards as the program left it. */
#ifndef OFS_CAPTURE_TEXTURE_H
#define OFS_CAPTURE_TEXTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

/* Two textures, which take turns, so that the frame before is there too. Zeroed = empty. Read-only for users. */
struct ofs_texture_pair {
    uint64_t context; /* serial number of the GL context that the names belong to; 0 = empty */
    uint32_t width_px, height_px;
    unsigned names[2], framebuffers[2]; /* GL's; the second is 0 until it is needed */
    unsigned newest;                    /* which of them has the frame that was taken last */
    unsigned taken;                     /* frames that lie in the textures: 0, 1 or 2 */
};

/* Are frames of this size and context taken into the textures that are there? If not, the next take replaces them:
 * whoever registered one with CUDA must unregister it before. */
bool ofs_texture_fits(const struct ofs_texture_pair *pair, uint64_t context, uint32_t width_px, uint32_t height_px);

/* Copy the frame that the current context has finished; `context` is its serial number, not 0. With `two`, the frame
 * that was taken last stays in the other texture; else one texture serves for all. OFS_OK, or OFS_ENOSYS and why: GL
 * older than 3.0, ES older than 3.0, multisampled ES, larger than textures can be. */
OFS_MUST_USE enum ofs_status ofs_texture_take(struct ofs_texture_pair *pair, uint64_t context, uint32_t width_px,
                                              uint32_t height_px, bool two, char *why, size_t why_bytes);

/* The textures are not wanted any more; CUDA must have let go of them. Any thread, with any context or none: the GL
 * objects go at the next take in their context, or with it. Accepts an empty pair. */
void ofs_texture_finish(struct ofs_texture_pair *pair);

/* In the child after fork: there is nothing left to delete. */
void ofs_texture_fork_child(void);

#endif
