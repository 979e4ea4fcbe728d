/* LD_PRELOAD of a command. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "launcher/run.h"
#include "util/log.h"

#define CLOCK_NAME "offstage/liboffstage_clock.so"

/* The library of virtual time, beside the other one. */
static bool find_clock(const char *library, char path_out[PATH_MAX])
{
    const char *end = strrchr(library, '/');
    int length = end ? (int)(end - library) + 1 : 0;
    errno = ENAMETOOLONG;
    return (size_t)snprintf(path_out, PATH_MAX, "%.*s" CLOCK_NAME, length, library) < PATH_MAX;
}

static bool is_word(const char *word, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(word, name, length) == 0;
}

/* Ours come first, so that our symbols come before those of other preloaded libraries; those stay, in their order. */
bool preload_set(const char *library, bool clock)
{
    const char *before = getenv("LD_PRELOAD");
    char clock_path[PATH_MAX], *value;
    bool done;

    if (!find_clock(library, clock_path) || (clock && access(clock_path, R_OK) != 0)) {
        ofs_log_user("%s: %s; lockstep needs it, and it is installed with liboffstage.so", clock_path, strerror(errno));
        return false;
    }
    value = malloc(strlen(library) + strlen(clock_path) + (before ? strlen(before) : 0) + 3);
    if (!value) {
        ofs_log_user("the command cannot be started: %s", strerror(errno));
        return false;
    }
    strcpy(value, library);
    if (clock)
        strcat(strcat(value, ":"), clock_path);
    for (const char *word = before; word && *word;) {
        size_t length = strcspn(word, ": ");
        if (length > 0 && !is_word(word, length, library) && !is_word(word, length, clock_path))
            strncat(strcat(value, ":"), word, length);
        word += length + (word[length] != '\0');
    }
    done = setenv("LD_PRELOAD", value, 1) == 0;
    free(value);
    if (!done)
        ofs_log_user("the command cannot be started: %s", strerror(errno));
    return done;
}

/* A set of objects is in the order of their addresses in many languages, and so may be what a game does with it. */
void preload_steady(void)
{
    int persona = personality(0xffffffff);
    if (persona != -1)
        personality((unsigned long)persona |
                    ADDR_NO_RANDOMIZE); /* not allowed in some containers, nor needed by most */
}
