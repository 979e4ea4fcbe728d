/* liboffstage_clock.so: virtual time for a process in lockstep. Preloaded after liboffstage.so, only then.
 *
 * The game's threads see one clock. It stands still while they compute, and goes on
 *   by one tick (1 / OFFSTAGE_LOCKSTEP s) at each frame of the window that is played: tick(), called by liboffstage.so;
 *   to the next deadline, of a thread or of the X server's, when every thread of the process sleeps, once the process has
 *     an X connection (before that a sleep takes its real time, and the clock goes on by it: scripts and loaders are not
 *     games);
 *   by a little at each look, when a thread looks at it again and again without doing anything else (a frame limiter
 *     that spins): counted in looks, never in time, so that it is the same in every run.
 * A thread that computes is waited for: the one that shows frames for 3 s of processor time, others for half a second;
 * after that a sleep takes its real time, so that there is never a hang, only slowness.
 *
 * Calls whose return address lies in liboffstage.so see real time. CLOCK_*_CPUTIME_ID is never virtual, nor alarm(),
 * setitimer(), timer_create() and times(). CLOCK_MONOTONIC, _RAW, _COARSE and BOOTTIME begin at OFS_CLOCK_BEGIN_NS,
 * CLOCK_REALTIME at OFS_CLOCK_EPOCH_S, always. /dev/urandom, read as a file, is the system's.
 *
 * liboffstage.so finds the table by dlsym(RTLD_DEFAULT, "ofs_clock_table"); NULL without lockstep. */
#ifndef OFFSTAGE_CLOCK_H
#define OFFSTAGE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OFS_CLOCK_VERSION  1u
#define OFS_CLOCK_BEGIN_NS 1000000000000ull /* 1,000 s: no deadline of this clock looks like one of the other */
#define OFS_CLOCK_EPOCH_S  1767225600ll     /* 2026-01-01 00:00:00 UTC */

/* What the clock asks of liboffstage.so; set once, when the X connection is made. */
struct ofs_clock_host {
    /* Is `fd` the client's end of a connection to our X server? Then what is written to it takes effect before the
     * write returns (settle): with that, the order of requests and events is the same in every run. No lock held. */
    bool (*is_x)(int fd);
    void (*settle)(int fd);
    /* The time has come that was set by set_due(): the X server is told, and calls begin_due() soon. No lock held; any
     * thread. False: there is no server any more. May be NULL. */
    bool (*due)(void);
};

struct ofs_clock_table {
    uint32_t size;
    uint64_t (*real_ns)(void);     /* CLOCK_MONOTONIC of the machine */
    uint64_t (*virtual_ns)(void);  /* CLOCK_MONOTONIC of the game; does not count as a look */
    uint64_t (*tick_ns)(void);     /* length of a tick, from OFFSTAGE_LOCKSTEP */
    void (*set_host)(const struct ofs_clock_host *host);
    /* A frame was shown by this thread: the clock goes on, who sleeps until then is woken and runs until it sleeps
     * again. After rest(since): the frame was finished then, since when every thread of the game sleeps. It lasts a tick
     * from there, and who sleeps until then wakes up when the frame has been shown. rest(0): not so any more. */
    void (*tick)(void);
    void (*rest)(uint64_t since_ns);
    /* The X server has something to do at this virtual time, by itself (UINT64_MAX: nothing): the clock, when it goes on
     * because every thread sleeps, stops there until the server has begun. */
    void (*set_due)(uint64_t virtual_ns);
    void (*begin_due)(void);
    /* Where no thread may wait by this clock (a read, another process): let it go on to what is due, if all of them sleep.
     * True: they compute for so long that it is to be done as it is. */
    bool (*look)(void);
    /* The game waits for its learner: nothing moves the clock until thaw. Calls nest. */
    void (*freeze)(void);
    void (*thaw)(void);
    /* What every thread of the process waits for, a line each ("thread 1234 (MainThread): poll without end"), for the
     * sentence about a game that shows no more frames. Any thread. */
    void (*describe)(char *text, size_t bytes);
    /* The seed of getrandom, getentropy and /dev/urandom as the game reads them; from OFFSTAGE_SEED at the start. */
    void (*reseed)(uint64_t seed);
};

typedef const struct ofs_clock_table *ofs_clock_table_fn(uint32_t version);
#define OFS_CLOCK_TABLE_NAME "ofs_clock_table"

#endif
