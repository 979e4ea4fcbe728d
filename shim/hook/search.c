#include "hook/search.h"

#include <alloca.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hook/real.h"
#include "hook/rules.h"

/* More than any search path in use; a longer one is left to the plain call. */
#define MAX_SEARCH_BYTES 65536

static bool has_run_path(const struct link_map *map)
{
    for (const ElfW(Dyn) *entry = map->l_ld; entry && entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_RUNPATH || entry->d_tag == DT_RPATH)
            return true;
    return false;
}

/* Tries the directories that the loader lists for this object, except the system's, which come after its cache. */
static void *open_on_path_of(const struct link_map *map, const char *file, int mode)
{
    Dl_serinfo head, *list;
    char path[PATH_MAX];
    void *handle = NULL;

    if (dlinfo((void *)map, RTLD_DI_SERINFOSIZE, &head) != 0 || head.dls_size > MAX_SEARCH_BYTES)
        return NULL;
    list = alloca(head.dls_size);
    list->dls_size = head.dls_size;
    list->dls_cnt = head.dls_cnt;
    if (dlinfo((void *)map, RTLD_DI_SERINFO, list) != 0)
        return NULL;
    for (unsigned i = 0; i < list->dls_cnt && !handle; i++) {
        int length = snprintf(path, sizeof(path), "%s/%s", list->dls_serpath[i].dls_name, file);

        if (list->dls_serpath[i].dls_flags & LA_SER_DEFAULT)
            continue;
        if (length > 0 && (size_t)length < sizeof(path) && access(path, R_OK) == 0)
            handle = ofs_real_dlopen_entry()(path, mode);
    }
    return handle;
}

void *ofs_dlopen_as(const void *caller, const char *file, int mode)
{
    ofs_dlopen_fn *real_dlopen = ofs_real_dlopen_entry();
    const struct link_map *map = strchr(file, '/') ? NULL : ofs_caller_module(caller);
    void *handle;

    if (map && has_run_path(map)) {
        /* One that is loaded already comes before any directory. */
        handle = real_dlopen(file, mode | RTLD_NOLOAD);
        if (!handle && !(mode & RTLD_NOLOAD))
            handle = open_on_path_of(map, file, mode);
        if (handle)
            return handle;
    }
    return real_dlopen(file, mode);
}
