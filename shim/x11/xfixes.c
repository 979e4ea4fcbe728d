/* XFIXES 5: selection notification, cursor questions, regions, pointer barriers as ids. Source: fixesproto,
 * X11/extensions/xfixesproto.h. */
#include <stdlib.h>

#include "x11/input.h"
#include "x11/private.h"

enum { FIRST_EVENT = 87, FIRST_ERROR = 140, SELECTION_NOTIFY = 0, CURSOR_NOTIFY = 1 };

struct region_res {
    struct ofs_res res;
    struct ofs_region *region;
};

/* ---- version, save set, selections ---- */

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t major = ofs_req32(r), minor = ofs_req32(r);
    bool older = major < 5;
    ofs_reply_begin(c, 0);
    ofs_out32(c, older ? major : 5);
    ofs_out32(c, older ? minor : 0);
    ofs_reply_end(c);
    return 0;
}

static int change_save_set(struct ofs_client *c, struct ofs_request *r)
{
    uint8_t mode = ofs_req8(r), target = ofs_req8(r), map = ofs_req8(r);
    ofs_req_skip(r, 1);
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (error)
        return error;
    if (w->res.client == c)
        return BadMatch;
    if (mode > SetModeDelete)
        return ofs_bad(c, BadValue, mode);
    if (target > 1)
        return ofs_bad(c, BadValue, target);
    if (map > 1)
        return ofs_bad(c, BadValue, map);
    /* Nearest and map are what the core request does; the other targets differ only under a window manager. */
    uint8_t core[8] = { X_ChangeSaveSet, mode };
    memcpy(core + 4, &w->res.id, 4);
    struct ofs_request again = { .data = core, .size_bytes = 8, .at = 4, .major = X_ChangeSaveSet, .minor = mode };
    return ofs_core_ChangeSaveSet(c, &again);
}

static int select_selection(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint32_t selection = ofs_req32(r), mask = ofs_req32(r);
    if (error)
        return error;
    if (mask & ~7u)
        return ofs_bad(c, BadValue, mask);
    return ofs_ext_select_set(w, c, OFS_SELECT_XFIXES_SELECTION, selection, mask);
}

struct notification {
    uint32_t selection, owner, time;
    int subtype;
};

static void notify_window(struct ofs_server *s, struct ofs_res *res, void *arg)
{
    const struct notification *n = arg;
    if (res->type != OFS_RES_WINDOW)
        return;
    for (struct ofs_ext_select *e = ((struct ofs_window *)res)->ext_select; e; e = e->next) {
        if (e->kind != OFS_SELECT_XFIXES_SELECTION || e->key != n->selection || !(e->mask & (1u << n->subtype)))
            continue;
        const uint32_t words[8] = { 0, res->id, n->owner, n->selection, ofs_server_now(s), n->time, 0, 0 };
        xEvent ev;
        memcpy(&ev, words, 32);
        ev.u.u.type = FIRST_EVENT + SELECTION_NOTIFY;
        ev.u.u.detail = (uint8_t)n->subtype;
        ofs_event_to_client(e->client, &ev);
    }
}

static void selection_changed(struct ofs_server *s, uint32_t selection, uint32_t owner, uint32_t time, int subtype)
{
    struct notification n = { selection, owner, time, subtype };
    ofs_res_each(s, notify_window, &n);
}

/* ---- the cursor: one invisible pixel ---- */

static int select_cursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint32_t mask = ofs_req32(r);
    if (error)
        return error;
    if (mask & ~1u)
        return ofs_bad(c, BadValue, mask);
    return ofs_ext_select_set(w, c, OFS_SELECT_XFIXES_CURSOR, 0, mask);
}

static void out_cursor(struct ofs_client *c, bool with_name)
{
    int x, y;
    ofs_input_pointer(c->server, &x, &y);
    ofs_reply_begin(c, 0);
    ofs_out16(c, (uint16_t)x);
    ofs_out16(c, (uint16_t)y);
    ofs_out16(c, 1);
    ofs_out16(c, 1);
    ofs_out16(c, 0); /* hot spot */
    ofs_out16(c, 0);
    ofs_out32(c, 1); /* serial */
    if (with_name) {
        ofs_out32(c, None);
        ofs_out16(c, 0);
        ofs_out_zero(c, 2);
    } else {
        ofs_out_zero(c, 8);
    }
    ofs_out32(c, 0); /* one transparent pixel */
    ofs_reply_end(c);
}

static int get_cursor_image(struct ofs_client *c, struct ofs_request *r)
{
    out_cursor(c, false);
    return 0;
}
static int get_cursor_image_and_name(struct ofs_client *c, struct ofs_request *r)
{
    out_cursor(c, true);
    return 0;
}

static int check_cursor(struct ofs_client *c, uint32_t id)
{
    struct ofs_res *cursor;
    return ofs_res_find(c, id, OFS_RES_CURSOR, &cursor);
}

static int set_cursor_name(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_cursor(c, ofs_req32(r));
    uint16_t length = ofs_req16(r);
    ofs_req_skip(r, 2);
    ofs_req_skip(r, length);
    return !ofs_req_end(r) ? BadLength : error;
}

static int get_cursor_name(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_cursor(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out32(c, None);
    ofs_out16(c, 0);
    ofs_reply_end(c);
    return 0;
}

static int change_cursor(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_cursor(c, ofs_req32(r));
    return error ? error : check_cursor(c, ofs_req32(r));
}

static int hide_cursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    c->cursors_hidden += !error;
    return error;
}

static int show_cursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (!error && !c->cursors_hidden)
        error = BadMatch;
    c->cursors_hidden -= !error;
    return error;
}

/* ---- regions ---- */

static int find_region(struct ofs_client *c, uint32_t id, struct region_res **out)
{
    return ofs_res_find(c, id, OFS_RES_REGION, out);
}

static void destroy_region_res(struct ofs_server *s, struct ofs_res *res)
{
    ofs_region_destroy(((struct region_res *)res)->region);
    free(res);
}

/* Takes the region, also on error. */
static int add_region(struct ofs_client *c, uint32_t id, struct ofs_region *take_region)
{
    struct region_res *fresh = calloc(1, sizeof(*fresh));
    int error = fresh && take_region ? ofs_res_add(c, id, OFS_RES_REGION, &fresh->res) : BadAlloc;
    if (error) {
        free(fresh);
        ofs_region_destroy(take_region);
        return error;
    }
    fresh->region = take_region;
    return 0;
}

static struct ofs_region *empty_region(void) { return ofs_region_create((struct ofs_rect){ 0, 0, 0, 0 }); }

static int read_rectangles(struct ofs_request *r, struct ofs_region **out)
{
    if (ofs_req_left(r) % 8)
        return BadLength;
    *out = empty_region();
    while (*out && ofs_req_left(r)) {
        int x = ofs_req_i16(r), y = ofs_req_i16(r), width = ofs_req16(r), height = ofs_req16(r);
        struct ofs_region *one = ofs_region_create((struct ofs_rect){ x, y, x + width, y + height });
        bool ok = one && ofs_region_unite(*out, one);
        ofs_region_destroy(one);
        if (!ok) {
            ofs_region_destroy(*out);
            *out = NULL;
        }
    }
    return *out ? 0 : BadAlloc;
}

static int create_region(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_region *region;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = read_rectangles(r, &region);
    return error ? error : add_region(c, id, region);
}

static int create_from_bitmap(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), bitmap = ofs_req32(r);
    struct ofs_pixmap *p;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, bitmap, OFS_RES_PIXMAP, &p);
    if (error)
        return error;
    return p->depth == 1 ? add_region(c, id, empty_region()) : BadMatch; /* pixmaps hold no pixels yet: all zero */
}

static int create_from_window(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_window *w;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_find_window(c, ofs_req32(r), &w);
    uint8_t kind = ofs_req8(r);
    if (error)
        return error;
    if (kind > 1)
        return ofs_bad(c, BadValue, kind);
    int bw = kind == 0 ? w->border_width : 0; /* bounding shape has the border, clip shape has not */
    return add_region(c, id, ofs_region_create((struct ofs_rect){ -bw, -bw, w->width + bw, w->height + bw }));
}

static int create_from_gc(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_res *gc;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, ofs_req32(r), OFS_RES_GC, &gc);
    return error ? error : BadMatch; /* no clip list is kept */
}

static int create_from_picture(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_res *picture;
    int error = ofs_res_check_new(c, id);
    if (!error)
        error = ofs_res_find(c, ofs_req32(r), OFS_RES_PICTURE, &picture);
    return error ? error : BadMatch;
}

static int destroy_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *region;
    int error = find_region(c, ofs_req32(r), &region);
    if (!error)
        ofs_res_free(c->server, &region->res);
    return error;
}

/* Puts a new region in place; takes it. */
static int replace(struct region_res *target, struct ofs_region *take_region)
{
    if (!take_region)
        return BadAlloc;
    ofs_region_destroy(target->region);
    target->region = take_region;
    return 0;
}

static int set_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *target;
    struct ofs_region *region;
    int error = find_region(c, ofs_req32(r), &target);
    if (!error)
        error = read_rectangles(r, &region);
    return error ? error : replace(target, region);
}

static int copy_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *source, *target;
    int error = find_region(c, ofs_req32(r), &source);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    return error ? error : replace(target, ofs_region_copy(source->region));
}

static int combine(struct ofs_client *c, struct ofs_request *r, bool (*op)(struct ofs_region *, const struct ofs_region *))
{
    struct region_res *a, *b, *target;
    int error = find_region(c, ofs_req32(r), &a);
    if (!error)
        error = find_region(c, ofs_req32(r), &b);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    if (error)
        return error;
    struct ofs_region *result = ofs_region_copy(a->region);
    if (result && !op(result, b->region)) {
        ofs_region_destroy(result);
        result = NULL;
    }
    return replace(target, result);
}
static int union_region(struct ofs_client *c, struct ofs_request *r) { return combine(c, r, ofs_region_unite); }
static int intersect_region(struct ofs_client *c, struct ofs_request *r) { return combine(c, r, ofs_region_intersect); }
static int subtract_region(struct ofs_client *c, struct ofs_request *r) { return combine(c, r, ofs_region_subtract); }

static int invert_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *source, *target;
    int error = find_region(c, ofs_req32(r), &source);
    int x = ofs_req_i16(r), y = ofs_req_i16(r), width = ofs_req16(r), height = ofs_req16(r);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    if (error)
        return error;
    struct ofs_region *result = ofs_region_create((struct ofs_rect){ x, y, x + width, y + height });
    if (result && !ofs_region_subtract(result, source->region)) {
        ofs_region_destroy(result);
        result = NULL;
    }
    return replace(target, result);
}

static int translate_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *region;
    int error = find_region(c, ofs_req32(r), &region);
    int dx = ofs_req_i16(r), dy = ofs_req_i16(r);
    if (!error)
        ofs_region_translate(region->region, dx, dy);
    return error;
}

static struct ofs_rect extents(const struct ofs_region *region)
{
    struct ofs_rect all = { 0, 0, 0, 0 };
    for (unsigned i = 0; i < region->count; i++) {
        const struct ofs_rect *rect = &region->rects[i];
        all.x0 = i && all.x0 < rect->x0 ? all.x0 : rect->x0;
        all.y0 = i && all.y0 < rect->y0 ? all.y0 : rect->y0;
        all.x1 = i && all.x1 > rect->x1 ? all.x1 : rect->x1;
        all.y1 = i && all.y1 > rect->y1 ? all.y1 : rect->y1;
    }
    return all;
}

static int region_extents(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *source, *target;
    int error = find_region(c, ofs_req32(r), &source);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    return error ? error : replace(target, ofs_region_create(extents(source->region)));
}

static void out_rect(struct ofs_client *c, struct ofs_rect rect)
{
    ofs_out16(c, (uint16_t)rect.x0);
    ofs_out16(c, (uint16_t)rect.y0);
    ofs_out16(c, (uint16_t)(rect.x1 - rect.x0));
    ofs_out16(c, (uint16_t)(rect.y1 - rect.y0));
}

static int fetch_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *region;
    int error = find_region(c, ofs_req32(r), &region);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    out_rect(c, extents(region->region));
    ofs_out_zero(c, 16);
    for (unsigned i = 0; i < region->region->count; i++)
        out_rect(c, region->region->rects[i]);
    ofs_reply_end(c);
    return 0;
}

static int expand_region(struct ofs_client *c, struct ofs_request *r)
{
    struct region_res *source, *target;
    int error = find_region(c, ofs_req32(r), &source);
    if (!error)
        error = find_region(c, ofs_req32(r), &target);
    if (error)
        return error;
    int left = ofs_req16(r), right = ofs_req16(r), top = ofs_req16(r), bottom = ofs_req16(r);
    struct ofs_region *result = empty_region();
    for (unsigned i = 0; result && i < source->region->count; i++) {
        struct ofs_rect rect = source->region->rects[i];
        struct ofs_region *one =
            ofs_region_create((struct ofs_rect){ rect.x0 - left, rect.y0 - top, rect.x1 + right, rect.y1 + bottom });
        if (!one || !ofs_region_unite(result, one)) {
            ofs_region_destroy(result);
            result = NULL;
        }
        ofs_region_destroy(one);
    }
    return replace(target, result);
}

/* Clips of GCs, windows and pictures show only in what is painted; the ids are checked. */
static int use_region(struct ofs_client *c, uint32_t id)
{
    struct region_res *region;
    return id ? find_region(c, id, &region) : 0;
}
static int set_gc_clip(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_res *gc;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_GC, &gc);
    return error ? error : use_region(c, ofs_req32(r));
}
static int set_picture_clip(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_res *picture;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_PICTURE, &picture);
    return error ? error : use_region(c, ofs_req32(r));
}
static int set_window_shape(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint8_t kind = ofs_req8(r);
    ofs_req_skip(r, 7);
    if (error)
        return error;
    return kind > 2 ? ofs_bad(c, BadValue, kind) : use_region(c, ofs_req32(r));
}

/* ---- pointer barriers: ids; the pointer of a program alone on its screen is not fenced in ---- */

static int create_barrier(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    struct ofs_window *w;
    int error = ofs_res_check_new(c, id);
    uint32_t window = ofs_req32(r);
    int x1 = ofs_req16(r), y1 = ofs_req16(r), x2 = ofs_req16(r), y2 = ofs_req16(r);
    ofs_req_skip(r, 6);
    uint32_t devices = ofs_req16(r);
    if (r->size_bytes != ((28 + 2 * devices + 3) & ~3u))
        return BadLength;
    if (error)
        return error;
    if ((x1 != x2) == (y1 != y2)) /* neither horizontal nor vertical, or a point */
        return BadValue;
    error = ofs_find_window(c, window, &w);
    if (error)
        return error;
    struct ofs_res *barrier = calloc(1, sizeof(*barrier));
    error = barrier ? ofs_res_add(c, id, OFS_RES_BARRIER, barrier) : BadAlloc;
    if (error)
        free(barrier);
    return error;
}

static int delete_barrier(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_res *barrier;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_BARRIER, &barrier);
    if (error)
        return error;
    if (barrier->client != c)
        return BadAccess;
    ofs_res_free(c->server, barrier);
    return 0;
}

static int change_cursor_by_name(struct ofs_client *c, struct ofs_request *r) { return set_cursor_name(c, r); }

static int init(struct ofs_server *s)
{
    ofs_res_set_error(s, OFS_RES_REGION, FIRST_ERROR);
    ofs_res_set_error(s, OFS_RES_BARRIER, FIRST_ERROR + 1);
    ofs_res_set_destructor(s, OFS_RES_REGION, destroy_region_res);
    ofs_event_set_format(s, FIRST_EVENT + SELECTION_NOTIFY, "112 4444444");
    ofs_event_set_format(s, FIRST_EVENT + CURSOR_NOTIFY, "112 4444444");
    s->selection_changed = selection_changed;
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { 0, "XFixesQueryVersion", query_version, 3, 3 },
    { 1, "XFixesChangeSaveSet", change_save_set, 3, 3 },
    { 2, "XFixesSelectSelectionInput", select_selection, 4, 4 },
    { 3, "XFixesSelectCursorInput", select_cursor, 3, 3 },
    { 4, "XFixesGetCursorImage", get_cursor_image, 1, 1 },
    { 5, "XFixesCreateRegion", create_region, 2, 0 },
    { 6, "XFixesCreateRegionFromBitmap", create_from_bitmap, 3, 3 },
    { 7, "XFixesCreateRegionFromWindow", create_from_window, 4, 4 },
    { 8, "XFixesCreateRegionFromGC", create_from_gc, 3, 3 },
    { 9, "XFixesCreateRegionFromPicture", create_from_picture, 3, 3 },
    { 10, "XFixesDestroyRegion", destroy_region, 2, 2 },
    { 11, "XFixesSetRegion", set_region, 2, 0 },
    { 12, "XFixesCopyRegion", copy_region, 3, 3 },
    { 13, "XFixesUnionRegion", union_region, 4, 4 },
    { 14, "XFixesIntersectRegion", intersect_region, 4, 4 },
    { 15, "XFixesSubtractRegion", subtract_region, 4, 4 },
    { 16, "XFixesInvertRegion", invert_region, 5, 5 },
    { 17, "XFixesTranslateRegion", translate_region, 3, 3 },
    { 18, "XFixesRegionExtents", region_extents, 3, 3 },
    { 19, "XFixesFetchRegion", fetch_region, 2, 2 },
    { 20, "XFixesSetGCClipRegion", set_gc_clip, 4, 4 },
    { 21, "XFixesSetWindowShapeRegion", set_window_shape, 5, 5 },
    { 22, "XFixesSetPictureClipRegion", set_picture_clip, 4, 4 },
    { 23, "XFixesSetCursorName", set_cursor_name, 3, 0 },
    { 24, "XFixesGetCursorName", get_cursor_name, 2, 2 },
    { 25, "XFixesGetCursorImageAndName", get_cursor_image_and_name, 1, 1 },
    { 26, "XFixesChangeCursor", change_cursor, 3, 3 },
    { 27, "XFixesChangeCursorByName", change_cursor_by_name, 3, 0 },
    { 28, "XFixesExpandRegion", expand_region, 5, 5 },
    { 29, "XFixesHideCursor", hide_cursor, 2, 2 },
    { 30, "XFixesShowCursor", show_cursor, 2, 2 },
    { 31, "XFixesCreatePointerBarrier", create_barrier, 7, 0 },
    { 32, "XFixesDestroyPointerBarrier", delete_barrier, 2, 2 },
};
const struct ofs_extension ofs_ext_xfixes = {
    .name = "XFIXES", .major = 138, .first_event = FIRST_EVENT, .first_error = FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows), .init = init,
};
