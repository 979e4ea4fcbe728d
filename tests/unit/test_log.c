/* The log, by what arrives in its file and on stderr. Each case is a child of its own: levels are read once. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "util/log.h"
#include "util/opt.h"

#define OFS_LOG_MODULE OFS_MOD_X11

static char text[1 << 20];

/* Run `body` in a child with stderr in a pipe; its output is in `text`. */
static void capture(void (*body)(void), const char *spec)
{
    int ends[2], status = 0;
    size_t length = 0;
    ssize_t got;
    pid_t child;
    if (pipe(ends) != 0)
        return;
    child = fork();
    if (child == 0) {
        if (spec)
            setenv("OFFSTAGE_LOG", spec, 1);
        else
            unsetenv("OFFSTAGE_LOG");
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        body();
        _exit(0);
    }
    close(ends[1]);
    while ((got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    text[length] = '\0';
    close(ends[0]);
    waitpid(child, &status, 0);
    CHECK(status == 0);
}

static unsigned lines(void)
{
    unsigned count = 0;
    for (const char *c = text; *c; c++)
        count += *c == '\n';
    return count;
}

static void say_all(void)
{
    errno = 77;
    ofs_error("e");
    ofs_warn("w");
    ofs_info("i");
    ofs_debug("d");
    ofs_log_write(OFS_MOD_GLX, OFS_LOG_WARN, "other");
    if (errno != 77)
        _exit(1);
}

static void say_errno(void)
{
    errno = ENOENT;
    ofs_error("%m");
}

static void say_long(void)
{
    char line[5000];
    memset(line, 'x', sizeof line);
    line[10] = '\n';
    line[sizeof line - 1] = '\0';
    ofs_error("%s", line);
    ofs_log_user("%s", line);
}

static void say_often(void)
{
    for (int i = 0; i < 100000; i++)
        ofs_error("again");
}

static void unknown_name(void)
{
    setenv("OFFSTAGE_SIZZE", "1x1", 1);
    ofs_options_get();
    ofs_options_get();
}

static void unknown_after_log(void)
{
    setenv("OFFSTAGE_SIZZE", "1x1", 1);
    ofs_error("first");
    ofs_options_get();
}

static void closed_stderr(void)
{
    close(STDERR_FILENO);
    errno = 5;
    ofs_error("lost");
    ofs_log_user("lost");
    if (errno != 5)
        _exit(1);
}

static void *many(void *unused)
{
    for (int i = 0; i < 200; i++)
        ofs_error("%s", "0123456789012345678901234567890123456789");
    return unused;
}

static void threads(void)
{
    pthread_t thread[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&thread[i], NULL, many, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
}

static void test_file(void)
{
    char path[] = "/tmp/offstage-log-XXXXXX";
    struct stat st;
    int fd = mkstemp(path);
    CHECK(fd >= 0);
    setenv("OFFSTAGE_LOG_FILE", path, 1);
    capture(say_all, "debug");
    CHECK(lines() == 0);
    CHECK(fstat(fd, &st) == 0 && st.st_size > 0);
    setenv("OFFSTAGE_LOG_FILE", "/nonexistent/file", 1);
    capture(say_all, "debug");
    CHECK(lines() == 0); /* nowhere to go, no fall-back to a stream that was not asked for */
    unsetenv("OFFSTAGE_LOG_FILE");
    close(fd);
    unlink(path);
}

int main(void)
{
    capture(say_all, NULL);
    CHECK(lines() == 1 && strstr(text, " x11 error: e\n") && strncmp(text, "offstage[", 9) == 0);
    capture(say_all, "warn");
    CHECK(lines() == 3 && strstr(text, "glx warn: other"));
    capture(say_all, "x11=debug,error");
    CHECK(lines() == 4 && !strstr(text, "other"));
    capture(say_all, "nonsense,x11=no,=,,zzz=debug");
    CHECK(lines() == 1);
    CHECK(ofs_log_spec_ok("warn") && ofs_log_spec_ok("warn,x11=debug") && ofs_log_spec_ok(""));
    CHECK(!ofs_log_spec_ok("loud") && !ofs_log_spec_ok("x12=debug") && !ofs_log_spec_ok("x11=") &&
          !ofs_log_spec_ok("="));
    capture(say_errno, NULL);
    CHECK(strstr(text, "No such file or directory\n") != NULL);
    capture(say_long, NULL);
    CHECK(lines() == 2 && strlen(text) == 2048);
    capture(say_often, NULL);
    CHECK(lines() == 2001 && strstr(text, "no further lines"));
    capture(unknown_name, NULL);
    CHECK(lines() == 1 && strstr(text, "OFFSTAGE_SIZZE"));
    capture(unknown_after_log, NULL);
    CHECK(lines() == 2 && strstr(text, "OFFSTAGE_SIZZE"));
    capture(closed_stderr, NULL);
    capture(threads, NULL);
    CHECK(lines() == 800);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        CHECK(strncmp(line, "offstage[", 9) == 0 && strcmp(line + strlen(line) - 5, "56789") == 0);
    test_file();
    return check_result();
}
