/* Keeping the last frame: see keep.h. */
#include "capture/keep.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture/page.h"
#include "capture/readback.h"
#include "capture/shot.h"
#include "capture/store.h"
#include "util/log.h"
#include "util/opt.h"

#define OFS_LOG_MODULE OFS_MOD_CAPTURE
#define BUSY_WAIT_NS   1000000000

/* All mutable state of this file. `busy` makes one thread the owner of `store` while it reads a frame, since the lock may
 * not be held across GL. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t idle;
    bool busy, wanted, numbered, written, failed;
    pid_t pid;
    const char *shot;
    struct ofs_session_slot *slot; /* where the last frame goes; NULL: it stays here */
    struct ofs_session_slot *told; /* where the launcher learns of failures; NULL: no launcher */
    struct ofs_store store;
    uint64_t pictures;
} keep = { .lock = PTHREAD_MUTEX_INITIALIZER, .idle = PTHREAD_COND_INITIALIZER };

void ofs_keep_start(const char *session_path, struct ofs_session_slot *slot)
{
    const char *complaint;
    keep.shot = ofs_options_get()->shot;
    keep.pid = getpid();
    if (!keep.shot)
        return;
    complaint = ofs_shot_check(keep.shot, &keep.numbered);
    if (complaint) {
        ofs_error("OFFSTAGE_SHOT=%s: %s", keep.shot, complaint);
        return;
    }
    /* Numbered pictures are written here at once, so nothing is left for the launcher to do. */
    keep.slot = keep.numbered ? NULL : slot;
    keep.told = slot;
    ofs_store_init(&keep.store, keep.slot ? ofs_page_frame_file(session_path) : -1);
    keep.wanted = true;
}

bool ofs_keep_wanted(void) { return keep.wanted; }

/* Become the owner of the store. False: another thread has been reading for a second; this frame is left out. */
static bool take_store(void)
{
    bool taken = true;
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += BUSY_WAIT_NS / 1000000000;
    pthread_mutex_lock(&keep.lock);
    while (keep.busy && taken)
        taken = pthread_cond_clockwait(&keep.idle, &keep.lock, CLOCK_MONOTONIC, &until) != ETIMEDOUT;
    if (taken)
        keep.busy = true;
    pthread_mutex_unlock(&keep.lock);
    return taken;
}

static void give_store(void)
{
    pthread_mutex_lock(&keep.lock);
    keep.busy = false;
    pthread_cond_signal(&keep.idle);
    pthread_mutex_unlock(&keep.lock);
}

static void count_failure(void)
{
    if (keep.told && keep.numbered)
        atomic_fetch_add(&keep.told->pictures_failed, 1);
}

/* By the owner of the store. */
static void write_picture(const char *name)
{
    const struct ofs_session_frame *frame = ofs_store_last(&keep.store);
    enum ofs_status status;
    if (!frame)
        return;
    status =
        ofs_shot_write(name, (const unsigned char *)(frame + 1), frame->width_px, frame->height_px, frame->pitch_bytes);
    if (status == OFS_EIO)
        ofs_error("picture %s: %m", name);
    else if (status != OFS_OK)
        ofs_error("picture %s: too large, or out of memory", name);
    if (status != OFS_OK)
        count_failure();
}

/* The launcher reads the slot only after this process has ended, or the frame is whole: `frame_slot` is set last. */
static void publish(void)
{
    unsigned index = keep.store.whole - 1;
    keep.slot->frame_offset[index] = keep.store.offset[index];
    keep.slot->frame_file_bytes = keep.store.map_bytes;
    atomic_store_explicit(&keep.slot->frame_slot, index + 1, memory_order_release);
}

static enum ofs_status read_pixels(const struct ofs_shown *shown, unsigned char *bgra_out)
{
    size_t row_bytes = (size_t)shown->width_px * 4;
    if (!shown->bgrx)
        return ofs_readback(shown->width_px, shown->height_px, bgra_out);
    for (uint32_t y = 0; y < shown->height_px; y++)
        memcpy(bgra_out + y * row_bytes, shown->bgrx + y * shown->pitch_bytes, row_bytes);
    return OFS_OK;
}

static void read_frame(const struct ofs_shown *shown)
{
    struct ofs_session_frame *frame;
    enum ofs_status status = ofs_store_begin(&keep.store, shown->width_px, shown->height_px, &frame);
    if (status == OFS_OK) {
        frame->window = shown->window;
        frame->sequence = shown->sequence;
        status = read_pixels(shown, (unsigned char *)(frame + 1));
    }
    if (status != OFS_OK) {
        if (!keep.failed)
            ofs_error("no picture of a frame of %ux%u: %s", shown->width_px, shown->height_px,
                      status == OFS_ENOMEM ? "no room in memory or in the session folder" : "it cannot be read");
        keep.failed = true;
        count_failure();
        return;
    }
    ofs_store_commit(&keep.store);
    if (keep.slot)
        publish();
    if (keep.numbered) {
        char name[PATH_MAX];
        if (ofs_shot_name(keep.shot, ++keep.pictures, name, sizeof name) == OFS_OK)
            write_picture(name);
    }
}

void ofs_keep_frame(const struct ofs_shown *shown)
{
    if (!take_store())
        return;
    if (!keep.written)
        read_frame(shown);
    give_store();
}

void ofs_keep_finish(void)
{
    if (!keep.wanted || keep.slot || keep.numbered || !take_store())
        return;
    if (!keep.written)
        write_picture(keep.shot);
    keep.written = true;
    give_store();
}

/* A program under a plain LD_PRELOAD that ends by itself. */
__attribute__((destructor)) static void at_exit(void)
{
    if (keep.wanted && keep.pid == getpid())
        ofs_keep_finish();
}

void ofs_keep_fork_child(void)
{
    pthread_mutex_init(&keep.lock, NULL);
    pthread_cond_init(&keep.idle, NULL);
    ofs_store_finish(&keep.store);
    keep.busy = keep.wanted = keep.numbered = keep.written = keep.failed = false;
    keep.told = NULL;
    keep.slot = NULL;
    keep.pictures = 0;
}
