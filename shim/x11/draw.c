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
    out->cover = (struct ofs_cover){ 0 };
    out->drawn_once = false;
    out->steps = 0;
    out->most_steps = c->server->config.max_draw_steps;
    out->touched = OFS_NOWHERE;
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
    const struct ofs_paint paint = gc ? ofs_gc_paint(gc, &out->surface) : (struct ofs_paint){ .style = FillSolid };
    const struct ofs_mix mix = gc ? ofs_gc_mix(gc) : OFS_MIX_COPY;
    ofs_canvas_set(out, &paint, &mix);
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

void ofs_canvas_close(struct ofs_canvas *t)
{
    ofs_cover_free(&t->cover);
    if (!ofs_rect_empty(t->touched))
        ofs_present_touch(t->client, &t->surface, t->touched);
    ofs_region_destroy(t->clip);
    t->clip = NULL;
}

int ofs_canvas_finish(struct ofs_canvas *t, int error)
{
    if (!error && ofs_canvas_spent(t))
        error = BadAlloc;
    ofs_canvas_close(t);
    return error;
}

/* Looking for what is drawn already takes longer than drawing, as long as there is little of it. */
enum { OFTEN = 4, FEW_PIXELS = 1 << 20 };

void ofs_canvas_set(struct ofs_canvas *t, const struct ofs_paint *paint, const struct ofs_mix *mix)
{
    t->paint = *paint;
    t->mix = *mix;
    t->plain = t->clip->count && (paint->style == FillSolid || !paint->pattern);
    t->within = t->clip->rects;
    if (t->plain)
        t->solid = ofs_mix_solid(mix, paint->foreground);
    if (!t->drawn_once)
        ofs_cover_end(&t->cover);
    const uint64_t area = (uint64_t)(t->bounds.x1 - t->bounds.x0) * (uint64_t)(t->bounds.y1 - t->bounds.y0);
    t->painted = 0;
    t->enough = ofs_mix_counts(mix) ? UINT64_MAX : area * OFTEN + FEW_PIXELS;
}

/* Whether a rectangle of the clip has all of this one, which is in the raster and in the bounds. */
static bool find_room(struct ofs_canvas *t, const struct ofs_rect *rect)
{
    if (t->clip->count == 1 || ofs_rect_has(t->within, rect))
        return true;
    const unsigned i = ofs_region_place(t->clip, rect->x0, rect->y0);
    if (i < t->clip->count)
        t->within = &t->clip->rects[i];
    return ofs_rect_has(t->within, rect);
}

bool ofs_canvas_plot(struct ofs_canvas *t, struct ofs_rect box, struct ofs_plot *out)
{
    const int x = t->surface.x, y = t->surface.y;
    const struct ofs_rect there = { box.x0 + x, box.y0 + y, box.x1 + x, box.y1 + y };
    if (!t->plain || t->cover.on || !ofs_rect_has(&t->bounds, &box) || !find_room(t, &there))
        return false;
    *out = (struct ofs_plot){ .px = t->surface.raster->px, .stride = (ptrdiff_t)t->surface.raster->stride,
                              .x = x, .y = y, .solid = t->solid };
    return true;
}

/* ---- spans ---- */

void ofs_canvas_paint(struct ofs_canvas *t, int x, int y, int width)
{
    x += t->surface.x;
    y += t->surface.y;
    const struct ofs_rect rect = { x, y, x + width, y + 1 };
    ofs_canvas_touch(t, rect);
    if (t->plain && find_room(t, &rect)) {
        t->steps += 8 + (unsigned)width / 2;
        ofs_solid_row(&t->solid, ofs_raster_at(t->surface.raster, x, y), (unsigned)width);
    } else {
        t->steps += 32 + 2 * (unsigned)width;
        ofs_raster_fill_span(t->surface.raster, t->clip, x, y, width, &t->paint, &t->mix);
    }
}

/* After so many pixels: from now on each is drawn once more. Without the memory for it, as before. */
static void look_closer(struct ofs_canvas *t)
{
    t->enough = UINT64_MAX;
    if (!t->cover.on)
        (void)!ofs_cover_begin(&t->cover, t->bounds);
}

void ofs_canvas_span(struct ofs_canvas *t, int x, int y, int width)
{
    if (y < t->bounds.y0 || y >= t->bounds.y1 || width <= 0 || x >= t->bounds.x1 || ofs_canvas_spent(t))
        return;
    int64_t end = (int64_t)x + width;
    if (x < t->bounds.x0)
        x = t->bounds.x0;
    if (end > t->bounds.x1)
        end = t->bounds.x1;
    if (end <= x)
        return;
    width = (int)(end - x);
    if (t->cover.on) {
        ofs_cover_put(t, x, y, width);
        return;
    }
    ofs_canvas_paint(t, x, y, width);
    t->painted += (unsigned)width;
    if (t->painted > t->enough)
        look_closer(t);
}

/* Within the bounds, in the drawable; each pixel of it is new. */
static void paint_rect(struct ofs_canvas *t, struct ofs_rect r)
{
    const uint64_t rows = (uint64_t)(r.y1 - r.y0), area = rows * (uint64_t)(r.x1 - r.x0);
    r = (struct ofs_rect){ r.x0 + t->surface.x, r.y0 + t->surface.y, r.x1 + t->surface.x, r.y1 + t->surface.y };
    ofs_canvas_touch(t, r);
    if (t->plain && find_room(t, &r)) {
        t->steps += 4 * rows + area / 2;
        for (int y = r.y0; y < r.y1; y++)
            ofs_solid_row(&t->solid, ofs_raster_at(t->surface.raster, r.x0, y), (unsigned)(r.x1 - r.x0));
    } else {
        t->steps += 32 * rows + 2 * area;
        ofs_raster_fill(t->surface.raster, t->clip, r, &t->paint, &t->mix);
    }
    t->painted += area;
    if (t->painted > t->enough)
        look_closer(t);
}

void ofs_canvas_rect(struct ofs_canvas *t, int x, int y, int width, int height)
{
    const struct ofs_rect wanted = { x, y, x + width, y + height }, rect = ofs_rect_cut(wanted, t->bounds);
    if (!t->surface.raster || width <= 0 || height <= 0)
        return;
    if (ofs_rect_empty(t->touched) && !t->drawn_once && ofs_mix_is_copy(&t->mix) && t->paint.style != FillStippled)
        ofs_present_clear(&t->surface, (struct ofs_rect){ x + t->surface.x, y + t->surface.y, wanted.x1 + t->surface.x,
                                                          wanted.y1 + t->surface.y });
    if (ofs_rect_empty(rect) || ofs_canvas_done(t))
        return;
    if (!t->cover.on)
        paint_rect(t, rect);
    else
        for (int row = rect.y0; row < rect.y1; row++)
            ofs_cover_put(t, rect.x0, row, rect.x1 - rect.x0);
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
    t->drawn_once = ofs_cover_begin(&t->cover, t->bounds);
    return t->drawn_once;
}

void ofs_canvas_again(struct ofs_canvas *t)
{
    if (!t->drawn_once)
        return;
    t->drawn_once = false;
    if (t->cover.y0 < t->cover.y1) /* as much is to be forgotten */
        t->steps += (uint64_t)(t->cover.y1 - t->cover.y0) * (4 + t->cover.words);
    ofs_cover_end(&t->cover);
}
