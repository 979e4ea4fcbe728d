/* A fuzz input is a list of chunks for a few clients of one world. Shared by the target, the mutator and the seeds.
 *
 *   byte 0         bit i (0..3): client i speaks the other byte order; bit 4: new windows get the focus; bit 5: whoever is
 *                  told of a frame moves at once; bit 6: the clock is a game's (lockstep)
 *   then chunks    u8 client (low 2 bits) and kind (bits 2..4), u16 length (little endian), bytes
 *
 * kind 0: the bytes go to the client as they are. Kind 1: the bytes are one request body; its length field is set to the
 * truth before it goes. Kind 2: the client leaves and a new one takes its place. Kind 3: what the server has to say is read
 * and thrown away; until then it piles up. Kind 4: as kind 1, after a byte that says which descriptors come with it
 * (beside.c). Kind 5: what comes from elsewhere than a client: a player, the GL side (beside.c). Kind 6: u16 milliseconds
 * go by. */
#ifndef X11_FUZZ_H
#define X11_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#define FUZZ_CLIENTS 4
enum { CHUNK_RAW, CHUNK_REQUEST, CHUNK_LEAVE, CHUNK_DRAIN, CHUNK_PASS, CHUNK_ELSEWHERE, CHUNK_TIME, CHUNK_KINDS };
enum { FLAG_FOCUS = 16, FLAG_MOVES = 32, FLAG_VIRTUAL = 64 };

struct fuzz_chunk {
    uint8_t client, kind;
    size_t size;
    const uint8_t *bytes;
    size_t at, end;               /* of the whole chunk in the input */
};

/* The chunk at offset `at` of the input; returns 0 at the end. A length that goes past the end is cut. */
int fuzz_chunk_at(const uint8_t *data, size_t size, size_t at, struct fuzz_chunk *out);

/* Well-formed requests to build on: generated from the protocol's description (seeds.py). */
struct fuzz_template {
    uint16_t size;
    const uint8_t *bytes;
};
extern const struct fuzz_template fuzz_templates[];
extern const unsigned fuzz_template_count;

#endif
