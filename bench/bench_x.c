/* The X side alone: no GL is linked or loaded.
 *   bench_x sync N      N XSync round trips after a warm-up: median, p95 in ns
 *   bench_x open N      N times XOpenDisplay and XCloseDisplay; the first, and the medians of the others
 *   bench_x idle        open a display, map a window, say so, and sleep until end of file on stdin
 *   bench_x none        open nothing, say so, and sleep: what the process costs without its X side
 * One line of JSON on stdout. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static int compare_u64(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static unsigned long long at_percent(const uint64_t *sorted, size_t n, size_t percent)
{
    return n ? (unsigned long long)sorted[(n - 1) * percent / 100] : 0;
}

static int measure_sync(size_t n, uint64_t *times)
{
    Display *display = XOpenDisplay(NULL);

    if (!display)
        return 1;
    for (size_t i = 0; i < n / 10 + 1; i++)
        XSync(display, False);
    for (size_t i = 0; i < n; i++) {
        uint64_t start = now_ns();

        XSync(display, False);
        times[i] = now_ns() - start;
    }
    XCloseDisplay(display);
    qsort(times, n, sizeof times[0], compare_u64);
    printf("{\"n\":%zu,\"sync_p50_ns\":%llu,\"sync_p95_ns\":%llu}\n", n, at_percent(times, n, 50),
           at_percent(times, n, 95));
    return 0;
}

static int measure_open(size_t n, uint64_t *opens)
{
    uint64_t *closes = calloc(n, sizeof closes[0]), first = 0;

    if (!closes)
        return 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t start = now_ns(), opened;
        Display *display = XOpenDisplay(NULL);

        if (!display) {
            free(closes);
            return 1;
        }
        opened = now_ns();
        XCloseDisplay(display);
        opens[i] = opened - start;
        closes[i] = now_ns() - opened;
        if (i == 0)
            first = opens[0];
    }
    qsort(opens + 1, n - 1, sizeof opens[0], compare_u64);
    qsort(closes, n, sizeof closes[0], compare_u64);
    printf("{\"n\":%zu,\"first_open_ns\":%llu,\"open_p50_ns\":%llu,\"open_p95_ns\":%llu,\"close_p50_ns\":%llu}\n", n,
           (unsigned long long)first, at_percent(opens + 1, n - 1, 50), at_percent(opens + 1, n - 1, 95),
           at_percent(closes, n, 50));
    free(closes);
    return 0;
}

static int sleep_with(int open_display)
{
    char byte;

    if (open_display) {
        Display *display = XOpenDisplay(NULL);
        Window window;

        if (!display)
            return 1;
        window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, 64, 64, 0, 0, 0);
        XMapWindow(display, window);
        XSync(display, False);
    }
    printf("{\"ready\":1}\n");
    fflush(stdout);
    while (read(STDIN_FILENO, &byte, 1) > 0) {
    }
    return 0; /* the display is left open: the process was measured with it */
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    size_t n = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
    uint64_t *times;
    int status = 2;

    if (strcmp(what, "idle") == 0 || strcmp(what, "none") == 0) {
        status = sleep_with(strcmp(what, "idle") == 0);
    } else if ((strcmp(what, "sync") == 0 || strcmp(what, "open") == 0) && n >= 2) {
        times = calloc(n, sizeof times[0]);
        if (!times)
            return 1;
        status = strcmp(what, "sync") == 0 ? measure_sync(n, times) : measure_open(n, times);
        free(times);
    }
    if (status == 1)
        fprintf(stderr, "bench_x: no display\n");
    else if (status == 2)
        fprintf(stderr, "usage: bench_x sync N | open N | idle | none\n");
    return status;
}
