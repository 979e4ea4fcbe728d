/* One case of the clock's tests: a program that runs with liboffstage_clock.so preloaded and pretends to be
 * liboffstage.so as well, by the table. Cases end with status 0, or say what is wrong and end with 1. */
#ifndef OFS_TESTS_CLOCK_CASE_H
#define OFS_TESTS_CLOCK_CASE_H

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hook/clock/offstage_clock.h"

#define MS 1000000ull
#define S  1000000000ull

extern const struct ofs_clock_table *table;

struct test_case {
    const char *name;
    void (*run)(void);
};
extern const struct test_case sleep_cases[], jump_cases[], fd_cases[], thread_cases[], lock_cases[], look_cases[], due_cases[];
/* Where the library is linked in, and not preloaded. */
extern const struct test_case inside_cases[] __attribute__((weak));

_Noreturn void fail(const char *file, int line, const char *text);
#define CHECK(condition)                          \
    do {                                          \
        if (!(condition))                         \
            fail(__FILE__, __LINE__, #condition); \
    } while (0)
/* Of two numbers. */
#define EQUAL(a, b)                                                                     \
    do {                                                                                \
        long long a_ = (long long)(a), b_ = (long long)(b);                             \
        char text_[200];                                                                \
        snprintf(text_, sizeof text_, "%s is %lld, and not %s = %lld", #a, a_, #b, b_); \
        if (a_ != b_)                                                                   \
            fail(__FILE__, __LINE__, text_);                                            \
    } while (0)

/* The game's clock, and the same as if there were an X connection. */
uint64_t now(void);
void go_live(void);
struct timespec span(uint64_t ns);
/* A time of this clock, so long from now. */
struct timespec in(clockid_t clock, uint64_t ns);
/* Real time passes, and this thread computes. */
void compute_for(uint64_t real_ns);
/* A thread with its own function. */
pthread_t start(void *(*run)(void *), void *argument);

#endif
