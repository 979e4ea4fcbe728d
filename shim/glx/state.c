#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "glx/glx.h"
#include "glx/private.h"
#include "hook/real.h"

struct ofs_glx_state ofs_glx = {.lock = PTHREAD_MUTEX_INITIALIZER};
OFS_TLS struct ofs_binding ofs_current;

int ofs_thread_id(void)
{
    if (!ofs_current.thread)
        ofs_current.thread = (int)syscall(SYS_gettid);
    return ofs_current.thread;
}

const struct ofs_gl *ofs_gl_get(void)
{
    const struct ofs_gl *gl = atomic_load_explicit(&ofs_glx.gl, memory_order_acquire);
    struct ofs_gl *table = &ofs_glx.gl_storage;
    const struct ofs_egl *egl;

    if (gl)
        return gl;
    egl = ofs_egl_opened();
    if (!egl)
        return NULL;
    /* Two threads may fill the table at once; they write the same values. */
#define X(type, name)                                                   \
    table->name = (__typeof__(table->name))egl->fn.eglGetProcAddress(#name); \
    if (!table->name)                                                   \
        return NULL;
    OFS_GL_FUNCTIONS(X)
#undef X
    atomic_store_explicit(&ofs_glx.gl, table, memory_order_release);
    return table;
}

void ofs_real_pause(long ns)
{
    const struct timespec pause = {0, ns};

    (void)syscall(SYS_nanosleep, &pause, NULL); /* the function of that name may be the virtual clock's */
}

void ofs_glx_set_observer(const struct ofs_observer *observer)
{
    ofs_glx.observer = observer;
}

void *ofs_glx_foreign(const char *name)
{
    /* Two libraries hold the real GLX; either will do. */
    static const char *const libraries[] = {"libGL.so.1", "libGLX.so.0"};
    void *function = NULL;
    int saved_errno = errno;

    atomic_store(&ofs_glx.foreign_seen, true);
    for (size_t i = 0; i < OFS_ARRAY_LEN(libraries) && !function; i++) {
        void *library = ofs_real_dlopen(libraries[i], RTLD_LAZY | RTLD_LOCAL);

        if (library)
            function = ofs_real_dlsym(library, name);
    }
    errno = saved_errno;
    return function;
}

void ofs_glx_fork_child(void)
{
    /* What the parent had is neither freed nor told to EGL: its threads are gone and its objects are the parent's. */
    (void)pthread_mutex_init(&ofs_glx.lock, NULL);
    ofs_glx.contexts = NULL;
    memset(ofs_glx.drawables, 0, sizeof(ofs_glx.drawables));
    atomic_store(&ofs_glx.renderer_reported, false);
    atomic_store(&ofs_glx.configs, NULL);
    atomic_store(&ofs_glx.copier, (EGLContext)NULL);
    memset(&ofs_current, 0, sizeof(ofs_current));
    ofs_glx_client_fork_child();
    ofs_egl_fork_child();
}

uint64_t ofs_glx_current_serial(void) { return ofs_current.context ? ofs_current.context->serial : 0; }
