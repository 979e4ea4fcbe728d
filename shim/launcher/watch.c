/* Waiting for the command, with limits.
 *
 * Limits are kept by the shim itself, of frames at exactly that frame; the launcher looks at the page now and then, and only
 * a program that does not close when it is told to is ended from here: after a grace time by SIGTERM, after another by
 * SIGKILL. Nothing here waits for less than the next thing that can happen. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/run.h"
#include "util/log.h"
#include "util/status.h"

#define GRACE_NS   (2 * NS_PER_S)
#define CLOSED_NS  (60 * NS_PER_S)
#define GIVE_UP_NS (5 * NS_PER_S)
#define LOOK_NS    (50 * NS_PER_S / 1000)

enum stage { STAGE_RUNNING, STAGE_CLOSING, STAGE_TERMINATING, STAGE_KILLING };

struct watch {
    const struct run_args *args;
    struct ofs_session *session;
    struct watch_result *result;
    pid_t command;
    bool ended; /* the command was reaped */
    enum stage stage;
    uint64_t stage_ns;           /* when it began */
    uint64_t seconds_ns;         /* when --seconds is over; 0 = never */
    uint64_t progress_ns, drawn; /* when the last new frame was seen, and the sum of frames then */
};

static const int passed_on[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

/* All mutable state of this file. */
static struct {
    sigset_t before, waited;
    struct sigaction pipe_before;
} signals;

void watch_prepare(void)
{
    struct sigaction ignore = { .sa_handler = SIG_IGN };
    sigemptyset(&signals.waited);
    sigaddset(&signals.waited, SIGCHLD);
    sigaddset(&signals.waited, SIGCONT);
    for (size_t i = 0; i < OFS_ARRAY_LEN(passed_on); i++)
        sigaddset(&signals.waited, passed_on[i]);
    sigprocmask(SIG_BLOCK, &signals.waited, &signals.before);
    sigaction(SIGPIPE, &ignore, &signals.pipe_before); /* nobody may read our stderr any more */
    /* Our caller may have ignored it, and then no child could be waited for. */
    signal(SIGCHLD, SIG_DFL);
}

void watch_undo(void)
{
    sigaction(SIGPIPE, &signals.pipe_before, NULL);
    sigprocmask(SIG_SETMASK, &signals.before, NULL);
}

/* Frames of all processes; *most_out is the count of the one that drew most. */
static uint64_t count_frames(const struct ofs_session *session, uint64_t *most_out)
{
    uint64_t sum = 0, most = 0;
    for (int i = 0; i < OFS_SESSION_SLOTS; i++) {
        uint64_t frames = atomic_load(&session->slots[i].frames);
        sum += frames;
        most = frames > most ? frames : most;
    }
    *most_out = most;
    return sum;
}

/* Is a process still there that was told to close? With --seconds that is every one, or the command if none drew. */
static bool somebody_stays(const struct watch *watch)
{
    bool any = false;
    for (int i = 0; i < OFS_SESSION_SLOTS; i++) {
        const struct ofs_session_slot *slot = &watch->session->slots[i];
        pid_t pid = (pid_t)atomic_load(&slot->pid);
        if (pid <= 0 || (watch->result->end == WATCH_FRAMES && !atomic_load(&slot->close_sent)))
            continue;
        any = true;
        if (tree_has(pid))
            return true;
    }
    return watch->result->end == WATCH_SECONDS && !any;
}

static void enter(struct watch *watch, enum stage stage, uint64_t now)
{
    watch->stage = stage;
    watch->stage_ns = now;
    if (stage == STAGE_CLOSING)
        watch->progress_ns = now;
    if (stage == STAGE_TERMINATING)
        tree_kill(SIGTERM);
    if (stage == STAGE_KILLING)
        tree_kill(SIGKILL);
}

static bool close_was_sent(const struct ofs_session *session)
{
    for (int i = 0; i < OFS_SESSION_SLOTS; i++)
        if (atomic_load(&session->slots[i].close_sent))
            return true;
    return false;
}

/* How long the command may go without a new frame. Once it was told to close, that has an end in any case. */
static uint64_t patience_ns(const struct watch *watch)
{
    if (watch->args->timeout > 0)
        return (uint64_t)(watch->args->timeout * (double)NS_PER_S);
    return watch->stage == STAGE_CLOSING ? CLOSED_NS : UINT64_MAX;
}

/* Looks at the page and the clock, and goes on to the next stage when it is time. */
static void look(struct watch *watch, uint64_t now)
{
    const struct run_args *args = watch->args;
    uint64_t drawn = count_frames(watch->session, &watch->result->frames);

    if (drawn != watch->drawn) {
        watch->drawn = drawn;
        watch->progress_ns = now;
    }
    if (watch->stage == STAGE_RUNNING && watch->seconds_ns && now >= watch->seconds_ns) {
        atomic_store(&watch->session->close_request, 1);
        watch->result->end = WATCH_SECONDS;
        enter(watch, STAGE_CLOSING, now);
    }
    if (watch->stage == STAGE_RUNNING && args->frames > 0 && close_was_sent(watch->session)) {
        watch->result->end = WATCH_FRAMES;
        enter(watch, STAGE_CLOSING, now);
    }
    if (watch->stage <= STAGE_CLOSING && now - watch->progress_ns >= patience_ns(watch)) {
        if (watch->stage == STAGE_RUNNING)
            watch->result->end = WATCH_TIMEOUT;
        enter(watch, STAGE_TERMINATING, now);
    }
    if (watch->stage >= STAGE_CLOSING && watch->stage < STAGE_KILLING && now - watch->stage_ns >= GRACE_NS) {
        /* What draws has closed, but the command that started it is still busy: let it finish. */
        if (watch->stage == STAGE_CLOSING && !watch->ended && !somebody_stays(watch))
            watch->stage_ns = now;
        else
            enter(watch, watch->stage + 1, now);
    }
}

/* When there is something to look at next; 0 = when a signal comes. */
static uint64_t next_look(const struct watch *watch, uint64_t now)
{
    if (watch->stage == STAGE_KILLING)
        return now + LOOK_NS; /* a process that forked meanwhile gets it too */
    if (watch->stage != STAGE_RUNNING)
        return watch->stage_ns + GRACE_NS;
    if (watch->args->frames > 0 || watch->args->timeout > 0)
        return now + LOOK_NS;
    return watch->seconds_ns;
}

/* A signal sent to us alone is for the command. One that the terminal sent has reached it already. */
static void pass_on(struct watch *watch, const struct signalfd_siginfo *info)
{
    int signal = (int)info->ssi_signo;
    if (signal == SIGCONT) { /* the time we stood still does not count */
        watch->progress_ns = clock_ns();
        return;
    }
    if (signal == SIGCHLD)
        return;
    if (signal != SIGUSR1 && signal != SIGUSR2)
        watch->result->interrupted = true;
    if (info->ssi_code <= 0 && !watch->ended)
        kill(watch->command, signal);
}

/* Returns false when no child is left. */
static bool reap(struct watch *watch)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == watch->command) {
            watch->ended = true;
            watch->result->wait_status = status;
        }
    }
    return !(pid < 0 && errno == ECHILD);
}

static void wait_for_signal(struct watch *watch, int fd, uint64_t until)
{
    struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
    struct signalfd_siginfo info;
    struct timespec timeout;
    uint64_t now = clock_ns();
    if (until) {
        uint64_t left = until > now ? until - now : 0;
        timeout.tv_sec = (time_t)(left / NS_PER_S);
        timeout.tv_nsec = (long)(left % NS_PER_S);
    }
    if (ppoll(&poll_fd, 1, until ? &timeout : NULL, NULL) > 0)
        while (read(fd, &info, sizeof info) == sizeof info)
            pass_on(watch, &info);
}

void watch_command(const struct run_args *args, struct ofs_session *session, pid_t command, struct watch_result *result)
{
    struct watch watch = { .args = args, .session = session, .result = result, .command = command };
    int fd = signalfd(-1, &signals.waited, SFD_CLOEXEC | SFD_NONBLOCK);
    bool left = true;

    watch.progress_ns = clock_ns();
    watch.seconds_ns = session->close_at_ns;
    while (left) {
        uint64_t now = clock_ns();
        bool ended_before = watch.ended;
        left = reap(&watch);
        if (watch.ended && !ended_before) {
            count_frames(session, &result->frames);
            /* The library closes its windows by itself when the time is up, and may be quicker than we are. */
            if (watch.stage == STAGE_RUNNING && watch.seconds_ns && clock_ns() >= watch.seconds_ns)
                result->end = WATCH_SECONDS;
            /* The run is over with the command. What it left behind is told to end, and made to. */
            if (left && watch.stage < STAGE_TERMINATING)
                enter(&watch, STAGE_TERMINATING, now);
        }
        if (!watch.ended || watch.stage >= STAGE_TERMINATING)
            look(&watch, now);
        if (left && watch.stage == STAGE_KILLING) {
            if (now - watch.stage_ns > GIVE_UP_NS) /* in the kernel's hands: a dead disk, a dead driver */
                break;
            tree_kill(SIGKILL);
        }
        if (left)
            wait_for_signal(&watch, fd, fd >= 0 ? next_look(&watch, now) : now + LOOK_NS);
    }
    if (fd >= 0)
        close(fd);
}
