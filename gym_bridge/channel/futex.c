/* Sleeping and waking across processes, and looking for a while before it. */
#include "private.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* By system call: where the game's clock is virtual, clock_gettime() is the game's. */
uint64_t ofs_channel_now_ns(void)
{
    struct timespec now = { 0, 0 };
    int saved = errno;

    (void)syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    errno = saved;
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int ofs_futex_wait(const uint32_t *word, uint32_t expected, uint64_t ns)
{
    struct timespec time = { (time_t)(ns / 1000000000u), (long)(ns % 1000000000u) };
    int saved = errno, result = 0;

    if (syscall(SYS_futex, word, FUTEX_WAIT, expected, &time, NULL, 0) < 0)
        result = errno;
    errno = saved;
    return result;
}

void ofs_futex_wake(const uint32_t *word, int sleepers)
{
    int saved = errno;

    (void)syscall(SYS_futex, word, FUTEX_WAKE, sleepers, NULL, NULL, 0);
    errno = saved;
}

static inline void pause_a_little(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory"); /* "yield" does nothing on most of them */
#endif
}

/* true: it is another value. */
static inline bool look(const uint32_t *word, uint32_t old)
{
    enum { LOOKS = 16 };

    for (int i = 0; i < LOOKS; i++) {
        if (ofs_load(word) != old)
            return true;
        pause_a_little();
    }
    return false;
}

enum outcome { FOUND, IN_VAIN, CROWDED };

/* Nobody is kept from running: the core is offered about every microsecond. When somebody took it, others want it, and
 * then it is given back a whole time slice later, milliseconds after the word may have changed. Who sleeps is woken at
 * once. */
static enum outcome look_for(const uint32_t *word, uint32_t old, uint32_t ns)
{
    const uint64_t others_ran_ns = 4000;
    uint64_t start = ofs_channel_now_ns(), now = start;

    while (now - start < ns) {
        uint64_t before;

        if (look(word, old))
            return FOUND;
        before = ofs_channel_now_ns();
        (void)syscall(SYS_sched_yield);
        now = ofs_channel_now_ns();
        if (now - before > others_ran_ns)
            return CROWDED;
    }
    return IN_VAIN;
}

static uint32_t grow(uint32_t pass, uint32_t factor, uint32_t max)
{
    pass = pass * factor + factor - 1;
    return pass < max ? pass : max;
}

bool ofs_spin(struct ofs_spinner *spinner, const uint32_t *word, uint32_t old, uint32_t ns)
{
    if (ns == 0)
        return false;
    if (spinner->passed < spinner->pass) {
        spinner->passed++;
        return false;
    }
    spinner->passed = 0;
    switch (look_for(word, old, ns)) {
    case FOUND: spinner->pass = 0; return true;
    case IN_VAIN: spinner->pass = grow(spinner->pass, 2, 63); break;
    case CROWDED: spinner->pass = grow(spinner->pass, 16, 1023); break;
    }
    return ofs_load(word) != old;
}
