/* A background pixmap is content: what the presenter is told of windows that show nothing else. A world in memory, a clock
 * that stands still. */
#include <stdio.h>
#include <string.h>

#include "world.h"
#include "x11/picture.h"
#include "x11/present.h"

enum { GC = 0x50, PIXMAP = 0x51, CHILD = 0x52, TILE = 0x335577 };

static struct {
    unsigned frames;
    uint32_t width_px, corner, last; /* of the last frame; pixels at both ends of its first row */
} seen;

static uint32_t pixel(const struct ofs_present *frame, uint32_t x)
{
    const unsigned char *p = frame->bgrx + x * 4u;
    return (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void present(const struct ofs_present *frame)
{
    seen.frames++;
    seen.width_px = frame->width_px;
    seen.corner = pixel(frame, 0);
    seen.last = pixel(frame, frame->width_px - 1);
}

static void round_trip(struct ofs_client *c)
{
    ask(c, "112", X_GetInputFocus, 0, 0);
    forget(c);
}

static void map(struct ofs_client *c, uint32_t w) { ask(c, "1124", X_MapWindow, 0, 0, w); }

static void set_background(struct ofs_client *c, uint32_t w, uint32_t pixmap)
{
    ask(c, "112444", X_ChangeWindowAttributes, 0, 0, w, CWBackPixmap, pixmap);
}

/* A client with an unmapped window of 16 x 8, and a pixmap of one colour. */
static struct ofs_client *begin(struct ofs_server *s, uint32_t *window_out)
{
    memset(&seen, 0, sizeof seen);
    struct ofs_client *c = join(s, false);
    uint32_t w = *window_out = window(c, 10, 10, 16, 8, 0), pixmap = c->id_base + PIXMAP, gc = c->id_base + GC;
    ask(c, "1124", X_UnmapWindow, 0, 0, w);
    ask(c, "1124422", X_CreatePixmap, 24, 0, pixmap, w, 4, 4);
    ask(c, "1124444", X_CreateGC, 0, 0, gc, w, GCForeground, TILE);
    ask(c, "112442222", X_PolyFillRectangle, 0, 0, pixmap, gc, 0, 0, 4, 4);
    forget(c);
    return c;
}

/* Set before the window is mapped, and of a pixmap that is gone by then. */
static void before_map(void)
{
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, &w), *other = join(s, false);
    map(c, w);
    round_trip(c);
    CHECK(seen.frames == 0); /* no background */
    ask(c, "1124", X_UnmapWindow, 0, 0, w);
    ask(c, "112444", X_ChangeWindowAttributes, 0, 0, w, CWBackPixel, 0x123456);
    map(c, w);
    round_trip(c);
    CHECK(seen.frames == 0); /* a colour is none */
    ask(c, "1124", X_UnmapWindow, 0, 0, w);
    set_background(c, w, c->id_base + PIXMAP);
    ask(c, "1124", X_FreePixmap, 0, 0, c->id_base + PIXMAP);
    round_trip(c);
    CHECK(seen.frames == 0);
    map(c, w);
    round_trip(other);
    CHECK(seen.frames == 0);
    round_trip(c);
    CHECK(seen.frames == 1 && seen.width_px == 16 && seen.corner == TILE && seen.last == TILE);
    round_trip(c);
    CHECK(seen.frames == 1);
    /* Larger: what comes into sight is content, too. */
    ask(c, "11242244", X_ConfigureWindow, 0, 0, w, CWWidth | CWHeight, 0, 40, 8);
    round_trip(c);
    CHECK(seen.frames == 2 && seen.width_px == 40 && seen.last == TILE);
    /* And once more after it was away. */
    ask(c, "1124", X_UnmapWindow, 0, 0, w);
    map(c, w);
    round_trip(c);
    CHECK(seen.frames == 3 && seen.corner == TILE);
    ofs_server_destroy(s);
}

/* A client that asks for nothing is shown after a while. */
static void silence(void)
{
    struct ofs_server *s = world();
    uint32_t w;
    struct ofs_client *c = begin(s, &w);
    set_background(c, w, c->id_base + PIXMAP);
    map(c, w);
    int left = ofs_present_timeout_ms(s);
    CHECK(seen.frames == 0 && left > 0);
    clock_ms += (uint32_t)left;
    ofs_present_run_timers(s);
    CHECK(seen.frames == 1 && seen.corner == TILE && ofs_present_timeout_ms(s) == -1);
    ofs_server_destroy(s);
}

/* Only a window below has one; its owner goes while the window around it stays. */
static void inside(void)
{
    struct ofs_server *s = world();
    uint32_t w, child;
    struct ofs_client *c = begin(s, &w), *guest = join(s, false);
    child = guest->id_base + CHILD;
    map(c, w);
    round_trip(c);
    ask(guest, "1124422222244", X_CreateWindow, 24, 0, child, w, 4, 0, 12, 8, 0, InputOutput, 0, 0);
    set_background(guest, child, c->id_base + PIXMAP);
    ask(guest, "1124", X_MapSubwindows, 0, 0, w);
    round_trip(c);
    CHECK(seen.frames == 0);
    round_trip(guest);
    CHECK(seen.frames == 1 && seen.corner != TILE && seen.last == TILE);
    /* Another window of the guest's covers it; both go with it, in whatever order. */
    ask(guest, "1124422222244", X_CreateWindow, 24, 0, child + 1, w, 6, 0, 4, 8, 0, InputOutput, 0, 0);
    map(guest, child + 1);
    ofs_client_remove(guest);
    round_trip(c);
    clock_ms += 1000;
    ofs_present_run_timers(s);
    CHECK(s->fresh_pictures == 0);
    ofs_server_destroy(s);
}

int main(void)
{
    ofs_x11_set_presenter(present);
    before_map();
    silence();
    inside();
    return failures != 0;
}
