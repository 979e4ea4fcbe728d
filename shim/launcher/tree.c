/* The command's descendants, from /proc. The launcher shares its process group with others (a shell pipeline, say), so
 * processes are ended one by one and never as a group. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/run.h"

#define TREE_MAX 4096

struct process {
    pid_t pid, parent;
    bool zombie, ours;
};

static bool read_process(const char *name, struct process *process)
{
    char path[64], text[512], *end;
    ssize_t length;
    int fd;
    snprintf(path, sizeof path, "/proc/%.20s/stat", name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length > 0 ? length : 0] = '\0';
    end = strrchr(text, ')'); /* the name before it may hold anything */
    if (!end || strlen(end) < 5)
        return false;
    process->pid = (pid_t)strtol(text, NULL, 10);
    process->zombie = end[2] == 'Z' || end[2] == 'X';
    process->parent = (pid_t)strtol(end + 4, NULL, 10);
    process->ours = false;
    return true;
}

unsigned tree_list(pid_t *pids, unsigned room)
{
    static struct process processes[TREE_MAX];
    unsigned count = 0, found = 0;
    pid_t self = getpid();
    struct dirent *entry;
    DIR *dir = opendir("/proc");
    bool grew = true;

    while (dir && count < TREE_MAX && (entry = readdir(dir)))
        if (isdigit((unsigned char)entry->d_name[0]) && read_process(entry->d_name, &processes[count]))
            count++;
    if (dir)
        closedir(dir);
    while (grew) { /* as many rounds as the tree is deep */
        grew = false;
        for (unsigned i = 0; i < count; i++) {
            bool ours = processes[i].parent == self;
            for (unsigned k = 0; k < count && !processes[i].ours && !ours; k++)
                ours = processes[k].ours && processes[k].pid == processes[i].parent;
            if (ours && !processes[i].ours)
                grew = processes[i].ours = true;
        }
    }
    for (unsigned i = 0; i < count; i++)
        if (processes[i].ours && !processes[i].zombie && found < room)
            pids[found++] = processes[i].pid;
    return found;
}

bool tree_has(pid_t pid)
{
    pid_t pids[TREE_MAX];
    unsigned count = tree_list(pids, TREE_MAX);
    for (unsigned i = 0; i < count; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

void tree_kill(int signal)
{
    pid_t pids[TREE_MAX];
    unsigned count = tree_list(pids, TREE_MAX);
    for (unsigned i = 0; i < count; i++)
        kill(pids[i], signal);
}
