/* Regions against a bitmap: random unions, intersections and differences give the same pixels, and stay banded. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "x11/region.h"

enum { SIDE = 24, ROUNDS = 20000 };

static uint32_t state = 1;
static int random_below(int n)
{
    state = state * 1664525u + 1013904223u;
    return (int)((state >> 8) % (uint32_t)n);
}

static void paint(const struct ofs_region *r, uint8_t pixels[SIDE][SIDE])
{
    memset(pixels, 0, SIDE * SIDE);
    for (unsigned i = 0; i < r->count; i++)
        for (int y = r->rects[i].y0; y < r->rects[i].y1; y++)
            for (int x = r->rects[i].x0; x < r->rects[i].x1; x++)
                pixels[y][x]++; /* 2 = overlap, which is an error */
}

static int banded(const struct ofs_region *r)
{
    for (unsigned i = 0; i < r->count; i++) {
        const struct ofs_rect *a = &r->rects[i], *b = a + 1;
        if (a->x0 >= a->x1 || a->y0 >= a->y1)
            return 0;
        if (i + 1 == r->count)
            break;
        if (a->y0 == b->y0 ? a->y1 != b->y1 || a->x1 >= b->x0 : b->y0 < a->y1)
            return 0;
    }
    return 1;
}

int main(void)
{
    struct ofs_region *region = ofs_region_create((struct ofs_rect){ 0, 0, 0, 0 });
    uint8_t want[SIDE][SIDE] = { 0 }, got[SIDE][SIDE];
    for (int round = 0; round < ROUNDS; round++) {
        int x = random_below(SIDE), y = random_below(SIDE);
        struct ofs_rect rect = { x, y, x + random_below(SIDE - x + 1), y + random_below(SIDE - y + 1) };
        struct ofs_region *one = ofs_region_create(rect);
        int op = random_below(5); /* intersections empty everything, so they are rarer */
        int ok = op < 2 ? ofs_region_unite(region, one) : op < 4 ? ofs_region_subtract(region, one) : ofs_region_intersect(region, one);
        for (int py = 0; py < SIDE; py++) {
            for (int px = 0; px < SIDE; px++) {
                int in = px >= rect.x0 && px < rect.x1 && py >= rect.y0 && py < rect.y1;
                want[py][px] = op < 2 ? want[py][px] || in : op < 4 ? want[py][px] && !in : want[py][px] && in;
            }
        }
        paint(region, got);
        if (!ok || !banded(region) || memcmp(want, got, sizeof(want)) != 0) {
            printf("round %d, operation %d: the region differs from the bitmap\n", round, op);
            return 1;
        }
        ofs_region_destroy(one);
    }
    ofs_region_destroy(region);
    return 0;
}
