#include "x11/schedule.h"

#include <limits.h>
#include <stdatomic.h>
#include <stddef.h>

#include "x11/loop.h"
#include "x11/server.h"

static _Atomic(const struct ofs_x11_schedule *) schedule;

void ofs_x11_set_schedule(const struct ofs_x11_schedule *wanted) { atomic_store(&schedule, wanted); }

void ofs_schedule_mapped(struct ofs_server *s)
{
    if (s->was_mapped)
        return;
    s->was_mapped = true;
    s->mapped_at_ms = ofs_server_now(s);
}

int ofs_schedule_timeout_ms(struct ofs_server *s)
{
    const struct ofs_x11_schedule *wanted = s->was_mapped ? atomic_load(&schedule) : NULL;
    uint32_t next_ms = wanted ? wanted->next_ms() : UINT32_MAX, now_ms;
    if (next_ms == UINT32_MAX)
        return -1;
    now_ms = ofs_server_now(s) - s->mapped_at_ms;
    if (next_ms <= now_ms)
        return 0;
    return next_ms - now_ms < INT_MAX ? (int)(next_ms - now_ms) : INT_MAX;
}

void ofs_schedule_run(struct ofs_server *s)
{
    if (ofs_schedule_timeout_ms(s) == 0)
        atomic_load(&schedule)->run(ofs_server_now(s) - s->mapped_at_ms);
}

int ofs_schedule_end_timeout_ms(void)
{
    const struct ofs_x11_schedule *wanted = atomic_load(&schedule);
    uint64_t end_ms = wanted ? wanted->end_at_ms() : UINT64_MAX, now_ms;
    if (end_ms == UINT64_MAX)
        return -1;
    now_ms = ofs_calls_real_ms();
    if (end_ms <= now_ms)
        return 0;
    return end_ms - now_ms < INT_MAX ? (int)(end_ms - now_ms) : INT_MAX;
}

void ofs_schedule_run_end(void)
{
    if (ofs_schedule_end_timeout_ms() == 0)
        atomic_load(&schedule)->end();
}
