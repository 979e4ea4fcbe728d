/* eglGetError: the error of the last call in this thread, whoever answered it. */
#include "egl/x11/eglx.h"

/* Of the last call that was answered here, 0 = none, or not an error. */
static OFS_TLS EGLint own_error;
/* Nothing was passed on since the real one's error was cleared. */
static OFS_TLS bool real_is_clear;

void ofs_eglx_answer(EGLint error)
{
    __typeof__(&eglGetError) real = OFS_EGLX_REAL(eglGetError);

    if (real)
        (void)real(); /* what our own calls of EGL left */
    own_error = error == EGL_SUCCESS ? 0 : error;
    real_is_clear = true;
}

/* A thread may still show frames while the process exits: libEGL has freed by then what its eglGetError writes to. */
void ofs_eglx_answer_frame(void)
{
    if (real_is_clear)
        own_error = 0;
    else
        ofs_eglx_answer(EGL_SUCCESS);
}

void ofs_eglx_passing(void)
{
    own_error = 0;
    real_is_clear = false;
}

OFS_EXPORT EGLint eglGetError(void)
{
    __typeof__(&eglGetError) real = OFS_EGLX_REAL(eglGetError);
    EGLint error = own_error;

    if (!error)
        return real ? real() : EGL_NOT_INITIALIZED;
    own_error = 0;
    if (real)
        (void)real();
    return error;
}
