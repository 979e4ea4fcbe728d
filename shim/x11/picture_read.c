/* Pixels of windows as a client reads them. */
#include <string.h>

#include "x11/picture_private.h"
#include "x11/private.h"
#include "x11/shape.h"

/* n pixels from (x, y) of the inside of a top-level window; its border around it. */
static void read_top(const struct ofs_window *top, int x, int y, unsigned n, uint32_t *out)
{
    const struct ofs_raster *raster = top->picture ? top->picture->raster : NULL;
    const struct ofs_paint around = ofs_picture_border(top, 0, 0);
    for (unsigned i = 0; i < n; i++, x++) {
        bool inside = x >= 0 && y >= 0 && x < top->width && y < top->height;
        if (!inside)
            out[i] = ofs_paint_at(&around, x, y);
        else if (raster)
            out[i] = *ofs_raster_at(raster, x, y);
        else
            out[i] = top->background_solid ? top->background_pixel : 0;
    }
}

/* The pixels of a top-level window from left to right on the screen, those that its shape has; out begins at x. */
static void read_shaped(const struct ofs_window *w, int left, int right, int x, int y, uint32_t *out)
{
    const struct ofs_region *shape = ofs_shape_get(w, ShapeBounding);
    int origin_x = w->x + w->border_width, row = y - w->y - w->border_width;
    const struct ofs_rect line = { left - origin_x, row, right - origin_x, row + 1 };
    for (unsigned i = 0; i < (shape ? shape->count : 1); i++) {
        struct ofs_rect part = shape ? ofs_rect_cut(line, shape->rects[i]) : line;
        if (!ofs_rect_empty(part))
            read_top(w, part.x0, row, (unsigned)(part.x1 - part.x0), out + (part.x0 + origin_x - x));
    }
}

/* The root with all that lies on it, as a picture of the screen shows it. */
static void read_screen(const struct ofs_window *root, int x, int y, unsigned n, uint32_t *out)
{
    read_top(root, x, y, n, out);
    for (const struct ofs_window *w = root->bottom; w; w = w->above) {
        int left = w->x, right = w->x + w->width + 2 * w->border_width;
        if (!ofs_picture_shows(w) || y < w->y || y >= w->y + w->height + 2 * w->border_width)
            continue;
        left = left > x ? left : x;
        right = right < x + (int)n ? right : x + (int)n;
        read_shaped(w, left, right, x, y, out);
    }
}

void ofs_picture_read(const struct ofs_surface *surface, int x, int y, unsigned n, uint32_t *out)
{
    x += surface->x;
    y += surface->y;
    if (!surface->top)
        memcpy(out, ofs_raster_at(surface->raster, x, y), (size_t)n * 4);
    else if (surface->top->parent)
        read_top(surface->top, x, y, n, out);
    else
        read_screen(surface->top, x, y, n, out);
}
