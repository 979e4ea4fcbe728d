/* The NVIDIA vendor library without its JSON file, as in containers that were given the driver's libraries only.
 *
 * libglvnd learns of vendors from JSON files in two folders, or from the files that __EGL_VENDOR_LIBRARY_FILENAMES names.
 * Nothing is written to disk: the file is a memory file of ours, named through /proc/self/fd, and the variable is set
 * only while libglvnd reads it, so that no child inherits it. */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "egl/api.h"
#include "hook/real.h"

#define OFS_LOG_MODULE OFS_MOD_EGL
#include "util/log.h"

static const char variable[] = "__EGL_VENDOR_LIBRARY_FILENAMES";
static const char library_name[] = "libEGL_nvidia.so.0";
static const char *const json_folders[] = {"/etc/glvnd/egl_vendor.d", "/usr/share/glvnd/egl_vendor.d"};
/* Where the driver is put apart from the loader's own search (which LD_LIBRARY_PATH and the cache are part of). */
static const char *const library_folders[] = {
    "/usr/local/nvidia/lib64", "/usr/local/nvidia/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
    "/usr/lib64", "/usr/lib", "/usr/lib/x86_64-linux-gnu/nvidia/current", "/usr/lib64/nvidia", "/usr/lib/wsl/lib",
    "/run/opengl-driver/lib",
};

static bool file_mentions(const char *path, const char *word)
{
    char text[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length;

    if (fd < 0)
        return false;
    length = read(fd, text, sizeof(text) - 1);
    (void)close(fd);
    if (length <= 0)
        return false;
    text[length] = '\0';
    return strstr(text, word) != NULL;
}

/* Appends every JSON file of the folder to the list, in no particular order; true if one of them is NVIDIA's. */
static bool collect_json(const char *folder, char *list, size_t size)
{
    DIR *directory = opendir(folder);
    bool nvidia = false;
    struct dirent *entry;

    if (!directory)
        return false;
    while ((entry = readdir(directory))) {
        size_t length = strlen(entry->d_name), used = strlen(list);
        char path[512];

        if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0)
            continue;
        if (snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name) >= (int)sizeof(path))
            continue;
        nvidia = nvidia || file_mentions(path, "libEGL_nvidia");
        if (used + strlen(path) + 2 < size)
            (void)snprintf(list + used, size - used, ":%s", path);
    }
    (void)closedir(directory);
    return nvidia;
}

/* The name under which libglvnd can load the library. */
static bool find_library(char *name, size_t size)
{
    void *handle = ofs_real_dlopen(library_name, RTLD_LAZY | RTLD_LOCAL);

    if (handle) {
        (void)dlclose(handle);
        (void)snprintf(name, size, "%s", library_name);
        return true;
    }
    for (size_t i = 0; i < OFS_ARRAY_LEN(library_folders); i++) {
        (void)snprintf(name, size, "%s/%s", library_folders[i], library_name);
        if (access(name, R_OK) == 0)
            return true;
    }
    return false;
}

static int make_json(const char *library)
{
    char text[512];
    int length = snprintf(text, sizeof(text),
                          "{\"file_format_version\":\"1.0.0\",\"ICD\":{\"library_path\":\"%s\"}}\n", library);
    int fd = memfd_create("egl_vendor.json", MFD_CLOEXEC), high;

    if (fd < 0)
        return -1;
    high = fcntl(fd, F_DUPFD_CLOEXEC, 100); /* not where a program may be counting on the next free number */
    if (high >= 0) {
        (void)close(fd);
        fd = high;
    }
    if (length < 0 || (size_t)length >= sizeof(text) || write(fd, text, (size_t)length) != length) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

void ofs_egl_vendor_hint_begin(struct ofs_egl_vendor_hint *hint)
{
    char list[8192] = "", value[8300], library[256];
    bool nvidia = false;

    hint->fd = -1;
    hint->set = false;
    if (getenv(variable) || getenv("__EGL_VENDOR_LIBRARY_DIRS"))
        return; /* somebody has chosen */
    for (size_t i = 0; i < OFS_ARRAY_LEN(json_folders); i++)
        nvidia = collect_json(json_folders[i], list, sizeof(list)) || nvidia;
    if (nvidia || !find_library(library, sizeof(library)))
        return;
    hint->fd = make_json(library);
    if (hint->fd < 0)
        return;
    (void)snprintf(value, sizeof(value), "/proc/self/fd/%d%s", hint->fd, list);
    hint->set = setenv(variable, value, 0) == 0;
    ofs_info("no EGL vendor file names %s: showing it to libglvnd", library);
}

void ofs_egl_vendor_hint_end(struct ofs_egl_vendor_hint *hint)
{
    if (hint->set)
        (void)unsetenv(variable);
    if (hint->fd >= 0)
        (void)close(hint->fd);
    hint->set = false;
    hint->fd = -1;
}
