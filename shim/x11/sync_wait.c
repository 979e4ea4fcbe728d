/* SYNC: clients that wait for a counter or a fence, and fences. A client that awaits a condition which does not hold yet is
 * set aside (client.awaits) until a change makes it hold. */
#include <stdlib.h>

#include "x11/sync.h"

struct fence {
    struct ofs_res res;
    bool triggered;
};

struct ofs_await {
    bool fences;
    uint32_t count;
    struct { struct ofs_trigger trigger; int64_t threshold; } items[];
};

void ofs_awaits_end(struct ofs_client *c)
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
    ev.u.u.type = OFS_SYNC_FIRST_EVENT + OFS_SYNC_COUNTER_NOTIFY;
    memcpy((uint8_t *)&ev + 28, &count, 2);
    ((uint8_t *)&ev)[30] = destroyed;
    ofs_event_to_client(c, &ev);
}

/* The difference from the wait value that a condition asks an event for has been reached. */
static bool wants_event(const struct ofs_trigger *t, int64_t threshold, int64_t now)
{
    int64_t difference;
    if (__builtin_sub_overflow(now, t->value, &difference))
        return false;
    bool positive = t->test == POSITIVE_TRANSITION || t->test == POSITIVE_COMPARISON;
    return positive ? difference >= threshold : difference <= threshold;
}

/* One of the conditions holds: tell of each whose threshold is reached. */
static void notify_await(struct ofs_client *c, const struct ofs_await *w)
{
    uint16_t left = 0;
    for (int pass = 0; pass < 2; pass++) {   /* each event says how many follow, so they are counted first */
        for (uint32_t i = 0; i < w->count; i++) {
            const struct ofs_trigger *t = &w->items[i].trigger;
            struct ofs_counter *counter = (struct ofs_counter *)ofs_res_get(c->server, t->counter, OFS_RES_COUNTER);
            int64_t now = counter ? ofs_counter_value(c->server, counter) : 0;
            if (!counter || !wants_event(t, w->items[i].threshold, now))
                continue;
            if (pass)
                notify_counter(c, t->counter, t->value, now, --left, false);
            else
                left++;
        }
    }
}

void ofs_awaits_counter_changed(struct ofs_server *s, const struct ofs_counter_change *change)
{
    for (struct ofs_client *c = s->clients; c; c = c->next) {
        struct ofs_await *w = c->awaits;
        for (uint32_t i = 0; w && !w->fences && i < w->count; i++) {
            if (w->items[i].trigger.counter == change->counter &&
                ofs_trigger_holds(&w->items[i].trigger, change->before, change->now)) {
                notify_await(c, w);
                ofs_awaits_end(c);
                break;
            }
        }
    }
}

void ofs_awaits_counter_gone(struct ofs_server *s, const struct ofs_counter *counter)
{
    for (struct ofs_client *c = s->clients; c; c = c->next) {
        struct ofs_await *w = c->awaits;
        for (uint32_t i = 0; w && !w->fences && i < w->count; i++) {
            if (w->items[i].trigger.counter == counter->res.id) {
                notify_counter(c, counter->res.id, w->items[i].trigger.value, counter->value, 0, true);
                ofs_awaits_end(c);
                break;
            }
        }
    }
}

static void recheck_fences(struct ofs_server *s, uint32_t fence)
{
    for (struct ofs_client *c = s->clients; c; c = c->next) {
        struct ofs_await *w = c->awaits;
        for (uint32_t i = 0; w && w->fences && i < w->count; i++) {
            if (w->items[i].trigger.counter == fence) {
                ofs_awaits_end(c);
                break;
            }
        }
    }
}

/* counter, value type, value, test type: 20 bytes. */
static int read_trigger(struct ofs_client *c, struct ofs_request *r, struct ofs_trigger *t)
{
    t->counter = ofs_req32(r);
    uint32_t relative = ofs_req32(r);
    int64_t value = ofs_req64(r);
    t->test = ofs_req32(r);
    struct ofs_counter *counter = NULL;
    int error = t->counter ? ofs_counter_find(c, t->counter, &counter) : 0;
    if (error)
        return error;
    if (relative > 1)
        return ofs_bad(c, BadValue, relative);
    if (t->test > NEGATIVE_COMPARISON)
        return ofs_bad(c, BadValue, t->test);
    t->value = value;
    if (relative && counter && __builtin_add_overflow(ofs_counter_value(c->server, counter), value, &t->value))
        return ofs_bad(c, BadValue, (uint32_t)((uint64_t)value >> 32));
    return 0;
}

int ofs_sync_await(struct ofs_client *c, struct ofs_request *r)
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
        w->items[i].threshold = ofs_req64(r);
        if (error)
            break;
        uint32_t id = w->items[i].trigger.counter;
        struct ofs_counter *counter = (struct ofs_counter *)ofs_res_get(c->server, id, OFS_RES_COUNTER);
        if (!counter)
            error = ofs_bad(c, OFS_SYNC_FIRST_ERROR + OFS_SYNC_BAD_COUNTER, id);
        else if (ofs_trigger_holds(&w->items[i].trigger, ofs_counter_value(c->server, counter), ofs_counter_value(c->server, counter)))
            already = true;
        else if (id == OFS_SYNC_SERVERTIME)
            error = BadImplementation; /* see the head of this file */
    }
    if (!error && already)
        notify_await(c, w);
    if (error || already)
        free(w);
    else
        c->awaits = w;
    return error;
}

/* ---- fences ---- */

static int find_fence(struct ofs_client *c, uint32_t id, struct fence **out) { return ofs_res_find(c, id, OFS_RES_FENCE, out); }

int ofs_sync_create_fence(struct ofs_client *c, struct ofs_request *r)
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

int ofs_sync_trigger_fence(struct ofs_client *c, struct ofs_request *r)
{
    struct fence *fence;
    int error = find_fence(c, ofs_req32(r), &fence);
    if (error)
        return error;
    fence->triggered = true;
    recheck_fences(c->server, fence->res.id);
    return 0;
}

int ofs_sync_reset_fence(struct ofs_client *c, struct ofs_request *r)
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

int ofs_sync_destroy_fence(struct ofs_client *c, struct ofs_request *r)
{
    struct fence *fence;
    int error = find_fence(c, ofs_req32(r), &fence);
    if (!error)
        ofs_res_free(c->server, &fence->res);
    return error;
}

int ofs_sync_query_fence(struct ofs_client *c, struct ofs_request *r)
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

int ofs_sync_await_fence(struct ofs_client *c, struct ofs_request *r)
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

void ofs_fences_init(struct ofs_server *s)
{
    ofs_res_set_error(s, OFS_RES_FENCE, OFS_SYNC_FIRST_ERROR + OFS_SYNC_BAD_FENCE);
    ofs_res_set_destructor(s, OFS_RES_FENCE, destroy_fence_res);
    ofs_event_set_format(s, OFS_SYNC_FIRST_EVENT + OFS_SYNC_COUNTER_NOTIFY, "112 4 44 44 4 2 1 1");
}
