/* A libcuda.so.1 for machines without one, so that the interop test itself can be tried. It looks for the current GL context
 * as the real one does, libGL's first and libEGL's next, and moves pixels by GL itself. */
#include <GL/gl.h>
#include <GL/glext.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gpu_cuda_api.h"

#define INVALID_GRAPHICS_CONTEXT 219
#define API __attribute__((visibility("default")))
#define CUDA_DECLARE(name, arguments) API int name arguments;
CUDA_FUNCTIONS(CUDA_DECLARE)
#undef CUDA_DECLARE

struct resource {
    unsigned texture, buffer;
    unsigned char *bytes; /* of the mapped buffer */
    size_t size;
};

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

int cuInit(unsigned flags)
{
    return 0;
}

int cuDriverGetVersion(int *version)
{
    *version = 13000;
    return 0;
}

int cuDeviceGet(int *device, int index)
{
    *device = index;
    return 0;
}

int cuDeviceGetName(char *name, int size, int device)
{
    snprintf(name, (size_t)size, "no GPU: the stand-in of the tests");
    return 0;
}

int cuDevicePrimaryCtxRetain(void **context, int device)
{
    *context = context;
    return 0;
}

int cuCtxSetCurrent(void *context)
{
    return 0;
}

int cuGetErrorString(int code, const char **text)
{
    *text = code == INVALID_GRAPHICS_CONTEXT ? "invalid graphics context" : "?";
    return 0;
}

int cuGLGetDevices_v2(unsigned *count, int *devices, unsigned capacity, int list)
{
    *count = 1;
    devices[0] = 0;
    return find_context();
}

static int add(void **out, unsigned texture, unsigned buffer)
{
    struct resource *resource = calloc(1, sizeof(*resource));

    resource->texture = texture;
    resource->buffer = buffer;
    *out = resource;
    return find_context();
}

int cuGraphicsGLRegisterImage(void **out, unsigned texture, unsigned target, unsigned flags)
{
    return add(out, texture, 0);
}

int cuGraphicsGLRegisterBuffer(void **out, unsigned buffer, unsigned flags)
{
    return add(out, 0, buffer);
}

int cuGraphicsMapResources(unsigned count, void **resources, void *stream)
{
    struct resource *resource = resources[0];
    GLint size = 0;

    if (resource->buffer) {
        GLF(PFNGLBINDBUFFERPROC, glBindBuffer);
        GLF(PFNGLGETBUFFERPARAMETERIVPROC, glGetBufferParameteriv);
        GLF(PFNGLGETBUFFERSUBDATAPROC, glGetBufferSubData);
        glBindBuffer(GL_COPY_READ_BUFFER, resource->buffer);
        glGetBufferParameteriv(GL_COPY_READ_BUFFER, GL_BUFFER_SIZE, &size);
        resource->size = (size_t)size;
        resource->bytes = malloc(resource->size);
        glGetBufferSubData(GL_COPY_READ_BUFFER, 0, size, resource->bytes);
    }
    return 0;
}

int cuGraphicsUnmapResources(unsigned count, void **resources, void *stream)
{
    struct resource *resource = resources[0];

    if (resource->buffer) {
        GLF(PFNGLBINDBUFFERPROC, glBindBuffer);
        GLF(PFNGLBUFFERSUBDATAPROC, glBufferSubData);
        glBindBuffer(GL_COPY_READ_BUFFER, resource->buffer);
        glBufferSubData(GL_COPY_READ_BUFFER, 0, (GLsizeiptr)resource->size, resource->bytes);
        free(resource->bytes);
    }
    return 0;
}

int cuGraphicsUnregisterResource(void *resource)
{
    free(resource);
    return 0;
}

int cuGraphicsSubResourceGetMappedArray(void **array, void *resource, unsigned index, unsigned level)
{
    *array = resource;
    return 0;
}

int cuGraphicsResourceGetMappedPointer_v2(unsigned long long *pointer, size_t *size, void *resource)
{
    *pointer = (unsigned long long)(size_t)((struct resource *)resource)->bytes;
    *size = ((struct resource *)resource)->size;
    return 0;
}

int cuMemcpy2D_v2(const struct cuda_copy_2d *copy)
{
    const struct resource *resource = copy->srcArray;
    void (*bind)(GLenum, GLuint) = (void (*)(GLenum, GLuint))get_proc("glBindTexture");
    void (*get)(GLenum, GLint, GLenum, GLenum, void *) =
        (void (*)(GLenum, GLint, GLenum, GLenum, void *))get_proc("glGetTexImage");

    bind(GL_TEXTURE_2D, resource->texture);
    get(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, copy->dstHost);
    return 0;
}

int cuMemcpyDtoH_v2(void *to, unsigned long long from, size_t bytes)
{
    memcpy(to, (const void *)(size_t)from, bytes);
    return 0;
}

int cuMemcpyHtoD_v2(unsigned long long to, const void *from, size_t bytes)
{
    memcpy((void *)(size_t)to, from, bytes);
    return 0;
}
