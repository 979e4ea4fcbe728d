/* XFIXES' requests about cursors. Source: fixesproto, "Cursor Image Monitoring", "Cursor Names", "Cursor
 * Visibility". */
#include "x11/cursor.h"
#include "x11/input.h"
#include "x11/private.h"
#include "x11/xfixes.h"

int ofs_xf_select_cursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    uint32_t mask = ofs_req32(r);
    if (error)
        return error;
    if (mask & ~1u)
        return ofs_bad(c, BadValue, mask);
    return ofs_cursor_select(c, w, mask);
}

/* ---- pictures ---- */

static int out_image(struct ofs_client *c, bool with_name)
{
    struct ofs_server *s = c->server;
    ofs_cursors_draw_root(s);
    const struct ofs_cursor *seen = ofs_cursor_seen(s);
    if ((uint64_t)seen->width * seen->height * 4 + 4096 > s->config.max_output_bytes - (c->out_len - c->out_at))
        return BadAlloc;
    size_t length = 0;
    const uint32_t atom = ofs_cursor_shown(s)->name; /* of an animation, not of its frame */
    const char *name = with_name && atom ? ofs_atom_name(s, atom, &length) : NULL;
    int x, y;
    ofs_input_pointer(s, &x, &y);
    ofs_reply_begin(c, 0);
    ofs_out16(c, (uint16_t)x);
    ofs_out16(c, (uint16_t)y);
    ofs_out16(c, seen->width);
    ofs_out16(c, seen->height);
    ofs_out16(c, seen->x);
    ofs_out16(c, seen->y);
    ofs_out32(c, seen->serial);
    ofs_out32(c, with_name ? atom : None);
    ofs_out16(c, (uint16_t)length);
    ofs_out_zero(c, 2);
    for (int row = 0; row < seen->height; row++)
        for (int at = 0; at < seen->width; at++)
            ofs_out32(c, ofs_cursor_pixel(seen, at, row));
    if (name)
        ofs_out_bytes(c, name, length);
    ofs_reply_end(c);
    return 0;
}

int ofs_xf_get_cursor_image(struct ofs_client *c, struct ofs_request *r) { return out_image(c, false); }

int ofs_xf_get_cursor_image_and_name(struct ofs_client *c, struct ofs_request *r) { return out_image(c, true); }

/* ---- names ---- */

/* The cursor and the name that follow in the request: 0, BadLength, BadCursor. */
static int read_named(struct ofs_client *c, struct ofs_request *r, struct ofs_cursor **cursor, const char **name,
                      uint16_t *length)
{
    int error = ofs_cursor_find(c, ofs_req32(r), cursor);
    *length = ofs_req16(r);
    ofs_req_skip(r, 2);
    *name = (const char *)ofs_req_bytes(r, *length);
    return !ofs_req_end(r) ? BadLength : error;
}

int ofs_xf_set_cursor_name(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_cursor *cursor;
    const char *name;
    uint16_t length;
    int error = read_named(c, r, &cursor, &name, &length);
    if (error)
        return error;
    uint32_t atom = ofs_atom(c->server, name, length, false);
    if (!atom)
        return BadAlloc;
    cursor->name = atom;
    return 0;
}

int ofs_xf_get_cursor_name(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_cursor *cursor;
    int error = ofs_cursor_find(c, ofs_req32(r), &cursor);
    if (error)
        return error;
    size_t length = 0;
    const char *name = cursor->name ? ofs_atom_name(c->server, cursor->name, &length) : NULL;
    ofs_reply_begin(c, 0);
    ofs_out32(c, cursor->name);
    ofs_out16(c, (uint16_t)length);
    ofs_out_zero(c, 18);
    if (name)
        ofs_out_bytes(c, name, length);
    ofs_reply_end(c);
    return 0;
}

/* ---- one for another ---- */

int ofs_xf_change_cursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_cursor *to, *old;
    int error = ofs_cursor_find(c, ofs_req32(r), &to);
    if (!error)
        error = ofs_cursor_find(c, ofs_req32(r), &old);
    if (!error)
        ofs_cursor_replace(c->server, to, old, None);
    return error;
}

int ofs_xf_change_cursor_by_name(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_cursor *to;
    const char *name;
    uint16_t length;
    int error = read_named(c, r, &to, &name, &length);
    if (error)
        return error;
    uint32_t atom = ofs_atom(c->server, name, length, true);
    if (atom) /* else nothing has that name */
        ofs_cursor_replace(c->server, to, NULL, atom);
    return 0;
}

/* ---- hidden or not: it is in no picture either way ---- */

int ofs_xf_hide_cursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    c->cursors_hidden += !error;
    return error;
}

int ofs_xf_show_cursor(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_window *w;
    int error = ofs_find_window(c, ofs_req32(r), &w);
    if (!error && !c->cursors_hidden)
        error = BadMatch;
    c->cursors_hidden -= !error;
    return error;
}
