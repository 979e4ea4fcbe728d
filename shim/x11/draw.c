#include "x11/draw.h"

#include <stdlib.h>

#include "x11/private.h"
#include "x11/region_wire.h"

struct ofs_paint ofs_gc_paint(const struct ofs_gc *gc, const struct ofs_surface *surface)
{
    const struct ofs_raster *pattern = gc->fill_style == FillTiled ? gc->tile : gc->stipple;
    /* Without a pattern, the one that a context begins with: all foreground. */
    return (struct ofs_paint){ .style = pattern ? gc->fill_style : FillSolid, .foreground = gc->foreground,
                               .background = gc->background, .pattern = pattern, .x = surface->x + gc->pattern_x,
                               .y = surface->y + gc->pattern_y };
}

struct ofs_paint ofs_gc_paint_odd(const struct ofs_gc *gc, const struct ofs_surface *surface)
{
    struct ofs_paint paint = ofs_gc_paint(gc, surface);
    if (gc->fill_style == FillSolid || gc->fill_style == FillStippled)
        paint.foreground = gc->background;
    return paint;
}

/* ---- canvases ---- */

int ofs_canvas_open_found(struct ofs_client *c, struct ofs_window *w, struct ofs_pixmap *p, const struct ofs_gc *gc,
                          bool inferiors, struct ofs_canvas *out)
{
    out->client = c;
    out->gc = gc;
    out->clip = NULL;
    out->once = NULL;
    out->drawn_once = false;
    out->waiting = 0;
    out->touched = (struct ofs_rect){ 0 };
    int error = ofs_surface_open(w, p, c->server, inferiors || (gc && gc->inferiors), &out->surface);
    if (error)
        return error;
    out->clip = gc ? ofs_gc_clip(gc, &out->surface) : ofs_region_copy(out->surface.clip);
    if (!out->clip)
        return BadAlloc;
    out->bounds = ofs_region_extents(out->clip);
    out->bounds.x0 -= out->surface.x;
    out->bounds.x1 -= out->surface.x;
    out->bounds.y0 -= out->surface.y;
    out->bounds.y1 -= out->surface.y;
    out->paint = gc ? ofs_gc_paint(gc, &out->surface) : (struct ofs_paint){ .style = FillSolid };
    out->mix = gc ? ofs_gc_mix(gc) : OFS_MIX_COPY;
    return 0;
}

int ofs_canvas_open(struct ofs_client *c, uint32_t drawable, uint32_t gc_id, struct ofs_canvas *out)
{
    struct ofs_window *w;
    struct ofs_pixmap *p;
    struct ofs_gc *gc;
    int error = ofs_gc_find_with(c, drawable, gc_id, &w, &p, &gc);
    return error ? error : ofs_canvas_open_found(c, w, p, gc, false, out);
}

/* In one colour, where the clip is all of the bounds: spans are within them already. */
static void flush_solid(struct ofs_canvas *t)
{
    const struct ofs_solid solid = ofs_mix_solid(&t->mix, t->paint.foreground);
    for (unsigned i = 0; i < t->waiting; i++) {
        const struct ofs_span *span = &t->spans[i];
        ofs_solid_row(&solid, ofs_raster_at(t->surface.raster, span->x + t->surface.x, span->y + t->surface.y),
                      (unsigned)span->width);
    }
}

static void flush(struct ofs_canvas *t)
{
    if (!t->waiting)
        return;
    if (t->clip->count == 1 && (t->paint.style == FillSolid || !t->paint.pattern)) {
        flush_solid(t);
        t->waiting = 0;
        return;
    }
    for (unsigned i = 0; i < t->waiting; i++) {
        const struct ofs_span *span = &t->spans[i];
        ofs_raster_fill_span(t->surface.raster, t->clip, span->x + t->surface.x, span->y + t->surface.y, span->width,
                             &t->paint, &t->mix);
    }
    t->waiting = 0;
}

void ofs_canvas_close(struct ofs_canvas *t)
{
    flush(t);
    free(t->once);
    t->once = NULL;
    if (!ofs_rect_empty(t->touched))
        ofs_present_touch(t->client, &t->surface, t->touched);
    ofs_region_destroy(t->clip);
    t->clip = NULL;
}

void ofs_canvas_set(struct ofs_canvas *t, const struct ofs_paint *paint, const struct ofs_mix *mix)
{
    flush(t);
    t->paint = *paint;
    t->mix = *mix;
}

void ofs_canvas_touch(struct ofs_canvas *t, struct ofs_rect rect)
{
    if (ofs_rect_empty(rect))
        return;
    t->touched = ofs_rect_empty(t->touched) ? rect : ofs_rect_join(t->touched, rect);
}

/* ---- spans ---- */

static void put(struct ofs_canvas *t, int x, int y, int width)
{
    if (t->waiting == OFS_CANVAS_SPANS)
        flush(t);
    t->spans[t->waiting++] = (struct ofs_span){ x, y, width };
}

/* The parts of a span that were not put before. */
static void put_once(struct ofs_canvas *t, int x, int y, int width)
{
    t->once_y0 = y < t->once_y0 ? y : t->once_y0;
    t->once_y1 = y >= t->once_y1 ? y + 1 : t->once_y1;
    uint64_t *row = t->once + (size_t)(y - t->bounds.y0) * t->once_words;
    unsigned at = (unsigned)(x - t->bounds.x0), end = at + (unsigned)width, from = at;
    bool open = false;
    while (at < end) {
        uint64_t *word = &row[at / 64];
        unsigned in = at % 64, n = end - at < 64 - in ? end - at : 64 - in;
        uint64_t bits = (n == 64 ? ~0ull : (1ull << n) - 1) << in;
        if (!(*word & bits)) { /* all new */
            if (!open)
                from = at;
            open = true;
        } else {
            for (unsigned i = 0; i < n; i++) {
                bool new = !(*word >> (in + i) & 1);
                if (new && !open)
                    from = at + i;
                if (!new && open)
                    put(t, t->bounds.x0 + (int)from, y, (int)(at + i - from));
                open = new;
            }
        }
        *word |= bits;
        at += n;
    }
    if (open)
        put(t, t->bounds.x0 + (int)from, y, (int)(end - from));
}

void ofs_canvas_span(struct ofs_canvas *t, int x, int y, int width)
{
    if (y < t->bounds.y0 || y >= t->bounds.y1 || width <= 0 || x >= t->bounds.x1)
        return;
    int64_t end = (int64_t)x + width;
    if (x < t->bounds.x0)
        x = t->bounds.x0;
    if (end > t->bounds.x1)
        end = t->bounds.x1;
    if (end <= x)
        return;
    width = (int)(end - x);
    int left = t->surface.x + x, top = t->surface.y + y;
    ofs_canvas_touch(t, (struct ofs_rect){ left, top, left + width, top + 1 });
    if (t->drawn_once)
        put_once(t, x, y, width);
    else
        put(t, x, y, width);
}

void ofs_canvas_spans(struct ofs_canvas *t, const struct ofs_span *spans, size_t n)
{
    for (size_t i = 0; i < n; i++)
        ofs_canvas_span(t, spans[i].x, spans[i].y, spans[i].width);
}

void ofs_canvas_rect(struct ofs_canvas *t, int x, int y, int width, int height)
{
    int left = t->surface.x + x, top = t->surface.y + y;
    struct ofs_rect rect = { left, top, left + width, top + height };
    if (!t->surface.raster || width <= 0 || height <= 0)
        return;
    if (t->drawn_once) {
        int from = y > t->bounds.y0 ? y : t->bounds.y0, end = y + height < t->bounds.y1 ? y + height : t->bounds.y1;
        for (int row = from; row < end; row++)
            ofs_canvas_span(t, x, row, width);
        return;
    }
    flush(t);
    if (ofs_rect_empty(t->touched) && ofs_mix_is_copy(&t->mix) && t->paint.style != FillStippled)
        ofs_present_clear(&t->surface, rect);
    struct ofs_rect bounds = { t->bounds.x0 + t->surface.x, t->bounds.y0 + t->surface.y, t->bounds.x1 + t->surface.x,
                               t->bounds.y1 + t->surface.y };
    ofs_canvas_touch(t, ofs_rect_cut(rect, bounds));
    ofs_raster_fill(t->surface.raster, t->clip, rect, &t->paint, &t->mix);
}

/* ---- each pixel once ---- */

bool ofs_mix_counts(const struct ofs_mix *mix)
{
    const unsigned turning = 1u << GXxor | 1u << GXequiv | 1u << GXinvert | 1u << GXandReverse | 1u << GXorReverse |
                             1u << GXnor | 1u << GXnand;
    return turning >> mix->function & 1;
}

bool ofs_canvas_once(struct ofs_canvas *t)
{
    if (t->drawn_once || ofs_rect_empty(t->bounds) || !ofs_mix_counts(&t->mix))
        return true;
    if (!t->once) {
        t->once_words = ((size_t)(t->bounds.x1 - t->bounds.x0) + 63) / 64;
        t->once = calloc(t->once_words * (size_t)(t->bounds.y1 - t->bounds.y0), sizeof(*t->once));
        if (!t->once)
            return false;
    }
    t->drawn_once = true;
    t->once_y0 = t->bounds.y1;
    t->once_y1 = t->bounds.y0;
    return true;
}

void ofs_canvas_again(struct ofs_canvas *t)
{
    if (t->drawn_once && t->once_y0 < t->once_y1)
        memset(t->once + (size_t)(t->once_y0 - t->bounds.y0) * t->once_words, 0,
               (size_t)(t->once_y1 - t->once_y0) * t->once_words * sizeof(*t->once));
    t->drawn_once = false;
}
