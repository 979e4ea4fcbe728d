/* Plans on the device. */
#include "cuda/private.h"

#include <stdlib.h>

#include "kernels/cuda/preproc.h"

struct ofs_cuda_plan {
    struct ofs_cuda *cuda;
    struct ofs_plan plan; /* only its numbers: the tables that it points to are the caller's */
    struct ofs_preproc_params params;
    struct ofs_preproc_grid grid;
    unsigned long long tables; /* in device memory */
};

/* Entered. */
static enum ofs_status upload_tables(struct ofs_cuda_plan *self, const struct ofs_plan *plan, char *why,
                                     size_t why_bytes)
{
    const struct ofs_cuda *cuda = self->cuda;
    size_t bytes = ofs_preproc_tables_bytes(plan);
    void *tables = malloc(bytes);
    int result;

    if (!tables)
        return ofs_cuda_fail(OFS_ENOMEM, why, why_bytes, "out of memory");
    result = cuda->cu->cuMemAlloc_v2(&self->tables, bytes);
    if (!result) {
        ofs_preproc_prepare(plan, tables, (uintptr_t)self->tables, &self->params, &self->grid);
        result = cuda->cu->cuMemcpyHtoDAsync_v2(self->tables, tables, bytes, cuda->stream);
    }
    if (!result)
        result = cuda->cu->cuStreamSynchronize(cuda->stream);
    free(tables);
    return ofs_cuda_result(result, "the plan's tables cannot be put on the device", why, why_bytes);
}

enum ofs_status ofs_cuda_plan_create(struct ofs_cuda *cuda, const struct ofs_plan *plan,
                                     struct ofs_cuda_plan **plan_out, char *why, size_t why_bytes)
{
    struct ofs_cuda_entry entry;
    struct ofs_cuda_plan *self;
    enum ofs_status status = ofs_cuda_enter(cuda, &entry, why, why_bytes);

    *plan_out = NULL;
    if (status != OFS_OK)
        return status;
    self = calloc(1, sizeof *self);
    if (!self) {
        ofs_cuda_leave(&entry);
        return ofs_cuda_fail(OFS_ENOMEM, why, why_bytes, "out of memory");
    }
    self->cuda = cuda;
    self->plan = *plan;
    status = upload_tables(self, plan, why, why_bytes);
    ofs_cuda_leave(&entry);
    if (status == OFS_OK)
        *plan_out = self;
    else
        ofs_cuda_plan_destroy(self);
    return status;
}

void ofs_cuda_plan_destroy(struct ofs_cuda_plan *plan)
{
    struct ofs_cuda_entry entry;
    char why[8];

    if (!plan)
        return;
    if (plan->tables && ofs_cuda_enter(plan->cuda, &entry, why, sizeof why) == OFS_OK) {
        plan->cuda->cu->cuMemFree_v2(plan->tables); /* waits for kernels that read them */
        ofs_cuda_leave(&entry);
    }
    free(plan);
}

/* Entered. */
static int launch(struct ofs_cuda_plan *self, bool texture, uint32_t index, enum ofs_pixel_format format,
                  struct ofs_preproc_frames *frames, uint32_t count)
{
    const struct ofs_cuda *cuda = self->cuda;
    const struct ofs_preproc_grid *grid = &self->grid;
    struct ofs_preproc_params params = self->params;
    void *arguments[] = { &params, frames };
    enum ofs_cuda_kernel kernel = grid->direct ? (texture ? OFS_CUDA_DIRECT_TEXTURE : OFS_CUDA_DIRECT_MEMORY)
                                               : (texture ? OFS_CUDA_RESIZE_TEXTURE : OFS_CUDA_RESIZE_MEMORY);

    ofs_preproc_aim(&self->plan, index, format, &params);
    return cuda->cu->cuLaunchKernel(cuda->kernels[kernel], grid->blocks_x, grid->blocks_y, count, grid->threads, 1, 1,
                                    0, cuda->stream, arguments, NULL);
}

static bool fits(const struct ofs_plan *plan, const struct ofs_cuda_image *image)
{
    return !image || (image->width_px == plan->desc.source_width_px && image->height_px == plan->desc.source_height_px);
}

static enum ofs_status check_place(const struct ofs_cuda_plan *self, uint32_t index, const void *out, char *why,
                                   size_t why_bytes)
{
    if (index >= self->plan.desc.stack)
        return ofs_cuda_fail(OFS_EINVAL, why, why_bytes, "place %u of a stack of %u", index, self->plan.desc.stack);
    if (!out || (uintptr_t)out % self->plan.item_bytes)
        return ofs_cuda_fail(OFS_EINVAL, why, why_bytes,
                             "the observation at %p is not aligned to its elements of %u bytes", out,
                             self->plan.item_bytes);
    return OFS_OK;
}

enum ofs_status ofs_cuda_run_image(struct ofs_cuda_plan *self, struct ofs_cuda_image *image,
                                   struct ofs_cuda_image *previous, uint32_t index, void *out, char *why,
                                   size_t why_bytes)
{
    struct ofs_preproc_frames frames = { .frame[0].out = out };
    struct ofs_cuda_entry entry;
    enum ofs_status status = check_place(self, index, out, why, why_bytes), unmapped;
    int result;

    if (status != OFS_OK)
        return status;
    if (self->plan.desc.max_frames != 2 || previous == image)
        previous = NULL;
    if (!fits(&self->plan, image) || !fits(&self->plan, previous))
        return ofs_cuda_fail(OFS_EINVAL, why, why_bytes, "a frame of %ux%u does not fit a plan for %ux%u",
                             image->width_px, image->height_px, self->plan.desc.source_width_px,
                             self->plan.desc.source_height_px);
    status = ofs_cuda_enter(self->cuda, &entry, why, why_bytes);
    if (status != OFS_OK)
        return status;
    status = ofs_cuda_map(image, previous, why, why_bytes);
    if (status == OFS_OK) {
        frames.frame[0].texture = image->object;
        frames.frame[0].previous_texture = previous ? previous->object : 0;
        result = launch(self, true, index, OFS_PIXEL_RGBA8, &frames, 1);
        status = ofs_cuda_result(result, "the kernel cannot be started", why, why_bytes);
        unmapped = ofs_cuda_unmap(image, previous, why, why_bytes);
        status = status == OFS_OK ? unmapped : status;
    }
    ofs_cuda_leave(&entry);
    return status;
}

static bool aligned(const struct ofs_cuda_source *source)
{
    return source->pixels && ((uintptr_t)source->pixels | (uintptr_t)source->pitch_bytes | (uintptr_t)source->previous |
                              (source->previous ? (uintptr_t)source->previous_pitch_bytes : 0)) %
                                     4 ==
                                 0;
}

enum ofs_status ofs_cuda_run_device(struct ofs_cuda_plan *self, const struct ofs_cuda_source *sources, uint32_t count,
                                    uint32_t index, char *why, size_t why_bytes)
{
    bool two = self->plan.desc.max_frames == 2;
    enum ofs_status status = OFS_OK;
    struct ofs_cuda_entry entry;

    for (uint32_t i = 0; i < count && status == OFS_OK; i++) {
        status = check_place(self, index, sources[i].out, why, why_bytes);
        if (status == OFS_OK && !aligned(&sources[i]))
            status = ofs_cuda_fail(OFS_EINVAL, why, why_bytes, "frame %u is not aligned to its pixels of 4 bytes", i);
    }
    if (status == OFS_OK)
        status = ofs_cuda_enter(self->cuda, &entry, why, why_bytes);
    if (status != OFS_OK)
        return status;
    for (uint32_t from = 0; from < count && status == OFS_OK; from += OFS_PREPROC_BATCH) {
        uint32_t some = count - from < OFS_PREPROC_BATCH ? count - from : OFS_PREPROC_BATCH;
        struct ofs_preproc_frames frames = { 0 };

        for (uint32_t i = 0; i < some; i++) {
            const struct ofs_cuda_source *source = &sources[from + i];

            frames.frame[i] = (struct ofs_preproc_frame){
                .pixels = source->pixels,
                .previous = two ? source->previous : NULL,
                .pitch_bytes = source->pitch_bytes,
                .previous_pitch_bytes = source->previous_pitch_bytes,
                .out = source->out,
            };
        }
        status = ofs_cuda_result(
            launch(self, false, index, (enum ofs_pixel_format)self->plan.desc.source_format, &frames, some),
            "the kernel cannot be started", why, why_bytes);
    }
    ofs_cuda_leave(&entry);
    return status;
}

enum ofs_status ofs_cuda_copy_frame(struct ofs_cuda_plan *self, const void *from, uint32_t from_index, void *to,
                                    uint32_t to_index, char *why, size_t why_bytes)
{
    const struct ofs_cuda *cuda = self->cuda;
    struct ofs_preproc_copy copy;
    void *arguments[] = { &copy };
    struct ofs_cuda_entry entry;
    enum ofs_status status = check_place(self, from_index, from, why, why_bytes);
    int result;

    if (status == OFS_OK)
        status = check_place(self, to_index, to, why, why_bytes);
    if (status != OFS_OK)
        return status;
    ofs_preproc_aim_copy(&self->plan, from, from_index, to, to_index, &copy);
    if (copy.from == copy.to)
        return OFS_OK;
    status = ofs_cuda_enter(cuda, &entry, why, why_bytes);
    if (status != OFS_OK)
        return status;
    if (self->plan.desc.layout == OFS_LAYOUT_CHW || self->plan.desc.stack == 1)
        result = cuda->cu->cuMemcpyDtoDAsync_v2(ofs_cuda_address(copy.to), ofs_cuda_address(copy.from),
                                                copy.pixels * copy.channels * copy.item_bytes, cuda->stream);
    else
        result = cuda->cu->cuLaunchKernel(cuda->kernels[OFS_CUDA_COPY],
                                          (unsigned)((copy.pixels + OFS_PREPROC_THREADS - 1) / OFS_PREPROC_THREADS), 1,
                                          1, OFS_PREPROC_THREADS, 1, 1, 0, cuda->stream, arguments, NULL);
    status = ofs_cuda_result(result, "a frame cannot be copied", why, why_bytes);
    ofs_cuda_leave(&entry);
    return status;
}
