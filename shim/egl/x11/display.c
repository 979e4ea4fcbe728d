/* EGLDisplays for X11: eglGetDisplay and its like, eglInitialize, eglTerminate, eglQueryString. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "egl/x11/egl_x11.h"
#include "egl/x11/eglx.h"
#include "hook/rules.h"

#define OFS_LOG_MODULE OFS_MOD_EGL
#include "util/log.h"

#ifndef EGL_PLATFORM_XCB_EXT
#define EGL_PLATFORM_XCB_EXT        0x31DC
#define EGL_PLATFORM_XCB_SCREEN_EXT 0x31DE
#endif
#ifndef EGL_TRACK_REFERENCES_KHR
#define EGL_TRACK_REFERENCES_KHR 0x3352
#endif

/* All displays there ever were: a handle stays good for the life of the process. */
static _Atomic(struct ofs_egl_display *) displays;

struct ofs_egl_display *ofs_eglx_display(EGLDisplay handle)
{
    struct ofs_egl_display *display = atomic_load_explicit(&displays, memory_order_acquire);

    while (display && (EGLDisplay)display != handle)
        display = display->next;
    return display;
}

bool ofs_eglx_ready(const struct ofs_egl_display *display)
{
    if (atomic_load_explicit(&display->initialized, memory_order_acquire) && ofs_egl_opened())
        return true;
    ofs_eglx_answer(EGL_NOT_INITIALIZED);
    return false;
}

bool ofs_eglx_translate(EGLDisplay handle, EGLDisplay *real_out)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);

    *real_out = handle;
    if (!display)
        return true;
    if (!ofs_eglx_ready(display))
        return false;
    *real_out = ofs_egl_opened()->display;
    return true;
}

void ofs_egl_x11_fork_child(void)
{
    for (struct ofs_egl_display *display = atomic_load(&displays); display; display = display->next)
        atomic_store(&display->initialized, 0);
    ofs_eglx_surfaces_fork_child();
    ofs_eglx_configs_fork_child();
}

/* The native display is open at this moment, perhaps where another one was before. */
static EGLDisplay hand_out(struct ofs_egl_display *display)
{
    if (display->kind == OFS_NATIVE_XLIB && display->native)
        atomic_store(&display->watched, ofs_glx_watch(display->native));
    else if (display->native)
        ofs_native_note_socket(display);
    ofs_eglx_answer(EGL_SUCCESS);
    return (EGLDisplay)display;
}

static EGLDisplay display_for(enum ofs_native_kind kind, void *native, bool counted)
{
    struct ofs_egl_display *first = atomic_load(&displays), *display, *made = NULL;

    do {
        for (display = first; display; display = display->next)
            if (display->kind == kind && display->native == native && display->counted == counted) {
                free(made);
                return hand_out(display);
            }
        if (!made)
            made = calloc(1, sizeof(*made));
        if (!made)
            return OFS_EGLX_NULL(EGL_BAD_ALLOC);
        made->kind = kind;
        made->native = native;
        made->counted = counted;
        made->next = first;
    } while (!atomic_compare_exchange_weak(&displays, &first, made));
    return hand_out(made);
}

OFS_EXPORT EGLDisplay eglGetDisplay(EGLNativeDisplayType native)
{
    if (!ofs_caller_is_driver(__builtin_return_address(0)) &&
        (native ? ofs_native_is_our_display((const void *)native) : ofs_native_default_is_x()))
        return display_for(OFS_NATIVE_XLIB, (void *)native, false);
    return OFS_EGLX_PASS(eglGetDisplay, native);
}

/* Ours if the platform is one of X and the native display is at our server. `kind_out` then says which. */
static bool is_ours(EGLenum platform, void *native, enum ofs_native_kind *kind_out)
{
    *kind_out = platform == EGL_PLATFORM_XCB_EXT ? OFS_NATIVE_XCB : OFS_NATIVE_XLIB;
    if (platform == EGL_PLATFORM_XCB_EXT)
        return !native || ofs_native_is_our_connection(native);
    return platform == EGL_PLATFORM_X11_KHR && (!native || ofs_native_is_our_display(native));
}

/* EGL_EXT_platform_x11, EGL_EXT_platform_xcb, EGL_KHR_display_reference: there is one screen. */
static EGLDisplay platform_display(enum ofs_native_kind kind, void *native, const struct ofs_eglx_list *list)
{
    const EGLAttrib screen = kind == OFS_NATIVE_XCB ? EGL_PLATFORM_XCB_SCREEN_EXT : EGL_PLATFORM_X11_SCREEN_KHR;
    bool counted = false;

    for (unsigned i = 0; i < list->count; i++) {
        if (list->pair[i].name == EGL_TRACK_REFERENCES_KHR)
            counted = list->pair[i].value != EGL_FALSE;
        else if (list->pair[i].name != screen)
            return OFS_EGLX_NULL(EGL_BAD_ATTRIBUTE);
        else if (list->pair[i].value != 0)
            return OFS_EGLX_NULL(EGL_BAD_PARAMETER);
    }
    return display_for(kind, native, counted);
}

OFS_EXPORT EGLDisplay eglGetPlatformDisplay(EGLenum platform, void *native, const EGLAttrib *attributes)
{
    enum ofs_native_kind kind;
    struct ofs_eglx_list list;

    if (ofs_caller_is_driver(__builtin_return_address(0)) || !is_ours(platform, native, &kind))
        return OFS_EGLX_PASS(eglGetPlatformDisplay, platform, native, attributes);
    if (!ofs_eglx_list_read_wide(&list, attributes))
        return OFS_EGLX_NULL(EGL_BAD_ATTRIBUTE);
    return platform_display(kind, native, &list);
}

EGLDisplay eglGetPlatformDisplayEXT(EGLenum platform, void *native, const EGLint *attributes)
{
    enum ofs_native_kind kind;
    struct ofs_eglx_list list;

    if (ofs_caller_is_driver(__builtin_return_address(0)) || !is_ours(platform, native, &kind))
        return OFS_EGLX_PASS(eglGetPlatformDisplayEXT, platform, native, attributes);
    if (!ofs_eglx_list_read(&list, attributes))
        return OFS_EGLX_NULL(EGL_BAD_ATTRIBUTE);
    return platform_display(kind, native, &list);
}

/* -- initialization ----------------------------------------------------------------------------------------------- */

OFS_EXPORT EGLBoolean eglInitialize(EGLDisplay handle, EGLint *major, EGLint *minor)
{
    struct ofs_egl_display *display = ofs_eglx_display(handle);
    const struct ofs_egl *egl;
    int none = 0, saved_errno = errno;

    if (!display)
        return OFS_EGLX_PASS(eglInitialize, handle, major, minor);
    egl = ofs_egl_open();
    if (!egl)
        return OFS_EGLX_FAIL(EGL_NOT_INITIALIZED);
    if (display->counted)
        (void)atomic_fetch_add(&display->initialized, 1);
    else
        (void)atomic_compare_exchange_strong(&display->initialized, &none, 1);
    /* Initialized already, it only tells its version. */
    (void)egl->fn.eglInitialize(egl->display, major, minor);
    errno = saved_errno;
    return OFS_EGLX_DONE();
}

OFS_EXPORT EGLBoolean eglTerminate(EGLDisplay handle)
{
    struct ofs_egl_display *display = ofs_eglx_display(handle);
    const struct ofs_egl *egl = ofs_egl_opened();
    int count;

    /* The display that our contexts live on goes by the same handle if the program asked for the same device. It stays
     * open; what the program made on it goes when it destroys it, or with the process. */
    if (!display && egl && handle == egl->display)
        return OFS_EGLX_DONE();
    if (!display)
        return OFS_EGLX_PASS(eglTerminate, handle);
    count = atomic_load(&display->initialized);
    while (count > 0 && !atomic_compare_exchange_weak(&display->initialized, &count, count - 1))
        ;
    if (count == 1) {
        /* What is current somewhere lives until it is no more. Images and syncs are left to the program. */
        ofs_eglx_contexts_forget(display);
        ofs_eglx_surfaces_forget(display);
    }
    return OFS_EGLX_DONE();
}

/* -- strings ------------------------------------------------------------------------------------------------------ */

/* What is said of a display for X11: extensions of ours, and those of the real display's that only need their calls
 * passed on. What makes surfaces of its own (streams), or needs a native object that only the driver could know, is
 * left out. */
static const struct {
    const char *name;
    bool ours;
} extensions[] = {
    {"EGL_ANDROID_blob_cache", false},
    {"EGL_ANDROID_native_fence_sync", false},
    {"EGL_ANGLE_sync_control_rate", true},
    {"EGL_EXT_buffer_age", true},
    {"EGL_EXT_create_context_robustness", false},
    {"EGL_EXT_image_dma_buf_import", false},
    {"EGL_EXT_image_dma_buf_import_modifiers", false},
    {"EGL_EXT_pixel_format_float", false},
    {"EGL_EXT_protected_content", false},
    {"EGL_EXT_swap_buffers_with_damage", true},
    {"EGL_IMG_context_priority", false},
    {"EGL_KHR_cl_event", false},
    {"EGL_KHR_cl_event2", false},
    {"EGL_KHR_config_attribs", false},
    {"EGL_KHR_context_flush_control", false},
    {"EGL_KHR_create_context", false},
    {"EGL_KHR_create_context_no_error", false},
    {"EGL_KHR_fence_sync", false},
    {"EGL_KHR_get_all_proc_addresses", false},
    {"EGL_KHR_gl_colorspace", false},
    {"EGL_KHR_gl_renderbuffer_image", false},
    {"EGL_KHR_gl_texture_2D_image", false},
    {"EGL_KHR_gl_texture_3D_image", false},
    {"EGL_KHR_gl_texture_cubemap_image", false},
    {"EGL_KHR_image_base", false},
    {"EGL_KHR_no_config_context", false},
    {"EGL_KHR_reusable_sync", false},
    {"EGL_KHR_surfaceless_context", false},
    {"EGL_KHR_swap_buffers_with_damage", true},
    {"EGL_KHR_wait_sync", false},
    {"EGL_MESA_configless_context", false},
    {"EGL_MESA_drm_image", false},
    {"EGL_MESA_image_dma_buf_export", false},
    {"EGL_MESA_query_driver", false},
    {"EGL_NV_context_priority_realtime", false},
    {"EGL_NV_cuda_event", false},
    {"EGL_NV_robustness_video_memory_purge", false},
};

static const char *display_extensions(const struct ofs_egl *egl)
{
    /* Built at the first call; a second thread that comes meanwhile writes the same bytes. */
    static char text[2048];
    static _Atomic bool built;
    const char *real;
    char list[sizeof(text)] = "";
    size_t used = 0;

    if (atomic_load_explicit(&built, memory_order_acquire))
        return text;
    real = egl->fn.eglQueryString(egl->display, EGL_EXTENSIONS);
    for (size_t i = 0; i < OFS_ARRAY_LEN(extensions); i++)
        if (extensions[i].ours || ofs_has_word(real, extensions[i].name))
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s ", extensions[i].name);
    memcpy(text, list, sizeof(text));
    atomic_store_explicit(&built, true, memory_order_release);
    return text;
}

/* The client's extensions: the real ones, and the platforms that are ours whatever the driver can do. */
static const char *client_extensions(const char *real)
{
    static const char *const platforms[] = {"EGL_EXT_client_extensions", "EGL_EXT_platform_base",
                                            "EGL_EXT_platform_x11", "EGL_KHR_platform_x11", "EGL_EXT_platform_xcb"};
    static char text[4096];
    static _Atomic bool built;
    char list[sizeof(text)];
    size_t used;

    if (atomic_load_explicit(&built, memory_order_acquire))
        return text;
    used = (size_t)snprintf(list, sizeof(list), "%s", real ? real : "");
    if (used >= sizeof(list) - 256) /* longer than any there is */
        return real;
    memset(list + used, 0, sizeof(list) - used);
    for (size_t i = 0; i < OFS_ARRAY_LEN(platforms); i++)
        if (!ofs_has_word(list, platforms[i]))
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s",
                                     used && list[used - 1] != ' ' ? " " : "", platforms[i]);
    memcpy(text, list, sizeof(text));
    atomic_store_explicit(&built, true, memory_order_release);
    return text;
}

OFS_EXPORT const char *eglQueryString(EGLDisplay handle, EGLint name)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    const struct ofs_egl *egl;
    const char *real;

    if (!display) {
        real = OFS_EGLX_PASS(eglQueryString, handle, name);
        return handle == EGL_NO_DISPLAY && name == EGL_EXTENSIONS && !ofs_caller_is_driver(__builtin_return_address(0))
                   ? client_extensions(real) : real;
    }
    if (!ofs_eglx_ready(display))
        return NULL;
    egl = ofs_egl_opened();
    if (name != EGL_EXTENSIONS)
        return OFS_EGLX_PASS(eglQueryString, egl->display, name);
    ofs_eglx_answer(EGL_SUCCESS);
    return display_extensions(egl);
}
