/* Shared memory of clients, mapped: System V segments, and descriptors that were passed (passing.h). */
#ifndef OFS_X11_SHM_SEGMENT_H
#define OFS_X11_SHM_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ofs_shm {
    struct ofs_shm *next;
    unsigned refs;
    int shmid; /* of a System V segment; -1: a file */
    uint8_t *data;
    size_t size_bytes;
    bool writable;
    bool guarded; /* its pages may vanish under a reader: only through ofs_shm_read() and ofs_shm_write() */
};

/* All return 0 or an X error code, and enter what they make in the list with one reference. */

/* Attached once, however many ids clients have for it. BadAccess: no such segment, or not with these rights. */
int ofs_shm_attach(struct ofs_shm **list, int shmid, bool read_only, struct ofs_shm **out);
/* fd is borrowed, and may be closed afterwards. BadMatch: -1, or nothing that has a size; BadAccess: cannot be mapped. */
int ofs_shm_attach_fd(struct ofs_shm **list, int fd, bool read_only, struct ofs_shm **out);
/* Memory that cannot shrink, and a descriptor of it that the caller closes. BadAlloc, BadAccess. */
int ofs_shm_create(struct ofs_shm **list, uint32_t size_bytes, bool read_only, struct ofs_shm **out, int *fd_out);
void ofs_shm_release(struct ofs_shm **list, struct ofs_shm *shm);

/* Copies within the segment; false: not all of it is there any more. */
bool ofs_shm_read(const struct ofs_shm *shm, size_t offset, void *to, size_t n);
bool ofs_shm_write(struct ofs_shm *shm, size_t offset, const void *from, size_t n);

#endif
