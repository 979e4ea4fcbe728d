/* fork, vfork and a bare clone, before and after the display was opened. */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <X11/Xlib.h>

#include "raw.h"

extern char **environ;

static jmp_buf lost;

static int on_io_error(Display *display)
{
    longjmp(lost, 1);
}

/* A round trip works. */
static void use(Display *display)
{
    Window window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 10, 10, 0, 0, 0);
    XWindowAttributes attributes;

    CHECK(XGetWindowAttributes(display, window, &attributes) != 0);
    XDestroyWindow(display, window);
    XSync(display, False);
}

static void wait_for(pid_t child)
{
    int status = -1;

    CHECK(child > 0);
    CHECK(waitpid(child, &status, 0) == child);
    if (status != 0)
        fprintf(stderr, "child's status is 0x%x\n", status);
    CHECK(status == 0);
}

static void open_and_use(void)
{
    Display *display = XOpenDisplay(NULL);

    CHECK(display != NULL);
    use(display);
    XCloseDisplay(display);
}

/* The parent's display fails at once in the child; a new one works; so it goes for the grandchild. */
static void child_of(Display *inherited, int depth)
{
    pid_t child = fork();

    if (child == 0) {
        alarm(20);
        XSetIOErrorHandler(on_io_error);
        if (setjmp(lost) == 0) {
            XSync(inherited, False);
            CHECK(!"the inherited display still answers");
        }
        open_and_use();
        if (depth > 0) {
            Display *own = XOpenDisplay(NULL);
            CHECK(own != NULL);
            child_of(own, depth - 1);
            use(own);
        }
        _exit(0);
    }
    wait_for(child);
}

/* No handler runs in a bare clone, so the library must do nothing in it: the connection goes to a real server, if there
 * is one, or fails. The parent does not notice. */
static void bare_clone(void)
{
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    if (child == 0) {
        struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/.X11-unix/X59999"};
        int fd = socket(AF_UNIX, SOCK_STREAM, 0);
        int result = connect(fd, (struct sockaddr *)&address, sizeof(address));

        _exit(result == -1 && errno == ENOENT ? 0 : 1);
    }
    wait_for(child);
}

static void spawn(void)
{
    char *arguments[] = {"true", NULL};
    pid_t child = -1;

    CHECK(posix_spawnp(&child, "true", NULL, NULL, arguments, environ) == 0);
    wait_for(child);
    child = vfork();
    if (child == 0) {
        execvp(arguments[0], arguments);
        _exit(127);
    }
    wait_for(child);
    CHECK(system("exit 0") == 0);
}

/* Without Xlib, whose own lock another thread may hold at the fork. */
static void open_by_hand(void)
{
    static const struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/.X11-unix/X0"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    raw_setup(fd, &address, sizeof(address));
    close(fd);
}

static void *forks(void *unused)
{
    for (int i = 0; i < 50; i++) {
        pid_t child = fork();

        if (child == 0) {
            alarm(20);
            open_by_hand();
            open_by_hand();
            _exit(0);
        }
        wait_for(child);
    }
    return NULL;
}

static void *opens(void *stop)
{
    while (!__atomic_load_n((int *)stop, __ATOMIC_RELAXED))
        open_by_hand();
    return NULL;
}

/* Forking while other threads open and close displays: the child must not find a lock held. */
static void fork_in_a_crowd(void)
{
    pthread_t openers[2], forkers[2];
    int stop = 0;

    for (int i = 0; i < 2; i++) {
        CHECK(pthread_create(&openers[i], NULL, opens, &stop) == 0);
        CHECK(pthread_create(&forkers[i], NULL, forks, NULL) == 0);
    }
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(forkers[i], NULL) == 0);
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(openers[i], NULL) == 0);
}

int main(void)
{
    pid_t child = fork(); /* before anything of ours was used */
    Display *display;

    XInitThreads();
    if (child == 0) {
        open_and_use();
        _exit(0);
    }
    wait_for(child);
    spawn();
    bare_clone();
    display = XOpenDisplay(NULL);
    CHECK(display != NULL);
    use(display);
    spawn();
    use(display);
    bare_clone();
    use(display);
    child_of(display, 2);
    use(display);
    fork_in_a_crowd();
    use(display);
    XCloseDisplay(display);
    return 0;
}
