/* Requests with nonsense in them: the server has to answer something and live on. Nothing is compared. */
#include <stdio.h>

#include "raw.h"

static const struct {
    uint8_t minor, words; /* as long as the fixed part of the request */
} requests[] = {
    { 0, 2 },  { 1, 4 },  { 3, 7 },  { 4, 2 },  { 5, 4 },  { 6, 2 },  { 7, 25 }, { 8, 7 },  { 9, 9 },
    { 10, 3 }, { 11, 4 }, { 12, 2 }, { 13, 3 }, { 14, 3 }, { 15, 4 }, { 16, 8 }, { 17, 3 }, { 18, 7 },
    { 19, 3 }, { 20, 7 }, { 21, 7 }, { 22, 2 }, { 23, 3 }, { 24, 4 }, { 25, 3 }, { 101, 6 },
};
static const uint8_t core[] = { 100, 101, 102, 103, 104, 118, 119 };

static void some_bytes(struct raw *r, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        raw8(r, raw_random(r, 3) ? raw_random(r, 10) : raw_random(r, 256));
}

void scenario_mess(struct raw *r, unsigned count)
{
    use_extension(r, 1, 0);
    select_all_events(r);
    for (unsigned i = 0; i < count; i++) {
        unsigned n = raw_random(r, sizeof(requests) / sizeof(requests[0]));
        unsigned words = requests[n].words - 1u, extra = raw_random(r, 3) ? 0 : raw_random(r, 60);
        if (!raw_random(r, 6)) {
            raw_begin(r, core[raw_random(r, sizeof(core))], (uint8_t)raw_random(r, raw_random(r, 2) ? 4 : 256));
            some_bytes(r, raw_random(r, 80) * 4);
        } else {
            raw_begin(r, r->xkb_major, requests[n].minor);
            if (words)
                raw16(r, raw_random(r, 8) ? 0x100 : raw_random(r, 65536));
            some_bytes(r, words * 4 - 2 + extra * 4);
            if (!raw_random(r, 12))
                r->length = 4 + raw_random(r, words + 1) * 4; /* too short */
        }
        raw_tell_quietly(r);
    }
    /* And requests that are nearly right. */
    r->mutate = true;
    scenario_changes(r, count);
    scenario_maps(r, count);
    scenario_queries(r, count);
    scenario_keys(r, count);
    printf("alive after %u requests of each kind\n", count);
}
