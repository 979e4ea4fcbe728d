/* XC-MISC 1.1: new ids for a client that has used up its range. A game that makes a pixmap or a GC each frame gets through
 * two million ids in a long training run; libxcb asks here then. Source: xcmiscproto, X11/extensions/xcmiscproto.h. */
#include <stdlib.h>

#include "x11/private.h"

static int get_version(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0);
    ofs_out16(c, 1);
    ofs_out16(c, 1);
    ofs_reply_end(c);
    return 0;
}

/* The client's ids in use. */
struct used {
    const struct ofs_client *client;
    uint32_t *ids;
    unsigned n;
};

static void collect(struct ofs_server *s, struct ofs_res *res, void *arg)
{
    struct used *used = arg;
    if ((res->id & ~OFS_ID_MASK) == used->client->id_base)
        used->ids[used->n++] = res->id & OFS_ID_MASK;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* The longest run of free ids: [first, first + count). */
static bool longest_gap(struct ofs_client *c, uint32_t *first, uint32_t *count)
{
    struct used used = { .client = c, .ids = malloc((c->server->res_count + 1) * sizeof(uint32_t)) };
    if (!used.ids)
        return false;
    ofs_res_each(c->server, collect, &used);
    qsort(used.ids, used.n, sizeof(*used.ids), compare);
    uint32_t from = 1; /* 0 is left alone: the base itself looks like no id to some clients */
    *first = *count = 0;
    for (unsigned i = 0; i <= used.n; i++) {
        uint32_t to = i < used.n ? used.ids[i] : OFS_ID_MASK + 1;
        if (to > from && to - from > *count) {
            *first = from;
            *count = to - from;
        }
        from = to + 1;
    }
    free(used.ids);
    return true;
}

static int get_range(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t first, count;
    if (!longest_gap(c, &first, &count))
        return BadAlloc;
    ofs_reply_begin(c, 0);
    ofs_out32(c, count ? c->id_base | first : 0);
    ofs_out32(c, count);
    ofs_reply_end(c);
    return 0;
}

static int get_list(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t wanted = ofs_req32(r), first, count;
    if (wanted > UINT32_MAX / 4)
        return BadAlloc;
    if (!longest_gap(c, &first, &count))
        return BadAlloc;
    uint32_t n = wanted < count ? wanted : count;
    ofs_reply_begin(c, 0);
    ofs_out32(c, n);
    ofs_out_zero(c, 20);
    for (uint32_t i = 0; i < n; i++)
        ofs_out32(c, c->id_base | (first + i));
    ofs_reply_end(c);
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { 0, "XCMiscGetVersion", get_version, 2, 2 },
    { 1, "XCMiscGetXIDRange", get_range, 1, 1 },
    { 2, "XCMiscGetXIDList", get_list, 2, 2 },
};
const struct ofs_extension ofs_ext_xc_misc = {
    .name = "XC-MISC", .major = 136, .rows = rows, .row_count = OFS_ARRAY_LEN(rows),
};
