/* The X server of the shim without the preload: a world served on a listening socket, in one thread, so that sanitizers
 * see everything and a test may be any X client.
 *
 *     proto_host SOCKET_PATH [--focus-new-windows] [--max-output BYTES] [--max-images BYTES]
 *
 * Where PROTO_HOST_RECORD names a folder, what the clients send is kept there in a file of this process: u32 number of the
 * connection (from 1), u32 bytes (0 = it ended), the bytes; native order.
 *
 *     proto_host --extensions             the names and major opcodes of what the server has
 *
 * Prints "ready" and serves until its standard input ends. Exit status 0; a sanitizer's own otherwise. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "x11/input.h"
#include "x11/passing.h"
#include "x11/server.h"

#define MAX_CONNECTIONS 1024

struct host {
    struct ofs_server *server;
    int listener;
    FILE *record;           /* NULL: not wanted */
    struct ofs_client *clients[MAX_CONNECTIONS];
    unsigned count;
};

static int listen_at(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof address.sun_path)
        return -1;
    strcpy(address.sun_path, path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 512))
        return -1;
    return fd;
}

static void accept_one(struct host *h)
{
    int fd = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    struct ofs_client *c = h->count < MAX_CONNECTIONS ? ofs_server_add_client(h->server) : NULL;
    if (!c) {
        close(fd);
        return;
    }
    c->fd = fd;
    h->clients[h->count++] = c;
}

/* Send what waits; false when the peer is gone. */
static bool flush(struct ofs_client *c)
{
    while (c->out_at < c->out_len) {
        ssize_t n = ofs_passing_send(c, c->out + c->out_at, c->out_len - c->out_at);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        c->out_at += (size_t)n;
    }
    c->out_at = c->out_len = 0;
    return true;
}

static FILE *open_record(void)
{
    const char *folder = getenv("PROTO_HOST_RECORD");
    char path[512];
    if (!folder)
        return NULL;
    snprintf(path, sizeof path, "%s/%ld", folder, (long)getpid());
    return fopen(path, "wb");
}

static void record(const struct host *h, const struct ofs_client *c, const void *bytes, size_t n)
{
    const uint32_t head[2] = { c->index, (uint32_t)n };
    if (!h->record)
        return;
    fwrite(head, sizeof head, 1, h->record);
    fwrite(bytes, 1, n, h->record);
}

/* Read and carry out; false when the peer is gone. */
static bool serve(const struct host *h, struct ofs_client *c)
{
    uint8_t bytes[65536];
    ssize_t n = ofs_passing_recv(c, bytes, sizeof bytes);
    if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
        return false;
    if (n > 0) {
        record(h, c, bytes, (size_t)n);
        ofs_client_feed(c, bytes, (size_t)n);
    }
    return true;
}

static void drop(struct host *h, unsigned i)
{
    struct ofs_client *c = h->clients[i];
    int fd = c->fd;
    record(h, c, "", 0);
    flush(c);
    ofs_client_remove(c);
    close(fd);
    h->clients[i] = h->clients[--h->count];
    ofs_server_run_pending(h->server);
}

/* One turn of the loop; false at the end of standard input. */
static bool turn(struct host *h)
{
    static struct pollfd fds[MAX_CONNECTIONS + 2];
    unsigned polled = h->count;
    fds[0] = (struct pollfd){ .fd = 0, .events = POLLIN };
    fds[1] = (struct pollfd){ .fd = h->listener, .events = POLLIN };
    for (unsigned i = 0; i < polled; i++) {
        short out = h->clients[i]->out_at < h->clients[i]->out_len ? POLLOUT : 0;
        fds[i + 2] = (struct pollfd){ .fd = h->clients[i]->fd, .events = (short)(POLLIN | out) };
    }
    if (poll(fds, polled + 2, 20) < 0)
        return errno == EINTR;
    char end;
    if (fds[0].revents && read(0, &end, 1) <= 0)
        return false;
    bool gone[MAX_CONNECTIONS] = { false };
    for (unsigned i = 0; i < polled; i++)
        gone[i] = fds[i + 2].revents & (POLLIN | POLLHUP | POLLERR) && !serve(h, h->clients[i]);
    ofs_input_run_timers(h->server);
    if (!h->server->server_grab)
        ofs_server_run_pending(h->server);
    for (unsigned i = polled; i-- > 0;)   /* downwards: dropping moves the last one into the gap */
        if (gone[i] || !flush(h->clients[i]) || h->clients[i]->closing)
            drop(h, i);
    if (fds[1].revents)
        accept_one(h);
    return true;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--extensions") == 0) {
        for (unsigned i = 0; i < ofs_extension_count; i++)
            printf("%s %u\n", ofs_extensions[i]->name, ofs_extensions[i]->major);
        return 0;
    }
    struct ofs_server_config config = { .width_px = 1920, .height_px = 1080 };
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--focus-new-windows") == 0)
            config.focus_new_windows = true;
        else if (strcmp(argv[i], "--max-output") == 0 && i + 1 < argc)
            config.max_output_bytes = strtoul(argv[++i], NULL, 0);
        else if (strcmp(argv[i], "--max-images") == 0 && i + 1 < argc)
            config.max_image_bytes = strtoull(argv[++i], NULL, 0);
    }
    struct host h = { .listener = argc > 1 ? listen_at(argv[1]) : -1 };
    if (h.listener < 0) {
        fprintf(stderr, "usage: proto_host SOCKET_PATH [--focus-new-windows] [--max-output BYTES] [--max-images BYTES]\n");
        return 2;
    }
    h.server = ofs_server_create(&config);
    if (!h.server)
        return 3;
    h.record = open_record();
    printf("ready\n");
    fflush(stdout);
    while (turn(&h))
        ;
    while (h.count)
        drop(&h, h.count - 1);
    ofs_server_destroy(h.server);
    if (h.record)
        fclose(h.record);
    close(h.listener);
    unlink(argv[1]);
    return 0;
}
