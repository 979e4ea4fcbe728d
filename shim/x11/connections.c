/* Connections: a program's socket becomes one of ours, ends, and is forgotten by the child of a fork. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/log.h"
#include "x11/loop_private.h"
#include "x11/private.h"
#include "x11/serve.h"

#define OFS_LOG_MODULE OFS_MOD_X11

/* ---- new connections ---- */

struct new_client {
    int fd, peer_fd;
};

static void add_client(struct ofs_server *s, const void *arg)
{
    struct new_client fresh;
    memcpy(&fresh, arg, sizeof(fresh));
    struct ofs_client *c = ofs_server_add_client(s);
    if (!c) { /* 1023 clients, or no memory: the client sees the end of its stream */
        shutdown(fresh.fd, SHUT_RDWR);
        return;
    }
    c->fd = fresh.fd;
    c->peer_fd = fresh.peer_fd;
    ofs_xview_connection(c->peer_fd, 0);
}

/* The client's end takes the place of fd, with its flags. */
static bool replace(int fd, int end)
{
    int status = fcntl(fd, F_GETFL), descriptor = fcntl(fd, F_GETFD);
    if (status < 0 || descriptor < 0)
        return false;
    if (status & O_NONBLOCK)
        fcntl(end, F_SETFL, O_NONBLOCK);
    return dup3(end, fd, descriptor & FD_CLOEXEC ? O_CLOEXEC : 0) == fd;
}

/* With the lock held. */
static enum ofs_status attach(int fd, const struct ofs_own_fd *server_end, int client_end)
{
    struct ofs_loop *loop = ofs_loop_running();
    struct ofs_loop_ends *free_ends = NULL;
    for (unsigned i = 0; loop && i < OFS_LOOP_CONNECTIONS && !free_ends; i++)
        if (loop->ends[i].server.fd == 0)
            free_ends = &loop->ends[i];
    if (!free_ends || !replace(fd, client_end))
        return OFS_EIO;
    struct new_client fresh = { server_end->fd, fd };
    if (!ofs_loop_enqueue(loop, add_client, &fresh, sizeof(fresh)))
        return OFS_ENOMEM;
    free_ends->server = *server_end;
    (void)ofs_own_fd_identify(&free_ends->client, fd);
    return OFS_OK;
}

enum ofs_status ofs_x11_attach(int fd)
{
    int saved = errno, pair[2];
    struct ofs_own_fd server_end;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        errno = saved;
        return OFS_EIO;
    }
    enum ofs_status status = OFS_EIO;
    if (ofs_own_fd_identify(&server_end, ofs_own_fd_high(pair[0]))) {
        pthread_mutex_lock(&ofs_loop_process.lock);
        status = attach(fd, &server_end, pair[1]);
        pthread_mutex_unlock(&ofs_loop_process.lock);
        if (status != OFS_OK)
            ofs_own_fd_close(&server_end);
    }
    close(pair[1]);
    if (status == OFS_OK)
        ofs_calls_connected();
    errno = saved;
    return status;
}

/* ---- they end ---- */

void ofs_loop_drop_client(struct ofs_loop *loop, struct ofs_client *c)
{
    int fd = c->fd, peer = c->peer_fd;
    struct ofs_server *s = c->server;
    ofs_debug("connection on descriptor %d ended", peer);
    ofs_client_remove(c);
    pthread_mutex_lock(&ofs_loop_process.lock);
    for (unsigned i = 0; i < OFS_LOOP_CONNECTIONS; i++)
        if (loop->ends[i].server.fd == fd) {
            ofs_own_fd_close(&loop->ends[i].server);
            loop->ends[i].server.fd = 0;
        }
    pthread_mutex_unlock(&ofs_loop_process.lock);
    for (c = s->clients; c; c = c->next)
        if (c->peer_fd == peer)
            return; /* the number belongs to a newer connection */
    ofs_xview_connection_gone(peer);
}

/* ---- fork ---- */

void ofs_x11_fork_prepare(void)
{
    pthread_mutex_lock(&ofs_loop_process.lock);
    ofs_xview_fork_prepare();
}

void ofs_x11_fork_parent(void)
{
    ofs_xview_fork_parent();
    pthread_mutex_unlock(&ofs_loop_process.lock);
}

/* A child that goes on with the parent's connection would write into the parent's stream: it gets a dead one in its place. */
static void kill_client_ends(struct ofs_loop *loop)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return;
    close(pair[0]);
    for (unsigned i = 0; i < OFS_LOOP_CONNECTIONS; i++) {
        struct ofs_loop_ends *ends = &loop->ends[i];
        if (ends->server.fd == 0)
            continue;
        if (ofs_own_fd_still_ours(&ends->client))
            dup3(pair[1], ends->client.fd, O_CLOEXEC);
        ofs_own_fd_close(&ends->server);
    }
    close(pair[1]);
}

void ofs_x11_fork_child(void)
{
    /* The thread does not exist here and its world may be half-way through a change: it is left alone, and leaks. */
    struct ofs_loop *loop = ofs_loop_process.loop;
    ofs_loop_process.loop = NULL;
    pthread_mutex_init(&ofs_loop_process.lock, NULL);
    pthread_mutex_init(&ofs_loop_process.world, NULL);
    ofs_loop_served = NULL;
    ofs_calls_fork_child();
    ofs_xview_fork_child();
    if (!loop)
        return;
    ofs_own_fd_close(&loop->wake_read);
    ofs_own_fd_close(&loop->wake_write);
    kill_client_ends(loop);
}
