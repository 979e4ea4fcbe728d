/* The system's random bytes, from a seed: xoshiro256**, one stream for the process. Not for secrets, and a program in
 * lockstep should not make any. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "hook/clock/clock.h"

#ifndef GRND_INSECURE
#define GRND_INSECURE 4
#endif

static uint64_t state[4];

static uint64_t split_mix(uint64_t *x)
{
    uint64_t z = *x += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

static uint64_t rotate(uint64_t x, int by) { return x << by | x >> (64 - by); }

static uint64_t next(void)
{
    uint64_t result = rotate(state[1] * 5, 7) * 9, t = state[1] << 17;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= t;
    state[3] = rotate(state[3], 45);
    return result;
}

void ofs_random_seed(uint64_t seed)
{
    ofs_lock();
    for (int i = 0; i < 4; i++)
        state[i] = split_mix(&seed);
    ofs_unlock();
}

void ofs_random_fill(void *bytes, size_t count)
{
    unsigned char *at = bytes;
    while (count > 0) {
        size_t part = count < 4096 ? count : 4096;
        ofs_lock();
        for (size_t done = 0; done < part; done += 8) {
            uint64_t word = next();
            memcpy(at + done, &word, part - done < 8 ? part - done : 8);
        }
        ofs_unlock();
        at += part;
        count -= part;
    }
}

EXPORT ssize_t getrandom(void *bytes, size_t count, unsigned flags)
{
    if (!ofs_virtual_wait(CALLER) || !bytes || (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE)))
        return REAL(getrandom)(bytes, count, flags);
    ofs_random_fill(bytes, count);
    return (ssize_t)count;
}

EXPORT int getentropy(void *bytes, size_t count)
{
    if (!ofs_virtual_wait(CALLER) || !bytes || count > 256)
        return REAL(getentropy)(bytes, count);
    ofs_random_fill(bytes, count);
    return 0;
}

/* From glibc 2.36 on; a program may bring its own. */
uint32_t arc4random(void);
void arc4random_buf(void *bytes, size_t count);
uint32_t arc4random_uniform(uint32_t bound);

EXPORT uint32_t arc4random(void)
{
    uint32_t value;
    if (!ofs_virtual_wait(CALLER))
        return REAL(arc4random)();
    ofs_random_fill(&value, sizeof value);
    return value;
}

EXPORT void arc4random_buf(void *bytes, size_t count)
{
    if (ofs_virtual_wait(CALLER))
        ofs_random_fill(bytes, count);
    else
        REAL(arc4random_buf)(bytes, count);
}

EXPORT uint32_t arc4random_uniform(uint32_t bound)
{
    uint32_t value, least;
    if (!ofs_virtual_wait(CALLER))
        return REAL(arc4random_uniform)(bound);
    if (bound < 2)
        return 0;
    least = -bound % bound; /* below it the remainders would not be equally likely */
    do
        ofs_random_fill(&value, sizeof value);
    while (value < least);
    return value % bound;
}
