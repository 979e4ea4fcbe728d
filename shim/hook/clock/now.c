/* Reading clocks. A look is a counter of the thread's and an atomic load. */
#include <errno.h>
#include <sys/time.h>
#include <time.h>

#include "hook/clock/clock.h"

#define TAI_LEAD_S 37

/* 0 = not one of the virtual clocks, else the nanoseconds to add to the virtual CLOCK_MONOTONIC. */
static bool is_virtual(clockid_t clock, int64_t *add_ns_out)
{
    const int64_t epoch = (int64_t)(OFS_CLOCK_EPOCH_S * (int64_t)NS_PER_S) - (int64_t)OFS_CLOCK_BEGIN_NS;
    switch (clock) {
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_COARSE:
    case CLOCK_BOOTTIME:
    case CLOCK_BOOTTIME_ALARM: *add_ns_out = 0; return true;
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE:
    case CLOCK_REALTIME_ALARM: *add_ns_out = epoch; return true;
    case CLOCK_TAI: *add_ns_out = epoch + TAI_LEAD_S * (int64_t)NS_PER_S; return true;
    default: return false;
    }
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *time)
{
    const void *caller = CALLER;
    int64_t add_ns;
    if (ofs_from_shim(caller) || !is_virtual(clock, &add_ns))
        return REAL(clock_gettime)(clock, time);
    *time = ofs_timespec(ofs_look(caller) + (uint64_t)add_ns);
    return 0;
}

static uint64_t look_realtime(const void *caller)
{
    return ofs_look(caller) - OFS_CLOCK_BEGIN_NS + OFS_CLOCK_EPOCH_S * NS_PER_S;
}

EXPORT int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    const void *caller = CALLER;
    struct timespec now;
    if (ofs_from_shim(caller) || !time)
        return REAL(gettimeofday)(time, zone);
    if (zone)
        REAL(gettimeofday)(time, zone);
    now = ofs_timespec(look_realtime(caller));
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

EXPORT time_t time(time_t *out)
{
    const void *caller = CALLER;
    time_t now;
    if (ofs_from_shim(caller))
        return REAL(time)(out);
    now = (time_t)(look_realtime(caller) / NS_PER_S);
    if (out)
        *out = now;
    return now;
}

EXPORT int timespec_get(struct timespec *time, int base)
{
    const void *caller = CALLER;
    if (ofs_from_shim(caller) || base != TIME_UTC)
        return REAL(timespec_get)(time, base);
    *time = ofs_timespec(look_realtime(caller));
    return base;
}
