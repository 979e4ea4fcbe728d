/* What the library does between two of a program's calls, which no program can bring about at will: asked of its own
 * functions, where it is linked in. */
#include <poll.h>

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

/* Nor does a look of another thread move the clock, as long as the one that shows frames only looks asleep. */
static void look_often(void)
{
    for (int i = 0; i < 5000; i++)
        time(NULL);
}

static void *looks(void *unused)
{
    uint64_t begin = now();
    look_often();
    EQUAL(now(), begin);
    atomic_fetch_sub(&ofs_clock.advancing, 1);
    look_often();
    CHECK(now() > begin);
    return NULL;
}

static void looks_beside(void)
{
    go_live();
    table->tick();
    atomic_fetch_add(&ofs_clock.advancing, 1); /* as if it waited for a thread that it had let go */
    pthread_join(start(looks, NULL), NULL);
}

/* The X server's thread is at work for one that waits for its answer, while all others sleep by their own will. */
static struct {
    int orders[2], answers[2];
} server;

static void *serve(void *unused)
{
    char order;
    ofs_local.self->maker = CALLER_OURS;
    while (read(server.orders[0], &order, 1) == 1) {
        compute_for(20 * MS);
        CHECK(write(server.answers[1], "", 1) == 1);
    }
    return NULL;
}

static void answers_first(void)
{
    struct pollfd list = { .events = POLLIN };
    char answer;
    CHECK(pipe(server.orders) == 0 && pipe(server.answers) == 0);
    list.fd = server.answers[0];
    go_live();
    start(serve, NULL);
    pthread_t thread = start(sleeper, NULL);
    uint64_t begin = now();
    for (int i = 0; i < 3; i++) {
        CHECK(write(server.orders[1], "", 1) == 1);
        EQUAL(poll(&list, 1, i < 2 ? 5 : -1), 1);
        EQUAL(now(), begin);
        CHECK(read(server.answers[0], &answer, 1) == 1);
    }
    EQUAL(poll(&list, 1, 5), 0);
    EQUAL(now() - begin, 5 * MS);
    pthread_join(thread, NULL);
}

const struct test_case inside_cases[] = {
    { "void_when_thawed", void_when_thawed },
    { "void_when_advanced", void_when_advanced },
    { "looks_beside", looks_beside },
    { "answers_first", answers_first },
    { 0 },
};
