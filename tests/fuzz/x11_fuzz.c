/* libFuzzer target: connection setup and requests of several clients, in both byte orders, to one world in memory. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <sys/shm.h>

#include "beside.h"
#include "x11/server.h"
#include "x11_fuzz.h"

#define MAX_INPUT_BYTES 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int fuzz_chunk_at(const uint8_t *data, size_t size, size_t at, struct fuzz_chunk *out)
{
    if (at + 3 > size)
        return 0;
    out->client = data[at] & 3;
    out->kind = data[at] >> 2 & 7;
    out->size = (size_t)(data[at + 1] | data[at + 2] << 8);
    out->at = at;
    out->bytes = data + at + 3;
    if (out->size > size - at - 3)
        out->size = size - at - 3;
    out->end = at + 3 + out->size;
    return 1;
}

/* Time goes on by itself, the same in every run. */
static uint32_t fake_time_ms;
static uint32_t now_ms(void)
{
    return fake_time_ms += 3;
}
static uint64_t now_ns(void) { return (uint64_t)now_ms() * 1000000; }

/* Shared memory of the fuzzer's own, linked in place of the C library's: never a segment of this machine, and one whose
 * ends the address sanitizer watches. */
enum { SEGMENT_BYTES = 5000 };
void *__wrap_shmat(int shmid, const void *address, int flags);
int __wrap_shmdt(const void *address);
int __wrap_shmctl(int shmid, int command, struct shmid_ds *about);

void *__wrap_shmat(int shmid, const void *address, int flags)
{
    (void)address;
    (void)flags;
    void *segment = shmid > 0 && shmid % 4 ? calloc(1, SEGMENT_BYTES) : NULL;
    return segment ? segment : (void *)-1;
}
int __wrap_shmdt(const void *address)
{
    free((void *)(uintptr_t)address);
    return 0;
}
int __wrap_shmctl(int shmid, int command, struct shmid_ds *about)
{
    (void)command;
    memset(about, 0, sizeof *about);
    about->shm_segsz = SEGMENT_BYTES;
    return shmid > 0 && shmid % 4 && shmid % 64 != 63 ? 0 : -1;
}

struct run {
    struct ofs_server *server;
    struct ofs_client *clients[FUZZ_CLIENTS];
    uint8_t orders;
};

static void leave(struct run *r, unsigned i)
{
    if (r->clients[i]) {
        beside_leave(r->clients[i]);
        ofs_client_remove(r->clients[i]);
    }
    r->clients[i] = NULL;
    ofs_server_run_pending(r->server);
}

/* A client that has done its setup, unless the input brings a setup of its own. */
static struct ofs_client *enter(struct run *r, unsigned i, bool set_up)
{
    struct ofs_client *c = ofs_server_add_client(r->server);
    r->clients[i] = c;
    if (c)
        beside_enter(c);
    if (c && set_up) {
        bool swap = r->orders >> i & 1;
        const uint8_t little[12] = { 'l', 0, 11 }, big[12] = { 'B', 0, 0, 11 };
        ofs_client_feed(c, swap ? big : little, 12);
    }
    return c;
}

/* A request whose length is the truth. */
static void feed_request(struct ofs_client *c, const uint8_t *bytes, size_t size, const uint8_t *passed)
{
    size_t words = size / 4;
    uint8_t *copy = words ? malloc(words * 4) : NULL;
    if (!copy)
        return;
    memcpy(copy, bytes, words * 4);
    ofs_put16(copy + 2, (uint16_t)words, c->swap);
    if (passed)
        beside_pass(c, *passed, copy, words * 4);
    else
        ofs_client_feed(c, copy, words * 4);
    free(copy);
}

static void feed(struct run *r, const struct fuzz_chunk *chunk)
{
    struct ofs_client *c = r->clients[chunk->client];
    if (!c)
        c = enter(r, chunk->client, chunk->kind != CHUNK_RAW);
    if (!c)
        return;
    if (chunk->kind == CHUNK_RAW)
        ofs_client_feed(c, chunk->bytes, chunk->size);
    else if (chunk->kind == CHUNK_REQUEST)
        feed_request(c, chunk->bytes, chunk->size, NULL);
    else if (chunk->size && c->fd >= 0)
        feed_request(c, chunk->bytes + 1, chunk->size - 1, chunk->bytes);
}

static void one_chunk(struct run *r, const struct fuzz_chunk *chunk)
{
    struct ofs_client *c = r->clients[chunk->client];
    switch (chunk->kind) {
    case CHUNK_LEAVE: leave(r, chunk->client); break;
    case CHUNK_DRAIN:
        if (c)
            beside_drain(c);
        break;
    case CHUNK_ELSEWHERE: beside_do(chunk->bytes, chunk->size); break;
    case CHUNK_TIME: fake_time_ms += chunk->size > 1 ? (uint32_t)(chunk->bytes[0] | chunk->bytes[1] << 8) : 1000; break;
    default: feed(r, chunk); break;
    }
    beside_settle();
    ofs_server_run_pending(r->server);
    for (unsigned i = 0; i < FUZZ_CLIENTS; i++)
        if (r->clients[i] && r->clients[i]->closing)
            leave(r, i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4 || size > MAX_INPUT_BYTES)
        return 0;
    const struct ofs_server_config config = { .width_px = 640, .height_px = 480, .now_ms = now_ms, .publish = true,
                                              .max_output_bytes = 1 << 20, .max_image_bytes = 16 << 20,
                                              .focus_new_windows = data[0] & FLAG_FOCUS };
    fake_time_ms = 1000;
    struct run r = { .server = ofs_server_create(&config), .orders = data[0] };
    if (!r.server)
        return 0;
    beside_begin(r.server, data[0] & FLAG_MOVES, data[0] & FLAG_VIRTUAL, now_ns);
    struct fuzz_chunk chunk;
    for (size_t at = 1; fuzz_chunk_at(data, size, at, &chunk); at = chunk.end)
        one_chunk(&r, &chunk);
    for (unsigned i = 0; i < FUZZ_CLIENTS; i++)
        leave(&r, i);
    beside_begin(NULL, false, false, NULL);
    ofs_server_destroy(r.server);
    return 0;
}
