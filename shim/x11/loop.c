/* The server thread: sockets in, the world in the middle, sockets out.
 *
 * One thread per process, started at the first connection, asleep in poll() unless a client speaks. Other threads leave
 * messages for it in a queue and a pipe; or, where they have to wait for what comes of them, work in the world themselves
 * while the thread sleeps: two changes of threads would cost a game in lockstep a tenth of its frame. Its descriptors are close-on-exec and high; since a program may close descriptors it does not
 * know, and reuse the numbers, each is identified by its inode before it is written to from outside or closed. */
#include "x11/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/log.h"
#include "util/opt.h"
#include "x11/input.h"
#include "x11/passing.h"
#include "x11/picture.h"
#include "x11/private.h"
#include "x11/serve.h"
#include "x11/toplevel.h"

#define OFS_LOG_MODULE OFS_MOD_X11

enum { CONNECTIONS = 1023, QUEUE = 1024, MESSAGE_BYTES = 64, READ_BYTES = 65536, STACK_BYTES = 1024 * 1024 };

struct message {
    void (*fn)(struct ofs_server *, const void *);
    uint8_t arg[MESSAGE_BYTES];
};

/* A descriptor and what it was when we made it. */
struct own_fd {
    int fd;
    dev_t dev;
    ino_t ino;
};

/* Both ends of a connection, for the child of a fork. */
struct ends {
    struct own_fd server, client;
};

/* What the thread waits for from a client. */
struct waited {
    struct ofs_client *client;       /* only the thread frees one */
    short events;
};

struct loop {
    struct ofs_server *server;       /* of who holds the world, as all that is not marked */
    struct ends ends[CONNECTIONS];   /* under lock; server.fd 0 = free (zeroed pages cost nothing) */
    struct own_fd wake_read, wake_write;
    struct message queue[QUEUE];     /* under lock */
    unsigned queued;                 /* under lock */
    struct message running[QUEUE];
    bool posted_here;                /* by who works in it, while something was carried out */
    struct pollfd *polls;            /* the thread's own */
    struct waited *waited;           /* the same clients */
    unsigned poll_cap, poll_count;
    int poll_ms;
    uint8_t buffer[READ_BYTES];
};

static struct {
    pthread_mutex_t world; /* rank: above all others of the server; held by who works in it, not while the thread sleeps */
    pthread_mutex_t lock;  /* rank: below xview; guards the pointer and the queue */
    struct loop *loop;     /* NULL: no server runs */
} process = { .world = PTHREAD_MUTEX_INITIALIZER, .lock = PTHREAD_MUTEX_INITIALIZER };

static __thread struct loop *served; /* on its own thread, and on one that works in it; NULL elsewhere */
static __thread const sigset_t *callers_mask; /* on one that works in it: the signals that it blocks by itself */

bool ofs_loop_here(void) { return served != NULL; }

struct ofs_server *ofs_loop_server(void) { return served ? served->server : NULL; }

/* ---- descriptors ---- */

static bool identify(struct own_fd *own, int fd)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return false;
    *own = (struct own_fd){ fd, st.st_dev, st.st_ino };
    return true;
}

static bool still_ours(const struct own_fd *own)
{
    struct stat st;
    return own->fd >= 0 && fstat(own->fd, &st) == 0 && st.st_dev == own->dev && st.st_ino == own->ino;
}

static void close_own(struct own_fd *own)
{
    if (still_ours(own))
        close(own->fd);
    own->fd = -1;
}

/* ---- the thread ---- */

static void run_queue(struct loop *loop)
{
    uint8_t drain[256];
    while (read(loop->wake_read.fd, drain, sizeof(drain)) == sizeof(drain))
        ;
    pthread_mutex_lock(&process.lock);
    unsigned n = loop->queued;
    memcpy(loop->running, loop->queue, n * sizeof(*loop->queue));
    loop->queued = 0;
    loop->posted_here = false;
    pthread_mutex_unlock(&process.lock);
    for (unsigned i = 0; i < n; i++)
        loop->running[i].fn(loop->server, loop->running[i].arg);
}

/* False: there was nothing to read. */
static bool read_client(struct loop *loop, struct ofs_client *c)
{
    ssize_t n = ofs_passing_recv(c, loop->buffer, READ_BYTES);
    if (n > 0) {
        ofs_client_feed(c, loop->buffer, (size_t)n);
        ofs_xview_connection(c->peer_fd, c->sequence);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        c->closing = true;
        c->out_at = c->out_len; /* nobody reads it */
    }
    return n > 0;
}

static bool is_served(const struct ofs_client *c)
{
    const struct ofs_client *grab = c->server->server_grab;
    return !c->asleep && !c->awaits && (!grab || grab == c || c->grab_impervious);
}

void ofs_loop_drain(struct ofs_server *s, int peer_fd)
{
    for (struct ofs_client *c = s->clients; c; c = c->next)
        while (served && (peer_fd < 0 || c->peer_fd == peer_fd) && !c->closing && is_served(c) && read_client(served, c))
            ;
}

static void write_client(struct ofs_client *c)
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

static void drop_client(struct loop *loop, struct ofs_client *c)
{
    int fd = c->fd, peer = c->peer_fd;
    struct ofs_server *s = c->server;
    ofs_debug("connection on descriptor %d ended", peer);
    ofs_client_remove(c);
    pthread_mutex_lock(&process.lock);
    for (unsigned i = 0; i < CONNECTIONS; i++)
        if (loop->ends[i].server.fd == fd) {
            close_own(&loop->ends[i].server);
            loop->ends[i].server.fd = 0;
        }
    pthread_mutex_unlock(&process.lock);
    for (c = s->clients; c; c = c->next)
        if (c->peer_fd == peer)
            return; /* the number belongs to a newer connection */
    ofs_xview_connection_gone(peer);
}

static void write_all(struct ofs_server *s)
{
    if (!s->server_grab)
        ofs_server_run_pending(s);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (c->out_len > c->out_at)
            write_client(c);
    ofs_calls_note_due(s);
}

/* Removing one client sends events to others and may fail those too, so this goes on until nothing changes. */
static void settle(struct loop *loop)
{
    struct ofs_server *s = loop->server;
    struct ofs_client *c;
    do {
        write_all(s);
        for (c = s->clients; c && !c->closing; c = c->next)
            ;
        if (c)
            drop_client(loop, c);
    } while (c);
}

static short events_of(const struct ofs_client *c)
{
    return (short)((is_served(c) ? POLLIN : 0) | (c->out_len > c->out_at ? POLLOUT : 0));
}

/* Fill the poll list. */
static unsigned fill_polls(struct loop *loop)
{
    unsigned n = 1;
    for (struct ofs_client *c = loop->server->clients; c; c = c->next)
        n++;
    if (n > loop->poll_cap) {
        unsigned cap = n * 2;
        struct pollfd *polls = realloc(loop->polls, cap * sizeof(*polls));
        if (polls)
            loop->polls = polls;
        struct waited *waited = realloc(loop->waited, cap * sizeof(*waited));
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
        loop->waited[i] = (struct waited){ c, events_of(c) };
        loop->polls[i] = (struct pollfd){ .fd = c->fd, .events = loop->waited[i].events };
    }
    return loop->poll_count = i;
}

static void free_loop(struct loop *loop)
{
    close_own(&loop->wake_read);
    close_own(&loop->wake_write);
    ofs_server_destroy(loop->server);
    free(loop->polls);
    free(loop->waited);
    free(loop);
}

static int timeout_ms(struct ofs_server *s)
{
    /* In lockstep what is due is done when the clock's owner says so. */
    int input = ofs_calls_virtual() ? -1 : ofs_input_next_timeout_ms(s), present = ofs_present_timeout_ms(s);
    return input < 0 || (present >= 0 && present < input) ? present : input;
}

static void *serve(void *arg)
{
    struct loop *loop = arg;
    prctl(PR_SET_NAME, "offstage-x11");
    served = loop;
    pthread_mutex_lock(&process.world);
    for (;;) {
        unsigned n = fill_polls(loop);
        loop->poll_ms = timeout_ms(loop->server);
        pthread_mutex_unlock(&process.world);
        int ready = poll(loop->polls, n, loop->poll_ms);
        pthread_mutex_lock(&process.world);
        if (ready < 0 && errno != EINTR)
            break;
        /* The program closed our descriptors: this server is over. Their numbers may belong to others by now, the next
         * server's first of all, so look before anything is read. */
        if ((loop->polls[0].revents & (POLLNVAL | POLLHUP | POLLERR)) || !still_ours(&loop->wake_read))
            break;
        for (unsigned i = 1; i < n; i++)
            if (loop->polls[i].revents)
                (void)read_client(loop, loop->waited[i].client);
        if (loop->polls[0].revents || loop->posted_here)
            run_queue(loop);
        if (!ofs_calls_virtual())
            ofs_input_run_timers(loop->server);
        ofs_present_run_timers(loop->server);
        settle(loop);
    }
    ofs_info("the server's descriptors were closed: ended");
    pthread_mutex_lock(&process.lock);
    if (process.loop == loop)
        process.loop = NULL;
    pthread_mutex_unlock(&process.lock);
    while (loop->server->clients)
        drop_client(loop, loop->server->clients);
    served = NULL;
    free_loop(loop);
    pthread_mutex_unlock(&process.world);
    return NULL;
}

/* ---- start ---- */

static bool make_wake(struct loop *loop)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    bool ok = identify(&loop->wake_read, ofs_passing_high(ends[0]));
    return identify(&loop->wake_write, ofs_passing_high(ends[1])) && ok;
}

static bool start_thread(struct loop *loop)
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

static struct loop *start(void)
{
    const struct ofs_options *options = ofs_options_get();
    struct ofs_server_config config = {
        .width_px = options->screen_width_px, .height_px = options->screen_height_px,
        .publish = true, .focus_new_windows = true,
        .now_ms = ofs_calls_now_ms, .real_ms = ofs_calls_real_ms,
    };
    struct loop *loop = calloc(1, sizeof(*loop));
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
static struct loop *running(void)
{
    if (process.loop && !still_ours(&process.loop->wake_write))
        process.loop = NULL; /* its thread notices by itself and cleans up */
    if (!process.loop)
        process.loop = start();
    return process.loop;
}

static bool enqueue(struct loop *loop, void (*fn)(struct ofs_server *, const void *), const void *arg, size_t n)
{
    if (loop->queued == QUEUE || n > MESSAGE_BYTES || !still_ours(&loop->wake_write))
        return false;
    loop->queue[loop->queued].fn = fn;
    memcpy(loop->queue[loop->queued].arg, arg, n);
    if (loop->queued++ == 0 && write(loop->wake_write.fd, "", 1) != 1) {
        loop->queued--;
        return false;
    }
    if (loop == served)
        loop->posted_here = true;
    return true;
}

bool ofs_loop_post(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes)
{
    int saved = errno;
    pthread_mutex_lock(&process.lock);
    bool ok = process.loop && enqueue(process.loop, fn, arg, arg_bytes);
    pthread_mutex_unlock(&process.lock);
    errno = saved;
    return ok;
}

/* ---- working in it from another thread ---- */

/* Does the thread wait for what it would wait for now? */
static bool waits_for_this(const struct loop *loop)
{
    int ms = timeout_ms(loop->server);
    unsigned i = 1;
    if (loop->posted_here || (ms >= 0 && (loop->poll_ms < 0 || ms < loop->poll_ms)))
        return false;
    for (const struct ofs_client *c = loop->server->clients; c; c = c->next, i++)
        if (c->closing || i >= loop->poll_count || loop->waited[i].client != c || loop->waited[i].events != events_of(c))
            return false;
    return i == loop->poll_count;
}

static void work(struct loop *loop, void (*fn)(struct ofs_server *, void *arg), void *arg)
{
    served = loop;
    run_queue(loop);
    fn(loop->server, arg);
    if (loop->posted_here) /* a frame was shown, and its player moved */
        run_queue(loop);
    write_all(loop->server);
    served = NULL;
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
        if (pthread_mutex_trylock(&process.world) == 0)
            return;
        pthread_sigmask(SIG_SETMASK, before_out, NULL);
        pthread_mutex_lock(&process.world);
        pthread_mutex_unlock(&process.world);
    }
}

bool ofs_loop_call(void (*fn)(struct ofs_server *, void *arg), void *arg)
{
    int saved = errno, cancel;
    sigset_t before;
    struct loop *loop;

    if (served)
        return false;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    enter_world(&before);
    pthread_mutex_lock(&process.lock);
    loop = process.loop && still_ours(&process.loop->wake_write) ? process.loop : NULL;
    pthread_mutex_unlock(&process.lock);
    callers_mask = &before;
    if (loop)
        work(loop, fn, arg);
    callers_mask = NULL;
    pthread_mutex_unlock(&process.world);
    pthread_setcancelstate(cancel, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = saved;
    return loop != NULL;
}

/* ---- new connections ---- */

struct new_client {
    int fd, peer_fd;
};

static void add_client(struct ofs_server *s, const void *arg)
{
    struct new_client fresh;
    memcpy(&fresh, arg, sizeof(fresh));
    struct ofs_client *c = ofs_server_add_client(s);
    if (!c) { /* 1023 clients, or no memory: the client sees the end of its stream */
        shutdown(fresh.fd, SHUT_RDWR);
        return;
    }
    c->fd = fresh.fd;
    c->peer_fd = fresh.peer_fd;
    ofs_xview_connection(c->peer_fd, 0);
}

/* The client's end takes the place of fd, with its flags. */
static bool replace(int fd, int end)
{
    int status = fcntl(fd, F_GETFL), descriptor = fcntl(fd, F_GETFD);
    if (status < 0 || descriptor < 0)
        return false;
    if (status & O_NONBLOCK)
        fcntl(end, F_SETFL, O_NONBLOCK);
    return dup3(end, fd, descriptor & FD_CLOEXEC ? O_CLOEXEC : 0) == fd;
}

/* With the lock held. */
static enum ofs_status attach(int fd, const struct own_fd *server_end, int client_end)
{
    struct loop *loop = running();
    struct ends *free_ends = NULL;
    for (unsigned i = 0; loop && i < CONNECTIONS && !free_ends; i++)
        if (loop->ends[i].server.fd == 0)
            free_ends = &loop->ends[i];
    if (!free_ends || !replace(fd, client_end))
        return OFS_EIO;
    struct new_client fresh = { server_end->fd, fd };
    if (!enqueue(loop, add_client, &fresh, sizeof(fresh)))
        return OFS_ENOMEM;
    free_ends->server = *server_end;
    (void)identify(&free_ends->client, fd);
    return OFS_OK;
}

enum ofs_status ofs_x11_attach(int fd)
{
    int saved = errno, pair[2];
    struct own_fd server_end;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        errno = saved;
        return OFS_EIO;
    }
    enum ofs_status status = OFS_EIO;
    if (identify(&server_end, ofs_passing_high(pair[0]))) {
        pthread_mutex_lock(&process.lock);
        status = attach(fd, &server_end, pair[1]);
        pthread_mutex_unlock(&process.lock);
        if (status != OFS_OK)
            close_own(&server_end);
    }
    close(pair[1]);
    if (status == OFS_OK)
        ofs_calls_connected();
    errno = saved;
    return status;
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

/* ---- fork ---- */

void ofs_x11_fork_prepare(void)
{
    pthread_mutex_lock(&process.lock);
    ofs_xview_fork_prepare();
}

void ofs_x11_fork_parent(void)
{
    ofs_xview_fork_parent();
    pthread_mutex_unlock(&process.lock);
}

/* A child that goes on with the parent's connection would write into the parent's stream: it gets a dead one in its place. */
static void kill_client_ends(struct loop *loop)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return;
    close(pair[0]);
    for (unsigned i = 0; i < CONNECTIONS; i++) {
        struct ends *ends = &loop->ends[i];
        if (ends->server.fd == 0)
            continue;
        if (still_ours(&ends->client))
            dup3(pair[1], ends->client.fd, O_CLOEXEC);
        close_own(&ends->server);
    }
    close(pair[1]);
}

void ofs_x11_fork_child(void)
{
    /* The thread does not exist here and its world may be half-way through a change: it is left alone, and leaks. */
    struct loop *loop = process.loop;
    process.loop = NULL;
    pthread_mutex_init(&process.lock, NULL);
    pthread_mutex_init(&process.world, NULL);
    served = NULL;
    ofs_calls_fork_child();
    ofs_xview_fork_child();
    if (!loop)
        return;
    close_own(&loop->wake_read);
    close_own(&loop->wake_write);
    kill_client_ends(loop);
}
