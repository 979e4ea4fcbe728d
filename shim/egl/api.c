#include "egl/api.h"

#include <dlfcn.h>
#include <string.h>

#include "hook/real.h"

#define OFS_LOG_MODULE OFS_MOD_EGL
#include "util/log.h"

bool ofs_has_word(const char *list, const char *name)
{
    size_t length = strlen(name);

    for (const char *at = list; at && (at = strstr(at, name)); at += length)
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || at[length] == '\0'))
            return true;
    return false;
}

enum ofs_status ofs_egl_api_load(struct ofs_egl_api *api)
{
    void *library = ofs_real_dlopen("libEGL.so.1", RTLD_LAZY | RTLD_LOCAL);
    const char *extensions;

    if (!library) {
        ofs_info("libEGL.so.1 was not found (Debian: libegl1)");
        return OFS_ENOENT;
    }
#define X(name)                                                                  \
    api->name = (__typeof__(&name))ofs_real_dlsym(library, #name);               \
    if (!api->name) {                                                            \
        ofs_info("libEGL.so.1 has no " #name);                                   \
        return OFS_ENOENT;                                                       \
    }
    OFS_EGL_CORE_FUNCTIONS(X)
#undef X
    /* eglGetProcAddress answers for names it does not know, so the extension string decides. */
    extensions = api->eglQueryString(EGL_NO_DISPLAY, EGL_EXTENSIONS);
    if (ofs_has_word(extensions, "EGL_EXT_platform_base"))
        api->eglGetPlatformDisplayEXT =
            (PFNEGLGETPLATFORMDISPLAYEXTPROC)api->eglGetProcAddress("eglGetPlatformDisplayEXT");
    if (ofs_has_word(extensions, "EGL_EXT_device_base") || ofs_has_word(extensions, "EGL_EXT_device_enumeration"))
        api->eglQueryDevicesEXT = (PFNEGLQUERYDEVICESEXTPROC)api->eglGetProcAddress("eglQueryDevicesEXT");
    if (ofs_has_word(extensions, "EGL_EXT_device_base") || ofs_has_word(extensions, "EGL_EXT_device_query")) {
        api->eglQueryDeviceStringEXT =
            (PFNEGLQUERYDEVICESTRINGEXTPROC)api->eglGetProcAddress("eglQueryDeviceStringEXT");
        api->eglQueryDeviceAttribEXT =
            (PFNEGLQUERYDEVICEATTRIBEXTPROC)api->eglGetProcAddress("eglQueryDeviceAttribEXT");
        api->eglQueryDeviceBinaryEXT =
            (ofs_egl_query_device_binary_fn *)api->eglGetProcAddress("eglQueryDeviceBinaryEXT");
    }
    return OFS_OK;
}
