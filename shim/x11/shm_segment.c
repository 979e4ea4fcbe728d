/* A file's pages vanish when somebody makes it shorter, and whoever touches them then gets SIGBUS: in a process that is not
 * ours to crash. Files that cannot shrink (sealed, as those made here are) are read like any memory; of others the kernel is
 * asked for the bytes, which answers an error instead. */
#include "x11/shm_segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <X11/X.h>

enum { MAX_FILES = 1024 }; /* each is a mapping in the program's own process, of which there may be some 65,000 */

static struct ofs_shm *enter(struct ofs_shm **list, int shmid, uint8_t *data, size_t size_bytes, bool writable)
{
    struct ofs_shm *shm = calloc(1, sizeof(*shm));
    if (!shm)
        return NULL;
    *shm = (struct ofs_shm){
        .next = *list, .refs = 1, .shmid = shmid, .data = data, .size_bytes = size_bytes, .writable = writable
    };
    return *list = shm;
}

int ofs_shm_attach(struct ofs_shm **list, int shmid, bool read_only, struct ofs_shm **out)
{
    struct shmid_ds about;
    for (struct ofs_shm *shm = *list; shm && shmid != -1; shm = shm->next) {
        if (shm->shmid != shmid)
            continue;
        if (!read_only && !shm->writable)
            return BadAccess;
        shm->refs++;
        *out = shm;
        return 0;
    }
    uint8_t *data = shmat(shmid, NULL, read_only ? SHM_RDONLY : 0);
    if (data == (void *)-1)
        return BadAccess;
    if (shmctl(shmid, IPC_STAT, &about) != 0) {
        (void)shmdt(data);
        return BadAccess;
    }
    *out = enter(list, shmid, data, about.shm_segsz, !read_only);
    if (!*out)
        (void)shmdt(data);
    return *out ? 0 : BadAlloc;
}

static int map_file(struct ofs_shm **list, int fd, size_t size_bytes, bool read_only, struct ofs_shm **out)
{
    unsigned files = 0;
    for (const struct ofs_shm *shm = *list; shm; shm = shm->next)
        files += shm->shmid == -1;
    if (files >= MAX_FILES)
        return BadAlloc;
    void *data = mmap(NULL, size_bytes, read_only ? PROT_READ : PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (data == MAP_FAILED)
        return BadAccess;
    *out = enter(list, -1, data, size_bytes, !read_only);
    if (!*out)
        (void)munmap(data, size_bytes);
    return *out ? 0 : BadAlloc;
}

int ofs_shm_attach_fd(struct ofs_shm **list, int fd, bool read_only, struct ofs_shm **out)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0 || (uint64_t)st.st_size > SIZE_MAX)
        return BadMatch;
    int error = map_file(list, fd, (size_t)st.st_size, read_only, out);
    if (error)
        return error;
    /* Of huge pages there may be too few when the first is touched. */
    int seals = fcntl(fd, F_GET_SEALS);
    (*out)->guarded = seals < 0 || !(seals & F_SEAL_SHRINK) || st.st_blksize > sysconf(_SC_PAGESIZE);
    return 0;
}

int ofs_shm_create(struct ofs_shm **list, uint32_t size_bytes, bool read_only, struct ofs_shm **out, int *fd_out)
{
    int fd = memfd_create("offstage-shm", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return BadAlloc;
    int error = ftruncate(fd, (off_t)size_bytes) == 0 && fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) == 0
                    ? map_file(list, fd, size_bytes, read_only, out)
                    : BadAlloc;
    if (error)
        close(fd);
    else
        *fd_out = fd;
    return error;
}

void ofs_shm_release(struct ofs_shm **list, struct ofs_shm *shm)
{
    if (--shm->refs)
        return;
    while (*list != shm)
        list = &(*list)->next;
    *list = shm->next;
    if (shm->shmid == -1)
        (void)munmap(shm->data, shm->size_bytes);
    else
        (void)shmdt(shm->data);
    free(shm);
}

/* Where the call that copies between processes is forbidden, memory is a file. */
static bool through_file(const struct ofs_shm *shm, size_t offset, void *to, const void *from, size_t n)
{
    int fd = open("/proc/self/mem", (from ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    off_t at = (off_t)(uintptr_t)(shm->data + offset);
    ssize_t done = fd < 0 ? -1 : from ? pwrite(fd, from, n, at) : pread(fd, to, n, at);
    if (fd >= 0)
        close(fd);
    return done == (ssize_t)n;
}

bool ofs_shm_read(const struct ofs_shm *shm, size_t offset, void *to, size_t n)
{
    struct iovec here = { to, n }, there = { shm->data + offset, n };
    if (!shm->guarded) {
        memcpy(to, shm->data + offset, n);
        return true;
    }
    ssize_t done = process_vm_readv(getpid(), &here, 1, &there, 1, 0);
    return done < 0 && errno != EFAULT ? through_file(shm, offset, to, NULL, n) : done == (ssize_t)n;
}

bool ofs_shm_write(struct ofs_shm *shm, size_t offset, const void *from, size_t n)
{
    struct iovec here = { (void *)(uintptr_t)from, n }, there = { shm->data + offset, n };
    if (!shm->guarded) {
        memcpy(shm->data + offset, from, n);
        return true;
    }
    ssize_t done = process_vm_writev(getpid(), &here, 1, &there, 1, 0);
    return done < 0 && errno != EFAULT ? through_file(shm, offset, NULL, from, n) : done == (ssize_t)n;
}
