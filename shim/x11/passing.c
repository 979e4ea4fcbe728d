#include "x11/passing.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/log.h"
#include "x11/own_fd.h"
#include "x11/server.h"

#define OFS_LOG_MODULE OFS_MOD_X11

struct ofs_passing {
    unsigned in_count, out_count;
    struct ofs_own_fd in[OFS_PASSING_IN], out[OFS_PASSING_OUT];
};

static void close_all(struct ofs_own_fd *list, unsigned *count)
{
    for (unsigned i = 0; i < *count; i++)
        ofs_own_fd_close(&list[i]);
    *count = 0;
}

static struct ofs_passing *passing_of(struct ofs_client *c)
{
    if (!c->passing)
        c->passing = calloc(1, sizeof(*c->passing));
    return c->passing;
}

void ofs_passing_finish(struct ofs_client *c)
{
    if (!c->passing)
        return;
    close_all(c->passing->in, &c->passing->in_count);
    close_all(c->passing->out, &c->passing->out_count);
    free(c->passing);
    c->passing = NULL;
}

/* ---- in ---- */

static void keep(struct ofs_client *c, int fd)
{
    struct ofs_passing *passing = passing_of(c);
    if (passing && passing->in_count < OFS_PASSING_IN) {
        fd = ofs_own_fd_high(fd);
        if (ofs_own_fd_identify(&passing->in[passing->in_count], fd)) {
            passing->in_count++;
            return;
        }
    } else {
        ofs_warn("client %u: too many descriptors that no request is for: dropped", c->index);
        c->closing = true;
    }
    close(fd);
}

ssize_t ofs_passing_recv(struct ofs_client *c, void *bytes, size_t n)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(OFS_PASSING_IN * sizeof(int))];
    } control;
    struct iovec part = { bytes, n };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    ssize_t got = recvmsg(c->fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (got < 0 || !message.msg_controllen)
        return got;
    for (struct cmsghdr *m = CMSG_FIRSTHDR(&message); m; m = CMSG_NXTHDR(&message, m)) {
        if (m->cmsg_level != SOL_SOCKET || m->cmsg_type != SCM_RIGHTS)
            continue;
        for (size_t i = 0; i < (m->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(m) + i * sizeof(fd), sizeof(fd));
            keep(c, fd);
        }
    }
    if (message.msg_flags & MSG_CTRUNC) /* some are lost: the rest would go to the wrong requests */
        c->closing = true;
    return got;
}

int ofs_passing_take(struct ofs_client *c)
{
    struct ofs_passing *passing = c->passing;
    if (!passing || !passing->in_count)
        return -1;
    struct ofs_own_fd first = passing->in[0];
    memmove(passing->in, passing->in + 1, --passing->in_count * sizeof(first));
    return ofs_own_fd_still_ours(&first) ? first.fd : -1;
}

/* ---- out ---- */

bool ofs_passing_give(struct ofs_client *c, int take_fd)
{
    struct ofs_passing *passing = passing_of(c);
    if (!passing || passing->out_count == OFS_PASSING_OUT || !ofs_own_fd_identify(&passing->out[passing->out_count], take_fd))
        return false;
    passing->out_count++;
    return true;
}

static ssize_t send_with(struct ofs_client *c, const void *bytes, size_t n)
{
    struct ofs_passing *passing = c->passing;
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(OFS_PASSING_OUT * sizeof(int))];
    } control = { 0 };
    int fds[OFS_PASSING_OUT];
    unsigned count = 0;
    for (unsigned i = 0; i < passing->out_count; i++)
        if (ofs_own_fd_still_ours(&passing->out[i]))
            fds[count++] = passing->out[i].fd;
    struct iovec part = { (void *)(uintptr_t)bytes, n };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *m = CMSG_FIRSTHDR(&message);
        m->cmsg_level = SOL_SOCKET;
        m->cmsg_type = SCM_RIGHTS;
        m->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(m), fds, count * sizeof(int));
    }
    ssize_t sent = sendmsg(c->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent > 0)
        close_all(passing->out, &passing->out_count);
    return sent;
}

ssize_t ofs_passing_send(struct ofs_client *c, const void *bytes, size_t n)
{
    if (c->passing && c->passing->out_count)
        return send_with(c, bytes, n);
    return send(c->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL);
}
