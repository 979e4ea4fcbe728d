/* A client's stream: cutting it into requests, collecting replies, errors and events. */
#include <stdlib.h>

#include "util/log.h"
#include "x11/input.h"
#include "x11/passing.h"
#include "x11/picture.h"
#include "x11/private.h"

#define OFS_LOG_MODULE OFS_MOD_X11

/* ---- output ---- */

static bool out_reserve(struct ofs_client *c, size_t n)
{
    if (c->closing)
        return false;
    if (c->out_cap - c->out_len >= n)
        return true;
    size_t shift = c->out_at; /* what is sent already makes room first */
    if (shift) {
        memmove(c->out, c->out + shift, c->out_len - shift);
        c->out_len -= shift;
        c->out_mark = c->out_mark >= shift ? c->out_mark - shift : 0;
        c->out_at = 0;
    }
    if (c->out_cap - c->out_len >= n)
        return true;
    size_t limit = c->server->config.max_output_bytes;
    if (c->out_len + n > limit) {
        ofs_warn("client %u does not read: dropped with %zu bytes unread", c->index, c->out_len);
        c->closing = true;
        return false;
    }
    size_t cap = c->out_cap ? c->out_cap * 2 : 4096;
    while (cap < c->out_len + n)
        cap *= 2;
    uint8_t *larger = realloc(c->out, cap);
    if (!larger) {
        c->closing = true;
        return false;
    }
    c->out = larger;
    c->out_cap = cap;
    return true;
}

void ofs_out_bytes(struct ofs_client *c, const void *bytes, size_t n)
{
    if (!n || !out_reserve(c, n))
        return;
    memcpy(c->out + c->out_len, bytes, n);
    c->out_len += n;
}

void ofs_out_zero(struct ofs_client *c, size_t n)
{
    if (!n || !out_reserve(c, n))
        return;
    memset(c->out + c->out_len, 0, n);
    c->out_len += n;
}

void ofs_out8(struct ofs_client *c, uint8_t v) { ofs_out_bytes(c, &v, 1); }

void ofs_out16(struct ofs_client *c, uint16_t v)
{
    v = c->swap ? __builtin_bswap16(v) : v;
    ofs_out_bytes(c, &v, 2);
}

void ofs_out32(struct ofs_client *c, uint32_t v)
{
    v = c->swap ? __builtin_bswap32(v) : v;
    ofs_out_bytes(c, &v, 4);
}

size_t ofs_out_offset(const struct ofs_client *c) { return c->out_len - c->out_mark; }

void ofs_out_align(struct ofs_client *c) { ofs_out_zero(c, (4 - (ofs_out_offset(c) & 3)) & 3); }

void ofs_out_patch16(struct ofs_client *c, size_t offset, uint16_t v)
{
    if (!c->closing)
        ofs_put16(c->out + c->out_mark + offset, v, c->swap);
}

void ofs_out_patch32(struct ofs_client *c, size_t offset, uint32_t v)
{
    if (!c->closing)
        ofs_put32(c->out + c->out_mark + offset, v, c->swap);
}

void ofs_reply_begin(struct ofs_client *c, uint8_t data1)
{
    c->replied = true;
    c->out_mark = c->out_len;
    ofs_out8(c, X_Reply);
    ofs_out8(c, data1);
    ofs_out16(c, (uint16_t)c->sequence);
    ofs_out32(c, 0);
}

static void end_with_length(struct ofs_client *c)
{
    size_t n = ofs_out_offset(c);
    if (n < 32)
        ofs_out_zero(c, 32 - n);
    ofs_out_align(c);
    ofs_out_patch32(c, 4, (uint32_t)((ofs_out_offset(c) - 32) / 4));
}

void ofs_reply_end(struct ofs_client *c) { end_with_length(c); }

void ofs_generic_begin(struct ofs_client *c, uint8_t extension_major, uint16_t evtype)
{
    c->out_mark = c->out_len;
    ofs_out8(c, GenericEvent);
    ofs_out8(c, extension_major);
    ofs_out16(c, (uint16_t)c->sequence);
    ofs_out32(c, 0);
    ofs_out16(c, evtype);
}

void ofs_generic_end(struct ofs_client *c) { end_with_length(c); }

void ofs_client_error(struct ofs_client *c, uint8_t error, uint8_t major, uint16_t minor)
{
    c->out_mark = c->out_len;
    ofs_out8(c, X_Error);
    ofs_out8(c, error);
    ofs_out16(c, (uint16_t)c->sequence);
    ofs_out32(c, c->bad_value);
    ofs_out16(c, minor);
    ofs_out8(c, major);
    ofs_out_zero(c, 21);
}

/* ---- input ---- */

static bool in_append(struct ofs_client *c, const uint8_t *bytes, size_t n)
{
    if (c->in_cap - c->in_len < n) {
        size_t cap = c->in_cap ? c->in_cap : 4096;
        while (cap < c->in_len + n)
            cap *= 2;
        uint8_t *larger = realloc(c->in, cap);
        if (!larger) {
            c->closing = true;
            return false;
        }
        c->in = larger;
        c->in_cap = cap;
    }
    memcpy(c->in + c->in_len, bytes, n);
    c->in_len += n;
    return true;
}

static void run_request(struct ofs_client *c, const uint8_t *data, uint32_t size_bytes)
{
    struct ofs_request r = {
        .data = data, .size_bytes = size_bytes, .at = 4, .major = data[0], .minor = data[1], .swap = c->swap,
    };
    c->sequence++;
    ofs_dispatch(c, &r);
}

static void bad_length(struct ofs_client *c, const uint8_t *header)
{
    c->sequence++;
    c->bad_value = 0;
    ofs_client_error(c, BadLength, header[0], header[0] >= 128 ? header[1] : 0);
}

/* One request from the front of p (n bytes). Returns the bytes it took, 0 if it is not complete. */
static size_t take_request(struct ofs_client *c, const uint8_t *p, size_t n)
{
    if (n < 4)
        return 0;
    uint32_t words = ofs_get16(p + 2, c->swap);
    if (words) {
        if (n < (size_t)words * 4)
            return 0;
        run_request(c, p, words * 4);
        return (size_t)words * 4;
    }
    if (!c->big_requests) { /* length 0 says nothing of where the next one begins: take the header, as the X server does */
        bad_length(c, p);
        return 4;
    }
    if (n < 8)
        return 0;
    words = ofs_get32(p + 4, c->swap);
    if (words < 2) {
        bad_length(c, p);
        return 8;
    }
    if (words > OFS_MAX_REQUEST_WORDS) {
        bad_length(c, p);
        c->skip_bytes = (uint64_t)words * 4 - 8;
        return 8;
    }
    size_t size = (size_t)words * 4;
    if (n < size)
        return 0;
    /* The header moves up against the body, over the extra length word; the copy keeps the caller's bytes as they are. */
    uint8_t *copy = malloc(size - 4);
    if (!copy) {
        c->closing = true;
        return size;
    }
    memcpy(copy, p, 4);
    memcpy(copy + 4, p + 8, size - 8);
    run_request(c, copy, (uint32_t)size - 4);
    free(copy);
    return size;
}

static bool may_run(const struct ofs_client *c)
{
    return !c->closing && !c->asleep && !c->awaits &&
           (!c->server->server_grab || c->server->server_grab == c || c->grab_impervious);
}

/* Everything that is whole in p. Returns the bytes taken. */
static size_t take_all(struct ofs_client *c, const uint8_t *p, size_t n)
{
    size_t at = 0;
    while (may_run(c)) {
        if (c->skip_bytes) {
            size_t skip = n - at < c->skip_bytes ? n - at : (size_t)c->skip_bytes;
            c->skip_bytes -= skip;
            at += skip;
            if (c->skip_bytes)
                break;
        }
        size_t took;
        if (c->ready) {
            took = take_request(c, p + at, n - at);
        } else {
            took = ofs_setup_size(p + at, n - at);
            if (took > n - at)
                took = 0;
            if (took)
                ofs_setup_answer(c, p + at);
        }
        if (!took)
            break;
        at += took;
    }
    return at;
}

void ofs_client_feed(struct ofs_client *c, const uint8_t *bytes, size_t n)
{
    if (c->closing)
        return;
    if (!c->in_len) { /* the usual case: whole requests, no copy */
        size_t took = take_all(c, bytes, n);
        if (took < n && !c->closing)
            (void)in_append(c, bytes + took, n - took);
        return;
    }
    if (n && !in_append(c, bytes, n))
        return;
    /* A handler may not touch c->in, so the pointer holds during take_all. */
    size_t took = take_all(c, c->in, c->in_len);
    memmove(c->in, c->in + took, c->in_len - took);
    c->in_len -= took;
    if (!c->in_len && c->in_cap > 65536) {
        free(c->in);
        c->in = NULL;
        c->in_cap = 0;
    }
}

/* ---- life ---- */

struct ofs_client *ofs_server_add_client(struct ofs_server *s)
{
    struct ofs_client *c = calloc(1, sizeof(*c));
    if (!c)
        return NULL;
    /* The lowest index that no living client and no retained resource has. */
    uint32_t tries = 0;
    bool taken;
    do {
        s->next_client_index = s->next_client_index % OFS_MAX_CLIENTS + 1;
        taken = ofs_res_index_used(s, s->next_client_index);
        for (struct ofs_client *other = s->clients; other && !taken; other = other->next)
            taken = other->index == s->next_client_index;
        if (++tries > OFS_MAX_CLIENTS) {
            free(c);
            return NULL;
        }
    } while (taken);
    c->server = s;
    c->index = s->next_client_index;
    c->id_base = c->index << 21;
    c->fd = c->peer_fd = -1;
    c->next = s->clients;
    s->clients = c;
    return c;
}

void ofs_client_close_down(struct ofs_client *c)
{
    struct ofs_server *s = c->server;
    if (c->closed_down)
        return;
    ofs_present_client_gone(c);
    c->closed_down = true;
    c->closing = true; /* nothing is sent to it any more */
    if (s->server_grab == c)
        s->server_grab = NULL;
    ofs_save_set_apply(c);
    ofs_selections_client_gone(c);
    ofs_input_client_gone(c);
    ofs_window_forget_client(c);
    for (unsigned i = 0; i < ofs_extension_count; i++)
        if (ofs_extensions[i]->client_gone)
            ofs_extensions[i]->client_gone(c);
    if (c->close_down_mode == DestroyAll)
        ofs_res_free_client(c);
    else
        ofs_res_retain_client(c, c->close_down_mode == RetainTemporary);
}

void ofs_client_remove(struct ofs_client *c)
{
    struct ofs_server *s = c->server;
    ofs_client_close_down(c);
    struct ofs_client **link = &s->clients;
    while (*link != c)
        link = &(*link)->next;
    *link = c->next;
    ofs_passing_finish(c);
    free(c->save_set);
    free(c->in);
    free(c->out);
    free(c);
}
