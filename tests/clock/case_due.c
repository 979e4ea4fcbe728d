/* What the X server does by itself, at a time of the game's clock: a thread that sleeps in a read stands for it. */
#include <poll.h>

#include "case.h"

static struct {
    int orders[2], answers[2];
    _Atomic int told;
    _Atomic uint64_t told_at, began_at, ended_at;
    _Atomic bool deaf;      /* there is no server any more */
    uint64_t busy, rest;    /* real time that it takes to begin; since when the game rests, before `told_at` */
    bool answers_wanted;
} server;

static bool is_x(int fd) { return false; }
static void settle(int fd) {}

static bool due(void)
{
    server.told++;
    server.told_at = now();
    return !server.deaf && write(server.orders[1], "", 1) == 1;
}

static void *serve(void *unused)
{
    char order;
    while (read(server.orders[0], &order, 1) == 1) {
        compute_for(server.busy);
        server.began_at = now();
        table->begin_due();
        compute_for(server.busy);
        if (server.rest) {
            table->rest(server.told_at - server.rest);
            table->tick();
            table->rest(0);
        }
        server.ended_at = now();
        if (server.answers_wanted)
            CHECK(write(server.answers[1], "", 1) == 1);
    }
    return NULL;
}

static void begin(void)
{
    static const struct ofs_clock_host host = { .is_x = is_x, .settle = settle, .due = due };
    CHECK(pipe(server.orders) == 0 && pipe(server.answers) == 0);
    table->set_host(&host);
    start(serve, NULL);
}

static void sleep_for(uint64_t ns)
{
    struct timespec time = span(ns);
    EQUAL(nanosleep(&time, NULL), 0);
}

/* The clock stops there, before those who sleep longer, and until the server has begun; who sleeps as long comes later. */
static void due_stops(void)
{
    begin();
    server.busy = 20 * MS;
    for (int i = 1; i <= 3; i++) {
        uint64_t from = now();
        table->set_due(from + 50 * MS);
        sleep_for(i < 3 ? 100 * MS : 50 * MS);
        EQUAL(server.told, i);
        EQUAL(server.told_at - from, 50 * MS);
        EQUAL(server.began_at - from, 50 * MS);
        EQUAL(server.ended_at - from, 50 * MS);
        EQUAL(now() - from, i < 3 ? 100 * MS : 50 * MS);
    }
    table->set_due(now() + 50 * MS);
    table->set_due(UINT64_MAX);
    sleep_for(100 * MS);
    EQUAL(server.told, 3);
}

/* A frame that was finished when the game went to rest lasts a tick from there, whenever it is shown. */
static void due_rests(void)
{
    begin();
    server.rest = 5 * MS;
    for (int i = 0; i < 5; i++) {
        uint64_t from = now();
        table->set_due(from + 5 * MS);
        sleep_for(16 * MS);
        EQUAL(server.told_at - from, 5 * MS);
        EQUAL(now() - from, server.ended_at - from);
        CHECK(now() - from == table->tick_ns() || now() - from == table->tick_ns() + 1);
    }
    uint64_t from = now();
    table->set_due(from + 5 * MS);
    sleep_for(40 * MS);
    EQUAL(now() - from, 40 * MS);
}

/* The only deadline that there is. */
static void due_alone(void)
{
    begin();
    server.answers_wanted = true;
    for (int i = 0; i < 3; i++) {
        struct pollfd list = { .fd = server.answers[0], .events = POLLIN };
        uint64_t from = now();
        char answer;
        table->set_due(from + 7 * MS);
        EQUAL(poll(&list, 1, -1), 1);
        EQUAL(now() - from, 7 * MS);
        CHECK(read(server.answers[0], &answer, 1) == 1);
    }
}

static void due_in_vain(void)
{
    uint64_t from;
    begin();
    server.deaf = true;
    from = now();
    table->set_due(from + 5 * MS);
    sleep_for(20 * MS);
    EQUAL(server.told, 1);
    EQUAL(now() - from, 20 * MS);
}

/* Nobody waits by the clock: the server looks whether it may go on. */
static void *look(void *unused)
{
    while (server.told == 0) {
        CHECK(!table->look());
        /* As the server does it, which the clock does not know of. */
        compute_for(MS / 10);
    }
    return NULL;
}

static void due_looked(void)
{
    uint64_t from;
    pthread_t looker;
    char answer;
    begin();
    server.answers_wanted = true;
    from = now();
    table->set_due(from + 5 * MS);
    looker = start(look, NULL);
    CHECK(read(server.answers[0], &answer, 1) == 1);
    EQUAL(now() - from, 5 * MS);
    pthread_join(looker, NULL);
    CHECK(!table->look());
}

/* A game that computes for ever is not waited for. */
static void *compute(void *over)
{
    while (!*(_Atomic bool *)over)
        ;
    return NULL;
}

static void due_late(void)
{
    _Atomic bool over = false;
    pthread_t computer;
    uint64_t from, real;
    begin();
    computer = start(compute, &over);
    from = now();
    real = table->real_ns();
    table->set_due(from + 5 * MS);
    while (!table->look())
        CHECK(table->real_ns() - real < 30 * S);
    EQUAL(now(), from);
    EQUAL(server.told, 0);
    CHECK(!table->look());
    over = true;
    pthread_join(computer, NULL);
}

const struct test_case due_cases[] = {
    { "due_stops", due_stops },     { "due_rests", due_rests },   { "due_alone", due_alone },
    { "due_in_vain", due_in_vain }, { "due_looked", due_looked }, { "due_late", due_late },
    { NULL, NULL },
};
