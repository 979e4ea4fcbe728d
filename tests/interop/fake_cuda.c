/* Stands for liboffstage_cuda.so where there is no GPU: "device memory" is host memory, a registered texture is read back by
 * GL, and the kernels are the processor's. What captures ask of the module, in which order and on which streams, is thus tried
 * for real. FAKE_CUDA says what does not work:
 *   none: no device; interop: textures cannot be registered; run: kernels on textures fail; memory: nothing can be allocated
 *
 * Streams are numbers here; the last that was made to wait, and the last that was waited for, are in fake_cuda_waits(). */
#include <GL/gl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/cuda_api.h"

#define DEVICES 2

struct ofs_cuda {
    int ordinal;
    _Atomic int busy; /* calls for one device come one at a time */
    _Atomic long blocks;
};
struct ofs_cuda_image {
    struct ofs_cuda *cuda;
    unsigned texture;
    uint32_t width_px, height_px;
};
struct ofs_cuda_plan {
    struct ofs_cuda *cuda;
    struct ofs_plan *bgra, *rgba;
};
struct block {
    size_t bytes;
    unsigned char data[] __attribute__((aligned(64)));
};

static _Atomic uintptr_t waits[2];
static _Atomic long living, overlaps;

OFS_EXPORT void fake_cuda_waits(uintptr_t *consumer, uintptr_t *producer, long *living_out, long *overlaps_out);
void fake_cuda_waits(uintptr_t *consumer, uintptr_t *producer, long *living_out, long *overlaps_out)
{
    *consumer = waits[0];
    *producer = waits[1];
    *living_out = living;
    *overlaps_out = overlaps;
}

static bool broken(const char *what)
{
    const char *all = getenv("FAKE_CUDA");
    return all && strstr(all, what) != NULL;
}

static enum ofs_status fail(enum ofs_status status, char *why, size_t why_bytes, const char *text)
{
    snprintf(why, why_bytes, "%s", text);
    return status;
}

static void enter(struct ofs_cuda *cuda)
{
    if (atomic_fetch_add(&cuda->busy, 1) != 0)
        overlaps++;
}

static void leave(struct ofs_cuda *cuda) { atomic_fetch_sub(&cuda->busy, 1); }

static enum ofs_status open_device(int ordinal, struct ofs_cuda **cuda_out, char *why, size_t why_bytes)
{
    if (broken("none"))
        return fail(OFS_ENOSYS, why, why_bytes, "no CUDA here, says the fake");
    if (ordinal >= DEVICES)
        return fail(OFS_ENODEV, why, why_bytes, "CUDA device does not exist, says the fake");
    *cuda_out = calloc(1, sizeof **cuda_out);
    (*cuda_out)->ordinal = ordinal < 0 ? 1 : ordinal;
    living++;
    return OFS_OK;
}

static void close_device(struct ofs_cuda *cuda)
{
    if (cuda && cuda->blocks != 0)
        fprintf(stderr, "fake: %ld blocks of device memory leaked\n", (long)cuda->blocks);
    living -= cuda != NULL;
    free(cuda);
}

static int ordinal_of(const struct ofs_cuda *cuda) { return cuda->ordinal; }

static enum ofs_status alloc(struct ofs_cuda *cuda, size_t bytes, void **data_out, char *why, size_t why_bytes)
{
    struct block *block = broken("memory") ? NULL : aligned_alloc(64, (sizeof *block + bytes + 127) / 64 * 64);
    if (!block)
        return fail(OFS_ENOMEM, why, why_bytes, "out of device memory, says the fake");
    memset(block, 0, sizeof *block + bytes);
    block->bytes = bytes;
    *data_out = block->data;
    cuda->blocks++;
    return OFS_OK;
}

static void free_block(struct ofs_cuda *cuda, void *data)
{
    if (!data)
        return;
    cuda->blocks--;
    free((char *)data - offsetof(struct block, data));
}

static enum ofs_status check_pointer(struct ofs_cuda *cuda, const void *data, size_t bytes, char *why, size_t why_bytes)
{
    const struct block *block = (const struct block *)((const char *)data - offsetof(struct block, data));
    /* Of the fake's memory everything is aligned like this, and of the host's hardly anything. */
    if ((uintptr_t)data % 64 != 0)
        return fail(OFS_EINVAL, why, why_bytes, "the destination is host memory, says the fake");
    return block->bytes >= bytes ? OFS_OK : fail(OFS_EINVAL, why, why_bytes, "too small, says the fake");
}

static enum ofs_status copy(struct ofs_cuda *cuda, void *to, const void *from, size_t bytes, char *why, size_t why_bytes)
{
    enter(cuda);
    memcpy(to, from, bytes);
    leave(cuda);
    return OFS_OK;
}

static enum ofs_status deliver(struct ofs_cuda *cuda, void *to, const void *from, size_t bytes, uintptr_t stream, char *why,
                               size_t why_bytes)
{
    enum ofs_status status = check_pointer(cuda, to, bytes, why, why_bytes);
    if (status != OFS_OK)
        return status;
    waits[0] = waits[1] = stream;
    return copy(cuda, to, from, bytes, why, why_bytes);
}

static enum ofs_status consumer_wait(struct ofs_cuda *cuda, uintptr_t stream, char *why, size_t why_bytes)
{
    waits[0] = stream;
    return OFS_OK;
}

static enum ofs_status producer_wait(struct ofs_cuda *cuda, uintptr_t stream, char *why, size_t why_bytes)
{
    waits[1] = stream;
    return OFS_OK;
}

static enum ofs_status synchronize(struct ofs_cuda *cuda, char *why, size_t why_bytes) { return OFS_OK; }

static enum ofs_status register_texture(struct ofs_cuda *cuda, unsigned gl_texture, uint32_t width_px, uint32_t height_px,
                                        struct ofs_cuda_image **image_out, char *why, size_t why_bytes)
{
    if (broken("interop"))
        return fail(OFS_ENOSYS, why, why_bytes, "GL is drawn by another device, says the fake");
    *image_out = malloc(sizeof **image_out);
    **image_out = (struct ofs_cuda_image){ cuda, gl_texture, width_px, height_px };
    living++;
    return OFS_OK;
}

static void unregister_texture(struct ofs_cuda_image *image)
{
    living -= image != NULL;
    free(image);
}

static enum ofs_status plan_create(struct ofs_cuda *cuda, const struct ofs_plan *plan, struct ofs_cuda_plan **plan_out,
                                   char *why, size_t why_bytes)
{
    struct ofs_plan_desc desc = *ofs_plan_desc(plan);
    struct ofs_cuda_plan *made = calloc(1, sizeof *made);

    made->cuda = cuda;
    desc.source_format = OFS_PIXEL_BGRA8;
    made->bgra = ofs_plan_create(&desc, NULL);
    desc.source_format = OFS_PIXEL_RGBA8;
    made->rgba = ofs_plan_create(&desc, NULL);
    *plan_out = made;
    living++;
    return OFS_OK;
}

static void plan_destroy(struct ofs_cuda_plan *plan)
{
    if (!plan)
        return;
    ofs_plan_destroy(plan->bgra);
    ofs_plan_destroy(plan->rgba);
    free(plan);
    living--;
}

/* The texture's texels, the bottom row first, to be freed. */
static unsigned char *read_texture(const struct ofs_cuda_image *image)
{
    void *library = dlopen("libGL.so.1", RTLD_LAZY);
    void (*get)(GLenum, GLint *) = (void (*)(GLenum, GLint *))dlsym(library, "glGetIntegerv");
    void (*bind)(GLenum, GLuint) = (void (*)(GLenum, GLuint))dlsym(library, "glBindTexture");
    void (*image_of)(GLenum, GLint, GLenum, GLenum, void *) =
        (void (*)(GLenum, GLint, GLenum, GLenum, void *))dlsym(library, "glGetTexImage");
    unsigned char *texels = malloc((size_t)image->width_px * image->height_px * 4);
    GLint before = 0;

    get(GL_TEXTURE_BINDING_2D, &before);
    bind(GL_TEXTURE_2D, image->texture);
    image_of(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, texels);
    bind(GL_TEXTURE_2D, (GLuint)before);
    dlclose(library);
    return texels;
}

static enum ofs_status run_image(struct ofs_cuda_plan *plan, struct ofs_cuda_image *image, struct ofs_cuda_image *previous,
                                 uint32_t index, void *out, char *why, size_t why_bytes)
{
    ptrdiff_t pitch = (ptrdiff_t)image->width_px * 4, top = pitch * (ptrdiff_t)(image->height_px - 1);
    unsigned char *texels, *before = NULL;
    struct ofs_plan_source source = { .pitch_bytes = -pitch, .previous_pitch_bytes = -pitch };

    if (broken("run"))
        return fail(OFS_EIO, why, why_bytes, "the kernel failed, says the fake");
    enter(plan->cuda);
    texels = read_texture(image);
    source.pixels = texels + top;
    if (previous) {
        before = read_texture(previous);
        source.previous = before + top;
    }
    ofs_plan_run(plan->rgba, &source, index, out);
    free(texels);
    free(before);
    leave(plan->cuda);
    return OFS_OK;
}

static enum ofs_status run_device(struct ofs_cuda_plan *plan, const struct ofs_cuda_source *sources, uint32_t count,
                                  uint32_t index, char *why, size_t why_bytes)
{
    return fail(OFS_ENOSYS, why, why_bytes, "not in the fake");
}

static enum ofs_status copy_frame(struct ofs_cuda_plan *plan, const void *from, uint32_t from_index, void *to,
                                  uint32_t to_index, char *why, size_t why_bytes)
{
    enter(plan->cuda);
    ofs_plan_copy_frame(plan->bgra, from, from_index, to, to_index);
    leave(plan->cuda);
    return OFS_OK;
}

const struct ofs_cuda_api *ofs_cuda_api(uint32_t version)
{
    static const struct ofs_cuda_api api = {
        .version = OFS_CUDA_API_VERSION,
        .struct_size = sizeof api,
        .open = open_device,
        .close = close_device,
        .ordinal = ordinal_of,
        .alloc = alloc,
        .free = free_block,
        .check_pointer = check_pointer,
        .copy = copy,
        .upload = copy,
        .download = copy,
        .deliver = deliver,
        .consumer_wait = consumer_wait,
        .producer_wait = producer_wait,
        .synchronize = synchronize,
        .register_texture = register_texture,
        .unregister_texture = unregister_texture,
        .plan_create = plan_create,
        .plan_destroy = plan_destroy,
        .run_image = run_image,
        .run_device = run_device,
        .copy_frame = copy_frame,
    };
    return version == OFS_CUDA_API_VERSION ? &api : NULL;
}
