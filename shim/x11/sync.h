/* The SYNC files' own: sync.c (counters, the tables), sync_alarm.c, sync_wait.c (waiting clients, fences). */
#ifndef OFS_X11_SYNC_H
#define OFS_X11_SYNC_H

#include "x11/private.h"

enum { OFS_SYNC_FIRST_EVENT = 83, OFS_SYNC_FIRST_ERROR = 134 };
enum { OFS_SYNC_COUNTER_NOTIFY = 0, OFS_SYNC_ALARM_NOTIFY = 1 };
enum { OFS_SYNC_BAD_COUNTER = 0, OFS_SYNC_BAD_ALARM = 1, OFS_SYNC_BAD_FENCE = 2 };
enum { OFS_SYNC_SERVERTIME = 0x50 };
enum { POSITIVE_TRANSITION, NEGATIVE_TRANSITION, POSITIVE_COMPARISON, NEGATIVE_COMPARISON };

struct ofs_counter {
    struct ofs_res res;
    int64_t value;
};

struct ofs_trigger {
    uint32_t counter; /* id, or None */
    int64_t value;    /* absolute */
    uint32_t test;
};

/* A counter went from one value to another. */
struct ofs_counter_change {
    uint32_t counter;
    int64_t before, now;
};

static inline int64_t ofs_req64(struct ofs_request *r)
{
    uint32_t high = ofs_req32(r), low = ofs_req32(r);
    return (int64_t)((uint64_t)high << 32 | low);
}

static inline void ofs_out64(struct ofs_client *c, int64_t v)
{
    ofs_out32(c, (uint32_t)((uint64_t)v >> 32));
    ofs_out32(c, (uint32_t)v);
}

/* sync.c */
int64_t ofs_counter_value(struct ofs_server *s, const struct ofs_counter *counter);
bool ofs_trigger_holds(const struct ofs_trigger *t, int64_t before, int64_t now);
int ofs_counter_find(struct ofs_client *c, uint32_t id, struct ofs_counter **out);

/* sync_alarm.c */
void ofs_alarms_counter_changed(struct ofs_server *s, const struct ofs_counter_change *change);
void ofs_alarms_counter_gone(struct ofs_server *s, struct ofs_counter *counter);
void ofs_alarms_init(struct ofs_server *s);
void ofs_alarms_client_gone(struct ofs_client *c);
int ofs_sync_create_alarm(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_change_alarm(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_query_alarm(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_destroy_alarm(struct ofs_client *c, struct ofs_request *r);

/* sync_wait.c */
void ofs_awaits_counter_changed(struct ofs_server *s, const struct ofs_counter_change *change);
void ofs_awaits_counter_gone(struct ofs_server *s, const struct ofs_counter *counter);
void ofs_awaits_end(struct ofs_client *c);
void ofs_fences_init(struct ofs_server *s);
int ofs_sync_await(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_create_fence(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_trigger_fence(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_reset_fence(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_destroy_fence(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_query_fence(struct ofs_client *c, struct ofs_request *r);
int ofs_sync_await_fence(struct ofs_client *c, struct ofs_request *r);

#endif
