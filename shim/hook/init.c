#include "hook/init.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>
#include <unistd.h>

#include "hook/real.h"
#include "util/status.h"
#include "x11/serve.h"

/* All that this module remembers. */
static struct {
    _Atomic pid_t pid;     /* of the process whose memory this is; 0 before ofs_hook_init */
    _Atomic bool used;     /* a connection was asked for: there are locks to take at fork */
    pthread_once_t init_once, use_once;
} state = {.init_once = PTHREAD_ONCE_INIT, .use_once = PTHREAD_ONCE_INIT};

/* Set between prepare and parent or child: `used` may change under another thread's hands meanwhile. */
static __thread bool fork_holds_locks;

static void fork_prepare(void)
{
    fork_holds_locks = atomic_load(&state.used);
    if (fork_holds_locks)
        ofs_x11_fork_prepare();
}

static void fork_parent(void)
{
    if (fork_holds_locks)
        ofs_x11_fork_parent();
    fork_holds_locks = false;
}

static void fork_child(void)
{
    int saved_errno = errno;

    atomic_store(&state.pid, getpid());
    if (fork_holds_locks)
        ofs_x11_fork_child();
    fork_holds_locks = false;
    ofs_pipeline_fork_child();
    errno = saved_errno;
}

static void init(void)
{
    int saved_errno = errno;

    atomic_store(&state.pid, getpid());
    (void)ofs_real_dlopen_entry();
    (void)ofs_real_connect_entry();
    (void)pthread_atfork(fork_prepare, fork_parent, fork_child);
    ofs_env_prepare();
    errno = saved_errno;
}

void ofs_hook_init(void)
{
    (void)pthread_once(&state.init_once, init);
}

__attribute__((constructor)) static void start(void)
{
    ofs_hook_init();
}

bool ofs_hook_own_process(void)
{
    return atomic_load(&state.pid) == getpid();
}

static void first_use(void)
{
    int saved_errno = errno;

    ofs_env_report();
    ofs_pipeline_start();
    errno = saved_errno;
}

void ofs_hook_first_use(void)
{
    (void)pthread_once(&state.use_once, first_use);
    atomic_store(&state.used, true);
}
