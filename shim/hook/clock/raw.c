/* The real functions, the machine's clocks, and who calls. */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "hook/clock/clock.h"
#include "hook/rules.h"
#include "util/opt.h"

static long missing(void)
{
    errno = ENOSYS;
    return -1;
}

void *ofs_next(const char *name, void **cache)
{
    int saved = errno;
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        found = (void *)missing;
    __atomic_store_n(cache, found, __ATOMIC_RELEASE);
    errno = saved;
    return found;
}

OFS_TAKES_SIX static long find_system(long number, ...)
{
    va_list list;
    long a[6];
    static void *cache;
    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    ofs_system = (long (*)(long, ...))ofs_next("syscall", &cache);
    return ofs_system(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}
long (*ofs_system)(long number, ...) = find_system;

uint64_t ofs_real_ns(void)
{
    struct timespec now;
    REAL(clock_gettime)(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

struct timespec ofs_timespec(uint64_t ns)
{
    return (struct timespec){ .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };
}

bool ofs_timespec_ns(const struct timespec *time, uint64_t *ns_out)
{
    if (time->tv_nsec < 0 || time->tv_nsec >= (long)NS_PER_S)
        return false;
    if (time->tv_sec < 0)
        *ns_out = 0;
    else if ((uint64_t)time->tv_sec > INT64_MAX / NS_PER_S - 1)
        *ns_out = NEVER;
    else
        *ns_out = (uint64_t)time->tv_sec * NS_PER_S + (uint64_t)time->tv_nsec;
    return true;
}

/* -- callers ------------------------------------------------------------------------------------------------------- */

struct ofs_range ofs_shim_range;

static int find_shim(struct dl_phdr_info *info, size_t bytes, void *unused)
{
    const char *name = strrchr(info->dlpi_name, '/');
    if (!name || strcmp(name, "/liboffstage.so") != 0)
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t begin = info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_LOAD && (header->p_flags & PF_X))
            ofs_shim_range = (struct ofs_range){ begin, begin + header->p_memsz };
    }
    return 1;
}

/* Early: whoever calls before this is no thread of ours, since liboffstage.so starts none before the first
 * connection. A program that got the library and not the rate, from a script that clears the environment, has real
 * time: every caller is one of ours. */
__attribute__((constructor(101))) static void find_callers(void)
{
    if (ofs_options_peek()->lockstep_hz > 0)
        dl_iterate_phdr(find_shim, NULL);
    else
        ofs_shim_range = (struct ofs_range){ 0, UINTPTR_MAX };
}

/* Our other libraries: liboffstage_cuda.so, and the Python package's extension, which talks to a learner. Not this one,
 * which calls its own functions for callers of syscall(). */
static bool is_ours(const char *name)
{
    const char *base = strrchr(name, '/');
    base = base ? base + 1 : name;
    return (strncmp(base, "liboffstage", 11) == 0 && strcmp(base, "liboffstage_clock.so") != 0) ||
           strstr(name, "/offstage/_native") != NULL;
}

_Atomic uint64_t ofs_callers[256];

static enum caller find(const void *return_address)
{
    const struct link_map *map;
    if (ofs_from_shim(return_address))
        return CALLER_OURS;
    map = ofs_caller_module(return_address);
    if (map && map->l_name && map->l_name[0] && is_ours(map->l_name))
        return CALLER_OURS;
    return ofs_caller_is_driver(return_address) ? CALLER_DRIVER : CALLER_GAME;
}

enum caller ofs_caller_find(const void *return_address)
{
    enum caller caller = find(return_address);
    uint64_t address = (uint64_t)(uintptr_t)return_address;
    atomic_store_explicit(&ofs_callers[(address ^ address >> 8) % 256], address << 8 | caller, memory_order_relaxed);
    return caller;
}
