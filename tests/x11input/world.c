#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

uint32_t clock_ms = 1000;
int failures;

static uint32_t now_ms(void) { return clock_ms; }

struct ofs_server *world(void)
{
    clock_ms = 1000;
    struct ofs_server_config config = { .width_px = 640, .height_px = 480, .now_ms = now_ms };
    struct ofs_server *s = ofs_server_create(&config);
    if (!s)
        abort();
    return s;
}

struct ofs_client *join(struct ofs_server *s, bool swapped)
{
    struct ofs_client *c = ofs_server_add_client(s);
    uint8_t setup[12] = { swapped ? 'B' : 'l', 0 };
    ofs_put16(setup + 2, 11, swapped);
    ofs_client_feed(c, setup, sizeof(setup));
    c->out_at = c->out_len; /* the setup reply, whose form is its own */
    return c;
}

void ask(struct ofs_client *c, const char *format, ...)
{
    uint8_t bytes[512];
    unsigned at = 0;
    va_list args;
    va_start(args, format);
    for (; *format; format++) {
        uint32_t v = va_arg(args, uint32_t);
        if (*format == '1')
            bytes[at] = (uint8_t)v;
        else if (*format == '2')
            ofs_put16(bytes + at, (uint16_t)v, c->swap);
        else
            ofs_put32(bytes + at, v, c->swap);
        at += (unsigned)(*format - '0');
    }
    va_end(args);
    memset(bytes + at, 0, 4);
    at = (at + 3) & ~3u;
    ofs_put16(bytes + 2, (uint16_t)(at / 4), c->swap);
    ofs_client_feed(c, bytes, at);
}

bool hear(struct ofs_client *c, struct heard *out)
{
    memset(out, 0, sizeof(*out));
    if (c->out_len - c->out_at < 32)
        return false;
    const uint8_t *p = c->out + c->out_at;
    unsigned size = 32;
    if (p[0] == X_Reply || (p[0] & 127) == GenericEvent)
        size += ofs_get32(p + 4, c->swap) * 4;
    memcpy(out->bytes, p, size < sizeof(out->bytes) ? size : sizeof(out->bytes));
    out->size = size;
    c->out_at += size;
    return true;
}

unsigned forget(struct ofs_client *c)
{
    struct heard h;
    unsigned n = 0;
    for (; hear(c, &h); n++) {
        if (h.bytes[0] == X_Error) {
            fprintf(stderr, "error %u of %u.%u\n", h.bytes[1], h.bytes[10], ofs_get16(h.bytes + 8, c->swap));
            failures++;
        }
    }
    return n;
}

uint32_t window(struct ofs_client *c, int x, int y, unsigned width, unsigned height, uint32_t mask)
{
    static uint32_t next = 1;
    uint32_t id = c->id_base + next++;
    ask(c, "112442222224444", X_CreateWindow, 0, 0, id, c->server->root->res.id, x, y, width, height, 0, InputOutput, 0,
        CWOverrideRedirect | CWEventMask, 1, mask);
    ask(c, "1124", X_MapWindow, 0, 0, id);
    forget(c);
    return id;
}
