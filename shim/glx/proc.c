/* glXGetProcAddress, and the one list of what we export for GLX. */
#include <string.h>

#include "glx/glx.h"
#include "glx/private.h"

#define ENTRY(name) {#name, (void *)name}
static const struct {
    const char *name;
    void *function;
} entries[] = {
    ENTRY(glXBindTexImageEXT),
    ENTRY(glXChooseFBConfig),
    ENTRY(glXChooseFBConfigSGIX),
    ENTRY(glXChooseVisual),
    ENTRY(glXCopyContext),
    ENTRY(glXCopySubBufferMESA),
    ENTRY(glXCreateContext),
    ENTRY(glXCreateContextAttribsARB),
    ENTRY(glXCreateContextWithConfigSGIX),
    ENTRY(glXCreateGLXPbufferSGIX),
    ENTRY(glXCreateGLXPixmap),
    ENTRY(glXCreateGLXPixmapWithConfigSGIX),
    ENTRY(glXCreateNewContext),
    ENTRY(glXCreatePbuffer),
    ENTRY(glXCreatePixmap),
    ENTRY(glXCreateWindow),
    ENTRY(glXDestroyContext),
    ENTRY(glXDestroyGLXPbufferSGIX),
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
    ENTRY(glXGetCurrentReadDrawableSGI),
    ENTRY(glXGetFBConfigAttrib),
    ENTRY(glXGetFBConfigAttribSGIX),
    ENTRY(glXGetFBConfigFromVisualSGIX),
    ENTRY(glXGetFBConfigs),
    ENTRY(glXGetMscRateOML),
    ENTRY(glXGetProcAddress),
    ENTRY(glXGetProcAddressARB),
    ENTRY(glXGetSelectedEvent),
    ENTRY(glXGetSelectedEventSGIX),
    ENTRY(glXGetSwapIntervalMESA),
    ENTRY(glXGetSyncValuesOML),
    ENTRY(glXGetVideoSyncSGI),
    ENTRY(glXGetVisualFromFBConfig),
    ENTRY(glXGetVisualFromFBConfigSGIX),
    ENTRY(glXImportContextEXT),
    ENTRY(glXIsDirect),
    ENTRY(glXMakeContextCurrent),
    ENTRY(glXMakeCurrent),
    ENTRY(glXMakeCurrentReadSGI),
    ENTRY(glXQueryContext),
    ENTRY(glXQueryContextInfoEXT),
    ENTRY(glXQueryCurrentRendererIntegerMESA),
    ENTRY(glXQueryCurrentRendererStringMESA),
    ENTRY(glXQueryDrawable),
    ENTRY(glXQueryExtension),
    ENTRY(glXQueryExtensionsString),
    ENTRY(glXQueryGLXPbufferSGIX),
    ENTRY(glXQueryRendererIntegerMESA),
    ENTRY(glXQueryRendererStringMESA),
    ENTRY(glXQueryServerString),
    ENTRY(glXQueryVersion),
    ENTRY(glXReleaseTexImageEXT),
    ENTRY(glXSelectEvent),
    ENTRY(glXSelectEventSGIX),
    ENTRY(glXSwapBuffers),
    ENTRY(glXSwapBuffersMscOML),
    ENTRY(glXSwapIntervalEXT),
    ENTRY(glXSwapIntervalMESA),
    ENTRY(glXSwapIntervalSGI),
    ENTRY(glXUseXFont),
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
