/* The server thread: sockets in, the world in the middle, sockets out.
 *
 * One thread per process, started at the first connection, asleep in poll() unless a client speaks. Other threads leave
 * messages for it in a queue and a pipe; or, where they have to wait for what comes of them, work in the world themselves
 * while the thread sleeps (loop_call.c): two changes of threads would cost a game in lockstep a tenth of its frame. Its
 * descriptors are close-on-exec and high, and those of others for all that the program knows (own_fd.h). */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "util/log.h"
#include "util/opt.h"
#include "x11/loop_private.h"
#include "x11/passing.h"
#include "x11/private.h"

#define OFS_LOG_MODULE OFS_MOD_X11

enum { STACK_BYTES = 1024 * 1024 };

struct ofs_loop_process ofs_loop_process = { .world = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER };
__thread struct ofs_loop *ofs_loop_served;

/* ---- the thread ---- */

/* How many bytes; 0 or less: there was nothing to read. */
static ssize_t read_client(struct ofs_loop *loop, struct ofs_client *c)
{
    ssize_t n = ofs_passing_recv(c, loop->buffer, OFS_LOOP_READ_BYTES);
    if (n > 0) {
        ofs_client_feed(c, loop->buffer, (size_t)n);
        ofs_xview_connection(c->peer_fd, c->sequence);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        c->closing = true;
        c->out_at = c->out_len; /* nobody reads it */
    }
    return n;
}

static bool is_served(const struct ofs_client *c)
{
    const struct ofs_client *grab = c->server->server_grab;
    return !c->asleep && !c->awaits && (!grab || grab == c || c->grab_impervious);
}

/* What is there now, and not what comes meanwhile: another thread that writes without end must not keep this one here. */
static void drain_client(struct ofs_loop *loop, struct ofs_client *c)
{
    int left_bytes = 0;
    if (ioctl(c->fd, FIONREAD, &left_bytes) != 0)
        return;
    while (left_bytes > 0 && !c->closing && is_served(c)) {
        ssize_t n = read_client(loop, c);
        if (n <= 0)
            return;
        left_bytes = n < left_bytes ? left_bytes - (int)n : 0;
    }
}

void ofs_loop_drain(struct ofs_server *s, int peer_fd)
{
    for (struct ofs_client *c = s->clients; c && ofs_loop_served; c = c->next)
        if (peer_fd < 0 || c->peer_fd == peer_fd)
            drain_client(ofs_loop_served, c);
}

void ofs_loop_write(struct ofs_client *c)
{
    while (c->out_at < c->out_len) {
        ssize_t n = ofs_passing_send(c, c->out + c->out_at, c->out_len - c->out_at);
        if (n > 0) {
            c->out_at += (size_t)n;
        } else if (n < 0 && errno == EINTR) {
            continue;
        } else {
            if (errno != EAGAIN)
                c->closing = true;
            return;
        }
    }
    c->out_at = c->out_len = c->out_mark = 0;
    if (c->out_cap > 256 * 1024) {
        free(c->out);
        c->out = NULL;
        c->out_cap = 0;
    }
}

void ofs_loop_write_all(struct ofs_server *s)
{
    if (!s->server_grab)
        ofs_server_run_pending(s);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (c->out_len > c->out_at)
            ofs_loop_write(c);
    ofs_calls_note_due(s);
}

/* Removing one client sends events to others and may fail those too, so this goes on until nothing changes. */
static void settle(struct ofs_loop *loop)
{
    struct ofs_server *s = loop->server;
    struct ofs_client *c;
    do {
        ofs_loop_write_all(s);
        for (c = s->clients; c && !c->closing; c = c->next)
            ;
        if (c)
            ofs_loop_drop_client(loop, c);
    } while (c);
}

/* What came from the clients that poll() found. Those that ended go first, with all they said: who is answered after the
 * end of another finds none of its windows. */
static void read_ready(struct ofs_loop *loop, unsigned n)
{
    for (unsigned i = 1; i < n; i++) {
        struct ofs_client *c = loop->waited[i].client;
        if (loop->polls[i].fd < 0 || !(loop->polls[i].revents & POLLHUP))
            continue;
        while (read_client(loop, c) > 0 && !c->closing)
            ;
        if (c->closing) {
            loop->polls[i].fd = -1;
            ofs_loop_drop_client(loop, c);
        }
    }
    for (unsigned i = 1; i < n; i++)
        if (loop->polls[i].fd >= 0 && loop->polls[i].revents)
            (void)read_client(loop, loop->waited[i].client);
}

short ofs_loop_events_of(const struct ofs_client *c)
{
    return (short)((is_served(c) ? POLLIN : 0) | (c->out_len > c->out_at ? POLLOUT : 0));
}

/* Fill the poll list. */
static unsigned fill_polls(struct ofs_loop *loop)
{
    unsigned n = 1;
    for (struct ofs_client *c = loop->server->clients; c; c = c->next)
        n++;
    if (n > loop->poll_cap) {
        unsigned cap = n * 2;
        struct pollfd *polls = realloc(loop->polls, cap * sizeof(*polls));
        if (polls)
            loop->polls = polls;
        struct ofs_loop_waited *waited = realloc(loop->waited, cap * sizeof(*waited));
        if (waited)
            loop->waited = waited;
        if (!polls || !waited)
            n = loop->poll_cap; /* the newest connections wait */
        else
            loop->poll_cap = cap;
    }
    loop->polls[0] = (struct pollfd){ .fd = loop->wake_read.fd, .events = POLLIN };
    unsigned i = 1;
    for (struct ofs_client *c = loop->server->clients; c && i < n; c = c->next, i++) {
        loop->waited[i] = (struct ofs_loop_waited){ c, ofs_loop_events_of(c) };
        loop->polls[i] = (struct pollfd){ .fd = c->fd, .events = loop->waited[i].events };
    }
    return loop->poll_count = i;
}

static void free_loop(struct ofs_loop *loop)
{
    ofs_own_fd_close(&loop->wake_read);
    ofs_own_fd_close(&loop->wake_write);
    ofs_server_destroy(loop->server);
    free(loop->polls);
    free(loop->waited);
    free(loop);
}

static void *serve(void *arg)
{
    struct ofs_loop *loop = arg;
    prctl(PR_SET_NAME, "offstage-x11");
    ofs_loop_served = loop;
    pthread_mutex_lock(&ofs_loop_process.world);
    for (;;) {
        unsigned n = fill_polls(loop);
        int timeout_ms = ofs_calls_timeout_ms(loop->server);
        loop->poll_end_ms = timeout_ms < 0 ? UINT64_MAX : ofs_calls_real_ms() + (unsigned)timeout_ms;
        pthread_mutex_unlock(&ofs_loop_process.world);
        int ready = poll(loop->polls, n, timeout_ms);
        bool late = ready == 0 && ofs_calls_look();
        pthread_mutex_lock(&ofs_loop_process.world);
        if (ready < 0 && errno != EINTR)
            break;
        /* The program closed our descriptors: this server is over. Their numbers may belong to others by now, the next
         * server's first of all, so look before anything is read. */
        if ((loop->polls[0].revents & (POLLNVAL | POLLHUP | POLLERR)) || !ofs_own_fd_still_ours(&loop->wake_read))
            break;
        read_ready(loop, n);
        /* poll() looks at one after the other: what one client did before another asked may have come behind its back. */
        if (n > 2 && ready > 0 && poll(loop->polls + 1, n - 1, 0) > 0)
            read_ready(loop, n);
        if (loop->polls[0].revents || loop->posted_here)
            ofs_loop_run_queue(loop);
        ofs_calls_run_timers(loop->server, late);
        settle(loop);
    }
    ofs_info("the server's descriptors were closed: ended");
    pthread_mutex_lock(&ofs_loop_process.lock);
    if (ofs_loop_process.loop == loop)
        ofs_loop_process.loop = NULL;
    pthread_mutex_unlock(&ofs_loop_process.lock);
    while (loop->server->clients)
        ofs_loop_drop_client(loop, loop->server->clients);
    ofs_loop_served = NULL;
    free_loop(loop);
    pthread_mutex_unlock(&ofs_loop_process.world);
    return NULL;
}

/* ---- start ---- */

static bool make_wake(struct ofs_loop *loop)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    bool ok = ofs_own_fd_identify(&loop->wake_read, ofs_own_fd_high(ends[0]));
    return ofs_own_fd_identify(&loop->wake_write, ofs_own_fd_high(ends[1])) && ok;
}

static bool start_thread(struct ofs_loop *loop)
{
    sigset_t all, before;
    pthread_attr_t attr;
    pthread_t thread;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, STACK_BYTES);
    bool ok = pthread_create(&thread, &attr, serve, loop) == 0;
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

static struct ofs_loop *start(void)
{
    const struct ofs_options *options = ofs_options_get();
    struct ofs_server_config config = {
        .width_px = options->screen_width_px, .height_px = options->screen_height_px,
        .publish = true, .focus_new_windows = true,
        .now_ms = ofs_calls_now_ms,
    };
    struct ofs_loop *loop = calloc(1, sizeof(*loop));
    if (!loop)
        return NULL;
    loop->wake_read.fd = loop->wake_write.fd = -1;
    loop->poll_cap = 16;
    loop->polls = calloc(loop->poll_cap, sizeof(*loop->polls));
    loop->waited = calloc(loop->poll_cap, sizeof(*loop->waited));
    loop->server = ofs_server_create(&config);
    if (!loop->polls || !loop->waited || !loop->server || !make_wake(loop) || !start_thread(loop)) {
        free_loop(loop);
        return NULL;
    }
    ofs_debug("server started, screen %ux%u", config.width_px, config.height_px);
    return loop;
}

/* Called with the lock held: the loop that runs, or a new one. */
struct ofs_loop *ofs_loop_running(void)
{
    if (ofs_loop_process.loop && !ofs_own_fd_still_ours(&ofs_loop_process.loop->wake_write))
        ofs_loop_process.loop = NULL; /* its thread notices by itself and cleans up */
    if (!ofs_loop_process.loop)
        ofs_loop_process.loop = start();
    return ofs_loop_process.loop;
}
