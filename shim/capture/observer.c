/* What happens at a swap: see capture.h. */
#include "capture/capture.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture/keep.h"
#include "capture/page.h"
#include "capture/pbo.h"
#include "capture/play.h"
#include "capture/readback.h"
#include "capture/texture.h"
#include "util/log.h"
#include "util/opt.h"

#define OFS_LOG_MODULE OFS_MOD_CAPTURE
#define NS_PER_S       1000000000ull
#define NS_PER_MS      1000000ull

/* All mutable state of this file. */
static struct {
    const struct ofs_capture_host *host;
    pthread_mutex_t lock;
    struct ofs_session *session;   /* NULL without a launcher, and before the first use */
    bool opened;                   /* it was looked for */
    struct ofs_session_slot *slot; /* in the session page, else `own`; NULL before the first frame or context */
    struct ofs_session_slot own;
    uint64_t limit, period_ns;                /* frames in all, time between two of one window; 0 = none */
    bool closing;                             /* the last frame that counts has been drawn */
    bool asked;                               /* the windows were asked to close */
    bool live[OFS_SESSION_WINDOWS];           /* the window of this row still exists */
    uint64_t due_ns[OFS_SESSION_WINDOWS + 1]; /* when the next frame may be shown; last: windows without a row */
} capture = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* What is to be done about one swap, decided under the lock and done without it. */
struct decision {
    uint64_t number;  /* of this frame in the process, from 1 */
    uint64_t wait_ns; /* CLOCK_MONOTONIC; 0 = do not wait */
    bool keep, close, ask; /* ask: the windows were not asked to close yet */
};

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* With the lock held. */
static struct ofs_session *open_session(void)
{
    const char *path = ofs_options_get()->session;
    if (!capture.opened && path)
        capture.session = ofs_page_open(path);
    capture.opened = true;
    return capture.session;
}

/* First use in this process: claim a slot and prepare to keep frames. With the lock held. */
static void start(void)
{
    const struct ofs_options *options;
    if (capture.slot)
        return;
    options = ofs_options_get();
    capture.limit = options->frames;
    capture.period_ns = options->fps > 0 ? (uint64_t)(NS_PER_S / options->fps) : 0;
    struct ofs_session_slot *claimed = open_session() ? ofs_page_claim(capture.session) : NULL;
    capture.slot = claimed ? claimed : &capture.own;
    ofs_keep_start(claimed ? options->session : NULL, claimed);
}

static void copy_text(char *to, size_t bytes, const char *from)
{
    size_t length = from ? strlen(from) : 0;
    if (length > bytes - 1)
        length = bytes - 1;
    if (length > 0)
        memcpy(to, from, length);
    to[length] = '\0';
}

static void observe_renderer(const char *vendor, const char *renderer, const char *version, const char *device,
                             const char *reason)
{
    int saved_errno = errno;
    struct ofs_session_slot *slot;
    pthread_mutex_lock(&capture.lock);
    start();
    slot = capture.slot;
    copy_text(slot->gl_vendor, sizeof slot->gl_vendor, vendor);
    copy_text(slot->gl_renderer, sizeof slot->gl_renderer, renderer);
    copy_text(slot->gl_version, sizeof slot->gl_version, version);
    copy_text(slot->device, sizeof slot->device, device);
    copy_text(slot->reason, sizeof slot->reason, reason);
    pthread_mutex_unlock(&capture.lock);
    errno = saved_errno;
}

/* The row of a window: its own, else a free one, else that of a window that is gone; OFS_SESSION_WINDOWS if none. */
static unsigned find_row(uint32_t window)
{
    struct ofs_session_window *rows = capture.slot->windows;
    unsigned found = OFS_SESSION_WINDOWS;
    for (unsigned i = 0; i < OFS_SESSION_WINDOWS; i++) {
        if (rows[i].window == window) {
            found = i;
            break;
        }
        if (found == OFS_SESSION_WINDOWS || (rows[found].window != 0 && rows[i].window == 0))
            if (rows[i].window == 0 || !capture.live[i])
                found = i;
    }
    if (found < OFS_SESSION_WINDOWS && rows[found].window != window) {
        memset(&rows[found], 0, sizeof rows[found]);
        rows[found].window = window;
    }
    if (found < OFS_SESSION_WINDOWS && !capture.live[found]) {
        capture.live[found] = true;
        capture.due_ns[found] = 0;
    }
    return found;
}

static bool is_largest(uint64_t area_px)
{
    for (unsigned i = 0; i < OFS_SESSION_WINDOWS; i++) {
        const struct ofs_session_window *row = &capture.slot->windows[i];
        if (capture.live[i] && (uint64_t)row->width_px * row->height_px > area_px)
            return false;
    }
    return true;
}

/* Absolute times, so that the rate holds on average; a program that fell behind does not catch up by a burst. */
static uint64_t next_due(unsigned row, uint64_t now)
{
    uint64_t *due = &capture.due_ns[row];
    if (capture.period_ns == 0)
        return 0;
    *due = *due + capture.period_ns > now ? *due : now;
    *due += capture.period_ns;
    return *due - capture.period_ns > now ? *due - capture.period_ns : 0;
}

/* Notes the frame and, unless the program is being closed, counts it: false when it does not count. */
static bool decide(struct ofs_shown *shown, struct decision *decision)
{
    bool counts = false;
    pthread_mutex_lock(&capture.lock);
    start();
    struct ofs_session_slot *slot = capture.slot;
    unsigned row = find_row(shown->window);
    if (row < OFS_SESSION_WINDOWS) {
        slot->windows[row].width_px = shown->width_px;
        slot->windows[row].height_px = shown->height_px;
    }
    shown->largest = is_largest((uint64_t)shown->width_px * shown->height_px);
    if (!capture.closing) {
        counts = true;
        if (row < OFS_SESSION_WINDOWS)
            atomic_fetch_add_explicit(&slot->windows[row].frames, 1, memory_order_relaxed);
        decision->number = atomic_load_explicit(&slot->frames, memory_order_relaxed) + 1;
        decision->wait_ns = next_due(row, shown->time_ns);
        if (decision->number == 1)
            atomic_store_explicit(&slot->first_frame_ns, shown->time_ns, memory_order_relaxed);
        atomic_store_explicit(&slot->last_frame_ns, decision->wait_ns ? decision->wait_ns : shown->time_ns,
                              memory_order_relaxed);
        atomic_store_explicit(&slot->frames, decision->number, memory_order_release);
        decision->close =
            decision->number == capture.limit ||
            (capture.session && atomic_load_explicit(&capture.session->close_request, memory_order_relaxed));
        capture.closing = decision->close;
        decision->ask = decision->close && !capture.asked;
        capture.asked |= decision->close;
        decision->keep = ofs_keep_wanted() && shown->largest;
    }
    pthread_mutex_unlock(&capture.lock);
    return counts;
}

static void wait_until(uint64_t due)
{
    struct timespec at = { .tv_sec = (time_t)(due / NS_PER_S), .tv_nsec = (long)(due % NS_PER_S) };
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
        ;
}

void ofs_capture_shown(const struct ofs_shown *frame)
{
    int saved_errno = errno;
    struct ofs_shown shown = *frame;
    struct decision decision = { 0 };
    bool counts;

    shown.time_ns = now_ns();
    counts = decide(&shown, &decision);
    if (decision.wait_ns)
        wait_until(decision.wait_ns);
    if (decision.keep)
        ofs_keep_frame(&shown);
    /* Also of a program that is being closed: who learns from its frames may ask for them until it is gone. */
    if (capture.host->sink)
        capture.host->sink->frame(&shown);
    if (decision.close) {
        ofs_keep_finish();
        ofs_info("closing after frame %llu", (unsigned long long)decision.number);
        if (decision.ask)
            capture.host->request_close();
        atomic_store(&capture.slot->close_sent, 1);
    } else if (counts) {
        ofs_play_frame(capture.host, decision.number);
    }
    if (capture.host->done)
        capture.host->done(&shown);
    errno = saved_errno;
}

static void observe_swap(const struct ofs_swap *swap)
{
    struct ofs_shown shown = { .window = swap->window,
                               .width_px = swap->width_px,
                               .height_px = swap->height_px,
                               .sequence = swap->sequence,
                               .context = swap->context };
    /* A swap of a pbuffer shows nothing to anybody. */
    if (swap->window != 0)
        ofs_capture_shown(&shown);
}

static void observe_leaving(void)
{
    int saved_errno = errno;
    if (capture.host->sink)
        capture.host->sink->leaving();
    errno = saved_errno;
}

uint32_t ofs_capture_next_ms(void) { return ofs_play_next_ms(); }

void ofs_capture_run(uint32_t since_map_ms)
{
    int saved_errno = errno;
    ofs_play_until(capture.host, since_map_ms);
    errno = saved_errno;
}

uint64_t ofs_capture_end_at_ms(void)
{
    const struct ofs_session *session;
    uint64_t end_at_ms = UINT64_MAX;
    pthread_mutex_lock(&capture.lock);
    session = open_session();
    if (session && session->close_at_ns && !capture.asked)
        end_at_ms = (session->close_at_ns + NS_PER_MS - 1) / NS_PER_MS;
    pthread_mutex_unlock(&capture.lock);
    return end_at_ms;
}

/* A program that draws when something changes may show no frame at which to find out that its time is up. Its frames count
 * until there is one. */
void ofs_capture_end(void)
{
    int saved_errno = errno;
    struct ofs_session_slot *slot;
    bool ask;
    pthread_mutex_lock(&capture.lock);
    ask = !capture.asked;
    capture.asked = true;
    slot = capture.slot;
    pthread_mutex_unlock(&capture.lock);
    if (ask) {
        ofs_info("closing: the time is up");
        capture.host->request_close();
        if (slot)
            atomic_store(&slot->close_sent, 1);
    }
    errno = saved_errno;
}

void ofs_capture_gone(uint32_t window)
{
    int saved_errno = errno;
    pthread_mutex_lock(&capture.lock);
    for (unsigned i = 0; capture.slot && i < OFS_SESSION_WINDOWS; i++)
        if (capture.slot->windows[i].window == window)
            capture.live[i] = false;
    pthread_mutex_unlock(&capture.lock);
    if (capture.host->sink)
        capture.host->sink->gone(window);
    if (capture.host->gone)
        capture.host->gone(window);
    errno = saved_errno;
}

void ofs_capture_facts(struct ofs_capture_facts *facts)
{
    const struct ofs_session_slot *slot;
    memset(facts, 0, sizeof *facts);
    pthread_mutex_lock(&capture.lock);
    slot = capture.slot;
    if (slot) {
        memcpy(facts->gl_vendor, slot->gl_vendor, sizeof facts->gl_vendor);
        memcpy(facts->gl_renderer, slot->gl_renderer, sizeof facts->gl_renderer);
        memcpy(facts->gl_version, slot->gl_version, sizeof facts->gl_version);
        memcpy(facts->device, slot->device, sizeof facts->device);
        memcpy(facts->reason, slot->reason, sizeof facts->reason);
        facts->frames = atomic_load(&slot->frames);
    }
    for (unsigned i = 0; slot && i < OFS_SESSION_WINDOWS; i++) {
        const struct ofs_session_window *row = &slot->windows[i];
        if (capture.live[i] && row->window != 0)
            facts->windows[facts->window_count++] = (struct ofs_capture_window){
                row->window, row->width_px, row->height_px, atomic_load(&row->frames)
            };
    }
    pthread_mutex_unlock(&capture.lock);
}

const struct ofs_observer *ofs_capture_observer(void)
{
    static const struct ofs_observer observer = { .renderer = observe_renderer,
                                                 .swap = observe_swap,
                                                 .leaving = observe_leaving,
                                                 .gone = ofs_capture_gone };
    return &observer;
}

void ofs_capture_init(const struct ofs_capture_host *host)
{
    capture.host = host;
    ofs_readback_init(host->get_proc);
}

void ofs_capture_fork_child(void)
{
    pthread_mutex_init(&capture.lock, NULL);
    capture.session = NULL;
    capture.opened = false;
    capture.slot = NULL;
    capture.closing = capture.asked = false;
    memset(&capture.own, 0, sizeof capture.own);
    memset(capture.live, 0, sizeof capture.live);
    memset(capture.due_ns, 0, sizeof capture.due_ns);
    ofs_keep_fork_child();
    ofs_pbo_fork_child();
    ofs_texture_fork_child();
    ofs_play_fork_child();
}
