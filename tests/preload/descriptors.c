/* Descriptors: none of ours below 3 or in an exec'd child, and a program that closes every descriptor that it does not
 * know only loses its connections. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <X11/Xlib.h>

#include "check.h"

static jmp_buf lost;

static int on_io_error(Display *display)
{
    longjmp(lost, 1);
}

static Display *open_and_use(void)
{
    Display *display = XOpenDisplay(NULL);

    CHECK(display != NULL);
    XSync(display, False);
    return display;
}

/* Bit n: descriptor n is open, the one that lists them aside; anything at 64 or above counts as bit 63. */
static unsigned long open_descriptors(void)
{
    DIR *listing = opendir("/proc/self/fd");
    unsigned long open_set = 0;
    struct dirent *entry;

    CHECK(listing != NULL);
    while ((entry = readdir(listing))) {
        int fd = atoi(entry->d_name);

        if (entry->d_name[0] != '.' && fd != dirfd(listing))
            open_set |= 1ul << (fd < 63 ? fd : 63);
    }
    closedir(listing);
    return open_set;
}

/* All are ours to close, from 3 upward, in the way that daemons and test runners do it. */
static void close_all(int how)
{
    if (how == 0)
        syscall(SYS_close_range, 3u, ~0u, 0u);
    else
        for (int fd = 3; fd < 4096; fd++)
            close(fd);
}

static void survive_closing(int how)
{
    Display *volatile display = NULL;

    close_all(how); /* before there is anything */
    display = open_and_use();
    close_all(how);
    if (setjmp(lost) == 0) {
        XSync(display, False);
        CHECK(!"a closed connection still answers");
    }
    display = open_and_use();
    XCloseDisplay(display);
    /* What we opened in the meantime may have the numbers of what we lost: a file of the program's must live. */
    display = open_and_use();
    close_all(how);
    for (int i = 0; i < 32; i++) {
        struct stat before, after;
        char path[] = "/tmp/offstage-test-XXXXXX";
        int fd = mkstemp(path);

        CHECK(fd >= 0 && unlink(path) == 0 && fstat(fd, &before) == 0);
        if (i % 4 == 0)
            XCloseDisplay(open_and_use());
        CHECK(fstat(fd, &after) == 0 && before.st_ino == after.st_ino && write(fd, "x", 1) == 1);
    }
    close_all(how);
}

/* The program takes over the very numbers that it closed under us, with a socket that has a byte to read: the byte stays,
 * and so do the descriptors, while a new server starts and the old one ends. */
static void survive_reuse(void)
{
    unsigned char bytes[2] = {0};
    int pair[2];

    (void)open_and_use(); /* lost, and not looked at again */
    close_all(0);
    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK(write(pair[1], "abc", 3) == 3);
    for (int fd = 64; fd < 1100; fd++)
        CHECK(dup2(pair[0], fd) == fd);
    for (int i = 0; i < 8; i++)
        XCloseDisplay(open_and_use());
    for (int fd = 64; fd < 1100; fd++)
        CHECK(fcntl(fd, F_GETFD) == 0);
    CHECK(recv(pair[0], bytes, 2, MSG_DONTWAIT) == 2 && bytes[0] == 'a' && bytes[1] == 'b');
    close_all(0);
}

/* The descriptors 0 to 2 are free: what we open for ourselves must not take them, where a library that prints would write
 * into a connection. The program's own socket may, as it may without us. */
static void survive_closed_stdio(void)
{
    Display *display;
    int socket_fd;

    for (int fd = 0; fd < 3; fd++)
        close(fd);
    display = XOpenDisplay(NULL);
    if (!display)
        _exit(11);
    socket_fd = ConnectionNumber(display);
    for (int fd = 0; fd < 3; fd++)
        if (fd != socket_fd && fcntl(fd, F_GETFD) != -1)
            _exit(12);
    XSync(display, False);
    XCloseDisplay(display);
    _exit(0);
}

int main(int count, char **arguments)
{
    if (count > 1 && strcmp(arguments[1], "closed-stdio") == 0)
        survive_closed_stdio();
    if (count > 1 && strcmp(arguments[1], "after-exec") == 0) {
        CHECK(open_descriptors() == 7);
        XCloseDisplay(open_and_use());
        return 0;
    }
    close_all(0);
    XSetIOErrorHandler(on_io_error);
    alarm(30);
    survive_closing(0);
    survive_closing(1);
    for (int i = 0; i < 20; i++)
        survive_reuse();
    (void)open_and_use();
    execl("/proc/self/exe", arguments[0], "after-exec", (char *)NULL);
    CHECK(!"exec");
}
