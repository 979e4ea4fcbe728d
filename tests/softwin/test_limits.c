/* What a drawing request may cost: pixels that are painted over and over are painted once, with the same result; a
 * request that would take minutes is cut off; and what a context keeps counts as memory. A world in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"
#include "x11/gc.h"
#include "x11/private.h"
#include "x11/raster.h"

enum { GC = 0x50, FEW = 0x51, MANY = 0x52, LARGE = 0x53, TILE = 0x54, SIZE = 200 };

static uint32_t state = 1;
static unsigned rnd(unsigned n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

static uint32_t pixmap(struct ofs_client *c, uint32_t id, unsigned width, unsigned height)
{
    ask(c, "1124422", X_CreatePixmap, 24, 4, c->id_base + id, c->server->root->res.id, width, height);
    return c->id_base + id;
}

/* The error that a request was answered with, or 0. */
static unsigned answer(struct ofs_client *c)
{
    struct heard heard;
    unsigned error = 0;
    while (hear(c, &heard))
        if (!heard.bytes[0])
            error = heard.bytes[1];
    return error;
}

/* A request with a drawable, the context and n 16-bit numbers, the first `each` of them `times` over. */
static unsigned draw_after(struct ofs_client *c, uint8_t major, uint32_t drawable, const int16_t *numbers, unsigned n,
                           unsigned each, unsigned times)
{
    const unsigned before = each * (times - 1);
    const size_t bytes = 16 + ((size_t)before + n) * 2;
    uint8_t *request = calloc(1, bytes), *at = request + 16;
    request[0] = major;
    ofs_put32(request + 4, (uint32_t)(bytes / 4), c->swap); /* BIG-REQUESTS */
    ofs_put32(request + 8, drawable, c->swap);
    ofs_put32(request + 12, c->id_base + GC, c->swap);
    for (unsigned i = 0; i < before + n; i++, at += 2)
        ofs_put16(at, (uint16_t)numbers[i < before ? i % each : i - before], c->swap);
    ofs_client_feed(c, request, bytes);
    free(request);
    return answer(c);
}

static unsigned draw(struct ofs_client *c, uint8_t major, uint32_t drawable, const int16_t *numbers, unsigned n,
                     unsigned times)
{
    return draw_after(c, major, drawable, numbers, n, n, times);
}

static const struct ofs_raster *raster(struct ofs_client *c, uint32_t id)
{
    struct ofs_pixmap *p;
    return ofs_res_find(c, id, OFS_RES_PIXMAP, &p) ? NULL : p->raster;
}

static bool same_pixels(struct ofs_client *c)
{
    const struct ofs_raster *a = raster(c, c->id_base + FEW), *b = raster(c, c->id_base + MANY);
    for (int y = 0; a && b && y < SIZE; y++)
        if (memcmp(ofs_raster_at(a, 0, y), ofs_raster_at(b, 0, y), SIZE * 4))
            return false;
    return a && b;
}

static struct ofs_client *begin(void)
{
    struct ofs_client *c = join(world(), false);
    c->big_requests = true;
    pixmap(c, FEW, SIZE, SIZE);
    pixmap(c, MANY, SIZE, SIZE);
    ask(c, "1124444", X_CreateGC, 0, 5, c->id_base + GC, c->id_base + FEW, GCForeground, 0x4080C0);
    return c;
}

static void change(struct ofs_client *c, uint32_t bits, uint32_t value)
{
    ask(c, "112444", X_ChangeGC, 0, 4, c->id_base + GC, bits, value);
    ask(c, "112444", X_ChangeGC, 0, 4, c->id_base + GC, GCForeground, 0x4080C0 + rnd(1000));
}

/* A list of rectangles, lines or arcs; and the same list after its first, so often that from then on what is drawn
 * already is looked for. */
static void over_and_over(struct ofs_client *c, uint8_t major, unsigned each)
{
    int16_t numbers[60];
    const int16_t first[6] = { 20, 20, 100, 100, 0, 360 * 64 };
    for (unsigned i = 0; i < 60; i++)
        numbers[i] = (int16_t)((int)rnd(SIZE + 80) - (i % each < 2 ? 40 : 0));
    memcpy(numbers, first, each * 2);
    CHECK(draw(c, major, c->id_base + FEW, numbers, 60, 1) == 0);
    CHECK(draw_after(c, major, c->id_base + MANY, numbers, 60, each, 3000) == 0);
    CHECK(same_pixels(c));
}

static void skipping_changes_nothing(void)
{
    struct ofs_client *c = begin();
    pixmap(c, TILE, 7, 5);
    int16_t spots[4] = { 1, 1, 3, 2 };
    CHECK(draw(c, X_PolyFillRectangle, c->id_base + TILE, spots, 4, 1) == 0);
    change(c, GCTile, c->id_base + TILE);
    for (int i = 0; i < 6; i++) {
        change(c, GCFillStyle, i % 3 == 2 ? FillTiled : FillSolid);
        change(c, GCFunction, i % 4 == 3 ? GXor : GXcopy);
        change(c, GCLineWidth, 0);
        over_and_over(c, X_PolyFillRectangle, 4);
        over_and_over(c, X_PolySegment, 4);
        change(c, GCLineWidth, 1 + rnd(30));
        over_and_over(c, X_PolySegment, 4);
        over_and_over(c, X_PolyRectangle, 4);
        over_and_over(c, X_PolyArc, 6);
        over_and_over(c, X_PolyFillArc, 6);
    }
    CHECK(answer(c) == 0);
    ofs_server_destroy(c->server);
}

/* As large as the screen, thousands of times: no matter where the last one leaves nothing of the others; cut off where
 * each of them turns all pixels over. */
static void long_requests_end(void)
{
    struct ofs_client *c = begin();
    const int16_t all[4] = { 0, 0, 1000, 1000 };
    const uint32_t large = pixmap(c, LARGE, 1000, 1000);
    c->server->config.max_draw_steps = 1 << 25;
    CHECK(draw(c, X_PolyFillRectangle, large, all, 4, 30000) == 0);
    change(c, GCFunction, GXxor);
    CHECK(draw(c, X_PolyFillRectangle, large, all, 4, 30000) == BadAlloc);
    CHECK(draw(c, X_PolyFillRectangle, large, all, 4, 1) == 0);
    change(c, GCLineWidth, 300);
    change(c, GCLineStyle, LineDoubleDash);
    change(c, GCDashList, 1);
    const int16_t across[8] = { -32768, -30000, 32767, 30000, -30000, 32767, 32767, -32768 };
    CHECK(draw(c, X_PolyLine, large, across, 8, 8000) == BadAlloc);
    const int16_t arc[6] = { -20000, -20000, 32767, 32000, 0, 90 * 64 };
    CHECK(draw(c, X_PolyArc, large, arc, 6, 20000) == BadAlloc);
    ofs_server_destroy(c->server);
}

/* The same two letters at the same place, so many times. */
static unsigned draw_letters(struct ofs_client *c, uint32_t drawable, unsigned times)
{
    int16_t *numbers = calloc(2 + 2 * (size_t)times, sizeof(*numbers));
    numbers[0] = numbers[1] = 100;
    for (unsigned i = 0; i < times; i++) {
        const uint8_t item[4] = { 2, (uint8_t)-12, 'A', 'B' }; /* of "fixed", 6 pixels wide */
        memcpy(numbers + 2 + 2 * i, item, sizeof(item));
    }
    const unsigned error = draw(c, X_PolyText8, drawable, numbers, 2 + 2 * times, 1);
    free(numbers);
    return error;
}

static void long_texts_end(void)
{
    struct ofs_client *c = begin();
    change(c, GCFunction, GXxor);
    c->server->config.max_draw_steps = 1 << 16;
    CHECK(draw_letters(c, c->id_base + FEW, 10) == 0);
    CHECK(draw_letters(c, c->id_base + FEW, 20000) == BadAlloc);
    c->server->config.max_draw_steps = 20;
    CHECK(draw_letters(c, c->id_base + FEW, 2) == BadAlloc);
    ask(c, "1124422111", X_ImageText8, 3, 5, c->id_base + FEW, c->id_base + GC, 20, 20, 'A', 'B', 'C');
    CHECK(answer(c) == BadAlloc);
    ofs_server_destroy(c->server);
}

/* Clips and dashes of many contexts fill the memory that a client may have, and give it back. */
static void contexts_count(void)
{
    struct ofs_client *c = begin();
    struct ofs_server *s = c->server;
    const uint64_t before = s->image_bytes;
    int16_t rows[400];
    for (int16_t i = 0; i < 100; i++) {
        const int16_t rect[4] = { (int16_t)(i % 2), (int16_t)(2 * i), 10, 1 };
        memcpy(rows + 4 * i, rect, sizeof(rect));
    }
    uint8_t request[12 + sizeof(rows)] = { X_SetClipRectangles, YXBanded };
    ofs_put16(request + 2, sizeof(request) / 4, false);
    for (unsigned i = 0; i < 400; i++)
        ofs_put16(request + 12 + 2 * i, (uint16_t)rows[i], false);
    s->config.max_image_bytes = before + 8000;
    unsigned errors = 0;
    for (uint32_t i = 0; i < 20; i++) {
        ask(c, "112444", X_CreateGC, 0, 4, c->id_base + 0x100 + i, c->id_base + FEW, 0);
        ofs_put32(request + 4, c->id_base + 0x100 + i, false);
        ofs_client_feed(c, request, sizeof(request));
        errors += answer(c) == BadAlloc;
    }
    CHECK(errors == 15); /* 1,600 bytes each */
    CHECK(s->image_bytes == before + 8000);
    ask(c, "112444", X_CopyGC, 0, 4, c->id_base + 0x100, c->id_base + 0x110, GCClipMask);
    CHECK(answer(c) == BadAlloc);
    ask(c, "11244", X_ChangeGC, 0, 4, c->id_base + 0x100, GCClipMask); /* too short */
    answer(c);
    ask(c, "112444", X_ChangeGC, 0, 4, c->id_base + 0x100, GCClipMask, None);
    CHECK(answer(c) == 0 && s->image_bytes == before + 6400);
    for (uint32_t i = 0; i < 20; i++)
        ask(c, "1124", X_FreeGC, 0, 2, c->id_base + 0x100 + i);
    CHECK(answer(c) == 0 && s->image_bytes == before);
    ofs_server_destroy(s);
}

int main(void)
{
    skipping_changes_nothing();
    long_requests_end();
    long_texts_end();
    contexts_count();
    printf("%d failures\n", failures);
    return failures != 0;
}
