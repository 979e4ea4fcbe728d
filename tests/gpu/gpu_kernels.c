/* The CUDA module by itself, without GL: random plans against the scalar reference on the GPU, and how long kernels
 * take.
 *   gpu_kernels MODULE [PLANS [REPEATS]] */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cuda/cuda_api.h"
#include "gpu_context.h"
#include "random_plan.h"

#define WHY                               256
#define FRAMES                            20 /* of one call at most: more than one launch takes */
#define DEVICE_ATTRIBUTE_MEMORY_CLOCK_KHZ 36
#define DEVICE_ATTRIBUTE_BUS_BITS         37

static const struct ofs_cuda_api *api;
static struct ofs_cuda *cuda;
static char why[WHY];

static void *device_alloc(size_t bytes)
{
    void *data = NULL;
    enum ofs_status status = api->alloc(cuda, bytes, &data, why, sizeof why);

    gpu_check(status == OFS_OK, "alloc of %zu bytes: %s", bytes, why);
    if (status != OFS_OK)
        exit(1);
    return data;
}

static const struct ofs_kernel_backend *scalar(void)
{
    const struct ofs_kernel_backend *found = NULL;

    for (unsigned i = 0; ofs_kernel_backend_at(i); i++)
        found = ofs_kernel_backend_at(i);
    return found;
}

/* Bytes of observations that differ, guards included. */
static size_t try_plan(const struct ofs_plan_desc *desc)
{
    struct ofs_plan *plan = ofs_plan_create(desc, scalar());
    size_t pitch = (size_t)desc->source_width_px * 4 + random_below(5) * 4, frame = pitch * desc->source_height_px;
    size_t one = (ofs_plan_bytes(plan) + 63) / 64 * 64 + 64, wrong = 0;
    uint32_t count = frame > 400000 ? 1 : 1 + random_below(FRAMES), index = random_below(ofs_plan_desc(plan)->stack);
    uint32_t other = random_below(ofs_plan_desc(plan)->stack);
    unsigned char *pixels = malloc(frame * (count + 1)), *expected = malloc(one * count), *got = malloc(one * count);
    unsigned char *source = device_alloc(frame * (count + 1)), *out = device_alloc(one * count);
    struct ofs_cuda_source sources[FRAMES];
    struct ofs_cuda_plan *device_plan = NULL;
    enum ofs_status status = api->plan_create(cuda, plan, &device_plan, why, sizeof why);

    random_bytes(pixels, frame * (count + 1));
    memset(expected, 0x5A, one * count);
    for (uint32_t i = 0; i < count;
         i++) { /* each frame's predecessor is the one after it in memory; every other is upside down */
        bool down = i % 2, two = random_below(4) != 0;
        size_t start = frame * i + (down ? pitch * (desc->source_height_px - 1) : 0);
        size_t before = frame * (i + 1);
        ptrdiff_t step = down ? -(ptrdiff_t)pitch : (ptrdiff_t)pitch;
        struct ofs_plan_source reference = { pixels + start, step, two ? pixels + before : NULL, (ptrdiff_t)pitch };

        sources[i] = (struct ofs_cuda_source){ source + start, step, two ? source + before : NULL, (ptrdiff_t)pitch,
                                               out + one * i };
        ofs_plan_run(plan, &reference, index, expected + one * i);
    }
    ofs_plan_copy_frame(plan, expected, index, expected, other);
    memset(got, 0x5A, one * count);
    if (status == OFS_OK)
        status = api->upload(cuda, source, pixels, frame * (count + 1), why, sizeof why);
    if (status == OFS_OK)
        status = api->upload(cuda, out, got, one * count, why, sizeof why);
    if (status == OFS_OK)
        status = api->run_device(device_plan, sources, count, index, why, sizeof why);
    if (status == OFS_OK)
        status = api->copy_frame(device_plan, out, index, out, other, why, sizeof why);
    if (status == OFS_OK)
        status = api->download(cuda, got, out, one * count, why, sizeof why);
    gpu_check(status == OFS_OK, "a plan could not be run: %s", why);
    for (size_t i = 0; i < one * count; i++)
        wrong += got[i] != expected[i];
    if (wrong)
        gpu_check(
            false,
            "%zu bytes of %u frames differ: %ux%u to %ux%u color %u filter %u layout %u dtype %u flip %u stack %u "
            "max %u",
            wrong, count, desc->source_width_px, desc->source_height_px, desc->width_px, desc->height_px, desc->color,
            desc->filter, desc->layout, desc->dtype, desc->flip, desc->stack, desc->max_frames);
    api->plan_destroy(device_plan);
    api->free(cuda, source);
    api->free(cuda, out);
    ofs_plan_destroy(plan);
    free(pixels);
    free(expected);
    free(got);
    return wrong;
}

static void try_plans(long plans)
{
    struct ofs_plan_desc desc;
    long wrong = 0;

    random_state = 99;
    for (long i = 0; i < plans && wrong < 20; i++) {
        random_plan(&desc);
        wrong += try_plan(&desc) != 0;
    }
    gpu_say("plans that differ from the scalar reference", "%ld of %ld", wrong, plans);
}

static void try_pointers(void)
{
    static unsigned char host[256];
    unsigned char *data = device_alloc(256);

    gpu_check(api->check_pointer(cuda, data, 256, why, sizeof why) == OFS_OK, "device memory is refused: %s", why);
    gpu_check(api->check_pointer(cuda, host, 256, why, sizeof why) == OFS_EINVAL,
              "host memory is taken for device memory");
    gpu_say("host memory as destination", "%s", why);
    gpu_check(api->deliver(cuda, host, data, 256, 0, why, sizeof why) == OFS_EINVAL, "a copy to host memory is made");
    gpu_check(api->check_pointer(cuda, data, (size_t)1 << 40, why, sizeof why) == OFS_EINVAL,
              "256 bytes pass for 1 TiB");
    gpu_say("too small a destination", "%s", why);
    gpu_check(api->check_pointer(cuda, NULL, 1, why, sizeof why) == OFS_EINVAL, "NULL is taken for device memory");
    api->free(cuda, data);
}

/* GB/s between the GPU and its memory at best; 0 = the driver does not tell. */
static double bandwidth(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW);
    int (*attribute)(int *, int, int) =
        library ? (int (*)(int *, int, int))dlsym(library, "cuDeviceGetAttribute") : NULL;
    int khz = 0, bits = 0;

    if (attribute &&
        (attribute(&khz, DEVICE_ATTRIBUTE_MEMORY_CLOCK_KHZ, 0) || attribute(&bits, DEVICE_ATTRIBUTE_BUS_BITS, 0)))
        return 0;
    return 2.0 * khz * 1e3 * bits / 8 / 1e9;
}

/* Many runs queued, then waited for: how long one takes on the GPU, or to be launched, whichever is longer. */
static void measure(uint32_t width, uint32_t height, uint32_t to_width, uint32_t to_height, uint32_t color,
                    uint32_t batch, long repeats)
{
    struct ofs_plan_desc desc = { .struct_size = sizeof desc,
                                  .source_width_px = width,
                                  .source_height_px = height,
                                  .width_px = to_width,
                                  .height_px = to_height,
                                  .color = color };
    struct ofs_plan *plan = ofs_plan_create(&desc, NULL);
    size_t frame = (size_t)width * height * 4, one = (ofs_plan_bytes(plan) + 255) / 256 * 256;
    unsigned char *source = device_alloc(frame * batch), *out = device_alloc(one * batch);
    struct ofs_cuda_source sources[FRAMES];
    struct ofs_cuda_plan *device_plan = NULL;
    double us, gb, limit = bandwidth();
    uint64_t start = 0;
    char key[96];

    gpu_check(api->plan_create(cuda, plan, &device_plan, why, sizeof why) == OFS_OK, "plan: %s", why);
    for (uint32_t i = 0; i < batch; i++)
        sources[i] =
            (struct ofs_cuda_source){ .pixels = source + frame * i, .pitch_bytes = width * 4, .out = out + one * i };
    for (long i = -repeats / 10 - 1; i < repeats; i++) {
        if (i == 0) {
            gpu_check(api->synchronize(cuda, why, sizeof why) == OFS_OK, "%s", why);
            start = gpu_now_ns();
        }
        gpu_check(api->run_device(device_plan, sources, batch, 0, why, sizeof why) == OFS_OK, "%s", why);
    }
    gpu_check(api->synchronize(cuda, why, sizeof why) == OFS_OK, "%s", why);
    us = (double)(gpu_now_ns() - start) / 1e3 / (double)repeats / batch;
    gb = (double)(frame + ofs_plan_bytes(plan)) / us / 1e3;
    snprintf(key, sizeof key, "kernel %ux%u to %ux%u %s, %u at a time", width, height, to_width, to_height,
             color == OFS_COLOR_RGB ? "RGB" : "gray", batch);
    gpu_say(key, "%.2f us a frame, %.0f GB/s, %.2f of the memory's limit", us, gb, limit > 0 ? gb / limit : 0);
    api->plan_destroy(device_plan);
    api->free(cuda, source);
    api->free(cuda, out);
    ofs_plan_destroy(plan);
}

int main(int count, char **arguments)
{
    long plans = count > 2 ? strtol(arguments[2], NULL, 10) : 3000,
         repeats = count > 3 ? strtol(arguments[3], NULL, 10) : 500;
    void *module = count > 1 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    ofs_cuda_api_getter *get = module ? (ofs_cuda_api_getter *)dlsym(module, OFS_CUDA_API_SYMBOL) : NULL;

    api = get ? get(OFS_CUDA_API_VERSION) : NULL;
    if (!api) {
        gpu_check(false, "no module: %s", module ? "another version" : dlerror());
        return 1;
    }
    if (api->open(0, &cuda, why, sizeof why) != OFS_OK) {
        gpu_check(false, "the module does not open device 0: %s", why);
        return 1;
    }
    try_plans(plans);
    try_pointers();
    gpu_say("memory limit", "%.0f GB/s", bandwidth());
    for (uint32_t batch = 1; batch <= 16; batch *= 16) {
        measure(84, 84, 84, 84, OFS_COLOR_GRAY, batch, repeats);
        measure(640, 480, 84, 84, OFS_COLOR_GRAY, batch, repeats);
        measure(640, 480, 640, 480, OFS_COLOR_RGB, batch, repeats);
        measure(1024, 1024, 1024, 1024, OFS_COLOR_RGB, batch, repeats);
        measure(1920, 1080, 84, 84, OFS_COLOR_GRAY, batch, repeats);
    }
    api->close(cuda);
    return gpu_status();
}
