/* SYNC: counters, alarms and fences. */
#include <stdlib.h>
#include <xcb/sync.h>

#include "scenarios.h"

static xcb_sync_int64_t wide(int32_t hi, uint32_t lo)
{
    const xcb_sync_int64_t value = { hi, lo };
    return value;
}

static bool use(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_sync_id, "sync"))
        return false;
    ORACLE_SHOW(o, o->c, "sync:Initialize", xcb_sync_initialize(o->c, 3, 1));
    return true;
}

static void show_counter(struct oracle *o, xcb_sync_counter_t counter)
{
    ORACLE_SHOW(o, o->c, "sync:QueryCounter", xcb_sync_query_counter(o->c, counter));
}

void scenario_sync(struct oracle *o)
{
    if (!use(o))
        return;
    xcb_sync_counter_t counter = oracle_id(o, o->c, "counter");
    oracle_step(o, "counter");
    xcb_sync_create_counter(o->c, counter, wide(0, 7));
    show_counter(o, counter);
    xcb_sync_change_counter(o->c, counter, wide(-1, 0xFFFFFFFE));
    show_counter(o, counter);
    xcb_sync_set_counter(o->c, counter, wide(0x7FFFFFFF, 0xFFFFFFFF));
    show_counter(o, counter);
    oracle_step(o, "overflow");
    xcb_sync_change_counter(o->c, counter, wide(0, 1));
    show_counter(o, counter);
    oracle_step(o, "await that is true already");
    const xcb_sync_waitcondition_t now = { { counter, XCB_SYNC_VALUETYPE_ABSOLUTE, { 0, 5 }, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON }, { 0, 0 } };
    xcb_sync_await(o->c, 1, &now);
    oracle_step(o, "priority");
    ORACLE_SHOW(o, o->c, "sync:GetPriority", xcb_sync_get_priority(o->c, 0));
    oracle_step(o, "errors");
    xcb_sync_create_counter(o->c, counter, wide(0, 0));
    show_counter(o, 0xD1);
    xcb_sync_set_counter(o->c, 0xD1, wide(0, 0));
    xcb_sync_change_counter(o->c, 0xD1, wide(0, 0));
    xcb_sync_destroy_counter(o->c, 0xD1);
    xcb_sync_await(o->c, 0, NULL);
    const xcb_sync_waitcondition_t bad = { { 0xD1, 0, { 0, 5 }, 0 }, { 0, 0 } };
    xcb_sync_await(o->c, 1, &bad);
    oracle_step(o, "destroy");
    xcb_sync_destroy_counter(o->c, counter);
    show_counter(o, counter);
    oracle_step(o, "fence");
    xcb_sync_fence_t fence = oracle_id(o, o->c, "fence");
    xcb_sync_create_fence(o->c, o->root, fence, 0);
    ORACLE_SHOW(o, o->c, "sync:QueryFence", xcb_sync_query_fence(o->c, fence));
    xcb_sync_reset_fence(o->c, fence);
    xcb_sync_trigger_fence(o->c, fence);
    ORACLE_SHOW(o, o->c, "sync:QueryFence", xcb_sync_query_fence(o->c, fence));
    xcb_sync_await_fence(o->c, 1, &fence);
    xcb_sync_reset_fence(o->c, fence);
    ORACLE_SHOW(o, o->c, "sync:QueryFence", xcb_sync_query_fence(o->c, fence));
    xcb_sync_destroy_fence(o->c, fence);
    oracle_step(o, "fence errors");
    ORACLE_SHOW(o, o->c, "sync:QueryFence", xcb_sync_query_fence(o->c, fence));
    xcb_sync_trigger_fence(o->c, fence);
    xcb_sync_create_fence(o->c, 0xD2, fence, 0);
}

void scenario_sync_alarm(struct oracle *o)
{
    if (!use(o))
        return;
    xcb_sync_counter_t counter = oracle_id(o, o->c, "counter");
    xcb_sync_create_counter(o->c, counter, wide(0, 0));
    xcb_sync_alarm_t alarm = oracle_id(o, o->c, "alarm");
    const uint32_t all = XCB_SYNC_CA_COUNTER | XCB_SYNC_CA_VALUE_TYPE | XCB_SYNC_CA_VALUE | XCB_SYNC_CA_TEST_TYPE |
                         XCB_SYNC_CA_DELTA | XCB_SYNC_CA_EVENTS;
    const uint32_t values[] = { counter, XCB_SYNC_VALUETYPE_ABSOLUTE, 0, 10, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON, 0, 5, 1 };
    oracle_step(o, "alarm at 10, then every 5");
    xcb_sync_create_alarm(o->c, alarm, all, values);
    ORACLE_SHOW(o, o->c, "sync:QueryAlarm", xcb_sync_query_alarm(o->c, alarm));
    xcb_sync_set_counter(o->c, counter, wide(0, 9));
    oracle_step(o, "reached");
    xcb_sync_set_counter(o->c, counter, wide(0, 10));
    ORACLE_SHOW(o, o->c, "sync:QueryAlarm", xcb_sync_query_alarm(o->c, alarm));
    oracle_step(o, "jump");
    xcb_sync_change_counter(o->c, counter, wide(0, 20));
    ORACLE_SHOW(o, o->c, "sync:QueryAlarm", xcb_sync_query_alarm(o->c, alarm));
    oracle_step(o, "the counter is destroyed");
    xcb_sync_destroy_counter(o->c, counter);
    ORACLE_SHOW(o, o->c, "sync:QueryAlarm", xcb_sync_query_alarm(o->c, alarm));
    oracle_step(o, "destroy the alarm");
    xcb_sync_destroy_alarm(o->c, alarm);
    ORACLE_SHOW(o, o->c, "sync:QueryAlarm", xcb_sync_query_alarm(o->c, alarm));
    oracle_step(o, "B waits for A's counter");
    xcb_connection_t *b = oracle_open(o);
    ORACLE_SHOW(o, b, "sync:Initialize", xcb_sync_initialize(b, 3, 1));
    xcb_sync_counter_t waited = oracle_id(o, o->c, "waited");
    xcb_sync_create_counter(o->c, waited, wide(0, 0));
    oracle_step(o, "wait");
    const xcb_sync_waitcondition_t wait = { { waited, XCB_SYNC_VALUETYPE_ABSOLUTE, { 0, 3 }, XCB_SYNC_TESTTYPE_POSITIVE_COMPARISON }, { 0, 0 } };
    xcb_sync_await(b, 1, &wait);
    xcb_get_input_focus_cookie_t behind = xcb_get_input_focus(b);
    xcb_flush(b);
    oracle_show_focus(o);
    oracle_show_focus(o);
    void *reply = NULL;
    xcb_generic_error_t *error = NULL;
    bool early = xcb_poll_for_reply(b, behind.sequence, &reply, &error) != 0;
    free(reply);
    free(error);
    xcb_sync_set_counter(o->c, waited, wide(0, 3));
    xcb_flush(o->c);
    if (!early)
        ORACLE_SHOW(o, b, "xproto:GetInputFocus", behind);
    oracle_step(o, early ? "B DID NOT WAIT" : "B waited");
}
