/* EGLSurfaces: making them of windows, pixmaps and nothing, and losing them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "egl/x11/eglx.h"

#define OFS_LOG_MODULE OFS_MOD_EGL
#include "util/log.h"

#ifndef EGL_PROTECTED_CONTENT_EXT
#define EGL_PROTECTED_CONTENT_EXT 0x32C0
#endif

/* The live surfaces, guarded by ofs_glx.lock. */
static struct ofs_egl_surface *surfaces;

void ofs_eglx_surfaces_fork_child(void)
{
    surfaces = NULL; /* the parent's, neither freed nor told to EGL */
}

struct ofs_egl_surface *ofs_eglx_surface_acquire(const struct ofs_egl_display *display, EGLSurface handle)
{
    struct ofs_egl_surface *surface;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    for (surface = surfaces; surface; surface = surface->next)
        if ((EGLSurface)surface == handle && surface->display == display)
            break;
    if (surface)
        atomic_fetch_add(&surface->drawable.refs, 1);
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return surface;
}

void ofs_eglx_surface_release(struct ofs_egl_surface *surface)
{
    ofs_drawable_release(surface ? &surface->drawable : NULL);
}

/* Takes the first surface out of the live set that is this one, or any of this display, and gives its reference. */
static struct ofs_egl_surface *unlink_surface(const struct ofs_egl_display *display, EGLSurface handle)
{
    struct ofs_egl_surface **at, *found = NULL;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    for (at = &surfaces; *at && !found;)
        if ((*at)->display == display && (handle == EGL_NO_SURFACE || (EGLSurface)*at == handle)) {
            found = *at;
            *at = found->next;
        } else {
            at = &(*at)->next;
        }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return found;
}

/* What is current somewhere is kept by the binding there. */
static void let_go(struct ofs_egl_surface *surface)
{
    ofs_drawable_tell_gone(&surface->drawable);
    ofs_eglx_surface_release(surface);
}

void ofs_eglx_surfaces_forget(const struct ofs_egl_display *display)
{
    struct ofs_egl_surface *surface;

    while ((surface = unlink_surface(display, EGL_NO_SURFACE)) != NULL)
        let_go(surface);
}

/* Enters it in the live set, unless its window has a surface already. */
static bool link_surface(struct ofs_egl_surface *surface)
{
    const struct ofs_xdrawable *x = surface->drawable.kind == OFS_GLX_WINDOW ? surface->drawable.x : NULL;
    bool taken = false;

    (void)pthread_mutex_lock(&ofs_glx.lock);
    for (struct ofs_egl_surface *other = surfaces; other && x && !taken; other = other->next)
        taken = other->drawable.x == x;
    if (!taken) {
        surface->next = surfaces;
        surfaces = surface;
    }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    return !taken;
}

/* -- making ------------------------------------------------------------------------------------------------------- */

/* EGL 1.5 section 3.5.1, EGL_KHR_gl_colorspace. EGL_SUCCESS, or the error of the list. */
static EGLint read_attributes(struct ofs_egl_surface *surface, const struct ofs_eglx_list *list)
{
    bool window = surface->drawable.kind == OFS_GLX_WINDOW;

    for (unsigned i = 0; i < list->count; i++) {
        EGLAttrib value = list->pair[i].value;

        switch (list->pair[i].name) {
        case EGL_RENDER_BUFFER:
            /* A wish: what is drawn to is the back buffer, which eglQueryContext says, as Mesa has it. */
            if (!window || (value != EGL_BACK_BUFFER && value != EGL_SINGLE_BUFFER))
                return EGL_BAD_ATTRIBUTE;
            surface->render_buffer = (EGLint)value;
            break;
        case EGL_GL_COLORSPACE:
            if (!ofs_egl_opened()->gl_colorspace ||
                (value != EGL_GL_COLORSPACE_SRGB && value != EGL_GL_COLORSPACE_LINEAR))
                return EGL_BAD_ATTRIBUTE;
            surface->colorspace = (EGLint)value;
            break;
        case EGL_VG_COLORSPACE:
        case EGL_VG_ALPHA_FORMAT:
            break; /* for OpenVG, which there is none of */
        case EGL_PROTECTED_CONTENT_EXT:
            if (value != EGL_FALSE)
                return EGL_BAD_ATTRIBUTE;
            break;
        default:
            return EGL_BAD_ATTRIBUTE;
        }
    }
    return EGL_SUCCESS;
}

static struct ofs_egl_surface *surface_new(struct ofs_egl_display *display, const struct ofs_egl_config *config,
                                           enum ofs_drawable_kind kind, struct ofs_xdrawable *take_x)
{
    struct ofs_egl_surface *surface = calloc(1, sizeof(*surface));
    const struct ofs_egl *egl = ofs_egl_opened();
    struct ofs_fbconfig *buffers;

    if (!surface) {
        ofs_xview_release(take_x);
        return NULL;
    }
    buffers = &surface->buffers;
    buffers->egl = config->egl;
    buffers->visual_id = (int)config->visual;
    buffers->visual_depth = (int)config->depth;
    buffers->double_buffer = kind == OFS_GLX_WINDOW;
    (void)egl->fn.eglGetConfigAttrib(egl->display, config->egl, EGL_DEPTH_SIZE, &buffers->depth_size);
    (void)egl->fn.eglGetConfigAttrib(egl->display, config->egl, EGL_STENCIL_SIZE, &buffers->stencil_size);
    (void)egl->fn.eglGetConfigAttrib(egl->display, config->egl, EGL_SAMPLES, &buffers->samples);
    surface->display = display;
    surface->config = config;
    surface->render_buffer = kind == OFS_GLX_PIXMAP ? EGL_SINGLE_BUFFER : EGL_BACK_BUFFER;
    surface->swap_behavior = kind == OFS_GLX_WINDOW ? EGL_BUFFER_DESTROYED : EGL_BUFFER_PRESERVED; /* as Mesa on X11 */
    surface->multisample_resolve = EGL_MULTISAMPLE_RESOLVE_DEFAULT;
    surface->colorspace = EGL_GL_COLORSPACE_LINEAR;
    ofs_drawable_init(&surface->drawable, kind, take_x ? take_x->xid : None, buffers, take_x, 0);
    surface->drawable.plain = kind != OFS_GLX_WINDOW;
    return surface;
}

/* Answers the call with the surface, or with the error, which ends it. */
static EGLSurface finish(struct ofs_egl_surface *surface, EGLint error)
{
    if (error == EGL_SUCCESS && !link_surface(surface))
        error = EGL_BAD_ALLOC;
    if (error != EGL_SUCCESS) {
        ofs_debug("no surface of 0x%lx: EGL error 0x%x", surface->drawable.xid, (unsigned)error);
        ofs_eglx_surface_release(surface);
        return OFS_EGLX_NULL(error);
    }
    ofs_debug("surface of 0x%lx, kind %d, depth %u", surface->drawable.xid, surface->drawable.kind,
              surface->config->depth);
    ofs_eglx_answer(EGL_SUCCESS);
    return (EGLSurface)surface;
}

/* A surface of a window or pixmap. */
static EGLSurface create_native(struct ofs_egl_display *display, EGLConfig config_handle, uintptr_t id,
                                enum ofs_drawable_kind kind, const struct ofs_eglx_list *list)
{
    const struct ofs_egl_config *config = ofs_eglx_config(config_handle);
    bool window = kind == OFS_GLX_WINDOW;
    struct ofs_egl_surface *surface;
    struct ofs_surface *pbuffers;
    struct ofs_xdrawable *x;
    EGLint error;

    if (!config)
        return OFS_EGLX_NULL(EGL_BAD_CONFIG);
    x = ofs_native_drawable(display, id, window ? OFS_XDRAWABLE_WINDOW : OFS_XDRAWABLE_PIXMAP);
    if (!x)
        return OFS_EGLX_NULL(window ? EGL_BAD_NATIVE_WINDOW : EGL_BAD_NATIVE_PIXMAP);
    surface = surface_new(display, config, kind, x);
    if (!surface)
        return OFS_EGLX_NULL(EGL_BAD_ALLOC);
    error = read_attributes(surface, list);
    surface->buffers.srgb = surface->colorspace == EGL_GL_COLORSPACE_SRGB;
    if (error == EGL_SUCCESS) {
        pbuffers = ofs_surface_for(&surface->drawable); /* now, since this is where a program looks for the error */
        if (!pbuffers)
            error = EGL_BAD_ALLOC;
        ofs_surface_unused(pbuffers);
        ofs_surface_release(pbuffers);
    }
    return finish(surface, error);
}

/* A call that makes a surface of a window or pixmap; `list_read` has read its list, or not. */
static EGLSurface create_checked(struct ofs_egl_display *display, EGLConfig config, uintptr_t id,
                                 enum ofs_drawable_kind kind, const struct ofs_eglx_list *list, bool list_read)
{
    int saved_errno = errno;
    EGLSurface surface;

    if (!ofs_eglx_ready(display))
        return EGL_NO_SURFACE;
    if (!list_read)
        return OFS_EGLX_NULL(EGL_BAD_ATTRIBUTE);
    surface = create_native(display, config, id, kind, list);
    errno = saved_errno;
    return surface;
}

/* Windows and pixmaps of the platform functions are told by address: of an Xlib id, or of an xcb one. 0: unreadable. */
static uintptr_t pointed_id(const struct ofs_egl_display *display, const void *native)
{
    uint32_t narrow;
    unsigned long wide;
    bool xcb = display->kind == OFS_NATIVE_XCB;

    if (!ofs_native_is_readable(native, xcb ? sizeof(narrow) : sizeof(wide)))
        return 0;
    memcpy(&narrow, native, sizeof(narrow));
    if (xcb)
        return narrow;
    memcpy(&wide, native, sizeof(wide));
    return wide;
}

/* The three ways of each: the function, what it takes as native object and as list, and how these are read. */
#define CREATE(function, native_type, list_type, kind, id, read)                                               \
    EGLSurface function(EGLDisplay handle, EGLConfig config, native_type native, const list_type *attributes)  \
    {                                                                                                          \
        struct ofs_egl_display *display = ofs_eglx_display(handle);                                            \
        struct ofs_eglx_list list;                                                                             \
                                                                                                               \
        if (!display)                                                                                          \
            return OFS_EGLX_PASS(function, handle, config, native, attributes);                                \
        return create_checked(display, config, id, kind, &list, read(&list, attributes));                      \
    }
OFS_EXPORT CREATE(eglCreateWindowSurface, EGLNativeWindowType, EGLint, OFS_GLX_WINDOW, native, ofs_eglx_list_read)
OFS_EXPORT CREATE(eglCreatePixmapSurface, EGLNativePixmapType, EGLint, OFS_GLX_PIXMAP, native, ofs_eglx_list_read)
OFS_EXPORT CREATE(eglCreatePlatformWindowSurface, void *, EGLAttrib, OFS_GLX_WINDOW, pointed_id(display, native),
                  ofs_eglx_list_read_wide)
OFS_EXPORT CREATE(eglCreatePlatformPixmapSurface, void *, EGLAttrib, OFS_GLX_PIXMAP, pointed_id(display, native),
                  ofs_eglx_list_read_wide)
CREATE(eglCreatePlatformWindowSurfaceEXT, void *, EGLint, OFS_GLX_WINDOW, pointed_id(display, native),
       ofs_eglx_list_read)
CREATE(eglCreatePlatformPixmapSurfaceEXT, void *, EGLint, OFS_GLX_PIXMAP, pointed_id(display, native),
       ofs_eglx_list_read)

/* The real display makes the pbuffer, and answers for it in all that is not ours to know. */
OFS_EXPORT EGLSurface eglCreatePbufferSurface(EGLDisplay handle, EGLConfig config_handle, const EGLint *attributes)
{
    struct ofs_egl_display *display = ofs_eglx_display(handle);
    const struct ofs_egl *egl = ofs_egl_opened();
    const struct ofs_egl_config *config;
    struct ofs_egl_surface *surface;
    struct ofs_eglx_list list;
    EGLint width = 0, height = 0;
    EGLSurface real;

    if (!display)
        return OFS_EGLX_PASS(eglCreatePbufferSurface, handle, config_handle, attributes);
    if (!ofs_eglx_ready(display))
        return EGL_NO_SURFACE;
    config = ofs_eglx_config(config_handle);
    if (!config)
        return OFS_EGLX_NULL(EGL_BAD_CONFIG);
    if (!ofs_eglx_list_read(&list, attributes))
        return OFS_EGLX_NULL(EGL_BAD_ATTRIBUTE);
    real = OFS_EGLX_PASS(eglCreatePbufferSurface, egl->display, config->egl, attributes);
    if (real == EGL_NO_SURFACE)
        return EGL_NO_SURFACE; /* with the real error */
    (void)egl->fn.eglQuerySurface(egl->display, real, EGL_WIDTH, &width);
    (void)egl->fn.eglQuerySurface(egl->display, real, EGL_HEIGHT, &height);
    surface = surface_new(display, config, OFS_GLX_PBUFFER, NULL);
    if (!surface) {
        (void)egl->fn.eglDestroySurface(egl->display, real);
        return OFS_EGLX_NULL(EGL_BAD_ALLOC);
    }
    surface->drawable.fixed_size_px = (uint64_t)(uint32_t)width << 32 | (uint32_t)height;
    surface->drawable.surface = ofs_surface_adopt(real, surface->drawable.fixed_size_px);
    return finish(surface, surface->drawable.surface ? EGL_SUCCESS : EGL_BAD_ALLOC);
}

/* Only OpenVG has buffers to make one of. */
OFS_EXPORT EGLSurface eglCreatePbufferFromClientBuffer(EGLDisplay handle, EGLenum type, EGLClientBuffer buffer,
                                                       EGLConfig config, const EGLint *attributes)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);

    if (!display)
        return OFS_EGLX_PASS(eglCreatePbufferFromClientBuffer, handle, type, buffer, config, attributes);
    return ofs_eglx_ready(display) ? OFS_EGLX_NULL(EGL_BAD_PARAMETER) : EGL_NO_SURFACE;
}

OFS_EXPORT EGLBoolean eglDestroySurface(EGLDisplay handle, EGLSurface surface_handle)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    struct ofs_egl_surface *surface;

    if (!display)
        return OFS_EGLX_PASS(eglDestroySurface, handle, surface_handle);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    surface = surface_handle != EGL_NO_SURFACE ? unlink_surface(display, surface_handle) : NULL;
    if (!surface)
        return OFS_EGLX_FAIL(EGL_BAD_SURFACE);
    let_go(surface);
    return OFS_EGLX_DONE();
}
