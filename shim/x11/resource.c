/* The resource table: everything with an id, for all clients. */
#include <stdlib.h>

#include "x11/private.h"

struct ofs_client ofs_retained_permanent, ofs_retained_temporary;

static const uint8_t core_error[OFS_RES_TYPE_COUNT] = {
    [OFS_RES_WINDOW] = BadWindow,     [OFS_RES_PIXMAP] = BadPixmap, [OFS_RES_GC] = BadGC,
    [OFS_RES_COLORMAP] = BadColor,    [OFS_RES_CURSOR] = BadCursor, [OFS_RES_FONT] = BadFont,
};

static unsigned bucket(const struct ofs_server *s, uint32_t id)
{
    return (id * 2654435761u >> 7) & (s->res_hash_size - 1);
}

static void destroy_plain(struct ofs_server *s, struct ofs_res *res) { free(res); }

int ofs_res_init(struct ofs_server *s)
{
    s->res_hash_size = 256;
    s->res_hash = calloc(s->res_hash_size, sizeof(*s->res_hash));
    if (!s->res_hash)
        return BadAlloc;
    for (unsigned type = 0; type < OFS_RES_TYPE_COUNT; type++) {
        s->res_destroy[type] = destroy_plain;
        s->res_error[type] = core_error[type] ? core_error[type] : BadValue;
    }
    return 0;
}

void ofs_res_set_destructor(struct ofs_server *s, enum ofs_res_type type,
                            void (*destroy)(struct ofs_server *, struct ofs_res *))
{
    s->res_destroy[type] = destroy;
}

void ofs_res_set_error(struct ofs_server *s, enum ofs_res_type type, uint8_t error)
{
    s->res_error[type] = error;
}

static struct ofs_res *find(const struct ofs_server *s, uint32_t id)
{
    struct ofs_res *res = s->res_hash[bucket(s, id)];
    while (res && res->id != id)
        res = res->hash_next;
    return res;
}

struct ofs_res *ofs_res_any(struct ofs_server *s, uint32_t id) { return find(s, id); }

struct ofs_res *ofs_res_get(struct ofs_server *s, uint32_t id, enum ofs_res_type type)
{
    struct ofs_res *res = find(s, id);
    return res && res->type == type ? res : NULL;
}

int ofs_res_find(struct ofs_client *c, uint32_t id, enum ofs_res_type type, void *out_ptr)
{
    struct ofs_res *res = ofs_res_get(c->server, id, type);
    *(void **)out_ptr = res;
    return res ? 0 : ofs_bad(c, c->server->res_error[type], id);
}

static void grow(struct ofs_server *s)
{
    unsigned old_size = s->res_hash_size;
    struct ofs_res **old = s->res_hash, **larger = calloc(old_size * 2, sizeof(*larger));
    if (!larger)
        return; /* longer chains, nothing worse */
    s->res_hash = larger;
    s->res_hash_size = old_size * 2;
    for (unsigned i = 0; i < old_size; i++) {
        for (struct ofs_res *res = old[i], *next; res; res = next) {
            next = res->hash_next;
            struct ofs_res **head = &s->res_hash[bucket(s, res->id)];
            res->hash_next = *head;
            *head = res;
        }
    }
    free(old);
}

void ofs_res_enter(struct ofs_server *s, uint32_t id, enum ofs_res_type type, struct ofs_res *res)
{
    if (s->res_count >= s->res_hash_size * 2)
        grow(s);
    res->id = id;
    res->type = (uint8_t)type;
    struct ofs_res **head = &s->res_hash[bucket(s, id)];
    res->hash_next = *head;
    *head = res;
    s->res_count++;
}

int ofs_res_check_new(struct ofs_client *c, uint32_t id)
{
    if ((id & ~OFS_ID_MASK) != c->id_base || find(c->server, id))
        return ofs_bad(c, BadIDChoice, id);
    return 0;
}

int ofs_res_add(struct ofs_client *c, uint32_t id, enum ofs_res_type type, struct ofs_res *res)
{
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    res->client = c;
    ofs_res_enter(c->server, id, type, res);
    return 0;
}

void ofs_res_free(struct ofs_server *s, struct ofs_res *res)
{
    struct ofs_res **link = &s->res_hash[bucket(s, res->id)];
    while (*link && *link != res)
        link = &(*link)->hash_next;
    if (*link) {
        *link = res->hash_next;
        s->res_count--;
    }
    s->res_destroy[res->type](s, res);
}

void ofs_res_each(struct ofs_server *s, void (*fn)(struct ofs_server *, struct ofs_res *, void *), void *arg)
{
    for (unsigned i = 0; i < s->res_hash_size; i++) {
        for (struct ofs_res *res = s->res_hash[i], *next; res; res = next) {
            next = res->hash_next;
            fn(s, res, arg);
        }
    }
}

/* Free all that `match` names. A window's destructor takes its inferiors with it, whoever made them, which breaks an
 * iteration; so windows go first, from a fresh search each time. */
static void free_matching(struct ofs_server *s, bool (*match)(const struct ofs_res *, const void *), const void *arg)
{
    for (unsigned i = 0; i < s->res_hash_size; i++) {
        struct ofs_res *res = s->res_hash[i];
        while (res) {
            if (res->type == OFS_RES_WINDOW && match(res, arg)) {
                ofs_window_destroy(s, (struct ofs_window *)res);
                res = s->res_hash[i];
            } else {
                res = res->hash_next;
            }
        }
    }
    for (unsigned i = 0; i < s->res_hash_size; i++) {
        for (struct ofs_res *res = s->res_hash[i], *next; res; res = next) {
            next = res->hash_next;
            if (match(res, arg))
                ofs_res_free(s, res);
        }
    }
}

static bool owned_by(const struct ofs_res *res, const void *client) { return res->client == client; }

static bool retained_index(const struct ofs_res *res, const void *index)
{
    return (res->client == &ofs_retained_permanent || res->client == &ofs_retained_temporary) &&
           res->id >> 21 == *(const uint32_t *)index;
}

void ofs_res_free_client(struct ofs_client *c) { free_matching(c->server, owned_by, c); }

void ofs_res_free_retained(struct ofs_server *s, struct ofs_client *owner) { free_matching(s, owned_by, owner); }

void ofs_res_free_retained_index(struct ofs_server *s, uint32_t index) { free_matching(s, retained_index, &index); }

void ofs_res_retain_client(struct ofs_client *c, bool temporary)
{
    for (unsigned i = 0; i < c->server->res_hash_size; i++)
        for (struct ofs_res *res = c->server->res_hash[i]; res; res = res->hash_next)
            if (res->client == c)
                res->client = temporary ? &ofs_retained_temporary : &ofs_retained_permanent;
}

bool ofs_res_index_used(struct ofs_server *s, uint32_t index)
{
    for (unsigned i = 0; i < s->res_hash_size; i++)
        for (struct ofs_res *res = s->res_hash[i]; res; res = res->hash_next)
            if (res->id >> 21 == index)
                return true;
    return false;
}
