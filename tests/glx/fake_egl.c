/* A libEGL.so.1 that offers the devices listed in FAKE_EGL, so that the choice of a device can be tested on any machine.
 *
 * FAKE_EGL holds one word per device, parts separated by commas: "nvidia" or "mesa" or "other", then any of cuda=N,
 * uuid=HEX (32 digits), noinit (the display cannot be opened), nocontext, soft (the renderer turns out to be llvmpipe).
 * FAKE_EGL_LOG names a file to which every call that matters is appended. */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

struct device {
    int nvidia, mesa, cuda, has_uuid, no_init, no_context, soft;
    unsigned char uuid[16];
};

static struct device devices[16];
static int device_count = -1;
static const struct device *current;
static EGLenum bound_api = EGL_OPENGL_ES_API;
static EGLint last_error = EGL_SUCCESS;

static void note(const char *what)
{
    const char *name = getenv("FAKE_EGL_LOG");
    FILE *file = name ? fopen(name, "a") : NULL;

    if (!file)
        return;
    fprintf(file, "%s\n", what);
    fclose(file);
}

static void parse_part(struct device *device, const char *part)
{
    if (strcmp(part, "nvidia") == 0)
        device->nvidia = 1;
    else if (strcmp(part, "mesa") == 0)
        device->mesa = 1;
    else if (strcmp(part, "noinit") == 0)
        device->no_init = 1;
    else if (strcmp(part, "nocontext") == 0)
        device->no_context = 1;
    else if (strcmp(part, "soft") == 0)
        device->soft = 1;
    else if (strncmp(part, "cuda=", 5) == 0)
        device->cuda = atoi(part + 5);
    else if (strncmp(part, "uuid=", 5) == 0) {
        device->has_uuid = 1;
        for (int i = 0; i < 16; i++) {
            unsigned byte = 0;

            sscanf(part + 5 + 2 * i, "%2x", &byte);
            device->uuid[i] = (unsigned char)byte;
        }
    }
}

static void load(void)
{
    char text[4096], *words, *word;

    if (device_count >= 0)
        return;
    device_count = 0;
    snprintf(text, sizeof(text), "%s", getenv("FAKE_EGL") ? getenv("FAKE_EGL") : "");
    for (words = text; (word = strsep(&words, " ")) && device_count < 16;) {
        struct device *device = &devices[device_count];
        char *part;

        if (!*word)
            continue;
        device->cuda = -1;
        while ((part = strsep(&word, ",")))
            parse_part(device, part);
        device_count++;
    }
}

static EGLBoolean done(EGLBoolean result, EGLint error)
{
    last_error = error;
    return result;
}

static EGLBoolean query_devices(EGLint capacity, EGLDeviceEXT *out, EGLint *count)
{
    load();
    *count = 0;
    for (int i = 0; i < device_count && *count < capacity; i++)
        out[(*count)++] = &devices[i];
    return done(EGL_TRUE, EGL_SUCCESS);
}

static const char *query_device_string(EGLDeviceEXT handle, EGLint name)
{
    const struct device *device = handle;

    if (name != EGL_EXTENSIONS)
        return NULL;
    if (device->mesa)
        return "EGL_MESA_device_software";
    if (!device->nvidia)
        return "EGL_EXT_device_drm";
    return device->has_uuid ? "EGL_NV_device_cuda EGL_EXT_device_persistent_id" : "EGL_NV_device_cuda EGL_EXT_device_drm";
}

static EGLBoolean query_device_attrib(EGLDeviceEXT handle, EGLint name, EGLAttrib *value)
{
    const struct device *device = handle;

    if (name != 0x323A || device->cuda < 0)
        return done(EGL_FALSE, EGL_BAD_ATTRIBUTE);
    *value = device->cuda;
    return done(EGL_TRUE, EGL_SUCCESS);
}

static EGLBoolean query_device_binary(EGLDeviceEXT handle, EGLint name, EGLint size, void *value, EGLint *size_out)
{
    const struct device *device = handle;

    if (name != 0x335C || !device->has_uuid || size < 16)
        return done(EGL_FALSE, EGL_BAD_ATTRIBUTE);
    memcpy(value, device->uuid, 16);
    *size_out = 16;
    return done(EGL_TRUE, EGL_SUCCESS);
}

static EGLDisplay get_platform_display(EGLenum platform, void *native, const EGLint *attribs)
{
    (void)attribs;
    return platform == EGL_PLATFORM_DEVICE_EXT ? native : EGL_NO_DISPLAY;
}

static const unsigned char *get_string(unsigned name)
{
    (void)name;
    return (const unsigned char *)(current && current->soft ? "llvmpipe (fake)" : "Fake GPU");
}

EXPORT __eglMustCastToProperFunctionPointerType eglGetProcAddress(const char *name)
{
    static const struct {
        const char *name;
        void *function;
    } known[] = {
        {"eglQueryDevicesEXT", (void *)query_devices},
        {"eglQueryDeviceStringEXT", (void *)query_device_string},
        {"eglQueryDeviceAttribEXT", (void *)query_device_attrib},
        {"eglQueryDeviceBinaryEXT", (void *)query_device_binary},
        {"eglGetPlatformDisplayEXT", (void *)get_platform_display},
        {"glGetString", (void *)get_string},
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].name, name) == 0)
            return (__eglMustCastToProperFunctionPointerType)known[i].function;
    return NULL;
}

EXPORT const char *eglQueryString(EGLDisplay display, EGLint name)
{
    (void)name;
    if (display != EGL_NO_DISPLAY)
        return "EGL_KHR_no_config_context EGL_KHR_create_context";
    note(getenv("__EGL_VENDOR_LIBRARY_FILENAMES") ? getenv("__EGL_VENDOR_LIBRARY_FILENAMES") : "no vendor hint");
    return getenv("FAKE_EGL_BARE") ? "" : "EGL_EXT_platform_base EGL_EXT_device_base EGL_EXT_platform_device";
}

EXPORT EGLBoolean eglInitialize(EGLDisplay display, EGLint *major, EGLint *minor)
{
    const struct device *device = display;

    (void)major;
    (void)minor;
    note("eglInitialize");
    return device->no_init ? done(EGL_FALSE, EGL_NOT_INITIALIZED) : done(EGL_TRUE, EGL_SUCCESS);
}

EXPORT EGLBoolean eglTerminate(EGLDisplay display)
{
    (void)display;
    note("eglTerminate");
    return done(EGL_TRUE, EGL_SUCCESS);
}

EXPORT EGLBoolean eglChooseConfig(EGLDisplay display, const EGLint *attribs, EGLConfig *configs, EGLint size, EGLint *count)
{
    (void)display;
    (void)attribs;
    *count = size > 0;
    configs[0] = (EGLConfig)1;
    return done(EGL_TRUE, EGL_SUCCESS);
}

EXPORT EGLBoolean eglGetConfigs(EGLDisplay display, EGLConfig *configs, EGLint size, EGLint *count)
{
    return eglChooseConfig(display, NULL, configs, size, count);
}

EXPORT EGLBoolean eglGetConfigAttrib(EGLDisplay display, EGLConfig config, EGLint attribute, EGLint *value)
{
    (void)display;
    (void)config;
    (void)attribute;
    *value = 0;
    return done(EGL_TRUE, EGL_SUCCESS);
}

EXPORT EGLContext eglCreateContext(EGLDisplay display, EGLConfig config, EGLContext share, const EGLint *attribs)
{
    const struct device *device = display;

    (void)config;
    (void)share;
    (void)attribs;
    if (device->no_context) {
        done(EGL_FALSE, EGL_BAD_ALLOC);
        return EGL_NO_CONTEXT;
    }
    return display;
}

EXPORT EGLBoolean eglDestroyContext(EGLDisplay display, EGLContext context)
{
    (void)display;
    (void)context;
    return done(EGL_TRUE, EGL_SUCCESS);
}

EXPORT EGLSurface eglCreatePbufferSurface(EGLDisplay display, EGLConfig config, const EGLint *attribs)
{
    (void)config;
    (void)attribs;
    return display;
}

EXPORT EGLBoolean eglDestroySurface(EGLDisplay display, EGLSurface surface)
{
    (void)display;
    (void)surface;
    return done(EGL_TRUE, EGL_SUCCESS);
}

EXPORT EGLBoolean eglMakeCurrent(EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext context)
{
    (void)display;
    (void)draw;
    (void)read;
    current = context;
    return done(EGL_TRUE, EGL_SUCCESS);
}

EXPORT EGLContext eglGetCurrentContext(void) { return (EGLContext)current; }
EXPORT EGLDisplay eglGetCurrentDisplay(void) { return (EGLDisplay)current; }
EXPORT EGLSurface eglGetCurrentSurface(EGLint which) { (void)which; return (EGLSurface)current; }
EXPORT EGLint eglGetError(void) { EGLint error = last_error; last_error = EGL_SUCCESS; return error; }
EXPORT EGLBoolean eglBindAPI(EGLenum api) { bound_api = api; return EGL_TRUE; }
EXPORT EGLenum eglQueryAPI(void) { return bound_api; }
EXPORT EGLBoolean eglReleaseThread(void) { return EGL_TRUE; }
EXPORT EGLBoolean eglSwapBuffers(EGLDisplay display, EGLSurface surface) { (void)display; (void)surface; return EGL_TRUE; }

EXPORT EGLBoolean eglQuerySurface(EGLDisplay display, EGLSurface surface, EGLint attribute, EGLint *value)
{
    (void)display;
    (void)surface;
    (void)attribute;
    *value = 0;
    return EGL_TRUE;
}
