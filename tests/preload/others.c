/* Connections that are none of our business reach the peer that they name, errno and all. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

static char folder[] = "/tmp/offstage-test-XXXXXX";

/* One byte from a real listener proves that the connection went there. */
static void expect_peer(int listener, int fd)
{
    struct pollfd readable = {.fd = listener, .events = POLLIN};
    char byte = 0;
    int peer;

    CHECK(poll(&readable, 1, 5000) == 1);
    peer = accept(listener, NULL, NULL);
    CHECK(peer >= 0);
    CHECK(write(peer, "!", 1) == 1);
    CHECK(read(fd, &byte, 1) == 1 && byte == '!');
    close(peer);
}

/* A server of the program's own, on a port that X over TCP could use. */
static void tcp(int family)
{
    struct sockaddr_storage storage = {.ss_family = (sa_family_t)family};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;
    socklen_t length = family == AF_INET ? sizeof(*v4) : sizeof(*v6);
    int listener = socket(family, SOCK_STREAM, 0), fd, port = 6000;

    if (listener < 0)
        return; /* no IPv6 here */
    for (; port < 6064; port++) {
        if (family == AF_INET) {
            v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            v4->sin_port = htons((uint16_t)port);
        } else {
            v6->sin6_addr = in6addr_loopback;
            v6->sin6_port = htons((uint16_t)port);
        }
        if (bind(listener, (struct sockaddr *)&storage, length) == 0)
            break;
    }
    if (port == 6064) {
        close(listener);
        return;
    }
    CHECK(listen(listener, 1) == 0);
    fd = socket(family, SOCK_STREAM, 0);
    errno = 77;
    CHECK(connect(fd, (struct sockaddr *)&storage, length) == 0);
    CHECK(errno == 77);
    expect_peer(listener, fd);
    close(fd);
    close(listener);
    fd = socket(family, SOCK_STREAM, 0);
    CHECK(connect(fd, (struct sockaddr *)&storage, length) == -1 && errno == ECONNREFUSED);
    close(fd);
}

static struct sockaddr_un in_folder(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", folder, name);
    return address;
}

/* A local socket with this name and type goes to its own listener. */
static void local(const char *name, int type)
{
    struct sockaddr_un address = in_folder(name);
    int listener = socket(AF_UNIX, type, 0), fd = socket(AF_UNIX, type, 0);
    char byte = 0;

    CHECK(bind(listener, (struct sockaddr *)&address, sizeof(address)) == 0);
    if (type != SOCK_DGRAM)
        CHECK(listen(listener, 1) == 0);
    errno = 78;
    CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0);
    CHECK(errno == 78);
    if (type == SOCK_DGRAM) {
        CHECK(send(fd, "?", 1, 0) == 1);
        CHECK(recv(listener, &byte, 1, 0) == 1 && byte == '?');
    } else {
        expect_peer(listener, fd);
    }
    close(fd);
    close(listener);
    CHECK(unlink(address.sun_path) == 0);
}

static void failures(void)
{
    struct sockaddr_un missing = in_folder("nobody"), display = in_folder(".X11-unix/X9");
    struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), file = open("/dev/null", O_RDWR | O_CLOEXEC);

    CHECK(connect(fd, (struct sockaddr *)&missing, sizeof(missing)) == -1 && errno == ENOENT);
    CHECK(connect(fd, (struct sockaddr *)&missing, 1) == -1 && errno == EINVAL);
    CHECK(connect(fd, NULL, sizeof(missing)) == -1 && errno == EFAULT);
    CHECK(connect(-1, (struct sockaddr *)&display, sizeof(display)) == -1 && errno == EBADF);
    CHECK(connect(file, (struct sockaddr *)&display, sizeof(display)) == -1 && errno == ENOTSOCK);
    close(fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    CHECK(connect(fd, &unspecified, sizeof(unspecified)) == 0); /* dissolves an association */
    close(fd);
    close(file);
}

int main(void)
{
    char path[128];

    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/.X11-unix", folder);
    CHECK(mkdir(path, 0700) == 0);
    tcp(AF_INET);
    tcp(AF_INET6);
    local("game.sock", SOCK_STREAM);
    local("X0", SOCK_STREAM);
    local("wayland-0", SOCK_STREAM);
    local(".X11-unix/X5", SOCK_DGRAM); /* an X server listens on streams only */
    local(".X11-unix/X5", SOCK_SEQPACKET);
    failures();
    CHECK(rmdir(path) == 0 && rmdir(folder) == 0);
    return 0;
}
