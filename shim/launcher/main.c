/* The `offstage` command. */
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "launcher/run.h"
#include "util/log.h"

static const char general_help[] =
    "Usage: offstage run [OPTIONS] [--] COMMAND [ARGUMENTS]\n"
    "       offstage version\n"
    "\n"
    "Runs a program that draws with OpenGL through X11, unmodified, with no X server and no display.\n"
    "\n"
    "  run        run a command; offstage run --help tells the options\n"
    "  version    print the version\n"
    "  --help     print this\n";

uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static const char *signal_text(int number, char buffer[32])
{
    const char *name = sigabbrev_np(number);
    if (name)
        snprintf(buffer, 32, "SIG%s", name);
    else
        snprintf(buffer, 32, "signal %d", number);
    return buffer;
}

static int command_status(int wait_status)
{
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/* The exit status, after telling what the person would otherwise not understand. */
static int judge(const struct run_args *args, const struct place *place, const struct watch_result *result)
{
    unsigned long long drawn = result->frames, wanted = args->frames;
    int status = command_status(result->wait_status);
    char text[32];

    if (args->frames > 0 && result->frames >= args->frames)
        return 0;
    if (place_refused(place) && drawn == 0) /* the library has said why */
        return EXIT_OURS;
    if (result->interrupted)
        return status;
    if (result->end == WATCH_TIMEOUT && drawn == 0) {
        ofs_log_user("%s drew no frame in %g s (does it use OpenGL through X11? --timeout S waits longer)",
                     args->command[0], args->timeout);
        return EXIT_OURS;
    }
    if (result->end == WATCH_TIMEOUT) {
        ofs_log_user("%s drew no new frame in %g s, after %llu of them (--timeout S waits longer)", args->command[0],
                     args->timeout, drawn);
        return EXIT_OURS;
    }
    if (result->end == WATCH_SECONDS) {
        if (drawn > 0)
            return 0;
        ofs_log_user("%s drew no frame in %g s (does it use OpenGL through X11? --seconds S gives it more)",
                     args->command[0], args->seconds);
        return EXIT_OURS;
    }
    if (WIFSIGNALED(result->wait_status) && drawn == 0) {
        ofs_log_user("%s was killed by %s before its first frame", args->command[0],
                     signal_text(WTERMSIG(result->wait_status), text));
    } else if (WIFSIGNALED(result->wait_status)) {
        ofs_log_user("%s was killed by %s after %llu frames", args->command[0],
                     signal_text(WTERMSIG(result->wait_status), text), drawn);
    } else if (args->frames > 0) {
        ofs_log_user("%s ended by itself, with status %d, after %llu of %llu frames", args->command[0], status, drawn,
                     wanted);
        return status ? status : EXIT_OURS;
    }
    return status;
}

/* Numbered pictures are written by the program's own process, which said what went wrong. */
static bool pictures_failed(const struct ofs_session *session)
{
    for (unsigned i = 0; i < OFS_SESSION_SLOTS; i++)
        if (atomic_load(&session->slots[i].pictures_failed))
            return true;
    return false;
}

static int run(int argc, char **argv)
{
    static struct run_args args;
    static struct place place;
    struct watch_result result = { 0 };
    char library[PATH_MAX];
    pid_t command;
    int status = run_parse(&args, argc, argv);

    if (status >= 0)
        return status;
    status = command_check(args.command[0]);
    if (status >= 0)
        return status;
    /* Signals wait from here on, so that an interrupted run still removes its folder. */
    watch_prepare();
    if (!place_library(library) || !place_create(&place, args.shot[0] && !args.shot_numbered ? 256u << 20 : 1u << 20))
        return EXIT_OURS;
    command = start_command(&args, &place, library, &status);
    if (command > 0) {
        watch_command(&args, place.session, command, &result);
        status = judge(&args, &place, &result);
        if (args.shot[0] && !args.shot_numbered && !picture_write(&args, &place) && status == 0)
            status = EXIT_OURS;
        if (args.shot_numbered && pictures_failed(place.session) && status == 0)
            status = EXIT_OURS;
        if (args.stats && !report_stats(&args, place.session, status) && status == 0)
            status = EXIT_OURS;
    }
    place_remove(&place);
    return status;
}

int main(int argc, char **argv)
{
    const char *verb = argc > 1 ? argv[1] : "";
    if (strcmp(verb, "run") == 0)
        return run(argc - 2, argv + 2);
    if (strcmp(verb, "guard") == 0) /* for learners, not for people: not in the help */
        return guard_main(argc - 2, argv + 2);
    if (strcmp(verb, "version") == 0 || strcmp(verb, "--version") == 0) {
        puts("offstage " OFS_VERSION);
        return fflush(stdout) == 0 ? 0 : EXIT_OURS;
    }
    if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0 || strcmp(verb, "help") == 0) {
        fputs(general_help, stdout);
        return fflush(stdout) == 0 ? 0 : EXIT_OURS;
    }
    if (argc > 1)
        ofs_log_user("unknown command %s; there are run and version, see: offstage --help", verb);
    else
        fputs(general_help, stderr);
    return EXIT_OURS;
}
