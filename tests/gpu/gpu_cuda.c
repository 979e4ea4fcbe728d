/* CUDA-OpenGL interop from inside a GLX program, with the driver API and with the runtime: a texture and a buffer of GL are
 * registered, mapped, read and written by CUDA, and compared with what GL says they hold.
 *   gpu_cuda [--bare] [--cuda-first] [--runtime FILE]
 * --bare asks the same of an EGL context without Offstage: does interop work on this machine at all? */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu_context.h"
#include "gpu_cuda_api.h"

#define WIDTH 640
#define HEIGHT 480
#define BYTES ((size_t)WIDTH * HEIGHT * 4)

static struct cuda_api cu;
static unsigned char pattern[BYTES], seen[BYTES], shown[BYTES];
static GLuint texture, buffer;

static const char *error_text(int code)
{
    const char *text = NULL;

    if (cu.cuGetErrorString)
        cu.cuGetErrorString(code, &text);
    return text ? text : "no text";
}

/* True if the call succeeded; the call and its number are printed either way. */
static bool did(const char *what, int code)
{
    gpu_say(what, code ? "error %d (%s)" : "ok", code, code ? error_text(code) : "");
    gpu_check(code == 0, "%s: error %d (%s)", what, code, error_text(code));
    return code == 0;
}

static bool load_cuda(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);

    if (!library) {
        gpu_say("skip", "no libcuda.so.1: %s", dlerror());
        exit(77);
    }
#define CUDA_LOAD(name, arguments) cu.name = (int (*) arguments)dlsym(library, #name);
    CUDA_FUNCTIONS(CUDA_LOAD)
#undef CUDA_LOAD
    if (!cu.cuInit || !cu.cuGraphicsGLRegisterImage || !cu.cuMemcpy2D_v2) {
        gpu_check(false, "libcuda.so.1 lacks functions");
        return false;
    }
    return true;
}

static bool start_cuda(void)
{
    char name[128] = "";
    int version = 0, device = 0;
    void *context = NULL;

    if (!did("cuInit", cu.cuInit(0)))
        return false;
    cu.cuDriverGetVersion(&version);
    gpu_say("CUDA version of the driver", "%d.%d", version / 1000, version % 1000 / 10);
    if (!did("cuDeviceGet", cu.cuDeviceGet(&device, 0)))
        return false;
    cu.cuDeviceGetName(name, sizeof(name), device);
    gpu_say("CUDA device 0", "%s", name);
    return did("cuDevicePrimaryCtxRetain", cu.cuDevicePrimaryCtxRetain(&context, device)) &&
           did("cuCtxSetCurrent", cu.cuCtxSetCurrent(context));
}

/* Which CUDA device does CUDA say draws for the current context? A question, not a demand. */
static void ask_devices(void)
{
    int devices[16] = {-1};
    unsigned count = 0;
    int code = cu.cuGLGetDevices_v2 ? cu.cuGLGetDevices_v2(&count, devices, 16, 1) : -1;

    gpu_say("cuGLGetDevices", "error %d, %u device(s), first %d", code, count, devices[0]);
}

/* Draws something, and puts it into the texture and the buffer as a capture would. */
static void make_objects(void)
{
    void (*copy)(GLenum, GLint, GLint, GLint, GLint, GLint, GLsizei, GLsizei) =
        (void (*)(GLenum, GLint, GLint, GLint, GLint, GLint, GLsizei, GLsizei))gpu_proc("glCopyTexSubImage2D");

    for (size_t i = 0; i < BYTES; i++)
        pattern[i] = (unsigned char)(i * 7 + i / 4096);
    gl.glPixelStorei(GL_PACK_ALIGNMENT, 1);
    gl.glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
    for (int i = 0; i < 64; i++) {
        gl.glEnable(GL_SCISSOR_TEST);
        gl.glScissor(10 * i, 7 * i, 10, 7 * i + 3);
        gl.glClearColor((float)i / 64, (float)(63 - i) / 64, 0.5f, 1);
        gl.glClear(GL_COLOR_BUFFER_BIT);
    }
    gl.glDisable(GL_SCISSOR_TEST);
    gl.glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, shown);
    gl.glGenTextures(1, &texture);
    gl.glBindTexture(GL_TEXTURE_2D, texture);
    gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    gl.glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, WIDTH, HEIGHT, 0, GL_RGBA, GL_UNSIGNED_BYTE, pattern);
    copy(GL_TEXTURE_2D, 0, 0, 0, 0, 0, WIDTH, HEIGHT);
    gl.glGenBuffers(1, &buffer);
    gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, buffer);
    gl.glBufferData(GL_PIXEL_PACK_BUFFER, (GLsizeiptr)BYTES, NULL, GL_STREAM_READ);
    gl.glReadPixels(0, 0, WIDTH, HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    gl.glFinish();
}

static void compare(const char *what, const unsigned char *expected)
{
    size_t wrong = 0;

    for (size_t i = 0; i < BYTES; i++)
        wrong += seen[i] != expected[i];
    gpu_say(what, "%zu of %zu bytes differ", wrong, BYTES);
    gpu_check(wrong == 0, "%s: %zu of %zu bytes differ", what, wrong, BYTES);
}

static void driver_image(void)
{
    struct cuda_copy_2d copy = {.srcMemoryType = CUDA_MEMORY_ARRAY, .dstMemoryType = CUDA_MEMORY_HOST, .dstHost = seen,
                                .dstPitch = WIDTH * 4, .WidthInBytes = WIDTH * 4, .Height = HEIGHT};
    void *resource = NULL;

    if (!did("cuGraphicsGLRegisterImage", cu.cuGraphicsGLRegisterImage(&resource, texture, GL_TEXTURE_2D, 1)))
        return;
    if (did("cuGraphicsMapResources (image)", cu.cuGraphicsMapResources(1, &resource, NULL)) &&
        did("cuGraphicsSubResourceGetMappedArray", cu.cuGraphicsSubResourceGetMappedArray(&copy.srcArray, resource, 0, 0)) &&
        did("cuMemcpy2D", cu.cuMemcpy2D_v2(&copy)))
        compare("image in CUDA against glReadPixels", shown);
    did("cuGraphicsUnmapResources (image)", cu.cuGraphicsUnmapResources(1, &resource, NULL));
    did("cuGraphicsUnregisterResource (image)", cu.cuGraphicsUnregisterResource(resource));
}

static void map_cost(void *resource)
{
    enum { ROUNDS = 500 };
    uint64_t start = gpu_now_ns();

    for (int i = 0; i < ROUNDS; i++) {
        if (cu.cuGraphicsMapResources(1, &resource, NULL) || cu.cuGraphicsUnmapResources(1, &resource, NULL))
            return;
    }
    gpu_say("map and unmap", "%.2f us", (double)(gpu_now_ns() - start) / 1e3 / ROUNDS);
}

/* What the simpleCUDA2GL sample does: CUDA makes the picture, GL shows it. */
static void driver_write(void)
{
    struct cuda_copy_2d copy = {.srcMemoryType = CUDA_MEMORY_HOST, .srcHost = pattern, .srcPitch = WIDTH * 4,
                                .dstMemoryType = CUDA_MEMORY_ARRAY, .WidthInBytes = WIDTH * 4, .Height = HEIGHT};
    void (*get)(GLenum, GLint, GLenum, GLenum, void *) =
        (void (*)(GLenum, GLint, GLenum, GLenum, void *))gpu_symbol("glGetTexImage");
    void *resource = NULL;

    if (!get)
        get = (void (*)(GLenum, GLint, GLenum, GLenum, void *))gpu_proc("glGetTexImage");
    if (!did("cuGraphicsGLRegisterImage (to write)",
             cu.cuGraphicsGLRegisterImage(&resource, texture, GL_TEXTURE_2D, 2)))
        return;
    if (did("cuGraphicsMapResources (to write)", cu.cuGraphicsMapResources(1, &resource, NULL)) &&
        did("cuGraphicsSubResourceGetMappedArray (to write)",
            cu.cuGraphicsSubResourceGetMappedArray(&copy.dstArray, resource, 0, 0)))
        did("cuMemcpy2D (to write)", cu.cuMemcpy2D_v2(&copy));
    did("cuGraphicsUnmapResources (to write)", cu.cuGraphicsUnmapResources(1, &resource, NULL));
    memset(seen, 0, BYTES);
    gl.glBindTexture(GL_TEXTURE_2D, texture);
    get(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, seen);
    compare("image that CUDA wrote against GL", pattern);
    did("cuGraphicsUnregisterResource (to write)", cu.cuGraphicsUnregisterResource(resource));
}

static void driver_buffer(void)
{
    void (*get)(GLenum, GLintptr, GLsizeiptr, void *) =
        (void (*)(GLenum, GLintptr, GLsizeiptr, void *))gpu_proc("glGetBufferSubData");
    unsigned long long pointer = 0;
    void *resource = NULL;
    size_t size = 0;

    if (!did("cuGraphicsGLRegisterBuffer", cu.cuGraphicsGLRegisterBuffer(&resource, buffer, 0)))
        return;
    if (did("cuGraphicsMapResources (buffer)", cu.cuGraphicsMapResources(1, &resource, NULL)) &&
        did("cuGraphicsResourceGetMappedPointer", cu.cuGraphicsResourceGetMappedPointer_v2(&pointer, &size, resource))) {
        gpu_check(size >= BYTES, "the buffer has %zu bytes in CUDA, %zu in GL", size, BYTES);
        memset(seen, 0, BYTES);
        if (did("cuMemcpyDtoH", cu.cuMemcpyDtoH_v2(seen, pointer, BYTES)))
            compare("buffer in CUDA against glReadPixels", shown);
        did("cuMemcpyHtoD", cu.cuMemcpyHtoD_v2(pointer, pattern, BYTES));
    }
    did("cuGraphicsUnmapResources (buffer)", cu.cuGraphicsUnmapResources(1, &resource, NULL));
    memset(seen, 0, BYTES);
    gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, buffer);
    get(GL_PIXEL_PACK_BUFFER, 0, (GLsizeiptr)BYTES, seen);
    gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    compare("what CUDA wrote against GL", pattern);
    map_cost(resource);
    did("cuGraphicsUnregisterResource (buffer)", cu.cuGraphicsUnregisterResource(resource));
}

/* The same through the runtime, as NVIDIA's samples do it. */
static void runtime(const char *file)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL), *resource = NULL, *array = NULL;
    struct cuda_runtime rt;

    if (!library) {
        gpu_say("runtime", "not loaded: %s", dlerror());
        return;
    }
#define CUDA_LOAD(name, arguments) rt.name = (int (*) arguments)dlsym(library, #name);
    CUDA_RUNTIME_FUNCTIONS(CUDA_LOAD)
#undef CUDA_LOAD
    if (!rt.cudaGraphicsGLRegisterImage || !rt.cudaMemcpy2DFromArray)
        return;
    if (!did("cudaSetDevice", rt.cudaSetDevice(0)) ||
        !did("cudaGraphicsGLRegisterImage", rt.cudaGraphicsGLRegisterImage(&resource, texture, GL_TEXTURE_2D, 1)))
        return;
    memset(seen, 0, BYTES);
    if (did("cudaGraphicsMapResources", rt.cudaGraphicsMapResources(1, &resource, NULL)) &&
        did("cudaGraphicsSubResourceGetMappedArray", rt.cudaGraphicsSubResourceGetMappedArray(&array, resource, 0, 0)) &&
        did("cudaMemcpy2DFromArray", rt.cudaMemcpy2DFromArray(seen, WIDTH * 4, array, 0, 0, WIDTH * 4, HEIGHT, 2)))
        compare("image in the CUDA runtime against glReadPixels", shown);
    did("cudaGraphicsUnmapResources", rt.cudaGraphicsUnmapResources(1, &resource, NULL));
    did("cudaGraphicsUnregisterResource", rt.cudaGraphicsUnregisterResource(resource));
}

int main(int count, char **arguments)
{
    struct gpu_wish wish = {.device = -1, .width = WIDTH, .height = HEIGHT};
    const char *runtime_file = NULL;
    bool cuda_first = false;

    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--bare") == 0)
            wish.bare = true;
        else if (strcmp(arguments[i], "--cuda-first") == 0)
            cuda_first = true;
        else if (strcmp(arguments[i], "--runtime") == 0 && i + 1 < count)
            runtime_file = arguments[++i];
    }
    if (!load_cuda() || (cuda_first && !start_cuda()) || !gpu_open(&wish) || (!cuda_first && !start_cuda()))
        return 1;
    gpu_say("renderer", "%s", (const char *)gl.glGetString(GL_RENDERER));
    ask_devices();
    make_objects();
    driver_image();
    driver_buffer();
    if (runtime_file)
        runtime(runtime_file);
    driver_write();
    gpu_check(gl.glGetError() == GL_NO_ERROR, "GL error at the end");
    gpu_swap();
    return gpu_status();
}
