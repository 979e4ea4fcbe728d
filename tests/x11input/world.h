/* A world of the X server in memory, a clock that stands still, and clients that speak raw bytes. */
#ifndef TESTS_X11INPUT_WORLD_H
#define TESTS_X11INPUT_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "x11/input.h"
#include "x11/server.h"

extern uint32_t clock_ms;

struct ofs_server *world(void);
struct ofs_client *join(struct ofs_server *s, bool swapped);
/* A request in the client's byte order from 32-bit words of the format '1', '2', '4' per value, e.g. "1124" major, data,
 * length, id. */
void ask(struct ofs_client *c, const char *format, ...);
/* The next reply, event or error in native byte order (the fields of core events and errors only); false if there is none. */
struct heard {
    uint8_t bytes[256];
    unsigned size;
};
bool hear(struct ofs_client *c, struct heard *out);
unsigned forget(struct ofs_client *c); /* throws away what was said; how many */
/* A mapped window with an event mask, a child of the root. */
uint32_t window(struct ofs_client *c, int x, int y, unsigned width, unsigned height, uint32_t mask);

#define CHECK(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);              \
            failures++;                                                                  \
        }                                                                                \
    } while (0)
extern int failures;

#endif
