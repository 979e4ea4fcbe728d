/* CUDA memory that GL writes into directly (GL_EXT_memory_object_fd on what cuMemExportToShareableHandle gives), beside
 * the registered texture that captures use: is it right, and what does it cost from a drawn window to bytes in CUDA?
 *   gpu_external check WxH              the bytes against glReadPixels, and 84x84 gray against the same sum on the processor
 *   gpu_external time WxH ROUNDS        medians of interleaved rounds
 * "external: no ..." and exit status 77: this machine does not offer it, and the line says at which step. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gpu_context.h"
#include "gpu_cuda_api.h"

#define SMALL 84

/* As in the driver's published interface (CUmemAllocationProp, CUmemAccessDesc). */
struct cuda_location {
    int type, id;
};
struct cuda_memory_properties {
    int type, handle_types;
    struct cuda_location location;
    void *win32_metadata;
    unsigned char flags[8];
};
struct cuda_access {
    struct cuda_location location;
    int flags;
};
enum { CUDA_PINNED = 1, CUDA_POSIX_FD = 1, CUDA_ON_DEVICE = 1, CUDA_READ_WRITE = 3 };

#define VMM_FUNCTIONS(X) \
    X(cuMemGetAllocationGranularity, (size_t *, const struct cuda_memory_properties *, int)) \
    X(cuMemCreate, (unsigned long long *, size_t, const struct cuda_memory_properties *, unsigned long long)) \
    X(cuMemExportToShareableHandle, (void *, unsigned long long, int, unsigned long long)) \
    X(cuMemAddressReserve, (unsigned long long *, size_t, size_t, unsigned long long, unsigned long long)) \
    X(cuMemMap, (unsigned long long, size_t, size_t, unsigned long long, unsigned long long)) \
    X(cuMemSetAccess, (unsigned long long, size_t, const struct cuda_access *, size_t)) \
    X(cuMemAlloc_v2, (unsigned long long *, size_t)) \
    X(cuStreamSynchronize, (void *))
#define MEMBER(name, arguments) int (*name) arguments;
static struct {
    VMM_FUNCTIONS(MEMBER)
} vmm;

#define EXTERNAL_FUNCTIONS(X) \
    X(PFNGLCREATEMEMORYOBJECTSEXTPROC, glCreateMemoryObjectsEXT) \
    X(PFNGLIMPORTMEMORYFDEXTPROC, glImportMemoryFdEXT) \
    X(PFNGLBUFFERSTORAGEMEMEXTPROC, glBufferStorageMemEXT) \
    X(PFNGLCREATESHADERPROC, glCreateShader) \
    X(PFNGLSHADERSOURCEPROC, glShaderSource) \
    X(PFNGLCOMPILESHADERPROC, glCompileShader) \
    X(PFNGLCREATEPROGRAMPROC, glCreateProgram) \
    X(PFNGLATTACHSHADERPROC, glAttachShader) \
    X(PFNGLLINKPROGRAMPROC, glLinkProgram) \
    X(PFNGLGETPROGRAMIVPROC, glGetProgramiv) \
    X(PFNGLUSEPROGRAMPROC, glUseProgram) \
    X(PFNGLBINDBUFFERBASEPROC, glBindBufferBase) \
    X(PFNGLDISPATCHCOMPUTEPROC, glDispatchCompute) \
    X(PFNGLMEMORYBARRIERPROC, glMemoryBarrier)
#define GL_MEMBER(type, name) type name;
static struct {
    EXTERNAL_FUNCTIONS(GL_MEMBER)
} ext;

static struct cuda_api cu;
static int width = 640, height = 480;
static size_t bytes;
static unsigned char *shown, *seen;
static GLuint texture, imported, program;
static unsigned long long imported_at, linear_at; /* CUDA's addresses of the imported buffer and of a plain one */
static void *resource;
static void (*copy_texture)(GLenum, GLint, GLint, GLint, GLint, GLint, GLsizei, GLsizei);

static void lacks(const char *what)
{
    gpu_say("external", "no %s", what);
    exit(77);
}

static void need(const char *what, int code)
{
    if (code) {
        gpu_say("external", "no %s: error %d", what, code);
        exit(77);
    }
}

static void load(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL), *context = NULL;

    if (!library)
        lacks("libcuda.so.1");
#define LOAD(name, arguments) cu.name = (int(*) arguments)dlsym(library, #name);
    CUDA_FUNCTIONS(LOAD)
#undef LOAD
#define LOAD(name, arguments) \
    vmm.name = (int(*) arguments)dlsym(library, #name); \
    if (!vmm.name) \
        lacks(#name);
    VMM_FUNCTIONS(LOAD)
#undef LOAD
    need("cuInit", cu.cuInit(0));
    need("primary context", cu.cuDevicePrimaryCtxRetain(&context, 0));
    need("current context", cu.cuCtxSetCurrent(context));
#define LOAD_GL(type, name) \
    ext.name = (type)gpu_proc(#name); \
    if (!ext.name) \
        lacks(#name);
    EXTERNAL_FUNCTIONS(LOAD_GL)
#undef LOAD_GL
    copy_texture = (void (*)(GLenum, GLint, GLint, GLint, GLint, GLint, GLsizei, GLsizei))gpu_proc("glCopyTexSubImage2D");
}

/* CUDA's memory under a GL buffer. */
static void import_memory(void)
{
    struct cuda_memory_properties properties = { .type = CUDA_PINNED, .handle_types = CUDA_POSIX_FD,
                                                 .location = { CUDA_ON_DEVICE, 0 } };
    struct cuda_access access = { .location = { CUDA_ON_DEVICE, 0 }, .flags = CUDA_READ_WRITE };
    unsigned long long handle = 0;
    size_t unit = 0;
    GLuint memory = 0;
    int fd = -1;

    need("cuMemGetAllocationGranularity", vmm.cuMemGetAllocationGranularity(&unit, &properties, 0));
    size_t size = (bytes + unit - 1) / unit * unit;
    need("cuMemCreate with a descriptor", vmm.cuMemCreate(&handle, size, &properties, 0));
    need("cuMemExportToShareableHandle", vmm.cuMemExportToShareableHandle(&fd, handle, CUDA_POSIX_FD, 0));
    need("cuMemAddressReserve", vmm.cuMemAddressReserve(&imported_at, size, 0, 0, 0));
    need("cuMemMap", vmm.cuMemMap(imported_at, size, 0, handle, 0));
    need("cuMemSetAccess", vmm.cuMemSetAccess(imported_at, size, &access, 1));
    ext.glCreateMemoryObjectsEXT(1, &memory);
    ext.glImportMemoryFdEXT(memory, size, GL_HANDLE_TYPE_OPAQUE_FD_EXT, fd); /* the descriptor is GL's now */
    need("glImportMemoryFdEXT of CUDA's memory", (int)gl.glGetError());
    gl.glGenBuffers(1, &imported);
    gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, imported);
    ext.glBufferStorageMemEXT(GL_PIXEL_PACK_BUFFER, (GLsizeiptr)size, memory, 0);
    gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    need("glBufferStorageMemEXT", (int)gl.glGetError());
}

static void register_texture(void)
{
    gl.glGenTextures(1, &texture);
    gl.glBindTexture(GL_TEXTURE_2D, texture);
    gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    gl.glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    gl.glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    need("registered texture", cu.cuGraphicsGLRegisterImage(&resource, texture, GL_TEXTURE_2D, 1));
    need("cuMemAlloc", vmm.cuMemAlloc_v2(&linear_at, bytes));
}

/* The mean of each cell's texels, one luma byte a cell, four cells a word. */
static const char *const shader_text =
    "#version 430\n"
    "layout(local_size_x = 21) in;\n"
    "layout(std430, binding = 0) writeonly buffer Frame { uint words[]; };\n"
    "layout(binding = 0) uniform sampler2D window;\n"
    "uint cell(ivec2 at, ivec2 size) {\n"
    "  ivec2 from = at * size / 84, to = (at + 1) * size / 84;\n"
    "  uvec3 sum = uvec3(0);\n"
    "  for (int y = from.y; y < to.y; y++)\n"
    "    for (int x = from.x; x < to.x; x++)\n"
    "      sum += uvec3(texelFetch(window, ivec2(x, y), 0).rgb * 255.0 + 0.5);\n"
    "  uint n = uint((to.x - from.x) * (to.y - from.y));\n"
    "  return (sum.r * 299u + sum.g * 587u + sum.b * 114u) / (1000u * n);\n"
    "}\n"
    "void main() {\n"
    "  ivec2 size = textureSize(window, 0);\n"
    "  uint word = 0u;\n"
    "  for (int i = 0; i < 4; i++)\n"
    "    word |= cell(ivec2(int(gl_LocalInvocationID.x) * 4 + i, int(gl_WorkGroupID.x)), size) << (8 * i);\n"
    "  words[gl_WorkGroupID.x * 21u + gl_LocalInvocationID.x] = word;\n"
    "}\n";

static void make_program(void)
{
    GLuint shader = ext.glCreateShader(GL_COMPUTE_SHADER);
    GLint linked = 0;

    ext.glShaderSource(shader, 1, (const GLchar *const *)&shader_text, NULL);
    ext.glCompileShader(shader);
    program = ext.glCreateProgram();
    ext.glAttachShader(program, shader);
    ext.glLinkProgram(program);
    ext.glGetProgramiv(program, GL_LINK_STATUS, &linked);
    gpu_check(linked, "the compute shader does not link");
    gl.glGetError();
}

static void draw(unsigned seed)
{
    gl.glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < 64; i++) {
        gl.glScissor(width * i / 64, height * ((i * 7 + (int)seed) % 64) / 80, width / 64 + 1, height / 5);
        gl.glClearColor((float)((i * 37 + (int)seed * 11) % 256) / 255, (float)(i * 4) / 255, (float)(seed % 256) / 255, 1);
        gl.glClear(GL_COLOR_BUFFER_BIT);
    }
    gl.glDisable(GL_SCISSOR_TEST);
}

/* ---- the ways; each ends when the bytes are there for any CUDA stream ---- */

static void pack(void)
{
    gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, imported);
    gl.glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
    gl.glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    gl.glFinish();
}

static void compute(void)
{
    gl.glBindTexture(GL_TEXTURE_2D, texture);
    copy_texture(GL_TEXTURE_2D, 0, 0, 0, 0, 0, width, height);
    ext.glUseProgram(program);
    ext.glBindBufferBase(GL_SHADER_STORAGE_BUFFER, 0, imported);
    ext.glDispatchCompute(SMALL, 1, 1);
    ext.glMemoryBarrier(GL_BUFFER_UPDATE_BARRIER_BIT);
    ext.glUseProgram(0);
    gl.glFinish();
}

static void registered(void)
{
    struct cuda_copy_2d copy = { .srcMemoryType = CUDA_MEMORY_ARRAY, .dstMemoryType = 2 /* device */, .dstDevice = linear_at,
                                 .dstPitch = (size_t)width * 4, .WidthInBytes = (size_t)width * 4, .Height = (size_t)height };

    gl.glBindTexture(GL_TEXTURE_2D, texture);
    copy_texture(GL_TEXTURE_2D, 0, 0, 0, 0, 0, width, height);
    int code = cu.cuGraphicsMapResources(1, &resource, NULL);
    code = code ? code : cu.cuGraphicsSubResourceGetMappedArray(&copy.srcArray, resource, 0, 0);
    code = code ? code : cu.cuMemcpy2D_v2(&copy);
    int unmapped = cu.cuGraphicsUnmapResources(1, &resource, NULL);
    code = code ? code : vmm.cuStreamSynchronize(NULL);
    gpu_check(!code && !unmapped, "the registered texture: error %d, %d", code, unmapped);
}

static void nothing(void) { gl.glFinish(); }

static const struct way {
    const char *name;
    void (*run)(void);
} ways[] = { { "finish alone", nothing },
             { "registered texture", registered },
             { "pixels into imported memory", pack },
             { "84x84 gray by compute shader", compute } };
enum { WAYS = sizeof ways / sizeof ways[0] };

/* ---- check and time ---- */

static void compare(const char *what, unsigned long long at)
{
    size_t wrong = 0;

    memset(seen, 0xa5, bytes);
    int code = cu.cuMemcpyDtoH_v2(seen, at, bytes);
    gpu_check(!code, "cuMemcpyDtoH: error %d", code);
    for (size_t i = 0; i < bytes; i++)
        wrong += seen[i] != shown[i];
    gpu_say(what, "%zu of %zu bytes differ", wrong, bytes);
    gpu_check(!wrong, "%s: %zu bytes differ", what, wrong);
}

static unsigned cell(int column, int row)
{
    int x0 = column * width / SMALL, x1 = (column + 1) * width / SMALL;
    int y0 = row * height / SMALL, y1 = (row + 1) * height / SMALL;
    unsigned long long sum = 0;

    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            const unsigned char *p = shown + ((size_t)y * (size_t)width + (size_t)x) * 4;
            sum += p[0] * 299u + p[1] * 587u + p[2] * 114u;
        }
    }
    return (unsigned)(sum / (1000ull * (unsigned)((x1 - x0) * (y1 - y0))));
}

static void check(void)
{
    unsigned wrong = 0;

    draw(5);
    gl.glReadPixels(0, 0, width, height, GL_RGBA, GL_UNSIGNED_BYTE, shown);
    registered();
    compare("registered texture against glReadPixels", linear_at);
    pack();
    compare("imported memory against glReadPixels", imported_at);
    compute();
    int code = cu.cuMemcpyDtoH_v2(seen, imported_at, SMALL * SMALL);
    gpu_check(!code, "cuMemcpyDtoH: error %d", code);
    for (int i = 0; i < SMALL * SMALL; i++)
        wrong += abs((int)seen[i] - (int)cell(i % SMALL, i / SMALL)) > 1;
    gpu_say("84x84 gray in imported memory", "%u of %d more than a level away", wrong, SMALL * SMALL);
    gpu_check(!wrong, "84x84 gray: %u wrong", wrong);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static void measure(int rounds)
{
    double *us[WAYS];

    for (int w = 0; w < WAYS; w++)
        us[w] = calloc((size_t)rounds, sizeof(double));
    for (int r = -20; r < rounds; r++) { /* the first ones warm up */
        for (int i = 0; i < WAYS; i++) {
            int w = (i + (r + 20)) % WAYS;
            draw((unsigned)(r + 20));
            gl.glFinish();
            uint64_t start = gpu_now_ns();
            ways[w].run();
            if (r >= 0)
                us[w][r] = (double)(gpu_now_ns() - start) / 1e3;
        }
    }
    for (int w = 0; w < WAYS; w++) {
        qsort(us[w], (size_t)rounds, sizeof(double), by_value);
        gpu_say(ways[w].name, "%.1f us", us[w][rounds / 2]);
        free(us[w]);
    }
}

int main(int count, char **arguments)
{
    if (count < 3 || sscanf(arguments[2], "%dx%d", &width, &height) != 2 || width < SMALL || height < SMALL ||
        width > 8192 || height > 8192) {
        fprintf(stderr, "usage: gpu_external check WxH | time WxH ROUNDS; each side 84 to 8192\n");
        return 2;
    }
    struct gpu_wish wish = { .device = -1, .width = width, .height = height };
    bytes = (size_t)width * (size_t)height * 4;
    shown = malloc(bytes);
    seen = malloc(bytes);
    if (!shown || !seen || !gpu_open(&wish))
        return 1;
    gl.glPixelStorei(GL_PACK_ALIGNMENT, 1);
    load();
    import_memory();
    register_texture();
    make_program();
    if (strcmp(arguments[1], "time") == 0)
        measure(count > 3 && atoi(arguments[3]) > 0 ? atoi(arguments[3]) : 500);
    else
        check();
    gpu_check(gl.glGetError() == GL_NO_ERROR, "GL error at the end");
    return gpu_status();
}
