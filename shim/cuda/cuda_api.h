/* The CUDA module, liboffstage_cuda.so: observations in the memory of an NVIDIA GPU. It is opened at run time, when
 * somebody asks for such observations, and exports one function.
 *
 * All functions: errno, the thread's current CUDA context, its stream capture mode and the current GL context are
 * afterwards as they were. A failure leaves a sentence in `why`. Work is queued on one stream of the module's own;
 * nothing waits unless it says so. Calls for one ofs_cuda come from one thread at a time, except those marked "any
 * thread". After fork the child must not use what the parent opened: it gets OFS_ENODEV, and destroying does
 * nothing. */
#ifndef OFS_CUDA_CUDA_API_H
#define OFS_CUDA_CUDA_API_H

#include <stddef.h>
#include <stdint.h>

#include "kernels/plan.h"
#include "util/status.h"

#define OFS_CUDA_API_VERSION 1u
#define OFS_CUDA_API_SYMBOL  "ofs_cuda_api"
#define OFS_CUDA_GL_DEVICE   (-1) /* the device that draws the GL context which is current on this thread */

/* Streams are passed as integers: 0 and 1 are the legacy default stream, 2 is the calling thread's default stream, as
 * in DLPack and __cuda_array_interface__; anything else is a cudaStream_t. */

struct ofs_cuda;       /* a device, in use */
struct ofs_cuda_image; /* a GL texture that CUDA can read */
struct ofs_cuda_plan;

/* A frame in device memory, as struct ofs_plan_source: 4-byte aligned, pitches multiples of 4, negative = bottom row
 * first. */
struct ofs_cuda_source {
    const void *pixels;
    ptrdiff_t pitch_bytes;
    const void *previous; /* NULL: none */
    ptrdiff_t previous_pitch_bytes;
    void *out; /* the observation */
};

struct ofs_cuda_api {
    uint32_t version;
    uint32_t struct_size;

    /* `ordinal`: OFS_CUDA_GL_DEVICE, or a number as this process counts devices. Keeps the device's primary context,
     * the one that the CUDA runtime, and so torch, jax and cupy, use. OFS_OK, OFS_ENOSYS (no CUDA here, or too old a
     * GPU), OFS_ENODEV (no such device, or GL is not drawn by one), OFS_ENOMEM, OFS_EIO. */
    OFS_MUST_USE enum ofs_status (*open)(int ordinal, struct ofs_cuda **cuda_out, char *why, size_t why_bytes);
    void (*close)(struct ofs_cuda *cuda);        /* waits for what is queued; accepts NULL */
    int (*ordinal)(const struct ofs_cuda *cuda); /* any thread */

    /* -- memory ---------------------------------------------------------------------------------------------------- */

    /* At least 256-byte aligned, and zeroed in the order of the module's stream. OFS_OK, OFS_ENOMEM, OFS_EIO. */
    OFS_MUST_USE enum ofs_status (*alloc)(struct ofs_cuda *cuda, size_t bytes, void **data_out, char *why,
                                          size_t why_bytes);
    void (*free)(struct ofs_cuda *cuda, void *data); /* waits for the device; any thread; accepts NULL */

    /* Is there memory of this device for `bytes` from `data` on? Managed memory counts. OFS_OK, or OFS_EINVAL with
     * what it is instead. Any thread. */
    OFS_MUST_USE enum ofs_status (*check_pointer)(struct ofs_cuda *cuda, const void *data, size_t bytes, char *why,
                                                  size_t why_bytes);

    /* Within the device, in the order of the module's stream. */
    OFS_MUST_USE enum ofs_status (*copy)(struct ofs_cuda *cuda, void *to, const void *from, size_t bytes, char *why,
                                         size_t why_bytes);
    /* From and to host memory; both wait until the copy is done. */
    OFS_MUST_USE enum ofs_status (*upload)(struct ofs_cuda *cuda, void *to, const void *host, size_t bytes, char *why,
                                           size_t why_bytes);
    OFS_MUST_USE enum ofs_status (*download)(struct ofs_cuda *cuda, void *host, const void *from, size_t bytes,
                                             char *why, size_t why_bytes);
    /* From the module's memory to the caller's, which is checked, in the order of both `stream` and the module's: `to`
     * has the bytes for what follows on `stream`, and `from` may be written again by what follows on the module's. */
    OFS_MUST_USE enum ofs_status (*deliver)(struct ofs_cuda *cuda, void *to, const void *from, size_t bytes,
                                            uintptr_t stream, char *why, size_t why_bytes);

    /* -- order between streams, without waiting; any thread
     * ---------------------------------------------------------- */

    /* What is queued on the module's stream is done before what `stream` gets from now on. OFS_OK, OFS_EIO. */
    OFS_MUST_USE enum ofs_status (*consumer_wait)(struct ofs_cuda *cuda, uintptr_t stream, char *why, size_t why_bytes);
    /* What is queued on `stream` is done before what the module's stream gets from now on. Where the two cannot be put
     * into order on the device, waits for `stream`. */
    OFS_MUST_USE enum ofs_status (*producer_wait)(struct ofs_cuda *cuda, uintptr_t stream, char *why, size_t why_bytes);
    /* Waits until everything on the module's stream is done. OFS_OK, OFS_EIO. */
    OFS_MUST_USE enum ofs_status (*synchronize)(struct ofs_cuda *cuda, char *why, size_t why_bytes);

    /* -- GL textures
     * ------------------------------------------------------------------------------------------------- */

    /* A GL_TEXTURE_2D of GL_RGBA8 of the current GL context. The texture's storage must not change while it is
     * registered. OFS_OK, OFS_ENOSYS (GL and CUDA are on different devices, or interop does not work), OFS_ENOMEM,
     * OFS_EIO. */
    OFS_MUST_USE enum ofs_status (*register_texture)(struct ofs_cuda *cuda, unsigned gl_texture, uint32_t width_px,
                                                     uint32_t height_px, struct ofs_cuda_image **image_out, char *why,
                                                     size_t why_bytes);
    /* Before the texture is deleted, if that is possible; also good after it and its context are gone. Accepts NULL. */
    void (*unregister_texture)(struct ofs_cuda_image *image);

    /* -- plans
     * ------------------------------------------------------------------------------------------------------- */

    /* The plan is borrowed until return. */
    OFS_MUST_USE enum ofs_status (*plan_create)(struct ofs_cuda *cuda, const struct ofs_plan *plan,
                                                struct ofs_cuda_plan **plan_out, char *why, size_t why_bytes);
    void (*plan_destroy)(struct ofs_cuda_plan *plan); /* accepts NULL */

    /* What GL has drawn into `image` (its row 0 is the bottom one), and into `previous` for a plan of two frames,
     * becomes place `index` of the observation at `out`. The order of red and blue is the texture's, whatever the plan
     * says. What GL is asked to do before comes before, and what it is asked afterwards, after. The GL context is
     * current. OFS_OK, OFS_EINVAL (sizes differ), OFS_EIO. */
    OFS_MUST_USE enum ofs_status (*run_image)(struct ofs_cuda_plan *plan, struct ofs_cuda_image *image,
                                              struct ofs_cuda_image *previous, uint32_t index, void *out, char *why,
                                              size_t why_bytes);
    /* The same for frames in device memory, each into place `index` of its own observation. OFS_OK, OFS_EINVAL
     * (alignment), OFS_EIO. */
    OFS_MUST_USE enum ofs_status (*run_device)(struct ofs_cuda_plan *plan, const struct ofs_cuda_source *sources,
                                               uint32_t count, uint32_t index, char *why, size_t why_bytes);
    /* One place of an observation to a place of another. */
    OFS_MUST_USE enum ofs_status (*copy_frame)(struct ofs_cuda_plan *plan, const void *from, uint32_t from_index,
                                               void *to, uint32_t to_index, char *why, size_t why_bytes);
};

/* The one exported function. NULL: the module is of another version than the caller. */
typedef const struct ofs_cuda_api *ofs_cuda_api_getter(uint32_t version);
OFS_EXPORT const struct ofs_cuda_api *ofs_cuda_api(uint32_t version);

#endif
