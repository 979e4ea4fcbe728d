/* The way that never leaves the GPU: the finished frame is blitted into a texture, which CUDA reads. */
#include "tensor/private.h"

/* Captures of this context's frames take the next way down from now on. Said once. */
static bool refuse(struct ofs_interop *interop, uint64_t context, const char *why)
{
    interop->refused = context;
    ofs_target_set_trouble(why);
    return false;
}

static void unregister(struct ofs_interop *interop, struct ofs_target *target, const struct ofs_cuda_api *api)
{
    ofs_target_lock(target);
    for (unsigned i = 0; i < OFS_ARRAY_LEN(interop->images); i++) {
        api->unregister_texture(interop->images[i]);
        interop->images[i] = NULL;
    }
    ofs_target_unlock(target);
}

/* The frame into a texture that is registered with CUDA. */
static bool take(struct ofs_capture *capture, const struct ofs_shown *shown, const struct ofs_cuda_api *api,
                 struct ofs_cuda *cuda, char *why, size_t why_bytes)
{
    struct ofs_interop *interop = &capture->interop;
    struct ofs_texture_pair *pair = &interop->textures;
    bool two = capture->desc.plan.max_frames == 2;
    enum ofs_status status = OFS_OK;

    if (!ofs_texture_fits(pair, shown->context, shown->width_px, shown->height_px))
        unregister(interop, capture->target, api);
    if (ofs_texture_take(pair, shown->context, shown->width_px, shown->height_px, two, why, why_bytes) != OFS_OK)
        return false;
    if (!interop->images[pair->newest]) {
        ofs_target_lock(capture->target);
        status = api->register_texture(cuda, pair->names[pair->newest], shown->width_px, shown->height_px,
                                       &interop->images[pair->newest], why, why_bytes);
        ofs_target_unlock(capture->target);
    }
    return status == OFS_OK;
}

static enum ofs_status run(struct ofs_capture *capture, const struct ofs_cuda_api *api, struct ofs_cuda_image *previous,
                           void *out, char *why, size_t why_bytes)
{
    const struct ofs_interop *interop = &capture->interop;
    enum ofs_status status;
    ofs_target_lock(capture->target);
    status = api->run_image(capture->set.device_plan, interop->images[interop->textures.newest], previous,
                            ofs_plan_desc(capture->set.plan)->stack - 1, out, why, why_bytes);
    ofs_target_unlock(capture->target);
    return status;
}

static void drop_alone(struct ofs_capture *capture)
{
    ofs_target_free(capture->target, capture->interop.alone);
    capture->interop.alone = NULL;
    capture->interop.alone_bytes = 0;
    capture->interop.has_alone = false;
}

/* A reset may come after this frame, on a thread that cannot look at the textures again: then the frame without the one
 * before is needed. */
static enum ofs_status keep_alone(struct ofs_capture *capture, const struct ofs_cuda_api *api, char *why, size_t why_bytes)
{
    struct ofs_interop *interop = &capture->interop;
    size_t bytes = ofs_plan_bytes(capture->set.plan);
    enum ofs_status status;

    if (interop->alone_bytes != bytes) {
        drop_alone(capture);
        interop->alone = ofs_target_alloc(capture->target, bytes);
        if (!interop->alone)
            return ofs_fail(OFS_ENOMEM, why, why_bytes, "out of CUDA memory");
        interop->alone_bytes = bytes;
    }
    status = run(capture, api, NULL, interop->alone, why, why_bytes);
    interop->has_alone = status == OFS_OK;
    return status;
}

bool ofs_read_interop(struct ofs_capture *capture, const struct ofs_shown *shown, struct ofs_read_result *result)
{
    struct ofs_interop *interop = &capture->interop;
    struct ofs_cuda *cuda;
    const struct ofs_cuda_api *api = ofs_target_cuda(capture->target, &cuda);
    struct ofs_cuda_image *previous;
    char why[OFS_WHY_BYTES] = "";
    struct ofs_slot *slot;
    enum ofs_status status;

    if (!api || shown->bgrx || shown->context == 0 || interop->refused == shown->context)
        return false;
    if (!take(capture, shown, api, cuda, why, sizeof why))
        return refuse(interop, shown->context, why);
    slot = ofs_read_prepare(capture, shown, OFS_PIXEL_BGRA8, result);
    if (!slot)
        return true;
    previous = capture->reader.has_previous && interop->textures.taken == 2 ? interop->images[1 - interop->textures.newest]
                                                                            : NULL;
    interop->has_alone = false;
    status = run(capture, api, previous, slot->data, why, sizeof why);
    if (status == OFS_OK && previous)
        status = keep_alone(capture, api, why, sizeof why);
    if (status != OFS_OK) {
        ofs_slot_drop(slot);
        return refuse(interop, shown->context, why);
    }
    capture->reader.has_previous = true;
    result->mixed = previous != NULL;
    result->way = "cuda";
    result->slot = slot;
    return true;
}

void ofs_interop_finish(struct ofs_capture *capture)
{
    struct ofs_cuda *cuda;
    const struct ofs_cuda_api *api = ofs_target_cuda(capture->target, &cuda);

    drop_alone(capture);
    if (api)
        unregister(&capture->interop, capture->target, api);
    ofs_texture_finish(&capture->interop.textures);
}
