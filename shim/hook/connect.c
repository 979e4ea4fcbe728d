/* The way in for X clients: connect() to an X server's address reaches the server in this process. */
#include <errno.h>
#include <sys/socket.h>

#include "glx/glx.h"
#include "hook/init.h"
#include "hook/real.h"
#include "hook/rules.h"
#include "util/log.h"
#include "util/status.h"
#include "x11/serve.h"

#define OFS_LOG_MODULE OFS_MOD_HOOK

/* Set while this thread is inside our own set-up: whatever that connects to is no client of ours. */
static __thread bool inside;

static bool is_stream(int fd)
{
    int type = 0;
    socklen_t length = sizeof(type);

    return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;
}

static bool is_for_us(int fd, const struct sockaddr *address, socklen_t length, const void *caller)
{
    enum ofs_address_kind kind = ofs_classify_address(address, length);

    if (kind == OFS_ADDRESS_OTHER || inside)
        return false;
    if (kind == OFS_ADDRESS_X_IF_XCB && !ofs_caller_is_xlib(caller))
        return false;
    ofs_hook_init();
    return ofs_hook_own_process() && is_stream(fd);
}

/* A failure is reported as such and not passed on: on a machine with a display, passing it on would put the program's
 * windows there. */
static int attach(int fd)
{
    enum ofs_status status;

    inside = true;
    ofs_hook_first_use();
    ofs_glx_connecting();
    status = ofs_x11_attach(fd);
    inside = false;
    if (status == OFS_OK)
        return 0;
    ofs_error("no X connection for descriptor %d: %s", fd, status == OFS_ENOMEM ? "out of memory" : "system call failed");
    errno = status == OFS_ENOMEM ? ENOMEM : EMFILE;
    return -1;
}

OFS_EXPORT int connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t length)
{
    const struct sockaddr *target = address.__sockaddr__;
    int saved_errno = errno;

    if (is_for_us(fd, target, length, __builtin_return_address(0))) {
        errno = saved_errno;
        return attach(fd);
    }
    errno = saved_errno;
    return ofs_real_connect_entry()(fd, target, length);
}
