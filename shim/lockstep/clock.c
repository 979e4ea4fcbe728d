/* The game's time: liboffstage_clock.so, where it is loaded. */
#include <dlfcn.h>
#include <string.h>
#include <time.h>

#include "hook/clock/offstage_clock.h"
#include "lockstep/private.h"
#include "util/log.h"
#include "util/opt.h"
#include "x11/inject.h"

#define OFS_LOG_MODULE OFS_MOD_CAPTURE

static const struct ofs_clock_table *table; /* NULL: time is real */

static void connected(void)
{
    static const struct ofs_clock_host host = { .is_x = ofs_inject_is_x, .settle = ofs_inject_settle, .due = ofs_inject_due };
    table->set_host(&host);
}

void ofs_clock_find(void *(*find_symbol)(void *handle, const char *name))
{
    ofs_clock_table_fn *get = NULL;
    void *symbol;

    if (ofs_options_get()->lockstep_hz <= 0)
        return;
    symbol = find_symbol(RTLD_DEFAULT, OFS_CLOCK_TABLE_NAME);
    memcpy(&get, &symbol, sizeof get);
    table = get ? get(OFS_CLOCK_VERSION) : NULL;
    if (table && table->size < sizeof *table)
        table = NULL;
    if (table) {
        static struct ofs_inject_clock clock;
        clock = (struct ofs_inject_clock){ .virtual_ns = table->virtual_ns,
                                           .connected = connected,
                                           .set_due = table->set_due,
                                           .begin_due = table->begin_due,
                                           .rest = table->rest,
                                           .look = table->look };
        ofs_inject_set_clock(&clock);
    } else {
        ofs_error(
            "OFFSTAGE_LOCKSTEP is set, but liboffstage_clock.so of this version is not preloaded: time stays real. "
            "Start the program with  offstage run --lockstep %g -- COMMAND",
            ofs_options_get()->lockstep_hz);
    }
}

uint64_t ofs_clock_real_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t ofs_clock_virtual_ns(void) { return table ? table->virtual_ns() : 0; }

void ofs_clock_tick(void)
{
    if (!table)
        return;
    table->tick();
    ofs_inject_tick();
}

void ofs_clock_freeze(void)
{
    if (table)
        table->freeze();
}

void ofs_clock_thaw(void)
{
    if (table)
        table->thaw();
}

void ofs_clock_reseed(uint64_t seed)
{
    if (table)
        table->reseed(seed);
}
