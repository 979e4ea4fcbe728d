/* usage: xkb_client [--swap] [--socket PATH] [--seed N] [--count N] maps|queries|changes|keys|mess */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "raw.h"

static struct raw raw;

static const struct {
    const char *name;
    void (*run)(struct raw *, unsigned);
} scenarios[] = {
    { "maps", scenario_maps },
    { "queries", scenario_queries },
    { "changes", scenario_changes },
    { "keys", scenario_keys },
    { "mess", scenario_mess },
};

int main(int argc, char **argv)
{
    bool swap = false;
    unsigned long seed = 1, count = 200;
    const char *name = "", *path = NULL;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--swap") == 0)
            swap = true;
        else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
            seed = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc)
            count = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--socket") == 0 && i + 1 < argc)
            path = argv[++i];
        else
            name = argv[i];
    }
    for (size_t i = 0; i < sizeof(scenarios) / sizeof(scenarios[0]); i++) {
        if (strcmp(scenarios[i].name, name) != 0)
            continue;
        if (!raw_open(&raw, path, swap, seed))
            return 2;
        scenarios[i].run(&raw, (unsigned)count);
        raw_close(&raw);
        return 0;
    }
    fprintf(stderr, "usage: xkb_client [--swap] [--socket PATH] [--seed N] [--count N] maps|queries|changes|keys|mess\n");
    return 2;
}
