/* However a program names its display, it reaches the server in the process; the socket keeps its flags. */
#include <fcntl.h>
#include <stddef.h>

#include <X11/Xlib.h>

#include "raw.h"

/* NULL: what DISPLAY says. */
static void open_display(const char *name)
{
    Display *display = XOpenDisplay(name);
    Window window;

    if (!display) {
        fprintf(stderr, "XOpenDisplay(%s) failed\n", name ? name : "NULL");
        exit(1);
    }
    window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 64, 48, 0, 0, 0);
    CHECK(window != None);
    XSync(display, False);
    CHECK(XCloseDisplay(display) == 0);
}

/* A connection set-up by hand, for clients that use no Xlib. */
static void raw(const struct sockaddr_un *address, socklen_t length)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), number = fd;

    errno = 79;
    raw_setup(fd, address, length);
    CHECK(errno == 79);
    CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
    CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) == 0);
    close(fd);

    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0); /* answers at once, not with EINPROGRESS */
    CHECK(fd == number);
    CHECK(connect(fd, (const struct sockaddr *)address, length) == 0);
    CHECK(fcntl(fd, F_GETFD) == 0);
    CHECK((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    close(fd);
}

int main(void)
{
    static const char *const names[] = {NULL, "", ":0", ":0.0", ":7", "unix:0", "unix/:3", "localhost:10.0",
                                        "127.0.0.1:0", "::1:11"};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t length;

    CHECK(strcmp(getenv("DISPLAY"), ":0") == 0);
    CHECK(!getenv("WAYLAND_DISPLAY"));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        open_display(names[i]);
    CHECK(setenv("DISPLAY", "localhost:12.0", 1) == 0); /* a program that sets it by itself */
    open_display(NULL);
    CHECK(!XOpenDisplay("no display name"));
    CHECK(!XOpenDisplay(":0.5")); /* one screen */

    strcpy(address.sun_path, "/tmp/.X11-unix/X3");
    raw(&address, sizeof(address));
    memcpy(address.sun_path, "\0/tmp/.X11-unix/X3", 19);
    length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 18);
    raw(&address, length);
    return 0;
}
