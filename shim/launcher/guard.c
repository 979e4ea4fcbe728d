/* `offstage guard --lifeline FD [--output FD] [--] COMMAND`: a command that belongs to another process, its learner,
 * and never outlives it.
 *
 * FD is one end of a stream socket pair. When the learner shuts its end down, closes it or dies, everything that the
 * command has started is killed. When the command has ended, what it left behind is killed, and then its wait status
 * (an int) is sent there; so the learner's end becomes readable exactly when nothing is left. --output names a file
 * that keeps the end of what the command prints: 8 bytes that count all of it, 8 without meaning, then a ring to its end.
 *
 * Two processes watch, one below the other, and both adopt orphans: whichever of them is killed, the other one is left
 * to end the command. The command itself also dies with the lower one. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/run.h"
#include "util/log.h"

#define RING_START 16
#define GRACE_NS   (2 * NS_PER_S) /* that the lower one has to end everything */
#define GIVE_UP_NS (5 * NS_PER_S) /* a process in the kernel's hands: a dead disk, a dead driver */

/* All mutable state of this file: one level of the two. */
static struct {
    int lifeline, output; /* -1 = none */
    int output_pipe;      /* what the command prints; the upper one reads it */
    off_t ring_bytes;
    uint64_t printed;
    int pair;    /* to the other level */
    int signals; /* SIGCHLD */
    int learner; /* a pidfd, or -1 */
    pid_t learner_pid, child;
    bool child_ended;
    int child_status; /* as waitpid gives it */
    sigset_t mask_before;
    struct sigaction pipe_before;
} guard = { .lifeline = -1, .output = -1, .output_pipe = -1, .pair = -1, .signals = -1, .learner = -1 };

/* -- the options -------------------------------------------------------------------------------------------------- */

static bool parse_descriptor(const char *name, const char *text, int *fd_out)
{
    char *end;
    long number = text ? strtol(text, &end, 10) : -1;
    if (!text || !text[0] || *end || number < 0 || number > 1 << 20 || fcntl((int)number, F_GETFD) < 0) {
        ofs_log_user("guard: %s %s: expected the number of an open descriptor", name, text ? text : "");
        return false;
    }
    *fd_out = (int)number;
    return fcntl(*fd_out, F_SETFD, FD_CLOEXEC) == 0;
}

/* Returns the command, or NULL after saying what is wrong. */
static char **parse(int argc, char **argv)
{
    int i = 0;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "--") == 0) {
            i++;
            break;
        }
        if (strcmp(argv[i], "--lifeline") != 0 && strcmp(argv[i], "--output") != 0) {
            ofs_log_user("guard: unknown option %s; there are --lifeline FD and --output FD", argv[i]);
            return NULL;
        }
        if (!parse_descriptor(argv[i], argv[i + 1], argv[i][2] == 'l' ? &guard.lifeline : &guard.output))
            return NULL;
        i++;
    }
    if (guard.lifeline < 0 || i >= argc) {
        ofs_log_user("guard: %s", guard.lifeline < 0 ? "--lifeline FD is missing" : "there is no command");
        return NULL;
    }
    return argv + i;
}

/* -- what the command prints -------------------------------------------------------------------------------------- */

/* From here on what this process prints goes there, too. */
static bool output_open(void)
{
    struct stat st;
    int ends[2];
    if (guard.output < 0)
        return true;
    if (fstat(guard.output, &st) != 0 || st.st_size <= RING_START || pipe2(ends, O_CLOEXEC) != 0 ||
        fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 || dup2(ends[1], STDOUT_FILENO) < 0 ||
        dup2(ends[1], STDERR_FILENO) < 0) {
        ofs_log_user("guard: the output cannot be kept: %s", strerror(errno));
        return false;
    }
    close(ends[1]);
    guard.output_pipe = ends[0];
    guard.ring_bytes = st.st_size - RING_START;
    return true;
}

/* When the file cannot be written, what is printed is lost, and the command goes on. */
static void ring_put(const char *text, size_t bytes)
{
    while (bytes > 0) {
        off_t at = (off_t)(guard.printed % (uint64_t)guard.ring_bytes);
        size_t part = (off_t)bytes < guard.ring_bytes - at ? bytes : (size_t)(guard.ring_bytes - at);
        if (pwrite(guard.output, text, part, RING_START + at) != (ssize_t)part)
            return;
        text += part;
        bytes -= part;
        guard.printed += part;
    }
    if (pwrite(guard.output, &guard.printed, sizeof guard.printed, 0) < 0)
        errno = 0;
}

/* Some of what was printed; false: there is no more now. */
static bool output_take(void)
{
    static char text[65536];
    ssize_t got;
    do
        got = guard.output_pipe >= 0 ? read(guard.output_pipe, text, sizeof text) : 0;
    while (got < 0 && errno == EINTR);
    if (got > 0)
        ring_put(text, (size_t)got);
    return got > 0;
}

/* -- ending ------------------------------------------------------------------------------------------------------- */

/* Returns false when no child is left. */
static bool reap(void)
{
    struct signalfd_siginfo info;
    int status;
    pid_t pid;
    while (read(guard.signals, &info, sizeof info) > 0) {
    }
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == guard.child) {
            guard.child_ended = true;
            guard.child_status = status;
        }
    }
    return !(pid < 0 && errno == ECHILD);
}

/* The kernel's list of our children is short; without it the whole of /proc has to be read. */
static void kill_children(void)
{
    char path[64], text[4096], *word = text, *end;
    ssize_t length;
    int fd;
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    fd = open(path, O_RDONLY | O_CLOEXEC);
    length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    if (length <= 0) {
        tree_kill(SIGKILL);
        return;
    }
    text[length] = '\0';
    /* Each number ends with a space; one that was cut off has none, and is for the next round. */
    for (; (end = strchr(word, ' ')); word = end + 1)
        kill((pid_t)strtol(word, NULL, 10), SIGKILL);
}

/* Children first; their own children become ours then, and are next. */
static void kill_everything(void)
{
    uint64_t until_ns = clock_ns() + GIVE_UP_NS;
    struct pollfd poll_fd = { .fd = guard.signals, .events = POLLIN };
    if (guard.child > 0 && !guard.child_ended)
        kill(guard.child, SIGKILL);
    while (reap() && clock_ns() < until_ns) {
        kill_children();
        while (output_take()) {
        }
        poll(&poll_fd, 1, 20);
    }
}

static int exit_status(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* False: nobody is there to know. */
static bool send_status(int fd, int wait_status)
{
    return send(fd, &wait_status, sizeof wait_status, MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof wait_status;
}

/* -- watching ----------------------------------------------------------------------------------------------------- */

/* Returns when the child has ended, or when the learner or the other level has. True: the child has ended. */
static bool watch(bool upper)
{
    struct pollfd fds[] = { { .fd = guard.signals, .events = POLLIN },
                            { .fd = guard.lifeline, .events = POLLIN },
                            { .fd = guard.learner, .events = POLLIN },
                            { .fd = upper ? -1 : guard.pair, .events = POLLIN },
                            { .fd = guard.output_pipe, .events = POLLIN } };
    for (;;) {
        int ready = poll(fds, sizeof fds / sizeof fds[0], upper && guard.learner < 0 ? 1000 : -1);
        if (ready < 0 && errno != EINTR)
            return false;
        reap();
        if (guard.child_ended)
            return true;
        if (upper && getppid() != guard.learner_pid)
            return false;
        if (ready > 0 && (fds[1].revents || fds[2].revents || fds[3].revents))
            return false;
        if (ready > 0 && fds[4].revents && !output_take())
            fds[4].fd = -1;
    }
}

/* The upper one gives the lower one time to end everything in order. */
static void await_lower(void)
{
    uint64_t until_ns = clock_ns() + GRACE_NS;
    struct pollfd poll_fd = { .fd = guard.signals, .events = POLLIN };
    while (reap() && !guard.child_ended && clock_ns() < until_ns) {
        while (output_take()) {
        }
        poll(&poll_fd, 1, 100);
    }
}

static int upper_level(void)
{
    int status;
    if (!watch(true))
        await_lower();
    kill_everything();
    while (output_take()) {
    }
    if (recv(guard.pair, &status, sizeof status, MSG_DONTWAIT) != sizeof status)
        status = guard.child_status; /* the lower one was killed, and the command with it */
    send_status(guard.lifeline, status);
    return exit_status(status);
}

static bool in_lockstep(void)
{
    const char *rate = getenv("OFFSTAGE_LOCKSTEP");
    return rate && rate[0];
}

static _Noreturn void lower_level(char **command)
{
    pid_t self = getpid();
    int error;
    guard.child = fork();
    if (guard.child < 0) {
        ofs_log_user("%s cannot be started: %s", command[0], strerror(errno));
        send_status(guard.pair, W_EXITCODE(EXIT_OURS, 0));
        _exit(EXIT_OURS);
    }
    if (guard.child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != self)
            _exit(EXIT_OURS);
        sigaction(SIGPIPE, &guard.pipe_before, NULL);
        sigprocmask(SIG_SETMASK, &guard.mask_before, NULL);
        if (in_lockstep())
            preload_steady();
        execvp(command[0], command);
        error = errno;
        ofs_log_user("%s cannot be executed: %s", command[0], strerror(error));
        _exit(error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN);
    }
    watch(false);
    kill_everything();
    if (!send_status(guard.pair, guard.child_status))
        send_status(guard.lifeline, guard.child_status);
    _exit(exit_status(guard.child_status));
}

/* -- starting ----------------------------------------------------------------------------------------------------- */

static bool prepare(void)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigset_t waited;
    sigemptyset(&waited);
    sigaddset(&waited, SIGCHLD);
    signal(SIGCHLD, SIG_DFL); /* our caller may have ignored it, and then no child could be waited for */
    sigaction(SIGPIPE, &ignore, &guard.pipe_before);
    sigprocmask(SIG_BLOCK, &waited, &guard.mask_before);
    guard.signals = signalfd(-1, &waited, SFD_CLOEXEC | SFD_NONBLOCK);
    /* Other processes may hold the learner's end too, such as its forked children: its death is looked for itself. */
    guard.learner_pid = getppid();
    guard.learner = (int)syscall(SYS_pidfd_open, guard.learner_pid, 0);
    return guard.signals >= 0 && prctl(PR_SET_CHILD_SUBREAPER, 1) == 0;
}

static int start(char **command)
{
    char library[PATH_MAX];
    int status = command_check(command[0]), pair[2];

    if (status >= 0)
        return status;
    if (!place_library(library) || !preload_set(library, in_lockstep()))
        return EXIT_OURS;
    if (!prepare() || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        ofs_log_user("guard: %s cannot be started: %s", command[0], strerror(errno));
        return EXIT_OURS;
    }
    guard.child = fork();
    if (guard.child == 0) {
        close(pair[0]);
        if (guard.output_pipe >= 0)
            close(guard.output_pipe);
        guard.output_pipe = guard.learner = -1;
        guard.pair = pair[1];
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        lower_level(command);
    }
    close(pair[1]);
    guard.pair = pair[0];
    if (guard.child > 0)
        return -1;
    ofs_log_user("%s cannot be started: %s", command[0], strerror(errno));
    return EXIT_OURS;
}

int guard_main(int argc, char **argv)
{
    char **command = parse(argc, argv);
    int status;
    if (!command || !output_open())
        return EXIT_OURS;
    status = start(command);
    if (status < 0)
        return upper_level();
    while (output_take()) {
    }
    send_status(guard.lifeline, W_EXITCODE(status, 0));
    return status;
}
