/* Options of `offstage run`. Each has an OFFSTAGE_* variable of the same meaning where the library has one; the option
 * wins over the variable, and both are checked here, before anything is started. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/script.h"
#include "capture/shot.h"
#include "launcher/run.h"
#include "util/log.h"
#include "util/opt.h"
#include "util/status.h"
#include "x11/keymap/keymap.h"

/* Every setter returns what is wrong with the value, or NULL. */
static const char *set_size(struct run_args *args, const char *value)
{
    uint32_t width, height;
    args->size = value;
    return ofs_parse_size(value, &width, &height) == 0 ? NULL : "expected WIDTHxHEIGHT, 1 to 16384 pixels each";
}

static const char *set_gpu(struct run_args *args, const char *value)
{
    uint64_t index;
    args->gpu = value;
    if (strcmp(value, "auto") == 0 || strcmp(value, "software") == 0)
        return NULL;
    if ((strncmp(value, "cuda:", 5) == 0 && ofs_parse_count(value + 5, &index) == 0 && index < 1024) ||
        (strncmp(value, "egl:", 4) == 0 && ofs_parse_count(value + 4, &index) == 0 && index < 1024))
        return NULL;
    return "expected auto, cuda:N, egl:N or software";
}

static const char *set_frames(struct run_args *args, const char *value)
{
    return ofs_parse_count(value, &args->frames) == 0 && args->frames > 0 ? NULL
                                                                          : "expected a number of frames, from 1";
}

static const char *set_seconds(struct run_args *args, const char *value)
{
    return ofs_parse_rate(value, &args->seconds) == 0 && args->seconds > 0 ? NULL
                                                                           : "expected a time in seconds, above 0";
}

static const char *set_timeout(struct run_args *args, const char *value)
{
    return ofs_parse_rate(value, &args->timeout) == 0 ? NULL : "expected a time in seconds; 0 waits for ever";
}

static const char *set_fps(struct run_args *args, const char *value)
{
    double rate;
    args->fps = value;
    return ofs_parse_rate(value, &rate) == 0 && rate >= 0.001 ? NULL
                                                              : "expected frames per second, such as 60 or 59.94";
}

static const char *set_lockstep(struct run_args *args, const char *value)
{
    double hz;
    args->lockstep = value;
    return ofs_parse_lockstep(value, &hz) == 0 ? NULL : "expected frames per second of the program's time, 1 to 1000";
}

static const char *set_seed(struct run_args *args, const char *value)
{
    uint64_t seed;
    args->seed = value;
    return ofs_parse_count(value, &seed) == 0 ? NULL : "expected a whole number from 0 to 18446744073709551615";
}

/* The program may change its folder before it reads a name: make it absolute. */
static const char *make_absolute(const char *value, char out[PATH_MAX])
{
    char folder[PATH_MAX] = "";
    if (value[0] != '/' && !getcwd(folder, sizeof folder))
        return "the current folder is gone";
    if ((size_t)snprintf(out, PATH_MAX, "%s%s%s", folder, folder[0] ? "/" : "", value) >= PATH_MAX)
        return "the name is too long";
    return NULL;
}

/* A file that will be written at the end: find out now whether it can be. Permissions do not tell (root, read-only
 * file systems), so a file is made beside it and removed. */
static const char *check_destination(const char *path)
{
    static char complaint[200];
    char beside[PATH_MAX + 32];
    struct stat st;
    int fd;
    if (lstat(path, &st) == 0 && !S_ISREG(st.st_mode)) /* replacing it would lose what it is */
        return S_ISDIR(st.st_mode)   ? "that is a folder"
               : S_ISLNK(st.st_mode) ? "that is a symbolic link; name the file itself"
                                     : "that is not a regular file";
    snprintf(beside, sizeof beside, "%.*s.offstage.%d.tmp", (int)(strrchr(path, '/') - path) + 1, path, (int)getpid());
    fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
        close(fd);
        unlink(beside);
        return NULL;
    }
    *strrchr(beside, '/') = '\0';
    if (errno == ENOENT && beside[0] && stat(beside, &st) != 0)
        return "the folder does not exist; make it first";
    snprintf(complaint, sizeof complaint, "the folder cannot be written (%s); choose another", strerror(errno));
    return complaint;
}

static const char *set_shot(struct run_args *args, const char *value)
{
    const char *complaint = ofs_shot_check(value, &args->shot_numbered);
    if (!complaint)
        complaint = make_absolute(value, args->shot);
    return complaint ? complaint : check_destination(args->shot);
}

static const char *set_stats(struct run_args *args, const char *value)
{
    const char *complaint = NULL;
    args->stats = true;
    if (!value)
        return NULL;
    if (!value[0])
        return "expected the name of a file after =";
    complaint = make_absolute(value, args->stats_file);
    return complaint ? complaint : check_destination(args->stats_file);
}

static int compare_keysym(const void *name, const void *row)
{
    return strcmp(name, ((const struct ofs_keymap_keysym *)row)->name);
}

/* The first key in the script that the keyboard does not have, or NULL. */
static const struct ofs_script_event *unknown_key(const struct ofs_script *script)
{
    const struct ofs_keymap *map = &ofs_keymap_default;
    for (size_t i = 0; i < script->count; i++)
        if (script->events[i].kind == OFS_SCRIPT_KEY &&
            !bsearch(script->events[i].key, map->keysyms, map->keysym_count, sizeof *map->keysyms, compare_keysym))
            return &script->events[i];
    return NULL;
}

static const char *set_input(struct run_args *args, const char *value)
{
    static char complaint[250] = "the script is too large";
    const struct ofs_script_event *unknown;
    struct ofs_script script;
    struct stat st;
    enum ofs_status status;
    if (stat(value, &st) == 0 && !S_ISREG(st.st_mode))
        return "expected a regular file: it is read here and again by the program";
    status = ofs_script_load(&script, value, complaint, sizeof complaint);
    if (status == OFS_EIO)
        return strerror(errno);
    if (status != OFS_OK)
        return complaint;
    unknown = unknown_key(&script);
    if (unknown)
        snprintf(complaint, sizeof complaint,
                 "line %u: the keyboard has no key \"%s\"; names are those of X keysyms, such as "
                 "space, Return, Left, a",
                 unknown->line, unknown->key);
    ofs_script_finish(&script);
    return unknown ? complaint : make_absolute(value, args->input);
}

static const char *set_log(struct run_args *args, const char *value)
{
    args->log = value;
    return ofs_log_spec_ok(value) ? NULL
                                  : "expected error, warn, info or debug, also for one module of util, x11, egl, glx, "
                                    "capture, hook: warn,x11=debug";
}

static const struct option_row {
    const char *flag, *value, *variable; /* variable: NULL where only the launcher knows the option */
    const char *(*set)(struct run_args *args, const char *value);
    const char *help; /* NULL: that of the variable */
} options[] = {
    { "--size", "WxH", "OFFSTAGE_SIZE", set_size, NULL },
    { "--gpu", "DEVICE", "OFFSTAGE_GPU", set_gpu,
      "auto, cuda:N, egl:N or software (default auto: CUDA device 0, else"
      " another GPU,\n                       else Mesa software)" },
    { "--frames", "N", "OFFSTAGE_FRAMES", set_frames, "close the program after N frames; status 0 if they were drawn" },
    { "--seconds", "S", NULL, set_seconds, "close the program after S seconds; status 0 if it drew a frame" },
    { "--timeout", "S", NULL, set_timeout,
      "give up after S seconds without a new frame (default 60 with --frames,\n"
      "                       else 0: never)" },
    { "--fps", "RATE", "OFFSTAGE_FPS", set_fps, "at most RATE frames per second (default: as fast as it goes)" },
    { "--shot", "FILE.png", "OFFSTAGE_SHOT", set_shot,
      "write the last frame of the largest window; with %d in the name,\n"
      "                       every frame, numbered from 1. Each frame is read back, which costs time" },
    { "--stats", "[=FILE.json]", NULL, set_stats,
      "tell frames, rate, sizes and device at the end, or write them as JSON" },
    { "--input", "FILE", "OFFSTAGE_INPUT", set_input,
      "press keys and move the pointer by a script of lines such as\n"
      "                       10 key space, 20 motion 100 50, 30 button 1, 40 resize 640 480, 50 close:\n"
      "                       after frame 10 and so on; 2.5s key space is 2.5 s after the first window" },
    { "--lockstep", "HZ", "OFFSTAGE_LOCKSTEP", set_lockstep,
      "the program's clocks go on by 1/HZ s a frame and jump over sleeps:\n"
      "                       every run is the same, and as fast as the drawing" },
    { "--seed", "N", "OFFSTAGE_SEED", set_seed,
      "with --lockstep: seed of getrandom() and getentropy() (default 0)" },
    { "--log", "SPEC", "OFFSTAGE_LOG", set_log, NULL },
};

void run_help(FILE *out)
{
    unsigned count;
    const struct ofs_option_row *rows = ofs_option_rows(&count);
    fputs("Usage: offstage run [OPTIONS] [--] COMMAND [ARGUMENTS]\n\n", out);
    for (size_t i = 0; i < OFS_ARRAY_LEN(options); i++) {
        const struct option_row *option = &options[i];
        char left[40];
        snprintf(left, sizeof left, "%s%s%s", option->flag, option->value[0] == '[' ? "" : " ", option->value);
        fprintf(out, "  %-20s ", left);
        if (option->help)
            fprintf(out, "%s\n", option->help);
        for (unsigned r = 0; !option->help && r < count; r++)
            if (strcmp(rows[r].name, option->variable) == 0)
                fprintf(out, "%s (default %s)\n", rows[r].help, rows[r].deflt);
    }
    fputs("\nThe exit status is the command's, or 128 and the number of the signal that killed it; 125 when offstage\n"
          "itself failed, 126 when the command cannot be executed, 127 when it was not found.\n\n"
          "Variables, also for a program started with LD_PRELOAD=.../liboffstage.so and no launcher:\n\n",
          out);
    for (unsigned r = 0; r < count; r++)
        fprintf(out, "  %-20s %s%s%s%s\n", rows[r].name, rows[r].help, rows[r].deflt[0] ? " (default " : "",
                rows[r].deflt, rows[r].deflt[0] ? ")" : "");
}

/* The option that `word` names; *value_out is what follows its "=", or NULL. */
static const struct option_row *find_option(const char *word, const char **value_out)
{
    const char *equals = strchr(word, '=');
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    *value_out = equals ? equals + 1 : NULL;
    for (size_t i = 0; i < OFS_ARRAY_LEN(options); i++)
        if (strlen(options[i].flag) == length && strncmp(options[i].flag, word, length) == 0)
            return &options[i];
    return NULL;
}

static int refuse(const char *name, const char *value, const char *complaint)
{
    if (value)
        ofs_log_user("%s %s: %s", name, value, complaint);
    else
        ofs_log_user("%s: %s", name, complaint);
    return EXIT_OURS;
}

/* Values of the environment first, so that options replace them. */
static int parse_variables(struct run_args *args)
{
    for (size_t i = 0; i < OFS_ARRAY_LEN(options); i++) {
        const char *value = options[i].variable ? getenv(options[i].variable) : NULL;
        const char *complaint;
        /* "0" is how a variable says "no limit"; of a seed it is a value. */
        if (!value || !value[0] || (strcmp(value, "0") == 0 && options[i].set != set_seed))
            continue;
        complaint = options[i].set(args, value);
        if (complaint)
            return refuse(options[i].variable, value, complaint);
    }
    return -1;
}

/* Asked for before the command; help works whatever else is wrong. */
static bool wants_help(int argc, char **argv)
{
    for (int at = 0; at < argc && argv[at][0] == '-' && strcmp(argv[at], "--") != 0; at++) {
        const char *value;
        const struct option_row *option = find_option(argv[at], &value);
        if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0)
            return true;
        if (option && option->set != set_stats && !value)
            at++;
    }
    return false;
}

int run_parse(struct run_args *args, int argc, char **argv)
{
    int at, status;
    args->timeout = -1;
    if (wants_help(argc, argv)) {
        run_help(stdout);
        return fflush(stdout) == 0 ? 0 : EXIT_OURS;
    }
    status = parse_variables(args);
    for (at = 0; status < 0 && at < argc && argv[at][0] == '-'; at++) {
        const char *value, *complaint;
        const struct option_row *option;
        if (strcmp(argv[at], "--") == 0) {
            at++;
            break;
        }
        option = find_option(argv[at], &value);
        if (!option)
            return refuse("unknown option", argv[at], "see: offstage run --help");
        if (option->set != set_stats && !value) {
            if (at + 1 == argc)
                return refuse(option->flag, NULL, "a value is missing, see: offstage run --help");
            value = argv[++at];
        }
        complaint = option->set(args, value);
        if (complaint)
            return refuse(option->flag, value, complaint);
    }
    if (status >= 0)
        return status;
    if (at >= argc)
        return refuse("no command", NULL, "usage: offstage run [OPTIONS] [--] COMMAND [ARGUMENTS]");
    if (args->seed && !args->lockstep)
        return refuse("--seed", args->seed,
                      "only a program in lockstep gets its random bytes from a seed; add --lockstep HZ");
    if (args->timeout < 0)
        args->timeout = args->frames > 0 ? 60 : 0;
    args->command = argv + at;
    return -1;
}
