/* Which pixels have been put already. A shape in parts that lie over each other is drawn once where the function makes
 * twice different from once; everywhere else a request that paints the same pixels over and over needs to do so only
 * once. */
#include <stdlib.h>
#include <string.h>

#include "x11/draw.h"

bool ofs_cover_begin(struct ofs_cover *cover, struct ofs_rect bounds)
{
    const size_t rows = (size_t)(bounds.y1 - bounds.y0);
    const uint32_t width = (uint32_t)(bounds.x1 - bounds.x0);
    if (!cover->bits) {
        cover->words = ((size_t)width + 63) / 64;
        cover->bits = calloc(rows * cover->words, sizeof(*cover->bits));
        cover->row_left = malloc(rows * sizeof(*cover->row_left));
        if (!cover->bits || !cover->row_left) {
            ofs_cover_free(cover);
            return false;
        }
        for (size_t i = 0; i < rows; i++)
            cover->row_left[i] = width;
        cover->left = (uint64_t)rows * width;
        cover->bounds = bounds;
    }
    cover->on = true;
    cover->y0 = bounds.y1;
    cover->y1 = bounds.y0;
    return true;
}

void ofs_cover_end(struct ofs_cover *cover)
{
    const uint32_t width = (uint32_t)(cover->bounds.x1 - cover->bounds.x0);
    if (!cover->on)
        return;
    cover->on = false;
    if (cover->y0 >= cover->y1)
        return;
    const size_t from = (size_t)(cover->y0 - cover->bounds.y0), rows = (size_t)(cover->y1 - cover->y0);
    memset(cover->bits + from * cover->words, 0, rows * cover->words * sizeof(*cover->bits));
    for (size_t i = from; i < from + rows; i++) {
        cover->left += width - cover->row_left[i];
        cover->row_left[i] = width;
    }
}

void ofs_cover_free(struct ofs_cover *cover)
{
    free(cover->bits);
    free(cover->row_left);
    *cover = (struct ofs_cover){ 0 };
}

/* A run of pixels that are new, as it goes through the words of a row. */
struct run {
    struct ofs_canvas *t;
    int y;
    unsigned from;      /* where it began */
    bool open;
};

static void end_run(struct run *run, unsigned at)
{
    struct ofs_cover *cover = &run->t->cover;
    if (!run->open)
        return;
    run->open = false;
    cover->row_left[run->y - cover->bounds.y0] -= at - run->from;
    cover->left -= at - run->from;
    ofs_canvas_paint(run->t, cover->bounds.x0 + (int)run->from, run->y, (int)(at - run->from));
}

static void begin_run(struct run *run, unsigned at)
{
    if (!run->open)
        run->from = at;
    run->open = true;
}

/* Bits [in, end) of a word of which some are new; the word's first is pixel `base`. */
static void mixed_word(struct run *run, uint64_t fresh, unsigned base, unsigned in, unsigned end)
{
    while (in < end) {
        const uint64_t rest = fresh >> in;
        if (rest & 1) {
            begin_run(run, base + in);
            in += ~rest ? (unsigned)__builtin_ctzll(~rest) : 64;
        } else {
            end_run(run, base + in);
            in = rest ? in + (unsigned)__builtin_ctzll(rest) : end;
        }
    }
}

void ofs_cover_put(struct ofs_canvas *t, int x, int y, int width)
{
    struct ofs_cover *cover = &t->cover;
    if (!cover->row_left[y - cover->bounds.y0])
        return;
    cover->y0 = y < cover->y0 ? y : cover->y0;
    cover->y1 = y >= cover->y1 ? y + 1 : cover->y1;
    uint64_t *row = cover->bits + (size_t)(y - cover->bounds.y0) * cover->words;
    const unsigned end = (unsigned)(x - cover->bounds.x0) + (unsigned)width;
    struct run run = { .t = t, .y = y };
    for (unsigned at = end - (unsigned)width; at < end;) {
        uint64_t *word = &row[at / 64];
        const unsigned in = at % 64, n = end - at < 64 - in ? end - at : 64 - in;
        const uint64_t bits = (n == 64 ? ~0ull : (1ull << n) - 1) << in, fresh = bits & ~*word;
        if (fresh == bits)
            begin_run(&run, at);
        else if (!fresh)
            end_run(&run, at);
        else
            mixed_word(&run, fresh, at - in, in, in + n);
        *word |= bits;
        at += n;
    }
    end_run(&run, end);
    t->steps += 8 + (unsigned)width / 32;
}
