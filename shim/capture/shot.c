/* Pictures as files: see shot.h. */
#include "capture/shot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "capture/png.h"

const char *ofs_shot_check(const char *pattern, bool *numbered_out)
{
    size_t length = strlen(pattern);
    const char *base = strrchr(pattern, '/');
    const char *percent = strchr(pattern, '%');
    base = base ? base + 1 : pattern;
    if (length < 5 || strcasecmp(pattern + length - 4, ".png") != 0 || strlen(base) < 5)
        return "the name must end in .png";
    *numbered_out = percent != NULL;
    if (percent && (percent < base || percent[1] != 'd' || strchr(percent + 1, '%')))
        return "the only % sequence is one %d in the file's name";
    return NULL;
}

enum ofs_status ofs_shot_name(const char *pattern, uint64_t number, char *name_out, size_t name_bytes)
{
    const char *percent = strchr(pattern, '%');
    int length;
    if (!percent)
        length = snprintf(name_out, name_bytes, "%s", pattern);
    else
        length = snprintf(name_out, name_bytes, "%.*s%llu%s", (int)(percent - pattern), pattern,
                          (unsigned long long)number, percent + 2);
    return length < 0 || (size_t)length >= name_bytes ? OFS_EINVAL : OFS_OK;
}

static enum ofs_status write_all(int fd, const unsigned char *data, size_t bytes)
{
    while (bytes > 0) {
        ssize_t written = write(fd, data, bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return OFS_EIO;
        data += written;
        bytes -= (size_t)written;
    }
    return OFS_OK;
}

/* Beside the target, so that the rename stays within one file system. */
static int open_temporary(const char *path, char *name_out, size_t name_bytes)
{
    static _Atomic unsigned counter;
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    int length = snprintf(name_out, name_bytes, "%.*s.%.200s.%d.%u.tmp", (int)(base - path), path, base, (int)getpid(),
                          atomic_fetch_add(&counter, 1));
    if (length < 0 || (size_t)length >= name_bytes) {
        errno = ENAMETOOLONG;
        return -1;
    }
    return open(name_out, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

enum ofs_status ofs_shot_write(const char *path, const unsigned char *bgra, uint32_t width_px, uint32_t height_px,
                               size_t pitch_bytes)
{
    char temporary[PATH_MAX];
    unsigned char *png;
    size_t bytes;
    int fd, saved_errno;
    enum ofs_status status = ofs_png_encode(bgra, width_px, height_px, pitch_bytes, &png, &bytes);
    if (status != OFS_OK)
        return status;
    fd = open_temporary(path, temporary, sizeof temporary);
    if (fd < 0) {
        status = OFS_EIO;
        goto free_png;
    }
    status = write_all(fd, png, bytes);
    saved_errno = errno;
    if (close(fd) != 0 && status == OFS_OK) { /* a network file system may tell only now */
        saved_errno = errno;
        status = OFS_EIO;
    }
    if (status == OFS_OK && rename(temporary, path) != 0) {
        saved_errno = errno;
        status = OFS_EIO;
    }
    if (status != OFS_OK)
        unlink(temporary);
    errno = saved_errno;
free_png:
    saved_errno = errno;
    free(png);
    errno = saved_errno;
    return status;
}
