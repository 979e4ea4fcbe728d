/* What the library does between two of a program's calls, which no program can bring about at will: asked of its own
 * functions, where it is linked in. */
#include "case.h"
#include "hook/clock/clock.h"

/* The thread beside the one that shows frames has found that one asleep, and decides later. */
static uint64_t verdict(void) { return atomic_load(&ofs_clock.moved); }

static void *sleeper(void *unused)
{
    usleep(7000);
    return NULL;
}

/* The clock goes on for a verdict that holds, and only once. */
static void holds(pthread_t thread, uint64_t begin)
{
    uint64_t moved = verdict();
    EQUAL(now(), begin);
    CHECK(ofs_let_next_go(moved));
    EQUAL(now() - begin, 7 * MS);
    CHECK(!ofs_let_next_go(moved));
    pthread_join(thread, NULL);
}

/* It slept because it waited for its learner. */
static void void_when_thawed(void)
{
    go_live();
    uint64_t begin = now();
    pthread_t thread = start(sleeper, NULL);
    table->freeze();
    uint64_t moved = verdict();
    CHECK(!ofs_let_next_go(moved));
    table->thaw();
    CHECK(!ofs_let_next_go(moved));
    holds(thread, begin);
}

/* It slept because it waited for a thread that it had let go. */
static void void_when_advanced(void)
{
    go_live();
    uint64_t begin = now();
    pthread_t thread = start(sleeper, NULL);
    uint64_t moved = verdict();
    ofs_advance(begin);
    CHECK(!ofs_let_next_go(moved));
    holds(thread, begin);
}

const struct test_case inside_cases[] = {
    { "void_when_thawed", void_when_thawed },
    { "void_when_advanced", void_when_advanced },
    { 0 },
};
