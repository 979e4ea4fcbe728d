/* What GLX says of itself. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "glx/glxerr.h"
#include "glx/private.h"

/* Every extension that a program may hope for. One that is absent is so for the reason given. */
static const struct {
    const char *name;
    const char *absent;           /* NULL = offered */
} extensions[] = {
    {"GLX_ARB_context_flush_control", NULL},
    {"GLX_ARB_create_context", NULL},
    {"GLX_ARB_create_context_no_error", NULL},
    {"GLX_ARB_create_context_profile", NULL},
    {"GLX_ARB_create_context_robustness", NULL},
    {"GLX_ARB_fbconfig_float", "EGL's float configs differ by driver, and Mesa's pbuffers have none"},
    {"GLX_ARB_framebuffer_sRGB", NULL},
    {"GLX_ARB_get_proc_address", NULL},
    {"GLX_ARB_multisample", NULL},
    {"GLX_EXT_buffer_age", NULL},
    {"GLX_EXT_create_context_es2_profile", NULL},
    {"GLX_EXT_create_context_es_profile", NULL},
    {"GLX_EXT_framebuffer_sRGB", NULL},
    {"GLX_EXT_import_context", NULL},
    {"GLX_EXT_libglvnd", "no vendor library of ours exists for libglvnd to load"},
    {"GLX_EXT_no_config_context", NULL},
    {"GLX_EXT_stereo_tree", "there is no stereo"},
    {"GLX_EXT_swap_control", NULL},
    {"GLX_EXT_swap_control_tear", NULL},
    {"GLX_EXT_texture_from_pixmap", NULL},
    {"GLX_EXT_visual_info", NULL},
    {"GLX_EXT_visual_rating", NULL},
    {"GLX_INTEL_swap_event", NULL},
    {"GLX_MESA_copy_sub_buffer", NULL},
    {"GLX_MESA_query_renderer", NULL},
    {"GLX_MESA_swap_control", NULL},
    {"GLX_NV_swap_group", "there is no display to swap in step with"},
    {"GLX_OML_swap_method", NULL},
    {"GLX_OML_sync_control", NULL},
    {"GLX_SGIS_multisample", NULL},
    {"GLX_SGIX_fbconfig", NULL},
    {"GLX_SGIX_pbuffer", NULL},
    {"GLX_SGI_make_current_read", NULL},
    {"GLX_SGI_swap_control", NULL},
    {"GLX_SGI_video_sync", NULL},
};

static const char *extension_list(void)
{
    /* Built at the first call; a second thread that comes meanwhile writes the same bytes. */
    static char text[1536];
    static _Atomic bool built;

    if (!atomic_load_explicit(&built, memory_order_acquire)) {
        char list[sizeof(text)] = "";
        size_t used = 0;

        for (size_t i = 0; i < OFS_ARRAY_LEN(extensions); i++)
            if (!extensions[i].absent)
                used += (size_t)snprintf(list + used, sizeof(list) - used, "%s ", extensions[i].name);
        memcpy(text, list, sizeof(text));
        atomic_store_explicit(&built, true, memory_order_release);
    }
    return text;
}

OFS_EXPORT Bool glXQueryExtension(Display *dpy, int *error_base, int *event_base)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXQueryExtension, False, dpy, error_base, event_base);
    if (error_base)
        *error_base = OFS_GLX_FIRST_ERROR;
    if (event_base)
        *event_base = OFS_GLX_FIRST_EVENT;
    return True;
}

OFS_EXPORT Bool glXQueryVersion(Display *dpy, int *major, int *minor)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXQueryVersion, False, dpy, major, minor);
    if (major)
        *major = 1;
    if (minor)
        *minor = 4;
    return True;
}

OFS_EXPORT const char *glXQueryExtensionsString(Display *dpy, int screen)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXQueryExtensionsString, NULL, dpy, screen);
    return screen == 0 ? extension_list() : NULL;
}

static const char *own_string(int name)
{
    switch (name) {
    case GLX_VENDOR:
        return "Offstage";
    case GLX_VERSION:
        return "1.4";
    case GLX_EXTENSIONS:
        return extension_list();
    default:
        return NULL;
    }
}

OFS_EXPORT const char *glXQueryServerString(Display *dpy, int screen, int name)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXQueryServerString, NULL, dpy, screen, name);
    return screen == 0 ? own_string(name) : NULL;
}

OFS_EXPORT const char *glXGetClientString(Display *dpy, int name)
{
    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXGetClientString, NULL, dpy, name);
    return own_string(name);
}

OFS_EXPORT void glXWaitGL(void)
{
    if (ofs_glx_is_current())
        ofs_gl_finish(); /* X sees what was drawn in front, too */
    else if (atomic_load_explicit(&ofs_glx.foreign_seen, memory_order_relaxed))
        OFS_FOREIGN_VOID(glXWaitGL);
}

OFS_EXPORT void glXWaitX(void)
{
    int saved_errno = errno;

    if (ofs_glx_is_current())
        ofs_glx_sync_current();
    else if (atomic_load_explicit(&ofs_glx.foreign_seen, memory_order_relaxed))
        OFS_FOREIGN_VOID(glXWaitX);
    errno = saved_errno;
}

/* -- EXT_import_context ------------------------------------------------------------------------------------------- */

OFS_EXPORT Display *glXGetCurrentDisplayEXT(void)
{
    return glXGetCurrentDisplay();
}

OFS_EXPORT int glXQueryContextInfoEXT(Display *dpy, GLXContext handle, int attribute, int *value)
{
    return glXQueryContext(dpy, handle, attribute, value);
}

OFS_EXPORT GLXContextID glXGetContextIDEXT(const GLXContext handle)
{
    struct ofs_glx_context *context = ofs_glx_context_acquire(handle);
    GLXContextID xid = context ? context->xid : None;

    ofs_glx_context_release(context);
    return xid;
}

/* The extension is for indirect contexts, whose state is in the server: all processes can name them. Here every context of
 * this process can be named by its id, through whichever connection; the handle is the one that it has already. */
OFS_EXPORT GLXContext glXImportContextEXT(Display *dpy, GLXContextID xid)
{
    struct ofs_glx_context *context = NULL;

    if (!ofs_glx_is_ours(dpy))
        return OFS_FOREIGN(glXImportContextEXT, NULL, dpy, xid);
    (void)pthread_mutex_lock(&ofs_glx.lock);
    if (xid != None)
        for (context = ofs_glx.contexts; context && (context->xid != xid || context->egl_display);)
            context = context->next;
    if (context)
        (void)atomic_fetch_add(&context->imports, 1);
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    if (!context)
        ofs_glx_raise(dpy, OFS_GLX_EXT_ERROR, GLXBadContext, X_GLXVendorPrivateWithReply, (uint32_t)xid);
    return (GLXContext)context;
}

/* An imported context lives on, as does one that was made here: only one that was never imported goes, as in Mesa. */
OFS_EXPORT void glXFreeContextEXT(Display *dpy, GLXContext handle)
{
    struct ofs_glx_context *context = ofs_glx_is_ours(dpy) ? ofs_glx_context_acquire(handle) : NULL;
    int imports = context ? atomic_load(&context->imports) : 0;

    while (imports > 0 && !atomic_compare_exchange_weak(&context->imports, &imports, imports - 1))
        ;
    ofs_glx_context_release(context);
    if (imports <= 0)
        glXDestroyContext(dpy, handle);
}
