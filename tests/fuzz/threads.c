/* Several threads, each with connections of its own, through ofs_x11_attach() and the real server thread, while others ask
 * through xview and inject input, and every frame of theirs is looked at. For the thread sanitizer; it reports by itself
 * and exits with 66. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "x11/input.h"
#include "x11/present.h"
#include "x11/serve.h"
#include "x11/xview.h"

enum { THREADS = 4, ROUNDS = 150 };

static atomic_int failures;
static atomic_bool done;
static _Atomic uint32_t shared_window;

static int fail(const char *what)
{
    fprintf(stderr, "%s\n", what);
    atomic_fetch_add(&failures, 1);
    return -1;
}

static int read_all(int fd, void *to, size_t n)
{
    uint8_t *p = to;
    while (n) {
        ssize_t got = recv(fd, p, n, 0);
        if (got <= 0)
            return -1;
        p += got;
        n -= (size_t)got;
    }
    return 0;
}

static int write_all(int fd, const void *from, size_t n)
{
    return send(fd, from, n, MSG_NOSIGNAL) == (ssize_t)n ? 0 : -1;
}

/* A connection after its setup; its id base. */
static int open_display(uint32_t *base_out)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const uint8_t hello[12] = { 'l', 0, 11 };
    uint8_t head[8];
    if (fd < 0 || ofs_x11_attach(fd) != OFS_OK || write_all(fd, hello, 12) || read_all(fd, head, 8) || head[0] != 1)
        return fail("no connection");
    size_t size = 4u * (size_t)(head[6] | head[7] << 8);
    uint8_t *rest = malloc(size);
    if (!rest || read_all(fd, rest, size)) {
        free(rest);
        return fail("no setup");
    }
    memcpy(base_out, rest + 4, 4);
    free(rest);
    return fd;
}

/* Reads packets until the reply to GetInputFocus; events on the way are taken as they come. */
static int round_trip(int fd)
{
    const uint8_t ask[4] = { 43, 0, 1, 0 };
    uint8_t packet[32];
    if (write_all(fd, ask, 4))
        return -1;
    do {
        if (read_all(fd, packet, 32))
            return -1;
    } while (packet[0] != 1);
    return 0;
}

static int make_window(int fd, uint32_t id)
{
    uint32_t request[9] = { 1 | 9u << 16, id, OFS_ROOT_WINDOW, 0, 100u | 80u << 16, 1u << 16, 0, 1u << 11, 1u << 17 | 1u << 15 };
    const uint32_t map[2] = { 8 | 2u << 16, id };
    return write_all(fd, request, sizeof request) || write_all(fd, map, sizeof map);
}

/* A context (id) for the window, and an image over all of it. */
static int draw(int fd, uint32_t window, uint32_t gc, uint32_t width, uint32_t height)
{
    const uint32_t create[4] = { 55 | 4u << 16, gc, window, 0 };
    const uint32_t put[6] = { 72 | 2u << 8 | (6 + width * height) << 16, window, gc, width | height << 16, 0, 24u << 8 };
    static const uint32_t pixels[64];
    const uint32_t release[2] = { 60 | 2u << 16, gc };
    return write_all(fd, create, sizeof create) || write_all(fd, put, sizeof put) ||
           write_all(fd, pixels, width * height * 4) || write_all(fd, release, sizeof release);
}

/* Called on the server's thread, which it must not stop by what it asks for. */
static atomic_uint frames, gone;
static void look_at(const struct ofs_present *frame)
{
    uint32_t sum = 0;
    for (uint32_t y = 0; y < frame->height_px; y++)
        sum += frame->bgrx[y * frame->pitch_bytes];
    ofs_input_motion((int)(sum & 7), 5);
    ofs_input_key("a", sum & 1);
    if (atomic_fetch_add(&frames, 1) % 64 == 0)
        ofs_xview_request_close();
}
static void forget(uint32_t window) { atomic_fetch_add(&gone, window != 0); }

static int resize_window(int fd, uint32_t id, uint32_t width)
{
    const uint32_t request[4] = { 12 | 4u << 16, id, 4, width };
    return write_all(fd, request, sizeof request);
}

static void *client_thread(void *arg)
{
    (void)arg;
    for (int i = 0; i < ROUNDS && !failures; i++) {
        uint32_t base = 0;
        int fd = open_display(&base);
        if (fd < 0)
            break;
        if (make_window(fd, base + 1) || round_trip(fd))
            fail("no window");
        atomic_store(&shared_window, base + 1);
        for (uint32_t n = 0; n < 10; n++)
            if (resize_window(fd, base + 1, 50 + n) || draw(fd, base + 1, base + 2, 8, 8) || round_trip(fd))
                fail("no answer");
        uint32_t sequence = 0;
        if (!ofs_xview_sequence(fd, &sequence) || !sequence)
            fail("the connection is not known to xview");
        close(fd);
    }
    return NULL;
}

/* What a GL thread does all the time. */
static void *view_thread(void *arg)
{
    (void)arg;
    uint64_t sum = 0;
    while (!atomic_load(&done)) {
        struct ofs_xdrawable *drawable = ofs_xview_acquire(atomic_load(&shared_window));
        if (drawable)
            sum += atomic_load(&drawable->size_px) + atomic_load(&drawable->viewable) + atomic_load(&drawable->alive);
        ofs_xview_release(drawable);
    }
    return (void *)(uintptr_t)(sum & 1);
}

static void *input_thread(void *arg)
{
    (void)arg;
    for (int i = 0; !atomic_load(&done); i++) {
        ofs_input_motion(i % 300, i % 200);
        ofs_input_button(1, i & 1);
        ofs_input_key("a", i & 1);
        if (i % 16 == 0) /* small: a window that was drawn in is copied each time */
            ofs_input_resize(60 + (uint32_t)(i / 16 & 7), 20);
        if (i % 64 == 0)
            ofs_xview_request_close();
        usleep(500);
    }
    return NULL;
}

int main(void)
{
    pthread_t clients[THREADS], viewer, input;
    ofs_x11_set_presenter(look_at);
    ofs_x11_set_gone(forget);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&clients[i], NULL, client_thread, NULL);
    pthread_create(&viewer, NULL, view_thread, NULL);
    pthread_create(&input, NULL, input_thread, NULL);
    for (int i = 0; i < THREADS; i++)
        pthread_join(clients[i], NULL);
    atomic_store(&done, true);
    pthread_join(viewer, NULL);
    pthread_join(input, NULL);
    if (!frames || !gone)
        fail("no frames");
    printf("%u frames of %u windows; %d threads, %d connections each, %d failures\n", atomic_load(&frames),
           atomic_load(&gone), THREADS, ROUNDS, atomic_load(&failures));
    return failures ? 1 : 0;
}
