/* Runs one case. Usage: case NAME, or without a name: prints them all. */
#include "case.h"

#include <dlfcn.h>

const struct ofs_clock_table *table;

void fail(const char *file, int line, const char *text)
{
    char story[2000] = "";
    if (table)
        table->describe(story, sizeof story);
    fprintf(stderr, "%s:%d: %s\n%s", file, line, text, story);
    fflush(stderr);
    _exit(1);
}

uint64_t now(void) { return table->virtual_ns(); }

static bool is_x(int fd) { return false; }
static void settle(int fd) {}

void go_live(void)
{
    static const struct ofs_clock_host host = { .is_x = is_x, .settle = settle };
    table->set_host(&host);
}

struct timespec span(uint64_t ns) { return (struct timespec){ .tv_sec = (time_t)(ns / S), .tv_nsec = (long)(ns % S) }; }

struct timespec in(clockid_t clock, uint64_t ns)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return span((uint64_t)time.tv_sec * S + (uint64_t)time.tv_nsec + ns);
}

void compute_for(uint64_t real_ns)
{
    uint64_t begin = table->real_ns();
    while (table->real_ns() - begin < real_ns)
        ;
}

pthread_t start(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, run, argument) == 0);
    return thread;
}

int main(int argc, char **argv)
{
    static const struct test_case *const groups[] = { sleep_cases, jump_cases, fd_cases,  thread_cases,
                                                      lock_cases,  look_cases, due_cases, inside_cases };
    ofs_clock_table_fn *find = (ofs_clock_table_fn *)dlsym(RTLD_DEFAULT, OFS_CLOCK_TABLE_NAME);
    if (argc == 2 && !find)
        fail(__FILE__, __LINE__, "the library is not preloaded");
    table = find ? find(OFS_CLOCK_VERSION) : NULL;
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++)
        for (const struct test_case *one = groups[g]; one && one->name; one++) {
            if (argc < 2)
                puts(one->name);
            else if (strcmp(argv[1], one->name) == 0) {
                one->run();
                return 0;
            }
        }
    return argc < 2 ? 0 : 2;
}
