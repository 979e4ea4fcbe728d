/* The session page: see page.h and session.h. */
#include "capture/page.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/log.h"

#define OFS_LOG_MODULE OFS_MOD_CAPTURE

struct ofs_session *ofs_page_open(const char *path)
{
    struct ofs_session *page;
    struct stat st;
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        ofs_warn("session page %s: %m", path);
        return NULL;
    }
    if (fstat(fd, &st) != 0 || st.st_size < (off_t)sizeof *page) {
        ofs_error("session page %s: too small", path);
        close(fd);
        return NULL;
    }
    page = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (page == MAP_FAILED)
        return NULL;
    if (page->magic != OFS_SESSION_MAGIC || page->version != OFS_SESSION_VERSION) {
        ofs_error("session page %s: of another version of offstage", path);
        munmap(page, sizeof *page);
        return NULL;
    }
    return page;
}

struct ofs_session_slot *ofs_page_claim(struct ofs_session *page)
{
    uint32_t self = (uint32_t)getpid();
    for (int i = 0; i < OFS_SESSION_SLOTS; i++) {
        struct ofs_session_slot *slot = &page->slots[i];
        uint32_t owner = 0;
        /* A slot of our own number was left by the program that called exec in this process. */
        if (atomic_compare_exchange_strong(&slot->pid, &owner, self) || owner == self) {
            memset((char *)slot + offsetof(struct ofs_session_slot, frame_slot), 0,
                   sizeof *slot - offsetof(struct ofs_session_slot, frame_slot));
            return slot;
        }
    }
    ofs_warn("more than %d processes draw; this one is not counted", OFS_SESSION_SLOTS);
    return NULL;
}

int ofs_page_frame_file(const char *path)
{
    char name[PATH_MAX];
    int fd, high;
    if ((size_t)snprintf(name, sizeof name, "%s.%d", path, (int)getpid()) >= sizeof name)
        return -1;
    fd = open(name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        ofs_error("frame file %s: %m", name);
        return -1;
    }
    high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
    if (high < 0)
        return fd;
    close(fd);
    return high;
}
