/* The server's clock where it is the game's, and what lockstep waits for. */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "x11/inject.h"
#include "x11/input.h"
#include "x11/loop.h"
#include "x11/picture.h"
#include "x11/schedule.h"
#include "x11/xview.h"

#define NS_PER_MS 1000000u

enum { LOOK_MS = 5, SELDOM_MS = 100 };

/* All mutable state of this file. */
static struct {
    _Atomic(const struct ofs_inject_clock *) clock; /* NULL: time is the machine's */
    _Atomic bool told;    /* connected() was called in this process */
    _Atomic uint64_t due; /* server time of what is done at a tick, with bit 32 set; 0 = none */
    _Atomic uint64_t set; /* what the clock was told last */
} calls = { .set = UINT64_MAX };

void ofs_calls_fork_child(void)
{
    atomic_store(&calls.due, 0);
    atomic_store(&calls.set, UINT64_MAX);
    atomic_store(&calls.told, false);
}

/* ---- time ---- */

void ofs_inject_set_clock(const struct ofs_inject_clock *clock) { atomic_store(&calls.clock, clock); }

void ofs_calls_connected(void)
{
    const struct ofs_inject_clock *clock = atomic_load(&calls.clock);
    if (clock && !atomic_exchange(&calls.told, true))
        clock->connected();
}

bool ofs_calls_virtual(void) { return atomic_load(&calls.clock) != NULL; }

static uint64_t real_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static uint64_t now_ns(void)
{
    const struct ofs_inject_clock *clock = atomic_load(&calls.clock);
    return clock ? clock->virtual_ns() : real_ns();
}

uint64_t ofs_calls_real_ms(void) { return real_ns() / NS_PER_MS; }

uint32_t ofs_calls_now_ms(void) { return (uint32_t)(now_ns() / NS_PER_MS); }

uint64_t ofs_xview_time_us(void) { return now_ns() / 1000; }

/* ---- what is due ---- */

static int earlier(int a_ms, int b_ms) { return a_ms < 0 || (b_ms >= 0 && b_ms < a_ms) ? b_ms : a_ms; }

/* Of what the clock stops for: frames of clients that rest, scripts. -1: nothing. */
static int timeout_ms(struct ofs_server *s) { return earlier(ofs_present_timeout_ms(s), ofs_schedule_timeout_ms(s)); }

static void tell_clock(const struct ofs_inject_clock *clock, struct ofs_server *s)
{
    int left_ms = clock->set_due ? timeout_ms(s) : -1;
    uint64_t due = left_ms < 0 ? UINT64_MAX : clock->virtual_ns() + (uint64_t)left_ms * NS_PER_MS;
    if (atomic_exchange(&calls.set, due) != due)
        clock->set_due(due);
}

void ofs_calls_note_due(struct ofs_server *s)
{
    const struct ofs_inject_clock *clock = atomic_load(&calls.clock);
    uint32_t due_ms, now_ms;
    int left_ms;
    bool any;
    if (!clock)
        return;
    now_ms = ofs_server_now(s);
    left_ms = ofs_schedule_timeout_ms(s);
    any = ofs_input_next_due(s, &due_ms);
    if (left_ms >= 0 && (!any || (int32_t)(due_ms - now_ms) > left_ms)) {
        due_ms = now_ms + (uint32_t)left_ms;
        any = true;
    }
    atomic_store(&calls.due, any ? (uint64_t)1 << 32 | due_ms : 0);
    tell_clock(clock, s);
}

int ofs_calls_timeout_ms(struct ofs_server *s)
{
    int end_ms = ofs_schedule_end_timeout_ms();
    if (!ofs_calls_virtual())
        return earlier(earlier(ofs_input_next_timeout_ms(s), end_ms), timeout_ms(s));
    /* What is due by the clock is done when its owner says so; now and then it is looked whether there is anybody who can,
     * as a program may sleep where the clock does not know of it: in a read, or in another process. */
    return earlier(end_ms, s->fresh_pictures ? LOOK_MS : ofs_schedule_timeout_ms(s) >= 0 ? SELDOM_MS : -1);
}

static void run_timers(struct ofs_server *s, void *arg)
{
    ofs_input_run_timers(s);
    ofs_schedule_run(s);
}

static void run_timers_soon(struct ofs_server *s, const void *arg) { run_timers(s, NULL); }

static void run_due(struct ofs_server *s, const void *arg)
{
    const struct ofs_inject_clock *clock = atomic_load(&calls.clock);
    atomic_store(&calls.set, UINT64_MAX); /* the clock has forgotten it */
    clock->begin_due();
    ofs_present_run_timers(s);
    ofs_schedule_run(s);
}

bool ofs_calls_look(void)
{
    const struct ofs_inject_clock *clock = atomic_load(&calls.clock);
    return clock && clock->look && atomic_load(&calls.set) != UINT64_MAX && clock->look();
}

void ofs_calls_run_timers(struct ofs_server *s, bool late)
{
    const struct ofs_inject_clock *clock = atomic_load(&calls.clock);
    ofs_schedule_run_end();
    if (!clock) {
        run_timers(s, NULL);
        ofs_present_run_timers(s);
    } else if (late) {
        run_due(s, NULL);
    }
}

void ofs_calls_rest(struct ofs_server *s, uint32_t since_ms)
{
    const struct ofs_inject_clock *clock = atomic_load(&calls.clock);
    if (clock && clock->rest)
        clock->rest(clock->virtual_ns() - (uint64_t)(ofs_server_now(s) - since_ms) * NS_PER_MS);
}

void ofs_calls_go_on(void)
{
    const struct ofs_inject_clock *clock = atomic_load(&calls.clock);
    if (clock && clock->rest)
        clock->rest(0);
}

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

bool ofs_inject_due(void)
{
    int cancel;
    bool posted;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    posted = ofs_loop_post(run_due, "", 1);
    pthread_setcancelstate(cancel, NULL);
    return posted;
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
