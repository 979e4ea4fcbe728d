/* Can the preload act in this command? The dynamic loader does the preloading, so there must be one, of our own kind. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "launcher/run.h"
#include "util/log.h"

/* As execvp looks for it: found, or the errno that it would give. */
static int find_command(const char *name, char path_out[PATH_MAX])
{
    const char *path = getenv("PATH");
    int found_errno = ENOENT;
    if (!name[0])
        return ENOENT;
    if (strchr(name, '/')) {
        snprintf(path_out, PATH_MAX, "%s", name);
        return access(path_out, F_OK) == 0 ? 0 : errno;
    }
    if (!path)
        path = "/bin:/usr/bin";
    for (;;) {
        size_t length = strcspn(path, ":");
        int written = snprintf(path_out, PATH_MAX, "%.*s%s%s", (int)length, path, length ? "/" : "", name);
        struct stat st;
        if (written > 0 && written < PATH_MAX && stat(path_out, &st) == 0 && S_ISREG(st.st_mode)) {
            if (access(path_out, X_OK) == 0)
                return 0;
            found_errno = EACCES;
        }
        if (!path[length])
            return found_errno;
        path += length + 1;
    }
}

static int read_elf(const char *path, Elf64_Ehdr *header_out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && read(fd, header_out, sizeof *header_out) != (ssize_t)sizeof *header_out)
        memset(header_out, 0, sizeof *header_out);
    return fd;
}

static bool has_interpreter(int fd, const Elf64_Ehdr *header)
{
    for (unsigned i = 0; i < header->e_phnum && i < 256; i++) {
        Elf64_Phdr segment;
        if (header->e_phentsize != sizeof segment ||
            pread(fd, &segment, sizeof segment, (off_t)(header->e_phoff + i * sizeof segment)) != sizeof segment)
            return false;
        if (segment.p_type == PT_INTERP)
            return true;
    }
    return false;
}

/* Returns why nothing can be preloaded into the ELF file, or NULL (also for files of other kinds). */
static const char *check_elf(const char *path)
{
    Elf64_Ehdr own, header;
    const char *complaint = NULL;
    int own_fd = read_elf("/proc/self/exe", &own), fd = read_elf(path, &header);
    if (fd >= 0 && own_fd >= 0 && memcmp(header.e_ident, ELFMAG, SELFMAG) == 0) {
        if (header.e_ident[EI_CLASS] == ELFCLASS32 && own.e_ident[EI_CLASS] == ELFCLASS64)
            complaint = "is a 32-bit program, in which the 64-bit preload cannot act; run its 64-bit build";
        else if (header.e_ident[EI_CLASS] != own.e_ident[EI_CLASS] || header.e_ident[EI_DATA] != own.e_ident[EI_DATA] ||
                 header.e_machine != own.e_machine)
            complaint = "is a program for another processor, in which the preload cannot act; run a native build";
        else if (!has_interpreter(fd, &header))
            complaint = "is statically linked, so the preload cannot act in it; run a dynamically linked build";
    }
    if (fd >= 0)
        close(fd);
    if (own_fd >= 0)
        close(own_fd);
    return complaint;
}

/* The loader drops LD_PRELOAD in a program that gains privileges. */
static bool gains_privileges(const char *path)
{
    struct stat st;
    char capability[64];
    if (stat(path, &st) != 0)
        return false;
    if ((st.st_mode & S_ISUID) && st.st_uid != geteuid())
        return true;
    if ((st.st_mode & S_ISGID) && (st.st_mode & S_IXGRP) && st.st_gid != getegid())
        return true;
    return geteuid() != 0 && getxattr(path, "security.capability", capability, sizeof capability) > 0;
}

/* The interpreter of a script: the word after "#!", or the command that env is to find. False: not a script. */
static bool read_interpreter(const char *path, char interpreter_out[PATH_MAX], bool *by_env_out)
{
    char line[256], *save = NULL, *word, *base;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd >= 0 ? read(fd, line, sizeof line - 1) : -1;
    if (fd >= 0)
        close(fd);
    if (length < 3 || line[0] != '#' || line[1] != '!')
        return false;
    line[length] = '\0';
    line[strcspn(line, "\n")] = '\0';
    word = strtok_r(line + 2, " \t\r", &save);
    if (!word)
        return false;
    base = strrchr(word, '/');
    *by_env_out = strcmp(base ? base + 1 : word, "env") == 0;
    if (*by_env_out) { /* its options and assignments come first */
        do
            word = strtok_r(NULL, " \t\r", &save);
        while (word && (word[0] == '-' || strchr(word, '=')));
        if (!word)
            return false;
    }
    snprintf(interpreter_out, PATH_MAX, "%s", word);
    return true;
}

static int check_file(const char *name, const char *path)
{
    const char *complaint = check_elf(path);
    if (complaint) {
        ofs_log_user("%s %s", name, complaint);
        return EXIT_OURS;
    }
    if (gains_privileges(path)) {
        ofs_log_user("%s gains privileges when it runs (set-user-ID), so the loader ignores the preload; run a copy "
                     "without that bit",
                     name);
        return EXIT_OURS;
    }
    return -1;
}

int command_check(const char *name)
{
    char path[PATH_MAX], interpreter[PATH_MAX], resolved[PATH_MAX];
    struct stat st;
    bool by_env;
    int error = find_command(name, path), status;

    if (error == ENOENT || error == ENOTDIR) {
        ofs_log_user("%s: command not found%s", name, strchr(name, '/') ? "" : " in PATH");
        return EXIT_NOT_FOUND;
    }
    if (!error && stat(path, &st) == 0 && S_ISDIR(st.st_mode))
        error = EISDIR;
    if (!error && access(path, X_OK) != 0)
        error = errno;
    if (error) {
        ofs_log_user("%s cannot be executed: %s", path, strerror(error));
        return EXIT_CANNOT_RUN;
    }
    status = check_file(name, path);
    if (status >= 0 || !read_interpreter(path, interpreter, &by_env))
        return status;
    if (find_command(interpreter, resolved) == 0)
        return check_file(resolved, resolved);
    if (by_env) /* env says it itself */
        return -1;
    ofs_log_user("%s cannot be executed: its interpreter %s is not there", name, interpreter);
    return EXIT_CANNOT_RUN;
}
