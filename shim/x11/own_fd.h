/* Descriptors of ours in a process that is not: a program may close descriptors that it does not know, and then use the
 * numbers for its own. So each of ours is known by its inode too, and looked at before it is written to from outside, handed
 * over or closed. */
#ifndef OFS_X11_OWN_FD_H
#define OFS_X11_OWN_FD_H

#include <stdbool.h>
#include <sys/types.h>

struct ofs_own_fd {
    int fd;                       /* -1: none */
    dev_t dev;
    ino_t ino;
};

/* Note what fd is, which stays the caller's on failure. False, and own untouched: there is no such descriptor. */
bool ofs_own_fd_identify(struct ofs_own_fd *own, int fd);
/* It is still what it was. */
bool ofs_own_fd_still_ours(const struct ofs_own_fd *own);
/* Close it, unless the number belongs to something else by now; fd is -1 then. */
void ofs_own_fd_close(struct ofs_own_fd *own);
/* The same descriptor out of the way of the numbers a program counts on, close-on-exec. Consumes fd; -1 stays -1. */
int ofs_own_fd_high(int fd);

#endif
