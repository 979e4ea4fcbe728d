/* Learner and games as threads of one process, for the thread sanitizer. It knows memory by its address, so all of them
 * get the same mapping of the channel: mmap and munmap are wrapped. */
#include "rig.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gym_bridge/channel/learner.h"

void *__real_mmap(void *where, size_t bytes, int protection, int flags, int fd, off_t offset);
int __real_munmap(void *where, size_t bytes);
void *__wrap_mmap(void *where, size_t bytes, int protection, int flags, int fd, off_t offset);
int __wrap_munmap(void *where, size_t bytes);

static unsigned char *shared; /* the learner's, which is of everything */
static size_t shared_bytes;

void *__wrap_mmap(void *where, size_t bytes, int protection, int flags, int fd, off_t offset)
{
    if (fd < 0 || !(flags & MAP_SHARED))
        return __real_mmap(where, bytes, protection, flags, fd, offset);
    if (!shared) {
        shared = __real_mmap(where, bytes, protection, flags, fd, offset);
        shared_bytes = bytes;
        return shared;
    }
    return (size_t)offset + bytes <= shared_bytes ? shared + offset : MAP_FAILED;
}

int __wrap_munmap(void *where, size_t bytes)
{
    bool inside = (unsigned char *)where >= shared && (unsigned char *)where < shared + shared_bytes;

    return inside ? 0 : __real_munmap(where, bytes);
}

#define GAMES 3

static struct ofs_learner *learner;
static uint32_t lives[GAMES];

static void *play(void *context)
{
    uint32_t seat = (uint32_t)(uintptr_t)context;
    char place[64];

    snprintf(place, sizeof place, "%d:%u:%u", dup(ofs_learner_descriptor(learner)), seat, lives[seat]);
    return (void *)(uintptr_t)usual_game(place, NULL);
}

/* Every spin and sleep is crossed: with long looks, short ones, none. */
static void rounds(uint32_t spin_ns, uint64_t first, uint64_t count)
{
    static const uint32_t seats[GAMES] = { 0, 1, 2 };
    enum ofs_seat_event events[GAMES];

    ofs_learner_force_spin(learner, spin_ns, spin_ns);
    for (uint64_t i = first; i < first + count; i++) {
        for (uint32_t k = 0; k < GAMES; k++)
            CHECK(give_step(learner, k, k, i) == OFS_OK);
        CHECK(ofs_learner_wait(learner, seats, events, GAMES, GAMES, 4 * LIMIT_NS, NULL, NULL) == OFS_OK);
        for (uint32_t k = 0; k < GAMES; k++) {
            CHECK(events[k] == OFS_SEAT_ANSWERED);
            check_step(learner, k, k, i);
        }
    }
}

int main(void)
{
    pthread_t threads[GAMES];

    learner = make_learner(GAMES, GAMES, 48);
    for (uint32_t i = 0; i < GAMES; i++)
        lives[i] = ofs_learner_seat_open(learner, i, -1);
    for (uint32_t i = 0; i < GAMES; i++)
        CHECK(pthread_create(&threads[i], NULL, play, (void *)(uintptr_t)i) == 0);
    wait_ready(learner, 0, GAMES);
    rounds(0, 1, 2000);
    rounds(20000, 3000, 2000);
    rounds(UINT32_MAX, 6000, 2000);
    ofs_learner_close(learner);
    for (uint32_t i = 0; i < GAMES; i++) {
        void *result;

        CHECK(pthread_join(threads[i], &result) == 0 && !result);
    }
    ofs_learner_destroy(learner);
    return 0;
}
