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
    bool (*network)(const struct fds *fds);
    const sigset_t *mask;
    struct pollfd *list; /* poll */
    nfds_t count;
    int nfds; /* select */
    fd_set *sets[3];
    int epoll; /* epoll */
    struct epoll_event *events;
    int room;
};

/* As the real call: how many are ready, 0 after span_ns of the game's time (NEVER = without end), or -1 and errno. */
int ofs_wait_fds(struct fds *fds, uint64_t span_ns);
bool ofs_is_network(int fd);

#endif
