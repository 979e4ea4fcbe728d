/* The CUDA module with a stand-in for libcuda: plans against the scalar reference, order between streams (the
 * stand-in's do nothing before somebody waits), pointers, and every call that can fail, failing.
 *   test_module [none | empty | old]    where there is no libcuda, no device, too old a device */
#include <errno.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "module.h"
#include "random_plan.h"

const unsigned char ofs_cuda_fatbin[16]; /* the stand-in has the kernels itself */

static char why[WHY];

static void *device_alloc(struct ofs_cuda *cuda, size_t bytes)
{
    void *data = NULL;

    CHECK(fine(api->alloc(cuda, bytes, &data, why, sizeof why), why));
    return data;
}

/* -- plans
 * ---------------------------------------------------------------------------------------------------------- */

static void try_plan(struct ofs_cuda *cuda, const struct ofs_plan_desc *desc, uint32_t count)
{
    struct ofs_plan *plan = ofs_plan_create(desc, NULL);
    size_t row = (size_t)desc->source_width_px * 4 + random_below(3) * 4, bytes = row * desc->source_height_px;
    size_t all = ofs_plan_bytes(plan), stack = ofs_plan_desc(plan)->stack;
    uint32_t index = random_below((uint32_t)stack);
    unsigned char *pixels = malloc(2 * bytes * count), *expected = calloc(count, all), *got = malloc(all);
    unsigned char *source = device_alloc(cuda, 2 * bytes * count);
    struct ofs_cuda_source sources[64];
    void *outs[64];
    struct ofs_cuda_plan *device_plan = NULL;
    bool two = random_below(2);

    CHECK(fine(api->plan_create(cuda, plan, &device_plan, why, sizeof why), why));
    random_bytes(pixels, 2 * bytes * count);
    CHECK(fine(api->upload(cuda, source, pixels, 2 * bytes * count, why, sizeof why), why));
    for (uint32_t i = 0; i < count; i++) {
        const unsigned char *here = pixels + 2 * bytes * i;
        struct ofs_plan_source reference = { here, (ptrdiff_t)row, two ? here + bytes : NULL, (ptrdiff_t)row };

        ofs_plan_run(plan, &reference, index, expected + i * all);
        if (i == 0 && stack > 1)
            ofs_plan_copy_frame(plan, expected, index, expected, (index + 1) % (uint32_t)stack);
        outs[i] = device_alloc(cuda, all);
        sources[i] = (struct ofs_cuda_source){ source + 2 * bytes * i, (ptrdiff_t)row,
                                               two ? source + 2 * bytes * i + bytes : NULL, (ptrdiff_t)row, outs[i] };
    }
    CHECK(fine(api->run_device(device_plan, sources, count, index, why, sizeof why), why));
    if (stack > 1)
        CHECK(
            fine(api->copy_frame(device_plan, outs[0], index, outs[0], (index + 1) % (uint32_t)stack, why, sizeof why),
                 why));
    for (uint32_t i = 0; i < count; i++) {
        CHECK(fine(api->download(cuda, got, outs[i], all, why, sizeof why), why));
        CHECK(memcmp(got, expected + i * all, all) == 0);
        api->free(cuda, outs[i]);
    }
    CHECK(api->run_device(device_plan, sources, 1, (uint32_t)stack, why, sizeof why) == OFS_EINVAL);
    sources[0].pitch_bytes++;
    CHECK(api->run_device(device_plan, sources, 1, 0, why, sizeof why) == OFS_EINVAL);
    api->plan_destroy(device_plan);
    api->free(cuda, source);
    free(pixels);
    free(expected);
    free(got);
    ofs_plan_destroy(plan);
}

static void try_plans(struct ofs_cuda *cuda)
{
    struct ofs_plan_desc desc;

    for (int i = 0; i < 150; i++) {
        do
            random_plan(&desc);
        while ((uint64_t)desc.source_width_px * desc.source_height_px > 60000);
        try_plan(cuda, &desc, i % 10 ? 1 : 1 + random_below(40)); /* more than one launch takes */
    }
}

/* -- order
 * ---------------------------------------------------------------------------------------------------------- */

/* A frame of our stream is seen by a consumer's, and the consumer's copy is done before we write again. */
static void try_order(struct ofs_cuda *cuda, uintptr_t number)
{
    unsigned char first[64], second[64], seen[64], *frame = device_alloc(cuda, 64), *theirs = device_alloc(cuda, 64);
    unsigned char *ours = device_alloc(cuda, 64);
    void *stream = (void *)number, *context;

    memset(first, 1, 64);
    memset(second, 2, 64);
    cu.cuDevicePrimaryCtxRetain(&context, 0);
    cu.cuCtxPushCurrent_v2(context);
    if (number > 2)
        CHECK(cu.cuStreamCreateWithPriority(&stream, 1, 0) == 0);
    CHECK(fine(api->upload(cuda, ours, first, 64, why, sizeof why), why));
    CHECK(fine(api->copy(cuda, frame, ours, 64, why, sizeof why), why)); /* the frame, in the making */
    CHECK(fine(api->consumer_wait(cuda, (uintptr_t)stream, why, sizeof why), why));
    cu.cuMemcpyDtoDAsync_v2((uintptr_t)theirs, (uintptr_t)frame, 64, stream ? stream : (void *)1);
    CHECK(fine(api->producer_wait(cuda, (uintptr_t)stream, why, sizeof why), why));
    CHECK(fine(api->upload(cuda, frame, second, 64, why, sizeof why), why)); /* the slot's next frame, done at once */
    cu.cuMemcpyDtoHAsync_v2(seen, (uintptr_t)theirs, 64, stream ? stream : (void *)1);
    cu.cuStreamSynchronize(stream ? stream : (void *)1);
    CHECK(memcmp(seen, first, 64) == 0);
    /* The same through deliver. */
    CHECK(fine(api->copy(cuda, frame, ours, 64, why, sizeof why), why));
    CHECK(fine(api->deliver(cuda, theirs, frame, 64, (uintptr_t)stream, why, sizeof why), why));
    CHECK(fine(api->upload(cuda, frame, second, 64, why, sizeof why), why));
    memset(seen, 0, 64);
    cu.cuMemcpyDtoHAsync_v2(seen, (uintptr_t)theirs, 64, stream ? stream : (void *)1);
    cu.cuStreamSynchronize(stream ? stream : (void *)1);
    CHECK(memcmp(seen, first, 64) == 0);
    if (number > 2)
        cu.cuStreamDestroy_v2(stream);
    cu.cuCtxPopCurrent_v2(&context);
    cu.cuDevicePrimaryCtxRelease_v2(0);
    api->free(cuda, frame);
    api->free(cuda, theirs);
    api->free(cuda, ours);
}

static void try_zeroed(struct ofs_cuda *cuda)
{
    unsigned char bytes[100], zeros[100] = { 0 }, *data = device_alloc(cuda, 100);

    CHECK(fine(api->download(cuda, bytes, data, 100, why, sizeof why), why));
    CHECK(memcmp(bytes, zeros, 100) == 0);
    api->free(cuda, data);
    api->free(cuda, NULL);
}

/* -- pointers
 * ------------------------------------------------------------------------------------------------------- */

static bool refused(struct ofs_cuda *cuda, const void *data, size_t bytes, const char *word)
{
    memset(why, 0, sizeof why);
    if (api->check_pointer(cuda, data, bytes, why, sizeof why) != OFS_EINVAL || !strstr(why, word)) {
        fprintf(stderr, "told \"%s\", not of %s\n", why, word);
        return false;
    }
    return true;
}

static void try_pointers(struct ofs_cuda *cuda)
{
    static unsigned char host[64], pinned[64], pieces[3][64], far[64], managed[64];
    unsigned char *data = device_alloc(cuda, 100), *small = device_alloc(cuda, 1);

    fake_claim(pinned, 64, 0, 1);
    fake_claim(pieces[0], 64, 0, 2);
    fake_claim(pieces[1], 64, 0, 2);
    fake_claim(pieces[2], 64, 1, 2);
    fake_claim(far, 64, 1, 2);
    fake_claim(managed, 64, 0, 3);
    CHECK(fine(api->check_pointer(cuda, data, 100, why, sizeof why), why));
    CHECK(fine(api->check_pointer(cuda, data + 99, 1, why, sizeof why), why));
    CHECK(fine(api->check_pointer(cuda, pieces, 128, why, sizeof why), why));
    CHECK(fine(api->check_pointer(cuda, managed, 64, why, sizeof why), why));
    CHECK(refused(cuda, data, 101, "100 bytes"));
    CHECK(refused(cuda, data + 60, 41, "40 bytes"));
    CHECK(refused(cuda, pieces, 129, "device 1"));
    CHECK(refused(cuda, host, 1, "host memory"));
    CHECK(refused(cuda, pinned, 1, "pinned"));
    CHECK(refused(cuda, far, 1, "device 1"));
    CHECK(refused(cuda, NULL, 1, "NULL"));
    CHECK(refused(cuda, data, SIZE_MAX, "do not fit"));
    CHECK(api->deliver(cuda, host, data, 64, 0, why, sizeof why) == OFS_EINVAL);
    CHECK(api->deliver(cuda, small, data, 64, 0, why, sizeof why) == OFS_EINVAL);
    api->free(cuda, data);
    api->free(cuda, small);
}

/* -- failures
 * ------------------------------------------------------------------------------------------------------- */

/* Everything once; the number of steps that worked. Stops at the first that does not, and gives everything back. */
static int everything(void)
{
    static const struct ofs_plan_desc desc = { .struct_size = sizeof desc,
                                               .source_width_px = 40,
                                               .source_height_px = 30,
                                               .width_px = 8,
                                               .height_px = 8,
                                               .stack = 2,
                                               .layout = OFS_LAYOUT_HWC };
    struct ofs_plan *plan = ofs_plan_create(&desc, NULL);
    struct ofs_cuda *cuda = NULL;
    struct ofs_cuda_plan *device_plan = NULL;
    void *source = NULL, *out = NULL;
    unsigned char bytes[4800] = { 0 };
    int done = 0;

#define STEP(call)              \
    do {                        \
        why[0] = '\0';          \
        if ((call) != OFS_OK) { \
            CHECK(why[0] != 0); \
            goto give_back;     \
        }                       \
        done++;                 \
    } while (0)

    STEP(api->open(0, &cuda, why, sizeof why));
    STEP(api->alloc(cuda, sizeof bytes, &source, why, sizeof why));
    STEP(api->alloc(cuda, 128, &out, why, sizeof why));
    STEP(api->plan_create(cuda, plan, &device_plan, why, sizeof why));
    STEP(api->upload(cuda, source, bytes, sizeof bytes, why, sizeof why));
    STEP(api->run_device(device_plan, &(struct ofs_cuda_source){ .pixels = source, .pitch_bytes = 160, .out = out }, 1,
                         1, why, sizeof why));
    STEP(api->copy_frame(device_plan, out, 1, out, 0, why, sizeof why));
    STEP(api->copy(cuda, source, out, 128, why, sizeof why));
    STEP(api->check_pointer(cuda, out, 128, why, sizeof why));
    STEP(api->consumer_wait(cuda, 0, why, sizeof why));
    STEP(api->deliver(cuda, source, out, 128, 2, why, sizeof why));
    STEP(api->producer_wait(cuda, 2, why, sizeof why));
    STEP(api->download(cuda, bytes, out, 128, why, sizeof why));
    STEP(api->synchronize(cuda, why, sizeof why));
give_back:
    fake_fail(NULL, 0);
    CHECK((cuda != NULL) == (done > 0));
    if (cuda) {
        api->free(cuda, source);
        api->free(cuda, out);
    }
    api->plan_destroy(device_plan);
    api->close(cuda);
    ofs_plan_destroy(plan);
    return done;
}

static void try_failures(void)
{
    /* Those whose failure nobody needs to hear of are not here. */
    static const char *const functions[] = {
        "cuDeviceGetCount",
        "cuDeviceGet",
        "cuDevicePrimaryCtxRetain",
        "cuCtxPushCurrent_v2",
        "cuModuleLoadData",
        "cuModuleGetFunction",
        "cuStreamCreateWithPriority",
        "cuMemAlloc_v2",
        "cuMemsetD8Async",
        "cuMemcpyHtoDAsync_v2",
        "cuLaunchKernel",
        "cuMemcpyDtoDAsync_v2",
        "cuPointerGetAttributes",
        "cuStreamWaitEvent",
        "cuEventCreate",
        "cuEventRecord",
        "cuMemcpyDtoHAsync_v2",
        "cuStreamSynchronize",
    };
    int before = fake_outstanding(), all = everything();

    CHECK(all == 14 && fake_outstanding() == before);
    for (size_t i = 0; i < OFS_ARRAY_LEN(functions); i++) {
        for (int code = 2; code <= 999; code += 997) {
            int done;

            fake_fail(functions[i], code);
            done = everything();
            if (done == all || fake_outstanding() != before)
                fprintf(stderr, "%s fails: %d steps done, %d things left\n", functions[i], done,
                        fake_outstanding() - before);
            CHECK(done < all && fake_outstanding() == before);
        }
    }
}

/* A stream that the event cannot be put on is waited for instead. */
static void try_foreign_stream(struct ofs_cuda *cuda)
{
    fake_fail("cuEventRecord", FAKE_INVALID_HANDLE);
    CHECK(fine(api->producer_wait(cuda, 1, why, sizeof why), why));
    CHECK(api->consumer_wait(cuda, 1, why, sizeof why) == OFS_EIO);
    fake_fail(NULL, 0);
}

/* -- hygiene
 * -------------------------------------------------------------------------------------------------------- */

static void try_traces(struct ofs_cuda *cuda)
{
    int (*get_current)(void **) = (int (*)(void **))dlsym(dlopen("libcuda.so.1", RTLD_NOW), "cuCtxGetCurrent");
    int theirs, mode = 1, before = 0;
    void *now = NULL, *data;

    cu.cuCtxPushCurrent_v2(&theirs);
    cu.cuThreadExchangeStreamCaptureMode(&mode);
    errno = 4711;
    data = device_alloc(cuda, 10);
    CHECK(api->consumer_wait(cuda, 0, why, sizeof why) == OFS_OK);
    CHECK(api->check_pointer(cuda, &mode, 1, why, sizeof why) == OFS_EINVAL);
    api->free(cuda, data);
    api->close(must_open(0));
    CHECK(errno == 4711);
    get_current(&now);
    CHECK(now == &theirs);
    mode = 0;
    cu.cuThreadExchangeStreamCaptureMode(&mode);
    CHECK(mode == 1);
    cu.cuCtxPopCurrent_v2(&now);
    CHECK(cu.cuCtxPopCurrent_v2(&now) != 0 && before == 0); /* nothing of ours was left */
}

/* Frames are given back by any thread while another makes new ones. */
static void *give_back_frames(void *argument)
{
    struct ofs_cuda *cuda = argument;
    char said[WHY];

    for (int i = 0; i < 200; i++) {
        CHECK(api->consumer_wait(cuda, (uintptr_t)(i % 2 + 1), said, sizeof said) == OFS_OK);
        CHECK(api->producer_wait(cuda, (uintptr_t)(i % 2 + 1), said, sizeof said) == OFS_OK);
        CHECK(api->check_pointer(cuda, said, 1, said, sizeof said) == OFS_EINVAL);
    }
    return NULL;
}

static void try_threads(struct ofs_cuda *cuda)
{
    pthread_t threads[12]; /* more than there are events at hand */
    unsigned char bytes[64] = { 0 }, *data = device_alloc(cuda, 64);

    for (size_t i = 0; i < OFS_ARRAY_LEN(threads); i++)
        CHECK(pthread_create(&threads[i], NULL, give_back_frames, cuda) == 0);
    for (int i = 0; i < 100; i++)
        CHECK(fine(api->upload(cuda, data, bytes, 64, why, sizeof why), why));
    for (size_t i = 0; i < OFS_ARRAY_LEN(threads); i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    api->free(cuda, data);
}

static void try_fork(struct ofs_cuda *cuda)
{
    void *data = device_alloc(cuda, 10);
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        void *more = NULL;

        api->free(cuda, data);
        if (api->alloc(cuda, 10, &more, why, sizeof why) != OFS_ENODEV || more || !strstr(why, "fork"))
            _exit(1);
        if (fake_outstanding() == 0)
            _exit(2);
        api->close(cuda);
        _exit(0);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child && status == 0);
    api->free(cuda, data);
}

static int without(const char *what)
{
    struct ofs_cuda *cuda = NULL;
    enum ofs_status status;

    if (strcmp(what, "none") == 0 && dlopen("libcuda.so.1", RTLD_LAZY)) {
        puts("this machine has a libcuda.so.1");
        return 77;
    }
    api = ofs_cuda_api(OFS_CUDA_API_VERSION);
    for (int i = 0; i < 2; i++) {
        why[0] = '\0';
        status = api->open(0, &cuda, why, sizeof why);
        printf("%s: %d %s\n", what, status, why);
        CHECK(status == OFS_ENOSYS && !cuda && why[0]);
    }
    CHECK(strcmp(what, "old") != 0 || strstr(why, "7.5"));
    CHECK(strcmp(what, "none") != 0 || strstr(why, "libcuda.so.1"));
    return check_result();
}

int main(int count, char **arguments)
{
    struct ofs_cuda *cuda = NULL;

    CHECK(!ofs_cuda_api(OFS_CUDA_API_VERSION + 1));
    if (count > 1)
        return without(arguments[1]);
    if (!module_start()) {
        puts("the stand-in for libcuda is not found");
        return 1;
    }
    random_state = 77;
    CHECK(api->struct_size == sizeof *api);
    CHECK(api->open(5, &cuda, why, sizeof why) == OFS_ENODEV && strstr(why, "device 5"));
    CHECK(api->open(OFS_CUDA_GL_DEVICE, &cuda, why, sizeof why) == OFS_ENODEV && !cuda);
    cuda = must_open(0);
    CHECK(api->ordinal(cuda) == 0);
    try_zeroed(cuda);
    try_plans(cuda);
    for (uintptr_t stream = 0; stream < 4; stream++)
        try_order(cuda, stream);
    try_pointers(cuda);
    try_foreign_stream(cuda);
    try_traces(cuda);
    try_threads(cuda);
    try_fork(cuda);
    api->close(cuda);
    api->close(NULL);
    CHECK(fake_outstanding() == 0);
    try_failures();
    CHECK(fake_outstanding() == 0 && fake_faults() == 0);
    return check_result();
}
