/* Waits for descriptors: poll, select (wait.c) and epoll (epoll.c). */
#ifndef OFS_CLOCK_WAIT_H
#define OFS_CLOCK_WAIT_H

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "hook/clock/clock.h"

/* What is waited for, and the real call that does it: for `real` (NULL = without end). */
struct fds {
    const char *what;
    int (*call)(struct fds *fds, const struct timespec *real);
    bool (*real)(const struct fds *fds); /* is it a wait for the world, which does not live in the game's time? */
    const sigset_t *mask;
    struct pollfd *list; /* poll */
    nfds_t count;
    int nfds; /* select */
    fd_set *sets[3];
    int epoll; /* epoll */
    struct epoll_event *events;
    int room;
    int found, error; /* of a look while the thread waited; 0 = nothing was there */
};

/* As the real call: how many are ready, 0 after span_ns of the game's time (NEVER = without end), or -1 and errno. */
int ofs_wait_fds(struct fds *fds, uint64_t span_ns);
/* What is at the other end of a descriptor. */
enum far_end {
    FAR_HERE,    /* this process, as far as it can be known: a pipe does not tell */
    FAR_PROCESS, /* another process of this machine: a socket whose peer says so */
    FAR_NETWORK,
};
enum far_end ofs_far_end(int fd);

#endif
