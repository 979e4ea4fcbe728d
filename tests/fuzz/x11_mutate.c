/* The fuzzer's mutator: it knows chunks and requests, so that most of its inputs get past the length checks. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "x11_fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

static unsigned next(unsigned *state, unsigned below)
{
    *state = *state * 1664525u + 1013904223u;
    return below ? (*state >> 8) % below : 0;
}

static unsigned count_chunks(const uint8_t *data, size_t size)
{
    struct fuzz_chunk chunk;
    unsigned count = 0;
    for (size_t at = 1; fuzz_chunk_at(data, size, at, &chunk); at = chunk.end)
        count++;
    return count;
}

static bool nth_chunk(const uint8_t *data, size_t size, unsigned n, struct fuzz_chunk *out)
{
    size_t at = 1;
    while (fuzz_chunk_at(data, size, at, out)) {
        if (n-- == 0)
            return true;
        at = out->end;
    }
    return false;
}

/* Put `n` bytes at offset `at`; false if there is no room. */
static bool insert(uint8_t *data, size_t *size, size_t max_size, size_t at, const uint8_t *bytes, size_t n)
{
    if (*size + n > max_size || at > *size)
        return false;
    memmove(data + at + n, data + at, *size - at);
    memcpy(data + at, bytes, n);
    *size += n;
    return true;
}

static void put_header(uint8_t *p, unsigned client, unsigned kind, size_t n)
{
    p[0] = (uint8_t)(client | kind << 2);
    p[1] = (uint8_t)n;
    p[2] = (uint8_t)(n >> 8);
}

/* Ids that a request in the input may mean: the clients' ids are small numbers above their bases, the root's is known. */
static uint32_t some_id(unsigned *state)
{
    static const uint32_t known[] = { 0, 1, 0x80, 0x20, 0x21, 0x22, 0x60, 0x61, 0x62, 0x63 }; /* the last are picture formats */
    const unsigned count = sizeof known / sizeof *known;
    unsigned pick = next(state, 2 * count);
    if (pick < count)
        return known[pick];
    return (1 + next(state, FUZZ_CLIENTS)) << 21 | next(state, 24);
}

/* A well-formed request at a chunk boundary. */
static bool add_template(uint8_t *data, size_t *size, size_t max_size, unsigned *state)
{
    const struct fuzz_template *t = &fuzz_templates[next(state, fuzz_template_count)];
    uint8_t whole[3 + 1024];
    if (t->size > 1024)
        return false;
    unsigned client = next(state, 8) ? 0 : next(state, FUZZ_CLIENTS);
    put_header(whole, client, CHUNK_REQUEST, t->size);
    memcpy(whole + 3, t->bytes, t->size);
    struct fuzz_chunk where;
    unsigned chunks = count_chunks(data, *size);
    size_t at = chunks && nth_chunk(data, *size, next(state, chunks + 1), &where) ? where.at : *size;
    return insert(data, size, max_size, at < 1 ? 1 : at, whole, 3u + t->size);
}

/* One word of a request becomes an id, a small number or an extreme one. */
static bool change_word(uint8_t *data, size_t size, unsigned *state)
{
    static const uint32_t extremes[] = { 0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF };
    struct fuzz_chunk chunk;
    unsigned chunks = count_chunks(data, size);
    if (!chunks || !nth_chunk(data, size, next(state, chunks), &chunk) || chunk.size < 8)
        return false;
    size_t offset = chunk.at + 3 + 4 * (1 + next(state, (unsigned)(chunk.size / 4 - 1)));
    uint32_t value = next(state, 3) ? some_id(state) : extremes[next(state, sizeof extremes / sizeof *extremes)];
    unsigned width = 1u << next(state, 3);
    offset += width == 4 ? 0 : next(state, 4 / width) * width;
    if (offset + width > size)
        return false;
    if (data[0] >> chunk.client & 1)
        value = __builtin_bswap32(value) >> (8 * (4 - width));
    memcpy(data + offset, &value, width);
    return true;
}

static bool change_opcode(uint8_t *data, size_t size, unsigned *state)
{
    struct fuzz_chunk chunk;
    unsigned chunks = count_chunks(data, size);
    if (!chunks || !nth_chunk(data, size, next(state, chunks), &chunk) || chunk.size < 4)
        return false;
    const struct fuzz_template *t = &fuzz_templates[next(state, fuzz_template_count)];
    data[chunk.at + 3] = t->bytes[0];
    data[chunk.at + 4] = t->bytes[1];
    return true;
}

static bool remove_chunk(uint8_t *data, size_t *size, unsigned *state)
{
    struct fuzz_chunk chunk;
    unsigned chunks = count_chunks(data, *size);
    if (chunks < 2 || !nth_chunk(data, *size, next(state, chunks), &chunk))
        return false;
    memmove(data + chunk.at, data + chunk.end, *size - chunk.end);
    *size -= chunk.end - chunk.at;
    return true;
}

/* A longer or shorter request. */
static bool resize_chunk(uint8_t *data, size_t *size, size_t max_size, unsigned *state)
{
    struct fuzz_chunk chunk;
    unsigned chunks = count_chunks(data, *size);
    if (!chunks || !nth_chunk(data, *size, next(state, chunks), &chunk))
        return false;
    size_t words = 1 + next(state, 8);
    if (next(state, 2)) {
        uint8_t more[32] = { 0 };
        if (chunk.size + 4 * words > 0xFFFF || !insert(data, size, max_size, chunk.end, more, 4 * words))
            return false;
        put_header(data + chunk.at, chunk.client, chunk.kind, chunk.size + 4 * words);
    } else {
        size_t less = 4 * words < chunk.size ? 4 * words : chunk.size;
        memmove(data + chunk.end - less, data + chunk.end, *size - chunk.end);
        *size -= less;
        put_header(data + chunk.at, chunk.client, chunk.kind, chunk.size - less);
    }
    return true;
}

/* A chunk that is no request: its bytes are noise in which an id of ours stands now and then. */
static bool add_plain_chunk(uint8_t *data, size_t *size, size_t max_size, unsigned *state)
{
    static const uint8_t kinds[] = { CHUNK_DRAIN, CHUNK_DRAIN, CHUNK_LEAVE, CHUNK_ELSEWHERE, CHUNK_ELSEWHERE, CHUNK_TIME };
    uint8_t whole[3 + 64];
    unsigned kind = kinds[next(state, sizeof kinds)];
    unsigned n = kind == CHUNK_ELSEWHERE ? next(state, 61) : kind == CHUNK_TIME ? 2 : 0;
    put_header(whole, next(state, 4) ? 0 : next(state, FUZZ_CLIENTS), kind, n);
    for (unsigned i = 0; i < n; i++)
        whole[3 + i] = (uint8_t)next(state, 256);
    if (n > 5) {
        uint32_t id = some_id(state);
        memcpy(whole + 4, &id, 4);
    }
    struct fuzz_chunk where;
    unsigned chunks = count_chunks(data, *size);
    size_t at = chunks && nth_chunk(data, *size, next(state, chunks + 1), &where) ? where.at : *size;
    return insert(data, size, max_size, at < 1 ? 1 : at, whole, 3 + n);
}

/* A request of MIT-SHM that takes a descriptor, with one or several of some kind, or without the id that it should have. */
static bool add_passing(uint8_t *data, size_t *size, size_t max_size, unsigned *state)
{
    enum { SHM = 130, ATTACH_FD = 6 };
    uint32_t id = 1u << 21 | next(state, 32);
    uint8_t whole[3 + 1 + 12] = { 0 }, *request = whole + 4;
    put_header(whole, 0, CHUNK_PASS, 13);
    whole[3] = (uint8_t)next(state, 256);
    request[0] = SHM;
    request[1] = ATTACH_FD;
    memcpy(request + 4, &id, 4);
    request[8] = (uint8_t)next(state, 2);
    return insert(data, size, max_size, *size, whole, sizeof whole);
}

/* The flags of the first byte. */
static bool change_flags(uint8_t *data, unsigned *state)
{
    data[0] ^= (uint8_t)(1u << next(state, 7));
    return true;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
    unsigned state = seed * 2654435761u + 1;
    if (size < 1) {
        data[0] = 0;
        size = 1;
    }
    unsigned rounds = 1 + next(&state, 4);
    bool changed = false;
    for (unsigned i = 0; i < rounds; i++) {
        switch (next(&state, 12)) {
        case 0: case 1: case 2: case 3: changed |= add_template(data, &size, max_size, &state); break;
        case 4: case 5: case 6: case 7: changed |= change_word(data, size, &state); break;
        case 8: changed |= change_opcode(data, size, &state); break;
        case 9: changed |= remove_chunk(data, &size, &state); break;
        case 10: changed |= resize_chunk(data, &size, max_size, &state); break;
        default:
            switch (next(&state, 8)) {
            case 0: case 1: case 2: changed |= add_plain_chunk(data, &size, max_size, &state); break;
            case 3: changed |= add_passing(data, &size, max_size, &state); break;
            case 4: changed |= change_flags(data, &state); break;
            default:
                size = LLVMFuzzerMutate(data, size, max_size);
                changed = true;
                break;
            }
        }
    }
    return changed ? size : LLVMFuzzerMutate(data, size, max_size);
}
