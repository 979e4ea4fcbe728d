/* The command's environment and process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/run.h"
#include "util/log.h"

static bool set(const char *name, const char *value)
{
    return value && value[0] ? setenv(name, value, 1) == 0 : unsetenv(name) == 0;
}

static bool set_environment(const struct run_args *args, const struct place *place)
{
    char frames[24] = "";
    if (args->frames > 0)
        snprintf(frames, sizeof frames, "%llu", (unsigned long long)args->frames);
    return set("OFFSTAGE_SIZE", args->size) && set("OFFSTAGE_GPU", args->gpu) && set("OFFSTAGE_FRAMES", frames) &&
           set("OFFSTAGE_FPS", args->fps) && set("OFFSTAGE_SHOT", args->shot) && set("OFFSTAGE_INPUT", args->input) &&
           set("OFFSTAGE_LOG", args->log) && set("OFFSTAGE_LOCKSTEP", args->lockstep) &&
           set("OFFSTAGE_SEED", args->seed) && set("OFFSTAGE_SESSION", place->page);
}

/* In the child. It stays in our process group: the terminal's Ctrl-C and Ctrl-Z reach it as if it had been started
 * without us. */
static _Noreturn void become(const struct run_args *args, pid_t launcher, int report_fd)
{
    int error;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* the launcher may be killed by a signal that it cannot pass on */
    if (getppid() != launcher)
        _exit(EXIT_OURS);
    watch_undo();
    if (args->lockstep)
        preload_steady();
    execvp(args->command[0], args->command);
    error = errno;
    if (write(report_fd, &error, sizeof error) < 0)
        error = 0;
    _exit(EXIT_CANNOT_RUN);
}

pid_t start_command(const struct run_args *args, const struct place *place, const char *library, int *exit_out)
{
    pid_t launcher = getpid(), child;
    int report[2], error = 0;

    *exit_out = EXIT_OURS;
    if (!preload_set(library, args->lockstep != NULL))
        return -1;
    if (!set_environment(args, place) || pipe2(report, O_CLOEXEC) != 0) {
        ofs_log_user("the command cannot be started: %s", strerror(errno));
        return -1;
    }
    /* Whatever the command leaves running becomes our child, so that it can be ended too. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    place->session->start_ns = clock_ns();
    if (args->seconds > 0)
        place->session->close_at_ns = place->session->start_ns + (uint64_t)(args->seconds * (double)NS_PER_S);
    child = fork();
    if (child == 0)
        become(args, launcher, report[1]);
    error = child < 0 ? errno : 0;
    close(report[1]);
    /* The pipe closes when exec succeeds. */
    if (child > 0) {
        ssize_t got;
        do
            got = read(report[0], &error, sizeof error);
        while (got < 0 && errno == EINTR);
    }
    close(report[0]);
    if (error == 0)
        return child;
    if (child > 0)
        waitpid(child, NULL, 0);
    ofs_log_user("%s cannot be executed: %s", args->command[0], strerror(error));
    if (child > 0)
        *exit_out = error == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_RUN;
    return -1;
}
