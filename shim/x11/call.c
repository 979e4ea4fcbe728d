/* The server's clock where it is the game's, and what lockstep waits for. */
#include <stdatomic.h>
#include <time.h>

#include "x11/inject.h"
#include "x11/input.h"
#include "x11/loop.h"
#include "x11/xview.h"

/* All mutable state of this file. */
static struct {
    _Atomic(uint64_t (*)(void)) virtual_ns;
    _Atomic(void (*)(void)) connected;
    _Atomic bool told;    /* it was called in this process */
    _Atomic uint64_t due; /* server time of the next repetition, with bit 32 set; 0 = none */
} calls;

void ofs_calls_note_due(struct ofs_server *s)
{
    uint32_t due_ms;
    atomic_store(&calls.due, ofs_input_next_due(s, &due_ms) ? (uint64_t)1 << 32 | due_ms : 0);
}

void ofs_calls_fork_child(void)
{
    atomic_store(&calls.due, 0);
    atomic_store(&calls.told, false);
}

/* ---- time ---- */

void ofs_inject_set_clock(uint64_t (*virtual_ns)(void), void (*connected)(void))
{
    atomic_store(&calls.connected, connected);
    atomic_store(&calls.virtual_ns, virtual_ns);
}

void ofs_calls_connected(void)
{
    void (*connected)(void) = atomic_load(&calls.connected);
    if (connected && !atomic_exchange(&calls.told, true))
        connected();
}

bool ofs_calls_virtual(void) { return atomic_load(&calls.virtual_ns) != NULL; }

uint32_t ofs_calls_real_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint32_t)((uint64_t)t.tv_sec * 1000u + (uint64_t)t.tv_nsec / 1000000u);
}

uint32_t ofs_calls_now_ms(void)
{
    uint64_t (*virtual_ns)(void) = atomic_load(&calls.virtual_ns);
    return virtual_ns ? (uint32_t)(virtual_ns() / 1000000u) : ofs_calls_real_ms();
}

static void run_timers(struct ofs_server *s, void *arg) { ofs_input_run_timers(s); }

static void run_timers_soon(struct ofs_server *s, const void *arg) { ofs_input_run_timers(s); }

void ofs_inject_tick(void)
{
    uint64_t due = atomic_load(&calls.due);
    uint32_t now = due ? ofs_calls_now_ms() : 0;
    if (!due || (int32_t)((uint32_t)due - now) > 0)
        return;
    if (ofs_loop_here())
        (void)ofs_loop_post(run_timers_soon, "", 1);
    else
        (void)ofs_loop_call(run_timers, NULL);
}

/* ---- order ---- */

struct posted {
    void (*fn)(struct ofs_server *, const void *);
    const void *arg;
};

static void run_posted(struct ofs_server *s, void *arg)
{
    const struct posted *posted = arg;
    posted->fn(s, posted->arg);
}

bool ofs_loop_post_settled(void (*fn)(struct ofs_server *, const void *arg), const void *arg, size_t arg_bytes)
{
    struct posted posted = { fn, arg };
    if (ofs_calls_virtual() && !ofs_loop_here())
        return ofs_loop_call(run_posted, &posted);
    return ofs_loop_post(fn, arg, arg_bytes);
}

bool ofs_inject_is_x(int fd)
{
    uint32_t sequence;
    return ofs_xview_sequence(fd, &sequence);
}

static void drain(struct ofs_server *s, void *fd) { ofs_loop_drain(s, *(const int *)fd); }

void ofs_inject_settle(int fd) { (void)ofs_loop_call(drain, &fd); }
