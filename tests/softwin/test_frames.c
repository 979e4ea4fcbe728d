/* When the picture of a window is a frame, told to the presenter: a world in memory, a clock that stands still. */
#include <stdio.h>
#include <string.h>

#include "world.h"
#include "x11/inject.h"
#include "x11/loop.h"
#include "x11/picture.h"
#include "x11/present.h"

static struct {
    unsigned frames, gone;
    struct ofs_present last;
    uint32_t corner, middle; /* pixels of the last frame, the undefined byte left out */
    uint32_t gone_window;
} seen;

static uint32_t pixel(const struct ofs_present *frame, uint32_t x, uint32_t y)
{
    const unsigned char *p = frame->bgrx + y * frame->pitch_bytes + x * 4u;
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void present(const struct ofs_present *frame)
{
    seen.frames++;
    seen.last = *frame;
    seen.corner = pixel(frame, 0, 0);
    seen.middle = pixel(frame, frame->width_px / 2, frame->height_px / 2);
}

static void gone(uint32_t window)
{
    seen.gone++;
    seen.gone_window = window;
}

enum { GC = 0x50, PIXMAP = 0x51, CHILD = 0x52 };

/* One colour, width x height at most 8 x 8. */
static void put(struct ofs_client *c, uint32_t drawable, int x, int y, unsigned width, unsigned height, uint32_t color)
{
    uint8_t bytes[24 + 8 * 8 * 4];
    memset(bytes, 0, sizeof bytes);
    bytes[0] = X_PutImage;
    bytes[1] = ZPixmap;
    ofs_put16(bytes + 2, (uint16_t)(6 + width * height), c->swap);
    ofs_put32(bytes + 4, drawable, c->swap);
    ofs_put32(bytes + 8, c->id_base + GC, c->swap);
    ofs_put16(bytes + 12, (uint16_t)width, c->swap);
    ofs_put16(bytes + 14, (uint16_t)height, c->swap);
    ofs_put16(bytes + 16, (uint16_t)x, c->swap);
    ofs_put16(bytes + 18, (uint16_t)y, c->swap);
    bytes[21] = 24;
    for (unsigned i = 0; i < width * height; i++)
        ofs_put32(bytes + 24 + i * 4, color, false); /* images are in the server's order */
    ofs_client_feed(c, bytes, 24 + (size_t)width * height * 4);
}

static void round_trip(struct ofs_client *c)
{
    ask(c, "112", X_GetInputFocus, 0, 0);
    forget(c);
}

/* A client with a window of this size and a context. */
static struct ofs_client *begin(struct ofs_server *s, unsigned width, unsigned height, uint32_t *window_out,
                                bool swapped)
{
    memset(&seen, 0, sizeof seen);
    struct ofs_client *c = join(s, swapped);
    *window_out = window(c, 10, 10, width, height, 0);
    ask(c, "112444", X_CreateGC, 0, 0, c->id_base + GC, *window_out, 0);
    forget(c);
    return c;
}

static void wait_ms(struct ofs_server *s, uint32_t ms)
{
    clock_ms += ms;
    ofs_present_run_timers(s);
}

static void answers(bool swapped)
{
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, 8, 8, &w, swapped), *other = join(s, false);
    round_trip(c);
    CHECK(seen.frames == 0); /* nothing drawn */
    put(c, w, 0, 0, 8, 8, 0x112233);
    CHECK(seen.frames == 0);
    round_trip(other);
    CHECK(seen.frames == 0); /* another one's */
    round_trip(c);
    CHECK(seen.frames == 1 && seen.last.window == w && seen.last.width_px == 8 && seen.last.height_px == 8);
    CHECK(seen.corner == 0x112233 && seen.last.sequence == 1);
    round_trip(c);
    CHECK(seen.frames == 1);
    put(c, w, 0, 0, 4, 4, 0x445566); /* a frame in pieces */
    put(c, w, 4, 4, 4, 4, 0x778899);
    put(c, w, 4, 4, 2, 2, 0x010203);
    round_trip(c);
    CHECK(seen.frames == 2 && seen.corner == 0x445566 && seen.middle == 0x010203 && seen.last.sequence == 2);
    wait_ms(s, 1000);
    CHECK(seen.frames == 2);
    ofs_server_destroy(s);
    CHECK(seen.gone == 1 && seen.gone_window == w);
}

/* A client that asks for nothing. */
static void silence(void)
{
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, 8, 8, &w, false);
    CHECK(ofs_present_timeout_ms(s) == -1);
    for (uint32_t i = 1; i <= 5; i++) {
        put(c, w, 0, 0, 8, 8, i);
        CHECK(seen.frames == i - 1); /* each when the next begins */
    }
    CHECK(seen.corner == 4);
    int left = ofs_present_timeout_ms(s);
    CHECK(left > 0 && left < 100);
    wait_ms(s, 1);
    CHECK(seen.frames == 4);
    wait_ms(s, (uint32_t)left);
    CHECK(seen.frames == 5 && seen.corner == 5 && ofs_present_timeout_ms(s) == -1);
    /* What is shown last is not lost with the window. */
    put(c, w, 0, 0, 8, 8, 6);
    ask(c, "1124", X_UnmapWindow, 0, 0, w);
    CHECK(seen.frames == 6 && seen.corner == 6);
    put(c, w, 0, 0, 8, 8, 7); /* unmapped: nothing is drawn */
    wait_ms(s, 1000);
    ask(c, "1124", X_MapWindow, 0, 0, w);
    put(c, w, 0, 0, 4, 8, 8);
    ofs_client_remove(c);
    CHECK(seen.frames == 7 && seen.corner == 8 && seen.last.sequence == 7 && seen.gone == 1 && s->fresh_pictures == 0);
    ofs_server_destroy(s);
}

/* A client that draws now here, now there, and never rests for long. */
static void no_rest(void)
{
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, 8, 8, &w, false);
    unsigned waits = 0;
    for (; seen.frames == 0 && waits < 1000; waits++) {
        put(c, w, (int)(waits % 8), 0, 1, 1, waits);
        CHECK(ofs_present_timeout_ms(s) <= 5);
        wait_ms(s, 4);
    }
    CHECK(seen.frames == 1 && waits > 10 && waits < 100);
    ofs_server_destroy(s);
}

/* In lockstep, where the clock is the program's: it stops when a frame is due; one that it has gone past is shown before the
 * next request, of anybody. */
static struct {
    uint64_t due_ns;
    unsigned told, rests;
    uint64_t rest_ns;
} lockstep;

static uint64_t virtual_ns(void) { return (uint64_t)clock_ms * 1000000; }
static void connected(void) {}
static void set_due(uint64_t due_ns)
{
    lockstep.due_ns = due_ns;
    lockstep.told++;
}
static void begin_due(void) {}
static void rest(uint64_t since_ns)
{
    if (since_ns) {
        lockstep.rests++;
        lockstep.rest_ns = since_ns;
    }
}
static bool look(void) { return false; }

static void in_lockstep(void)
{
    static const struct ofs_inject_clock game = { .virtual_ns = virtual_ns, .connected = connected, .set_due = set_due,
                                                  .begin_due = begin_due, .rest = rest, .look = look };
    ofs_inject_set_clock(&game);
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, 8, 8, &w, false), *other = join(s, false);
    clock_ms = 5000;
    put(c, w, 0, 0, 4, 4, 1);
    clock_ms += 3;
    put(c, w, 4, 4, 4, 4, 2);
    ofs_calls_note_due(s);
    CHECK(lockstep.told == 1 && lockstep.due_ns == 5008000000 && seen.frames == 0);
    ofs_calls_note_due(s);
    CHECK(lockstep.told == 1); /* nothing new */
    clock_ms = 5008;
    ofs_present_run_timers(s);
    CHECK(seen.frames == 1 && lockstep.rests == 1 && lockstep.rest_ns == 5000000000);
    ofs_calls_note_due(s);
    CHECK(lockstep.told == 2 && lockstep.due_ns == UINT64_MAX);
    put(c, w, 0, 0, 4, 4, 3);
    clock_ms += 4;
    put(c, w, 4, 4, 4, 4, 4);
    CHECK(seen.frames == 1);
    clock_ms += 5;
    ask(other, "112", X_NoOperation, 0, 1);
    CHECK(seen.frames == 2 && seen.corner == 3 && seen.middle == 4 && lockstep.rests == 1);
    ofs_inject_set_clock(NULL);
    ofs_server_destroy(s);
}

/* The start of a request has come: the frame is not cut there. */
static void half_a_request(void)
{
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, 8, 8, &w, false);
    put(c, w, 0, 0, 8, 4, 1);
    const uint8_t start[8] = { X_NoOperation, 0, 3, 0 }, rest[4] = { 0 };
    ofs_client_feed(c, start, sizeof start);
    wait_ms(s, 1000);
    CHECK(seen.frames == 0 && ofs_present_timeout_ms(s) == -1);
    ofs_client_feed(c, rest, sizeof rest);
    wait_ms(s, 0);
    CHECK(seen.frames == 1);
    ofs_server_destroy(s);
}

/* What is drawn in several requests is one frame, until all of the window is painted anew. */
static void drawing(struct ofs_client *c, uint32_t w)
{
    unsigned before = seen.frames;
    ask(c, "112442222", X_PolySegment, 0, 0, w, c->id_base + GC, 0, 0, 7, 7);
    ask(c, "112442222", X_PolyFillRectangle, 0, 0, w, c->id_base + GC, 0, 0, 4, 4); /* a part, over what was drawn */
    ask(c, "1124422", X_PolyPoint, 0, 0, w, c->id_base + GC, 3, 3);
    CHECK(seen.frames == before);
    ask(c, "112442222", X_PolyFillRectangle, 0, 0, w, c->id_base + GC, 0, 0, 8, 8);
    CHECK(seen.frames == before + 1);
    round_trip(c);
    CHECK(seen.frames == before + 2);
}

static void trees(void)
{
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, 8, 8, &w, false);
    ask(c, "11244222222444", X_CreateWindow, 0, 0, c->id_base + CHILD, w, 2, 2, 4, 4, 0, InputOutput, 0, CWBackPixel,
        0xABCDEF);
    ask(c, "1124", X_MapWindow, 0, 0, c->id_base + CHILD);
    put(c, w, 0, 0, 8, 8, 0x111111);
    round_trip(c);
    CHECK(seen.frames == 1 && seen.last.window == w && seen.corner == 0x111111 && seen.middle == 0xABCDEF);
    put(c, c->id_base + CHILD, 0, 0, 8, 8, 0x222222); /* larger than it is */
    round_trip(c);
    CHECK(seen.frames == 2 && seen.last.window == w && seen.corner == 0x111111 && seen.middle == 0x222222);
    /* A back buffer, copied to the window. */
    ask(c, "1124422", X_CreatePixmap, 24, 0, c->id_base + PIXMAP, w, 8, 8);
    put(c, c->id_base + PIXMAP, 0, 0, 8, 8, 0x333333);
    round_trip(c);
    CHECK(seen.frames == 2);
    ask(c, "112444222222", X_CopyArea, 0, 0, c->id_base + PIXMAP, w, c->id_base + GC, 0, 0, 0, 0, 8, 8);
    round_trip(c);
    CHECK(seen.frames == 3 && seen.corner == 0x333333 && seen.middle == 0x222222);
    /* Drawing, and clearing what was drawn. */
    ask(c, "112442222", X_PolyFillRectangle, 0, 0, w, c->id_base + GC, 0, 0, 4, 4);
    round_trip(c);
    CHECK(seen.frames == 4);
    ask(c, "11242222", X_ClearArea, 0, 0, w, 0, 0, 4, 4);
    round_trip(c);
    CHECK(seen.frames == 5);
    /* Who asks for exposures draws when they come. */
    ask(c, "11242222", X_ClearArea, 1, 0, w, 0, 0, 4, 4);
    round_trip(c);
    CHECK(seen.frames == 5);
    drawing(c, w);
    ask(c, "1124", X_DestroyWindow, 0, 0, c->id_base + CHILD);
    CHECK(seen.gone == 1 && seen.gone_window == c->id_base + CHILD);
    ask(c, "1124", X_DestroyWindow, 0, 0, w);
    CHECK(seen.gone == 2 && seen.gone_window == w);
    ofs_server_destroy(s);
}

static void sizes(void)
{
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, 8, 8, &w, false);
    put(c, w, 0, 0, 8, 8, 0x444444);
    ask(c, "11242244", X_ConfigureWindow, 0, 0, w, CWWidth | CWHeight, 0, 20, 6);
    CHECK(seen.frames == 1 && seen.last.width_px == 8 && seen.last.height_px == 8 && seen.corner == 0x444444);
    put(c, w, 0, 0, 8, 6, 0x555555);
    round_trip(c);
    CHECK(seen.frames == 2 && seen.last.width_px == 20 && seen.last.height_px == 6 && seen.last.pitch_bytes >= 80);
    CHECK(seen.corner == 0x555555 && seen.last.sequence == 2);
    /* Half beyond the screen: the picture is whole all the same. */
    ask(c, "11242244", X_ConfigureWindow, 0, 0, w, CWX | CWY, 0, (uint32_t)-15, 0);
    put(c, w, 0, 0, 8, 6, 0x666666);
    round_trip(c);
    CHECK(seen.frames == 3 && seen.corner == 0x666666);
    ofs_server_destroy(s);
}

/* A window that is too much for the limit: an error, and nothing else. */
static void limits(void)
{
    clock_ms = 1000;
    struct ofs_server_config config = { .width_px = 640, .height_px = 480, .max_image_bytes = 4096 };
    struct ofs_server *s = ofs_server_create(&config);
    uint32_t w;
    struct heard h;
    struct ofs_client *c = begin(s, 200, 200, &w, false);
    put(c, w, 0, 0, 8, 8, 1);
    CHECK(hear(c, &h) && h.bytes[0] == X_Error && h.bytes[1] == BadAlloc && h.bytes[10] == X_PutImage);
    round_trip(c);
    CHECK(seen.frames == 0 && s->image_bytes == 0);
    ofs_server_destroy(s);
}

int main(void)
{
    ofs_x11_set_presenter(present);
    ofs_x11_set_gone(gone);
    answers(false);
    answers(true);
    silence();
    no_rest();
    in_lockstep();
    half_a_request();
    trees();
    sizes();
    limits();
    ofs_x11_set_presenter(NULL);
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, 8, 8, &w, false);
    put(c, w, 0, 0, 8, 8, 1);
    round_trip(c);
    CHECK(seen.frames == 0);
    ofs_server_destroy(s);
    CHECK(seen.frames == 0);
    return failures != 0;
}
