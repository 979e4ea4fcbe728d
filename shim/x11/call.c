/* Messages to the server's thread that are waited for, and what lockstep needs of it.
 *
 * A call lies on its caller's stack and in a list; a message to the thread says that there is one. It is done when the
 * thread has run it and written out what came of it. */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "x11/inject.h"
#include "x11/input.h"
#include "x11/loop.h"
#include "x11/xview.h"

#define LOOK_NS 100000000 /* a caller looks this often whether the server still runs */

enum state { WAITING, RUN, DONE, GIVEN_UP };

struct call {
    struct call *next;
    void (*fn)(struct ofs_server *, void *);
    void *arg;
    enum state state;
};

/* All mutable state of this file. */
static struct {
    pthread_mutex_t lock; /* rank: below xview, like the loop's; never held together with it */
    pthread_cond_t done;
    struct call *first, *last;
    _Atomic(uint64_t (*)(void)) virtual_ns;
    _Atomic(void (*)(void)) connected;
    _Atomic bool told;    /* it was called in this process */
    _Atomic uint64_t due; /* server time of the next repetition, with bit 32 set; 0 = none */
} calls = { .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER };

/* ---- calls ---- */

static void nothing(struct ofs_server *s, const void *arg) {}

static void take_out(struct call *call)
{
    struct call *before = NULL;
    for (struct call *at = calls.first; at; before = at, at = at->next) {
        if (at != call)
            continue;
        if (before)
            before->next = call->next;
        else
            calls.first = call->next;
        if (calls.last == call)
            calls.last = before;
        return;
    }
}

static struct timespec look_again(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_nsec += LOOK_NS;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    return at;
}

bool ofs_loop_call(void (*fn)(struct ofs_server *, void *arg), void *arg)
{
    struct call call = { .fn = fn, .arg = arg, .state = WAITING };
    int saved = errno;
    bool posted;

    if (ofs_loop_here())
        return false;
    pthread_mutex_lock(&calls.lock);
    if (calls.last)
        calls.last->next = &call;
    else
        calls.first = &call;
    calls.last = &call;
    pthread_mutex_unlock(&calls.lock);
    posted = ofs_loop_post(nothing, "", 1);
    pthread_mutex_lock(&calls.lock);
    while (call.state != DONE && call.state != GIVEN_UP) {
        struct timespec until = look_again();
        bool late = posted && pthread_cond_clockwait(&calls.done, &calls.lock, CLOCK_MONOTONIC, &until) == ETIMEDOUT;
        /* What runs is finished or given up by its thread: a frame may be shown in it, for as long as a learner thinks. */
        if ((!posted || (late && !ofs_loop_runs())) && call.state == WAITING) {
            take_out(&call);
            call.state = GIVEN_UP;
        }
    }
    pthread_mutex_unlock(&calls.lock);
    errno = saved;
    return call.state == DONE;
}

void ofs_calls_run(struct ofs_server *s)
{
    pthread_mutex_lock(&calls.lock);
    for (struct call *call = calls.first; call; call = call->next) {
        if (call->state != WAITING)
            continue;
        call->state = RUN;
        pthread_mutex_unlock(&calls.lock);
        call->fn(s, call->arg);
        pthread_mutex_lock(&calls.lock);
    }
    pthread_mutex_unlock(&calls.lock);
}

static void finish(enum state from, enum state to)
{
    bool any = false;
    for (struct call *call = calls.first, *next; call; call = next) {
        next = call->next;
        if (call->state != from)
            continue;
        take_out(call);
        call->state = to;
        any = true;
    }
    if (any)
        pthread_cond_broadcast(&calls.done);
}

void ofs_calls_written(struct ofs_server *s)
{
    uint32_t due_ms;
    atomic_store(&calls.due, ofs_input_next_due(s, &due_ms) ? (uint64_t)1 << 32 | due_ms : 0);
    pthread_mutex_lock(&calls.lock);
    finish(RUN, DONE);
    pthread_mutex_unlock(&calls.lock);
}

/* A new server may run already: what waits is for it, or is given up by its caller. */
void ofs_calls_end(void)
{
    pthread_mutex_lock(&calls.lock);
    finish(RUN, GIVEN_UP);
    pthread_mutex_unlock(&calls.lock);
}

void ofs_calls_fork_child(void)
{
    pthread_mutex_init(&calls.lock, NULL);
    pthread_cond_init(&calls.done, NULL);
    calls.first = calls.last = NULL; /* on the stacks of threads that do not exist here */
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
