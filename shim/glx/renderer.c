/* MESA_query_renderer: asked of the driver once, by making a context of each kind current for a moment. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "glx/private.h"

#define NVIDIA_VENDOR_ID 0x10DE
#define UNKNOWN_ID 0xFFFFFFFFu
#define TOTAL_MEMORY_NVX 0x9048

enum kind { KIND_CORE, KIND_COMPATIBILITY, KIND_ES1, KIND_ES2, KIND_COUNT };

struct ofs_renderer {
    char vendor[128], device[128];
    unsigned version[KIND_COUNT][2]; /* 0.0 = no such context can be had */
    unsigned driver_version[3];
    unsigned memory_mb;
    bool accelerated;
};

static const struct {
    EGLenum api;
    EGLint attribs[7];
} kinds[KIND_COUNT] = {
    [KIND_CORE] = {EGL_OPENGL_API, {EGL_CONTEXT_CLIENT_VERSION, 3, 0x30FB, 2, 0x30FD, 1, EGL_NONE}},
    [KIND_COMPATIBILITY] = {EGL_OPENGL_API, {EGL_NONE}},
    [KIND_ES1] = {EGL_OPENGL_ES_API, {EGL_CONTEXT_CLIENT_VERSION, 1, EGL_NONE}},
    [KIND_ES2] = {EGL_OPENGL_ES_API, {EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE}},
};

/* "4.5 (Core Profile) Mesa 22.3.6", "OpenGL ES-CM 1.1 ...", "4.6.0 NVIDIA 550.54.14" */
static void parse_version(const char *text, unsigned version[2])
{
    while (*text && (*text < '0' || *text > '9'))
        text++;
    if (sscanf(text, "%u.%u", &version[0], &version[1]) != 2)
        version[0] = version[1] = 0;
}

static void read_driver(const struct ofs_egl *egl, const struct ofs_gl *gl, struct ofs_renderer *out)
{
    const char *version = (const char *)gl->glGetString(GL_VERSION), *driver;
    GLint memory_kb = 0;

    (void)snprintf(out->vendor, sizeof(out->vendor), "%s", (const char *)gl->glGetString(GL_VENDOR));
    (void)snprintf(out->device, sizeof(out->device), "%s", (const char *)gl->glGetString(GL_RENDERER));
    driver = strstr(version, "Mesa ");
    driver = driver ? driver + 5 : strstr(version, "NVIDIA ");
    if (driver && *driver == 'N')
        driver += 7;
    if (driver)
        (void)sscanf(driver, "%u.%u.%u", &out->driver_version[0], &out->driver_version[1], &out->driver_version[2]);
    out->accelerated = !egl->software;
    if (egl->software) {
        out->memory_mb = (unsigned)((uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE) >> 20);
        return;
    }
    gl->glGetIntegerv(TOTAL_MEMORY_NVX, &memory_kb); /* an error elsewhere, in a context that is ours */
    out->memory_mb = (unsigned)memory_kb / 1024;
}

static void ask(const struct ofs_egl *egl, enum kind kind, EGLSurface surface, EGLConfig config, struct ofs_renderer *out)
{
    const struct ofs_gl *gl = ofs_gl_get();
    EGLConfig context_config = egl->no_config_context ? EGL_NO_CONFIG_KHR : config;
    EGLContext context;

    if (!gl || (kind == KIND_CORE && !egl->create_context))
        return;
    (void)egl->fn.eglBindAPI(kinds[kind].api);
    context = egl->fn.eglCreateContext(egl->display, context_config, EGL_NO_CONTEXT, kinds[kind].attribs);
    if (context == EGL_NO_CONTEXT)
        return;
    if (egl->fn.eglMakeCurrent(egl->display, surface, surface, context)) {
        const char *version = (const char *)gl->glGetString(GL_VERSION);

        if (version)
            parse_version(version, out->version[kind]);
        if (version && kind == KIND_COMPATIBILITY)
            read_driver(egl, gl, out);
        (void)egl->fn.eglMakeCurrent(egl->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    }
    (void)egl->fn.eglDestroyContext(egl->display, context);
}

static const struct ofs_renderer *probe(void)
{
    static const EGLint attribs[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
    static struct ofs_renderer storage;
    static _Atomic bool known;
    const struct ofs_egl *egl = ofs_egl_open();
    const struct ofs_fbconfig *configs;
    struct ofs_renderer found = {.memory_mb = 0};
    struct ofs_egl_current saved;
    EGLSurface surface;
    unsigned count;

    if (atomic_load_explicit(&known, memory_order_acquire))
        return &storage;
    configs = ofs_glx_configs(&count);
    if (!egl || !configs)
        return NULL;
    ofs_egl_save_current(&egl->fn, &saved);
    surface = egl->fn.eglCreatePbufferSurface(egl->display, configs[0].egl, attribs);
    for (int kind = 0; kind < KIND_COUNT; kind++)
        ask(egl, (enum kind)kind, surface, configs[0].egl, &found);
    ofs_egl_restore_current(&egl->fn, egl->display, &saved);
    (void)egl->fn.eglDestroySurface(egl->display, surface);
    (void)pthread_mutex_lock(&ofs_glx.lock);
    if (!atomic_load(&known))
        storage = found;
    atomic_store_explicit(&known, true, memory_order_release);
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return &storage;
}

static Bool query_integer(int attribute, unsigned *value)
{
    int saved_errno = errno;
    const struct ofs_renderer *renderer = probe();
    Bool known = True;

    errno = saved_errno;
    if (!renderer)
        return False;
    switch (attribute) {
    case GLX_RENDERER_VENDOR_ID_MESA:
        value[0] = strstr(renderer->vendor, "NVIDIA") ? NVIDIA_VENDOR_ID : UNKNOWN_ID;
        break;
    case GLX_RENDERER_DEVICE_ID_MESA:
        value[0] = UNKNOWN_ID;
        break;
    case GLX_RENDERER_VERSION_MESA:
        memcpy(value, renderer->driver_version, sizeof(renderer->driver_version));
        break;
    case GLX_RENDERER_ACCELERATED_MESA:
        value[0] = renderer->accelerated;
        break;
    case GLX_RENDERER_VIDEO_MEMORY_MESA:
        value[0] = renderer->memory_mb;
        break;
    case GLX_RENDERER_UNIFIED_MEMORY_ARCHITECTURE_MESA:
        value[0] = !renderer->accelerated;
        break;
    case GLX_RENDERER_PREFERRED_PROFILE_MESA:
        value[0] = renderer->version[KIND_CORE][0] ? GLX_CONTEXT_CORE_PROFILE_BIT_ARB
                                                   : GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB;
        break;
    case GLX_RENDERER_OPENGL_CORE_PROFILE_VERSION_MESA:
        memcpy(value, renderer->version[KIND_CORE], sizeof(renderer->version[0]));
        break;
    case GLX_RENDERER_OPENGL_COMPATIBILITY_PROFILE_VERSION_MESA:
        memcpy(value, renderer->version[KIND_COMPATIBILITY], sizeof(renderer->version[0]));
        break;
    case GLX_RENDERER_OPENGL_ES_PROFILE_VERSION_MESA:
        memcpy(value, renderer->version[KIND_ES1], sizeof(renderer->version[0]));
        break;
    case GLX_RENDERER_OPENGL_ES2_PROFILE_VERSION_MESA:
        memcpy(value, renderer->version[KIND_ES2], sizeof(renderer->version[0]));
        break;
    default:
        known = False;
    }
    return known;
}

static const char *query_string(int attribute)
{
    int saved_errno = errno;
    const struct ofs_renderer *renderer = probe();

    errno = saved_errno;
    if (!renderer)
        return NULL;
    return attribute == GLX_RENDERER_VENDOR_ID_MESA   ? renderer->vendor
           : attribute == GLX_RENDERER_DEVICE_ID_MESA ? renderer->device : NULL;
}

OFS_EXPORT Bool glXQueryRendererIntegerMESA(Display *dpy, int screen, int renderer, int attribute, unsigned int *value)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXQueryRendererIntegerMESA, False, dpy, screen, renderer, attribute, value);
    return screen == 0 && renderer == 0 ? query_integer(attribute, value) : False;
}

OFS_EXPORT const char *glXQueryRendererStringMESA(Display *dpy, int screen, int renderer, int attribute)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXQueryRendererStringMESA, NULL, dpy, screen, renderer, attribute);
    return screen == 0 && renderer == 0 ? query_string(attribute) : NULL;
}

OFS_EXPORT Bool glXQueryCurrentRendererIntegerMESA(int attribute, unsigned int *value)
{
    return ofs_glx_is_current() ? query_integer(attribute, value) : False;
}

OFS_EXPORT const char *glXQueryCurrentRendererStringMESA(int attribute)
{
    return ofs_glx_is_current() ? query_string(attribute) : NULL;
}
