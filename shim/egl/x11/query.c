/* What surfaces say of themselves, and what can be changed about them. */
#include <errno.h>

#include "egl/x11/eglx.h"

#define BUFFER_AGE        0x313D /* EGL_BUFFER_AGE_EXT and _KHR */
#define VG_ALPHA_NONPRE   0x308B

/* EGL_EXT_buffer_age: asked at the start of a frame, when a resize has not been followed yet. */
static EGLint buffer_age(struct ofs_egl_surface *surface, EGLint *value)
{
    int saved_errno = errno;

    if (ofs_eglx_current_surface() != surface)
        return EGL_BAD_SURFACE;
    ofs_glx_sync_current();
    ofs_current_follow_size();
    *value = surface->drawable.kind == OFS_GLX_WINDOW ? (EGLint)surface->drawable.age : 0;
    errno = saved_errno;
    return EGL_SUCCESS;
}

/* Of a window: what the program last asked for, also if that is still on its way to the server. */
static uint64_t present_size(const struct ofs_egl_surface *surface)
{
    int saved_errno = errno;

    if (surface->drawable.kind == OFS_GLX_WINDOW && !ofs_drawable_is_dead(&surface->drawable))
        ofs_native_sync(surface->display);
    errno = saved_errno;
    return ofs_drawable_size(&surface->drawable);
}

/* Windows and pixmaps: EGL 1.5 section 3.5.6. EGL_SUCCESS or an error. */
static EGLint query_native(struct ofs_egl_surface *surface, EGLint attribute, EGLint *value)
{
    switch (attribute) {
    case EGL_WIDTH:
        *value = (EGLint)ofs_size_width(present_size(surface));
        return EGL_SUCCESS;
    case EGL_HEIGHT:
        *value = (EGLint)ofs_size_height(present_size(surface));
        return EGL_SUCCESS;
    case EGL_MULTISAMPLE_RESOLVE:
        *value = surface->multisample_resolve;
        return EGL_SUCCESS;
    case EGL_HORIZONTAL_RESOLUTION:
    case EGL_VERTICAL_RESOLUTION:
    case EGL_PIXEL_ASPECT_RATIO:
        *value = EGL_UNKNOWN;
        return EGL_SUCCESS;
    case EGL_LARGEST_PBUFFER: /* of pbuffers only: nothing is said, and it is no error */
    case EGL_TEXTURE_FORMAT:
    case EGL_TEXTURE_TARGET:
    case EGL_MIPMAP_TEXTURE:
    case EGL_MIPMAP_LEVEL:
        return EGL_SUCCESS;
    case EGL_VG_COLORSPACE:
        *value = EGL_VG_COLORSPACE_sRGB;
        return EGL_SUCCESS;
    case EGL_VG_ALPHA_FORMAT:
        *value = VG_ALPHA_NONPRE;
        return EGL_SUCCESS;
    case EGL_GL_COLORSPACE:
        *value = surface->colorspace;
        return ofs_egl_opened()->gl_colorspace ? EGL_SUCCESS : EGL_BAD_ATTRIBUTE;
    default:
        return EGL_BAD_ATTRIBUTE;
    }
}

/* The answer for any kind, unless `elsewhere` says whose it is: the real pbuffer's. */
static EGLint query(struct ofs_egl_surface *surface, EGLint attribute, EGLint *value, bool *elsewhere)
{
    switch (attribute) {
    case EGL_CONFIG_ID:
        *value = surface->config->id;
        return EGL_SUCCESS;
    case EGL_RENDER_BUFFER:
        *value = surface->render_buffer;
        return EGL_SUCCESS;
    case EGL_SWAP_BEHAVIOR:
        *value = surface->swap_behavior;
        return EGL_SUCCESS;
    case BUFFER_AGE:
        return buffer_age(surface, value);
    default:
        *elsewhere = surface->drawable.kind == OFS_GLX_PBUFFER;
        return *elsewhere ? EGL_SUCCESS : query_native(surface, attribute, value);
    }
}

/* A pbuffer has one set of surfaces all its life, so that this needs no lock. */
static EGLSurface real_pbuffer(const struct ofs_egl_surface *surface)
{
    return surface->drawable.kind == OFS_GLX_PBUFFER ? surface->drawable.surface->back : EGL_NO_SURFACE;
}

/* The surface behind the program's handles with a reference, or NULL, and the call is answered. */
static struct ofs_egl_surface *find(const struct ofs_egl_display *display, EGLSurface handle)
{
    struct ofs_egl_surface *surface = ofs_eglx_ready(display) ? ofs_eglx_surface_acquire(display, handle) : NULL;

    if (!surface && ofs_eglx_ready(display))
        ofs_eglx_answer(EGL_BAD_SURFACE);
    return surface;
}

OFS_EXPORT EGLBoolean eglQuerySurface(EGLDisplay handle, EGLSurface surface_handle, EGLint attribute, EGLint *value)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    struct ofs_egl_surface *surface;
    bool elsewhere = false;
    EGLBoolean result;
    EGLint error;

    if (!display)
        return OFS_EGLX_PASS(eglQuerySurface, handle, surface_handle, attribute, value);
    surface = find(display, surface_handle);
    if (!surface)
        return EGL_FALSE;
    error = value ? query(surface, attribute, value, &elsewhere) : EGL_BAD_PARAMETER;
    if (elsewhere)
        result = OFS_EGLX_PASS(eglQuerySurface, ofs_egl_opened()->display, real_pbuffer(surface), attribute, value);
    else
        result = error == EGL_SUCCESS ? OFS_EGLX_DONE() : OFS_EGLX_FAIL(error);
    ofs_eglx_surface_release(surface);
    return result;
}

/* EGL 1.5 section 3.5.6: a surface may only behave as its config can. */
static EGLint set_attribute(struct ofs_egl_surface *surface, EGLint attribute, EGLint value)
{
    EGLint can = surface->config->surface_type;

    switch (attribute) {
    case EGL_MIPMAP_LEVEL:
        return EGL_SUCCESS; /* of pbuffers that are textures */
    case EGL_MULTISAMPLE_RESOLVE:
        if (value != EGL_MULTISAMPLE_RESOLVE_DEFAULT && value != EGL_MULTISAMPLE_RESOLVE_BOX)
            return EGL_BAD_ATTRIBUTE;
        if (value == EGL_MULTISAMPLE_RESOLVE_BOX && !(can & EGL_MULTISAMPLE_RESOLVE_BOX_BIT))
            return EGL_BAD_MATCH;
        surface->multisample_resolve = value;
        return EGL_SUCCESS;
    case EGL_SWAP_BEHAVIOR:
        if (value != EGL_BUFFER_PRESERVED && value != EGL_BUFFER_DESTROYED)
            return EGL_BAD_ATTRIBUTE;
        if (value == EGL_BUFFER_PRESERVED && !(can & EGL_SWAP_BEHAVIOR_PRESERVED_BIT))
            return EGL_BAD_MATCH;
        surface->swap_behavior = value; /* a back buffer of ours is kept either way */
        return EGL_SUCCESS;
    default:
        return EGL_BAD_ATTRIBUTE;
    }
}

OFS_EXPORT EGLBoolean eglSurfaceAttrib(EGLDisplay handle, EGLSurface surface_handle, EGLint attribute, EGLint value)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    struct ofs_egl_surface *surface;
    EGLBoolean result;
    EGLint error;

    if (!display)
        return OFS_EGLX_PASS(eglSurfaceAttrib, handle, surface_handle, attribute, value);
    surface = find(display, surface_handle);
    if (!surface)
        return EGL_FALSE;
    if (attribute != EGL_SWAP_BEHAVIOR && real_pbuffer(surface) != EGL_NO_SURFACE) {
        result = OFS_EGLX_PASS(eglSurfaceAttrib, ofs_egl_opened()->display, real_pbuffer(surface), attribute, value);
    } else {
        error = set_attribute(surface, attribute, value);
        result = error == EGL_SUCCESS ? OFS_EGLX_DONE() : OFS_EGLX_FAIL(error);
    }
    ofs_eglx_surface_release(surface);
    return result;
}

/* Only pbuffers can be textures. */
#define TEXTURE(function)                                                                                 \
    OFS_EXPORT EGLBoolean function(EGLDisplay handle, EGLSurface surface_handle, EGLint buffer)           \
    {                                                                                                     \
        const struct ofs_egl_display *display = ofs_eglx_display(handle);                                 \
        struct ofs_egl_surface *surface;                                                                  \
        EGLBoolean result;                                                                                \
                                                                                                          \
        if (!display)                                                                                     \
            return OFS_EGLX_PASS(function, handle, surface_handle, buffer);                               \
        surface = find(display, surface_handle);                                                          \
        if (!surface)                                                                                     \
            return EGL_FALSE;                                                                             \
        if (real_pbuffer(surface) != EGL_NO_SURFACE)                                                      \
            result = OFS_EGLX_PASS(function, ofs_egl_opened()->display, real_pbuffer(surface), buffer);   \
        else                                                                                              \
            result = OFS_EGLX_FAIL(buffer == EGL_BACK_BUFFER ? EGL_BAD_SURFACE : EGL_BAD_PARAMETER);      \
        ofs_eglx_surface_release(surface);                                                                \
        return result;                                                                                    \
    }
TEXTURE(eglBindTexImage)
TEXTURE(eglReleaseTexImage)
