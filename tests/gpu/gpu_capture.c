/* From the swap to a tensor on the GPU, through the public interface, in a GLX program:
 *   gpu_capture check PLANS             observations against glReadPixels and the reference, bad pointers
 *   gpu_capture time WxH WxH|same N     how long it takes, beside reading back and uploading */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu_context.h"
#include "gpu_cuda_api.h"
#include "kernels/plan.h"
#include "offstage.h"
#include "random_plan.h"

static struct cuda_api cu;
static int (*mem_alloc)(unsigned long long *, size_t);
static int (*stream_synchronize)(void *);
static uint32_t width = 320, height = 240;
static unsigned char *frames[2]; /* BGRA, lowest row first, the newest at [0] */

static void load_cuda(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL), *context = NULL;

    if (!library) {
        gpu_say("skip", "no libcuda.so.1");
        exit(77);
    }
#define CUDA_LOAD(name, arguments) cu.name = (int(*) arguments)dlsym(library, #name);
    CUDA_FUNCTIONS(CUDA_LOAD)
#undef CUDA_LOAD
    mem_alloc = (int (*)(unsigned long long *, size_t))dlsym(library, "cuMemAlloc_v2");
    stream_synchronize = (int (*)(void *))dlsym(library, "cuStreamSynchronize");
    gpu_check(cu.cuInit(0) == 0 && cu.cuDevicePrimaryCtxRetain(&context, 0) == 0 && cu.cuCtxSetCurrent(context) == 0,
              "CUDA cannot be started");
}

static void draw(void)
{
    gl.glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < 30; i++) {
        gl.glScissor((GLint)random_below(width), (GLint)random_below(height), (GLsizei)random_below(width),
                     (GLsizei)random_below(height));
        gl.glClearColor((float)random_below(256) / 255, (float)random_below(256) / 255, (float)random_below(256) / 255,
                        1);
        gl.glClear(GL_COLOR_BUFFER_BIT);
    }
    gl.glDisable(GL_SCISSOR_TEST);
}

static void show(bool read)
{
    unsigned char *oldest = frames[1];

    draw();
    if (read) {
        frames[1] = frames[0];
        frames[0] = oldest;
        gl.glReadPixels(0, 0, (GLsizei)width, (GLsizei)height, GL_BGRA, GL_UNSIGNED_BYTE, frames[0]);
    }
    gpu_swap();
}

static struct ofs_capture *open_capture(const struct ofs_plan_desc *plan)
{
    struct ofs_capture_desc desc = { .struct_size = sizeof desc, .device = OFS_DEVICE_CUDA, .plan = *plan };
    struct ofs_capture *capture = NULL;
    enum ofs_status status = ofs_capture_open(&desc, &capture);

    gpu_check(status == OFS_OK, "ofs_capture_open: %s: %s", ofs_status_name(status), ofs_last_error());
    if (status != OFS_OK)
        exit(1);
    return capture;
}

static void say_way(void)
{
    struct ofs_info info = { .struct_size = sizeof info };

    ofs_info_get(&info);
    gpu_say("way", "%s", info.readback);
    gpu_say("trouble", "%s", info.cuda[0] ? info.cuda : "none");
}

/* -- check
 * ---------------------------------------------------------------------------------------------------------- */

/* The next frame, and whether it is what the reference makes of glReadPixels' pixels. */
static bool next_is(struct ofs_capture *capture, const struct ofs_plan *plan, unsigned char *expected, bool first)
{
    uint32_t stack = ofs_plan_desc(plan)->stack;
    ptrdiff_t pitch = (ptrdiff_t)width * 4;
    size_t top = (size_t)pitch * (height - 1), bytes = ofs_plan_bytes(plan);
    struct ofs_plan_source source = { frames[0] + top, -pitch, first ? NULL : frames[1] + top, -pitch };
    struct ofs_frame frame = { .struct_size = sizeof frame };
    unsigned char *got = malloc(bytes);
    enum ofs_status status;
    bool same;

    for (uint32_t i = 0; i + 1 < stack; i++) {
        if (first)
            ofs_plan_run(plan, &source, i, expected);
        else
            ofs_plan_copy_frame(plan, expected, i + 1, expected, i);
    }
    ofs_plan_run(plan, &source, stack - 1, expected);
    status = ofs_capture_next(capture, 0, &frame);
    gpu_check(status == OFS_OK, "ofs_capture_next: %s: %s", ofs_status_name(status), ofs_last_error());
    if (status != OFS_OK)
        return false;
    gpu_check(frame.device >= 0 && frame.bytes == bytes, "device %d, %zu bytes", frame.device, frame.bytes);
    gpu_check(ofs_frame_wait(&frame, 0) == OFS_OK, "ofs_frame_wait: %s", ofs_last_error());
    gpu_check(cu.cuMemcpyDtoH_v2(got, (uintptr_t)frame.data, bytes) == 0, "the frame cannot be copied from the GPU");
    same = memcmp(got, expected, bytes) == 0;
    ofs_frame_release(&frame, 0);
    free(got);
    return same;
}

static void check_plans(long plans)
{
    long wrong = 0;

    for (long i = 0; i < plans; i++) {
        struct ofs_plan_desc desc;
        struct ofs_plan *plan;
        struct ofs_capture *capture;
        unsigned char *expected;

        do {
            random_plan(&desc);
            desc.source_width_px = width;
            desc.source_height_px = height;
            desc.source_format = OFS_PIXEL_BGRA8;
        } while (ofs_plan_check(&desc, NULL, 0));
        plan = ofs_plan_create(&desc, NULL);
        expected = calloc(1, ofs_plan_bytes(plan));
        capture = open_capture(&desc);
        for (int k = 0; k < 5; k++) {
            show(true);
            if (k == 3) /* one that nobody asks for: not in the stack, but the predecessor of the next */
                continue;
            wrong += !next_is(capture, plan, expected, k == 0);
        }
        ofs_capture_close(capture);
        ofs_plan_destroy(plan);
        free(expected);
    }
    gpu_say("observations that differ from glReadPixels and the reference", "%ld of %ld", wrong, plans * 4);
    gpu_check(wrong == 0, "%ld observations differ", wrong);
}

static void check_pointers(void)
{
    struct ofs_plan_desc plan = { .struct_size = sizeof plan, .width_px = 84, .height_px = 84 };
    struct ofs_capture_desc desc = { .struct_size = sizeof desc, .device = 99, .plan = plan };
    struct ofs_capture *capture = open_capture(&plan), *none = NULL;
    static unsigned char host[84 * 84], back[84 * 84];
    unsigned long long device = 0, small = 0;

    show(true);
    memset(host, 0x5A, sizeof host);
    gpu_check(mem_alloc(&device, sizeof host) == 0 && mem_alloc(&small, 16) == 0, "cuMemAlloc");
    gpu_check(ofs_capture_read(capture, 0, host, sizeof host, 0, NULL) == OFS_EINVAL, "host memory is taken");
    gpu_say("host memory as destination", "%s", ofs_last_error());
    for (size_t i = 0; i < sizeof host; i++)
        gpu_check(host[i] == 0x5A, "byte %zu of host memory was written", i);
    gpu_check(ofs_capture_read(capture, 0, (void *)(uintptr_t)device, sizeof host - 1, 0, NULL) == OFS_EINVAL,
              "too few bytes are taken");
    show(true); /* in case a refusal counts as a frame handed out */
    gpu_check(ofs_capture_read(capture, 0, (void *)(uintptr_t)device, sizeof host, 0, NULL) == OFS_OK,
              "device memory: %s", ofs_last_error());
    gpu_check(cu.cuMemcpyDtoH_v2(back, device, sizeof back) == 0, "cuMemcpyDtoH");
    gpu_check(memcmp(back, host, sizeof back) != 0, "nothing was written");
    gpu_check(ofs_capture_open(&desc, &none) == OFS_ENODEV && !none, "CUDA device 99 is found");
    gpu_say("a device that is not there", "%s", ofs_last_error());
    ofs_capture_close(capture);
}

/* -- time
 * ----------------------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void say_times(const char *what, double *us, long count)
{
    qsort(us, (size_t)count, sizeof *us, by_value);
    gpu_say(what, "%.2f us (p95 %.2f)", us[count / 2], us[count * 95 / 100]);
}

/* In turn, each with the drawing done before the clock starts: a swap alone, a swap whose frame is waited for on the
 * GPU, and glReadPixels with an upload. */
static void measure(const struct ofs_plan_desc *plan, long rounds)
{
    double *bare = malloc(sizeof(double) * (size_t)rounds * 3), *captured = bare + rounds,
           *uploaded = captured + rounds;
    unsigned long long device = 0;

    gpu_check(mem_alloc(&device, (size_t)width * height * 4) == 0, "cuMemAlloc");
    for (long done = 0; done < rounds;) {
        struct ofs_capture *capture = NULL;
        long block = rounds - done < 25 ? rounds - done : 25;

        for (int kind = 0; kind < 3; kind++) {
            if (kind == 1)
                capture = open_capture(plan);
            for (long i = -5; i < block; i++) { /* the first ones make textures and buffers */
                struct ofs_frame frame = { .struct_size = sizeof frame };
                uint64_t start;

                draw();
                gl.glFinish();
                start = gpu_now_ns();
                if (kind < 2)
                    gpu_swap();
                if (kind == 1) {
                    gpu_check(ofs_capture_next(capture, 0, &frame) == OFS_OK && ofs_frame_wait(&frame, 1) == OFS_OK &&
                                  stream_synchronize((void *)1) == 0,
                              "a frame: %s", ofs_last_error());
                } else if (kind == 2) {
                    gl.glReadPixels(0, 0, (GLsizei)width, (GLsizei)height, GL_BGRA, GL_UNSIGNED_BYTE, frames[0]);
                    gpu_check(cu.cuMemcpyHtoD_v2(device, frames[0], (size_t)width * height * 4) == 0, "cuMemcpyHtoD");
                }
                if (i >= 0)
                    (kind == 0   ? bare
                     : kind == 1 ? captured
                                 : uploaded)[done + i] = (double)(gpu_now_ns() - start) / 1e3;
                if (kind == 1)
                    ofs_frame_release(&frame, 1);
            }
            if (kind == 1)
                say_way();
            ofs_capture_close(capture);
            capture = NULL;
        }
        done += block;
    }
    say_times("swap alone", bare, rounds);
    say_times("swap to tensor", captured, rounds);
    say_times("read back and upload", uploaded, rounds);
    gpu_say("added by the capture", "%.2f us", captured[rounds / 2] - bare[rounds / 2]);
    gpu_say("times faster than reading back and uploading", "%.2f", uploaded[rounds / 2] / captured[rounds / 2]);
    free(bare);
}

int main(int count, char **arguments)
{
    struct gpu_wish wish = { .device = -1 };
    struct ofs_plan_desc plan = { .struct_size = sizeof plan, .color = OFS_COLOR_RGB };
    bool timing = count > 4 && strcmp(arguments[1], "time") == 0;

    if (timing && sscanf(arguments[2], "%ux%u", &width, &height) != 2)
        return 2;
    if (timing && sscanf(arguments[3], "%ux%u", &plan.width_px, &plan.height_px) == 2)
        plan.color = OFS_COLOR_GRAY;
    wish.width = (int)width;
    wish.height = (int)height;
    for (int i = 0; i < 2; i++)
        frames[i] = malloc((size_t)width * height * 4);
    random_state = 31;
    if (!gpu_open(&wish))
        return 1;
    load_cuda();
    gpu_say("renderer", "%s", (const char *)gl.glGetString(GL_RENDERER));
    gl.glPixelStorei(GL_PACK_ALIGNMENT, 4);
    if (timing) {
        measure(&plan, strtol(arguments[4], NULL, 10));
        return gpu_status();
    }
    check_plans(count > 2 ? strtol(arguments[2], NULL, 10) : 100);
    say_way();
    check_pointers();
    gpu_check(gl.glGetError() == GL_NO_ERROR, "GL error at the end");
    return gpu_status();
}
