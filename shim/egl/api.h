/* The EGL functions that the GL side calls, as a table filled at first use: nothing links libEGL, a program that never
 * draws never loads it, and another back end (a fake one in the tests) can stand in. */
#ifndef OFS_EGL_API_H
#define OFS_EGL_API_H

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdbool.h>
#include <stdint.h>

#include "util/status.h"

#define OFS_EGL_CORE_FUNCTIONS(X) \
    X(eglBindAPI) X(eglChooseConfig) X(eglCreateContext) X(eglCreatePbufferSurface) X(eglDestroyContext) \
    X(eglDestroySurface) X(eglGetConfigAttrib) X(eglGetConfigs) X(eglGetCurrentContext) X(eglGetCurrentDisplay) \
    X(eglGetCurrentSurface) X(eglGetError) X(eglGetProcAddress) X(eglInitialize) X(eglMakeCurrent) X(eglQueryAPI) \
    X(eglQueryString) X(eglQuerySurface) X(eglReleaseThread) X(eglSwapBuffers) X(eglTerminate)

/* Thread-local storage that needs no call to reach: the library is there from the start of the process. */
#define OFS_TLS __thread __attribute__((tls_model("initial-exec")))

/* Newer headers than those of Ubuntu 22.04 declare this one. */
typedef EGLBoolean ofs_egl_query_device_binary_fn(EGLDeviceEXT device, EGLint name, EGLint max_size, void *value,
                                                  EGLint *size);

struct ofs_egl_api {
#define X(name) __typeof__(&name) name;
    OFS_EGL_CORE_FUNCTIONS(X)
#undef X
    /* Extensions: NULL where the library has none. */
    PFNEGLGETPLATFORMDISPLAYEXTPROC eglGetPlatformDisplayEXT;
    PFNEGLQUERYDEVICESEXTPROC eglQueryDevicesEXT;
    PFNEGLQUERYDEVICESTRINGEXTPROC eglQueryDeviceStringEXT;
    PFNEGLQUERYDEVICEATTRIBEXTPROC eglQueryDeviceAttribEXT;
    ofs_egl_query_device_binary_fn *eglQueryDeviceBinaryEXT;
};

/* Fill the table from the real libEGL.so.1, which is loaded and stays. Returns OFS_OK, or OFS_ENOENT if there is none or
 * it lacks a core function. Not thread-safe: ofs_egl_open serializes it. */
OFS_MUST_USE enum ofs_status ofs_egl_api_load(struct ofs_egl_api *api);

/* Make libglvnd find the NVIDIA vendor library where it is on the machine but no JSON file says so. Call before the first
 * EGL call, and the second after the vendors were loaded (any device or client string query). */
struct ofs_egl_vendor_hint { int fd; bool set; };
void ofs_egl_vendor_hint_begin(struct ofs_egl_vendor_hint *hint);
void ofs_egl_vendor_hint_end(struct ofs_egl_vendor_hint *hint);

/* True if `list`, words separated by spaces, holds `name` as a whole word. Accepts a NULL list. */
bool ofs_has_word(const char *list, const char *name);

#endif
