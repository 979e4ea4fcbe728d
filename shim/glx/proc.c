/* glXGetProcAddress, and the one list of what we export for GLX. */
#include <string.h>

#include "glx/glx.h"
#include "glx/private.h"

/* Old names of functions that became part of GLX or of a later extension. */
#define ENTRY(name) {#name, (void *)name}
#define ALIAS(old, name) {#old, (void *)name}
static const struct {
    const char *name;
    void *function;
} entries[] = {
    ENTRY(glXChooseFBConfig),
    ENTRY(glXChooseVisual),
    ENTRY(glXCopyContext),
    ENTRY(glXCopySubBufferMESA),
    ENTRY(glXCreateContext),
    ENTRY(glXCreateContextAttribsARB),
    ENTRY(glXCreateGLXPixmap),
    ENTRY(glXCreateNewContext),
    ENTRY(glXCreatePbuffer),
    ENTRY(glXCreatePixmap),
    ENTRY(glXCreateWindow),
    ENTRY(glXDestroyContext),
    ENTRY(glXDestroyGLXPixmap),
    ENTRY(glXDestroyPbuffer),
    ENTRY(glXDestroyPixmap),
    ENTRY(glXDestroyWindow),
    ENTRY(glXFreeContextEXT),
    ENTRY(glXGetClientString),
    ENTRY(glXGetConfig),
    ENTRY(glXGetContextIDEXT),
    ENTRY(glXGetCurrentContext),
    ENTRY(glXGetCurrentDisplay),
    ENTRY(glXGetCurrentDisplayEXT),
    ENTRY(glXGetCurrentDrawable),
    ENTRY(glXGetCurrentReadDrawable),
    ALIAS(glXGetCurrentReadDrawableSGI, glXGetCurrentReadDrawable),
    ENTRY(glXGetFBConfigAttrib),
    ALIAS(glXGetFBConfigAttribSGIX, glXGetFBConfigAttrib),
    ALIAS(glXChooseFBConfigSGIX, glXChooseFBConfig),
    ALIAS(glXCreateContextWithConfigSGIX, glXCreateNewContext),
    ALIAS(glXGetVisualFromFBConfigSGIX, glXGetVisualFromFBConfig),
    ENTRY(glXGetFBConfigs),
    ENTRY(glXGetMscRateOML),
    ENTRY(glXGetProcAddress),
    ENTRY(glXGetProcAddressARB),
    ENTRY(glXGetSelectedEvent),
    ALIAS(glXGetSelectedEventSGIX, glXGetSelectedEvent),
    ENTRY(glXGetSwapIntervalMESA),
    ENTRY(glXGetSyncValuesOML),
    ENTRY(glXGetVideoSyncSGI),
    ENTRY(glXGetVisualFromFBConfig),
    ENTRY(glXImportContextEXT),
    ENTRY(glXIsDirect),
    ENTRY(glXMakeContextCurrent),
    ENTRY(glXMakeCurrent),
    ALIAS(glXMakeCurrentReadSGI, glXMakeContextCurrent),
    ENTRY(glXQueryContext),
    ENTRY(glXQueryContextInfoEXT),
    ENTRY(glXQueryCurrentRendererIntegerMESA),
    ENTRY(glXQueryCurrentRendererStringMESA),
    ENTRY(glXQueryDrawable),
    ENTRY(glXQueryExtension),
    ENTRY(glXQueryExtensionsString),
    ENTRY(glXQueryRendererIntegerMESA),
    ENTRY(glXQueryRendererStringMESA),
    ENTRY(glXQueryServerString),
    ENTRY(glXQueryVersion),
    ENTRY(glXSelectEvent),
    ALIAS(glXSelectEventSGIX, glXSelectEvent),
    ENTRY(glXSwapBuffers),
    ENTRY(glXSwapBuffersMscOML),
    ENTRY(glXSwapIntervalEXT),
    ENTRY(glXSwapIntervalMESA),
    ENTRY(glXSwapIntervalSGI),
    ENTRY(glXWaitForMscOML),
    ENTRY(glXWaitForSbcOML),
    ENTRY(glXWaitGL),
    ENTRY(glXWaitVideoSyncSGI),
    ENTRY(glXWaitX),
};

void *ofs_glx_exported(const char *name)
{
    if (strncmp(name, "glX", 3) != 0)
        return ofs_gl_wrapped(name);
    for (size_t i = 0; i < OFS_ARRAY_LEN(entries); i++)
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].function;
    return NULL;
}

void *ofs_glx_gl_function(const char *name)
{
    const struct ofs_egl_api *api = ofs_egl_api_get();

    return api ? (void *)api->eglGetProcAddress(name) : NULL;
}

OFS_EXPORT __GLXextFuncPtr glXGetProcAddressARB(const GLubyte *name)
{
    void *function;

    if (!name)
        return NULL;
    function = ofs_glx_exported((const char *)name);
    if (!function && strncmp((const char *)name, "glX", 3) != 0)
        function = ofs_glx_gl_function((const char *)name);
    return (__GLXextFuncPtr)function;
}

OFS_EXPORT void (*glXGetProcAddress(const GLubyte *name))(void)
{
    return glXGetProcAddressARB(name);
}
