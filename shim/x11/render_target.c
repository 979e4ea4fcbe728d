/* Where RENDER draws: a surface with the picture's clip, as an image of pixman. */
#include "x11/region_wire.h"
#include "x11/render.h"

static bool clip_client(const struct ofs_pict *pict, const struct ofs_surface *surface, struct ofs_region *region)
{
    if (!pict->clip)
        return true;
    struct ofs_region *clip = ofs_region_copy(pict->clip);
    if (clip)
        ofs_region_translate(clip, surface->x + pict->clip_x, surface->y + pict->clip_y);
    bool ok = clip && ofs_region_intersect(region, clip);
    ofs_region_destroy(clip);
    return ok;
}

int ofs_pict_target_open(struct ofs_client *c, struct ofs_pict *pict, struct ofs_pict_target *out)
{
    out->pict = pict;
    out->image = out->alpha = NULL;
    out->source_steps = 0;
    int error =
        ofs_canvas_open_found(c, pict->window, pict->window ? NULL : &pict->pixmap, NULL, pict->inferiors, &out->to);
    if (error)
        return error;
    if (!clip_client(pict, &out->to.surface, out->to.clip)) {
        ofs_canvas_close(&out->to);
        return BadAlloc;
    }
    if (pict->clip) {
        int x = out->to.surface.x, y = out->to.surface.y;
        struct ofs_rect all = ofs_region_extents(out->to.clip);
        out->to.bounds = (struct ofs_rect){ all.x0 - x, all.y0 - y, all.x1 - x, all.y1 - y };
        const struct ofs_paint paint = out->to.paint;
        ofs_canvas_set(&out->to, &paint, &out->to.mix); /* looks at the clip again */
    }
    out->bounds = out->to.bounds;
    return 0;
}

/* Only what is in the clip may change. */
static bool set_clip(struct ofs_pict_target *target)
{
    const struct ofs_pixman *px = ofs_pixman();
    const int dx = target->x - target->to.surface.x, dy = target->y - target->to.surface.y;
    _Static_assert(sizeof(pixman_box32_t) == sizeof(struct ofs_rect), "pixman's rectangles are laid out as ours");
    pixman_region32_t region;
    ofs_region_translate(target->to.clip, dx, dy);
    bool ok = px->pixman_region32_init_rects(&region, (const pixman_box32_t *)(const void *)target->to.clip->rects,
                                             (int)target->to.clip->count);
    ofs_region_translate(target->to.clip, -dx, -dy);
    ok = ok && px->pixman_image_set_clip_region32(target->image, &region);
    px->pixman_region32_fini(&region);
    return ok;
}

/* Alpha goes into another drawable. */
static bool open_alpha(struct ofs_pict_target *target)
{
    const struct ofs_pict *p = target->pict;
    const struct ofs_pixman *px = ofs_pixman();
    if (!p->alpha)
        return true;
    const struct ofs_rect all = { 0, 0, (int)p->alpha->width, (int)p->alpha->height };
    if (ofs_pict_in_place(p->alpha_format))
        target->alpha = px->pixman_image_create_bits(p->alpha_format->code, all.x1, all.y1, p->alpha->px,
                                                     (int)p->alpha->stride * 4);
    else
        target->alpha = ofs_pict_unpack(p->alpha, p->alpha_format, all);
    if (!target->alpha)
        return false;
    px->pixman_image_set_alpha_map(target->image, target->alpha, (int16_t)(p->alpha_x + target->x),
                                   (int16_t)(p->alpha_y + target->y));
    return true;
}

int ofs_pict_target_image(struct ofs_pict_target *target, struct ofs_rect rect)
{
    struct ofs_surface *surface = &target->to.surface;
    const struct ofs_pict_format *format = target->pict->format;
    const struct ofs_rect part = ofs_pict_target_part(target, rect);
    target->part = part;
    if (ofs_pict_in_place(format)) {
        const struct ofs_raster *raster = surface->raster;
        target->x = surface->x;
        target->y = surface->y;
        target->image = ofs_pixman()->pixman_image_create_bits(format->code, (int)raster->width, (int)raster->height,
                                                               raster->px, (int)raster->stride * 4);
    } else {
        target->x = -rect.x0;
        target->y = -rect.y0;
        target->image = ofs_pict_unpack(surface->raster, format, part);
    }
    return target->image && set_clip(target) && open_alpha(target) ? 0 : BadAlloc;
}

void ofs_pict_target_close(struct ofs_pict_target *target)
{
    const struct ofs_pict *p = target->pict;
    if (target->image) {
        if (!ofs_pict_in_place(p->format))
            ofs_pict_pack(target->to.surface.raster, p->format, target->part, target->image);
        ofs_pixman()->pixman_image_unref(target->image);
    }
    if (target->alpha) {
        const struct ofs_rect all = { 0, 0, (int)p->alpha->width, (int)p->alpha->height };
        if (!ofs_pict_in_place(p->alpha_format))
            ofs_pict_pack(p->alpha, p->alpha_format, all, target->alpha);
        ofs_pixman()->pixman_image_unref(target->alpha);
    }
    ofs_canvas_close(&target->to);
}
