/* A clock that interposes nothing: the table alone, so that the game's end can be tried without the real one. */
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "hook/clock/offstage_clock.h"

static _Atomic uint64_t now_ns = OFS_CLOCK_BEGIN_NS;
static _Atomic int frozen;

static uint64_t real_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static uint64_t virtual_ns(void) { return now_ns; }
static uint64_t tick_ns(void) { return 20000000; } /* 50 Hz */
static void set_host(const struct ofs_clock_host *host) {}
static void tick(void)
{
    if (frozen == 0)
        now_ns += tick_ns();
}
static void freeze(void) { frozen++; }
static void thaw(void) { frozen--; }
static void describe(char *text, size_t bytes) { memset(text, 0, bytes ? 1 : 0); }
static void reseed(uint64_t seed) {}

static const struct ofs_clock_table table = { .size = sizeof table,
                                              .real_ns = real_ns,
                                              .virtual_ns = virtual_ns,
                                              .tick_ns = tick_ns,
                                              .set_host = set_host,
                                              .tick = tick,
                                              .freeze = freeze,
                                              .thaw = thaw,
                                              .describe = describe,
                                              .reseed = reseed };

const struct ofs_clock_table *ofs_clock_table(uint32_t version);
__attribute__((visibility("default"))) const struct ofs_clock_table *ofs_clock_table(uint32_t version)
{
    return version == OFS_CLOCK_VERSION ? &table : NULL;
}
