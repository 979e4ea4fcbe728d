/* Many windows: after any change what can be seen is what a walk through the whole tree finds, and what a window costs does
 * not grow with how many there are. In memory, with sanitizers; seeds are fixed. Exit status 0, or 1 with what went wrong.
 *
 *     x11_windows [SEEDS]      default: 3 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../x11input/world.h"
#include "x11/picture.h"
#include "x11/private.h"

enum { SHAPE = 129, PER_CLIENT = 40, STEPS = 800, GC = 1 };

static uint64_t state;
static unsigned below(unsigned limit)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % limit;
}

/* ---- work: rectangles that regions are made of, and windows whose shape is asked for ---- */

static uint64_t work;

#define COUNTED(result, name, parameters, arguments, cost) \
    result __real_##name parameters;                       \
    result __wrap_##name parameters;                       \
    result __wrap_##name parameters                        \
    {                                                      \
        work += cost;                                      \
        return __real_##name arguments;                    \
    }
COUNTED(struct ofs_region *, ofs_region_create, (struct ofs_rect rect), (rect), 1)
COUNTED(struct ofs_region *, ofs_region_copy, (const struct ofs_region *r), (r), 1 + r->count)
COUNTED(bool, ofs_region_subtract, (struct ofs_region * a, const struct ofs_region *b), (a, b), 1 + a->count + b->count)
COUNTED(bool, ofs_region_intersect, (struct ofs_region * a, const struct ofs_region *b), (a, b),
        1 + a->count + b->count)
COUNTED(bool, ofs_region_unite, (struct ofs_region * a, const struct ofs_region *b), (a, b), 1 + a->count + b->count)
COUNTED(struct ofs_region *, ofs_shape_outer, (const struct ofs_window *w, int x, int y), (w, x, y), 1)
COUNTED(struct ofs_region *, ofs_shape_inner, (const struct ofs_window *w, int x, int y), (w, x, y), 1)

/* ---- the same as a walk through all ---- */

struct sum {
    uint64_t all;
};

static void add(struct sum *sum, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    uint32_t word;
    for (size_t i = 0; i < n; i += sizeof word) {
        memcpy(&word, p + i, sizeof word);
        sum->all = (sum->all ^ word) * 1099511628211u;
    }
}

static void add_region(struct sum *sum, const struct ofs_region *r)
{
    unsigned count = r ? r->count : ~0u;
    add(sum, &count, sizeof count);
    if (r && r->count)
        add(sum, r->rects, r->count * sizeof *r->rects);
}

/* Clips, visibility, layout and pixels of w and all below it. */
static void add_tree(struct sum *sum, const struct ofs_window *w)
{
    const uint32_t about[2] = { w->res.id, w->parent ? w->visibility : 0 };
    add(sum, about, sizeof about);
    add_region(sum, w->clip);
    if (w->view) {
        add_region(sum, w->view->own);
        add_region(sum, w->view->whole);
        add_region(sum, w->view->border);
    }
    if (w->picture && w->picture->raster)
        for (uint32_t y = 0; y < w->picture->raster->height; y++)
            add(sum, ofs_raster_at(w->picture->raster, 0, (int)y), w->picture->raster->width * 4);
    for (const struct ofs_window *child = w->top; child; child = child->below)
        add_tree(sum, child);
}

static uint64_t sum_of(struct ofs_server *s)
{
    struct sum sum = { 14695981039346656037u };
    add_tree(&sum, s->root);
    return sum.all;
}

/* ---- random changes ---- */

/* Bytes that the server had to say; they are forgotten. */
static size_t said(struct ofs_client *c)
{
    size_t bytes = c->out_len - c->out_at;
    c->out_at = c->out_len;
    return bytes;
}

static uint32_t some(const struct ofs_client *c) { return c->id_base + 0x100 + below(PER_CLIENT); }

static void create_window(struct ofs_client *c, uint32_t id, uint32_t parent, int x, int y, unsigned width,
                          unsigned height, unsigned border, unsigned class, uint32_t mask)
{
    if (class == InputOnly)
        ask(c, "11244222222444", X_CreateWindow, 0, 0, id, parent, x & 0xFFFF, y & 0xFFFF, width, height, 0, class, 0,
            CWEventMask, mask & ~(uint32_t)ExposureMask);
    else
        ask(c, "11244222222444444", X_CreateWindow, 0, 0, id, parent, x & 0xFFFF, y & 0xFFFF, width, height, border,
            class, 0, CWBackPixel | CWBitGravity | CWWinGravity | CWEventMask, 0x102030 * (id & 15), below(11),
            below(11), mask);
}

static void any_change(struct ofs_client *c)
{
    static const uint32_t masks[] = { 0, 0, ExposureMask, VisibilityChangeMask, ExposureMask | VisibilityChangeMask };
    uint32_t w = some(c);
    int x = (int)below(260) - 30, y = (int)below(200) - 30;
    unsigned width = 1 + below(90), height = 1 + below(70);
    switch (below(14)) {
    case 0:
    case 1:
        create_window(c, w, below(3) ? OFS_ROOT_WINDOW : some(c), x, y, width, height, below(4),
                      below(10) ? InputOutput : InputOnly, masks[below(5)]);
        ask(c, "1124", X_MapWindow, 0, 0, w);
        break;
    case 2: ask(c, "1124", X_MapWindow, 0, 0, w); break;
    case 3: ask(c, "1124", X_UnmapWindow, 0, 0, w); break;
    case 4: ask(c, "11242244", X_ConfigureWindow, 0, 0, w, CWX | CWY, 0, x, y); break;
    case 5: ask(c, "112422444", X_ConfigureWindow, 0, 0, w, CWX | CWWidth | CWHeight, 0, x, width, height); break;
    case 6: ask(c, "1124224", X_ConfigureWindow, 0, 0, w, CWStackMode, 0, below(5)); break;
    case 7: ask(c, "11242244", X_ConfigureWindow, 0, 0, w, CWSibling | CWStackMode, 0, some(c), below(5)); break;
    case 8: ask(c, "1124224", X_ConfigureWindow, 0, 0, w, CWBorderWidth, 0, below(6)); break;
    case 9: ask(c, "1124", X_CirculateWindow, below(2), 0, below(2) ? OFS_ROOT_WINDOW : w); break;
    case 10:
        ask(c, "1124422", X_ReparentWindow, 0, 0, w, below(3) ? some(c) : OFS_ROOT_WINDOW, x & 0xFFFF, y & 0xFFFF);
        break;
    case 11:
        ask(c, "1124", below(3) ? X_MapSubwindows : below(2) ? X_UnmapSubwindows : X_DestroyWindow, 0, 0, w);
        break;
    case 12:
        ask(c, "11211114222222222", SHAPE, 1, 0, below(2), below(2), 0, 0, w, 0, 0, below(40), below(40), width, height,
            below(60), below(50), 30, 20);
        break;
    default: ask(c, "11242222", X_ClearArea, below(2), 0, w, 0, 0, 0, 0); break;
    }
}

static void as_a_whole(unsigned seed)
{
    struct ofs_server *s = world();
    struct ofs_client *clients[2] = { join(s, false), join(s, false) };
    state = 88172645463325252u + seed;
    for (unsigned i = 0; i < 2; i++)
        ask(clients[i], "1124444", X_CreateGC, 0, 0, clients[i]->id_base + GC, OFS_ROOT_WINDOW, GCForeground, 0xABCDEF);
    for (unsigned step = 0; step < STEPS && !failures; step++) {
        struct ofs_client *c = clients[below(2)];
        any_change(c);
        if (!below(8)) /* a picture begins with the first request that draws */
            ask(c, "112442222", X_PolyFillRectangle, 0, 0, some(c), c->id_base + GC, 3, 4, 20, 30);
        if (!below(30))
            ask(c, "112444", X_ChangeWindowAttributes, 0, 0, some(c), CWEventMask, below(2) ? ExposureMask : 0);
        said(clients[0]);
        said(clients[1]);
        uint64_t before = sum_of(s);
        ofs_expose_update(s);
        CHECK(sum_of(s) == before);
        CHECK(!said(clients[0]) && !said(clients[1])); /* nothing was left to tell */
        if (failures)
            fprintf(stderr, "seed %u, step %u\n", seed, step);
    }
    ofs_server_destroy(s);
}

/* ---- how work grows ---- */

enum layout { GRID, OVERLAP, STACK, IN_ONE, LAYOUTS };
static const char *const names[] = { "side by side", "one over the edge of the next", "one upon the other",
                                     "in one window" };

static void place(enum layout layout, unsigned i, int *x, int *y)
{
    *x = layout == STACK ? 10 : (int)(i % 32 * 20);
    *y = layout == STACK ? 10 : (int)(i / 32 * 15);
}

/* What the last of `count` windows costs, from its creation to its end; the mean of 16. */
static uint64_t cost(enum layout layout, unsigned count)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    uint32_t parent = OFS_ROOT_WINDOW;
    uint64_t mean = 0;
    if (layout == IN_ONE) {
        parent = c->id_base + 0x50;
        create_window(c, parent, OFS_ROOT_WINDOW, 0, 0, 640, 400, 0, InputOutput, ExposureMask);
        ask(c, "1124", X_MapWindow, 0, 0, parent);
    }
    for (unsigned i = 0; i < count; i++) {
        uint32_t id = c->id_base + 0x100 + i;
        int x, y;
        place(layout, i, &x, &y);
        uint64_t before = work;
        create_window(c, id, parent, x, y, layout == OVERLAP ? 30 : 18, 13, 0, InputOutput,
                      ExposureMask | VisibilityChangeMask);
        ask(c, "1124", X_MapWindow, 0, 0, id);
        ask(c, "11242244", X_ConfigureWindow, 0, 0, id, CWX | CWY, 0, x + 1, y);
        ask(c, "1124224", X_ConfigureWindow, 0, 0, id, CWStackMode, 0, Below);
        ask(c, "1124224", X_ConfigureWindow, 0, 0, id, CWStackMode, 0, Above);
        ask(c, "1124", X_UnmapWindow, 0, 0, id);
        ask(c, "1124", X_MapWindow, 0, 0, id);
        if (i + 16 >= count)
            mean += (work - before) / 16;
        said(c);
    }
    ofs_server_destroy(s);
    return mean;
}

static void flat(void)
{
    for (enum layout layout = 0; layout < LAYOUTS; layout++) {
        uint64_t few = cost(layout, 48), many = cost(layout, 768);
        printf("%s: %llu, with sixteen times as many windows %llu\n", names[layout], (unsigned long long)few,
               (unsigned long long)many);
        /* The clip of a parent has a rectangle for each of its children; nothing else may grow. */
        CHECK(many <= (layout == IN_ONE ? 20 * few : few + few / 2));
    }
}

int main(int argc, char **argv)
{
    unsigned seeds = argc > 1 ? (unsigned)atoi(argv[1]) : 3;
    for (unsigned seed = 1; seed <= seeds; seed++)
        as_a_whole(seed);
    flat();
    printf("%d failures\n", failures);
    return failures != 0;
}
