/* Programs that nobody changed, frame by frame: each swap is a frame that is looked at, and moves the program's clock on
 * by a sixtieth of a second, so that an animation that goes by the clock is the same on every server. After FRAMES
 * frames the process ends. Only with FRAMES_AT_SWAP in the environment, and only for calls of the program's own code:
 * drivers and toolkits keep their clock and their functions. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

#define START_S  1000000000 /* of the program's clocks, since 1970 */
#define FRAME_NS (1000000000 / 60)

typedef void *(*look_up)(void *library, const char *name);
typedef void (*function)(void);

static struct {
    bool on;
    int frame;            /* that is drawn now */
    uintptr_t first, end; /* where the program's own code lies */
    look_up dlsym;
} state;

/* The first object that the loader tells of is the program. */
static int find_program(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)size, (void)unused;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t first = info->dlpi_addr + part->p_vaddr;

        if (part->p_type == PT_LOAD && (part->p_flags & PF_X)) {
            state.first = first;
            state.end = first + part->p_memsz;
        }
    }
    return 1;
}

static void *next(const char *name)
{
    static const char *const versions[] = { "GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.34" }; /* x86, ARM, both */

    for (size_t i = 0; !state.dlsym && i < sizeof(versions) / sizeof(versions[0]); i++)
        state.dlsym = (look_up)dlvsym(RTLD_NEXT, "dlsym", versions[i]);
    return state.dlsym(RTLD_NEXT, name);
}

static void __attribute__((constructor)) begin(void)
{
    state.on = getenv("FRAMES_AT_SWAP") != NULL;
    dl_iterate_phdr(find_program, NULL);
}

static bool is_program(const void *caller)
{
    return state.on && (uintptr_t)caller >= state.first && (uintptr_t)caller < state.end;
}
#define BY_PROGRAM is_program(__builtin_return_address(0))

static void shown(bool counts)
{
    if (!counts)
        return;
    probe_shown();
    if (++state.frame == FRAMES)
        _exit(0);
}

/* -- swaps -------------------------------------------------------------------------------------------------------- */

/* The real one: the next in line where the program is linked with it, else that of the library it opened. */
static function real_function(const char *library, const char *name)
{
    void *found = next(name);

    return (function)(found ? found : state.dlsym(dlopen(library, RTLD_LAZY), name));
}

PROBE void glXSwapBuffers(void *display, unsigned long drawable)
{
    static void (*real)(void *, unsigned long);

    if (!real)
        real = (__typeof__(real))real_function("libGL.so.1", "glXSwapBuffers");
    real(display, drawable);
    shown(BY_PROGRAM);
}

PROBE unsigned eglSwapBuffers(void *display, void *surface)
{
    static unsigned (*real)(void *, void *);
    unsigned done;

    if (!real)
        real = (__typeof__(real))real_function("libEGL.so.1", "eglSwapBuffers");
    done = real(display, surface);
    shown(BY_PROGRAM);
    return done;
}

/* What of the above a program finds by its name, or NULL. */
static function get_proc(const char *name);

PROBE function glXGetProcAddressARB(const unsigned char *name)
{
    static function (*real)(const unsigned char *);
    function ours = BY_PROGRAM ? get_proc((const char *)name) : NULL;

    if (!real)
        real = (__typeof__(real))real_function("libGL.so.1", "glXGetProcAddressARB");
    return ours ? ours : real(name);
}

PROBE function eglGetProcAddress(const char *name)
{
    static function (*real)(const char *);
    function ours = BY_PROGRAM ? get_proc(name) : NULL;

    if (!real)
        real = (__typeof__(real))real_function("libEGL.so.1", "eglGetProcAddress");
    return ours ? ours : real(name);
}

static function get_proc(const char *name)
{
    static const struct {
        const char *name;
        function function;
    } rows[] = {
        { "glXSwapBuffers", (function)glXSwapBuffers },
        { "eglSwapBuffers", (function)eglSwapBuffers },
        { "glXGetProcAddress", (function)glXGetProcAddressARB },
        { "glXGetProcAddressARB", (function)glXGetProcAddressARB },
        { "eglGetProcAddress", (function)eglGetProcAddress },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].function;
    return NULL;
}

/* The last call must be a jump, since the real one looks at its return address: see CMakeLists.txt. */
PROBE void *dlsym(void *library, const char *name)
{
    function ours = BY_PROGRAM ? get_proc(name) : NULL;

    if (ours)
        return (void *)ours;
    if (!state.dlsym)
        next(name);
    return state.dlsym(library, name);
}

/* -- the clock ---------------------------------------------------------------------------------------------------- */

PROBE int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    int64_t passed_ns = (int64_t)state.frame * FRAME_NS;

    if (!BY_PROGRAM) {
        if (!real)
            real = (__typeof__(real))next("clock_gettime");
        return real(clock, now);
    }
    now->tv_sec = START_S + passed_ns / 1000000000;
    now->tv_nsec = passed_ns % 1000000000;
    return 0;
}

PROBE int gettimeofday(struct timeval *now, void *zone)
{
    static int (*real)(struct timeval *, void *);
    int64_t passed_ns = (int64_t)state.frame * FRAME_NS;

    if (!BY_PROGRAM) {
        if (!real)
            real = (__typeof__(real))next("gettimeofday");
        return real(now, zone);
    }
    now->tv_sec = START_S + passed_ns / 1000000000;
    now->tv_usec = passed_ns % 1000000000 / 1000;
    return 0;
}
