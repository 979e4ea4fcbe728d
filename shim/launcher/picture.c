/* The last frame, from the frame files of the processes that drew. What they left is checked before it is believed. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/shot.h"
#include "launcher/run.h"
#include "util/log.h"

#define SIDE_MAX_PX 32768u

struct found {
    unsigned slot;
    struct ofs_session_frame frame;
    uint64_t pixels_at, last_ns;
};

static int open_frames(const struct place *place, uint32_t pid)
{
    char name[PATH_MAX + 32];
    snprintf(name, sizeof name, "%s.%u", place->page, pid);
    return open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

/* The whole frame of a slot, if there is one and its sizes fit the file. */
static bool read_header(const struct place *place, unsigned index, struct found *found)
{
    const struct ofs_session_slot *slot = &place->session->slots[index];
    struct ofs_session_frame *frame = &found->frame;
    uint32_t which = atomic_load(&slot->frame_slot);
    struct stat st;
    bool good = false;
    uint64_t at;
    int fd;

    if (atomic_load(&slot->pid) == 0 || which < 1 || which > 2)
        return false;
    fd = open_frames(place, atomic_load(&slot->pid));
    at = slot->frame_offset[which - 1];
    if (fd >= 0 && fstat(fd, &st) == 0 && at <= (uint64_t)st.st_size &&
        pread(fd, frame, sizeof *frame, (off_t)at) == sizeof *frame)
        good = frame->width_px >= 1 && frame->width_px <= SIDE_MAX_PX && frame->height_px >= 1 &&
               frame->height_px <= SIDE_MAX_PX && frame->pitch_bytes >= frame->width_px * 4 &&
               frame->pitch_bytes <= SIDE_MAX_PX * 8 &&
               (uint64_t)frame->pitch_bytes * frame->height_px <= (uint64_t)st.st_size - at - sizeof *frame;
    if (fd >= 0)
        close(fd);
    found->slot = index;
    found->pixels_at = at + sizeof *frame;
    found->last_ns = atomic_load(&slot->last_frame_ns);
    return good;
}

static bool is_better(const struct found *a, const struct found *b)
{
    uint64_t area_a = (uint64_t)a->frame.width_px * a->frame.height_px;
    uint64_t area_b = (uint64_t)b->frame.width_px * b->frame.height_px;
    return area_a != area_b ? area_a > area_b : a->last_ns > b->last_ns;
}

static unsigned char *read_pixels(const struct place *place, const struct found *found)
{
    size_t bytes = (size_t)found->frame.pitch_bytes * found->frame.height_px, got = 0;
    unsigned char *pixels = malloc(bytes);
    int fd = open_frames(place, atomic_load(&place->session->slots[found->slot].pid));
    while (pixels && fd >= 0 && got < bytes) {
        ssize_t n = pread(fd, pixels + got, bytes - got, (off_t)(found->pixels_at + got));
        if (n <= 0)
            break;
        got += (size_t)n;
    }
    if (fd >= 0)
        close(fd);
    if (got == bytes)
        return pixels;
    free(pixels);
    return NULL;
}

bool picture_write(const struct run_args *args, const struct place *place)
{
    struct found best = { 0 }, found;
    bool any = false;
    unsigned char *pixels;
    enum ofs_status status;

    for (unsigned i = 0; i < OFS_SESSION_SLOTS; i++) {
        if (read_header(place, i, &found) && (!any || is_better(&found, &best))) {
            best = found;
            any = true;
        }
    }
    if (!any) {
        ofs_log_user("no picture was written: the command drew no frame");
        return false;
    }
    pixels = read_pixels(place, &best);
    if (!pixels) {
        ofs_log_user("no picture was written: the last frame cannot be read");
        return false;
    }
    status = ofs_shot_write(args->shot, pixels, best.frame.width_px, best.frame.height_px, best.frame.pitch_bytes);
    if (status != OFS_OK)
        ofs_log_user("%s cannot be written: %s", args->shot,
                     status == OFS_EIO ? strerror(errno) : "too large, or out of memory");
    free(pixels);
    return status == OFS_OK;
}
