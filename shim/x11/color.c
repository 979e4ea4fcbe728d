/* Colormaps of TrueColor visuals: a pixel is computed, no cell can be allocated for writing. */
#include <stdlib.h>

#include "x11/colors/colors.h"
#include "x11/private.h"
#include "x11/window.h"

struct colormap {
    struct ofs_res res;
    uint32_t visual;
};

static const struct ofs_visual *find_visual(uint32_t id)
{
    unsigned count;
    const struct ofs_visual *v = ofs_xview_visuals(&count);
    for (unsigned i = 0; i < count; i++)
        if (v[i].id == id)
            return &v[i];
    return NULL;
}

/* ---- the one map that is installed; which it is shows in events and nowhere else ---- */

struct map_change {
    uint32_t map;      /* windows with this one are told */
    uint32_t becomes;  /* what they have from now on */
    uint8_t state;
};

static void tell_window(struct ofs_server *s, struct ofs_res *res, void *arg)
{
    const struct map_change *change = arg;
    struct ofs_window *w = (struct ofs_window *)res;
    if (res->type != OFS_RES_WINDOW || w->colormap != change->map)
        return;
    w->colormap = change->becomes;
    xEvent ev = { .u.u.type = ColormapNotify };
    ev.u.colormap.window = w->res.id;
    ev.u.colormap.colormap = change->becomes;
    ev.u.colormap.new = change->becomes != change->map;
    ev.u.colormap.state = change->state;
    ofs_event_to_window(s, w, &ev, ColormapChangeMask);
}

static void install(struct ofs_server *s, uint32_t map)
{
    uint32_t old = s->installed_colormap;
    if (old == map)
        return;
    s->installed_colormap = map;
    struct map_change out = { old, old, ColormapUninstalled }, in = { map, map, ColormapInstalled };
    ofs_res_each(s, tell_window, &out);
    ofs_res_each(s, tell_window, &in);
}

static void free_map(struct ofs_server *s, struct ofs_res *res)
{
    if (s->root && res->id != OFS_DEFAULT_COLORMAP) {
        if (s->installed_colormap == res->id)
            install(s, OFS_DEFAULT_COLORMAP);
        struct map_change gone = { res->id, None, ColormapUninstalled };
        ofs_res_each(s, tell_window, &gone);
    }
    free(res);
}

int ofs_colors_init(struct ofs_server *s)
{
    ofs_res_set_destructor(s, OFS_RES_COLORMAP, free_map);
    s->installed_colormap = OFS_DEFAULT_COLORMAP;
    struct colormap *map = calloc(1, sizeof(*map));
    if (!map)
        return BadAlloc;
    map->visual = OFS_VISUAL_RGB24;
    ofs_res_enter(s, OFS_DEFAULT_COLORMAP, OFS_RES_COLORMAP, &map->res);
    return 0;
}

static int find_map(struct ofs_client *c, uint32_t id, struct colormap **out)
{
    return ofs_res_find(c, id, OFS_RES_COLORMAP, out);
}

int ofs_colormap_visual(struct ofs_client *c, uint32_t id, uint32_t *visual_out)
{
    struct colormap *map;
    int error = find_map(c, id, &map);
    if (!error)
        *visual_out = map->visual;
    return error;
}

static int new_map(struct ofs_client *c, uint32_t id, uint32_t visual)
{
    struct colormap *map = calloc(1, sizeof(*map));
    if (!map)
        return BadAlloc;
    map->visual = visual;
    int error = ofs_res_add(c, id, OFS_RES_COLORMAP, &map->res);
    if (error)
        free(map);
    return error;
}

int ofs_core_CreateColormap(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), window = ofs_req32(r), visual = ofs_req32(r);
    if (r->minor > AllocAll)
        return ofs_bad(c, BadValue, r->minor);
    struct ofs_window *w;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_find_window(c, window, &w);
    if (error)
        return error;
    return r->minor == AllocAll || !find_visual(visual) ? BadMatch : new_map(c, id, visual);
}

int ofs_core_FreeColormap(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    int error = find_map(c, ofs_req32(r), &map);
    if (!error && map->res.id != OFS_DEFAULT_COLORMAP)
        ofs_res_free(c->server, &map->res);
    return error;
}

int ofs_core_CopyColormapAndFree(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct colormap *map;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = find_map(c, ofs_req32(r), &map);
    return error ? error : new_map(c, id, map->visual);
}

int ofs_core_InstallColormap(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    int error = find_map(c, ofs_req32(r), &map);
    if (!error)
        install(c->server, map->res.id);
    return error;
}

int ofs_core_UninstallColormap(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    int error = find_map(c, ofs_req32(r), &map);
    if (!error && map->res.id == c->server->installed_colormap)
        install(c->server, OFS_DEFAULT_COLORMAP);
    return error;
}

int ofs_core_ListInstalledColormaps(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out16(c, 1);
    ofs_out_zero(c, 22);
    ofs_out32(c, c->server->installed_colormap);
    ofs_reply_end(c);
    return 0;
}

/* ---- pixels ---- */

/* A 16-bit intensity into the 8 bits under the mask, and back; all our masks have 8 bits. */
static uint32_t to_pixel(uint32_t mask, uint16_t v) { return (uint32_t)(v >> 8) << __builtin_ctz(mask); }
static uint16_t from_pixel(uint32_t mask, uint32_t pixel) { return (uint16_t)(((pixel & mask) >> __builtin_ctz(mask)) * 257); }

static uint32_t pixel_of(const struct ofs_visual *v, uint16_t red, uint16_t green, uint16_t blue)
{
    uint32_t alpha = v->depth == 32 ? ~(v->red_mask | v->green_mask | v->blue_mask) : 0;
    return to_pixel(v->red_mask, red) | to_pixel(v->green_mask, green) | to_pixel(v->blue_mask, blue) | alpha;
}

static void out_rgb(struct ofs_client *c, const struct ofs_visual *v, uint32_t pixel)
{
    ofs_out16(c, from_pixel(v->red_mask, pixel));
    ofs_out16(c, from_pixel(v->green_mask, pixel));
    ofs_out16(c, from_pixel(v->blue_mask, pixel));
}

int ofs_core_AllocColor(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    int error = find_map(c, ofs_req32(r), &map);
    if (error)
        return error;
    uint16_t red = ofs_req16(r), green = ofs_req16(r), blue = ofs_req16(r);
    const struct ofs_visual *v = find_visual(map->visual);
    uint32_t pixel = pixel_of(v, red, green, blue);
    ofs_reply_begin(c, 0);
    out_rgb(c, v, pixel);
    ofs_out16(c, 0);
    ofs_out32(c, pixel);
    ofs_reply_end(c);
    return 0;
}

/* Of ASCII, whatever the locale of the program. */
static int lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

/* Case does not matter, spaces do: both "light gray" and "LightGray" are names. */
static bool lookup(const uint8_t *name, unsigned length, uint32_t *rgb_out)
{
    unsigned low = 0, high = ofs_color_name_count; /* it is in [low, high) */
    while (low < high) {
        unsigned middle = (low + high) / 2, at = 0;
        const struct ofs_color_name *color = &ofs_color_names[middle];
        const char *known = ofs_color_strings + color->name;
        while (at < length && known[at] && lower(name[at]) == known[at])
            at++;
        int order = (at < length ? lower(name[at]) : 0) - known[at];
        if (at == length && !known[at]) {
            *rgb_out = (uint32_t)color->red << 16 | (uint32_t)color->green << 8 | color->blue;
            return true;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

static void rgb16(uint32_t rgb, uint16_t out[3])
{
    for (unsigned i = 0; i < 3; i++)
        out[i] = (uint16_t)((rgb >> (16 - 8 * i) & 0xFF) * 257);
}

static int named(struct ofs_client *c, struct ofs_request *r, bool allocate)
{
    uint32_t id = ofs_req32(r);
    uint16_t length = ofs_req16(r);
    ofs_req_skip(r, 2);
    const uint8_t *name = ofs_req_bytes(r, length);
    if (!ofs_req_end(r))
        return BadLength;
    struct colormap *map;
    int error = find_map(c, id, &map);
    if (error)
        return error;
    uint32_t rgb;
    if (!name || !lookup(name, length, &rgb))
        return BadName;
    const struct ofs_visual *v = find_visual(map->visual);
    uint16_t exact[3];
    rgb16(rgb, exact);
    uint32_t pixel = pixel_of(v, exact[0], exact[1], exact[2]);
    ofs_reply_begin(c, 0);
    if (allocate)
        ofs_out32(c, pixel);
    for (unsigned i = 0; i < 3; i++)
        ofs_out16(c, exact[i]);
    out_rgb(c, v, pixel);
    ofs_reply_end(c);
    return 0;
}
int ofs_core_AllocNamedColor(struct ofs_client *c, struct ofs_request *r) { return named(c, r, true); }
int ofs_core_LookupColor(struct ofs_client *c, struct ofs_request *r) { return named(c, r, false); }

int ofs_core_QueryColors(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    int error = find_map(c, ofs_req32(r), &map);
    if (error)
        return error;
    const struct ofs_visual *v = find_visual(map->visual);
    uint32_t count = ofs_req_left(r) / 4, known = v->red_mask | v->green_mask | v->blue_mask;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t pixel = ofs_get32(r->data + 8 + 4 * i, c->swap);
        if (v->depth == 24 && (pixel & ~known))
            return ofs_bad(c, BadValue, pixel);
    }
    ofs_reply_begin(c, 0);
    ofs_out16(c, (uint16_t)count);
    ofs_out_zero(c, 22);
    for (uint32_t i = 0; i < count; i++) {
        out_rgb(c, v, ofs_req32(r));
        ofs_out16(c, 0);
    }
    ofs_reply_end(c);
    return 0;
}

/* Cells are read-only: BadAlloc for who wants writable ones, BadAccess for who writes. */
int ofs_core_AllocColorCells(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    int error = find_map(c, ofs_req32(r), &map);
    uint16_t colors = ofs_req16(r);
    if (error)
        return error;
    if (r->minor > 1)
        return ofs_bad(c, BadValue, r->minor);
    return colors ? BadAlloc : ofs_bad(c, BadValue, 0);
}
int ofs_core_AllocColorPlanes(struct ofs_client *c, struct ofs_request *r) { return ofs_core_AllocColorCells(c, r); }
int ofs_core_FreeColors(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    int error = find_map(c, ofs_req32(r), &map);
    if (error)
        return error;
    const struct ofs_visual *v = find_visual(map->visual);
    const uint32_t planes = ofs_req32(r);
    while (ofs_req_left(r)) {
        uint32_t pixel = ofs_req32(r) | planes; /* the largest that is meant */
        if (v->depth == 24 && (pixel & ~(v->red_mask | v->green_mask | v->blue_mask)))
            error = ofs_bad(c, BadValue, pixel); /* the others are freed all the same, and the last bad one reported */
    }
    return error;
}

int ofs_core_StoreColors(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    if ((r->size_bytes - 8) % 12)
        return BadLength;
    int error = find_map(c, ofs_req32(r), &map);
    return error ? error : BadAccess;
}

int ofs_core_StoreNamedColor(struct ofs_client *c, struct ofs_request *r)
{
    struct colormap *map;
    uint32_t id = ofs_req32(r), rgb;
    ofs_req_skip(r, 4);
    uint16_t length = ofs_req16(r);
    ofs_req_skip(r, 2);
    const uint8_t *name = ofs_req_bytes(r, length);
    if (!ofs_req_end(r))
        return BadLength;
    int error = find_map(c, id, &map);
    if (error)
        return error;
    return name && lookup(name, length, &rgb) ? BadAccess : BadName;
}
