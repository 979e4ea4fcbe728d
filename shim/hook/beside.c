/* Where the files that belong to this library lie. */
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "hook/init.h"

/* The path of this library as the kernel mapped it: the loader's name for it is relative if LD_PRELOAD's was. */
static bool mapped_path(const void *address, char *path, size_t size)
{
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[PATH_MAX + 128];
    bool found = false;

    while (maps && !found && fgets(line, sizeof(line), maps)) {
        unsigned long start, end;
        int name = 0;

        if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %n", &start, &end, &name) != 2 || !name || line[name] != '/')
            continue;
        if ((unsigned long)address < start || (unsigned long)address >= end)
            continue;
        line[strcspn(line, "\n")] = '\0';
        found = (size_t)snprintf(path, size, "%s", line + name) < size;
    }
    if (maps)
        fclose(maps);
    return found;
}

bool ofs_hook_beside(const char *name, char *path, size_t size)
{
    static const char marker;
    Dl_info info;
    char own[PATH_MAX];
    char *slash;

    if (!dladdr(&marker, &info) || !info.dli_fname)
        return false;
    if (info.dli_fname[0] != '/') {
        if (!mapped_path(&marker, own, sizeof(own)))
            return false;
    } else if ((size_t)snprintf(own, sizeof(own), "%s", info.dli_fname) >= sizeof(own)) {
        return false;
    }
    slash = strrchr(own, '/');
    *slash = '\0';
    return (size_t)snprintf(path, size, "%s/offstage/%s", own, name) < size;
}
