/* SYNC alarms: a watch on a counter that reports and moves on. */
#include <stdlib.h>

#include "x11/sync.h"

enum { ALARM_ACTIVE, ALARM_INACTIVE, ALARM_DESTROYED };

struct alarm_watch {
    struct alarm_watch *next;
    struct ofs_client *client;
};

struct alarm {
    struct ofs_res res;
    struct ofs_trigger trigger;
    uint32_t value_type; /* as given: 0 absolute, 1 relative */
    int64_t delta;
    uint8_t state;
    struct alarm_watch *watches;
};

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
    ev.u.u.type = OFS_SYNC_FIRST_EVENT + OFS_SYNC_ALARM_NOTIFY;
    ev.u.u.detail = OFS_SYNC_ALARM_NOTIFY; /* the kind is in the event twice */
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

static void check_alarm(struct ofs_server *s, struct ofs_res *res, void *arg)
{
    const struct ofs_counter_change *change = arg;
    struct alarm *a = (struct alarm *)res;
    if (res->type == OFS_RES_ALARM && a->state == ALARM_ACTIVE && a->trigger.counter == change->counter &&
        ofs_trigger_holds(&a->trigger, change->before, change->now))
        fire(s, a, change->now);
}

void ofs_alarms_counter_changed(struct ofs_server *s, const struct ofs_counter_change *change)
{
    struct ofs_counter_change copy = *change;
    ofs_res_each(s, check_alarm, &copy);
}

static void orphan_alarm(struct ofs_server *s, struct ofs_res *res, void *gone)
{
    const struct ofs_counter *counter = gone;
    struct alarm *a = (struct alarm *)res;
    if (res->type != OFS_RES_ALARM || a->trigger.counter != counter->res.id)
        return;
    a->trigger.counter = None;
    a->state = ALARM_INACTIVE;
    notify_alarm(s, a, counter->value, a->trigger.value);
}

void ofs_alarms_counter_gone(struct ofs_server *s, struct ofs_counter *counter) { ofs_res_each(s, orphan_alarm, counter); }

/* ---- requests ---- */

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

static int change_attributes(struct ofs_client *c, struct ofs_request *r, struct alarm *a, uint32_t mask, bool fresh)
{
    struct ofs_trigger t = a->trigger;
    uint32_t type = a->value_type, events = 1;
    int64_t delta = a->delta;
    if (mask & ~0x3Fu)
        return ofs_bad(c, BadValue, mask);
    if (mask & CA_COUNTER)
        t.counter = ofs_req32(r);
    if (mask & CA_VALUE_TYPE)
        type = ofs_req32(r);
    if (mask & CA_VALUE)
        t.value = ofs_req64(r);
    if (mask & CA_TEST)
        t.test = ofs_req32(r);
    if (mask & CA_DELTA)
        delta = ofs_req64(r);
    if (mask & CA_EVENTS)
        events = ofs_req32(r);
    struct ofs_counter *counter = NULL;
    int error = t.counter ? ofs_counter_find(c, t.counter, &counter) : 0;
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
    int64_t now = counter ? ofs_counter_value(c->server, counter) : 0;
    if ((mask & (CA_VALUE | CA_VALUE_TYPE)) && type && !counter)
        return BadMatch; /* relative to nothing */
    if ((mask & CA_VALUE) && type && __builtin_add_overflow(now, t.value, &t.value))
        return ofs_bad(c, BadValue, (uint32_t)((uint64_t)t.value >> 32));
    error = mask & CA_EVENTS ? watch(a, c, events) : 0;
    if (error)
        return error;
    a->trigger = t;
    a->value_type = type;
    a->delta = delta;
    a->state = t.counter ? ALARM_ACTIVE : ALARM_INACTIVE;
    if (t.counter ? ofs_trigger_holds(&t, now, now) : !fresh)
        fire(c->server, a, now);
    return 0;
}

static void destroy_alarm_res(struct ofs_server *s, struct ofs_res *res)
{
    struct alarm *a = (struct alarm *)res;
    struct ofs_counter *counter = (struct ofs_counter *)ofs_res_get(s, a->trigger.counter, OFS_RES_COUNTER);
    a->state = ALARM_DESTROYED;
    notify_alarm(s, a, counter ? ofs_counter_value(s, counter) : 0, a->trigger.value);
    for (struct alarm_watch *w = a->watches, *next; w; w = next) {
        next = w->next;
        free(w);
    }
    free(a);
}

int ofs_sync_create_alarm(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), mask = ofs_req32(r);
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    if (r->size_bytes != 12 + attribute_bytes(mask))
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
    error = change_attributes(c, r, a, mask, true);
    if (error) {
        (void)watch(a, c, false);
        ofs_res_free(c->server, &a->res);
    }
    return error;
}

int ofs_sync_change_alarm(struct ofs_client *c, struct ofs_request *r)
{
    struct alarm *a;
    int error = find_alarm(c, ofs_req32(r), &a);
    uint32_t mask = ofs_req32(r);
    if (error)
        return error;
    return r->size_bytes == 12 + attribute_bytes(mask) ? change_attributes(c, r, a, mask, false) : BadLength;
}

int ofs_sync_query_alarm(struct ofs_client *c, struct ofs_request *r)
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
    ofs_out64(c, a->trigger.value);
    ofs_out32(c, a->trigger.test);
    ofs_out64(c, a->delta);
    ofs_out8(c, events);
    ofs_out8(c, a->state);
    ofs_reply_end(c);
    return 0;
}

int ofs_sync_destroy_alarm(struct ofs_client *c, struct ofs_request *r)
{
    struct alarm *a;
    int error = find_alarm(c, ofs_req32(r), &a);
    if (!error)
        ofs_res_free(c->server, &a->res);
    return error;
}

/* ---- life ---- */

static void forget_watcher(struct ofs_server *s, struct ofs_res *res, void *client)
{
    if (res->type == OFS_RES_ALARM)
        (void)watch((struct alarm *)res, client, false);
}

void ofs_alarms_client_gone(struct ofs_client *c) { ofs_res_each(c->server, forget_watcher, c); }

void ofs_alarms_init(struct ofs_server *s)
{
    ofs_res_set_error(s, OFS_RES_ALARM, OFS_SYNC_FIRST_ERROR + OFS_SYNC_BAD_ALARM);
    ofs_res_set_destructor(s, OFS_RES_ALARM, destroy_alarm_res);
    ofs_event_set_format(s, OFS_SYNC_FIRST_EVENT + OFS_SYNC_ALARM_NOTIFY, "112 4 44 44 4 1111");
}
