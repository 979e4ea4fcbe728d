/* A libcuda.so.1 for machines without one, so that the interop test itself can be tried. It looks for the current GL
 * context as the real one does, libGL's first and libEGL's next, and moves pixels by GL itself. */
#include <GL/gl.h>
#include <GL/glext.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_cuda.h"
#include "gpu_cuda_api.h"

#define INVALID_GRAPHICS_CONTEXT 219
#define MAX_CONTEXTS 8
#define CUDA_DECLARE(name, arguments) API int name arguments;
CUDA_FUNCTIONS(CUDA_DECLARE)
#undef CUDA_DECLARE

struct resource {
    unsigned texture, buffer;
    unsigned char *bytes; /* of the mapped buffer */
    size_t size;
    bool mapped;
};

static int devices = 1; /* FAKE_CUDA_DEVICES */
static int primary[16]; /* their contexts */
static _Thread_local void *current[MAX_CONTEXTS];
static _Thread_local int depth;

API int cuCtxPushCurrent_v2(void *);
API int cuCtxPopCurrent_v2(void **);
API int cuCtxGetCurrent(void **);
API int cuDeviceGetCount(int *);
API int cuDeviceGetAttribute(int *, int, int);
API int cuDevicePrimaryCtxRelease_v2(int);
API int cuGetErrorName(int, const char **);

static void *(*get_proc)(const char *);

#define GLF(type, name) type name = (type)get_proc(#name)

static int find_context(void)
{
    void *glx = dlopen("libGL.so.1", RTLD_NOW), *egl = dlopen("libEGL.so.1", RTLD_NOW);
    void *(*glx_current)(void) = glx ? (void *(*)(void))dlsym(glx, "glXGetCurrentContext") : NULL;
    void *(*egl_current)(void) = egl ? (void *(*)(void))dlsym(egl, "eglGetCurrentContext") : NULL;

    if (egl)
        get_proc = (void *(*)(const char *))dlsym(egl, "eglGetProcAddress");
    if (glx_current && glx_current())
        fprintf(stderr, "fake libcuda: sees a GLX context\n");
    else if (egl_current && egl_current())
        return 0;
    return INVALID_GRAPHICS_CONTEXT;
}

/* -- devices and contexts ------------------------------------------------------------------------------------------ */

int cuInit(unsigned flags)
{
    const char *count = getenv("FAKE_CUDA_DEVICES");

    FAKE_ENTER(false);
    if (count)
        devices = atoi(count);
    return devices > 0 ? 0 : 100;
}

int cuDriverGetVersion(int *version)
{
    *version = 13000;
    return 0;
}

int cuDeviceGetCount(int *count)
{
    FAKE_ENTER(false);
    *count = devices;
    return 0;
}

int cuDeviceGet(int *device, int index)
{
    FAKE_ENTER(false);
    *device = index;
    return index >= 0 && index < devices ? 0 : 101;
}

int cuDeviceGetName(char *name, int size, int device)
{
    snprintf(name, (size_t)size, "no GPU: the stand-in of the tests");
    return 0;
}

int cuDeviceGetAttribute(int *value, int attribute, int device)
{
    const char *capability = getenv("FAKE_CUDA_CAPABILITY");
    int number = capability ? atoi(capability) : 90;

    *value = attribute == 75 ? number / 10 : attribute == 76 ? number % 10 : 0;
    return 0;
}

int cuDevicePrimaryCtxRetain(void **context, int device)
{
    FAKE_ENTER(false);
    *context = &primary[device];
    fake_count(1);
    return 0;
}

int cuDevicePrimaryCtxRelease_v2(int device)
{
    fake_count(-1);
    return 0;
}

int cuCtxSetCurrent(void *context)
{
    if (!depth)
        depth = 1;
    current[depth - 1] = context;
    return 0;
}

int cuCtxGetCurrent(void **context)
{
    *context = depth ? current[depth - 1] : NULL;
    return 0;
}

int cuCtxPushCurrent_v2(void *context)
{
    FAKE_ENTER(false);
    if (depth == MAX_CONTEXTS)
        fake_fault("too many contexts pushed");
    else
        current[depth++] = context;
    return 0;
}

int cuCtxPopCurrent_v2(void **context)
{
    if (!depth)
        return FAKE_INVALID_CONTEXT;
    *context = current[--depth];
    return 0;
}

bool fake_in_context(void)
{
    return depth && current[depth - 1];
}

int cuGetErrorName(int code, const char **text)
{
    *text = "CUDA_ERROR_OF_THE_STAND_IN";
    return 0;
}

int cuGetErrorString(int code, const char **text)
{
    *text = code == INVALID_GRAPHICS_CONTEXT ? "invalid graphics context" : "?";
    return 0;
}

/* -- interop ------------------------------------------------------------------------------------------------------- */

int cuGLGetDevices_v2(unsigned *count, int *list_out, unsigned capacity, int list)
{
    FAKE_ENTER(false);
    *count = 1;
    list_out[0] = 0;
    return find_context();
}

static int add(void **out, unsigned texture, unsigned buffer)
{
    int code = find_context();
    struct resource *resource;

    if (code)
        return code;
    resource = calloc(1, sizeof(*resource));
    resource->texture = texture;
    resource->buffer = buffer;
    *out = resource;
    fake_count(1);
    return 0;
}

int cuGraphicsGLRegisterImage(void **out, unsigned texture, unsigned target, unsigned flags)
{
    FAKE_ENTER(true);
    return add(out, texture, 0);
}

int cuGraphicsGLRegisterBuffer(void **out, unsigned buffer, unsigned flags)
{
    FAKE_ENTER(true);
    return add(out, 0, buffer);
}

static void map_buffer(struct resource *resource)
{
    GLint size = 0;

    GLF(PFNGLBINDBUFFERPROC, glBindBuffer);
    GLF(PFNGLGETBUFFERPARAMETERIVPROC, glGetBufferParameteriv);
    GLF(PFNGLGETBUFFERSUBDATAPROC, glGetBufferSubData);
    glBindBuffer(GL_COPY_READ_BUFFER, resource->buffer);
    glGetBufferParameteriv(GL_COPY_READ_BUFFER, GL_BUFFER_SIZE, &size);
    resource->size = (size_t)size;
    resource->bytes = malloc(resource->size);
    glGetBufferSubData(GL_COPY_READ_BUFFER, 0, size, resource->bytes);
}

static void unmap_buffer(struct resource *resource)
{
    GLF(PFNGLBINDBUFFERPROC, glBindBuffer);
    GLF(PFNGLBUFFERSUBDATAPROC, glBufferSubData);
    glBindBuffer(GL_COPY_READ_BUFFER, resource->buffer);
    glBufferSubData(GL_COPY_READ_BUFFER, 0, (GLsizeiptr)resource->size, resource->bytes);
    free(resource->bytes);
}

int cuGraphicsMapResources(unsigned count, void **resources, void *stream)
{
    FAKE_ENTER(true);
    for (unsigned i = 0; i < count; i++) {
        struct resource *resource = resources[i];

        if (resource->mapped)
            return 208; /* already mapped */
        resource->mapped = true;
        if (resource->buffer)
            map_buffer(resource);
    }
    return find_context();
}

/* What the stream does with the resources must be done before GL goes on. */
int cuGraphicsUnmapResources(unsigned count, void **resources, void *stream)
{
    FAKE_ENTER(true);
    fake_finish_stream(stream);
    for (unsigned i = 0; i < count; i++) {
        struct resource *resource = resources[i];

        if (!resource->mapped)
            return 212; /* not mapped */
        if (resource->buffer)
            unmap_buffer(resource);
        resource->mapped = false;
    }
    return 0;
}

int cuGraphicsUnregisterResource(void *resource)
{
    FAKE_ENTER(true);
    if (((struct resource *)resource)->mapped)
        fake_fault("a mapped resource is unregistered");
    free(resource);
    fake_count(-1);
    return 0;
}

int cuGraphicsSubResourceGetMappedArray(void **array, void *resource, unsigned index, unsigned level)
{
    FAKE_ENTER(true);
    if (!((struct resource *)resource)->mapped)
        return 212;
    *array = resource;
    return 0;
}

unsigned char *fake_read_array(const void *array, int *width, int *height)
{
    static const GLenum settings[] = { GL_PACK_ALIGNMENT, GL_PACK_ROW_LENGTH, GL_PACK_SKIP_ROWS, GL_PACK_SKIP_PIXELS };
    static const GLint wanted[] = { 4, 0, 0, 0 };
    const struct resource *resource = array;
    void (*get_integer)(GLenum, GLint *) = (void (*)(GLenum, GLint *))get_proc("glGetIntegerv");
    void (*store)(GLenum, GLint) = (void (*)(GLenum, GLint))get_proc("glPixelStorei");
    GLint before[4], buffer = 0;
    unsigned char *pixels;
    size_t bytes;

    GLF(PFNGLGETTEXTUREIMAGEPROC, glGetTextureImage);
    GLF(PFNGLGETTEXTURELEVELPARAMETERIVPROC, glGetTextureLevelParameteriv);
    GLF(PFNGLBINDBUFFERPROC, glBindBuffer);
    if (!resource->mapped || find_context() || !glGetTextureImage || !glGetTextureLevelParameteriv)
        return NULL;
    glGetTextureLevelParameteriv(resource->texture, 0, GL_TEXTURE_WIDTH, width);
    glGetTextureLevelParameteriv(resource->texture, 0, GL_TEXTURE_HEIGHT, height);
    bytes = (size_t)*width * (size_t)*height * 4;
    pixels = malloc(bytes);
    get_integer(GL_PIXEL_PACK_BUFFER_BINDING, &buffer);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, 0);
    for (int i = 0; i < 4; i++) {
        get_integer(settings[i], &before[i]);
        store(settings[i], wanted[i]);
    }
    glGetTextureImage(resource->texture, 0, GL_RGBA, GL_UNSIGNED_BYTE, (GLsizei)bytes, pixels);
    for (int i = 0; i < 4; i++)
        store(settings[i], before[i]);
    glBindBuffer(GL_PIXEL_PACK_BUFFER, (GLuint)buffer);
    return pixels;
}

int cuGraphicsResourceGetMappedPointer_v2(unsigned long long *pointer, size_t *size, void *resource)
{
    *pointer = (unsigned long long)(size_t)((struct resource *)resource)->bytes;
    *size = ((struct resource *)resource)->size;
    return 0;
}

/* Between a whole texture and host memory, one way or the other. */
int cuMemcpy2D_v2(const struct cuda_copy_2d *copy)
{
    bool write = copy->dstMemoryType == CUDA_MEMORY_ARRAY;
    const struct resource *resource = write ? copy->dstArray : copy->srcArray;
    void (*bind)(GLenum, GLuint) = (void (*)(GLenum, GLuint))get_proc("glBindTexture");
    void (*get)(GLenum, GLint, GLenum, GLenum, void *) =
        (void (*)(GLenum, GLint, GLenum, GLenum, void *))get_proc("glGetTexImage");
    void (*put)(GLenum, GLint, GLint, GLint, GLsizei, GLsizei, GLenum, GLenum, const void *) =
        (void (*)(GLenum, GLint, GLint, GLint, GLsizei, GLsizei, GLenum, GLenum,
                  const void *))get_proc("glTexSubImage2D");

    if (!resource->mapped)
        return 212;
    bind(GL_TEXTURE_2D, resource->texture);
    if (write)
        put(GL_TEXTURE_2D, 0, 0, 0, (GLsizei)(copy->WidthInBytes / 4), (GLsizei)copy->Height, GL_RGBA, GL_UNSIGNED_BYTE,
            copy->srcHost);
    else
        get(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, copy->dstHost);
    return 0;
}

/* The plain copies are of the default stream. */
int cuMemcpyDtoH_v2(void *to, unsigned long long from, size_t bytes)
{
    fake_finish_stream(NULL);
    memcpy(to, (const void *)(size_t)from, bytes);
    return 0;
}

int cuMemcpyHtoD_v2(unsigned long long to, const void *from, size_t bytes)
{
    fake_finish_stream(NULL);
    memcpy((void *)(size_t)to, from, bytes);
    return 0;
}
