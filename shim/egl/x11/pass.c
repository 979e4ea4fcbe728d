/* Functions of EGL that have a display among their arguments and nothing else that is ours: the display is translated
 * and the rest passed on. One table; an extension's function is found by eglGetProcAddress only, as with libEGL
 * itself. */
#include <string.h>

#include "egl/x11/eglx.h"

/* type, name, its parameters behind the display, and the same as arguments. */
#define CORE_FUNCTIONS(X) \
    X(EGLint, eglClientWaitSync, (EGLDisplay display, EGLSync sync, EGLint flags, EGLTime timeout), \
      (real, sync, flags, timeout)) \
    X(EGLBoolean, eglDestroyImage, (EGLDisplay display, EGLImage image), (real, image)) \
    X(EGLBoolean, eglDestroySync, (EGLDisplay display, EGLSync sync), (real, sync)) \
    X(EGLBoolean, eglGetSyncAttrib, (EGLDisplay display, EGLSync sync, EGLint name, EGLAttrib *value), \
      (real, sync, name, value)) \
    X(EGLBoolean, eglWaitSync, (EGLDisplay display, EGLSync sync, EGLint flags), (real, sync, flags))

/* The same with an attribute list of EGLAttrib at the end, and the error of a list that does not. */
#define CORE_LISTS(X) \
    X(EGLSync, eglCreateSync, (EGLDisplay display, EGLenum type, const EGLAttrib *list), (real, type, list), \
      EGL_BAD_ATTRIBUTE) \
    X(EGLImage, eglCreateImage, \
      (EGLDisplay display, EGLContext context, EGLenum target, EGLClientBuffer buffer, const EGLAttrib *list), \
      (real, context, target, buffer, list), EGL_BAD_PARAMETER)

#define EXTENSION_FUNCTIONS(X) \
    X(EGLint, eglClientWaitSyncKHR, (EGLDisplay display, EGLSyncKHR sync, EGLint flags, EGLTimeKHR timeout), \
      (real, sync, flags, timeout)) \
    X(EGLBoolean, eglDestroyImageKHR, (EGLDisplay display, EGLImageKHR image), (real, image)) \
    X(EGLBoolean, eglDestroySyncKHR, (EGLDisplay display, EGLSyncKHR sync), (real, sync)) \
    X(EGLint, eglDupNativeFenceFDANDROID, (EGLDisplay display, EGLSyncKHR sync), (real, sync)) \
    X(EGLBoolean, eglExportDMABUFImageMESA, \
      (EGLDisplay display, EGLImageKHR image, int *fds, EGLint *strides, EGLint *offsets), \
      (real, image, fds, strides, offsets)) \
    X(EGLBoolean, eglExportDMABUFImageQueryMESA, \
      (EGLDisplay display, EGLImageKHR image, int *fourcc, int *planes, EGLuint64KHR *modifiers), \
      (real, image, fourcc, planes, modifiers)) \
    X(EGLBoolean, eglExportDRMImageMESA, \
      (EGLDisplay display, EGLImageKHR image, EGLint *name, EGLint *handle, EGLint *stride), \
      (real, image, name, handle, stride)) \
    X(char *, eglGetDisplayDriverConfig, (EGLDisplay display), (real)) \
    X(const char *, eglGetDisplayDriverName, (EGLDisplay display), (real)) \
    X(EGLBoolean, eglGetSyncAttribKHR, (EGLDisplay display, EGLSyncKHR sync, EGLint name, EGLint *value), \
      (real, sync, name, value)) \
    X(EGLBoolean, eglQueryDisplayAttribEXT, (EGLDisplay display, EGLint name, EGLAttrib *value), (real, name, value)) \
    X(EGLBoolean, eglQueryDisplayAttribKHR, (EGLDisplay display, EGLint name, EGLAttrib *value), (real, name, value)) \
    X(EGLBoolean, eglQueryDisplayAttribNV, (EGLDisplay display, EGLint name, EGLAttrib *value), (real, name, value)) \
    X(EGLBoolean, eglQueryDmaBufFormatsEXT, (EGLDisplay display, EGLint size, EGLint *formats, EGLint *count), \
      (real, size, formats, count)) \
    X(EGLBoolean, eglQueryDmaBufModifiersEXT, \
      (EGLDisplay display, EGLint format, EGLint size, EGLuint64KHR *modifiers, EGLBoolean *external, EGLint *count), \
      (real, format, size, modifiers, external, count)) \
    X(EGLBoolean, eglSignalSyncKHR, (EGLDisplay display, EGLSyncKHR sync, EGLenum mode), (real, sync, mode)) \
    X(EGLint, eglWaitSyncKHR, (EGLDisplay display, EGLSyncKHR sync, EGLint flags), (real, sync, flags))

/* With a list of EGLint, and of EGLAttrib. */
#define EXTENSION_LISTS(X) \
    X(EGLImageKHR, eglCreateDRMImageMESA, (EGLDisplay display, const EGLint *list), (real, list), EGL_BAD_ATTRIBUTE) \
    X(EGLImageKHR, eglCreateImageKHR, \
      (EGLDisplay display, EGLContext context, EGLenum target, EGLClientBuffer buffer, const EGLint *list), \
      (real, context, target, buffer, list), EGL_BAD_PARAMETER) \
    X(EGLSyncKHR, eglCreateSyncKHR, (EGLDisplay display, EGLenum type, const EGLint *list), (real, type, list), \
      EGL_BAD_ATTRIBUTE)
#define WIDE_EXTENSION_LISTS(X) \
    X(EGLSyncKHR, eglCreateSync64KHR, (EGLDisplay display, EGLenum type, const EGLAttribKHR *list), \
      (real, type, list), EGL_BAD_ATTRIBUTE)

#define PASS_ON(type, name, parameters, arguments)                     \
    type name parameters                                               \
    {                                                                  \
        __typeof__(&name) function = OFS_EGLX_REAL(name);              \
        EGLDisplay real;                                               \
                                                                       \
        if (!ofs_eglx_translate(display, &real))                       \
            return 0;                                                  \
        ofs_eglx_passing();                                            \
        return function ? function arguments : 0;                      \
    }
#define PASS_ON_EXPORTED(type, name, parameters, arguments) OFS_EXPORT PASS_ON(type, name, parameters, arguments)
CORE_FUNCTIONS(PASS_ON_EXPORTED)
EXTENSION_FUNCTIONS(PASS_ON)

/* The driver reads a list to its end, wherever that is. */
#define PASS_LIST(type, name, parameters, arguments, error, read)      \
    type name parameters                                               \
    {                                                                  \
        __typeof__(&name) function = OFS_EGLX_REAL(name);              \
        struct ofs_eglx_list checked;                                  \
        EGLDisplay real;                                               \
                                                                       \
        if (!ofs_eglx_translate(display, &real))                       \
            return 0;                                                  \
        if (ofs_eglx_display(display) && !read(&checked, list))        \
            return OFS_EGLX_NULL(error);                               \
        ofs_eglx_passing();                                            \
        return function ? function arguments : 0;                      \
    }
#define PASS_NARROW(type, name, parameters, arguments, error) \
    PASS_LIST(type, name, parameters, arguments, error, ofs_eglx_list_read)
#define PASS_WIDE(type, name, parameters, arguments, error) \
    PASS_LIST(type, name, parameters, arguments, error, ofs_eglx_list_read_wide)
#define PASS_WIDE_EXPORTED(type, name, parameters, arguments, error) \
    OFS_EXPORT PASS_WIDE(type, name, parameters, arguments, error)
CORE_LISTS(PASS_WIDE_EXPORTED)
EXTENSION_LISTS(PASS_NARROW)
WIDE_EXTENSION_LISTS(PASS_WIDE)

/* The only one that answers with nothing. */
void eglSetBlobCacheFuncsANDROID(EGLDisplay display, EGLSetBlobFuncANDROID set, EGLGetBlobFuncANDROID get)
{
    __typeof__(&eglSetBlobCacheFuncsANDROID) function = OFS_EGLX_REAL(eglSetBlobCacheFuncsANDROID);
    EGLDisplay real;

    if (!function || !ofs_eglx_translate(display, &real))
        return;
    ofs_eglx_passing();
    function(real, set, get);
}

/* EGL_KHR_debug: names for a log of the driver's, which knows neither our displays nor our surfaces. */
EGLint eglLabelObjectKHR(EGLDisplay display, EGLenum type, EGLObjectKHR object, EGLLabelKHR label)
{
    if (!ofs_eglx_display(display))
        return OFS_EGLX_PASS(eglLabelObjectKHR, display, type, object, label);
    ofs_eglx_answer(EGL_SUCCESS);
    return EGL_SUCCESS;
}

void *ofs_eglx_passed_on(const char *name)
{
    static const struct ofs_eglx_entry entries[] = {
#define ENTRY(type, name, ...) {#name, (void *)name},
        CORE_FUNCTIONS(ENTRY) EXTENSION_FUNCTIONS(ENTRY) CORE_LISTS(ENTRY) EXTENSION_LISTS(ENTRY)
        WIDE_EXTENSION_LISTS(ENTRY)
        {"eglLabelObjectKHR", (void *)eglLabelObjectKHR},
        {"eglSetBlobCacheFuncsANDROID", (void *)eglSetBlobCacheFuncsANDROID},
    };

    for (size_t i = 0; i < OFS_ARRAY_LEN(entries); i++)
        if (strcmp(entries[i].name, name) == 0)
            return entries[i].function;
    return NULL;
}
