/* MIT-SCREEN-SAVER 1.1. Source: the Screen Saver extension document, X11/extensions/saverproto.h.
 *
 * There is no screen to save, so the saver never starts by itself; a client may still force it on (ForceScreenSaver), and
 * all see what follows: notices, and input that ends it. A saver window of a client's own is refused, as if another client
 * had one. */
#include <stdlib.h>

#include <X11/Xmd.h>
#include <X11/extensions/saver.h>

#include <X11/extensions/saverproto.h>

#include "x11/private.h"

enum { MAJOR = 144, FIRST_EVENT = 92, SAVER_WINDOW = 0x81 /* an id of the server's that is no window */ };

/* What one client asked for. */
struct watcher {
    struct watcher *next;
    struct ofs_client *client;
    uint32_t mask;
    uint32_t suspended;
};

extern const struct ofs_extension ofs_ext_saver;

static struct watcher **watchers(struct ofs_server *s)
{
    unsigned i = 0;
    while (ofs_extensions[i] != &ofs_ext_saver)
        i++;
    return (struct watcher **)&s->ext_data[i];
}

static struct watcher *find(struct ofs_client *c)
{
    struct watcher *w = *watchers(c->server);
    while (w && w->client != c)
        w = w->next;
    return w;
}

static struct watcher *find_or_add(struct ofs_client *c)
{
    struct watcher *w = find(c);
    if (w || !(w = calloc(1, sizeof(*w))))
        return w;
    w->client = c;
    w->next = *watchers(c->server);
    return *watchers(c->server) = w;
}

static void client_gone(struct ofs_client *c)
{
    for (struct watcher **link = watchers(c->server), *w; (w = *link);) {
        if (w->client == c) {
            *link = w->next;
            free(w);
        } else {
            link = &w->next;
        }
    }
}

static uint8_t saver_kind(const struct ofs_server *s)
{
    return s->saver_blanking == DontPreferBlanking ? ScreenSaverInternal : ScreenSaverBlanked;
}

/* ---- on and off ---- */

static void notify(struct ofs_server *s, uint8_t state, bool forced)
{
    uint32_t mask = state == ScreenSaverCycle ? ScreenSaverCycleMask : ScreenSaverNotifyMask;
    xScreenSaverNotifyEvent ev = { .type = FIRST_EVENT + ScreenSaverNotify,
                                   .state = state,
                                   .timestamp = ofs_server_now(s),
                                   .root = s->root->res.id,
                                   .window = SAVER_WINDOW,
                                   .kind = saver_kind(s),
                                   .forced = forced };
    xEvent wire;
    memcpy(&wire, &ev, sizeof(wire));
    for (const struct watcher *w = *watchers(s); w; w = w->next)
        if (w->mask & mask)
            ofs_event_to_client(w->client, &wire);
}

void ofs_saver_set(struct ofs_server *s, bool active, bool forced)
{
    uint8_t state = active == s->saver_active ? ScreenSaverCycle : active ? ScreenSaverOn : ScreenSaverOff;
    s->saver_active = active;
    notify(s, state, forced);
}

/* ---- requests ---- */

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out16(c, ScreenSaverMajorVersion);
    ofs_out16(c, ScreenSaverMinorVersion);
    ofs_reply_end(c);
    return 0;
}

/* All requests name a drawable for its screen. */
static int check_drawable(struct ofs_client *c, uint32_t id)
{
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_find_drawable(c, id, &w, &p);
    return error ? error : w && w->class == InputOnly ? ofs_bad(c, BadMatch, id) : 0;
}

static int query_info(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    int error = check_drawable(c, ofs_req32(r));
    if (error)
        return error;
    uint32_t idle_ms = ofs_server_now(s) - s->last_input_ms, timeout_ms = s->saver_timeout * 1000u, until_or_since = 0;
    uint8_t state = ScreenSaverDisabled;
    if (s->saver_active) {
        state = ScreenSaverOn;
        until_or_since = idle_ms > timeout_ms ? idle_ms - timeout_ms : 0;
    } else if (timeout_ms) {
        state = ScreenSaverOff;
        until_or_since = idle_ms < timeout_ms ? timeout_ms - idle_ms : 0;
    }
    const struct watcher *w = find(c);
    ofs_reply_begin(c, state);
    ofs_out32(c, SAVER_WINDOW);
    ofs_out32(c, until_or_since);
    ofs_out32(c, idle_ms);
    ofs_out32(c, w ? w->mask : 0);
    ofs_out8(c, saver_kind(s));
    ofs_reply_end(c);
    return 0;
}

static int select_input(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_drawable(c, ofs_req32(r));
    uint32_t mask = ofs_req32(r);
    if (error)
        return error;
    struct watcher *w = mask ? find_or_add(c) : find(c);
    if (w)
        w->mask = mask;
    return w || !mask ? 0 : BadAlloc;
}

static int set_attributes(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_drawable(c, ofs_req32(r));
    ofs_req_skip(r, 16);
    uint32_t mask = ofs_req32(r);
    if (error)
        return error;
    return r->size_bytes != 28u + 4u * (uint32_t)__builtin_popcount(mask) ? BadLength : BadAccess;
}

static int unset_attributes(struct ofs_client *c, struct ofs_request *r) { return check_drawable(c, ofs_req32(r)); }

/* A count for each client; there is nothing that would start meanwhile. */
static int suspend(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t on = ofs_req32(r);
    struct watcher *w = on ? find_or_add(c) : find(c);
    if (!w)
        return on ? BadAlloc : 0;
    if (on)
        w->suspended++;
    else if (w->suspended)
        w->suspended--;
    return 0;
}

static int init(struct ofs_server *s)
{
    ofs_event_set_format(s, FIRST_EVENT + ScreenSaverNotify, "112 444 112 444");
    s->last_input_ms = ofs_server_now(s);
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { X_ScreenSaverQueryVersion, "ScreenSaverQueryVersion", query_version, 2, 2 },
    { X_ScreenSaverQueryInfo, "ScreenSaverQueryInfo", query_info, 2, 2 },
    { X_ScreenSaverSelectInput, "ScreenSaverSelectInput", select_input, 3, 3 },
    { X_ScreenSaverSetAttributes, "ScreenSaverSetAttributes", set_attributes, 7, 0 },
    { X_ScreenSaverUnsetAttributes, "ScreenSaverUnsetAttributes", unset_attributes, 2, 2 },
    { X_ScreenSaverSuspend, "ScreenSaverSuspend", suspend, 2, 2 },
};
const struct ofs_extension ofs_ext_saver = {
    .name = "MIT-SCREEN-SAVER",
    .major = MAJOR,
    .first_event = FIRST_EVENT,
    .rows = rows,
    .row_count = OFS_ARRAY_LEN(rows),
    .init = init,
    .client_gone = client_gone,
};
