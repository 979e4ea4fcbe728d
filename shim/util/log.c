/* Diagnostics: see log.h. Levels are parsed once, from the same options as everything else. */
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/opt.h"
#include "util/status.h"

#define LINE_BYTES 1024
/* A module that goes wrong at every frame must not fill a disk. */
#define LINES_PER_LEVEL 2000u

static const char *const module_names[OFS_MOD_COUNT] = { "util", "x11", "egl", "glx", "capture", "hook" };
static const char *const level_names[] = { "error", "warn", "info", "debug" };

/* All mutable state of this file. */
static struct {
    pthread_once_t once;
    signed char level[OFS_MOD_COUNT];
    int fd; /* -1: nowhere to write */
    _Atomic unsigned lines[OFS_MOD_COUNT][4];
} log_state = { .once = PTHREAD_ONCE_INIT, .fd = STDERR_FILENO };

/* Set while this thread is inside the log's own set-up. */
static _Thread_local char log_busy __attribute__((tls_model("initial-exec")));

static int find_name(const char *const *names, size_t count, const char *text, size_t length)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == length && memcmp(names[i], text, length) == 0)
            return (int)i;
    return -1;
}

/* "warn,x11=debug": a level alone is for every module, whatever its place in the list. Returns how many words were not
 * understood. */
static int parse_levels(const char *spec, signed char level[OFS_MOD_COUNT])
{
    int bad = 0;
    memset(level, OFS_LOG_ERROR, OFS_MOD_COUNT);
    for (int pass = 0; pass < 2; pass++) {
        for (const char *word = spec; *word;) {
            size_t length = strcspn(word, ",");
            const char *equals = memchr(word, '=', length);
            size_t name_length = equals ? (size_t)(equals - word) : 0;
            const char *value = equals ? equals + 1 : word;
            int which = find_name(level_names, OFS_ARRAY_LEN(level_names), value, length - (size_t)(value - word));
            int module = find_name(module_names, OFS_MOD_COUNT, word, name_length);
            if (pass == 0 && !equals && which >= 0)
                memset(level, which, OFS_MOD_COUNT);
            if (pass == 1 && module >= 0 && which >= 0)
                level[module] = (signed char)which;
            if (pass == 1 && length > 0 && (which < 0 || (equals && module < 0)))
                bad++;
            word += length + (word[length] == ',');
        }
    }
    return bad;
}

int ofs_log_spec_ok(const char *spec)
{
    signed char level[OFS_MOD_COUNT];
    return parse_levels(spec, level) == 0;
}

static void log_init(void)
{
    const struct ofs_options *options = ofs_options_peek();
    parse_levels(options->log ? options->log : "", log_state.level);
    if (options->log_file && options->log_file[0]) {
        int fd = open(options->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        if (fd >= 0) {
            /* Low numbers belong to the program, which may close or replace them. */
            int high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
            if (high >= 0) {
                close(fd);
                fd = high;
            }
        }
        log_state.fd = fd;
    }
}

int ofs_log_enabled(enum ofs_log_module module, enum ofs_log_level level)
{
    if (log_busy)
        return 0;
    int saved_errno = errno;
    log_busy = 1;
    pthread_once(&log_state.once, log_init);
    log_busy = 0;
    errno = saved_errno;
    return (unsigned)module < OFS_MOD_COUNT && (int)level <= log_state.level[module];
}

/* A full or closed descriptor loses the line; the program must not notice. */
static void write_line(int fd, char *line, size_t length)
{
    if (length > LINE_BYTES - 1)
        length = LINE_BYTES - 1;
    for (size_t i = 0; i < length; i++) /* one line, whatever came in through a %s */
        if ((unsigned char)line[i] < ' ' && line[i] != '\t')
            line[i] = ' ';
    line[length] = '\n';
    if (fd >= 0) {
        ssize_t written;
        do
            written = write(fd, line, length + 1);
        while (written < 0 && errno == EINTR);
    }
}

static size_t clamp_length(int length)
{
    return length < 0 ? 0 : length > LINE_BYTES - 1 ? LINE_BYTES - 1 : (size_t)length;
}

void ofs_log_write(enum ofs_log_module module, enum ofs_log_level level, const char *format, ...)
{
    char line[LINE_BYTES];
    int saved_errno = errno;
    unsigned lines;
    size_t length;
    va_list args;

    if (!ofs_log_enabled(module, level))
        return;
    lines = atomic_fetch_add_explicit(&log_state.lines[module][level], 1, memory_order_relaxed);
    if (lines > LINES_PER_LEVEL)
        return;
    length = clamp_length(snprintf(line, sizeof line, "offstage[%d.%ld] %s %s: ", (int)getpid(),
                                   (long)syscall(SYS_gettid), module_names[module], level_names[level]));
    if (lines == LINES_PER_LEVEL) {
        length += clamp_length(snprintf(line + length, sizeof line - length, "no further lines of this level"));
    } else {
        va_start(args, format);
        errno = saved_errno; /* for %m */
        length += clamp_length(vsnprintf(line + length, sizeof line - length, format, args));
        va_end(args);
    }
    write_line(log_state.fd, line, length);
    errno = saved_errno;
}

static void tell_user(const char *format, va_list args)
{
    char line[LINE_BYTES];
    size_t length = clamp_length(snprintf(line, sizeof line, "offstage: "));
    length += clamp_length(vsnprintf(line + length, sizeof line - length, format, args));
    write_line(STDERR_FILENO, line, length);
}

void ofs_log_user(const char *format, ...)
{
    int saved_errno = errno;
    va_list args;
    va_start(args, format);
    tell_user(format, args);
    va_end(args);
    errno = saved_errno;
}

void ofs_log_refuse(const char *format, ...)
{
    const char *session = ofs_options_peek()->session;
    int saved_errno = errno, fd = -1;
    char mark[PATH_MAX];
    va_list args;
    va_start(args, format);
    tell_user(format, args);
    va_end(args);
    if (session && (size_t)snprintf(mark, sizeof mark, "%s.refused", session) < sizeof mark)
        fd = open(mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0)
        close(fd);
    errno = saved_errno;
}
