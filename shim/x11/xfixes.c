/* XFIXES 5: selection notification, pointer barriers as ids; cursors are in xfixes_cursor.c, regions in xfixes_region.c.
 * Source: fixesproto, X11/extensions/xfixesproto.h. */
#include <stdlib.h>

#include "x11/cursor.h"
#include "x11/private.h"
#include "x11/xfixes.h"

enum { FIRST_EVENT = 87, FIRST_ERROR = 140, SELECTION_NOTIFY = 0, CURSOR_NOTIFY = 1 };

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

static int init(struct ofs_server *s)
{
    ofs_res_set_error(s, OFS_RES_REGION, FIRST_ERROR);
    ofs_res_set_error(s, OFS_RES_BARRIER, FIRST_ERROR + 1);
    ofs_xf_regions_init(s);
    ofs_event_set_format(s, FIRST_EVENT + SELECTION_NOTIFY, "112 4444444");
    ofs_event_set_format(s, FIRST_EVENT + CURSOR_NOTIFY, "112 4444444");
    s->selection_changed = selection_changed;
    return 0;
}

static void client_gone(struct ofs_client *c) { ofs_cursor_forget(c->server, NULL, c); }

static void window_gone(struct ofs_server *s, struct ofs_window *w) { ofs_cursor_forget(s, w, NULL); }

static const struct ofs_handler_row rows[] = {
    { 0, "XFixesQueryVersion", query_version, 3, 3 },
    { 1, "XFixesChangeSaveSet", change_save_set, 3, 3 },
    { 2, "XFixesSelectSelectionInput", select_selection, 4, 4 },
    { 3, "XFixesSelectCursorInput", ofs_xf_select_cursor, 3, 3 },
    { 4, "XFixesGetCursorImage", ofs_xf_get_cursor_image, 1, 1 },
    { 5, "XFixesCreateRegion", ofs_xf_create_region, 2, 0 },
    { 6, "XFixesCreateRegionFromBitmap", ofs_xf_create_from_bitmap, 3, 3 },
    { 7, "XFixesCreateRegionFromWindow", ofs_xf_create_from_window, 4, 4 },
    { 8, "XFixesCreateRegionFromGC", ofs_xf_create_from_gc, 3, 3 },
    { 9, "XFixesCreateRegionFromPicture", ofs_xf_create_from_picture, 3, 3 },
    { 10, "XFixesDestroyRegion", ofs_xf_destroy_region, 2, 2 },
    { 11, "XFixesSetRegion", ofs_xf_set_region, 2, 0 },
    { 12, "XFixesCopyRegion", ofs_xf_copy_region, 3, 3 },
    { 13, "XFixesUnionRegion", ofs_xf_union_region, 4, 4 },
    { 14, "XFixesIntersectRegion", ofs_xf_intersect_region, 4, 4 },
    { 15, "XFixesSubtractRegion", ofs_xf_subtract_region, 4, 4 },
    { 16, "XFixesInvertRegion", ofs_xf_invert_region, 5, 5 },
    { 17, "XFixesTranslateRegion", ofs_xf_translate_region, 3, 3 },
    { 18, "XFixesRegionExtents", ofs_xf_region_extents, 3, 3 },
    { 19, "XFixesFetchRegion", ofs_xf_fetch_region, 2, 2 },
    { 20, "XFixesSetGCClipRegion", ofs_xf_set_gc_clip, 4, 4 },
    { 21, "XFixesSetWindowShapeRegion", ofs_xf_set_window_shape, 5, 5 },
    { 22, "XFixesSetPictureClipRegion", ofs_xf_set_picture_clip, 4, 4 },
    { 23, "XFixesSetCursorName", ofs_xf_set_cursor_name, 3, 0 },
    { 24, "XFixesGetCursorName", ofs_xf_get_cursor_name, 2, 2 },
    { 25, "XFixesGetCursorImageAndName", ofs_xf_get_cursor_image_and_name, 1, 1 },
    { 26, "XFixesChangeCursor", ofs_xf_change_cursor, 3, 3 },
    { 27, "XFixesChangeCursorByName", ofs_xf_change_cursor_by_name, 3, 0 },
    { 28, "XFixesExpandRegion", ofs_xf_expand_region, 5, 5 },
    { 29, "XFixesHideCursor", ofs_xf_hide_cursor, 2, 2 },
    { 30, "XFixesShowCursor", ofs_xf_show_cursor, 2, 2 },
    { 31, "XFixesCreatePointerBarrier", create_barrier, 7, 0 },
    { 32, "XFixesDestroyPointerBarrier", delete_barrier, 2, 2 },
};
const struct ofs_extension ofs_ext_xfixes = {
    .name = "XFIXES", .major = 138, .first_event = FIRST_EVENT, .first_error = FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows),
    .init = init, .client_gone = client_gone, .window_gone = window_gone,
};
