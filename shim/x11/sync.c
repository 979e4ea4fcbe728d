/* SYNC 3.1: counters, alarms and fences. Source: syncproto, X11/extensions/syncproto.h.
 *
 * A client that awaits a condition which does not hold yet is set aside (blocked) until a counter or fence makes it hold. The
 * one system counter is SERVERTIME; nobody may await it, since that is what a timer is for. */
#include <stdlib.h>

#include "x11/private.h"

enum { FIRST_EVENT = 83, FIRST_ERROR = 134, COUNTER_NOTIFY = 0, ALARM_NOTIFY = 1 };
enum { BAD_COUNTER = 0, BAD_ALARM = 1, BAD_FENCE = 2 };
enum { SERVERTIME = 0x50 };
enum test { POSITIVE_TRANSITION, NEGATIVE_TRANSITION, POSITIVE_COMPARISON, NEGATIVE_COMPARISON };
enum alarm_state { ALARM_ACTIVE, ALARM_INACTIVE, ALARM_DESTROYED };

struct counter {
    struct ofs_res res;
    int64_t value;
};

struct trigger {
    uint32_t counter; /* id, or None */
    int64_t value;    /* absolute */
    uint32_t test;
};

struct alarm_watch {
    struct alarm_watch *next;
    struct ofs_client *client;
};

struct alarm {
    struct ofs_res res;
    struct trigger trigger;
    uint32_t value_type; /* as given: 0 absolute, 1 relative */
    int64_t delta;
    uint8_t state;
    struct alarm_watch *watches;
};

struct fence {
    struct ofs_res res;
    bool triggered;
};

/* ---- values ---- */

static int64_t req64(struct ofs_request *r)
{
    uint32_t high = ofs_req32(r), low = ofs_req32(r);
    return (int64_t)((uint64_t)high << 32 | low);
}

static void out64(struct ofs_client *c, int64_t v)
{
    ofs_out32(c, (uint32_t)((uint64_t)v >> 32));
    ofs_out32(c, (uint32_t)v);
}

static bool add_overflows(int64_t a, int64_t b, int64_t *sum) { return __builtin_add_overflow(a, b, sum); }

static int64_t counter_value(struct ofs_server *s, const struct counter *counter)
{
    return counter->res.id == SERVERTIME ? ofs_server_now(s) : counter->value;
}

static bool holds(const struct trigger *t, int64_t before, int64_t now)
{
    switch (t->test) {
    case POSITIVE_TRANSITION: return before < t->value && now >= t->value;
    case NEGATIVE_TRANSITION: return before > t->value && now <= t->value;
    case POSITIVE_COMPARISON: return now >= t->value;
    default: return now <= t->value;
    }
}

/* ---- alarms ---- */

static void notify_alarm(struct ofs_server *s, struct alarm *a, int64_t counter, int64_t alarm_value)
{
    uint32_t words[8] = { 0 };
    xEvent ev;
    memset(&ev, 0, sizeof(ev));
    words[1] = a->res.id;
    words[2] = (uint32_t)((uint64_t)counter >> 32);
    words[3] = (uint32_t)counter;
    words[4] = (uint32_t)((uint64_t)alarm_value >> 32);
    words[5] = (uint32_t)alarm_value;
    words[6] = ofs_server_now(s);
    memcpy(&ev, words, 32);
    ev.u.u.type = FIRST_EVENT + ALARM_NOTIFY;
    ((uint8_t *)&ev)[28] = a->state;
    for (struct alarm_watch *w = a->watches; w; w = w->next)
        ofs_event_to_client(w->client, &ev);
}

/* The condition held: report, then move the value past the counter by delta, or rest. */
static void fire(struct ofs_server *s, struct alarm *a, int64_t now)
{
    int64_t at = a->trigger.value, next = at;
    bool comparison = a->trigger.test >= POSITIVE_COMPARISON;
    if (!a->trigger.counter || (comparison && a->delta == 0)) {
        a->state = ALARM_INACTIVE;
    } else if (a->delta) {
        /* As many steps as take it past the counter, at least one; counted, since a client may ask for 2^63 of them. */
        bool behind = a->delta > 0 ? next <= now : next >= now;
        uint64_t gap = !behind ? 0 : a->delta > 0 ? (uint64_t)now - (uint64_t)next : (uint64_t)next - (uint64_t)now;
        uint64_t step = a->delta > 0 ? (uint64_t)a->delta : -(uint64_t)a->delta;
        __int128 moved = ((__int128)(gap / step) + 1) * a->delta + next;
        if (moved > INT64_MAX || moved < INT64_MIN)
            a->state = ALARM_INACTIVE;
        else
            next = (int64_t)moved;
    }
    notify_alarm(s, a, now, at);
    a->trigger.value = next;
}

struct change {
    uint32_t counter;
    int64_t before, now;
};

static void check_alarm(struct ofs_server *s, struct ofs_res *res, void *arg)
{
    const struct change *change = arg;
    struct alarm *a = (struct alarm *)res;
    if (res->type == OFS_RES_ALARM && a->state == ALARM_ACTIVE && a->trigger.counter == change->counter &&
        holds(&a->trigger, change->before, change->now))
        fire(s, a, change->now);
}

static void set_value(struct ofs_server *s, struct counter *counter, int64_t value)
{
    struct change change = { counter->res.id, counter->value, value };
    counter->value = value;
    ofs_res_each(s, check_alarm, &change);
    for (struct ofs_client *c = s->clients; c; c = c->next)
        if (c->awaits)
            ofs_sync_recheck(c, change.counter, change.before, value);
}

/* ---- waiting clients ---- */

struct ofs_await {
    bool fences;
    uint32_t count;
    struct { struct trigger trigger; int64_t threshold; } items[];
};

static void end_await(struct ofs_client *c)
{
    free(c->awaits);
    c->awaits = NULL;
}

static void notify_counter(struct ofs_client *c, uint32_t counter, int64_t wait, int64_t now, uint16_t count, bool destroyed)
{
    uint32_t words[8] = { 0 };
    xEvent ev;
    words[1] = counter;
    words[2] = (uint32_t)((uint64_t)wait >> 32);
    words[3] = (uint32_t)wait;
    words[4] = (uint32_t)((uint64_t)now >> 32);
    words[5] = (uint32_t)now;
    words[6] = ofs_server_now(c->server);
    memcpy(&ev, words, 32);
    ev.u.u.type = FIRST_EVENT + COUNTER_NOTIFY;
    memcpy((uint8_t *)&ev + 28, &count, 2);
    ((uint8_t *)&ev)[30] = destroyed;
    ofs_event_to_client(c, &ev);
}

void ofs_sync_recheck(struct ofs_client *c, uint32_t counter, int64_t before, int64_t now)
{
    struct ofs_await *w = c->awaits;
    for (uint32_t i = 0; !w->fences && i < w->count; i++) {
        if (w->items[i].trigger.counter == counter && holds(&w->items[i].trigger, before, now)) {
            end_await(c);
            return;
        }
    }
}

static void recheck_fences(struct ofs_server *s, uint32_t fence)
{
    for (struct ofs_client *c = s->clients; c; c = c->next) {
        struct ofs_await *w = c->awaits;
        for (uint32_t i = 0; w && w->fences && i < w->count; i++) {
            if (w->items[i].trigger.counter == fence) {
                end_await(c);
                break;
            }
        }
    }
}

/* ---- counters ---- */

static int find_counter(struct ofs_client *c, uint32_t id, struct counter **out)
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
    ofs_out32(c, SERVERTIME);
    out64(c, 4); /* resolution, ms */
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
    struct counter *counter = calloc(1, sizeof(*counter));
    if (!counter)
        return BadAlloc;
    counter->value = req64(r);
    error = ofs_res_add(c, id, OFS_RES_COUNTER, &counter->res);
    if (error)
        free(counter);
    return error;
}

static int set_counter(struct ofs_client *c, struct ofs_request *r)
{
    struct counter *counter;
    int error = find_counter(c, ofs_req32(r), &counter);
    int64_t value = req64(r);
    if (error)
        return error;
    if (counter->res.id == SERVERTIME)
        return ofs_bad(c, BadAccess, SERVERTIME);
    set_value(c->server, counter, value);
    return 0;
}

static int change_counter(struct ofs_client *c, struct ofs_request *r)
{
    struct counter *counter;
    int error = find_counter(c, ofs_req32(r), &counter);
    int64_t by = req64(r), value;
    if (error)
        return error;
    if (counter->res.id == SERVERTIME)
        return ofs_bad(c, BadAccess, SERVERTIME);
    if (add_overflows(counter->value, by, &value))
        return ofs_bad(c, BadValue, (uint32_t)((uint64_t)by >> 32));
    set_value(c->server, counter, value);
    return 0;
}

static int query_counter(struct ofs_client *c, struct ofs_request *r)
{
    struct counter *counter;
    int error = find_counter(c, ofs_req32(r), &counter);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    out64(c, counter_value(c->server, counter));
    ofs_reply_end(c);
    return 0;
}

static void orphan_alarm(struct ofs_server *s, struct ofs_res *res, void *counter_id)
{
    struct alarm *a = (struct alarm *)res;
    if (res->type != OFS_RES_ALARM || a->trigger.counter != *(uint32_t *)counter_id)
        return;
    a->trigger.counter = None;
    a->state = ALARM_INACTIVE;
    notify_alarm(s, a, 0, a->trigger.value);
}

static void destroy_counter_res(struct ofs_server *s, struct ofs_res *res)
{
    ofs_res_each(s, orphan_alarm, &res->id);
    for (struct ofs_client *c = s->clients; c; c = c->next) {
        struct ofs_await *w = c->awaits;
        for (uint32_t i = 0; w && !w->fences && i < w->count; i++) {
            if (w->items[i].trigger.counter == res->id) {
                notify_counter(c, res->id, w->items[i].trigger.value, ((struct counter *)res)->value, 0, true);
                end_await(c);
                break;
            }
        }
    }
    free(res);
}

static int destroy_counter(struct ofs_client *c, struct ofs_request *r)
{
    struct counter *counter;
    int error = find_counter(c, ofs_req32(r), &counter);
    if (error)
        return error;
    if (counter->res.id == SERVERTIME)
        return ofs_bad(c, BadAccess, SERVERTIME);
    ofs_res_free(c->server, &counter->res);
    return 0;
}

/* counter, value type, value, test type: 20 bytes. */
static int read_trigger(struct ofs_client *c, struct ofs_request *r, struct trigger *t)
{
    t->counter = ofs_req32(r);
    uint32_t relative = ofs_req32(r);
    int64_t value = req64(r);
    t->test = ofs_req32(r);
    struct counter *counter = NULL;
    int error = t->counter ? find_counter(c, t->counter, &counter) : 0;
    if (error)
        return error;
    if (relative > 1)
        return ofs_bad(c, BadValue, relative);
    if (t->test > NEGATIVE_COMPARISON)
        return ofs_bad(c, BadValue, t->test);
    t->value = value;
    if (relative && counter && add_overflows(counter_value(c->server, counter), value, &t->value))
        return ofs_bad(c, BadValue, (uint32_t)((uint64_t)value >> 32));
    return 0;
}

static int await(struct ofs_client *c, struct ofs_request *r)
{
    enum { ITEM_BYTES = 28 };
    uint32_t count = ofs_req_left(r) / ITEM_BYTES;
    if (ofs_req_left(r) % ITEM_BYTES)
        return BadLength;
    if (!count)
        return ofs_bad(c, BadValue, 0);
    struct ofs_await *w = calloc(1, sizeof(*w) + count * sizeof(w->items[0]));
    if (!w)
        return BadAlloc;
    w->count = count;
    int error = 0;
    bool already = false;
    for (uint32_t i = 0; i < count && !error; i++) {
        error = read_trigger(c, r, &w->items[i].trigger);
        w->items[i].threshold = req64(r);
        if (error)
            break;
        uint32_t id = w->items[i].trigger.counter;
        struct counter *counter = (struct counter *)ofs_res_get(c->server, id, OFS_RES_COUNTER);
        if (!counter)
            error = ofs_bad(c, FIRST_ERROR + BAD_COUNTER, id);
        else if (holds(&w->items[i].trigger, counter_value(c->server, counter), counter_value(c->server, counter)))
            already = true;
        else if (id == SERVERTIME)
            error = BadImplementation; /* see the head of this file */
    }
    if (error || already)
        free(w);
    else
        c->awaits = w;
    return error;
}

/* ---- alarm requests ---- */

static int find_alarm(struct ofs_client *c, uint32_t id, struct alarm **out) { return ofs_res_find(c, id, OFS_RES_ALARM, out); }

static int watch(struct alarm *a, struct ofs_client *c, bool on)
{
    struct alarm_watch **link = &a->watches;
    while (*link && (*link)->client != c)
        link = &(*link)->next;
    if (on && !*link) {
        *link = calloc(1, sizeof(**link));
        if (!*link)
            return BadAlloc;
        (*link)->client = c;
    } else if (!on && *link) {
        struct alarm_watch *gone = *link;
        *link = gone->next;
        free(gone);
    }
    return 0;
}

enum { CA_COUNTER = 1, CA_VALUE_TYPE = 2, CA_VALUE = 4, CA_TEST = 8, CA_DELTA = 16, CA_EVENTS = 32 };

/* Length of an attribute list: two of the attributes have 64 bits. */
static uint32_t attribute_bytes(uint32_t mask)
{
    return 4u * (uint32_t)__builtin_popcount(mask) + (mask & CA_VALUE ? 4 : 0) + (mask & CA_DELTA ? 4 : 0);
}

static int change_attributes(struct ofs_client *c, struct ofs_request *r, struct alarm *a, uint32_t mask)
{
    struct trigger t = a->trigger;
    uint32_t type = a->value_type, events = 1;
    int64_t delta = a->delta;
    if (mask & ~0x3Fu)
        return ofs_bad(c, BadValue, mask);
    if (mask & CA_COUNTER)
        t.counter = ofs_req32(r);
    if (mask & CA_VALUE_TYPE)
        type = ofs_req32(r);
    if (mask & CA_VALUE)
        t.value = req64(r);
    if (mask & CA_TEST)
        t.test = ofs_req32(r);
    if (mask & CA_DELTA)
        delta = req64(r);
    if (mask & CA_EVENTS)
        events = ofs_req32(r);
    struct counter *counter = NULL;
    int error = t.counter ? find_counter(c, t.counter, &counter) : 0;
    if (error)
        return error;
    if (type > 1)
        return ofs_bad(c, BadValue, type);
    if (t.test > NEGATIVE_COMPARISON)
        return ofs_bad(c, BadValue, t.test);
    if (events > 1)
        return ofs_bad(c, BadValue, events);
    bool rising = t.test == POSITIVE_COMPARISON || t.test == POSITIVE_TRANSITION;
    if ((rising && delta < 0) || (!rising && delta > 0))
        return BadMatch;
    int64_t now = counter ? counter_value(c->server, counter) : 0;
    if ((mask & CA_VALUE) && type && (!counter || add_overflows(now, t.value, &t.value)))
        return counter ? ofs_bad(c, BadValue, (uint32_t)((uint64_t)t.value >> 32)) : BadMatch;
    error = mask & CA_EVENTS ? watch(a, c, events) : 0;
    if (error)
        return error;
    a->trigger = t;
    a->value_type = type;
    a->delta = delta;
    a->state = t.counter ? ALARM_ACTIVE : ALARM_INACTIVE;
    if (!t.counter || holds(&t, now, now))
        fire(c->server, a, now);
    return 0;
}

static void destroy_alarm_res(struct ofs_server *s, struct ofs_res *res)
{
    struct alarm *a = (struct alarm *)res;
    struct counter *counter = (struct counter *)ofs_res_get(s, a->trigger.counter, OFS_RES_COUNTER);
    a->state = ALARM_DESTROYED;
    notify_alarm(s, a, counter ? counter_value(s, counter) : 0, a->trigger.value);
    for (struct alarm_watch *w = a->watches, *next; w; w = next) {
        next = w->next;
        free(w);
    }
    free(a);
}

static int create_alarm(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), mask = ofs_req32(r);
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    if (r->size_bytes != 12 + attribute_bytes(mask & 0x3F))
        return BadLength;
    struct alarm *a = calloc(1, sizeof(*a));
    if (!a)
        return BadAlloc;
    a->trigger.test = POSITIVE_COMPARISON;
    a->delta = 1;
    a->state = ALARM_INACTIVE;
    error = watch(a, c, true);
    if (!error)
        error = ofs_res_add(c, id, OFS_RES_ALARM, &a->res);
    if (error) {
        free(a->watches);
        free(a);
        return error;
    }
    error = change_attributes(c, r, a, mask);
    if (error) {
        (void)watch(a, c, false);
        ofs_res_free(c->server, &a->res);
    }
    return error;
}

static int change_alarm(struct ofs_client *c, struct ofs_request *r)
{
    struct alarm *a;
    int error = find_alarm(c, ofs_req32(r), &a);
    uint32_t mask = ofs_req32(r);
    if (error)
        return error;
    return r->size_bytes == 12 + attribute_bytes(mask & 0x3F) ? change_attributes(c, r, a, mask) : BadLength;
}

static int query_alarm(struct ofs_client *c, struct ofs_request *r)
{
    struct alarm *a;
    int error = find_alarm(c, ofs_req32(r), &a);
    if (error)
        return error;
    bool events = false;
    for (struct alarm_watch *w = a->watches; w; w = w->next)
        events = events || w->client == c;
    ofs_reply_begin(c, 0);
    ofs_out32(c, a->trigger.counter);
    ofs_out32(c, 0); /* values are kept absolute */
    out64(c, a->trigger.value);
    ofs_out32(c, a->trigger.test);
    out64(c, a->delta);
    ofs_out8(c, events);
    ofs_out8(c, a->state);
    ofs_reply_end(c);
    return 0;
}

static int destroy_alarm(struct ofs_client *c, struct ofs_request *r)
{
    struct alarm *a;
    int error = find_alarm(c, ofs_req32(r), &a);
    if (!error)
        ofs_res_free(c->server, &a->res);
    return error;
}

/* ---- priority: kept out, all clients are served in turn ---- */

static int check_client(struct ofs_client *c, uint32_t id)
{
    if (!id)
        return 0;
    for (struct ofs_client *other = c->server->clients; other; other = other->next)
        if (other->index == id >> 21)
            return 0;
    return ofs_bad(c, BadMatch, id);
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

/* ---- fences ---- */

static int find_fence(struct ofs_client *c, uint32_t id, struct fence **out) { return ofs_res_find(c, id, OFS_RES_FENCE, out); }

static int create_fence(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t drawable = ofs_req32(r), id = ofs_req32(r);
    uint8_t triggered = ofs_req8(r);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    int error = ofs_find_drawable(c, drawable, &w, &p);
    if (!error)
        error = ofs_res_check_new(c, id);
    if (error)
        return error;
    struct fence *fence = calloc(1, sizeof(*fence));
    if (!fence)
        return BadAlloc;
    fence->triggered = triggered;
    error = ofs_res_add(c, id, OFS_RES_FENCE, &fence->res);
    if (error)
        free(fence);
    return error;
}

static int trigger_fence(struct ofs_client *c, struct ofs_request *r)
{
    struct fence *fence;
    int error = find_fence(c, ofs_req32(r), &fence);
    if (error)
        return error;
    fence->triggered = true;
    recheck_fences(c->server, fence->res.id);
    return 0;
}

static int reset_fence(struct ofs_client *c, struct ofs_request *r)
{
    struct fence *fence;
    int error = find_fence(c, ofs_req32(r), &fence);
    if (error)
        return error;
    if (!fence->triggered)
        return BadMatch;
    fence->triggered = false;
    return 0;
}

static void destroy_fence_res(struct ofs_server *s, struct ofs_res *res)
{
    recheck_fences(s, res->id);
    free(res);
}

static int destroy_fence(struct ofs_client *c, struct ofs_request *r)
{
    struct fence *fence;
    int error = find_fence(c, ofs_req32(r), &fence);
    if (!error)
        ofs_res_free(c->server, &fence->res);
    return error;
}

static int query_fence(struct ofs_client *c, struct ofs_request *r)
{
    struct fence *fence;
    int error = find_fence(c, ofs_req32(r), &fence);
    if (error)
        return error;
    ofs_reply_begin(c, 0);
    ofs_out8(c, fence->triggered);
    ofs_reply_end(c);
    return 0;
}

static int await_fence(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t count = ofs_req_left(r) / 4;
    if (!count)
        return ofs_bad(c, BadValue, 0);
    struct ofs_await *w = calloc(1, sizeof(*w) + count * sizeof(w->items[0]));
    if (!w)
        return BadAlloc;
    w->fences = true;
    w->count = count;
    int error = 0;
    bool already = false;
    for (uint32_t i = 0; i < count && !error; i++) {
        struct fence *fence;
        w->items[i].trigger.counter = ofs_req32(r);
        error = find_fence(c, w->items[i].trigger.counter, &fence);
        already = already || (!error && fence->triggered);
    }
    if (error || already)
        free(w);
    else
        c->awaits = w;
    return error;
}

/* ---- life ---- */

static void forget_watcher(struct ofs_server *s, struct ofs_res *res, void *client)
{
    if (res->type == OFS_RES_ALARM)
        (void)watch((struct alarm *)res, client, false);
}

static void client_gone(struct ofs_client *c)
{
    end_await(c);
    ofs_res_each(c->server, forget_watcher, c);
}

static int init(struct ofs_server *s)
{
    ofs_res_set_error(s, OFS_RES_COUNTER, FIRST_ERROR + BAD_COUNTER);
    ofs_res_set_error(s, OFS_RES_ALARM, FIRST_ERROR + BAD_ALARM);
    ofs_res_set_error(s, OFS_RES_FENCE, FIRST_ERROR + BAD_FENCE);
    ofs_res_set_destructor(s, OFS_RES_COUNTER, destroy_counter_res);
    ofs_res_set_destructor(s, OFS_RES_ALARM, destroy_alarm_res);
    ofs_res_set_destructor(s, OFS_RES_FENCE, destroy_fence_res);
    ofs_event_set_format(s, FIRST_EVENT + COUNTER_NOTIFY, "112 4 44 44 4 2 1 1");
    ofs_event_set_format(s, FIRST_EVENT + ALARM_NOTIFY, "112 4 44 44 4 1111");
    struct counter *time = calloc(1, sizeof(*time));
    if (!time)
        return BadAlloc;
    ofs_res_enter(s, SERVERTIME, OFS_RES_COUNTER, &time->res);
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
    { 7, "SyncAwait", await, 1, 0 },
    { 8, "SyncCreateAlarm", create_alarm, 3, 0 },
    { 9, "SyncChangeAlarm", change_alarm, 3, 0 },
    { 10, "SyncQueryAlarm", query_alarm, 2, 2 },
    { 11, "SyncDestroyAlarm", destroy_alarm, 2, 2 },
    { 12, "SyncSetPriority", set_priority, 3, 3 },
    { 13, "SyncGetPriority", get_priority, 2, 2 },
    { 14, "SyncCreateFence", create_fence, 4, 4 },
    { 15, "SyncTriggerFence", trigger_fence, 2, 2 },
    { 16, "SyncResetFence", reset_fence, 2, 2 },
    { 17, "SyncDestroyFence", destroy_fence, 2, 2 },
    { 18, "SyncQueryFence", query_fence, 2, 2 },
    { 19, "SyncAwaitFence", await_fence, 1, 0 },
};
const struct ofs_extension ofs_ext_sync = {
    .name = "SYNC", .major = 134, .first_event = FIRST_EVENT, .first_error = FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows), .init = init, .client_gone = client_gone,
};
