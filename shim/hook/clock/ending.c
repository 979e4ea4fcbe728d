/* Threads that have given their places back, while what the C library and destructors do with them is not over: who joins
 * one must not find that all others sleep, and so that it is his turn to run out of time. */
#include <string.h>

#include "hook/clock/clock.h"

#define ENDING_MAX 64       /* of more, the oldest are not waited for */
#define ENDING_NS  NS_PER_S /* no longer than this: the number may be another thread's by then */

static struct {
    _Atomic int tid; /* 0 = free */
    _Atomic uint64_t since_real;
} ending[ENDING_MAX];
static _Atomic unsigned next;
static _Atomic int count; /* of those that are not free */

void ofs_ending_note(int tid)
{
    unsigned index = atomic_fetch_add(&next, 1) % ENDING_MAX;
    atomic_store(&ending[index].since_real, ofs_real_ns());
    if (!atomic_exchange(&ending[index].tid, tid))
        atomic_fetch_add(&count, 1);
}

void ofs_ending_forget(int tid)
{
    for (unsigned i = 0; i < ENDING_MAX && atomic_load(&count) > 0; i++) {
        int expected = tid;
        if (atomic_compare_exchange_strong(&ending[i].tid, &expected, 0))
            atomic_fetch_sub(&count, 1);
    }
}

bool ofs_ending_any(void)
{
    uint64_t runs;
    bool found = false;
    for (unsigned i = 0; i < ENDING_MAX && atomic_load(&count) > 0; i++) {
        int tid = atomic_load(&ending[i].tid);
        if (!tid)
            continue;
        if (ofs_real_ns() - atomic_load(&ending[i].since_real) < ENDING_NS &&
            ofs_kernel_word(tid, &runs) != KERNEL_GONE)
            found = true;
        else
            ofs_ending_forget(tid);
    }
    return found;
}

void ofs_ending_forked(void)
{
    memset(ending, 0, sizeof ending);
    atomic_store(&count, 0);
}
