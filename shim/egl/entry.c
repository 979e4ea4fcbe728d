/* The egl* functions that the library exports in front of the real ones.
 *
 * A GLX context of ours is an EGL context underneath. A program that uses EGL as well must not see it: beside a native
 * GLX driver eglGetCurrentContext() is EGL_NO_CONTEXT while a GLX context is current, and eglMakeCurrent() fails with
 * EGL_BAD_ACCESS. Callers that are part of the driver stack (CUDA interop above all) do see it. Without a current GLX
 * context every function passes the call on. */
#include "egl/egl.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "hook/real.h"
#include "hook/rules.h"

#define OFS_EGL_EXPORTS(X) \
    X(eglGetCurrentContext) X(eglGetCurrentDisplay) X(eglGetCurrentSurface) X(eglGetError) X(eglGetProcAddress) \
    X(eglMakeCurrent) X(eglReleaseThread) X(eglTerminate)

/* All that this file remembers: the real functions, found at first use, and the hooks of the module above. */
static struct {
    const struct ofs_egl_above *above;
    _Atomic(void *) library;
#define X(name) _Atomic(__typeof__(&name)) name;
    OFS_EGL_EXPORTS(X)
#undef X
} state;

/* The error of a call that was refused here; eglGetError() hands it out once. */
static OFS_TLS EGLint pending_error;

void ofs_egl_set_above(const struct ofs_egl_above *above)
{
    state.above = above;
}

void *ofs_egl_real(const char *name)
{
    void *library = atomic_load(&state.library), *function = NULL;
    int saved_errno = errno;

    if (!library) {
        library = ofs_real_dlopen("libEGL.so.1", RTLD_LAZY | RTLD_LOCAL);
        atomic_store(&state.library, library);
    }
    if (library)
        function = ofs_real_dlsym(library, name);
    errno = saved_errno;
    return function;
}

/* The real function as an expression of its own type; NULL if there is no libEGL. */
#define REAL(name)                                                                       \
    ({                                                                                   \
        __typeof__(&name) real_ = atomic_load_explicit(&state.name, memory_order_relaxed); \
        if (!real_) {                                                                    \
            real_ = (__typeof__(&name))ofs_egl_real(#name);                              \
            atomic_store_explicit(&state.name, real_, memory_order_relaxed);             \
        }                                                                                \
        real_;                                                                           \
    })

/* True if the caller must not see what is current, because it is a GLX context. */
static bool hidden_from(const void *caller)
{
    return state.above && state.above->glx_is_current() && !ofs_caller_is_driver(caller);
}

OFS_EXPORT EGLContext eglGetCurrentContext(void)
{
    __typeof__(&eglGetCurrentContext) real;

    if (hidden_from(__builtin_return_address(0)))
        return EGL_NO_CONTEXT;
    real = REAL(eglGetCurrentContext);
    return real ? real() : EGL_NO_CONTEXT;
}

OFS_EXPORT EGLDisplay eglGetCurrentDisplay(void)
{
    __typeof__(&eglGetCurrentDisplay) real;

    if (hidden_from(__builtin_return_address(0)))
        return EGL_NO_DISPLAY;
    real = REAL(eglGetCurrentDisplay);
    return real ? real() : EGL_NO_DISPLAY;
}

OFS_EXPORT EGLSurface eglGetCurrentSurface(EGLint which)
{
    __typeof__(&eglGetCurrentSurface) real;

    if (hidden_from(__builtin_return_address(0)))
        return EGL_NO_SURFACE;
    real = REAL(eglGetCurrentSurface);
    return real ? real(which) : EGL_NO_SURFACE;
}

OFS_EXPORT EGLint eglGetError(void)
{
    __typeof__(&eglGetError) real;
    EGLint error = pending_error;

    if (error) {
        pending_error = 0;
        return error;
    }
    real = REAL(eglGetError);
    return real ? real() : EGL_NOT_INITIALIZED;
}

OFS_EXPORT EGLBoolean eglMakeCurrent(EGLDisplay display, EGLSurface draw, EGLSurface read, EGLContext context)
{
    __typeof__(&eglMakeCurrent) real;

    if (hidden_from(__builtin_return_address(0))) {
        if (context == EGL_NO_CONTEXT && draw == EGL_NO_SURFACE && read == EGL_NO_SURFACE)
            return EGL_TRUE; /* nothing of the program's own is current */
        pending_error = EGL_BAD_ACCESS;
        return EGL_FALSE;
    }
    real = REAL(eglMakeCurrent);
    return real ? real(display, draw, read, context) : EGL_FALSE;
}

OFS_EXPORT EGLBoolean eglReleaseThread(void)
{
    __typeof__(&eglReleaseThread) real;

    if (hidden_from(__builtin_return_address(0))) {
        const struct ofs_egl *egl = ofs_egl_opened();

        pending_error = 0;
        return egl ? egl->fn.eglBindAPI(EGL_OPENGL_ES_API) : EGL_TRUE; /* the initial state, which is all there is */
    }
    real = REAL(eglReleaseThread);
    return real ? real() : EGL_FALSE;
}

OFS_EXPORT EGLBoolean eglTerminate(EGLDisplay display)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    __typeof__(&eglTerminate) real;

    /* The display that our contexts live on goes by the same handle if the program asked for the same device. It stays
     * open; what the program made on it goes when it destroys it, or with the process. */
    if (egl && display == egl->display)
        return EGL_TRUE;
    real = REAL(eglTerminate);
    return real ? real(display) : EGL_FALSE;
}

OFS_EXPORT __eglMustCastToProperFunctionPointerType eglGetProcAddress(const char *name)
{
    static const struct {
        const char *name;
        void *function;
    } ours[] = {
#define X(entry) {#entry, (void *)entry},
        OFS_EGL_EXPORTS(X)
#undef X
    };
    __typeof__(&eglGetProcAddress) real = REAL(eglGetProcAddress);
    void *function = NULL;

    if (name && !ofs_caller_is_driver(__builtin_return_address(0))) {
        for (size_t i = 0; i < OFS_ARRAY_LEN(ours); i++)
            if (strcmp(name, ours[i].name) == 0)
                return (__eglMustCastToProperFunctionPointerType)ours[i].function;
        if (state.above && strncmp(name, "gl", 2) == 0)
            function = state.above->gl_function(name);
    }
    if (function)
        return (__eglMustCastToProperFunctionPointerType)function;
    return real ? real(name) : NULL;
}
