/* Descriptors that are known by their inode; see own_fd.h. */
#include "x11/own_fd.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

bool ofs_own_fd_identify(struct ofs_own_fd *own, int fd)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return false;
    *own = (struct ofs_own_fd){ fd, st.st_dev, st.st_ino };
    return true;
}

bool ofs_own_fd_still_ours(const struct ofs_own_fd *own)
{
    struct stat st;
    return own->fd >= 0 && fstat(own->fd, &st) == 0 && st.st_dev == own->dev && st.st_ino == own->ino;
}

void ofs_own_fd_close(struct ofs_own_fd *own)
{
    if (ofs_own_fd_still_ours(own))
        close(own->fd);
    own->fd = -1;
}

int ofs_own_fd_high(int fd)
{
    struct rlimit limit;
    int from = 1000;
    if (fd < 0)
        return fd;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < 1024)
        from = limit.rlim_cur > 64 ? (int)limit.rlim_cur * 3 / 4 : 3;
    int high = fcntl(fd, F_DUPFD_CLOEXEC, from);
    if (high < 0)
        return fd;
    close(fd);
    return high;
}
