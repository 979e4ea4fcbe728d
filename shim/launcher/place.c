/* Where things are: the library beside this program, and a folder for the session page.
 *
 * The launcher holds a lock on the page while it lives. A folder whose page is not locked was left by a launcher that
 * was killed, and the next one removes it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "launcher/run.h"
#include "util/log.h"
#include "util/status.h"

#define FOLDER_PREFIX "offstage-"
#define LEFT_OVER_S   60 /* a younger folder may belong to a launcher that has not locked its page yet */

bool place_library(char path_out[PATH_MAX])
{
    static const char *const beside[] = { "../lib", "../lib/offstage", OFS_MULTIARCH_LIB };
    const char *given = getenv("OFFSTAGE_LIB");
    char own[PATH_MAX], candidate[PATH_MAX + 64];
    ssize_t length;

    if (given && given[0]) {
        if (!realpath(given, path_out)) {
            ofs_log_user("OFFSTAGE_LIB=%s: %s", given, strerror(errno));
            return false;
        }
    } else {
        bool found = false;
        length = readlink("/proc/self/exe", own, sizeof own - 1);
        own[length > 0 ? length : 0] = '\0';
        if (strrchr(own, '/'))
            *strrchr(own, '/') = '\0';
        for (size_t i = 0; i < OFS_ARRAY_LEN(beside) && !found; i++) {
            snprintf(candidate, sizeof candidate, "%s/%s/liboffstage.so", own, beside[i]);
            found = realpath(candidate, path_out) != NULL;
        }
        if (!found) {
            ofs_log_user("liboffstage.so is not in %s/../lib; set OFFSTAGE_LIB to its path", own);
            return false;
        }
    }
    /* The loader splits LD_PRELOAD there and offers no way to quote. */
    if (strpbrk(path_out, ": \t\n")) {
        ofs_log_user("%s: a library whose path holds a space or a colon cannot be preloaded; move it", path_out);
        return false;
    }
    return true;
}

static bool is_ours(const struct stat *st) { return S_ISDIR(st->st_mode) && st->st_uid == geteuid(); }

static void empty_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    while (dir && (entry = readdir(dir)))
        if (strncmp(entry->d_name, "page", 4) == 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    rmdir(folder);
}

static void remove_left_over(const char *base)
{
    DIR *dir = opendir(base);
    struct dirent *entry;
    while (dir && (entry = readdir(dir))) {
        char folder[PATH_MAX], page[PATH_MAX + 8];
        struct stat st;
        int fd;
        if (strncmp(entry->d_name, FOLDER_PREFIX, strlen(FOLDER_PREFIX)) != 0 ||
            (size_t)snprintf(folder, sizeof folder, "%s/%s", base, entry->d_name) >= sizeof folder ||
            lstat(folder, &st) != 0 || !is_ours(&st) || st.st_mtime > time(NULL) - LEFT_OVER_S)
            continue;
        snprintf(page, sizeof page, "%s/page", folder);
        fd = open(page, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 ? errno == ENOENT : flock(fd, LOCK_EX | LOCK_NB) == 0)
            empty_folder(folder);
        if (fd >= 0)
            close(fd);
    }
    if (dir)
        closedir(dir);
}

/* Other users may not remove or replace what is ours there: it is ours, or sticky, or not theirs to write. */
static bool base_serves(const char *base, uint64_t need_bytes)
{
    struct stat st;
    struct statvfs space;
    if (!base || base[0] != '/' || strlen(base) > PATH_MAX - 64 || stat(base, &st) != 0 || !S_ISDIR(st.st_mode))
        return false;
    if (access(base, W_OK | X_OK) != 0 || ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX)))
        return false;
    return statvfs(base, &space) == 0 && (uint64_t)space.f_bavail * space.f_frsize >= need_bytes;
}

static bool create_page(struct place *place)
{
    struct rlimit limit;
    /* Past the limit on file sizes the system call would raise SIGXFSZ, which ends us without a word. */
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0 || sizeof *place->session > limit.rlim_cur) {
        errno = EFBIG;
        return false;
    }
    snprintf(place->page, sizeof place->page, "%s/page", place->folder);
    place->lock_fd = open(place->page, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (place->lock_fd < 0 || flock(place->lock_fd, LOCK_EX | LOCK_NB) != 0 ||
        posix_fallocate(place->lock_fd, 0, sizeof *place->session) != 0)
        return false;
    place->session = mmap(NULL, sizeof *place->session, PROT_READ | PROT_WRITE, MAP_SHARED, place->lock_fd, 0);
    if (place->session == MAP_FAILED)
        return false;
    place->session->magic = OFS_SESSION_MAGIC;
    place->session->version = OFS_SESSION_VERSION;
    return true;
}

bool place_create(struct place *place, uint64_t need_bytes)
{
    const char *bases[] = { getenv("XDG_RUNTIME_DIR"), "/dev/shm", getenv("TMPDIR"), "/tmp" };
    /* The second round takes what there is: perhaps the frames are small. */
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < OFS_ARRAY_LEN(bases); i++) {
            if (!base_serves(bases[i], round == 0 ? need_bytes : 1u << 20))
                continue;
            remove_left_over(bases[i]);
            snprintf(place->folder, sizeof place->folder, "%s/" FOLDER_PREFIX "XXXXXX", bases[i]);
            if (!mkdtemp(place->folder)) {
                place->folder[0] = '\0';
                continue;
            }
            if (create_page(place))
                return true;
            place_remove(place);
        }
    }
    ofs_log_user("no folder for temporary files: none of XDG_RUNTIME_DIR, /dev/shm, TMPDIR and /tmp can be written; "
                 "set TMPDIR to one that can");
    return false;
}

bool place_refused(const struct place *place)
{
    char mark[PATH_MAX + 32];
    snprintf(mark, sizeof mark, "%s.refused", place->page);
    return access(mark, F_OK) == 0;
}

void place_remove(struct place *place)
{
    if (place->folder[0])
        empty_folder(place->folder);
    if (place->lock_fd > 0)
        close(place->lock_fd);
    place->folder[0] = '\0';
    place->lock_fd = -1;
}
