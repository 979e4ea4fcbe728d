#include "beside.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "x11/inject.h"
#include "x11/input.h"
#include "x11/loop.h"
#include "x11/passing.h"
#include "x11/picture.h"
#include "x11/present.h"
#include "x11/private.h"
#include "x11/toplevel.h"
#include "x11/xview.h"
#include "x11_fuzz.h"

/* ---- the server's thread: there is none, and all is done in the order of the input ---- */

enum { QUEUE = 16, MESSAGE_BYTES = 64 };

static struct {
    struct ofs_server *server;
    bool here; /* carried out in the place of the server's thread */
    bool moves;
    uint64_t (*now_ns)(void);
    uint64_t due_ns; /* set by the server, in lockstep */
    unsigned queued;
    struct {
        void (*fn)(struct ofs_server *, const void *);
        uint64_t arg[MESSAGE_BYTES / 8];
    } queue[QUEUE];
} world;

bool __wrap_ofs_loop_post(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes);
bool __wrap_ofs_loop_call(void (*fn)(struct ofs_server *, void *arg), void *arg);
bool __wrap_ofs_loop_here(void);
struct ofs_server *__wrap_ofs_loop_server(void);
void __wrap_ofs_loop_drain(struct ofs_server *s, int peer_fd);
void __wrap_ofs_loop_write(struct ofs_client *c);

bool __wrap_ofs_loop_post(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes)
{
    if (!world.server || world.queued == QUEUE || arg_bytes > MESSAGE_BYTES)
        return false;
    world.queue[world.queued].fn = fn;
    memcpy(world.queue[world.queued++].arg, arg, arg_bytes);
    return true;
}

bool __wrap_ofs_loop_call(void (*fn)(struct ofs_server *, void *arg), void *arg)
{
    if (!world.server || world.here)
        return false;
    world.here = true;
    fn(world.server, arg);
    world.here = false;
    return true;
}

bool __wrap_ofs_loop_here(void) { return world.here; }
struct ofs_server *__wrap_ofs_loop_server(void) { return world.here ? world.server : NULL; }
void __wrap_ofs_loop_drain(struct ofs_server *s, int peer_fd)
{
    (void)s;
    (void)peer_fd; /* everything is carried out as soon as it is there */
}
void __wrap_ofs_loop_write(struct ofs_client *c) { (void)c; /* it reads when the input says so */ }

static void run_queue(void)
{
    __typeof__(world.queue) messages; /* more may be posted meanwhile */
    unsigned n = world.queued;
    memcpy(messages, world.queue, sizeof messages);
    world.queued = 0;
    world.here = true;
    for (unsigned i = 0; i < n; i++)
        messages[i].fn(world.server, messages[i].arg);
    world.here = false;
}

void beside_settle(void)
{
    for (unsigned round = 0; world.queued && round < 8; round++)
        run_queue();
    ofs_calls_run_timers(world.server, world.queued == 0);
    (void)ofs_calls_timeout_ms(world.server);
    ofs_calls_note_due(world.server);
    if (!ofs_calls_virtual())
        return;
    ofs_inject_tick();
    if (world.due_ns <= world.now_ns()) {
        world.due_ns = UINT64_MAX;
        (void)ofs_inject_due();
    }
}

/* ---- the clock of lockstep ---- */

static void no_work(void) {}
static void set_due(uint64_t virtual_ns) { world.due_ns = virtual_ns; }
static void rest(uint64_t since_virtual_ns) { (void)since_virtual_ns; }
static bool look(void) { return world.now_ns() / 1000000 % 2; }

/* ---- frames ---- */

static volatile uint32_t seen;

/* Reads a frame to its ends. */
static void look_at(const struct ofs_present *frame)
{
    static const struct ofs_inject moves[] = { { OFS_INJECT_POINTER, 0, 3, 4 }, { OFS_INJECT_KEY, 'a', 1, 0 } };
    char why[80];
    for (uint32_t y = 0; y < frame->height_px; y++)
        seen += frame->bgrx[y * frame->pitch_bytes] + frame->bgrx[y * frame->pitch_bytes + frame->width_px * 4 - 1];
    if (!world.moves)
        return;
    bool before = world.here;
    world.here = true;
    (void)ofs_inject_begin(frame->window);
    (void)!ofs_inject(frame->window, moves, 2, 2, why, sizeof why);
    world.here = before;
}

static void forget(uint32_t window) { seen += window; }

/* ---- the GL side ---- */

static uint32_t front_px[40 * 30];
static struct ofs_front front = { .width_px = 40, .height_px = 30, .px = front_px };

static void reading(struct ofs_xdrawable *drawable, void (*wake)(void *arg, int descriptor), void *arg)
{
    seen += drawable->xid;
    if (wake)
        wake(arg, (int)(drawable->xid % 4)); /* of nobody */
}

static const struct ofs_front *get_front(struct ofs_xdrawable *drawable, uint64_t known)
{
    seen += drawable->xid;
    if (known == front.number && known % 4)
        return NULL;
    front.number++;
    return &front;
}
static void give_back(const struct ofs_front *f) { seen += f->px[0]; }

static void paint(uint32_t id, bool on)
{
    struct ofs_xdrawable *drawable = ofs_xview_acquire(id);
    if (!drawable)
        return;
    seen += ofs_size_width(drawable->size_px) + ofs_size_height(drawable->size_px);
    seen += ofs_xview_overlaps(id & 1 ? OFS_ROOT_WINDOW : id, 0, 0, 50, 50, drawable);
    if (drawable->kind == OFS_XDRAWABLE_WINDOW || drawable->kind == OFS_XDRAWABLE_PIXMAP)
        ofs_xview_set_painter(drawable, on ? &front : NULL);
    ofs_xview_release(drawable);
}

static void draw_character(uint32_t font, unsigned character)
{
    static struct ofs_xview_glyph glyph;
    struct ofs_xdrawable *record = ofs_xview_acquire((font & 0x7FFFFFFF) | OFS_XVIEW_FONT);
    if (record && ofs_xview_glyph(record->visual, character, &glyph))
        seen += glyph.rows[0];
    ofs_xview_release(record);
}

void beside_begin(struct ofs_server *server, bool moves, bool is_virtual, uint64_t (*now_ns)(void))
{
    static const struct ofs_front_source source = { reading, get_front, give_back };
    world.moves = moves;
    while (world.server && world.queued) /* a message may own memory */
        run_queue();
    world.server = server;
    world.here = false;
    world.queued = 0;
    front.number = 1;
    ofs_x11_set_presenter(look_at);
    ofs_x11_set_gone(forget);
    ofs_xview_set_front_source(&source);
    static struct ofs_inject_clock clock = { NULL, no_work, set_due, no_work, rest, look };
    clock.virtual_ns = world.now_ns = now_ns;
    world.due_ns = UINT64_MAX;
    ofs_inject_set_clock(server && is_virtual ? &clock : NULL);
}

/* ---- descriptors ---- */

void beside_enter(struct ofs_client *c)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
        return;
    c->fd = pair[0];
    c->peer_fd = pair[1];
    ofs_xview_connection(c->peer_fd, 0);
}

void beside_leave(struct ofs_client *c)
{
    if (c->fd < 0)
        return;
    ofs_xview_connection_gone(c->peer_fd);
    close(c->fd);
    close(c->peer_fd);
    c->fd = c->peer_fd = -1;
}

static int file_of(size_t bytes, unsigned seals)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd >= 0 && (ftruncate(fd, (off_t)bytes) || (seals && fcntl(fd, F_ADD_SEALS, seals))))
        abort();
    return fd;
}

enum { FILE_BYTES = 5000, MOST = 40 };

void beside_pass(struct ofs_client *c, uint8_t what, const uint8_t *request, size_t n)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(MOST * sizeof(int))];
    } control = { 0 };
    static uint8_t buffer[65536];
    int fds[MOST], pipes[2] = { -1, -1 };
    unsigned count = (what >> 4 & 3) == 3 ? MOST : 1 + (what >> 4 & 3);
    switch (what & 7) {
    case 0: fds[0] = file_of(FILE_BYTES, F_SEAL_SHRINK); break;
    case 1: fds[0] = file_of(0, 0); break;
    case 2: fds[0] = pipe2(pipes, O_CLOEXEC) ? -1 : pipes[0]; break;
    default: fds[0] = file_of(FILE_BYTES, 0); break;
    }
    for (unsigned i = 1; i < count; i++)
        fds[i] = fds[0];
    struct iovec part = { (void *)(uintptr_t)request, n };
    struct msghdr message = { .msg_iov = &part,
                              .msg_iovlen = 1,
                              .msg_control = control.bytes,
                              .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
    struct cmsghdr *m = CMSG_FIRSTHDR(&message);
    m->cmsg_level = SOL_SOCKET;
    m->cmsg_type = SCM_RIGHTS;
    m->cmsg_len = CMSG_LEN(count * sizeof(int));
    memcpy(CMSG_DATA(m), fds, count * sizeof(int));
    if (fds[0] >= 0 && sendmsg(c->peer_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) > 0) {
        ssize_t got = ofs_passing_recv(c, buffer, sizeof buffer);
        if (got > 0)
            ofs_client_feed(c, buffer, (size_t)got);
    }
    if (what & 8) /* the file goes, and the segment with it */
        (void)!ftruncate(fds[0], 0);
    close(fds[0]);
    if (pipes[1] >= 0)
        close(pipes[1]);
}

/* What came, with the descriptors that came with it. */
static void read_peer(struct ofs_client *c)
{
    static uint8_t buffer[65536];
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(OFS_PASSING_OUT * sizeof(int))];
    } control;
    struct iovec part = { buffer, sizeof buffer };
    struct msghdr message;
    do {
        message = (struct msghdr){
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control
        };
        if (recvmsg(c->peer_fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC) <= 0)
            return;
        for (struct cmsghdr *m = CMSG_FIRSTHDR(&message); m; m = CMSG_NXTHDR(&message, m))
            for (size_t i = 0; i < (m->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
                int fd;
                memcpy(&fd, CMSG_DATA(m) + i * sizeof fd, sizeof fd);
                close(fd);
            }
    } while (true);
}

void beside_drain(struct ofs_client *c)
{
    if (c->fd >= 0 && c->passing) /* else nothing could be seen of it */
        while (c->out_at < c->out_len) {
            ssize_t sent = ofs_passing_send(c, c->out + c->out_at, c->out_len - c->out_at);
            read_peer(c);
            if (sent <= 0)
                break;
            c->out_at += (size_t)sent;
        }
    c->out_at = c->out_len = c->out_mark = 0;
}

/* ---- moves ---- */

struct reader {
    const uint8_t *at, *end;
};
static uint32_t take(struct reader *r, unsigned bytes)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < bytes && r->at < r->end; i++)
        value |= (uint32_t)*r->at++ << 8 * i;
    return value;
}

static void play(struct reader *r)
{
    struct ofs_inject events[8];
    char why[80];
    uint32_t window = take(r, 4);
    size_t count = take(r, 1) % 8;
    for (size_t i = 0; i < 8; i++)
        events[i] = (struct ofs_inject){ take(r, 1) % 8, take(r, 2), (int16_t)take(r, 2), (int16_t)take(r, 2) };
    seen += (uint32_t)ofs_inject(window, events, count, count, why, sizeof why);
}

static uint32_t atom(const char *name) { return ofs_atom(world.server, name, strlen(name), false); }

/* What a window manager would be asked: the window takes WM_DELETE_WINDOW, and wants to be full-screen, or not. */
static void manage(uint32_t id, uint32_t action)
{
    struct ofs_window *w = (struct ofs_window *)ofs_res_get(world.server, id, OFS_RES_WINDOW);
    uint32_t protocols[2] = { atom("WM_TAKE_FOCUS"), atom("WM_DELETE_WINDOW") };
    xEvent event = { .u.u.type = ClientMessage };
    if (w)
        (void)ofs_property_set(world.server, w, atom("WM_PROTOCOLS"), atom("ATOM"), 32, protocols, 1 + (action & 1));
    event.u.u.detail = 32;
    event.u.clientMessage.window = id;
    event.u.clientMessage.u.l.type = atom("_NET_WM_STATE");
    event.u.clientMessage.u.l.longs0 = (INT32)action;
    event.u.clientMessage.u.l.longs1 = (INT32)atom("_NET_WM_STATE_FULLSCREEN");
    ofs_toplevel_root_message(world.server, &event);
}

static void one_move(struct reader *r)
{
    static const char *const keys[] = { "a",           "A",    "space",  "Shift_L", "Control_R", "Caps_Lock",
                                        "Left",        "F1",   "at",     "eacute",  "Num_Lock",  "ISO_Level3_Shift",
                                        "no such key", "KP_1", "Return", "Escape" };
    static const uint8_t nothing[32];
    struct ofs_client *c = world.server->clients;
    uint32_t sequence;
    uint8_t detail;
    switch (take(r, 1) % 13) {
    case 0:
        detail = (uint8_t)take(r, 1);
        (void)ofs_input_key(keys[detail & 15], detail & 16);
        break;
    case 1: (void)ofs_input_motion((int16_t)take(r, 2), (int16_t)take(r, 2)); break;
    case 2: (void)ofs_input_motion_relative((int16_t)take(r, 2), (int16_t)take(r, 2)); break;
    case 3:
        detail = (uint8_t)take(r, 1);
        (void)ofs_input_button(detail & 15, detail & 16);
        break;
    case 4: (void)ofs_input_resize(take(r, 2) & 0x3FF, take(r, 2) & 0x3FF); break;
    case 5: play(r); break;
    case 6: (void)ofs_inject_begin(take(r, 4)); break;
    case 7: seen += ofs_inject_viewable(take(r, 4)); break;
    case 8: ofs_xview_request_close(); break;
    case 9: paint(take(r, 4), take(r, 1) & 1); break;
    case 10: draw_character(take(r, 4), take(r, 1)); break;
    case 11: manage(take(r, 4), take(r, 1)); break;
    default:
        if (!c || !ofs_inject_is_x(c->peer_fd))
            break;
        ofs_inject_settle(c->peer_fd);
        (void)ofs_xview_post_event(c->peer_fd, (size_t)(r->end - r->at) >= 32 ? r->at : nothing);
        seen += ofs_xview_sequence(c->peer_fd, &sequence) ? sequence : 0;
        break;
    }
}

void beside_do(const uint8_t *bytes, size_t n)
{
    struct reader r = { bytes, bytes + n };
    for (unsigned i = 0; i < 16 && r.at < r.end; i++)
        one_move(&r);
}
