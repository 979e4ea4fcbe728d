/* Messages to the server's thread, and other threads that work in its world themselves. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "x11/loop_private.h"
#include "x11/private.h"
#include "x11/toplevel.h"

enum { POSTED_DEPTH = 8 }; /* messages that post messages: a bound that none of ours reaches */

static __thread const sigset_t *callers_mask; /* on one that works in it: the signals that it blocks by itself */

bool ofs_loop_here(void) { return ofs_loop_served != NULL; }

struct ofs_server *ofs_loop_server(void) { return ofs_loop_served ? ofs_loop_served->server : NULL; }

/* ---- messages ---- */

bool ofs_loop_enqueue(struct ofs_loop *loop, void (*fn)(struct ofs_server *, const void *), const void *arg, size_t n)
{
    if (loop->queued == OFS_LOOP_QUEUE || n > OFS_LOOP_MESSAGE_BYTES || !ofs_own_fd_still_ours(&loop->wake_write))
        return false;
    loop->queue[loop->queued].fn = fn;
    memcpy(loop->queue[loop->queued].arg, arg, n);
    if (loop->queued++ == 0 && write(loop->wake_write.fd, "", 1) != 1) {
        loop->queued--;
        return false;
    }
    if (loop == ofs_loop_served)
        loop->posted_here = true;
    return true;
}

bool ofs_loop_post(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes)
{
    int saved = errno;
    pthread_mutex_lock(&ofs_loop_process.lock);
    bool ok = ofs_loop_process.loop && ofs_loop_enqueue(ofs_loop_process.loop, fn, arg, arg_bytes);
    pthread_mutex_unlock(&ofs_loop_process.lock);
    errno = saved;
    return ok;
}

void ofs_loop_run_queue(struct ofs_loop *loop)
{
    uint8_t drain[256];
    while (read(loop->wake_read.fd, drain, sizeof(drain)) == sizeof(drain))
        ;
    pthread_mutex_lock(&ofs_loop_process.lock);
    unsigned n = loop->queued;
    memcpy(loop->running, loop->queue, n * sizeof(*loop->queue));
    loop->queued = 0;
    loop->posted_here = false;
    pthread_mutex_unlock(&ofs_loop_process.lock);
    for (unsigned i = 0; i < n; i++)
        loop->running[i].fn(loop->server, loop->running[i].arg);
}

/* ---- working in it from another thread ---- */

/* Does the thread wait for what it would wait for now? */
static bool waits_for_this(const struct ofs_loop *loop)
{
    int ms = ofs_calls_timeout_ms(loop->server);
    unsigned i = 1;
    if (loop->posted_here || (ms >= 0 && ofs_calls_real_ms() + (unsigned)ms < loop->poll_end_ms))
        return false;
    for (const struct ofs_client *c = loop->server->clients; c; c = c->next, i++)
        if (c->closing || i >= loop->poll_count || loop->waited[i].client != c ||
            loop->waited[i].events != ofs_loop_events_of(c))
            return false;
    return i == loop->poll_count;
}

static void work(struct ofs_loop *loop, void (*fn)(struct ofs_server *, void *arg), void *arg)
{
    ofs_loop_served = loop;
    ofs_loop_run_queue(loop);
    fn(loop->server, arg);
    /* A frame was shown, and its player moved; or a script is played, which posts in its turn. */
    for (unsigned i = 0; loop->posted_here && i < POSTED_DEPTH; i++)
        ofs_loop_run_queue(loop);
    ofs_loop_write_all(loop->server);
    ofs_loop_served = NULL;
    if (!waits_for_this(loop))
        (void)!write(loop->wake_write.fd, "", 1); /* a full pipe wakes it as well */
}

void ofs_loop_open_signals(bool open)
{
    sigset_t all;
    sigfillset(&all);
    if (callers_mask)
        pthread_sigmask(SIG_SETMASK, open ? callers_mask : &all, NULL);
}

/* Signals come while it waits, which may be as long as a learner thinks; and not while it has the world: a handler that
 * waits for an answer of the server's would wait for itself. */
static void enter_world(sigset_t *before_out)
{
    sigset_t all;
    sigfillset(&all);
    for (;;) {
        pthread_sigmask(SIG_SETMASK, &all, before_out);
        if (pthread_mutex_trylock(&ofs_loop_process.world) == 0)
            return;
        pthread_sigmask(SIG_SETMASK, before_out, NULL);
        pthread_mutex_lock(&ofs_loop_process.world);
        pthread_mutex_unlock(&ofs_loop_process.world);
    }
}

bool ofs_loop_call(void (*fn)(struct ofs_server *, void *arg), void *arg)
{
    int saved = errno, cancel;
    sigset_t before;
    struct ofs_loop *loop;

    if (ofs_loop_served)
        return false;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    enter_world(&before);
    pthread_mutex_lock(&ofs_loop_process.lock);
    loop = ofs_loop_process.loop;
    if (loop && !ofs_own_fd_still_ours(&loop->wake_write))
        loop = NULL;
    pthread_mutex_unlock(&ofs_loop_process.lock);
    callers_mask = &before;
    if (loop)
        work(loop, fn, arg);
    callers_mask = NULL;
    pthread_mutex_unlock(&ofs_loop_process.world);
    pthread_setcancelstate(cancel, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return loop != NULL;
}

/* ---- from the GL side ---- */

struct posted_event {
    int fd;
    uint8_t bytes[32];
};

static void deliver_posted(struct ofs_server *s, const void *arg)
{
    struct posted_event posted;
    xEvent event;
    memcpy(&posted, arg, sizeof(posted));
    memcpy(&event, posted.bytes, sizeof(event));
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (c->peer_fd == posted.fd)
            ofs_event_to_client(c, &event);
}

bool ofs_xview_post_event(int fd, const void *event_32_bytes)
{
    struct posted_event posted = { .fd = fd };
    uint32_t sequence;
    memcpy(posted.bytes, event_32_bytes, 32);
    return ofs_xview_sequence(fd, &sequence) && ofs_loop_post_settled(deliver_posted, &posted, sizeof(posted));
}

static void close_toplevels(struct ofs_server *s, const void *arg) { ofs_toplevel_request_close(s); }

void ofs_xview_request_close(void) { (void)ofs_loop_post_settled(close_toplevels, "", 1); }
