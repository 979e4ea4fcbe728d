/* Shared memory by descriptor, through the real server thread: what is passed both ways, memory that vanishes, and
 * descriptors that nobody asked for. Exit status 0, or 1 with what went wrong on stderr. */
#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "x11/serve.h"
#include "x11/xview.h"

enum { SHM = 130, BAD_SEG = 128, BAD_MATCH = 8, BAD_ACCESS = 10, BAD_ALLOC = 11, BAD_VALUE = 2, PAGE = 4096 };

static int failures;

#define CHECK(ok)                                            \
    do {                                                     \
        if (!(ok)) {                                         \
            fprintf(stderr, "line %d: %s\n", __LINE__, #ok); \
            failures++;                                      \
        }                                                    \
    } while (0)

static unsigned open_descriptors(void)
{
    unsigned n = 0;
    DIR *dir = opendir("/proc/self/fd");
    while (dir && readdir(dir))
        n++;
    if (dir)
        closedir(dir);
    return n;
}

/* ---- a client ---- */

static int server;        /* the connection */
static uint32_t base;     /* of its ids */
static int received = -1; /* the descriptor that came last */

/* n bytes, and the descriptors that come with them; false at the end of the stream. */
static bool take(void *to, size_t n)
{
    uint8_t *p = to;
    while (n) {
        union {
            struct cmsghdr align;
            char bytes[CMSG_SPACE(4 * sizeof(int))];
        } control;
        struct iovec part = { p, n };
        struct msghdr message = {
            .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
        };
        ssize_t got = recvmsg(server, &message, MSG_CMSG_CLOEXEC);
        if (got <= 0)
            return false;
        for (struct cmsghdr *m = CMSG_FIRSTHDR(&message); m; m = CMSG_NXTHDR(&message, m)) {
            if (m->cmsg_level != SOL_SOCKET || m->cmsg_type != SCM_RIGHTS)
                continue;
            CHECK(m->cmsg_len == CMSG_LEN(sizeof received) && received == -1);
            memcpy(&received, CMSG_DATA(m), sizeof received);
        }
        p += got;
        n -= (size_t)got;
    }
    return true;
}

/* Send words, with descriptors. */
static bool put(const void *words, size_t bytes, const int *fds, unsigned count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(64 * sizeof(int))];
    } control = { 0 };
    struct iovec part = { (void *)(uintptr_t)words, bytes };
    struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
    if (count) {
        message.msg_control = &control;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *m = CMSG_FIRSTHDR(&message);
        m->cmsg_level = SOL_SOCKET;
        m->cmsg_type = SCM_RIGHTS;
        m->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(m), fds, count * sizeof(int));
    }
    return sendmsg(server, &message, MSG_NOSIGNAL) == (ssize_t)bytes;
}
#define SEND(...)        put((uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }), NULL, 0)
#define SEND_FD(fd, ...) put((uint32_t[]){ __VA_ARGS__ }, sizeof((uint32_t[]){ __VA_ARGS__ }), &(int){ fd }, 1)

static uint32_t head(unsigned major, unsigned minor, unsigned words) { return major | minor << 8 | words << 16; }

/* The next reply (0) or error (its code); reply words in `out`. -1: the end of the stream. */
static int answer(uint32_t out[8])
{
    uint8_t packet[32];
    do {
        if (!take(packet, 32))
            return -1;
    } while (packet[0] > 1);
    memcpy(out, packet, 32);
    for (uint32_t rest = packet[0] == 1 ? out[1] : 0; rest; rest--) {
        uint32_t word;
        if (!take(&word, 4))
            return -1;
    }
    return packet[0] == 1 ? 0 : packet[1];
}

/* What came of the requests before: 0, or the first error. */
static int sync_up(void)
{
    uint32_t reply[8];
    if (!SEND(head(43, 0, 1)))
        return -1;
    int first = answer(reply), more = first;
    while (more > 0)
        more = answer(reply);
    return more < 0 ? -1 : first;
}

static bool open_client(void)
{
    const uint8_t hello[12] = { 'l', 0, 11 };
    uint8_t start[8];
    server = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (ofs_x11_attach(server) != OFS_OK || !put(hello, 12, NULL, 0) || !take(start, 8) || start[0] != 1)
        return false;
    size_t size = 4u * (size_t)(start[6] | start[7] << 8);
    uint8_t *rest = malloc(size);
    bool ok = rest && take(rest, size);
    if (ok)
        memcpy(&base, rest + 4, 4);
    free(rest);
    return ok && SEND(head(53, 24, 4), base + 1, OFS_ROOT_WINDOW, 32u | 32u << 16) &&
           SEND(head(55, 0, 4), base + 2, base + 1, 0) && sync_up() == 0;
}

/* 32 x 32 pixels of a segment into the pixmap, or back. */
static void put_image(uint32_t segment)
{
    SEND(head(SHM, 3, 10), base + 1, base + 2, 32u | 32u << 16, 0, 32u | 32u << 16, 0, 24u | 2u << 8, segment, 0);
}
static int get_image(uint32_t segment)
{
    uint32_t reply[8];
    SEND(head(SHM, 4, 8), base + 1, 0, 32u | 32u << 16, ~0u, 2, segment, 0);
    return answer(reply);
}

static int file_of(size_t bytes, unsigned seals)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0 || ftruncate(fd, (off_t)bytes) != 0 || (seals && fcntl(fd, F_ADD_SEALS, seals) != 0))
        exit(2);
    return fd;
}

/* ---- tests ---- */

static void a_file_of_ours(unsigned seals)
{
    int fd = file_of(2 * PAGE, seals);
    uint32_t *px = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (uint32_t i = 0; i < 1024; i++)
        px[i] = i * 0x010305 & 0xFFFFFF;
    SEND_FD(fd, head(SHM, 6, 3), base + 10, 0);
    put_image(base + 10);
    CHECK(sync_up() == 0);
    memset(px, 0, PAGE);
    CHECK(get_image(base + 10) == 0);
    for (uint32_t i = 0; i < 1024; i++)
        CHECK(px[i] == (i * 0x010305 & 0xFFFFFF));
    if (!seals) { /* the file goes; what is left of it is not a segment any more */
        CHECK(ftruncate(fd, 0) == 0);
        put_image(base + 10);
        CHECK(sync_up() == BAD_SEG);
        put_image(base + 10);
        CHECK(sync_up() == BAD_SEG);
        CHECK(ftruncate(fd, 2 * PAGE) == 0);
        SEND_FD(fd, head(SHM, 6, 3), base + 10, 0);
        CHECK(sync_up() == 0 && ftruncate(fd, PAGE / 2) == 0); /* a page is left, and the kernel gives all of it */
        CHECK(get_image(base + 10) == 0);
        CHECK(ftruncate(fd, 0) == 0 && get_image(base + 10) == BAD_SEG);
    }
    SEND(head(SHM, 2, 2), base + 10);
    (void)sync_up();
    munmap(px, 2 * PAGE);
    close(fd);
}

static void read_only(void)
{
    int fd = file_of(PAGE, 0);
    SEND_FD(fd, head(SHM, 6, 3), base + 10, 1);
    CHECK(get_image(base + 10) == BAD_ACCESS);
    SEND(head(SHM, 2, 2), base + 10);
    CHECK(sync_up() == 0);
    close(fd);
}

static void bad_descriptors(void)
{
    int empty = file_of(0, 0), good = file_of(PAGE, 0), pipes[2];
    CHECK(pipe2(pipes, O_CLOEXEC) == 0);
    SEND(head(SHM, 6, 3), base + 10, 0); /* none came with it */
    CHECK(sync_up() == BAD_MATCH);
    SEND_FD(empty, head(SHM, 6, 3), base + 10, 0);
    CHECK(sync_up() == BAD_MATCH);
    SEND_FD(pipes[0], head(SHM, 6, 3), base + 10, 0);
    CHECK(sync_up() == BAD_MATCH);
    SEND_FD(good, head(SHM, 6, 3), base + 10, 7);
    CHECK(sync_up() == BAD_VALUE);
    /* A refused request has taken its descriptor: the next one gets its own. */
    SEND_FD(empty, head(SHM, 6, 3), 1, 0);
    SEND_FD(good, head(SHM, 6, 3), base + 10, 0);
    put_image(base + 10);
    SEND(head(SHM, 2, 2), base + 10);
    uint32_t reply[8];
    CHECK(answer(reply) == 14 /* BadIDChoice */ && sync_up() == 0);
    close(empty);
    close(good);
    close(pipes[0]);
    close(pipes[1]);
}

static void made_by_the_server(void)
{
    uint32_t reply[8];
    received = -1;
    SEND(head(SHM, 7, 4), base + 10, PAGE, 0);
    CHECK(answer(reply) == 0 && (reply[0] >> 8 & 0xFF) == 1 && received >= 0);
    uint32_t *px = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, received, 0);
    CHECK(px != MAP_FAILED && ftruncate(received, 0) != 0); /* it is sealed */
    if (px == MAP_FAILED)
        return;
    for (uint32_t i = 0; i < 1024; i++)
        px[i] = i;
    put_image(base + 10);
    CHECK(sync_up() == 0);
    memset(px, 0, PAGE);
    CHECK(get_image(base + 10) == 0 && px[777] == 777);
    SEND(head(SHM, 2, 2), base + 10);
    SEND(head(SHM, 7, 4), base + 10, 0, 0); /* of no size */
    CHECK(sync_up() == BAD_ACCESS);
    munmap(px, PAGE);
    close(received);
    received = -1;
}

/* Descriptors that no request is for. */
static void unclaimed(void)
{
    unsigned before = open_descriptors();
    int fd = file_of(PAGE, 0), fds[40];
    for (unsigned i = 0; i < 40; i++)
        fds[i] = fd;
    uint32_t sync = head(127, 0, 1);
    for (unsigned i = 0; i < 8; i++)
        put(&sync, 4, fds, 3);
    CHECK(sync_up() == 0);
    put(&sync, 4, fds, 40); /* too many: the connection is closed */
    CHECK(sync_up() == -1);
    close(server);
    close(fd);
    CHECK(open_client());
    CHECK(open_descriptors() == before);
}

/* Many segments whose descriptors are not fetched. */
static void many(void)
{
    unsigned before = open_descriptors();
    uint32_t requests[40][4], reply[8];
    unsigned made = 0, refused = 0;
    for (uint32_t i = 0; i < 40; i++)
        memcpy(requests[i], (uint32_t[]){ head(SHM, 7, 4), base + 100 + i, PAGE, 0 }, 16);
    put(requests, sizeof requests, NULL, 0);
    for (unsigned i = 0; i < 40; i++) {
        uint8_t packet[32];
        CHECK(recv(server, packet, 32, MSG_WAITALL) == 32); /* drops what is passed */
        memcpy(reply, packet, 32);
        made += packet[0] == 1;
        refused += packet[0] == 0 && packet[1] == BAD_ALLOC;
    }
    CHECK(made == 16 && refused == 24);
    for (uint32_t i = 0; i < 40; i++)
        SEND(head(SHM, 2, 2), base + 100 + i);
    CHECK(sync_up() == BAD_SEG);
    CHECK(open_descriptors() == before);
}

int main(void)
{
    if (!open_client()) {
        fprintf(stderr, "no connection\n");
        return 1;
    }
    unsigned before = open_descriptors();
    a_file_of_ours(0);
    a_file_of_ours(F_SEAL_SHRINK | F_SEAL_GROW);
    read_only();
    bad_descriptors();
    made_by_the_server();
    many();
    CHECK(open_descriptors() == before);
    unclaimed();
    printf("%d failures\n", failures);
    return failures != 0;
}
