/* The exported table. */
#include "cuda/private.h"

static const struct ofs_cuda_api api = {
    .version = OFS_CUDA_API_VERSION,
    .struct_size = sizeof api,
    .open = ofs_cuda_open,
    .close = ofs_cuda_close,
    .ordinal = ofs_cuda_ordinal,
    .alloc = ofs_cuda_alloc,
    .free = ofs_cuda_free,
    .check_pointer = ofs_cuda_check_pointer,
    .copy = ofs_cuda_copy,
    .upload = ofs_cuda_upload,
    .download = ofs_cuda_download,
    .deliver = ofs_cuda_deliver,
    .consumer_wait = ofs_cuda_consumer_wait,
    .producer_wait = ofs_cuda_producer_wait,
    .synchronize = ofs_cuda_synchronize,
    .register_texture = ofs_cuda_register_texture,
    .unregister_texture = ofs_cuda_unregister_texture,
    .plan_create = ofs_cuda_plan_create,
    .plan_destroy = ofs_cuda_plan_destroy,
    .run_image = ofs_cuda_run_image,
    .run_device = ofs_cuda_run_device,
    .copy_frame = ofs_cuda_copy_frame,
};

const struct ofs_cuda_api *ofs_cuda_api(uint32_t version) { return version == OFS_CUDA_API_VERSION ? &api : NULL; }
