/* GL textures that CUDA reads. Registered once, mapped for each frame: GL draws into a texture only while it is not
 * mapped, and mapping and unmapping put the two into order without waiting. */
#include "cuda/private.h"

#include <stdlib.h>

/* A texture's array is the same each time it is mapped, though nobody promises it. */
static int read_from(struct ofs_cuda_image *image, void *array)
{
    const struct ofs_cu *cu = image->cuda->cu;
    struct ofs_cu_resource resource = { .type = OFS_CU_RESOURCE_ARRAY, .res.array = array };
    struct ofs_cu_texture texture = {
        .address_mode = { OFS_CU_ADDRESS_CLAMP, OFS_CU_ADDRESS_CLAMP, OFS_CU_ADDRESS_CLAMP },
        .filter_mode = OFS_CU_FILTER_POINT,
        .flags = OFS_CU_READ_AS_INTEGER,
        .mipmap_filter_mode = OFS_CU_FILTER_POINT,
    };
    unsigned long long object = 0;
    int result;

    if (image->array == array)
        return 0;
    if (image->array)
        cu->cuTexObjectDestroy(image->object);
    image->array = NULL;
    result = cu->cuTexObjectCreate(&object, &resource, &texture, NULL);
    if (result)
        return result;
    image->array = array;
    image->object = object;
    return 0;
}

static int refresh(struct ofs_cuda_image *image)
{
    void *array = NULL;
    int result = image->cuda->cu->cuGraphicsSubResourceGetMappedArray(&array, image->resource, 0, 0);

    return result ? result : read_from(image, array);
}

enum ofs_status ofs_cuda_map(struct ofs_cuda_image *image, struct ofs_cuda_image *previous, char *why, size_t why_bytes)
{
    const struct ofs_cuda *cuda = image->cuda;
    void *resources[2] = { image->resource, previous ? previous->resource : NULL };
    unsigned count = previous ? 2 : 1;
    int result = cuda->cu->cuGraphicsMapResources(count, resources, cuda->stream);

    if (result)
        return ofs_cuda_result(result, "the frame's texture cannot be mapped into CUDA", why, why_bytes);
    result = refresh(image);
    if (!result && previous)
        result = refresh(previous);
    if (result)
        cuda->cu->cuGraphicsUnmapResources(count, resources, cuda->stream);
    return ofs_cuda_result(result, "the frame's texture cannot be read by CUDA", why, why_bytes);
}

enum ofs_status ofs_cuda_unmap(struct ofs_cuda_image *image, struct ofs_cuda_image *previous, char *why,
                               size_t why_bytes)
{
    const struct ofs_cuda *cuda = image->cuda;
    void *resources[2] = { image->resource, previous ? previous->resource : NULL };

    return ofs_cuda_result(cuda->cu->cuGraphicsUnmapResources(previous ? 2 : 1, resources, cuda->stream),
                           "the frame's texture cannot be given back to GL", why, why_bytes);
}

enum ofs_status ofs_cuda_register_texture(struct ofs_cuda *cuda, unsigned gl_texture, uint32_t width_px,
                                          uint32_t height_px, struct ofs_cuda_image **image_out, char *why,
                                          size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    struct ofs_cuda_image *image;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);

    *image_out = NULL;
    if (status != OFS_OK)
        return status;
    if (!cuda->cu->cuGraphicsGLRegisterImage) {
        ofs_cuda_leave(&entry);
        return ofs_cuda_fail(OFS_ENOSYS, why, why_bytes, "this libcuda.so.1 knows nothing of GL");
    }
    image = calloc(1, sizeof *image);
    if (!image) {
        ofs_cuda_leave(&entry);
        return ofs_cuda_fail(OFS_ENOMEM, why, why_bytes, "out of memory");
    }
    image->cuda = cuda;
    image->width_px = width_px;
    image->height_px = height_px;
    status = ofs_cuda_result(cuda->cu->cuGraphicsGLRegisterImage(&image->resource, gl_texture, OFS_CU_GL_TEXTURE_2D,
                                                                 OFS_CU_REGISTER_READ_ONLY),
                             "CUDA cannot read GL's textures here", why, why_bytes);
    if (status == OFS_OK) {
        *image_out = image;
    } else {
        free(image);
        if (status == OFS_EIO)
            status = OFS_ENOSYS;
    }
    ofs_cuda_leave(&entry);
    return status;
}

void ofs_cuda_unregister_texture(struct ofs_cuda_image *image)
{
    struct ofs_cuda_entry entry;
    char why[8];

    if (!image)
        return;
    if (ofs_cuda_enter(image->cuda, &entry, why, sizeof why) == OFS_OK) {
        /* A kernel may still read it. */
        image->cuda->cu->cuStreamSynchronize(image->cuda->stream);
        if (image->array)
            image->cuda->cu->cuTexObjectDestroy(image->object);
        image->cuda->cu->cuGraphicsUnregisterResource(image->resource);
        ofs_cuda_leave(&entry);
    }
    free(image);
}
