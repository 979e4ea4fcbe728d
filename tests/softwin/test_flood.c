/* Carrying out what a client has written ends, also when more comes all the time: whoever is told of a frame draws the next
 * one at once. A thread that waits for what it wrote itself must come back. */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <X11/X.h>
#include <X11/Xproto.h>

#include "x11/inject.h"
#include "x11/present.h"
#include "x11/serve.h"
#include "x11/wire.h"
#include "x11/xview.h"

enum { WINDOW = 1, GC, SIDE = 8, SETTLES = 2000 };

static int fd;
static uint32_t base;
static _Atomic unsigned frames;
static _Atomic bool over;

static void send_all(const void *bytes, size_t n)
{
    if (write(fd, bytes, n) != (ssize_t)n)
        perror("write");
}

/* The whole window in one colour. */
static void draw(void)
{
    uint8_t bytes[24 + SIDE * SIDE * 4] = { X_PutImage, ZPixmap };
    ofs_put16(bytes + 2, sizeof bytes / 4, false);
    ofs_put32(bytes + 4, base + WINDOW, false);
    ofs_put32(bytes + 8, base + GC, false);
    ofs_put16(bytes + 12, SIDE, false);
    ofs_put16(bytes + 14, SIDE, false);
    bytes[21] = 24;
    memset(bytes + 24, (int)frames, sizeof bytes - 24);
    send_all(bytes, sizeof bytes);
}

static void present(const struct ofs_present *frame)
{
    frames++;
    if (!over)
        draw();
}

static bool connect_to_server(void)
{
    static const uint8_t hello[12] = { 'l', 0, 11 };
    uint8_t answer[8], rest[65536];
    size_t size, got = 0;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (ofs_x11_attach(fd) != OFS_OK)
        return false;
    send_all(hello, sizeof hello);
    if (recv(fd, answer, sizeof answer, MSG_WAITALL) != sizeof answer || answer[0] != 1)
        return false;
    size = (size_t)ofs_get16(answer + 6, false) * 4;
    while (got < size) {
        ssize_t n = read(fd, rest + got, size - got);
        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    base = ofs_get32(rest + 4, false);
    return true;
}

static void open_window(void)
{
    uint8_t create[32] = { X_CreateWindow, 0, 8 }, gc[16] = { X_CreateGC, 0, 4 }, map[8] = { X_MapWindow, 0, 2 };
    ofs_put32(create + 4, base + WINDOW, false);
    ofs_put32(create + 8, OFS_ROOT_WINDOW, false);
    ofs_put16(create + 16, SIDE, false);
    ofs_put16(create + 18, SIDE, false);
    ofs_put32(gc + 4, base + GC, false);
    ofs_put32(gc + 8, base + WINDOW, false);
    ofs_put32(map + 4, base + WINDOW, false);
    send_all(create, sizeof create);
    send_all(gc, sizeof gc);
    send_all(map, sizeof map);
}

int main(void)
{
    ofs_x11_set_presenter(present);
    if (!connect_to_server()) {
        fputs("no connection\n", stderr);
        return 1;
    }
    open_window();
    draw();
    draw(); /* paints over the first, which is a frame by that */
    for (unsigned i = 0; i < SETTLES; i++)
        ofs_inject_settle(fd);
    over = true;
    ofs_inject_settle(fd);
    if (frames < 10)
        fprintf(stderr, "%u frames: nothing came all the time\n", frames);
    ofs_x11_set_presenter(NULL);
    return frames < 10;
}
