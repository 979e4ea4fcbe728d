/* SYNC 3.1: counters. Source: syncproto, X11/extensions/syncproto.h.
 *
 * The one system counter is SERVERTIME; nobody may await it, since that is what a timer is for. */
#include <stdlib.h>

#include "x11/sync.h"

int64_t ofs_counter_value(struct ofs_server *s, const struct ofs_counter *counter)
{
    return counter->res.id == OFS_SYNC_SERVERTIME ? ofs_server_now(s) : counter->value;
}

bool ofs_trigger_holds(const struct ofs_trigger *t, int64_t before, int64_t now)
{
    switch (t->test) {
    case POSITIVE_TRANSITION: return before < t->value && now >= t->value;
    case NEGATIVE_TRANSITION: return before > t->value && now <= t->value;
    case POSITIVE_COMPARISON: return now >= t->value;
    default: return now <= t->value;
    }
}

static void set_value(struct ofs_server *s, struct ofs_counter *counter, int64_t value)
{
    struct ofs_counter_change change = { counter->res.id, counter->value, value };
    counter->value = value;
    ofs_alarms_counter_changed(s, &change);
    ofs_awaits_counter_changed(s, &change);
}

/* ---- counters ---- */

int ofs_counter_find(struct ofs_client *c, uint32_t id, struct ofs_counter **out)
{
    return ofs_res_find(c, id, OFS_RES_COUNTER, out);
}

static int initialize(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out8(c, 3);
    ofs_out8(c, 1);
    ofs_reply_end(c);
    return 0;
}

static int list_system_counters(struct ofs_client *c, struct ofs_request *r)
{
    static const char name[] = "SERVERTIME";
    ofs_reply_begin(c, 0);
    ofs_out32(c, 1);
    ofs_out_zero(c, 20);
    ofs_out32(c, OFS_SYNC_SERVERTIME);
    ofs_out64(c, 4); /* resolution, ms */
    ofs_out16(c, sizeof(name) - 1);
    ofs_out_bytes(c, name, sizeof(name) - 1);
    ofs_reply_end(c);
    return 0;
}

static int create_counter(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    struct ofs_counter *counter = calloc(1, sizeof(*counter));
    if (!counter)
        return BadAlloc;
    counter->value = ofs_req64(r);
    error = ofs_res_add(c, id, OFS_RES_COUNTER, &counter->res);
    if (error)
        free(counter);
    return error;
}

static int set_counter(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_counter *counter;
    int error = ofs_counter_find(c, ofs_req32(r), &counter);
    int64_t value = ofs_req64(r);
    if (error)
        return error;
    if (counter->res.id == OFS_SYNC_SERVERTIME)
        return ofs_bad(c, BadAccess, OFS_SYNC_SERVERTIME);
    set_value(c->server, counter, value);
    return 0;
}

static int change_counter(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_counter *counter;
    int error = ofs_counter_find(c, ofs_req32(r), &counter);
    int64_t by = ofs_req64(r), value;
    if (error)
        return error;
    if (counter->res.id == OFS_SYNC_SERVERTIME)
        return ofs_bad(c, BadAccess, OFS_SYNC_SERVERTIME);
    if (__builtin_add_overflow(counter->value, by, &value))
        return ofs_bad(c, BadValue, (uint32_t)((uint64_t)by >> 32));
    set_value(c->server, counter, value);
    return 0;
}

static int query_counter(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_counter *counter;
    int error = ofs_counter_find(c, ofs_req32(r), &counter);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out64(c, ofs_counter_value(c->server, counter));
    ofs_reply_end(c);
    return 0;
}

static void destroy_counter_res(struct ofs_server *s, struct ofs_res *res)
{
    ofs_alarms_counter_gone(s, (struct ofs_counter *)res);
    ofs_awaits_counter_gone(s, (struct ofs_counter *)res);
    free(res);
}

static int destroy_counter(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_counter *counter;
    int error = ofs_counter_find(c, ofs_req32(r), &counter);
    if (error)
        return error;
    if (counter->res.id == OFS_SYNC_SERVERTIME)
        return ofs_bad(c, BadAccess, OFS_SYNC_SERVERTIME);
    ofs_res_free(c->server, &counter->res);
    return 0;
}

/* ---- priority: kept out, all clients are served in turn ---- */

static int check_client(struct ofs_client *c, uint32_t id)
{
    if (!id)
        return 0;
    for (struct ofs_client *other = c->server->clients; other; other = other->next)
        if (other->index == id >> 21)
            return 0;
    return ofs_bad(c, BadValue, id);
}

static int set_priority(struct ofs_client *c, struct ofs_request *r) { return check_client(c, ofs_req32(r)); }

static int get_priority(struct ofs_client *c, struct ofs_request *r)
{
    int error = check_client(c, ofs_req32(r));
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out32(c, 0);
    ofs_reply_end(c);
    return 0;
}

/* ---- life ---- */

static void client_gone(struct ofs_client *c)
{
    ofs_awaits_end(c);
    ofs_alarms_client_gone(c);
}

static int init(struct ofs_server *s)
{
    ofs_res_set_error(s, OFS_RES_COUNTER, OFS_SYNC_FIRST_ERROR + OFS_SYNC_BAD_COUNTER);
    ofs_res_set_destructor(s, OFS_RES_COUNTER, destroy_counter_res);
    ofs_alarms_init(s);
    ofs_fences_init(s);
    struct ofs_counter *time = calloc(1, sizeof(*time));
    if (!time)
        return BadAlloc;
    ofs_res_enter(s, OFS_SYNC_SERVERTIME, OFS_RES_COUNTER, &time->res);
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { 0, "SyncInitialize", initialize, 2, 2 },
    { 1, "SyncListSystemCounters", list_system_counters, 1, 1 },
    { 2, "SyncCreateCounter", create_counter, 4, 4 },
    { 3, "SyncSetCounter", set_counter, 4, 4 },
    { 4, "SyncChangeCounter", change_counter, 4, 4 },
    { 5, "SyncQueryCounter", query_counter, 2, 2 },
    { 6, "SyncDestroyCounter", destroy_counter, 2, 2 },
    { 7, "SyncAwait", ofs_sync_await, 1, 0 },
    { 8, "SyncCreateAlarm", ofs_sync_create_alarm, 3, 0 },
    { 9, "SyncChangeAlarm", ofs_sync_change_alarm, 3, 0 },
    { 10, "SyncQueryAlarm", ofs_sync_query_alarm, 2, 2 },
    { 11, "SyncDestroyAlarm", ofs_sync_destroy_alarm, 2, 2 },
    { 12, "SyncSetPriority", set_priority, 3, 3 },
    { 13, "SyncGetPriority", get_priority, 2, 2 },
    { 14, "SyncCreateFence", ofs_sync_create_fence, 4, 4 },
    { 15, "SyncTriggerFence", ofs_sync_trigger_fence, 2, 2 },
    { 16, "SyncResetFence", ofs_sync_reset_fence, 2, 2 },
    { 17, "SyncDestroyFence", ofs_sync_destroy_fence, 2, 2 },
    { 18, "SyncQueryFence", ofs_sync_query_fence, 2, 2 },
    { 19, "SyncAwaitFence", ofs_sync_await_fence, 1, 0 },
};
const struct ofs_extension ofs_ext_sync = {
    .name = "SYNC", .major = 134, .first_event = OFS_SYNC_FIRST_EVENT, .first_error = OFS_SYNC_FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows), .init = init, .client_gone = client_gone,
};
