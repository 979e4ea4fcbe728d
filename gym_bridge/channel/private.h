/* What the files of the channel share. */
#ifndef OFS_CHANNEL_PRIVATE_H
#define OFS_CHANNEL_PRIVATE_H

#include "channel.h"

#define OFS_CHANNEL_SEATS       4096u
#define OFS_CHANNEL_ROWS        65536u
#define OFS_CHANNEL_LIFE_MAX    ((1u << (32 - OFS_CHANNEL_STATE_BITS)) - 1)
/* How often a side that waits looks whether the other is alive. A learner that has lost a game has others that wait. */
#define OFS_CHANNEL_LEARNER_LOOKS_NS 20000000ull
#define OFS_CHANNEL_GAME_LOOKS_NS    100000000ull
#define OFS_CHANNEL_SPIN_MAX_NS 1000000u

/* A place where tests let a process die. Numbers are counted per file: the learner's from 1, the game's from 101. */
#ifdef OFS_CHANNEL_TEST_POINTS
void ofs_channel_point(int number);
#define OFS_CHANNEL_POINT(number) ofs_channel_point(number)
#else
#define OFS_CHANNEL_POINT(number) ((void)0)
#endif

/* -- layout.c -- */

uint64_t ofs_channel_row_bytes_here(const struct ofs_channel_header *header); /* all rows; 0 when they are on a device */
/* Fill the sizes and offsets of a header whose counts are set. false: more than can be addressed. */
bool ofs_channel_lay_out(struct ofs_channel_header *header, uint64_t page_bytes);
/* Do the numbers describe a memory of `actual_bytes` that can be used? NULL, or what is wrong with it. Touches the
 * header only, which is the caller's copy. */
const char *ofs_channel_check(const struct ofs_channel_header *header, uint64_t actual_bytes, uint64_t page_bytes);
/* Likewise of a command; both sides ask it. */
const char *ofs_channel_check_command(const struct ofs_channel_header *header, const struct ofs_command *command);
uint32_t ofs_channel_namespace(void); /* of process ids, as in the header */

void ofs_channel_say(char *why, size_t why_bytes, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* -- futex.c -- */

uint64_t ofs_channel_now_ns(void); /* CLOCK_MONOTONIC of the machine, also where the game's is virtual */

/* Sleep while *word is `expected`, at most `ns`. 0, or the errno of the system call: EINTR, EAGAIN (it is another value
 * already), ETIMEDOUT. Keeps errno. */
int ofs_futex_wait(const uint32_t *word, uint32_t expected, uint64_t ns);
void ofs_futex_wake(const uint32_t *word, int sleepers);

/* Looking before sleeping. Where it was in vain, it is left out for the next 1, 3, 7, ... 63 times; where others wanted
 * the core, for 15, 255, 1023. */
struct ofs_spinner {
    uint32_t pass, passed;
};
/* Look at the word for at most `ns`, as long as nobody else wants this core; true: it is another value than `old`. */
bool ofs_spin(struct ofs_spinner *spinner, const uint32_t *word, uint32_t old, uint32_t ns);

/* -- learner.c -- */

/* For the measurements: how long both ends look, instead of what ofs_learner_wait decides. UINT32_MAX: let it
 * decide. */
void ofs_learner_force_spin(struct ofs_learner *learner, uint32_t learner_ns, uint32_t game_ns);

/* -- words that both sides look at -- */

/* Everything shared is read and written in one order that all processes agree on (seq_cst). A command costs two such
 * accesses on either side; weaker ones would save nanoseconds, and each lost wake-up would cost 100 ms. */
static inline uint32_t ofs_load(const uint32_t *word)
{
    return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/* Of a number that the other side writes, and that is checked here: read once, so that what was checked is what is
 * used. */
static inline uint32_t ofs_read(const uint32_t *number)
{
    return __atomic_load_n(number, __ATOMIC_RELAXED);
}

static inline void ofs_store(uint32_t *word, uint32_t value)
{
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

static inline bool ofs_swap(uint32_t *word, uint32_t old, uint32_t value)
{
    return __atomic_compare_exchange_n(word, &old, value, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static inline uint32_t ofs_state_word(uint32_t life, enum ofs_channel_state state)
{
    return life << OFS_CHANNEL_STATE_BITS | (uint32_t)state;
}

static inline enum ofs_channel_state ofs_state_of(uint32_t word)
{
    return (enum ofs_channel_state)(word & ((1u << OFS_CHANNEL_STATE_BITS) - 1));
}

#endif
