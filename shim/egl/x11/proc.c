/* eglGetProcAddress, and the one list of the functions of EGL that are ours beside those of pass.c. */
#include <string.h>

#include "egl/x11/eglx.h"
#include "hook/rules.h"

#define ENTRY(name) {#name, (void *)name}
static const struct ofs_eglx_entry entries[] = {
    ENTRY(eglBindAPI),
    ENTRY(eglBindTexImage),
    ENTRY(eglChooseConfig),
    ENTRY(eglCopyBuffers),
    ENTRY(eglCreateContext),
    ENTRY(eglCreatePbufferFromClientBuffer),
    ENTRY(eglCreatePbufferSurface),
    ENTRY(eglCreatePixmapSurface),
    ENTRY(eglCreatePlatformPixmapSurface),
    ENTRY(eglCreatePlatformPixmapSurfaceEXT),
    ENTRY(eglCreatePlatformWindowSurface),
    ENTRY(eglCreatePlatformWindowSurfaceEXT),
    ENTRY(eglCreateWindowSurface),
    ENTRY(eglDestroyContext),
    ENTRY(eglDestroySurface),
    ENTRY(eglGetConfigAttrib),
    ENTRY(eglGetConfigs),
    ENTRY(eglGetCurrentContext),
    ENTRY(eglGetCurrentDisplay),
    ENTRY(eglGetCurrentSurface),
    ENTRY(eglGetDisplay),
    ENTRY(eglGetError),
    ENTRY(eglGetMscRateANGLE),
    ENTRY(eglGetPlatformDisplay),
    ENTRY(eglGetPlatformDisplayEXT),
    ENTRY(eglGetProcAddress),
    ENTRY(eglInitialize),
    ENTRY(eglMakeCurrent),
    ENTRY(eglQueryAPI),
    ENTRY(eglQueryContext),
    ENTRY(eglQueryString),
    ENTRY(eglQuerySurface),
    ENTRY(eglReleaseTexImage),
    ENTRY(eglReleaseThread),
    ENTRY(eglSurfaceAttrib),
    ENTRY(eglSwapBuffers),
    ENTRY(eglSwapBuffersWithDamageEXT),
    ENTRY(eglSwapBuffersWithDamageKHR),
    ENTRY(eglSwapInterval),
    ENTRY(eglTerminate),
    ENTRY(eglWaitClient),
    ENTRY(eglWaitGL),
    ENTRY(eglWaitNative),
};

static void *find(const char *name)
{
    if (strncmp(name, "egl", 3) != 0)
        return strncmp(name, "gl", 2) == 0 ? ofs_glx_exported(name) : NULL;
    for (size_t i = 0; i < OFS_ARRAY_LEN(entries); i++)
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].function;
    return ofs_eglx_passed_on(name);
}

OFS_EXPORT __eglMustCastToProperFunctionPointerType eglGetProcAddress(const char *name)
{
    void *function = NULL;

    if (name && !ofs_caller_is_driver(__builtin_return_address(0)))
        function = find(name);
    if (function)
        return (__eglMustCastToProperFunctionPointerType)function;
    return OFS_EGLX_PASS(eglGetProcAddress, name);
}
